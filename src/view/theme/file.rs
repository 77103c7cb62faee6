//! Themes that bring their own colours: their files, as they are written and what they make.

use super::{ColorDepth, Theme, shown};
use crate::view::color::Rgb;
use ratatui::style::{Modifier, Style};
use serde::{Deserialize, Deserializer};

pub(super) const DARK: &str = include_str!("../../../assets/themes/dark.toml");
pub(super) const DUSK: &str = include_str!("../../../assets/themes/dusk.toml");
pub(super) const LIGHT: &str = include_str!("../../../assets/themes/light.toml");
pub(super) const PAPER: &str = include_str!("../../../assets/themes/paper.toml");
pub(super) const CONTRAST: &str = include_str!("../../../assets/themes/contrast.toml");

/// A theme's file: colours as `#RRGGBB`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Palette {
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
    #[serde(default)]
    found: Option<Rgb>,
    people: Vec<Rgb>,
    #[serde(default)]
    syntax: super::syntax::Parts,
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

impl Theme {
    pub(super) fn from_palette(palette: &Palette, depth: ColorDepth) -> Self {
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
            // Words as on paper under a marker.
            fg(palette.ground).bg(color(palette.found.unwrap_or(palette.warn))),
        ];
        // People without a colour of their own would all look alike; words are better than none.
        let people =
            if palette.people.is_empty() { vec![text] } else { palette.people.iter().copied().map(fg).collect() };
        Self {
            depth,
            base: text.bg(color(palette.ground)),
            roles,
            people,
            code: palette.syntax.looks([palette.accent, palette.ok, palette.dim, palette.mentioned, palette.warn], fg),
            selected: Style::new().bg(color(palette.selected)),
            marked: Style::new().bg(color(palette.marked)),
            reverse: false,
            grounds: Some((palette.ground, away)),
        }
    }
}
