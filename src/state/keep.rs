//! What is learned becomes what is kept: the one place that tells the store of it.
//!
//! Where something is taken in, it is noted here for its account, in order and only if it is news; at the end of the event it is written. Of an account
//! that nothing is kept of, nothing is noted. Stamps say when it was known: a page of history bears that of its question, so that it does not
//! bring back what was told to be otherwise since.

use super::{Account, Effect, Effects, State, messages, outbox, recall};
use crate::domain::kept::{AccountKey, Stamp, Write};
use crate::domain::{
    AccountId, Chat, ChatId, Community, CommunityId, Member, Message, MessageId, Page, ReactEmoji, ReadState, Reply,
    Request, RequestId, Role, Tally, User, UserId,
};
use std::sync::Arc;

/// What is to be written of an account at the end of the event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unkept {
    /// Who the store knows it as; nothing is noted before.
    bound: Option<AccountKey>,
    /// In order.
    writes: Vec<Write>,
    /// The communities are all known: before, a list of them does not say which are gone.
    listed: bool,
}

/// A question for history that is under way: when it was asked, and for which part.
pub(crate) type Asked = (Stamp, Page);

impl Unkept {
    /// Notes something, if anything is kept.
    fn note(&mut self, write: impl FnOnce() -> Write) {
        if self.bound.is_some() {
            self.writes.push(write());
        }
    }
}

/// The program starts: the store is told who was signed in last, and what still has to go out is looked up.
pub(super) fn started(state: &mut State, fx: &mut Effects) {
    if !state.has_store {
        return;
    }
    let accounts: Vec<AccountId> = state.core.accounts.iter().map(|account| account.id).collect();
    for account in accounts {
        bind(state, account, fx);
    }
    // A command that only asks the networks needs nothing of it.
    if state.front.is_some() || state.offline {
        outbox::ask_kept(state, fx);
    }
}

/// It is known who is signed in. What they left behind in earlier runs is theirs to go on with.
pub(super) fn signed_in(state: &mut State, account: AccountId, fx: &mut Effects) {
    if bind(state, account, fx) && state.front.is_some() {
        outbox::ask_kept(state, fx);
        recall::bound(state, account, fx);
    }
}

/// Tells the store who an account is. Returns whether that is new.
fn bind(state: &mut State, id: AccountId, fx: &mut Effects) -> bool {
    let is_kept = state.is_kept(id);
    let Some(account) = state.core.account_mut(id).filter(|account| account.me != UserId::default()) else {
        return false;
    };
    let key = AccountKey { network: account.network.clone(), server: account.server.clone(), user: account.me };
    if !is_kept {
        account.unkept = Unkept::default();
        return false;
    }
    if account.unkept.bound.as_ref() == Some(&key) {
        return false;
    }
    account.unkept = Unkept { bound: Some(key.clone()), ..Unkept::default() };
    fx.push(Effect::keep(Write::Bind(id, key)));
    true
}

/// Writes what was noted.
pub(super) fn write(state: &mut State, fx: &mut Effects) {
    let is_shown = state.front.is_some();
    for account in &mut state.core.accounts {
        if account.unkept.writes.is_empty() {
            continue;
        }
        let writes = std::mem::take(&mut account.unkept.writes);
        // Where nothing was looked up first, what the network does not tell was not counted here either.
        let counted = |write: &Write| match write {
            Write::ReadState { chat, .. } => {
                is_shown || account.chats.get(&chat.chat).is_some_and(|chat| chat.read_state == ReadState::Told)
            }
            _ => true,
        };
        fx.extend(writes.into_iter().filter(counted).map(Effect::keep));
    }
}

/// Anything may have been missed: a connection was lost, or stands again.
pub(super) fn missed(state: &mut State, account: AccountId) {
    let at = state.stamps.missed();
    if let Some(known) = state.core.account_mut(account) {
        known.unkept.note(|| Write::Missed { account, at });
    }
}

/// History is asked for.
pub(super) fn asking(state: &mut State, account: AccountId, id: RequestId, request: &Request) {
    let Request::FetchHistory { page, .. } = request else { return };
    let asked = (state.stamps.ask(), *page);
    if let Some(known) = state.core.account_mut(account).filter(|known| known.unkept.bound.is_some()) {
        known.requests.asked.insert(id, asked);
    }
}

/// A request was answered. History of which is known when it was asked for is kept.
pub(super) fn answered(account: &mut Account, id: RequestId, reply: Option<&Reply>) {
    let Some((asked, page)) = account.requests.asked.remove(&id) else { return };
    let Some(Reply::History { chat, messages, reached_start, reached_end, .. }) = reply else { return };
    let key = account.key(*chat);
    let timeline = account.timelines.get(chat);
    let of = messages.iter().filter(|message| message.chat == *chat);
    let messages = of.map(|message| messages::marked(account, timeline, Arc::clone(message))).collect();
    let (reached_start, reached_end) = (*reached_start, *reached_end);
    account.unkept.note(|| Write::Page { chat: key, asked, page, messages, reached_start, reached_end });
}

