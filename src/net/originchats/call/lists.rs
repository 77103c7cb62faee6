//! Lists that a server gives, fetched one after the other.

use super::{Call, First, Outcome};
use crate::domain::{Bundle, ChatKind, Refusal, Reply, User};
use crate::net::originchats::book::Book;
use crate::net::originchats::refusal::unfitting;
use crate::net::originchats::wire::{Command, Packet};

/// Lists that a server gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum List {
    Channels,
    People,
    Online,
    Roles,
    Unreads,
    Emoji,
    EmojiToo,
}

impl List {
    /// What a list of channels takes. The channels come last: what is said of them depends on the others.
    pub(super) const ALL: [Self; 6] =
        [Self::People, Self::Online, Self::Unreads, Self::Emoji, Self::EmojiToo, Self::Channels];

    const fn command(self) -> Command {
        match self {
            Self::Channels => Command::ChannelsGet,
            Self::People => Command::UsersList,
            Self::Online => Command::UsersOnline,
            Self::Roles => Command::RolesList,
            Self::Unreads => Command::UnreadsGet,
            Self::Emoji => Command::EmojiGetAll,
            Self::EmojiToo => Command::EmojiList,
        }
    }

    pub(super) fn take(packet: Packet, book: &mut Book) -> bool {
        match packet {
            Packet::Channels(channels) => book.know_channels(channels),
            Packet::Users(people) => {
                let (_, gone) = book.know_all(people);
                book.gone.extend(gone);
            }
            Packet::UsersOnline(people) => book.know_online(people),
            Packet::Roles(roles) => book.know_roles(roles),
            Packet::Unreads(unreads) => book.know_unreads(unreads),
            Packet::Emoji(emoji) => book.know_emoji(emoji),
            _ => return false,
        }
        true
    }
}

/// Fetches lists one after the other, then replies from the book. Channels are needed; what else a server lacks is passed over.
pub(super) fn lists(
    wanted: Vec<List>,
    book: &mut Book,
    reply: impl FnOnce(&mut Book) -> Result<Reply, Refusal> + Send + 'static,
) -> Result<First, Refusal> {
    let offered = |list: &List| matches!(list, List::Channels) || book.server.can(list.command().name());
    let mut wanted: Vec<List> = wanted.into_iter().filter(offered).collect();
    wanted.reverse();
    match wanted.pop() {
        Some(list) => Ok(First::Call(step(list, wanted, reply))),
        None => reply(book).map(First::Done),
    }
}

pub(super) fn step(
    list: List,
    mut rest: Vec<List>,
    reply: impl FnOnce(&mut Book) -> Result<Reply, Refusal> + Send + 'static,
) -> Box<Call> {
    let needed = list == List::Channels;
    let mut call = Call::new(list.command(), move |packet, book| {
        if !List::take(packet, book) && needed {
            return Err(unfitting());
        }
        match rest.pop() {
            Some(next) => Ok(Outcome::Again(step(next, rest, reply))),
            None => reply(book).map(Outcome::Done),
        }
    });
    call.lenient = !needed;
    call
}

/// Replies from the book once everybody is known.
pub(super) fn needs_people(
    book: &mut Book,
    reply: impl FnOnce(&mut Book) -> Result<Reply, Refusal> + Send + 'static,
) -> Result<First, Refusal> {
    if book.knows_people() {
        // Asked again: somebody who is not in the list may have come since.
        return lists(vec![List::People], book, reply);
    }
    lists(vec![List::People, List::Online], book, reply)
}

pub(super) fn direct_chats(book: &mut Book) -> Bundle {
    let chats: Vec<_> = book.chats().into_iter().filter(|chat| chat.community().is_none()).collect();
    let peers: Vec<User> = chats
        .iter()
        .filter_map(|chat| match chat.kind {
            ChatKind::Direct { peer } => Some(book.user(peer)),
            _ => None,
        })
        .collect();
    Bundle { users: peers, chats, ..Bundle::default() }
}
