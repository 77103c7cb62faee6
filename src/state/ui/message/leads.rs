//! What a message leads to: its links, chats and files, to be opened and copied.

use crate::domain::parts::{self, Leads, web_address};
use crate::domain::{Attachment, ChatKey, Message};
use crate::state::State;
use crate::state::action::{Action, FileAction, MessageAction};
use crate::state::downloads::Wanted;
use crate::state::effect::{Effect, Effects};
use crate::state::front::{Overlay, PickKind, Question};
use crate::state::ui::file;
use crate::state::ui::picker::{PickItem, Picker};

/// Most things that one list offers.
const MOST: usize = 200;

/// Something that a message leads to.
struct Thing {
    /// What is shown for it in the message; one line.
    shown: String,
    /// Where it leads, where the message shows other words.
    hidden: String,
    to: Leads,
}

impl Thing {
    fn web(shown: &str, address: String) -> Self {
        let hidden = if shown.trim() == address { String::new() } else { address.clone() };
        Self { shown: shown.trim().replace('\n', " "), hidden, to: Leads::Web(address) }
    }
}

/// Everything that a message leads to, each once: what its text links to, addresses that stand in it as they are, its previews, its files.
fn things(message: &Message) -> Vec<Thing> {
    let mut things: Vec<Thing> = Vec::new();
    let mut add = |thing: Thing| {
        if things.len() < MOST && things.iter().all(|known| known.to != thing.to) {
            things.push(thing);
        }
    };
    for part in parts::links(message) {
        match part.to {
            Leads::Web(address) => add(Thing::web(part.shown, address)),
            Leads::Chat(_) => {
                add(Thing { shown: part.shown.replace('\n', " "), hidden: String::new(), to: part.to });
            }
            // Who somebody is has a key of its own.
            Leads::Person(_) => {}
        }
    }
    parts::addresses(message).for_each(|(shown, address)| add(Thing::web(shown, address)));
    for file in &message.attachments {
        if let Some(address) = web_address(&file.file.address) {
            add(Thing::web(if file.name.is_empty() { "unnamed file" } else { &file.name }, address));
        }
    }
    things
}

/// Whether a message leads to nothing.
pub(in crate::state) fn leads_nowhere(message: &Message) -> bool {
    message.attachments.is_empty() && things(message).is_empty()
}

/// Follows the only thing that a message leads to; where there are several, they are offered.
pub(super) fn follow(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    let mut things = things(message);
    if things.is_empty() {
        return file::open_first(state, chat, message, fx);
    }
    // What the network keeps is saved first.
    let files: Vec<_> = message.attachments.iter().filter(|file| file.file.elsewhere().is_none()).take(MOST).collect();
    if files.is_empty()
        && things.len() == 1
        && let Some(thing) = things.pop()
    {
        return match thing.to {
            Leads::Chat(to) => go(state, ChatKey::new(chat.account, to), fx),
            Leads::Web(address) => open(state, Target { address, masked: !thing.hidden.is_empty() }, fx),
            Leads::Person(_) => {}
        };
    }
    let items = things.into_iter().filter_map(|thing| {
        let action = match thing.to {
            Leads::Chat(to) => Action::OpenChat(ChatKey::new(chat.account, to)),
            Leads::Web(address) => Action::OpenNow(address),
            Leads::Person(_) => return None,
        };
        Some(PickItem::plain(thing.shown, thing.hidden, action))
    });
    let save = |file: &&Attachment| {
        let name = if file.name.is_empty() { "unnamed file".to_owned() } else { file.name.to_string() };
        let action = FileAction::Want(Box::new(Wanted::of(chat.account, file, "", true)));
        PickItem::plain(name, "saved and opened".to_owned(), Action::File(action))
    };
    let items: Vec<PickItem> = items.chain(files.iter().map(save)).collect();
    pick(state, PickKind::Open { chat, message: message.key.id }, items);
}

/// Copies the id of a message; where it has addresses, too, they are offered beside it.
pub(super) fn copy(state: &mut State, chat: ChatKey, message: &Message, fx: &mut Effects) {
    let id = message.key.id.to_string();
    let copies = |text: String| Action::Message(MessageAction::CopyNow(text));
    let mut items: Vec<PickItem> = Vec::new();
    for thing in things(message) {
        if let Leads::Web(address) = thing.to {
            items.push(PickItem::plain(thing.shown, thing.hidden, copies(address)));
        }
    }
    if items.is_empty() {
        return super::copy(state, id, fx);
    }
    items.push(PickItem::plain("the id of the message".to_owned(), id.clone(), copies(id)));
    pick(state, PickKind::Copy { chat, message: message.key.id }, items);
}

fn pick(state: &mut State, kind: PickKind, items: Vec<PickItem>) {
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::pick(kind, Picker::new(items, "")));
    }
    state.touch();
}

/// Goes where a link to a chat leads.
pub(in crate::state::ui) fn go(state: &mut State, chat: ChatKey, fx: &mut Effects) {
    if !crate::state::ui::open::chat(state, chat, fx) {
        state.notice("The chat that this leads to is not here", true, fx);
    }
}

/// A link that is about to be opened.
struct Target {
    address: String,
    /// The message shows other words than the address.
    masked: bool,
}

impl Target {
    fn new(shown: &str, address: String) -> Self {
        Self { masked: shown.trim() != address, address }
    }
}

/// Opens a link. Where it leads is to be seen before: by itself, or in a question.
fn open(state: &mut State, leads: Target, fx: &mut Effects) {
    let Target { address, masked } = leads;
    if !masked {
        return fx.push(Effect::Open(address));
    }
    let text = format!("These words lead to {address}");
    let question = Question::yes_no(text, "Open", Action::OpenNow(address));
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question { selected: 1, ..question }));
    }
    state.touch();
}

/// Opens an address that is shown as these words.
pub(in crate::state::ui) fn lead(state: &mut State, shown: &str, address: String, fx: &mut Effects) {
    open(state, Target::new(shown, address), fx);
}
