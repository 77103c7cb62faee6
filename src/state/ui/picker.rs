//! A list that narrows while one types: jump, emoji.

use super::field::Field;
use crate::domain::{AccountId, UserId, Wall};
use crate::state::action::Action;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::cmp::Reverse;

/// Most items shown.
pub(in crate::state) const SHOWN: usize = 2_000;

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
    /// How many things there were to make items of.
    pub of: usize,
    /// A line below the list: what is not in it. In place of an empty list.
    pub note: &'static str,
}

/// Something that can be chosen.
#[derive(Clone, PartialEq, Debug)]
pub struct PickItem {
    /// What is matched and shown. Remote text in it is clean.
    pub label: String,
    /// Shown dim beside it; for example the community.
    pub detail: String,
    /// The account that it belongs to, where there are several: found by its label, which is shown at the end.
    pub account: Option<(AccountId, String)>,
    /// Whose presence is shown before it.
    pub person: Option<(AccountId, UserId)>,
    /// Unread messages; shown and ranked first.
    pub unread: u32,
    /// Unread mentions; ranked before all.
    pub mentions: u32,
    /// What choosing it does.
    pub action: Action,
    /// What else there is to it.
    pub beside: Beside,
}

/// What some items have beside the rest.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Beside {
    /// The action whose key is named, where it has one.
    pub named: Option<&'static str>,
    /// When it was; told in few words.
    pub at: Option<Wall>,
    /// What can be done with it instead of choosing it.
    pub other: Option<Action>,
    /// Bytes of the label, at its beginning, that go first where there is no room: where something is, before what it is called.
    pub place: usize,
}

impl PickItem {
    /// One that is about no chat and no person.
    #[must_use]
    pub const fn plain(label: String, detail: String, action: Action) -> Self {
        let beside = Beside { named: None, at: None, other: None, place: 0 };
        Self { label, detail, account: None, person: None, unread: 0, mentions: 0, action, beside }
    }

    /// All that it is found by, the account first, as in written names.
    fn whole(&self) -> Option<String> {
        let (_, account) = self.account.as_ref()?;
        Some(format!("{account}:{} {}", self.label, self.detail))
    }

    /// Of the characters of the whole that matched, those of the label.
    fn keep_own(&self, matched: &mut Vec<u32>) {
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let before = self.account.as_ref().map_or(0, |(_, account)| count(account) + 1);
        let own = before..before.saturating_add(count(&self.label));
        matched.retain(|at| own.contains(at));
        matched.iter_mut().for_each(|at| *at -= before);
    }
}

/// An item that fits the query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Index into `items`.
    pub item: usize,
    /// Indices of the characters of the label that matched, ascending.
    pub matched: Vec<u32>,
}

impl Picker {
    /// A list of these items, in the order in which they are shown while nothing is typed.
    #[must_use]
    pub fn new(items: Vec<PickItem>, query: &str) -> Self {
        let mut picker = Self { query: Field::with(query), items, ..Self::default() };
        picker.narrow();
        picker
    }

    /// Takes other items in place of its own. What was selected stays so, if it is still there.
    pub fn renew(&mut self, items: Vec<PickItem>, of: usize) {
        let chosen = self.chosen().cloned();
        // Nothing is lost of what was typed and where.
        (self.items, self.of) = (items, of);
        self.narrow();
        let at = chosen.and_then(|chosen| {
            let is_it = |shown: &Shown| self.items.get(shown.item).is_some_and(|item| item.action == chosen);
            self.shown.iter().position(is_it)
        });
        self.selected = at.unwrap_or_default();
    }

