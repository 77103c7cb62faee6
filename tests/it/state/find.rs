//! Finding words in a chat: in memory, in the store and on the network, and where it ends.

use super::script::*;
use nib::domain::kept::{Found, Hit, Query, Seek, Stored, StoredMessage, Ticket};
use nib::domain::*;
use nib::state::action::{Context, Going, TextEdit};
use nib::state::front::{Anchor, Pane, Region, Target};
use nib::state::{Action, Effect, Effects, Event, StoreOp, StoreReply};
use proptest::prelude::*;
use std::sync::Arc;

fn find(script: &mut Script, words: &str) -> Effects {
    script.act(Action::Going(Going::Find(words.to_owned())))
}

fn step(script: &mut Script, older: bool) -> Effects {
    script.act(Action::Going(Going::Found { older }))
}

fn pane(script: &Script) -> &Pane {
    &script.state.front.as_ref().unwrap().pane
}

/// The message that is shown, and which of how many it is.
fn shown(script: &Script) -> (Option<u128>, (usize, usize)) {
    let cursor = match pane(script).cursor {
        Some(Target::Message(key)) => Some(key.id.value()),
        _ => None,
    };
    (cursor, pane(script).find.as_ref().map_or((0, 0), |find| find.place))
}

fn talk(script: &mut Script) {
    for (id, text) in [(51, "red apple"), (52, "green leaf"), (53, "Red pear"), (54, "some redwood, unredeemed")] {
        script.hear(said(chat(11), id, ADA, text));
    }
    script.arrange_bottom();
}

fn searches(effects: &Effects) -> Vec<(RequestId, Option<MessageKey>)> {
    let search = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::Search { before, .. }, .. } => Some((*id, *before)),
        _ => None,
    };
    effects.iter().filter_map(search).collect()
}

fn reads(effects: &Effects) -> Vec<(Ticket, Query)> {
    let read = |effect: &Effect| match effect {
        Effect::Store(StoreOp::Read(ticket, query)) => Some((*ticket, query.clone())),
        _ => None,
    };
    effects.iter().filter_map(read).collect()
}

fn tell(script: &mut Script, ticket: Ticket, found: Option<Found>) -> Effects {
    script.event(Event::Stored(StoreReply::Found(ticket, Ok(found))))
}

fn matches(ids: &[(u128, &str)], complete: bool) -> Reply {
    let messages = ids.iter().map(|(id, text)| Arc::new(said(chat(11), *id, ADA, text))).collect();
    Reply::Matches { chat: chat(11).chat, messages, bundle: Bundle::default(), complete }
}

fn searching() -> Script {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.search = true;
    talk(&mut script);
    script
}

#[test]
fn what_is_here_is_found_while_it_is_typed() {
    let mut script = Script::ready();
    talk(&mut script);
    script.type_text("half a thought");
    find(&mut script, "");
    assert_eq!(script.state.front.as_ref().unwrap().contexts()[0], Context::Find);
    script.type_text("re");
    assert_eq!(shown(&script), (Some(54), (1, 3)));
    script.type_text("d ");
    assert_eq!(shown(&script), (Some(53), (1, 2)), "a word that is ended is whole");
    script.act(Action::Text(TextEdit::Backspace));
    script.act(Action::Text(TextEdit::Backspace));
    assert_eq!(shown(&script), (Some(54), (1, 3)));
    step(&mut script, true);
    step(&mut script, true);
    assert_eq!(shown(&script), (Some(51), (3, 3)));
    step(&mut script, true);
    assert_eq!(shown(&script).0, Some(51), "it does not go on from the other end");
    assert_eq!(script.notice(), "That is the oldest that was found; the network was not searched: it has no search");
    step(&mut script, false);
    step(&mut script, false);
    step(&mut script, false);
    assert_eq!((shown(&script).0, script.notice()), (Some(54), "That is the newest that was found"));
    // Back to where one was, with what was typed there.
    script.act(Action::Cancel);
    let front = script.state.front.as_ref().unwrap();
    assert_eq!((front.region, front.pane.cursor, front.pane.anchor), (Region::Composer, None, Anchor::Bottom));
    assert!(front.pane.find.is_none());
    assert_eq!(script.composer(), "half a thought");
}

