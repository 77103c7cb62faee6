//! Where words are looked for beyond what is in memory: in the store, then on the network; and what is said where it ends.

use super::{advance, find_of, look_through, pick};
use crate::domain::kept::Found;
use crate::domain::{ChatKey, CleanText, MessageKey, Priority, Refusal, Reply, Request};
use crate::state::effect::Effects;
use crate::state::requests::Purpose;
use crate::state::{State, recall, roster};

/// Most messages of one answer of the store.
const PAGE: u32 = 1_000;
/// Most answers of a network that are asked for in a row without the user.
const ROW: u8 = 8;

/// How far it was looked.
#[derive(Clone, Default, Debug)]
pub(super) struct Search {
    store: Kept,
    network: Told,
    /// Too many were found.
    left_out: bool,
    /// The user waits for an older one, or a newer one.
    pub(super) wants: Option<bool>,
    /// Answers of the network since the user asked for more.
    pub(super) row: u8,
}

/// What was looked through of what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Kept {
    /// Nothing yet.
    #[default]
    None,
    /// Some of it, down to here.
    Down(i64),
    /// All of it.
    All,
    /// It cannot be looked through, for this reason.
    Not(&'static str),
}

/// What was looked through of what the network has.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
enum Told {
    /// Nothing yet.
    #[default]
    None,
    /// It was asked.
    Asked,
    /// What is newer than this one.
    Down(MessageKey),
    /// All of it.
    All,
    /// It tells no more, and there may be more.
    Some,
    /// It was not, for this reason.
    Not(CleanText),
}

impl Search {
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.store, Kept::None | Kept::Down(_)) || self.network == Told::Asked
    }

    pub(super) fn is_complete(&self) -> bool {
        self.network == Told::All && !self.left_out
    }

    pub(super) const fn left_out(&mut self) {
        self.left_out = true;
    }

    /// What was not looked through, to go behind a sentence.
    fn missing(&self) -> String {
        let mut missing = Vec::new();
        if let Kept::Not(why) = self.store {
            missing.push(why.to_owned());
        }
        match &self.network {
            Told::Not(why) => missing.push(format!("the network was not searched: {}", why.trim_end_matches('.'))),
            Told::Some => missing.push("the server tells no older ones".to_owned()),
            Told::Down(_) => missing.push("the network may have more".to_owned()),
            Told::None => missing.push("the network was not searched yet".to_owned()),
            Told::Asked | Told::All => {}
        }
        if self.left_out {
            missing.push("the oldest of very many were left out".to_owned());
        }
        missing.iter().map(|part| format!("; {part}")).collect()
    }
}

/// Looks further through what is kept, one answer after the other.
pub(super) fn ask_store(state: &mut State, fx: &mut Effects) {
    let on = recall::is_on(state);
    let busy = recall::is_finding(state);
    let Some(find) = find_of(state) else { return };
    let before = match find.search.store {
        Kept::None => None,
        Kept::Down(place) => Some(place),
        Kept::All | Kept::Not(_) => return,
    };
    let Some(sought) = &find.sought else { return find.search.store = Kept::All };
    if !on {
        find.search.store = Kept::All;
    } else if !sought.has_words() {
        find.search.store = Kept::Not("signs alone are looked for only in what is loaded");
    } else if !busy {
        let (chat, number, text) = (find.chat, find.number, find.field.text().to_owned());
        recall::find(state, chat, number, (text, PAGE, before), fx);
    }
}

/// The store has looked.
pub(in crate::state) fn stored(state: &mut State, chat: ChatKey, number: u64, found: Option<Found>, fx: &mut Effects) {
    let Some(find) = find_of(state) else { return };
    if (find.chat, find.number) == (chat, number) {
        find.search.store = match found {
            Some(Found::Search { hits, on }) => {
                find.add(hits.iter().filter(|hit| hit.chat == chat).map(|hit| hit.message.key));
                on.map_or(Kept::All, Kept::Down)
            }
            _ => Kept::Not("what is kept could not be searched"),
        };
        // What was told in this run is known better here.
        find.seen = super::Seen::default();
        look_through(state);
        pick(state);
        state.touch();
    }
    ask_store(state, fx);
    go_on(state, fx);
}

