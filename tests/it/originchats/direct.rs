//! Beginning direct chats, telling a status and a nickname, and limits on writing.

use super::calls::chat_of;
use super::peer::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use nib::net::originchats::OriginConfig;
use serde_json::{Value, json};
use std::time::Duration;

fn channel(name: &str, shown: &str) -> Value {
    json!({"type": "chat", "name": name, "display_name": shown, "permissions": {"view": ["user"], "send": ["user"]}})
}

/// Signed in to a server of direct chats; `offers` adds to what it says that it can do.
fn direct(offers: &[&str]) -> (Peer, Request) {
    let mut greeting = listed();
    let all = greeting["val"]["capabilities"].as_array_mut().unwrap();
    all.retain(|name| name != "channel_create");
    all.extend(offers.iter().map(|name| json!(name)));
    let mut peer = Peer::with(OriginConfig::new("wss://dms.mistium.com"), token());
    peer.hear(&greeting);
    let call = peer.call();
    peer.reply_to(&call, 200, &json!({"validator": "USR:b0b,00ff"}));
    peer.said_one();
    peer.hear(&json!({"cmd": "auth_success", "val": "Authentication successful"}));
    peer.hear(&ready("bob", &["user"]));
    assert!(matches!(&peer.links()[..], [LinkEvent::SignedIn { caps, .. }] if caps.directs));
    // Whoever is not listed may be written to all the same.
    peer.want(1, &Request::LookupUsername("Grace".to_owned()));
    let Ok(Reply::User(grace)) = peer.answered() else { panic!("nobody") };
    assert_eq!(grace.username.as_deref(), Some("grace"));
    (peer, Request::FetchDirect(grace.id))
}

fn list(channels: &[Value]) -> Value {
    json!({"cmd": "channels_get", "val": channels})
}

fn peer_of(outcome: Result<Reply, Refusal>) -> (String, ChatKind) {
    let Ok(Reply::Chat(bundle)) = outcome else { panic!("no chat: {outcome:?}") };
    (bundle.chats[0].wire.to_string(), bundle.chats[0].kind.clone())
}

#[test]
fn a_direct_chat_is_begun_with_a_line_where_there_is_no_command_for_it() {
    let (mut peer, wanted) = direct(&[]);
    let asked = peer.asked(2, &wanted);
    assert_eq!(asked["cmd"], "channels_get");
    peer.answer(&asked, list(&[channel("cmds", "cmds"), channel("400", "ada")]));
    let line = peer.said_one();
    assert_eq!(
        (&line["cmd"], &line["channel"], &line["content"]),
        (&json!("message_new"), &json!("cmds"), &json!("dm add grace"))
    );
    peer.answer(&line, json!({"cmd": "message_new", "channel": "cmds", "message": {"id": "x", "user": "bob", "content": "dm add grace"}}));
    let look = peer.said_one();
    assert_eq!(look["cmd"], "channels_get");
    peer.answer(&look, list(&[channel("cmds", "cmds"), channel("400", "ada")]));
    let look = peer.said_one();
    peer.answer(&look, list(&[channel("cmds", "cmds"), channel("400", "ada"), channel("401", "Grace")]));
    let Request::FetchDirect(grace) = wanted else { panic!("not that") };
    assert_eq!(peer_of(peer.answered()), ("401".to_owned(), ChatKind::Direct { peer: grace }));
}

#[test]
fn nobody_of_that_name_is_told_and_looking_ends() {
    let (mut peer, wanted) = direct(&[]);
    let asked = peer.asked(2, &wanted);
    peer.answer(&asked, list(&[]));
    let line = peer.said_one();
    peer.answer(&line, json!({"cmd": "error", "src": "message_new", "val": "User grace does not exist"}));
    let refusal = peer.answered().unwrap_err();
    assert_eq!((refusal.kind, refusal.text.as_str()), (RefusalKind::NotFound, "Nobody has that user name."));
    let asked = peer.asked(3, &wanted);
    peer.answer(&asked, list(&[]));
    let line = peer.said_one();
    peer.answer(&line, json!({"cmd": "message_new", "channel": "cmds", "message": {"id": "x", "user": "bob", "content": "dm add grace"}}));
    let mut looks = 0;
    while let Some(look) = peer.said().pop() {
        looks += 1;
        peer.answer(&look, list(&[]));
    }
    assert!((1..=5).contains(&looks), "{looks}");
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::NotFound);
}

#[test]
fn newer_servers_are_asked_for_the_channel_and_the_line_is_what_is_left() {
    let (mut peer, wanted) = direct(&["channel_create"]);
    let asked = peer.asked(2, &wanted);
    peer.answer(&asked, list(&[]));
    let create = peer.said_one();
    assert_eq!((&create["cmd"], &create["user"]), (&json!("channel_create"), &json!("grace")));
    peer.answer(&create, json!({"cmd": "channel_create", "channel": channel("402", "grace"), "created": true}));
    let events = peer.events();
    assert!(events.len() == 2, "told and answered: {events:?}");
    let (mut peer, wanted) = direct(&["channel_create"]);
    let asked = peer.asked(2, &wanted);
    peer.answer(&asked, list(&[]));
    let create = peer.said_one();
    peer.answer(&create, json!({"cmd": "error", "src": "channel_create", "val": "Missing fields: name, type"}));
    assert_eq!(peer.said_one()["content"], "dm add grace");
    let there = peer.asked(3, &wanted);
    peer.answer(&there, list(&[channel("400", "grace")]));
    assert_eq!(peer_of(peer.answered()).0, "400", "what is there is not begun again");
}

