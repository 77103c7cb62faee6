//! Quitting, and what would be lost by it.

use super::script::*;
use nib::domain::*;
use nib::state::action::TextEdit;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::Overlay;
use nib::state::{Action, Effect, Effects, Event, StoreReply};

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
        assert_eq!(question(&script), Some("1 draft would be lost"));
        assert!(quits(&script.act(Action::Quit)));
    }
    let mut script = Script::ready();
    script.type_text("draft");
    assert!(quits(&script.event(Event::Terminate)));
}
