//! Pastes of many lines are asked about; what was hidden in a paste is told.

use super::script::*;
use nib::state::Action;
use nib::state::action::TextEdit;
use nib::state::front::{Overlay, Question};

const LINES: &str = "fn main() {\n\tlet a = \"```\";\n}\n// end\n";

fn question(script: &Script) -> Option<&Question> {
    match script.state.front.as_ref()?.overlays.last()? {
        Overlay::Question(question) => Some(question),
        _ => None,
    }
}

fn words(script: &Script) -> Vec<&'static str> {
    question(script).expect("a question").choices.iter().map(|choice| choice.words).collect()
}

/// Pastes, and gives the answer with this name.
fn answered(script: &mut Script, text: &str, answer: &str) -> nib::state::Effects {
    script.act(Action::Paste(text.to_owned()));
    let at = words(script).iter().position(|words| *words == answer).expect("an answer");
    script.act(Action::Move(i32::try_from(at).unwrap()));
    script.act(Action::Accept)
}

#[test]
fn many_lines_ask_how_they_are_to_go_in() {
    let mut script = Script::ready();
    script.type_text("see ");
    script.act(Action::Paste("one\ntwo\nthree\n".to_owned()));
    assert!(question(&script).is_none());
    assert_eq!(script.composer(), "see one\ntwo\nthree\n");
    script.act(Action::Clear);
    answered(&mut script, LINES, "As they are");
    assert_eq!(script.composer(), LINES);
    script.act(Action::Clear);
    script.type_text("see");
    answered(&mut script, LINES, "Code");
    assert_eq!(script.composer(), format!("see\n````\n{}\n````\n", LINES.trim_end()), "longer than the fence inside");
    script.act(Action::Text(TextEdit::Undo));
    assert_eq!(script.composer(), "see", "one step back");
}

#[test]
fn what_is_not_put_in_can_be_put_back() {
    let mut script = Script::ready();
    answered(&mut script, LINES, "Leave");
    assert_eq!(script.composer(), "");
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), LINES);
    // Neither is it lost when the question is left.
    script.act(Action::Clear);
    script.act(Action::Paste(LINES.to_owned()));
    script.act(Action::Cancel);
    assert_eq!((question(&script).is_none(), script.composer()), (true, String::new()));
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), LINES);
}

#[test]
fn many_lines_go_out_as_a_file() {
    let mut script = Script::ready();
    script.act(Action::Paste(LINES.to_owned()));
    assert_eq!(words(&script), ["As they are", "Code", "Leave"], "not offered where it may not be");
    script.act(Action::Cancel);
    script.open(31);
    script.type_text("mine");
    answered(&mut script, LINES, "File");
    assert_eq!(script.composer(), "mine", "it waits with what is written to it");
    let fx = script.act(Action::Send);
    let rows = script.state.core.accounts[0].outbox.of(nib::domain::ChatId::new(31));
    let sent = sends(&fx).pop().map_or_else(|| rows[0].outgoing.clone(), |(_, sent)| sent);
    assert_eq!((sent.attachments[0].name.as_str(), &sent.attachments[0].bytes[..]), ("paste.txt", LINES.as_bytes()));
    assert_eq!((sent.text.as_str(), script.composer().as_str()), ("mine", ""));
    // What is too large for a file here is not lost.
    script.state.core.accounts[0].caps.max_file = 10;
    answered(&mut script, LINES, "File");
    assert!(script.notice().contains("too large"), "{}", script.notice());
    script.act(Action::Text(TextEdit::Yank));
    assert!(script.composer().ends_with(LINES), "{}", script.composer());
}

#[test]
fn the_number_of_lines_is_a_setting() {
    let mut script = Script::ready();
    let settings = nib::domain::Settings { paste_asks: 0, ..nib::domain::Settings::default() };
    script.event(nib::state::Event::Settings(settings.into()));
    script.act(Action::Paste("x\n".repeat(500)));
    assert!(question(&script).is_none());
}

#[test]
fn what_was_hidden_is_told() {
    let mut script = Script::ready();
    script.act(Action::Paste("pay\u{200b}pal \u{202e}moc".to_owned()));
    assert_eq!(script.composer(), "paypal moc");
    let said = "2 hidden characters were left out: one space without width, one direction mark";
    assert_eq!(script.notice(), said);
    script.act(Action::Paste(format!("\u{feff}{LINES}")));
    let text = &question(&script).expect("a question").text;
    assert!(text.ends_with("A hidden character was left out: one space without width."), "{text}");
    assert!(text.starts_with("4 lines are pasted."), "{text}");
}
