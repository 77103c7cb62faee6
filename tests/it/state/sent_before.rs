//! What was sent in this run is gone through and looked through; the cursor is put where the mouse points.

use super::script::*;
use nib::state::action::{ComposeAction, TextEdit};
use nib::state::front::{Hit, Overlay, PaneId, PickKind, Region};
use nib::state::{Action, State};

fn act(script: &mut Script, action: ComposeAction) -> String {
    script.act(Action::Compose(action));
    script.composer()
}

fn offered(state: &State) -> Vec<&str> {
    let overlay = state.front.as_ref().and_then(|front| front.overlays.last()).expect("a list");
    let picker = Overlay::picks(overlay, |kind| *kind == PickKind::History).expect("what was sent");
    picker.shown.iter().map(|shown| picker.items[shown.item].label.as_str()).collect()
}

#[test]
fn one_goes_back_through_what_was_sent_and_on_to_what_was_being_typed() {
    use ComposeAction::{HistoryNext, HistoryPrevious};
    let mut script = Script::ready();
    for text in ["one", "two", "one"] {
        script.send(text);
    }
    script.type_text("half");
    let back: Vec<String> = (0..3).map(|_| act(&mut script, HistoryPrevious)).collect();
    assert_eq!(back, ["one", "two", "two"], "what was sent twice is there once");
    assert_eq!([act(&mut script, HistoryNext), act(&mut script, HistoryNext)], ["one", "half"]);
    assert_eq!(act(&mut script, HistoryNext), "half");
    // In another chat of the account as well.
    script.act(Action::Clear);
    script.open(12);
    assert_eq!(act(&mut script, HistoryPrevious), "one");
    script.act(Action::Text(TextEdit::Undo));
    assert_eq!(script.composer(), "");
}

#[test]
fn what_was_sent_is_looked_through() {
    let mut script = Script::ready();
    for text in ["about crabs", "of\nlobsters", "/open Rust/help", "/join secret-code"] {
        script.send(text);
        script.act(Action::Clear);
        script.state.front.as_mut().unwrap().overlays.clear();
        script.open(11);
    }
    script.type_text("mine");
    script.act(Action::Compose(ComposeAction::History));
    assert_eq!(offered(&script.state), ["/open Rust/help", "of lobsters", "about crabs"], "no invite is among it");
    script.type_text("lob");
    assert_eq!(offered(&script.state), ["of lobsters"]);
    script.act(Action::Accept);
    assert_eq!(script.composer(), "of\nlobsters");
    script.act(Action::Text(TextEdit::Undo));
    assert_eq!(script.composer(), "mine");
}

#[test]
fn a_click_puts_the_cursor_where_it_points() {
    let mut script = Script::ready();
    script.type_text("one 👩\u{200d}🔬 two");
    script.act(Action::FocusMessages);
    script.act(Action::Point(Hit::Text(PaneId(0), 4)));
    let front = script.state.front.as_ref().unwrap();
    assert_eq!((front.region, front.pane.composer.cursor()), (Region::Composer, 4));
    script.type_text("x");
    assert_eq!(script.composer(), "one x👩\u{200d}🔬 two");
    // Never into what is one to the eye.
    script.act(Action::Point(Hit::Text(PaneId(0), 9)));
    script.type_text("y");
    assert_eq!(script.composer(), "one xy👩\u{200d}🔬 two");
}
