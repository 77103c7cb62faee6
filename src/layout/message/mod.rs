//! The rows of one message: what its neighbours bring about above it, its header, and its content.
//!
//! Rows depend only on what [`Piece::stamp`] covers, so that they can be kept for as long as the stamp stays the same.

pub mod body;
mod cards;
pub mod extras;
mod fold;

use super::cache::{Block, KeyHints};
use super::glyphs::Glyphs;
use super::line::Line;
use super::names::Names;
use super::style::{Role, Style};
use super::time::Calendar;
use crate::domain::{ChatId, Entry, Message, MessageId, MessageKind, Sought, SpanKind, Timeline, UserId, Wall};
use crate::state::Account;
use crate::state::colours::Colours;
use crate::state::front::{Spot, Target};
use crate::state::opened::Opened;
use crate::state::outbox::{Pending, Stage};
use crate::state::quotes::Quoted;
use crate::state::recall::Recall;
use crate::state::stones::Gone;
use jiff::civil::Date;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What all messages of a pane have in common.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Whose account.
    pub account: &'a Account,
    /// Which chat.
    pub chat: ChatId,
    /// What is in memory of it.
    pub timeline: Option<&'a Timeline>,
    /// Names as they are called there.
    pub names: Names<'a>,
    /// Marks.
    pub glyphs: &'static Glyphs,
    /// The keys in force.
    pub keys: &'a KeyHints,
    /// Columns for text.
    pub width: usize,
    /// Columns by which content is indented below the name.
    pub indent: usize,
    /// The message under the cursor.
    pub selected: Option<Target>,
    /// What the reader opened.
    pub opened: &'a Opened,
    /// What is looked for.
    pub find: Option<&'a Sought>,
    /// How many rows of a long message show; 0: all.
    pub fold: usize,
    /// Whether it is said where messages were deleted.
    pub stones: bool,
    /// Whether history can be fetched now.
    pub online: bool,
    /// What is asked of the store.
    pub(crate) recall: &'a Recall,
    /// What the parts of code are.
    pub colours: &'a Colours,
    /// Nothing but what is kept can be shown in this run.
    pub kept_only: bool,
    /// Which opening of the chat it is: what was kept of an earlier one, whose messages were dropped since, counts their changes anew.
    pub opening: u32,
    /// The clock.
    pub now: Wall,
    /// How long what waits for the network's limits has to wait, in words.
    pub wait: Option<&'a str>,
}

impl<'a> Setting<'a> {
    /// What is to be said of messages that are missing before one.
    fn hole(&self, entry: &Entry) -> Edge {
        let key = entry.message.key;
        if self.account.requests.is_stuck_before(self.chat, key) {
            Edge::RefusedHole
        } else if !self.online && self.recall.has_none_before(self.account.key(self.chat), key) {
            Edge::UnreachableHole
        } else {
            Edge::Hole
        }
    }

    /// Whether something was done to a message that the network does not know yet.
    fn waits_for(&self, message: MessageId) -> bool {
        self.account.outbox.waiting_for(self.chat, message).next().is_some()
    }

    /// How long an own message has still to wait before it goes, as far as that is known.
    fn wait_of(&self, pending: &Pending) -> Option<&'a str> {
        let waits = match pending.stage {
            Stage::Queued => pending.wait.is_some(),
            Stage::InFlight(_) => self.account.held_until.is_some() && pending.progress.is_none(),
            Stage::Committing | Stage::Sent(_) | Stage::Failed(_) | Stage::Unconfirmed => false,
        };
        self.wait.filter(|_| waits)
    }
}

/// Something that stands in a timeline.
#[derive(Clone, Copy)]
pub enum Item<'a> {
    /// A message of the network.
    Message(&'a Entry),
    /// An own message on its way.
    Pending(&'a Pending),
}

impl<'a> Item<'a> {
    /// What points at it.
    #[must_use]
    pub fn target(&self) -> Target {
        match self {
            Self::Message(entry) => Target::Message(entry.message.key),
            Self::Pending(pending) => Target::Pending(pending.outgoing.nonce),
        }
    }

    /// The message, if it is the network's.
    #[must_use]
    pub fn message(&self) -> Option<&'a Message> {
        match self {
            Self::Message(entry) => Some(&entry.message),
            Self::Pending(_) => None,
        }
    }

    fn at(&self) -> Option<Wall> {
        match self {
            Self::Message(entry) => entry.message.at,
            Self::Pending(pending) => Some(pending.written),
        }
    }

    fn author(&self, me: UserId) -> UserId {
        self.message().map_or(me, |message| message.author)
    }

    fn ordinary(&self) -> bool {
        self.message().is_none_or(|message| message.kind == MessageKind::Ordinary)
    }

    fn answers(&self) -> bool {
        match self {
            Self::Message(entry) => entry.message.reply.is_some(),
            Self::Pending(pending) => pending.outgoing.reply_to.is_some(),
        }
    }
}

