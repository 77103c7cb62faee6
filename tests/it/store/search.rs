//! Full text.

use super::*;
use nib::store::{Hit, Stamp};

fn found(open: &mut Open, text: &str) -> Vec<String> {
    found_in(open, text, None).iter().map(|hit| hit.message.body.text.to_string()).collect()
}

fn found_in(open: &mut Open, text: &str, chat: Option<ChatKey>) -> Vec<Hit> {
    match open.read(Query::Search { text: text.to_owned(), accounts: Vec::new(), chat, limit: 10, before: None }) {
        Ok(Found::Search { hits, .. }) => hits,
        other => panic!("{other:?}"),
    }
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
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let query = Query::Search { text: "needle".to_owned(), accounts: vec![ME], chat: Some(CHAT), limit: 7, before };
        let Ok(Found::Search { hits, on }) = open.read(query) else { panic!("an answer") };
        all.extend(hits.iter().map(|hit| hit.message.key.id.value()));
        before = match on {
            Some(on) => Some(on),
            None => break,
        };
    }
    assert_eq!(all, (1..=30).rev().collect::<Vec<_>>());
    assert_eq!(found_in(&mut open, "needle", Some(elsewhere)).len(), 1);
}
