//! People to be called by their names: who is in the chat, those who wrote last first, then whoever is known.

use super::{Candidate, ranked_by};
use crate::domain::{ChatKey, ChatKind, UserId};
use crate::state::members::MemberRow;
use crate::state::{Account, State};
use std::collections::HashSet;

/// How many of the newest messages tell who was active.
const LOOKED_AT: usize = 200;
/// Most people who are looked through.
const MOST: usize = 20_000;

/// What is said of somebody who was looked for.
pub(super) const FOUND: &str = "found on the server";

/// Who fits. `mark`: what stands before their names.
pub(super) fn fitting(state: &State, account: &Account, chat: ChatKey, query: &str, mark: &str) -> Vec<Candidate> {
    let found = state.front.as_ref().map_or(&[][..], |front| &front.pane.writing.found);
    let mut seen: HashSet<UserId> = HashSet::new();
    let mut order: Vec<(u8, UserId)> = Vec::new();
    let recent = account.timelines.get(&chat.chat).into_iter().flat_map(|timeline| timeline.iter().rev());
    let recent = recent.take(LOOKED_AT).map(|entry| entry.message.author);
    let listed = account.lists.of(chat.chat).into_iter().flat_map(|list| &list.rows).filter_map(MemberRow::user);
    let inside: Vec<UserId> = match account.chats.get(&chat.chat).map(|chat| &chat.kind) {
        Some(ChatKind::Group { members, .. }) => members.to_vec(),
        Some(ChatKind::Direct { peer }) => vec![*peer],
        _ => Vec::new(),
    };
    for user in recent.chain(inside).chain(listed) {
        if user != account.me && seen.insert(user) {
            order.push((0, user));
        }
    }
    let mut others: Vec<UserId> = account.users.keys().copied().filter(|user| !seen.contains(user)).collect();
    others.sort_unstable();
    order.extend(others.into_iter().filter(|user| *user != account.me).map(|user| (1, user)));
    let community = account.chats.get(&chat.chat).and_then(|chat| chat.community());
    let all = order.into_iter().take(MOST).filter_map(|(rank, user)| {
        let known = account.users.get(&user)?;
        let username = known.shown_username().filter(|name| !name.contains(char::is_whitespace))?;
        let nickname = community.and_then(|community| account.members.get(&(community, user)));
        let name = nickname.and_then(|member| member.nickname.as_ref()).unwrap_or(&known.name);
        let detail = match found.contains(&user) {
            true if name == username => FOUND.to_owned(),
            true => format!("{name}, {FOUND}"),
            false if name == username => String::new(),
            false => name.to_string(),
        };
        let names = vec![username.to_string(), name.to_string()];
        let (label, put) = (format!("@{username}"), format!("{mark}{username} "));
        let candidate = Candidate { label, detail, put, names, ..Candidate::default() };
        Some((rank, candidate))
    });
    ranked_by(query, all)
}
