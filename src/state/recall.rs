//! What earlier runs have kept: looked up, and shown before any network has answered.
//!
//! Whatever is told in this run wins over it. Until the store has answered for the first time, and where there is none, nothing else is asked of it
//! and everything comes from the networks alone.

mod pages;
pub(super) mod places;
mod start;

use super::requests::Edge;
use super::ui::{mentions, shared};
use super::{Effect, Effects, State, StoreOp, keep, people, quotes};
use crate::domain::kept::{Found, Listed, Marked, Query, Seek, Stored, Ticket};
use crate::domain::timeline::FetchNumber;
use crate::domain::{AccountId, ChatKey, CommunityId, Member, Message, MessageId, MessageKey, Role, User, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) use pages::{date, opened, page};
pub(super) use start::{bound, started};

/// Most people that are looked up at once.
const PEOPLE: usize = 500;

/// What is asked of the store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recall {
    /// There is a store, and it has said what the first screen needs.
    on: bool,
    tickets: u64,
    asked: HashMap<Ticket, Asked>,
    /// Where the store has nothing that joins what is in memory: only the network can tell.
    dry: HashMap<(ChatKey, Edge), MessageKey>,
    /// Who left while members were being looked up: what is found of them is out of date.
    left: HashSet<(AccountId, CommunityId, UserId)>,
    /// A chat is being opened as it was left by the last run.
    resumes: bool,
    /// So often it is still to be told what waits to go out.
    pub(super) awaits_outbox: u32,
}

/// Why something was looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    /// What the first screen needs.
    Start,
    /// What is kept of an account that was signed in to in this run.
    Account(AccountId),
    /// Where somebody read in a chat, for this opening of it.
    Place(ChatKey, u32),
    /// What was written in a chat and not sent.
    Draft(ChatKey),
    /// Messages.
    Page { chat: ChatKey, number: FetchNumber, seek: Seek, why: Why },
    /// A message that another one answers.
    Quote(ChatKey, MessageId),
    /// Messages with something that is looked for, before this place.
    Marked(ChatKey, Marked, Option<MessageKey>),
    /// The pinned messages of a chat.
    Pinned(ChatKey),
    /// Who people are.
    People(AccountId),
    /// Words that are looked for in a chat, under this number.
    Find(ChatKey, u64),
    /// What they are in a community.
    Members(AccountId, CommunityId),
}

/// What messages were looked up for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    /// To be there when they are scrolled to.
    Scroll,
    /// To read on where it was left, in this opening of the chat.
    Resume(crate::domain::kept::Anchor, u32),
    /// To go to one of them.
    Jump,
}

impl Asked {
    const fn edge(&self) -> Option<(ChatKey, Edge)> {
        match self {
            Self::Place(chat, _) => Some((*chat, Edge::Latest)),
            Self::Page { chat, why: Why::Resume(..), .. } => Some((*chat, Edge::Latest)),
            Self::Page { chat, seek, .. } => Some((*chat, edge_of(*seek))),
            Self::Start
            | Self::Account(_)
            | Self::Draft(_)
            | Self::Quote(..)
            | Self::Marked(..)
            | Self::Pinned(_)
            | Self::People(_)
            | Self::Find(..)
            | Self::Members(..) => None,
        }
    }
}

const fn edge_of(seek: Seek) -> Edge {
    match seek {
        Seek::Newest => Edge::Latest,
        Seek::Before(_) => Edge::Before,
        Seek::After(_) => Edge::After,
        Seek::Around(_) | Seek::Date(_) => Edge::Around,
    }
}

impl Recall {
    /// Whether it is still to be told how the screen was left.
    pub(crate) fn is_starting(&self) -> bool {
        self.asked.values().any(|asked| *asked == Asked::Start)
    }

    /// Whether messages of a chat are being looked up that it was opened for.
    pub(crate) fn is_looking(&self, chat: ChatKey) -> bool {
        self.is_asked(chat, Edge::Latest)
    }

    /// Whether what lies before a message is not stored, so that it can come from the network alone.
    pub(crate) fn has_none_before(&self, chat: ChatKey, message: MessageKey) -> bool {
        !self.on || self.dry.get(&(chat, Edge::Before)) == Some(&message)
    }

