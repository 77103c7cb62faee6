//! Coming to people and leaving them: invites, writing to somebody by name, communities and groups that are left.

use super::front::{Overlay, Question, Region};
use super::requests::Purpose;
use super::ui::field::Field;
use super::ui::form::{FieldKind, Form, FormField, FormPurpose, Told};
use super::ui::open;
use super::ui::sidebar::SidebarRow;
use super::ui::waiting::{self, Awaits};
use super::{Action, Core, Effect, Effects, State, names, roster};
use crate::domain::{
    AccountId, ChannelKind, Chat, ChatId, ChatKey, ChatKind, CleanText, CommunityId, Invite, InviteTarget, LinkPhase,
    Priority, Refusal, Reply, Request, RequestId, Secret,
};

/// The account that something new is done with: that of the open chat, else the first that is connected. Or why there is none.
pub(super) fn account(state: &State) -> Result<AccountId, &'static str> {
    let open = state.front.as_ref().and_then(|front| front.pane.chat).map(|chat| chat.account);
    let accounts = &state.core.accounts;
    let signed_in = |id: &AccountId| state.core.account(*id).is_some_and(super::Account::is_signed_in);
    let first = accounts.iter().find(|account| account.is_signed_in()).map(|account| account.id);
    let out = |link: &LinkPhase| matches!(link, LinkPhase::SignedOut { .. } | LinkPhase::Idle);
    open.filter(signed_in).or(first).ok_or(if accounts.iter().all(|account| out(&account.link)) {
        "Sign in first"
    } else {
        "There is no connection just now"
    })
}

/// The account that somebody is written to with: `of` if it was named, else that of the open chat if direct chats can be begun there, else the only one
/// that knows such a person, else the only one that can.
///
/// # Errors
/// It could be several.
pub(super) fn writer(
    state: &State,
    of: Option<AccountId>,
    name: &str,
) -> Result<Option<AccountId>, names::ResolveError> {
    if of.is_some() {
        return Ok(of);
    }
    let open = state.front.as_ref().and_then(|front| front.pane.chat).map(|chat| chat.account);
    let able = || state.core.accounts.iter().filter(|account| account.is_signed_in() && account.caps.directs);
    let knowing = able().any(|account| names::knows(account, name));
    let fits = |account: &&super::Account| !knowing || Some(account.id) == open || names::knows(account, name);
    if let Some(found) = names::one_of(open, able().filter(fits), name)? {
        return Ok(Some(found));
    }
    // Where none can, the network says why.
    let signed_in = || state.core.accounts.iter().filter(|account| account.is_signed_in());
    Ok(signed_in().find(|account| Some(account.id) == open).or_else(|| signed_in().next()).map(|account| account.id))
}

/// The user has an invite, or is asked for it.
pub(super) fn wanted(state: &mut State, invite: &str, fx: &mut Effects) {
    let account = match account(state) {
        Ok(account) => account,
        Err(sentence) => return state.notice(sentence, true, fx),
    };
    let field = FormField::text(
        FieldKind::Invite,
        "Invite",
        Field::new(),
        "A link or a code that somebody gave you.",
        "Paste the link or type the code",
    );
    let form = Form::new(FormPurpose::Join { account, found: None }, vec![field]);
    let Some(front) = &mut state.front else { return };
    front.show_form(form, |form| {
        if !invite.is_empty() {
            form.fields.iter_mut().for_each(|field| field.set(invite));
            edited(form);
        }
    });
    state.touch();
    if !invite.is_empty() {
        accept(state, fx);
    }
}

/// The user wants to write to somebody, or is asked to whom.
pub(super) fn write_wanted(state: &mut State, name: &str, fx: &mut Effects) {
    if let Err(sentence) = account(state) {
        return state.notice(sentence, true, fx);
    }
    if !name.is_empty() {
        return open::named(state, &at(&state.core, name), None, fx);
    }
    let field = FormField::text(
        FieldKind::Username,
        "User name",
        Field::new(),
        "What stands after the @ in their profile.",
        "Type a user name",
    );
    if let Some(front) = &mut state.front {
        front.show_form(Form::new(FormPurpose::Write, vec![field]), |_| {});
    }
    state.touch();
}

/// A user name as chats are written: behind its account's label, if it has one.
fn at(core: &Core, written: &str) -> String {
    let (of, name) = bare(core, written);
    let label = of.and_then(|of| core.account(of)).map(|account| format!("{}:", account.label)).unwrap_or_default();
    format!("{label}@{name}")
}

