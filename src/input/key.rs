//! One key press, whatever terminal it came from, and how people write it.
//!
//! A [`Key`] has one form only: what terminals cannot tell apart is the same key here, so that a binding works everywhere. Ctrl-I is Tab,
//! Ctrl-M is Enter, Ctrl-[ is Esc; Shift is kept only where a terminal can report it beside the key itself.

use crate::domain::near;
use std::fmt;
use std::str::FromStr;

/// Which key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyCode {
    /// A character. With Ctrl or Alt, ASCII letters are lower case.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Deletes backwards.
    Backspace,
    /// Deletes forwards.
    Delete,
    /// Insert.
    Insert,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// A function key, 1 to 35.
    F(u8),
}

/// What is held down with a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Modifiers {
    /// Control.
    pub ctrl: bool,
    /// Alt, Option or Meta.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
}

/// One key press. Parsing what it prints gives the same key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    code: KeyCode,
    modifiers: Modifiers,
}

/// Why a written key could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no key called {written:?}{}", near::hint(.near.as_deref()))]
pub struct KeyError {
    /// What was written.
    pub written: String,
    /// What was probably meant.
    pub near: Option<String>,
}

/// Printed name first, then other spellings, in lower case.
const NAMES: &[(KeyCode, &[&str])] = &[
    (KeyCode::Enter, &["Enter", "return"]),
    (KeyCode::Esc, &["Esc", "escape"]),
    (KeyCode::Tab, &["Tab"]),
    (KeyCode::Backspace, &["Backspace", "bs"]),
    (KeyCode::Delete, &["Delete", "del"]),
    (KeyCode::Insert, &["Insert", "ins"]),
    (KeyCode::Home, &["Home"]),
    (KeyCode::End, &["End"]),
    (KeyCode::PageUp, &["PgUp", "pageup", "page-up"]),
    (KeyCode::PageDown, &["PgDn", "pgdown", "pagedown", "page-down"]),
    (KeyCode::Up, &["Up"]),
    (KeyCode::Down, &["Down"]),
    (KeyCode::Left, &["Left"]),
    (KeyCode::Right, &["Right"]),
    (KeyCode::Char(' '), &["Space"]),
];

const PREFIXES: &[(&str, Modifiers)] = &[
    ("ctrl-", Modifiers { ctrl: true, alt: false, shift: false }),
    ("control-", Modifiers { ctrl: true, alt: false, shift: false }),
    ("alt-", Modifiers { ctrl: false, alt: true, shift: false }),
    ("meta-", Modifiers { ctrl: false, alt: true, shift: false }),
    ("option-", Modifiers { ctrl: false, alt: true, shift: false }),
    ("shift-", Modifiers { ctrl: false, alt: false, shift: true }),
];

/// Highest function key that terminals can report.
const LAST_FUNCTION_KEY: u8 = 35;

impl Key {
    /// The one form of this key. `None` for control characters, which no key types, and function keys that do not exist.
    #[must_use]
    pub fn new(code: KeyCode, modifiers: Modifiers) -> Option<Self> {
        match code {
            KeyCode::Char(character) => Self::character(character, modifiers),
            KeyCode::F(number) if !(1..=LAST_FUNCTION_KEY).contains(&number) => None,
            _ => Some(Self { code, modifiers }),
        }
    }

    fn character(character: char, mut modifiers: Modifiers) -> Option<Self> {
        if character.is_control() {
            return None;
        }
        let special = match character.to_ascii_lowercase() {
            'i' if modifiers.ctrl => Some(KeyCode::Tab),
            'm' if modifiers.ctrl => Some(KeyCode::Enter),
            '[' if modifiers.ctrl => Some(KeyCode::Esc),
            _ => None,
        };
        if let Some(code) = special {
            return Some(Self { code, modifiers: Modifiers { ctrl: false, ..modifiers } });
        }
        let code = if !character.is_ascii_alphabetic() || !(modifiers.ctrl || modifiers.alt) {
            let typed = if modifiers.shift { single_uppercase(character) } else { character };
            // Which keys need Shift depends on the keyboard: "+" is "+".
            modifiers.shift = false;
            typed
        } else {
            modifiers.shift |= character.is_ascii_uppercase();
            character.to_ascii_lowercase()
        };
        Some(Self { code: KeyCode::Char(code), modifiers })
    }

    /// Which key.
    #[must_use]
    pub const fn code(self) -> KeyCode {
        self.code
    }

    /// What is held down with it.
    #[must_use]
    pub const fn modifiers(self) -> Modifiers {
        self.modifiers
    }

    /// The character that it types, where text is taken.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if !self.modifiers.ctrl && !self.modifiers.alt => Some(character),
            _ => None,
        }
    }
}

