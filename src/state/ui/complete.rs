//! What could stand in place of the word that is being typed: people, chats, emoji, commands and what they take.
//!
//! Made anew at each letter from the word before the cursor; whatever else happens closes it. It never takes a key that types.

mod commands;
mod emoji;
mod paths;
mod people;

use super::arguments::{self, Argument};
use super::composer::places;
use super::fuzzy::Fuzzy;
use crate::domain::{ChatKey, ChatKind, CleanText, Priority, Refusal, Reply, Request, UserId};
use crate::state::effect::{Effect, Effects};
use crate::state::event::Timer;
use crate::state::front::{Front, Region};
use crate::state::requests::Purpose;
use crate::state::{Account, State, names, people as known_people};
use std::time::Duration;

pub(in crate::state::ui) use paths::Listed;
pub(in crate::state) use paths::listed;

/// Most candidates that are offered.
const MOST: usize = 50;
/// How long nothing is typed before somebody is looked for at the server.
const REST: Duration = Duration::from_millis(300);
/// Most names that were looked for at the server.
const ASKED: usize = 64;

/// Something that can stand there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Candidate {
    /// What is matched and shown. Remote text in it is clean.
    pub label: String,
    /// Shown dim beside it.
    pub detail: String,
    /// What takes the place of the word.
    pub put: String,
    /// Indices of the characters of the label that matched, ascending.
    pub matched: Vec<u32>,
    /// What it is found by, where that is not its label.
    names: Vec<String>,
    /// Its label and what stands beside it say where it is, which narrows.
    has_place: bool,
}

/// What is offered for a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// The word's first byte in the composer.
    pub from: usize,
    /// What fits, best first; not empty.
    pub shown: Vec<Candidate>,
    /// Index of the selected one.
    pub selected: usize,
    /// It is what a command takes: the command is run as it is typed unless one is chosen.
    argument: bool,
    /// One was chosen.
    chosen: bool,
    /// The text that it was made for.
    revision: u64,
    at: usize,
}

/// What is completed, and where the word begins.
enum Word<'a> {
    Command(&'a str),
    Person(usize, &'a str),
    Chat(usize, &'a str),
    Emoji(usize, &'a str),
    Argument(usize, &'a str, Argument),
}

impl Word<'_> {
    const fn from(&self) -> usize {
        match self {
            Self::Command(_) => 0,
            Self::Person(from, _) | Self::Chat(from, _) | Self::Emoji(from, _) | Self::Argument(from, ..) => *from,
        }
    }
}

/// The word before the cursor, if something can be offered for it.
fn word<'a>(account: &Account, text: &'a str, at: usize) -> Option<Word<'a>> {
    let before = text.get(..at)?;
    let start = before.rfind(char::is_whitespace).map_or(0, |blank| places::right(text, blank));
    if text.starts_with('/') && !text.starts_with("//") {
        if !before.contains(char::is_whitespace) {
            return Some(Word::Command(before.get(1..)?));
        }
        let argument = arguments::at(account, text, at)?;
        let from = argument.from;
        return Some(Word::Argument(from, before.get(from..)?, argument.what));
    }
    let token = before.get(start..)?;
    let inner = token.trim_start_matches(['(', '[', '{', '"', '\'', '*', '_', '~', '|', '>']);
    let from = start + (token.len() - inner.len());
    let rest = inner.get(1..);
    match inner.chars().next()? {
        '@' => Some(Word::Person(from, rest?)),
        '#' => Some(Word::Chat(from, rest?)),
        ':' => {
            let name = rest?;
            let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '+' | '-');
            let letters = name.chars().next().is_some_and(char::is_alphabetic) || name.starts_with('+');
            (name.chars().count() >= 2 && letters && name.chars().all(fits)).then_some(Word::Emoji(from, name))
        }
        _ => None,
    }
}

