//! Forums: their threads in the tree and in the list, begun, renamed, locked, archived, joined and deleted, and what is refused.

use super::script::*;
use super::updates::*;
use nib::domain::*;
use nib::state::action::Context;
use nib::state::front::{Hit, Overlay, PaneId, Region};
use nib::state::{Action, ComposerState, Effect, composer_state};

const FORUM: u128 = 70;

pub(super) fn forum() -> Chat {
    Chat {
        id: ChatId::new(FORUM),
        wire: CleanText::ours("ideas"),
        kind: ChatKind::Channel { community: RUST, kind: ChannelKind::Forum, parent: None, position: 5, slowmode: 0 },
        name: CleanText::ours("ideas"),
        overrides: Overrides { allow: Permissions::BEGIN_THREADS, deny: Permissions::SEND },
        ..Chat::default()
    }
}

pub(super) fn thread(id: u128, title: &str, newest: u128, info: ThreadInfo) -> Chat {
    let parent = Some(ChatId::new(FORUM));
    Chat {
        id: ChatId::new(id),
        wire: CleanText::new(&id.to_string()),
        kind: ChatKind::Channel { community: RUST, kind: ChannelKind::Thread, parent, position: 0, slowmode: 0 },
        name: CleanText::new(title),
        last_message: Some(key(newest)),
        thread: Some(Box::new(info)),
        ..Chat::default()
    }
}

fn by(user: UserId) -> ThreadInfo {
    ThreadInfo { by: Some(user), people: 2, active: Some(Wall(1_790_000_000_000)), ..ThreadInfo::default() }
}

/// A community with a forum: an own thread, one of Ada's, a locked one, an archived one.
fn ready() -> Script {
    let mut script = Script::ready();
    script.state.core.account_mut(HOME).unwrap().caps.threads = true;
    let locked = ThreadInfo { locked: true, hidden: true, ..by(ADA) };
    let archived = ThreadInfo { archived: true, hidden: true, ..by(ME) };
    // What of it one may do is told by the network.
    let mine = Overrides { allow: Permissions::CHANGE_THREAD, deny: Permissions::LEAVE_THREAD };
    for chat in [
        forum(),
        Chat { overrides: mine, ..thread(71, "mine", 100, ThreadInfo { joined: true, ..by(ME) }) },
        thread(72, "hers", 300, by(ADA)),
        thread(73, "shut", 200, locked),
        thread(74, "old", 50, archived),
    ] {
        script.receive(Update::ChannelChanged(Box::new(chat)));
    }
    script
}

fn listed(script: &Script) -> Vec<String> {
    let account = script.state.core.account(HOME).unwrap();
    account.threads(ChatId::new(FORUM)).map(|thread| thread.name.to_string()).collect()
}

fn context(script: &Script) -> Context {
    script.state.front.as_ref().unwrap().contexts()[0]
}

fn form(script: &Script) -> Option<(String, Option<String>)> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Form(form)) => Some((form.text(form.fields[0].kind).to_owned(), form.fields[0].error.clone())),
        _ => None,
    }
}

/// Why what is waited for does not come.
fn failed(script: &Script) -> Option<String> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Waiting(waiting)) => waiting.failed.clone(),
        _ => None,
    }
}

fn begun(title: &str) -> Result<Reply, Refusal> {
    Ok(Reply::Chat(Bundle { chats: vec![thread(75, title, 1, by(ME))], ..Bundle::default() }))
}

fn answer_last(script: &mut Script, fx: &[Effect], outcome: Result<Reply, Refusal>) -> Vec<Effect> {
    let id = fx.iter().rev().find_map(|effect| match effect {
        Effect::Net { id, .. } => Some(*id),
        _ => None,
    });
    script.answer(id.expect("something was asked"), outcome)
}

