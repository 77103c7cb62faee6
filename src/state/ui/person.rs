//! The card of a person: what is known of them shows at once, what they say of themselves when it comes.

use super::waiting::{self, Awaits};
use super::{open, sidebar::SidebarRow};
use crate::domain::people::Profile;
use crate::domain::{
    AccountId, Chat, ChatKey, ChatKind, CleanText, CommunityId, Priority, Refusal, Reply, Request, User, UserId,
};
use crate::state::effect::Effects;
use crate::state::front::{Overlay, Region};
use crate::state::members::{MemberRow, open_list};
use crate::state::names::{self, split_account};
use crate::state::requests::Purpose;
use crate::state::{Account, Core, State, join, people, ui};

/// Columns that a card has at least; only narrower screens make more rows of a text.
const COLUMNS: usize = 16;
/// Rows of a card beside a profile.
const ROWS: usize = 8;

/// The card of a person.
#[derive(Clone, PartialEq, Debug)]
pub struct Card {
    /// Through whose eyes.
    pub account: AccountId,
    /// Whose; nobody's while they are looked for.
    pub user: UserId,
    /// The user name that is looked for, or was in vain.
    pub looked_for: Option<String>,
    /// Where nickname and roles are from.
    pub community: Option<CommunityId>,
    /// What they say of themselves, and what one has in common with them.
    pub profile: Told,
    /// First row that shows.
    pub scroll: usize,
}

/// What came of asking for a profile.
#[derive(Clone, PartialEq, Debug)]
pub enum Told {
    /// The network has none.
    Nothing,
    /// It is on its way.
    Loading,
    /// It came.
    Profile(Box<Profile>),
    /// It was refused; why.
    Refused(CleanText),
}

impl Card {
    /// The card scrolls, not far beyond its end: how many rows it has only the layout knows.
    pub(super) fn step(&mut self, by: i32) {
        let rows = match &self.profile {
            Told::Profile(profile) => {
                let bio = profile.bio.as_deref().unwrap_or_default();
                bio.lines().count() + bio.len() / COLUMNS + profile.communities.len() + profile.friends.len()
            }
            Told::Nothing | Told::Loading | Told::Refused(_) => 0,
        };
        self.scroll = self.scroll.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(ROWS + rows);
    }
}

/// Shows the card of somebody.
pub(in crate::state) fn show(
    state: &mut State,
    account: AccountId,
    user: UserId,
    community: Option<CommunityId>,
    fx: &mut Effects,
) {
    let Some(known) = state.core.account(account) else { return };
    let community = community.filter(|community| known.community(*community).is_some());
    let online = known.is_signed_in();
    put(state, Card { account, user, looked_for: None, community, profile: Told::Nothing, scroll: 0 });
    ask_profile(state, account, user, fx);
    if let Some(community) = community.filter(|_| online) {
        people::ask_member(state, account, community, user, fx);
    }
}

/// Puts a card on top, in place of any other.
fn put(state: &mut State, card: Card) {
    let Some(front) = &mut state.front else { return };
    front.overlays.retain(|overlay| !matches!(overlay, Overlay::Person(_)));
    front.overlays.push(Overlay::Person(Box::new(card)));
    state.touch();
}

/// The card that is open, wherever it stands among what is open.
fn card(state: &mut State, is: impl Fn(&Card) -> bool) -> Option<&mut Card> {
    state.front.as_mut()?.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Person(card) if is(card) => Some(&mut **card),
        _ => None,
    })
}

/// Asks for what somebody says of themselves, for their card.
fn ask_profile(state: &mut State, account: AccountId, user: UserId, fx: &mut Effects) {
    let Some(known) = state.core.account(account) else { return };
    let profile = match (known.caps.profiles, known.is_signed_in()) {
        (true, true) => Told::Loading,
        (true, false) => Told::Refused(CleanText::ours("there is no connection")),
        (false, _) => Told::Nothing,
    };
    let asks = profile == Told::Loading;
    let Some(card) = card(state, |card| (card.account, card.user) == (account, user)) else { return };
    card.profile = profile;
    if asks {
        state.ask(account, Request::FetchProfile(user), Priority::User, Purpose::Profile(user), fx);
    }
}

