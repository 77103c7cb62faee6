//! Writing: new messages, answers, changes of own messages, and `/` commands. What was typed is never lost.

use super::field::Field;
use super::file::Sends;
use super::form::{FieldKind, Form, FormField, FormPurpose};
use super::typed::{self, Substitution};
use super::written::Writing;
use super::{act, arguments, attach, changing, complete, drafts, open, say, tray};
use crate::domain::{ChatKey, LinkPhase, MessageKey, kept, markup};
use crate::state::action::{self, Action, ActionError, ActionInfo, Context, FileAction, TextEdit};
use crate::state::effect::Effects;
use crate::state::front::{ComposeMode, Front, Overlay, Pane, Region};
use crate::state::outbox::Draft;
use crate::state::{State, gone, offered, permit, typing};

/// Text is typed or pasted into the composer.
pub(super) fn insert(state: &mut State, text: &str, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if front.pane.chat.is_none() || front.pane.forum.is_some() {
        return;
    }
    front.region = Region::Composer;
    let fits = front.pane.composer.insert(text);
    front.pane.rest_history();
    state.touch();
    typing::typed(state, fx);
    complete::typed(state, fx);
    if !fits {
        state.notice("The text was too long; the rest was cut off", true, fx);
    }
}

/// Letters are typed: they are text, or with keys as in vi perhaps commands.
pub(super) fn typed(state: &mut State, text: &str, fx: &mut Effects) {
    if !state.settings.vi {
        return insert(state, text, fx);
    }
    let Some(front) = &mut state.front else { return };
    let writing = front.region == Region::Composer && front.pane.chat.is_some() && front.pane.forum.is_none();
    let Pane { composer, writing: Writing { vi, .. }, .. } = &mut front.pane;
    if !(writing && vi.commands()) {
        vi.inserted(text);
        return insert(state, text, fx);
    }
    // A line of commands, as one knows it there.
    if text == ":" && vi.rests() && composer.is_empty() {
        return begin_command(state);
    }
    let before = composer.revision();
    text.chars().for_each(|letter| vi.key(composer, letter));
    let changed = composer.revision() != before;
    state.touch();
    if changed {
        typing::typed(state, fx);
    }
}

impl Front {
    /// The composer is opened for writing: what is typed there is text, with keys as in vi, too.
    pub(super) fn write(&mut self) {
        self.region = Region::Composer;
        self.pane.writing.vi.insert();
    }
}

/// With keys as in vi, letters are commands from now on. Returns whether they were not.
pub(super) fn leave_insert(state: &mut State) -> bool {
    let vi = state.settings.vi;
    let Some(front) = state.front.as_mut().filter(|front| vi && front.pane.chat.is_some()) else { return false };
    let Pane { composer, writing: Writing { vi, .. }, .. } = &mut front.pane;
    let left = vi.leave(composer);
    if left {
        state.touch();
    }
    left
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
        complete::typed(state, fx);
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
    drafts::due(state, fx);
}

/// Sends what is in the composer, or runs it if it is a command. `verbatim`: it is sent as it is.
pub(super) fn send(state: &mut State, verbatim: bool, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat else { return };
    // Nothing was chosen of what is offered: what is said of what was typed is not to stand behind it.
    front.pane.completion = None;
    // What was pasted before goes with it.
    if front.pasted.iter().any(|(_, of, _)| *of == chat) {
        front.sends = Some(Sends::of(&front.pane, verbatim));
        return;
    }
    let written = front.pane.composer.text();
    let with_files = tray::goes(front);
    if written.trim().is_empty() && !with_files {
        return;
    }
    front.pane.rest_history();
    if front.pane.composer.is_command() && !verbatim {
        return command(state, chat, &written, fx);
    }
    let is_new = front.pane.mode == ComposeMode::New;
    if let Some(substitution) = Substitution::parse(&written).filter(|_| is_new && !verbatim) {
        return changing::substitute(state, chat, &written, &substitution, fx);
    }
    let dialect = state.core.account(chat.account).map(|account| account.caps.dialect).unwrap_or_default();
    if verbatim && !dialect.verbatim && !markup::looks(&written, dialect).is_empty() {
        return state.notice(offered::NO_VERBATIM, true, fx);
    }
    let text = match written.strip_prefix('/') {
        Some(rest) if written.starts_with("//") && !verbatim => rest.to_owned(),
        _ => written,
    };
    if let ComposeMode::Edit { of, .. } = front.pane.mode {
        let text = if verbatim && dialect.verbatim { typed::literally(&text) } else { text };
        changing::make(state, chat, of, text, fx);
        return;
    }
    let attachments = match tray::ready(state, chat) {
        Ok(files) => files,
        Err(reason) => return state.notice(reason, true, fx),
    };
    let draft = Draft { text, verbatim: verbatim && dialect.verbatim, attachments, ..Draft::default() };
    if let Err(why) = say::put(state, chat, draft, fx) {
        let key = signed_out(state, chat).map(|_| "reconnect");
        return state.notice_of(why, key, true, fx);
    }
    if let Some(front) = &mut state.front {
        let sent = front.pane.composer.text();
        front.pane.writing.sent.note(chat.account, &sent);
        front.trays.clear(chat);
        front.pane.composer.set_text("");
    }
    typing::end(state, fx);
    drafts::due(state, fx);
}

