//! Commands: where they can be typed, what is said of those that are none, and when what was said goes.

use super::script::*;
use nib::state::Action;
use nib::state::action::TextEdit;
use nib::state::front::{Front, Overlay, Region};

fn front(script: &Script) -> &Front {
    script.state.front.as_ref().unwrap()
}

#[test]
fn a_slash_among_the_messages_begins_a_command_and_a_draft_is_left_alone() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Command);
    assert_eq!((front(&script).region, script.composer()), (Region::Composer, "/".to_owned()));
    script.act(Action::Clear);
    script.type_text("a draft");
    script.act(Action::Command);
    script.type_text("/nonsense");
    let wrong = |script: &Script| match front(script).overlays.last() {
        Some(Overlay::Form(form)) => form.fields[0].error.clone(),
        _ => None,
    };
    assert!(sends(&script.act(Action::Accept)).is_empty());
    assert!(wrong(&script).unwrap().starts_with("There is no action called \"nonsense\""));
    script.act(Action::Text(TextEdit::KillToStart));
    script.type_text("send");
    script.act(Action::Accept);
    assert_eq!(wrong(&script).as_deref(), Some("\"send\" is done with a key"));
    script.act(Action::Text(TextEdit::KillToStart));
    script.type_text("toggle-sidebar");
    script.act(Action::Accept);
    assert!(front(&script).overlays.is_empty() && front(&script).sidebar_hidden);
    assert_eq!(script.composer(), "a draft");
}

#[test]
fn what_only_looks_like_a_command_says_how_to_send_it() {
    let mut script = Script::ready();
    assert!(script.send("/usr/bin/env is a path").is_none());
    assert!(script.notice().ends_with("; begin with // to send it as text"), "{}", script.notice());
    assert_eq!(script.composer(), "/usr/bin/env is a path");
}

#[test]
fn a_name_with_a_letter_missing_is_near_to_the_right_one() {
    let mut script = Script::ready();
    script.act(Action::Open("Rust/hlp".to_owned()));
    assert!(!script.notice().contains("did you mean"), "too few letters to say: {}", script.notice());
    script.act(Action::Open("Rust/genral".to_owned()));
    assert!(script.notice().contains("did you mean") && script.notice().contains("general"), "{}", script.notice());
}

#[test]
fn a_notice_goes_with_what_is_sent_or_opened() {
    let mut script = Script::ready();
    script.act(Action::Clear);
    assert_ne!(script.notice(), "");
    script.send("hello");
    assert_eq!(script.notice(), "");
    script.act(Action::Clear);
    script.act(Action::Open("Rust/help".to_owned()));
    assert_eq!((front(&script).pane.chat, script.notice()), (Some(chat(12)), ""));
}

#[test]
fn what_a_network_lacks_is_said_at_once_and_in_one_way() {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.polls = false;
    for line in ["/poll", "/poll Best? | A | B"] {
        script.type_text(line);
        script.act(Action::Send);
        assert_eq!((script.notice(), script.composer().as_str()), ("Polls cannot be made or voted in here", line));
        let account = &script.state.core.accounts[0];
        let form = nib::state::ui::arguments::form(account, "/poll x", 7).unwrap();
        assert_eq!((form.parts.len(), form.fault), (0, Some("Polls cannot be made or voted in here")));
        script.act(Action::Clear);
    }
}

#[test]
fn what_is_done_with_a_key_elsewhere_says_where() {
    let mut script = Script::ready();
    script.type_text("/edit");
    assert!(front(&script).pane.completion.is_some());
    script.act(Action::Send);
    assert!(front(&script).pane.completion.is_none(), "the answer shows in place of what was offered");
    assert_eq!(script.notice(), "\"edit\" is done with a key, among the messages");
}

#[test]
fn a_refusal_goes_with_what_is_done_next_once_it_could_be_read() {
    let mut script = Script::ready();
    let refused = |script: &mut Script| {
        script.type_text("/nosuch x");
        script.act(Action::Send);
        script.act(Action::Clear);
        assert!(script.notice().starts_with("There is no action called \"nosuch\"; begin"), "{}", script.notice());
    };
    refused(&mut script);
    script.type_text("a");
    assert_ne!(script.notice(), "", "it was not read yet");
    script.advance(std::time::Duration::from_secs(2));
    script.type_text("b");
    assert_eq!(script.notice(), "");
}
