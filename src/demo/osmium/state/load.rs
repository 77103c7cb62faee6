//! From the sample world to the server's state.

use std::collections::{BTreeMap, BTreeSet};

use crate::demo::world::model::{self, World};
use crate::net::osmium::wire;

use super::super::ids::{self, Id, Sort, fixed};
use super::super::permissions::Override;
use super::chat::{Chat, Message, ReactionKey};
use super::entities::{Channel, Community, Group, Invite, InviteTarget, Member, Participant, Person, Role};
use super::{ChatKey, Device, Login, State, StoredFile, secrets};

/// Which account has a second factor: the third person after "you" who is no bot.
const WITH_TOTP: usize = 3;

/// Friends in the sample world, by user name.
const FRIENDS: &[(&str, &str)] = &[
    ("robin", "ada"),
    ("robin", "grace"),
    ("robin", "giulia"),
    ("ada", "grace"),
    ("ada", "linus"),
    ("ada", "giulia"),
    ("grace", "mara"),
];
/// Who asked whom to be friends.
const ASKED: &[(&str, &str)] = &[("hedy", "robin"), ("robin", "radia")];

impl State {
    /// The state at the start of a demo. The same world and seed always give the same state.
    pub(crate) fn load(world: &World, seed: u64) -> Self {
        let mut state = Self { seed, ..Self::default() };
        state.load_people(world);
        state.load_relations();
        state.load_files(world);
        let mut used = BTreeSet::new();
        let (mut channels, mut roles) = (0, 0);
        for (index, community) in world.communities.iter().enumerate() {
            let id = fixed(Sort::Community, index);
            state.load_community(id, community, roles);
            state.load_channels(id, community, (channels, roles), &mut used);
            channels += community.channels.len();
            roles += community.roles.len();
        }
        for direct in &world.directs {
            let (Some(you), Some(peer)) = (state.cast.first().copied(), state.cast.get(direct.peer).copied()) else {
                continue;
            };
            let key = ChatKey::between(you, peer);
            state.load_chat(key, &direct.posts, direct.unread, &[you, peer], &mut used);
        }
        for (index, group) in world.groups.iter().enumerate() {
            let id = fixed(Sort::Group, index);
            let members: Vec<Id> = group.members.iter().filter_map(|one| state.cast.get(*one).copied()).collect();
            let owner = state.cast.get(group.owner).copied().unwrap_or_default();
            let record = Group {
                id,
                name: group.name.clone(),
                owner,
                members: members.iter().map(|member| (*member, None)).collect(),
                photo: None,
            };
            state.groups.insert(id, record);
            state.load_chat(ChatKey::Group(id), &group.posts, group.unread, &members, &mut used);
        }
        if let Some(you) = state.cast.first().copied() {
            state.load_chat(ChatKey::Saved(you), &world.saved, 0, &[you], &mut used);
        }
        for id in used {
            state.mint.note(id);
        }
        state.dress();
        state.load_invites();
        state
    }

    /// An invite without end to each community and group, made by its owner, so that a new account finds its way in.
    fn load_invites(&mut self) {
        let communities = self.communities.values().map(|one| (InviteTarget::Community(one.id), one.id, one.owner));
        let groups = self.groups.values().map(|one| (InviteTarget::Group(one.id), one.id, one.owner));
        let all: Vec<(InviteTarget, Id, Id)> = communities.chain(groups).collect();
        for (target, id, creator) in all {
            let code = secrets::hex(self.seed, &format!("invite to {id:x}"), 16);
            self.invites.insert(code.clone(), Invite { code, creator, target, expires_at: None, uses_left: None });
        }
    }

    fn load_people(&mut self, world: &World) {
        let mut human = 0;
        for (index, person) in world.people.iter().enumerate() {
            let id = fixed(Sort::Person, index);
            let mut record = Person::new(id, person.name.clone(), person.username.clone());
            record.bio.clone_from(&person.bio);
            record.bot = person.bot;
            record.color = person.color;
            record.played = person.presence;
            if !person.bot {
                record.email = format!("{}@demo.example", person.username.to_lowercase());
                record.password = format!("demo-{}", person.username.to_lowercase());
                if human == WITH_TOTP {
                    let mut secret = secrets::derive(self.seed, &format!("totp {id:x}"));
                    secret.truncate(20);
                    record.totp = Some(secret);
                    record.recovery = self.recovery_codes(id, 0);
                }
                human += 1;
            }
            self.people.insert(id, record);
            self.cast.push(id);
            let login = fixed(Sort::Login, index);
            let token = secrets::token(self.seed, id, login);
            let device = Device::default();
            self.logins.insert(login, Login { id: login, user: id, token, device, last_active: world.at });
        }
    }

