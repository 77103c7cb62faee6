//! The list of threads of an open forum: its cursor, and what can be done to threads.

use super::field::Field;
use super::form::{FieldKind, Form, FormField, FormPurpose};
use super::waiting::{self, Awaits};
use super::{open, sidebar::SidebarRow};
use crate::domain::{
    ChannelKind, Chat, ChatId, ChatKey, CleanText, Permissions, Priority, Refusal, Reply, Request, ThreadChange,
};
use crate::state::action::Action;
use crate::state::effect::Effects;
use crate::state::front::{Overlay, Question, Region};
use crate::state::requests::Purpose;
use crate::state::{Account, State, answers, permit, roster};

/// Most characters of a title: more fit no list and no heading. Networks set no limit of their own, or a later one.
const TITLE: usize = 100;

/// Where the list stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ForumList {
    /// The thread under the cursor: the one that stood first when the list came, and that one wherever it goes. `None`: there is none.
    pub cursor: Option<ChatId>,
    /// How far it was scrolled by the wheel so far, in rows; only how this changes means something.
    pub wheeled: i64,
}

impl ForumList {
    /// The index of the thread under the cursor.
    #[must_use]
    pub fn at(&self, account: &Account, forum: ChatId) -> usize {
        self.cursor.and_then(|cursor| account.thread_ids(forum).iter().position(|id| *id == cursor)).unwrap_or(0)
    }

