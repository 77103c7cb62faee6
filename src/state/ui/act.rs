//! What the user intends, one line each; what it means is next door.

use super::sidebar::{self, SidebarRow};
use super::{
    changing, chooser, complete, compose, file, find, forum, going, lists, members, message, mouse, open, paste,
    person, quit, themes, trail, waiting, welcome, writing,
};
use crate::domain::{ChatKey, CleanText, Page, Priority, Refusal, RefusalKind, Request};
use crate::state::action::{Action, Context, FileAction};
use crate::state::effect::{Effect, Effects, Outcome};
use crate::state::event::Ticket;
use crate::state::front::{Overlay, Question, Region, ScrollIntent, Tier};
use crate::state::outbox::{self, Draft};
use crate::state::requests::Purpose;
use crate::state::{State, accounts, history, join, levels, link, login, permit, polls, slow, status, unread};

/// The most rows or pages that one scroll goes.
const FARTHEST: i32 = 100_000;

/// A shell command wants something; what became of it is told under its ticket.
pub(in crate::state) fn submit(state: &mut State, ticket: Ticket, action: Action, fx: &mut Effects) {
    match action {
        Action::SendTo { .. } | Action::Fetch { .. } | Action::Open(_) => act(state, action, Some(ticket), fx),
        Action::File(action @ (FileAction::SaveNow(_) | FileAction::Stop(_) | FileAction::GoOn(_))) => {
            file::submitted(state, ticket, action, fx);
        }
        _ if state.front.is_some() => {
            act(state, action, None, fx);
            fx.push(Effect::Outcome(ticket, Outcome::Done));
        }
        _ => {
            let refusal = Refusal::ours(RefusalKind::Unsupported, "this needs a screen");
            fx.push(Effect::Outcome(ticket, Outcome::Refused(refusal)));
        }
    }
}

