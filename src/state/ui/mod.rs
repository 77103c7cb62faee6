//! Leaf parts of a user interface: plain structs with private state, no I/O.

pub mod composer;
pub mod field;
pub mod picker;
pub mod sidebar;
pub mod sign_in;
