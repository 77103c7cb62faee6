//! Messages with files: from the path that was typed to what becomes of them.

use super::script::*;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::ComposeMode;
use nib::state::outbox::Stage;
use nib::state::{Action, Effect, Effects, Event, Outcome, StoreOp, Ticket};
use std::sync::Arc;
use std::time::Duration;

/// The chat with Ada, where files may be sent.
const PLACE: u128 = 31;

fn cat() -> Upload {
    Upload::new("cat.txt", "meow".into())
}

fn talking() -> Script {
    let mut script = Script::signed_in(true);
    script.open(PLACE);
    script.arrange_bottom();
    script
}

/// Types a command; the number and path of the file that is to be read for it.
fn asked(script: &mut Script, line: &str) -> Option<(u64, String)> {
    script.type_text(line);
    let fx = script.act(Action::Send);
    fx.iter().find_map(|effect| match effect {
        Effect::ReadFile { number, path, most: 1_000_000 } => Some((*number, path.clone())),
        Effect::ReadFile { .. } => panic!("another limit than the network's"),
        _ => None,
    })
}

/// Sends a file; its request.
fn send_file(script: &mut Script) -> (RequestId, Arc<Outgoing>) {
    let (number, _) = asked(script, "/attach cat.txt look").unwrap();
    let fx = script.event(Event::FileRead(number, Ok(cat())));
    sends(&fx).remove(0)
}

fn revision(script: &Script) -> u32 {
    script.state.core.account(HOME).unwrap().outbox.of(ChatId::new(PLACE))[0].revision
}

#[test]
fn a_file_named_in_the_composer_is_read_and_sent_with_its_text() {
    let mut script = talking();
    assert_eq!(asked(&mut script, "/attach \"my cat.txt\" **look**"), Some((1, "my cat.txt".to_owned())));
    assert_eq!((script.composer(), script.notice()), (String::new(), "Reading my cat.txt"));
    script.type_text("next");
    let fx = script.event(Event::FileRead(1, Ok(cat())));
    let (id, outgoing) = sends(&fx).remove(0);
    assert_eq!((outgoing.text.as_str(), outgoing.chat), ("**look**", ChatId::new(PLACE)));
    assert_eq!(outgoing.attachments, [Upload { path: "my cat.txt".to_owned(), ..cat() }]);
    assert_eq!(
        (script.rows(PLACE), script.composer(), script.notice()),
        (vec![Stage::InFlight(id)], "next".to_owned(), "")
    );
    assert_eq!(script.event(Event::FileRead(1, Ok(cat()))), [], "read twice, sent once");
}

#[test]
fn a_file_that_cannot_be_read_gives_the_line_back_where_it_was_typed() {
    let mut script = talking();
    let (number, _) = asked(&mut script, "/attach gone.txt hm").unwrap();
    script.event(Event::FileRead(number, Err("there is no file \"gone.txt\"".to_owned())));
    assert_eq!(script.composer(), "/attach gone.txt hm");
    assert_eq!(script.notice(), "Not sent: there is no file \"gone.txt\"");
    assert_eq!(script.rows(PLACE), []);

    // Meanwhile another chat was opened.
    script.act(Action::Send);
    script.open(32);
    script.event(Event::FileRead(number + 1, Err("gone".to_owned())));
    assert_eq!(script.composer(), "");
    script.open(PLACE);
    assert_eq!(script.composer(), "/attach gone.txt hm");
}

#[test]
fn what_is_too_much_for_the_network_is_not_sent_and_stays() {
    let mut script = talking();
    let (number, _) = asked(&mut script, "/attach big.iso").unwrap();
    let big = Upload::new("big.iso", vec![0; 1_000_001].into());
    let fx = script.event(Event::FileRead(number, Ok(big.clone())));
    assert!(sends(&fx).is_empty());
    assert_eq!(script.composer(), "/attach big.iso");
    assert_eq!(script.notice(), "Not sent: \"big.iso\" is too large: at most 1.0 MB can be sent");

    let mut shell = Script::signed_in(false);
    let mut refused = |attachments| {
        let text = String::new();
        let fx =
            shell.submit(1, Action::SendTo { chat: chat(PLACE), text, verbatim: false, reply_to: None, attachments });
        match fx.as_slice() {
            [Effect::Outcome(Ticket(1), Outcome::Refused(refusal))] => refusal.text.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(vec![big]), "\"big.iso\" is too large: at most 1.0 MB can be sent");
    assert_eq!(refused(vec![cat(); 4]), "a message takes at most 3 files");
    assert_eq!(refused(Vec::new()), "there is nothing to send");
}

#[test]
fn files_that_wait_are_bounded_together() {
    let mut script = Script::signed_in(false);
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(9) });
    let attachments = vec![Upload::new("x", vec![0; 1_000_000].into()); 3];
    let action = |place| Action::SendTo {
        chat: chat(place),
        text: String::new(),
        verbatim: false,
        reply_to: None,
        attachments: attachments.clone(),
    };
    let taken = (0..100).take_while(|number| {
        let fx = script.submit(*number, action(if number % 2 == 0 { 31 } else { 32 }));
        match fx.as_slice() {
            [Effect::Outcome(_, Outcome::Refused(refusal))] => {
                assert_eq!(refusal.text.as_str(), "too many files are waiting; at most 256 MB may at once");
                false
            }
            _ => true,
        }
    });
    assert_eq!(taken.count(), 85);
}

