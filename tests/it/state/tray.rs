//! Files that go with the next message: added, looked at, renamed, removed, sent together, and kept with their chat.

use super::script::*;
use nib::domain::*;
use nib::state::action::{AccountAction, FileAction, TextEdit};
use nib::state::front::{Overlay, PickKind};
use nib::state::outbox::Stage;
use nib::state::ui::chooser::Folder;
use nib::state::ui::form::Input;
use nib::state::{Action, Effect, Effects, Event};
use std::time::Duration;

/// The chat with Ada, where files may be sent.
const PLACE: u128 = 31;

fn talking() -> Script {
    let mut script = Script::signed_in(true);
    script.open(PLACE);
    script.arrange_bottom();
    script
}

fn add(script: &mut Script, path: &str) -> Option<u64> {
    let fx = script.act(Action::File(FileAction::Add(path.to_owned())));
    read_for(&fx)
}

fn read_for(fx: &Effects) -> Option<u64> {
    fx.iter().find_map(|effect| match effect {
        Effect::ReadFile { number, most: 1_000_000, .. } => Some(*number),
        _ => None,
    })
}

fn file(name: &str) -> Upload {
    Upload::new(name, "meow".into())
}

fn tray(script: &Script, place: u128) -> Vec<String> {
    let front = script.state.front.as_ref().unwrap();
    front.trays.of(chat(place)).iter().map(|held| held.name.clone()).collect()
}

/// Adds a file that is there.
fn attach(script: &mut Script, name: &str) {
    let number = add(script, name).expect("it is read");
    script.event(Event::FileRead(number, Ok(file(name))));
}

#[test]
fn several_files_and_a_caption_are_one_message() {
    let mut script = talking();
    attach(&mut script, "/x/cat.txt");
    let slow = add(&mut script, "~/dog.txt").unwrap();
    assert_eq!(tray(&script, PLACE), ["_x_cat.txt", "dog.txt"]);
    script.type_text("both of them");
    assert!(sends(&script.act(Action::Send)).is_empty());
    assert_eq!(script.notice(), "The files are still being read; wait a moment");
    script.event(Event::FileRead(slow, Ok(file("dog.txt"))));
    let fx = script.act(Action::Send);
    let (id, outgoing) = sends(&fx).remove(0);
    assert_eq!(outgoing.text, "both of them");
    assert_eq!(
        outgoing.attachments.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
        ["_x_cat.txt", "dog.txt"]
    );
    assert_eq!((script.composer(), tray(&script, PLACE)), (String::new(), vec![]));
    assert_eq!(script.rows(PLACE), [Stage::InFlight(id)]);
    // Files alone are a message, too.
    attach(&mut script, "alone.txt");
    script.answer(id, sent(90));
    let fx = script.act(Action::Send);
    assert_eq!(sends(&fx)[0].1.text, "");
}

#[test]
fn what_is_too_much_is_said_before_anything_is_sent() {
    let mut script = talking();
    for name in ["a", "b", "c"] {
        attach(&mut script, name);
    }
    assert_eq!(add(&mut script, "d"), None);
    assert_eq!(script.notice(), "A message takes at most 3 files here");
    script.act(Action::File(FileAction::Remove(None)));
    let number = add(&mut script, "big.iso").unwrap();
    let why = "\"big.iso\" is too large: at most 1.0 MB can be sent".to_owned();
    script.event(Event::FileRead(number, Err(why)));
    assert_eq!(script.notice(), "Not attached: \"big.iso\" is too large: at most 1.0 MB can be sent");
    script.state.core.account_mut(HOME).unwrap().caps.file_types = FileTypes::IMAGES;
    let number = add(&mut script, "words.txt").unwrap();
    script.event(Event::FileRead(number, Ok(file("words.txt"))));
    assert_eq!(script.notice(), "Not attached: \"words.txt\" is of a kind that is not taken here; only pictures");
    assert_eq!(tray(&script, PLACE), ["a", "b"]);

    let mut script = Script::ready();
    assert_eq!(add(&mut script, "cat.txt"), None);
    assert_eq!(script.notice(), "You may not send files here");
}

