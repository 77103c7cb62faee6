//! What servers tell, in neutral words.

use super::calls::{chat_of, message};
use super::peer::*;
use nib::domain::*;
use serde_json::{Value, json};

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";
const THREAD: &str = "e3408580-571f-4bb9-85ee-0f39b79119b5";

fn id(uuid: &str) -> MessageId {
    MessageId::new(u128::from_str_radix(&uuid.replace('-', ""), 16).unwrap())
}

/// The channel that a frame tells anew, with what may be done in it.
fn channel_anew(peer: &mut Peer, packet: &Value) -> Box<Chat> {
    peer.hear(packet);
    let updates = peer.updates();
    let [Update::ChannelChanged(chat), Update::OverridesChanged { chat: of, overrides }] = &updates[..] else {
        panic!("{packet} became {updates:?}")
    };
    assert_eq!((*of, *overrides), (chat.id, chat.overrides));
    chat.clone()
}

/// The one update that a frame becomes.
fn one(peer: &mut Peer, packet: &Value) -> Update {
    peer.hear(packet);
    let mut updates = peer.updates();
    assert_eq!(updates.len(), 1, "{packet} became {updates:?}");
    updates.pop().unwrap()
}

fn rights(chat: &Chat) -> Vec<&'static str> {
    let held = Permissions::NONE.with(chat.overrides);
    [
        ("view", Permissions::VIEW),
        ("send", Permissions::SEND.union(Permissions::SEND_MEDIA)),
        ("react", Permissions::REACT),
        ("delete", Permissions::DELETE_OTHERS),
        ("pin", Permissions::PIN),
        ("voice", Permissions::CONNECT_VOICE),
    ]
    .into_iter()
    .filter(|(_, right)| held.allows(*right))
    .map(|(name, _)| name)
    .collect()
}

#[test]
fn the_recorded_server_is_a_community_with_chats() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let shape = |chat: &Chat| match chat.kind {
        ChatKind::Channel { kind, position, parent: None, .. } => (chat.name.to_string(), kind, position, rights(chat)),
        _ => panic!("{chat:?}"),
    };
    let shapes: Vec<_> = bundle.chats.iter().map(shape).collect();
    let expected = [
        ("general", ChannelKind::Text, 0, vec!["view", "send", "react"]),
        ("Old history", ChannelKind::Text, 1, vec!["view", "send", "react"]),
        ("announcements", ChannelKind::Text, 2, vec!["view", "react"]),
        ("sep1", ChannelKind::Separator, 3, vec!["view", "react"]),
        ("help", ChannelKind::Forum, 4, vec!["view", "react"]),
        ("lounge", ChannelKind::Voice, 5, vec!["view", "react", "voice"]),
    ];
    assert_eq!(shapes, expected.map(|(name, kind, position, rights)| (name.to_owned(), kind, position, rights)));
    let history = bundle.chats.iter().find(|chat| chat.wire.as_str() == "history").unwrap();
    assert_eq!((history.unread, history.last_read), (250, None));
    assert_eq!(history.last_message.unwrap().id, id("00000000-0000-0000-0000-0000000000fa"));
    assert_eq!(history.topic.as_deref(), Some("250 seeded messages"));
    let people: Vec<_> = bundle.users.iter().map(|user| (user.name.as_str(), user.presence, user.color)).collect();
    assert_eq!(people[0], ("bob", Some(Presence::Online), None));
    assert!(people.contains(&("alice", Some(Presence::Online), Some(0x94_00d3))), "{people:?}");
    let alice = bundle.users.iter().find(|user| user.name.as_str() == "alice").unwrap().id;
    assert_eq!(bundle.members.iter().find(|member| member.user == alice).unwrap().roles.len(), 2);
}

