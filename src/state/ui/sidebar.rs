//! Communities, categories and chats as one list of rows, in the order in which keys walk and the screen shows them.

use crate::domain::{AccountId, ChatKey, CommunityId};

/// The rows and the cursor. Rows name things; names, counts and marks are looked up when drawn, so that rows need no renewal for them.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// The communities of the rail, top to bottom; `None` stands for direct chats. Used when there is a rail.
    pub rail: Vec<(AccountId, Option<CommunityId>)>,
    /// The rows of the tree.
    pub rows: Vec<SidebarRow>,
    /// Index into `rows`.
    pub cursor: usize,
}

/// A row of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SidebarRow {
    /// Name of an account, where there are several.
    Account(AccountId),
    /// A community, where there is no rail.
    Community {
        /// Of which account.
        account: AccountId,
        /// Which.
        community: CommunityId,
        /// Its rows are hidden.
        folded: bool,
    },
    /// The name of the community whose channels follow, where there is a rail.
    Title {
        /// Of which account.
        account: AccountId,
        /// Which.
        community: CommunityId,
    },
    /// A category.
    Category {
        /// Which.
        chat: ChatKey,
        /// Its rows are hidden, but for unread ones.
        folded: bool,
    },
    /// A chat.
    Chat {
        /// Which.
        chat: ChatKey,
        /// Levels it is indented by.
        depth: u8,
    },
    /// Somebody in the voice channel above.
    Voice {
        /// The channel.
        chat: ChatKey,
        /// Index of the participant.
        index: u16,
    },
    /// The heading of direct chats and groups.
    Direct(AccountId),
    /// White space.
    Space,
}
