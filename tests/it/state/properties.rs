//! What holds whatever happens.

use super::script::*;
use crate::valid::valid;
use nib::domain::kept::{OutboxItem, OutboxRow, Write};
use nib::domain::update::Relationship;
use nib::domain::*;
use nib::state::action::TextEdit;
use nib::state::action::{ComposeAction, FileAction, MessageAction};
use nib::state::front::{Anchor, Focus, PaneId, Target, Visible};
use nib::state::outbox::Stage;
use nib::state::{Action, Effect, Effects, Event, State, StoreReply, reduce};
use nib::store::{Command, Found, Options, Query, Seek, Start, Store, Stored, Ticket};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Step {
    Act(Action),
    Write { chat: u128, author: u128, told: Option<u32>, mention: bool },
    Change(u128),
    Delete(u128, u128),
    Typing(u128, u128, bool),
    ReadMark(u128, u128, Option<u32>),
    ChatGone(u128),
    CommunityGone(bool),
    Answer(usize, u8),
    NotTaken(usize),
    Read(usize, bool),
    Commit(usize),
    Arrange { at_bottom: bool, first: u128, wants: bool },
    Down,
    Up,
    Missed,
    Refused,
    Focus(bool),
    Resize(u16, u16),
    Wait(u64),
    Slow(u128, u32),
    Around(u8, u128, u128),
    React(u128, u128, u128, bool),
    Pin(u128, bool),
}

fn place() -> impl Strategy<Value = u128> {
    prop_oneof![4 => Just(11u128), 2 => Just(12), 1 => Just(21), 1 => Just(31), 1 => Just(33), 1 => Just(99)]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => place().prop_map(|id| Action::OpenChat(chat(id))),
        4 => prop::sample::select(vec!["a", "/jump", "/nope", "/attach a", "//x", "@me", "👩‍🔬", "\n", "gen"]).prop_map(|text| Action::Insert(text.to_owned())),
        5 => Just(Action::Send),
        6 => prop::sample::select(vec![
            Action::Help, Action::Jump, Action::NextUnread, Action::PreviousChat, Action::NextChat, Action::FocusNext,
            Action::FocusPrevious, Action::FocusComposer, Action::FocusMessages, Action::FocusSidebar, Action::Cancel, Action::Clear,
            Action::ScrollStart, Action::ScrollEnd, Action::MoveFirst, Action::MoveLast, Action::Accept, Action::Fold,
        ]),
        6 => prop::sample::select(vec![
            Action::Message(MessageAction::Reply), Action::Message(MessageAction::Edit), Action::Compose(ComposeAction::EditLast), Action::Message(MessageAction::Delete), Action::Message(MessageAction::React(String::new())), Action::Message(MessageAction::React("👍".to_owned())),
            Action::Message(MessageAction::CopyText), Action::Message(MessageAction::CopyLink), Action::Message(MessageAction::Pin), Action::Message(MessageAction::Details), Action::Message(MessageAction::OpenLink), Action::Message(MessageAction::GoToReplied), Action::Message(MessageAction::Retry), Action::Message(MessageAction::Discard), Action::MarkRead,
            Action::ToggleSidebar, Action::Quit, Action::Reconnect, Action::SignIn, Action::NewLine, Action::Redraw, Action::Suspend,
            Action::FocusMembers, Action::ToggleMembers, Action::Who(String::new()), Action::Who("ada".to_owned()),
            Action::Status(Presence::Idle), Action::SignUp, Action::Leave, Action::Join(String::new()), Action::Join("code".to_owned()), Action::Write(String::new()),
            Action::Open("self".to_owned()), Action::LeaveGroup(chat(33)),
            Action::File(FileAction::Attach { path: "a".to_owned(), text: "b".to_owned() }),
        ]),
        2 => (-30..30i32).prop_map(Action::Move),
        2 => (-3..3i32).prop_map(Action::ScrollPages),
        2 => prop::sample::select(vec![
            TextEdit::Up, TextEdit::Down, TextEdit::Left, TextEdit::Backspace, TextEdit::Delete, TextEdit::DeleteWordLeft, TextEdit::Undo,
            TextEdit::KillToStart, TextEdit::Yank, TextEdit::Home, TextEdit::TextEnd,
        ]).prop_map(Action::Text),
        1 => Just(Action::Open("@nobody".to_owned())),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => action().prop_map(Step::Act),
        6 => (place(), 1..4u128, prop::option::of(0..9u32), any::<bool>())
            .prop_map(|(chat, author, told, mention)| Step::Write { chat, author, told, mention }),
        1 => (1..30u128).prop_map(Step::Change),
        2 => (place(), 1..120u128).prop_map(|(chat, id)| Step::Delete(chat, id)),
        1 => (place(), 1..4u128, any::<bool>()).prop_map(|(chat, user, typing)| Step::Typing(chat, user, typing)),
        1 => (place(), 1..120u128, prop::option::of(0..9u32)).prop_map(|(chat, upto, unread)| Step::ReadMark(chat, upto, unread)),
        1 => place().prop_map(Step::ChatGone),
        1 => any::<bool>().prop_map(Step::CommunityGone),
        8 => (0..8usize, 0..8u8).prop_map(|(at, how)| Step::Answer(at, how)),
        1 => (0..8usize).prop_map(Step::NotTaken),
        2 => (0..8usize, any::<bool>()).prop_map(|(at, well)| Step::Read(at, well)),
        4 => (0..3usize).prop_map(Step::Commit),
        6 => (any::<bool>(), 1..120u128, any::<bool>()).prop_map(|(at_bottom, first, wants)| Step::Arrange { at_bottom, first, wants }),
        1 => Just(Step::Down),
        2 => Just(Step::Up),
        1 => Just(Step::Missed),
        1 => Just(Step::Refused),
        2 => any::<bool>().prop_map(Step::Focus),
        1 => (0..150u16, 0..50u16).prop_map(|(width, height)| Step::Resize(width, height)),
        3 => (0..9_000u64).prop_map(Step::Wait),
        1 => (place(), 0..9u32).prop_map(|(chat, seconds)| Step::Slow(chat, seconds)),
        2 => (place(), 1..120u128, 1..4u128, any::<bool>()).prop_map(|(chat, id, by, add)| Step::React(chat, id, by, add)),
        1 => (1..120u128, any::<bool>()).prop_map(|(id, pinned)| Step::Pin(id, pinned)),
        3 => (0..12u8, place(), 1..6u128).prop_map(|(kind, chat, user)| Step::Around(kind, chat, user)),
    ]
}

