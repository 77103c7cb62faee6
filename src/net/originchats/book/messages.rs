//! Messages and what hangs on them; whom they call.

use super::{Book, EARLIEST, millis};
use crate::domain::message::{
    Attachment as NeutralFile, AttachmentKind, Embed as NeutralEmbed, EmbedField, EmbedImage, FileRef,
};
use crate::domain::{
    Bundle, ChatId, CleanText, Message as Neutral, MessageId, Poll, PollOption, ReactEmoji, Reaction, ReplyInfo,
    RichText, SpanKind, Tally, UserId, Wall,
};
use crate::net::originchats::markup;
use crate::net::originchats::names::file;
use crate::net::originchats::wire::{Attachment, Embed, Message, PollEmbed, Raw, Results};
use std::collections::HashSet;
use std::sync::Arc;

impl Book {
    /// A message of a chat.
    pub(in crate::net::originchats) fn message(&mut self, wire: Message, chat: ChatId) -> Neutral {
        let key = self.key(&wire.id, wire.timestamp);
        self.remember(key);
        let author = self.names.user(wire.user.wire());
        let at = self.date(wire.timestamp);
        let mentions_me = author != self.me && self.calls_me(&wire);
        // Most servers say that, but not when, a message was changed.
        let edited = wire.edited.then(|| self.date(wire.edited_at).or(at).unwrap_or(Wall(0)));
        let reply = wire.reply_to.map(|(to, _)| {
            let to = to.map(|to| self.names.message(to.wire()));
            Box::new(ReplyInfo { to, quote: None })
        });
        let mut poll = wire.embeds.iter().find_map(|embed| embed.poll.as_ref()).map(|poll| Box::new(self.poll(poll)));
        let body = match &mut poll {
            Some(poll) if wire.content.wire().trim().is_empty() => RichText::plain(std::mem::take(&mut poll.question)),
            _ => self.body(&wire.content),
        };
        let typed = (author == self.me && !wire.content.is_empty()).then(|| {
            let said = wire.content.clone().text();
            CleanText::new(&self.typed(&said))
        });
        let embeds = wire.embeds.iter().filter(|embed| embed.poll.is_none()).map(|embed| self.card(embed)).collect();
        let reactions = wire.reactions.iter().map(|(emoji, by)| self.reaction(emoji, by)).collect();
        Neutral {
            key,
            chat,
            author,
            at,
            edited,
            body,
            reply,
            attachments: wire.attachments.iter().map(|file| self.attachment(file)).collect(),
            embeds,
            poll,
            reactions,
            pinned: wire.pinned,
            used: wire.interaction.map(|(command, who)| Box::new((who.line(), command.line()))),
            shown_as: wire.shown_as.map(|name| name.line()).filter(|name| !name.trim().is_empty()),
            mentions_me,
            typed,
            ..Neutral::default()
        }
    }

    fn poll(&self, wire: &PollEmbed) -> Poll {
        let option = |(id, text, emoji): &(Raw, Raw, Option<Raw>)| PollOption {
            id: id.line(),
            text: text.line(),
            emoji: emoji.as_ref().map(Raw::line),
            ..PollOption::default()
        };
        Poll {
            question: wire.question.line(),
            options: wire.options.iter().map(option).collect(),
            several: wire.several,
            // Unlike other dates this one lies ahead, of whatever length.
            ends: wire.expires_at.map(millis).filter(|ends| ends.0 > EARLIEST),
            ..Poll::default()
        }
    }

    /// How a poll stands. `mine`: what we chose, where something else than the results tells it.
    pub(in crate::net::originchats) fn tally(&self, results: &Results, mine: Option<&[Raw]>) -> Tally {
        let told = results.options.iter().any(|(.., voted)| voted.is_some());
        let voted = || results.options.iter().filter(|(.., voted)| *voted == Some(true)).map(|(id, ..)| id.line());
        Tally {
            votes: results.options.iter().map(|(id, votes, _)| (id.line(), *votes)).collect(),
            mine: match mine {
                Some(mine) => Some(mine.iter().map(Raw::line).collect()),
                None => told.then(|| voted().collect()),
            },
            ended: results.ended,
        }
    }

