//! What a start costs until the first screen can be used: the store is opened and asked, the core takes in what it has, and the screen is laid out.
//!
//! `NIB_STORE_MESSAGES` is the length of the longer chat (100,000 unless told; the aim is for 1,000,000): both starts are to cost the same.

#![allow(missing_docs, reason = "a bench is its own documentation")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot begin may stop")]

use divan::Bencher;
use nib::domain::{
    AccountId, ChannelKind, Chat, ChatId, ChatKey, ChatKind, CleanText, Community, CommunityId, Message, MessageId,
    MessageKey, Mono, Now, Permissions, RichText, SortKey, User, UserId, Wall,
};
use nib::layout::{LayoutCache, Scene, arrange};
use nib::state::{AccountSpec, Effect, Effects, Event, State, StoreOp, StoreReply, reduce};
use nib::store::{AccountKey, Command, Layout, Options, Query, Replies, Reply, Seek, Stamp, Store, Ticket, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ACCOUNT: AccountId = AccountId(0);
const PLACE: CommunityId = CommunityId::new(9);
const CHAT: ChatKey = ChatKey::new(ACCOUNT, ChatId::new(1));
const ME: UserId = UserId::new(1);
const NOW: Now = Now { mono: Mono(1_000_000), wall: Wall(1_790_000_000_000) };

fn main() {
    divan::main();
}

fn lengths() -> [u64; 2] {
    let longest = std::env::var("NIB_STORE_MESSAGES").ok().and_then(|count| count.parse().ok());
    [1_000, longest.unwrap_or(100_000)]
}

fn message(number: u64) -> Arc<Message> {
    let id = u128::from((number + 1) << 22);
    let text =
        format!("message {number} says something of the usual length, about ninety-six letters in all, {number:x}");
    Arc::new(Message {
        key: MessageKey { order: SortKey(id), id: MessageId::new(id) },
        chat: CHAT.chat,
        author: UserId::new(u128::from(number % 200) + 1),
        at: Some(Wall(1_700_000_000_000 + (number * 1_000).cast_signed())),
        body: RichText::plain(CleanText::from_owned(text)),
        ..Message::default()
    })
}

fn account() -> AccountKey {
    AccountKey { network: "n".to_owned(), server: "s".to_owned(), user: ME }
}

/// A profile in which somebody was signed in and left a chat of this length open.
fn profile(length: u64) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let (store, mut replies) = Store::start(Options::new(file.clone())).unwrap();
    let channel = |number: u128| Chat {
        id: ChatId::new(number),
        name: CleanText::new(&format!("channel {number}")),
        kind: ChatKind::Channel { community: PLACE, kind: ChannelKind::Text, parent: None, position: 0, slowmode: 0 },
        ..Chat::default()
    };
    let person = |number: u128| User {
        id: UserId::new(number),
        name: CleanText::new(&format!("person {number}")),
        ..User::default()
    };
    let community = Community {
        id: PLACE,
        name: CleanText::ours("place"),
        permissions: Permissions::VIEW.union(Permissions::SEND),
        available: true,
        ..Community::default()
    };
    let layout = Layout { open: Some(CHAT), ..Layout::default() };
    let told = [
        Write::Bind(ACCOUNT, account()),
        Write::Communities(ACCOUNT, vec![community]),
        Write::Chats(ACCOUNT, (1..=200).map(channel).collect()),
        Write::People(ACCOUNT, (1..=200).map(person).collect()),
        Write::Layout(layout),
    ];
    let all: Vec<Arc<Message>> = (0..length).map(message).collect();
    let pushes = all.chunks(256).map(|some| Write::Push { chat: CHAT, messages: some.to_vec(), told: Stamp(1) });
    for write in told.into_iter().chain(pushes) {
        store.send_blocking(Command::Write(None, write)).unwrap();
    }
    store.send_blocking(Command::Read(Ticket(1), Query::Size)).unwrap();
    while !matches!(replies.blocking_recv().unwrap(), Reply::Found(..)) {}
    let _ = store.close(replies);
    (folder, file)
}

struct Run {
    state: State,
    store: Store,
    replies: Replies,
    cache: LayoutCache,
}

impl Run {
    fn start(file: &Path) -> Self {
        let (store, replies) = Store::start(Options::new(file.to_owned())).unwrap();
        let AccountKey { network, server, user } = account();
        let spec = AccountSpec { network, server, me: user, keeps_drafts: true, ..AccountSpec::default() };
        let mut state = State::new(Arc::default(), vec![spec], true, 7, NOW);
        state.has_store = true;
        let mut run = Self { state, store, replies, cache: LayoutCache::new(jiff::tz::TimeZone::UTC) };
        run.event(Event::Resized { width: 200, height: 50 });
        run.event(Event::Started);
        run
    }

    fn event(&mut self, event: Event) {
        let effects: Effects = reduce(&mut self.state, event, NOW);
        for effect in effects {
            let command = match effect {
                Effect::Store(StoreOp::Write(write)) => Command::Write(None, *write),
                Effect::Store(StoreOp::Read(ticket, query)) => Command::Read(ticket, query),
                _ => continue,
            };
            self.store.send_blocking(command).unwrap();
        }
    }

    /// Takes in what the store answers until messages are there, with the names of who wrote them.
    fn usable(&mut self) -> Scene {
        while !self.has_all() {
            if let Reply::Found(ticket, found) = self.replies.blocking_recv().unwrap() {
                self.event(Event::Stored(StoreReply::Found(ticket, Ok(found.ok()))));
            }
        }
        arrange(&self.state, &mut self.cache, 200, 50)
    }

    /// Whether a screen of messages is here, and who wrote them.
    fn has_all(&self) -> bool {
        let account = &self.state.core.accounts[0];
        account.timelines.get(&CHAT.chat).is_some_and(|timeline| {
            timeline.len() >= 50 && timeline.iter().all(|entry| account.users.contains_key(&entry.message.author))
        })
    }

    fn jump(&mut self, at: Wall) {
        let query = Query::Messages { chat: CHAT, seek: Seek::Date(at), limit: 100 };
        self.store.send_blocking(Command::Read(Ticket(9_999), query)).unwrap();
        while !matches!(self.replies.blocking_recv().unwrap(), Reply::Found(Ticket(9_999), Ok(_))) {}
    }
}

#[divan::bench(args = lengths())]
fn start_to_the_first_usable_screen(bencher: Bencher<'_, '_>, length: u64) {
    let (_folder, file) = profile(length);
    bencher.bench_local(|| {
        let mut run = Run::start(&file);
        let scene = run.usable();
        (run, scene)
    });
}

#[divan::bench(args = lengths())]
fn jump_to_a_date(bencher: Bencher<'_, '_>, length: u64) {
    let (_folder, file) = profile(length);
    let mut run = Run::start(&file);
    run.usable();
    let mut number = 0;
    bencher.bench_local(|| {
        number = (number + length / 7 * 3 + 1) % length;
        run.jump(Wall(1_700_000_000_000 + (number * 1_000).cast_signed()));
    });
}