#[test]
fn a_status_with_words_and_a_nickname_are_said_as_recorded() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let mut asked = |request: Request| {
        let mut said = peer.asked(1, &request);
        said.as_object_mut().unwrap().remove("listener");
        said
    };
    let status = Request::SetStatus { presence: Presence::Busy, text: " busy dnd ".to_owned() };
    assert_eq!(asked(status), json!({"cmd": "status_set", "status": "dnd", "text": "busy dnd"}));
    let nick = Request::SetNickname { chat: chat_of(&bundle, "general"), name: "Bobby".to_owned() };
    let wanted = json!({"cmd": "slash_call", "channel": "general", "command": "nick", "args": {"nickname": "Bobby"}});
    assert_eq!(asked(nick), wanted);
    let forum = Request::SetNickname { chat: chat_of(&bundle, "help"), name: "Bobby".to_owned() };
    peer.want(2, &forum);
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::Unsupported);
}

#[test]
fn recorded_limits_are_told_with_who_set_them() {
    let mut peer = Peer::synced();
    let mut seen = Vec::new();
    for row in super::recorded().iter().filter(|row| row.from_server && row.packet["cmd"] == "rate_limit") {
        let mut packet = row.packet.clone();
        packet.as_object_mut().unwrap().remove("listener");
        peer.hear(&packet);
        let updates = peer.updates();
        let [Update::WritingLimited { wait, moderated }] = updates[..] else { panic!("{updates:?}") };
        assert_eq!(wait.as_millis(), u128::from(packet["length"].as_u64().unwrap_or(30_000)), "{packet}");
        seen.push(moderated);
    }
    assert!(seen.contains(&true) && seen.contains(&false), "{seen:?}");
    peer.hear(&json!({"cmd": "rate_limit", "length": i64::MAX, "reason": "Muted: spam"}));
    let updates = peer.updates();
    let [Update::WritingLimited { wait, moderated: true }] = updates[..] else { panic!("{updates:?}") };
    assert!(wait <= Duration::from_secs(60 * 60 * 24 * 31), "a slip is not believed");
}

#[test]
fn other_rights_of_a_channel_are_told_with_it() {
    let mut peer = Peer::synced();
    let changed = json!({"cmd": "channel_update", "current_name": "general", "channel": {"name": "general", "type": "text",
        "permissions": {"view": ["user"], "send": ["owner"]}}});
    peer.hear(&changed);
    let updates = peer.updates();
    let [Update::ChannelChanged(chat), Update::OverridesChanged { overrides, .. }] = &updates[..] else {
        panic!("{updates:?}")
    };
    assert!(!overrides.allow.allows(Permissions::SEND) && *overrides == chat.overrides);
}