/// The account that a user name is written with, if it is, and the name alone.
fn bare<'a>(core: &Core, written: &'a str) -> (Option<AccountId>, &'a str) {
    let (of, name) = names::split_account(core, written.trim().trim_start_matches('@'));
    (of, name.trim_start_matches('@'))
}

/// The user goes on in the form on top.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    state.revision += 1;
    if form.working.is_some() || !form.go_on() {
        return;
    }
    match &form.purpose {
        FormPurpose::Join { account, found } => {
            let (account, code) = (*account, Secret::new(form.text(FieldKind::Invite).trim().to_owned()));
            let (working, request, purpose) = match found {
                Some(invite) => ("joining", Request::UseInvite(code), Purpose::Join(invite.target)),
                None => ("looking it up", Request::LookupInvite(code.clone()), Purpose::Invite(code)),
            };
            if let Some(invite) = found {
                form.told = Some(Told { text: described(invite), bad: false });
            }
            form.working = Some(working);
            state.ask(account, request, Priority::User, purpose, fx);
        }
        FormPurpose::Write => {
            let name = at(&state.core, form.text(FieldKind::Username));
            form.working = Some("looking for them");
            open::named(state, &name, None, fx);
        }
        FormPurpose::SignIn(_)
        | FormPurpose::SignUp(_)
        | FormPurpose::Rename(_)
        | FormPurpose::Command
        | FormPurpose::Day
        | FormPurpose::Thread(_)
        | FormPurpose::ThreadTitle(_)
        | FormPurpose::File { .. } => {}
    }
}

/// What was typed has changed: what was found out about it holds no more.
pub(super) fn edited(form: &mut Form) {
    if let FormPurpose::Join { found, .. } = &mut form.purpose
        && found.take().is_some()
    {
        form.told = None;
    }
}

/// What the form on top waits for is given up; what was typed stays. Returns whether it waited. A look-up need not be answered any more; what
/// changes something is let through.
pub(super) fn give_up(state: &mut State, fx: &mut Effects) -> bool {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else {
        return false;
    };
    if form.working.take().is_none() {
        return false;
    }
    if let FormPurpose::Join { account, .. } = form.purpose
        && let Some(known) = state.core.account_mut(account)
    {
        let looks = |purpose: &Purpose| matches!(purpose, Purpose::Invite(_));
        let mut unwanted: Vec<RequestId> =
            known.requests.open.iter().filter(|(_, purpose)| looks(purpose)).map(|(&id, _)| id).collect();
        unwanted.sort_unstable();
        for id in unwanted {
            known.requests.open.remove(&id);
            fx.push(Effect::Cancel(account, id));
        }
    }
    true
}

fn join_form(state: &mut State, account: AccountId) -> Option<&mut Form> {
    let of = |purpose: &FormPurpose| matches!(purpose, FormPurpose::Join { account: of, .. } if *of == account);
    state.front.as_mut()?.form_mut(of)
}

/// An invite was looked up: the form shows where it leads, and goes there only when the user goes on.
pub(super) fn looked_up(
    state: &mut State,
    account: AccountId,
    code: &Secret,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    state.touch();
    let there = match &outcome {
        Ok(Reply::Invite(invite)) => is_there(state, account, invite.target),
        _ => false,
    };
    let waits = |form: &&mut Form| form.working.is_some() && form.text(FieldKind::Invite).trim() == code.expose();
    let Some(form) = join_form(state, account).filter(waits) else { return };
    form.working = None;
    match outcome {
        Ok(Reply::Invite(invite)) if there => {
            let sentence = format!("You are in {} already", invite.name);
            if let Some(front) = &mut state.front {
                front.drop_forms(|purpose| matches!(purpose, FormPurpose::Join { .. }));
            }
            waiting::begin(state, Awaits::Place(account, invite.target), &called(&invite));
            arrived(state, account, fx);
            fetch_lists(state, account, invite.target, fx);
            state.notice(sentence, false, fx);
        }
        Ok(Reply::Invite(invite)) => {
            form.told = Some(Told { text: described(&invite), bad: false });
            form.purpose = FormPurpose::Join { account, found: Some(invite) };
        }
        Ok(_) => form.fail(Some(FieldKind::Invite), "The answer does not fit the question".to_owned()),
        Err(refusal) => form.fail(Some(FieldKind::Invite), refusal.text.to_string()),
    }
}

