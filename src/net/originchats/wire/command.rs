//! What nib says: each command with its parameters.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A command. Not `Debug`: some hold a password or a proof of who one is.
#[derive(Clone, PartialEq, Serialize)]
#[serde(tag = "cmd", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the parameters are those of the wire, in the words of the wire")]
pub enum Command {
    /// Signs in with a proof from the account service.
    Auth {
        validator: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        invite_code: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        server_password: Option<String>,
    },
    /// Signs in with an account of this server alone.
    Login { username: String, password: String },
    /// Makes such an account.
    Register { username: String, password: String },
    /// Asks for any answer.
    Ping,
    /// All channels that may be seen.
    ChannelsGet,
    /// Everybody.
    UsersList,
    /// Everybody who is there.
    UsersOnline,
    /// All roles.
    RolesList,
    /// All read states.
    UnreadsGet,
    /// The server's own emoji.
    EmojiGetAll,
    /// The same, on newer servers.
    EmojiList,
    /// A page of messages; marks the channel read.
    MessagesGet {
        #[serde(flatten)]
        at: At,
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<Start>,
        limit: u16,
    },
    /// Messages on both sides of one.
    MessagesAround {
        #[serde(flatten)]
        at: At,
        around: String,
        bounds: Bounds,
    },
    /// A page of a thread.
    ThreadMessages {
        thread_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<Start>,
        limit: u16,
    },
    /// One message.
    MessageGet {
        #[serde(flatten)]
        at: At,
        id: String,
    },
    /// The pinned messages of a channel.
    MessagesPinned {
        #[serde(flatten)]
        at: At,
    },
    /// Messages of a channel that hold some words.
    MessagesSearch { channel: String, query: String },
    /// Messages that call oneself, newest first.
    PingsGet { limit: u16, offset: u32 },
    /// Pins a message.
    MessagePin {
        #[serde(flatten)]
        at: At,
        id: String,
    },
    /// Lets it go.
    MessageUnpin {
        #[serde(flatten)]
        at: At,
        id: String,
    },
    /// Writes.
    MessageNew {
        #[serde(flatten)]
        at: At,
        content: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        ping: Option<bool>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Uploaded>,
    },
    /// Changes an own message.
    MessageEdit {
        #[serde(flatten)]
        at: At,
        id: String,
        content: String,
    },
    /// Deletes a message.
    MessageDelete {
        #[serde(flatten)]
        at: At,
        id: String,
    },
    /// Adds an own reaction.
    MessageReactAdd {
        #[serde(flatten)]
        at: At,
        id: String,
        emoji: String,
    },
    /// Takes one back.
    MessageReactRemove {
        #[serde(flatten)]
        at: At,
        id: String,
        emoji: String,
    },
    /// Tells that one types.
    Typing {
        #[serde(flatten)]
        at: At,
    },
    /// Marks read up to a message.
    UnreadsAck {
        #[serde(flatten)]
        at: At,
        message_id: String,
    },
    /// How much is unread in one place.
    UnreadsCount {
        #[serde(flatten)]
        at: At,
    },
    /// How a poll stands.
    PollResults { message_id: String },
    /// Votes.
    PollVote { message_id: String, option_ids: Vec<String> },
    /// Begins a poll.
    PollCreate {
        #[serde(flatten)]
        at: At,
        question: String,
        options: Vec<String>,
    },
    /// Ends a poll.
    PollEnd { message_id: String },
    /// Begins a thread.
    ThreadCreate { channel: String, name: String },
    /// Changes a thread: what is not said stays.
    ThreadUpdate {
        thread_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        locked: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        archived: Option<bool>,
    },
    /// Takes part in a thread.
    ThreadJoin { thread_id: String },
    /// Takes part no longer.
    ThreadLeave { thread_id: String },
    /// Deletes a thread.
    ThreadDelete { thread_id: String },
    /// Tells whether one is there.
    StatusSet {
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Runs a command of the server.
    SlashCall { channel: String, command: String, args: BTreeMap<String, Value> },
    /// All commands of the server.
    SlashList,
    /// Begins a direct chat; newer servers only.
    ChannelCreate { user: String },
    /// Leaves the server, for good.
    UserLeave {
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<String>,
    },
}

/// A channel or a thread.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Default)]
pub struct At {
    /// Name of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Id of the thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
}

/// A file that was sent up before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Uploaded {
    /// What the server calls it.
    pub id: String,
}

/// Where a page begins, counted from the newest message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum Start {
    /// Leave out so many of the newest.
    Skip(u32),
    /// Only what is older than this message.
    Before(String),
}

/// How many messages on each side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Bounds {
    /// Newer ones.
    pub above: u16,
    /// Older ones.
    pub below: u16,
}

