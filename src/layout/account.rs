//! How accounts are told apart where there are several: a colour, a mark for how the connection is, and words for it.

use super::arrange::Context;
use super::glyphs::Glyphs;
use super::line::Line;
use super::style::{Role, Style};
use crate::domain::{CleanText, LinkPhase};
use crate::state::Account;

/// The look of an account's label.
#[must_use]
pub(super) fn style(account: &Account) -> Style {
    if account.disabled { Role::Faint.into() } else { Role::Person { slot: account.colour, tint: None }.into() }
}

/// The label in its look, where it has to be said of which account something is; else nothing.
pub(super) fn label(context: Context<'_>, account: &Account) -> Option<Line> {
    context.state.core.has_several().then(|| Line::with(&CleanText::line(&account.label), style(account)))
}

/// The mark that says how the connection is.
pub(super) fn mark(account: &Account, glyphs: &Glyphs) -> (&'static str, Style) {
    let own = style(account);
    match &account.link {
        _ if account.disabled => (glyphs.untold, own),
        LinkPhase::Syncing | LinkPhase::Online if account.silent_since.is_some() => (glyphs.under_way, own),
        LinkPhase::Online => (glyphs.online, own),
        LinkPhase::Connecting | LinkPhase::Syncing => (glyphs.under_way, own),
        LinkPhase::Idle | LinkPhase::Offline { .. } => (glyphs.offline, own),
        LinkPhase::SignedOut { .. } => (glyphs.failed, Role::Error.into()),
    }
}

/// How the connection is, in a few words; `None`: as it should be.
pub(super) fn words(account: &Account) -> Option<(&'static str, Role)> {
    match &account.link {
        _ if account.disabled => Some(("disabled", Role::Faint)),
        LinkPhase::Syncing | LinkPhase::Online if account.silent_since.is_some() => Some(("no answer", Role::Warn)),
        LinkPhase::Online => None,
        LinkPhase::Connecting => Some(("connecting", Role::Dim)),
        LinkPhase::Syncing => Some(("syncing", Role::Dim)),
        LinkPhase::Idle => Some(("not connected", Role::Dim)),
        LinkPhase::Offline { .. } => Some(("offline", Role::Error)),
        LinkPhase::SignedOut { .. } => Some(("signed out", Role::Error)),
    }
}

/// Whether what is known of it may have changed since.
pub(super) const fn is_away(account: &Account) -> bool {
    !matches!(account.link, LinkPhase::Online | LinkPhase::Syncing)
}

/// Who is signed in, where the label does not say it already.
pub(super) fn who(account: &Account) -> Option<&str> {
    let me = account.users.get(&account.me)?;
    let name = me.shown_username().unwrap_or(&me.name);
    (!name.is_empty() && !account.label.eq_ignore_ascii_case(name)).then_some(name)
}
