//! Jumping to a chat by a fuzzy name.

use super::picker::{Beside, PickItem, Picker};
use super::sidebar;
use crate::domain::{ChannelKind, ChatKey, ChatKind};
use crate::state::action::Action;
use crate::state::front::{Overlay, Pick, PickKind};
use crate::state::unread::weight;
use crate::state::{Core, Front, State, names};
use std::cmp::Reverse;

/// The list of all chats: with mentions first, then unread, then those visited lately, then in the order of the sidebar. The open one is last among equals.
pub(super) fn picker(core: &Core, front: &Front, query: &str) -> Picker {
    Picker { of: known(core), ..Picker::again(items(core, front), query) }
}

/// Chats that arrive while the list is open come into it, whosever they are.
pub(in crate::state) fn keep(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    let of = known(&state.core);
    let is_old = |pick: &Pick| pick.kind == PickKind::Jump && pick.picker.of != of;
    if !matches!(front.overlays.last(), Some(Overlay::Pick(pick)) if is_old(pick)) {
        return;
    }
    let items = items(&state.core, front);
    if let Some(Overlay::Pick(pick)) = front.overlays.last_mut() {
        pick.picker.renew(items, of);
    }
    state.touch();
}

/// How many chats there are.
fn known(core: &Core) -> usize {
    core.accounts.iter().map(|account| account.chats.len()).sum()
}

pub(super) fn items(core: &Core, front: &Front) -> Vec<PickItem> {
    let several = core.has_several();
    let mut ranked: Vec<(_, ChatKey)> = sidebar::every_chat(core)
        .into_iter()
        .enumerate()
        .filter_map(|(index, key)| {
            let (account, chat) = core.chat(key)?;
            let counts = weight(account, chat);
            let open = front.pane.chat == Some(key);
            let visited = front.visited.iter().rposition(|visited| *visited == key).filter(|_| !open);
            Some(((counts.mentions == 0, counts.unread == 0, Reverse(visited), open, index), key))
        })
        .collect();
    ranked.sort_unstable_by_key(|(rank, _)| *rank);
    ranked.into_iter().filter_map(|(_, key)| item(core, key, several)).collect()
}

fn item(core: &Core, key: ChatKey, several: bool) -> Option<PickItem> {
    let (account, chat) = core.chat(key)?;
    let counts = weight(account, chat);
    let mut in_front = 0;
    let (label, detail) = match chat.kind {
        ChatKind::Channel { community, .. } => {
            let place = account.community(community).map_or("", |community| &community.name);
            let forum = chat.parent().filter(|_| chat.channel_kind() == Some(ChannelKind::Thread));
            let forum = forum.and_then(|forum| account.chats.get(&forum));
            in_front = place.len();
            let topic = || chat.topic.as_ref().map(ToString::to_string).unwrap_or_default();
            (format!("{place}/{}", chat.name), forum.map_or_else(topic, |forum| format!("thread in {}", forum.name)))
        }
        ChatKind::Direct { peer } => {
            let username = account.users.get(&peer).and_then(|user| user.username.as_ref());
            let name = names::title(account, chat);
            match username {
                Some(username) => (format!("@{username}"), name),
                None => (name, String::new()),
            }
        }
        ChatKind::Group { .. } => (names::title(account, chat), "group".to_owned()),
        ChatKind::Saved => (names::title(account, chat), "self".to_owned()),
    };
    let person = match chat.kind {
        ChatKind::Direct { peer } => Some((account.id, peer)),
        _ => None,
    };
    Some(PickItem {
        label,
        detail,
        account: several.then(|| (account.id, account.label.clone())),
        person,
        unread: counts.unread,
        mentions: counts.mentions,
        action: Action::OpenChat(key),
        beside: Beside { place: in_front, ..Beside::default() },
    })
}
