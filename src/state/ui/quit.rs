//! Quitting: what was written and would be lost is named first, and what is held back is told to others.

use super::{changing, compose, open};
use crate::domain::ChatKey;
use crate::state::action::Action;
use crate::state::effect::{Effect, Effects};
use crate::state::event::Timer;
use crate::state::front::{ComposeMode, Front, Overlay, Question};
use crate::state::outbox::{self, Stage};
use crate::state::{Account, State};
use std::time::Duration;

/// So long networks may take to be told of what was held back.
const PATIENCE: Duration = Duration::from_secs(2);

/// The user wants to quit: at once when nothing would be lost, and when it is asked already.
pub(super) fn wanted(state: &mut State, fx: &mut Effects) {
    let losses = losses(state);
    let kept = if has_kept(state) { "; drafts are kept" } else { "" };
    let Some(front) = &mut state.front else { return open::terminate(state, fx) };
    let leads = |question: &Question| question.actions().any(|action| *action == Action::QuitNow);
    let asks = |overlay: &Overlay| matches!(overlay, Overlay::Question(question) if leads(question));
    if losses.is_empty() || front.overlays.iter().any(asks) {
        return leave(state, Effect::Quit, fx);
    }
    let named = match losses.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        other => other.concat(),
    };
    let text = format!("{named} would be lost{kept}");
    front.overlays.push(Overlay::Question(Question::yes_no(text, "Quit", Action::QuitNow)));
    state.touch();
}

/// Leaves, for good or for something else: as soon as networks have answered what was held back, and at once when that is waited for already.
pub(super) fn leave(state: &mut State, to: Effect, fx: &mut Effects) {
    let waits = state.leaving.replace(to).is_some();
    outbox::release(state, |_| true, fx);
    let telling = outbox::untold(state, |account, _| account.is_signed_in());
    if waits || telling.count() == 0 {
        return go(state, fx);
    }
    let text = format!("Others are told of {} first; to leave at once", telling.words());
    state.notice_of(text, Some("quit"), false, fx);
    fx.push(Effect::Arm(Timer::Leave, state.now.mono.plus(PATIENCE)));
}

/// Leaves when others were told: after every event.
pub(in crate::state) fn keep(state: &mut State, fx: &mut Effects) {
    if state.leaving.is_none() {
        return;
    }
    outbox::release(state, |_| true, fx);
    if outbox::untold(state, |account, _| account.is_signed_in()).count() == 0 {
        go(state, fx);
    }
}

/// Leaves: what was typed is kept.
pub(in crate::state) fn go(state: &mut State, fx: &mut Effects) {
    if let Some(to) = state.leaving.take() {
        open::put_aside(state, fx);
        fx.push(to);
    }
}

/// What is to be said when the screen is gone: what others are told only by a later run, or not at all. Sentences.
#[must_use]
pub fn farewell(state: &State) -> Option<String> {
    let kept = outbox::untold(state, |account, kept| kept && outlasts(state, account));
    let them = if kept.count() == 1 { "it" } else { "them" };
    let words = kept.words();
    let kept = (kept.count() > 0)
        .then(|| format!("Others may not know of {words} yet; nib tells them of {them} when it runs again."));
    let lost = outbox::untold(state, |account, kept| !(kept && outlasts(state, account)));
    let lost = (lost.count() > 0).then(|| format!("Others may not know of {}; look when you are back.", lost.words()));
    let said: Vec<String> = [kept, lost].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Whether what an account does is kept for later runs.
fn outlasts(state: &State, account: &Account) -> bool {
    state.outlasts && state.is_kept(account.id)
}

/// What would be lost, each with its count.
fn losses(state: &State) -> Vec<String> {
    let Some(front) = &state.front else { return Vec::new() };
    let lost = |chat: &ChatKey| !keeps(state, *chat);
    let written = front.drafts.iter().filter(|(chat, draft)| lost(chat) && !draft.trim().is_empty()).count();
    let drafts = written + usize::from(is_writing(state, front));
    // What the store has goes on with the next run.
    let rows = || {
        state.core.accounts.iter().flat_map(|account| {
            let kept = outlasts(state, account);
            account.outbox.chats.values().flatten().filter(move |row| !kept || row.kept.is_none())
        })
    };
    let failed = rows().filter(|row| matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed)).count();
    let sent = rows().filter(|row| matches!(row.stage, Stage::Sent(_))).count();
    let under_way = rows().count() - failed - sent;
    // What is signed in tells them before nib leaves.
    let untold = outbox::untold(state, |account, kept| !(account.is_signed_in() || kept && outlasts(state, account)));
    let untold = (untold.count() > 0).then(|| format!("{} that others were not told of", untold.words()));
    [
        (drafts, "draft", "drafts"),
        (under_way, "message on its way", "messages on their way"),
        (failed, "message that was not sent", "messages that were not sent"),
        (front.trays.count(), "attached file", "attached files"),
        (front.reading.len(), "file that is being read", "files that are being read"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, several)| format!("{count} {}", if count == 1 { one } else { several }))
    .chain(untold)
    .collect()
}

/// Whether drafts of a chat are kept for later runs.
fn keeps(state: &State, chat: ChatKey) -> bool {
    let known = state.core.account(chat.account);
    state.outlasts && known.is_some_and(|account| account.keeps_drafts) && !state.unkept_drafts.contains(&chat)
}

/// Whether there are drafts that are kept.
fn has_kept(state: &State) -> bool {
    let Some(front) = &state.front else { return false };
    let open = front.pane.chat.filter(|_| !front.pane.composer.text().trim().is_empty());
    front.drafts.keys().copied().chain(open).any(|chat| keeps(state, chat))
}

/// Whether something stands in the composer that is nowhere else and not kept.
fn is_writing(state: &State, front: &Front) -> bool {
    let text = front.pane.composer.text();
    let kept = front.pane.chat.is_some_and(|chat| keeps(state, chat));
    let ComposeMode::Edit { of, before } = &front.pane.mode else { return !kept && !text.trim().is_empty() };
    let known = front.pane.chat.and_then(|chat| changing::as_it_is(state, chat, *of));
    !kept && !before.trim().is_empty() || known.is_none_or(|known| compose::escaped(&known) != text)
}
