//! What may be done to messages: one table, read by the actions, the hints, the menu, the help and the tests.

use super::action::{Action, ActionInfo, Going, Listing, MessageAction, parse};
use super::front::{Region, Target};
use super::outbox::{Pending, Stage};
use super::{Account, State, permit, polls};
use crate::domain::parts::spoilers;
use crate::domain::{Caps, ChatKey, Message, MessageKind, Permissions};

/// Why nothing is done with a message that shows as deleted.
const DELETED: &str = "You have deleted this message; take that back first";

/// Why there is no poll of one's own, and no vote.
pub(super) const NO_POLLS: &str = "Polls cannot be made or voted in here";
/// Why a text cannot go as it is typed.
pub(super) const NO_VERBATIM: &str = "Marks always mean something here; what you typed stays";
/// Why links always have previews.
pub(super) const NO_PREVIEWS: &str = "Previews of links cannot be left out here";

/// Whether something may be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offer {
    /// It may.
    Yes,
    /// Not with these messages, or not here; why, as a sentence.
    No(&'static str),
    /// The network has no such thing, or the message has nothing for it: it is not even named. Why, for whoever asks for it all the same.
    Hidden(&'static str),
}

impl Offer {
    /// Why it may not be done.
    #[must_use]
    pub const fn why(self) -> Option<&'static str> {
        match self {
            Self::Yes => None,
            Self::No(why) | Self::Hidden(why) => Some(why),
        }
    }
}

/// Why a network cannot do something to messages at all.
#[must_use]
pub fn lacking(caps: &Caps, what: &MessageAction) -> Option<&'static str> {
    let (can, why) = match what {
        MessageAction::On(_, _, what) => return lacking(caps, what),
        MessageAction::Reply | MessageAction::Quote | MessageAction::QuoteNow(..) => {
            (caps.replies, "Messages cannot be answered here")
        }
        MessageAction::Edit => (caps.edit, "Messages cannot be changed here"),
        MessageAction::Delete | MessageAction::DeleteNow(..) => (caps.delete, "Messages cannot be deleted here"),
        MessageAction::React(_) | MessageAction::ReactNow(..) => (caps.reactions, "You may not react here"),
        MessageAction::Forward(_) | MessageAction::ForwardNow(..) => {
            (caps.forward, "Messages cannot be passed on here")
        }
        MessageAction::Press(_) => (caps.buttons, "Buttons cannot be pressed here"),
        MessageAction::Pin => (caps.pin, "Messages cannot be pinned here"),
        MessageAction::Vote(_) | MessageAction::EndPoll => (caps.polls, NO_POLLS),
        MessageAction::CopyText
        | MessageAction::CopyLink
        | MessageAction::CopyNow(_)
        | MessageAction::OpenLink
        | MessageAction::Details
        | MessageAction::MarkUnread
        | MessageAction::Select(_)
        | MessageAction::Menu
        | MessageAction::MenuAt(..)
        | MessageAction::GoToReplied
        | MessageAction::TakeBack
        | MessageAction::Reveal
        | MessageAction::Unfold
        | MessageAction::Retry
        | MessageAction::Discard => (true, ""),
    };
    (!can).then_some(why)
}

/// Why there is no going there on a network.
#[must_use]
pub const fn unlisted(caps: &Caps, to: &Going) -> Option<&'static str> {
    match to {
        Going::Listed(Listing::Pins) if !caps.pins => Some("There are no pinned messages here"),
        _ => None,
    }
}

/// Whether an action of the registry is one that the network of the open chat has. Those for which a network needs nothing are.
#[must_use]
pub fn is_known(state: &State, info: &ActionInfo) -> bool {
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    open.and_then(|chat| state.core.account(chat.account)).is_none_or(|account| has(&account.caps, info))
        && is_for_pointed(state, info)
}

/// Whether an action that is for messages can be done to the one that is pointed at. Where none is, it may be wanted for any.
fn is_for_pointed(state: &State, info: &ActionInfo) -> bool {
    let Some(front) = state.front.as_ref().filter(|front| front.region == Region::Messages) else { return true };
    let (Some(chat), Some(target)) = (front.pane.chat, front.pointed()) else { return true };
    match parse(info.name) {
        Ok(Action::Message(what)) => {
            let picked: Vec<Target> = front.pane.selected.iter().copied().map(Target::Message).collect();
            let targets = if picked.is_empty() { vec![target] } else { picked };
            offer(state, chat, &targets, &what) == Offer::Yes
        }
        Ok(Action::Going(Going::Found { .. })) => front.pane.find.is_some(),
        _ => true,
    }
}

