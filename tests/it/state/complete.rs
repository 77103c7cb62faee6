//! What is offered for the word that is being typed, and what commands of a server take.

use super::script::*;
use nib::domain::id::{EmojiId, Id};
use nib::domain::slash::{SlashCommand, SlashKind, SlashOption};
use nib::domain::*;
use nib::state::action::{ComposeAction, Context, FileAction, TextEdit};
use nib::state::front::Hit;
use nib::state::ui::arguments;
use nib::state::ui::chooser::Folder;
use nib::state::{Action, Effect, Event, Timer};
use std::sync::Arc;
use std::time::Duration;

/// What is offered, as it is called.
fn offered(script: &Script) -> Vec<&str> {
    let pane = &script.state.front.as_ref().expect("a front").pane;
    pane.completion.iter().flat_map(|completion| &completion.shown).map(|one| one.label.as_str()).collect()
}

/// Types letter by letter, as people do.
fn types(script: &mut Script, text: &str) {
    text.chars().for_each(|letter| _ = script.type_text(&letter.to_string()));
}

fn context(script: &Script) -> Context {
    script.state.front.as_ref().unwrap().contexts()[0]
}

fn with_people() -> Script {
    let mut script = Script::ready();
    let names = [(70, "adele"), (71, "gustav"), (72, "agnes")];
    for (id, name) in names {
        script.receive(Update::UserChanged(Box::new(user(UserId::new(id), name))));
    }
    // Somebody wrote here last.
    script.hear(said(chat(11), 30, UserId::new(72), "hello"));
    script
}

#[test]
fn people_are_offered_those_who_wrote_last_first() {
    let mut script = with_people();
    types(&mut script, "hi (@");
    assert_eq!(offered(&script)[..2], ["@agnes", "@ada"], "whoever wrote here, the last one first");
    assert!(!offered(&script).contains(&"@me"));
    types(&mut script, "ad");
    assert_eq!(offered(&script)[..2], ["@ada", "@adele"], "who is here before who is only known");
    assert_eq!(context(&script), Context::Completion);
    script.act(Action::Move(1));
    script.act(Action::Compose(ComposeAction::Complete));
    assert_eq!((script.composer().as_str(), context(&script)), ("hi (@adele ", Context::Composer));
    script.act(Action::Text(TextEdit::Undo));
    assert_eq!(script.composer(), "hi (@ad");
    // Not within a word, and no addresses of mail.
    script.act(Action::Clear);
    types(&mut script, "ada@ad");
    assert_eq!(offered(&script), [] as [&str; 0]);
}

#[test]
fn commands_that_no_key_stands_for_are_offered_first() {
    let mut script = with_people();
    types(&mut script, "/");
    assert_eq!(offered(&script)[..3], ["/me", "/msg", "/attach"]);
    // What is typed decides, then.
    types(&mut script, "scroll-e");
    assert_eq!(offered(&script)[0], "/scroll-end");
}

#[test]
fn enter_sends_what_is_whole_already() {
    let mut script = with_people();
    types(&mut script, "hi @ada");
    assert_eq!(context(&script), Context::Composer, "nothing is left to be offered");
    assert_eq!(sends(&script.act(Action::Send)).len(), 1);
    types(&mut script, "@agn");
    assert!(sends(&script.act(Action::Accept)).is_empty());
    assert_eq!(script.composer(), "@agnes ");
}

#[test]
fn a_whole_name_is_not_made_a_longer_one() {
    let mut script = with_people();
    for (id, name) in [(80, "ann"), (81, "ann_"), (82, "ann-"), (83, "_ann")] {
        script.receive(Update::UserChanged(Box::new(user(UserId::new(id), name))));
        script.hear(said(chat(11), id, UserId::new(id), "hello"));
    }
    types(&mut script, "hi @ann");
    assert_eq!(offered(&script)[0], "@ann");
    assert_eq!(sends(&script.act(Action::Accept)).len(), 1, "{}", script.composer());
}