/// A message was created.
pub(super) fn created(account: &mut Account, message: &Arc<Message>, told: Stamp) {
    let chat = account.key(message.chat);
    account.unkept.note(|| Write::Push { chat, messages: vec![Arc::clone(message)], told });
}

/// A message was changed.
pub(super) fn changed(account: &mut Account, message: &Arc<Message>, with_reactions: bool, told: Stamp) {
    let id = account.id;
    account.unkept.note(|| Write::Change { account: id, message: Arc::clone(message), with_reactions, told });
}

/// Messages were deleted.
pub(super) fn deleted(account: &mut Account, chat: ChatId, messages: &[MessageId], told: Stamp) {
    let chat = account.key(chat);
    account.unkept.note(|| Write::Delete { chat, messages: messages.to_vec(), told });
}

/// The reactions to a message changed.
pub(super) fn reacted(
    account: &mut Account,
    chat: ChatId,
    message: MessageId,
    reactions: &[crate::domain::Reaction],
    told: Stamp,
) {
    let chat = account.key(chat);
    account.unkept.note(|| Write::Reactions { chat, message, reactions: reactions.into(), told });
}

/// Somebody reacted to a message, or took that back.
pub(super) fn toggled(
    account: &mut Account,
    chat: ChatId,
    message: MessageId,
    (emoji, by, add): (ReactEmoji, UserId, bool),
    told: Stamp,
) {
    let chat = account.key(chat);
    let mine = by == account.me;
    account.unkept.note(|| Write::Toggle { chat, message, emoji, by, mine, add, told });
}

/// A message was pinned, or let go.
pub(super) fn pinned(account: &mut Account, chat: ChatId, message: MessageId, pinned: bool, told: Stamp) {
    let chat = account.key(chat);
    account.unkept.note(|| Write::Pin { chat, message, pinned, told });
}

/// How a poll stands was told.
pub(super) fn counted(account: &mut Account, chat: ChatId, message: MessageId, tally: &Tally, told: Stamp) {
    let chat = account.key(chat);
    account.unkept.note(|| Write::Tally { chat, message, tally: tally.clone(), told });
}

/// A chat is otherwise than it was known.
pub(super) fn chat(account: &mut Account, chat: &Chat) {
    let id = account.id;
    if let Some(Write::Chats(_, line)) = account.unkept.writes.last_mut() {
        return line.push(chat.clone());
    }
    account.unkept.note(|| Write::Chats(id, vec![chat.clone()]));
}

/// The read state of a chat changed.
pub(super) fn read(account: &mut Account, chat: ChatId) {
    let Some(known) = account.chats.get(&chat) else { return };
    let (last_read, unread, mentions) = (known.last_read, known.unread, known.mentions);
    let chat = account.key(chat);
    account.unkept.note(|| Write::ReadState { chat, last_read, unread, mentions });
}

/// These are all chats of a community, or all others.
pub(super) fn all_chats(account: &mut Account, community: Option<CommunityId>, listed: &[ChatId]) {
    let id = account.id;
    account.unkept.note(|| Write::AllChats(id, community, listed.to_vec()));
}

/// A chat is gone.
pub(super) fn chat_gone(account: &mut Account, chat: ChatId) {
    let chat = account.key(chat);
    account.unkept.note(|| Write::ChatGone(chat));
}

/// All communities are known, in their order; `told`: by a list of all of them.
pub(super) fn communities(account: &mut Account, told: bool) {
    account.unkept.listed |= told;
    if account.unkept.listed {
        let (id, all) = (account.id, &account.communities);
        account.unkept.note(|| Write::Communities(id, all.clone()));
    }
}

/// A community was joined or changed.
pub(super) fn community(account: &mut Account, community: &Community) {
    let id = account.id;
    account.unkept.note(|| Write::Community(id, community.clone()));
}

/// A community is gone.
pub(super) fn community_gone(account: &mut Account, community: CommunityId) {
    let id = account.id;
    account.unkept.note(|| Write::CommunityGone(id, community));
}

/// All roles of a community.
pub(super) fn roles(account: &mut Account, community: CommunityId, roles: &[Role]) {
    let id = account.id;
    account.unkept.note(|| Write::Roles(id, community, roles.to_vec()));
}

/// A person is otherwise than they were known.
pub(super) fn person(account: &mut Account, user: &User) {
    let id = account.id;
    if let Some(Write::People(_, line)) = account.unkept.writes.last_mut() {
        return line.push(user.clone());
    }
    account.unkept.note(|| Write::People(id, vec![user.clone()]));
}

/// A member is otherwise than they were known.
pub(super) fn member(account: &mut Account, member: &Member) {
    let id = account.id;
    if let Some(Write::Members(_, line)) = account.unkept.writes.last_mut() {
        return line.push(member.clone());
    }
    account.unkept.note(|| Write::Members(id, vec![member.clone()]));
}

/// Somebody is a member no more.
pub(super) fn member_gone(account: &mut Account, community: CommunityId, user: UserId) {
    let id = account.id;
    account.unkept.note(|| Write::MemberGone(id, community, user));
}

/// What was just taken in came from the store, which need not be told.
pub(super) fn came_from_store(account: &mut Account) {
    account.unkept.writes.clear();
    account.unkept.listed = true;
}
