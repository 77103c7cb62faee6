//! Each packet of the protocol, as it was recorded, through adapter and core: what the user has in front of them afterwards.

use super::rig::Rig;
use super::servers::Recording;
use crate::originchats::peer::listed;
use crate::originchats::recorded;
use nib::domain::*;
use nib::state::Action;
use nib::state::action::MessageAction;
use serde_json::Value;
use std::time::Duration;

/// The first message of the recording.
const HELLO: &str = "edb28f13-2fc2-48a2-90b2-8d2838e127c4";

/// What was recorded of these commands as carol heard it.
fn heard(command: &str) -> Vec<Value> {
    let mut rows = recorded();
    rows.retain(|row| row.from_server && row.conn == "carol" && row.packet["cmd"] == command);
    assert!(!rows.is_empty(), "no {command} was recorded");
    rows.into_iter().map(|row| row.packet).collect()
}

/// The one of them that holds these words.
fn heard_with(command: &str, words: &str) -> Value {
    let found = heard(command).into_iter().find(|packet| packet.to_string().contains(words));
    found.unwrap_or_else(|| panic!("no {command} with {words}"))
}

/// Carol's nib, signed in; it shows the first channel.
fn carol() -> Rig<Recording> {
    Rig::new(vec![("lab", Recording::new(listed(), "carol", &["user"]))], (120, 30))
}

impl Rig<Recording> {
    /// The server says this; everything follows that follows at once.
    fn tell(&mut self, packet: &Value) {
        self.hear(0, vec![packet.to_string()]);
        self.settle();
        self.check();
    }

    fn message(&self, wire: &str, uuid: &str) -> Option<Message> {
        let id = MessageId::new(u128::from_str_radix(&uuid.replace('-', ""), 16).unwrap());
        let timeline = self.account(0).timelines.get(&self.chat(0, wire).id)?;
        timeline.iter().find(|entry| entry.message.key.id == id).map(|entry| (*entry.message).clone())
    }

    fn person(&self, name: &str) -> UserId {
        let users = self.account(0).users.values();
        let known = |user: &&User| user.username.as_deref() == Some(name);
        users.clone().find(known).unwrap_or_else(|| panic!("nobody called {name}")).id
    }

    fn presence(&self, name: &str) -> Option<Presence> {
        self.account(0).presence(self.person(name))
    }

    fn assert_shows(&mut self, words: &[&str]) {
        assert!(self.shows(words), "{words:?} is not in a row of\n{}", self.rows().join("\n"));
    }

    fn assert_hides(&mut self, words: &str) {
        assert!(!self.shows(&[words]), "{words:?} is in\n{}", self.rows().join("\n"));
    }
}

#[test]
fn handshake() {
    let mut rig = carol();
    let asked: Vec<&str> = rig.lines[0].far.asked.iter().filter_map(|asked| asked["cmd"].as_str()).collect();
    assert_eq!(asked[0], "auth", "the server speaks first, and a proof for its key comes next");
    // What it says of itself: its name, what it can do, and how long a message may be.
    rig.assert_shows(&["Loopback Lab"]);
    assert_eq!(rig.account(0).caps.max_length, Some(2_000));
    let asked: Vec<&str> = rig.lines[0].far.asked.iter().filter_map(|asked| asked["cmd"].as_str()).collect();
    let offered = &listed()["val"]["capabilities"];
    let unknown =
        |command: &&&str| **command != "auth" && !offered.as_array().unwrap().iter().any(|one| one == **command);
    assert_eq!(asked.iter().filter(unknown).count(), 0, "{asked:?}: nothing is asked that it does not offer");
}

#[test]
fn auth_success_and_ready() {
    let mut rig = carol();
    assert_eq!(rig.account(0).link, LinkPhase::Online);
    let me = &rig.account(0).users[&rig.account(0).me];
    assert_eq!((me.name.as_str(), me.username.as_deref()), ("carol", Some("carol")));
    for row in ["# general", "# Old history", "# announcements", "lounge"] {
        rig.assert_shows(&[row]);
    }
    rig.assert_shows(&["# Old history", "99+"]);
    assert_eq!(rig.chat(0, "history").unread, 250);
    let fetched: Vec<ChatId> = rig.account(0).timelines.keys().copied().collect();
    assert_eq!(fetched, [rig.chat(0, "general").id], "what shows is fetched, and nothing else");
    rig.check();
}

