//! The composer, the message cursor, lists on top, and commands.

use super::script::*;
use nib::domain::*;
use nib::state::action::TextEdit;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::{ComposeMode, Overlay, Region, ScrollIntent, Target};
use nib::state::{Action, ComposerState, Effect, Event, Timer, composer_state};
use std::sync::Arc;
use std::time::Duration;

fn front(script: &Script) -> &nib::state::Front {
    script.state.front.as_ref().unwrap()
}

fn labels(script: &Script) -> Vec<String> {
    match front(script).overlays.last() {
        Some(Overlay::Pick(pick)) => {
            pick.picker.shown.iter().map(|shown| pick.picker.items[shown.item].label.clone()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn drafts_stay_with_their_chats() {
    let mut script = Script::ready();
    script.type_text("half a thought");
    let fx = script.act(Action::OpenChat(chat(12)));
    assert!(fx.contains(&drafted(chat(11), "half a thought".to_owned())));
    assert_eq!(script.composer(), "");
    script.open(11);
    assert_eq!(script.composer(), "half a thought");
    let fx = script.act(Action::Send);
    assert!(fx.contains(&drafted(chat(11), String::new())));
}

#[test]
fn changing_a_message_brings_back_what_was_there_before() {
    let mut script = Script::ready();
    script.act(Action::Text(TextEdit::Up));
    assert!(
        matches!(&front(&script).pane.mode, ComposeMode::Edit { of: Target::Message(message), .. } if *message == key(4))
    );
    assert_eq!(script.composer(), "line 4");
    script.act(Action::FocusMessages);
    assert_eq!((script.composer(), &front(&script).pane.mode), (String::new(), &ComposeMode::New));
    script.act(Action::FocusComposer);
    script.type_text("mine");
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text("!");
    let fx = script.act(Action::Send);
    let edit = Request::Edit {
        chat: ChatId::new(11),
        message: key(4),
        text: "line 4!".to_owned(),
        emoji: Box::default(),
        no_previews: false,
    };
    assert_eq!(requests(&fx), [edit]);
    assert_eq!(script.composer(), "mine");
    let id = fx.iter().find_map(|effect| if let Effect::Net { id, .. } = effect { Some(*id) } else { None });
    script.answer(id.expect("a request"), Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(script.composer(), "mine", "{}", script.notice());
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "line 4!");
    script.act(Action::Cancel);
    assert_eq!(script.composer(), "mine");
}

#[test]
fn while_the_last_message_is_on_its_way_no_older_one_is_changed() {
    let mut script = Script::ready();
    script.type_text("newer");
    script.act(Action::Send);
    script.act(Action::Text(TextEdit::Up));
    assert_eq!((&front(&script).pane.mode, script.composer()), (&ComposeMode::New, String::new()));
    assert_eq!(script.notice(), "Your last message is still on its way");
}

#[test]
fn a_line_with_a_slash_is_a_command_and_never_sent() {
    let mut script = Script::ready();
    assert!(script.send("/jumpp").is_none());
    assert_eq!(script.composer(), "/jumpp");
    assert_eq!(
        script.notice(),
        "There is no action called \"jumpp\"; did you mean \"jump\"? Begin with // to send it as text"
    );
    script.act(Action::Clear);
    assert!(script.send("/send").is_none());
    assert_eq!(script.notice(), "\"send\" is done with a key");
    script.act(Action::Clear);
    script.send("/open Rust/help");
    assert_eq!(front(&script).pane.chat, Some(chat(12)));
    let (_, outgoing) = script.send("//shrug").unwrap();
    assert_eq!(outgoing.text, "/shrug");
    script.act(Action::Clear);
    assert_eq!(script.notice(), "Ctrl-Q quits");
}

#[test]
fn a_change_takes_a_line_with_a_slash_as_a_command_too() {
    let mut script = Script::ready();
    script.type_text("draft");
    script.act(Action::Compose(ComposeAction::EditLast));
    let mode = front(&script).pane.mode.clone();
    script.act(Action::Text(TextEdit::KillToStart));
    script.type_text("/xyz");
    assert_eq!(requests(&script.act(Action::Send)), []);
    assert_eq!((script.composer(), &front(&script).pane.mode), ("/xyz".to_owned(), &mode));
    assert_eq!(script.notice(), "There is no action called \"xyz\"; begin with // to send it as text");
    script.act(Action::Text(TextEdit::KillToStart));
    script.type_text("//shrug");
    let fx = script.act(Action::Send);
    let edit = Request::Edit {
        chat: ChatId::new(11),
        message: key(4),
        text: "/shrug".to_owned(),
        emoji: Box::default(),
        no_previews: false,
    };
    assert_eq!(requests(&fx).last(), Some(&edit));
    let id = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::Edit { .. }, .. } => Some(*id),
        _ => None,
    });
    script.answer(id.unwrap(), Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(script.composer(), "draft");
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!((script.composer(), &front(&script).pane.mode), ("//shrug".to_owned(), &mode));
    // A command that is carried out ends the change.
    script.act(Action::Text(TextEdit::KillToStart));
    script.type_text("/next-unread");
    script.act(Action::Send);
    script.open(11);
    assert_eq!((script.composer(), &front(&script).pane.mode), ("draft".to_owned(), &ComposeMode::New));
}

#[test]
fn a_message_that_begins_with_a_slash_can_be_changed() {
    let mut script = Script::ready();
    script.hear(said(chat(11), 20, ME, "/shrug"));
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "//shrug");
    assert_eq!(requests(&script.act(Action::Send)), [], "nothing was changed");
    assert_eq!((script.composer(), &front(&script).pane.mode), (String::new(), &ComposeMode::New));
}

#[test]
fn a_command_that_cannot_be_carried_out_stays() {
    let mut script = Script::ready();
    for line in ["/open nope", "/react nope", "/delete"] {
        assert_eq!(
            requests(&{
                script.type_text(line);
                script.act(Action::Send)
            }),
            []
        );
        assert_eq!(script.composer(), line);
        assert!(front(&script).notice.as_ref().unwrap().bad);
        script.act(Action::Clear);
    }
}

fn delete(script: &mut Script, id: u128) {
    script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(id)] });
}