impl Command {
    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Auth { .. } => "auth",
            Self::Login { .. } => "login",
            Self::Register { .. } => "register",
            Self::Ping => "ping",
            Self::ChannelsGet => "channels_get",
            Self::UsersList => "users_list",
            Self::UsersOnline => "users_online",
            Self::RolesList => "roles_list",
            Self::UnreadsGet => "unreads_get",
            Self::EmojiGetAll => "emoji_get_all",
            Self::EmojiList => "emoji_list",
            Self::MessagesGet { .. } => "messages_get",
            Self::MessagesAround { .. } => "messages_around",
            Self::ThreadMessages { .. } => "thread_messages",
            Self::MessageGet { .. } => "message_get",
            Self::MessagesPinned { .. } => "messages_pinned",
            Self::MessagesSearch { .. } => "messages_search",
            Self::PingsGet { .. } => "pings_get",
            Self::MessagePin { .. } => "message_pin",
            Self::MessageUnpin { .. } => "message_unpin",
            Self::MessageNew { .. } => "message_new",
            Self::MessageEdit { .. } => "message_edit",
            Self::MessageDelete { .. } => "message_delete",
            Self::MessageReactAdd { .. } => "message_react_add",
            Self::MessageReactRemove { .. } => "message_react_remove",
            Self::Typing { .. } => "typing",
            Self::UnreadsAck { .. } => "unreads_ack",
            Self::PollResults { .. } => "poll_results",
            Self::PollVote { .. } => "poll_vote",
            Self::PollCreate { .. } => "poll_create",
            Self::PollEnd { .. } => "poll_end",
            Self::ThreadCreate { .. } => "thread_create",
            Self::ThreadUpdate { .. } => "thread_update",
            Self::ThreadJoin { .. } => "thread_join",
            Self::ThreadLeave { .. } => "thread_leave",
            Self::ThreadDelete { .. } => "thread_delete",
            Self::StatusSet { .. } => "status_set",
            Self::UnreadsCount { .. } => "unreads_count",
            Self::SlashCall { .. } => "slash_call",
            Self::SlashList => "slash_list",
            Self::ChannelCreate { .. } => "channel_create",
            Self::UserLeave { .. } => "user_leave",
        }
    }

    /// The frame, marked so that its answer can be told from others.
    #[must_use]
    pub fn frame(&self, listener: Option<&str>) -> String {
        #[derive(Serialize)]
        struct Marked<'a> {
            #[serde(flatten)]
            command: &'a Command,
            #[serde(skip_serializing_if = "Option::is_none")]
            listener: Option<&'a str>,
        }
        // Strings and numbers under string keys: nothing in it can fail.
        serde_json::to_string(&Marked { command: self, listener }).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_itself_on_the_wire_and_leaves_out_what_is_not_set() {
        let at = At { channel: Some("general".to_owned()), thread_id: None };
        let said = |command: Command| command.frame(Some("7"));
        assert_eq!(
            said(Command::MessageNew {
                at: at.clone(),
                content: "hi \"you\"".to_owned(),
                reply_to: None,
                ping: None,
                attachments: Vec::new()
            }),
            r#"{"cmd":"message_new","channel":"general","content":"hi \"you\"","listener":"7"}"#
        );
        assert_eq!(
            said(Command::MessagesGet { at: at.clone(), start: Some(Start::Skip(100)), limit: 50 }),
            r#"{"cmd":"messages_get","channel":"general","start":100,"limit":50,"listener":"7"}"#
        );
        let bounds = Bounds { above: 0, below: 50 };
        assert_eq!(
            Command::MessagesAround { at, around: "x".to_owned(), bounds }.frame(None),
            r#"{"cmd":"messages_around","channel":"general","around":"x","bounds":{"above":0,"below":50}}"#
        );
        assert_eq!(Command::Ping.frame(None), r#"{"cmd":"ping"}"#);
    }

    #[test]
    fn the_name_is_the_one_that_is_sent() {
        let (at, text) = (At::default, String::new);
        let all = [
            Command::Auth { validator: text(), invite_code: None, server_password: None },
            Command::Login { username: text(), password: text() },
            Command::Register { username: text(), password: text() },
            Command::Ping,
            Command::ChannelsGet,
            Command::UsersList,
            Command::UsersOnline,
            Command::RolesList,
            Command::UnreadsGet,
            Command::EmojiGetAll,
            Command::EmojiList,
            Command::MessagesGet { at: at(), start: None, limit: 1 },
            Command::MessagesAround { at: at(), around: text(), bounds: Bounds { above: 0, below: 0 } },
            Command::ThreadMessages { thread_id: text(), start: None, limit: 1 },
            Command::MessageGet { at: at(), id: text() },
            Command::MessagesPinned { at: at() },
            Command::MessageNew { at: at(), content: text(), reply_to: None, ping: None, attachments: Vec::new() },
            Command::MessageEdit { at: at(), id: text(), content: text() },
            Command::MessageDelete { at: at(), id: text() },
            Command::MessageReactAdd { at: at(), id: text(), emoji: text() },
            Command::MessageReactRemove { at: at(), id: text(), emoji: text() },
            Command::Typing { at: at() },
            Command::UnreadsAck { at: at(), message_id: text() },
            Command::PollResults { message_id: text() },
            Command::PollVote { message_id: text(), option_ids: vec![text()] },
            Command::PollCreate { at: at(), question: text(), options: vec![text(), text()] },
            Command::PollEnd { message_id: text() },
            Command::ThreadCreate { channel: text(), name: text() },
            Command::ThreadUpdate { thread_id: text(), name: None, locked: Some(true), archived: None },
            Command::ThreadJoin { thread_id: text() },
            Command::ThreadLeave { thread_id: text() },
            Command::ThreadDelete { thread_id: text() },
            Command::StatusSet { status: "idle", text: Some(text()) },
            Command::SlashCall { channel: text(), command: text(), args: BTreeMap::from([(text(), Value::from(1))]) },
            Command::SlashList,
            Command::MessagesSearch { channel: text(), query: text() },
            Command::PingsGet { limit: 1, offset: 0 },
            Command::MessagePin { at: at(), id: text() },
            Command::MessageUnpin { at: at(), id: text() },
            Command::UnreadsCount { at: at() },
            Command::ChannelCreate { user: text() },
            Command::UserLeave { channel: None },
        ];
        for command in all {
            let sent: serde_json::Value = serde_json::from_str(&command.frame(None)).unwrap();
            assert_eq!(sent["cmd"], command.name());
        }
    }
}