#[test]
fn what_was_closed_stays_closed_for_that_word_and_moving_closes() {
    let mut script = with_people();
    types(&mut script, "@a");
    script.act(Action::Cancel);
    types(&mut script, "d");
    assert_eq!(offered(&script), [] as [&str; 0]);
    types(&mut script, "x @a");
    assert!(!offered(&script).is_empty(), "another word");
    script.act(Action::Text(TextEdit::Left));
    assert_eq!(offered(&script), [] as [&str; 0]);
    script.act(Action::Clear);
    types(&mut script, "@");
    assert!(!offered(&script).is_empty());
    script.act(Action::Point(Hit::Candidate(1)));
    assert_eq!(script.composer(), "@ada ");
}

#[test]
fn whom_nobody_here_is_called_like_is_looked_for_after_a_rest_once() {
    let mut script = with_people();
    types(&mut script, "@hed");
    assert!(script.timers.contains_key(&Timer::Complete));
    let looked = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Net { id, request: Request::LookupUsername(name), .. } => Some((*id, name.clone())),
            _ => None,
        })
    };
    types(&mut script, "y");
    let fx = script.advance(Duration::from_millis(400));
    let (id, name) = looked(&fx).expect("somebody is looked for");
    assert_eq!(name, "hedy");
    assert_eq!(offered(&script), [] as [&str; 0]);
    script.answer(id, Ok(Reply::User(user(UserId::new(80), "hedy"))));
    let front = script.state.front.as_ref().unwrap();
    let found = &front.pane.completion.as_ref().expect("an offer").shown[0];
    assert_eq!((found.label.as_str(), found.detail.as_str()), ("@hedy", "found on the server"));
    // Known now: not again. Neither is one who was not found.
    script.act(Action::Text(TextEdit::Backspace));
    types(&mut script, "y");
    assert_eq!(looked(&script.advance(Duration::from_secs(1))), None);
    script.act(Action::Clear);
    types(&mut script, "@nobody");
    let (id, _) = looked(&script.advance(Duration::from_secs(1))).expect("looked for");
    script.answer(id, Err(refusal(RefusalKind::NotFound)));
    script.act(Action::Text(TextEdit::Backspace));
    types(&mut script, "y");
    assert_eq!(looked(&script.advance(Duration::from_secs(1))), None);
}

#[test]
fn chats_and_emoji_are_offered_by_their_names() {
    let mut script = Script::ready();
    types(&mut script, "see #he");
    assert_eq!(offered(&script), ["#help"]);
    script.act(Action::Accept);
    assert_eq!(script.composer(), "see #help ");
    script.act(Action::Clear);
    types(&mut script, "at 10:30 :r");
    assert_eq!(offered(&script), [] as [&str; 0], "two letters at least");
    types(&mut script, "ocke");
    assert_eq!(offered(&script)[0], "🚀 rocket");
    script.act(Action::Accept);
    assert_eq!(script.composer(), "at 10:30 🚀");
    // The network's own go before.
    script.act(Action::Clear);
    script.state.core.accounts[0].caps.custom_emoji = true;
    let one = CustomEmoji { id: EmojiId(Id(9)), name: CleanText::ours("rocky"), ..CustomEmoji::default() };
    script.receive(Update::EmojiKnown(vec![one]));
    types(&mut script, ":roc");
    assert_eq!(offered(&script)[0], ":rocky:");
    script.act(Action::Accept);
    assert_eq!(script.composer(), ":rocky:");
    assert_eq!(sends(&script.act(Action::Send))[0].1.emoji.len(), 1);
}

