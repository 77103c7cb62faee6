//! Messages that wait and have not gone out: they can be changed and taken back; those that may have gone cannot.

use super::script::*;
use nib::domain::kept::{OutboxItem, OutboxStage, Write};
use nib::domain::*;
use nib::state::action::TextEdit;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::{ComposeMode, Target};
use nib::state::outbox::Stage;
use nib::state::{Action, Effects};
use std::time::Duration;

fn lost() -> LinkEvent {
    LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) }
}

fn say(script: &mut Script, text: &str) -> Effects {
    script.type_text(text);
    script.act(Action::Send)
}

/// Three messages that wait for the connection.
fn waiting() -> Script {
    let mut script = Script::ready_kept();
    script.link(lost());
    for text in ["one", "two", "three"] {
        say(&mut script, text);
    }
    script.arrange_bottom();
    assert_eq!(script.rows(11), [Stage::Queued, Stage::Queued, Stage::Queued]);
    script
}

fn texts(script: &Script) -> Vec<String> {
    let rows = script.state.core.accounts[0].outbox.of(chat(11).chat).iter();
    rows.map(|row| row.outgoing.text.clone()).collect()
}

fn back(script: &mut Script) -> Effects {
    script.link(LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::default(),
        caps: Script::caps(),
    })
}

/// The cursor on the row before the last one.
fn point_at_two(script: &mut Script) {
    script.act(Action::FocusMessages);
    script.act(Action::Move(-1));
}

#[test]
fn one_that_waits_is_changed_in_its_place() {
    let mut script = waiting();
    script.type_text("a draft");
    point_at_two(&mut script);
    script.act(Action::Message(MessageAction::Edit));
    assert!(matches!(script.mode(), ComposeMode::Edit { of: Target::Pending(_), .. }));
    assert_eq!(script.composer(), "two");
    let fx = say(&mut script, " and a half");
    assert_eq!(texts(&script), ["one", "two and a half", "three"]);
    let [row] = kept_rows(&fx)[..] else { panic!("the store is told: {fx:?}") };
    let OutboxItem::Send(outgoing) = &row.item else { panic!("{row:?}") };
    assert_eq!((outgoing.text.as_str(), &row.stage), ("two and a half", &OutboxStage::Waiting));
    assert_eq!((script.composer().as_str(), script.mode()), ("a draft", &ComposeMode::New));
    // Up in an empty composer changes the last one, though it waits.
    script.act(Action::Clear);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "three");
    script.act(Action::Cancel);
    assert_eq!((script.composer().as_str(), texts(&script).len()), ("", 3));
    let mut fx = back(&mut script);
    let mut gone = Vec::new();
    for id in 30..33 {
        let [(request, outgoing)] = &sends(&fx)[..] else { panic!("one at a time: {fx:?}") };
        gone.push(outgoing.text.clone());
        fx = script.answer(*request, sent(id));
    }
    assert_eq!(gone, ["one", "two and a half", "three"], "in the order in which they were written");
}

#[test]
fn one_that_waits_is_taken_back_and_its_text_comes_with_yank() {
    let mut script = waiting();
    point_at_two(&mut script);
    let fx = script.act(Action::Message(MessageAction::Delete));
    assert_eq!(texts(&script), ["one", "three"]);
    assert_eq!(writes(&fx).iter().filter(|write| matches!(write, Write::DropOutbox(..))).count(), 1, "{fx:?}");
    assert!(script.notice().starts_with("Taken back"), "{}", script.notice());
    script.act(Action::FocusComposer);
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), "two");
}

#[test]
fn one_that_may_have_gone_is_neither_changed_nor_taken_back() {
    let mut script = waiting();
    let fx = back(&mut script);
    assert_eq!(sends(&fx).len(), 1);
    script.act(Action::FocusMessages);
    script.act(Action::MoveLast);
    script.act(Action::Move(-2));
    for action in [
        Action::Message(MessageAction::Edit),
        Action::Message(MessageAction::Delete),
        Action::Message(MessageAction::Discard),
    ] {
        let fx = script.act(action);
        assert_eq!(writes(&fx).len(), 0, "{fx:?}");
        assert_eq!(script.notice(), "This message is still on its way");
    }
    assert_eq!((texts(&script).len(), script.composer().as_str()), (3, ""));
    // Nor after the connection was lost, since it may have arrived.
    script.link(lost());
    script.act(Action::Message(MessageAction::Delete));
    assert_eq!(texts(&script).len(), 3);
}

