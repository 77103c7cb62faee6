//! Lists of people: who is in a channel, and who goes by a name.

use super::calls::{chat_of, message};
use super::peer::*;
use nib::domain::*;
use serde_json::json;

const ID: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";

#[test]
fn the_list_of_members_has_sections() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let community = peer.community();
    peer.want(1, &Request::FetchRoles(community));
    peer.answer_with_recorded();
    peer.hear(&json!({"cmd": "user_disconnect", "username": "carol"}));
    peer.events();
    peer.want(2, &Request::FetchMemberList(chat_of(&bundle, "general")));
    peer.answer_with_recorded();
    let Ok(Reply::MemberList { entries, .. }) = peer.answered() else { panic!("no list") };
    let said: Vec<String> = entries
        .iter()
        .map(|entry| match entry {
            MemberListEntry::Role { count, .. } => format!("role {count}"),
            MemberListEntry::Section { online, count } => format!("online {online} {count}"),
            MemberListEntry::Member { user, .. } => user.name.to_string(),
        })
        .collect();
    assert_eq!(said, ["role 1", "alice", "online true 1", "bob", "online false 1", "carol"]);
}

#[test]
fn the_list_of_members_is_told_anew_when_people_change() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    let chat = chat_of(&bundle, "general");
    peer.hear(&json!({"cmd": "user_disconnect", "username": "carol"}));
    peer.pass(std::time::Duration::from_secs(5));
    assert_eq!(peer.updates().len(), 1, "nobody has asked for a list");
    peer.want(1, &Request::FetchMemberList(chat));
    peer.answer_with_recorded();
    peer.events();
    for name in ["alice", "carol", "alice"] {
        peer.hear(&json!({"cmd": "user_connect", "user": {"username": name, "roles": ["user"], "color": null}}));
    }
    peer.events();
    peer.pass(std::time::Duration::from_millis(999));
    assert!(peer.events().is_empty());
    peer.pass(std::time::Duration::from_secs(5));
    let [Update::MemberListChanged { chat: told, entries }] = &peer.updates()[..] else { panic!("not once") };
    assert_eq!((*told, &entries[0]), (chat, &MemberListEntry::Section { online: true, count: 3 }));
}