/// What is opened, in words.
fn called(invite: &Invite) -> String {
    if invite.name.is_empty() { "the group".to_owned() } else { invite.name.to_string() }
}

/// What an invite leads to, in words.
fn described(invite: &Invite) -> String {
    let name = &invite.name;
    let what = match invite.target {
        InviteTarget::Community(_) => format!("The community {name}"),
        InviteTarget::Group(_) if name.is_empty() => "A group".to_owned(),
        InviteTarget::Group(_) => format!("The group {name}"),
        InviteTarget::Person(_) => format!("Friendship with {name}"),
    };
    let members = match invite.members {
        None => String::new(),
        Some(1) => ", one person".to_owned(),
        Some(count) => format!(", {count} people"),
    };
    let by = match &invite.by {
        Some(by) if !matches!(invite.target, InviteTarget::Person(_)) => format!(" Invited by {by}."),
        _ => String::new(),
    };
    format!("{what}{members}.{by}")
}

fn is_there(state: &State, account: AccountId, target: InviteTarget) -> bool {
    state.core.account(account).is_some_and(|known| match target {
        InviteTarget::Community(community) => known.community(community).is_some(),
        InviteTarget::Group(chat) => known.chats.contains_key(&chat),
        InviteTarget::Person(_) => false,
    })
}

/// An invite was followed, or not.
pub(super) fn joined(
    state: &mut State,
    account: AccountId,
    target: InviteTarget,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    state.touch();
    // Given up meanwhile: who writes elsewhere by now is not taken away from there.
    let waits = join_form(state, account).is_some_and(|form| form.working.is_some());
    if let Err(refusal) = outcome {
        match join_form(state, account) {
            Some(form) => form.fail(Some(FieldKind::Invite), refusal.text.to_string()),
            None => state.notice(format!("Not joined: {}", refusal.text), true, fx),
        }
        return;
    }
    let invite = match join_form(state, account).map(|form| &form.purpose) {
        Some(FormPurpose::Join { found: Some(invite), .. }) => (**invite).clone(),
        _ => Invite { target, name: CleanText::default(), members: None, by: None },
    };
    if let Some(front) = &mut state.front {
        front.drop_forms(|purpose| matches!(purpose, FormPurpose::Join { .. }));
    }
    if !waits {
        state.notice(format!("Joined: {}", called(&invite)), false, fx);
    } else if let InviteTarget::Person(user) = target {
        let name = invite.name.to_string();
        waiting::begin(state, Awaits::Person(account, name.clone()), &format!("the chat with {name}"));
        let purpose = Purpose::Person { name, ticket: None };
        _ = state.ask(account, Request::FetchDirect(user), Priority::User, purpose, fx);
    } else {
        waiting::begin(state, Awaits::Place(account, target), &called(&invite));
        arrived(state, account, fx);
    }
    fetch_lists(state, account, target, fx);
}

/// What was joined is told by an update, which may be late or lost: the list tells it, too. Nothing is asked for what has opened.
fn fetch_lists(state: &mut State, account: AccountId, target: InviteTarget, fx: &mut Effects) {
    let open = waiting::place(state, account).is_none();
    let (request, purpose) = match target {
        _ if open && is_there(state, account, target) => return,
        InviteTarget::Community(community) if is_there(state, account, target) => {
            (Request::FetchChannels(community), Purpose::Channels(community))
        }
        InviteTarget::Community(_) => (Request::FetchCommunities, Purpose::Communities),
        InviteTarget::Group(_) => (Request::FetchChats, Purpose::Chats),
        InviteTarget::Person(_) => return,
    };
    state.ask(account, request, Priority::User, purpose, fx);
}

/// Chats came: what was joined is opened if it is among them.
pub(super) fn arrived(state: &mut State, account: AccountId, fx: &mut Effects) {
    let Some(target) = waiting::place(state, account) else { return };
    roster::keep_order(state);
    let Some(known) = state.core.account(account) else { return };
    let open: Option<ChatId> = match target {
        InviteTarget::Community(community) if known.channels_loaded.contains_key(&community) => {
            let fits =
                |chat: &&Chat| chat.community() == Some(community) && chat.channel_kind() != Some(ChannelKind::Voice);
            let first =
                known.openable().filter(fits).min_by_key(|chat| open::distance(known, chat)).map(|chat| chat.id);
            if first.is_none() {
                // The list shows it all the same.
                if let Some(front) = &mut state.front {
                    front.community = Some((account, community));
                    (front.sidebar.direct, front.sidebar.dirty) = (None, true);
                }
                let awaits = Awaits::Place(account, target);
                waiting::failed(state, "There is no channel that you may read yet", |of| *of == awaits);
            }
            first
        }
        InviteTarget::Group(chat) => Some(chat).filter(|chat| known.chats.contains_key(chat)),
        InviteTarget::Community(_) | InviteTarget::Person(_) => None,
    };
    if let Some(chat) = open {
        waiting::arrived(state, ChatKey::new(account, chat), fx);
    }
}

