//! Full text.

use super::*;
use nib::domain::Sought;
use nib::store::{Hit, Stamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn found(open: &mut Open, text: &str) -> Vec<String> {
    found_in(open, text, None).iter().map(|hit| hit.message.body.text.to_string()).collect()
}

fn look(open: &mut Open, text: &str, chat: Option<ChatKey>) -> Vec<Hit> {
    match open.read(Query::Search { text: text.to_owned(), accounts: Vec::new(), chat, limit: 10, before: None }) {
        Ok(Found::Search { hits, .. }) => hits,
        other => panic!("{other:?}"),
    }
}

/// What is found, whether the index has reached it or not.
fn found_in(open: &mut Open, text: &str, chat: Option<ChatKey>) -> Vec<Hit> {
    let behind = look(open, text, chat);
    assert_eq!(open.care(Care::Index), Ok(Seen::Index));
    let indexed = look(open, text, chat);
    assert_eq!(behind, indexed, "{text}");
    indexed
}

fn push(open: &mut Open, number: u128, text: &str) {
    open.write(Write::Push { chat: CHAT, messages: vec![message(number, text)], told: Stamp(1) }).unwrap();
}

#[test]
fn words_are_found_as_they_are_now() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    for (number, text) in
        (1..).zip(["Über den Wolken", "a cloud, and a Cloudburst", "今日は雲が多い", "\"quoted\" AND (odd) -text*"])
    {
        push(&mut open, number, text);
    }
    assert_eq!(found(&mut open, "uber wolk"), ["Über den Wolken"]);
    assert_eq!(found(&mut open, "cloud"), ["a cloud, and a Cloudburst"]);
    assert_eq!(found(&mut open, "clou "), Vec::<String>::new(), "a word that was ended is whole");
    assert_eq!(found(&mut open, "雲が"), ["今日は雲が多い"]);
    assert_eq!(found(&mut open, "が雲"), Vec::<String>::new());
    assert_eq!(found(&mut open, "\"quoted\" (odd) -text"), ["\"quoted\" AND (odd) -text*"]);
    let nothing = Query::Search { text: "!?".to_owned(), accounts: Vec::new(), chat: None, limit: 1, before: None };
    assert_eq!(open.read(nothing), Err(StoreError::NoWords));

    // Changed, deleted, and never indexed twice.
    open.write(Write::Change { account: ME, message: message(1, "under water"), with_reactions: true, told: Stamp(3) })
        .unwrap();
    assert_eq!(found(&mut open, "wolken"), Vec::<String>::new());
    assert_eq!(found(&mut open, "water"), ["under water"]);
    open.write(Write::Delete { chat: CHAT, messages: vec![place(4).id, place(1).id], told: Stamp(3) }).unwrap();
    push(&mut open, 5, "another water");
    assert_eq!(found(&mut open, "water"), ["another water"]);
    assert_eq!(found(&mut open, "quoted"), Vec::<String>::new());
    assert_eq!(open.care(Care::Check), Ok(Seen::Check(Vec::new())));
}

#[test]
fn a_row_is_never_used_again_so_that_nothing_new_counts_as_indexed() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    push(&mut open, 1, "first");
    assert_eq!(open.care(Care::Index), Ok(Seen::Index));
    open.write(Write::Delete { chat: CHAT, messages: vec![place(1).id], told: Stamp(1) }).unwrap();
    open.close();
    let mut open = Open::at(&file);
    push(&mut open, 2, "second");
    assert_eq!(found(&mut open, "second"), ["second"]);
}

