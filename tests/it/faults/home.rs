//! The places of a profile, as the program uses them: what outlasts a run, however it ends.

use super::compare::{Seen, seen};
use nib::config::{Config, Paths, SavedAccounts, SecretsChoice};
use nib::domain::kept::{AccountKey, Found, OutboxItem, Query, Seek, Write};
use nib::domain::{AccountId, ChatId, ChatKey, MessageKey, UserId};
use nib::shell::accounts::{AccountSetup, TokenSource};
use nib::shell::vault::{Identity, Vault};
use nib::state::Account;
use nib::store::{Command, Note, Options, Replies, Reply, Store, Ticket};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use tempfile::TempDir;

/// A profile's places.
pub(super) struct Home {
    folder: TempDir,
}

/// What a store holds when nobody uses it.
pub(super) struct Kept {
    /// What is to be said of its opening; nothing where all is right.
    pub(super) notes: Vec<Note>,
    /// Everything of each chat, oldest first.
    pub(super) messages: Vec<(ChatId, Vec<(MessageKey, Seen)>)>,
    /// The texts that wait, oldest first.
    pub(super) waiting: Vec<(ChatId, String)>,
}

impl Home {
    /// Those of somebody who has signed in to an account before.
    pub(super) fn of(setup: &AccountSetup) -> Self {
        let home = Self { folder: tempfile::tempdir().expect("a folder") };
        let TokenSource::Given(token) = &setup.token else { panic!("a token") };
        let setup = AccountSetup { token: TokenSource::Saved, ..setup.clone() };
        let vault = Vault::new(&home.paths(), SecretsChoice::File);
        assert_eq!(vault.keep(&setup, &Identity::default(), token).note, None);
        home
    }

    /// Keeps who is signed in, as signing in does.
    pub(super) fn know(&self, account: &Account) {
        let vault = Vault::new(&self.paths(), SecretsChoice::File);
        let setup = self.account();
        let token = vault.load(&setup).expect("a token");
        assert_eq!(vault.keep(&setup, &Identity::of(account), &token).note, None);
    }

    /// Those of somebody who has not.
    pub(super) fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(super) fn paths(&self) -> Paths {
        Paths::resolve(Some(self.folder.path().as_os_str()), None, None).expect("paths")
    }

    /// The account, as it is found there.
    pub(super) fn account(&self) -> AccountSetup {
        let paths = self.paths();
        let (saved, note) = SavedAccounts::load(&paths.accounts_file()).expect("a list of accounts");
        assert_eq!(note, None);
        let all = nib::config::accounts::merge(&Config::of(&paths).0, &saved);
        let account = all.into_iter().next().expect("the account is in the list");
        AccountSetup { id: AccountId(0), account, token: TokenSource::Saved, login: String::new() }
    }

    /// The store in it; `queue`: how many commands may wait; `max_pages`: how large it may ever be.
    pub(super) fn store(&self, queue: usize, max_pages: Option<u32>) -> (Store, Replies) {
        Store::start(Options { queue, max_pages, ..Options::new(self.paths().store_file()) }).expect("a thread")
    }

    /// What is found there if the program is killed in this very moment: what it has written, and nothing of what it was about to write.
    pub(super) fn killed(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(self.folder.path(), folder.path());
        Self { folder }
    }

    /// What the store holds for somebody. For when no other has it open.
    pub(super) fn kept(&self, user: UserId, chats: &[ChatId]) -> Kept {
        // On a runtime nobody may wait for it.
        std::thread::scope(|scope| scope.spawn(|| self.look_up(user, chats)).join().expect("it can be read"))
    }

    fn look_up(&self, user: UserId, chats: &[ChatId]) -> Kept {
        let setup = self.account();
        let account = setup.id;
        let (store, mut replies) = self.store(64, None);
        let Some(Reply::Opened(notes)) = replies.blocking_recv() else {
            panic!("the first reply tells of the opening")
        };
        let key = AccountKey { server: setup.server().to_owned(), network: setup.account.network, user };
        store.send_blocking(Command::Write(None, Write::Bind(account, key))).expect("taken");
        let mut ask = |query| {
            store.send_blocking(Command::Read(Ticket(1), query)).expect("taken");
            loop {
                match replies.blocking_recv() {
                    Some(Reply::Found(_, found)) => return found.expect("it can be read"),
                    Some(_) => {}
                    None => panic!("the store has ended"),
                }
            }
        };
        let mut messages = Vec::new();
        for chat in chats {
            let query = Query::Messages { chat: ChatKey::new(account, *chat), seek: Seek::Newest, limit: 5_000 };
            let Found::Messages(stored) = ask(query) else { panic!("messages") };
            let all = stored.entries.iter().map(|entry| (entry.message.key, seen(&entry.message)));
            messages.push((*chat, all.collect()));
        }
        let Found::Outbox(rows) = ask(Query::Outbox) else { panic!("what waits") };
        let text = |item: &OutboxItem| match item {
            OutboxItem::Send(outgoing) => Some(outgoing.text.clone()),
            _ => None,
        };
        let waiting = rows.iter().filter_map(|row| Some((row.chat.chat, text(&row.item)?))).collect();
        let _ = store.close(replies);
        Kept { notes, messages, waiting }
    }
}

/// Copies what is there of a folder. The database comes before its log, which is only added to: so the log has all that belongs to the copy.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    let mut names: Vec<_> =
        fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    for name in names {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else if !name.to_string_lossy().ends_with("-shm")
            && let Err(error) = fs::copy(&from, &to)
        {
            // A file that another took the place of.
            assert_eq!(error.kind(), ErrorKind::NotFound, "{}", from.display());
        }
    }
}
