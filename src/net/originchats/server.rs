//! What a server says of itself in its greeting: which generation it is of, what it can do, how one signs in.

use super::defaults::{
    ASSUMED, DIRECT_HOSTS, DOWNLOAD_PART, MESSAGE_LENGTH, OriginConfig, UPLOAD_HEAD, UPLOAD_LIMIT, UPLOADS_LIMIT,
};
use super::wire::{Handshake, Raw};
use crate::domain::{Caps, CleanText, FileTypes, Pace};
use std::collections::BTreeSet;

/// Most capabilities that are remembered.
const CAPABILITIES: usize = 1_000;
/// What every key begins with.
const KEY: &str = "originChats-";

/// Generations of servers that speak differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Generation {
    /// Tells no capabilities, marks no replies.
    Old,
    /// Tells its capabilities, marks replies.
    Listed,
    /// Names itself in its key, signs; some replies have other names.
    Newer,
}

/// Which accounts a server takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accounts {
    /// Of the account service.
    Service,
    /// Both kinds.
    Both,
    /// Of this server alone.
    Own,
}

/// What the key of a server says about where the proof may be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyCheck {
    /// It names the server that was dialled.
    Ours,
    /// It names none.
    Unnamed,
    /// It names another.
    Another(CleanText),
    /// There is none.
    Missing,
}

/// A server, by its greeting.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its generation.
    pub generation: Generation,
    /// Its name; one line.
    pub name: Option<CleanText>,
    /// User name of its owner.
    pub owner: Option<Raw>,
    /// Which accounts it takes.
    pub accounts: Accounts,
    /// Longest message in code points.
    pub max_length: u32,
    /// What a proof is made for.
    pub key: Raw,
    /// Whether it is one for direct chats.
    pub direct: bool,
    /// Nobody said whether it is: its channels show it.
    pub undecided: bool,
    /// Fetching is not to mark anything read.
    pub keep_marks: bool,
    capabilities: Option<BTreeSet<Raw>>,
    /// Longest upload in bytes, and the kinds that are taken.
    uploads: Option<(u64, FileTypes)>,
}

/// How much servers take by default of messages, changes and signs of typing together; none says what it takes.
const PACE: Pace = Pace { count: 10, seconds: 10 };

impl Server {
    /// The server that greets like this.
    #[must_use]
    pub fn of(handshake: Handshake, config: &OriginConfig) -> Self {
        let key = handshake.validator_key.unwrap_or_default();
        let names_itself = key.wire().contains("://");
        let generation = match &handshake.capabilities {
            None if !handshake.newer && !names_itself => Generation::Old,
            _ if handshake.newer || names_itself => Generation::Newer,
            _ => Generation::Listed,
        };
        let accounts = match handshake.auth_mode.as_ref().map(Raw::wire) {
            Some("cracked") => Accounts::Both,
            Some("cracked-only") => Accounts::Own,
            _ => Accounts::Service,
        };
        Self {
            generation,
            name: handshake.name.map(|name| name.line()).filter(|name| !name.trim().is_empty()),
            owner: handshake.owner,
            accounts,
            max_length: handshake.max_length.filter(|&length| length > 0).unwrap_or(MESSAGE_LENGTH),
            key,
            direct: config.direct == Some(true),
            // Old ones know of no such thing.
            undecided: config.direct.is_none() && generation != Generation::Old,
            keep_marks: config.keep_marks,
            uploads: handshake.uploads.map(|(most, kinds)| (most, file_types(&kinds))),
            capabilities: handshake.capabilities.map(|names| names.into_iter().take(CAPABILITIES).collect()),
        }
    }

    /// What can be done on a server that has not greeted yet, as servers of today are. The greeting has the last word.
    #[must_use]
    pub fn usual_caps() -> Caps {
        let more = ["message_react_add", "unreads_get", "unreads_ack", "messages_pinned"];
        let names = ASSUMED.iter().chain(&more).map(|name| Raw::from(*name)).collect();
        let greeting = Handshake { capabilities: Some(names), newer: true, ..Handshake::default() };
        Self::of(greeting, &OriginConfig::new("")).caps()
    }

    /// Whether the server offers a command.
    #[must_use]
    pub fn can(&self, command: &str) -> bool {
        match &self.capabilities {
            Some(names) => names.contains(&Raw::from(command)),
            None => ASSUMED.contains(&command),
        }
    }

    /// Whether replies come back with the mark of their request.
    #[must_use]
    pub fn marks_replies(&self) -> bool {
        self.generation != Generation::Old
    }

    /// Whether a page can begin at a message: `messages_get` of the middle generation stumbles over it and never answers.
    #[must_use]
    pub fn pages_by_id(&self) -> bool {
        self.generation != Generation::Listed
    }

    /// Whether files can be sent here at all.
    #[must_use]
    pub fn takes_files(&self) -> bool {
        self.longest_file() > 0
    }

