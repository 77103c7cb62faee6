//! Requests and their answers: matched by their mark, in time or not, refused in words.

use super::peer::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The chat of a channel of the recorded server.
pub(crate) fn chat_of(bundle: &Bundle, name: &str) -> ChatId {
    bundle.chats.iter().find(|chat| chat.wire.as_str() == name).unwrap_or_else(|| panic!("no {name}")).id
}

pub(crate) fn message(id: &str, user: &str, content: &str, timestamp: f64) -> serde_json::Value {
    json!({"id": id, "user": user, "content": content, "timestamp": timestamp, "type": "message", "pinned": false})
}

fn send(chat: ChatId, nonce: u64, text: &str) -> Request {
    let reply_to = None;
    Request::Send(Arc::new(Outgoing {
        chat,
        nonce: Nonce(nonce),
        text: text.to_owned(),
        reply_to,
        ..Outgoing::default()
    }))
}

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";

pub(crate) fn key(id: &str, seconds: u128) -> MessageKey {
    let id = MessageId::new(u128::from_str_radix(&id.replace('-', ""), 16).unwrap());
    MessageKey { order: SortKey((seconds * 1_000_000) << 64), id }
}

#[test]
fn a_message_comes_back_as_echo_and_answer() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let general = chat_of(&bundle, "general");
    let asked = peer.asked(1, &send(general, 0xabc, " hello **you** "));
    assert_eq!(
        asked,
        json!({"cmd": "message_new", "channel": "general", "content": "hello **you**", "listener": "n0000000000000abc"})
    );
    peer.answer(
        &asked,
        json!({"cmd": "message_new", "message": message(ID, "bob", "hello **you**", 1_795_169_785.5), "channel": "general", "thread_id": null, "global": true}),
    );
    let events = peer.events();
    let [nib::net::NetEvent::Update(Update::MessageCreated { message, nonce, .. }), nib::net::NetEvent::Answer(answer)] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((*nonce, message.chat, message.body.text.as_str()), (Some(Nonce(0xabc)), general, "hello you"));
    let sent = Reply::Sent { message: message.key.id, order: message.key.order, at: message.at };
    assert_eq!(*answer, Answer { request: RequestId(1), outcome: Ok(sent) });
    assert_eq!(message.at, Some(Wall(1_795_169_785_500)));
}

#[test]
fn an_echo_that_comes_too_late_still_names_its_message() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let asked = peer.asked(1, &send(chat_of(&bundle, "general"), 7, "slow"));
    peer.pass(Duration::from_secs(15));
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::TimedOut);
    peer.answer(
        &asked,
        json!({"cmd": "message_new", "message": message(ID, "bob", "slow", 1.5e9), "channel": "general"}),
    );
    let updates = peer.updates();
    assert!(matches!(updates[..], [Update::MessageCreated { nonce: Some(Nonce(7)), .. }]), "{updates:?}");
}

#[test]
fn requests_become_the_commands_of_the_wire() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let chat = chat_of(&bundle, "general");
    let emoji = ReactEmoji::Unicode(CleanText::ours("👍"));
    let message = key(ID, 5);
    let mut asked = |request: Request| {
        let mut said = peer.asked(1, &request);
        said.as_object_mut().unwrap().remove("listener").unwrap();
        said
    };
    assert_eq!(
        asked(Request::Edit { chat, message, text: "new ".to_owned(), emoji: Box::default(), no_previews: false }),
        json!({"cmd": "message_edit", "channel": "general", "id": ID, "content": "new"})
    );
    assert_eq!(
        asked(Request::React { chat, message, emoji: emoji.clone(), add: true }),
        json!({"cmd": "message_react_add", "channel": "general", "id": ID, "emoji": "👍"})
    );
    assert_eq!(
        asked(Request::React { chat, message, emoji, add: false }),
        json!({"cmd": "message_react_remove", "channel": "general", "id": ID, "emoji": "👍"})
    );
    assert_eq!(
        asked(Request::MarkRead { chat, upto: message, back: false }),
        json!({"cmd": "unreads_ack", "channel": "general", "message_id": ID})
    );
    assert_eq!(
        asked(Request::FetchMessage { chat, message: message.id }),
        json!({"cmd": "message_get", "channel": "general", "id": ID})
    );
    assert_eq!(asked(Request::FetchPinned(chat)), json!({"cmd": "messages_pinned", "channel": "general"}));
    for (presence, status) in [
        (Presence::Online, "online"),
        (Presence::Idle, "idle"),
        (Presence::Busy, "dnd"),
        (Presence::Offline, "invisible"),
    ] {
        assert_eq!(asked(Request::SetPresence(presence)), json!({"cmd": "status_set", "status": status}));
    }
    let reply = Outgoing { chat, text: "yes".to_owned(), reply_to: Some(message.id), ..Outgoing::default() };
    assert_eq!(
        asked(Request::Send(Arc::new(reply))),
        json!({"cmd": "message_new", "channel": "general", "content": "yes", "reply_to": ID})
    );
}

