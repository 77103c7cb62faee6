//! Signing in and up: the forms, what a network says to them, and never a loop.

use super::front::Overlay;
use super::offer::{SignInProof, SignInWay};
use super::requests::Purpose;
use super::sign_in_form::{self, Choices};
use super::ui::field::Field;
use super::ui::form::{Confirm, FieldKind, Form, FormField, FormPurpose};
use super::{Account, Effect, Effects, State};
use crate::domain::{
    AccountId, Admission, CleanText, DownReason, LinkPhase, Priority, Refusal, Request, Secret, SignInPart, Wall,
};
use std::time::Duration;

/// What a form tries to sign in with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tried {
    network: String,
    server: String,
    keeps_drafts: bool,
}

impl Tried {
    /// Whether this is another network or server than the account's. Where an address is merely written otherwise, nothing is lost by thinking so.
    pub(super) fn is_elsewhere(&self, account: &Account) -> bool {
        let same = |one: &str, other: &str| one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'));
        self.network != account.network || !same(&self.server, &account.server)
    }
}

fn is_of(account: AccountId) -> impl Fn(&FormPurpose) -> bool {
    move |purpose| matches!(purpose, FormPurpose::SignIn(of) | FormPurpose::SignUp(of) if *of == account)
}

/// Shows the sign-in form for an account on top, with what was typed into it before, at what its network wants.
pub(super) fn show(state: &mut State, account: AccountId) {
    let choices = Choices::of(state, account);
    let form = sign_in_form::new(&choices, FormPurpose::SignIn(account));
    let known = state.core.account(account);
    let why = match known.map(|known| &known.link) {
        // Who left themselves needs no reason.
        Some(LinkPhase::SignedOut { .. }) if known.is_some_and(super::accounts::was_left) => None,
        Some(LinkPhase::SignedOut { reason }) if !reason.is_empty() => Some(reason.to_string()),
        _ => None,
    };
    let about = known.and_then(|known| known.refused_about);
    if let Some(front) = &mut state.front {
        front.show_form(form, |form| {
            if form.working.is_none() && form.field(FieldKind::Code).is_none() {
                sign_in_form::arrange(form, &choices);
            }
            if let Some(why) = why.filter(|_| form.told.is_none() && form.working.is_none()) {
                fail(form, about, why);
            }
        });
    }
    state.touch();
}

/// Says what is wrong where it can be mended, which may need a field that was not there.
fn fail(form: &mut Form, about: Option<SignInPart>, sentence: String) {
    if let Some(field) = about.and_then(sign_in_form::asked_field) {
        form.ask(field);
    }
    let kinds = about.map_or(&[][..], |about| sign_in_form::kinds_of(about));
    form.fail(kinds.iter().copied().find(|kind| form.field(*kind).is_some()), sentence);
}

/// A choice in a form was changed: the fields that follow from it are others.
pub(super) fn edited(state: &mut State) {
    let Some(Overlay::Form(form)) = state.front.as_ref().and_then(|front| front.overlays.last()) else { return };
    let (FormPurpose::SignIn(account) | FormPurpose::SignUp(account)) = form.purpose else { return };
    let is_choice = |field: &FormField| matches!(field.kind, FieldKind::Network | FieldKind::Way);
    if !form.fields.get(form.at).is_some_and(is_choice) {
        return;
    }
    let choices = Choices::of(state, account);
    if let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) {
        form.told = None;
        sign_in_form::arrange(form, &choices);
    }
}

/// The form that waits for what an account's network says; the one for signing in where there is none.
fn waiting(state: &mut State, account: AccountId) -> Option<&mut Form> {
    if state.front.as_mut()?.form_mut(is_of(account)).is_none() {
        show(state, account);
    }
    state.touch();
    state.front.as_mut()?.form_mut(is_of(account))
}

/// The account is signed in: its forms go, and with them the password.
pub(super) fn signed_in(state: &mut State, account: AccountId) {
    let mut added = false;
    if let Some(known) = state.core.account_mut(account)
        && std::mem::take(&mut known.fresh)
    {
        let username = known.users.get(&known.me).and_then(|me| me.username.as_deref());
        known.label = proper_label(username.unwrap_or_default(), &known.label).to_owned();
        added = true;
    }
    if let Some(front) = &mut state.front {
        front.drop_forms(is_of(account));
    }
    if added {
        super::newcomer::signed_in(state, account);
    }
    state.touch();
}

