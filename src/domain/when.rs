//! Days and moments as people write them: `2026-03-01`, `2026-03-01 14:30`, `2026-03`, `today`, `yesterday`, `monday`, `3 days ago`.

use super::Wall;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// How a day can be written, for help and errors.
pub const FORMS: &str = "2026-03-01, 2026-03, yesterday, monday, 3 days ago; a time such as 14:30 may follow";

/// Longest number of days, weeks, months or years back.
const FARTHEST: i32 = 10_000;

/// Reads a day, or a moment of it; a day begins at midnight, a month on its first. `None`: it makes no sense, or names no day that there is.
#[must_use]
pub fn parse(written: &str, today: Date) -> Option<DateTime> {
    let written = written.trim().to_lowercase();
    let (day, time) = match written.rsplit_once([' ', 't']) {
        Some((day, time)) if time.contains(':') => (day.trim_end(), clock(time)?),
        _ => (written.as_str(), Time::midnight()),
    };
    Some(date(day, today)?.to_datetime(time))
}

/// A time of day, in hours and minutes.
fn clock(written: &str) -> Option<Time> {
    let (hour, minute) = written.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn date(written: &str, today: Date) -> Option<Date> {
    let words: Vec<&str> = written.split_whitespace().collect();
    match words.as_slice() {
        ["today"] => Some(today),
        ["yesterday"] => today.yesterday().ok(),
        [day] | ["last" | "on", day] if weekday(day).is_some() => {
            // The last one that is over.
            today.nth_weekday(-1, weekday(day)?).ok()
        }
        [number, unit, "ago"] => {
            let number = if matches!(*number, "a" | "an" | "one") { 1 } else { number.parse().ok()? };
            let number = Some(number).filter(|number| (0..=FARTHEST).contains(number))?;
            let back = match unit.trim_end_matches('s') {
                "day" => Span::new().try_days(number),
                "week" => Span::new().try_weeks(number),
                "month" => Span::new().try_months(number),
                "year" => Span::new().try_years(number),
                _ => return None,
            };
            today.checked_sub(back.ok()?).ok()
        }
        [numbers] => {
            let mut parts = numbers.split('-');
            let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
            let mut part = || parts.next().map_or(Some(1), |part| part.parse().ok());
            let (month, day) = (part()?, part()?);
            parts.next().is_none().then(|| Date::new(year, month, day).ok()).flatten()
        }
        _ => None,
    }
}

fn weekday(written: &str) -> Option<Weekday> {
    Some(match written {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// The same as a moment by the clocks of a zone, as they were or will be on that day.
#[must_use]
pub fn moment(written: &str, now: Wall, zone: &TimeZone) -> Option<Wall> {
    let today = zone.to_datetime(Timestamp::from_millisecond(now.0).ok()?).date();
    let moment = parse(written, today)?.to_zoned(zone.clone()).ok()?;
    Some(Wall(moment.timestamp().as_millisecond()))
}

/// How long the day goes on, in milliseconds, where a change of the clocks makes it longer or shorter, too.
#[must_use]
pub fn left_of_day(now: Wall, zone: &TimeZone) -> Option<u64> {
    let now = Timestamp::from_millisecond(now.0).ok()?;
    let tomorrow = zone.to_datetime(now).date().tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    u64::try_from(tomorrow.timestamp().as_millisecond() - now.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        // A Tuesday.
        let today = Date::constant(2026, 3, 31);
        for (written, day) in [
            ("today", "2026-03-31T00:00:00"),
            (" Yesterday ", "2026-03-30T00:00:00"),
            ("tuesday", "2026-03-24T00:00:00"),
            ("last Monday", "2026-03-30T00:00:00"),
            ("3 days ago", "2026-03-28T00:00:00"),
            ("a week ago", "2026-03-24T00:00:00"),
            ("1 month ago", "2026-02-28T00:00:00"),
            ("2026-03-01", "2026-03-01T00:00:00"),
            ("2025-12", "2025-12-01T00:00:00"),
            ("2024", "2024-01-01T00:00:00"),
            ("2026-03-01 14:30", "2026-03-01T14:30:00"),
            ("2026-03-01T04:05", "2026-03-01T04:05:00"),
            ("yesterday 9:00", "2026-03-30T09:00:00"),
        ] {
            assert_eq!(parse(written, today).map(|day| day.to_string()).as_deref(), Some(day), "{written}");
        }
        for nonsense in [
            "",
            "soon",
            "2026-02-30",
            "2026-13-01",
            "20260301",
            "-1 days ago",
            "99999999999 days ago",
            "1-2-3",
            "today 25:00",
            "2026-03-01-02",
            "ago",
        ] {
            assert_eq!(parse(nonsense, today), None, "{nonsense}");
        }
    }

    #[test]
    fn a_day_begins_where_one_is() {
        let now = Wall(1_774_915_200_000);
        let utc = moment("today", now, &TimeZone::UTC).unwrap();
        assert_eq!(utc.0 % 86_400_000, 0);
        let east = TimeZone::posix("EAST-1").unwrap();
        assert_eq!(moment("today", now, &east).unwrap().0, utc.0 - 3_600_000);
    }

    #[test]
    fn a_day_of_the_other_half_of_the_year_begins_by_its_own_clocks() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let at = |written: &str| Wall(written.parse::<Timestamp>().unwrap().as_millisecond());
        let (july, january) = (at("2026-07-15T12:00:00Z"), at("2026-01-15T12:00:00Z"));
        assert_eq!(moment("2026-01-15", july, &zone), Some(at("2026-01-14T23:00:00Z")));
        assert_eq!(moment("2026-07-15 14:30", january, &zone), Some(at("2026-07-15T12:30:00Z")));
        // 29 March has 23 hours.
        assert_eq!(left_of_day(at("2026-03-28T23:00:00Z"), &zone), Some(23 * 3_600_000));
        assert_eq!(left_of_day(at("2026-01-15T22:59:59Z"), &zone), Some(1_000));
    }
}
