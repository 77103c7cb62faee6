//! Opening and leaving chats; what was typed stays with the chat it was typed in.

use super::form::FormPurpose;
use super::forum::ForumList;
use super::sidebar::SidebarRow;
use super::waiting::{self, Awaits};
use super::{attach, chooser, drafts, lists, sidebar, trail, tray};
use crate::domain::{
    AccountId, ChannelKind, Chat, ChatKey, ChatKind, CleanText, LinkPhase, Permissions, Priority, Refusal, RefusalKind,
    Reply, Request, UserId,
};
use crate::state::effect::{Effect, Effects, Outcome};
use crate::state::event::Ticket;
use crate::state::front::{Anchor, Front, Overlay, Pane, Region};
use crate::state::gone::Note;
use crate::state::names::{ResolveError, resolve_chat, resolve_chat_in, split_account};
use crate::state::recall::{self, places};
use crate::state::requests::Purpose;
use crate::state::{Account, State, history, join, last_words, newcomer, people, pins, roster, typing, unread};

/// Most chats remembered as visited; as many keep their timelines.
const VISITED: usize = 50;

/// The user goes to a chat, and can go back. Returns whether it can be opened. Another one that is waited for is given up.
pub(in crate::state) fn chat(state: &mut State, key: ChatKey, fx: &mut Effects) -> bool {
    trail::open_chat(state, key, fx)
}

/// The same without noting where one was.
pub(super) fn enter(state: &mut State, key: ChatKey, fx: &mut Effects) -> bool {
    let elsewhere = state.front.as_ref().is_some_and(|front| front.pane.chat.is_some());
    let opened = switch(state, key, fx);
    if opened {
        // What is said at the start is not about a chat.
        if elsewhere {
            state.drop_notice();
        }
        waiting::give_up(state, fx);
        if let Some(front) = &mut state.front {
            // What is typed on is for the chat that was gone to.
            let of = |purpose: &FormPurpose| match purpose {
                FormPurpose::Thread(chat) | FormPurpose::ThreadTitle(chat) | FormPurpose::File { chat, .. } => {
                    Some(*chat)
                }
                _ => None,
            };
            front.close_forms(|purpose| of(purpose).is_some_and(|of| of != key));
        }
    }
    opened
}

/// Opens a chat. Returns whether it can be opened.
pub(in crate::state) fn switch(state: &mut State, key: ChatKey, fx: &mut Effects) -> bool {
    let Some((account, known)) = state.core.chat(key) else { return false };
    if !known.can_open() {
        return false;
    }
    let community = known.community();
    let unread = known.unread > 0;
    let unread_then = (known.unread, known.last_message);
    let first = account.thread_ids(key.chat).first().copied();
    let forum = known.is_forum().then_some(ForumList { cursor: first, ..ForumList::default() });
    let last_read = known.last_read;
    let Some(front) = &state.front else { return false };
    if front.pane.chat == Some(key) {
        if let Some(front) = &mut state.front {
            front.region = if front.pane.forum.is_some() { Region::Messages } else { Region::Composer };
        }
        state.touch();
        return true;
    }
    typing::end(state, fx);
    unread::leave(state, fx);
    let Some(front) = &mut state.front else { return false };
    lists::leave_chat(front);
    chooser::forget(front);
    drafts::put_aside(front, fx);
    places::tell(front, fx);
    let id = front.pane.id;
    let intent_number = front.pane.intent_number.wrapping_add(1);
    let epoch = front.pane.epoch.wrapping_add(1);
    let composer = front.pane.composer.successor();
    let writing = front.pane.writing.successor();
    let divider = last_read.filter(|_| unread);
    let pane = Pane { id, intent_number, epoch, composer, writing, forum, ..Pane::default() };
    front.pane = Pane { chat: Some(key), divider, unread_then, ..pane };
    drafts::take_up(front, key);
    front.wish = None;
    front.region = if forum.is_some() { Region::Messages } else { Region::Composer };
    front.visited.retain(|visited| *visited != key);
    front.visited.push(key);
    if front.visited.len() > VISITED {
        front.visited.remove(0);
    }
    if let Some(community) = community
        && front.community != Some((key.account, community))
    {
        front.community = Some((key.account, community));
    }
    front.sidebar.direct = community.is_none().then_some(key.account);
    front.sidebar.dirty = true;
    front.sidebar.follow = true;
    let visited = front.visited.clone();
    unread::release(state, key);
    history::drop_unvisited(&mut state.core.accounts, &visited);
    if let Some(account) = state.core.account_mut(key.account) {
        account.timelines.entry(key.chat).or_default();
        account.requests.stuck.retain(|(of, ..)| *of != key.chat);
    }
    if let Some(front) = &mut state.front {
        front.pane.to_unread = front.pane.divider.is_some();
        history::to_unread(front, &state.core.accounts);
    }
    tray::wake(state, fx);
    recall::opened(state, key, fx);
    if state.front.as_ref().is_some_and(|front| drafts::may_have_one(front, key)) {
        recall::ask_draft(state, key, fx);
    }
    history::refresh_open(state, fx);
    if forum.is_none() {
        pins::ask(state, key, fx);
    }
    state.touch();
    true
}

