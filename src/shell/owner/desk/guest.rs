//! Somebody who asks, in this process or at the other end of a socket.

use super::accounts::Awaited;
use super::follow::Follow;
use super::{Tell, no_chat};
use crate::domain::ChatKey;
use crate::shell::host::HostError;
use crate::shell::owner::told::ChatTold;
use crate::shell::owner::words::{Told, Trouble, VERSION};
use crate::state::{Account, State};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;

/// Chats in one line.
const PART: usize = 50;

/// The way to a guest at the other end of a socket: a bounded queue, and why it ended.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is to be told.
    pub queue: mpsc::Sender<Told>,
    /// Why nothing more comes; said last.
    pub last: Arc<OnceLock<LastWord>>,
}

/// Why nothing more comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LastWord {
    /// In words.
    pub reason: &'static str,
    /// Another process is about to be the owner.
    pub heir: bool,
}

impl LastWord {
    /// For one guest alone.
    #[must_use]
    pub const fn to_one(reason: &'static str) -> Self {
        Self { reason, heir: false }
    }
}

pub(super) enum Way {
    Here(VecDeque<(u64, Tell)>),
    There(Line),
}

pub(super) struct Guest {
    pub(super) way: Way,
    /// It has not taken what it was told: it is to go.
    pub(super) lost: bool,
    /// What the accounts are called that it is about, in small letters; all when empty.
    pub(super) accounts: Vec<String>,
    /// Those that were not there when it asked.
    pub(super) absent: Vec<HostError>,
    pub(super) online: Option<Awaited>,
    /// The question when what was kept is known.
    pub(super) known: Option<u64>,
    pub(super) follows: Vec<Follow>,
}

impl Guest {
    pub(super) fn new(way: Way) -> Self {
        Self {
            way,
            lost: false,
            accounts: Vec::new(),
            absent: Vec::new(),
            online: None,
            known: None,
            follows: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, id: u64, tell: Tell) {
        match &mut self.way {
            Way::Here(queue) => queue.push_back((id, tell)),
            Way::There(_) if self.lost => {}
            Way::There(line) => {
                if line.queue.try_send(Told { v: VERSION, id, tell }).is_err() {
                    _ = line.last.set(LastWord::to_one("what was told was not taken in time"));
                    self.lost = true;
                }
            }
        }
    }

    pub(super) fn fail(&mut self, id: u64, trouble: Trouble) {
        self.tell(id, Tell::Failed(trouble));
    }

    /// The accounts that it is about.
    pub(super) fn scope<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a Account> {
        let named =
            |account: &Account| self.accounts.is_empty() || self.accounts.contains(&account.label.to_lowercase());
        state.core.listed().filter(move |account| !account.disabled && named(account))
    }
}

impl Guest {
    pub(super) fn tell_chat(&mut self, id: u64, chat: ChatKey, state: &State) {
        match state.core.chat(chat) {
            Some((account, known)) => {
                let told = ChatTold::of(&state.core, account, known);
                self.tell(id, Tell::Chat(Box::new(told)));
            }
            None => self.fail(id, no_chat()),
        }
    }

    pub(super) fn tell_chats(&mut self, id: u64, chats: Vec<ChatTold>) {
        let mut chats = chats.into_iter().peekable();
        while chats.peek().is_some() {
            self.tell(id, Tell::Chats(chats.by_ref().take(PART).collect()));
        }
        self.tell(id, Tell::Done);
    }
}
