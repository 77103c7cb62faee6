//! What lies on top: lists with a search line, questions, forms. Closing one keeps what was typed for a while.

use super::form::{Form, FormPurpose};
use super::waiting::{self, Waiting};
use super::{act, chooser, compose, file_name, forum, jump, person, quote, react};
use crate::domain::Mono;
use crate::state::action::{Action, Going, TextEdit};
use crate::state::effect::Effects;
use crate::state::front::{Front, Overlay, PickKind};
use crate::state::{State, accounts, join, login};
use std::time::Duration;

/// How long a search line that was closed keeps its text: it was closed, or is opened again, by mistake.
const KEPT: Duration = Duration::from_secs(10);
/// Most lines that help scrolls.
const HELP: usize = 2_000;

impl Front {
    /// What was typed into the search line of this kind when it was closed lately.
    pub(super) fn take_query(&mut self, kind: &'static str, now: Mono) -> String {
        let kept = self.kept_queries.iter().position(|(of, ..)| *of == kind).map(|at| self.kept_queries.remove(at));
        kept.filter(|(_, _, at)| at.plus(KEPT) > now).map(|(_, query, _)| query).unwrap_or_default()
    }

    fn keep_query(&mut self, kind: &'static str, query: &str, now: Mono) {
        self.kept_queries.retain(|(of, ..)| *of != kind);
        if !query.is_empty() {
            self.kept_queries.push((kind, query.to_owned(), now));
        }
    }
}

/// Shows the list of chats.
pub(super) fn jump(state: &mut State) {
    let now = state.now.mono;
    let is_jump = |kind: &PickKind| *kind == PickKind::Jump;
    let Some(front) = &mut state.front else { return };
    if front.overlays.last().is_some_and(|overlay| overlay.picks(is_jump).is_some()) {
        return;
    }
    front.overlays.retain(|overlay| overlay.picks(is_jump).is_none());
    let query = front.take_query("jump", now);
    let picker = jump::picker(&state.core, front, &query);
    front.overlays.push(Overlay::pick(PickKind::Jump, picker));
    state.touch();
}

/// Shows help for where the user is, or closes it.
pub(super) fn help(state: &mut State) {
    let now = state.now.mono;
    let Some(front) = &mut state.front else { return };
    state.revision += 1;
    if matches!(front.overlays.last(), Some(Overlay::Help { .. })) {
        return close(front, now);
    }
    let mut contexts = front.contexts().to_vec();
    contexts.dedup();
    let query = super::field::Field::kept(&front.take_query("help", now));
    front.overlays.push(Overlay::Help { query, scroll: 0, contexts });
}

/// Closes what lies on top, and keeps what was typed into it.
fn close(front: &mut Front, now: Mono) {
    match front.overlays.pop() {
        Some(Overlay::Pick(pick)) => {
            if let Some(kind) = pick.kind.kept_as() {
                front.keep_query(kind, pick.picker.query.text(), now);
            }
        }
        Some(Overlay::Help { query, .. }) => front.keep_query("help", query.text(), now),
        Some(Overlay::Form(form)) => front.keep_form(*form),
        // What was to be put in by it is not lost.
        Some(Overlay::Question(_)) => {
            let pasted = std::mem::take(&mut front.pane.writing.pasted);
            front.pane.composer.keep(&pasted);
        }
        Some(Overlay::Members | Overlay::Person(_) | Overlay::Note(_))
        | Some(Overlay::Waiting(_) | Overlay::Accounts(_) | Overlay::Details(_) | Overlay::Downloads(_))
        | None => {}
    }
}

/// Another chat is about to be shown: what was offered or asked for this one goes, and what was to be put in is not lost.
pub(super) fn leave_chat(front: &mut Front) {
    let Some(chat) = front.pane.chat else { return };
    let pasted = std::mem::take(&mut front.pane.writing.pasted);
    front.pane.composer.keep(&pasted);
    front.sends = None;
    front.overlays.retain(|overlay| match overlay {
        Overlay::Pick(pick) => pick.kind.chat() != Some(chat) && !matches!(pick.kind, PickKind::Attach { .. }),
        Overlay::Details(details) => details.chat != chat,
        Overlay::Question(question) => pasted.is_empty() || !question.is_of_paste(),
        _ => true,
    });
}

/// Esc while something lies on top.
pub(super) fn cancel(state: &mut State, fx: &mut Effects) {
    let now = state.now.mono;
    state.revision += 1;
    if login::give_up(state, fx) || join::give_up(state, fx) {
        return;
    }
    if let Some(Overlay::Waiting(_)) = state.front.as_ref().and_then(|front| front.overlays.last()) {
        return waiting::give_up(state, fx);
    }
    if let Some(front) = &mut state.front {
        chooser::forget(front);
        close(front, now);
    }
}

