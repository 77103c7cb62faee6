//! What the system asks for, as a closed list.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "windows.rs")]
mod system;

pub use system::{Ending, Insistence, Signals, can_stop, may_read, stop_job};

/// What the system asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// End: TERM, HUP, QUIT, or INT from elsewhere (the terminal itself sends none while nib holds it), and what else would end the program and can be
    /// waited for (USR1, USR2, the alarms, limits of time and size); on Windows the end of the window or of the session.
    End,
    /// Give the terminal back and stop. Not on Windows.
    Stop,
    /// Go on after a stop. Not on Windows.
    Continue,
    /// The terminal has another size. Not on Windows, where it comes with the keys.
    Resized,
}
