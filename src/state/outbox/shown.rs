//! What waits to be told to the network, shown as done.
//!
//! Of a message whose words are shown otherwise, those that were told last are kept beside it. What shows is made of them and of all that waits, so that
//! what is taken back takes nothing else along.

use super::Outbox;
use crate::domain::kept::OutboxItem;
use crate::domain::markup::{self, Dialect};
use crate::domain::{ChatId, CleanText, Message, MessageId, MessageKey, Reaction, RichText, UserId, Wall};
use crate::state::Account;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands in place of a message that is to be deleted.
const DELETED: &str = "(deleted here; the network is not told yet)";

/// The words of a message, and what was typed for them.
pub(super) type Words = (RichText, Option<CleanText>);

/// Shows what waits as done in what was just read of a chat, from the network or from the store, or was told of it.
pub(in crate::state) fn show_waiting(account: &mut Account, chat: ChatId) {
    let waiting = account.outbox.deeds.iter().filter(|deed| deed.waits && deed.chat == chat);
    let messages: BTreeSet<MessageId> = waiting.flat_map(|deed| targets(&deed.item)).map(|key| key.id).collect();
    for id in messages {
        let known = account.timelines.get(&chat).and_then(|timeline| timeline.message(id));
        let Some(known) = known.map(|known| Arc::unwrap_or_clone(Arc::clone(known))) else { continue };
        let words = (known.body.clone(), known.typed.clone());
        let shown = with_waiting(account, chat, id, known);
        // What was just read is what it goes back to, not what was known before.
        if shown.body != words.0 {
            account.outbox.told.insert((chat, id), words);
        }
        put(account, chat, shown);
    }
}

/// A message was told anew by itself; `before`: when it was changed last, as far as that was known. While a change of it is under way, what tells of a
/// change is taken for its echo.
pub(in crate::state) fn told_anew(account: &mut Account, message: &Message, before: Option<Wall>) {
    let (chat, id) = (message.chat, message.key.id);
    if account.outbox.waiting_for(chat, id).next().is_none() {
        return;
    }
    let told = account.outbox.told.get(&(chat, id)).map(|(body, _)| body);
    let changed = message.edited != before || told.is_some_and(|told| *told != message.body);
    let known = account.timelines.get(&chat).and_then(|timeline| timeline.message(id));
    let Some(known) = known.map(|known| Message::clone(known)) else { return };
    account.outbox.told.insert((chat, id), (known.body, known.typed));
    let echoed = |item: &OutboxItem| matches!(item, OutboxItem::Edit { message, .. } if message.id == id);
    for deed in account.outbox.deeds.iter_mut().filter(|deed| changed && deed.chat == chat && deed.flies.is_some()) {
        deed.waits &= !echoed(&deed.item);
    }
    renew(account, chat, id);
}

/// Shows something as done that begins to wait, until it is known how it is.
pub(super) fn show(account: &mut Account, chat: ChatId, item: &OutboxItem) {
    let of = (account.me, account.caps.dialect);
    for message in targets(item) {
        let known = account.timelines.get(&chat).and_then(|timeline| timeline.message(message.id));
        let Some(mut known) = known.map(|known| Message::clone(known)) else { continue };
        if changes_words(item) {
            let words = || (known.body.clone(), known.typed.clone());
            account.outbox.told.entry((chat, message.id)).or_insert_with(words);
        }
        apply(item, of, &mut known);
        put(account, chat, known);
    }
}

/// Takes back what was shown as done and waits no more.
pub(super) fn undo(account: &mut Account, chat: ChatId, item: &OutboxItem) {
    if let OutboxItem::React { message, emoji, add } = item {
        let back = OutboxItem::React { message: *message, emoji: emoji.clone(), add: !add };
        return show(account, chat, &back);
    }
    for message in targets(item) {
        renew(account, chat, message.id);
    }
}

