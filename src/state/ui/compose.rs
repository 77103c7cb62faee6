//! Writing: new messages, answers, changes of own messages, and `/` commands. What was typed is never lost.

use super::field::Field;
use super::form::{FieldKind, Form, FormField, FormPurpose};
use super::{act, attach, changing, drafts, open};
use crate::domain::{ChatKey, LinkPhase, MessageKey};
use crate::state::action::{self, Action, ActionError, FileAction, TextEdit};
use crate::state::effect::Effects;
use crate::state::front::{ComposeMode, Overlay, Region, Target};
use crate::state::outbox::{self, Draft};
use crate::state::{State, gone, history, permit, slow, typing};

/// Text is typed or pasted into the composer.
pub(super) fn insert(state: &mut State, text: &str, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if front.pane.chat.is_none() || front.pane.forum.is_some() {
        return;
    }
    front.region = Region::Composer;
    let fits = front.pane.composer.insert(text);
    front.pane.writing.sent.rest();
    state.touch();
    typing::typed(state, fx);
    if !fits {
        state.notice("The text was too long; the rest was cut off", true, fx);
    }
}

/// The cursor moves, or something is deleted.
pub(super) fn edit(state: &mut State, edit: TextEdit, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if edit == TextEdit::Up && front.pane.composer.is_empty() && front.pane.mode == ComposeMode::New {
        return changing::edit_last(state, fx);
    }
    let changed = front.pane.composer.edit(edit);
    state.touch();
    if changed {
        typing::typed(state, fx);
    }
}

/// Clears the composer; when it is empty, names the key that quits.
pub(super) fn clear(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if front.pane.composer.is_empty() && front.pane.mode == ComposeMode::New {
        let sentence = match state.settings.quit_key.as_deref() {
            Some(key) => format!("{key} quits"),
            None => "/quit quits".to_owned(),
        };
        state.notice(sentence, false, fx);
        return;
    }
    if !changing::leave_mode(state, fx)
        && let Some(front) = &mut state.front
    {
        front.pane.composer.clear();
    }
    state.touch();
    typing::end(state, fx);
    drafts::forget(state, fx);
}

/// Sends what is in the composer, or runs it if it is a command.
pub(super) fn send(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let written = front.pane.composer.text();
    if written.trim().is_empty() {
        return;
    }
    if front.pane.composer.is_command() {
        return command(state, chat, &written, fx);
    }
    let text = if written.starts_with("//") { written.get(1..).unwrap_or_default().to_owned() } else { written };
    if let ComposeMode::Edit { of, .. } = front.pane.mode {
        return match of {
            Target::Message(message) => changing::change(state, chat, message, text, fx),
            Target::Pending(nonce) => changing::change_unsent(state, chat, nonce, text, fx),
        };
    }
    if let Some(reason) = permit::refusal_to_write(state, chat) {
        return state.notice(reason, true, fx);
    }
    if signed_out(state, chat).is_some() {
        let sentence = "You are signed out; what you typed stays here. To sign in".to_owned();
        return state.notice_of(sentence, Some("reconnect"), true, fx);
    }
    if let Some(reason) = slow::too_early(state, chat) {
        return state.notice(reason, true, fx);
    }
    let reply_to = match state.front.as_ref().map(|front| &front.pane.mode) {
        Some(ComposeMode::Reply(message)) => Some(message.id),
        _ => None,
    };
    let quiet = state.front.as_ref().is_some_and(|front| front.pane.quiet);
    match outbox::write(state, chat, Draft { text, reply_to, quiet, ..Draft::default() }, fx) {
        Ok(_) => {
            state.drop_notice();
            if let Some(front) = &mut state.front {
                front.pane.writing.sent.note(chat.account, &front.pane.composer.text());
                front.pane.composer.set_text("");
                (front.pane.mode, front.pane.quiet) = (ComposeMode::New, false);
                front.pane.divider = None;
                open::to_bottom(&mut front.pane);
            }
            typing::end(state, fx);
            drafts::forget(state, fx);
            history::refresh_open(state, fx);
        }
        Err(refusal) => state.notice(format!("Not sent: {}", refusal.text), true, fx),
    }
}

/// Why nothing can be sent before the user does something about it.
pub(super) fn signed_out(state: &State, chat: ChatKey) -> Option<&'static str> {
    let account = state.core.account(chat.account)?;
    matches!(account.link, LinkPhase::SignedOut { .. }).then_some("Sign in first; what you typed stays here")
}

/// A message's text as it is typed: one slash is taken away when a line that begins with two is sent.
pub(super) fn escaped(text: &str) -> String {
    if text.starts_with('/') { format!("/{text}") } else { text.to_owned() }
}

/// The line of a command leaves the composer; what was typed before a change comes back.
pub(super) fn take_line(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    if matches!(front.pane.mode, ComposeMode::Edit { .. }) {
        changing::drop_mode(state, false);
    } else {
        front.pane.composer.set_text("");
    }
    state.touch();
}

