//! Remote text made safe, once, at the border.
//!
//! [`CleanText`] can be drawn, logged, notified, exported and printed: it holds no control character but the line feed and the tab,
//! no bidirectional override, embedding or isolate, and no other invisible character that moves or hides text. ZWJ, ZWNJ, LRM, RLM and variation
//! selectors stay, since scripts and emoji need them; tag characters stay only inside a flag sequence.

use std::fmt;

/// Sanitised text. The only kind of remote text that the rest of nib accepts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CleanText(Box<str>);

impl CleanText {
    /// Cleans text that may hold several lines.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        if is_clean(raw) { Self(raw.into()) } else { Self(clean(raw, &mut []).into()) }
    }

    /// Cleans text that it may keep; free of copying when there is nothing to clean.
    #[must_use]
    pub fn from_owned(raw: String) -> Self {
        if is_clean(&raw) { Self(raw.into_boxed_str()) } else { Self(clean(&raw, &mut []).into()) }
    }

    /// Cleans text that is shown on one line: names, topics, reasons. Line ends and tabs become spaces.
    #[must_use]
    pub fn line(raw: &str) -> Self {
        let text = Self::new(raw);
        if text.0.contains(['\n', '\t']) { Self(text.0.replace(['\n', '\t'], " ").into()) } else { text }
    }

    /// Cleans text and moves byte offsets of `raw` to the same place in the result. Offsets must lie on character boundaries of `raw`;
    /// one inside something that was removed moves to where it was.
    #[must_use]
    pub fn with_offsets(raw: String, offsets: &mut [usize]) -> Self {
        if is_clean(&raw) { Self(raw.into_boxed_str()) } else { Self(clean(&raw, offsets).into()) }
    }

    /// What cleaning takes out of a text because it cannot be seen, or could not be borne: what it is called, and how many there are.
    #[must_use]
    pub fn removed(raw: &str) -> Vec<(&'static str, usize)> {
        let mut removed: Vec<(&'static str, usize)> = Vec::new();
        let mut in_flag = false;
        for character in raw.chars() {
            let tag = ('\u{E0020}'..='\u{E007F}').contains(&character);
            let is_kept = !is_unsafe(character) || in_flag && tag || character == '\u{85}' || character == '\r';
            in_flag = character == '\u{1F3F4}' || in_flag && tag && character != '\u{E007F}';
            if is_kept {
                continue;
            }
            let name = match character {
                '\u{0}'..='\u{9f}' => "control character",
                '\u{ad}' => "soft hyphen",
                '\u{180e}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => "space without width",
                '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "direction mark",
                '\u{e0000}'..='\u{e007f}' => "hidden letter",
                _ => "character without a look",
            };
            match removed.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => removed.push((name, 1)),
            }
        }
        removed
    }

    /// Text of our own program, which needs no cleaning.
    #[must_use]
    pub fn ours(text: &'static str) -> Self {
        debug_assert!(is_clean(text) || clean(text, &mut []) == text);
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for CleanText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CleanText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for CleanText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// Whether nothing is to be changed: nearly every text, told without copying it. Bytes of ASCII are looked at many at once.
fn is_clean(text: &str) -> bool {
    let mut rest = text;
    loop {
        let plain = plain_start(rest.as_bytes());
        let mut characters = rest.get(plain..).unwrap_or_default().chars();
        match characters.next() {
            None => return true,
            Some(character) if changes(character) => return false,
            Some(_) => rest = characters.as_str(),
        }
    }
}

/// How many bytes from the start are printable ASCII, line feeds or tabs; perhaps fewer by a few.
fn plain_start(bytes: &[u8]) -> usize {
    const MANY: usize = 16;
    let plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    // Without a way out in the middle, so that it becomes one instruction for all of them.
    let all = |bytes: &&[u8]| bytes.iter().fold(true, |all, byte| all & plain(byte));
    let whole = bytes.chunks_exact(MANY).take_while(all).count() * MANY;
    let rest = bytes.get(whole..).unwrap_or_default();
    whole + rest.iter().take(MANY).take_while(|byte| plain(byte)).count()
}

/// Whether cleaning does anything about a character. Tags that end a flag are among them: where they stand decides.
fn changes(character: char) -> bool {
    // Letters of most scripts and all ideographs, without looking further.
    !matches!(character, '\u{c0}'..='\u{600}' | '\u{2190}'..='\u{fdcf}' | '\u{1f000}'..='\u{1fffd}')
        && (matches!(character, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') || is_unsafe(character))
}

fn clean(raw: &str, offsets: &mut [usize]) -> String {
    let mut text = String::with_capacity(raw.len());
    // (offset in raw, offset in text) after each place where the two diverge, ascending.
    let mut moves: Vec<(usize, usize)> = Vec::new();
    let mut in_flag = false;
    let mut chars = raw.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        let kept = match character {
            '\r' => {
                if chars.peek().is_some_and(|&(_, next)| next == '\n') {
                    None
                } else {
                    Some('\n')
                }
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
            '\u{E0020}'..='\u{E007F}' if in_flag => Some(character),
            other if is_unsafe(other) => None,
            other => Some(other),
        };
        match kept {
            Some(kept) => {
                text.push(kept);
                in_flag = character == '\u{1F3F4}' || in_flag && ('\u{E0020}'..='\u{E007E}').contains(&character);
                if kept.len_utf8() != character.len_utf8() {
                    moves.push((at + character.len_utf8(), text.len()));
                }
            }
            None => moves.push((at + character.len_utf8(), text.len())),
        }
    }
    for offset in offsets {
        let step = moves.partition_point(|&(from, _)| from <= *offset);
        let (from, to) = if step == 0 { (0, 0) } else { moves[step - 1] };
        // Inside a removed run the distance counts up to the next divergence only.
        let limit = moves.get(step).map_or(text.len(), |&(_, to)| to);
        *offset = (to + (*offset - from)).min(limit).min(text.len());
        while !text.is_char_boundary(*offset) {
            *offset -= 1;
        }
    }
    text
}

/// Characters that may reach no terminal: they move the cursor, reorder, or hide text.
fn is_unsafe(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // Soft hyphen, Arabic letter mark, Mongolian vowel separator, zero width space: invisible, widths differ between terminals.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' => true,
        // Bidirectional embeddings, overrides and isolates; word joiner and invisible operators; deprecated format characters.
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{fdd0}'..='\u{fdef}' => true,
        '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}' => true,
        other => u32::from(other) & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::CleanText;
    use proptest::prelude::*;

    #[test]
    fn removes_what_moves_the_cursor() {
        for (raw, want) in [
            ("plain", "plain"),
            ("a\x1b[31mred\x07", "a[31mred"),
            ("c1 \u{9b}2J", "c1 2J"),
            ("over\u{202e}ride\u{2066}\u{2069}", "override"),
            ("a\r\nb\rc\u{2028}d\u{85}e", "a\nb\nc\nd\ne"),
            ("zwj 👩\u{200d}🔬 stays", "zwj 👩\u{200d}🔬 stays"),
            ("lrm\u{200e}rlm\u{200f}", "lrm\u{200e}rlm\u{200f}"),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", "🏴\u{e0067}\u{e0062}\u{e007f}"),
            ("hidden\u{e0041}tag", "hiddentag"),
            ("\u{feff}bom\u{200b}", "bom"),
        ] {
            assert_eq!(CleanText::new(raw).as_str(), want, "{raw:?}");
        }
    }

    #[test]
    fn what_was_hidden_is_named_and_counted() {
        let told = CleanText::removed("a\u{200b}b\u{feff}c\u{202e}d\x1b\r\ne🏴\u{e0067}\u{e007f}\u{e0041}\u{200d}");
        let want = [("space without width", 2), ("direction mark", 1), ("control character", 1), ("hidden letter", 1)];
        assert_eq!(told, want);
        assert_eq!(CleanText::removed("plain\ttext\r\nof two lines"), []);
    }

    #[test]
    fn a_line_has_no_line_ends() {
        assert_eq!(CleanText::line("a\nb\tc\r\nd").as_str(), "a b c d");
    }

    #[test]
    fn offsets_follow_the_text() {
        let raw = "\u{202e}ab\x1bcd\r\nef\u{2028}gh".to_owned();
        let mut offsets: Vec<usize> = ["ab", "cd", "ef", "gh"].iter().map(|word| raw.find(word).unwrap()).collect();
        let text = CleanText::with_offsets(raw, &mut offsets);
        assert_eq!(text.as_str(), "abcd\nef\ngh");
        assert_eq!(offsets, ["ab", "cd", "ef", "gh"].map(|word| text.find(word).unwrap()));
    }

    proptest! {
        #[test]
        fn nothing_unsafe_survives_and_cleaning_is_idempotent(raw in "\\PC*|[\\x00-\\x1f\\x7f-\\u{9f}\\u{202a}-\\u{202e}\\u{2028}a🏴\\u{e0061}\\u{e007f}]*") {
            let text = CleanText::new(&raw);
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            // With a message of its own, since the default one takes the braces of the escapes for format arguments.
            prop_assert!(
                !text.chars().any(|c| ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)),
                "a bidirectional control is left"
            );
            prop_assert_eq!(CleanText::new(&text), text);
        }

        #[test]
        fn what_counts_as_clean_is_what_cleaning_leaves_alone(raw in "(\\PC|[ -~]{15,18}|[\\x00-\\x1f\\x7f-\\u{ff}\\u{5ff}-\\u{61d}\\u{200a}-\\u{206f}\\u{fdd0}\\u{feff}🏴\\u{e0061}\\u{e007f}]){0,12}") {
            if super::is_clean(&raw) {
                prop_assert_eq!(super::clean(&raw, &mut []), raw);
            } else {
                // Only a flag's tags may be looked at in vain.
                prop_assert!(super::clean(&raw, &mut []) != raw || raw.contains('🏴'));
            }
        }

        #[test]
        fn offsets_stay_ordered_and_on_boundaries(raw in "[a-c\\x00\\r\\n\\u{202e}é\\u{2028}😀]{0,30}") {
            let mut offsets: Vec<usize> = raw.char_indices().map(|(at, _)| at).chain([raw.len()]).collect();
            let text = CleanText::with_offsets(raw.clone(), &mut offsets);
            prop_assert!(offsets.is_sorted());
            prop_assert!(offsets.iter().all(|&at| text.is_char_boundary(at)));
            prop_assert_eq!(*offsets.last().unwrap(), text.len());
        }
    }
}