/// The user wants something. `ticket`: who is to be told.
pub(in crate::state) fn act(state: &mut State, action: Action, ticket: Option<Ticket>, fx: &mut Effects) {
    match action {
        Action::SendTo { chat, text, verbatim, reply_to, attachments } => {
            send_to(state, chat, Draft { text, verbatim, reply_to, attachments, ticket, ..Draft::default() }, fx);
            return;
        }
        Action::Fetch { chat, page, limit } => return fetch(state, chat, page, limit, ticket, fx),
        Action::Open(name) => return open::named(state, &name, ticket, fx),
        Action::Quit => return quit::wanted(state, fx),
        Action::QuitNow => return quit::leave(state, Effect::Quit, fx),
        _ => {}
    }
    // Whoever goes on has read it, or does not want to.
    if matches!(
        action,
        Action::OpenChat(_)
            | Action::NextUnread
            | Action::PreviousChat
            | Action::NextChat
            | Action::Cancel
            | Action::Send
    ) {
        state.drop_notice();
    }
    let Some(front) = &state.front else { return };
    let on_top = !front.overlays.is_empty();
    let region = front.region;
    let welcome = welcome::is_here(front);
    let forum = !on_top && front.contexts()[0] == Context::Forum;
    let completing = front.contexts()[0] == Context::Completion;
    let finding = front.contexts()[0] == Context::Find;
    match action {
        Action::Accept if completing => {
            if !complete::enter(state, fx) {
                compose::send(state, false, fx);
            }
        }
        Action::Move(by) if completing => complete::step(state, by),
        Action::Cancel if completing => complete::dismiss(state),
        Action::Accept | Action::Send if finding => find::stay(state, fx),
        Action::Cancel if finding => find::leave(state, fx),
        Action::Insert(text) | Action::Paste(text) if finding => find::typed(state, &text, fx),
        Action::Text(edit) if finding => find::edit(state, edit, fx),
        Action::Redraw => {
            state.touch();
            fx.push(Effect::Redraw);
        }
        Action::Suspend => fx.push(Effect::Suspend),
        Action::Point(hit) => mouse::point(state, hit, fx),
        Action::Wheel(hit, by) => mouse::wheel(state, hit, by),
        Action::SidebarWidth { columns, keep } => mouse::widen(state, columns, keep, fx),
        Action::Theme(name) => themes::wanted(state, &name, fx),
        Action::Reload => fx.push(Effect::Reload),
        Action::Help => lists::help(state),
        Action::Jump => lists::jump(state),
        Action::NextUnread => open::next_unread(state, fx),
        Action::PreviousChat => open::step(state, -1, fx),
        Action::NextChat => open::step(state, 1, fx),
        Action::OpenChat(chat) => _ = open::chat(state, chat, fx),
        Action::FocusNext | Action::FocusPrevious if on_top => {
            lists::step(state, if action == Action::FocusNext { 1 } else { -1 })
        }
        Action::FocusNext => turn(state, true),
        Action::FocusPrevious => turn(state, false),
        Action::FocusComposer if region == Region::Messages && (message::let_go(state) || find::let_go(state)) => {}
        Action::FocusComposer => write(state),
        // One Esc leaves answering or changing, the next one the composer.
        Action::FocusMessages if region == Region::Composer && compose::leave_insert(state) => {}
        Action::FocusMessages if region == Region::Composer && changing::leave_mode(state, fx) => {}
        Action::FocusMessages => message::focus(state),
        Action::FocusSidebar => focus(state, Region::Sidebar),
        Action::FocusMembers => members::focus(state, fx),
        Action::ToggleMembers => members::toggle(state, fx),
        Action::Cancel if on_top => lists::cancel(state, fx),
        Action::Cancel => cancel(state, fx),
        Action::Clear => compose::clear(state, fx),
        Action::ScrollPages(by) if on_top => lists::step(state, by.clamp(-100, 100) * 10),
        Action::ScrollRows(by) | Action::Move(by) if on_top => lists::step(state, by),
        Action::ScrollPages(by) if forum => forum::step(state, by.clamp(-100, 100) * 5),
        Action::ScrollRows(by) | Action::Move(by) if forum => forum::step(state, by),
        Action::ScrollStart if forum => forum::step(state, -FARTHEST),
        Action::ScrollEnd if forum => forum::step(state, FARTHEST),
        Action::ScrollPages(by) => scroll(state, ScrollIntent::Pages(by.clamp(-FARTHEST, FARTHEST))),
        Action::ScrollRows(by) => scroll(state, ScrollIntent::Rows(by.clamp(-FARTHEST, FARTHEST))),
        Action::MoveFirst | Action::ScrollStart if on_top => lists::step(state, -FARTHEST),
        Action::MoveLast | Action::ScrollEnd if on_top => lists::step(state, FARTHEST),
        Action::ScrollStart => {
            trail::leave(state);
            scroll(state, ScrollIntent::Start);
        }
        Action::ScrollEnd => {
            trail::leave(state);
            scroll_end(state, fx);
        }
        Action::Move(by) if welcome => welcome::step(state, by),
        Action::Poll(question, answers) => polls::begin(state, question, answers, fx),
        Action::EndPollNow(chat, message) => polls::end_now(state, chat, message, fx),
        Action::BeginThread(title) => forum::begin(state, &title, fx),
        Action::RenameThread(title) => forum::rename(state, &title, fx),
        Action::LockThread | Action::ArchiveThread | Action::JoinThread | Action::DeleteThread => {
            forum::change(state, &action, fx);
        }
        Action::DeleteThreadNow(thread) => forum::delete_now(state, thread, fx),
        Action::OpenForum => forum::back(state, fx),
        Action::Accept | Action::Send if forum => forum::open_selected(state, fx),
        Action::Accept | Action::Send if welcome => welcome::accept(state, fx),
        Action::Move(by) => step(state, by),
        Action::MoveFirst if forum => forum::step(state, -FARTHEST),
        Action::MoveLast if forum => forum::step(state, FARTHEST),
        Action::MoveFirst | Action::MoveLast => {
            if region == Region::Messages {
                trail::leave(state);
            }
            step(state, if action == Action::MoveFirst { -FARTHEST } else { FARTHEST });
        }
        Action::Accept if on_top => lists::accept(state, fx),
        Action::Accept => accept(state, fx),
        Action::StepCommunity(by) => sidebar::community(state, by),
        Action::Command if on_top => {}
        Action::Command => compose::begin_command(state),
        Action::Fold => {
            sidebar::fold(state, fx);
        }
        Action::Message(action) => message::wanted(state, action, fx),
        Action::Going(to) => going::wanted(state, to, fx),
        Action::Compose(action) => writing::wanted(state, action, fx),
        Action::File(action) => file::wanted(state, action, fx),
        Action::OpenNow(address) => fx.push(Effect::Open(address)),
        Action::MarkRead => mark_read(state, fx),
        Action::ToggleSidebar => toggle_sidebar(state),
        Action::Reconnect => link::reconnect(state, fx),
        Action::Account(action) => accounts::wanted(state, action, fx),
        Action::SignIn => login::wanted(state),
        Action::SignUp => login::sign_up_wanted(state),
        Action::Demo if state.has_demo => demo_wanted(state, fx),
        Action::DemoNow => leave_for_demo(state, fx),
        Action::Demo => state.notice("This is without the demo; nib demo may show it", true, fx),
        Action::Join(invite) => join::wanted(state, &invite, fx),
        Action::Write(name) => join::write_wanted(state, &name, fx),
        Action::Who(name) => person::wanted(state, &name, fx),
        Action::Status(presence) => status::wanted(state, presence, None, fx),
        Action::StatusText(presence, text) => status::wanted(state, presence, Some(text), fx),
        Action::Notify { level, whole } => levels::wanted(state, level, whole, fx),
        Action::Nick(name) => status::nick(state, name, fx),
        Action::Leave => join::leave(state, fx),
        Action::LeaveCommunity(account, community) => join::leave_community(state, account, community, fx),
        Action::LeaveGroup(chat) => join::leave_group(state, chat, fx),
        Action::Send if on_top => lists::accept(state, fx),
        Action::Send => compose::send(state, false, fx),
        Action::NewLine if !on_top => compose::insert(state, "\n", fx),
        Action::NewLine => lists::new_line(state),
        Action::Insert(text) | Action::Paste(text) if on_top => lists::insert(state, &text),
        Action::Insert(text) | Action::Paste(text) if welcome && welcome::is_coming(state) => {
            waiting::type_ahead(state, &text);
        }
        Action::Insert(text) => compose::typed(state, &text, fx),
        Action::Paste(text) if file::pasted(state, &text, fx) => {}
        Action::Paste(text) => paste::pasted(state, &text, fx),
        Action::Text(edit) if on_top => lists::edit(state, edit),
        Action::Text(edit) => compose::edit(state, edit, fx),
        // Dealt with above: they need no screen.
        Action::SendTo { .. } | Action::Fetch { .. } | Action::Open(_) | Action::Quit | Action::QuitNow => {}
    }
}

