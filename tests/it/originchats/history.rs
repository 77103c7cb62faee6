//! Pages of history in the ways of each generation, against a small server that pages as the recorded ones do.

use super::calls::chat_of;
use super::peer::*;
use nib::domain::answer::RefusalKind;
use nib::domain::*;
use nib::net::originchats::OriginConfig;
use serde_json::{Value, json};

/// A channel with messages, which answers as a generation does.
struct Channel {
    peer: Peer,
    chat: ChatId,
    messages: Vec<Value>,
    /// The middle generation: `messages_around` never sees the newest, `messages_get` from a message on is swallowed.
    listed: bool,
    /// It pays no heed to counts.
    deaf: bool,
    said: Vec<String>,
}

fn uuid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{:012x}", number + 1)
}

fn key(number: usize) -> MessageKey {
    let id = u128::from_str_radix(&uuid(number).replace('-', ""), 16).unwrap();
    let seconds = 1_760_000_000 + number as u128 * 60;
    MessageKey { order: SortKey((seconds * 1_000_000) << 64), id: MessageId::new(id) }
}

impl Channel {
    fn of(mut peer: Peer, count: usize, listed: bool) -> Self {
        let bundle = if listed { Some(peer.sync()) } else { None };
        let chat = match bundle {
            Some(bundle) => chat_of(&bundle, "general"),
            None => {
                let community = peer.community();
                peer.want(1, &Request::FetchChannels(community));
                loop {
                    let asked = peer.said();
                    let Some(asked) = asked.first() else { break };
                    let reply = json!({"cmd": asked["cmd"], "users": [], "unreads": {}, "val": [{"name": "general", "type": "text"}]});
                    peer.answer(asked, reply);
                }
                let answers = peer.answers();
                let [(1, Ok(Reply::Channels { bundle, .. }))] = &answers[..] else { panic!("{answers:?}") };
                chat_of(bundle, "general")
            }
        };
        let message = |number| {
            super::calls::message(&uuid(number), "ada", &number.to_string(), 1_760_000_000.0 + 60.0 * number as f64)
        };
        Self { peer, chat, messages: (0..count).map(message).collect(), listed, deaf: false, said: Vec::new() }
    }

    fn listed(count: usize) -> Self {
        Self::of(Peer::signed_in(), count, true)
    }

    /// Neither names a place nor knows surroundings: all it can do is count.
    fn counting(count: usize) -> Self {
        let mut greeting = listed();
        greeting["val"]["capabilities"] = json!(["channels_get", "messages_get", "users_list"]);
        Self::of(Peer::signed_in_as(&greeting, &["user"]), count, false)
    }

    fn newer(count: usize) -> Self {
        Self::of(Peer::signed_in_as(&newer(), &["user"]), count, false)
    }

    fn serve(&mut self, asked: &Value) -> Option<Value> {
        let count = self.messages.len();
        let place = |id: &Value| self.messages.iter().position(|message| message["id"] == *id);
        let limit = |value: &Value| value.as_u64().map_or(100, |limit| limit.min(200) as usize);
        match asked["cmd"].as_str().unwrap() {
            "messages_get" => {
                let to = match &asked["start"] {
                    Value::Null => count,
                    Value::String(_) if self.listed => return None,
                    Value::String(_) => place(&asked["start"])?,
                    _ if self.deaf => count,
                    skip => count.saturating_sub(skip.as_u64()? as usize),
                };
                let from = to.saturating_sub(limit(&asked["limit"]));
                let page = &self.messages[from..to];
                Some(if self.listed {
                    json!({"cmd": "messages_get", "channel": "general", "messages": page, "range": {"start": 0, "end": 100}})
                } else {
                    json!({"cmd": "messages_get", "channel": "general", "val": page, "at_start": from == 0})
                })
            }
            "messages_around" => {
                let end = if self.listed { count.saturating_sub(1) } else { count };
                let Some(at) = place(&asked["around"]) else {
                    return Some(json!({"cmd": "error", "src": "messages_around", "val": "Message not found"}));
                };
                let from = at.saturating_sub(limit(&asked["bounds"]["below"]));
                let to = end.min(at + 1 + limit(&asked["bounds"]["above"]));
                let page = &self.messages[from.min(to)..to];
                Some(
                    json!({"cmd": "messages_around", "channel": "general", "messages": page, "range": {"start": from, "end": to}}),
                )
            }
            other => panic!("asked for {other}"),
        }
    }

