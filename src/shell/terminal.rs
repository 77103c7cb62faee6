//! The terminal, taken and given back.
//!
//! Whatever ends the program (the end of the loop, an error, a signal, a panic) gives the terminal back exactly once and first. A frame is
//! composed in memory and written in one piece inside a synchronised update, so that no half of it is ever seen.

use super::steady::Steady;
use super::{colour, probe, sequences};
use crate::view::ColorDepth;
use crossterm::cursor::{Hide, SetCursorStyle, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::{Attribute, ResetColor, SetAttribute};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{queue, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Clicks, drags, and positions beyond column 223.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Whether the terminal is ours now. Whoever sets it to false gives the terminal back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the terminal has not been given back whole: it is ours, or is being given back.
static HELD: AtomicBool = AtomicBool::new(false);

/// Whether another program has the terminal, and we wait for its end.
static LENT: AtomicBool = AtomicBool::new(false);

/// How often what waited for the terminal was thrown away. Held while that is done, and while it is decided that the terminal is given back.
static THROWN: Mutex<u32> = Mutex::new(0);

/// Why nib cannot draw.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Input or output is a file, a pipe or nothing.
    #[error("{0} is no terminal, and nib needs one to draw on; the commands of \"nib --help\" work without one")]
    NotATerminal(&'static str),
    /// The terminal calls itself dumb.
    #[error("this terminal (TERM={0}) cannot place text; set TERM to what it is, for example xterm-256color")]
    Dumb(String),
    /// The terminal does not do what it was asked.
    #[error("the terminal does not answer: {}", crate::domain::fault::words(.0))]
    Io(#[from] io::Error),
}

/// Whether nib can draw here: input and output are terminals, and not dumb ones.
///
/// # Errors
/// What is missing, as a sentence.
pub fn check(term: Option<&str>) -> Result<(), TerminalError> {
    if !io::stdin().is_terminal() {
        return Err(TerminalError::NotATerminal("the input"));
    }
    if !io::stdout().is_terminal() {
        return Err(TerminalError::NotATerminal("the output"));
    }
    match term {
        Some(name) if name != "dumb" && !name.is_empty() => Ok(()),
        // Consoles there have no name.
        None if cfg!(windows) => Ok(()),
        other => Err(TerminalError::Dumb(other.unwrap_or_default().to_owned())),
    }
}

/// Whether the terminal can be told of what old consoles would print parts of.
#[must_use]
pub fn is_modern() -> bool {
    probe::is_modern(&std::env::var("TERM").unwrap_or_default())
}

/// Whether keys can be asked for in their unambiguous form. Consoles of Windows tell them so anyway, and the library fails where it is asked to there.
fn enhances() -> bool {
    cfg!(not(windows)) && is_modern()
}

/// Where a frame is composed. Flushing does nothing: [`Screen`] writes it out whole.
#[derive(Clone, Default)]
struct Composed(Rc<RefCell<Vec<u8>>>);

impl Write for Composed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while it is ours. Dropping it gives the terminal back.
pub struct Screen {
    terminal: Terminal<Steady<CrosstermBackend<Composed>>>,
    composed: Composed,
    /// What the terminal shows is not known: the next frame draws everything.
    stale: bool,
    /// Whether the terminal is to report the mouse.
    mouse: bool,
    /// Whether frames are synchronised updates.
    synchronised: bool,
    /// Whether colours are to be written as terminals of 16 know them.
    sixteen: bool,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// The terminal refuses; it is then given back.
    pub fn enter() -> Result<Self, TerminalError> {
        let composed = Composed::default();
        let sixteen = colour::promised() == ColorDepth::Ansi16;
        take()?;
        match Terminal::new(Steady::new(CrosstermBackend::new(composed.clone()))) {
            Ok(terminal) => Ok(Self { terminal, composed, stale: false, mouse: false, synchronised: true, sixteen }),
            Err(error) => {
                restore();
                Err(error.into())
            }
        }
    }

    /// Columns and rows now.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        terminal::size()
    }

    /// Draws a frame. Blocks while the terminal does not take it, so that nothing piles up.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.draw_after(&[], paint)
    }

    /// Draws a frame after bytes that may write over what the terminal shows, in one synchronised update with them.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn draw_after(&mut self, before: &[u8], paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if self.synchronised {
            queue!(self.composed, BeginSynchronizedUpdate)?;
        }
        self.composed.0.borrow_mut().extend_from_slice(before);
        if std::mem::take(&mut self.stale) {
            let (width, height) = self.size()?;
            self.terminal.resize(Rect::new(0, 0, width, height))?;
        }
        self.terminal.draw(paint)?;
        if self.synchronised {
            queue!(self.composed, EndSynchronizedUpdate)?;
        }
        self.send()
    }

    /// Whether frames are to be synchronised updates. They are, until the terminal says that it knows none.
    pub fn synchronise(&mut self, synchronised: bool) {
        self.synchronised = synchronised;
    }

    /// Forgets what the terminal shows, so that the next frame draws everything.
    pub fn forget(&mut self) {
        self.stale = true;
    }

    /// Asks the terminal to report clicks, drags and the wheel, or to keep them for itself. Bare motion is never asked for: it would wake the
    /// program at every step of the hand.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn listen_to_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        self.emit(if on { MOUSE_ON } else { MOUSE_OFF })
    }

    /// The same, once the terminal is taken again.
    pub fn listen_to_mouse_later(&mut self, on: bool) {
        self.mouse = on;
    }

    /// Sends bytes that are no part of a frame: a title, a notification, the clipboard.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn emit(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.composed.0.borrow_mut().extend_from_slice(bytes);
        self.send()
    }

    /// Gives the terminal back for a while.
    pub fn leave(&mut self) {
        restore();
    }

    /// Takes the terminal again after a stop, and forgets what it shows.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn reenter(&mut self) -> Result<(), TerminalError> {
        // After a stop that nobody announced it was not given back, and its modes may be the shell's. Given back now, so that what it keeps on
        // stacks is taken from them as often as it was put there.
        restore();
        take()?;
        self.forget();
        self.listen_to_mouse(self.mouse)?;
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        let mut bytes = self.composed.0.borrow_mut();
        if self.sixteen {
            sequences::to_sixteen(&mut bytes);
        }
        let mut out = io::stdout().lock();
        let result = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        // One huge frame must not stay in memory for good.
        bytes.shrink_to(1 << 20);
        result
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    HELD.store(true, Ordering::SeqCst);
    TAKEN.store(true, Ordering::SeqCst);
    let mut bytes = Vec::with_capacity(128);
    // The window's title is put on the terminal's stack, and taken from there at the end.
    bytes.extend_from_slice(b"\x1b[22;2t");
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, Hide)?;
    if is_modern() {
        queue!(bytes, SetCursorStyle::SteadyBar)?;
    }
    if enhances() {
        // A terminal that does not know this ignores it; asking first would cost a round trip before the first frame.
        queue!(bytes, PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES))?;
    }
    write_out(&bytes).inspect_err(|_| restore())
}

