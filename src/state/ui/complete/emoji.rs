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
        // The picture that the network has for those who cannot show its own.
        let label = if emoji.standin.is_empty() { name.clone() } else { format!("{name} {}", emoji.standin) };
        let names = vec![name.clone()];
        (0, Candidate { put: name, label, detail, names, ..Candidate::default() })
    });
    let mut all: Vec<_> = emojis::iter().filter_map(|emoji| Some((emoji.shortcodes().next()?, emoji))).collect();
    // A word that is begun has the shortest end most of the time.
    all.sort_by_key(|(name, _)| name.len());
    let all = all.into_iter().map(|(name, emoji)| {
        let mut names: Vec<String> = emoji.shortcodes().map(str::to_owned).collect();
        names.push(emoji.name().to_owned());
        let candidate = Candidate {
            label: format!("{emoji} {name}"),
            detail: emoji.shortcodes().skip(1).map(|name| format!("{name} ")).collect::<String>() + emoji.name(),
            put: emoji.as_str().to_owned(),
            names,
            ..Candidate::default()
        };
        (1, candidate)
    });
    ranked_by(query, own.chain(all))
}
