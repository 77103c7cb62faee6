//! Lists of people: who is in a channel, and who goes by a name.

use super::calls::chat_of;
use super::peer::*;
use nib::domain::*;
use serde_json::json;

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
