//! The store beside the core: commands on their way to it, in order, and its replies.
//!
//! A command that the store does not take yet waits here, and all that come after it. While any waits, [`Keeping::is_behind`] says so, and nothing more is
//! taken from networks: their sockets wait, and nothing is dropped. Keys and timers go on; what they write waits in the same line.
//!
//! Without a store, and for accounts that nothing is kept of, everything is at once as durable as it will ever be.

use crate::domain::kept::{self, AccountKey, Query, Ticket, Write};
use crate::domain::{AccountId, ChatId, ChatKey, Nonce, fault};
use crate::state::{Event, StoreOp, StoreReply};
use crate::store::{Care, Command, NotTaken, Note, Options, Replies, Reply, Store, StoreError, Unusable};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long the end of the program waits until everything is written. A disk that takes longer has hung.
const PARTING: Duration = Duration::from_secs(10);

/// The same while a fault ends it.
const FAULT_PARTING: Duration = Duration::from_millis(500);

/// The ticket for what is taken over.
const ADOPTING: Ticket = Ticket(1);

/// The ticket for what is forgotten with an account that is removed.
const FORGETTING: Ticket = Ticket(0);

/// Tickets of drafts begin here, above those that the core gives.
const DRAFTS: u64 = 1 << 62;

/// How far back in the line something is looked for that a command can be put together with.
const LOOK_BACK: usize = 32;

/// Most messages that are put together into one command.
const MESSAGES: usize = 256;

/// What arrived from the store.
#[derive(Debug)]
pub enum FromStore {
    /// It has answered.
    Reply(Box<Reply>),
    /// It has room for what waits.
    Room,
}

/// An answer that the store owes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owed {
    Row(ChatKey, Nonce),
    Read(Ticket),
    Written(Ticket),
    Care(Ticket),
}

/// The way to the store and back.
#[derive(Default)]
pub struct Keeping {
    open: Option<(Store, Replies)>,
    /// What the store has not taken yet, the next one first.
    waiting: VecDeque<Command>,
    /// Drafts on their way, by ticket.
    drafts: BTreeMap<Ticket, ChatKey>,
    /// How many drafts there were.
    told: u64,
    /// What the store has taken and not answered, the oldest first.
    owed: VecDeque<Owed>,
    /// Answers in the place of a store that has died.
    answers: VecDeque<Reply>,
    /// Whom the numbers of accounts mean; of others nothing is kept.
    bound: BTreeMap<AccountId, AccountKey>,
}

impl Keeping {
    /// With this store, or with none.
    #[must_use]
    pub fn new(open: Option<(Store, Replies)>) -> Self {
        Self { open, ..Self::default() }
    }

    /// Whether the store has to catch up before more is taken from networks.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How much waits.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes something for the store. Returns what can be answered at once. Nothing is handed over before [`Keeping::hand_over`].
    pub fn take(&mut self, op: StoreOp) -> Option<StoreReply> {
        match op {
            StoreOp::Write(write) => self.write(*write),
            StoreOp::Read(ticket, query) => {
                let known = account_of(&query).is_none_or(|account| self.bound.contains_key(&account));
                if self.open.is_none() || !known {
                    return Some(StoreReply::Found(ticket, Ok(None)));
                }
                self.waiting.push_back(Command::Read(ticket, query));
                None
            }
        }
    }

    /// Has the store take over what an older nib kept in a file, which goes once that is committed.
    pub fn adopt(&mut self, drafts: Vec<(AccountKey, ChatId, String)>, file: PathBuf) {
        self.waiting.push_back(Command::Care(ADOPTING, Care::Adopt { drafts, file }));
    }

    /// Has the database seen to; false if there is none.
    pub fn care(&mut self, ticket: Ticket, care: Care) -> bool {
        if self.open.is_none() {
            return false;
        }
        self.waiting.push_back(Command::Care(ticket, care));
        true
    }

    fn write(&mut self, write: Write) -> Option<StoreReply> {
        if let Write::Bind(account, key) = &write
            && self.open.is_some()
        {
            self.bound.insert(*account, key.clone());
        }
        if self.open.is_some() && write.account().is_none_or(|account| self.bound.contains_key(&account)) {
            self.push(write);
            return None;
        }
        match write {
            Write::PutOutbox(row) => Some(StoreReply::OutboxCommitted(row.chat, row.nonce, Ok(()))),
            Write::SetStage { chat, nonce, stage: kept::OutboxStage::InFlight, .. } => {
                Some(StoreReply::OutboxCommitted(chat, nonce, Ok(())))
            }
            _ => None,
        }
    }

