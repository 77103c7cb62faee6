//! The whole way over real sockets: session, adapter, embedded server, account service.

use nib::demo::originchats::{Accounts, Options, Running, start};
use nib::domain::*;
use nib::net::originchats::{OriginAdapter, OriginConfig};
use nib::net::session::{BATCHES, Batch, SessionConfig, SessionHandle, spawn};
use nib::net::{Credentials, NetEvent};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// A client of the server, and what it was told and has not looked at.
pub(super) struct Client {
    pub(super) handle: SessionHandle,
    events: mpsc::Receiver<Batch>,
    waiting: std::collections::VecDeque<NetEvent>,
    pub(super) asked: u64,
}

pub(super) const PATIENCE: Duration = Duration::from_secs(20);

impl Client {
    pub(super) fn new(server: &Running, credentials: Credentials) -> Self {
        Self::at(server, credentials, &server.account_service(), false)
    }

    fn at(server: &Running, credentials: Credentials, account_service: &str, direct: bool) -> Self {
        let mut config = SessionConfig::new(server.url().parse().unwrap(), credentials, 1);
        config.limits = nib::net::originchats::defaults::limits();
        let origin = OriginConfig {
            account_service: account_service.to_owned(),
            direct: direct.then_some(true),
            link_poll: Duration::from_millis(20),
            ..OriginConfig::new(&server.url())
        };
        let (sender, events) = mpsc::channel(BATCHES);
        let start = Now { mono: Mono(0), wall: Wall(0) };
        let make = Box::new(move |credentials| -> Box<dyn nib::net::Adapter> {
            Box::new(OriginAdapter::new(origin.clone(), credentials, start))
        });
        let runtime = tokio::runtime::Handle::current();
        let handle = spawn(&runtime, AccountId(0), config, make, sender);
        Self { handle, events, waiting: std::collections::VecDeque::new(), asked: 0 }
    }

    pub(super) fn token(server: &Running, name: &str) -> Self {
        Self::new(server, Credentials::Token(Secret::new(format!("tok-{name}"))))
    }

    pub(super) async fn next(&mut self) -> NetEvent {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return event;
            }
            let batch = tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("nothing is told");
            self.waiting.extend(batch.expect("the session is over").events);
        }
    }

    pub(super) async fn until<T>(&mut self, wanted: impl Fn(&NetEvent) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(&self.next().await) {
                return found;
            }
        }
    }

    pub(super) async fn signed_in(&mut self) -> (User, Caps, Secret) {
        self.until(|event| match event {
            NetEvent::Link(LinkEvent::SignedIn { me, caps, token, .. }) => Some((me.clone(), *caps, token.clone())),
            NetEvent::Link(LinkEvent::Refused { reason, .. }) => panic!("refused: {reason}"),
            NetEvent::Link(LinkEvent::Down { reason, .. }) => panic!("down: {reason}"),
            _ => None,
        })
        .await
    }

    pub(super) async fn ask(&mut self, request: Request) -> Result<Reply, Refusal> {
        self.asked += 1;
        let id = RequestId(self.asked);
        self.handle.request(id, request, Priority::User).unwrap();
        self.until(|event| match event {
            NetEvent::Answer(answer) if answer.request == id => Some(answer.outcome.clone()),
            _ => None,
        })
        .await
    }

    pub(super) async fn channels(&mut self) -> Vec<Chat> {
        let Ok(Reply::Communities { communities, .. }) = self.ask(Request::FetchCommunities).await else {
            panic!("no community")
        };
        match self.ask(Request::FetchChannels(communities[0].id)).await {
            Ok(Reply::Channels { bundle, .. }) => bundle.chats,
            other => panic!("{other:?}"),
        }
    }

    async fn send(&mut self, chat: ChatId, nonce: u64, text: &str) -> Result<Reply, Refusal> {
        let outgoing = Outgoing { chat, nonce: Nonce(nonce), text: text.to_owned(), ..Outgoing::default() };
        self.ask(Request::Send(Arc::new(outgoing))).await
    }
}

pub(super) async fn server(accounts: Accounts) -> Running {
    start(Options { accounts, ..Options::default() }).await.unwrap()
}

