//! From what was typed to formatted text: cut into tokens, marks paired with a stack, then put together.
//!
//! Linear in the length of the text; every search is bounded by a line, a link or a fixed length.

use super::dialect::Dialect;
use crate::domain::{CleanText, RichText, Span, SpanKind};

/// Longest address of a masked link, in bytes.
const ADDRESS_LIMIT: usize = 2_048;
/// Longest name of a language, in bytes.
const LANGUAGE_LIMIT: usize = 32;

/// Fewest backticks that open a block; as many close it, so that fewer can stand inside.
const FENCE: usize = 3;
/// Most of them. A bound on how often the rest of a text is searched for an end that is not there.
const FENCE_LIMIT: usize = 32;

/// Backticks that a block with this text can be put between.
#[must_use]
pub fn fence(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(FENCE.max(longest + 1))
}

/// A mark that opens and closes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Bold,
    Star,
    Underscore,
    Underline,
    Strike,
    Spoiler,
}

impl Mark {
    /// Longer ones first, so that two underscores are not read as one and one.
    const ALL: [(&'static str, Self); 6] = [
        ("**", Self::Bold),
        ("__", Self::Underline),
        ("~~", Self::Strike),
        ("||", Self::Spoiler),
        ("*", Self::Star),
        ("_", Self::Underscore),
    ];

    const fn kind(self) -> SpanKind {
        match self {
            Self::Bold => SpanKind::Bold,
            Self::Star | Self::Underscore => SpanKind::Italic,
            Self::Underline => SpanKind::Underline,
            Self::Strike => SpanKind::Strike,
            Self::Spoiler => SpanKind::Spoiler,
        }
    }

    /// Whether it means nothing inside a word, as in `snake_case` and `2*3*4`.
    const fn is_shy(self) -> bool {
        matches!(self, Self::Star | Self::Underscore | Self::Underline)
    }
}

/// A piece of what was typed; texts with the byte at which they stand.
enum Token<'a> {
    Text(usize, &'a str),
    Mark { mark: Mark, at: usize, literal: &'a str, opens: bool, closes: bool },
    Leaf(usize, &'a str, SpanKind),
    LinkStart,
    LinkEnd(&'a str),
}

/// Reads markup as nib is typed into. Total; what is not markup stays as typed, and the text is made clean.
#[must_use]
pub fn parse(typed: &str) -> RichText {
    super::read(typed, Dialect::NIB)
}

/// What was typed, without its marks.
pub(super) struct Reading {
    /// The text, not made clean.
    pub(super) raw: String,
    /// First byte, one past the last, and what it means.
    pub(super) spans: Vec<(usize, usize, SpanKind)>,
    /// Parts of the text: where each stands in it, where it was typed, how long it is. What was typed between them are marks.
    pub(super) parts: Vec<(usize, usize, usize)>,
}

impl Reading {
    fn say(&mut self, at: usize, text: &str) {
        self.parts.push((self.raw.len(), at, text.len()));
        self.raw.push_str(text);
    }
}

/// Takes the marks out.
pub(super) fn reading(typed: &str, dialect: Dialect) -> Reading {
    let mut tokens =
        Cutter { text: typed, dialect, at: 0, literal: 0, link: None, underscores: 0, tokens: Vec::new() }.cut();
    let partner = pair(&mut tokens);
    let mut read = Reading { raw: String::with_capacity(typed.len()), spans: Vec::new(), parts: Vec::new() };
    // Where a span began, by token.
    let mut begun = vec![0; tokens.len()];
    let mut link = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Text(at, text) => read.say(*at, text),
            Token::Leaf(at, text, kind) => {
                let start = read.raw.len();
                read.say(*at, text);
                read.spans.push((start, read.raw.len(), kind.clone()));
            }
            Token::LinkStart => link = read.raw.len(),
            Token::LinkEnd(address) => {
                read.spans.push((link, read.raw.len(), SpanKind::MaskedLink(CleanText::line(address))));
            }
            Token::Mark { mark, at, literal, .. } => match partner.get(index).copied().flatten() {
                None => read.say(*at, literal),
                Some(other) if other > index => {
                    if let Some(start) = begun.get_mut(index) {
                        *start = read.raw.len();
                    }
                }
                Some(other) => {
                    let start = begun.get(other).copied().unwrap_or(read.raw.len());
                    let kind =
                        if *mark == Mark::Underline && !dialect.underline { SpanKind::Bold } else { mark.kind() };
                    read.spans.push((start, read.raw.len(), kind));
                }
            },
        }
    }
    read
}

/// Cleans the text and moves the spans with it.
pub(super) fn place(raw: String, spans: Vec<(usize, usize, SpanKind)>) -> RichText {
    let mut points: Vec<usize> = spans.iter().flat_map(|&(start, end, _)| [start, end]).collect();
    let text = CleanText::with_offsets(raw, &mut points);
    let mut placed: Vec<Span> = spans
        .into_iter()
        .zip(points.chunks_exact(2))
        .filter_map(|((_, _, kind), ends)| {
            let start = u32::try_from(*ends.first()?).ok()?;
            let end = u32::try_from(*ends.get(1)?).ok()?;
            (start < end).then_some(Span { start, end, kind })
        })
        .collect();
    placed.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    RichText { text, spans: placed.into() }
}

/// For each token the one that it opens or closes together with.
fn pair(tokens: &mut [Token<'_>]) -> Vec<Option<usize>> {
    let mut partner = vec![None; tokens.len()];
    let mut open: Vec<(usize, Mark)> = Vec::new();
    // How many of each mark are open, so that a closing mark without an opening one costs nothing.
    let mut count = [0_usize; 6];
    for index in 0..tokens.len() {
        // Three stars are read as two and one; where the one was opened last, it closes first.
        if open.last().is_some_and(|(_, mark)| *mark == Mark::Star)
            && closes(tokens, index, Mark::Bold)
            && closes(tokens, index + 1, Mark::Star)
        {
            tokens.swap(index, index + 1);
        }
        let Some(Token::Mark { mark, opens, closes, .. }) = tokens.get(index) else { continue };
        let kind = *mark as usize;
        if *closes
            && count.get(kind).is_some_and(|&open| open > 0)
            && let Some(depth) = open.iter().rposition(|(_, other)| other == mark)
            && let Some(&(start, _)) = open.get(depth)
            && index > start + 1
        {
            partner[start] = Some(index);
            partner[index] = Some(start);
            for (_, dropped) in open.drain(depth..) {
                count[dropped as usize] -= 1;
            }
        } else if *opens {
            open.push((index, *mark));
            count[kind] += 1;
        }
    }
    partner
}

/// Whether a token is this mark and may close it.
fn closes(tokens: &[Token<'_>], index: usize, wanted: Mark) -> bool {
    matches!(tokens.get(index), Some(Token::Mark { mark, closes: true, .. }) if *mark == wanted)
}

struct Cutter<'a> {
    text: &'a str,
    dialect: Dialect,
    at: usize,
    /// Start of the literal text not yet made a token.
    literal: usize,
    /// The masked link one is inside of: where its text ends, its address, where it ends.
    link: Option<(usize, &'a str, usize)>,
    /// Marks of underscores so far; while odd, an underscore at the end of a name closes one.
    underscores: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Cutter<'a> {
    fn cut(mut self) -> Vec<Token<'a>> {
        loop {
            let end = self.link.map_or(self.text.len(), |(end, ..)| end);
            if self.at >= end {
                let Some((end, address, after)) = self.link.take() else { break };
                self.flush(end);
                self.tokens.push(Token::LinkEnd(address));
                self.go(after);
                continue;
            }
            let rest = self.text.get(self.at..end).unwrap_or_default();
            let Some(first) = rest.chars().next() else { break };
            let handled = match first {
                '\\' => self.dialect.escapes && self.escape(rest),
                '`' => self.code(rest),
                '[' => self.link.is_none() && self.masked_link(rest),
                '@' => self.mention(rest),
                'h' => self.address(rest),
                '*' | '_' | '~' | '|' => self.mark(rest),
                _ => false,
            };
            if !handled {
                self.at += first.len_utf8();
            }
        }
        self.flush(self.text.len());
        self.tokens
    }

    /// Makes a token of the literal text before `end`.
    fn flush(&mut self, end: usize) {
        if let Some(text) = self.text.get(self.literal..end)
            && !text.is_empty()
        {
            self.tokens.push(Token::Text(self.literal, text));
        }
        self.literal = end;
    }

    /// Goes on at `at` with no literal text pending.
    fn go(&mut self, at: usize) {
        self.at = at;
        self.literal = at;
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.at).and_then(|text| text.chars().next_back())
    }

    fn after_word(&self) -> bool {
        self.before().is_some_and(char::is_alphanumeric)
    }

    fn escape(&mut self, rest: &'a str) -> bool {
        if !rest.as_bytes().get(1).is_some_and(u8::is_ascii_punctuation) {
            return false;
        }
        self.flush(self.at);
        self.literal = self.at + 1;
        self.at += 2;
        true
    }

    fn code(&mut self, rest: &'a str) -> bool {
        let run = rest.bytes().take_while(|&byte| byte == b'`').count();
        let (open, kind, before, content) = if run >= FENCE {
            let (fence, block) = rest.split_at(run);
            let Some(end) = (run <= FENCE_LIMIT).then(|| block.find(fence)).flatten() else {
                return self.literal_run(rest);
            };
            let (language, start, content) = language(&block[..end]);
            (run + end + run, SpanKind::CodeBlock(language), run + start, content)
        } else {
            let inline = &rest[1..];
            let Some(end) = inline.find(['`', '\n']).filter(|&end| inline[end..].starts_with('`')) else {
                return false;
            };
            (end + 2, SpanKind::Code, 1, &inline[..end])
        };
        if content.is_empty() {
            return self.literal_run(rest);
        }
        self.flush(self.at);
        self.tokens.push(Token::Leaf(self.at + before, content, kind));
        self.go(self.at + open);
        true
    }

    /// Backticks that mean nothing stay together, so that the second of two does not open something.
    fn literal_run(&mut self, rest: &str) -> bool {
        self.at += rest.bytes().take_while(|&byte| byte == b'`').count();
        true
    }

    fn masked_link(&mut self, rest: &'a str) -> bool {
        let mut text_end = None;
        let mut bytes = rest.bytes().enumerate().skip(1);
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' if self.dialect.escapes => drop(bytes.next()),
                b'[' | b'\n' => return false,
                b']' => {
                    text_end = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let Some(text_end) = text_end.filter(|&end| end > 1) else { return false };
        let Some(tail) = rest.get(text_end + 1..).and_then(|tail| tail.strip_prefix('(')) else { return false };
        let mut depth = 0;
        let mut length = None;
        for (at, byte) in tail.bytes().enumerate().take(ADDRESS_LIMIT) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    length = Some(at);
                    break;
                }
                b')' => depth -= 1,
                byte if byte.is_ascii_whitespace() => return false,
                _ => {}
            }
        }
        let Some(address) = length.and_then(|length| tail.get(..length)) else { return false };
        if scheme(address).is_none_or(|scheme| address.len() <= scheme) || address.contains(char::is_whitespace) {
            return false;
        }
        self.flush(self.at);
        self.tokens.push(Token::LinkStart);
        self.link = Some((self.at + text_end, address, self.at + text_end + 2 + address.len() + 1));
        self.go(self.at + 1);
        true
    }

