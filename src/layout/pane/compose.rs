//! The composer at the foot of a pane.

use crate::domain::{ChannelKind, Chat, ChatKind};
use crate::layout::arrange::Context;
use crate::layout::cache::LayoutCache;
use crate::layout::composer;
use crate::layout::line::Line;
use crate::layout::names::chat_name;
use crate::layout::scene::{Area, Fill, Hit, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::time::length;
use crate::state::action::Context as Keys;
use crate::state::front::{Region, Tier};
use crate::state::{Account, ComposerState, composer_state, slow};

/// The composer, taken off the bottom of the area.
pub(super) fn compose(
    context: Context<'_>,
    cache: &LayoutCache,
    account: &Account,
    chat: &Chat,
    area: &mut Area,
    gutter: u16,
    scene: &mut Scene,
) {
    let pane = &context.front.pane;
    let glyphs = context.glyphs;
    let focused = context.front.region == Region::Composer && context.front.overlays.is_empty();
    // The bar stands below names, the text below what people wrote.
    let bar = if area.width >= 6 { gutter.max(1) + 2 } else { 0 };
    let spare = u16::from(area.width >= 40);
    let cells = usize::from(area.width.saturating_sub(bar + spare)).max(1);
    let most = context.state.settings.composer_lines.min(area.height / 2).max(1);
    let written = composer::wrap(&pane.composer, Some(account.caps.dialect), cells, usize::from(most));
    let rows = u16::try_from(written.rows.len()).unwrap_or(1).clamp(1, most);
    let place = area.take_bottom(rows);
    scene.hits.push((place, Hit::Composer(pane.id)));
    let refused = refusal(context);
    for (at, composer::Row { line, places }) in (0..place.height).zip(written.rows) {
        let row = Area { y: place.y + at, height: 1, ..place };
        if bar > 0 {
            let style = if focused { Style::of(Role::Accent) } else { Style::of(Role::Faint) };
            scene.put(Area { x: row.x + bar - 2, width: 1, ..row }, Line::with(glyphs.composer, style));
        }
        let text = Area { x: row.x + bar, width: row.width.saturating_sub(bar), ..row };
        if pane.composer.is_empty() {
            let (words, role) = match &refused {
                Some(why) => (why.clone(), Role::Warn),
                None => (hint(context, cache, account, chat), Role::Faint),
            };
            scene.put(text, Line::with(&words, role).cut(cells, glyphs.more));
        } else {
            for (index, (column, byte)) in places.iter().enumerate() {
                let end = places.get(index + 1).map_or(text.width, |(next, _)| (*next).min(text.width));
                let cell = Area { x: text.x + column, width: end.saturating_sub(*column), ..text };
                scene.hits.push((cell, Hit::Text(pane.id, *byte)));
            }
            scene.put_filled(text, Fill::Keep, line);
        }
    }
    if focused && place.height > 0 {
        let x = (place.x + bar + written.column).min(place.x + place.width.saturating_sub(1));
        scene.cursor = Some((x, place.y + written.row.min(place.height - 1)));
    }
}

/// Why nothing can be written here.
fn refusal(context: Context<'_>) -> Option<String> {
    match composer_state(context.state) {
        ComposerState::ReadOnly(why) => Some(why.to_owned()),
        ComposerState::Limited(until, moderated) => {
            Some(slow::limit_sentence(until, moderated, context.state.now.mono))
        }
        ComposerState::Slow(until) => Some(slow::sentence(until, context.state.now.mono)),
        ComposerState::Held(until) => Some(slow::held_sentence(until, context.state.now.mono)),
        ComposerState::SignedOut => Some("sign in to write; what you type stays".to_owned()),
        // On the smallest screens there is no status line: what went wrong is said here.
        _ => context.front.notice.as_ref().filter(|_| context.tier == Tier::Tiny).map(|notice| notice.text.clone()),
    }
}

/// What the empty composer says.
fn hint(context: Context<'_>, cache: &LayoutCache, account: &Account, chat: &Chat) -> String {
    if context.front.region == Region::Messages && context.front.pane.find.is_some() {
        return String::new();
    }
    if context.front.region == Region::Messages && context.tier > Tier::Tiny {
        let key = cache.keys.key(Keys::Messages, "focus-composer");
        return key.map_or_else(String::new, |key| format!("{key} to write"));
    }
    let name = chat_name(account, chat);
    match &chat.kind {
        ChatKind::Channel { .. } if chat.thread.as_ref().is_some_and(|thread| thread.archived) => {
            "a message brings the thread back".to_owned()
        }
        ChatKind::Channel { kind: ChannelKind::Thread, .. } => format!("message {name}"),
        ChatKind::Channel { .. } => match slow::pause(account, chat) {
            Some(pause) => format!("message #{name} {} one every {}", context.glyphs.between, length(pause.as_secs())),
            None => format!("message #{name}"),
        },
        ChatKind::Saved => "write a note".to_owned(),
        ChatKind::Direct { .. } | ChatKind::Group { .. } => format!("message {name}"),
    }
}
