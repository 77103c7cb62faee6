//! Accounts and their connections: what a session tells, and what is done about it.

use super::requests::Purpose;
use super::ui::{open, waiting};
use super::{Account, Effect, Effects, State, answers, handover, history, keep, login, people, sync, timers, voice};
use crate::domain::{
    AccountId, Answer, CleanText, LinkEvent, LinkPhase, Refusal, RefusalKind, RequestId, SignInPart, UserId,
};

/// What is said when something needs a connection in a run that dials nothing.
pub(super) const OFFLINE: &str =
    "nib was started with --offline and connects to nothing; what you write waits. Start it without to connect";

/// The program starts.
pub(super) fn started(state: &mut State, fx: &mut Effects) {
    for account in state.core.accounts.iter_mut().filter(|account| !account.disabled) {
        connect(account, state.offline, fx);
    }
    timers::arm_midnight(state, fx);
    state.touch();
}

/// Has an account connected, unless nothing is dialled in this run.
pub(super) fn connect(account: &mut Account, offline: bool, fx: &mut Effects) {
    if !offline {
        account.link = LinkPhase::Connecting;
        fx.push(Effect::Connect(account.id));
    }
}

/// A session told something.
pub(super) fn changed(state: &mut State, account: AccountId, event: LinkEvent, fx: &mut Effects) {
    let now = state.now.mono;
    let Some(known) = state.core.account_mut(account) else { return };
    match event {
        LinkEvent::Connecting => {
            known.link = LinkPhase::Connecting;
            known.silent_since = None;
            known.held_until = None;
            state.touch();
        }
        LinkEvent::SignedIn { me, session, token, caps } => {
            let tried = known.tried.take();
            // The same user name is somebody else at another server, and a chat of the same name another chat.
            let elsewhere = tried.as_ref().is_some_and(|tried| tried.is_elsewhere(known));
            if elsewhere || known.me != UserId::default() && known.me != me.id {
                handover::forget(state, account, fx);
            }
            login::taken(state, account, tried);
            let Some(known) = state.core.account_mut(account) else { return };
            known.me = me.id;
            known.session = session;
            known.refused_about = None;
            known.caps = caps;
            known.failures = 0;
            people::put(known, me);
            fx.push(Effect::KeepToken(account, token));
            keep::signed_in(state, account, fx);
            history::mark_stale(state, account);
            keep::missed(state, account);
            login::signed_in(state, account);
            sync::start(state, account, fx);
        }
        LinkEvent::Named(name) => known.server_name = Some(name),
        LinkEvent::CodeNeeded { recovery, wrong } => login::code_needed(state, account, recovery, wrong),
        LinkEvent::VerificationNeeded { wrong } => login::verification_needed(state, account, wrong),
        LinkEvent::ConfirmElsewhere { address, code, expires } => {
            login::confirm_elsewhere(state, account, (address, code), expires);
        }
        LinkEvent::Allowed { token } => login::allowed(state, account, token, fx),
        LinkEvent::Refused { code: _, reason, about } => {
            known.refused_about = about;
            known.link = LinkPhase::SignedOut { reason: reason.clone() };
            known.silent_since = None;
            known.held_until = None;
            known.requests.channels_due.clear();
            voice::unknown(state, account);
            abandon(state, account, fx);
            if about == Some(SignInPart::Membership) {
                // Whoever left and signs in by itself would be back.
                fx.push(Effect::ForgetToken(account));
            }
            login::refused(state, account, &reason, about, fx);
            open::wish_in_vain(state, fx);
            state.touch();
        }
        LinkEvent::Down { reason, retry_in } => {
            known.failures = known.failures.saturating_add(1);
            let retry_at = now.plus(retry_in);
            let failures = known.failures;
            known.link = LinkPhase::Offline { reason: CleanText::line(&reason.to_string()), retry_at, failures };
            known.latency = None;
            known.silent_since = None;
            known.held_until = None;
            known.requests.channels_due.clear();
            voice::unknown(state, account);
            history::mark_stale(state, account);
            keep::missed(state, account);
            login::down(state, account, &reason, fx);
            open::wish_in_vain(state, fx);
            state.touch();
        }
        LinkEvent::Latency(latency) => {
            if known.latency.replace(latency) != Some(latency) {
                state.touch();
            }
        }
        LinkEvent::Silent(since) => {
            let since = since.map(|since| now.before(since));
            if std::mem::replace(&mut known.silent_since, since) != since {
                state.touch();
            }
        }
        LinkEvent::Held(left) => {
            known.held_until = left.map(|left| now.plus(left));
            state.touch();
        }
        LinkEvent::Missed => {
            history::mark_stale(state, account);
            keep::missed(state, account);
            if state.core.account(account).is_some_and(Account::is_signed_in) {
                sync::start(state, account, fx);
            }
        }
    }
}

