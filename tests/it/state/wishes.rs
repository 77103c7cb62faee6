//! Where the user waits to get to: one place at a time, and nobody who went on is moved by what comes late.

use super::going::*;
use super::script::*;
use nib::domain::kept::{Found, Listed, Query, Seek, Stored, StoredMessage, Ticket};
use nib::domain::*;
use nib::state::action::Going;
use nib::state::front::{Anchor, Region, ScrollIntent, Target};
use nib::state::{Action, Effects};
use std::sync::Arc;

fn lines(ids: &[u128]) -> Vec<Arc<Message>> {
    ids.iter().map(|id| Arc::new(said(chat(11), *id, ADA, &format!("line {id}")))).collect()
}

fn stored(ids: &[u128]) -> Found {
    let entry = |message| StoredMessage { message, gap_before: true };
    Found::Messages(Stored {
        entries: lines(ids).into_iter().map(entry).collect(),
        gap_after: true,
        ..Stored::default()
    })
}

/// The read of messages that was asked of the store.
fn looked(effects: &Effects) -> Option<(Ticket, Seek)> {
    reads(effects).into_iter().find_map(|(ticket, query)| match query {
        Query::Messages { seek, .. } => Some((ticket, seek)),
        _ => None,
    })
}

/// The page that was asked of the network.
fn paged(effects: &Effects) -> Option<(RequestId, Page)> {
    asked(effects).into_iter().find_map(|(id, request)| match request {
        Request::FetchHistory { page, .. } => Some((id, page)),
        _ => None,
    })
}

fn to(script: &mut Script, id: u128) -> Effects {
    go(script, Going::Message(chat(11), key(id)))
}

fn divide(script: &mut Script, read: u128) {
    script.state.front.as_mut().unwrap().pane.divider = Some(key(read));
}

fn region(script: &Script) -> Region {
    script.state.front.as_ref().unwrap().region
}

#[test]
fn a_second_wish_is_asked_for_when_the_read_for_the_first_is_there() {
    let mut script = kept();
    only_from(&mut script, 8);
    let (first, _) = looked(&to(&mut script, 3)).unwrap();
    assert_eq!(looked(&to(&mut script, 5)), None, "one read at a time");
    let fx = found(&mut script, first, stored(&[3]));
    assert_eq!(cursor(&script), None, "the first is not wanted any more");
    let Some((second, Seek::Around(message))) = looked(&fx) else { panic!("{fx:?}") };
    assert_eq!(message, MessageId::new(5));
    found(&mut script, second, stored(&[5]));
    assert_eq!(cursor(&script), Some(5));
}

#[test]
fn what_was_not_read_is_asked_for_when_a_read_for_scrolling_is_there() {
    let mut script = kept();
    only_from(&mut script, 8);
    let visible = nib::state::front::Visible { wants_after: Some(key(5)), ..script.visible(true) };
    let fx = script.arrange(visible);
    let Some((first, Seek::After(_))) = looked(&fx) else { panic!("{fx:?}") };
    divide(&mut script, 3);
    assert_eq!(looked(&go(&mut script, Going::Unread)), None, "one read at a time");
    let fx = found(&mut script, first, stored(&[]));
    assert!(matches!(looked(&fx), Some((_, Seek::After(read))) if read == key(3)), "{fx:?}");
}

#[test]
fn a_day_and_a_message_are_asked_for_after_one_another() {
    let mut script = Script::ready();
    (caps(&mut script).dates, caps(&mut script).dated_ids) = (true, None);
    only_from(&mut script, 8);
    let (first, _) = paged(&to(&mut script, 3)).unwrap();
    assert_eq!(paged(&go(&mut script, Going::Date("1970-01-01".to_owned()))), None);
    let fx = script.answer(first, Ok(page(chat(11), lines(&[2, 3, 4]))));
    let Some((second, Page::At(_))) = paged(&fx) else { panic!("{fx:?}") };
    // And the other way round.
    assert_eq!(paged(&to(&mut script, 6)), None);
    let fx = script.answer(second, Ok(page(chat(11), lines(&[1]))));
    assert_eq!(paged(&fx).map(|(_, page)| page), Some(Page::Around(MessageId::new(6))));
    assert_eq!(cursor(&script), None);
}

