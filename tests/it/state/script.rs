//! A script: events at a fake clock, and the effects they had.

pub(super) use super::taken::*;
use nib::domain::kept::{self, Draft, Found, Start, Write};
use nib::domain::*;
use nib::state::front::{Anchor, PaneId, Visible};
use nib::state::{AccountSpec, Action, Effect, Effects, Event, State, StoreOp, StoreReply, Ticket, Timer, reduce};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(super) const HOME: AccountId = AccountId(0);
pub(super) const ME: UserId = UserId::new(1);
pub(super) const ADA: UserId = UserId::new(2);
pub(super) const GRACE: UserId = UserId::new(3);
pub(super) const RUST: CommunityId = CommunityId::new(100);
pub(super) const ZIG: CommunityId = CommunityId::new(200);

pub(super) fn chat(id: u128) -> ChatKey {
    ChatKey::new(HOME, ChatId::new(id))
}

pub(super) fn key(id: u128) -> MessageKey {
    MessageKey { order: SortKey(id), id: MessageId::new(id) }
}

pub(super) fn said(chat: ChatKey, id: u128, author: UserId, text: &str) -> Message {
    let body = markup::parse(text);
    Message { key: key(id), chat: chat.chat, author, body, at: Some(Wall(0)), ..Message::default() }
}

pub(super) fn user(id: UserId, name: &str) -> User {
    User { id, name: CleanText::new(name), username: Some(CleanText::new(name)), ..User::default() }
}

fn channel(
    id: u128,
    community: CommunityId,
    name: &str,
    kind: ChannelKind,
    parent: Option<u128>,
    position: u32,
) -> Chat {
    let parent = parent.map(ChatId::new);
    Chat {
        id: ChatId::new(id),
        wire: CleanText::new(&id.to_string()),
        kind: ChatKind::Channel { community, kind, parent, position, slowmode: 0 },
        name: CleanText::new(name),
        ..Chat::default()
    }
}

pub(super) struct Script {
    pub(super) state: State,
    pub(super) now: Now,
    /// Timers as the shell would hold them.
    pub(super) timers: BTreeMap<Timer, Mono>,
    pub(super) log: Vec<(Event, Now)>,
    /// Answers what the store is told at once.
    pub(super) store: bool,
    /// What was written to the store.
    pub(super) written: Vec<Write>,
}

impl Script {
    /// Nothing has happened yet; one account.
    pub(super) fn fresh(front: bool) -> Self {
        let spec = AccountSpec {
            id: HOME,
            label: "home".to_owned(),
            server: "ws://server".to_owned(),
            ..AccountSpec::default()
        };
        let now = Now { mono: Mono(1_000_000), wall: Wall(1_790_000_000_000) };
        let state = State::new(Arc::default(), vec![spec], front, 7, now);
        Self { state, now, timers: BTreeMap::new(), log: Vec::new(), store: true, written: Vec::new() }
    }

    /// Signed in, lists fetched, `general` open, its history there and in view.
    pub(super) fn ready() -> Self {
        Self::fresh(true).begun().opened()
    }

    /// The same with a store. Its answers to rows are given as ever; what was written is in `written`.
    pub(super) fn ready_kept() -> Self {
        let mut script = Self::fresh(true);
        script.state.has_store = true;
        script.state.core.accounts[0].keeps_drafts = true;
        script.begun().opened()
    }

    /// Changes and deletions go at once.
    pub(super) fn hold_nothing(&mut self) {
        let settings = Settings { undo_seconds: Duration::ZERO, ..Settings::clone(&self.state.settings) };
        self.state.settings = Arc::new(settings);
    }

    /// Message 11 is their own.
    pub(super) fn with_own(mut self) -> Self {
        let message = Arc::new(said(chat(11), 11, ME, "mine"));
        self.receive(Update::MessageCreated { message, unread: None, author: None, nonce: None });
        self.arrange_bottom();
        self
    }

    fn opened(mut self) -> Self {
        self.open(11);
        self.arrange_bottom();
        self
    }

    pub(super) fn signed_in(front: bool) -> Self {
        Self::fresh(front).begun()
    }

