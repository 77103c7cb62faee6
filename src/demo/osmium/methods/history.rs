//! `messages`: history, search, pins and unread mentions.

use prost::Message as _;

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::messages as api;

use super::super::ids::Id;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::chat::Page;
use super::super::state::{ChatKey, Message};

/// Messages of a page when the client does not say.
const DEFAULT_PAGE: u32 = 50;
/// Messages of a page at most.
const MAX_PAGE: u32 = 100;
/// Results of a search at most.
const SEARCH_PAGE: usize = 25;
/// Messages of a page at most, in encoded bytes; leaves room in a frame for the people.
const MAX_PAGE_BYTES: usize = 786_432;

impl Server {
    /// A page of a conversation.
    pub(crate) fn get_history(&mut self, caller: Caller, request: api::GetHistory) -> Reply {
        use api::get_history::Offset;
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let page = match request.offset {
            None => Page::Latest,
            Some(Offset::Since(id)) => Page::Since(id),
            Some(Offset::Before(id)) => Page::Before(id),
            Some(Offset::Around(id)) => Page::Around(id),
        };
        let limit = request.limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE) as usize;
        let found = fit(self.state.chat(key).page(page, limit), key, caller.user);
        Ok(Some(Answer::Messages(self.bundle(key, caller.user, &found))))
    }

    /// The pinned messages, newest first.
    pub(crate) fn get_pinned_messages(&mut self, caller: Caller, request: api::GetPinnedMessages) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let pinned = self.state.chat(key).messages.iter().rev().filter(|message| message.pinned);
        let found = fit(pinned.take(MAX_PAGE as usize).collect(), key, caller.user);
        Ok(Some(Answer::Messages(self.bundle(key, caller.user, &found))))
    }

    /// Where the caller is mentioned and has not read yet.
    pub(crate) fn get_unread_mentions(&mut self, caller: Caller, request: api::GetUnreadMentions) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let message_ids = self.state.chat(key).unread_mentions(caller.user);
        Ok(Some(Answer::UnreadMentions(api::UnreadMentions { message_ids })))
    }

    /// Messages that contain every word of the query, case not minded, newest first. An unscoped search in a channel
    /// covers the whole community, as far as the caller may see it.
    pub(crate) fn search_messages(&mut self, caller: Caller, request: api::Search) -> Reply {
        use api::search::Offset;
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let words: Vec<String> = request.query.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Err(Refusal::malformed("Type something to search for."));
        }
        let keys: Vec<ChatKey> = match key {
            ChatKey::Channel(community, _) if !request.scoped => self
                .state
                .channels_of(community)
                .into_iter()
                .map(|channel| ChatKey::Channel(community, channel.id))
                .filter(|key| self.state.sees(caller.user, *key))
                .collect(),
            _ => vec![key],
        };
        let within = |id: Id| match request.offset {
            None => true,
            Some(Offset::Since(edge)) => id > edge,
            Some(Offset::Before(edge)) => id < edge,
        };
        let mut found: Vec<(ChatKey, &Message)> = keys
            .iter()
            .flat_map(|key| self.state.chat(*key).messages.iter().map(|message| (*key, message)))
            .filter(|(_, message)| within(message.id) && matches(message, &words))
            .collect();
        found.sort_by_key(|(_, message)| std::cmp::Reverse(message.id));
        if matches!(request.offset, Some(Offset::Since(_))) {
            found.reverse();
        }
        found.truncate(SEARCH_PAGE);
        let mut answer = wire::messages::Messages::default();
        for (key, message) in found {
            let one = self.bundle(key, caller.user, &[message]);
            answer.messages.extend(one.messages);
            answer.reactions.extend(one.reactions);
            answer.users.extend(one.users);
            answer.members.extend(one.members);
        }
        answer.users.sort_by_key(|user| user.id);
        answer.users.dedup_by_key(|user| user.id);
        answer.members.sort_by_key(|member| member.id);
        answer.members.dedup_by_key(|member| member.id);
        Ok(Some(Answer::Messages(answer)))
    }
}

fn matches(message: &Message, words: &[String]) -> bool {
    let text = message.text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}

/// Leaves out what would not fit into a frame. With the limits on one message this happens only when a page is full of
/// the longest messages possible.
fn fit(found: Vec<&Message>, key: ChatKey, viewer: Id) -> Vec<&Message> {
    let mut bytes = 0;
    found
        .into_iter()
        .take_while(|message| {
            bytes += super::super::present::message(message, key, viewer).encoded_len() + 16;
            bytes <= MAX_PAGE_BYTES
        })
        .collect()
}
