//! Invites: what one leads to, as it can be read before it is used.

use super::id::{ChatId, CommunityId, UserId};
use super::text::CleanText;

/// What an invite leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invite {
    /// Where it leads.
    pub target: InviteTarget,
    /// What that is called; one line.
    pub name: CleanText,
    /// How many people are in it, where the network says.
    pub members: Option<u32>,
    /// Who made the invite, where the network says; one line.
    pub by: Option<CleanText>,
}

/// Where an invite leads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum InviteTarget {
    /// Into a community.
    Community(CommunityId),
    /// Into a group; the chat that it will be.
    Group(ChatId),
    /// To a person, who becomes a friend.
    Person(UserId),
}
