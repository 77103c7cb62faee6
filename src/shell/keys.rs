//! From what the terminal library reports to our own [`Key`].

use crate::input::{Key, KeyCode, Modifiers};
use crossterm::event::{KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers};

/// Modifiers that no binding can name: such a key belongs to the window system.
const FOREIGN: KeyModifiers = KeyModifiers::SUPER.union(KeyModifiers::HYPER).union(KeyModifiers::META);

/// The key that was pressed. `None` for a key that was let go, and for keys that nothing can be bound to: modifiers alone, media keys, locks.
#[must_use]
pub fn key(event: KeyEvent) -> Option<Key> {
    // A press and its repetitions act; without this the kitty protocol would do everything twice.
    if event.kind == KeyEventKind::Release || event.modifiers.intersects(FOREIGN) {
        return None;
    }
    let mut modifiers = Modifiers {
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    };
    let code = match event.code {
        Code::Char(character) => KeyCode::Char(if modifiers.ctrl { legacy(character) } else { character }),
        // Some terminals report the Shift of Shift-Tab beside it, others do not.
        Code::BackTab => {
            modifiers.shift = true;
            KeyCode::Tab
        }
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab => KeyCode::Tab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Insert => KeyCode::Insert,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::F(number) => KeyCode::F(number),
        Code::Null => {
            modifiers.ctrl = true;
            KeyCode::Char(' ')
        }
        Code::CapsLock
        | Code::ScrollLock
        | Code::NumLock
        | Code::PrintScreen
        | Code::Pause
        | Code::Menu
        | Code::KeypadBegin
        | Code::Media(_)
        | Code::Modifier(_) => return None,
    };
    Key::new(code, modifiers)
}

/// Without the kitty protocol a terminal sends the bytes 0x1C to 0x1F for Ctrl with `\`, `]`, `^` and `_`; the library reports them as the
/// digits 4 to 7. They are told by their usual names; Ctrl with those digits, which no such terminal can send, becomes the same keys.
const fn legacy(character: char) -> char {
    match character {
        '4' => '\\',
        '5' => ']',
        '6' => '^',
        '7' => '_',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: Code, modifiers: KeyModifiers) -> String {
        key(KeyEvent::new(code, modifiers)).map(|key| key.to_string()).unwrap_or_default()
    }

    #[test]
    fn one_key_is_one_key_in_every_terminal() {
        const NONE: KeyModifiers = KeyModifiers::NONE;
        const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
        const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
        const ALT: KeyModifiers = KeyModifiers::ALT;
        for (code, modifiers, printed) in [
            (Code::Char('y'), NONE, "y"),
            (Code::Char('Y'), NONE, "Y"),
            (Code::Char('Y'), SHIFT, "Y"),
            (Code::Char('y'), SHIFT, "Y"),
            (Code::Char('+'), SHIFT, "+"),
            (Code::Char('?'), SHIFT, "?"),
            (Code::Char(' '), SHIFT, "Space"),
            (Code::Char('k'), CONTROL, "Ctrl-K"),
            (Code::Char('K'), CONTROL, "Ctrl-Shift-K"),
            (Code::Char('k'), CONTROL.union(SHIFT), "Ctrl-Shift-K"),
            (Code::Char('7'), CONTROL, "Ctrl-_"),
            (Code::Char('_'), CONTROL, "Ctrl-_"),
            (Code::Char('/'), CONTROL, "Ctrl-/"),
            (Code::Char('a'), ALT, "Alt-A"),
            (Code::Char('4'), ALT, "Alt-4"),
            (Code::Char('j'), CONTROL, "Ctrl-J"),
            (Code::Char('i'), CONTROL, "Tab"),
            (Code::BackTab, NONE, "Shift-Tab"),
            (Code::BackTab, SHIFT, "Shift-Tab"),
            (Code::Tab, SHIFT, "Shift-Tab"),
            (Code::Enter, ALT, "Alt-Enter"),
            (Code::Enter, SHIFT, "Shift-Enter"),
            (Code::PageUp, NONE, "PgUp"),
            (Code::F(1), NONE, "F1"),
            (Code::Null, NONE, "Ctrl-Space"),
        ] {
            assert_eq!(pressed(code, modifiers), printed, "{code:?} {modifiers:?}");
        }
    }

    #[test]
    fn what_is_no_press_of_ours_is_no_key() {
        assert_eq!(pressed(Code::CapsLock, KeyModifiers::NONE), "");
        assert_eq!(pressed(Code::Char('c'), KeyModifiers::SUPER), "");
        assert_eq!(pressed(Code::Char('\u{1}'), KeyModifiers::NONE), "");
        let mut event = KeyEvent::new(Code::Enter, KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(key(event), None);
        event.kind = KeyEventKind::Repeat;
        assert_eq!(key(event).map(|key| key.to_string()), Some("Enter".to_owned()));
    }
}
