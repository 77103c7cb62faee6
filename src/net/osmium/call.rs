//! What the core wants, as calls of this network; and their replies, as what the core understands.
//!
//! Each call is made with the handler of its own reply type, so that a reply cannot be read as another's. An operation of several
//! steps is a call whose handler gives the next call.

use super::decode::Decoder;
use super::defaults::{CHATS_LIMIT, CHATS_PAGES, MEMBERS_LIMIT, OsmiumConfig};
use super::encode::{self, Composed};
use super::refusal::of_error;
use super::rpc::Method;
use super::wire::core::{client_message, rpc_result};
use super::wire::refs::{ChannelRef, ChatRef, UserRef, chat_ref::Ref};
use super::wire::{auth, chats, communities, friends, messages, reactions, settings, types, users};
use super::{ids, upload, wire};
use crate::domain::answer::RefusalKind;
use crate::domain::{
    Bundle, ChatId, ChatKind, CommunityId, MemberListEntry, Message, MessageKey, Outgoing, Page, Presence, ReactEmoji,
    Refusal, Reply, Request, RequestId, Secret,
};
use std::sync::Arc;

/// What came of a call.
pub enum Outcome {
    /// The request is fulfilled.
    Done(Reply),
    /// One more call is needed.
    Again(Call),
}

/// Reads the answer to a call.
pub type Handler = Box<dyn FnOnce(Option<rpc_result::Result>, &mut Decoder) -> Result<Outcome, Refusal> + Send>;

/// A call ready to be sent.
pub struct Call {
    /// The method's name.
    pub method: &'static str,
    /// What to send.
    pub message: client_message::Message,
    /// What reads the answer.
    pub handler: Handler,
}

/// A call of `method` whose reply is read by `read`.
pub fn call<M: Method>(
    method: M,
    read: impl FnOnce(M::Reply, &mut Decoder) -> Result<Outcome, Refusal> + Send + 'static,
) -> Call {
    Call {
        method: M::NAME,
        message: method.wrap(),
        handler: Box::new(move |result, decoder| read(M::unwrap_reply(result).map_err(of_error)?, decoder)),
    }
}

/// A call of a method whose success says nothing more.
fn done<M: Method<Reply = ()>>(method: M) -> Call {
    call(method, |(), _| Ok(Outcome::Done(Reply::Done)))
}

/// A call whose reply is translated and cannot be refused any more.
fn read<M: Method>(method: M, translate: impl FnOnce(M::Reply, &mut Decoder) -> Reply + Send + 'static) -> Call {
    call(method, |reply, decoder| Ok(Outcome::Done(translate(reply, decoder))))
}