#[test]
fn roles_come_by_strength_and_say_what_may_be_done() {
    let mut peer = Peer::signed_in_named(&listed(), "alice", &["owner", "user"]);
    let community = peer.community();
    peer.want(1, &Request::FetchRoles(community));
    peer.answer_with_recorded();
    let Ok(Reply::Roles { roles, .. }) = peer.answered() else { panic!("no roles") };
    let names: Vec<_> =
        roles.iter().map(|role| (role.name.as_str(), role.priority, role.color, role.separated)).collect();
    assert_eq!(
        names,
        [
            ("owner", 4, Some(0x94_00d3), true),
            ("admin", 3, Some(0xff_0000), true),
            ("moderator", 2, Some(0xff_ff00), true),
            ("user", 1, None, false)
        ]
    );
    peer.want(2, &Request::FetchCommunities);
    peer.answer_with_recorded();
    let Ok(Reply::Communities { communities, .. }) = peer.answered() else { panic!("no community") };
    let [community] = &communities[..] else { panic!("{communities:?}") };
    assert_eq!(community.name.as_str(), "Loopback Lab");
    assert!(community.permissions.allows(Permissions::MANAGE_CHANNELS) && !community.owner);
    let bundle = peer.sync();
    let general = bundle.chats.iter().find(|chat| chat.wire.as_str() == "general").unwrap();
    assert_eq!(rights(general), ["view", "send", "react", "delete", "pin"]);
    let news = bundle.chats.iter().find(|chat| chat.wire.as_str() == "announcements").unwrap();
    assert_eq!(rights(news), ["view", "send", "react", "pin"], "nobody is above the lists of this generation");
}

fn channels(peer: &mut Peer, list: Value) -> Vec<Chat> {
    let community = peer.community();
    peer.want(1, &Request::FetchChannels(community));
    loop {
        let said = peer.said();
        let Some(asked) = said.first() else { break };
        peer.answer(asked, json!({"cmd": asked["cmd"], "users": [], "unreads": {}, "val": list}));
    }
    match peer.answered() {
        Ok(Reply::Channels { bundle, .. }) => bundle.chats,
        other => panic!("{other:?}"),
    }
}

#[test]
fn lists_of_roles_allow_and_deny_in_the_order_of_ones_roles() {
    let list = json!([
        {"name": "a", "type": "text", "permissions": {"send": ["!muted", "user"], "pin": ["helper"]}},
        {"name": "b", "type": "text", "permissions": {"send": ["user"], "react": ["!user"]}},
        {"name": "c", "type": "text", "permissions": {}},
        {"name": "d", "type": "text"},
        {"name": "e", "type": "text", "permissions": {"send": ["bob"]}},
    ]);
    let rights_of = |greeting: &Value, roles: &[&str]| -> Vec<String> {
        let mut peer = Peer::signed_in_as(greeting, roles);
        channels(&mut peer, list.clone()).iter().map(|chat| rights(chat).join(" ")).collect()
    };
    let listed = listed();
    assert_eq!(
        rights_of(&listed, &["user"]),
        ["view send react", "view send", "view react", "view send react", "view react"]
    );
    assert_eq!(rights_of(&listed, &["muted", "user"])[0], "view react");
    assert_eq!(rights_of(&listed, &["user", "muted"])[0], "view send react", "the first of one's roles decides");
    assert_eq!(rights_of(&listed, &["owner", "user"])[2], "view react pin");
    let newer = newer();
    assert_eq!(rights_of(&newer, &["user"])[2..], ["view send react", "view send react", "view send react"]);
    assert_eq!(rights_of(&newer, &["owner"])[1], "view send react delete pin");
    assert_eq!(rights_of(&old(), &["owner"])[2], "view send react delete pin");
}

