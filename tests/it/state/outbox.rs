//! From Enter to a message of the network, whatever comes in between.

use super::script::*;
use nib::domain::kept::{OutboxItem, Write};
use nib::domain::*;
use nib::state::action::MessageAction;
use nib::state::front::ComposeMode;
use nib::state::outbox::Stage;
use nib::state::{Action, Effect, Effects, Event, Outcome, StoreReply, Ticket};
use std::sync::Arc;
use std::time::Duration;

fn echo(id: u128, text: &str, nonce: Option<Nonce>) -> Update {
    let message = Arc::new(said(chat(11), id, ME, text));
    Update::MessageCreated { message, unread: None, author: None, nonce }
}

fn lost() -> LinkEvent {
    LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) }
}

#[test]
fn nothing_is_sent_before_it_is_durable() {
    let mut script = Script::ready();
    script.store = false;
    script.type_text("hello");
    let fx = script.act(Action::Send);
    let [row] = kept_rows(&fx)[..] else { panic!("{fx:?}") };
    let OutboxItem::Send(outgoing) = &row.item else { panic!("{row:?}") };
    assert_eq!((row.chat, outgoing.text.as_str()), (chat(11), "hello"));
    assert!(sends(&fx).is_empty());
    assert_eq!((script.rows(11), script.composer()), (vec![Stage::Committing], String::new()));
    let shown = |script: &Script| script.state.core.accounts[0].outbox.shown(chat(11).chat).len();
    assert_eq!(shown(&script), 0, "nobody sees what the end of nib would take");
    let nonce = outgoing.nonce;
    let fx = script.event(Event::Stored(StoreReply::OutboxCommitted(chat(11), nonce, Ok(()))));
    assert_eq!((sends(&fx).len(), shown(&script)), (1, 1));
    let again = script.event(Event::Stored(StoreReply::OutboxCommitted(chat(11), nonce, Ok(()))));
    assert_eq!(again, [], "told twice, sent once");
}

#[test]
fn acknowledgement_and_echo_make_one_message_in_either_order() {
    let mut acknowledged_first = Script::ready();
    let (id, outgoing) = acknowledged_first.send("hi").unwrap();
    let fx = acknowledged_first.answer(id, sent(11));
    assert_eq!(fx, [Effect::keep(Write::DropOutbox(chat(11), outgoing.nonce))]);
    assert_eq!(acknowledged_first.rows(11), [Stage::Sent(key(11))]);
    let fx = acknowledged_first.receive(echo(11, "hi", Some(outgoing.nonce)));
    assert_eq!(fx, []);

    let mut echoed_first = Script::ready();
    let (id, outgoing) = echoed_first.send("hi").unwrap();
    let fx = echoed_first.receive(echo(11, "hi", Some(outgoing.nonce)));
    assert_eq!(fx, [Effect::keep(Write::DropOutbox(chat(11), outgoing.nonce))]);
    assert_eq!(echoed_first.answer(id, sent(11)), []);

    for script in [&mut acknowledged_first, &mut echoed_first] {
        assert_eq!(script.receive(echo(11, "hi", Some(outgoing.nonce))), [], "told twice");
        assert_eq!(script.rows(11), []);
        assert_eq!(script.texts(11).iter().filter(|text| *text == "hi").count(), 1);
        assert_eq!(script.counts(11), (0, 0));
    }
}

#[test]
fn one_is_in_flight_and_a_failed_one_does_not_hold_up_the_next() {
    let mut script = Script::ready();
    let (first, _) = script.send("one").unwrap();
    assert!(script.send("two").is_none());
    assert_eq!(script.rows(11), [Stage::InFlight(first), Stage::Queued]);
    let fx = script.answer(first, Err(refusal(RefusalKind::Forbidden)));
    let next = sends(&fx);
    assert_eq!(next[0].1.text, "two");
    assert!(matches!(&script.rows(11)[0], Stage::Failed(refusal) if &*refusal.text == "no"));
    script.answer(next[0].0, sent(11));
    let fx = script.act(Action::Message(MessageAction::Retry));
    assert_eq!(sends(&fx)[0].1.text, "one");
}

#[test]
fn one_that_is_tried_again_waits_for_the_one_in_flight() {
    let mut script = Script::ready();
    let (first, _) = script.send("one").unwrap();
    script.send("two");
    let fx = script.answer(first, Err(refusal(RefusalKind::Forbidden)));
    let second = sends(&fx)[0].0;
    assert!(sends(&script.act(Action::Message(MessageAction::Retry))).is_empty());
    assert_eq!(script.rows(11), [Stage::Queued, Stage::InFlight(second)]);
    assert_eq!(sends(&script.answer(second, sent(11)))[0].1.text, "one");
}

