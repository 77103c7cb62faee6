//! What nib assumes of OriginChats where servers differ or say nothing: one named value for each assumption.

use super::names::Memory;
use crate::domain::Secret;
use crate::net::dispatch::{Budget, Limits};
use std::time::Duration;

/// The service that keeps the accounts of most people of the network.
pub const ACCOUNT_SERVICE: &str = "https://api.rotur.dev";

/// Where people allow programs to use their account, with the code that the program shows.
pub const LINK_ADDRESS: &str = "https://rotur.dev/link";

/// What nib asks to be allowed: proofs for servers, and nothing else.
pub const LINK_PERMISSIONS: &str = "validators:generate";

/// How often the account service is asked whether the user has allowed it. It takes 100 questions in a minute.
pub const LINK_POLL: Duration = Duration::from_secs(3);

/// How long a code is good for where the service does not say.
pub const LINK_LIFETIME: Duration = Duration::from_secs(600);

/// How many codes are shown before nib gives up.
pub const LINK_CODES: u32 = 3;

/// Servers of direct chats. Their key names the first of them, whichever was dialled.
pub const DIRECT_HOSTS: [&str; 2] = ["dms.mistium.com", "dms.originchats.com"];

/// The channel of a server of direct chats that takes commands.
pub const COMMANDS: &str = "cmds";

/// Commands that a server without a list of capabilities is taken to know, as its web client does.
pub const ASSUMED: [&str; 10] = [
    "auth",
    "channels_get",
    "message_delete",
    "message_edit",
    "message_get",
    "message_new",
    "messages_get",
    "typing",
    "users_list",
    "users_online",
];

/// How long a server may take to greet. It speaks first.
pub const GREETING: Duration = Duration::from_secs(15);

/// How long a reply may take. Servers swallow requests that they stumble over; other clients wait 10 to 15 s.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long to hear nothing before asking something. Servers ping every 30 s.
pub const PROBE: Duration = Duration::from_secs(50);

/// How long to hear nothing at all before the connection counts as dead.
pub const QUIET: Duration = Duration::from_secs(75);

/// How long changes of people are gathered before the list of members is told anew.
pub const LIST_PACE: Duration = Duration::from_secs(1);

/// After so many tellings the list of members is gathered for another [`LIST_PACE`] longer each time.
pub const LIST_STEP: u32 = 10;

/// So many [`LIST_PACE`]s it is gathered at most.
pub const LIST_SLOWEST: u32 = 30;

/// Longest limit on writing that is waited for in silence. A longer one is a person's, who may take it back without telling: what the user wants is tried.
pub const UNTRIED_LIMIT: Duration = Duration::from_secs(30);

/// How long after everything was asked anew because a list was found to be old nothing is, should the new one be no better; each time twice as long.
pub const STALE_PACE: Duration = Duration::from_secs(20);

/// How long at most. After twice that it begins with [`STALE_PACE`] again.
pub const STALE_SLOWEST: Duration = Duration::from_secs(300);

/// Longest message in code points where the server does not say: its own default.
pub const MESSAGE_LENGTH: u32 = 2_000;

/// Most messages that a server gives at once.
pub const PAGE: u16 = 200;

/// Most pages that are walked through to find the place of a message, on servers that count instead of naming it.
pub const WALK: u32 = 10;

/// Requests kept while the sign-in is not complete.
pub const WAITING_LIMIT: usize = 256;

/// Unreadable frames in a row after which the other side counts as broken.
pub const GARBAGE_LIMIT: u32 = 16;

/// Most people, and most messages whose place is remembered.
pub const REMEMBERED: usize = 20_000;

/// Most threads of one forum that are listed: the most lively.
pub const THREADS: usize = 200;

/// Formatting spans read of one message.
pub const SPANS_LIMIT: usize = 2_000;

