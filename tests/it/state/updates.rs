//! Every update that a network pushes, one by one: what it changes. The numbers are those of the table of the protocol's 27 updates.

use super::script::*;
use nib::domain::people::Profile;
use nib::domain::update::Relationship;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::{ComposeMode, Overlay};
use nib::state::requests::Purpose;
use nib::state::{Account, Action, Effect, Effects, Event, chat_title};
use std::sync::Arc;

pub(super) fn account(script: &Script) -> &Account {
    script.state.core.account(HOME).unwrap()
}

pub(super) fn open(script: &Script) -> Option<ChatKey> {
    script.state.front.as_ref().unwrap().pane.chat
}

pub(super) fn known(script: &Script, id: u128) -> Chat {
    account(script).chats[&ChatId::new(id)].clone()
}

pub(super) fn note(script: &Script) -> Option<String> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Note(note)) => Some(note.sentence.clone()),
        _ => None,
    }
}

pub(super) fn notified(effects: &Effects) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Notify { .. })).count()
}

/// The request of this kind, and its number.
pub(super) fn asked(effects: &Effects, wanted: impl Fn(&Request) -> bool) -> RequestId {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Net { id, request, .. } if wanted(request) => Some(*id),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{effects:?}"))
}

pub(super) fn rows(script: &Script) -> Vec<ChatKey> {
    let front = script.state.front.as_ref().unwrap();
    front.sidebar.rows.iter().filter_map(nib::state::ui::sidebar::SidebarRow::chat).collect()
}

/// What a community allows now.
pub(super) fn allowed(script: &mut Script, community: CommunityId, permissions: Permissions) -> Effects {
    let changed = Community { permissions, ..account(script).community(community).unwrap().clone() };
    script.receive(Update::CommunityChanged(Box::new(changed)))
}

#[test]
fn n1_a_message_ends_typing_raises_its_chat_and_is_told() {
    let mut script = Script::ready();
    script.receive(Update::Typing { chat: ChatId::new(32), user: GRACE, typing: true, busy: false });
    script.event(Event::Focused(false));
    let message = Arc::new(said(chat(32), 70, GRACE, "hello"));
    let author = Some(Box::new(user(GRACE, "Grace H")));
    let fx = script.receive(Update::MessageCreated { message, unread: Some(4), author, nonce: None });
    assert_eq!((notified(&fx), script.counts(32).0), (1, 4));
    assert_eq!(account(&script).typing.of(ChatId::new(32)).len(), 0);
    assert_eq!(&*account(&script).users[&GRACE].name, "Grace H");
    let direct: Vec<ChatKey> = rows(&script).into_iter().filter(|key| key.chat.value() > 30).collect();
    assert_eq!(direct[0], chat(32));
}

#[test]
fn n1_the_first_message_of_a_stranger_is_told_once_the_chat_is_known() {
    let mut script = Script::ready();
    script.event(Event::Focused(false));
    let zoe = UserId::new(77);
    let fx = script.hear(said(chat(90), 80, zoe, "you do not know me"));
    assert_eq!((notified(&fx), requests(&fx)), (0, vec![Request::FetchChat(ChatId::new(90))]));
    let direct = |last_read| Chat {
        id: ChatId::new(90),
        kind: ChatKind::Direct { peer: zoe },
        unread: 1,
        last_message: Some(key(80)),
        last_read,
        ..Chat::default()
    };
    let bundle = |chat| Bundle { users: vec![user(zoe, "zoe")], chats: vec![chat], ..Bundle::default() };
    let id = asked(&fx, |request| matches!(request, Request::FetchChat(_)));
    let fx = script.answer(id, Ok(Reply::Chat(bundle(direct(None)))));
    assert_eq!(notified(&fx), 1);
    assert!(fx.iter().any(|effect| matches!(effect, Effect::Notify { title, .. } if &**title == "zoe")), "{fx:?}");
    // Read elsewhere before it was known here: nothing is left to tell.
    let mut other = Script::ready();
    other.event(Event::Focused(false));
    let fx = other.hear(said(chat(90), 80, zoe, "you do not know me"));
    let id = asked(&fx, |request| matches!(request, Request::FetchChat(_)));
    let fx = other.answer(id, Ok(Reply::Chat(bundle(direct(Some(key(80)))))));
    assert_eq!(notified(&fx), 0);
}

#[test]
fn n3_deleted_messages_take_counts_pins_answers_and_their_place_with_them() {
    let mut script = Script::ready();
    let caps = Caps { pins: true, ..Script::caps() };
    script.state.core.accounts[0].caps = caps;
    assert_eq!(known(&script, 11).last_message, Some(key(10)));
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Reply));
    script.type_text("about that");
    script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(10)] });
    assert_eq!(known(&script, 11).last_message, Some(key(9)), "in memory");
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!((pane.mode.clone(), script.composer()), (ComposeMode::New, "about that".to_owned()));
    assert!(script.notice().contains("was deleted"));
    let timeline = &account(&script).timelines[&ChatId::new(11)];
    assert!(timeline.is_deleted(MessageId::new(10)) && !timeline.is_deleted(MessageId::new(9)));
}

