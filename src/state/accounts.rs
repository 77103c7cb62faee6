//! Accounts at run time: added, renamed, put in another order, disabled, signed out and removed. What one of them goes through is no other's business.

use super::action::{AccountAction, Action, MessageAction};
use super::front::{Front, Overlay, Question, Region};
use super::last_words::Way;
use super::outbox::{Pending, Stage};
use super::requests::Purpose;
use super::ui::accounts::AccountList;
use super::ui::field::Field;
use super::ui::form::{FieldKind, Form, FormField, FormPurpose};
use super::ui::{attach, drafts, open};
use super::{Account, AccountPlace, Effect, Effects, SamePerson, State, gone, last_words, link, login, outbox, roster};
use crate::domain::{AccountId, ChatKey, CleanText, LinkPhase, Priority, Request, UserId, label_fault};

/// Why an account is signed out that the user left.
const LEFT: &str = "you signed out";
/// How many colours there are to go through.
const COLOURS: u8 = 8;

/// The user wants something with an account.
pub(super) fn wanted(state: &mut State, action: AccountAction, fx: &mut Effects) {
    match action {
        AccountAction::List => list(state),
        AccountAction::Add => login::add(state),
        AccountAction::RemoveNow(account) => remove_now(state, account, fx),
        AccountAction::SignOutNow(account) => sign_out_now(state, account, fx),
        AccountAction::Rename(name) => with(state, "", fx, |state, id, fx| rename(state, id, &name, fx)),
        AccountAction::Disable(name) => with(state, &name, fx, disable),
        AccountAction::Enable(name) if name.is_empty() => enable_last(state, fx),
        AccountAction::Enable(name) => with(state, &name, fx, enable),
        AccountAction::SignOut(name) => with(state, &name, fx, sign_out),
        AccountAction::Remove(name) => with(state, &name, fx, remove),
        AccountAction::Move(by) => with(state, "", fx, |state, id, fx| step(state, id, by, fx)),
        AccountAction::Colour(colour) => with(state, "", fx, |state, id, fx| paint(state, id, colour, fx)),
    }
}

/// Does something with the account of this name, or with that under the cursor or of the open chat.
fn with(state: &mut State, name: &str, fx: &mut Effects, does: impl FnOnce(&mut State, AccountId, &mut Effects)) {
    let lower = name.to_lowercase();
    let found = match name {
        "" => state.current_account(),
        _ => state.core.listed().find(|account| account.label.to_lowercase() == lower),
    };
    match found.filter(|account| !account.fresh).map(|account| account.id) {
        Some(account) => does(state, account, fx),
        None if name.is_empty() => state.notice("There is no account yet", true, fx),
        None => {
            let labels: Vec<&str> = state.core.listed().map(|account| account.label.as_str()).collect();
            let labels = labels.join(", ");
            state.notice(format!("There is no account \"{name}\"; there are: {labels}"), true, fx);
        }
    }
}

fn list(state: &mut State) {
    let at = state.current_account().map(|account| account.id);
    let Some(front) = &mut state.front else { return };
    front.overlays.retain(|overlay| !matches!(overlay, Overlay::Accounts(_)));
    front.overlays.push(Overlay::Accounts(AccountList { at }));
    state.touch();
}

/// Enter on an account of the list: to its chats, or what it takes to get there.
pub(super) fn go(state: &mut State, fx: &mut Effects) {
    let Some(account) = state.current_account() else { return login::add(state) };
    let id = account.id;
    if account.disabled {
        return enable(state, id, fx);
    }
    if matches!(account.link, LinkPhase::SignedOut { .. }) {
        return login::show(state, id);
    }
    let visited = state.front.as_ref().and_then(|front| {
        let of = |key: &&ChatKey| key.account == id && state.core.chat(**key).is_some();
        front.visited.iter().rev().find(of).copied()
    });
    let first = || account.openable().min_by_key(|chat| open::distance(account, chat)).map(|chat| account.key(chat.id));
    let Some(chat) = visited.or_else(first) else {
        return state.notice("There is no chat in it yet", false, fx);
    };
    if let Some(front) = &mut state.front {
        front.overlays.retain(|overlay| !matches!(overlay, Overlay::Accounts(_)));
    }
    open::chat(state, chat, fx);
}

