//! A chat that the user went to and that is not here yet: what is typed meanwhile is held for it, and never goes to the chat that was open before.

use super::composer::Composer;
use super::{open, welcome};
use crate::domain::{AccountId, ChatKey, CleanText, InviteTarget};
use crate::state::State;
use crate::state::action::TextEdit;
use crate::state::effect::Effects;
use crate::state::front::{Front, Overlay, Region};

/// What is waited for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::state) enum Awaits {
    /// The direct chat with somebody, by the name that they were looked up by.
    Person(AccountId, String),
    /// What an invite led to.
    Place(AccountId, InviteTarget),
    /// A thread that was begun in a forum, by its title.
    Thread(ChatKey, String),
    /// The first chat of an account that was added.
    First(AccountId),
    /// Whichever chat opens first when the program starts.
    Start,
}

impl Awaits {
    const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Person(account, _) | Self::Place(account, _) | Self::First(account) => Some(*account),
            Self::Thread(forum, _) => Some(forum.account),
            Self::Start => None,
        }
    }
}

/// A chat that is on its way, and what is typed meanwhile.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What is waited for.
    pub(in crate::state) awaits: Awaits,
    /// What is opened, in words.
    pub name: String,
    /// What was typed meanwhile; the cursor stays at its end.
    pub text: Composer,
    /// Why it does not come.
    pub failed: Option<String>,
}

impl Waiting {
    /// Deletes at the end; there are no motions.
    pub(super) fn edit(&mut self, edit: TextEdit) {
        if matches!(edit, TextEdit::Backspace | TextEdit::DeleteWordLeft | TextEdit::KillToStart) {
            self.text.edit(edit);
        }
    }
}

impl Front {
    /// What is waited for, if something is.
    pub(in crate::state) fn waiting_mut(&mut self) -> Option<&mut Waiting> {
        self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Waiting(waiting) => Some(waiting.as_mut()),
            _ => None,
        })
    }

    /// Whether something is typed that waits for its chat.
    pub(in crate::state) fn writes_ahead(&self) -> bool {
        let typed =
            |overlay: &Overlay| matches!(overlay, Overlay::Waiting(waiting) if !waiting.text.text().trim().is_empty());
        self.overlays.iter().any(typed)
    }

    fn take_waiting(&mut self) -> Option<Box<Waiting>> {
        let at = self.overlays.iter().position(|overlay| matches!(overlay, Overlay::Waiting(_)))?;
        match self.overlays.remove(at) {
            Overlay::Waiting(waiting) => Some(waiting),
            _ => None,
        }
    }
}

/// The user went there: it is waited for. What was typed while something else was waited for goes on with it.
pub(in crate::state) fn begin(state: &mut State, awaits: Awaits, name: &str) {
    let name = CleanText::line(name).to_string();
    let Some(front) = &mut state.front else { return };
    let text = front.take_waiting().map(|before| before.text).unwrap_or_default();
    front.overlays.push(Overlay::Waiting(Box::new(Waiting { awaits, name, text, failed: None })));
    state.touch();
}

/// Whether this is waited for.
pub(in crate::state) fn is_for(state: &mut State, awaits: &Awaits) -> bool {
    let waiting = state.front.as_mut().and_then(Front::waiting_mut);
    waiting.is_some_and(|waiting| waiting.failed.is_none() && waiting.awaits == *awaits)
}

/// The place of an account that is waited for.
pub(in crate::state) fn place(state: &mut State, of: AccountId) -> Option<InviteTarget> {
    let waiting = state.front.as_mut().and_then(Front::waiting_mut).filter(|waiting| waiting.failed.is_none())?;
    match waiting.awaits {
        Awaits::Place(account, target) if account == of => Some(target),
        Awaits::Place(..) | Awaits::Person(..) | Awaits::Thread(..) | Awaits::First(_) | Awaits::Start => None,
    }
}

