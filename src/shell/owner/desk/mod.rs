//! Where commands are served, beside the core: questions become actions, and what comes of them becomes answers.
//!
//! The one who asks may be in this process or at the other end of a socket; it is the same here. Nobody is waited for: what a guest does not take in time
//! ends that guest. Nothing here knows a network or prints anything.

mod accounts;
mod follow;
mod guest;
mod kept;

use super::find::{self, Found};
use super::told::{ChatTold, MessageTold};
use super::words::{AccountTold, Ask, Role, Tell, Trouble};
use crate::domain::answer::RefusalKind;
use crate::domain::{
    AccountId, ChatKey, Id, MessageId, MessageKey, Nonce, Page, Progress, RequestId, SortKey, Upload, Wall,
};
use crate::state::effect::Outcome;
use crate::state::outbox::{Pending, Stage};
use crate::state::{Account, Action, Effect, Event, State, StoreReply, Ticket};
use crate::store::Care;
use accounts::Awaited;
use guest::{Guest, Way};
pub use guest::{LastWord, Line};
pub use kept::Errand;
use kept::Kept;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The guest that is this process.
pub const HERE: u64 = 0;
/// Most questions of one guest that wait for their answers.
const QUESTIONS: usize = 16;
/// Most things that one guest follows.
const FOLLOWED: usize = 8;
/// Chats or messages in one line.
const PART: usize = 50;
/// Most messages that are asked for at once.
const PAGE: u16 = 100;
/// Tickets from here on are given out here.
const TICKETS: u64 = 1 << 63;

/// What came through the door.
#[derive(Debug)]
pub enum Knock {
    /// Somebody.
    Came(u64, Line),
    /// A question of theirs, with its number and the files that came with it.
    Asked(u64, u64, Ask, Vec<Upload>),
    /// They are gone.
    Went(u64),
}

/// What a guest waits for.
struct Waiting {
    guest: u64,
    id: u64,
    what: What,
}

enum What {
    Find(String),
    Page,
    Send {
        chat: ChatKey,
        nonce: Option<Nonce>,
        /// Asks whether the message could be taken back.
        withdrawn: Option<u64>,
        /// It is enough that it is kept.
        queue: bool,
    },
}

/// Where commands are served.
pub struct Desk {
    role: Role,
    guests: BTreeMap<u64, Guest>,
    waiting: HashMap<Ticket, Waiting>,
    tickets: u64,
    outcomes: Vec<(Ticket, Outcome)>,
    events: Vec<Event>,
    progress: Vec<(AccountId, Progress)>,
    kept: Kept,
    /// Another one is to be the owner; whether it was said.
    makes_way: Option<bool>,
}