fn rename(state: &mut State, id: AccountId, name: &str, fx: &mut Effects) {
    let Some(account) = state.core.account(id) else { return };
    if name.is_empty() {
        let help = "Stands before the names of its chats: LABEL:community/channel.";
        let field = Field::with(&account.label);
        let field = FormField::text(FieldKind::Label, "Label", field, help, "Type what the account is to be called");
        let form = Form::new(FormPurpose::Rename(id), vec![field]);
        if let Some(front) = &mut state.front {
            front.drop_forms(|purpose| matches!(purpose, FormPurpose::Rename(_)));
            front.overlays.push(Overlay::Form(Box::new(form)));
        }
        return state.touch();
    }
    match take_label(state, id, name, fx) {
        Ok(()) => {}
        Err(sentence) => state.notice(sentence, true, fx),
    }
}

/// Enter in the form for another label.
pub(super) fn accept_label(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    let FormPurpose::Rename(id) = form.purpose else { return };
    state.revision += 1;
    if !form.go_on() {
        return;
    }
    let name = form.text(FieldKind::Label).trim().to_owned();
    let taken = take_label(state, id, &name, fx);
    let Some(front) = &mut state.front else { return };
    match taken {
        Ok(()) => front.drop_forms(|purpose| *purpose == FormPurpose::Rename(id)),
        Err(sentence) => {
            if let Some(form) = front.form_mut(|purpose| *purpose == FormPurpose::Rename(id)) {
                form.fail(Some(FieldKind::Label), sentence);
            }
        }
    }
}

/// Calls an account something else. The shell moves its token, drafts and place in the list along; where it cannot, the old label comes back.
fn take_label(state: &mut State, id: AccountId, name: &str, fx: &mut Effects) -> Result<(), String> {
    if let Some(fault) = label_fault(name) {
        return Err(open::capitalised(&mut fault.to_owned()).to_owned());
    }
    // As they are read before the names of chats.
    let lower = name.to_lowercase();
    if let Some(other) = state.core.accounts.iter().find(|other| other.id != id && other.label.to_lowercase() == lower)
    {
        return Err(format!("There is an account \"{}\" already", other.label));
    }
    if let Some(account) = state.core.account_mut(id).filter(|account| account.label != name) {
        name.clone_into(&mut account.label);
        fx.push(Effect::RenameAccount { account: id, label: name.to_owned() });
        state.touch();
    }
    Ok(())
}

/// Leaves an account.
pub(super) fn leave(state: &mut State, id: AccountId, way: Way, fx: &mut Effects) {
    match way {
        Way::Disable => disable(state, id, fx),
        Way::SignOut => sign_out_now(state, id, fx),
        Way::Remove => remove_now(state, id, fx),
    }
}

fn disable(state: &mut State, id: AccountId, fx: &mut Effects) {
    let is_enabled = state.core.account(id).is_some_and(|account| !account.disabled);
    if !is_enabled || !last_words::are_said(state, id, Way::Disable, fx) {
        return;
    }
    link::abandon(state, id, fx);
    put_away(state, id, fx);
    if let Some(account) = state.core.account_mut(id) {
        account.disabled = true;
        account.link = LinkPhase::Idle;
    }
    fx.push(Effect::Disconnect(id));
    elsewhere(state, fx);
    if let Some(front) = &mut state.front {
        front.disabled_last = Some(id);
    }
    places_changed(state, fx);
}

/// Enables the account that is pointed at, or the one that was disabled last; where it cannot be told which is meant, those are named.
fn enable_last(state: &mut State, fx: &mut Effects) {
    let on_list = state.front.as_ref().is_some_and(|front| matches!(front.overlays.last(), Some(Overlay::Accounts(_))));
    let disabled: Vec<(AccountId, &str)> = state
        .core
        .listed()
        .filter(|account| account.disabled)
        .map(|account| (account.id, account.label.as_str()))
        .collect();
    let of = |id: Option<AccountId>| disabled.iter().find(|(one, _)| Some(*one) == id).map(|(one, _)| *one);
    let last = || of(state.front.as_ref().and_then(|front| front.disabled_last));
    let only = || (disabled.len() == 1).then(|| disabled.first().map(|(one, _)| *one)).flatten();
    let pointed = of(state.current_account().map(|account| account.id));
    let found = if on_list { pointed } else { pointed.or_else(last).or_else(only) };
    match found {
        Some(account) => enable(state, account, fx),
        None if on_list => {}
        None if disabled.is_empty() => state.notice("No account is disabled", false, fx),
        None => {
            let labels: Vec<&str> = disabled.iter().map(|(_, label)| *label).collect();
            let sentence = format!("Name the account: /enable-account LABEL; disabled are: {}", labels.join(", "));
            state.notice(sentence, true, fx);
        }
    }
}

