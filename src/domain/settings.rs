//! Resolved settings that the core and the screen read. The file they come from is the `config` room's business.

use std::time::Duration;

/// The themes that are always there, in the order in which they are offered.
pub const THEMES: [&str; 7] = ["terminal", "auto", "dark", "dusk", "light", "paper", "contrast"];

/// What is left of a message that is deleted while it is in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Deleted {
    /// A row that says so.
    #[default]
    Stone,
    /// Nothing.
    Vanish,
}

/// Who reorders what is written from right to left.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Bidi {
    /// nib, but in terminals that are known to do it by themselves.
    #[default]
    Auto,
    /// nib.
    Nib,
    /// The terminal: everything is drawn in the order in which it was written.
    Terminal,
}

/// Whether the terminal is told of links.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Links {
    /// Where it is known to take them.
    #[default]
    Auto,
    /// It is.
    On,
    /// It is not.
    Off,
}

/// By which rules text is measured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Widths {
    /// As the terminal was found to draw it.
    #[default]
    Auto,
    /// As Unicode asks for.
    Unicode,
    /// Character by character, as terminals do that know no pictures made of several.
    Plain,
}

/// How emoji are measured and drawn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum EmojiStyle {
    /// As the terminal was found to draw them.
    #[default]
    Auto,
    /// As pictures, two cells each.
    Unicode,
    /// Signs that can be text or a picture are drawn as text.
    Text,
}

/// What the user chose, or the defaults. One shared copy; a reload replaces it whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Which theme to draw with; one of `themes`.
    pub theme: String,
    /// The names of the themes that there are, in the order in which they are offered.
    pub themes: Vec<String>,
    /// Draw frames and marks with ASCII only.
    pub ascii: bool,
    /// Twelve-hour clock instead of twenty-four.
    pub twelve_hours: bool,
    /// Width of the channel tree in columns, as far as the terminal has room for it.
    pub sidebar_width: u16,
    /// The key that quits, as people say it; `None` when no key does.
    pub quit_key: Option<String>,
    /// Listen to the mouse.
    pub mouse: bool,
    /// Tell others that one is typing.
    pub send_typing: bool,
    /// Tell the network of read marks that move by reading.
    pub send_read: bool,
    /// Most messages of one chat kept in memory, beyond what is on screen.
    pub window: usize,
    /// Messages asked for in one page of history.
    pub page: u16,
    /// How long somebody is shown as typing after the last sign of it. Not published; nib's choice is 8 s.
    pub typing_shown: Duration,
    /// How often typing is told while keys are pressed, and after how long without one it ends. Not published; nib's choice is 5 s.
    pub typing_resend: Duration,
    /// Most lines that the composer grows to.
    pub composer_lines: u16,
    /// How long changes and deletions are held back so that they can be taken back; zero: not at all.
    pub undo_seconds: Duration,
    /// The folder that files are saved in; empty: the system's folder for downloads.
    pub downloads: String,
    /// Who reorders what is written from right to left.
    pub bidi: Bidi,
    /// Whether the terminal is told of links.
    pub links: Links,
    /// By which rules text is measured.
    pub widths: Widths,
    /// How emoji are measured and drawn.
    pub emoji: EmojiStyle,
    /// What is left of a message that is deleted.
    pub deleted: Deleted,
    /// How many rows of a long message show before it is unfolded; 0: all.
    pub fold: u16,
    /// Keys as in vi while writing.
    pub vi: bool,
    /// A paste of so many lines asks how it is to go in; 0: none does.
    pub paste_asks: u16,
    /// Links in own messages get previews, where the network makes some.
    pub previews: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "terminal".to_owned(),
            themes: THEMES.map(str::to_owned).to_vec(),
            ascii: false,
            twelve_hours: false,
            sidebar_width: 28,
            quit_key: Some("Ctrl-Q".to_owned()),
            mouse: true,
            send_typing: true,
            send_read: true,
            window: 2_000,
            page: 50,
            typing_shown: Duration::from_secs(8),
            typing_resend: Duration::from_secs(5),
            composer_lines: 8,
            undo_seconds: Duration::from_secs(5),
            downloads: String::new(),
            bidi: Bidi::default(),
            links: Links::default(),
            widths: Widths::default(),
            emoji: EmojiStyle::default(),
            deleted: Deleted::default(),
            fold: 40,
            vi: false,
            paste_asks: 4,
            previews: true,
        }
    }
}
