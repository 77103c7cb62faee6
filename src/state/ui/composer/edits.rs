//! What keys do to the text.

use super::{Composer, places};
use crate::state::action::TextEdit;
use std::ops::Range;

impl Composer {
    /// Moves or deletes. Returns whether the text changed.
    pub fn edit(&mut self, edit: TextEdit) -> bool {
        let before = self.revision;
        match edit {
            TextEdit::Left => self.go(places::left(&self.text, self.at)),
            TextEdit::Right => self.go(places::right(&self.text, self.at)),
            TextEdit::Up => self.by_line(true),
            TextEdit::Down => self.by_line(false),
            TextEdit::WordLeft => self.go(places::word_left(&self.text, self.at)),
            TextEdit::WordRight => self.go(places::word_right(&self.text, self.at)),
            TextEdit::Home => self.go(places::line_start(&self.text, self.at)),
            TextEdit::End => self.go(places::line_end(&self.text, self.at)),
            TextEdit::TextStart => self.go(0),
            TextEdit::TextEnd => self.go(self.text.len()),
            TextEdit::Backspace => self.delete(places::left(&self.text, self.at)..self.at),
            TextEdit::Delete => self.delete(self.at..places::right(&self.text, self.at)),
            TextEdit::DeleteWordLeft => self.cut(places::word_left(&self.text, self.at)..self.at),
            TextEdit::DeleteWordRight => self.cut(self.at..places::word_right(&self.text, self.at)),
            // At the end of a line its end goes, and at its start that of the one before.
            TextEdit::KillToEnd => {
                let end = places::line_end(&self.text, self.at);
                self.cut(self.at..if end == self.at { places::right(&self.text, end) } else { end });
            }
            TextEdit::KillToStart => {
                let start = places::line_start(&self.text, self.at);
                self.cut(if start == self.at { places::left(&self.text, start) } else { start }..self.at);
            }
            TextEdit::Yank => self.yank(),
            TextEdit::YankPop => self.yank_pop(),
            TextEdit::Transpose => self.transpose(),
            TextEdit::UpperWord => self.change_word(|word| word.to_uppercase()),
            TextEdit::LowerWord => self.change_word(|word| word.to_lowercase()),
            TextEdit::CapitaliseWord => self.change_word(capitalised),
            TextEdit::Undo => {
                let at = self.steps.undo(&mut self.text);
                self.stepped(at);
            }
            TextEdit::Redo => {
                let at = self.steps.redo(&mut self.text);
                self.stepped(at);
            }
        }
        self.revision != before
    }

    /// A step was taken back or made again.
    fn stepped(&mut self, at: Option<usize>) {
        self.ring.rest();
        if let Some(at) = at {
            self.goal = None;
            self.revision += 1;
            self.at = places::floor(&self.text, at);
        }
    }

    /// By line; from the first and last line to its end, as everywhere.
    fn by_line(&mut self, up: bool) {
        let goal = self.goal.unwrap_or_else(|| places::graphemes_before(&self.text, self.at));
        let (start, end) = (places::line_start(&self.text, self.at), places::line_end(&self.text, self.at));
        let to = match up {
            true => start.checked_sub(1).map(|end| places::line_start(&self.text, end)),
            false => Some(end + 1).filter(|next| *next <= self.text.len()),
        };
        match to {
            Some(line) => self.go(places::column(&self.text, line, goal)),
            None => return self.go(if up { start } else { end }),
        }
        self.goal = Some(goal);
    }

    /// Deletes; not for yank.
    fn delete(&mut self, part: Range<usize>) {
        self.ring.rest();
        self.splice(part, "", false);
        self.at = places::floor(&self.text, self.at);
    }

    /// Cuts, for yank.
    fn cut(&mut self, part: Range<usize>) {
        let Some(text) = self.text.get(part.clone()).filter(|text| !text.is_empty()) else { return self.ring.rest() };
        self.ring.cut(text, part.start < self.at);
        self.splice(part, "", false);
        self.at = places::floor(&self.text, self.at);
    }

    /// What follows until [`Composer::end`] is taken back at once.
    pub(in crate::state::ui) fn begin(&mut self) {
        self.steps.begin();
    }

    /// The end of it.
    pub(in crate::state::ui) fn end(&mut self) {
        self.steps.end();
    }

    /// Puts a text in the place of a part.
    pub(in crate::state::ui) fn change(&mut self, part: Range<usize>, text: &str) {
        self.ring.rest();
        self.put(part, text, false);
        self.steps.cut();
    }

    /// Cuts a part, by itself.
    pub(in crate::state::ui) fn take(&mut self, part: Range<usize>) {
        self.ring.rest();
        self.cut(part);
        self.ring.rest();
    }

    /// Copies a part to where cuts are.
    pub(in crate::state::ui) fn copy(&mut self, part: Range<usize>) {
        if let Some(text) = self.text.get(part) {
            self.ring.push(text);
        }
    }

    /// Takes a text in among the cuts.
    pub(in crate::state::ui) fn keep_cut(&mut self, text: &str) {
        self.ring.push(text);
    }

    /// What was cut or copied last.
    pub(in crate::state::ui) fn last_cut(&self) -> Option<&str> {
        self.ring.first().map(String::as_str)
    }

    /// The text that was cut before takes the place of what was just put back.
    fn yank_pop(&mut self) {
        let Some((place, text, next)) = self.ring.next() else { return };
        let (start, text) = (place.start, text.to_owned());
        self.put(place, &text, false);
        self.ring.turned(start..self.at, next);
    }

    /// The graphemes before and after the cursor change places, and the cursor goes on; at the end of a line those before it.
    fn transpose(&mut self) {
        self.ring.rest();
        let at_end = self.at == places::line_end(&self.text, self.at);
        let middle = if at_end { places::left(&self.text, self.at) } else { self.at };
        let (start, end) = (places::left(&self.text, middle), places::right(&self.text, middle));
        if start < places::line_start(&self.text, self.at) || start == middle || middle == end {
            return;
        }
        let (Some(one), Some(other)) = (self.text.get(start..middle), self.text.get(middle..end)) else { return };
        let changed = format!("{other}{one}");
        self.put(start..end, &changed, false);
    }

    /// From the cursor to the end of the word something is done to its letters.
    fn change_word(&mut self, change: impl FnOnce(&str) -> String) {
        self.ring.rest();
        let end = places::word_right(&self.text, self.at);
        let Some(changed) = self.text.get(self.at..end).map(change) else { return };
        if self.text.len() + changed.len() <= super::MOST {
            self.put(self.at..end, &changed, false);
        }
    }

    /// What is kept comes before what was cut, once.
    fn yank(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        if !kept.is_empty() && self.text.len() + kept.len() <= super::MOST {
            self.insert(&kept);
            return;
        }
        self.kept = kept;
        let Some(text) = self.ring.first().cloned() else { return };
        let start = self.at;
        self.put(start..start, &text, false);
        self.ring.put(start..self.at);
    }
}

/// The first letter large, the others small.
fn capitalised(word: &str) -> String {
    let first = word.find(char::is_alphanumeric).unwrap_or(word.len());
    let (before, letters) = word.split_at_checked(first).unwrap_or((word, ""));
    let mut rest = letters.chars();
    let large: String = rest.by_ref().take(1).flat_map(char::to_uppercase).collect();
    format!("{before}{large}{}", rest.as_str().to_lowercase())
}
