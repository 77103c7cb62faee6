//! What the core wants, as commands of this network; and their answers, as what the core understands.
//!
//! An operation of several steps is a call whose handler gives the next call. Steps that a server may lack are lenient: refused or
//! swallowed, they are passed over.

mod lists;
mod slash;
pub mod write;

use super::book::Book;
use super::names::named_thread;
use super::refusal::unfitting;
use super::wire::{At, Command, Packet};
use super::{direct, history};
use crate::domain::answer::RefusalKind;
use crate::domain::{Bundle, ChatId, MessageId, Nonce, Presence, Refusal, Reply, Request, Update, UserId};
use lists::{List, direct_chats, lists, needs_people};
use std::sync::Arc;
use write::{content, delete, mark_read, mentions, pin, poll, search, send, thread_change};

/// What came of a call.
pub enum Outcome {
    /// The request is fulfilled.
    Done(Reply),
    /// The membership is over, and with it the session.
    Left,
    /// One more call is needed.
    Again(Box<Call>),
    /// The request is fulfilled, and something else was learnt by it.
    DoneAfter(Box<Update>, Reply),
    /// What nobody had asked for.
    Told(Box<Update>),
    /// What the server is like is known now: the sign-in is over.
    Entered,
}

/// Reads the answer to a call.
pub type Handler = Box<dyn FnOnce(Packet, &mut Book) -> Result<Outcome, Refusal> + Send>;

/// A call ready to be said.
pub struct Call {
    /// What to say.
    pub command: Command,
    /// What reads the answer.
    pub handler: Handler,
    /// A refusal is as good as an answer: the handler is given [`Packet::Passed`] in its place.
    pub lenient: bool,
    /// The nonce of the message that it sends.
    pub nonce: Option<Nonce>,
}

/// What a request takes first.
pub enum First {
    /// Something is to be said.
    Call(Box<Call>),
    /// Nothing: what is known, or what nobody needs to hear.
    Done(Reply),
    /// To be said, and nobody waits for an answer.
    Tell(Command),
}

impl Call {
    /// A call whose answer is read by `read`.
    pub fn new(
        command: Command,
        read: impl FnOnce(Packet, &mut Book) -> Result<Outcome, Refusal> + Send + 'static,
    ) -> Box<Self> {
        Box::new(Self { command, handler: Box::new(read), lenient: false, nonce: None })
    }

    /// A call that any answer fulfils.
    fn done(command: Command) -> Box<Self> {
        Self::new(command, |_, _| Ok(Outcome::Done(Reply::Done)))
    }
}

pub(super) fn refuse(kind: RefusalKind, text: &'static str) -> Refusal {
    Refusal::ours(kind, text)
}

fn not_here() -> Refusal {
    refuse(RefusalKind::NotFound, "There is no such thing on this server any more.")
}

/// How the wire names a chat.
pub(super) fn place(chat: ChatId, book: &Book) -> Result<At, Refusal> {
    book.names.at(chat).ok_or_else(not_here)
}

/// Asks for the channels, to see what the server is like. Whatever is answered will do.
pub fn look() -> Box<Call> {
    let mut call = Call::new(Command::ChannelsGet, |packet, book| {
        List::take(packet, book);
        Ok(Outcome::Entered)
    });
    call.lenient = true;
    call
}

/// Asks for a message that was changed in a way that was not told.
///
/// # Errors
///
/// The chat is not known.
pub fn changed(chat: ChatId, message: MessageId, book: &Book) -> Result<Box<Call>, Refusal> {
    let command = Command::MessageGet { at: place(chat, book)?, id: book.names.message_name(message) };
    Ok(Call::new(command, move |packet, book| {
        let Packet::OneMessage { message, .. } = packet else { return Err(unfitting()) };
        let message = Arc::new(book.message(*message, chat));
        Ok(Outcome::Told(Box::new(Update::MessageChanged { message, reactions: true })))
    }))
}

