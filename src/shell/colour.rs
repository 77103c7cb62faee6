//! How many colours the terminal has, told from the environment: no terminal tells when asked.

use crate::config::{ConfigError, Place, ThemeFile, Themes};
use crate::view::{ColorDepth, Ground, Theme};

/// A theme by its name, for the colours that the environment promises and the terminal's background, where it is known.
///
/// # Errors
/// The user's file for it has a mistake.
pub fn theme(name: &str, themes: &Themes, ground: Option<Ground>) -> Result<Theme, ConfigError> {
    let depth = promised();
    match themes.file(name) {
        Some(file) => read(file, depth, ground),
        None => Ok(Theme::on(name, depth, ground)),
    }
}

/// The mistakes in the user's themes, the first of each.
#[must_use]
pub fn mistakes(themes: &Themes) -> Vec<ConfigError> {
    themes.files().filter_map(|(_, file)| read(file, ColorDepth::TrueColor, None).err()).collect()
}

fn read(file: &ThemeFile, depth: ColorDepth, ground: Option<Ground>) -> Result<Theme, ConfigError> {
    Theme::read(&file.text, depth, ground).map_err(|error| ConfigError {
        path: file.path.clone(),
        place: Some(Place::of(&file.text, error.at)),
        message: error.message,
        warning: false,
    })
}

/// How many colours the environment promises.
#[must_use]
pub fn promised() -> ColorDepth {
    depth(|name| std::env::var(name).ok())
}

/// How many colours these variables promise. `NO_COLOR` comes first, as <https://no-color.org> asks: any text but the empty one means none.
#[must_use]
pub fn depth(variable: impl Fn(&str) -> Option<String>) -> ColorDepth {
    decided(variable).0
}

/// What decided how many colours there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Decider {
    NoColor,
    ColorTerm,
    Term,
    /// No variable: the system.
    System,
}

fn decided(variable: impl Fn(&str) -> Option<String>) -> (ColorDepth, Decider) {
    let value = |name: &str| variable(name).unwrap_or_default().to_ascii_lowercase();
    let term = value("TERM");
    if !value("NO_COLOR").is_empty() {
        return (ColorDepth::None, Decider::NoColor);
    }
    if term.starts_with("vt1") || term.starts_with("vt2") || term.ends_with("-mono") {
        return (ColorDepth::None, Decider::Term);
    }
    let colours = value("COLORTERM");
    if matches!(colours.as_str(), "truecolor" | "24bit") {
        return (ColorDepth::TrueColor, Decider::ColorTerm);
    }
    if term.ends_with("-direct") || term == "xterm-kitty" || term == "xterm-ghostty" {
        return (ColorDepth::TrueColor, Decider::Term);
    }
    // Consoles of Windows have no name and show all colours.
    if cfg!(windows) && term.is_empty() {
        return (ColorDepth::TrueColor, Decider::System);
    }
    if term.contains("256color") {
        return (ColorDepth::Ansi256, Decider::Term);
    }
    if !colours.is_empty() {
        return (ColorDepth::Ansi256, Decider::ColorTerm);
    }
    (ColorDepth::Ansi16, Decider::Term)
}

/// How many colours these variables promise, and which of them says so, both in words.
#[must_use]
pub fn explained(variable: impl Fn(&str) -> Option<String>) -> (&'static str, String) {
    let (depth, decider) = decided(&variable);
    let count = match depth {
        ColorDepth::None => "none",
        ColorDepth::Ansi16 => "16",
        ColorDepth::Ansi256 => "256",
        ColorDepth::TrueColor => "all",
    };
    let why = match (decider, depth) {
        (Decider::NoColor, _) => "NO_COLOR is set".to_owned(),
        (Decider::ColorTerm, _) => format!("COLORTERM is {}", variable("COLORTERM").unwrap_or_default()),
        (Decider::Term, ColorDepth::Ansi16 | ColorDepth::Ansi256) => {
            "by the terminal's name; COLORTERM=truecolor would promise all".to_owned()
        }
        (Decider::Term, _) => "by the terminal's name".to_owned(),
        (Decider::System, _) => "as the system's console shows them".to_owned(),
    };
    (count, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_promises_colours() {
        for (variables, want) in [
            (&[("TERM", "xterm-256color")][..], ColorDepth::Ansi256),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], ColorDepth::TrueColor),
            (&[("TERM", "tmux-256color"), ("COLORTERM", "24bit")], ColorDepth::TrueColor),
            (&[("TERM", "xterm-kitty")], ColorDepth::TrueColor),
            (&[("TERM", "xterm")], ColorDepth::Ansi16),
            (&[("TERM", "linux")], ColorDepth::Ansi16),
            (&[("TERM", "vt100")], ColorDepth::None),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], ColorDepth::None),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], ColorDepth::Ansi256),
            (&[], if cfg!(windows) { ColorDepth::TrueColor } else { ColorDepth::Ansi16 }),
        ] {
            let found =
                depth(|name| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()));
            assert_eq!(found, want, "{variables:?}");
        }
    }

    #[test]
    fn the_variable_that_decided_is_named() {
        for (variables, count, why) in [
            (&[("TERM", "xterm-kitty"), ("COLORTERM", "yes")][..], "all", "by the terminal's name"),
            (&[("TERM", "vt220"), ("COLORTERM", "truecolor")], "none", "by the terminal's name"),
            (&[("TERM", "vt220"), ("NO_COLOR", "1")], "none", "NO_COLOR is set"),
            (&[("TERM", "xterm"), ("COLORTERM", "truecolor")], "all", "COLORTERM is truecolor"),
            (&[("TERM", "xterm"), ("COLORTERM", "yes")], "256", "COLORTERM is yes"),
            (
                &[("TERM", "screen-256color"), ("COLORTERM", "yes")],
                "256",
                "by the terminal's name; COLORTERM=truecolor would promise all",
            ),
        ] {
            let variable =
                |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(explained(variable), (count, why.to_owned()), "{variables:?}");
        }
    }
}