    /// Puts a write at the end of the line, or together with one that waits there.
    fn push(&mut self, write: Write) {
        let near = self.waiting.iter_mut().rev().take(LOOK_BACK);
        let write = match write {
            Write::Push { chat, messages, told } => {
                for command in near {
                    match command {
                        Command::Write(None, Write::Push { chat: of, messages: line, told: at })
                            if *of == chat && *at == told && line.len() < MESSAGES =>
                        {
                            line.extend(messages);
                            return;
                        }
                        Command::Write(None, Write::ReadState { .. } | Write::People(..)) => {}
                        Command::Write(None, Write::Push { chat: of, .. }) if *of != chat => {}
                        _ => break,
                    }
                }
                Write::Push { chat, messages, told }
            }
            Write::ReadState { chat, last_read, unread, mentions } => {
                for command in near {
                    match command {
                        Command::Write(
                            None,
                            Write::ReadState { chat: of, last_read: mark, unread: left, mentions: told },
                        ) if *of == chat => {
                            *mark = (*mark).max(last_read);
                            (*left, *told) = (unread, mentions);
                            return;
                        }
                        Command::Write(None, Write::ReadState { .. } | Write::People(..) | Write::Push { .. }) => {}
                        _ => break,
                    }
                }
                Write::ReadState { chat, last_read, unread, mentions }
            }
            Write::Draft { chat, draft } => {
                self.told += 1;
                let ticket = Ticket(DRAFTS + self.told);
                self.drafts.insert(ticket, chat);
                return self.waiting.push_back(Command::Write(Some(ticket), Write::Draft { chat, draft }));
            }
            write => write,
        };
        self.waiting.push_back(Command::Write(None, write));
    }

    /// Forgets everything of an account, unless another number means it, too.
    pub fn forget(&mut self, account: AccountId) {
        let Some(key) = self.bound.remove(&account) else { return };
        if self.bound.values().any(|other| *other == key) {
            return;
        }
        // It was bound to a store that has died since.
        if self.open.is_none() {
            self.answers.push_back(Reply::Seen(FORGETTING, Err(StoreError::Died)));
        } else {
            self.waiting.push_back(Command::Care(FORGETTING, Care::Disown(key)));
        }
    }

    /// Hands over what waits, as far as the store takes it.
    pub fn hand_over(&mut self) {
        let Some((store, _)) = &self.open else { return };
        while let Some(command) = self.waiting.pop_front() {
            let owed = Owed::of(&command);
            match store.try_send(command) {
                Ok(()) => self.owed.extend(owed),
                // One that has died says so where its replies end.
                Err(NotTaken::Full(command) | NotTaken::Ended(command)) => {
                    self.waiting.push_front(*command);
                    return;
                }
            }
        }
    }

    /// The store has died, by a fault: what it owes is answered in its place, and from now on there is none.
    fn bury(&mut self) {
        tracing::error!("the store has died; nothing more is kept");
        self.open = None;
        let owed = std::mem::take(&mut self.owed).into_iter();
        let owed = owed.chain(std::mem::take(&mut self.waiting).iter().filter_map(Owed::of).collect::<Vec<_>>());
        self.answers.extend(owed.map(Owed::unkept));
        self.answers.push_back(Reply::Noted(Note::Without(StoreError::Died)));
    }