    /// Largest file that the server takes: its limit is on what is sent, which for all but newer ones is in base 64.
    fn longest_file(&self) -> u64 {
        let sent = self.uploads.map_or(0, |(most, _)| most).saturating_sub(UPLOAD_HEAD);
        let longest = if self.generation == Generation::Newer { sent } else { sent / 4 * 3 };
        longest.min(UPLOAD_LIMIT)
    }

    /// What can be done here, as far as nib uses it.
    #[must_use]
    pub fn caps(&self) -> Caps {
        Caps {
            nonce_echo: self.marks_replies(),
            mentions_told: true,
            // Old servers keep no read marks at all.
            fetch_marks_read: self.can("unreads_get"),
            typing: self.can("typing"),
            read_marks: self.can("unreads_ack"),
            notify_levels: false,
            single_messages: self.can("message_get"),
            replies: true,
            edit: self.can("message_edit"),
            delete: self.can("message_delete"),
            reactions: self.can("message_react_add"),
            pins: self.can("messages_pinned"),
            pin: self.can("message_pin") && self.can("message_unpin"),
            forward: false,
            quotes: false,
            buttons: false,
            custom_emoji: self.can("emoji_get_all") || self.can("emoji_list"),
            previews: false,
            commands: self.can("slash_list") && self.can("slash_call"),
            mention_list: self.can("pings_get"),
            search: self.can("messages_search"),
            dates: true,
            marks_back: self.can("unreads_ack") && self.can("unreads_count"),
            groups: self.direct,
            saved: false,
            invites: false,
            max_length: Some(self.max_length),
            presence: self.can("status_set"),
            profiles: false,
            relationships: false,
            quiet_replies: true,
            status_text: self.can("status_set"),
            nicknames: self.can("slash_call"),
            directs: self.direct,
            polls: self.can("poll_vote"),
            dated_ids: None,
            polls_asked: true,
            votes_final: true,
            threads: self.can("thread_create"),
            revives_threads: true,
            joined_by_sign_in: true,
            member_lists: self.can("users_list"),
            shared_sign_in: false,
            max_files: if self.takes_files() { UPLOADS_LIMIT } else { 0 },
            max_file: self.longest_file(),
            file_types: self.uploads.map_or(FileTypes::ANY, |(_, kinds)| kinds),
            least_part: 0,
            part: if self.generation == Generation::Old { 0 } else { DOWNLOAD_PART },
            pace: Some(PACE),
            dialect: super::markup::DIALECT,
        }
    }

    /// Whether the key is for the server that was dialled. A proof for another server's key would let this one sign in there as oneself.
    #[must_use]
    pub fn check_key(&self, config: &OriginConfig) -> KeyCheck {
        let key = self.key.wire();
        let Some(named) = key.strip_prefix(KEY) else {
            return if key.is_empty() { KeyCheck::Missing } else { KeyCheck::Another(self.key.line()) };
        };
        let dialled = config.authority();
        let direct = DIRECT_HOSTS.iter().copied().filter(|_| config.is_known_direct());
        if direct.chain([dialled]).any(|host| names_host(named, host)) {
            return KeyCheck::Ours;
        }
        // Whoever passes on another server's key decides about the rest of the greeting, so only the key itself can say that it names nobody.
        if self.generation != Generation::Newer && !named.contains(['.', ':', '/']) {
            return KeyCheck::Unnamed;
        }
        let place = named.rsplit_once('-').map_or(named, |(place, _)| place);
        KeyCheck::Another(CleanText::line(place))
    }
}

/// The kinds that are taken, from patterns such as `image/*`. Without any, all are.
fn file_types(patterns: &[Raw]) -> FileTypes {
    let known = |pattern: &Raw| match pattern.wire().trim() {
        "*/*" | "*" => FileTypes::ANY,
        "image/*" => FileTypes::IMAGES,
        "video/*" => FileTypes::VIDEOS,
        "audio/*" => FileTypes::SOUND,
        "application/pdf" => FileTypes::PDF,
        // One of many others: the server says when it is sent.
        _ => FileTypes::OTHERS,
    };
    patterns.iter().map(known).reduce(FileTypes::and).unwrap_or(FileTypes::ANY)
}

/// Whether what follows the beginning of a key is this host, with a scheme or without, and something random behind a hyphen. The random part has no dot,
/// so that no longer name passes.
fn names_host(named: &str, host: &str) -> bool {
    let rest = ["wss://", "ws://", "https://", "http://"]
        .iter()
        .find_map(|scheme| named.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).map(|_| scheme))
        .map_or(named, |scheme| &named[scheme.len()..]);
    let Some(start) = rest.get(..host.len()).filter(|_| !host.is_empty()) else { return false };
    let rest = &rest[host.len()..];
    let random = rest.strip_prefix('/').unwrap_or(rest).strip_prefix('-');
    let is_random = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    start.eq_ignore_ascii_case(host) && random.is_some_and(is_random)
}
