//! Changes, deletions, reactions and read marks on their way out.
//!
//! With a connection they go at once, and the store is told of them in the same breath. Without one, or when it was lost before the answer or asked to wait, they
//! are shown as done, and go in order once the connection stands. Each can be said twice without harm, so nothing has to be known of one that was on its
//! way when its run ended: the next run says it again. A newer one takes the place of an older one that waits for the same thing.
//!
//! Changes and deletions are held back for some seconds, shown as done, so that they can be taken back. One that is held stands in nobody's way. Without a
//! store nothing is held, since it would be lost with the end of the run.

use super::settle::LONGEST_PAUSE;
use super::{arm, deletions, emoji, shown};
use crate::domain::kept::{OutboxItem, OutboxRow, OutboxStage, Write};
use crate::domain::parts::{self, Leads, LinkPart};
use crate::domain::{
    AccountId, ChatId, ChatKey, Message, MessageId, Mono, Nonce, Priority, Refusal, RefusalKind, Reply, Request,
    RequestId, Wall,
};
use crate::state::effect::{Effect, Effects};
use crate::state::requests::Purpose;
use crate::state::ui::{changing, quit};
use crate::state::{Account, State, keep, messages};
use std::time::Duration;

/// Most that wait for one account.
const MOST: usize = 500;
/// How long to wait when a network asks to without saying how long, and after a session took nothing.
const PAUSE: Duration = Duration::from_secs(3);
/// Milliseconds after which a network has looked at what links lead to.
const PREVIEWED: i64 = 60_000;

/// Something small on its way out.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Deed {
    pub(super) chat: ChatId,
    pub(super) nonce: Nonce,
    pub(super) item: OutboxItem,
    pub(super) written: Wall,
    /// Its request.
    pub(super) flies: Option<RequestId>,
    /// It, or what it took the place of, was handed over before: whether that arrived nobody knows.
    pub(super) flew: bool,
    /// The store has it, as far as is known, and no newer one about the same thing.
    pub(super) kept: bool,
    /// The store was told of it, and may have it: it is told when it is over.
    pub(super) stored: bool,
    /// It is shown as done.
    pub(super) waits: bool,
    /// A newer one about the same thing was handed over after it: it is not said again.
    pub(super) passed: bool,
    /// Not to be sent before.
    pub(super) wait: Option<Mono>,
    /// Held back until then, so that the user can take it back.
    pub(super) held: Option<Mono>,
    /// What was typed for changes that it took the place of.
    pub(super) typed: Vec<String>,
}

/// Whether two are about the same thing, so that the newer one is all that counts.
pub(super) fn same_target(one: &OutboxItem, other: &OutboxItem) -> bool {
    use OutboxItem::{Delete, Edit, MarkRead, React};
    match (one, other) {
        (Edit { message, .. }, Edit { message: of, .. }) => message == of,
        // What is deleted need not be changed.
        (Edit { message, .. }, Delete { messages }) => messages.contains(message),
        (Delete { messages }, Delete { messages: of }) => messages == of,
        (React { message, emoji, .. }, React { message: of, emoji: with, .. }) => (message, emoji) == (of, with),
        (MarkRead { .. }, MarkRead { .. }) => true,
        _ => false,
    }
}

/// What is to be said for it. A change says anew which of the network's own emoji it uses, and that no previews were wanted.
fn request(account: &Account, deed: &Deed, now: Wall) -> Option<Request> {
    let chat = deed.chat;
    Some(match deed.item.clone() {
        OutboxItem::Edit { message, text } => {
            let known = account.timelines.get(&chat).and_then(|timeline| timeline.message(message.id));
            let no_previews =
                account.caps.previews && known.is_some_and(|known| wants_no_previews(account, known, now));
            let emoji = emoji::used(account, chat, &text);
            Request::Edit { chat, message, text, emoji, no_previews }
        }
        OutboxItem::Delete { messages } => Request::Delete { chat, messages },
        OutboxItem::React { message, emoji, add } => Request::React { chat, message, emoji, add },
        OutboxItem::MarkRead { upto, back } => Request::MarkRead { chat, upto, back },
        // Messages have rows of their own.
        OutboxItem::Send(_) => return None,
    })
}

/// Whether no previews of links were wanted for a message. Of one that was sent in this run it is known; of another, one that has had the time for
/// previews of its links tells by having none.
fn wants_no_previews(account: &Account, message: &Message, now: Wall) -> bool {
    if let Some(wanted) = account.outbox.wanted_previews(message.chat, message.key.id) {
        return !wanted;
    }
    let settled = message.at.is_none_or(|at| now.0.saturating_sub(at.0) >= PREVIEWED);
    let web = |part: LinkPart<'_>| matches!(part.to, Leads::Web(_));
    settled && message.embeds.is_empty() && parts::links(message).any(web)
}

