//! The system's wishes as signals.

use super::Asked;
use crate::shell::{logging, terminal};
use std::future::poll_fn;
use std::io;
use std::io::IsTerminal;
use std::task::Poll;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Waits for signals.
#[derive(Debug)]
pub struct Signals {
    ending: Ending,
    stop: Signal,
    resume: Signal,
    resized: Signal,
}

impl Signals {
    /// Begins to listen; from here on these signals no longer end the program by themselves.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            ending: Ending::listen()?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            resized: signal(SignalKind::window_change())?,
        })
    }

    /// The next one. Safe to drop and call again.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            biased;
            () = self.ending.asked() => Asked::End,
            _ = self.resume.recv() => Asked::Continue,
            _ = self.stop.recv() => Asked::Stop,
            _ = self.resized.recv() => Asked::Resized,
        }
    }
}

/// How long the program may take to give the terminal back after it was asked to end.
const GRACE: Duration = Duration::from_secs(1);

/// Between two attempts to free a terminal that takes nothing.
const AGAIN: Duration = Duration::from_millis(10);

/// How many attempts throw nothing away.
const GENTLE: u32 = 20;

/// How often that is tried, before the program ends without it.
const ATTEMPTS: u32 = 200;

/// Sees to it that the program ends when it is asked to, even if the thread that draws is stuck in a write to a terminal that takes nothing:
/// its output is stopped, or what shows it hangs. Dropping it ends the watch.
#[derive(Debug)]
pub struct Insistence(JoinHandle<()>);

impl Insistence {
    /// Begins to watch. To be called on the runtime.
    ///
    /// # Errors
    /// The system refuses to tell about signals.
    pub fn begin() -> io::Result<Self> {
        let mut ending = Ending::listen()?;
        Ok(Self(tokio::spawn(async move {
            ending.asked().await;
            sleep(GRACE).await;
            for attempt in 0..ATTEMPTS {
                if !terminal::is_held() {
                    return;
                }
                terminal::unstick(attempt >= GENTLE);
                sleep(AGAIN).await;
            }
            terminal::abandon();
            logging::flush();
            end();
        })))
    }
}

impl Drop for Insistence {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[expect(clippy::exit, reason = "the thread that would return from main is stuck for good")]
fn end() -> ! {
    std::process::exit(1)
}

/// Waits for being asked to end, by what is no chat: commands and the server alone.
#[derive(Debug)]
pub struct Ending {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    quit: Signal,
    others: Vec<Signal>,
}

/// What else would end the program without a word by default, and can be waited for. ABRT, KILL and faults of the processor cannot.
const OTHERS: &[rustix::process::Signal] = {
    use rustix::process::Signal;
    &[Signal::USR1, Signal::USR2, Signal::ALARM, Signal::VTALARM, Signal::PROF, Signal::XCPU, Signal::XFSZ]
};

impl Ending {
    /// Begins to listen; from here on these signals no longer end the program by themselves.
    ///
    /// # Errors
    /// The system refuses to tell about signals.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            others: OTHERS
                .iter()
                .map(|other| signal(SignalKind::from_raw(other.as_raw())))
                .collect::<io::Result<_>>()?,
        })
    }

    /// Waits until the program is asked to end. Safe to drop and call again.
    pub async fn asked(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.hang_up.recv() => return,
                // While another program has the terminal, its keys mean that program.
                _ = self.interrupt.recv() => if !terminal::is_lent() { return },
                _ = self.quit.recv() => if !terminal::is_lent() { return },
                () = any(&mut self.others) => return,
            }
        }
    }
}

/// Waits for any of some signals.
async fn any(signals: &mut [Signal]) {
    poll_fn(|context| {
        // Unless one came, each was polled, so that each wakes us.
        let came = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if came { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Whether somebody could continue this process after a stop: a shell that runs it as a job. Without one (nib is all that runs in its
/// terminal) a stop would be for good.
#[must_use]
pub fn can_stop() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpgrp())
}

/// Whether standard input may be read without this process being stopped for it, as one in the background is by its terminal.
#[must_use]
pub fn may_read() -> bool {
    let input = std::io::stdin();
    !input.is_terminal() || rustix::termios::tcgetpgrp(&input).is_ok_and(|front| front == rustix::process::getpgrp())
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