#[test]
fn where_no_file_may_be_sent_the_line_stays_as_typed() {
    let mut script = Script::ready();
    assert_eq!(asked(&mut script, "/attach cat.txt  two  spaces"), None);
    assert_eq!(script.composer(), "/attach cat.txt  two  spaces");
    assert_eq!(script.notice(), "You may not send files here");
    script.act(Action::Clear);
    assert_eq!(asked(&mut script, "/attach"), None);
    assert_eq!((script.composer(), script.notice()), ("/attach".to_owned(), "It goes like this: /attach PATH [TEXT]"));

    let mut shell = Script::signed_in(false);
    let text = "hi".to_owned();
    let fx = shell
        .submit(1, Action::SendTo { chat: chat(11), text, verbatim: false, reply_to: None, attachments: vec![cat()] });
    assert!(
        matches!(&fx[..], [Effect::Outcome(_, Outcome::Refused(refusal))] if refusal.kind == RefusalKind::Forbidden),
        "{fx:?}"
    );
}

#[test]
fn an_answer_with_a_file_is_an_answer_and_stays_one_when_it_fails() {
    let mut script = talking();
    script.hear(said(chat(PLACE), 70, ADA, "show me"));
    script.arrange_bottom();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    let mode = |script: &Script| script.state.front.as_ref().unwrap().pane.mode.clone();
    let (number, _) = asked(&mut script, "/attach gone").unwrap();
    assert_eq!(mode(&script), ComposeMode::New);
    script.event(Event::FileRead(number, Err("gone".to_owned())));
    assert_eq!((mode(&script), script.composer()), (ComposeMode::Reply(key(70)), "/attach gone".to_owned()));
    let fx = script.act(Action::Send);
    let number = fx.iter().find_map(|effect| match effect {
        Effect::ReadFile { number, .. } => Some(*number),
        _ => None,
    });
    let fx = script.event(Event::FileRead(number.expect("it is read"), Ok(cat())));
    assert_eq!(sends(&fx)[0].1.reply_to, Some(MessageId::new(70)));
}

#[test]
fn what_was_typed_for_a_file_is_a_draft_when_the_program_ends() {
    let mut script = talking();
    asked(&mut script, "/attach slow.bin words").unwrap();
    let fx = script.event(Event::Terminate);
    let draft = drafted(chat(PLACE), "/attach slow.bin words".to_owned());
    assert!(fx.contains(&draft) && fx.last() == Some(&Effect::Quit), "{fx:?}");
}

#[test]
fn how_far_it_is_changes_what_is_drawn_until_it_ends() {
    let mut script = talking();
    let (id, _) = send_file(&mut script);
    let progress = |script: &Script| script.state.core.account(HOME).unwrap().outbox.of(ChatId::new(PLACE))[0].progress;
    let before = (revision(&script), script.state.revision);
    script.event(Event::Progress(HOME, Progress { request: id, done: 1, total: 4 }));
    assert_eq!(progress(&script), Some((1, 4)));
    assert!(revision(&script) > before.0 && script.state.revision > before.1);
    let after = script.state.revision;
    script.event(Event::Progress(HOME, Progress { request: RequestId(999), done: 2, total: 4 }));
    assert_eq!((progress(&script), script.state.revision), (Some((1, 4)), after), "of something else");
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(progress(&script), None);
    assert!(matches!(&script.rows(PLACE)[..], [Stage::Failed(_)]));
}

#[test]
fn a_failed_one_is_sent_again_whole_or_taken_back_as_it_was_typed() {
    let mut script = talking();
    let (id, outgoing) = send_file(&mut script);
    script.answer(id, Err(refusal(RefusalKind::Invalid)));
    let fx = script.act(Action::Message(MessageAction::Retry));
    let (id, again) = sends(&fx).remove(0);
    assert_eq!(again, outgoing);
    script.answer(id, Err(refusal(RefusalKind::Invalid)));
    script.act(Action::Message(MessageAction::Discard));
    assert_eq!((script.composer(), script.rows(PLACE)), ("/attach cat.txt look".to_owned(), vec![]));
}

/// Cut while a message with a file is under way, back again, and what history says then.
fn cut(history: Vec<Message>, reached_start: bool) -> (Script, Effects) {
    let mut script = talking();
    let (id, _) = send_file(&mut script);
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    let lost = Refusal::ours(RefusalKind::LinkLost, "The connection was lost before the server answered.");
    script.answer(id, Err(lost));
    assert_eq!(script.rows(PLACE), [Stage::Queued]);
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
        chat: ChatId::new(PLACE),
        messages: history.into_iter().map(Arc::new).collect(),
        bundle: Bundle::default(),
        reached_start,
        reached_end: true,
    };
    let fx = script.answer(asked.unwrap(), Ok(reply));
    (script, fx)
}

