//! One line of text with a cursor: search lines and form fields.

use crate::state::action::TextEdit;
use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroizing;

/// Most bytes that a field holds.
const MOST: usize = 4096;

/// A line being typed. The cursor is a byte offset on a grapheme boundary. Its memory is wiped on drop.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Field {
    text: Zeroizing<String>,
    cursor: usize,
    secret: bool,
    /// The text is from before: the first letter takes its place.
    kept: bool,
}

impl Field {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A line with text, the cursor at its end.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self { text: Zeroizing::new(text.to_owned()), cursor: text.len(), ..Self::default() }
    }

    /// A line with text from before, which makes way for the first letter that is typed. Whoever moves in it goes on with it.
    #[must_use]
    pub fn kept(text: &str) -> Self {
        Self { kept: true, ..Self::with(text) }
    }

    /// An empty line whose content is not to be shown.
    #[must_use]
    pub fn secret() -> Self {
        // Room for any password, so that growing leaves no copies behind.
        Self { text: Zeroizing::new(String::with_capacity(MOST)), secret: true, ..Self::default() }
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte offset of the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether the content is not to be shown.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Types text at the cursor; line ends become spaces, other control characters are left out, and what does not fit is cut off.
    pub fn insert(&mut self, text: &str) {
        if std::mem::take(&mut self.kept) {
            *self = Self { secret: self.secret, ..Self::default() };
        }
        let text = text.trim_end_matches(['\n', '\r']);
        for character in text.chars() {
            let character = if matches!(character, '\n' | '\r' | '\t') { ' ' } else { character };
            if character.is_control() || self.text.len() + character.len_utf8() > MOST {
                continue;
            }
            self.text.insert(self.cursor, character);
            self.cursor += character.len_utf8();
        }
        // A combining character may have joined the grapheme after the cursor.
        while self.cursor < self.text.len() && !self.is_boundary(self.cursor) {
            self.cursor += 1;
        }
    }

    /// Moves or deletes. Returns whether the text changed.
    pub fn edit(&mut self, edit: TextEdit) -> bool {
        self.kept = false;
        match edit {
            TextEdit::Left => self.cursor = self.left(),
            TextEdit::Right => self.cursor = self.right(),
            TextEdit::WordLeft => self.cursor = self.word_left(),
            TextEdit::WordRight => self.cursor = self.word_right(),
            TextEdit::Home | TextEdit::TextStart => self.cursor = 0,
            TextEdit::End | TextEdit::TextEnd => self.cursor = self.text.len(),
            TextEdit::Backspace => return self.cut(self.left(), self.cursor),
            TextEdit::Delete => return self.cut(self.cursor, self.right()),
            TextEdit::DeleteWordLeft => return self.cut(self.word_left(), self.cursor),
            TextEdit::DeleteWordRight => return self.cut(self.cursor, self.word_right()),
            TextEdit::KillToStart => return self.cut(0, self.cursor),
            TextEdit::KillToEnd => return self.cut(self.cursor, self.text.len()),
            // One line has no other, and keeps no history of what may be a secret.
            TextEdit::Up | TextEdit::Down | TextEdit::Yank | TextEdit::YankPop | TextEdit::Undo | TextEdit::Redo => {}
            TextEdit::Transpose | TextEdit::UpperWord | TextEdit::LowerWord | TextEdit::CapitaliseWord => {}
        }
        false
    }

    fn cut(&mut self, from: usize, to: usize) -> bool {
        if from >= to {
            return false;
        }
        self.text.replace_range(from..to, "");
        self.cursor = from;
        while self.cursor > 0 && !self.is_boundary(self.cursor) {
            self.cursor -= 1;
        }
        true
    }

    fn is_boundary(&self, at: usize) -> bool {
        at == self.text.len() || self.text.grapheme_indices(true).any(|(index, _)| index == at)
    }

    fn left(&self) -> usize {
        self.text.get(..self.cursor).and_then(|text| text.grapheme_indices(true).next_back()).map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        let next = self.text.get(self.cursor..).and_then(|text| text.graphemes(true).next());
        self.cursor + next.map_or(0, str::len)
    }

    fn word_left(&self) -> usize {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        before.unicode_word_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn word_right(&self) -> usize {
        let after = self.text.get(self.cursor..).unwrap_or_default();
        after.unicode_word_indices().next().map_or(self.text.len(), |(at, word)| self.cursor + at + word.len())
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Codes and tokens are typed in the open, and are secrets all the same.
        f.debug_struct("Field").field("bytes", &self.text.len()).field("cursor", &self.cursor).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Field;
    use crate::state::action::TextEdit as T;

    #[test]
    fn edits_go_by_grapheme_and_word() {
        let mut field = Field::with("two words👩\u{200d}🔬");
        assert!(field.edit(T::Backspace));
        assert_eq!(field.text(), "two words");
        assert!(field.edit(T::DeleteWordLeft));
        assert_eq!(field.text(), "two ");
        field.edit(T::Home);
        field.edit(T::WordRight);
        assert_eq!(field.cursor(), 3);
        assert!(!Field::new().edit(T::Backspace));
    }

    #[test]
    fn what_was_typed_is_not_printed() {
        for mut field in [Field::secret(), Field::new()] {
            field.insert("hunter2\n");
            assert_eq!(field.text(), "hunter2");
            assert!(!format!("{field:?}").contains("hunter2"));
        }
    }
}