#[test]
fn a_forum_opens_as_the_list_of_its_threads() {
    let mut script = ready();
    assert_eq!(listed(&script), ["hers", "shut", "mine", "old"], "the one written to last first");
    let fx = script.open(FORUM);
    assert_eq!(requests(&fx), [], "it has no messages of its own");
    assert_eq!((context(&script), open(&script)), (Context::Forum, Some(chat(FORUM))));
    // What is typed goes nowhere, and the keys are those of the list wherever the focus would be.
    script.type_text("hello");
    script.act(Action::FocusComposer);
    assert_eq!((script.composer(), context(&script)), (String::new(), Context::Forum));
    assert!(matches!(composer_state(&script.state), ComposerState::ReadOnly(_)));
    script.act(Action::Move(2));
    script.act(Action::Move(-9));
    script.act(Action::MoveLast);
    script.act(Action::Move(-1));
    let fx = script.act(Action::Accept);
    assert_eq!(open(&script), Some(chat(71)));
    assert!(matches!(requests(&fx)[..], [Request::FetchHistory { .. }]), "{fx:?}");
    script.act(Action::OpenForum);
    assert_eq!(open(&script), Some(chat(FORUM)));
    script.act(Action::Accept);
    assert_eq!(open(&script), Some(chat(71)), "the cursor is on the thread one came from");
    script.act(Action::OpenForum);
    script.act(Action::Point(Hit::Thread(PaneId(0), ChatId::new(72))));
    assert_eq!(open(&script), Some(chat(72)));
    script.open(11);
    script.act(Action::OpenForum);
    assert_eq!((script.notice(), open(&script)), ("The open chat is no thread of a forum", Some(chat(11))));
}

#[test]
fn writing_in_a_thread_takes_it_to_the_top_and_moves_no_cursor() {
    let mut script = ready();
    script.open(FORUM);
    script.act(Action::MoveFirst);
    script.act(Action::Move(1));
    script.hear(Message { at: Some(Wall(1_790_000_500_000)), ..said(chat(71), 400, ADA, "news") });
    assert_eq!(listed(&script), ["mine", "hers", "shut", "old"]);
    let account = script.state.core.account(HOME).unwrap();
    let info = account.chats[&ChatId::new(71)].thread.clone().unwrap();
    assert_eq!((info.active, script.counts(71)), (Some(Wall(1_790_000_500_000)), (1, 0)));
    script.act(Action::Accept);
    assert_eq!(open(&script), Some(chat(73)), "still on the one it was on");
}

#[test]
fn threads_fold_under_their_forum_but_for_unread_ones() {
    let mut script = ready();
    let under = |script: &Script| rows(script).into_iter().filter(|key| key.chat.value() > 70).count();
    assert_eq!(under(&script), 4);
    script.act(Action::FocusSidebar);
    let sidebar = &mut script.state.front.as_mut().unwrap().sidebar;
    sidebar.cursor = sidebar.rows.iter().position(|row| row.chat() == Some(chat(72))).unwrap();
    script.act(Action::Fold);
    assert_eq!(under(&script), 0);
    let sidebar = &script.state.front.as_ref().unwrap().sidebar;
    assert_eq!(sidebar.selected().unwrap().chat(), Some(chat(FORUM)), "the cursor goes to what was folded");
    script.hear(said(chat(71), 400, ADA, "news"));
    assert_eq!(under(&script), 1);
    script.act(Action::Fold);
    assert_eq!(under(&script), 4);
}

#[test]
fn a_thread_is_begun_with_a_title_and_opens_for_its_first_message() {
    let mut script = ready();
    script.open(FORUM);
    script.act(Action::BeginThread(String::new()));
    script.act(Action::Accept);
    assert_eq!(form(&script), Some((String::new(), Some("Type a title".to_owned()))));
    script.act(Action::Insert("Dark theme".to_owned()));
    let fx = script.act(Action::Accept);
    let wanted = Request::BeginThread { forum: ChatId::new(FORUM), title: "Dark theme".to_owned() };
    assert_eq!(requests(&fx), [wanted]);
    assert_eq!(requests(&script.act(Action::Accept)), [], "once");
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(form(&script), Some(("Dark theme".to_owned(), Some("no".to_owned()))), "what was typed stays");
    let fx = script.act(Action::Accept);
    let chats = vec![thread(75, "Dark theme", 1, by(ME))];
    answer_last(&mut script, &fx, Ok(Reply::Chat(Bundle { chats, ..Bundle::default() })));
    assert_eq!((open(&script), form(&script)), (Some(chat(75)), None));
    assert_eq!(script.state.front.as_ref().unwrap().region, Region::Composer);
    // As a command it needs no form; refused, the title is not lost.
    let fx = script.act(Action::BeginThread("Another".to_owned()));
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::RateLimited)));
    assert_eq!(failed(&script).as_deref(), Some("\"Another\" is not begun: no"));
    script.act(Action::Cancel);
    assert_eq!(form(&script), Some(("Another".to_owned(), Some("no".to_owned()))));
    script.act(Action::Cancel);
    script.open(11);
    script.act(Action::BeginThread(String::new()));
    assert_eq!(script.notice(), "Threads are begun in a forum; open one first");
}