/// The network does not take it: the form says why, and nothing is tried before the user goes on. Whoever is in a chat and did not ask for the form is
/// told without it: what is being typed there is not to land in it.
pub(super) fn refused(
    state: &mut State,
    account: AccountId,
    reason: &CleanText,
    about: Option<SignInPart>,
    fx: &mut Effects,
) {
    let sentence =
        if reason.is_empty() { "The network did not take the sign-in".to_owned() } else { reason.to_string() };
    // Who wanted to be signed out need not be told why.
    if state.core.account(account).is_some_and(super::accounts::was_left) {
        return;
    }
    // Whoever waits for another account is no more to be disturbed than who is in a chat.
    let other =
        |other: &Account| other.id != account && !matches!(other.link, LinkPhase::SignedOut { .. } | LinkPhase::Idle);
    let others = state.core.listed().any(other);
    let busy =
        |front: &mut super::Front| (others || front.pane.chat.is_some()) && front.form_mut(is_of(account)).is_none();
    if state.front.as_mut().is_some_and(busy) {
        let open = state.front.as_ref().and_then(|front| front.pane.chat).map(|chat| chat.account);
        let sentence = match state.core.told_apart(account).filter(|_| open != Some(account)) {
            Some(_) => format!("{}; to sign in", sentence.trim_end_matches('.')),
            None => "You were signed out. To sign in".to_owned(),
        };
        return state.notice_about(account, sentence, Some("reconnect"), true, fx);
    }
    if let Some(form) = waiting(state, account) {
        begin_again(form);
        if about == Some(SignInPart::Login) {
            form.entry.allowed = false;
        }
        fail(form, about, sentence);
    }
}

/// Everything can be changed again; a code is good for one try.
fn begin_again(form: &mut Form) {
    form.clear();
    form.working = None;
    form.entry.confirm = None;
    let at = form.fields.iter().position(|field| field.kind == FieldKind::Password);
    if form.field(FieldKind::Code).is_some() {
        form.take(FieldKind::Code);
        form.at = at.unwrap_or(0);
    }
    form.fix(None);
}

/// The connection ended while the form waited: it says so, and keeps what was typed. The try is over with it: what is in the form may be changed
/// now, and nothing may be signed in to that is not in it.
pub(super) fn down(state: &mut State, account: AccountId, reason: &DownReason, fx: &mut Effects) {
    let form = state.front.as_mut().and_then(|front| front.form_mut(is_of(account)));
    if let Some(form) = form.filter(|form| form.working.is_some() || form.field(FieldKind::Code).is_some()) {
        begin_again(form);
        let kind = reason.is_about_server().then_some(FieldKind::Server);
        form.fail(kind, CleanText::line(&reason.to_string()).to_string());
        end(state, account, fx);
        state.touch();
    }
}

/// Ends the session that a form began: what it would still tell is not heard any more.
fn end(state: &mut State, account: AccountId, fx: &mut Effects) {
    super::link::abandon(state, account, fx);
    if let Some(known) = state.core.account_mut(account) {
        known.link = LinkPhase::Idle;
        known.tried = None;
    }
    fx.push(Effect::Disconnect(account));
}

/// The network wants a second proof.
pub(super) fn code_needed(state: &mut State, account: AccountId, recovery: bool, wrong: bool) {
    let help = if recovery {
        "The code of your authenticator, or a recovery code."
    } else {
        "The code of your authenticator."
    };
    ask_code(state, account, FormField::text(FieldKind::Code, "Code", Field::new(), help, "Type the code"), wrong);
}

/// The network wants the address of a new account verified.
pub(super) fn verification_needed(state: &mut State, account: AccountId, wrong: bool) {
    let help = "From the mail that the server has sent you just now.";
    let field = FormField::text(FieldKind::Code, "Token", Field::new(), help, "Type the token from the mail");
    ask_code(state, account, field, wrong);
}

/// The user is to allow the sign-in elsewhere: the form says where and with what, and waits. Told again with each new code.
pub(super) fn confirm_elsewhere(
    state: &mut State,
    account: AccountId,
    (address, code): (CleanText, CleanText),
    expires: Duration,
) {
    let lasts = i64::try_from(expires.as_millis()).unwrap_or(i64::MAX);
    let until = Wall(state.now.wall.0.saturating_add(lasts));
    let Some(form) = waiting(state, account) else { return };
    form.clear();
    form.working = Some("waiting for you to allow it");
    if form.entry.confirm.replace(Confirm { address, code, until }).is_some() {
        form.tell("The code before has expired; this is a new one.".to_owned());
    }
}

