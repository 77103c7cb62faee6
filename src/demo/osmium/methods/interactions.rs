//! Buttons of bots. Who presses one waits for what the bot says to it, a short while; a bot that nobody runs is played by the server.

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::messages as api;
use wire::types::message_button::Action;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, ConnectionId, Server};

/// How long a press waits for its bot, in milliseconds.
pub(crate) const PATIENCE: i64 = 3_000;
/// How many presses wait at once at most.
const MAX_WAITING: usize = 1_000;

/// A press that waits for its bot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// Who pressed, over which connection and with which request.
    pub(crate) by: (ConnectionId, u32),
    /// The bot that may answer.
    bot: Id,
    /// Until when, in Unix milliseconds.
    until: i64,
}

impl Server {
    /// Somebody presses a button. Where the bot is there, it is told, and the answer comes later.
    pub(crate) fn submit_interaction(&mut self, caller: Caller, request: api::SubmitInteraction) -> Reply {
        let key = self.state.resolve(caller.user, request.chat_ref)?;
        let Some(message) = self.state.chat(key).get(request.message_id) else {
            return Err(Refusal::missing("message"));
        };
        let given = request.data.clone().unwrap_or_default();
        let rows = message.bot_info.as_ref().and_then(|info| info.buttons.as_ref()).map(|buttons| &buttons.rows);
        let is_there = rows.into_iter().flatten().flat_map(|row| &row.buttons).any(
            |button| matches!(&button.action, Some(Action::Interaction(interaction)) if interaction.data == given),
        );
        if !is_there {
            return Err(Refusal::missing("button"));
        }
        let bot = message.author;
        if !self.listeners().iter().any(|(_, user)| *user == bot) {
            return Ok(Some(said(played(&given))));
        }
        if self.waiting.len() >= MAX_WAITING {
            return Err(Refusal::too_often("Too many buttons are being pressed."));
        }
        let interaction_id = self.state.mint.next(self.now);
        let by = (caller.connection, self.asking);
        self.waiting.insert(interaction_id, Waiting { by, bot, until: self.now + PATIENCE });
        let told = wire::updates::UpdateInteraction {
            interaction_id,
            user_id: caller.user,
            message_id: request.message_id,
            data: request.data,
        };
        self.tell_person(bot, None, &Change::Interaction(told));
        self.postponed = true;
        Ok(None)
    }

    /// A bot answers a press.
    pub(crate) fn set_interaction_response(&mut self, caller: Caller, request: api::SetInteractionResponse) -> Reply {
        let id = request.interaction_id;
        let Some(waiting) = self.waiting.get(&id).copied().filter(|waiting| waiting.bot == caller.user) else {
            return Err(Refusal::missing("interaction"));
        };
        self.waiting.remove(&id);
        self.result(waiting.by, said(request.message));
        Ok(None)
    }

    /// Presses whose bot said nothing in time are answered without words.
    pub(crate) fn expire(&mut self) {
        let late: Vec<Id> =
            self.waiting.iter().filter(|(_, waiting)| waiting.until <= self.now).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(waiting) = self.waiting.remove(&id) {
                self.result(waiting.by, said(None));
            }
        }
    }
}

fn said(message: Option<String>) -> Answer {
    Answer::InteractionResponse(api::InteractionResponse { message })
}

/// What a bot says that nobody runs.
fn played(data: &str) -> Option<String> {
    let words = match data {
        "again" => "Started again. It will take a few minutes.",
        "status" => "Everything is as it should be.",
        _ => return None,
    };
    Some(words.to_owned())
}