#[test]
fn every_recorded_error_is_a_refusal_in_a_sentence() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let chat = chat_of(&bundle, "general");
    let mut kinds = std::collections::BTreeMap::new();
    for row in super::recorded().into_iter().filter(|row| row.packet["cmd"] == "error") {
        let asked = peer.asked(
            1,
            &Request::Edit {
                chat,
                message: key(ID, 1),
                text: "x".to_owned(),
                emoji: Box::default(),
                no_previews: false,
            },
        );
        peer.answer(&asked, row.packet.clone());
        let refusal = peer.answered().unwrap_err();
        assert!(refusal.text.ends_with(['.', '!', '?', '…']), "{}", refusal.text);
        assert!(refusal.text.chars().count() < 310 && !refusal.text.contains('\n'), "{}", refusal.text);
        *kinds.entry(format!("{:?}", refusal.kind)).or_insert(0) += 1;
    }
    let kinds: Vec<_> = kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(
        kinds,
        [("Conflict", 2), ("Forbidden", 17), ("Invalid", 14), ("NotFound", 8), ("NotSignedIn", 1), ("Unsupported", 6)]
    );
}

#[test]
fn what_is_as_it_was_wanted_is_done() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let emoji = ReactEmoji::Unicode(CleanText::ours("👍"));
    let request = Request::React { chat: chat_of(&bundle, "general"), message: key(ID, 1), emoji, add: true };
    let asked = peer.asked(1, &request);
    peer.answer(&asked, json!({"cmd": "error", "src": "message_react_add", "val": "Failed to add reaction"}));
    assert_eq!(peer.answered(), Ok(Reply::Done));
}

#[test]
fn a_limit_is_told_with_its_length_and_kept_here() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let general = chat_of(&bundle, "general");
    let asked = peer.asked(1, &send(general, 1, "one"));
    let reason = "Burst limit exceeded. You're in cooldown for 30 seconds";
    peer.answer(&asked, json!({"cmd": "rate_limit", "reason": reason, "length": 30_000}));
    let refusal = peer.answered().unwrap_err();
    assert_eq!((refusal.kind, refusal.retry_after), (RefusalKind::RateLimited, Some(Duration::from_secs(30))));
    peer.pass(Duration::from_secs(10));
    peer.want(2, &send(general, 2, "two"));
    peer.want(3, &Request::SetTyping { chat: general, typing: true });
    assert!(peer.said().is_empty(), "asking again would be in vain");
    let answers = peer.answers();
    let [(2, Err(refusal)), (3, Err(_))] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(refusal.retry_after, Some(Duration::from_secs(20)));
    peer.asked(4, &Request::FetchPinned(general));
    peer.pass(Duration::from_secs(20));
    peer.events();
    assert_eq!(peer.asked(5, &send(general, 3, "three"))["content"], "three");
    // A moderator's, which answers nothing.
    peer.hear(&json!({"cmd": "rate_limit", "reason": "User timeout set", "length": "5000"}));
    peer.want(6, &send(general, 4, "four"));
    let answers = peer.answers();
    assert!(matches!(&answers[..], [(6, Err(refusal))] if refusal.retry_after == Some(Duration::from_secs(5))));
}

