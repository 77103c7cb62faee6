//! What a draft is beside its text: what it answers, the change of a message, files. All of it goes on in the next run.

use super::script::*;
use nib::domain::kept::{Draft, DraftEdit, DraftFile, DraftReply, Edited, Write};
use nib::domain::*;
use nib::state::action::{ComposeAction, FileAction, MessageAction, TextEdit};
use nib::state::front::{ComposeMode, Target};
use nib::state::ui::tray::Trouble;
use nib::state::{Action, Effect, Effects, Event, Timer};
use std::sync::Arc;
use std::time::Duration;

/// The chat with Ada, where files may be sent.
const PLACE: u128 = 31;

/// What the store was told last of a chat, if it was told of it; what is empty is forgotten there.
fn last_told(script: &Script, of: u128) -> Option<Draft> {
    script.written.iter().rev().find_map(|write| match write {
        Write::Draft { chat: told, draft } if *told == chat(of) => Some(Draft::clone(draft)),
        _ => None,
    })
}

/// What the store was told last of a chat.
fn kept(script: &Script, of: u128) -> Draft {
    last_told(script, of).expect("the store was told")
}

/// As long as it takes until what was typed is told.
fn rest(script: &mut Script) {
    script.advance(Duration::from_millis(300));
    assert!(!script.timers.contains_key(&Timer::Draft), "nothing wakes without a cause");
}

/// The next run, with what this one has told the store of a chat, and nothing else: it was killed.
fn next_run(script: &Script, of: u128) -> Script {
    let mut next = Script::fresh(true);
    next.state.has_store = true;
    next.state.core.accounts[0].keeps_drafts = true;
    next.event(Event::Started);
    next.resumed(vec![(chat(of), kept(script, of))]);
    next.sign_in();
    next.open(of);
    next.arrange_bottom();
    next
}

/// The message that the network is asked for.
fn asked_for(effects: &Effects) -> Vec<(RequestId, MessageId)> {
    let asked = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::FetchMessage { message, .. }, .. } => Some((*id, *message)),
        _ => None,
    };
    effects.iter().filter_map(asked).collect()
}

fn answering() -> Script {
    let mut script = Script::ready_kept();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    script.type_text("half an answer");
    script
}

fn changing() -> Script {
    let mut script = Script::ready_kept();
    script.type_text("from before");
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(" changed");
    script
}

#[test]
fn an_answer_goes_on_as_one_in_the_next_run() {
    let mut script = answering();
    rest(&mut script);
    let reply = DraftReply { message: key(10), quiet: false, quote: None };
    assert_eq!(kept(&script, 11), Draft { reply: Some(reply.clone()), ..Draft::plain("half an answer") });
    // What belongs to the answer is told, too.
    script.state.core.account_mut(HOME).unwrap().caps.quiet_replies = true;
    script.act(Action::Compose(ComposeAction::TogglePing));
    rest(&mut script);
    assert_eq!(kept(&script, 11).reply, Some(DraftReply { quiet: true, ..reply }));
    let mut next = next_run(&script, 11);
    assert_eq!((next.composer().as_str(), next.mode()), ("half an answer", &ComposeMode::Reply(key(10))));
    assert!(next.state.front.as_ref().unwrap().pane.quiet);
    assert!(!next.timers.contains_key(&Timer::Draft), "the store knows it");
    let (_, sent) = sends(&next.act(Action::Send)).remove(0);
    assert_eq!((sent.text.as_str(), sent.reply_to, sent.quiet), ("half an answer", Some(MessageId::new(10)), true));
    assert_eq!(kept(&next, 11), Draft::default(), "it is sent once");
}

#[test]
fn a_part_that_is_answered_goes_on_being_answered() {
    let mut script = Script::ready_kept();
    script.state.core.account_mut(HOME).unwrap().caps.quotes = true;
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Quote));
    script.act(Action::Accept);
    script.type_text("to that");
    rest(&mut script);
    let mut next = next_run(&script, 11);
    next.state.core.account_mut(HOME).unwrap().caps.quotes = true;
    let (_, sent) = sends(&next.act(Action::Send)).remove(0);
    assert_eq!((sent.reply_to, sent.quote.is_some()), (Some(MessageId::new(10)), true));
}