fn enable(state: &mut State, id: AccountId, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(id).filter(|account| account.disabled) else { return };
    account.disabled = false;
    link::connect(account, state.offline, fx);
    places_changed(state, fx);
}

fn sign_out(state: &mut State, id: AccountId, fx: &mut Effects) {
    let Some(account) = state.core.account(id) else { return };
    if matches!(account.link, LinkPhase::SignedOut { .. }) {
        let sentence = format!("\"{}\" is signed out already", account.label);
        return state.notice(sentence, false, fx);
    }
    let untold = outbox::untold(state, |account, kept| account.id == id && kept && !account.is_signed_in());
    let untold = match untold.count() {
        0 => String::new(),
        _ => format!(" Others are told of {} when you are signed in again.", untold.words()),
    };
    let text = format!("Sign out of \"{}\"? It stays in the list, and so do drafts.{untold}", account.label);
    ask(state, text, "Sign out", AccountAction::SignOutNow(id));
}

/// Ends the session at the network, where it can be told, and then here.
fn sign_out_now(state: &mut State, id: AccountId, fx: &mut Effects) {
    if state.core.account(id).is_none() || !last_words::are_said(state, id, Way::SignOut, fx) {
        return;
    }
    match state.core.account(id) {
        Some(account) if account.is_signed_in() => {
            state.ask(id, Request::SignOut, Priority::User, Purpose::SignOut, fx);
        }
        Some(_) => signed_out(state, id, false, fx),
        None => {}
    }
}

/// The network has ended the session, or cannot be told.
pub(super) fn signed_out(state: &mut State, id: AccountId, told: bool, fx: &mut Effects) {
    link::abandon(state, id, fx);
    let wrote = put_away(state, id, fx);
    let Some(account) = state.core.account_mut(id) else { return };
    account.link = LinkPhase::SignedOut { reason: CleanText::ours(LEFT) };
    let label = account.label.clone();
    fx.push(Effect::Disconnect(id));
    fx.push(Effect::ForgetToken(id));
    elsewhere(state, fx);
    let sentence = if told {
        format!("Signed out of \"{label}\"")
    } else {
        format!(
            "Signed out of \"{label}\" here; its server could not be told, and may keep the session until another client ends it"
        )
    };
    // The server answered while the user went on writing: what is still to be typed is not for other people.
    if wrote {
        stop(state, sentence);
    } else {
        state.notice(sentence, !told, fx);
    }
    state.touch();
}

/// Somebody was writing where another chat is now: a note first, and yank puts back what was written.
fn stop(state: &mut State, sentence: String) {
    let Some(front) = &mut state.front else { return };
    front.region = Region::Composer;
    front.overlays.push(Overlay::Note(gone::Note { sentence, yank: true }));
}

/// Who was signed in to an account is the person of another one: that one goes on with this sign-in, and there is one account of them.
pub(super) fn same_person(state: &mut State, id: AccountId, person: SamePerson, fx: &mut Effects) {
    let SamePerson { other, stays } = person;
    let Some(label) = state.core.account(other).map(|other| other.label.clone()) else { return };
    link::abandon(state, id, fx);
    let Some(account) = state.core.account(id) else { return };
    let mut unsent: Vec<&Pending> = account.outbox.chats.values().flatten().collect();
    unsent.retain(|row| !matches!(row.stage, Stage::Sent(_)));
    unsent.sort_by_key(|row| row.written);
    let unsent: Vec<String> = unsent.into_iter().map(|row| attach::line_of(&row.outgoing)).collect();
    let wrote = put_away(state, id, fx);
    if let Some(front) = state.front.as_mut().filter(|_| !unsent.is_empty()) {
        front.pane.composer.keep(&unsent.join("\n"));
    }
    fx.push(Effect::Disconnect(id));
    if let Some(account) = state.core.account_mut(id).filter(|_| stays) {
        account.me = UserId::default();
        let reason = format!("that was the sign-in of \"{label}\"");
        account.link = LinkPhase::SignedOut { reason: CleanText::line(&reason) };
    } else {
        drop_account(state, id, fx);
    }
    if let Some(account) = state.core.account_mut(other) {
        account.disabled = false;
        match account.link {
            LinkPhase::Idle | LinkPhase::SignedOut { .. } => {
                account.link = LinkPhase::Connecting;
                fx.push(Effect::Connect(other));
            }
            LinkPhase::Offline { .. } => fx.push(Effect::Probe(other)),
            LinkPhase::Connecting | LinkPhase::Syncing | LinkPhase::Online => {}
        }
    }
    elsewhere(state, fx);
    if wrote || !unsent.is_empty() {
        stop(state, format!("That is the account \"{label}\", which was there already"));
    }
    places_changed(state, fx);
}

