//! What nib assumes of Osmium where nobody has published the answer: one named value for each assumption.
//!
//! Everything here can be corrected for one account, through [`OsmiumConfig`], the day the truth is known.

use std::time::Duration;

/// The server that every known client connects to.
pub const URL: &str = "wss://ws-0.osmium.chat";

/// The registered application that nib signs in as. The network's own quickstart uses this number as its sample.
pub const CLIENT_ID: u32 = 1;

/// What the list of sessions calls this kind of device.
pub const DEVICE_TYPE: &str = "nib";

/// Milliseconds since the Unix epoch of the moment that ids count from: 2025-01-01T00:00:00Z, inferred from ids seen in the wild.
pub const SNOWFLAKE_EPOCH: i64 = 1_735_689_600_000;

/// Bits of an id below its millisecond count, inferred likewise.
pub const SNOWFLAKE_SHIFT: u32 = 22;

/// How long a reply may take. The message-flow guide advises 15 to 30 s.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// How long to send nothing before an empty message tells that we are there. All known clients use 30 s.
pub const KEEPALIVE: Duration = Duration::from_secs(30);

/// How long to hear nothing before asking something, so that a live server has a reason to speak.
pub const PROBE: Duration = Duration::from_secs(50);

/// How long to hear nothing at all before the connection counts as dead.
pub const QUIET: Duration = Duration::from_secs(75);

/// Largest request that nib sends, in bytes. No limit is published; the one other client that has one takes so much.
pub const FRAME_LIMIT: usize = 1 << 20;

/// Frames in a row whose numbers must follow each other before a missing number means anything; the scope of the numbers is not published.
pub const GAP_TRUST: u32 = 50;

/// At most one resynchronisation in this time.
pub const GAP_RESYNC: Duration = Duration::from_secs(30);

/// More than this many gaps within [`GAP_WINDOW`] frames mean that the numbers do not work as supposed.
pub const GAP_LIMIT: u32 = 2;

/// Frames within which gaps are counted.
pub const GAP_WINDOW: u32 = 100;

/// Numbers above this are milliseconds, others seconds; units are not published.
pub const MILLISECONDS_ABOVE: u64 = 100_000_000_000;

/// Earliest date that is shown: 2024-01-01T00:00:00Z. Earlier ones come from a wrong epoch.
pub const EARLIEST: i64 = 1_704_067_200_000;

/// How far ahead of our clock a date may lie and still be shown, in milliseconds: one day.
pub const AHEAD: i64 = 86_400_000;

/// Most messages asked for at once; the server's own limit is not published.
pub const HISTORY_LIMIT: u16 = 100;

/// Chats asked for in one page; the server's own limit is not published.
pub const CHATS_LIMIT: u32 = 100;

/// Most pages of chats that are fetched for one list.
pub const CHATS_PAGES: u32 = 20;

/// Members looked up in one request; the server's own limit is not published.
pub const MEMBERS_LIMIT: usize = 100;

/// Formatting spans read of one message. More than any person writes; a bound against hostile ones.
pub const SPANS_LIMIT: usize = 2_000;

/// Requests kept while the sign-in is not complete.
pub const WAITING_LIMIT: usize = 256;

/// Updates kept while the sign-in is not complete: the server may push before it confirms.
pub const EARLY_LIMIT: usize = 1_024;

/// Unreadable frames in a row after which the other side counts as broken.
pub const GARBAGE_LIMIT: u32 = 16;

/// How often the sign-in starts over because its challenge has expired, within one connection.
pub const CHALLENGE_RESTARTS: u32 = 3;

/// Bytes in one part of a file on its way up, but for the last. Published: 256 KiB to 1 MiB, with this as the sample; known clients use it.
pub const UPLOAD_PART: usize = 512 * 1024;

/// Most parts under way at once. Published: several may be; how many is not.
pub const UPLOAD_WINDOW: usize = 4;

/// A part that is taken within this time allows one more at once.
pub const UPLOAD_QUICK: Duration = Duration::from_millis(500);

/// A part that takes so long means one less at once.
pub const UPLOAD_SLOW: Duration = Duration::from_secs(1);

/// How long a part may take to be answered: at 9 kB/s it just gets through. Shorter than [`QUIET`], since nothing else may be heard meanwhile.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// How often one part is sent before a passing refusal of it counts. Parts may be repeated.
pub const UPLOAD_ATTEMPTS: u32 = 3;

/// How long a file rests when a part of it was refused for the first time; doubles each time.
pub const UPLOAD_REST: Duration = Duration::from_secs(1);

/// Largest file that is sent, in bytes. The server's own limit is not published; the file is held in memory.
pub const UPLOAD_LIMIT: u64 = 64_000_000;

/// Most files of one message; the server's own limit is not published.
pub const UPLOADS_LIMIT: u32 = 10;

/// Fewest bytes of a file that are asked for at once, even at its end. Published: 128 KiB to 1 MiB.
pub const DOWNLOAD_LEAST: u32 = 128 * 1024;

/// Most bytes of a file that are asked for at once. Published: 128 KiB to 1 MiB.
pub const DOWNLOAD_PART: u32 = 256 * 1024;

/// How nib talks to one Osmium server. The default is what this file assumes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OsmiumConfig {
    /// Where the server is: `wss://host` or `ws://host:port`.
    pub url: String,
    /// The registered application to sign in as. A token works only with the application it was issued to.
    pub client_id: u32,
    /// What the list of sessions calls this kind of device.
    pub device_type: String,
    /// What the list of sessions says about the device: system and architecture.
    pub device_version: String,
    /// Version of nib.
    pub app_version: String,
    /// Ask for no updates; for commands that need none.
    pub no_subscribe: bool,
    /// Milliseconds since the Unix epoch of the moment that ids count from.
    pub snowflake_epoch: i64,
    /// Bits of an id below its millisecond count, at most 63.
    pub snowflake_shift: u32,
    /// How long a reply may take.
    pub request_timeout: Duration,
    /// How long to send nothing before an empty message is sent.
    pub keepalive: Duration,
    /// How long to hear nothing before something is asked.
    pub probe: Duration,
    /// How long to hear nothing before the connection counts as dead.
    pub quiet: Duration,
    /// Most messages asked for at once.
    pub history_limit: u16,
    /// Bytes in one part of a file on its way up.
    pub upload_part: usize,
    /// How long a part may take to be answered.
    pub upload_timeout: Duration,
    /// Largest file that is sent, in bytes.
    pub upload_limit: u64,
}

impl Default for OsmiumConfig {
    fn default() -> Self {
        Self {
            url: URL.to_owned(),
            client_id: CLIENT_ID,
            device_type: DEVICE_TYPE.to_owned(),
            device_version: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            no_subscribe: false,
            snowflake_epoch: SNOWFLAKE_EPOCH,
            snowflake_shift: SNOWFLAKE_SHIFT,
            request_timeout: REQUEST_TIMEOUT,
            keepalive: KEEPALIVE,
            probe: PROBE,
            quiet: QUIET,
            history_limit: HISTORY_LIMIT,
            upload_part: UPLOAD_PART,
            upload_timeout: UPLOAD_TIMEOUT,
            upload_limit: UPLOAD_LIMIT,
        }
    }
}
