//! Ids that a network gives to one message and later to another: a server that was set back, or lost its memory.

use super::script::*;
use nib::domain::*;
use std::sync::Arc;

/// A message of one who wrote it at a second.
fn written(id: u128, second: i64, author: u128, version: u32) -> Arc<Message> {
    let mut message = said(chat(11), id, UserId::new(author), &format!("version {version}"));
    (message.key.order, message.at) = (SortKey(second.unsigned_abs().into()), Some(Wall(second * 1_000)));
    Arc::new(message)
}

#[test]
fn an_id_that_is_given_anew_is_another_message() {
    let ids = |timeline: &Timeline| -> Vec<(u128, u128)> {
        timeline.iter().map(|entry| (entry.message.key.id.value(), entry.message.key.order.0)).collect()
    };
    let mut timeline = Timeline::default();
    let fetch = timeline.open_fetch();
    let page = [written(1, 10, 5, 0), written(2, 20, 5, 0), written(3, 30, 6, 0)];
    timeline.absorb(fetch, Page::Latest, page.to_vec(), true, true);
    assert!(!timeline.push(written(2, 20, 5, 0)), "told twice");
    assert!(timeline.push(written(2, 40, 5, 1)), "written again");
    assert_eq!(ids(&timeline), [(1, 10), (3, 30), (2, 40)]);
    assert!(timeline.push(written(3, 30, 5, 1)), "of somebody else");
    assert_eq!(*timeline.message(MessageId::new(3)).unwrap().body.text, *written(3, 30, 5, 1).body.text);
    assert!(!timeline.is_deleted(MessageId::new(2)) && timeline.has_start() && !timeline.gap_after());
    // So it is with a page, unless something newer was told.
    let fetch = timeline.open_fetch();
    timeline.push(written(4, 50, 5, 0));
    let page = [written(3, 30, 5, 1), written(2, 40, 5, 1), written(1, 45, 5, 2), written(4, 48, 6, 2)];
    timeline.absorb(fetch, Page::Around(MessageId::new(2)), page.to_vec(), false, false);
    assert_eq!(ids(&timeline), [(3, 30), (2, 40), (1, 45), (4, 50)]);
}

#[test]
fn what_was_typed_stays_in_sight_where_a_network_gives_an_id_anew() {
    for acknowledged_first in [true, false] {
        let mut script = Script::ready();
        let before = Arc::new(said(chat(11), 61, ME, "of the time before"));
        script.receive(Update::MessageCreated { message: before, unread: None, author: None, nonce: None });
        let (id, outgoing) = script.send("typed now").unwrap();
        let mut later = said(chat(11), 61, ME, "typed now");
        (later.key.order, later.at) = (SortKey(70), Some(Wall(9_000)));
        let answer = Ok(Reply::Sent { message: later.key.id, order: later.key.order, at: later.at });
        let echo = Update::MessageCreated {
            message: Arc::new(later),
            unread: None,
            author: None,
            nonce: Some(outgoing.nonce),
        };
        if acknowledged_first {
            script.answer(id, answer);
            assert_eq!(script.rows(11).len(), 1, "its echo is not there yet");
            script.receive(echo);
        } else {
            script.receive(echo);
            script.answer(id, answer);
        }
        assert_eq!(script.rows(11), []);
        let texts = script.texts(11);
        assert_eq!(texts.last().map(String::as_str), Some("typed now"), "{texts:?}");
        assert!(!texts.iter().any(|text| text == "of the time before"));
    }
}
