//! Whatever a server says, and whenever: nothing panics, nothing is shown raw, nothing grows without bound.

use super::peer::*;
use super::{recorded, recorded_old};
use nib::domain::Update;
use nib::net::{Adapter, Frame};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Every frame that was recorded from a server, old and not.
fn frames() -> &'static [Value] {
    static FRAMES: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let rows = recorded().into_iter().chain(recorded_old());
        rows.filter(|row| row.from_server).map(|row| row.packet).collect()
    });
    &FRAMES
}

#[test]
fn everything_that_was_recorded_is_taken() {
    for greeting in [listed(), old(), newer()] {
        let mut peer = Peer::signed_in_as(&greeting, &["user"]);
        let (mut updates, mut frames_taken) = (0, 0);
        for frame in frames() {
            if matches!(frame["cmd"].as_str(), Some("disconnect" | "auth_error")) {
                continue;
            }
            frames_taken += 1;
            peer.hear(frame);
            updates += peer.updates().len();
            assert_eq!(peer.closed(), None, "{frame}");
        }
        assert!(frames_taken > 550 && updates > 250, "{frames_taken} {updates}");
        let known = [
            "command",
            "second greeting",
            "second sign-in",
            "status of nobody",
            "read mark at an unknown message",
            "thread of an unknown forum",
        ];
        for (kind, count) in peer.adapter.skipped() {
            assert!(known.contains(kind), "{kind}: {count}");
        }
    }
}

#[test]
fn garbage_ends_the_connection_and_a_little_of_it_does_not() {
    let mut peer = Peer::signed_in();
    for _ in 0..15 {
        peer.raw("garbage");
    }
    peer.hear(&json!({"cmd": "ping"}));
    for _ in 0..15 {
        peer.adapter.frame(Frame::Binary(bytes::Bytes::from_static(b"x")), peer.now, &mut peer.out);
    }
    assert_eq!(peer.closed(), None);
    peer.raw("[]");
    assert!(matches!(peer.closed(), Some(nib::net::Close::Broken(_))));
    peer.hear(&json!({"cmd": "user_disconnect", "username": "x"}));
    assert!(peer.events().is_empty() && peer.adapter.deadline().is_none(), "it is over");
}

/// Puts something hostile into some strings of a frame.
fn poison(value: &mut Value, dice: &mut impl FnMut() -> u8) {
    match value {
        Value::String(text) if dice() < 90 => text.push_str("\u{1b}[2J\u{202e}evil\u{7}"),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {
            if dice() < 8 {
                *value = [json!(null), json!(-1), json!("x\u{1b}"), json!([]), json!({}), json!(1e308)]
                    [usize::from(dice() % 6)]
                .clone();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| poison(value, dice)),
        Value::Object(fields) => {
            let command = fields.get("cmd").cloned();
            if dice() < 12
                && !fields.is_empty()
                && let Some(name) = fields.keys().nth(usize::from(dice()) % fields.len()).cloned()
            {
                fields.remove(&name);
            }
            fields.values_mut().for_each(|value| poison(value, dice));
            if let Some(command) = command {
                fields.insert("cmd".to_owned(), command);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn nothing_raw_comes_out_and_nothing_panics(start in 0usize..500, seed in any::<u64>(), which in 0usize..3) {
        let mut random = fastrand::Rng::with_seed(seed);
        let greeting = [listed(), old(), newer()][which].clone();
        let mut peer = Peer::signed_in_as(&greeting, &["user"]);
        peer.said();
        for mut frame in frames().iter().skip(start).take(80).cloned() {
            poison(&mut frame, &mut || random.u8(..));
            peer.hear(&frame);
            if peer.closed().is_some() {
                break;
            }
            let told = format!("{:?}", peer.events());
            // Debug writes what may not be shown in this way.
            for hidden in ["\\u{1b}", "\\u{202e}", "\\u{7}"] {
                prop_assert!(!told.contains(hidden), "{} in {}", hidden, told);
            }
        }
    }

    #[test]
    fn any_text_at_any_time_is_taken(texts in prop::collection::vec("\\PC{0,60}|\\{\"cmd\":\"(handshake|ready|auth_error|error|rate_limit|message_new)\",\"(val|user|message|listener)\":(1|\"q1\"|\\{\\}|\\{\"username\":\"x\"\\})\\}", 1..20)) {
        let mut peer = Peer::opened(token());
        for text in &texts {
            peer.raw(text);
        }
        let mut peer = Peer::signed_in();
        for text in &texts {
            peer.raw(text);
        }
        let _ = peer.adapter.skipped();
    }
}

#[test]
fn a_server_that_talks_without_end_fills_no_memory() {
    let mut peer = Peer::signed_in();
    for number in 0..30_000 {
        peer.hear(&json!({"cmd": "user_connect", "user": {"username": format!("u{number}"), "roles": ["user"]}}));
        peer.events();
    }
    peer.want(1, &nib::domain::Request::FetchMemberList(nib::domain::ChatId::new(1)));
    peer.said();
    let asked = json!({"listener": "q1"});
    peer.answer(&asked, json!({"cmd": "users_list", "users": []}));
    let asked = json!({"listener": "q2"});
    peer.answer(&asked, json!({"cmd": "users_online", "users": []}));
    let asked = json!({"listener": "q3"});
    peer.answer(&asked, json!({"cmd": "channels_get", "val": []}));
    match peer.answered() {
        Ok(nib::domain::Reply::MemberList { entries, .. }) => assert!(entries.len() <= 20_010, "{}", entries.len()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_one_member_says_costs_nobody_a_frame() {
    let half = "\\ud83d";
    let mut peer = Peer::signed_in();
    peer.sync();
    peer.raw(&format!(r#"{{"cmd":"status_get","username":"ada","status":{{"status":"online","text":"a {half}"}}}}"#));
    let updates = peer.updates();
    let [Update::PresenceChanged(all)] = &updates[..] else { panic!("{updates:?}") };
    assert_eq!(all[0].2.as_deref(), Some("a \u{fffd}"));
    peer.raw(&format!(
        r#"{{"cmd":"thread_create","channel":"forum","thread":{{"id":"3d4b6a34-6e0b-4c7e-9d3e-0f2d4ad0c111","name":"{half}","parent_channel":"forum","created_by":"ada"}}}}"#
    ));
    assert_eq!(peer.skipped("unreadable frame"), 0);
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    for odd in ["NaN", "1e999", "-Infinity", &"9".repeat(400), &deep] {
        peer.events();
        peer.raw(&format!(
            r#"{{"cmd":"message_new","channel":"general","message":{{"id":"edb28f13-2fc2-48a2-90b2-8d2838e127c4","user":"ada","content":"hi","timestamp":1760000000.5,"embeds":[{{"title":"a","x":{odd}}}]}}}}"#
        ));
        let updates = peer.updates();
        let [Update::MessageCreated { message, .. }] = &updates[..] else { panic!("{odd}: {updates:?}") };
        assert_eq!((message.body.text.as_str(), message.embeds.len()), ("hi", 1));
    }
}
