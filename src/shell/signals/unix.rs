//! The system's wishes as signals.

use super::Asked;
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for signals.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    stop: Signal,
    resume: Signal,
}

impl Signals {
    /// Begins to listen; from here on these signals no longer end the program by themselves.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    /// The next one. Safe to drop and call again.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Asked::End,
            _ = self.hang_up.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
            _ = self.resume.recv() => Asked::Continue,
            _ = self.stop.recv() => Asked::Stop,
        }
    }
}

/// Waits until the program is asked to end.
///
/// # Errors
/// The system refuses to tell about signals.
pub async fn ended() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Whether somebody could continue this process after a stop: a shell that runs it as a job. Without one (nib is all that runs in its
/// terminal) a stop would be for good.
#[must_use]
pub fn can_stop() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpgrp())
}

/// Stops the whole job, as the terminal does for Ctrl-Z: whatever started nib (`cargo run`, a script) has to stop, too, or the shell would go on
/// waiting for it. Returns when continued, or a moment before the stop; continuing is told by [`Asked::Continue`].
///
/// # Errors
/// The system refuses.
pub fn stop_job() -> io::Result<()> {
    // STOP rather than TSTP, since our own handler would swallow that.
    Ok(rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?)
}