#[test]
fn auth_error() {
    let mut refused = recorded();
    refused.retain(|row| row.from_server && row.packet["cmd"] == "auth_error");
    let banned = refused.iter().map(|row| &row.packet).find(|packet| packet.to_string().contains("banned")).unwrap();
    for (packet, words) in [(banned, "ban"), (&refused[1].packet, "sign")] {
        let mut far = Recording::new(listed(), "carol", &["user"]);
        far.admits = vec![packet.clone()];
        let mut rig = Rig::new(vec![("lab", far)], (120, 30));
        let reason = match &rig.account(0).link {
            LinkPhase::SignedOut { reason } | LinkPhase::Offline { reason, .. } => reason.to_string(),
            other => panic!("{packet} led to {other:?}"),
        };
        assert!(reason.to_lowercase().contains(words), "{reason}");
        let first = reason.split(['.', ':', ';']).next().unwrap().to_owned();
        rig.assert_shows(&[&first]);
        assert!(rig.account(0).chats.is_empty());
        rig.check();
    }
    // Who is banned is not dialled again and again.
    let mut far = Recording::new(listed(), "carol", &["user"]);
    far.admits = vec![banned.clone()];
    let mut rig = Rig::new(vec![("lab", far)], (120, 30));
    let tries = |rig: &Rig<Recording>| rig.lines[0].far.asked.iter().filter(|asked| asked["cmd"] == "auth").count();
    let before = tries(&rig);
    rig.advance(Duration::from_secs(600));
    assert_eq!(tries(&rig), before);
}

#[test]
fn user_connect() {
    let mut rig = carol();
    rig.tell(&heard("user_disconnect")[0]);
    assert_eq!(rig.presence("bob"), Some(Presence::Offline));
    rig.tell(&heard_with("user_connect", "bob"));
    assert_eq!(rig.presence("bob"), Some(Presence::Online));
    rig.advance(Duration::from_secs(2));
    rig.assert_shows(&["bob"]);
}

#[test]
fn user_disconnect() {
    let mut rig = carol();
    assert_eq!(rig.presence("bob"), Some(Presence::Online));
    rig.tell(&heard("user_disconnect")[0]);
    assert_eq!(rig.presence("bob"), Some(Presence::Offline));
    // Who has gone types nothing.
    rig.tell(&heard_with("user_connect", "bob"));
    rig.tell(&heard_with("typing", "general"));
    rig.assert_shows(&["bob", "typing"]);
    rig.tell(&heard("user_disconnect")[0]);
    rig.check();
}

#[test]
fn user_join_and_user_leave() {
    let mut rig = carol();
    let mut joined = recorded();
    joined.retain(|row| row.from_server && row.packet["cmd"] == "user_join" && row.packet.to_string().contains("dave"));
    rig.tell(&joined[0].packet);
    assert_eq!(rig.presence("USR:local_dave"), Some(Presence::Offline));
    let mut left = recorded();
    left.retain(|row| row.from_server && row.packet["cmd"] == "user_leave" && row.packet["username"] == "bob");
    let bob = rig.person("bob");
    let member = |rig: &Rig<Recording>| rig.account(0).members.keys().any(|(_, user)| *user == bob);
    assert!(member(&rig));
    rig.tell(&left[0].packet);
    assert!(!member(&rig));
}

#[test]
fn ping() {
    let mut rig = carol();
    let before = rig.rows();
    let said = rig.lines[0].far.asked.len();
    // Without it the server would count as silent by then.
    for _ in 0..12 {
        rig.advance(Duration::from_secs(30));
        rig.tell(&heard("ping")[0]);
        assert_eq!(rig.account(0).link, LinkPhase::Online);
    }
    assert_eq!(rig.rows(), before, "it is no news");
    assert_eq!(rig.lines[0].far.asked.len(), said, "it wants no answer");
}

