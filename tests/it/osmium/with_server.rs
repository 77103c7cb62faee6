//! The adapter and the embedded server, each written from the published facts alone, talk to each other without a socket.

use nib::demo::osmium::{ConnectionId, DemoAccount, Options, Output, Server};
use nib::domain::id::Nonce;
use nib::domain::request::Page;
use nib::domain::{
    Bundle, Chat, ChatId, CleanText, LinkEvent, Message, MessageKey, Mono, Now, Outgoing, Presence, ReactEmoji, Reply,
    Request, RequestId, Secret, Update, UserId, Wall, markup,
};
use nib::net::osmium::{OsmiumAdapter, OsmiumConfig};
use nib::net::{Adapter as _, Close, Credentials, Frame, NetEvent, Out};
use prost::Message as _;
use std::collections::BTreeSet;
use std::sync::Arc;

const AT: i64 = 1_790_000_000_000;

struct Client {
    adapter: OsmiumAdapter,
    connection: ConnectionId,
    events: Vec<NetEvent>,
    close: Option<Close>,
}

struct Net {
    server: Server,
    accounts: Vec<DemoAccount>,
    now: Now,
    clients: Vec<Client>,
    next: u64,
}

impl Net {
    fn new(options: Options) -> Self {
        let server = Server::build(&Options { at: Some(AT), people: 0, ..options }, AT).unwrap();
        let accounts = server.accounts();
        Self { server, accounts, now: Now { mono: Mono(1), wall: Wall(AT) }, clients: Vec::new(), next: 0 }
    }

    fn account(&self, with: impl Fn(&DemoAccount) -> bool) -> DemoAccount {
        self.accounts.iter().find(|account| with(account)).unwrap().clone()
    }

    fn open(&mut self, credentials: Credentials) -> usize {
        let mut adapter = OsmiumAdapter::new(OsmiumConfig::default(), credentials, self.now);
        let mut out = Out::default();
        adapter.open(self.now, &mut out);
        let connection = self.server.connect();
        self.clients.push(Client { adapter, connection, events: Vec::new(), close: None });
        let client = self.clients.len() - 1;
        self.carry(client, out);
        client
    }

    fn sign_in(&mut self, account: &DemoAccount) -> usize {
        let client = self.open(Credentials::Token(Secret::new(account.token.clone())));
        let events = self.events(client);
        assert!(events.iter().any(|event| matches!(event, NetEvent::Link(LinkEvent::SignedIn { .. }))), "{events:?}");
        client
    }

    /// Carries frames to and fro until nobody has anything to say.
    fn carry(&mut self, client: usize, out: Out) {
        let mut outs = vec![(client, out)];
        while let Some((client, out)) = outs.pop() {
            let one = &mut self.clients[client];
            one.events.extend(out.events);
            one.close = one.close.take().or(out.close);
            for frame in out.frames {
                let Frame::Binary(bytes) = frame else { panic!("text") };
                self.now = self.now.plus(std::time::Duration::from_millis(1));
                for output in self.server.handle_frame(self.clients[client].connection, &bytes, self.now.wall.0) {
                    let Output::Send(to, message) = output else { continue };
                    let Some(to) = self.clients.iter().position(|one| one.connection == to) else { continue };
                    let mut reaction = Out::default();
                    let frame = Frame::Binary(message.encode_to_vec().into());
                    self.clients[to].adapter.frame(frame, self.now, &mut reaction);
                    outs.insert(0, (to, reaction));
                }
            }
        }
    }

    fn want(&mut self, client: usize, request: &Request) -> Result<Reply, nib::domain::Refusal> {
        self.next += 1;
        let id = RequestId(self.next);
        let mut out = Out::default();
        self.clients[client].adapter.request(id, request, self.now, &mut out);
        self.carry(client, out);
        let events = &mut self.clients[client].events;
        let is_answer = |event: &NetEvent| matches!(event, NetEvent::Answer(answer) if answer.request == id);
        let at = events.iter().position(is_answer).unwrap_or_else(|| panic!("no answer to {request:?}"));
        let NetEvent::Answer(answer) = events.remove(at) else { unreachable!() };
        assert!(!events.iter().any(is_answer), "answered twice");
        answer.outcome
    }

    fn events(&mut self, client: usize) -> Vec<NetEvent> {
        std::mem::take(&mut self.clients[client].events)
    }

    fn updates(&mut self, client: usize) -> Vec<Update> {
        let update = |event| match event {
            NetEvent::Update(update) => Some(update),
            NetEvent::Link(_) | NetEvent::Answer(_) | NetEvent::Progress(_) => None,
        };
        self.events(client).into_iter().filter_map(update).collect()
    }