struct World {
    script: Script,
    open: Vec<(RequestId, Request)>,
    uncommitted: Vec<(ChatKey, Nonce)>,
    unread: Vec<u64>,
    committed: Vec<Nonce>,
    next: u128,
}

/// What others do around a chat.
fn around(state: &State, kind: u8, chat: ChatId, user: UserId) -> Option<Update> {
    let account = state.core.account(HOME)?;
    let known = account.chats.get(&chat).cloned();
    let rights = |deny| Update::OverridesChanged { chat, overrides: Overrides { allow: Permissions::NONE, deny } };
    let member = |user: UserId| MemberListEntry::Member { user: User { id: user, ..User::default() }, nickname: None };
    Some(match kind {
        0 => {
            let entries = vec![MemberListEntry::Section { online: true, count: 2 }, member(user), member(ADA)];
            Update::MemberListChanged { chat, entries }
        }
        1 => Update::MemberListChanged { chat, entries: vec![MemberListEntry::Section { online: false, count: 9 }] },
        2 => Update::PresenceChanged(vec![(user, Presence::Idle, None)]),
        3 => Update::RelationshipChanged { user, relationship: Some(Relationship::Blocked) },
        4 => Update::RelationshipChanged { user, relationship: None },
        5 => Update::CommunityUnavailable(RUST),
        6 => Update::CommunityChanged(Box::new(Community { available: true, ..account.community(RUST)?.clone() })),
        7 if account.is_signed_in() => Update::VoiceParticipantChanged {
            chat,
            participant: VoiceParticipant { user, ..VoiceParticipant::default() },
        },
        8 => rights(Permissions::VIEW),
        9 => rights(Permissions::NONE),
        10 => {
            let roles = [RoleId::new(user.value())].into();
            Update::MemberChanged(Box::new(Member { user: ME, community: RUST, nickname: None, roles }))
        }
        11 => {
            let group = known.filter(|chat| matches!(chat.kind, ChatKind::Group { .. }))?;
            let kind = ChatKind::Group { owner: false, members: [user, ADA].into() };
            Update::GroupChanged { chat: Box::new(Chat { kind, ..group }), users: Vec::new() }
        }
        _ => return None,
    })
}