fn with_file(id: u128, name: &str, size: u64) -> Message {
    let file = Attachment { name: CleanText::new(name), size, ..Attachment::default() };
    Message { attachments: [file].into(), ..said(chat(PLACE), id, ME, "look") }
}

#[test]
fn a_cut_on_the_way_is_a_failure_with_its_reason_and_nothing_is_sent_by_itself() {
    // The same words without a file, and with another, are other messages.
    let (mut script, fx) = cut(vec![said(chat(PLACE), 80, ME, "look"), with_file(81, "dog.txt", 5)], true);
    assert!(sends(&fx).is_empty(), "{fx:?}");
    let rows = script.rows(PLACE);
    let [Stage::Failed(refusal)] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(refusal.kind, RefusalKind::LinkLost);
    assert_eq!(refusal.text.as_str(), "The connection was lost before the server answered; nothing was sent");
    assert!(sends(&script.advance(Duration::from_secs(600))).is_empty());
    assert_eq!(sends(&script.act(Action::Message(MessageAction::Retry))).len(), 1);
}

#[test]
fn a_cut_after_it_arrived_is_found_in_history_by_its_file() {
    for arrived in [with_file(80, "cat.txt", 4), with_file(80, "renamed.txt", 4), with_file(80, "cat.txt", 3)] {
        let (script, fx) = cut(vec![arrived], true);
        assert!(matches!(&fx[..], [Effect::Store(StoreOp::Write(_))]), "{fx:?}");
        assert_eq!(script.rows(PLACE), []);
    }
}

#[test]
fn a_cut_that_nobody_can_judge_waits_for_the_user() {
    let (script, fx) = cut(vec![said(chat(PLACE), 900, ADA, "far beyond")], false);
    assert!(sends(&fx).is_empty());
    assert_eq!(script.rows(PLACE), [Stage::Unconfirmed]);
}

#[test]
fn too_many_at_once_wait_in_the_composer() {
    let mut script = talking();
    let mut numbers = std::collections::BTreeSet::new();
    for _ in 0..8 {
        numbers.extend(asked(&mut script, "/attach a").map(|(asked, _)| asked));
    }
    assert_eq!(numbers.len(), 8);
    assert_eq!(asked(&mut script, "/attach b"), None);
    assert_eq!(
        (script.composer(), script.notice()),
        ("/attach b".to_owned(), "Too many files are being read; wait a moment")
    );
}

#[test]
fn an_answer_with_a_file_calls_quotes_and_shows_previews_as_was_wanted() {
    let mut script = talking();
    let caps = &mut script.state.core.account_mut(HOME).unwrap().caps;
    (caps.quotes, caps.previews, caps.quiet_replies) = (true, true, true);
    let settings = Settings { previews: false, ..Settings::clone(&script.state.settings) };
    script.state.settings = Arc::new(settings);
    script.hear(said(chat(PLACE), 70, ADA, "show me"));
    script.arrange_bottom();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Quote));
    script.act(Action::Accept);
    script.act(Action::Compose(nib::state::action::ComposeAction::TogglePing));
    let (number, _) = asked(&mut script, "/attach gone").unwrap();
    script.event(Event::FileRead(number, Err("gone".to_owned())));
    let (number, _) = {
        let fx = script.act(Action::Send);
        let read = fx.iter().find_map(|effect| match effect {
            Effect::ReadFile { number, path, .. } => Some((*number, path.clone())),
            _ => None,
        });
        read.expect("it is read again")
    };
    let fx = script.event(Event::FileRead(number, Ok(cat())));
    let sent = &sends(&fx)[0].1;
    assert_eq!((sent.reply_to, sent.quiet, sent.no_previews), (Some(MessageId::new(70)), true, true));
    assert_eq!(sent.quote.as_ref().map(|quote| quote.text.text.as_str()), Some("show me"));
    assert!(!script.state.front.as_ref().unwrap().pane.quiet, "it was for that answer");
}

#[test]
fn a_file_that_cannot_be_read_gives_back_what_belonged_to_its_message() {
    for open in [true, false] {
        let mut script = talking();
        script.state.core.account_mut(HOME).unwrap().caps.previews = true;
        script.hear(said(chat(PLACE), 70, ADA, "show me"));
        script.act(Action::FocusMessages);
        script.act(Action::Message(MessageAction::Reply));
        script.act(Action::Compose(ComposeAction::TogglePreviews));
        let (number, _) = asked(&mut script, "/attach missing look").unwrap();
        if !open {
            script.open(32);
        }
        script.event(Event::FileRead(number, Err("there is none".to_owned())));
        script.open(PLACE);
        assert_eq!((script.composer().as_str(), script.mode()), ("/attach missing look", &ComposeMode::Reply(key(70))));
        let (number, _) = asked(&mut script, "").unwrap();
        let (_, outgoing) = sends(&script.event(Event::FileRead(number, Ok(cat())))).remove(0);
        assert_eq!((outgoing.reply_to, outgoing.no_previews), (Some(MessageId::new(70)), true), "{open}");
    }
}
