//! The first screen: as it was left, before any network has answered.

use super::{Asked, ask, ask_people};
use crate::domain::kept::{Layout, Query, Start};
use crate::domain::{AccountId, Caps, Chat, Community, UserId};
use crate::state::ui::{drafts, open};
use crate::state::{Account, Effects, State, keep, names, newcomer, people, roster, unread};

/// The program starts: what it needs first is looked up.
pub(in crate::state) fn started(state: &mut State, fx: &mut Effects) {
    for account in &mut state.core.accounts {
        // What its network can do holds without a connection, too.
        if account.me != UserId::default() && account.caps == Caps::default() {
            let offer = state.networks.iter().find(|offer| offer.key == account.network);
            account.caps = offer.map(|offer| offer.caps).unwrap_or_default();
        }
    }
    // A command that only asks the networks needs nothing of it.
    if (state.front.is_some() || state.offline) && state.has_store {
        ask(state, Query::Start, Asked::Start, fx);
    }
}

/// It is here.
pub(super) fn came(state: &mut State, start: Start, fx: &mut Effects) {
    let Start { communities, chats, people, drafts: written, layout } = start;
    state.recall.on = true;
    put_lists(state, communities, chats);
    for (account, user) in people {
        if let Some(known) = state.core.account_mut(account) {
            people::remember(known, user);
            keep::came_from_store(known);
        }
    }
    drafts::found(state, written, fx);
    roster::keep_order(state);
    let own: Vec<(AccountId, UserId)> = state
        .core
        .accounts
        .iter()
        .filter(|account| !account.disabled)
        .map(|account| (account.id, account.me))
        .collect();
    for (account, me) in own {
        ask_people(state, account, None, vec![me], fx);
    }
    let Layout { open, sidebar_width: _, folded, folded_communities, hides_sidebar, hides_members, unread, recents } =
        layout;
    unread::restore(state, unread);
    if let Some(front) = &mut state.front {
        front.folded.extend(folded);
        front.folded_communities.extend(folded_communities);
        front.sidebar_hidden |= hides_sidebar;
        front.members.hidden |= hides_members;
        if front.recents.is_empty() {
            front.recents = recents;
        }
        front.sidebar.dirty = true;
    }
    if state.front.as_ref().is_some_and(|front| front.pane.chat.is_none()) {
        state.recall.resumes = true;
        resume(state, open, fx);
        state.recall.resumes = false;
        // What the network has told meanwhile.
        open::first(state, fx);
    }
    if let Some(front) = &mut state.front {
        front.places.begin();
    }
    state.touch();
}

/// Somebody signed in to an account in this run: what they left behind in earlier ones is looked up.
pub(in crate::state) fn bound(state: &mut State, account: AccountId, fx: &mut Effects) {
    if state.recall.on {
        ask(state, Query::Start, Asked::Account(account), fx);
    }
}

/// It is here. How the screen stands is not for it to say.
pub(super) fn of_account(state: &mut State, account: AccountId, start: Start, fx: &mut Effects) {
    let Start { communities, chats, people, drafts: written, .. } = start;
    put_lists(
        state,
        communities.into_iter().filter(|(of, _)| *of == account).collect(),
        chats.into_iter().filter(|(of, _)| *of == account).collect(),
    );
    if let Some(known) = state.core.account_mut(account) {
        for (_, user) in people.into_iter().filter(|(of, _)| *of == account) {
            people::remember(known, user);
        }
    }
    drafts::found(state, written.into_iter().filter(|(chat, _)| chat.account == account).collect(), fx);
}

/// Opens what was wished for, else the chat that was open last, else one to begin with.
fn resume(state: &mut State, last: Option<crate::domain::ChatKey>, fx: &mut Effects) {
    if let Some(wish) = state.front.as_ref().and_then(|front| front.wish.clone()) {
        // What is not known here, the network may know.
        if let Ok(key) = names::resolve_chat(&state.core, &wish) {
            open::switch(state, key, fx);
        }
        return;
    }
    let opens = |account: &Account, chat: &Chat| chat.can_open() && account.is_listed(chat);
    let last = last.filter(|key| state.core.chat(*key).is_some_and(|(account, chat)| opens(account, chat)));
    if let Some(chat) = last.or_else(|| state.core.listed().find_map(newcomer::beginning)) {
        open::switch(state, chat, fx);
    }
}

/// Communities and chats, of accounts of which the network has told nothing yet: what it has told is newer.
fn put_lists(state: &mut State, communities: Vec<(AccountId, Community)>, chats: Vec<(AccountId, Chat)>) {
    let is_bare =
        |account: &&mut Account| !account.disabled && account.communities.is_empty() && account.chats.is_empty();
    for account in state.core.accounts.iter_mut().filter(is_bare) {
        let of = |(id, _): &&(AccountId, Community)| *id == account.id;
        let all: Vec<Community> = communities.iter().filter(of).map(|(_, community)| community.clone()).collect();
        // They were stored in the user's order, which the network tells by itself and perhaps later.
        roster::put_community_order(account, all.iter().map(|community| community.id).collect());
        roster::put_communities(account, all, Vec::new());
        let id = account.id;
        for (_, chat) in chats.iter().filter(|(of, _)| *of == id) {
            if let Some(community) = chat.community() {
                account.channels_loaded.insert(community, true);
            }
            roster::put_chat(account, chat.clone());
        }
        keep::came_from_store(account);
    }
}
