//! Drafts between runs: a small file that only the user can read, until there is a store for more.
//!
//! It is read once at the start and changed by a thread of its own: what is to change is applied to what the file holds by then, so that several runs
//! of nib do not take each other's. The file is replaced whole or not at all; one that makes no sense is moved aside, never overwritten.

use crate::config::files;
use crate::domain::fault;
use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The version of the file's form.
const VERSION: u32 = 1;

/// Most drafts that are kept; the oldest give way.
const MOST: usize = 500;

/// How long the end of the program waits for the last ones to be written.
const PARTING: Duration = Duration::from_millis(1_500);

/// The same while a fault ends it.
const FAULT_PARTING: Duration = Duration::from_millis(300);

/// A text that was not sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// The label of the account.
    pub account: String,
    /// Who is signed in there: nobody else is to find it in their composer.
    pub user: String,
    /// In which chat.
    pub chat: String,
    /// The text; empty to forget it.
    pub text: String,
}

impl Draft {
    fn is_of(&self, other: &Self) -> bool {
        (&self.account, &self.user, &self.chat) == (&other.account, &other.user, &other.chat)
    }
}

/// What is to change.
#[derive(Clone, Debug)]
enum Change {
    /// A draft takes the place of the one there.
    Put(Draft),
    /// What is of the first account is of the second.
    Rename(String, String),
    /// All of an account goes.
    Forget(String),
}

/// The file's form.
#[derive(Serialize, Deserialize)]
struct Form {
    v: u32,
    #[serde(default)]
    drafts: Vec<Draft>,
}

/// Reads the file. The sentence beside the drafts says what became of one that makes no sense.
///
/// # Errors
/// A sentence: the file cannot be read, or makes no sense and cannot be moved aside. It still holds what it held, and is not to be written.
pub fn load(file: &Path) -> Result<(Vec<Draft>, Option<String>), String> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Vec::new(), None)),
        Err(error) => return Err(format!("the drafts of earlier runs cannot be read: {}", fault::words(&error))),
    };
    let why = match serde_json::from_slice::<Form>(&bytes) {
        Ok(form) if form.v == VERSION => return Ok((form.drafts, None)),
        Ok(_) => "were written by another version of nib",
        Err(_) => "could not be understood",
    };
    match files::set_aside(file) {
        Ok(aside) => {
            let told = format!("the drafts of earlier runs {why}; they are now in {}", aside.display());
            Ok((Vec::new(), Some(told)))
        }
        Err(error) => Err(format!(
            "the drafts of earlier runs {why}, and their file cannot be moved aside: {}",
            fault::words(&error)
        )),
    }
}

/// Forgets all drafts of an account. A file that makes no sense is left as it is.
///
/// # Errors
/// The file cannot be read or written.
pub fn forget(file: &Path, account: &str) -> io::Result<()> {
    let bytes = match std::fs::read(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    match serde_json::from_slice::<Form>(&bytes) {
        Ok(form) if form.v == VERSION => {
            write(file, form.drafts.into_iter().filter(|draft| draft.account != account).collect())
        }
        _ => Ok(()),
    }
}

/// Writes drafts as they change.
#[derive(Debug)]
pub struct Drafts {
    changes: Option<mpsc::Sender<Change>>,
    told: Receiver<String>,
    /// Ends with the thread.
    over: mpsc::Receiver<()>,
}

impl Drafts {
    /// Begins to keep drafts in a file. `note`: what is to be told first.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn keep(file: PathBuf, note: Option<String>) -> io::Result<Self> {
        let (changes, changed) = mpsc::channel();
        let (tell, told) = channel(4);
        // There is room.
        let _ = note.clone().map(|note| tell.try_send(note));
        let (end, over) = mpsc::channel();
        std::thread::Builder::new().name("drafts".to_owned()).spawn(move || {
            write_all(&file, &changed, &tell, note);
            drop::<mpsc::Sender<()>>(end);
        })?;
        Ok(Self { changes: Some(changes), told, over })
    }

    /// Keeps a draft, or forgets it if it is empty. Never waits.
    pub fn put(&self, draft: Draft) {
        if let Some(changes) = &self.changes {
            // Fails when the thread has had a fault, which the log tells.
            let _ = changes.send(Change::Put(draft));
        }
    }

    /// An account is called something else.
    pub fn rename(&self, old: String, new: String) {
        if let Some(changes) = &self.changes {
            let _ = changes.send(Change::Rename(old, new));
        }
    }

    /// Forgets all drafts of an account.
    pub fn forget(&self, account: String) {
        if let Some(changes) = &self.changes {
            let _ = changes.send(Change::Forget(account));
        }
    }

    /// The next sentence about what could not be kept. Safe to drop and call again.
    pub async fn next(&mut self) -> String {
        match self.told.recv().await {
            Some(told) => told,
            None => std::future::pending().await,
        }
    }

    /// Waits until the last ones are written, for a moment at most.
    pub async fn close(mut self) {
        self.changes = None;
        let over = self.over;
        let waited = tokio::task::spawn_blocking(move || over.recv_timeout(PARTING));
        if matches!(waited.await, Ok(Err(mpsc::RecvTimeoutError::Timeout))) {
            tracing::warn!("the last drafts may not have been kept");
        }
    }

    /// The same where nothing can be awaited: a fault ends the program.
    pub fn close_now(mut self) {
        self.changes = None;
        // It ends without a word.
        let _ = self.over.recv_timeout(FAULT_PARTING);
    }
}

