//! What is being written and not sent: put aside with its chat, and told to the store, soon after it was typed and whenever the chat is left.
//!
//! A draft is the text, what it answers, the change of a message that one is at, changes that were left, and the files that go with it. Changes that were
//! left and files have places of their own; whatever is told to the store has all of it.

use super::{changing, compose, tray};
use crate::domain::kept::{Draft, DraftEdit, DraftReply, OutboxItem, Write};
use crate::domain::{ChatKey, Message, MessageId, MessageKey, Quote};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{ComposeMode, Front, Pane, Target};
use crate::state::{State, quotes};
use std::time::Duration;

/// How long after the first letter that the store does not know it is told. Whatever ends the program without a word costs no more than that.
pub(in crate::state) const PAUSE: Duration = Duration::from_millis(300);

/// Most drafts held.
const DRAFTS: usize = 500;

/// What the store knows of the writing in the open chat, as far as it takes to see that it has become another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Known {
    revision: u64,
    mode: ComposeMode,
    answers: Option<MessageKey>,
    quiet: bool,
    previews: Option<bool>,
    quote: Option<(MessageKey, Quote)>,
    files: u64,
    /// Whatever it is, the store has something else.
    stale: bool,
}

impl Known {
    fn of(front: &Front) -> Self {
        let pane = &front.pane;
        Self {
            revision: pane.composer.revision(),
            mode: pane.mode.clone(),
            answers: pane.writing.answers,
            quiet: pane.quiet,
            previews: pane.writing.previews,
            quote: pane.quote.clone(),
            files: front.trays.revision(),
            stale: false,
        }
    }

    fn is_still(&self, front: &Front) -> bool {
        let Self { revision, mode, answers, quiet, previews, quote, files, stale } = self;
        let pane = &front.pane;
        !stale
            && (*revision, *quiet, *files) == (pane.composer.revision(), pane.quiet, front.trays.revision())
            && (*answers, *previews) == (pane.writing.answers, pane.writing.previews)
            && *mode == pane.mode
            && *quote == pane.quote
    }
}

/// What stands in the composer of the open chat, and what it is.
fn written(front: &Front, chat: ChatKey) -> Draft {
    let pane = &front.pane;
    let answer = |message: MessageKey| DraftReply {
        message,
        quiet: pane.quiet,
        quote: pane.quote.as_ref().filter(|(of, _)| *of == message).map(|(_, quote)| quote.clone()),
    };
    let (text, answered) = match &pane.mode {
        // The change is no message.
        ComposeMode::Edit { before, .. } => (before.clone(), pane.writing.answers),
        ComposeMode::Reply(message) => (pane.typed(), Some(*message)),
        ComposeMode::New => (pane.typed(), None),
    };
    // An answer of which nothing is written is none.
    let some = !text.is_empty() || !front.trays.of(chat).is_empty();
    let reply = answered.filter(|_| some).map(answer);
    Draft { text, reply, edit: pane.change(), previews: pane.writing.previews.filter(|_| some), ..Draft::default() }
}

/// What is being written in a chat, with all that belongs to it.
fn whole(front: &Front, chat: ChatKey, written: Draft) -> Draft {
    Draft { left: front.pane.writing.changes_of(chat), files: front.trays.kept(chat), ..written }
}

fn current(front: &Front, chat: ChatKey) -> Draft {
    let text = match front.pane.chat == Some(chat) {
        true => written(front, chat),
        false => front.drafts.get(&chat).cloned().unwrap_or_default(),
    };
    whole(front, chat, text)
}

/// Whether the store has this of a chat, as far as this run knows.
fn is_told(front: &Front, chat: ChatKey, draft: &Draft) -> bool {
    front.drafts_told.get(&chat).map_or(draft.is_empty(), |told| told == draft)
}

/// Tells the store, unless it knows.
fn tell(front: &mut Front, chat: ChatKey, draft: Draft, fx: &mut Effects) {
    if is_told(front, chat, &draft) {
        return;
    }
    // Of what it never had there is nothing to forget.
    if draft.is_empty() {
        front.drafts_told.remove(&chat);
    } else {
        front.drafts_told.insert(chat, draft.clone());
    }
    fx.push(Effect::keep(Write::Draft { chat, draft: Box::new(draft) }));
}

