//! What is written goes out: to the open chat with what belongs to the writing there, or to another one.

use super::{compose, open, typed};
use crate::domain::ChatKey;
use crate::state::effect::Effects;
use crate::state::front::ComposeMode;
use crate::state::outbox::{self, Draft};
use crate::state::{State, chat_title, history, names, permit, slow};

/// Puts a message into the outbox of the open chat, as an answer if one is being written. Says why if it cannot be.
pub(super) fn put(state: &mut State, chat: ChatKey, draft: Draft, fx: &mut Effects) -> Result<(), String> {
    hindrance(state, chat)?;
    let usual = state.settings.previews;
    let Some(front) = &state.front else { return Ok(()) };
    let reply_to = match &front.pane.mode {
        ComposeMode::Reply(message) => Some(message.id),
        ComposeMode::New | ComposeMode::Edit { .. } => None,
    };
    let no_previews = !front.pane.writing.previews(usual).1;
    let draft = Draft { reply_to, quiet: front.pane.quiet, no_previews, ..draft };
    outbox::write(state, chat, draft, fx).map_err(|refusal| format!("Not sent: {}", refusal.text))?;
    state.drop_notice();
    if let Some(front) = &mut state.front {
        front.pane.writing.previews = None;
        if !matches!(front.pane.mode, ComposeMode::Edit { .. }) {
            front.pane.mode = ComposeMode::New;
        }
        front.pane.quiet = false;
        front.pane.divider = None;
        open::to_bottom(&mut front.pane);
    }
    history::refresh_open(state, fx);
    Ok(())
}

/// Why nothing may be written in a chat now.
fn hindrance(state: &State, chat: ChatKey) -> Result<(), String> {
    if let Some(reason) = permit::refusal_to_write(state, chat) {
        return Err(reason.to_owned());
    }
    if compose::signed_out(state, chat).is_some() {
        return Err("You are signed out; what you typed stays here. To sign in".to_owned());
    }
    slow::too_early(state, chat).map_or(Ok(()), Err)
}

/// Sends a text to the open chat.
pub(super) fn here(state: &mut State, text: String, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat.filter(|_| front.pane.forum.is_none()))
    else {
        return state.notice("No chat is open", true, fx);
    };
    if let Err(why) = put(state, chat, Draft { text, ..Draft::default() }, fx) {
        state.notice(why, true, fx);
    }
}

/// Sends a text with a shrug to the open chat.
pub(super) fn shrug(state: &mut State, text: &str, fx: &mut Effects) {
    let chat = state.front.as_ref().and_then(|front| front.pane.chat);
    let account = chat.and_then(|chat| state.core.account(chat.account));
    let text = typed::shrugged(text, account.map(|account| account.caps.dialect).unwrap_or_default());
    here(state, text, fx);
}

/// Sends a text to a chat by its written name.
pub(super) fn to(state: &mut State, name: &str, text: String, fx: &mut Effects) {
    let front = state.front.as_ref();
    let shown = front.and_then(|front| front.pane.chat);
    let chat = match names::resolve_chat_in(&state.core, shown, name) {
        Ok(chat) => chat,
        Err(error) => {
            let mut sentence = error.to_string();
            return state.notice(open::capitalised(&mut sentence).to_owned(), true, fx);
        }
    };
    let open = front.and_then(|front| front.pane.chat) == Some(chat);
    if open {
        return here(state, text, fx);
    }
    let no_previews = !state.settings.previews;
    let draft = Draft { text, no_previews, ..Draft::default() };
    let written = hindrance(state, chat).and_then(|()| {
        outbox::write(state, chat, draft, fx).map(|_| ()).map_err(|refusal| format!("Not sent: {}", refusal.text))
    });
    match written {
        Ok(()) => {
            let sentence = format!("On its way to {}", chat_title(&state.core, chat));
            state.notice(sentence, false, fx);
        }
        Err(why) => state.notice(why, true, fx),
    }
}