#[test]
fn a_limit_takes_the_place_of_the_one_before_and_a_long_one_is_tried() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let general = chat_of(&bundle, "general");
    let timeout = |seconds: u32| json!({"cmd": "rate_limit", "reason": "User timeout set", "length": seconds * 1_000});
    peer.hear(&timeout(86_400));
    peer.events();
    peer.want(1, &Request::SetTyping { chat: general, typing: true });
    assert!(peer.said().is_empty() && peer.answered().is_err());
    // Somebody may have taken it back, and nobody tells.
    let asked = peer.asked(2, &send(general, 1, "one"));
    peer.answer(
        &asked,
        json!({"cmd": "rate_limit", "reason": "You are in timeout for 86400.0 more seconds", "length": 86_400_000}),
    );
    let refusal = peer.answered().unwrap_err();
    assert!(refusal.text.contains("24 hours"), "{}", refusal.text);
    peer.hear(&timeout(20));
    peer.events();
    peer.want(3, &send(general, 2, "two"));
    assert_eq!(peer.answered().unwrap_err().retry_after, Some(Duration::from_secs(20)));
    peer.pass(Duration::from_secs(20));
    peer.events();
    assert_eq!(peer.asked(4, &send(general, 3, "three"))["content"], "three");
}

#[test]
fn what_is_said_stays_below_the_limits_that_servers_have() {
    // A server as its source has it: of those that arrived in the last 10 s, both ends included, it takes 10, and 60 of the last 60 s, typing included;
    // the next one starts a cooldown. What is said arrives in order, up to half a second late.
    let mut dispatch = nib::net::dispatch::Dispatch::new(nib::net::originchats::defaults::limits(), 5);
    dispatch.opened();
    dispatch.signed_in();
    let mut random = fastrand::Rng::with_seed(3);
    let (mut arrived, mut answers) = (Vec::<u64>::new(), Vec::new());
    let mut id = 0;
    for tenth in 0..1_800 {
        let now = Mono(tenth * 100_000);
        // Somebody types without end and sends as fast as they can.
        for request in [
            Request::SetTyping { chat: ChatId::new(1), typing: true },
            send(ChatId::new(1), tenth, "a"),
            send(ChatId::new(2), tenth, "b"),
        ] {
            id += 1;
            dispatch.submit(RequestId(id), request, Priority::User, now, &mut answers);
        }
        while let Some((wire, _)) = dispatch.next(now) {
            let at = (tenth * 100 + random.u64(..500)).max(arrived.last().copied().unwrap_or_default());
            let within = |span: u64| arrived.iter().filter(|before| at - **before <= span * 1_000).count();
            assert!(within(10) < 10 && within(60) < 60, "{at}");
            arrived.push(at);
            dispatch.answered(Answer { request: wire, outcome: Ok(Reply::Done) }, now, &mut answers);
        }
    }
    assert!(arrived.len() >= 150, "and little of the limits is left unused: {}", arrived.len());
}

#[test]
fn tries_that_the_limit_itself_refuses_use_up_nothing_of_it() {
    let mut dispatch = nib::net::dispatch::Dispatch::new(nib::net::originchats::defaults::limits(), 5);
    dispatch.opened();
    dispatch.signed_in();
    let (mut answers, now) = (Vec::new(), Mono(1_000_000));
    let mut id = 0;
    let mut taken = |outcome: Result<Reply, Refusal>| {
        id += 1;
        dispatch.submit(RequestId(id), send(ChatId::new(1), id, "a"), Priority::User, now, &mut answers);
        let Some((wire, _)) = dispatch.next(now) else { return false };
        dispatch.answered(Answer { request: wire, outcome }, now, &mut answers);
        true
    };
    let limited = Refusal::ours(RefusalKind::RateLimited, "Too much.");
    assert!((0..20).all(|_| taken(Err(limited.clone()))));
    assert_eq!((0..20).filter(|_| taken(Ok(Reply::Done))).count(), 10);
}

#[test]
fn a_swallowed_request_ends_by_itself() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    peer.asked(1, &Request::FetchPinned(chat_of(&bundle, "general")));
    peer.pass(Duration::from_secs(14));
    assert!(peer.answers().is_empty());
    peer.pass(Duration::from_secs(1));
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::TimedOut);
}

