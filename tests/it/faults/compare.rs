//! Whether the client knows what the server knows. The server is asked through a second core, which goes around the proxy and has seen nothing else.

use super::client::{Client, until};
use super::home::{Home, Kept};
use nib::domain::*;
use nib::state::Action;
use nib::state::effect::Outcome;
use nib::state::front::Front;
use nib::state::outbox::Stage;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long the witness may take for one question.
const PATIENCE: Duration = Duration::from_secs(400);

/// A message that the user wrote.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// The first word of its text, now and after changes.
    pub(super) name: String,
    pub(super) chat: ChatId,
    /// The user wanted it deleted.
    pub(super) deleted: bool,
    /// Nothing was known of the chat when it was written, so that nothing can tell it from something that was said before.
    pub(super) blind: bool,
    /// The program was killed before this was durable.
    pub(super) cut_off: bool,
    /// A deletion of it was taken back.
    pub(super) taken_back: bool,
}

/// What came of a schedule.
#[derive(Default, Debug)]
pub(super) struct Verdict {
    pub(super) sent: usize,
    pub(super) unconfirmed: usize,
    pub(super) failed: usize,
    /// How often the program was started again.
    pub(super) restarts: usize,
    /// Messages that a kill took before they were durable.
    pub(super) cut_off: usize,
    /// Sentences; none where all is right.
    pub(super) wrong: Vec<String>,
}

impl Verdict {
    pub(super) fn wrong(sentence: String) -> Self {
        Self { wrong: vec![sentence], ..Self::default() }
    }
}

/// What is compared of a message.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Seen {
    id: MessageId,
    author: UserId,
    text: String,
    edited: bool,
    reactions: Vec<(String, u32, bool)>,
    pinned: bool,
}

pub(super) fn seen(message: &Message) -> Seen {
    let reaction = |one: &Reaction| (format!("{:?}", one.emoji), one.count, one.mine);
    let mut reactions: Vec<_> = message.reactions.iter().map(reaction).collect();
    reactions.sort();
    Seen {
        id: message.key.id,
        author: message.author,
        text: message.body.text.to_string(),
        edited: message.edited.is_some(),
        reactions,
        pinned: message.pinned,
    }
}

/// Everything that stands in a chat.
pub(super) async fn record(witness: &mut Client, chat: ChatId) -> Result<Vec<Arc<Message>>, String> {
    let mut all: Vec<Arc<Message>> = Vec::new();
    loop {
        let page = all.first().map_or(Page::Latest, |oldest| Page::Before(oldest.key));
        let ticket = witness.ask(chat, page, 100);
        let mut outcome = None;
        for _ in 0..2_000 {
            until(&mut [witness], || 0, Duration::from_millis(5), |_| false).await;
            outcome = witness.outcome(ticket);
            if outcome.is_some() {
                break;
            }
        }
        match outcome {
            Some(Outcome::History { mut messages, reached_start, .. }) => {
                messages.sort_by_key(|message| message.key);
                let over = reached_start || messages.is_empty();
                messages.append(&mut all);
                all = messages;
                if over {
                    return Ok(all);
                }
            }
            other => return Err(format!("the witness cannot read: {other:?}")),
        }
    }
}

fn chats(client: &Client) -> BTreeMap<ChatId, (String, String, u32, Option<MessageKey>)> {
    let shape = |chat: &Chat| (chat.wire.to_string(), chat.name.to_string(), chat.unread, chat.last_message);
    client.account().chats.values().map(|chat| (chat.id, shape(chat))).collect()
}

