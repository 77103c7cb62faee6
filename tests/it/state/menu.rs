//! The menu of a message: what it offers, and that it does it.

use super::cursor::{caps, front, labels, on, pointing};
use super::script::*;
use nib::domain::*;
use nib::state::Action;
use nib::state::action::MessageAction;
use nib::state::front::Target;

#[test]
fn the_menu_offers_what_may_be_done_and_does_it() {
    let mut script = pointing();
    on(&mut script, MessageAction::Menu);
    let offered = labels(&script);
    assert!(offered.contains(&"Answer".to_owned()) && offered.contains(&"Details".to_owned()), "{offered:?}");
    for not in ["Change", "Delete", "Pin or let go", "Pass on", "Press a button", "Send again"] {
        assert!(!offered.contains(&not.to_owned()), "{not}");
    }
    script.type_text("answer");
    script.act(Action::Accept);
    assert_eq!(script.mode(), &nib::state::front::ComposeMode::Reply(key(10)));
    // By the mouse, on another message.
    let pane = front(&script).pane.id;
    on(&mut script, MessageAction::MenuAt(pane, Target::Message(key(4))));
    assert_eq!(front(&script).pane.cursor, Some(Target::Message(key(4))));
    assert!(labels(&script).contains(&"Change".to_owned()));
}

#[test]
fn the_menu_saves_files_where_there_are_some() {
    let mut script = pointing();
    let offers = |script: &mut Script| {
        on(script, MessageAction::Menu);
        labels(script).contains(&"Save its files".to_owned())
    };
    caps(&mut script).part = 1024;
    assert!(!offers(&mut script), "there is none");
    script.act(Action::Cancel);
    let file = Attachment { name: CleanText::ours("cat.png"), size: 9, ..Attachment::default() };
    script.hear(Message { attachments: vec![file].into(), ..said(chat(11), 40, ADA, "look") });
    script.act(Action::MoveLast);
    assert!(offers(&mut script));
    script.type_text("save");
    script.act(Action::Accept);
    assert_eq!(script.state.downloads.list.len(), 1, "{}", script.notice());
}

#[test]
fn the_menu_opens_what_is_folded_or_hidden_and_closes_it_again() {
    let mut script = pointing();
    script.hear(said(chat(11), 40, ADA, "||one|| and ||two||"));
    script.act(Action::MoveLast);
    let offers = |script: &mut Script, words: &str| {
        on(script, MessageAction::Menu);
        let offered = labels(script).contains(&words.to_owned());
        script.act(Action::Cancel);
        offered
    };
    assert!(!offers(&mut script, "Show all of it") && !offers(&mut script, "Fold it again"), "all of it shows");
    let folded = vec![Target::Message(key(40))];
    script.arrange(nib::state::front::Visible { folded, ..script.visible(true) });
    on(&mut script, MessageAction::Menu);
    script.type_text("show all");
    script.act(Action::Accept);
    assert!(front(&script).pane.opened.is_unfolded(Target::Message(key(40))));
    assert!(!offers(&mut script, "Show all of it") && offers(&mut script, "Fold it again"));
    for words in ["Show what is hidden in it", "Show what is hidden in it", "Hide again what was hidden in it"] {
        assert!(offers(&mut script, words), "{words}");
        on(&mut script, MessageAction::Reveal);
    }
}
