//! Changes, deletions, reactions and read marks without a connection.

use super::script::*;
use nib::domain::kept::{Found, OutboxItem, OutboxRow, OutboxStage, Ticket, Write};
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::{Action, Effect, Effects, Event, StoreReply};
use std::time::Duration;

/// Somebody who is online; message 11 is their own.
fn online() -> Script {
    at_once(Script::ready_kept()).with_own()
}

/// Nothing is held back.
fn at_once(mut script: Script) -> Script {
    script.hold_nothing();
    script
}

/// The same person after the connection was lost.
fn offline() -> Script {
    let mut script = online();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    script
}

fn items(effects: &Effects) -> Vec<OutboxItem> {
    kept_rows(effects).into_iter().map(|row| row.item.clone()).collect()
}

fn drops(effects: &Effects) -> usize {
    writes(effects).iter().filter(|write| matches!(write, Write::DropOutbox(..))).count()
}

fn edit(script: &mut Script, text: &str) -> Effects {
    script.act(Action::Compose(ComposeAction::EditLast));
    script.act(Action::Clear);
    script.act(Action::Compose(ComposeAction::EditLast));
    for _ in 0..40 {
        script.act(Action::Text(nib::state::action::TextEdit::Backspace));
    }
    script.type_text(text);
    script.act(Action::Send)
}

fn react(script: &mut Script, emoji: &str) -> Effects {
    script.act(Action::FocusMessages);
    let fx = script.act(Action::Message(MessageAction::React(emoji.to_owned())));
    script.act(Action::FocusComposer);
    fx
}

fn shown(script: &Script, id: u128) -> Message {
    let timeline = &script.state.core.accounts[0].timelines[&chat(11).chat];
    Message::clone(timeline.message(MessageId::new(id)).expect("the message"))
}

/// What is asked of the network beside lists and pages.
fn deeds(effects: &Effects) -> Vec<(RequestId, Request)> {
    let deed = |effect: &Effect| match effect {
        Effect::Net {
            id,
            request:
                request @ (Request::Edit { .. } | Request::Delete { .. } | Request::React { .. } | Request::MarkRead { .. }),
            ..
        } => Some((*id, request.clone())),
        _ => None,
    };
    effects.iter().filter_map(deed).collect()
}

fn back(script: &mut Script) -> Effects {
    script.link(LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::default(),
        caps: Script::caps(),
    })
}

/// By which request the end of the chat is read again.
fn read_again(fx: &Effects) -> RequestId {
    let page = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { limit, .. }, .. } if *limit < 100 => Some(*id),
        _ => None,
    };
    fx.iter().find_map(page).expect("the chat is read again")
}

/// The end of the chat, with one message.
fn end_with(message: Message) -> Reply {
    let (messages, bundle) = (vec![std::sync::Arc::new(message)], Bundle::default());
    Reply::History { chat: chat(11).chat, messages, bundle, reached_start: false, reached_end: true }
}