/// Whether the form that asks for a user name waits for this one.
pub(super) fn write_waits(state: &mut State, name: &str) -> bool {
    let form = state.front.as_mut().and_then(|front| front.form_mut(|purpose| *purpose == FormPurpose::Write));
    form.is_some_and(|form| {
        let written = form.text(FieldKind::Username);
        form.working.is_some() && bare(&state.core, written).1 == name.trim_start_matches('@')
    })
}

/// Somebody looked up by name was not found: said in the form that asked. Returns whether there is one.
pub(super) fn write_refused(state: &mut State, sentence: &str) -> bool {
    let form = state.front.as_mut().and_then(|front| front.form_mut(|purpose| *purpose == FormPurpose::Write));
    let Some(form) = form.filter(|form| form.working.is_some()) else { return false };
    form.fail(Some(FieldKind::Username), sentence.to_owned());
    state.touch();
    true
}

/// What the user may want to leave: the community under the sidebar's cursor, else what the open chat belongs to.
enum Place {
    Community(AccountId, CommunityId),
    Group(ChatKey),
}

fn place(state: &State) -> Option<Place> {
    let front = state.front.as_ref()?;
    let mut chat = front.pane.chat;
    if front.region == Region::Sidebar {
        match front.sidebar.selected()? {
            SidebarRow::Account { account, .. } => {
                let community = state.core.account(*account)?.sole_community()?;
                return Some(Place::Community(*account, community));
            }
            SidebarRow::Community { account, community, .. } | SidebarRow::Title { account, community } => {
                return Some(Place::Community(*account, *community));
            }
            row => chat = row.chat(),
        }
    }
    let (account, known) = state.core.chat(chat?)?;
    match known.kind {
        ChatKind::Channel { community, .. } => Some(Place::Community(account.id, community)),
        ChatKind::Group { .. } => Some(Place::Group(account.key(known.id))),
        ChatKind::Direct { .. } | ChatKind::Saved => None,
    }
}

/// The user wants to leave a community or group: asks first.
pub(super) fn leave(state: &mut State, fx: &mut Effects) {
    let wanted = place(state);
    let caps = |account: AccountId| state.core.account(account).map(|account| account.caps).unwrap_or_default();
    let back = match wanted {
        Some(Place::Community(account, _)) if caps(account).joined_by_sign_in => {
            "To come back you sign in to its server anew."
        }
        Some(Place::Group(chat)) if !caps(chat.account).invites => "To come back somebody there has to add you.",
        _ => "To come back you need an invite.",
    };
    let (name, action) = match wanted {
        None => return state.notice("Only a community or a group can be left", true, fx),
        Some(Place::Community(account, community)) => {
            let known = state.core.account(account).and_then(|account| account.community(community));
            let name = known.map(|community| community.name.to_string()).unwrap_or_default();
            (format!("the community {name}"), Action::LeaveCommunity(account, community))
        }
        Some(Place::Group(chat)) => {
            (format!("the group {}", names::chat_title(&state.core, chat)), Action::LeaveGroup(chat))
        }
    };
    let text = format!("Leave {name}? {back}");
    let question = Question::yes_no(text, "Leave", action);
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(question));
    }
    state.touch();
}

/// The user leaves a community.
pub(super) fn leave_community(state: &mut State, account: AccountId, community: CommunityId, fx: &mut Effects) {
    let purpose = Purpose::LeaveCommunity(community);
    state.ask(account, Request::LeaveCommunity(community), Priority::User, purpose, fx);
}

/// The user leaves a group.
pub(super) fn leave_group(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    let purpose = Purpose::LeaveGroup(chat.chat);
    state.ask(chat.account, Request::LeaveGroup(chat.chat), Priority::User, purpose, fx);
}
