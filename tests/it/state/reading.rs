//! Unread counts, read marks, the view, typing, and what is told outside the window.

use super::script::*;
use nib::domain::*;
use nib::state::front::{Anchor, Target, Visible};
use nib::state::{Action, Effect, Event, Timer};
use std::sync::Arc;
use std::time::Duration;

fn marks(effects: &nib::state::Effects) -> Vec<MessageKey> {
    let mark = |request: Request| match request {
        Request::MarkRead { upto, .. } => Some(upto),
        _ => None,
    };
    requests(effects).into_iter().filter_map(mark).collect()
}

#[test]
fn what_is_seen_is_read_and_told_at_a_pace() {
    let mut script = Script::signed_in(true);
    script.open(11);
    let fx = script.arrange_bottom();
    assert_eq!(marks(&fx), [key(10)]);
    assert_eq!(script.arrange_bottom(), [], "arranging twice changes nothing");
    script.hear(said(chat(11), 11, ADA, "a"));
    let fx = script.arrange_bottom();
    assert!(marks(&fx).is_empty() && matches!(fx[..], [Effect::Arm(Timer::ReadMark, _)]));
    script.hear(said(chat(11), 12, ADA, "b"));
    script.arrange_bottom();
    assert_eq!(script.counts(11), (0, 0));
    assert_eq!(marks(&script.advance(Duration::from_secs(1))), [key(12)]);
    assert_eq!(script.advance(Duration::from_secs(100)), []);
}

#[test]
fn where_reading_is_not_told_marking_read_is() {
    let mut script = Script::ready();
    script.advance(Duration::from_secs(1));
    let settings = Settings { send_read: false, ..Settings::default() };
    script.event(Event::Settings(Arc::new(settings)));
    script.hear(said(chat(11), 11, ADA, "one"));
    assert_eq!(marks(&script.arrange_bottom()), []);
    assert_eq!(script.counts(11), (0, 0));
    assert_eq!(marks(&script.act(Action::MarkRead)), [key(11)]);
}

#[test]
fn nothing_is_read_while_the_terminal_is_out_of_focus_or_the_view_is_scrolled_up() {
    let mut script = Script::ready();
    script.advance(Duration::from_secs(1));
    script.event(Event::Focused(false));
    script.hear(said(chat(11), 11, ADA, "a"));
    assert!(marks(&script.arrange_bottom()).is_empty());
    assert_eq!(script.counts(11), (1, 0));
    assert_eq!(marks(&script.event(Event::Focused(true))), [key(11)]);
    assert_eq!(script.counts(11), (0, 0));
    script.advance(Duration::from_secs(1));
    script.act(Action::ScrollPages(-1));
    script.arrange_top(2);
    script.hear(said(chat(11), 12, ADA, "b"));
    script.arrange_top(2);
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!(pane.anchor, Anchor::Top { target: Target::Message(key(2)), row: 0 });
    assert_eq!((pane.new_below, script.counts(11)), (1, (1, 0)));
    script.act(Action::ScrollEnd);
    assert_eq!(marks(&script.arrange_bottom()), [key(12)]);
    assert_eq!(script.state.front.as_ref().unwrap().pane.new_below, 0);
}

#[test]
fn arranging_asks_for_no_frame_and_fetches_each_edge_once() {
    let mut script = Script::ready();
    let revision = script.state.revision;
    script.arrange_bottom();
    assert_eq!(script.state.revision, revision);
    let wants = Visible { wants_before: Some(key(1)), ..script.visible(true) };
    let fx = script.arrange(wants.clone());
    assert!(matches!(requests(&fx)[..], [Request::FetchHistory { page: Page::Before(at), .. }] if at == key(1)));
    assert_eq!(script.arrange(wants.clone()), []);
    let Effect::Net { id, .. } = fx[0] else { panic!() };
    script.answer(id, Err(refusal(RefusalKind::ServerFault)));
    assert_eq!(script.notice(), "History could not be fetched: no");
    assert_eq!(requests(&script.arrange(wants)), [], "a refusal is no loop");
}