pub(super) fn named<'a>(chats: &'a [Chat], name: &str) -> &'a Chat {
    chats.iter().find(|chat| chat.wire.as_str() == name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn two_people_write_to_each_other() {
    let server = server(Accounts::Service).await;
    let mut alice = Client::token(&server, "alice");
    let (me, caps, _) = alice.signed_in().await;
    assert_eq!((me.name.as_str(), caps.nonce_echo), ("alice", true));
    let mut bob = Client::token(&server, "bob");
    bob.signed_in().await;
    let chats = bob.channels().await;
    let general = named(&chats, "general").id;
    assert_eq!(named(&chats, "history").unread, 250);
    assert!(chats.iter().all(|chat| chat.wire.as_str() != "staff"), "not for bob");
    alice.channels().await;
    let Ok(Reply::Sent { message, .. }) = bob.send(general, 9, "hey @alice **look**").await else { panic!("not sent") };
    let got = alice
        .until(|event| match event {
            NetEvent::Update(Update::MessageCreated { message, nonce, .. }) => Some((Arc::clone(message), *nonce)),
            _ => None,
        })
        .await;
    assert_eq!(
        (got.0.key.id, got.0.body.text.as_str(), got.0.mentions_me, got.1),
        (message, "hey @alice look", true, None)
    );
    let emoji = ReactEmoji::Unicode(CleanText::ours("👍"));
    let react = Request::React { chat: general, message: got.0.key, emoji, add: true };
    assert_eq!(alice.ask(react.clone()).await, Ok(Reply::Done));
    assert_eq!(alice.ask(react).await, Ok(Reply::Done), "as it was wanted");
    bob.until(|event| matches!(event, NetEvent::Update(Update::ReactionToggled { add: true, .. })).then_some(())).await;
    let edit = Request::Edit {
        chat: general,
        message: got.0.key,
        text: "mine now".to_owned(),
        emoji: Box::default(),
        no_previews: false,
    };
    assert_eq!(alice.ask(edit).await.unwrap_err().kind, RefusalKind::Forbidden);
    assert_eq!(alice.ask(Request::Delete { chat: general, messages: vec![got.0.key] }).await, Ok(Reply::Done));
    bob.until(|event| matches!(event, NetEvent::Update(Update::MessagesDeleted { .. })).then_some(())).await;
}

#[tokio::test]
async fn the_history_is_read_to_its_start_without_a_gap() {
    let server = server(Accounts::Service).await;
    let mut bob = Client::token(&server, "bob");
    bob.signed_in().await;
    let chats = bob.channels().await;
    let chat = named(&chats, "history").id;
    let (mut page, mut texts) = (Page::Latest, Vec::new());
    for _ in 0..10 {
        let asked = Request::FetchHistory { chat, page, limit: 60 };
        let Ok(Reply::History { messages, reached_start, .. }) = bob.ask(asked).await else { panic!("no page") };
        let older: Vec<String> = messages.iter().map(|message| message.body.text.to_string()).collect();
        texts.splice(0..0, older);
        if reached_start {
            break;
        }
        page = Page::Before(messages[0].key);
    }
    let expected: Vec<String> =
        (0..250).map(|n| format!("old message {n:03}{}", if n % 50 == 0 { " needle" } else { "" })).collect();
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn the_limits_of_the_server_are_never_reached() {
    let server = server(Accounts::Service).await;
    let mut bob = Client::token(&server, "bob");
    bob.signed_in().await;
    let chats = bob.channels().await;
    let general = named(&chats, "general").id;
    for nonce in 0..9 {
        let _ = bob.ask(Request::SetTyping { chat: general, typing: true }).await;
        if nonce < 5 {
            assert!(bob.send(general, nonce, "quick").await.is_ok(), "{nonce}");
        }
    }
}

#[tokio::test]
async fn an_account_of_the_server_alone_is_made_and_kept() {
    let server = server(Accounts::Own).await;
    let password = |text: &str| Secret::new(text.to_owned());
    let (name, login) = ("Dave".to_owned(), "dave".to_owned());
    let mut dave = Client::new(&server, Credentials::SignUp { name, login, password: password("pw1234") });
    let (me, _, kept) = dave.signed_in().await;
    assert_eq!(me.name.as_str(), "dave");
    let mut again = Client::new(&server, Credentials::Token(kept));
    assert_eq!(again.signed_in().await.0.id, me.id);
    let wrong = Credentials::Password { login: "dave".to_owned(), password: password("wrong"), code: None };
    let mut wrong = Client::new(&server, wrong);
    let refused = wrong.until(|event| match event {
        NetEvent::Link(LinkEvent::Refused { about, .. }) => Some(*about),
        _ => None,
    });
    assert_eq!(refused.await, Some(SignInPart::Password));
    wrong.handle.stopped().await;
    let mut nobody = Client::token(&server, "alice");
    let refused = nobody.until(|event| match event {
        NetEvent::Link(LinkEvent::Refused { about, .. }) => Some(*about),
        _ => None,
    });
    assert_eq!(refused.await, Some(SignInPart::Login));
}

#[tokio::test]
async fn an_account_is_allowed_elsewhere() {
    let server = server(Accounts::Both).await;
    let mut bob = Client::new(&server, Credentials::Elsewhere);
    let code = bob
        .until(|event| match event {
            NetEvent::Link(LinkEvent::ConfirmElsewhere { code, .. }) => Some(code.to_string()),
            _ => None,
        })
        .await;
    assert!(!server.allow("000000x", "bob") && server.allow(&code, "bob"));
    let (me, _, token) = bob.signed_in().await;
    assert_eq!((me.name.as_str(), token.expose()), ("bob", "tok-bob"));
}

#[tokio::test]
async fn a_token_that_the_account_service_does_not_know_is_refused() {
    let server = server(Accounts::Service).await;
    let mut nobody = Client::token(&server, "nobody");
    let reason = nobody
        .until(|event| match event {
            NetEvent::Link(LinkEvent::Refused { reason, .. }) => Some(reason.to_string()),
            _ => None,
        })
        .await;
    assert!(reason.contains("Sign in again"), "{reason}");
}

#[tokio::test]
async fn the_sample_begins_direct_chats_by_a_line_and_its_poll_takes_votes() {
    use nib::demo::originchats::start_sample;
    let sample = start_sample(7, None, 0, "127.0.0.1:0".parse().unwrap(), false).await.unwrap();
    let account_service = sample.service.url();
    let client = |server: &Running, who: usize, direct: bool| {
        let token = Credentials::Token(Secret::new(sample.accounts[who].token.clone()));
        Client::at(server, token, &account_service, direct)
    };
    let mut robin = client(&sample.servers[2], 0, true);
    robin.signed_in().await;
    let Ok(Reply::Chats { bundle, .. }) = robin.ask(Request::FetchChats).await else { panic!("no chats") };
    let known = |user: UserId| bundle.chats.iter().any(|chat| chat.kind == ChatKind::Direct { peer: user });
    let party = bundle.chats.iter().find(|chat| chat.name.as_str() == "garden party").unwrap();
    assert!(matches!(&party.kind, ChatKind::Group { members, .. } if members.len() == 6), "{:?}", party.kind);
    let mut stranger = None;
    for account in &sample.accounts[1..] {
        let Ok(Reply::User(found)) = robin.ask(Request::LookupUsername(account.name.clone())).await else { continue };
        if !known(found.id) {
            stranger = Some((account.name.clone(), found));
            break;
        }
    }
    let (name, found) = stranger.unwrap();
    let Ok(Reply::Chat(begun)) = robin.ask(Request::FetchDirect(found.id)).await else { panic!("no chat") };
    let chat = begun.chats[0].id;
    assert_eq!(begun.chats[0].kind, ChatKind::Direct { peer: found.id });
    assert!(matches!(robin.send(chat, 7, "hello there").await, Ok(Reply::Sent { .. })));
    let who = sample.accounts.iter().position(|account| account.name == name).unwrap();
    let mut other = client(&sample.servers[2], who, true);
    other.signed_in().await;
    let Ok(Reply::Chats { bundle, .. }) = other.ask(Request::FetchChats).await else { panic!("no chats") };
    assert!(bundle.chats.iter().any(|chat| chat.wire == begun.chats[0].wire), "the other person has it as well");
    let Ok(Reply::User(nobody)) = robin.ask(Request::LookupUsername("nobody_at_all".to_owned())).await else {
        panic!()
    };
    let refused = robin.ask(Request::FetchDirect(nobody.id)).await.unwrap_err();
    assert_eq!(refused.text.as_str(), "Nobody has that user name.");

    let mut robin = client(&sample.servers[0], 0, false);
    robin.signed_in().await;
    let general = named(&robin.channels().await, "general").id;
    // An emoji that is typed in a change is one for all.
    let Ok(Reply::Emoji(emoji)) = robin.ask(Request::FetchEmoji).await else { panic!("no emoji") };
    let sprout = emoji.iter().find(|one| one.name.as_str() == "sprout").unwrap();
    let used = EmojiUse { name: "sprout".to_owned(), id: sprout.id, standin: sprout.standin.clone() };
    let Ok(Reply::Sent { message, order, .. }) = robin.send(general, 8, "it grows").await else { panic!("not sent") };
    let key = MessageKey { order, id: message };
    let text = "it grows :sprout:".to_owned();
    let edit = Request::Edit { chat: general, message: key, text, emoji: [used].into(), no_previews: false };
    assert_eq!(robin.ask(edit).await, Ok(Reply::Done));
    let page = Request::FetchHistory { chat: general, page: Page::Latest, limit: 100 };
    let Ok(Reply::History { messages, .. }) = robin.ask(page).await else { panic!("no history") };
    let changed = messages.iter().find(|one| one.key == key).unwrap();
    assert_eq!(changed.body.text.as_str(), "it grows :sprout:");
    let emoji = |span: &Span| matches!(&span.kind, SpanKind::Instead { written, .. } if written.ends_with("/0"));
    assert!(changed.body.spans.iter().any(emoji), "{:?}", changed.body);
    let message = messages.iter().find(|message| message.poll.is_some()).unwrap();
    let option = message.poll.as_ref().unwrap().options[2].id.clone();
    let vote = Request::Vote { chat: general, message: message.key.id, options: vec![option.clone()] };
    let Ok(Reply::Poll { tally, .. }) = robin.ask(vote).await else { panic!("no vote") };
    assert!(tally.votes.contains(&(option.clone(), 1)), "{tally:?}");
    assert_eq!(tally.mine, Some([option].into()));
}

#[tokio::test]
async fn commands_pins_mentions_searches_and_marks_go_the_whole_way() {
    let server = server(Accounts::Service).await;
    let mut alice = Client::token(&server, "alice");
    let (_, caps, _) = alice.signed_in().await;
    assert!(caps.commands && caps.pin && caps.mention_list && caps.search && caps.dates && caps.marks_back);
    let mut bob = Client::token(&server, "bob");
    bob.signed_in().await;
    let chats = bob.channels().await;
    let (general, history) = (named(&chats, "general").id, named(&chats, "history").id);
    alice.channels().await;

    let Ok(Reply::Commands(commands)) = bob.ask(Request::FetchCommands(general)).await else { panic!() };
    assert_eq!(commands.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["help", "nick", "roll", "announce"]);
    let kinds: Vec<_> = commands[2].options.iter().map(|option| option.kind.clone()).collect();
    assert!(
        kinds.contains(&SlashKind::Whole) && kinds.contains(&SlashKind::Number) && kinds.contains(&SlashKind::Flag)
    );
    assert!(kinds.contains(&SlashKind::Person) && kinds.contains(&SlashKind::Text));
    assert!(kinds.iter().any(|kind| matches!(kind, SlashKind::Choice(_))));
    let call = |name: &str, arguments: &[(&str, &str)]| Request::CallCommand {
        chat: general,
        name: name.to_owned(),
        arguments: arguments.iter().map(|(name, typed)| ((*name).to_owned(), (*typed).to_owned())).collect(),
    };
    let every =
        [("count", "2"), ("die", "d20"), ("plus", "0.5"), ("sorted", "yes"), ("for", "alice"), ("because", "luck")];
    assert_eq!(bob.ask(call("roll", &every)).await, Ok(Reply::Done));
    let written = |event: &NetEvent| match event {
        NetEvent::Update(Update::MessageCreated { message, .. }) => Some(Arc::clone(message)),
        _ => None,
    };
    let rolled = alice.until(written).await;
    assert!(
        rolled.body.text.starts_with("Rolled ") && rolled.body.text.ends_with("because luck"),
        "{}",
        rolled.body.text
    );
    assert_eq!(rolled.used.as_deref().map(|(who, what)| (who.as_str(), what.as_str())), Some(("bob", "roll")));
    let refused = bob.ask(call("roll", &[("die", "d20")])).await.unwrap_err();
    assert!(refused.text.contains("Missing required argument"), "{}", refused.text);
    let refused = bob.ask(call("announce", &[("text", "hear")])).await.unwrap_err();
    assert_eq!(refused.kind, RefusalKind::Forbidden);
    assert_eq!(bob.ask(call("help", &[])).await, Ok(Reply::Done));
    assert!(alice.until(written).await.body.text.contains("/roll"));
    assert_eq!(bob.ask(Request::SetNickname { chat: general, name: "Bobby".to_owned() }).await, Ok(Reply::Done));
    assert!(alice.until(written).await.body.text.contains("Bobby"));

    let Ok(Reply::Sent { message, order, .. }) = bob.send(general, 1, "an axolotl for @alice").await else { panic!() };
    let key = MessageKey { order, id: message };
    alice.until(written).await;
    let pin = |pinned| Request::Pin { chat: general, message: key, pinned };
    assert_eq!(alice.ask(pin(true)).await, Ok(Reply::Done));
    let told = |event: &NetEvent| match event {
        NetEvent::Update(Update::MessagePinned { message, pinned, .. }) => Some((*message, *pinned)),
        _ => None,
    };
    assert_eq!(bob.until(told).await, (message, true));
    let Ok(Reply::Pinned { messages, .. }) = bob.ask(Request::FetchPinned(general)).await else { panic!() };
    assert_eq!(messages.iter().map(|message| message.key).collect::<Vec<_>>(), [key]);
    assert_eq!(alice.ask(pin(false)).await, Ok(Reply::Done));
    assert_eq!(bob.until(told).await, (message, false));

    let Ok(Reply::Mentions { messages, .. }) = alice.ask(Request::FetchMentions(general)).await else { panic!() };
    assert!(messages.contains(&message), "{messages:?}");
    let Ok(Reply::Mentions { messages, .. }) = alice.ask(Request::FetchMentions(history)).await else { panic!() };
    assert!(!messages.contains(&message));
    let search = Request::Search { chat: general, words: "AXOLOTL".to_owned(), before: None };
    let Ok(Reply::Matches { messages, .. }) = alice.ask(search).await else { panic!() };
    assert_eq!(messages.iter().map(|message| message.key).collect::<Vec<_>>(), [key]);

    let latest = Request::FetchHistory { chat: history, page: Page::Latest, limit: 50 };
    let Ok(Reply::History { messages, .. }) = bob.ask(latest).await else { panic!() };
    let tenth = messages[messages.len() - 10].clone();
    let back = Request::MarkRead { chat: history, upto: tenth.key, back: true };
    let id = bob.asked + 1;
    bob.handle.request(RequestId(id), back, Priority::User).unwrap();
    bob.asked = id;
    let unread = bob
        .until(|event| match event {
            NetEvent::Update(Update::ReadMarkMoved { upto, unread, .. }) if *upto == tenth.key => *unread,
            _ => None,
        })
        .await;
    assert_eq!(unread, 9);

    let oldest = Request::FetchHistory { chat: history, page: Page::Before(messages[0].key), limit: 50 };
    let Ok(Reply::History { messages, .. }) = bob.ask(oldest).await else { panic!() };
    let wanted = messages[20].clone();
    let at = Request::FetchHistory { chat: history, page: Page::At(wanted.at.unwrap()), limit: 20 };
    let Ok(Reply::History { messages, reached_start, reached_end, .. }) = bob.ask(at).await else { panic!() };
    let place = messages.iter().position(|message| message.key == wanted.key);
    assert_eq!((place, messages.len(), reached_start, reached_end), (Some(10), 20, false, false));
}
