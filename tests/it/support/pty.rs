//! A real program in a real pseudo-terminal, its output read by a terminal emulator.
//!
//! Tests wait for what they want to see, with a deadline and never a sleep: a reader thread feeds the emulator, another waits for the end of the
//! program, and both wake the waiting test.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Action, tcflow};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a test waits for something before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has cells")
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// What the reading thread does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Reads,
    /// Leaves everything unread, as a terminal does that has been stopped.
    Pauses,
    /// Lets go of the terminal at the next output.
    LetsGo,
}

struct Inside {
    parser: vt100::Parser,
    /// Everything that was written to the terminal.
    output: Vec<u8>,
    reader: Reader,
    /// The reader has seen that it is to pause.
    pausing: bool,
    /// Nothing more is read: the program has closed the terminal, or the reader has let go of it.
    drained: bool,
    exit: Option<ExitStatus>,
}

impl Inside {
    /// Whether no half of a frame stands on the screen.
    fn is_whole(&self) -> bool {
        let last = |sequence: &[u8]| self.output.windows(sequence.len()).rposition(|part| part == sequence);
        last(b"\x1b[?2026h") <= last(b"\x1b[?2026l")
    }
}

struct Shared {
    inside: Mutex<Inside>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("the terminal's lock")
    }

    /// Changes something and wakes whoever waits.
    fn change(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.lock());
        self.wake.notify_all();
    }

    /// Waits until something holds; `None` when it does not in time.
    fn wait<T>(&self, mut holds: impl FnMut(&mut Inside) -> Option<T>) -> Option<T> {
        let end = Instant::now() + PATIENCE;
        let mut inside = self.lock();
        loop {
            if let Some(found) = holds(&mut inside) {
                return Some(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            inside = self.wake.wait_timeout(inside, left).expect("the terminal's lock").0;
        }
    }
}

/// A program in a terminal of its own.
pub(crate) struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    pid: Pid,
    shared: Arc<Shared>,
    reading: Option<JoinHandle<()>>,
    /// The other side's name in the file system.
    tty: PathBuf,
}

/// A program with a home of its own and nothing of the tester's environment.
pub(crate) fn program(path: impl AsRef<OsStr>, home: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(path);
    command.env_clear();
    command.env("NIB_HOME", home);
    command.env("HOME", home);
    command.env("LANG", "C.UTF-8");
    command.env("TZ", "UTC");
    command.env("TERM", "xterm-256color");
    command.cwd(home);
    command
}

