//! `nib tail`: everything as it happens, until interrupted.

use super::failure::{Failure, sentence};
use super::session::{Listens, find_there, with_host};
use super::{Globals, output, print};
use crate::domain::{AccountId, ChatId, ChatKey, LinkEvent, LinkPhase, Update};
use crate::shell::gone::gone;
use crate::shell::host::{Host, HostError};
use crate::shell::signals::Ending;
use crate::state::names::chat_name;
use crate::state::{Account, Event};
use clap::Args;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::pin::pin;

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
/// A chat is not known, or the sign-in is refused; see `with_host` for the rest.
pub fn run(globals: &Globals, arguments: &TailArgs) -> Result<(), Failure> {
    let names: Vec<&str> = arguments.chats.iter().map(String::as_str).collect();
    with_host(globals, &names, Listens::ToEverything, async |host: &mut Host| {
        let mut chats = Vec::new();
        for name in &arguments.chats {
            chats.push(find_there(host, name).await?);
        }
        host.watch();
        let mut ending = Ending::listen()?;
        let mut tail = Tail { chats, json: arguments.json, zone: jiff::tz::TimeZone::system(), left: HashSet::new() };
        tail.begin(host)?;
        let mut reader_gone = pin!(gone());
        loop {
            tokio::select! {
                event = host.next() => tail.event(host, event)?,
                () = &mut reader_gone => return Err(Failure::ReaderGone),
                () = ending.asked() => return Ok(()),
            }
        }
    })
}

struct Tail {
    /// Empty means all.
    chats: Vec<ChatKey>,
    json: bool,
    zone: jiff::tz::TimeZone,
    /// Accounts of which it was told that they are signed out.
    left: HashSet<AccountId>,
}

impl Tail {
    fn event(&mut self, host: &Host, event: Event) -> Result<(), Failure> {
        match event {
            Event::Update(account, update) => {
                self.update(host, account, update)?;
                self.signed_out(host, account)
            }
            Event::Link(account, LinkEvent::SignedIn { .. }) => {
                self.left.remove(&account);
                self.say(host, account, "link", "online", None)?;
                self.gap(host, account)
            }
            Event::Link(account, LinkEvent::Missed) => self.gap(host, account),
            Event::Link(account, LinkEvent::Down { reason, .. }) => {
                self.say(host, account, "link", "offline", Some(reason.to_string()))
            }
            Event::Link(account, LinkEvent::Refused { .. }) => self.signed_out(host, account),
            _ => Ok(()),
        }
    }

    /// Tells that the account is signed out, by a refusal or from another device. Ends it if nothing more would come of any account.
    fn signed_out(&mut self, host: &Host, account: AccountId) -> Result<(), Failure> {
        let core = &host.state().core;
        let Some((LinkPhase::SignedOut { reason }, label)) =
            core.account(account).map(|known| (&known.link, &known.label))
        else {
            return Ok(());
        };
        if !self.left.insert(account) {
            return Ok(());
        }
        self.object_about(host, account, "link", "signed out", Some(reason.to_string()))?;
        let failure = HostError::SignedOut { account: label.clone(), reason: reason.to_string() }.into();
        let listened = |id| self.chats.is_empty() || self.chats.iter().any(|chat| chat.account == id);
        let out = |link: &LinkPhase| matches!(link, LinkPhase::SignedOut { .. });
        if core.accounts.iter().filter(|one| listened(one.id)).all(|one| out(&one.link)) {
            return Err(failure);
        }
        failure.tell();
        Ok(())
    }