    /// Who are friends, and who would like to be.
    fn load_relations(&mut self) {
        use wire::types::RelationshipStatus as Status;
        let of = |name: &str| self.by_username(name).map(|person| person.id);
        let friends =
            FRIENDS.iter().flat_map(|&(one, other)| [(one, other, Status::Friend), (other, one, Status::Friend)]);
        let asked = ASKED
            .iter()
            .flat_map(|&(by, of)| [(by, of, Status::FriendRequestOutgoing), (of, by, Status::FriendRequestIncoming)]);
        let all: Vec<(Id, Id, i32)> = friends
            .chain(asked)
            .filter_map(|(one, other, status)| Some((of(one)?, of(other)?, status as i32)))
            .collect();
        for (one, other, status) in all {
            if let Some(person) = self.people.get_mut(&one) {
                person.relations.insert(other, status);
            }
        }
    }

    fn load_files(&mut self, world: &World) {
        use wire::media::file_metadata::{Metadata, MetadataFile, MetadataImage};
        for (index, file) in world.files.iter().enumerate() {
            let id = fixed(Sort::File, index);
            let metadata = match file.size {
                Some((width, height)) => Metadata::Image(MetadataImage { width, height, ..Default::default() }),
                None => Metadata::File(MetadataFile {}),
            };
            let facts = wire::media::File {
                file_id: id,
                region: 1,
                size: file.bytes.len() as u64,
                mimetype: file.mimetype.clone(),
                filename: Some(file.name.clone()),
                metadata: Some(wire::media::FileMetadata { metadata: Some(metadata) }),
            };
            self.files.insert(id, StoredFile { facts, bytes: bytes::Bytes::copy_from_slice(&file.bytes) });
        }
    }

    fn load_community(&mut self, id: Id, source: &model::Community, first_role: usize) {
        let strongest = source.roles.len();
        let roles: BTreeMap<Id, Role> = source
            .roles
            .iter()
            .enumerate()
            .map(|(index, role)| {
                let id = fixed(Sort::Role, first_role + index);
                let priority = u32::try_from(strongest - index).unwrap_or(1);
                let name = role.name.clone();
                let (permissions, color, separated) = (role.permissions, role.color, role.separated);
                (id, Role { id, name, permissions, priority, color, separated, public: false })
            })
            .collect();
        let members = source
            .members
            .iter()
            .filter_map(|member| {
                let roles = member.roles.iter().map(|role| fixed(Sort::Role, first_role + role)).collect();
                Some((*self.cast.get(member.person)?, Member { roles, nickname: member.nickname.clone() }))
            })
            .collect();
        self.communities.insert(
            id,
            Community {
                id,
                name: source.name.clone(),
                username: source.username.clone(),
                owner: self.cast.get(source.owner).copied().unwrap_or_default(),
                default_permissions: source.default_permissions,
                roles,
                members,
                removed: BTreeMap::new(),
                photo: None,
                emoji: Vec::new(),
                settings: wire::communities::CommunitySettings::default(),
            },
        );
    }

    fn load_channels(
        &mut self,
        community: Id,
        source: &model::Community,
        first: (usize, usize),
        used: &mut BTreeSet<Id>,
    ) {
        let members: Vec<Id> = source.members.iter().filter_map(|one| self.cast.get(one.person).copied()).collect();
        for (index, channel) in source.channels.iter().enumerate() {
            let id = fixed(Sort::Channel, first.0 + index);
            let mut record = Channel::new(id, community, channel.name.clone());
            record.kind = match channel.kind {
                model::ChannelKind::Text => wire::types::ChannelType::Text,
                model::ChannelKind::Announcement => wire::types::ChannelType::Announcement,
                model::ChannelKind::Voice => wire::types::ChannelType::Voice,
                model::ChannelKind::Category => wire::types::ChannelType::Category,
            } as i32;
            record.position = u32::try_from(index).unwrap_or(u32::MAX);
            record.parent = channel.parent.map(|parent| fixed(Sort::Channel, first.0 + parent));
            record.topic.clone_from(&channel.topic);
            record.slowmode = channel.slowmode;
            for (role, pos, neg) in &channel.overrides {
                record.overrides.insert(fixed(Sort::Role, first.1 + role), Override { pos: *pos, neg: *neg });
            }
            if channel.deny_everyone != 0 {
                record.overrides.insert(0, Override { pos: 0, neg: channel.deny_everyone });
            }
            // A channel without rules of its own follows its category.
            record.synced = record.overrides.is_empty() && record.parent.is_some();
            record.inside = channel
                .inside
                .iter()
                .filter_map(|(person, muted)| Some(Participant { user: *self.cast.get(*person)?, muted: *muted }))
                .collect();
            self.channels.insert(id, record);
            self.load_chat(ChatKey::Channel(community, id), &channel.posts, channel.unread, &members, used);
        }
    }