    /// Finds anew what fits the query. The best match is selected.
    pub fn narrow(&mut self) {
        self.selected = 0;
        let query = self.query.text().trim();
        if query.is_empty() {
            self.shown = (0..self.items.len().min(SHOWN)).map(|item| Shown { item, matched: Vec::new() }).collect();
            return;
        }
        // An account's label in front is no part of the name.
        let label = |item: &PickItem| item.account.as_ref().map(|(_, label)| label.to_lowercase());
        let split = query.split_once(':').map(|(of, rest)| (of.trim().to_lowercase(), rest));
        let split = split.filter(|(of, _)| self.items.iter().any(|item| label(item).as_ref() == Some(of)));
        let (of, query) = split.map_or((None, query), |(of, rest)| (Some(of), rest));
        let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
        // Signs are what they are, not a language to search with; the one before a channel's name is no part of it.
        let words: Vec<&str> = query.split_whitespace().map(|word| word.trim_start_matches('#')).collect();
        let pattern = Pattern::new(&words.join(" "), CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let mut buffer = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
        let mut fitting: Vec<(bool, u32, usize)> = Vec::new();
        let of_it = |item: &PickItem| of.is_none() || label(item) == of;
        for (index, item) in self.items.iter().enumerate().filter(|(_, item)| of_it(item)) {
            // What stands beside it counts, too, after everything whose name fits: people are known by their names.
            let named = score(&item.label);
            let beside = || score(&item.detail).or_else(|| score(&item.whole()?));
            if let Some(score) = named.or_else(beside) {
                fitting.push((named.is_none(), score, index));
            }
        }
        // Of equal matches, those with mentions, then unread ones, then the order given.
        fitting.sort_by_key(|&(beside, score, index)| {
            let item = self.items.get(index);
            let waiting = item.map_or((0, 0), |item| (item.mentions.min(1), item.unread.min(1)));
            (beside, Reverse(score), Reverse(waiting), index)
        });
        fitting.truncate(SHOWN);
        self.shown = fitting
            .into_iter()
            .map(|(beside, _, item)| {
                let mut matched = Vec::new();
                let found = self.items.get(item);
                if let Some(label) = found.map(|item| item.label.as_str()).filter(|_| !beside) {
                    pattern.indices(Utf32Str::new(label, &mut buffer), &mut matcher, &mut matched);
                } else if let Some((item, whole)) = found.and_then(|item| Some((item, item.whole()?))) {
                    pattern.indices(Utf32Str::new(&whole, &mut buffer), &mut matcher, &mut matched);
                    item.keep_own(&mut matched);
                }
                matched.sort_unstable();
                matched.dedup();
                Shown { item, matched }
            })
            .collect();
    }

    /// Moves the selection; stops at the ends.
    pub fn step(&mut self, by: i32) {
        let last = self.shown.len().saturating_sub(1);
        let by = isize::try_from(by).unwrap_or(0);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }

    /// The selected item.
    #[must_use]
    pub fn item(&self) -> Option<&PickItem> {
        self.items.get(self.shown.get(self.selected)?.item)
    }

    /// What choosing the selected item does.
    #[must_use]
    pub fn chosen(&self) -> Option<&Action> {
        self.item().map(|item| &item.action)
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, PickItem, Picker};
    use crate::state::action::Action;

    #[test]
    fn an_account_in_front_is_no_part_of_the_name() {
        let of = |label: &str, account: u16, of: &str| PickItem {
            account: Some((crate::domain::AccountId(account), of.to_owned())),
            ..item(label, 0, 0)
        };
        let items = vec![
            of("Pixel Garden/showcase", 0, "garden"),
            of("Pixel Garden/pixels", 0, "garden"),
            of("Other/pixels", 1, "work"),
        ];
        for query in ["garden:pixels", "Garden: pixels", "garden:#pixels"] {
            let picker = Picker::new(items.clone(), query);
            assert_eq!(picker.chosen(), Some(&Action::Open("Pixel Garden/pixels".to_owned())), "{query}");
            assert!(picker.shown.iter().all(|shown| shown.item < 2), "{query}");
        }
        assert_eq!(Picker::new(items.clone(), "work:").shown.len(), 1);
        assert_eq!(Picker::new(items, "nobody:pixels").shown.len(), 0);
    }

    fn item(label: &str, unread: u32, mentions: u32) -> PickItem {
        PickItem {
            label: label.to_owned(),
            detail: String::new(),
            account: None,
            person: None,
            unread,
            mentions,
            action: Action::Open(label.to_owned()),
            beside: super::Beside::default(),
        }
    }

    #[test]
    fn people_are_found_by_their_names() {
        let mut ada = item("@countess", 0, 0);
        ada.detail = "Ada".to_owned();
        let mut picker = Picker::new(vec![ada, item("Rust/adapters", 0, 0)], "ada");
        assert_eq!(picker.shown.len(), 2);
        assert_eq!(picker.items[picker.shown[1].item].label, "@countess");
        assert!(picker.shown[1].matched.is_empty());
        picker.query.insert("p");
        picker.narrow();
        assert_eq!(picker.shown.len(), 1);
    }

    #[test]
    fn what_is_called_alike_is_found_by_its_account() {
        let of = |label: &str, number: u16| {
            let account = Some((crate::domain::AccountId(number), label.to_owned()));
            PickItem { account, ..item("Rust/general", 0, 0) }
        };
        let mut picker = Picker::new(vec![of("home", 0), of("mistium", 1), item("Zig/help", 0, 0)], "mistium general");
        let found = |picker: &Picker| picker.shown.iter().map(|shown| shown.item).collect::<Vec<_>>();
        assert_eq!(found(&picker), [1]);
        assert_eq!(picker.shown[0].matched, [5, 6, 7, 8, 9, 10, 11], "of the name, what was typed of it");
        picker.query = Field::with("mistium:");
        picker.narrow();
        assert_eq!(found(&picker), [1]);
        picker.query = Field::with("general");
        picker.narrow();
        assert_eq!(found(&picker), [0, 1]);
    }

    #[test]
    fn narrows_and_prefers_what_is_unread() {
        let mut picker =
            Picker::new(vec![item("Rust/general", 0, 0), item("Rust/help", 0, 0), item("Zig/help", 3, 0)], "");
        assert_eq!(picker.shown.len(), 3);
        picker.query.insert("help");
        picker.narrow();
        let labels: Vec<&str> = picker.shown.iter().map(|shown| picker.items[shown.item].label.as_str()).collect();
        assert_eq!(labels, ["Zig/help", "Rust/help"]);
        assert_eq!(picker.shown[1].matched, [5, 6, 7, 8]);
        picker.step(9);
        assert_eq!(picker.chosen(), Some(&Action::Open("Rust/help".to_owned())));
        picker.query = Field::with("#help !");
        picker.narrow();
        assert_eq!(picker.shown.len(), 0, "a sign is looked for like any letter");
        picker.query = Field::with("#rust help");
        picker.narrow();
        assert_eq!(picker.shown.len(), 1);
        picker.query.insert("zzz");
        picker.narrow();
        assert_eq!((picker.shown.len(), picker.chosen()), (0, None));
    }
}
