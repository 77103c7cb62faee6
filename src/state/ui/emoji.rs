//! The emoji offered for reactions, with the names that find them.

use super::picker::{PickItem, Picker};
use crate::state::action::{Action, MessageAction};

/// Emoji and names, those used most first.
pub const EMOJI: &[(&str, &str)] = &[
    ("👍", "thumbs up yes agree"),
    ("❤️", "red heart love"),
    ("😂", "tears of joy laugh"),
    ("🎉", "party tada celebrate"),
    ("🙏", "thanks please folded hands"),
    ("👀", "eyes looking"),
    ("🔥", "fire hot"),
    ("🚀", "rocket ship it"),
    ("✅", "check done"),
    ("👎", "thumbs down no disagree"),
    ("😄", "grin smile happy"),
    ("😊", "blush smile"),
    ("🙂", "slight smile"),
    ("😉", "wink"),
    ("😍", "heart eyes"),
    ("🥰", "smiling with hearts"),
    ("😅", "sweat smile phew"),
    ("🤣", "rolling on the floor laughing rofl"),
    ("😭", "crying loudly sob"),
    ("😢", "cry sad tear"),
    ("😮", "open mouth surprised wow"),
    ("😱", "scream fear"),
    ("😡", "angry rage"),
    ("🤔", "thinking hmm"),
    ("🤷", "shrug do not know"),
    ("🤦", "facepalm"),
    ("🙄", "rolling eyes"),
    ("😴", "sleeping zzz"),
    ("😎", "cool sunglasses"),
    ("🤯", "mind blown exploding head"),
    ("🥳", "partying face"),
    ("🤗", "hug"),
    ("🫡", "salute"),
    ("🫠", "melting"),
    ("👏", "clap applause"),
    ("🙌", "raised hands hooray"),
    ("💪", "strong muscle"),
    ("👌", "ok hand"),
    ("🤝", "handshake deal"),
    ("👋", "wave hello bye"),
    ("✌️", "victory peace"),
    ("🤞", "fingers crossed luck"),
    ("🫶", "heart hands"),
    ("💯", "hundred perfect"),
    ("⭐", "star"),
    ("✨", "sparkles"),
    ("💡", "idea light bulb"),
    ("💔", "broken heart"),
    ("💙", "blue heart"),
    ("💚", "green heart"),
    ("🎂", "birthday cake"),
    ("☕", "coffee"),
    ("🍕", "pizza"),
    ("🍿", "popcorn"),
    ("🐛", "bug"),
    ("🦀", "crab rust"),
    ("🐢", "turtle slow"),
    ("❌", "cross wrong"),
    ("❓", "question"),
    ("⚠️", "warning"),
    ("🔒", "lock closed"),
    ("⏳", "hourglass wait"),
    ("📌", "pin"),
    ("➕", "plus one"),
];

/// The list to choose from; with a query that was typed before.
pub(super) fn picker(query: &str) -> Picker {
    let items = EMOJI
        .iter()
        .map(|(emoji, names)| PickItem {
            label: format!("{emoji} {names}"),
            detail: String::new(),
            account: None,
            person: None,
            unread: 0,
            mentions: 0,
            action: Action::Message(MessageAction::React((*emoji).to_owned())),
        })
        .collect();
    Picker::new(items, query)
}

/// Whether text can be one emoji: short, one grapheme, no letters, no spaces.
pub(super) fn is_emoji(text: &str) -> bool {
    use unicode_segmentation::UnicodeSegmentation;
    text.len() <= 64
        && text.graphemes(true).count() == 1
        && !text.is_ascii()
        && !text
            .chars()
            .any(|character| character.is_alphabetic() || character.is_control() || character.is_whitespace())
}
