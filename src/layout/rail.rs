//! The rail: two letters and a count for each community, account by account. Where it does not fit, it scrolls with what is shown, and says at its ends
//! how much is outside.

use super::account;
use super::arrange::Context;
use super::cache::LayoutCache;
use super::line::Line;
use super::scene::{Area, Hit, Scene};
use super::style::{Role, Style};
use super::width::{grapheme_width, width};
use crate::state::Account;
use crate::state::ui::sidebar::Place;
use crate::state::unread::Counts;
use unicode_segmentation::UnicodeSegmentation;

/// One row of the rail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    Place(Place),
    Rule,
}

/// Places the rail.
pub(super) fn place(context: Context<'_>, cache: &mut LayoutCache, area: Area, scene: &mut Scene) {
    let front = context.front;
    let rows = rows(context);
    let shown = front.shown_place();
    let at = rows.iter().position(|row| matches!(row, Row::Place(place) if Some(*place) == shown));
    let height = usize::from(area.height);
    let fits = rows.len() <= height;
    let top = cache.rail.place(at, rows.len(), height, front.sidebar.rail_wheeled);
    let bottom = (top + height).min(rows.len());
    for (y, index) in (area.y..area.bottom()).zip(top..bottom) {
        let line = Area { y, height: 1, ..area };
        let Some(row) = rows.get(index) else { return };
        // What is outside is told in place of the row at the end, which would say less.
        let outside = match index {
            _ if fits => None,
            index if index == top && top > 0 => rows.get(..=index).map(|rows| (context.glyphs.above, rows)),
            index if index + 1 == bottom && bottom < rows.len() => {
                rows.get(index..).map(|rows| (context.glyphs.open, rows))
            }
            _ => None,
        };
        match (outside, row) {
            (Some((mark, rows)), _) => scene.put(line, outside_words(context, mark, rows, area.width)),
            (None, Row::Rule) => {
                let mut rule = Line::with(" ", Role::Text);
                rule.repeat(context.glyphs.rule, usize::from(area.width.saturating_sub(2)), Role::Faint);
                scene.put(line, rule);
            }
            (None, Row::Place(place)) => {
                scene.hits.push((line, Hit::Rail(*place)));
                if let Some(account) = context.state.core.account(place.account()) {
                    scene.put(line, draw(context, account, *place, Some(*place) == shown, area.width));
                }
            }
        }
    }
}

/// The places, with a rule between accounts. One account has a rule above its direct chats.
fn rows(context: Context<'_>) -> Vec<Row> {
    let several = context.state.core.has_several();
    let mut rows: Vec<Row> = Vec::new();
    let mut before: Option<Place> = None;
    for place in &context.front.sidebar.rail {
        let parts = match before {
            None => false,
            Some(before) if several => before.account() != place.account(),
            Some(_) => matches!(place, Place::Direct(_)),
        };
        if parts {
            rows.push(Row::Rule);
        }
        rows.push(Row::Place(*place));
        before = Some(*place);
    }
    rows
}

fn counts(account: &Account, place: Place) -> Counts {
    match place {
        Place::Community(_, community) => account.counts(Some(community)),
        Place::Direct(_) => account.counts(None),
        Place::Folded(_) => account.total,
    }
}

/// How many places lie beyond an end of the rail, and whether somebody is mentioned there.
fn outside_words(context: Context<'_>, mark: &str, rows: &[Row], width: u16) -> Line {
    let places = || {
        rows.iter().filter_map(|row| match row {
            Row::Place(place) => Some(*place),
            Row::Rule => None,
        })
    };
    let told = |of: fn(&Counts) -> u32| {
        places().any(|place| {
            context.state.core.account(place.account()).is_some_and(|account| of(&counts(account, place)) > 0)
        })
    };
    let mut line = Line::with(" ", Role::Text);
    line.push(mark, Role::Dim);
    line.push(" ", Role::Text);
    let unread = told(|counts| counts.unread);
    let count = places().count().to_string();
    line.push(&count, if unread { Style::of(Role::Unread).bold() } else { Style::of(Role::Dim) });
    if told(|counts| counts.mentions) {
        line.push_right(&Line::with("@", Style::of(Role::Mention).bold()), usize::from(width));
    }
    line
}

fn draw(context: Context<'_>, account: &Account, place: Place, shown: bool, width: u16) -> Line {
    let glyphs = context.glyphs;
    let letters = match place {
        Place::Community(_, id) => abbreviation(account.community(id).map_or("", |known| &known.name)),
        Place::Direct(_) => "@".to_owned(),
        Place::Folded(_) => abbreviation(&account.label),
    };
    let counts = counts(account, place);
    let unread = counts.unread > 0 || counts.mentions > 0;
    let away = account::is_away(account);
    let mut line = Line::with(if shown { glyphs.bar } else { " " }, Role::Accent);
    let role = match place {
        _ if away => Role::Dim,
        // Communities of several accounts may be called alike.
        _ if context.state.core.has_several() => account::style(account).role,
        _ if shown || unread => Role::Text,
        _ => Role::Dim,
    };
    line.push(&letters, if (unread || shown) && !away { Style::of(role).bold() } else { Style::of(role) });
    line.pad_to(3, Role::Text);
    let mut count = Line::new();
    let down = place.community().and_then(|(_, id)| account.community(id)).is_some_and(|known| !known.available);
    if down {
        count.push(glyphs.failed, Role::Warn);
    } else if counts.mentions > 0 {
        count.push(&format!("@{}", counts.mentions.min(9)), Style::of(Role::Mention).bold());
    } else if away && context.state.core.has_several() {
        let (mark, style) = account::mark(account, glyphs);
        count.push(mark, style);
    } else if counts.unread > 0 {
        count.push(&counts.unread.min(99).to_string(), Role::Unread);
    }
    line.push_right(&count, usize::from(width));
    line
}

/// Two letters for a name: the initials of its first two words, or the first two letters of its only one.
fn abbreviation(name: &str) -> String {
    let mut words = name.split(|c: char| c.is_whitespace() || c == '-' || c == '_').filter(|word| !word.is_empty());
    let mut letters = String::new();
    let mut cells = 0;
    let (first, second) = (words.next().unwrap_or("?"), words.next());
    let initials = match second {
        Some(second) => first.graphemes(true).take(1).chain(second.graphemes(true).take(1)).collect::<Vec<_>>(),
        None => first.graphemes(true).take(2).collect(),
    };
    for letter in initials {
        let upper = letter.to_uppercase();
        let upper = if width(&upper) == usize::from(grapheme_width(letter)) { upper } else { letter.to_owned() };
        if cells + width(&upper) <= 2 {
            cells += width(&upper);
            letters.push_str(&upper);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::abbreviation;

    #[test]
    fn abbreviations_take_two_cells() {
        assert_eq!(
            ["Rustaceans", "Open Source", "t-a x", "日本", "", "ß"].map(abbreviation),
            ["RU", "OS", "TA", "日", "?", "ß"]
        );
    }
}