#[test]
fn who_went_elsewhere_is_not_taken_to_the_new_thread() {
    let mut script = ready();
    script.open(FORUM);
    let fx = script.act(Action::BeginThread("Later".to_owned()));
    script.open(11);
    let chats = vec![thread(75, "Later", 1, by(ME))];
    answer_last(&mut script, &fx, Ok(Reply::Chat(Bundle { chats, ..Bundle::default() })));
    assert_eq!(open(&script), Some(chat(11)));
    assert!(listed(&script).contains(&"Later".to_owned()));
}

#[test]
fn own_threads_are_changed_and_those_of_others_by_who_keeps_order() {
    let mut script = ready();
    script.open(FORUM);
    let select = |script: &mut Script, title: &str| {
        let at = listed(script).iter().position(|name| name == title).unwrap();
        script.act(Action::MoveFirst);
        script.act(Action::Move(at as i32));
    };
    let changes = |fx: &[Effect]| match &requests(&fx.to_vec())[..] {
        [Request::ChangeThread { thread, change }] => Some((thread.value(), change.clone())),
        _ => None,
    };
    select(&mut script, "hers");
    assert_eq!(changes(&script.act(Action::JoinThread)), Some((72, ThreadChange::Join(true))));
    for (action, why) in [
        (Action::LockThread, "You may not lock this thread"),
        (Action::ArchiveThread, "You may not archive this thread"),
        (Action::RenameThread("x".to_owned()), "You may not rename this thread"),
        (Action::DeleteThread, "You may not delete this thread"),
    ] {
        assert_eq!(changes(&script.act(action)), None);
        assert_eq!(script.notice(), why);
    }
    select(&mut script, "mine");
    assert_eq!(changes(&script.act(Action::JoinThread)), None);
    assert_eq!(script.notice(), "You stay in this thread, as it is yours");
    assert_eq!(changes(&script.act(Action::ArchiveThread)), Some((71, ThreadChange::Archive(true))));
    let fx = script.act(Action::RenameThread("ours".to_owned()));
    assert_eq!(changes(&fx), Some((71, ThreadChange::Rename("ours".to_owned()))));
    answer_last(&mut script, &fx, Ok(Reply::Done));
    assert_eq!(changes(&script.act(Action::LockThread)), None);
    script.act(Action::DeleteThread);
    assert_eq!(changes(&script.act(Action::Accept)), None, "no is the default");
    script.act(Action::DeleteThread);
    script.act(Action::Move(1));
    assert_eq!(changes(&script.act(Action::Accept)), Some((71, ThreadChange::Delete)));
    allowed(&mut script, RUST, Permissions::ALL);
    select(&mut script, "shut");
    let fx = script.act(Action::LockThread);
    assert_eq!(changes(&fx), Some((73, ThreadChange::Lock(false))));
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(script.notice(), "Not locked: no");
    script.act(Action::RenameThread(String::new()));
    assert_eq!(form(&script).map(|(title, _)| title), Some("shut".to_owned()), "begins with the title it has");
}

#[test]
fn a_hidden_thread_is_not_asked_for_until_it_comes_back() {
    let mut script = ready();
    assert_eq!(requests(&script.open(73)), []);
    assert_eq!(composer_state(&script.state), ComposerState::ReadOnly("This thread is locked: nobody can write in it"));
    assert_eq!(requests(&script.open(74)), []);
    assert_eq!(composer_state(&script.state), ComposerState::Ready, "writing brings it back");
    let back = thread(74, "old", 50, by(ME));
    let fx = script.receive(Update::ChannelChanged(Box::new(back)));
    assert!(matches!(requests(&fx)[..], [Request::FetchHistory { page: Page::Latest, .. }]), "{fx:?}");
}

