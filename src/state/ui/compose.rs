//! Writing: new messages, answers, changes of own messages, and `/` commands. What was typed is never lost.

use super::field::Field;
use super::form::{FieldKind, Form, FormField, FormPurpose};
use super::{act, attach, drafts, open, tray};
use crate::domain::kept::OutboxItem;
use crate::domain::{ChatKey, LinkPhase, Message, MessageId, MessageKey, Nonce, Refusal, RefusalKind};
use crate::state::action::{self, Action, ActionError, FileAction, TextEdit};
use crate::state::effect::Effects;
use crate::state::front::{ComposeMode, Overlay, Region, Target};
use crate::state::outbox::{self, Draft, Pending, Stage};
use crate::state::{State, gone, history, offered, permit, slow, typing};

/// How far back the last own message is looked for.
const LOOK_BACK: usize = 500;

/// Text is typed or pasted into the composer.
pub(super) fn insert(state: &mut State, text: &str, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if front.pane.chat.is_none() || front.pane.forum.is_some() {
        return;
    }
    front.region = Region::Composer;
    let fits = front.pane.composer.insert(text);
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
        return edit_last(state, fx);
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
    if !leave_mode(state)
        && let Some(front) = &mut state.front
    {
        front.pane.composer.clear();
    }
    state.touch();
    typing::end(state, fx);
    drafts::forget(state, fx);
}

/// Leaves answering or changing; what was typed before the change comes back, and yank brings back what was changed. Returns whether there was something
/// to leave.
pub(super) fn leave_mode(state: &mut State) -> bool {
    let Some(front) = &state.front else { return false };
    let typed = front.pane.composer.text();
    let is_new = match (&front.pane.mode, front.pane.chat) {
        (ComposeMode::Edit { of, .. }, Some(chat)) => {
            as_it_is(state, chat, *of).is_none_or(|known| escaped(&known) != typed)
        }
        _ => false,
    };
    let Some(front) = &mut state.front else { return false };
    let left = match std::mem::take(&mut front.pane.mode) {
        ComposeMode::New => false,
        ComposeMode::Reply(_) => true,
        ComposeMode::Edit { before, .. } => {
            match is_new {
                true => _ = front.pane.composer.replace(&before),
                false => front.pane.composer.set_text(&before),
            }
            true
        }
    };
    if left {
        state.touch();
    }
    left
}

/// What one would type for a message as it is now.
pub(super) fn as_it_is(state: &State, chat: ChatKey, of: Target) -> Option<String> {
    match of {
        Target::Message(key) => {
            let account = state.core.account(chat.account)?;
            account.timelines.get(&chat.chat)?.message(key.id).map(|known| account.as_typed(known))
        }
        Target::Pending(nonce) => {
            let row = state.core.account(chat.account)?.outbox.find(chat.chat, nonce)?;
            Some(row.outgoing.text.clone())
        }
    }
}

