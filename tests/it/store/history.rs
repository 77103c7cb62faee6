//! Pages out of the store, and jumps to a message or a date.

use super::*;
use nib::domain::message::{Poll, PollOption, Tally};
use nib::domain::{CleanText, Page, ReactEmoji, Reaction};
use nib::store::Stamp;

fn numbers(stored: &Stored) -> Vec<u128> {
    stored.entries.iter().map(|entry| entry.message.key.order.0).collect()
}

/// Every tenth number from 10 to 1000, with a hole before 500.
fn filled(file: &Path) -> Open {
    let mut open = Open::at(file);
    let page = |numbers: std::ops::RangeInclusive<u128>, reached_start, reached_end, asked| Write::Page {
        chat: CHAT,
        asked: Stamp(asked),
        page: if reached_end { Page::Latest } else { Page::Around(place(10).id) },
        messages: numbers.map(|number| message(number * 10, "text")).collect(),
        reached_start,
        reached_end,
    };
    open.write(page(50..=100, false, true, 2)).unwrap();
    open.write(page(1..=49, true, false, 4)).unwrap();
    open
}

/// A page with everything that there is.
fn whole(asked: u32, messages: Vec<Arc<Message>>) -> Write {
    let asked = Stamp(asked);
    Write::Page { chat: CHAT, asked, page: Page::Latest, messages, reached_start: true, reached_end: true }
}

#[test]
fn where_a_message_makes_no_sense_a_hole_is() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let page = Write::Page {
        chat: CHAT,
        asked: Stamp(2),
        page: Page::Latest,
        messages: (1..6).map(|number| message(number, "text")).collect(),
        reached_start: true,
        reached_end: true,
    };
    open.write(page).unwrap();
    open.close();
    let conn = rusqlite::Connection::open(&file).unwrap();
    assert_eq!(conn.execute("UPDATE messages SET body = x'00' WHERE id = 3", []).unwrap(), 1);
    drop(conn);
    let mut open = Open::at(&file);
    for seek in [Seek::Newest, Seek::After(place(1)), Seek::Before(place(5)), Seek::Around(MessageId::new(2))] {
        let found = open.messages(seek, 9);
        let holes: Vec<_> =
            found.entries.iter().filter(|entry| entry.gap_before).map(|entry| entry.message.key).collect();
        assert_eq!(holes, [place(4)], "{seek:?}");
    }
}

#[test]
fn pages_say_what_lies_around_them() {
    let (_folder, file) = home();
    let mut open = filled(&file);
    let newest = open.messages(Seek::Newest, 3);
    assert_eq!(
        (numbers(&newest), newest.older, newest.newer, newest.gap_after),
        (vec![980, 990, 1000], true, false, false)
    );
    let before = open.messages(Seek::Before(place(980)), 2);
    assert_eq!((numbers(&before), before.older, before.newer, before.gap_after), (vec![960, 970], true, true, false));
    let oldest = open.messages(Seek::After(place(0)), 2);
    assert_eq!((numbers(&oldest), oldest.older, oldest.newer), (vec![10, 20], false, true));
    assert!(!oldest.entries[0].gap_before, "the start is known");
    let hole = open.messages(Seek::Around(place(490).id), 4);
    assert_eq!((numbers(&hole), hole.aim), (vec![470, 480, 490, 500], Some(place(490))));
    assert_eq!(hole.entries.iter().map(|entry| entry.gap_before).collect::<Vec<_>>(), [false, false, false, true]);
    assert!(open.messages(Seek::Before(place(500)), 1).gap_after);
    let edge = open.messages(Seek::Around(place(1000).id), 5);
    assert_eq!(numbers(&edge), [960, 970, 980, 990, 1000], "what one side lacks, the other has");
    assert_eq!(numbers(&open.messages(Seek::Around(place(10).id), 5)), [10, 20, 30, 40, 50]);
    assert_eq!(open.messages(Seek::Around(place(11).id), 5).aim, None);
    assert_eq!(
        open.read(Query::Holes { chat: CHAT, limit: 9 }),
        Ok(Found::Holes(vec![(Some(place(490)), Some(place(500)))]))
    );
}

