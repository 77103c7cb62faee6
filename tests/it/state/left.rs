//! Changes of messages that were left or refused: where they are kept, and what becomes of them when their message is another or gone.

use super::script::*;
use nib::domain::kept::{Draft, DraftEdit, Edited, Write};
use nib::domain::*;
use nib::state::action::{ComposeAction, TextEdit};
use nib::state::front::ComposeMode;
use nib::state::{Action, Effects, Event};
use std::time::Duration;

/// Somebody whose drafts are kept, and whose changes go at once.
fn hasty() -> Script {
    let mut script = Script::ready_kept();
    script.drafts(Vec::new());
    script.hold_nothing();
    script
}

/// Changes the last own message; the request.
fn change(script: &mut Script, more: &str) -> RequestId {
    begin(script, more);
    let fx = script.act(Action::Send);
    let change = fx.iter().find_map(|effect| match effect {
        nib::state::Effect::Net { id, request: Request::Edit { .. }, .. } => Some(*id),
        _ => None,
    });
    change.expect("it goes out")
}

fn begin(script: &mut Script, more: &str) {
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(more);
}

/// What the store was told last of a chat.
fn kept(script: &Script, of: u128) -> Draft {
    let last = script.written.iter().rev().find_map(|write| match write {
        Write::Draft { chat: told, draft } if *told == chat(of) => Some(Draft::clone(draft)),
        _ => None,
    });
    last.expect("the store was told")
}

fn left(script: &Script, of: u128) -> Vec<String> {
    kept(script, of).left.into_iter().map(|edit| edit.text).collect()
}

fn no() -> Result<Reply, Refusal> {
    Err(refusal(RefusalKind::Forbidden))
}

fn back(script: &mut Script) -> Effects {
    let (me, token) = (user(ME, "me"), Secret::default());
    script.link(LinkEvent::SignedIn { me, session: None, token, caps: Script::caps() })
}

#[test]
fn refused_changes_of_one_chat_all_outlast_the_end() {
    let mut script = hasty();
    let first = change(&mut script, " changed");
    script.hear(said(chat(11), 12, ME, "mine"));
    let second = change(&mut script, ", too");
    script.open(12);
    script.answer(first, no());
    script.answer(second, no());
    script.event(Event::Terminate);
    assert_eq!(left(&script, 11), ["line 4 changed", "mine, too"]);
    assert_eq!(kept(&script, 11).edit, None);
}

#[test]
fn a_change_is_kept_as_one_though_its_message_is_not_in_memory() {
    let mut script = hasty();
    let request = change(&mut script, " changed");
    script.open(12);
    script.state.core.account_mut(HOME).unwrap().timelines.remove(&ChatId::new(11));
    script.answer(request, no());
    assert_eq!(script.notice(), "Not changed: no; your text is kept for when you change that message again");
    assert_eq!((left(&script, 11), kept(&script, 11).text.as_str()), (vec!["line 4 changed".to_owned()], ""));
    script.open(11);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "line 4 changed");
}

#[test]
fn a_change_whose_message_is_gone_goes_out_with_nothing_else() {
    for (draft, told) in [("", "; your text is a new message now"), ("something else", "; to put your text here")] {
        let mut script = hasty();
        script.type_text(draft);
        let request = change(&mut script, " changed");
        script.open(12);
        script.answer(request, Err(refusal(RefusalKind::NotFound)));
        assert_eq!(script.notice(), format!("Not changed: no{told}"));
        script.act(Action::Text(TextEdit::Yank));
        assert_eq!(script.composer(), if draft.is_empty() { "" } else { "line 4 changed" });
        script.open(11);
        assert_eq!(script.composer(), if draft.is_empty() { "line 4 changed" } else { draft });
    }
}

