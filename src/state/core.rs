//! What is known of accounts, their people, chats and messages, whatever shows it.

use super::outbox::Outbox;
use super::requests::Requests;
use super::roster::Order;
use super::unread::Counts;
use crate::domain::id::{EmojiId, IdMap};
use crate::domain::markup::to_markup;
use crate::domain::update::Relationship;
use crate::domain::{
    AccountId, Caps, Chat, ChatId, ChatKey, CleanText, Community, CommunityId, CustomEmoji, LinkPhase, Member, Message,
    Mono, Permissions, Presence, Role, RoleId, SessionId, SignInPart, SlashCommand, Span, SpanKind, Timeline, User,
    UserId, VoiceParticipant,
};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

/// Accounts and what is in flight for them.
#[derive(Clone, Debug, Default)]
pub struct Core {
    /// In the user's order.
    pub accounts: Vec<Account>,
    /// Ids below this one were given before, and are not given again.
    pub(crate) past: u16,
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
    /// The key of its network; to be shown and handed on, never to be compared with a name.
    pub network: String,
    /// What the server calls itself, where it told; one line, and its own word.
    pub server_name: Option<CleanText>,
    /// Whether drafts of its chats are kept for later runs.
    pub keeps_drafts: bool,
    /// How many characters a message may have, as a refusal told in this run.
    pub told_length: Option<u32>,
    /// Which of the theme's colours for people tells it apart where there are several accounts; the theme wraps it.
    pub colour: u8,
    /// The user does not want it for now: it has no session, and nothing of it is known but where it stands.
    pub disabled: bool,
    /// What the network's last refusal was about.
    pub refused_about: Option<SignInPart>,
    /// Who is signed in; the profile is in `users`.
    pub me: UserId,
    /// How oneself wants to be seen; `None`: as the network does it by itself.
    pub status: Option<Presence>,
    /// What oneself says beside it, where it was chosen here.
    pub status_text: Option<String>,
    /// This device's session.
    pub session: Option<SessionId>,
    /// What its network can do.
    pub caps: Caps,
    /// Its connection.
    pub link: LinkPhase,
    /// How long the way to the server and back took, as far as it was told since the connection stands.
    pub latency: Option<Duration>,
    /// Since when the server has given no sign of life though it was asked for one.
    pub silent_since: Option<Mono>,
    /// Until when the session holds back what is to be said, for the limits of the network.
    pub held_until: Option<Mono>,
    /// In the user's order, as far as it is known.
    pub communities: Vec<Community>,
    /// The order that the user gave them.
    pub(crate) community_order: Vec<CommunityId>,
    /// Unread messages and mentions of communities whose channels are not loaded.
    pub community_counts: IdMap<CommunityId, (u32, u32)>,
    /// Communities whose channels are loaded.
    pub channels_loaded: IdMap<CommunityId, bool>,
    /// Roles by community.
    pub roles: IdMap<CommunityId, IdMap<RoleId, Role>>,
    /// Every chat known.
    pub chats: IdMap<ChatId, Chat>,
    /// People known.
    pub users: IdMap<UserId, User>,
    /// How oneself stands to people, where it is in any way.
    pub relationships: IdMap<UserId, Relationship>,
    /// Members known.
    pub members: IdMap<(CommunityId, UserId), Member>,
    /// Timelines of chats that were opened.
    pub timelines: IdMap<ChatId, Timeline>,
    /// Which messages are pinned, in chats that were opened.
    pub pins: IdMap<ChatId, super::pins::Pins>,
    /// Messages that others answer, where they are quoted and not in memory otherwise.
    pub quotes: super::quotes::Quotes,
    /// What messages said before they were changed.
    pub former: super::former::Former,
    /// Where messages were deleted in this run.
    pub stones: super::stones::Stones,
    /// Who is in the chats that were looked at last.
    pub lists: super::members::MemberLists,
    /// What is worth a notification where, as it was chosen here.
    pub levels: super::levels::Levels,
    /// Who is typing where.
    pub typing: super::typing::Typing,
    /// Who is in which voice room.
    pub rooms: IdMap<ChatId, Vec<VoiceParticipant>>,
    /// The network's own emoji, where told.
    pub emoji: IdMap<EmojiId, CustomEmoji>,
    /// Commands that its server offers, by name, where told.
    pub commands: BTreeMap<CleanText, SlashCommand>,
    /// Chats that the user marked unread.
    pub unread_from: IdMap<ChatId, super::unread::UnreadFrom>,
    /// Messages on their way out.
    pub outbox: Outbox,
    /// When oneself wrote last where slow mode is on.
    pub slow: super::slow::Slow,
    /// Until when its network takes nothing written, and whether a moderator did that.
    pub limited: Option<(Mono, bool)>,
    /// What was asked and not yet answered.
    pub requests: Requests,
    /// Unread messages and mentions by community, and of direct chats and groups under `None`; kept up with every change.
    pub(crate) counts: IdMap<Option<CommunityId>, Counts>,
    /// All of [`Account::counts`] together.
    pub(crate) total: Counts,
    /// The order in which chats are listed.
    pub(crate) order: Order,
    /// People in the order in which they became known, so that the list stays bounded.
    pub(crate) people_order: VecDeque<UserId>,
    /// Members in the order in which they became known.
    pub(crate) member_order: VecDeque<(CommunityId, UserId)>,
    /// Members asked for, so that nobody is asked for twice.
    pub(crate) members_asked: HashSet<(CommunityId, UserId)>,
    /// People as an earlier run knew them, of whom this one was told nothing yet.
    pub(crate) remembered: HashSet<UserId>,
    /// Chats asked for because a message came in them.
    pub(crate) chats_asked: HashSet<ChatId>,
    /// Failed tries to connect in a row.
    pub(crate) failures: u32,
    /// What a form tries to sign in with. It becomes the account's when the network takes it.
    pub(crate) tried: Option<super::login::Tried>,
    /// What the store is still to be told.
    pub(crate) unkept: super::keep::Unkept,
    /// Made by a form and not signed in yet: nobody's so far.
    pub(crate) fresh: bool,
    /// Added on this run, and its lists are still to come.
    pub(crate) added: bool,
    /// Whether lists were ever complete on this run.
    pub(crate) synced: bool,
}

