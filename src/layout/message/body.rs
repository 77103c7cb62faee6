//! The content of a message: quote, text, what hangs on it, and how far it is.

use super::fold::Fold;
use super::{Item, Piece, Setting, cards, extras};
use crate::domain::{CleanText, Message, MessageId, MessageKind, RichText, UserId};
use crate::layout::cache::KeyHints;
use crate::layout::line::Line;
use crate::layout::markup::{Passage, Reading, Shown, one_line, passages};
use crate::layout::style::{Role, Style};
use crate::layout::time::Calendar;
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context;
use crate::state::front::{Spot, Target};
use crate::state::outbox::{Pending, Stage};
use crate::state::quotes::Quoted;
use crate::state::stones::{Gone, NAMED};

/// Makes the rows of the content; at least one.
pub(super) fn content(piece: &Piece<'_>, setting: &Setting<'_>, calendar: &Calendar, lines: &mut Vec<Line>) {
    // Where the words are not all there, none is what was looked for.
    let found = setting.find.filter(|find| piece.item.message().is_some_and(|message| find.is_in(message)));
    let setting = &Setting { find: found, ..*setting };
    match piece.item {
        Item::Message(entry) if entry.message.kind != MessageKind::Ordinary => {
            system(&entry.message, setting, calendar, lines)
        }
        Item::Message(entry) => ordinary(&entry.message, setting, calendar, lines),
        Item::Pending(pending) => outgoing(pending, setting, lines),
    }
}

/// A line of the system.
fn system(message: &Message, setting: &Setting<'_>, calendar: &Calendar, lines: &mut Vec<Line>) {
    let name = setting.names.person(message.author);
    let words = message.body.text.trim();
    let mut text = String::new();
    let named = match message.kind {
        MessageKind::Join => Some("joined"),
        MessageKind::Leave => Some("left"),
        MessageKind::Call => Some("started a call"),
        MessageKind::Ordinary | MessageKind::Unknown => None,
    };
    let mut runs = vec![];
    match named {
        Some(did) => {
            text.push_str(name);
            runs.push((text.len(), setting.names.style(message.author)));
            text.push(' ');
            text.push_str(did);
            if message.kind == MessageKind::Call && !words.is_empty() {
                text.push_str(": ");
                text.push_str(&words.replace('\n', " "));
            }
        }
        None if words.is_empty() => text.push_str("something happened that nib does not know how to show"),
        None => text.push_str(words),
    }
    runs.push((text.len(), Role::Dim.into()));
    let runs = found(&text, runs, setting);
    let first = lines.len();
    let time = message.at.and_then(|at| calendar.time(at)).unwrap_or_default();
    Styled { text: &text, runs: &runs }.wrap(setting.indent, setting.width, Breaking::Words, lines);
    if let Some(line) = lines.get_mut(first) {
        line.push_right(&Line::with(&time, Role::Faint), setting.width);
    }
}

/// A message that somebody wrote.
fn ordinary(message: &Message, setting: &Setting<'_>, calendar: &Calendar, lines: &mut Vec<Line>) {
    let start = lines.len();
    if let Some(used) = &message.used {
        let (who, command) = &**used;
        let mut line = Line::with(who, Style::of(Role::Dim).bold());
        line.push(" used ", Role::Dim);
        let slash = if command.starts_with('/') { "" } else { "/" };
        line.push(&format!("{slash}{command}"), Role::Code);
        lines.push(indented(line, setting));
    }
    if let Some(forwarded) = &message.forwarded {
        let at = forwarded.at.and_then(|at| calendar.near(at, setting.now));
        let words = at.map_or_else(|| "forwarded".to_owned(), |at| format!("forwarded, first sent {at}"));
        lines.push(indented(Line::with(&words, Role::Dim), setting));
    }
    if let Some(reply) = &message.reply {
        quote(reply.to, reply.quote.as_ref(), setting, lines);
    }
    let reading = Reading {
        me: setting.account.me,
        names: Some(setting.names),
        shown: Shown::Opened(setting.opened, Target::Message(message.key)),
        base: Style::default(),
        glyphs: setting.glyphs,
        colours: setting.colours,
        whole: None,
    };
    let body = lines.len();
    folding(&message.body, Target::Message(message.key), reading, setting, lines);
    let mut marks = Vec::new();
    if message.pinned {
        marks.push(("pinned", Role::Faint));
    }
    if message.edited.is_some() {
        marks.push(("(edited)", Role::Faint));
    }
    // Something was done to it that the network does not know yet.
    if setting.waits_for(message.key.id) {
        marks.push((setting.glyphs.pending, Role::Dim));
    }
    if lines.len() > body {
        mark(&marks, setting, lines);
        marks.clear();
    }
    extras::attachments(&message.attachments, setting, lines);
    cards::embeds(&message.embeds, setting, lines);
    if let Some(poll) = &message.poll {
        cards::poll(poll, setting, calendar, lines);
    }
    extras::buttons(&message.buttons, setting, lines);
    extras::reactions(&message.reactions, setting, lines);
    if lines.len() == start {
        lines.push(indented(Line::with("nothing that nib can show", Role::Faint), setting));
    }
    mark(&marks, setting, lines);
}