#[test]
fn a_change_of_a_message_that_is_deleted_is_not_sent_and_not_lost() {
    for before in ["", "draft"] {
        let mut script = Script::ready();
        script.type_text(before);
        script.act(Action::Compose(ComposeAction::EditLast));
        script.type_text(" changed");
        delete(&mut script, 4);
        assert_eq!((script.composer(), &front(&script).pane.mode), (before.to_owned(), &ComposeMode::New));
        assert_eq!(script.notice(), "The message was deleted; yank puts your change of it back");
        assert_eq!(sends(&script.act(Action::Send)).len(), usize::from(!before.is_empty()), "only the draft");
        let mut script = Script::ready();
        script.type_text(before);
        script.act(Action::Compose(ComposeAction::EditLast));
        script.type_text(" changed");
        delete(&mut script, 4);
        script.act(Action::Text(TextEdit::Yank));
        assert_eq!(script.composer(), format!("{before}line 4 changed"));
    }
}

#[test]
fn an_answer_to_a_message_that_is_deleted_says_so_and_stays_as_a_message() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    script.type_text("yes");
    delete(&mut script, 3);
    assert_eq!(front(&script).pane.mode, ComposeMode::Reply(key(10)));
    delete(&mut script, 10);
    assert_eq!((script.composer(), &front(&script).pane.mode), ("yes".to_owned(), &ComposeMode::New));
    assert_eq!(script.notice(), "The message that you answer was deleted; what you typed is a new message now");
}

#[test]
fn a_text_that_is_too_long_stays_and_it_says_by_how_much() {
    let mut script = Script::ready();
    let long = "é".repeat(2_003);
    assert!(script.send(&long).is_none());
    assert_eq!((script.composer(), script.rows(11)), (long.clone(), vec![]));
    assert_eq!(script.notice(), "Not sent: the message is 3 characters too long");
    script.act(Action::Clear);
    script.act(Action::Compose(ComposeAction::EditLast));
    let mode = front(&script).pane.mode.clone();
    script.act(Action::Text(TextEdit::KillToStart));
    script.type_text(&long);
    assert_eq!(requests(&script.act(Action::Send)), []);
    assert_eq!((script.composer(), &front(&script).pane.mode), (long, &mode));
    assert_eq!(script.notice(), "Not changed: the message is 3 characters too long");
}