#[test]
fn a_message_without_previews_stays_one() {
    let mut script = Script::ready_kept();
    script.state.core.account_mut(HOME).unwrap().caps.previews = true;
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    rest(&mut script);
    assert_eq!(last_told(&script, 11), None, "nothing is being written");
    script.type_text("look at this");
    rest(&mut script);
    assert_eq!(kept(&script, 11), Draft { previews: Some(false), ..Draft::plain("look at this") });
    // Another chat has its own.
    script.open(12);
    script.open(11);
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    rest(&mut script);
    assert_eq!(kept(&script, 11).previews, Some(true));
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    rest(&mut script);
    let mut next = next_run(&script, 11);
    next.state.core.account_mut(HOME).unwrap().caps.previews = true;
    let (_, sent) = sends(&next.act(Action::Send)).remove(0);
    assert_eq!((sent.text.as_str(), sent.no_previews), ("look at this", true));
    assert_eq!(next.state.front.as_ref().unwrap().pane.writing.previews(true), (false, true), "the next is as usual");
}

#[test]
fn an_answer_of_which_nothing_is_written_is_none() {
    let mut script = Script::ready_kept();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    assert_eq!(last_told(&script, 11), None);
    script.event(Event::Terminate);
    assert_eq!(last_told(&script, 11), None);
}

#[test]
fn a_change_goes_on_as_one_in_the_next_run_and_what_stood_before_comes_back() {
    for ends in ["killed", "signal", "quit"] {
        let mut script = changing();
        match ends {
            "killed" => rest(&mut script),
            "signal" => _ = script.event(Event::Terminate),
            _ => assert_eq!(script.act(Action::Quit).last(), Some(&Effect::Quit), "nothing is asked"),
        }
        let text = |text: &str| text.to_owned();
        let edit = DraftEdit { of: Edited::Message(key(4)), text: text("line 4 changed"), original: text("line 4") };
        assert_eq!(kept(&script, 11), Draft { edit: Some(edit), ..Draft::plain("from before") }, "{ends}");
        let mut next = next_run(&script, 11);
        assert_eq!(next.composer(), "line 4 changed");
        assert!(matches!(next.mode(), ComposeMode::Edit { of: Target::Message(of), .. } if *of == key(4)));
        let fx = next.act(Action::Send);
        assert!(sends(&fx).is_empty(), "it is no new message");
        assert_eq!(next.texts(11)[3], "line 4 changed");
        assert_eq!((next.composer().as_str(), next.mode()), ("from before", &ComposeMode::New));
        assert_eq!(kept(&next, 11), Draft::plain("from before"));
    }
}

#[test]
fn a_change_of_a_draft_that_answers_leaves_it_an_answer() {
    let mut script = answering();
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(" changed");
    rest(&mut script);
    let mut next = next_run(&script, 11);
    assert_eq!(next.composer(), "line 4 changed");
    next.act(Action::Cancel);
    assert_eq!((next.composer().as_str(), next.mode()), ("half an answer", &ComposeMode::Reply(key(10))));
}

#[test]
fn a_change_that_was_left_is_there_in_the_next_run_when_that_message_is_changed_again() {
    let mut script = changing();
    script.act(Action::Cancel);
    rest(&mut script);
    assert_eq!(kept(&script, 11).left.len(), 1);
    let mut next = next_run(&script, 11);
    assert_eq!((next.composer().as_str(), next.mode()), ("from before", &ComposeMode::New));
    next.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(next.composer(), "line 4 changed");
    next.act(Action::Send);
    rest(&mut next);
    assert_eq!(kept(&next, 11), Draft::plain("from before"));
    // So is one that was left by going to another chat.
    let mut script = changing();
    script.open(12);
    let mut next = next_run(&script, 11);
    assert_eq!(next.composer(), "from before");
    next.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(next.composer(), "line 4 changed");
}

#[test]
fn a_look_at_a_message_is_no_change_of_it() {
    let mut script = Script::ready_kept();
    script.act(Action::Compose(ComposeAction::EditLast));
    script.event(Event::Terminate);
    assert_eq!(last_told(&script, 11), None);
}

#[test]
fn whoever_goes_through_what_was_sent_keeps_what_stood_there() {
    let mut script = Script::ready_kept();
    script.send("sent before");
    script.type_text("new");
    rest(&mut script);
    script.act(Action::Compose(ComposeAction::HistoryPrevious));
    assert_eq!(script.composer(), "sent before");
    script.advance(Duration::from_secs(1));
    assert_eq!(kept(&script, 11), Draft::plain("new"));
}

