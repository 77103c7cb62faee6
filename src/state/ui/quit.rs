//! Quitting: what was written and would be lost is named first, and what is held back is told to others.

use super::open;
use crate::domain::{AccountId, ChatKey};
use crate::state::action::Action;
use crate::state::effect::{Effect, Effects};
use crate::state::event::Timer;
use crate::state::front::{ComposeMode, Front, Overlay, Question};
use crate::state::outbox::{self, Stage};
use crate::state::{Account, State, chat_title, last_words};

/// The user wants to quit: at once when nothing would be lost, and when it is asked already.
pub(super) fn wanted(state: &mut State, fx: &mut Effects) {
    let losses = losses(state);
    let Some(front) = &state.front else { return open::terminate(state, fx) };
    let leads = |question: &Question| question.actions().any(|action| *action == Action::QuitNow);
    let asks = |overlay: &Overlay| matches!(overlay, Overlay::Question(question) if leads(question));
    if losses.is_empty() || front.overlays.iter().any(asks) {
        return leave(state, Effect::Quit, fx);
    }
    let named = match losses.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        other => other.concat(),
    };
    let mut text = format!("{named} would be lost{}", beside(state));
    open::capitalised(&mut text);
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question::yes_no(text, "Quit", Action::QuitNow)));
    }
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
    fx.push(Effect::Arm(Timer::Leave, state.now.mono.plus(last_words::PATIENCE)));
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

/// A change or a deletion was refused: what was shown as done is not. That is told whatever is shown, and who is about to leave stays to read it.
pub(in crate::state) fn refused(
    state: &mut State,
    account: AccountId,
    sentence: String,
    key: Option<&'static str>,
    fx: &mut Effects,
) {
    let stays = match state.leaving.take() {
        Some(_) => "nib stays open. ",
        None => last_words::stay(state, account).unwrap_or_default(),
    };
    let shown = state.front.as_ref().and_then(|front| front.pane.chat).is_some_and(|chat| chat.account == account);
    let label = state.core.told_apart(account).filter(|_| !shown);
    let label = label.map(|label| format!("{label}: ")).unwrap_or_default();
    state.notice_of(format!("{stays}{label}{sentence}"), key, true, fx);
}

/// Leaves: what was typed is kept.
pub(in crate::state) fn go(state: &mut State, fx: &mut Effects) {
    if let Some(to) = state.leaving.take() {
        last_words::at_once(state, fx);
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
    let kept =
        (kept.count() > 0).then(|| format!("Others may not know of {words} yet; nib sends {them} when it runs again."));
    let lost = outbox::untold(state, |account, kept| !(kept && outlasts(state, account)));
    let lost = (lost.count() > 0).then(|| format!("Others may not know of {}; look when you are back.", lost.words()));
    let said: Vec<String> = [kept, lost].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Whether what an account does is kept for later runs.
fn outlasts(state: &State, account: &Account) -> bool {
    state.outlasts && state.is_kept(account.id)
}

/// What would be lost, in words. What is written is, where drafts are not kept.
fn losses(state: &State) -> Vec<String> {
    let Some(front) = &state.front else { return Vec::new() };
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
    let files = front.trays.unkept(|chat| keeps(state, chat));
    let reading = front.reading.iter().filter(|reading| !reading.has_line() || !keeps(state, reading.chat())).count();
    let counted = |count: usize, one: &str, several: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {several}")),
    };
    [
        counted(drafts(state, front), "draft", "drafts"),
        change(state, front),
        counted(left(state, front), "change that is not sent", "changes that are not sent"),
        counted(under_way, "message on its way", "messages on their way"),
        counted(failed, "message that was not sent", "messages that were not sent"),
        match files.as_slice() {
            [name] => Some(format!("the attached file \"{name}\"")),
            all => counted(all.len(), "attached file", "attached files"),
        },
        counted(reading, "file that is being read", "files that are being read"),
        untold,
        front.writes_ahead().then(|| "1 text whose chat is not open yet".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How many changes of messages were left in chats whose drafts are not kept.
fn left(state: &State, front: &Front) -> usize {
    front.pane.writing.changed_chats().filter(|chat| !keeps(state, *chat)).count()
}

/// Whether drafts of a chat are kept for later runs.
fn keeps(state: &State, chat: ChatKey) -> bool {
    let known = state.core.account(chat.account);
    state.outlasts && known.is_some_and(|account| account.keeps_drafts) && !state.unkept_drafts.contains(&chat)
}

/// The texts of messages that are being written, with their chats.
fn texts(front: &Front) -> impl Iterator<Item = (ChatKey, &str)> {
    let open = front.pane.chat.map(|chat| match &front.pane.mode {
        ComposeMode::Edit { before, .. } => (chat, before.as_str()),
        ComposeMode::New | ComposeMode::Reply(_) => (chat, front.pane.composer.as_str()),
    });
    let others = front.drafts.iter().map(|(chat, draft)| (*chat, draft.text.as_str()));
    others.chain(open).filter(|(_, text)| !text.trim().is_empty())
}

/// How many texts are nowhere else and not kept.
fn drafts(state: &State, front: &Front) -> usize {
    texts(front).filter(|(chat, _)| !keeps(state, *chat)).count()
}

/// The change of a message that stands in the composer and is not kept.
fn change(state: &State, front: &Front) -> Option<String> {
    let chat = front.pane.chat.filter(|chat| !keeps(state, *chat))?;
    let _ = front.pane.change()?;
    Some(format!("your change of a message in {}", chat_title(&state.core, chat)))
}

/// What is said of the drafts that are not lost.
fn beside(state: &State) -> &'static str {
    let Some(front) = &state.front else { return "" };
    let lost = drafts(state, front) > 0;
    match texts(front).any(|(chat, _)| keeps(state, chat)) {
        true if lost => "; other drafts are kept",
        true => "; drafts are kept",
        false => "",
    }
}