#[test]
fn a_new_connection_fetches_the_channels_before_it_speaks_of_a_chat() {
    let general = chat_of(&Peer::signed_in().sync(), "general");
    let mut peer = Peer::signed_in();
    let first = peer.asked(1, &send(general, 0xabc, "written while away"));
    assert_eq!(first["cmd"], "channels_get");
    let list = json!({"cmd": "channels_get", "val": [{"name": "general", "type": "text"}]});
    peer.answer(&first, list.clone());
    let asked = peer.said_one();
    assert_eq!(
        asked,
        json!({"cmd": "message_new", "channel": "general", "content": "written while away", "listener": "n0000000000000abc"})
    );
    peer.answer(
        &asked,
        json!({"cmd": "message_new", "message": message(ID, "bob", "written while away", 1_795_169_785.5), "channel": "general"}),
    );
    let nonces: Vec<_> = peer.updates().into_iter().collect();
    assert!(matches!(nonces[..], [Update::MessageCreated { nonce: Some(Nonce(0xabc)), .. }]), "{nonces:?}");
    // Once they are known, what is not there is not there.
    peer.events();
    peer.want(2, &send(ChatId::new(42), 1, "to nobody"));
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::NotFound);
    assert!(peer.said().is_empty());
    // Pages of history wait for the same, and end when nobody tells the channels.
    let mut peer = Peer::signed_in();
    let first = peer.asked(1, &Request::FetchHistory { chat: general, page: Page::Latest, limit: 50 });
    assert_eq!(first["cmd"], "channels_get");
    peer.answer(&first, json!({"cmd": "error", "val": "no"}));
    assert!(peer.answered().is_err());
    peer.want(2, &Request::FetchHistory { chat: general, page: Page::Latest, limit: 50 });
    let second = peer.said_one();
    peer.answer(&second, list);
    assert_eq!(peer.said_one()["cmd"], "messages_get");
}

#[test]
fn lists_that_a_server_lacks_are_passed_over() {
    let mut peer = Peer::signed_in();
    let community = peer.community();
    let people = peer.asked(1, &Request::FetchChannels(community));
    assert_eq!(people["cmd"], "users_list");
    peer.answer(&people, json!({"cmd": "error", "val": "Unknown command: users_list"}));
    let online = peer.said_one();
    assert_eq!(online["cmd"], "users_online");
    peer.pass(Duration::from_secs(15));
    let unreads = peer.said_one();
    assert_eq!(unreads["cmd"], "unreads_get");
    peer.answer(&unreads, json!({"cmd": "unreads_get", "unreads": {}}));
    let emoji = peer.said_one();
    assert_eq!(emoji["cmd"], "emoji_get_all");
    peer.answer(&emoji, json!({"cmd": "error", "val": "Unknown command: emoji_get_all"}));
    let channels = peer.said_one();
    assert_eq!(channels["cmd"], "channels_get");
    peer.answer(&channels, json!({"cmd": "channels_get", "val": [{"name": "general", "type": "text"}]}));
    assert!(matches!(peer.answered(), Ok(Reply::Channels { bundle, .. }) if bundle.chats.len() == 1));
    let people = peer.asked(2, &Request::FetchChannels(community));
    peer.answer(&people, json!({"cmd": "users_list", "users": []}));
    for _ in 0..3 {
        let next = peer.said_one();
        peer.answer(&next, json!({"cmd": next["cmd"], "users": [], "unreads": {}, "emojis": {}}));
    }
    let channels = peer.said_one();
    peer.answer(&channels, json!({"cmd": "error", "val": "Access denied: 'x' role required"}));
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::Forbidden, "channels are needed");
}

#[test]
fn the_server_is_asked_whether_it_is_there_and_given_up_when_it_is_not() {
    let mut peer = Peer::signed_in();
    for _ in 0..5 {
        peer.pass(Duration::from_secs(30));
        peer.hear(&json!({"cmd": "ping"}));
    }
    assert!(peer.said().is_empty(), "its own pings are enough");
    peer.pass(Duration::from_secs(50));
    let ping = peer.said_one();
    assert_eq!(ping["cmd"], "ping");
    peer.answer(&ping, json!({"cmd": "pong", "val": "pong"}));
    assert!(peer.events().is_empty());
    peer.pass(Duration::from_secs(74));
    assert_eq!(peer.closed(), None);
    peer.pass(Duration::from_secs(1));
    assert_eq!(peer.closed(), Some(&nib::net::Close::Quiet));
}

