//! Formatting spans, which may overlap and nest, as blocks of text with stretches of one style each.

use super::glyphs::Glyphs;
use super::style::{Attributes, Role, Style};
use super::width::{clusters, width};
use super::wrap::expand_tabs;
use crate::domain::{CleanText, LineKind, RichText, Span, SpanKind, UserId};

/// A stretch of a message: prose, or a block of code.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Passage {
    /// What it says; tabs are spaces, hidden text is covered.
    pub text: String,
    /// Where each stretch ends, and its look.
    pub runs: Vec<(usize, Style)>,
    /// For a block of code, its language if told.
    pub code: Option<Option<CleanText>>,
}

impl Passage {
    fn push(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        match self.runs.last_mut() {
            Some(last) if last.1 == style => last.0 = self.text.len(),
            _ => self.runs.push((self.text.len(), style)),
        }
    }
}

/// How text is to be read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Who reads: mentions of them stand out.
    pub me: UserId,
    /// Whether hidden text is shown.
    pub reveal: bool,
    /// The look of plain text.
    pub base: Style,
    /// Marks.
    pub glyphs: &'a Glyphs,
}

/// Which kinds of spans hold at a place.
#[derive(Default)]
struct Active {
    counts: [u32; 12],
    me: u32,
}

const BOLD: usize = 0;
const ITALIC: usize = 1;
const UNDERLINE: usize = 2;
const STRIKE: usize = 3;
const CODE: usize = 4;
const SPOILER: usize = 5;
const LINK: usize = 6;
const MENTION: usize = 7;
const EMOJI: usize = 8;
const HEADING: usize = 9;
const QUOTE: usize = 10;
const SMALL: usize = 11;

impl Active {
    fn count(&mut self, kind: &SpanKind, me: UserId, step: i32) {
        let slot = match kind {
            SpanKind::Bold => BOLD,
            SpanKind::Italic => ITALIC,
            SpanKind::Underline => UNDERLINE,
            SpanKind::Strike => STRIKE,
            SpanKind::Code => CODE,
            SpanKind::Spoiler => SPOILER,
            SpanKind::Instead { chat: None, .. } => EMOJI,
            SpanKind::Link | SpanKind::MaskedLink(_) | SpanKind::Instead { .. } => LINK,
            SpanKind::Mention(_) => MENTION,
            SpanKind::Emoji(_) => EMOJI,
            SpanKind::Line(LineKind::Heading) => HEADING,
            SpanKind::Line(LineKind::Quote) => QUOTE,
            SpanKind::Line(LineKind::Small) => SMALL,
            SpanKind::CodeBlock(_) => return,
        };
        if let Some(count) = self.counts.get_mut(slot) {
            *count = count.saturating_add_signed(step);
        }
        if *kind == SpanKind::Mention(Some(me)) {
            self.me = self.me.saturating_add_signed(step);
        }
    }

    fn style(&self, base: Style, code_block: bool) -> Style {
        let on = |slot: usize| self.counts.get(slot).is_some_and(|&count| count > 0);
        let role = if self.me > 0 {
            Role::Mention
        } else if on(MENTION) {
            Role::Mentioned
        } else if on(LINK) {
            Role::Link
        } else if code_block || on(CODE) {
            Role::Code
        } else if on(QUOTE) {
            Role::Quote
        } else if on(EMOJI) || on(SMALL) {
            Role::Dim
        } else {
            base.role
        };
        let mut style = Style { role, attributes: base.attributes };
        for (slot, attribute) in [
            (BOLD, Attributes::BOLD),
            (ITALIC, Attributes::ITALIC),
            (UNDERLINE, Attributes::UNDERLINE),
            (STRIKE, Attributes::STRIKE),
            (LINK, Attributes::UNDERLINE),
            (MENTION, Attributes::BOLD),
            (HEADING, Attributes::BOLD),
        ] {
            if on(slot) {
                style = style.and(attribute);
            }
        }
        style
    }
}

/// The look of text that is all of these at once.
pub(super) fn style_of<'a>(kinds: impl Iterator<Item = &'a SpanKind>, base: Style) -> Style {
    let (mut active, mut code) = (Active::default(), false);
    for kind in kinds {
        active.count(kind, UserId::default(), 1);
        code |= matches!(kind, SpanKind::CodeBlock(_));
    }
    let style = active.style(base, code);
    let hidden = active.counts.get(SPOILER).is_some_and(|&count| count > 0);
    if hidden { Style { role: Role::Spoiler, ..style } } else { style }
}

/// Reads formatted text into passages, top to bottom; none for empty text.
#[must_use]
pub fn passages(rich: &RichText, reading: Reading<'_>) -> Vec<Passage> {
    let text: &str = &rich.text;
    let mut found = Vec::new();
    let mut at = 0;
    for span in &rich.spans {
        let SpanKind::CodeBlock(language) = &span.kind else { continue };
        let (start, end) = (span.start as usize, span.end as usize);
        if start < at || end > text.len() {
            continue;
        }
        prose(rich, at, start, reading, &mut found);
        let inner = text.get(start..end).unwrap_or_default();
        let inner = inner.strip_prefix('\n').unwrap_or(inner);
        let from = end - inner.len();
        let mut code = styled(rich, from, from + inner.trim_end_matches('\n').len(), reading, true);
        code.code = Some(language.clone());
        found.push(code);
        at = end;
    }
    prose(rich, at, text.len(), reading, &mut found);
    found
}

