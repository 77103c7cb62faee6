//! What was typed and not sent: when the store is told of it, what comes back, and what an editor makes of it.

use super::script::*;
use nib::domain::kept::{Draft, Edited, Found, Query, Start, Ticket, Write};
use nib::domain::*;
use nib::state::action::ComposeAction;
use nib::state::action::TextEdit;
use nib::state::front::Overlay;
use nib::state::{Action, Effect, Effects, Event, StoreOp, StoreReply, Timer};
use std::time::Duration;

/// Somebody whose drafts are kept.
fn kept() -> Script {
    Script::ready_kept()
}

/// What the store is told of drafts.
fn told(effects: &Effects) -> Vec<(ChatKey, &str)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Store(StoreOp::Write(write)) => match &**write {
                Write::Draft { chat, draft } => Some((*chat, draft.text.as_str())),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

#[test]
fn the_store_is_told_soon_after_the_first_letter_and_not_again_without_another() {
    let mut script = kept();
    script.type_text("half");
    assert!(script.timers.contains_key(&Timer::Draft));
    assert_eq!(told(&script.advance(Duration::from_millis(250))), []);
    // More letters do not put it off.
    script.type_text(" a thought");
    assert_eq!(told(&script.advance(Duration::from_millis(50))), [(chat(11), "half a thought")]);
    assert!(!script.timers.contains_key(&Timer::Draft), "nothing wakes without a cause");
    script.type_text("!");
    assert_eq!(told(&script.advance(Duration::from_secs(2))), [(chat(11), "half a thought!")]);
    // What is sent is no draft any more, at once.
    let fx = script.act(Action::Send);
    assert_eq!(told(&fx), [(chat(11), "")]);
    assert!(!script.timers.contains_key(&Timer::Draft));
    // What the store never had need not be forgotten.
    script.type_text("quick");
    assert_eq!(told(&script.act(Action::Send)), []);
    assert_eq!(told(&script.advance(Duration::from_secs(5))), []);
    // A command that fails stays, and is told.
    script.type_text("/open nowhere/at-all");
    script.act(Action::Send);
    assert_eq!(told(&script.advance(Duration::from_secs(2))), [(chat(11), "/open nowhere/at-all")]);
}

#[test]
fn where_nothing_is_kept_nothing_rings() {
    let mut script = Script::ready();
    script.type_text("half a thought");
    assert!(!script.timers.contains_key(&Timer::Draft));
}

#[test]
fn every_draft_is_told_by_the_end() {
    let mut script = kept();
    script.type_text("one");
    assert_eq!(told(&script.open(12)), [(chat(11), "one")]);
    script.type_text("two");
    let fx = script.event(Event::Terminate);
    assert_eq!(told(&fx), [(chat(12), "two")], "the other was told when it was left");
    assert_eq!(fx.last(), Some(&Effect::Quit));
}

#[test]
fn drafts_of_earlier_runs_come_back_and_replace_nothing() {
    let mut script = Script::fresh(true);
    script.state.has_store = true;
    script.state.core.accounts[0].keeps_drafts = true;
    let found = vec![(chat(11), "from before".to_owned()), (chat(12), "elsewhere".to_owned())];
    script.event(Event::Started);
    script.drafts(found);
    script.sign_in();
    script.open(11);
    assert_eq!(script.composer(), "from before");
    assert!(!script.timers.contains_key(&Timer::Draft), "the store knows it");
    assert_eq!(told(&script.act(Action::Clear)), [(chat(11), "")]);
    script.open(12);
    assert_eq!(script.composer(), "elsewhere");
    let mut script = kept();
    script.type_text("newer");
    script.drafts(vec![(chat(11), "older".to_owned())]);
    assert_eq!(script.composer(), "newer");
}

#[test]
fn what_the_store_gives_is_not_written_to_it_again() {
    let mut script = kept();
    let people = vec![(AccountId(0), User { id: UserId::new(77), name: CleanText::new("Old"), ..User::default() })];
    let start = Found::Start(Box::new(Start { people, ..Start::default() }));
    let fx = script.event(Event::Stored(StoreReply::Found(Ticket(1), Ok(Some(start)))));
    assert!(script.state.core.accounts[0].users.contains_key(&UserId::new(77)));
    let wrote = |effect: &&Effect| matches!(effect, Effect::Store(StoreOp::Write(write)) if matches!(**write, Write::People(..)));
    assert_eq!(fx.iter().find(wrote), None);
}

#[test]
fn a_draft_that_is_only_in_the_store_comes_when_its_chat_is_opened() {
    let many = || {
        let mut script = kept();
        let mut found: Vec<_> = (1_000..1_500).map(|number| (chat(number), "another's".to_owned())).collect();
        found.push((chat(12), "of twelve".to_owned()));
        script.drafts(found);
        script
    };
    let asked = |effects: &Effects| {
        effects.iter().find_map(|effect| match effect {
            Effect::Store(StoreOp::Read(ticket, Query::Draft(of))) => Some((*ticket, *of)),
            _ => None,
        })
    };
    for typed in ["", "typed meanwhile"] {
        let mut script = many();
        let (ticket, of) = asked(&script.open(12)).expect("the store is asked");
        assert_eq!((of, script.composer()), (chat(12), String::new()));
        script.type_text(typed);
        let found = Found::Draft(Some(Box::new(Draft::plain("of twelve"))));
        script.event(Event::Stored(StoreReply::Found(ticket, Ok(Some(found)))));
        let whole = if typed.is_empty() { "of twelve".to_owned() } else { format!("of twelve\n{typed}") };
        assert_eq!(script.composer(), whole);
        let fx = script.open(11);
        let expected: Vec<(ChatKey, &str)> = if typed.is_empty() { vec![] } else { vec![(chat(12), &whole)] };
        assert_eq!(told(&fx), expected);
        assert_eq!(asked(&script.open(12)), None, "it is known now");
        assert_eq!(script.composer(), whole);
    }
    // Where all of them are known, nothing is asked.
    let mut script = kept();
    script.drafts(vec![(chat(13), "x".to_owned())]);
    assert_eq!(asked(&script.open(12)), None);
}

#[test]
fn what_is_as_the_store_gave_it_is_not_told() {
    let restored = || {
        let mut script = kept();
        let found = vec![(chat(11), "of eleven".to_owned()), (chat(12), "of twelve".to_owned())];
        script.drafts(found);
        script
    };
    // Another run may have sent or changed them since.
    assert_eq!(told(&restored().event(Event::Terminate)), []);
    let mut script = restored();
    script.open(12);
    assert_eq!(script.composer(), "of twelve");
    assert_eq!(told(&script.open(11)), []);
    script.type_text("!");
    assert_eq!(told(&script.event(Event::Terminate)), [(chat(11), "of eleven!")]);
    // What came back to a draft is told at once.
    let mut script = restored();
    script.hold_nothing();
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(", changed");
    let fx = script.act(Action::Send);
    let id = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, .. } => Some(*id),
        _ => None,
    });
    script.open(12);
    let fx = script.answer(id.unwrap(), Err(refusal(RefusalKind::Forbidden)));
    let [.., Write::Draft { chat: of, draft }] = writes(&fx).as_slice() else { panic!("{fx:?}") };
    let [edit] = draft.left.as_slice() else { panic!("{draft:?}") };
    assert_eq!((*of, edit.of, edit.text.as_str()), (chat(11), Edited::Message(key(4)), "line 4, changed"));
    assert_eq!(draft.text, "of eleven");
    assert_eq!(told(&script.event(Event::Terminate)), [], "it is there when that message is changed again");
}

