//! The system's wishes on Windows. It has no stopping and continuing of jobs, so nothing here asks for that, and suspending says that there is no
//! shell to return to.

use super::Asked;
use std::io;
use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown,
};

/// Waits for the system's wishes.
#[derive(Debug)]
pub struct Signals {
    interrupt: CtrlC,
    terminate: CtrlBreak,
    close: CtrlClose,
    log_off: CtrlLogoff,
    shut_down: CtrlShutdown,
}

impl Signals {
    /// Begins to listen; from here on these wishes no longer end the program by themselves.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            terminate: ctrl_break()?,
            close: ctrl_close()?,
            log_off: ctrl_logoff()?,
            shut_down: ctrl_shutdown()?,
        })
    }

    /// The next one. Safe to drop and call again.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            biased;
            _ = self.close.recv() => {}
            _ = self.log_off.recv() => {}
            _ = self.shut_down.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        Asked::End
    }
}

/// Waits for being asked to end, by what is no chat: commands and the server alone.
#[derive(Debug)]
pub struct Ending(Signals);

impl Ending {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system refuses to tell.
    pub fn listen() -> io::Result<Self> {
        Ok(Self(Signals::listen()?))
    }

    /// Waits until the program is asked to end. Safe to drop and call again.
    pub async fn asked(&mut self) {
        self.0.next().await;
    }
}

/// Whether standard input may be read: here it always may.
#[must_use]
pub fn may_read() -> bool {
    true
}

/// Whether somebody could continue this process after a stop: never here.
#[must_use]
pub fn can_stop() -> bool {
    false
}

/// Stops the whole job, which this system cannot do.
///
/// # Errors
/// Always.
pub fn stop_job() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Sees to it that the program ends when it is asked to. The system does so by itself after a moment.
#[derive(Debug)]
pub struct Insistence;

impl Insistence {
    /// Nothing is to be watched.
    ///
    /// # Errors
    /// None.
    pub fn begin() -> io::Result<Self> {
        Ok(Self)
    }
}
