//! Keys as in vi: what letters do while nothing is inserted.
//!
//! Letters gather until they are a whole command: a count, what is done, a count, and how far. What cannot become one is forgotten.

mod motions;

use super::composer::{Composer, places};
use crate::state::action::TextEdit;
use motions::{
    counted, first_letter, found, next_word, nth_line, parting, put, stay_on_a_letter, word_end, word_start,
};
use std::ops::Range;

/// Most times that something is done at once.
const MOST: usize = 10_000;

/// What letters do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// They are inserted.
    #[default]
    Insert,
    /// They are commands.
    Normal,
    /// They are commands for whole lines, from the one with this byte to that of the cursor.
    Lines(usize),
}

/// Where one is in it.
#[derive(Clone, Debug, Default)]
pub struct Vi {
    /// What letters do now.
    pub mode: Mode,
    /// Letters of a command that is not whole yet.
    keys: String,
    /// The last change: its letters, and what was inserted by it.
    last: (String, String),
    /// The change that is being made inserts what is typed.
    inserting: bool,
    /// The last letter that was looked for in the line: which, forwards, and whether before it.
    find: Option<(char, bool, bool)>,
}

/// How far something is done.
struct Motion {
    to: usize,
    /// What the cursor ends on belongs to it.
    inclusive: bool,
    /// It is of whole lines.
    lines: bool,
}

impl Motion {
    const fn to(to: usize) -> Option<Self> {
        Some(Self { to, inclusive: false, lines: false })
    }

    const fn on(to: usize) -> Option<Self> {
        Some(Self { to, inclusive: true, lines: false })
    }

    const fn lines(to: usize) -> Option<Self> {
        Some(Self { to, inclusive: false, lines: true })
    }
}

/// What became of letters.
enum Read {
    /// They may become a command.
    More,
    /// They are none.
    Nothing,
    /// It was done; whether it changed the text.
    Done(bool),
}

impl Vi {
    /// Whether letters are commands.
    #[must_use]
    pub const fn commands(&self) -> bool {
        !matches!(self.mode, Mode::Insert)
    }

    /// Nothing is inserted any more. Returns whether it was not so already.
    pub(super) fn leave(&mut self, composer: &mut Composer) -> bool {
        let was = std::mem::replace(&mut self.mode, Mode::Normal);
        self.keys.clear();
        if was == Mode::Insert {
            if std::mem::take(&mut self.inserting) {
                composer.end();
            }
            let at = composer.cursor();
            if at > places::line_start(composer.as_str(), at) {
                composer.go(places::left(composer.as_str(), at));
            }
        }
        was != Mode::Normal
    }

    /// What is typed from now on is inserted, whatever was done before.
    pub(super) fn insert(&mut self) {
        self.mode = Mode::Insert;
        self.keys.clear();
        self.inserting = false;
    }

    /// Whether a command begins with the next letter.
    pub(super) const fn rests(&self) -> bool {
        matches!(self.mode, Mode::Normal) && self.keys.is_empty()
    }

    /// Something was inserted: it is part of the change that can be made again.
    pub(super) fn inserted(&mut self, text: &str) {
        if self.inserting && self.last.1.len() + text.len() <= 64 * 1024 {
            self.last.1.push_str(text);
        }
    }

    /// A letter was pressed while letters are commands.
    pub(super) fn key(&mut self, composer: &mut Composer, letter: char) {
        self.keys.push(letter);
        let keys = std::mem::take(&mut self.keys);
        match self.run(composer, &keys) {
            Read::More => self.keys = keys,
            Read::Done(true) if counted(&keys).1 != "." => {
                if !self.inserting {
                    self.last = (keys, String::new());
                } else {
                    self.last.0 = keys;
                }
            }
            Read::Done(_) | Read::Nothing => {}
        }
        if self.mode == Mode::Normal {
            stay_on_a_letter(composer);
        }
    }

