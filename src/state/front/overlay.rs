//! What lies on top of the rest.

use crate::domain::{ChatKey, MessageId};
use crate::state::action::{Action, Context};
use crate::state::gone::Note;
use crate::state::ui::accounts::AccountList;
use crate::state::ui::field::Field;
use crate::state::ui::form::Form;
use crate::state::ui::person::Card;
use crate::state::ui::picker::Picker;
use crate::state::ui::waiting::Waiting;

/// Something that lies on top of the rest.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Choosing a chat.
    Jump(Picker),
    /// Choosing an emoji for a message.
    Emoji {
        /// The list.
        picker: Picker,
        /// For which message.
        message: MessageId,
        /// Of which chat.
        chat: ChatKey,
    },
    /// What can be done here.
    Help {
        /// Narrows the list.
        query: Field,
        /// First line shown.
        scroll: usize,
        /// Where help was asked for, innermost context first.
        contexts: Vec<Context>,
    },
    /// Choosing a theme; the selected one is shown.
    Themes(Picker),
    /// A question with a safe default.
    Question(Question),
    /// A form.
    Form(Box<Form>),
    /// Who is in the open chat, where there is no room for the list beside the messages.
    Members,
    /// The accounts.
    Accounts(AccountList),
    /// Who somebody is.
    Person(Box<Card>),
    /// Something that must be read before one types on; it takes what is typed and drops it.
    Note(Note),
    /// A chat that the user went to and that is not here yet.
    Waiting(Box<Waiting>),
}

/// A question before something that cannot be taken back.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// The question; it names the thing.
    pub text: String,
    /// What yes is called, for example `Delete`.
    pub yes: &'static str,
    /// Whether yes is selected. Starts false.
    pub on_yes: bool,
    /// What yes does.
    pub action: Box<Action>,
}
