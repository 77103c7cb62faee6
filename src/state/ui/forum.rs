//! The list of threads of an open forum: its cursor, and what can be done to threads.

use super::field::Field;
use super::form::{FieldKind, Form, FormField, FormPurpose};
use super::{open, sidebar::SidebarRow};
use crate::domain::{
    ChannelKind, Chat, ChatId, ChatKey, CleanText, Permissions, Priority, Refusal, Reply, Request, ThreadChange,
};
use crate::state::action::Action;
use crate::state::effect::Effects;
use crate::state::front::{Overlay, Question, Region};
use crate::state::requests::Purpose;
use crate::state::{Account, State, permit, roster};

/// Where the list stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ForumList {
    /// The thread under the cursor. The first one where this is `None` or gone.
    pub cursor: Option<ChatId>,
    /// How far it was scrolled by the wheel so far, in rows; only how this changes means something.
    pub wheeled: i64,
}

impl ForumList {
    /// The index of the thread under the cursor.
    #[must_use]
    pub fn at(&self, account: &Account, forum: ChatId) -> usize {
        self.cursor.and_then(|cursor| account.threads(forum).position(|thread| thread.id == cursor)).unwrap_or(0)
    }
}

/// The open forum.
fn open_forum(state: &State) -> Option<(&Account, ChatKey, ForumList)> {
    let pane = &state.front.as_ref()?.pane;
    let (key, list) = pane.chat.zip(pane.forum)?;
    Some((state.core.account(key.account)?, key, list))
}

/// The cursor moves by threads.
pub(super) fn step(state: &mut State, by: i32) {
    let Some((account, key, list)) = open_forum(state) else { return };
    let last = account.threads(key.chat).count().saturating_sub(1);
    let to = list.at(account, key.chat).saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(last);
    let cursor = account.threads(key.chat).nth(to).map(|thread| thread.id);
    if let Some(list) = state.front.as_mut().and_then(|front| front.pane.forum.as_mut()) {
        list.cursor = cursor;
    }
    state.touch();
}

fn selected(state: &State) -> Option<ChatKey> {
    let (account, key, list) = open_forum(state)?;
    account.threads(key.chat).nth(list.at(account, key.chat)).map(|thread| account.key(thread.id))
}

/// Opens the thread under the cursor.
pub(super) fn open_selected(state: &mut State, fx: &mut Effects) {
    if let Some(thread) = selected(state) {
        open::chat(state, thread, fx);
    }
}

/// Goes to the forum of the open thread, with the cursor on it.
pub(super) fn back(state: &mut State, fx: &mut Effects) {
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    let forum = open.and_then(|open| state.core.chat(open)).filter(|(_, chat)| is_thread(chat));
    let Some((open, forum)) = open.zip(forum.and_then(|(account, chat)| Some(account.key(chat.parent()?)))) else {
        return state.notice("The open chat is no thread of a forum", true, fx);
    };
    if open::chat(state, forum, fx)
        && let Some(list) = state.front.as_mut().and_then(|front| front.pane.forum.as_mut())
    {
        list.cursor = Some(open.chat);
    }
}

fn is_thread(chat: &Chat) -> bool {
    chat.channel_kind() == Some(ChannelKind::Thread)
}

/// What a user means by "this": what the sidebar's cursor is on while it has the keyboard, else what is open.
fn meant(state: &State) -> Option<(&Account, &Chat)> {
    let front = state.front.as_ref()?;
    let row = front.sidebar.selected().filter(|_| front.region == Region::Sidebar);
    let key = row.and_then(SidebarRow::chat).or(front.pane.chat)?;
    state.core.chat(key)
}

/// The thread that is meant: under the cursor of a list, else the open one.
fn thread(state: &State) -> Option<(&Account, &Chat)> {
    let (account, chat) = meant(state)?;
    if is_thread(chat) {
        return Some((account, chat));
    }
    state.core.chat(selected(state).filter(|_| chat.is_forum())?)
}

/// Why nothing can be changed in an account's forums just now.
fn hindrance(account: &Account) -> Option<&'static str> {
    match (account.caps.threads, account.is_signed_in()) {
        (false, _) => Some("Threads cannot be changed here"),
        (true, false) => Some("There is no connection just now"),
        (true, true) => None,
    }
}

fn title_form(purpose: FormPurpose, title: &str) -> Form {
    let help = "What it is about, in one line. The first message is written after.";
    let help = if matches!(purpose, FormPurpose::Thread(_)) { help } else { "What it is about, in one line." };
    Form::new(purpose, vec![FormField::text(FieldKind::Title, "Title", Field::with(title), help, "Type a title")])
}