/// It was allowed: what is left is between nib and the server.
pub(super) fn allowed(state: &mut State, account: AccountId, token: Secret, fx: &mut Effects) {
    fx.push(Effect::HoldToken(account, token));
    if let Some(form) = state.front.as_mut().and_then(|front| front.form_mut(is_of(account))) {
        form.clear();
        form.entry.confirm = None;
        form.entry.allowed = true;
        form.working = Some("signing in");
        state.touch();
    }
}

/// The code or the address that a form shows is wanted elsewhere. Returns whether there is one.
pub(super) fn hand_out(state: &mut State, address: bool, fx: &mut Effects) -> bool {
    let Some(Overlay::Form(form)) = state.front.as_ref().and_then(|front| front.overlays.last()) else { return false };
    let Some(Confirm { address: place, code, .. }) = form.entry.confirm.clone() else { return false };
    if address {
        fx.push(Effect::Open(place.to_string()));
    } else {
        fx.push(Effect::Copy(code.to_string()));
        state.notice("The code is copied", false, fx);
    }
    true
}

fn ask_code(state: &mut State, account: AccountId, field: FormField, wrong: bool) {
    let Some(form) = waiting(state, account) else { return };
    let sentence = format!("That {} was not right", field.label.to_lowercase());
    form.working = None;
    form.clear();
    form.put(field);
    form.fix(Some(FieldKind::Code));
    if wrong {
        form.fail(Some(FieldKind::Code), sentence);
    }
}

/// A code was not taken. Whether it was wrong is told by what follows; without a connection nothing does.
pub(super) fn code_refused(state: &mut State, account: AccountId, refusal: &Refusal) {
    let form = state.front.as_mut().and_then(|front| front.form_mut(is_of(account)));
    if let Some(form) = form.filter(|form| form.working.is_some()) {
        form.fail(Some(FieldKind::Code), refusal.text.to_string());
        state.touch();
    }
}

/// The user goes on in a form: to the next field, or to the network.
pub(super) fn accept(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else { return };
    let (FormPurpose::SignIn(account) | FormPurpose::SignUp(account)) = form.purpose else { return };
    state.revision += 1;
    if form.working.is_some() || !form.go_on() {
        return;
    }
    if form.field(FieldKind::Code).is_some() {
        form.working = Some("signing in");
        let code = Secret::new(form.text(FieldKind::Code).trim().to_owned());
        state.ask(account, Request::SignInCode(code), Priority::User, Purpose::Code, fx);
        return;
    }
    if state.offline {
        return form.fail(None, super::link::OFFLINE.to_owned());
    }
    let Some(way) = form.way() else { return };
    form.working = Some(match way {
        SignInWay::SignUpMail | SignInWay::SignUpName => "making the account",
        SignInWay::Elsewhere if !form.entry.allowed => "asking for a code",
        _ => "signing in",
    });
    let server = form.text(FieldKind::Server).trim().to_owned();
    let login = form.text(FieldKind::Login).trim().to_owned();
    let typed = |kind| Secret::new(form.text(kind).to_owned());
    let trimmed = |kind| Some(Secret::new(form.text(kind).trim().to_owned())).filter(|secret| !secret.is_empty());
    let admission = Admission {
        invite: trimmed(FieldKind::Invite),
        password: Some(typed(FieldKind::ServerPassword)).filter(|password| !password.is_empty()),
    };
    let password = typed(FieldKind::Password);
    let proof = match way {
        SignInWay::MailPassword | SignInWay::NamePassword => SignInProof::Password { login: login.clone(), password },
        SignInWay::SignUpMail => {
            let name = form.text(FieldKind::Name).trim().to_owned();
            SignInProof::SignUp { name, login: login.clone(), password }
        }
        SignInWay::SignUpName => SignInProof::SignUp { name: login.clone(), login: login.clone(), password },
        SignInWay::Token => SignInProof::Token(trimmed(FieldKind::Token).unwrap_or_default()),
        SignInWay::Elsewhere if form.entry.allowed => SignInProof::Same(account),
        SignInWay::Elsewhere => SignInProof::Elsewhere,
        SignInWay::Same(other) => SignInProof::Same(other),
    };
    let keep = form.chosen(FieldKind::Stay) == 0;
    let network = form.entry.network;
    let network = Choices::of(state, account).offer(network).map(|offer| offer.key.clone()).unwrap_or_default();
    begin(state, account, (&network, &server), &login, keep);
    super::link::abandon(state, account, fx);
    fx.push(Effect::SignIn { account, network, server, proof, admission, keep });
}