#[test]
fn the_open_forum_goes_with_all_that_hung_on_it() {
    let mut script = ready();
    script.open(FORUM);
    script.act(Action::BeginThread(String::new()));
    script.act(Action::Insert("half".to_owned()));
    script.receive(Update::ChatRemoved(ChatId::new(FORUM)));
    assert_eq!(form(&script), None);
    assert_ne!(open(&script), Some(chat(FORUM)));
}

#[test]
fn what_is_typed_after_a_title_waits_for_that_thread() {
    for (from, in_form) in [(FORUM, false), (71, false), (FORUM, true), (71, true)] {
        let mut script = ready();
        script.open(from);
        let fx = if in_form {
            script.act(Action::BeginThread(String::new()));
            script.act(Action::Insert("Foo".to_owned()));
            script.act(Action::Accept)
        } else {
            script.act(Action::BeginThread("Foo".to_owned()))
        };
        assert_eq!(context(&script), Context::Form, "no letter is a key of the list");
        script.type_text("aLt");
        for enter in [Action::Accept, Action::Send] {
            assert_eq!(requests(&script.act(enter)), []);
        }
        let fx = answer_last(&mut script, &fx, begun("Foo"));
        assert_eq!((sends(&fx).len(), open(&script), form(&script)), (0, Some(chat(75)), None));
        assert_eq!((script.composer().trim_end(), script.rows(71).len()), ("aLt", 0));
        assert_eq!(context(&script), Context::Composer);
    }
}

#[test]
fn who_gives_up_waiting_for_a_thread_is_not_taken_there() {
    let mut script = ready();
    script.open(FORUM);
    let fx = script.act(Action::BeginThread("Foo".to_owned()));
    script.type_text("first");
    script.act(Action::Cancel);
    answer_last(&mut script, &fx, begun("Foo"));
    assert_eq!((open(&script), context(&script)), (Some(chat(FORUM)), Context::Forum));
}

#[test]
fn a_refused_thread_keeps_title_and_first_words() {
    let mut script = ready();
    script.open(FORUM);
    script.act(Action::BeginThread(String::new()));
    script.act(Action::Insert("Foo".to_owned()));
    let fx = script.act(Action::Accept);
    script.type_text("first");
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::Forbidden)));
    script.type_text(" words");
    assert_eq!(failed(&script).as_deref(), Some("\"Foo\" is not begun: no"));
    script.act(Action::Cancel);
    assert_eq!(form(&script), Some(("Foo".to_owned(), Some("no".to_owned()))), "no letter went into the title");
    script.act(Action::Cancel);
    script.open(71);
    script.act(Action::Text(nib::state::action::TextEdit::Yank));
    assert_eq!(script.composer(), "first words");
    // An answer that names no thread is a refusal, too.
    let fx = script.act(Action::BeginThread("Bar".to_owned()));
    answer_last(&mut script, &fx, Ok(Reply::Chat(Bundle::default())));
    assert_eq!(failed(&script).as_deref(), Some("\"Bar\" is not begun: the answer does not fit the question"));
}

#[test]
fn a_refused_title_opens_nothing_over_what_is_done_meanwhile() {
    let bare = |script: &Script| script.state.front.as_ref().unwrap().overlays.is_empty();
    let mut script = ready();
    script.open(FORUM);
    let fx = script.act(Action::BeginThread("Foo".to_owned()));
    script.open(11);
    script.type_text("hello");
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::LinkLost)));
    script.type_text(" you");
    assert!(bare(&script));
    assert_eq!((script.composer().as_str(), script.notice()), ("hello you", "\"Foo\" is not begun: no"));
    // Its form was closed while it worked: it stays closed.
    script.open(FORUM);
    script.act(Action::BeginThread(String::new()));
    assert_eq!(form(&script), Some(("Foo".to_owned(), Some("no".to_owned()))), "the next form has it");
    let fx = script.act(Action::Accept);
    // What waits, the form's own waiting, and the form.
    (0..3).for_each(|_| _ = script.act(Action::Cancel));
    assert!(bare(&script));
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::Forbidden)));
    assert!(bare(&script));
    // The same for another title.
    script.open(71);
    let fx = script.act(Action::RenameThread("ours".to_owned()));
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::Forbidden)));
    assert!(bare(&script));
    assert_eq!(script.notice(), "Not renamed to \"ours\": no");
    script.act(Action::RenameThread(String::new()));
    assert_eq!(form(&script), Some(("ours".to_owned(), Some("no".to_owned()))));
}

