//! What the terminal can do, found out by asking it.
//!
//! All questions go out in one batch after the first frame; the last is one that every terminal answers, so its answer says that no other will
//! come. Nothing waits for the answers: keys are told from replies as they are read, whenever they come (see [`super::input`]), and a terminal that
//! never answers is drawn on by what the environment says.

#[cfg(unix)]
mod ask;
pub mod reply;
mod widths;

#[cfg(unix)]
pub use ask::ask;
pub use reply::{Colour, Reply};

use super::colour;
use crate::layout::width::WidthRules;
use crate::view::{ColorDepth, Ground};
use std::time::Duration;

/// How long [`ask`] waits for answers, as a rule.
pub const PATIENCE: Duration = Duration::from_millis(150);

/// Synchronised output.
const SYNCHRONISED: u16 = 2026;
/// Reports of the focus.
const FOCUS: u16 = 1004;

/// What is known of a terminal: what the environment says, and what it answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Abilities {
    /// What it is called in `TERM`.
    pub term: String,
    /// What stands between nib and the terminal that the user sees, by the environment.
    pub multiplexer: Option<&'static str>,
    /// How many colours the environment promises. Decides how themes are shown.
    pub colours: ColorDepth,
    /// Whether it is one to be asked, and told of newer things: keyboard modes, shapes of the cursor, titles. Old consoles would print parts of that.
    pub modern: bool,
    /// By the environment it is one that reorders what is written from right to left.
    pub bidi: bool,
    /// It answered to the end.
    pub answered: bool,
    /// Its name and version.
    pub name: Option<String>,
    /// The colour of its background. Decides which of the terminal's own colours are used, and what the theme `auto` is.
    pub background: Option<Colour>,
    /// The colour of its text.
    pub foreground: Option<Colour>,
    /// The flags of the kitty keyboard protocol in force; `None` when it does not know the protocol. With it Shift-Enter and Esc are told apart from others.
    pub keyboard: Option<u16>,
    /// Whether it knows synchronised output; `None` when it did not say, and then it is used.
    pub synchronised: Option<bool>,
    /// Whether it reports the focus; `None` when it did not say. Unknown focus counts as in.
    pub focus: Option<bool>,
    /// How wide it draws what terminals disagree about; `None` when it did not say, and then it is taken to follow Unicode.
    pub widths: Option<WidthRules>,
}