/// What is wrong with a timeline.
fn timeline(told: &str, timeline: &Timeline, record: &[Seen], wrong: &mut Vec<String>) {
    let place = |id: MessageId| record.iter().position(|seen| seen.id == id);
    let mut before: Option<usize> = None;
    for (index, entry) in timeline.iter().enumerate() {
        let here = seen(&entry.message);
        let Some(at) = place(here.id) else {
            wrong.push(format!("{told}: {:?} is shown and is not there", here.text));
            continue;
        };
        if record[at] != here {
            wrong.push(format!("{told}: shown {here:?}, there {:?}", record[at]));
        }
        match before {
            Some(before) if before >= at => wrong.push(format!("{told}: {:?} is out of order", here.text)),
            Some(before) if !entry.gap_before && before + 1 != at => {
                wrong.push(format!("{told}: {:?} is missing", record[before + 1].text));
            }
            None if index == 0 && timeline.has_start() && at != 0 => {
                wrong.push(format!("{told}: {:?} is missing at the start", record[0].text));
            }
            _ => {}
        }
        before = Some(at);
    }
    if timeline.is_loaded() && !timeline.gap_after() && before.map_or(0, |at| at + 1) != record.len() {
        wrong.push(format!("{told}: {:?} is missing at the end", record.last().map(|seen| &seen.text)));
    }
}

/// What is known of a chat without a hole, up to its end: the first and the last message of it.
fn stretches(client: &Client) -> BTreeMap<ChatId, Option<(MessageId, MessageId)>> {
    let whole = |timeline: &&Timeline| timeline.is_loaded() && !timeline.gap_after() && !timeline.is_doubtful();
    let stretch = |timeline: &Timeline| {
        let last = timeline.iter().next_back()?.message.key.id;
        let first = timeline.iter().rev().find(|entry| entry.gap_before).or(timeline.iter().next())?.message.key.id;
        Some((first, last))
    };
    let timelines = client.account().timelines.iter().filter(|(_, timeline)| whole(timeline));
    timelines.map(|(chat, timeline)| (*chat, stretch(timeline))).collect()
}

/// What is wrong with what is kept, where all of it was known.
fn kept(
    told: &str,
    stretch: (MessageId, MessageId),
    kept: &[(MessageKey, Seen)],
    record: &[Seen],
    wrong: &mut Vec<String>,
) {
    let place = |id: MessageId| record.iter().position(|seen| seen.id == id);
    let (Some(first), Some(last)) = (place(stretch.0), place(stretch.1)) else {
        return wrong.push(format!("{told}: the stretch is not there"));
    };
    let from = kept.iter().position(|(key, _)| key.id == stretch.0);
    let here: Vec<&Seen> = kept.iter().skip(from.unwrap_or(kept.len())).map(|(_, seen)| seen).collect();
    let there = &record[first..=last];
    let ids = |id: MessageId| here.iter().any(|seen| seen.id == id);
    for seen in there.iter().filter(|seen| !ids(seen.id)) {
        wrong.push(format!("{told}: {:?} is not kept", seen.text));
    }
    for seen in &here {
        match place(seen.id) {
            None => wrong.push(format!("{told}: {:?} is kept and is not there", seen.text)),
            Some(at) if record[at] != **seen => wrong.push(format!("{told}: kept {seen:?}, there {:?}", record[at])),
            Some(_) => {}
        }
    }
    if !here.is_sorted_by_key(|seen| place(seen.id)) {
        wrong.push(format!("{told}: kept out of order"));
    }
}

/// The user opens a chat and goes to its end. Returns whether everything was told then.
async fn visit(client: &mut Client, chat: ChatId, stirred: &impl Fn() -> u64) -> bool {
    let key = ChatKey::new(client.account().id, chat);
    client.act(Action::OpenChat(key));
    until(&mut [&mut *client], stirred, PATIENCE, |of| of[0].is_quiet()).await;
    client.act(Action::ScrollEnd);
    // A connection may still be found to be lost, and what was asked over it is asked again then.
    let ends = |client: &Client| client.account().timelines.get(&chat).is_some_and(|kept| !kept.gap_after());
    until(&mut [&mut *client], stirred, PATIENCE, |of| of[0].is_quiet() && ends(of[0])).await || client.is_quiet()
}

