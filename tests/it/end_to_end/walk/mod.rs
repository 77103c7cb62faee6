//! Everything that can be done to messages and in the composer, by keys alone, on both networks, and seen by a second person. What is done stands in
//! the tables beside this file, one row for each step; see [`rows`] for how they are written.

mod desk;
mod rows;

use desk::Desk;
use nib::state::action::REGISTRY;
use rows::{Row, Step};
use std::collections::BTreeSet;

/// The tables: three for both networks, and one for what each has alone.
const WRITING: &str = include_str!("writing.txt");
const CURSOR: &str = include_str!("cursor.txt");
const FILES: &str = include_str!("files.txt");
const OSMIUM: &str = include_str!("osmium.txt");
const ORIGINCHATS: &str = include_str!("originchats.txt");

/// Parts of the registry that are about messages, the composer, its text and files: the first action, and the first one behind them.
const PARTS: [(&str, Option<&str>); 3] = [("clear", Some("cancel")), ("reply", Some("begin-thread")), ("left", None)];

/// Where both may write, on Osmium.
const CHANNEL: &str = "rustaceans/off-topic";

/// Does everything in a table.
fn walk(mut desk: Desk, table: &str) {
    for row in &rows::parse(table) {
        match &row.step {
            Step::Lacks { action, menu } => desk.lacks(row, action, menu),
            Step::Server(what) => desk.server(row, what),
            Step::Keys { .. } => desk.does(row),
        }
    }
    desk.quits();
}

#[test]
fn nothing_is_forgotten() {
    let at = |name: &str| REGISTRY.iter().position(|info| info.name == name).expect("an action");
    let part = |(first, end): (&str, Option<&str>)| &REGISTRY[at(first)..end.map_or(REGISTRY.len(), at)];
    let wanted: BTreeSet<&str> = PARTS.into_iter().flat_map(part).map(|info| info.name).collect();
    for (network, own) in [("Osmium", OSMIUM), ("OriginChats", ORIGINCHATS)] {
        let rows: Vec<Row> = [WRITING, CURSOR, FILES, own].into_iter().flat_map(rows::parse).collect();
        let named: BTreeSet<&str> = rows.iter().filter_map(Row::action).collect();
        let forgotten: Vec<_> = wanted.difference(&named).collect();
        let unknown: Vec<_> = named.difference(&wanted).collect();
        assert!(
            forgotten.is_empty() && unknown.is_empty(),
            "{network} has no row for {forgotten:?}; none: {unknown:?}"
        );
    }
}

#[test]
fn writing_on_osmium() {
    walk(Desk::osmium([CHANNEL; 2]), WRITING);
}

#[test]
fn writing_on_originchats() {
    walk(Desk::originchats(), WRITING);
}

#[test]
fn the_message_cursor_on_osmium() {
    walk(Desk::osmium(["@ada", "@robin"]), CURSOR);
}

#[test]
fn the_message_cursor_on_originchats() {
    walk(Desk::originchats(), CURSOR);
}

#[test]
fn files_on_osmium() {
    walk(Desk::osmium([CHANNEL; 2]), FILES);
}

#[test]
fn files_on_originchats() {
    walk(Desk::originchats(), FILES);
}

#[test]
fn what_osmium_alone_has_and_what_it_lacks() {
    walk(Desk::osmium([CHANNEL; 2]), OSMIUM);
}

#[test]
fn what_originchats_alone_has_and_what_it_lacks() {
    walk(Desk::originchats(), ORIGINCHATS);
}
