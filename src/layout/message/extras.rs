//! What hangs on a message: files, buttons, reactions.

use super::Setting;
use super::body::indented;
use crate::domain::{Attachment, AttachmentKind, Button, CleanText, ReactEmoji, Reaction, Upload, size};
use crate::layout::line::Line;
use crate::layout::style::{Attributes, Role, Style};
use crate::layout::time::{duration, short};
use crate::state::front::Spot;

/// Most of one kind that are listed; the network may tell any number.
const MOST: usize = 40;

/// Files by name, with what they are.
pub(super) fn attachments(files: &[Attachment], setting: &Setting<'_>, lines: &mut Vec<Line>) {
    for (file, number) in files.iter().take(MOST).zip(0..) {
        let mut detail = String::new();
        let mut add = |part: String| {
            detail.push_str("  ");
            detail.push_str(&part);
        };
        match file.kind {
            AttachmentKind::Image { width: w, height: h } if w > 0 && h > 0 => add(format!("{w}x{h}")),
            AttachmentKind::Video { width: w, height: h, seconds } => {
                if w > 0 && h > 0 {
                    add(format!("{w}x{h}"));
                }
                if seconds > 0 {
                    add(duration(seconds));
                }
            }
            AttachmentKind::Audio { seconds } if seconds > 0 => add(duration(seconds)),
            AttachmentKind::Audio { .. } | AttachmentKind::Image { .. } | AttachmentKind::File => {}
        }
        if file.size > 0 {
            add(size(file.size));
        }
        let sought = setting.find.is_some_and(|find| !find.places(&file.name).is_empty());
        let role = if sought { Role::Found } else { Role::Link };
        file_row(&file.name, &detail, Style::of(role).at(Spot::File(number)), setting, lines);
    }
    rest(files.len(), "files", setting, lines);
}

/// Files on their way out.
pub(super) fn uploads(files: &[Upload], role: Role, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    for file in files.iter().take(MOST) {
        file_row(&CleanText::line(&file.name), &format!("  {}", size(file.size())), role.into(), setting, lines);
    }
    rest(files.len(), "files", setting, lines);
}

/// A file by name; what is known of it stays in view when the name is long.
fn file_row(name: &str, detail: &str, style: Style, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let more = setting.glyphs.more;
    let room = setting.width.saturating_sub(setting.indent);
    let name = if name.is_empty() { "unnamed file" } else { name };
    let mut line = Line::new();
    line.push_read(name, room.saturating_sub(detail.len()).max(room / 2), more, style);
    line.push_cut(detail, room.saturating_sub(line.width()), more, Role::Dim);
    lines.push(indented(line, setting));
}

/// The buttons of a bot.
pub(super) fn buttons(buttons: &[Button], setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let chips = buttons.iter().take(MOST).zip(0..).map(|(button, number)| {
        let mut chip = Line::with("[ ", Role::Faint);
        chip.push_cut(&button.label, 32, setting.glyphs.more, Role::Link);
        chip.push(" ]", Role::Faint);
        chip.at(Spot::Button(number))
    });
    flow(chips, 1, setting, lines);
}

/// Reactions with their counts; own ones are bold and underlined.
pub(super) fn reactions(reactions: &[Reaction], setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let chips = reactions.iter().take(MOST).zip(0..).map(|(reaction, number)| {
        let style = if reaction.mine {
            Style::of(Role::Accent).bold().and(Attributes::UNDERLINE)
        } else {
            Style::of(Role::Dim)
        };
        let mut chip = Line::new();
        match &reaction.emoji {
            ReactEmoji::Unicode(emoji) => {
                chip.push_cut(emoji, 12, setting.glyphs.more, style);
            }
            ReactEmoji::Custom(id) => match setting.account.emoji.get(id) {
                Some(known) => {
                    chip.push_cut(&format!(":{}:", known.name.trim_matches(':')), 24, setting.glyphs.more, style);
                }
                None => chip.push(":emoji:", style),
            },
        }
        chip.push(&format!(" {}", short(reaction.count)), style);
        chip.at(Spot::Reaction(number))
    });
    flow(chips, 3, setting, lines);
    rest(reactions.len(), "reactions", setting, lines);
}

/// Puts chips one after another, in as many rows as it takes.
fn flow(chips: impl Iterator<Item = Line>, gap: usize, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    let mut row = Line::new();
    for chip in chips {
        let fits = row.width() == 0 || row.width() + gap + chip.width() + setting.indent <= setting.width;
        if !fits {
            lines.push(indented(std::mem::take(&mut row), setting));
        }
        if row.width() > 0 {
            row.pad_to(row.width() + gap, Style::default());
        }
        row.append(&chip);
    }
    if row.width() > 0 {
        lines.push(indented(row, setting));
    }
}

/// Says how many are not listed.
fn rest(number: usize, what: &str, setting: &Setting<'_>, lines: &mut Vec<Line>) {
    if number > MOST {
        lines.push(indented(Line::with(&format!("and {} more {what}", number - MOST), Role::Dim), setting));
    }
}
