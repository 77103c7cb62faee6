//! `reactions`: one per person and emoji; everybody is told the complete set.

use crate::net::osmium::wire;
use wire::reactions as api;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::permissions::ADD_REACTIONS;
use super::super::present;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{ChatKey, ReactionKey};

/// Different emoji on one message at most.
const MAX_KINDS: usize = 32;

impl Server {
    /// Adds the caller's reaction; adding it again changes nothing.
    pub(crate) fn add_reaction(&mut self, caller: Caller, request: api::AddReaction) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let emoji = emoji(request.emoji)?;
        self.react(caller.user, key, request.message_id, emoji)?;
        Ok(None)
    }

    /// Takes the caller's reaction away; taking it again changes nothing.
    pub(crate) fn remove_reaction(&mut self, caller: Caller, request: api::RemoveReaction) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let emoji = emoji(request.emoji)?;
        self.unreact(caller.user, key, request.message_id, &emoji)?;
        Ok(None)
    }

    /// Adds somebody's reaction.
    pub(crate) fn react(&mut self, user: Id, key: ChatKey, id: Id, emoji: ReactionKey) -> Result<(), Refusal> {
        self.state.require(user, key, ADD_REACTIONS, "add reactions")?;
        let message = self.state.chats.get_mut(&key).and_then(|chat| chat.get_mut(id));
        let Some(message) = message else { return Err(Refusal::missing("message")) };
        let kinds = message.reactions.len();
        match message.reactions.iter_mut().find(|(known, _)| *known == emoji) {
            Some((_, who)) if who.contains(&user) => return Ok(()),
            Some((_, who)) => who.push(user),
            None if kinds >= MAX_KINDS => {
                return Err(Refusal::malformed(format!("At most {MAX_KINDS} different reactions fit on a message.")));
            }
            None => message.reactions.push((emoji, vec![user])),
        }
        self.tell_reactions(key, id);
        Ok(())
    }

    /// Takes somebody's reaction away.
    pub(crate) fn unreact(&mut self, user: Id, key: ChatKey, id: Id, emoji: &ReactionKey) -> Result<(), Refusal> {
        let message = self.state.chats.get_mut(&key).and_then(|chat| chat.get_mut(id));
        let Some(message) = message else { return Err(Refusal::missing("message")) };
        let Some((_, who)) = message.reactions.iter_mut().find(|(known, _)| known == emoji) else { return Ok(()) };
        let before = who.len();
        who.retain(|other| *other != user);
        if who.len() == before {
            return Ok(());
        }
        message.reactions.retain(|(_, who)| !who.is_empty());
        self.tell_reactions(key, id);
        Ok(())
    }

    fn tell_reactions(&mut self, key: ChatKey, id: Id) {
        self.tell_viewers_of(key, |server, user| {
            let message = server.state.chat(key).get(id)?;
            Some(Change::MessageReactions(wire::updates::UpdateMessageReactions {
                chat_ref: Some(key.seen_by(user)),
                reactions: Some(present::reactions(message, user)),
            }))
        });
    }
}

fn emoji(given: Option<api::ReactionEmoji>) -> Result<ReactionKey, Refusal> {
    use api::reaction_emoji::Emoji;
    match given.and_then(|given| given.emoji) {
        Some(Emoji::UnicodeEmoji(text)) if !text.is_empty() && text.len() <= 64 => Ok(ReactionKey::Unicode(text)),
        Some(Emoji::CustomEmoji(id)) if id != 0 => Ok(ReactionKey::Custom(id)),
        _ => Err(Refusal::malformed("A reaction needs an emoji.")),
    }
}
