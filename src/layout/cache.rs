//! What the layout keeps between frames: rows of messages for one width, and list positions. Bounded; forgetting it changes no frame but its cost,
//! and where a list that was scrolled stands.

use super::line::Line;
use super::scroll::Scroll;
use super::time::Calendar;
use crate::domain::id::IdMap;
use crate::domain::{AccountId, ChatKey};
use crate::state::action::Context;
use crate::state::front::Target;
use std::sync::Arc;

/// The keys in force, as data: which key does which action where. Made by whoever owns the keymap, context by context.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KeyHints {
    entries: Vec<KeyHint>,
}

/// One key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyHint {
    /// Where it works.
    pub context: Context,
    /// The action as written in the keymap: a name of the registry, perhaps with an argument.
    pub action: String,
    /// The key as people say it: `Ctrl-K`.
    pub key: String,
}

impl KeyHints {
    /// Hints in order of preference: of several keys for one action, the first is shown.
    #[must_use]
    pub fn new(entries: Vec<KeyHint>) -> Self {
        Self { entries }
    }

    /// The preferred key of an action in a context, or else everywhere.
    #[must_use]
    pub fn key(&self, context: Context, action: &str) -> Option<&str> {
        let in_context =
            |context: Context| self.entries.iter().find(|hint| hint.context == context && hint.action == action);
        in_context(context).or_else(|| in_context(Context::Everywhere)).map(|hint| hint.key.as_str())
    }

    /// The keys to tell of an action in just this context, at most two: those preferred, or one for each way of using an action that takes something.
    #[must_use]
    pub fn told(&self, context: Context, name: &str) -> Vec<&str> {
        let is_name =
            |action: &str| action.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let mut found: Vec<&KeyHint> = Vec::new();
        for hint in self.entries.iter().filter(|hint| hint.context == context && is_name(&hint.action)) {
            let told = hint.action.len() > name.len() && found.iter().any(|known| known.action == hint.action);
            if !told && found.len() < 2 {
                found.push(hint);
            }
        }
        found.into_iter().map(|hint| hint.key.as_str()).collect()
    }
}

/// The rows of a message, and how many of them come before its first row of content: decorations that neighbours bring about.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Block {
    /// The rows.
    pub lines: Arc<[Line]>,
    /// Rows before the content: the edge of history, a day, the unread divider, the header.
    pub lead: usize,
    /// Rows up to the end of the content: what stands below is no part of the message.
    pub own: usize,
    /// Whether the last of them names the author.
    pub header: bool,
    /// Whether more of it is folded away.
    pub folded: bool,
}

struct Kept {
    stamp: u64,
    used: u64,
    block: Block,
}

/// What all kept rows depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Epoch {
    /// Columns for messages.
    pub width: u16,
    /// Twelve-hour clock.
    pub twelve_hours: bool,
    /// ASCII marks.
    pub ascii: bool,
}

/// The rows of messages that were drawn lately.
#[derive(Default)]
pub(super) struct Blocks {
    epoch: Epoch,
    turn: u64,
    kept: IdMap<(AccountId, Target), Kept>,
}

impl Blocks {
    /// Messages kept when there are too many.
    const KEEP: usize = 1_024;

    /// Begins a frame: rows of another epoch go, and those that were not used for long when there are many.
    pub(super) fn begin(&mut self, epoch: Epoch) {
        if self.epoch != epoch {
            self.kept.clear();
            self.epoch = epoch;
        }
        if self.kept.len() > Self::KEEP * 2 {
            let mut turns: Vec<u64> = self.kept.values().map(|kept| kept.used).collect();
            let middle = turns.len() - Self::KEEP;
            let (_, &mut oldest, _) = turns.select_nth_unstable(middle);
            self.kept.retain(|_, kept| kept.used >= oldest);
            if self.kept.len() > Self::KEEP * 2 {
                self.kept.clear();
            }
        }
        self.turn += 1;
    }

    /// The rows kept for a message, if they were made for the same stamp.
    pub(super) fn find(&mut self, account: AccountId, target: Target, stamp: u64) -> Option<Block> {
        let kept = self.kept.get_mut(&(account, target)).filter(|kept| kept.stamp == stamp)?;
        kept.used = self.turn;
        Some(kept.block.clone())
    }

    /// Keeps rows.
    pub(super) fn keep(&mut self, account: AccountId, target: Target, stamp: u64, block: Block) {
        self.kept.insert((account, target), Kept { stamp, used: self.turn, block });
    }
}

/// What the layout keeps between frames.
pub struct LayoutCache {
    /// The keys in force, for hints and help.
    pub keys: KeyHints,
    pub(super) calendar: Calendar,
    pub(super) sidebar: Scroll,
    pub(super) rail: Scroll,
    pub(super) members: Scroll,
    pub(super) forum: Scroll,
    /// The forum that was placed last.
    pub(super) forum_of: Option<ChatKey>,
    /// The chat whose members were placed last.
    pub(super) members_of: Option<ChatKey>,
    pub(super) blocks: Blocks,
}

impl LayoutCache {
    /// An empty cache that shows times in this zone.
    #[must_use]
    pub fn new(zone: jiff::tz::TimeZone) -> Self {
        Self {
            keys: KeyHints::default(),
            calendar: Calendar::new(zone),
            sidebar: Scroll::default(),
            rail: Scroll::default(),
            members: Scroll::default(),
            forum: Scroll::default(),
            forum_of: None,
            members_of: None,
            blocks: Blocks::default(),
        }
    }

    /// Other keys are in force: rows that name some are made anew.
    pub fn set_keys(&mut self, keys: KeyHints) {
        self.keys = keys;
        self.blocks = Blocks::default();
    }

    /// How many messages' rows are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.blocks.kept.len()
    }
}

impl std::fmt::Debug for LayoutCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayoutCache")
            .field("messages", &self.kept())
            .field("epoch", &self.blocks.epoch)
            .finish_non_exhaustive()
    }
}
