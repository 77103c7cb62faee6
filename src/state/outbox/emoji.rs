//! The network's own emoji in what is typed.

use crate::domain::{ChatId, CustomEmoji, EmojiUse};
use crate::state::Account;
use std::collections::BTreeMap;

/// Most different ones in a text.
const MOST: usize = 100;

/// Which of the network's own emoji stand in a text, between colons. Of several with one name that of the chat's community, else the oldest.
pub(in crate::state) fn used(account: &Account, chat: ChatId, text: &str) -> Box<[EmojiUse]> {
    if !account.caps.custom_emoji || account.emoji.is_empty() {
        return Box::default();
    }
    let mut wanted: BTreeMap<&str, Option<&CustomEmoji>> = BTreeMap::new();
    let mut parts = text.split(':');
    // What stands before the first colon and behind the last one is no name.
    parts.next();
    for name in parts.take(MOST * 2).filter(|name| !name.is_empty() && !name.contains(char::is_whitespace)) {
        wanted.insert(name, None);
    }
    if wanted.is_empty() {
        return Box::default();
    }
    let here = account.chats.get(&chat).and_then(|chat| chat.community());
    let rank = |emoji: &CustomEmoji| (here.is_none() || emoji.community != here, emoji.id);
    for emoji in account.emoji.values() {
        if let Some(known) = wanted.get_mut(emoji.name.as_str())
            && known.is_none_or(|known| rank(emoji) < rank(known))
        {
            *known = Some(emoji);
        }
    }
    let found = wanted.into_values().flatten().take(MOST);
    found.map(|emoji| EmojiUse { name: emoji.name.to_string(), id: emoji.id, standin: emoji.standin.clone() }).collect()
}