/// The open chat is gone: nothing is open. What was typed is kept as its draft.
pub(in crate::state) fn leave(front: &mut Front, fx: &mut Effects) {
    lists::leave_chat(front);
    chooser::forget(front);
    drafts::put_aside(front, fx);
    let id = front.pane.id;
    let intent_number = front.pane.intent_number.wrapping_add(1);
    let epoch = front.pane.epoch.wrapping_add(1);
    let composer = front.pane.composer.successor();
    let writing = front.pane.writing.successor();
    front.pane = Pane { id, intent_number, epoch, composer, writing, ..Pane::default() };
    front.typing = None;
    front.sidebar.dirty = true;
}

/// Opens what was wished for, else a chat to begin with, once an account has its lists; unless one is open. A wish that another account may
/// still fulfil is waited for.
pub(in crate::state) fn first(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    // Which was open last, the store is about to say.
    if front.pane.chat.is_some() || front.wish.is_none() && state.recall.is_starting() {
        return;
    }
    if !state.core.accounts.iter().any(|account| account.synced) {
        return;
    }
    if let Some(wish) = front.wish.clone() {
        let more = |account: &Account| matches!(account.link, LinkPhase::Connecting | LinkPhase::Syncing);
        if resolve_chat(&state.core, &wish).is_err() && state.core.accounts.iter().any(more) {
            return;
        }
        if let Some(front) = &mut state.front {
            front.wish = None;
        }
        named(state, &wish, None, fx);
        if state.front.as_ref().is_some_and(|front| front.pane.chat.is_some()) {
            return;
        }
    }
    roster::keep_order(state);
    // One that comes first in the user's order and whose lists are on their way is waited for, as long as its server answers.
    let coming = |account: &Account| account.link == LinkPhase::Syncing && account.silent_since.is_none();
    let ready = state.core.accounts.iter().position(|account| account.synced);
    let before = ready.and_then(|ready| state.core.accounts.get(..ready)).unwrap_or_default();
    if before.iter().any(|account| coming(account) && !account.synced) {
        return;
    }
    let begin = state.core.accounts.iter().filter(|account| account.synced).find_map(newcomer::beginning);
    if let Some(begin) = begin {
        switch(state, begin, fx);
    }
}

/// An account will not come for now: what waited for it waits no longer.
pub(in crate::state) fn wish_in_vain(state: &mut State, fx: &mut Effects) {
    if state.front.as_ref().is_some_and(|front| front.wish.is_some() || front.visited.is_empty()) {
        first(state, fx);
    }
}

/// How far a chat is from one to begin with: a channel to talk in, before people, before where one may only read.
pub(in crate::state) fn distance(account: &Account, chat: &Chat) -> u8 {
    match chat.channel_kind() {
        _ if !account.may(chat, Permissions::SEND) => 2,
        Some(ChannelKind::Text) => 0,
        _ => 1,
    }
}

/// Opens a chat by its written name: that of the shown account where several have one. A person not yet written to is looked up. `ticket`: who waits
/// for it.
pub(in crate::state) fn named(state: &mut State, written: &str, ticket: Option<Ticket>, fx: &mut Effects) {
    // What a command means does not depend on what somebody looks at.
    let shown = state.front.as_ref().filter(|_| ticket.is_none());
    let shown = shown.and_then(|front| front.pane.chat);
    let error = match resolve_chat_in(&state.core, shown, written) {
        Ok(key) => return found(state, key, ticket, fx),
        Err(error) => error,
    };
    let (of, rest) = split_account(&state.core, written);
    let name = rest.strip_prefix('@').filter(|name| !name.is_empty()).map(str::to_owned);
    let away = of
        .and_then(|of| state.core.account(of))
        .filter(|account| account.disabled || matches!(account.link, LinkPhase::SignedOut { .. } | LinkPhase::Idle));
    if let (Some(account), ResolveError::Unknown { .. }) = (away, &error) {
        let sentence = format!("\"{}\" is not signed in: none of its chats is here", account.label);
        return refuse(state, RefusalKind::NotSignedIn, &sentence, ticket, fx);
    }
    let error = match (error, name) {
        (ResolveError::Unknown { name: whole, near }, Some(name)) => match join::writer(state, of, &name) {
            Ok(Some(account)) => return look_up(state, account, name, ticket, fx),
            Ok(None) => ResolveError::Unknown { name: whole, near },
            Err(error) => error,
        },
        (error, _) => error,
    };
    refuse(state, RefusalKind::NotFound, capitalised(&mut error.to_string()), ticket, fx);
}

