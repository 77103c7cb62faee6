//! What a control sequence means: a key with what is held down, the mouse, the focus, or a reply.

use super::parser::Heard;
use crate::shell::probe::Reply;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// The meaning of a sequence, from what stands between its introducer and its last byte. `None` for what means nothing to us.
pub(super) fn read(inner: &[u8], last: u8) -> Option<Heard> {
    let inner = std::str::from_utf8(inner).ok()?;
    match (inner.as_bytes().first(), last) {
        (Some(b'<'), b'M' | b'm') => mouse(inner.get(1..)?, last).map(Heard::Event),
        (Some(b'<' | b'=' | b'>' | b'?'), _) | (_, b'R' | b't' | b'n' | b'c') => {
            Reply::of_control(inner, last).map(Heard::Reply)
        }
        // A reply that names a mode has an intermediate.
        _ if inner.bytes().any(|byte| (0x20..=0x2f).contains(&byte)) => None,
        (None, b'I') => Some(Heard::Event(Event::FocusGained)),
        (None, b'O') => Some(Heard::Event(Event::FocusLost)),
        _ => key(inner, last).map(|key| Heard::Event(Event::Key(key))),
    }
}

/// The keys that an application keypad sends.
pub(super) fn application(last: u8) -> Option<KeyCode> {
    match last {
        b'P'..=b'S' => Some(KeyCode::F(last - b'P' + 1)),
        b'M' => Some(KeyCode::Enter),
        _ => arrow(last),
    }
}

fn arrow(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        _ => return None,
    })
}

fn key(inner: &str, last: u8) -> Option<KeyEvent> {
    let mut fields = inner.split(';');
    let first = fields.next().unwrap_or_default();
    let (modifiers, kind) = held(fields.next().unwrap_or_default())?;
    let code = match last {
        b'u' => return unicode(first, modifiers, kind),
        b'~' => numbered(first.parse().ok()?)?,
        b'P' | b'Q' | b'S' => KeyCode::F(last - b'P' + 1),
        b'Z' => return Some(KeyEvent::new_with_kind(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT, kind)),
        _ => arrow(last)?,
    };
    Some(KeyEvent::new_with_kind(code, modifiers, kind))
}

/// What is held down and whether the key was pressed, repeated or let go: `modifiers:kind`, one more than the bits, as xterm and kitty say it.
fn held(written: &str) -> Option<(KeyModifiers, KeyEventKind)> {
    let (mask, kind) = written.split_once(':').unwrap_or((written, ""));
    let mask: u16 = if mask.is_empty() { 1 } else { mask.parse().ok()? };
    let bits = mask.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ] {
        modifiers.set(modifier, bits & bit != 0);
    }
    let kind = match kind {
        "2" => KeyEventKind::Repeat,
        "3" => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    Some((modifiers, kind))
}

fn numbered(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=26 => KeyCode::F(number - 12),
        28..=29 => KeyCode::F(number - 15),
        31..=34 => KeyCode::F(number - 17),
        _ => return None,
    })
}

/// A key by its number in Unicode, with kitty's own numbers for keys that type nothing.
/// <https://sw.kovidgoyal.net/kitty/keyboard-protocol/#functional-key-definitions>
fn unicode(written: &str, modifiers: KeyModifiers, kind: KeyEventKind) -> Option<KeyEvent> {
    const KEYPAD: &str = "0123456789./*-+\r=,";
    let mut points = written.split(':').map(str::parse::<u32>);
    let point = points.next()?.ok()?;
    let shifted = points.next().and_then(Result::ok).and_then(char::from_u32);
    let code = match point {
        9 if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        57_376..=57_398 => KeyCode::F(u8::try_from(point - 57_376 + 13).ok()?),
        57_399..=57_416 => match KEYPAD.chars().nth(usize::try_from(point - 57_399).ok()?)? {
            '\r' => KeyCode::Enter,
            typed => KeyCode::Char(typed),
        },
        57_417 => KeyCode::Left,
        57_418 => KeyCode::Right,
        57_419 => KeyCode::Up,
        57_420 => KeyCode::Down,
        57_421 => KeyCode::PageUp,
        57_422 => KeyCode::PageDown,
        57_423 => KeyCode::Home,
        57_424 => KeyCode::End,
        57_425 => KeyCode::Insert,
        57_426 => KeyCode::Delete,
        // Locks, media keys, modifiers alone.
        57_344..=63_743 => return None,
        _ => KeyCode::Char(char::from_u32(point)?),
    };
    if let (Some(shifted), true) = (shifted, modifiers.contains(KeyModifiers::SHIFT)) {
        let modifiers = modifiers - KeyModifiers::SHIFT;
        return Some(KeyEvent::new_with_kind(KeyCode::Char(shifted), modifiers, kind));
    }
    Some(KeyEvent::new_with_kind(code, modifiers, kind))
}

/// The mouse as it is asked to report: `button;column;row`, positions from 1.
fn mouse(written: &str, last: u8) -> Option<Event> {
    let mut numbers = written.split(';').map(str::parse::<u16>);
    let mut next = || numbers.next()?.ok();
    let (button, column, row) = (next()?, next()?.checked_sub(1)?, next()?.checked_sub(1)?);
    let (kind, modifiers) = what_it_did(button)?;
    let kind = match kind {
        MouseEventKind::Down(button) if last == b'm' => MouseEventKind::Up(button),
        kind => kind,
    };
    Some(Event::Mouse(MouseEvent { kind, column, row, modifiers }))
}

/// The mouse as terminals report it that know nothing newer: each number as a byte, 32 more than it is.
pub(super) fn old_mouse(button: u8, x: u8, y: u8) -> Option<Event> {
    let place = |byte: u8| byte.checked_sub(33).map(u16::from);
    let (kind, modifiers) = what_it_did(u16::from(button.checked_sub(32)?))?;
    Some(Event::Mouse(MouseEvent { kind, column: place(x)?, row: place(y)?, modifiers }))
}

/// Two bits for the button, then Shift, Alt, Ctrl, motion, and two more for the button.
fn what_it_did(bits: u16) -> Option<(MouseEventKind, KeyModifiers)> {
    let button = (bits & 3) | ((bits & 0xc0) >> 4);
    let moves = bits & 32 != 0;
    let name = |number| match number {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (button, moves) {
        (0..=2, false) => MouseEventKind::Down(name(button)),
        (0..=2, true) => MouseEventKind::Drag(name(button)),
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3, true) => MouseEventKind::Moved,
        (4, _) => MouseEventKind::ScrollUp,
        (5, _) => MouseEventKind::ScrollDown,
        (6, _) => MouseEventKind::ScrollLeft,
        (7, _) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)] {
        modifiers.set(modifier, bits & bit != 0);
    }
    Some((kind, modifiers))
}