#[test]
fn who_is_in_a_group_is_told_where_it_can_be_known_and_else_nothing() {
    let (mut peer, _) = direct(&[]);
    let rights = |names: &[&str]| json!({"view": names, "send": names});
    let group = |name: &str, names: &[&str]| json!({"type": "chat", "name": name, "display_name": "garden party", "permissions": rights(names)});
    let mut told = group("502", &["user"]);
    told["participants"] = json!(["Ada", "bob", "dave"]);
    let all = [
        group("500", &["ada", "BOB", "dave"]),
        group("501", &["user"]),
        told,
        group("503", &["ada", "stranger", "bob"]),
        group("504", &["ada", "dave"]),
    ];
    peer.want(2, &Request::FetchChats);
    let row = |name: &str| json!({"username": name, "roles": ["user"], "status": {"status": "online", "text": ""}});
    let people = json!([row("ada"), row("bob"), row("dave")]);
    let mut bundle = None;
    while bundle.is_none() {
        for asked in peer.said() {
            match asked["cmd"].as_str().unwrap() {
                "users_list" => peer.answer(&asked, json!({"cmd": "users_list", "users": people})),
                "users_online" => peer.answer(&asked, json!({"cmd": "users_online", "users": []})),
                "unreads_get" => peer.answer(&asked, json!({"cmd": "unreads_get", "unreads": {}})),
                "channels_get" => {
                    peer.answer(&asked, list(&all));
                    let Ok(Reply::Chats { bundle: told, .. }) = peer.answered() else { panic!("no chats") };
                    bundle = Some(told);
                }
                other => peer.answer(&asked, json!({"cmd": "error", "src": other, "val": "Unknown command"})),
            }
        }
    }
    let bundle = bundle.unwrap();
    let sizes: Vec<usize> = (bundle.chats.iter())
        .map(|chat| match &chat.kind {
            ChatKind::Group { members, .. } => members.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sizes, [3, 0, 3, 0, 0], "roles, strangers and groups without oneself tell nothing");
}

/// At a server that nobody says anything of, as far as who is signed in; what is asked next.
fn undecided(config: &OriginConfig) -> Peer {
    let mut peer = Peer::undecided(config.clone(), token());
    peer.hear(&listed());
    let call = peer.call();
    peer.reply_to(&call, 200, &json!({"validator": "USR:b0b,00ff"}));
    assert_eq!(peer.said_one()["cmd"], "auth");
    peer.hear(&json!({"cmd": "auth_success", "val": "Authentication successful"}));
    peer.hear(&ready("bob", &["user"]));
    peer
}

fn directs(links: &[LinkEvent]) -> Option<bool> {
    match links {
        [LinkEvent::SignedIn { caps, .. }] => Some(caps.directs && caps.groups),
        _ => None,
    }
}

#[test]
fn a_server_of_direct_chats_is_known_by_its_channels() {
    let text = || json!({"type": "text", "name": "general"});
    let separator = || json!({"type": "separator", "name": "sep"});
    for (list, direct) in [
        (json!([channel("cmds", "cmds"), channel("400", "ada")]), true),
        (json!([{"type": "text", "name": "cmds"}, separator(), channel("400", "ada")]), true),
        (json!([channel("400", "ada"), text()]), false),
        (json!([text()]), false),
        (json!([{"type": "text", "name": "cmds"}]), false),
        (json!([]), false),
    ] {
        let config = OriginConfig::new(URL);
        let mut peer = undecided(&config);
        let asked = peer.said_one();
        assert_eq!(asked["cmd"], "channels_get");
        // What the core wants meanwhile waits: nobody has told it who is signed in.
        peer.want(1, &Request::FetchChats);
        assert!(peer.said().is_empty() && peer.events().is_empty());
        peer.answer(&asked, json!({"cmd": "channels_get", "val": list}));
        let mut links = peer.events().into_iter().filter_map(|event| match event {
            nib::net::NetEvent::Link(link @ LinkEvent::SignedIn { .. }) => Some(link),
            _ => None,
        });
        assert_eq!(directs(&links.next().into_iter().collect::<Vec<_>>()), Some(direct), "{list}");
        drop(links);
        // The next connection need not look, once the channels have shown it.
        drop(peer);
        let mut peer = undecided(&config);
        let shown = list.as_array().unwrap().iter().any(|channel| channel["name"] != "cmds");
        assert_eq!(peer.said().is_empty(), shown, "{list}");
        if shown {
            assert_eq!(directs(&peer.links()), Some(direct));
        }
    }
}

#[test]
fn what_the_configuration_says_of_direct_chats_counts_and_no_answer_is_one_too() {
    for said in [true, false] {
        let mut peer = undecided(&OriginConfig { direct: Some(said), ..OriginConfig::new(URL) });
        assert_eq!((peer.said(), directs(&peer.links())), (Vec::new(), Some(said)));
    }
    let mut peer = undecided(&OriginConfig::new(URL));
    peer.said_one();
    peer.pass(Duration::from_secs(14));
    assert!(peer.links().is_empty());
    peer.pass(Duration::from_secs(2));
    assert_eq!((directs(&peer.links()), peer.closed()), (Some(false), None));
    let mut peer = undecided(&OriginConfig::new(URL));
    let asked = peer.said_one();
    peer.answer(&asked, json!({"cmd": "error", "val": "no"}));
    assert_eq!(directs(&peer.links()), Some(false));
}

#[test]
fn the_first_direct_chat_of_all_shows_it_later() {
    let mut peer = undecided(&OriginConfig::new(URL));
    let asked = peer.said_one();
    peer.answer(&asked, json!({"cmd": "channels_get", "val": []}));
    assert_eq!(directs(&peer.links()), Some(false));
    let community = peer.community();
    peer.events();
    peer.hear(&json!({"cmd": "channel_create", "channel": channel("400", "ada")}));
    let events = peer.events();
    let place = |wanted: &dyn Fn(&nib::net::NetEvent) -> bool| events.iter().position(wanted);
    let gone = place(&|event| *event == nib::net::NetEvent::Update(Update::CommunityRemoved(community)));
    let anew =
        place(&|event| matches!(event, nib::net::NetEvent::Link(LinkEvent::SignedIn { caps, .. }) if caps.directs));
    assert!(gone.is_some() && gone < anew, "{events:?}");
}

#[test]
fn a_server_that_shows_direct_chats_gets_no_proof_for_another() {
    // Whatever its channels: only the names that the network itself has for such servers may bear another's key.
    let mut greeting = listed();
    greeting["val"]["validator_key"] = json!("originChats-wss://dms.mistium.com-1");
    let config = OriginConfig { direct: Some(true), ..OriginConfig::new(URL) };
    let mut peer = Peer::undecided(config, token());
    peer.hear(&greeting);
    assert!(peer.out.calls.is_empty() && matches!(peer.links()[..], [LinkEvent::Refused { .. }]));
}