/// An own message on its way, with how far it is.
fn outgoing(pending: &Pending, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let failed = matches!(pending.stage, Stage::Failed(_) | Stage::Unconfirmed);
    if let Some(to) = pending.outgoing.reply_to {
        let chosen = pending.outgoing.quote.as_ref().map(|quote| &quote.text);
        quote(Some(to), chosen, setting, lines);
    }
    let base = if failed { Role::Text } else { Role::Pending };
    let rich = RichText::plain(CleanText::new(&pending.outgoing.text));
    let reading = Reading {
        me: setting.account.me,
        names: Some(setting.names),
        shown: Shown::All,
        base: base.into(),
        glyphs: setting.glyphs,
        colours: setting.colours,
        whole: None,
    };
    let body = lines.len();
    folding(&rich, Target::Pending(pending.outgoing.nonce), reading, setting, lines);
    extras::uploads(&pending.outgoing.attachments, base, setting, lines);
    if lines.len() == body {
        lines.push(indented(Line::new(), setting));
    }
    let (mark_text, words) = match &pending.stage {
        Stage::Committing | Stage::Queued | Stage::InFlight(_) | Stage::Sent(_) => {
            let share = pending.progress.and_then(|(done, total)| done.saturating_mul(100).checked_div(total));
            let share = share.map(|share| format!("{share}%"));
            let share = share.or_else(|| setting.wait_of(pending).map(|left| format!("in {left}"))).unwrap_or_default();
            mark(&[(&share, Role::Dim), (setting.glyphs.pending, Role::Pending)], setting, lines);
            return;
        }
        Stage::Failed(refusal) => {
            let why = refusal.text.trim().trim_end_matches('.');
            let why = if why.is_empty() { "the network did not take it" } else { why };
            (setting.glyphs.failed, format!("Not sent: {why}."))
        }
        Stage::Unconfirmed => {
            (setting.glyphs.unsure, "The connection broke: this may or may not have arrived.".to_owned())
        }
    };
    let text = format!("{mark_text} {words}{}", retry_keys(setting.keys, pending.needs_change()));
    let style = Style::of(if matches!(pending.stage, Stage::Failed(_)) { Role::Error } else { Role::Warn });
    let runs = [(mark_text.len() + 1 + words.len(), style), (text.len(), Role::Dim.into())];
    Styled { text: &text, runs: &runs }.wrap(setting.indent, setting.width, Breaking::Words, lines);
}

/// What helps with a message that was not sent, as far as there are keys for it: one that is refused again as it is has to be changed.
pub(super) fn retry_keys(keys: &KeyHints, needs_change: bool) -> String {
    let key = |action| keys.key(Context::Messages, action);
    let (helps, does) = if needs_change { ("edit", "changes it") } else { ("retry", "sends it again") };
    match (key(helps), key("discard")) {
        (Some(key), Some(discard)) => format!(" {key} {does}, {discard} takes it back."),
        (Some(key), None) => format!(" {key} {does}."),
        (None, Some(discard)) => format!(" {discard} takes it back."),
        (None, None) => String::new(),
    }
}

/// The text of a message, as much of it as is to show.
fn folding(rich: &RichText, target: Target, reading: Reading<'_>, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let fold = Fold::of(setting, target);
    let first = lines.len();
    match fold.cut(rich, setting.width.saturating_sub(setting.indent)) {
        None => {
            text(rich, reading, setting, lines);
            fold.close(first, 0, setting, lines);
        }
        Some((part, left)) => {
            text(&part, Reading { whole: Some(rich), ..reading }, setting, lines);
            fold.close(first, left, setting, lines);
        }
    }
}

/// Formatted text, passage by passage.
pub(super) fn text(rich: &RichText, reading: Reading<'_>, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    if rich.spans.is_empty() && !rich.text.contains('\t') {
        // Most messages: nothing to take apart, nothing to copy.
        let body = rich.text.trim_end_matches('\n');
        if !body.is_empty() {
            let runs = found(body, vec![(body.len(), reading.base)], setting);
            if !(Styled { text: body, runs: &runs }).wrap(setting.indent, setting.width, Breaking::Words, lines) {
                not_shown(setting, lines);
            }
        }
        return;
    }
    for Passage { text, runs, code } in passages(rich, reading) {
        let runs = found(&text, runs, setting);
        let styled = Styled { text: &text, runs: &runs };
        let Some(language) = code else {
            if !styled.wrap(setting.indent, setting.width, Breaking::Words, lines) {
                return not_shown(setting, lines);
            }
            continue;
        };
        let indent = if setting.indent > 0 { setting.indent + 2 } else { 0 };
        let first = lines.len();
        if !styled.wrap(indent, setting.width, Breaking::Anywhere, lines) {
            return not_shown(setting, lines);
        }
        if let (Some(language), Some(line)) = (language, lines.get_mut(first)) {
            line.push_right(&Line::with(&language, Role::Faint).cut(16, setting.glyphs.more), setting.width);
        }
    }
}