    fn run(&mut self, composer: &mut Composer, keys: &str) -> Read {
        if keys.len() > 32 {
            return Read::Nothing;
        }
        let (count, rest) = counted(keys);
        let mut letters = rest.chars();
        let Some(first) = letters.next() else { return Read::More };
        let rest = letters.as_str();
        if let Mode::Lines(from) = self.mode {
            return self.of_lines(composer, from, count, first, rest);
        }
        match first {
            'd' | 'c' | 'y' => self.operate(composer, first, count, rest),
            '.' => {
                let (keys, inserted) = self.last.clone();
                if keys.is_empty() {
                    return Read::Nothing;
                }
                for _ in 0..count.unwrap_or(1).min(100) {
                    self.run(composer, &keys);
                    if self.mode == Mode::Insert {
                        composer.insert(&inserted);
                        self.leave(composer);
                    }
                }
                self.last = (keys, inserted);
                Read::Done(true)
            }
            'u' => {
                let before = composer.text();
                (0..count.unwrap_or(1).min(MOST)).for_each(|_| _ = composer.edit(TextEdit::Undo));
                if let Some(at) = parting(&before, composer.as_str()) {
                    composer.go(at);
                }
                Read::Done(false)
            }
            'V' => {
                self.mode = Mode::Lines(composer.cursor());
                Read::Done(false)
            }
            'i' | 'a' | 'I' | 'A' | 'o' | 'O' => {
                self.begin(composer);
                let (text, at) = (composer.as_str(), composer.cursor());
                let (start, end) = (places::line_start(text, at), places::line_end(text, at));
                match first {
                    'a' if at < end => composer.go(places::right(text, at)),
                    'I' => composer.go(first_letter(text, start)),
                    'A' => composer.go(end),
                    'o' => {
                        composer.go(end);
                        composer.insert("\n");
                    }
                    'O' => {
                        composer.go(start);
                        composer.insert("\n");
                        composer.go(start);
                    }
                    _ => {}
                }
                Read::Done(true)
            }
            'x' => self.operate(composer, 'd', count, "l"),
            'X' => self.operate(composer, 'd', count, "h"),
            'D' => self.operate(composer, 'd', count, "$"),
            'C' => self.operate(composer, 'c', count, "$"),
            's' => self.operate(composer, 'c', count, "l"),
            'S' => self.operate(composer, 'c', count, "c"),
            'Y' => self.operate(composer, 'y', count, "y"),
            'p' | 'P' => {
                composer.begin();
                (0..count.unwrap_or(1).min(100)).for_each(|_| put(composer, first == 'p'));
                composer.end();
                Read::Done(true)
            }
            'J' => {
                let end = places::line_end(composer.as_str(), composer.cursor());
                if end == composer.as_str().len() {
                    return Read::Nothing;
                }
                composer.change(end..end + 1, " ");
                composer.go(end);
                Read::Done(true)
            }
            'r' => match rest.chars().next() {
                None => Read::More,
                Some(letter) => {
                    let at = composer.cursor();
                    let right = places::right(composer.as_str(), at);
                    if right == at || composer.as_str().get(at..right) == Some("\n") {
                        return Read::Nothing;
                    }
                    composer.change(at..right, &letter.to_string());
                    composer.go(at);
                    Read::Done(true)
                }
            },
            '~' => {
                let at = composer.cursor();
                let right = places::right(composer.as_str(), at);
                let letter = composer.as_str().get(at..right).unwrap_or_default().to_owned();
                let upper = letter.to_uppercase();
                let turned = if upper == letter { letter.to_lowercase() } else { upper };
                composer.change(at..right, &turned);
                Read::Done(true)
            }
            _ => match self.motion(composer, count, first, rest) {
                Ok(Some(motion)) => {
                    composer.go(motion.to);
                    Read::Done(false)
                }
                Ok(None) => Read::Nothing,
                Err(()) => Read::More,
            },
        }
    }

    /// What is typed from now on is inserted, and is one step back.
    fn begin(&mut self, composer: &mut Composer) {
        self.mode = Mode::Insert;
        self.inserting = true;
        self.last.1.clear();
        composer.begin();
    }