fn done(reply: Reply) -> Result<First, Refusal> {
    Ok(First::Done(reply))
}

/// What a request takes first. A new connection knows chats by their ids only once it has seen the channels: they are fetched first then.
///
/// # Errors
///
/// A [`Refusal`] when this network cannot do it; nothing is said then.
pub fn first(request: &Request, book: &mut Book) -> Result<First, Refusal> {
    match of(request, book) {
        Err(refusal) if refusal.kind == RefusalKind::NotFound && !book.knows_channels() => {
            let request = request.clone();
            Ok(First::Call(Call::new(Command::ChannelsGet, move |packet, book| {
                if !List::take(packet, book) {
                    return Err(unfitting());
                }
                match of(&request, book)? {
                    First::Call(call) => Ok(Outcome::Again(call)),
                    First::Done(reply) => Ok(Outcome::Done(reply)),
                    // By now nobody is typing any more.
                    First::Tell(_) => Ok(Outcome::Done(Reply::Done)),
                }
            })))
        }
        first => first,
    }
}

fn of(request: &Request, book: &mut Book) -> Result<First, Refusal> {
    let community = book.community;
    let call = match request {
        Request::SignInCode(_) => return Err(refuse(RefusalKind::Invalid, "No code is asked for just now.")),
        Request::FetchCommunities if book.server.direct => {
            return done(Reply::Communities { communities: Vec::new(), counts: Vec::new() });
        }
        Request::FetchCommunities => {
            return lists(vec![List::Roles], book, |book| {
                Ok(Reply::Communities { communities: vec![book.as_community()], counts: Vec::new() })
            });
        }
        Request::FetchCommunityOrder => return done(Reply::CommunityOrder(vec![community])),
        Request::FetchChannels(of) if *of != community => return Err(not_here()),
        Request::FetchChannels(_) => {
            return lists(List::ALL.to_vec(), book, move |book| {
                // On a server that turned out to be one for direct chats they are asked for otherwise.
                let bundle = if book.server.direct { Bundle::default() } else { book.channels_bundle() };
                Ok(Reply::Channels { community, bundle })
            });
        }
        Request::FetchChats if book.server.direct => {
            return lists(List::ALL.to_vec(), book, |book| {
                Ok(Reply::Chats { bundle: direct_chats(book), complete: true })
            });
        }
        Request::FetchChats => return done(Reply::Chats { bundle: Bundle::default(), complete: true }),
        Request::FetchChat(id) => {
            let id = *id;
            // What is known of its newest message and of what is unread may be from before a deletion.
            return lists(vec![List::Unreads, List::Channels], book, move |book| {
                // Only one chat is told here, and others may have gone or got other names.
                book.stale |= book.lacks;
                let chat = book.chat(id).ok_or_else(not_here)?;
                Ok(Reply::Chat(Bundle { chats: vec![chat], ..Bundle::default() }))
            });
        }
        Request::FetchDirect(user) if book.server.direct => direct::first(*user, book)?,
        Request::FetchDirect(_) => {
            let text = "Direct chats of this network are on a server of their own. Sign in to that one, too.";
            return Err(refuse(RefusalKind::Unsupported, text));
        }
        Request::FetchRoles(_) => {
            let reply = move |book: &mut Book| Ok(Reply::Roles { community, roles: book.neutral_roles() });
            return lists(vec![List::Roles], book, reply);
        }
        Request::FetchMembers(_, people) => {
            let people = people.clone();
            return needs_people(book, move |book| Ok(Reply::Members(book.members(&people))));
        }
        Request::FetchMemberList(chat) => {
            let chat = *chat;
            book.listed = Some(chat);
            let reply = move |book: &mut Book| Ok(Reply::MemberList { chat, entries: book.member_list(chat) });
            if !book.knows_channels() {
                // Only channels tell who sees them.
                return lists(vec![List::People, List::Online, List::Channels], book, reply);
            }
            return needs_people(book, reply);
        }
        Request::FetchVoiceRooms(_) => {
            let rooms = book.voice_rooms();
            let people: Vec<UserId> = rooms.iter().flat_map(|(_, room)| room.iter().map(|one| one.user)).collect();
            return done(Reply::VoiceRooms { community, rooms, bundle: book.members(&people) });
        }
        Request::LookupUsername(name) => {
            if let Some(user) = book.find(name) {
                return done(Reply::User(user));
            }
            // Whoever is not listed may still be written to: beginning the chat tells whether there is such a person.
            if book.server.direct {
                let user = book.names.user(name.trim().trim_start_matches('@'));
                return done(Reply::User(book.user(user)));
            }
            let name = name.clone();
            let missing = || refuse(RefusalKind::NotFound, "Nobody on this server has that user name.");
            return lists(vec![List::People], book, move |book| book.find(&name).map(Reply::User).ok_or_else(missing));
        }
        Request::FetchProfile(_) => {
            return Err(refuse(RefusalKind::Unsupported, "Servers of this network tell nothing more of people."));
        }
        // Friends are kept by the account service, not by servers.
        Request::FetchRelationships => {
            return done(Reply::Relationships { relationships: Vec::new(), users: Vec::new() });
        }
        Request::FetchHistory { chat, page, limit } => return history::first(*chat, *page, *limit, false, book),
        Request::PeekHistory { chat, page, limit } => return history::first(*chat, *page, *limit, true, book),
        Request::FetchMessage { chat, message } => {
            let (chat, at) = (*chat, place(*chat, book)?);
            Call::new(Command::MessageGet { at, id: book.names.message_name(*message) }, move |packet, book| {
                let Packet::OneMessage { message, .. } = packet else { return Err(unfitting()) };
                let (messages, bundle) = book.page(vec![*message], chat);
                let message = messages.into_iter().next().ok_or_else(unfitting)?;
                Ok(Outcome::Done(Reply::Message { message, bundle }))
            })
        }
        Request::FetchPinned(chat) => {
            let (chat, at) = (*chat, place(*chat, book)?);
            if at.thread_id.is_some() || !book.server.can("messages_pinned") || !book.has_messages(chat) {
                return done(Reply::Pinned { chat, messages: Vec::new(), bundle: Bundle::default() });
            }
            Call::new(Command::MessagesPinned { at }, move |packet, book| match packet {
                Packet::Page(page) => {
                    let (messages, bundle) = book.page(page.messages, chat);
                    Ok(Outcome::Done(Reply::Pinned { chat, messages, bundle }))
                }
                _ => Err(unfitting()),
            })
        }
        Request::Send(outgoing) => send(outgoing, Vec::new(), book)?,
        Request::Edit { chat, message, text, emoji, .. } => Call::done(Command::MessageEdit {
            at: place(*chat, book)?,
            id: book.names.message_name(message.id),
            content: content(text, emoji, book),
        }),
        Request::Delete { chat, messages } => delete(place(*chat, book)?, messages.clone(), book)?,
        Request::React { chat, message, emoji, add } => {
            let (at, id) = (place(*chat, book)?, book.names.message_name(message.id));
            let emoji = book.emoji_wire(emoji).ok_or_else(not_here)?;
            Call::done(match add {
                true => Command::MessageReactAdd { at, id, emoji },
                false => Command::MessageReactRemove { at, id, emoji },
            })
        }
        Request::MarkRead { .. } if !book.server.can("unreads_ack") => return done(Reply::Done),
        Request::MarkRead { chat, upto, back } => mark_read(*chat, *upto, *back, book)?,
        // Nothing tells that somebody has stopped: it wears off.
        Request::SetTyping { typing: false, .. } => return done(Reply::Done),
        Request::SetTyping { .. } if !book.server.can("typing") => return done(Reply::Done),
        Request::SetTyping { chat, .. } => return Ok(First::Tell(Command::Typing { at: place(*chat, book)? })),
        Request::FetchPoll { chat, message } => {
            poll(*chat, *message, Command::PollResults { message_id: book.names.message_name(*message) })
        }
        Request::Vote { chat, message, options } => {
            let option_ids = options.iter().map(|option| option.as_str().to_owned()).collect();
            poll(*chat, *message, Command::PollVote { message_id: book.names.message_name(*message), option_ids })
        }
        Request::EndPoll { chat, message } => {
            poll(*chat, *message, Command::PollEnd { message_id: book.names.message_name(*message) })
        }
        Request::BeginPoll { chat, question, options } => Call::done(Command::PollCreate {
            at: place(*chat, book)?,
            question: question.trim().to_owned(),
            options: options.clone(),
        }),
        Request::BeginThread { forum, title } => {
            let channel = place(*forum, book)?.channel.ok_or_else(not_here)?;
            let command = Command::ThreadCreate { channel, name: title.trim().to_owned() };
            Call::new(command, |packet, book| {
                let Packet::Thread { thread, .. } = packet else { return Err(unfitting()) };
                // The event in it was taken in already.
                let chat = book.chat(named_thread(thread.id.wire())).ok_or_else(unfitting)?;
                Ok(Outcome::Done(Reply::Chat(Bundle { chats: vec![chat], ..Bundle::default() })))
            })
        }
        Request::ChangeThread { thread, change } => {
            let thread_id = place(*thread, book)?.thread_id.ok_or_else(not_here)?;
            Call::done(thread_change(thread_id, change))
        }
        Request::SetPresence(_) | Request::SetStatus { .. } if !book.server.can("status_set") => {
            return done(Reply::Done);
        }
        Request::SetPresence(presence) => Call::done(Command::StatusSet { status: status(*presence), text: None }),
        Request::SetStatus { presence, text } => {
            Call::done(Command::StatusSet { status: status(*presence), text: Some(text.trim().to_owned()) })
        }
        // What comes later is told as it comes.
        Request::FetchEmoji => return done(Reply::Emoji(book.all_emoji())),
        Request::Forward { .. } => {
            return Err(refuse(RefusalKind::Unsupported, "Messages of this network cannot be passed on."));
        }
        Request::Press { .. } => return Err(refuse(RefusalKind::Unsupported, "This network has no buttons.")),
        // Over HTTP, by the adapter itself.
        Request::FetchPart { .. } => return Err(not_here()),
        Request::Pin { chat, message, pinned } => pin(*chat, *message, *pinned, book)?,
        Request::FetchMentions(chat) => mentions(*chat, book)?,
        Request::Search { chat, words, before } => search(*chat, words, *before, book)?,
        Request::FetchCommands(_) if !book.server.can("slash_list") => return done(Reply::Commands(Vec::new())),
        Request::FetchCommands(_) => slash::list(),
        Request::CallCommand { chat, name, arguments } => slash::call(*chat, name, arguments, book)?,
        Request::SetNickname { chat, name } => slash::nickname(*chat, name, book)?,
        Request::LookupInvite(_) | Request::UseInvite(_) => {
            let text = "Servers of this network are joined by signing in to their address.";
            return Err(refuse(RefusalKind::Unsupported, text));
        }
        Request::LeaveCommunity(_) => Call::new(Command::UserLeave { channel: None }, |_, _| Ok(Outcome::Left)),
        Request::LeaveGroup(chat) if book.server.direct => {
            Call::done(Command::UserLeave { channel: place(*chat, book)?.channel })
        }
        Request::LeaveGroup(_) => return Err(not_here()),
        // The token is the account service's; the server keeps nothing that could end.
        Request::SignOut => return done(Reply::Done),
    };
    Ok(First::Call(call))
}

fn status(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "online",
        Presence::Idle => "idle",
        Presence::Busy => "dnd",
        Presence::Offline => "invisible",
    }
}
