//! People: who they are, whether they are there, what they do, how one stands to them.

use super::{Decoder, line, optional_line};
use crate::domain::update::Relationship;
use crate::domain::{CleanText, Presence, Profile, User, UserId};
use crate::net::osmium::ids;
use crate::net::osmium::wire::types::{self, RelationshipStatus, user_status, user_status::activity::ActivityType};
use crate::net::osmium::wire::users;

/// Characters of a profile's text that are kept.
const BIO: usize = 4_000;
/// Communities and friends in common that are kept.
const MUTUAL: usize = 1_000;

impl Decoder {
    /// A person. A person object without a status does not say whether they are there; a status without a value says that they are not.
    pub fn user(&mut self, wire: types::User) -> Option<User> {
        let Some(id) = ids::user(wire.id) else {
            self.skipped.count("person without an id");
            return None;
        };
        let (presence, activity) = match wire.status {
            Some(status) => {
                let (presence, activity) = self.status(Some(status));
                (Some(presence), activity)
            }
            None => (None, None),
        };
        Some(User {
            id,
            name: line(wire.name),
            username: username(wire.username),
            presence,
            activity,
            bot: wire.bot,
            color: wire.color.and_then(color),
        })
    }

    /// Several people; malformed ones are left out.
    pub fn users(&mut self, wire: Vec<types::User>) -> Vec<User> {
        wire.into_iter().filter_map(|user| self.user(user)).collect()
    }

    /// Whether somebody is there, and what they say they do. Nothing at all means not there, and so does a status without a value.
    /// A value that nib does not know means there in some way.
    pub fn status(&mut self, wire: Option<types::UserStatus>) -> (Presence, Option<CleanText>) {
        let Some(wire) = wire else { return (Presence::Offline, None) };
        let presence = match wire.status.map(user_status::Status::try_from) {
            None => Presence::Offline,
            Some(Ok(user_status::Status::Online)) => Presence::Online,
            Some(Ok(user_status::Status::Idle)) => Presence::Idle,
            Some(Ok(user_status::Status::Invisible)) => Presence::Offline,
            Some(Err(_)) => {
                self.skipped.count("presence");
                Presence::Online
            }
        };
        let activity = wire.activities.into_iter().find_map(|activity| self.activity(activity));
        (presence, activity)
    }

    fn activity(&mut self, wire: user_status::Activity) -> Option<CleanText> {
        let verb = match ActivityType::try_from(wire.r#type) {
            Ok(ActivityType::Custom) => "",
            Ok(ActivityType::Playing) => "Playing ",
            Ok(ActivityType::Listening) => "Listening to ",
            Ok(ActivityType::Watching) => "Watching ",
            Err(_) => {
                self.skipped.count("activity");
                ""
            }
        };
        let mut words = wire.title;
        if let Some(state) = wire.state.filter(|state| !state.is_empty()) {
            if !words.is_empty() {
                words.push_str(" – ");
            }
            words.push_str(&state);
        }
        (!words.is_empty()).then(|| line(if verb.is_empty() { words } else { format!("{verb}{words}") }))
    }

    /// What somebody says of themselves. A text of any length may come: what nobody would read is cut off.
    pub fn profile(&mut self, wire: users::Profile) -> Profile {
        let mut bio = wire.bio;
        if let Some((end, _)) = bio.char_indices().nth(BIO) {
            bio.truncate(end);
            bio.push('…');
        }
        Profile {
            bio: (!bio.is_empty()).then(|| CleanText::from_owned(bio)),
            communities: wire.mutual_communities.into_iter().take(MUTUAL).filter_map(ids::community).collect(),
            friends: wire.mutual_friends.into_iter().take(MUTUAL).filter_map(ids::user).collect(),
        }
    }

    /// How one stands to people; those of whom it is not known are left out.
    pub fn relationships(&mut self, wire: Vec<types::Relationship>) -> Vec<(UserId, Relationship)> {
        wire.into_iter().filter_map(|one| Some((ids::user(one.user_id)?, self.relationship(one.status)??))).collect()
    }

    /// How one stands to somebody. `None`: a value that is not known; `Some(None)`: in no way.
    pub(super) fn relationship(&mut self, status: i32) -> Option<Option<Relationship>> {
        match RelationshipStatus::try_from(status) {
            Ok(RelationshipStatus::Invalid) => Some(None),
            Ok(RelationshipStatus::Friend) => Some(Some(Relationship::Friend)),
            Ok(RelationshipStatus::FriendRequestIncoming) => Some(Some(Relationship::Incoming)),
            Ok(RelationshipStatus::FriendRequestOutgoing) => Some(Some(Relationship::Outgoing)),
            Ok(RelationshipStatus::Blocked) => Some(Some(Relationship::Blocked)),
            Ok(RelationshipStatus::SuggestedFriend) => Some(Some(Relationship::Suggested)),
            Err(_) => {
                self.skipped.count("relationship");
                None
            }
        }
    }
}

/// A public name without the `@` that people like to put in front.
pub(super) fn username(wire: Option<String>) -> Option<CleanText> {
    optional_line(wire)
        .map(|name| name.strip_prefix('@').map(CleanText::line).unwrap_or(name))
        .filter(|name| !name.is_empty())
}

/// `0xRRGGBB`; black stands for none, as in roles.
pub(super) fn color(wire: u32) -> Option<u32> {
    Some(wire & 0x00ff_ffff).filter(|&color| color != 0)
}