#[test]
fn a_date_leads_to_the_first_message_from_then_on() {
    let (_folder, file) = home();
    let mut open = filled(&file);
    let at = |number: i64| Wall(1_700_000_000_000 + number * 1_000);
    for (date, expected) in
        [(at(500), 500), (at(501), 510), (at(499), 500), (Wall(i64::MIN), 10), (at(1000), 1000), (Wall(i64::MAX), 1000)]
    {
        let stored = open.messages(Seek::Date(date), 3);
        assert_eq!(stored.aim, Some(place(expected)), "{date:?}");
        assert!(numbers(&stored).contains(&expected));
    }
}

#[test]
fn reactions_and_pins_are_kept_through_changes() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let thumb: Box<[Reaction]> = [Reaction {
        emoji: ReactEmoji::Unicode(CleanText::new("👍")),
        count: 2,
        mine: true,
        by: [UserId::new(4)].into(),
    }]
    .into();
    let mentioned = Arc::new(Message { mentions_me: true, ..Message::clone(&message(1, "hey")) });
    open.write(Write::Push { chat: CHAT, messages: vec![mentioned], told: Stamp(1) }).unwrap();
    let react = Write::Reactions { chat: CHAT, message: place(1).id, reactions: thumb.clone(), told: Stamp(1) };
    open.write(react).unwrap();
    open.write(Write::Change { account: ME, message: message(1, "hello"), with_reactions: false, told: Stamp(3) })
        .unwrap();
    open.write(Write::Pin { chat: CHAT, message: place(1).id, pinned: true, told: Stamp(3) }).unwrap();
    let Ok(Found::Pinned(pinned)) = open.read(Query::Pinned(CHAT)) else { panic!("pins") };
    let expected =
        Message { reactions: thumb, pinned: true, mentions_me: true, ..Message::clone(&message(1, "hello")) };
    assert_eq!(pinned, [Arc::new(expected)]);
    open.write(Write::Pin { chat: CHAT, message: place(1).id, pinned: false, told: Stamp(3) }).unwrap();
    assert_eq!(open.read(Query::Pinned(CHAT)), Ok(Found::Pinned(Vec::new())));
}

#[test]
fn votes_are_counted_in_what_is_stored() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let option = |id: &str, votes| PollOption { id: CleanText::new(id), votes, ..PollOption::default() };
    let poll = |votes, counted| {
        Some(Box::new(Poll { options: [option("a", votes), option("b", 0)].into(), counted, ..Poll::default() }))
    };
    let asked = Message { poll: poll(0, false), ..Message::clone(&message(1, "which?")) };
    open.write(Write::Push { chat: CHAT, messages: vec![Arc::new(asked.clone())], told: Stamp(1) }).unwrap();
    let tally = Tally { votes: [(CleanText::new("a"), 3)].into(), ..Tally::default() };
    open.write(Write::Tally { chat: CHAT, message: place(1).id, tally, told: Stamp(1) }).unwrap();
    let stored = open.messages(Seek::Newest, 1);
    assert_eq!(*stored.entries[0].message, Message { poll: poll(3, true), ..asked });
}

#[test]
fn news_of_a_message_that_a_late_page_brings_are_not_lost() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let page = |asked| whole(asked, vec![message(1, "old"), message(2, "old")]);
    open.write(Write::Change { account: ME, message: message(1, "new"), with_reactions: true, told: Stamp(3) })
        .unwrap();
    open.write(Write::Pin { chat: CHAT, message: place(1).id, pinned: true, told: Stamp(3) }).unwrap();
    open.write(Write::Delete { chat: CHAT, messages: vec![place(2).id], told: Stamp(3) }).unwrap();
    open.write(page(2)).unwrap();
    assert_eq!(open.texts(), ["new"]);
    let Ok(Found::Pinned(pinned)) = open.read(Query::Pinned(CHAT)) else { panic!("pins") };
    assert_eq!(pinned.len(), 1);
    // What was asked for later knows better.
    open.write(page(4)).unwrap();
    assert_eq!(open.texts(), ["old", "old"]);
}