#[test]
fn messages_say_who_when_what_and_whom_they_call() {
    let mut peer = Peer::synced();
    let mut created = |mut told: Value, pings: Option<Value>| {
        if let Some(pings) = pings {
            told["pings"] = pings;
        }
        match one(&mut peer, &json!({"cmd": "message_new", "message": told, "channel": "general", "thread_id": null})) {
            Update::MessageCreated { message, author, nonce: None, unread: None } => (message, author),
            other => panic!("{other:?}"),
        }
    };
    let plain = |content: &str| message(ID, "alice", content, 1_795_169_785.984);
    let (plainly, author) =
        created(plain("hi @bob and @nobody"), Some(json!({"users": [], "roles": [], "replies": []})));
    assert!(!plainly.mentions_me, "the server says whom a live message calls");
    assert_eq!((plainly.key.id, plainly.at, author), (id(ID), Some(Wall(1_795_169_785_984)), None));
    let spans: Vec<_> = plainly.body.spans.iter().map(|span| matches!(span.kind, SpanKind::Mention(Some(_)))).collect();
    assert_eq!(spans, [true, false], "known people are mentioned by id");
    for (pings, calls) in [
        (json!({"users": ["BOB"], "roles": [], "replies": []}), true),
        (json!({"users": [], "roles": ["user"], "replies": []}), true),
        (json!({"users": [], "roles": ["admin"], "replies": []}), false),
        (json!({"users": [], "roles": [], "replies": ["bob"]}), true),
    ] {
        assert_eq!(created(plain("x"), Some(pings.clone())).0.mentions_me, calls, "{pings}");
    }
    // Stored messages do not tell: they are read as the server would have.
    for (content, calls) in
        [("hey @Bob!", true), ("@bobby", false), ("@&user hi", true), ("@&admin", false), ("bob", false)]
    {
        assert_eq!(created(plain(content), None).0.mentions_me, calls, "{content}");
    }
    let mut reply = plain("yes");
    reply["reply_to"] = json!({"id": ID, "user": "bob"});
    let (answer, _) = created(reply.clone(), None);
    assert_eq!((answer.mentions_me, answer.reply.as_ref().unwrap().to), (true, Some(id(ID))));
    reply["ping"] = json!(false);
    assert!(!created(reply, None).0.mentions_me);
    let mut own = message(ID, "bob", "@bob", 1.5e9);
    own["edited"] = json!(true);
    let (own, _) = created(own, None);
    assert!(!own.mentions_me && own.edited.is_some());
}

#[test]
fn what_hangs_on_a_message_comes_along() {
    let mut peer = Peer::synced();
    let mut told = message(ID, "originChats", "", 1.5e9);
    told["reactions"] = json!({"👍": ["alice", "bob"], "originChats://h/emojis/0": ["alice"]});
    told["pinned"] = json!(true);
    told["webhook"] = json!({"id": "w", "name": "CI\u{202e}"});
    told["embeds"] = json!([{"type": "rich", "title": "T", "description": "d", "fields": [{"name": "n", "value": "v"}], "footer": {"text": "f"}, "author": {"name": "a"}, "url": "https://x.y"}]);
    told["attachments"] =
        json!([{"id": ID, "name": "red.png", "mime_type": "image/png", "size": 155, "width": 64, "height": 32}]);
    let packet = json!({"cmd": "message_new", "message": told, "channel": "general"});
    let Update::MessageCreated { message, author, .. } = one(&mut peer, &packet) else { panic!("no message") };
    assert_eq!((message.shown_as.as_deref(), message.pinned), (Some("CI"), true));
    assert!(author.is_some_and(|author| author.bot), "the server writes for webhooks and is in no list");
    let [custom, thumbs] = &message.reactions[..] else { panic!("{:?}", message.reactions) };
    assert_eq!((thumbs.count, thumbs.mine, thumbs.by.len()), (2, true, 2));
    assert!(matches!(custom.emoji, ReactEmoji::Custom(_)) && !custom.mine);
    let [embed] = &message.embeds[..] else { panic!("{:?}", message.embeds) };
    assert_eq!(
        (embed.title.as_deref(), embed.author.as_deref(), embed.url.as_str()),
        (Some("T"), Some("a"), "https://x.y")
    );
    assert_eq!((embed.description.as_deref(), embed.footer.as_deref()), (Some("d"), Some("f")));
    assert_eq!((embed.fields[0].name.as_str(), embed.fields[0].value.as_str()), ("n", "v"));
    let [file] = &message.attachments[..] else { panic!("{:?}", message.attachments) };
    assert_eq!(
        (file.name.as_str(), file.size, file.kind),
        ("red.png", 155, AttachmentKind::Image { width: 64, height: 32 })
    );
    // A custom emoji goes back as it came.
    let asked = peer.asked(
        1,
        &Request::React { chat: message.chat, message: message.key, emoji: custom.emoji.clone(), add: false },
    );
    assert_eq!(asked["emoji"], "originChats://h/emojis/0");
    let poll = json!({"cmd": "message_new", "id": ID, "channel": "general", "thread_id": null, "user": "bob", "content": "", "timestamp": 1.5e9, "embeds": [{"type": "poll", "poll": {"question": "Tea?", "options": [{"id": "0", "text": "yes"}, {"id": "1", "text": "no"}]}}], "poll_id": "p"});
    let Update::MessageCreated { message, .. } = one(&mut peer, &poll) else { panic!("no poll") };
    let answers: Vec<&str> = message.poll.iter().flat_map(|poll| &poll.options).map(|option| &*option.text).collect();
    assert_eq!((message.body.text.as_str(), answers), ("Tea?", vec!["yes", "no"]));
}

