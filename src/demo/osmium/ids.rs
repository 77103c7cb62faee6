//! Snowflake ids: milliseconds since 2025-01-01T00:00:00Z in the upper 42 bits, a sequence in the lower 22.
//!
//! Two kinds of ids are made here. Ids of accounts, communities, channels, roles, groups and files of the sample world
//! depend on nothing but their place in it, so that a client survives a restart of the server; ids of messages carry
//! their time, because the wire has no other place for it.

/// An id as it travels (`fixed64`).
pub(crate) type Id = u64;

/// 2025-01-01T00:00:00Z in milliseconds since the Unix epoch.
pub(crate) const EPOCH: i64 = 1_735_689_600_000;

/// How many low bits hold the sequence.
const SHIFT: u32 = 22;

/// Where the ids of the sample world's entities begin: 2025-01-02T00:00:00Z.
const WORLD_BASE: i64 = EPOCH + 86_400_000;

/// Sorts of sample entities; each has its own range of ids.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sort {
    /// Accounts.
    Person,
    /// Communities.
    Community,
    /// Channels and categories.
    Channel,
    /// Roles.
    Role,
    /// Group conversations.
    Group,
    /// Attachments.
    File,
    /// Sign-ins.
    Login,
    /// Custom emoji.
    Emoji,
}

/// The id of the `index`-th sample entity of a sort, the same in every run.
pub(crate) fn fixed(sort: Sort, index: usize) -> Id {
    let minutes = (sort as i64) * 100_000 + i64::try_from(index).unwrap_or(i64::MAX / 2) % 100_000;
    at(WORLD_BASE + minutes * 1_000)
}

/// The lowest id of a moment in Unix milliseconds; 0 for moments before the epoch.
pub(crate) fn at(millis: i64) -> Id {
    u64::try_from(millis - EPOCH).unwrap_or(0) << SHIFT
}

/// The moment an id was made, in Unix milliseconds.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) fn moment(id: Id) -> i64 {
    i64::try_from(id >> SHIFT).unwrap_or(0) + EPOCH
}

/// Hands out ids that only ever grow.
#[derive(Debug, Default)]
pub(crate) struct Mint {
    last: Id,
}

impl Mint {
    /// A new id for `now` (Unix milliseconds), above every id handed out or noted before.
    pub(crate) fn next(&mut self, now: i64) -> Id {
        self.last = at(now).max(self.last.saturating_add(1));
        self.last
    }

    /// Makes sure that later ids are above `id`.
    pub(crate) fn note(&mut self, id: Id) {
        self.last = self.last.max(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_moment() {
        let id = at(EPOCH + 1_234);
        assert_eq!(id, 1_234 << 22);
        assert_eq!(moment(id), EPOCH + 1_234);
        assert_eq!(moment(id + 77), EPOCH + 1_234);
    }

    #[test]
    fn ids_grow_even_when_the_clock_stands_or_goes_back() {
        let mut mint = Mint::default();
        let first = mint.next(EPOCH + 10);
        let second = mint.next(EPOCH + 10);
        let third = mint.next(EPOCH + 5);
        assert!(first < second && second < third);
    }

    #[test]
    fn sorts_do_not_share_ids() {
        assert_ne!(fixed(Sort::Person, 0), fixed(Sort::Community, 0));
        assert!(fixed(Sort::Person, 99_999) < fixed(Sort::Community, 0));
    }
}