#[test]
fn commands_are_offered_with_what_they_take() {
    let mut script = Script::ready();
    types(&mut script, "/stat");
    assert_eq!(offered(&script)[0], "/status");
    script.act(Action::Accept);
    assert_eq!(script.composer(), "/status ");
    assert_eq!(offered(&script), ["online", "idle", "dnd", "invisible"], "what it takes is offered at once");
    types(&mut script, "in");
    script.act(Action::Compose(ComposeAction::Complete));
    assert_eq!(script.composer(), "/status invisible ");
    // Enter runs what is typed, unless one is chosen.
    script.act(Action::Clear);
    types(&mut script, "/status idl");
    script.act(Action::Accept);
    assert!(script.notice().starts_with("It goes like this"), "{}", script.notice());
    script.act(Action::Clear);
    types(&mut script, "/status i");
    script.act(Action::Move(1));
    script.act(Action::Accept);
    assert_eq!(script.composer(), "/status invisible ");
    // What only has the same letters is no reason to do something else than was typed.
    script.act(Action::Clear);
    types(&mut script, "/send");
    assert!(!offered(&script).is_empty());
    script.act(Action::Accept);
    assert_eq!((script.composer().as_str(), script.notice()), ("/send", "\"send\" is done with a key"));
    script.act(Action::Clear);
    types(&mut script, "/msg pens");
    assert_eq!(offered(&script), ["group:pens and ink"]);
    script.act(Action::Compose(ComposeAction::Complete));
    assert_eq!(script.composer(), "/msg \"group:pens and ink\" ");
    // What is called so comes before what is in a place that is called so.
    script.act(Action::Clear);
    script.state.core.accounts[0].communities[0].name = CleanText::ours("Open Source Pens");
    types(&mut script, "/msg \"pens");
    assert_eq!(offered(&script)[0], "group:pens and ink");
    assert!(offered(&script).len() > 1);
    let account = &script.state.core.accounts[0];
    let form = arguments::form(account, "/msg @ada hello", 15).unwrap();
    assert_eq!(form.parts, [("CHAT".to_owned(), false), ("TEXT".to_owned(), true)]);
    assert_eq!(arguments::form(account, "/ms", 3), None);
    assert_eq!(arguments::form(account, "//msg x", 7), None);
}

#[test]
fn emoji_are_offered_by_their_own_names_alone() {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.custom_emoji = true;
    let community = Some(script.state.core.accounts[0].communities[0].id);
    script.state.core.accounts[0].communities[0].name = CleanText::ours("Starlight");
    let own = |id: u64, name: &'static str, standin: &'static str| CustomEmoji {
        id: EmojiId(Id(id.into())),
        name: CleanText::ours(name),
        standin: CleanText::ours(standin),
        community,
    };
    script.receive(Update::EmojiKnown(vec![own(9, "crab", "🦀"), own(10, "thundershark", "")]));
    types(&mut script, ":sta");
    assert_eq!(offered(&script)[0], "⭐ star");
    assert!(!offered(&script).contains(&":crab: 🦀"), "where it is from is no name of it");
    script.act(Action::Clear);
    types(&mut script, ":cra");
    assert_eq!(offered(&script)[0], ":crab: 🦀", "of those that begin so, the network's own first");
    script.act(Action::Accept);
    assert_eq!(script.composer(), ":crab:");
    script.act(Action::Clear);
    types(&mut script, ":thumb");
    assert_eq!(offered(&script)[..2], ["👍 +1", "👎 -1"]);
    assert!(offered(&script).iter().position(|one| *one == "🫰 hand_with_index_finger_and_thumb_crossed") > Some(1));
    script.act(Action::Clear);
    types(&mut script, ":tada");
    assert_eq!(offered(&script)[0], "🎉 tada");
}

#[test]
fn commands_are_offered_by_their_names_alone() {
    let mut script = Script::ready();
    types(&mut script, "/sus");
    assert_eq!(offered(&script)[0], "/suspend");
    script.act(Action::Clear);
    // The letters are in what is said of others.
    for nothing in ["/poll", "/shell"] {
        script.state.core.accounts[0].caps.polls = false;
        types(&mut script, nothing);
        assert_eq!(offered(&script), [] as [&str; 0], "{nothing}");
        script.act(Action::Clear);
    }
    script.state.core.accounts[0].caps.previews = true;
    types(&mut script, "/previews");
    assert_eq!(offered(&script), ["/toggle-previews"], "a word of its name");
}

fn option(name: &'static str, kind: SlashKind, needed: bool) -> SlashOption {
    SlashOption { name: CleanText::ours(name), about: CleanText::ours("what for"), kind, needed }
}