    /// Deletes, changes or copies as far as a motion goes.
    fn operate(&mut self, composer: &mut Composer, what: char, outer: Option<usize>, rest: &str) -> Read {
        let (inner, rest) = counted(rest);
        let mut letters = rest.chars();
        let Some(first) = letters.next() else { return Read::More };
        let count = match (outer, inner) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(1).saturating_mul(b.unwrap_or(1)).min(MOST)),
        };
        let (text, at) = (composer.as_str(), composer.cursor());
        if first == what {
            // The whole line, and those below it.
            let mut end = places::line_end(text, at);
            for _ in 1..count.unwrap_or(1) {
                end = places::line_end(text, (end + 1).min(text.len()));
            }
            return self.do_lines(composer, what, places::line_start(text, at)..end);
        }
        // A change of a word does not take the blank behind it.
        let word_ends =
            what == 'c' && first == 'w' && !text.get(at..).unwrap_or_default().starts_with(char::is_whitespace);
        let motion = match self.motion(composer, count, if word_ends { 'e' } else { first }, letters.as_str()) {
            Ok(Some(motion)) => motion,
            Ok(None) => return Read::Nothing,
            Err(()) => return Read::More,
        };
        let text = composer.as_str();
        let (from, to) = (at.min(motion.to), at.max(motion.to));
        if motion.lines {
            return self.do_lines(composer, what, places::line_start(text, from)..places::line_end(text, to));
        }
        let mut to = if motion.inclusive { places::right(text, to) } else { to };
        // The last word of a line does not take its end along.
        if first == 'w' && to > at {
            let end = places::line_end(text, at);
            if to > end && at < end {
                to = end;
            }
        }
        if from == to {
            return Read::Nothing;
        }
        match what {
            'y' => {
                composer.copy(from..to);
                composer.go(from);
                Read::Done(false)
            }
            _ => {
                if what == 'c' {
                    self.begin(composer);
                }
                composer.take(from..to);
                Read::Done(true)
            }
        }
    }

    /// Deletes, changes or copies whole lines.
    fn do_lines(&mut self, composer: &mut Composer, what: char, lines: Range<usize>) -> Read {
        let text = format!("{}\n", composer.as_str().get(lines.clone()).unwrap_or_default());
        composer.keep_cut(&text);
        match what {
            'y' => {
                composer.go(lines.start);
                Read::Done(false)
            }
            'c' => {
                self.begin(composer);
                composer.change(lines, "");
                Read::Done(true)
            }
            _ => {
                let whole = composer.as_str();
                // Its end goes along, or where there is none that of the line before.
                let part = match whole.get(lines.end..).is_some_and(|rest| rest.starts_with('\n')) {
                    true => lines.start..lines.end + 1,
                    false => lines.start.saturating_sub(1)..lines.end,
                };
                composer.change(part, "");
                let at = places::line_start(composer.as_str(), composer.cursor());
                composer.go(first_letter(composer.as_str(), at));
                Read::Done(true)
            }
        }
    }

    fn of_lines(
        &mut self,
        composer: &mut Composer,
        from: usize,
        count: Option<usize>,
        first: char,
        rest: &str,
    ) -> Read {
        let at = composer.cursor();
        let (start, end) = (from.min(at), from.max(at).min(composer.as_str().len()));
        let lines = places::line_start(composer.as_str(), start)..places::line_end(composer.as_str(), end);
        let what = match first {
            'd' | 'x' | 'X' | 'D' => 'd',
            'y' | 'Y' => 'y',
            'c' | 's' | 'S' | 'C' => 'c',
            'V' => {
                self.mode = Mode::Normal;
                return Read::Done(false);
            }
            _ => {
                return match self.motion(composer, count, first, rest) {
                    Ok(Some(motion)) => {
                        composer.go(motion.to);
                        Read::Done(false)
                    }
                    Ok(None) => Read::Nothing,
                    Err(()) => Read::More,
                };
            }
        };
        self.mode = Mode::Normal;
        // As letters of their own they would mean something else when made again.
        match self.do_lines(composer, what, lines) {
            Read::Done(_) => Read::Done(false),
            other => other,
        }
    }

    /// Where a motion leads; `Err`: more letters decide, `Ok(None)`: nowhere.
    fn motion(
        &mut self,
        composer: &Composer,
        count: Option<usize>,
        first: char,
        rest: &str,
    ) -> Result<Option<Motion>, ()> {
        let (text, at) = (composer.as_str(), composer.cursor());
        let times = count.unwrap_or(1).min(MOST);
        let (start, end) = (places::line_start(text, at), places::line_end(text, at));
        let repeat = |step: &dyn Fn(usize) -> usize| (0..times).fold(at, |at, _| step(at));
        Ok(match first {
            'h' => Motion::to(repeat(&|at| if at > start { places::left(text, at) } else { at })),
            'l' | ' ' => Motion::to(repeat(&|at| if at < end { places::right(text, at) } else { at })),
            '0' => Motion::to(start),
            '^' => Motion::to(first_letter(text, start)),
            '$' => Motion::to((1..times).fold(end, |end, _| places::line_end(text, (end + 1).min(text.len())))),
            'w' => Motion::to(repeat(&|at| next_word(text, at))),
            'b' => Motion::to(repeat(&|at| word_start(text, at))),
            'e' => Motion::on(repeat(&|at| word_end(text, at))),
            'j' | 'k' => {
                let column = places::graphemes_before(text, at);
                let line = (0..times).try_fold(start, |line, _| match first {
                    'j' => Some(places::line_end(text, line) + 1).filter(|next| *next <= text.len()),
                    _ => line.checked_sub(1).map(|end| places::line_start(text, end)),
                });
                line.and_then(|line| Motion::lines(places::column(text, line, column)))
            }
            'G' => Motion::lines(count.map_or(places::line_start(text, text.len()), |number| nth_line(text, number))),
            'g' => match rest.chars().next() {
                None => return Err(()),
                Some('g') => Motion::lines(nth_line(text, times)),
                Some(_) => None,
            },
            'f' | 'F' | 't' | 'T' => {
                let Some(letter) = rest.chars().next() else { return Err(()) };
                self.find = Some((letter, matches!(first, 'f' | 't'), matches!(first, 't' | 'T')));
                found(text, at, letter, first == 'f' || first == 't', matches!(first, 't' | 'T'), times)
            }
            ';' | ',' => self.find.and_then(|(letter, forward, before)| {
                found(text, at, letter, forward == (first == ';'), before, times)
            }),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
