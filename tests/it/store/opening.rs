//! Databases that cannot be used: moved away whole, never overwritten, and nib goes on.

use super::*;
use nib::domain::Quote;
use nib::store::{DraftEdit, DraftFile, DraftReply, Edited, Stamp, Unusable, VERSION};
use rusqlite::Connection;

/// What was set aside, and why.
fn set_aside(open: &Open) -> (PathBuf, StoreError, (usize, usize)) {
    match open.notes.as_slice() {
        [Note::SetAside { to, why, drafts, waiting }] => (to.clone(), why.clone(), (*drafts, *waiting)),
        other => panic!("{other:?}"),
    }
}

/// A draft with something of everything in it.
fn written() -> Draft {
    let edit = |of, text: &str| DraftEdit { of, text: text.to_owned(), original: "as it was".to_owned() };
    let quote = Quote { text: RichText::plain(CleanText::new("a part")), offset: 2 };
    let file = DraftFile {
        path: "/there/else/a cat.png".to_owned(),
        name: "cat.png".to_owned(),
        size: 1_234,
        modified: Some(Wall(1_790_000_000_000)),
    };
    Draft {
        previews: None,
        text: "a draft".to_owned(),
        reply: Some(DraftReply { message: place(2), quiet: true, quote: Some(quote) }),
        edit: Some(edit(Edited::Message(place(3)), "as it is to be")),
        left: vec![edit(Edited::Unsent(Nonce(1)), "left")],
        files: vec![file],
    }
}

/// A database with something of everything in it.
fn filled(file: &Path, messages: u128) {
    let mut open = Open::at(file);
    open.write(Write::Draft { chat: CHAT, draft: Box::new(written()) }).unwrap();
    open.write(waiting(1, "waits")).unwrap();
    let text = "x".repeat(400);
    for start in (0..messages).step_by(500) {
        let some = (start..messages.min(start + 500)).map(|number| message(number + 1, &text)).collect();
        open.write(Write::Push { chat: CHAT, messages: some, told: Stamp(1) }).unwrap();
    }
    open.close();
}

fn works(open: &mut Open) {
    open.write(waiting(50, "new")).unwrap();
    assert!(open.outbox().iter().any(|row| row.nonce == Nonce(50)));
    assert_eq!(open.care(Care::Check), Ok(Seen::Check(Vec::new())));
}

#[test]
fn what_is_no_database_is_moved_away_as_it_is() {
    let sqlite = |folder: &Path| {
        let file = folder.join("foreign");
        Connection::open(&file).unwrap().execute_batch("CREATE TABLE recipes (cake)").unwrap();
        std::fs::read(file).unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    for (bytes, expected) in [
        (b"these are notes, not a database".to_vec(), StoreError::NoDatabase),
        (b"short".to_vec(), StoreError::NoDatabase),
        (sqlite(folder.path()), StoreError::Foreign),
        ([&b"SQLite format 3\0"[..], &[0xff; 4_000]].concat(), StoreError::NoDatabase),
    ] {
        let (_folder, file) = home();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &bytes).unwrap();
        let mut open = Open::at(&file);
        let (to, why, _) = set_aside(&open);
        assert_eq!((std::fs::read(&to).unwrap(), why), (bytes, expected));
        works(&mut open);
        open.close();
        assert_eq!(Open::at(&file).notes, [], "the fresh one is used from then on");
    }
}

#[test]
fn a_folder_in_its_place_is_moved_away_with_what_is_in_it() {
    let (_folder, file) = home();
    std::fs::create_dir_all(&file).unwrap();
    std::fs::write(file.join("letter"), "dear").unwrap();
    let mut open = Open::at(&file);
    let (to, why, _) = set_aside(&open);
    assert_eq!((std::fs::read(to.join("letter")).unwrap(), why), (b"dear".to_vec(), StoreError::NoFile));
    works(&mut open);
}