impl World {
    fn note(&mut self, effects: &Effects, allowed: bool) {
        self.uncommitted.extend(committing(effects));
        for effect in effects {
            match effect {
                Effect::Net { id, request, .. } => {
                    if let Request::Send(outgoing) = request {
                        assert!(self.committed.contains(&outgoing.nonce), "sent before it was durable");
                        assert!(allowed || self.committed.contains(&outgoing.nonce));
                    }
                    self.open.push((*id, request.clone()));
                }
                Effect::ReadFile { number, .. } => self.unread.push(*number),
                Effect::Connect(_) | Effect::Disconnect(_) | Effect::SignIn { .. } => {}
                _ => {}
            }
        }
    }

    fn step(&mut self, step: Step) {
        let script = &mut self.script;
        let effects = match step {
            Step::Act(action) => script.act(action),
            Step::Write { chat: place, author, told, mention } => {
                self.next += 1;
                let message = said(chat(place), self.next, UserId::new(author), if mention { "hey @me" } else { "a" });
                script.receive(Update::MessageCreated {
                    message: Arc::new(message),
                    unread: told,
                    author: None,
                    nonce: None,
                })
            }
            Step::Change(id) => {
                let message = Arc::new(said(chat(11), id, ME, "changed"));
                script.receive(Update::MessageChanged { message, reactions: false })
            }
            Step::Delete(place, id) => {
                script.receive(Update::MessagesDeleted { chat: ChatId::new(place), messages: vec![MessageId::new(id)] })
            }
            Step::React(place, id, by, add) => script.receive(Update::ReactionToggled {
                chat: ChatId::new(place),
                message: MessageId::new(id),
                emoji: ReactEmoji::Unicode(CleanText::ours("👍")),
                by: UserId::new(by),
                add,
            }),
            Step::Pin(id, pinned) => {
                script.receive(Update::MessagePinned { chat: ChatId::new(11), message: MessageId::new(id), pinned })
            }
            Step::Typing(place, user, typing) => script.receive(Update::Typing {
                chat: ChatId::new(place),
                user: UserId::new(user),
                typing,
                busy: false,
            }),
            Step::ReadMark(place, upto, unread) => script.receive(Update::ReadMarkMoved {
                chat: ChatId::new(place),
                upto: key(upto),
                unread,
                mentions: None,
                back: false,
            }),
            Step::ChatGone(place) => script.receive(Update::ChatRemoved(ChatId::new(place))),
            Step::CommunityGone(rust) => script.receive(Update::CommunityRemoved(if rust { RUST } else { ZIG })),
            Step::Answer(at, how) if !self.open.is_empty() => {
                let (id, request) = self.open.remove(at % self.open.len());
                let outcome = match (how, &request) {
                    (0, _) => Err(refusal(RefusalKind::LinkLost)),
                    (1, _) => Err(refusal(RefusalKind::Forbidden)),
                    (2, _) => Err(refusal(RefusalKind::RateLimited)),
                    (_, Request::Send(_)) => {
                        self.next += 1;
                        sent(self.next)
                    }
                    (_, request) => Ok(Script::reply(request).unwrap_or(Reply::Done)),
                };
                script.answer(id, outcome)
            }
            Step::NotTaken(at) if !self.open.is_empty() => {
                let (id, _) = self.open.remove(at % self.open.len());
                script.event(Event::NotTaken(HOME, id))
            }
            Step::Commit(at) if !self.uncommitted.is_empty() => {
                let (chat, nonce) = self.uncommitted.remove(at % self.uncommitted.len());
                self.committed.push(nonce);
                script.event(Event::Stored(StoreReply::OutboxCommitted(chat, nonce, Ok(()))))
            }
            Step::Read(at, well) if !self.unread.is_empty() => {
                let number = self.unread.remove(at % self.unread.len());
                let file = if well { Ok(Upload::new("a", "x".into())) } else { Err("gone".to_owned()) };
                script.event(Event::FileRead(number, file))
            }
            Step::Answer(..) | Step::NotTaken(_) | Step::Commit(_) | Step::Read(..) => Effects::new(),
            Step::Arrange { at_bottom, first, wants } => {
                let visible = script.visible(at_bottom);
                let anchor = match visible.first {
                    Some(_) if !at_bottom => {
                        Anchor::Top { target: Target::Message(nearest(&script.state, first)), row: 0 }
                    }
                    _ => Anchor::Bottom,
                };
                let wants_before = visible.first.filter(|_| wants);
                let visible = Visible { anchor, wants_before, ..visible };
                let effects = script.arrange(visible.clone());
                let before = (script.state.revision, format!("{:?}", script.state.front));
                if script.state.front.as_ref().unwrap().pane.anchor == visible.anchor {
                    script.arrange(visible);
                    assert_eq!(
                        before,
                        (script.state.revision, format!("{:?}", script.state.front)),
                        "arranging twice changes nothing"
                    );
                }
                effects
            }
            Step::Down => script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(3) }),
            Step::Up => script.link(LinkEvent::SignedIn {
                me: User { id: ME, username: Some(CleanText::ours("me")), ..User::default() },
                session: None,
                token: Secret::default(),
                caps: Caps { pins: true, ..Script::caps() },
            }),
            Step::Missed => script.link(LinkEvent::Missed),
            Step::Refused => {
                script.link(LinkEvent::Refused { code: 403, reason: CleanText::ours("void"), about: None })
            }
            Step::Focus(inside) => script.event(Event::Focused(inside)),
            Step::Resize(width, height) => script.event(Event::Resized { width, height }),
            Step::Wait(millis) => script.advance(Duration::from_millis(millis)),
            Step::Slow(place, seconds) => slow(script, place, seconds),
            Step::Around(kind, place, who) => match around(&script.state, kind, ChatId::new(place), UserId::new(who)) {
                Some(update) => script.receive(update),
                None => Effects::new(),
            },
        };
        self.note(&effects, true);
        self.check();
    }

    fn check(&self) {
        let state = &self.script.state;
        valid(state, &self.script.timers);
        let front = state.front.as_ref().unwrap();
        assert!(
            front.focus != Focus::Unknown
                || !self.script.log.iter().any(|(event, _)| matches!(event, Event::Focused(_)))
        );
    }
}

