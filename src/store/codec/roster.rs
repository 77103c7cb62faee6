//! Chats, communities, roles, members and people. Where people are and what they do is of the moment, and not kept.

use super::{Reader, Writer};
use crate::domain::chat::ThreadInfo;
use crate::domain::{
    ChannelKind, Chat, ChatId, ChatKind, Community, CommunityId, Member, NotifyLevel, Overrides, Permissions, Role,
    RoleId, SortKey, User, UserId, Wall,
};

const VERSION: u8 = 1;

const CHANNELS: [ChannelKind; 8] = [
    ChannelKind::Text,
    ChannelKind::Announcement,
    ChannelKind::Voice,
    ChannelKind::Category,
    ChannelKind::Forum,
    ChannelKind::Thread,
    ChannelKind::Separator,
    ChannelKind::Unknown,
];

const LEVELS: [NotifyLevel; 4] = [NotifyLevel::Default, NotifyLevel::All, NotifyLevel::Mentions, NotifyLevel::Nothing];

/// The number of something in a fixed list; the list only ever grows at its end.
fn place<T: PartialEq>(list: &[T], item: &T) -> u8 {
    list.iter().position(|known| known == item).and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
}

/// The body of a chat: all of it but its id and its read state.
pub(in crate::store) fn chat_body(chat: &Chat) -> Vec<u8> {
    // Named one by one, so that a part that is new is not forgotten here.
    let Chat {
        id: _,
        wire,
        kind,
        name,
        topic,
        unread: _,
        mentions: _,
        last_read: _,
        read_state: _,
        last_message: _,
        made,
        overrides,
        notify,
        thread,
    } = chat;
    let mut writer = Writer::new(VERSION);
    writer.text(wire);
    match kind {
        ChatKind::Channel { community, kind, parent, position, slowmode } => {
            writer.byte(0);
            writer.number(community.value());
            writer.byte(place(&CHANNELS, kind));
            writer.maybe(*parent, |writer, parent| writer.number(parent.value()));
            writer.number(*position);
            writer.number(*slowmode);
        }
        ChatKind::Direct { peer } => {
            writer.byte(1);
            writer.number(peer.value());
        }
        ChatKind::Group { owner, members } => {
            writer.byte(2);
            writer.flag(*owner);
            writer.list(members, |writer, member| writer.number(member.value()));
        }
        ChatKind::Saved => writer.byte(3),
    }
    writer.text(name);
    writer.maybe_text(topic.as_ref());
    writer.number(made.0);
    writer.number(overrides.allow.0);
    writer.number(overrides.deny.0);
    writer.byte(place(&LEVELS, notify));
    writer.maybe(thread.as_deref(), |writer, thread| {
        let ThreadInfo { by, people, joined, locked, archived, hidden, active } = thread;
        writer.maybe(*by, |writer, by| writer.number(by.value()));
        writer.number(*people);
        for flag in [joined, locked, archived, hidden] {
            writer.flag(*flag);
        }
        writer.maybe(*active, |writer, active| writer.signed(active.0));
    });
    writer.end()
}

fn read_thread(reader: &mut Reader<'_>) -> Option<Box<ThreadInfo>> {
    Some(Box::new(ThreadInfo {
        by: reader.maybe(|reader| reader.wide().map(UserId::new))?,
        people: reader.number()?,
        joined: reader.flag()?,
        locked: reader.flag()?,
        archived: reader.flag()?,
        hidden: reader.flag()?,
        active: reader.maybe(|reader| reader.signed().map(Wall))?,
    }))
}

/// Reads a chat's body.
pub(in crate::store) fn chat(bytes: &[u8], id: ChatId) -> Option<Chat> {
    let (VERSION, mut reader) = Reader::new(bytes)? else { return None };
    let reader = &mut reader;
    let wire = reader.text()?;
    let kind = match reader.byte()? {
        0 => ChatKind::Channel {
            community: CommunityId::new(reader.wide()?),
            kind: CHANNELS.get(usize::from(reader.byte()?)).copied().unwrap_or(ChannelKind::Unknown),
            parent: reader.maybe(|reader| reader.wide().map(ChatId::new))?,
            position: reader.number()?,
            slowmode: reader.number()?,
        },
        1 => ChatKind::Direct { peer: UserId::new(reader.wide()?) },
        2 => ChatKind::Group { owner: reader.flag()?, members: reader.list(|reader| reader.wide().map(UserId::new))? },
        3 => ChatKind::Saved,
        _ => return None,
    };
    Some(Chat {
        id,
        wire,
        kind,
        name: reader.text()?,
        topic: reader.maybe(Reader::text)?,
        made: SortKey(reader.wide()?),
        overrides: Overrides { allow: Permissions(reader.number()?), deny: Permissions(reader.number()?) },
        notify: LEVELS.get(usize::from(reader.byte()?)).copied().unwrap_or_default(),
        thread: reader.maybe(read_thread)?,
        ..Chat::default()
    })
}

/// The body of a community: all of it but its id.
pub(in crate::store) fn community_body(community: &Community) -> Vec<u8> {
    let Community { id: _, name, username, owner, permissions, available } = community;
    let mut writer = Writer::new(VERSION);
    writer.text(name);
    writer.maybe_text(username.as_ref());
    writer.flag(*owner);
    writer.number(permissions.0);
    writer.flag(*available);
    writer.end()
}

/// Reads a community's body.
pub(in crate::store) fn community(bytes: &[u8], id: CommunityId) -> Option<Community> {
    let (VERSION, mut reader) = Reader::new(bytes)? else { return None };
    Some(Community {
        id,
        name: reader.text()?,
        username: reader.maybe(Reader::text)?,
        owner: reader.flag()?,
        permissions: Permissions(reader.number()?),
        available: reader.flag()?,
    })
}