    /// Every chat that somebody can see.
    fn chats(&mut self, client: usize) -> Vec<Chat> {
        let Ok(Reply::Chats { bundle, complete: true }) = self.want(client, &Request::FetchChats) else { panic!() };
        let mut chats = bundle.chats;
        let Ok(Reply::Communities { communities, .. }) = self.want(client, &Request::FetchCommunities) else {
            panic!()
        };
        assert!(!communities.is_empty());
        for community in communities {
            assert!(!community.name.is_empty());
            let Ok(Reply::Channels { bundle, .. }) = self.want(client, &Request::FetchChannels(community.id)) else {
                panic!()
            };
            assert!(!bundle.chats.is_empty());
            chats.extend(bundle.chats);
            let Ok(Reply::Roles { roles, .. }) = self.want(client, &Request::FetchRoles(community.id)) else {
                panic!()
            };
            assert!(roles.iter().all(|role| !role.name.is_empty()));
            let Ok(Reply::VoiceRooms { .. }) = self.want(client, &Request::FetchVoiceRooms(community.id)) else {
                panic!()
            };
        }
        chats
    }

    fn page(&mut self, client: usize, chat: ChatId, page: Page) -> (Vec<Arc<Message>>, Bundle, bool, bool) {
        match self.want(client, &Request::FetchHistory { chat, page, limit: 50 }) {
            Ok(Reply::History { messages, bundle, reached_start, reached_end, .. }) => {
                (messages, bundle, reached_start, reached_end)
            }
            other => panic!("{other:?}"),
        }
    }

    /// All of a chat's history, from the newest message back.
    fn history(&mut self, client: usize, chat: ChatId) -> Vec<Arc<Message>> {
        let (mut all, _, mut start, end) = self.page(client, chat, Page::Latest);
        assert!(end);
        while !start {
            let (mut older, _, reached, _) = self.page(client, chat, Page::Before(all[0].key));
            start = reached;
            older.append(&mut all);
            all = older;
        }
        all
    }
}

fn token(account: &DemoAccount) -> Credentials {
    Credentials::Token(Secret::new(account.token.clone()))
}

fn password(account: &DemoAccount, code: Option<String>) -> Credentials {
    Credentials::Password {
        login: account.email.clone(),
        password: Secret::new(account.password.clone()),
        code: code.map(Secret::new),
    }
}

#[test]
fn the_whole_world_can_be_read_and_nothing_of_it_is_skipped() {
    let mut net = Net::new(Options::default());
    let account = net.account(|account| !account.bot);
    let me = net.sign_in(&account);
    let chats = net.chats(me);
    assert!(chats.len() > 10);
    assert_eq!(chats.iter().map(|chat| chat.id).collect::<BTreeSet<_>>().len(), chats.len(), "each once");
    let mut messages = 0;
    let mut spans = 0;
    for chat in chats.iter().filter(|chat| chat.can_open()) {
        let all = net.history(me, chat.id);
        assert!(all.is_sorted_by(|a, b| a.key < b.key), "sorted, each once");
        assert_eq!(all.last().map(|newest| newest.key), chat.last_message, "{}", chat.name);
        for message in &all {
            assert_eq!(message.chat, chat.id);
            assert!(message.at.is_some_and(|at| at.0 <= AT && at.0 > AT - 400 * 86_400_000), "{:?}", message.at);
            spans += message.body.spans.len();
        }
        // Forwards from the oldest message gives the same.
        if let Some(oldest) = all.first() {
            let mut forwards = vec![oldest.clone()];
            loop {
                let newest = forwards.last().unwrap().key;
                let (more, _, _, end) = net.page(me, chat.id, Page::After(newest));
                forwards.extend(more);
                if end {
                    break;
                }
            }
            assert_eq!(forwards, all);
            let middle = &all[all.len() / 2];
            let (around, bundle, start, end) = net.page(me, chat.id, Page::Around(middle.key.id));
            assert!(around.iter().any(|message| message.key == middle.key));
            assert!(!start || around.first() == all.first(), "the start is where it says");
            assert!(!end || around.last() == all.last(), "the end is where it says");
            assert!(around.iter().all(|message| bundle.users.iter().any(|user| user.id == message.author)));
        }
        messages += all.len();
    }
    assert!(messages > 1_000 && spans > 100, "{messages} messages, {spans} spans");
    assert_eq!(net.clients[me].adapter.skipped(), []);
}