/// Asks the network for what is older than what it has told.
pub(super) fn ask_network(state: &mut State, fx: &mut Effects) {
    let Some(find) = find_of(state) else { return };
    let before = match find.search.network {
        Told::None | Told::Not(_) => None,
        Told::Down(before) => Some(before),
        Told::Asked | Told::All | Told::Some => return,
    };
    let (chat, number) = (find.chat, find.number);
    let Some(words) = find.sought.as_ref().map(|sought| sought.typed().trim().to_owned()) else { return };
    let Some(account) = state.core.account(chat.account) else { return };
    let hindrance = match account {
        account if !account.caps.search => Some("it has no search"),
        account if !account.is_signed_in() => Some("there is no connection"),
        _ => None,
    };
    let asked = hindrance.is_none() && {
        let request = Request::Search { chat: chat.chat, words, before };
        state.ask(chat.account, request, Priority::User, Purpose::Find(chat.chat, number), fx).is_some()
    };
    if let Some(find) = find_of(state) {
        find.search.network = match asked {
            true => Told::Asked,
            false => Told::Not(CleanText::ours(hindrance.unwrap_or("it could not be asked"))),
        };
    }
    state.touch();
}

/// The network has looked.
pub(in crate::state) fn answered(
    state: &mut State,
    chat: ChatKey,
    number: u64,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let outcome = match outcome {
        Ok(Reply::Matches { chat: of, messages, bundle, complete }) if of == chat.chat => {
            if let Some(known) = state.core.account_mut(chat.account) {
                roster::put_bundle(known, bundle);
            }
            Ok((messages, complete))
        }
        Ok(_) => Err(CleanText::ours("its answer made no sense")),
        Err(refusal) => Err(refusal.text),
    };
    let Some(find) = find_of(state).filter(|find| (find.chat, find.number) == (chat, number)) else { return };
    find.search.row = find.search.row.saturating_add(1);
    match outcome {
        Ok((messages, complete)) => {
            let oldest = messages.iter().map(|message| message.key).min();
            find.search.network = match oldest {
                _ if complete => Told::All,
                Some(oldest) => Told::Down(oldest),
                None => Told::Some,
            };
            if let Some(sought) = &find.sought {
                let fitting: Vec<_> =
                    messages.iter().filter(|message| sought.is_in(message)).map(|message| message.key).collect();
                find.add(fitting.into_iter());
            }
        }
        Err(why) => find.search.network = Told::Not(why),
    }
    find.seen = super::Seen::default();
    look_through(state);
    state.touch();
    go_on(state, fx);
}

/// Somebody waits for one that was not found yet.
pub(super) fn go_on(state: &mut State, fx: &mut Effects) {
    if let Some(older) = find_of(state).and_then(|find| find.search.wants.take()) {
        advance(state, older, fx);
    }
}

/// There is no further one among those that were found: more is looked for, or it is said that it ends here.
pub(super) fn beyond(state: &mut State, older: bool, fx: &mut Effects) {
    let Some(find) = find_of(state) else { return };
    if find.sought.is_none() {
        return;
    }
    let busy = find.search.is_under_way();
    let none = find.found.is_empty();
    let row = find.search.row;
    // What was refused is asked for again when the user wants it.
    let more = match find.search.network {
        Told::None | Told::Down(_) => row < ROW,
        Told::Not(_) => row == 0,
        Told::Asked | Told::All | Told::Some => false,
    };
    if !busy && (older || none) && more {
        ask_network(state, fx);
    }
    let Some(find) = find_of(state) else { return };
    if find.search.is_under_way() {
        find.search.wants = Some(older);
        return state.touch();
    }
    let none = find.found.is_empty();
    let missing = find.search.missing();
    let end = match (none, older, missing.is_empty()) {
        (true, _, true) => "Nothing in this chat has these words",
        (true, _, false) => "Nothing that is here has these words",
        (false, true, true) => "That is the oldest that was found; all of the chat was searched",
        (false, true, false) => "That is the oldest that was found",
        (false, false, _) => "That is the newest that was found",
    };
    let missing = if older || none { missing } else { String::new() };
    state.notice(format!("{end}{missing}"), none, fx);
}