/// Something was typed: what fits the word is offered.
pub(super) fn typed(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let account = front.pane.chat.and_then(|chat| state.core.account(chat.account));
    let composer = &front.pane.composer;
    let from = account.and_then(|account| word(account, composer.as_str(), composer.cursor())).map(|word| word.from());
    // Closed by hand it stays closed for that word alone.
    front.pane.writing.dismissed = front.pane.writing.dismissed.filter(|dismissed| Some(*dismissed) == from);
    renew(state, 0);
    let Some(front) = &state.front else { return };
    let wanted = wanted_person(state, front);
    if wanted.is_some() {
        fx.push(Effect::Arm(Timer::Complete, state.now.mono.plus(REST)));
    }
    commands::ask(state, fx);
    paths::ask(state, fx);
}

/// Finds anew what fits.
fn renew(state: &mut State, selected: usize) {
    let made = made(state, selected);
    let Some(front) = &mut state.front else { return };
    if front.pane.completion.is_some() || made.is_some() {
        front.pane.completion = made;
        state.touch();
    }
}

fn made(state: &State, selected: usize) -> Option<Completion> {
    let front = state.front.as_ref().filter(|front| is_typing(front))?;
    let chat = front.pane.chat?;
    let account = state.core.account(chat.account)?;
    let composer = &front.pane.composer;
    let (text, at) = (composer.as_str(), composer.cursor());
    let word = word(account, text, at)?;
    let from = word.from();
    // Closed by hand: until another word is typed.
    if front.pane.writing.dismissed == Some(from) {
        return None;
    }
    let argument = matches!(word, Word::Argument(..));
    let shown = match word {
        Word::Command(query) => commands::fitting(account, query),
        Word::Person(_, query) => people::fitting(state, account, chat, query, "@"),
        Word::Chat(_, query) => chats(account, chat, query),
        Word::Emoji(_, query) => emoji::fitting(account, chat.chat, query),
        Word::Argument(_, query, argument) => match argument {
            Argument::Person(mark) => people::fitting(state, account, chat, query.trim_start_matches('@'), mark),
            Argument::Chat { quoted } => written_chats(state, query.trim_start_matches('"'), quoted),
            Argument::Choice(choices) => ranked(query, choices.into_iter().map(plain)),
            Argument::Emoji => emoji::fitting(account, chat.chat, query.trim_start_matches(':')),
            Argument::Account => ranked(query, state.core.listed().map(|account| plain(account.label.clone()))),
            Argument::Path { quoted } => paths::fitting(&front.pane.writing.listed, query, quoted),
            Argument::Other => Vec::new(),
        },
    };
    let selected = selected.min(shown.len().saturating_sub(1));
    let whole = Completion { from, shown, selected, argument, chosen: false, revision: composer.revision(), at };
    // What stands there already is no offer.
    let done = |only: &Candidate| {
        let same = text.get(from..at).is_some_and(|typed| typed == only.put.trim_end());
        same && !only.detail.ends_with(people::FOUND)
    };
    let nothing = whole.shown.is_empty() || matches!(whole.shown.as_slice(), [only] if done(only) && !is_command(text));
    (!nothing).then_some(whole)
}

fn is_command(text: &str) -> bool {
    text.starts_with('/')
}

fn is_typing(front: &Front) -> bool {
    front.region == Region::Composer && front.overlays.is_empty() && front.pane.forum.is_none()
}

/// A candidate that is what it is called.
fn plain(label: String) -> Candidate {
    Candidate { put: format!("{label} "), label, ..Candidate::default() }
}

/// Those whose label fits, best first; of equal ones in the order given.
fn ranked(query: &str, all: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
    ranked_by(query, all.map(|candidate| (0, candidate)))
}

