//! `chats`: the caller's conversations, how far they are read, who is typing.

use crate::net::osmium::wire;
use wire::chats as api;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::permissions::SEND_MESSAGES;
use super::super::present;
use super::super::refusal::Reply;
use super::super::server::{Caller, ConnectionId, Server};
use super::super::state::ChatKey;

/// Conversations of one answer when the client does not say.
const DEFAULT_PAGE: u32 = 50;
/// Conversations of one answer at most.
const MAX_PAGE: u32 = 100;

impl Server {
    /// Direct conversations, groups and saved messages of the caller, newest first. The cursors are compared with
    /// `last_message_id`, because that is what the list is sorted by.
    pub(crate) fn get_chats(&mut self, caller: Caller, request: &api::GetChats) -> Reply {
        let Some(person) = self.state.people.get(&caller.user) else { return Ok(None) };
        let mut found: Vec<(Id, ChatKey)> = person
            .chats
            .iter()
            .filter(|key| self.state.sees(caller.user, **key))
            .map(|key| (self.conversation(*key, caller.user).last_message_id, *key))
            .filter(|(last, _)| request.max_id.is_none_or(|edge| *last < edge))
            .filter(|(last, _)| request.min_id.is_none_or(|edge| *last > edge))
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.truncate(request.limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE) as usize);
        let mut answer = api::Chats::default();
        let mut people = vec![caller.user];
        for (_, key) in found {
            answer.chats.push(self.conversation(key, caller.user));
            if let Some(last) = self.state.chat(key).last() {
                people.push(last.author);
                answer.messages.push(present::message(last, key, caller.user));
            }
            match key {
                ChatKey::Direct(one, other) => people.extend([one, other]),
                ChatKey::Group(id) => {
                    if let Some(group) = self.state.groups.get(&id) {
                        people.extend(group.members.keys().copied());
                        answer.groups.push(self.group_for(group, caller.user));
                    }
                }
                ChatKey::Saved(_) | ChatKey::Channel(..) => {}
            }
        }
        answer.users = self.users(people);
        Ok(Some(Answer::Chats(answer)))
    }

    /// One conversation.
    pub(crate) fn get_chat(&mut self, caller: Caller, request: api::GetChat) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        Ok(Some(Answer::Chat(Box::new(self.chat_for(key, caller.user)))))
    }

    /// Moves the caller's read mark forward and tells their other sessions.
    pub(crate) fn mark_chat_read(&mut self, caller: Caller, request: api::MarkChatRead) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        self.mark(caller.user, key, request.message_id, Some(caller.connection));
        Ok(None)
    }

    /// Moves somebody's read mark forward and tells their sessions, except the one that asked for it.
    pub(crate) fn mark(&mut self, user: Id, key: ChatKey, id: Id, asked: Option<ConnectionId>) {
        let moved = self.state.chats.get_mut(&key).is_some_and(|chat| chat.mark(user, id));
        if !moved {
            return;
        }
        let now = self.conversation(key, user);
        let change = Change::ConversationLastRead(wire::updates::UpdateConversationLastRead {
            chat_ref: now.chat_ref,
            last_read_message_id: now.last_read_message_id,
            unread_count: Some(now.unread_count),
            unread_mentions_count: Some(now.unread_mentions_count),
        });
        self.tell_person(user, asked, &change);
    }

    /// Says that the caller is typing, or stopped.
    pub(crate) fn set_typing(&mut self, caller: Caller, request: api::SetTyping) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        self.state.require(caller.user, key, SEND_MESSAGES, "write messages")?;
        self.type_in(caller.user, key, request.typing, request.action);
        Ok(None)
    }

    /// Tells everybody else in a chat whether somebody is typing. It lapses at the client, not here.
    pub(crate) fn type_in(&mut self, user_id: Id, key: ChatKey, typing: bool, action: Option<i32>) {
        self.tell_viewers_of(key, |_, viewer| {
            (viewer != user_id).then(|| {
                let chat_ref = Some(key.seen_by(viewer));
                Change::ChatTyping(wire::updates::UpdateChatTyping { chat_ref, user_id, typing, action })
            })
        });
    }
}