fn single_uppercase(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => character,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Modifiers { ctrl, alt, shift } = self.modifiers;
        for (held, name) in [(ctrl, "Ctrl-"), (alt, "Alt-"), (shift, "Shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match self.code {
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::Char(character) if character != ' ' => {
                let shown = if ctrl || alt { character.to_ascii_uppercase() } else { character };
                write!(f, "{shown}")
            }
            code => f.write_str(
                NAMES.iter().find(|(named, _)| *named == code).and_then(|(_, names)| names.first()).unwrap_or(&"?"),
            ),
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(written: &str) -> Result<Self, KeyError> {
        let mut modifiers = Modifiers::default();
        let mut rest = written;
        // A key may itself be called "-", so a prefix counts only when something follows it.
        while let Some((prefix, more)) =
            PREFIXES.iter().find(|(prefix, _)| starts_with(rest, prefix) && rest.len() > prefix.len())
        {
            modifiers.ctrl |= more.ctrl;
            modifiers.alt |= more.alt;
            modifiers.shift |= more.shift;
            rest = rest.get(prefix.len()..).unwrap_or_default();
        }
        let held = modifiers.ctrl || modifiers.alt;
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            // "Ctrl-K" is how people write it; Shift is written out there.
            (Some(one), None) if held => Some(KeyCode::Char(one.to_ascii_lowercase())),
            (Some(one), None) => Some(KeyCode::Char(one)),
            _ => named(rest),
        };
        code.and_then(|code| Self::new(code, modifiers))
            .ok_or_else(|| KeyError { written: written.to_owned(), near: meant(written, rest) })
    }
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn named(name: &str) -> Option<KeyCode> {
    if let Some(number) =
        name.strip_prefix(['f', 'F']).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return number.parse().ok().map(KeyCode::F);
    }
    NAMES.iter().find(|(_, names)| names.iter().any(|known| known.eq_ignore_ascii_case(name))).map(|&(code, _)| code)
}

/// The closest spelling of the part that is wrong, with the prefixes as they were written.
fn meant(written: &str, rest: &str) -> Option<String> {
    let before = written.strip_suffix(rest)?;
    if let Some((prefix, key)) = rest.split_once('-').filter(|(prefix, key)| !prefix.is_empty() && !key.is_empty()) {
        let known = near::nearest(prefix, PREFIXES.iter().map(|(known, _)| known.trim_end_matches('-')))?;
        let candidate = format!("{before}{known}-{key}").to_lowercase();
        return candidate.parse::<Key>().is_ok().then_some(candidate);
    }
    let known = near::nearest(rest, NAMES.iter().flat_map(|(_, names)| names.iter().copied()))?;
    Some(format!("{before}{known}").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(written: &str) -> Key {
        written.parse().unwrap()
    }

    #[test]
    fn keys_print_as_people_say_them() {
        for (written, printed) in [
            ("ctrl-k", "Ctrl-K"),
            ("CTRL-K", "Ctrl-K"),
            ("ctrl-shift-k", "Ctrl-Shift-K"),
            ("shift-ctrl-k", "Ctrl-Shift-K"),
            ("alt-enter", "Alt-Enter"),
            ("Meta-Return", "Alt-Enter"),
            ("shift-tab", "Shift-Tab"),
            ("page-up", "PgUp"),
            ("pgdn", "PgDn"),
            ("f1", "F1"),
            ("F12", "F12"),
            ("f", "f"),
            ("escape", "Esc"),
            ("del", "Delete"),
            ("space", "Space"),
            ("y", "y"),
            ("Y", "Y"),
            ("shift-y", "Y"),
            ("+", "+"),
            ("-", "-"),
            ("ctrl--", "Ctrl--"),
            ("alt-shift-up", "Alt-Shift-Up"),
            ("ä", "ä"),
            ("shift-ä", "Ä"),
            ("alt-ä", "Alt-ä"),
        ] {
            assert_eq!(key(written).to_string(), printed, "{written}");
        }
    }

    #[test]
    fn what_terminals_cannot_tell_apart_is_one_key() {
        assert_eq!(key("ctrl-i"), key("tab"));
        assert_eq!(key("ctrl-m"), key("enter"));
        assert_eq!(key("ctrl-["), key("esc"));
        assert_eq!(key("alt-ctrl-m"), key("alt-enter"));
        assert_eq!(key("shift-+"), key("+"));
        assert_ne!(key("ctrl-shift-k"), key("ctrl-k"));
        assert_ne!(key("Y"), key("y"));
    }

    #[test]
    fn typed_text_is_exact() {
        assert_eq!(key("ẞ").typed(), Some('ẞ'));
        assert_eq!(key("space").typed(), Some(' '));
        assert_eq!(key("ctrl-a").typed(), None);
        assert_eq!(key("alt-a").typed(), None);
        assert_eq!(key("enter").typed(), None);
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        for (written, message) in [
            ("ctrl-pgupp", "there is no key called \"ctrl-pgupp\"; did you mean \"ctrl-pgup\"?"),
            ("crtl-k", "there is no key called \"crtl-k\"; did you mean \"ctrl-k\"?"),
            ("entre", "there is no key called \"entre\"; did you mean \"enter\"?"),
            ("f99", "there is no key called \"f99\""),
            ("f999", "there is no key called \"f999\""),
            ("", "there is no key called \"\""),
            ("g g", "there is no key called \"g g\""),
            ("\u{7}", "there is no key called \"\\u{7}\""),
        ] {
            assert_eq!(written.parse::<Key>().unwrap_err().to_string(), message);
        }
    }

    fn any_key() -> impl Strategy<Value = Key> {
        let code = prop_oneof![
            any::<char>().prop_map(KeyCode::Char),
            prop::char::range('!', '~').prop_map(KeyCode::Char),
            (1..=LAST_FUNCTION_KEY).prop_map(KeyCode::F),
            (0..NAMES.len()).prop_map(|index| NAMES[index].0),
        ];
        (code, any::<(bool, bool, bool)>())
            .prop_filter_map("no such key", |(code, (ctrl, alt, shift))| Key::new(code, Modifiers { ctrl, alt, shift }))
    }

    proptest! {
        #[test]
        fn parsing_what_is_printed_gives_the_same_key(key in any_key()) {
            prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
            prop_assert_eq!(Key::new(key.code(), key.modifiers()), Some(key));
        }

        #[test]
        fn no_text_makes_the_parser_fail_badly(text in any::<String>()) {
            let _ = text.parse::<Key>();
        }
    }
}
