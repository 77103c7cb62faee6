//! The records behind [`super::State`]: accounts, communities with their roles, members and channels, groups, invites.

use std::collections::{BTreeMap, BTreeSet};

use crate::demo::world::model::Presence;
use crate::net::osmium::wire;

use super::super::ids::Id;
use super::super::permissions::Override;
use super::ChatKey;

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Its id.
    pub(crate) id: Id,
    /// Display name.
    pub(crate) name: String,
    /// User name without the `@`; empty for accounts that chose none.
    pub(crate) username: String,
    /// What the profile says.
    pub(crate) bio: String,
    /// Whether a program uses it.
    pub(crate) bot: bool,
    /// Colour as `0xRRGGBB`.
    pub(crate) color: Option<u32>,
    /// A custom emoji beside the name.
    pub(crate) icon: Option<Id>,
    /// File of the profile picture.
    pub(crate) photo: Option<Id>,
    /// File of the banner.
    pub(crate) banner: Option<Id>,
    /// Colour of the profile.
    pub(crate) theme_color: Option<u64>,
    /// Whether the banner shows in voice rooms.
    pub(crate) banner_in_voice: Option<bool>,
    /// Address to sign in with; empty for bots.
    pub(crate) email: String,
    /// Password to sign in with; empty for bots.
    pub(crate) password: String,
    /// Secret of the one-time codes, when they are on.
    pub(crate) totp: Option<Vec<u8>>,
    /// A secret that was offered and not confirmed yet.
    pub(crate) offered_totp: Option<Vec<u8>>,
    /// Recovery codes and whether each was used.
    pub(crate) recovery: Vec<(String, bool)>,
    /// What a script says about their presence; counts while no connection is open.
    pub(crate) played: Presence,
    /// What they chose to be while connected: a value of `UserStatus.Status`.
    pub(crate) chosen: i32,
    /// What they say they are doing.
    pub(crate) activities: Vec<wire::types::user_status::Activity>,
    /// Relations to others: a value of `RelationshipStatus` by account.
    pub(crate) relations: BTreeMap<Id, i32>,
    /// Notification choices by chat: a value of `NotifPrefs`.
    pub(crate) chat_prefs: BTreeMap<ChatKey, i32>,
    /// Notification choices by community.
    pub(crate) community_prefs: BTreeMap<Id, i32>,
    /// The order of communities they chose.
    pub(crate) community_order: Vec<Id>,
    /// Choices about mail.
    pub(crate) mail: Option<wire::settings::user_settings::EmailPreferences>,
    /// Whether they asked for the account to be deleted.
    pub(crate) pending_delete: bool,
    /// Groups and direct conversations they are part of and that were used.
    pub(crate) chats: BTreeSet<ChatKey>,
}

impl Person {
    /// A new account with nothing but names.
    pub(crate) fn new(id: Id, name: String, username: String) -> Self {
        Self {
            id,
            name,
            username,
            bio: String::new(),
            bot: false,
            color: None,
            icon: None,
            photo: None,
            banner: None,
            theme_color: None,
            banner_in_voice: None,
            email: String::new(),
            password: String::new(),
            totp: None,
            offered_totp: None,
            recovery: Vec::new(),
            played: Presence::Offline,
            chosen: 0,
            activities: Vec::new(),
            relations: BTreeMap::new(),
            chat_prefs: BTreeMap::new(),
            community_prefs: BTreeMap::new(),
            community_order: Vec::new(),
            mail: None,
            pending_delete: false,
            chats: BTreeSet::new(),
        }
    }
}

/// A community.
#[derive(Clone, Debug)]
pub(crate) struct Community {
    /// Its id.
    pub(crate) id: Id,
    /// Its name.
    pub(crate) name: String,
    /// Its public name.
    pub(crate) username: Option<String>,
    /// Who owns it.
    pub(crate) owner: Id,
    /// Bits of everybody.
    pub(crate) default_permissions: u64,
    /// Its roles.
    pub(crate) roles: BTreeMap<Id, Role>,
    /// Its members.
    pub(crate) members: BTreeMap<Id, Member>,
    /// Who was removed, until when (0 for good) and why.
    pub(crate) removed: BTreeMap<Id, (u64, Option<String>)>,
    /// File of its picture.
    pub(crate) photo: Option<Id>,
    /// Files of its custom emoji.
    pub(crate) emoji: Vec<Id>,
    /// Its settings.
    pub(crate) settings: wire::communities::CommunitySettings,
}

/// A role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// Its id.
    pub(crate) id: Id,
    /// Its name.
    pub(crate) name: String,
    /// Bits that it adds.
    pub(crate) permissions: u64,
    /// Higher is stronger.
    pub(crate) priority: u32,
    /// `0xRRGGBB`, 0 for none.
    pub(crate) color: u32,
    /// Whether it has its own section in the member list.
    pub(crate) separated: bool,
    /// Kept as given; nothing published says what it does.
    pub(crate) public: bool,
}

/// Somebody in a community.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    /// Roles held.
    pub(crate) roles: BTreeSet<Id>,
    /// Name used here.
    pub(crate) nickname: Option<String>,
}

/// A channel or category.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    /// Its id.
    pub(crate) id: Id,
    /// Whose it is.
    pub(crate) community: Id,
    /// Its name.
    pub(crate) name: String,
    /// A value of `ChannelType`.
    pub(crate) kind: i32,
    /// Ascending within the parent.
    pub(crate) position: u32,
    /// Its category.
    pub(crate) parent: Option<Id>,
    /// Its topic.
    pub(crate) topic: Option<String>,
    /// Seconds between two messages of one person.
    pub(crate) slowmode: Option<u32>,
    /// Whether it is marked as explicit.
    pub(crate) explicit: bool,
    /// The one highlighted message.
    pub(crate) highlighted: Option<Id>,
    /// Where its voice server should be.
    pub(crate) region: Option<String>,
    /// Overrides by role; role 0 stands for everybody.
    pub(crate) overrides: BTreeMap<Id, Override>,
    /// Whether its overrides follow its category.
    pub(crate) synced: bool,
    /// Who is in its voice room.
    pub(crate) inside: Vec<Participant>,
}

/// Somebody in a voice room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Participant {
    /// Who.
    pub(crate) user: Id,
    /// Whether they muted themselves.
    pub(crate) muted: bool,
}

/// A group conversation.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its id.
    pub(crate) id: Id,
    /// Its name.
    pub(crate) name: String,
    /// Who owns it.
    pub(crate) owner: Id,
    /// Who is in it, with bits of their own when somebody set them.
    pub(crate) members: BTreeMap<Id, Option<u64>>,
    /// File of its picture.
    pub(crate) photo: Option<Id>,
}

/// What an invite leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InviteTarget {
    /// Joining a community.
    Community(Id),
    /// Joining a group.
    Group(Id),
    /// Becoming a friend.
    Person(Id),
}

/// An invite.
#[derive(Clone, Debug)]
pub(crate) struct Invite {
    /// What is typed in.
    pub(crate) code: String,
    /// Who made it.
    pub(crate) creator: Id,
    /// Where it leads.
    pub(crate) target: InviteTarget,
    /// When it lapses, in Unix milliseconds.
    pub(crate) expires_at: Option<i64>,
    /// How often it can still be used.
    pub(crate) uses_left: Option<u32>,
}
