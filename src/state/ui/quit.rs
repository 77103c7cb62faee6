//! Quitting: what was written and would be lost is named first.

use super::{changing, compose, open};
use crate::domain::ChatKey;
use crate::state::State;
use crate::state::action::Action;
use crate::state::effect::Effects;
use crate::state::front::{ComposeMode, Front, Overlay, Question};
use crate::state::outbox::Stage;

/// The user wants to quit: at once when nothing would be lost, and when it is asked already.
pub(super) fn wanted(state: &mut State, fx: &mut Effects) {
    let losses = losses(state);
    let kept = if has_kept(state) { "; drafts are kept" } else { "" };
    let Some(front) = &mut state.front else { return open::terminate(state, fx) };
    let leads = |question: &Question| question.actions().any(|action| *action == Action::QuitNow);
    let asks = |overlay: &Overlay| matches!(overlay, Overlay::Question(question) if leads(question));
    if losses.is_empty() || front.overlays.iter().any(asks) {
        return open::terminate(state, fx);
    }
    let named = match losses.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        other => other.concat(),
    };
    let text = format!("{named} would be lost{kept}");
    front.overlays.push(Overlay::Question(Question::yes_no(text, "Quit", Action::QuitNow)));
    state.touch();
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
            let kept = state.outlasts && state.is_kept(account.id);
            account.outbox.chats.values().flatten().filter(move |row| !kept || row.kept.is_none())
        })
    };
    let failed = rows().filter(|row| matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed)).count();
    let sent = rows().filter(|row| matches!(row.stage, Stage::Sent(_))).count();
    let under_way = rows().count() - failed - sent;
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
