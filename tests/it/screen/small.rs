//! What is told beside the composer and in lists, where there is room for it and where there is little.

use super::*;
use nib::domain::{CleanText, Refusal, RefusalKind};
use nib::state::action::TextEdit;
use nib::state::front::Region;
use nib::state::outbox::Stage;
use nib::state::{Action, Event};
use std::sync::Arc;

fn open() -> State {
    state(timeline(talk(), true))
}

fn act(state: &mut State, action: Action) {
    tell(state, Event::Act(action));
}

#[test]
fn where_a_chat_is_goes_before_its_name_does() {
    let mut state = sized(open(), 20, 5);
    act(&mut state, nib::state::action::parse("jump").unwrap());
    act(&mut state, Action::Insert("general".to_owned()));
    let shown = shot(&state, &mut cache(), 20, 5);
    assert!(shown.contains("…/general"), "{shown}");
    let wide = shot(&sized(state, 80, 24), &mut cache(), 80, 24);
    assert!(wide.contains("Rustaceans/general"), "{wide}");
}

#[test]
fn letters_are_no_commands_while_the_messages_have_the_keys() {
    let mut state = sized(open(), 80, 24);
    let settings = nib::domain::Settings { vi: true, ..(*state.settings).clone() };
    state.settings = Arc::new(settings);
    state.front.as_mut().unwrap().region = Region::Composer;
    act(&mut state, Action::FocusMessages);
    let row = |state: &State| shot(state, &mut cache(), 80, 24).contains("normal");
    assert!(row(&state), "letters are commands");
    act(&mut state, Action::FocusMessages);
    assert_eq!(state.front.as_ref().unwrap().region, Region::Messages);
    assert!(!row(&state), "letters act on messages");
    act(&mut state, Action::FocusComposer);
    assert!(!row(&state), "who goes there to write begins with text");
    // It is said where a row of its own says what sending will do, too.
    let reply = Action::Message(nib::state::action::MessageAction::Reply);
    act(&mut state, Action::FocusMessages);
    act(&mut state, Action::FocusMessages);
    act(&mut state, reply);
    act(&mut state, Action::FocusMessages);
    let shown = shot(&state, &mut cache(), 80, 24);
    assert!(shown.contains("answering") && shown.contains("normal"), "{shown}");
}

#[test]
fn the_keys_of_what_is_offered_stand_before_a_refusal_but_not_before_a_way_back() {
    let mut state = sized(open(), 80, 24);
    state.front.as_mut().unwrap().region = Region::Composer;
    let with = |state: &mut State, key| {
        let text = "Changed; to take it back".to_owned();
        let notice = nib::state::front::Notice { text, key, bad: key.is_none(), until: nib::domain::Mono(u64::MAX) };
        state.front.as_mut().unwrap().notice = Some(notice);
        shot(state, &mut cache(), 80, 24)
    };
    assert!(with(&mut state, None).contains("Changed; to take it back"));
    act(&mut state, Action::Insert(":tad".to_owned()));
    let shown = with(&mut state, None);
    assert!(shown.contains(" tada") && !shown.contains("Changed;"), "{shown}");
    assert!(with(&mut state, Some("take-back")).contains("Changed; to take it back"));
}

#[test]
fn what_a_refusal_told_of_the_length_is_counted_from_then_on() {
    let mut state = sized(open(), 80, 24);
    act(&mut state, Action::Insert("x".repeat(90)));
    let shown = |state: &State| shot(state, &mut cache(), 80, 24);
    assert!(!shown(&state).contains(" left"), "nobody knows how much may be written");
    state.core.accounts[0].told_length = Some(100);
    assert!(shown(&state).contains("10 left"), "{}", shown(&state));
    act(&mut state, Action::Insert("x".repeat(14)));
    assert!(shown(&state).contains("4 too many"), "{}", shown(&state));
    act(&mut state, Action::Text(TextEdit::Backspace));
    assert!(shown(&state).contains("3 too many"));
}

#[test]
fn what_would_be_refused_again_is_not_to_be_sent_again_but_to_be_changed() {
    let long = "The message is too long; at most 4000 characters fit.";
    let mut state = sized(open(), 80, 24);
    let refusal = Refusal { kind: RefusalKind::Invalid, text: CleanText::ours(long), ..Refusal::default() };
    send(&mut state, "much", Stage::Failed(refusal));
    act(&mut state, Action::FocusMessages);
    act(&mut state, Action::MoveLast);
    let shown = shot(&state, &mut cache(), 80, 24).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("e changes it, X takes it back"), "{shown}");
    assert!(!shown.contains("sends it again") && shown.contains("e change X take back"), "{shown}");
}

#[test]
fn hints_name_what_the_network_has() {
    let mut state = sized(open(), 300, 24);
    let press = nib::domain::Button { label: CleanText::ours("Again"), row: 0, does: nib::domain::Press::Tell(None) };
    let message = nib::domain::Message { buttons: [press].into(), ..message(900, ME, 0, "a button") };
    state.core.accounts[0].timelines.insert(GENERAL, timeline(vec![message], true));
    act(&mut state, Action::FocusMessages);
    let hints = |state: &State| shot(state, &mut cache(), 300, 24).lines().rev().nth(1).unwrap_or_default().to_owned();
    let named = ["r reply", "+ react", "e edit", "d delete", "B press", "f pass on"];
    for has in [true, false] {
        let caps = &mut state.core.accounts[0].caps;
        (caps.replies, caps.reactions, caps.edit, caps.delete, caps.buttons, caps.forward) =
            (has, has, has, has, has, has);
        let shown = hints(&state);
        for hint in named {
            assert_eq!(shown.contains(hint), has, "{hint}: {shown}");
        }
        assert!(shown.contains("Space more"), "{shown}");
    }
}