impl Abilities {
    /// What the environment says; nothing is asked.
    #[must_use]
    pub fn promised() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// What these variables say.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let multiplexer = match () {
            () if set("TMUX") || term.starts_with("tmux") => Some("tmux"),
            () if set("STY") || term.starts_with("screen") => Some("screen"),
            () => None,
        };
        Self {
            multiplexer,
            colours: colour::depth(&variable),
            modern: is_modern(&term),
            bidi: set("KONSOLE_VERSION")
                || set("VTE_VERSION")
                || set("MLTERM")
                || variable("TERM_PROGRAM").is_some_and(|name| name == "Apple_Terminal"),
            answered: false,
            name: None,
            background: None,
            foreground: None,
            keyboard: None,
            synchronised: None,
            focus: None,
            widths: None,
            term,
        }
    }

    /// Whether the background is light or dark, if it is known.
    #[must_use]
    pub fn ground(&self) -> Option<Ground> {
        self.background.map(|[red, green, blue]| Ground::of(red, green, blue))
    }

    /// Whether it is known to take links (OSC 8), by its name: none can be asked.
    #[must_use]
    pub fn links(&self) -> bool {
        const KNOWN: [&str; 9] =
            ["foot", "kitty", "wezterm", "iterm2", "ghostty", "alacritty", "contour", "konsole", "vte"];
        let name = self.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        // The first that passes them on.
        let tmux = name.strip_prefix("tmux ").and_then(|version| {
            let mut numbers = version.split('.').map(|part| part.trim_end_matches(|end: char| !end.is_ascii_digit()));
            Some((numbers.next()?.parse::<u32>().ok()?, numbers.next()?.parse::<u32>().ok()?))
        });
        match self.multiplexer {
            Some("tmux") => tmux.is_some_and(|version| version >= (3, 4)),
            Some(_) => false,
            None => self.modern && KNOWN.iter().any(|known| name.starts_with(known)),
        }
    }

    /// Whether it is known to reorder what is written from right to left by itself.
    #[must_use]
    pub fn reorders(&self) -> bool {
        let named = |name: &str| self.name.as_deref().is_some_and(|own| own.to_ascii_lowercase().starts_with(name));
        self.multiplexer.is_none() && (self.bidi || ["konsole", "mlterm", "vte"].into_iter().any(named))
    }

    /// What is known, a line for each thing: its name, and what is known of it.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let colour = |colour: Option<Colour>| match colour {
            Some([red, green, blue]) => format!("#{red:02x}{green:02x}{blue:02x}"),
            None => "not told".to_owned(),
        };
        let known = |known: Option<bool>| known.map_or("not told", |known| if known { "yes" } else { "no" }).to_owned();
        let ground = match self.ground() {
            Some(Ground::Dark) => ", dark",
            Some(Ground::Light) => ", light",
            None => "",
        };
        let colours = match self.colours {
            ColorDepth::TrueColor => "all",
            ColorDepth::Ansi256 => "256",
            ColorDepth::Ansi16 => "16",
            ColorDepth::None => "none",
        };
        let widths = self.widths.map_or_else(|| "not told, taken as in Unicode".to_owned(), |rules| rules.to_string());
        vec![
            ("TERM", self.term.clone()),
            ("name", self.name.clone().unwrap_or_else(|| "not told".to_owned())),
            ("inside of", self.multiplexer.unwrap_or("nothing").to_owned()),
            ("answers", if self.answered { "yes" } else { "no" }.to_owned()),
            ("colours", colours.to_owned()),
            ("background", colour(self.background) + ground),
            ("text", colour(self.foreground)),
            ("unambiguous keys", if self.keyboard.is_some() { "yes" } else { "no" }.to_owned()),
            ("synchronised output", known(self.synchronised)),
            ("focus", known(self.focus)),
            ("widths", widths),
            ("links", if self.links() { "told" } else { "not told" }.to_owned()),
            ("right to left", if self.reorders() { "reordered there" } else { "reordered by nib" }.to_owned()),
        ]
    }
}

/// Whether a terminal of this name can be told of what came after the VT220 without printing parts of it.
#[must_use]
pub fn is_modern(term: &str) -> bool {
    const OLD: [&str; 8] = ["vt1", "vt2", "vt3", "vt4", "vt5", "cons", "ansi", "sun"];
    // On Windows nothing is named, as a rule.
    let named = !matches!(term, "dumb" | "unknown") && (!term.is_empty() || cfg!(windows));
    named && !(term == "linux" || term.starts_with("linux-") || OLD.iter().any(|old| term.starts_with(old)))
}

/// Puts the answers together.
#[derive(Debug)]
pub struct Probe {
    abilities: Abilities,
    asked: bool,
    positions: Vec<u16>,
}

impl Probe {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(abilities: Abilities) -> Self {
        Self { abilities, asked: false, positions: Vec::new() }
    }

    /// The questions, once; empty for a terminal that is not to be asked. `row`: what stands on this row, from 0, is to be drawn again afterwards;
    /// without one it is the row where the cursor stands.
    pub fn questions(&mut self, row: Option<u16>) -> Vec<u8> {
        // A console of Windows tells keys and no bytes: the answers would be typed.
        if self.asked || !self.abilities.modern || !cfg!(unix) {
            return Vec::new();
        }
        self.asked = true;
        let mut bytes = widths::questions(row);
        bytes.extend_from_slice(b"\x1b]11;?\x1b\\\x1b]10;?\x1b\\\x1b[?u\x1b[?2026$p\x1b[?1004$p\x1b[>q\x1b[c");
        bytes
    }