/// A profile came, or why it did not. A card that was closed needs it no more.
pub(in crate::state) fn came(state: &mut State, account: AccountId, user: UserId, outcome: Result<Reply, Refusal>) {
    let is = |card: &Card| (card.account, card.user) == (account, user) && card.profile == Told::Loading;
    let Some(card) = card(state, is) else { return };
    card.profile = match outcome {
        Ok(Reply::Profile(profile)) => Told::Profile(profile),
        Ok(_) => Told::Refused(CleanText::ours("the answer does not fit the question")),
        Err(refusal) => Told::Refused(refusal.text),
    };
    state.touch();
}

/// The user wants to know who somebody is: by user name, or whom the cursor is on, or with whom one talks.
pub(super) fn wanted(state: &mut State, name: &str, fx: &mut Effects) {
    let (of, name) = split_account(&state.core, name.trim().trim_start_matches('@'));
    let name = name.trim_start_matches('@');
    if name.is_empty() {
        return match pointed_at(state) {
            Some((account, user, community)) => show(state, account, user, community, fx),
            None => state.notice("There is nobody to show here; /who @name shows somebody", true, fx),
        };
    }
    let open = state.front.as_ref().and_then(|front| front.pane.chat).map(|chat| chat.account);
    let knowing = || state.core.accounts.iter().filter(|account| names::knows(account, name));
    let online = || state.core.accounts.iter().filter(|account| account.is_signed_in());
    let found = match of {
        Some(of) => Ok(Some(of)),
        None if knowing().next().is_some() => names::one_of(open, knowing(), name),
        None if open.is_some() => Ok(open),
        None => names::one_of(None, online(), name),
    };
    let account = match found {
        Ok(Some(account)) => account,
        Ok(None) => return state.notice(join::account(state).err().unwrap_or("Sign in first"), true, fx),
        Err(error) => return state.notice(open::capitalised(&mut error.to_string()), true, fx),
    };
    let named = |user: &&User| user.username.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name));
    let known = state.core.account(account).and_then(|known| known.users.values().find(named));
    match known.map(|user| user.id) {
        Some(user) => {
            let community = here(state, account);
            show(state, account, user, community, fx);
        }
        None if state.core.account(account).is_none_or(|known| !known.is_signed_in()) => {
            state.notice(format!("@{name}: there is no connection to look for them"), true, fx);
        }
        None => {
            let request = Request::LookupUsername(name.to_owned());
            // It takes the keyboard now, while the user waits for it, and not in the middle of what is typed on when the answer comes.
            let (community, looked_for) = (here(state, account), Some(name.to_owned()));
            put(
                state,
                Card { account, user: UserId::default(), looked_for, community, profile: Told::Loading, scroll: 0 },
            );
            state.ask(account, request, Priority::User, Purpose::Who(name.to_owned()), fx);
        }
    }
}

/// Somebody was looked up by name, to be shown. A card that was closed needs it no more.
pub(in crate::state) fn looked_up(
    state: &mut State,
    account: AccountId,
    name: &str,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let found = match outcome {
        Ok(Reply::User(user)) => {
            let id = user.id;
            if let Some(known) = state.core.account_mut(account) {
                people::put(known, user);
            }
            Ok(id)
        }
        Ok(_) => Err(CleanText::ours("the answer does not fit the question")),
        Err(refusal) => Err(refusal.text),
    };
    state.touch();
    let is = |card: &Card| card.account == account && card.looked_for.as_deref() == Some(name);
    let Some(card) = card(state, is) else { return };
    match found {
        Ok(user) => {
            (card.user, card.looked_for) = (user, None);
            let community = card.community;
            ask_profile(state, account, user, fx);
            if let Some(community) = community {
                people::ask_member(state, account, community, user, fx);
            }
        }
        Err(why) => card.profile = Told::Refused(why),
    }
}

/// The community of the open chat, if it is one of this account.
fn here(state: &State, account: AccountId) -> Option<CommunityId> {
    let chat = state.front.as_ref()?.pane.chat.filter(|chat| chat.account == account)?;
    state.core.chat(chat).and_then(|(_, chat)| chat.community())
}