    fn fetch(&mut self, page: Page, limit: u16) -> Result<(Vec<usize>, bool, bool), Refusal> {
        self.peer.want(7, &Request::FetchHistory { chat: self.chat, page, limit });
        for _ in 0..20 {
            for asked in self.peer.said() {
                self.said.push(asked["cmd"].as_str().unwrap().to_owned());
                if let Some(reply) = self.serve(&asked) {
                    self.peer.answer(&asked, reply);
                }
            }
        }
        match self.peer.answered()? {
            Reply::History { messages, reached_start, reached_end, .. } => {
                assert!(messages.is_sorted_by_key(|message| message.key));
                let numbers = messages.iter().map(|message| message.body.text.parse().unwrap()).collect();
                Ok((numbers, reached_start, reached_end))
            }
            other => panic!("{other:?}"),
        }
    }
}

fn all(range: std::ops::Range<usize>) -> Vec<usize> {
    range.collect()
}

#[test]
fn every_way_of_paging_gives_the_same_pages() {
    for make in [Channel::listed, Channel::counting, Channel::newer] {
        let mut channel = make(250);
        assert_eq!(channel.fetch(Page::Latest, 50), Ok((all(200..250), false, true)));
        assert_eq!(channel.fetch(Page::Before(key(200)), 50), Ok((all(150..200), false, false)));
        assert_eq!(channel.fetch(Page::Before(key(30)), 50), Ok((all(0..30), true, false)));
        assert_eq!(channel.fetch(Page::After(key(100)), 50), Ok((all(101..151), false, false)));
        assert_eq!(channel.fetch(Page::After(key(220)), 50), Ok((all(221..250), false, true)));
        assert_eq!(channel.fetch(Page::After(key(248)), 50), Ok((all(249..250), false, true)));
        assert_eq!(channel.fetch(Page::After(key(249)), 50), Ok((all(250..250), false, true)));
        let (around, start, end) = channel.fetch(Page::Around(key(120).id), 50).unwrap();
        assert!(around.contains(&100) && around.contains(&140) && around.len() <= 51 && !start && !end, "{around:?}");
        let (around, _, end) = channel.fetch(Page::Around(key(249).id), 50).unwrap();
        assert!(around.ends_with(&[247, 248, 249]) && end, "{around:?}");
        let (around, start, _) = channel.fetch(Page::Around(key(3).id), 50).unwrap();
        assert!(around.starts_with(&[0, 1, 2, 3, 4]) && start, "{around:?}");
        let gone = channel.fetch(Page::Around(MessageId::new(77)), 50).unwrap_err();
        assert_eq!(gone.kind, RefusalKind::NotFound);
    }
}

#[test]
fn a_date_is_found_by_halving() {
    let at = |number: i64| Page::At(Wall((1_760_000_000 + 60 * number) * 1_000));
    for make in [Channel::listed, Channel::counting, Channel::newer] {
        let mut channel = make(250);
        let (page, start, end) = channel.fetch(at(120), 50).unwrap();
        assert_eq!((page, start, end), (all(95..145), false, false));
        assert!(channel.said.len() < 14, "{:?}", channel.said);
        let (page, start, _) = channel.fetch(at(-5), 50).unwrap();
        assert!(page.starts_with(&[0, 1, 2]) && start, "{page:?}");
        let (page, _, end) = channel.fetch(at(9_999), 50).unwrap();
        assert!(page.ends_with(&[248, 249]) && end, "{page:?}");
        let (page, ..) = channel.fetch(Page::At(Wall((1_760_000_000 + 60 * 120 + 1) * 1_000)), 50).unwrap();
        assert_eq!(page, all(96..146), "the first one sent then or later is in the middle");
    }
    // One that pays no heed to counts is not asked for ever.
    let mut deaf = Channel::newer(250);
    deaf.deaf = true;
    let refused = deaf.fetch(at(120), 50).unwrap_err();
    assert_eq!((refused.kind, deaf.said.len()), (RefusalKind::Unsupported, 2));
    let mut empty = Channel::listed(0);
    assert_eq!(empty.fetch(Page::At(Wall(1)), 50).unwrap(), (all(0..0), true, true));
}

#[test]
fn small_chats_are_whole_at_once() {
    for make in [Channel::listed, Channel::counting, Channel::newer] {
        for count in [0, 1, 2, 9] {
            let mut channel = make(count);
            assert_eq!(channel.fetch(Page::Latest, 50), Ok((all(0..count), true, true)));
            if count > 1 {
                let last = key(count - 1);
                assert_eq!(channel.fetch(Page::Before(last), 50), Ok((all(0..count - 1), true, false)));
                assert_eq!(channel.fetch(Page::Around(last.id), 50), Ok((all(0..count), true, true)));
                assert_eq!(channel.fetch(Page::After(key(0)), 50), Ok((all(1..count), false, true)));
            }
        }
    }
}