#[test]
fn that_history_ends_in_a_refusal_is_said_unless_its_message_has_gone_meanwhile() {
    let mut script = Script::ready();
    script.arrange_bottom();
    let wants = |script: &Script, at| Visible { wants_before: Some(key(at)), ..script.visible(true) };
    let ask = |script: &mut Script, at| {
        let wants = wants(script, at);
        let fx = script.arrange(wants);
        let Effect::Net { id, .. } = fx[0] else { panic!("{fx:?}") };
        id
    };
    let id = ask(&mut script, 1);
    script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![MessageId::new(1)] });
    script.answer(id, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(script.notice(), "");
    let id = ask(&mut script, 2);
    script.answer(id, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(script.notice(), "History could not be fetched: no");
}

#[test]
fn the_divider_stands_while_the_chat_is_open() {
    let mut script = Script::ready();
    script.open(12);
    script.hear(said(chat(12), 41, ADA, "read"));
    script.arrange_bottom();
    script.open(11);
    script.hear(said(chat(12), 42, ADA, "news"));
    script.hear(said(chat(12), 43, ME, "own words never count"));
    assert_eq!(script.counts(12), (1, 0));
    script.open(12);
    script.arrange_bottom();
    assert_eq!(script.counts(12), (0, 0));
    assert_eq!(script.state.front.as_ref().unwrap().pane.divider, Some(key(41)));
}

#[test]
fn mentions_are_found_and_survive_changes() {
    let mut script = Script::ready();
    script.hear(said(chat(12), 41, ADA, "hey @Me look"));
    script.hear(said(chat(12), 42, ADA, "mail me@home"));
    assert_eq!(script.counts(12), (2, 1));
    let mut answer = said(chat(11), 11, ADA, "indeed");
    answer.reply = Some(Box::new(ReplyInfo { to: Some(MessageId::new(4)), quote: None }));
    script.event(Event::Focused(false));
    let fx = script.hear(answer);
    assert_eq!(script.counts(11), (1, 1));
    let body = CleanText::ours("indeed");
    assert!(fx.contains(&Effect::Notify { title: CleanText::ours("ada in #general"), body }));
}

#[test]
fn counts_of_the_network_and_of_other_devices_are_followed_but_never_back() {
    let mut script = Script::ready();
    let message = std::sync::Arc::new(said(chat(12), 41, ADA, "x"));
    script.receive(Update::MessageCreated { message, unread: Some(7), author: None, nonce: None });
    assert_eq!(script.counts(12), (7, 0));
    let moved = |upto, unread| Update::ReadMarkMoved {
        chat: ChatId::new(12),
        upto: key(upto),
        unread,
        mentions: None,
        back: false,
    };
    script.receive(moved(40, Some(1)));
    assert_eq!(script.counts(12), (1, 0));
    script.receive(moved(30, Some(9)));
    assert_eq!(script.counts(12), (1, 0));
    script.receive(moved(41, None));
    assert_eq!(script.counts(12), (0, 0));
    let account = script.state.core.account(HOME).unwrap();
    assert_eq!(account.counts(Some(RUST)).unread, 0);
    assert_eq!((account.counts(Some(ZIG)).unread, account.counts(Some(ZIG)).mentions), (5, 1));
}

#[test]
fn personal_messages_are_told_only_while_nobody_looks() {
    let mut script = Script::ready();
    assert!(!script.hear(said(chat(31), 51, ADA, "psst")).iter().any(|effect| matches!(effect, Effect::Notify { .. })));
    script.event(Event::Focused(false));
    let fx = script.hear(said(chat(31), 52, ADA, "psst"));
    assert!(fx.contains(&Effect::Notify { title: CleanText::ours("ada"), body: CleanText::ours("psst") }));
    assert!(fx.contains(&Effect::Title("(3) #general - nib".to_owned())), "{fx:?}");
    assert!(
        !script.hear(said(chat(12), 53, ADA, "chatter")).iter().any(|effect| matches!(effect, Effect::Notify { .. }))
    );
}

#[test]
fn somebody_types_until_they_write_or_their_time_is_over() {
    let mut script = Script::ready();
    let typing = |user, typing| Update::Typing { chat: ChatId::new(11), user, typing, busy: false };
    let start = script.now.mono;
    let fx = script.receive(typing(ADA, true));
    assert_eq!(fx, [Effect::Arm(Timer::TypingExpires, start.plus(Duration::from_secs(8)))]);
    script.advance(Duration::from_secs(3));
    script.receive(typing(GRACE, true));
    assert_eq!(script.receive(typing(ME, true)), []);
    script.advance(Duration::from_secs(6));
    let who = |script: &Script| script.state.core.account(HOME).unwrap().typing.of(ChatId::new(11)).to_vec();
    assert_eq!(who(&script).iter().map(|typist| typist.user).collect::<Vec<_>>(), [GRACE]);
    let fx = script.hear(said(chat(11), 11, GRACE, "done"));
    assert!(who(&script).is_empty() && fx.contains(&Effect::Disarm(Timer::TypingExpires)));
    // Somebody never heard of is asked about where it is seen, once.
    let stranger = UserId::new(77);
    let asked =
        |effects: nib::state::Effects| requests(&effects).contains(&Request::FetchMembers(RUST, vec![stranger]));
    assert!(asked(script.receive(typing(stranger, true))));
    assert!(!asked(script.receive(typing(stranger, true))));
    let elsewhere = Update::Typing { chat: ChatId::new(12), user: UserId::new(78), typing: true, busy: false };
    assert!(!requests(&script.receive(elsewhere)).iter().any(|request| matches!(request, Request::FetchMembers(..))));
}

#[test]
fn the_timer_of_typing_follows_whoever_is_left() {
    let mut script = Script::ready();
    let typing = |chat, user| Update::Typing { chat: ChatId::new(chat), user, typing: true, busy: false };
    let start = script.now.mono;
    let armed = |script: &Script| script.timers.get(&Timer::TypingExpires).copied();
    script.receive(typing(12, ADA));
    script.advance(Duration::from_secs(1));
    script.receive(typing(11, GRACE));
    assert_eq!(armed(&script), Some(start.plus(Duration::from_secs(8))));
    script.receive(Update::ChatRemoved(ChatId::new(12)));
    assert_eq!(armed(&script), Some(start.plus(Duration::from_secs(9))), "with the chat went who typed there");
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) });
    assert_eq!(armed(&script), None, "nobody is heard any more");
}

