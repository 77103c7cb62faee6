//! Resolved settings that the core and the screen read. The file they come from is the `config` room's business.

use std::time::Duration;

/// The themes that are always there, in the order in which they are offered.
pub const THEMES: [&str; 7] = ["terminal", "auto", "dark", "dusk", "light", "paper", "contrast"];

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
            vi: false,
            paste_asks: 4,
            previews: true,
        }
    }
}