#[test]
fn a_row_that_cannot_go_yet_leaves_the_others_their_timer() {
    let mut script = Script::ready();
    let (failed, _) = script.send("failed").unwrap();
    script.answer(failed, Err(refusal(RefusalKind::Forbidden)));
    let (waits, _) = script.send("waits").unwrap();
    let pause =
        |seconds| Refusal { retry_after: Some(Duration::from_secs(seconds)), ..refusal(RefusalKind::RateLimited) };
    script.answer(waits, Err(pause(1)));
    script.act(Action::Message(MessageAction::Retry));
    script.open(12);
    let (elsewhere, _) = script.send("elsewhere").unwrap();
    script.answer(elsewhere, Err(pause(5)));
    let fx = script.advance(Duration::from_secs(5));
    assert_eq!(sends(&fx).iter().map(|(_, sent)| sent.text.as_str()).collect::<Vec<_>>(), ["elsewhere"]);
}

#[test]
fn giving_up_a_failed_message_brings_its_text_back() {
    let mut script = Script::ready();
    let (id, outgoing) = script.send("precious").unwrap();
    script.answer(id, Err(refusal(RefusalKind::Invalid)));
    script.type_text("more");
    let fx = script.act(Action::Message(MessageAction::Discard));
    assert_eq!(fx, [Effect::keep(Write::DropOutbox(chat(11), outgoing.nonce))]);
    assert_eq!((script.composer(), script.rows(11)), ("precious\nmore".to_owned(), vec![]));
}

#[test]
fn without_a_connection_it_waits_and_goes_once_there_is_one() {
    let mut script = Script::ready();
    script.link(lost());
    assert!(script.send("later").is_none());
    assert_eq!(script.rows(11), [Stage::Queued]);
    let fx = script.link(LinkEvent::SignedIn {
        me: User { id: ME, ..User::default() },
        session: None,
        token: Secret::new(String::new()),
        caps: Script::caps(),
    });
    assert_eq!(sends(&fx)[0].1.text, "later");
}

#[test]
fn what_the_session_does_not_take_waits_and_is_tried_again() {
    let mut script = Script::ready();
    let (id, outgoing) = script.send("hi").unwrap();
    let fx = script.event(Event::NotTaken(HOME, id));
    assert!(sends(&fx).is_empty() && script.rows(11) == [Stage::Queued]);
    assert_eq!(sends(&script.advance(Duration::from_secs(2)))[0].1, outgoing);
}

#[test]
fn a_network_that_asks_to_wait_is_waited_for() {
    let mut script = Script::ready();
    let (id, outgoing) = script.send("hi").unwrap();
    script.answer(id, Err(Refusal { retry_after: Some(Duration::from_secs(4)), ..refusal(RefusalKind::RateLimited) }));
    assert_eq!(sends(&script.advance(Duration::from_millis(3_900))), []);
    assert_eq!(sends(&script.advance(Duration::from_millis(200)))[0].1, outgoing);
}

/// Cut while a message is in flight, back again, and what history says then.
fn healed(history: Vec<Message>, reached_start: bool) -> (Script, Nonce, nib::state::Effects) {
    let mut script = Script::ready();
    let (id, outgoing) = script.send("*was* it sent").unwrap();
    script.link(lost());
    script.answer(id, Err(refusal(RefusalKind::LinkLost)));
    assert_eq!(script.rows(11), [Stage::Queued]);
    // Until then it may be on its way on the connection that was lost.
    script.advance(Duration::from_secs(4));
    let fx = script.link(LinkEvent::SignedIn {
        me: User { id: ME, ..User::default() },
        session: None,
        token: Secret::new(String::new()),
        caps: Script::caps(),
    });
    assert!(sends(&fx).is_empty(), "not before history has spoken");
    let asked = fx.iter().rev().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { limit: 100, .. }, .. } => Some(*id),
        _ => None,
    });
    let reply = Reply::History {
        chat: ChatId::new(11),
        messages: history.into_iter().map(Arc::new).collect(),
        bundle: Bundle::default(),
        reached_start,
        reached_end: true,
    };
    let fx = script.answer(asked.unwrap(), Ok(reply));
    (script, outgoing.nonce, fx)
}