/// Whoever has accounts is asked before they are gone from the screen.
fn demo_wanted(state: &mut State, fx: &mut Effects) {
    if state.core.listed().next().is_none() {
        return leave_for_demo(state, fx);
    }
    let text =
        "Leave for the demo? Your accounts are not in it; they are there again when nib is started anew.".to_owned();
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question::yes_no(text, "Leave", Action::DemoNow)));
    }
    state.touch();
}

/// What was typed is kept, as at any end; the demo takes the place of the chat.
fn leave_for_demo(state: &mut State, fx: &mut Effects) {
    quit::leave(state, Effect::Demo, fx);
}

fn send_to(state: &mut State, chat: ChatKey, draft: Draft, fx: &mut Effects) {
    let ticket = draft.ticket;
    let hindrance = if draft.attachments.is_empty() {
        permit::refusal_to_write(state, chat)
    } else {
        permit::refusal_to_attach(state, chat)
    };
    let forbidden = hindrance.map(|reason| Refusal::ours(RefusalKind::Forbidden, reason));
    let early = slow::too_early(state, chat).map(|reason| Refusal {
        kind: RefusalKind::RateLimited,
        text: CleanText::new(&reason),
        ..Refusal::default()
    });
    let refused = match forbidden.or(early) {
        Some(refusal) => Err(refusal),
        None if draft.text.trim().is_empty() && draft.attachments.is_empty() => {
            Err(Refusal::ours(RefusalKind::Invalid, "there is nothing to send"))
        }
        None => outbox::write(state, chat, draft, fx).map_err(|refusal| *refusal),
    };
    if let Err(refusal) = refused {
        match ticket {
            Some(ticket) => fx.push(Effect::Outcome(ticket, Outcome::Refused(refusal))),
            None => state.notice(format!("Not sent: {}", refusal.text), true, fx),
        }
    }
}

fn fetch(state: &mut State, chat: ChatKey, page: Page, limit: u16, ticket: Option<Ticket>, fx: &mut Effects) {
    let Some(ticket) = ticket else { return history::fetch(state, chat, page, Priority::User, fx) };
    let request = Request::PeekHistory { chat: chat.chat, page, limit };
    if state.ask(chat.account, request, Priority::User, Purpose::Fetch(chat.chat, ticket), fx).is_none() {
        let text = CleanText::ours("there is no such account");
        let refusal = Refusal { kind: RefusalKind::NotFound, text, ..Refusal::default() };
        fx.push(Effect::Outcome(ticket, Outcome::Refused(refusal)));
    }
}