fn with_commands() -> Script {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.commands = true;
    let fx = script.type_text("/");
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchCommands(_), .. } => Some(*id),
        _ => None,
    });
    let sides = SlashKind::Choice([CleanText::ours("6"), CleanText::ours("20")].into());
    let roll = SlashCommand {
        name: CleanText::ours("roll"),
        about: CleanText::ours("Throw dice"),
        options: [
            option("dice", SlashKind::Whole, true),
            option("sides", sides, false),
            option("note", SlashKind::Text, false),
        ]
        .into(),
    };
    let quit = SlashCommand { name: CleanText::ours("quit"), ..SlashCommand::default() };
    types(&mut script, "rol");
    script.answer(asked.expect("the commands are asked for"), Ok(Reply::Commands(vec![roll, quit])));
    assert_eq!(offered(&script)[0], "/roll", "what is known since is offered");
    script.act(Action::Clear);
    script
}

/// The request, the command's name, and its arguments.
type Call = (RequestId, String, Vec<(String, String)>);

fn called(effects: &[Effect]) -> Option<Call> {
    effects.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::CallCommand { name, arguments, .. }, .. } => {
            Some((*id, name.clone(), arguments.clone()))
        }
        _ => None,
    })
}

#[test]
fn the_servers_commands_are_run_with_what_they_take() {
    let mut script = with_commands();
    types(&mut script, "/rol");
    assert_eq!(offered(&script)[0], "/roll");
    script.act(Action::Accept);
    types(&mut script, "2 ");
    assert_eq!(offered(&script), ["6", "20"]);
    let account = &script.state.core.accounts[0];
    let form = arguments::form(account, "/roll x", 7).unwrap();
    assert_eq!(form.fault, Some("It has to be a whole number."));
    let form = arguments::form(account, "/roll 2 6 for luck", 18).unwrap();
    let parts = [("dice: whole number", false), ("[sides: 6|20]", false), ("[note]", true)];
    assert_eq!(form.parts, parts.map(|(part, now)| (part.to_owned(), now)));
    types(&mut script, "6 for  luck");
    let (id, name, arguments) = called(&script.act(Action::Send)).expect("a call");
    let want = [("dice", "2"), ("sides", "6"), ("note", "for  luck")];
    assert_eq!((name.as_str(), arguments), ("roll", want.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec()));
    assert_eq!(script.composer(), "");
    // What the server refuses is given back.
    script.answer(id, Err(refusal(RefusalKind::Invalid)));
    assert_eq!((script.composer().as_str(), script.notice()), ("/roll 2 6 for  luck", "Not done: no"));
    script.act(Action::Clear);
    for (line, why) in [
        ("/roll", "It goes like this: /roll dice: whole number [sides: 6|20] [note]"),
        ("/roll two", "dice: It has to be a whole number"),
        ("/roll 2 7", "sides: It has to be one of the choices"),
        ("/server nothing", "The server has no command \"nothing\""),
    ] {
        let fx = {
            script.type_text(line);
            script.act(Action::Send)
        };
        assert_eq!((called(&fx), script.notice(), script.composer().as_str()), (None, why, line));
        script.act(Action::Clear);
    }
}

#[test]
fn names_of_nibs_commands_hold_and_the_servers_are_reached_by_another_way() {
    let mut script = with_commands();
    types(&mut script, "/qui");
    assert_eq!(offered(&script)[..2], ["/quit", "/server quit"]);
    script.act(Action::Clear);
    let fx = {
        script.type_text("/server quit");
        script.act(Action::Send)
    };
    assert_eq!(called(&fx).map(|(_, name, _)| name).as_deref(), Some("quit"));
    assert!(!fx.contains(&Effect::Quit));
}

#[test]
fn ten_thousand_people_are_gone_through_in_no_time() {
    let mut script = Script::ready();
    for id in 0..10_000 {
        let one = user(UserId::new(1_000 + id), &format!("person{id}"));
        script.state.core.accounts[0].users.insert(one.id, one);
    }
    let message = Arc::new(said(chat(11), 31, ADA, "x"));
    script.receive(Update::MessageCreated { message, unread: None, author: None, nonce: None });
    let started = std::time::Instant::now();
    types(&mut script, "@pers");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(offered(&script).len(), 50, "bounded");
}

