//! A network's own emoji.

use super::id::{CommunityId, EmojiId};
use super::text::CleanText;

/// One of the network's own emoji.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct CustomEmoji {
    /// Which.
    pub id: EmojiId,
    /// Its name, without colons; one line.
    pub name: CleanText,
    /// The community that it belongs to, where it belongs to one.
    pub community: Option<CommunityId>,
    /// The emoji that stands for it where it cannot be shown; empty where there is none.
    pub standin: CleanText,
}

impl CustomEmoji {
    /// Longest name, in characters.
    const LONGEST: usize = 64;

    /// A name as it can be typed between colons: without colons and blanks, and not too long. Empty where nothing is left.
    #[must_use]
    pub fn proper_name(name: &str) -> CleanText {
        let parts = name.split(|letter: char| letter == ':' || letter.is_whitespace()).filter(|part| !part.is_empty());
        let name: String = parts.collect::<Vec<_>>().join("_").chars().take(Self::LONGEST).collect();
        CleanText::line(&name)
    }
}

/// One that is used in a text that is sent: wherever `:name:` stands in it outside of code.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EmojiUse {
    /// Its name, without colons.
    pub name: String,
    /// Which.
    pub id: EmojiId,
    /// The emoji that stands for it; empty where there is none.
    pub standin: CleanText,
}