    fn update(&self, host: &Host, account: AccountId, update: Update) -> Result<(), Failure> {
        match update {
            Update::MessageCreated { message, .. } => self.message(host, account, "message", &message),
            Update::MessageChanged { message, .. } => self.message(host, account, "edit", &message),
            Update::MessagesDeleted { chat, messages } => {
                for id in messages {
                    self.small(host, account, chat, "delete", json!({ "id": id.to_string() }), || {
                        format!("deleted {id}")
                    })?;
                }
                Ok(())
            }
            Update::Typing { chat, user, typing, .. } => {
                let Some(known) = host.state().core.account(account) else { return Ok(()) };
                let name = output::author_name(known, known.chats.get(&chat), user);
                let object = json!({ "author": { "id": user.to_string(), "name": name }, "typing": typing });
                // For people a line per keystroke of others would bury the messages.
                if self.json { self.small(host, account, chat, "typing", object, String::new) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// The account and the written name of a chat, if it is one of those that are wanted.
    fn wanted<'a>(&self, host: &'a Host, account: AccountId, chat: ChatId) -> Option<(&'a Account, String)> {
        let key = ChatKey::new(account, chat);
        let core = &host.state().core;
        let known = core.account(account).filter(|_| self.chats.is_empty() || self.chats.contains(&key))?;
        Some((known, chat_name(core, key)))
    }

    fn message(
        &self,
        host: &Host,
        account: AccountId,
        kind: &str,
        message: &crate::domain::Message,
    ) -> Result<(), Failure> {
        let Some((known, name)) = self.wanted(host, account, message.chat) else { return Ok(()) };
        if self.json {
            return print::line(&output::tail_object(kind, output::message_object(known, &name, message)).to_string());
        }
        let verb = if kind == "edit" { "  changed:" } else { "" };
        print::line(&format!("{name}{verb}  {}", output::message_line(known, message, &self.zone)))
    }

    fn small(
        &self,
        host: &Host,
        account: AccountId,
        chat: ChatId,
        kind: &str,
        object: Value,
        line: impl Fn() -> String,
    ) -> Result<(), Failure> {
        let Some((known, name)) = self.wanted(host, account, chat) else { return Ok(()) };
        if !self.json {
            return print::line(&format!("{name}  {}", line()));
        }
        let mut map = start(known);
        map.insert("chat".to_owned(), Value::String(name));
        if let Value::Object(more) = object {
            map.extend(more);
        }
        print::line(&output::tail_object(kind, map).to_string())
    }

    /// Tells how each account stands. Why one is not there was said already, but for objects.
    fn begin(&mut self, host: &Host) -> Result<(), Failure> {
        for account in &host.state().core.accounts {
            match &account.link {
                LinkPhase::SignedOut { reason } => {
                    self.left.insert(account.id);
                    self.object_about(host, account.id, "link", "signed out", Some(reason.to_string()))?;
                }
                LinkPhase::Offline { reason, .. } => {
                    self.object_about(host, account.id, "link", "offline", Some(reason.to_string()))?;
                }
                LinkPhase::Online => self.say(host, account.id, "link", "online", None)?,
                // It tells when it comes.
                LinkPhase::Idle | LinkPhase::Connecting | LinkPhase::Syncing => {}
            }
        }
        Ok(())
    }

    fn gap(&self, host: &Host, account: AccountId) -> Result<(), Failure> {
        self.say(host, account, "gap", "online", Some("something may have been missed".to_owned()))
    }

    fn say(
        &self,
        host: &Host,
        account: AccountId,
        kind: &str,
        state: &str,
        reason: Option<String>,
    ) -> Result<(), Failure> {
        let Some(known) = host.state().core.account(account) else { return Ok(()) };
        if !self.json
            && let Some(reason) = &reason
        {
            // About the connection, not data: standard error, and not before anything happened to it.
            print::tell(&sentence(&format!("{}: {reason}", known.label)));
        }
        self.object_about(host, account, kind, state, reason)
    }

    /// The same as an object, where objects are wanted.
    fn object_about(
        &self,
        host: &Host,
        account: AccountId,
        kind: &str,
        state: &str,
        reason: Option<String>,
    ) -> Result<(), Failure> {
        let Some(known) = host.state().core.account(account).filter(|_| self.json) else { return Ok(()) };
        let mut map = start(known);
        map.insert("state".to_owned(), Value::String(state.to_owned()));
        map.insert("reason".to_owned(), reason.map_or(Value::Null, Value::String));
        print::line(&output::tail_object(kind, map).to_string())
    }
}

fn start(account: &Account) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("account".to_owned(), Value::String(account.label.clone()));
    map
}