/// Whether the composer holds what the store does not know and is to keep.
pub(in crate::state) fn is_due(state: &State) -> bool {
    let Some(front) = &state.front else { return false };
    let Some(chat) = front.pane.chat else { return false };
    state.core.account(chat.account).is_some_and(|account| account.keeps_drafts) && !front.pane.known.is_still(front)
}

/// The store is told of what is being written in the open chat.
pub(in crate::state) fn due(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    front.pane.known = Known::of(front);
    tell(front, chat, current(front, chat), fx);
}

/// The store has taken a draft, or could not. Then it is told again when it changes, and at the end.
pub(in crate::state) fn kept(state: &mut State, chat: ChatKey, done: Result<(), String>, fx: &mut Effects) {
    let Err(why) = done else {
        state.unkept_drafts.remove(&chat);
        return;
    };
    if let Some(front) = &mut state.front {
        front.drafts_told.remove(&chat);
    }
    if state.unkept_drafts.insert(chat) {
        state.notice_about(chat.account, format!("What you are writing is not kept for later: {why}"), None, true, fx);
    }
}

/// What was typed in the open chat was taken for something that is not durable yet: until it is, the store goes on having it.
pub(super) fn leave(state: &mut State) {
    if let Some(front) = &mut state.front {
        front.pane.known = Known::of(front);
    }
}

/// What was typed in a chat is durable as something else now: the draft is what stands there since.
pub(super) fn settle(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    if state.front.as_ref().is_some_and(|front| front.pane.chat == Some(chat)) {
        return due(state, fx);
    }
    if let Some(front) = &mut state.front {
        put(front, chat, fx);
    }
}

/// The program ends: everything that was typed is kept. What is as the store gave it is not told: another run may have changed it there since.
pub(super) fn put_all(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let open = front.pane.chat;
    front.pane.leave_history();
    let unkept = &state.unkept_drafts;
    if let Some(chat) = open.filter(|chat| !front.pane.known.is_still(front) || unkept.contains(chat)) {
        tell(front, chat, current(front, chat), fx);
    }
    let held = front.drafts.keys().copied().chain(front.trays.chats()).chain(front.pane.writing.changed_chats());
    let mut chats: Vec<ChatKey> = held.filter(|chat| open != Some(*chat)).collect();
    chats.sort_unstable();
    chats.dedup();
    chats.into_iter().for_each(|chat| put(front, chat, fx));
}

/// Changes of messages in these chats that were left become part of their drafts. None of the chats is open.
pub(in crate::state) fn adopt_changes(front: &mut Front, is_of: impl Fn(&ChatKey) -> bool) {
    for (chat, text) in front.pane.writing.take_changes(|chat, _| is_of(&chat)) {
        let draft = front.drafts.entry(chat).or_default();
        draft.text = if draft.text.is_empty() { text } else { format!("{}\n{text}", draft.text) };
    }
}

/// The store is told of a chat that is not open, whose draft has become another.
pub(super) fn put(front: &mut Front, chat: ChatKey, fx: &mut Effects) {
    // Of one that was let go, the store has more than this run.
    if front.drafts.contains_key(&chat) || !may_have_one(front, chat) {
        tell(front, chat, current(front, chat), fx);
    }
}

/// All that is being written in the chats of an account is taken out of here; nothing of it is open. Returns it.
pub(in crate::state) fn take_all(front: &mut Front, is_of: impl Fn(&ChatKey) -> bool) -> Vec<(ChatKey, Draft)> {
    let held = front.drafts.keys().copied().chain(front.trays.chats()).chain(front.pane.writing.changed_chats());
    let mut chats: Vec<ChatKey> = held.filter(|chat| is_of(chat)).collect();
    chats.sort_unstable();
    chats.dedup();
    let take = |chat: ChatKey| {
        let draft = current(front, chat);
        front.drafts.remove(&chat);
        front.trays.clear(chat);
        front.pane.writing.forget_changes(chat);
        (chat, draft)
    };
    chats.into_iter().map(take).collect()
}

/// Drafts of earlier runs. What stands there already is newer.
pub(in crate::state) fn found(state: &mut State, found: Vec<(ChatKey, Draft)>, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    front.more_drafts |= found.len() > DRAFTS;
    for (chat, draft) in found.into_iter().take(DRAFTS) {
        front.drafts_told.insert(chat, draft.clone());
        let draft = take_parts(front, chat, draft);
        if front.pane.chat != Some(chat) {
            front.unsure_drafts.insert(chat);
            front.drafts.entry(chat).or_insert(draft);
        } else if front.pane.composer.is_empty() && front.pane.mode == ComposeMode::New {
            restore(front, chat, draft, true);
        }
    }
    state.touch();
    tray::wake(state, fx);
}

