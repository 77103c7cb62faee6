//! Choosing colours.

use super::script::*;
use nib::state::effect::OptionValue;
use nib::state::{Action, Effect, Event};
use std::sync::Arc;

fn save(value: &str) -> Effect {
    Effect::SaveOption { name: "theme", value: OptionValue::Word(value.to_owned()) }
}

#[test]
fn a_theme_is_used_at_once_and_kept() {
    let mut script = Script::ready();
    assert_eq!(script.act(Action::Theme("paper".to_owned())), [save("paper")]);
    assert_eq!(script.state.theme(), "paper");
    assert_eq!(script.act(Action::Theme("paper".to_owned())), [], "it is kept already");
}

#[test]
fn one_that_does_not_exist_changes_nothing_and_says_which_do() {
    let mut script = Script::ready();
    let fx = script.act(Action::Theme("papre".to_owned()));
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::SaveOption { .. })));
    assert_eq!(script.state.theme(), "terminal");
    let notice = &script.state.front.as_ref().unwrap().notice.as_ref().unwrap().text;
    assert!(notice.contains("\"papre\"") && notice.contains("dusk"), "{notice}");
}

#[test]
fn the_list_shows_each_as_it_is_reached_and_esc_brings_back_the_one_before() {
    let mut script = Script::ready();
    script.act(Action::Theme(String::new()));
    assert_eq!(script.state.theme(), "terminal");
    script.act(Action::Move(1));
    assert_eq!(script.state.theme(), "auto");
    script.act(Action::Move(1));
    assert_eq!(script.state.theme(), "dark");
    script.act(Action::Insert("pap".to_owned()));
    assert_eq!(script.state.theme(), "paper");
    script.act(Action::Cancel);
    assert_eq!(script.state.theme(), "terminal");
    script.act(Action::Theme(String::new()));
    script.act(Action::Move(3));
    assert_eq!(script.act(Action::Accept), [save("dusk")]);
    assert_eq!(script.state.theme(), "dusk");
    assert!(script.state.front.as_ref().unwrap().overlays.is_empty());
}

#[test]
fn settings_that_are_read_anew_take_effect() {
    let mut script = Script::ready();
    assert_eq!(script.act(Action::Reload), [Effect::Reload]);
    let mut settings = (*script.state.settings).clone();
    settings.theme = "light".to_owned();
    script.event(Event::Settings(Arc::new(settings)));
    assert_eq!(script.state.theme(), "light");
}
