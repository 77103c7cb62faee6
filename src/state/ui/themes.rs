//! Choosing a theme: by name, or from a list that shows each one as it is reached.

use super::picker::{PickItem, Picker};
use crate::state::State;
use crate::state::action::Action;
use crate::state::effect::{Effect, Effects, OptionValue};
use crate::state::front::{Overlay, PickKind};
use std::sync::Arc;

/// What is said of the themes that are built in.
const KNOWN: &[(&str, &str)] = &[
    ("terminal", "your terminal's own colours"),
    ("auto", "dark or light, as your terminal is"),
    ("dark", "light words on a dark ground"),
    ("dusk", "warm words on brown"),
    ("light", "dark words on a light ground"),
    ("paper", "ink on old paper"),
    ("contrast", "as much contrast as there is"),
];

/// A theme was asked for: it is used from now on and kept for later runs. Without a name the list opens.
pub(super) fn wanted(state: &mut State, name: &str, fx: &mut Effects) {
    if name.is_empty() {
        return choose(state);
    }
    if !state.settings.themes.iter().any(|known| known == name) {
        let known = state.settings.themes.join(", ");
        return state.notice(format!("There is no theme \"{name}\"; there are {known}"), true, fx);
    }
    if state.settings.theme != name {
        let mut settings = (*state.settings).clone();
        name.clone_into(&mut settings.theme);
        state.settings = Arc::new(settings);
        fx.push(Effect::SaveOption { name: "theme", value: OptionValue::Word(name.to_owned()) });
    }
    state.touch();
}

fn is_themes(kind: &PickKind) -> bool {
    *kind == PickKind::Themes
}

fn choose(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    if front.overlays.last().is_some_and(|overlay| overlay.picks(is_themes).is_some()) {
        return;
    }
    let items = state.settings.themes.iter().map(|name| {
        let told = KNOWN.iter().find(|(known, _)| known == name).map_or("your own", |(_, told)| told);
        PickItem::plain(name.clone(), told.to_owned(), Action::Theme(name.clone()))
    });
    let mut picker = Picker::new(items.collect(), "");
    picker.selected = state.settings.themes.iter().position(|name| *name == state.settings.theme).unwrap_or_default();
    front.overlays.retain(|overlay| overlay.picks(is_themes).is_none());
    front.overlays.push(Overlay::pick(PickKind::Themes, picker));
    state.touch();
}

impl State {
    /// The theme to draw with: the one in use, or the one that is looked at in the list.
    #[must_use]
    pub fn theme(&self) -> &str {
        let top = self.front.as_ref().and_then(|front| front.overlays.last());
        let looked_at = top.and_then(|overlay| match overlay.picks(is_themes)?.chosen()? {
            Action::Theme(name) => Some(name.as_str()),
            _ => None,
        });
        looked_at.unwrap_or(&self.settings.theme)
    }
}
