//! The text being written. The widget is only its buffer: text, undo, yank; layout wraps and draws it, and motions are widened to graphemes here.

use tui_textarea::TextArea;

/// The composer's text and cursor.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    buffer: TextArea<'static>,
}

impl Composer {
    /// Its lines; at least one, possibly empty.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.buffer.lines()
    }

    /// Line and character (not byte) of the cursor.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.buffer.cursor();
        (cursor.0, cursor.1)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.lines().iter().all(String::is_empty) && self.buffer.lines().len() == 1
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        self.buffer.lines().join("\n")
    }
}
