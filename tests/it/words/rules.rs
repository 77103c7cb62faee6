//! How nib speaks: sentence case, short, no jargon, no exclamation marks, numbers only with words, keys as people say them.

/// Words of those who make programs.
const JARGON: &[&str] = &[
    "rpc",
    "protobuf",
    "enum",
    "struct",
    "boolean",
    "payload",
    "handshake",
    "null",
    "parse",
    "parsed",
    "exception",
    "mutex",
    "callback",
    "deserialize",
    "stdin",
    "stdout",
    "stderr",
    "upsert",
    "regex",
    "invalid",
    "malformed",
    "unexpected",
    "illegal",
    "fatal",
    "abort",
    "aborted",
];
/// Names that keep their capital within a sentence.
const NAMES: &[&str] = &[
    "Osmium",
    "Markdown",
    "OriginChats",
    "Rustaceans",
    "Robin",
    "Unicode",
    "Linux",
    "Windows",
    "WebSocket",
    "WebSockets",
    "Initialize",
    "Web",
    "Socket",
    "NotFound",
    "Ada",
    "Hangul",
];
/// Keys, as people say them.
const KEYS: &[&str] = &[
    "Ctrl",
    "Alt",
    "Shift",
    "Enter",
    "Esc",
    "Tab",
    "Up",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "PgUp",
    "PgDn",
    "Space",
    "Backspace",
    "Delete",
    "Insert",
    "Super",
    "Click",
];

/// What is wrong with a sentence, if anything is.
pub(super) fn fault(text: &str) -> Option<String> {
    // Options are names.
    let plain: Vec<&str> = text.split(' ').filter(|word| !word.starts_with("--")).collect();
    let lower = plain.join(" ").to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'').filter(|word| !word.is_empty()).collect();
    if lower.contains("error:") || lower.starts_with("error") {
        return Some("begins as a program does; say what happened".to_owned());
    }
    if lower.contains("os error") || lower.contains("code {") || lower.contains("error code") {
        return Some("a number instead of words".to_owned());
    }
    let is_code =
        |word: &str| word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit());
    for (at, word) in words.iter().enumerate().filter(|(_, word)| is_code(word)) {
        let before = at.checked_sub(1).map_or("", |at| words[at]);
        if at + 1 == words.len() || ["error", "code", "status", "http", "reason"].contains(&before) {
            return Some(format!("the bare number {word}"));
        }
    }
    if text.contains('!') && !text.contains("!(") {
        return Some("an exclamation mark".to_owned());
    }
    if words.contains(&"please") {
        return Some("it pleads".to_owned());
    }
    if let Some(word) = words.iter().find(|word| JARGON.contains(word)) {
        return Some(format!("the word \"{word}\""));
    }
    if words.first() == Some(&"failed") || lower.ends_with(" failed") && words.len() < 3 {
        return Some("it does not say what failed".to_owned());
    }
    if ["ctrl+", "alt+", "shift+", "ctrl k", "^k", "control-"].iter().any(|key| lower.contains(key)) {
        return Some("a key that is written otherwise, as Ctrl-K".to_owned());
    }
    titled(text).map(|word| format!("a capital within a sentence: {word}"))
}

/// A word with a capital that neither begins a sentence nor is a name or a key.
fn titled(text: &str) -> Option<String> {
    let mut begins = true;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let titled =
            bare.chars().next().is_some_and(char::is_uppercase) && bare.chars().skip(1).any(char::is_lowercase);
        let quoted = word.starts_with(['"', '\'', '`', '(', '{', '/', '-', '<', '[']);
        let known = bare.split('-').all(|part| {
            KEYS.contains(&part)
                || NAMES.contains(&part)
                || part.chars().count() < 2
                || part.chars().skip(1).any(char::is_uppercase)
        });
        if titled && !begins && !quoted && !known {
            return Some(bare.to_owned());
        }
        begins = word.ends_with(['.', '?', ':', '}', '/']) || bare.is_empty();
    }
    None
}

#[test]
fn the_rules_can_see() {
    for bad in [
        "Error: no such file",
        "error while sending",
        "it failed with code {code}",
        "the server said 404",
        "Done, hooray!",
        "Please sign in again",
        "invalid server address",
        "failed to send",
        "press Ctrl+K to jump",
        "No Such Chat is known",
        "cannot be read (os error 2)",
    ] {
        assert!(fault(bad).is_some(), "{bad}");
    }
    for good in [
        "Not sent: you may not write here",
        "Ctrl-K jumps, Alt-Enter begins a line",
        "it answers HTTP {status} ({words})",
        "no connection to {host}: {why}",
        "the message is {over} characters too long",
        "The link leads to Osmium. Open it?",
    ] {
        assert_eq!(fault(good), None, "{good}");
    }
}
