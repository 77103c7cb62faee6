//! The server over real sockets.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use nib::demo::osmium::{Options, Running, description, start};
use nib::net::osmium::wire;
use prost::Message as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::core::{ClientMessage, ServerMessage, server_message};
use wire::updates::update::Update as Change;

use super::fixture::options;
use super::rig::text_message;

const PATIENCE: Duration = Duration::from_secs(20);

/// A client that speaks the protocol by hand.
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    next_id: u32,
    updates: Vec<Change>,
}

impl Client {
    async fn connect(running: &Running) -> Self {
        let stream = TcpStream::connect(running.address).await.expect("the server listens");
        let (socket, _) = client_async(running.url.as_str(), stream).await.expect("it shakes hands");
        Self { socket, next_id: 0, updates: Vec::new() }
    }

    pub(crate) async fn enter(running: &Running, username: &str) -> Self {
        let mut client = Self::connect(running).await;
        client.call(Request::CoreInitialize(wire::core::Initialize::default())).await;
        let account = running.accounts.iter().find(|one| one.username == username).expect("an account");
        let token = account.token.clone();
        let answer = client.call(Request::AuthAuthorize(wire::auth::Authorize { token })).await;
        assert!(matches!(answer, Some(Answer::Authorization(_))));
        client
    }

    async fn send(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::Binary(bytes.into())).await.expect("the socket takes it");
    }

    async fn frame(&mut self) -> Option<Message> {
        tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("in time").and_then(Result::ok)
    }

    async fn message(&mut self) -> ServerMessage {
        loop {
            match self.frame().await.expect("the connection is open") {
                Message::Binary(bytes) => {
                    assert!(bytes.len() < 1_048_576);
                    return ServerMessage::decode(bytes).expect("a server message");
                }
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    pub(crate) async fn call(&mut self, request: Request) -> Option<Answer> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(ClientMessage { id, message: Some(request) }.encode_to_vec()).await;
        loop {
            match self.message().await.message {
                Some(server_message::Message::Result(result)) if result.req_id == id => return result.result,
                Some(server_message::Message::Update(update)) => self.updates.extend(update.update),
                _ => {}
            }
        }
    }

    async fn update(&mut self) -> Change {
        loop {
            if !self.updates.is_empty() {
                return self.updates.remove(0);
            }
            if let Some(server_message::Message::Update(update)) = self.message().await.message {
                self.updates.extend(update.update);
            }
        }
    }

    /// Reads until the connection ends; the close code if there was one.
    async fn end(&mut self) -> Option<u16> {
        loop {
            match self.frame().await {
                Some(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Some(_) => {}
                None => return None,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_talk() {
    let running = start(options()).await.expect("it starts");
    assert!(running.address.ip().is_loopback());
    let general = running.channel("Garden", "general").expect("a channel");
    let (mut you, mut ada) = (Client::enter(&running, "you").await, Client::enter(&running, "ada").await);
    assert!(matches!(you.call(text_message(general, "over a socket")).await, Some(Answer::SentMessage(_))));
    loop {
        if let Change::MessageCreated(created) = ada.update().await {
            assert_eq!(created.message.map(|message| message.message), Some("over a socket".to_owned()));
            break;
        }
    }
    assert_eq!(running.connections(), 2);
    ada.socket.send(Message::Close(None)).await.expect("sent");
    loop {
        match ada.frame().await {
            Some(Message::Close(_)) => break,
            Some(_) => {}
            None => panic!("a farewell is answered"),
        }
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pings_are_answered_and_garbage_does_no_harm() {
    let running = start(options()).await.expect("it starts");
    let mut you = Client::enter(&running, "you").await;
    you.socket.send(Message::Ping(vec![1, 2, 3].into())).await.expect("sent");
    loop {
        if let Some(Message::Pong(payload)) = you.frame().await {
            assert_eq!(payload.as_ref(), [1, 2, 3]);
            break;
        }
    }
    you.send(vec![0xff; 50]).await;
    you.socket.send(Message::Text("hello".into())).await.expect("sent");
    you.send(vec![0x08, 0x01]).await;
    let answer = you.call(Request::CommunitiesGetCommunities(wire::communities::GetCommunities {})).await;
    assert!(matches!(answer, Some(Answer::Communities(_))));
    assert_eq!(running.garbage(), 2);
    you.send(vec![0x08; 5_000_000]).await;
    assert_eq!(you.end().await, Some(1009));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_answered_before_the_close() {
    let running = start(options()).await.expect("it starts");
    let mut client = Client::connect(&running).await;
    client.call(Request::CoreInitialize(wire::core::Initialize::default())).await;
    let token = "expired".to_owned();
    let Some(Answer::Error(error)) = client.call(Request::AuthAuthorize(wire::auth::Authorize { token })).await else {
        panic!("an error")
    };
    assert_eq!(error.error_code, 403);
    assert_eq!(client.end().await, Some(1008));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_is_closed_and_others_are_not_held_up() {
    let running = start(Options { queue: 64, ..options() }).await.expect("it starts");
    let general = running.channel("Garden", "general").expect("a channel");
    let mut ada = Client::enter(&running, "ada").await;
    let slow = Client::enter(&running, "you").await;
    assert_eq!(running.connections(), 2);
    let text = "x".repeat(3_900);
    let mut written = 0;
    // The socket buffers of the system take some megabytes before the queue fills.
    while running.connections() == 2 {
        running.say("bob", general, &text).expect("written");
        written += 1;
        assert!(written < 100_000, "a client that never reads must be closed");
        loop {
            if let Change::MessageCreated(_) = ada.update().await {
                break;
            }
        }
    }
    let answer = ada.call(text_message(general, "still here")).await;
    assert!(matches!(answer, Some(Answer::SentMessage(_))));
    drop(slow);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_loses_nothing_for_a_client_that_reads() {
    let running = start(Options { queue: 256, ..options() }).await.expect("it starts");
    let general = running.channel("Garden", "general").expect("a channel");
    let mut you = Client::enter(&running, "you").await;
    let reader = tokio::spawn(async move {
        let mut seen = 0;
        while seen < 3_000 {
            if let Change::MessageCreated(created) = you.update().await {
                assert_eq!(created.message.map(|message| message.message), Some(format!("flood {seen}")));
                seen += 1;
            }
        }
        // It leaves when the flood is over, not before: who leaves is counted as lost.
        (seen, you)
    });
    let lines = (0..3_000).map(|index| ("bob".to_owned(), format!("flood {index}")));
    let flood = running.rehearse(general, lines).expect("ready");
    running.flood(flood).await.expect("the reader is there to the end");
    assert_eq!(reader.await.expect("the reader ends").0, 3_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_can_be_dropped_and_the_server_goes_on() {
    let running = start(options()).await.expect("it starts");
    let mut you = Client::enter(&running, "you").await;
    running.drop_connections();
    assert_eq!(you.end().await, None, "without a word");
    let mut again = Client::enter(&running, "you").await;
    running.revoke("you");
    assert!(matches!(again.update().await, Change::SessionDeleted(_)));
    assert_eq!(again.end().await, Some(1008));
}

#[tokio::test]
async fn the_description_names_every_account() {
    let running = start(options()).await.expect("it starts");
    let value = description(&running);
    assert!(!value.to_string().contains('\n'));
    assert_eq!(value["v"], 1);
    assert_eq!(value["url"], running.url);
    let accounts = value["accounts"].as_array().expect("accounts");
    assert_eq!(accounts.len(), 6);
    assert_eq!(accounts[0]["name"], "You");
    assert!(accounts.iter().any(|one| one["totp_secret"].is_string()));
    assert_eq!(accounts.iter().filter(|one| one["bot"] == true).count(), 1);
}

/// A client with every answer of the sample world: nothing is too large for a frame, every list can be paged to its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_world_is_served_whole() {
    let running = start(Options { people: 0, seed: 1, at: Some(super::fixture::AT), ..Options::default() }).await;
    let running = running.expect("it starts");
    let you = running.accounts.first().expect("you").clone();
    assert!(running.accounts.iter().any(|account| account.totp_secret.is_some()));
    assert!(running.accounts.iter().filter(|account| account.bot).count() >= 2);
    let mut client = Client::enter(&running, &you.username).await;
    let list = Request::CommunitiesGetCommunities(wire::communities::GetCommunities {});
    let Some(Answer::Communities(communities)) = client.call(list).await else { panic!("communities") };
    assert_eq!(communities.communities.len(), 3);
    let mut messages = 0;
    for community in &communities.communities {
        let list = wire::communities::GetChannels { community_id: community.id };
        let Some(Answer::Channels(channels)) = client.call(Request::CommunitiesGetChannels(list)).await else {
            panic!("channels")
        };
        assert_eq!(channels.channels.len(), channels.conversations.len());
        for conversation in channels.conversations {
            let mut before = None;
            loop {
                let offset = before.map(wire::messages::get_history::Offset::Before);
                let chat_ref = conversation.chat_ref;
                let request = wire::messages::GetHistory { chat_ref, limit: Some(100), offset };
                let page = match client.call(Request::MessagesGetHistory(request)).await {
                    Some(Answer::Messages(page)) => page,
                    // A category that is listed for what it holds, but hidden itself.
                    Some(Answer::Error(error)) if error.error_code == 404 => break,
                    other => panic!("{other:?}"),
                };
                messages += page.messages.len();
                before = page.messages.last().map(|message| message.message_id);
                if page.messages.len() < 100 {
                    break;
                }
            }
        }
    }
    assert!(messages > 1_000, "{messages}");
    let list = Request::ChatsGetChats(wire::chats::GetChats::default());
    let Some(Answer::Chats(chats)) = client.call(list).await else { panic!("chats") };
    assert!(chats.chats.len() >= 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripted_people_are_alive_while_somebody_is_there() {
    let running = start(Options { people: 30, ..Options::default() }).await.expect("it starts");
    let you = running.accounts.first().expect("you").username.clone();
    let mut client = Client::enter(&running, &you).await;
    let own = running.accounts.first().map(|account| account.id);
    loop {
        let doer = match client.update().await {
            Change::UserStatus(update) => Some(update.user_id),
            Change::ChatTyping(update) => Some(update.user_id),
            Change::MessageCreated(update) => update.message.map(|message| message.author_id),
            Change::MessageReactions(_) | Change::RoomState(_) | Change::RoomParticipant(_) => break,
            _ => None,
        };
        if doer.is_some() && doer != own {
            break;
        }
    }
}
