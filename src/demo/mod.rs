//! The embedded servers, the sample world and its scripted people.

mod accept;
pub mod originchats;
pub mod osmium;
pub mod people;
pub mod world;

use std::time::{Duration, Instant, SystemTime};

/// How close together two clocks are looked at, as a rule.
const CLOSE: Duration = Duration::from_micros(1);

/// The time of day since the Unix epoch, ahead of the system's by as much as the runtime's clock is: a test that lets time pass lets it pass here, too.
fn time_of_day() -> Duration {
    let runtime = tokio::time::Instant::now().into_std();
    let both = || (Instant::now(), SystemTime::now());
    let (mut now, mut day) = both();
    // Where the system does something else between the two, this would be later or earlier by that, and messages would change places.
    for _ in 0..100 {
        if now.elapsed() < CLOSE {
            break;
        }
        (now, day) = both();
    }
    day.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + runtime.saturating_duration_since(now)
}
