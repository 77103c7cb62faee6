//! What is done with the message under the cursor, and what is refused.

use super::script::*;
use nib::domain::*;
use nib::state::action::{MessageAction, REGISTRY, find};
use nib::state::front::{Front, Overlay, Target};
use nib::state::offered::{self, Offer};
use nib::state::{Action, Effect};
use std::time::Duration;

pub(super) fn front(script: &Script) -> &Front {
    script.state.front.as_ref().unwrap()
}

pub(super) fn caps(script: &mut Script) -> &mut Caps {
    &mut script.state.core.account_mut(HOME).unwrap().caps
}

pub(super) fn labels(script: &Script) -> Vec<String> {
    let Some(Overlay::Pick(pick)) = front(script).overlays.last() else { panic!("{:?}", front(script).overlays) };
    let item = |shown: &nib::state::ui::picker::Shown| pick.picker.items[shown.item].label.clone();
    pick.picker.shown.iter().map(item).collect()
}

pub(super) fn on(script: &mut Script, what: MessageAction) -> Vec<Effect> {
    script.act(Action::Message(what))
}

/// On message 10, which is ada's.
pub(super) fn pointing() -> Script {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script
}

#[test]
fn what_a_network_lacks_is_neither_offered_nor_named_and_says_so_when_asked_for() {
    let mut script = pointing();
    let pin = find("pin").unwrap();
    assert!(!offered::is_known(&script.state, pin));
    let offer = |script: &Script, what| offered::offer(&script.state, chat(11), &[Target::Message(key(10))], &what);
    assert!(matches!(offer(&script, MessageAction::Pin), Offer::Hidden(_)));
    assert_eq!(requests(&on(&mut script, MessageAction::Pin)), []);
    assert_eq!(script.notice(), "Messages cannot be pinned here");
    caps(&mut script).pin = true;
    assert!(!offered::is_known(&script.state, pin), "nor what may not be done to this message");
    assert_eq!(offer(&script, MessageAction::Pin), Offer::No("You may not pin messages here"));
    *caps(&mut script) = Caps::default();
    let left = REGISTRY.iter().filter(|info| offered::is_known(&script.state, info)).map(|info| info.name);
    let left: Vec<&str> = left.collect();
    for (name, there) in [("reply", false), ("edit", false), ("delete", false), ("react", false), ("details", true)] {
        assert_eq!(left.contains(&name), there, "{name}");
    }
}

#[test]
fn a_message_is_pinned_and_let_go_and_a_refusal_is_told() {
    let mut script = Script::ready();
    caps(&mut script).pin = true;
    script.open(31);
    script.hear(said(chat(31), 60, ADA, "keep this"));
    script.act(Action::FocusMessages);
    let pin = |pinned| Request::Pin { chat: ChatId::new(31), message: key(60), pinned };
    let fx = on(&mut script, MessageAction::Pin);
    assert_eq!(requests(&fx), [pin(true)]);
    let Some(Effect::Net { id, .. }) = fx.iter().find(|effect| matches!(effect, Effect::Net { .. })) else { panic!() };
    script.answer(*id, Err(Refusal::ours(RefusalKind::Forbidden, "only some may")));
    assert_eq!(script.notice(), "Not pinned: only some may");
    script.hear(Message { pinned: true, ..said(chat(31), 61, ADA, "and this") });
    script.act(Action::MoveLast);
    let Request::Pin { pinned: false, .. } = requests(&on(&mut script, MessageAction::Pin))[0] else { panic!() };
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    assert_eq!(requests(&on(&mut script, MessageAction::Pin)), []);
    assert_eq!(script.notice(), "There is no connection; pinning needs one");
}

