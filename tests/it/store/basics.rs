//! What goes in comes out, now and in a later run; nothing is dropped.

use super::*;
use bytes::Bytes;
use nib::domain::id::EmojiId;
use nib::domain::kept::UnreadChat;
use nib::domain::{
    Chat, ChatKind, Community, CommunityId, Member, Overrides, Permissions, ReactEmoji, Refusal, RefusalKind, Role,
    RoleId, Upload, User,
};
use nib::store::{Anchor, Layout, NotTaken, Stamp, Start};

fn start(open: &mut Open) -> Start {
    match open.read(Query::Start) {
        Ok(Found::Start(start)) => *start,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_on_its_way_out_survives_with_its_files() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let small = Upload { path: "~/a.txt".to_owned(), ..Upload::new("a.txt", Bytes::from_static(b"small")) };
    let large = Upload::new("b.bin", Bytes::from(vec![7; 700_000]));
    let outgoing = Outgoing {
        chat: CHAT.chat,
        nonce: Nonce(u64::MAX),
        text: "with **files**".to_owned(),
        verbatim: true,
        reply_to: Some(MessageId::new(3)),
        quiet: true,
        attachments: vec![small, large],
        ..Outgoing::default()
    };
    let row = OutboxRow {
        chat: CHAT,
        nonce: outgoing.nonce,
        item: OutboxItem::Send(Arc::new(outgoing)),
        written: Wall(1),
        known: None,
        stage: OutboxStage::Waiting,
    };
    open.write(Write::PutOutbox(Box::new(row.clone()))).unwrap();
    open.write(waiting(2, "second")).unwrap();
    let failed = OutboxStage::Failed(Refusal::ours(RefusalKind::Forbidden, "no"));
    open.write(Write::SetStage { chat: CHAT, nonce: Nonce(2), stage: failed.clone(), known: None }).unwrap();
    open.close();

    let spooled = || std::fs::read_dir(file.with_file_name("nib.db-files")).unwrap().count();
    let mut open = Open::at(&file);
    let rows = open.outbox();
    assert_eq!(rows.first(), Some(&row));
    assert_eq!(rows.get(1).map(|row| (row.nonce, &row.stage, row.known)), Some((Nonce(2), &failed, Some(place(3)))));
    assert_eq!(spooled(), 1, "the large file lies beside the database, the small one in it");
    open.write(Write::DropOutbox(CHAT, Nonce(u64::MAX))).unwrap();
    assert_eq!((open.outbox().len(), spooled()), (1, 0));
}

#[test]
fn a_file_that_is_gone_fails_its_message_and_a_file_of_nobody_is_swept() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let Write::PutOutbox(mut row) = waiting(1, "text") else { unreachable!() };
    let attachments = vec![Upload::new("b.bin", Bytes::from(vec![7; 700_000]))];
    row.item =
        OutboxItem::Send(Arc::new(Outgoing { chat: CHAT.chat, nonce: Nonce(1), attachments, ..Outgoing::default() }));
    open.write(Write::PutOutbox(row)).unwrap();
    open.close();
    let folder = file.with_file_name("nib.db-files");
    let spooled = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(spooled).unwrap();
    std::fs::write(folder.join("99-0"), "left over").unwrap();
    let mut open = Open::at(&file);
    assert!(!folder.join("99-0").exists());
    let row = &open.outbox()[0];
    assert!(matches!(row.stage, OutboxStage::Failed(_)));
    let OutboxItem::Send(outgoing) = &row.item else { panic!("{row:?}") };
    assert_eq!(outgoing.attachments[0].name, "b.bin", "what is missing has its place, so that nothing goes without it");
    assert!(outgoing.attachments[0].bytes.is_empty());
}

#[test]
fn what_is_not_there_is_not_in_flight_either() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let stage =
        |nonce: u64, stage: OutboxStage| Write::SetStage { chat: CHAT, nonce: Nonce(nonce), stage, known: None };
    open.write(waiting(1, "here")).unwrap();
    assert_eq!(open.write(stage(1, OutboxStage::InFlight)), Ok(Absorbed::default()));
    assert_eq!(open.write(stage(2, OutboxStage::InFlight)), Err(StoreError::NotKept));
    // What became of one that was taken back meanwhile is no news to anybody.
    assert_eq!(open.write(stage(2, OutboxStage::Unconfirmed)), Ok(Absorbed::default()));
}

