//! The stand-in of the account service: accounts with tokens, and proofs that are good for one server's key.

use std::collections::HashMap;

/// How long a proof is good for, in seconds.
const LIFETIME: f64 = 300.0;

/// An account of the service.
struct Account {
    name: &'static str,
    id: &'static str,
    token: &'static str,
}

const ACCOUNTS: [Account; 4] = [
    Account { name: "alice", id: "USR:a11ce0000000000000000000000000a1", token: "tok-alice" },
    Account { name: "bob", id: "USR:b0b00000000000000000000000000b02", token: "tok-bob" },
    Account { name: "carol", id: "USR:ca401000000000000000000000000c03", token: "tok-carol" },
    Account { name: "mallory", id: "USR:ba4400000000000000000000000000e5", token: "tok-mallory" },
];

/// The service.
pub struct AccountService {
    random: fastrand::Rng,
    /// The key that a proof was made for, and when.
    proofs: HashMap<String, (String, f64)>,
    /// Codes that were given out, and the token of who allowed them.
    links: HashMap<String, Option<&'static str>>,
}

impl AccountService {
    /// A service without proofs.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), proofs: HashMap::new(), links: HashMap::new() }
    }

    /// Makes a proof for a server's key; the status and body of the service's answer.
    pub fn generate(&mut self, token: &str, key: &str, now: f64) -> (u16, String) {
        let Some(account) = ACCOUNTS.iter().find(|account| account.token == token) else {
            return (403, r#"{"error": "Invalid authentication key"}"#.to_owned());
        };
        if key.is_empty() {
            return (400, r#"{"error": "key is required"}"#.to_owned());
        }
        let proof = format!("{},{:032x}{:032x}", account.id, self.random.u128(..), self.random.u128(..));
        self.proofs.retain(|_, (_, made)| now - *made <= LIFETIME);
        self.proofs.insert(proof.clone(), (key.to_owned(), now));
        (200, serde_json::json!({ "validator": proof }).to_string())
    }

    /// Answers a question about a code: `code` gives one out, `status` says whether it was typed, `user` gives the token, once.
    pub fn link(&mut self, question: &str, code: &str) -> (u16, String) {
        let found = self.links.get(code).copied();
        match (question, found) {
            ("code", _) => {
                let code = format!("{:06X}", self.random.u32(..) & 0xff_ffff);
                self.links.insert(code.clone(), None);
                (200, serde_json::json!({"code": code, "expires_in": 600}).to_string())
            }
            ("status", Some(Some(_))) => (200, r#"{"status": "linked"}"#.to_owned()),
            ("user", Some(Some(token))) => {
                self.links.remove(code);
                (200, serde_json::json!({"linked": true, "token": token}).to_string())
            }
            _ => (404, r#"{"status": "not found"}"#.to_owned()),
        }
    }

    /// Somebody types a code at the service's address. Returns whether there is such a code and somebody of that name.
    pub fn allow(&mut self, code: &str, name: &str) -> bool {
        let token = ACCOUNTS.iter().find(|account| account.name == name).map(|account| account.token);
        match (self.links.get_mut(code), token) {
            (Some(link), Some(token)) => {
                *link = Some(token);
                true
            }
            _ => false,
        }
    }

    /// Whose proof it is, if it is good for this key: user name and id.
    #[must_use]
    pub fn validate(&self, key: &str, proof: &str, now: f64) -> Option<(&'static str, &'static str)> {
        let (made_for, made) = self.proofs.get(proof.trim())?;
        if made_for != key || now - made > LIFETIME {
            return None;
        }
        let id = proof.trim().split(',').next()?;
        ACCOUNTS.iter().find(|account| account.id == id).map(|account| (account.name, account.id))
    }
}