#[test]
fn error() {
    let mut rig = carol();
    rig.tell(&heard_with("message_new", HELLO));
    // What alice wrote carol may not change: the server says so to the request that it belongs to.
    let mut refused = recorded();
    refused.retain(|row| row.from_server && row.packet["cmd"] == "error" && row.packet["src"] == "message_react_add");
    let mut refusal = refused[0].packet.clone();
    let message = rig.message("general", HELLO).unwrap().key;
    rig.lines[0].far.swallows = true;
    rig.act(Action::MoveLast);
    rig.act(Action::Message(MessageAction::React("👍".to_owned())));
    let asked = rig.lines[0].far.asked.last().unwrap().clone();
    assert_eq!((&asked["cmd"], &asked["id"]), (&"message_react_add".into(), &HELLO.into()), "{message:?}");
    refusal["listener"] = asked["listener"].clone();
    rig.tell(&refusal);
    // "Failed to add reaction" to somebody who had reacted already is what was wanted; nothing is said, and nothing is left behind.
    assert!(rig.account(0).requests.open.is_empty(), "{:?}", rig.account(0).requests.open);
    let mut denied = recorded();
    denied.retain(|row| row.from_server && row.packet["val"] == "You do not have permission to edit this message");
    let mut denied = denied[0].packet.clone();
    denied["src"] = "message_react_add".into();
    rig.act(Action::Message(MessageAction::React("👀".to_owned())));
    denied["listener"] = rig.lines[0].far.asked.last().unwrap()["listener"].clone();
    rig.tell(&denied);
    rig.assert_shows(&["You do not have permission to edit this message"]);
    // One that belongs to nothing is no news.
    let before = rig.state.core.accounts.len();
    rig.tell(&refused[0].packet);
    assert_eq!((rig.state.core.accounts.len(), &rig.account(0).link), (before, &LinkPhase::Online));
}

#[test]
fn rate_limit() {
    let mut rig = carol();
    rig.lines[0].far.swallows = true;
    rig.act(Action::Insert("not lost".to_owned()));
    rig.act(Action::Send);
    let asked = rig.lines[0].far.asked.iter().rev().find(|asked| asked["cmd"] == "message_new").unwrap().clone();
    let mut limit = heard("rate_limit")[0].clone();
    assert_eq!(limit["length"], 30_000);
    limit["listener"] = asked["listener"].clone();
    rig.tell(&limit);
    // It waits where it can be seen, with the time that is left, and goes out by itself afterwards.
    rig.assert_shows(&["not lost"]);
    rig.assert_shows(&["Too much at once: 30 s left"]);
    rig.advance(Duration::from_secs(10));
    rig.assert_shows(&["Too much at once: 20 s left"]);
    let sent =
        |rig: &Rig<Recording>| rig.lines[0].far.asked.iter().filter(|asked| asked["cmd"] == "message_new").count();
    assert_eq!(sent(&rig), 1, "not before its time");
    rig.tell(&heard("ping")[0]);
    rig.advance(Duration::from_secs(25));
    assert_eq!(sent(&rig), 2);
    let again = rig.lines[0].far.asked.iter().rev().find(|asked| asked["cmd"] == "message_new").unwrap();
    assert_eq!(again["content"], "not lost");
    rig.assert_hides("Too much at once");
}

