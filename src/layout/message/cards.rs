//! Cards that hang on a message: previews, embeds of bots, polls. Each has a bar at its left.

use super::Setting;
use super::body::indented;
use crate::domain::parts::web_address;
use crate::domain::{Embed, EmbedField, EmbedImage, Poll, PollOption};
use crate::layout::line::Line;
use crate::layout::style::{Role, Style};
use crate::layout::time::{Calendar, count};
use crate::layout::width::width;
use crate::layout::wrap::{Breaking, Styled};
use crate::state::front::Spot;

/// Most rows of a preview's summary.
const SUMMARY: usize = 4;
/// Most rows of the text of a card that leads nowhere: nobody can read it elsewhere.
const TEXT: usize = 24;
/// Most rows of one part of a card.
const PART: usize = 6;
/// Most parts of a card that are shown.
const PARTS: usize = 25;
/// Most cards of one message that are shown.
const CARDS: usize = 10;
/// Most answers of a poll that are shown.
const ANSWERS: usize = 30;
/// Widest card, in columns.
const WIDEST: usize = 72;
/// Widest bar of a poll, in columns.
const BAR: usize = 32;
/// Columns of the numbers of answers.
const NUMBERS: usize = 3;

/// The rows of one card.
struct Card<'a> {
    setting: &'a Setting<'a>,
    room: usize,
    rows: Vec<Line>,
}

impl<'a> Card<'a> {
    /// An empty card, unless there is no room for one.
    fn new(setting: &'a Setting<'a>) -> Option<Self> {
        let room = setting.width.saturating_sub(setting.indent + 2);
        (room >= 8).then(|| Self { setting, room: room.min(WIDEST), rows: Vec::new() })
    }

    /// Adds wrapped text of at most so many rows.
    fn add(&mut self, text: &str, style: Style, most: usize) {
        self.runs(text, &[(text.len(), style)], (0, most));
    }

    fn runs(&mut self, text: &str, runs: &[(usize, Style)], (indent, most): (usize, usize)) {
        let from = self.rows.len();
        // Longer than what shows of it need not be wrapped.
        let mut end = text.len().min((most + 1) * self.room * 16);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let runs: Vec<(usize, Style)> = runs.iter().map(|&(to, style)| (to.min(end), style)).collect();
        let runs = runs.as_slice();
        Styled { text, runs }.wrap(indent, self.room, Breaking::Words, &mut self.rows);
        if self.rows.len() > from + most {
            self.rows.truncate(from + most);
            let more = self.setting.glyphs.more;
            if let Some(last) = self.rows.last_mut() {
                let mut line = std::mem::take(last).cut(self.room.saturating_sub(width(more)), "");
                line.push(more, runs.first().map_or(Style::default(), |(_, style)| *style));
                *last = line;
            }
        }
    }

    /// Puts the rows below the message, each behind the bar.
    fn put(self, bar: Style, lines: &mut Vec<Line>) {
        for row in self.rows {
            let mut line = Line::with(self.setting.glyphs.card, bar);
            line.push(" ", Role::Faint);
            line.append(&row);
            lines.push(indented(line, self.setting));
        }
    }
}

/// Previews and embeds.
pub(super) fn embeds(embeds: &[Embed], setting: &Setting<'_>, lines: &mut Vec<Line>) {
    for (embed, number) in embeds.iter().take(CARDS).zip(0..) {
        let Some(mut card) = Card::new(setting) else { return };
        for line in [&embed.site, &embed.author].into_iter().flatten().filter(|line| !line.is_empty()) {
            card.add(line, Role::Dim.into(), 1);
        }
        let spot = web_address(&embed.url).map(|_| Spot::Card(number));
        match embed.title.as_deref().filter(|title| !title.is_empty()) {
            Some(title) => card.add(title, Style { spot, ..Style::of(Role::Title).bold() }, 2),
            None if embed.url.is_empty() => {}
            None => card.add(&embed.url, Style { spot, ..Style::of(Role::Link) }, 2),
        }
        if let Some(description) = embed.description.as_deref().filter(|text| !text.is_empty()) {
            let most = if embed.url.is_empty() { TEXT } else { SUMMARY };
            card.add(description.trim_end_matches('\n'), Role::Quote.into(), most);
        }
        for field in embed.fields.iter().take(PARTS) {
            part(field, &mut card);
        }
        if let Some(EmbedImage { name, width: wide, height: high, .. }) = embed.image.as_deref() {
            let times = setting.glyphs.times;
            let size = if *wide > 0 && *high > 0 { format!("  {wide}{times}{high}") } else { String::new() };
            let name = if name.is_empty() { "picture" } else { name };
            card.add(&format!("{name}{size}  picture"), Role::Dim.into(), 1);
        }
        if let Some(footer) = embed.footer.as_deref() {
            card.add(footer, Role::Dim.into(), 2);
        }
        if card.rows.is_empty() {
            card.add("a card without words", Role::Dim.into(), 1);
        }
        let bar = embed.color.map_or(Role::Faint, |color| Role::Person { slot: 0, tint: Some(color) });
        card.put(bar.into(), lines);
    }
}