/// The user wants to begin a thread in the forum that is meant.
pub(super) fn begin(state: &mut State, title: &str, fx: &mut Effects) {
    let forum = meant(state).and_then(|(account, chat)| {
        let forum = if is_thread(chat) { chat.parent()? } else { chat.id };
        account.chats.get(&forum).filter(|forum| forum.is_forum()).map(|forum| (account, forum))
    });
    let Some((account, forum)) = forum else {
        return state.notice("Threads are begun in a forum; open one first", true, fx);
    };
    let why = hindrance(account);
    let why = why.or((!account.may(forum, Permissions::BEGIN_THREADS)).then_some("You may not begin threads here"));
    if let Some(why) = why {
        return state.notice(why, true, fx);
    }
    let key = account.key(forum.id);
    if title.trim().is_empty() {
        return show(state, FormPurpose::Thread(key), "");
    }
    ask_begin(state, key, title.trim().to_owned(), fx);
}

fn show(state: &mut State, purpose: FormPurpose, title: &str) {
    if let Some(front) = &mut state.front {
        front.show_form(title_form(purpose, title), |_| {});
    }
    state.touch();
}

fn ask_begin(state: &mut State, forum: ChatKey, title: String, fx: &mut Effects) {
    let request = Request::BeginThread { forum: forum.chat, title: title.clone() };
    state.ask(forum.account, request, Priority::User, Purpose::BeginThread { forum: forum.chat, title }, fx);
}

/// The user goes on in the form on top.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    state.revision += 1;
    if form.working.is_some() || !form.go_on() {
        return;
    }
    let title = CleanText::line(form.text(FieldKind::Title)).trim().to_owned();
    let (key, working) = match form.purpose {
        FormPurpose::Thread(key) => (key, "beginning it"),
        FormPurpose::ThreadTitle(key) => (key, "renaming it"),
        _ => return,
    };
    form.working = Some(working);
    let begins = matches!(form.purpose, FormPurpose::Thread(_));
    if let Some(why) = state.core.account(key.account).and_then(hindrance) {
        if let Some(form) = state.front.as_mut().and_then(|front| front.form_mut(|purpose| is_of(purpose, key))) {
            form.fail(Some(FieldKind::Title), why.to_owned());
        }
    } else if begins {
        ask_begin(state, key, title, fx);
    } else {
        ask_rename(state, key, title, fx);
    }
}

fn is_of(purpose: &FormPurpose, key: ChatKey) -> bool {
    matches!(purpose, FormPurpose::Thread(of) | FormPurpose::ThreadTitle(of) if *of == key)
}

/// What came of a title: the form goes, or says why not; what was typed is in it. Returns whether the user waited there.
fn settle(state: &mut State, purpose: FormPurpose, title: &str, refusal: Option<&Refusal>) -> bool {
    let Some(front) = &mut state.front else { return false };
    let form = front.form_mut(|known| *known == purpose);
    let waits = form.as_ref().is_some_and(|form| form.working.is_some());
    match (refusal, form) {
        (None, _) => front.drop_forms(|known| *known == purpose),
        (Some(refusal), Some(form)) => form.fail(Some(FieldKind::Title), refusal.text.to_string()),
        (Some(refusal), None) => front.show_form(title_form(purpose, title), |form| {
            form.fields.iter_mut().for_each(|field| field.set(title));
            form.fail(Some(FieldKind::Title), refusal.text.to_string());
        }),
    }
    state.touch();
    waits
}

/// A thread was begun, or not. It opens for its first message, unless the user went elsewhere meanwhile.
pub(in crate::state) fn begun(
    state: &mut State,
    forum: ChatKey,
    title: &str,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let bundle = match outcome {
        Ok(Reply::Chat(bundle)) => bundle,
        Ok(_) => return,
        Err(refusal) => {
            settle(state, FormPurpose::Thread(forum), title, Some(&refusal));
            return;
        }
    };
    let thread = bundle.chats.first().map(|chat| ChatKey::new(forum.account, chat.id));
    if let Some(account) = state.core.account_mut(forum.account) {
        roster::put_bundle(account, bundle);
    }
    let waits = settle(state, FormPurpose::Thread(forum), title, None);
    let open = state.front.as_ref().and_then(|front| front.pane.chat);
    let there = open.and_then(|open| state.core.chat(open)).and_then(|(_, chat)| chat.parent()) == Some(forum.chat);
    if let Some(thread) = thread.filter(|_| waits || there || open == Some(forum)) {
        roster::keep_order(state);
        open::chat(state, thread, fx);
    }
}

