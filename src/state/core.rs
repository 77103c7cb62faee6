//! What is known of accounts, their people, chats and messages, whatever shows it.

use super::outbox::Outbox;
use super::requests::Requests;
use crate::domain::id::EmojiId;
use crate::domain::{
    AccountId, Caps, Chat, ChatId, CleanText, Community, CommunityId, LinkPhase, Member, Role, RoleId, SessionId,
    Timeline, User, UserId, VoiceParticipant,
};
use std::collections::HashMap;
use std::time::Duration;

/// Accounts and what is in flight for them.
#[derive(Clone, Debug, Default)]
pub struct Core {
    /// In the order of the configuration.
    pub accounts: Vec<Account>,
}

/// One signed-in account and everything known through it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// What the user calls it.
    pub label: String,
    /// The server's address, for the sign-in form and the status line.
    pub server: String,
    /// Who is signed in; the profile is in `users`.
    pub me: UserId,
    /// This device's session.
    pub session: Option<SessionId>,
    /// What its network can do.
    pub caps: Caps,
    /// Its connection.
    pub link: LinkPhase,
    /// How long the network took to answer last.
    pub latency: Option<Duration>,
    /// In the user's order.
    pub communities: Vec<Community>,
    /// Unread messages and mentions of communities whose channels are not loaded.
    pub community_counts: HashMap<CommunityId, (u32, u32)>,
    /// Communities whose channels are loaded.
    pub channels_loaded: HashMap<CommunityId, bool>,
    /// Roles by community.
    pub roles: HashMap<CommunityId, HashMap<RoleId, Role>>,
    /// Every chat known.
    pub chats: HashMap<ChatId, Chat>,
    /// People known.
    pub users: HashMap<UserId, User>,
    /// Members known.
    pub members: HashMap<(CommunityId, UserId), Member>,
    /// Timelines of chats that were opened.
    pub timelines: HashMap<ChatId, Timeline>,
    /// Who is typing where.
    pub typing: super::typing::Typing,
    /// Who is in which voice room.
    pub rooms: HashMap<ChatId, Vec<VoiceParticipant>>,
    /// Names of custom emoji, where told.
    pub emoji: HashMap<EmojiId, CleanText>,
    /// Messages on their way out.
    pub outbox: Outbox,
    /// What was asked and not yet answered.
    pub requests: Requests,
}

impl Core {
    /// An account.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// An account, to be changed.
    pub fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }
}
