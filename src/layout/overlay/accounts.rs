//! The list of accounts: how each is connected, who is signed in where, and the keys for the one under the cursor.

use super::{keys_line, panel, row};
use crate::domain::{CleanText, LinkPhase};
use crate::layout::account::{mark, style, who, words};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Fill, Hit, Scene};
use crate::layout::sidebar::badge;
use crate::layout::style::{Role, Style};
use crate::state::Account;
use crate::state::action::Context as Keys;
use crate::state::ui::accounts::AccountList;

/// Cells for the label, and for what is said of the connection.
const LABEL: usize = 16;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, list: &AccountList, screen: Area, scene: &mut Scene) {
    let accounts: Vec<&Account> = context.state.core.listed().collect();
    let selected = list.selected(&context.state.core);
    let at = selected.and_then(|one| accounts.iter().position(|account| account.id == one.id)).unwrap_or(0);
    let out = selected.is_some_and(|account| matches!(account.link, LinkPhase::SignedOut { .. }));
    let disabled = selected.is_some_and(|account| account.disabled);
    let enter = match (disabled, out) {
        (true, _) => "enable",
        (false, true) => "sign in",
        (false, false) => "go there",
    };
    let hint = keys_line(keys, &[(Keys::Accounts, "accept", enter), (Keys::Accounts, "cancel", "close")]);
    let count = u16::try_from(accounts.len()).unwrap_or(u16::MAX);
    let rows = count.max(1).saturating_add(4).min(screen.height.saturating_sub(4)).clamp(3, 18);
    let mut inside = panel(context, "Accounts", &hint, 68, rows, screen, scene);
    let width = usize::from(inside.width);
    let more = context.glyphs.more;
    // Below the list: what is wrong with the one under the cursor, and what can be done with it.
    let roomy = inside.height >= 6;
    let below = if roomy { inside.take_bottom(3) } else { Area::default() };
    let height = usize::from(inside.height);
    if accounts.is_empty() {
        scene.put(inside, Line::with("no account yet", Role::Dim).cut(width, more));
    }
    let top = (at + 1).saturating_sub(height);
    for (y, (index, account)) in (0..inside.height).zip(accounts.iter().enumerate().skip(top)) {
        let place = row(inside, y);
        scene.hits.push((place, Hit::Item(index)));
        let fill = if index == at { Fill::Selected } else { Fill::Keep };
        scene.put_filled(place, fill, entry(context, account, index == at, width));
    }
    if !roomy {
        return;
    }
    if let Some(account) = selected {
        let told = match &account.link {
            LinkPhase::SignedOut { reason } | LinkPhase::Offline { reason, .. } if !account.disabled => reason.trim(),
            _ => "",
        };
        scene.put(row(below, 1), Line::with(told, Role::Warn).cut(width, more));
    }
    let can = |key: &'static str, words: &'static str, fits: bool| fits.then_some((Keys::Accounts, key, words));
    let some = selected.is_some();
    let wanted: Vec<_> = [
        can("add-account", "add", true),
        can("rename-account", "rename", some),
        can("disable-account", "disable", some && !disabled),
        can("enable-account", "enable", disabled),
        can("sign-out", "sign out", some && !disabled && !out),
        can("remove-account", "remove", some),
        can("move-account up|move-account down", "move", accounts.len() > 1),
        can("colour-account", "colour", accounts.len() > 1),
    ]
    .into_iter()
    .flatten()
    .collect();
    let line = keys_line(keys, &wanted);
    scene.put(row(below, 2), crate::layout::status::whole_hints(&line, width));
}

fn entry(context: Context<'_>, account: &Account, selected: bool, width: usize) -> Line {
    let (glyphs, more) = (context.glyphs, context.glyphs.more);
    let mut line = Line::with(if selected { glyphs.bar } else { " " }, Role::Accent);
    line.push(" ", Role::Text);
    let (mark, look) = mark(account, glyphs);
    line.push(mark, look);
    line.push(" ", Role::Text);
    let own = style(account);
    let label = if account.disabled { own } else { own.bold() };
    line.push_cut(&CleanText::line(&account.label), LABEL.min(width.saturating_sub(4)), more, label);
    line.pad_to(4 + LABEL, Role::Text);
    let (told, role) = words(account).unwrap_or(("online", Role::Dim));
    let aside = badge(account.total.unread, account.total.mentions);
    let room = width.saturating_sub(aside.width() + 1);
    line.push(" ", Role::Text);
    line.push(told, role);
    line.pad_to(4 + LABEL + 15, Role::Text);
    if let Some(who) = who(account) {
        line.push(who, Style::of(Role::Dim));
        line.push("  ", Role::Dim);
    }
    line.push(&CleanText::line(&account.server), Role::Faint);
    let mut line = line.cut(room, more);
    line.push_right(&aside, width);
    line
}