    /// The list is another: where the thread under the cursor is gone, its neighbour has the cursor, else the first of a list that just came.
    pub(in crate::state) fn follow(&mut self, before: &[ChatId], now: &[ChatId]) {
        let here = |id: &ChatId| now.contains(id);
        if self.cursor.as_ref().is_some_and(here) || now.is_empty() {
            return;
        }
        let at = self.cursor.and_then(|cursor| before.iter().position(|id| *id == cursor));
        let near = at.and_then(|at| {
            let (above, below) = before.split_at(at);
            below.iter().chain(above.iter().rev()).copied().find(here)
        });
        self.cursor = near.or_else(|| now.first().copied());
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
    let threads = account.thread_ids(key.chat);
    let last = threads.len().saturating_sub(1);
    let to = list.at(account, key.chat).saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(last);
    let cursor = threads.get(to).copied();
    if let Some(list) = state.front.as_mut().and_then(|front| front.pane.forum.as_mut()) {
        list.cursor = cursor;
    }
    state.touch();
}

fn selected(state: &State) -> Option<ChatKey> {
    let (account, key, list) = open_forum(state)?;
    account.thread_ids(key.chat).get(list.at(account, key.chat)).map(|thread| account.key(*thread))
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
    let help = "What it is about, in at most 100 characters. The first message is written after.";
    let begins = matches!(purpose, FormPurpose::Thread(_));
    let help = if begins { help } else { "What it is about, in at most 100 characters." };
    Form::new(purpose, vec![FormField::text(FieldKind::Title, "Title", Field::with(title), help, "Type a title")])
}

/// By how much a title is too long, in words.
fn too_long(title: &str) -> Option<String> {
    match title.chars().count().saturating_sub(TITLE) {
        0 => None,
        over => Some(format!("A title has at most {TITLE} characters; this is {over} more")),
    }
}

/// The form with a title in it that cannot be had.
fn refused_form(purpose: FormPurpose, title: &str, why: String) -> Form {
    let mut form = title_form(purpose, title);
    form.fail(Some(FieldKind::Title), why);
    form
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
    if let Some(why) = too_long(title.trim()) {
        return show_refused(state, FormPurpose::Thread(key), title.trim(), why);
    }
    ask_begin(state, key, title.trim().to_owned(), fx);
}

fn show(state: &mut State, purpose: FormPurpose, title: &str) {
    if let Some(front) = &mut state.front {
        front.show_form(title_form(purpose, title), |_| {});
    }
    state.touch();
}

fn show_refused(state: &mut State, purpose: FormPurpose, title: &str, why: String) {
    if let Some(front) = &mut state.front {
        front.drop_forms(|known| *known == purpose);
        front.show_form(refused_form(purpose, title, why), |_| {});
    }
    state.touch();
}

/// What is typed from now on is for the new thread.
fn ask_begin(state: &mut State, forum: ChatKey, title: String, fx: &mut Effects) {
    waiting::begin(state, Awaits::Thread(forum, title.clone()), &format!("the thread \"{title}\""));
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
    if let Some(why) = too_long(&title) {
        return form.fail(Some(FieldKind::Title), why);
    }
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

/// A title was taken: its form goes. Returns whether the user waited there.
fn settled(state: &mut State, purpose: &FormPurpose) -> bool {
    let Some(front) = &mut state.front else { return false };
    let waits = front.form_mut(|known| known == purpose).is_some_and(|form| form.working.is_some());
    front.drop_forms(|known| known == purpose);
    state.touch();
    waits
}

/// A title was refused: the form that is open with it says why. Returns whether there is one.
fn said_in_form(state: &mut State, purpose: &FormPurpose, title: &str, refusal: &Refusal) -> bool {
    let Some(form) = state.front.as_mut().and_then(|front| front.form_mut(|known| known == purpose)) else {
        return false;
    };
    let same = CleanText::line(form.text(FieldKind::Title)).trim() == title;
    if same {
        form.fail(Some(FieldKind::Title), refusal.text.to_string());
        state.touch();
    }
    same
}

/// A title was refused that no open form holds: it is kept for the next one. No form opens over what the user does meanwhile.
fn keep_title(state: &mut State, purpose: FormPurpose, title: &str, refusal: &Refusal) {
    if let Some(front) = &mut state.front
        && front.form_mut(|known| *known == purpose).is_none()
    {
        front.keep_form(refused_form(purpose, title, refusal.text.to_string()));
    }
}

/// Whether a forum or a thread of it is open.
fn stands_in(state: &State, forum: ChatKey) -> bool {
    let open = state.front.as_ref().and_then(|front| front.pane.chat).filter(|open| open.account == forum.account);
    let parent = open.and_then(|open| state.core.chat(open)).and_then(|(_, chat)| chat.parent());
    open.is_some_and(|open| open == forum) || parent == Some(forum.chat)
}

/// A thread was begun, or not. Whoever waits for it is there now, with what was typed meanwhile.
pub(in crate::state) fn begun(
    state: &mut State,
    forum: ChatKey,
    title: &str,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let told = match outcome {
        Ok(Reply::Chat(bundle)) => bundle.chats.first().map(|chat| chat.id).map(|chat| (chat, bundle)),
        Ok(_) => None,
        Err(refusal) => return not_begun(state, forum, title, &refusal, fx),
    };
    let Some((thread, bundle)) = told else { return not_begun(state, forum, title, &answers::unfitting(), fx) };
    if let Some(account) = state.core.account_mut(forum.account) {
        roster::put_bundle(account, bundle);
    }
    roster::keep_order(state);
    let thread = ChatKey::new(forum.account, thread);
    let waits = settled(state, &FormPurpose::Thread(forum));
    if waiting::is_for(state, &Awaits::Thread(forum, title.to_owned())) {
        waiting::arrived(state, thread, fx);
    } else if waits {
        open::chat(state, thread, fx);
    }
}

fn not_begun(state: &mut State, forum: ChatKey, title: &str, refusal: &Refusal, fx: &mut Effects) {
    let purpose = FormPurpose::Thread(forum);
    let awaits = Awaits::Thread(forum, title.to_owned());
    let awaited = waiting::is_for(state, &awaits);
    let below = said_in_form(state, &purpose, title, refusal);
    let stands = stands_in(state, forum);
    let sentence = format!("\"{title}\" is not begun: {}", refusal.text);
    if awaited {
        if below && waiting::unused(state, &awaits) {
            return;
        }
        // Whoever types is told first, and finds the form below.
        match &mut state.front {
            Some(front) if !below && stands => front.put_below(refused_form(purpose, title, refusal.text.to_string())),
            _ if !below => keep_title(state, purpose, title, refusal),
            _ => {}
        }
        waiting::failed(state, &sentence, |of| *of == awaits);
    } else if !below {
        keep_title(state, purpose, title, refusal);
        state.notice_about(forum.account, sentence, None, true, fx);
    }
}

/// A thread has another title, or not.
pub(in crate::state) fn renamed(
    state: &mut State,
    thread: ChatKey,
    title: &str,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let purpose = FormPurpose::ThreadTitle(thread);
    match outcome {
        Ok(_) => _ = settled(state, &purpose),
        Err(refusal) if said_in_form(state, &purpose, title, &refusal) => {}
        Err(refusal) => {
            keep_title(state, purpose, title, &refusal);
            let sentence = format!("Not renamed to \"{title}\": {}", refusal.text);
            state.notice_about(thread.account, sentence, None, true, fx);
        }
    }
}

fn ask_rename(state: &mut State, thread: ChatKey, title: String, fx: &mut Effects) {
    let request = Request::ChangeThread { thread: thread.chat, change: ThreadChange::Rename(title.clone()) };
    state.ask(thread.account, request, Priority::User, Purpose::RenameThread { thread: thread.chat, title }, fx);
}

/// The user wants another title for a thread.
pub(super) fn rename(state: &mut State, title: &str, fx: &mut Effects) {
    let Some((account, known)) = thread(state) else { return none(state, fx) };
    let (key, now) = (account.key(known.id), known.name.to_string());
    let forbidden = (!account.may(known, Permissions::CHANGE_THREAD)).then_some("You may not rename this thread");
    if let Some(why) = hindrance(account).or(forbidden) {
        return state.notice(why, true, fx);
    }
    match title.trim() {
        "" => show(state, FormPurpose::ThreadTitle(key), &now),
        title => match too_long(title) {
            Some(why) => show_refused(state, FormPurpose::ThreadTitle(key), title, why),
            None => ask_rename(state, key, title.to_owned(), fx),
        },
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
    let may = account.may(known, Permissions::CHANGE_THREAD);
    let (change, allowed, why, what) = match action {
        Action::LockThread => {
            let may = account.may(known, Permissions::LOCK_THREAD);
            (ThreadChange::Lock(!info.locked), may, "You may not lock this thread", "Not locked")
        }
        Action::ArchiveThread => {
            (ThreadChange::Archive(!info.archived), may, "You may not archive this thread", "Not archived")
        }
        Action::JoinThread => {
            let may = !info.joined || !account.lacks(known, Permissions::LEAVE_THREAD);
            (ThreadChange::Join(!info.joined), may, "You stay in this thread, as it is yours", "Not changed")
        }
        _ => (ThreadChange::Delete, may, "You may not delete this thread", "Not deleted"),
    };
    if let Some(why) = hindrance(account).or((!allowed).then_some(why)) {
        return state.notice(why, true, fx);
    }
    if change == ThreadChange::Delete {
        let text = format!("Delete the thread \"{}\" with all its messages?", known.name);
        let question = Question::yes_no(text, "Delete", Action::DeleteThreadNow(key));
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
