//! What happens, for those who follow it.

use super::{Guest, Tell};
use crate::domain::{AccountId, ChatId, ChatKey, CleanText, LinkEvent, LinkPhase, Message, Update};
use crate::shell::owner::told::{AuthorTold, ChatRef, MessageTold, Text};
use crate::shell::owner::words::{Happened, Link, Place};
use crate::state::names::chat_name;
use crate::state::{Account, Event, State};
use std::collections::HashSet;

/// What somebody follows.
pub(super) struct Follow {
    id: u64,
    /// Empty means all.
    chats: Vec<ChatKey>,
    /// Accounts of which it was told that they are signed out.
    left: HashSet<AccountId>,
}

fn link(account: &Account, link: Link, reason: Option<&str>, known: bool) -> Happened {
    Happened::Link { account: Text::of(&account.label), link, reason: reason.map(Text::of), known }
}

impl Guest {
    /// Begins to tell, with how each account stands.
    pub(super) fn follow(&mut self, id: u64, chats: Vec<ChatKey>, state: &State) {
        let mut left = HashSet::new();
        let mut told = Vec::new();
        for account in self.scope(state) {
            match &account.link {
                LinkPhase::SignedOut { reason } => {
                    left.insert(account.id);
                    told.push(link(account, Link::SignedOut, Some(reason), true));
                }
                LinkPhase::Offline { reason, .. } => told.push(link(account, Link::Offline, Some(reason), true)),
                LinkPhase::Online => told.push(link(account, Link::Online, None, true)),
                // It tells when it comes.
                LinkPhase::Idle | LinkPhase::Connecting | LinkPhase::Syncing => {}
            }
        }
        self.follows.push(Follow { id, chats, left });
        for happened in told {
            self.tell(id, Tell::Happened(Box::new(happened)));
        }
        self.tell(id, Tell::Done);
    }

    /// Something happened, and was reduced.
    pub(super) fn happened(&mut self, event: &Event, state: &State) {
        let (Event::Link(id, _) | Event::Update(id, _)) = event else { return };
        if self.follows.is_empty() {
            return;
        }
        let Some(account) = self.scope(state).find(|account| account.id == *id) else { return };
        let mut told = Vec::new();
        for follow in &self.follows {
            let signed_in = matches!(event, Event::Link(_, LinkEvent::SignedIn { .. }));
            let out = match &account.link {
                LinkPhase::SignedOut { reason } if !signed_in && !follow.left.contains(id) => Some(reason),
                _ => None,
            };
            let happened = match event {
                Event::Link(_, event) => of_link(account, event),
                Event::Update(_, update) => follow.of_update(state, account, update),
                _ => Vec::new(),
            };
            let out = out.map(|reason| link(account, Link::SignedOut, Some(reason), false));
            told.extend(happened.into_iter().chain(out).map(|happened| (follow.id, happened)));
        }
        let (id, is_out) = (account.id, matches!(account.link, LinkPhase::SignedOut { .. }));
        for follow in &mut self.follows {
            // Back by a sign-in alone.
            if is_out {
                follow.left.insert(id);
            } else if matches!(event, Event::Link(_, LinkEvent::SignedIn { .. })) {
                follow.left.remove(&id);
            }
        }
        for (id, happened) in told {
            self.tell(id, Tell::Happened(Box::new(happened)));
        }
    }
}

fn of_link(account: &Account, event: &LinkEvent) -> Vec<Happened> {
    let gap = || Happened::Gap { account: Text::of(&account.label) };
    match event {
        LinkEvent::SignedIn { .. } => vec![link(account, Link::Online, None, false), gap()],
        LinkEvent::Missed => vec![gap()],
        LinkEvent::Down { reason, .. } => {
            let reason = CleanText::line(&reason.to_string());
            vec![link(account, Link::Offline, Some(&reason), false)]
        }
        _ => Vec::new(),
    }
}

impl Follow {
    /// The written name of a chat, if it is one of those that are followed.
    fn name(&self, state: &State, key: ChatKey) -> Option<String> {
        (self.chats.is_empty() || self.chats.contains(&key)).then(|| chat_name(&state.core, key))
    }

    fn message(&self, state: &State, account: &Account, message: &Message) -> Option<MessageTold> {
        let name = self.name(state, account.key(message.chat))?;
        Some(MessageTold::of(account, &name, message))
    }

    fn place(&self, state: &State, account: &Account, chat: ChatId) -> Option<Place> {
        let key = account.key(chat);
        let name = self.name(state, key)?;
        Some(Place { chat: ChatRef::of(key), account: Text::of(&account.label), name: Text::of(&name) })
    }

    fn of_update(&self, state: &State, account: &Account, update: &Update) -> Vec<Happened> {
        match update {
            Update::MessageCreated { message, .. } => {
                self.message(state, account, message).map(Happened::Message).into_iter().collect()
            }
            Update::MessageChanged { message, .. } => {
                self.message(state, account, message).map(Happened::Edit).into_iter().collect()
            }
            Update::MessagesDeleted { chat, messages } => {
                let Some(place) = self.place(state, account, *chat) else { return Vec::new() };
                let deleted = |id: &crate::domain::MessageId| Happened::Delete {
                    place: place.clone(),
                    id: Text::of(&id.to_string()),
                };
                messages.iter().map(deleted).collect()
            }
            Update::Typing { chat, user, typing, .. } => {
                let author = AuthorTold::of(account, account.chats.get(chat), *user);
                let place = self.place(state, account, *chat);
                place.map(|place| Happened::Typing { place, author, typing: *typing }).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}
