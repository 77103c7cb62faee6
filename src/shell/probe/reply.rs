//! What a terminal answers, told from its bytes. Whatever the answer, it is no key.

use crate::domain::CleanText;

/// Longest name of a terminal that is kept, in characters.
const LONGEST_NAME: usize = 80;

/// A colour in red, green and blue.
pub type Colour = [u8; 3];

/// An answer of the terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// Primary device attributes (DA1): every terminal answers this, so it ends a batch of questions.
    Attributes,
    /// The flags of the kitty keyboard protocol that are in force.
    Keyboard(u16),
    /// What a private mode is set to (DECRPM): 0 unknown, 1 set, 2 reset, 3 always set, 4 always reset.
    Mode(u16, u8),
    /// The colour of the background.
    Background(Colour),
    /// The colour of text.
    Foreground(Colour),
    /// Name and version (XTVERSION).
    Name(String),
    /// Row and column of the cursor, from 1.
    Position(u16, u16),
    /// Anything else that nobody typed.
    Other,
}

impl Reply {
    /// From a control sequence: what stands between its introducer and its last byte.
    #[must_use]
    pub fn of_control(inner: &str, last: u8) -> Option<Self> {
        let Some(private) = inner.strip_prefix('?') else {
            let mut numbers = inner.split(';').map(str::parse::<u16>);
            return Some(match (last, numbers.next(), numbers.next(), numbers.next()) {
                (b'R', Some(Ok(row)), Some(Ok(column)), None) => Self::Position(row, column),
                _ => Self::Other,
            });
        };
        Some(match last {
            b'c' => Self::Attributes,
            b'u' => private.parse().map_or(Self::Other, Self::Keyboard),
            b'y' => {
                let fields = private.strip_suffix('$').and_then(|fields| fields.split_once(';'));
                let read = fields.and_then(|(mode, state)| Some(Self::Mode(mode.parse().ok()?, state.parse().ok()?)));
                read.unwrap_or(Self::Other)
            }
            _ => Self::Other,
        })
    }

    /// From a string: its kind (`]`, `P` or `_`, as it follows the Esc) and what is in it.
    #[must_use]
    pub fn of_string(kind: u8, content: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(content).ok()?;
        Some(match (kind, text.split_once(';'), text.strip_prefix(">|")) {
            (b']', Some(("11", written)), _) => colour(written).map_or(Self::Other, Self::Background),
            (b']', Some(("10", written)), _) => colour(written).map_or(Self::Other, Self::Foreground),
            (b'P', _, Some(name)) => Self::Name(CleanText::line(name).chars().take(LONGEST_NAME).collect()),
            _ => Self::Other,
        })
    }

    /// Whether what came so far may still become the answer to a question for a colour. True for strings that are none: their end is waited for.
    #[must_use]
    pub fn is_colour_so_far(content: &[u8]) -> bool {
        let (Some(b"10;" | b"11;"), Some(written)) = (content.get(..3), content.get(3..)) else { return true };
        let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'/';
        written.len() <= 32
            && [&b"rgba:"[..], b"rgb:", b"#"].iter().any(|start| {
                let shared = written.len().min(start.len());
                written.get(..shared) == start.get(..shared)
                    && written.get(start.len()..).unwrap_or_default().iter().all(is_digit)
            })
    }
}

/// A colour as X names it: `rgb:` and one to four digits for each part, perhaps a fourth part for how much shows through; or `#rrggbb`.
fn colour(written: &str) -> Option<Colour> {
    if let Some(digits) = written.strip_prefix('#').filter(|digits| digits.len() == 6) {
        let value = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = value.to_be_bytes();
        return Some([red, green, blue]);
    }
    let parts = written.strip_prefix("rgb:").or_else(|| written.strip_prefix("rgba:"))?;
    let mut parts = parts.split('/').map(|digits| {
        let most = match digits.len() {
            count @ 1..=4 => (1_u32 << (4 * count)) - 1,
            _ => return None,
        };
        u8::try_from(u32::from_str_radix(digits, 16).ok()? * 255 / most).ok()
    });
    let mut next = || parts.next().flatten();
    Some([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::{Reply, colour};

    #[test]
    fn colours_are_read_in_every_spelling() {
        for (written, want) in [
            ("rgb:ffff/8080/0000", Some([255, 128, 0])),
            ("rgb:1e/1e/2e", Some([30, 30, 46])),
            ("rgb:f/0/8", Some([255, 0, 136])),
            ("rgba:0000/0000/0000/ffff", Some([0, 0, 0])),
            ("#fbfaf7", Some([251, 250, 247])),
            ("rgb:ffff/8080", None),
            ("rgb:12345/0/0", None),
            ("rgb:xx/00/00", None),
            ("white", None),
        ] {
            assert_eq!(colour(written), want, "{written}");
        }
    }

    #[test]
    fn answers_are_told_apart() {
        assert_eq!(Reply::of_control("?62;22", b'c'), Some(Reply::Attributes));
        assert_eq!(Reply::of_control("?1", b'u'), Some(Reply::Keyboard(1)));
        assert_eq!(Reply::of_control("?2026;2$", b'y'), Some(Reply::Mode(2026, 2)));
        assert_eq!(Reply::of_control("24;80", b'R'), Some(Reply::Position(24, 80)));
        for (inner, last) in [("?2026;2", b'y'), ("?", b'u'), ("24", b'R'), (">1;2;3", b'c'), ("6;20;10", b't')] {
            assert_eq!(Reply::of_control(inner, last), Some(Reply::Other), "{inner}");
        }
        assert_eq!(Reply::of_string(b'P', b">|foot(1.2)\x1b[1m"), Some(Reply::Name("foot(1.2)[1m".to_owned())));
        assert_eq!(Reply::of_string(b'P', b"1$r0m"), Some(Reply::Other));
    }

    #[test]
    fn what_cannot_become_a_colour_is_noticed_at_once() {
        for good in [
            "1",
            "11",
            "11;",
            "11;r",
            "11;rgb:",
            "11;rgb:12ab/",
            "10;rgba:1/2/3/4",
            "11;#ff",
            "4;1;whatever",
            "52;c;aGk=",
        ] {
            assert!(Reply::is_colour_so_far(good.as_bytes()), "{good}");
        }
        for bad in ["11;h", "11;rgh", "11;rgb:12xb", "11;#fg", "11;rgb:1111111111111111111111111111111111"] {
            assert!(!Reply::is_colour_so_far(bad.as_bytes()), "{bad}");
        }
    }
}