#[test]
fn one_from_the_future_is_kept_for_the_future() {
    let (_folder, file) = home();
    for number in 1..=2 {
        filled(&file, 10);
        Connection::open(&file).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
        let before = std::fs::read(&file).unwrap();
        let mut open = Open::at(&file);
        let (to, why, rescued) = set_aside(&open);
        assert_eq!((why, rescued), (StoreError::Newer { found: VERSION + 1, known: VERSION }, (0, 0)));
        assert_eq!(std::fs::read(&to).unwrap(), before);
        // The date is in its name; the second one of a day has a number.
        let name = to.file_name().unwrap().to_str().unwrap().to_owned();
        let date = name.strip_prefix("nib.db.aside-").unwrap();
        assert_eq!(date.split('-').count(), 2 + number, "{name}");
        works(&mut open);
        open.close();
    }
}

/// Overwrites the pages where a table begins.
fn damage(file: &Path, table: &str) {
    let conn = Connection::open(file).unwrap();
    let page: i64 =
        conn.query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?", [table], |row| row.get(0)).unwrap();
    drop(conn);
    let mut bytes = std::fs::read(file).unwrap();
    let start = usize::try_from(page - 1).unwrap() * 4_096;
    bytes[start..start + 4_096].fill(0xaa);
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn what_the_user_wrote_is_saved_from_a_damaged_one() {
    let (_folder, file) = home();
    filled(&file, 200);
    damage(&file, "messages");
    let mut open = Open::at(&file);
    let (to, why, rescued) = set_aside(&open);
    assert_eq!((why, rescued, to.exists()), (StoreError::Damaged, (1, 1), true));
    assert_eq!(open.read(Query::Draft(CHAT)), Ok(Found::Draft(Some(Box::new(written())))));
    assert_eq!(open.outbox()[0].nonce, Nonce(1));
    assert_eq!(open.texts(), Vec::<String>::new());
    works(&mut open);
    let said = open.notes[0].to_string();
    assert!(said.contains("it was moved to") && said.contains("2 texts of yours"), "{said}");
}

#[test]
fn damage_that_shows_later_makes_way_while_it_is_in_use() {
    let (_folder, file) = home();
    // Too large to be looked through at the start.
    filled(&file, 8_000);
    damage(&file, "messages_place");
    let mut open = Open::at(&file);
    assert_eq!(open.notes, []);
    assert_eq!(open.texts(), Vec::<String>::new());
    let (_, why, rescued) = set_aside(&open);
    assert_eq!((why, rescued), (StoreError::Damaged, (1, 1)));
    // Accounts are bound as they were.
    assert_eq!(open.outbox().len(), 1);
    open.write(Write::Push { chat: CHAT, messages: vec![message(1, "new")], told: Stamp(1) }).unwrap();
    assert_eq!(open.texts(), ["new"]);
    works(&mut open);
}

#[test]
fn one_that_a_command_cannot_use_stays_as_it_is() {
    let (_folder, file) = home();
    filled(&file, 200);
    damage(&file, "messages");
    let before = std::fs::read(&file).unwrap();
    let listed = || std::fs::read_dir(file.parent().unwrap()).unwrap().count();
    for unusable in [Unusable::Refuse, Unusable::Leave] {
        let (store, mut replies) = Store::start(Options { unusable, ..Options::new(file.clone()) }).unwrap();
        let Some(Reply::Opened(notes)) = replies.blocking_recv() else { panic!("the first reply") };
        store.send_blocking(Command::Care(Ticket(1), Care::Check)).unwrap();
        let Some(Reply::Seen(_, seen)) = replies.blocking_recv() else { panic!("an answer") };
        match unusable {
            Unusable::Refuse => {
                assert_eq!((&notes[..], seen), (&[Note::Refused(StoreError::Damaged)][..], Err(StoreError::Damaged)));
            }
            _ => assert_eq!((&notes[..], seen.is_ok()), (&[Note::Without(StoreError::Damaged)][..], true)),
        }
        drop(store.close(replies));
        assert_eq!((std::fs::read(&file).unwrap() == before, listed()), (true, 1), "{unusable:?}");
    }
}

#[test]
fn one_in_which_damage_was_found_is_looked_through_at_the_next_start() {
    let (_folder, file) = home();
    // Too large to be looked through otherwise.
    filled(&file, 8_000);
    damage(&file, "messages_place");
    let mut open = Open::at(&file);
    let Ok(Seen::Check(faults)) = open.care(Care::Check) else { panic!("looked through") };
    assert_ne!(faults, Vec::<String>::new());
    assert_eq!(open.notes, []);
    open.close();
    let mut open = Open::at(&file);
    let (_, why, rescued) = set_aside(&open);
    assert_eq!((why, rescued), (StoreError::Damaged, (1, 1)));
    works(&mut open);
}

#[test]
fn one_that_is_damaged_and_cannot_be_replaced_lets_everything_work_for_this_run() {
    let (_folder, file) = home();
    filled(&file, 8_000);
    damage(&file, "messages_place");
    let mut open = Open::at(&file);
    // Nothing is there to be moved aside.
    std::fs::remove_file(&file).unwrap();
    assert_eq!(open.texts(), Vec::<String>::new());
    assert!(matches!(&open.notes[..], [Note::Without(StoreError::Place { .. })]), "{:?}", open.notes);
    open.write(Write::Push { chat: CHAT, messages: vec![message(1, "new")], told: Stamp(1) }).unwrap();
    assert_eq!(open.texts(), ["new"]);
    works(&mut open);
}

#[test]
fn without_a_place_everything_works_for_this_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file").join("nib.db");
    std::fs::write(folder.path().join("a-file"), "in the way").unwrap();
    let mut open = Open::at(&file);
    assert!(matches!(&open.notes[..], [Note::Without(StoreError::Place { .. })]), "{:?}", open.notes);
    works(&mut open);
    // What an older nib kept stays for a run that can keep it.
    let old = folder.path().join("drafts.json");
    std::fs::write(&old, "{}").unwrap();
    let drafts = vec![(key("me"), CHAT.chat, "typed long ago".to_owned())];
    assert_eq!(open.care(Care::Adopt { drafts, file: old.clone() }), Err(StoreError::InMemory));
    assert!(old.exists());
    open.close();
    assert_eq!(std::fs::read(folder.path().join("a-file")).unwrap(), b"in the way");
}