    fn begun(self) -> Self {
        let mut script = self;
        if let Some(front) = &mut script.state.front {
            front.wish = Some("Rust/general".to_owned());
        }
        script.event(Event::Started);
        script.sign_in();
        script
    }

    pub(super) fn caps() -> Caps {
        Caps {
            nonce_echo: true,
            fetch_marks_read: false,
            mentions_told: false,
            typing: true,
            read_marks: true,
            replies: true,
            edit: true,
            delete: true,
            reactions: true,
            // Asked for after everything else; tests of it say so.
            pins: false,
            groups: true,
            saved: true,
            invites: true,
            member_lists: true,
            presence: true,
            profiles: true,
            // Asked for beside the lists; tests of it say so.
            relationships: false,
            max_length: Some(2_000),
            max_files: 3,
            max_file: 1_000_000,
            directs: true,
            // Tests of the rest say so.
            ..Caps::default()
        }
    }

    /// Signs in and answers everything that is asked then.
    pub(super) fn sign_in(&mut self) {
        let fx = self.link(LinkEvent::SignedIn {
            me: user(ME, "me"),
            session: None,
            token: Secret::new("token".to_owned()),
            caps: Self::caps(),
        });
        self.serve(fx);
    }

    /// Answers lists and history as a small server would, and what is asked because of the answers.
    pub(super) fn serve(&mut self, effects: Effects) {
        let mut queue: Vec<Effect> = effects;
        while !queue.is_empty() {
            let mut next = Vec::new();
            for effect in queue {
                if let Effect::Net { id, request, .. } = effect
                    && let Some(reply) = Self::reply(&request)
                {
                    next.extend(self.answer(id, Ok(reply)));
                }
            }
            queue = next;
        }
    }

    pub(super) fn roster() -> Vec<Chat> {
        let mut secret = channel(14, RUST, "secret", ChannelKind::Text, Some(10), 3);
        secret.overrides.deny = Permissions::VIEW;
        let mut news = channel(13, RUST, "news", ChannelKind::Announcement, None, 0);
        news.overrides.deny = Permissions::SEND;
        let mut help = channel(12, RUST, "help", ChannelKind::Text, Some(10), 2);
        help.last_message = Some(key(40));
        vec![
            channel(10, RUST, "Text", ChannelKind::Category, None, 1),
            channel(11, RUST, "general", ChannelKind::Text, Some(10), 1),
            help,
            news,
            secret,
            channel(15, RUST, "Empty", ChannelKind::Category, None, 2),
        ]
    }

    pub(super) fn reply(request: &Request) -> Option<Reply> {
        let community = |id, name: &str| Community {
            id,
            name: CleanText::new(name),
            permissions: Permissions::VIEW.union(Permissions::SEND).union(Permissions::REACT),
            available: true,
            ..Community::default()
        };
        Some(match request {
            Request::FetchCommunities => Reply::Communities {
                communities: vec![community(RUST, "Rust"), community(ZIG, "Zig")],
                counts: vec![(ZIG, 5, 1)],
            },
            Request::FetchChannels(RUST) => {
                Reply::Channels { community: RUST, bundle: Bundle { chats: Self::roster(), ..Bundle::default() } }
            }
            Request::FetchChannels(place) => {
                let mut talk = channel(21, *place, "general", ChannelKind::Text, None, 0);
                talk.unread = 5;
                talk.mentions = 1;
                talk.last_message = Some(key(60));
                Reply::Channels { community: *place, bundle: Bundle { chats: vec![talk], ..Bundle::default() } }
            }
            Request::FetchChats => {
                let direct = |id, peer, last| Chat {
                    id: ChatId::new(id),
                    wire: CleanText::new(&id.to_string()),
                    kind: ChatKind::Direct { peer },
                    last_message: last,
                    ..Chat::default()
                };
                let group = Chat {
                    id: ChatId::new(33),
                    wire: CleanText::ours("33"),
                    kind: ChatKind::Group { owner: true, members: Box::new([ME, ADA]) },
                    name: CleanText::ours("pens and ink"),
                    ..Chat::default()
                };
                let saved = Chat { id: ChatId::new(34), wire: CleanText::ours("34"), ..Chat::default() };
                let chats = vec![direct(31, ADA, Some(key(50))), direct(32, GRACE, Some(key(45))), group, saved];
                let users = vec![user(ADA, "ada"), user(GRACE, "grace")];
                Reply::Chats { bundle: Bundle { users, chats, ..Bundle::default() }, complete: true }
            }
            Request::FetchHistory { chat: id, page: Page::Latest, .. }
            | Request::PeekHistory { chat: id, page: Page::Latest, .. }
                if *id == ChatId::new(11) =>
            {
                Reply::History {
                    chat: *id,
                    messages: (1..=10)
                        .map(|n| Arc::new(said(chat(11), n, if n == 4 { ME } else { ADA }, &format!("line {n}"))))
                        .collect(),
                    bundle: Bundle::default(),
                    reached_start: true,
                    reached_end: true,
                }
            }
            Request::FetchHistory { chat: id, page: Page::Latest, .. } => Reply::History {
                chat: *id,
                messages: Vec::new(),
                bundle: Bundle::default(),
                reached_start: true,
                reached_end: true,
            },
            Request::FetchRoles(place) => Reply::Roles { community: *place, roles: Vec::new() },
            Request::FetchVoiceRooms(place) => {
                Reply::VoiceRooms { community: *place, rooms: Vec::new(), bundle: Bundle::default() }
            }
            _ => return None,
        })
    }