    /// The next thing that the store tells. Safe to drop and call again.
    pub async fn next(&mut self) -> FromStore {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return FromStore::Reply(Box::new(answer));
            }
            let Some((store, replies)) = &mut self.open else { return std::future::pending().await };
            tokio::select! {
                biased;
                reply = replies.recv() => match reply {
                    Some(reply) => return FromStore::Reply(Box::new(reply)),
                    None => self.bury(),
                },
                has_room = store.room(), if !self.waiting.is_empty() => {
                    if has_room {
                        return FromStore::Room;
                    }
                    self.bury();
                }
            }
        }
    }

    /// What a reply means to the core.
    #[must_use]
    pub fn told(&mut self, reply: Reply) -> Vec<Event> {
        let stored = |reply| vec![Event::Stored(reply)];
        // In the order of the commands, but for care that is given bit by bit.
        if let Some(owed) = Owed::answered(&reply)
            && let Some(at) = self.owed.iter().position(|one| *one == owed)
        {
            self.owed.remove(at);
        }
        match reply {
            Reply::Opened(notes) => notes.iter().map(noted).collect(),
            Reply::Noted(note) => vec![noted(&note)],
            Reply::OutboxCommitted(chat, nonce, done) => {
                stored(StoreReply::OutboxCommitted(chat, nonce, done.map_err(|why| why.to_string())))
            }
            Reply::Found(ticket, found) => {
                stored(StoreReply::Found(ticket, found.map(Some).map_err(|why| why.to_string())))
            }
            Reply::Seen(FORGETTING, Err(why)) => {
                vec![Event::Failed(format!(
                    "What was kept of the removed account is still on this machine: {why}; sign in to it and remove it again"
                ))]
            }
            Reply::Seen(ADOPTING, Err(why)) => {
                vec![Event::Failed(format!(
                    "Drafts of an older nib could not be taken over, and stay where they are: {why}"
                ))]
            }
            Reply::Written(ticket, done) => match self.drafts.remove(&ticket) {
                Some(chat) => stored(StoreReply::DraftKept(chat, done.map(|_| ()).map_err(|why| why.to_string()))),
                None => Vec::new(),
            },
            Reply::Seen(..) => Vec::new(),
        }
    }

    /// Ends the store when everything that waits is written, and waits for that.
    pub async fn close(&mut self) {
        let end = Instant::now() + PARTING;
        self.hand_over();
        while self.is_behind() {
            // Replies have to be taken, or it would wait for that.
            if timeout_at(end, self.next()).await.is_err() {
                break;
            }
            self.hand_over();
        }
        let Some(over) = self.end() else { return };
        let waited = tokio::task::spawn_blocking(move || over.recv_timeout(end.duration_since(Instant::now())));
        if matches!(waited.await, Ok(Err(mpsc::RecvTimeoutError::Timeout))) {
            tracing::error!("what was to be kept last may not have been");
        }
    }

    /// The same where nothing can be awaited: a fault ends the program.
    pub fn close_now(&mut self) {
        self.hand_over();
        if let Some(over) = self.end() {
            // It ends without a word.
            let _ = over.recv_timeout(FAULT_PARTING);
        }
    }

    /// Ends the store on a thread of its own, which writes what still waits. What is returned ends with it.
    fn end(&mut self) -> Option<mpsc::Receiver<()>> {
        let (store, mut replies) = self.open.take()?;
        let waiting = std::mem::take(&mut self.waiting);
        let (end, over) = mpsc::channel::<()>();
        let ending = std::thread::Builder::new().name("store's end".to_owned()).spawn(move || {
            for command in waiting {
                while replies.try_recv().is_ok() {}
                if store.send_blocking(command).is_err() {
                    break;
                }
            }
            let _ = store.close(replies);
            drop(end);
        });
        match ending {
            Ok(_) => Some(over),
            Err(error) => {
                tracing::error!(why = fault::words(&error), "the store cannot be ended");
                None
            }
        }
    }
}

impl Owed {
    fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Write(_, Write::PutOutbox(row)) => Some(Self::Row(row.chat, row.nonce)),
            Command::Write(_, Write::SetStage { chat, nonce, stage: kept::OutboxStage::InFlight, .. }) => {
                Some(Self::Row(*chat, *nonce))
            }
            Command::Write(ticket, _) => ticket.map(Self::Written),
            Command::Read(ticket, _) => Some(Self::Read(*ticket)),
            Command::Care(ticket, _) => Some(Self::Care(*ticket)),
        }
    }

    fn answered(reply: &Reply) -> Option<Self> {
        match reply {
            Reply::OutboxCommitted(chat, nonce, _) => Some(Self::Row(*chat, *nonce)),
            Reply::Written(ticket, _) => Some(Self::Written(*ticket)),
            Reply::Found(ticket, _) => Some(Self::Read(*ticket)),
            Reply::Seen(ticket, _) => Some(Self::Care(*ticket)),
            Reply::Opened(_) | Reply::Noted(_) => None,
        }
    }

    /// The answer in the place of a store that is not there any more.
    fn unkept(self) -> Reply {
        match self {
            Self::Row(chat, nonce) => Reply::OutboxCommitted(chat, nonce, Err(StoreError::Died)),
            Self::Written(ticket) => Reply::Written(ticket, Err(StoreError::Died)),
            Self::Read(ticket) => Reply::Found(ticket, Err(StoreError::Died)),
            Self::Care(ticket) => Reply::Seen(ticket, Err(StoreError::Died)),
        }
    }
}

