//! Parts of messages that do something when they are clicked. Each does what an action with a name does, too, so that keys reach all of it.

use super::{act, file, message, opening, person, react};
use crate::domain::parts::{self, Leads, web_address};
use crate::domain::{ChatKey, Message, UserId};
use crate::state::action::{MessageAction, parse};
use crate::state::effect::Effects;
use crate::state::front::{Spot, Target};
use crate::state::{State, offered};

/// A part of the message under the cursor was clicked.
pub(super) fn press(state: &mut State, target: Target, spot: Spot, fx: &mut Effects) {
    if spot == Spot::More {
        return opening::unfold(state, fx);
    }
    let Some((chat, message)) = message::message(state) else { return };
    match spot {
        Spot::Link(number) => link(state, chat, &message, number, fx),
        Spot::Mention(number) => {
            let Some(mention) = parts::mentions(&message.body).nth(number.into()) else { return };
            match mention.who {
                Some(who) => show(state, chat, who, fx),
                // Who is meant is asked by the name. A role is nobody.
                None if mention.shown.starts_with("@&") => {}
                None => named(state, &format!("who {}", mention.shown.trim_start_matches('@')), fx),
            }
        }
        Spot::Spoiler(number) => {
            if let Some(front) = &mut state.front {
                front.pane.opened.reveal(target, number, &message.body);
            }
        }
        Spot::Quote => named(state, "go-to-replied", fx),
        Spot::Card(number) => {
            let Some(embed) = message.embeds.get(usize::from(number)) else { return };
            if let Some(address) = web_address(&embed.url) {
                let shown = embed.title.as_deref().filter(|title| !title.is_empty()).unwrap_or(&embed.url);
                message::lead(state, shown, address, fx);
            }
        }
        Spot::Answer(number) => named(state, &format!("vote {}", number + 1), fx),
        Spot::Button(number) => named(state, &format!("press {}", number + 1), fx),
        Spot::Reaction(number) => {
            let Some(reaction) = message.reactions.get(usize::from(number)) else { return };
            let what = MessageAction::ReactNow(chat, message.key.id, reaction.emoji.clone());
            match offered::offer(state, chat, &[target], &what).why() {
                Some(why) => state.notice(why, true, fx),
                None => react::toggle(state, chat, message.key.id, &reaction.emoji, fx),
            }
        }
        Spot::Author => show(state, chat, message.author, fx),
        Spot::File(number) => file::save_one(state, chat, &message, number, fx),
        Spot::More => {}
    }
}

/// What leads somewhere is followed; where it leads is to be seen before.
fn link(state: &mut State, chat: ChatKey, message: &Message, number: u16, fx: &mut Effects) {
    let Some(part) = parts::links(message).nth(number.into()) else { return };
    match part.to {
        Leads::Web(address) => message::lead(state, part.shown, address, fx),
        Leads::Chat(to) => message::go(state, ChatKey::new(chat.account, to), fx),
        Leads::Person(who) => show(state, chat, who, fx),
    }
}

/// The card of a person, as they are where one reads.
fn show(state: &mut State, chat: ChatKey, who: UserId, fx: &mut Effects) {
    let community = state.core.chat(chat).and_then(|(_, chat)| chat.community());
    person::show(state, chat.account, who, community, fx);
}

/// What has a name is done by it.
fn named(state: &mut State, written: &str, fx: &mut Effects) {
    if let Ok(action) = parse(written) {
        act::act(state, action, None, fx);
    }
}
