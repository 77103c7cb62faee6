//! Communities, their roles, members and voice rooms.

use super::id::{CommunityId, RoleId, UserId};
use super::people::User;
use super::permissions::Permissions;
use super::text::CleanText;

/// A community: a set of channels and members under one name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Community {
    /// Which.
    pub id: CommunityId,
    /// Its name; one line.
    pub name: CleanText,
    /// Its public name, where it has one.
    pub username: Option<CleanText>,
    /// Whether the signed-in account owns it.
    pub owner: bool,
    /// What the signed-in account may do in it, before the exceptions of single chats.
    pub permissions: Permissions,
    /// False while the network says that it is out of service.
    pub available: bool,
}

/// A role of a community.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Role {
    /// Which.
    pub id: RoleId,
    /// Its name; one line.
    pub name: CleanText,
    /// Higher is stronger; the strongest coloured role colours a name.
    pub priority: u32,
    /// `0xRRGGBB`.
    pub color: Option<u32>,
    /// Whether its members have a section of their own in member lists.
    pub separated: bool,
}

/// What a community knows of one of its members.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Where.
    pub community: CommunityId,
    /// The name used here.
    pub nickname: Option<CleanText>,
    /// Roles held; unknown ids are to be ignored.
    pub roles: Box<[RoleId]>,
}

/// One line of a member list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MemberListEntry {
    /// The heading of the online or offline section.
    Section {
        /// Online members without a section of their own, or the offline ones.
        online: bool,
        /// How many.
        count: u32,
    },
    /// The heading of a role's section.
    Role {
        /// Whose section.
        role: RoleId,
        /// How many.
        count: u32,
    },
    /// A member.
    Member {
        /// Who.
        user: User,
        /// The name used here.
        nickname: Option<CleanText>,
    },
}

/// Somebody in a voice room.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VoiceParticipant {
    /// Who.
    pub user: UserId,
    /// Microphone off.
    pub muted: bool,
    /// Hears nothing.
    pub deafened: bool,
    /// Shows video or a screen.
    pub video: bool,
}
