//! What earlier runs have kept is shown before any network answers, and gives way to what is told.

mod checked;
mod pages;

use super::script::*;
use nib::domain::kept::{
    Anchor as Place, Draft, Found, Layout, OutboxItem, OutboxRow, OutboxStage, Query, Seek, Start, Stored,
    StoredMessage, Ticket, Write,
};
use nib::domain::*;
use nib::state::action::{AccountAction, TextEdit};
use nib::state::front::{Anchor, ScrollIntent, Target};
use nib::state::outbox::Stage;
use nib::state::requests::Purpose;
use nib::state::{AccountSpec, Action, Effect, Effects, Event, NetworkOffer, State, StoreOp, StoreReply, Timer};
use std::sync::Arc;
use std::time::Duration;

/// What is asked of the store.
fn reads(effects: &Effects) -> Vec<(Ticket, Query)> {
    let read = |effect: &Effect| match effect {
        Effect::Store(StoreOp::Read(ticket, query)) => Some((*ticket, query.clone())),
        _ => None,
    };
    effects.iter().filter_map(read).collect()
}

fn writes(effects: &Effects) -> Vec<Write> {
    let write = |effect: &Effect| match effect {
        Effect::Store(StoreOp::Write(write)) if matches!(**write, Write::Anchor(..) | Write::Layout(_)) => {
            Some((**write).clone())
        }
        _ => None,
    };
    effects.iter().filter_map(write).collect()
}

/// Nothing has happened yet in a run with a store; an account is saved.
fn saved(settings: Arc<Settings>, now: Now) -> State {
    let spec = AccountSpec {
        id: HOME,
        label: "home".to_owned(),
        network: "one".to_owned(),
        me: ME,
        keeps_drafts: true,
        ..AccountSpec::default()
    };
    let mut state = State::new(settings, vec![spec], true, 7, now);
    state.has_store = true;
    state.networks = vec![NetworkOffer { key: "one".to_owned(), caps: Script::caps(), ..NetworkOffer::default() }];
    state
}

/// The history of `general` as it is stored: messages by number, whether some are missing before each, and whether older ones are stored.
struct Kept {
    start: Start,
    history: Vec<(u128, bool)>,
    place: Option<Place>,
    people: Vec<User>,
    asked: Vec<Query>,
}

impl Kept {
    fn new(history: Vec<(u128, bool)>) -> Self {
        let community = Community {
            id: RUST,
            name: CleanText::ours("Rust"),
            permissions: Permissions::VIEW.union(Permissions::SEND).union(Permissions::REACT),
            available: true,
            ..Community::default()
        };
        let chats = Script::roster().into_iter().map(|chat| (HOME, chat)).collect();
        let layout = Layout { open: Some(chat(11)), ..Layout::default() };
        let start = Start { communities: vec![(HOME, community)], chats, layout, ..Start::default() };
        Self { start, history, place: None, people: vec![user(ME, "me"), user(ADA, "ada")], asked: Vec::new() }
    }

    fn stored(&self, seek: Seek, limit: u32) -> Stored {
        let limit = limit as usize;
        let at = |place: MessageKey| self.history.partition_point(|(id, _)| key(*id) < place);
        let (from, to, aim) = match seek {
            Seek::Newest => (self.history.len().saturating_sub(limit), self.history.len(), None),
            Seek::Before(place) => (at(place).saturating_sub(limit), at(place), None),
            Seek::After(place) => {
                let from = self.history.partition_point(|(id, _)| key(*id) <= place);
                (from, (from + limit).min(self.history.len()), None)
            }
            Seek::Around(message) => match self.history.iter().position(|(id, _)| key(*id).id == message) {
                Some(at) => (
                    at.saturating_sub(limit / 2),
                    (at + (limit / 2).max(1)).min(self.history.len()),
                    Some(key(self.history[at].0)),
                ),
                None => (0, 0, None),
            },
            Seek::Date(_) => panic!("not asked"),
        };
        let entry = |&(id, gap_before): &(u128, bool)| StoredMessage {
            message: Arc::new(said(chat(11), id, if id % 4 == 0 { ME } else { ADA }, &format!("kept {id}"))),
            gap_before,
        };
        Stored {
            entries: self.history[from..to].iter().map(entry).collect(),
            older: from > 0,
            newer: to < self.history.len(),
            gap_after: self.history.get(to).is_none_or(|(_, gap)| *gap),
            aim,
            people: Vec::new(),
        }
    }