#[test]
fn putting_words_in_the_place_of_others_leaves_a_change_that_was_kept() {
    for (command, typed) in [("s/nowhere/x", "s/nowhere/x"), ("s/line/row", "")] {
        let mut script = hasty();
        begin(&mut script, " changed");
        script.act(Action::Cancel);
        script.type_text(command);
        script.act(Action::Send);
        assert_eq!(script.composer(), typed);
        script.act(Action::Clear);
        script.act(Action::Compose(ComposeAction::EditLast));
        assert_eq!(script.composer(), "line 4 changed", "{command}");
    }
}

/// A change of "hello", which waits for a connection, was left for another chat.
fn left_behind() -> Script {
    let mut script = hasty();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    script.type_text("hello");
    script.act(Action::Send);
    begin(&mut script, " world");
    script.open(12);
    script
}

#[test]
fn a_change_of_what_had_not_gone_out_is_one_of_the_message_that_it_became() {
    for echoes_first in [false, true] {
        let mut script = left_behind();
        let fx = back(&mut script);
        let [(request, outgoing)] = &sends(&fx)[..] else { panic!("{fx:?}") };
        let echo = |script: &mut Script| {
            let message = std::sync::Arc::new(said(chat(11), 30, ME, "hello"));
            let nonce = Some(outgoing.nonce);
            script.receive(Update::MessageCreated { message, unread: None, author: None, nonce });
        };
        if echoes_first {
            echo(&mut script);
        }
        script.answer(*request, sent(30));
        if !echoes_first {
            echo(&mut script);
        }
        assert_eq!(kept(&script, 11).left[0].of, Edited::Message(key(30)), "the store is told");
        script.open(11);
        script.act(Action::Compose(ComposeAction::EditLast));
        assert_eq!(script.composer(), "hello world");
    }
}

#[test]
fn a_change_of_what_waits_no_more_is_a_text_again() {
    let mut script = left_behind();
    script.state.core.account_mut(HOME).unwrap().outbox.chats.clear();
    script.act(Action::FocusMessages);
    assert_eq!(script.notice(), "A message that you had begun to change waits no more; your text is a new message now");
    assert_eq!((kept(&script, 11).text.as_str(), left(&script, 11).len()), ("hello world", 0));
}

#[test]
fn a_change_of_what_was_deleted_is_not_kept_where_nobody_finds_it() {
    for open in [true, false] {
        let mut script = hasty();
        begin(&mut script, " changed");
        script.act(Action::Cancel);
        script.advance(Duration::from_millis(300));
        assert_eq!(left(&script, 11).len(), 1);
        if !open {
            script.open(12);
        }
        script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![MessageId::new(4)] });
        let then = if open { "to put your text here" } else { "your text is a new message now" };
        assert_eq!(script.notice(), format!("A message that you had begun to change was deleted; {then}"));
        assert_eq!(left(&script, 11).len(), 0);
        if open {
            script.act(Action::Text(TextEdit::Yank));
        } else {
            script.open(11);
        }
        assert_eq!((script.composer().as_str(), script.mode()), ("line 4 changed", &ComposeMode::New));
    }
}

#[test]
fn changes_of_earlier_runs_stay_whatever_their_number() {
    let edit = |id| DraftEdit {
        of: Edited::Message(key(id)),
        text: format!("line {id} changed"),
        original: format!("line {id}"),
    };
    let found = Draft { left: (100..140).chain([4]).map(edit).collect(), ..Draft::default() };
    let mut script = Script::ready_kept();
    script.open(12);
    script.resumed(vec![(chat(11), found)]);
    script.written.clear();
    for id in 50..80 {
        script.hear(said(chat(12), id, ME, "mine"));
        begin(&mut script, " changed");
        script.act(Action::Cancel);
    }
    script.event(Event::Terminate);
    let told = |write: &Write| matches!(write, Write::Draft { chat: of, .. } if *of == chat(11));
    assert!(!script.written.iter().any(told), "it is as the store has it");
    script.open(11);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "line 4 changed");
}
