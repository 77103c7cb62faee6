//! Requests and their answers: what is sent for each, and that each is answered exactly once.

use super::{ADA, CHANNEL, COMMUNITY, MESSAGE, Peer, authorization, reply_of, token};
use nib::domain::EmojiUse;
use nib::domain::answer::RefusalKind;
use nib::domain::id::EmojiId;
use nib::domain::request::Page;
use nib::domain::{
    ChatId, ChatKind, CleanText, CommunityId, Id, MessageId, MessageKey, Nonce, Outgoing, Presence, ReactEmoji,
    Refusal, Reply, Request, SortKey, UserId,
};
use nib::net::osmium::defaults::{SNOWFLAKE_EPOCH, SNOWFLAKE_SHIFT};
use nib::net::osmium::wire::core::{client_message::Message, rpc_result};
use nib::net::osmium::wire::messages::get_history::Offset;
use nib::net::osmium::wire::types::{self, message_entity::Entity};
use nib::net::osmium::wire::{auth, chats, communities, messages, refs};
use std::sync::Arc;
use std::time::Duration;

fn channel() -> ChatId {
    ChatId::new(u128::from(COMMUNITY) << 64 | u128::from(CHANNEL))
}

fn community() -> CommunityId {
    CommunityId::new(u128::from(COMMUNITY))
}

fn direct() -> ChatId {
    ChatId::new(1 << 64 | u128::from(ADA))
}

fn key(id: u64) -> MessageKey {
    MessageKey { order: SortKey(u128::from(id)), id: MessageId::new(u128::from(id)) }
}

fn send(text: &str) -> Outgoing {
    Outgoing { chat: channel(), nonce: Nonce(0xabcd), text: text.to_owned(), ..Outgoing::default() }
}

/// One request of each kind that goes to the server, with the method it becomes.
fn every_request() -> Vec<(Request, &'static str)> {
    vec![
        (Request::FetchCommunities, "communities_get_communities"),
        (Request::FetchCommunityOrder, "settings_edit_user_settings"),
        (Request::FetchChannels(community()), "communities_get_channels"),
        (Request::FetchChats, "chats_get_chats"),
        (Request::FetchChat(direct()), "chats_get_chat"),
        (Request::FetchDirect(UserId::new(5)), "chats_get_chat"),
        (Request::FetchRoles(community()), "communities_get_roles"),
        (Request::FetchMembers(community(), vec![UserId::new(5)]), "communities_get_members"),
        (Request::FetchMemberList(channel()), "communities_get_channel_members"),
        (Request::FetchMemberList(ChatId::new(2 << 64 | 9)), "chats_get_chat_members"),
        (Request::FetchVoiceRooms(community()), "communities_get_room_states"),
        (Request::LookupUsername("@ada".to_owned()), "users_lookup_username"),
        (Request::FetchProfile(UserId::new(5)), "users_get_profile"),
        (Request::FetchRelationships, "friends_get_relationships"),
        (Request::FetchHistory { chat: channel(), page: Page::Latest, limit: 50 }, "messages_get_history"),
        (Request::FetchPinned(channel()), "messages_get_pinned_messages"),
        (Request::Send(Arc::new(send("hi"))), "messages_send_message"),
        (
            Request::Edit {
                chat: channel(),
                message: key(MESSAGE),
                text: "x".to_owned(),
                emoji: Box::default(),
                no_previews: false,
            },
            "messages_edit_message",
        ),
        (Request::Delete { chat: channel(), messages: vec![key(MESSAGE)] }, "messages_delete_message"),
        (react(true), "reactions_add_reaction"),
        (react(false), "reactions_remove_reaction"),
        (Request::MarkRead { chat: channel(), upto: key(MESSAGE), back: false }, "chats_mark_chat_read"),
        (Request::SetTyping { chat: channel(), typing: true }, "chats_set_typing"),
        (Request::FetchMessage { chat: channel(), message: key(MESSAGE).id }, "messages_get_history"),
        (Request::FetchMentions(channel()), "messages_get_unread_mentions"),
        (Request::Search { chat: channel(), words: "ink".to_owned(), before: None }, "messages_search"),
        (Request::FetchEmoji, "stickers_get_saved_stickers"),
        (Request::Pin { chat: channel(), message: key(MESSAGE), pinned: true }, "messages_set_message_pin"),
        (
            Request::Forward { from: channel(), to: direct(), messages: vec![key(MESSAGE).id] },
            "messages_forward_message",
        ),
        (Request::Press { chat: channel(), message: key(MESSAGE).id, data: None }, "messages_submit_interaction"),
        (Request::SetPresence(Presence::Idle), "settings_change_status"),
        (Request::SignOut, "auth_revoke_sessions"),
    ]
}

