//! The terminal: what it says of itself, and what nib makes of that.

use super::finding::{Findings, Section};
use crate::cli::failure::Failure;
use crate::domain::Settings;
use crate::domain::settings::{Bidi, Links};
use crate::shell::colour;
use std::io::IsTerminal;

const HERE: Section = Section::Terminal;

/// How long the terminal may take to answer: nobody waits at a key meanwhile.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);

/// Looks at it, and asks it what it can do where it is there to be asked.
pub(super) fn look(findings: &mut Findings, settings: &Settings) -> Result<(), Failure> {
    let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if !is_terminal {
        findings.note(
            HERE,
            "here",
            "input or output is no terminal now; what follows is what the environment says".to_owned(),
        )?;
    }
    match value("TERM") {
        Some(term) if term != "dumb" => {
            let program = value("TERM_PROGRAM").map(|program| format!(" ({program})")).unwrap_or_default();
            findings.ok(HERE, "name", format!("{term}{program}"))?;
        }
        None if cfg!(windows) => findings.ok(HERE, "name", "a console of Windows".to_owned())?,
        other => {
            let text = match other {
                Some(_) => "it calls itself dumb, so nib cannot place text on it",
                None => "TERM is not set, so nib cannot draw on it",
            };
            findings.problem(HERE, "name", text.to_owned(), "set TERM to what it is, for example xterm-256color")?;
        }
    }
    if is_terminal && let Ok((columns, rows)) = crossterm::terminal::size() {
        let small = columns < 20 || rows < 5;
        let text = format!("{columns} columns, {rows} rows");
        if small {
            findings.note(HERE, "size", format!("{text}: less than 20 by 5, where not everything fits"))?;
        } else {
            findings.ok(HERE, "size", text)?;
        }
    }
    colours(findings, settings, &value)?;
    let between: Vec<&str> = [
        ("TMUX", "tmux"),
        ("STY", "screen"),
        ("ZELLIJ", "zellij"),
        ("SSH_CONNECTION", "ssh"),
        ("MOSH_CONNECTION", "mosh"),
    ]
    .into_iter()
    .filter(|(name, _)| value(name).is_some())
    .map(|(_, what)| what)
    .collect();
    match between.as_slice() {
        [] => findings.ok(HERE, "between", "nothing that shows itself".to_owned())?,
        some => {
            let keys =
                if some.contains(&"tmux") { "; there, Shift-Enter needs \"set -s extended-keys on\"" } else { "" };
            let text = format!("{} stands between nib and the terminal{keys}", some.join(" and "));
            findings.note(HERE, "between", text)?;
        }
    }
    let mouse = if settings.mouse { "asked for; with Shift the terminal selects text" } else { "left to the terminal" };
    findings.ok(HERE, "mouse", mouse.to_owned())?;
    if is_terminal {
        abilities(findings, settings)?;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(value).unwrap_or_default();
    let wide = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    match (wide || cfg!(windows), settings.ascii) {
        (_, true) => findings.ok(HERE, "characters", "plain ones, as ascii = true wants".to_owned()),
        (true, false) => findings.ok(HERE, "characters", "Unicode".to_owned()),
        (false, false) => {
            let text =
                "the locale names no UTF-8; if lines and signs look wrong, write ascii = true in the configuration";
            findings.note(HERE, "characters", text.to_owned())
        }
    }
}

fn colours(
    findings: &mut Findings,
    settings: &Settings,
    value: &impl Fn(&str) -> Option<String>,
) -> Result<(), Failure> {
    let (count, why) = colour::explained(value);
    findings.ok(HERE, "colours", format!("{count}, theme {} ({why})", settings.theme))
}

/// What it answers when it is asked, and what follows from that.
#[cfg(unix)]
fn abilities(findings: &mut Findings, settings: &Settings) -> Result<(), Failure> {
    let Ok(known) = crate::shell::probe::ask(PATIENCE) else {
        return findings.note(HERE, "answers", "it could not be asked".to_owned());
    };
    if !known.answered {
        let text = format!("it did not answer within {} ms; nib goes by its name", PATIENCE.as_millis());
        findings.note(HERE, "answers", text)?;
    }
    if let Some(name) = &known.name {
        findings.ok(HERE, "answers", format!("it calls itself {name}"))?;
    }
    let keys = match known.keyboard {
        Some(_) => "unambiguous: Shift-Enter begins a line, and Esc acts at once",
        None => "as they always were: Alt-Enter and Ctrl-J begin a line, and Esc acts after a moment",
    };
    findings.ok(HERE, "keys", keys.to_owned())?;
    let frames = match known.synchronised {
        Some(true) => "shown whole",
        Some(false) => "may be seen half drawn",
        None => "asked to be shown whole; it does not say whether it does",
    };
    findings.ok(HERE, "frames", frames.to_owned())?;
    let focus = match known.focus {
        Some(true) => "told: nib knows when you look elsewhere",
        Some(false) => "not told: nib takes you for present",
        None => "it does not say; until it does, nib takes you for present",
    };
    findings.ok(HERE, "focus", focus.to_owned())?;
    let ground = known.lines().into_iter().find(|(name, _)| *name == "background");
    findings.ok(HERE, "background", ground.map_or_else(String::new, |(_, ground)| ground))?;
    let widths = known.widths.map_or_else(|| "not told, taken as in Unicode".to_owned(), |rules| rules.to_string());
    let found = known.widths.unwrap_or_default();
    let rules = found.wanted(settings.widths, settings.emoji);
    let widths = if rules == found { widths } else { format!("{widths}; by the configuration {rules}") };
    findings.ok(HERE, "widths", widths)?;
    let told = match settings.links {
        Links::On => "told to the terminal, as links = \"on\" wants",
        Links::Auto if known.links() => "told to the terminal",
        Links::Auto => "not told: it is not known to take them",
        Links::Off => "not told, as links = \"off\" wants",
    };
    findings.ok(HERE, "links", told.to_owned())?;
    let order = match settings.bidi {
        Bidi::Terminal => "left to the terminal, as bidi = \"terminal\" wants",
        Bidi::Auto if known.reorders() => "left to the terminal, which does that by itself",
        Bidi::Auto | Bidi::Nib => "put in order by nib",
    };
    findings.ok(HERE, "right to left", order.to_owned())
}

#[cfg(not(unix))]
fn abilities(_: &mut Findings, _: &Settings) -> Result<(), Failure> {
    Ok(())
}
