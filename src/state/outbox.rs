//! Messages on their way out: typed, durable, sent, and paired with their echo.
//!
//! A row is written to the store first and sent only once it is durable. One message of a chat is in flight at a time, in the order written; a
//! failed one waits for the user and does not hold up the next, one that is not confirmed only as long as it may still arrive or be decided. The
//! acknowledgement and the echo may come in any order; the first settles the row.

pub(super) mod deeds;
mod deletions;
mod durable;
mod emoji;
mod heal;
mod held;
mod late;
mod limits;
mod parting;
mod place;
mod settle;
mod shown;
mod wishes;

use super::effect::{Effect, Effects, Outcome};
use super::event::{Ticket, Timer};
use super::front::ComposeMode;
use super::requests::Purpose;
use super::{Account, State, slow, unread};
use crate::domain::kept::OutboxStage;
use crate::domain::{
    AccountId, ChatId, ChatKey, MessageId, MessageKey, Mono, Nonce, Outgoing, Priority, Progress, Quote, Refusal,
    RefusalKind, Request, RequestId, RichText, Upload, Wall,
};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

pub(super) use deletions::gone as deleted;
pub(super) use durable::{TICKET, ask_kept, committed, found, keep};
pub(super) use heal::{find_unconfirmed, on_open, on_page, start_healing};
pub(super) use held::take_back as take_back_held;
pub(super) use late::{arrived, listed, unlisted};
pub(super) use limits::check_length;
pub(super) use parting::{Untold, release, untold};
pub(super) use place::placed;
pub(super) use settle::{acknowledged, confirm_known, echoed, refused};
pub(super) use shown::{show_waiting, told_anew};
pub(super) use wishes::{Amended, amend, discard, retry, stop, take_back, withdraw, without_file};

/// Most messages of one chat that may wait.
const ROWS: usize = 200;
/// Most confirmed messages of one chat that are remembered for matching.
const CLAIMED: usize = 64;
/// Most messages of an account of which it is remembered whether previews were wanted.
const PREVIEWS: usize = 256;
/// How long a request that could not be handed over waits for its next try.
const NOT_TAKEN: Duration = Duration::from_secs(1);

/// Own messages that are not yet the network's, by chat, oldest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outbox {
    /// By chat; no empty lists.
    pub chats: HashMap<ChatId, Vec<Pending>>,
    /// Messages known to be the network's copy of a row: never taken for the copy of another.
    claimed: HashMap<ChatId, VecDeque<MessageId>>,
    /// The last messages that went out in this run, and whether previews of their links were wanted.
    previews: VecDeque<(ChatId, MessageId, bool)>,
    /// Changes, deletions, reactions and read marks, oldest first.
    pub(super) deeds: Vec<deeds::Deed>,
    /// What messages said when they were told last, of those that are shown otherwise.
    told: HashMap<(ChatId, MessageId), shown::Words>,
    /// Rows that are over.
    dropped: VecDeque<Nonce>,
    /// The newest message of chats with rows, as far as lists of this connection told it.
    listed: BTreeMap<ChatId, MessageKey>,
}

/// A message on its way out.
#[derive(Clone, PartialEq, Debug)]
pub struct Pending {
    /// What is sent.
    pub outgoing: Arc<Outgoing>,
    /// When it was written.
    pub written: Wall,
    /// How far it is.
    pub stage: Stage,
    /// Grows with each change; a cache of its drawing is valid for one revision.
    pub revision: u32,
    /// The newest message known in its chat before it went out.
    pub(crate) known: Option<MessageKey>,
    /// Nobody can tell what is in its chat: it goes out all the same.
    pub(crate) blind: bool,
    /// The store does not know yet what it comes after.
    pub(crate) moved: bool,
    /// The store has it, or had it: it outlasts this run.
    pub(crate) durable: bool,
    /// How far it is for the store; `None` where the store does not have it.
    pub(crate) kept: Option<OutboxStage>,
    /// Was in flight when its answer got lost, for this reason: history decides before it may be sent again. One that is shown as not confirmed is decided
    /// when history can be had.
    pub(crate) doubt: Option<Refusal>,
    /// When the answer got lost.
    pub(crate) lost: Mono,
    /// It does not go again by itself though it is known not to have arrived: something written later went first, or somebody was told that it failed.
    pub(crate) stays: bool,
    /// When history was asked last whether it arrived.
    pub(crate) asked: Mono,
    /// How much of its files the network has, in bytes, and how much there is.
    pub progress: Option<(u64, u64)>,
    /// Not to be sent before.
    pub(crate) wait: Option<Mono>,
    /// How often the network asked to wait.
    pub(crate) delays: u8,
    /// Who waits for its outcome.
    pub(crate) ticket: Option<Ticket>,
}

