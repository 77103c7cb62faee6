//! From the raw file to what is in force, value by value.

use super::Config;
use super::accounts;
use super::error::ConfigError;
use super::options::{Kind, OPTIONS};
use super::raw::Source;
use crate::domain::near;
use crate::state::action::{Action, Context};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Tables that the file may hold beside the options.
const TABLES: &[&str] = &["keys", "accounts"];

/// What reading needs: the text, and what was wrong so far.
pub(super) struct Reader<'s> {
    source: &'s Source,
    problems: Vec<(Range<usize>, String, bool)>,
}

impl Reader<'_> {
    /// Notes a mistake.
    pub(super) fn wrong(&mut self, at: Range<usize>, message: String) {
        self.problems.push((at, message, false));
    }

    /// The line of a place in the text.
    pub(super) fn line(&self, at: &Range<usize>) -> usize {
        self.source.line(at.start)
    }
}

/// Fills what the text says into the defaults.
pub(super) fn resolve(config: &mut Config, source: &Source) {
    let (sound, slips) = source.sound();
    let document = DeTable::parse_recoverable(&sound).0;
    let mut reader = Reader { source, problems: Vec::new() };
    for slip in slips {
        reader.wrong(slip.at, slip.message);
    }
    for (name, value) in document.get_ref() {
        match name.get_ref().as_ref() {
            "keys" => keys(config, &mut reader, value),
            "accounts" => accounts::read(config, &mut reader, value),
            table => match value.get_ref().as_table() {
                Some(inner) if is_group(table) => {
                    for (key, value) in inner {
                        option(config, &mut reader, &format!("{table}.{}", key.get_ref()), key.span(), value);
                    }
                }
                _ => option(config, &mut reader, table, name.span(), value),
            },
        }
    }
    config.settings.quit_key = config.keymap.key_for(&Action::Quit, &[Context::Everywhere]);
    config.proxy_lost = config.line_of("proxy").is_none() && source.names("proxy");
    let mut problems = reader.problems;
    problems.sort_by_key(|(at, _, _)| at.start);
    config.problems = problems
        .into_iter()
        .map(|(at, message, warning)| ConfigError {
            path: config.path.clone(),
            place: Some(source.place(at.start)),
            message,
            warning,
        })
        .collect();
}

/// Whether options stand in a table of this name.
fn is_group(table: &str) -> bool {
    OPTIONS.iter().any(|entry| entry.name.split_once('.').is_some_and(|(group, _)| group == table))
}

fn option(config: &mut Config, reader: &mut Reader<'_>, written: &str, at: Range<usize>, value: &Spanned<DeValue<'_>>) {
    let Some(entry) = OPTIONS.iter().find(|entry| entry.name == written) else {
        let near = near::nearest(written, OPTIONS.iter().map(|entry| entry.name).chain(TABLES.iter().copied()));
        let what = if value.get_ref().is_table() { "table" } else { "option" };
        reader.wrong(at, format!("there is no {what} called {}{}", named(written), near::hint(near)));
        return;
    };
    match set(config, &entry.kind, value.get_ref()) {
        Ok(()) => {
            config.lines.insert(entry.name.to_owned(), reader.line(&at));
        }
        Err(expected) => {
            reader.wrong(value.span(), format!("{} is {expected}, not {}", entry.name, described(value.get_ref())))
        }
    }
}

fn set(config: &mut Config, kind: &Kind, value: &DeValue<'_>) -> Result<(), String> {
    match kind {
        Kind::Word(words, set) => set(config, word(value, words)?),
        Kind::Theme => {
            let names: Vec<&str> = config.settings.themes.iter().map(String::as_str).collect();
            config.settings.theme = word(value, &names)?.to_owned();
        }
        Kind::Text(expected, set) => {
            let text = value.as_str().ok_or(*expected)?;
            if !set(config, text) {
                return Err((*expected).to_owned());
            }
        }
        Kind::Flag(set) => set(config, value.as_bool().ok_or("true or false")?),
        Kind::Number(least, most, set) => {
            let number = whole(value).filter(|number| (*least..=*most).contains(number));
            set(config, number.ok_or_else(|| format!("a whole number from {least} to {most}"))?);
        }
    }
    Ok(())
}

/// One of these words; else what was expected.
fn word<'v>(value: &'v DeValue<'_>, words: &[&str]) -> Result<&'v str, String> {
    value.as_str().filter(|word| words.contains(word)).ok_or_else(|| {
        let near = value.as_str().and_then(|word| near::nearest(word, words.iter().copied()));
        near.map_or_else(|| one_of(words), |near| format!("{} (did you mean \"{near}\"?)", one_of(words)))
    })
}

/// A whole number that is not negative.
pub(super) fn whole(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// `"a", "b" or "c"`.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What somebody wrote, in the quotes of a message, which it cannot end.
pub(super) fn named(written: &str) -> String {
    format!("\"{}\"", written.replace('"', "'"))
}

/// A value as a message names it.
pub(super) fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 40 => named(text),
        DeValue::String(_) => "a long text".to_owned(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Integer(_) => "this number".to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn keys(config: &mut Config, reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) {
    for problem in config.keymap.overlay(value) {
        reader.problems.push((problem.at, problem.text, problem.warning));
    }
    for binding in config.keymap.bindings() {
        if let Some(at) = binding.place {
            config.lines.insert(key_option(binding.context.name(), binding.key), reader.source.line(at));
        }
    }
}

/// How a binding is called in [`Config::line_of`].
pub(super) fn key_option(context: &str, key: crate::input::Key) -> String {
    format!("keys.{context}.{key}")
}
