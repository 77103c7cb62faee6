//! The text being written. The widget is only its buffer: text, undo, yank; layout wraps and draws it, and motions are widened to graphemes here.

use crate::domain::CleanText;
use crate::state::action::TextEdit;
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

/// Most bytes that the composer holds; more is cut off when pasted.
const MOST: usize = 256 * 1024;

/// The composer's text and cursor.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    buffer: TextArea<'static>,
    bytes: usize,
    revision: u64,
    /// What yank brings back before anything that was cut: texts that have no other place any more.
    kept: String,
}

impl Composer {
    /// Its lines; at least one, possibly empty.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.buffer.lines()
    }

    /// Grows whenever the text changes.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Line and character (not byte) of the cursor.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.buffer.cursor();
        (cursor.0, cursor.1)
    }

    /// Characters in it, line ends included.
    #[must_use]
    pub fn length(&self) -> usize {
        let lines = self.buffer.lines();
        lines.iter().map(|line| line.chars().count()).sum::<usize>() + lines.len().saturating_sub(1)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.lines().len() == 1 && self.buffer.lines().iter().all(String::is_empty)
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        self.buffer.lines().join("\n")
    }

    /// Whether it is a command: it starts with one slash.
    #[must_use]
    pub fn is_command(&self) -> bool {
        self.buffer.lines().first().is_some_and(|line| line.starts_with('/') && !line.starts_with("//"))
    }

    /// Replaces all of it; the cursor is at the end. There is nothing to undo before it.
    pub fn set_text(&mut self, text: &str) {
        let kept = self.buffer.yank_text();
        self.buffer = TextArea::default();
        self.buffer.set_yank_text(kept);
        self.bytes = 0;
        self.revision += 1;
        self.insert(text);
    }

    /// Keeps a text such that yank brings it back, after what is kept already.
    pub fn keep(&mut self, text: &str) {
        if !self.kept.is_empty() && !text.is_empty() {
            self.kept.push('\n');
        }
        self.kept.push_str(text);
    }

    /// An empty one to which yank brings the same as to this one.
    #[must_use]
    pub fn successor(&self) -> Self {
        let mut next = Self { kept: self.kept.clone(), ..Self::default() };
        next.buffer.set_yank_text(self.buffer.yank_text());
        next
    }

    /// Replaces all of it such that undo and yank bring it back. Returns whether all of it fitted.
    pub fn replace(&mut self, text: &str) -> bool {
        if !self.is_empty() {
            self.clear();
        }
        self.insert(text)
    }

    /// Clears it. Undo brings the text back.
    pub fn clear(&mut self) {
        // The widget's own way to select everything ends at 65 535 characters of a line.
        self.buffer.cancel_selection();
        self.buffer.move_cursor(CursorMove::Top);
        self.buffer.move_cursor(CursorMove::Head);
        self.buffer.start_selection();
        self.buffer.move_cursor(CursorMove::Bottom);
        self.buffer.move_cursor(CursorMove::End);
        self.buffer.cut();
        self.bytes = 0;
        self.revision += 1;
    }

    /// Types or pastes text at the cursor, made as safe as [`CleanText`] is: nothing unseen is sent. Returns whether all of it fitted.
    pub fn insert(&mut self, text: &str) -> bool {
        let mut text = CleanText::new(text).replace('\t', "    ");
        let room = MOST.saturating_sub(self.bytes);
        let fits = text.len() <= room;
        if !fits {
            let mut end = room;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        if !text.is_empty() {
            self.bytes += text.len();
            self.revision += 1;
            self.buffer.insert_str(&text);
        }
        fits
    }

    /// Moves or deletes. Returns whether the text changed.
    pub fn edit(&mut self, edit: TextEdit) -> bool {
        let changed = match edit {
            TextEdit::Left => self.steps(CursorMove::Back, self.before()),
            TextEdit::Right => self.steps(CursorMove::Forward, self.after()),
            TextEdit::Up => self.vertical(CursorMove::Up),
            TextEdit::Down => self.vertical(CursorMove::Down),
            TextEdit::WordLeft => self.moved(CursorMove::WordBack),
            TextEdit::WordRight => self.moved(CursorMove::WordForward),
            TextEdit::Home => self.moved(CursorMove::Head),
            TextEdit::End => self.moved(CursorMove::End),
            TextEdit::TextStart => {
                self.moved(CursorMove::Top);
                self.moved(CursorMove::Head)
            }
            TextEdit::TextEnd => {
                self.moved(CursorMove::Bottom);
                self.moved(CursorMove::End)
            }
            TextEdit::Backspace => {
                let count = self.before();
                self.steps(CursorMove::Back, count);
                count > 0 && self.buffer.delete_str(count)
            }
            TextEdit::Delete => {
                let count = self.after();
                count > 0 && self.buffer.delete_str(count)
            }
            TextEdit::DeleteWordLeft => self.buffer.delete_word(),
            TextEdit::DeleteWordRight => self.buffer.delete_next_word(),
            TextEdit::KillToEnd => self.buffer.delete_line_by_end(),
            TextEdit::KillToStart => self.buffer.delete_line_by_head(),
            TextEdit::Yank => self.yank(),
            TextEdit::Undo => self.buffer.undo(),
            TextEdit::Redo => self.buffer.redo(),
        };
        self.widen();
        if changed {
            self.revision += 1;
            self.bytes = self.buffer.lines().iter().map(|line| line.len() + 1).sum();
        }
        changed
    }

    /// What is kept comes before what was cut, once.
    fn yank(&mut self) -> bool {
        if self.kept.is_empty() || self.kept.len() > MOST.saturating_sub(self.bytes) {
            return self.buffer.paste();
        }
        let kept = std::mem::take(&mut self.kept);
        self.insert(&kept);
        true
    }

    fn moved(&mut self, motion: CursorMove) -> bool {
        self.buffer.cancel_selection();
        self.buffer.move_cursor(motion);
        false
    }

    /// Goes so many characters. The widget's own steps stop at marks that take no cell, and its jumps end at 65 535.
    fn steps(&mut self, motion: CursorMove, count: usize) -> bool {
        let (line, column) = self.cursor();
        let target = if motion == CursorMove::Back { column.checked_sub(count) } else { column.checked_add(count) };
        let within = target.filter(|target| *target <= self.line(line).chars().count());
        match (u16::try_from(line), within.map(u16::try_from)) {
            (Ok(line), Some(Ok(column))) => self.moved(CursorMove::Jump(line, column)),
            _ => {
                (0..count).for_each(|_| _ = self.moved(motion));
                false
            }
        }
    }

    /// By line; from the first and last line to its end, as everywhere.
    fn vertical(&mut self, motion: CursorMove) -> bool {
        let line = self.cursor().0;
        self.moved(motion);
        if self.cursor().0 == line {
            self.moved(if motion == CursorMove::Up { CursorMove::Head } else { CursorMove::End });
        }
        false
    }

    /// Characters of the grapheme before the cursor; one for a line end; none at the start of the text.
    fn before(&self) -> usize {
        let (line, column) = self.cursor();
        let text: String = self.line(line).chars().take(column).collect();
        match text.graphemes(true).next_back() {
            Some(grapheme) => grapheme.chars().count(),
            None => usize::from(line > 0),
        }
    }

    /// Characters of the grapheme after the cursor; one for a line end; none at the end of the text.
    fn after(&self) -> usize {
        let (line, column) = self.cursor();
        let text: String = self.line(line).chars().skip(column).collect();
        match text.graphemes(true).next() {
            Some(grapheme) => grapheme.chars().count(),
            None => usize::from(line + 1 < self.lines().len()),
        }
    }

    fn line(&self, line: usize) -> &str {
        self.lines().get(line).map_or("", String::as_str)
    }

    /// Moves a cursor that stands inside a grapheme to its start.
    fn widen(&mut self) {
        let (line, column) = self.cursor();
        let mut at = 0;
        for grapheme in self.line(line).graphemes(true) {
            let next = at + grapheme.chars().count();
            if next > column {
                break;
            }
            at = next;
        }
        if at < column {
            self.steps(CursorMove::Back, column - at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Composer;
    use crate::state::action::TextEdit as T;

    fn with(text: &str) -> Composer {
        let mut composer = Composer::default();
        composer.set_text(text);
        composer
    }

    #[test]
    fn motions_and_deletions_go_by_grapheme() {
        let mut composer = with("a👩\u{200d}🔬e\u{301}");
        assert!(composer.edit(T::Backspace));
        assert_eq!(composer.text(), "a👩\u{200d}🔬");
        composer.edit(T::Left);
        assert_eq!(composer.cursor(), (0, 1));
        composer.edit(T::Right);
        assert_eq!(composer.cursor(), (0, 4));
        composer.edit(T::Left);
        assert!(composer.edit(T::Delete));
        assert_eq!(composer.text(), "a");
        assert!(!composer.edit(T::Delete), "nothing after the end");
    }

    #[test]
    fn the_cursor_goes_through_marks_of_any_number_and_back() {
        for text in
            ["cafe\u{301} e\u{323}\u{302}", "Z\u{335}\u{321}a\u{334}\u{322}l", "🧑🏻\u{200d}❤\u{fe0f}\u{200d}🧑🏼x", "שָׁלוֹם"]
        {
            let mut composer = with(text);
            let end = composer.cursor();
            let count = unicode_segmentation::UnicodeSegmentation::graphemes(text, true).count();
            (0..count).for_each(|_| _ = composer.edit(T::Left));
            assert_eq!(composer.cursor(), (0, 0), "{text:?}");
            (0..count).for_each(|_| _ = composer.edit(T::Right));
            assert_eq!(composer.cursor(), end, "{text:?}");
        }
    }

    #[test]
    fn lines_join_and_a_clear_can_be_undone() {
        let mut composer = with("ab\ncd");
        composer.edit(T::Home);
        composer.edit(T::Backspace);
        assert_eq!(composer.text(), "abcd");
        composer.clear();
        assert!(composer.is_empty());
        composer.edit(T::Undo);
        assert_eq!(composer.text(), "abcd");
    }

    #[test]
    fn what_was_replaced_comes_back_with_yank_and_with_undo() {
        let mut composer = with("mine\ntoo");
        composer.replace("other");
        composer.edit(T::Yank);
        assert_eq!(composer.text(), "othermine\ntoo");
        for _ in 0..3 {
            composer.edit(T::Undo);
        }
        assert_eq!(composer.text(), "mine\ntoo");
    }

    #[test]
    fn a_clear_leaves_nothing_of_a_text_of_any_length() {
        for long in ["word ".repeat(40_000), "a\n".repeat(100_000)] {
            let mut composer = with(&long);
            composer.clear();
            assert!(composer.is_empty());
            composer.edit(T::Undo);
            assert_eq!(composer.text(), long);
        }
    }

    #[test]
    fn pasted_text_is_cleaned_and_bounded() {
        let mut composer = with("");
        assert!(composer.insert("a\r\nb\rc\x1b[0m\td"));
        assert_eq!(composer.text(), "a\nb\nc[0m    d");
        composer.set_text("");
        assert!(composer.insert("a\u{2028}b\u{2029}c\u{202e}d\u{2066}e\u{e0041}f\u{200b}g\u{85}h"));
        assert_eq!(composer.lines(), ["a", "b", "cdefg", "h"]);
        assert!(!composer.insert(&"é".repeat(200_000)));
        assert!(composer.text().len() <= super::MOST);
    }
}
