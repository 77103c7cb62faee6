//! Names of chats: as people read them, and as they write them (`community/channel`, `@username`, `group:NAME`, `self`, an id, or what a channel, thread
//! or group is called where only one is; `ACCOUNT:` in front).

use super::{Account, Core};
use crate::domain::{AccountId, Chat, ChatId, ChatKey, ChatKind, CommunityId, UserId};
use std::collections::BTreeSet;

/// Most candidates that an error names.
const CANDIDATES: usize = 8;

/// Why a written name does not lead to one chat.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ResolveError {
    /// Nothing is called that.
    #[error("there is no chat \"{name}\"{}{}", listed(.near, "; did you mean"), if .near.is_empty() { "" } else { "?" })]
    Unknown {
        /// What was written.
        name: String,
        /// Names that come close.
        near: Vec<String>,
    },
    /// Several chats are called that.
    #[error("\"{name}\" could be several chats{}", listed(.candidates, ":"))]
    Ambiguous {
        /// What was written.
        name: String,
        /// Names that each lead to one of them.
        candidates: Vec<String>,
    },
    /// Nobody of that name is known, and several accounts could look for them.
    #[error("\"{name}\" can be looked for with several accounts{}", listed(.candidates, ":"))]
    Unsaid {
        /// What was written.
        name: String,
        /// The same with each of these accounts in front.
        candidates: Vec<String>,
    },
}

fn listed(names: &[String], before: &str) -> String {
    if names.is_empty() { String::new() } else { format!("{before} {}", names.join(", ")) }
}

/// The chat that a written name leads to, wherever it is written.
///
/// # Errors
/// No chat or several chats are called that; the candidates are named.
pub fn resolve_chat(core: &Core, written: &str) -> Result<ChatKey, ResolveError> {
    resolve_chat_in(core, None, written)
}

/// The chat that a written name leads to. `shown`: the chat that is looked at; where several are called so, its community's is meant, else its account's.
///
/// # Errors
/// No chat or several chats are called that; the candidates are named.
pub fn resolve_chat_in(core: &Core, shown: Option<ChatKey>, written: &str) -> Result<ChatKey, ResolveError> {
    let written = written.trim();
    let mut found = leading(core, written);
    if let Some(shown) = shown.filter(|shown| found.iter().any(|chat| chat.account == shown.account)) {
        found.retain(|chat| chat.account == shown.account);
        let place = |key: &ChatKey| core.chat(*key).and_then(|(_, chat)| chat.community());
        if let Some(community) = place(&shown)
            && found.iter().any(|chat| place(chat) == Some(community))
        {
            found.retain(|chat| place(chat) == Some(community));
        }
    }
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(ResolveError::Unknown { name: written.to_owned(), near: near(core, written) }),
        several => {
            let candidates = several.iter().take(CANDIDATES).map(|chat| chat_name(core, *chat)).collect();
            Err(ResolveError::Ambiguous { name: written.to_owned(), candidates })
        }
    }
}

/// The chats to which a written name leads, each once. An id may be the name of another chat, so that neither goes before the other. But anybody may call
/// a thread or a group anything: no title is in the way of the forms that are written to mean one chat.
fn leading(core: &Core, written: &str) -> Vec<ChatKey> {
    let all = |of: fn(&Account, &str) -> Vec<ChatId>| {
        core.accounts.iter().flat_map(move |account| {
            let found = names_for(account, written).flat_map(move |name| of(account, name));
            found.map(|chat| account.key(chat)).collect::<BTreeSet<ChatKey>>()
        })
    };
    let mut found: Vec<ChatKey> = all(matches).collect();
    let has_form = |name: &str| name == "self" || name.starts_with('@') || name.starts_with("group:");
    let formed = has_form(written) || has_form(split_account(core, written).1);
    if !formed && (found.is_empty() || !written.contains('/')) {
        let titled: Vec<ChatKey> = all(called).filter(|chat| !found.contains(chat)).collect();
        found.extend(titled);
    }
    found
}