/// Something that was shown as done and waits no more is a fact now. It tells nothing else of its message. Returns the message whose words are others
/// now.
pub(super) fn settle(account: &mut Account, chat: ChatId, item: &OutboxItem) -> Option<Arc<Message>> {
    let of = (account.me, account.caps.dialect);
    match item {
        OutboxItem::Edit { message, .. } => {
            let timeline = account.timelines.get_mut(&chat);
            let known = timeline.and_then(|timeline| Some((timeline.message(message.id)?.as_ref().clone(), timeline)));
            let Some((mut known, timeline)) = known else {
                // What is read of it later says this already.
                renew(account, chat, message.id);
                return None;
            };
            let told = account.outbox.told.get(&(chat, message.id)).map(|(body, _)| body);
            let before = told.unwrap_or(&known.body).clone();
            apply(item, of, &mut known);
            account.former.add(&known, &before);
            let known = Arc::new(known);
            timeline.replace(&known, false);
            if let Some(told) = account.outbox.told.get_mut(&(chat, message.id)) {
                *told = (known.body.clone(), known.typed.clone());
            }
            renew(account, chat, message.id);
            Some(known)
        }
        OutboxItem::React { message, emoji, add } => {
            let timeline = account.timelines.get_mut(&chat)?;
            let mut known = timeline.message(message.id).cloned()?;
            let back = OutboxItem::React { message: *message, emoji: emoji.clone(), add: !add };
            apply(&back, of, Arc::make_mut(&mut known));
            timeline.show(known);
            timeline.toggle(message.id, emoji, of.0, (*add, true));
            None
        }
        OutboxItem::Delete { messages } => {
            for message in messages {
                account.outbox.told.remove(&(chat, message.id));
            }
            None
        }
        OutboxItem::MarkRead { .. } | OutboxItem::Send(_) => None,
    }
}

/// A message shows what was told of it last, and what waits.
fn renew(account: &mut Account, chat: ChatId, id: MessageId) {
    let known = account.timelines.get(&chat).and_then(|timeline| timeline.message(id));
    if let Some(known) = known.map(|known| Message::clone(known))
        && let Some((body, typed)) = account.outbox.told.get(&(chat, id)).cloned()
    {
        let shown = with_waiting(account, chat, id, Message { body, typed, ..known });
        put(account, chat, shown);
    }
    if !account.outbox.waiting_for(chat, id).any(changes_words) {
        account.outbox.told.remove(&(chat, id));
    }
}

fn put(account: &mut Account, chat: ChatId, message: Message) {
    if let Some(timeline) = account.timelines.get_mut(&chat) {
        timeline.show(Arc::new(message));
    }
}

/// Does something to a message that it is about; by whom, and how their network reads what is typed.
fn apply(item: &OutboxItem, (me, dialect): (UserId, Dialect), known: &mut Message) {
    match item {
        OutboxItem::Edit { text, .. } => {
            known.body = markup::read(text, dialect);
            known.typed = Some(CleanText::new(text));
        }
        OutboxItem::Delete { .. } => known.body = RichText::plain(CleanText::ours(DELETED)),
        OutboxItem::React { emoji, add, .. } => {
            let mut reactions = known.reactions.to_vec();
            Reaction::toggle(&mut reactions, emoji, me, *add, true);
            known.reactions = reactions.into();
        }
        OutboxItem::MarkRead { .. } | OutboxItem::Send(_) => {}
    }
}

/// Which messages something changes.
fn targets(item: &OutboxItem) -> &[MessageKey] {
    match item {
        OutboxItem::Edit { message, .. } | OutboxItem::React { message, .. } => std::slice::from_ref(message),
        OutboxItem::Delete { messages } => messages,
        OutboxItem::MarkRead { .. } | OutboxItem::Send(_) => &[],
    }
}

/// Whether something makes messages say something else.
const fn changes_words(item: &OutboxItem) -> bool {
    matches!(item, OutboxItem::Edit { .. } | OutboxItem::Delete { .. })
}

/// A message as it was told, with what was done to it and waits.
fn with_waiting(account: &Account, chat: ChatId, id: MessageId, mut told: Message) -> Message {
    for item in account.outbox.waiting_for(chat, id) {
        apply(item, (account.me, account.caps.dialect), &mut told);
    }
    told
}

impl Outbox {
    /// What was done to a message and waits to be told to the network, oldest first.
    pub fn waiting_for(&self, chat: ChatId, message: MessageId) -> impl Iterator<Item = &OutboxItem> {
        let about = move |deed: &&super::deeds::Deed| {
            deed.waits && deed.chat == chat && targets(&deed.item).iter().any(|of| of.id == message)
        };
        self.deeds.iter().filter(about).map(|deed| &deed.item)
    }

    /// Whether a message shows as deleted, and its network does not know yet.
    #[must_use]
    pub fn is_deleted(&self, chat: ChatId, message: MessageId) -> bool {
        self.waiting_for(chat, message).any(|item| matches!(item, OutboxItem::Delete { .. }))
    }

    /// A message as it is shown: with what was done to it and waits; by whom, and how their network reads what is typed.
    #[must_use]
    pub fn as_shown(&self, me: (UserId, Dialect), message: &Arc<Message>) -> Arc<Message> {
        let mut shown = Arc::clone(message);
        for item in self.waiting_for(message.chat, message.key.id) {
            apply(item, me, Arc::make_mut(&mut shown));
        }
        shown
    }
}
