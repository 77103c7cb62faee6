//! `nib tail`: everything as it happens, until interrupted.
//!
//! The core may be the owner's, and the owner may end. Then this goes on with another core, or is the owner itself; messages that were written in between are
//! read from history where that marks nothing read, and what was printed is not printed again.

use super::failure::{Failure, sentence};
use super::session::{Listens, PATIENCE, with_client};
use super::{Globals, output, print};
use crate::shell::host::HostError;
use crate::shell::owner::{ChatRef, ChatTold, Client, Happened, Link, MessageTold, Place, Told};
use clap::Args;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// Ids of messages that were printed, to know them again.
const REMEMBERED: usize = 10_000;
/// Most messages of a chat that are read to fill a gap.
const MOST: usize = 1_000;
/// Messages that are asked for at once.
const PAGE: u16 = 100;
/// Clocks of servers differ: messages of so many milliseconds before the beginning may be newer.
const SKEW: i64 = 300_000;

/// Options of `nib tail`.
#[derive(Debug, Args)]
pub struct TailArgs {
    /// Which chats, written as for "nib send"; all when left out
    chats: Vec<String>,
    /// One JSON object a line: type is message, edit, delete, typing, link or gap
    #[arg(long)]
    json: bool,
}

/// Runs it. It heals by itself after a lost connection and then says that something may be missing.
///
/// # Errors
/// A chat is not known, or the sign-in is refused; see `with_client` for the rest.
pub fn run(globals: &Globals, arguments: &TailArgs) -> Result<(), Failure> {
    let names: Vec<&str> = arguments.chats.iter().map(String::as_str).collect();
    let mut tail = Tail {
        json: arguments.json,
        zone: jiff::tz::TimeZone::system(),
        links: BTreeMap::new(),
        told: HashSet::new(),
        order: VecDeque::new(),
        newest: HashMap::new(),
        since: None,
        goes_on: false,
        listened: BTreeSet::new(),
    };
    with_client(globals, &names, Listens::ToEverything, None, async |client: &mut Client| {
        let mut chats = Vec::new();
        for name in &arguments.chats {
            chats.push(client.find(name, PATIENCE).await?);
        }
        tail.follow(client, &chats).await
    })
}

/// What names a message in every core.
type Named = (String, String);

struct Tail {
    json: bool,
    zone: jiff::tz::TimeZone,
    /// How accounts stand, by what the user calls them.
    links: BTreeMap<String, Link>,
    /// Messages that were printed.
    told: HashSet<Named>,
    /// The same, oldest first.
    order: VecDeque<Named>,
    /// The newest message known of each chat.
    newest: HashMap<Named, Option<String>>,
    /// When this began, in milliseconds since 1970.
    since: Option<i64>,
    /// It was begun before, with another core.
    goes_on: bool,
    /// Accounts that are followed.
    listened: BTreeSet<String>,
}

fn named(chat: &ChatTold) -> Named {
    (chat.account.to_string(), chat.chat.lasting().to_owned())
}

impl Tail {
    /// Prints what happens until it cannot go on.
    async fn follow(&mut self, client: &mut Client, chats: &[ChatTold]) -> Result<(), Failure> {
        let keys: Vec<ChatRef> = chats.iter().map(|chat| chat.chat.clone()).collect();
        self.listened = match chats.is_empty() {
            true => client.accounts().iter().cloned().collect(),
            false => chats.iter().map(|chat| chat.account.to_string()).collect(),
        };
        self.links.clear();
        // First, so that nothing falls between what was and what comes.
        client.follow(&keys).await?;
        let mut known = if chats.is_empty() { client.chats(PATIENCE).await? } else { chats.to_vec() };
        if self.goes_on {
            for chat in known.iter_mut().filter(|_| !chats.is_empty()) {
                *chat = client.find(&chat.name, PATIENCE).await?;
            }
        }
        if std::mem::replace(&mut self.goes_on, true) {
            self.fill(client, &known).await?;
        } else {
            self.since = Some(jiff::Timestamp::now().as_millisecond());
            for chat in &known {
                self.newest.insert(named(chat), chat.newest.as_deref().map(str::to_owned));
            }
        }
        loop {
            let next = client.next().await?;
            client.notes().iter().for_each(|note| print::tell(&sentence(note)));
            match next {
                Told::Happened(happened) => self.happened(*happened)?,
                Told::MakeWay => {
                    let text = "nib is being opened with this profile".to_owned();
                    return Err(Failure::OwnerGone { text, heir: true });
                }
            }
        }
    }

    /// Prints what was written while nobody told of it.
    async fn fill(&mut self, client: &mut Client, chats: &[ChatTold]) -> Result<(), Failure> {
        for chat in chats {
            let newest = chat.newest.as_deref().map(str::to_owned);
            let before = self.newest.insert(named(chat), newest.clone()).flatten();
            // What was never known to have a message may have any. Where reading marks read, it is left to who reads.
            let (Some(before), false) = (before, chat.moves_mark) else { continue };
            if newest.as_ref() == Some(&before) || newest.is_none() {
                continue;
            }
            for message in self.missed(client, chat, &before).await? {
                self.message("message", &message)?;
            }
        }
        for account in self.listened.clone() {
            self.say(&account, "gap", "online", Some("something may have been missed"))?;
        }
        Ok(())
    }