#[test]
fn files_are_renamed_and_removed_by_number() {
    let mut script = talking();
    for name in ["a.txt", "b.txt", "c.txt"] {
        attach(&mut script, name);
    }
    script.type_text("/rename-file 2 better name.txt");
    script.act(Action::Send);
    script.type_text("/rename-file ../last.txt");
    script.act(Action::Send);
    script.type_text("/remove-file 1");
    script.act(Action::Send);
    assert_eq!(tray(&script, PLACE), ["better name.txt", ".._last.txt"]);
    script.act(Action::File(FileAction::Remove(Some(9))));
    assert_eq!(script.notice(), "There is no such file here");
    let fx = script.act(Action::Send);
    let names: Vec<String> = sends(&fx)[0].1.attachments.iter().map(|file| file.name.clone()).collect();
    assert_eq!(names, ["better name.txt", ".._last.txt"]);
}

#[test]
fn a_command_for_a_file_that_cannot_be_carried_out_stays() {
    let mut script = talking();
    let number = add(&mut script, "a.txt").unwrap();
    for (line, told) in [
        ("/rename-file 1 holiday.png", "The file is still being read; wait a moment"),
        ("/rename-file 9 holiday.png", "There is no such file here"),
        ("/remove-file 9", "There is no such file here"),
    ] {
        script.type_text(line);
        script.act(Action::Send);
        assert_eq!((script.composer().as_str(), script.notice()), (line, told));
        script.act(Action::Clear);
    }
    script.event(Event::FileRead(number, Err("there is none".to_owned())));
    // Nobody named one.
    script.act(Action::File(FileAction::Rename(None, String::new())));
    assert_eq!(script.notice(), "No file goes with your next message; to add one");
}

#[test]
fn the_name_of_a_file_is_asked_for_alone() {
    let mut script = talking();
    for name in ["a.tar.gz", "ñ b.jpég", ".hidden"] {
        attach(&mut script, name);
    }
    script.type_text("a caption that stays");
    let stems = [(1, "a.tar"), (2, "ñ b"), (3, ".hidden")];
    for (number, stem) in stems {
        script.act(Action::File(FileAction::Rename(Some(number), String::new())));
        let Some(Overlay::Form(form)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("a form") };
        let Input::Text(field) = &form.fields[0].input else { panic!("a line") };
        assert_eq!((form.fields.len(), form.fields[0].label), (1, "Name"));
        assert_eq!(&field.text()[..field.cursor()], stem);
        script.act(Action::Text(TextEdit::KillToStart));
        script.type_text(&format!("new {number}"));
        script.act(Action::Accept);
        assert!(script.state.front.as_ref().unwrap().overlays.is_empty());
    }
    assert_eq!(tray(&script, PLACE), ["new 1.gz", "new 2.jpég", "new 3"]);
    assert_eq!(script.composer(), "a caption that stays");
    // Without a name it stays open.
    script.act(Action::File(FileAction::Rename(Some(3), String::new())));
    script.act(Action::Text(TextEdit::KillToStart));
    script.act(Action::Accept);
    let Some(Overlay::Form(form)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("a form") };
    assert_eq!(form.fields[0].error.as_deref(), Some("Type a name"));
}

#[test]
fn a_tray_stays_with_its_chat_and_comes_back_with_a_message_that_failed() {
    let mut script = talking();
    attach(&mut script, "a.txt");
    attach(&mut script, "b.txt");
    script.open(32);
    assert!(tray(&script, 32).is_empty());
    assert!(sends(&script.act(Action::Send)).is_empty(), "the files of one chat go to no other");
    script.open(PLACE);
    script.type_text("look");
    let (id, _) = sends(&script.act(Action::Send)).remove(0);
    script.answer(id, Err(refusal(RefusalKind::Invalid)));
    script.act(Action::Message(nib::state::action::MessageAction::Discard));
    assert_eq!(
        (script.composer().as_str(), tray(&script, PLACE)),
        ("look", vec!["a.txt".to_owned(), "b.txt".to_owned()])
    );
}