#[test]
fn where_one_may_not_write_it_says_so_and_keeps_the_text() {
    let mut script = Script::ready();
    script.open(13);
    assert_eq!(composer_state(&script.state), ComposerState::ReadOnly("Only some may write announcements"));
    assert!(script.send("news").is_none());
    assert_eq!((script.composer(), script.notice()), ("news".to_owned(), "Only some may write announcements"));
    script.open(11);
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) });
    assert_eq!(composer_state(&script.state), ComposerState::Offline);
}

#[test]
fn slow_mode_counts_down_and_what_comes_too_early_stays() {
    let mut script = Script::ready();
    slow(&mut script, 11, 30);
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    let (id, _) = script.send("one").unwrap();
    assert!(script.send("two").is_none());
    assert_eq!(script.notice(), "Slow mode: your last message is still on its way");
    script.answer(id, sent(20));
    let until = script.now.mono.plus(Duration::from_secs(30));
    assert_eq!(composer_state(&script.state), ComposerState::Slow(until));
    assert_eq!(script.timers[&Timer::Countdown], script.now.mono.plus(Duration::from_secs(1)));
    let before = script.state.revision;
    script.advance(Duration::from_millis(11_500));
    assert!(script.state.revision >= before + 11, "each second is drawn");
    assert!(sends(&script.act(Action::Send)).is_empty());
    assert_eq!((script.composer(), script.notice()), ("two".to_owned(), "Slow mode: 19 s left"));
    let ticks = |script: &Script| script.timers.contains_key(&Timer::Countdown);
    script.open(12);
    assert_eq!((composer_state(&script.state), ticks(&script)), (ComposerState::Ready, false));
    script.open(11);
    assert!(ticks(&script));
    script.event(Event::Resized { width: 50, height: 20 });
    script.act(Action::FocusSidebar);
    assert!(!ticks(&script), "the tree covers the composer");
    script.act(Action::FocusComposer);
    script.advance(Duration::from_millis(18_499));
    let before = script.state.revision;
    script.advance(Duration::from_millis(1));
    assert_eq!((composer_state(&script.state), ticks(&script)), (ComposerState::Ready, false));
    assert!(script.state.revision > before, "its end is drawn");
    let fx = script.act(Action::Send);
    assert_eq!(sends(&fx)[0].1.text, "two");
}

#[test]
fn slow_mode_is_known_from_history_and_other_devices_and_changes_with_the_channel() {
    let mut script = Script::ready();
    slow(&mut script, 11, 30);
    let fx = script.link(LinkEvent::Missed);
    let page = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { .. }, .. } => Some(*id),
        _ => None,
    });
    let mut own = said(chat(11), 30, ME, "from another device");
    own.at = Some(Wall(script.now.wall.0 - 10_000));
    let messages = vec![Arc::new(own), Arc::new(said(chat(11), 31, ADA, "answer"))];
    let chat_id = ChatId::new(11);
    let bundle = Bundle::default();
    let reply = Reply::History { chat: chat_id, messages, bundle, reached_start: true, reached_end: true };
    script.answer(page.unwrap(), Ok(reply));
    let until = |script: &Script| match composer_state(&script.state) {
        ComposerState::Slow(until) => until.since(script.now.mono).as_secs(),
        _ => 0,
    };
    assert_eq!(until(&script), 20);
    slow(&mut script, 11, 60);
    assert_eq!(until(&script), 50);
    script.hear(said(chat(11), 32, ME, "again"));
    assert_eq!(until(&script), 60);
    slow(&mut script, 11, 0);
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
}

#[test]
fn slow_mode_holds_a_retry_back_and_spares_whoever_may_change_the_channel() {
    let mut script = Script::ready();
    slow(&mut script, 11, 30);
    let (first, _) = script.send("refused").unwrap();
    script.answer(first, Err(refusal(RefusalKind::Invalid)));
    let (second, _) = script.send("taken").unwrap();
    script.answer(second, sent(20));
    let until = script.now.mono.plus(Duration::from_secs(30));
    assert!(sends(&script.act(Action::Message(MessageAction::Retry))).is_empty());
    assert_eq!(script.timers[&Timer::OutboxRetry], until);
    assert_eq!(sends(&script.advance(Duration::from_secs(30)))[0].1.text, "refused");
    let mut rust = script.state.core.account(HOME).unwrap().community(RUST).unwrap().clone();
    rust.permissions = rust.permissions.union(Permissions::MANAGE_CHANNELS);
    script.receive(Update::CommunityChanged(Box::new(rust)));
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    script.hear(said(chat(11), 21, ME, "one"));
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    script.act(Action::Cancel);
    assert!(!script.timers.contains_key(&Timer::Countdown));
}

