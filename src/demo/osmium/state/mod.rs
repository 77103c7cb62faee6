//! What the server knows: people, communities, chats, files, sign-ins. Everything lives in memory.
//!
//! Invariants: the messages of a chat are in ascending order of id; a read mark only moves forward; a chat entry exists
//! for every channel and group, and for direct conversations from the first message or mark on.

pub(crate) mod access;
pub(crate) mod chat;
mod dress;
pub(crate) mod entities;
pub(crate) mod load;
pub(crate) mod secrets;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::demo::world::model::Presence;
use crate::net::osmium::wire;

pub(crate) use chat::{Chat, Message, ReactionKey};
pub(crate) use entities::{Channel, Community, Group, Invite, InviteTarget, Member, Participant, Person, Role};

use super::ids::{Id, Mint};
use super::mail::{Mail, Waiting};

/// Identifies a conversation, seen from nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ChatKey {
    /// Two people; the smaller id first.
    Direct(Id, Id),
    /// A group.
    Group(Id),
    /// A channel: community and channel.
    Channel(Id, Id),
    /// Somebody's saved messages.
    Saved(Id),
}

impl ChatKey {
    /// The conversation of two people, or the saved messages of one.
    pub(crate) fn between(one: Id, other: Id) -> Self {
        if one == other { Self::Saved(one) } else { Self::Direct(one.min(other), one.max(other)) }
    }

    /// How `viewer` addresses it: in a direct conversation each side sees the other.
    pub(crate) fn seen_by(self, viewer: Id) -> wire::refs::ChatRef {
        use wire::refs::{ChannelRef, GroupRef, RefSelf, UserRef, chat_ref::Ref};
        let target = match self {
            Self::Direct(one, other) => Ref::User(UserRef { user_id: if viewer == one { other } else { one } }),
            Self::Group(group_id) => Ref::Group(GroupRef { group_id }),
            Self::Channel(community_id, channel_id) => Ref::Channel(ChannelRef { community_id, channel_id }),
            Self::Saved(_) => Ref::Self_(RefSelf {}),
        };
        wire::refs::ChatRef { r#ref: Some(target) }
    }
}

/// A sign-in: what a token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Its id.
    pub(crate) id: Id,
    /// Whose it is.
    pub(crate) user: Id,
    /// The token that proves it.
    pub(crate) token: String,
    /// What the client said about itself at the last Initialize.
    pub(crate) device: Device,
    /// When it was used last, in Unix milliseconds.
    pub(crate) last_active: i64,
}

/// What a client says about itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Device {
    /// The registered application.
    pub(crate) client_id: u32,
    /// For example `nib`.
    pub(crate) device_type: String,
    /// For example the operating system.
    pub(crate) device_version: String,
    /// The client's version.
    pub(crate) app_version: String,
}

/// A file that can be downloaded.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    /// What a message says about it.
    pub(crate) facts: wire::media::File,
    /// Its bytes.
    pub(crate) bytes: bytes::Bytes,
}

/// Parts of a file on their way in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Upload {
    /// The parts by number.
    pub(crate) parts: BTreeMap<u32, bytes::Bytes>,
    /// When the last part came, in Unix milliseconds.
    pub(crate) touched: i64,
}

impl Upload {
    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        self.parts.values().map(bytes::Bytes::len).sum()
    }
}

/// A sign-in that waits for its second factor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challenge {
    /// Who signs in.
    pub(crate) user: Id,
    /// When it lapses, in Unix milliseconds of the wall clock.
    pub(crate) expires_at: i64,
    /// Wrong answers still allowed.
    pub(crate) tries: u8,
}

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Accounts by id.
    pub(crate) people: BTreeMap<Id, Person>,
    /// Account ids in the order of the sample world; index 0 is "you".
    pub(crate) cast: Vec<Id>,
    /// Communities by id.
    pub(crate) communities: BTreeMap<Id, Community>,
    /// Channels by id.
    pub(crate) channels: BTreeMap<Id, Channel>,
    /// Groups by id.
    pub(crate) groups: BTreeMap<Id, Group>,
    /// Histories and read marks.
    pub(crate) chats: BTreeMap<ChatKey, Chat>,
    /// Files by id.
    pub(crate) files: BTreeMap<Id, StoredFile>,
    /// Unfinished uploads by owner and the id the client chose.
    pub(crate) uploads: BTreeMap<(Id, u64), Upload>,
    /// Sign-ins by id.
    pub(crate) logins: BTreeMap<Id, Login>,
    /// Sign-ins that were ended; their tokens are refused.
    pub(crate) revoked: BTreeSet<Id>,
    /// Sign-ins that wait for a second factor, by challenge id.
    pub(crate) challenges: BTreeMap<String, Challenge>,
    /// Invites by code.
    pub(crate) invites: BTreeMap<String, Invite>,
    /// Addresses of accounts to be, by address.
    pub(crate) waiting: BTreeMap<String, Waiting>,
    /// Mails that nobody has fetched, oldest first.
    pub(crate) mails: VecDeque<Mail>,
    /// Makes ids.
    pub(crate) mint: Mint,
    /// What the keys of tokens and codes are derived from.
    pub(crate) seed: u64,
    /// Counts codes, so that each is new.
    pub(crate) codes: u64,
}

impl State {
    /// How a person appears to others who have no connection of theirs to look at.
    pub(crate) fn played_presence(&self, user: Id) -> Presence {
        self.people.get(&user).map_or(Presence::Offline, |person| person.played)
    }

    /// Finds an account by user name, the sign `@` and case not minded.
    pub(crate) fn by_username(&self, name: &str) -> Option<&Person> {
        let name = name.trim().trim_start_matches('@').to_lowercase();
        self.people.values().find(|person| !name.is_empty() && person.username.to_lowercase() == name)
    }
}