#[test]
fn where_there_are_several_links_one_is_chosen() {
    let mut script = pointing();
    let text = "https://a.example/x and [here](https://b.example) and https://a.example/x";
    let file = |address: &str| Attachment {
        file: FileRef { id: id::FileId::new(1), address: CleanText::new(address) },
        name: CleanText::new("plan.pdf"),
        ..Attachment::default()
    };
    let files = [file("https://c.example/plan.pdf"), file(""), file("file:///etc/passwd")].into();
    script.hear(Message { attachments: files, ..said(chat(11), 90, ADA, text) });
    script.act(Action::FocusMessages);
    assert_eq!(on(&mut script, MessageAction::OpenLink), []);
    assert_eq!(labels(&script), ["https://a.example/x", "here", "plan.pdf", "plan.pdf"]);
    script.type_text("here");
    assert_eq!(script.act(Action::Accept), [Effect::Open("https://b.example".to_owned())]);
    assert!(front(&script).overlays.is_empty());
    on(&mut script, MessageAction::CopyLink);
    assert_eq!(labels(&script), ["https://a.example/x", "here", "plan.pdf", "the id of the message"]);
    script.act(Action::MoveLast);
    assert!(script.act(Action::Accept).contains(&Effect::Copy(MessageId::new(90).to_string())));
    // Where there is nothing else, the id is copied at once.
    script.act(Action::Move(-1));
    assert!(on(&mut script, MessageAction::CopyLink).contains(&Effect::Copy(MessageId::new(10).to_string())));
    on(&mut script, MessageAction::OpenLink);
    assert_eq!(script.notice(), "There is no link in this message");
}

#[test]
fn a_list_and_the_details_of_a_message_go_with_it() {
    for what in [MessageAction::OpenLink, MessageAction::CopyLink, MessageAction::Details] {
        let mut script = Script::ready();
        script.hear(said(chat(11), 90, ADA, "https://a.example https://b.example"));
        script.act(Action::FocusMessages);
        on(&mut script, what);
        assert_eq!(front(&script).overlays.len(), 1);
        script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(90)] });
        assert!(front(&script).overlays.is_empty());
    }
    let mut script = pointing();
    on(&mut script, MessageAction::Details);
    script.act(Action::Move(3));
    assert!(matches!(front(&script).overlays.last(), Some(Overlay::Details(details)) if details.scroll == 3));
    script.act(Action::Accept);
    assert!(front(&script).overlays.is_empty());
}

#[test]
fn a_chat_is_unread_from_a_message_on_until_it_is_opened_anew() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Move(-2));
    assert_eq!(requests(&on(&mut script, MessageAction::MarkUnread)), [], "marks only move forward here");
    assert_eq!((script.counts(11), front(&script).pane.divider), ((3, 0), Some(key(7))));
    // It is looked at, and stays unread; so it does when the network tells what it knew before.
    assert_eq!(requests(&script.arrange_bottom()), []);
    script.hear(said(chat(11), 20, ADA, "one more"));
    script.arrange_bottom();
    assert_eq!(script.counts(11), (4, 0));
    let moved = |upto, back| Update::ReadMarkMoved {
        chat: ChatId::new(11),
        upto: key(upto),
        unread: Some(0),
        mentions: None,
        back,
    };
    script.receive(moved(10, false));
    assert_eq!(script.counts(11), (4, 0), "an echo of what was read before");
    let told = Script::roster().into_iter().find(|chat| chat.id == ChatId::new(11)).unwrap();
    let told = Chat { last_read: Some(key(10)), last_message: Some(key(20)), ..told };
    script.receive(Update::ChatChanged(Box::new(Bundle { chats: vec![told], ..Bundle::default() })));
    assert_eq!(script.counts(11), (4, 0));
    script.open(12);
    assert_eq!(script.counts(11), (4, 0));
    script.open(11);
    assert_eq!(front(&script).pane.divider, Some(key(7)));
    let mut fx = script.arrange_bottom();
    assert_eq!(script.counts(11), (0, 0));
    fx.extend(script.advance(Duration::from_secs(1)));
    assert!(requests(&fx).iter().any(|asked| matches!(asked, Request::MarkRead { upto, .. } if *upto == key(20))));
    // What another device has read since is read.
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::MarkUnread);
    assert_eq!(script.counts(11), (1, 0));
    script.hear(said(chat(11), 21, ADA, "and another"));
    script.receive(moved(21, false));
    assert_eq!(script.counts(11), (0, 0));
}