/// How far a message on its way out is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Not yet durable.
    Committing,
    /// Waits for the connection, or for the one before it.
    Queued,
    /// Handed to the session.
    InFlight(RequestId),
    /// The network has it; its echo has not come yet.
    Sent(MessageKey),
    /// The network does not take it; waits for the user.
    Failed(Refusal),
    /// The answer did not come, in time or before the connection was lost: it may or may not have arrived. Waits for the user.
    Unconfirmed,
}

impl Outbox {
    /// What is on its way in a chat, oldest first.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> &[Pending] {
        self.chats.get(&chat).map_or(&[], Vec::as_slice)
    }

    /// What of it is to be seen: all but the newest rows while they are being made durable. Whoever sees a row can rely on it, whatever ends the program.
    #[must_use]
    pub fn shown(&self, chat: ChatId) -> &[Pending] {
        let rows = self.of(chat);
        let shown = rows.iter().rposition(|row| row.durable || row.stage != Stage::Committing);
        rows.get(..shown.map_or(0, |last| last + 1)).unwrap_or(rows)
    }

    /// The row with a nonce.
    #[must_use]
    pub fn find(&self, chat: ChatId, nonce: Nonce) -> Option<&Pending> {
        self.of(chat).iter().find(|row| row.outgoing.nonce == nonce)
    }

    fn find_mut(&mut self, chat: ChatId, nonce: Nonce) -> Option<&mut Pending> {
        self.chats.get_mut(&chat)?.iter_mut().find(|row| row.outgoing.nonce == nonce)
    }

    fn take(&mut self, chat: ChatId, nonce: Nonce) -> Option<Pending> {
        let rows = self.chats.get_mut(&chat)?;
        let row = rows.remove(rows.iter().position(|row| row.outgoing.nonce == nonce)?);
        if rows.is_empty() {
            self.chats.remove(&chat);
        }
        Some(row)
    }

    fn claim(&mut self, chat: ChatId, message: MessageId) {
        let claimed = self.claimed.entry(chat).or_default();
        if !claimed.contains(&message) {
            claimed.push_back(message);
            if claimed.len() > CLAIMED {
                claimed.pop_front();
            }
        }
    }

    /// A row has become a message: how it was sent is remembered, as far as its network does not tell it.
    fn note_sent(&mut self, chat: ChatId, nonce: Nonce, message: MessageId) {
        let Some(wanted) = self.find(chat, nonce).map(|row| !row.outgoing.no_previews) else { return };
        self.previews.retain(|(of, known, _)| (*of, *known) != (chat, message));
        self.previews.push_back((chat, message, wanted));
        if self.previews.len() > PREVIEWS {
            self.previews.pop_front();
        }
    }

    /// What the network told last of what a message says, where it is shown otherwise.
    pub(super) fn told_text(&self, chat: ChatId, message: MessageId) -> Option<&RichText> {
        self.told.get(&(chat, message)).map(|(text, _)| text)
    }

    /// Whether previews of links were wanted for a message, where it was sent in this run.
    fn wanted_previews(&self, chat: ChatId, message: MessageId) -> Option<bool> {
        self.previews.iter().find(|(of, known, _)| (*of, *known) == (chat, message)).map(|(.., wanted)| *wanted)
    }

    /// Rows that wait for the user in chats that are not here, in the order of the chats.
    pub(super) fn stranded(&self, is_here: impl Fn(ChatId) -> bool) -> Vec<(ChatId, Nonce)> {
        let waits = |row: &&Pending| matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed);
        let lost = self.busy().into_iter().filter(|chat| !is_here(*chat));
        lost.flat_map(|chat| self.of(chat).iter().filter(waits).map(move |row| (chat, row.outgoing.nonce))).collect()
    }

    /// Chats with rows, in a fixed order.
    fn busy(&self) -> Vec<ChatId> {
        let mut chats: Vec<ChatId> = self.chats.keys().copied().collect();
        chats.sort_unstable();
        chats
    }
}