#[test]
fn what_one_writes_the_other_reads() {
    let mut net = Net::new(Options::default());
    let people: Vec<DemoAccount> = net.accounts.iter().filter(|account| !account.bot).take(2).cloned().collect();
    let (me, other) = (net.sign_in(&people[0]), net.sign_in(&people[1]));
    let (my_id, other_id) = (UserId::new(u128::from(people[0].id)), UserId::new(u128::from(people[1].id)));
    let mine = ChatId::new(1 << 64 | u128::from(people[1].id));
    let theirs = ChatId::new(1 << 64 | u128::from(people[0].id));
    net.events(me);
    net.events(other);

    net.want(me, &Request::SetTyping { chat: mine, typing: true }).unwrap();
    assert_eq!(net.updates(other), [Update::Typing { chat: theirs, user: my_id, typing: true, busy: false }]);

    let typed = "😀 **hello** _@you_ ||`x`|| https://nib.example/a_b [there](https://nib.example)";
    let outgoing = Outgoing { chat: mine, nonce: Nonce(0xfeed_beef), text: typed.to_owned(), ..Outgoing::default() };
    let Ok(Reply::Sent { message, order, at }) = net.want(me, &Request::Send(Arc::new(outgoing))) else { panic!() };
    assert!(at.is_some_and(|at| at.0.abs_diff(net.now.wall.0) < 1_000), "{at:?}");
    let key = MessageKey { order, id: message };
    let created = |updates: Vec<Update>| {
        let found = updates.into_iter().find_map(|update| match update {
            Update::MessageCreated { message, nonce, unread, .. } => Some((message, nonce, unread)),
            _ => None,
        });
        found.expect("told of the message")
    };
    let (echo, nonce, _) = created(net.updates(me));
    assert_eq!((echo.key, echo.chat, nonce), (key, mine, Some(Nonce(0xfeed_beef))));
    let (read, _, unread) = created(net.updates(other));
    assert_eq!((read.key, read.chat, read.author, unread), (key, theirs, my_id, Some(1)));
    assert_eq!(read.body, markup::parse(typed), "formatting survives the way");
    assert_eq!(markup::to_markup(&read.body), typed);

    net.want(
        me,
        &Request::Edit {
            chat: mine,
            message: key,
            text: "*better*".to_owned(),
            emoji: Box::default(),
            no_previews: false,
        },
    )
    .unwrap();
    let updates = net.updates(other);
    let [Update::MessageChanged { message: changed, .. }] = &updates[..] else { panic!("{updates:?}") };
    assert!(changed.edited.is_some() && changed.body == markup::parse("*better*"));

    assert_eq!(net.updates(me).len(), 1, "one hears of one's own change");
    let thumb = ReactEmoji::Unicode(CleanText::new("👍"));
    net.want(other, &Request::React { chat: theirs, message: key, emoji: thumb.clone(), add: true }).unwrap();
    let updates = net.updates(me);
    let [Update::ReactionsChanged { chat, reactions, .. }] = &updates[..] else { panic!("{updates:?}") };
    assert_eq!((*chat, reactions[0].count, reactions[0].mine, &reactions[0].emoji), (mine, 1, false, &thumb));
    net.want(other, &Request::React { chat: theirs, message: key, emoji: thumb, add: false }).unwrap();
    let updates = net.updates(me);
    assert!(
        matches!(&updates[..], [Update::ReactionsChanged { reactions, .. }] if reactions.is_empty()),
        "{updates:?}"
    );

    let device = net.sign_in(&people[1]);
    net.events(device);
    net.want(other, &Request::MarkRead { chat: theirs, upto: key, back: false }).unwrap();
    let updates = net.updates(device);
    assert!(
        matches!(updates[..], [Update::ReadMarkMoved { chat, upto, unread: Some(0), .. }] if chat == theirs && upto == key),
        "another device hears of it: {updates:?}"
    );

    let reply = Outgoing { chat: theirs, text: "fine".to_owned(), reply_to: Some(message), ..Outgoing::default() };
    net.want(other, &Request::Send(Arc::new(reply))).unwrap();
    let (answer, ..) = created(net.updates(me));
    assert_eq!((answer.author, answer.reply.as_ref().and_then(|reply| reply.to)), (other_id, Some(message)));

    net.want(me, &Request::Delete { chat: mine, messages: vec![key] }).unwrap();
    assert!(net.updates(other).contains(&Update::MessagesDeleted { chat: theirs, messages: vec![message] }));

    net.want(other, &Request::SetPresence(Presence::Idle)).unwrap();
    let idle = |update: &Update| matches!(update, Update::PresenceChanged(people) if people[0].0 == other_id && people[0].1 == Presence::Idle);
    assert!(net.updates(me).iter().any(idle));
    assert!(net.clients.iter().all(|client| client.close.is_none() && client.adapter.skipped().is_empty()));
}

