//! Quitting, and what would be lost by it.

use super::script::*;
use nib::domain::*;
use nib::state::action::TextEdit;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::Overlay;
use nib::state::ui::quit::farewell;
use nib::state::{Action, Effect, Effects, Event, StoreReply};
use std::time::Duration;

fn question(script: &Script) -> Option<&str> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Question(question)) => Some(&question.text),
        _ => None,
    }
}

fn quits(effects: &Effects) -> bool {
    effects.last() == Some(&Effect::Quit)
}

#[test]
fn what_is_told_keeps_nobody_from_quitting() {
    let mut script = Script::ready();
    script.act(Action::Message(MessageAction::Edit));
    script.event(Event::Stored(StoreReply::Noted {
        sentence: "something about the store".to_owned(),
        outlasts: true,
        readable: true,
    }));
    assert!(!script.state.front.as_ref().unwrap().overlays.is_empty());
    assert!(script.act(Action::Quit).contains(&Effect::Quit));
    let mut script = Script::ready();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
    script.state.offline = true;
    script.act(Action::Reconnect);
    assert!(script.notice().contains("--offline"), "{}", script.notice());
    assert!(script.act(Action::Quit).contains(&Effect::Quit));
}

#[test]
fn with_nothing_to_lose_it_quits_at_once() {
    let mut script = Script::ready();
    script.act(Action::Compose(ComposeAction::EditLast));
    assert!(quits(&script.act(Action::Quit)), "a change that changes nothing");
    let mut script = Script::ready();
    let (id, _) = script.send("out").unwrap();
    script.answer(id, sent(11));
    assert!(quits(&script.act(Action::Quit)), "the network has it");
    assert!(quits(&Script::fresh(false).act(Action::Quit)), "without a screen there is nobody to ask");
}

#[test]
fn what_would_be_lost_is_named_and_the_default_is_no() {
    let mut script = Script::ready();
    let (id, _) = script.send("refused").unwrap();
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    script.type_text("one");
    script.open(12);
    script.send("on its way").unwrap();
    assert!(!quits(&script.act(Action::Quit)));
    let told = "1 draft, 1 message on its way and 1 message that was not sent would be lost";
    assert_eq!(question(&script), Some(told));
    assert!(!quits(&script.act(Action::Accept)), "the default is no");
    assert_eq!(question(&script), None);
    script.open(31);
    script.type_text("/attach slow.bin");
    script.act(Action::Send);
    script.type_text("two");
    script.act(Action::Quit);
    let told =
        "2 drafts, 1 message on its way, 1 message that was not sent and 1 file that is being read would be lost";
    assert_eq!(question(&script), Some(told));
    script.act(Action::Move(1));
    assert!(quits(&script.act(Action::Accept)));
}

#[test]
fn wanting_it_twice_quits_and_a_signal_never_asks() {
    for change in [false, true] {
        let mut script = Script::ready();
        if change {
            script.act(Action::Text(TextEdit::Up));
        }
        script.type_text("!");
        assert!(!quits(&script.act(Action::Quit)));
        let lost = if change { "Your change of a message in #general would be lost" } else { "1 draft would be lost" };
        assert_eq!(question(&script), Some(lost));
        assert!(quits(&script.act(Action::Quit)));
    }
    let mut script = Script::ready();
    script.type_text("draft");
    assert!(quits(&script.event(Event::Terminate)));
}

/// The calls that a deletion or change made, by what they are.
fn told(effects: &Effects) -> Vec<RequestId> {
    let told = effects.iter().filter_map(|effect| match effect {
        Effect::Net { id, request: Request::Delete { .. } | Request::Edit { .. }, .. } => Some(*id),
        _ => None,
    });
    told.collect()
}

/// A deletion and a change that are held back.
fn with_held() -> Script {
    let mut script = Script::ready_kept().with_own();
    script.drafts(Vec::new());
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Edit));
    script.type_text(", changed");
    let mut fx = script.act(Action::Send);
    script.hear(said(chat(11), 12, ME, "mine as well"));
    fx.extend(script.act(Action::Message(MessageAction::DeleteNow(chat(11), vec![key(12)]))));
    assert!(told(&fx).is_empty(), "both are held back");
    script
}

#[test]
fn what_is_held_back_is_told_before_it_quits() {
    let mut script = with_held();
    let fx = script.act(Action::Quit);
    let [change] = told(&fx)[..] else { panic!("{fx:?}") };
    assert!(!quits(&fx) && question(&script).is_none());
    assert_eq!(script.notice(), "Others are told of 1 deletion and 1 change first; to leave at once");
    let fx = script.answer(change, Ok(Reply::Done));
    let [deletion] = told(&fx)[..] else { panic!("{fx:?}") };
    assert!(!fx.contains(&Effect::Quit));
    assert!(script.answer(deletion, Ok(Reply::Done)).contains(&Effect::Quit));
    assert_eq!(farewell(&script.state), None);
}