#[test]
fn a_draft_deleted_by_hand_is_forgotten_when_the_chat_is_left() {
    for quits in [false, true] {
        let mut script = kept();
        script.drafts(vec![(chat(11), "ab".to_owned())]);
        assert_eq!(script.composer(), "ab");
        script.act(Action::Text(TextEdit::Backspace));
        script.act(Action::Text(TextEdit::Backspace));
        let fx = if quits { script.event(Event::Terminate) } else { script.open(12) };
        assert_eq!(told(&fx), [(chat(11), "")], "{quits}");
        assert_eq!(told(&script.event(Event::Terminate)), [], "once");
    }
}

#[test]
fn a_change_that_is_typed_is_told_beside_the_draft_from_before() {
    let mut script = kept();
    script.type_text("before");
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "line 4");
    assert_eq!(told(&script.advance(Duration::from_secs(2))), [(chat(11), "before")]);
    assert!(!script.timers.contains_key(&Timer::Draft));
    script.type_text(", changed");
    assert_eq!(told(&script.advance(Duration::from_millis(300))), [(chat(11), "before")]);
    assert_eq!(told(&script.event(Event::Terminate)), [], "once");
}

#[test]
fn quitting_does_not_ask_for_drafts_that_are_kept() {
    let mut script = kept();
    script.type_text("half a thought");
    let fx = script.act(Action::Quit);
    assert_eq!((told(&fx), fx.last()), (vec![(chat(11), "half a thought")], Some(&Effect::Quit)));
    // So is what was not sent: it waits for the next run.
    let mut script = kept();
    let (id, _) = script.send("refused").unwrap();
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    script.type_text("half a thought");
    assert_eq!(script.act(Action::Quit).last(), Some(&Effect::Quit));
    // Unless the store could not have it; that is asked for, and says so.
    let mut script = kept();
    script.state.has_store = false;
    let (id, _) = script.send("refused").unwrap();
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    script.type_text("half a thought");
    assert_ne!(script.act(Action::Quit).last(), Some(&Effect::Quit));
    let front = script.state.front.as_ref().unwrap();
    let Some(Overlay::Question(question)) = front.overlays.last() else { panic!("a question") };
    assert_eq!(question.text, "1 message that was not sent would be lost; drafts are kept");
}

