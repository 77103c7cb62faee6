//! Messages that are made to be costly: what is made of them is bounded, and can be read.

use super::hostiles::{NAMES, message};
use super::*;
use nib::state::Event;
use nib::state::front::{Region, Target};

/// A screen with one message.
fn screen(name: &str) -> State {
    let mut state = sized(state(timeline(vec![message(name)], false)), 60, 60);
    state.front.as_mut().unwrap().pane.divider = None;
    state
}

/// The rows of the message, all that were made, and what is painted of them.
fn drawn(state: &State, cache: &mut LayoutCache) -> (usize, usize, Vec<String>) {
    let scene = arrange(state, cache, 60, 60);
    let mut seen: Vec<*const nib::layout::Line> = Vec::new();
    let (mut rows, mut bytes) = (0, 0);
    for row in &scene.rows {
        if let nib::layout::Content::Shared(lines, _) = &row.content
            && !seen.contains(&lines.as_ptr())
        {
            seen.push(lines.as_ptr());
            rows += lines.len();
            bytes += lines.iter().map(|line| line.text().len()).sum::<usize>();
        }
    }
    let buffer = painted(&scene, &Theme::named("terminal", ColorDepth::None));
    let symbols = buffer.content.iter().map(|cell| cell.symbol().len()).max().unwrap();
    assert!(symbols <= 64, "a cell of {symbols} bytes");
    (rows, bytes, words(&buffer))
}

#[test]
fn what_is_made_of_them_is_bounded_and_can_be_read() {
    for (name, told) in NAMES.into_iter().zip([
        "more kilobytes",
        "more kilobytes",
        "more kilobytes",
        "more kilobytes",
        "more kilobytes",
        "more kilobytes",
        "x",
        "e\u{301}",
        "and 460 more reactions",
        "and 160 more files",
        "a card without words",
    ]) {
        let mut cache = cache();
        let (rows, bytes, words) = drawn(&screen(name), &mut cache);
        // Marks are kept with their letter; what goes to the terminal is looked at above.
        let most = if name.contains("marks") { 110_000 } else { 20_000 };
        assert!(rows <= 60 && bytes <= most, "{name}: {rows} rows, {bytes} bytes");
        assert!(words.iter().any(|line| line.contains(told)), "{name}: {words:#?}");
    }
}

#[test]
fn a_long_message_shows_whole_when_that_is_wanted() {
    let long = |rows: usize| (1..=rows).map(|row| format!("row {row}")).collect::<Vec<_>>().join("\n");
    let message = message_of(&long(60));
    let target = Target::Message(message.key);
    let mut state = sized(state(timeline(vec![message], false)), 60, 90);
    state.front.as_mut().unwrap().pane.divider = None;
    let mut cache = cache();
    let shown = |state: &State, cache: &mut LayoutCache| {
        let words = shot(state, cache, 60, 90);
        (words.contains("row 40"), words.contains("row 41"), words.contains("20 more rows  z shows them"))
    };
    assert_eq!(shown(&state, &mut cache), (true, false, true));
    let folded = |state: &State, cache: &mut LayoutCache| arrange(state, cache, 60, 90).visible[0].1.folded.clone();
    assert_eq!(folded(&state, &mut cache), [target], "the menu offers to show it");
    let front = state.front.as_mut().unwrap();
    (front.region, front.pane.cursor) = (Region::Messages, Some(target));
    let unfold = nib::state::action::parse("unfold").unwrap();
    tell(&mut state, Event::Act(unfold.clone()));
    assert_eq!(shown(&state, &mut cache), (true, true, false));
    assert_eq!(folded(&state, &mut cache), []);
    tell(&mut state, Event::Act(unfold));
    assert_eq!(shown(&state, &mut cache), (true, false, true));
    for (fold, expected) in [(0, (true, true, false)), (58, (true, true, false))] {
        let settings = nib::domain::Settings { fold, ..nib::domain::Settings::default() };
        tell(&mut state, Event::Settings(settings.into()));
        assert_eq!(shown(&state, &mut cache), expected, "{fold}");
    }
}

fn message_of(words: &str) -> nib::domain::Message {
    scenes::message(1, ADA, 5, words)
}