/// Somebody is looked up, to be written to.
fn look_up(state: &mut State, account: AccountId, name: String, ticket: Option<Ticket>, fx: &mut Effects) {
    let purpose = Purpose::Person { name: name.clone(), ticket };
    state.ask(account, Request::LookupUsername(name.clone()), Priority::User, purpose, fx);
    // The form waits by itself.
    if ticket.is_none() && !join::write_waits(state, &name) {
        let words = format!("the chat with @{name}");
        waiting::begin(state, Awaits::Person(account, name), &words);
    }
}

fn found(state: &mut State, key: ChatKey, ticket: Option<Ticket>, fx: &mut Effects) {
    match (ticket, &mut state.front) {
        // For a command, which opens nothing on anybody's screen.
        (Some(ticket), _) => fx.push(Effect::Outcome(ticket, Outcome::Chat(key))),
        (None, Some(front)) => {
            front.drop_forms(|purpose| *purpose == FormPurpose::Write);
            chat(state, key, fx);
        }
        (None, None) => {}
    }
}

fn refuse(state: &mut State, kind: RefusalKind, sentence: &str, ticket: Option<Ticket>, fx: &mut Effects) {
    match ticket {
        Some(ticket) => {
            let refusal = Refusal { kind, text: CleanText::new(sentence), ..Refusal::default() };
            fx.push(Effect::Outcome(ticket, Outcome::Refused(refusal)));
        }
        None if join::write_refused(state, sentence) => {}
        None => state.notice(sentence, true, fx),
    }
}

/// The sentence with a capital at its start.
pub(in crate::state) fn capitalised(sentence: &mut str) -> &str {
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// A person was looked up: the direct chat with them is opened, unless the user has given it up meanwhile.
pub(in crate::state) fn person(
    state: &mut State,
    account: AccountId,
    name: &str,
    ticket: Option<Ticket>,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let awaits = Awaits::Person(account, name.to_owned());
    let awaited = ticket.is_none() && waiting::is_for(state, &awaits);
    let wanted = awaited || ticket.is_some() || join::write_waits(state, name);
    let Some(known) = state.core.account_mut(account) else { return };
    let direct = |known: &Account, peer: UserId| {
        known.chats.values().filter(|chat| chat.kind == ChatKind::Direct { peer }).map(|chat| chat.id).min()
    };
    let chat = match outcome {
        Ok(Reply::User(user)) => {
            let peer = user.id;
            people::put(known, user);
            let own = known.chats.values().find(|chat| chat.kind == ChatKind::Saved).map(|chat| chat.id);
            let chat = if peer == known.me { own } else { direct(known, peer) };
            if chat.is_none() && peer != known.me && wanted {
                // Nothing was ever written between the two: the network names the chat.
                let purpose = Purpose::Person { name: name.to_owned(), ticket };
                state.ask(account, Request::FetchDirect(peer), Priority::User, purpose, fx);
                return;
            }
            chat
        }
        Ok(Reply::Chat(bundle)) => {
            let told =
                bundle.chats.iter().find(|chat| matches!(chat.kind, ChatKind::Direct { .. })).map(|chat| chat.id);
            roster::put_bundle(known, bundle);
            told.filter(|chat| known.chats.contains_key(chat))
        }
        Ok(_) => None,
        Err(refusal) if wanted => {
            let sentence = format!("@{name}: {}", refusal.text);
            if !awaited || !waiting::failed(state, &sentence, |of| *of == awaits) {
                refuse(state, refusal.kind, &sentence, ticket, fx);
            }
            return;
        }
        Err(_) => return,
    };
    match chat {
        _ if !wanted => {}
        Some(chat) if awaited => waiting::arrived(state, ChatKey::new(account, chat), fx),
        None if awaited => {
            _ = waiting::failed(state, &format!("There is no direct chat with @{name}"), |of| *of == awaits);
        }
        Some(chat) => found(state, ChatKey::new(account, chat), ticket, fx),
        None => refuse(state, RefusalKind::NotFound, &format!("There is no direct chat with @{name}"), ticket, fx),
    }
}

/// The terminal has a new size.
pub(in crate::state) fn resized(state: &mut State, width: u16, height: u16) {
    let Some(front) = &mut state.front else { return };
    if (front.width, front.height) == (width, height) {
        return;
    }
    let tier = front.tier();
    front.width = width;
    front.height = height;
    if front.tier() != tier {
        front.sidebar.dirty = true;
        front.sidebar.follow = true;
    }
    state.touch();
}

/// The program ends: what was typed is kept.
pub(in crate::state) fn terminate(state: &mut State, fx: &mut Effects) {
    state.leaving = None;
    last_words::at_once(state, fx);
    put_aside(state, fx);
    fx.push(Effect::Quit);
}

/// What is under way at the end of the chat is ended and kept.
pub(in crate::state) fn put_aside(state: &mut State, fx: &mut Effects) {
    typing::end(state, fx);
    attach::give_up(state, |_| true, fx);
    drafts::put_all(state, fx);
    if let Some(front) = &mut state.front {
        places::tell(front, fx);
    }
}

/// What became of all that is kept. It stays until it is seen.
pub(in crate::state) fn noted(state: &mut State, mut sentence: String) {
    capitalised(&mut sentence);
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Note(Note { sentence, yank: false }));
        state.touch();
    }
}