#[test]
fn pasted_paths_are_files_if_they_are_there_and_text_if_not() {
    let mut script = talking();
    let pasted = "/there/a.txt\n/there/b.txt";
    let looked = |fx: &Effects| {
        let look = |effect: &Effect| match effect {
            Effect::LookAt { number, paths } => Some((*number, paths.clone())),
            _ => None,
        };
        fx.iter().find_map(look)
    };
    let (number, paths) = looked(&script.act(Action::Paste(pasted.to_owned()))).unwrap();
    assert_eq!(paths, ["/there/a.txt", "/there/b.txt"]);
    let fx = script.event(Event::LookedAt(number, true));
    assert_eq!(fx.iter().filter(|effect| matches!(effect, Effect::ReadFile { .. })).count(), 2);
    assert_eq!((script.composer(), tray(&script, PLACE).len()), (String::new(), 2));
    let (number, _) = looked(&script.act(Action::Paste("/etc/nothing".to_owned()))).unwrap();
    script.event(Event::LookedAt(number, false));
    assert_eq!(script.composer(), "/etc/nothing");
    assert_eq!(looked(&script.act(Action::Paste(" and words".to_owned()))), None);
    script.act(Action::Clear);
    // One paste after the other, and Enter before anybody has looked: it goes with all of it.
    script.type_text("see ");
    let first = looked(&script.act(Action::Paste("/one".to_owned()))).unwrap().0;
    let second = looked(&script.act(Action::Paste("/two".to_owned()))).unwrap().0;
    assert_eq!(sends(&script.act(Action::Send)), []);
    assert_eq!(sends(&script.event(Event::LookedAt(first, false))), []);
    script.state.front.as_mut().unwrap().trays = nib::state::ui::tray::Trays::default();
    assert_eq!(sends(&script.event(Event::LookedAt(second, false)))[0].1.text, "see /one/two");
    // A chat that is left meanwhile gets nothing, and nothing is lost.
    let (number, _) = looked(&script.act(Action::Paste("/three".to_owned()))).unwrap();
    script.act(Action::NextChat);
    script.event(Event::LookedAt(number, true));
    assert_eq!(script.composer(), "");
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), "/three");
}

#[test]
fn what_is_written_or_begun_after_enter_does_not_go_with_a_paste_that_is_looked_at() {
    let pastes = || {
        let mut script = Script::ready().with_own();
        may_send_media(&mut script);
        script.type_text("see ");
        let fx = script.act(Action::Paste("/slow/x".to_owned()));
        assert_eq!(sends(&script.act(Action::Send)), []);
        (script, looked_at(&fx).expect("a look"))
    };
    for changes in [false, true] {
        let (mut script, number) = pastes();
        if changes {
            script.act(Action::Compose(nib::state::action::ComposeAction::EditLast));
        } else {
            script.type_text("half a word");
        }
        let fx = script.event(Event::LookedAt(number, false));
        assert_eq!(requests(&fx), [], "{fx:?}");
        assert_eq!(script.notice(), "Not sent, since you went on writing; to send it");
        assert!(script.composer().contains("/slow/x"));
    }
    // A list that was opened meanwhile has nothing to do with it.
    for elsewhere in [Action::FocusMessages, Action::Jump] {
        let (mut script, number) = pastes();
        script.act(elsewhere);
        assert_eq!(sends(&script.event(Event::LookedAt(number, false)))[0].1.text, "see /slow/x");
    }
}