#[test]
fn n3_a_direct_chat_sinks_when_its_newest_message_is_deleted() {
    let mut script = Script::ready();
    let direct = |script: &Script| -> Vec<u128> {
        let direct = rows(script).into_iter().map(|key| key.chat.value());
        direct.filter(|id| *id == 31 || *id == 32).collect()
    };
    assert_eq!(direct(&script), [31, 32]);
    script.hear(said(chat(32), 71, GRACE, "oops"));
    assert_eq!((direct(&script), script.counts(32).0), (vec![32, 31], 1));
    // It is not in memory what came before: the network is asked, once.
    let gone = Update::MessagesDeleted { chat: ChatId::new(32), messages: vec![MessageId::new(71)] };
    let fx = script.receive(gone.clone());
    assert_eq!(requests(&fx), [Request::FetchChat(ChatId::new(32))]);
    assert_eq!(requests(&script.receive(gone)), []);
    let told = Chat { last_message: Some(key(45)), unread: 0, ..known(&script, 32) };
    let id = asked(&fx, |request| matches!(request, Request::FetchChat(_)));
    script.answer(id, Ok(Reply::Chat(Bundle { chats: vec![told], ..Bundle::default() })));
    assert_eq!(
        (direct(&script), script.counts(32), known(&script, 32).last_message),
        (vec![31, 32], (0, 0), Some(key(45)))
    );
    // What is deleted while that is being asked is asked for once, after the answer: it may be from before.
    script.hear(said(chat(32), 72, GRACE, "one"));
    script.hear(said(chat(32), 73, GRACE, "two"));
    let gone = |id: u128| Update::MessagesDeleted { chat: ChatId::new(32), messages: vec![MessageId::new(id)] };
    let fx = script.receive(gone(73));
    assert_eq!(requests(&fx), [Request::FetchChat(ChatId::new(32))]);
    for id in [46, 72, 47] {
        assert_eq!(requests(&script.receive(gone(id))), []);
    }
    let told = |script: &Script, last, unread| {
        let chat = Chat { last_message: Some(key(last)), unread, ..known(script, 32) };
        Ok(Reply::Chat(Bundle { chats: vec![chat], ..Bundle::default() }))
    };
    let stale = told(&script, 72, 1);
    let id = asked(&fx, |request| matches!(request, Request::FetchChat(_)));
    let fx = script.answer(id, stale);
    assert_eq!(requests(&fx), [Request::FetchChat(ChatId::new(32))], "once for all of them");
    let right = told(&script, 45, 0);
    let id = asked(&fx, |request| matches!(request, Request::FetchChat(_)));
    assert_eq!(requests(&script.answer(id, right)), []);
    assert_eq!((script.counts(32), known(&script, 32).last_message), ((0, 0), Some(key(45))));
    // A message that was read long ago changes nothing and asks for nothing.
    let old = Update::MessagesDeleted { chat: ChatId::new(32), messages: vec![MessageId::new(3)] };
    assert_eq!(requests(&script.receive(old)), []);
}

#[test]
fn n3_the_message_being_changed_is_deleted() {
    let mut script = Script::ready();
    script.type_text("a draft");
    script.act(Action::Compose(ComposeAction::EditLast));
    script.type_text(", better");
    script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(4)] });
    assert_eq!(
        (script.composer(), script.notice()),
        ("a draft".to_owned(), "The message was deleted; yank puts your change of it back")
    );
}

#[test]
fn n4_n27_presence_of_one_and_of_many() {
    let mut script = Script::ready();
    let activity = Some(CleanText::ours("Playing chess"));
    script.receive(Update::PresenceChanged(vec![
        (ADA, Presence::Idle, activity.clone()),
        (GRACE, Presence::Online, None),
        (UserId::new(999), Presence::Online, None),
    ]));
    assert_eq!(
        (account(&script).presence(ADA), account(&script).presence(GRACE)),
        (Some(Presence::Idle), Some(Presence::Online))
    );
    assert_eq!(account(&script).users[&ADA].activity, activity);
    assert!(!account(&script).users.contains_key(&UserId::new(999)), "nobody is made up");
    let before = script.state.revision;
    script.receive(Update::PresenceChanged(vec![(GRACE, Presence::Online, None)]));
    assert_eq!(script.state.revision, before, "nothing new, nothing drawn");
}