impl Desk {
    /// A desk with nobody at it but this process.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self {
            role,
            guests: BTreeMap::from([(HERE, Guest::new(Way::Here(VecDeque::new())))]),
            waiting: HashMap::new(),
            tickets: 0,
            outcomes: Vec::new(),
            events: Vec::new(),
            progress: Vec::new(),
            kept: Kept::default(),
            makes_way: None,
        }
    }

    /// Somebody came, and is greeted.
    pub fn came(&mut self, guest: u64, line: Line, state: &State) {
        let mut new = Guest::new(Way::There(line));
        let accounts = state.core.listed().filter(|account| !account.disabled).map(|account| AccountTold {
            label: account.label.clone(),
            network: account.network.clone(),
            server: account.server.clone(),
        });
        new.tell(0, Tell::Hello { role: self.role, accounts: accounts.collect() });
        self.guests.insert(guest, new);
    }

    /// Somebody left. What they sent goes on.
    pub fn went(&mut self, guest: u64) {
        self.guests.remove(&guest);
        self.waiting.retain(|_, waiting| waiting.guest != guest);
        self.kept.went(guest);
    }

    /// Says to all who are not in this process that the owner ends.
    pub fn say_bye(&mut self) {
        let heir = self.makes_way.is_some();
        let reason = match heir {
            true => "nib is being opened with this profile",
            false => "the nib that was open has ended",
        };
        for guest in self.guests.values() {
            if let Way::There(line) = &guest.way {
                _ = line.last.set(LastWord { reason, heir });
            }
        }
        self.guests.retain(|_, guest| matches!(guest.way, Way::Here(_)));
    }

    /// The next thing that is told in this process.
    pub fn hear(&mut self) -> Option<(u64, Tell)> {
        match &mut self.guests.get_mut(&HERE)?.way {
            Way::Here(queue) => queue.pop_front(),
            Way::There(_) => None,
        }
    }

    /// Looks at an event before it is reduced.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Link(..) | Event::Update(..) if self.guests.values().any(|guest| !guest.follows.is_empty()) => {
                self.events.push(event.clone());
            }
            Event::Stored(StoreReply::Found(ticket, found)) => {
                self.kept.told(*ticket, found.as_ref().ok().and_then(Option::as_ref));
            }
            Event::Stored(StoreReply::Noted { sentence: text, .. }) => {
                if let Some(guest) = self.guests.get_mut(&HERE) {
                    guest.tell(0, Tell::Note(text.clone()));
                }
            }
            Event::Progress(account, progress) if !self.waiting.is_empty() => self.progress.push((*account, *progress)),
            _ => {}
        }
    }

    /// Looks at an effect.
    pub fn effect(&mut self, effect: &Effect) {
        if let Effect::Outcome(ticket, outcome) = effect
            && self.waiting.contains_key(ticket)
        {
            self.outcomes.push((*ticket, outcome.clone()));
        }
    }

    /// Takes a question. What follows is to be reduced, and [`Desk::settle`] to be called afterwards.
    pub fn asked(&mut self, from: u64, id: u64, ask: Ask, files: Vec<Upload>, state: &State) -> Vec<Event> {
        let waits = self.waiting.values().filter(|waiting| waiting.guest == from).count() + self.kept.waits(from);
        let Some(guest) = self.guests.get_mut(&from) else { return Vec::new() };
        if waits >= QUESTIONS {
            guest.fail(id, Trouble::failed("too many questions are waiting for their answers"));
            return Vec::new();
        }
        match ask {
            Ask::Online { accounts } => {
                guest.accounts = accounts.iter().map(|label| label.to_lowercase()).collect();
                guest.online = Some(Awaited::new(id));
            }
            Ask::Settle { waited } => guest.settle_online(id, waited, state),
            Ask::Known { accounts } => {
                guest.accounts = accounts.iter().map(|label| label.to_lowercase()).collect();
                guest.known = Some(id);
            }
            Ask::Kept { chat, from: place, limit, unsent } => {
                let chat = chat.key().filter(|chat| state.core.chat(*chat).is_some());
                let chat = chat.ok_or_else(no_chat);
                let asked = chat.and_then(|chat| self.kept.page(from, id, (chat, unsent), &place, limit));
                if let Err(trouble) = asked {
                    guest.fail(id, trouble);
                }
            }
            Ask::Check => self.kept.care(from, id, Care::Check),
            Ask::Compact => self.kept.care(from, id, Care::Compact),
            Ask::Forget { .. } if from != HERE => {
                guest.fail(id, Trouble::failed("nib is open with this profile; quit it first, then try again"));
            }
            Ask::Forget { account } => {
                let label = account.to_lowercase();
                match state.core.listed().find(|known| known.label.to_lowercase() == label) {
                    Some(known) => self.kept.forget(from, id, known.id),
                    None => guest.fail(id, find::not_there(&state.core, &account)),
                }
            }
            Ask::Find { name } => match find::begin(&state.core, &guest.absent, &name, state.offline) {
                Found::Here(chat) => guest.tell_chat(id, chat, state),
                Found::Nowhere(trouble) => guest.fail(id, trouble),
                Found::Ask(action) => return self.submit(from, id, What::Find(name), action),
            },
            Ask::Chats => {
                let chats = |account| openable(state, account);
                let chats: Vec<ChatTold> = guest.scope(state).flat_map(chats).collect();
                guest.tell_chats(id, chats);
            }
            Ask::Threads { forum } => {
                let core = &state.core;
                let chats =
                    forum.key().and_then(|key| core.account(key.account).zip(Some(key))).map(|(account, key)| {
                        let threads = account.threads(key.chat).filter(|thread| thread.can_open());
                        threads.map(|thread| ChatTold::of(core, account, thread)).collect()
                    });
                guest.tell_chats(id, chats.unwrap_or_default());
            }
            Ask::Fetch { chat, before, limit, until } => {
                let before = before.map(|id| id.parse::<Id>()).transpose();
                let (Some(chat), Ok(before)) = (chat.key().filter(|chat| state.core.chat(*chat).is_some()), before)
                else {
                    guest.fail(id, no_chat());
                    return Vec::new();
                };
                // The order is the network's; asking for a page takes the id alone.
                let key = |id| MessageKey { order: SortKey::default(), id: MessageId(id) };
                let dated = state.core.account(chat.account).and_then(|account| account.caps.dated_ids);
                let page = match (before, until) {
                    (Some(id), _) => Page::Before(key(id)),
                    (None, None) => Page::Latest,
                    (None, Some(until)) => match dated {
                        Some(ids) => Page::Before(ids.before(Wall(until))),
                        None => {
                            let text = "messages before a day cannot be asked for on this network";
                            let next = Some("read what is kept, with --offline".to_owned());
                            guest.fail(id, Trouble::Failed { text: text.to_owned(), next });
                            return Vec::new();
                        }
                    },
                };
                let action = Action::Fetch { chat, page, limit: limit.clamp(1, PAGE) };
                return self.submit(from, id, What::Page, action);
            }
            Ask::Send { chat, text, reply_to, files: _, queue } => {
                let reply_to = reply_to.map(|id| id.parse::<Id>().map(MessageId)).transpose();
                let (Some(chat), Ok(reply_to)) = (chat.key().filter(|chat| state.core.chat(*chat).is_some()), reply_to)
                else {
                    guest.fail(id, no_chat());
                    return Vec::new();
                };
                let action = Action::SendTo { chat, text, verbatim: false, reply_to, attachments: files };
                if queue && !(state.outlasts && state.is_kept(chat.account)) {
                    guest.fail(id, Trouble::failed("nothing is kept here, so that nothing can be sent later"));
                    return Vec::new();
                }
                return self.submit(from, id, What::Send { chat, nonce: None, withdrawn: None, queue }, action);
            }
            Ask::Withdraw { send } => return self.withdraw(from, id, send),
            Ask::Follow { chats } => {
                let keys: Option<Vec<ChatKey>> = chats.iter().map(super::told::ChatRef::key).collect();
                match keys {
                    Some(keys) if guest.follows.len() < FOLLOWED => guest.follow(id, keys, state),
                    Some(_) => guest.fail(id, Trouble::failed("too much is followed already")),
                    None => guest.fail(id, no_chat()),
                }
            }
            Ask::MakeWay if self.role == Role::Command => {
                guest.tell(id, Tell::Done);
                self.makes_way.get_or_insert(false);
            }
            Ask::MakeWay => guest.fail(id, Trouble::failed("the chat is open, and stays")),
        }
        Vec::new()
    }

    fn submit(&mut self, guest: u64, id: u64, what: What, action: Action) -> Vec<Event> {
        self.tickets += 1;
        let ticket = Ticket(TICKETS | self.tickets);
        self.waiting.insert(ticket, Waiting { guest, id, what });
        vec![Event::Submit(ticket, action)]
    }

    fn withdraw(&mut self, from: u64, id: u64, send: u64) -> Vec<Event> {
        let of = self.waiting.values_mut().find(|waiting| waiting.guest == from && waiting.id == send);
        if let Some(Waiting { what: What::Send { chat, nonce: Some(nonce), withdrawn, .. }, .. }) = of {
            *withdrawn = Some(id);
            return vec![Event::Withdraw(*chat, *nonce)];
        }
        if let Some(guest) = self.guests.get_mut(&from) {
            guest.tell(id, Tell::Withdrawn(false));
        }
        Vec::new()
    }

    /// Tells what became of things, after events were reduced. What follows is to be reduced, and this to be called again.
    pub fn settle(&mut self, state: &State) -> Vec<Event> {
        let mut more = Vec::new();
        self.name_rows(state);
        self.tell_progress(state);
        for (ticket, outcome) in std::mem::take(&mut self.outcomes) {
            more.extend(self.settled(ticket, outcome, state));
        }
        self.tell_withdrawn(state);
        self.tell_queued(state);
        self.tell_found(state);
        let events = std::mem::take(&mut self.events);
        for guest in self.guests.values_mut() {
            guest.look_online(state);
            guest.look_known(state);
            for event in &events {
                guest.happened(event, state);
            }
        }
        if self.makes_way == Some(false) && self.waiting.is_empty() && self.kept.is_idle() {
            self.makes_way = Some(true);
            if let Some(guest) = self.guests.get_mut(&HERE) {
                guest.tell(0, Tell::MakeWay);
            }
        }
        if self.guests.values().any(|guest| guest.lost) {
            let lost: Vec<u64> =
                self.guests.iter().filter(|(_, guest)| guest.lost).map(|(number, _)| *number).collect();
            lost.into_iter().for_each(|guest| self.went(guest));
        }
        more
    }

    /// Finds out which rows of the outbox were made for those who wait.
    fn name_rows(&mut self, state: &State) {
        for (ticket, waiting) in &mut self.waiting {
            if let What::Send { chat, nonce: nonce @ None, .. } = &mut waiting.what
                && let Some(account) = state.core.account(chat.account)
            {
                let row = account.outbox.of(chat.chat).iter().find(|row| row.ticket == Some(*ticket));
                *nonce = row.map(|row| row.outgoing.nonce);
            }
        }
    }

    fn tell_progress(&mut self, state: &State) {
        for (account, Progress { request, done, total }) in std::mem::take(&mut self.progress) {
            let ticket = ticket_of(state, account, request);
            if let Some(waiting) = ticket.and_then(|ticket| self.waiting.get(&ticket))
                && let Some(guest) = self.guests.get_mut(&waiting.guest)
            {
                guest.tell(waiting.id, Tell::Progress { done, total });
            }
        }
    }

    fn settled(&mut self, ticket: Ticket, outcome: Outcome, state: &State) -> Option<Event> {
        let Waiting { guest, id, what } = self.waiting.remove(&ticket)?;
        // Whoever sent it is told, and decides: it does not wait here to be sent again. Where it may have arrived, it stays in sight.
        let failed = match (&what, &outcome) {
            (What::Send { chat, nonce: Some(nonce), .. }, Outcome::Refused(refusal))
                if !matches!(refusal.kind, RefusalKind::TimedOut | RefusalKind::LinkLost) =>
            {
                Some(Event::Withdraw(*chat, *nonce))
            }
            _ => None,
        };
        let Some(guest) = self.guests.get_mut(&guest) else { return failed };
        if let What::Send { withdrawn: Some(asked), .. } = what {
            guest.tell(asked, Tell::Withdrawn(false));
        }
        match (what, outcome) {
            (What::Find(name), outcome) => match find::finish(&guest.absent, &name, outcome) {
                Ok(chat) => guest.tell_chat(id, chat, state),
                Err(trouble) => guest.fail(id, trouble),
            },
            (What::Page, Outcome::History { chat, messages, reached_start, .. }) => {
                if let Some(account) = state.core.account(chat.account) {
                    let name = crate::state::names::chat_name(&state.core, chat);
                    for part in messages.chunks(PART) {
                        let told = part.iter().map(|message| MessageTold::of(account, &name, message));
                        guest.tell(id, Tell::Messages(told.collect()));
                    }
                }
                guest.tell(id, Tell::Page { reached_start });
            }
            (What::Send { .. }, Outcome::Sent { message, .. }) => {
                guest.tell(id, Tell::Sent { id: super::told::Text::of(&message.id.to_string()) });
            }
            (_, Outcome::Refused(refusal)) => guest.fail(id, find::refused(&refusal)),
            _ => guest.tell(id, Tell::Done),
        }
        failed
    }

    /// Tells those who do not wait any longer that their messages are kept.
    fn tell_queued(&mut self, state: &State) {
        let guests = &mut self.guests;
        self.waiting.retain(|_, waiting| {
            let What::Send { chat, nonce: Some(nonce), queue: true, .. } = &waiting.what else { return true };
            let row = state.core.account(chat.account).and_then(|of| of.outbox.find(chat.chat, *nonce));
            let is_kept = row.is_some_and(Pending::is_durable);
            if let Some(guest) = guests.get_mut(&waiting.guest).filter(|_| is_kept) {
                guest.tell(waiting.id, Tell::Queued);
            }
            !is_kept
        });
    }

    /// Tells whether messages could be taken back, once that was tried.
    fn tell_withdrawn(&mut self, state: &State) {
        let guests = &mut self.guests;
        self.waiting.retain(|_, waiting| {
            let What::Send { chat, nonce: Some(nonce), withdrawn: withdrawn @ Some(_), .. } = &mut waiting.what else {
                return true;
            };
            let there = state.core.account(chat.account).is_some_and(|of| of.outbox.find(chat.chat, *nonce).is_some());
            if let (Some(asked), Some(guest)) = (withdrawn.take(), guests.get_mut(&waiting.guest)) {
                guest.tell(asked, Tell::Withdrawn(!there));
            }
            there
        });
    }
}

fn openable<'a>(state: &'a State, account: &'a Account) -> impl Iterator<Item = ChatTold> + 'a {
    account.openable().map(|chat| ChatTold::of(&state.core, account, chat))
}

fn no_chat() -> Trouble {
    Trouble::failed("that chat is not there any more")
}

/// Who waits for the message that a request sends.
fn ticket_of(state: &State, account: AccountId, request: RequestId) -> Option<Ticket> {
    let mut rows = state.core.account(account)?.outbox.chats.values().flatten();
    rows.find(|row| row.stage == Stage::InFlight(request))?.ticket
}
