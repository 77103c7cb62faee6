//! Formatting spans, which may overlap and nest, as blocks of text with stretches of one style each.

use super::glyphs::Glyphs;
use super::names::Names;
use super::style::{Attributes, Role, Style};
use super::width::{clusters, width};
use super::wrap::expand_tabs;
use crate::domain::code::blocks;
use crate::domain::id::EmojiId;
use crate::domain::parts;
use crate::domain::{CleanText, LineKind, RichText, Span, SpanKind, Token, UserId};
use crate::state::colours::Colours;
use crate::state::front::{Spot, Target};
use crate::state::opened::Opened;
use std::ops::Range;

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
    /// What people are called where it is read: mentions by name stand out, too.
    pub names: Option<Names<'a>>,
    /// Which hidden text is shown.
    pub shown: Shown<'a>,
    /// The look of plain text.
    pub base: Style,
    /// Marks.
    pub glyphs: &'a Glyphs,
    /// What the parts of code are.
    pub colours: &'a Colours,
    /// The text of which this is the beginning: its blocks of code are known by all that they say.
    pub whole: Option<&'a RichText>,
}

/// Which hidden text is shown.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// None of it.
    Nothing,
    /// All of it.
    All,
    /// What the reader opened of this message.
    Opened(&'a Opened, Target),
}

impl Shown<'_> {
    fn has(self, spoiler: Option<u16>) -> bool {
        match (self, spoiler) {
            (Self::All, _) => true,
            (Self::Nothing, _) | (_, None) => false,
            (Self::Opened(opened, target), Some(number)) => opened.is_revealed(target, number),
        }
    }
}

/// What a span is besides its kind.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// What a click on it does.
    spot: Option<Spot>,
    /// It mentions the reader.
    mine: bool,
}

/// The marks of all spans of a text.
fn marks(rich: &RichText, reading: &Reading<'_>) -> Vec<Mark> {
    let mut marks = vec![Mark::default(); rich.spans.len()];
    if marks.is_empty() {
        return marks;
    }
    for link in parts::links_of(rich) {
        if let Some(mark) = marks.get_mut(link.span) {
            mark.spot = Some(Spot::Link(link.number));
        }
    }
    for (mention, number) in parts::mentions(rich).zip(0..) {
        let mine = match mention.who {
            Some(who) => who == reading.me,
            None => reading.names.is_some_and(|names| names.calls_me(mention.shown)),
        };
        if let Some(mark) = marks.get_mut(mention.span) {
            *mark = Mark { spot: Some(Spot::Mention(number)), mine };
        }
    }
    let spoilers = rich.spans.iter().zip(&mut marks).filter(|(span, _)| span.kind == SpanKind::Spoiler);
    for ((_, mark), number) in spoilers.zip(0..) {
        mark.spot = Some(Spot::Spoiler(number));
    }
    marks
}

/// Which kinds of spans hold at a place.
#[derive(Default)]
pub(super) struct Active {
    counts: [u32; 12],
    me: u32,
    token: Token,
    /// The network's own emoji that holds here, and where it begins.
    emoji: Option<(EmojiId, usize)>,
    /// What a click does, innermost last, with the span that brings it about.
    spots: Vec<(usize, Spot)>,
}

/// Most spans with something to click on that are looked at in one place.
const NESTED: usize = 16;

