//! What one account goes through is no other's business: nothing known of others changes, and nothing that the screen shows of them.

use super::accounts::{MISTIUM, Several, WORK, of};
use super::script::*;
use nib::domain::*;
use nib::state::front::Notice;
use nib::state::ui::sidebar::SidebarRow;
use nib::state::{Action, Effect, Effects, Event, StoreOp};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Something that the account goes through.
#[derive(Clone, Debug)]
enum Fate {
    Link(u8),
    Write(u128, u128, bool),
    Delete(u128, u128),
    Read(u128, u128),
    ChatGone(u128),
    CommunityGone(u128),
    Unavailable(u128),
    Ended,
    Talk(u128, u128),
    Answer(usize, bool),
    Wait(u64),
}

fn place() -> impl Strategy<Value = u128> {
    prop::sample::select(vec![11u128, 12, 21, 31, 33, 99])
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => (0..7u8).prop_map(Fate::Link),
        6 => (place(), 60..160u128, any::<bool>()).prop_map(|(chat, id, mention)| Fate::Write(chat, id, mention)),
        1 => (place(), 60..160u128).prop_map(|(chat, id)| Fate::Delete(chat, id)),
        1 => (place(), 60..160u128).prop_map(|(chat, id)| Fate::Read(chat, id)),
        1 => place().prop_map(Fate::ChatGone),
        1 => prop::sample::select(vec![100u128, 200]).prop_map(Fate::CommunityGone),
        1 => prop::sample::select(vec![100u128, 200]).prop_map(Fate::Unavailable),
        1 => Just(Fate::Ended),
        2 => (place(), 2..5u128).prop_map(|(chat, user)| Fate::Talk(chat, user)),
        6 => (0..6usize, any::<bool>()).prop_map(|(at, well)| Fate::Answer(at, well)),
        2 => (0..90_000u64).prop_map(Fate::Wait),
    ]
}

impl Several {
    /// What comes of it. What the account asks is answered, and that is its own business, too.
    fn suffer(&mut self, fate: Fate) -> Effects {
        let id = MISTIUM;
        let link = |event| Event::Link(id, event);
        let update = |update| Event::Update(id, update);
        let event = match fate {
            Fate::Link(0) => link(LinkEvent::Connecting),
            Fate::Link(1) => {
                link(LinkEvent::Down { reason: DownReason::Closed(None), retry_in: Duration::from_secs(4) })
            }
            Fate::Link(2) => return self.refuse(id, "no"),
            Fate::Link(3) => link(LinkEvent::Missed),
            Fate::Link(4) => link(LinkEvent::Silent(Some(Duration::from_secs(9)))),
            // Somebody else than before, half of the time.
            Fate::Link(kind) => link(LinkEvent::SignedIn {
                me: user(if kind == 5 { ME } else { GRACE }, "me"),
                session: None,
                token: Secret::default(),
                caps: Script::caps(),
            }),
            Fate::Write(chat, number, mention) => {
                let mut message = said(of(id, chat), number, ADA, "hello");
                message.mentions_me = mention;
                update(Update::MessageCreated { message: Arc::new(message), unread: None, author: None, nonce: None })
            }
            Fate::Delete(chat, number) => {
                update(Update::MessagesDeleted { chat: ChatId::new(chat), messages: vec![MessageId::new(number)] })
            }
            Fate::Read(chat, number) => update(Update::ReadMarkMoved {
                chat: ChatId::new(chat),
                upto: key(number),
                unread: None,
                mentions: None,
                back: false,
            }),
            Fate::ChatGone(chat) => update(Update::ChatRemoved(ChatId::new(chat))),
            Fate::CommunityGone(place) => update(Update::CommunityRemoved(CommunityId::new(place))),
            Fate::Unavailable(place) => update(Update::CommunityUnavailable(CommunityId::new(place))),
            Fate::Ended => update(Update::SessionEnded { session: SessionId::default(), own: true }),
            Fate::Talk(chat, user) => update(Update::VoiceRoomChanged {
                chat: ChatId::new(chat),
                participants: vec![VoiceParticipant { user: UserId::new(user), ..VoiceParticipant::default() }],
            }),
            Fate::Answer(at, well) => {
                let mut open: Vec<RequestId> =
                    self.0.state.core.account(id).unwrap().requests.open.keys().copied().collect();
                open.sort_unstable();
                let Some(request) = open.get(at).copied() else { return Effects::new() };
                let outcome = if well { Ok(Reply::Done) } else { Err(refusal(RefusalKind::Forbidden)) };
                Event::Answer(id, Answer { request, outcome })
            }
            Fate::Wait(millis) => return self.0.advance(Duration::from_millis(millis)),
        };
        let effects = self.0.event(event);
        self.serve(effects.clone());
        effects
    }