    /// One event, the store's answer to it, and the timers that it armed.
    pub(super) fn event(&mut self, event: Event) -> Effects {
        self.log.push((event.clone(), self.now));
        let mut effects = reduce(&mut self.state, event, self.now);
        self.written.extend(writes(&effects).into_iter().cloned());
        for effect in &effects {
            match effect {
                Effect::Arm(timer, at) => _ = self.timers.insert(*timer, *at),
                Effect::Disarm(timer) => _ = self.timers.remove(timer),
                _ => {}
            }
        }
        if self.store {
            for (chat, nonce) in committing(&effects) {
                effects.extend(self.event(Event::Stored(StoreReply::OutboxCommitted(chat, nonce, Ok(())))));
            }
            let asked = |effect: &Effect| match effect {
                Effect::Store(StoreOp::Read(ticket, kept::Query::Outbox)) => Some(*ticket),
                _ => None,
            };
            // Nothing waits from earlier runs.
            for ticket in effects.iter().filter_map(asked).collect::<Vec<_>>() {
                let found = Found::Outbox(Vec::new());
                effects.extend(self.event(Event::Stored(StoreReply::Found(ticket, Ok(Some(found))))));
            }
        }
        effects
    }

    /// The store tells of drafts that earlier runs left.
    pub(super) fn drafts(&mut self, drafts: Vec<(ChatKey, String)>) -> Effects {
        self.resumed(drafts.into_iter().map(|(chat, text)| (chat, Draft::plain(text))).collect())
    }

    /// The same of drafts that are more than texts.
    pub(super) fn resumed(&mut self, drafts: Vec<(ChatKey, Draft)>) -> Effects {
        let start = Found::Start(Box::new(Start { drafts, ..Start::default() }));
        // It was asked before anything else.
        self.event(Event::Stored(StoreReply::Found(kept::Ticket(1), Ok(Some(start)))))
    }

    pub(super) fn act(&mut self, action: Action) -> Effects {
        self.event(Event::Act(action))
    }

    pub(super) fn submit(&mut self, ticket: u64, action: Action) -> Effects {
        self.event(Event::Submit(Ticket(ticket), action))
    }

    pub(super) fn link(&mut self, event: LinkEvent) -> Effects {
        self.event(Event::Link(HOME, event))
    }

    pub(super) fn receive(&mut self, update: Update) -> Effects {
        self.event(Event::Update(HOME, update))
    }

    pub(super) fn answer(&mut self, request: RequestId, outcome: Result<Reply, Refusal>) -> Effects {
        self.event(Event::Answer(HOME, Answer { request, outcome }))
    }

    /// Somebody writes.
    pub(super) fn hear(&mut self, message: Message) -> Effects {
        self.receive(Update::MessageCreated { message: Arc::new(message), unread: None, author: None, nonce: None })
    }

