//! Messages that are pushed: created, changed, deleted, reacted to.

use super::front::Anchor;
use super::requests::Purpose;
use super::ui::{changing, shared};
use super::{
    Account, Effects, State, alerts, former, history, keep, outbox, people, pins, polls, roster, slow, typing, unread,
};
use crate::domain::{
    AccountId, Bundle, Chat, ChatId, ChatKey, Message, MessageId, Nonce, Priority, ReactEmoji, Reaction, ReadState,
    Refusal, Reply, Request, SpanKind, Timeline, User, UserId,
};
use std::sync::Arc;

/// A message was created.
pub(super) fn created(
    state: &mut State,
    id: AccountId,
    message: Arc<Message>,
    told: Option<u32>,
    author: Option<Box<User>>,
    nonce: Option<Nonce>,
    fx: &mut Effects,
) {
    let window = state.settings.window;
    let (now, stamp) = (state.now.mono, state.stamps.told());
    let mine = state.core.account(id).is_some_and(|account| account.me == message.author);
    if let Some(nonce) = nonce.filter(|_| mine) {
        changing::went_out(state, ChatKey::new(id, message.chat), nonce, message.key, fx);
    }
    let Some(account) = state.core.accounts.iter_mut().find(|account| account.id == id) else { return };
    if let Some(author) = author {
        people::put(account, *author);
    }
    let chat = message.chat;
    let key = ChatKey::new(id, chat);
    let place = message.key;
    let by = message.author;
    typing::stop(account, chat, by);
    if mine {
        if !outbox::echoed(account, chat, place, message.at, nonce, fx) && nonce.is_none() {
            outbox::arrived(account, &message, fx);
        }
        slow::wrote(account, chat, now);
    }
    let message = marked(account, account.timelines.get(&chat), message);
    keep::created(account, &message, stamp);
    let mention = message.mentions_me;
    let (newest, raised) = roster::note_newest(account, chat, place);
    if let Some(thread) = account.chats.get_mut(&chat).and_then(|chat| chat.thread.as_mut()) {
        thread.active = thread.active.max(message.at);
    }

    let is_new = match account.timelines.get_mut(&chat) {
        Some(timeline) => timeline.push(Arc::clone(&message)),
        None => newest,
    };
    state.revision += 1;
    if is_new {
        let reading = unread::reading(state.front.as_ref(), key);
        if let Some(known) = account.chats.get(&chat) {
            let counts = !mine && known.last_read.is_none_or(|read| read < place);
            let unread = told.unwrap_or(known.unread.saturating_add(u32::from(counts)));
            let mentions = known.mentions.saturating_add(u32::from(counts && mention)).min(unread);
            let (unread, mentions) = if reading { (0, 0) } else { (unread, mentions) };
            let folded = known.parent();
            let (_, turned) = unread::set(account, chat, unread, mentions);
            if let Some(front) = &mut state.front
                && turned
                && folded.is_some_and(|parent| front.folded.contains(&ChatKey::new(id, parent)))
            {
                front.sidebar.renew(id);
            }
        }
        if let Some(front) = &mut state.front
            && front.pane.chat == Some(key)
            && front.pane.anchor != Anchor::Bottom
            && !mine
            && newest
        {
            front.pane.new_below = front.pane.new_below.saturating_add(1);
        }
        history::trim(account, state.front.as_mut(), chat, window);
    }
    let community = account.chats.get(&chat).map(crate::domain::Chat::community);
    if raised && let Some(front) = &mut state.front {
        match community {
            // Its row is among those of its forum, of which some may be folded away.
            Some(Some(_)) => front.sidebar.renew(id),
            _ => front.sidebar.raise(key),
        }
    }
    let uncounted = if account.timelines.contains_key(&chat) {
        polls::uncounted(std::slice::from_ref(&message))
    } else {
        Vec::new()
    };
    let stranger = !account.users.contains_key(&by);
    match community {
        Some(community) if stranger => people::ask_unknown(state, id, community, &[by], fx),
        Some(_) => {}
        None => ask_chat(state, id, &message, mine, fx),
    }
    polls::ask(state, key, &uncounted, fx);
    if mine {
        // The row it answers is gone: the next one may go, and nothing may point at it.
        outbox::pump(state, key, fx);
        if let Some(front) = &mut state.front {
            history::keep_valid(front, &state.core.accounts, key);
        }
    } else if is_new && newest {
        alerts::message(state, key, &message, fx);
    }
}