#[test]
fn where_marks_go_back_the_network_is_told_and_believed() {
    let mut script = Script::ready();
    caps(&mut script).marks_back = true;
    script.act(Action::FocusMessages);
    script.act(Action::Move(-2));
    let back = Request::MarkRead { chat: ChatId::new(11), upto: key(7), back: true };
    assert_eq!(requests(&on(&mut script, MessageAction::MarkUnread)), [back]);
    let moved = |upto, back| Update::ReadMarkMoved {
        chat: ChatId::new(11),
        upto: key(upto),
        unread: Some(6),
        mentions: None,
        back,
    };
    script.receive(moved(4, false));
    assert_eq!(script.counts(11), (3, 0), "what lies before tells nothing");
    script.receive(moved(4, true));
    assert_eq!(script.counts(11), (6, 0));
    assert_eq!(script.state.core.chat(chat(11)).unwrap().1.last_read, Some(key(4)));
}

#[test]
fn what_is_marked_unread_and_what_was_reacted_with_is_kept_for_the_next_run() {
    let layouts = |script: &Script| {
        let layout = |write: &kept::Write| match write {
            kept::Write::Layout(layout) => Some(layout.clone()),
            _ => None,
        };
        script.written.iter().filter_map(layout).next_back()
    };
    let mut script = Script::ready_kept();
    script.drafts(Vec::new());
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::MarkUnread);
    on(&mut script, MessageAction::React("🦀".to_owned()));
    on(&mut script, MessageAction::React("tada".to_owned()));
    let layout = layouts(&script).expect("it is told");
    let unread = kept::UnreadChat { chat: chat(11), upto: Some(key(9)), newest: key(10), unread: 1, mentions: 0 };
    assert_eq!(layout.unread, [unread]);
    let emoji = |text: &'static str| ReactEmoji::Unicode(CleanText::ours(text));
    assert_eq!(layout.recents, [emoji("🎉"), emoji("🦀")]);
}

#[test]
fn the_list_of_emoji_begins_with_what_is_there_and_takes_in_the_networks_own() {
    let mut script = pointing();
    let there =
        Reaction { emoji: ReactEmoji::Unicode(CleanText::ours("🦀")), count: 2, mine: false, by: Box::default() };
    let reactions = vec![there].into();
    script.receive(Update::ReactionsChanged { chat: ChatId::new(11), message: MessageId::new(10), reactions });
    caps(&mut script).custom_emoji = true;
    let fx = on(&mut script, MessageAction::React(String::new()));
    assert_eq!(requests(&fx), [Request::FetchEmoji]);
    assert_eq!(labels(&script)[..2], ["🦀 crab", "👍 thumbs up"]);
    let Some(Effect::Net { id, .. }) = fx.first() else { panic!() };
    script.type_text("ferr");
    let own = |id, name: &'static str| CustomEmoji {
        id: id::EmojiId::new(id),
        name: CleanText::ours(name),
        community: Some(RUST),
        ..CustomEmoji::default()
    };
    script.answer(*id, Ok(Reply::Emoji(vec![own(7, "ferris"), own(8, "gopher")])));
    assert_eq!(labels(&script)[0], ":ferris:");
    script.act(Action::MoveFirst);
    let emoji = ReactEmoji::Custom(id::EmojiId::new(7));
    let react = |add| Request::React { chat: ChatId::new(11), message: key(10), emoji: emoji.clone(), add };
    assert_eq!(requests(&script.act(Action::Accept)), [react(true)]);
    let mine = Reaction { emoji: emoji.clone(), count: 1, mine: true, by: Box::new([ME]) };
    let reactions = vec![mine].into();
    script.receive(Update::ReactionsChanged { chat: ChatId::new(11), message: MessageId::new(10), reactions });
    assert_eq!(requests(&on(&mut script, MessageAction::React(":ferris:".to_owned()))), [react(false)]);
    // It is known by now; what was used last comes first.
    assert_eq!(requests(&on(&mut script, MessageAction::React(String::new()))), []);
    script.act(Action::MoveFirst);
    assert_eq!(labels(&script)[0], ":ferris:");
}

