//! What the parts of the code on screen are: asked for block by block where it shows, kept for as long as it is of use.
//!
//! Telling parts of code apart takes long the first time, so it is done elsewhere (`Effect::Colour`); until then code is shown plain.

use super::{Effect, Effects, State};
use crate::domain::code::blocks;
use crate::domain::{ChatKey, CodeKey, MessageKey, Tokens};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Most blocks that are kept; those that came first go first.
const KEPT: usize = 256;
/// Most parts of one block; what comes after them is plain.
const PARTS_OF_ONE: usize = 4_096;
/// Most parts that are kept, of all blocks together: those of one screen are never too many, or it would ask for ever.
const PARTS: usize = BLOCKS * PARTS_OF_ONE;
/// Most that are asked for at once.
const AT_ONCE: usize = 4;
/// Most rows of a screen that are looked through.
const LOOKED_AT: usize = 200;
/// Most blocks that are looked at for one screen.
const BLOCKS: usize = 64;

/// Parts of code by block.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Colours {
    known: BTreeMap<CodeKey, Tokens>,
    /// In the order in which they came.
    came: VecDeque<CodeKey>,
    parts: usize,
    asked: BTreeSet<CodeKey>,
    /// What was looked through last.
    looked: Option<(u64, ChatKey, MessageKey)>,
    revision: u64,
}

impl Colours {
    /// What the parts of a block are, where that is known.
    #[must_use]
    pub fn of(&self, key: CodeKey) -> Option<&Tokens> {
        self.known.get(&key)
    }

    /// Grows with each block that becomes known.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn keep(&mut self, key: CodeKey, tokens: Tokens) {
        self.revision += 1;
        self.parts += tokens.len();
        match self.known.insert(key, tokens) {
            Some(before) => self.parts -= before.len(),
            None => self.came.push_back(key),
        }
        while self.came.len() > KEPT || self.parts > PARTS && self.came.len() > 1 {
            let Some(oldest) = self.came.pop_front() else { break };
            self.parts -= self.known.remove(&oldest).map_or(0, |tokens| tokens.len());
        }
    }
}

/// The parts of a block are told apart.
pub(super) fn told(state: &mut State, key: CodeKey, tokens: Tokens) {
    if state.colours.asked.remove(&key) {
        let tokens =
            if tokens.len() > PARTS_OF_ONE { tokens.iter().take(PARTS_OF_ONE).copied().collect() } else { tokens };
        state.colours.keep(key, tokens);
        state.touch();
    }
}

/// Asks for the blocks on screen that are not known, a few at a time.
pub(super) fn keep(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let (Some(chat), Some(visible)) = (front.pane.chat, &front.pane.visible) else { return };
    let Some(account) = state.core.account(chat.account) else { return };
    let (Some(timeline), Some(first)) = (account.timelines.get(&chat.chat), visible.first) else { return };
    let looked = Some((state.revision, chat, first));
    if state.colours.looked == looked || state.colours.asked.len() >= AT_ONCE {
        return;
    }
    // So many rows hold at most so many messages; the last may show in part alone.
    let rows = usize::from(visible.rows).min(LOOKED_AT);
    let shown = timeline.iter().skip(timeline.index_near(first)).take(rows).map(|entry| &entry.message.body);
    let room = AT_ONCE - state.colours.asked.len();
    let mut wanted: Vec<(CodeKey, Effect)> = Vec::new();
    for block in shown.filter(|body| !body.spans.is_empty()).flat_map(blocks).take(BLOCKS) {
        let (Some(key), Some(language)) = (block.key(), block.language) else { continue };
        let colours = &state.colours;
        let known = colours.known.contains_key(&key) || colours.asked.contains(&key);
        if !known && wanted.len() < room && wanted.iter().all(|(other, _)| *other != key) {
            let (language, text) = (language.clone(), block.code.to_owned());
            wanted.push((key, Effect::Colour { key, language, text }));
        }
    }
    state.colours.looked = looked;
    for (key, effect) in wanted {
        state.colours.asked.insert(key);
        fx.push(effect);
    }
}