/// Signed in at an old server, its one channel known.
fn old_and_synced() -> (Peer, ChatId) {
    let mut peer = Peer::signed_in_as(&old(), &["user"]);
    let community = peer.community();
    peer.want(1, &Request::FetchChannels(community));
    for _ in 0..3 {
        let asked = peer.said_one();
        let recorded = super::recorded_old();
        let reply = recorded.iter().find(|row| row.from_server && row.packet["cmd"] == asked["cmd"]).unwrap();
        peer.hear(&reply.packet);
    }
    let Ok(Reply::Channels { bundle, .. }) = peer.answered() else { panic!("no channels") };
    (peer, chat_of(&bundle, "general"))
}

#[test]
fn old_servers_are_asked_one_thing_at_a_time() {
    let (mut peer, general) = old_and_synced();
    peer.want(1, &send(general, 1, "mine"));
    peer.want(2, &Request::FetchHistory { chat: general, page: Page::Latest, limit: 50 });
    peer.want(
        3,
        &Request::Edit {
            chat: general,
            message: key(ID, 1),
            text: "x".to_owned(),
            emoji: Box::default(),
            no_previews: false,
        },
    );
    let said = peer.said_one();
    assert_eq!(said["content"], "mine");
    let new = |user, text| json!({"cmd": "message_new", "message": message(ID, user, text, 1.5e9), "channel": "general", "global": true});
    // What others write at the same time, and own words from elsewhere, are not the answer.
    peer.hear(&new("ada", "mine"));
    peer.hear(&new("bob", "another"));
    assert!(peer.said().is_empty());
    let updates = peer.updates();
    assert!(matches!(
        updates[..],
        [Update::MessageCreated { nonce: None, .. }, Update::MessageCreated { nonce: None, .. }]
    ));
    peer.hear(&new("bob", "mine"));
    let events = peer.events();
    assert!(matches!(
        events[..],
        [
            nib::net::NetEvent::Update(Update::MessageCreated { nonce: Some(Nonce(1)), .. }),
            nib::net::NetEvent::Answer(Answer { request: RequestId(1), outcome: Ok(Reply::Sent { .. }) })
        ]
    ));
    assert_eq!(peer.said_one()["cmd"], "messages_get");
    peer.hear(&json!({"cmd": "error", "val": "Channel not found"}));
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::NotFound);
    assert_eq!(peer.said_one()["cmd"], "message_edit");
    peer.pass(Duration::from_secs(15));
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::TimedOut);
    assert_eq!(peer.asked(4, &send(general, 2, "next"))["content"], "next");
}

#[test]
fn old_servers_are_not_asked_for_what_they_lack() {
    let (mut peer, general) = old_and_synced();
    for request in [
        Request::FetchRoles(peer.community()),
        Request::FetchPinned(general),
        Request::MarkRead { chat: general, upto: key(ID, 1), back: false },
        Request::SetPresence(Presence::Idle),
    ] {
        peer.want(1, &request);
        assert!(peer.said().is_empty(), "{request:?}");
        assert!(peer.answered().is_ok(), "{request:?}");
    }
}

#[test]
fn what_this_network_lacks_is_refused_in_words() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let chat = chat_of(&bundle, "general");
    for request in [
        Request::LookupInvite(Secret::new("x".to_owned())),
        Request::UseInvite(Secret::new("x".to_owned())),
        Request::LeaveGroup(chat),
        Request::FetchDirect(UserId::new(5)),
        Request::FetchChannels(CommunityId::new(5)),
        Request::FetchHistory { chat: ChatId::new(5), page: Page::Latest, limit: 5 },
    ] {
        peer.want(1, &request);
        assert!(peer.said().is_empty(), "{request:?}");
        assert!(peer.answered().unwrap_err().text.ends_with('.'), "{request:?}");
    }
    peer.want(2, &Request::SetTyping { chat, typing: false });
    assert_eq!((peer.said().len(), peer.answered()), (0, Ok(Reply::Done)));
    peer.want(3, &Request::SetTyping { chat, typing: true });
    assert_eq!(peer.said_one(), json!({"cmd": "typing", "channel": "general"}));
    assert_eq!(peer.answered(), Ok(Reply::Done));
}
