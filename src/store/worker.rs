//! The thread that owns the database.
//!
//! Commands come by a bounded queue that nobody waits at: one that does not fit is handed back, and nothing is dropped. Writes that came together go in
//! one transaction. When it fails, each is tried by itself, so that one bad write takes no other with it. Replies go out only after the commit, in the
//! order of the commands; while nobody takes them, the thread waits, the queue fills, and those who write are told.
//!
//! Nobody but this thread uses the database as far as it goes; that no other program does is the business of the profile's lock.

use super::db::Db;
use super::error::StoreError;
use super::model::{Care, Command};
use super::open::{self, Options, Unusable};
use super::reply::{Note, Reply, Seen};
use crate::domain::kept::{Absorbed, Found, OutboxStage, Query, Ticket, Write};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

/// Most commands that are carried out in one transaction.
const BATCH: usize = 64;
/// How long nothing must come before it counts as quiet.
const QUIET: Duration = Duration::from_millis(200);
/// How long trimming goes on at least after work, while more comes.
const SLICE: Duration = Duration::from_millis(20);
/// Replies that may wait to be taken.
const REPLIES: usize = 1_024;
/// After how many commits without a quiet moment the disk budget is looked at.
const LOOK_AT_SIZE: u32 = 256;

/// The way to the store. Given up with [`Store::close`], or dropped: then everything that was taken is still carried out.
pub struct Store {
    commands: mpsc::Sender<Command>,
    thread: JoinHandle<()>,
}

/// Where replies come out.
pub type Replies = mpsc::Receiver<Reply>;

/// A command that was not taken, handed back.
#[derive(Debug)]
pub enum NotTaken {
    /// The queue is full; [`Store::room`] tells when there is room again.
    Full(Box<Command>),
    /// The store has ended.
    Ended(Box<Command>),
}

impl Store {
    /// Starts the thread, which opens the database. The first reply is [`Reply::Opened`].
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(options: Options) -> Result<(Self, Replies), StoreError> {
        let (commands, queue) = mpsc::channel(options.queue.max(1));
        let (replies, taken) = mpsc::channel(REPLIES);
        let place = |error: std::io::Error| StoreError::place(&options.file, &error);
        let runtime = Builder::new_current_thread().enable_time().build().map_err(place)?;
        let given = options.clone();
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                let db = Err(StoreError::Ended);
                Worker {
                    queue,
                    replies,
                    runtime,
                    options: given,
                    db,
                    commits: 0,
                    told_lost: false,
                    awaited: Vec::new(),
                }
                .run()
            })
            .map_err(place)?;
        Ok((Self { commands, thread }, taken))
    }

    /// One whose thread dies when it has taken so many commands.
    #[cfg(test)]
    pub(crate) fn that_dies_after(commands: usize) -> (Self, Replies) {
        let (sender, mut queue) = mpsc::channel(1);
        let (replies, taken) = mpsc::channel::<Reply>(REPLIES);
        let thread = std::thread::spawn(move || {
            for _ in 0..commands {
                drop(queue.blocking_recv());
            }
            drop((queue, replies));
        });
        (Self { commands: sender, thread }, taken)
    }

    /// Hands a command over. Never waits.
    ///
    /// # Errors
    /// It was not taken; it comes back.
    pub fn try_send(&self, command: Command) -> Result<(), NotTaken> {
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(command) => NotTaken::Full(Box::new(command)),
            mpsc::error::TrySendError::Closed(command) => NotTaken::Ended(Box::new(command)),
        })
    }

    /// How many more commands would be taken.
    #[must_use]
    pub fn free(&self) -> usize {
        self.commands.capacity()
    }

    /// Waits until there is room for a command; false if there never will be.
    pub async fn room(&self) -> bool {
        self.commands.reserve().await.is_ok()
    }

    /// Hands a command over where waiting is nobody's loss: shell commands and tests.
    ///
    /// # Errors
    /// The store has ended; the command comes back.
    pub fn send_blocking(&self, command: Command) -> Result<(), NotTaken> {
        self.commands
            .blocking_send(command)
            .map_err(|mpsc::error::SendError(command)| NotTaken::Ended(Box::new(command)))
    }

    /// Ends it when everything that was taken is carried out. Waits for that; returns the replies that were not taken yet.
    #[must_use]
    pub fn close(self, mut replies: Replies) -> Vec<Reply> {
        drop(self.commands);
        let mut rest = Vec::new();
        while let Some(reply) = replies.blocking_recv() {
            rest.push(reply);
        }
        // A thread that panicked has said so already, and there is nothing left to wait for.
        let _ = self.thread.join();
        rest
    }
}

