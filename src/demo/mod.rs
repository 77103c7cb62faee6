//! The embedded servers, the sample world and its scripted people.

mod accept;
pub mod originchats;
pub mod osmium;
pub mod people;
pub mod world;

use std::time::{Duration, SystemTime};

/// The time of day since the Unix epoch, ahead of the system's by as much as the runtime's clock is: a test that lets time pass lets it pass here, too.
fn time_of_day() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let ahead = tokio::time::Instant::now().into_std().saturating_duration_since(std::time::Instant::now());
    since + ahead
}
