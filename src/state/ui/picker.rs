//! A list that narrows while one types: jump, emoji.

use super::field::Field;
use crate::state::action::Action;

/// A list with a search line.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    /// What narrows the list.
    pub query: Field,
    /// Everything that can be chosen.
    pub items: Vec<PickItem>,
    /// What fits the query, best first.
    pub shown: Vec<Shown>,
    /// Index into `shown`.
    pub selected: usize,
}

/// Something that can be chosen.
#[derive(Clone, PartialEq, Debug)]
pub struct PickItem {
    /// What is matched and shown. Remote text in it is clean.
    pub label: String,
    /// Shown dim beside it; for example the community.
    pub detail: String,
    /// Unread messages; shown and ranked first.
    pub unread: u32,
    /// Unread mentions; ranked before all.
    pub mentions: u32,
    /// What choosing it does.
    pub action: Action,
}

/// An item that fits the query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Index into `items`.
    pub item: usize,
    /// Indices of the characters of the label that matched, ascending.
    pub matched: Vec<u32>,
}