    /// Answers what is asked of the store, and what is asked because of that. Returns what else happened.
    fn serve(&mut self, script: &mut Script, effects: Effects) -> Effects {
        let mut all = Effects::new();
        let mut due = effects;
        while !due.is_empty() {
            let asked = reads(&due);
            all.append(&mut due);
            for (ticket, query) in asked {
                let found = match &query {
                    Query::Start => Found::Start(Box::new(self.start.clone())),
                    Query::Messages { chat: of, seek, limit } if *of == chat(11) => {
                        Found::Messages(self.stored(*seek, *limit))
                    }
                    Query::Messages { .. } => Found::Messages(Stored { gap_after: true, ..Stored::default() }),
                    Query::Anchor(_) => Found::Anchor(self.place),
                    Query::People(_, ids) => {
                        Found::People(self.people.iter().filter(|known| ids.contains(&known.id)).cloned().collect())
                    }
                    Query::Members(..) => Found::Members(Vec::new(), Vec::new()),
                    Query::Outbox => Found::Outbox(Vec::new()),
                    other => panic!("asked for {other:?}"),
                };
                self.asked.push(query);
                due.extend(script.event(Event::Stored(StoreReply::Found(ticket, Ok(Some(found))))));
            }
        }
        all
    }

    /// A start with a saved account; the store has answered, no network has.
    fn begin(&mut self) -> (Script, Effects) {
        let mut script = self.script();
        let fx = script.event(Event::Started);
        let fx = self.serve(&mut script, fx);
        (script, fx)
    }

    /// Nothing has happened yet; an account is saved.
    fn script(&self) -> Script {
        let mut script = Script::fresh(true);
        script.state = saved(Arc::default(), script.now);
        script
    }
}

fn signed_in() -> LinkEvent {
    LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::new("token".to_owned()),
        caps: Script::caps(),
    }
}

fn line(count: u128) -> Vec<(u128, bool)> {
    (1..=count).map(|id| (id, false)).collect()
}

fn ids(script: &Script) -> Vec<u128> {
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    timeline.iter().map(|entry| entry.message.key.id.value()).collect()
}

fn pages(effects: &Effects) -> Vec<Page> {
    let page = |request: Request| match request {
        Request::FetchHistory { page, .. } => Some(page),
        _ => None,
    };
    requests(effects).into_iter().filter_map(page).collect()
}

#[test]
fn the_last_state_is_shown_before_any_network_answers() {
    let mut kept = Kept::new(line(30));
    kept.start.layout.folded = vec![chat(10)];
    kept.start.layout.hides_members = true;
    kept.start.drafts = vec![(chat(11), Draft::plain("half a thought")), (chat(12), Draft::plain("another"))];
    let (script, fx) = kept.begin();
    assert_eq!(fx.iter().filter(|effect| matches!(effect, Effect::Connect(_))).count(), 1);
    assert_eq!(pages(&fx), [], "nothing is asked of a network that is not there");
    let front = script.state.front.as_ref().unwrap();
    assert_eq!(front.pane.chat, Some(chat(11)));
    assert!(front.folded.contains(&chat(10)) && front.members.hidden);
    assert_eq!(script.composer(), "half a thought");
    assert_eq!(front.drafts[&chat(12)].text, "another");
    assert_eq!(script.texts(11).last().map(String::as_str), Some("kept 30"));
    let account = script.state.core.account(HOME).unwrap();
    assert_eq!((account.me, account.users[&ADA].name.to_string()), (ME, "ada".to_owned()));
    assert!(account.caps.edit && account.caps.reactions, "what the network can do holds before the sign-in");
    assert!(account.communities.len() == 1 && account.chats.len() == 6);
}

#[test]
fn what_the_network_tells_takes_its_place_without_a_jump_or_a_duplicate() {
    let mut kept = Kept::new(line(8));
    let (mut script, _) = kept.begin();
    script.arrange_bottom();
    let fx = script.link(signed_in());
    assert!(pages(&fx).contains(&Page::Latest));
    script.serve(fx);
    // The server has ten messages: what was stored is among them, and says what the server says.
    assert_eq!(ids(&script), (1..=10).collect::<Vec<_>>());
    assert_eq!(script.texts(11)[0], "line 1");
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    assert!(timeline.iter().all(|entry| !entry.gap_before) && !timeline.gap_after());
    let front = script.state.front.as_ref().unwrap();
    assert_eq!((front.pane.chat, front.pane.anchor), (Some(chat(11)), Anchor::Bottom));
    assert_eq!(script.state.core.account(HOME).unwrap().communities.len(), 2);
}

#[test]
fn what_is_gone_at_the_server_goes() {
    let mut kept = Kept::new(line(14));
    let mut old = Script::roster().remove(1);
    old.id = ChatId::new(19);
    kept.start.chats.push((HOME, old));
    let (mut script, _) = kept.begin();
    assert!(script.state.core.chat(chat(19)).is_some());
    script.sign_in();
    assert!(script.state.core.chat(chat(19)).is_none());
    assert_eq!(ids(&script), (1..=10).collect::<Vec<_>>(), "11 to 14 were deleted while nobody listened");
}