/// The account that a written name begins with, if it does, and the rest of it.
pub(super) fn split_account<'a>(core: &Core, written: &'a str) -> (Option<AccountId>, &'a str) {
    let written = written.trim();
    let split = written.split_once(':').and_then(|(label, rest)| {
        let account = core.listed().find(|account| same(label, &account.label))?;
        Some((Some(account.id), rest.trim()))
    });
    split.unwrap_or((None, written))
}

/// The one account of these that a person is looked for with: the shown one if it is among them. `None`: there is none.
///
/// # Errors
/// There are several; the name is told with each in front.
pub(super) fn one_of<'a>(
    shown: Option<AccountId>,
    accounts: impl Iterator<Item = &'a Account>,
    name: &str,
) -> Result<Option<AccountId>, ResolveError> {
    let accounts: Vec<&Account> = accounts.collect();
    let shown = shown.filter(|shown| accounts.iter().any(|account| account.id == *shown));
    match (shown, accounts.as_slice()) {
        (Some(shown), _) => Ok(Some(shown)),
        (None, []) => Ok(None),
        (None, [one]) => Ok(Some(one.id)),
        (None, several) => {
            let candidates = several.iter().take(CANDIDATES).map(|account| format!("{}:@{name}", account.label));
            Err(ResolveError::Unsaid { name: format!("@{name}"), candidates: candidates.collect() })
        }
    }
}

/// Whether somebody of this user name is known through an account.
pub(super) fn knows(account: &Account, name: &str) -> bool {
    account.users.values().any(|user| user.username.as_ref().is_some_and(|one| one.eq_ignore_ascii_case(name)))
}

/// How a written name reads for an account: as it is, and without the account's label in front.
fn names_for<'a>(account: &Account, written: &'a str) -> impl Iterator<Item = &'a str> {
    let own = written.split_once(':').filter(|(label, _)| same(label, &account.label)).map(|(_, name)| name.trim());
    // With a label in front, the whole is no name of another account's chat but for groups.
    [own, Some(written)].into_iter().flatten()
}

/// Whether two names are the same but for capitals. Names of all chats are compared with one: nothing is allocated for it.
fn same(a: &str, b: &str) -> bool {
    !a.is_empty() && small(a).eq(small(b))
}