/// A thread has another title, or not.
pub(in crate::state) fn renamed(state: &mut State, thread: ChatKey, title: &str, outcome: Result<Reply, Refusal>) {
    settle(state, FormPurpose::ThreadTitle(thread), title, outcome.err().as_ref());
}

fn ask_rename(state: &mut State, thread: ChatKey, title: String, fx: &mut Effects) {
    let request = Request::ChangeThread { thread: thread.chat, change: ThreadChange::Rename(title.clone()) };
    state.ask(thread.account, request, Priority::User, Purpose::RenameThread { thread: thread.chat, title }, fx);
}

/// Whether one may rename, archive and delete a thread: one's own, or any for who keeps order.
fn may_change(account: &Account, thread: &Chat) -> bool {
    thread.thread.as_ref().is_some_and(|info| info.by == Some(account.me))
        || account.may(thread, Permissions::MANAGE_THREADS)
}

/// The user wants another title for a thread.
pub(super) fn rename(state: &mut State, title: &str, fx: &mut Effects) {
    let Some((account, known)) = thread(state) else { return none(state, fx) };
    let (key, now) = (account.key(known.id), known.name.to_string());
    let forbidden = (!may_change(account, known)).then_some("You may rename only your own threads here");
    if let Some(why) = hindrance(account).or(forbidden) {
        return state.notice(why, true, fx);
    }
    match title.trim() {
        "" => show(state, FormPurpose::ThreadTitle(key), &now),
        title => ask_rename(state, key, title.to_owned(), fx),
    }
}

fn none(state: &mut State, fx: &mut Effects) {
    state.notice("There is no thread here", true, fx);
}

/// Locks, archives, joins or deletes the thread that is meant, or takes that back.
pub(super) fn change(state: &mut State, action: &Action, fx: &mut Effects) {
    let Some((account, known)) = thread(state) else { return none(state, fx) };
    let Some(info) = known.thread.as_deref() else { return none(state, fx) };
    let key = account.key(known.id);
    let own = may_change(account, known);
    let keeps_order = account.may(known, Permissions::MANAGE_THREADS);
    let (change, allowed, why, what) = match action {
        Action::LockThread => {
            (ThreadChange::Lock(!info.locked), keeps_order, "You may not lock threads here", "Not locked")
        }
        Action::ArchiveThread => {
            let why = "You may archive only your own threads here";
            (ThreadChange::Archive(!info.archived), own, why, "Not archived")
        }
        Action::JoinThread if info.joined && info.by == Some(account.me) => {
            (ThreadChange::Join(false), false, "You began this thread, so you stay in it", "")
        }
        Action::JoinThread => (ThreadChange::Join(!info.joined), true, "", "Not changed"),
        _ => (ThreadChange::Delete, own, "You may delete only your own threads here", "Not deleted"),
    };
    if let Some(why) = hindrance(account).or((!allowed).then_some(why)) {
        return state.notice(why, true, fx);
    }
    if change == ThreadChange::Delete {
        let text = format!("Delete the thread \"{}\" with all its messages?", known.name);
        let question = Question { text, yes: "Delete", on_yes: false, action: Box::new(Action::DeleteThreadNow(key)) };
        if let Some(front) = &mut state.front {
            front.overlays.push(Overlay::Question(question));
        }
        return state.touch();
    }
    let request = Request::ChangeThread { thread: key.chat, change };
    state.ask(key.account, request, Priority::User, Purpose::Change(what), fx);
}

/// Deletes a thread without asking.
pub(super) fn delete_now(state: &mut State, thread: ChatKey, fx: &mut Effects) {
    if let Some(why) = state.core.account(thread.account).and_then(hindrance) {
        return state.notice(format!("Not deleted: {why}"), true, fx);
    }
    let request = Request::ChangeThread { thread: thread.chat, change: ThreadChange::Delete };
    state.ask(thread.account, request, Priority::User, Purpose::Change("Not deleted"), fx);
}

/// Whether a thread's first message may be written by who looks at it: what an empty forum offers.
#[must_use]
pub fn may_begin(state: &State, forum: ChatKey) -> bool {
    state.core.account(forum.account).is_some_and(|account| account.caps.threads)
        && permit::may(state, forum, Permissions::BEGIN_THREADS)
}
