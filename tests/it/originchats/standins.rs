//! Words in place of addresses: links to chats of this server, its own emoji; and answers that call nobody.

use super::calls::chat_of;
use super::peer::*;
use nib::domain::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// Signed in and synced, with the recorded emoji of the server.
pub(super) fn synced() -> (Peer, Bundle) {
    let mut peer = Peer::signed_in();
    let community = peer.community();
    peer.want(900, &Request::FetchChannels(community));
    let recorded = super::recorded();
    let mut bundle = None;
    while let Some(asked) = peer.said().pop() {
        let full = |row: &&super::Recorded| asked["cmd"] != "emoji_get_all" || row.packet["emojis"]["0"].is_object();
        let answers = recorded.iter().filter(|row| row.from_server && row.packet["cmd"] == asked["cmd"]);
        let reply = answers.filter(|row| row.packet["listener"].is_string()).find(full).unwrap().packet.clone();
        peer.answer(&asked, reply);
    }
    let mut named = Vec::new();
    for event in peer.events() {
        match event {
            nib::net::NetEvent::Answer(Answer { outcome: Ok(Reply::Channels { bundle: told, .. }), .. }) => {
                bundle = Some(told)
            }
            nib::net::NetEvent::Update(Update::EmojiKnown(names)) => named.extend(names),
            _ => {}
        }
    }
    assert_eq!(named.iter().map(|emoji| emoji.name.as_str()).collect::<Vec<_>>(), ["redsq"]);
    (peer, bundle.unwrap())
}

fn heard(peer: &mut Peer, content: &str, reactions: Value) -> (Arc<Message>, Vec<String>) {
    let message = json!({"id": "m", "user": "ada", "content": content, "timestamp": 1.6e9, "reactions": reactions});
    peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": message}));
    let (mut told, mut named) = (None, Vec::new());
    for update in peer.updates() {
        match update {
            Update::MessageCreated { message, .. } => told = Some(message),
            Update::EmojiKnown(names) => named.extend(names.into_iter().map(|emoji| emoji.name.to_string())),
            _ => {}
        }
    }
    (told.unwrap(), named)
}

fn standins(message: &Message) -> Vec<(String, String, Option<ChatId>)> {
    let text = &message.body.text;
    let spans = message.body.spans.iter().filter_map(|span| match &span.kind {
        SpanKind::Instead { written, chat } => {
            Some((text[span.start as usize..span.end as usize].to_owned(), written.to_string(), *chat))
        }
        _ => None,
    });
    spans.collect()
}

#[test]
fn addresses_of_chats_here_are_links_to_them_and_nothing_is_lost() {
    let (mut peer, bundle) = synced();
    let general = chat_of(&bundle, "general");
    let content = "**see** originChats://chat.example.org/general, and https://originchats.mistium.com/app/CHAT.example.org/general! @bob `originChats://chat.example.org/general`";
    let (message, _) = heard(&mut peer, content, json!({}));
    assert_eq!(message.body.text.as_str(), "see #general, and #general! @bob originChats://chat.example.org/general");
    let found = standins(&message);
    assert_eq!(found.len(), 2, "not in code: {found:?}");
    assert!(found.iter().all(|(shown, _, chat)| shown == "#general" && *chat == Some(general)));
    assert_eq!(found[1].1, "https://originchats.mistium.com/app/CHAT.example.org/general");
    assert_eq!(markup::to_markup(&message.body), content, "an own message can be changed without loss");
    let bob = message.body.spans.iter().find(|span| matches!(span.kind, SpanKind::Mention(_))).unwrap();
    assert_eq!(&message.body.text[bob.start as usize..bob.end as usize], "@bob");
    for other in [
        "originChats://elsewhere.org/general",
        "originChats://chat.example.org/nowhere",
        "originChats://",
        "originChats:///",
    ] {
        let (message, _) = heard(&mut peer, other, json!({}));
        assert_eq!((message.body.text.as_str(), standins(&message).len()), (other, 0));
    }
}