/// Does something: at once where there is a connection and nothing waits before it, else as soon as there is.
pub(in crate::state) fn put(state: &mut State, chat: ChatKey, item: OutboxItem, fx: &mut Effects) {
    let nonce = Nonce(state.random.u64(1..));
    let (written, first) = (state.now.wall, state.recall.awaits_outbox == 0);
    let pause = state.settings.undo_seconds;
    let holds = matches!(item, OutboxItem::Edit { .. } | OutboxItem::Delete { .. })
        && !pause.is_zero()
        && state.front.is_some()
        && state.is_kept(chat.account)
        && state.core.account(chat.account).is_some_and(Account::is_signed_in);
    let held = holds.then(|| state.now.mono.plus(pause));
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let deeds = &mut account.outbox.deeds;
    let is_same = |deed: &Deed| deed.chat == chat.chat && same_target(&deed.item, &item);
    let full = deeds.len() >= MOST && !deeds.iter().any(|deed| deed.flies.is_none() && is_same(deed));
    let (mut undone, mut flew) = (false, false);
    // What is shown as done stays shown, with this instead.
    let showed = deeds.iter().any(|deed| deed.waits && is_same(deed));
    let mut gone = Vec::new();
    let mut typed = Vec::new();
    // One that is under way cannot be taken back; what takes its place goes after it.
    deeds.retain_mut(|deed| {
        let replaced = !full && deed.flies.is_none() && is_same(deed);
        if replaced {
            flew |= deed.flew;
            typed.append(&mut deed.typed);
            if let OutboxItem::Edit { text, .. } = &deed.item {
                typed.push(text.clone());
            }
            undone |= matches!((&deed.item, &item), (OutboxItem::React { add, .. }, OutboxItem::React { add: now, .. }) if add != now);
            gone.push(deed.nonce);
        }
        !replaced
    });
    // Two that undo each other come to nothing, unless the network may have the first.
    let undone = undone && !flew;
    let waiting = deeds.iter().any(|deed| deed.flies.is_none() && deed.held.is_none());
    let deed = Deed {
        chat: chat.chat,
        nonce,
        item,
        written,
        flies: None,
        flew,
        kept: false,
        stored: false,
        waits: false,
        passed: false,
        wait: None,
        held,
        typed,
    };
    if !undone && !full {
        deeds.push(deed.clone());
    }
    for nonce in gone {
        account.outbox.drop_kept(chat, nonce, fx);
    }
    if undone {
        shown::show(account, chat.chat, &deed.item);
        return state.touch();
    }
    if full {
        let sentence = "Too much waits for the connection already; nothing is changed";
        return match (deed.item, &mut state.front) {
            (OutboxItem::Edit { text, .. }, Some(front)) => {
                front.pane.composer.keep(&text);
                state.notice_of(format!("{sentence}. For what you wrote"), Some("yank"), true, fx);
            }
            _ => state.notice(sentence, true, fx),
        };
    }
    let online = state.core.account(chat.account).is_some_and(Account::is_signed_in);
    if holds {
        wait(state, chat.account, nonce, fx);
        let what = if matches!(deed.item, OutboxItem::Edit { .. }) { "Changed" } else { "Deleted" };
        let saved = state.core.chat(chat).is_some_and(|(_, chat)| matches!(chat.kind, crate::domain::ChatKind::Saved));
        let text =
            format!("{what}{} in {} s; to take it back", if saved { "" } else { " for others" }, pause.as_secs());
        state.notice_of(text, Some("take-back"), false, fx);
        return arm(state, fx);
    }
    if !online || waiting || !first {
        return wait(state, chat.account, nonce, fx);
    }
    if showed {
        // What it takes the place of is shown; so is this, as long as nobody has answered.
        wait(state, chat.account, nonce, fx);
        return pump(state, chat.account, fx);
    }
    // A read mark that is lost says too little, and the next one makes up for it; there are many of them.
    if let Some(known) = state.core.account_mut(chat.account)
        && !matches!(deed.item, OutboxItem::MarkRead { .. })
    {
        keep_deed(known, nonce, fx);
    }
    hand_over(state, chat.account, nonce, fx);
}

