//! Buttons of bots. What they do is said by others: an address is shown before it is opened.

use crate::domain::parts::web_address;
use crate::domain::{AccountId, Button, ChatKey, CleanText, Message, Press, Priority, Refusal, Reply, Request};
use crate::state::action::{Action, MessageAction};
use crate::state::effect::{Effect, Effects};
use crate::state::front::{Overlay, PickKind, Question, Target};
use crate::state::requests::Purpose;
use crate::state::ui::picker::{PickItem, Picker};
use crate::state::{Account, State};

/// Presses a button, counted from one; without a number the only one, or one of a list.
pub(super) fn press(state: &mut State, chat: ChatKey, message: &Message, number: Option<u16>, fx: &mut Effects) {
    let button = match (number, &*message.buttons) {
        (None, [only]) => only,
        (None, several) => return choose(state, chat, message, several),
        (Some(number), all) => match usize::from(number).checked_sub(1).and_then(|at| all.get(at)) {
            Some(button) => button,
            None => return state.notice(format!("There is no button {number} on this message"), true, fx),
        },
    };
    match &button.does {
        Press::Open(address) => match web_address(address) {
            Some(address) => {
                let text = format!("The button \"{}\" leads to {address}", button.label);
                let question = Question::yes_no(text, "Open", Action::OpenNow(address));
                if let Some(front) = &mut state.front {
                    front.overlays.push(Overlay::Question(Question { selected: 1, ..question }));
                }
                state.touch();
            }
            None => state.notice("The button leads to no address that a browser may be given", true, fx),
        },
        Press::Copy(text) => copy(state, text, fx),
        Press::Tell(data) => {
            if !state.core.account(chat.account).is_some_and(Account::is_signed_in) {
                return state.notice("There is no connection; a button needs one", true, fx);
            }
            let request = Request::Press { chat: chat.chat, message: message.key.id, data: data.clone() };
            let label = button.label.clone();
            state.ask(chat.account, request, Priority::User, Purpose::Press(label), fx);
        }
    }
}

/// Copies what a button holds, which nobody has seen: how it begins is said, and that there is more.
fn copy(state: &mut State, text: &CleanText, fx: &mut Effects) {
    fx.push(Effect::Copy(text.to_string()));
    let shown = text.trim_end();
    let begins = super::beginning(shown);
    let sentence = match shown.split('\n').count() {
        1 => format!("Copied: {begins}"),
        lines => format!("Copied, {lines} lines: {begins}"),
    };
    state.notice(sentence, false, fx);
}

fn choose(state: &mut State, chat: ChatKey, message: &Message, buttons: &[Button]) {
    let item = |(button, number): (&Button, u16)| {
        let detail = match &button.does {
            Press::Open(address) => address.to_string(),
            Press::Copy(_) => "copies a text".to_owned(),
            Press::Tell(_) => "tells the bot".to_owned(),
        };
        let press = Box::new(MessageAction::Press(Some(number)));
        let action = MessageAction::On(chat, Target::Message(message.key), press);
        PickItem::plain(button.label.to_string(), detail, Action::Message(action))
    };
    let items = buttons.iter().zip(1..).map(item).collect();
    if let Some(front) = &mut state.front {
        let kind = PickKind::Buttons { chat, message: message.key.id };
        front.overlays.push(Overlay::pick(kind, Picker::new(items, "")));
    }
    state.touch();
}

/// The bot was told, and what it says to that.
pub(in crate::state) fn pressed(
    state: &mut State,
    account: AccountId,
    label: &CleanText,
    outcome: Result<Reply, Refusal>,
    fx: &mut Effects,
) {
    let (text, bad) = match outcome {
        Ok(Reply::Pressed(Some(said))) => (format!("{label}: {said}"), false),
        Ok(_) => (format!("{label}: pressed"), false),
        Err(refusal) => (format!("{label}: {}", refusal.text), true),
    };
    state.notice_about(account, text, None, bad, fx);
}