impl Pending {
    /// Whether the network cannot have it: it has not been handed over, or is known not to have arrived.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        matches!(self.stage, Stage::Committing | Stage::Queued) && self.doubt.is_none()
    }

    /// Whether it failed and would fail again as it is.
    #[must_use]
    pub fn needs_change(&self) -> bool {
        matches!(&self.stage, Stage::Failed(refusal) if refusal.needs_change())
    }

    /// Whether the store has it: it goes out, however this run ends.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.kept.is_some() && self.stage != Stage::Committing
    }

    /// Whether its text can still be changed: not while the store is being told of it, since it goes as soon as that has answered.
    #[must_use]
    pub fn can_change(&self) -> bool {
        self.stage == Stage::Queued && self.doubt.is_none()
    }

    fn set(&mut self, stage: Stage) {
        self.stage = stage;
        self.progress = None;
        self.revision = self.revision.wrapping_add(1);
    }
}

/// What is to be written. The network's own emoji in the text are found by their names.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) verbatim: bool,
    pub(super) reply_to: Option<MessageId>,
    pub(super) quiet: bool,
    pub(super) quote: Option<Quote>,
    pub(super) no_previews: bool,
    pub(super) attachments: Vec<Upload>,
    pub(super) ticket: Option<Ticket>,
}

/// When the next of an account's messages that wait before they are sent has waited long enough. For how long a network takes nothing is not theirs:
/// it may be shortened at any time.
#[must_use]
pub fn next(account: &Account, now: Mono) -> Option<Mono> {
    let chats = &account.outbox.chats;
    let own = chats.values().flatten().filter_map(|row| row.wait).filter(|until| *until > now);
    let queued = |row: &Pending| row.stage == Stage::Queued && row.doubt.is_none();
    let held = chats.iter().filter(|(_, rows)| account.is_signed_in() && turn(rows).is_some_and(queued));
    own.chain(deeds::next(account, now))
        .chain(late::next(account, now))
        .chain(held.filter_map(|(chat, _)| slow::until(account, *chat, now)))
        .min()
}

/// The row of a chat whose turn it is; none while one is in flight, be it one that failed and is tried again.
fn turn(rows: &[Pending]) -> Option<&Pending> {
    let flies = rows.iter().any(|row| matches!(row.stage, Stage::InFlight(_)));
    let over = |row: &Pending| matches!(row.stage, Stage::Failed(_) | Stage::Unconfirmed | Stage::Sent(_));
    rows.iter().find(|row| !over(row)).filter(|_| !flies)
}

/// Whether a row could be handed over now.
fn may_go(account: &Account, chat: ChatId, nonce: Nonce, now: Mono) -> bool {
    let is_next = turn(account.outbox.of(chat)).is_some_and(|row| row.outgoing.nonce == nonce);
    is_next && account.is_signed_in() && slow::until(account, chat, now).is_none() && !late::holds(account, chat, now)
}