#[test]
fn a_newer_wish_needs_no_more_room_than_the_one_in_whose_place_it_comes() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let edit = |nonce: u64, message: u128| {
        let Write::PutOutbox(mut row) = waiting(nonce, "") else { unreachable!() };
        row.item = OutboxItem::Edit { message: place(message), text: format!("text {nonce}") };
        Write::PutOutbox(row)
    };
    open.write(edit(1, 9)).unwrap();
    open.close();
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO outbox (account, chat, nonce, target, written, stage, body)
         SELECT account, chat, i, NULL, written, stage, body FROM outbox, n",
    )
    .unwrap();
    drop(conn);
    let mut open = Open::at(&file);
    assert!(matches!(open.write(edit(20_000, 10)), Err(StoreError::TooMuch(_))), "as many as may wait");
    open.write(edit(20_001, 9)).unwrap();
}

#[test]
fn a_newer_wish_takes_the_place_of_an_older_one_that_has_not_gone_out() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let put = |nonce: u64, item: OutboxItem| {
        let Write::PutOutbox(mut row) = waiting(nonce, "") else { unreachable!() };
        row.item = item;
        Write::PutOutbox(row)
    };
    let edit = |text: &str| OutboxItem::Edit { message: place(9), text: text.to_owned() };
    open.write(put(1, edit("one"))).unwrap();
    open.write(put(2, OutboxItem::MarkRead { upto: place(4), back: false })).unwrap();
    open.write(put(3, edit("two"))).unwrap();
    open.write(put(4, OutboxItem::MarkRead { upto: place(5), back: false })).unwrap();
    let nonces = |open: &mut Open| open.outbox().iter().map(|row| row.nonce.0).collect::<Vec<_>>();
    assert_eq!(nonces(&mut open), [3, 4]);
    open.write(Write::SetStage { chat: CHAT, nonce: Nonce(3), stage: OutboxStage::InFlight, known: None }).unwrap();
    open.write(put(5, edit("three"))).unwrap();
    assert_eq!(nonces(&mut open), [3, 4, 5], "what is in flight cannot be taken back");
}

#[test]
fn the_first_screen_comes_back() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let community = |number: u128, name: &str| Community {
        id: CommunityId::new(number),
        name: CleanText::new(name),
        permissions: Permissions::SEND,
        available: true,
        ..Community::default()
    };
    let channel = |number: u128, community: u128| Chat {
        id: ChatId::new(number),
        wire: CleanText::new("w"),
        kind: ChatKind::Channel {
            community: CommunityId::new(community),
            kind: nib::domain::ChannelKind::Forum,
            parent: Some(ChatId::new(1)),
            position: 3,
            slowmode: 9,
        },
        name: CleanText::new("name"),
        unread: 5,
        mentions: 2,
        last_read: Some(place(4)),
        last_message: Some(place(u128::MAX - 9)),
        overrides: Overrides { allow: Permissions::PIN, deny: Permissions::VIEW },
        ..Chat::default()
    };
    let communities = vec![community(2, "two"), community(1, "one")];
    open.write(Write::Communities(ME, communities.clone())).unwrap();
    open.write(Write::Chats(ME, vec![channel(10, 2), channel(11, 1)])).unwrap();
    open.write(Write::ReadState {
        chat: ChatKey::new(ME, ChatId::new(10)),
        last_read: Some(place(3)),
        unread: 1,
        mentions: 0,
    })
    .unwrap();
    open.write(draft("half a ")).unwrap();
    open.write(draft("half a thought")).unwrap();
    let layout = Layout {
        open: Some(CHAT),
        sidebar_width: Some(31),
        folded: vec![ChatKey::new(ME, ChatId::new(u128::MAX)), CHAT],
        folded_communities: vec![(ME, CommunityId::new(2))],
        hides_sidebar: true,
        hides_members: true,
        unread: vec![
            UnreadChat { chat: CHAT, upto: Some(place(70)), newest: place(77), unread: 4, mentions: 1 },
            UnreadChat {
                chat: ChatKey::new(ME, ChatId::new(11)),
                upto: None,
                newest: place(9),
                unread: 1,
                mentions: 0,
            },
        ],
        recents: vec![ReactEmoji::Custom(EmojiId::new(u128::MAX)), ReactEmoji::Unicode(CleanText::new("❤️"))],
    };
    open.write(Write::Layout(layout.clone())).unwrap();
    let anchor = Some(Anchor { message: place(77), row: 2 });
    open.write(Write::Anchor(CHAT, anchor)).unwrap();
    open.close();

    let mut open = Open::at(&file);
    let found = start(&mut open);
    assert_eq!(found.communities, communities.into_iter().map(|known| (ME, known)).collect::<Vec<_>>());
    let marked = Chat { unread: 1, mentions: 0, ..channel(10, 2) };
    assert_eq!(found.chats, [(ME, marked), (ME, channel(11, 1))], "a read mark never goes back");
    assert_eq!(found.drafts, [(CHAT, Draft::plain("half a thought"))]);
    assert_eq!(found.layout, layout);
    assert_eq!(open.read(Query::Anchor(CHAT)), Ok(Found::Anchor(anchor)));

    // What is gone takes along what hangs on it, but nothing that the user wrote.
    let gone = ChatKey::new(ME, ChatId::new(10));
    open.write(Write::Draft { chat: gone, draft: Box::new(Draft::plain("kept")) }).unwrap();
    open.write(Write::CommunityGone(ME, CommunityId::new(2))).unwrap();
    open.write(draft("")).unwrap();
    let found = start(&mut open);
    assert_eq!(found.chats, [(ME, channel(11, 1))]);
    assert_eq!(found.communities.len(), 1);
    assert_eq!(found.drafts, [(gone, Draft::plain("kept"))]);
    open.write(Write::AllChats(ME, Some(CommunityId::new(1)), Vec::new())).unwrap();
    assert_eq!(start(&mut open).chats, []);
}

