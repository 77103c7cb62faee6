//! The system keyring behind a deadline.
//!
//! It may hang: on a bus without an answering service, or on a prompt for its password. So each call runs on a thread of its own; one that does
//! not come back in time is left behind, and the keyring counts as gone for the rest of the run.

use crate::domain::Secret;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "desktop")]
use std::{sync::mpsc, time::Duration};

/// What nib's entries are called.
#[cfg(feature = "desktop")]
const SERVICE: &str = "nib";

/// How long the keyring may take to be there at all.
#[cfg(feature = "desktop")]
const CONNECT: Duration = Duration::from_secs(3);

/// How long it may take to answer then: it may be asking the user for its password.
#[cfg(feature = "desktop")]
const ANSWER: Duration = Duration::from_secs(60);

/// Why the keyring did not do what was asked. Never holds a secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyringError {
    /// There is none, or none that answers.
    #[error("there is none that answers")]
    Absent,
    /// It did not answer in time.
    #[error("it does not answer")]
    Silent,
    /// It refused.
    #[error("{0}")]
    Refused(String),
}

/// The system keyring.
#[derive(Clone, Debug)]
pub(super) struct Keyring {
    kind: Kind,
    gone: Arc<AtomicBool>,
}

#[derive(Clone, Debug)]
enum Kind {
    #[cfg(feature = "desktop")]
    System,
    #[cfg(any(all(test, unix), not(feature = "desktop")))]
    Absent,
    #[cfg(all(test, unix))]
    Fake(Arc<std::sync::Mutex<std::collections::HashMap<String, Secret>>>),
}

impl Keyring {
    /// That of the user, if nib was built with one.
    pub(super) fn system() -> Self {
        #[cfg(feature = "desktop")]
        let kind = Kind::System;
        #[cfg(not(feature = "desktop"))]
        let kind = Kind::Absent;
        Self { kind, gone: Arc::default() }
    }

    /// None.
    #[cfg(all(test, unix))]
    pub(super) fn absent() -> Self {
        Self { kind: Kind::Absent, gone: Arc::default() }
    }

    /// One in memory.
    #[cfg(all(test, unix))]
    pub(super) fn fake() -> Self {
        Self { kind: Kind::Fake(Arc::default()), gone: Arc::default() }
    }

    /// An entry; `None` if there is none.
    pub(super) fn load(&self, entry: &str) -> Result<Option<Secret>, KeyringError> {
        self.call(Call::Load, entry)
    }

    /// Keeps an entry.
    pub(super) fn save(&self, entry: &str, token: &Secret) -> Result<(), KeyringError> {
        self.call(Call::Save(token.clone()), entry).map(drop)
    }

    /// Removes an entry, if it is there.
    pub(super) fn forget(&self, entry: &str) -> Result<(), KeyringError> {
        self.call(Call::Forget, entry).map(drop)
    }

    fn call(&self, call: Call, entry: &str) -> Result<Option<Secret>, KeyringError> {
        if self.gone.load(Ordering::Relaxed) {
            return Err(KeyringError::Silent);
        }
        let answer = match &self.kind {
            #[cfg(feature = "desktop")]
            Kind::System => ask_system(call, entry.to_owned()),
            #[cfg(any(all(test, unix), not(feature = "desktop")))]
            Kind::Absent => {
                let _ = (call, entry);
                Err(KeyringError::Absent)
            }
            #[cfg(all(test, unix))]
            Kind::Fake(entries) => {
                let mut entries = entries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                Ok(match call {
                    Call::Load => entries.get(entry).cloned(),
                    Call::Save(token) => entries.insert(entry.to_owned(), token),
                    Call::Forget => entries.remove(entry),
                })
            }
        };
        if answer == Err(KeyringError::Silent) {
            self.gone.store(true, Ordering::Relaxed);
        }
        answer
    }
}

enum Call {
    Load,
    #[cfg_attr(not(any(test, feature = "desktop")), expect(dead_code, reason = "nothing keeps it without a keyring"))]
    Save(Secret),
    Forget,
}

#[cfg(feature = "desktop")]
enum Heard {
    Connected,
    Done(Result<Option<Secret>, KeyringError>),
}

/// Asks on a thread of its own. The library talks to a bus with a runtime of its own, so it must not run on a thread of ours that has one.
#[cfg(feature = "desktop")]
fn ask_system(call: Call, entry: String) -> Result<Option<Secret>, KeyringError> {
    let (tell, hear) = mpsc::channel();
    let started = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        if keyring::Entry::store_status().is_ok() {
            // Nobody listens any more when the deadline has passed.
            let _ = tell.send(Heard::Connected);
            let _ = tell.send(Heard::Done(ask(&call, &entry)));
        } else {
            let _ = tell.send(Heard::Done(Err(KeyringError::Absent)));
        }
    });
    if started.is_err() {
        return Err(KeyringError::Absent);
    }
    let mut patience = CONNECT;
    loop {
        match hear.recv_timeout(patience) {
            Ok(Heard::Connected) => patience = ANSWER,
            Ok(Heard::Done(answer)) => return answer,
            Err(mpsc::RecvTimeoutError::Timeout) => return Err(KeyringError::Silent),
            // The thread ended without an answer: the library gave up on itself.
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(KeyringError::Absent),
        }
    }
}

#[cfg(feature = "desktop")]
fn ask(call: &Call, entry: &str) -> Result<Option<Secret>, KeyringError> {
    let done = keyring::Entry::new(SERVICE, entry).and_then(|entry| match call {
        Call::Load => entry.get_password().map(|token| Some(Secret::new(token))),
        Call::Save(token) => entry.set_password(token.expose()).map(|()| None),
        Call::Forget => entry.delete_credential().map(|()| None),
    });
    match done {
        Err(keyring::Error::NoEntry) => Ok(None),
        // What it has is not ours; its text would print bytes of it.
        Err(keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..)) => {
            Err(KeyringError::Refused("its entry is no text".to_owned()))
        }
        Err(error) => Err(KeyringError::Refused(error.to_string())),
        Ok(token) => Ok(token),
    }
}