/// Runs a command; one that is not known, or that cannot be carried out, stays in the composer.
fn command(state: &mut State, chat: ChatKey, written: &str, fx: &mut Effects) {
    let line = written.strip_prefix('/').unwrap_or(written);
    let name = line.split_whitespace().next().unwrap_or_default();
    match action::parse(line) {
        Ok(_) if action::find(name).is_some_and(|info| !info.command) => {
            let known = action::find(name).map(|info| info.name);
            state.notice_of(format!("\"{name}\" is done with a key"), known, true, fx);
        }
        // What was typed stays until nothing stands against the file, and comes back if something does later.
        Ok(Action::File(FileAction::Attach { path, text })) => attach::begin(state, path, text, written, fx),
        Ok(action) => {
            let Some(front) = &mut state.front else { return };
            let (composer, mode) = (front.pane.composer.clone(), front.pane.mode.clone());
            let notice = front.notice.take();
            take_line(state);
            // An invite may be for oneself alone.
            if let (false, Some(front)) = (matches!(action, Action::Join(_)), &mut state.front) {
                front.pane.writing.sent.note(chat.account, written);
            }
            typing::end(state, fx);
            drafts::forget(state, fx);
            act::act(state, action, None, fx);
            let Some(front) = &mut state.front else { return };
            match &front.notice {
                Some(told) if told.bad && front.pane.chat == Some(chat) => {
                    front.pane.composer = composer;
                    front.pane.mode = mode;
                }
                Some(_) => {}
                None => front.notice = notice,
            }
        }
        Err(error) => {
            let mut sentence = match &error {
                ActionError::Arguments { name, arguments } => format!("It goes like this: /{name} {arguments}"),
                ActionError::Unknown { .. } => error.to_string(),
            };
            if matches!(error, ActionError::Unknown { .. }) {
                let hint = if sentence.ends_with('?') { " Begin" } else { "; begin" };
                sentence.push_str(hint);
                sentence.push_str(" with // to send it as text");
            }
            state.notice(open::capitalised(&mut sentence).to_owned(), true, fx);
        }
    }
}

/// The user wants to type a command: in the composer where nothing stands there, else in a line of its own.
pub(super) fn begin_command(state: &mut State) {
    begin_command_with(state, "");
}

/// The same with how it begins.
pub(super) fn begin_command_with(state: &mut State, begin: &str) {
    let Some(front) = &mut state.front else { return };
    let free = front.pane.chat.is_some()
        && front.pane.forum.is_none()
        && front.pane.composer.is_empty()
        && front.pane.mode == ComposeMode::New;
    if free {
        front.region = Region::Composer;
        front.pane.composer.insert(&format!("/{begin}"));
    } else {
        let help = "As in the composer, with or without the slash.";
        let mut line = Field::new();
        line.insert(begin);
        let field = FormField::text(FieldKind::Command, "Command", line, help, "Type a command");
        front.show_form(Form::new(FormPurpose::Command, vec![field]), |_| {});
    }
    state.touch();
}

/// Runs the command in the form on top; one that is not known stays there.
pub(super) fn run(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    if !form.go_on() {
        return;
    }
    let written = form.text(FieldKind::Command).trim().to_owned();
    let line = written.trim_start_matches('/');
    let name = line.split_whitespace().next().unwrap_or_default();
    match action::parse(line) {
        Ok(_) if action::find(name).is_some_and(|info| !info.command) => {
            form.fail(Some(FieldKind::Command), format!("\"{name}\" is done with a key"));
        }
        Ok(action) => {
            if let Some(front) = &mut state.front {
                front.drop_forms(|purpose| *purpose == FormPurpose::Command);
            }
            act::act(state, action, None, fx);
        }
        Err(error) => form.fail(Some(FieldKind::Command), open::capitalised(&mut error.to_string()).to_owned()),
    }
}

/// Begins to answer a message.
pub(super) fn reply(state: &mut State, chat: ChatKey, message: MessageKey, fx: &mut Effects) {
    if state.core.account(chat.account).is_some_and(|account| !account.caps.replies) {
        return state.notice("Messages cannot be answered here", true, fx);
    }
    if let Some(reason) = permit::refusal_to_write(state, chat) {
        return state.notice(reason, true, fx);
    }
    changing::leave_mode(state, fx);
    if let Some(front) = &mut state.front {
        front.pane.mode = ComposeMode::Reply(message);
        front.pane.quiet = false;
        front.region = Region::Composer;
    }
    state.touch();
}

/// Whether the answer that is being written calls the one who is answered: the other way round.
pub(super) fn toggle_ping(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let can =
        front.pane.chat.and_then(|chat| state.core.account(chat.account)).is_some_and(|one| one.caps.quiet_replies);
    let why = match front.pane.mode {
        ComposeMode::Reply(_) if can => None,
        ComposeMode::Reply(_) => Some("An answer always calls the one who is answered here"),
        ComposeMode::New | ComposeMode::Edit { .. } => Some("You are answering nobody"),
    };
    match why {
        Some(why) => state.notice(why, true, fx),
        None => {
            if let Some(front) = &mut state.front {
                front.pane.quiet ^= true;
            }
            state.touch();
        }
    }
}

/// Puts text into the composer of a chat, before what is there, or into its draft. Where the chat is gone, yank brings it back.
pub(in crate::state) fn give_back(state: &mut State, chat: ChatKey, text: &str, fx: &mut Effects) {
    let is_gone = state.core.chat(chat).is_none();
    let Some(front) = &mut state.front else { return };
    if is_gone && front.pane.chat != Some(chat) {
        return gone::keep(state, chat.account, "The chat is gone".to_owned(), text, fx);
    }
    let join = |present: &str| if present.is_empty() { text.to_owned() } else { format!("{text}\n{present}") };
    if front.pane.chat != Some(chat) {
        let draft = front.drafts.entry(chat).or_default();
        *draft = join(draft);
        return;
    }
    match &mut front.pane.mode {
        ComposeMode::Edit { before, .. } => *before = join(before),
        ComposeMode::New | ComposeMode::Reply(_) => {
            let text = join(&front.pane.composer.text());
            front.pane.composer.set_text(&text);
            front.region = Region::Composer;
        }
    }
    state.touch();
}
