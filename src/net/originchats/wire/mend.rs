//! JSON that its writers make and strict readers do not take, made such that they do.
//!
//! Servers of this network keep what a client of anybody's said as it came, and write it out again for all: half of a surrogate pair, `NaN` and
//! `Infinity`, numbers beyond all bounds, objects in objects without end. One such field must not cost the whole frame, or a single person could shut
//! everybody out of a channel.

/// Deepest value that is kept; readers give up a little below.
const DEEPEST: usize = 100;

/// The same text with halves of surrogate pairs replaced, and with `null` for numbers that are none and for what lies too deep. Linear.
pub(super) fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&first) = text.as_bytes().get(at) {
        let end = end_of(text.as_bytes(), at);
        let token = text.get(at..end).unwrap_or("?");
        if matches!(first, b'[' | b'{') {
            depth += 1;
            if depth == DEEPEST + 1 {
                mended.push_str("null");
            }
        }
        if depth <= DEEPEST {
            match first {
                b'"' => put_string(token, &mut mended),
                _ if token.parse().is_ok_and(|number: f64| !number.is_finite()) => mended.push_str("null"),
                _ => mended.push_str(token),
            }
        }
        if matches!(first, b']' | b'}') {
            depth = depth.saturating_sub(1);
        }
        at = end;
    }
    mended
}

/// Where the string, word or number ends that begins at `at`; anything else is one byte.
fn end_of(bytes: &[u8], at: usize) -> usize {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first() {
        Some(b'"') => {
            let mut end = 1;
            while let Some(byte) = rest.get(end) {
                match byte {
                    b'"' => return at + end + 1,
                    b'\\' => end += 2,
                    _ => end += 1,
                }
            }
            bytes.len()
        }
        Some(byte) if part(byte) => at + rest.iter().take_while(|byte| part(byte)).count(),
        _ => at + 1,
    }
}

/// The number of an escaped UTF-16 unit.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

fn put_string(mut rest: &str, mended: &mut String) {
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        mended.push_str(plain);
        let is_low = |text: &str| matches!(unit(text), Some(0xdc00..=0xdfff));
        let length = match unit(escape) {
            Some(0xd800..=0xdbff) if escape.get(6..).is_some_and(is_low) => 12,
            Some(0xd800..=0xdfff) => {
                mended.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            Some(_) => 6,
            None => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (whole, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        mended.push_str(whole);
        rest = after;
    }
    mended.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_strict_readers_refuse_is_replaced() {
        for (odd, mended_to) in [
            (r#"{"a":"x\ud83d"}"#, r#"{"a":"x\ufffd"}"#),
            (r#"{"a":"\ude00\ud83d\n\ud83d\ude00"}"#, r#"{"a":"\ufffd\ufffd\n\ud83d\ude00"}"#),
            (r#"{"\uDFFF":"\\ud83d\""}"#, r#"{"\ufffd":"\\ud83d\""}"#),
            (r#"[NaN, Infinity,-Infinity,1e999,-1e5]"#, r#"[null, null,null,null,-1e5]"#),
            (r#"["NaN", true, null, -0.5]"#, r#"["NaN", true, null, -0.5]"#),
        ] {
            assert_eq!(mended(odd), mended_to);
            serde_json::from_str::<serde_json::Value>(mended_to).unwrap();
        }
        assert_eq!(mended(&format!("[{},1]", "9".repeat(400))), "[null,1]");
        let deep = format!("[{}{},1]", "[".repeat(2_000), "]".repeat(2_000));
        let read: serde_json::Value = serde_json::from_str(&mended(&deep)).unwrap();
        assert_eq!(read[1], 1);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fail_and_what_is_sound_stays(text in r#"(["\\{}\[\]:, ]|\\u|d83d|\\ude00|NaN|[0-9]{1,3}|é|😀){0,40}"#) {
            let once = mended(&text);
            prop_assert_eq!(mended(&once), once.clone());
            if let Ok(sound) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&once).unwrap(), sound);
            }
        }
    }
}
