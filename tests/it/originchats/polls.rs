//! Polls and embeds: what messages tell of them, how they stand, and what is asked.

use super::calls::chat_of;
use super::peer::*;
use nib::domain::*;
use serde_json::{Value, json};

/// The recorded frames about polls that one client heard, in order.
fn heard_by(conn: &str) -> Vec<Value> {
    let rows = super::recorded().into_iter();
    rows.filter(|row| row.from_server && row.conn == conn && row.step.ends_with("15 polls"))
        .map(|row| row.packet)
        .collect()
}

fn votes(poll: &Poll) -> Vec<(String, u32, bool)> {
    poll.options.iter().map(|option| (option.text.to_string(), option.votes, option.mine)).collect()
}

#[test]
fn the_recorded_poll_is_read_voted_in_and_ended() {
    let mut peer = Peer::signed_in_named(&listed(), "alice", &["user"]);
    peer.sync();
    let (mut message, mut tallies) = (None, Vec::new());
    for mut packet in heard_by("alice") {
        packet.as_object_mut().unwrap().remove("listener");
        peer.hear(&packet);
        for update in peer.updates() {
            match update {
                Update::MessageCreated { message: told, .. } => message = Some(told),
                Update::PollChanged { tally, .. } => tallies.push(tally),
                _ => {}
            }
        }
    }
    let message = message.unwrap();
    let mut poll = *message.poll.clone().unwrap();
    assert_eq!((message.body.text.as_str(), poll.question.as_str()), ("Tea or coffee?", ""));
    assert_eq!((poll.several, poll.counted, poll.ends), (false, false, Some(Wall(1_795_173_390_248))));
    assert_eq!(poll.options[1].emoji.as_deref(), Some("\u{2615}"));
    assert_eq!(tallies.len(), 2, "answers to others' questions tell nothing: {tallies:?}");
    poll.count(&tallies[0]);
    assert_eq!(votes(&poll), [("tea".to_owned(), 0, false), ("coffee".to_owned(), 1, true)]);
    assert!(!poll.ended);
    poll.count(&tallies[1]);
    assert_eq!((votes(&poll)[1].clone(), poll.ended), (("coffee".to_owned(), 1, true), true));
}

#[test]
fn how_a_poll_stands_is_asked_and_votes_are_said_by_its_message() {
    let mut peer = Peer::signed_in_named(&listed(), "alice", &["user"]);
    let bundle = peer.sync();
    let chat = chat_of(&bundle, "general");
    let uuid = "524aefe3-2e9c-4c7e-8196-1ce719924d0a";
    let message = MessageId::new(u128::from_str_radix(&uuid.replace('-', ""), 16).unwrap());
    let reply = |name: &str| heard_by("alice").into_iter().find(|packet| packet["cmd"] == name).unwrap();
    let asked = peer.asked(1, &Request::FetchPoll { chat, message });
    assert_eq!(asked, json!({"cmd": "poll_results", "message_id": uuid, "listener": asked["listener"]}));
    peer.answer(&asked, reply("poll_results"));
    let Ok(Reply::Poll { tally, .. }) = peer.answered() else { panic!("no poll") };
    let one = CleanText::ours("1");
    assert_eq!(tally.votes[..], [(CleanText::ours("0"), 0), (one.clone(), 1)]);
    assert_eq!(tally.mine.as_deref(), Some(&[one.clone()][..]));
    let asked = peer.asked(2, &Request::Vote { chat, message, options: vec![one.clone()] });
    assert_eq!(
        asked,
        json!({"cmd": "poll_vote", "message_id": uuid, "option_ids": ["1"], "listener": asked["listener"]})
    );
    peer.answer(&asked, reply("poll_vote"));
    let Ok(Reply::Poll { tally, .. }) = peer.answered() else { panic!("no poll") };
    assert_eq!(tally.mine.as_deref(), Some(&[one][..]));
    let options = vec!["tea".to_owned(), "coffee".to_owned()];
    let asked = peer.asked(3, &Request::BeginPoll { chat, question: " Tea? ".to_owned(), options });
    assert_eq!(
        asked,
        json!({"cmd": "poll_create", "channel": "general", "question": "Tea?", "options": ["tea", "coffee"], "listener": asked["listener"]})
    );
    let asked = peer.asked(4, &Request::EndPoll { chat, message });
    assert_eq!((&asked["cmd"], &asked["message_id"]), (&json!("poll_end"), &json!(uuid)));
}

#[test]
fn embeds_are_told_part_by_part_and_bounded() {
    let mut peer = Peer::synced();
    let fields: Vec<Value> = (0..1_000).map(|n| json!({"name": format!("f{n}"), "value": "v\n\u{1b}[2Jw"})).collect();
    let rich = json!({"type": "rich", "title": "T", "description": "D\nE", "color": 0x00_99_ff, "author": {"name": "A"},
        "footer": {"text": "F"}, "fields": fields, "image": {"url": "https://x.y/a/b.png?z", "width": 40, "height": 30}});
    let odd = json!({"title": null, "color": -5, "fields": "none", "image": 3, "author": [], "poll": {"options": [7, null, {"text": []}]}});
    let packet = json!({"cmd": "message_new", "channel": "general", "message": {"id": "x", "user": "ada", "content": "", "timestamp": 1.6e9,
        "embeds": [rich, odd]}});
    peer.hear(&packet);
    let updates = peer.updates();
    let [Update::MessageCreated { message, .. }] = &updates[..] else { panic!("{updates:?}") };
    let [embed] = &message.embeds[..] else { panic!("{:?}", message.embeds) };
    assert_eq!((embed.title.as_deref(), embed.description.as_deref()), (Some("T"), Some("D\nE")));
    assert_eq!((embed.author.as_deref(), embed.footer.as_deref(), embed.color), (Some("A"), Some("F"), Some(0x99ff)));
    assert_eq!((embed.fields.len(), embed.fields[0].value.as_str()), (25, "v\n[2Jw"));
    let image = embed.image.as_deref().unwrap();
    assert_eq!((&*image.name, image.width, image.height), ("b.png", 40, 30));
    let poll = message.poll.as_deref().unwrap();
    assert_eq!(poll.options.iter().map(|option| option.text.as_str()).collect::<Vec<_>>(), ["7", ""]);
}