#[test]
fn changes_of_messages_come_in_parts() {
    let mut peer = Peer::synced();
    let at = |cmd: &str| json!({"cmd": cmd, "id": ID, "channel": "general", "from": "alice", "emoji": "👍", "pinned": true, "global": true});
    let add = one(&mut peer, &at("message_react_add"));
    assert!(matches!(add, Update::ReactionToggled { add: true, .. }));
    assert!(matches!(one(&mut peer, &at("reaction_remove")), Update::ReactionToggled { add: false, .. }));
    assert!(matches!(one(&mut peer, &at("message_pin")), Update::MessagePinned { pinned: true, .. }));
    // The server says `pinned: true` here, too: it means that it worked.
    assert!(matches!(one(&mut peer, &at("message_unpin")), Update::MessagePinned { pinned: false, .. }));
    let gone = one(&mut peer, &at("message_delete"));
    assert!(matches!(gone, Update::MessagesDeleted { messages, .. } if messages == [id(ID)]));
    let mut changed = at("message_edit");
    changed["message"] = message(ID, "alice", "new", 1.5e9);
    changed["message"]["edited"] = json!(true);
    let Update::MessageChanged { message, reactions: true } = one(&mut peer, &changed) else { panic!("not changed") };
    assert!(message.edited.is_some());
}

#[test]
fn people_come_go_and_change() {
    let mut peer = Peer::synced();
    let user = |name: &str| json!({"username": name, "roles": ["user"], "color": null});
    let joined = one(&mut peer, &json!({"cmd": "user_join", "user": user("Dora")}));
    let Update::MemberJoined { user: dora, member: Some(_), profile: Some(profile), .. } = joined else {
        panic!("{joined:?}")
    };
    assert_eq!((profile.presence, profile.name.as_str()), (Some(Presence::Offline), "Dora"));
    peer.hear(&json!({"cmd": "user_connect", "user": user("dora")}));
    let updates = peer.updates();
    assert!(
        matches!(&updates[0], Update::UserChanged(user) if user.id == dora && user.presence == Some(Presence::Online))
    );
    let presence = |update| match update {
        Update::PresenceChanged(mut list) => {
            let (who, presence, text) = list.pop().unwrap();
            assert_eq!(who, dora);
            (presence, text.map(|text| text.to_string()))
        }
        other => panic!("{other:?}"),
    };
    let status = |status: &str, text: &str| json!({"cmd": "status_get", "username": "dora", "status": {"status": status, "text": text}});
    assert_eq!(presence(one(&mut peer, &status("idle", "tea"))), (Presence::Idle, Some("tea".to_owned())));
    assert_eq!(presence(one(&mut peer, &status("dnd", ""))), (Presence::Busy, None));
    assert_eq!(
        presence(one(&mut peer, &json!({"cmd": "user_disconnect", "username": "dora"}))),
        (Presence::Offline, None)
    );
    peer.hear(&json!({"cmd": "nickname_update", "user": "USR:1", "username": "dora", "nickname": "Dolly"}));
    let updates = peer.updates();
    let [Update::UserChanged(named), Update::MemberChanged(member)] = &updates[..] else { panic!("{updates:?}") };
    assert_eq!((named.name.as_str(), member.nickname.as_deref(), member.roles.len()), ("Dolly", Some("Dolly"), 1));
    peer.hear(&json!({"cmd": "nickname_remove", "user": "USR:1", "username": "dora"}));
    assert!(matches!(&peer.updates()[0], Update::UserChanged(user) if user.name.as_str() == "dora"));
    let left = one(&mut peer, &json!({"cmd": "user_leave", "username": "dora"}));
    assert!(matches!(left, Update::MemberRemoved { user, .. } if user == dora));
    // Told to everybody when somebody hides: whose it is nobody knows.
    peer.hear(&json!({"cmd": "status_set", "status": {"status": "invisible", "text": "x"}, "global": true}));
    assert_eq!((peer.events().len(), peer.skipped("status of nobody")), (0, 1));
}

