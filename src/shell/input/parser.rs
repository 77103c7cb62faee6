//! From the bytes that a terminal sends to keys, pastes and replies.
//!
//! Pure: whoever reads the bytes also watches the time and says when the rest of something will not come. Replies of the terminal never become
//! keys, however late they come and however they are cut; what only begins like one and goes on like nothing known is dropped.

use super::csi;
use crate::shell::probe::Reply;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// What was heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// The user did something.
    Event(Event),
    /// The terminal answered something.
    Reply(Reply),
}

impl Heard {
    /// Whether it is the answer after which no other is owed.
    #[must_use]
    pub fn ends_answers(&self) -> bool {
        *self == Self::Reply(Reply::Attributes)
    }
}

/// How long the rest of a key is waited for: a lone Esc may begin something else.
pub const KEY_WAIT: Duration = Duration::from_millis(25);

/// The same while answers of the terminal are awaited, which may come in pieces.
pub const AWAITING_WAIT: Duration = Duration::from_millis(150);

/// How long the rest of something that can only be a sequence is waited for.
pub const SEQUENCE_WAIT: Duration = Duration::from_secs(1);

/// How long a paste may pause. Its end may never come, and until then every key would be a part of it.
pub const PASTE_WAIT: Duration = Duration::from_secs(5);

/// Longest sequence; what is longer is none.
const LONGEST: usize = 1024;

/// How many bytes may follow in a string that goes on as no answer does before they are taken as typed.
const LONGEST_DOUBT: usize = 64;

/// Most bytes of one paste that are kept. Far more than the composer takes.
const LONGEST_PASTE: usize = 4 << 20;

const PASTE_END: &[u8] = b"\x1b[201~";

/// Reads bytes as they come.
#[derive(Debug, Default)]
pub struct Parser {
    pending: Vec<u8>,
    /// What was pasted so far, while a paste goes on.
    paste: Option<Vec<u8>>,
    /// A lone Esc ended the last bytes.
    lone: bool,
}

/// What the first bytes are.
enum Step {
    /// The beginning of something.
    Unfinished,
    /// So many of them are this.
    Took(usize, Option<Heard>),
    /// So many of them begin a paste.
    Paste(usize),
}

impl Parser {
    /// Takes in what was read at once.
    pub fn advance(&mut self, bytes: &[u8], heard: &mut Vec<Heard>) {
        if std::mem::take(&mut self.lone) && !bytes.first().is_some_and(|byte| b"[O]P_".contains(byte)) {
            // Alt with a key comes in one piece; this was Esc, and then something else.
            self.pending.clear();
            heard.push(key(KeyCode::Esc));
        }
        self.pending.extend_from_slice(bytes);
        self.read(heard);
        self.lone = self.paste.is_none() && self.pending == [0x1b];
    }

    /// How long the rest of what has begun is waited for; `None` when nothing has. `awaiting`: answers are owed.
    #[must_use]
    pub fn wait(&self, awaiting: bool) -> Option<Duration> {
        match self.pending.as_slice() {
            _ if self.paste.is_some() => Some(PASTE_WAIT),
            [] => None,
            &[0x1b, kind, ref body @ ..] if broken_at(kind, body).is_some() => Some(AWAITING_WAIT),
            [0x1b] | [0x1b, _] => Some(if awaiting { AWAITING_WAIT } else { KEY_WAIT }),
            [0x1b, ..] => Some(SEQUENCE_WAIT),
            _ => None,
        }
    }

    /// The rest did not come in time.
    pub fn give_up(&mut self, heard: &mut Vec<Heard>) {
        if let Some(paste) = self.paste.take() {
            // What is left may be the half of its end.
            self.pending.clear();
            heard.push(Heard::Event(Event::Paste(String::from_utf8_lossy(&paste).into_owned())));
            return;
        }
        self.lone = false;
        match *self.pending.as_slice() {
            [0x1b] => heard.push(key(KeyCode::Esc)),
            [0x1b, byte] => heard.push(Heard::Event(Event::Key(alt(plain(char::from(byte)))))),
            [0x1b, kind, ref body @ ..] => {
                // What follows on half an answer was typed.
                if let Some(broken) = broken_at(kind, body) {
                    self.pending.drain(..broken + 2);
                    self.read(heard);
                }
            }
            _ => {}
        }
        self.pending.clear();
    }