    fn mention(&mut self, rest: &'a str) -> bool {
        let name = rest[1..]
            .bytes()
            .take_while(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
            .count();
        let mut whole = rest[..=name].trim_end_matches(['.', '-']);
        if self.underscores % 2 == 1 {
            whole = whole.trim_end_matches('_');
        }
        if whole.len() < 2 || self.after_word() {
            return false;
        }
        self.leaf(whole, SpanKind::Mention(None))
    }

    fn address(&mut self, rest: &'a str) -> bool {
        let Some(scheme) = scheme(rest).filter(|_| !self.after_word()) else { return false };
        let length = rest
            .find(|character: char| character.is_whitespace() || matches!(character, '<' | '>' | '"' | '`'))
            .unwrap_or(rest.len());
        let mut whole = &rest[..length];
        // What ends a sentence, or closes something around the address, is no part of it. One closing bracket without its opening
        // one is dropped at a time, so the two counts are kept.
        let opened = whole.bytes().filter(|&byte| byte == b'(').count();
        let mut closed = whole.bytes().filter(|&byte| byte == b')').count();
        while let Some(last) = whole.chars().next_back() {
            match last {
                '.' | ',' | ';' | ':' | '!' | '?' | '\'' | ']' | '}' | '*' | '_' | '~' | '|' | '\\' => {}
                ')' if closed > opened => closed -= 1,
                _ => break,
            }
            whole = &whole[..whole.len() - last.len_utf8()];
        }
        whole.len() > scheme && self.leaf(whole, SpanKind::Link)
    }

    fn leaf(&mut self, text: &'a str, kind: SpanKind) -> bool {
        self.flush(self.at);
        self.tokens.push(Token::Leaf(self.at, text, kind));
        self.go(self.at + text.len());
        true
    }

    fn mark(&mut self, rest: &'a str) -> bool {
        let Some(&(literal, mark)) = Mark::ALL.iter().find(|(literal, _)| rest.starts_with(literal)) else {
            return false;
        };
        let before = self.before();
        let after = rest[literal.len()..].chars().next();
        let inside = |neighbour: Option<char>| mark.is_shy() && neighbour.is_some_and(char::is_alphanumeric);
        // Where nothing takes their meaning away, single marks mean something only between blanks and other marks.
        let lone = matches!(mark, Mark::Star | Mark::Underscore) && self.dialect.shy;
        let free = |neighbour: Option<char>| {
            !lone || neighbour.is_none_or(|neighbour| neighbour.is_whitespace() || "*_~|".contains(neighbour))
        };
        let opens = after.is_some_and(|character| !character.is_whitespace()) && !inside(before) && free(before);
        let closes = before.is_some_and(|character| !character.is_whitespace()) && !inside(after) && free(after);
        self.flush(self.at);
        self.tokens.push(Token::Mark { mark, at: self.at, literal: &rest[..literal.len()], opens, closes });
        self.underscores += usize::from(matches!(mark, Mark::Underscore | Mark::Underline));
        self.go(self.at + literal.len());
        true
    }
}

/// Length of the scheme of an address that may be opened.
fn scheme(text: &str) -> Option<usize> {
    ["https://", "http://"].iter().find(|scheme| text.starts_with(**scheme)).map(|scheme| scheme.len())
}

/// Parts the first line of a fenced block from its content, if it is the name of a language or empty; with the byte at which the content begins.
fn language(block: &str) -> (Option<CleanText>, usize, &str) {
    let (language, start, content) = match block.split_once('\n') {
        Some((first, content)) if is_language(first) => {
            (Some(first).filter(|f| !f.is_empty()), first.len() + 1, content)
        }
        _ => (None, 0, block),
    };
    (language.map(CleanText::line), start, content.strip_suffix('\n').unwrap_or(content))
}

/// Whether a word can name a language.
fn is_language(word: &str) -> bool {
    word.len() <= LANGUAGE_LIMIT
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'#' | b'.' | b'-'))
}
