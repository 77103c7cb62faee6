//! `nib keys`: which key does what, and where, with the user's own bindings in force.

use super::failure::Failure;
use super::{Globals, print};
use crate::config::{Config, Paths};
use crate::input::keymap::Keymap;
use crate::state::action::{ActionInfo, Context, REGISTRY};
use clap::Args;
use serde_json::json;
use std::collections::HashSet;

/// Columns before the help.
const KEYS: usize = 26;
const ACTION: usize = 24;

/// Options of `nib keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// One thing that can be done, and how.
struct Row {
    /// `None`: by its name only.
    context: Option<Context>,
    keys: Vec<String>,
    action: String,
    info: &'static ActionInfo,
}

/// Runs it. Mistakes in the configuration are told; the keys that could be read are listed all the same.
///
/// # Errors
/// There is no place for the configuration, or the output cannot be written.
pub fn run(globals: &Globals, arguments: &KeysArgs) -> Result<(), Failure> {
    let paths = Paths::find(globals.profile.as_deref(), globals.config.as_deref())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let (config, _) = Config::of(&paths);
    for problem in &config.problems {
        print::tell(&problem.to_string());
    }
    let rows = rows(&config.keymap);
    if arguments.json {
        for row in &rows {
            let object = json!({
                "v": 1, "context": row.context.map(Context::name), "keys": row.keys, "action": row.action,
                "arguments": row.info.arguments, "command": row.info.command, "help": row.info.help,
            });
            print::line(&object.to_string())?;
        }
        return Ok(());
    }
    print::text(&listed(&rows))
}

/// Every binding by context, then what only its name leads to.
fn rows(keymap: &Keymap) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for context in Context::ALL {
        rows.extend(keymap.hints(&[context]).into_iter().map(|hint| Row {
            context: Some(context),
            keys: hint.keys,
            action: hint.written,
            info: hint.info,
        }));
    }
    let bound: HashSet<&str> = rows.iter().map(|row| row.info.name).collect();
    let commands = REGISTRY.iter().filter(|info| info.command && !bound.contains(info.name));
    let commands: Vec<Row> =
        commands.map(|info| Row { context: None, keys: Vec::new(), action: info.name.to_owned(), info }).collect();
    rows.extend(commands);
    rows
}

fn listed(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut heading = None;
    for row in rows {
        if heading != Some(row.context) {
            heading = Some(row.context);
            let break_before = if text.is_empty() { "" } else { "\n" };
            let name = row.context.map_or("without a key, as / commands", Context::name);
            text.push_str(&format!("{break_before}{name}\n"));
        }
        match row.context {
            Some(_) => {
                // Few actions have many keys: what does not fit stands on lines below, so that columns stay columns.
                let mut lines = wrapped(&row.keys).into_iter();
                let keys = lines.next().unwrap_or_default();
                text.push_str(&format!("  {keys:<KEYS$} {:<ACTION$} {}\n", row.action, row.info.help));
                lines.for_each(|keys| text.push_str(&format!("  {keys}\n")));
            }
            None => {
                let command = format!("/{} {}", row.action, row.info.arguments);
                let width = KEYS + 1 + ACTION;
                text.push_str(&format!("  {command:<width$} {}\n", row.info.help));
            }
        }
    }
    text
}

/// Keys in lines no wider than their column.
fn wrapped(keys: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for key in keys {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + key.len() <= KEYS => {
                line.push_str(", ");
                line.push_str(key);
            }
            _ => lines.push(key.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_listed_once_at_least() {
        let rows = rows(&Keymap::default());
        for info in REGISTRY.iter().filter(|info| info.command) {
            assert!(rows.iter().any(|row| row.info.name == info.name), "{}", info.name);
        }
    }

    #[test]
    fn a_person_finds_the_key() {
        let text = listed(&rows(&Keymap::default()));
        let jump = text.lines().find(|line| line.trim_start().starts_with("Ctrl-K")).unwrap_or_default();
        assert!(jump.contains(" jump "), "{jump}");
        assert!(text.starts_with("everywhere\n"));
    }
}
