//! The list of accounts: how each is connected, who is signed in where, and the keys for the one under the cursor.

use super::{keys_line, panel, row};
use crate::domain::{CleanText, LinkPhase};
use crate::layout::account::{mark, style, words};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Fill, Hit, Scene};
use crate::layout::sidebar::badge;
use crate::layout::style::{Role, Style};
use crate::state::Account;
use crate::state::action::Context as Keys;
use crate::state::ui::accounts::AccountList;

/// Cells for the label, for what is said of the connection, for who is signed in, and for the network.
const LABEL: usize = 16;
const STATE: usize = 15;
const WHO: usize = 13;
const NETWORK: usize = 13;
/// Cells that an address needs to be of use.
const ADDRESS: usize = 16;
/// Columns inside the panel where the screen has them.
const COLUMNS: u16 = 92;

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
    let foot = foot(keys, selected, accounts.len(), usize::from(COLUMNS.min(screen.width.saturating_sub(8)).max(1)));
    let keys_rows = u16::try_from(foot.len()).unwrap_or(1);
    let rows = count.max(1).saturating_add(keys_rows + 3).min(screen.height.saturating_sub(4)).clamp(3, 18);
    let mut inside = panel(context, "Accounts", &hint, COLUMNS, rows, screen, scene);
    let width = usize::from(inside.width);
    let more = context.glyphs.more;
    // Below the list: what is wrong with the one under the cursor, and what can be done with it.
    let roomy = inside.height >= 6;
    // The list keeps some rows, whatever stands below.
    let said = (keys_rows + 2).min(inside.height.saturating_sub(count.min(3)));
    let below = if roomy { inside.take_bottom(said) } else { Area::default() };
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
        let line = match told {
            "" => Line::with(&CleanText::line(&account.server), Role::Faint),
            told => Line::with(told, Role::Warn),
        };
        scene.put(row(below, 1), line.cut(width, more));
    }
    for (line, y) in foot.into_iter().zip(2..) {
        scene.put(row(below, y), line.cut(width, more));
    }
}

/// What can be done with the selected account, and with the list: all of it, in as many rows as that takes.
fn foot(keys: &KeyHints, selected: Option<&Account>, count: usize, width: usize) -> Vec<Line> {
    let disabled = selected.is_some_and(|account| account.disabled);
    let out = selected.is_some_and(|account| matches!(account.link, LinkPhase::SignedOut { .. }));
    let some = selected.is_some();
    let wanted = [
        ("add-account", "add", true),
        ("rename-account", "rename", some),
        ("disable-account", "disable", some && !disabled),
        ("enable-account", "enable", disabled),
        ("sign-out", "sign out", some && !disabled && !out),
        ("remove-account", "remove", some),
        ("move-account up|move-account down", "move", count > 1),
        ("colour-account", "colour", count > 1),
    ];
    let mut lines: Vec<Line> = Vec::new();
    for (action, words, _) in wanted.into_iter().filter(|(.., fits)| *fits) {
        let one = keys_line(keys, &[(Keys::Accounts, action, words)]);
        match lines.last_mut() {
            Some(line) if line.width() + 3 + one.width() <= width => {
                line.push("   ", Role::Text);
                line.append(&one);
            }
            _ => lines.push(one),
        }
    }
    lines
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
    let mut column = 4 + LABEL + 1 + STATE;
    line.pad_to(column, Role::Text);
    // In columns, so that one can be compared with the next.
    let me = account.users.get(&account.me);
    let who = me.map_or("", |me| me.shown_username().unwrap_or(&me.name));
    line.push_cut(who, WHO - 1, more, Style::of(Role::Dim));
    column += WHO;
    line.pad_to(column, Role::Text);
    if let Some(network) = context.state.network_name(account) {
        line.push_cut(network, NETWORK - 1, more, Style::of(Role::Dim));
        column += NETWORK;
        line.pad_to(column, Role::Text);
    }
    if room >= column + ADDRESS {
        line.push(&CleanText::line(&account.server), Role::Faint);
    }
    let mut line = line.cut(room, more);
    line.push_right(&aside, width);
    line
}
