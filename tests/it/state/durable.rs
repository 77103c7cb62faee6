//! Rows of the outbox and the store: durable before they go, and what a later run makes of them.

use super::script::*;
use bytes::Bytes;
use nib::domain::kept::{Found, OutboxItem, OutboxRow, OutboxStage, Write};
use nib::domain::*;
use nib::state::action::MessageAction;
use nib::state::outbox::Stage;
use nib::state::{Action, Effect, Effects, Event, StoreReply};
use std::sync::Arc;
use std::time::Duration;

fn lost() -> LinkEvent {
    LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) }
}

/// A script with a store, whose answers the test gives.
fn kept() -> Script {
    let mut script = Script::ready();
    script.state.has_store = true;
    script.state.core.accounts[0].keeps_drafts = true;
    script.store = false;
    script
}

fn committed(script: &mut Script, nonce: Nonce) -> Effects {
    script.event(Event::Stored(StoreReply::OutboxCommitted(chat(11), nonce, Ok(()))))
}

fn stages(effects: &Effects) -> Vec<(Nonce, OutboxStage)> {
    let stage = |write: &&Write| match *write {
        Write::PutOutbox(row) => Some((row.nonce, row.stage.clone())),
        Write::SetStage { nonce, stage, .. } => Some((*nonce, stage.clone())),
        _ => None,
    };
    writes(effects).iter().filter_map(stage).collect()
}

fn written(script: &mut Script, text: &str) -> (Nonce, Effects) {
    script.type_text(text);
    let fx = script.act(Action::Send);
    let nonce = kept_rows(&fx)[0].nonce;
    (nonce, fx)
}

#[test]
fn the_store_knows_that_a_message_is_in_flight_before_it_is() {
    let mut script = kept();
    // The first in line is stored as in flight at once, the second once it is its turn.
    let (first, fx) = written(&mut script, "one");
    assert_eq!(stages(&fx), [(first, OutboxStage::InFlight)]);
    let (second, fx) = written(&mut script, "two");
    assert_eq!(stages(&fx), [(second, OutboxStage::Waiting)]);
    let sent_first = sends(&committed(&mut script, first));
    assert_eq!(sends(&committed(&mut script, second)), []);
    let fx = script.answer(sent_first[0].0, sent(11));
    assert_eq!(
        writes(&fx),
        [
            &Write::DropOutbox(chat(11), first),
            &Write::SetStage { chat: chat(11), nonce: second, stage: OutboxStage::InFlight, known: Some(key(10)) }
        ]
    );
    assert_eq!(sends(&fx), [], "not before the store has it as in flight");
    let fx = committed(&mut script, second);
    assert_eq!(sends(&fx).len(), 1);
    // A refusal is kept, too.
    let why = refusal(RefusalKind::Forbidden);
    let fx = script.answer(sends(&fx)[0].0, Err(why.clone()));
    assert!(matches!(&stages(&fx)[..], [(nonce, OutboxStage::Failed(_))] if *nonce == second), "{fx:?}");
    // And it goes out again by the same way.
    let fx = script.act(Action::Message(MessageAction::Retry));
    assert_eq!(stages(&fx), [(second, OutboxStage::InFlight)]);
    assert_eq!(sends(&fx), []);
    assert_eq!(sends(&committed(&mut script, second)).len(), 1);
}

#[test]
fn what_could_not_be_handed_over_waits_in_the_store_too() {
    let mut script = kept();
    let (nonce, _) = written(&mut script, "one");
    script.link(lost());
    let fx = committed(&mut script, nonce);
    assert_eq!((sends(&fx), stages(&fx)), (vec![], vec![(nonce, OutboxStage::Waiting)]));
    let (second, fx) = written(&mut script, "two");
    assert_eq!(stages(&fx), [(second, OutboxStage::Waiting)]);
}

#[test]
fn what_the_store_has_as_waiting_does_not_go_by_itself_after_it_could_not_be_changed() {
    let mut script = kept();
    let (first, _) = written(&mut script, "one");
    let (second, _) = written(&mut script, "two");
    let sent_first = sends(&committed(&mut script, first));
    committed(&mut script, second);
    script.answer(sent_first[0].0, sent(11));
    let full = Err("there is no space left".to_owned());
    let fx = script.event(Event::Stored(StoreReply::OutboxCommitted(chat(11), second, full)));
    assert!(matches!(&stages(&fx)[..], [(of, OutboxStage::Failed(_))] if *of == second), "{fx:?}");
}

