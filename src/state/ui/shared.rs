//! Lists of what is pinned in a chat, and of the files and links that were shared there, to go to them.
//!
//! No network lists files or links: what is in memory and what is stored is looked through. The list says what was not.

use super::message::{self, quoted};
use super::picker::{Beside, PickItem, Picker, SHOWN};
use crate::domain::kept::{Listed, Marked};
use crate::domain::{
    Attachment, ChatKey, CommunityId, Message, MessageId, MessageKey, Permissions, Priority, Refusal, Reply, Request,
    parts, size,
};
use crate::state::action::{Action, FileAction, Going, Listing};
use crate::state::downloads::Wanted;
use crate::state::effect::Effects;
use crate::state::front::{Overlay, PickKind};
use crate::state::requests::Purpose;
use crate::state::ui::act;
use crate::state::{Account, State, history, names, offered, permit, pins, recall, roster};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Messages that are asked of the store at once.
const PAGE: u32 = 300;
/// Most messages that are gathered.
const MOST: usize = 1_500;

/// What is listed of a chat.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shared {
    chat: ChatKey,
    what: Listing,
    messages: BTreeMap<MessageKey, Arc<Message>>,
    /// What is stored before this place was not looked at.
    further: Option<MessageKey>,
    /// Whether the store, and whether the network is being asked.
    asking: (bool, bool),
    /// The network was asked and did not say.
    refused: bool,
}

const fn marked(what: Listing) -> Option<Marked> {
    match what {
        Listing::Pins => None,
        Listing::Files => Some(Marked::Files),
        Listing::Links => Some(Marked::Links),
    }
}

/// The user wants to see what there is.
pub(super) fn list(state: &mut State, what: Listing, fx: &mut Effects) {
    let open = state.front.as_ref().and_then(|front| front.pane.chat.filter(|_| front.pane.forum.is_none()));
    let Some((chat, account)) = open.and_then(|chat| Some((chat, state.core.account(chat.account)?))) else {
        return state.notice("No chat is open of which something could be listed", true, fx);
    };
    if let Some(why) = offered::unlisted(&account.caps, &Going::Listed(what)) {
        return state.notice(why, true, fx);
    }
    let has = |message: &Message| match marked(what) {
        Some(marked) => marked.is_in(message, account.me),
        None => message.pinned,
    };
    let signed_in = account.is_signed_in();
    let timeline = account.timelines.get(&chat.chat);
    let loaded = timeline.into_iter().flat_map(|all| all.iter()).map(|entry| &entry.message);
    let messages = loaded.filter(|message| has(message)).map(|message| (message.key, Arc::clone(message))).collect();
    let (store, network) = match marked(what) {
        Some(marked) => (recall::marked(state, chat, (marked, None), PAGE, fx), false),
        None => (recall::pinned(state, chat, fx), signed_in),
    };
    if network {
        state.ask(chat.account, Request::FetchPinned(chat.chat), Priority::User, Purpose::Pins(chat.chat), fx);
    }
    if let Some(front) = &mut state.front {
        front.shared = Some(Shared { chat, what, messages, further: None, asking: (store, network), refused: false });
        front.overlays.push(Overlay::pick(PickKind::Listed { chat, what }, Picker::default()));
    }
    renew(state);
}

/// What is listed, while its list is open.
fn listed(state: &mut State, chat: ChatKey, of: Listing) -> Option<&mut Shared> {
    let shared = state.front.as_mut().and_then(|front| front.shared.as_mut());
    shared.filter(|shared| (shared.chat, shared.what) == (chat, of))
}

/// What was gathered goes with its list.
pub(in crate::state) fn keep(state: &mut State) {
    let Some(front) = &mut state.front else { return };
    let is_listed = |kind: &PickKind| matches!(kind, PickKind::Listed { .. });
    if front.shared.is_some() && !front.overlays.iter().any(|overlay| overlay.picks(is_listed).is_some()) {
        front.shared = None;
    }
}

/// Messages of a chat were deleted, or are pinned no more: they leave the list. `pins`: that of pinned ones alone.
pub(in crate::state) fn gone(state: &mut State, chat: ChatKey, messages: &[MessageId], pins: bool) {
    let shared = state.front.as_mut().and_then(|front| front.shared.as_mut());
    let Some(shared) = shared.filter(|shared| shared.chat == chat && (!pins || shared.what == Listing::Pins)) else {
        return;
    };
    let before = shared.messages.len();
    shared.messages.retain(|key, _| !messages.contains(&key.id));
    if shared.messages.len() != before {
        renew(state);
    }
}

/// A message of a chat is told anew: it comes to the list of those that are pinned, or leaves it.
pub(in crate::state) fn changed(state: &mut State, chat: ChatKey, message: &Arc<Message>) {
    if !message.pinned {
        gone(state, chat, &[message.key.id], true);
    } else if let Some(shared) = listed(state, chat, Listing::Pins) {
        shared.messages.insert(message.key, Arc::clone(message));
        renew(state);
    }
}