    /// What was typed, formatted; names of people known here become mentions of them.
    pub(super) fn body(&mut self, content: &Raw) -> RichText {
        let mut body = markup::read(content.wire());
        let mut spans = body.spans.to_vec();
        for span in &mut spans {
            if span.kind == SpanKind::Mention(None)
                && let Some(name) = body.text.get(span.start as usize + 1..span.end as usize)
                && !name.starts_with('&')
            {
                let user = self.names.known_user(name).filter(|user| self.people.contains_key(user));
                span.kind = SpanKind::Mention(user);
            }
        }
        body.spans = spans.into();
        self.with_standins(body)
    }

    /// Messages of one chat, oldest first, each once; and those of their authors that no list told.
    pub(in crate::net::originchats) fn page(
        &mut self,
        wire: Vec<Message>,
        chat: ChatId,
    ) -> (Vec<Arc<Neutral>>, Bundle) {
        let mut page: Vec<Neutral> = wire.into_iter().map(|message| self.message(message, chat)).collect();
        page.sort_by_key(|message| message.key);
        page.dedup_by_key(|message| message.key.id);
        let authors: HashSet<UserId> = page.iter().map(|message| message.author).collect();
        let mut strangers: Vec<UserId> = authors.into_iter().filter(|user| !self.people.contains_key(user)).collect();
        strangers.sort_unstable();
        let users = strangers.into_iter().map(|user| self.user(user)).collect();
        (page.into_iter().map(Arc::new).collect(), Bundle { users, ..Bundle::default() })
    }

    /// One reaction with everybody who reacted so.
    fn reaction(&mut self, emoji: &Raw, by: &[Raw]) -> Reaction {
        let by: Vec<UserId> = by.iter().map(|user| self.names.user(user.wire())).collect();
        Reaction {
            emoji: self.emoji(emoji),
            count: u32::try_from(by.len()).unwrap_or(u32::MAX),
            mine: by.contains(&self.me),
            by: by.into(),
        }
    }

    /// What somebody reacts with. What cannot be shown as it is, and the server's own pictures, get an id.
    pub(super) fn emoji(&mut self, wire: &Raw) -> ReactEmoji {
        let text = wire.line();
        if text.as_str() == wire.wire() && !text.contains("://") && text.chars().count() <= 16 {
            ReactEmoji::Unicode(text)
        } else {
            ReactEmoji::Custom(self.custom_emoji(wire))
        }
    }

    /// How the wire names what one reacts with.
    #[must_use]
    pub fn emoji_wire(&self, emoji: &ReactEmoji) -> Option<String> {
        match emoji {
            ReactEmoji::Unicode(text) => Some(text.as_str().to_owned()),
            ReactEmoji::Custom(id) => self.names.emoji_name(*id).map(str::to_owned),
        }
    }

    /// Whether a message calls us: by what the server says of live ones; stored ones are read as the server would have.
    fn calls_me(&self, message: &Message) -> bool {
        let me = |name: &Raw| name.wire().to_lowercase() == self.my_name;
        let my_role = |name: &str| {
            let held = |role: &Raw| {
                role.wire() == name
                    || self
                        .roles
                        .iter()
                        .any(|known| known.name == *role && known.id.as_ref().is_some_and(|id| id.wire() == name))
            };
            self.my_roles.iter().any(held)
        };
        if let Some(pings) = &message.pings {
            return pings.users.iter().any(me)
                || pings.replies.iter().any(me)
                || pings.roles.iter().any(|role| my_role(role.wire()));
        }
        let answers_me = message.reply_to.as_ref().and_then(|(_, user)| user.as_ref()).is_some_and(me);
        if answers_me && message.ping != Some(false) {
            return true;
        }
        called(message.content.wire()).any(|name| match name.strip_prefix('&') {
            Some(role) => my_role(role),
            None => name.to_lowercase() == self.my_name,
        })
    }

