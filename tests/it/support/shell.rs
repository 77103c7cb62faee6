//! The real binary as scripts use it: arguments and input in, output and exit code out. Everything is bounded in time.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a command may take before its test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that nib keeps, apart from the tester's own.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a directory"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command of nib in this home.
    pub(crate) fn nib<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Call {
        self.call(env!("CARGO_BIN_EXE_nib"), arguments)
    }

    /// Any command in this home, with nothing of the tester's environment.
    pub(crate) fn call<S: AsRef<OsStr>>(&self, program: impl AsRef<OsStr>, arguments: &[S]) -> Call {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().current_dir(self.path());
        for (name, value) in [("NIB_HOME", self.path()), ("HOME", self.path())] {
            command.env(name, value);
        }
        for (name, value) in [("LANG", "C.UTF-8"), ("TZ", "UTC"), ("TERM", "xterm-256color"), ("PATH", "/usr/bin:/bin")]
        {
            command.env(name, value);
        }
        Call { command, input: String::new() }
    }

    /// Runs a command of nib with nothing on its input.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Done {
        self.nib(arguments).run()
    }

    /// Signs in with a password.
    pub(crate) fn log_in(&self, server: &str, email: &str, password: &str) -> Done {
        let arguments = ["login", "--server", server, "--email", email, "--password-stdin"];
        self.nib(&arguments).input(&format!("{password}\n")).run()
    }

    /// Every file below this home, the log among them.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }

    /// The log.
    pub(crate) fn log(&self) -> String {
        let log = self.files().into_iter().find(|path| path.file_name().is_some_and(|name| name == "nib.log"));
        std::fs::read_to_string(log.expect("a log")).expect("the log is text")
    }
}

/// A command that is not started yet.
pub(crate) struct Call {
    command: Command,
    input: String,
}

impl Call {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What the command reads.
    pub(crate) fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Done {
        let input = std::mem::take(&mut self.input);
        let mut running = self.start();
        if let Some(mut stdin) = running.input.take() {
            // A command that does not read its input may be gone already.
            drop(stdin.write_all(input.as_bytes()));
        }
        running.wait()
    }

    /// Starts it; its input stays open.
    pub(crate) fn start(mut self) -> Running {
        let command = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let out = child.stdout.take().expect("its output");
        let mut err = child.stderr.take().expect("its messages");
        let (line, lines) = channel();
        std::thread::spawn(move || {
            // Ends with the output, or when nobody listens any more.
            let mut out = BufReader::new(out);
            let mut text = String::new();
            while out.read_line(&mut text).expect("output is text") > 0 && line.send(std::mem::take(&mut text)).is_ok()
            {
            }
        });
        let (said, says) = channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).expect("messages are text");
            _ = said.send(text);
        });
        let input = child.stdin.take();
        let pid = Pid::from_child(&child);
        let (ended, ends) = channel();
        std::thread::spawn(move || _ = ended.send(finish(child)));
        Running { pid, input, lines, says, ends, over: false }
    }
}

fn finish(mut child: Child) -> ExitStatus {
    child.wait().expect("an exit status")
}

/// A command that runs.
pub(crate) struct Running {
    pid: Pid,
    /// Its input, until it is closed.
    pub(crate) input: Option<ChildStdin>,
    lines: Receiver<String>,
    says: Receiver<String>,
    ends: Receiver<ExitStatus>,
    over: bool,
}

impl Running {
    /// The next line of its output, with its end.
    pub(crate) fn line(&mut self) -> String {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("no line came in time"),
            Err(RecvTimeoutError::Disconnected) => panic!("the output ended; {:?}", self.says.recv_timeout(PATIENCE)),
        }
    }

    /// The next line of its output if it comes within a moment. For a command that does not say when it is ready.
    pub(crate) fn line_soon(&mut self) -> Option<String> {
        self.lines.recv_timeout(Duration::from_millis(200)).ok()
    }

    /// The next line of its output that is a fitting object.
    pub(crate) fn object(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        while Instant::now() < end {
            let line = self.line();
            let object: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if fits(&object) {
                return object;
            }
            seen.push(line);
        }
        panic!("waited for {what}; there was {}", seen.concat())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the command takes a signal");
    }

    /// Stops listening to its output, as a reader of a pipe that has seen enough.
    pub(crate) fn close_output(&mut self) {
        // The thread that reads ends with the next line that it cannot hand on.
        self.lines = channel().1;
    }

    /// Waits for its end; the input is closed.
    pub(crate) fn wait(mut self) -> Done {
        self.input = None;
        let status = self.ends.recv_timeout(PATIENCE).expect("the command ends in time");
        self.over = true;
        let err = self.says.recv_timeout(PATIENCE).expect("its messages end with it");
        Done { status, out: self.lines.iter().collect(), err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.over && self.ends.try_recv().is_err() {
            // Only what this test started. It fails if it has just ended, which is as good.
            _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// Its exit code; fails if a signal ended it.
    #[track_caller]
    pub(crate) fn code(&self) -> i32 {
        assert_eq!(self.status.signal(), None, "{self:?}");
        self.status.code().expect("an exit code")
    }

    /// Asserts that it did what it was asked and had nothing to say.
    #[track_caller]
    pub(crate) fn went_well(self) -> Self {
        assert_eq!((self.code(), self.err.as_str()), (0, ""), "{self:?}");
        self
    }

    /// Asserts that it failed with a code and one clear sentence that holds some words; nothing on the output.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, words: &[&str]) -> Self {
        assert_eq!((self.code(), self.out.as_str()), (code, ""), "{self:?}");
        is_sentence(&self.err);
        for word in words {
            assert!(self.err.contains(word), "no \"{word}\" in: {}", self.err);
        }
        self
    }

    /// The objects of its output, one from each line.
    #[track_caller]
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }
}

/// Asserts that a message is for people: sentences on one line, without the marks of a program that talks to its makers.
#[track_caller]
pub(crate) fn is_sentence(text: &str) {
    let line = text.strip_suffix('\n').unwrap_or_else(|| panic!("no end of line: {text:?}"));
    assert!(!line.contains('\n') && !line.contains(char::is_control), "more than a line: {text:?}");
    assert!(line.ends_with('.') || line.ends_with('?'), "no end: {text:?}");
    let first = line.split(' ').next().unwrap_or_default();
    let starts = first.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || "\"-/".contains(c));
    assert!(starts || first == "nib" || first.contains("://"), "no start: {text:?}");
    for mark in [
        "(os error",
        "Error",
        "error:",
        "Some(",
        "None",
        "Err(",
        "Os {",
        "panicked",
        "..",
        ".;",
        ".:",
        ". ;",
        "::",
        "  ",
    ] {
        assert!(!line.contains(mark), "{mark:?} in: {text}");
    }
}