/// The list shows what has been gathered.
fn renew(state: &mut State) {
    let Some(shared) = state.front.as_ref().and_then(|front| front.shared.as_ref()) else { return };
    let (chat, what) = (shared.chat, shared.what);
    let (items, cut) = items(state, shared);
    let note = note(state, shared, (items.is_empty(), cut));
    let Some(front) = &mut state.front else { return };
    for overlay in &mut front.overlays {
        if let Overlay::Pick(pick) = overlay
            && pick.kind == (PickKind::Listed { chat, what })
        {
            let of = items.len();
            let further = pick.picker.item().is_some_and(|item| item.action == Action::Going(Going::Further));
            let at = pick.picker.selected;
            pick.picker.renew(items, of);
            // Who looked further back goes on with the first that is new.
            if further {
                pick.picker.selected = at.min(pick.picker.shown.len().saturating_sub(1));
            }
            pick.picker.note = note;
            break;
        }
    }
    state.touch();
}

/// What is not in the list.
fn note(state: &State, shared: &Shared, (empty, cut): (bool, bool)) -> &'static str {
    let account = state.core.account(shared.chat.account);
    let timeline = history::timeline_of(&state.core.accounts, shared.chat);
    let whole =
        timeline.is_some_and(|all| all.has_start() && !all.gap_after() && !all.iter().any(|entry| entry.gap_before));
    match shared.what {
        _ if empty && (shared.asking.0 || shared.asking.1) => "Looking for them …",
        Listing::Pins if shared.refused => "The server did not say: only what was loaded so far",
        Listing::Pins if !account.is_some_and(Account::is_signed_in) => "Not connected: only what was loaded so far",
        Listing::Pins if empty => "Nothing is pinned in this chat",
        Listing::Pins => "",
        _ if cut || shared.messages.len() >= MOST => "What is older is not listed",
        _ if shared.further.is_some() => "Older messages were not looked at yet",
        Listing::Files if empty && whole => "No file was shared in this chat",
        Listing::Links if empty && whole => "No link was shared in this chat",
        Listing::Files if empty => "No file among what was loaded so far",
        Listing::Links if empty => "No link among what was loaded so far",
        Listing::Files | Listing::Links if whole => "",
        Listing::Files | Listing::Links => "Only what was loaded so far",
    }
}

/// What there is, newest first, and whether what is older is left out of it.
fn items(state: &State, shared: &Shared) -> (Vec<PickItem>, bool) {
    let Some((account, chat)) = state.core.chat(shared.chat) else { return (Vec::new(), false) };
    let about = About { account, key: shared.chat, community: chat.community() };
    let unpins = account.caps.pin && permit::may(state, shared.chat, Permissions::PIN);
    let mut items: Vec<PickItem> = Vec::new();
    for message in shared.messages.values().rev() {
        if items.len() > SHOWN {
            break;
        }
        let room = SHOWN + 1 - items.len();
        match shared.what {
            Listing::Pins => items.push(about.pin(message, unpins)),
            Listing::Files => {
                items.extend(message.attachments.iter().take(room).map(|file| about.file(message, file)));
            }
            Listing::Links => about.links(message, room, &mut items),
        }
    }
    let cut = items.len() > SHOWN;
    items.truncate(SHOWN);
    // More would not be shown.
    if !cut && shared.further.is_some() && shared.messages.len() < MOST {
        items.truncate(SHOWN - 1);
        items.push(PickItem::plain("Look further back".to_owned(), String::new(), Action::Going(Going::Further)));
    }
    (items, cut)
}

/// Whose messages they are.
struct About<'a> {
    account: &'a Account,
    key: ChatKey,
    community: Option<CommunityId>,
}

impl About<'_> {
    fn item(&self, message: &Message, label: String, detail: &str, other: Option<Action>) -> PickItem {
        let author = message.shown_as.as_ref().map(ToString::to_string);
        let who = author.unwrap_or_else(|| names::person(self.account, self.community, message.author));
        let detail = if detail.is_empty() { who } else { format!("{detail} · {who}") };
        let beside = Beside { at: message.at, other, ..Beside::default() };
        PickItem { beside, ..PickItem::plain(label, detail, Action::Going(Going::Message(self.key, message.key))) }
    }

    fn pin(&self, message: &Message, unpins: bool) -> PickItem {
        let file = || message.attachments.first().map(|file| file.name.to_string());
        let label = Some(quoted(message)).filter(|quoted| !quoted.trim().is_empty()).or_else(file);
        let label = label.unwrap_or_else(|| "a message without text".to_owned());
        let other = unpins.then(|| Action::Going(Going::LetGo(self.key, message.key)));
        self.item(message, label, "", other)
    }

    fn file(&self, message: &Message, file: &Attachment) -> PickItem {
        let name = if file.name.is_empty() { "unnamed file".to_owned() } else { file.name.to_string() };
        let wanted = Wanted::of(self.key.account, file, "", false);
        let other = Action::File(FileAction::Want(Box::new(wanted)));
        let size = if file.size == 0 { String::new() } else { size(file.size) };
        self.item(message, name, &size, Some(other))
    }

    /// Each address of a message once, and no more than there is room for.
    fn links(&self, message: &Message, room: usize, items: &mut Vec<PickItem>) {
        let mut told: HashSet<String> = HashSet::new();
        for (shown, address) in parts::addresses(message) {
            if told.len() >= room {
                return;
            }
            if !told.insert(address.clone()) {
                continue;
            }
            let shown = shown.trim().replace('\n', " ");
            let masked = shown != address;
            let label = if shown.is_empty() { address.clone() } else { shown };
            let other = Some(Action::OpenNow(address.clone()));
            items.push(self.item(message, label, if masked { &address } else { "" }, other));
        }
    }
}

