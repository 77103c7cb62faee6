//! `--since` and `--until`: which days are meant.

use super::failure::Failure;
use crate::domain::{Wall, when};
use crate::shell::owner::{ChatRef, Client, KeptFrom, MessageTold};
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Messages about the place that is looked for: one more on each side is enough.
const ABOUT: u32 = 8;

/// Between which days.
#[derive(Clone, Debug, Args)]
pub(super) struct Days {
    /// Only messages sent on this day or later: 2026-03-01, yesterday, monday, "3 days ago"; a time such as 14:30 may follow
    #[arg(long, value_name = "DAY", value_parser = moment)]
    pub(super) since: Option<i64>,
    /// Only messages sent before this day
    #[arg(long, value_name = "DAY", value_parser = moment)]
    pub(super) until: Option<i64>,
}

/// Reads a day of the calendar here; in milliseconds since 1970.
fn moment(written: &str) -> Result<i64, String> {
    let now = Wall(Timestamp::now().as_millisecond());
    let moment = when::moment(written, now, &TimeZone::system());
    moment.map(|at| at.0).ok_or_else(|| format!("that is no day; it is written {}", when::FORMS))
}

impl Days {
    /// Fails where no message can be meant: that nothing is printed would tell nothing.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.since.is_some_and(|since| since > Timestamp::now().as_millisecond()) {
            return Err(Failure::Usage("the day of --since is still to come".to_owned()));
        }
        if self.since.zip(self.until).is_some_and(|(since, until)| since >= until) {
            return Err(Failure::Usage("the day of --until must come after that of --since".to_owned()));
        }
        Ok(())
    }

    /// Whether a message was sent too early. One whose time is not known is not.
    pub(super) fn is_before(&self, message: &MessageTold) -> bool {
        self.since.zip(message.time).is_some_and(|(since, at)| at < since)
    }

    /// Whether a message was sent too late.
    pub(super) fn is_after(&self, message: &MessageTold) -> bool {
        self.until.zip(message.time).is_some_and(|(until, at)| at >= until)
    }

    /// From where to read forwards what is kept.
    pub(super) async fn begin(
        &self,
        client: &mut Client,
        chat: &ChatRef,
        within: Duration,
    ) -> Result<KeptFrom, Failure> {
        let Some(since) = self.since else { return Ok(KeptFrom::Start) };
        let about = client.kept(chat, KeptFrom::Date(since), ABOUT, within).await?.messages;
        let before = about.into_iter().take_while(|message| self.is_before(message)).last();
        Ok(before.map_or(KeptFrom::Start, |message| KeptFrom::After(message.place)))
    }

    /// From where to read backwards what is kept.
    pub(super) async fn end(&self, client: &mut Client, chat: &ChatRef, within: Duration) -> Result<KeptFrom, Failure> {
        let Some(until) = self.until else { return Ok(KeptFrom::Newest) };
        let about = client.kept(chat, KeptFrom::Date(until), ABOUT, within).await?.messages;
        let after = about.into_iter().find(|message| self.is_after(message));
        Ok(after.map_or(KeptFrom::Newest, |message| KeptFrom::Before(message.place)))
    }
}
