//! Emoji by their names: the network's own first, then those that everybody has.

use super::{Candidate, ranked_by};
use crate::domain::ChatId;
use crate::state::Account;

/// What fits.
pub(super) fn fitting(account: &Account, chat: ChatId, query: &str) -> Vec<Candidate> {
    let here = account.chats.get(&chat).and_then(|chat| chat.community());
    let mut own: Vec<_> = account.emoji.values().filter(|_| account.caps.custom_emoji).collect();
    own.sort_by_key(|emoji| (emoji.community != here, emoji.id));
    let own = own.into_iter().map(|emoji| {
        let place = emoji.community.and_then(|community| account.community(community));
        let detail = place.map_or_else(|| "custom".to_owned(), |community| community.name.to_string());
        let name = format!(":{}:", emoji.name);
        (0, Candidate { put: name.clone(), label: name, detail, matched: Vec::new() })
    });
    let all = emojis::iter().filter_map(|emoji| {
        let name = emoji.shortcodes().next()?;
        let candidate = Candidate {
            label: format!("{emoji} {name}"),
            detail: emoji.shortcodes().skip(1).map(|name| format!("{name} ")).collect::<String>() + emoji.name(),
            put: emoji.as_str().to_owned(),
            matched: Vec::new(),
        };
        Some((1, candidate))
    });
    ranked_by(query, own.chain(all))
}
