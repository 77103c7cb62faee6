//! What the network takes nothing of for a while: said with the time left, nothing typed lost; how one is seen and called; whom one writes with.

use super::script::*;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::{Action, ComposerState, composer_state};
use std::time::Duration;

fn limit(script: &mut Script, seconds: u64, moderated: bool) {
    script.receive(Update::WritingLimited { wait: Duration::from_secs(seconds), moderated });
}

#[test]
fn a_limit_counts_down_and_keeps_the_draft() {
    let mut script = Script::ready();
    script.type_text("one more");
    limit(&mut script, 30, false);
    assert!(matches!(composer_state(&script.state), ComposerState::Limited(_, false)));
    assert_eq!(sends(&script.act(Action::Send)), []);
    assert_eq!((script.composer().as_str(), script.notice()), ("one more", "Too much at once: 30 s left"));
    let before = script.state.revision;
    script.advance(Duration::from_secs(2));
    assert!(script.state.revision > before, "the number on screen changes by itself");
    script.act(Action::Send);
    assert_eq!(script.notice(), "Too much at once: 28 s left");
    script.advance(Duration::from_secs(28));
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    assert_eq!(sends(&script.act(Action::Send)).len(), 1);
}

#[test]
fn what_waits_goes_when_the_limit_is_over_and_a_moderator_is_named() {
    let mut script = Script::ready();
    limit(&mut script, 10, true);
    let queued = Action::SendTo {
        chat: chat(12),
        text: "later".to_owned(),
        verbatim: false,
        reply_to: None,
        attachments: Vec::new(),
    };
    script.act(queued);
    assert_eq!(script.notice(), "Not sent: A moderator has silenced you: 10 s left");
    // Another, shorter one changes nothing; the end of it all does.
    limit(&mut script, 2, false);
    assert!(matches!(composer_state(&script.state), ComposerState::Limited(_, true)));
    let until = |script: &Script| match composer_state(&script.state) {
        ComposerState::Limited(until, _) => until.since(script.now.mono),
        other => panic!("{other:?}"),
    };
    assert_eq!(until(&script), Duration::from_secs(10));
    limit(&mut script, 3, true);
    assert_eq!(until(&script), Duration::from_secs(3), "a moderator may shorten it");
    limit(&mut script, 0, false);
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
}

#[test]
fn a_limit_that_is_lifted_or_shortened_frees_what_waits() {
    for (wait, after) in [(0, 0), (5, 5)] {
        let mut script = Script::ready();
        let (first, _) = script.send("one").unwrap();
        assert!(script.send("two").is_none(), "one at a time");
        limit(&mut script, 86_400, true);
        assert_eq!(sends(&script.answer(first, sent(200))), []);
        let shorter = Update::WritingLimited { wait: Duration::from_secs(wait), moderated: true };
        let mut fx = script.receive(shorter);
        fx.extend(script.advance(Duration::from_secs(after)));
        assert_eq!(sends(&fx).len(), 1, "after {after} s");
    }
}

#[test]
fn words_that_are_refused_are_not_told_again() {
    let mut script = Script::ready();
    script.state.core.account_mut(HOME).unwrap().caps.status_text = true;
    let say = |script: &mut Script, words: &str, outcome: Result<Reply, Refusal>| {
        let fx = script.act(Action::StatusText(Presence::Busy, words.to_owned()));
        let id = fx.iter().find_map(|effect| match effect {
            nib::state::Effect::Net { id, .. } => Some(*id),
            _ => None,
        });
        script.answer(id.unwrap(), outcome);
    };
    say(&mut script, "at tea", Ok(Reply::Done));
    say(&mut script, "far too long", Err(refusal(RefusalKind::Invalid)));
    let told = |presence, text: &str| Request::SetStatus { presence, text: text.to_owned() };
    assert_eq!(requests(&script.act(Action::Status(Presence::Idle))), [told(Presence::Idle, "at tea")]);
    // Chosen without a connection, they are refused once by the next one.
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(9) });
    script.act(Action::StatusText(Presence::Busy, "far too long".to_owned()));
    let up = |script: &mut Script| {
        script.link(LinkEvent::SignedIn {
            me: user(ME, "me"),
            session: None,
            token: Secret::new("token".to_owned()),
            caps: Caps { status_text: true, ..Script::caps() },
        })
    };
    let fx = up(&mut script);
    let asked = fx.iter().find_map(|effect| match effect {
        nib::state::Effect::Net { id, request, .. } => {
            (*request == told(Presence::Busy, "far too long")).then_some(*id)
        }
        _ => None,
    });
    script.answer(asked.unwrap(), Err(refusal(RefusalKind::Invalid)));
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(9) });
    assert!(requests(&up(&mut script)).contains(&Request::SetPresence(Presence::Busy)));
}