#[test]
fn after_a_cut_what_is_in_history_counts_as_sent() {
    let (script, nonce, fx) = healed(vec![said(chat(11), 9, ADA, "x"), said(chat(11), 12, ME, "*was* it sent")], false);
    assert_eq!(fx, [Effect::keep(Write::DropOutbox(chat(11), nonce))]);
    assert_eq!(script.rows(11), []);
}

#[test]
fn after_a_cut_what_is_surely_absent_is_sent_again_under_the_same_nonce() {
    let old = said(chat(11), 4, ME, "*was* it sent");
    let (_, nonce, fx) = healed(vec![old, said(chat(11), 12, ADA, "*was* it sent")], false);
    assert_eq!(sends(&fx)[0].1.nonce, nonce);
}

#[test]
fn after_a_cut_what_nobody_can_know_waits_for_the_user() {
    let (mut script, _, fx) = healed(vec![said(chat(11), 40, ADA, "far beyond")], false);
    assert_eq!(fx, []);
    assert_eq!(script.rows(11), [Stage::Unconfirmed]);
    assert!(sends(&script.advance(Duration::from_secs(600))).is_empty());
    assert_eq!(sends(&script.act(Action::Message(MessageAction::Retry))).len(), 1);
}

#[test]
fn what_was_said_before_is_no_sign_that_it_was_said_again() {
    let mut script = Script::signed_in(false);
    let text = "*was* it sent".to_owned();
    let action = Action::SendTo { chat: chat(11), text, verbatim: false, reply_to: None, attachments: Vec::new() };
    // Nothing is known of the chat, and nothing can be: it goes out all the same.
    let looks = looked(&script.submit(5, action));
    let id = sends(&script.answer(looks, Err(refusal(RefusalKind::ServerFault))))[0].0;
    let fx = script.answer(id, Err(refusal(RefusalKind::TimedOut)));
    let [Effect::Net { id: asked, .. }] = fx[..] else { panic!("{fx:?}") };
    let messages = vec![Arc::new(said(chat(11), 4, ME, "*was* it sent"))];
    let bundle = Bundle::default();
    let page = Reply::History { chat: ChatId::new(11), messages, bundle, reached_start: true, reached_end: true };
    let fx = script.answer(asked, Ok(page));
    let told = |effect: &Effect| matches!(effect, Effect::Outcome(Ticket(5), Outcome::Refused(_)));
    assert!(fx.iter().any(told), "{fx:?}");
    assert_eq!(script.rows(11), [Stage::Unconfirmed]);
}

/// The question what is in a chat that nothing is known of; nothing goes out before.
fn looked(effects: &Effects) -> RequestId {
    assert!(sends(effects).is_empty());
    let look = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { page: Page::Latest, limit: 1, .. }, .. } => Some(*id),
        _ => None,
    };
    effects.iter().find_map(look).expect("a question")
}

/// After which messages rows are known to come.
fn known_of(written: &[Write]) -> Vec<MessageKey> {
    let known = |write: &Write| match write {
        Write::PutOutbox(row) => row.known,
        Write::SetStage { known, .. } => *known,
        _ => None,
    };
    written.iter().filter_map(known).collect()
}

#[test]
fn where_nothing_is_known_of_a_chat_it_is_looked_at_before_something_is_sent() {
    let mut script = Script::signed_in(false);
    script.state.has_store = true;
    script.state.core.accounts[0].keeps_drafts = true;
    let action = |text: &str| Action::SendTo {
        chat: chat(11),
        text: text.to_owned(),
        verbatim: true,
        reply_to: None,
        attachments: Vec::new(),
    };
    let page = |messages: &[u128]| Reply::History {
        chat: ChatId::new(11),
        messages: messages.iter().map(|id| Arc::new(said(chat(11), *id, ME, "again"))).collect(),
        bundle: Bundle::default(),
        reached_start: true,
        reached_end: true,
    };
    let looks = looked(&script.submit(5, action("again")));
    assert!(sends(&script.submit(6, action("and on"))).is_empty(), "it is asked once");
    // The same was said before: that is not what is sent now.
    let id = sends(&script.answer(looks, Ok(page(&[4]))))[0].0;
    let kept: Vec<_> = known_of(&script.written);
    assert_eq!(kept, [key(4)], "and the next run knows it, too");
    let puts = script.written.iter().filter(|write| matches!(write, Write::PutOutbox(_))).count();
    assert_eq!(puts, 2, "what waits is not written again with all its files");
    assert!(
        script.state.core.accounts[0].outbox.of(chat(11).chat).iter().all(nib::state::outbox::Pending::is_durable),
        "and counts as kept"
    );
    let fx = script.answer(id, Err(refusal(RefusalKind::LinkLost)));
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { limit: 100, .. }, .. } => Some(*id),
        _ => None,
    });
    let fx = script.answer(asked.expect("a question"), Ok(page(&[4, 7])));
    let told = |effect: &Effect| matches!(effect, Effect::Outcome(Ticket(5), Outcome::Sent { message, .. }) if *message == key(7));
    assert!(fx.iter().any(told), "{fx:?}");
}

