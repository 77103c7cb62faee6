//! Invites.

use super::{Decoder, line};
use crate::domain::{Invite, InviteTarget};
use crate::net::osmium::ids;
use crate::net::osmium::wire::auth::{self, invite_preview::TargetInfo};

impl Decoder {
    /// What an invite leads to. Only for groups the network tells who is in it. `None`: it leads to nothing that nib knows.
    pub fn invite(&mut self, wire: auth::InvitePreview) -> Option<Invite> {
        let by = wire.creator.map(|creator| line(creator.name)).filter(|name| !name.is_empty());
        let (target, name, members) = match wire.target_info? {
            TargetInfo::Community(community) => {
                (InviteTarget::Community(self.community_id(community.id)?), line(community.name), None)
            }
            TargetInfo::Chat(group) => {
                let chat = ids::group(group.id)?;
                let members = u32::try_from(group.participant_ids.len()).ok();
                (InviteTarget::Group(chat), line(group.name), members.filter(|&members| members > 0))
            }
            TargetInfo::User(user) => (InviteTarget::Person(ids::user(user.id)?), line(user.name), None),
        };
        Some(Invite { target, name, members, by })
    }
}