    /// Messages that are newer than the last one known, oldest first.
    async fn missed(&self, client: &mut Client, chat: &ChatTold, known: &str) -> Result<Vec<MessageTold>, Failure> {
        let mut missed: VecDeque<MessageTold> = VecDeque::new();
        let mut before = None;
        while missed.len() < MOST {
            let page = client.history(&chat.chat, (before.as_deref(), None), PAGE, PATIENCE).await?;
            let Some(oldest) = page.messages.first() else { break };
            before = Some(oldest.id.to_string());
            for message in page.messages.into_iter().rev() {
                let old = self.since.zip(message.time).is_some_and(|(since, at)| at < since - SKEW);
                let told = (message.account.to_string(), message.id.to_string());
                if &*message.id == known || old || self.told.contains(&told) {
                    return Ok(missed.into());
                }
                missed.push_front(message);
            }
            if page.reached_start {
                break;
            }
        }
        Ok(missed.into())
    }

    fn happened(&mut self, happened: Happened) -> Result<(), Failure> {
        match happened {
            Happened::Message(message) => self.message("message", &message),
            Happened::Edit(message) => self.print_message("edit", &message),
            Happened::Delete { place, id } => {
                self.small(&place, "delete", json!({ "id": &*id }), || format!("deleted {id}"))
            }
            // For people a line per keystroke of others would bury the messages.
            Happened::Typing { .. } if !self.json => Ok(()),
            Happened::Typing { place, author, typing } => {
                let object = json!({ "author": { "id": &*author.id, "name": &*author.name }, "typing": typing });
                self.small(&place, "typing", object, String::new)
            }
            Happened::Link { account, link, reason, known } => self.link(&account, link, reason.as_deref(), known),
            Happened::Gap { account } => self.say(&account, "gap", "online", Some("something may have been missed")),
        }
    }

    fn link(&mut self, account: &str, link: Link, reason: Option<&str>, known: bool) -> Result<(), Failure> {
        self.links.insert(account.to_owned(), link);
        match link {
            Link::Online => self.say(account, "link", "online", None),
            // Why one is not there was said already, but for objects.
            Link::Offline if known => self.object_about(account, "link", "offline", reason),
            Link::Offline => self.say(account, "link", "offline", reason),
            Link::SignedOut => {
                self.object_about(account, "link", "signed out", reason)?;
                if known {
                    return Ok(());
                }
                // Ends it if nothing more would come of any account.
                let reason = reason.unwrap_or_default().to_owned();
                let failure = Failure::from(HostError::SignedOut { account: account.to_owned(), reason });
                let out = |account: &String| self.links.get(account) == Some(&Link::SignedOut);
                if self.listened.iter().all(out) {
                    return Err(failure);
                }
                failure.tell();
                Ok(())
            }
        }
    }

    /// Prints a message unless it was printed before.
    fn message(&mut self, kind: &str, message: &MessageTold) -> Result<(), Failure> {
        let told = (message.account.to_string(), message.id.to_string());
        if !self.told.insert(told.clone()) {
            return Ok(());
        }
        self.order.push_back(told);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.told.remove(&oldest);
        }
        let chat = (message.account.to_string(), message.chat.lasting().to_owned());
        self.newest.insert(chat, Some(message.id.to_string()));
        self.print_message(kind, message)
    }

    fn print_message(&self, kind: &str, message: &MessageTold) -> Result<(), Failure> {
        if self.json {
            return print::line(&output::tail_object(kind, output::message_object(message)).to_string());
        }
        let verb = if kind == "edit" { "  changed:" } else { "" };
        print::line(&format!("{}{verb}  {}", message.chat_name, output::message_line(message, &self.zone)))
    }

    fn small(&self, place: &Place, kind: &str, object: Value, line: impl Fn() -> String) -> Result<(), Failure> {
        if !self.json {
            return print::line(&format!("{}  {}", place.name, line()));
        }
        let mut map = start(&place.account);
        map.insert("chat".to_owned(), Value::String(place.name.to_string()));
        if let Value::Object(more) = object {
            map.extend(more);
        }
        print::line(&output::tail_object(kind, map).to_string())
    }

    fn say(&self, account: &str, kind: &str, state: &str, reason: Option<&str>) -> Result<(), Failure> {
        if !self.json
            && let Some(reason) = reason
        {
            // About the connection, not data: standard error, and not before anything happened to it.
            print::tell(&sentence(&format!("{account}: {reason}")));
        }
        self.object_about(account, kind, state, reason)
    }

    /// The same as an object, where objects are wanted.
    fn object_about(&self, account: &str, kind: &str, state: &str, reason: Option<&str>) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let mut map = start(account);
        map.insert("state".to_owned(), Value::String(state.to_owned()));
        map.insert("reason".to_owned(), reason.map_or(Value::Null, |reason| Value::String(reason.to_owned())));
        print::line(&output::tail_object(kind, map).to_string())
    }
}

fn start(account: &str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("account".to_owned(), Value::String(account.to_owned()));
    map
}