#[test]
fn an_emoji_that_is_named_whole_comes_first() {
    let mut script = pointing();
    for (typed, first) in [("tada", "🎉 party popper"), ("ok", "🆗 OK button"), ("star", "⭐ star")] {
        on(&mut script, MessageAction::React(String::new()));
        script.type_text(typed);
        assert_eq!(labels(&script)[0], first);
        script.act(Action::Cancel);
    }
    // What was typed before makes way for what is typed now, and is gone on with where one moves in it.
    on(&mut script, MessageAction::React(String::new()));
    assert_eq!(labels(&script)[0], "⭐ star");
    script.type_text("tada");
    assert_eq!(labels(&script)[0], "🎉 party popper");
}

#[test]
fn several_messages_are_selected_and_deleted_and_copied_together() {
    let mut script = Script::ready().with_own();
    script.hear(said(chat(11), 12, ME, "mine, too"));
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Select(-1));
    let selected = |script: &Script| front(script).pane.selected.iter().map(|key| key.id.value()).collect::<Vec<_>>();
    assert_eq!((selected(&script), front(&script).pane.cursor), (vec![11, 12], Some(Target::Message(key(11)))));
    on(&mut script, MessageAction::Delete);
    script.act(Action::Move(1));
    let fx = script.act(Action::Accept);
    assert_eq!(requests(&fx), [Request::Delete { chat: ChatId::new(11), messages: vec![key(11), key(12)] }]);
    assert!(selected(&script).is_empty(), "what was done is done with");
    // One that is not one's own stands against all.
    on(&mut script, MessageAction::Select(-2));
    assert_eq!(selected(&script), [9, 10, 11]);
    on(&mut script, MessageAction::Delete);
    assert_eq!(script.notice(), "You may not delete messages of others here");
    on(&mut script, MessageAction::Select(0));
    assert_eq!(selected(&script), [10, 11], "what is selected is let go");
    assert!(on(&mut script, MessageAction::CopyText).contains(&Effect::Copy("line 10\nmine".to_owned())));
    on(&mut script, MessageAction::Select(0));
    script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(9)] });
    assert!(selected(&script).is_empty());
    on(&mut script, MessageAction::Select(0));
    script.act(Action::FocusComposer);
    assert!(selected(&script).is_empty() && front(&script).region == nib::state::front::Region::Messages);
    script.act(Action::FocusComposer);
    assert_eq!(front(&script).region, nib::state::front::Region::Composer);
}

#[test]
fn so_many_are_selected_and_no_more() {
    let mut script = Script::ready();
    for id in 20..140 {
        script.hear(said(chat(11), id, ADA, "another"));
    }
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Select(-120));
    assert_eq!(front(&script).pane.selected.len(), nib::state::front::SELECTED);
    assert_eq!(script.notice(), "Only 100 messages can be selected at once");
}