#[test]
fn own_roles_change_what_may_be_done() {
    let mut peer = Peer::synced();
    peer.hear(&json!({"cmd": "user_roles_get", "user": "bob", "roles": ["moderator", "user"], "color": "#112233", "global": true}));
    let updates = peer.updates();
    let changed = updates.iter().filter(|update| matches!(update, Update::OverridesChanged { .. })).count();
    let deletes = |update: &&Update| matches!(update, Update::OverridesChanged { overrides, .. } if overrides.allow.allows(Permissions::DELETE_OTHERS));
    assert_eq!((changed, updates.iter().filter(deletes).count()), (6, 2));
    assert!(matches!(&updates[0], Update::UserChanged(user) if user.color == Some(0x11_2233)));
    peer.hear(&json!({"cmd": "roles_list", "val": {"user": {"position": 0}, "new": {"position": 1}}}));
    assert!(matches!(&peer.updates()[0], Update::RolesChanged { roles, .. } if roles.len() == 2));
}

#[test]
fn typing_tells_of_others_alone() {
    let mut peer = Peer::synced();
    let typing =
        |user: &str| json!({"cmd": "typing", "channel": "general", "user": user, "thread_id": null, "global": true});
    assert!(matches!(one(&mut peer, &typing("alice")), Update::Typing { typing: true, .. }));
    peer.hear(&typing("bob"));
    assert!(peer.events().is_empty());
    let mut stops = typing("alice");
    stops["duration"] = json!(0);
    assert!(matches!(one(&mut peer, &stops), Update::Typing { typing: false, .. }));
}

#[test]
fn a_read_mark_counts_where_its_message_is_known() {
    let mut peer = Peer::synced();
    let update = |id: &str| json!({"cmd": "unreads_update", "last_read": id, "channel": "history"});
    let newest = "00000000-0000-0000-0000-0000000000fa";
    let Update::ReadMarkMoved { upto, unread, .. } = one(&mut peer, &update(newest)) else { panic!("no mark") };
    assert_eq!((upto.id, unread), (id(newest), Some(0)), "the list told where the newest stands");
    assert!(matches!(one(&mut peer, &update(ID)), Update::ReadMarkLost(_)));
    assert_eq!(peer.skipped("read mark at an unknown message"), 1);
}

