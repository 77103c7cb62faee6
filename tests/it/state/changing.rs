//! Changes of own messages that are left, and taken up again.

use super::script::*;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction, TextEdit};
use nib::state::front::ComposeMode;
use nib::state::{Action, Effect};

/// A change of the own message, with a draft from before.
fn half_changed() -> Script {
    let mut script = Script::ready();
    script.type_text("draft");
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(" changed");
    script
}

#[test]
fn a_change_that_is_left_is_there_again_at_the_next_change_of_that_message() {
    let mut script = half_changed();
    script.act(Action::FocusMessages);
    assert_eq!((script.composer(), script.mode()), ("draft".to_owned(), &ComposeMode::New));
    assert_eq!(script.notice(), "Your change is kept for when you change that message again; to put it here");
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "line 4 changed");
    assert_eq!(script.notice(), "This is your change from before; to see the message as it is");
    script.act(Action::Text(TextEdit::Undo));
    assert_eq!(script.composer(), "line 4");
    script.act(Action::Text(TextEdit::Redo));
    assert_eq!(script.composer(), "line 4 changed");
    let fx = script.act(Action::Send);
    assert_eq!(requests(&fx).len(), 1);
    // It was made: nothing of it is left for the next one.
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_ne!(script.notice(), "This is your change from before; to see the message as it is");
}

#[test]
fn yank_and_undo_bring_back_a_change_that_was_left() {
    for edit in [TextEdit::Yank, TextEdit::Undo] {
        let mut script = half_changed();
        script.act(Action::Cancel);
        script.act(Action::Text(edit));
        assert!(script.composer().ends_with("line 4 changed"), "{edit:?}");
    }
}

#[test]
fn a_change_that_changes_nothing_leaves_nothing() {
    let mut script = Script::ready();
    script.act(Action::Compose(ComposeAction::EditLast));
    script.act(Action::FocusMessages);
    script.act(Action::FocusComposer);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!((script.composer(), script.notice()), ("line 4".to_owned(), ""));
}

#[test]
fn a_change_outlasts_a_look_at_another_chat() {
    let mut script = half_changed();
    script.open(12);
    script.open(11);
    assert_eq!((script.composer(), script.mode()), ("draft".to_owned(), &ComposeMode::New));
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "line 4 changed");
}

#[test]
fn tabs_that_are_pasted_are_sent_as_they_are() {
    let mut script = Script::ready();
    script.act(Action::Paste("all:\n\tcargo build".to_owned()));
    let fx = script.act(Action::Send);
    let sent = fx.iter().find_map(|effect| match effect {
        Effect::Net { request: nib::domain::Request::Send(outgoing), .. } => Some(outgoing.text.clone()),
        _ => None,
    });
    assert_eq!(sent.as_deref(), Some("all:\n\tcargo build"));
}

#[test]
fn an_answer_outlasts_a_look_at_another_chat() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Message(nib::state::action::MessageAction::Reply));
    script.type_text("half an answer");
    let answering = script.mode().clone();
    assert_ne!(answering, ComposeMode::New);
    script.open(12);
    assert_eq!(script.mode(), &ComposeMode::New);
    script.open(11);
    assert_eq!((script.composer().as_str(), script.mode()), ("half an answer", &answering));
    script.act(Action::Clear);
    script.open(12);
    script.open(11);
    assert_eq!(script.mode(), &ComposeMode::New);
}

#[test]
fn a_change_leaves_the_answer_that_was_being_written_one() {
    for send in [true, false] {
        let mut script = Script::ready();
        script.state.core.account_mut(HOME).unwrap().caps.quotes = true;
        script.act(Action::FocusMessages);
        script.act(Action::Message(MessageAction::Quote));
        script.act(Action::Accept);
        script.type_text("half an answer");
        let answering = script.mode().clone();
        assert_eq!(answering, ComposeMode::Reply(key(10)));
        script.act(Action::Compose(ComposeAction::EditLast));
        script.type_text(" changed");
        script.act(if send { Action::Send } else { Action::Cancel });
        assert_eq!((script.composer().as_str(), script.mode()), ("half an answer", &answering));
        // Elsewhere and back, in the middle of a change.
        script.act(Action::Compose(ComposeAction::EditLast));
        script.open(12);
        script.open(11);
        assert_eq!((script.composer().as_str(), script.mode()), ("half an answer", &answering));
        let (_, sent) = sends(&script.act(Action::Send)).remove(0);
        assert_eq!((sent.reply_to, sent.quote.is_some()), (Some(MessageId::new(10)), true));
    }
}

#[test]
fn nothing_answers_a_message_that_was_deleted_meanwhile() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    script.type_text("half an answer");
    script.open(12);
    script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![MessageId::new(10)] });
    script.open(11);
    assert_eq!((script.composer().as_str(), script.mode()), ("half an answer", &ComposeMode::New));
    // Nor while something is changed.
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    script.act(Action::Compose(ComposeAction::EditLast));
    script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![MessageId::new(9)] });
    script.act(Action::Cancel);
    assert_eq!(script.mode(), &ComposeMode::New);
}