/// What begins or ends at a place.
#[derive(Clone, Copy)]
enum Edge<'a> {
    Begins(usize, &'a SpanKind, Mark),
    Ends(usize, &'a SpanKind, Mark),
    /// In code, this part.
    Part(Token),
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
    fn pass(&mut self, edge: Edge<'_>) {
        match edge {
            Edge::Begins(span, kind, mark) => {
                self.count(kind, mark.mine, 1);
                if self.spots.len() < NESTED {
                    self.spots.extend(mark.spot.map(|spot| (span, spot)));
                }
            }
            Edge::Ends(span, kind, mark) => {
                self.count(kind, mark.mine, -1);
                self.spots.retain(|(other, _)| *other != span);
            }
            Edge::Part(token) => self.token = token,
        }
    }

    /// Whether what holds here is hidden.
    pub(super) fn hides(&self) -> bool {
        self.counts.get(SPOILER).is_some_and(|&count| count > 0)
    }

    /// The hidden stretch that holds here.
    fn spoiler(&self) -> Option<u16> {
        self.spots.iter().rev().find_map(|(_, spot)| match spot {
            Spot::Spoiler(number) => Some(*number),
            _ => None,
        })
    }

    /// What a click does here: what leads somewhere comes before what hides it.
    fn spot(&self) -> Option<Spot> {
        let leads = self.spots.iter().rev().find(|(_, spot)| !matches!(spot, Spot::Spoiler(_)));
        leads.or(self.spots.last()).map(|(_, spot)| *spot)
    }

    pub(super) fn count(&mut self, kind: &SpanKind, mine: bool, step: i32) {
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
        if mine {
            self.me = self.me.saturating_add_signed(step);
        }
    }

    pub(super) fn style(&self, base: Style, code_block: bool) -> Style {
        let on = |slot: usize| self.counts.get(slot).is_some_and(|&count| count > 0);
        let role = if self.me > 0 {
            Role::Mention
        } else if on(MENTION) {
            Role::Mentioned
        } else if on(LINK) {
            Role::Link
        } else if code_block || on(CODE) {
            part(self.token)
        } else if on(QUOTE) {
            Role::Quote
        } else if on(EMOJI) || on(SMALL) {
            Role::Dim
        } else {
            base.role
        };
        let mut style = Style { role, attributes: base.attributes, spot: self.spot().or(base.spot) };
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

/// Reads formatted text into passages, top to bottom; none for empty text.
#[must_use]
pub fn passages(rich: &RichText, reading: Reading<'_>) -> Vec<Passage> {
    let text: &str = &rich.text;
    let marks = &*marks(rich, &reading);
    let mut found = Vec::new();
    let mut at = 0;
    let mut whole = reading.whole.map(blocks);
    for block in blocks(rich) {
        let key = match &mut whole {
            Some(whole) => whole.next().filter(|whole| whole.start == block.start).and_then(|whole| whole.key()),
            None => block.key(),
        };
        prose(rich, marks, at..block.whole.start, reading, &mut found);
        let parts = key.and_then(|key| reading.colours.of(key)).map(|parts| &**parts).unwrap_or_default();
        let mut code = styled(rich, marks, block.start..block.start + block.code.len(), reading, Some(parts));
        code.code = Some(block.language.cloned());
        found.push(code);
        at = block.whole.end;
    }
    prose(rich, marks, at..text.len(), reading, &mut found);
    found
}

/// Prose between blocks of code, without the line feeds that part it from them.
fn prose(rich: &RichText, marks: &[Mark], at: Range<usize>, reading: Reading<'_>, found: &mut Vec<Passage>) {
    let end = at.end;
    let text = rich.text.get(at).unwrap_or_default();
    let body = if found.is_empty() { text } else { text.strip_prefix('\n').unwrap_or(text) };
    let start = end - body.len();
    let body = body.trim_end_matches('\n');
    if !body.trim().is_empty() {
        found.push(styled(rich, marks, start..start + body.len(), reading, None));
    }
}

/// The text of a range in stretches of one style; in a block of code, with its parts.
fn styled(
    rich: &RichText,
    marks: &[Mark],
    Range { start, end }: Range<usize>,
    reading: Reading<'_>,
    parts: Option<&[(u32, Token)]>,
) -> Passage {
    let text: &str = &rich.text;
    let mut edges: Vec<(usize, Edge<'_>)> = Vec::new();
    let mut from = start;
    for &(to, token) in parts.unwrap_or_default() {
        // They were told by another thread, for this very text.
        let to = (start + to as usize).min(end);
        if from < to && text.is_char_boundary(from) {
            edges.push((from, Edge::Part(token)));
        }
        from = to;
    }
    if from > start && from < end && text.is_char_boundary(from) {
        edges.push((from, Edge::Part(Token::Plain)));
    }
    for (number, (Span { start: from, end: to, kind }, &mark)) in rich.spans.iter().zip(marks).enumerate() {
        let (from, to) = ((*from as usize).max(start), (*to as usize).min(end));
        if from < to {
            edges.push((from, Edge::Begins(number, kind, mark)));
            edges.push((to, Edge::Ends(number, kind, mark)));
        }
    }
    edges.sort_by_key(|&(at, ..)| at);
    let mut active = Active::default();
    let mut passage = Passage::default();
    let mut column = 0;
    let mut from = start;
    let mut edges = edges.into_iter().peekable();
    while from < end {
        while let Some(&(at, edge)) = edges.peek()
            && at <= from
        {
            active.pass(edge);
            match edge {
                Edge::Begins(_, SpanKind::Emoji(emoji), _) => active.emoji = Some((*emoji, at)),
                Edge::Ends(_, SpanKind::Emoji(_), _) => active.emoji = None,
                _ => {}
            }
            edges.next();
        }
        let to = edges.peek().map_or(end, |&(at, ..)| at);
        let piece = text.get(from..to).unwrap_or_default();
        let begin = from;
        from = to;
        // The network's own are drawn by their names, where those are known.
        let named = active.emoji.and_then(|(emoji, at)| Some((reading.names?.account.emoji.get(&emoji)?, at)));
        let name;
        let piece = match named {
            Some((emoji, at)) if at == begin => {
                let letters = emoji.name.trim_matches(':').chars().filter(|letter| !letter.is_whitespace());
                name = format!(":{}:", letters.take(32).collect::<String>());
                name.as_str()
            }
            Some(_) => "",
            None => piece,
        };
        let mut style = active.style(reading.base, parts.is_some());
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
            let number = active.spoiler();
            if reading.shown.has(number) {
                style = style.and(Attributes::REVERSE);
            } else {
                // What is hidden leads nowhere before it is seen.
                let spot = number.map(Spot::Spoiler);
                passage.push(&cover(piece, reading.glyphs), Style { spot, ..Style::of(Role::Spoiler) });
                continue;
            }
        }
        passage.push(piece, style);
    }
    passage
}

/// How a part of code is to look.
const fn part(token: Token) -> Role {
    match token {
        Token::Plain => Role::Code,
        Token::Keyword => Role::Keyword,
        Token::Literal => Role::Literal,
        Token::Comment => Role::Comment,
        Token::Name => Role::Name,
        Token::Number => Role::Number,
        Token::Added => Role::Ok,
        Token::Removed => Role::Error,
    }
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
    let colours = &Colours::default();
    let (me, shown, base) = (UserId::default(), Shown::Nothing, Style::default());
    let reading = Reading { me, names: None, shown, base, glyphs, colours, whole: None };
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
        let colours = Box::leak(Box::default());
        let shown = if reveal { Shown::All } else { Shown::Nothing };
        let (base, glyphs) = (Style::default(), Glyphs::of(false));
        Reading { me: UserId::new(7), names: None, shown, base, glyphs, colours, whole: None }
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
