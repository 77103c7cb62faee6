//! Calls the server without sockets and keeps what each connection was sent.

use std::collections::BTreeMap;

use nib::demo::osmium::{ConnectionId, DemoAccount, Options, Output, Server};
use nib::net::osmium::wire;
use prost::Message as _;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::core::{ClientMessage, RpcResult, ServerMessage, server_message};
use wire::refs::{ChannelRef, ChatRef, GroupRef, RefSelf, UserRef, chat_ref::Ref};
use wire::updates::update::Update as Change;

/// The server and a record of what it sent.
pub(super) struct Rig {
    pub(super) server: Server,
    pub(super) now: i64,
    pub(super) accounts: Vec<DemoAccount>,
    inbox: BTreeMap<ConnectionId, Vec<ServerMessage>>,
    pub(super) closed: BTreeMap<ConnectionId, (u16, String)>,
    next_id: u32,
}

impl Rig {
    pub(super) fn new(options: &Options) -> Self {
        let now = 1_790_000_000_000;
        let server = Server::build(options, now).expect("the fixture has people");
        let accounts = server.accounts();
        Self { server, now, accounts, inbox: BTreeMap::new(), closed: BTreeMap::new(), next_id: 0 }
    }

    pub(super) fn standard() -> Self {
        Self::new(&super::fixture::options())
    }

    pub(super) fn account(&self, username: &str) -> DemoAccount {
        self.accounts.iter().find(|one| one.username == username).cloned().expect("an account of the fixture")
    }

    pub(super) fn id(&self, username: &str) -> u64 {
        self.account(username).id
    }

    fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send(connection, message) => self.inbox.entry(connection).or_default().push(*message),
                Output::Close(connection, code, reason) => {
                    self.closed.insert(connection, (code, reason));
                }
            }
        }
    }

    /// Sends a request with an id and returns the frames that it caused for its own connection.
    pub(super) fn send(&mut self, connection: ConnectionId, id: u32, request: Request) {
        let bytes = ClientMessage { id, message: Some(request) }.encode_to_vec();
        self.frame(connection, &bytes);
    }

    pub(super) fn frame(&mut self, connection: ConnectionId, bytes: &[u8]) {
        self.now += 1;
        let outputs = self.server.handle_frame(connection, bytes, self.now);
        self.take(outputs);
    }

    /// Sends a request and returns its one result; updates stay in the inbox.
    pub(super) fn call(&mut self, connection: ConnectionId, request: Request) -> RpcResult {
        self.next_id += 1;
        let id = self.next_id;
        self.send(connection, id, request);
        let inbox = self.inbox.entry(connection).or_default();
        let mut found = Vec::new();
        inbox.retain(|message| match &message.message {
            Some(server_message::Message::Result(result)) if result.req_id == id => {
                found.push(result.clone());
                false
            }
            _ => true,
        });
        assert_eq!(found.len(), 1, "every request is answered once");
        found.remove(0)
    }

    /// Like [`Rig::call`] for a request that must succeed with a member.
    pub(super) fn ask(&mut self, connection: ConnectionId, request: Request) -> Answer {
        let name = format!("{request:?}");
        match self.call(connection, request).result {
            Some(Answer::Error(error)) => panic!("{name}: {} {}", error.error_code, error.error_message),
            Some(answer) => answer,
            None => panic!("{name}: an empty answer"),
        }
    }

    /// Like [`Rig::call`] for a request whose answer is empty.
    pub(super) fn run(&mut self, connection: ConnectionId, request: Request) {
        let name = format!("{request:?}");
        let result = self.call(connection, request);
        assert!(result.result.is_none(), "{name}: {:?}", result.result);
    }

    /// Like [`Rig::call`] for a request that must be refused; returns the code.
    pub(super) fn refused(&mut self, connection: ConnectionId, request: Request) -> u32 {
        let name = format!("{request:?}");
        let result = self.call(connection, request);
        assert!(result.trace_id.is_some(), "{name}: an error carries a trace id");
        match result.result {
            Some(Answer::Error(error)) => {
                assert!(!error.error_message.is_empty());
                error.error_code
            }
            other => panic!("{name}: not refused, {other:?}"),
        }
    }

    /// Everything a connection was sent since the last look.
    pub(super) fn frames(&mut self, connection: ConnectionId) -> Vec<ServerMessage> {
        self.inbox.remove(&connection).unwrap_or_default()
    }

    /// The updates among them.
    pub(super) fn updates(&mut self, connection: ConnectionId) -> Vec<Change> {
        self.frames(connection)
            .into_iter()
            .filter_map(|message| match message.message {
                Some(server_message::Message::Update(update)) => update.update,
                _ => None,
            })
            .collect()
    }

    pub(super) fn connect(&mut self, silent: bool) -> ConnectionId {
        let connection = self.server.connect();
        let hello = wire::core::Initialize {
            client_id: 1,
            device_type: "test".to_owned(),
            no_subscribe: silent,
            ..Default::default()
        };
        assert!(matches!(self.ask(connection, Request::CoreInitialize(hello)), Answer::Initialized(_)));
        connection
    }

    /// A connection signed in with an account's standing token.
    pub(super) fn enter(&mut self, username: &str) -> ConnectionId {
        let connection = self.connect(false);
        let token = self.account(username).token;
        let answer = self.ask(connection, Request::AuthAuthorize(wire::auth::Authorize { token }));
        assert!(matches!(answer, Answer::Authorization(_)));
        connection
    }

    pub(super) fn leave(&mut self, connection: ConnectionId) {
        self.now += 1;
        let outputs = self.server.disconnect(connection, self.now);
        self.take(outputs);
    }

    /// The reference of a channel of the community, by name, as its owner knows it.
    pub(super) fn channel(&mut self, name: &str) -> ChatRef {
        let owner = self.enter("ada");
        let Answer::Communities(communities) =
            self.ask(owner, Request::CommunitiesGetCommunities(wire::communities::GetCommunities {}))
        else {
            panic!("communities")
        };
        let community_id = communities.communities[0].id;
        let request = wire::communities::GetChannels { community_id };
        let Answer::Channels(channels) = self.ask(owner, Request::CommunitiesGetChannels(request)) else {
            panic!("channels")
        };
        self.leave(owner);
        let id = channels.channels.iter().find(|channel| channel.name == name).expect("a channel of the fixture").id;
        ChatRef { r#ref: Some(Ref::Channel(ChannelRef { community_id, channel_id: id })) }
    }

    /// Writes a text and returns the message id.
    pub(super) fn say(&mut self, connection: ConnectionId, chat: ChatRef, text: &str) -> u64 {
        match self.ask(connection, text_message(chat, text)) {
            Answer::SentMessage(sent) => sent.message_id,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn history(
        &mut self,
        connection: ConnectionId,
        request: wire::messages::GetHistory,
    ) -> wire::messages::Messages {
        match self.ask(connection, Request::MessagesGetHistory(request)) {
            Answer::Messages(messages) => messages,
            other => panic!("{other:?}"),
        }
    }
}

pub(super) fn text_message(chat: ChatRef, text: &str) -> Request {
    Request::MessagesSendMessage(wire::messages::SendMessage {
        chat_ref: Some(chat),
        message: text.to_owned(),
        ..Default::default()
    })
}

pub(super) fn direct(user_id: u64) -> ChatRef {
    ChatRef { r#ref: Some(Ref::User(UserRef { user_id })) }
}

pub(super) fn group(group_id: u64) -> ChatRef {
    ChatRef { r#ref: Some(Ref::Group(GroupRef { group_id })) }
}

pub(super) fn own() -> ChatRef {
    ChatRef { r#ref: Some(Ref::Self_(RefSelf {})) }
}