/// What came of care at once.
enum Cared {
    /// All of it is done.
    Now(Seen),
    /// It goes on bit by bit, between other work.
    Bitwise(Awaited),
}

/// What somebody waits for that is done bit by bit.
enum Awaited {
    /// Unused space is given back; how many bytes were taken before.
    Room { before: u64 },
    /// Nothing is left of what was forgotten.
    Forgotten,
}

/// What is said where there is no database.
fn note_of(options: &Options, why: StoreError) -> Note {
    if options.unusable == Unusable::Refuse { Note::Refused(why) } else { Note::Without(why) }
}

struct Worker {
    queue: mpsc::Receiver<Command>,
    replies: mpsc::Sender<Reply>,
    runtime: Runtime,
    options: Options,
    db: Result<Db, StoreError>,
    commits: u32,
    /// It was said that messages are not kept.
    told_lost: bool,
    /// Who waits for what is done bit by bit.
    awaited: Vec<(Ticket, Awaited)>,
}

impl Worker {
    fn run(mut self) {
        let notes = match open::open(&self.options) {
            Ok((db, notes)) => {
                self.db = Ok(db);
                notes
            }
            Err(error) => {
                self.db = Err(error.clone());
                vec![note_of(&self.options, error)]
            }
        };
        self.reply(Reply::Opened(notes));
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let pause = match &self.db {
                // Somebody waits for it: whatever else comes goes before, but nothing is waited for.
                _ if !self.awaited.is_empty() => Some(Duration::ZERO),
                Ok(db) if db.has_chores() => Some(QUIET),
                _ => None,
            };
            let came = {
                let queue = &mut self.queue;
                self.runtime.block_on(async {
                    let next = queue.recv_many(&mut batch, BATCH);
                    match pause {
                        Some(pause) => tokio::time::timeout(pause, next).await.ok(),
                        None => Some(next.await),
                    }
                })
            };
            match came {
                Some(0) => break,
                Some(_) => self.carry_out(std::mem::take(&mut batch)),
                None => self.be_quiet(),
            }
        }
        while !self.awaited.is_empty() {
            self.tidy();
        }
        if let Ok(db) = self.db {
            db.end();
        }
    }

    fn is_quiet(&self) -> bool {
        self.queue.is_empty() && !self.queue.is_closed()
    }

    /// Nothing has come for a while: time for what can wait.
    fn be_quiet(&mut self) {
        while self.is_quiet() && self.db.as_ref().is_ok_and(Db::is_untidy) {
            self.tidy();
        }
        if self.is_quiet() && !self.awaited.is_empty() {
            // Another database, or none, has taken the place of the one that was tidied up.
            self.tidy();
        }
        while self.is_quiet() && self.db.as_ref().is_ok_and(Db::has_unindexed) {
            if let Err(error) = self.with_db(Db::index_some) {
                tracing::warn!(%error, "full text is left behind");
                // It would fail again at once.
                if let Ok(db) = &mut self.db {
                    db.give_up_indexing();
                }
            }
        }
        self.trim(None);
    }

    /// Trims for so long, or while it is quiet.
    fn trim(&mut self, slice: Option<Duration>) {
        self.commits = 0;
        let end = slice.map(|slice| Instant::now() + slice);
        let queue = &self.queue;
        let goes_on = || match end {
            Some(end) => Instant::now() < end,
            None => queue.is_empty() && !queue.is_closed(),
        };
        if let Ok(db) = &mut self.db
            && let Err(error) = db.trim(goes_on)
        {
            tracing::warn!(%error, "old history is not trimmed");
        }
    }

    /// Tidies up for a moment, and answers who waits for it when it is done.
    fn tidy(&mut self) {
        let more = self.with_db(Db::tidy_some);
        if more == Ok(true) {
            return;
        }
        if let Err(error) = &more {
            tracing::warn!(%error, "what is gone is not tidied up");
            if let Ok(db) = &mut self.db {
                db.stop_tidying();
            }
        }
        let disk = self.db.as_ref().map_or(0, Db::disk);
        for (ticket, awaited) in std::mem::take(&mut self.awaited) {
            let seen = match awaited {
                Awaited::Room { before } => Seen::Compact(before, disk),
                Awaited::Forgotten => Seen::Forget(true),
            };
            self.reply(Reply::Seen(ticket, more.clone().map(|_| seen)));
        }
    }

    fn with_db<T>(&mut self, work: impl FnOnce(&mut Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &mut self.db {
            Ok(db) => work(db),
            Err(error) => Err(error.clone()),
        }
    }

    fn reply(&self, reply: Reply) {
        // Nobody listens any more: what is to be written is written nevertheless.
        let _ = self.replies.blocking_send(reply);
    }

    fn carry_out(&mut self, batch: Vec<Command>) {
        let began = Instant::now();
        let mut writes = Vec::with_capacity(batch.len());
        for command in batch {
            match command {
                Command::Write(ticket, write) => writes.push((ticket, write)),
                Command::Read(ticket, query) => {
                    self.write_all(std::mem::take(&mut writes));
                    let found = self.look_up(&query);
                    let found =
                        found.or_else(|error| if self.replace(&error) { self.look_up(&query) } else { Err(error) });
                    self.reply(Reply::Found(ticket, found));
                }
                Command::Care(ticket, care) => {
                    self.write_all(std::mem::take(&mut writes));
                    match self.see_to(&care) {
                        Ok(Cared::Now(seen)) => self.reply(Reply::Seen(ticket, Ok(seen))),
                        Ok(Cared::Bitwise(awaited)) => self.awaited.push((ticket, awaited)),
                        Err(error) => self.reply(Reply::Seen(ticket, Err(error))),
                    }
                }
            }
        }
        self.write_all(writes);
        // As long as the work took, so that neither outruns the other.
        if self.commits >= LOOK_AT_SIZE || self.db.as_ref().is_ok_and(|db| db.trimming.is_some()) {
            self.trim(Some(began.elapsed().max(SLICE)));
        }
    }

    fn write_all(&mut self, writes: Vec<(Option<Ticket>, Write)>) {
        if writes.is_empty() {
            return;
        }
        self.commits += 1;
        let durable = writes.iter().any(|(_, write)| write.is_durable());
        let together = self.with_db(|db| {
            db.transact(durable, |db| writes.iter().map(|(_, write)| db.apply(write)).collect::<Result<Vec<_>, _>>())
        });
        match together {
            Ok(done) => {
                for ((ticket, write), done) in writes.into_iter().zip(done) {
                    self.written(ticket, &write, Ok(done));
                }
            }
            Err(error) if writes.len() == 1 => {
                for (ticket, write) in writes {
                    let done = self.write_again(&write, error.clone());
                    self.written(ticket, &write, done);
                }
            }
            Err(_) => {
                for (ticket, write) in writes {
                    let done = self.write_one(&write);
                    let done = done.or_else(|error| self.write_again(&write, error));
                    self.written(ticket, &write, done);
                }
            }
        }
    }

    fn write_one(&mut self, write: &Write) -> Result<Absorbed, StoreError> {
        self.with_db(|db| db.transact(write.is_durable(), |db| db.apply(write)))
    }

    /// A write failed by itself. What the user wrote pushes old history out of a full disk; a damaged database makes way for a fresh one.
    fn write_again(&mut self, write: &Write, error: StoreError) -> Result<Absorbed, StoreError> {
        if error == StoreError::Full && write.is_durable() {
            let room = self.with_db(Db::make_room).unwrap_or(0);
            return if room > 0 { self.write_one(write) } else { Err(error) };
        }
        if let Write::Bind(account, key) = write
            && self.with_db(|db| db.bind_known(*account, key)).unwrap_or(false)
        {
            return Ok(Absorbed::default());
        }
        if self.replace(&error) { self.write_one(write) } else { Err(error) }
    }

    /// Puts a fresh database in the place of a damaged one. Returns whether there is one now.
    fn replace(&mut self, error: &StoreError) -> bool {
        if !matches!(error, StoreError::Damaged | StoreError::NoDatabase) {
            return false;
        }
        let bindings = self.db.as_ref().map(Db::bindings).unwrap_or_default();
        // Closed before it is moved.
        self.db = Err(error.clone());
        match open::another(&self.options, StoreError::Damaged) {
            Ok((mut db, notes)) => {
                let bound =
                    db.transact(false, |db| bindings.iter().try_for_each(|(account, key)| db.bind(*account, key)));
                if let Err(error) = bound {
                    tracing::warn!(%error, "accounts are not bound anew");
                }
                self.db = Ok(db);
                notes.into_iter().for_each(|note| self.reply(Reply::Noted(note)));
                true
            }
            Err(worst) => {
                self.db = Err(worst.clone());
                self.reply(Reply::Noted(note_of(&self.options, worst)));
                false
            }
        }
    }

    fn written(&mut self, ticket: Option<Ticket>, write: &Write, done: Result<Absorbed, StoreError>) {
        if let Err(error) = &done {
            tracing::warn!(%error, "something is not kept");
        }
        if let Ok(db) = &mut self.db {
            match &done {
                Ok(_) => db.is_written(write),
                Err(_) => db.not_written(write),
            }
        }
        if let (Err(error), Write::Push { .. }, false) = (&done, write, self.told_lost) {
            self.told_lost = true;
            self.reply(Reply::Noted(Note::Lost(error.clone())));
        }
        let row = match write {
            Write::PutOutbox(row) => Some((row.chat, row.nonce)),
            Write::SetStage { chat, nonce, stage: OutboxStage::InFlight, .. } => Some((*chat, *nonce)),
            _ => None,
        };
        if let Some((chat, nonce)) = row {
            self.reply(Reply::OutboxCommitted(chat, nonce, done.clone().map(|_| ())));
        }
        if let Some(ticket) = ticket {
            self.reply(Reply::Written(ticket, done));
        }
    }

    fn look_up(&mut self, query: &Query) -> Result<Found, StoreError> {
        self.with_db(|db| {
            Ok(match query {
                Query::Start => Found::Start(Box::new(db.start()?)),
                Query::Messages { chat, seek, limit } => Found::Messages(db.messages(*chat, *seek, *limit)?),
                Query::Holes { chat, limit } => Found::Holes(db.holes(*chat, *limit)?),
                Query::Marked { chat, what, before, limit } => Found::Marked(db.marked(*chat, *what, *before, *limit)?),
                Query::Pinned(chat) => Found::Pinned(db.pinned(*chat)?),
                Query::Search { text, accounts, chat, limit, before } => {
                    let (hits, on) = db.search(text, accounts, *chat, *limit, *before)?;
                    Found::Search { hits, on }
                }
                Query::Anchor(chat) => Found::Anchor(db.anchor(*chat)?),
                Query::Draft(chat) => Found::Draft(db.draft(*chat)?.map(Box::new)),
                Query::People(account, people) => Found::People(db.people(*account, people)?),
                Query::Members(account, community, people) => {
                    let (roles, members) = db.members(*account, *community, people)?;
                    Found::Members(roles, members)
                }
                Query::Outbox => Found::Outbox(db.outbox()?),
                Query::Size => Found::Size(db.size()?),
            })
        })
    }

    fn see_to(&mut self, care: &Care) -> Result<Cared, StoreError> {
        self.with_db(|db| {
            Ok(Cared::Now(match care {
                Care::Check => Seen::Check(db.look_through()?),
                Care::Compact => {
                    let before = db.disk();
                    db.tidy();
                    return Ok(Cared::Bitwise(Awaited::Room { before }));
                }
                Care::Forget(key) => match db.forget(key)? {
                    true => return Ok(Cared::Bitwise(Awaited::Forgotten)),
                    false => Seen::Forget(false),
                },
                Care::Disown(key) => Seen::Forget(db.forget(key)?),
                // What holds for this run alone is no place for what outlasted others.
                Care::Adopt { .. } if db.is_in_memory() => return Err(StoreError::InMemory),
                Care::Adopt { drafts, file } => {
                    db.transact(true, |db| db.adopt(drafts))?;
                    match std::fs::remove_file(file) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(StoreError::place(file, &error));
                        }
                        _ => Seen::Adopt,
                    }
                }
                Care::Trim => Seen::Trim(db.trim(|| true)?),
                Care::Index => {
                    while db.has_unindexed() {
                        db.index_some()?;
                    }
                    Seen::Index
                }
            }))
        })
    }
}