/// What lies above the oldest message in memory, or above a hole.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Edge {
    /// Another message.
    #[default]
    None,
    /// Nothing: here the chat begins.
    Start,
    /// Older history, being fetched.
    Loading,
    /// Older history that cannot be fetched now.
    Unreachable,
    /// Older history that was not given.
    Refused,
    /// A hole.
    Hole,
    /// A hole that cannot be filled now.
    UnreachableHole,
    /// What is in the hole was not given.
    RefusedHole,
}

/// A message with what its neighbours bring about.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// The message.
    pub item: Item<'a>,
    /// What lies above it.
    pub edge: Edge,
    /// The day that begins with it.
    pub day: Option<Date>,
    /// The unread divider stands above it.
    pub new: bool,
    /// Its author is named.
    pub header: bool,
}

/// Messages of one author closer than this are shown under one name.
const TOGETHER: i64 = 5 * 60_000;
/// A name is shown anew at least so often, so that times stay near.
const SLOT: i64 = 10 * 60_000;

impl<'a> Piece<'a> {
    /// Looks at the neighbour above: `before` is the item just above in memory, `divider` whether reading stopped there.
    #[must_use]
    pub fn new(
        item: Item<'a>,
        before: Option<Item<'a>>,
        divider: bool,
        setting: &Setting<'_>,
        calendar: &mut Calendar,
    ) -> Self {
        let edge = match (&item, before) {
            (Item::Message(entry), Some(_)) if entry.gap_before => setting.hole(entry),
            // Without a connection nothing is known to be missing there.
            (Item::Pending(_), Some(Item::Message(_)))
                if setting.online && setting.timeline.is_some_and(Timeline::gap_after) =>
            {
                Edge::Hole
            }
            (_, Some(_)) => Edge::None,
            (Item::Message(entry), None) if entry.gap_before => match setting.hole(entry) {
                Edge::RefusedHole => Edge::Refused,
                Edge::UnreachableHole => Edge::Unreachable,
                // What is stored is there in a moment.
                _ if setting.online => Edge::Loading,
                _ => Edge::None,
            },
            (_, None) if setting.timeline.is_some_and(Timeline::has_start) => Edge::Start,
            (_, None) => Edge::None,
        };
        let date = item.at().and_then(|at| calendar.date(at));
        let day_before = before.and_then(|before| before.at()).and_then(|at| calendar.date(at));
        let day = date.filter(|&date| day_before != Some(date));
        let me = setting.account.me;
        let together = edge == Edge::None
            && !divider
            && day.is_none()
            && before.is_some_and(|before| {
                let near = item
                    .at()
                    .zip(before.at())
                    .is_some_and(|(at, then)| (at.0 - then.0).abs() <= TOGETHER && at.0 / SLOT == then.0 / SLOT);
                let same_name = item.message().and_then(|m| m.shown_as.as_ref())
                    == before.message().and_then(|m| m.shown_as.as_ref());
                near && same_name && item.author(me) == before.author(me) && before.ordinary() && !item.answers()
            });
        Self { item, edge, day, new: divider, header: item.ordinary() && !together }
    }