    /// Takes an answer. Returns what is known now, when that was the last one; answers that nobody asked for, and such as come again, are dropped.
    pub fn take(&mut self, reply: Reply) -> Option<&Abilities> {
        if !self.asked || self.abilities.answered {
            return None;
        }
        let known = &mut self.abilities;
        match reply {
            Reply::Background(colour) => known.background = Some(colour),
            Reply::Foreground(colour) => known.foreground = Some(colour),
            Reply::Keyboard(flags) => known.keyboard = Some(flags),
            Reply::Name(name) => known.name = Some(name),
            Reply::Mode(SYNCHRONISED, state) => known.synchronised = Some(matches!(state, 1..=3)),
            Reply::Mode(FOCUS, state) => known.focus = Some(matches!(state, 1..=3)),
            Reply::Position(_, column) if self.positions.len() <= widths::SAMPLES => self.positions.push(column),
            Reply::Attributes => {
                known.answered = true;
                known.widths = widths::rules(&self.positions);
                return Some(known);
            }
            Reply::Mode(..) | Reply::Position(..) | Reply::Other => {}
        }
        None
    }

    /// What is known so far.
    #[must_use]
    pub fn abilities(&self) -> &Abilities {
        &self.abilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(term: &str) -> Abilities {
        Abilities::of(|name| (name == "TERM").then(|| term.to_owned()))
    }

    #[test]
    fn links_are_told_where_they_are_taken() {
        let of = |term: &str, name: &str| Abilities { name: Some(name.to_owned()), ..named(term) }.links();
        assert!(of("foot", "foot(1.16)") && of("xterm-kitty", "kitty(0.35)") && of("tmux-256color", "tmux 3.4"));
        assert!(of("tmux-256color", "tmux 4.0a") && !of("tmux-256color", "tmux 3.3a"));
        assert!(!of("screen", "GNU Screen") && !of("xterm", "XTerm(390)") && !of("linux", "foot"));
    }

    #[cfg(unix)]
    #[test]
    fn old_consoles_are_not_asked() {
        for term in ["linux", "linux-16color", "vt100", "vt220", "cons25", "ansi", "dumb", "unknown", ""] {
            assert!(Probe::new(named(term)).questions(Some(0)).is_empty(), "{term}");
        }
        for term in ["xterm", "xterm-256color", "screen", "tmux-256color", "foot", "alacritty", "st-256color"] {
            let questions = Probe::new(named(term)).questions(Some(0));
            assert!(questions.ends_with(b"\x1b[c"), "{term}: the last question is one that all answer");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_comes_before_the_last_answer_counts_and_nothing_after() {
        let mut probe = Probe::new(named("xterm"));
        assert_eq!(probe.take(Reply::Background([255; 3])), None);
        assert_eq!(probe.abilities().background, None, "nothing was asked");
        assert!(!probe.questions(Some(3)).is_empty());
        assert!(probe.questions(Some(3)).is_empty(), "once");
        for reply in [
            Reply::Background([250, 250, 240]),
            Reply::Mode(2026, 2),
            Reply::Mode(1004, 0),
            Reply::Keyboard(0),
            Reply::Name("foot(1)".to_owned()),
            Reply::Other,
        ] {
            assert_eq!(probe.take(reply), None);
        }
        let known = probe.take(Reply::Attributes).expect("the end").clone();
        assert_eq!(known.ground(), Some(Ground::Light));
        assert_eq!((known.synchronised, known.focus, known.keyboard), (Some(true), Some(false), Some(0)));
        assert_eq!((known.foreground, known.widths), (None, None));
        assert!(known.lines().contains(&("background", "#fafaf0, light".to_owned())), "{:?}", known.lines());
        assert_eq!(probe.take(Reply::Background([0; 3])), None);
        assert_eq!(probe.take(Reply::Attributes), None, "told once");
        assert_eq!(probe.abilities(), &known);
    }
}