    fn is_asked(&self, chat: ChatKey, edge: Edge) -> bool {
        self.asked.values().any(|asked| asked.edge() == Some((chat, edge)))
    }
}

/// Somebody is a member no more.
pub(super) fn left(state: &mut State, account: AccountId, community: CommunityId, user: UserId) {
    if state.recall.asked.values().any(|asked| matches!(asked, Asked::Members(..))) {
        state.recall.left.insert((account, community, user));
    }
}

/// Whether there is a store that can be asked.
pub(super) fn is_on(state: &State) -> bool {
    state.recall.on
}

/// Whether something is looked up that an edge of a chat is waited for by.
pub(super) fn is_looking_at(state: &State, chat: ChatKey, edge: Edge) -> bool {
    state.recall.is_asked(chat, edge)
}

/// Whether just this is looked up of a chat.
pub(super) fn is_looking_for(state: &State, chat: ChatKey, wanted: Seek) -> bool {
    let is_it = |asked: &Asked| matches!(asked, Asked::Page { chat: of, seek, .. } if (*of, *seek) == (chat, wanted));
    state.recall.asked.values().any(is_it)
}

/// Looks up a message that another one answers. Returns whether there is where to look.
pub(super) fn quote(state: &mut State, chat: ChatKey, message: MessageId, fx: &mut Effects) -> bool {
    if state.recall.on {
        let query = Query::Messages { chat, seek: Seek::Around(message), limit: 1 };
        ask(state, query, Asked::Quote(chat, message), fx);
    }
    state.recall.on
}

/// Looks through a chat for messages with something, before a place. Returns whether there is where to look.
pub(super) fn marked(
    state: &mut State,
    chat: ChatKey,
    (what, before): (Marked, Option<MessageKey>),
    limit: u32,
    fx: &mut Effects,
) -> bool {
    if state.recall.on {
        ask(state, Query::Marked { chat, what, before, limit }, Asked::Marked(chat, what, before), fx);
    }
    state.recall.on
}

/// Looks up the pinned messages of a chat. Returns whether there is where to look.
pub(super) fn pinned(state: &mut State, chat: ChatKey, fx: &mut Effects) -> bool {
    if state.recall.on {
        ask(state, Query::Pinned(chat), Asked::Pinned(chat), fx);
    }
    state.recall.on
}

fn ask(state: &mut State, query: Query, why: Asked, fx: &mut Effects) {
    let recall = &mut state.recall;
    recall.tickets += 1;
    let ticket = Ticket(recall.tickets);
    recall.asked.insert(ticket, why);
    fx.push(Effect::Store(StoreOp::Read(ticket, query)));
}

/// The store has answered. What it could not read is not there: the networks have it.
pub(super) fn found(state: &mut State, ticket: Ticket, found: Option<Found>, fx: &mut Effects) {
    let Some(asked) = state.recall.asked.remove(&ticket) else { return };
    match (asked, found) {
        (Asked::Start, Some(Found::Start(start))) => start::came(state, *start, fx),
        (Asked::Account(account), Some(Found::Start(start))) => start::of_account(state, account, *start, fx),
        (Asked::Start, _) => super::ui::open::first(state, fx),
        (Asked::Place(chat, epoch), found) => {
            let place = match found {
                Some(Found::Anchor(place)) => place,
                _ => None,
            };
            pages::resume(state, chat, epoch, place, fx);
        }
        (Asked::Page { chat, number, seek, why }, found) => {
            let stored = match found {
                Some(Found::Messages(stored)) => Some(stored),
                _ => None,
            };
            pages::came(state, (chat, number, seek, why), stored, fx);
        }
        (Asked::Draft(chat), Some(Found::Draft(Some(draft)))) => super::ui::drafts::looked_up(state, chat, *draft, fx),
        (Asked::Find(chat, number), found) => super::ui::find::stored(state, chat, number, found, fx),
        (Asked::Quote(chat, id), found) => {
            let stored = match found {
                Some(Found::Messages(stored)) => stored,
                _ => Stored::default(),
            };
            remember(state, chat.account, stored.people);
            let message = stored.entries.into_iter().map(|entry| entry.message).find(|message| message.key.id == id);
            quotes::recalled(state, chat, id, message, fx);
        }
        (Asked::Marked(chat, what, before), found) => {
            let listed = match found {
                Some(Found::Marked(listed)) => listed,
                _ => Listed::default(),
            };
            introduce(state, chat, &listed.messages, fx);
            match what {
                Marked::Mentions => mentions::recalled(state, chat, before, listed, fx),
                Marked::Files | Marked::Links => shared::recalled(state, chat, what, before, listed),
            }
        }
        (Asked::Pinned(chat), found) => {
            let messages = match found {
                Some(Found::Pinned(messages)) => messages,
                _ => Vec::new(),
            };
            introduce(state, chat, &messages, fx);
            shared::pins_recalled(state, chat, messages);
        }
        (Asked::People(account), Some(Found::People(found))) => remember(state, account, found),
        (Asked::Members(account, community), Some(Found::Members(roles, members))) => {
            remember_members(state, account, community, roles, members);
        }
        (Asked::Account(_) | Asked::Draft(_) | Asked::People(_) | Asked::Members(..), _) => {}
    }
}