#[test]
fn deleting_asks_with_the_safe_answer_first() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Delete));
    assert_eq!(script.notice(), "You may not delete messages of others here");
    script.act(Action::Move(-6));
    assert_eq!(front(&script).pane.cursor, Some(Target::Message(key(4))));
    script.act(Action::Message(MessageAction::Delete));
    assert_eq!(script.act(Action::Accept), [], "the default is no");
    assert!(front(&script).overlays.is_empty());
    script.act(Action::Message(MessageAction::Delete));
    script.act(Action::Move(1));
    let fx = script.act(Action::Accept);
    assert_eq!(requests(&fx), [Request::Delete { chat: ChatId::new(11), messages: vec![key(4)] }]);
    script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(4)] });
    assert_eq!(front(&script).pane.cursor, Some(Target::Message(key(5))));
}

#[test]
fn reactions_toggle() {
    let mut script = Script::ready();
    let emoji = ReactEmoji::Unicode(CleanText::new("👍"));
    let react = |add| Request::React { chat: ChatId::new(11), message: key(10), emoji: emoji.clone(), add };
    script.type_text("/react 👍");
    assert_eq!(requests(&script.act(Action::Send)).pop(), Some(react(true)));
    let reactions = vec![Reaction { emoji: emoji.clone(), count: 1, mine: true, by: Box::default() }].into();
    script.receive(Update::ReactionsChanged { chat: ChatId::new(11), message: MessageId::new(10), reactions });
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::React(String::new())));
    script.type_text("thumbs");
    assert_eq!(requests(&script.act(Action::Accept)), [react(false)]);
    assert_eq!(requests(&script.act(Action::Message(MessageAction::React("no emoji".to_owned())))), []);
}

#[test]
fn only_web_addresses_are_opened() {
    let mut script = Script::ready();
    for (text, want) in [
        ("see (https://a.b/c).", Some("https://a.b/c")),
        ("[x](javascript:alert(1))", None),
        ("file:///etc/passwd", None),
        ("[x](https://masked.example)", Some("https://masked.example")),
    ] {
        let id = u128::try_from(script.log.len()).unwrap() + 100;
        script.hear(said(chat(11), id, ADA, text));
        script.act(Action::FocusMessages);
        let mut fx = script.act(Action::Message(MessageAction::OpenLink));
        // Words that hide where they lead: it is said first.
        if let Some(Overlay::Question(question)) = front(&script).overlays.last() {
            assert!(fx.is_empty() && text.starts_with('[') && question.text.ends_with(want.unwrap()));
            fx = script.act(Action::Accept);
        }
        let opened = fx.iter().find_map(|effect| match effect {
            Effect::Open(address) => Some(address.as_str()),
            _ => None,
        });
        assert_eq!(opened, want, "{text}");
    }
}

#[test]
fn going_to_what_was_answered_fetches_it_where_it_is_not_here() {
    let mut script = Script::ready();
    let mut answer = said(chat(11), 90, ADA, "that one");
    answer.reply = Some(Box::new(ReplyInfo { to: Some(MessageId::new(3)), quote: None }));
    script.hear(answer.clone());
    script.act(Action::FocusMessages);
    assert_eq!(requests(&script.act(Action::Message(MessageAction::GoToReplied))), []);
    assert_eq!(front(&script).pane.intent, Some(ScrollIntent::Center(Target::Message(key(3)))));
    answer.key = key(91);
    answer.reply = Some(Box::new(ReplyInfo { to: Some(MessageId::new(77)), quote: None }));
    script.hear(answer);
    script.act(Action::FocusMessages);
    let fx = script.act(Action::Message(MessageAction::GoToReplied));
    let [Effect::Net { id, request: Request::FetchHistory { page: Page::Around(around), .. }, .. }] = fx.as_slice()
    else {
        panic!("{fx:?}")
    };
    assert_eq!(*around, MessageId::new(77));
    let messages = vec![std::sync::Arc::new(said(chat(11), 77, ADA, "found"))];
    let reply = Reply::History {
        chat: ChatId::new(11),
        messages,
        bundle: Bundle::default(),
        reached_start: false,
        reached_end: false,
    };
    script.answer(*id, Ok(reply));
    assert_eq!(front(&script).pane.cursor, Some(Target::Message(key(77))));
}