/// A message in a chat that is not known: asks for the chat, once.
fn ask_chat(state: &mut State, id: AccountId, message: &Arc<Message>, mine: bool, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(id) else { return };
    let fresh = account.chats_asked.len() < 1_000 && account.chats_asked.insert(message.chat);
    if fresh && account.is_signed_in() {
        let purpose = if mine { Purpose::Detail } else { Purpose::Stranger(Arc::clone(message)) };
        state.ask(id, Request::FetchChat(message.chat), Priority::Background, purpose, fx);
    }
}

/// A chat that nobody knew when a message came in it is known now: the message is told like any other, unless it was read meanwhile.
pub(super) fn introduced(
    state: &mut State,
    id: AccountId,
    message: &Message,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let Ok(Reply::Chat(bundle)) = outcome else { return };
    let Some(account) = state.core.account_mut(id) else { return };
    roster::put_bundle(account, bundle);
    state.touch();
    let key = ChatKey::new(id, message.chat);
    let unread = |(_, chat): (&Account, &Chat)| chat.last_read.is_none_or(|read| read < message.key);
    if state.core.chat(key).is_some_and(unread) {
        alerts::message(state, key, message, fx);
    }
}

/// Asks how many messages of a chat are unread, if any is or a list that counts what was read is under way: the read mark moved, and nobody said what is left.
pub(super) fn recount(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    let syncs = account.requests.is_syncing();
    if account.chats.get(&chat.chat).is_some_and(|known| known.unread > 0 || syncs) {
        count_anew(state, chat, fx);
    }
}

/// Asks how many messages of a chat are unread.
pub(super) fn count_anew(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(chat.account).filter(|account| account.is_signed_in()) else { return };
    let newest = account.chats.get(&chat.chat).and_then(|known| known.last_message);
    let under_way = account.requests.open.values_mut().find_map(|open| match open {
        Purpose::Newest { chat: of, again, .. } if *of == chat.chat => Some(again),
        _ => None,
    });
    match (under_way, newest) {
        // Its answer may be from before.
        (Some(again), _) => *again = true,
        (None, Some(newest)) => ask_newest(state, chat.account, chat.chat, newest.id, fx),
        // Nothing is there to be unread.
        (None, None) => {}
    }
}

/// Asks what is the newest message of a chat and how many are unread, since this one was deleted.
fn ask_newest(state: &mut State, id: AccountId, chat: ChatId, deleted: MessageId, fx: &mut Effects) {
    let purpose = Purpose::Newest { chat, deleted, again: false };
    state.ask(id, Request::FetchChat(chat), Priority::Background, purpose, fx);
}

/// The same after an answer that may be from before further deletions: what it told as the newest may be gone.
pub(super) fn ask_newest_again(state: &mut State, id: AccountId, chat: ChatId, deleted: MessageId, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(id).and_then(|account| account.chats.get(&chat)) else { return };
    let doubtful = known.last_message.map_or(deleted, |newest| newest.id);
    ask_newest(state, id, chat, doubtful, fx);
}

/// What is the newest message of a chat was told, after this one was deleted.
pub(super) fn newest_told(state: &mut State, key: ChatKey, deleted: MessageId, bundle: Bundle) {
    let reading = unread::reading(state.front.as_ref(), key);
    let Some(account) = state.core.account_mut(key.account) else { return };
    let Some(told) = bundle.chats.into_iter().find(|chat| chat.id == key.chat) else { return };
    let Some(known) = account.chats.get(&key.chat) else { return };
    if known.last_message.is_some_and(|newest| newest.id == deleted) {
        roster::know_newest(account, key.chat, told.last_message);
    }
    let Some(known) = account.chats.get(&key.chat) else { return };
    let (unread, mentions) = (known.unread, known.mentions);
    let counts = match told.read_state {
        ReadState::Told => (told.unread, told.mentions),
        ReadState::WithoutMentions => (told.unread, mentions.min(told.unread)),
        // Where the chat was found empty, nothing in it is unread.
        ReadState::Untold if told.last_message.is_none() => (0, 0),
        ReadState::Untold => (unread, mentions),
    };
    if !reading {
        unread::set(account, key.chat, counts.0, counts.1);
    }
    state.touch();
}