/// The call that a request takes first; for a message with files the one that follows when they are taken.
///
/// # Errors
///
/// A [`Refusal`] when this network cannot do it; nothing is sent then.
pub fn first_call(id: RequestId, request: &Request, config: &OsmiumConfig, decoder: &Decoder) -> Result<Call, Refusal> {
    Ok(match request {
        // Codes go to the handshake; one that comes here comes too late.
        Request::SignInCode(_) => return Err(Refusal::ours(RefusalKind::Invalid, "No code is asked for just now.")),
        Request::SetStatus { .. } | Request::SetNickname { .. } => {
            return Err(Refusal::ours(RefusalKind::Unsupported, "nib cannot set this on this network."));
        }
        Request::FetchPoll { .. } | Request::Vote { .. } | Request::BeginPoll { .. } | Request::EndPoll { .. } => {
            return Err(Refusal::ours(RefusalKind::Unsupported, "This network has no polls."));
        }
        Request::FetchMessage { .. } => {
            return Err(Refusal::ours(RefusalKind::Unsupported, "This network gives messages in pages only."));
        }
        Request::BeginThread { .. } | Request::ChangeThread { .. } => {
            return Err(Refusal::ours(RefusalKind::Unsupported, "This network has no threads."));
        }
        Request::FetchCommunities => read(communities::GetCommunities {}, |reply, decoder| {
            let (communities, counts) = decoder.communities(reply);
            Reply::Communities { communities, counts }
        }),
        // Without settings it only reads.
        Request::FetchCommunityOrder => read(settings::EditUserSettings { settings: None }, |reply, decoder| {
            Reply::CommunityOrder(decoder.community_order(reply))
        }),
        Request::FetchChannels(community) => {
            let community = *community;
            read(communities::GetChannels { community_id: community_id(community)? }, move |reply, decoder| {
                Reply::Channels { community, bundle: decoder.channels(reply) }
            })
        }
        Request::FetchChats => chats_page(None, Bundle::default(), 1),
        Request::FetchChat(chat) => {
            read(chats::GetChat { chat_ref: reference(*chat)? }, |reply, decoder| Reply::Chat(decoder.chat(reply)))
        }
        Request::FetchDirect(user) => {
            let chat = ids::wire(user.0).and_then(|user| ids::direct(user, 0)).ok_or_else(not_here)?;
            read(chats::GetChat { chat_ref: reference(chat)? }, |reply, decoder| Reply::Chat(decoder.chat(reply)))
        }
        Request::FetchRoles(community) => {
            let community = *community;
            read(communities::GetRoles { community_id: community_id(community)? }, move |reply, decoder| {
                let roles = reply.roles.into_iter().filter_map(|role| decoder.role(role)).collect();
                Reply::Roles { community, roles }
            })
        }
        Request::FetchMembers(community, people) => {
            let people = people.iter().filter_map(|user| ids::wire(user.0)).collect();
            members_part(community_id(*community)?, people, Bundle::default())
        }
        Request::FetchMemberList(chat) => member_list(*chat)?,
        Request::FetchVoiceRooms(community) => voice_rooms(*community)?,
        Request::LookupUsername(name) => {
            let username = name.trim().trim_start_matches('@').to_owned();
            call(users::LookupUsername { username }, |reply, decoder| {
                let user = reply.user.and_then(|user| decoder.user(user));
                let missing = || Refusal::ours(RefusalKind::NotFound, "Nobody has that user name.");
                user.map(|user| Outcome::Done(Reply::User(user))).ok_or_else(missing)
            })
        }
        Request::FetchProfile(user) => {
            let user_id = ids::wire(user.0).ok_or_else(not_here)?;
            let request = users::GetProfile { r#ref: Some(UserRef { user_id }), include_mutuals: true };
            read(request, |reply, decoder| Reply::Profile(Box::new(decoder.profile(reply))))
        }
        Request::FetchRelationships => read(friends::GetRelationships {}, |reply, decoder| {
            let relationships = decoder.relationships(reply.relationships);
            Reply::Relationships { relationships, users: decoder.users(reply.users) }
        }),
        Request::FetchHistory { chat, page, limit } | Request::PeekHistory { chat, page, limit } => {
            history(*chat, *page, (*limit).clamp(1, config.history_limit.max(1)))?
        }
        Request::FetchPinned(chat) => {
            let chat = *chat;
            read(messages::GetPinnedMessages { chat_ref: reference(chat)? }, move |reply, _| {
                let messages =
                    reply.messages.into_iter().filter_map(|message| ids::message(message.message_id)).collect();
                Reply::Pinned { chat, messages }
            })
        }
        Request::Send(outgoing) => send(id, outgoing, config)?,
        Request::Edit { chat, message, text } => {
            let Composed { text, entities } = encode::compose(text);
            done(messages::EditMessage {
                chat_ref: reference(*chat)?,
                message_id: message_id(*message)?,
                message: Some(text),
                entities,
                ..Default::default()
            })
        }
        Request::Delete { chat, messages } => {
            let message_ids = messages.iter().map(|&key| message_id(key)).collect::<Result<_, _>>()?;
            done(messages::DeleteMessage { chat_ref: reference(*chat)?, message_ids })
        }
        Request::React { chat, message, emoji, add } => {
            let (chat_ref, message_id, emoji) = (reference(*chat)?, message_id(*message)?, Some(emoji_of(emoji)?));
            if *add {
                done(reactions::AddReaction { chat_ref, message_id, emoji })
            } else {
                done(reactions::RemoveReaction { chat_ref, message_id, emoji })
            }
        }
        Request::MarkRead { chat, upto } => {
            done(chats::MarkChatRead { chat_ref: reference(*chat)?, message_id: message_id(*upto)?, read_amount: None })
        }
        Request::SetTyping { chat, typing } => {
            done(chats::SetTyping { chat_ref: reference(*chat)?, typing: *typing, action: None })
        }
        Request::SetPresence(presence) => {
            use types::user_status::Status;
            let status = match presence {
                Presence::Online => Status::Online,
                Presence::Idle => Status::Idle,
                Presence::Offline => Status::Invisible,
                Presence::Busy => {
                    return Err(Refusal::ours(RefusalKind::Unsupported, "This network has no mark for busy people."));
                }
            };
            done(settings::ChangeStatus { status: status as i32, ..Default::default() })
        }
        Request::LookupInvite(code) => call(auth::LookupInvite { code: invite_code(code) }, |reply, decoder| {
            let unknown =
                || Refusal::ours(RefusalKind::Unsupported, "The invite leads to something nib does not know.");
            decoder.invite(reply).map(|invite| Outcome::Done(Reply::Invite(Box::new(invite)))).ok_or_else(unknown)
        }),
        Request::UseInvite(code) => done(auth::UseInvite { code: invite_code(code) }),
        Request::LeaveCommunity(community) => {
            done(communities::LeaveCommunity { community_id: community_id(*community)? })
        }
        Request::LeaveGroup(chat) => done(chats::RemoveChatMember { chat_ref: reference(*chat)?, user_id: decoder.me }),
        Request::SignOut => sign_out(decoder.session),
    })
}

/// The code of an invite that is given as a link or alone: what stands last in its path.
fn invite_code(given: &Secret) -> String {
    let path = given.expose().trim().split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().trim().to_owned()
}

fn not_here() -> Refusal {
    Refusal::ours(RefusalKind::NotFound, "There is no such thing on this network.")
}

fn reference(chat: ChatId) -> Result<Option<ChatRef>, Refusal> {
    ids::reference_of(chat).map(Some).ok_or_else(not_here)
}

fn community_id(community: CommunityId) -> Result<u64, Refusal> {
    ids::wire(community.0).ok_or_else(not_here)
}

fn message_id(message: MessageKey) -> Result<u64, Refusal> {
    ids::wire(message.id.0).ok_or_else(not_here)
}

fn emoji_of(emoji: &ReactEmoji) -> Result<reactions::ReactionEmoji, Refusal> {
    use reactions::reaction_emoji::Emoji;
    let emoji = match emoji {
        ReactEmoji::Unicode(text) => Emoji::UnicodeEmoji(text.as_str().to_owned()),
        ReactEmoji::Custom(id) => Emoji::CustomEmoji(ids::wire(id.0).ok_or_else(not_here)?),
    };
    Ok(reactions::ReactionEmoji { emoji: Some(emoji) })
}

/// The message itself. The files that it refers to must be taken before it is sent.
fn send(id: RequestId, outgoing: &Outgoing, config: &OsmiumConfig) -> Result<Call, Refusal> {
    upload::check(&outgoing.attachments, config)?;
    let Composed { text, entities } =
        if outgoing.verbatim { Composed::verbatim(&outgoing.text) } else { encode::compose(&outgoing.text) };
    let reply_to = match outgoing.reply_to {
        Some(id) => {
            Some(messages::send_message::ReplyTo { message_id: ids::wire(id.0).ok_or_else(not_here)?, quote: None })
        }
        None => None,
    };
    let request = messages::SendMessage {
        chat_ref: reference(outgoing.chat)?,
        message: text,
        entities,
        media: upload::references(id, outgoing, config),
        reply_to,
        client_id: Some(outgoing.nonce.0),
        ..Default::default()
    };
    Ok(call(request, |reply, decoder| {
        let id = ids::message(reply.message_id);
        // Nobody knows which message it is: as if the answer had not come, so that the history decides.
        let nameless = || Refusal::ours(RefusalKind::TimedOut, "The server took the message but did not name it.");
        let message = id.ok_or_else(nameless)?;
        let order = crate::domain::SortKey(message.value());
        Ok(Outcome::Done(Reply::Sent { message, order, at: decoder.date_of(reply.message_id) }))
    }))
}

fn history(chat: ChatId, page: Page, limit: u16) -> Result<Call, Refusal> {
    use messages::get_history::Offset;
    let offset = match page {
        Page::Latest => None,
        Page::Before(key) => Some(Offset::Before(message_id(key)?)),
        Page::After(key) => Some(Offset::Since(message_id(key)?)),
        Page::Around(id) => Some(Offset::Around(ids::wire(id.0).ok_or_else(not_here)?)),
    };
    let request = messages::GetHistory { chat_ref: reference(chat)?, limit: Some(u32::from(limit)), offset };
    Ok(read(request, move |reply, decoder| {
        let received = reply.messages.len();
        let (messages, bundle) = decoder.messages(reply, chat);
        let (reached_start, reached_end) = ends(page, usize::from(limit), received, &messages);
        Reply::History { chat, messages, bundle, reached_start, reached_end }
    }))
}

/// Whether a page reaches the start and the end of the chat: a page with fewer messages than asked for has no more on its side.
/// Around a message each side counts alone, and a side that is one short of half may still go on, since halves may be rounded.
fn ends(page: Page, limit: usize, received: usize, messages: &[Arc<Message>]) -> (bool, bool) {
    let short = received < limit;
    match page {
        Page::Latest => (short, true),
        Page::Before(_) => (short, false),
        Page::After(_) => (false, short),
        Page::Around(id) => {
            let older = messages.iter().filter(|message| message.key.id < id).count();
            let newer = messages.iter().filter(|message| message.key.id > id).count();
            let half = limit.saturating_sub(1) / 2;
            (short && older < half, short && newer < half)
        }
    }
}

/// One page of chats after another, until one is not full or brings nothing new. Whether the cursor is the id of a chat or of its
/// newest message is not published; the list is sorted by the latter.
fn chats_page(before: Option<u64>, mut sum: Bundle, number: u32) -> Call {
    let request = chats::GetChats { limit: Some(CHATS_LIMIT), max_id: before, min_id: None };
    call(request, move |reply, decoder| {
        let full = reply.chats.len() >= usize::try_from(CHATS_LIMIT).unwrap_or(usize::MAX);
        let oldest = reply.chats.iter().map(|chat| chat.last_message_id).filter(|&id| id != 0).min();
        let page = decoder.chats(reply);
        let known: std::collections::HashSet<ChatId> = sum.chats.iter().map(|chat| chat.id).collect();
        let before_page = sum.chats.len();
        sum.chats.extend(page.chats.into_iter().filter(|chat| !known.contains(&chat.id)));
        sum.users.extend(page.users);
        sum.messages.extend(page.messages);
        let news = sum.chats.len() > before_page;
        match oldest {
            Some(oldest) if full && news && number < CHATS_PAGES => {
                Ok(Outcome::Again(chats_page(Some(oldest), sum, number + 1)))
            }
            _ => {
                // It is always there, and listed only once something was saved.
                if sum.chats.iter().all(|chat| chat.kind != ChatKind::Saved) {
                    sum.chats.push(Decoder::saved());
                }
                Ok(Outcome::Done(Reply::Chats { bundle: sum, complete: !full }))
            }
        }
    })
}

/// Some members after others.
fn members_part(community: u64, mut people: Vec<u64>, mut sum: Bundle) -> Call {
    let rest = people.split_off(people.len().min(MEMBERS_LIMIT));
    let request = communities::GetMembers { community_id: community, member_ids: people };
    call(request, move |reply, decoder| {
        sum.members.extend(decoder.members(reply.members, community));
        sum.users.extend(decoder.users(reply.users));
        if rest.is_empty() {
            Ok(Outcome::Done(Reply::Members(sum)))
        } else {
            Ok(Outcome::Again(members_part(community, rest, sum)))
        }
    })
}

fn member_list(chat: ChatId) -> Result<Call, Refusal> {
    let place = ids::reference_of(chat).ok_or_else(not_here)?;
    match place.r#ref {
        Some(Ref::Channel(ChannelRef { community_id, channel_id })) => {
            Ok(read(communities::GetChannelMembers { community_id, channel_id }, move |reply, decoder| {
                Reply::MemberList { chat, entries: decoder.member_list(reply.entries) }
            }))
        }
        Some(Ref::Group(_)) => {
            Ok(read(chats::GetChatMembers { chat_ref: Some(place) }, move |reply: chats::ChatMembers, decoder| {
                let users = decoder.users(reply.users);
                let member = |user| MemberListEntry::Member { user, nickname: None };
                Reply::MemberList { chat, entries: users.into_iter().map(member).collect() }
            }))
        }
        Some(Ref::User(_) | Ref::Self_(_)) | None => {
            Err(Refusal::ours(RefusalKind::Unsupported, "Only channels and groups have a list of members."))
        }
    }
}

