//! Tokens, passwords and codes of the demo, all derived from the seed. They protect nothing: anybody who knows the seed
//! knows them. A token says whose it is and proves it with a MAC, so that it outlives a restart of the server.

use ring::hmac;

use super::super::ids::Id;
use super::State;

/// Derives bytes from the seed for a purpose.
pub(crate) fn derive(seed: u64, purpose: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes());
    hmac::sign(&key, purpose.as_bytes()).as_ref().to_vec()
}

/// The first `length` hexadecimal digits of derived bytes.
pub(crate) fn hex(seed: u64, purpose: &str, length: usize) -> String {
    let mut text: String = derive(seed, purpose).iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(length);
    text
}

/// The token of a sign-in.
pub(crate) fn token(seed: u64, user: Id, login: Id) -> String {
    let body = format!("{user:x}.{login:x}");
    let proof = hex(seed, &format!("token {body}"), 32);
    format!("demo.{body}.{proof}")
}

/// Whose token it is, and of which sign-in; nothing if this server never made it.
pub(crate) fn read_token(seed: u64, given: &str) -> Option<(Id, Id)> {
    let mut parts = given.trim().strip_prefix("demo.")?.split('.');
    let user = Id::from_str_radix(parts.next()?, 16).ok()?;
    let login = Id::from_str_radix(parts.next()?, 16).ok()?;
    (token(seed, user, login) == given.trim()).then_some((user, login))
}

impl State {
    /// A code that was never handed out before: 16 letters and digits.
    pub(crate) fn fresh_code(&mut self, purpose: &str) -> String {
        self.codes += 1;
        hex(self.seed, &format!("{purpose} {}", self.codes), 16)
    }

    /// Eight recovery codes of an account; `round` tells a new set from an old one.
    pub(crate) fn recovery_codes(&self, user: Id, round: u64) -> Vec<(String, bool)> {
        (0..8)
            .map(|index| {
                let digits = hex(self.seed, &format!("recovery {user:x} {round} {index}"), 10);
                let (first, second) = digits.split_at(5);
                (format!("{first}-{second}"), false)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_a_forged_one_is_not() {
        let made = token(7, 0xabc, 0x12);
        assert_eq!(read_token(7, &made), Some((0xabc, 0x12)));
        assert_eq!(read_token(8, &made), None);
        assert_eq!(read_token(7, &made.replace("abc", "abd")), None);
        assert_eq!(read_token(7, ""), None);
        assert_eq!(read_token(7, "demo.zz.1.2"), None);
    }
}
