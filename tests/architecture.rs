//! Enforces the rooms of `src/ARCHITECTURE.md`: which room may name which, what pure rooms may not touch, how long a file may be.
//!
//! It reads source text, so a re-export or a macro could fool it: a guard rail, not a proof. It fails with `file:line`.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may name. A room may always name itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("state", &["domain"]),
    ("input", &["domain", "state::action"]),
    ("layout", &["domain", "state"]),
    ("view", &["domain", "state", "layout"]),
    ("net", &["domain"]),
    ("config", &["domain", "input", "state::action"]),
    ("store", &["domain", "config::files", "config::STORE_BUDGET"]),
    ("demo", &["net::osmium::wire", "net::osmium::rpc"]),
    ("shell", &["domain", "state", "input", "layout", "view", "net", "config", "store", "demo"]),
    ("cli", &["domain", "state", "input", "config", "net", "shell", "store", "demo"]),
];

/// Rooms that do no I/O, read no clock and know no network.
const PURE: &[&str] = &["domain", "state", "input", "layout", "view"];

/// What pure rooms may not mention.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "Instant::now",
    "SystemTime::now",
    "Zoned::now",
    "Timestamp::now",
    "TimeZone::system",
    "tokio",
    "crossterm::",
    "rusqlite",
    "println!",
    "eprintln!",
    "fastrand::u",
    "fastrand::shuffle",
    "Rng::new()",
];

/// Sans-IO parts outside the pure rooms.
const SANS_IO: &[&str] =
    &["src/net/mod.rs", "src/net/dispatch", "src/net/osmium", "src/net/originchats", "src/net/skipped.rs"];

/// Words that no neutral room may say, comments apart.
const NETWORKS: &[&str] = &["osmium", "originchats"];

/// Longest file, in lines.
const LONGEST: usize = 500;

/// Files that may be longer, with the reason.
const LONG_FOR_A_REASON: &[(&str, &str)] = &[];

struct Source {
    path: PathBuf,
    shown: String,
    lines: Vec<String>,
}

fn sources(below: &str) -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join(below), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let shown = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            let lines = fs::read_to_string(&path).expect("readable text").lines().map(str::to_owned).collect();
            Source { path, shown, lines }
        })
        .collect()
}

/// The code of a line: without comments, and nothing of doc comments.
fn code(line: &str) -> &str {
    let trimmed = line.trim_start();
    if trimmed.starts_with("//") {
        return "";
    }
    line.split(" // ").next().unwrap_or(line)
}

/// Lines of a file up to its test module: tests may reach further.
fn shipped(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let end = source.lines.iter().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(source.lines.len());
    source.lines.iter().take(end).enumerate().map(|(index, line)| (index + 1, code(line)))
}

fn room_of(shown: &str) -> Option<&str> {
    shown.strip_prefix("src/")?.split('/').next()
}

/// Paths `crate::a::b` named in a line, groups included to the first brace.
fn named(line: &str) -> Vec<String> {
    line.match_indices("crate::")
        .map(|(at, _)| {
            line[at + "crate::".len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
                .collect::<String>()
        })
        .collect()
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn rooms_name_only_what_they_may() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let Some((room, may)) = room_of(&source.shown).and_then(|room| ROOMS.iter().find(|(name, _)| *name == room))
        else {
            continue;
        };
        for (number, line) in shipped(&source) {
            for path in named(line) {
                let allowed = path.is_empty()
                    || path.split("::").next() == Some(room)
                    || may.iter().any(|open| path == *open || path.starts_with(&format!("{open}::")));
                if !allowed {
                    faults.push(format!("{}:{number}: {room} may not name crate::{path}", source.shown));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn nothing_that_ships_panics_by_itself() {
    const METHODS: [&str; 3] = ["unwrap()", "expect(", "expect_err("];
    const MACROS: [&str; 4] = ["panic", "unreachable", "todo", "unimplemented"];
    let panics: Vec<String> =
        METHODS.iter().map(|call| format!(".{call}")).chain(MACROS.iter().map(|name| format!("{name}!("))).collect();
    let mut faults = Vec::new();
    for source in sources("src").into_iter().filter(|source| !source.shown.ends_with("/tests.rs")) {
        for (number, line) in shipped(&source) {
            if let Some(found) = panics.iter().find(|panics| line.contains(panics.as_str())) {
                faults.push(format!("{}:{number}: {found} ends the program for what may be bad input", source.shown));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_room_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for entry in fs::read_dir(root).expect("src") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && !ROOMS.iter().any(|(room, _)| *room == name) {
            faults.push(format!("src/{name}: a room without rules"));
        }
    }
    report(&faults);
}

#[test]
fn pure_rooms_touch_nothing() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let pure = room_of(&source.shown).is_some_and(|room| PURE.contains(&room));
        let sans_io = SANS_IO.iter().any(|start| source.shown.starts_with(start));
        if !pure && !sans_io {
            continue;
        }
        for (number, line) in shipped(&source) {
            for token in IMPURE {
                // What the program was compiled for is a constant, not the environment.
                if line.replace("std::env::consts", "").contains(token) {
                    faults.push(format!("{}:{number}: `{token}` in a pure room", source.shown));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn neutral_rooms_name_no_network() {
    let mut faults = Vec::new();
    for source in sources("src") {
        if !room_of(&source.shown).is_some_and(|room| PURE.contains(&room)) {
            continue;
        }
        for (number, line) in shipped(&source) {
            let lower = line.to_lowercase();
            for network in NETWORKS {
                if lower.contains(network) {
                    faults.push(format!("{}:{number}: names a network: {network}", source.shown));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn files_stay_short() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        let excused = LONG_FOR_A_REASON.iter().any(|(path, _)| *path == source.shown);
        if source.lines.len() > LONGEST && !excused {
            faults.push(format!(
                "{}:{}: longer than {LONGEST} lines; split it at a seam",
                source.shown,
                source.lines.len()
            ));
        }
    }
    report(&faults);
}

#[test]
fn the_check_itself_can_see() {
    assert_eq!(named("use crate::net::session::{A, B}; crate::domain"), ["net::session::", "domain"]);
    assert_eq!(code("    // crate::net"), "");
    let own = sources("tests").into_iter().find(|source| source.path.ends_with("architecture.rs"));
    assert!(own.is_some_and(|source| source.lines.len() > 50));
}