#[test]
fn capitals_count_where_one_is_typed_and_signs_are_signs() {
    let mut script = Script::ready();
    talk(&mut script);
    script.hear(said(chat(11), 55, ADA, "a.*b 今日は雲が多い 🎉"));
    script.hear(said(chat(11), 56, ADA, "aXXb"));
    for (words, found) in [("Red", 1), ("a.*", 1), ("雲が", 1), ("🎉", 1), ("[", 0), ("RED", 0), ("a", 3)] {
        find(&mut script, "");
        script.type_text(words);
        assert_eq!(shown(&script).1.1, found, "{words}");
        script.act(Action::Cancel);
    }
}

#[test]
fn one_stays_and_goes_on_with_the_same_words() {
    let mut script = Script::ready();
    talk(&mut script);
    find(&mut script, "");
    script.type_text("red");
    script.act(Action::Accept);
    let front = script.state.front.as_ref().unwrap();
    assert_eq!((front.contexts()[0], shown(&script).0), (Context::Messages, Some(54)));
    // From where the cursor is.
    script.act(Action::Move(-1));
    script.act(Action::Move(-1));
    step(&mut script, true);
    assert_eq!(shown(&script), (Some(51), (3, 3)));
    // What comes, changes and goes is followed.
    script.hear(said(chat(11), 57, ADA, "red again"));
    assert_eq!(shown(&script).1, (4, 4));
    script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![key(53).id] });
    assert_eq!(shown(&script).1, (3, 3));
    // The first Esc lets go of it, where one is.
    script.act(Action::FocusComposer);
    assert!(pane(&script).find.is_none() && script.state.front.as_ref().unwrap().region == Region::Messages);
    assert_eq!(shown(&script).0, Some(51));
    step(&mut script, false);
    assert!(pane(&script).find.is_some(), "the words are known");
    script.open(12);
    assert!(pane(&script).find.is_none(), "it ends with the chat");
}

#[test]
fn the_network_is_asked_once_the_words_stand_and_for_more_at_the_end() {
    let mut script = searching();
    find(&mut script, "");
    assert_eq!(searches(&script.type_text("red")), []);
    let fx = script.act(Action::Accept);
    let [(id, None)] = searches(&fx)[..] else { panic!("{fx:?}") };
    script.answer(id, Ok(matches(&[(53, "Red pear"), (37, "a red one"), (36, "reduced"), (35, "tired")], false)));
    assert_eq!(shown(&script).1, (1, 5), "what it takes for a match is one here, too");
    for _ in 0..2 {
        step(&mut script, true);
    }
    // What is not loaded is loaded.
    let fx = step(&mut script, true);
    let around = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { page: Page::Around(message), .. }, .. } => {
            Some((*id, message.value()))
        }
        _ => None,
    });
    let Some((id, 37)) = around else { panic!("{fx:?}") };
    let messages = vec![Arc::new(said(chat(11), 37, ADA, "a red one"))];
    script.answer(
        id,
        Ok(Reply::History {
            chat: chat(11).chat,
            messages,
            bundle: Bundle::default(),
            reached_start: false,
            reached_end: false,
        }),
    );
    assert_eq!(shown(&script), (Some(37), (4, 5)));
    script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![key(36).id] });
    let fx = step(&mut script, true);
    // The oldest that it told, whether or not it is one.
    let [(id, Some(before))] = searches(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(before, key(35));
    script.answer(id, Ok(matches(&[], true)));
    assert_eq!(script.notice(), "That is the oldest that was found; all of the chat was searched");
}

#[test]
fn what_was_not_searched_is_said() {
    let mut script = searching();
    let fx = find(&mut script, "red");
    let [(id, None)] = searches(&fx)[..] else { panic!("{fx:?}") };
    script.answer(id, Err(Refusal::ours(RefusalKind::Forbidden, "You may not search here.")));
    step(&mut script, true);
    step(&mut script, true);
    let fx = step(&mut script, true);
    let [(id, None)] = searches(&fx)[..] else { panic!("asked again, since the user wants it: {fx:?}") };
    let fx = script.answer(id, Err(Refusal::ours(RefusalKind::Forbidden, "You may not search here.")));
    assert_eq!(searches(&fx), [], "and not by itself");
    let end = "That is the oldest that was found; the network was not searched: ";
    assert_eq!(script.notice(), format!("{end}You may not search here"));
    let fx = step(&mut script, true);
    script.answer(searches(&fx)[0].0, Ok(matches(&[], false)));
    assert_eq!(script.notice(), "That is the oldest that was found; the server tells no older ones");
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
    find(&mut script, "nothing like it");
    assert_eq!(
        script.notice(),
        "Nothing that is here has these words; the network was not searched: there is no connection"
    );
}

