//! What was begun with a message, when that message changes meanwhile.

use super::script::*;
use nib::domain::*;
use nib::state::action::{MessageAction, TextEdit};
use nib::state::front::{Front, Overlay, Target};
use nib::state::{Action, Effect};
use std::sync::Arc;

fn front(script: &Script) -> &Front {
    script.state.front.as_ref().unwrap()
}

fn on(script: &mut Script, what: MessageAction) -> Vec<Effect> {
    script.act(Action::Message(what))
}

/// On message 40, which says this.
fn pointing(message: Message) -> Script {
    let mut script = Script::ready();
    script.hear(message);
    script.act(Action::FocusMessages);
    script
}

fn changed(script: &mut Script, message: Message) {
    script.receive(Update::MessageChanged { message: message.into(), reactions: true });
}

#[test]
fn the_words_that_were_chosen_are_answered_or_none() {
    for (now, composer) in [("Oh. Yes. No! Perhaps.", "> No!\n"), ("Something else entirely.", "")] {
        let mut script = pointing(said(chat(11), 40, ADA, "Yes. No! Perhaps."));
        on(&mut script, MessageAction::Quote);
        script.act(Action::Move(2));
        changed(&mut script, said(chat(11), 40, ADA, now));
        script.act(Action::Accept);
        assert_eq!(script.composer(), composer, "{}", script.notice());
    }
}

#[test]
fn undo_goes_on_over_what_is_quoted() {
    let mut script = pointing(said(chat(11), 40, ADA, "Yes."));
    script.act(Action::FocusComposer);
    script.type_text("draft");
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Quote);
    script.act(Action::Accept);
    assert_eq!(script.composer(), "> Yes.\ndraft");
    script.act(Action::Text(TextEdit::Undo));
    assert_eq!(script.composer(), "draft");
}

#[test]
fn what_was_revealed_is_hidden_when_something_else_is_hidden_there() {
    let hidden = |words: &str| said(chat(11), 40, ADA, words);
    let mut script = pointing(hidden("see ||one||"));
    on(&mut script, MessageAction::Reveal);
    let shows = |script: &Script| front(script).pane.opened.is_revealed(Target::Message(key(40)), 0);
    assert!(shows(&script));
    changed(&mut script, Message { pinned: true, ..hidden("look: ||one||") });
    assert!(shows(&script));
    changed(&mut script, hidden("||the end|| see ||one||"));
    assert!(!shows(&script));
}

#[test]
fn a_file_that_the_network_keeps_is_reached_beside_a_link() {
    let file = |name: &'static str, address: &'static str| Attachment {
        file: FileRef { id: id::FileId::new(1), address: CleanText::ours(address) },
        name: CleanText::ours(name),
        size: 5,
        ..Attachment::default()
    };
    let files = [file("plan.pdf", ""), file("away.pdf", "ftp://c.example/away.pdf")].into();
    let text = "https://a.example";
    let mut script = pointing(Message { attachments: files, ..said(chat(11), 40, ADA, text) });
    assert_eq!(on(&mut script, MessageAction::OpenLink), []);
    let Some(Overlay::Pick(pick)) = front(&script).overlays.last() else { panic!("a list") };
    let labels: Vec<&str> = pick.picker.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, [text, "plan.pdf"]);
    script.act(Action::MoveLast);
    script.act(Action::Accept);
    // It is asked for like any other file.
    assert_eq!(script.notice(), "Files cannot be fetched here");
}

#[test]
fn where_there_is_no_text_the_clipboard_is_left_as_it_is() {
    let mut script = pointing(said(chat(11), 40, ADA, " "));
    let fx = on(&mut script, MessageAction::CopyText);
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::Copy(_))));
    assert_eq!(script.notice(), "There is no text in this message");
    // Among several the others are copied.
    on(&mut script, MessageAction::Select(-1));
    assert!(on(&mut script, MessageAction::CopyText).contains(&Effect::Copy("line 10\n ".to_owned())));
}

#[test]
fn what_is_let_go_from_memory_is_selected_no_more() {
    let mut script = Script::ready();
    let settings = Settings { window: 50, ..Settings::clone(&script.state.settings) };
    script.state.settings = Arc::new(settings);
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Select(0));
    assert_eq!(front(&script).pane.selected.len(), 1);
    script.act(Action::ScrollEnd);
    for id in 20..240 {
        script.hear(said(chat(11), id, ADA, "another"));
        script.arrange_bottom();
    }
    assert!(!script.texts(11).contains(&"line 10".to_owned()));
    assert_eq!(front(&script).pane.selected.len(), 0);
}
