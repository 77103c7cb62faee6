//! The network's own emoji in what is typed, and how a message with some is known again.

use super::script::*;
use nib::domain::id::{EmojiId, Id};
use nib::domain::*;
use nib::state::outbox::Stage;
use nib::state::{Action, Effect};
use std::sync::Arc;
use std::time::Duration;

fn emoji(id: u128, name: &str, community: Option<CommunityId>) -> CustomEmoji {
    CustomEmoji { id: EmojiId(Id(id)), name: CleanText::new(name), community, standin: CleanText::default() }
}

fn with_emoji() -> Script {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.custom_emoji = true;
    let known = vec![
        emoji(7, "wave", Some(ZIG)),
        emoji(9, "wave", Some(RUST)),
        emoji(3, "redsq", None),
        emoji(5, "unused", None),
    ];
    script.receive(Update::EmojiKnown(known));
    script
}

#[test]
fn names_between_colons_go_out_with_what_they_mean() {
    let mut script = with_emoji();
    let (_, sent) = script.send("hi :wave:! 12:30:15 :redsq::nothing:").unwrap();
    let used: Vec<_> = sent.emoji.iter().map(|one| (one.name.as_str(), one.id.0.0)).collect();
    assert_eq!(used, [("redsq", 3), ("wave", 9)], "of two the one of this community");
    let mut script = with_emoji();
    script.state.core.accounts[0].caps.custom_emoji = false;
    assert_eq!(*script.send("hi :wave:").unwrap().1.emoji, []);
}

#[test]
fn a_blank_that_the_way_put_behind_an_emoji_does_not_make_a_message_another_one() {
    for (typed, came) in [(":redsq:!", ":redsq: !"), (":redsq::redsq: a", ":redsq: :redsq: a")] {
        let mut script = with_emoji();
        let (id, _) = script.send(typed).unwrap();
        let fx = script.answer(id, Err(refusal(RefusalKind::TimedOut)));
        let [Effect::Net { id: asked, .. }] = fx[..] else { panic!("{fx:?}") };
        let mut messages = vec![Arc::new(said(chat(11), 10, ADA, "line 10"))];
        messages.push(Arc::new(said(chat(11), 11, ME, came)));
        let bundle = Bundle::default();
        let page = Reply::History { chat: ChatId::new(11), messages, bundle, reached_start: true, reached_end: true };
        script.answer(asked, Ok(page));
        assert_eq!(script.rows(11), Vec::<Stage>::new(), "{typed}");
    }
}

#[test]
fn a_name_has_neither_colons_nor_blanks() {
    for (told, name) in [(":red sq:", "red_sq"), ("a:b", "a_b"), (" : ", ""), ("x", "x")] {
        assert_eq!(CustomEmoji::proper_name(told).as_str(), name);
    }
    assert_eq!(CustomEmoji::proper_name(&"y".repeat(1_000)).len(), 64);
}

#[test]
fn a_change_of_what_has_not_gone_out_finds_its_emoji_anew() {
    let mut script = with_emoji();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(60) });
    script.send("nothing yet");
    script.act(Action::Compose(nib::state::action::ComposeAction::EditLast));
    script.type_text(" :redsq:");
    script.act(Action::Send);
    let rows = script.state.core.accounts[0].outbox.of(ChatId::new(11));
    assert_eq!(rows[0].outgoing.emoji.len(), 1);
}
