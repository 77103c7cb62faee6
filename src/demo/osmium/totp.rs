//! Time-based one-time codes: RFC 6238 with SHA-1, six digits, 30-second steps, and the base32 of RFC 4648.

use ring::hmac;

/// Seconds that one code is good for.
const STEP: i64 = 30;

/// The alphabet of RFC 4648 base32.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of a secret at a moment in Unix milliseconds.
pub(crate) fn code(secret: &[u8], now: i64) -> String {
    format!("{:06}", truncated(secret, now.div_euclid(1_000).div_euclid(STEP)) % 1_000_000)
}

/// Whether `given` is the code of now, of the step before or of the step after (clocks differ).
pub(crate) fn accepts(secret: &[u8], given: &str, now: i64) -> bool {
    let given: String = given.chars().filter(|sign| !sign.is_whitespace()).collect();
    [-1, 0, 1].iter().any(|step| code(secret, now + step * STEP * 1_000) == given)
}

/// HMAC and dynamic truncation (RFC 4226 section 5.3).
fn truncated(secret: &[u8], counter: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or(0) & 0x0f);
    bytes.iter().skip(offset).take(4).fold(0_u32, |value, byte| (value << 8) | u32::from(*byte)) & 0x7fff_ffff
}

/// Base32 without padding, as authenticator apps expect it.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push_digit(&mut text, buffer >> bits);
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        push_digit(&mut text, buffer << (5 - bits));
    }
    text
}

fn push_digit(text: &mut String, value: u32) {
    if let Some(digit) = ALPHABET.get((value & 31) as usize) {
        text.push(char::from(*digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_match_the_vectors_of_rfc_6238() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000_i64, "65353130"),
        ] {
            let eight = format!("{:08}", truncated(secret, seconds / 30) % 100_000_000);
            assert_eq!(eight, expected);
            assert_eq!(code(secret, seconds * 1_000), expected[2..]);
        }
    }

    #[test]
    fn a_neighbouring_step_is_accepted_and_no_other() {
        let secret = b"12345678901234567890";
        let given = code(secret, 59_000);
        assert!(accepts(secret, &given, 59_000 + 30_000));
        assert!(accepts(secret, &format!("{} {}", &given[..3], &given[3..]), 59_000 - 30_000));
        assert!(!accepts(secret, &given, 59_000 + 90_000));
    }

    #[test]
    fn base32_matches_the_vectors_of_rfc_4648() {
        for (plain, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), expected);
        }
    }
}