fn react(add: bool) -> Request {
    let emoji = ReactEmoji::Unicode(CleanText::new("👍"));
    Request::React { chat: channel(), message: key(MESSAGE), emoji, add }
}

#[test]
fn the_users_order_of_communities_is_read_and_not_written() {
    use nib::net::osmium::wire::settings::{UserSettings, user_settings::CommunityOrder};
    let mut peer = Peer::signed_in();
    let (id, message) = peer.asked(1, &Request::FetchCommunityOrder);
    let Message::SettingsEditUserSettings(request) = message else { panic!("{message:?}") };
    assert_eq!(request.settings, None, "settings would replace what the user has set");
    let community_order = Some(CommunityOrder { community_ids: vec![90, 0, 70] });
    peer.reply(id, rpc_result::Result::UserSettings(UserSettings { community_order, ..Default::default() }));
    let order = Reply::CommunityOrder(vec![CommunityId::new(90), CommunityId::new(70)]);
    assert_eq!(peer.answers(), [(1, Ok(order))]);
}

#[test]
fn each_request_becomes_its_method_and_a_refusal_finds_its_way_back() {
    for (number, (request, method)) in (0..).zip(every_request()) {
        let mut peer = Peer::signed_in();
        let (id, message) = peer.asked(number, &request);
        assert_eq!(nib::net::osmium::rpc::describe(&message).name, method);
        let error = nib::net::osmium::wire::core::RpcError { error_code: 403, error_message: "Not\nyours.".to_owned() };
        peer.answer(id, Some(rpc_result::Result::Error(error)), Some("trace\u{1b}7"));
        let refusal = Refusal {
            kind: RefusalKind::Forbidden,
            code: 403,
            text: CleanText::new("Not yours."),
            trace: Some(CleanText::new("trace7")),
            retry_after: None,
        };
        assert_eq!(peer.answers(), [(number, Err(refusal))]);
        // The same answer again belongs to nothing.
        peer.refuse(id, 403, "");
        assert!(peer.answers().is_empty());
        assert_eq!(peer.skipped("answer without a request"), 1);
    }
}

#[test]
fn each_request_is_answered_when_its_time_is_over() {
    let mut peer = Peer::signed_in();
    for (number, (request, _)) in (0..).zip(every_request()) {
        peer.want(number, &request);
    }
    let late: Vec<u32> = peer.sent().iter().map(|frame| frame.id).collect();
    peer.pass(Duration::from_millis(19_999));
    assert!(peer.answers().is_empty());
    peer.pass(Duration::from_millis(1));
    let answers = peer.answers();
    assert_eq!(answers.iter().map(|(id, _)| *id).collect::<Vec<_>>(), (0..32).collect::<Vec<_>>());
    assert!(answers.iter().all(|(_, outcome)| outcome.as_ref().unwrap_err().kind == RefusalKind::TimedOut));
    late.into_iter().for_each(|id| peer.answer(id, None, None));
    assert!(peer.events().is_empty(), "answers that come too late are dropped");
}