#[test]
fn a_status_has_words_where_there_is_room_for_them() {
    let mut script = Script::ready();
    script.act(Action::StatusText(Presence::Busy, "deep in thought".to_owned()));
    assert_eq!(script.notice(), "This network has no room for words beside it");
    script.state.core.account_mut(HOME).unwrap().caps.status_text = true;
    let fx = script.act(Action::StatusText(Presence::Busy, "deep in thought".to_owned()));
    let told = |presence| Request::SetStatus { presence, text: "deep in thought".to_owned() };
    assert_eq!(requests(&fx), [told(Presence::Busy)]);
    let fx = script.act(Action::Status(Presence::Online));
    assert_eq!(requests(&fx), [told(Presence::Online)], "the words stay");
    use nib::state::action::parse;
    assert_eq!(parse("status dnd"), Ok(Action::Status(Presence::Busy)));
    assert_eq!(parse("status idle -"), Ok(Action::StatusText(Presence::Idle, String::new())));
    assert_eq!(parse("status idle  at tea"), Ok(Action::StatusText(Presence::Idle, "at tea".to_owned())));
}

#[test]
fn an_answer_may_call_nobody_where_that_can_be_chosen() {
    let mut script = Script::ready();
    script.act(Action::Compose(ComposeAction::TogglePing));
    assert_eq!(script.notice(), "You are answering nobody");
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    script.act(Action::Compose(ComposeAction::TogglePing));
    assert_eq!(script.notice(), "An answer always calls the one who is answered here");
    script.state.core.account_mut(HOME).unwrap().caps.quiet_replies = true;
    script.act(Action::Compose(ComposeAction::TogglePing));
    let (_, sent) = script.send("quietly").unwrap();
    assert!(sent.quiet && sent.reply_to.is_some());
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    assert!(!script.state.front.as_ref().unwrap().pane.quiet, "each answer begins as usual");
}

#[test]
fn a_link_to_a_chat_opens_it_here() {
    let mut script = Script::ready();
    let to = |chat: u128| SpanKind::Instead { written: CleanText::ours("x://y"), chat: Some(ChatId::new(chat)) };
    let linked = |id: u128, kind: SpanKind| {
        let text = CleanText::ours("see #help");
        let spans = [Span { start: 4, end: 9, kind }].into();
        Message { body: RichText { text, spans }, ..said(chat(11), id, ADA, "") }
    };
    script.hear(linked(92, to(999)));
    script.act(Action::Message(MessageAction::OpenLink));
    assert_eq!(script.notice(), "The chat that this leads to is not here");
    script.hear(linked(93, to(12)));
    script.act(Action::Message(MessageAction::OpenLink));
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(12)));
}

#[test]
fn a_nickname_is_chosen_in_a_channel() {
    let mut script = Script::ready();
    script.act(Action::Nick("Bobby".to_owned()));
    assert_eq!(script.notice(), "nib cannot change what you are called here");
    script.state.core.account_mut(HOME).unwrap().caps.nicknames = true;
    let fx = script.act(Action::Nick("Bobby".to_owned()));
    assert_eq!(requests(&fx), [Request::SetNickname { chat: ChatId::new(11), name: "Bobby".to_owned() }]);
    script.open(31);
    script.act(Action::Nick("Bobby".to_owned()));
    assert_eq!(script.notice(), "Open a channel of the community first");
}

#[test]
fn messages_that_wait_for_the_limits_count_down_and_nothing_ticks_without_them() {
    let mut script = Script::ready();
    script.send("the eleventh").unwrap();
    script.link(LinkEvent::Held(Some(Duration::from_secs(9))));
    assert!(matches!(composer_state(&script.state), ComposerState::Held(_)));
    let before = script.state.revision;
    script.advance(Duration::from_secs(2));
    assert!(script.state.revision > before, "the number on screen changes by itself");
    // What is written meanwhile goes behind it.
    script.type_text("the twelfth");
    script.act(Action::Send);
    assert_eq!(script.composer(), "");
    script.advance(Duration::from_secs(7));
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    script.link(LinkEvent::Held(Some(Duration::from_secs(30))));
    script.link(LinkEvent::Held(None));
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    let before = script.state.revision;
    script.advance(Duration::from_secs(5));
    assert_eq!(script.state.revision, before, "nothing waits, nothing ticks");
}

#[test]
fn how_long_a_message_may_be_is_learned_from_a_refusal() {
    let refused = |length: usize, text: &'static str| {
        let mut script = Script::ready();
        let (id, _) = script.send(&"x".repeat(length)).expect("it goes out");
        script.answer(id, Err(Refusal::ours(RefusalKind::Invalid, text)));
        script.state.core.accounts[0].told_length
    };
    assert_eq!(refused(10, "It is too long; at most 40 characters fit."), None, "it was not that");
    assert_eq!(refused(41, "It is too long; at most 40 characters fit."), Some(40));
    assert_eq!(refused(21, "Message too long. Maximum length is 20 characters"), Some(20));
    assert_eq!(refused(41, "You may not write here"), None);
    // A longer one that is taken shows that it holds no more.
    let mut script = Script::ready();
    script.state.core.accounts[0].told_length = Some(3);
    let (_, outgoing) = script.send("more").expect("it goes out");
    let message = std::sync::Arc::new(said(chat(11), 900, ME, &outgoing.text));
    script.receive(Update::MessageCreated { message, unread: None, author: None, nonce: Some(outgoing.nonce) });
    assert_eq!(script.state.core.accounts[0].told_length, None);
}