#[test]
fn one_that_goes_while_it_is_changed_leaves_the_change_as_a_new_message() {
    let mut script = changing();
    let fx = back(&mut script);
    assert_eq!(sends(&fx)[0].1.text, "one");
    let fx = script.act(Action::Send);
    assert!(kept_rows(&fx).is_empty() && script.notice().starts_with("It has gone out"), "{}", script.notice());
    assert_eq!((script.composer().as_str(), script.mode()), ("one more", &ComposeMode::New));
}

/// The first of three is being changed, with something typed.
fn changing() -> Script {
    let mut script = waiting();
    script.act(Action::FocusMessages);
    script.act(Action::MoveLast);
    script.act(Action::Move(-2));
    script.act(Action::Message(MessageAction::Edit));
    script.type_text(" more");
    script
}

#[test]
fn one_that_is_refused_while_it_is_changed_goes_out_with_the_change() {
    let mut script = changing();
    let fx = back(&mut script);
    let refusal = Refusal { kind: RefusalKind::Invalid, text: CleanText::ours("no"), ..Refusal::default() };
    script.answer(sends(&fx)[0].0, Err(refusal));
    assert!(matches!(script.rows(11)[0], Stage::Failed(_)));
    let fx = script.act(Action::Send);
    assert_eq!(
        (texts(&script).as_slice(), script.mode()),
        (&["one more", "two", "three"].map(str::to_owned)[..], &ComposeMode::New)
    );
    assert_eq!(kept_rows(&fx).len(), 1, "it is kept anew: {fx:?}");
}

#[test]
fn a_change_of_one_that_may_have_arrived_becomes_a_message() {
    let mut script = changing();
    let fx = back(&mut script);
    let refusal = Refusal { kind: RefusalKind::LinkLost, text: CleanText::ours("lost"), ..Refusal::default() };
    script.answer(sends(&fx)[0].0, Err(refusal));
    script.link(lost());
    script.act(Action::Send);
    assert!(script.notice().starts_with("Whether it has arrived"), "{}", script.notice());
    assert_eq!((script.composer().as_str(), script.mode()), ("one more", &ComposeMode::New));
}

#[test]
fn what_was_typed_for_a_change_comes_back_with_yank() {
    let mut script = waiting();
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(" things");
    script.act(Action::Cancel);
    assert_eq!(script.composer(), "");
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), "three things");
}

#[test]
fn a_change_of_a_message_that_is_gone_becomes_a_message_of_its_own() {
    for typed in ["", "a draft"] {
        let mut script = Script::ready().with_own();
        script.act(Action::Compose(ComposeAction::EditLast));
        let fx = say(&mut script, " and yours");
        let edit = requests(&fx).into_iter().any(|request| matches!(request, Request::Edit { .. }));
        assert!(edit, "{fx:?}");
        let id = fx.iter().find_map(|effect| match effect {
            nib::state::Effect::Net { id, request: Request::Edit { .. }, .. } => Some(*id),
            _ => None,
        });
        script.type_text(typed);
        let gone = CleanText::ours("There is no such message.");
        script.answer(id.unwrap(), Err(Refusal { text: gone, ..refusal(RefusalKind::NotFound) }));
        // It does not go out with what is being written.
        let (stands, told) = match typed {
            "" => ("mine and yours", "; your text is a new message now"),
            typed => (typed, "; to put your text here"),
        };
        assert_eq!((script.composer().as_str(), script.mode()), (stands, &ComposeMode::New));
        assert_eq!(script.notice(), format!("Not changed: There is no such message{told}"));
        let fx = script.act(Action::Send);
        assert_eq!(sends(&fx).len(), 1, "Enter does something");
        if !typed.is_empty() {
            script.act(Action::Text(TextEdit::Yank));
            assert_eq!(script.composer(), "mine and yours");
        }
    }
}

#[test]
fn a_failed_answer_that_is_given_up_is_still_an_answer() {
    let mut script = Script::ready();
    let caps = Caps { previews: true, quotes: true, quiet_replies: true, ..Script::caps() };
    script.state.core.account_mut(HOME).unwrap().caps = caps;
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Quote));
    script.act(Action::Accept);
    script.act(Action::Compose(ComposeAction::TogglePing));
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    let (id, first) = script.send("to that").unwrap();
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    script.act(Action::Message(MessageAction::Discard));
    assert_eq!((script.composer().as_str(), script.mode()), ("to that", &ComposeMode::Reply(key(10))));
    let (_, second) = sends(&script.act(Action::Send)).remove(0);
    assert!(first.quiet && first.no_previews && first.quote.is_some());
    assert_eq!(*second, Outgoing { nonce: second.nonce, ..Outgoing::clone(&first) });
}