#[test]
fn what_is_late_brings_no_chat_back_that_is_gone() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let chat = Chat { id: CHAT.chat, name: CleanText::new("name"), ..Chat::default() };
    let page = |asked: u32| Write::Page {
        chat: CHAT,
        asked: Stamp(asked),
        page: nib::domain::Page::Latest,
        messages: vec![message(1, "text")],
        reached_start: true,
        reached_end: true,
    };
    open.write(Write::Chats(ME, vec![chat.clone()])).unwrap();
    open.write(page(2)).unwrap();
    open.write(Write::ChatGone(CHAT)).unwrap();
    open.write(page(2)).unwrap();
    open.write(Write::Push { chat: CHAT, messages: vec![message(2, "late")], told: Stamp(3) }).unwrap();
    open.write(Write::Anchor(CHAT, Some(Anchor { message: place(1), row: 0 }))).unwrap();
    assert_eq!(open.texts(), Vec::<String>::new());
    let conn = rusqlite::Connection::open(&file).unwrap();
    let chats = |conn: &rusqlite::Connection| -> i64 {
        conn.query_row("SELECT count(*) FROM chats", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(chats(&conn), 0, "nothing of it is on the disk");
    open.write(Write::Chats(ME, vec![chat])).unwrap();
    open.write(page(4)).unwrap();
    assert_eq!(open.texts(), ["text"], "until it comes again");
}

#[test]
fn people_roles_and_members_come_back() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let user =
        |number: u128| User { id: UserId::new(number), name: CleanText::new("Ada"), bot: true, ..User::default() };
    let member = Member {
        user: UserId::new(5),
        community: CommunityId::new(1),
        roles: [RoleId::new(2)].into(),
        ..Member::default()
    };
    let role = Role { id: RoleId::new(2), name: CleanText::new("crew"), priority: 3, ..Role::default() };
    open.write(Write::People(ME, vec![user(5), user(u128::MAX)])).unwrap();
    open.write(Write::Members(ME, vec![member.clone()])).unwrap();
    open.write(Write::Roles(ME, member.community, vec![role.clone()])).unwrap();
    let wanted = vec![UserId::new(u128::MAX), UserId::new(6), UserId::new(5)];
    assert_eq!(open.read(Query::People(ME, wanted.clone())), Ok(Found::People(vec![user(u128::MAX), user(5)])));
    let found = open.read(Query::Members(ME, member.community, wanted.clone()));
    assert_eq!(found, Ok(Found::Members(vec![role], vec![member.clone()])));
    open.write(Write::MemberGone(ME, member.community, member.user)).unwrap();
    open.write(Write::Roles(ME, member.community, Vec::new())).unwrap();
    assert_eq!(open.read(Query::Members(ME, member.community, wanted)), Ok(Found::Members(Vec::new(), Vec::new())));
}

#[test]
fn accounts_are_told_apart_by_what_they_are_not_by_their_number() {
    let (_folder, file) = home();
    let mut open = Open::at(&file);
    let other = AccountId(1);
    open.write(Write::Bind(other, key("other"))).unwrap();
    open.write(draft("mine")).unwrap();
    open.write(Write::Draft { chat: ChatKey::new(other, CHAT.chat), draft: Box::new(Draft::plain("other")) }).unwrap();
    open.write(Write::Push { chat: CHAT, messages: vec![message(1, "mine")], told: Stamp(1) }).unwrap();
    assert_eq!(
        open.write(Write::Draft { chat: ChatKey::new(AccountId(9), CHAT.chat), draft: Box::new(Draft::plain("x")) }),
        Err(StoreError::Unbound)
    );
    open.close();
    let mut open = Open::at(&file);
    open.write(Write::Bind(other, key("me"))).unwrap();
    open.write(Write::Bind(ME, key("other"))).unwrap();
    let drafts = start(&mut open).drafts;
    assert_eq!(drafts, [(CHAT, Draft::plain("other")), (ChatKey::new(other, CHAT.chat), Draft::plain("mine"))]);
    assert_eq!(open.texts(), Vec::<String>::new());
}

