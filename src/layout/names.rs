//! What people and chats are called on screen, and in which colour.

use super::glyphs::Glyphs;
use super::style::{Role, Style};
use crate::domain::{ChannelKind, Chat, ChatId, ChatKind, CommunityId, Presence, UserId};
use crate::state::Account;
use std::borrow::Cow;
use std::hash::{Hash, Hasher};

/// Looks up names as one account sees them in one community.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Whose eyes.
    pub account: &'a Account,
    /// Where nicknames and roles come from.
    pub community: Option<CommunityId>,
}

impl<'a> Names<'a> {
    /// Names in a chat.
    #[must_use]
    pub fn in_chat(account: &'a Account, chat: ChatId) -> Self {
        Self { account, community: account.chats.get(&chat).and_then(Chat::community) }
    }

    /// What somebody is called here.
    #[must_use]
    pub fn person(&self, user: UserId) -> &'a str {
        self.known(user).unwrap_or("someone")
    }

    /// The same, for people of whom anything is known.
    #[must_use]
    pub fn known(&self, user: UserId) -> Option<&'a str> {
        let nickname = self
            .community
            .and_then(|community| self.account.members.get(&(community, user)))
            .and_then(|m| m.nickname.as_deref());
        let known = self.account.users.get(&user);
        nickname
            .or(known.map(|user| &*user.name))
            .filter(|name| !name.is_empty())
            .or(known.and_then(|user| user.username.as_deref()))
    }

    /// Whether a mention is of the reader, by any of their names or by a role that they have here.
    #[must_use]
    pub fn calls_me(&self, mention: &str) -> bool {
        let name = mention.trim().trim_start_matches('@');
        let same = |other: &str| !name.is_empty() && other.to_lowercase() == name.to_lowercase();
        let me = self.account.me;
        let member = self.community.and_then(|community| self.account.members.get(&(community, me)));
        if let Some(role) = name.strip_prefix('&') {
            let roles = self.community.and_then(|community| self.account.roles.get(&community));
            let held = member.zip(roles).map(|(member, roles)| member.roles.iter().filter_map(|role| roles.get(role)));
            return held.is_some_and(|mut held| held.any(|own| own.name.to_lowercase() == role.to_lowercase()));
        }
        let user = self.account.users.get(&me);
        member.and_then(|member| member.nickname.as_deref()).is_some_and(same)
            || user.is_some_and(|user| same(&user.name) || user.username.as_deref().is_some_and(same))
    }

    /// What [`Names::calls_me`] depends on.
    pub(super) fn own(&self, hasher: &mut impl Hasher) {
        let me = self.account.me;
        let user = self.account.users.get(&me);
        user.map(|user| (&user.name, &user.username)).hash(hasher);
        let member = self.community.and_then(|community| self.account.members.get(&(community, me)));
        member.map(|member| &member.nickname).hash(hasher);
        let roles = self.community.and_then(|community| self.account.roles.get(&community));
        let held = member.zip(roles).map(|(member, roles)| member.roles.iter().filter_map(|role| roles.get(role)));
        held.into_iter().flatten().for_each(|role| role.name.hash(hasher));
    }

    /// The look of somebody's name.
    #[must_use]
    pub fn style(&self, user: UserId) -> Style {
        if user == self.account.me {
            return Style::of(Role::Me).bold();
        }
        Style::of(Role::Person { slot: slot(user), tint: self.tint(user) }).bold()
    }

    /// The colour that the network gives: of the strongest coloured role, else of the person.
    fn tint(&self, user: UserId) -> Option<u32> {
        let role = self.community.and_then(|community| {
            let roles = self.account.roles.get(&community)?;
            let member = self.account.members.get(&(community, user))?;
            let held = member.roles.iter().filter_map(|role| roles.get(role));
            held.filter(|role| role.color.is_some()).max_by_key(|role| role.priority)?.color
        });
        role.or_else(|| self.account.users.get(&user)?.color)
    }
}

/// Spreads ids over the colours for people: the same person always has the same one.
#[must_use]
pub fn slot(user: UserId) -> u8 {
    let mixed = (user.value() as u64 ^ (user.value() >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as u8
}

/// What a chat is called, without its mark.
#[must_use]
pub fn chat_name<'a>(account: &'a Account, chat: &'a Chat) -> Cow<'a, str> {
    match &chat.kind {
        ChatKind::Direct { peer } => Cow::Borrowed(Names { account, community: None }.person(*peer)),
        ChatKind::Saved if chat.name.is_empty() => Cow::Borrowed("Saved messages"),
        ChatKind::Group { members, .. } if chat.name.is_empty() => {
            let names = Names { account, community: None };
            let others: Vec<&str> =
                members.iter().filter(|&&user| user != account.me).take(4).map(|&user| names.person(user)).collect();
            if others.is_empty() { Cow::Borrowed("Group") } else { Cow::Owned(others.join(", ")) }
        }
        _ if chat.name.is_empty() => Cow::Borrowed("unnamed"),
        _ => Cow::Borrowed(&chat.name),
    }
}

/// The mark before a chat's name: what kind it is, or whether the other person is there.
#[must_use]
pub fn chat_mark(account: &Account, chat: &Chat, glyphs: &Glyphs) -> (&'static str, Style) {
    match &chat.kind {
        ChatKind::Direct { peer } => presence_mark(account, *peer, glyphs),
        ChatKind::Group { .. } => (glyphs.group, Role::Dim.into()),
        ChatKind::Saved => (glyphs.saved, Role::Dim.into()),
        ChatKind::Channel { kind, .. } => {
            let mark = match kind {
                ChannelKind::Text | ChannelKind::Category => "#",
                ChannelKind::Thread => glyphs.between,
                ChannelKind::Separator => " ",
                ChannelKind::Announcement => "!",
                ChannelKind::Voice => glyphs.voice,
                ChannelKind::Forum => glyphs.forum,
                ChannelKind::Unknown => "?",
            };
            (mark, Role::Dim.into())
        }
    }
}

/// The mark that says whether somebody is there, as far as that is known: without a connection nobody can tell.
#[must_use]
pub fn presence_mark(account: &Account, user: UserId, glyphs: &Glyphs) -> (&'static str, Style) {
    account
        .presence(user)
        .map_or((glyphs.untold, Role::Faint.into()), |presence| (glyphs.presence(presence), presence_style(presence)))
}

/// Whether somebody is there, in words.
#[must_use]
pub fn presence_words(account: &Account, user: UserId) -> &'static str {
    match account.presence(user) {
        Some(Presence::Online) => "online",
        Some(Presence::Idle) => "idle",
        Some(Presence::Busy) => "busy",
        Some(Presence::Offline) if user == account.me => "invisible",
        Some(Presence::Offline) => "offline",
        None => "not connected",
    }
}

/// The look of a presence mark.
#[must_use]
pub fn presence_style(presence: Presence) -> Style {
    match presence {
        Presence::Online => Role::Ok.into(),
        Presence::Idle => Role::Warn.into(),
        Presence::Busy => Role::Error.into(),
        Presence::Offline => Role::Faint.into(),
    }
}