#[test]
fn a_title_form_goes_with_its_chat_and_with_its_account() {
    use nib::state::action::AccountAction;
    let mut script = ready();
    script.open(FORUM);
    script.act(Action::BeginThread(String::new()));
    script.act(Action::Insert("half".to_owned()));
    script.open(11);
    script.type_text("hello");
    assert_eq!((form(&script), script.composer().as_str()), (None, "hello"));
    script.open(FORUM);
    script.act(Action::BeginThread(String::new()));
    assert_eq!(form(&script).map(|(title, _)| title).as_deref(), Some("half"), "kept for when one comes back");
    script.act(Action::Account(AccountAction::Disable("home".to_owned())));
    assert_eq!(form(&script), None);
}

#[test]
fn a_title_has_a_length_that_fits() {
    let mut script = ready();
    script.open(FORUM);
    let (fits, long) = ("x".repeat(100), "x".repeat(101));
    let why = Some("A title has at most 100 characters; this is 1 more".to_owned());
    assert_eq!(requests(&script.act(Action::BeginThread(long.clone()))), []);
    assert_eq!(form(&script), Some((long.clone(), why.clone())));
    assert_eq!(requests(&script.act(Action::Accept)), []);
    assert_eq!(form(&script), Some((long.clone(), why.clone())));
    script.act(Action::Text(nib::state::action::TextEdit::Backspace));
    let wanted = Request::BeginThread { forum: ChatId::new(FORUM), title: fits };
    assert_eq!(requests(&script.act(Action::Accept)), [wanted]);
    script.open(71);
    assert_eq!(requests(&script.act(Action::RenameThread(long.clone()))), []);
    assert_eq!(form(&script), Some((long, why)));
}

#[test]
fn the_cursor_stays_on_the_thread_that_was_first_when_the_list_opened() {
    let mut script = ready();
    script.open(FORUM);
    script.hear(said(chat(71), 400, ADA, "news"));
    assert_eq!(listed(&script), ["mine", "hers", "shut", "old"]);
    let fx = script.act(Action::JoinThread);
    let wanted = Request::ChangeThread { thread: ChatId::new(72), change: ThreadChange::Join(true) };
    assert_eq!(requests(&fx), [wanted]);
    // Gone, it gives way to its neighbour: the one below, else the one above.
    let cursor = |script: &Script| script.state.front.as_ref().unwrap().pane.forum.unwrap().cursor;
    script.receive(Update::ChatRemoved(ChatId::new(72)));
    assert_eq!(cursor(&script), Some(ChatId::new(73)));
    script.act(Action::MoveLast);
    script.act(Action::Move(9));
    assert_eq!(cursor(&script), Some(ChatId::new(74)));
    script.receive(Update::ChatRemoved(ChatId::new(74)));
    assert_eq!(cursor(&script), Some(ChatId::new(73)));
    // In a list that comes later, the first one has it at once.
    for id in [71, 73] {
        script.receive(Update::ChatRemoved(ChatId::new(id)));
    }
    for (id, newest) in [(76, 10), (77, 20)] {
        script.receive(Update::ChannelChanged(Box::new(thread(id, "new", newest, by(ADA)))));
    }
    assert_eq!(cursor(&script), Some(ChatId::new(76)));
}

#[test]
fn a_locked_thread_says_so_once() {
    let mut script = ready();
    script.open(73);
    assert_eq!(requests(&script.arrange_bottom()), [], "nothing is asked for that nobody may read");
    script.open(FORUM);
    assert_eq!(requests(&script.arrange_bottom()), []);
    // Locked while its messages were under way.
    let fx = script.act(Action::OpenChat(chat(71)));
    let locked = ThreadInfo { locked: true, hidden: true, ..by(ME) };
    script.receive(Update::ChannelChanged(Box::new(thread(71, "mine", 100, locked))));
    answer_last(&mut script, &fx, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(script.notice(), "");
}