/// Tells the store of one that it does not have. It lets go of others about the same thing: those come back if this one is taken back.
pub(super) fn keep_deed(account: &mut Account, nonce: Nonce, fx: &mut Effects) {
    let id = account.id;
    let deeds = &mut account.outbox.deeds;
    let Some(at) = deeds.iter().position(|deed| deed.nonce == nonce && !deed.kept) else { return };
    let (before, rest) = deeds.split_at_mut(at);
    let Some((deed, after)) = rest.split_first_mut() else { return };
    let is_same = |other: &Deed| other.chat == deed.chat && same_target(&other.item, &deed.item);
    if after.iter().any(|newer| newer.kept && is_same(newer)) {
        return;
    }
    before.iter_mut().filter(|older| is_same(older)).for_each(|older| older.kept = false);
    (deed.kept, deed.stored) = (true, true);
    let row = OutboxRow {
        chat: ChatKey::new(id, deed.chat),
        nonce,
        item: deed.item.clone(),
        written: deed.written,
        known: None,
        stage: OutboxStage::Waiting,
    };
    fx.push(Effect::keep(Write::PutOutbox(Box::new(row))));
}

/// It has to wait: it is kept, and shown as done.
fn wait(state: &mut State, account: AccountId, nonce: Nonce, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(account) else { return };
    let Some(deed) = known.outbox.deeds.iter_mut().find(|deed| deed.nonce == nonce) else { return };
    let shows = std::mem::replace(&mut deed.waits, true);
    let (chat, item) = (deed.chat, deed.item.clone());
    keep_deed(known, nonce, fx);
    if !shows {
        shown::show(known, chat, &item);
    }
    state.touch();
}

fn hand_over(state: &mut State, account: AccountId, nonce: Nonce, fx: &mut Effects) {
    let Some(known) = state.core.account(account) else { return };
    let Some(deed) = known.outbox.deeds.iter().find(|deed| deed.nonce == nonce) else { return };
    let Some(request) = request(known, deed, state.now.wall) else { return };
    let Some(id) = state.ask(account, request, Priority::User, Purpose::Deed(nonce), fx) else { return };
    if let Some(known) = state.core.account_mut(account)
        && let Some(deed) = known.outbox.deeds.iter_mut().find(|deed| deed.nonce == nonce)
    {
        deed.flies = Some(id);
        deed.flew = true;
        (deed.wait, deed.held) = (None, None);
        let (of, item) = (deed.chat, deed.item.clone());
        let older = known.outbox.deeds.iter_mut().take_while(|deed| deed.nonce != nonce);
        older.filter(|older| older.chat == of && same_target(&older.item, &item)).for_each(|older| older.passed = true);
    }
}

/// Hands over the next one that waits, if none is under way.
pub(super) fn pump(state: &mut State, account: AccountId, fx: &mut Effects) {
    // What earlier runs did goes first.
    if state.recall.awaits_outbox > 0 {
        return;
    }
    let now = state.now.mono;
    let Some(known) = state.core.account(account).filter(|known| known.is_signed_in()) else { return };
    let deeds = &known.outbox.deeds;
    if deeds.iter().any(|deed| deed.flies.is_some()) {
        return;
    }
    let Some(next) = deeds.iter().find(|deed| deed.may_go(now)) else { return };
    match next.wait.filter(|until| *until > now) {
        Some(_) => arm(state, fx),
        None => hand_over(state, account, next.nonce, fx),
    }
}

/// When the next one that waits has waited long enough.
pub(super) fn next(account: &Account, now: Mono) -> Option<Mono> {
    let deeds = &account.outbox.deeds;
    let held = deeds.iter().filter_map(|deed| deed.held);
    let first = deeds.iter().find(|deed| deed.may_go(now)).and_then(|deed| deed.wait);
    held.chain(first).filter(|until| *until > now).min()
}

/// Whether it may be said again soon: one that would have to wait for very long would hold up all behind it without a word.
fn is_for_now(refusal: &Refusal) -> bool {
    match refusal.kind {
        RefusalKind::LinkLost => true,
        RefusalKind::RateLimited => refusal.retry_after.is_none_or(|pause| pause <= LONGEST_PAUSE),
        _ => false,
    }
}