impl Terminal {
    /// Starts the binary with arguments, in a home, in a terminal of so many cells.
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
        let mut command = program(env!("CARGO_BIN_EXE_nib"), home);
        command.args(arguments);
        for (name, value) in environment {
            command.env(name, value);
        }
        Self::run(command, columns, rows)
    }

    /// Starts any program.
    pub(crate) fn run(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let tty = pair.master.tty_name().expect("a name");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let pid = child.process_id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).expect("a process id");
        let shared = Arc::new(Shared {
            inside: Mutex::new(Inside {
                parser: vt100::Parser::new(cells(rows), cells(columns), 0),
                output: Vec::new(),
                reader: Reader::Reads,
                pausing: false,
                drained: false,
                exit: None,
            }),
            wake: Condvar::new(),
        });
        let (feed, watch) = (Arc::clone(&shared), Arc::clone(&shared));
        let reading = std::thread::spawn(move || read(reader, &feed));
        std::thread::spawn(move || wait(child, &watch));
        Self { master: Some(pair.master), writer: Some(writer), pid, shared, reading: Some(reading), tty }
    }

    /// Types bytes as they are.
    pub(crate) fn send(&mut self, keys: &str) {
        self.send_bytes(keys.as_bytes());
    }

    /// The same for what is no text.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().expect("the terminal is there");
        writer.write_all(bytes).and_then(|()| writer.flush()).expect("the terminal takes keys");
    }

    /// Pastes a text, as a terminal does that was asked to bracket it.
    pub(crate) fn paste(&mut self, text: &str) {
        assert!(self.shared.lock().parser.screen().bracketed_paste(), "pastes are to be bracketed");
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        assert!(self.shared.lock().exit.is_none(), "the program has ended");
        kill_process(self.pid, signal).expect("the program takes a signal");
    }

    /// How much memory the program has, in KiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid.as_raw_pid())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.split_whitespace().next().and_then(|size| size.parse().ok()).expect("a size")
    }

    /// What the screen shows, line by line.
    pub(crate) fn screen(&self) -> String {
        self.shared.lock().parser.screen().contents()
    }

    /// Looks at what the screen shows, cell by cell, when no half of a frame stands there.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        let whole = self.shared.wait(|inside| inside.is_whole().then_some(()));
        assert!(whole.is_some(), "a frame was begun and not ended; the screen shows:\n{}", self.screen());
        at(self.shared.lock().parser.screen())
    }

    /// Whether the alternate screen shows.
    pub(crate) fn alternate(&self) -> bool {
        self.shared.lock().parser.screen().alternate_screen()
    }

    /// Whether the cursor shows.
    pub(crate) fn shows_cursor(&self) -> bool {
        !self.shared.lock().parser.screen().hide_cursor()
    }

    /// Whether the terminal was asked to bracket what is pasted.
    pub(crate) fn brackets_pastes(&self) -> bool {
        self.shared.lock().parser.screen().bracketed_paste()
    }

    /// Its modes as they are now, to be compared.
    pub(crate) fn modes(&self) -> String {
        format!("{:?}", self.master.as_ref().and_then(|master| master.get_termios()).expect("a terminal has modes"))
    }

    /// Whether it has a mode, by its name.
    pub(crate) fn has_mode(&self, name: &str) -> bool {
        self.modes().split(|character: char| !character.is_alphanumeric()).any(|word| word == name)
    }

    /// Waits until it has a mode no more. Nothing tells when they change, so the program's next output or a moment is waited for.
    pub(crate) fn wait_without_mode(&self, name: &str) {
        let end = Instant::now() + PATIENCE;
        while self.has_mode(name) {
            assert!(Instant::now() < end, "waited for the end of {name}; the modes are {}", self.modes());
            let inside = self.shared.lock();
            drop(self.shared.wake.wait_timeout(inside, Duration::from_millis(5)).expect("the terminal's lock"));
        }
    }

    /// Stops the output, as Ctrl-S does where it is not a key: whoever writes has to wait.
    pub(crate) fn stop_output(&self) {
        let flags = OFlags::NOCTTY.bits().cast_signed();
        let tty = File::options().read(true).write(true).custom_flags(flags).open(&self.tty).expect("the terminal");
        tcflow(&tty, Action::OOff).expect("the output stops");
    }

    /// Everything that was written to the terminal so far.
    pub(crate) fn output(&self) -> Vec<u8> {
        self.shared.lock().output.clone()
    }

    /// How often a sequence was written to the terminal so far.
    pub(crate) fn count(&self, sequence: &str) -> usize {
        self.output().windows(sequence.len()).filter(|part| *part == sequence.as_bytes()).count()
    }

    /// Waits until a whole frame fits; fails with the screen when none does in time.
    pub(crate) fn wait_until(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let found = self.shared.wait(|inside| {
            let contents = inside.parser.screen().contents();
            let whole = inside.is_whole() || inside.drained;
            if whole && fits(&contents) { Some(Some(contents)) } else { inside.drained.then_some(None) }
        });
        found.flatten().unwrap_or_else(|| panic!("waited for {what}; the screen shows:\n{}", self.screen()))
    }

    /// Waits until the screen holds a text.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until something was written to the terminal that may not show.
    pub(crate) fn wait_output(&self, sequence: &str) {
        let holds = |output: &[u8]| output.windows(sequence.len()).any(|part| part == sequence.as_bytes());
        let found = self.shared.wait(|inside| holds(&inside.output).then_some(()));
        assert!(found.is_some(), "waited for {sequence:?}; the screen shows:\n{}", self.screen());
    }

    /// Waits until a sequence was written to the terminal more often than so many times.
    pub(crate) fn wait_more(&self, sequence: &str, than: usize) {
        let count = |output: &[u8]| output.windows(sequence.len()).filter(|part| *part == sequence.as_bytes()).count();
        let found = self.shared.wait(|inside| (count(&inside.output) > than).then_some(()));
        assert!(found.is_some(), "waited for more of {sequence:?}; the screen shows:\n{}", self.screen());
    }

    /// Waits until nothing was written to the terminal for so long: for what nothing announces the end of.
    pub(crate) fn wait_quiet(&self, long: Duration) {
        let end = Instant::now() + PATIENCE;
        let mut inside = self.shared.lock();
        let (mut count, mut since) = (inside.output.len(), Instant::now());
        while since.elapsed() < long {
            assert!(Instant::now() < end, "waited for the end of output");
            inside = self
                .shared
                .wake
                .wait_timeout(inside, long.saturating_sub(since.elapsed()))
                .expect("the terminal's lock")
                .0;
            if inside.output.len() != count {
                (count, since) = (inside.output.len(), Instant::now());
            }
        }
    }

    /// Waits until the screen does not hold a text any more.
    pub(crate) fn wait_gone(&self, text: &str) -> String {
        self.wait_until(&format!("the end of {text}"), |screen| !screen.contains(text))
    }

    /// Waits until the normal screen shows and it fits.
    pub(crate) fn wait_normal(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let found = self.shared.wait(|inside| {
            let screen = inside.parser.screen();
            (!screen.alternate_screen() && fits(&screen.contents())).then(|| screen.contents())
        });
        found.unwrap_or_else(|| panic!("waited for {what} on the normal screen; it shows:\n{}", self.screen()))
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.shared.lock().parser.screen_mut().set_size(cells(rows), cells(columns));
        let master = self.master.as_ref().expect("the terminal is there");
        master.resize(size(columns, rows)).expect("a new size");
    }

    /// Types something, and reads nothing any more once the program has begun to answer.
    pub(crate) fn send_and_pause(&mut self, bytes: &str) {
        self.shared.change(|inside| inside.reader = Reader::Pauses);
        self.send(bytes);
        self.shared.wait(|inside| inside.pausing.then_some(())).expect("an answer");
    }

    /// Reads again.
    pub(crate) fn go_on(&self) {
        self.shared.change(|inside| inside.reader = Reader::Reads);
    }

    /// Closes the terminal while the program runs. `nudge` makes the program write something, which is the moment the reader lets go.
    pub(crate) fn hang_up(&mut self, nudge: &str) {
        self.shared.change(|inside| inside.reader = Reader::LetsGo);
        self.send(nudge);
        self.reading.take().map(JoinHandle::join).expect("a reader").expect("the reader ends well");
        (self.writer, self.master) = (None, None);
    }

    /// Waits until the program ends by itself and everything it wrote is read, where it is read at all; its exit code.
    pub(crate) fn wait_exit(&mut self) -> u32 {
        let exit = self.shared.wait(|inside| {
            let read = inside.drained || inside.reader == Reader::Pauses;
            inside.exit.clone().filter(|_| read)
        });
        let exit = exit.unwrap_or_else(|| panic!("it did not end; the screen shows:\n{}", self.screen()));
        assert_eq!(exit.signal(), None, "it was ended by a signal");
        exit.exit_code()
    }

    /// Waits until everything that was written before the end is read.
    pub(crate) fn drain(&self) {
        self.shared.wait(|inside| inside.drained.then_some(())).expect("the terminal is closed in time");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.shared.lock().exit.is_none() {
            // Only the child that this test started. It fails if the child has just ended, which is as good.
            _ = kill_process(self.pid, Signal::KILL);
        }
        self.shared.change(|inside| inside.reader = Reader::LetsGo);
        let _ = self.shared.wait(|inside| inside.exit.clone());
    }
}

/// Feeds the emulator until the terminal is closed.
fn read(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut chunk = [0; 16 * 1024];
    loop {
        let mut inside = shared.lock();
        inside.pausing = inside.reader == Reader::Pauses;
        shared.wake.notify_all();
        drop(shared.wake.wait_while(inside, |inside| inside.reader == Reader::Pauses));
        let count = reader.read(&mut chunk).unwrap_or(0);
        let mut over = count == 0;
        shared.change(|inside| {
            let read = &chunk[..count];
            inside.parser.process(read);
            inside.output.extend_from_slice(read);
            over |= inside.reader == Reader::LetsGo;
            inside.drained = over;
        });
        if over {
            return;
        }
    }
}

fn wait(mut child: Box<dyn Child + Send + Sync>, shared: &Shared) {
    let exit = child.wait().expect("an exit status");
    shared.change(|inside| inside.exit = Some(exit));
}