#[test]
fn on_a_full_disk_history_makes_way_for_what_the_user_wrote() {
    let (_folder, file) = home();
    let mut open = Open::with(Options { max_pages: Some(160), ..Options::new(file.clone()) });
    let text = "x".repeat(500);
    let mut stored = 0;
    let full = loop {
        let some = (0..50).map(|number| message(stored + number + 1, &text)).collect();
        match open.write(Write::Push { chat: CHAT, messages: some, told: Stamp(1) }) {
            Ok(done) => stored += u128::from(done.added),
            Err(error) => break error,
        }
        assert!(stored < 10_000, "the disk is full some time");
    };
    assert_eq!(full, StoreError::Full);
    assert_eq!(open.texts().len() as u128, stored, "what was told to be kept is");
    let long = "y".repeat(30_000);
    for nonce in 0..6 {
        open.write(waiting(nonce, &long)).unwrap();
        open.write(draft(&format!("{nonce} {long}"))).unwrap();
    }
    assert_eq!(open.outbox().len(), 6);
    assert!((open.texts().len() as u128) < stored);
    // And when nothing is left that may go, it is said, and nothing else suffers.
    let mut nonce = 100;
    while open.write(waiting(nonce, &long)).is_ok() {
        nonce += 1;
        assert!(nonce < 200);
    }
    let waits = open.outbox().len();
    assert_eq!(open.write(waiting(300, &long)), Err(StoreError::Full));
    assert_eq!(open.outbox().len(), waits);
    open.close();
    let mut open = Open::at(&file);
    assert_eq!((open.outbox().len(), open.notes.len()), (waits, 0));
    works(&mut open);
}

