//! The disk budget, compacting, and forgetting an account.

use super::*;
use nib::domain::Page;
use nib::store::{Size, Stamp};

const OLD: ChatKey = ChatKey::new(ME, ChatId::new(100));
const NEW: ChatKey = ChatKey::new(ME, ChatId::new(101));

fn push(open: &mut Open, chat: ChatKey, numbers: std::ops::Range<u128>) {
    let text = "needle ".to_owned() + &"x".repeat(600);
    let messages = numbers
        .map(|number| Arc::new(Message { chat: chat.chat, ..Message::clone(&message(number, &text)) }))
        .collect();
    open.write(Write::Page {
        chat,
        asked: Stamp(2),
        page: Page::Latest,
        messages,
        reached_start: true,
        reached_end: true,
    })
    .unwrap();
}

fn size(open: &mut Open) -> Size {
    match open.read(Query::Size) {
        Ok(Found::Size(size)) => size,
        other => panic!("{other:?}"),
    }
}

fn stored(open: &mut Open, chat: ChatKey) -> Stored {
    match open.read(Query::Messages { chat, seek: Seek::Newest, limit: 5_000 }) {
        Ok(Found::Messages(stored)) => stored,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_oldest_history_goes_first_and_what_the_user_wrote_never() {
    let (_folder, file) = home();
    let mut open = Open::with(Options { budget: 700_000, ..Options::new(file) });
    push(&mut open, OLD, 1..1_001);
    push(&mut open, NEW, 5_000..6_000);
    open.write(waiting(1, &"y".repeat(50_000))).unwrap();
    open.write(draft("kept")).unwrap();
    assert_eq!(open.care(Care::Index), Ok(Seen::Index));
    let Ok(Seen::Trim(gone)) = open.care(Care::Trim) else { panic!("trimmed") };
    let left = size(&mut open);
    assert!(left.used <= 700_000 && left.messages + gone <= 2_000 && left.messages > 400, "{left:?}");
    let (old, new) = (stored(&mut open, OLD), stored(&mut open, NEW));
    assert_eq!(old.entries.len(), 50, "every chat keeps a screen");
    assert!(new.entries.len() > 350, "{}", new.entries.len());
    for kept in [&old, &new] {
        assert!(
            kept.entries[0].gap_before && kept.entries[1..].iter().all(|entry| !entry.gap_before),
            "a hole is where it was cut"
        );
        assert!(!kept.gap_after);
    }
    assert_eq!(old.entries.last().unwrap().message.key, place(1_000));
    assert_eq!(open.outbox().len(), 1);
    assert_eq!(open.care(Care::Check), Ok(Seen::Check(Vec::new())));

    // A page that was asked for before says nothing any more; one that is asked for now fills the hole.
    let page = |asked| {
        let messages = (1..951)
            .map(|number| Arc::new(Message { chat: OLD.chat, ..Message::clone(&message(number, "again")) }))
            .collect();
        Write::Page {
            chat: OLD,
            asked: Stamp(asked),
            page: Page::Before(place(951)),
            messages,
            reached_start: true,
            reached_end: false,
        }
    };
    assert_eq!(open.write(page(2)), Ok(Absorbed { added: 0, void: true }));
    assert_eq!(open.write(page(4)), Ok(Absorbed { added: 950, void: false }));
    assert!(stored(&mut open, OLD).entries.iter().all(|entry| !entry.gap_before));
}

#[test]
fn the_budget_is_kept_by_itself() {
    let (_folder, file) = home();
    let mut open = Open::with(Options { budget: 600_000, ..Options::new(file) });
    for start in 0..40 {
        push(&mut open, ChatKey::new(ME, ChatId::new(start)), start * 100 + 1..start * 100 + 101);
    }
    // When it is quiet; asked again until then.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while size(&mut open).used > 600_000 {
        assert!(std::time::Instant::now() < end);
        std::thread::sleep(std::time::Duration::from_millis(250));
    }
    assert!(size(&mut open).messages > 100);
}

#[test]
fn a_forgotten_account_leaves_nothing_and_takes_nothing_else() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let other = AccountId(1);
    open.write(Write::Bind(other, key("other"))).unwrap();
    for (account, text) in [(ME, "UniqueSecretOfMine"), (other, "WordsOfTheOther")] {
        let chat = ChatKey::new(account, CHAT.chat);
        open.write(Write::Push { chat, messages: vec![message(1, &text.repeat(50))], told: Stamp(1) }).unwrap();
        open.write(Write::Draft { chat, draft: Box::new(Draft::plain(text)) }).unwrap();
    }
    open.write(waiting(1, "UniqueSecretOfMine")).unwrap();
    assert_eq!(open.care(Care::Index), Ok(Seen::Index));
    assert_eq!(open.care(Care::Forget(key("nobody"))), Ok(Seen::Forget(false)));
    assert_eq!(open.care(Care::Forget(key("me"))), Ok(Seen::Forget(true)));
    assert_eq!(open.outbox().len(), 0);
    assert_eq!(open.write(draft("x")), Err(StoreError::Unbound));
    assert_eq!(stored(&mut open, ChatKey::new(other, CHAT.chat)).entries.len(), 1);
    open.close();
    let bytes = std::fs::read(&file).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
    assert!(!holds("UniqueSecretOfMine") && holds("WordsOfTheOther"), "not even in unused pages");
}

#[test]
fn compacting_gives_the_disk_back() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    push(&mut open, OLD, 1..3_001);
    open.write(Write::ChatGone(OLD)).unwrap();
    // Nothing is left to be written when it is quiet.
    assert_eq!(open.care(Care::Index), Ok(Seen::Index));
    let Ok(Seen::Compact(before, after)) = open.care(Care::Compact) else { panic!("compacted") };
    assert!(after * 5 < before && after > 0, "{before} {after}");
    assert_eq!(size(&mut open).disk, after);
}
