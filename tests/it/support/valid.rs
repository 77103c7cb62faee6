//! What holds of the state between any two events, however many accounts there are.

use nib::domain::{ChannelKind, ChatId, CommunityId, LinkPhase, Mono, NotifyLevel, RequestId};
use nib::state::front::{Anchor, Region, Target};
use nib::state::outbox::Stage;
use nib::state::ui::sidebar::SidebarRow;
use nib::state::{Account, ComposerState, Front, State, Timer, composer_state};
use std::collections::{BTreeMap, HashMap};

/// Fails where something does not hold. `timers` are those that are armed.
pub(crate) fn valid(state: &State, timers: &BTreeMap<Timer, Mono>) {
    for account in &state.core.accounts {
        counts(account);
        lists(account);
    }
    if let Some(front) = &state.front {
        pane(state, front);
        chrome(state, front);
    }
    expiries(state, timers);
}

/// Counts: their sums are what the chats say.
fn counts(account: &Account) {
    let mut sums: HashMap<Option<CommunityId>, (u32, u32)> = HashMap::new();
    for chat in account.chats.values() {
        assert!(chat.mentions <= chat.unread, "{chat:?}");
        let heading = [ChannelKind::Category, ChannelKind::Separator, ChannelKind::Unknown];
        if chat.channel_kind().is_some_and(|kind| heading.contains(&kind)) || !account.is_listed(chat) {
            continue;
        }
        let quiet = chat.notify == NotifyLevel::Nothing;
        let sum = sums.entry(chat.community()).or_default();
        sum.0 += if quiet { chat.mentions } else { chat.unread };
        sum.1 += chat.mentions;
    }
    let loaded = account.channels_loaded.keys().map(|community| Some(*community));
    for place in loaded.chain([None]) {
        let told = account.counts(place);
        assert_eq!((told.unread, told.mentions), sums.get(&place).copied().unwrap_or_default(), "{place:?}");
    }
}

/// Lists: in order, nothing twice, and nothing that is not there.
fn lists(account: &Account) {
    for (chat, timeline) in &account.timelines {
        assert!(account.chats.contains_key(chat), "a timeline of no chat");
        assert!(timeline.iter().map(|entry| entry.message.key).is_sorted_by(|a, b| a < b), "{chat:?}");
        assert!(timeline.iter().all(|entry| entry.message.chat == *chat), "{chat:?}");
        let mut ids: Vec<_> = timeline.iter().map(|entry| entry.message.key.id).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "a message twice");
        for entry in timeline.iter() {
            assert!(entry.message.reactions.iter().all(|reaction| reaction.count > 0), "{:?}", entry.message.reactions);
        }
    }
    for chat in account.chats.values() {
        let parent = chat.parent().and_then(|parent| account.chats.get(&parent));
        assert!(parent.is_none_or(|parent| parent.community() == chat.community()), "{chat:?}");
    }
    let listed: Vec<ChatId> = account.openable().map(|chat| chat.id).collect();
    let mut once = listed.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), listed.len(), "a chat is listed twice");
    assert!(account.is_signed_in() || account.typing.chats.is_empty() && account.rooms.is_empty());
    // In flight: at most one for each chat, and its request is open.
    for rows in account.outbox.chats.values() {
        assert!(!rows.is_empty());
        let flying = rows.iter().filter_map(|row| match row.stage {
            Stage::InFlight(id) => Some(id),
            _ => None,
        });
        let flying: Vec<RequestId> = flying.collect();
        assert!(flying.len() <= 1 && flying.iter().all(|id| account.requests.open.contains_key(id)));
    }
}