#[test]
fn a_change_without_a_connection_is_kept_shown_and_goes_out_with_it() {
    let mut script = offline();
    let fx = edit(&mut script, "first");
    assert_eq!(items(&fx), [OutboxItem::Edit { message: key(11), text: "first".to_owned() }]);
    assert_eq!(&*shown(&script, 11).body.text, "first");
    // The newer one takes the place of the older one.
    let fx = edit(&mut script, "second");
    assert_eq!((items(&fx).len(), drops(&fx)), (1, 1));
    let fx = back(&mut script);
    let edits = |fx: &Effects| -> Vec<(RequestId, String)> {
        let text = |(id, request)| match request {
            Request::Edit { text, .. } => Some((id, text)),
            _ => None,
        };
        deeds(fx).into_iter().filter_map(text).collect()
    };
    let [(id, text)] = &edits(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(text, "second");
    // Lost once more: it stays, and goes again.
    let fx = script.answer(*id, Err(refusal(RefusalKind::LinkLost)));
    assert_eq!(drops(&fx), 0);
    let fx = script.advance(Duration::from_secs(4));
    let [(id, _)] = edits(&fx)[..] else { panic!("{fx:?}") };
    let fx = script.answer(id, Ok(Reply::Done));
    assert_eq!(drops(&fx), 1);
    assert!(writes(&fx).iter().any(|write| matches!(write, Write::Change { .. })), "a fact now: {fx:?}");
    assert_eq!(&*shown(&script, 11).body.text, "second");
}

#[test]
fn a_change_with_a_connection_is_durable_at_once() {
    let mut script = offline();
    back(&mut script);
    let fx = edit(&mut script, "first");
    assert_eq!(items(&fx), [OutboxItem::Edit { message: key(11), text: "first".to_owned() }]);
    let [(id, Request::Edit { .. })] = deeds(&fx)[..] else { panic!("it goes all the same: {fx:?}") };
    let row = kept_rows(&fx)[0].clone();
    let fx = script.answer(id, Ok(Reply::Done));
    assert_eq!((drops(&fx), items(&fx).len()), (1, 0), "{fx:?}");
    // The run ended before the answer: the next one shows it, and says it again.
    let mut script = offline();
    script.event(Event::Stored(StoreReply::Found(
        Ticket(u64::MAX),
        Ok(Some(Found::Outbox(vec![OutboxRow { nonce: Nonce(77), ..row }]))),
    )));
    assert_eq!(&*shown(&script, 11).body.text, "first");
    let fx = back(&mut script);
    let [(id, Request::Edit { .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
    // Lost with the connection, it is not written once more.
    let fx = script.answer(id, Err(refusal(RefusalKind::LinkLost)));
    assert_eq!((drops(&fx), items(&fx).len()), (0, 0), "{fx:?}");
}

#[test]
fn what_is_refused_is_told_and_undone() {
    let mut script = offline();
    edit(&mut script, "too bold");
    react(&mut script, "👍");
    assert_eq!(shown(&script, 11).reactions.len(), 1);
    let fx = back(&mut script);
    let [(id, Request::Edit { .. })] = deeds(&fx)[..] else { panic!("in order, one at a time: {fx:?}") };
    let fx = script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!((&*shown(&script, 11).body.text, drops(&fx)), ("mine", 1));
    assert_eq!(script.composer(), "too bold", "what was typed comes back");
    let [(id, Request::React { add: true, .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
    let fx = script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!((shown(&script, 11).reactions.len(), drops(&fx)), (0, 1));
    assert_eq!(script.notice(), "No reaction: no");
}

#[test]
fn a_reaction_that_is_taken_back_before_it_went_never_goes() {
    let mut script = offline();
    react(&mut script, "👍");
    let fx = react(&mut script, "👍");
    assert_eq!((items(&fx).len(), drops(&fx), shown(&script, 11).reactions.len()), (0, 1, 0));
    assert_eq!(deeds(&back(&mut script)), []);
}

#[test]
fn a_reaction_that_may_have_arrived_is_taken_back_there_too() {
    let mut script = online();
    let fx = react(&mut script, "👍");
    let [(id, Request::React { add: true, .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
    script.answer(id, Err(refusal(RefusalKind::LinkLost)));
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    react(&mut script, "👍");
    assert_eq!(shown(&script, 11).reactions.len(), 0);
    let fx = back(&mut script);
    let [(_, Request::React { add: false, .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
}

#[test]
fn a_network_that_wants_very_long_patience_is_told_of_and_holds_up_nothing() {
    let mut script = online();
    let fx = react(&mut script, "👍");
    let [(id, Request::React { .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
    let refused = Refusal { retry_after: Some(Duration::from_secs(86_400)), ..refusal(RefusalKind::RateLimited) };
    script.answer(id, Err(refused));
    assert_eq!(script.notice(), "No reaction: no");
    let fx = react(&mut script, "🙏");
    assert_eq!(deeds(&fx).len(), 1, "the next one goes at once");
}

#[test]
fn a_deletion_takes_the_place_of_a_change() {
    let mut script = offline();
    edit(&mut script, "changed");
    let fx = script.act(Action::Message(MessageAction::DeleteNow(chat(11), vec![key(11)])));
    assert_eq!((items(&fx), drops(&fx)), (vec![OutboxItem::Delete { messages: vec![key(11)] }], 1));
    assert!(shown(&script, 11).body.text.starts_with("(deleted here"));
    let fx = back(&mut script);
    let [(id, Request::Delete { .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
    let fx = script.answer(id, Ok(Reply::Done));
    assert_eq!(drops(&fx), 1);
    assert!(script.state.core.accounts[0].timelines[&chat(11).chat].message(MessageId::new(11)).is_none());
}

#[test]
fn a_read_mark_without_a_connection_goes_out_with_it_and_only_the_newest() {
    let mut script = offline();
    script.act(Action::OpenChat(chat(12)));
    let marks = |fx: &Effects| items(fx).into_iter().filter(|item| matches!(item, OutboxItem::MarkRead { .. })).count();
    let mut asked = 0;
    for upto in [key(20), key(21)] {
        script.state.core.accounts[0].chats.get_mut(&chat(11).chat).unwrap().last_message = Some(upto);
        script.act(Action::OpenChat(chat(11)));
        let fx = script.act(Action::MarkRead);
        asked += marks(&fx);
        script.act(Action::OpenChat(chat(12)));
    }
    assert_eq!(asked, 2);
    let told: Vec<Request> = deeds(&back(&mut script)).into_iter().map(|(_, request)| request).collect();
    assert_eq!(told, [Request::MarkRead { chat: chat(11).chat, upto: key(21), back: false }]);
}

#[test]
fn what_waited_when_the_run_ended_goes_out_with_the_next() {
    let mut script = at_once(Script::ready_kept());
    let item = OutboxItem::React { message: key(5), emoji: ReactEmoji::Unicode(CleanText::ours("👍")), add: true };
    let row =
        OutboxRow { chat: chat(11), nonce: Nonce(9), item, written: Wall(0), known: None, stage: OutboxStage::Waiting };
    let found = |rows| Event::Stored(StoreReply::Found(Ticket(u64::MAX), Ok(Some(Found::Outbox(rows)))));
    let fx = script.event(found(vec![row.clone()]));
    let [(id, Request::React { .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
    assert!(shown(&script, 5).reactions.iter().any(|reaction| reaction.mine), "shown as done before it is");
    assert_eq!(deeds(&script.event(found(vec![row.clone()]))), [], "told twice, done once");
    let fx = script.answer(id, Ok(Reply::Done));
    assert_eq!(drops(&fx), 1);
    assert_eq!(deeds(&script.event(found(vec![row]))), []);
}

#[test]
fn what_waits_stays_shown_whatever_page_comes() {
    let mut script = offline();
    edit(&mut script, "first");
    let fx = back(&mut script);
    let [(edit, _)] = deeds(&fx)[..] else { panic!("{fx:?}") };
    let asked = read_again(&fx);
    script.answer(asked, Ok(end_with(said(chat(11), 11, ME, "mine"))));
    assert_eq!(&*shown(&script, 11).body.text, "first", "the server does not know it yet");
    script.answer(edit, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(&*shown(&script, 11).body.text, "mine");
}

#[test]
fn what_was_told_meanwhile_is_not_taken_for_what_was_done() {
    let mut script = offline();
    react(&mut script, "👍");
    let fx = back(&mut script);
    let [(deed, _)] = deeds(&fx)[..] else { panic!("{fx:?}") };
    let asked = read_again(&fx);
    // It is done before the page is there that was asked for first: of the rest of its message that says nothing.
    let fx = script.answer(deed, Ok(Reply::Done));
    assert!(
        writes(&fx).iter().any(|write| matches!(write, Write::Toggle { mine: true, add: true, .. })),
        "the store is told of nothing else either: {fx:?}"
    );
    let emoji = |text: &str| ReactEmoji::Unicode(CleanText::new(text));
    let theirs = Reaction { emoji: emoji("🌱"), count: 1, mine: false, by: [ADA].into() };
    let message = Message { reactions: [theirs].into(), ..said(chat(11), 11, ME, "mine, changed elsewhere") };
    script.answer(asked, Ok(end_with(message)));
    let shown = shown(&script, 11);
    let seen: Vec<(ReactEmoji, bool)> = shown.reactions.iter().map(|one| (one.emoji.clone(), one.mine)).collect();
    assert_eq!(&*shown.body.text, "mine, changed elsewhere");
    assert_eq!(seen, [(emoji("🌱"), false), (emoji("👍"), true)]);
}

#[test]
fn what_is_refused_goes_back_to_what_was_told_last() {
    let mut script = offline();
    edit(&mut script, "first");
    let fx = back(&mut script);
    let [(edit, _)] = deeds(&fx)[..] else { panic!("{fx:?}") };
    let asked = read_again(&fx);
    script.answer(asked, Ok(end_with(said(chat(11), 11, ME, "mine, changed elsewhere"))));
    assert_eq!(&*shown(&script, 11).body.text, "first");
    script.answer(edit, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(&*shown(&script, 11).body.text, "mine, changed elsewhere");
}

/// One message was read without a connection, which is back now; the read mark is under way.
fn marked_late() -> (Script, RequestId) {
    let mut script = offline();
    script.event(Event::Focused(true));
    script.arrange_kept_end();
    let known = script.state.core.accounts[0].chats.get_mut(&chat(11).chat).unwrap();
    (known.unread, known.last_read, known.last_message) = (1, Some(key(9)), Some(key(11)));
    script.arrange_kept_end();
    script.event(Event::Focused(false));
    let fx = back(&mut script);
    let [(deed, Request::MarkRead { .. })] = deeds(&fx)[..] else { panic!("{fx:?}") };
    (script, deed)
}

#[test]
fn a_read_mark_that_went_out_late_is_followed_by_what_is_left_unread() {
    let (mut script, deed) = marked_late();
    let known = script.state.core.accounts[0].chats.get_mut(&chat(11).chat).unwrap();
    // The lists came before it was done, and count what was read.
    (known.unread, known.last_message) = (3, Some(key(13)));
    let fx = script.answer(deed, Ok(Reply::Done));
    assert!(requests(&fx).contains(&Request::FetchChat(chat(11).chat)), "{fx:?}");
}

#[test]
fn a_list_that_was_asked_before_a_read_mark_is_followed_by_what_is_left_unread() {
    let (mut script, deed) = marked_late();
    let account = &script.state.core.accounts[0];
    assert_eq!((account.chats[&chat(11).chat].unread, account.requests.is_syncing()), (0, true));
    let fx = script.answer(deed, Ok(Reply::Done));
    assert!(requests(&fx).contains(&Request::FetchChat(chat(11).chat)), "{fx:?}");
}

#[test]
fn what_is_read_without_a_connection_is_read() {
    let mut script = offline();
    script.event(Event::Focused(true));
    // Nothing newer is known, and nobody can say that there is nothing.
    script.arrange_kept_end();
    let known = script.state.core.accounts[0].chats.get_mut(&chat(11).chat).unwrap();
    (known.unread, known.last_read, known.last_message) = (1, Some(key(9)), Some(key(11)));
    let fx = script.arrange_kept_end();
    assert_eq!(items(&fx), [OutboxItem::MarkRead { upto: key(11), back: false }]);
    assert_eq!(script.state.core.accounts[0].chats[&chat(11).chat].unread, 0);
}
