//! Every kind of update, by name: what it changes here, or that it changes nothing yet.

use super::{
    Account, Effects, State, answers, gone, history, join, link, login, members, messages, people, polls, roster, slow,
    sync, typing, unread, voice,
};
use crate::domain::{AccountId, ChatKey, CleanText, CommunityId, CustomEmoji, LinkPhase, SlashCommand, Update, UserId};

/// Most emoji of one account that are known by name.
const EMOJI: usize = 10_000;

/// Most commands of one server that are known.
const COMMANDS: usize = 1_000;

/// Takes in some of a network's own emoji.
pub(super) fn know_emoji(account: &mut Account, emoji: Vec<CustomEmoji>) {
    for one in emoji {
        if account.emoji.len() < EMOJI || account.emoji.contains_key(&one.id) {
            account.emoji.insert(one.id, one);
        }
    }
}

/// Takes in some commands of a server.
pub(super) fn know_commands(account: &mut Account, commands: Vec<SlashCommand>) {
    for one in commands {
        if account.commands.len() < COMMANDS || account.commands.contains_key(&one.name) {
            account.commands.insert(one.name.clone(), one);
        }
    }
}

/// A fact from an account's network.
pub(super) fn take(state: &mut State, id: AccountId, update: Update, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(id) else { return };
    match update {
        Update::MessageCreated { message, unread, author, nonce } => {
            messages::created(state, id, message, unread, author, nonce, fx);
        }
        Update::MessageChanged { message, reactions } => messages::changed(state, id, message, reactions),
        Update::MessagesDeleted { chat, messages } => messages::deleted(state, id, chat, &messages, fx),
        Update::ReactionsChanged { chat, message, reactions } => messages::reacted(state, id, chat, message, reactions),
        Update::ReactionToggled { chat, message, emoji, by, add } => {
            messages::reaction_toggled(state, id, chat, message, (emoji, by, add));
        }
        Update::MessagePinned { chat, message, pinned } => messages::pinned(state, id, chat, message, pinned),
        Update::PollChanged { chat, message, tally } => polls::told(state, ChatKey::new(id, chat), message, &tally),
        Update::EmojiKnown(emoji) => {
            know_emoji(account, emoji);
            state.touch();
        }
        Update::CommandsChanged { added, gone } => {
            account.commands.retain(|name, _| !gone.contains(name));
            know_commands(account, added);
            state.touch();
        }
        Update::Typing { chat, user, typing, busy: _ } => typing::told(state, id, chat, user, typing, fx),
        Update::WritingLimited { wait, moderated } => slow::limit(state, id, wait, moderated, fx),
        Update::ReadMarkLost(chat) => messages::count_anew(state, ChatKey::new(id, chat), fx),
        Update::ReadMarkMoved { chat, upto, unread, mentions, back } => {
            unread::moved(state, ChatKey::new(id, chat), upto, (unread, mentions), back, fx);
        }
        Update::ChannelChanged(chat) => {
            let key = ChatKey::new(id, chat.id);
            let was_hidden = account.chats.get(&chat.id).is_some_and(crate::domain::Chat::is_hidden);
            roster::put_chat_shape(account, *chat);
            if state.front.as_ref().is_some_and(|front| front.pane.chat == Some(key)) {
                if was_hidden {
                    // A thread has come back that could not be read before.
                    history::try_again(state, key);
                }
                history::catch_up(state, fx);
            }
        }
        Update::ChatRemoved(chat) => {
            let gone = roster::remove_chat(account, chat);
            gone::settle(state, id, gone.as_slice(), None, fx);
        }
        Update::ChatChanged(bundle) => {
            roster::put_bundle(account, *bundle);
            join::arrived(state, id, fx);
        }
        Update::GroupChanged { chat, users } => group_changed(state, id, *chat, users, fx),
        Update::OverridesChanged { chat, overrides } => {
            if let Some(known) = account.chats.get_mut(&chat) {
                known.overrides = overrides;
                account.order.dirty = true;
            }
        }
        Update::CommunityChanged(community) => {
            let served = account.community(community.id).is_some_and(|known| known.available);
            let id_of = community.id;
            roster::put_community(account, *community);
            match account.is_signed_in() {
                // Its roles may have changed with it.
                true if served => people::ask_roles(state, id, id_of, fx),
                true => sync::back_in_service(state, id, id_of, fx),
                false => {}
            }
        }
        Update::CommunityRemoved(community) => community_gone(state, id, community, fx),
        Update::CommunityUnavailable(community) => unavailable(state, id, community, fx),
        Update::RolesChanged { community, roles } => {
            answers::put_roles(account, community, roles);
            state.touch();
        }
        Update::MemberJoined { member, community: _, user: _, profile } => {
            if let Some(profile) = profile {
                people::put(account, *profile);
            }
            if let Some(member) = member {
                people::put_member(account, member);
            }
            state.touch();
        }
        Update::MemberChanged(member) => {
            let (community, own) = (member.community, member.user == account.me);
            let known = account.members.get(&(community, member.user));
            let promoted = own && known.is_none_or(|known| known.roles != member.roles);
            people::put_member(account, *member);
            if promoted {
                sync::rights_changed(state, id, community, fx);
            }
            state.touch();
        }
        Update::MemberRemoved { community, user } => {
            if user == account.me {
                community_gone(state, id, community, fx);
            } else {
                people::remove_member(account, community, user);
                super::recall::left(state, id, community, user);
                state.touch();
            }
        }
        Update::PresenceChanged(changes) => {
            let users: Vec<UserId> = changes.iter().map(|(user, ..)| *user).collect();
            if people::presence(account, changes) {
                members::people_changed(state, id, &users);
                state.touch();
            }
        }
        Update::UserChanged(user) => {
            let who = user.id;
            if people::put(account, *user) {
                members::people_changed(state, id, &[who]);
                state.touch();
            }
        }
        Update::SessionEnded { session, own } => {
            if own || account.session == Some(session) {
                session_ended(state, id, fx);
            }
        }
        Update::VoiceRoomChanged { chat, participants } => voice::changed(state, id, chat, participants, fx),
        Update::VoiceParticipantChanged { chat, participant } => voice::one_changed(state, id, chat, participant, fx),
        Update::MemberListChanged { chat, entries } => members::told(state, id, chat, entries, fx),
        Update::RelationshipChanged { user, relationship } => {
            people::relate(account, user, relationship);
            state.touch();
        }
        // Presses of buttons are for bots.
        Update::Interaction { .. } => {}
    }
}