#[test]
fn a_network_that_finds_what_is_none_is_not_asked_for_ever() {
    let mut script = searching();
    let mut due = searches(&find(&mut script, "nowhere"));
    let mut asked = 0;
    while let Some((id, _)) = due.pop() {
        asked += 1;
        let oldest = 10_000 - asked;
        due = searches(&script.answer(id, Ok(matches(&[(oldest, "something else")], false))));
    }
    assert_eq!(asked, 8);
    assert_eq!(script.notice(), "Nothing that is here has these words; the network may have more");
}

/// A script with a store that has answered.
fn kept() -> Script {
    let mut script = Script::ready_kept();
    script.drafts(Vec::new());
    // What was said meanwhile is not known.
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
    talk(&mut script);
    script
}

fn hits(ids: &[u128], on: Option<i64>) -> Found {
    let hit = |id: &u128| Hit { chat: chat(11), message: Arc::new(said(chat(11), *id, ADA, "red, of old")) };
    Found::Search { hits: ids.iter().map(hit).collect(), on }
}

#[test]
fn what_is_kept_is_searched_piece_by_piece() {
    let mut script = kept();
    find(&mut script, "");
    let fx = script.type_text("r");
    let [(first, Query::Search { .. })] = &reads(&fx)[..] else { panic!("{fx:?}") };
    // One question at a time; what it was about is over when the words are others.
    assert_eq!(reads(&script.type_text("ed")), []);
    let fx = tell(&mut script, *first, Some(hits(&[31, 32, 33], None)));
    assert_eq!(shown(&script).1, (1, 3));
    let [(second, Query::Search { text, chat: Some(of), before: None, .. })] = &reads(&fx)[..] else {
        panic!("{fx:?}")
    };
    assert_eq!((text.as_str(), *of), ("red", chat(11)));
    let fx = tell(&mut script, *second, Some(hits(&[33, 32], Some(70))));
    assert_eq!(shown(&script), (Some(54), (1, 5)));
    let [(third, Query::Search { before: Some(70), .. })] = &reads(&fx)[..] else { panic!("{fx:?}") };
    script.act(Action::Accept);
    for _ in 0..2 {
        step(&mut script, true);
    }
    let fx = step(&mut script, true);
    let around = reads(&fx).into_iter().find_map(|(ticket, query)| match query {
        Query::Messages { seek: Seek::Around(message), .. } => Some((ticket, message.value())),
        _ => None,
    });
    let Some((ticket, 33)) = around else { panic!("{fx:?}") };
    let entry =
        |id: u128| StoredMessage { message: Arc::new(said(chat(11), id, ADA, "red, of old")), gap_before: true };
    let stored =
        Stored { entries: vec![entry(32), entry(33)], gap_after: true, aim: Some(key(33)), ..Stored::default() };
    tell(&mut script, ticket, Some(Found::Messages(stored)));
    assert_eq!(shown(&script), (Some(33), (4, 5)));
    // At the end of what was found it is waited for the rest.
    step(&mut script, true);
    step(&mut script, true);
    assert!(pane(&script).find.as_ref().unwrap().is_searching());
    tell(&mut script, *third, Some(hits(&[31], None)));
    assert_eq!(shown(&script).1, (6, 6));
}

#[test]
fn a_store_that_cannot_search_and_signs_alone_are_said() {
    let mut script = kept();
    let fx = find(&mut script, "nothing");
    let (ticket, _) = reads(&fx)[0].clone();
    tell(&mut script, ticket, None);
    assert!(script.notice().contains("what is kept could not be searched"), "{}", script.notice());
    let fx = find(&mut script, "🎉 ::");
    assert_eq!(reads(&fx), []);
    assert!(script.notice().contains("signs alone are looked for only in what is loaded"), "{}", script.notice());
}