#[test]
fn what_comes_late_takes_the_keyboard_from_nobody() {
    type Goes = fn(&mut Script);
    let by: [(&str, Goes); 5] = [
        ("writing", |script| _ = script.type_text("a sentence")),
        ("moving in what is written", |script| {
            _ = script.act(Action::Text(nib::state::action::TextEdit::Home));
        }),
        ("scrolling", |script| _ = script.act(Action::ScrollPages(-1))),
        ("pointing", |script| _ = script.act(Action::FocusMessages)),
        ("going to the chats", |script| _ = script.act(Action::FocusSidebar)),
    ];
    for (what, goes_on) in by {
        let mut script = Script::ready();
        only_from(&mut script, 8);
        divide(&mut script, 3);
        script.type_text("begun ");
        let (id, _) = after(&go(&mut script, Going::Unread)).unwrap();
        goes_on(&mut script);
        let stand = |script: &Script| (region(script), cursor(script), script.composer());
        let before = stand(&script);
        script.answer(id, Ok(page(chat(11), lines(&[4, 5, 6]))));
        assert_eq!(stand(&script), before, "{what}");
        let intent = script.state.front.as_ref().unwrap().pane.intent;
        assert_ne!(intent, Some(ScrollIntent::Center(Target::Message(key(4)))), "{what}");
    }
    // Whoever waits gets there.
    let mut script = Script::ready();
    only_from(&mut script, 8);
    divide(&mut script, 3);
    script.type_text("begun ");
    let (id, _) = after(&go(&mut script, Going::Unread)).unwrap();
    script.arrange_bottom();
    script.hear(said(chat(11), 20, ADA, "meanwhile"));
    script.answer(id, Ok(page(chat(11), lines(&[4, 5, 6]))));
    assert_eq!((cursor(&script), script.composer().as_str()), (Some(4), "begun "));
}

#[test]
fn a_newer_wish_drops_an_older_one() {
    let mut script = Script::ready();
    (caps(&mut script).dates, caps(&mut script).dated_ids) = (true, None);
    only_from(&mut script, 8);
    let (day, _) = paged(&go(&mut script, Going::Date("1970-01-01".to_owned()))).unwrap();
    divide(&mut script, 8);
    go(&mut script, Going::Unread);
    assert_eq!(cursor(&script), Some(9));
    script.answer(day, Ok(page(chat(11), lines(&[1, 2]))));
    assert_eq!(cursor(&script), Some(9), "the day is not wanted any more");
}

#[test]
fn who_gets_nowhere_can_still_go_on() {
    let mut script = Script::ready();
    script.open(12);
    script.open(11);
    script.arrange_bottom();
    go(&mut script, Going::Back);
    let before = script.state.front.as_ref().unwrap().trail.len();
    for nowhere in [Going::Mention, Going::Unread] {
        go(&mut script, nowhere);
        assert_eq!(script.state.front.as_ref().unwrap().trail.len(), before);
    }
}

#[test]
fn the_ends_of_a_chat_can_be_gone_back_from() {
    for end in [Action::ScrollStart, Action::ScrollEnd, Action::MoveFirst, Action::MoveLast] {
        let mut script = Script::ready();
        script.arrange_top(5);
        point_at(&mut script, 6);
        let anchor = script.state.front.as_ref().unwrap().pane.anchor;
        script.act(end.clone());
        script.arrange_top(1);
        go(&mut script, Going::Back);
        assert_eq!((cursor(&script), script.state.front.as_ref().unwrap().pane.anchor), (Some(6), anchor), "{end:?}");
    }
}

fn told(ids: &[u128]) -> Reply {
    Reply::Mentions { chat: chat(11).chat, messages: ids.iter().map(|id| MessageId::new(*id)).collect() }
}

/// What is stored has a mention, and messages are missing between it and those that are loaded.
fn mentioned() -> (Script, Effects) {
    let mut script = kept();
    only_from(&mut script, 8);
    caps(&mut script).mention_list = true;
    let fx = go(&mut script, Going::Mention);
    (script, fx)
}

fn stored_mention(script: &mut Script, fx: &Effects, id: u128) -> Effects {
    let listed = Listed { messages: vec![Arc::new(mention(id))], further: Some(key(id)) };
    found(script, reads(fx)[0].0, Found::Marked(listed))
}

