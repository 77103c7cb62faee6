//! What a mouse can point at.

use super::{PaneId, Target};
use crate::domain::ChatId;
use crate::state::ui::sidebar::Place;

/// A part of a message that does something when it is clicked. Numbers count from 0, as the message tells the parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Spot {
    /// Something in its text that leads somewhere; the number is that of [`crate::domain::parts::links`].
    Link(u16),
    /// A mention; the number is that of [`crate::domain::parts::mentions`].
    Mention(u16),
    /// A hidden stretch; the number is that of [`crate::domain::parts::spoilers`].
    Spoiler(u16),
    /// What it answers.
    Quote,
    /// A file.
    File(u16),
    /// A card that leads somewhere.
    Card(u16),
    /// An answer of its poll.
    Answer(u16),
    /// A button.
    Button(u16),
    /// A reaction.
    Reaction(u16),
    /// Who wrote it.
    Author,
    /// What is folded away.
    More,
}

/// What lies under a cell of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// An entry of the rail.
    Rail(Place),
    /// A row of the sidebar, by its index.
    Sidebar(usize),
    /// A message.
    Message(PaneId, Target),
    /// A part of a message that does something when it is clicked.
    Spot(PaneId, Target, Spot),
    /// The timeline where no message is.
    Timeline(PaneId),
    /// A thread in the list of its forum.
    Thread(PaneId, ChatId),
    /// The count of new messages below.
    NewBelow(PaneId),
    /// The rule at the right of the sidebar.
    Edge,
    /// The composer.
    Composer(PaneId),
    /// A byte of what is written in it.
    Text(PaneId, usize),
    /// Something offered for the word that is being typed, by its index.
    Candidate(usize),
    /// A row of the list of members, by its index.
    Member(usize),
    /// The list of members where nobody stands.
    Members,
    /// An entry of the uppermost list, by its index among those shown.
    Item(usize),
    /// Elsewhere on the uppermost panel.
    Panel,
    /// Beside the uppermost panel.
    Outside,
}
