//! Deletions of several messages, changes that overtake one another, and what others are told before an account is left.

use super::script::*;
use nib::domain::kept::{OutboxItem, OutboxStage, Write};
use nib::domain::*;
use nib::state::action::{AccountAction, ComposeAction, MessageAction};
use nib::state::ui::quit::farewell;
use nib::state::{Action, Effect, Effects, Event, StoreReply};
use std::time::Duration;

/// Messages 11 to 13 are one's own, and there is a store.
fn with_three() -> Script {
    let mut script = Script::ready_kept().with_own();
    script.drafts(Vec::new());
    script.hear(said(chat(11), 12, ME, "second"));
    script.hear(said(chat(11), 13, ME, "third"));
    script
}

fn on(script: &mut Script, what: MessageAction) -> Effects {
    script.act(Action::Message(what))
}

fn delete(script: &mut Script, ids: &[u128]) -> Effects {
    on(script, MessageAction::DeleteNow(chat(11), ids.iter().copied().map(key).collect()))
}

fn change(script: &mut Script, more: &str) -> Effects {
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(more);
    script.act(Action::Send)
}

/// What is asked about messages: deletions by what they delete, changes by their texts.
fn asked(effects: &Effects) -> Vec<(RequestId, Vec<u128>, String)> {
    let of = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::Delete { messages, .. }, .. } => {
            Some((*id, messages.iter().map(|message| message.id.0.0).collect(), String::new()))
        }
        Effect::Net { id, request: Request::Edit { message, text, .. }, .. } => {
            Some((*id, vec![message.id.0.0], text.clone()))
        }
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn goes(script: &mut Script) -> Vec<(RequestId, Vec<u128>, String)> {
    let fx = script.advance(Duration::from_secs(6));
    asked(&fx)
}

fn words(script: &Script) -> Vec<String> {
    script.texts(11).split_off(10)
}

const GONE: &str = "(deleted here; the network is not told yet)";

#[test]
fn where_one_of_several_is_gone_the_others_are_deleted_by_themselves() {
    let mut script = with_three();
    delete(&mut script, &[11, 12, 13]);
    let [(whole, ..)] = goes(&mut script)[..] else { panic!() };
    let fx = script.answer(whole, Err(refusal(RefusalKind::NotFound)));
    let kept: Vec<_> = kept_rows(&fx).into_iter().map(|row| (row.nonce, row.stage.clone())).collect();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|(_, stage)| *stage == OutboxStage::Waiting), "{kept:?}");
    assert_eq!(words(&script), [GONE; 3], "nobody knows of any of them");
    let (first, of, _) = asked(&fx).remove(0);
    assert_eq!(of, [11]);
    let fx = script.answer(first, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(words(&script), [GONE; 2]);
    let (second, of, _) = asked(&fx).remove(0);
    assert_eq!(of, [12]);
    let fx = script.answer(second, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(words(&script), ["second", GONE], "it stands for everybody, and here");
    assert!(script.notice().starts_with("Not deleted"), "{}", script.notice());
    let (third, ..) = asked(&fx).remove(0);
    script.answer(third, Ok(Reply::Done));
    assert_eq!(words(&script), ["second"]);
}

#[test]
fn what_others_deleted_meanwhile_has_not_to_be_deleted_again() {
    let mut script = with_three();
    delete(&mut script, &[11, 12]);
    let deleted = |id| Update::MessagesDeleted { chat: chat(11).chat, messages: vec![MessageId::new(id)] };
    let fx = script.receive(deleted(11));
    let kept = kept_rows(&fx).into_iter().map(|row| row.item.clone()).collect::<Vec<_>>();
    assert_eq!(kept, [OutboxItem::Delete { messages: vec![key(12)] }]);
    assert_eq!(words(&script), [GONE, "third"]);
    let fx = script.receive(deleted(12));
    assert!(writes(&fx).iter().any(|write| matches!(write, Write::DropOutbox(..))), "{fx:?}");
    assert_eq!((goes(&mut script), words(&script)), (vec![], vec!["third".to_owned()]));
}

#[test]
fn a_change_under_way_is_kept_again_when_the_newer_one_is_taken_back() {
    let mut script = with_three();
    change(&mut script, " A");
    let [(first, ..)] = &goes(&mut script)[..] else { panic!() };
    let first = *first;
    change(&mut script, " B");
    assert_eq!(words(&script)[2], "third A B");
    let fx = on(&mut script, MessageAction::TakeBack);
    let kept: Vec<_> = kept_rows(&fx).into_iter().map(|row| row.item.clone()).collect();
    assert_eq!(kept, [OutboxItem::Edit { message: key(13), text: "third A".to_owned() }]);
    // So the next run tells the network, if this one cannot.
    script.answer(first, Err(refusal(RefusalKind::LinkLost)));
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    assert!(farewell(&script.state).is_some_and(|said| said.contains("nib sends it when it runs again")));
}

#[test]
fn a_change_that_had_to_wait_does_not_come_after_a_newer_one() {
    let mut script = with_three();
    script.hold_nothing();
    let (first, ..) = asked(&change(&mut script, " A")).remove(0);
    let (second, ..) = asked(&change(&mut script, " B")).remove(0);
    script
        .answer(first, Err(Refusal { retry_after: Some(Duration::from_secs(1)), ..refusal(RefusalKind::RateLimited) }));
    script.answer(second, Ok(Reply::Done));
    assert_eq!(goes(&mut script), []);
}

#[test]
fn what_takes_the_place_of_something_shown_is_shown_until_it_is_answered() {
    let mut script = with_three();
    script.hold_nothing();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::React("👍".to_owned()));
    change(&mut script, " A");
    script.link(LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::default(),
        caps: Script::caps(),
    });
    assert_eq!(words(&script)[2], "third A", "it waits behind the reaction");
    change(&mut script, " B");
    assert_eq!(words(&script)[2], "third A B");
}