fn nearest(state: &State, id: u128) -> MessageKey {
    let open = state.front.as_ref().unwrap().pane.chat.unwrap();
    let timeline = &state.core.account(HOME).unwrap().timelines[&open.chat];
    timeline.get(timeline.index_near(key(id)).min(timeline.len() - 1)).unwrap().message.key
}

fn digest(state: &State) -> String {
    let account = &state.core.accounts[0];
    let mut chats: Vec<&Chat> = account.chats.values().collect();
    chats.sort_by_key(|chat| chat.id);
    let front = state.front.as_ref().unwrap();
    let mut timelines: Vec<_> =
        account.timelines.iter().map(|(id, timeline)| (*id, timeline.iter().cloned().collect::<Vec<_>>())).collect();
    timelines.sort_by_key(|(id, _)| *id);
    format!("{chats:?} {timelines:?} {:?} {:?} {:?} {}", front.pane, front.sidebar, front.overlays, state.revision)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn holds_whatever_happens(steps in prop::collection::vec(step(), 1..120)) {
        let world = story(Script::ready(), steps);
        // The same events, clocks and seed: the same effects and the same state.
        let mut again = Script::fresh(true);
        again.state.front.as_mut().unwrap().wish = Some("Rust/general".to_owned());
        for (event, now) in &world.script.log {
            reduce(&mut again.state, event.clone(), *now);
        }
        prop_assert_eq!(digest(&again.state), digest(&world.script.state));
        let last = Event::Arranged(PaneId(0), world.script.visible(false));
        let now = world.script.now;
        let mut state = world.script.state;
        prop_assert_eq!(reduce(&mut again.state, last.clone(), now), reduce(&mut state, last, now));
    }
}

fn story(mut script: Script, steps: Vec<Step>) -> World {
    script.store = false;
    let mut world = World {
        script,
        open: Vec::new(),
        uncommitted: Vec::new(),
        unread: Vec::new(),
        committed: Vec::new(),
        next: 70,
    };
    steps.into_iter().for_each(|step| world.step(step));
    world
}

/// What a store has after all that was written to it.
struct Kept {
    start: Start,
    waiting: Vec<OutboxRow>,
    chats: Vec<(ChatId, Stored)>,
}