fn group_changed(
    state: &mut State,
    id: AccountId,
    chat: crate::domain::Chat,
    users: Vec<crate::domain::User>,
    fx: &mut Effects,
) {
    let Some(account) = state.core.account_mut(id) else { return };
    for user in users {
        people::put(account, user);
    }
    let me: UserId = account.me;
    let left = matches!(&chat.kind, crate::domain::ChatKind::Group { members, .. } if !members.is_empty() && !members.contains(&me));
    if left {
        let gone = roster::remove_chat(account, chat.id);
        gone::settle(state, id, gone.as_slice(), None, fx);
    } else {
        let group = account.key(chat.id);
        roster::put_chat_shape(account, chat);
        members::group_changed(state, group);
        join::arrived(state, id, fx);
    }
}

/// A community was left or is no more.
pub(super) fn community_gone(state: &mut State, id: AccountId, community: CommunityId, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(id) else { return };
    let Some(name) = account.community(community).map(|known| known.name.clone()) else { return };
    let gone = roster::remove_community(account, community);
    gone::settle(state, id, &gone, Some(&name), fx);
    if let Some(front) = &mut state.front
        && front.community == Some((id, community))
    {
        front.community = None;
    }
}

/// A community is out of service: it stays, marked as such. Whoever is in one of its chats is told.
fn unavailable(state: &mut State, id: AccountId, community: CommunityId, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(id) else { return };
    let Some(known) = account.communities.iter_mut().find(|known| known.id == community) else { return };
    known.available = false;
    let sentence = format!("{} is out of service for now; what you type stays", known.name);
    let open = state.front.as_ref().and_then(|front| front.pane.chat).filter(|chat| chat.account == id);
    if open.and_then(|open| state.core.chat(open)).is_some_and(|(_, chat)| chat.community() == Some(community)) {
        state.notice(sentence, true, fx);
    }
    state.touch();
}

/// The sign-in of this device was ended elsewhere: the token is void.
fn session_ended(state: &mut State, id: AccountId, fx: &mut Effects) {
    let reason = CleanText::ours("this sign-in was ended from another device");
    if let Some(account) = state.core.account_mut(id) {
        account.link = LinkPhase::SignedOut { reason: reason.clone() };
        account.session = None;
    }
    voice::unknown(state, id);
    fx.push(super::Effect::Disconnect(id));
    fx.push(super::Effect::ForgetToken(id));
    link::abandon(state, id, fx);
    login::refused(state, id, &reason, None, fx);
    state.touch();
}