    /// All that is known of the other accounts, and what the screen shows of them.
    fn others(&mut self) -> Vec<String> {
        let accounts = &self.0.state.core.accounts;
        let mut told: Vec<String> =
            accounts.iter().filter(|account| account.id != MISTIUM).map(|account| format!("{account:?}")).collect();
        let front = self.0.state.front.as_ref().unwrap();
        let pane = &front.pane;
        let composer = (pane.composer.text(), pane.composer.cursor());
        told.push(format!("{:?} {composer:?} {:?} {:?} {:?}", pane.chat, pane.mode, pane.anchor, pane.cursor));
        told.push(format!("{:?} {} {:?}", front.region, front.overlays.len(), front.shown_place()));
        let mut drafts: Vec<_> = front.drafts.iter().filter(|(chat, _)| chat.account != MISTIUM).collect();
        drafts.sort_by_key(|(chat, _)| **chat);
        told.push(format!("{drafts:?}"));
        let is_other = |row: &&SidebarRow| row.account().is_some_and(|account| account != MISTIUM);
        told.push(format!("{:?}", front.sidebar.rows.iter().filter(is_other).collect::<Vec<_>>()));
        told.push(format!("{:?}", front.sidebar.selected()));
        // Of itself it may speak, by its name.
        let notice = front.notice.as_ref().filter(|notice| !notice.text.starts_with("mistium: "));
        told.push(format!("{notice:?}"));
        told
    }
}

/// Whose an effect is, where it is somebody's.
fn owner(effect: &Effect) -> Option<AccountId> {
    match effect {
        Effect::Net { account, .. } => Some(*account),
        Effect::Connect(account)
        | Effect::Probe(account)
        | Effect::Disconnect(account)
        | Effect::KeepToken(account, _)
        | Effect::ForgetToken(account)
        | Effect::Cancel(account, _) => Some(*account),
        Effect::Store(StoreOp::Write(write)) => write.account(),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_of_one_account_touches_another(fates in prop::collection::vec(fate(), 1..60), reading in any::<bool>()) {
        let mut several = Several::ready();
        // What the user asked of it and went on from.
        several.0.act(Action::LeaveCommunity(MISTIUM, CommunityId::new(200)));
        several.0.act(Action::LeaveGroup(of(MISTIUM, 33)));
        several.0.act(Action::OpenChat(of(WORK, 31)));
        several.0.type_text("a draft");
        several.0.act(Action::OpenChat(of(HOME, 11)));
        several.0.arrange_top(3);
        several.0.type_text("half a sentence");
        // What has its time, such as typing that is told, is over first.
        several.0.advance(Duration::from_secs(120));
        if reading {
            let until = Mono(u64::MAX / 2);
            let text = "something that is being read".to_owned();
            several.0.state.front.as_mut().unwrap().notice = Some(Notice { text, key: None, bad: true, until });
        }
        let before = several.others();
        for fate in fates {
            let what = format!("{fate:?}");
            for effect in several.suffer(fate) {
                prop_assert!(owner(&effect).is_none_or(|of| of == MISTIUM), "after {}: {:?}", what, effect);
            }
            prop_assert_eq!(&several.others(), &before, "after {}", what);
        }
    }
}

/// Accounts with many chats each, in the tree where all of them stand.
fn crowd(accounts: u16, chats: u128) -> Several {
    let labels: Vec<String> = (0..accounts).map(|number| format!("account{number}")).collect();
    let mut several = Several::fresh(&labels.iter().map(String::as_str).collect::<Vec<_>>());
    several.0.event(Event::Resized { width: 80, height: 24 });
    for number in 0..accounts {
        let id = AccountId(number);
        several.sign_in(id);
        let channel = |number: u128| Chat {
            id: ChatId::new(1_000 + number),
            kind: ChatKind::Channel {
                community: RUST,
                kind: ChannelKind::Text,
                parent: None,
                position: 5,
                slowmode: 0,
            },
            name: CleanText::new("channel"),
            ..Chat::default()
        };
        let bundle = Bundle { chats: (0..chats).map(channel).collect(), ..Bundle::default() };
        several.0.event(Event::Update(id, Update::ChatChanged(Box::new(bundle))));
    }
    several.0.log.clear();
    several
}

/// How long it takes that somebody comes into a voice room and goes, often: the rows of one account are made anew each time.
fn busy(several: &mut Several) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        for number in 0..40u128 {
            let participants =
                vec![VoiceParticipant { user: UserId::new(2 + number % 2), ..VoiceParticipant::default() }];
            several
                .0
                .event(Event::Update(AccountId(0), Update::VoiceRoomChanged { chat: ChatId::new(11), participants }));
            several.0.log.clear();
        }
        best = best.min(start.elapsed());
    }
    best
}

#[test]
fn rows_are_made_anew_for_the_account_that_changed() {
    let (one, many) = (busy(&mut crowd(2, 300)), busy(&mut crowd(20, 300)));
    assert!(many < one * 5, "two accounts {one:?}, ten times as many {many:?}");
}