#[test]
fn a_message_that_found_no_room_leaves_a_hole_that_is_known() {
    let (_folder, file) = home();
    let mut open = Open::with(Options { max_pages: Some(160), ..Options::new(file) });
    let other = ChatKey::new(ME, ChatId::new(8));
    let page = |chat: ChatKey, asked: u32, messages: Vec<Arc<Message>>| Write::Page {
        chat,
        asked: Stamp(asked),
        page: nib::domain::Page::Latest,
        messages,
        reached_start: true,
        reached_end: true,
    };
    open.write(page(CHAT, 2, vec![message(1, "first")])).unwrap();
    let text = "x".repeat(500);
    let ballast = |number| Arc::new(Message { chat: other.chat, ..Message::clone(&message(number, &text)) });
    open.write(page(other, 2, (1..300).map(ballast).collect())).unwrap();
    let push = |number, text: &str| Write::Push { chat: CHAT, messages: vec![message(number, text)], told: Stamp(3) };
    assert_eq!(open.write(push(2, &"y".repeat(600_000))), Err(StoreError::Full));
    let said = open.notes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(matches!(&said[..], [one] if one.contains("not kept")), "{said:?}");
    assert!(open.messages(Seek::Newest, 9).gap_after, "what came after the first is not known");
    // There is room again.
    open.write(Write::ChatGone(other)).unwrap();
    open.write(push(3, "third")).unwrap();
    open.write(push(4, "fourth")).unwrap();
    let gaps = |open: &mut Open| {
        let found = open.messages(Seek::Newest, 9);
        (found.entries.iter().map(|entry| entry.gap_before).collect::<Vec<_>>(), found.gap_after)
    };
    assert_eq!(gaps(&mut open), (vec![false, true, false], false));
    // What was asked for before the one that is missing was told does not know it either.
    open.write(page(CHAT, 2, vec![message(1, "first"), message(3, "third")])).unwrap();
    assert_eq!(gaps(&mut open), (vec![false, true, false], false));
    open.write(page(CHAT, 4, (1..5).map(|number| message(number, "all")).collect())).unwrap();
    assert_eq!(gaps(&mut open), (vec![false; 4], false));
}

/// A database of every form that was ever released, as SQL. `NIB_STORE_FIXTURE=write` adds the newest one; those before are never written again.
#[test]
fn every_older_form_is_read_with_all_that_it_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/store/fixtures");
    if std::env::var_os("NIB_STORE_FIXTURE").is_some() {
        let (_folder, file) = home();
        filled(&file, 3);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("v{VERSION}.sql")), dumped(&file)).unwrap();
    }
    for version in 1..=VERSION {
        let (_folder, file) = home();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let script = std::fs::read_to_string(folder.join(format!("v{version}.sql"))).expect("a database of each form");
        let conn = Connection::open(&file).unwrap();
        conn.execute_batch(&script).unwrap();
        conn.pragma_update(None, "user_version", version).unwrap();
        conn.pragma_update(None, "application_id", 0x6e69_6220).unwrap();
        drop(conn);
        let mut open = Open::at(&file);
        assert_eq!(open.notes, []);
        assert_eq!(open.texts(), vec!["x".repeat(400); 3]);
        assert_eq!(open.outbox().len(), 1);
        let Ok(Found::Start(start)) = open.read(Query::Start) else { panic!("a first screen") };
        let expected = if version < 3 { Draft::plain("a draft") } else { written() };
        assert_eq!(start.drafts, [(CHAT, expected)]);
        works(&mut open);
    }
}