/// The message, marked if it mentions the signed-in account: by a span with its id or name, or by answering one of its messages.
pub(super) fn marked(account: &Account, timeline: Option<&Timeline>, mut message: Arc<Message>) -> Arc<Message> {
    let told = account.caps.mentions_told;
    if !told && !message.mentions_me && message.author != account.me && mentions(account, timeline, &message) {
        Arc::make_mut(&mut message).mentions_me = true;
    }
    message
}

fn mentions(account: &Account, timeline: Option<&Timeline>, message: &Message) -> bool {
    let by_span = message.body.spans.iter().any(|span| match span.kind {
        SpanKind::Mention(Some(user)) => user == account.me,
        SpanKind::Mention(None) => {
            let written =
                message.body.text.get(span.start as usize..span.end as usize).and_then(|text| text.strip_prefix('@'));
            let own = account.users.get(&account.me).and_then(|me| me.username.as_ref());
            written.zip(own).is_some_and(|(written, own)| written.eq_ignore_ascii_case(own))
        }
        _ => false,
    });
    by_span
        || message.reply.as_ref().and_then(|reply| reply.to).is_some_and(|to| {
            timeline.and_then(|timeline| timeline.message(to)).is_some_and(|answered| answered.author == account.me)
        })
}

/// A message was changed.
pub(super) fn changed(state: &mut State, id: AccountId, message: Arc<Message>, reactions: bool) {
    let stamp = state.stamps.told();
    let Some(account) = state.core.account_mut(id) else { return };
    let chat = message.chat;
    let message = marked(account, account.timelines.get(&chat), message);
    keep::changed(account, &message, reactions, stamp);
    let pinned = pins::changed(account, &message) | account.quotes.changed(&message);
    let known = account.timelines.get(&chat).and_then(|timeline| timeline.message(message.key.id));
    let edited = known.and_then(|known| known.edited);
    let before = former::told(account, account.timelines.get(&chat), chat, message.key.id);
    let replaced = account.timelines.get_mut(&chat).is_some_and(|timeline| timeline.replace(&message, reactions));
    if replaced {
        if let Some(before) = before {
            account.former.add(&message, &before);
        }
        outbox::told_anew(account, &message, edited);
    }
    let key = ChatKey::new(id, chat);
    shared::changed(state, key, &message);
    if replaced || pinned {
        touch_if_open(state, key);
    }
}

/// Messages were deleted.
pub(super) fn deleted(state: &mut State, id: AccountId, chat: ChatId, messages: &[MessageId], fx: &mut Effects) {
    let stamp = state.stamps.told();
    let Some(account) = state.core.account_mut(id) else { return };
    keep::deleted(account, chat, messages, stamp);
    outbox::deleted(account, chat, messages, fx);
    let me = account.me;
    let read = account.chats.get(&chat).and_then(|chat| chat.last_read);
    pins::deleted(account, chat, messages);
    account.quotes.deleted(chat, messages);
    account.former.deleted(chat, messages);
    let newest = account.chats.get(&chat).and_then(|chat| chat.last_message);
    let newest_gone = newest.filter(|newest| messages.contains(&newest.id));
    let mut unread_gone = 0;
    let mut unseen = None;
    let mut mentions_gone = 0;
    // A list that is under way may count what goes now. Such a network may count one's own, too, and what comes before a read mark whose message is gone.
    let syncs = account.requests.is_syncing();
    let counts_more = account.chats.get(&chat).is_some_and(|chat| chat.read_state == ReadState::WithoutMentions);
    if let Some(timeline) = account.timelines.get_mut(&chat) {
        for message in messages {
            let index = timeline.key_of(*message).and_then(|key| timeline.index_of(key));
            let before = index.and_then(|at| timeline.get(at.checked_sub(1)?)).map(|entry| entry.message.key.id);
            if let Some(gone) = timeline.message(*message) {
                account.stones.add(chat, before, *message, gone.author);
            }
            match timeline.remove(*message) {
                Some(gone) if gone.author != me && read.is_none_or(|read| read < gone.key) => {
                    unread_gone += 1;
                    mentions_gone += u32::from(gone.mentions_me);
                    unseen = unseen.or(syncs.then_some(*message));
                }
                Some(_) if !counts_more && !syncs => {}
                Some(_) | None => unseen = Some(*message),
            }
        }
    } else {
        unseen = messages.last().copied();
    }
    let whole = account.timelines.get(&chat).filter(|timeline| timeline.is_loaded() && !timeline.gap_after());
    let last = whole.and_then(|timeline| match timeline.last() {
        Some(entry) => Some(Some(entry.message.key)),
        None => timeline.has_start().then_some(None),
    });
    if let (Some(_), Some(last)) = (newest_gone, last) {
        roster::know_newest(account, chat, last);
    }
    if let Some(known) = account.chats.get(&chat) {
        let unread = known.unread.saturating_sub(unread_gone);
        let mentions = known.mentions.saturating_sub(mentions_gone).min(unread);
        let (changed, turned) = unread::set(account, chat, unread, mentions);
        state.revision += u64::from(changed);
        if turned && let Some(front) = &mut state.front {
            front.sidebar.renew(id);
        }
    }
    // Where it is not in memory what is the newest now, or whether an unread one went, the network knows.
    let unsure = if last.is_none() { newest_gone.map(|newest| newest.id) } else { None };
    let uncounted = unseen.filter(|_| syncs || account.chats.get(&chat).is_some_and(|chat| chat.unread > 0));
    if let Some(deleted) = unsure.or(uncounted)
        && account.is_signed_in()
        && account.chats.contains_key(&chat)
    {
        let under_way = account.requests.open.values_mut().find_map(|open| match open {
            Purpose::Newest { chat: of, deleted, again } if *of == chat => Some((*deleted, again)),
            _ => None,
        });
        match under_way {
            // Its answer may be from before this deletion.
            Some((asked, again)) => *again |= asked != deleted,
            None => ask_newest(state, id, chat, deleted, fx),
        }
    }
    let key = ChatKey::new(id, chat);
    if let Some(front) = &mut state.front {
        history::keep_valid(front, &state.core.accounts, key);
        if let Some(sentence) = front.leave_deleted(key, messages) {
            state.notice(sentence, true, fx);
        }
    }
    changing::deleted(state, key, messages, fx);
    shared::gone(state, key, messages, false);
    touch_if_open(state, key);
}

