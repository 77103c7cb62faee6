//! `messages`: writing, editing, deleting, pinning, forwarding.

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::messages as api;
use wire::updates::update::Update as Change;

use super::super::ids::{Id, moment};
use super::super::permissions::{DELETE_MESSAGES, PIN_MESSAGES, SEND_MEDIA};
use super::super::post::{Draft, check_content, clamp};
use super::super::previews::is_preview;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::ChatKey;

/// The most messages named by one request.
const MAX_IDS: usize = 100;

/// The longest quote, in encoded bytes.
const MAX_QUOTE: usize = 1_024;

impl Server {
    /// Writes a message.
    pub(crate) fn send_message(&mut self, caller: Caller, request: api::SendMessage) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let (reply_to, quote) = match request.reply_to {
            Some(reply) => (Some(reply.message_id), reply.quote),
            None => (request.reply_to_old, None),
        };
        let quote = quote.map(|quote| wire::types::message::message_reply_info::Quote {
            message: quote.message,
            entities: quote.entities,
            offset: quote.offset,
        });
        if quote.as_ref().is_some_and(|quote| prost::Message::encoded_len(quote) > MAX_QUOTE) {
            return Err(Refusal::malformed("The quote is too long."));
        }
        let bot_info = self.bot_info(caller.user, request.bot_info)?;
        let previews = match request.suppress_embeds {
            true => Vec::new(),
            false => self.previews(&request.message, &request.entities),
        };
        let mut draft = Draft {
            previews,
            text: request.message,
            entities: request.entities,
            reply_to: reply_to.filter(|id| *id != 0),
            quote,
            bot_info,
            nonce: request.client_id,
            ..Draft::default()
        };
        // A message that is refused, or known already, must not use its uploads up.
        if self.known_nonce(caller.user, draft.nonce).is_none() {
            self.check(caller.user, key, &draft, request.media.len())?;
            draft.media = self.attach(caller.user, request.media)?;
        }
        let message_id = self.post(caller.user, key, draft)?;
        Ok(Some(Answer::SentMessage(api::SentMessage { message_id })))
    }

    /// What a bot may add to its messages; from others it is ignored.
    fn bot_info(
        &self,
        author: Id,
        given: Option<api::send_message::BotInfo>,
    ) -> Result<Option<wire::types::message::MessageBotInfo>, Refusal> {
        use wire::types::message::{MessageBotInfo, message_bot_info::MessageCloak};
        let Some(given) = given.filter(|_| self.state.people.get(&author).is_some_and(|person| person.bot)) else {
            return Ok(None);
        };
        let cloak = given.cloak.map(|cloak| MessageCloak { name: cloak.name, photo: self.photo(cloak.photo_id) });
        let buttons = given.buttons.map(buttons).transpose()?;
        Ok(Some(MessageBotInfo { cloak, buttons }))
    }

    /// Changes an own message.
    pub(crate) fn edit_message(&mut self, caller: Caller, request: api::EditMessage) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let Some(old) = self.state.chat(key).get(request.message_id) else { return Err(Refusal::missing("message")) };
        if old.author != caller.user || old.kind != 0 {
            return Err(Refusal::forbidden("You can edit your own messages only."));
        }
        let mut changed = old.clone();
        if !request.media.is_empty() {
            self.state.require(caller.user, key, SEND_MEDIA, "attach files")?;
            changed.media = self.attach(caller.user, request.media)?;
        }
        if request.remove_media {
            changed.media.clear();
        }
        let is_new = request.message.is_some();
        if is_new || !request.entities.is_empty() {
            changed.entities = request.entities;
        }
        if let Some(text) = request.message {
            changed.text = text;
        }
        if is_new || request.suppress_embeds {
            changed.media.retain(|medium| !is_preview(medium));
        }
        if is_new && !request.suppress_embeds {
            changed.media.extend(self.previews(&changed.text, &changed.entities));
        }
        if let Some(given) = request.buttons {
            changed.bot_info.get_or_insert_default().buttons = Some(buttons(given)?);
        }
        self.rewrite(key, changed)?;
        Ok(None)
    }

    /// Puts an edited message in the place of the old one, marks it as edited and tells everybody.
    pub(crate) fn rewrite(&mut self, key: ChatKey, mut changed: super::super::state::Message) -> Result<(), Refusal> {
        let files = changed.media.iter().filter(|medium| !is_preview(medium)).count();
        check_content(&changed.text, &changed.entities, files)?;
        clamp(&mut changed.entities, changed.text.encode_utf16().count());
        changed.edited = Some(self.now);
        let id = changed.id;
        if let Some(place) = self.state.chats.get_mut(&key).and_then(|chat| chat.get_mut(id)) {
            *place = changed;
        }
        self.tell_message(key, id);
        Ok(())
    }

    /// Deletes messages; all of them or, when one may not be deleted, none. Ids that are gone already are no error.
    pub(crate) fn delete_message(&mut self, caller: Caller, request: api::DeleteMessage) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        if request.message_ids.is_empty() || request.message_ids.len() > MAX_IDS {
            return Err(Refusal::malformed(format!("Name one to {MAX_IDS} messages to delete.")));
        }
        let chat = self.state.chat(key);
        let known = request.message_ids.iter().filter_map(|id| chat.get(*id));
        if known.into_iter().any(|message| message.author != caller.user) {
            self.state.require(caller.user, key, DELETE_MESSAGES, "delete messages of others")?;
        }
        self.remove_messages(key, &request.message_ids);
        Ok(None)
    }

    /// Takes messages away and tells everybody who could see them.
    pub(crate) fn remove_messages(&mut self, key: ChatKey, ids: &[Id]) {
        let Some(chat) = self.state.chats.get_mut(&key) else { return };
        let gone: Vec<Id> = ids.iter().copied().filter(|id| chat.remove(*id)).collect();
        if gone.is_empty() {
            return;
        }
        self.tell_viewers(key, |_, user| {
            Change::MessageDeleted(wire::updates::UpdateMessageDeleted {
                chat_ref: Some(key.seen_by(user)),
                message_ids: gone.clone(),
            })
        });
    }

    /// Pins a message or takes the pin away.
    pub(crate) fn set_message_pin(&mut self, caller: Caller, request: api::SetMessagePin) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        self.state.require(caller.user, key, PIN_MESSAGES, "pin messages")?;
        let message = self.state.chats.get_mut(&key).and_then(|chat| chat.get_mut(request.message_id));
        let Some(message) = message else { return Err(Refusal::missing("message")) };
        if message.pinned != request.pin {
            message.pinned = request.pin;
            self.tell_message(key, request.message_id);
        }
        Ok(None)
    }

    /// Copies messages into another chat; the copies carry the date of the original, not its author.
    pub(crate) fn forward_message(&mut self, caller: Caller, request: api::ForwardMessage) -> Reply {
        let source = self.state.resolve(caller.user, request.from)?;
        let target = self.state.resolve(caller.user, request.chat_ref)?;
        let mut ids = request.message_ids;
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() || ids.len() > MAX_IDS {
            return Err(Refusal::malformed(format!("Name one to {MAX_IDS} messages to forward.")));
        }
        let mut drafts = Vec::new();
        for id in ids {
            let Some(original) = self.state.chat(source).get(id).filter(|message| message.kind == 0) else {
                return Err(Refusal::missing("message"));
            };
            drafts.push(Draft {
                text: original.text.clone(),
                entities: original.entities.clone(),
                media: original.media.iter().filter(|medium| !is_preview(medium)).cloned().collect(),
                previews: original.media.iter().filter(|medium| is_preview(medium)).cloned().collect(),
                forwarded: Some(original.forwarded.unwrap_or_else(|| moment(original.id))),
                ..Draft::default()
            });
        }
        for draft in drafts {
            self.post(caller.user, target, draft)?;
        }
        Ok(None)
    }

    /// The preview that the first link of a text would get.
    pub(crate) fn get_embed_preview(&mut self, request: &api::GetEmbedPreview) -> Reply {
        let first = self.previews(&request.message, &request.entities).into_iter().next();
        match first.and_then(|medium| medium.media) {
            Some(wire::media::message_media::Media::Embed(embed)) => Ok(Some(Answer::MediaEmbed(embed))),
            _ => Err(Refusal::missing("preview")),
        }
    }

    /// Takes a report; nobody reads it here.
    pub(crate) fn report_message(&mut self, caller: Caller, request: api::ReportMessage) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        if self.state.chat(key).get(request.message_id).is_none() {
            return Err(Refusal::missing("message"));
        }
        if request.reason.trim().is_empty() {
            return Err(Refusal::malformed("A report needs a reason."));
        }
        Ok(None)
    }
}

