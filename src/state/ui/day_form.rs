//! Asking for the day to go to.

use super::dates;
use super::field::Field;
use super::form::{FieldKind, Form, FormField, FormPurpose};
use crate::domain::{Wall, when};
use crate::state::State;
use crate::state::effect::Effects;
use crate::state::front::Overlay;

/// What was typed as a moment that has been, or why it is none.
pub(super) fn moment(state: &State, day: &str) -> Result<Wall, String> {
    match when::moment(day, state.now.wall, &state.zone) {
        Some(at) if at <= state.now.wall => Ok(at),
        Some(_) => Err("That is still to come".to_owned()),
        None => Err(format!("That is no day; it is written {}", when::FORMS)),
    }
}

/// Asks for the day in a form of its own: what is typed there goes to no chat, and what was typed as a command is not in it.
pub(super) fn ask(state: &mut State) {
    let help = "Such as 2026-03-01, yesterday, monday, 3 days ago.";
    let field = FormField::text(FieldKind::Day, "Day", Field::new(), help, "Type a day");
    if let Some(front) = &mut state.front {
        front.show_form(Form::new(FormPurpose::Day, vec![field]), Form::clear);
    }
    state.touch();
}

/// Enter in that form: one that is no day stays there.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    if !form.go_on() {
        return;
    }
    let day = form.text(FieldKind::Day).trim().to_owned();
    let why = moment(state, &day).err();
    let Some(front) = &mut state.front else { return };
    if let (Some(why), Some(Overlay::Form(form))) = (why, front.overlays.last_mut()) {
        return form.fail(Some(FieldKind::Day), why);
    }
    front.drop_forms(|purpose| *purpose == FormPurpose::Day);
    dates::go(state, &day, fx);
}