/// The network has done it, or why not.
pub(in crate::state) fn answered(
    state: &mut State,
    account: AccountId,
    nonce: Nonce,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let now = state.now.mono;
    let Some(known) = state.core.account_mut(account) else { return };
    let Some(at) = known.outbox.deeds.iter().position(|deed| deed.nonce == nonce) else { return };
    let Some(deed) = known.outbox.deeds.get_mut(at) else { return };
    deed.flies = None;
    let several = matches!(&deed.item, OutboxItem::Delete { messages } if messages.len() > 1);
    let deletes = matches!(deed.item, OutboxItem::Delete { .. });
    let gone = |refusal: &Refusal| deletes && refusal.kind == RefusalKind::NotFound;
    match outcome {
        Err(refusal) if several && refusal.kind == RefusalKind::NotFound => {
            deletions::one_by_one(state, account, nonce, fx);
        }
        // What came after it says it all.
        Err(refusal) if is_for_now(&refusal) && deed.passed => {
            let deed = known.outbox.deeds.remove(at);
            if deed.stored {
                known.outbox.drop_kept(ChatKey::new(account, deed.chat), nonce, fx);
            }
            if deed.waits {
                shown::undo(known, deed.chat, &deed.item);
            }
            pump(state, account, fx);
        }
        Err(refusal) if is_for_now(&refusal) => {
            deed.wait = Some(now.plus(refusal.retry_after.unwrap_or(PAUSE)));
            wait(state, account, nonce, fx);
            arm(state, fx);
        }
        outcome => {
            // What is gone already is as good as deleted.
            let refused = outcome.err().filter(|refusal| !gone(refusal));
            let deed = known.outbox.deeds.remove(at);
            let chat = ChatKey::new(account, deed.chat);
            if deed.stored {
                known.outbox.drop_kept(chat, nonce, fx);
            }
            match refused {
                Some(refusal) => {
                    if deed.waits {
                        shown::undo(known, chat.chat, &deed.item);
                    }
                    tell(state, chat, deed.item, &refusal, fx);
                }
                // What the network counted before says nothing any more.
                None if matches!(deed.item, OutboxItem::MarkRead { .. }) => messages::recount(state, chat, fx),
                // Of a message that was gone already nothing else tells.
                None if deed.waits || deletes => done(state, chat, &deed.item, fx),
                // Its echo tells.
                None => {}
            }
            pump(state, account, fx);
        }
    }
    state.touch();
}

/// One that waited is a fact now, whether or not its echo comes.
fn done(state: &mut State, chat: ChatKey, item: &OutboxItem, fx: &mut Effects) {
    let told = state.stamps.told();
    if let OutboxItem::Delete { messages } = item {
        let messages: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        messages::deleted(state, chat.account, chat.chat, &messages, fx);
    }
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let fact = shown::settle(account, chat.chat, item);
    match item {
        OutboxItem::Edit { .. } => {
            if let Some(fact) = fact {
                keep::changed(account, &fact, false, told);
            }
        }
        OutboxItem::React { message, emoji, add } => {
            let me = account.me;
            keep::toggled(account, chat.chat, message.id, (emoji.clone(), me, *add), told);
        }
        OutboxItem::Delete { .. } | OutboxItem::MarkRead { .. } | OutboxItem::Send(_) => {}
    }
}

fn tell(state: &mut State, chat: ChatKey, item: OutboxItem, refusal: &Refusal, fx: &mut Effects) {
    let deletes = matches!(item, OutboxItem::Delete { .. });
    let what = match item {
        OutboxItem::Edit { message, text } => return changing::edit_refused(state, chat, message, text, refusal, fx),
        OutboxItem::Delete { messages } if messages.len() > 1 => "Not all were deleted",
        OutboxItem::Delete { .. } => "Not deleted",
        OutboxItem::React { .. } => "No reaction",
        // The next one tells the network.
        OutboxItem::MarkRead { .. } | OutboxItem::Send(_) => return,
    };
    let sentence = format!("{what}: {}", refusal.text);
    if deletes {
        return quit::refused(state, chat.account, sentence, None, fx);
    }
    state.notice_about(chat.account, sentence, None, true, fx);
}

/// One could not be made durable: it goes out all the same if this run lasts.
pub(super) fn not_kept(state: &mut State, chat: ChatKey, nonce: Nonce, why: &str, fx: &mut Effects) {
    let known = state.core.account_mut(chat.account);
    let deed = known.and_then(|known| known.outbox.deeds.iter_mut().find(|deed| deed.nonce == nonce));
    if deed.map(|deed| deed.kept = false).is_some() {
        state.notice_about(chat.account, format!("What you changed is kept for this run only: {why}"), None, true, fx);
    }
}

/// One of an earlier run goes on waiting.
pub(super) fn restore(account: &mut Account, row: &OutboxRow) {
    let known = account.outbox.deeds.iter().any(|deed| deed.nonce == row.nonce);
    if known || account.outbox.dropped.contains(&row.nonce) {
        return;
    }
    let (chat, item) = (row.chat.chat, row.item.clone());
    let deed = Deed {
        chat,
        nonce: row.nonce,
        item,
        written: row.written,
        flies: None,
        // It may have, when its run ended.
        flew: true,
        kept: true,
        stored: true,
        waits: true,
        passed: false,
        wait: None,
        held: None,
        typed: Vec::new(),
    };
    let at = account.outbox.deeds.iter().take_while(|deed| deed.written <= row.written).count();
    account.outbox.deeds.insert(at, deed);
}
