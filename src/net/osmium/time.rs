//! Dates of the wire, whose units and epoch nobody has published.

use super::defaults::{AHEAD, EARLIEST, MILLISECONDS_ABOVE};
use crate::domain::Wall;

/// The moment that an id was made: milliseconds since `epoch` above `shift` bits. `None` when it cannot be true.
#[must_use]
pub fn of_snowflake(id: u64, epoch: i64, shift: u32, now: Wall) -> Option<Wall> {
    let since = i64::try_from(id.checked_shr(shift).unwrap_or(0)).ok()?;
    plausible(Wall(epoch.checked_add(since)?), now)
}

/// A date given as a number: milliseconds when large, else seconds. Saturates.
#[must_use]
pub fn of_number(number: u64) -> Wall {
    let millis = if number > MILLISECONDS_ABOVE { number } else { number.saturating_mul(1_000) };
    Wall(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// The date itself, unless it lies before 2024 or more than a day ahead of our clock.
#[must_use]
pub fn plausible(date: Wall, now: Wall) -> Option<Wall> {
    (date.0 >= EARLIEST && date.0 <= now.0.saturating_add(AHEAD)).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::osmium::defaults::{SNOWFLAKE_EPOCH, SNOWFLAKE_SHIFT};

    const NOW: Wall = Wall(1_790_000_000_000);

    #[test]
    fn ids_hold_their_date() {
        let id = (1_780_000_000_000 - SNOWFLAKE_EPOCH as u64) << SNOWFLAKE_SHIFT | 77;
        assert_eq!(of_snowflake(id, SNOWFLAKE_EPOCH, SNOWFLAKE_SHIFT, NOW), Some(Wall(1_780_000_000_000)));
        assert_eq!(
            of_snowflake(id, SNOWFLAKE_EPOCH, SNOWFLAKE_SHIFT, Wall(1_770_000_000_000)),
            None,
            "ahead of our clock"
        );
        assert_eq!(of_snowflake(u64::MAX, SNOWFLAKE_EPOCH, 0, NOW), None);
        assert_eq!(of_snowflake(5, i64::MAX, 0, NOW), None);
        assert_eq!(of_snowflake(5, 0, 500, NOW), None);
    }

    #[test]
    fn numbers_are_seconds_or_milliseconds() {
        assert_eq!(of_number(1_780_000_000), Wall(1_780_000_000_000));
        assert_eq!(of_number(1_780_000_000_000), Wall(1_780_000_000_000));
        assert_eq!(of_number(u64::MAX), Wall(i64::MAX));
    }
}