/// Whether an account is signed out since the user wanted it.
pub(super) fn was_left(account: &Account) -> bool {
    matches!(&account.link, LinkPhase::SignedOut { reason } if **reason == *LEFT)
}

fn remove(state: &mut State, id: AccountId, _fx: &mut Effects) {
    let Some(account) = state.core.account(id) else { return };
    let unsent = account.outbox.chats.values().flatten().count();
    let unsent = if unsent > 0 { " and messages that were not sent" } else { "" };
    let untold = outbox::untold(state, |account, _| account.id == id && !account.is_signed_in());
    let untold = match untold.count() {
        0 => String::new(),
        _ => format!(" Others are never told of {}.", untold.words()),
    };
    let text = format!(
        "Remove \"{}\" from nib? Its sign-in and its drafts here are forgotten{unsent}. At the server nothing changes.{untold}",
        account.label
    );
    ask(state, text, "Remove", AccountAction::RemoveNow(id));
}

fn remove_now(state: &mut State, id: AccountId, fx: &mut Effects) {
    if state.core.account(id).is_none() || !last_words::are_said(state, id, Way::Remove, fx) {
        return;
    }
    let untold = outbox::untold(state, |account, _| account.id == id);
    let untold = match untold.count() {
        0 => String::new(),
        _ => format!("; others were not told of {}", untold.words()),
    };
    link::abandon(state, id, fx);
    // Its drafts are not kept for anybody: what was being written in the open chat comes back with yank, and nothing else.
    put_away(state, id, &mut Effects::new());
    let label = state.core.account(id).map(|account| account.label.clone()).unwrap_or_default();
    fx.push(Effect::Disconnect(id));
    drop_account(state, id, fx);
    elsewhere(state, fx);
    state.notice(format!("\"{label}\" is removed{untold}"), !untold.is_empty(), fx);
    places_changed(state, fx);
}

/// An account that was put away is here no more, and its number is not used again.
fn drop_account(state: &mut State, id: AccountId, fx: &mut Effects) {
    if let Some(front) = &mut state.front {
        drafts::take_all(front, |key| key.account == id);
        front.drafts_told.retain(|key, _| key.account != id);
        front.pane.writing.forget(id);
        front.folded_accounts.remove(&id);
        front.noticed.remove(&id);
        front.drop_forms(|purpose| purpose.account() == Some(id));
        if let Some(Overlay::Accounts(list)) = front.overlays.iter_mut().find(|it| matches!(it, Overlay::Accounts(_))) {
            list.at = None;
        }
    }
    state.core.past = state.core.past.max(id.0.saturating_add(1));
    state.core.accounts.retain(|account| account.id != id);
    fx.push(Effect::RemoveAccount(id));
}

fn ask(state: &mut State, text: String, yes: &'static str, action: AccountAction) {
    let question = Question::yes_no(text, yes, Action::Account(action));
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(question));
    }
    state.touch();
}