#[test]
fn what_the_network_told_first_is_not_taken_back_by_the_store() {
    let mut kept = Kept::new(line(8));
    kept.start.chats.retain(|(_, chat)| chat.id != ChatId::new(12));
    let mut script = Script::fresh(true);
    script.state.has_store = true;
    let started = script.event(Event::Started);
    script.sign_in();
    let before = script.state.core.account(HOME).unwrap().chats.clone();
    kept.serve(&mut script, started);
    assert_eq!(script.state.core.account(HOME).unwrap().chats, before);
}

#[test]
fn no_chat_opens_before_it_is_known_which_was_open_last() {
    let mut kept = Kept::new(line(8));
    kept.start.layout.open = Some(chat(12));
    let mut script = kept.script();
    let started = script.event(Event::Started);
    script.sign_in();
    let open = |script: &Script| script.state.front.as_ref().unwrap().pane.chat;
    assert_eq!(open(&script), None);
    assert!(script.state.takes_text(), "what is typed meanwhile waits for it");
    script.type_text("early");
    kept.serve(&mut script, started);
    assert_eq!((open(&script), script.composer()), (Some(chat(12)), "early".to_owned()));
}

#[test]
fn typing_goes_on_while_the_store_is_read() {
    let mut kept = Kept::new(line(8));
    kept.start.drafts = vec![(chat(11), Draft::plain("from before"))];
    let mut script = Script::fresh(true);
    script.state.has_store = true;
    let started = script.event(Event::Started);
    script.type_text("quick");
    kept.serve(&mut script, started);
    assert_eq!(script.composer(), "from before\nquick");
}

#[test]
fn the_view_goes_on_where_it_was_left() {
    let mut kept = Kept::new(line(400));
    let place = Place { message: key(200), row: 9 };
    kept.place = Some(place);
    // Something is unread: at a new start that is told by the count below.
    kept.start.chats[1].1.unread = 3;
    kept.start.chats[1].1.last_read = Some(key(390));
    let (mut script, _) = kept.begin();
    let anchor = Anchor::Top { target: Target::Message(key(200)), row: 9 };
    let pane = |script: &Script| script.state.front.as_ref().unwrap().pane.clone();
    assert_eq!((pane(&script).anchor, pane(&script).new_below), (anchor, 3));
    assert!(ids(&script).contains(&200) && !ids(&script).contains(&400), "a window, not all of it");
    // The newest come from the network without moving it, with a hole in between.
    let fx = script.link(signed_in());
    let latest = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { page: Page::Latest, .. }, .. } => Some(*id),
        _ => None,
    });
    let messages = (380..=405).map(|id| Arc::new(said(chat(11), id, ADA, "new"))).collect();
    let bundle = Bundle::default();
    let reply = Reply::History { chat: chat(11).chat, messages, bundle, reached_start: false, reached_end: true };
    script.answer(latest.unwrap(), Ok(reply));
    assert_eq!(pane(&script).anchor, anchor);
    assert!(ids(&script).contains(&200) && ids(&script).contains(&405));
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    assert!(timeline.get(timeline.index_of(key(380)).unwrap()).unwrap().gap_before);
    assert_eq!(script.counts(11).0, 3, "nothing is marked read by being stored");
}

#[test]
fn a_place_whose_message_is_not_stored_any_more_is_the_end() {
    let mut kept = Kept::new(line(20));
    kept.place = Some(Place { message: key(900), row: 9 });
    let (script, _) = kept.begin();
    assert_eq!(script.state.front.as_ref().unwrap().pane.anchor, Anchor::Bottom);
    assert_eq!(ids(&script).last(), Some(&20));
}