/// Applies changes as they come, several at once where they do. What could not be written is tried again with the next one. `last`: what was told last.
fn write_all(file: &Path, changed: &mpsc::Receiver<Change>, tell: &Sender<String>, mut last: Option<String>) {
    let mut waiting: Vec<Change> = Vec::new();
    while let Ok(first) = changed.recv() {
        for change in std::iter::once(first).chain(changed.try_iter()) {
            if let Change::Put(draft) = &change {
                waiting.retain(|known| !matches!(known, Change::Put(known) if known.is_of(draft)));
            }
            waiting.push(change);
        }
        let sentence = match apply(file, &waiting) {
            Ok(note) => {
                waiting.clear();
                last = None;
                note
            }
            // Told once, and again only after it went well.
            Err(sentence) if last.as_ref() == Some(&sentence) => None,
            Err(sentence) => {
                last = Some(sentence.clone());
                Some(sentence)
            }
        };
        if let Some(sentence) = sentence {
            // Nobody is there to be told once the chat has ended, and enough was told when it is full.
            let _ = tell.try_send(sentence);
        }
    }
}

/// Applies changes to what the file holds now. Returns what there is to tell of it; an error is a sentence, and the file is as it was.
fn apply(file: &Path, changes: &[Change]) -> Result<Option<String>, String> {
    let (mut drafts, note) = load(file)?;
    for change in changes {
        match change {
            Change::Put(new) => {
                drafts.retain(|draft| !draft.is_of(new));
                if !new.text.is_empty() {
                    drafts.push(new.clone());
                }
            }
            Change::Rename(old, new) => {
                drafts.iter_mut().filter(|draft| draft.account == *old).for_each(|draft| draft.account.clone_from(new));
            }
            Change::Forget(account) => drafts.retain(|draft| draft.account != *account),
        }
    }
    drafts.drain(..drafts.len().saturating_sub(MOST));
    match write(file, drafts) {
        Ok(()) => Ok(note),
        Err(error) => Err(format!("drafts are not kept for later runs: {}", fault::words(&error))),
    }
}

