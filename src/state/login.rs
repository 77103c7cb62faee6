//! Signing in: the form, what a network says to it, and never a loop.

use super::front::{Front, Overlay};
use super::requests::Purpose;
use super::ui::field::Field;
use super::ui::sign_in::{SignInField, SignInForm, SignInStage};
use super::{Account, Effect, Effects, State};
use crate::domain::{AccountId, CleanText, DownReason, LinkPhase, Priority, Request, Secret};

/// Shows the form for an account on top, with what was typed into it before, and a reason if there is one.
pub(super) fn show(state: &mut State, account: AccountId, reason: Option<String>) {
    let known = state.core.account(account).map(|known| &known.server).filter(|server| !server.is_empty());
    let server = known.unwrap_or(&state.proposed_server).clone();
    let Some(front) = &mut state.front else { return };
    let found =
        front.overlays.iter().position(|overlay| matches!(overlay, Overlay::SignIn(form) if form.account == account));
    let mut form = match found.map(|at| front.overlays.remove(at)) {
        Some(Overlay::SignIn(form)) => form,
        _ => front.kept_form.take().filter(|form| form.account == account).unwrap_or_else(|| {
            let at = if server.is_empty() { SignInField::Server } else { SignInField::Login };
            let server = Field::with(&server);
            Box::new(SignInForm { account, server, password: Field::secret(), at, ..SignInForm::default() })
        }),
    };
    if reason.is_some() {
        form.stage = SignInStage::Editing;
        form.refusal = reason;
        form.code = Field::new();
        if form.at == SignInField::Code {
            form.at = SignInField::Password;
        }
    }
    front.overlays.push(Overlay::SignIn(form));
    state.touch();
}

fn form_mut(front: &mut Front, account: AccountId) -> Option<&mut SignInForm> {
    front.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::SignIn(form) if form.account == account => Some(form.as_mut()),
        _ => None,
    })
}

/// The account is signed in: its form goes, and with it the password.
pub(super) fn signed_in(state: &mut State, account: AccountId) {
    if let Some(front) = &mut state.front {
        front.overlays.retain(|overlay| !matches!(overlay, Overlay::SignIn(form) if form.account == account));
        if front.kept_form.as_ref().is_some_and(|form| form.account == account) {
            front.kept_form = None;
        }
    }
    state.touch();
}

/// The network does not take the sign-in: the form says why, and nothing is tried before the user goes on.
pub(super) fn refused(state: &mut State, account: AccountId, reason: &CleanText) {
    let mut sentence = reason.to_string();
    if sentence.is_empty() {
        sentence.push_str("The network did not take the sign-in");
    }
    show(state, account, Some(sentence));
}

/// The connection ended while the form waited: it says so, and keeps what was typed.
pub(super) fn down(state: &mut State, account: AccountId, reason: &DownReason) {
    if let Some(form) = state.front.as_mut().and_then(|front| form_mut(front, account))
        && form.stage != SignInStage::Editing
    {
        form.stage = SignInStage::Editing;
        form.refusal = Some(CleanText::line(&reason.to_string()).to_string());
        state.touch();
    }
}

/// The network wants a second proof.
pub(super) fn code_needed(state: &mut State, account: AccountId, recovery: bool, wrong: bool) {
    if state.front.as_mut().is_some_and(|front| form_mut(front, account).is_none()) {
        show(state, account, None);
    }
    if let Some(form) = state.front.as_mut().and_then(|front| form_mut(front, account)) {
        form.stage = SignInStage::Code { recovery };
        form.at = SignInField::Code;
        form.code = Field::new();
        form.refusal = wrong.then(|| "That code was not right".to_owned());
    }
    state.touch();
}

/// The user goes on in the form: to the next field, or to the network.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let Some(Overlay::SignIn(form)) = front.overlays.last_mut() else { return };
    state.revision += 1;
    match form.stage {
        SignInStage::Working => {}
        SignInStage::Code { .. } => {
            if form.code.text().trim().is_empty() {
                form.refusal = Some("Type the code first".to_owned());
                return;
            }
            let code = Secret::new(form.code.text().trim().to_owned());
            let account = form.account;
            form.stage = SignInStage::Working;
            form.refusal = None;
            state.ask(
                account,
                Request::SignInCode(code),
                Priority::User,
                Purpose::Change("The code was not taken"),
                fx,
            );
        }
        SignInStage::Editing => {
            let missing = [
                (form.server.text().trim().is_empty(), SignInField::Server, "Type the server's address"),
                (form.login.text().trim().is_empty(), SignInField::Login, "Type your e-mail address"),
                (form.password.text().is_empty(), SignInField::Password, "Type your password"),
            ];
            // Enter in an earlier field goes on to the next one that is empty; in the last one it says what is missing.
            if let Some((_, field, sentence)) = missing.into_iter().find(|(missing, ..)| *missing) {
                form.refusal = (form.at == field).then(|| sentence.to_owned());
                form.at = field;
                return;
            }
            form.stage = SignInStage::Working;
            form.refusal = None;
            let account = form.account;
            let server = form.server.text().trim().to_owned();
            let login = form.login.text().trim().to_owned();
            let password = Secret::new(form.password.text().to_owned());
            begin(state, account, &server, &login);
            super::link::abandon(state, account, fx);
            fx.push(Effect::SignIn { account, server, login, password });
        }
    }
}

/// The account is there, with this server, and connects.
fn begin(state: &mut State, id: AccountId, server: &str, login: &str) {
    if state.core.account(id).is_none() {
        state.core.accounts.push(Account { id, label: login.to_owned(), ..Account::default() });
    }
    if let Some(account) = state.core.account_mut(id) {
        server.clone_into(&mut account.server);
        account.link = LinkPhase::Connecting;
    }
}

/// The user wants to sign in: to the account that is signed out, else to a new one.
pub(super) fn wanted(state: &mut State) {
    let waiting = state
        .core
        .accounts
        .iter()
        .find(|account| matches!(account.link, LinkPhase::SignedOut { .. } | LinkPhase::Idle));
    let next = state.core.accounts.iter().map(|account| account.id.0.saturating_add(1)).max().unwrap_or(0);
    let id = waiting.map_or(AccountId(next), |account| account.id);
    show(state, id, None);
}