/// Enter while something lies on top.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    match front.overlays.last() {
        Some(Overlay::Form(form)) => match form.purpose {
            FormPurpose::SignIn(_) | FormPurpose::SignUp(_) => login::accept(state, fx),
            FormPurpose::Join { .. } | FormPurpose::Write => join::accept(state, fx),
            FormPurpose::Rename(_) => accounts::accept_label(state, fx),
            FormPurpose::Command => compose::run(state, fx),
            FormPurpose::Day => super::day_form::accept(state, fx),
            FormPurpose::Thread(_) | FormPurpose::ThreadTitle(_) => forum::accept(state, fx),
            FormPurpose::File { .. } => file_name::accept(state),
        },
        Some(Overlay::Pick(_)) => return choose(state, fx),
        Some(Overlay::Question(question)) => {
            let action = question.chosen().cloned();
            front.overlays.pop();
            if let Some(action) = action {
                act::act(state, action, None, fx);
            }
        }
        Some(Overlay::Help { .. } | Overlay::Note(_) | Overlay::Details(_)) => _ = front.overlays.pop(),
        // Nothing is sent before one sees to whom.
        Some(Overlay::Waiting(_)) => return insert(state, "\n"),
        Some(Overlay::Members) => person::wanted(state, "", fx),
        Some(Overlay::Accounts(_)) => accounts::go(state, fx),
        Some(Overlay::Downloads(_)) => super::file::accept(state, fx),
        Some(Overlay::Person(_)) => person::write(state, fx),
        None => {}
    }
    state.touch();
}

/// What is selected in a list is done.
fn choose(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Pick(pick)) = state.front.as_ref().and_then(|front| front.overlays.last()) else { return };
    if matches!(pick.kind, PickKind::Attach { .. }) {
        return chooser::choose(state, fx);
    }
    if pick.picker.chosen() == Some(&Action::Going(Going::Further)) {
        return super::shared::further(state, fx);
    }
    let (kind, typed) = (pick.kind.clone(), pick.picker.query.text().trim().to_owned());
    let mut action = pick.picker.chosen().cloned();
    if let PickKind::Quote { chat, message } = kind
        && typed.contains(' ')
        && quote::holds(state, chat, message, &typed)
    {
        // Several words that stand there so are meant as they are.
        action = None;
    }
    let other = matches!(kind, PickKind::React { .. } | PickKind::Quote { .. }) && !typed.is_empty();
    if action.is_none() && !other {
        return;
    }
    if let Some(front) = &mut state.front {
        front.overlays.pop();
    }
    match (action, kind) {
        (Some(action), _) => act::act(state, action, None, fx),
        // One that nib does not know by name can be typed.
        (None, PickKind::React { chat, message }) => react::react_to(state, chat, message, &typed, fx),
        (None, PickKind::Quote { chat, message }) => quote::typed(state, chat, message, &typed, fx),
        (None, _) => {}
    }
    state.touch();
}

/// The selection moves.
pub(super) fn step(state: &mut State, by: i32) {
    let Some(front) = &mut state.front else { return };
    match front.overlays.last_mut() {
        Some(Overlay::Pick(pick)) => pick.picker.step(by),
        Some(Overlay::Help { scroll, .. }) => {
            *scroll = scroll.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(HELP);
        }
        Some(Overlay::Question(question)) => question.step(by),
        Some(Overlay::Form(form)) => form.step(by),
        Some(Overlay::Note(_) | Overlay::Waiting(_)) => return,
        Some(Overlay::Person(card)) => card.step(by),
        Some(Overlay::Details(details)) => details.step(by),
        Some(Overlay::Members) => return super::members::step(state, by),
        Some(Overlay::Accounts(_)) => super::accounts::step(state, by),
        Some(Overlay::Downloads(_)) => super::file::step(state, by),
        None => return,
    }
    state.touch();
}

/// The field with the cursor of the form on top changes.
fn with_form(state: &mut State, change: impl FnOnce(&mut Form) -> bool) -> bool {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else {
        return false;
    };
    if change(form) {
        join::edited(form);
        login::edited(state);
    }
    state.touch();
    true
}

/// What is on its way takes text in.
fn with_waiting(state: &mut State, change: impl FnOnce(&mut Waiting)) -> bool {
    let Some(Overlay::Waiting(waiting)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else {
        return false;
    };
    change(waiting);
    state.touch();
    true
}

/// A line ends, where there can be several.
pub(super) fn new_line(state: &mut State) {
    with_waiting(state, |waiting| _ = waiting.text.insert("\n"));
}

/// Text goes to the search line or field on top.
pub(super) fn insert(state: &mut State, text: &str) {
    if with_waiting(state, |waiting| _ = waiting.text.insert(text)) {
        return;
    }
    if with_form(state, |form| form.insert(text)) {
        return;
    }
    with_field(state, |field| {
        field.insert(text);
        true
    });
}

/// Moves or deletes in the search line or field on top; up and down move the selection.
pub(super) fn edit(state: &mut State, edit: TextEdit) {
    if with_waiting(state, |waiting| waiting.edit(edit)) {
        return;
    }
    match edit {
        TextEdit::Up => step(state, -1),
        TextEdit::Down => step(state, 1),
        _ if with_form(state, |form| form.edit(edit)) => {}
        _ => with_field(state, |field| field.edit(edit)),
    }
}

fn with_field(state: &mut State, change: impl FnOnce(&mut super::field::Field) -> bool) {
    let Some(front) = &mut state.front else { return };
    match front.overlays.last_mut() {
        Some(Overlay::Pick(pick)) => {
            if change(&mut pick.picker.query) {
                pick.picker.narrow();
            }
        }
        Some(Overlay::Help { query, scroll, .. }) => {
            if change(query) {
                *scroll = 0;
            }
        }
        Some(Overlay::Question(_) | Overlay::Form(_) | Overlay::Members | Overlay::Person(_) | Overlay::Note(_))
        | Some(Overlay::Waiting(_) | Overlay::Accounts(_) | Overlay::Details(_) | Overlay::Downloads(_))
        | None => return,
    }
    state.touch();
}