/// It does not come. What is typed on is held all the same until the user leaves. Returns whether it was waited for.
pub(in crate::state) fn failed(state: &mut State, sentence: &str, of: impl Fn(&Awaits) -> bool) -> bool {
    let waiting = state.front.as_mut().and_then(Front::waiting_mut);
    let Some(waiting) = waiting.filter(|waiting| of(&waiting.awaits)) else { return false };
    waiting.failed = Some(CleanText::line(sentence).to_string());
    state.touch();
    true
}

/// What lies below says why it does not come: whoever has typed nothing meanwhile goes on there. Returns whether that is so.
pub(in crate::state) fn unused(state: &mut State, awaits: &Awaits) -> bool {
    let Some(front) = &mut state.front else { return false };
    let Some(waiting) = front.waiting_mut().filter(|waiting| waiting.awaits == *awaits) else { return false };
    let empty = waiting.text.text().trim_end_matches('\n').is_empty();
    if empty {
        front.take_waiting();
    }
    empty
}

/// Nothing that an account was asked is answered any more.
pub(in crate::state) fn abandoned(state: &mut State, account: AccountId) {
    let open = state.front.as_mut().and_then(Front::waiting_mut).is_some_and(|waiting| waiting.failed.is_none());
    if open {
        failed(state, "The account was signed out", |awaits| awaits.account() == Some(account));
    }
}

/// It is here: it opens, with what was typed meanwhile in its composer.
pub(in crate::state) fn arrived(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let waiting = state.front.as_mut().and_then(Front::take_waiting);
    let opened = open::chat(state, chat, fx);
    if let Some(waiting) = waiting {
        hand_over(state, &waiting, opened, fx);
    }
}

/// The user types while the accounts are on their way, before any chat is open.
pub(super) fn type_ahead(state: &mut State, text: &str) {
    begin(state, Awaits::Start, "the first chat");
    if let Some(waiting) = state.front.as_mut().and_then(Front::waiting_mut) {
        waiting.text.insert(text);
    }
}

/// Where the first chat is waited for and one is open now, what was typed meanwhile goes to its composer. Returns whether that was so.
fn first_came(state: &mut State, fx: &mut Effects) -> bool {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.chat.is_some()) else { return false };
    if front.waiting_mut().is_none_or(|waiting| waiting.awaits != Awaits::Start) {
        return false;
    }
    if let Some(waiting) = front.take_waiting() {
        hand_over(state, &waiting, true, fx);
        state.touch();
    }
    true
}

/// Whoever waits for the first chat gets it once it is open, and is told when none will come by itself.
pub(in crate::state) fn keep_first(state: &mut State, fx: &mut Effects) {
    if !first_came(state, fx) && is_for(state, &Awaits::Start) && !welcome::is_coming(state) {
        failed(state, "There is no chat to write in yet", |awaits| *awaits == Awaits::Start);
    }
}

/// What was typed meanwhile goes to the composer of the open chat, or is kept for yank.
fn hand_over(state: &mut State, waiting: &Waiting, opened: bool, fx: &mut Effects) {
    let text = waiting.text.text();
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        return;
    }
    // Nobody writes in a forum itself.
    if !opened || state.front.as_ref().is_some_and(|front| front.pane.forum.is_some()) {
        return keep(state, text, fx);
    }
    if let Some(front) = &mut state.front {
        let composer = &mut front.pane.composer;
        composer.edit(TextEdit::TextEnd);
        if !composer.is_empty() {
            composer.insert("\n");
        }
        composer.insert(text);
        front.region = Region::Composer;
    }
    state.touch();
}

/// The user went elsewhere, or does not want to wait: what was typed can be put back with yank.
pub(in crate::state) fn give_up(state: &mut State, fx: &mut Effects) {
    if first_came(state, fx) {
        return;
    }
    let Some(waiting) = state.front.as_mut().and_then(Front::take_waiting) else { return };
    let text = waiting.text.text();
    let text = text.trim_end_matches('\n');
    if !text.is_empty() {
        keep(state, text, fx);
    }
    state.touch();
}

fn keep(state: &mut State, text: &str, fx: &mut Effects) {
    if let Some(front) = &mut state.front {
        front.pane.composer.keep(text);
    }
    state.notice_of("What you typed is kept; to put it here".to_owned(), Some("yank"), false, fx);
}