#[test]
fn a_mention_that_is_not_loaded_goes_before_an_older_one_that_is_stored() {
    // Of ids that tell an order, the newest.
    let (mut script, fx) = mentioned();
    caps(&mut script).dated_ids = Some(DatedIds { epoch: 0, shift: 0 });
    let fx = stored_mention(&mut script, &fx, 3);
    let (id, _) = asked(&fx)[0].clone();
    let fx = script.answer(id, Ok(told(&[3, 6, 5])));
    assert_eq!(around(&fx), Some(6));

    // Of others, the first that is told after those that were gone to.
    let mut script = kept();
    only_from(&mut script, 8);
    caps(&mut script).mention_list = true;
    point_at(&mut script, 9);
    let fx = go(&mut script, Going::Mention);
    let fx = stored_mention(&mut script, &fx, 3);
    let (id, _) = asked(&fx)[0].clone();
    let fx = script.answer(id, Ok(told(&[10, 9, 6, 3])));
    assert_eq!(around(&fx), Some(6));

    // Where the network cannot say, the stored one is gone to, and what that means is said.
    let (mut script, fx) = mentioned();
    let fx = stored_mention(&mut script, &fx, 3);
    let (id, _) = asked(&fx)[0].clone();
    let fx = script.answer(id, Err(Refusal::ours(RefusalKind::ServerFault, "no")));
    assert_eq!((around(&fx), script.notice()), (Some(3), "Mentions could not be looked for: no"));
    let (mut script, fx) = mentioned();
    disconnect(&mut script);
    let fx = stored_mention(&mut script, &fx, 3);
    assert_eq!(around(&fx), Some(3));
    assert_eq!(script.notice(), "Messages may be missing between this mention and where you were");
}

/// So many were unread up to message 10 when the chat was opened; nobody told where reading stopped.
fn unread(unread: u32) -> Script {
    let mut script = Script::ready();
    script.open(12);
    caps(&mut script).read_marks = false;
    let known = script.state.core.accounts[0].chats.get_mut(&ChatId::new(11)).unwrap();
    (known.unread, known.last_read, known.last_message) = (unread, None, Some(key(10)));
    script.open(11);
    script
}

/// The same where only the first six messages are here.
fn unread_beyond(number: u32) -> Script {
    let mut script = unread(number);
    let timeline = script.state.core.accounts[0].timelines.get_mut(&chat(11).chat).unwrap();
    timeline.trim_newest(6, key(1));
    assert!(timeline.gap_after() && timeline.len() == 6);
    script
}

#[test]
fn what_was_not_read_is_not_counted_back_from_a_guess() {
    let mut script = unread_beyond(3);
    disconnect(&mut script);
    go(&mut script, Going::Unread);
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!((pane.divider, cursor(&script)), (None, None));
    assert!(script.notice().starts_with("The newest messages are not loaded"), "{}", script.notice());

    let mut script = unread_beyond(3);
    let fx = go(&mut script, Going::Unread);
    let Some((id, Page::Latest)) = paged(&fx) else { panic!("{fx:?}") };
    let reply = Reply::History {
        chat: chat(11).chat,
        messages: lines(&[5, 6, 7, 8, 9, 10]),
        bundle: Bundle::default(),
        reached_start: false,
        reached_end: true,
    };
    script.answer(id, Ok(reply));
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!((pane.divider, cursor(&script)), (Some(key(7)), Some(8)));

    // The newest of them was deleted, and others came after it: no line, for it may not be the first.
    let mut script = unread(3);
    script.hear(said(chat(11), 11, ADA, "later"));
    script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![MessageId::new(10)] });
    go(&mut script, Going::Unread);
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!((pane.divider, cursor(&script)), (None, Some(7)));
}

#[test]
fn who_finds_nothing_more_is_where_they_were_with_the_keyboard() {
    let mut script = Script::ready();
    script.arrange_top(3);
    script.type_text("begun");
    go(&mut script, Going::Find(String::new()));
    script.type_text("line 9");
    assert_eq!((region(&script), cursor(&script)), (Region::Messages, Some(9)));
    only_in_memory(&mut script, 6);
    let fx = script.act(Action::Cancel);
    let Some((id, Page::Around(_))) = paged(&fx) else { panic!("{fx:?}") };
    script.answer(id, Ok(page(chat(11), lines(&[2, 3, 4]))));
    let front = script.state.front.as_ref().unwrap();
    assert_eq!(front.region, Region::Composer);
    assert_eq!(front.pane.anchor, Anchor::Top { target: Target::Message(key(3)), row: 0 });
}

/// What is older than this is cut off.
fn only_in_memory(script: &mut Script, first: u128) {
    let timeline = script.state.core.accounts[0].timelines.get_mut(&chat(11).chat).unwrap();
    timeline.trim(usize::try_from(11 - first).unwrap(), None);
    assert_eq!(timeline.first().map(|entry| entry.message.key), Some(key(first)));
}