#[test]
fn paths_of_files_that_may_not_go_are_text() {
    // Nobody looks for them where no file may be sent.
    let mut script = Script::ready();
    let fx = script.act(Action::Paste("/etc/hosts".to_owned()));
    assert_eq!((looked_at(&fx), script.composer().as_str()), (None, "/etc/hosts"));
    // Those for which there is room go along; the rest is in sight, and nothing is sent by itself.
    let mut script = talking();
    let caps = Caps { max_files: 2, ..Script::caps() };
    script.state.core.account_mut(HOME).unwrap().caps = caps;
    for sends_it in [true, false] {
        script.type_text("see ");
        let fx = script.act(Action::Paste("/a/1\n/a/2\n'/a/3 and more'\n/a/4".to_owned()));
        if sends_it {
            script.act(Action::Send);
        }
        let fx = script.event(Event::LookedAt(looked_at(&fx).unwrap(), true));
        let rest = if sends_it { "\"/a/3 and more\"\n/a/4" } else { "/a/1\n/a/2\n'/a/3 and more'\n/a/4" };
        assert_eq!((sends(&fx), script.composer()), (vec![], format!("see {rest}")));
        let told = "A message takes at most 2 files here";
        assert_eq!(script.notice(), if sends_it { format!("Not sent. {told}") } else { told.to_owned() });
        assert_eq!(tray(&script, PLACE), ["1", "2"]);
        script.act(Action::Clear);
    }
}

fn looked_at(fx: &Effects) -> Option<u64> {
    fx.iter().find_map(|effect| match effect {
        Effect::LookAt { number, .. } => Some(*number),
        _ => None,
    })
}

fn may_send_media(script: &mut Script) {
    let communities = &mut script.state.core.account_mut(HOME).unwrap().communities;
    let known = communities.iter_mut().find(|community| community.id == RUST).unwrap();
    known.permissions = known.permissions.union(Permissions::SEND_MEDIA);
}