/// A part of a card: its heading, and what it says beside or below it.
fn part(field: &EmbedField, card: &mut Card<'_>) {
    let value = field.value.trim();
    let text = if field.name.is_empty() { value.to_owned() } else { format!("{}  {value}", field.name) };
    let runs = [(field.name.len(), Style::of(Role::Text).bold()), (text.len(), Role::Quote.into())];
    let runs = if field.name.is_empty() { &runs[1..] } else { &runs[..] };
    card.runs(text.trim_end(), runs, (0, PART));
}

/// A poll: its answers with numbers to choose them by, their share, and how it stands.
pub(super) fn poll(poll: &Poll, setting: &Setting<'_>, calendar: &Calendar, lines: &mut Vec<Line>) {
    let Some(mut card) = Card::new(setting) else { return };
    if !poll.question.is_empty() {
        card.add(&poll.question, Style::of(Role::Title).bold(), PART);
    }
    let votes = poll.votes();
    let over = poll.is_over(setting.now);
    for (at, option) in poll.options.iter().enumerate().take(ANSWERS) {
        let from = card.rows.len();
        answer(at + 1, option, &mut card);
        if poll.counted {
            let bar = bar(option, votes, &card);
            card.rows.push(bar);
        }
        if let (Ok(number), false) = (u16::try_from(at), over) {
            for row in card.rows.iter_mut().skip(from) {
                *row = std::mem::take(row).at(Spot::Answer(number));
            }
        }
    }
    if poll.options.len() > ANSWERS {
        card.add(&format!("and {} more answers", poll.options.len() - ANSWERS), Role::Dim.into(), 1);
    }
    let mut words = match (poll.counted, votes) {
        (false, _) => "votes not told".to_owned(),
        (true, 0) => "no votes yet".to_owned(),
        (true, 1) => "one vote".to_owned(),
        (true, votes) => format!("{} votes", count(votes.into())),
    };
    let between = setting.glyphs.between;
    if poll.several && !over {
        words.push_str(&format!(" {between} several answers"));
    }
    let ends = poll.ends.filter(|_| !over).and_then(|ends| calendar.near(ends, setting.now));
    if over {
        words.push_str(&format!(" {between} over"));
    } else if let Some(ends) = ends {
        words.push_str(&format!(" {between} until {ends}"));
    }
    card.add(&words, Role::Dim.into(), 2);
    card.put(Role::Accent.into(), lines);
}

fn answer(number: usize, option: &PollOption, card: &mut Card<'_>) {
    let from = card.rows.len();
    let emoji = option.emoji.as_deref().map(|emoji| format!("{emoji} ")).unwrap_or_default();
    let said = if option.text.is_empty() { "no words" } else { &*option.text };
    let mut text = format!("{emoji}{said}");
    let style = if option.mine { Style::of(Role::Accent).bold() } else { Style::of(Role::Text) };
    let mut runs = vec![(text.len(), style)];
    if option.mine {
        text.push_str("  your vote");
        runs.push((text.len(), Role::Dim.into()));
    }
    card.runs(&text, &runs, (NUMBERS, PART));
    if let Some(first) = card.rows.get_mut(from) {
        let mut line = Line::with(&number.to_string(), Role::Dim);
        line.pad_to(NUMBERS, Role::Dim);
        line.append(&std::mem::take(first).without_indent());
        *first = line;
    }
}

/// The share of an answer.
fn bar(option: &PollOption, votes: u32, card: &Card<'_>) -> Line {
    let glyphs = card.setting.glyphs;
    let votes = u64::from(votes.max(1));
    let share = (u64::from(option.votes) * 200 + votes) / (votes * 2);
    let words = format!(" {share:>3} %  {}", count(option.votes.into()));
    let cells = card.room.saturating_sub(NUMBERS + width(&words)).min(BAR);
    let full = usize::try_from(u64::from(option.votes) * cells as u64 / votes).unwrap_or(cells).min(cells);
    let style = if option.mine { Role::Accent } else { Role::Dim };
    let mut line = Line::new();
    line.pad_to(NUMBERS, Role::Dim);
    line.repeat(glyphs.full, full, style);
    line.repeat(glyphs.vacant, cells - full, Role::Faint);
    line.push(&words, Role::Dim);
    line.cut(card.room, glyphs.more)
}
