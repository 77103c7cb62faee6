//! What was lost on its way where nobody reads, on a network that marks read what is fetched: what is waited for, what decides, and what is said.

use super::script::*;
use super::updates::note;
use nib::domain::kept::{Found, OutboxItem, OutboxRow, OutboxStage};
use nib::domain::*;
use nib::state::outbox::Stage;
use nib::state::{Action, Effect, Effects, Event, StoreReply, Timer};
use std::sync::Arc;
use std::time::Duration;

fn row(nonce: u64, text: &str, known: u128, stage: OutboxStage) -> OutboxRow {
    let outgoing = Outgoing { chat: chat(12).chat, nonce: Nonce(nonce), text: text.to_owned(), ..Outgoing::default() };
    let item = OutboxItem::Send(Arc::new(outgoing));
    OutboxRow { chat: chat(12), nonce: Nonce(nonce), item, written: Wall(0), known: Some(key(known)), stage }
}

/// Two messages for a chat that is not open: the first was in flight when its run ended, and this was the newest of its chat then. Signs in, too.
fn lost(known: u128) -> (Script, Effects) {
    let mut script = Script::ready_kept();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    let rows = vec![row(1, "one", known, OutboxStage::InFlight), row(2, "two", known, OutboxStage::Waiting)];
    script.event(Event::Stored(StoreReply::Found(nib::domain::kept::Ticket(u64::MAX), Ok(Some(Found::Outbox(rows))))));
    let fx = back(&mut script);
    (script, fx)
}

fn back(script: &mut Script) -> Effects {
    let caps = Caps { fetch_marks_read: true, ..Script::caps() };
    let me = user(ME, "me");
    let asked = script.link(LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps });
    script.serve(asked.clone());
    asked
}

fn texts(effects: &Effects) -> Vec<String> {
    sends(effects).iter().map(|(_, outgoing)| outgoing.text.clone()).collect()
}

fn asks_history(effects: &Effects) -> Option<RequestId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { chat: of, limit: 100, .. }, .. } if *of == chat(12).chat => {
            Some(*id)
        }
        _ => None,
    })
}

#[test]
fn what_was_written_after_it_waits_as_long_as_it_may_still_arrive() {
    // Something else was said there since: what, nobody knows without a look.
    let (mut script, fx) = lost(39);
    assert_eq!((texts(&fx), asks_history(&fx)), (vec![], None));
    assert_eq!(script.rows(12), [Stage::Unconfirmed, Stage::Queued]);
    assert_eq!(texts(&script.advance(Duration::from_millis(2_900))), Vec::<String>::new());
    let fx = script.advance(Duration::from_millis(200));
    assert_eq!(texts(&fx), ["two"], "it is not stuck for ever");
    assert_eq!(script.rows(12)[0], Stage::Unconfirmed);

    // Somebody reads there: it is not there. It does not go by itself any more, since what was written after it is there.
    let asked = sends(&fx)[0].0;
    script.answer(asked, sent(41));
    let fx = script.act(Action::OpenChat(chat(12)));
    let heal = asks_history(&fx).expect("history decides");
    let page = Reply::History {
        chat: chat(12).chat,
        messages: vec![Arc::new(said(chat(12), 39, ADA, "x")), Arc::new(said(chat(12), 41, ME, "two"))],
        bundle: Bundle::default(),
        reached_start: false,
        reached_end: true,
    };
    assert_eq!(texts(&script.answer(heal, Ok(page))), Vec::<String>::new());
    let [Stage::Failed(why), ..] = &script.rows(12)[..] else { panic!("{:?}", script.rows(12)) };
    assert_eq!(why.text.as_str(), "nib ended before the network confirmed the message; nothing was sent");
}

#[test]
fn a_list_on_which_nothing_was_said_since_tells_that_it_did_not_arrive() {
    let (mut script, fx) = lost(40);
    assert_eq!((texts(&fx), asks_history(&fx)), (vec![], None));
    assert_eq!(script.rows(12), [Stage::Unconfirmed, Stage::Queued]);
    assert_eq!(texts(&script.advance(Duration::from_millis(2_900))), Vec::<String>::new());
    let fx = script.advance(Duration::from_millis(200));
    assert_eq!(texts(&fx), ["one"], "it goes again, and nothing before it");
    let fx = script.answer(sends(&fx)[0].0, sent(41));
    assert_eq!(texts(&fx), ["two"]);
}

