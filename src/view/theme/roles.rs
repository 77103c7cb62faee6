//! The roles with one look each, and their looks in the terminal's own palette.

use super::{ColorDepth, Theme, shown, syntax};
use crate::layout::Role;
use crate::view::color::Rgb;
use ratatui::style::{Color, Modifier, Style};

/// Every role with one look, in the order of the table of looks.
pub(super) const PLAIN_ROLES: [Role; 18] = [
    Role::Text,
    Role::Dim,
    Role::Faint,
    Role::Accent,
    Role::Title,
    Role::Unread,
    Role::Mention,
    Role::Mentioned,
    Role::Me,
    Role::Link,
    Role::Code,
    Role::Quote,
    Role::Spoiler,
    Role::Ok,
    Role::Warn,
    Role::Error,
    Role::Pending,
    Role::Found,
];

impl Theme {
    /// The terminal's own palette, on its own background.
    pub(super) fn terminal(depth: ColorDepth) -> Self {
        let plain = Style::new();
        let dim = plain.add_modifier(Modifier::DIM);
        let roles = [
            plain,
            dim,
            dim,
            plain.fg(Color::Cyan),
            plain,
            plain.add_modifier(Modifier::BOLD),
            plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            plain.fg(Color::Cyan),
            plain.add_modifier(Modifier::BOLD),
            plain.fg(Color::Cyan),
            plain.fg(Color::Yellow),
            dim,
            dim,
            plain.fg(Color::Green),
            plain.fg(Color::Yellow),
            plain.fg(Color::Red),
            dim,
            // The palette's own colours, swapped: what is marked is seen on any ground.
            plain.add_modifier(Modifier::REVERSED),
        ];
        let people = [Color::Green, Color::Yellow, Color::LightBlue, Color::Magenta, Color::Cyan];
        Self {
            depth,
            base: plain,
            roles,
            people: people.into_iter().map(|color| plain.fg(color)).collect(),
            code: syntax::terminal(),
            selected: plain.add_modifier(Modifier::REVERSED),
            marked: plain,
            reverse: true,
            grounds: None,
        }
    }

    /// The same where the background is light: the palette's yellow, cyan and bright colours could hardly be read there.
    pub(super) fn terminal_light(depth: ColorDepth) -> Self {
        let mut theme = Self::terminal(depth);
        let people = [Color::Blue, Color::Magenta, Color::Red, Color::LightBlue];
        theme.people = people.into_iter().map(|color| Style::new().fg(color)).collect();
        theme.code = syntax::terminal_light();
        for role in &mut theme.roles {
            role.fg = match role.fg {
                Some(Color::Cyan) => Some(Color::Blue),
                Some(Color::Yellow) => Some(Color::Magenta),
                other => other,
            };
        }
        theme
    }

    /// No colour at all.
    pub(super) fn attributes() -> Self {
        let plain = Style::new();
        let dim = plain.add_modifier(Modifier::DIM);
        let bold = plain.add_modifier(Modifier::BOLD);
        let mut theme = Self::terminal(ColorDepth::None);
        theme.roles = [
            plain,
            dim,
            dim,
            bold,
            plain,
            bold,
            bold.add_modifier(Modifier::REVERSED),
            bold,
            bold,
            plain.add_modifier(Modifier::UNDERLINED),
            plain,
            plain.add_modifier(Modifier::ITALIC),
            dim,
            plain,
            bold,
            bold,
            dim,
            plain.add_modifier(Modifier::REVERSED.union(Modifier::UNDERLINED)),
        ];
        theme.people = vec![plain];
        theme.code = syntax::attributes();
        theme
    }

    pub(super) fn role(&self, role: Role) -> Style {
        let at = match role {
            Role::Person { slot, tint } => {
                if let (Some(tint), Some((ground, away))) = (tint, self.grounds) {
                    return Style::new().fg(shown(Rgb::hex(tint).readable(ground, away), self.depth));
                }
                return self.people.get(usize::from(slot) % self.people.len().max(1)).copied().unwrap_or_default();
            }
            Role::Keyword | Role::Literal | Role::Comment | Role::Name | Role::Number => {
                return syntax::look(&self.code, role);
            }
            Role::Text => 0,
            Role::Dim => 1,
            Role::Faint => 2,
            Role::Accent => 3,
            Role::Title => 4,
            Role::Unread => 5,
            Role::Mention => 6,
            Role::Mentioned => 7,
            Role::Me => 8,
            Role::Link => 9,
            Role::Code => 10,
            Role::Quote => 11,
            Role::Spoiler => 12,
            Role::Ok => 13,
            Role::Warn => 14,
            Role::Error => 15,
            Role::Pending => 16,
            Role::Found => 17,
        };
        self.roles.get(at).copied().unwrap_or_default()
    }
}
