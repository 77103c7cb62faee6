//! People and members: known, renewed, and never more of them than a bound.

use super::requests::Purpose;
use super::{Account, Effects, State, keep, typing};
use crate::domain::update::Relationship;
use crate::domain::{AccountId, ChatKind, CommunityId, Member, Presence, Priority, Request, User, UserId};

/// Most people and most members known of one account.
const MOST: usize = 20_000;
/// Most members asked for that are not answered or known.
const ASKED: usize = 2_000;

/// Takes in what was told of a person. Returns whether anything is different now. A source that does not say whether they are there leaves that as it was.
pub(super) fn put(account: &mut Account, mut user: User) -> bool {
    account.remembered.remove(&user.id);
    if let Some(known) = account.users.get_mut(&user.id) {
        if user.presence.is_none() {
            user.presence = known.presence;
            if user.activity.is_none() {
                user.activity.clone_from(&known.activity);
            }
        }
        if *known == user {
            return false;
        }
        let was = std::mem::replace(known, user.clone());
        if was != (User { presence: was.presence, activity: was.activity.clone(), ..user.clone() }) {
            keep::person(account, &user);
        }
        return true;
    }
    keep::person(account, &user);
    account.people_order.push_back(user.id);
    account.users.insert(user.id, user);
    if account.users.len() > MOST {
        forget_one(account);
    }
    true
}

/// Takes in what an earlier run knew of a person, unless more is known. Returns whether it is news.
pub(super) fn remember(account: &mut Account, user: User) -> bool {
    let id = user.id;
    if account.users.contains_key(&id) {
        return false;
    }
    put(account, user);
    if account.remembered.len() < MOST {
        account.remembered.insert(id);
    }
    true
}

/// Forgets the person known longest who is neither oneself nor the other side of a direct chat.
fn forget_one(account: &mut Account) {
    for _ in 0..64 {
        let Some(oldest) = account.people_order.pop_front() else { return };
        let peer = account
            .order
            .direct
            .iter()
            .any(|chat| account.chats.get(chat).is_some_and(|chat| chat.kind == ChatKind::Direct { peer: oldest }));
        if oldest == account.me || peer {
            account.people_order.push_back(oldest);
        } else {
            account.users.remove(&oldest);
            return;
        }
    }
    // Everybody near the front is needed: the newest goes instead.
    if let Some(newest) = account.people_order.pop_back() {
        account.users.remove(&newest);
    }
}

/// Takes in what was told of a member.
pub(super) fn put_member(account: &mut Account, member: Member) {
    let key = (member.community, member.user);
    account.members_asked.remove(&key);
    if account.members.get(&key) != Some(&member) {
        keep::member(account, &member);
    }
    if account.members.insert(key, member).is_none() {
        account.member_order.push_back(key);
        if account.members.len() > MOST
            && let Some(oldest) = account.member_order.pop_front()
        {
            account.members.remove(&oldest);
        }
    }
}

/// Forgets a member.
pub(super) fn remove_member(account: &mut Account, community: CommunityId, user: UserId) {
    keep::member_gone(account, community, user);
    if account.members.remove(&(community, user)).is_some() {
        account.member_order.retain(|key| *key != (community, user));
    }
}

/// Sets who is there. Returns whether anything is different now; people who are not known are skipped.
pub(super) fn presence(
    account: &mut Account,
    changes: Vec<(UserId, Presence, Option<crate::domain::CleanText>)>,
) -> bool {
    let mut changed = false;
    for (id, presence, activity) in changes {
        if let Some(user) = account.users.get_mut(&id)
            && (user.presence != Some(presence) || user.activity != activity)
        {
            user.presence = Some(presence);
            user.activity = activity;
            changed = true;
        }
    }
    changed
}

/// Takes in how oneself stands to everybody.
pub(super) fn put_relationships(account: &mut Account, all: Vec<(UserId, Relationship)>, users: Vec<User>) {
    for user in users {
        put(account, user);
    }
    account.relationships.clear();
    for (user, relationship) in all {
        relate(account, user, Some(relationship));
    }
}

/// Takes in how oneself stands to somebody. Who is blocked does not type any more.
pub(super) fn relate(account: &mut Account, user: UserId, relationship: Option<Relationship>) {
    match relationship {
        Some(relationship) if account.relationships.len() < MOST || account.relationships.contains_key(&user) => {
            account.relationships.insert(user, relationship);
        }
        Some(_) => {}
        None => _ = account.relationships.remove(&user),
    }
    if account.has_blocked(user) {
        typing::stop_everywhere(account, user);
    }
}

/// Asks what somebody is in a community, if it is not known.
pub(super) fn ask_member(
    state: &mut State,
    account: AccountId,
    community: CommunityId,
    user: UserId,
    fx: &mut Effects,
) {
    let Some(known) = state.core.account(account).filter(|known| known.is_signed_in()) else { return };
    let roles = known.roles.contains_key(&community);
    if !known.members.contains_key(&(community, user)) {
        let request = Request::FetchMembers(community, vec![user]);
        state.ask(account, request, Priority::User, Purpose::Detail, fx);
    }
    if !roles {
        ask_roles(state, account, community, fx);
    }
}

/// Asks for the roles of a community, unless they are under way. They have no update of their own: they are read again when something hints at a change.
pub(super) fn ask_roles(state: &mut State, account: AccountId, community: CommunityId, fx: &mut Effects) {
    let Some(known) = state.core.account(account).filter(|known| known.is_signed_in()) else { return };
    let purpose = Purpose::Roles(community);
    if state.front.is_some() && !known.requests.open.values().any(|open| *open == purpose) {
        state.ask(account, Request::FetchRoles(community), Priority::Background, purpose, fx);
    }
}

/// Asks who wrote, where an author in a community is not known; each once.
pub(super) fn ask_unknown(
    state: &mut State,
    account: AccountId,
    community: Option<CommunityId>,
    users: &[UserId],
    fx: &mut Effects,
) {
    let Some(community) = community else { return };
    let Some(known) = state.core.account_mut(account) else { return };
    if !known.is_signed_in() {
        return;
    }
    if known.members_asked.len() > ASKED {
        known.members_asked.clear();
    }
    let mut wanted: Vec<UserId> = users
        .iter()
        .copied()
        .filter(|user| !known.users.contains_key(user) || known.remembered.contains(user))
        .filter(|user| known.members_asked.insert((community, *user)))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    if !wanted.is_empty() {
        let request = Request::FetchMembers(community, wanted);
        state.ask(account, request, Priority::Background, Purpose::Detail, fx);
    }
}
