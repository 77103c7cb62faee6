//! The text being written: its buffer, motions by grapheme, undo, and what was cut. Layout wraps and draws it.

mod edits;
pub(crate) mod places;
mod ring;
mod steps;

use crate::domain::CleanText;
use ring::Ring;
use std::ops::Range;
use steps::Steps;

/// Most bytes that the composer holds; more is cut off when pasted.
const MOST: usize = 256 * 1024;

/// The composer's text and cursor.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    text: String,
    /// The cursor: a byte between graphemes.
    at: usize,
    /// The column that moving by line keeps, in graphemes.
    goal: Option<usize>,
    steps: Steps,
    ring: Ring,
    revision: u64,
    /// What yank brings back before anything that was cut: texts that have no other place any more.
    kept: String,
}

impl Composer {
    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All of it, to be kept.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// Grows whenever the text changes.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The byte at which the cursor stands.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.at
    }

    /// Characters in it, line ends included.
    #[must_use]
    pub fn length(&self) -> usize {
        self.text.chars().count()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it is a command: it starts with one slash.
    #[must_use]
    pub fn is_command(&self) -> bool {
        self.text.starts_with('/') && !self.text.starts_with("//")
    }

    /// Replaces all of it; the cursor is at the end. There is nothing to undo before it.
    pub fn set_text(&mut self, text: &str) {
        (self.text, self.at, self.goal, self.steps) = (String::new(), 0, None, Steps::default());
        self.ring.rest();
        self.revision += 1;
        self.insert(text);
        self.steps = Steps::default();
    }

    /// Keeps a text such that yank brings it back, after what is kept already.
    pub fn keep(&mut self, text: &str) {
        if !self.kept.is_empty() && !text.is_empty() {
            self.kept.push('\n');
        }
        self.kept.push_str(text);
    }

    /// What was cut, and what was kept for yank, cannot be put back any more.
    pub fn forget_cut(&mut self) {
        self.ring = Ring::default();
        self.kept.clear();
    }

    /// An empty one to which yank brings the same as to this one.
    #[must_use]
    pub fn successor(&self) -> Self {
        Self { kept: self.kept.clone(), ring: self.ring.rested(), ..Self::default() }
    }

    /// Replaces all of it such that undo and yank bring it back. Returns whether all of it fitted.
    pub fn replace(&mut self, text: &str) -> bool {
        self.steps.begin();
        self.clear();
        let fits = self.insert(text);
        self.steps.end();
        fits
    }

    /// Puts a text in the place of what stands between a byte and the cursor.
    pub fn put_word(&mut self, from: usize, text: &str) {
        self.ring.rest();
        let from = places::floor(&self.text, from.min(self.at));
        self.put(from..self.at, &CleanText::new(text), false);
        self.steps.cut();
    }

    /// Replaces all of it such that undo brings it back; not for yank.
    pub fn swap(&mut self, text: &str) {
        self.ring.rest();
        self.put(0..self.text.len(), &CleanText::new(text), false);
    }

    /// Clears it. Undo and yank bring the text back.
    pub fn clear(&mut self) {
        if self.text.is_empty() {
            return;
        }
        self.ring.push(&self.text);
        self.splice(0..self.text.len(), "", false);
    }

    /// Types or pastes text at the cursor, made as safe as [`CleanText`] is: nothing unseen is sent. Returns whether all of it fitted.
    pub fn insert(&mut self, text: &str) -> bool {
        let text = CleanText::new(text);
        let typed = places::right(&text, 0) == text.len() && &*text != "\n";
        self.ring.rest();
        self.put(self.at..self.at, &text, typed)
    }

    /// Puts the cursor at a byte, or before the grapheme that this is in.
    pub fn go(&mut self, at: usize) {
        self.ring.rest();
        self.steps.cut();
        self.goal = None;
        self.at = places::floor(&self.text, at);
    }

    /// Puts clean text in the place of a part of it, the cursor behind. What does not fit is cut off; returns whether all did.
    fn put(&mut self, part: Range<usize>, text: &str, typed: bool) -> bool {
        let room = MOST.saturating_sub(self.text.len() - part.len());
        let end = if text.len() <= room { text.len() } else { places::floor(text, room) };
        self.splice(part, text.get(..end).unwrap_or_default(), typed);
        end == text.len()
    }

    /// The one place where the text changes.
    fn splice(&mut self, part: Range<usize>, text: &str, typed: bool) {
        self.goal = None;
        let Some(out) = self.text.get(part.clone()).filter(|out| !(out.is_empty() && text.is_empty())) else { return };
        self.steps.note(part.start, out, text, typed);
        self.text.replace_range(part.clone(), text);
        self.revision += 1;
        // A mark may have joined what stands after it.
        self.at = places::ceil(&self.text, part.start + text.len());
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
        assert_eq!(composer.cursor(), 1);
        composer.edit(T::Right);
        assert_eq!(composer.cursor(), 12);
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
            assert_eq!(composer.cursor(), 0, "{text:?}");
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
    fn keys_of_readline_do_what_they_do_there() {
        let mut composer = with("ab cd");
        composer.edit(T::Transpose);
        assert_eq!((composer.as_str(), composer.cursor()), ("ab dc", 5));
        composer.edit(T::Home);
        composer.edit(T::Transpose);
        assert_eq!(composer.as_str(), "ab dc", "nothing stands before");
        composer.edit(T::Right);
        composer.edit(T::Transpose);
        assert_eq!((composer.as_str(), composer.cursor()), ("ba dc", 2));
        composer.edit(T::UpperWord);
        assert_eq!((composer.as_str(), composer.cursor()), ("ba DC", 5));
        composer.edit(T::Home);
        composer.edit(T::CapitaliseWord);
        composer.edit(T::LowerWord);
        assert_eq!(composer.as_str(), "Ba dc");
        let mut composer = with("x 👩\u{200d}🔬e\u{301}");
        composer.edit(T::Transpose);
        assert_eq!(composer.as_str(), "x e\u{301}👩\u{200d}🔬");
    }

    #[test]
    fn cuts_in_a_row_are_one_and_yank_pop_goes_through_those_before() {
        let mut composer = with("one two three");
        composer.edit(T::DeleteWordLeft);
        composer.edit(T::DeleteWordLeft);
        composer.edit(T::Left);
        composer.edit(T::KillToStart);
        assert_eq!(composer.as_str(), " ");
        composer.edit(T::Yank);
        assert_eq!(composer.as_str(), "one ");
        composer.edit(T::YankPop);
        assert_eq!(composer.as_str(), "two three ");
        composer.edit(T::YankPop);
        assert_eq!(composer.as_str(), "one ");
        composer.edit(T::Right);
        composer.edit(T::YankPop);
        assert_eq!(composer.as_str(), "one ", "only right after yank");
    }

    #[test]
    fn what_is_typed_is_taken_back_by_the_word() {
        let mut composer = with("");
        "two words".chars().for_each(|letter| _ = composer.insert(&letter.to_string()));
        composer.edit(T::Undo);
        assert_eq!(composer.as_str(), "two ");
        composer.edit(T::Undo);
        assert_eq!(composer.as_str(), "");
        composer.edit(T::Redo);
        composer.edit(T::Redo);
        assert_eq!(composer.as_str(), "two words");
    }

    #[test]
    fn pasted_text_is_cleaned_and_bounded() {
        let mut composer = with("");
        assert!(composer.insert("a\r\nb\rc\x1b[0m\td"));
        assert_eq!(composer.text(), "a\nb\nc[0m\td");
        composer.set_text("");
        assert!(composer.insert("a\u{2028}b\u{2029}c\u{202e}d\u{2066}e\u{e0041}f\u{200b}g\u{85}h"));
        assert_eq!(composer.text(), "a\nb\ncdefg\nh");
        assert!(!composer.insert(&"é".repeat(200_000)));
        assert!(composer.text().len() <= super::MOST);
    }
}
