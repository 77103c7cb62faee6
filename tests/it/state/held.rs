//! What is held back before others are told, and taken back.

use super::script::*;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction, TextEdit};
use nib::state::front::ComposeMode;
use nib::state::{Action, Effect};
use std::time::Duration;

fn on(script: &mut Script, what: MessageAction) -> Vec<Effect> {
    script.act(Action::Message(what))
}

/// Messages 11 and 12 are one's own, and there is a store.
fn with_two() -> Script {
    let mut script = Script::ready_kept().with_own();
    script.drafts(Vec::new());
    script.hear(said(chat(11), 12, ME, "mine, too"));
    script
}

/// Changes the last own message.
fn change(script: &mut Script, more: &str) {
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(more);
    script.act(Action::Send);
}

fn delete(script: &mut Script, ids: &[u128]) {
    on(script, MessageAction::DeleteNow(chat(11), ids.iter().copied().map(key).collect()));
}

fn words(script: &Script) -> Vec<String> {
    script.texts(11).split_off(10)
}

fn shown(script: &Script, id: u128) -> Message {
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    Message::clone(timeline.message(MessageId::new(id)).expect("the message"))
}

fn emoji(text: &str) -> ReactEmoji {
    ReactEmoji::Unicode(CleanText::new(text))
}

/// How a change of a message goes out, after it was held.
fn goes(script: &mut Script) -> RequestId {
    let fx = script.advance(Duration::from_secs(6));
    let request = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::Edit { .. } | Request::Delete { .. }, .. } => Some(*id),
        _ => None,
    });
    request.expect("it goes out")
}