#[test]
fn how_the_screen_stands_is_kept_when_it_rests_and_at_the_end() {
    let mut kept = Kept::new(line(60));
    let (mut script, fx) = kept.begin();
    assert_eq!(writes(&fx).len(), 1, "{:?}", writes(&fx));
    // A moment after the view has moved, however often it did.
    let mut told = Vec::new();
    for id in 20..30 {
        told.extend(writes(&script.arrange_top(id)));
        told.extend(writes(&script.advance(Duration::from_millis(20))));
    }
    assert_eq!(told, []);
    assert!(script.timers.contains_key(&Timer::Place));
    let place = Some(Place { message: key(29), row: 0 });
    assert_eq!(writes(&script.advance(Duration::from_secs(1))), [Write::Anchor(chat(11), place)]);
    assert!(!script.timers.contains_key(&Timer::Place), "nothing wakes a program at rest");
    // At once when the chat is left, and where it is open now.
    script.arrange_top(31);
    let fx = script.act(Action::OpenChat(chat(12)));
    let place = Some(Place { message: key(31), row: 0 });
    let told = writes(&fx);
    assert_eq!(told[0], Write::Anchor(chat(11), place));
    let [_, Write::Layout(layout)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(layout.open, Some(chat(12)));
    // Coming back goes on there.
    script.act(Action::OpenChat(chat(11)));
    let anchor = Anchor::Top { target: Target::Message(key(31)), row: 0 };
    assert_eq!(script.state.front.as_ref().unwrap().pane.anchor, anchor);
    script.arrange_top(33);
    let fx = script.act(Action::QuitNow);
    assert_eq!(writes(&fx), [Write::Anchor(chat(11), Some(Place { message: key(33), row: 0 }))]);
}

#[test]
fn who_signs_in_again_finds_what_was_left_there() {
    let mut kept = Kept::new(line(8));
    kept.start = Start::default();
    let mut script = kept.script();
    script.state.core.accounts[0].me = UserId::default();
    let fx = script.event(Event::Started);
    kept.serve(&mut script, fx);
    kept.start.drafts = vec![(chat(12), Draft::plain("left here"))];
    kept.start.layout.folded = vec![chat(10)];
    let fx = script.link(signed_in());
    let mut all = kept.serve(&mut script, fx);
    all.retain(|effect| !matches!(effect, Effect::Store(_)));
    script.serve(all);
    let front = script.state.front.as_ref().unwrap();
    assert_eq!(front.drafts[&chat(12)].text, "left here");
    assert!(front.folded.is_empty(), "how the screen stands is as it is");
}

#[test]
fn of_a_store_that_cannot_be_read_nothing_more_is_asked() {
    let mut script = Script::fresh(true);
    script.state.has_store = true;
    let fx = script.event(Event::Started);
    let ticket = reads(&fx).into_iter().find(|(_, query)| *query == Query::Start).unwrap().0;
    script.event(Event::Stored(StoreReply::Found(ticket, Err("the disk is gone".to_owned()))));
    script.sign_in();
    let mut fx = script.act(Action::OpenChat(chat(12)));
    assert_eq!(pages(&fx), [Page::Latest]);
    fx.extend(script.act(Action::OpenChat(chat(11))));
    fx.extend(script.act(Action::QuitNow));
    assert!(reads(&fx).is_empty() && writes(&fx).is_empty());
}

#[test]
fn offline_nothing_is_dialled_and_what_is_written_waits() {
    let mut kept = Kept::new(line(30));
    let mut script = kept.script();
    script.state.offline = true;
    let fx = script.event(Event::Started);
    let mut fx = kept.serve(&mut script, fx);
    assert_eq!(script.texts(11).len(), 30);
    script.type_text("for later");
    fx.extend(script.act(Action::Send));
    assert_eq!(script.rows(11).len(), 1);
    fx.extend(script.act(Action::Reconnect));
    assert!(script.notice().contains("--offline"), "{}", script.notice());
    script.now.wall.0 += 3_600_000;
    fx.extend(script.advance(Duration::from_secs(1)));
    let account = |action| Action::Account(action);
    fx.extend(script.act(account(AccountAction::Disable("home".to_owned()))));
    fx.extend(script.act(account(AccountAction::Enable("home".to_owned()))));
    let dials = |effect: &Effect| {
        matches!(effect, Effect::Connect(_) | Effect::Probe(_) | Effect::SignIn { .. } | Effect::Net { .. })
    };
    assert!(!fx.iter().any(dials), "{fx:?}");
}

#[test]
fn what_waits_for_the_user_stays_until_it_is_known_that_its_chat_is_gone() {
    let mut script = Script::fresh(true);
    script.state.has_store = true;
    script.state.core.accounts[0].keeps_drafts = true;
    script.event(Event::Started);
    let row = |of: u128, text: &str| {
        let outgoing = Outgoing { chat: ChatId::new(of), text: text.to_owned(), ..Outgoing::default() };
        OutboxRow {
            chat: chat(of),
            nonce: Nonce(u64::try_from(of).unwrap()),
            item: OutboxItem::Send(Arc::new(outgoing)),
            written: Wall(0),
            known: Some(key(10)),
            stage: OutboxStage::Unconfirmed,
        }
    };
    let rows = Found::Outbox(vec![row(11, "unsure"), row(99, "to nobody")]);
    script.event(Event::Stored(StoreReply::Found(Ticket(u64::MAX), Ok(Some(rows)))));
    // Some lists come before others.
    script.sign_in();
    assert_eq!(script.rows(11), [Stage::Unconfirmed]);
    assert_eq!(script.rows(99), []);
    script.act(Action::Cancel);
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.state.front.as_ref().unwrap().pane.composer.text(), "to nobody");
}
