//! What is known of a server during one connection, and its objects in neutral words.
//!
//! Events of this network tell parts: a nickname without the roles, a read mark without its place. The book keeps the rest. Everything in
//! it is bounded. Total: what is malformed or unknown is counted in [`Skipped`] and left out, never an error.

mod chats;
mod events;
mod messages;
mod people;
mod rights;
mod standins;

pub use events::{Context, is_about_people};

use super::defaults::{OriginConfig, REMEMBERED};
use super::ids::{self, Kind};
use super::names::Names;
use super::server::Server;
use super::wire::{Channel, Raw, Role, Unread};
use crate::domain::{
    ChatId, CleanText, Community, CommunityId, CustomEmoji, MessageId, MessageKey, Page, SlashCommand, SortKey, User,
    UserId, VoiceParticipant, Wall,
};
use crate::net::skipped::Skipped;
use people::Known;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// Earliest date that is shown: 2015-01-01T00:00:00Z.
const EARLIEST: i64 = 1_420_070_400_000;
/// How far ahead of our clock a date may lie and still be shown, in milliseconds: one day.
const AHEAD: i64 = 86_400_000;

/// What is known of one server.
#[derive(Debug)]
pub struct Book {
    /// What it said of itself.
    pub server: Server,
    /// Its keys and their ids.
    pub names: Names,
    /// What was left out.
    pub skipped: Skipped,
    /// Our clock, to judge dates by.
    pub now: Wall,
    /// Who is signed in.
    pub me: UserId,
    /// The server as a community.
    pub community: CommunityId,
    /// Our user name, in lower case.
    my_name: String,
    my_roles: Vec<Raw>,
    people: HashMap<UserId, Known>,
    people_order: VecDeque<UserId>,
    /// Whether the list of people came.
    people_told: bool,
    online: HashSet<UserId>,
    /// Whether the list of those who are there came.
    online_told: bool,
    /// The strongest first.
    roles: Vec<Role>,
    /// Whether the newest list of channels lacks some that the one before had.
    pub(super) lacks: bool,
    /// The core was told what is not there any more, or not so: everything is to be asked anew.
    pub stale: bool,
    /// The server was shown to be one for direct chats after all.
    pub turned: bool,
    /// Members that a list lacked, and that were not told yet to be gone.
    pub gone: Vec<UserId>,
    /// Messages that were changed in a way that was not told: they are to be asked for.
    pub changed: Vec<(ChatId, MessageId)>,
    /// In the server's order.
    channels: Vec<(ChatId, Channel)>,
    /// Whether the list of channels came.
    channels_told: bool,
    unreads: HashMap<ChatId, Unread>,
    voice: HashMap<ChatId, Vec<VoiceParticipant>>,
    /// The chat whose list of members was asked for last: it is told anew when people change.
    pub listed: Option<ChatId>,
    /// Where the server is, as it was dialled: host and port.
    host: String,
    /// Names of the server's own emoji by their ids.
    emoji: HashMap<Raw, CleanText>,
    /// Commands of the server by name.
    pub(in crate::net::originchats) slash: BTreeMap<CleanText, SlashCommand>,
    /// Whether its list of commands came.
    pub(in crate::net::originchats) slash_told: bool,
    /// Emoji whose names were learnt and not yet told.
    pub named: Vec<CustomEmoji>,
    /// Where messages stand that were seen lately.
    places: HashMap<MessageId, SortKey>,
    places_order: VecDeque<MessageId>,
    /// Messages whose time says otherwise than where the server has them.
    moved: HashMap<MessageId, SortKey>,
}

/// Most commands of a server that are known.
const COMMANDS: usize = 1_000;

impl Book {
    /// The book of a server that has greeted.
    #[must_use]
    pub fn new(mut server: Server, config: &OriginConfig) -> Self {
        let community = CommunityId::new(ids::of_name(Kind::Server, &config.authority().to_ascii_lowercase(), 0));
        let names = Names::recalling(config.memory.clone());
        server.direct |= server.undecided && names.shown_direct() == Some(true);
        Self {
            server,
            names,
            skipped: Skipped::default(),
            now: Wall(0),
            me: UserId::default(),
            community,
            my_name: String::new(),
            my_roles: Vec::new(),
            people: HashMap::new(),
            people_order: VecDeque::new(),
            people_told: false,
            online: HashSet::new(),
            online_told: false,
            roles: Vec::new(),
            lacks: false,
            stale: false,
            turned: false,
            gone: Vec::new(),
            changed: Vec::new(),
            channels: Vec::new(),
            channels_told: false,
            unreads: HashMap::new(),
            voice: HashMap::new(),
            listed: None,
            host: config.authority().to_owned(),
            emoji: HashMap::new(),
            slash: BTreeMap::new(),
            slash_told: false,
            named: Vec::new(),
            places: HashMap::new(),
            places_order: VecDeque::new(),
            moved: HashMap::new(),
        }
    }

    /// The account that signed in, with what it keeps through all names where the sign-in told that.
    pub fn signed_in(&mut self, person: super::wire::Person, keeps: Option<&str>) -> User {
        self.my_name = person.name.wire().to_lowercase();
        self.me = self.names.myself(keeps, person.name.wire());
        self.my_roles = person.roles.clone().unwrap_or_default();
        self.online.insert(self.me);
        self.know(person);
        self.user(self.me)
    }