/// A chat is opened whose draft, if it has one, only the store has.
pub(super) fn ask_draft(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    if state.recall.on {
        ask(state, Query::Draft(chat), Asked::Draft(chat), fx);
    }
}

/// Whether words are being looked for.
pub(super) fn is_finding(state: &State) -> bool {
    state.recall.asked.values().any(|asked| matches!(asked, Asked::Find(..)))
}

/// Looks for words in a chat: at most so many messages, from there on.
pub(super) fn find(
    state: &mut State,
    chat: ChatKey,
    number: u64,
    (text, limit, before): (String, u32, Option<i64>),
    fx: &mut Effects,
) {
    let query = Query::Search { text, accounts: vec![chat.account], chat: Some(chat), limit, before };
    ask(state, query, Asked::Find(chat, number), fx);
}

/// Looks up who people are, where it is not known.
fn ask_people(
    state: &mut State,
    account: AccountId,
    community: Option<CommunityId>,
    mut wanted: Vec<UserId>,
    fx: &mut Effects,
) {
    let Some(known) = state.core.account(account).filter(|_| state.recall.on) else { return };
    wanted.sort_unstable();
    wanted.dedup();
    let unknown = |user: &UserId| community.is_some_and(|community| !known.members.contains_key(&(community, *user)));
    let members: Vec<UserId> = wanted.iter().copied().filter(unknown).take(PEOPLE).collect();
    wanted.retain(|user| !known.users.contains_key(user));
    wanted.truncate(PEOPLE);
    if !wanted.is_empty() {
        ask(state, Query::People(account, wanted), Asked::People(account), fx);
    }
    if let Some(community) = community.filter(|_| !members.is_empty()) {
        ask(state, Query::Members(account, community, members), Asked::Members(account, community), fx);
    }
}

/// Looks up who wrote messages that are listed.
fn introduce(state: &mut State, chat: ChatKey, messages: &[Arc<Message>], fx: &mut Effects) {
    let community = state.core.chat(chat).and_then(|(_, known)| known.community());
    let authors = messages.iter().map(|message| message.author).collect();
    ask_people(state, chat.account, community, authors, fx);
}

fn remember(state: &mut State, account: AccountId, found: Vec<User>) {
    let Some(known) = state.core.account_mut(account) else { return };
    let mut changed = false;
    for user in found {
        changed |= people::remember(known, user);
    }
    keep::came_from_store(known);
    if changed {
        state.touch();
    }
}

fn remember_members(
    state: &mut State,
    account: AccountId,
    community: CommunityId,
    roles: Vec<Role>,
    members: Vec<Member>,
) {
    let Some(known) = state.core.accounts.iter_mut().find(|known| known.id == account) else { return };
    if known.community(community).is_none() {
        return;
    }
    if !roles.is_empty() && !known.roles.contains_key(&community) {
        super::answers::put_roles(known, community, roles);
    }
    let left = &state.recall.left;
    for member in members {
        let name = (account, member.community, member.user);
        if !known.members.contains_key(&(member.community, member.user)) && !left.contains(&name) {
            people::put_member(known, member);
        }
    }
    keep::came_from_store(known);
    if !state.recall.asked.values().any(|asked| matches!(asked, Asked::Members(..))) {
        state.recall.left.clear();
    }
    state.touch();
}