    /// Fills a chat. Everybody has read everything, but for "you", who has not read the newest `unread` posts.
    fn load_chat(
        &mut self,
        key: ChatKey,
        posts: &[model::Post],
        unread: usize,
        readers: &[Id],
        used: &mut BTreeSet<Id>,
    ) {
        let mut message_ids: Vec<Id> = Vec::with_capacity(posts.len());
        let mut chat = Chat::default();
        for post in posts {
            let mut id = ids::at(post.at).max(message_ids.last().map_or(1, |last| last + 1));
            while !used.insert(id) {
                id += 1;
            }
            let message = self.message(id, post, &message_ids, &chat, key);
            chat.push(message);
            message_ids.push(id);
        }
        let you = self.cast.first().copied().unwrap_or_default();
        chat.read.clear();
        for reader in readers {
            chat.mark(*reader, Id::MAX);
        }
        if unread > 0 && readers.contains(&you) {
            let seen = posts.len().saturating_sub(unread).checked_sub(1).and_then(|index| message_ids.get(index));
            chat.read.insert(you, seen.copied().unwrap_or(0));
            for message in &chat.messages {
                if message.id > seen.copied().unwrap_or(0) && message.mentions.contains(&you) {
                    chat.mentions.entry(you).or_default().insert(message.id);
                }
            }
        }
        for reader in readers {
            if !matches!(key, ChatKey::Channel(..))
                && let Some(person) = self.people.get_mut(reader)
            {
                person.chats.insert(key);
            }
        }
        self.chats.insert(key, chat);
    }

    fn message(&self, id: Id, post: &model::Post, earlier: &[Id], chat: &Chat, key: ChatKey) -> Message {
        use wire::types::message::MessageType;
        let author = self.cast.get(post.author).copied().unwrap_or_default();
        let reply_to = post.reply_to.and_then(|index| earlier.get(index).copied());
        let mut mentions: Vec<Id> = post
            .spans
            .iter()
            .filter(|span| matches!(span.style, model::Style::Mention))
            .filter_map(|span| self.by_username(&cut(&post.text, span)))
            .map(|person| person.id)
            .chain(reply_to.and_then(|target| chat.get(target)).map(|target| target.author))
            .filter(|person| *person != author && self.sees_later(*person, key))
            .collect();
        mentions.sort_unstable();
        mentions.dedup();
        Message {
            id,
            author,
            text: post.text.clone(),
            entities: post.spans.iter().map(entity).collect(),
            media: post.files.iter().filter_map(|index| self.attachment(*index)).collect(),
            reply_to,
            edited: post.edited,
            kind: match post.kind {
                model::PostKind::Ordinary => 0,
                model::PostKind::Join => MessageType::Join as i32,
                model::PostKind::Leave => MessageType::Leave as i32,
                model::PostKind::Call => MessageType::Call as i32,
            },
            pinned: post.pinned,
            reactions: post.reactions.iter().map(|(emoji, who)| self.reaction(emoji, who)).collect(),
            mentions,
            ..Message::default()
        }
    }

    /// Like [`State::sees`], for chats that are still being loaded.
    fn sees_later(&self, person: Id, key: ChatKey) -> bool {
        match key {
            ChatKey::Channel(..) | ChatKey::Group(_) | ChatKey::Saved(_) => self.sees(person, key),
            ChatKey::Direct(one, other) => person == one || person == other,
        }
    }

    fn reaction(&self, emoji: &str, who: &[usize]) -> (ReactionKey, Vec<Id>) {
        let who = who.iter().filter_map(|one| self.cast.get(*one).copied()).collect();
        (ReactionKey::Unicode(emoji.to_owned()), who)
    }

    fn attachment(&self, index: usize) -> Option<wire::media::MessageMedia> {
        let file = self.files.get(&fixed(Sort::File, index))?.facts.clone();
        let media = wire::media::message_media::Media::File(wire::media::MediaFile { file: Some(file) });
        Some(wire::media::MessageMedia { media: Some(media) })
    }
}

/// The part of a text that a span covers.
fn cut(text: &str, span: &model::Span) -> String {
    let units = text.encode_utf16().skip(span.start as usize).take(span.length as usize);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A span as it travels.
pub(crate) fn entity(span: &model::Span) -> wire::types::MessageEntity {
    use model::Style;
    use wire::types::message_entity::{Entity, PreEntity, SpoilerEntity, TextUrlEntity};
    let entity = match &span.style {
        Style::Bold => Entity::Bold(true),
        Style::Italic => Entity::Italic(true),
        Style::Underline => Entity::Underline(true),
        Style::Strike => Entity::Strikethrough(true),
        Style::Code => Entity::Code(true),
        Style::Pre(language) => Entity::Pre(PreEntity { language: language.clone() }),
        Style::Url => Entity::Url(true),
        Style::TextUrl(url) => Entity::TextUrl(TextUrlEntity { url: url.clone() }),
        Style::Spoiler => Entity::Spoiler(SpoilerEntity {}),
        Style::Mention => Entity::Username(true),
    };
    wire::types::MessageEntity { start_index: span.start, length: span.length, entity: Some(entity) }
}
