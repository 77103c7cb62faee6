//! How the parts of code look.

use crate::layout::Role;
use crate::view::color::Rgb;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// The looks of words of a language, literals, comments, names and numbers, in this order.
pub(super) type Looks = [Style; 5];

/// What a theme's file says of them; what it does not say is in the colours of the rest.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Parts {
    keyword: Option<Rgb>,
    literal: Option<Rgb>,
    comment: Option<Rgb>,
    name: Option<Rgb>,
    number: Option<Rgb>,
}

impl Parts {
    /// The looks in a theme's own colours; `rest`: what stands in for each.
    pub(super) fn looks(self, rest: [Rgb; 5], shown: impl Fn(Rgb) -> Style) -> Looks {
        let own = [self.keyword, self.literal, self.comment, self.name, self.number];
        let mut looks = rest.map(Some);
        for (look, own) in looks.iter_mut().zip(own) {
            *look = own.or(*look);
        }
        looks.map(|color| color.map_or(Style::new(), &shown))
    }
}

/// In the terminal's own palette, on a dark ground.
pub(super) fn terminal() -> Looks {
    let fg = |color| Style::new().fg(color);
    let dim = Style::new().add_modifier(Modifier::DIM);
    [fg(Color::LightMagenta), fg(Color::Green), dim, fg(Color::LightBlue), fg(Color::Cyan)]
}

/// The same on a light ground.
pub(super) fn terminal_light() -> Looks {
    let [_, literal, comment, ..] = terminal();
    let bold = Style::new().add_modifier(Modifier::BOLD);
    [Style::new().fg(Color::Blue), literal, comment, bold, Style::new().fg(Color::Red)]
}

/// Without colours.
pub(super) fn attributes() -> Looks {
    let plain = Style::new();
    let comment = plain.add_modifier(Modifier::DIM).add_modifier(Modifier::ITALIC);
    [plain.add_modifier(Modifier::BOLD), plain, comment, plain.add_modifier(Modifier::UNDERLINED), plain]
}

/// The look of a role, if it is one of these.
pub(super) fn look(looks: &Looks, role: Role) -> Style {
    let roles = [Role::Keyword, Role::Literal, Role::Comment, Role::Name, Role::Number];
    roles.iter().zip(looks).find(|(known, _)| **known == role).map_or(Style::new(), |(_, look)| *look)
}

#[cfg(test)]
mod tests {
    use crate::layout::{Fill, Role};
    use crate::view::color::{Rgb, indexed};
    use crate::view::{ColorDepth, Theme};
    use ratatui::style::Color;

    fn rgb(color: Option<Color>) -> Rgb {
        match color {
            Some(Color::Rgb(r, g, b)) => Rgb(r, g, b),
            Some(Color::Indexed(index)) => indexed(index),
            other => panic!("{other:?} has no fixed value"),
        }
    }

    const ROLES: [Role; 5] = [Role::Keyword, Role::Literal, Role::Comment, Role::Name, Role::Number];

    #[test]
    fn code_can_be_read_in_own_colours() {
        for name in Theme::NAMES.into_iter().filter(|name| !matches!(*name, "terminal" | "auto")) {
            for depth in [ColorDepth::TrueColor, ColorDepth::Ansi256] {
                let theme = Theme::named(name, depth);
                let look = |role: Role| rgb(theme.style(role.into(), Fill::Keep).fg);
                for role in ROLES {
                    let contrast = look(role).contrast(rgb(theme.base().bg));
                    let least = if name == "contrast" { 7.0 } else { 4.5 };
                    assert!(contrast >= least, "{name} {depth:?} {role:?}: {contrast:.2}");
                }
                let told = ROLES.map(look);
                for (at, one) in told.iter().enumerate() {
                    assert!(!told[..at].contains(one), "{name} {depth:?}: {:?} looks like another", ROLES[at]);
                }
            }
        }
    }

    #[test]
    fn a_theme_that_says_nothing_of_code_has_looks_for_it() {
        let dark = include_str!("../../../assets/themes/dark.toml");
        let (plain, _) = dark.split_once("[syntax]").unwrap();
        let theme = Theme::read(plain, ColorDepth::TrueColor, None).unwrap();
        let look = |role: Role| theme.style(role.into(), Fill::Keep).fg;
        assert_eq!((look(Role::Keyword), look(Role::Literal)), (look(Role::Accent), look(Role::Ok)));
        let some = format!("{plain}[syntax]\nkeyword = \"#112233\"\n");
        let theme = Theme::read(&some, ColorDepth::TrueColor, None).unwrap();
        assert_eq!(theme.style(Role::Keyword.into(), Fill::Keep).fg, Some(Color::Rgb(0x11, 0x22, 0x33)));
        assert!(Theme::read(&format!("{plain}[syntax]\nkeyboard = \"#112233\"\n"), ColorDepth::None, None).is_err());
    }
}
