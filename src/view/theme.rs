//! Themes: what each role looks like, for as many colours as the terminal has.
//!
//! `terminal` uses the palette that the user gave the terminal and paints no background; the others bring their own colours, from the files in
//! `assets/themes` or from the user's. With 16 colours every theme uses the terminal's palette, with none only attributes. Nothing is told by colour alone.

use super::color::Rgb;
use crate::domain::settings::THEMES;
use crate::layout::{Attributes, Fill, Role, Style as Meaning};
use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Deserializer};

/// How many colours the terminal shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColorDepth {
    /// All of them.
    TrueColor,
    /// 256.
    Ansi256,
    /// The terminal's own 16.
    #[default]
    Ansi16,
    /// None: attributes only. What `NO_COLOR` asks for.
    None,
}

/// The looks of all roles.
#[derive(Clone, PartialEq, Debug)]
pub struct Theme {
    depth: ColorDepth,
    /// What everything is painted on.
    base: Style,
    roles: [Style; PLAIN_ROLES.len()],
    people: Vec<Style>,
    selected: Style,
    marked: Style,
    /// Whether a selected row shows in reverse, so that colours in it would be patches.
    reverse: bool,
    /// The background and the colour farthest from it, where they are known.
    grounds: Option<(Rgb, Rgb)>,
}

/// Every role with one look, in the order of the table of looks.
const PLAIN_ROLES: [Role; 17] = [
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
];

/// A theme's file: colours as `#RRGGBB`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Palette {
    ground: Rgb,
    selected: Rgb,
    marked: Rgb,
    text: Rgb,
    dim: Rgb,
    faint: Rgb,
    accent: Rgb,
    title: Rgb,
    unread: Rgb,
    mention: Rgb,
    mentioned: Rgb,
    me: Rgb,
    link: Rgb,
    code: Rgb,
    quote: Rgb,
    spoiler: Rgb,
    ok: Rgb,
    warn: Rgb,
    error: Rgb,
    pending: Rgb,
    people: Vec<Rgb>,
}

impl<'de> Deserialize<'de> for Rgb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        value
            .map(Self::hex)
            .ok_or_else(|| serde::de::Error::custom("a colour is written \"#rrggbb\", such as \"#7cb3ff\""))
    }
}

/// What is wrong with a theme's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThemeError {
    /// Where it begins, in bytes of the text.
    pub at: usize,
    /// What.
    pub message: String,
}

const DARK: &str = include_str!("../../assets/themes/dark.toml");
const DUSK: &str = include_str!("../../assets/themes/dusk.toml");
const LIGHT: &str = include_str!("../../assets/themes/light.toml");
const PAPER: &str = include_str!("../../assets/themes/paper.toml");
const CONTRAST: &str = include_str!("../../assets/themes/contrast.toml");

impl Theme {
    /// The names of the themes that are built in.
    pub const NAMES: [&'static str; 6] = THEMES;

    /// A built-in theme by its name; an unknown name gives `terminal`.
    #[must_use]
    pub fn named(name: &str, depth: ColorDepth) -> Self {
        let text = match name {
            "dark" => DARK,
            "dusk" => DUSK,
            "light" => LIGHT,
            "paper" => PAPER,
            "contrast" => CONTRAST,
            _ => return Self::plain(depth),
        };
        Self::read(text, depth).unwrap_or_else(|_| Self::plain(depth))
    }

    /// A theme from the text of its file. With 16 colours or none it is checked, but the terminal's own palette is used.
    ///
    /// # Errors
    /// A colour is missing, unknown or not written as one.
    pub fn read(text: &str, depth: ColorDepth) -> Result<Self, ThemeError> {
        let palette: Palette = toml::from_str(text).map_err(|error| ThemeError {
            at: error.span().map_or(0, |span| span.start),
            message: error.message().to_owned(),
        })?;
        Ok(match depth {
            ColorDepth::TrueColor | ColorDepth::Ansi256 => Self::from_palette(&palette, depth),
            ColorDepth::Ansi16 | ColorDepth::None => Self::plain(depth),
        })
    }

    fn plain(depth: ColorDepth) -> Self {
        if depth == ColorDepth::None { Self::attributes() } else { Self::terminal(depth) }
    }

    fn from_palette(palette: &Palette, depth: ColorDepth) -> Self {
        let color = |rgb: Rgb| shown(rgb, depth);
        let fg = |rgb: Rgb| Style::new().fg(color(rgb));
        let away = if palette.ground.contrast(Rgb(0, 0, 0)) < 4.5 { Rgb(255, 255, 255) } else { Rgb(0, 0, 0) };
        let text = fg(palette.text);
        let roles = [
            text,
            fg(palette.dim),
            fg(palette.faint),
            fg(palette.accent),
            fg(palette.title),
            fg(palette.unread),
            fg(palette.mention).add_modifier(Modifier::BOLD),
            fg(palette.mentioned),
            fg(palette.me),
            fg(palette.link),
            fg(palette.code),
            fg(palette.quote),
            fg(palette.spoiler),
            fg(palette.ok),
            fg(palette.warn),
            fg(palette.error),
            fg(palette.pending).add_modifier(Modifier::ITALIC),
        ];
        // People without a colour of their own would all look alike; words are better than none.
        let people =
            if palette.people.is_empty() { vec![text] } else { palette.people.iter().copied().map(fg).collect() };
        Self {
            depth,
            base: text.bg(color(palette.ground)),
            roles,
            people,
            selected: Style::new().bg(color(palette.selected)),
            marked: Style::new().bg(color(palette.marked)),
            reverse: false,
            grounds: Some((palette.ground, away)),
        }
    }

    /// The terminal's own palette, on its own background.
    fn terminal(depth: ColorDepth) -> Self {
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
        ];
        let people = [Color::Green, Color::Yellow, Color::LightBlue, Color::Magenta, Color::Cyan];
        Self {
            depth,
            base: plain,
            roles,
            people: people.into_iter().map(|color| plain.fg(color)).collect(),
            selected: plain.add_modifier(Modifier::REVERSED),
            marked: plain,
            reverse: true,
            grounds: None,
        }
    }

