//! One line of text with a cursor: search lines and form fields.

/// A line being typed. The cursor is a byte offset on a grapheme boundary.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Field {
    text: String,
    cursor: usize,
    secret: bool,
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
        Self { text: text.to_owned(), cursor: text.len(), secret: false }
    }

    /// An empty line whose content is not to be shown.
    #[must_use]
    pub fn secret() -> Self {
        Self { secret: true, ..Self::default() }
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

    /// Types text at the cursor; line ends become spaces.
    pub fn insert(&mut self, text: &str) {
        let line = text.replace(['\n', '\r', '\t'], " ");
        self.text.insert_str(self.cursor, &line);
        self.cursor += line.len();
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = if self.secret { "redacted" } else { &self.text };
        f.debug_struct("Field").field("text", &shown).field("cursor", &self.cursor).finish()
    }
}
