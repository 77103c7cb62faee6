//! From what is known to what is drawn: [`arrange`] turns the state into a [`Scene`] of text rows, cursor, and hit regions.
//!
//! Pure: no I/O, no clock; the time zone and the keys in force come in with the [`LayoutCache`]. Total for every size, 0x0 included. Arranging twice
//! changes nothing: an anchor that was resolved and told back resolves to itself. The cost of a frame follows what is visible.

mod account;
mod arrange;
pub mod bidi;
mod cache;
mod composer;
mod forum;
pub mod glyphs;
pub mod line;
pub mod links;
pub mod markup;
mod members;
pub mod message;
pub mod names;
mod overlay;
mod pane;
mod rail;
pub mod scene;
mod scroll;
mod sidebar;
mod status;
pub mod style;
pub mod time;
mod timeline;
mod tray;
mod welcome;
pub mod width;
pub mod wrap;

pub use arrange::arrange;
pub use cache::{Block, Epoch, KeyHint, KeyHints, LayoutCache};
pub use line::Line;
pub use scene::{Area, Content, Fill, Hit, Placed, Scene};
pub use style::{Attributes, Role, Style};
