//! From what was typed to formatted text: cut into tokens, marks paired with a stack, then put together.
//!
//! Linear in the length of the text; every search is bounded by a line, a link or a fixed length.

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

enum Token<'a> {
    Text(&'a str),
    Mark { mark: Mark, literal: &'a str, opens: bool, closes: bool },
    Leaf(&'a str, SpanKind),
    LinkStart,
    LinkEnd(&'a str),
}

/// Reads markup. Total; what is not markup stays as typed, and the text is made clean.
#[must_use]
pub fn parse(typed: &str) -> RichText {
    read(typed, true)
}

/// The same for networks where a backslash is a character like any other, and single stars and underscores mean something only between blanks.
#[must_use]
pub fn parse_without_escapes(typed: &str) -> RichText {
    read(typed, false)
}

fn read(typed: &str, escapes: bool) -> RichText {
    let mut tokens =
        Cutter { text: typed, escapes, at: 0, literal: 0, link: None, underscores: 0, tokens: Vec::new() }.cut();
    let partner = pair(&mut tokens);
    let mut raw = String::with_capacity(typed.len());
    let mut spans: Vec<(usize, usize, SpanKind)> = Vec::new();
    // Where a span began, by token.
    let mut begun = vec![0; tokens.len()];
    let mut link = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Text(text) => raw.push_str(text),
            Token::Leaf(text, kind) => {
                let start = raw.len();
                raw.push_str(text);
                spans.push((start, raw.len(), kind.clone()));
            }
            Token::LinkStart => link = raw.len(),
            Token::LinkEnd(address) => spans.push((link, raw.len(), SpanKind::MaskedLink(CleanText::line(address)))),
            Token::Mark { mark, literal, .. } => match partner.get(index).copied().flatten() {
                None => raw.push_str(literal),
                Some(other) if other > index => {
                    if let Some(start) = begun.get_mut(index) {
                        *start = raw.len();
                    }
                }
                Some(other) => {
                    let start = begun.get(other).copied().unwrap_or(raw.len());
                    spans.push((start, raw.len(), mark.kind()));
                }
            },
        }
    }
    place(raw, spans)
}

/// Cleans the text and moves the spans with it.
fn place(raw: String, spans: Vec<(usize, usize, SpanKind)>) -> RichText {
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
    /// Whether a backslash takes the meaning of what follows; where not, single marks are read more strictly.
    escapes: bool,
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
                '\\' => self.escapes && self.escape(rest),
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
            self.tokens.push(Token::Text(text));
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
        let (open, kind, content) = if run >= FENCE {
            let (fence, block) = rest.split_at(run);
            let Some(end) = (run <= FENCE_LIMIT).then(|| block.find(fence)).flatten() else {
                return self.literal_run(rest);
            };
            let (language, content) = language(&block[..end]);
            (run + end + run, SpanKind::CodeBlock(language), content)
        } else {
            let inline = &rest[1..];
            let Some(end) = inline.find(['`', '\n']).filter(|&end| inline[end..].starts_with('`')) else {
                return false;
            };
            (end + 2, SpanKind::Code, &inline[..end])
        };
        if content.is_empty() {
            return self.literal_run(rest);
        }
        self.flush(self.at);
        self.tokens.push(Token::Leaf(content, kind));
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
                b'\\' if self.escapes => drop(bytes.next()),
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
        self.tokens.push(Token::Leaf(text, kind));
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
        let lone = matches!(mark, Mark::Star | Mark::Underscore) && !self.escapes;
        let free = |neighbour: Option<char>| {
            !lone || neighbour.is_none_or(|neighbour| neighbour.is_whitespace() || "*_~|".contains(neighbour))
        };
        let opens = after.is_some_and(|character| !character.is_whitespace()) && !inside(before) && free(before);
        let closes = before.is_some_and(|character| !character.is_whitespace()) && !inside(after) && free(after);
        self.flush(self.at);
        self.tokens.push(Token::Mark { mark, literal: &rest[..literal.len()], opens, closes });
        self.underscores += usize::from(matches!(mark, Mark::Underscore | Mark::Underline));
        self.go(self.at + literal.len());
        true
    }
}

/// Length of the scheme of an address that may be opened.
fn scheme(text: &str) -> Option<usize> {
    ["https://", "http://"].iter().find(|scheme| text.starts_with(**scheme)).map(|scheme| scheme.len())
}

/// Parts the first line of a fenced block from its content, if it is the name of a language or empty.
fn language(block: &str) -> (Option<CleanText>, &str) {
    let (language, content) = match block.split_once('\n') {
        Some((first, content)) if is_language(first) => (Some(first).filter(|first| !first.is_empty()), content),
        _ => (None, block),
    };
    (language.map(CleanText::line), content.strip_suffix('\n').unwrap_or(content))
}

/// Whether a word can name a language.
fn is_language(word: &str) -> bool {
    word.len() <= LANGUAGE_LIMIT
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'#' | b'.' | b'-'))
}