/// Rows of buttons, from the shape they are sent in to the shape they are read in.
fn buttons(
    given: api::send_message::bot_info::Buttons,
) -> Result<wire::types::message::message_bot_info::Buttons, Refusal> {
    use wire::messages::message_button::Action as Given;
    use wire::types::message::message_bot_info::{Buttons, buttons::ButtonRow};
    use wire::types::message_button::{Action, MessageButtonClipboard, MessageButtonInteraction, MessageButtonUrl};
    let too_long = |button: &api::MessageButton| prost::Message::encoded_len(button) > 512;
    if given.rows.len() > 5 || given.rows.iter().any(|row| row.buttons.len() > 5 || row.buttons.iter().any(too_long)) {
        return Err(Refusal::malformed("At most five rows of five short buttons fit under a message."));
    }
    let button = |button: api::MessageButton| wire::types::MessageButton {
        label: button.label,
        action: button.action.map(|action| match action {
            Given::Url(one) => Action::Url(MessageButtonUrl { url: one.url }),
            Given::Interaction(one) => Action::Interaction(MessageButtonInteraction { data: one.data }),
            Given::Clipboard(one) => Action::Clipboard(MessageButtonClipboard { text: one.text }),
        }),
    };
    let rows = given
        .rows
        .into_iter()
        .map(|row| ButtonRow { buttons: row.buttons.into_iter().map(button).collect() })
        .collect();
    Ok(Buttons { rows })
}
