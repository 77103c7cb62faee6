//! A small seeded generator, so that a world stays the same when a library's generator changes.
//!
//! SplitMix64: every state gives a full-period sequence, which is plenty for choosing texts and times and nothing for secrets.

/// A deterministic source of choices.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// A source whose choices depend on `seed` alone.
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x6e69_625f_776f_726c);
        dice.next();
        dice
    }

    /// A separate source, so that one part of the world can change without moving the others.
    pub(crate) fn fork(&self, label: u64) -> Self {
        Self::new(self.0 ^ label.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 when `limit` is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        match u64::try_from(limit) {
            Ok(limit) if limit > 0 => usize::try_from(self.next() % limit).unwrap_or(0),
            _ => 0,
        }
    }

    /// A number from `low` to `high`, both included; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        match high.checked_sub(low) {
            Some(width) => low + self.next() % width.saturating_add(1),
            None => low,
        }
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, if there is any.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// An index below `limit` that favours the small ones, as a few people write most of the messages.
    pub(crate) fn early(&mut self, limit: usize) -> usize {
        let bound = self.below(limit) + 1;
        self.below(bound)
    }

    /// An index chosen with the probability its weight has among all; 0 when all weights are 0.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let total: u64 = weights.clone().sum();
        if total == 0 {
            return 0;
        }
        let mut left = self.next() % total;
        for (index, weight) in weights.enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    /// Puts `items` in random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_stay_in_their_range_and_cover_it() {
        let mut dice = Dice::new(7);
        let mut seen = [false; 6];
        for _ in 0..400 {
            seen[dice.below(6)] = true;
            assert!((3..=5).contains(&dice.between(3, 5)));
            assert!(dice.early(9) < 9);
        }
        assert_eq!(seen, [true; 6]);
        assert_eq!((dice.below(0), dice.between(5, 3), dice.early(0)), (0, 5, 0));
        assert_eq!(dice.pick::<u8>(&[]), None);
    }

    #[test]
    fn weights_of_zero_are_never_chosen() {
        let mut dice = Dice::new(1);
        assert!((0..200).all(|_| dice.weighted([0, 3, 0, 1].into_iter()) % 2 == 1));
        assert_eq!(dice.weighted([0, 0].into_iter()), 0);
    }

    #[test]
    fn a_fork_does_not_depend_on_later_use() {
        let mut dice = Dice::new(3);
        let mut before = dice.fork(1);
        dice.next();
        assert_ne!(before.next(), dice.fork(1).next());
        assert_eq!(Dice::new(3).fork(1).next(), Dice::new(3).fork(1).next());
    }
}