#[test]
fn what_is_kept_in_memory_alone_is_not_said_to_be_kept() {
    let mut script = kept();
    let sentence = "nothing is kept after this run: there is no space left".to_owned();
    script.event(Event::Stored(StoreReply::Noted { sentence, outlasts: false, readable: true }));
    script.act(Action::Accept);
    script.type_text("half a thought");
    assert_ne!(script.act(Action::Quit).last(), Some(&Effect::Quit));
    let front = script.state.front.as_ref().unwrap();
    let Some(Overlay::Question(question)) = front.overlays.last() else { panic!("a question") };
    assert_eq!(question.text, "1 draft would be lost");
}

#[test]
fn what_goes_with_a_file_stays_a_draft_until_the_file_is_read() {
    // Where files may be sent.
    let mut script = kept();
    script.open(31);
    script.arrange_bottom();
    script.type_text("/attach slow.bin look at this");
    script.advance(Duration::from_secs(2));
    let fx = script.act(Action::Send);
    assert_eq!(told(&fx), [], "the store keeps what was typed");
    assert_eq!(told(&script.advance(Duration::from_secs(5))), [], "and goes on doing so");
    let number = fx.iter().find_map(|effect| match effect {
        Effect::ReadFile { number, .. } => Some(*number),
        _ => None,
    });
    let file = Upload::new("slow.bin", vec![0; 4].into());
    assert_eq!(told(&script.event(Event::FileRead(number.unwrap(), Ok(file)))), [(chat(31), "")]);
}

fn handed_out(effects: &Effects) -> (u64, String) {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::EditText { number, text } => Some((*number, text.clone())),
        _ => None,
    });
    found.expect("a text for the editor")
}

#[test]
fn a_text_comes_back_from_the_editor_to_where_it_was_begun() {
    let mut script = kept();
    script.type_text("begun");
    let (number, text) = handed_out(&script.act(Action::Compose(ComposeAction::EditInEditor)));
    assert_eq!(text, "begun");
    assert!(
        !script
            .act(Action::Compose(ComposeAction::EditInEditor))
            .iter()
            .any(|effect| matches!(effect, Effect::EditText { .. })),
        "one at a time"
    );
    script.event(Event::Edited(number + 1, Ok("not asked for".to_owned())));
    assert_eq!(script.composer(), "begun");
    script.event(Event::Edited(number, Ok("begun and\nended\n".to_owned())));
    assert_eq!(script.composer(), "begun and\nended");
    // A failure changes nothing.
    let (number, _) = handed_out(&script.act(Action::Compose(ComposeAction::EditInEditor)));
    script.event(Event::Edited(number, Err("vi ended with exit status 1".to_owned())));
    assert_eq!((script.composer().as_str(), script.notice()), ("begun and\nended", "vi ended with exit status 1"));
    // Another chat was opened meanwhile: it goes to its own.
    let (number, _) = handed_out(&script.act(Action::Compose(ComposeAction::EditInEditor)));
    script.open(12);
    script.type_text("other");
    let fx = script.event(Event::Edited(number, Ok("rewritten".to_owned())));
    assert_eq!(told(&fx), [(chat(11), "rewritten")]);
    assert_eq!(script.composer(), "other");
    script.open(11);
    assert_eq!(script.composer(), "rewritten");
    // What else came into the composer stays beside it.
    let (number, _) = handed_out(&script.act(Action::Compose(ComposeAction::EditInEditor)));
    script.type_text(", changed");
    script.event(Event::Edited(number, Ok("again".to_owned())));
    assert_eq!(script.composer(), "again\nrewritten, changed");
    // Nothing is written where no chat is open.
    let mut script = Script::fresh(true);
    assert!(
        !script
            .act(Action::Compose(ComposeAction::EditInEditor))
            .iter()
            .any(|effect| matches!(effect, Effect::EditText { .. }))
    );
}