/// Whether links in the message get previews: the other way round.
pub(super) fn toggle_previews(state: &mut State, fx: &mut Effects) {
    let usual = state.settings.previews;
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    if !state.core.account(chat.account).is_some_and(|account| account.caps.previews) {
        return state.notice(offered::NO_PREVIEWS, true, fx);
    }
    let Some(front) = &mut state.front else { return };
    let (_, wanted) = front.pane.writing.previews(usual);
    front.pane.writing.previews = Some(!wanted);
    // A change of a message has nothing to do with it.
    let sentence = match (&front.pane.mode, wanted) {
        (ComposeMode::Edit { .. }, true) => "Links in your next message get no previews",
        (ComposeMode::Edit { .. }, false) => "Links in your next message get previews",
        (_, true) => "Links in this message get no previews",
        (_, false) => "Links in this message get previews",
    };
    state.notice(sentence, false, fx);
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
    let is_servers = |account| arguments::is_known(account, name) && action::find(name).is_none();
    if state.core.account(chat.account).is_some_and(is_servers) {
        return match arguments::call(state, chat, line, written, fx) {
            Ok(()) => {
                take_line(state);
                if let Some(front) = &mut state.front {
                    front.pane.writing.sent.note(chat.account, written);
                }
                typing::end(state, fx);
                drafts::due(state, fx);
            }
            Err(why) => state.notice(why, true, fx),
        };
    }
    let info = action::find(name);
    if let Some(why) = info.filter(|info| info.command).and_then(|info| without(state, info)) {
        return state.notice(why, true, fx);
    }
    match action::parse(line) {
        Ok(_) if info.is_some_and(|info| !info.command) => {
            state.notice_of(done_with_a_key(name), info.map(|info| info.name), true, fx);
        }
        // What was typed stays until nothing stands against the file, and comes back if something does later.
        Ok(Action::File(FileAction::Attach { path, text })) => attach::begin(state, path, text, written, fx),
        Ok(action) => {
            let Some(front) = &mut state.front else { return };
            let (composer, mode) = (front.pane.composer.clone(), front.pane.mode.clone());
            let answers = front.pane.writing.answers;
            let notice = front.notice.take();
            take_line(state);
            // An invite may be for oneself alone.
            if let (false, Some(front)) = (matches!(action, Action::Join(_)), &mut state.front) {
                front.pane.writing.sent.note(chat.account, written);
            }
            typing::end(state, fx);
            drafts::due(state, fx);
            act::act(state, action, None, fx);
            let Some(front) = &mut state.front else { return };
            match &front.notice {
                Some(told) if told.bad && front.pane.chat == Some(chat) => {
                    front.pane.composer = composer;
                    (front.pane.mode, front.pane.writing.answers) = (mode, answers);
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

/// Why there is nothing of what a command is for on the network of the open chat.
fn without(state: &State, info: &ActionInfo) -> Option<&'static str> {
    let chat = state.front.as_ref().and_then(|front| front.pane.chat)?;
    offered::without(&state.core.account(chat.account)?.caps, info)
}

/// What is said of a name that is no command. The key follows it; in the composer it would be typed.
fn done_with_a_key(name: &str) -> String {
    let of_messages = |info: &ActionInfo| {
        info.contexts.contains(&Context::Messages)
            && !info.contexts.iter().any(|context| matches!(context, Context::Composer | Context::Everywhere))
    };
    let place = if action::find(name).is_some_and(of_messages) { ", among the messages" } else { "" };
    format!("\"{name}\" is done with a key{place}")
}

/// The user wants to type a command: in the composer where nothing stands there, else in a line of its own.
pub(super) fn begin_command(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    let free = front.pane.chat.is_some()
        && front.pane.forum.is_none()
        && front.pane.composer.is_empty()
        && front.pane.mode == ComposeMode::New;
    if free {
        // What the cursor was on is what the command is about.
        front.pane.meant = front.pane.cursor.filter(|_| front.region == Region::Messages);
        front.write();
        front.pane.composer.insert("/");
    } else {
        let help = "As in the composer, with or without the slash.";
        let field = FormField::text(FieldKind::Command, "Command", Field::new(), help, "Type a command");
        front.show_form(Form::new(FormPurpose::Command, vec![field]), Form::clear);
    }
    state.touch();
}

/// Runs the command in the form on top; one that is not known, or that cannot be carried out, stays there.
pub(super) fn run(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Form(form)) = state.front.as_ref().and_then(|front| front.overlays.last()) else { return };
    let written = form.text(FieldKind::Command).trim().to_owned();
    let line = written.trim_start_matches('/');
    let name = line.split_whitespace().next().unwrap_or_default();
    let info = action::find(name);
    let lacking = info.filter(|info| info.command).and_then(|info| without(state, info));
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    if !form.go_on() {
        return;
    }
    if let Some(why) = lacking {
        return form.fail(Some(FieldKind::Command), why.to_owned());
    }
    match action::parse(line) {
        Ok(_) if info.is_some_and(|info| !info.command) => {
            form.fail(Some(FieldKind::Command), done_with_a_key(name));
        }
        Ok(action) => {
            let tried = form.clone();
            let Some(front) = &mut state.front else { return };
            front.drop_forms(|purpose| *purpose == FormPurpose::Command);
            let (chat, notice) = (front.pane.chat, front.notice.take());
            act::act(state, action, None, fx);
            let Some(front) = &mut state.front else { return };
            match &front.notice {
                Some(told) if told.bad && front.overlays.is_empty() && front.pane.chat == chat => {
                    front.overlays.push(Overlay::Form(tried));
                }
                Some(_) => {}
                None => front.notice = notice,
            }
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
        front.write();
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
    give_back_all(state, chat, kept::Draft::plain(text), fx);
}

/// The same of a text with what it answers, and whether its links get previews.
pub(super) fn give_back_all(state: &mut State, chat: ChatKey, written: kept::Draft, fx: &mut Effects) {
    let kept::Draft { text, reply, previews, .. } = written;
    let is_gone = state.core.chat(chat).is_none();
    let Some(front) = &mut state.front else { return };
    if is_gone && front.pane.chat != Some(chat) {
        return gone::keep(state, chat.account, "The chat is gone".to_owned(), &text, fx);
    }
    let join = |present: &str| if present.is_empty() { text.clone() } else { format!("{text}\n{present}") };
    if front.pane.chat != Some(chat) {
        let draft = front.drafts.entry(chat).or_default();
        draft.text = join(&draft.text);
        draft.reply = draft.reply.take().or(reply);
        draft.previews = draft.previews.or(previews);
        return drafts::put(front, chat, fx);
    }
    match &mut front.pane.mode {
        ComposeMode::Edit { before, .. } => *before = join(before),
        ComposeMode::New | ComposeMode::Reply(_) => {
            let text = join(&front.pane.composer.text());
            front.pane.composer.swap(&text);
            front.region = Region::Composer;
        }
    }
    if let Some(reply) = reply.filter(|_| front.pane.answered().is_none()) {
        front.pane.answer(reply);
    }
    front.pane.writing.previews = front.pane.writing.previews.or(previews);
    state.touch();
}