/// An account goes from the screen: nothing of it stays but where it stands, who is signed in, what was to be sent, and drafts. Returns whether
/// something was being written in it.
fn put_away(state: &mut State, id: AccountId, fx: &mut Effects) -> bool {
    let mut wrote = false;
    attach::give_up(state, |chat| chat.account == id, fx);
    if let Some(front) = &mut state.front {
        let is_of = |key: &ChatKey| key.account == id;
        if front.pane.chat.as_ref().is_some_and(is_of) {
            // Whatever becomes of the draft, it can be put back.
            let text = front.pane.composer.text();
            open::leave(front, fx);
            if !text.trim().is_empty() {
                front.pane.composer.keep(&text);
                wrote = true;
            }
        }
        forget_shown(front, id);
        front.sidebar.dirty = true;
    }
    super::ui::waiting::abandoned(state, id);
    let Some(known) = state.core.account_mut(id) else { return wrote };
    let (me, status, status_text) = (known.me, known.status, known.status_text.take());
    *known = Account { me, status, status_text, ..std::mem::take(known).bare() };
    state.touch();
    wrote
}

/// What the screen remembers of an account's chats is forgotten, but for what was typed.
pub(super) fn forget_shown(front: &mut Front, id: AccountId) {
    let is_of = |key: &ChatKey| key.account == id;
    front.typing.take_if(|typing| is_of(&typing.chat));
    front.reads.forget(id);
    front.places.forget(id);
    front.visited.retain(|key| !is_of(key));
    front.folded.retain(|key| !is_of(key));
    front.folded_communities.retain(|(account, _)| *account != id);
    front.community.take_if(|(account, _)| *account == id);
    front.notified.retain(|key, _| !is_of(key));
    front.overlays.retain(|overlay| match overlay {
        Overlay::Details(details) => !is_of(&details.chat),
        Overlay::Pick(pick) => !pick.kind.chat().is_some_and(|chat| is_of(&chat)),
        Overlay::Person(card) => card.account != id,
        Overlay::Question(question) => question.actions().all(|action| match action {
            Action::Message(MessageAction::DeleteNow(chat, _))
            | Action::LeaveGroup(chat)
            | Action::DeleteThreadNow(chat)
            | Action::EndPollNow(chat, _) => !is_of(chat),
            Action::LeaveCommunity(account, _)
            | Action::Account(AccountAction::SignOutNow(account) | AccountAction::RemoveNow(account)) => *account != id,
            _ => true,
        }),
        _ => true,
    });
    front.drop_forms(|purpose| purpose.account() == Some(id) && !matches!(purpose, FormPurpose::SignIn(_)));
}

/// Where no chat is open any more, the one visited last is, else one to begin with.
fn elsewhere(state: &mut State, fx: &mut Effects) {
    let Some(front) = state.front.as_ref().filter(|front| front.pane.chat.is_none()) else { return };
    let region = front.region;
    let opens = |key: &ChatKey| state.core.chat(*key).is_some_and(|(_, chat)| chat.can_open());
    let last = front.visited.iter().rev().copied().find(opens);
    roster::keep_order(state);
    match last {
        Some(chat) => _ = open::switch(state, chat, fx),
        None => open::first(state, fx),
    }
    if let Some(front) = &mut state.front {
        front.region = region;
    }
}

/// Puts an account one place up or down.
fn step(state: &mut State, id: AccountId, by: i8, fx: &mut Effects) {
    let listed: Vec<usize> = (0..state.core.accounts.len())
        .filter(|&at| state.core.accounts.get(at).is_some_and(|one| !one.fresh))
        .collect();
    let of = |at: &usize| state.core.accounts.get(*at).is_some_and(|account| account.id == id);
    let Some(at) = listed.iter().position(of) else { return };
    let to = at.checked_add_signed(isize::from(by)).and_then(|to| listed.get(to));
    if let Some((from, to)) = listed.get(at).zip(to) {
        state.core.accounts.swap(*from, *to);
        places_changed(state, fx);
    }
}

fn paint(state: &mut State, id: AccountId, colour: Option<u8>, fx: &mut Effects) {
    let Some(account) = state.core.account_mut(id) else { return };
    account.colour = colour.unwrap_or((account.colour + 1) % COLOURS);
    places_changed(state, fx);
}

/// Order, colours and what is folded or disabled changed: the rows are made anew, and it is kept for later runs.
pub(super) fn places_changed(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    front.sidebar.dirty = true;
    let place = |account: &Account| AccountPlace {
        account: account.id,
        colour: account.colour,
        disabled: account.disabled,
        folded: front.folded_accounts.contains(&account.id),
        levels: account.levels.to_keep(),
    };
    fx.push(Effect::SaveAccounts(state.core.listed().map(place).collect()));
    state.touch();
}
