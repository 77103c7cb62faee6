//! The form for what a file is called where it goes.

use super::field::Field;
use super::form::{FieldKind, Form, FormField, FormPurpose};
use super::tray;
use crate::domain::ChatKey;
use crate::state::State;
use crate::state::action::TextEdit;
use crate::state::front::Overlay;
use unicode_segmentation::UnicodeSegmentation;

/// Asks what a file of the tray of a chat is to be called. What it is stays the end of the name: the cursor stands before that.
pub(super) fn ask(state: &mut State, chat: ChatKey, number: u64, name: &str) {
    let mut field = Field::with(name);
    let end = name.rfind('.').filter(|at| *at > 0).and_then(|at| name.get(at..)).unwrap_or_default();
    end.graphemes(true).for_each(|_| _ = field.edit(TextEdit::Left));
    let help = "It is sent under this name; on the disk it keeps its own.";
    let field = FormField::text(FieldKind::File, "Name", field, help, "Type a name");
    if let Some(front) = &mut state.front {
        front.show_form(Form::new(FormPurpose::File { chat, number }, vec![field]), |_| {});
    }
    state.touch();
}

/// Enter in it: the file is called so, or it is said why not.
pub(super) fn accept(state: &mut State) {
    state.touch();
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    let FormPurpose::File { number, .. } = form.purpose else { return };
    if !form.go_on() {
        return;
    }
    let name = form.text(FieldKind::File).trim().to_owned();
    let called = tray::call(state, number, &name);
    let Some(front) = &mut state.front else { return };
    match called {
        Ok(()) => front.drop_forms(|purpose| matches!(purpose, FormPurpose::File { .. })),
        Err(why) => {
            if let Some(Overlay::Form(form)) = front.overlays.last_mut() {
                form.fail(Some(FieldKind::File), why);
            }
        }
    }
}