/// Whom the user points at.
fn pointed_at(state: &State) -> Option<(AccountId, UserId, Option<CommunityId>)> {
    let front = state.front.as_ref()?;
    let told = |(account, chat): (&Account, &Chat), user| Some((account.id, user, chat.community()));
    let peer = |chat: &Chat| match chat.kind {
        ChatKind::Direct { peer } => Some(peer),
        _ => None,
    };
    if let Some(Overlay::Person(card)) = front.overlays.last() {
        return card.looked_for.is_none().then_some((card.account, card.user, card.community));
    }
    let in_list = matches!(front.overlays.last(), Some(Overlay::Members)) || front.region == Region::Members;
    if front.region == Region::Sidebar && front.overlays.is_empty() {
        return match *front.sidebar.selected()? {
            SidebarRow::Chat { chat, .. } => {
                let found = state.core.chat(chat)?;
                told(found, peer(found.1)?)
            }
            _ => None,
        };
    }
    let open = state.core.chat(front.pane.chat?)?;
    if in_list {
        let (_, list) = open_list(state)?;
        return told(open, list.rows.get(front.members.cursor).and_then(MemberRow::user)?);
    }
    if front.region != Region::Messages
        && let Some(peer) = peer(open.1)
    {
        return told(open, peer);
    }
    let (_, message) = ui::message::message(state)?;
    told(open, message.author)
}

/// The user wants to write to the person on the card.
pub(super) fn write(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(Overlay::Person(card)) = front.overlays.last() else { return };
    if card.looked_for.is_some() {
        return;
    }
    let (account, user) = (card.account, card.user);
    let Some(known) = state.core.account(account) else { return };
    let name = known.users.get(&user).and_then(|person| person.username.as_ref());
    let name = name.map_or_else(|| user.to_string(), ToString::to_string);
    let own = user == known.me;
    let with = |chat: &&Chat| chat.kind == if own { ChatKind::Saved } else { ChatKind::Direct { peer: user } };
    let direct = known.chats.values().filter(with).map(|chat| chat.id).min();
    let online = known.is_signed_in();
    if let Some(other) = direct_account(&state.core, known).filter(|_| direct.is_none() && !own) {
        return write_through(state, other, &name, fx);
    }
    if direct.is_none() && (own || !online) {
        // The card stays: what is typed goes nowhere else.
        let why = if own {
            "There are no notes to yourself here".to_owned()
        } else {
            format!("@{name}: there is no connection")
        };
        return state.notice(why, true, fx);
    }
    front.overlays.retain(|overlay| !matches!(overlay, Overlay::Person(_) | Overlay::Members));
    state.touch();
    let Some(chat) = direct else {
        // Nothing was ever written between the two: the network names the chat.
        let purpose = Purpose::Person { name: name.clone(), ticket: None };
        state.ask(account, Request::FetchDirect(user), Priority::User, purpose, fx);
        return waiting::begin(state, Awaits::Person(account, name.clone()), &format!("the chat with @{name}"));
    };
    open::chat(state, ChatKey::new(account, chat), fx);
}

/// Where direct chats of an account's network are on a server of their own: the account that is signed in there as the same person.
fn direct_account(core: &Core, of: &Account) -> Option<AccountId> {
    let me = |account: &Account| account.users.get(&account.me).and_then(|me| me.username.clone());
    let mine = me(of).filter(|_| !of.caps.directs)?;
    let fits = |other: &&Account| {
        let same = other.network == of.network && other.caps.directs && other.is_signed_in();
        same && me(other).is_some_and(|name| name.eq_ignore_ascii_case(&mine))
    };
    core.listed().find(fits).map(|other| other.id)
}

/// Writes to somebody by user name through another account than that of the card.
fn write_through(state: &mut State, account: AccountId, name: &str, fx: &mut Effects) {
    let Some(known) = state.core.account(account) else { return };
    let is = |peer: UserId| {
        known.users.get(&peer).and_then(|user| user.username.as_ref()).is_some_and(|one| one.eq_ignore_ascii_case(name))
    };
    let with = |chat: &&Chat| matches!(chat.kind, ChatKind::Direct { peer } if is(peer));
    let direct = known.chats.values().filter(with).map(|chat| chat.id).min();
    if let Some(front) = &mut state.front {
        front.overlays.retain(|overlay| !matches!(overlay, Overlay::Person(_) | Overlay::Members));
    }
    state.touch();
    if let Some(chat) = direct {
        _ = open::chat(state, ChatKey::new(account, chat), fx);
        return;
    }
    let purpose = Purpose::Person { name: name.to_owned(), ticket: None };
    state.ask(account, Request::LookupUsername(name.to_owned()), Priority::User, purpose, fx);
    waiting::begin(state, Awaits::Person(account, name.to_owned()), &format!("the chat with @{name}"));
}