/// The open chat: what the view hangs on is there, and what is looked at counts as read.
fn pane(state: &State, front: &Front) {
    let Some(open) = front.pane.chat else { return };
    let (account, chat) = state.core.chat(open).expect("the open chat is known");
    let timeline = account.timelines.get(&open.chat);
    let newest = timeline.and_then(|timeline| timeline.last()).map(|entry| entry.message.key);
    let shown = front.pane.visible.as_ref().filter(|visible| visible.at_bottom && visible.chat == Some(open));
    if front.is_looking()
        && front.pane.anchor == Anchor::Bottom
        && shown.is_some_and(|visible| visible.last >= chat.last_message)
        && newest == chat.last_message
    {
        assert_eq!((chat.unread, chat.mentions), (0, 0), "read while it is looked at");
    }
    let anchored = match front.pane.anchor {
        Anchor::Top { target, .. } => Some(target),
        Anchor::Bottom => None,
    };
    for target in [front.pane.cursor, anchored].into_iter().flatten() {
        let there = match target {
            Target::Message(key) => timeline.is_some_and(|timeline| timeline.index_of(key).is_some()),
            Target::Pending(nonce) => account.outbox.find(open.chat, nonce).is_some(),
        };
        assert!(there, "{target:?} is gone");
    }
}

/// Nothing has the focus that does not show, and no row is about something that is not there.
fn chrome(state: &State, front: &Front) {
    let open = front.pane.chat.and_then(|open| state.core.account(open.account)?.lists.of(open.chat));
    assert!(front.region != Region::Members || front.shows_members());
    assert!(open.is_none_or(|list| list.rows.is_empty() || front.members.cursor < list.rows.len()));
    let sidebar = &front.sidebar;
    assert!(sidebar.rows.is_empty() && sidebar.cursor == 0 || sidebar.selected().is_some());
    for row in &sidebar.rows {
        let there = match row {
            SidebarRow::Account { account, .. } | SidebarRow::Direct(account) => state.core.account(*account).is_some(),
            SidebarRow::Community { account, community, .. } | SidebarRow::Title { account, community } => {
                state.core.account(*account).is_some_and(|account| account.community(*community).is_some())
            }
            SidebarRow::Voice { chat, index } => state.core.account(chat.account).is_some_and(|account| {
                account.rooms.get(&chat.chat).is_some_and(|room| usize::from(*index) < room.len())
            }),
            other => other.chat().is_none_or(|chat| state.core.chat(chat).is_some()),
        };
        assert!(there, "{row:?} is about nothing");
    }
    for overlay in &front.overlays {
        if let Some(picker) = overlay.picks(|_| true) {
            assert!(picker.shown.is_empty() && picker.selected == 0 || picker.selected < picker.shown.len());
        }
    }
}

/// Every expiry has its timer, and not a later one.
fn expiries(state: &State, timers: &BTreeMap<Timer, Mono>) {
    let now = state.now.mono;
    let armed = |timer: Timer, at: Mono| {
        assert!(timers.get(&timer).is_some_and(|armed| *armed <= at), "{timer:?} at {at:?}: {timers:?}");
    };
    let typing = state.core.accounts.iter().filter_map(|account| account.typing.next()).min();
    assert_eq!(timers.get(&Timer::TypingExpires), typing.as_ref());
    for at in state.core.accounts.iter().filter_map(|account| nib::state::outbox::next(account, now)) {
        armed(Timer::OutboxRetry, at);
    }
    let Some(front) = &state.front else { return };
    if let Some(notice) = &front.notice {
        armed(Timer::NoticeExpires, notice.until);
    }
    let open = front.pane.chat.and_then(|open| state.core.account(open.account));
    let counts_down = |account: &Account| match account.link {
        LinkPhase::Offline { retry_at, .. } => Some(retry_at).filter(|at| *at > now),
        _ => None,
    };
    let slow = match composer_state(state) {
        ComposerState::Slow(until) | ComposerState::Limited(until, _) | ComposerState::Held(until)
            if front.shows_timeline() =>
        {
            Some(until)
        }
        _ => None,
    };
    if let Some(at) = open.and_then(counts_down).into_iter().chain(slow).min() {
        armed(Timer::Countdown, at);
    }
    let accounts = &state.core.accounts;
    if slow.is_none() && accounts.iter().all(|one| counts_down(one).is_none() && one.silent_since.is_none()) {
        assert_eq!(timers.get(&Timer::Countdown), None, "a wake-up for nothing");
    }
}