/// What an account is called where nobody chose a name for it: its user name, else what was typed to sign in, without where the mail goes.
#[must_use]
pub fn proper_label<'a>(username: &'a str, login: &'a str) -> &'a str {
    if username.is_empty() { login.split_once('@').map_or(login, |(name, _)| name) } else { username }
}

/// The account is there, with this server, and connects.
fn begin(state: &mut State, id: AccountId, (network, server): (&str, &str), login: &str, keep: bool) {
    let keeps_drafts = keep && state.has_store;
    if state.core.account(id).is_none() {
        let colour = state.core.free_colour();
        state.core.accounts.push(Account { id, label: login.to_owned(), colour, fresh: true, ..Account::default() });
    }
    if let Some(account) = state.core.account_mut(id) {
        if account.fresh {
            login.clone_into(&mut account.label);
        }
        account.refused_about = None;
        account.link = LinkPhase::Connecting;
        let tried = Tried { network: network.to_owned(), server: server.to_owned(), keeps_drafts };
        account.tried = Some(tried).filter(|_| !account.fresh);
        if account.fresh {
            network.clone_into(&mut account.network);
            server.clone_into(&mut account.server);
            account.keeps_drafts = keeps_drafts;
        }
    }
}

/// The network takes what was tried: the account is there from now on.
pub(super) fn taken(state: &mut State, id: AccountId, tried: Option<Tried>) {
    let Some((account, Tried { network, server, keeps_drafts })) = state.core.account_mut(id).zip(tried) else {
        return;
    };
    (account.network, account.server) = (network, server);
    let kept = std::mem::replace(&mut account.keeps_drafts, keeps_drafts);
    if let Some(front) = state.front.as_mut().filter(|_| keeps_drafts && !kept) {
        // What was told of them so far, nobody has kept.
        front.drafts_told.retain(|chat, _| chat.account != id);
    }
}

/// The try that a form waits for is given up; what was typed stays. Returns whether there was one.
pub(super) fn give_up(state: &mut State, fx: &mut Effects) -> bool {
    let Some(Overlay::Form(form)) = state.front.as_mut().and_then(|front| front.overlays.last_mut()) else {
        return false;
    };
    let (FormPurpose::SignIn(account) | FormPurpose::SignUp(account)) = form.purpose else { return false };
    if form.working.is_none() && form.field(FieldKind::Code).is_none() {
        return false;
    }
    begin_again(form);
    end(state, account, fx);
    true
}

/// The account that is signed out and fits, else a new one.
fn spare(state: &State, fits: impl Fn(&Account) -> bool) -> AccountId {
    let out =
        |account: &Account| matches!(account.link, LinkPhase::SignedOut { .. } | LinkPhase::Idle) && !account.disabled;
    let waiting = state.core.accounts.iter().find(|account| out(account) && fits(account));
    let next = state.core.accounts.iter().map(|account| account.id.0.saturating_add(1)).max().unwrap_or(0);
    let next = next.max(state.core.past);
    waiting.map_or(AccountId(next), |account| account.id)
}

/// The user wants to sign in: to the account that is signed out, else to a new one.
pub(super) fn wanted(state: &mut State) {
    let out = |account: &&Account| matches!(account.link, LinkPhase::SignedOut { .. });
    let current = state.current_account().filter(out).map(|account| account.id);
    let account = current.unwrap_or_else(|| spare(state, |_| true));
    show(state, account);
}

/// The user wants to sign in to one more account. It never takes the place of one that somebody has.
pub(super) fn add(state: &mut State) {
    let account = spare(state, |account| account.fresh);
    show(state, account);
}

/// The user wants a new account. It never takes the place of one that somebody has.
pub(super) fn sign_up_wanted(state: &mut State) {
    let account = spare(state, |account| account.fresh);
    let form = sign_in_form::new(&Choices::of(state, account), FormPurpose::SignUp(account));
    if let Some(front) = &mut state.front {
        front.show_form(form, |_| {});
    }
    state.touch();
}
