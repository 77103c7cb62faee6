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
