//! What one may do in a community or chat.

/// A set of rights. The bits are nib's own; adapters translate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Permissions(pub u32);

impl Permissions {
    /// No right at all.
    pub const NONE: Self = Self(0);
    /// Every right, now and later.
    pub const ADMINISTRATOR: Self = Self(1);
    /// See the chat and read it.
    pub const VIEW: Self = Self(1 << 1);
    /// Write messages.
    pub const SEND: Self = Self(1 << 2);
    /// Attach files.
    pub const SEND_MEDIA: Self = Self(1 << 3);
    /// Add reactions.
    pub const REACT: Self = Self(1 << 4);
    /// Delete messages of others.
    pub const DELETE_OTHERS: Self = Self(1 << 5);
    /// Pin and unpin messages.
    pub const PIN: Self = Self(1 << 6);
    /// Enter voice rooms.
    pub const CONNECT_VOICE: Self = Self(1 << 7);
    /// Speak in voice rooms.
    pub const SPEAK: Self = Self(1 << 8);
    /// Create, change and delete channels.
    pub const MANAGE_CHANNELS: Self = Self(1 << 9);
    /// Change the community.
    pub const MANAGE_COMMUNITY: Self = Self(1 << 10);
    /// Change and give roles.
    pub const MANAGE_ROLES: Self = Self(1 << 11);
    /// Remove members.
    pub const REMOVE_MEMBERS: Self = Self(1 << 12);
    /// Change stickers and emoji.
    pub const MANAGE_STICKERS: Self = Self(1 << 13);
    /// Begin threads in a forum.
    pub const BEGIN_THREADS: Self = Self(1 << 14);
    /// Rename, archive and delete this thread.
    pub const CHANGE_THREAD: Self = Self(1 << 15);
    /// Change own messages. Held wherever a chat does not take it.
    pub const EDIT_OWN: Self = Self(1 << 16);
    /// Delete own messages. Held wherever a chat does not take it.
    pub const DELETE_OWN: Self = Self(1 << 17);
    /// Lock this thread, and unlock it.
    pub const LOCK_THREAD: Self = Self(1 << 18);
    /// Leave this thread once one takes part. Held wherever a thread does not take it.
    pub const LEAVE_THREAD: Self = Self(1 << 19);
    /// Every right there is.
    pub const ALL: Self = Self(u32::MAX);

    /// Whether all rights of `wanted` are held; an administrator holds all.
    #[must_use]
    pub const fn allows(self, wanted: Self) -> bool {
        self.0 & Self::ADMINISTRATOR.0 != 0 || self.0 & wanted.0 == wanted.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These rights after the exceptions of one chat: denied ones go, allowed ones come; an administrator is above exceptions.
    #[must_use]
    pub const fn with(self, overrides: Overrides) -> Self {
        if self.0 & Self::ADMINISTRATOR.0 != 0 { self } else { Self(self.0 & !overrides.deny.0 | overrides.allow.0) }
    }
}

/// Exceptions that one chat makes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Overrides {
    /// Rights given here.
    pub allow: Permissions,
    /// Rights taken here.
    pub deny: Permissions,
}

#[cfg(test)]
mod tests {
    use super::{Overrides, Permissions};

    #[test]
    fn exceptions_apply_to_all_but_administrators() {
        let base = Permissions::VIEW.union(Permissions::SEND);
        let quiet = Overrides { allow: Permissions::REACT, deny: Permissions::SEND };
        assert!(!base.with(quiet).allows(Permissions::SEND));
        assert!(base.with(quiet).allows(Permissions::VIEW.union(Permissions::REACT)));
        assert!(base.union(Permissions::ADMINISTRATOR).with(quiet).allows(Permissions::SEND));
    }
}