#[test]
fn own_typing_is_told_now_and_then_and_ended() {
    let mut script = Script::ready();
    let told = |effects: &nib::state::Effects| -> Vec<bool> {
        let typing = |request: Request| match request {
            Request::SetTyping { typing, .. } => Some(typing),
            _ => None,
        };
        requests(effects).into_iter().filter_map(typing).collect()
    };
    assert_eq!(told(&script.type_text("a")), [true]);
    assert!(told(&script.type_text("b")).is_empty());
    script.advance(Duration::from_secs(4));
    script.type_text("c");
    script.advance(Duration::from_secs(2));
    assert_eq!(told(&script.type_text("d")), [true], "six seconds after the first");
    assert_eq!(told(&script.advance(Duration::from_secs(6))), [false]);
    assert_eq!(told(&script.type_text("e")), [true]);
    assert_eq!(told(&script.act(Action::Send)), [false]);
    assert!(told(&script.type_text("/help")).is_empty(), "a command is nobody's business");
    script.act(Action::Clear);
    assert_eq!(told(&script.type_text("f")), [true]);
    assert_eq!(told(&script.open(12)), [false]);
}

#[test]
fn pinned_messages_are_counted_and_the_count_follows() {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.pins = true;
    let asks = |effects: &nib::state::Effects| {
        effects.iter().find_map(|effect| match effect {
            Effect::Net { id, request: Request::FetchPinned(chat), .. } => Some((*id, *chat)),
            _ => None,
        })
    };
    let count =
        |script: &Script| script.state.core.accounts[0].pins.get(&ChatId::new(12)).map(nib::state::pins::Pins::count);
    let (id, of) = asks(&script.open(12)).unwrap();
    assert_eq!((of, count(&script)), (ChatId::new(12), None));
    let messages = [41, 42].map(|id| Arc::new(said(chat(12), id, ADA, "pinned"))).to_vec();
    script.answer(id, Ok(Reply::Pinned { chat: of, messages, bundle: Bundle::default() }));
    assert_eq!(count(&script), Some(2));
    let change = |script: &mut Script, id, pinned| {
        let message = Arc::new(Message { pinned, ..said(chat(12), id, ADA, "x") });
        let before = script.state.revision;
        script.receive(Update::MessageChanged { message, reactions: false });
        script.state.revision > before
    };
    assert!(change(&mut script, 43, true), "it is drawn, though the message is not in memory");
    assert!(!change(&mut script, 43, true));
    assert_eq!(count(&script), Some(3));
    change(&mut script, 41, false);
    script.receive(Update::MessagesDeleted { chat: of, messages: vec![MessageId::new(42)] });
    assert_eq!(count(&script), Some(1));
    script.open(11);
    assert_eq!(asks(&script.open(12)), None, "it is known");
    script.open(11);
    script.link(LinkEvent::Missed);
    assert!(asks(&script.open(12)).is_some(), "it may be out of date");
    assert_eq!(count(&script), Some(1), "what was known shows meanwhile");
}