fn kept(written: &[Write], chats: Vec<ChatId>) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut replies) = Store::start(Options::new(folder.path().join("store.db"))).expect("a thread");
    let mut found = |command: Command| {
        store.send_blocking(command).expect("taken");
        loop {
            match replies.blocking_recv().expect("a reply") {
                nib::store::Reply::Found(_, found) => return Some(found.unwrap()),
                nib::store::Reply::Written(_, done) => {
                    done.unwrap();
                    return None;
                }
                nib::store::Reply::Opened(notes) => assert_eq!(notes, []),
                nib::store::Reply::OutboxCommitted(_, _, done) => done.unwrap(),
                other => panic!("{other:?}"),
            }
        }
    };
    for write in written {
        found(Command::Write(Some(Ticket(1)), write.clone()));
    }
    let Some(Found::Start(start)) = found(Command::Read(Ticket(1), Query::Start)) else { panic!("no start") };
    let Some(Found::Outbox(waiting)) = found(Command::Read(Ticket(1), Query::Outbox)) else { panic!("no outbox") };
    let pages = chats.into_iter().map(|chat| {
        let query = Query::Messages { chat: ChatKey::new(HOME, chat), seek: Seek::Newest, limit: 5_000 };
        let Some(Found::Messages(stored)) = found(Command::Read(Ticket(1), query)) else { panic!("no messages") };
        (chat, stored)
    });
    let chats = pages.collect();
    drop(store.close(replies));
    Kept { start: *start, waiting, chats }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_store_has_what_is_in_memory(steps in prop::collection::vec(step(), 1..120)) {
        let world = story(Script::ready_kept(), steps);
        let account = &world.script.state.core.accounts[0];
        let loaded: Vec<ChatId> = account.timelines.iter().filter(|(_, known)| known.is_loaded()).map(|(id, _)| *id).collect();
        let kept = kept(&world.script.written, loaded);
        // What waits for the connection is shown as done, and not stored as a fact.
        let changed = |message: &MessageKey| kept.waiting.iter().any(|row| match &row.item {
            OutboxItem::Edit { message: of, .. } | OutboxItem::React { message: of, .. } => of == message,
            OutboxItem::Delete { messages } => messages.contains(message),
            _ => false,
        });
        for (chat, stored) in &kept.chats {
            let timeline = &account.timelines[chat];
            for entry in timeline.iter().filter(|entry| !changed(&entry.message.key)) {
                let found = stored.entries.iter().find(|kept| kept.message.key == entry.message.key);
                prop_assert_eq!(found.map(|kept| &kept.message), Some(&entry.message), "in {:?}", chat);
            }
            // And nothing else where memory knows that there is nothing else.
            let Some((first, last)) = timeline.first().zip(timeline.last()) else { continue };
            let inside = stored.entries.iter().filter(|kept| (first.message.key..=last.message.key).contains(&kept.message.key));
            for extra in inside.filter(|kept| timeline.index_of(kept.message.key).is_none()) {
                let next = timeline.get(timeline.index_near(extra.message.key)).unwrap();
                prop_assert!(next.gap_before, "{:?} is only stored", extra.message.key);
            }
        }
        // Chats and their counts, communities in their order, and what waits to go out.
        let mut known: Vec<_> = account.chats.values().map(|chat| (chat.id, &chat.name, chat.unread, chat.mentions, chat.last_read)).collect();
        let mut there: Vec<_> = kept.start.chats.iter().map(|(_, chat)| (chat.id, &chat.name, chat.unread, chat.mentions, chat.last_read)).collect();
        known.sort();
        there.sort();
        prop_assert_eq!(known, there);
        let ids = |all: &[Community]| all.iter().map(|community| community.id).collect::<Vec<_>>();
        let there: Vec<Community> = kept.start.communities.into_iter().map(|(_, community)| community).collect();
        prop_assert_eq!(ids(&account.communities), ids(&there));
        let mut waiting: Vec<Nonce> = account.outbox.chats.values().flatten().filter(|row| !matches!(row.stage, Stage::Sent(_))).map(|row| row.outgoing.nonce).collect();
        let mut there: Vec<Nonce> = kept.waiting.iter().filter(|row| matches!(row.item, OutboxItem::Send(_))).map(|row| row.nonce).collect();
        waiting.sort();
        there.sort();
        prop_assert_eq!(waiting, there);
    }
}
