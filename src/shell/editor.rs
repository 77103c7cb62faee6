//! The user's editor at work on a text, in the terminal that nib has given back for it.
//!
//! The text is a file that only the user can read, in a directory that only the user can enter, and both are gone afterwards. Nothing of the terminal
//! that the editor leaves behind stays, even if it was killed.

use super::home::ThrowawayHome;
use super::secrets::TOKEN_VARIABLE;
use super::terminal;
use crate::config::{edit, files};
use crate::domain::fault;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Most bytes that are read back; the composer takes fewer, and says so.
const MOST: u64 = 1 << 20;

/// How long an editor may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(1);

/// The text's file, named so that editors know its markup.
const NAME: &str = "message.md";

/// A text that is in the editor.
#[derive(Debug)]
pub struct Editing {
    number: u64,
    left: oneshot::Receiver<Result<String, String>>,
    process: Process,
}

/// The editor's process.
#[derive(Clone, Debug, Default)]
struct Process(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// Its number, while there is one that was not waited for.
    id: Option<u32>,
    /// It was asked to end: what it has saved by then counts.
    ended: bool,
}

impl Editing {
    /// Starts the editor on a thread that waits for it. The terminal must have been given back.
    #[must_use]
    pub fn begin(number: u64, text: String) -> Self {
        let (leave, left) = oneshot::channel();
        let process = Process::default();
        terminal::lend(true);
        let watched = process.clone();
        // Without a thread the sender is dropped, which is told as any failure.
        let begun = std::thread::Builder::new().name("editor".to_owned()).spawn(move || {
            let text = Modes::kept(|| edit(&text, &watched));
            terminal::lend(false);
            // Nobody is there to be told once the chat has ended.
            let _ = leave.send(text);
        });
        if begun.is_err() {
            terminal::lend(false);
        }
        Self { number, left, process }
    }

    /// Waits until the editor is left, if there is one. Safe to drop and call again.
    pub async fn left(editing: &mut Option<Self>) -> (u64, Result<String, String>) {
        match editing {
            Some(editing) => (editing.number, editing.over().await),
            None => std::future::pending().await,
        }
    }

    /// Asks the editor to end, and makes it. What it has saved is the text.
    pub async fn end(mut self) -> (u64, Result<String, String>) {
        for force in [false, true] {
            self.process.end(force);
            if let Ok(text) = timeout(GRACE, self.over()).await {
                return (self.number, text);
            }
        }
        (self.number, Err("the editor did not end; the text is as it was".to_owned()))
    }

    async fn over(&mut self) -> Result<String, String> {
        let told = (&mut self.left).await;
        told.unwrap_or_else(|_| Err("the editor could not be started; the text is as it was".to_owned()))
    }
}

impl Process {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its end. Nobody can mean another process by its number before it is known to be over.
    fn wait(&self, mut child: Child) -> io::Result<ExitStatus> {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
            let options = WaitIdOptions::EXITED.union(WaitIdOptions::NOWAIT);
            while matches!(waitid(WaitId::Pid(Pid::from_child(&child)), options), Err(rustix::io::Errno::INTR)) {}
        }
        self.known().id = None;
        child.wait()
    }

    fn end(&self, force: bool) {
        let mut known = self.known();
        known.ended = true;
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process};
            let pid = known.id.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
            if let Some(pid) = pid
                && let Err(error) = kill_process(pid, if force { Signal::KILL } else { Signal::TERM })
            {
                tracing::info!(%error, force, "the editor could not be ended");
            }
        }
        #[cfg(not(unix))]
        tracing::info!(force, id = ?known.id, "the editor goes on");
    }
}

/// What the terminal was like before the editor.
struct Modes {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Modes {
    /// Does something that may change them, and puts them back.
    fn kept<T>(work: impl FnOnce() -> T) -> T {
        let modes = Self {
            #[cfg(unix)]
            before: rustix::termios::tcgetattr(io::stdin()).ok(),
        };
        let done = work();
        modes.put_back();
        done
    }

    fn put_back(&self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            use rustix::termios::{OptionalActions, tcsetattr};
            // The terminal is gone, then; the loop is told of that.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}

/// Writes the text to a file, runs the editor on it, and reads it again.
fn edit(text: &str, process: &Process) -> Result<String, String> {
    let untouched = |what: String| format!("{what}; the text is as it was");
    let home = ThrowawayHome::new()
        .map_err(|error| untouched(format!("no file could be made for the editor: {}", fault::words(&error))))?;
    let file = home.path().join(NAME);
    let made = files::create_if_absent(&file, format!("{text}\n").as_bytes());
    made.map_err(|error| untouched(format!("the text could not be written for the editor: {}", fault::words(&error))))?;
    let (visual, editor) = (std::env::var_os("VISUAL"), std::env::var_os("EDITOR"));
    let command = edit::command(visual.as_deref(), editor.as_deref(), &file);
    let name = Path::new(&command.program).file_name().unwrap_or(&command.program).to_string_lossy().into_owned();
    let child = Command::new(&command.program).args(&command.arguments).env_remove(TOKEN_VARIABLE).spawn();
    let child =
        child.map_err(|error| untouched(format!("the editor {name} cannot be started: {}", fault::words(&error))))?;
    process.known().id = Some(child.id());
    let status = process
        .wait(child)
        .map_err(|error| untouched(format!("the editor {name} was lost: {}", fault::words(&error))))?;
    if !status.success() && !process.known().ended {
        return Err(untouched(match status.code() {
            Some(code) => format!("the editor {name} ended with exit status {code}"),
            None => format!("the editor {name} was ended by a signal"),
        }));
    }
    read(&file).map_err(|error| {
        untouched(match error.kind() {
            io::ErrorKind::NotFound => format!("the editor {name} left no file"),
            _ => format!("what {name} wrote cannot be read: {}", fault::words(&error)),
        })
    })
}

/// What is in the file now, as text: what is none becomes a mark for it.
fn read(file: &Path) -> io::Result<String> {
    let metadata = std::fs::symlink_metadata(file)?;
    if !metadata.is_file() {
        return Err(io::Error::other("no ordinary file"));
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
