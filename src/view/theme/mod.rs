//! Themes: what each role looks like, for as many colours as the terminal has.
//!
//! `terminal` uses the palette that the user gave the terminal and paints no background, `auto` is `dark` or `light` as the terminal is; the others
//! bring their own colours, from the files in `assets/themes` or from the user's. With 16 colours every theme uses the terminal's palette, with none only attributes. Nothing is told by colour alone.

mod file;
mod roles;
mod syntax;

pub use file::ThemeError;

use self::file::{CONTRAST, DARK, DUSK, LIGHT, PAPER, Palette};
use self::roles::PLAIN_ROLES;
use super::color::Rgb;
use crate::domain::settings::THEMES;
use crate::layout::{Attributes, Fill, Style as Meaning};
use ratatui::style::{Color, Modifier, Style};

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

/// What the terminal paints text on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// Light words can be read on it.
    Dark,
    /// Dark words can.
    Light,
}

impl Ground {
    /// Which of the two a colour is: light if black can be read on it better than white.
    #[must_use]
    pub fn of(red: u8, green: u8, blue: u8) -> Self {
        let ground = Rgb(red, green, blue);
        let light = ground.contrast(Rgb(0, 0, 0)) > ground.contrast(Rgb(255, 255, 255));
        if light { Self::Light } else { Self::Dark }
    }
}

/// The looks of all roles.
#[derive(Clone, PartialEq, Debug)]
pub struct Theme {
    depth: ColorDepth,
    /// What everything is painted on.
    base: Style,
    roles: [Style; PLAIN_ROLES.len()],
    people: Vec<Style>,
    code: syntax::Looks,
    selected: Style,
    marked: Style,
    /// Whether a selected row shows in reverse, so that colours in it would be patches.
    reverse: bool,
    /// The background and the colour farthest from it, where they are known.
    grounds: Option<(Rgb, Rgb)>,
}

impl Theme {
    /// The names of the themes that are built in.
    pub const NAMES: [&'static str; THEMES.len()] = THEMES;

    /// A built-in theme by its name, for a terminal that does not tell its background; an unknown name gives `terminal`.
    #[must_use]
    pub fn named(name: &str, depth: ColorDepth) -> Self {
        Self::on(name, depth, None)
    }

    /// A built-in theme by its name, for a terminal with this background where it is known; an unknown name gives `terminal`.
    #[must_use]
    pub fn on(name: &str, depth: ColorDepth, ground: Option<Ground>) -> Self {
        let name = match (name, ground) {
            ("auto", Some(Ground::Light)) => "light",
            ("auto", Some(Ground::Dark)) => "dark",
            _ => name,
        };
        let text = match name {
            "dark" => DARK,
            "dusk" => DUSK,
            "light" => LIGHT,
            "paper" => PAPER,
            "contrast" => CONTRAST,
            _ => return Self::plain(depth, ground),
        };
        Self::read(text, depth, ground).unwrap_or_else(|_| Self::plain(depth, ground))
    }

    /// A theme from the text of its file. With 16 colours or none it is checked, but the terminal's own palette is used, for its background.
    ///
    /// # Errors
    /// A colour is missing, unknown or not written as one.
    pub fn read(text: &str, depth: ColorDepth, ground: Option<Ground>) -> Result<Self, ThemeError> {
        let palette: Palette = toml::from_str(text).map_err(|error| ThemeError {
            at: error.span().map_or(0, |span| span.start),
            message: error.message().to_owned(),
        })?;
        Ok(match depth {
            ColorDepth::TrueColor | ColorDepth::Ansi256 => Self::from_palette(&palette, depth),
            ColorDepth::Ansi16 | ColorDepth::None => Self::plain(depth, ground),
        })
    }

    fn plain(depth: ColorDepth, ground: Option<Ground>) -> Self {
        match (depth, ground) {
            (ColorDepth::None, _) => Self::attributes(),
            (_, Some(Ground::Light)) => Self::terminal_light(depth),
            _ => Self::terminal(depth),
        }
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
        // Many terminals know one of both at a time: which would depend on the order in which they are told.
        if style.add_modifier.contains(Modifier::BOLD) {
            style.add_modifier.remove(Modifier::DIM);
        }
        style
    }
}

/// A colour as the terminal can show it.
fn shown(color: Rgb, depth: ColorDepth) -> Color {
    if depth == ColorDepth::TrueColor { color.color() } else { Color::Indexed(color.nearest()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Role;
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
        for name in Theme::NAMES.into_iter().filter(|name| !matches!(*name, "terminal" | "auto")) {
            for depth in [ColorDepth::TrueColor, ColorDepth::Ansi256] {
                let theme = Theme::named(name, depth);
                let ground = rgb(theme.base.bg.unwrap());
                let people = (0..theme.people.len()).map(|slot| Role::Person { slot: slot as u8, tint: None });
                for role in PLAIN_ROLES.into_iter().chain(people) {
                    let look = theme.role(role);
                    let contrast = rgb(look.fg.unwrap()).contrast(look.bg.map_or(ground, rgb));
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
        let error = Theme::read(&wrong, ColorDepth::None, None).unwrap_err();
        assert!(wrong.get(error.at..).unwrap().starts_with("\"blue\""), "{error:?}");
        assert!(error.message.contains("#rrggbb"), "{error:?}");
        let missing = DARK.replace("accent =", "akzent =");
        assert!(Theme::read(&missing, ColorDepth::TrueColor, None).unwrap_err().message.contains("akzent"));
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
        for ground in [None, Some(Ground::Dark), Some(Ground::Light)] {
            let theme = Theme::on("terminal", ColorDepth::TrueColor, ground);
            assert!(theme.roles.iter().chain([&theme.base, &theme.marked]).all(|style| style.bg.is_none()));
        }
    }

    #[test]
    fn what_the_terminal_is_painted_on_decides() {
        let depth = ColorDepth::TrueColor;
        assert_eq!(Theme::on("auto", depth, Some(Ground::Light)), Theme::named("light", depth));
        assert_eq!(Theme::on("auto", depth, Some(Ground::Dark)), Theme::named("dark", depth));
        assert_eq!(Theme::on("auto", depth, None), Theme::named("terminal", depth));
        for (name, depth) in [("terminal", depth), ("auto", ColorDepth::Ansi16), ("dusk", ColorDepth::Ansi16)] {
            let theme = Theme::on(name, depth, Some(Ground::Light));
            for style in theme.roles.iter().chain(&theme.people) {
                let pale =
                    [Color::Yellow, Color::Cyan, Color::White, Color::LightYellow, Color::LightCyan, Color::LightGreen];
                assert!(!style.fg.is_some_and(|color| pale.contains(&color)), "{name} {style:?}");
            }
        }
        assert_eq!(
            Theme::on("terminal", ColorDepth::None, Some(Ground::Light)),
            Theme::named("dark", ColorDepth::None)
        );
    }

    #[test]
    fn grounds_are_told_apart() {
        for (color, ground) in [
            (0x00_0000, Ground::Dark),
            (0x1e_1e2e, Ground::Dark),
            (0x00_2b36, Ground::Dark),
            (0x30_0a24, Ground::Dark),
            (0xff_ffff, Ground::Light),
            (0xfd_f6e3, Ground::Light),
            (0xc0_c0c0, Ground::Light),
        ] {
            let Rgb(red, green, blue) = Rgb::hex(color);
            assert_eq!(Ground::of(red, green, blue), ground, "{color:06x}");
        }
    }
}
