//! When people talk: more lately than long ago, in the evening more than at night, and in bursts.

use super::dice::Dice;
use super::model::Millis;

/// Milliseconds of a minute.
pub(crate) const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// How much is said in each hour of the local day.
const HOURS: [u64; 24] = [3, 1, 1, 1, 1, 1, 2, 5, 9, 11, 10, 9, 12, 11, 9, 8, 9, 11, 14, 18, 22, 21, 15, 8];

/// `count` moments before `until`, oldest first, over `days` days.
pub(crate) fn starts(dice: &mut Dice, count: usize, until: Millis, days: u64, utc_offset: i64) -> Vec<Millis> {
    let mut moments: Vec<Millis> = Vec::with_capacity(count);
    let mut base = None;
    while moments.len() < count {
        // Two conversations of five follow another one closely.
        let moment = match base {
            Some(base) if dice.chance(40) => base + millis(dice.between(4, 35)) * MINUTE,
            _ => moment(dice, until, days, utc_offset),
        };
        base = Some(moment);
        moments.push(moment.min(until));
    }
    moments.sort_unstable();
    moments
}

fn moment(dice: &mut Dice, until: Millis, days: u64, utc_offset: i64) -> Millis {
    let today = (until + utc_offset * HOUR).div_euclid(DAY);
    let day = loop {
        let ago = dice.weighted((0..days.max(1)).map(|ago| days + days / 2 - ago));
        let day = today - i64::try_from(ago).unwrap_or(0);
        // The epoch was a Thursday: 2 is Saturday, 3 is Sunday. A third of the weekend is spent elsewhere.
        if day.rem_euclid(7) < 2 || day.rem_euclid(7) > 3 || dice.chance(66) {
            break day;
        }
    };
    let hour = i64::try_from(dice.weighted(HOURS.iter().copied())).unwrap_or(0);
    day * DAY + (hour - utc_offset) * HOUR + millis(dice.between(0, 3_599_999))
}

/// How long somebody takes before the next line of `length` characters.
pub(crate) fn gap(dice: &mut Dice, length: usize, same_author: bool) -> Millis {
    let typing = millis(dice.between(60, 190)) * i64::try_from(length.min(400)).unwrap_or(0);
    let thinking = match (same_author, dice.below(100)) {
        (true, _) => dice.between(2, 14),
        (false, 0..70) => dice.between(5, 50),
        (false, 70..92) => dice.between(50, 240),
        (false, _) => dice.between(240, 1500),
    };
    typing + millis(thinking) * 1000 + millis(dice.between(0, 999))
}

fn millis(value: u64) -> Millis {
    i64::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_sorted_recent_and_mostly_awake() {
        let until = 1_790_000_000_000;
        let moments = starts(&mut Dice::new(5), 2000, until, 42, 1);
        assert!(moments.is_sorted());
        assert!(moments.iter().all(|&moment| moment <= until && moment > until - 44 * DAY));
        let hour = |moment: &Millis| (moment + HOUR).rem_euclid(DAY) / HOUR;
        let night = moments.iter().filter(|moment| (1..6).contains(&hour(moment))).count();
        let evening = moments.iter().filter(|moment| (18..23).contains(&hour(moment))).count();
        assert!(night * 5 < evening, "{night} at night, {evening} in the evening");
        let lately = moments.iter().filter(|&&moment| moment > until - 21 * DAY).count();
        assert!(lately > 1100, "{lately}");
    }

    #[test]
    fn a_longer_line_takes_longer_on_average() {
        let mut dice = Dice::new(2);
        let total = |length: usize, dice: &mut Dice| (0..300).map(|_| gap(dice, length, true)).sum::<Millis>();
        assert!(total(200, &mut dice) > 2 * total(10, &mut dice));
    }
}
