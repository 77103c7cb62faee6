//! What is kept, for those who ask: stored messages page by page, and care for the database.

use super::{Desk, Tell};
use crate::domain::kept::{Found, Query, Seek, Stored, Ticket};
use crate::domain::{AccountId, ChatKey, Id, MessageId, MessageKey, SortKey, Wall};
use crate::shell::owner::told::{ChatRef, MessageTold, PlaceTold, Text};
use crate::shell::owner::words::{KeptFrom, Trouble};
use crate::state::names::chat_name;
use crate::state::{State, StoreOp};
use crate::store::{Care, Seen, StoreError};
use std::collections::HashMap;

/// Tickets of the store from here on are given out here; the core counts its own from below.
const TICKETS: u64 = 1 << 62;
/// Messages in one line.
const PART: usize = 50;
/// Most messages that are looked up at once.
const PAGE: u32 = 500;

/// What the store is to do for somebody.
pub enum Errand {
    /// Look something up.
    Read(StoreOp),
    /// See to the database.
    Care(Ticket, Care),
    /// Forget everything of an account.
    Forget(Ticket, AccountId),
}

/// What somebody waits for.
enum Wanted {
    /// A page, and whether what waits to be sent is wanted, too.
    Page((ChatKey, bool)),
    Care,
}

/// What the store was asked, and has answered.
#[derive(Default)]
pub(super) struct Kept {
    tickets: u64,
    asked: HashMap<Ticket, (u64, u64, Wanted)>,
    found: Vec<(Ticket, Option<Found>)>,
    errands: Vec<Errand>,
}

impl Kept {
    fn ask(&mut self, guest: u64, id: u64, wanted: Wanted) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(TICKETS | self.tickets);
        self.asked.insert(ticket, (guest, id, wanted));
        ticket
    }

    fn read(&mut self, guest: u64, id: u64, wanted: Wanted, query: Query) {
        let ticket = self.ask(guest, id, wanted);
        self.errands.push(Errand::Read(StoreOp::Read(ticket, query)));
    }

    /// How much one guest waits for.
    pub(super) fn waits(&self, guest: u64) -> usize {
        self.asked.values().filter(|(of, ..)| *of == guest).count()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_empty()
    }

    pub(super) fn went(&mut self, guest: u64) {
        self.asked.retain(|_, (of, ..)| *of != guest);
    }

    /// The store has answered the core, or somebody here.
    pub(super) fn told(&mut self, ticket: Ticket, found: Option<&Found>) {
        if self.asked.contains_key(&ticket) {
            self.found.push((ticket, found.cloned()));
        }
    }

    /// Asks for stored messages.
    pub(super) fn page(
        &mut self,
        guest: u64,
        id: u64,
        of: (ChatKey, bool),
        from: &KeptFrom,
        limit: u32,
    ) -> Result<(), Trouble> {
        let seek = seek(from).ok_or_else(|| Trouble::failed("that is no place in a chat"))?;
        let query = Query::Messages { chat: of.0, seek, limit: limit.clamp(1, PAGE) };
        self.read(guest, id, Wanted::Page(of), query);
        Ok(())
    }

    /// Asks for an account to be forgotten.
    pub(super) fn forget(&mut self, guest: u64, id: u64, account: AccountId) {
        let ticket = self.ask(guest, id, Wanted::Care);
        self.errands.push(Errand::Forget(ticket, account));
    }

    /// Asks for care.
    pub(super) fn care(&mut self, guest: u64, id: u64, care: Care) {
        let ticket = self.ask(guest, id, Wanted::Care);
        self.errands.push(Errand::Care(ticket, care));
    }
}