#[test]
fn threads_are_chats_under_their_forum() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let forum = chat_of(&bundle, "help");
    let thread = |locked: bool, archived: bool| json!({"id": THREAD, "name": "My thread", "parent_channel": "help", "created_by": "bob", "created_at": 1.5e9, "locked": locked, "archived": archived, "participants": ["bob"], "last_message": null, "last_message_id": null});
    let chat =
        channel_anew(&mut peer, &json!({"cmd": "thread_create", "thread": thread(false, false), "channel": "help"}));
    assert_eq!(
        (chat.parent(), chat.channel_kind(), chat.name.as_str()),
        (Some(forum), Some(ChannelKind::Thread), "My thread")
    );
    assert_eq!(rights(&chat), ["view", "send", "react"]);
    // Told without the forum's name beside it.
    let locked = channel_anew(&mut peer, &json!({"cmd": "thread_update", "thread": thread(true, false)}));
    assert_eq!((locked.id, rights(&locked)), (chat.id, vec!["view"]));
    assert!(locked.thread.is_some_and(|thread| thread.locked && thread.hidden));
    let told = json!({"cmd": "message_new", "message": message(ID, "bob", "post", 1.6e9), "channel": "help", "thread_id": THREAD});
    assert!(matches!(one(&mut peer, &told), Update::MessageCreated { message, .. } if message.chat == chat.id));
    let asked = peer.asked(1, &Request::SetTyping { chat: chat.id, typing: true });
    assert_eq!(asked, json!({"cmd": "typing", "channel": "help", "thread_id": THREAD}));
    let gone = one(&mut peer, &json!({"cmd": "thread_delete", "thread_id": THREAD, "channel": "help"}));
    assert_eq!(gone, Update::ChatRemoved(chat.id));
}

#[test]
fn channels_are_made_renamed_and_removed() {
    let mut peer = Peer::signed_in_as(&newer(), &["user"]);
    channels(
        &mut peer,
        json!([{"name": "a", "type": "text"}, {"name": "f", "type": "forum", "threads": [{"id": THREAD, "name": "t"}]}]),
    );
    let b = channel_anew(&mut peer, &json!({"cmd": "channel_create", "channel": {"name": "b", "type": "text"}}));
    let renamed = json!({"cmd": "channel_update", "current_name": "b", "channel": {"name": "c", "type": "text", "display_name": "See"}});
    let c = channel_anew(&mut peer, &renamed);
    assert_eq!((c.id, c.name.as_str()), (b.id, "See"));
    assert_eq!(peer.asked(1, &Request::SetTyping { chat: b.id, typing: true })["channel"], "c");
    peer.hear(&json!({"cmd": "channel_delete", "name": "f"}));
    assert!(
        matches!(peer.updates()[..], [Update::ChatRemoved(_), Update::ChatRemoved(_)]),
        "a forum takes its threads along"
    );
    assert_eq!(one(&mut peer, &json!({"cmd": "channel_delete", "name": "c"})), Update::ChatRemoved(b.id));
    // A list that nobody asked for may be torn: everything is asked anew.
    peer.hear(&json!({"cmd": "channels_get", "val": []}));
    assert_eq!(peer.links(), [LinkEvent::Missed]);
}