/// The same; of those that fit alike, those of a lower rank first.
fn ranked_by(query: &str, all: impl Iterator<Item = (u8, Candidate)>) -> Vec<Candidate> {
    if query.is_empty() {
        let mut all: Vec<(u8, Candidate)> = all.collect();
        all.sort_by_key(|(rank, _)| *rank);
        return all.into_iter().take(MOST).map(|(_, candidate)| candidate).collect();
    }
    let mut fuzzy = Fuzzy::new(query);
    let mut fitting: Vec<_> = all
        .enumerate()
        .filter_map(|(index, (rank, candidate))| {
            let mut names: Vec<&str> = candidate.names.iter().map(String::as_str).collect();
            // Who types a place, too, means all of the label.
            if names.is_empty() || candidate.has_place && query.contains(['/', ':']) {
                names.push(&candidate.label);
            }
            let place = [candidate.label.as_str(), &candidate.detail];
            let fit = fuzzy.fit(&names, if candidate.has_place { &place } else { &[] })?;
            Some(((fit.how, rank, fit.score, index), candidate))
        })
        .collect();
    fitting.sort_by_key(|(key, _)| *key);
    let marked = |(_, candidate): (_, Candidate)| Candidate { matched: fuzzy.matched(&candidate.label), ..candidate };
    fitting.into_iter().take(MOST).map(marked).collect()
}

/// Channels of the account, those of the community that is open first.
fn chats(account: &Account, open: ChatKey, query: &str) -> Vec<Candidate> {
    let here = account.chats.get(&open.chat).and_then(|chat| chat.community());
    let listed = account.openable().filter(|chat| chat.community().is_some());
    let all = listed.map(|chat| {
        let place = chat.community().and_then(|community| account.community(community));
        let detail = place.filter(|_| chat.community() != here).map_or("", |community| &community.name);
        let candidate = Candidate {
            label: format!("#{}", chat.name),
            detail: detail.to_owned(),
            put: format!("#{} ", chat.name),
            has_place: true,
            ..Candidate::default()
        };
        (u8::from(chat.community() != here), candidate)
    });
    ranked_by(query, all)
}

/// Chats of all accounts as they are written in commands.
fn written_chats(state: &State, query: &str, quoted: bool) -> Vec<Candidate> {
    let all = super::sidebar::every_chat(&state.core).into_iter().filter_map(|key| {
        let (account, chat) = state.core.chat(key)?;
        let name = names::chat_name(&state.core, key);
        let put =
            if quoted && name.contains(char::is_whitespace) { format!("\"{name}\" ") } else { format!("{name} ") };
        let detail = match chat.kind {
            ChatKind::Direct { .. } => names::title(account, chat),
            _ => String::new(),
        };
        let mut names = vec![names::title(account, chat)];
        names.extend(chat.community().is_none().then_some(name.clone()));
        let label = CleanText::line(&name).to_string();
        Some(Candidate { label, detail, put, names, has_place: true, ..Candidate::default() })
    });
    ranked(query, all)
}

/// The selection moves, round and round.
pub(super) fn step(state: &mut State, by: i32) {
    let Some(completion) = state.front.as_mut().and_then(|front| front.pane.completion.as_mut()) else { return };
    let count = i32::try_from(completion.shown.len()).unwrap_or(1).max(1);
    let at = i32::try_from(completion.selected).unwrap_or_default();
    // A page stops at the ends.
    let to = if by.abs() == 1 { (at + by).rem_euclid(count) } else { at.saturating_add(by).clamp(0, count - 1) };
    completion.selected = usize::try_from(to).unwrap_or_default();
    completion.chosen = true;
    state.touch();
}

/// Closes it until another word is typed.
pub(super) fn dismiss(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    if let Some(completion) = front.pane.completion.take() {
        front.pane.writing.dismissed = Some(completion.from);
        state.touch();
    }
}

/// Enter: the selected one is put there, unless what is typed is to go out as it is. Returns whether it was.
pub(super) fn enter(state: &mut State, fx: &mut Effects) -> bool {
    let Some(pane) = state.front.as_ref().map(|front| &front.pane) else { return false };
    let typed = pane.composer.as_str();
    // A command is run as it is typed, unless what is offered begins like it or was chosen.
    let another = |completion: &Completion| {
        let begins = completion.shown.get(completion.selected).is_some_and(|one| one.label.starts_with(typed));
        !completion.chosen && (completion.argument || is_command(typed) && !begins)
    };
    if pane.completion.as_ref().is_some_and(another) {
        return false;
    }
    accept(state, None, fx)
}

