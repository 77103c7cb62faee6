//! Keys as in vi in the composer: what is inserted, what are commands, and how one gets from one to the other.

use super::script::*;
use nib::domain::Settings;
use nib::state::action::ComposeAction;
use nib::state::front::Region;
use nib::state::{Action, Event};

fn script() -> Script {
    let mut script = Script::ready();
    script.event(Event::Settings(Settings { vi: true, ..Settings::default() }.into()));
    script
}

fn types(script: &mut Script, text: &str) {
    text.chars().for_each(|letter| _ = script.type_text(&letter.to_string()));
}

#[test]
fn letters_are_text_until_esc_and_commands_after() {
    let mut script = script();
    types(&mut script, "one two");
    script.act(Action::FocusMessages);
    types(&mut script, "bdw");
    assert_eq!(script.composer(), "one ");
    types(&mut script, "u");
    assert_eq!(script.composer(), "one two");
    // What was taken back is made again by the key that elsewhere looks through what was sent.
    script.act(Action::Compose(ComposeAction::History));
    assert_eq!(script.composer(), "one ");
    types(&mut script, "ax");
    assert_eq!(script.composer(), "one x");
    // The next Esc but one is the usual one.
    script.act(Action::FocusMessages);
    assert_eq!(script.state.front.as_ref().unwrap().region, Region::Composer);
    script.act(Action::FocusMessages);
    assert_eq!(script.state.front.as_ref().unwrap().region, Region::Messages);
    script.act(Action::FocusComposer);
    assert_eq!(sends(&script.act(Action::Send))[0].1.text, "one x");
}

#[test]
fn a_change_is_made_again_so_many_times() {
    let mut script = script();
    types(&mut script, "abcdefgh");
    script.act(Action::FocusMessages);
    types(&mut script, "0x3.");
    assert_eq!(script.composer(), "efgh");
    types(&mut script, "..");
    assert_eq!(script.composer(), "gh", "what is made again is what was done, not the making");
}

#[test]
fn a_paste_is_text_whatever_letters_are() {
    let mut script = script();
    script.act(Action::FocusMessages);
    script.act(Action::Paste("ddx".to_owned()));
    assert_eq!(script.composer(), "ddx");
}

#[test]
fn keys_of_vi_are_turned_on_and_off_for_a_run() {
    let mut script = Script::ready();
    script.send("/vi");
    assert_eq!(script.notice(), "Keys as in vi while writing");
    types(&mut script, "ab");
    script.act(Action::FocusMessages);
    types(&mut script, "x");
    assert_eq!(script.composer(), "a");
    script.act(Action::Clear);
    types(&mut script, "i");
    script.send("/vi");
    script.act(Action::FocusMessages);
    assert_eq!(script.state.front.as_ref().unwrap().region, Region::Messages);
}

#[test]
fn what_is_taken_back_leaves_the_cursor_where_it_stood() {
    let mut script = script();
    types(&mut script, "one two three");
    script.act(Action::FocusMessages);
    types(&mut script, "0dwu");
    assert_eq!(script.composer(), "one two three");
    types(&mut script, "wx");
    assert_eq!(script.composer(), "one wo three");
}

#[test]
fn what_opens_the_composer_for_writing_begins_in_insert_mode() {
    let mut script = script();
    script.hear(said(chat(11), 30, ADA, "hello"));
    let to_messages = |script: &mut Script| {
        script.act(Action::FocusMessages);
        script.act(Action::FocusMessages);
        assert_eq!(script.state.front.as_ref().unwrap().region, Region::Messages);
    };
    to_messages(&mut script);
    script.act(Action::Command);
    types(&mut script, "date");
    assert_eq!(script.composer(), "/date");
    script.act(Action::Clear);
    to_messages(&mut script);
    script.act(Action::Message(nib::state::action::MessageAction::Reply));
    types(&mut script, "ix");
    assert_eq!(script.composer(), "ix");
    script.act(Action::Clear);
    script.act(Action::Clear);
    to_messages(&mut script);
    script.act(Action::Accept);
    types(&mut script, "ok");
    assert_eq!(script.composer(), "ok");
}

#[test]
fn a_colon_in_an_empty_composer_begins_a_command() {
    let mut script = script();
    script.act(Action::FocusMessages);
    types(&mut script, ":vi");
    assert_eq!(script.composer(), "/vi");
    script.act(Action::Clear);
    types(&mut script, "a:b");
    script.act(Action::FocusMessages);
    types(&mut script, ":");
    assert_eq!(script.composer(), "a:b", "not where something is written");
}