    /// No colour at all.
    fn attributes() -> Self {
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
        ];
        theme.people = vec![plain];
        theme
    }

    /// How many colours it is made for.
    #[must_use]
    pub fn depth(&self) -> ColorDepth {
        self.depth
    }

    /// What the whole screen is painted on.
    #[must_use]
    pub fn base(&self) -> Style {
        self.base
    }

    /// What the cells of a row are painted on.
    #[must_use]
    pub(super) fn fill(&self, fill: Fill) -> Style {
        match fill {
            Fill::Keep | Fill::Clear => self.base,
            Fill::Selected => self.base.patch(self.selected),
            Fill::Marked => self.base.patch(self.marked),
        }
    }

    /// How text of a meaning looks on a fill.
    #[must_use]
    pub(super) fn style(&self, meaning: Meaning, fill: Fill) -> Style {
        let ground = self.fill(fill);
        let mut style =
            if self.reverse && fill == Fill::Selected { ground } else { ground.patch(self.role(meaning.role)) };
        for (attribute, modifier) in [
            (Attributes::BOLD, Modifier::BOLD),
            (Attributes::ITALIC, Modifier::ITALIC),
            (Attributes::UNDERLINE, Modifier::UNDERLINED),
            (Attributes::STRIKE, Modifier::CROSSED_OUT),
            (Attributes::REVERSE, Modifier::REVERSED),
        ] {
            if meaning.attributes.has(attribute) {
                style = style.add_modifier(modifier);
            }
        }
        style
    }

    fn role(&self, role: Role) -> Style {
        let at = match role {
            Role::Person { slot, tint } => {
                if let (Some(tint), Some((ground, away))) = (tint, self.grounds) {
                    return Style::new().fg(shown(Rgb::hex(tint).readable(ground, away), self.depth));
                }
                return self.people.get(usize::from(slot) % self.people.len().max(1)).copied().unwrap_or_default();
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
        };
        self.roles.get(at).copied().unwrap_or_default()
    }
}

/// A colour as the terminal can show it.
fn shown(color: Rgb, depth: ColorDepth) -> Color {
    if depth == ColorDepth::TrueColor { color.color() } else { Color::Indexed(color.nearest()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::color::indexed;

    fn rgb(color: Color) -> Rgb {
        match color {
            Color::Rgb(r, g, b) => Rgb(r, g, b),
            Color::Indexed(index) => indexed(index),
            other => panic!("{other} has no fixed value"),
        }
    }

    #[test]
    fn own_colours_can_be_read() {
        for name in Theme::NAMES.into_iter().filter(|name| *name != "terminal") {
            for depth in [ColorDepth::TrueColor, ColorDepth::Ansi256] {
                let theme = Theme::named(name, depth);
                let ground = rgb(theme.base.bg.unwrap());
                let people = (0..theme.people.len()).map(|slot| Role::Person { slot: slot as u8, tint: None });
                for role in PLAIN_ROLES.into_iter().chain(people) {
                    let contrast = rgb(theme.role(role).fg.unwrap()).contrast(ground);
                    // Rules, times and covers may be quieter than words.
                    let least = match role {
                        _ if name == "contrast" => 7.0,
                        Role::Faint | Role::Spoiler => 3.0,
                        _ => 4.5,
                    };
                    assert!(contrast >= least, "{name} {depth:?} {role:?}: {contrast:.2}");
                }
                for fill in [Fill::Selected, Fill::Marked] {
                    let contrast = rgb(theme.role(Role::Text).fg.unwrap()).contrast(rgb(theme.fill(fill).bg.unwrap()));
                    assert!(contrast >= 7.0, "{name} {depth:?} {fill:?}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let wrong = DARK.replace("#7cb3ff", "blue");
        let error = Theme::read(&wrong, ColorDepth::None).unwrap_err();
        assert!(wrong.get(error.at..).unwrap().starts_with("\"blue\""), "{error:?}");
        assert!(error.message.contains("#rrggbb"), "{error:?}");
        let missing = DARK.replace("accent =", "akzent =");
        assert!(Theme::read(&missing, ColorDepth::TrueColor).unwrap_err().message.contains("akzent"));
    }

    #[test]
    fn without_colours_there_are_none() {
        for name in Theme::NAMES {
            let theme = Theme::named(name, ColorDepth::None);
            assert!(
                theme
                    .roles
                    .iter()
                    .chain(&theme.people)
                    .chain([&theme.base, &theme.selected])
                    .all(|style| style.fg.is_none() && style.bg.is_none())
            );
        }
    }

    #[test]
    fn the_terminals_theme_paints_no_background() {
        let theme = Theme::named("terminal", ColorDepth::TrueColor);
        assert!(theme.roles.iter().chain([&theme.base, &theme.marked]).all(|style| style.bg.is_none()));
    }
}