    /// What the server keeps under an address, by its path there; `None` for what others keep, which is not asked for.
    fn kept(&self, id: &Raw, url: Option<&Raw>) -> Option<FileRef> {
        let address = url.map(Raw::line).unwrap_or_default();
        let is_whole = url.is_none_or(|url| address.as_str() == url.wire());
        let rest = ["https://", "http://"].iter().find_map(|scheme| address.strip_prefix(scheme));
        let path = rest.map_or(Some(address.as_str()), |rest| rest.strip_prefix(self.host.as_str()))?;
        let here = path.starts_with('/') && !path.starts_with("//") || rest.is_none() && path.is_empty();
        // Newer servers may leave it to be known.
        let plain = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let path = match path {
            "" if plain(id.wire()) => format!("/attachments/{}", id.wire()),
            path => path.to_owned(),
        };
        (here && is_whole).then(|| FileRef { id: file(id.wire()), address: CleanText::line(&path) })
    }

    fn card(&self, wire: &Embed) -> NeutralEmbed {
        let line = |raw: &Option<Raw>| raw.as_ref().map(Raw::line).filter(|text| !text.trim().is_empty());
        // Cards are shown plain: what marks them up is read, and left out.
        let plain = |raw: &Raw| markup::read(&raw.clone().text()).text;
        let plain_line = |raw: &Option<Raw>| {
            raw.as_ref().map(|raw| CleanText::line(&plain(raw))).filter(|text| !text.trim().is_empty())
        };
        let parts = wire.parts.iter();
        let fields = parts.map(|(name, value)| EmbedField { name: CleanText::line(&plain(name)), value: plain(value) });
        let image = |(url, width, height): &(Raw, u32, u32)| {
            let path = url.wire().split(['?', '#']).next().unwrap_or_default();
            let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
            let file = self.kept(&Raw::from(last), Some(url));
            Box::new(EmbedImage { name: CleanText::line(last), width: *width, height: *height, file })
        };
        NeutralEmbed {
            url: line(&wire.url).unwrap_or_default(),
            title: plain_line(&wire.title),
            description: wire.description.as_ref().map(plain).filter(|text| !text.trim().is_empty()),
            site: None,
            author: line(&wire.author),
            footer: line(&wire.footer),
            fields: fields.filter(|field| !(field.name.is_empty() && field.value.is_empty())).collect(),
            color: wire.color,
            image: wire.image.as_ref().map(image),
        }
    }

    fn attachment(&self, wire: &Attachment) -> NeutralFile {
        let (width, height) = (wire.width, wire.height);
        let kind = match wire.mime_type.wire().split('/').next() {
            Some("image") => AttachmentKind::Image { width, height },
            Some("video") => AttachmentKind::Video { width, height, seconds: 0 },
            Some("audio") => AttachmentKind::Audio { seconds: 0 },
            _ => AttachmentKind::File,
        };
        // What others keep is a link, whatever it looks like.
        let elsewhere = || {
            let address = wire.url.as_ref().map(Raw::line).unwrap_or_default();
            let address = if address.contains("://") { address } else { CleanText::line(&format!("https:{address}")) };
            FileRef { id: file(wire.id.wire()), address }
        };
        NeutralFile {
            file: self.kept(&wire.id, wire.url.as_ref()).unwrap_or_else(elsewhere),
            name: wire.name.line(),
            mimetype: wire.mime_type.line(),
            size: wire.size,
            kind,
            // Unlike other dates this one lies ahead, of whatever length.
            expires: wire.expires_at.map(millis).filter(|until| until.0 > EARLIEST),
        }
    }

    /// The chat that a message is the answer to, for matching where replies are not marked.
    #[must_use]
    pub fn message_id(&mut self, id: &Raw) -> MessageId {
        self.names.message(id.wire())
    }
}

/// The names behind `@` and `@&`, as servers find them: letters of ASCII, digits and underscores. Those of roles keep their `&`.
fn called(content: &str) -> impl Iterator<Item = &str> {
    content.match_indices('@').filter_map(|(at, _)| {
        let rest = content.get(at + 1..)?;
        let sign = usize::from(rest.starts_with('&'));
        let length = rest.get(sign..)?.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        (length > 0).then(|| rest.get(..sign + length)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn names_are_found_as_servers_find_them() {
        let found = |text| called(text).collect::<Vec<_>>();
        assert_eq!(found("hi @ada_1, @&staff: @@bob @ @& a@b"), ["ada_1", "&staff", "bob", "b"]);
        assert_eq!(found("@USR:local_dave @ädа"), ["USR"]);
    }
}