/// The same for what a network can.
pub(super) fn has(caps: &Caps, info: &ActionInfo) -> bool {
    without(caps, info).is_none()
}

/// Why a network can do nothing of what an action of the registry is for; said before anything of how it goes.
pub(super) fn without(caps: &Caps, info: &ActionInfo) -> Option<&'static str> {
    let (can, why) = match info.name {
        "poll" => (caps.polls, NO_POLLS),
        "toggle-previews" => (caps.previews, NO_PREVIEWS),
        "send-verbatim" => (caps.dialect.verbatim, NO_VERBATIM),
        "toggle-ping" => (caps.quiet_replies, "An answer always calls the one who is answered here"),
        "nick" => (caps.nicknames, "nib cannot change what you are called here"),
        "attach" | "add-file" | "paste-file" | "rename-file" | "remove-file" => {
            (caps.max_files > 0, "Files cannot be sent here")
        }
        "save" => (caps.part > 0, "Files cannot be fetched here"),
        "server" => (caps.commands, "Servers have no commands here"),
        name if name.ends_with("-thread") || name == "open-forum" => (caps.threads, "Threads cannot be changed here"),
        name => {
            return match parse(name) {
                Ok(Action::Message(action)) => lacking(caps, &action),
                Ok(Action::Going(to)) => unlisted(caps, &to),
                _ => None,
            };
        }
    };
    (!can).then_some(why)
}

/// Whether something may be done to all of these messages of a chat.
#[must_use]
pub fn offer(state: &State, chat: ChatKey, targets: &[Target], what: &MessageAction) -> Offer {
    let Some(account) = state.core.account(chat.account) else { return Offer::No("There is no message here") };
    if let Some(why) = lacking(&account.caps, what) {
        return Offer::Hidden(why);
    }
    let alone = targets.len() == 1;
    let one = |target: &Target| match target {
        Target::Pending(nonce) => match account.outbox.find(chat.chat, *nonce) {
            Some(row) => of_unsent(row, what),
            None => Offer::No("The message is not here any more"),
        },
        Target::Message(key) => {
            let known = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(key.id));
            known.map_or(Offer::No("The message is not here any more"), |message| {
                // Among several, those that say something are copied.
                if alone && *what == MessageAction::CopyText && message.body.text.trim().is_empty() {
                    return Offer::Hidden("There is no text in this message");
                }
                of_message(state, account, chat, message, what)
            })
        }
    };
    targets.iter().map(one).find(|offer| *offer != Offer::Yes).unwrap_or(Offer::Yes)
}

/// The same for one that has not gone out.
fn of_unsent(row: &Pending, what: &MessageAction) -> Offer {
    let failed = matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed);
    match what {
        MessageAction::CopyText | MessageAction::Unfold | MessageAction::Menu | MessageAction::MenuAt(..) => Offer::Yes,
        MessageAction::Edit if row.can_change() => Offer::Yes,
        MessageAction::Delete if row.is_unsent() => Offer::Yes,
        // It can be stopped.
        MessageAction::Delete if !row.outgoing.attachments.is_empty() && matches!(row.stage, Stage::InFlight(_)) => {
            Offer::Yes
        }
        MessageAction::Retry | MessageAction::Discard | MessageAction::Edit | MessageAction::Delete if failed => {
            Offer::Yes
        }
        MessageAction::Retry | MessageAction::Discard | MessageAction::Edit | MessageAction::Delete => {
            Offer::No("This message is still on its way")
        }
        _ => Offer::No("This message is not sent yet"),
    }
}