/// Puts the selected one, or that with this index, in the place of the word. Returns whether that changes anything.
pub(super) fn accept(state: &mut State, index: Option<usize>, fx: &mut Effects) -> bool {
    let Some(front) = &mut state.front else { return false };
    let Some(completion) = front.pane.completion.take() else { return false };
    state.revision += 1;
    let at = index.unwrap_or(completion.selected);
    let Some(chosen) = completion.shown.get(at) else { return false };
    let composer = &mut front.pane.composer;
    let word = composer.as_str().get(completion.from..composer.cursor()).unwrap_or_default();
    let rest = composer.as_str().get(composer.cursor()..).unwrap_or_default();
    // A blank that stands there is not put there again.
    let put = if rest.starts_with(' ') { chosen.put.trim_end() } else { chosen.put.as_str() };
    if word == put.trim_end() && rest.is_empty() && index.is_none() {
        return false;
    }
    composer.put_word(completion.from, put);
    front.region = Region::Composer;
    // What an argument may be is offered at once.
    if is_command(front.pane.composer.as_str()) {
        typed(state, fx);
    }
    true
}

/// What was made for another text, or another place, is closed.
pub(in crate::state) fn keep(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    if front.pane.composer.is_empty() {
        front.pane.writing.dismissed = None;
    }
    match front.pane.composer.is_command() {
        true if front.region == Region::Messages => front.pane.meant = front.pane.cursor,
        true => {}
        false => front.pane.meant = None,
    }
    let composer = &front.pane.composer;
    let fits =
        |completion: &Completion| (completion.revision, completion.at) == (composer.revision(), composer.cursor());
    if front.pane.completion.as_ref().is_some_and(|completion| !is_typing(front) || !fits(completion)) {
        front.pane.completion = None;
        state.touch();
    }
}

/// The person who is being named and whom nobody here is called like.
fn wanted_person(state: &State, front: &Front) -> Option<(ChatKey, String)> {
    if !is_typing(front) {
        return None;
    }
    let chat = front.pane.chat?;
    let account = state.core.account(chat.account).filter(|account| account.is_signed_in())?;
    let name = match word(account, front.pane.composer.as_str(), front.pane.composer.cursor())? {
        Word::Person(_, name) => name,
        Word::Argument(_, name, Argument::Person(_)) => name.trim_start_matches('@'),
        _ => return None,
    };
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let known = names::knows(account, name) || front.pane.writing.asked.iter().any(|asked| asked == name);
    (name.chars().count() >= 2 && name.chars().all(fits) && !known).then(|| (chat, name.to_owned()))
}

/// Nothing was typed for a while: who is named is looked for at the server, each name once.
pub(in crate::state) fn rested(state: &mut State, fx: &mut Effects) {
    let Some((chat, name)) = state.front.as_ref().and_then(|front| wanted_person(state, front)) else { return };
    if let Some(front) = &mut state.front {
        let asked = &mut front.pane.writing.asked;
        asked.push(name.clone());
        if asked.len() > ASKED {
            asked.remove(0);
        }
    }
    state.ask(chat.account, Request::LookupUsername(name), Priority::Visible, Purpose::Named, fx);
}

/// The server knows who is named, or does not.
pub(in crate::state) fn came(state: &mut State, account: crate::domain::AccountId, outcome: Result<Reply, Refusal>) {
    let Ok(Reply::User(user)) = outcome else { return };
    let id: UserId = user.id;
    let Some(known) = state.core.account_mut(account) else { return };
    known_people::put(known, user);
    let Some(front) = &mut state.front else { return };
    front.pane.writing.found.push(id);
    again(state);
}

/// More is known that may fit: it is offered, too.
pub(in crate::state) fn again(state: &mut State) {
    let completion = state.front.as_ref().and_then(|front| front.pane.completion.as_ref());
    // Whoever has chosen something goes on with it.
    if completion.is_none_or(|completion| !completion.chosen) {
        renew(state, 0);
    }
}
