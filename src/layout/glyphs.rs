//! The marks that are drawn: plain Unicode that every font has, or ASCII.

use crate::domain::Presence;

/// A set of marks, each one cell wide unless said otherwise.
#[derive(PartialEq, Eq, Debug)]
pub struct Glyphs {
    /// Between panes.
    pub upright: &'static str,
    /// Rules.
    pub rule: &'static str,
    /// Where history is missing.
    pub dots: &'static str,
    /// Left of what is selected.
    pub bar: &'static str,
    /// Left of the composer.
    pub composer: &'static str,
    /// Before a quote.
    pub quote: &'static str,
    /// An open group.
    pub open: &'static str,
    /// A folded group.
    pub folded: &'static str,
    /// There.
    pub online: &'static str,
    /// Away.
    pub idle: &'static str,
    /// Not to be disturbed.
    pub busy: &'static str,
    /// Not there.
    pub offline: &'static str,
    /// There or not: nobody can tell.
    pub untold: &'static str,
    /// A group chat.
    pub group: &'static str,
    /// Notes to oneself.
    pub saved: &'static str,
    /// A voice channel.
    pub voice: &'static str,
    /// A forum.
    pub forum: &'static str,
    /// More lies above.
    pub above: &'static str,
    /// A connection on its way; one cell in every set.
    pub under_way: &'static str,
    /// On its way.
    pub pending: &'static str,
    /// Not sent.
    pub failed: &'static str,
    /// Perhaps sent.
    pub unsure: &'static str,
    /// Something is left out. May be wider than a cell.
    pub more: &'static str,
    /// Covers hidden text.
    pub cover: &'static str,
    /// The part of a bar that is filled.
    pub full: &'static str,
    /// The part that is not.
    pub vacant: &'static str,
    /// Left of an embed.
    pub card: &'static str,
    /// Between things on one line.
    pub between: &'static str,
    /// Between two numbers of a size.
    pub times: &'static str,
    /// For a character of a password.
    pub secret: &'static str,
    /// Corners of a frame: upper left, upper right, lower left, lower right.
    pub corners: [&'static str; 4],
}

const UNICODE: Glyphs = Glyphs {
    upright: "│",
    rule: "─",
    dots: "┄",
    bar: "▌",
    composer: "┃",
    quote: "┌",
    open: "▾",
    folded: "▸",
    online: "●",
    idle: "◐",
    busy: "■",
    offline: "○",
    untold: "·",
    group: "◇",
    saved: "□",
    voice: "♪",
    forum: "≡",
    above: "▴",
    under_way: "◷",
    pending: "◷",
    failed: "×",
    unsure: "?",
    more: "…",
    cover: "▒",
    full: "█",
    vacant: "░",
    card: "▏",
    between: "·",
    times: "×",
    secret: "•",
    corners: ["┌", "┐", "└", "┘"],
};

const ASCII: Glyphs = Glyphs {
    upright: "|",
    rule: "-",
    dots: ".",
    bar: ">",
    composer: "|",
    quote: ",",
    open: "v",
    folded: "+",
    online: "*",
    idle: "-",
    busy: "x",
    offline: "o",
    untold: ".",
    group: "&",
    saved: "=",
    voice: "~",
    forum: "%",
    above: "^",
    under_way: ":",
    pending: "...",
    failed: "x",
    unsure: "?",
    more: "...",
    cover: "#",
    full: "#",
    vacant: ".",
    card: "|",
    between: "-",
    times: "x",
    secret: "*",
    corners: ["+", "+", "+", "+"],
};

impl Glyphs {
    /// The set that the settings ask for.
    #[must_use]
    pub fn of(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }

    /// The mark of a presence.
    #[must_use]
    pub fn presence(&self, presence: Presence) -> &'static str {
        match presence {
            Presence::Online => self.online,
            Presence::Idle => self.idle,
            Presence::Busy => self.busy,
            Presence::Offline => self.offline,
        }
    }
}