impl Account {
    /// The account as it is when nothing is known through it: how it stands among the others, where it is, what is on its way out. Not who is signed in.
    pub(crate) fn bare(self) -> Self {
        Self {
            id: self.id,
            label: self.label,
            server: self.server,
            network: self.network,
            server_name: self.server_name,
            keeps_drafts: self.keeps_drafts,
            colour: self.colour,
            disabled: self.disabled,
            link: self.link,
            outbox: self.outbox,
            levels: self.levels,
            ..Self::default()
        }
    }

    /// A community.
    #[must_use]
    pub fn community(&self, id: CommunityId) -> Option<&Community> {
        self.communities.iter().find(|community| community.id == id)
    }

    /// What one would type to say the same as a message, with the network's own emoji by their names.
    #[must_use]
    pub fn as_typed(&self, message: &Message) -> String {
        match &message.typed {
            Some(typed) => typed.to_string(),
            None => {
                let name = |id| self.emoji.get(&id).map(|emoji| emoji.name.trim_matches(':').to_owned());
                to_markup(&message.body.with_names(name))
            }
        }
    }

    /// Whether the names of all of the network's own emoji in a message are known.
    pub(crate) fn knows_emoji_of(&self, message: &Message) -> bool {
        let knows = |span: &Span| !matches!(span.kind, SpanKind::Emoji(id) if !self.emoji.contains_key(&id));
        message.typed.is_some() || message.body.spans.iter().all(knows)
    }

    /// The key of one of its chats.
    #[must_use]
    pub const fn key(&self, chat: ChatId) -> ChatKey {
        ChatKey::new(self.id, chat)
    }

    /// Whether requests can be made: signed in, and the connection stands.
    #[must_use]
    pub const fn is_signed_in(&self) -> bool {
        matches!(self.link, LinkPhase::Syncing | LinkPhase::Online)
    }

    /// Whether somebody is there. `None`: nobody can tell, since there is no connection.
    #[must_use]
    pub fn presence(&self, user: UserId) -> Option<Presence> {
        let told = || self.users.get(&user).and_then(|user| user.presence).unwrap_or_default();
        self.is_signed_in().then(|| if user == self.me { self.status.unwrap_or(Presence::Online) } else { told() })
    }

    /// Whether oneself wants to hear nothing of somebody.
    #[must_use]
    pub fn has_blocked(&self, user: UserId) -> bool {
        self.relationships.get(&user) == Some(&Relationship::Blocked)
    }