#[test]
fn what_was_begun_in_this_run_is_not_asked_for_again_at_each_look_at_its_chat() {
    let mut script = answering();
    script.state.core.account_mut(HOME).unwrap().caps.single_messages = true;
    script.open(12);
    assert_eq!((asked_for(&script.open(11)), script.mode()), (vec![], &ComposeMode::Reply(key(10))));
    // One of an earlier run is, once.
    let mut next = Script::ready_kept();
    next.state.core.account_mut(HOME).unwrap().caps.single_messages = true;
    next.open(12);
    assert_eq!(asked_for(&next.resumed(vec![(chat(11), kept(&script, 11))])), []);
    assert_eq!(asked_for(&next.open(11)).len(), 1);
    next.open(12);
    assert_eq!(asked_for(&next.open(11)), []);
}

/// A run in which messages can be asked for one by one; what was restored is asked for.
fn asks(script: &Script) -> (Script, RequestId, MessageId) {
    let mut next = Script::ready_kept();
    next.state.core.account_mut(HOME).unwrap().caps.single_messages = true;
    let fx = next.resumed(vec![(chat(11), kept(script, 11))]);
    let [(id, message)] = asked_for(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(asked_for(&next.arrange_bottom()), [], "once");
    (next, id, message)
}

#[test]
fn what_is_answered_may_be_gone_by_then() {
    let mut script = answering();
    rest(&mut script);
    let (mut next, id, message) = asks(&script);
    assert_eq!(message, MessageId::new(10));
    next.answer(id, Err(refusal(RefusalKind::NotFound)));
    assert_eq!((next.composer().as_str(), next.mode()), ("half an answer", &ComposeMode::New));
    assert_eq!(next.notice(), "The message that you answer was deleted; what you typed is a new message now");
    // Whatever else hinders the network says nothing of it.
    for kind in [RefusalKind::Forbidden, RefusalKind::LinkLost] {
        let (mut next, id, _) = asks(&script);
        next.answer(id, Err(refusal(kind)));
        assert_eq!(next.mode(), &ComposeMode::Reply(key(10)), "{kind:?}");
    }
}

#[test]
fn what_is_changed_may_be_gone_or_another_by_then() {
    let mut script = changing();
    rest(&mut script);
    let (mut next, id, message) = asks(&script);
    assert_eq!(message, MessageId::new(4));
    next.answer(id, Err(refusal(RefusalKind::NotFound)));
    // What stood there before does not go out with it.
    assert_eq!((next.composer().as_str(), next.mode()), ("from before", &ComposeMode::New));
    assert_eq!(next.notice(), "The message that you were changing is gone; to put your change here");
    rest(&mut next);
    assert_eq!(kept(&next, 11), Draft::plain("from before"));
    next.act(Action::Text(TextEdit::Yank));
    assert!(next.composer().ends_with("line 4 changed"));
    let mut alone = Script::ready_kept();
    alone.act(Action::Compose(ComposeAction::EditLast));
    alone.type_text(" changed");
    rest(&mut alone);
    let (mut next, id, _) = asks(&alone);
    next.answer(id, Err(refusal(RefusalKind::NotFound)));
    assert_eq!((next.composer().as_str(), next.mode()), ("line 4 changed", &ComposeMode::New));
    assert_eq!(next.notice(), "The message that you were changing is gone; what you typed is a new message now");
    for (text, said) in [
        ("line 4", ""),
        ("by my phone", "The message was changed since you began to change it; what you send takes its place"),
    ] {
        let (mut next, id, _) = asks(&script);
        let message = Arc::new(said_now(text));
        next.answer(id, Ok(Reply::Message { message, bundle: Bundle::default() }));
        assert_eq!((next.composer().as_str(), next.notice()), ("line 4 changed", said));
        assert!(matches!(next.mode(), ComposeMode::Edit { .. }));
    }
}

#[test]
fn an_own_change_that_the_network_was_not_told_is_not_said_to_be_news() {
    let mut next = Script::ready_kept();
    next.state.core.account_mut(HOME).unwrap().caps.single_messages = true;
    next.act(Action::Compose(ComposeAction::EditLast));
    next.type_text(", once");
    next.act(Action::Send);
    let original = "line 4, once".to_owned();
    let edit = DraftEdit { of: Edited::Message(key(4)), text: "line 4, twice".to_owned(), original };
    let fx = next.resumed(vec![(chat(11), Draft { edit: Some(edit), ..Draft::default() })]);
    let [(id, _)] = asked_for(&fx)[..] else { panic!("{fx:?}") };
    next.answer(id, Ok(Reply::Message { message: Arc::new(said_now("line 4")), bundle: Bundle::default() }));
    assert_eq!(next.composer(), "line 4, twice");
    assert!(!next.notice().starts_with("The message was changed"), "{}", next.notice());
    // Nor one in which the network's own emoji have no names yet.
    let mut script = changing();
    rest(&mut script);
    let (mut next, id, _) = asks(&script);
    let mut message = said_now("line ?");
    message.body.spans = vec![Span { start: 5, end: 6, kind: SpanKind::Emoji(id::EmojiId::new(9)) }].into();
    next.answer(id, Ok(Reply::Message { message: Arc::new(message), bundle: Bundle::default() }));
    assert_eq!((next.composer().as_str(), next.notice()), ("line 4 changed", ""));
}

fn said_now(text: &str) -> Message {
    said(chat(11), 4, ME, text)
}

fn read(size: usize, modified: i64) -> Upload {
    let source = Source { path: "/there/cat.txt".to_owned(), modified: Some(Wall(modified)) };
    Upload { source: Some(source), ..Upload::new("cat.txt", vec![b'm'; size].into()) }
}

/// A file was chosen, called something else, and a text begun.
fn attached() -> Script {
    let mut script = Script::ready_kept();
    script.open(PLACE);
    script.arrange_bottom();
    let fx = script.act(Action::File(FileAction::Add("cat.txt".to_owned())));
    let number = reads(&fx)[0].0;
    script.event(Event::FileRead(number, Ok(read(4, 7))));
    script.act(Action::File(FileAction::Rename(None, "tom.txt".to_owned())));
    script.type_text("look");
    rest(&mut script);
    script
}

fn reads(effects: &Effects) -> Vec<(u64, String)> {
    let read = |effect: &Effect| match effect {
        Effect::ReadFile { number, path, .. } => Some((*number, path.clone())),
        _ => None,
    };
    effects.iter().filter_map(read).collect()
}

/// The next run; the number of the file that is read when its chat is opened.
fn reopened(script: &Script) -> (Script, u64) {
    let mut next = Script::fresh(true);
    next.state.has_store = true;
    next.state.core.accounts[0].keeps_drafts = true;
    next.event(Event::Started);
    next.resumed(vec![(chat(PLACE), kept(script, PLACE))]);
    next.sign_in();
    let fx = next.open(PLACE);
    let [(number, path)] = &reads(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(path, "/there/cat.txt");
    let number = *number;
    next.arrange_bottom();
    (next, number)
}

#[test]
fn files_go_with_the_message_in_the_next_run() {
    let script = attached();
    let file =
        DraftFile { path: "/there/cat.txt".to_owned(), name: "tom.txt".to_owned(), size: 4, modified: Some(Wall(7)) };
    assert_eq!(kept(&script, PLACE), Draft { files: vec![file], ..Draft::plain("look") });
    let (mut next, number) = reopened(&script);
    next.act(Action::Send);
    assert_eq!(next.notice(), "The files are still being read; wait a moment");
    next.event(Event::FileRead(number, Ok(read(4, 7))));
    assert!(!next.timers.contains_key(&Timer::Draft), "the store knows it");
    let (_, sent) = sends(&next.act(Action::Send)).remove(0);
    let names: Vec<_> = sent.attachments.iter().map(|file| (file.name.as_str(), file.size())).collect();
    assert_eq!((sent.text.as_str(), names), ("look", vec![("tom.txt", 4)]));
    assert_eq!(kept(&next, PLACE), Draft::default(), "it is sent once");
    // Nothing was asked for before quitting.
    assert_eq!(attached().act(Action::Quit).last(), Some(&Effect::Quit));
}

#[test]
fn a_file_that_is_gone_or_another_by_then_is_not_sent_and_the_text_stays() {
    let missing = "there is no file \"/there/cat.txt\"".to_owned();
    let gone = format!("Not sent: {missing}; /remove-file 1 takes it out");
    let other = "Not sent: \"tom.txt\" is not what it was when you chose it; /remove-file 1 takes it out, /add-file adds what it is now";
    for (found, trouble, told) in [
        (Err(missing.clone()), Trouble::Unread(missing.clone()), gone.as_str()),
        (Ok(read(5, 7)), Trouble::Changed, other),
        (Ok(read(4, 8)), Trouble::Changed, other),
    ] {
        let (mut next, number) = reopened(&attached());
        next.event(Event::FileRead(number, found));
        let front = next.state.front.as_ref().unwrap();
        assert_eq!(front.trays.of(chat(PLACE))[0].trouble, Some(trouble));
        assert!(sends(&next.act(Action::Send)).is_empty());
        assert_eq!((next.composer().as_str(), next.notice()), ("look", told));
        // It is as it was for the run after this one.
        next.event(Event::Terminate);
        assert_eq!(last_told(&next, PLACE), None, "nothing new is told");
        let (mut next, number) = reopened(&attached());
        next.event(Event::FileRead(number, Ok(read(9, 9))));
        next.act(Action::File(FileAction::Remove(Some(1))));
        let (_, sent) = sends(&next.act(Action::Send)).remove(0);
        assert_eq!((sent.text.as_str(), sent.attachments.len()), ("look", 0));
    }
}

#[test]
fn one_file_may_go_twice_by_two_names_in_the_next_run_as_well() {
    let file = |name: &str| DraftFile { path: "/x".to_owned(), name: name.to_owned(), size: 0, modified: None };
    let found = Draft { files: vec![file("one"), file("two")], ..Draft::plain("look") };
    let mut script = Script::ready_kept();
    script.resumed(vec![(chat(PLACE), found)]);
    script.open(PLACE);
    assert_eq!(script.state.front.as_ref().unwrap().trays.of(chat(PLACE)).len(), 2);
}

#[test]
fn a_file_that_could_not_be_read_is_tried_again_when_its_chat_is_opened() {
    let (mut next, number) = reopened(&attached());
    next.event(Event::FileRead(number, Err("the disk is away".to_owned())));
    next.open(11);
    assert_eq!(reads(&next.open(PLACE)), [(number, "/there/cat.txt".to_owned())]);
    next.event(Event::FileRead(number, Ok(read(4, 7))));
    assert_eq!(sends(&next.act(Action::Send))[0].1.attachments.len(), 1);
}

#[test]
fn a_file_that_lies_nowhere_is_named_before_quitting() {
    let mut script = attached();
    let fx = script.act(Action::File(FileAction::Paste));
    let number = fx.iter().find_map(|effect| match effect {
        Effect::ReadClipboard { number, .. } => Some(*number),
        _ => None,
    });
    script.event(Event::FileRead(number.unwrap(), Ok(Upload::new("picture.png", vec![1; 9].into()))));
    assert_ne!(script.act(Action::Quit).last(), Some(&Effect::Quit));
    let front = script.state.front.as_ref().unwrap();
    let Some(nib::state::front::Overlay::Question(question)) = front.overlays.last() else { panic!("a question") };
    assert_eq!(question.text, "The attached file \"picture.png\" would be lost; drafts are kept");
}

#[test]
fn files_of_chats_that_are_not_opened_are_not_read_and_stay() {
    let script = attached();
    let mut next = Script::fresh(true);
    next.state.has_store = true;
    next.state.core.accounts[0].keeps_drafts = true;
    next.event(Event::Started);
    let fx = next.resumed(vec![(chat(PLACE), kept(&script, PLACE))]);
    assert_eq!(reads(&fx), []);
    next.sign_in();
    next.open(11);
    next.event(Event::Terminate);
    assert_eq!(last_told(&next, PLACE), None, "it is as the store has it");
    assert_eq!(next.state.front.as_ref().unwrap().trays.of(chat(PLACE)).len(), 1);
}

#[test]
fn with_changes_left_alone_a_draft_of_an_account_that_is_handed_over_goes_to_the_store_whole() {
    let mut script = changing();
    script.act(Action::Cancel);
    script.link(LinkEvent::Refused { code: 401, reason: CleanText::ours("signed out"), about: None });
    let me = user(GRACE, "grace");
    let token = Secret::new("token".to_owned());
    script.link(LinkEvent::SignedIn { me, session: None, token, caps: Script::caps() });
    let told = kept(&script, 11);
    assert_eq!((told.text.as_str(), told.left.len()), ("from before", 1));
    script.open(11);
    assert_eq!(script.composer(), "", "they are not for grace to see");
}
