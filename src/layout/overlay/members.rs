//! Who is in the open chat, where there is no room beside the messages.

use super::{keys_line, panel};
use crate::layout::arrange::Context;
use crate::layout::cache::LayoutCache;
use crate::layout::members;
use crate::layout::names::chat_name;
use crate::layout::scene::{Area, Scene};
use crate::state::action::Context as Keys;

pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, screen: Area, scene: &mut Scene) {
    let hint = keys_line(&cache.keys, &[(Keys::Members, "accept", "show"), (Keys::Members, "cancel", "close")]);
    let open = context.front.pane.chat.and_then(|chat| context.state.core.chat(chat));
    let title = open.map_or_else(String::new, |(account, chat)| format!("In {}", chat_name(account, chat)));
    let rows = (screen.height * 3 / 4).clamp(3, 30);
    let inside = panel(context, &title, &hint, 56, rows, screen, scene);
    members::place(context, cache, inside, true, scene);
}