    /// A number that changes whenever the rows would.
    #[must_use]
    pub fn stamp(&self, setting: &Setting<'_>) -> u64 {
        let mut hasher = DefaultHasher::new();
        (setting.opening, self.edge, self.new, self.header).hash(&mut hasher);
        if let Some(day) = self.day {
            // How a day is called depends on the current day.
            (day.year(), day.month(), day.day(), setting.now.0 / 900_000).hash(&mut hasher);
        }
        let target = self.item.target();
        (setting.fold, setting.opened.is_unfolded(target)).hash(&mut hasher);
        setting.opened.revealed(target).for_each(|spoiler| spoiler.hash(&mut hasher));
        let author = self.item.author(setting.account.me);
        if self.header || !self.item.ordinary() {
            (setting.names.person(author), setting.names.style(author)).hash(&mut hasher);
            setting.account.users.get(&author).is_some_and(|user| user.bot).hash(&mut hasher);
        }
        let answered = match self.item {
            Item::Message(entry) => {
                entry.revision.hash(&mut hasher);
                setting.find.map(Sought::stamp).hash(&mut hasher);
                setting.waits_for(entry.message.key.id).hash(&mut hasher);
                let spans = &entry.message.body.spans;
                if spans.iter().any(|span| matches!(span.kind, SpanKind::CodeBlock(_))) {
                    setting.colours.revision().hash(&mut hasher);
                }
                if spans.iter().any(|span| span.kind == SpanKind::Mention(None)) {
                    setting.names.own(&mut hasher);
                }
                if let Some(gone) = self.gone(setting) {
                    gone.count.hash(&mut hasher);
                    gone.by.iter().for_each(|by| setting.names.person(*by).hash(&mut hasher));
                }
                for span in spans {
                    if let SpanKind::Emoji(emoji) = span.kind {
                        setting.account.emoji.get(&emoji).map(|known| &known.name).hash(&mut hasher);
                    }
                }
                if let Some(used) = &entry.message.used {
                    used.hash(&mut hasher);
                }
                if let Some(at) = entry.message.forwarded.as_ref().and_then(|forwarded| forwarded.at) {
                    // How a day is called depends on the current one.
                    (at.0, setting.now.0 / 900_000).hash(&mut hasher);
                }
                if let Some(poll) = &entry.message.poll {
                    // Whether it is over, and how its end is called, depend on the clock.
                    (poll.is_over(setting.now), setting.now.0 / 900_000).hash(&mut hasher);
                }
                for reaction in &entry.message.reactions {
                    if let crate::domain::ReactEmoji::Custom(emoji) = reaction.emoji {
                        setting.account.emoji.get(&emoji).hash(&mut hasher);
                    }
                }
                entry.message.reply.as_ref().and_then(|reply| reply.to)
            }
            Item::Pending(pending) => {
                pending.revision.hash(&mut hasher);
                std::mem::discriminant(&pending.stage).hash(&mut hasher);
                setting.wait_of(pending).hash(&mut hasher);
                if matches!(pending.stage, Stage::Failed(_) | Stage::Unconfirmed) {
                    body::retry_keys(setting.keys, pending.needs_change()).hash(&mut hasher);
                }
                pending.outgoing.reply_to
            }
        };
        answered.map(|id| setting.timeline.is_some_and(|timeline| timeline.is_deleted(id))).hash(&mut hasher);
        let known = answered.and_then(|id| entry_of(setting.timeline?, id));
        let quoted = answered.and_then(|id| setting.account.quotes.of(setting.chat, id));
        if let Some(entry) = known {
            entry.revision.hash(&mut hasher);
        }
        quoted.map(std::mem::discriminant).hash(&mut hasher);
        let quoted = match quoted {
            Some(Quoted::Here(message)) => Some(message),
            _ => None,
        };
        if let Some(message) = known.map(|entry| &entry.message).or(quoted) {
            let author = message.author;
            (setting.names.person(author), setting.names.style(author), message.edited).hash(&mut hasher);
        }
        if self.edge == Edge::Start {
            let chat = setting.account.chats.get(&setting.chat);
            let shown = |chat| {
                (
                    super::names::chat_name(setting.account, chat),
                    super::names::chat_mark(setting.account, chat, setting.glyphs),
                )
            };
            chat.map(shown).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Makes the rows.
    #[must_use]
    pub fn rows(&self, setting: &Setting<'_>, calendar: &mut Calendar) -> Block {
        let mut lines = Vec::new();
        edge(self.edge, setting, &mut lines);
        let day = self.day.map(|day| calendar.day(day, setting.now));
        match (day, self.new) {
            (Some(day), true) => {
                let label = format!("{day} {} new", setting.glyphs.between);
                lines.push(rule(&label, setting, Role::Accent.into(), Style::of(Role::Accent).bold()));
            }
            (Some(day), false) => lines.push(rule(&day, setting, Role::Faint.into(), Role::Dim.into())),
            (None, true) => lines.push(rule("new", setting, Role::Accent.into(), Style::of(Role::Accent).bold())),
            (None, false) => {}
        }
        if self.header {
            lines.push(self.headline(setting, calendar));
        }
        let lead = lines.len();
        body::content(self, setting, calendar, &mut lines);
        let own = lines.len();
        if let Some(gone) = self.gone(setting) {
            lines.push(body::stone(gone, setting));
        }
        let folded = lines.iter().flat_map(Line::runs).any(|(_, style)| style.spot == Some(Spot::More));
        Block { lines: lines.into(), lead, own, header: self.header, folded }
    }

    /// What was deleted right after it.
    fn gone<'s>(&self, setting: &Setting<'s>) -> Option<&'s Gone> {
        let message = self.item.message().filter(|_| setting.stones)?;
        setting.account.stones.after(setting.chat, message.key.id)
    }

