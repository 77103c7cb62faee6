//! A user interface: what actions do to it, and its leaf parts, which are plain structs with private state. No I/O.

pub mod accounts;
pub(super) mod act;
pub(super) mod arranged;
pub(super) mod attach;
pub(super) mod compose;
pub mod composer;
pub(super) mod drafts;
pub(super) mod editor;
pub mod emoji;
pub mod field;
pub mod form;
mod form_field;
pub mod forum;
pub(super) mod jump;
pub(super) mod lists;
pub mod members;
pub(in crate::state) mod message;
mod mouse;
pub(super) mod open;
pub mod person;
pub mod picker;
mod quit;
pub mod sidebar;
mod sidebar_rows;
mod themes;
pub mod waiting;
pub mod welcome;