/// Gives the terminal back if it is ours. Does nothing the second time; never fails, since nobody could do anything about it.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let written = farewell().and_then(|bytes| say_for_sure(&bytes));
    let cooked = terminal::disable_raw_mode();
    if let Err(error) = written.and(cooked) {
        tracing::warn!(%error, "the terminal could not be given back");
    }
}

/// Writes the last words, again where a part of them may have been thrown away.
fn say_for_sure(bytes: &[u8]) -> io::Result<()> {
    loop {
        let before = *thrown();
        let written = write_out(bytes);
        let now = thrown();
        if *now == before || written.is_err() {
            HELD.store(false, Ordering::SeqCst);
            return written;
        }
    }
}

fn thrown() -> MutexGuard<'static, u32> {
    THROWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the terminal is still ours, or somebody is stuck giving it back.
#[must_use]
pub fn is_held() -> bool {
    HELD.load(Ordering::SeqCst)
}

/// Says that another program has the terminal now, or no longer. What the terminal interrupts meanwhile is that program.
pub fn lend(lent: bool) {
    LENT.store(lent, Ordering::SeqCst);
}

/// Whether another program has the terminal.
#[must_use]
pub fn is_lent() -> bool {
    LENT.load(Ordering::SeqCst)
}

/// Frees a thread that is stuck in a write to the terminal: output that was stopped goes on, and with `throw_away` what nobody has taken is
/// thrown away. To be tried again and again, since the rest of a frame may fill the terminal anew.
#[cfg(unix)]
pub fn unstick(throw_away: bool) {
    use rustix::process::{Signal, getpid, kill_process};
    use rustix::termios::{Action, QueueSelector, tcflow, tcflush};

    let out = io::stdout();
    let mut freed = tcflow(&out, Action::OOn);
    if throw_away {
        let mut thrown = thrown();
        if !is_held() {
            return;
        }
        *thrown = thrown.wrapping_add(1);
        freed = freed.and(tcflush(&out, QueueSelector::OFlush));
    }
    // The system does not wake the writer by itself. A signal does, and this one means no harm.
    let woken = kill_process(getpid(), Signal::WINCH);
    if let Err(error) = freed.and(woken) {
        tracing::debug!(%error, "the terminal could not be freed");
    }
}

/// Gives the terminal back past a thread that is stuck in a write to it, as far as that goes. The program must end right after.
#[cfg(unix)]
pub fn abandon() {
    /// How long the last words to a terminal that takes nothing may take.
    const LAST_WORDS: std::time::Duration = std::time::Duration::from_millis(100);
    let (done, wait) = std::sync::mpsc::sync_channel(1);
    // On a thread of its own and not through the standard library's lock, which the stuck thread holds.
    let spoken = std::thread::Builder::new().name("farewell".to_owned()).spawn(move || {
        let written = farewell().map(|bytes| rustix::io::write(io::stdout(), &bytes));
        // Fails when it took too long.
        let _ = done.send(written.is_ok());
    });
    if spoken.is_ok() {
        // Late is as good as never: the modes matter more.
        let _ = wait.recv_timeout(LAST_WORDS);
    }
    let cooked = terminal::disable_raw_mode();
    tracing::warn!(modes = cooked.is_ok(), "the terminal takes nothing and was abandoned");
}

/// What takes back everything that was asked of the terminal.
fn farewell() -> io::Result<Vec<u8>> {
    let mut bytes = MOUSE_OFF.to_vec();
    if enhances() {
        queue!(bytes, PopKeyboardEnhancementFlags)?;
    }
    queue!(
        bytes,
        // A frame may have been cut off inside its synchronised update.
        EndSynchronizedUpdate,
        SetAttribute(Attribute::Reset),
        ResetColor,
        DisableFocusChange,
        DisableBracketedPaste,
    )?;
    if is_modern() {
        queue!(bytes, SetCursorStyle::DefaultUserShape)?;
    }
    queue!(bytes, LeaveAlternateScreen, Show)?;
    bytes.extend_from_slice(b"\x1b[23;2t");
    Ok(bytes)
}

fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