    /// The author's name, and the time at the right.
    fn headline(&self, setting: &Setting<'_>, calendar: &Calendar) -> Line {
        let author = self.item.author(setting.account.me);
        let message = self.item.message();
        let name =
            message.and_then(|message| message.shown_as.as_deref()).unwrap_or_else(|| setting.names.person(author));
        let bot = message.is_some_and(|message| message.shown_as.is_some())
            || setting.account.users.get(&author).is_some_and(|user| user.bot);
        let time = self.item.at().and_then(|at| calendar.time(at)).unwrap_or_default();
        let time = Line::with(&time, Role::Faint);
        let tag = if bot { "  bot" } else { "" };
        let mut line = Line::new();
        let style = setting.names.style(author).at(Spot::Author);
        line.push_read(name, setting.width.saturating_sub(tag.len()), setting.glyphs.more, style);
        if line.width() + tag.len() <= setting.width {
            line.push(tag, Role::Faint);
        }
        line.push_right(&time, setting.width);
        line
    }
}

/// A message in memory with its revision.
fn entry_of(timeline: &Timeline, id: crate::domain::MessageId) -> Option<&Entry> {
    timeline.get(timeline.index_of(timeline.key_of(id)?)?)
}

/// What is said above the first message in memory, or where messages are missing.
fn edge(edge: Edge, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let glyphs = setting.glyphs;
    match edge {
        Edge::None => {}
        Edge::Start => heading(setting, lines),
        Edge::Loading => {
            lines.push(centred(&format!("loading earlier messages{}", glyphs.more), setting, Role::Dim.into()))
        }
        Edge::Unreachable => {
            lines.push(centred("earlier messages come with the connection", setting, Role::Dim.into()))
        }
        Edge::Refused => lines.push(centred("earlier messages could not be fetched", setting, Role::Dim.into())),
        Edge::Hole => lines.push(dotted("messages are missing here", setting)),
        Edge::UnreachableHole => {
            let words = ["messages are missing here; they come with the connection", "missing here until connected"];
            lines.push(dotted(fitting(words, setting), setting));
        }
        Edge::RefusedHole => {
            let words = ["messages are missing here; they could not be fetched", "missing here; not fetched"];
            lines.push(dotted(fitting(words, setting), setting));
        }
    }
}

/// The beginning of a chat, in a few rows.
pub(super) fn heading(setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let Some(chat) = setting.account.chats.get(&setting.chat) else { return };
    let name = super::names::chat_name(setting.account, chat);
    let (mark, mark_style) = super::names::chat_mark(setting.account, chat, setting.glyphs);
    let mut line = Line::new();
    line.push(mark, mark_style.bold());
    line.push(" ", Role::Text);
    line.push(&name, Style::of(Role::Title).bold());
    lines.push(line.cut(setting.width, setting.glyphs.more));
    let words = match chat.kind {
        crate::domain::ChatKind::Channel { kind: crate::domain::ChannelKind::Thread, .. } => {
            "This is the beginning of the thread."
        }
        crate::domain::ChatKind::Channel { .. } => "This is the beginning of the channel.",
        crate::domain::ChatKind::Direct { .. } => "This is the beginning of your messages to each other.",
        crate::domain::ChatKind::Group { .. } => "This is the beginning of the group.",
        crate::domain::ChatKind::Saved => "Notes to yourself. Nobody else reads them.",
    };
    lines.push(Line::with(words, Role::Dim).cut(setting.width, setting.glyphs.more));
}

/// A rule with a label at its middle.
fn rule(label: &str, setting: &Setting<'_>, style: Style, label_style: Style) -> Line {
    labelled(label, setting.glyphs.rule, setting, style, label_style)
}

/// The words, or the short ones where there is no room for them and a few dots.
fn fitting<'w>([long, short]: [&'w str; 2], setting: &Setting<'_>) -> &'w str {
    if long.len() + 6 <= setting.width { long } else { short }
}

fn dotted(label: &str, setting: &Setting<'_>) -> Line {
    labelled(label, setting.glyphs.dots, setting, Role::Faint.into(), Role::Dim.into())
}

fn labelled(label: &str, stroke: &str, setting: &Setting<'_>, style: Style, label_style: Style) -> Line {
    let mut inner = Line::with(label, label_style).cut(setting.width, setting.glyphs.more);
    if inner.width() + 2 > setting.width {
        inner.pad_to(setting.width, style);
        return inner;
    }
    let strokes = setting.width - inner.width() - 2;
    let mut line = Line::new();
    line.repeat(stroke, strokes / 2, style);
    line.push(" ", style);
    line.append(&inner);
    line.push(" ", style);
    line.repeat(stroke, strokes - strokes / 2, style);
    line
}

/// Words at the middle.
pub(super) fn centred(words: &str, setting: &Setting<'_>, style: Style) -> Line {
    let inner = Line::with(words, style).cut(setting.width, setting.glyphs.more);
    let mut line = Line::new();
    line.pad_to((setting.width - inner.width()) / 2, Style::default());
    line.append(&inner);
    line
}
