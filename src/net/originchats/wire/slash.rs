//! Commands that servers and their bots offer.

use super::json::{Fields, Json, Raw};
use super::objects::SHORT;
use crate::domain::{CleanText, SlashCommand, SlashKind, SlashOption};

/// Most commands of one list.
const COMMANDS: usize = 1_000;
/// Most options of one command.
const OPTIONS: usize = 50;

/// The commands of a list. One whose name cannot be said back as it is shown is left out.
#[must_use]
pub(super) fn commands(values: Vec<Json>) -> Vec<SlashCommand> {
    values.into_iter().filter_map(Json::fields).filter_map(command).take(COMMANDS).collect()
}

/// Names of commands, bare or in objects.
#[must_use]
pub(super) fn names(values: Vec<Json>) -> Vec<CleanText> {
    let name = |value| match value {
        Json::Object(mut fields) => fields.filled("name"),
        other => other.raw(),
    };
    values.into_iter().filter_map(name).take(COMMANDS).map(|name| name.line()).collect()
}

fn command(mut fields: Fields) -> Option<SlashCommand> {
    Some(SlashCommand {
        name: same(&fields.filled("name")?)?,
        about: fields.filled("description").map(|about| about.line()).unwrap_or_default(),
        options: fields.objects("options").into_iter().filter_map(option).take(OPTIONS).collect(),
    })
}

fn option(mut fields: Fields) -> Option<SlashOption> {
    let kind = fields.filled("type").unwrap_or_default();
    let choices = || fields.peek("choices").cloned().and_then(Json::list).unwrap_or_default();
    Some(SlashOption {
        kind: match kind.wire() {
            "int" | "integer" => SlashKind::Whole,
            "float" | "number" => SlashKind::Number,
            "bool" | "boolean" => SlashKind::Flag,
            "user" => SlashKind::Person,
            "enum" => {
                let all = choices().into_iter().filter_map(Json::raw).filter_map(|choice| same(&choice)).take(SHORT);
                SlashKind::Choice(all.collect())
            }
            _ => SlashKind::Text,
        },
        // What is not said is needed.
        needed: fields.peek("required").and_then(Json::flag).unwrap_or(true),
        name: same(&fields.filled("name")?)?,
        about: fields.filled("description").map(|about| about.line()).unwrap_or_default(),
    })
}

/// As it is shown, if that is as it is written.
fn same(raw: &Raw) -> Option<CleanText> {
    let line = raw.line();
    (line.as_str() == raw.wire()).then_some(line)
}