#[test]
fn one_that_arrives_late_is_found_by_its_push_and_not_sent_again() {
    for known in [39, 40] {
        let (mut script, _) = lost(known);
        script.advance(Duration::from_secs(1));
        let fx = script.hear(said(chat(12), 41, ME, "one"));
        assert!(script.rows(12).iter().all(|stage| *stage != Stage::Unconfirmed), "{:?}", script.rows(12));
        assert_eq!(texts(&fx), ["two"], "nothing is in the way any more");
        assert_eq!(texts(&script.advance(Duration::from_secs(10))), Vec::<String>::new());
    }
}

#[test]
fn a_list_of_the_connection_before_says_nothing() {
    let (mut script, _) = lost(40);
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    let caps = Caps { fetch_marks_read: true, ..Script::caps() };
    let fx = script.link(LinkEvent::SignedIn { me: user(ME, "me"), session: None, token: Secret::default(), caps });
    // Its lists take long.
    assert_eq!(texts(&fx), Vec::<String>::new());
    assert_eq!(
        texts(&script.advance(Duration::from_secs(10))),
        Vec::<String>::new(),
        "nor does what comes after it go"
    );
    assert_eq!(script.rows(12), [Stage::Unconfirmed, Stage::Queued]);
}

#[test]
fn what_is_not_confirmed_costs_nothing_while_nothing_happens() {
    let (mut script, _) = lost(39);
    script.advance(Duration::from_secs(10));
    script.event(Event::Focused(true));
    let before = script.state.revision;
    let fx = script.event(Event::Focused(true));
    let waits = fx.iter().any(|effect| matches!(effect, Effect::Arm(Timer::OutboxRetry, _)));
    assert_eq!((asks_history(&fx), waits), (None, false));
    assert_eq!(script.state.revision, before, "no frame without news");
}

#[test]
fn what_waits_for_a_chat_of_a_community_out_of_service_waits_on() {
    let mut script = Script::ready_kept();
    script.receive(Update::CommunityUnavailable(CommunityId::new(100)));
    let nowhere = ChatId::new(77);
    let outgoing = Outgoing { chat: nowhere, nonce: Nonce(1), text: "kept".to_owned(), ..Outgoing::default() };
    let failed = OutboxStage::Failed(refusal(RefusalKind::Forbidden));
    let item = OutboxItem::Send(Arc::new(outgoing));
    let of = ChatKey { chat: nowhere, ..chat(11) };
    let row = OutboxRow { chat: of, nonce: Nonce(1), item, written: Wall(0), known: None, stage: failed };
    let found = Ok(Some(Found::Outbox(vec![row])));
    script.event(Event::Stored(StoreReply::Found(nib::domain::kept::Ticket(u64::MAX), found)));
    assert_eq!((script.rows(77).len(), note(&script)), (1, None), "nobody knows what the community has");
    // It is back, and has no such channel.
    let account = &script.state.core.accounts[0];
    let back = Community { available: true, ..account.community(CommunityId::new(100)).unwrap().clone() };
    let fx = script.receive(Update::CommunityChanged(Box::new(back)));
    script.serve(fx);
    assert_eq!(script.rows(77), []);
    assert_eq!(note(&script).as_deref(), Some("The chats they were for are gone"));
    script.act(Action::Accept);
    script.act(Action::Text(nib::state::action::TextEdit::Yank));
    assert_eq!(script.composer(), "kept");
}

#[test]
fn reactions_that_come_while_a_page_is_under_way_are_not_taken_back_by_it() {
    let emoji = ReactEmoji::Unicode(CleanText::new("👍"));
    let toggled = |people: u128, times: usize| {
        let mut timeline = Timeline::default();
        let fetch = timeline.open_fetch();
        for _ in 0..times {
            for person in 1..=people {
                for add in [true, false, true] {
                    timeline.toggle(key(1).id, &emoji, UserId::new(person), (add, false));
                }
            }
        }
        let result = timeline.absorb(fetch, Page::Latest, vec![Arc::new(said(chat(11), 1, ADA, "hi"))], true, true);
        let count = timeline.message(key(1).id).map_or(0, |message| message.reactions.iter().map(|it| it.count).sum());
        (result.void, count)
    };
    assert_eq!(toggled(60, 10), (false, 60), "the last word of each person counts");
    assert!(toggled(65, 1).0, "more than can be remembered: the page is asked for again");
}
