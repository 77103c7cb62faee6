//! Emoji to react with: what is under the message already, what was used last, the network's own, and all there are.

use super::picker::{Beside, PickItem, Picker};
use crate::domain::{ChatKey, CustomEmoji, Message, ReactEmoji};
use crate::state::Account;
use crate::state::action::{Action, MessageAction};
use unicode_segmentation::UnicodeSegmentation;

/// What is offered first to those who have not reacted yet.
const COMMON: [&str; 12] = ["👍", "❤️", "😂", "🎉", "🔥", "👀", "🙏", "✅", "🚀", "🤔", "😢", "👎"];

/// The list to choose from; with a query that was typed before.
pub(super) fn picker(
    account: &Account,
    chat: ChatKey,
    message: &Message,
    recents: &[ReactEmoji],
    query: &str,
) -> Picker {
    Picker { of: account.emoji.len(), ..Picker::again(items(account, chat, message, recents), query) }
}

/// All that there is to choose, each once.
pub(super) fn items(account: &Account, chat: ChatKey, message: &Message, recents: &[ReactEmoji]) -> Vec<PickItem> {
    let mut items: Vec<PickItem> = Vec::new();
    let mut known: std::collections::HashSet<ReactEmoji> = std::collections::HashSet::new();
    let mut add = |emoji: ReactEmoji, group: u8, detail: Option<String>| {
        if !known.insert(emoji.clone()) {
            return;
        }
        let (label, told, also) = match &emoji {
            ReactEmoji::Unicode(text) => {
                let found = emojis::get(text);
                let name = found.map_or_else(String::new, |found| format!(" {}", found.name()));
                let codes: Vec<String> = found.iter().flat_map(|found| found.shortcodes()).map(str::to_owned).collect();
                (format!("{text}{name}"), codes.join(" "), codes)
            }
            ReactEmoji::Custom(id) => match account.emoji.get(id) {
                Some(own) => (custom(own), place(account, own), vec![own.name.trim_matches(':').to_owned()]),
                None => return,
            },
        };
        let action = Action::Message(MessageAction::ReactNow(chat, message.key.id, emoji));
        let beside = Beside { also, by_name: Some(group), ..Beside::default() };
        items.push(PickItem { beside, ..PickItem::plain(label, detail.unwrap_or(told), action) });
    };
    for reaction in &message.reactions {
        let told = if reaction.mine { "yours; takes it back" } else { "there already" };
        add(reaction.emoji.clone(), 0, Some(told.to_owned()));
    }
    recents.iter().for_each(|emoji| add(emoji.clone(), 0, None));
    COMMON.iter().for_each(|emoji| add(unicode(emoji), 0, None));
    if account.caps.custom_emoji {
        let here = account.chats.get(&chat.chat).and_then(crate::domain::Chat::community);
        let mut own: Vec<&CustomEmoji> = account.emoji.values().collect();
        // Those of the community that one is in come first.
        own.sort_unstable_by(|a, b| {
            let elsewhere = |emoji: &CustomEmoji| emoji.community.is_none() || emoji.community != here;
            (elsewhere(a), &a.name, a.id).cmp(&(elsewhere(b), &b.name, b.id))
        });
        own.into_iter().for_each(|emoji| add(ReactEmoji::Custom(emoji.id), 0, None));
    }
    emojis::iter().for_each(|emoji| add(unicode(emoji.as_str()), 1, None));
    items
}

fn custom(emoji: &CustomEmoji) -> String {
    let name = emoji.name.trim_matches(':');
    if emoji.standin.is_empty() { format!(":{name}:") } else { format!(":{name}: {}", emoji.standin) }
}

/// Where one of the network's own emoji is from.
fn place(account: &Account, emoji: &CustomEmoji) -> String {
    let community = emoji.community.and_then(|community| account.community(community));
    community.map(|community| community.name.to_string()).unwrap_or_default()
}

fn unicode(emoji: &str) -> ReactEmoji {
    ReactEmoji::Unicode(crate::domain::CleanText::line(emoji))
}

/// What somebody means who writes this to react with: an emoji, its name, or the name of one of the network's own.
pub(super) fn meant(account: &Account, written: &str) -> Option<ReactEmoji> {
    let name = written.trim_matches(':');
    if is_emoji(written) {
        return Some(unicode(written));
    }
    let own = || account.emoji.values().filter(|own| own.name.trim_matches(':') == name).map(|own| own.id).min();
    let custom = own().filter(|_| account.caps.custom_emoji).map(ReactEmoji::Custom);
    custom.or_else(|| emojis::get_by_shortcode(name).map(|emoji| unicode(emoji.as_str())))
}

/// Whether text can be one emoji: short, one grapheme, no letters, no spaces.
fn is_emoji(text: &str) -> bool {
    text.len() <= 64
        && text.graphemes(true).count() == 1
        && !text.is_ascii()
        && !text
            .chars()
            .any(|character| character.is_alphabetic() || character.is_control() || character.is_whitespace())
}
