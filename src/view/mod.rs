//! From a [`Scene`] to cells: the only room that knows the terminal library's buffer. Every decision was made by the layout; here colours are.

mod color;
mod paint;
pub mod theme;

pub use paint::{paint, paint_buffer};
pub use theme::{ColorDepth, Ground, Theme};

#[cfg(doc)]
use crate::layout::Scene;