#[test]
fn voice_channels_tell_who_is_inside() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let lounge = chat_of(&bundle, "lounge");
    let joined = |name: &str, muted: bool| json!({"cmd": "voice_user_joined", "channel": "lounge", "user": {"id": format!("USR:{name}"), "username": name, "muted": muted, "peer_id": "p"}});
    let inside = |update| match update {
        Update::VoiceRoomChanged { chat, participants } => {
            assert_eq!(chat, lounge);
            participants.iter().map(|one| one.muted).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(inside(one(&mut peer, &joined("alice", false))), [false]);
    assert_eq!(inside(one(&mut peer, &joined("bob", true))), [false, true]);
    assert_eq!(inside(one(&mut peer, &joined("alice", true))), [true, true]);
    let community = peer.community();
    peer.want(1, &Request::FetchVoiceRooms(community));
    assert!(
        matches!(peer.answered(), Ok(Reply::VoiceRooms { rooms, .. }) if rooms.len() == 1 && rooms[0].1.len() == 2)
    );
    let left = json!({"cmd": "voice_user_left", "channel": "lounge", "username": "alice"});
    assert_eq!(inside(one(&mut peer, &left)), [true]);
}

#[test]
fn a_server_of_direct_chats_has_no_community() {
    let config = nib::net::originchats::OriginConfig::new("wss://dms.mistium.com");
    let mut peer = Peer::with(config, token());
    peer.hear(&listed());
    let call = peer.call();
    peer.reply_to(&call, 200, &json!({"validator": "v"}));
    peer.hear(&ready("bob", &["user"]));
    peer.said();
    peer.events();
    peer.want(1, &Request::FetchCommunities);
    assert!(matches!(peer.answered(), Ok(Reply::Communities { communities, .. }) if communities.is_empty()));
    peer.want(2, &Request::FetchChats);
    let list = json!([
        {"name": "400", "type": "chat", "display_name": "Alice", "last_message": 1.6e9, "last_message_id": ID},
        {"name": "401", "type": "chat", "display_name": "the three of us"},
        {"name": "cmds", "type": "text"},
    ]);
    loop {
        let said = peer.said();
        let Some(asked) = said.first() else { break };
        peer.answer(asked, json!({"cmd": asked["cmd"], "users": [], "unreads": {"400": {"last_read": null, "unread_count": 3}}, "val": list}));
    }
    let Ok(Reply::Chats { bundle, complete: true }) = peer.answered() else { panic!("no chats") };
    let [alice, group] = &bundle.chats[..] else { panic!("{:?}", bundle.chats) };
    let ChatKind::Direct { peer: user } = alice.kind else { panic!("{alice:?}") };
    assert_eq!((alice.unread, alice.last_message.unwrap().id, bundle.users[0].id), (3, id(ID), user));
    assert!(matches!(group.kind, ChatKind::Group { .. }) && group.name.as_str() == "the three of us");
    let asked = peer.asked(3, &Request::FetchDirect(user));
    peer.answer(&asked, json!({"cmd": "channels_get", "val": list}));
    assert!(matches!(peer.answered(), Ok(Reply::Chat(bundle)) if bundle.chats[0].id == alice.id));
}

#[test]
fn the_newest_message_of_a_channel_may_be_deleted() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let history = chat_of(&bundle, "history");
    let newest = |peer: &mut Peer, told: Value| {
        let asked = peer.asked(1, &Request::FetchChat(history));
        peer.answer(&asked, json!({"cmd": "unreads_get", "unreads": {}}));
        let asked = peer.said_one();
        peer.answer(&asked, json!({"cmd": "channels_get", "val": [told]}));
        match peer.answered() {
            Ok(Reply::Chat(bundle)) => bundle.chats[0].last_message,
            other => panic!("{other:?}"),
        }
    };
    let gone = "00000000-0000-0000-0000-0000000000fa";
    let full = json!({"name": "history", "type": "text", "last_message": 1.7e9, "last_message_id": gone});
    assert!(newest(&mut peer, full).is_some());
    peer.hear(&json!({"cmd": "message_delete", "id": gone, "channel": "history"}));
    peer.events();
    let empty = json!({"name": "history", "type": "text"});
    assert_eq!(newest(&mut peer, empty), None, "the list is asked for anew");
}

#[test]
fn what_was_typed_for_an_own_message_is_known_as_it_was() {
    let mut peer = Peer::synced();
    for (typed, text) in [
        ("see [1] and a**b", "see [1] and a**b"),
        ("__x__ **y**", "x y"),
        ("¯\\_(ツ)_/¯ \\. `a`", "¯\\_(ツ)_/¯ \\. a"),
        ("# Title\n> quote **b**\n-# small", "# Title\n> quote b\n-# small"),
    ] {
        for author in ["bob", "ada"] {
            let packet =
                json!({"cmd": "message_new", "channel": "general", "message": message(ID, author, typed, 1.7e9)});
            let Update::MessageCreated { message, .. } = one(&mut peer, &packet) else { panic!("no message") };
            assert_eq!(message.body.text.as_str(), text);
            assert_eq!(message.typed.as_deref(), (author == "bob").then_some(typed));
            assert!(author != "bob" || message.as_typed() == typed);
        }
    }
}