#[test]
fn news_of_a_part_of_a_message_say_nothing_of_the_rest() {
    let emoji = |text: &str| ReactEmoji::Unicode(CleanText::new(text));
    let reaction =
        |text: &str, by| Reaction { emoji: emoji(text), count: 1, mine: false, by: [UserId::new(by)].into() };
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    open.write(whole(2, vec![message(1, "one"), message(2, "two")])).unwrap();
    open.write(Write::Missed { account: CHAT.account, at: Stamp(4) }).unwrap();
    // Told after the page was asked for that comes next: they stay, and everything else is as the page tells it.
    let id = |number: u128| place(number).id;
    let reactions = [reaction("👍", 7)].into();
    open.write(Write::Reactions { chat: CHAT, message: id(1), reactions, told: Stamp(7) }).unwrap();
    let (add, by) = (true, UserId::new(8));
    open.write(Write::Toggle {
        chat: CHAT, message: id(2), emoji: emoji("🎉"), by, mine: false, add, told: Stamp(7)
    })
    .unwrap();
    open.write(Write::Pin { chat: CHAT, message: id(2), pinned: true, told: Stamp(7) }).unwrap();
    let mut second = Message::clone(&message(2, "two, changed"));
    second.reactions = [reaction("🌱", 9)].into();
    open.write(whole(6, vec![message(1, "one, changed"), std::sync::Arc::new(second)])).unwrap();
    let stored = open.messages(Seek::Newest, 9);
    let seen: Vec<_> = stored
        .entries
        .iter()
        .map(|entry| {
            let reactions = entry.message.reactions.iter().map(|one| one.emoji.clone()).collect::<Vec<_>>();
            (entry.message.body.text.to_string(), reactions, entry.message.pinned)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("one, changed".to_owned(), vec![emoji("👍")], false),
            ("two, changed".to_owned(), vec![emoji("🌱"), emoji("🎉")], true)
        ]
    );
    // What was told before something may have been missed does not outlast that.
    open.write(Write::Missed { account: CHAT.account, at: Stamp(8) }).unwrap();
    open.write(Write::Pin { chat: CHAT, message: id(1), pinned: true, told: Stamp(11) }).unwrap();
    open.write(whole(10, vec![message(1, "one, changed"), message(2, "two, changed")])).unwrap();
    let stored = open.messages(Seek::Newest, 9);
    let seen: Vec<_> =
        stored.entries.iter().map(|entry| (entry.message.reactions.len(), entry.message.pinned)).collect();
    assert_eq!(seen, [(0, true), (0, false)]);
}

#[test]
fn reactions_beyond_what_is_remembered_are_not_taken_back_by_a_late_page() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let page = |asked| whole(asked, vec![message(1, "one")]);
    let toggle = |by, add| Write::Toggle {
        chat: CHAT,
        message: place(1).id,
        emoji: ReactEmoji::Unicode(CleanText::new("👍")),
        by: UserId::new(by),
        mine: false,
        add,
        told: Stamp(7),
    };
    let count = |open: &mut Open| {
        let stored = open.messages(Seek::Newest, 1);
        stored.entries[0].message.reactions.iter().map(|one| one.count).sum::<u32>()
    };
    open.write(page(2)).unwrap();
    // One person who cannot decide fills nothing.
    for _ in 0..100 {
        open.write(toggle(1, true)).unwrap();
        open.write(toggle(1, false)).unwrap();
    }
    open.write(toggle(1, true)).unwrap();
    open.write(page(5)).unwrap();
    assert_eq!(count(&mut open), 1);
    for by in 2..=65 {
        open.write(toggle(by, true)).unwrap();
    }
    assert_eq!(count(&mut open), 65);
    open.write(page(6)).unwrap();
    assert_eq!(count(&mut open), 65, "a page that was asked for before");
    open.write(page(8)).unwrap();
    assert_eq!(count(&mut open), 0, "one that was asked for later knows better");
}