#[test]
fn a_shell_command_sends_and_is_told() {
    let mut script = Script::signed_in(false);
    let action = Action::SendTo {
        chat: chat(11),
        text: "from a shell".to_owned(),
        verbatim: true,
        reply_to: None,
        attachments: Vec::new(),
    };
    let looks = looked(&script.submit(5, action.clone()));
    let fx = script.answer(looks, Ok(Script::reply(&Request::FetchChats).unwrap()));
    let (id, outgoing) = sends(&fx)[0].clone();
    assert!(outgoing.verbatim);
    let fx = script.answer(id, sent(12));
    let outcome = Outcome::Sent { chat: chat(11), message: key(12), at: None };
    assert_eq!(fx[1], Effect::Outcome(Ticket(5), outcome));
    assert_eq!(script.rows(11), []);
    let looks = looked(&script.submit(6, action));
    let id = sends(&script.answer(looks, Err(refusal(RefusalKind::ServerFault))))[0].0;
    let fx = script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(fx, [Effect::Outcome(Ticket(6), Outcome::Refused(refusal(RefusalKind::Forbidden)))]);
}

#[test]
fn a_shell_command_reads_history_without_a_screen() {
    let mut script = Script::signed_in(false);
    let fx = script.submit(1, Action::Fetch { chat: chat(11), page: Page::Latest, limit: 10 });
    let [Effect::Net { id, request, .. }] = fx.as_slice() else { panic!("{fx:?}") };
    let fx = script.answer(*id, Ok(Script::reply(request).unwrap()));
    assert!(
        matches!(&fx[..], [Effect::Outcome(Ticket(1), Outcome::History { messages, reached_start: true, .. })] if messages.len() == 10)
    );
    let fx = script.submit(2, Action::Jump);
    assert!(matches!(&fx[..], [Effect::Outcome(Ticket(2), Outcome::Refused(_))]));
}

#[test]
fn an_answer_names_what_it_answers_and_too_long_a_text_stays() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    assert_eq!(script.state.front.as_ref().unwrap().pane.mode, ComposeMode::Reply(key(10)));
    let (_, outgoing) = script.send("yes").unwrap();
    assert_eq!(outgoing.reply_to, Some(MessageId::new(10)));
    let long = "x".repeat(2_001);
    assert!(script.send(&long).is_none());
    assert_eq!((script.composer(), script.notice()), (long, "Not sent: the message is one character too long"));
}

#[test]
fn a_message_that_a_slow_network_did_not_answer_is_never_sent_again_by_itself() {
    for arrived in [false, true] {
        let mut script = Script::ready();
        let (id, _) = script.send("slow").unwrap();
        let fx = script.answer(id, Err(refusal(RefusalKind::TimedOut)));
        let [Effect::Net { id: asked, request: Request::FetchHistory { page: Page::Latest, .. }, .. }] = fx[..] else {
            panic!("{fx:?}")
        };
        let mut messages = vec![Arc::new(said(chat(11), 10, ADA, "line 10"))];
        if arrived {
            messages.push(Arc::new(said(chat(11), 11, ME, "slow")));
        }
        let bundle = Bundle::default();
        let page = Reply::History { chat: ChatId::new(11), messages, bundle, reached_start: true, reached_end: true };
        assert!(sends(&script.answer(asked, Ok(page.clone()))).is_empty());
        if !arrived {
            let fx = script.advance(Duration::from_secs(4));
            let again = fx.iter().find_map(|effect| match effect {
                Effect::Net { id, request: Request::FetchHistory { limit: 100, .. }, .. } => Some(*id),
                _ => None,
            });
            assert!(sends(&script.answer(again.expect("asked again"), Ok(page))).is_empty());
        }
        assert_eq!(script.rows(11), if arrived { vec![] } else { vec![Stage::Unconfirmed] });
        script.link(lost());
        script.sign_in();
        assert!(script.rows(11).iter().all(|stage| *stage == Stage::Unconfirmed));
        assert_eq!(
            sends(&script.act(Action::Message(MessageAction::Retry))).len(),
            usize::from(!arrived),
            "for the user to say"
        );
    }
}