/// The parts of a draft that have places of their own go there. Returns the rest.
fn take_parts(front: &mut Front, chat: ChatKey, draft: Draft) -> Draft {
    let Draft { text, reply, edit, left, files, previews } = draft;
    for edit in left {
        front.pane.writing.put_found(chat, edit);
    }
    tray::restore(front, chat, files);
    Draft { text, reply, edit, previews, ..Draft::default() }
}

/// A draft goes on being written in the open chat, where nothing stands. `unsure`: an earlier run left it.
fn restore(front: &mut Front, chat: ChatKey, draft: Draft, unsure: bool) {
    let Draft { text, reply, edit, previews, .. } = draft;
    let with_files = !front.trays.of(chat).is_empty();
    let pane = &mut front.pane;
    if !text.is_empty() {
        pane.composer.set_text(&text);
    }
    if let Some(reply) = reply.filter(|_| !text.is_empty() || with_files) {
        pane.answer(reply);
        pane.writing.unsure |= unsure;
    }
    pane.writing.previews = pane.writing.previews.or(previews);
    if let Some(edit) = edit {
        go_on(pane, edit);
        pane.writing.unsure |= unsure;
    }
    let known = Known::of(front);
    front.pane.known = Known { stale: !is_told(front, chat, &current(front, chat)), ..known };
}

/// A change of a message goes on being written.
fn go_on(pane: &mut Pane, edit: DraftEdit) {
    let DraftEdit { of, text, original } = edit;
    pane.begin_change(of.into());
    // Undo shows the message as it was.
    pane.composer.set_text(&original);
    pane.composer.replace(&text);
    pane.writing.original = original;
}

/// The draft of the chat that was just opened goes on being written.
pub(super) fn take_up(front: &mut Front, chat: ChatKey) {
    let draft = front.drafts.remove(&chat).unwrap_or_default();
    let unsure = front.unsure_drafts.remove(&chat);
    restore(front, chat, draft, unsure);
}

/// Whether the store may have a draft of a chat that this run holds nothing of.
pub(super) fn may_have_one(front: &Front, chat: ChatKey) -> bool {
    front.more_drafts && !front.drafts_told.contains_key(&chat)
}

/// The draft of a chat that was opened, of which this run held nothing. What was typed meanwhile stands behind it.
pub(in crate::state) fn looked_up(state: &mut State, chat: ChatKey, draft: Draft, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    front.drafts_told.insert(chat, draft.clone());
    let Draft { text, reply, edit, previews, .. } = take_parts(front, chat, draft);
    let joined = |typed: &str| match (text.is_empty(), typed.is_empty()) {
        (_, true) => text.clone(),
        (true, false) => typed.to_owned(),
        (false, false) => format!("{text}\n{typed}"),
    };
    if front.pane.chat != Some(chat) {
        let held = front.drafts.entry(chat).or_default();
        held.text = if held.text == text { text } else { joined(&held.text) };
        held.reply = held.reply.take().or(reply);
        held.edit = held.edit.take().or(edit);
        held.previews = held.previews.or(previews);
        front.unsure_drafts.insert(chat);
        put(front, chat, fx);
    } else if front.pane.composer.is_empty() && front.pane.mode == ComposeMode::New {
        restore(front, chat, Draft { text, reply, edit, previews, ..Draft::default() }, true);
    } else {
        front.pane.writing.previews = front.pane.writing.previews.or(previews);
        if let Some(edit) = edit {
            front.pane.writing.put_found(chat, edit);
        }
        if let ComposeMode::Edit { before, .. } = &mut front.pane.mode {
            *before = joined(before);
        } else {
            let typed = front.pane.composer.text();
            front.pane.composer.set_text(&joined(&typed));
        }
        if let Some(reply) = reply.filter(|_| front.pane.answered().is_none()) {
            front.pane.answer(reply);
            front.pane.writing.unsure = true;
        }
        front.pane.known.stale = true;
    }
    state.touch();
    tray::wake(state, fx);
}