#[test]
fn files_are_chosen_from_folders_one_after_the_other() {
    let mut script = talking();
    let listing = |fx: &Effects| {
        fx.iter().find_map(|effect| match effect {
            Effect::ListFolder { number, path, .. } => Some((*number, path.clone())),
            _ => None,
        })
    };
    let (number, path) = listing(&script.act(Action::File(FileAction::Add(String::new())))).unwrap();
    assert_eq!(path, "");
    let folder = Folder {
        path: "/there/me".to_owned(),
        parent: Some("/there".to_owned()),
        entries: vec![
            ("pictures".to_owned(), "/there/pictures".to_owned(), None),
            ("a.txt".to_owned(), "/there/a.txt".to_owned(), Some(4)),
        ],
    };
    script.event(Event::FolderListed(number, Ok(folder.clone())));
    script.event(Event::FolderListed(number + 5, Err("of another look".to_owned())));
    let labels = |script: &Script| match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Pick(pick)) if matches!(&pick.kind, PickKind::Attach { folder } if folder == "/there/me") => {
            pick.picker.items.iter().map(|item| format!("{} {}", item.label, item.detail)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(labels(&script), [".. the folder above", "pictures/ ", "a.txt 4 B"]);
    script.act(Action::Move(1));
    assert_eq!(listing(&script.act(Action::Accept)).unwrap().1, "/there/pictures");
    script.event(Event::FolderListed(number + 1, Ok(folder)));
    script.act(Action::MoveLast);
    let fx = script.act(Action::Accept);
    assert!(matches!(&fx[..], [Effect::ReadFile { path, .. }, ..] if path == "/there/a.txt"), "{fx:?}");
    let number = read_for(&fx).unwrap();
    assert_eq!(labels(&script)[2], "a.txt 4 B  attached");
    // One that turns out to be none is not marked, and one that is marked is taken out again.
    script.event(Event::FileRead(number, Err("\"/there/a.txt\" is empty".to_owned())));
    assert_eq!((labels(&script)[2].as_str(), tray(&script, PLACE)), ("a.txt 4 B", vec![]));
    assert!(read_for(&script.act(Action::Accept)).is_some());
    assert_eq!((labels(&script)[2].as_str(), tray(&script, PLACE).len()), ("a.txt 4 B  attached", 1));
    assert_eq!(read_for(&script.act(Action::Accept)), None);
    assert_eq!((labels(&script)[2].as_str(), tray(&script, PLACE)), ("a.txt 4 B", vec![]));
    assert!(read_for(&script.act(Action::Accept)).is_some());
    script.act(Action::Cancel);
    // It begins where it was left.
    assert_eq!(listing(&script.act(Action::File(FileAction::Add(String::new())))).unwrap().1, "/there/me");
    assert_eq!(tray(&script, PLACE), ["a.txt"]);
}

#[test]
fn a_message_that_is_stopped_waits_for_the_user_and_is_never_sent_by_itself() {
    let mut script = talking();
    attach(&mut script, "a.txt");
    let (id, _) = sends(&script.act(Action::Send)).remove(0);
    script.event(Event::Progress(HOME, Progress { request: id, done: 1, total: 4 }));
    script.act(Action::FocusMessages);
    let fx = script.act(Action::File(FileAction::Cancel));
    assert!(fx.contains(&Effect::Stop(HOME, id)), "{fx:?}");
    script.answer(id, Err(Refusal::stopped()));
    assert!(matches!(&script.rows(PLACE)[..], [Stage::Failed(why)] if *why == Refusal::stopped()));
    assert!(sends(&script.advance(Duration::from_secs(600))).is_empty());
    let (id, _) = sends(&script.act(Action::Message(nib::state::action::MessageAction::Retry))).remove(0);
    // Too late: it is said, and it is sent.
    script.act(Action::File(FileAction::Cancel));
    script.answer(id, sent(95));
    assert_eq!(script.notice(), "It was too late to stop it: the message was sent");
    // Refused for a while: whoever stopped it does not want it later.
    attach(&mut script, "b.txt");
    let (id, _) = sends(&script.act(Action::Send)).remove(0);
    script.act(Action::FocusMessages);
    script.act(Action::MoveLast);
    let fx = script.act(Action::File(FileAction::Cancel));
    assert!(fx.contains(&Effect::Stop(HOME, id)), "{fx:?}");
    script.answer(id, Err(refusal(RefusalKind::RateLimited)));
    assert!(sends(&script.advance(Duration::from_secs(600))).is_empty());
    assert!(matches!(script.rows(PLACE).last(), Some(Stage::Failed(_))));
}

#[test]
fn a_slow_folder_does_not_come_over_what_is_done_meanwhile() {
    for elsewhere in [false, true] {
        let mut script = talking();
        let fx = script.act(Action::File(FileAction::Add(String::new())));
        let number = fx.iter().find_map(|effect| match effect {
            Effect::ListFolder { number, .. } => Some(*number),
            _ => None,
        });
        if elsewhere {
            script.open(12);
        } else {
            script.act(Action::Cancel);
        }
        let folder = Folder { path: "/there".to_owned(), parent: None, entries: Vec::new() };
        script.event(Event::FolderListed(number.expect("a folder is looked at"), Ok(folder)));
        assert!(script.state.front.as_ref().unwrap().overlays.is_empty(), "{elsewhere}");
    }
}

#[test]
fn files_of_a_chat_that_goes_are_named() {
    let mut script = talking();
    attach(&mut script, "cat.txt");
    script.receive(Update::ChatRemoved(ChatId::new(PLACE)));
    assert!(tray(&script, PLACE).is_empty());
    let begins = "Not sent, since their chat is not here any more: \"cat.txt\". ";
    assert!(script.notice().starts_with(begins), "{}", script.notice());
    // Before whoever was writing goes on, it is said in the note.
    let mut script = talking();
    attach(&mut script, "cat.txt");
    script.type_text("look");
    script.receive(Update::ChatRemoved(ChatId::new(PLACE)));
    let Some(Overlay::Note(note)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("a note") };
    assert!(note.sentence.ends_with("not here any more: \"cat.txt\""), "{}", note.sentence);
}

#[test]
fn files_wait_while_their_account_is_put_away() {
    let mut script = talking();
    attach(&mut script, "cat.txt");
    script.act(Action::Account(AccountAction::Disable("home".to_owned())));
    assert_eq!(tray(&script, PLACE), ["cat.txt"]);
    script.act(Action::Account(AccountAction::Enable("home".to_owned())));
    script.sign_in();
    script.open(PLACE);
    assert_eq!(tray(&script, PLACE), ["cat.txt"]);
}
