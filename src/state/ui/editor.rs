//! Writing in the user's own editor: what is in the composer is handed out, and comes back as what it has become.

use super::{compose, drafts};
use crate::domain::ChatKey;
use crate::state::effect::{Effect, Effects};
use crate::state::front::Region;
use crate::state::{State, typing};

/// A text that is in the user's editor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Editing {
    /// Names it towards the shell.
    number: u64,
    /// Where it is written to.
    pub(in crate::state) chat: ChatKey,
    /// As it was handed out.
    text: String,
}

/// Hands out what is in the composer.
pub(super) fn begin(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    if front.editing.is_some() {
        return;
    }
    front.region = Region::Composer;
    front.edits += 1;
    let editing = Editing { number: front.edits, chat, text: front.pane.composer.text() };
    fx.push(Effect::EditText { number: editing.number, text: editing.text.clone() });
    front.editing = Some(editing);
    typing::end(state, fx);
    state.touch();
}

/// The editor was left: with this text, or why there is none. What was written goes where it was begun, whatever happened there meanwhile.
pub(in crate::state) fn done(state: &mut State, number: u64, text: Result<String, String>, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(editing) = front.editing.take_if(|editing| editing.number == number) else { return };
    state.touch();
    let text = match text {
        Ok(text) => text,
        Err(sentence) => return state.notice(sentence, true, fx),
    };
    // Editors end the last line.
    let text = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&text);
    if text == editing.text {
        return;
    }
    let chat = editing.chat;
    let Some(front) = &mut state.front else { return };
    let mut fits = true;
    if front.pane.chat == Some(chat) && front.pane.composer.text() == editing.text {
        fits = front.pane.composer.replace(text);
    } else {
        // Somebody else's doing has changed what stands there: both are kept.
        if let Some(draft) = front.drafts.get_mut(&chat).filter(|draft| draft.text == editing.text) {
            draft.text.clear();
        }
        compose::give_back(state, chat, text, fx);
    }
    if let Some(front) = &mut state.front {
        drafts::put(front, chat, fx);
    }
    if !fits {
        state.notice("The text was too long; the rest was cut off", true, fx);
    }
}
