//! What few messages of a world have: the network's own emoji, passed-on ones, quotes, and what bots add.

use crate::net::osmium::wire;
use wire::media::file_metadata::{Metadata, MetadataCustomEmoji};
use wire::types::message::{MessageBotInfo, message_bot_info, message_reply_info::Quote};
use wire::types::message_button::{Action, MessageButtonClipboard, MessageButtonInteraction, MessageButtonUrl};
use wire::types::message_entity::{CustomEmojiEntity, Entity};

use super::super::ids::{Id, Sort, fixed, moment};
use super::chat::Message;
use super::{ChatKey, State, StoredFile};

/// Emoji of each community: name and stand-in.
const EMOJI: &[(&str, &str)] = &[("crab", "🦀"), ("hooray", "🎉"), ("inkblot", "🖤")];
/// Messages of a channel at most in which they stand.
const SHOWN: usize = 3;
/// Words of a quote.
const QUOTED: usize = 6;

impl State {
    /// Dresses a world that is loaded.
    pub(super) fn dress(&mut self) {
        self.dress_communities();
        let keys: Vec<ChatKey> = self.chats.keys().copied().collect();
        for key in keys {
            self.dress_talk(key);
        }
        self.dress_bots();
    }

    fn dress_communities(&mut self) {
        let picture = self.files.values().find(|file| file.facts.mimetype.starts_with("image/")).cloned();
        let Some(picture) = picture else { return };
        let ids: Vec<Id> = self.communities.keys().copied().collect();
        for (place, community) in ids.into_iter().enumerate() {
            for (index, (name, emoji)) in EMOJI.iter().enumerate() {
                let file_id = fixed(Sort::Emoji, place * EMOJI.len() + index);
                let told = MetadataCustomEmoji {
                    width: 32,
                    height: 32,
                    emoji: (*emoji).to_owned(),
                    pack: Some(wire::refs::StickerPackRef { id: community }),
                    animated: false,
                };
                let facts = wire::media::File {
                    file_id,
                    filename: Some(format!("{name}.png")),
                    metadata: Some(wire::media::FileMetadata { metadata: Some(Metadata::CustomEmoji(told)) }),
                    ..picture.facts.clone()
                };
                self.files.insert(file_id, StoredFile { facts, bytes: picture.bytes.clone() });
                if let Some(known) = self.communities.get_mut(&community) {
                    known.emoji.push(file_id);
                }
            }
        }
    }

    fn dress_talk(&mut self, key: ChatKey) {
        let own = match key {
            ChatKey::Channel(community, _) => self.communities.get(&community).map(|known| known.emoji.clone()),
            _ => None,
        };
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if let Some(own) = own {
            let plain = chat.messages.iter_mut().filter(|message| message.kind == 0 && message.entities.is_empty());
            let spanned = plain.filter_map(|message| {
                let (at, id, length) = EMOJI.iter().zip(&own).find_map(|((_, emoji), id)| {
                    let at = message.text.split_once(emoji)?.0.encode_utf16().count();
                    Some((at, *id, emoji.encode_utf16().count()))
                })?;
                message.entities.push(wire::types::MessageEntity {
                    start_index: u32::try_from(at).ok()?,
                    length: u32::try_from(length).ok()?,
                    entity: Some(Entity::CustomEmoji(CustomEmojiEntity { emoji_id: id })),
                });
                Some(())
            });
            spanned.take(SHOWN).for_each(drop);
        }
        if let ChatKey::Saved(_) | ChatKey::Group(_) = key
            && let Some(first) =
                chat.messages.iter_mut().find(|message| message.kind == 0 && message.reply_to.is_none())
        {
            first.forwarded = Some(moment(first.id).saturating_sub(86_400_000));
        }
        let quote = chat.messages.iter().find_map(|message| {
            let answered = chat.get(message.reply_to?)?;
            let words: Vec<&str> = answered.text.split(' ').take(QUOTED + 1).collect();
            (words.len() > QUOTED).then(|| (message.id, words.get(..QUOTED).unwrap_or_default().join(" ")))
        });
        if let Some((id, words)) = quote
            && let Some(message) = chat.get_mut(id)
        {
            message.quote = Some(Quote { message: words, entities: Vec::new(), offset: Some(0) });
        }
    }

    /// The newest message of each bot shows another name and has buttons.
    fn dress_bots(&mut self) {
        let bots: Vec<(Id, String)> =
            self.people.values().filter(|person| person.bot).map(|bot| (bot.id, bot.name.clone())).collect();
        for (bot, name) in bots {
            let newest = self.chats.iter().filter_map(|(key, chat)| {
                let own = |message: &&Message| message.author == bot && message.kind == 0;
                chat.messages.iter().rev().find(own).map(|message| (message.id, *key))
            });
            let Some((id, key)) = newest.max_by_key(|(id, _)| *id) else { continue };
            if let Some(message) = self.chats.get_mut(&key).and_then(|chat| chat.get_mut(id)) {
                message.bot_info = Some(info(&name, &message.text));
            }
        }
    }
}

fn info(name: &str, text: &str) -> MessageBotInfo {
    let first = text.lines().next().unwrap_or_default();
    let button = |label: &str, action| wire::types::MessageButton { label: label.to_owned(), action: Some(action) };
    let again = Action::Interaction(MessageButtonInteraction { data: "again".to_owned() });
    let status = Action::Interaction(MessageButtonInteraction { data: "status".to_owned() });
    let read = Action::Url(MessageButtonUrl { url: "https://example.org/builds".to_owned() });
    let copy = Action::Clipboard(MessageButtonClipboard { text: first.to_owned() });
    let row = |buttons| message_bot_info::buttons::ButtonRow { buttons };
    let rows = vec![
        row(vec![button("Run again", again), button("Status", status)]),
        row(vec![button("Read more", read), button("Copy", copy)]),
    ];
    MessageBotInfo {
        cloak: Some(message_bot_info::MessageCloak { name: format!("{name} on duty"), photo: None }),
        buttons: Some(message_bot_info::Buttons { rows }),
    }
}
