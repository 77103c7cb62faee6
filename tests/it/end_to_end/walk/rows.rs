//! How the tables are written: a step on each line, in columns.
//!
//! ```text
//! # a remark
//! pin ¦ p ¦ keep this @ pinned ¦ keep this @ pinned      the action's name, the keys, what then shows here, and there
//! .   ¦ <Esc> ¦ r reply                                  a step towards something, of no action
//! ~   ¦ hello<Enter> ¦ hello ¦ hello                     the other person types; the columns stay whose they are
//! ! freeze                                               something happens to the server
//! lacks ¦ forward ¦ Pass on                              the network has no such action: neither help, completion, hints nor the menu's words have it
//! ```
//!
//! What shows: `words`, `-words` (they do not), `words @ others` (in one row), `words @ -others`, `^bytes` (they were written to the terminal);
//! several are joined by ` & `. Keys are letters, and names in angle brackets: `<C-x>`, `<A-x>`, `<S-Up>`, `<Paste:one\ntwo>`. `{home}` is the
//! folder that nib runs in, `{many}` a text of sixty lines.

/// A line of a table.
pub(super) struct Row {
    /// As it stands there, with its number.
    pub(super) told: String,
    pub(super) step: Step,
}

pub(super) enum Step {
    Keys {
        /// Empty for a step on the way.
        action: String,
        by_other: bool,
        keys: String,
        here: Vec<Sight>,
        there: Vec<Sight>,
    },
    Server(String),
    Lacks {
        action: String,
        menu: String,
    },
}

/// What is to be seen.
pub(super) enum Sight {
    Words(String),
    Without(String),
    Together(String, String),
    Apart(String, String),
    Written(String),
}

impl Row {
    /// The action that it is about.
    pub(super) fn action(&self) -> Option<&str> {
        match &self.step {
            Step::Keys { action, .. } | Step::Lacks { action, .. } => {
                Some(action.as_str()).filter(|name| !name.is_empty())
            }
            Step::Server(_) => None,
        }
    }
}

pub(super) fn parse(table: &str) -> Vec<Row> {
    let lines = table.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|(number, line)| Row { told: format!("row {}: {line}", number + 1), step: step(line) }).collect()
}

fn step(line: &str) -> Step {
    if let Some(what) = line.strip_prefix("! ") {
        return Step::Server(what.trim().to_owned());
    }
    let mut columns = line.split('¦').map(str::trim);
    let first = columns.next().unwrap_or_default();
    let second = columns.next().unwrap_or_default();
    let third = columns.next().unwrap_or_default();
    if first == "lacks" {
        return Step::Lacks { action: second.to_owned(), menu: third.to_owned() };
    }
    let name = first.trim_start_matches(['.', '~']).trim();
    Step::Keys {
        action: name.to_owned(),
        by_other: first.starts_with('~'),
        keys: keys(second),
        here: sights(third),
        there: sights(columns.next().unwrap_or_default()),
    }
}

fn sights(column: &str) -> Vec<Sight> {
    let one = |part: &str| match (part.strip_prefix('-'), part.strip_prefix('^'), part.split_once(" @ ")) {
        (Some(words), ..) => Sight::Without(words.to_owned()),
        (_, Some(bytes), _) => Sight::Written(bytes.to_owned()),
        (.., Some((words, others))) if others.starts_with('-') => {
            Sight::Apart(words.to_owned(), others.trim_start_matches('-').to_owned())
        }
        (.., Some((words, others))) => Sight::Together(words.to_owned(), others.to_owned()),
        _ => Sight::Words(part.to_owned()),
    };
    column.split(" & ").map(str::trim).filter(|part| !part.is_empty()).map(one).collect()
}

/// Keys as a terminal sends them.
fn keys(written: &str) -> String {
    let mut sent = String::new();
    let mut rest = written;
    while let Some((plain, named)) = rest.split_once('<') {
        sent.push_str(plain);
        let (name, after) = named.split_once('>').unwrap_or_else(|| panic!("a key without its end: {written}"));
        sent.push_str(&key(name));
        rest = after;
    }
    sent.push_str(rest);
    sent
}

fn key(name: &str) -> String {
    let arrow = |name: &str| match name {
        "Up" => Some('A'),
        "Down" => Some('B'),
        "Right" => Some('C'),
        "Left" => Some('D'),
        "Home" => Some('H'),
        "End" => Some('F'),
        _ => None,
    };
    if let Some(pasted) = name.strip_prefix("Paste:") {
        return format!("\x1b[200~{}\x1b[201~", pasted.replace("\\n", "\n"));
    }
    let (held, bare) = match name.split_once('-') {
        Some((held, bare)) if !bare.is_empty() => (held, bare),
        _ => ("", name),
    };
    let bits = match held {
        "S" => 2,
        "A" => 3,
        "C" => 5,
        _ => 1,
    };
    match (held, bare, arrow(bare)) {
        ("", "Esc", _) => "\x1b[27u".to_owned(),
        ("", "Enter", _) => "\r".to_owned(),
        ("A", "Enter", _) => "\x1b\r".to_owned(),
        ("S", "Enter", _) => "\x1b[13;2u".to_owned(),
        ("", "Tab", _) => "\t".to_owned(),
        ("", "Space", _) => " ".to_owned(),
        ("", "BS", _) => "\x7f".to_owned(),
        ("", "Del", _) => "\x1b[3~".to_owned(),
        ("", "F1", _) => "\x1bOP".to_owned(),
        ("", "F4", _) => "\x1bOS".to_owned(),
        ("", _, Some(letter)) => format!("\x1b[{letter}"),
        (_, _, Some(letter)) => format!("\x1b[1;{bits}{letter}"),
        ("A", letter, _) => format!("\x1b{letter}"),
        ("C", letter, _) => char::from(letter.as_bytes()[0] & 0x1f).to_string(),
        _ => panic!("no such key: {name}"),
    }
}