pub(super) fn focus(state: &mut State, region: Region) {
    let Some(front) = &mut state.front else { return };
    front.region = region;
    if region == Region::Sidebar {
        front.sidebar.follow = true;
        front.sidebar.dirty = true;
    }
    state.touch();
}

/// To the composer, to write.
fn write(state: &mut State) {
    focus(state, Region::Composer);
    if let Some(front) = &mut state.front {
        front.write();
    }
}

/// To the next pane, or the one before; a hidden sidebar is left out.
fn turn(state: &mut State, forward: bool) {
    let Some(front) = &state.front else { return };
    let has_sidebar = front.tier() != Tier::Tiny && !(front.sidebar_hidden && front.tier() >= Tier::Medium);
    let has_members = front.shows_members() && crate::state::members::listed(state).is_some();
    let next = match (front.region, forward) {
        (Region::Messages, true) | (Region::Sidebar, false) if has_members => Region::Members,
        (Region::Composer, true) | (Region::Sidebar | Region::Members, false) => Region::Messages,
        (Region::Messages | Region::Members, true) | (Region::Composer, false) if has_sidebar => Region::Sidebar,
        (Region::Composer, false) if has_members => Region::Members,
        (Region::Messages | Region::Members | Region::Sidebar, true) => Region::Composer,
        (Region::Composer, false) => Region::Messages,
        (Region::Messages, false) => Region::Composer,
    };
    let forum = front.pane.forum.is_some();
    match next {
        Region::Composer if forum => focus(state, Region::Messages),
        Region::Messages => message::focus(state),
        other => focus(state, other),
    }
}

/// Esc while nothing lies on top.
fn cancel(state: &mut State, fx: &mut Effects) {
    if let Some(front) = &mut state.front {
        chooser::forget(front);
    }
    if message::let_go(state) || find::let_go(state) {
        return;
    }
    if changing::leave_mode(state, fx) {
        return;
    }
    let Some(front) = &mut state.front else { return };
    if front.region != Region::Composer {
        front.region = Region::Composer;
        front.pane.cursor = None;
        state.touch();
    }
}

fn scroll(state: &mut State, intent: ScrollIntent) {
    let Some(front) = &mut state.front else { return };
    if front.pane.chat.is_some() {
        front.pane.scroll(intent);
        state.touch();
    }
}

pub(super) fn scroll_end(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    if front.pane.chat.is_none() {
        return;
    }
    open::to_bottom(&mut front.pane);
    front.pane.intent = Some(ScrollIntent::End);
    state.touch();
    history::refresh_open(state, fx);
}

fn step(state: &mut State, by: i32) {
    let Some(front) = &mut state.front else { return };
    match front.region {
        Region::Sidebar => {
            front.sidebar.step(by);
            state.touch();
        }
        Region::Messages => message::step(state, by),
        Region::Members => members::step(state, by),
        Region::Composer => {}
    }
}

pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    match front.region {
        Region::Sidebar => match front.sidebar.selected().copied() {
            Some(SidebarRow::Chat { chat, .. }) => _ = open::chat(state, chat, fx),
            Some(SidebarRow::Account { .. } | SidebarRow::Community { .. } | SidebarRow::Category { .. }) => {
                _ = sidebar::fold(state, fx)
            }
            _ => {}
        },
        Region::Messages => write(state),
        Region::Members => person::wanted(state, "", fx),
        Region::Composer => compose::send(state, false, fx),
    }
}

fn mark_read(state: &mut State, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    let newest = history::timeline_of(&state.core.accounts, chat)
        .and_then(|timeline| timeline.last())
        .map(|entry| entry.message.key);
    let newest = newest.max(state.core.chat(chat).and_then(|(_, chat)| chat.last_message));
    if let Some(newest) = newest {
        unread::mark(state, chat, newest, true, fx);
    }
    if let Some(front) = &mut state.front {
        front.pane.divider = None;
    }
    state.touch();
}

fn toggle_sidebar(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    if front.tier() < Tier::Medium {
        front.region = if front.region == Region::Sidebar { Region::Composer } else { Region::Sidebar };
    } else {
        front.sidebar_hidden = !front.sidebar_hidden;
        if front.sidebar_hidden && front.region == Region::Sidebar {
            front.region = Region::Composer;
        }
    }
    state.touch();
}
