//! Times and days as people read them. The zone is handed in; nothing here reads a clock.

use crate::domain::Wall;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// Turns moments into local times and days.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    twelve_hours: bool,
    /// The day asked for last, from its first to past its last millisecond: neighbours in a timeline mostly share it.
    memo: Option<(i64, i64, Date)>,
}

impl Calendar {
    /// A calendar for a zone, with a 24-hour clock.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, twelve_hours: false, memo: None }
    }

    /// Chooses between the 12- and the 24-hour clock.
    pub fn set_twelve_hours(&mut self, on: bool) {
        self.twelve_hours = on;
    }

    /// The local day of a moment; `None` when no calendar reaches so far.
    pub fn date(&mut self, at: Wall) -> Option<Date> {
        if let Some((from, to, date)) = self.memo
            && (from..to).contains(&at.0)
        {
            return Some(date);
        }
        let zoned = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.zone.clone());
        let date = zoned.date();
        let from = zoned.start_of_day().ok().map(|start| start.timestamp().as_millisecond());
        let to = date
            .tomorrow()
            .ok()
            .and_then(|next| next.to_zoned(self.zone.clone()).ok())
            .map(|end| end.timestamp().as_millisecond());
        self.memo = from.zip(to).map(|(from, to)| (from, to, date));
        Some(date)
    }

    /// The time of day: `14:02` or `2:02 pm`.
    #[must_use]
    pub fn time(&self, at: Wall) -> Option<String> {
        let time = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.zone.clone()).time();
        let (hour, minute) = (time.hour(), time.minute());
        Some(if self.twelve_hours {
            let half = if hour < 12 { "am" } else { "pm" };
            format!("{}:{minute:02} {half}", (hour + 11) % 12 + 1)
        } else {
            format!("{hour:02}:{minute:02}")
        })
    }

    /// A moment in few words: `today 14:02`, `yesterday 09:11`, `Thu 19 Nov 09:11`, `19 Nov 2024`.
    #[must_use]
    pub fn near(&self, at: Wall, now: Wall) -> Option<String> {
        let day = |at: Wall| Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.zone.clone()).date());
        let (date, today, time) = (day(at)?, day(now)?, self.time(at)?);
        let month: String = month(date).chars().take(3).collect();
        Some(if date == today {
            format!("today {time}")
        } else if today.yesterday().is_ok_and(|yesterday| yesterday == date) {
            format!("yesterday {time}")
        } else if date.year() == today.year() {
            format!("{} {} {month} {time}", weekday(date), date.day())
        } else {
            format!("{} {month} {}", date.day(), date.year())
        })
    }

    /// A moment to the second: `Thu 19 November 2026, 14:02:09`; without a calendar that reaches so far, as a number.
    #[must_use]
    pub fn exact(&self, at: Wall) -> String {
        let Some(zoned) = jiff::Timestamp::from_millisecond(at.0).ok().map(|at| at.to_zoned(self.zone.clone())) else {
            return format!("{} ms", at.0);
        };
        let (date, second) = (zoned.date(), zoned.time().second());
        let time = self.time(at).unwrap_or_default();
        let (clock, half) = time.split_once(' ').map_or((time.as_str(), ""), |(clock, half)| (clock, half));
        let half = if half.is_empty() { String::new() } else { format!(" {half}") };
        format!("{} {} {} {}, {clock}:{second:02}{half}", weekday(date), date.day(), month(date), date.year())
    }

    /// A day in words: `Today`, `Yesterday`, `Thu 19 November`, with the year when it is another one.
    pub fn day(&mut self, date: Date, now: Wall) -> String {
        let today = self.date(now);
        if today == Some(date) {
            return "Today".to_owned();
        }
        if today.is_some_and(|today| today.yesterday().is_ok_and(|yesterday| yesterday == date)) {
            return "Yesterday".to_owned();
        }
        let mut day = format!("{} {} {}", weekday(date), date.day(), month(date));
        if today.is_none_or(|today| today.year() != date.year()) {
            let _ = write!(day, " {}", date.year());
        }
        day
    }
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn weekday(date: Date) -> &'static str {
    WEEKDAYS.get(usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())).copied().unwrap_or_default()
}

fn month(date: Date) -> &'static str {
    MONTHS.get(usize::from(date.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or_default()
}

/// A length of time in words of one unit: `5 s`, `3 min`, `2 h`.
#[must_use]
pub fn length(seconds: u64) -> String {
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5_999 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// Minutes and seconds of a recording: `3:07`.
#[must_use]
pub fn duration(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A count with thin grouping: `1 204`; without, where only ASCII is drawn.
#[must_use]
pub fn count(number: u64) -> String {
    if number < 10_000 {
        return number.to_string();
    }
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count for a narrow column: `99+` beyond two digits.
#[must_use]
pub fn short(number: u32) -> String {
    if number > 99 { "99+".to_owned() } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::new(TimeZone::fixed(jiff::tz::offset(2)))
    }

    const NOON: Wall = Wall(1_763_546_520_000); // 2025-11-19 10:02 UTC

    #[test]
    fn times_follow_zone_and_clock() {
        let mut calendar = calendar();
        assert_eq!(calendar.time(NOON).as_deref(), Some("12:02"));
        calendar.set_twelve_hours(true);
        assert_eq!(calendar.time(NOON).as_deref(), Some("12:02 pm"));
        assert_eq!(calendar.time(Wall(NOON.0 - 12 * 3_600_000)).as_deref(), Some("12:02 am"));
        assert_eq!(calendar.time(Wall(i64::MAX)), None);
        assert_eq!(calendar.date(Wall(i64::MIN)), None);
    }

    #[test]
    fn days_are_near_or_named() {
        let mut calendar = calendar();
        let day = 86_400_000;
        let words = |calendar: &mut Calendar, ago: i64| {
            let date = calendar.date(Wall(NOON.0 - ago * day)).unwrap();
            calendar.day(date, NOON)
        };
        assert_eq!(words(&mut calendar, 0), "Today");
        assert_eq!(words(&mut calendar, 1), "Yesterday");
        assert_eq!(words(&mut calendar, 2), "Mon 17 November");
        assert_eq!(words(&mut calendar, 365), "Tue 19 November 2024");
    }

    #[test]
    fn moments_are_told_in_few_words() {
        let calendar = calendar();
        let day = 86_400_000;
        let words = |ago: i64| calendar.near(Wall(NOON.0 - ago * day), NOON).unwrap();
        assert_eq!([0, 1, 2, 365].map(words), ["today 12:02", "yesterday 12:02", "Mon 17 Nov 12:02", "19 Nov 2024"]);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(1_234_567), "1\u{a0}234\u{a0}567");
    }
}
