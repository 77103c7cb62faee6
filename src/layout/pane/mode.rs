//! The row that says what sending will do.

use super::MEASURE;
use super::between::vi_mode;
use crate::domain::MessageKey;
use crate::layout::arrange::Context;
use crate::layout::cache::LayoutCache;
use crate::layout::line::Line;
use crate::layout::names::Names;
use crate::layout::style::Role;
use crate::state::Account;
use crate::state::action::Context as Keys;
use crate::state::front::ComposeMode;
use crate::state::quotes::Quoted;

/// The row that says what sending will do.
pub(super) fn mode(
    context: Context<'_>,
    cache: &LayoutCache,
    account: &Account,
    names: Names<'_>,
    room: usize,
) -> Line {
    let (pane, glyphs) = (&context.front.pane, context.glyphs);
    let message = |key: &MessageKey| {
        let chat = pane.chat?.chat;
        let loaded = account.timelines.get(&chat).and_then(|timeline| timeline.message(key.id));
        loaded.or_else(|| match account.quotes.of(chat, key.id) {
            Some(Quoted::Here(message)) => Some(message),
            _ => None,
        })
    };
    let mut line = Line::new();
    match &pane.mode {
        ComposeMode::New => {}
        ComposeMode::Reply(key) => {
            let quote = pane.quote.as_ref().filter(|(of, _)| of == key).map(|(_, quote)| &quote.text);
            line.push(if pane.quiet { "answering without a ping " } else { "answering " }, Role::Accent);
            if let Some(message) = message(key) {
                let name = message.shown_as.as_deref().unwrap_or_else(|| names.person(message.author));
                line.push(name, names.style(message.author));
                line.push("  ", Role::Dim);
                line.push(&crate::layout::markup::one_line(quote.unwrap_or(&message.body), glyphs, room), Role::Quote);
            } else {
                line.push("a message that is not loaded", Role::Dim);
            }
        }
        ComposeMode::Edit { .. } => line.push("changing your message", Role::Accent),
    }
    let leave = cache.keys.key(Keys::Composer, "cancel").or_else(|| cache.keys.key(Keys::Composer, "focus-messages"));
    let mut hint = vi_mode(context, pane).unwrap_or_default();
    if let Some(key) = leave {
        hint.push(if hint.width() > 0 { "  " } else { "" }, Role::Dim);
        hint.push(&format!("{key} leaves it"), Role::Dim);
    }
    let line = line.cut(room.saturating_sub(hint.width() + 2), glyphs.more);
    let mut whole = line;
    whole.push_right(&hint, room.min(MEASURE));
    whole.cut(room, glyphs.more)
}