    /// The server as a community.
    #[must_use]
    pub fn as_community(&self) -> Community {
        Community {
            id: self.community,
            name: self.server.name.clone().unwrap_or_else(|| CleanText::ours("Server")),
            username: None,
            owner: self.owner_bypasses(),
            permissions: self.server_rights(),
            available: true,
        }
    }

    /// The server has another name from now on.
    pub(super) fn renamed(&mut self, name: Option<CleanText>) {
        self.server.name = name.filter(|name| !name.trim().is_empty()).or(self.server.name.take());
    }

    /// Remembers where a message stands.
    fn remember(&mut self, key: MessageKey) {
        if self.places.insert(key.id, key.order).is_none() {
            self.places_order.push_back(key.id);
            if self.places.len() > REMEMBERED
                && let Some(oldest) = self.places_order.pop_front()
            {
                self.places.remove(&oldest);
            }
        }
    }

    /// Where a message stands.
    fn key(&mut self, id: &Raw, seconds: Option<f64>) -> MessageKey {
        let id = self.names.message(id.wire());
        MessageKey { order: self.moved.get(&id).copied().unwrap_or_else(|| order(seconds)), id }
    }

    /// The server has the messages of a page on one side of another message, oldest first, whatever their times say: clocks are set, and bridges bring
    /// times from elsewhere. Those that are not known yet get a place there.
    pub(super) fn put_in_place(&mut self, messages: &[super::wire::Message], page: Page) {
        let put = |book: &mut Self, message: &super::wire::Message, anchor: MessageKey, place: &mut u128, up: bool| {
            let key = book.key(&message.id, message.timestamp);
            let beyond = if up { key <= anchor } else { key >= anchor };
            if beyond && key.id != anchor.id && !book.places.contains_key(&key.id) && book.moved.len() < REMEMBERED {
                *place = if up { place.saturating_add(1) } else { place.saturating_sub(1) };
                book.moved.insert(key.id, SortKey(*place));
            }
        };
        match page {
            Page::Before(anchor) => {
                let mut place = anchor.order.0;
                messages.iter().rev().for_each(|message| put(self, message, anchor, &mut place, false));
            }
            Page::After(anchor) => {
                let mut place = anchor.order.0;
                messages.iter().for_each(|message| put(self, message, anchor, &mut place, true));
            }
            Page::Latest | Page::Around(_) | Page::At(_) => {}
        }
    }

    /// Takes in commands of the server; `all`: there are no others.
    pub(in crate::net::originchats) fn know_commands(&mut self, commands: Vec<SlashCommand>, all: bool) {
        if all {
            self.slash.clear();
            self.slash_told = true;
        }
        for one in commands {
            if self.slash.len() < COMMANDS || self.slash.contains_key(&one.name) {
                self.slash.insert(one.name.clone(), one);
            }
        }
    }

    /// A message by its id alone, if its place is known.
    pub(super) fn placed(&mut self, id: &Raw) -> Option<MessageKey> {
        let id = self.names.message(id.wire());
        self.places.get(&id).map(|&order| MessageKey { order, id })
    }

    /// When, if that can be true.
    fn date(&self, seconds: Option<f64>) -> Option<Wall> {
        let at = millis(seconds?);
        (EARLIEST..=self.now.0.saturating_add(AHEAD)).contains(&at.0).then_some(at)
    }
}

/// A moment told in seconds since the Unix epoch.
pub(in crate::net::originchats) fn millis(seconds: f64) -> Wall {
    #[allow(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
    Wall((seconds * 1000.0).round() as i64)
}

/// The place of a message among others: when it was sent, in microseconds. Those of one moment are told apart by their ids.
fn order(seconds: Option<f64>) -> SortKey {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
    let micros = (seconds.unwrap_or(0.0).max(0.0) * 1_000_000.0).round() as u64;
    SortKey(u128::from(micros) << 64)
}

/// `#RRGGBB`, with or without the sign, also short; black stands for none.
fn color(raw: &Raw) -> Option<u32> {
    let digits = raw.wire().trim().trim_start_matches('#');
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    let number = match digits.len() {
        6 => number,
        3 => (number & 0xf00) * 0x1100 + (number & 0xf0) * 0x110 + (number & 0xf) * 0x11,
        _ => return None,
    };
    (number != 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_long_and_short() {
        let of = |text: &str| color(&Raw::from(text));
        assert_eq!((of("#9400D3"), of("fff"), of("#1a2")), (Some(0x94_00d3), Some(0xff_ffff), Some(0x11_aa22)));
        assert_eq!((of("#000000"), of("red"), of(""), of("#+12345")), (None, None, None, None));
    }

    #[test]
    fn later_messages_stand_later() {
        let orders = [None, Some(-5.0), Some(1760015002.25), Some(1760015002.250001), Some(1e300)].map(order);
        assert!(orders.is_sorted() && orders[0] == orders[1] && orders[2] < orders[3]);
    }
}
