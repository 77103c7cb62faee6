//! Writing a message: the one way for requests, forwards, system lines and scripted people alike.

use prost::Message as _;

use crate::net::osmium::wire;
use wire::types::message_entity::Entity;
use wire::updates::update::Update as Change;

use super::ids::Id;
use super::permissions::{MODIFY_CHANNEL, SEND_MEDIA, SEND_MESSAGES, holds};
use super::present;
use super::refusal::Refusal;
use super::server::Server;
use super::state::{ChatKey, Message};

/// The longest text, in UTF-16 code units.
pub(crate) const MAX_TEXT: usize = 4_000;

/// The most formatting one message may carry, in encoded bytes; keeps a page of history within a frame.
const MAX_FORMATTING: usize = 4_096;

/// The most attachments of one message.
pub(crate) const MAX_MEDIA: usize = 10;

/// How many messages wait for the script to look at them; more are not told to it.
const MAX_WRITTEN: usize = 1_000;

/// How many nonces are remembered.
const MAX_NONCES: usize = 4_096;

/// A message about to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// What it says.
    pub(crate) text: String,
    /// Formatting.
    pub(crate) entities: Vec<wire::types::MessageEntity>,
    /// Attachments.
    pub(crate) media: Vec<wire::media::MessageMedia>,
    /// Previews of its links, made by the server.
    pub(crate) previews: Vec<wire::media::MessageMedia>,
    /// The message it answers.
    pub(crate) reply_to: Option<Id>,
    /// The quoted part of it.
    pub(crate) quote: Option<wire::types::message::message_reply_info::Quote>,
    /// What a bot adds.
    pub(crate) bot_info: Option<wire::types::message::MessageBotInfo>,
    /// When the forwarded original was written.
    pub(crate) forwarded: Option<i64>,
    /// The client's nonce.
    pub(crate) nonce: Option<Id>,
    /// A value of `Message.MessageType`; anything but 0 is a system line and not checked.
    pub(crate) kind: i32,
}

/// Something a person wrote, for the scripted people to react to.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// Where.
    pub(crate) key: ChatKey,
    /// Its id.
    pub(crate) message: Id,
}

impl Server {
    /// Writes a message, tells everybody who may see the chat, and returns its id.
    pub(crate) fn post(&mut self, author: Id, key: ChatKey, mut draft: Draft) -> Result<Id, Refusal> {
        if let Some(known) = self.known_nonce(author, draft.nonce) {
            return Ok(known);
        }
        if draft.kind == 0 {
            self.check(author, key, &draft, draft.media.len())?;
        }
        clamp(&mut draft.entities, draft.text.encode_utf16().count());
        let mentions = self.mentions(author, key, &draft);
        let id = self.state.mint.next(self.now);
        let first = !self.state.chats.contains_key(&key);
        let chat = self.state.chats.entry(key).or_default();
        chat.written.insert(author, self.now);
        chat.push(Message {
            id,
            author,
            text: draft.text,
            entities: draft.entities,
            media: draft.media.into_iter().chain(draft.previews).collect(),
            reply_to: draft.reply_to,
            quote: draft.quote,
            forwarded: draft.forwarded,
            bot_info: draft.bot_info,
            kind: draft.kind,
            mentions,
            ..Message::default()
        });
        self.open(key);
        if let Some(nonce) = draft.nonce.filter(|_| self.quirks.dedupe_nonce) {
            self.nonces.push_back(((author, nonce), id));
            if self.nonces.len() > MAX_NONCES {
                self.nonces.pop_front();
            }
        }
        if first {
            self.tell_chat(key);
        }
        self.announce(key, id, author, draft.nonce);
        if self.listening && self.written.len() < MAX_WRITTEN {
            self.written.push(Written { key, message: id });
        }
        Ok(id)
    }

    /// The message that was written with this nonce, where that is remembered.
    pub(crate) fn known_nonce(&self, author: Id, nonce: Option<Id>) -> Option<Id> {
        let wanted = (author, nonce?);
        self.nonces.iter().rev().find(|(known, _)| *known == wanted).map(|(_, id)| *id)
    }

    fn announce(&mut self, key: ChatKey, id: Id, author: Id, nonce: Option<Id>) {
        let writer = self.user(author);
        self.tell_viewers_of(key, |server, user| {
            let chat = server.state.chat(key);
            Some(Change::MessageCreated(wire::updates::UpdateMessageCreated {
                message: Some(present::message(chat.get(id)?, key, user)),
                channel_unread_count: chat.unread(user),
                author: writer.clone(),
                client_id: nonce.filter(|_| user == author),
            }))
        });
    }

    /// Puts a private conversation into the lists of those who take part.
    pub(crate) fn open(&mut self, key: ChatKey) {
        let takers = match key {
            ChatKey::Direct(one, other) => vec![one, other],
            ChatKey::Saved(owner) => vec![owner],
            ChatKey::Group(id) => {
                self.state.groups.get(&id).map(|group| group.members.keys().copied().collect()).unwrap_or_default()
            }
            ChatKey::Channel(..) => Vec::new(),
        };
        for taker in takers {
            if let Some(person) = self.state.people.get_mut(&taker) {
                person.chats.insert(key);
            }
        }
    }

