//! What messages said before they were changed.

use super::script::*;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::{Action, Effect};
use std::time::Duration;

/// What nib has seen of a message's earlier texts, the newest first.
fn before(script: &Script, id: u128) -> Vec<String> {
    let account = script.state.core.account(HOME).unwrap();
    account.former.of(ChatId::new(11), MessageId::new(id)).map(|version| version.text.to_string()).collect()
}

fn told(script: &mut Script, id: u128, by: UserId, text: &str) {
    let message = Message { edited: Some(Wall(7)), ..said(chat(11), id, by, text) };
    script.receive(Update::MessageChanged { message: message.into(), reactions: true });
}

#[test]
fn what_others_change_is_remembered_until_it_is_deleted() {
    let mut script = Script::ready();
    told(&mut script, 5, ADA, "line five");
    told(&mut script, 5, ADA, " line  five ");
    told(&mut script, 5, ADA, "the fifth");
    assert_eq!(before(&script, 5), [" line  five ", "line 5"], "blanks are no words");
    let account = script.state.core.account(HOME).unwrap();
    let until = account.former.of(ChatId::new(11), MessageId::new(5)).next().and_then(|version| version.until);
    assert_eq!(until, Some(Wall(7)));
    // Neither a pin nor what is not loaded.
    script.receive(Update::MessagePinned { chat: ChatId::new(11), message: MessageId::new(6), pinned: true });
    told(&mut script, 99, ADA, "never seen");
    assert_eq!((before(&script, 6), before(&script, 99)), (Vec::new(), Vec::new()));
    told(&mut script, 6, ADA, "six");
    script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(5)] });
    assert_eq!((before(&script, 5), before(&script, 6)), (Vec::new(), vec!["line 6".to_owned()]));
}

#[test]
fn what_was_changed_while_one_was_away_is_remembered_too() {
    let mut script = Script::ready();
    told(&mut script, 5, ADA, "other words");
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    // The page tells what the message says now.
    script.sign_in();
    assert_eq!(script.texts(11)[4], "line 5");
    assert_eq!(before(&script, 5), ["other words", "line 5"]);
}

#[test]
fn of_ones_own_only_what_others_could_see_is_remembered() {
    // The answer comes first, or the echo.
    for echo_first in [false, true] {
        let mut script = Script::ready_kept();
        script.drafts(Vec::new());
        script.act(Action::Compose(ComposeAction::EditLast));
        script.type_text(" changed");
        script.act(Action::Send);
        assert_eq!((script.texts(11)[3].as_str(), before(&script, 4)), ("line 4 changed", Vec::new()), "it is held");
        script.act(Action::Message(MessageAction::TakeBack));
        assert_eq!(before(&script, 4), Vec::<String>::new());

        script.act(Action::Compose(ComposeAction::EditLast));
        script.type_text(" anew");
        script.act(Action::Send);
        let fx = script.advance(Duration::from_secs(6));
        let goes = fx.iter().find_map(|effect| match effect {
            Effect::Net { id, request: Request::Edit { .. }, .. } => Some(*id),
            _ => None,
        });
        let goes = goes.expect("it goes out");
        for echo in [echo_first, !echo_first] {
            match echo {
                true => told(&mut script, 4, ME, "line 4 anew"),
                false => _ = script.answer(goes, Ok(Reply::Done)),
            }
        }
        assert_eq!((script.texts(11)[3].as_str(), before(&script, 4)), ("line 4 anew", vec!["line 4".to_owned()]));
    }
}

#[test]
fn it_is_bounded_in_number_and_in_size() {
    let mut script = Script::ready();
    for number in 0..2_000 {
        told(&mut script, 5, ADA, &format!("text {number}"));
    }
    assert_eq!((before(&script, 5).len(), before(&script, 5)[0].as_str()), (1_000, "text 1998"));
    for number in 0..30 {
        told(&mut script, 6, ADA, &format!("{number} {}", "x".repeat(100_000)));
    }
    assert_eq!((before(&script, 5).len(), before(&script, 6).len()), (0, 10));
}
