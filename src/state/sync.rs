//! Fetching lists anew: after signing in, and whenever updates may have been missed. Nothing is replayed by a network, so everything is asked again.

use super::requests::Purpose;
use super::{Effects, State, history, keep, members, outbox, people, pins, status, unread};
use crate::domain::{AccountId, ChatKey, CommunityId, LinkPhase, Priority, Request};

/// Most communities whose channels are asked for at once.
const AT_ONCE: usize = 8;

/// Asks for the lists of an account and for what the open chat lacks.
pub(super) fn start(state: &mut State, account: AccountId, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(account) else { return };
    known.link = LinkPhase::Syncing;
    known.requests.channels_due.clear();
    outbox::unlisted(known);
    members::mark_stale(state, account);
    state.touch();
    let open = state.front.as_ref().and_then(|front| front.pane.chat).is_some_and(|chat| chat.account == account);
    if open {
        history::catch_up(state, fx);
    }
    state.ask(account, Request::FetchCommunities, Priority::Visible, Purpose::Communities, fx);
    state.ask(account, Request::FetchCommunityOrder, Priority::Visible, Purpose::Detail, fx);
    state.ask(account, Request::FetchChats, Priority::Visible, Purpose::Chats, fx);
    status::tell(state, account, fx);
    let relations = state.front.is_some() && state.core.account(account).is_some_and(|known| known.caps.relationships);
    if relations {
        state.ask(account, Request::FetchRelationships, Priority::Background, Purpose::Relationships, fx);
    }
    let emoji = state.front.is_some() && state.core.account(account).is_some_and(|known| known.caps.custom_emoji);
    if emoji {
        state.ask(account, Request::FetchEmoji, Priority::Background, Purpose::Detail, fx);
    }
    outbox::start_healing(state, account, fx);
    outbox::pump_all(state, account, fx);
    if let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat).filter(|chat| chat.account == account) {
        pins::ask(state, chat, fx);
    }
}

/// The communities came: asks for their channels, those on screen first.
pub(super) fn channels(state: &mut State, account: AccountId, fx: &mut Effects) {
    let Some(known) = state.core.account(account) else { return };
    let shown = state.front.as_ref().and_then(|front| {
        let open = front
            .pane
            .chat
            .filter(|chat| chat.account == account)
            .and_then(|chat| known.chats.get(&chat.chat)?.community());
        open.or(front.community.filter(|(of, _)| *of == account).map(|(_, community)| community))
    });
    let first = shown.or(known.communities.first().map(|community| community.id));
    let mut communities: Vec<CommunityId> =
        known.communities.iter().filter(|community| community.available).map(|community| community.id).collect();
    communities.sort_by_key(|community| Some(*community) != first);
    let priority = |community| if Some(community) == first { Priority::Visible } else { Priority::Background };
    let due = communities.into_iter().map(|community| (community, priority(community))).collect();
    if let Some(known) = state.core.account_mut(account) {
        known.requests.channels_due = due;
    }
    more_channels(state, account, fx);
}

/// Asks for the channels of the communities that are next, as many as may be under way at once: a session takes only so much at a time.
pub(super) fn more_channels(state: &mut State, account: AccountId, fx: &mut Effects) {
    while let Some(known) = state.core.account_mut(account).filter(|account| account.is_signed_in()) {
        if known.requests.channels_under_way() >= AT_ONCE {
            return;
        }
        let Some((community, priority)) = known.requests.channels_due.pop_front() else { return };
        fetch_channels(state, account, community, priority, fx);
    }
}

/// Asks for the channels of one community.
pub(super) fn fetch_channels(
    state: &mut State,
    account: AccountId,
    community: CommunityId,
    priority: Priority,
    fx: &mut Effects,
) {
    state.ask(account, Request::FetchChannels(community), priority, Purpose::Channels(community), fx);
}

/// A community is new, or in service again: what is in it is asked for, and what is open of it again.
pub(super) fn back_in_service(state: &mut State, account: AccountId, community: CommunityId, fx: &mut Effects) {
    fetch_channels(state, account, community, Priority::Background, fx);
    keep::missed(state, account);
    let Some(known) = state.core.account_mut(account) else { return };
    let chats = &known.chats;
    let inside = known
        .timelines
        .iter_mut()
        .filter(|(id, _)| chats.get(id).and_then(crate::domain::Chat::community) == Some(community));
    inside.for_each(|(_, timeline)| timeline.mark_stale());
    known
        .requests
        .stuck
        .retain(|(chat, ..)| known.chats.get(chat).and_then(crate::domain::Chat::community) != Some(community));
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    let inside = |chat: &ChatKey| {
        chat.account == account && state.core.chat(*chat).and_then(|(_, known)| known.community()) == Some(community)
    };
    if open.as_ref().is_some_and(inside) {
        history::catch_up(state, fx);
    }
}

/// Own roles changed: what one may do in the community and in its channels is asked for, since no update needs to tell it.
pub(super) fn rights_changed(state: &mut State, account: AccountId, community: CommunityId, fx: &mut Effects) {
    let Some(known) = state.core.account(account).filter(|known| known.is_signed_in()) else { return };
    if known.requests.open.values().all(|open| *open != Purpose::Rights) {
        state.ask(account, Request::FetchCommunities, Priority::Visible, Purpose::Rights, fx);
    }
    fetch_channels(state, account, community, Priority::Visible, fx);
}

/// The channels of a community are there: what is shown beside them is asked for, where there is something to show it.
pub(super) fn details(state: &mut State, account: AccountId, community: CommunityId, fx: &mut Effects) {
    if state.front.is_some() {
        people::ask_roles(state, account, community, fx);
        state.ask(account, Request::FetchVoiceRooms(community), Priority::Background, Purpose::Detail, fx);
    }
}

/// A list came, or was refused: once the last one is through, the account is online.
pub(super) fn progress(state: &mut State, account: AccountId, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(account) else { return };
    if known.link != LinkPhase::Syncing || known.requests.is_syncing() {
        return;
    }
    known.link = LinkPhase::Online;
    outbox::start_healing(state, account, fx);
    outbox::pump_all(state, account, fx);
    let Some(known) = state.core.account_mut(account) else { return };
    for (chat, upto) in std::mem::take(&mut known.requests.marks_due) {
        unread::tell_again(state, ChatKey::new(account, chat), upto, fx);
    }
    let Some(known) = state.core.account_mut(account) else { return };
    let first = !std::mem::replace(&mut known.synced, true);
    state.touch();
    if first {
        super::ui::open::first(state, fx);
        super::newcomer::synced(state, account, fx);
        super::gone::listed(state, account, fx);
    }
}
