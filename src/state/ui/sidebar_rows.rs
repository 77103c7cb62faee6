//! Which rows the sidebar has, and in which order keys walk them.
//!
//! The rows of an account depend on nothing of another account, so that they can be made anew alone.

use super::sidebar::{Place, SidebarRow};
use crate::domain::{ChannelKind, ChatKey, CommunityId};
use crate::state::front::Front;
use crate::state::{Account, Core};

/// Most people listed under one voice channel.
const VOICES: usize = 20;

/// The rail: the communities, then direct chats, account by account. One that is folded takes one place; nothing is there of one that is disabled or that
/// nobody has signed in to.
pub(super) fn rail(core: &Core, front: &Front) -> Vec<Place> {
    let several = core.has_several();
    let mut places = Vec::new();
    for account in core.listed().filter(|account| !account.disabled) {
        let has_direct = !account.order.direct.is_empty();
        if several && front.folded_accounts.contains(&account.id) {
            places.push(Place::Folded(account.id));
            continue;
        }
        places.extend(account.communities.iter().map(|community| Place::Community(account.id, community.id)));
        if has_direct || !several {
            places.push(Place::Direct(account.id));
        }
    }
    places
}

/// The rows of one account. With a rail the tree holds the channels of the chosen community, else all communities. `several`: it is not the only account,
/// so that it has a row of its own, and white space behind it where it is unfolded.
pub(super) fn rows(account: &Account, front: &Front, has_rail: bool, several: bool) -> Vec<SidebarRow> {
    let mut rows = Vec::new();
    let chosen = |community: CommunityId| front.community == Some((account.id, community));
    let folded = several && (account.disabled || front.folded_accounts.contains(&account.id));
    let sole = account.sole_community().filter(|_| several);
    if several {
        rows.push(SidebarRow::Account { account: account.id, open: false });
    }
    for community in account.communities.iter().filter(|_| !folded) {
        let id = community.id;
        if sole.is_some() {
            if !has_rail || chosen(id) {
                channels(account, front, id, 1, &mut rows);
            }
        } else if !has_rail {
            let folded = front.folded_communities.contains(&(account.id, id));
            rows.push(SidebarRow::Community { account: account.id, community: id, folded });
            if !folded {
                channels(account, front, id, 1, &mut rows);
            }
        } else if chosen(id) {
            rows.push(SidebarRow::Title { account: account.id, community: id });
            channels(account, front, id, 0, &mut rows);
        }
    }
    if !folded && !account.order.direct.is_empty() {
        // Where there is nothing else, the account's own row is heading enough.
        if !(several && account.communities.is_empty()) {
            space(&mut rows);
            rows.push(SidebarRow::Direct(account.id));
        }
        rows.extend(account.order.direct.iter().map(|chat| SidebarRow::Chat { chat: account.key(*chat), depth: 1 }));
    }
    if several && rows.len() > 1 {
        rows.push(SidebarRow::Space);
        if let Some(first) = rows.first_mut() {
            *first = SidebarRow::Account { account: account.id, open: true };
        }
    }
    rows
}

fn space(rows: &mut Vec<SidebarRow>) {
    if !matches!(rows.last(), None | Some(SidebarRow::Space | SidebarRow::Account { .. })) {
        rows.push(SidebarRow::Space);
    }
}

fn channels(account: &Account, front: &Front, community: CommunityId, depth: u8, rows: &mut Vec<SidebarRow>) {
    let mut folded = false;
    for id in account.order.channels.get(&community).map_or(&[][..], Vec::as_slice) {
        let Some(chat) = account.chats.get(id) else { continue };
        let key = account.key(*id);
        if chat.channel_kind() == Some(ChannelKind::Category) {
            folded = front.folded.contains(&key);
            rows.push(SidebarRow::Category { chat: key, depth, folded });
            continue;
        }
        if chat.channel_kind() == Some(ChannelKind::Separator) {
            space(rows);
            continue;
        }
        let forum = chat.parent().filter(|_| chat.channel_kind() == Some(ChannelKind::Thread));
        let shut = forum.is_some_and(|forum| front.folded.contains(&account.key(forum)));
        let hidden = (folded && chat.parent().is_some() || shut) && chat.unread == 0 && front.pane.chat != Some(key);
        if hidden {
            continue;
        }
        let grouped = forum.and_then(|forum| account.chats.get(&forum)).is_some_and(|forum| forum.parent().is_some());
        let depth = depth + u8::from(chat.parent().is_some()) + u8::from(grouped);
        rows.push(SidebarRow::Chat { chat: key, depth });
        if chat.channel_kind() == Some(ChannelKind::Voice) {
            let count = account.rooms.get(id).map_or(0, |room| room.len().min(VOICES));
            rows.extend(
                (0..count).filter_map(|index| Some(SidebarRow::Voice { chat: key, index: u16::try_from(index).ok()? })),
            );
        }
    }
}

/// The chats that keys walk, top to bottom: the rows that can be opened.
pub(in crate::state) fn openable(core: &Core, front: &Front) -> Vec<ChatKey> {
    let can_open = |chat: &ChatKey| core.chat(*chat).is_some_and(|(_, chat)| chat.can_open());
    front.sidebar.rows.iter().filter_map(SidebarRow::chat).filter(can_open).collect()
}

/// Every chat that can be opened, account by account: channels in the order of the communities, then direct chats.
pub(in crate::state) fn every_chat(core: &Core) -> Vec<ChatKey> {
    core.accounts.iter().flat_map(|account| account.openable().map(|chat| account.key(chat.id))).collect()
}