#[test]
fn a_profile_tells_what_two_have_in_common_and_who_nobody_is() {
    let mut net = Net::new(Options::default());
    let people: Vec<DemoAccount> = net.accounts.iter().filter(|account| !account.bot).take(2).cloned().collect();
    let me = net.sign_in(&people[0]);
    let other = UserId::new(u128::from(people[1].id));
    let Ok(Reply::Profile(profile)) = net.want(me, &Request::FetchProfile(other)) else { panic!() };
    assert!(profile.bio.is_some_and(|bio| !bio.is_empty()));
    let Ok(Reply::Communities { communities, .. }) = net.want(me, &Request::FetchCommunities) else { panic!() };
    assert!(!profile.communities.is_empty());
    assert!(profile.communities.iter().all(|id| communities.iter().any(|community| community.id == *id)));
    let Ok(Reply::Relationships { relationships, users }) = net.want(me, &Request::FetchRelationships) else {
        panic!()
    };
    assert!(!relationships.is_empty());
    assert!(relationships.iter().all(|(user, _)| users.iter().any(|known| known.id == *user)), "each with a name");
    assert!(profile.friends.iter().all(|friend| relationships.iter().any(|(user, _)| user == friend)));
    let refusal = net.want(me, &Request::FetchProfile(UserId::new(4))).unwrap_err();
    assert_eq!(refusal.kind, nib::domain::RefusalKind::NotFound);
    assert_eq!(net.clients[me].adapter.skipped(), []);
}

#[test]
fn notes_to_oneself_are_one_chat_by_either_name() {
    let mut net = Net::new(Options::default());
    let account = net.account(|account| !account.bot);
    let me = net.sign_in(&account);
    let saved = ChatId::new(3 << 64);
    net.events(me);
    let note = Outgoing { chat: saved, text: "milk".to_owned(), ..Outgoing::default() };
    net.want(me, &Request::Send(Arc::new(note))).unwrap();
    let told = |update: &Update| matches!(update, Update::MessageCreated { message, .. } if message.chat == saved);
    assert!(net.updates(me).iter().any(told));
    assert_eq!(net.history(me, saved).last().map(|note| note.body.text.as_str().to_owned()).as_deref(), Some("milk"));
}

#[test]
fn a_password_with_and_without_a_second_factor_on_newer_and_older_servers() {
    for legacy in [false, true] {
        let mut net = Net::new(Options { legacy_sign_in_only: legacy, ..Options::default() });
        let signed_in = |events: &[NetEvent]| {
            events.iter().any(|event| matches!(event, NetEvent::Link(LinkEvent::SignedIn { .. })))
        };
        let plain = net.account(|account| !account.bot && account.totp_secret.is_none());
        let client = net.open(password(&plain, None));
        assert!(signed_in(&net.events(client)), "legacy {legacy}");

        let mut wrong = plain.clone();
        wrong.password = "not this one".to_owned();
        let client = net.open(password(&wrong, None));
        assert_eq!(net.clients[client].close, Some(Close::Refused));
        assert!(matches!(net.events(client).last(), Some(NetEvent::Link(LinkEvent::Refused { code: 401, .. }))));

        let guarded = net.account(|account| account.totp_secret.is_some());
        let client = net.open(password(&guarded, guarded.one_time_code(AT)));
        assert!(signed_in(&net.events(client)), "a code given beforehand, legacy {legacy}");

        let client = net.open(password(&guarded, None));
        let asked = |events: Vec<NetEvent>, wanted| {
            events
                .iter()
                .any(|event| matches!(event, NetEvent::Link(LinkEvent::CodeNeeded { wrong, .. }) if *wrong == wanted))
        };
        assert!(asked(net.events(client), false), "legacy {legacy}");
        for _ in 0..3 {
            assert!(net.want(client, &Request::SignInCode(Secret::new("000000".to_owned()))).is_err());
            assert!(asked(net.events(client), true), "legacy {legacy}");
        }
        let recovery = guarded.recovery_codes[0].clone();
        assert_eq!(net.want(client, &Request::SignInCode(Secret::new(recovery))), Ok(Reply::Done));
        assert!(signed_in(&net.events(client)), "legacy {legacy}");
    }
}

#[test]
fn signing_out_ends_the_session_and_voids_its_token() {
    let mut net = Net::new(Options::default());
    let account = net.account(|account| !account.bot && account.totp_secret.is_none());
    let client = net.open(password(&account, None));
    let given = net.events(client).into_iter().find_map(|event| match event {
        NetEvent::Link(LinkEvent::SignedIn { token, .. }) => Some(token),
        _ => None,
    });
    // The server may end the connection before it answers; the token is void either way.
    let mut out = Out::default();
    let now = net.now;
    net.clients[client].adapter.request(RequestId(900), &Request::SignOut, now, &mut out);
    net.carry(client, out);
    let again = net.open(Credentials::Token(given.unwrap()));
    assert_eq!(net.clients[again].close, Some(Close::Refused));
    let refused = |event: &NetEvent| matches!(event, NetEvent::Link(LinkEvent::Refused { code: 403, .. }));
    assert!(net.events(again).iter().any(refused));
    let standing = net.open(token(&account));
    assert_eq!(net.clients[standing].close, None, "other sessions of the account go on");
}
