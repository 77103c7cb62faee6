//! Lists of what was pinned and shared in a chat.

use super::going::{asked, caps, cursor, disconnect, found, go, kept, only_from, reads};
use super::script::*;
use nib::domain::kept::{Found, Listed, Marked, Query, Seek};
use nib::domain::*;
use nib::state::action::{Going, Listing};
use nib::state::front::Overlay;
use nib::state::{Action, Effect};
use std::sync::Arc;

pub(super) fn list(script: &Script) -> (Vec<(String, String)>, &'static str) {
    let Some(Overlay::Pick(pick)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("a list") };
    (pick.picker.items.iter().map(|item| (item.label.clone(), item.detail.clone())).collect(), pick.picker.note)
}

fn rows(items: &[(&str, &str)]) -> Vec<(String, String)> {
    items.iter().map(|(label, detail)| ((*label).to_owned(), (*detail).to_owned())).collect()
}

#[test]
fn pinned_messages_are_listed_gone_to_and_let_go() {
    let mut script = Script::ready();
    go(&mut script, Going::Listed(Listing::Pins));
    assert_eq!(script.notice(), "There are no pinned messages here", "the network has none");
    (caps(&mut script).pins, caps(&mut script).pin) = (true, true);
    let fx = go(&mut script, Going::Listed(Listing::Pins));
    let [(id, Request::FetchPinned(_))] = asked(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(list(&script), (vec![], "Looking for them …"));
    let pinned = |id| Arc::new(Message { pinned: true, ..said(chat(11), id, ADA, &format!("pinned {id}")) });
    let messages = vec![pinned(2), pinned(7)];
    script.answer(id, Ok(Reply::Pinned { chat: chat(11).chat, messages, bundle: Bundle::default() }));
    assert_eq!(list(&script), (rows(&[("pinned 7", "ada"), ("pinned 2", "ada")]), ""));
    // The rights of the community do not allow to let go of them.
    go(&mut script, Going::Use);
    assert_eq!(script.notice(), "You may not let go of pinned messages here");
    script.act(Action::Move(1));
    script.act(Action::Accept);
    assert_eq!(cursor(&script), Some(2));
    assert!(script.state.front.as_ref().unwrap().overlays.is_empty());

    script.open(31);
    let fx = go(&mut script, Going::Listed(Listing::Pins));
    let id = asked(&fx)[0].0;
    let direct = Arc::new(Message { pinned: true, ..said(chat(31), 45, ADA, "") });
    script.answer(id, Ok(Reply::Pinned { chat: chat(31).chat, messages: vec![direct], bundle: Bundle::default() }));
    assert_eq!(list(&script).0, rows(&[("a message without text", "ada")]));
    let fx = go(&mut script, Going::Use);
    let [(id, Request::Pin { message, pinned: false, .. })] = asked(&fx)[..] else { panic!("{fx:?}") };
    script.answer(id, Err(Refusal::ours(RefusalKind::Forbidden, "it is not yours")));
    assert_eq!((message, script.notice(), list(&script).0.len()), (key(45), "Still pinned: it is not yours", 1));
    let gone = Update::MessagePinned { chat: chat(31).chat, message: MessageId::new(45), pinned: false };
    script.receive(gone);
    assert_eq!(list(&script), (vec![], "Nothing is pinned in this chat"));
}

#[test]
fn what_is_deleted_or_pinned_meanwhile_leaves_or_comes_to_an_open_list() {
    let mut script = Script::ready();
    caps(&mut script).pins = true;
    go(&mut script, Going::Listed(Listing::Pins));
    let pin = |message, pinned| Update::MessagePinned { chat: chat(11).chat, message: MessageId::new(message), pinned };
    for message in [3, 5, 7] {
        script.receive(pin(message, true));
    }
    let labels = |script: &Script| list(script).0.into_iter().map(|(label, _)| label).collect::<Vec<_>>();
    assert_eq!(labels(&script), ["line 7", "line 5", "line 3"]);
    script.receive(Update::MessagesDeleted { chat: chat(11).chat, messages: vec![MessageId::new(5)] });
    script.receive(pin(7, false));
    assert_eq!(labels(&script), ["line 3"]);
    // Some networks tell the whole message.
    for (pinned, left) in [(true, vec!["told", "line 3"]), (false, vec!["line 3"])] {
        let message = Arc::new(Message { pinned, ..said(chat(11), 9, ADA, "told") });
        script.receive(Update::MessageChanged { message, reactions: true });
        assert_eq!(labels(&script), left);
    }
}

#[test]
fn what_the_network_did_not_say_is_not_said_in_its_place() {
    let mut script = kept();
    caps(&mut script).pins = true;
    let fx = go(&mut script, Going::Listed(Listing::Pins));
    let (ticket, _) = reads(&fx)[0].clone();
    let (id, _) = asked(&fx)[0].clone();
    script.answer(id, Err(Refusal::ours(RefusalKind::ServerFault, "no")));
    let pinned = Arc::new(Message { pinned: true, ..said(chat(11), 3, ADA, "kept") });
    found(&mut script, ticket, Found::Pinned(vec![pinned]));
    assert_eq!(list(&script), (rows(&[("kept", "ada")]), "The server did not say: only what was loaded so far"));
}

#[test]
fn without_a_connection_what_is_stored_of_pins_is_listed() {
    let mut script = kept();
    caps(&mut script).pins = true;
    disconnect(&mut script);
    let fx = go(&mut script, Going::Listed(Listing::Pins));
    let [(ticket, Query::Pinned(_))] = reads(&fx)[..] else { panic!("{fx:?}") };
    let pinned = Arc::new(Message { pinned: true, ..said(chat(11), 3, ADA, "kept") });
    found(&mut script, ticket, Found::Pinned(vec![pinned]));
    let (items, note) = list(&script);
    assert_eq!((items, note.starts_with("Not connected")), (rows(&[("kept", "ada")]), true));
}

fn with_file(id: u128, name: &str) -> Message {
    let file = Attachment { name: CleanText::new(name), size: 1_400_000, ..Attachment::default() };
    Message { attachments: Box::new([file]), ..said(chat(11), id, ADA, "a file") }
}

#[test]
fn a_file_of_a_list_is_saved_with_the_questions_that_saving_asks() {
    let own = Attachment { name: CleanText::new("own.bin"), ..Attachment::default() };
    let address = FileRef { address: CleanText::new("https://files.example/x"), ..FileRef::default() };
    let elsewhere = Attachment { file: address, size: 1, ..own.clone() };
    let large = Attachment { size: 2_000_000_000, ..own.clone() };
    let questions = ["Nobody says how large", "This file is kept elsewhere", "\"own.bin\" is 2.0 GB"];
    for (file, beginning) in [own, elsewhere, large].into_iter().zip(questions) {
        let mut script = Script::ready();
        caps(&mut script).part = 1 << 20;
        script.hear(Message { attachments: Box::new([file]), ..said(chat(11), 20, ADA, "") });
        go(&mut script, Going::Listed(Listing::Files));
        go(&mut script, Going::Use);
        let Some(Overlay::Question(question)) = script.state.front.as_ref().unwrap().overlays.last() else {
            panic!("a question about {beginning}")
        };
        assert!(question.text.starts_with(beginning), "{}", question.text);
        assert!(script.state.downloads.list.is_empty());
    }
}

#[test]
fn files_and_links_are_listed_from_memory_and_from_what_is_stored() {
    let mut script = kept();
    caps(&mut script).part = 1 << 20;
    only_from(&mut script, 8);
    script.hear(with_file(20, "new.png"));
    let fx = go(&mut script, Going::Listed(Listing::Files));
    assert_eq!(list(&script).0, rows(&[("new.png", "1.4 MB · ada")]));
    let [(ticket, Query::Marked { what: Marked::Files, before: None, .. })] = reads(&fx)[..] else { panic!("{fx:?}") };
    let messages = vec![Arc::new(with_file(20, "new.png")), Arc::new(with_file(5, "old.png"))];
    found(&mut script, ticket, Found::Marked(Listed { messages, further: Some(key(4)) }));
    let all = rows(&[("new.png", "1.4 MB · ada"), ("old.png", "1.4 MB · ada"), ("Look further back", "")]);
    assert_eq!(list(&script), (all, "Older messages were not looked at yet"));
    // What is selected is saved; the list stays.
    let before = script.state.downloads.list.len();
    go(&mut script, Going::Use);
    assert_eq!(script.state.downloads.list.len(), before + 1);
    script.act(Action::MoveLast);
    let fx = script.act(Action::Accept);
    let [(ticket, Query::Marked { before: Some(place), .. })] = reads(&fx)[..] else { panic!("{fx:?}") };
    assert_eq!(place, key(4));
    let messages = vec![Arc::new(with_file(3, "older.png")), Arc::new(with_file(2, "oldest.png"))];
    found(&mut script, ticket, Found::Marked(Listed { messages, further: None }));
    assert_eq!(list(&script).1, "Only what was loaded so far");
    let Some(Overlay::Pick(pick)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("a list") };
    assert_eq!(pick.picker.item().unwrap().label, "older.png", "the first that is new");
    script.act(Action::Insert("old".to_owned()));
    let fx = script.act(Action::Accept);
    let sought = |(_, query): &(_, Query)| matches!(query, Query::Messages { seek: Seek::Around(message), .. } if *message == MessageId::new(5));
    assert!(reads(&fx).iter().any(sought), "{fx:?}");

    let mut script = Script::ready();
    script.hear(said(
        chat(11),
        21,
        ADA,
        "see [the plan](https://a.example/plan) or https://b.example/x, https://b.example/x",
    ));
    go(&mut script, Going::Listed(Listing::Links));
    let expected = [("the plan", "https://a.example/plan · ada"), ("https://b.example/x", "ada")];
    assert_eq!(list(&script), (rows(&expected), ""));
    let fx = go(&mut script, Going::Use);
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::Open(_))), "other words than the address are asked about");
    script.act(Action::Cancel);
    script.act(Action::Move(1));
    let fx = go(&mut script, Going::Use);
    assert!(fx.contains(&Effect::Open("https://b.example/x".to_owned())), "{fx:?}");
}

#[test]
fn a_list_of_very_many_links_says_what_it_leaves_out() {
    let mut script = Script::ready();
    for message in 20..26 {
        let text: String = (0..400).map(|link| format!("http://a.example/{message}/{link} ")).collect();
        script.hear(said(chat(11), message, ADA, &text));
    }
    go(&mut script, Going::Listed(Listing::Links));
    let (items, note) = list(&script);
    assert_eq!((items.len(), note), (2_000, "What is older is not listed"));
    assert_eq!(items[0].0, "http://a.example/25/0");
}
