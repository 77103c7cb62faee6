//! Commands that a server offers to those who write in it.

use super::text::CleanText;

/// A command of a server.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SlashCommand {
    /// Its name, without a slash; one line.
    pub name: CleanText,
    /// What it does; one line.
    pub about: CleanText,
    /// What it takes, in the server's order.
    pub options: Box<[SlashOption]>,
}

/// What a command takes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SlashOption {
    /// Its name; one line.
    pub name: CleanText,
    /// What it is for; one line.
    pub about: CleanText,
    /// What it may be.
    pub kind: SlashKind,
    /// Whether the command needs it.
    pub needed: bool,
}

/// What an argument may be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum SlashKind {
    /// Any text; also what nib does not know.
    #[default]
    Text,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// Yes or no.
    Flag,
    /// Somebody's user name.
    Person,
    /// One of these.
    Choice(Box<[CleanText]>),
}

impl SlashKind {
    /// What is wrong with an argument, as a sentence; `None` when it may be said.
    #[must_use]
    pub fn fault(&self, argument: &str) -> Option<&'static str> {
        let argument = argument.trim();
        match self {
            Self::Text | Self::Person => argument.is_empty().then_some("It must not be empty."),
            Self::Whole => argument.parse::<i64>().err().map(|_| "It has to be a whole number."),
            Self::Number => {
                let number = argument.parse::<f64>().ok().filter(|number| number.is_finite());
                number.is_none().then_some("It has to be a number.")
            }
            Self::Flag => flag(argument).is_none().then_some("It has to be yes or no."),
            Self::Choice(choices) => {
                let known = choices.iter().any(|choice| choice.as_str() == argument);
                (!known).then_some("It has to be one of the choices.")
            }
        }
    }
}

/// Yes or no, as people write it.
#[must_use]
pub fn flag(argument: &str) -> Option<bool> {
    match argument.trim().to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "on" | "1" => Some(true),
        "no" | "n" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::SlashKind;
    use crate::domain::CleanText;

    #[test]
    fn arguments_are_held_against_their_kind() {
        let choice = SlashKind::Choice([CleanText::ours("red"), CleanText::ours("blue")].into());
        for (kind, right, wrong) in [
            (&SlashKind::Text, "some words", " "),
            (&SlashKind::Whole, "-12", "1.5"),
            (&SlashKind::Number, "1.5", "inf"),
            (&SlashKind::Flag, "Yes", "perhaps"),
            (&SlashKind::Person, "ada", ""),
            (&choice, "blue", "green"),
        ] {
            assert_eq!(kind.fault(right), None, "{kind:?}");
            assert!(kind.fault(wrong).is_some(), "{kind:?}");
        }
    }
}
