//! What lies on top of the rest.

use crate::domain::{ChatKey, MessageId};
use crate::state::action::{Action, ComposeAction, Context, Listing};
use crate::state::gone::Note;
use crate::state::ui::accounts::AccountList;
use crate::state::ui::details::Details;
use crate::state::ui::field::Field;
use crate::state::ui::file::DownloadList;
use crate::state::ui::form::Form;
use crate::state::ui::person::Card;
use crate::state::ui::picker::Picker;
use crate::state::ui::waiting::Waiting;

/// Something that lies on top of the rest.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// A list to choose from, which narrows while one types.
    Pick(Box<Pick>),
    /// What can be done here.
    Help {
        /// Narrows the list.
        query: Field,
        /// First line shown.
        scroll: usize,
        /// Where help was asked for, innermost context first.
        contexts: Vec<Context>,
    },
    /// What is known of a message.
    Details(Details),
    /// A question with a safe default.
    Question(Question),
    /// A form.
    Form(Box<Form>),
    /// Who is in the open chat, where there is no room for the list beside the messages.
    Members,
    /// The accounts.
    Accounts(AccountList),
    /// What is being saved and what was.
    Downloads(DownloadList),
    /// Who somebody is.
    Person(Box<Card>),
    /// Something that must be read before one types on; it takes what is typed and drops it.
    Note(Note),
    /// A chat that the user went to and that is not here yet.
    Waiting(Box<Waiting>),
}

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Pick {
    /// What is chosen.
    pub kind: PickKind,
    /// The list.
    pub picker: Picker,
}

/// What a list offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PickKind {
    /// Chats, to open one.
    Jump,
    /// Themes; the selected one is shown.
    Themes,
    /// What was sent, to write it once more.
    History,
    /// Emoji, to react to a message.
    React {
        /// Of which chat.
        chat: ChatKey,
        /// To which message.
        message: MessageId,
    },
    /// What a message leads to, to open it.
    Open {
        /// Of which chat.
        chat: ChatKey,
        /// Which message.
        message: MessageId,
    },
    /// What can be done with a message, or with those that are selected.
    Menu {
        /// Of which chat.
        chat: ChatKey,
        /// Which message; none for one that is not sent, and for several.
        message: Option<MessageId>,
    },
    /// Chats to pass messages on to.
    Forward {
        /// From which chat.
        chat: ChatKey,
        /// Which message, if it is one.
        message: Option<MessageId>,
    },
    /// Buttons of a bot.
    Buttons {
        /// Of which chat.
        chat: ChatKey,
        /// On which message.
        message: MessageId,
    },
    /// Answers of a poll, to choose one.
    Answers {
        /// Of which chat.
        chat: ChatKey,
        /// Of which message.
        message: MessageId,
    },
    /// Parts of a message, to answer one.
    Quote {
        /// Of which chat.
        chat: ChatKey,
        /// Of which message.
        message: MessageId,
    },
    /// What can be copied of a message, beside its text.
    Copy {
        /// Of which chat.
        chat: ChatKey,
        /// Which message.
        message: MessageId,
    },
    /// Places to go to.
    Go,
    /// Messages of a chat with something, to go there.
    Listed {
        /// Of which chat.
        chat: ChatKey,
        /// With what.
        what: Listing,
    },
    /// Files of a folder, to go with the next message.
    Attach {
        /// Its path; one line.
        folder: String,
    },
}

impl PickKind {
    /// Under what name a search line that was closed by mistake is kept; none where a list begins anew.
    #[must_use]
    pub const fn kept_as(&self) -> Option<&'static str> {
        match self {
            Self::Jump => Some("jump"),
            Self::React { .. } => Some("emoji"),
            // Reopened, the list begins with the theme in use: a kept search line would show another.
            Self::Themes
            | Self::History
            | Self::Open { .. }
            | Self::Quote { .. }
            | Self::Copy { .. }
            | Self::Menu { .. }
            | Self::Forward { .. }
            | Self::Buttons { .. }
            | Self::Answers { .. } => None,
            // Another folder has other files.
            Self::Attach { .. } => None,
            // So has another chat, and what there is changes.
            Self::Go | Self::Listed { .. } => None,
        }
    }

    /// The chat without which the list makes no sense.
    #[must_use]
    pub const fn chat(&self) -> Option<ChatKey> {
        match self {
            Self::Menu { chat, .. } | Self::Forward { chat, .. } | Self::Listed { chat, .. } => Some(*chat),
            _ => match self.message() {
                Some((chat, _)) => Some(chat),
                None => None,
            },
        }
    }

    /// The message without which the list makes no sense.
    #[must_use]
    pub const fn message(&self) -> Option<(ChatKey, MessageId)> {
        match self {
            Self::React { chat, message } | Self::Open { chat, message } | Self::Copy { chat, message } => {
                Some((*chat, *message))
            }
            Self::Buttons { chat, message } | Self::Answers { chat, message } | Self::Quote { chat, message } => {
                Some((*chat, *message))
            }
            Self::Menu { chat, message: Some(message) } | Self::Forward { chat, message: Some(message) } => {
                Some((*chat, *message))
            }
            Self::Menu { .. }
            | Self::Forward { .. }
            | Self::Jump
            | Self::Themes
            | Self::History
            | Self::Go
            | Self::Listed { .. }
            | Self::Attach { .. } => None,
        }
    }
}

impl Overlay {
    /// A list to choose from.
    #[must_use]
    pub fn pick(kind: PickKind, picker: Picker) -> Self {
        Self::Pick(Box::new(Pick { kind, picker }))
    }

    /// The list, if this is one of which that holds.
    #[must_use]
    pub fn picks(&self, which: impl FnOnce(&PickKind) -> bool) -> Option<&Picker> {
        match self {
            Self::Pick(pick) if which(&pick.kind) => Some(&pick.picker),
            _ => None,
        }
    }
}

/// A question before something that cannot be taken back, or with several ways to go on.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// The question; it names the thing.
    pub text: String,
    /// What can be answered; the first is the safe one.
    pub choices: Vec<Choice>,
    /// Index of the selected choice.
    pub selected: usize,
}

/// An answer to a question.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    /// What it is called, for example `Delete`.
    pub words: &'static str,
    /// What it does; `None` leaves everything as it is.
    pub action: Option<Box<Action>>,
}

impl Question {
    /// Whether it asks how something that was pasted is to go in.
    #[must_use]
    pub(crate) fn is_of_paste(&self) -> bool {
        let puts = |action: &Action| matches!(action, Action::Compose(ComposeAction::PutPaste(_)));
        self.choices.iter().filter_map(|choice| choice.action.as_deref()).any(puts)
    }

    /// A question that is answered with this or not at all. Not at all is selected.
    #[must_use]
    pub fn yes_no(text: String, yes: &'static str, action: Action) -> Self {
        let leave = Choice { words: "Cancel", action: None };
        Self { text, choices: vec![leave, Choice { words: yes, action: Some(Box::new(action)) }], selected: 0 }
    }

    /// What the selected choice does.
    #[must_use]
    pub fn chosen(&self) -> Option<&Action> {
        self.choices.get(self.selected)?.action.as_deref()
    }

    /// Everything that it can lead to.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.choices.iter().filter_map(|choice| choice.action.as_deref())
    }

    /// The selection moves, round and round.
    pub fn step(&mut self, by: i32) {
        let count = i32::try_from(self.choices.len()).unwrap_or(i32::MAX).max(1);
        let at = i32::try_from(self.selected).unwrap_or_default();
        self.selected = usize::try_from(at.saturating_add(by).rem_euclid(count)).unwrap_or_default();
    }
}