#[test]
fn n5_somebody_has_another_name_everywhere() {
    let mut script = Script::ready();
    script.open(31);
    let fx = script.receive(Update::UserChanged(Box::new(user(ADA, "Countess"))));
    assert_eq!(chat_title(&script.state.core, chat(31)), "Countess");
    assert!(fx.iter().any(|effect| matches!(effect, Effect::Title(title) if title.contains("Countess"))), "{fx:?}");
    script.act(Action::Jump);
    let Some(Overlay::Pick(pick)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!() };
    assert!(pick.picker.items.iter().any(|item| item.label == "@Countess"));
}

#[test]
fn n8_a_message_is_changed_pinned_and_gets_a_preview() {
    let mut script = Script::ready();
    let mut changed = said(chat(11), 9, ADA, "corrected");
    (changed.edited, changed.pinned) = (Some(Wall(5)), true);
    script.receive(Update::MessageChanged { message: Arc::new(changed), reactions: false });
    assert_eq!(script.texts(11)[8], "corrected");
    let timeline = &account(&script).timelines[&ChatId::new(11)];
    let entry = timeline.iter().find(|entry| entry.message.key == key(9)).unwrap();
    assert!(entry.message.edited.is_some() && entry.message.pinned);
}

#[test]
fn n9_typing_ends_by_word_by_message_and_by_the_clock() {
    let mut script = Script::ready();
    let typing = |typing| Update::Typing { chat: ChatId::new(11), user: ADA, typing, busy: false };
    let count = |script: &Script| account(script).typing.of(ChatId::new(11)).len();
    for end in 0..3 {
        script.receive(typing(true));
        assert_eq!(count(&script), 1);
        match end {
            0 => _ = script.receive(typing(false)),
            1 => _ = script.hear(said(chat(11), 90, ADA, "there")),
            _ => _ = script.advance(std::time::Duration::from_secs(9)),
        }
        assert_eq!(count(&script), 0, "{end}");
    }
}

#[test]
fn n13_a_chat_comes_with_its_people() {
    let mut script = Script::ready();
    let zoe = UserId::new(77);
    let direct = Chat { id: ChatId::new(90), kind: ChatKind::Direct { peer: zoe }, unread: 2, ..Chat::default() };
    let bundle = Bundle { users: vec![user(zoe, "zoe")], chats: vec![direct], ..Bundle::default() };
    script.receive(Update::ChatChanged(Box::new(bundle)));
    assert_eq!((chat_title(&script.state.core, chat(90)), script.counts(90).0), ("zoe".to_owned(), 2));
    assert!(rows(&script).contains(&chat(90)));
}

#[test]
fn n16_a_list_of_members_is_replaced() {
    let mut script = Script::ready();
    let entry = |id, name: &str| MemberListEntry::Member { user: user(UserId::new(id), name), nickname: None };
    for entries in [vec![entry(2, "ada"), entry(9, "zoe")], vec![entry(9, "zoe")]] {
        let count = entries.len();
        script.receive(Update::MemberListChanged { chat: ChatId::new(11), entries });
        assert_eq!(account(&script).lists.of(ChatId::new(11)).unwrap().rows.len(), count);
    }
}

#[test]
fn n18_n19_relations_come_and_go_and_show_on_an_open_card() {
    let mut script = Script::ready();
    script.act(Action::Who("ada".to_owned()));
    for relationship in [Some(Relationship::Incoming), Some(Relationship::Friend), None] {
        let before = script.state.revision;
        script.receive(Update::RelationshipChanged { user: ADA, relationship });
        assert_eq!(account(&script).relationships.get(&ADA).copied(), relationship);
        assert!(script.state.revision > before);
    }
    let open = account(&script).requests.open.iter().find(|(_, purpose)| **purpose == Purpose::Profile(ADA));
    let id = *open.unwrap().0;
    script.answer(id, Ok(Reply::Profile(Box::<Profile>::default())));
}