#[test]
fn who_comes_is_there_although_the_list_had_them_offline() {
    let mut peer = Peer::synced();
    // As the middle generation tells it: the list says offline of all who are away, and coming names no status.
    let row = |status: &str, text: &str| json!({"username": "carol", "nickname": "Carolyn", "roles": ["admin", "user"], "color": "#FF0000", "status": {"status": status, "text": text}, "cracked": false, "pfp": null});
    let came =
        json!({"cmd": "user_connect", "user": {"username": "carol", "roles": ["admin", "user"], "color": "#FF0000"}});
    let presence = |peer: &mut Peer, status: &str, text: &str| {
        peer.hear(&json!({"cmd": "user_disconnect", "username": "carol"}));
        peer.hear(&json!({"cmd": "users_list", "users": [row(status, text)]}));
        peer.events();
        peer.hear(&came);
        match peer.updates().into_iter().next() {
            Some(Update::UserChanged(user)) => user.presence,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(presence(&mut peer, "offline", ""), Some(Presence::Online));
    assert_eq!(presence(&mut peer, "dnd", "busy"), Some(Presence::Busy), "what they said last still holds");
}

#[test]
fn the_server_itself_goes_by_its_name() {
    let mut peer = Peer::synced();
    // As recorded when somebody sets a nickname: no list tells of this author.
    let said = json!({"user": "originChats", "content": "Nickname set to **Carolyn**", "timestamp": 1_795_286_751.522, "id": "692a13b9-aaca-4978-83e0-c6f25b4cc0ae", "interaction": {"command": "nick", "username": "carol"}, "pinned": false, "type": "message"});
    peer.hear(&json!({"cmd": "message_new", "message": said, "channel": "general", "global": true}));
    match &peer.updates()[..] {
        [Update::MessageCreated { author: Some(author), .. }] => {
            assert_eq!((author.name.as_str(), author.bot), ("originChats", true));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn people_are_found_by_name() {
    let mut peer = Peer::synced();
    peer.want(1, &Request::LookupUsername("@Alice".to_owned()));
    assert!(matches!(peer.answered(), Ok(Reply::User(user)) if user.name.as_str() == "alice"));
    peer.hear(&json!({"cmd": "user_join", "user": {"username": "USR:local_dave", "roles": [], "color": null}}));
    peer.events();
    peer.want(2, &Request::LookupUsername("dave".to_owned()));
    assert!(matches!(peer.answered(), Ok(Reply::User(user)) if user.name.as_str() == "dave"));
    peer.want(3, &Request::LookupUsername("nobody".to_owned()));
    peer.answer_with_recorded();
    assert!(peer.answered().unwrap_err().text.contains("Nobody"));
}

#[test]
fn who_is_not_in_a_whole_list_is_gone_and_only_changes_are_told() {
    let mut peer = Peer::synced();
    let row =
        |name: &str, nickname: &str| json!({"username": name, "nickname": nickname, "roles": ["user"], "color": null});
    let list = |rows: &[serde_json::Value]| json!({"cmd": "users_list", "users": rows});
    peer.hear(&list(&[row("alice", "Al"), row("bob", ""), row("zed", "")]));
    peer.events();
    peer.hear(&list(&[row("alice", "Al"), row("bob", ""), row("zed", "")]));
    assert_eq!(peer.updates(), [], "nothing is new");
    peer.hear(&list(&[row("alice", "Ally"), row("bob", "")]));
    let updates = peer.updates();
    let [Update::MemberRemoved { .. }, Update::UserChanged(user), Update::MemberChanged(_)] = &updates[..] else {
        panic!("{updates:?}")
    };
    assert_eq!(user.name.as_str(), "Ally");
    peer.want(1, &Request::LookupUsername("zed".to_owned()));
    let asked = peer.said_one();
    peer.answer(&asked, list(&[row("alice", "Ally"), row("bob", "")]));
    assert!(peer.answered().is_err());
}

#[test]
fn only_a_nickname_that_is_said_to_be_none_is_taken_away() {
    let mut peer = Peer::synced();
    let mut name = |packet| {
        peer.hear(&packet);
        match peer.updates().first() {
            Some(Update::UserChanged(user)) => Some(user.name.to_string()),
            _ => None,
        }
    };
    let given = |name: &str| Some(name.to_owned());
    assert_eq!(name(json!({"cmd": "user_updated", "username": "alice", "nickname": "Al"})), given("Al"));
    assert_eq!(name(json!({"cmd": "user_update", "username": "alice", "pfp": "x"})), None);
    assert_eq!(name(json!({"cmd": "user_update", "user": {"username": "alice", "nickname": "Ally"}})), given("Ally"));
    assert_eq!(name(json!({"cmd": "user_update", "user": {"username": "alice"}})), None);
    assert_eq!(name(json!({"cmd": "user_updated", "username": "alice", "nickname": null})), given("alice"));
}

#[test]
fn the_list_of_members_is_told_more_rarely_the_longer_ago_it_was_asked_for() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    peer.want(1, &Request::FetchMemberList(chat_of(&bundle, "general")));
    peer.answer_with_recorded();
    peer.events();
    let told = |peer: &mut Peer| {
        let mut told = 0;
        for second in 0..1_200 {
            let cmd = if second % 2 == 0 { "user_disconnect" } else { "user_connect" };
            peer.hear(&json!({"cmd": cmd, "username": "carol", "user": {"username": "carol", "roles": ["user"], "color": null}}));
            peer.pass(std::time::Duration::from_secs(1));
            let updates = peer.updates();
            told += updates.iter().filter(|update| matches!(update, Update::MemberListChanged { .. })).count();
        }
        told
    };
    let first = told(&mut peer);
    assert!((100..200).contains(&first), "{first}");
    let second = told(&mut peer);
    assert!(second < 80, "{second}");
}

#[test]
fn names_that_are_only_mentioned_push_nobody_out() {
    let mut peer = Peer::synced();
    peer.want(1, &Request::LookupUsername("alice".to_owned()));
    let Ok(Reply::User(alice)) = peer.answered() else { panic!("nobody") };
    let everybody: String = (0..60_000).map(|number| format!("@nobody{number} ")).collect();
    let packet = json!({"cmd": "message_new", "channel": "general", "message": super::calls::message("edb28f13-2fc2-48a2-90b2-8d2838e127c4", "carol", &everybody, 1.7e9)});
    peer.hear(&packet);
    peer.events();
    let community = peer.community();
    peer.want(2, &Request::FetchMembers(community, vec![alice.id]));
    peer.answer_with_recorded();
    let Ok(Reply::Members(bundle)) = peer.answered() else { panic!("no members") };
    assert_eq!(bundle.users[0].username.as_deref(), Some("alice"));
}

#[test]
fn a_voice_channel_is_bounded() {
    let mut peer = Peer::synced();
    for number in 0..300 {
        peer.hear(&json!({"cmd": "voice_user_joined", "channel": "lounge", "user": {"username": format!("user{number}"), "muted": false}}));
    }
    let Some(Update::VoiceRoomChanged { participants, .. }) = peer.updates().pop() else { panic!("no room") };
    assert_eq!(participants.len(), 200);
}

#[test]
fn who_gets_another_name_is_no_second_person() {
    let mut peer = Peer::synced();
    // A nickname is told with what stays; the name is another one later.
    peer.hear(&json!({"cmd": "nickname_update", "user": "USR:a11ce", "username": "alice", "nickname": "Al"}));
    let updates = peer.updates();
    let Some(Update::UserChanged(before)) = updates.first() else { panic!("{updates:?}") };
    peer.hear(&json!({"cmd": "user_updated", "user_id": "USR:a11ce", "username": "alicia", "nickname": "Al"}));
    let updates = peer.updates();
    let Some(Update::UserChanged(after)) = updates.first() else { panic!("{updates:?}") };
    assert_eq!((after.id, after.username.as_deref()), (before.id, Some("alicia")));
    peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": message(ID, "alicia", "hi", 1.7e9)}));
    let updates = peer.updates();
    let Some(Update::MessageCreated { message: said, .. }) = updates.last() else { panic!("{updates:?}") };
    assert_eq!(said.author, before.id);
    // Whoever was not known by what stays: the lists tell whose other name it was, and who is gone.
    peer.hear(&json!({"cmd": "user_updated", "user_id": "USR:ca401", "username": "carolina", "nickname": null}));
    assert!(peer.events().contains(&nib::net::NetEvent::Link(LinkEvent::Missed)));
}

#[test]
fn oneself_is_called_by_the_new_name_and_stays_who_one_is() {
    let mut peer = Peer::synced();
    let own = |peer: &mut Peer, name: &str| {
        peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": message(ID, "alice", &format!("@{name}"), 1.7e9)}));
        match peer.updates().pop() {
            Some(Update::MessageCreated { message, .. }) => message.mentions_me,
            other => panic!("{other:?}"),
        }
    };
    assert!(own(&mut peer, "bob"));
    peer.hear(&json!({"cmd": "user_updated", "user_id": "USR:b0b", "username": "bobby", "nickname": null}));
    peer.events();
    assert!(own(&mut peer, "bobby") && !own(&mut peer, "bob"));
}

#[test]
fn who_is_missing_in_a_list_that_was_asked_for_is_told_to_be_gone() {
    let mut peer = Peer::synced();
    let community = peer.community();
    peer.want(1, &Request::FetchChannels(community));
    let asked = peer.said_one();
    assert_eq!(asked["cmd"], "users_list");
    peer.answer(&asked, json!({"cmd": "users_list", "users": [{"username": "bob"}, {"username": "alice"}]}));
    let gone = |update: &Update| matches!(update, Update::MemberRemoved { .. });
    assert!(peer.updates().iter().any(gone));
}
