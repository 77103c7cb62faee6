//! What a key can do to a text, wherever one is typed.

/// Moving and deleting in text. Motions go by grapheme.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TextEdit {
    /// One grapheme left.
    Left,
    /// One grapheme right.
    Right,
    /// One line up; in the first line of an empty composer, edit the last own message.
    Up,
    /// One line down.
    Down,
    /// One word left.
    WordLeft,
    /// One word right.
    WordRight,
    /// To the start of the line.
    Home,
    /// To the end of the line.
    End,
    /// To the start of the text.
    TextStart,
    /// To the end of the text.
    TextEnd,
    /// Delete the grapheme before.
    Backspace,
    /// Delete the grapheme after.
    Delete,
    /// Delete the word before.
    DeleteWordLeft,
    /// Delete the word after.
    DeleteWordRight,
    /// Delete to the end of the line, keeping it for yank.
    KillToEnd,
    /// Delete to the start of the line, keeping it for yank.
    KillToStart,
    /// Insert what was killed last.
    Yank,
    /// In place of what was just inserted so, what was killed before that.
    YankPop,
    /// Change the graphemes on both sides.
    Transpose,
    /// To the end of the word in capitals.
    UpperWord,
    /// To the end of the word in small letters.
    LowerWord,
    /// The next word with a capital at its start.
    CapitaliseWord,
    /// Take back the last change.
    Undo,
    /// Make it again.
    Redo,
}