    /// Forgets what has begun: somebody else reads from the terminal now.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    fn read(&mut self, heard: &mut Vec<Heard>) {
        let mut at = 0;
        loop {
            let bytes = self.pending.get(at..).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            if let Some(paste) = &mut self.paste {
                let (taken, over) = pasted(bytes, paste);
                at += taken;
                if over {
                    let text = String::from_utf8_lossy(&std::mem::take(paste)).into_owned();
                    self.paste = None;
                    heard.push(Heard::Event(Event::Paste(text)));
                    continue;
                }
                break;
            }
            match step(bytes) {
                Step::Unfinished => break,
                Step::Took(count, what) => {
                    at += count.max(1);
                    heard.extend(what);
                }
                Step::Paste(count) => {
                    at += count;
                    self.paste = Some(Vec::new());
                }
            }
        }
        self.pending.drain(..at.min(self.pending.len()));
    }
}

/// Adds to a paste what belongs to it. Returns how many bytes were taken, and whether its end was among them.
fn pasted(bytes: &[u8], paste: &mut Vec<u8>) -> (usize, bool) {
    let end = bytes.windows(PASTE_END.len()).position(|part| part == PASTE_END);
    // The end may be cut: what could be its beginning stays.
    let kept = (1..PASTE_END.len()).rev().find(|&count| bytes.ends_with(PASTE_END.get(..count).unwrap_or_default()));
    let body = end.unwrap_or(bytes.len() - kept.unwrap_or(0));
    let room = LONGEST_PASTE.saturating_sub(paste.len());
    paste.extend_from_slice(bytes.get(..body.min(room)).unwrap_or_default());
    (end.map_or(body, |end| end + PASTE_END.len()), end.is_some())
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] | [0x1b] => Step::Unfinished,
        [0x1b, b'[', ..] => control(bytes),
        [0x1b, b'O', rest @ ..] => match rest.first() {
            None => Step::Unfinished,
            Some(&last) => match csi::application(last) {
                Some(code) => Step::Took(3, Some(key(code))),
                None => Step::Took(2, Some(Heard::Event(Event::Key(alt(plain('O')))))),
            },
        },
        [0x1b, kind @ (b']' | b'P' | b'_'), rest @ ..] => match rest.first() {
            None => Step::Unfinished,
            Some(first) if begins_string(*kind, *first) => string(*kind, bytes),
            Some(_) => Step::Took(2, Some(Heard::Event(Event::Key(alt(plain(char::from(*kind))))))),
        },
        [0x1b, 0x1b, ..] => Step::Took(1, Some(key(KeyCode::Esc))),
        [0x1b, rest @ ..] => match character(rest) {
            Step::Took(count, Some(Heard::Event(Event::Key(pressed)))) => {
                Step::Took(count + 1, Some(Heard::Event(Event::Key(alt(pressed)))))
            }
            Step::Took(count, what) => Step::Took(count + 1, what),
            other => other,
        },
        _ => character(bytes),
    }
}

/// Whether a string of this kind may begin so. Alt with a bracket, and then a letter, are keys.
fn begins_string(kind: u8, first: u8) -> bool {
    match kind {
        b']' => first.is_ascii_digit(),
        b'P' => first.is_ascii_digit() || b">!$+=|".contains(&first),
        _ => first == b'G',
    }
}