#[test]
fn messages_are_passed_on_within_their_account_where_one_may_write() {
    let mut script = pointing();
    assert_eq!(on(&mut script, MessageAction::Forward(String::new())).len(), 1, "a notice and its timer");
    assert_eq!(script.notice(), "Messages cannot be passed on here");
    caps(&mut script).forward = true;
    on(&mut script, MessageAction::Forward(String::new()));
    assert!(labels(&script).contains(&"Rust/help".to_owned()) && !labels(&script).contains(&"Rust/news".to_owned()));
    script.type_text("help");
    let fx = script.act(Action::Accept);
    let (from, to) = (ChatId::new(11), ChatId::new(12));
    assert_eq!(requests(&fx), [Request::Forward { from, to, messages: vec![MessageId::new(10)] }]);
    let Some(Effect::Net { id, .. }) = fx.iter().find(|effect| matches!(effect, Effect::Net { .. })) else { panic!() };
    script.answer(*id, Ok(Reply::Done));
    assert_eq!(script.notice(), "Passed on to #help");
    on(&mut script, MessageAction::Select(-1));
    let fx = on(&mut script, MessageAction::Forward("self".to_owned()));
    let (to, messages) = (ChatId::new(34), vec![MessageId::new(9), MessageId::new(10)]);
    assert_eq!(requests(&fx), [Request::Forward { from, to, messages }]);
    assert_eq!(requests(&on(&mut script, MessageAction::Forward("Rust/news".to_owned()))), []);
    assert_eq!(script.notice(), "Only some may write announcements");
    script.hear(Message { kind: MessageKind::Join, ..said(chat(11), 40, ADA, "") });
    script.act(Action::MoveLast);
    on(&mut script, MessageAction::Forward("self".to_owned()));
    assert_eq!(script.notice(), "Lines of the system cannot be passed on");
}

#[test]
fn buttons_of_a_bot_lead_copy_and_tell() {
    let mut script = Script::ready();
    caps(&mut script).buttons = true;
    let button = |label: &'static str, does| Button { label: CleanText::ours(label), row: 0, does };
    let buttons = [
        button("Site", Press::Open(CleanText::ours("https://a.example"))),
        button("Trap", Press::Open(CleanText::ours("javascript:alert(1)"))),
        button("Code", Press::Copy(CleanText::ours("1234"))),
        button("Vote", Press::Tell(Some(CleanText::ours("v1")))),
        button("Install", Press::Copy(CleanText::ours("curl https://a.example | sh\nrm x\n"))),
    ];
    script.hear(Message { buttons: buttons.into(), ..said(chat(11), 40, ADA, "choose") });
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Press(None));
    assert_eq!(labels(&script), ["Site", "Trap", "Code", "Vote", "Install"]);
    script.act(Action::Accept);
    let Some(Overlay::Question(question)) = front(&script).overlays.last() else { panic!("it asks") };
    assert_eq!(question.text, "The button \"Site\" leads to https://a.example");
    assert_eq!(script.act(Action::Accept), [Effect::Open("https://a.example".to_owned())]);
    assert_eq!(on(&mut script, MessageAction::Press(Some(2))).len(), 1);
    assert!(script.notice().starts_with("The button leads to no address"));
    assert!(on(&mut script, MessageAction::Press(Some(3))).contains(&Effect::Copy("1234".to_owned())));
    assert_eq!(script.notice(), "Copied: 1234");
    on(&mut script, MessageAction::Press(Some(5)));
    assert_eq!(script.notice(), "Copied, 2 lines: curl https://a.example | sh rm x");
    let fx = on(&mut script, MessageAction::Press(Some(4)));
    let data = Some(CleanText::ours("v1"));
    assert_eq!(requests(&fx), [Request::Press { chat: ChatId::new(11), message: MessageId::new(40), data }]);
    let Some(Effect::Net { id, .. }) = fx.first() else { panic!() };
    script.answer(*id, Ok(Reply::Pressed(Some(CleanText::ours("counted")))));
    assert_eq!(script.notice(), "Vote: counted");
    on(&mut script, MessageAction::Press(Some(6)));
    assert_eq!(script.notice(), "There is no button 6 on this message");
}

/// Two messages of one's own, with a store.
fn with_own_kept() -> Script {
    let mut script = Script::ready_kept().with_own();
    script.drafts(Vec::new());
    script
}