/// One of those that were found is not loaded.
fn found_afar() -> Script {
    let mut script = searching();
    let fx = find(&mut script, "red");
    let (id, _) = searches(&fx)[0];
    script.answer(id, Ok(matches(&[(37, "red, of old")], true)));
    assert_eq!(shown(&script), (Some(54), (1, 4)));
    for _ in 0..2 {
        step(&mut script, true);
    }
    script
}

#[test]
fn what_cannot_be_loaded_now_is_still_found() {
    let mut script = found_afar();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
    step(&mut script, true);
    assert_eq!(script.notice(), "That message is not here, and there is no connection to ask for it");
    assert_eq!(shown(&script), (Some(51), (4, 4)));
    assert!(!pane(&script).find.as_ref().unwrap().is_searching());

    // A refusal says why; only what the network does not have is none of them.
    for (kind, left) in [(RefusalKind::RateLimited, 4), (RefusalKind::NotFound, 3)] {
        let mut script = found_afar();
        let fx = step(&mut script, true);
        let around = fx.iter().find_map(|effect| match effect {
            Effect::Net { id, request: Request::FetchHistory { page: Page::Around(_), .. }, .. } => Some(*id),
            _ => None,
        });
        script.answer(around.expect("it is asked for"), Err(Refusal::ours(kind, "slowly")));
        let said = match kind {
            RefusalKind::NotFound => "That message cannot be loaded; it may have been deleted",
            _ => "History could not be fetched: slowly",
        };
        assert_eq!((script.notice(), shown(&script).1.1), (said, left));
        assert!(!pane(&script).find.as_ref().unwrap().is_searching());
    }
}

#[test]
fn nothing_is_said_to_be_nowhere_before_the_network_was_asked() {
    let mut script = searching();
    find(&mut script, "");
    script.type_text("zzz");
    let fx = step(&mut script, false);
    let [(id, None)] = searches(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(script.notice(), "");
    script.answer(id, Ok(matches(&[], true)));
    assert_eq!(script.notice(), "Nothing in this chat has these words");
}

#[test]
fn who_goes_to_newer_ones_gets_to_newer_ones() {
    let mut script = searching();
    find(&mut script, "red");
    script.act(Action::FocusComposer);
    script.act(Action::FocusMessages);
    // Finding is over; the cursor is on a message between two that fit.
    script.act(Action::Move(-2));
    assert_eq!(shown(&script), (Some(52), (0, 0)));
    step(&mut script, false);
    assert_eq!(shown(&script), (Some(53), (2, 3)));

    // Nothing older fits: the nearest newer one is shown.
    let mut script = searching();
    script.act(Action::FocusMessages);
    script.act(Action::Move(-10));
    find(&mut script, "green");
    assert_eq!(shown(&script), (Some(52), (1, 1)));
}

proptest! {
    #[test]
    fn whatever_is_typed_and_pressed(
        words in prop::collection::vec("\\PC{0,6}|[a-d .*\\[]{1,4}|日本|🎉|a\u{301}", 0..6),
        texts in prop::collection::vec("\\PC{0,12}|[a-d .*\\[]{1,8}", 0..8),
        steps in prop::collection::vec(0_u8..6, 0..16),
    ) {
        let mut script = searching();
        for (id, text) in (100..).zip(&texts) {
            script.hear(said(chat(11), id, ADA, text));
        }
        find(&mut script, "");
        for word in &words {
            script.type_text(word);
        }
        for pressed in steps {
            let fx = match pressed {
                0 => step(&mut script, true),
                1 => step(&mut script, false),
                2 => script.act(Action::Accept),
                3 => script.act(Action::Text(TextEdit::Backspace)),
                4 => find(&mut script, ""),
                _ => script.act(Action::Cancel),
            };
            for (id, _) in searches(&fx) {
                script.answer(id, Ok(matches(&[(3, "a b c d")], false)));
            }
            if let Some(find) = &pane(&script).find {
                prop_assert!(find.place.0 <= find.place.1);
                if let (Some(sought), (1.., _), Some(Target::Message(key)), false) =
                    (&find.sought, find.place, pane(&script).cursor, find.is_searching())
                {
                    let timeline = &script.state.core.accounts[0].timelines[&chat(11).chat];
                    let message = timeline.message(key.id).unwrap();
                    // Whatever is shown as found has the words, wherever the cursor was before.
                    prop_assert!(sought.is_in(message), "{pressed} shows {:?}", message.body.text);
                }
            }
        }
    }
}