/// A string of the terminal, ended by BEL or ST. One that is broken off by any other control character is dropped. What no answer goes on like is a part
/// of it as long as its end may come, and typed otherwise.
fn string(kind: u8, bytes: &[u8]) -> Step {
    let body = bytes.get(2..).unwrap_or_default();
    let broken = broken_at(kind, body);
    for (at, &byte) in body.iter().enumerate() {
        let reply = || Reply::of_string(kind, body.get(..at).unwrap_or_default()).map(Heard::Reply);
        let given_up = Step::Took(broken.unwrap_or(at).min(at) + 2, None);
        match byte {
            0x07 => return Step::Took(at + 3, reply()),
            0x1b => match body.get(at + 1) {
                None => return Step::Unfinished,
                Some(b'\\') => return Step::Took(at + 4, reply()),
                Some(_) => return given_up,
            },
            0x00..=0x1f | 0x7f => return given_up,
            _ if at >= LONGEST || broken.is_some_and(|broken| at > broken + LONGEST_DOUBT) => return given_up,
            _ => {}
        }
    }
    Step::Unfinished
}

/// Where a string goes on as no answer does.
fn broken_at(kind: u8, body: &[u8]) -> Option<usize> {
    (kind == b']' && !Reply::is_colour_so_far(body)).then(|| {
        let good = |end: &usize| Reply::is_colour_so_far(body.get(..*end).unwrap_or_default());
        (0..body.len()).rev().find(good).unwrap_or(0)
    })
}

/// A control sequence: parameters, intermediates, a final byte.
fn control(bytes: &[u8]) -> Step {
    if bytes.get(2) == Some(&b'[') {
        // The function keys of the Linux console.
        return match bytes.get(3) {
            None => Step::Unfinished,
            Some(last @ b'A'..=b'E') => Step::Took(4, Some(key(KeyCode::F(last - b'A' + 1)))),
            Some(_) => Step::Took(3, None),
        };
    }
    if bytes.get(2) == Some(&b'M') {
        // The oldest report of the mouse: three bytes follow.
        return match bytes.get(3..6) {
            Some(&[button, x, y]) => Step::Took(6, csi::old_mouse(button, x, y).map(Heard::Event)),
            _ => Step::Unfinished,
        };
    }
    for (at, &byte) in bytes.iter().enumerate().skip(2) {
        match byte {
            0x20..=0x3f if at < LONGEST => {}
            0x40..=0x7e => {
                let inner = bytes.get(2..at).unwrap_or_default();
                if inner == b"200" && byte == b'~' {
                    return Step::Paste(at + 1);
                }
                return Step::Took(at + 1, csi::read(inner, byte));
            }
            // Broken off.
            _ => return Step::Took(at, None),
        }
    }
    Step::Unfinished
}

/// One character, or the control character of a key.
fn character(bytes: &[u8]) -> Step {
    let Some(&first) = bytes.first() else { return Step::Unfinished };
    let pressed = match first {
        b'\r' => KeyEvent::from(KeyCode::Enter),
        b'\t' => KeyEvent::from(KeyCode::Tab),
        0x7f => KeyEvent::from(KeyCode::Backspace),
        0 => KeyEvent::new(KeyCode::Char(' '), KeyModifiers::CONTROL),
        0x01..=0x1a => KeyEvent::new(KeyCode::Char(char::from(first - 1 + b'a')), KeyModifiers::CONTROL),
        0x1c..=0x1f => KeyEvent::new(KeyCode::Char(char::from(first - 0x1c + b'4')), KeyModifiers::CONTROL),
        0x20..=0x7e => plain(char::from(first)),
        _ => {
            let count = match first {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return Step::Took(1, None),
            };
            let present = bytes.get(..count.min(bytes.len())).unwrap_or_default();
            return match std::str::from_utf8(present) {
                Ok(text) => Step::Took(count, text.chars().next().map(|typed| Heard::Event(Event::Key(plain(typed))))),
                Err(error) if error.error_len().is_none() => Step::Unfinished,
                Err(error) => Step::Took(error.error_len().unwrap_or(1), None),
            };
        }
    };
    Step::Took(1, Some(Heard::Event(Event::Key(pressed))))
}

fn plain(typed: char) -> KeyEvent {
    let held = if typed.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(typed), held)
}

fn alt(mut pressed: KeyEvent) -> KeyEvent {
    pressed.modifiers |= KeyModifiers::ALT;
    pressed
}

fn key(code: KeyCode) -> Heard {
    Heard::Event(Event::Key(code.into()))
}

#[cfg(test)]
mod tests;
