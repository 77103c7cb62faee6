//! People and bots.

use super::id::{CommunityId, UserId};
use super::text::CleanText;

/// What is known of a person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Display name; one line.
    pub name: CleanText,
    /// Unique name without the `@`, where the person has one.
    pub username: Option<CleanText>,
    /// Whether they are there. `None`: this source did not say.
    pub presence: Option<Presence>,
    /// What they say they are doing; one line.
    pub activity: Option<CleanText>,
    /// A program rather than a person.
    pub bot: bool,
    /// Colour of the name as `0xRRGGBB`, where the network gives one.
    pub color: Option<u32>,
}

impl User {
    /// The user name as it is shown: without what the network writes before the name (`SORT:kind_name`).
    #[must_use]
    pub fn shown_username(&self) -> Option<&CleanText> {
        let username = self.username.as_ref().filter(|username| !username.is_empty())?;
        let name = self.name.to_lowercase();
        let own = !name.is_empty() && username.contains(':') && username.to_lowercase().ends_with(&name);
        Some(if own { &self.name } else { username })
    }
}

/// What somebody says of themselves, and what one has in common with them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
    /// Their own words; may have several lines.
    pub bio: Option<CleanText>,
    /// Communities that both are in.
    pub communities: Vec<CommunityId>,
    /// People who are friends of both.
    pub friends: Vec<UserId>,
}

/// Whether somebody is there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Presence {
    /// Signed in and active.
    Online,
    /// Signed in, away from the keyboard.
    Idle,
    /// Signed in, asks not to be disturbed.
    Busy,
    /// Not there, as far as others can see.
    #[default]
    Offline,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_network_writes_before_a_name_is_not_shown() {
        let shown = |name: &'static str, username: &'static str| {
            let user =
                User { name: CleanText::ours(name), username: Some(CleanText::ours(username)), ..User::default() };
            user.shown_username().map(ToString::to_string)
        };
        assert_eq!(shown("dave", "USR:local_Dave").as_deref(), Some("dave"));
        assert_eq!(shown("Ada L.", "ada").as_deref(), Some("ada"));
        assert_eq!(shown("Dave the brave", "USR:local_dave").as_deref(), Some("USR:local_dave"));
        assert_eq!(shown("", "USR:x").as_deref(), Some("USR:x"));
        assert_eq!(shown("nobody", ""), None);
    }
}