#[test]
fn a_deletion_is_held_back_and_can_be_taken_back() {
    let mut script = with_own_kept();
    let delete = || MessageAction::DeleteNow(chat(11), vec![key(11)]);
    assert_eq!(requests(&on(&mut script, delete())), []);
    assert_eq!(script.notice(), "Deleted for others in 5 s; to take it back");
    assert!(script.texts(11)[10].starts_with("(deleted here"), "it is shown as done");
    // What is done meanwhile does not wait for it.
    let react = Box::new(MessageAction::React("🦀".to_owned()));
    let fx = on(&mut script, MessageAction::On(chat(11), nib::state::front::Target::Message(key(10)), react));
    let react = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, .. } => Some(*id),
        _ => None,
    });
    script.answer(react.expect("it goes at once"), Ok(Reply::Done));
    script.advance(Duration::from_secs(4));
    on(&mut script, MessageAction::TakeBack);
    assert_eq!((script.texts(11)[10].as_str(), script.notice()), ("mine", "Taken back"));
    assert_eq!(requests(&script.advance(Duration::from_secs(9))), [], "nobody is told");
    assert!(script.written.iter().any(|write| matches!(write, kept::Write::DropOutbox(..))));
    on(&mut script, delete());
    let fx = script.advance(Duration::from_secs(6));
    assert_eq!(requests(&fx), [Request::Delete { chat: ChatId::new(11), messages: vec![key(11)] }]);
    on(&mut script, MessageAction::TakeBack);
    assert_eq!(script.notice(), "Nothing can be taken back now");
}

#[test]
fn a_change_that_is_taken_back_is_not_lost() {
    let mut script = with_own_kept();
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Edit);
    script.type_text(", changed");
    assert_eq!(requests(&script.act(Action::Send)), []);
    assert_eq!(script.texts(11)[10], "mine, changed");
    on(&mut script, MessageAction::TakeBack);
    assert_eq!(script.texts(11)[10], "mine");
    script.act(Action::FocusComposer);
    script.act(Action::Text(nib::state::action::TextEdit::Yank));
    assert_eq!(script.composer(), "mine, changed");
}

#[test]
fn nothing_is_held_back_without_a_store_or_where_the_user_wants_none() {
    for (mut script, at_once) in [(Script::ready().with_own(), true), (with_own_kept(), false)] {
        if !at_once {
            script.hold_nothing();
        }
        let fx = on(&mut script, MessageAction::DeleteNow(chat(11), vec![key(11)]));
        assert_eq!(requests(&fx).len(), 1);
    }
}

#[test]
fn a_part_of_a_message_is_answered() {
    let mut script = Script::ready();
    script.hear(said(chat(11), 40, ADA, "Yes. **No!** Perhaps."));
    script.act(Action::FocusMessages);
    // Where the network has no quotes, the part stands above the answer.
    on(&mut script, MessageAction::Quote);
    assert_eq!(labels(&script), ["Yes. No! Perhaps.", "Yes.", "No!", "Perhaps."]);
    script.type_text("no!");
    script.act(Action::Accept);
    assert_eq!(script.composer(), "> No!\n");
    let newest = |script: &Script| {
        let account = script.state.core.account(HOME).unwrap();
        account.outbox.of(ChatId::new(11)).last().unwrap().outgoing.clone()
    };
    script.send("why");
    let sent = newest(&script);
    assert_eq!((sent.text.as_str(), sent.reply_to, &sent.quote), ("> No!\nwhy", Some(MessageId::new(40)), &None));
    caps(&mut script).quotes = true;
    script.act(Action::FocusMessages);
    script.act(Action::Move(-1));
    on(&mut script, MessageAction::Quote);
    // Words that are typed as they stand there are quoted alone.
    script.type_text("o! Per");
    script.act(Action::Accept);
    assert_eq!(script.composer(), "");
    script.send("why");
    let sent = newest(&script);
    let quote = sent.quote.as_ref().unwrap();
    assert_eq!((quote.text.text.as_str(), quote.offset), ("o! Per", 6));
    script.act(Action::FocusMessages);
    script.act(Action::Move(-2));
    on(&mut script, MessageAction::Quote);
    script.act(Action::Cancel);
    on(&mut script, MessageAction::Reply);
    script.send("whole");
    assert_eq!((newest(&script).reply_to, &newest(&script).quote), (Some(MessageId::new(40)), &None), "all of it");
}