/// Compares, and ends both. `home`: where what the client knows is kept.
pub(super) async fn compare(
    mut client: Client,
    mut witness: Client,
    home: Option<&Home>,
    stirred: impl Fn() -> u64,
    marks: &[Mark],
) -> Verdict {
    let mut verdict = Verdict { sent: marks.len(), ..Verdict::default() };
    let wrong = &mut verdict.wrong;
    if !until(&mut [&mut witness], || 0, PATIENCE, |of| of[0].is_quiet()).await {
        return Verdict::wrong(format!("the witness is not there: {}", witness.standing()));
    }
    let (mine, theirs) = (chats(&client), chats(&witness));
    for (chat, there) in &theirs {
        match mine.get(chat) {
            None => wrong.push(format!("{there:?} is not listed")),
            Some(here) => {
                // Servers of the second network count what oneself wrote, too, until it is read; and everything, where what was read last is deleted.
                let own = marks.iter().filter(|mark| mark.chat == *chat).count();
                let adrift = witness.account().chats[chat].last_read.is_none();
                let fewer = here.2 < there.2 && (adrift || there.2 as usize <= here.2 as usize + own);
                // The newest it knew was deleted while it was away: that only orders the list, until somebody reads there.
                let ends =
                    client.account().timelines.get(chat).is_some_and(|kept| kept.is_loaded() && !kept.gap_after());
                let newer = !ends && here.3 > there.3;
                let same = (&here.0, &here.1) == (&there.0, &there.1);
                if !same || here.2 != there.2 && !fewer || here.3 != there.3 && !newer {
                    let [here, there] = [&client, &witness].map(|of| of.account().chats.get(chat).cloned());
                    wrong.push(format!("listed {here:?}, there {there:?}"));
                }
            }
        }
    }
    wrong.extend(
        mine.iter().filter(|(chat, _)| !theirs.contains_key(chat)).map(|(_, here)| format!("{here:?} is not there")),
    );

    let mut records: BTreeMap<ChatId, Vec<Seen>> = BTreeMap::new();
    let me = witness.account().me;
    for chat in theirs.keys() {
        match record(&mut witness, *chat).await {
            Ok(messages) => _ = records.insert(*chat, messages.iter().map(|message| seen(message)).collect()),
            Err(sentence) => wrong.push(sentence),
        }
    }
    let name = |chat: &ChatId| theirs.get(chat).map_or_else(String::new, |shape| shape.1.clone());
    for (chat, kept) in &client.account().timelines {
        // One that says itself that it may be old is no lie.
        let open = client.open() == Some(*chat);
        let waits = open && client.state().front.as_ref().is_some_and(Front::waits_for_reader);
        if !kept.gap_after()
            && !waits
            && (open || !kept.is_doubtful())
            && let Some(record) = records.get(chat)
        {
            timeline(&format!("at once, {}", name(chat)), kept, record, wrong);
        }
    }

    // The user goes everywhere: what was lost on its way is found there, or goes again.
    let open: Vec<ChatId> =
        client.account().chats.values().filter(|chat| chat.can_open()).map(|chat| chat.id).collect();
    for chat in &open {
        if !visit(&mut client, *chat, &stirred).await {
            wrong.push(format!("not quiet in {}: {}", name(chat), client.standing()));
        }
    }
    for (chat, record) in &mut records {
        match self::record(&mut witness, *chat).await {
            Ok(messages) => *record = messages.iter().map(|message| seen(message)).collect(),
            Err(sentence) => wrong.push(sentence),
        }
    }

    // Exactly once, or shown as what it is.
    let rows: Vec<(String, Stage)> =
        client.rows().map(|(_, row)| (row.outgoing.text.clone(), row.stage.clone())).collect();
    verdict.failed = rows.iter().filter(|(_, stage)| matches!(stage, Stage::Failed(_))).count();
    let is = |mark: &Mark, text: &str| text.split(' ').next() == Some(mark.name.as_str());
    for mark in marks {
        let places: Vec<_> = records
            .iter()
            .flat_map(|(chat, record)| record.iter().map(move |seen| (chat, seen)))
            .filter(|(_, seen)| seen.author == me && is(mark, &seen.text))
            .collect();
        let row = rows.iter().find(|(text, _)| is(mark, text)).map(|(_, stage)| stage);
        if let Some((chat, _)) = places.iter().find(|(chat, _)| **chat != mark.chat) {
            wrong.push(format!("{} went to {}", mark.name, name(chat)));
        }
        let gone = mark.deleted || !theirs.contains_key(&mark.chat);
        match (places.len(), row) {
            (0, None) if mark.cut_off => verdict.cut_off += 1,
            (0, None) if !gone => wrong.push(format!("{} is lost", mark.name)),
            (2.., _) => {
                let texts: Vec<(String, &str)> = places.iter().map(|(chat, seen)| (name(chat), &*seen.text)).collect();
                wrong.push(format!("{} is there {} times: {texts:?}", mark.name, places.len()));
            }
            (1, Some(Stage::Failed(why))) => {
                wrong.push(format!("{} is there and shown as refused: {why:?}", mark.name))
            }
            (1, Some(Stage::Unconfirmed)) if !mark.blind => {
                wrong.push(format!("{} is there and shown as not confirmed", mark.name));
            }
            _ => {}
        }
    }
    for (chat, record) in &records {
        let own: Vec<u32> = record
            .iter()
            .filter(|seen| seen.author == me)
            .filter_map(|seen| seen.text.split(' ').next()?.strip_prefix('m')?.parse().ok())
            .collect();
        if !own.is_sorted() {
            wrong.push(format!("{}: out of order: {own:?}", name(chat)));
        }
    }

    // And sees what is there.
    for chat in open {
        visit(&mut client, chat, &stirred).await;
        let (Some(kept), Some(record)) = (client.account().timelines.get(&chat), records.get(&chat)) else {
            wrong.push(format!("{} is not loaded", name(&chat)));
            continue;
        };
        if kept.gap_after() {
            let front =
                client.state().front.as_ref().map(|front| (&front.pane.anchor, front.region, front.overlays.len()));
            wrong.push(format!("{} does not reach its end: {front:?}, {:?}", name(&chat), client.account().requests));
        }
        timeline(&format!("opened, {}", name(&chat)), kept, record, wrong);
    }
    verdict.unconfirmed = client.rows().filter(|(_, row)| row.stage == Stage::Unconfirmed).count();
    let waiting: Vec<(ChatId, String)> = client
        .rows()
        .filter(|(_, row)| !matches!(row.stage, Stage::Sent(_)))
        .map(|(chat, row)| (chat, row.outgoing.text.clone()))
        .collect();
    let stretches = stretches(&client);
    client.close().await;
    witness.close().await;
    if let Some(home) = home {
        let all: Vec<ChatId> = records.keys().copied().collect();
        let Kept { notes, messages, waiting: kept_waiting } = home.kept(me, &all);
        wrong.extend(notes.iter().map(|note| format!("the store says: {note}")));
        for (chat, messages) in &messages {
            if let Some(Some(stretch)) = stretches.get(chat) {
                kept(&format!("store, {}", name(chat)), *stretch, messages, &records[chat], wrong);
            }
        }
        for chat in all {
            let of = |rows: &[(ChatId, String)]| -> Vec<String> {
                rows.iter().filter(|(at, _)| *at == chat).map(|(_, text)| text.clone()).collect()
            };
            if of(&waiting) != of(&kept_waiting) {
                wrong.push(format!("{} waits, kept is {}", of(&waiting).join(", "), of(&kept_waiting).join(", ")));
            }
        }
    }
    verdict
}
