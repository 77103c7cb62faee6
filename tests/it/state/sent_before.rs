//! What was sent in this run is gone through and looked through; the cursor is put where the mouse points.

use super::script::*;
use nib::domain::*;
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

#[test]
fn a_draft_outlasts_a_change_that_is_begun_from_a_text_of_before() {
    let mut script = Script::ready().with_own();
    let (id, outgoing) = script.send("sent before").unwrap();
    let message = said(chat(11), 19, ME, "sent before").into();
    script.receive(Update::MessageCreated { message, unread: None, author: None, nonce: Some(outgoing.nonce) });
    script.answer(id, sent(19));
    script.hear(said(chat(11), 20, ME, "mine as well"));
    script.type_text("a draft");
    act(&mut script, ComposeAction::HistoryPrevious);
    assert_eq!(act(&mut script, ComposeAction::EditLast), "mine as well");
    script.type_text(", changed");
    script.open(12);
    script.open(11);
    assert_eq!(script.composer(), "a draft");
}

#[test]
fn a_draft_can_be_put_back_when_a_text_of_before_was_changed_or_sent() {
    for sends in [false, true] {
        let mut script = Script::ready();
        script.send("sent before");
        script.type_text("a draft");
        act(&mut script, ComposeAction::HistoryPrevious);
        if sends {
            script.act(Action::Send);
        } else {
            script.type_text("!");
        }
        script.open(12);
        script.act(Action::Text(TextEdit::Yank));
        assert_eq!(script.composer(), "a draft");
    }
}