fn of_message(state: &State, account: &Account, chat: ChatKey, message: &Message, what: &MessageAction) -> Offer {
    let denied = |why: Option<&'static str>| why.map_or(Offer::Yes, Offer::No);
    match what {
        // Its words are not there any more.
        MessageAction::Reply
        | MessageAction::Quote
        | MessageAction::QuoteNow(..)
        | MessageAction::Edit
        | MessageAction::CopyText
        | MessageAction::Forward(_)
        | MessageAction::ForwardNow(..)
        // And it is not deleted twice, nor is anything else done to it that others would see for a moment.
        | MessageAction::Delete
        | MessageAction::DeleteNow(..)
        | MessageAction::React(_)
        | MessageAction::ReactNow(..)
        | MessageAction::Pin
        | MessageAction::Press(_)
            if account.outbox.is_deleted(chat.chat, message.key.id) =>
        {
            Offer::No(DELETED)
        }
        MessageAction::Reply => denied(permit::refusal_to_write(state, chat)),
        MessageAction::Quote | MessageAction::QuoteNow(..) if message.body.text.trim().is_empty() => {
            Offer::Hidden("There is no text in this message")
        }
        MessageAction::Quote | MessageAction::QuoteNow(..) => denied(permit::refusal_to_write(state, chat)),
        MessageAction::Edit => denied(refusal_to_edit(state, account, chat, message)),
        MessageAction::Delete | MessageAction::DeleteNow(..) => {
            denied(refusal_to_delete(state, account, chat, message))
        }
        MessageAction::React(_) | MessageAction::ReactNow(..) if permit::may(state, chat, Permissions::REACT) => {
            Offer::Yes
        }
        MessageAction::React(_) | MessageAction::ReactNow(..) => Offer::No("You may not react here"),
        MessageAction::Pin if permit::may(state, chat, Permissions::PIN) => Offer::Yes,
        MessageAction::Pin => Offer::No("You may not pin messages here"),
        MessageAction::GoToReplied => match &message.reply {
            None => Offer::Hidden("This message answers none"),
            Some(reply) if reply.to.is_none() => Offer::No("The message that was answered is gone"),
            Some(_) => Offer::Yes,
        },
        MessageAction::OpenLink if super::ui::message::leads_nowhere(message) => {
            Offer::Hidden("There is no link in this message")
        }
        MessageAction::Forward(_) | MessageAction::ForwardNow(..) if message.kind != MessageKind::Ordinary => {
            Offer::No("Lines of the system cannot be passed on")
        }
        MessageAction::Press(_) if message.buttons.is_empty() => Offer::Hidden("There is no button on this message"),
        MessageAction::Retry | MessageAction::Discard => Offer::Hidden("No message has failed here"),
        MessageAction::Reveal if spoilers(&message.body).next().is_none() => {
            Offer::Hidden("Nothing is hidden in this message")
        }
        MessageAction::Vote(_) | MessageAction::EndPoll => polls::offer(state, account, chat, message, what),
        MessageAction::On(_, _, what) => of_message(state, account, chat, message, what),
        MessageAction::CopyText
        | MessageAction::Reveal
        | MessageAction::Unfold
        | MessageAction::CopyLink
        | MessageAction::CopyNow(_)
        | MessageAction::OpenLink
        | MessageAction::MarkUnread
        | MessageAction::Select(_)
        | MessageAction::Forward(_)
        | MessageAction::ForwardNow(..)
        | MessageAction::Press(_)
        | MessageAction::Menu
        | MessageAction::MenuAt(..)
        | MessageAction::TakeBack
        | MessageAction::Details => Offer::Yes,
    }
}

/// Whether somebody's message is of a kind that can be changed.
pub(super) fn can_change(message: &Message) -> bool {
    message.kind == MessageKind::Ordinary && message.forwarded.is_none()
}

/// Why a message cannot be changed.
pub(super) fn refusal_to_edit(
    state: &State,
    account: &Account,
    chat: ChatKey,
    message: &Message,
) -> Option<&'static str> {
    if message.author != account.me {
        Some("Only your own messages can be changed")
    } else if account.outbox.is_deleted(chat.chat, message.key.id) {
        Some(DELETED)
    } else if !account.caps.edit || !can_change(message) {
        Some("This message cannot be changed")
    } else {
        permit::lacks(state, chat, Permissions::EDIT_OWN).then_some("You may not change your messages here")
    }
}

fn refusal_to_delete(state: &State, account: &Account, chat: ChatKey, message: &Message) -> Option<&'static str> {
    let own = message.author == account.me;
    let personal = state.core.chat(chat).is_none_or(|(_, chat)| chat.community().is_none());
    if !own && (personal || !permit::may(state, chat, Permissions::DELETE_OTHERS)) {
        Some("You may not delete messages of others here")
    } else if own && permit::lacks(state, chat, Permissions::DELETE_OWN) {
        Some("You may not delete your messages here")
    } else {
        None
    }
}