/// Marks what was looked for.
pub(super) fn found(text: &str, runs: Vec<(usize, Style)>, setting: &Setting<'_>) -> Vec<(usize, Style)> {
    let places = setting.find.map(|find| find.places(text)).unwrap_or_default();
    if places.is_empty() {
        return runs;
    }
    let mut marked = Vec::with_capacity(runs.len() + 2 * places.len());
    let mut places = places.into_iter().peekable();
    let mut from = 0;
    for (end, style) in runs {
        while from < end {
            let (to, style) = match places.peek() {
                Some(place) if place.end <= from => {
                    places.next();
                    continue;
                }
                Some(place) if place.start <= from => (place.end.min(end), Style { role: Role::Found, ..style }),
                Some(place) => (place.start.min(end), style),
                None => (end, style),
            };
            marked.push((to, style));
            from = to;
        }
    }
    marked
}

/// Says that a text goes on.
fn not_shown(setting: &Setting<'_>, lines: &mut Vec<Line>) {
    lines.push(indented(Line::with("the rest of this message is too long to show", Role::Dim), setting));
}

/// One row that says what is answered.
fn quote(to: Option<MessageId>, chosen: Option<&RichText>, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let glyphs = setting.glyphs;
    let kept = to.and_then(|id| setting.account.quotes.of(setting.chat, id));
    let quoted = match kept {
        Some(Quoted::Here(message)) => Some(message),
        _ => None,
    };
    let answered = to.and_then(|id| setting.timeline?.message(id)).or(quoted);
    let mut line = Line::new();
    line.push(glyphs.quote, Role::Faint);
    line.push(" ", Role::Faint);
    if let Some(message) = answered {
        let name = message.shown_as.as_deref().unwrap_or_else(|| setting.names.person(message.author));
        line.push_read(
            name,
            24.min(setting.width / 2),
            glyphs.more,
            Style::of(setting.names.style(message.author).role),
        );
        line.push("  ", Role::Faint);
    }
    let words = match (chosen, answered) {
        (Some(quote), _) => one_line(quote, glyphs, setting.width),
        (None, Some(message)) => {
            let words = one_line(&message.body, glyphs, setting.width);
            if words.is_empty() {
                let title = message.embeds.first().and_then(|embed| embed.title.as_ref());
                let name = message.attachments.first().map(|file| &file.name).or(title);
                name.map(ToString::to_string).unwrap_or_default()
            } else {
                words
            }
        }
        (None, None) => {
            let deleted = to.is_none_or(|id| setting.timeline.is_some_and(|timeline| timeline.is_deleted(id)))
                || kept == Some(&Quoted::Gone);
            if deleted { "a message that was deleted" } else { "a message that is not loaded" }.to_owned()
        }
    };
    let room = setting.width.saturating_sub(setting.indent);
    line.push_read(&words, room.saturating_sub(line.width()), glyphs.more, Role::Quote);
    lines.push(indented(line.at(Spot::Quote), setting));
}

/// A line indented like content.
pub(super) fn indented(line: Line, setting: &Setting<'_>) -> Line {
    let mut whole = Line::new();
    whole.pad_to(setting.indent, Style::default());
    whole.append(&line);
    whole.cut(setting.width, setting.glyphs.more)
}

/// Puts marks at the right end of the last row, or below it where there is no room.
fn mark(marks: &[(&str, Role)], setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let mut line = Line::new();
    for &(text, role) in marks {
        line.push(if line.width() > 0 { "  " } else { "" }, Role::Faint);
        line.push(text, role);
    }
    if line.width() == 0 || line.width() > setting.width {
        return;
    }
    if lines.last_mut().is_none_or(|last| !last.push_right(&line, setting.width)) {
        let mut own = Line::new();
        own.pad_to(setting.width - line.width(), Style::default());
        own.append(&line);
        lines.push(own);
    }
}

/// Says that messages were deleted, and whose they were.
pub(super) fn stone(gone: &Gone, setting: &Setting<'_>) -> Line {
    let me = setting.account.me;
    let name =
        |by: &UserId| if *by == me { "you".to_owned() } else { CleanText::line(setting.names.person(*by)).to_string() };
    let names = gone.by.iter().map(name).collect::<Vec<_>>().join(", ");
    let others = if gone.by.len() >= NAMED && gone.count > gone.by.len() as u32 { " and others" } else { "" };
    let of = if gone.by == [me] { "of yours".to_owned() } else { format!("by {names}{others}") };
    let words = match gone.count {
        1 => format!("a message {of} was deleted"),
        count => format!("{count} messages {of} were deleted"),
    };
    let mut line = Line::with(setting.glyphs.failed, Role::Faint);
    line.push(" ", Role::Faint);
    line.push(&words, Role::Dim);
    indented(line, setting)
}