#[test]
fn a_whole_name_is_meant_as_it_is() {
    let mut script = Script::ready();
    for (id, name) in [(70, "ann"), (71, "anna"), (72, "joanne")] {
        script.receive(Update::UserChanged(Box::new(user(UserId::new(id), name))));
    }
    for (id, who) in [(30, 70), (31, 72), (32, 71)] {
        script.hear(said(chat(11), id, UserId::new(who), "hello"));
    }
    types(&mut script, "hi @an");
    assert_eq!(offered(&script)[0], "@anna", "who wrote last");
    types(&mut script, "n");
    assert_eq!(offered(&script)[0], "@ann");
    assert_eq!(sends(&script.act(Action::Send))[0].1.text, "hi @ann", "nothing is left to put there");
}

#[test]
fn a_refused_command_does_not_become_part_of_what_is_being_written() {
    let mut script = with_commands();
    script.type_text("/roll 2");
    let (id, ..) = called(&script.act(Action::Send)).expect("a call");
    script.type_text("hello");
    script.answer(id, Err(refusal(RefusalKind::Invalid)));
    assert_eq!((script.composer().as_str(), script.notice()), ("hello", "Not done: no; to put your command back"));
    script.act(Action::Clear);
    script.act(Action::Text(nib::state::action::TextEdit::Yank));
    assert_eq!(script.composer(), "/roll 2");
}

/// The folder that is asked for, and the shell's answer to it.
fn list(script: &mut Script, typed: &str, wanted: &str, entries: &[(&str, Option<u64>)]) {
    let fx: Vec<Effect> = typed.chars().flat_map(|letter| script.type_text(&letter.to_string())).collect();
    let asked: Vec<_> = fx
        .iter()
        .filter_map(|effect| match effect {
            Effect::ListFolder { number, path, hidden: true } => Some((*number, path.as_str())),
            _ => None,
        })
        .collect();
    let Some(&(number, path)) = asked.last() else { panic!("nothing was listed for {typed}") };
    assert_eq!(path, wanted);
    let entry = |(name, bytes): &(&str, Option<u64>)| ((*name).to_owned(), format!("/x/{name}"), *bytes);
    let folder = Folder { path: "/x".to_owned(), parent: None, entries: entries.iter().map(entry).collect() };
    script.event(Event::FolderListed(number, Ok(folder)));
}

#[test]
fn paths_are_offered_as_commands_read_them() {
    let mut script = Script::ready();
    let home = [
        ("my \"best\" cat.png", Some(2_000)),
        ("pictures", None),
        ("two words", None),
        (".secret", Some(1)),
        ("bad\u{7}name", None),
    ];
    list(&mut script, "/attach ~/", "~/", &home);
    assert_eq!(offered(&script), ["my \"best\" cat.png", "pictures/", "two words/"]);
    types(&mut script, "wor");
    assert_eq!(offered(&script), ["two words/"]);
    script.act(Action::Compose(ComposeAction::Complete));
    assert_eq!(script.composer(), "/attach \"~/two words/", "it goes on");
    let fx = script.type_text("i");
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::ListFolder { .. })), "it was asked for at once");
    script.act(Action::Clear);
    // Hidden ones after a dot alone.
    list(&mut script, "/add-file ~/", "~/", &home);
    types(&mut script, ".");
    assert_eq!(offered(&script), [".secret"]);
    script.act(Action::Text(TextEdit::Backspace));
    types(&mut script, "cat");
    script.act(Action::Compose(ComposeAction::Complete));
    assert_eq!(script.composer(), "/add-file \"~/my \\\"best\\\" cat.png\" ");
    let written = script.composer().replace("/add-file", "attach");
    let Ok(Action::File(FileAction::Attach { path, .. })) = nib::state::action::parse(&written) else { panic!() };
    assert_eq!(path, "~/my \"best\" cat.png", "what is offered is what is read");
    assert_eq!(offered(&script), [] as [&str; 0], "it is whole");
    script.act(Action::Clear);
    // Saving takes all that follows as it is.
    list(&mut script, "/save ", "", &home);
    types(&mut script, "two");
    script.act(Action::Compose(ComposeAction::Complete));
    assert_eq!(script.composer(), "/save two words/");
    script.act(Action::Clear);
    types(&mut script, "/attach ~");
    assert_eq!(offered(&script), ["~/"]);
    // An answer that comes late is for another word.
    script.event(Event::FolderListed(1, Ok(Folder::default())));
    assert_eq!(offered(&script), ["~/"]);
}