/// All tables and rows of a database as SQL, but for the full-text index, which is made anew from them.
fn dumped(file: &Path) -> String {
    let conn = Connection::open(file).unwrap();
    let texts = |query: &str| -> Vec<String> {
        let mut all = conn.prepare(query).unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let of_words = "name GLOB 'words_*'";
    let mut script = texts(&format!(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND NOT {of_words} AND name NOT GLOB 'sqlite_*'"
    ));
    for table in texts(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'words*' AND name NOT GLOB 'sqlite_*'",
    ) {
        let columns =
            texts(&format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')")).join(" || ', ' || ");
        script.extend(texts(&format!("SELECT 'INSERT INTO {table} VALUES (' || {columns} || ')' FROM {table} WHERE '{table}' <> 'meta' OR quote({}) <> '''indexed'''", if table == "meta" { "name" } else { "1" })));
    }
    script.join(";\n") + ";\n"
}

#[test]
fn what_the_user_wrote_is_saved_from_one_that_is_cut_off() {
    for (messages, part) in [(200, 3), (8_000, 3), (8_000, 8)] {
        let (_folder, file) = home();
        filled(&file, messages);
        let whole = std::fs::metadata(&file).unwrap().len();
        std::fs::File::options().write(true).open(&file).unwrap().set_len(whole - whole / part).unwrap();
        let mut open = Open::at(&file);
        let (_, why, rescued) = set_aside(&open);
        assert_eq!((why, rescued), (StoreError::Damaged, (1, 1)));
        assert_eq!(open.outbox()[0].nonce, Nonce(1));
        works(&mut open);
    }
}

#[test]
fn drafts_that_make_no_sense_leave_the_others_and_what_does() {
    let (_folder, file) = home();
    filled(&file, 1);
    let conn = Connection::open(&file).unwrap();
    let body: Vec<u8> = conn.query_row("SELECT text FROM drafts", [], |row| row.get(0)).unwrap();
    let mut put = conn.prepare("INSERT INTO drafts SELECT account, ?, ? FROM drafts LIMIT 1").unwrap();
    for (chat, odd) in [(101, &body[..body.len() - 5]), (102, &body[..4]), (103, b""), (104, &[9, 9, 9])] {
        put.execute((chat, odd)).unwrap();
    }
    conn.execute("INSERT INTO drafts SELECT account, 106, CAST(x'ff' AS TEXT) FROM drafts LIMIT 1", ()).unwrap();
    drop(put);
    drop(conn);
    let mut open = Open::at(&file);
    let Ok(Found::Start(start)) = open.read(Query::Start) else { panic!("a first screen") };
    let cut = Draft { files: Vec::new(), ..written() };
    assert_eq!(start.drafts, [(CHAT, written()), (ChatKey::new(ME, ChatId::new(101)), cut)]);
    assert_eq!(open.read(Query::Draft(ChatKey::new(ME, ChatId::new(102)))), Ok(Found::Draft(None)));
    works(&mut open);
}

#[cfg(unix)]
#[test]
fn one_that_is_empty_yet_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, file) = home();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = Open::at(&file);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    drop(open);
}

/// Opens a database with ten messages while another program holds it so.
fn held(how: &str, unusable: Unusable) -> (tempfile::TempDir, Connection, Open) {
    let (folder, file) = home();
    filled(&file, 10);
    let other = Connection::open(&file).unwrap();
    other.execute_batch(how).unwrap();
    let mut open = Open::with(Options { unusable, ..Options::new(file) });
    assert_eq!(open.notes, [Note::Unwritable(StoreError::Busy)]);
    assert_eq!((open.texts().len(), open.outbox().len()), (10, 1));
    (folder, other, open)
}

#[test]
fn one_that_cannot_be_written_can_be_read() {
    let (_folder, other, mut open) = held("BEGIN IMMEDIATE", Unusable::SetAside);
    other.execute_batch("ROLLBACK").unwrap();
    works(&mut open);
}

#[test]
fn one_that_cannot_be_written_can_be_read_by_commands() {
    held("BEGIN IMMEDIATE", Unusable::Refuse);
}

#[test]
fn one_of_an_older_form_that_cannot_be_written_can_be_read() {
    held("PRAGMA user_version = 1; BEGIN IMMEDIATE", Unusable::SetAside);
}