#[test]
fn n23_reactions_are_replaced_whole() {
    let mut script = Script::ready();
    let reaction =
        |count| Reaction {
            emoji: ReactEmoji::Unicode(CleanText::ours("👍")), count, mine: false, by: Box::default()
        };
    for reactions in [vec![reaction(3)], vec![reaction(1)], Vec::new()] {
        let expected: Vec<u32> = reactions.iter().map(|one| one.count).collect();
        let (chat, message) = (ChatId::new(11), MessageId::new(9));
        script.receive(Update::ReactionsChanged { chat, message, reactions: reactions.into() });
        let message = account(&script).timelines[&chat].message(message).unwrap();
        assert_eq!(message.reactions.iter().map(|one| one.count).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn n24_a_mark_read_elsewhere_counts_here() {
    let mut script = Script::ready();
    script.hear(said(chat(32), 71, GRACE, "one"));
    script.hear(said(chat(32), 72, GRACE, "two"));
    assert_eq!(script.counts(32).0, 2);
    let moved = |upto, unread| Update::ReadMarkMoved {
        chat: ChatId::new(32),
        upto: key(upto),
        unread,
        mentions: None,
        back: false,
    };
    script.receive(moved(71, Some(1)));
    assert_eq!(script.counts(32).0, 1);
    script.receive(moved(72, None));
    assert_eq!(script.counts(32).0, 0);
    script.receive(moved(60, Some(9)));
    script.receive(moved(60, None));
    assert_eq!((script.counts(32).0, known(&script, 32).last_read), (0, Some(key(72))), "marks do not go back");
}

#[test]
fn n24_where_a_mark_stands_at_a_message_that_is_not_known_what_is_unread_is_asked() {
    let mut script = Script::ready();
    let lost = || Update::ReadMarkLost(ChatId::new(32));
    let fx = script.receive(lost());
    let request = asked(&fx, |request| *request == Request::FetchChat(ChatId::new(32)));
    assert_eq!(requests(&script.receive(lost())), [], "one is under way");
    let chat = Chat { unread: 4, read_state: ReadState::WithoutMentions, ..known(&script, 32) };
    script.answer(request, Ok(Reply::Chat(Bundle { chats: vec![chat], ..Bundle::default() })));
    assert_eq!(script.counts(32).0, 4);
}

#[test]
fn n24_where_a_network_counts_more_than_others_messages_it_is_asked_after_each_deletion() {
    for (state, asks) in [(ReadState::WithoutMentions, true), (ReadState::Told, false)] {
        let mut script = Script::ready().with_own();
        let known = script.state.core.accounts[0].chats.get_mut(&ChatId::new(11)).unwrap();
        (known.unread, known.read_state, known.last_read) = (2, state, Some(key(9)));
        let fx = script.receive(Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(4)] });
        assert_eq!(requests(&fx).contains(&Request::FetchChat(ChatId::new(11))), asks, "{state:?}");
    }
}

#[test]
fn n24_where_nobody_says_how_much_a_mark_leaves_unread_it_is_asked() {
    let mut script = Script::ready();
    // Nothing of it is in memory, so that nothing can be counted.
    for id in 71..75 {
        script.hear(said(chat(32), id, GRACE, "more"));
    }
    let moved =
        Update::ReadMarkMoved { chat: ChatId::new(32), upto: key(71), unread: None, mentions: None, back: false };
    let fx = script.receive(moved.clone());
    let request = asked(&fx, |request| *request == Request::FetchChat(ChatId::new(32)));
    assert_eq!(requests(&script.receive(moved)), [], "one is under way");
    let told = |unread| {
        let chat = Chat { unread, last_read: Some(key(71)), last_message: Some(key(74)), ..known(&script, 32) };
        Ok(Reply::Chat(Bundle { chats: vec![chat], ..Bundle::default() }))
    };
    let (first, last) = (told(3), told(2));
    let fx = script.answer(request, first);
    assert_eq!(script.counts(32).0, 3);
    let again = asked(&fx, |request| *request == Request::FetchChat(ChatId::new(32)));
    script.answer(again, last);
    assert_eq!(script.counts(32).0, 2, "the answer may have been from before");
}

#[test]
fn the_end_of_a_chat_tells_what_its_newest_message_is() {
    let mut script = Script::ready();
    let known_newest = |script: &Script| known(script, 11).last_message;
    // One that was known is gone: nobody said so, since it went while nobody was there.
    script.state.core.accounts[0].chats.get_mut(&ChatId::new(11)).unwrap().last_message = Some(key(12));
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(2) });
    script.sign_in();
    assert_eq!(known_newest(&script), Some(key(10)));
    let deleted = Update::MessagesDeleted { chat: ChatId::new(11), messages: vec![MessageId::new(10)] };
    script.receive(deleted);
    assert_eq!(known_newest(&script), Some(key(9)));
}

#[test]
fn n25_n26_somebody_joins_and_a_button_is_pressed() {
    let mut script = Script::ready();
    let zoe = UserId::new(77);
    let member = Some(Member { user: zoe, community: RUST, nickname: Some(CleanText::ours("z")), roles: [].into() });
    script.receive(Update::MemberJoined {
        member,
        community: RUST,
        user: zoe,
        profile: Some(Box::new(user(zoe, "zoe"))),
    });
    assert_eq!(nib::state::names::person(account(&script), Some(RUST), zoe), "z");
    let before = script.state.revision;
    assert_eq!(script.receive(Update::Interaction { user: zoe, message: MessageId::new(3) }), []);
    assert_eq!(script.state.revision, before);
}