#[test]
fn jump_offers_unread_first_and_keeps_a_query_closed_by_mistake() {
    let mut script = Script::ready();
    script.open(12);
    script.hear(said(chat(31), 70, ADA, "hi"));
    script.act(Action::Jump);
    assert_eq!(labels(&script)[..3], ["Zig/general", "@ada", "Rust/general"]);
    script.type_text("gen");
    script.act(Action::Cancel);
    script.advance(Duration::from_secs(2));
    script.act(Action::Jump);
    assert_eq!(labels(&script), ["Zig/general", "Rust/general"]);
    script.act(Action::Move(1));
    script.act(Action::Accept);
    assert_eq!(front(&script).pane.chat, Some(chat(11)));
    script.act(Action::Jump);
    assert!(labels(&script).len() > 5, "what was accepted is not kept");
}

#[test]
fn next_unread_goes_by_mentions_then_people_and_says_when_all_is_read() {
    let mut script = Script::ready();
    script.hear(said(chat(12), 71, ADA, "a"));
    script.hear(said(chat(32), 72, GRACE, "b"));
    let mut order = Vec::new();
    for _ in 0..3 {
        let fx = script.act(Action::NextUnread);
        script.serve(fx);
        order.push(front(&script).pane.chat.unwrap().chat.value());
        let last = script.state.core.chat(front(&script).pane.chat.unwrap()).unwrap().1.last_message;
        let visible = nib::state::front::Visible { last, ..script.visible(true) };
        script.arrange(visible);
    }
    assert_eq!(order, [21, 32, 12]);
    script.act(Action::NextUnread);
    assert_eq!(script.notice(), "Nothing unread");
}

#[test]
fn chats_are_walked_in_the_order_of_the_sidebar() {
    let mut script = Script::ready();
    let mut seen = Vec::new();
    for _ in 0..4 {
        script.act(Action::NextChat);
        seen.push(front(&script).pane.chat.unwrap().chat.value());
    }
    assert_eq!(seen, [12, 21, 31, 32]);
    script.act(Action::PreviousChat);
    assert_eq!(front(&script).pane.chat, Some(chat(31)));
}

#[test]
fn a_person_never_written_to_is_looked_up_and_opened() {
    let mut script = Script::ready();
    let fx = script.act(Action::Open("@linus".to_owned()));
    assert_eq!(requests(&fx), [Request::LookupUsername("linus".to_owned())]);
    let Effect::Net { id, .. } = fx[0] else { panic!("{fx:?}") };
    let peer = UserId::new(9);
    let fx = script.answer(id, Ok(Reply::User(User { id: peer, name: CleanText::ours("linus"), ..User::default() })));
    assert_eq!(requests(&fx), [Request::FetchDirect(peer)]);
    let Effect::Net { id, .. } = fx[0] else { panic!("{fx:?}") };
    let known = Chat { id: ChatId::new(39), kind: ChatKind::Direct { peer }, ..Chat::default() };
    script.answer(id, Ok(Reply::Chat(Bundle { chats: vec![known], ..Bundle::default() })));
    assert_eq!(front(&script).pane.chat, Some(chat(39)));
    let fx = script.act(Action::Open("@nobody".to_owned()));
    let Effect::Net { id, .. } = fx[0] else { panic!("{fx:?}") };
    script.answer(id, Err(refusal(RefusalKind::NotFound)));
    let waiting = match front(&script).overlays.last() {
        Some(Overlay::Waiting(waiting)) => waiting.failed.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(waiting.as_deref(), Some("@nobody: no"));
}

#[test]
fn help_question_and_focus_follow_the_keys() {
    let mut script = Script::ready();
    script.act(Action::Help);
    script.type_text("scroll");
    assert!(matches!(front(&script).overlays.last(), Some(Overlay::Help { query, .. }) if query.text() == "scroll"));
    script.act(Action::Cancel);
    script.act(Action::Cancel);
    for region in [Region::Messages, Region::Sidebar, Region::Composer] {
        script.act(Action::FocusNext);
        assert_eq!(front(&script).region, region);
    }
    assert_eq!(script.event(Event::Terminate).last(), Some(&Effect::Quit));
}