fn sign_out(script: &mut Script) -> Effects {
    script.act(Action::Account(AccountAction::SignOutNow(HOME)))
}

fn leaves(effects: &Effects) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Net { request: Request::SignOut, .. }))
}

#[test]
fn others_are_told_before_an_account_is_left() {
    let mut script = with_three();
    delete(&mut script, &[11]);
    let fx = sign_out(&mut script);
    let (deletion, ..) = asked(&fx).remove(0);
    assert!(!leaves(&fx));
    assert!(script.notice().contains("Others are told of 1 deletion first"), "{}", script.notice());
    assert!(leaves(&script.answer(deletion, Ok(Reply::Done))));
    // Not for ever, and at once where somebody insists.
    let mut script = with_three();
    delete(&mut script, &[11]);
    sign_out(&mut script);
    assert!(!leaves(&script.advance(Duration::from_millis(1_900))));
    assert!(leaves(&script.advance(Duration::from_millis(200))));
    let mut script = with_three();
    delete(&mut script, &[11]);
    sign_out(&mut script);
    assert!(leaves(&sign_out(&mut script)));
    // The same for one that is removed or put away.
    for action in [AccountAction::RemoveNow(HOME), AccountAction::Disable(String::new())] {
        let mut script = with_three();
        delete(&mut script, &[11]);
        let fx = script.act(Action::Account(action));
        assert!(!fx.contains(&Effect::Disconnect(HOME)), "{fx:?}");
        let (deletion, ..) = asked(&fx).remove(0);
        assert!(script.answer(deletion, Ok(Reply::Done)).contains(&Effect::Disconnect(HOME)));
    }
}

#[test]
fn a_deletion_that_the_disk_did_not_take_is_not_promised_to_the_next_run() {
    let mut script = with_three();
    let fx = delete(&mut script, &[11]);
    let nonce = kept_rows(&fx)[0].nonce;
    script.event(Event::Stored(StoreReply::OutboxCommitted(chat(11), nonce, Err("the disk is full".to_owned()))));
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    assert!(!script.act(Action::Quit).contains(&Effect::Quit), "that is asked first");
    assert_eq!(farewell(&script.state).as_deref(), Some("Others may not know of 1 deletion; look when you are back."));
}

/// What the store is told to let go of.
fn let_go(effects: &Effects) -> Vec<Nonce> {
    let of = |write: &Write| match write {
        Write::DropOutbox(_, nonce) => Some(*nonce),
        _ => None,
    };
    writes(effects).into_iter().filter_map(of).collect()
}

#[test]
fn an_older_change_that_is_answered_is_not_said_again_by_the_next_run() {
    // Its message is deleted meanwhile, or changed again, and the disk does not take that.
    for deletes in [true, false] {
        let mut script = with_three();
        let older = kept_rows(&change(&mut script, " A"))[0].nonce;
        let (first, ..) = goes(&mut script).remove(0);
        let fx = if deletes { delete(&mut script, &[13]) } else { change(&mut script, " B") };
        let newer = kept_rows(&fx)[0].nonce;
        let committed = StoreReply::OutboxCommitted(chat(11), newer, Err("the disk is full".to_owned()));
        script.event(Event::Stored(committed));
        assert!(let_go(&script.answer(first, Ok(Reply::Done))).contains(&older), "{deletes}");
    }
}