/// Forgets everything that is kept of an account, for commands that have no core. Blocks.
///
/// # Errors
/// The store cannot be opened, or cannot forget it.
pub fn forget_account(file: PathBuf, key: AccountKey) -> Result<(), StoreError> {
    if !file.exists() {
        return Ok(());
    }
    let (store, replies) = Store::start(Options { unusable: Unusable::Refuse, ..Options::new(file) })?;
    // One that has ended already says why below.
    let _ = store.send_blocking(Command::Care(FORGETTING, Care::Forget(key)));
    let seen = store.close(replies).into_iter().find_map(|reply| match reply {
        Reply::Seen(_, seen) => Some(seen),
        _ => None,
    });
    seen.unwrap_or(Err(StoreError::Ended)).map(|_| ())
}

/// The account that a query is about, if it is about one.
fn account_of(query: &Query) -> Option<AccountId> {
    match query {
        Query::Messages { chat, .. }
        | Query::Holes { chat, .. }
        | Query::Marked { chat, .. }
        | Query::Pinned(chat)
        | Query::Anchor(chat)
        | Query::Draft(chat) => Some(chat.account),
        Query::People(account, _) | Query::Members(account, ..) => Some(*account),
        Query::Search { chat, .. } => chat.map(|chat| chat.account),
        Query::Start | Query::Outbox | Query::Size => None,
    }
}

fn noted(note: &Note) -> Event {
    let sentence = note.to_string();
    match note.outlasts() {
        Some(outlasts) => Event::Stored(StoreReply::Noted { sentence, outlasts, readable: note.is_readable() }),
        None => Event::Failed(sentence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UserId;
    use crate::domain::kept::{Anchor, OutboxStage};

    #[tokio::test]
    async fn what_a_store_that_died_owes_is_answered_and_everything_goes_on_without_it() {
        let mut keeping = Keeping::new(Some(Store::that_dies_after(1)));
        let (account, chat) = (AccountId(0), ChatKey::new(AccountId(0), ChatId::new(7)));
        let key = AccountKey { network: "n".to_owned(), server: "s".to_owned(), user: UserId::new(1) };
        let stage = |nonce| Write::SetStage { chat, nonce: Nonce(nonce), stage: OutboxStage::InFlight, known: None };
        let write = |keeping: &mut Keeping, write: Write| keeping.take(StoreOp::Write(Box::new(write)));
        write(&mut keeping, Write::Bind(account, key));
        write(&mut keeping, stage(1));
        keeping.take(StoreOp::Read(Ticket(5), Query::Anchor(chat)));
        write(&mut keeping, Write::Draft { chat, draft: Box::new(crate::domain::kept::Draft::plain("typed")) });
        write(&mut keeping, Write::Anchor(chat, None::<Anchor>));
        keeping.hand_over();
        let mut told = Vec::new();
        while !matches!(told.last(), Some(Event::Stored(StoreReply::Noted { .. }))) {
            match keeping.next().await {
                FromStore::Reply(reply) => told.extend(keeping.told(*reply)),
                FromStore::Room => keeping.hand_over(),
            }
        }
        let [
            Event::Stored(StoreReply::OutboxCommitted(_, Nonce(1), Err(_))),
            Event::Stored(StoreReply::Found(Ticket(5), Err(_))),
            Event::Stored(StoreReply::DraftKept(_, Err(_))),
            Event::Stored(StoreReply::Noted { outlasts: false, .. }),
        ] = &told[..]
        else {
            panic!("{told:?}")
        };
        assert!(!keeping.is_behind());
        let at_once = Some(StoreReply::OutboxCommitted(chat, Nonce(2), Ok(())));
        assert_eq!(write(&mut keeping, stage(2)), at_once);
    }
}