/// Sends what is in the composer, or runs it if it is a command.
pub(super) fn send(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    let written = front.pane.composer.text();
    let with_files = tray::goes(front);
    if written.trim().is_empty() && !with_files {
        return;
    }
    if front.pane.composer.is_command() {
        return command(state, chat, &written, fx);
    }
    let text = if written.starts_with("//") { written.get(1..).unwrap_or_default().to_owned() } else { written };
    if let ComposeMode::Edit { of, .. } = front.pane.mode {
        return match of {
            Target::Message(message) => change(state, chat, message, text, fx),
            Target::Pending(nonce) => change_unsent(state, chat, nonce, text, fx),
        };
    }
    let attachments = match tray::ready(state, chat) {
        Ok(files) => files,
        Err(reason) => return state.notice(reason, true, fx),
    };
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
    match outbox::write(state, chat, Draft { text, verbatim: false, reply_to, quiet, attachments, ticket: None }, fx) {
        Ok(_) => {
            state.drop_notice();
            if let Some(front) = &mut state.front {
                front.trays.clear(chat);
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
        leave_mode(state);
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

/// Sends the new text of an own message.
fn change(state: &mut State, chat: ChatKey, message: MessageKey, text: String, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    if let Err(refusal) = outbox::check_length(account, &text) {
        return state.notice(format!("Not changed: {}", refusal.text), true, fx);
    }
    if let Some((until, moderated)) = slow::limited(account, state.now.mono) {
        let sentence = slow::limit_sentence(until, moderated, state.now.mono);
        return state.notice(format!("Not changed: {sentence}"), true, fx);
    }
    let known = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(message.id));
    let same = known.is_some_and(|known| account.as_typed(known) == text);
    end_edit(state);
    typing::end(state, fx);
    if !same {
        outbox::deeds::put(state, chat, OutboxItem::Edit { message, text }, fx);
    }
}

/// Puts a new text in the place of one that has not gone out.
fn change_unsent(state: &mut State, chat: ChatKey, nonce: Nonce, text: String, fx: &mut Effects) {
    match outbox::amend(state, chat, nonce, text, fx) {
        Ok(true) => {
            end_edit(state);
            typing::end(state, fx);
        }
        Ok(false) => {
            become_new(state);
            state.notice("It has gone out meanwhile; what you typed is a new message now", true, fx);
        }
        Err(refusal) => state.notice(format!("Not changed: {}", refusal.text), true, fx),
    }
}

/// A change is made: what was typed before it comes back.
fn end_edit(state: &mut State) {
    if let Some(front) = &mut state.front
        && let ComposeMode::Edit { before, .. } = std::mem::take(&mut front.pane.mode)
    {
        front.pane.composer.set_text(&before);
    }
    state.touch();
}

/// What was to be changed is not there any more: the change becomes a message of its own, after what was typed before it.
fn become_new(state: &mut State) {
    if let Some(front) = &mut state.front
        && let ComposeMode::Edit { before, .. } = std::mem::take(&mut front.pane.mode)
        && !before.trim().is_empty()
    {
        let text = format!("{before}\n{}", front.pane.composer.text());
        front.pane.composer.set_text(&text);
    }
    state.touch();
}

/// The network did not take a change: its text goes back to where it was typed.
pub(in crate::state) fn edit_refused(
    state: &mut State,
    chat: ChatKey,
    message: MessageKey,
    text: String,
    refusal: &Refusal,
    fx: &mut Effects,
) {
    let is_gone = refusal.kind == RefusalKind::NotFound || as_it_is(state, chat, Target::Message(message)).is_none();
    let Some(front) = &mut state.front else { return };
    if is_gone {
        // Nothing is left to be changed: the text is as good as one that was never sent.
        let editing =
            matches!(front.pane.mode, ComposeMode::Edit { of: Target::Message(of), .. } if of.id == message.id);
        if editing && front.pane.chat == Some(chat) {
            become_new(state);
        }
        give_back(state, chat, &escaped(&text), fx);
    } else if front.pane.chat == Some(chat) {
        if let ComposeMode::New | ComposeMode::Reply(_) = front.pane.mode {
            let before = front.pane.composer.text();
            front.pane.mode = ComposeMode::Edit { of: Target::Message(message), before };
            front.pane.composer.set_text(&escaped(&text));
        } else {
            front.pane.composer.edit(TextEdit::TextEnd);
            front.pane.composer.insert(&format!("\n{text}"));
        }
    } else {
        let draft = front.drafts.entry(chat).or_default();
        if !draft.is_empty() {
            draft.push('\n');
        }
        draft.push_str(&text);
    }
    let then = if is_gone { "; your text is a new message now" } else { "" };
    state.notice_about(chat.account, format!("Not changed: {}{then}", refusal.text), None, true, fx);
}

/// Begins to answer a message.
pub(super) fn reply(state: &mut State, chat: ChatKey, message: MessageKey, fx: &mut Effects) {
    if state.core.account(chat.account).is_some_and(|account| !account.caps.replies) {
        return state.notice("Messages cannot be answered here", true, fx);
    }
    if let Some(reason) = permit::refusal_to_write(state, chat) {
        return state.notice(reason, true, fx);
    }
    leave_mode(state);
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

/// Begins to change an own message.
pub(super) fn begin_edit(state: &mut State, chat: ChatKey, id: MessageId, fx: &mut Effects) {
    let Some(account) = state.core.account(chat.account) else { return };
    let Some(message) = account.timelines.get(&chat.chat).and_then(|timeline| timeline.message(id)) else { return };
    if let Some(why) = offered::refusal_to_edit(state, account, chat, message) {
        return state.notice(why, true, fx);
    }
    let (key, text) = (message.key, escaped(&account.as_typed(message)));
    show_edit(state, Target::Message(key), &text, fx);
}

/// Begins to change a message that has not gone out. Returns whether it can be.
pub(super) fn begin_edit_unsent(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) -> bool {
    let row = state.core.account(chat.account).and_then(|account| account.outbox.find(chat.chat, nonce));
    let Some(text) = row.filter(|row| row.can_change()).map(|row| escaped(&row.outgoing.text)) else { return false };
    show_edit(state, Target::Pending(nonce), &text, fx);
    true
}

fn show_edit(state: &mut State, of: Target, text: &str, fx: &mut Effects) {
    leave_mode(state);
    typing::end(state, fx);
    if let Some(front) = &mut state.front {
        let before = front.pane.composer.text();
        front.pane.mode = ComposeMode::Edit { of, before };
        front.pane.composer.set_text(text);
        front.region = Region::Composer;
        front.pane.scroll(crate::state::front::ScrollIntent::Show(of));
    }
    state.touch();
}

/// Begins to change the last own message.
pub(super) fn edit_last(state: &mut State, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    // The one before it is not the one that is meant.
    let waits = |row: &&Pending| !matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed);
    let last = state.core.account(chat.account).and_then(|account| account.outbox.of(chat.chat).iter().rfind(waits));
    if let Some(nonce) = last.map(|row| row.outgoing.nonce) {
        if !begin_edit_unsent(state, chat, nonce, fx) {
            state.notice("Your last message is still on its way", false, fx);
        }
        return;
    }
    let last = state.core.account(chat.account).and_then(|account| {
        let timeline = account.timelines.get(&chat.chat)?;
        let own = |message: &Message| message.author == account.me && offered::can_change(message);
        timeline.iter().rev().take(LOOK_BACK).find(|entry| own(&entry.message)).map(|entry| entry.message.key.id)
    });
    match last {
        Some(message) => begin_edit(state, chat, message, fx),
        None => state.notice("There is no message of yours to change here", false, fx),
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
