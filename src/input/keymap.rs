//! Which key does what, and where.
//!
//! A key is looked up in the innermost context first, then everywhere. Where text is taken, a key that types a character types it and can
//! mean nothing else: a binding of a bare letter can never eat what somebody writes.

use super::Problem;
use super::key::Key;
use super::overlay;
use crate::state::action::{self, Action, ActionInfo, Context, REGISTRY};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The default keymap as it is written.
pub const DEFAULT_TEXT: &str = include_str!("../../assets/keymap.toml");

static DEFAULTS: LazyLock<(Keymap, Vec<Problem>)> = LazyLock::new(|| {
    let mut keymap = Keymap::empty();
    let (document, errors) = toml::de::DeTable::parse_recoverable(DEFAULT_TEXT);
    let mut problems: Vec<Problem> = errors
        .iter()
        .map(|error| Problem { at: error.span().unwrap_or(0..0), text: error.message().to_owned(), warning: false })
        .collect();
    if let Some(keys) = document.get_ref().get("keys") {
        problems.extend(keymap.overlay(keys));
    }
    (keymap, problems)
});

/// Which key does what, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keymap {
    bindings: BTreeMap<(Context, Key), Binding>,
    layers: u16,
}

/// What a key does in a context.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Binding {
    /// `None`: nothing, on purpose; the key is not looked up further out.
    action: Option<Action>,
    /// As written: a name and what it takes.
    written: String,
    /// Smaller is shown first: the newest layer, then the place in its text.
    rank: (u16, usize),
}

/// Something that can be done here, and the keys for it. For the help and the status line.
#[derive(Clone, Debug)]
pub struct Hint {
    /// What is done.
    pub action: Action,
    /// Its name and what it takes, as in the configuration.
    pub written: String,
    /// Its entry in the registry.
    pub info: &'static ActionInfo,
    /// Where the first of the keys is bound.
    pub context: Context,
    /// Keys as people write them, the preferred one first.
    pub keys: Vec<String>,
}

impl Default for Keymap {
    fn default() -> Self {
        DEFAULTS.0.clone()
    }
}

impl Keymap {
    /// A keymap without a key.
    #[must_use]
    pub const fn empty() -> Self {
        Self { bindings: BTreeMap::new(), layers: 0 }
    }

    /// Mistakes in the default keymap; a test holds that there are none.
    #[must_use]
    pub fn default_problems() -> &'static [Problem] {
        &DEFAULTS.1
    }

    /// Lays the written bindings of a `[keys]` table over these. What cannot be read is told and left as it was.
    pub fn overlay(&mut self, keys: &toml::Spanned<toml::de::DeValue<'_>>) -> Vec<Problem> {
        self.layers = self.layers.saturating_add(1);
        let (bindings, problems) = overlay::read(keys);
        for read in bindings {
            let binding =
                Binding { action: read.action, written: read.written, rank: (u16::MAX - self.layers, read.at) };
            self.bindings.insert((read.context, read.key), binding);
        }
        problems
    }

    /// What a key does where these contexts hold, the innermost first. `takes_text`: keys that type a character type it.
    #[must_use]
    pub fn action(&self, key: Key, contexts: &[Context], takes_text: bool) -> Option<Action> {
        match key.typed() {
            Some(character) if takes_text => Some(Action::Insert(character.to_string())),
            _ => self.bound(key, contexts).and_then(|(_, binding)| binding.action.clone()),
        }
    }

    fn bound(&self, key: Key, contexts: &[Context]) -> Option<(Context, &Binding)> {
        contexts.iter().find_map(|&context| self.bindings.get(&(context, key)).map(|binding| (context, binding)))
    }

    /// The preferred key for an action where these contexts hold, as people write it.
    #[must_use]
    pub fn key_for(&self, action: &Action, contexts: &[Context]) -> Option<String> {
        self.in_force(contexts)
            .filter(|(_, _, binding)| binding.action.as_ref() == Some(action))
            .min_by_key(|(context, _, binding)| (position(contexts, *context), binding.rank))
            .map(|(_, key, _)| key.to_string())
    }

    /// Everything that a key does where these contexts hold: in the order of the registry, inner contexts before outer ones.
    #[must_use]
    pub fn hints(&self, contexts: &[Context]) -> Vec<Hint> {
        let mut bound: Vec<_> = self.in_force(contexts).collect();
        bound.sort_by_key(|(context, _, binding)| {
            (position(contexts, *context), registry_place(&binding.written), binding.rank)
        });
        let mut hints: Vec<Hint> = Vec::new();
        for (context, key, binding) in bound {
            let Some((action, info)) = binding.action.as_ref().zip(info(&binding.written)) else { continue };
            match hints.iter_mut().find(|hint| hint.action == *action) {
                Some(hint) => hint.keys.push(key.to_string()),
                None => hints.push(Hint {
                    action: action.clone(),
                    written: binding.written.clone(),
                    info,
                    context,
                    keys: vec![key.to_string()],
                }),
            }
        }
        hints
    }

    /// Every binding that has an effect where these contexts hold.
    fn in_force<'a>(&'a self, contexts: &'a [Context]) -> impl Iterator<Item = (Context, Key, &'a Binding)> {
        let takes_text = contexts.first().is_some_and(|inner| inner.takes_text());
        self.bindings
            .iter()
            .filter(move |((context, key), _)| {
                let reachable = !(takes_text && key.typed().is_some());
                reachable && self.bound(*key, contexts).is_some_and(|(found, _)| found == *context)
            })
            .map(|(&(context, key), binding)| (context, key, binding))
    }

    /// Every binding, by context and key.
    pub fn bindings(&self) -> impl Iterator<Item = Bound<'_>> {
        const FIRST_LAYER: u16 = u16::MAX - 1;
        self.bindings.iter().map(|(&(context, key), binding)| {
            let place = (binding.rank.0 != FIRST_LAYER).then_some(binding.rank.1);
            Bound { context, key, written: &binding.written, place }
        })
    }
}

/// A binding, to be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound<'a> {
    /// Where it holds.
    pub context: Context,
    /// The key.
    pub key: Key,
    /// The action as written; `none` for a key that does nothing on purpose.
    pub written: &'a str,
    /// Where it stands in the user's text, in bytes; `None` for a default.
    pub place: Option<usize>,
}

fn position(contexts: &[Context], context: Context) -> usize {
    contexts.iter().position(|&one| one == context).unwrap_or(contexts.len())
}

fn name(written: &str) -> &str {
    written.split_whitespace().next().unwrap_or_default()
}

fn info(written: &str) -> Option<&'static ActionInfo> {
    action::find(name(written))
}

fn registry_place(written: &str) -> usize {
    let name = name(written);
    REGISTRY.iter().position(|info| info.name == name).unwrap_or(REGISTRY.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_contexts_are_those_in_which_text_can_be_moved_in() {
        for context in Context::ALL {
            let types = REGISTRY.iter().any(|info| info.name == "backspace" && info.contexts.contains(&context));
            // What is offered for a word lies over the composer, whose keys go on.
            let types = types || context == Context::Completion;
            assert_eq!(context.takes_text(), types, "{context:?}");
        }
    }

    #[test]
    fn an_empty_keymap_still_types() {
        let keymap = Keymap::empty();
        assert_eq!(
            keymap.action("a".parse().unwrap(), &[Context::Composer], true),
            Some(Action::Insert("a".to_owned()))
        );
        assert_eq!(keymap.action("a".parse().unwrap(), &[Context::Messages], false), None);
    }
}
