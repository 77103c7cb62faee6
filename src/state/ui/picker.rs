//! A list that narrows while one types: jump, emoji.

use super::field::Field;
use super::fuzzy::{Fit, Fuzzy, How};
use crate::domain::{AccountId, UserId, Wall};
use crate::state::action::Action;
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
    /// Other names that it has, besides what its label says; for example the short names of an emoji.
    pub also: Vec<String>,
    /// It is found by its names alone: what stands beside them only narrows. Of those that fit alike, lower numbers come first; those with 0 in the
    /// order given, the others by the length of their names.
    pub by_name: Option<u8>,
}

impl PickItem {
    /// One that is about no chat and no person.
    #[must_use]
    pub const fn plain(label: String, detail: String, action: Action) -> Self {
        let beside = Beside { named: None, at: None, other: None, place: 0, also: Vec::new(), by_name: None };
        Self { label, detail, account: None, person: None, unread: 0, mentions: 0, action, beside }
    }

    /// What it is called itself, without the place that it is in.
    fn own(&self) -> &str {
        let after = self.label.get(self.beside.place..).filter(|_| self.beside.place > 0);
        after.and_then(|after| after.strip_prefix('/')).unwrap_or(&self.label)
    }

    /// How it fits; `None`: not at all.
    fn fit(&self, query: &str, fuzzy: &mut Fuzzy) -> Option<Fit> {
        let mut names: Vec<&str> = vec![self.own()];
        names.extend(self.beside.also.iter().map(String::as_str));
        // People are known by both of their names.
        names.extend(self.person.is_some().then_some(self.detail.as_str()).filter(|name| !name.is_empty()));
        // Who types a place, too, means all of the label.
        names.extend(query.contains('/').then_some(self.label.as_str()));
        let account = self.account.as_ref().map_or("", |(_, account)| account);
        let fit = fuzzy.fit(&names, &[&self.label, &self.detail, account]);
        if self.beside.by_name.is_some() {
            return fit.filter(|fit| fit.how != How::Beside);
        }
        let whole = || if account.is_empty() { String::new() } else { format!("{account}:{}", self.label) };
        fit.or_else(|| fuzzy.scattered(&[&self.label, &whole()]))
    }

    /// Indices of the characters of the label that were typed.
    fn matched(&self, fuzzy: &mut Fuzzy) -> Vec<u32> {
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let own = fuzzy.matched(self.own());
        if !own.is_empty() {
            let before = count(&self.label).saturating_sub(count(self.own()));
            return own.into_iter().map(|at| at.saturating_add(before)).collect();
        }
        let label = fuzzy.matched(&self.label);
        let Some((_, account)) = self.account.as_ref().filter(|_| label.is_empty()) else { return label };
        // Of all that it is found by, that which is the label's.
        let before = count(account) + 1;
        let whole = fuzzy.matched(&format!("{account}:{} {}", self.label, self.detail));
        let of_label = before..before.saturating_add(count(&self.label));
        whole.into_iter().filter(|at| of_label.contains(at)).map(|at| at - before).collect()
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

    /// The same with what was typed into the list before, which the first letter takes the place of.
    #[must_use]
    pub fn again(items: Vec<PickItem>, query: &str) -> Self {
        Self { query: Field::kept(query), ..Self::new(items, query) }
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
        // The sign before a channel's name is no part of it.
        let words: Vec<&str> = query.split_whitespace().map(|word| word.trim_start_matches('#')).collect();
        let query = words.join(" ");
        let mut fuzzy = Fuzzy::new(&query);
        let of_it = |item: &PickItem| of.is_none() || label(item) == of;
        let all = self.items.iter().enumerate().filter(|(_, item)| of_it(item));
        let mut fitting: Vec<(Fit, usize)> =
            all.filter_map(|(index, item)| Some((item.fit(&query, &mut fuzzy)?, index))).collect();
        // Of equal matches, those with mentions, then unread ones, then the order given.
        fitting.sort_by_key(|&(fit, index)| {
            let item = self.items.get(index);
            let waiting = item.map_or((0, 0), |item| (item.mentions.min(1), item.unread.min(1)));
            let group = item.and_then(|item| item.beside.by_name).unwrap_or_default();
            let length = if group > 0 { fit.length } else { 0 };
            (fit.how, group, length, fit.score, Reverse(waiting), index)
        });
        fitting.truncate(SHOWN);
        let mut shown = |item: usize| {
            let matched = self.items.get(item).map(|found| found.matched(&mut fuzzy)).unwrap_or_default();
            Shown { item, matched }
        };
        self.shown = fitting.into_iter().map(|(_, item)| shown(item)).collect();
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

    #[test]
    fn a_name_of_its_own_goes_before_that_of_its_place() {
        let of = |label: &str, unread: u32| {
            let place = label.find('/').unwrap_or_default();
            let beside = super::Beside { place, ..super::Beside::default() };
            PickItem { beside, ..item(label, unread, 0) }
        };
        let items = vec![of("Pixel Garden/general", 9), of("Pixel Garden/pixels", 0), of("Zig/upixel", 0)];
        let found = |query: &str| {
            let picker = Picker::new(items.clone(), query);
            picker.shown.iter().map(|shown| picker.items[shown.item].label.clone()).collect::<Vec<_>>()
        };
        assert_eq!(found("pix"), ["Pixel Garden/pixels", "Zig/upixel", "Pixel Garden/general"]);
        assert_eq!(found("pixel gen")[0], "Pixel Garden/general");
        assert_eq!(found("pixel garden/g"), ["Pixel Garden/general"]);
        let marked = Picker::new(items.clone(), "pix").shown[0].matched.clone();
        assert_eq!(marked, [13, 14, 15], "of its own name, not of the place's");
    }

    #[test]
    fn what_is_found_by_its_names_alone_is_only_narrowed_by_the_rest() {
        let of = |label: &str, place: &str, also: &[&str]| {
            let also = also.iter().map(|name| (*name).to_owned()).collect();
            let beside = super::Beside { also, by_name: Some(1), ..super::Beside::default() };
            PickItem { beside, detail: place.to_owned(), ..item(label, 0, 0) }
        };
        let flag = of("flag: St. Helena, Ascension & Tristan da Cunha", "", &["st_helena"]);
        let items = vec![flag, of(":crab:", "Tada Club", &["crab"]), of("party popper", "", &["tada"])];
        assert_eq!(Picker::new(items.clone(), "tada").shown.iter().map(|one| one.item).collect::<Vec<_>>(), [2, 0]);
        assert_eq!(Picker::new(items, "tada crab").shown[0].item, 1);
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
        ada.person = Some((crate::domain::AccountId(0), crate::domain::UserId::new(1)));
        let mut picker = Picker::new(vec![item("Rust/adapters", 0, 0), ada], "ada");
        assert_eq!(picker.shown.len(), 2);
        assert_eq!(picker.items[picker.shown[0].item].label, "@countess");
        assert!(picker.shown[0].matched.is_empty());
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