#[test]
fn an_account_that_found_no_room_is_bound_when_there_is_some() {
    let (_folder, file) = home();
    let mut open = Open::with(Options { max_pages: Some(160), ..Options::new(file) });
    let other = AccountId(1);
    let ballast = ChatKey::new(ME, ChatId::new(8));
    let messages = vec![Arc::new(Message { chat: ballast.chat, ..Message::clone(&message(1, &"x".repeat(500_000))) })];
    open.write(Write::Push { chat: ballast, messages, told: Stamp(1) }).unwrap();
    assert_eq!(open.write(Write::Bind(other, key(&"far ".repeat(20_000)))), Err(StoreError::Full));
    let chat = ChatKey::new(other, CHAT.chat);
    let read = Write::ReadState { chat, last_read: None, unread: 1, mentions: 0 };
    assert_eq!(open.write(read.clone()), Err(StoreError::Full), "and why is said");
    open.write(Write::ChatGone(ballast)).unwrap();
    open.write(read).unwrap();
    open.write(Write::Draft { chat, draft: Box::new(Draft::plain("kept")) }).unwrap();
    assert_eq!(start(&mut open).drafts, [(chat, Draft::plain("kept"))]);
}

#[test]
fn a_full_queue_hands_back_and_loses_nothing() {
    let (_folder, file) = home();
    let (store, mut replies) = Store::start(Options { queue: 8, ..Options::new(file) }).unwrap();
    store.send_blocking(Command::Write(None, Write::Bind(ME, key("me")))).unwrap();
    // Nobody takes replies: the thread stops in the end, and the queue fills.
    let command = |number: u64| {
        let write = Write::Push { chat: CHAT, messages: vec![message(u128::from(number) + 1, "text")], told: Stamp(1) };
        Command::Write(Some(Ticket(number)), write)
    };
    let mut taken = 0;
    let handed_back = loop {
        match store.try_send(command(taken)) {
            Ok(()) => taken += 1,
            // One reply says that it is open; so the thread holds one for which there is no room.
            Err(NotTaken::Full(back)) if taken >= replies.max_capacity() as u64 + 8 => break back,
            // Only busy so far.
            Err(NotTaken::Full(_)) => std::thread::yield_now(),
            Err(ended) => panic!("{ended:?}"),
        }
        assert!(taken < 2_000, "what nobody takes is bounded");
    };
    assert_eq!(*handed_back, command(taken));
    assert_eq!(store.free(), 0);
    let mut written = Vec::new();
    while written.len() < taken as usize {
        if let Some(Reply::Written(Ticket(number), Ok(_))) = replies.blocking_recv() {
            written.push(number);
        }
    }
    assert_eq!(written, (0..taken).collect::<Vec<_>>(), "every command that was taken is answered, in order");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(store.room()));
    store.try_send(*handed_back).unwrap();
    assert!(matches!(store.close(replies).last(), Some(Reply::Written(Ticket(number), Ok(_))) if *number == taken));
}

#[test]
fn one_write_that_cannot_be_done_takes_no_other_with_it() {
    let (_folder, file) = home();
    let (store, mut replies) = Store::start(Options::new(file)).unwrap();
    // All in one batch, most likely; in any case in this order.
    let nobody = ChatKey::new(AccountId(3), CHAT.chat);
    let writes = [
        Write::Bind(ME, key("me")),
        draft("kept"),
        Write::Draft { chat: nobody, draft: Box::new(Draft::plain("lost")) },
        waiting(1, "out"),
    ];
    for (number, write) in (0..).zip(writes) {
        store.send_blocking(Command::Write(Some(Ticket(number)), write)).unwrap();
    }
    let mut replied = Vec::new();
    while replied.len() < 6 {
        replied.push(replies.blocking_recv().unwrap());
    }
    let done = Ok(Absorbed::default());
    assert_eq!(
        replied[1..],
        [
            Reply::Written(Ticket(0), done.clone()),
            Reply::Written(Ticket(1), done.clone()),
            Reply::Written(Ticket(2), Err(StoreError::Unbound)),
            Reply::OutboxCommitted(CHAT, Nonce(1), Ok(())),
            Reply::Written(Ticket(3), done),
        ]
    );
}

#[cfg(unix)]
#[test]
fn everything_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, file) = home();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut open = Open::at(&file);
    open.write(draft("secret")).unwrap();
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    for ending in ["", "-wal", "-shm"] {
        assert_eq!(mode(&file.with_file_name(format!("nib.db{ending}"))), 0o600, "{ending}");
    }
    open.close();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    Open::at(&file).close();
    assert_eq!(mode(&file), 0o600, "rights that others got are taken back");
}