#[test]
fn the_way_that_a_generation_stumbles_over_is_not_taken() {
    let mut channel = Channel::listed(250);
    channel.fetch(Page::Before(key(200)), 50).unwrap();
    channel.fetch(Page::After(key(100)), 50).unwrap();
    assert_eq!(channel.said, ["messages_around", "messages_around"]);
    channel.fetch(Page::After(key(240)), 50).unwrap();
    assert_eq!(channel.said[2..], ["messages_around", "messages_get"], "the newest is fetched apart");
    let mut channel = Channel::newer(250);
    channel.fetch(Page::Before(key(200)), 50).unwrap();
    assert_eq!(channel.said, ["messages_get"]);
}

#[test]
fn counting_does_not_go_on_for_ever() {
    let mut channel = Channel::counting(5_000);
    let refusal = channel.fetch(Page::Before(key(100)), 50).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Unsupported);
    assert_eq!(channel.said.len(), 10);
}

#[test]
fn where_nothing_is_written_nothing_is_asked() {
    let mut peer = Peer::signed_in();
    let bundle = peer.sync();
    for name in ["help", "lounge"] {
        let chat = chat_of(&bundle, name);
        peer.want(1, &Request::FetchHistory { chat, page: Page::Latest, limit: 50 });
        assert!(peer.said().is_empty());
        let Ok(Reply::History { messages, reached_start: true, reached_end: true, .. }) = peer.answered() else {
            panic!("no page of {name}")
        };
        assert!(messages.is_empty());
    }
}

#[test]
fn threads_have_pages_of_their_own_unless_they_are_locked() {
    let mut peer = Peer::signed_in();
    peer.sync();
    let thread = |locked| json!({"cmd": "thread_update", "thread": {"id": "e3408580-571f-4bb9-85ee-0f39b79119b5", "name": "t", "parent_channel": "help", "locked": locked, "archived": false}});
    peer.hear(&thread(false));
    let [Update::ChannelChanged(chat), ..] = &peer.updates()[..] else { panic!("no thread") };
    let chat = chat.id;
    let fetch = Request::FetchHistory { chat, page: Page::Before(key(7)), limit: 30 };
    let asked = peer.asked(1, &fetch);
    assert_eq!(
        asked,
        json!({"cmd": "thread_messages", "thread_id": "e3408580-571f-4bb9-85ee-0f39b79119b5", "start": uuid(7), "limit": 30, "listener": asked["listener"]})
    );
    peer.answer(
        &asked,
        json!({"cmd": "thread_messages", "thread_id": "e3408580-571f-4bb9-85ee-0f39b79119b5", "messages": []}),
    );
    assert!(matches!(peer.answered(), Ok(Reply::History { reached_start: true, .. })));
    peer.hear(&thread(true));
    peer.events();
    peer.want(2, &fetch);
    assert!(peer.said().is_empty());
    assert_eq!(peer.answered().unwrap_err().kind, RefusalKind::Forbidden);
}

#[test]
fn who_reads_without_being_seen_to_has_the_mark_put_back() {
    let config = OriginConfig { keep_marks: true, ..OriginConfig::new(URL) };
    let mut peer = Peer::signed_in_with(config, &listed(), "bob", &["user"]);
    let community = peer.community();
    peer.want(1, &Request::FetchChannels(community));
    loop {
        let asked = peer.said();
        let Some(asked) = asked.first() else { break };
        let unread = json!({"last_read": uuid(3), "unread_count": 6, "total_messages": 10});
        let channel = json!({"name": "general", "type": "text"});
        peer.answer(asked, json!({"cmd": asked["cmd"], "users": [], "unreads": {"general": unread}, "val": [channel]}));
    }
    let answers = peer.answers();
    let [(1, Ok(Reply::Channels { bundle, .. }))] = &answers[..] else { panic!("{answers:?}") };
    let chat = chat_of(bundle, "general");
    let page = json!([super::calls::message(&uuid(9), "ada", "9", 1_760_000_540.0)]);
    // Twice: what the server tells of the mark that it moved is not taken for where it was.
    for _ in 0..2 {
        peer.want(7, &Request::FetchHistory { chat, page: Page::Latest, limit: 1 });
        let asked = peer.said_one();
        peer.hear(&json!({"cmd": "unreads_update", "channel": "general", "last_read": uuid(9)}));
        peer.answer(
            &asked,
            json!({"cmd": "messages_get", "channel": "general", "messages": page, "range": {"start": 0, "end": 1}}),
        );
        let back = peer.said_one();
        assert_eq!((&back["cmd"], &back["message_id"]), (&json!("unreads_ack"), &json!(uuid(3))));
        assert_eq!(back["channel"], "general");
        peer.answer(&back, json!({"cmd": "unreads_ack", "channel": "general", "last_read": uuid(3)}));
        let answers = peer.answers();
        assert!(
            answers.iter().any(|(id, answer)| *id == 7 && matches!(answer, Ok(Reply::History { .. }))),
            "{answers:?}"
        );
    }
}