fn write(file: &Path, drafts: Vec<Draft>) -> io::Result<()> {
    if drafts.is_empty() {
        return match std::fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let text = serde_json::to_vec(&Form { v: VERSION, drafts })?;
    if let Some(parent) = file.parent() {
        files::create_private_dir(parent)?;
    }
    files::write_private(file, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(chat: &str, text: &str) -> Draft {
        Draft { account: "home".to_owned(), user: "7".to_owned(), chat: chat.to_owned(), text: text.to_owned() }
    }

    fn kept(file: &Path, changes: &[Draft]) -> Option<String> {
        let mut drafts = Drafts::keep(file.to_owned(), None).unwrap();
        changes.iter().cloned().for_each(|change| drafts.put(change));
        drafts.changes = None;
        assert_eq!(drafts.over.recv(), Err(mpsc::RecvError), "it ends");
        drafts.told.try_recv().ok()
    }

    fn held(file: &Path) -> Vec<Draft> {
        load(file).unwrap().0
    }

    #[test]
    fn a_file_that_cannot_be_read_or_moved_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        // Something that is there, is no file, and so cannot be read as one.
        let file = folder.path().join("drafts.json");
        std::fs::create_dir(&file).unwrap();
        let sentence = load(&file).unwrap_err();
        assert!(sentence.starts_with("the drafts of earlier runs cannot be read"), "{sentence}");
        let (tell, mut told) = channel(4);
        let (change, changed) = mpsc::channel();
        let thread = std::thread::spawn({
            let file = file.clone();
            move || write_all(&file, &changed, &tell, None)
        });
        change.send(Change::Put(draft("1", "one"))).unwrap();
        assert_eq!(told.blocking_recv().as_ref(), Some(&sentence));
        assert!(file.is_dir());
        // What could not be written is written with the next one that can.
        std::fs::remove_dir(&file).unwrap();
        std::fs::write(&file, serde_json::to_vec(&Form { v: VERSION, drafts: vec![draft("0", "old")] }).unwrap())
            .unwrap();
        change.send(Change::Put(draft("2", "two"))).unwrap();
        drop(change);
        thread.join().unwrap();
        assert_eq!(held(&file), [draft("0", "old"), draft("1", "one"), draft("2", "two")]);
        assert_eq!(told.blocking_recv(), None, "once");
    }

    #[test]
    fn drafts_are_kept_changed_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/drafts.json");
        assert_eq!(load(&file), Ok((vec![], None)));
        assert_eq!(kept(&file, &[draft("1", "one"), draft("2", "two"), draft("1", "one more")]), None);
        assert_eq!(held(&file), [draft("2", "two"), draft("1", "one more")]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let other = Draft { user: "8".to_owned(), ..draft("1", "somebody else's") };
        kept(&file, &[other.clone(), draft("1", "")]);
        assert_eq!(held(&file), [draft("2", "two"), other.clone()]);
        kept(&file, &[draft("2", ""), Draft { text: String::new(), ..other }]);
        assert!(!file.exists(), "nothing is left");
        kept(&file, &[draft("3", "three")]);
        forget(&file, "work").unwrap();
        assert_eq!(held(&file).len(), 1);
        forget(&file, "home").unwrap();
        assert!(!file.exists(), "an account's drafts go with it");
        let many: Vec<Draft> = (0..MOST + 20).map(|chat| draft(&chat.to_string(), "x")).collect();
        kept(&file, &many);
        let left = held(&file);
        assert_eq!((left.len(), left[0].chat.as_str()), (MOST, "20"));
    }

    #[test]
    fn what_makes_no_sense_is_moved_aside_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("drafts.json");
        for (number, text) in
            ["{\"v\":1,\"drafts\":[{", "{\"v\":2,\"drafts\":{}}", "{\"v\":9}", "\u{0}"].iter().enumerate()
        {
            std::fs::write(&file, text).unwrap();
            let (drafts, note) = load(&file).unwrap();
            let aside = folder.path().join(format!("drafts.json.unreadable-{}", number + 1));
            assert!(drafts.is_empty() && note.unwrap().contains(&aside.display().to_string()));
            assert_eq!(std::fs::read_to_string(&aside).unwrap(), *text);
        }
        // While it runs as well.
        std::fs::write(&file, "nonsense").unwrap();
        assert!(kept(&file, &[draft("1", "one")]).unwrap().contains("could not be understood"));
        assert_eq!(held(&file), [draft("1", "one")]);
        assert_eq!(std::fs::read_to_string(folder.path().join("drafts.json.unreadable-5")).unwrap(), "nonsense");
    }

    #[test]
    fn what_cannot_be_written_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let told = kept(&blocked.join("drafts.json"), &[draft("1", "one")]).unwrap();
        assert!(told.starts_with("drafts are not kept") || told.starts_with("the drafts of earlier runs"), "{told}");
    }

    #[test]
    fn drafts_go_with_the_label_of_their_account() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("drafts.json");
        let other = Draft { account: "work".to_owned(), ..draft("1", "other") };
        kept(&file, &[draft("1", "one"), draft("2", "two"), other.clone()]);
        let mut drafts = Drafts::keep(file.clone(), None).unwrap();
        drafts.rename("home".to_owned(), "house".to_owned());
        let moved = |chat: &str, text: &str| Draft { account: "house".to_owned(), ..draft(chat, text) };
        drafts.put(moved("2", "three"));
        drafts.changes = None;
        assert_eq!(drafts.over.recv(), Err(mpsc::RecvError), "it ends");
        assert_eq!(load(&file).unwrap().0, [moved("1", "one"), other.clone(), moved("2", "three")]);
        let mut drafts = Drafts::keep(file.clone(), None).unwrap();
        drafts.forget("house".to_owned());
        drafts.changes = None;
        assert_eq!(drafts.over.recv(), Err(mpsc::RecvError), "it ends");
        assert_eq!(load(&file).unwrap().0, [other]);
    }
}