#[test]
fn voice_user_joined_updated_and_left() {
    let mut rig = carol();
    rig.tell(&heard("voice_user_joined")[0]);
    rig.assert_shows(&["bob"]);
    let inside = |rig: &Rig<Recording>| {
        let room = rig.account(0).rooms.get(&rig.chat(0, "lounge").id);
        room.map(|room| room.iter().map(|one| one.muted).collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!(inside(&rig), [false]);
    let before = rig.rows();
    rig.tell(&heard("voice_user_updated")[0]);
    assert_eq!(inside(&rig), [true]);
    assert_ne!(rig.rows(), before, "it is seen that bob is muted");
    rig.tell(&heard("voice_user_left")[0]);
    assert_eq!(inside(&rig), [] as [bool; 0]);
    let in_sidebar = rig.rows().iter().any(|row| row.chars().take(40).collect::<String>().contains("bob"));
    assert!(!in_sidebar, "{}", rig.rows().join("\n"));
}

#[test]
fn message_new_where_it_is_read_and_where_it_is_not() {
    let mut rig = carol();
    rig.tell(&heard_with("message_new", HELLO));
    rig.assert_shows(&["hello from alice"]);
    assert_eq!(rig.chat(0, "general").unread, 0, "it is being looked at");
    rig.tell(&heard_with("message_new", "nobody_here"));
    rig.assert_shows(&["hi @alice and @&owner and @nobody_here 😄 #general"]);
    rig.tell(&heard_with("message_new", "a reply"));
    let reply = rig.message("general", "cecbfa9e-cf01-4e91-beb8-82049660f91c").unwrap();
    assert_eq!(reply.reply.unwrap().to, rig.message("general", HELLO).map(|message| message.key.id));
    // Elsewhere: it is counted, and not fetched.
    let mut rig = carol();
    rig.open(0, "announcements");
    let asked = rig.lines[0].far.asked.len();
    rig.tell(&heard_with("message_new", HELLO));
    assert_eq!(rig.chat(0, "general").unread, 1);
    rig.assert_shows(&["# general", "1"]);
    assert_eq!(rig.lines[0].far.asked.len(), asked, "{:?}", rig.lines[0].far.asked.last());
}

#[test]
fn message_edit() {
    let mut rig = carol();
    rig.tell(&heard_with("message_new", HELLO));
    rig.tell(&heard_with("message_edit", HELLO));
    rig.assert_shows(&["hello from alice (edited) @bob"]);
    assert!(rig.message("general", HELLO).unwrap().edited.is_some());
    assert_eq!(rig.texts(0, "general").len(), 1);
}

#[test]
fn message_delete() {
    let mut rig = carol();
    rig.tell(&heard_with("message_new", "a silent reply"));
    rig.assert_shows(&["a silent reply"]);
    rig.tell(&heard_with("message_delete", "71abbd18-1061-4f62-963c-1640d3d60653"));
    rig.assert_hides("a silent reply");
    // What nobody wrote can be deleted, too.
    rig.tell(&heard_with("message_delete", "71abbd18-1061-4f62-963c-1640d3d60653"));
    assert_eq!(rig.texts(0, "general").len(), 0);
}

#[test]
fn message_pin_and_message_unpin() {
    let mut rig = carol();
    rig.tell(&heard_with("message_new", HELLO));
    rig.tell(&heard_with("message_pin", HELLO));
    assert!(rig.message("general", HELLO).unwrap().pinned);
    // It says `pinned: true`, too: it means that it worked.
    rig.tell(&heard_with("message_unpin", HELLO));
    assert!(!rig.message("general", HELLO).unwrap().pinned);
}

#[test]
fn message_react_add_and_remove() {
    let mut rig = carol();
    rig.tell(&heard_with("message_new", HELLO));
    rig.tell(&heard_with("message_react_add", "👍"));
    rig.assert_shows(&["👍", "1"]);
    rig.tell(&heard_with("message_react_remove", "👍"));
    rig.assert_hides("👍");
    rig.tell(&heard_with("message_react_remove", "👍"));
    assert!(rig.message("general", HELLO).unwrap().reactions.is_empty());
}

#[test]
fn typing() {
    let mut rig = carol();
    rig.tell(&heard_with("typing", "general"));
    rig.assert_shows(&["bob", "typing"]);
    // Nobody says that it ends: a message ends it, or time.
    rig.tell(&heard_with("message_new", "nobody_here"));
    rig.assert_hides("typing");
    rig.tell(&heard_with("typing", "general"));
    rig.advance(Duration::from_secs(15));
    rig.assert_hides("typing");
}

#[test]
fn threads_are_made_written_in_changed_and_deleted() {
    let mut rig = carol();
    let thread = "e3408580-571f-4bb9-85ee-0f39b79119b5";
    rig.tell(&heard_with("thread_create", thread));
    rig.assert_shows(&["My first thread"]);
    rig.tell(&heard_with("message_new", "first post"));
    rig.assert_shows(&["My first thread", "1"]);
    rig.tell(&heard_with("thread_join", thread));
    rig.tell(&heard_with("thread_leave", thread));
    rig.tell(&heard_with("thread_update", "Renamed"));
    rig.assert_hides("My first thread");
    rig.assert_shows(&["Renamed"]);
    let locked = heard("thread_update").into_iter().find(|packet| packet["thread"]["locked"] == true).unwrap();
    rig.tell(&locked);
    let forum = rig.chat(0, "help").id;
    let known = |rig: &Rig<Recording>| rig.account(0).chats.values().find(|chat| chat.parent() == Some(forum)).cloned();
    let locked = known(&rig).unwrap();
    assert!(locked.thread.as_ref().unwrap().locked);
    rig.act(Action::OpenChat(ChatKey::new(AccountId(0), locked.id)));
    rig.assert_shows(&["Nobody can read it until it is unlocked."]);
    rig.assert_hides("┃ message");
    let asked = |asked: &&Value| asked["cmd"] == "messages_get" && asked["thread_id"] == thread;
    assert_eq!(rig.lines[0].far.asked.iter().filter(asked).count(), 0, "nobody can read it");
    rig.tell(&heard_with("thread_delete", thread));
    rig.assert_shows(&["#Renamed is gone"]);
    rig.advance(Duration::from_secs(30));
    rig.assert_hides("Renamed");
    assert_eq!(known(&rig), None);
}

/// As it was recorded, about the open channel, with other people who may write there.
fn channel_update(send: &str) -> Value {
    let mut recorded = recorded();
    recorded.retain(|row| row.from_server && row.packet["cmd"] == "channel_update");
    let mut packet = recorded[0].packet.clone();
    packet.as_object_mut().unwrap().remove("listener");
    packet["channel"]["name"] = "general".into();
    packet["channel"]["permissions"]["send"] = serde_json::json!([send]);
    packet
}

#[test]
fn channel_update_changes_what_one_may_do_there() {
    let mut rig = carol();
    rig.act(Action::Insert("half a line".to_owned()));
    rig.assert_shows(&["┃ half a line"]);
    rig.tell(&channel_update("owner"));
    rig.assert_shows(&["# New Room"]);
    rig.assert_shows(&["You may not write here"]);
    rig.act(Action::Send);
    assert!(rig.lines[0].far.asked.iter().all(|asked| asked["cmd"] != "message_new"));
    // What was written is there again when one may.
    rig.tell(&channel_update("user"));
    rig.advance(Duration::from_secs(30));
    rig.assert_shows(&["┃ half a line"]);
    rig.assert_hides("You may not write here");
    rig.act(Action::Send);
    let sent = rig.lines[0].far.asked.iter().find(|asked| asked["cmd"] == "message_new").unwrap();
    assert_eq!(sent["content"], "half a line");
}

#[test]
fn a_poll_and_what_becomes_of_it() {
    let mut rig = carol();
    rig.tell(&heard_with("message_new", "Tea or coffee?"));
    rig.assert_shows(&["Tea or coffee?"]);
    rig.assert_shows(&["coffee"]);
    for packet in heard("poll_vote_update").into_iter().chain(heard("poll_end")) {
        rig.tell(&packet);
    }
    assert_eq!(rig.texts(0, "general").len(), 1);
}

#[test]
fn status_nicknames_and_roles() {
    let mut rig = carol();
    rig.tell(&heard_with("status_get", "idle"));
    assert_eq!(rig.presence("bob"), Some(Presence::Idle));
    rig.tell(&heard_with("message_new", "nobody_here"));
    rig.tell(&heard_with("nickname_update", "Bobby"));
    rig.assert_shows(&["Bobby"]);
    let roles = heard("user_roles_get").into_iter().find(|packet| packet["color"] == "#112233").unwrap();
    rig.tell(&roles);
    let bob = rig.person("bob");
    assert_eq!(rig.account(0).users[&bob].color, Some(0x11_2233));
}

#[test]
fn disconnect() {
    let mut rig = carol();
    rig.tell(&heard("disconnect")[0]);
    let said = match &rig.account(0).link {
        LinkPhase::SignedOut { reason } | LinkPhase::Offline { reason, .. } => reason.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(said.contains("ban"), "{said}");
    assert!(rig.account(0).rooms.is_empty() && rig.account(0).typing.chats.is_empty());
}