#[test]
fn a_deletion_of_several_is_taken_back_whole_whatever_it_took_the_place_of() {
    let mut script = with_two();
    change(&mut script, " changed");
    delete(&mut script, &[11, 12]);
    assert!(words(&script).iter().all(|text| text.starts_with("(deleted here")));
    on(&mut script, MessageAction::TakeBack);
    assert_eq!(words(&script), ["mine", "mine, too"]);
    // The network does not take it either.
    change(&mut script, " changed");
    delete(&mut script, &[11, 12]);
    let request = goes(&mut script);
    script.answer(request, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(words(&script), ["mine", "mine, too"]);
}

#[test]
fn taking_back_takes_nothing_along_that_came_meanwhile() {
    let mut script = with_two();
    delete(&mut script, &[12]);
    let toggled = (emoji("🦀"), ADA, true);
    let (id, message) = (ChatId::new(11), MessageId::new(12));
    let (emoji, by, add) = toggled;
    script.receive(Update::ReactionToggled { chat: id, message, emoji, by, add });
    script.receive(Update::MessagePinned { chat: id, message, pinned: true });
    on(&mut script, MessageAction::TakeBack);
    let known = shown(&script, 12);
    assert_eq!((&*known.body.text, known.reactions.len(), known.pinned), ("mine, too", 1, true));
}

#[test]
fn what_is_told_anew_while_a_change_is_held_shows_with_the_change_and_without_it_after() {
    let mut script = with_two();
    change(&mut script, " changed");
    let told = |text: &str| Message { pinned: true, ..said(chat(11), 12, ME, text) };
    script.receive(Update::MessageChanged { message: told("mine, too").into(), reactions: true });
    assert_eq!((words(&script)[1].as_str(), shown(&script, 12).pinned), ("mine, too changed", true));
    // Changed elsewhere, too.
    script.receive(Update::MessageChanged { message: told("of another device").into(), reactions: true });
    assert_eq!(words(&script)[1], "mine, too changed");
    on(&mut script, MessageAction::TakeBack);
    assert_eq!(words(&script)[1], "of another device");
    delete(&mut script, &[12]);
    script.receive(Update::MessageChanged { message: told("and again").into(), reactions: true });
    assert!(words(&script)[1].starts_with("(deleted here"));
    on(&mut script, MessageAction::TakeBack);
    assert_eq!(words(&script)[1], "and again");
}

#[test]
fn the_echo_of_a_change_shows_as_the_network_tells_it() {
    let mut script = with_two();
    change(&mut script, " changed");
    let request = goes(&mut script);
    let echo = Message { edited: Some(Wall(5)), ..said(chat(11), 12, ME, "mine, too, in the network's words") };
    script.receive(Update::MessageChanged { message: echo.into(), reactions: true });
    assert_eq!(words(&script)[1], "mine, too, in the network's words");
    script.answer(request, Ok(Reply::Done));
    assert_eq!(words(&script)[1], "mine, too, in the network's words");
}

#[test]
fn two_changes_of_which_one_is_under_way_are_two_things() {
    let mut script = with_two();
    change(&mut script, " a");
    let request = goes(&mut script);
    change(&mut script, "b");
    assert_eq!(words(&script)[1], "mine, too ab");
    // The first is a fact, the second still waits.
    script.answer(request, Ok(Reply::Done));
    let stored = script.written.iter().rev().find_map(|write| match write {
        kept::Write::Change { message, .. } => Some(message.body.text.to_string()),
        _ => None,
    });
    assert_eq!((words(&script)[1].as_str(), stored.as_deref()), ("mine, too ab", Some("mine, too a")));
    on(&mut script, MessageAction::TakeBack);
    assert_eq!(words(&script)[1], "mine, too a");
}

#[test]
fn what_shows_as_deleted_is_neither_changed_nor_quoted_copied_or_answered() {
    let mut script = with_two();
    script.act(Action::FocusMessages);
    delete(&mut script, &[12]);
    let refused = "You have deleted this message; take that back first";
    script.state.core.account_mut(HOME).unwrap().caps.pin = true;
    let all = [MessageAction::Edit, MessageAction::CopyText, MessageAction::Quote, MessageAction::Reply];
    let more = [MessageAction::Delete, MessageAction::React("👍".to_owned()), MessageAction::Pin];
    for what in all.into_iter().chain(more) {
        let fx = on(&mut script, what.clone());
        assert_eq!(script.notice(), refused, "{what:?}");
        assert!(!fx.iter().any(|effect| matches!(effect, Effect::Copy(_))));
    }
    assert_eq!(script.mode(), &ComposeMode::New);
    // The last one that can be changed is the one before.
    script.act(Action::FocusComposer);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "mine");
    // One that is deleted while it is being changed is not changed after.
    delete(&mut script, &[11]);
    script.type_text(" changed");
    script.act(Action::Send);
    assert_eq!(script.notice(), "Not changed: you have deleted this message; take that back first");
    assert_eq!(script.composer(), "mine changed");
    assert!(words(&script)[0].starts_with("(deleted here"));
}

#[test]
fn what_is_deleted_already_is_left_out_when_several_are() {
    let mut script = with_two();
    script.hear(said(chat(11), 13, ME, "and another"));
    script.act(Action::FocusMessages);
    delete(&mut script, &[12]);
    on(&mut script, MessageAction::Select(-2));
    on(&mut script, MessageAction::Delete);
    let overlay = script.state.front.as_ref().unwrap().overlays.last();
    let Some(nib::state::front::Overlay::Question(question)) = overlay else { panic!("it asks") };
    assert_eq!(question.text, "Delete 2 messages?");
    script.act(Action::Move(1));
    script.act(Action::Accept);
    let fx = script.advance(Duration::from_secs(6));
    let deleted = requests(&fx).into_iter().find_map(|request| match request {
        Request::Delete { messages, .. } => Some(messages),
        _ => None,
    });
    assert_eq!(deleted, Some(vec![key(12)]), "one after the other");
    let id = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::Delete { .. }, .. } => Some(*id),
        _ => None,
    });
    let fx = script.answer(id.unwrap(), Ok(Reply::Done));
    let [Request::Delete { messages, .. }] = &requests(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(messages.as_slice(), [key(11), key(13)]);
}