/// In small letters. The sigma at the end of a word is the same as elsewhere.
fn small(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

fn matches(account: &Account, name: &str) -> Vec<ChatId> {
    let of = |fits: &dyn Fn(&Chat) -> bool| -> Vec<ChatId> {
        account.chats.values().filter(|chat| chat.can_open() && fits(chat)).map(|chat| chat.id).collect()
    };
    if name == "self" {
        return of(&|chat| chat.kind == ChatKind::Saved);
    }
    if let Some(username) = name.strip_prefix('@') {
        return of(&|chat| match chat.kind {
            ChatKind::Direct { peer } => account
                .users
                .get(&peer)
                .and_then(|user| user.username.as_ref())
                .is_some_and(|known| same(known, username)),
            _ => false,
        });
    }
    if let Some(group) = name.strip_prefix("group:") {
        return of(&|chat| matches!(chat.kind, ChatKind::Group { .. }) && same(&chat.name, group.trim()));
    }
    let by_id = of(&|chat| *chat.wire == *name);
    if !by_id.is_empty() {
        return by_id;
    }
    // Both names may hold slashes: every way to cut is tried.
    let mut found = Vec::new();
    for (at, _) in name.match_indices('/') {
        let (community, channel) =
            (name.get(..at).unwrap_or_default().trim(), name.get(at + 1..).unwrap_or_default().trim());
        let channel = channel.strip_prefix('#').unwrap_or(channel);
        let places: Vec<CommunityId> = account
            .communities
            .iter()
            .filter(|known| {
                same(&known.name, community) || known.username.as_ref().is_some_and(|name| same(name, community))
            })
            .map(|known| known.id)
            .collect();
        found.extend(of(&|chat| {
            chat.community().is_some_and(|place| places.contains(&place))
                && same(&chat.name, channel)
                && account.is_listed(chat)
        }));
    }
    found
}

/// Channels, threads and groups that bear this name, whatever they are in.
fn called(account: &Account, name: &str) -> Vec<ChatId> {
    let name = name.strip_prefix('#').unwrap_or(name);
    let fits = |chat: &&Chat| {
        let titled = matches!(chat.kind, ChatKind::Channel { .. } | ChatKind::Group { .. });
        titled && chat.can_open() && same(&chat.name, name) && account.is_listed(chat)
    };
    account.chats.values().filter(fits).map(|chat| chat.id).collect()
}

fn near(core: &Core, written: &str) -> Vec<String> {
    let wanted = written.rsplit(['/', ':', '@', '#']).next().unwrap_or(written).to_lowercase();
    let mut names: Vec<String> = Vec::new();
    if wanted.is_empty() {
        return names;
    }
    let (of, _) = split_account(core, written);
    for account in core.accounts.iter().filter(|account| of.is_none_or(|of| of == account.id)) {
        let close = |chat: &&Chat| {
            chat.can_open() && account.is_listed(chat) && is_near(&title(account, chat).to_lowercase(), &wanted)
        };
        names.extend(
            account.chats.values().filter(close).take(CANDIDATES * 4).map(|chat| chat_name(core, account.key(chat.id))),
        );
    }
    names.sort_unstable();
    names.dedup();
    names.truncate(CANDIDATES);
    names
}

/// Whether a name holds what was written, or all its letters in this order, which are enough to be no chance.
fn is_near(name: &str, wanted: &str) -> bool {
    let mut letters = name.chars();
    name.contains(wanted) || wanted.chars().count() > 3 && wanted.chars().all(|one| letters.any(|letter| letter == one))
}

/// A written name that leads to this chat and no other.
#[must_use]
pub fn chat_name(core: &Core, key: ChatKey) -> String {
    let Some((account, chat)) = core.chat(key) else { return key.chat.to_string() };
    let plain = match chat.kind {
        ChatKind::Saved => "self".to_owned(),
        ChatKind::Direct { peer } => match account.users.get(&peer).and_then(|user| user.username.as_ref()) {
            Some(username) => format!("@{username}"),
            None => chat.wire.to_string(),
        },
        ChatKind::Group { .. } => format!("group:{}", chat.name),
        ChatKind::Channel { community, .. } => match account.community(community) {
            Some(known) => format!("{}/{}", known.name, chat.name),
            None => chat.wire.to_string(),
        },
    };
    let labelled = |name: &str| format!("{}:{name}", account.label);
    let candidates = [labelled(&plain), chat.wire.to_string(), labelled(&chat.wire)];
    let leads_here = |name: &String| leading(core, name) == [key];
    std::iter::once(plain.clone()).chain(candidates).find(leads_here).unwrap_or(plain)
}

/// What a chat is called on screen: `#channel`, a person's name, a group's name.
#[must_use]
pub fn chat_title(core: &Core, key: ChatKey) -> String {
    core.chat(key).map(|(account, chat)| title(account, chat)).unwrap_or_default()
}

/// What a chat of an account is called on screen.
pub(super) fn title(account: &Account, chat: &Chat) -> String {
    match chat.kind {
        ChatKind::Saved => "Saved messages".to_owned(),
        ChatKind::Direct { peer } => person(account, None, peer),
        ChatKind::Group { .. } if chat.name.is_empty() => "Group".to_owned(),
        ChatKind::Group { .. } => chat.name.to_string(),
        ChatKind::Channel { .. } => format!("#{}", chat.name),
    }
}

/// What a person is called: by the community's own name for them, else by their name, else by their number.
#[must_use]
pub fn person(account: &Account, community: Option<CommunityId>, user: UserId) -> String {
    let nickname = community
        .and_then(|community| account.members.get(&(community, user)))
        .and_then(|member| member.nickname.as_ref())
        .filter(|name| !name.is_empty());
    if let Some(nickname) = nickname {
        return nickname.to_string();
    }
    match account.users.get(&user) {
        Some(known) if !known.name.is_empty() => known.name.to_string(),
        Some(known) => known.username.as_ref().map_or_else(|| user.to_string(), |name| format!("@{name}")),
        None => user.to_string(),
    }
}
