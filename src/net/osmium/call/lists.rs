//! Lists: of chats, people and voice rooms, page by page where they are long.

use super::{Call, Outcome, call, community_id, not_here, read};
use crate::domain::answer::RefusalKind;
use crate::domain::{Bundle, ChatId, ChatKind, CommunityId, MemberListEntry, Refusal, Reply};
use crate::net::osmium::decode::Decoder;
use crate::net::osmium::defaults::{CHATS_LIMIT, CHATS_PAGES, MEMBERS_LIMIT};
use crate::net::osmium::ids;
use crate::net::osmium::wire::refs::{ChannelRef, chat_ref::Ref};
use crate::net::osmium::wire::{chats, communities};

/// One page of chats after another, until one is not full or brings nothing new. Whether the cursor is the id of a chat or of its
/// newest message is not published; the list is sorted by the latter.
pub(super) fn chats_page(before: Option<u64>, mut sum: Bundle, number: u32) -> Call {
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
pub(super) fn members_part(community: u64, mut people: Vec<u64>, mut sum: Bundle) -> Call {
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

pub(super) fn member_list(chat: ChatId) -> Result<Call, Refusal> {
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

pub(super) fn voice_rooms(of: CommunityId) -> Result<Call, Refusal> {
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