/// How nib talks to one server. The default is what this file assumes.
#[derive(Clone, Debug)]
pub struct OriginConfig {
    /// Where the server is, as it was dialled: `wss://host` or `ws://host:port`.
    pub url: String,
    /// Where the account service is, without a slash at the end.
    pub account_service: String,
    /// Where people allow programs to use their account.
    pub link_address: String,
    /// Sign in with a key that names no server, as most servers give it. A server could pass on the proof to another that gave it its key.
    pub unnamed_keys: bool,
    /// Whether the server is one for direct chats; `None`: its channels show it.
    pub direct: Option<bool>,
    /// Whether what is fetched stays unread: read marks that the server moves by itself are put back.
    pub keep_marks: bool,
    /// The code of an invite, for servers that ask for one.
    pub invite: Option<Secret>,
    /// The server's own password, for servers that have one.
    pub server_password: Option<Secret>,
    /// How often it is asked whether the user has allowed a sign-in elsewhere.
    pub link_poll: Duration,
    /// How long a server may take to greet.
    pub greeting: Duration,
    /// How long a reply may take.
    pub request_timeout: Duration,
    /// How long to hear nothing before something is asked.
    pub probe: Duration,
    /// How long to hear nothing before the connection counts as dead.
    pub quiet: Duration,
    /// Names that one connection leaves to the next.
    pub memory: Memory,
}

impl OriginConfig {
    /// The usual values for a server.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            direct: is_direct(authority(url)).then_some(true),
            keep_marks: false,
            account_service: ACCOUNT_SERVICE.to_owned(),
            link_address: LINK_ADDRESS.to_owned(),
            unnamed_keys: true,
            invite: None,
            server_password: None,
            link_poll: LINK_POLL,
            greeting: GREETING,
            request_timeout: REQUEST_TIMEOUT,
            probe: PROBE,
            quiet: QUIET,
            memory: Memory::default(),
        }
    }

    /// The same with another account service, by its address. Programs are allowed there at `/link`.
    #[must_use]
    pub fn with_service(self, service: &str) -> Self {
        let service = service.trim_end_matches('/');
        if service == ACCOUNT_SERVICE {
            return self;
        }
        Self { account_service: service.to_owned(), link_address: format!("{service}/link"), ..self }
    }

    /// Host and port as they stand in the address.
    #[must_use]
    pub fn authority(&self) -> &str {
        authority(&self.url)
    }

    /// Where the server answers over HTTP, without a slash at the end: at the same host and port.
    #[must_use]
    pub fn web(&self) -> String {
        let scheme = if self.url.starts_with("ws://") { "http" } else { "https" };
        format!("{scheme}://{}", self.authority())
    }

    /// Whether it is one of the servers for direct chats that the network names, whose keys name the first of them.
    pub(super) fn is_known_direct(&self) -> bool {
        is_direct(self.authority())
    }
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Whether the server of that name is known to be one for direct chats.
fn is_direct(authority: &str) -> bool {
    DIRECT_HOSTS.iter().any(|host| authority.eq_ignore_ascii_case(host))
}

/// Most bytes of a file that are asked for at once: each part is a call of its own.
pub const DOWNLOAD_PART: u32 = 4 << 20;

/// How long a part of a file may take.
pub const DOWNLOAD_PATIENCE: Duration = Duration::from_secs(90);

/// How long nothing of a file may move on its way to the server, and how long the server may take to look at it.
pub const UPLOAD_ANSWER: Duration = Duration::from_secs(60);

/// How old a proof may be that goes with a file: they live for 300 s.
pub const PROOF_AGE: Duration = Duration::from_secs(240);

/// Largest file that is sent, in bytes, whatever the server takes: it is held in memory.
pub const UPLOAD_LIMIT: u64 = 64_000_000;

/// Most files of one message; the servers' own limit is not published.
pub const UPLOADS_LIMIT: u32 = 10;

/// What goes with a file in one call, at most, in bytes.
pub const UPLOAD_HEAD: u64 = 4_096;

/// How much longer than a server's window its calls are counted for. It counts when they arrive, and one that was slow on its way may arrive just before
/// one that was quick.
const WINDOW_MARGIN: u64 = 1;

/// How much may be said over time: what servers take by default. Sending, changing and telling that one types count together.
#[must_use]
pub fn limits() -> Limits {
    let budget = |calls, seconds| Some(Budget { calls, window: Duration::from_secs(seconds + WINDOW_MARGIN) });
    Limits { writing: [budget(60, 60), budget(10, 10)], ..Limits::default() }
}
