//! Who is in which voice room. nib shows it and carries no sound.

use super::{Account, Effects, State, people, roster};
use crate::domain::{AccountId, Bundle, Chat, ChatId, CommunityId, UserId, VoiceParticipant};

/// Most people of one room.
const INSIDE: usize = 100;

/// All rooms in use of a community came: those that are not told are empty.
pub(super) fn put_rooms(
    known: &mut Account,
    community: CommunityId,
    rooms: Vec<(ChatId, Vec<VoiceParticipant>)>,
    bundle: Bundle,
) {
    roster::put_bundle(known, bundle);
    let chats = &known.chats;
    known.rooms.retain(|chat, _| chats.get(chat).and_then(Chat::community) != Some(community));
    for (chat, participants) in rooms {
        put(known, chat, participants);
    }
}

/// Sets who is in the room of a known chat.
fn put(known: &mut Account, chat: ChatId, mut participants: Vec<VoiceParticipant>) {
    participants.truncate(INSIDE);
    if participants.is_empty() || !known.chats.contains_key(&chat) {
        known.rooms.remove(&chat);
    } else {
        known.rooms.insert(chat, participants);
    }
}

/// Everybody in a room was told.
pub(super) fn changed(
    state: &mut State,
    id: AccountId,
    chat: ChatId,
    participants: Vec<VoiceParticipant>,
    fx: &mut Effects,
) {
    // Without a connection nobody can tell; with the next one all rooms are asked for.
    let Some(account) = state.core.account_mut(id).filter(|account| account.is_signed_in()) else { return };
    put(account, chat, participants);
    let inside: Vec<UserId> = account.rooms.get(&chat).into_iter().flatten().map(|one| one.user).collect();
    let community = account.chats.get(&chat).and_then(Chat::community);
    if let Some(front) = &mut state.front {
        front.sidebar.renew(id);
        people::ask_unknown(state, id, community, &inside, fx);
    }
    state.touch();
}

/// Somebody came into a room, or is there in another way.
pub(super) fn one_changed(
    state: &mut State,
    id: AccountId,
    chat: ChatId,
    participant: VoiceParticipant,
    fx: &mut Effects,
) {
    let Some(account) = state.core.account(id) else { return };
    let mut participants = account.rooms.get(&chat).cloned().unwrap_or_default();
    match participants.iter_mut().find(|known| known.user == participant.user) {
        Some(known) => *known = participant,
        None => participants.push(participant),
    }
    changed(state, id, chat, participants, fx);
}

/// The connection is lost: nobody can tell who types or talks.
pub(super) fn unknown(state: &mut State, id: AccountId) {
    let Some(account) = state.core.account_mut(id) else { return };
    account.typing.chats.clear();
    account.rooms.clear();
    if let Some(front) = &mut state.front {
        front.typing.take_if(|typing| typing.chat.account == id);
        front.sidebar.renew(id);
    }
}