fn voice_rooms(of: CommunityId) -> Result<Call, Refusal> {
    let community = community_id(of)?;
    Ok(read(communities::GetRoomStates { community_id: community }, move |reply, decoder| {
        let rooms = reply
            .room_states
            .into_iter()
            .filter_map(|room| Some((ids::channel(community, room.channel_id)?, decoder.voice_room(room.state))))
            .collect();
        let bundle = Bundle {
            users: decoder.users(reply.users),
            members: decoder.members(reply.members, community),
            ..Bundle::default()
        };
        Reply::VoiceRooms { community: of, rooms, bundle }
    }))
}

/// Ends the own session; asks which it is first where the server did not say at sign-in.
fn sign_out(session: u64) -> Call {
    if session != 0 {
        return done(auth::RevokeSessions { session_ids: vec![session] });
    }
    call(auth::GetSessions {}, |reply, _| match reply.current {
        0 => Err(Refusal::ours(RefusalKind::NotFound, "The server does not say which session this is.")),
        own => Ok(Outcome::Again(sign_out(own))),
    })
}

/// A small question whose answer does not matter: any answer shows that the server is there.
#[must_use]
pub fn probe() -> client_message::Message {
    let own = wire::refs::ChatRef { r#ref: Some(Ref::Self_(wire::refs::RefSelf {})) };
    chats::GetChat { chat_ref: Some(own) }.wrap()
}

#[cfg(test)]
mod tests {
    use super::{Secret, invite_code};

    #[test]
    fn an_invite_is_given_by_link_or_code() {
        for given in ["abc123", " abc123 ", "https://osm.pm/i/abc123", "web.osmium.chat/invite/abc123/?from=x#y"] {
            assert_eq!(invite_code(&Secret::new(given.to_owned())), "abc123", "{given}");
        }
        assert_eq!(invite_code(&Secret::new("  ".to_owned())), "");
    }
}