/// Prose between blocks of code, without the line feeds that part it from them.
fn prose(rich: &RichText, start: usize, end: usize, reading: Reading<'_>, found: &mut Vec<Passage>) {
    let text = rich.text.get(start..end).unwrap_or_default();
    let body = if found.is_empty() { text } else { text.strip_prefix('\n').unwrap_or(text) };
    let start = end - body.len();
    let body = body.trim_end_matches('\n');
    if !body.trim().is_empty() {
        found.push(styled(rich, start, start + body.len(), reading, false));
    }
}

/// The text of a range in stretches of one style.
fn styled(rich: &RichText, start: usize, end: usize, reading: Reading<'_>, code_block: bool) -> Passage {
    let text: &str = &rich.text;
    let mut edges: Vec<(usize, i32, &SpanKind)> = Vec::new();
    for Span { start: from, end: to, kind } in &rich.spans {
        let (from, to) = ((*from as usize).max(start), (*to as usize).min(end));
        if from < to {
            edges.push((from, 1, kind));
            edges.push((to, -1, kind));
        }
    }
    edges.sort_by_key(|&(at, ..)| at);
    let mut active = Active::default();
    let mut passage = Passage::default();
    let mut column = 0;
    let mut from = start;
    let mut edges = edges.into_iter().peekable();
    while from < end {
        while let Some(&(at, step, kind)) = edges.peek()
            && at <= from
        {
            active.count(kind, reading.me, step);
            edges.next();
        }
        let to = edges.peek().map_or(end, |&(at, ..)| at);
        let piece = text.get(from..to).unwrap_or_default();
        from = to;
        let mut style = active.style(reading.base, code_block);
        let expanded;
        let piece = if piece.contains('\t') {
            expanded = expand_tabs(piece, &mut column);
            &expanded
        } else {
            match piece.rfind('\n') {
                Some(at) => column = width(piece.get(at + 1..).unwrap_or_default()),
                None => column += width(piece),
            }
            piece
        };
        if active.counts.get(SPOILER).is_some_and(|&count| count > 0) {
            if reading.reveal {
                style = style.and(Attributes::REVERSE);
            } else {
                passage.push(&cover(piece, reading.glyphs), Role::Spoiler.into());
                continue;
            }
        }
        passage.push(piece, style);
    }
    passage
}

/// Hides text: every cell becomes a covered one, so that nothing moves when it is shown.
fn cover(text: &str, glyphs: &Glyphs) -> String {
    let mut covered = String::new();
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            covered.push('\n');
        }
        clusters(line, |_, cluster, cells| {
            for _ in 0..cells {
                covered.push_str(if cluster == " " { " " } else { glyphs.cover });
            }
            true
        });
    }
    covered
}

/// Formatted text as one line: line feeds become spaces, hidden text stays hidden.
#[must_use]
pub fn one_line(rich: &RichText, glyphs: &Glyphs, most: usize) -> String {
    let mut line = String::new();
    let reading = Reading { me: UserId::default(), reveal: false, base: Style::default(), glyphs };
    // Beyond what can be shown there is nothing to look for.
    let short;
    let rich = if rich.text.len() > 4_096 {
        let end = (0..=4_096).rev().find(|&at| rich.text.is_char_boundary(at)).unwrap_or(0);
        let spans = rich.spans.iter().filter(|span| span.end as usize <= end).cloned().collect();
        short = RichText { text: CleanText::new(rich.text.get(..end).unwrap_or_default()), spans };
        if short.text.len() == end { &short } else { rich }
    } else {
        rich
    };
    for passage in passages(rich, reading) {
        for word in passage.text.split_whitespace() {
            if line.len() > most * 4 {
                return line;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rich(text: &str, spans: &[(u32, u32, SpanKind)]) -> RichText {
        RichText::from_utf16(text.to_owned(), spans.to_vec())
    }

    fn reading(reveal: bool) -> Reading<'static> {
        Reading { me: UserId::new(7), reveal, base: Style::default(), glyphs: Glyphs::of(false) }
    }

    #[test]
    fn overlapping_spans_add_up() {
        let text = rich("one two three", &[(0, 7, SpanKind::Bold), (4, 9, SpanKind::Italic)]);
        let found = passages(&text, reading(false));
        let bold = Style::default().bold();
        assert_eq!(
            found[0].runs,
            [(4, bold), (7, bold.and(Attributes::ITALIC)), (13, Style::default().and(Attributes::ITALIC))]
        );
    }

    #[test]
    fn code_blocks_part_the_text() {
        let text = rich("see\n\tlet a;\nso", &[(4, 8, SpanKind::CodeBlock(Some(CleanText::ours("rust"))))]);
        let found = passages(&text, reading(false));
        assert_eq!(found.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["see", "    let a;", "so"]);
        assert_eq!(found[1].code, Some(Some(CleanText::ours("rust"))));
    }

    #[test]
    fn spoilers_hide_until_asked() {
        let text = rich("it is 日 k", &[(6, 3, SpanKind::Spoiler)]);
        assert_eq!(passages(&text, reading(false))[0].text, "it is ▒▒ ▒");
        assert_eq!(passages(&text, reading(true))[0].text, "it is 日 k");
        assert_eq!(one_line(&text, Glyphs::of(true), 40), "it is ## #");
    }

    #[test]
    fn mentions_of_the_reader_stand_out() {
        let text = rich("@a @b", &[(0, 2, SpanKind::Mention(Some(UserId::new(7)))), (3, 2, SpanKind::Mention(None))]);
        let found = passages(&text, reading(false));
        let roles: Vec<Role> = found[0].runs.iter().map(|(_, style)| style.role).collect();
        assert_eq!(roles, [Role::Mention, Role::Text, Role::Mentioned]);
    }
}