/// What the store has of it is here.
pub(in crate::state) fn recalled(
    state: &mut State,
    chat: ChatKey,
    what: Marked,
    before: Option<MessageKey>,
    found: Listed,
) {
    let of = if what == Marked::Files { Listing::Files } else { Listing::Links };
    let Some(shared) = listed(state, chat, of) else { return };
    shared.asking.0 = false;
    // What is in memory is newer than what is stored.
    for message in found.messages {
        if shared.messages.len() < MOST {
            shared.messages.entry(message.key).or_insert(message);
        }
    }
    shared.further = found.further.filter(|further| before.is_none_or(|before| *further < before));
    renew(state);
}

/// The user wants to see what lies further back.
pub(super) fn further(state: &mut State, fx: &mut Effects) {
    let shared = state.front.as_mut().and_then(|front| front.shared.as_mut());
    let Some(shared) = shared.filter(|shared| !shared.asking.0) else { return };
    let (Some(what), Some(further)) = (marked(shared.what), shared.further) else { return };
    shared.asking.0 = true;
    let chat = shared.chat;
    recall::marked(state, chat, (what, Some(further)), PAGE, fx);
}

/// What is stored of pinned messages is here. What the network has told is newer.
pub(in crate::state) fn pins_recalled(state: &mut State, chat: ChatKey, messages: Vec<Arc<Message>>) {
    let offline = !state.core.account(chat.account).is_some_and(Account::is_signed_in);
    let Some(shared) = listed(state, chat, Listing::Pins) else { return };
    shared.asking.0 = false;
    if shared.asking.1 || shared.refused || offline {
        for message in messages {
            shared.messages.entry(message.key).or_insert(message);
        }
    }
    renew(state);
}

/// The network has told what is pinned.
pub(in crate::state) fn pins_came(state: &mut State, chat: ChatKey, outcome: Result<Reply, Refusal>, fx: &mut Effects) {
    let told = match outcome {
        Ok(Reply::Pinned { messages, bundle, .. }) => {
            if let Some(known) = state.core.account_mut(chat.account) {
                roster::put_bundle(known, bundle);
                pins::came(known, chat.chat, &messages);
            }
            Some(messages)
        }
        Ok(_) => None,
        Err(refusal) => {
            state.notice_about(
                chat.account,
                format!("What is pinned could not be fetched: {}", refusal.text),
                None,
                true,
                fx,
            );
            None
        }
    };
    if let Some(shared) = listed(state, chat, Listing::Pins) {
        shared.asking.1 = false;
        shared.refused = told.is_none();
        if let Some(messages) = told {
            shared.messages = messages.into_iter().take(MOST).map(|message| (message.key, message)).collect();
        }
        renew(state);
    }
    state.touch();
}

/// Does with what is selected what is offered beside going there.
pub(super) fn use_it(state: &mut State, fx: &mut Effects) {
    let Some(Overlay::Pick(pick)) = state.front.as_ref().and_then(|front| front.overlays.last()) else { return };
    let PickKind::Listed { what, .. } = pick.kind else { return };
    let Some(item) = pick.picker.item() else { return };
    match (item.beside.other.clone(), item.label.clone()) {
        // Where it leads is to be seen before.
        (Some(Action::OpenNow(address)), shown) => message::lead(state, &shown, address, fx),
        (Some(action), _) => act::act(state, action, None, fx),
        (None, _) if what == Listing::Pins => state.notice("You may not let go of pinned messages here", true, fx),
        (None, _) => {}
    }
}

/// Lets go of a pinned message.
pub(super) fn let_go(state: &mut State, chat: ChatKey, message: MessageKey, fx: &mut Effects) {
    if !state.core.account(chat.account).is_some_and(Account::is_signed_in) {
        return state.notice("There is no connection; pinning needs one", true, fx);
    }
    let request = Request::Pin { chat: chat.chat, message, pinned: false };
    // It leaves the list when the network says so.
    state.ask(chat.account, request, Priority::User, Purpose::Change("Still pinned"), fx);
}