#[test]
fn what_cannot_be_kept_is_not_sent_and_says_so() {
    let mut script = kept();
    let (nonce, _) = written(&mut script, "precious");
    let full = "there is no space left".to_owned();
    let fx = script.event(Event::Stored(StoreReply::OutboxCommitted(chat(11), nonce, Err(full))));
    assert_eq!(sends(&fx), []);
    let [Stage::Failed(why)] = &script.rows(11)[..] else { panic!("{:?}", script.rows(11)) };
    assert!(why.text.contains("there is no space left"), "{}", why.text);
    // It can be tried again, whole.
    let fx = script.act(Action::Message(MessageAction::Retry));
    let [row] = kept_rows(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!((row.nonce, &row.stage), (nonce, &OutboxStage::InFlight));
    assert_eq!(sends(&committed(&mut script, nonce)).len(), 1);
}

fn row(nonce: u64, text: &str, stage: OutboxStage) -> OutboxRow {
    let outgoing = Outgoing { chat: chat(11).chat, nonce: Nonce(nonce), text: text.to_owned(), ..Outgoing::default() };
    let item = OutboxItem::Send(Arc::new(outgoing));
    OutboxRow { chat: chat(11), nonce: Nonce(nonce), item, written: Wall(0), known: Some(key(10)), stage }
}

fn restored(script: &mut Script, rows: Vec<OutboxRow>) -> Effects {
    script.event(Event::Stored(StoreReply::Found(nib::domain::kept::Ticket(u64::MAX), Ok(Some(Found::Outbox(rows))))))
}

#[test]
fn a_message_whose_file_is_not_kept_any_more_does_not_go_without_it() {
    let mut script = kept();
    let mut without = row(1, "look at this", OutboxStage::Failed(refusal(RefusalKind::Invalid)));
    let OutboxItem::Send(outgoing) = &mut without.item else { panic!("a message") };
    Arc::make_mut(outgoing).attachments =
        vec![Upload::new("a.txt", Bytes::from_static(b"here")), Upload::new("b.txt", Bytes::new())];
    restored(&mut script, vec![without]);
    let fx = script.act(Action::Message(MessageAction::Retry));
    assert_eq!((sends(&fx), stages(&fx)), (vec![], vec![]), "{fx:?}");
    let said = script.state.front.as_ref().and_then(|front| front.notice.as_ref()).expect("a sentence");
    assert!(said.text.contains("b.txt"), "{said:?}");
}

#[test]
fn rows_of_an_earlier_run_go_on_where_it_ended() {
    let why = refusal(RefusalKind::Forbidden);
    let rows = || {
        vec![
            row(1, "flew", OutboxStage::InFlight),
            row(2, "waited", OutboxStage::Waiting),
            row(3, "failed", OutboxStage::Failed(why.clone())),
            row(4, "unsure", OutboxStage::Unconfirmed),
        ]
    };
    for arrived in [true, false] {
        let mut script = kept();
        let (nonce, _) = written(&mut script, "new");
        let fx = restored(&mut script, rows());
        let texts = |script: &Script| -> Vec<String> {
            let rows = script.state.core.accounts[0].outbox.of(chat(11).chat);
            rows.iter().map(|row| row.outgoing.text.clone()).collect()
        };
        assert_eq!(texts(&script), ["flew", "waited", "failed", "unsure", "new"], "the older ones first");
        assert_eq!(sends(&fx), [], "history decides first");
        let again = restored(&mut script, rows());
        assert_eq!((texts(&script).len(), again.len()), (5, 0), "told twice, there once");
        let asks = |effect: &Effect| match effect {
            Effect::Net { id, request: Request::FetchHistory { limit: 100, .. }, .. } => Some(*id),
            _ => None,
        };
        let heal = fx.iter().find_map(asks).expect("history is asked");
        let here = if arrived { vec![said(chat(11), 11, ME, "flew")] } else { vec![] };
        let page = |more: Vec<Message>| Reply::History {
            chat: chat(11).chat,
            messages: std::iter::once(said(chat(11), 10, ADA, "x")).chain(more).map(Arc::new).collect(),
            bundle: Bundle::default(),
            reached_start: false,
            reached_end: true,
        };
        let fx = script.answer(heal, Ok(page(here)));
        if arrived {
            assert!(writes(&fx).contains(&&Write::DropOutbox(chat(11), Nonce(1))));
            assert_eq!(stages(&fx), [], "another one may be on its way for a moment");
            let fx = script.advance(Duration::from_secs(4));
            assert_eq!(stages(&fx), [(Nonce(2), OutboxStage::InFlight)]);
            assert_eq!(sends(&committed(&mut script, Nonce(2))).len(), 1);
            let late = restored(&mut script, rows());
            assert_eq!((texts(&script).len(), late.len()), (4, 0), "what arrived does not come back");
        } else {
            assert_eq!(sends(&fx), [], "it may be on its way for a moment");
            let fx = script.advance(Duration::from_secs(4));
            let heal = fx.iter().find_map(asks).expect("history is asked again");
            let fx = sends(&script.answer(heal, Ok(page(Vec::new()))));
            assert_eq!(fx[0].1.nonce, Nonce(1), "it surely did not arrive, and goes out under the same nonce");
        }
        committed(&mut script, nonce);
    }
}

#[test]
fn what_is_written_before_the_store_has_told_what_waits_goes_after_that() {
    let mut script = Script::fresh(true);
    script.state.has_store = true;
    script.state.core.accounts[0].keeps_drafts = true;
    script.store = false;
    script.event(Event::Started);
    script.sign_in();
    script.open(11);
    script.arrange_bottom();
    let (new, fx) = written(&mut script, "new");
    assert_eq!(stages(&fx), [(new, OutboxStage::Waiting)]);
    let fx = committed(&mut script, new);
    assert_eq!((sends(&fx), stages(&fx)), (vec![], vec![]), "something may wait that is older");
    let fx = restored(&mut script, vec![row(1, "old", OutboxStage::Waiting)]);
    let also = restored(&mut script, Vec::new());
    assert_eq!(stages(&[fx, also].concat()), [(Nonce(1), OutboxStage::InFlight)]);
    let gone = sends(&committed(&mut script, Nonce(1)));
    assert_eq!(gone[0].1.text, "old");
    let fx = script.answer(gone[0].0, sent(11));
    assert_eq!(stages(&fx), [(new, OutboxStage::InFlight)]);
    assert_eq!(sends(&committed(&mut script, new))[0].1.text, "new");
}

#[test]
fn where_history_may_not_be_fetched_what_flew_waits_for_the_user() {
    let mut script = kept();
    script.state.core.accounts[0].caps.fetch_marks_read = true;
    // Nobody reads: who does reads what is asked for, too.
    script.event(Event::Focused(false));
    let fx = restored(&mut script, vec![row(1, "flew", OutboxStage::InFlight), row(2, "waited", OutboxStage::Waiting)]);
    assert_eq!(script.rows(11)[0], Stage::Unconfirmed);
    assert_eq!(requests(&fx), []);
    assert_eq!(stages(&fx), [(Nonce(1), OutboxStage::Unconfirmed)], "the next one waits while this may still arrive");
    let fx = script.advance(Duration::from_secs(4));
    assert_eq!(stages(&fx), [(Nonce(2), OutboxStage::InFlight)]);
    assert_eq!(sends(&committed(&mut script, Nonce(2))).len(), 1);
}

#[test]
fn what_flew_waits_for_the_first_chat_that_is_opened() {
    let mut script = kept();
    script.state.core.accounts[0].caps.fetch_marks_read = true;
    let front = script.state.front.as_mut().unwrap();
    let open = front.pane.chat.take();
    let fx = restored(&mut script, vec![row(1, "flew", OutboxStage::InFlight), row(2, "waited", OutboxStage::Waiting)]);
    assert_eq!(script.rows(11), [Stage::Queued, Stage::Queued], "it may be this one");
    assert_eq!((requests(&fx).len(), sends(&fx).len()), (0, 0));
    script.state.front.as_mut().unwrap().pane.chat = open;
    let fx = script.event(Event::Focused(true));
    let asked = requests(&fx).into_iter().filter(|request| matches!(request, Request::FetchHistory { limit: 100, .. }));
    assert_eq!(asked.count(), 1, "{fx:?}");
    let fx = script.event(Event::Focused(true));
    assert_eq!(requests(&fx), [], "once");
}

#[test]
fn a_failed_message_without_its_file_says_what_can_be_done_when_it_is_changed() {
    let mut script = kept();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(9) });
    let mut without = row(1, "look at this", OutboxStage::Waiting);
    let OutboxItem::Send(outgoing) = &mut without.item else { panic!("a message") };
    Arc::make_mut(outgoing).attachments = vec![Upload::new("b.txt", Bytes::new())];
    restored(&mut script, vec![without]);
    script.act(Action::Compose(nib::state::action::ComposeAction::EditLast));
    assert_eq!(script.composer(), "look at this");
    script.type_text(" again");
    let rows = script.state.core.account_mut(HOME).unwrap().outbox.chats.get_mut(&chat(11).chat).unwrap();
    rows[0].stage = Stage::Failed(refusal(RefusalKind::Invalid));
    script.act(Action::Send);
    assert_eq!(script.notice(), "\"b.txt\" is not kept any more; discard the message, and attach the file anew");
    assert_eq!(script.composer(), "look at this again");
}
