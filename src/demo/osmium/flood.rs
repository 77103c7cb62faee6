//! Many messages at once, for tests and measurements: real frames, in the same history, told to the same people as if somebody wrote each of them.
//!
//! What can be made ready beforehand is, and who may write is asked beforehand, so that it is the client that is measured and not this server.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

use super::hub::Socket;
use super::ids::Id;
use super::permissions::SEND_MESSAGES;
use super::post::check_content;
use super::present;
use super::refusal::Refusal;
use super::running::Running;
use super::server::{ConnectionId, Server};
use super::state::{ChatKey, Message};
use crate::net::osmium::wire;
use wire::types::{MessageEntity, message_entity::Entity};
use wire::updates::{UpdateMessageCreated, update::Update as Change};

/// Messages written before others have their turn.
const BATCH: usize = 64;
/// Places in a queue that are left to the answers to requests.
const LEFT: usize = 128;
/// How long to wait for a client that does not read before it counts as too slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// Messages that are ready to be written.
#[derive(Debug)]
pub struct Flood {
    key: ChatKey,
    messages: Vec<Ready>,
}

/// A message without its id: as it is kept, and as it is told.
#[derive(Debug)]
struct Ready {
    kept: Message,
    told: UpdateMessageCreated,
}

impl Running {
    /// Makes messages ready, each given as the user name of its author and its text. Addresses in it are marked, as clients do.
    ///
    /// # Errors
    /// The sentence says who or what there is not, or who may not write what.
    pub fn rehearse(
        &self,
        chat: wire::refs::ChatRef,
        lines: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Flood, String> {
        self.hub.with(|server| {
            let mut authors: HashMap<String, (Id, ChatKey)> = HashMap::new();
            let mut messages = Vec::new();
            let mut place = None;
            for (name, text) in lines {
                let (author, key) = match authors.get(&name) {
                    Some(known) => *known,
                    None => *authors.entry(name.clone()).or_insert(server.writer(&name, chat)?),
                };
                let entities = addresses(&text);
                check_content(&text, &entities, 0).map_err(|refusal| refusal.text)?;
                let kept = Message { author, text, entities, ..Message::default() };
                let told = UpdateMessageCreated {
                    message: Some(present::message(&kept, key, author)),
                    author: server.user(author),
                    ..UpdateMessageCreated::default()
                };
                messages.push(Ready { kept, told });
                place = Some(key);
            }
            let key = place.ok_or_else(|| "There is nothing to write.".to_owned())?;
            Ok(Flood { key, messages })
        })
    }

    /// Writes messages as fast as the clients take them: a client that reads is never overrun, one that does not read at all is
    /// closed after a while.
    ///
    /// # Errors
    /// A connection did not live to see the end.
    pub async fn flood(&self, flood: Flood) -> Result<(), String> {
        let sockets = self.hub.sockets();
        let mut messages = flood.messages.into_iter().peekable();
        while messages.peek().is_some() {
            for socket in &sockets {
                if timeout(PATIENCE, room(socket)).await.is_err() {
                    socket.cut.notify_one();
                }
            }
            self.hub.with(|server| server.write(flood.key, messages.by_ref().take(BATCH)));
            tokio::task::yield_now().await;
        }
        let lost = sockets.iter().filter(|socket| socket.frames.is_closed()).count();
        if lost == 0 { Ok(()) } else { Err(format!("{lost} connections were lost in the flood.")) }
    }

    /// Writes messages one by one, so long after each other.
    pub async fn trickle(&self, flood: Flood, pause: Duration) {
        let mut ticks = interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for message in flood.messages {
            ticks.tick().await;
            self.hub.with(|server| server.write(flood.key, [message]));
        }
    }
}

/// Waits until a batch fits a connection's queue, or the connection is gone. Places are not reserved: whoever waits in line for
/// some is given every one that becomes free, and an answer to a request would find none.
async fn room(socket: &Socket) {
    let wanted = (BATCH + LEFT).min(socket.frames.max_capacity());
    while socket.frames.capacity() < wanted && !socket.frames.is_closed() {
        socket.roomier.notified().await;
    }
}

impl Server {
    /// Somebody who may write in a chat.
    fn writer(&self, name: &str, chat: wire::refs::ChatRef) -> Result<(Id, ChatKey), String> {
        let author = self.state.by_username(name).map(|person| person.id);
        let author = author.ok_or_else(|| format!("There is nobody called {name}."))?;
        let text = |refusal: Refusal| refusal.text;
        let key = self.state.resolve(author, Some(chat)).map_err(text)?;
        self.state.require(author, key, SEND_MESSAGES, "write messages").map_err(text)?;
        Ok((author, key))
    }

    fn write(&mut self, key: ChatKey, messages: impl IntoIterator<Item = Ready>) {
        self.open(key);
        let mut viewers: Vec<(ConnectionId, Id)> = self.listeners();
        viewers.retain(|(_, user)| self.state.sees(*user, key));
        for Ready { mut kept, mut told } in messages {
            let id = self.state.mint.next(self.now);
            kept.id = id;
            let chat = self.state.chats.entry(key).or_default();
            chat.push(kept);
            if let Some(message) = &mut told.message {
                message.message_id = id;
            }
            let unread: Vec<u32> = viewers.iter().map(|(_, user)| chat.unread(*user)).collect();
            for (&(connection, user), unread) in viewers.iter().zip(unread) {
                told.channel_unread_count = unread;
                if let Some(message) = &mut told.message {
                    message.chat_ref = Some(key.seen_by(user));
                }
                self.push(connection, Change::MessageCreated(told.clone()));
            }
        }
    }
}

/// Marks every web address.
fn addresses(text: &str) -> Vec<MessageEntity> {
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    text.match_indices("https://")
        .map(|(at, found)| {
            let (before, rest) = text.split_at(at);
            let address = rest.split(' ').next().unwrap_or(found);
            MessageEntity { start_index: units(before), length: units(address), entity: Some(Entity::Url(true)) }
        })
        .collect()
}