#[test]
fn emoji_of_the_server_are_called_by_their_names() {
    let (mut peer, _) = synced();
    let (message, _) =
        heard(&mut peer, "a originChats:<emoji>//chat.example.org/0 b originChats:<emoji>//x/77", json!({}));
    assert_eq!(message.body.text.as_str(), "a :redsq: b :emoji:");
    let (message, named) = heard(&mut peer, "x", json!({"originChats://other.name/emojis/0": ["ada"], "👍": ["bob"]}));
    assert!(matches!(message.reactions[0].emoji, ReactEmoji::Custom(_)));
    assert_eq!(named, ["redsq"]);
    let hostile = "originChats:<emoji>//".repeat(20_000);
    let started = std::time::Instant::now();
    heard(&mut peer, &hostile, json!({}));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn codes_of_emoji_are_shown_as_emoji_and_nothing_is_lost() {
    let (mut peer, _) = synced();
    let content =
        "**:rocket:** :+1::tada: at 12:100:5 `:rocket:` :nothing: :redsq: https://a.example/:rocket: (:heart:)";
    let (message, _) = heard(&mut peer, content, json!({}));
    let shown = "🚀 👍🎉 at 12:100:5 :rocket: :nothing: :redsq: https://a.example/:rocket: (❤️)";
    assert_eq!(message.body.text.as_str(), shown);
    assert_eq!(standins(&message)[0], ("🚀".to_owned(), ":rocket:".to_owned(), None));
    assert_eq!(markup::to_markup(&message.body), content, "a message can be changed without loss");
    let mine = json!({"id": "n", "user": "bob", "content": ":tada: done", "timestamp": 1.6e9});
    peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": mine}));
    let updates = peer.updates();
    let typed = updates.iter().find_map(|update| match update {
        Update::MessageCreated { message, .. } => message.typed.as_deref(),
        _ => None,
    });
    assert_eq!(typed, Some(":tada: done"));
    for hostile in ["`:+1:`".repeat(50_000), ":".repeat(200_000), ":+1: ".repeat(50_000), "**:+1:**".repeat(30_000)] {
        let started = std::time::Instant::now();
        heard(&mut peer, &hostile, json!({}));
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}

#[test]
fn channels_are_written_as_addresses_and_answers_may_call_nobody() {
    let (mut peer, bundle) = synced();
    let chat = chat_of(&bundle, "general");
    let reply_to = Some(MessageId::new(7));
    let mut said = |text: &str, quiet| {
        let outgoing = Outgoing { chat, text: text.to_owned(), reply_to, quiet, ..Outgoing::default() };
        peer.asked(1, &Request::Send(Arc::new(outgoing)))
    };
    let with = |text: &str| text.replace("{}", "originChats://chat.example.org/general");
    for (typed, sent) in [
        ("see #general.", "see {}."),
        ("#general", "{}"),
        ("a#general #nowhere ##general # #", "a#general #nowhere ##general # #"),
        ("`#general`", "`#general`"),
    ] {
        assert_eq!(said(typed, false)["content"], json!(with(sent)), "{typed}");
    }
    assert_eq!(said("hi", true)["ping"], json!(false));
    assert!(said("hi", false)["ping"].is_null());
}

#[test]
fn what_one_said_is_typed_again_as_it_was() {
    let (mut peer, _) = synced();
    for (said, typed) in [
        ("see originChats://chat.example.org/general.", "see #general."),
        ("(originChats://chat.example.org/general)", "(#general)"),
        ("originChats://other.example.org/general", "originChats://other.example.org/general"),
        ("`originChats://chat.example.org/general`", "`originChats://chat.example.org/general`"),
        ("https://example.org/#general", "https://example.org/#general"),
    ] {
        let message = json!({"id": "m", "user": "bob", "content": said, "timestamp": 1.6e9});
        peer.hear(&json!({"cmd": "message_new", "channel": "general", "message": message}));
        let told = peer.updates().into_iter().find_map(|update| match update {
            Update::MessageCreated { message, .. } => message.typed.as_deref().map(str::to_owned),
            _ => None,
        });
        assert_eq!(told.as_deref(), Some(typed), "{said}");
    }
}
