//! Keys, pastes, the mouse, focus and replies, read on a thread of their own.
//!
//! On Unix the bytes are read here: the terminal library takes late replies of the terminal for keys, and swallows keys after one that it does not
//! know. On Windows the console tells keys, and the library reads them.

#[cfg_attr(not(unix), allow(dead_code, reason = "the console tells keys and no bytes"))]
mod csi;
#[cfg_attr(not(unix), allow(dead_code, reason = "the console tells keys and no bytes"))]
pub mod parser;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "windows.rs")]
mod system;

pub use parser::Heard;
pub use system::Input;

/// How many events may wait. More than a frame's time of typing; a flood waits in the terminal.
const ROOM: usize = 64;
