//! The real binary on a pseudo-terminal of 200x50 that is read as fast as it is written and never parsed: only looked through for what is waited for.

use super::process::Process;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);
const FAREWELL: Duration = Duration::from_secs(5);
const QUIT: &str = "\x11";

/// Something that is to appear on the terminal.
struct Awaited {
    text: Vec<u8>,
    tell: Sender<Instant>,
}

#[derive(Default)]
struct Drain {
    awaited: Mutex<Vec<Awaited>>,
    bytes: AtomicU64,
    paused: Mutex<bool>,
    resumed: Condvar,
}

impl Drain {
    fn run(&self, mut terminal: Box<dyn Read + Send>) {
        let mut chunk = vec![0; 256 * 1024];
        let mut seen: Vec<u8> = Vec::new();
        loop {
            let mut paused = self.paused.lock().expect("the pause");
            while *paused {
                paused = self.resumed.wait(paused).expect("the pause");
            }
            drop(paused);
            let count = terminal.read(&mut chunk).unwrap_or(0);
            let now = Instant::now();
            if count == 0 {
                return;
            }
            self.bytes.fetch_add(count as u64, Ordering::Relaxed);
            // A text may be cut in two by the end of a read.
            seen.drain(..seen.len().saturating_sub(64));
            seen.extend_from_slice(&chunk[..count]);
            self.awaited.lock().expect("the list").retain(|awaited| {
                let found = holds(&seen, &awaited.text);
                if found {
                    // Nobody may listen any more.
                    let _ = awaited.tell.send(now);
                }
                !found
            });
        }
    }
}

fn holds(text: &[u8], wanted: &[u8]) -> bool {
    let (Some(first), mut rest) = (wanted.first(), text) else { return true };
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(wanted) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// The client.
pub(crate) struct Client {
    /// Closing it would end the terminal.
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    drain: Arc<Drain>,
    letters: u32,
    pub(crate) process: Process,
    pub(crate) started: Instant,
    /// When the first whole frame was there.
    pub(crate) first_frame: Receiver<Instant>,
    /// When a text that was named at the start was there.
    pub(crate) usable: Receiver<Instant>,
    home: TempDir,
}

/// The binary that is measured.
fn binary() -> String {
    std::env::var("NIB_BENCH_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_nib").to_owned())
}

impl Client {
    /// Starts nib, signed in with a token for one run, at a chat: it keeps nothing. `usable`: what shows once the chat can be read.
    pub(crate) fn start(server: &str, token: &str, chat: &str, usable: &str) -> Self {
        let home = TempDir::new().expect("a directory");
        Self::start_in(home, &[("NIB_TOKEN", token), ("NIB_SERVER", server)], chat, usable)
    }

    /// The same with an account that is kept, and all that it sees.
    pub(crate) fn start_kept(server: &str, token: &str, chat: &str, usable: &str) -> Self {
        let home = TempDir::new().expect("a directory");
        let mut login = std::process::Command::new(binary());
        login.args(["login", "--server", server, "--token-stdin"]).env_clear();
        login.env("NIB_HOME", home.path()).env("HOME", home.path()).env("LANG", "C.UTF-8");
        let mut login = login.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("nib starts");
        let mut token_in = login.stdin.take().expect("its input");
        writeln!(token_in, "{token}").expect("nib listens");
        drop(token_in);
        assert!(login.wait().expect("an end").success(), "the sign-in is kept");
        Self::start_in(home, &[], chat, usable)
    }

    /// Where it keeps what it has seen.
    pub(crate) fn store(&self) -> PathBuf {
        self.home.path().join("data/store.db")
    }

    fn start_in(home: TempDir, environment: &[(&str, &str)], chat: &str, usable: &str) -> Self {
        let size = PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(binary());
        command.args(["--open", chat]);
        command.env_clear();
        if let Ok(log) = std::env::var("NIB_BENCH_LOG") {
            command.args(["--log-level", "debug", "--log-file", &log]);
        }
        let usual = [("LANG", "C.UTF-8"), ("TZ", "UTC"), ("TERM", "xterm-256color")];
        for (name, value) in usual.iter().chain(environment) {
            command.env(name, value);
        }
        command.env("NIB_HOME", home.path());
        command.env("HOME", home.path());
        command.cwd(home.path());
        let drain = Arc::new(Drain::default());
        let first_frame = await_on(&drain, "\x1b[?2026l");
        let usable = await_on(&drain, usable);
        let terminal = pair.master.try_clone_reader().expect("a reader");
        let draining = Arc::clone(&drain);
        std::thread::spawn(move || draining.run(terminal));
        let keys = pair.master.take_writer().expect("a writer");
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("nib starts");
        let process = Process(child.process_id().expect("a process"));
        Self { _master: pair.master, keys, child, drain, letters: 0, process, started, first_frame, usable, home }
    }

    /// Tells when this appears on the terminal. It must be something that was not drawn before.
    pub(crate) fn appears(&self, text: &str) -> Receiver<Instant> {
        await_on(&self.drain, text)
    }

    /// Waits until the chat shows and the terminal has been quiet for a while.
    pub(crate) fn settle(&self) {
        let mut before = self.bytes();
        let mut quiet = 0;
        while quiet < 6 {
            std::thread::sleep(Duration::from_millis(100));
            quiet = if self.bytes() == before { quiet + 1 } else { 0 };
            before = self.bytes();
        }
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Types a letter that was never seen before, and tells how long it took to be painted.
    pub(crate) fn echo(&mut self) -> Duration {
        if self.letters > 0 && self.letters.is_multiple_of(100) {
            self.press("\x03");
            std::thread::sleep(Duration::from_millis(20));
        }
        // Canadian syllabics: one column wide each, and in nobody's messages.
        let letter = char::from_u32(0x1401 + self.letters % 0x260).unwrap_or('?').to_string();
        self.letters += 1;
        let painted = self.appears(&letter);
        let pressed = Instant::now();
        self.press(&letter);
        came(&painted, "the echo of a key") - pressed
    }

    /// Bytes written to the terminal so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.drain.bytes.load(Ordering::Relaxed)
    }

    /// Stops reading the terminal, or goes on.
    pub(crate) fn pause(&self, paused: bool) {
        *self.drain.paused.lock().expect("the pause") = paused;
        self.drain.resumed.notify_all();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It leaves as people do. One that hangs is ended; only the child that was started here.
        self.press(QUIT);
        let end = Instant::now() + FAREWELL;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn await_on(drain: &Arc<Drain>, text: &str) -> Receiver<Instant> {
    let (tell, told) = channel();
    drain.awaited.lock().expect("the list").push(Awaited { text: text.as_bytes().to_vec(), tell });
    told
}

/// Waits for something to appear.
pub(crate) fn came(told: &Receiver<Instant>, what: &str) -> Instant {
    told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{what} did not appear within {PATIENCE:?}"))
}