/// Writes a message to the outbox and asks for it to be made durable. Says why if it cannot be taken.
pub(super) fn write(state: &mut State, chat: ChatKey, draft: Draft, fx: &mut Effects) -> Result<Nonce, Box<Refusal>> {
    let nonce = Nonce(state.random.u64(1..));
    let (written, now, first) = (state.now.wall, state.now.mono, state.recall.awaits_outbox == 0);
    let quote = quoted(state, chat, draft.reply_to);
    let Some(account) = state.core.accounts.iter_mut().find(|account| account.id == chat.account) else {
        return Err(Box::new(Refusal::ours(RefusalKind::NotFound, "there is no such account")));
    };
    check_length(account, &draft.text)?;
    limits::check_files(account, &draft.attachments)?;
    if account.outbox.of(chat.chat).len() >= ROWS {
        let why = "too many messages are waiting here; retry or discard some";
        return Err(Box::new(Refusal::ours(RefusalKind::RateLimited, why)));
    }
    let known = place::newest(account, chat.chat);
    let looks = known.is_none() && place::may_look(account, state.front.as_ref(), chat.chat);
    let emoji = if draft.verbatim { Box::default() } else { emoji::used(account, chat.chat, &draft.text) };
    let outgoing = Arc::new(Outgoing {
        chat: chat.chat,
        nonce,
        text: draft.text,
        verbatim: draft.verbatim,
        reply_to: draft.reply_to,
        quiet: draft.quiet,
        quote: draft.quote.filter(|_| account.caps.quotes),
        no_previews: draft.no_previews && account.caps.previews,
        emoji,
        attachments: draft.attachments,
    });
    let outgoing = match quote {
        Some(quote) => Arc::new(Outgoing { quote: Some(quote), ..Arc::unwrap_or_clone(outgoing) }),
        None => outgoing,
    };
    account.outbox.chats.entry(chat.chat).or_default().push(Pending {
        outgoing,
        written,
        stage: Stage::Committing,
        revision: 0,
        known,
        blind: false,
        moved: false,
        durable: false,
        kept: None,
        doubt: None,
        lost: Mono(0),
        stays: false,
        asked: Mono(0),
        progress: None,
        wait: None,
        delays: 0,
        ticket: draft.ticket,
    });
    let goes = first && !looks && may_go(account, chat.chat, nonce, now);
    durable::commit(account, chat, nonce, if goes { OutboxStage::InFlight } else { OutboxStage::Waiting }, fx);
    unread::written(state, chat);
    state.touch();
    Ok(nonce)
}

/// The part that is answered, where it was chosen in the open chat.
fn quoted(state: &State, chat: ChatKey, reply_to: Option<MessageId>) -> Option<Quote> {
    let pane = &state.front.as_ref()?.pane;
    let (of, quote) = pane.quote.as_ref().filter(|(of, _)| pane.chat == Some(chat) && reply_to == Some(of.id))?;
    (pane.mode == ComposeMode::Reply(*of)).then(|| quote.clone())
}

/// The network has taken so much of the files of a message.
pub(super) fn progressed(state: &mut State, account: AccountId, progress: Progress) {
    let Some(known) = state.core.account_mut(account) else { return };
    let Some(Purpose::Send(chat, nonce)) = known.requests.open.get(&progress.request) else { return };
    let (chat, nonce) = (*chat, *nonce);
    let Some(row) = known.outbox.find_mut(chat, nonce) else { return };
    if row.stage == Stage::InFlight(progress.request) {
        row.progress = Some((progress.done, progress.total));
        row.revision = row.revision.wrapping_add(1);
        state.touch();
    }
}

