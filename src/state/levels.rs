//! What is worth a notification in a chat or a community, as the user chose it here: for networks that keep no such thing themselves.

use super::{Account, Effects, State, accounts, names, unread};
use crate::domain::{Chat, CommunityId, NotifyLevel};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most choices of one account.
const MOST: usize = 1_000;

/// What was chosen, by the name of a chat on the wire, or of a community.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Levels(BTreeMap<String, NotifyLevel>);

fn of_community(community: CommunityId) -> String {
    format!("community:{:x}", community.value())
}

/// How a chat is named in files: as people write it, or by its id where it has no such name.
fn of_chat(chat: &Chat) -> Cow<'_, str> {
    if chat.wire.is_empty() { format!("{:x}", chat.id.value()).into() } else { chat.wire.as_str().into() }
}

impl Levels {
    /// What was kept of an earlier run.
    #[must_use]
    pub fn kept(all: Vec<(String, NotifyLevel)>) -> Self {
        Self(all.into_iter().take(MOST).collect())
    }

    /// What is to be kept for later runs.
    #[must_use]
    pub fn to_keep(&self) -> Vec<(String, NotifyLevel)> {
        self.0.iter().map(|(name, level)| (name.clone(), *level)).collect()
    }

    /// Sets or takes back a choice. Returns whether there was room for it.
    fn set(&mut self, name: String, level: NotifyLevel) -> bool {
        if level == NotifyLevel::Default {
            self.0.remove(&name);
            return true;
        }
        let fits = self.0.len() < MOST || self.0.contains_key(&name);
        if fits {
            self.0.insert(name, level);
        }
        fits
    }
}

/// What the user chose here for a chat, or else for its community.
#[must_use]
pub fn chosen(account: &Account, chat: &Chat) -> Option<NotifyLevel> {
    let Levels(all) = &account.levels;
    if all.is_empty() {
        return None;
    }
    all.get(&*of_chat(chat)).or_else(|| all.get(&of_community(chat.community()?))).copied()
}

/// What is worth a notification in a chat: as it was chosen here, or else as the network says.
#[must_use]
pub fn of(account: &Account, chat: &Chat) -> NotifyLevel {
    chosen(account, chat).unwrap_or(chat.notify)
}

/// What is said of a choice beside a chat; nothing where none was made.
#[must_use]
pub fn words(account: &Account, chat: &Chat) -> &'static str {
    match chosen(account, chat) {
        Some(NotifyLevel::Nothing) => "muted",
        Some(NotifyLevel::Mentions) => "mentions only",
        Some(NotifyLevel::All) => "every message",
        Some(NotifyLevel::Default) | None => "",
    }
}

/// The user chooses for the open chat, or for the whole community that it is in.
pub(super) fn wanted(state: &mut State, level: NotifyLevel, whole: bool, fx: &mut Effects) {
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    let Some((chat, (account, known))) = open.and_then(|chat| Some((chat, state.core.chat(chat)?))) else {
        return state.notice("No chat is open", false, fx);
    };
    if account.caps.notify_levels {
        return state.notice("This network keeps that itself; change it where you use it otherwise", false, fx);
    }
    let (name, title) = match (whole, known.community()) {
        (false, _) => (of_chat(known).into_owned(), names::chat_title(&state.core, chat)),
        (true, Some(community)) => {
            let title = account.community(community).map(|known| known.name.to_string()).unwrap_or_default();
            (of_community(community), title)
        }
        (true, None) => return state.notice("This chat is in no community", false, fx),
    };
    let Some(account) = state.core.account_mut(chat.account) else { return };
    if !account.levels.set(name, level) {
        return state.notice("Too many chats have a choice of their own; take some back first", true, fx);
    }
    unread::recount(account);
    let told = match level {
        NotifyLevel::All => "every message of {} is told",
        NotifyLevel::Mentions => "of {} only mentions are told",
        NotifyLevel::Nothing => "nothing of {} is told",
        NotifyLevel::Default => "{} is told as usual",
    };
    let told = told.replace("{}", &title);
    accounts::places_changed(state, fx);
    state.notice(format!("From now on {told}"), false, fx);
}