#[test]
fn a_draft_that_cannot_be_kept_is_said_to_be_so_and_asked_about_before_quitting() {
    let mut script = kept();
    script.type_text("a thought");
    script.advance(Duration::from_secs(2));
    let failed = |script: &mut Script| {
        script.event(Event::Stored(StoreReply::DraftKept(chat(11), Err("there is no space left".to_owned()))))
    };
    failed(&mut script);
    assert_eq!(script.notice(), "What you are writing is not kept for later: there is no space left");
    script.act(Action::Quit);
    let Some(Overlay::Question(question)) = script.state.front.as_ref().unwrap().overlays.last() else {
        panic!("it is lost without a word")
    };
    assert_eq!(question.text, "1 draft would be lost");
    // It is tried once more as nib ends.
    assert_eq!(told(&script.act(Action::QuitNow)), [(chat(11), "a thought")]);
    let mut script = kept();
    script.type_text("a thought");
    script.advance(Duration::from_secs(2));
    failed(&mut script);
    script.event(Event::Stored(StoreReply::DraftKept(chat(11), Ok(()))));
    assert!(script.act(Action::Quit).contains(&Effect::Quit), "nothing would be lost");
}

#[test]
fn whoever_goes_through_what_was_sent_takes_nothing_along_to_another_chat() {
    let mut script = Script::ready();
    script.send("sent before");
    script.type_text("x");
    script.act(Action::Compose(ComposeAction::HistoryPrevious));
    assert_eq!(script.composer(), "sent before");
    script.open(12);
    script.act(Action::Compose(ComposeAction::HistoryNext));
    assert_eq!(script.composer(), "");
    script.open(11);
    assert_eq!(script.composer(), "x");
    // What was made of it stands there; what stood there before can be put back.
    script.act(Action::Compose(ComposeAction::HistoryPrevious));
    script.act(Action::Text(TextEdit::Backspace));
    script.open(12);
    script.open(11);
    assert_eq!(script.composer(), "sent befor");
    script.act(Action::Clear);
    script.act(Action::Text(TextEdit::Yank));
    assert!(script.composer().contains('x'), "{}", script.composer());
}

#[test]
fn an_answer_that_is_only_in_the_store_is_one_though_a_message_is_being_changed() {
    let mut script = kept();
    script.drafts((1_000..1_501).map(|number| (chat(number), "another's".to_owned())).collect());
    script.open(12);
    script.hear(said(chat(12), 60, ADA, "well?"));
    script.hear(said(chat(12), 61, ME, "mine"));
    script.open(11);
    let fx = script.open(12);
    let ticket = fx.iter().find_map(|effect| match effect {
        Effect::Store(StoreOp::Read(ticket, Query::Draft(_))) => Some(*ticket),
        _ => None,
    });
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(", changed");
    let reply = nib::domain::kept::DraftReply { message: key(60), quiet: true, quote: None };
    let found = Draft { reply: Some(reply), ..Draft::plain("half an answer") };
    script.event(Event::Stored(StoreReply::Found(ticket.unwrap(), Ok(Some(Found::Draft(Some(Box::new(found))))))));
    script.act(Action::Cancel);
    let answers = nib::state::front::ComposeMode::Reply(key(60));
    assert_eq!((script.composer().as_str(), script.mode()), ("half an answer", &answers));
    let (_, outgoing) = sends(&script.act(Action::Send)).remove(0);
    assert_eq!((outgoing.reply_to, outgoing.quiet), (Some(MessageId::new(60)), true));
}
