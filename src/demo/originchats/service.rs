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
}

impl AccountService {
    /// A service without proofs.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), proofs: HashMap::new() }
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