    /// Time passes; timers ring at their moments.
    pub(super) fn advance(&mut self, duration: Duration) -> Effects {
        let end = self.now.plus(duration);
        let mut effects = Vec::new();
        while let Some((timer, at)) = self.timers.iter().map(|(timer, at)| (*timer, *at)).min_by_key(|(_, at)| *at) {
            if at > end.mono {
                break;
            }
            self.timers.remove(&timer);
            if at > self.now.mono {
                self.now = self.now.plus(at.since(self.now.mono));
            }
            effects.extend(self.event(Event::Timer(timer)));
        }
        self.now = end;
        effects
    }

    pub(super) fn open(&mut self, id: u128) -> Effects {
        let fx = self.act(Action::OpenChat(chat(id)));
        self.serve(fx.clone());
        fx
    }

    pub(super) fn type_text(&mut self, text: &str) -> Effects {
        self.act(Action::Insert(text.to_owned()))
    }

    /// Types and sends; the request that it led to, if one did.
    pub(super) fn send(&mut self, text: &str) -> Option<(RequestId, Arc<Outgoing>)> {
        self.type_text(text);
        let fx = self.act(Action::Send);
        sends(&fx).into_iter().next()
    }

    pub(super) fn visible(&self, at_bottom: bool) -> Visible {
        let front = self.state.front.as_ref().unwrap();
        let timeline = front.pane.chat.and_then(|chat| self.state.core.account(HOME)?.timelines.get(&chat.chat));
        Visible {
            chat: front.pane.chat,
            anchor: front.pane.anchor,
            intent_number: front.pane.intent_number,
            first: timeline.and_then(|timeline| timeline.first()).map(|entry| entry.message.key),
            last: timeline.and_then(|timeline| timeline.last()).map(|entry| entry.message.key),
            at_bottom,
            wants_before: None,
            wants_after: None,
            folded: Vec::new(),
            rows: 20,
        }
    }

    pub(super) fn arrange(&mut self, visible: Visible) -> Effects {
        self.event(Event::Arranged(PaneId(0), visible))
    }

    pub(super) fn arrange_bottom(&mut self) -> Effects {
        let visible = Visible { anchor: Anchor::Bottom, ..self.visible(true) };
        self.arrange(visible)
    }

    /// At the end of what is kept, where nobody knows whether it is the end.
    pub(super) fn arrange_kept_end(&mut self) -> Effects {
        let visible = Visible { anchor: Anchor::Bottom, ..self.visible(false) };
        self.arrange(visible)
    }

    pub(super) fn arrange_top(&mut self, id: u128) -> Effects {
        let anchor = Anchor::Top { target: nib::state::front::Target::Message(key(id)), row: 0 };
        let visible = Visible { anchor, ..self.visible(false) };
        self.arrange(visible)
    }

    pub(super) fn counts(&self, id: u128) -> (u32, u32) {
        let known = &self.state.core.account(HOME).unwrap().chats[&ChatId::new(id)];
        (known.unread, known.mentions)
    }

    pub(super) fn composer(&self) -> String {
        self.state.front.as_ref().unwrap().pane.composer.text()
    }

    pub(super) fn mode(&self) -> &nib::state::front::ComposeMode {
        &self.state.front.as_ref().expect("a front").pane.mode
    }

    pub(super) fn notice(&self) -> &str {
        self.state.front.as_ref().unwrap().notice.as_ref().map_or("", |notice| &notice.text)
    }

    pub(super) fn texts(&self, id: u128) -> Vec<String> {
        let timeline = &self.state.core.account(HOME).unwrap().timelines[&ChatId::new(id)];
        timeline.iter().map(|entry| entry.message.body.text.to_string()).collect()
    }

    pub(super) fn rows(&self, id: u128) -> Vec<nib::state::outbox::Stage> {
        self.state.core.account(HOME).unwrap().outbox.of(ChatId::new(id)).iter().map(|row| row.stage.clone()).collect()
    }
}

/// Sets the slow mode of a channel, if it is known.
pub(super) fn slow(script: &mut Script, id: u128, seconds: u32) -> Effects {
    let Some((_, known)) = script.state.core.chat(chat(id)) else { return Effects::new() };
    let mut known = known.clone();
    if let ChatKind::Channel { slowmode, .. } = &mut known.kind {
        *slowmode = seconds;
    }
    script.receive(Update::ChannelChanged(Box::new(known)))
}
