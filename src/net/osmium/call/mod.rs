//! What the core wants, as calls of this network; and their replies, as what the core understands.
//!
//! Each call is made with the handler of its own reply type, so that a reply cannot be read as another's. An operation of several
//! steps is a call whose handler gives the next call.

mod emoji;
mod lists;
mod messages;

use super::decode::Decoder;
use super::defaults::OsmiumConfig;
use super::encode::{self, Composed};
use super::refusal::of_error;
use super::rpc::Method;
use super::wire::core::{client_message, rpc_result};
use super::wire::refs::{ChatRef, UserRef, chat_ref::Ref};
use super::wire::{
    auth, chats, communities, friends, media, messages as wire_messages, reactions, settings, types, users,
};
use super::{ids, wire};
use crate::domain::answer::RefusalKind;
use crate::domain::{
    Blob, Bundle, ChatId, CommunityId, FileId, MessageKey, Presence, Refusal, Reply, Request, RequestId, Secret,
};
use lists::{chats_page, member_list, members_part, voice_rooms};
use messages::{emoji_of, history, press, search, send, single};

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
        Request::FetchMessage { chat, message } => single(*chat, *message)?,
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
            history(*chat, *page, (*limit).clamp(1, config.history_limit.max(1)), config)?
        }
        Request::FetchPinned(chat) => {
            let chat = *chat;
            read(wire_messages::GetPinnedMessages { chat_ref: reference(chat)? }, move |reply, decoder| {
                let (messages, bundle) = decoder.messages(reply, chat);
                Reply::Pinned { chat, messages, bundle }
            })
        }
        Request::FetchMentions(chat) => {
            let chat = *chat;
            read(wire_messages::GetUnreadMentions { chat_ref: reference(chat)? }, move |reply, decoder| {
                Reply::Mentions { chat, messages: decoder.message_ids(reply.message_ids) }
            })
        }
        Request::Search { chat, words, before } => search(*chat, words, *before)?,
        Request::FetchEmoji => emoji::fetch(),
        Request::FetchCommands(_) | Request::CallCommand { .. } => {
            return Err(Refusal::ours(RefusalKind::Unsupported, "Servers of this network have no commands."));
        }
        Request::FetchPart { file, offset, length } => part(file.id, *offset, *length)?,
        Request::Pin { chat, message, pinned } => done(wire_messages::SetMessagePin {
            chat_ref: reference(*chat)?,
            message_id: message_id(*message)?,
            pin: *pinned,
        }),
        Request::Forward { from, to, messages } => {
            let named = messages.iter().map(|id| ids::wire(id.0).ok_or_else(not_here));
            done(wire_messages::ForwardMessage {
                chat_ref: reference(*to)?,
                from: reference(*from)?,
                message_ids: named.collect::<Result<_, _>>()?,
            })
        }
        Request::Press { chat, message, data } => press(*chat, *message, data.as_ref())?,
        Request::Send(outgoing) => send(id, outgoing, config)?,
        Request::Edit { chat, message, text, emoji, no_previews } => {
            let Composed { text, entities } = encode::compose_with(text, emoji);
            done(wire_messages::EditMessage {
                chat_ref: reference(*chat)?,
                message_id: message_id(*message)?,
                message: Some(text),
                entities,
                suppress_embeds: *no_previews,
                ..Default::default()
            })
        }
        Request::Delete { chat, messages } => {
            let message_ids = messages.iter().map(|&key| message_id(key)).collect::<Result<_, _>>()?;
            done(wire_messages::DeleteMessage { chat_ref: reference(*chat)?, message_ids })
        }
        Request::React { chat, message, emoji, add } => {
            let (chat_ref, message_id, emoji) = (reference(*chat)?, message_id(*message)?, Some(emoji_of(emoji)?));
            if *add {
                done(reactions::AddReaction { chat_ref, message_id, emoji })
            } else {
                done(reactions::RemoveReaction { chat_ref, message_id, emoji })
            }
        }
        Request::MarkRead { back: true, .. } => {
            return Err(Refusal::ours(RefusalKind::Unsupported, "Read marks of this network only move forward."));
        }
        Request::MarkRead { chat, upto, back: false } => {
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

/// A part of a file. Servers give less at once than they are asked for if they want to: only nothing at all is the end.
fn part(file: FileId, offset: u64, length: u32) -> Result<Call, Refusal> {
    use media::file_ref::{MediaFileRef, Ref as Which};
    let file_id = ids::wire(file.0).ok_or_else(not_here)?;
    let file_ref = Some(media::FileRef { r#ref: Some(Which::MediaFile(MediaFileRef { file_id })) });
    Ok(read(media::DownloadFilePart { file_ref, offset, length }, |reply: media::FilePart, _| Reply::Part {
        last: reply.data.is_empty(),
        least: 0,
        bytes: Blob(reply.data),
    }))
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
