//! Mentions, files and links in what is stored.

use super::*;
use nib::domain::{Attachment, UserId, markup};
use nib::store::{Listed, Marked, Stamp};

fn ask(open: &mut Open, what: Marked, before: Option<MessageKey>, limit: u32) -> Listed {
    match open.read(Query::Marked { chat: CHAT, what, before, limit }) {
        Ok(Found::Marked(listed)) => listed,
        other => panic!("{other:?}"),
    }
}

fn numbers(listed: &Listed) -> Vec<u128> {
    listed.messages.iter().map(|message| message.key.id.value()).collect()
}

fn push(open: &mut Open, messages: Vec<Message>) {
    let messages = messages.into_iter().map(Arc::new).collect();
    open.write(Write::Push { chat: CHAT, messages, told: Stamp(1) }).unwrap();
}

fn plain(number: u128) -> Message {
    Message { author: UserId::new(9), ..Message::clone(&message(number, "words")) }
}

#[test]
fn what_has_it_is_found_newest_first_and_gone_on_with() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let mut messages: Vec<Message> = (1..=30).map(plain).collect();
    for number in [3, 12, 25] {
        messages[number].mentions_me = true;
        messages[number].attachments =
            Box::new([Attachment { name: CleanText::new("a.png"), ..Attachment::default() }]);
    }
    messages[7].body = markup::parse("see https://a.example/x");
    messages[8].body = markup::parse("file:///etc/passwd is no link");
    push(&mut open, messages);
    let all = ask(&mut open, Marked::Mentions, None, 10);
    assert_eq!((numbers(&all), all.further), (vec![26, 13, 4], None));
    assert!(all.messages.iter().all(|message| message.mentions_me));
    assert_eq!(numbers(&ask(&mut open, Marked::Mentions, Some(place(26)), 10)), [13, 4]);
    let first = ask(&mut open, Marked::Files, None, 1);
    assert_eq!((numbers(&first), first.further), (vec![26], Some(place(26))));
    assert_eq!(numbers(&ask(&mut open, Marked::Files, first.further, 10)), [13, 4]);
    assert_eq!(numbers(&ask(&mut open, Marked::Links, None, 10)), [8]);
}

#[test]
fn one_answer_looks_at_so_many_rows_and_says_where_it_stopped() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let mut messages: Vec<Message> = (1..=20_050).map(plain).collect();
    messages[10].mentions_me = true;
    for chunk in messages.chunks(4_000) {
        push(&mut open, chunk.to_vec());
    }
    let first = ask(&mut open, Marked::Mentions, None, 1);
    assert_eq!((numbers(&first), first.further), (vec![], Some(place(51))));
    let second = ask(&mut open, Marked::Mentions, first.further, 1);
    assert_eq!(numbers(&second), [11]);
    let nowhere = ChatKey::new(ME, ChatId::new(8));
    let query = Query::Marked { chat: nowhere, what: Marked::Links, before: None, limit: 5 };
    assert_eq!(open.read(query), Ok(Found::Marked(Listed::default())));
}