/// A token was kept, or why it was not.
pub(super) fn token_kept(
    state: &mut State,
    account: AccountId,
    label: Option<String>,
    renewed: bool,
    sentence: Option<String>,
    fx: &mut Effects,
) {
    if let Some(label) = label.as_ref().filter(|_| renewed) {
        state.notice(
            format!("That is the account \"{label}\", which was there already; its sign-in is renewed"),
            false,
            fx,
        );
    }
    // No two accounts are called the same.
    let taken = |label: &String| state.core.accounts.iter().any(|other| other.id != account && other.label == *label);
    let label = label.filter(|label| !taken(label));
    if let Some((known, label)) = state.core.account_mut(account).zip(label)
        && known.label != label
    {
        known.label = label;
        state.touch();
    }
    if let Some(sentence) = sentence {
        state.notice_about(account, sentence, None, false, fx);
    }
}

/// The session has ended or is about to be replaced: nothing that was asked of it will be answered, and nothing more is handed to it. What waits to be
/// sent would go out in the place of what is given up.
pub(super) fn abandon(state: &mut State, account: AccountId, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(account) else { return };
    if known.is_signed_in() {
        known.link = LinkPhase::Idle;
    }
    let mut open: Vec<RequestId> = known.requests.open.keys().copied().collect();
    open.sort_unstable();
    for request in open {
        let refusal = Refusal::ours(RefusalKind::LinkLost, "the connection was ended");
        answers::take(state, account, Answer { request, outcome: Err(refusal) }, fx);
    }
    waiting::abandoned(state, account);
}

/// The computer slept, or its clock was set: no connection is taken for granted, none waits any longer, and the date may be another.
pub(super) fn woke(state: &mut State, fx: &mut Effects) {
    let has_session = |account: &&Account| !matches!(account.link, LinkPhase::Idle | LinkPhase::SignedOut { .. });
    fx.extend(state.core.accounts.iter().filter(has_session).map(|account| Effect::Probe(account.id)));
    timers::arm_midnight(state, fx);
    state.touch();
}

/// The user wants to connect now instead of waiting, or doubts that the connection stands.
pub(super) fn reconnect(state: &mut State, fx: &mut Effects) {
    let refused = |account: &&Account| matches!(account.link, LinkPhase::SignedOut { .. });
    if state.offline {
        return state.notice(OFFLINE, false, fx);
    }
    if let Some(account) = state.current_account().filter(refused).map(|account| account.id) {
        return login::show(state, account);
    }
    let mut some = false;
    if state.core.listed().next().is_none() {
        // What was tried and given up is nobody's account.
        return login::wanted(state);
    }
    for account in state.core.accounts.iter_mut().filter(|account| !account.disabled && !account.fresh) {
        match account.link {
            LinkPhase::Offline { .. } => fx.push(Effect::Probe(account.id)),
            LinkPhase::Idle => fx.push(Effect::Connect(account.id)),
            LinkPhase::Syncing | LinkPhase::Online => {
                fx.push(Effect::Probe(account.id));
                continue;
            }
            LinkPhase::Connecting | LinkPhase::SignedOut { .. } => continue,
        }
        account.link = LinkPhase::Connecting;
        some = true;
    }
    state.touch();
    if some {
        return;
    }
    let signed_out = state.core.listed().find(refused);
    match signed_out.map(|account| account.id) {
        Some(account) => login::show(state, account),
        None if state.core.accounts.iter().any(|account| account.silent_since.is_some()) => {
            state.notice("Asking the server once more; without an answer nib connects anew", false, fx);
        }
        None => state.notice("The connection stands", false, fx),
    }
}

/// Whether a request belongs to what keeps an account from being online.
pub(super) const fn is_list(purpose: &Purpose) -> bool {
    matches!(purpose, Purpose::Communities | Purpose::Chats | Purpose::Channels(_))
}