#[test]
fn a_network_that_does_not_answer_keeps_nobody_and_what_stays_is_said() {
    let left = "Others may not know of 1 deletion and 1 change yet; nib sends them when it runs again.";
    let mut script = with_held();
    script.act(Action::Quit);
    assert!(!script.advance(Duration::from_millis(1_900)).contains(&Effect::Quit));
    assert!(script.advance(Duration::from_millis(200)).contains(&Effect::Quit));
    assert_eq!(farewell(&script.state).as_deref(), Some(left));
    // Wanted twice, without a connection, and by a signal.
    let mut script = with_held();
    script.act(Action::Quit);
    assert!(script.act(Action::Quit).contains(&Effect::Quit));
    let mut script = with_held();
    script.act(Action::Quit);
    let down = LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) };
    assert!(script.link(down).contains(&Effect::Quit));
    let mut script = with_held();
    let fx = script.event(Event::Terminate);
    assert!(fx.contains(&Effect::Quit) && told(&fx).is_empty());
    assert_eq!(farewell(&script.state).as_deref(), Some(left));
}

#[test]
fn a_change_that_is_kept_nowhere_and_was_told_nobody_is_named() {
    let mut script = Script::ready().with_own();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    script.act(Action::Message(MessageAction::DeleteNow(chat(11), vec![key(11)])));
    assert!(!quits(&script.act(Action::Quit)));
    assert_eq!(question(&script), Some("1 deletion that others were not told of would be lost"));
}

#[test]
fn what_is_refused_while_it_quits_is_seen() {
    for deletes in [false, true] {
        let mut script = Script::ready_kept().with_own();
        script.drafts(Vec::new());
        if deletes {
            script.act(Action::Message(MessageAction::DeleteNow(chat(11), vec![key(11)])));
        } else {
            script.act(Action::Compose(ComposeAction::EditLast));
            script.type_text(", changed");
            script.act(Action::Send);
        }
        let [request] = told(&script.act(Action::Quit))[..] else { panic!("it goes out") };
        let fx = script.answer(request, Err(refusal(RefusalKind::Forbidden)));
        assert!(!fx.contains(&Effect::Quit), "{fx:?}");
        let what = if deletes { "Not deleted" } else { "Not changed" };
        assert_eq!(script.notice(), format!("nib stays open. {what}: no"));
        assert!(!script.advance(Duration::from_secs(3)).contains(&Effect::Quit), "nor later");
        if deletes {
            assert!(quits(&script.act(Action::Quit)));
        } else {
            assert_eq!(script.composer(), "mine, changed");
        }
    }
}

#[test]
fn what_is_refused_elsewhere_is_told_whatever_is_being_read() {
    let mut script = with_held();
    let fx = script.advance(Duration::from_secs(6));
    let [change] = told(&fx)[..] else { panic!("{fx:?}") };
    script.open(12);
    script.event(Event::Failed("something else".to_owned()));
    script.answer(change, Err(refusal(RefusalKind::Forbidden)));
    assert!(script.notice().starts_with("Not changed: no"), "{}", script.notice());
}

#[test]
fn a_change_that_was_left_is_not_lost_without_a_word() {
    let mut script = Script::ready().with_own();
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(", changed");
    script.open(12);
    assert!(!quits(&script.act(Action::Quit)));
    assert_eq!(question(&script), Some("1 change that is not sent would be lost"));
}

/// The changes of messages in the open chat that the store was told of last.
fn kept_changes(script: &Script) -> Vec<&str> {
    let told = script.written.iter().rev().find_map(|write| match write {
        kept::Write::Draft { chat: of, draft } if *of == chat(11) => Some(draft),
        _ => None,
    });
    let draft = told.expect("the store was told");
    draft.left.iter().chain(&draft.edit).map(|edit| edit.text.as_str()).collect()
}

#[test]
fn a_refused_change_that_was_taken_up_and_left_is_kept() {
    let mut script = with_held();
    let fx = script.advance(Duration::from_secs(6));
    let [change] = told(&fx)[..] else { panic!("{fx:?}") };
    script.act(Action::FocusComposer);
    script.type_text("x");
    script.answer(change, Err(refusal(RefusalKind::Forbidden)));
    script.act(Action::Clear);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "mine, changed");
    script.act(Action::Cancel);
    script.event(Event::Terminate);
    assert!(kept_changes(&script).contains(&"mine, changed"));
}

#[test]
fn refused_changes_outlast_any_number_of_those_that_were_left() {
    let mut script = Script::ready_kept().with_own();
    script.drafts(Vec::new());
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(", refused");
    script.act(Action::Send);
    let [change] = told(&script.advance(Duration::from_secs(6)))[..] else { panic!("it goes out") };
    script.type_text("x");
    script.answer(change, Err(refusal(RefusalKind::Forbidden)));
    script.act(Action::Clear);
    for id in 20..50 {
        script.hear(said(chat(11), id, ME, "mine as well"));
        script.act(Action::Compose(ComposeAction::EditLast));
        script.type_text(", left");
        script.act(Action::Cancel);
    }
    script.event(Event::Terminate);
    assert!(kept_changes(&script).contains(&"mine, refused"));
}
