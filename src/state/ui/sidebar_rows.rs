//! Which rows the sidebar has, and in which order keys walk them.

use super::sidebar::SidebarRow;
use crate::domain::{AccountId, ChannelKind, ChatKey, CommunityId};
use crate::state::front::Front;
use crate::state::{Account, Core};

/// Most people listed under one voice channel.
const VOICES: usize = 20;

/// The rail: the communities, then direct chats, account by account; nothing of an account that nobody has signed in to.
pub(super) fn rail(core: &Core) -> Vec<(AccountId, Option<CommunityId>)> {
    core.accounts
        .iter()
        .filter(|account| !account.fresh)
        .flat_map(|account| {
            let communities = account.communities.iter().map(move |community| (account.id, Some(community.id)));
            communities.chain([(account.id, None)])
        })
        .collect()
}

/// The rows of the tree. With a rail the tree holds the channels of the chosen community, else all communities.
pub(super) fn rows(core: &Core, front: &Front, has_rail: bool) -> Vec<SidebarRow> {
    let mut rows = Vec::new();
    let several = core.accounts.len() > 1;
    if has_rail
        && let Some((id, community)) = front.community
        && let Some(account) = core.account(id)
    {
        rows.push(SidebarRow::Title { account: id, community });
        channels(account, front, community, 0, &mut rows);
    }
    for account in &core.accounts {
        if several {
            space(&mut rows);
            rows.push(SidebarRow::Account(account.id));
        }
        if !has_rail {
            for community in &account.communities {
                let folded = front.folded_communities.contains(&(account.id, community.id));
                rows.push(SidebarRow::Community { account: account.id, community: community.id, folded });
                if !folded {
                    channels(account, front, community.id, 1, &mut rows);
                }
            }
        }
        if !account.order.direct.is_empty() {
            space(&mut rows);
            rows.push(SidebarRow::Direct(account.id));
            rows.extend(
                account.order.direct.iter().map(|chat| SidebarRow::Chat { chat: account.key(*chat), depth: 1 }),
            );
        }
    }
    rows
}

fn space(rows: &mut Vec<SidebarRow>) {
    if !matches!(rows.last(), None | Some(SidebarRow::Space | SidebarRow::Account(_))) {
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
            rows.push(SidebarRow::Category { chat: key, folded });
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
