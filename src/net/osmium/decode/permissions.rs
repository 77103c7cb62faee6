//! Permission bits of the wire and of nib.

use crate::domain::{Overrides, Permissions};
use crate::net::osmium::wire::types::{CommunityPermission as Wire, PermissionOverrides};

/// Each right of the wire that nib knows, and nib's own.
const BITS: [(Wire, Permissions); 14] = [
    (Wire::Administrator, Permissions::ADMINISTRATOR),
    (Wire::ViewChannel, Permissions::VIEW),
    (Wire::SendMessages, Permissions::SEND),
    (Wire::ConnectVoice, Permissions::CONNECT_VOICE),
    (Wire::ModifyChannel, Permissions::MANAGE_CHANNELS),
    (Wire::SendMedia, Permissions::SEND_MEDIA),
    (Wire::DeleteMessages, Permissions::DELETE_OTHERS),
    (Wire::PinMessages, Permissions::PIN),
    (Wire::SpeakVoice, Permissions::SPEAK),
    (Wire::ModifyCommunity, Permissions::MANAGE_COMMUNITY),
    (Wire::ModifyRoles, Permissions::MANAGE_ROLES),
    (Wire::RemoveMembers, Permissions::REMOVE_MEMBERS),
    (Wire::AddReactions, Permissions::REACT),
    (Wire::ModifyLinkedStickers, Permissions::MANAGE_STICKERS),
];

/// The rights that a number of the wire stands for. Bits that nib does not know are rights it has no use for.
#[must_use]
pub fn permissions(bits: u64) -> Permissions {
    BITS.iter().fold(Permissions::NONE, |held, &(wire, ours)| {
        let bit = u64::from((wire as i32).unsigned_abs());
        if bits & bit == 0 { held } else { held.union(ours) }
    })
}

/// The exceptions of a chat; none where the wire has none.
#[must_use]
pub fn overrides(wire: Option<PermissionOverrides>) -> Overrides {
    wire.map(|wire| Overrides { allow: permissions(wire.pos), deny: permissions(wire.neg) }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_of_the_wire_has_its_own() {
        let mut seen = Permissions::NONE;
        for shift in 0..64 {
            let bit = 1_u64 << shift;
            let ours = permissions(bit);
            let known = i32::try_from(bit).is_ok_and(|number| Wire::try_from(number).is_ok());
            assert_eq!(ours != Permissions::NONE, known, "bit {shift}");
            assert_eq!(seen.0 & ours.0, 0, "bit {shift} shares a right");
            seen = seen.union(ours);
        }
        assert_eq!(permissions(u64::MAX), seen);
    }
}