/// Sends the first message of a chat that can be sent, if none is in flight.
pub(super) fn pump(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    // What earlier runs wrote goes first.
    if state.recall.awaits_outbox > 0 {
        return;
    }
    let now = state.now.mono;
    let durable = state.is_kept(chat.account);
    let Some(account) = state.core.account_mut(chat.account) else { return };
    if !account.is_signed_in() {
        return;
    }
    let slow = slow::until(account, chat.chat, now);
    let Some(row) = turn(account.outbox.of(chat.chat)) else { return };
    if row.stage != Stage::Queued || row.doubt.is_some() || row.wait.is_some_and(|until| until > now) {
        return;
    }
    if slow.is_some() || late::holds(account, chat.chat, now) {
        return arm(state, fx);
    }
    if row.known.is_none() && !row.blind && place::look(state, chat, fx) {
        return;
    }
    let Some(account) = state.core.account_mut(chat.account) else { return };
    let Some(row) = turn(account.outbox.of(chat.chat)) else { return };
    let nonce = row.outgoing.nonce;
    let request = Request::Send(Arc::clone(&row.outgoing));
    if durable && (row.moved || row.kept != Some(OutboxStage::InFlight)) {
        // It goes once the store knows that it may have gone.
        if let Some(account) = state.core.account_mut(chat.account) {
            durable::commit(account, chat, nonce, OutboxStage::InFlight, fx);
        }
        return state.touch();
    }
    let Some(id) = state.ask(chat.account, request, Priority::User, Purpose::Send(chat.chat, nonce), fx) else {
        return;
    };
    let rows = state.core.account_mut(chat.account).and_then(|account| account.outbox.chats.get_mut(&chat.chat));
    if let Some(rows) = rows
        && let Some(at) = rows.iter().position(|row| row.outgoing.nonce == nonce)
    {
        late::overtake(rows, at);
        if let Some(row) = rows.get_mut(at) {
            row.set(Stage::InFlight(id));
            row.wait = None;
        }
    }
    state.touch();
}

/// Sends what can be sent in every chat of an account.
pub(super) fn pump_all(state: &mut State, account: AccountId, fx: &mut Effects) {
    let chats = state.core.account(account).map(|account| account.outbox.busy()).unwrap_or_default();
    for chat in chats {
        pump(state, ChatKey::new(account, chat), fx);
    }
    deeds::pump(state, account, fx);
}

/// The session did not take it: it waits, and is tried again in a while or once the connection stands.
pub(super) fn not_taken(state: &mut State, chat: ChatKey, nonce: Nonce, fx: &mut Effects) {
    let until = state.now.mono.plus(NOT_TAKEN);
    let Some(row) = state.core.account_mut(chat.account).and_then(|account| account.outbox.find_mut(chat.chat, nonce))
    else {
        return;
    };
    row.set(Stage::Queued);
    row.wait = Some(until);
    state.touch();
    arm(state, fx);
}

/// The timer rang: what has waited long enough is sent.
pub(super) fn waited(state: &mut State, fx: &mut Effects) {
    let accounts: Vec<AccountId> = state.core.accounts.iter().map(|account| account.id).collect();
    for account in accounts {
        start_healing(state, account, fx);
        pump_all(state, account, fx);
    }
    arm(state, fx);
}

/// Arms the timer for the row that waits the shortest.
fn arm(state: &State, fx: &mut Effects) {
    let now = state.now.mono;
    if let Some(until) = state.core.accounts.iter().filter_map(|account| next(account, now)).min() {
        fx.push(Effect::Arm(Timer::OutboxRetry, until));
    }
}

/// Somebody else is signed in: what the one before wrote is not sent by itself. What the store has of it waits there for whom it is of.
pub(super) fn disown(account: &mut Account, is_kept: bool, fx: &mut Effects) {
    let refusal = Refusal::ours(RefusalKind::Forbidden, "written as another person");
    account.outbox.claimed.clear();
    account.outbox.deeds.clear();
    account.outbox.told.clear();
    account.outbox.previews.clear();
    for chat in account.outbox.busy() {
        let Some(rows) = account.outbox.chats.get_mut(&chat) else { continue };
        // Those that the network has are out already.
        rows.retain_mut(|row| {
            let stays = is_kept && row.kept.is_some();
            if stays {
                tell(row, || Outcome::Refused(refusal.clone()), fx);
            }
            !stays && !matches!(row.stage, Stage::Sent(_))
        });
        for row in rows.iter_mut() {
            row.doubt = None;
            row.wait = None;
            row.set(Stage::Failed(refusal.clone()));
            tell(row, || Outcome::Refused(refusal.clone()), fx);
        }
    }
    account.outbox.chats.retain(|_, rows| !rows.is_empty());
}

/// Tells whoever waits for a row.
fn tell(row: &mut Pending, outcome: impl FnOnce() -> Outcome, fx: &mut Effects) {
    if let Some(ticket) = row.ticket.take() {
        fx.push(Effect::Outcome(ticket, outcome()));
    }
}
