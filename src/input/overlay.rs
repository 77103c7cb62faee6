//! Reads the `[keys]` table of the configuration, binding by binding.

use super::Problem;
use super::key::Key;
use crate::domain::near;
use crate::state::action::{self, Action, Context};
use std::collections::HashMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A binding as read.
pub(super) struct Read {
    pub(super) context: Context,
    pub(super) key: Key,
    /// `None` frees the key.
    pub(super) action: Option<Action>,
    /// As written, with single spaces.
    pub(super) written: String,
    /// Where, in bytes.
    pub(super) at: usize,
}

/// What frees a key.
const NONE: &str = "none";

/// Everything that can be read, in the order in which it is written, and what cannot.
pub(super) fn read(keys: &Spanned<DeValue<'_>>) -> (Vec<Read>, Vec<Problem>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let Some(tables) = keys.get_ref().as_table() else {
        problems.push(error(keys.span(), "keys are written in tables such as [keys.everywhere]".to_owned()));
        return (found, problems);
    };
    for (name, table) in in_order(tables) {
        let Some(context) = Context::ALL.into_iter().find(|context| context.name() == name.get_ref().as_ref()) else {
            let near = near::nearest(name.get_ref(), Context::ALL.into_iter().map(Context::name));
            let all = Context::ALL.map(Context::name).join(", ");
            let known = near.map_or_else(|| format!("; there are {all}"), |near| near::hint(Some(near)));
            problems.push(error(name.span(), format!("there is no place for keys called {:?}{known}", name.get_ref())));
            continue;
        };
        match table.get_ref().as_table() {
            Some(table) => read_context(context, table, &mut found, &mut problems),
            None => problems.push(error(
                table.span(),
                format!("{} is a table of keys, written [keys.{}]", context.name(), context.name()),
            )),
        }
    }
    (found, problems)
}

fn read_context(context: Context, table: &DeTable<'_>, found: &mut Vec<Read>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<Key, String> = HashMap::new();
    for (name, value) in in_order(table) {
        let key: Key = match name.get_ref().parse() {
            Ok(key) => key,
            Err(wrong) => {
                problems.push(error(name.span(), wrong.to_string()));
                continue;
            }
        };
        let Some(written) = value.get_ref().as_str() else {
            problems.push(error(value.span(), format!("what {key} does is an action's name in quotes, or \"{NONE}\"")));
            continue;
        };
        if context.takes_text() && key.typed().is_some() {
            problems.push(error(
                name.span(),
                format!("{key} types a character here and cannot do anything else; add Ctrl or Alt"),
            ));
            continue;
        }
        let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let action = match written.as_str() {
            NONE => None,
            _ => match action::parse(&written) {
                Ok(action) => Some(action),
                Err(wrong) => {
                    problems.push(error(value.span(), wrong.to_string()));
                    continue;
                }
            },
        };
        if let Some(before) = seen.insert(key, written.clone()) {
            let text = format!(
                "{key} is bound twice in [keys.{}]: \"{written}\" holds, \"{before}\" does not",
                context.name()
            );
            problems.push(Problem { at: name.span(), text, warning: true });
        }
        found.push(Read { context, key, action, written, at: name.span().start });
    }
}

/// Entries in the order in which they are written; the parser sorts them by name.
fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<(&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

fn error(at: Range<usize>, text: String) -> Problem {
    Problem { at, text, warning: false }
}