#[test]
fn a_message_that_is_gone_already_goes_here_too_where_nothing_is_held() {
    let mut script = with_three();
    script.hold_nothing();
    let (deletion, ..) = asked(&delete(&mut script, &[13])).remove(0);
    script.answer(deletion, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(words(&script), ["mine", "second"]);
}

#[test]
fn a_newer_change_is_what_stays_shown_when_the_older_one_has_to_wait() {
    let mut script = with_three();
    script.hold_nothing();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    change(&mut script, " A");
    let (me, token) = (user(ME, "me"), Secret::default());
    script.link(LinkEvent::SignedIn { me, session: None, token, caps: Script::caps() });
    let fx = change(&mut script, " B");
    assert_eq!(words(&script)[2], "third A B");
    let under_way: Vec<RequestId> = script.state.core.accounts[0].requests.open.keys().copied().collect();
    let waits = Refusal { retry_after: Some(Duration::from_secs(1)), ..refusal(RefusalKind::RateLimited) };
    for request in under_way {
        script.answer(request, Err(waits.clone()));
    }
    assert_eq!(words(&script)[2], "third A B", "{fx:?}");
}

#[test]
fn an_account_that_is_about_to_be_left_is_left_when_nib_ends() {
    for way in [AccountAction::SignOutNow(HOME), AccountAction::RemoveNow(HOME), AccountAction::Disable(String::new())]
    {
        for quits in [true, false] {
            let mut script = with_three();
            delete(&mut script, &[11]);
            let fx = script.act(Action::Account(way.clone()));
            assert!(!fx.contains(&Effect::Disconnect(HOME)));
            let fx = if quits {
                script.act(Action::Quit);
                script.act(Action::Quit)
            } else {
                script.event(Event::Terminate)
            };
            assert!(fx.contains(&Effect::Disconnect(HOME)), "{way:?}: {fx:?}");
            assert_eq!(fx.contains(&Effect::ForgetToken(HOME)), matches!(way, AccountAction::SignOutNow(_)), "{fx:?}");
            assert_eq!(fx.contains(&Effect::RemoveAccount(HOME)), matches!(way, AccountAction::RemoveNow(_)), "{fx:?}");
            let place = |of: &Effect| fx.iter().position(|effect| effect == of);
            assert!(place(&Effect::Disconnect(HOME)) < place(&Effect::Quit), "{fx:?}");
        }
    }
    // The network was asked to end the session, and has not answered.
    let mut script = with_three();
    sign_out(&mut script);
    let fx = script.event(Event::Terminate);
    assert!(fx.contains(&Effect::ForgetToken(HOME)) && fx.contains(&Effect::Quit), "{fx:?}");
}

#[test]
fn whoever_leaves_an_account_reads_what_its_network_does_not_take() {
    for (way, said) in [
        (AccountAction::SignOutNow(HOME), "You stay signed in. Not deleted: "),
        (AccountAction::RemoveNow(HOME), "The account stays. Not deleted: "),
        (AccountAction::Disable(String::new()), "The account stays enabled. Not deleted: "),
    ] {
        let mut script = with_three();
        delete(&mut script, &[11]);
        let fx = script.act(Action::Account(way));
        let (deletion, ..) = asked(&fx).remove(0);
        let fx = script.answer(deletion, Err(refusal(RefusalKind::Forbidden)));
        assert!(!leaves(&fx) && !fx.contains(&Effect::Disconnect(HOME)));
        assert!(script.notice().starts_with(said), "{}", script.notice());
        let fx = script.advance(Duration::from_secs(3));
        assert!(!leaves(&fx) && !fx.contains(&Effect::Disconnect(HOME)));
    }
    // What nobody answers is named with what was done.
    let mut script = with_three();
    delete(&mut script, &[11]);
    script.act(Action::Account(AccountAction::RemoveNow(HOME)));
    script.advance(Duration::from_secs(3));
    assert!(script.notice().ends_with("is removed; others were not told of 1 deletion"), "{}", script.notice());
}

#[test]
fn another_way_of_leaving_takes_the_place_of_the_one_that_waits() {
    let mut script = with_three();
    delete(&mut script, &[11]);
    let fx = script.act(Action::Account(AccountAction::Disable(String::new())));
    let (deletion, ..) = asked(&fx).remove(0);
    assert!(!leaves(&sign_out(&mut script)));
    // What is deleted meanwhile goes at once.
    assert_eq!(asked(&delete(&mut script, &[12])), []);
    let fx = script.answer(deletion, Ok(Reply::Done));
    assert!(!leaves(&fx));
    let (second, ..) = asked(&fx).remove(0);
    assert!(leaves(&script.answer(second, Ok(Reply::Done))));
}