#[test]
fn no_change_is_lost_that_something_else_took_the_place_of() {
    let mut script = with_two();
    change(&mut script, " changed");
    delete(&mut script, &[12]);
    on(&mut script, MessageAction::TakeBack);
    assert_eq!(script.notice(), "Taken back; for what you had changed");
    script.act(Action::FocusComposer);
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), "mine, too changed");
    let mut script = with_two();
    change(&mut script, " a");
    change(&mut script, "b");
    on(&mut script, MessageAction::TakeBack);
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!((words(&script)[1].as_str(), script.composer().as_str()), ("mine, too", "mine, too a\nmine, too ab"));
}

#[test]
fn a_change_that_comes_before_the_preview_does_not_keep_it_away() {
    for wanted in [true, false] {
        let mut script = Script::ready();
        script.state.core.account_mut(HOME).unwrap().caps.previews = true;
        if !wanted {
            script.act(Action::Compose(ComposeAction::TogglePreviews));
        }
        let (request, outgoing) = script.send("see https://a.example").expect("it goes");
        let message = said(chat(11), 40, ME, &outgoing.text).into();
        script.receive(Update::MessageCreated { message, unread: None, author: None, nonce: Some(outgoing.nonce) });
        script.answer(request, sent(40));
        script.act(Action::Compose(ComposeAction::EditLast));
        script.type_text("!");
        let asked = requests(&script.act(Action::Send));
        let [Request::Edit { no_previews, .. }] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!(*no_previews, !wanted);
    }
}

#[test]
fn a_change_that_is_refused_does_not_run_into_what_is_being_written() {
    let mut script = with_two();
    change(&mut script, " refused");
    let request = goes(&mut script);
    script.act(Action::FocusMessages);
    script.act(Action::Move(-1));
    on(&mut script, MessageAction::Edit);
    script.type_text(" changed");
    script.answer(request, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(script.composer(), "mine changed");
    assert_eq!(script.notice(), "Not changed: no; your text is kept for when you change that message again");
    script.act(Action::Send);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "mine, too refused");
    script.act(Action::Send);
    // In another chat it is no draft of a new message either.
    let request = goes(&mut script);
    script.open(12);
    script.answer(request, Err(refusal(RefusalKind::Forbidden)));
    script.open(11);
    assert_eq!((script.composer().as_str(), script.mode()), ("", &ComposeMode::New));
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "mine, too refused");
    // What was an answer goes on being one.
    let mut script = with_two();
    change(&mut script, " refused");
    let request = goes(&mut script);
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Reply);
    script.type_text("half an answer");
    let answering = script.mode().clone();
    script.answer(request, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!((script.composer().as_str(), script.mode()), ("half an answer", &answering));
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "mine, too refused");
    script.act(Action::Cancel);
    assert_eq!((script.composer().as_str(), script.mode()), ("half an answer", &answering));
}

#[test]
fn a_change_that_is_refused_takes_the_composer_from_nobody_who_writes() {
    let kept = "Not changed: no; your text is kept for when you change that message again";
    // Letters are under way, the next message was sent meanwhile, or was typed and deleted.
    for typed in ["ok see you th", "ok", ""] {
        let mut script = with_two();
        change(&mut script, " refused");
        let request = goes(&mut script);
        script.type_text("ok see you th");
        match typed {
            "ok" => _ = script.act(Action::Send),
            "" => _ = script.act(Action::Clear),
            _ => {}
        }
        let before = script.composer();
        script.answer(request, Err(refusal(RefusalKind::Forbidden)));
        assert_eq!((script.composer(), script.mode()), (before, &ComposeMode::New));
        assert_eq!(script.notice(), kept);
    }
    // Where nothing was written since, it stands there again.
    let mut script = with_two();
    change(&mut script, " refused");
    let request = goes(&mut script);
    script.answer(request, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!((script.composer().as_str(), script.notice()), ("mine, too refused", "Not changed: no"));
}