/// The body of a role: all of it but its id.
pub(in crate::store) fn role_body(role: &Role) -> Vec<u8> {
    let Role { id: _, name, priority, color, separated } = role;
    let mut writer = Writer::new(VERSION);
    writer.text(name);
    writer.number(*priority);
    writer.maybe(*color, |writer, color| writer.number(color));
    writer.flag(*separated);
    writer.end()
}

/// Reads a role's body.
pub(in crate::store) fn role(bytes: &[u8], id: RoleId) -> Option<Role> {
    let (VERSION, mut reader) = Reader::new(bytes)? else { return None };
    Some(Role {
        id,
        name: reader.text()?,
        priority: reader.number()?,
        color: reader.maybe(Reader::number)?,
        separated: reader.flag()?,
    })
}

/// The body of a member: all of it but who and where.
pub(in crate::store) fn member_body(member: &Member) -> Vec<u8> {
    let Member { user: _, community: _, nickname, roles } = member;
    let mut writer = Writer::new(VERSION);
    writer.maybe_text(nickname.as_ref());
    writer.list(roles, |writer, role| writer.number(role.value()));
    writer.end()
}

/// Reads a member's body.
pub(in crate::store) fn member(bytes: &[u8], community: CommunityId, user: UserId) -> Option<Member> {
    let (VERSION, mut reader) = Reader::new(bytes)? else { return None };
    Some(Member {
        user,
        community,
        nickname: reader.maybe(Reader::text)?,
        roles: reader.list(|reader| reader.wide().map(RoleId::new))?,
    })
}

/// The body of a person: all that lasts but the id.
pub(in crate::store) fn user_body(user: &User) -> Vec<u8> {
    let User { id: _, name, username, presence: _, activity: _, bot, color } = user;
    let mut writer = Writer::new(VERSION);
    writer.text(name);
    writer.maybe_text(username.as_ref());
    writer.flag(*bot);
    writer.maybe(*color, |writer, color| writer.number(color));
    writer.end()
}

/// Reads a person's body.
pub(in crate::store) fn user(bytes: &[u8], id: UserId) -> Option<User> {
    let (VERSION, mut reader) = Reader::new(bytes)? else { return None };
    Some(User {
        id,
        name: reader.text()?,
        username: reader.maybe(Reader::text)?,
        bot: reader.flag()?,
        color: reader.maybe(Reader::number)?,
        ..User::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CleanText;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = CleanText> {
        "\\PC{0,12}".prop_map(|raw| CleanText::line(&raw))
    }

    fn kinds() -> impl Strategy<Value = ChatKind> {
        prop_oneof![
            (
                any::<u128>(),
                prop::sample::select(CHANNELS.to_vec()),
                prop::option::of(any::<u128>()),
                any::<(u32, u32)>()
            )
                .prop_map(|(community, kind, parent, (position, slowmode))| ChatKind::Channel {
                    community: CommunityId::new(community),
                    kind,
                    parent: parent.map(ChatId::new),
                    position,
                    slowmode,
                }),
            any::<u128>().prop_map(|peer| ChatKind::Direct { peer: UserId::new(peer) }),
            (any::<bool>(), prop::collection::vec(any::<u128>(), 0..4)).prop_map(|(owner, members)| ChatKind::Group {
                owner,
                members: members.into_iter().map(UserId::new).collect()
            }),
            Just(ChatKind::Saved),
        ]
    }

    proptest! {
        #[test]
        fn chats_come_back(kind in kinds(), names in (text(), text(), prop::option::of(text())), numbers in any::<(u128, u32, u32)>(), level in prop::sample::select(LEVELS.to_vec())) {
            let told = Chat {
                id: ChatId::new(numbers.0 / 3),
                wire: names.0,
                kind,
                name: names.1,
                topic: names.2,
                made: SortKey(numbers.0),
                overrides: Overrides { allow: Permissions(numbers.1), deny: Permissions(numbers.2) },
                notify: level,
                thread: (numbers.1 % 2 == 0).then(|| Box::new(ThreadInfo { by: Some(UserId::new(numbers.0)), people: numbers.2, locked: true, active: Some(Wall(-5)), ..ThreadInfo::default() })),
                ..Chat::default()
            };
            prop_assert_eq!(chat(&chat_body(&told), told.id), Some(told));
        }

        #[test]
        fn people_and_communities_come_back(name in text(), other in prop::option::of(text()), number in any::<u32>(), color in prop::option::of(any::<u32>()), flags in any::<(bool, bool)>(), ids in prop::collection::vec(any::<u128>(), 0..4)) {
            let told = User { id: UserId::new(7), name: name.clone(), username: other.clone(), bot: flags.0, color, ..User::default() };
            prop_assert_eq!(user(&user_body(&told), told.id), Some(told));
            let told = Community { id: CommunityId::new(7), name: name.clone(), username: other.clone(), owner: flags.0, permissions: Permissions(number), available: flags.1 };
            prop_assert_eq!(community(&community_body(&told), told.id), Some(told));
            let told = Role { id: RoleId::new(7), name, priority: number, color, separated: flags.1 };
            prop_assert_eq!(role(&role_body(&told), told.id), Some(told));
            let told = Member { user: UserId::new(1), community: CommunityId::new(2), nickname: other, roles: ids.into_iter().map(RoleId::new).collect() };
            prop_assert_eq!(member(&member_body(&told), told.community, told.user), Some(told));
        }
    }
}