    /// Whether it is somebody's: kept from before, or signed in to on this run.
    #[must_use]
    pub const fn was_signed_in(&self) -> bool {
        !self.fresh
    }

    /// Unread messages and mentions of a community, or of direct chats and groups for `None`. Muted and hidden chats do not count.
    #[must_use]
    pub fn counts(&self, community: Option<CommunityId>) -> Counts {
        self.counts.get(&community).copied().unwrap_or_default()
    }

    /// Whether the signed-in account may do something in a chat, as far as is known here. Outside communities everything is allowed.
    #[must_use]
    pub fn may(&self, chat: &Chat, wanted: Permissions) -> bool {
        let Some(community) = chat.community() else { return true };
        self.community(community)
            .is_none_or(|community| community.owner || community.permissions.with(chat.overrides).allows(wanted))
    }

    /// Whether a chat takes a right that one holds elsewhere.
    #[must_use]
    pub fn lacks(&self, chat: &Chat, right: Permissions) -> bool {
        let owns = || chat.community().and_then(|id| self.community(id)).is_some_and(|community| community.owner);
        chat.overrides.deny.0 & right.0 != 0 && !owns()
    }

    /// Every chat that can be opened, in the order in which they are listed: channels by community, then direct chats and groups.
    pub fn openable(&self) -> impl Iterator<Item = &Chat> {
        let of = |community: &Community| self.order.channels.get(&community.id).map_or(&[][..], Vec::as_slice);
        let listed = self.communities.iter().flat_map(of).chain(&self.order.direct);
        listed.filter_map(|id| self.chats.get(id)).filter(|chat| chat.can_open())
    }

    /// The threads of a forum, the one written to last first.
    pub fn threads(&self, forum: ChatId) -> impl Iterator<Item = &Chat> {
        self.thread_ids(forum).iter().filter_map(|id| self.chats.get(id))
    }

    /// The same by their ids: to count them and to find one without a look at each.
    #[must_use]
    pub fn thread_ids(&self, forum: ChatId) -> &[ChatId] {
        self.order.threads.get(&forum).map_or(&[], Vec::as_slice)
    }

    /// The only thing in it: a community, without any direct chat. What is told of one is told of the other.
    #[must_use]
    pub fn sole_community(&self) -> Option<CommunityId> {
        match self.communities.as_slice() {
            [only] if self.order.direct.is_empty() => Some(only.id),
            _ => None,
        }
    }

    /// Whether a chat is listed: channels without the right to see them are not.
    #[must_use]
    pub fn is_listed(&self, chat: &Chat) -> bool {
        self.may(chat, Permissions::VIEW)
    }
}

impl Account {
    /// Whether a chat that is not here does not exist: all lists came, and no community is out of service, of which nobody knows what it has.
    pub(crate) fn knows_all_chats(&self) -> bool {
        let known = |community: &Community| community.available && self.channels_loaded.contains_key(&community.id);
        self.synced && self.communities.iter().all(known)
    }
}

impl Core {
    /// An account.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The accounts that are listed, in the user's order: one that nobody has signed in to yet is not.
    pub fn listed(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(|account| !account.fresh)
    }

    /// Whether it has to be said of which account something is.
    #[must_use]
    pub fn has_several(&self) -> bool {
        self.listed().nth(1).is_some()
    }

    /// What tells an account apart where there are several: its label.
    #[must_use]
    pub fn told_apart(&self, account: AccountId) -> Option<&str> {
        self.account(account).filter(|_| self.has_several()).map(|account| account.label.as_str())
    }

    /// A colour that no account has, as long as there are any.
    #[must_use]
    pub fn free_colour(&self) -> u8 {
        let taken = |colour: &u8| self.accounts.iter().any(|account| account.colour == *colour);
        let count = u8::try_from(self.accounts.len()).unwrap_or(u8::MAX);
        (0..=u8::MAX).find(|colour| !taken(colour)).unwrap_or(count)
    }

    /// A chat and its account.
    #[must_use]
    pub fn chat(&self, key: ChatKey) -> Option<(&Account, &Chat)> {
        let account = self.account(key.account)?;
        Some((account, account.chats.get(&key.chat)?))
    }

    /// An account, to be changed.
    pub fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }
}