    /// Tells everybody in a private conversation what it is now.
    pub(crate) fn tell_chat(&mut self, key: ChatKey) {
        self.tell_viewers(key, |server, user| {
            Change::Chat(Box::new(wire::updates::UpdateChat { chat: Some(server.chat_for(key, user)) }))
        });
    }

    /// Refuses a message that may not be written here and now. `media`: how many attachments it will have.
    pub(crate) fn check(&self, author: Id, key: ChatKey, draft: &Draft, media: usize) -> Result<(), Refusal> {
        if !self.state.sees(author, key) {
            return Err(Refusal::missing("chat"));
        }
        self.state.require(author, key, SEND_MESSAGES, "write messages")?;
        if media > 0 {
            self.state.require(author, key, SEND_MEDIA, "attach files")?;
        }
        check_content(&draft.text, &draft.entities, media)?;
        match key {
            ChatKey::Channel(_, id) => self.check_channel(author, key, id)?,
            ChatKey::Direct(one, other) => {
                let peer = if author == one { other } else { one };
                if self.state.blocks(peer, author) || self.state.blocks(author, peer) {
                    return Err(Refusal::forbidden("One of you has blocked the other."));
                }
            }
            ChatKey::Group(_) | ChatKey::Saved(_) => {}
        }
        match draft.reply_to {
            Some(target) if self.state.chat(key).get(target).is_none() => Err(Refusal::missing("message to answer")),
            _ => Ok(()),
        }
    }

    fn check_channel(&self, author: Id, key: ChatKey, id: Id) -> Result<(), Refusal> {
        let Some(channel) = self.state.channels.get(&id) else { return Err(Refusal::missing("channel")) };
        if channel.kind == wire::types::ChannelType::Category as i32 {
            return Err(Refusal::malformed("A category holds channels, not messages."));
        }
        let pause = i64::from(channel.slowmode.unwrap_or(0)) * 1_000;
        let exempt = holds(self.state.rights(author, key), MODIFY_CHANNEL);
        if let Some(last) = self.state.chat(key).written.get(&author).filter(|_| pause > 0 && !exempt) {
            let left = last + pause - self.now;
            if left > 0 {
                let seconds = (left + 999) / 1_000;
                return Err(Refusal::too_often(format!("Slow mode is on here: you can write again in {seconds} s.")));
            }
        }
        Ok(())
    }

    /// Who is mentioned: people named by an entity, and the author of the answered message.
    pub(crate) fn mentions(&self, author: Id, key: ChatKey, draft: &Draft) -> Vec<Id> {
        let units: Vec<u16> = draft.text.encode_utf16().collect();
        let mut found = Vec::new();
        for entity in &draft.entities {
            let start = entity.start_index as usize;
            let Some(span) = units.get(start..start.saturating_add(entity.length as usize)) else { continue };
            let span = String::from_utf16_lossy(span);
            match entity.entity {
                Some(Entity::Username(true)) => found.extend(self.state.by_username(&span).map(|person| person.id)),
                Some(Entity::UserMention(_)) => {
                    let by_id = span.trim_start_matches('@').parse::<Id>().ok();
                    let by_id = by_id.filter(|id| self.state.people.contains_key(id));
                    found.extend(by_id.or_else(|| self.state.by_username(&span).map(|person| person.id)));
                }
                _ => {}
            }
        }
        found.extend(draft.reply_to.and_then(|id| self.state.chat(key).get(id)).map(|target| target.author));
        found.retain(|id| *id != author && self.state.sees(*id, key));
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Refuses what no message may contain.
pub(crate) fn check_content(text: &str, entities: &[wire::types::MessageEntity], media: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() && media == 0 {
        return Err(Refusal::malformed("A message needs a text or an attachment."));
    }
    if text.encode_utf16().count() > MAX_TEXT {
        return Err(Refusal::malformed(format!("The message is too long; at most {MAX_TEXT} characters fit.")));
    }
    if media > MAX_MEDIA {
        return Err(Refusal::malformed(format!("At most {MAX_MEDIA} attachments fit into one message.")));
    }
    if entities.iter().map(wire::types::MessageEntity::encoded_len).sum::<usize>() > MAX_FORMATTING {
        return Err(Refusal::malformed("The message has too much formatting."));
    }
    Ok(())
}

/// Cuts spans to the text and drops those that are empty then.
pub(crate) fn clamp(entities: &mut Vec<wire::types::MessageEntity>, length: usize) {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    entities.retain_mut(|entity| {
        entity.start_index = entity.start_index.min(length);
        entity.length = entity.length.min(length - entity.start_index);
        entity.length > 0
    });
}
