//! Events on their way to the core: bounded, in order, and without what the next one makes void.

use super::Batch;
use crate::domain::{AccountId, Answer, ChatId, LinkEvent, RequestId, Update, UserId};
use crate::net::NetEvent;
use std::collections::{HashSet, VecDeque};

/// How many events one batch holds at most.
pub const BATCH_EVENTS: usize = 256;
/// As long as so many answers wait, no more requests are taken: each could add one.
const MOST_WITH_ROOM: usize = 4 * BATCH_EVENTS;

/// What the core has not been told yet.
#[derive(Debug)]
pub(super) struct Pending {
    account: AccountId,
    events: VecDeque<NetEvent>,
}

impl Pending {
    pub(super) fn new(account: AccountId) -> Self {
        Self { account, events: VecDeque::new() }
    }

    pub(super) fn push(&mut self, event: NetEvent) {
        self.events.push_back(event);
    }

    pub(super) fn link(&mut self, event: LinkEvent) {
        self.push(NetEvent::Link(event));
    }

    pub(super) fn answers(&mut self, answers: &mut Vec<Answer>) {
        self.events.extend(answers.drain(..).map(NetEvent::Answer));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// A whole batch waits: nothing more is to be read from the socket.
    pub(super) fn is_full(&self) -> bool {
        self.events.len() >= BATCH_EVENTS
    }

    /// Requests may be taken, though each may add an answer.
    pub(super) fn has_room(&self) -> bool {
        self.events.len() < MOST_WITH_ROOM
    }

    /// The oldest events, as many as one batch holds.
    pub(super) fn batch(&mut self) -> Batch {
        let count = self.events.len().min(BATCH_EVENTS);
        let mut events: Vec<NetEvent> = self.events.drain(..count).collect();
        if self.events.is_empty() {
            // After a flood, the memory goes back.
            self.events.shrink_to(BATCH_EVENTS);
        }
        coalesce(&mut events);
        Batch { account: self.account, events }
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Typing(ChatId, UserId),
    Presence(UserId),
    Progress(RequestId),
}

/// Of the typing of one person in one chat, of the presence of one person, and of how far one request is, keeps the last word only. The others are
/// untouched and in order.
fn coalesce(events: &mut Vec<NetEvent>) {
    let passing = |event: &NetEvent| {
        matches!(event, NetEvent::Update(Update::Typing { .. } | Update::PresenceChanged(_)) | NetEvent::Progress(_))
    };
    if events.iter().filter(|event| passing(event)).nth(1).is_none() {
        return;
    }
    let mut told = HashSet::new();
    let mut kept: Vec<bool> = Vec::with_capacity(events.len());
    for event in events.iter_mut().rev() {
        kept.push(match event {
            NetEvent::Update(Update::Typing { chat, user, .. }) => told.insert(Key::Typing(*chat, *user)),
            NetEvent::Update(Update::PresenceChanged(people)) => {
                people.reverse();
                people.retain(|(user, ..)| told.insert(Key::Presence(*user)));
                people.reverse();
                !people.is_empty()
            }
            NetEvent::Progress(progress) => told.insert(Key::Progress(progress.request)),
            _ => true,
        });
    }
    let mut kept = kept.into_iter().rev();
    events.retain(|_| kept.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CommunityId, Presence};

    fn typing(chat: u128, user: u128, typing: bool) -> NetEvent {
        NetEvent::Update(Update::Typing { chat: ChatId::new(chat), user: UserId::new(user), typing, busy: false })
    }

    fn presence(people: &[(u128, Presence)]) -> NetEvent {
        let people = people.iter().map(|&(user, presence)| (UserId::new(user), presence, None)).collect();
        NetEvent::Update(Update::PresenceChanged(people))
    }

    fn fact(number: u128) -> NetEvent {
        NetEvent::Update(Update::CommunityRemoved(CommunityId::new(number)))
    }

    #[test]
    fn only_the_last_word_on_typing_and_presence_is_told() {
        let mut pending = Pending::new(AccountId(3));
        for event in [
            typing(1, 1, true),
            fact(1),
            presence(&[(1, Presence::Online), (2, Presence::Idle)]),
            typing(1, 2, true),
            typing(1, 1, false),
            presence(&[(1, Presence::Idle), (1, Presence::Offline)]),
            fact(2),
            typing(2, 1, true),
        ] {
            pending.push(event);
        }
        let batch = pending.batch();
        assert_eq!(batch.account, AccountId(3));
        assert_eq!(
            batch.events,
            [
                fact(1),
                presence(&[(2, Presence::Idle)]),
                typing(1, 2, true),
                typing(1, 1, false),
                presence(&[(1, Presence::Offline)]),
                fact(2),
                typing(2, 1, true),
            ]
        );
        assert!(pending.is_empty());
    }

    #[test]
    fn a_batch_is_bounded_and_order_is_kept() {
        let mut pending = Pending::new(AccountId(0));
        (0..600).for_each(|number| pending.push(fact(number)));
        assert!(pending.is_full() && pending.has_room());
        let sizes: Vec<Batch> = std::iter::from_fn(|| (!pending.is_empty()).then(|| pending.batch())).collect();
        assert_eq!(sizes.iter().map(|batch| batch.events.len()).collect::<Vec<_>>(), [256, 256, 88]);
        let all: Vec<NetEvent> = sizes.into_iter().flat_map(|batch| batch.events).collect();
        assert_eq!(all, (0..600).map(fact).collect::<Vec<_>>());
    }
}
