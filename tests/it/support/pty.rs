//! The real binary in a real pseudo-terminal, its output read by a terminal emulator.
//!
//! Tests wait for what they want to see, with a deadline and never a sleep: a reader thread feeds the emulator and wakes the waiting test.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a test waits for something before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has cells")
}

struct Shared {
    parser: vt100::Parser,
    ended: bool,
}

/// A program in a terminal of its own.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<(Mutex<Shared>, Condvar)>,
}

impl Terminal {
    /// Starts the binary with arguments, in a fresh home, in a terminal of so many cells.
    pub(crate) fn start<S: AsRef<OsStr>>(home: &Path, arguments: &[S], columns: u16, rows: u16) -> Self {
        Self::start_with(home, arguments, columns, rows, &[])
    }

    /// The same with more environment.
    pub(crate) fn start_with<S: AsRef<OsStr>>(
        home: &Path,
        arguments: &[S],
        columns: u16,
        rows: u16,
        environment: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_nib"));
        command.args(arguments);
        command.env_clear();
        // A home of its own, and nothing of the tester's environment.
        command.env("NIB_HOME", home);
        command.env("HOME", home);
        command.env("LANG", "C.UTF-8");
        command.env("TZ", "UTC");
        command.env("TERM", "xterm-256color");
        command.cwd(home);
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("nib starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let shared = Arc::new((
            Mutex::new(Shared { parser: vt100::Parser::new(cells(rows), cells(columns), 0), ended: false }),
            Condvar::new(),
        ));
        let feed = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut chunk = [0; 16 * 1024];
            loop {
                let count = reader.read(&mut chunk).unwrap_or(0);
                let mut inside = feed.0.lock().expect("the reader's lock");
                if count == 0 {
                    inside.ended = true;
                    feed.1.notify_all();
                    return;
                }
                inside.parser.process(&chunk[..count]);
                feed.1.notify_all();
            }
        });
        Self { master: pair.master, writer, child, shared }
    }

    /// Types bytes as they are.
    pub(crate) fn send(&mut self, bytes: &str) {
        self.writer.write_all(bytes.as_bytes()).expect("the terminal takes keys");
        self.writer.flush().expect("the terminal takes keys");
    }

    /// What the screen shows, line by line.
    pub(crate) fn screen(&self) -> String {
        self.shared.0.lock().expect("the screen's lock").parser.screen().contents()
    }

    /// Whether the alternate screen shows.
    pub(crate) fn alternate(&self) -> bool {
        self.shared.0.lock().expect("the screen's lock").parser.screen().alternate_screen()
    }

    /// Waits until the screen fits; fails with the screen when it does not in time.
    pub(crate) fn wait_until(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let (lock, wake) = &*self.shared;
        let end = Instant::now() + PATIENCE;
        let mut inside = lock.lock().expect("the screen's lock");
        loop {
            let contents = inside.parser.screen().contents();
            if fits(&contents) {
                return contents;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !inside.ended, "waited for {what}; the screen shows:\n{contents}");
            inside = wake.wait_timeout(inside, left).expect("the screen's lock").0;
        }
    }

    /// Waits until the screen holds a text.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.shared.0.lock().expect("the screen's lock").parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).expect("a new size");
    }

    /// Waits until the program ends; its exit code.
    pub(crate) fn wait_exit(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        let (lock, wake) = &*self.shared;
        let mut inside = lock.lock().expect("the screen's lock");
        while !inside.ended {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nib did not end; the screen shows:\n{}", inside.parser.screen().contents());
            inside = wake.wait_timeout(inside, left).expect("the screen's lock").0;
        }
        drop(inside);
        self.child.wait().expect("an exit status").exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Only the child that this test started.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