#[test]
fn a_window_bounds_what_is_kept() {
    let mut script = Script::ready();
    for id in 100..10_000 {
        script.hear(said(chat(11), id, ADA, "x"));
    }
    let kept = script.texts(11).len();
    assert!((2_000..=2_064).contains(&kept), "{kept}");
    script.open(12);
    script.hear(said(chat(11), 10_000, ADA, "x"));
    assert_eq!(script.texts(11).len(), 200);
}

#[test]
fn the_view_of_a_chat_begins_at_what_was_not_read() {
    use nib::state::front::ScrollIntent;
    let mut script = Script::ready();
    let help = script.state.core.accounts[0].chats.get_mut(&ChatId::new(12)).unwrap();
    (help.unread, help.last_read) = (3, Some(key(37)));
    let pane = |script: &Script| script.state.front.as_ref().unwrap().pane.clone();
    let fx = script.act(Action::OpenChat(chat(12)));
    assert_eq!((pane(&script).divider, pane(&script).intent), (Some(key(37)), None), "nothing is here yet");
    let id = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { .. }, .. } => Some(*id),
        _ => None,
    });
    let messages = (30..=40).map(|n| std::sync::Arc::new(said(chat(12), n, ADA, "line"))).collect();
    let bundle = Bundle::default();
    let chat_id = ChatId::new(12);
    script.answer(
        id.unwrap(),
        Ok(Reply::History { chat: chat_id, messages, bundle, reached_start: true, reached_end: true }),
    );
    assert_eq!(pane(&script).intent, Some(ScrollIntent::Unread));
    // Where it does not fit, the rest stays unread until it is seen.
    script.arrange_top(37);
    assert_eq!(script.counts(12).0, 3);
    script.arrange_bottom();
    assert_eq!(script.counts(12).0, 0);
}

#[test]
fn where_fetching_marks_read_nothing_is_fetched_while_nobody_looks() {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.fetch_marks_read = true;
    let pages = |fx: &nib::state::Effects| {
        let page = |effect: &&Effect| matches!(effect, Effect::Net { request: Request::FetchHistory { .. }, .. });
        fx.iter().filter(page).count()
    };
    script.event(Event::Focused(false));
    script.link(LinkEvent::Missed);
    let of = |script: &Script, id| Box::new(script.state.core.chat(chat(id)).unwrap().1.clone());
    let [open, other] = [of(&script, 11), of(&script, 12)];
    for changed in [other, open] {
        assert_eq!(pages(&script.receive(Update::ChannelChanged(changed))), 0);
    }
    let community = Community { available: false, ..script.state.core.accounts[0].community(RUST).unwrap().clone() };
    script.receive(Update::CommunityUnavailable(RUST));
    assert_eq!(
        pages(&script.receive(Update::CommunityChanged(Box::new(Community { available: true, ..community })))),
        0
    );
    // Somebody looks for a moment. What is missed while the page is under way waits until they look again.
    let fx = script.event(Event::Focused(true));
    assert_eq!(pages(&fx), 1, "{fx:?}");
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request, .. } if matches!(request, Request::FetchHistory { .. }) => {
            Some((*id, request.clone()))
        }
        _ => None,
    });
    let (id, request) = asked.unwrap();
    script.event(Event::Focused(false));
    script.link(LinkEvent::Missed);
    assert_eq!(pages(&script.answer(id, Ok(Script::reply(&request).unwrap()))), 0);
    assert_eq!(pages(&script.event(Event::Focused(true))), 1);
}

#[test]
fn a_page_that_is_refused_is_not_asked_for_with_every_change_elsewhere() {
    let mut script = Script::ready();
    let fx = script.link(LinkEvent::Missed);
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { .. }, .. } => Some(*id),
        _ => None,
    });
    script.answer(asked.unwrap(), Err(refusal(RefusalKind::Forbidden)));
    for id in [11, 12] {
        let changed = Box::new(script.state.core.chat(chat(id)).unwrap().1.clone());
        let fx = script.receive(Update::ChannelChanged(changed));
        let page = |effect: &Effect| matches!(effect, Effect::Net { request: Request::FetchHistory { .. }, .. });
        assert!(!fx.iter().any(page), "{fx:?}");
    }
}

#[test]
fn what_was_read_is_told_when_its_chat_is_left() {
    let mut script = Script::signed_in(true);
    script.open(11);
    script.arrange_bottom();
    script.hear(said(chat(11), 11, ADA, "a"));
    let fx = script.arrange_bottom();
    assert!(marks(&fx).is_empty(), "at a pace");
    assert_eq!(marks(&script.act(Action::OpenChat(chat(12)))), [key(11)]);
}