/// The reactions to a message changed.
pub(super) fn reacted(state: &mut State, id: AccountId, chat: ChatId, message: MessageId, reactions: Box<[Reaction]>) {
    let stamp = state.stamps.told();
    let Some(account) = state.core.account_mut(id) else { return };
    keep::reacted(account, chat, message, &reactions, stamp);
    if account.timelines.get_mut(&chat).is_some_and(|timeline| timeline.set_reactions(message, reactions)) {
        touch_if_open(state, ChatKey::new(id, chat));
    }
}

/// Somebody reacted to a message, or took that back.
pub(super) fn reaction_toggled(
    state: &mut State,
    id: AccountId,
    chat: ChatId,
    message: MessageId,
    (emoji, by, add): (ReactEmoji, UserId, bool),
) {
    let stamp = state.stamps.told();
    let Some(account) = state.core.account_mut(id) else { return };
    let mine = by == account.me;
    let timeline = account.timelines.get_mut(&chat);
    let changed = timeline.is_some_and(|timeline| timeline.toggle(message, &emoji, by, (add, mine)));
    // What is shown of the others may be older than this.
    keep::toggled(account, chat, message, (emoji, by, add), stamp);
    if changed {
        touch_if_open(state, ChatKey::new(id, chat));
    }
}

/// A message was pinned, or let go.
pub(super) fn pinned(state: &mut State, id: AccountId, chat: ChatId, message: MessageId, pinned: bool) {
    let stamp = state.stamps.told();
    let Some(account) = state.core.account_mut(id) else { return };
    keep::pinned(account, chat, message, pinned, stamp);
    let mut changed = pins::pinned(account, chat, message, pinned);
    if let Some(timeline) = account.timelines.get_mut(&chat)
        && let Some(known) = timeline.message(message).filter(|known| known.pinned != pinned)
    {
        let mut known = Arc::clone(known);
        Arc::make_mut(&mut known).pinned = pinned;
        changed |= timeline.replace(&known, true);
    }
    let key = ChatKey::new(id, chat);
    let known = history::timeline_of(&state.core.accounts, key).and_then(|timeline| timeline.message(message)).cloned();
    match known {
        Some(known) => shared::changed(state, key, &known),
        None if !pinned => shared::gone(state, key, &[message], true),
        None => {}
    }
    if changed {
        touch_if_open(state, key);
    }
}

fn touch_if_open(state: &mut State, chat: ChatKey) {
    if state.front.as_ref().is_some_and(|front| front.pane.chat == Some(chat)) {
        state.touch();
    }
}
