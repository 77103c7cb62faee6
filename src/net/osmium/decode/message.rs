//! Messages, their text, files, previews, buttons and reactions.

use super::chat::key_of;
use super::{Decoder, line, optional_line};
use crate::domain::id::EmojiId;
use crate::domain::message::{Attachment, AttachmentKind, Button, Embed, EmbedImage, FileRef, Forwarded, Press};
use crate::domain::{
    Bundle, ChatId, CleanText, FileId, Id, Message, MessageId, MessageKind, ReactEmoji, Reaction, ReplyInfo, RichText,
    SpanKind, UserId, Wall,
};
use crate::net::osmium::defaults::SPANS_LIMIT;
use crate::net::osmium::wire::media::{self, file_metadata::Metadata, message_media::Media};
use crate::net::osmium::wire::types::{
    self, message::MessageReplyInfo, message::MessageType, message_button::Action, message_entity::Entity,
};
use crate::net::osmium::wire::{messages, reactions, reactions::reaction_emoji::Emoji};
use crate::net::osmium::{ids, time};
use std::collections::HashMap;
use std::sync::Arc;

impl Decoder {
    /// A message. In the chat it says, unless the caller knows better: a reply about one chat is about that chat.
    pub fn message(&mut self, wire: types::Message, chat: Option<ChatId>) -> Option<Message> {
        let chat = match chat {
            Some(chat) => chat,
            None => self.chat_with(wire.chat_ref.as_ref(), wire.author_id)?,
        };
        if wire.message_id == 0 {
            self.skipped.count("message without an id");
            return None;
        }
        let at = self.date_of(wire.message_id);
        // A message that was changed keeps its mark even where the date cannot be true.
        let edited = wire
            .edited_at
            .filter(|&date| date != 0)
            .map(|date| time::plausible(time::of_number(date), self.now).or(at).unwrap_or(Wall(0)));
        let (attachments, embeds) = if wire.media.is_empty() { Default::default() } else { self.media(wire.media) };
        let (shown_as, buttons) = match wire.bot_info {
            Some(info) => self.bot_info(*info),
            None => (None, Box::default()),
        };
        Some(Message {
            key: key_of(wire.message_id),
            chat,
            author: UserId(Id(u128::from(wire.author_id))),
            at,
            edited,
            kind: self.message_kind(wire.r#type),
            reply: self.reply(wire.reply, wire.reply_to),
            body: self.rich_text(wire.message, wire.entities),
            attachments,
            embeds,
            reactions: Box::default(),
            forwarded: wire.forward.map(|from| {
                let date = from.date.filter(|&date| date != 0).map(time::of_number);
                Box::new(Forwarded { at: date.and_then(|date| time::plausible(date, self.now)) })
            }),
            pinned: wire.pinned.unwrap_or(false),
            shown_as,
            buttons,
            used: None,
            poll: None,
            typed: None,
            mentions_me: false,
        })
    }

    /// A page of messages of one chat, oldest first, each once, with its reactions; and the people in it.
    pub fn messages(&mut self, wire: messages::Messages, chat: ChatId) -> (Vec<Arc<Message>>, Bundle) {
        let mut reactions: HashMap<u64, Box<[Reaction]>> =
            wire.reactions.into_iter().map(|of| (of.message_id, self.reactions(of.reaction_fields))).collect();
        let mut page: Vec<Message> = Vec::with_capacity(wire.messages.len());
        for message in wire.messages {
            let id = message.message_id;
            if let Some(mut message) = self.message(message, Some(chat)) {
                message.reactions = reactions.remove(&id).unwrap_or_default();
                page.push(message);
            }
        }
        page.sort_by_key(|message| message.key);
        page.dedup_by_key(|message| message.key);
        let community = match ids::reference_of(chat).and_then(|place| place.r#ref) {
            Some(crate::net::osmium::wire::refs::chat_ref::Ref::Channel(place)) => place.community_id,
            _ => 0,
        };
        let members = if community == 0 { Vec::new() } else { self.members(wire.members, community) };
        let bundle = Bundle { users: self.users(wire.users), members, ..Bundle::default() };
        (page.into_iter().map(Arc::new).collect(), bundle)
    }

    fn message_kind(&mut self, wire: Option<i32>) -> MessageKind {
        match wire.map(MessageType::try_from) {
            None | Some(Ok(MessageType::Unknown)) => MessageKind::Ordinary,
            Some(Ok(MessageType::Call)) => MessageKind::Call,
            Some(Ok(MessageType::Join)) => MessageKind::Join,
            Some(Ok(MessageType::Leave)) => MessageKind::Leave,
            Some(Err(_)) => {
                self.skipped.count("kind of message");
                MessageKind::Unknown
            }
        }
    }

    /// What a message answers: the newer field, else the older one. One without an id answers a message that is gone.
    fn reply(&mut self, reply: Option<Box<MessageReplyInfo>>, older: Option<u64>) -> Option<Box<ReplyInfo>> {
        match (reply, older) {
            (Some(reply), older) => {
                let to = reply.message_id.or(older).and_then(ids::message);
                let quote = reply.quote.map(|quote| self.rich_text(quote.message, quote.entities));
                Some(Box::new(ReplyInfo { to, quote: quote.filter(|quote| !quote.text.is_empty()) }))
            }
            (None, Some(older)) => ids::message(older).map(|to| Box::new(ReplyInfo { to: Some(to), quote: None })),
            (None, None) => None,
        }
    }

    /// Text with its formatting; offsets of the wire count UTF-16 code units.
    pub fn rich_text(&mut self, text: String, entities: Vec<types::MessageEntity>) -> RichText {
        if entities.is_empty() {
            return RichText::plain(CleanText::from_owned(text));
        }
        if entities.len() > SPANS_LIMIT {
            self.skipped.count("formatting beyond the limit");
        }
        let spans = entities
            .into_iter()
            .take(SPANS_LIMIT)
            .filter_map(|entity| {
                let kind = span_kind(entity.entity);
                if kind.is_none() {
                    self.skipped.count("formatting");
                }
                Some((entity.start_index, entity.length, kind?))
            })
            .collect();
        RichText::from_utf16(text, spans)
    }

    fn media(&mut self, wire: Vec<media::MessageMedia>) -> (Box<[Attachment]>, Box<[Embed]>) {
        let mut files = Vec::new();
        let mut embeds = Vec::new();
        for medium in wire {
            match medium.media {
                Some(Media::File(media::MediaFile { file: Some(file) })) => files.push(self.attachment(file)),
                Some(Media::Embed(embed)) => embeds.push(self.embed(*embed)),
                Some(Media::File(media::MediaFile { file: None })) | None => self.skipped.count("attachment"),
            }
        }
        (files.into(), embeds.into())
    }

    fn attachment(&mut self, wire: media::File) -> Attachment {
        let kind = match wire.metadata.and_then(|metadata| metadata.metadata) {
            Some(Metadata::Image(image)) => AttachmentKind::Image { width: image.width, height: image.height },
            Some(Metadata::Video(video)) => {
                AttachmentKind::Video { width: video.width, height: video.height, seconds: video.duration }
            }
            Some(Metadata::Audio(audio)) => AttachmentKind::Audio { seconds: audio.duration },
            Some(Metadata::CustomEmoji(emoji)) => AttachmentKind::Image { width: emoji.width, height: emoji.height },
            Some(Metadata::File(_)) | None => AttachmentKind::File,
        };
        Attachment {
            file: file_ref(wire.file_id),
            name: optional_line(wire.filename).unwrap_or_default(),
            mimetype: line(wire.mimetype),
            size: wire.size,
            kind,
            expires: None,
        }
    }

    fn embed(&mut self, wire: media::MediaEmbed) -> Embed {
        let image = wire.file.filter(|file| file.file_id != 0).map(|file| {
            let file = self.attachment(file);
            let (width, height) = match file.kind {
                AttachmentKind::Image { width, height } | AttachmentKind::Video { width, height, .. } => {
                    (width, height)
                }
                AttachmentKind::Audio { .. } | AttachmentKind::File => (0, 0),
            };
            Box::new(EmbedImage { name: file.name, width, height, file: Some(file.file) })
        });
        Embed {
            url: line(wire.url),
            title: optional_line(wire.title),
            description: wire.description.filter(|text| !text.is_empty()).map(CleanText::from_owned),
            site: optional_line(wire.website_name),
            author: optional_line(wire.author_name),
            image,
            ..Embed::default()
        }
    }

    fn bot_info(&mut self, wire: types::message::MessageBotInfo) -> (Option<CleanText>, Box<[Button]>) {
        let shown_as = wire.cloak.and_then(|cloak| optional_line(Some(cloak.name)));
        let rows = wire.buttons.unwrap_or_default().rows.into_iter().zip(0..ROWS);
        let all = rows.flat_map(|(buttons, row)| buttons.buttons.into_iter().map(move |button| (button, row)));
        let buttons = all.filter_map(|(button, row)| {
            let does = match button.action {
                Some(Action::Url(link)) => Press::Open(line(link.url)),
                Some(Action::Clipboard(text)) => Press::Copy(CleanText::from_owned(text.text)),
                Some(Action::Interaction(told)) => {
                    let data = CleanText::new(&told.data);
                    if data.as_str() != told.data {
                        // It would come back to the bot as something else.
                        self.skipped.count("button");
                        return None;
                    }
                    Press::Tell((!data.is_empty()).then_some(data))
                }
                None => {
                    self.skipped.count("button");
                    return None;
                }
            };
            Some(Button { label: line(button.label), row, does })
        });
        (shown_as, buttons.collect())
    }

    /// The reactions to a message.
    pub fn reactions(&mut self, wire: Vec<reactions::MessageReactionField>) -> Box<[Reaction]> {
        wire.into_iter()
            .filter_map(|field| {
                let emoji = match field.emoji.and_then(|emoji| emoji.emoji) {
                    Some(Emoji::UnicodeEmoji(text)) if !text.is_empty() => ReactEmoji::Unicode(line(text)),
                    Some(Emoji::CustomEmoji(id)) => ReactEmoji::Custom(EmojiId(Id(u128::from(id)))),
                    Some(Emoji::UnicodeEmoji(_)) | None => {
                        self.skipped.count("reaction");
                        return None;
                    }
                };
                let by = field.preview_user_ids.into_iter().filter_map(ids::user).collect();
                Some(Reaction { emoji, count: field.count, mine: field.me, by })
            })
            .collect()
    }

    /// Ids of messages; 0 names none.
    pub(in crate::net::osmium) fn message_ids(&mut self, wire: Vec<u64>) -> Vec<MessageId> {
        wire.into_iter().filter_map(ids::message).collect()
    }
}

/// Most rows of buttons that are looked at; servers take 5.
const ROWS: u8 = 25;

fn file_ref(id: u64) -> FileRef {
    FileRef { id: FileId(Id(u128::from(id))), address: CleanText::default() }
}

/// What a span means; `None` for a kind that nib does not know, and for a mark that is sent as not set.
fn span_kind(entity: Option<Entity>) -> Option<SpanKind> {
    match entity? {
        Entity::Bold(true) => Some(SpanKind::Bold),
        Entity::Italic(true) => Some(SpanKind::Italic),
        Entity::Underline(true) => Some(SpanKind::Underline),
        Entity::Strikethrough(true) => Some(SpanKind::Strike),
        Entity::Code(true) => Some(SpanKind::Code),
        Entity::Url(true) => Some(SpanKind::Link),
        Entity::Username(true) => Some(SpanKind::Mention(None)),
        Entity::Spoiler(_) => Some(SpanKind::Spoiler),
        Entity::Pre(pre) => Some(SpanKind::CodeBlock(optional_line(pre.language))),
        Entity::TextUrl(link) => Some(SpanKind::MaskedLink(line(link.url))),
        Entity::CustomEmoji(emoji) => Some(SpanKind::Emoji(EmojiId(Id(u128::from(emoji.emoji_id))))),
        // The kind that mentions by id does not carry the id.
        Entity::UserMention(_) => Some(SpanKind::Mention(None)),
        Entity::Bold(false)
        | Entity::Italic(false)
        | Entity::Underline(false)
        | Entity::Strikethrough(false)
        | Entity::Code(false)
        | Entity::Url(false)
        | Entity::Username(false) => None,
    }
}