#[test]
fn an_answer_of_another_method_is_said_in_words() {
    for (request, _) in every_request() {
        let mut peer = Peer::signed_in();
        let (id, _) = peer.asked(1, &request);
        peer.reply(id, rpc_result::Result::Products(Default::default()));
        let answers = peer.answers();
        match &answers[..] {
            // Where success says nothing, more than nothing is success as well.
            [(1, Ok(Reply::Done))] => {}
            [(1, Err(refusal))] => {
                assert_eq!(refusal.kind, RefusalKind::ServerFault);
                assert!(
                    refusal.text.starts_with("The server answered ") && refusal.text.ends_with('.'),
                    "{}",
                    refusal.text
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn answers_come_in_any_order() {
    let mut peer = Peer::signed_in();
    for number in 0..50 {
        peer.want(number, &Request::FetchRoles(CommunityId::new(u128::from(number) + 100)));
    }
    let mut ids: Vec<u32> = peer.sent().iter().map(|frame| frame.id).collect();
    assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1));
    ids.reverse();
    for id in ids {
        peer.reply(id, rpc_result::Result::CommunityRoles(Default::default()));
    }
    let answers = peer.answers();
    assert_eq!(answers.len(), 50);
    for (number, outcome) in answers {
        let Ok(Reply::Roles { community, .. }) = outcome else { panic!() };
        assert_eq!(community.value(), u128::from(number) + 100);
    }
}

#[test]
fn what_a_server_may_end_the_connection_over_is_refused_here() {
    let mut peer = Peer::signed_in();
    peer.want(1, &Request::Send(Arc::new(send(&"x".repeat(2 << 20)))));
    assert!(peer.sent().is_empty());
    let answers = peer.answers();
    let refusal = answers[0].1.as_ref().unwrap_err();
    assert_eq!((refusal.kind, refusal.text.as_str()), (RefusalKind::Invalid, "this is too much to send at once"));
    peer.asked(2, &Request::Send(Arc::new(send(&"x".repeat(1 << 19)))));
}

#[test]
fn a_message_is_sent_with_its_formatting() {
    let mut peer = Peer::signed_in();
    let outgoing = Outgoing { reply_to: Some(MessageId::new(u128::from(MESSAGE))), ..send("😀 **hey** @ada") };
    let (id, message) = peer.asked(1, &Request::Send(Arc::new(outgoing)));
    let Message::MessagesSendMessage(request) = message else { panic!() };
    assert_eq!((request.message.as_str(), request.client_id), ("😀 hey @ada", Some(0xabcd)));
    assert_eq!(request.reply_to.unwrap().message_id, MESSAGE);
    let entities: Vec<_> =
        request.entities.iter().map(|one| (one.start_index, one.length, one.entity.clone().unwrap())).collect();
    assert_eq!(entities, [(3, 3, Entity::Bold(true)), (7, 4, Entity::Username(true))]);
    let place = refs::ChannelRef { community_id: COMMUNITY, channel_id: CHANNEL };
    assert_eq!(request.chat_ref.unwrap().r#ref, Some(refs::chat_ref::Ref::Channel(place)));
    peer.reply(id, rpc_result::Result::SentMessage(messages::SentMessage { message_id: 0 }));
    assert_eq!(peer.answers()[0].1.as_ref().unwrap_err().kind, RefusalKind::TimedOut);

    let (_, message) =
        peer.asked(2, &Request::Send(Arc::new(Outgoing { verbatim: true, ..send("**hey** https://a.b") })));
    let Message::MessagesSendMessage(request) = message else { panic!() };
    assert_eq!((request.message.as_str(), request.entities.len()), ("**hey** https://a.b", 0));

    let (_, message) = peer.asked(
        3,
        &Request::Edit {
            chat: channel(),
            message: key(MESSAGE),
            text: "_x_ :crab:".to_owned(),
            emoji: [EmojiUse { name: "crab".to_owned(), id: EmojiId::new(8), standin: CleanText::ours("🦀") }].into(),
            no_previews: true,
        },
    );
    let Message::MessagesEditMessage(request) = message else { panic!() };
    assert_eq!((request.message.as_deref(), request.entities.len(), request.message_id), (Some("x 🦀"), 2, MESSAGE));
    assert!(
        request.suppress_embeds
            && request.entities.iter().any(|one| matches!(one.entity, Some(Entity::CustomEmoji(_))))
    );
}

#[test]
fn what_this_network_cannot_do_is_refused_without_asking_it() {
    let mut peer = Peer::signed_in();
    for (request, kind) in [
        (Request::SetPresence(Presence::Busy), RefusalKind::Unsupported),
        (Request::FetchMemberList(direct()), RefusalKind::Unsupported),
        (Request::MarkRead { chat: channel(), upto: key(1), back: true }, RefusalKind::Unsupported),
        (Request::FetchCommands(channel()), RefusalKind::Unsupported),
        (Request::Search { chat: channel(), words: " ".to_owned(), before: None }, RefusalKind::Invalid),
        (Request::FetchChat(ChatId::new(7)), RefusalKind::NotFound),
        (Request::FetchChannels(CommunityId::new(u128::MAX)), RefusalKind::NotFound),
        (Request::Delete { chat: channel(), messages: vec![key(1), MessageKey::default()] }, RefusalKind::NotFound),
        (
            Request::React { chat: channel(), message: key(1), emoji: ReactEmoji::Custom(EmojiId(Id(0))), add: true },
            RefusalKind::NotFound,
        ),
    ] {
        peer.want(1, &request);
        assert!(peer.sent().is_empty());
        assert_eq!(peer.answers()[0].1.as_ref().unwrap_err().kind, kind, "{request:?}");
    }
}

fn messages(ids: impl IntoIterator<Item = u64>) -> messages::Messages {
    let message = |id| types::Message { message_id: id, author_id: ADA, ..Default::default() };
    messages::Messages { messages: ids.into_iter().map(message).collect(), ..Default::default() }
}

fn page(page: Page, limit: u16, ids: impl IntoIterator<Item = u64>) -> (Vec<u64>, bool, bool) {
    let mut peer = Peer::signed_in();
    let (id, message) = peer.asked(1, &Request::FetchHistory { chat: direct(), page, limit });
    let Message::MessagesGetHistory(request) = message else { panic!() };
    assert_eq!(request.limit, Some(u32::from(limit.clamp(1, 100))));
    let offset = match page {
        Page::Latest => None,
        Page::Before(key) => Some(Offset::Before(u64::try_from(key.id.value()).unwrap())),
        Page::After(key) => Some(Offset::Since(u64::try_from(key.id.value()).unwrap())),
        Page::Around(id) => Some(Offset::Around(u64::try_from(id.value()).unwrap())),
        Page::At(at) => {
            let since = u64::try_from(at.0 - SNOWFLAKE_EPOCH).unwrap();
            Some(Offset::Around((since << SNOWFLAKE_SHIFT) - 1))
        }
    };
    assert_eq!(request.offset, offset);
    peer.reply(id, rpc_result::Result::Messages(messages(ids)));
    let Some((1, Ok(Reply::History { chat, messages, reached_start, reached_end, .. }))) = peer.answers().pop() else {
        panic!()
    };
    assert_eq!(chat, direct());
    assert!(messages.iter().all(|message| message.chat == direct()), "whatever the reference of the message says");
    (
        messages.iter().map(|message| u64::try_from(message.key.id.value()).unwrap()).collect(),
        reached_start,
        reached_end,
    )
}

#[test]
fn a_page_is_sorted_and_says_where_it_ends() {
    assert_eq!(page(Page::Latest, 3, [9, 7, 8]), (vec![7, 8, 9], false, true));
    assert_eq!(page(Page::Latest, 4, [9, 7, 8]), (vec![7, 8, 9], true, true));
    assert_eq!(page(Page::Latest, 4, []), (vec![], true, true));
    assert_eq!(page(Page::Before(key(10)), 2, [9, 8]), (vec![8, 9], false, false));
    assert_eq!(page(Page::Before(key(10)), 3, [9, 8]), (vec![8, 9], true, false));
    assert_eq!(page(Page::After(key(5)), 2, [6, 7]), (vec![6, 7], false, false));
    assert_eq!(page(Page::After(key(5)), 3, [6, 7]), (vec![6, 7], false, true));
    assert!(!page(Page::Around(MessageId::new(50)), 7, [47, 48, 49, 50, 51, 52, 53]).1, "a full page may go on");
    assert_eq!(
        page(Page::Around(MessageId::new(50)), 7, [47, 48, 49, 50, 51]),
        (vec![47, 48, 49, 50, 51], false, true)
    );
    assert_eq!(page(Page::Around(MessageId::new(50)), 7, [50, 51, 52, 53]), (vec![50, 51, 52, 53], true, false));
    assert_eq!(page(Page::Latest, 0, [9]).0, [9]);
    assert_eq!(page(Page::Latest, 1_000, 1..=100), ((1..=100).collect(), false, true));
}

fn chat_page(first: u64, count: u64) -> chats::Chats {
    let conversation = |id: u64| types::Conversation {
        chat_ref: Some(refs::ChatRef { r#ref: Some(refs::chat_ref::Ref::User(refs::UserRef { user_id: id })) }),
        last_message_id: 100_000 - id,
        ..Default::default()
    };
    chats::Chats { chats: (first..first + count).map(conversation).collect(), ..Default::default() }
}

#[test]
fn chats_are_fetched_page_by_page() {
    let mut peer = Peer::signed_in();
    let (id, message) = peer.asked(1, &Request::FetchChats);
    let Message::ChatsGetChats(request) = message else { panic!() };
    assert_eq!((request.limit, request.max_id), (Some(100), None));
    peer.reply(id, rpc_result::Result::Chats(chat_page(1, 100)));
    assert!(peer.answers().is_empty(), "not yet");
    let (id, message) = peer.sent_one();
    let Message::ChatsGetChats(request) = message else { panic!() };
    assert_eq!(request.max_id, Some(99_900));
    // The second page overlaps, as it may where the cursor includes its own chat.
    peer.reply(id, rpc_result::Result::Chats(chat_page(100, 30)));
    let Some((1, Ok(Reply::Chats { bundle, complete: true }))) = peer.answers().pop() else { panic!() };
    assert_eq!(bundle.chats.len(), 129 + 1);
    // Nothing was saved yet, so the server does not list it.
    assert_eq!(bundle.chats.last().map(|chat| (&chat.kind, chat.wire.as_str())), Some((&ChatKind::Saved, "self")));
}

#[test]
fn a_server_that_repeats_its_page_does_not_trap_us() {
    let mut peer = Peer::signed_in();
    let (mut id, _) = peer.asked(1, &Request::FetchChats);
    peer.reply(id, rpc_result::Result::Chats(chat_page(1, 100)));
    (id, _) = peer.sent_one();
    peer.reply(id, rpc_result::Result::Chats(chat_page(1, 100)));
    // What else there may be is not known, so nothing may be taken for gone.
    assert!(matches!(peer.answers()[..], [(1, Ok(Reply::Chats { complete: false, .. }))]));

    let (mut id, _) = peer.asked(2, &Request::FetchChats);
    let mut pages = 0;
    loop {
        peer.reply(id, rpc_result::Result::Chats(chat_page(1 + pages * 100, 100)));
        pages += 1;
        assert!(pages < 50);
        match peer.answers().pop() {
            Some((2, Ok(Reply::Chats { complete, bundle }))) => {
                assert!(!complete);
                assert_eq!(bundle.chats.len(), 2_000 + 1);
                break;
            }
            Some(other) => panic!("{other:?}"),
            None => (id, _) = peer.sent_one(),
        }
    }
}

#[test]
fn many_members_are_fetched_in_parts() {
    let mut peer = Peer::signed_in();
    let people: Vec<UserId> = (1..=250).map(UserId::new).collect();
    let (mut id, mut message) = peer.asked(1, &Request::FetchMembers(community(), people));
    for expected in [100, 100, 50] {
        let Message::CommunitiesGetMembers(request) = message.clone() else { panic!() };
        assert_eq!(request.member_ids.len(), expected);
        let member = |&id: &u64| types::CommunityMember { id, ..Default::default() };
        let members = request.member_ids.iter().map(member).collect();
        peer.reply(id, rpc_result::Result::Members(communities::Members { members, users: vec![] }));
        if expected != 50 {
            (id, message) = peer.sent_one();
        }
    }
    let Some((1, Ok(Reply::Members(bundle)))) = peer.answers().pop() else { panic!() };
    assert_eq!(bundle.members.len(), 250);
    assert!(bundle.members.iter().all(|member| member.community == community()));
}

#[test]
fn signing_out_asks_which_session_when_it_was_not_told() {
    let mut peer = Peer::greeted(token());
    let (id, _) = peer.sent_one();
    let nameless = auth::Authorization { session_id: 0, ..authorization("x") };
    peer.reply(id, rpc_result::Result::Authorization(nameless));
    let (id, message) = peer.asked(1, &Request::SignOut);
    assert!(matches!(message, Message::AuthGetSessions(_)));
    peer.reply(id, rpc_result::Result::Sessions(auth::Sessions { current: 5, sessions: vec![] }));
    let (id, message) = peer.sent_one();
    let Message::AuthRevokeSessions(request) = message else { panic!() };
    assert_eq!(request.session_ids, [5]);
    peer.answer(id, reply_of::<auth::RevokeSessions>(()), None);
    assert_eq!(peer.answers().pop(), Some((1, Ok(Reply::Done))));
}

#[test]
fn a_name_that_nobody_has_is_not_found() {
    let mut peer = Peer::signed_in();
    let (id, message) = peer.asked(1, &Request::LookupUsername(" @ada ".to_owned()));
    let Message::UsersLookupUsername(request) = message else { panic!() };
    assert_eq!(request.username, "ada");
    peer.reply(id, rpc_result::Result::UserDetails(Default::default()));
    assert_eq!(peer.answers()[0].1.as_ref().unwrap_err().kind, RefusalKind::NotFound);
}
