//! Messages that are quoted and not in memory: asked for when they show, a few at a time, and told with what becomes of them.

use super::script::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use nib::state::Effect;
use nib::state::quotes::Quoted;
use std::sync::Arc;

fn reply(id: u128, to: u128) -> Message {
    let reply = Some(Box::new(ReplyInfo { to: Some(MessageId::new(to)), quote: None }));
    Message { reply, ..said(chat(11), id, ADA, "indeed") }
}

/// The open chat with answers to messages that are far back.
fn ready(answered: &[u128]) -> Script {
    let mut script = Script::ready();
    script.state.core.account_mut(HOME).unwrap().caps.single_messages = true;
    for (number, to) in (200..).zip(answered) {
        script.hear(reply(number, *to));
    }
    script
}

fn asked(fx: &[Effect]) -> Vec<(RequestId, u128)> {
    let asked = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::FetchMessage { chat, message }, .. } => {
            assert_eq!(*chat, ChatId::new(11));
            Some((*id, message.value()))
        }
        _ => None,
    };
    fx.iter().filter_map(asked).collect()
}

fn known(script: &Script, id: u128) -> Option<Quoted> {
    script.state.core.account(HOME).unwrap().quotes.of(ChatId::new(11), MessageId::new(id)).cloned()
}

#[test]
fn what_is_quoted_on_screen_is_asked_for_once_and_a_few_at_a_time() {
    let mut script = ready(&[9001, 9002, 9003, 9004, 9005, 9006, 9001]);
    let first = asked(&script.arrange_bottom());
    assert_eq!(first.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [9001, 9002, 9003, 9004]);
    assert_eq!(asked(&script.arrange_bottom()), [], "those are under way");
    let message = Arc::new(said(chat(11), 9001, GRACE, "the beginning"));
    let before = script.state.revision;
    let reply = Reply::Message { message: Arc::clone(&message), bundle: Bundle::default() };
    script.answer(first[0].0, Ok(reply));
    assert!(script.state.revision > before);
    assert_eq!(known(&script, 9001), Some(Quoted::Here(message)));
    script.answer(first[1].0, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(known(&script, 9002), Some(Quoted::Gone));
    script.answer(first[2].0, Err(refusal(RefusalKind::TimedOut)));
    assert_eq!(asked(&script.arrange_bottom()).iter().map(|(_, id)| *id).collect::<Vec<_>>(), [9005, 9006]);
    // What is told of it afterwards shows, too.
    let changed = Arc::new(said(chat(11), 9001, GRACE, "a beginning"));
    script.receive(Update::MessageChanged { message: Arc::clone(&changed), reactions: false });
    assert_eq!(known(&script, 9001), Some(Quoted::Here(changed)));
    script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(9001)] });
    assert_eq!(known(&script, 9001), Some(Quoted::Gone));
}

#[test]
fn nothing_is_asked_where_it_cannot_be_had_or_nobody_looks() {
    let mut script = ready(&[9001]);
    script.state.core.account_mut(HOME).unwrap().caps.single_messages = false;
    assert_eq!(asked(&script.arrange_bottom()), []);
    script.state.core.account_mut(HOME).unwrap().caps.single_messages = true;
    // An answer in a chat that is not open asks for nothing.
    let mut elsewhere = reply(300, 9002);
    elsewhere.chat = ChatId::new(12);
    assert_eq!(asked(&script.hear(elsewhere)), []);
    assert_eq!(asked(&script.arrange_bottom()).iter().map(|(_, id)| *id).collect::<Vec<_>>(), [9001]);
    assert_eq!(known(&script, 9002), None);
}
