//! The line of commands between the core and the store: in order, with nobody blocked and nothing dropped.

use super::*;
use nib::shell::keeping::{FromStore, Keeping};
use nib::state::{Event, StoreOp, StoreReply};
use std::time::Duration;

fn small(folder: &tempfile::TempDir) -> Keeping {
    let options = Options { queue: 1, ..Options::new(folder.path().join("store.db")) };
    Keeping::new(Some(Store::start(options).expect("a thread")))
}

fn write(keeping: &mut Keeping, write: Write) -> Option<StoreReply> {
    keeping.take(StoreOp::Write(Box::new(write)))
}

async fn until(keeping: &mut Keeping, mut done: impl FnMut(&Event) -> bool) {
    loop {
        let next = tokio::time::timeout(Duration::from_secs(20), keeping.next()).await.expect("the store answers");
        match next {
            FromStore::Room => keeping.hand_over(),
            FromStore::Reply(reply) => {
                if keeping.told(*reply).iter().any(&mut done) {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn what_the_store_does_not_take_yet_waits_in_order_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut keeping = small(&folder);
    assert_eq!(write(&mut keeping, Write::Bind(ME, key("me"))), None);
    for number in 1..=400 {
        // A row in between keeps them from being put together.
        assert_eq!(
            write(
                &mut keeping,
                Write::Push {
                    chat: CHAT,
                    messages: vec![message(number, "x")],
                    told: nib::store::Stamps::default().told()
                }
            ),
            None
        );
        assert_eq!(write(&mut keeping, waiting(number as u64, "w")), None);
    }
    keeping.hand_over();
    assert!(keeping.is_behind(), "a queue of one takes not all of them at once");
    assert_eq!(
        keeping.take(StoreOp::Read(Ticket(9), Query::Messages { chat: CHAT, seek: Seek::Newest, limit: 500 })),
        None
    );
    let mut rows = Vec::new();
    until(&mut keeping, |event| match event {
        Event::Stored(StoreReply::OutboxCommitted(_, nonce, Ok(()))) => {
            rows.push(nonce.0);
            false
        }
        Event::Stored(StoreReply::Found(Ticket(9), Ok(Some(Found::Messages(stored))))) => {
            assert_eq!(stored.entries.len(), 400, "what was written before is found");
            true
        }
        other => panic!("{other:?}"),
    })
    .await;
    assert_eq!(rows, (1..=400).collect::<Vec<u64>>());
    assert!(!keeping.is_behind());
}

#[tokio::test]
async fn the_end_waits_for_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let mut keeping = small(&folder);
    write(&mut keeping, Write::Bind(ME, key("me")));
    (1..=2_000).for_each(|number| _ = write(&mut keeping, waiting(number, "w")));
    keeping.close().await;
    let rows = tokio::task::spawn_blocking(move || {
        let mut open = Open::at(&folder.path().join("store.db"));
        let rows = open.outbox();
        open.close();
        rows
    });
    assert_eq!(rows.await.unwrap().iter().map(|row| row.nonce.0).collect::<Vec<_>>(), (1..=2_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn where_nothing_is_kept_everything_is_answered_at_once() {
    let folder = tempfile::tempdir().unwrap();
    // Without a store, and with one for an account that it does not know.
    for mut keeping in [Keeping::new(None), small(&folder)] {
        let committed = StoreReply::OutboxCommitted(CHAT, Nonce(1), Ok(()));
        assert_eq!(write(&mut keeping, waiting(1, "w")), Some(committed.clone()));
        let stage = Write::SetStage { chat: CHAT, nonce: Nonce(1), stage: OutboxStage::InFlight, known: None };
        assert_eq!(write(&mut keeping, stage), Some(committed));
        assert_eq!(write(&mut keeping, Write::Draft { chat: CHAT, draft: Box::new(Draft::plain("x")) }), None);
        let query = Query::Messages { chat: CHAT, seek: Seek::Newest, limit: 5 };
        assert_eq!(keeping.take(StoreOp::Read(Ticket(1), query)), Some(StoreReply::Found(Ticket(1), Ok(None))));
        assert!(!keeping.is_behind());
        keeping.close().await;
    }
}

#[tokio::test]
async fn messages_and_marks_of_one_batch_are_put_together() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("store.db"));
    let mut keeping = Keeping::new(Some(Store::start(options).expect("a thread")));
    write(&mut keeping, Write::Bind(ME, key("me")));
    let told = nib::store::Stamps::default().told();
    let other = ChatKey::new(ME, ChatId::new(8));
    for number in 1..=20 {
        for chat in [CHAT, other] {
            let message = Message { chat: chat.chat, ..Message::clone(&message(number, "x")) };
            write(&mut keeping, Write::Push { chat, messages: vec![Arc::new(message)], told });
            let read = Write::ReadState { chat, last_read: Some(place(1)), unread: number as u32, mentions: 0 };
            write(&mut keeping, read);
        }
    }
    assert_eq!(keeping.waiting(), 5, "who it is, and two for each chat");
    keeping.take(StoreOp::Read(Ticket(1), Query::Size));
    keeping.hand_over();
    let is_found = |event: &Event| match event {
        Event::Stored(StoreReply::Found(_, Ok(Some(Found::Size(size))))) => {
            assert_eq!(size.messages, 40);
            true
        }
        other => panic!("{other:?}"),
    };
    until(&mut keeping, is_found).await;
    keeping.close().await;
}

#[tokio::test]
async fn what_became_of_the_database_is_told_as_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    std::fs::write(&file, "this is no database, and never was one").unwrap();
    let mut keeping = small(&folder);
    let is_told = |event: &Event| match event {
        Event::Stored(StoreReply::Noted { sentence, outlasts: true, readable: true }) => {
            assert!(sentence.contains("store.db.aside-"), "{sentence}");
            true
        }
        other => panic!("{other:?}"),
    };
    until(&mut keeping, is_told).await;
    keeping.close().await;
}

#[test]
fn drafts_of_an_older_nib_are_taken_over_and_their_file_goes() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("drafts.json");
    std::fs::write(&old, "{}").unwrap();
    let mut open = Open::at(&folder.path().join("store.db"));
    let other = ChatId::new(8);
    open.write(Write::Draft { chat: CHAT, draft: Box::new(Draft::plain("newer")) }).unwrap();
    let draft = |chat: ChatId, text: &str| (key("me"), chat, text.to_owned());
    let drafts =
        vec![draft(CHAT.chat, "older"), draft(other, "kept"), (key("elsewhere"), other, "another's".to_owned())];
    assert_eq!(open.care(Care::Adopt { drafts: drafts.clone(), file: old.clone() }), Ok(Seen::Adopt));
    assert!(!old.exists());
    let Ok(Found::Start(start)) = open.read(Query::Start) else { panic!("no start") };
    let mut found = start.drafts;
    found.sort_by_key(|(chat, _)| *chat);
    assert_eq!(found, [(CHAT, Draft::plain("newer")), (ChatKey::new(ME, other), Draft::plain("kept"))]);
    // A folder cannot be removed as a file: it is told.
    std::fs::create_dir(&old).unwrap();
    assert!(open.care(Care::Adopt { drafts, file: old }).is_err());
    open.close();
}