#[test]
fn answers_go_on_where_they_ended_and_stay_in_their_chat() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let messages: Vec<_> = (1..=30).map(|number| message(number, &format!("needle {number}"))).collect();
    open.write(Write::Push { chat: CHAT, messages, told: Stamp(1) }).unwrap();
    let elsewhere = ChatKey::new(ME, ChatId::new(8));
    let other = Arc::new(Message { chat: elsewhere.chat, ..Message::clone(&message(31, "needle")) });
    open.write(Write::Push { chat: elsewhere, messages: vec![other], told: Stamp(1) }).unwrap();
    // The index has reached nothing, or the older half, or, from the second answer on, everything.
    for reached in 0..3 {
        let (mut all, mut before) = (Vec::new(), None);
        if reached == 1 {
            let newer: Vec<_> = (41..=70).map(|number| message(number, &format!("needle {number}"))).collect();
            open.write(Write::Push { chat: CHAT, messages: newer, told: Stamp(1) }).unwrap();
        }
        let newest = if reached == 0 { 40 } else { 70 };
        loop {
            let query =
                Query::Search { text: "needle".to_owned(), accounts: vec![ME], chat: Some(CHAT), limit: 7, before };
            let Ok(Found::Search { hits, on }) = open.read(query) else { panic!("an answer") };
            all.extend(hits.iter().map(|hit| hit.message.key.id.value()));
            if reached != 1 {
                assert_eq!(open.care(Care::Index), Ok(Seen::Index));
            }
            before = match on {
                Some(on) => Some(on),
                None => break,
            };
        }
        let expected: Vec<u128> = (1..=30).chain(41..=newest).rev().collect();
        assert_eq!(all, expected, "{reached}");
    }
    assert_eq!(found_in(&mut open, "needle", Some(elsewhere)).len(), 1);
}

/// Whatever is found in memory is found in the store: both go by [`Sought`], and the index leaves nothing out.
#[test]
fn the_index_finds_what_is_found_in_memory() {
    let (_folder, file) = home();
    let open = std::cell::RefCell::new((Open::at(&file), 0_u128));
    const PIECE: &str = "[a-cA-C]{1,3}|[éÉüçñøßẞşİıſ]|[абвАБВ]|[σςΣλ]|日本|雲|ไทย|का|한국|[0-9]|[²½Ⅷ]|\u{301}|\u{308}|[.,!*\"'()_+-]| |  |🎉|👩\u{200d}🔬|❤\u{fe0f}|\u{e000}";
    let text = prop::collection::vec(PIECE, 1..10).prop_map(|pieces| pieces.concat());
    let case = (prop::collection::vec(text, 1..6), prop::collection::vec(PIECE, 1..4));
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&case, |(texts, query)| {
            let (open, number) = &mut *open.borrow_mut();
            *number += 1;
            let number = *number;
            let chat = ChatKey::new(ME, ChatId::new(1_000 + number));
            let messages: Vec<_> = (1..)
                .zip(&texts)
                .map(|(id, text)| {
                    Arc::new(Message { chat: chat.chat, ..Message::clone(&message(number * 100 + id, text)) })
                })
                .collect();
            open.write(Write::Push { chat, messages: messages.clone(), told: Stamp(1) }).unwrap();
            let query = query.concat();
            let Some(sought) = Sought::new(&query).filter(Sought::has_words) else { return Ok(()) };
            let mut there: Vec<_> = found_in(open, &query, Some(chat)).iter().map(|hit| hit.message.key).collect();
            there.reverse();
            let here: Vec<_> =
                messages.iter().filter(|message| sought.is_in(message)).map(|message| message.key).collect();
            prop_assert_eq!(here, there, "{:?} in {:?}", query, texts);
            Ok(())
        })
        .unwrap();
}

#[test]
fn texts_that_changed_are_found_before_the_index_knows_them() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let messages: Vec<_> = (1..=30).map(|number| message(number, &format!("needle {number}"))).collect();
    open.write(Write::Push { chat: CHAT, messages, told: Stamp(1) }).unwrap();
    assert_eq!(open.care(Care::Index), Ok(Seen::Index));
    let change = |number, text: &str| Write::Change {
        account: ME,
        message: message(number, text),
        with_reactions: true,
        told: Stamp(2),
    };
    for number in 1..=9 {
        open.write(change(number, &format!("thread {number}"))).unwrap();
    }
    open.write(change(30, "needle, still")).unwrap();
    // As many as there are: further answers do not tell of those.
    let mut of = |text: &str| {
        let text = text.to_owned();
        let query = Query::Search { text, accounts: Vec::new(), chat: Some(CHAT), limit: 7, before: None };
        let Ok(Found::Search { hits, on: Some(_) }) = open.read(query) else { panic!("an answer, and more") };
        hits.iter().map(|hit| hit.message.key.id.value()).collect::<Vec<_>>()
    };
    assert_eq!(of("thread"), (1..=9).collect::<Vec<_>>());
    let once: Vec<u128> = std::iter::once(30).chain((24..=29).rev()).collect();
    assert_eq!(of("needle"), once, "what they said before is no match, and nothing is told twice");
}
