//! The stand-in of the account service: accounts with tokens, and proofs that are good for one server's key.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How long a proof is good for, in seconds.
const LIFETIME: f64 = 300.0;
/// How long a code is good for, in seconds.
const CODE_LIFETIME: u32 = 600;
/// Codes that are open at once at most.
const MOST_CODES: usize = 1_000;

/// An account of the service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceAccount {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// What it signs in with.
    pub token: String,
}

impl ServiceAccount {
    /// An account with its token.
    #[must_use]
    pub fn new(name: &str, id: &str, token: &str) -> Self {
        Self { name: name.to_owned(), id: id.to_owned(), token: token.to_owned() }
    }
}

/// The accounts of the recordings.
const RECORDED: [(&str, &str, &str); 4] = [
    ("alice", "USR:a11ce0000000000000000000000000a1", "tok-alice"),
    ("bob", "USR:b0b00000000000000000000000000b02", "tok-bob"),
    ("carol", "USR:ca401000000000000000000000000c03", "tok-carol"),
    ("mallory", "USR:ba4400000000000000000000000000e5", "tok-mallory"),
];

/// A code that was given out.
#[derive(Clone)]
struct Link {
    /// When.
    given: f64,
    /// The token of who allowed it.
    token: Option<String>,
}

struct Inner {
    accounts: Vec<ServiceAccount>,
    random: fastrand::Rng,
    /// The key that a proof was made for, and when.
    proofs: HashMap<String, (String, f64)>,
    /// Codes that were given out.
    links: HashMap<String, Link>,
    /// Codes that nobody was told of yet.
    given: VecDeque<String>,
}

/// The service. Clones are the same service.
#[derive(Clone)]
pub struct AccountService {
    inner: Arc<Mutex<Inner>>,
    asked: Arc<Notify>,
}

impl fmt::Debug for AccountService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountService")
    }
}

impl AccountService {
    /// A service with the accounts of the recordings, and without proofs.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::of(seed, RECORDED.map(|(name, id, token)| ServiceAccount::new(name, id, token)).into())
    }

    /// A service with these accounts.
    #[must_use]
    pub fn of(seed: u64, accounts: Vec<ServiceAccount>) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        let inner = Inner { accounts, random, proofs: HashMap::new(), links: HashMap::new(), given: VecDeque::new() };
        Self { inner: Arc::new(Mutex::new(inner)), asked: Arc::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic leaves whole values behind.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everybody with an account.
    #[must_use]
    pub fn accounts(&self) -> Vec<ServiceAccount> {
        self.inner().accounts.clone()
    }

    /// Makes a proof for a server's key; the status and body of the service's answer.
    #[must_use]
    pub fn generate(&self, token: &str, key: &str, now: f64) -> (u16, String) {
        let mut inner = self.inner();
        let Some(id) = inner.accounts.iter().find(|account| account.token == token).map(|account| account.id.clone())
        else {
            return (403, r#"{"error": "Invalid authentication key"}"#.to_owned());
        };
        if key.is_empty() {
            return (400, r#"{"error": "key is required"}"#.to_owned());
        }
        let proof = format!("{id},{:032x}{:032x}", inner.random.u128(..), inner.random.u128(..));
        inner.proofs.retain(|_, (_, made)| now - *made <= LIFETIME);
        inner.proofs.insert(proof.clone(), (key.to_owned(), now));
        (200, serde_json::json!({ "validator": proof }).to_string())
    }

    /// Answers a question about a code: `code` gives one out, `status` says whether it was typed, `user` gives the token, once.
    #[must_use]
    pub fn link(&self, question: &str, code: &str, now: f64) -> (u16, String) {
        let mut inner = self.inner();
        inner.links.retain(|_, link| now - link.given <= f64::from(CODE_LIFETIME));
        let found = inner.links.get(code).map(|link| link.token.clone());
        match (question, found) {
            ("code", _) => {
                let code = format!("{:06X}", inner.random.u32(..) & 0xff_ffff);
                if inner.links.len() >= MOST_CODES {
                    return (429, r#"{"error": "Too many codes"}"#.to_owned());
                }
                inner.links.insert(code.clone(), Link { given: now, token: None });
                // Where nobody wants to be told of them, the oldest go.
                if inner.given.len() >= MOST_CODES {
                    inner.given.pop_front();
                }
                inner.given.push_back(code.clone());
                self.asked.notify_one();
                (200, serde_json::json!({"code": code, "expires_in": CODE_LIFETIME}).to_string())
            }
            ("status", Some(Some(_))) => (200, r#"{"status": "linked"}"#.to_owned()),
            ("user", Some(Some(token))) => {
                inner.links.remove(code);
                (200, serde_json::json!({"linked": true, "token": token}).to_string())
            }
            _ => (404, r#"{"status": "not found"}"#.to_owned()),
        }
    }

    /// The oldest code that was given out and not told yet; waits for the next one. Safe to drop and call again.
    pub async fn next_code(&self) -> String {
        loop {
            let code = self.inner().given.pop_front();
            if let Some(code) = code {
                return code;
            }
            self.asked.notified().await;
        }
    }

    /// Somebody types a code at the service's address. Returns whether there is such a code and somebody of that name.
    #[must_use]
    pub fn allow(&self, code: &str, name: &str) -> bool {
        let mut inner = self.inner();
        let token = inner.accounts.iter().find(|account| account.name == name).map(|account| account.token.clone());
        match (inner.links.get_mut(code), token) {
            (Some(link), Some(token)) => {
                link.token = Some(token);
                true
            }
            _ => false,
        }
    }

    /// Whose proof it is, if it is good for this key: user name and id.
    #[must_use]
    pub fn validate(&self, key: &str, proof: &str, now: f64) -> Option<(String, String)> {
        let inner = self.inner();
        let (made_for, made) = inner.proofs.get(proof.trim())?;
        if made_for != key || now - made > LIFETIME {
            return None;
        }
        let id = proof.trim().split(',').next()?;
        inner.accounts.iter().find(|account| account.id == id).map(|account| (account.name.clone(), account.id.clone()))
    }
}
