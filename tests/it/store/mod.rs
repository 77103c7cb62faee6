//! The store over its public face: real files, its own thread.

mod basics;
mod budget;
mod history;
mod kill;
mod line;
mod marked;
mod model;
mod opening;
mod search;

use nib::domain::{
    AccountId, ChatId, ChatKey, CleanText, Message, MessageId, MessageKey, Nonce, Outgoing, RichText, SortKey, UserId,
    Wall,
};
use nib::store::{
    Absorbed, AccountKey, Care, Command, Draft, Found, Note, Options, OutboxItem, OutboxRow, OutboxStage, Query,
    Replies, Reply, Seek, Seen, Store, StoreError, Stored, Ticket, Write,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The account that tests use.
const ME: AccountId = AccountId(0);
/// And one of its chats.
const CHAT: ChatKey = ChatKey::new(ME, ChatId::new(7));

/// A store that is spoken to one command at a time.
struct Open {
    store: Store,
    replies: Replies,
    notes: Vec<Note>,
    next: u64,
}

impl Open {
    fn with(options: Options) -> Self {
        let (store, mut replies) = Store::start(options).expect("a thread");
        let Some(Reply::Opened(notes)) = replies.blocking_recv() else {
            panic!("the first reply tells of the opening")
        };
        let mut open = Self { store, replies, notes, next: 0 };
        open.write(Write::Bind(ME, key("me"))).unwrap();
        open
    }

    fn at(file: &Path) -> Self {
        Self::with(Options::new(file.to_owned()))
    }

    fn ticket(&mut self) -> Ticket {
        self.next += 1;
        Ticket(self.next)
    }

    fn reply(&mut self) -> Reply {
        self.replies.blocking_recv().expect("a reply")
    }

    fn write(&mut self, write: Write) -> Result<Absorbed, StoreError> {
        let ticket = self.ticket();
        self.store.send_blocking(Command::Write(Some(ticket), write)).expect("taken");
        loop {
            match self.reply() {
                Reply::Written(of, done) if of == ticket => return done,
                Reply::Noted(note) => self.notes.push(note),
                Reply::OutboxCommitted(..) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    fn read(&mut self, query: Query) -> Result<Found, StoreError> {
        let ticket = self.ticket();
        self.store.send_blocking(Command::Read(ticket, query)).expect("taken");
        loop {
            match self.reply() {
                Reply::Found(of, found) if of == ticket => return found,
                Reply::Noted(note) => self.notes.push(note),
                other => panic!("{other:?}"),
            }
        }
    }

    fn care(&mut self, care: Care) -> Result<Seen, StoreError> {
        let ticket = self.ticket();
        self.store.send_blocking(Command::Care(ticket, care)).expect("taken");
        match self.reply() {
            Reply::Seen(of, seen) if of == ticket => seen,
            other => panic!("{other:?}"),
        }
    }

    fn messages(&mut self, seek: Seek, limit: u32) -> Stored {
        match self.read(Query::Messages { chat: CHAT, seek, limit }) {
            Ok(Found::Messages(stored)) => stored,
            other => panic!("{other:?}"),
        }
    }

    fn texts(&mut self) -> Vec<String> {
        let stored = self.messages(Seek::Newest, 5_000);
        stored.entries.iter().map(|entry| entry.message.body.text.to_string()).collect()
    }

    fn outbox(&mut self) -> Vec<OutboxRow> {
        match self.read(Query::Outbox) {
            Ok(Found::Outbox(rows)) => rows,
            other => panic!("{other:?}"),
        }
    }

    fn close(self) {
        let _ = self.store.close(self.replies);
    }
}

fn key(server: &str) -> AccountKey {
    AccountKey { network: "test".to_owned(), server: server.to_owned(), user: UserId::new(1) }
}

fn place(number: u128) -> MessageKey {
    MessageKey { order: SortKey(number), id: MessageId::new(number) }
}

fn message(number: u128, text: &str) -> Arc<Message> {
    Arc::new(Message {
        key: place(number),
        chat: CHAT.chat,
        author: UserId::new(1),
        at: Some(Wall(1_700_000_000_000 + i64::try_from(number).unwrap_or(0) * 1_000)),
        body: RichText::plain(CleanText::new(text)),
        ..Message::default()
    })
}

fn waiting(nonce: u64, text: &str) -> Write {
    Write::PutOutbox(Box::new(OutboxRow {
        chat: CHAT,
        nonce: Nonce(nonce),
        item: OutboxItem::Send(Arc::new(Outgoing {
            chat: CHAT.chat,
            nonce: Nonce(nonce),
            text: text.to_owned(),
            ..Outgoing::default()
        })),
        written: Wall(5),
        known: Some(place(3)),
        stage: OutboxStage::Waiting,
    }))
}

fn draft(text: &str) -> Write {
    Write::Draft { chat: CHAT, draft: Box::new(Draft::plain(text)) }
}

/// A folder of its own for one test, and the database in it.
fn home() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("data").join("nib.db");
    (folder, file)
}