/// How many chats of the sidebar stand above the row of the open chat's account, if it has one.
fn passed(front: &Front) -> Option<usize> {
    let open = front.pane.chat?;
    let rows = &front.sidebar.rows;
    let row_of = |row: &SidebarRow| matches!(row, SidebarRow::Account { account, .. } if *account == open.account);
    let at = rows.iter().position(row_of)?;
    Some(rows.iter().take(at).filter(|row| row.chat().is_some()).count())
}

/// Opens the chat so many openable rows away in the sidebar.
pub(in crate::state) fn step(state: &mut State, by: isize, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let chats = sidebar::openable(&state.core, front);
    if chats.is_empty() {
        return;
    }
    let count = isize::try_from(chats.len()).unwrap_or(isize::MAX);
    let place = |at: usize| isize::try_from(at).ok();
    let at = front.pane.chat.and_then(|open| chats.iter().position(|chat| *chat == open)).and_then(place);
    let next = match (at, passed(front).and_then(place)) {
        (Some(at), _) => (at + by).rem_euclid(count),
        // It is folded away: from where it would be.
        (None, Some(passed)) if by < 0 => (passed + by).rem_euclid(count),
        (None, Some(passed)) => (passed + by - 1).rem_euclid(count),
        (None, None) if by < 0 => count - 1,
        (None, None) => 0,
    };
    if let Some(key) = usize::try_from(next).ok().and_then(|next| chats.get(next).copied()) {
        let region = state.front.as_ref().map(|front| front.region);
        chat(state, key, fx);
        // Walking through chats keeps the hands where they are, but for a composer that narrow screens hide.
        if let (Some(front), Some(Region::Messages)) = (&mut state.front, region) {
            front.region = Region::Composer;
        }
    }
}

/// Opens the next unread chat: mentions first, then personal messages, then the rest in the order of the sidebar; wraps around.
pub(in crate::state) fn next_unread(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let open = front.pane.chat;
    let mut best: Option<((bool, bool, bool, usize), ChatKey)> = None;
    let all = sidebar::every_chat(&state.core);
    let at = open.and_then(|open| all.iter().position(|key| *key == open));
    for (index, key) in all.iter().copied().enumerate() {
        let Some((account, chat)) = state.core.chat(key) else { continue };
        let weight = crate::state::unread::weight(account, chat);
        if weight.unread == 0 || Some(key) == open {
            continue;
        }
        let personal = chat.community().is_none();
        let passed = at.is_some_and(|at| index < at);
        let rank = (weight.mentions == 0, !personal, passed, index);
        if best.is_none_or(|(other, _)| rank < other) {
            best = Some((rank, key));
        }
    }
    match best {
        Some((_, key)) => _ = chat(state, key, fx),
        None => state.notice("Nothing unread", false, fx),
    }
}

/// Lets the view follow the newest message.
pub(in crate::state) const fn to_bottom(pane: &mut Pane) {
    pane.anchor = Anchor::Bottom;
    pane.intent = None;
    pane.intent_number = pane.intent_number.wrapping_add(1);
    pane.new_below = 0;
}