/// Puts what is being typed aside, with the chat. In edit mode what was there before is kept instead, since the edit is no message.
pub(super) fn put_aside(front: &mut Front, fx: &mut Effects) {
    let Some(chat) = front.pane.chat else { return };
    front.pane.leave_history();
    let untold = !front.pane.known.is_still(front);
    front.pane.keep_change();
    let draft = Draft { edit: None, ..written(front, chat) };
    if untold || front.pane.change().is_some() {
        tell(front, chat, whole(front, chat, draft.clone()), fx);
    }
    if draft.is_empty() {
        return;
    }
    if front.pane.writing.unsure {
        front.unsure_drafts.insert(chat);
    }
    if front.drafts.len() >= DRAFTS && !front.drafts.contains_key(&chat) {
        // Still in the store; the chat visited longest ago gives way, unless something of its draft stays.
        let stays = |chat: ChatKey| {
            !front.trays.of(chat).is_empty() || front.pane.writing.changed_chats().any(|changed| changed == chat)
        };
        let oldest = front
            .drafts
            .keys()
            .filter(|key| !stays(**key))
            .min_by_key(|key| (front.visited.iter().position(|visited| visited == *key), **key))
            .copied();
        if let Some(oldest) = oldest {
            front.drafts.remove(&oldest);
            // An empty composer does not mean any more that it was deleted.
            front.drafts_told.remove(&oldest);
            front.more_drafts = true;
        }
    }
    front.drafts.insert(chat, draft);
}

/// What a draft of an earlier run answers or changes may have gone or changed since: its network is asked, once, as soon as that can be. After every event.
pub(in crate::state) fn confirm(state: &mut State, fx: &mut Effects) {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.writing.unsure) else { return };
    let Some(chat) = front.pane.chat else { return };
    if !state.core.account(chat.account).is_some_and(|account| account.is_signed_in()) {
        return;
    }
    front.pane.writing.unsure = false;
    let of = match front.pane.mode {
        ComposeMode::Edit { of: Target::Message(message), .. } | ComposeMode::Reply(message) => Some(message),
        ComposeMode::Edit { of: Target::Pending(_), .. } | ComposeMode::New => None,
    };
    for message in of.into_iter().chain(front.pane.writing.answers) {
        quotes::confirm(state, chat, message.id, fx);
    }
}

/// A network has told of a message that was asked for: it is as it is, or gone.
pub(in crate::state) fn confirmed(
    state: &mut State,
    chat: ChatKey,
    id: MessageId,
    found: Option<&Message>,
    fx: &mut Effects,
) {
    let Some(front) = state.front.as_ref().filter(|front| front.pane.chat == Some(chat)) else { return };
    let changes = matches!(front.pane.mode, ComposeMode::Edit { of: Target::Message(message), .. } if message.id == id);
    let Some(message) = found else {
        return changing::gone(state, chat, id, changes, fx);
    };
    let Some(account) = state.core.account(chat.account).filter(|_| changes) else { return };
    let now = compose::escaped(&account.as_typed(message));
    // What it says is one's own that the network was not told yet, or the names of its emoji are not known yet.
    let changes_words = |item: &OutboxItem| matches!(item, OutboxItem::Edit { .. });
    let waits = account.outbox.waiting_for(chat.chat, id).any(changes_words);
    if front.pane.writing.original == now || waits || !account.knows_emoji_of(message) {
        return;
    }
    let same = front.pane.composer.as_str() == now;
    if let Some(front) = &mut state.front {
        front.pane.writing.original = now;
    }
    if !same {
        let sentence = "The message was changed since you began to change it; what you send takes its place";
        state.notice(sentence, true, fx);
    }
}

/// The connection over which a message was asked for is lost: it is asked for again.
pub(in crate::state) fn unconfirmed(state: &mut State, chat: ChatKey, id: MessageId) {
    let Some(front) = state.front.as_mut().filter(|front| front.pane.chat == Some(chat)) else { return };
    let answers = front.pane.writing.answers.is_some_and(|message| message.id == id);
    front.pane.writing.unsure |= answers
        || match front.pane.mode {
            ComposeMode::Edit { of: Target::Message(message), .. } | ComposeMode::Reply(message) => message.id == id,
            ComposeMode::Edit { of: Target::Pending(_), .. } | ComposeMode::New => false,
        };
}
