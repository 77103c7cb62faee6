//! Permission bits and how this server combines them.
//!
//! Nobody has published the order in which the layers combine. Ours: everybody's bits and the bits of all roles are
//! joined; in a channel all denials of the member's roles (and of everybody) are taken away, then all allowances are
//! added; administrators and owners have everything.

/// Everything is allowed.
pub(crate) const ADMINISTRATOR: u64 = 1;
/// The channel can be seen.
pub(crate) const VIEW_CHANNEL: u64 = 2;
/// Messages can be sent.
pub(crate) const SEND_MESSAGES: u64 = 4;
/// Channels can be created, edited and deleted.
pub(crate) const MODIFY_CHANNEL: u64 = 16;
/// Files can be attached.
pub(crate) const SEND_MEDIA: u64 = 32;
/// Messages of others can be deleted.
pub(crate) const DELETE_MESSAGES: u64 = 64;
/// Messages can be pinned.
pub(crate) const PIN_MESSAGES: u64 = 128;
/// Voice rooms can be entered.
pub(crate) const CONNECT_VOICE: u64 = 8;
/// The community can be edited.
pub(crate) const MODIFY_COMMUNITY: u64 = 512;
/// Roles can be edited and assigned.
pub(crate) const MODIFY_ROLES: u64 = 1024;
/// Members can be removed.
pub(crate) const REMOVE_MEMBERS: u64 = 2048;
/// Reactions can be added.
pub(crate) const ADD_REACTIONS: u64 = 4096;
/// The emoji pack can be changed.
pub(crate) const MODIFY_LINKED_STICKERS: u64 = 8192;
/// All bits that exist.
pub(crate) const ALL: u64 = 16_383;

/// Bits of everybody in a community made here.
pub(crate) const DEFAULT: u64 = VIEW_CHANNEL | SEND_MESSAGES | CONNECT_VOICE | SEND_MEDIA | 256 | ADD_REACTIONS;

/// Bits of each side in a conversation without roles (a direct conversation, a group, saved messages).
pub(crate) const PRIVATE: u64 =
    VIEW_CHANNEL | SEND_MESSAGES | CONNECT_VOICE | SEND_MEDIA | PIN_MESSAGES | 256 | ADD_REACTIONS;

/// What a channel adds and takes away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Override {
    /// Bits allowed.
    pub(crate) pos: u64,
    /// Bits denied.
    pub(crate) neg: u64,
}

impl Override {
    /// Joins two overrides; a bit that one allows and the other denies is allowed.
    pub(crate) fn join(self, other: Self) -> Self {
        Self { pos: self.pos | other.pos, neg: self.neg | other.neg }
    }

    /// The bits in effect for somebody who has `base` in the community.
    pub(crate) fn over(self, base: u64) -> u64 {
        if base & ADMINISTRATOR != 0 { ALL } else { (base & !self.neg) | self.pos }
    }
}

/// Whether `have` holds every bit of `need`.
pub(crate) fn holds(have: u64, need: u64) -> bool {
    have & need == need
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_beats_a_denial() {
        let joined = Override { pos: 0, neg: SEND_MESSAGES }.join(Override { pos: SEND_MESSAGES, neg: 0 });
        assert!(holds(joined.over(VIEW_CHANNEL | SEND_MESSAGES), SEND_MESSAGES));
    }

    #[test]
    fn a_denial_takes_away_what_the_community_gives() {
        let hidden = Override { pos: 0, neg: VIEW_CHANNEL };
        assert!(!holds(hidden.over(DEFAULT), VIEW_CHANNEL));
        assert!(holds(hidden.over(DEFAULT), SEND_MESSAGES));
    }

    #[test]
    fn an_administrator_is_not_held_by_overrides() {
        assert_eq!(Override { pos: 0, neg: ALL }.over(ADMINISTRATOR), ALL);
    }
}