fn seek(from: &KeptFrom) -> Option<Seek> {
    let key = |place: &PlaceTold| {
        let order = SortKey(place.order.parse().ok()?);
        Some(MessageKey { order, id: MessageId(place.id.parse().ok()?) })
    };
    Some(match from {
        KeptFrom::Newest => Seek::Newest,
        KeptFrom::Before(place) => Seek::Before(key(place)?),
        KeptFrom::After(place) => Seek::After(key(place)?),
        KeptFrom::Start => Seek::After(MessageKey::default()),
        KeptFrom::Date(at) => Seek::Date(Wall(*at)),
        KeptFrom::Around(id) => Seek::Around(MessageId(id.parse::<Id>().ok()?)),
    })
}

impl Desk {
    /// What the store is to do, in order.
    pub fn errands(&mut self) -> Vec<Errand> {
        std::mem::take(&mut self.kept.errands)
    }

    /// The store has seen to the database; `None`: there is none.
    pub fn seen(&mut self, ticket: Ticket, seen: Option<Result<Seen, StoreError>>) {
        let Some((guest, id, _)) = self.kept.asked.remove(&ticket) else { return };
        let Some(guest) = self.guests.get_mut(&guest) else { return };
        guest.tell(
            id,
            match seen {
                Some(Ok(Seen::Check(faults))) => Tell::Checked(faults),
                Some(Ok(Seen::Compact(before, after))) => Tell::Compacted { before, after },
                Some(Ok(Seen::Forget(some))) => Tell::Forgotten(some),
                Some(Ok(Seen::Trim(_) | Seen::Index | Seen::Adopt)) => Tell::Done,
                Some(Err(error)) => Tell::Failed(Trouble::failed(error.to_string())),
                None => Tell::Failed(nothing_kept()),
            },
        );
    }

    /// Tells what was found.
    pub(super) fn tell_found(&mut self, state: &State) {
        for (ticket, found) in std::mem::take(&mut self.kept.found) {
            let Some((guest, id, wanted)) = self.kept.asked.remove(&ticket) else { continue };
            match (wanted, found) {
                (Wanted::Page(of), Some(Found::Messages(stored))) => self.tell_stored(guest, id, of, &stored, state),
                (Wanted::Page(_) | Wanted::Care, _) => {
                    if let Some(guest) = self.guests.get_mut(&guest) {
                        guest.fail(id, nothing_kept());
                    }
                }
            }
        }
    }

    fn tell_stored(&mut self, to: u64, id: u64, (chat, with_unsent): (ChatKey, bool), stored: &Stored, state: &State) {
        let (Some(guest), Some(account)) = (self.guests.get_mut(&to), state.core.account(chat.account)) else { return };
        let name = chat_name(&state.core, chat);
        for part in stored.entries.chunks(PART) {
            let told = part.iter().map(|entry| {
                let shown = account.outbox.as_shown((account.me, account.caps.dialect), &entry.message);
                let mut told = MessageTold::of(account, &name, &shown);
                told.gap_before = entry.gap_before;
                let author = stored.people.iter().find(|user| user.id == entry.message.author);
                // A webhook's own name stays, and so does what somebody is called in the community.
                if let Some(author) = author.filter(|user| *told.author.name == user.id.to_string()) {
                    told.author.name = match &author.username {
                        Some(username) if author.name.is_empty() => Text::of(&format!("@{username}")),
                        _ => Text(author.name.clone()),
                    };
                }
                told
            });
            guest.tell(id, Tell::Messages(told.collect()));
        }
        let unsent = account.outbox.of(chat.chat).iter().filter(|_| with_unsent && !stored.newer);
        let unsent: Vec<MessageTold> = unsent.map(|row| MessageTold::unsent(account, &name, row)).collect();
        for part in unsent.chunks(PART) {
            guest.tell(id, Tell::Messages(part.to_vec()));
        }
        guest.tell(
            id,
            Tell::Stored {
                chat: ChatRef::of(chat),
                older: stored.older,
                newer: stored.newer,
                gap_after: stored.gap_after,
            },
        );
    }
}

fn nothing_kept() -> Trouble {
    Trouble::failed("nothing is kept here")
}
