//! What was written and sent in this run: to be gone through, and to be looked through. Kept nowhere.

use super::picker::{PickItem, Picker};
use crate::domain::{AccountId, CleanText};
use crate::state::State;
use crate::state::action::{Action, ComposeAction};
use crate::state::front::{Front, Overlay, Pane, PickKind, Region};
use std::collections::VecDeque;

/// Most texts.
const MOST: usize = 300;
/// Most bytes of all texts together.
const BYTES: usize = 1024 * 1024;

/// Texts that were sent, the newest last.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    texts: VecDeque<(AccountId, String)>,
    bytes: usize,
    /// How far back one has gone, and what stood there before.
    at: Option<(usize, String)>,
}

impl Sent {
    /// Takes in a text; the same one sent again counts once.
    pub(super) fn note(&mut self, account: AccountId, text: &str) {
        self.at = None;
        if text.trim().is_empty() || text.len() > BYTES / 4 {
            return;
        }
        if let Some(known) = self.texts.iter().position(|(of, known)| *of == account && known == text) {
            self.bytes -= self.texts.remove(known).map_or(0, |(_, text)| text.len());
        }
        self.texts.push_back((account, text.to_owned()));
        self.bytes += text.len();
        while self.texts.len() > MOST || self.bytes > BYTES {
            self.bytes -= self.texts.pop_front().map_or(0, |(_, text)| text.len());
        }
    }

    /// The texts of an account, the newest first.
    fn of(&self, account: AccountId) -> impl Iterator<Item = &str> {
        self.texts.iter().rev().filter(move |(of, _)| *of == account).map(|(_, text)| text.as_str())
    }

    /// The text before the one that one has gone to. `now`: what stands there.
    fn back(&mut self, account: AccountId, now: String) -> Option<String> {
        let (at, before) = match self.at.take() {
            Some((at, before)) => (at + 1, before),
            None => (0, now),
        };
        let found = self.of(account).nth(at).map(str::to_owned);
        // At the oldest one it stays.
        self.at = match (&found, at.checked_sub(1)) {
            (Some(_), _) => Some((at, before)),
            (None, Some(oldest)) => Some((oldest, before)),
            (None, None) => None,
        };
        found
    }

    /// The text after it; behind the newest one what stood there before.
    fn on(&mut self, account: AccountId) -> Option<String> {
        let (at, before) = self.at.take()?;
        let Some(newer) = at.checked_sub(1) else { return Some(before) };
        let found = self.of(account).nth(newer).map(str::to_owned);
        self.at = Some((newer, before));
        found
    }

    /// Whoever goes through it leaves. Returns what stood there before, and whether the text that was gone to still stands there as it is.
    fn leave(&mut self, account: AccountId, now: &str) -> Option<(String, bool)> {
        let (at, before) = self.at.take()?;
        let untouched = self.of(account).nth(at) == Some(now);
        Some((before, untouched))
    }

    /// What stood there before one went to a text that stands there as it is.
    pub(super) fn before(&self, account: AccountId, now: &str) -> Option<&str> {
        let (at, before) = self.at.as_ref()?;
        (self.of(account).nth(*at) == Some(now)).then_some(before)
    }

    /// Nothing of an account stays.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.texts.retain(|(of, _)| *of != account);
        self.bytes = self.texts.iter().map(|(_, text)| text.len()).sum();
    }
}

fn writing(state: &mut State) -> Option<(&mut Front, AccountId)> {
    let front = state.front.as_mut()?;
    let account = front.pane.chat?.account;
    (front.overlays.is_empty() && front.pane.forum.is_none()).then_some((front, account))
}

/// One text back, or on.
pub(super) fn step(state: &mut State, back: bool) {
    let Some((front, account)) = writing(state) else { return };
    let pane = &mut front.pane;
    let found = match back {
        true => pane.writing.sent.back(account, pane.composer.text()),
        false => pane.writing.sent.on(account),
    };
    if let Some(text) = found {
        pane.composer.swap(&text);
        front.region = Region::Composer;
        state.touch();
    }
}

impl Pane {
    /// Whoever goes through what was sent makes something of it: what stood there before can be put back with yank.
    pub(super) fn rest_history(&mut self) {
        if let Some((_, before)) = self.writing.sent.at.take() {
            self.composer.keep(&before);
        }
    }

    /// Whoever goes through what was sent leaves the chat: what stood there before does so again, or can be put back.
    pub(in crate::state) fn leave_history(&mut self) {
        let Some(chat) = self.chat else { return };
        let Some((before, untouched)) = self.writing.sent.leave(chat.account, &self.composer.text()) else { return };
        if untouched {
            self.composer.swap(&before);
        } else {
            self.composer.keep(&before);
        }
    }
}

/// Shows what was written, to choose from.
pub(super) fn show(state: &mut State) {
    let Some((front, account)) = writing(state) else { return };
    let item = |text: &str| {
        let action = Action::Compose(ComposeAction::Recall(text.to_owned()));
        PickItem::plain(CleanText::line(text).to_string(), String::new(), action)
    };
    let items: Vec<PickItem> = front.pane.writing.sent.of(account).map(item).collect();
    front.overlays.push(Overlay::pick(PickKind::History, Picker::new(items, "")));
    state.touch();
}

/// Puts a text into the composer; undo brings back what stood there.
pub(super) fn recall(state: &mut State, text: &str) {
    let Some((front, _)) = writing(state) else { return };
    front.pane.composer.swap(text);
    front.region = Region::Composer;
    state.touch();
}
