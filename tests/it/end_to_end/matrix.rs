//! Every kind of terminal in every size: what nib writes is what the terminal can take, and what shows is whole.
//!
//! A sample of the combinations as a rule, all of them with `NIB_MATRIX=full`.

use super::pty::Terminal;
use super::shell::{Home, is_sentence};
use std::time::Duration;

const DEMO: [&str; 7] = ["--open", "rustaceans/general", "demo", "--people", "0", "--at", "2026-11-19T14:10Z"];
const TERMS: [&str; 5] = ["xterm-256color", "screen-256color", "tmux-256color", "linux", "vt100"];
const SIZES: [(u16, u16); 5] = [(20, 5), (40, 12), (80, 24), (120, 30), (200, 50)];
const ESC: &str = "\x1b[27u";

/// The server is on this machine and answers at once.
const QUIET: Duration = Duration::from_millis(300);

/// One terminal.
#[derive(Clone, Copy, Debug)]
struct Kind {
    term: &'static str,
    truecolor: bool,
    no_color: bool,
    size: (u16, u16),
}

fn every() -> Vec<Kind> {
    let mut all = Vec::new();
    for size in SIZES {
        for term in TERMS {
            for (truecolor, no_color) in [(false, false), (true, false), (false, true), (true, true)] {
                all.push(Kind { term, truecolor, no_color, size });
            }
        }
    }
    all
}

/// Every size, every name and every promise of colours at least once, and not always the same together.
fn chosen() -> Vec<Kind> {
    let all = every();
    if std::env::var_os("NIB_MATRIX").is_some_and(|value| value == "full") {
        return all;
    }
    // 100 and 9 have no common divisor.
    (0..11).map(|step| all[step * 9 % all.len()]).collect()
}

/// What shows, cell by cell with how it looks. How long the server takes to answer is left out: it changes by itself.
fn cells(terminal: &Terminal) -> Vec<String> {
    let steady = |line: &str| {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let kept = words.iter().enumerate().filter(|(at, word)| **word != "ms" && words.get(at + 1) != Some(&"ms"));
        kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    };
    terminal.look(|screen| {
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        (0..rows)
            .map(|row| {
                let text = screen.contents_between(row, 0, row, columns);
                if row + 1 == rows {
                    return steady(&text);
                }
                let looks = (0..columns).filter_map(|column| screen.cell(row, column));
                looks
                    .map(|cell| match cell.contents() {
                        // Of a blank only its ground shows.
                        "" | " " => format!(" {:?}{}", cell.bgcolor(), cell.inverse()),
                        text => {
                            format!("{text}{:?}{:?}{}{}", cell.fgcolor(), cell.bgcolor(), cell.bold(), cell.inverse())
                        }
                    })
                    .collect()
            })
            .collect()
    })
}

/// Draws everything anew, and waits until that shows.
fn redraw(terminal: &mut Terminal) {
    let (whole, ended) = (terminal.count("\x1b[2J"), terminal.count("\x1b[?2026l"));
    terminal.send("\x0c");
    terminal.wait_more("\x1b[2J", whole);
    terminal.wait_more("\x1b[?2026l", ended);
}

/// Types something that shows, and takes it back: whatever was sent before has taken effect then.
fn settle(terminal: &mut Terminal, mark: char) {
    let word = mark.to_string().repeat(5);
    terminal.send(&word);
    terminal.wait_for(&word);
    terminal.send("\x03");
    terminal.wait_gone(&word);
}

#[track_caller]
fn shows_as_drawn_anew(terminal: &mut Terminal, kind: Kind, after: &str) {
    // What was fetched for another chat comes by itself.
    terminal.wait_quiet(QUIET);
    let before = cells(terminal);
    redraw(terminal);
    let anew = cells(terminal);
    for (row, (before, anew)) in before.iter().zip(&anew).enumerate() {
        assert_eq!(before, anew, "{kind:?}: row {row} after {after}");
    }
}

/// Rules that begin in the first row go on to the last but one.
#[track_caller]
fn rules_are_whole(terminal: &Terminal, kind: Kind, after: &str) {
    terminal.look(|screen| {
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let at = |row, column| screen.cell(row, column).map(|cell| cell.contents().to_owned()).unwrap_or_default();
        let rules: Vec<u16> = (0..columns).filter(|&column| at(0, column) == "│").collect();
        assert_eq!(rules.is_empty(), columns < 70, "{kind:?}: {}", screen.contents());
        for rule in rules {
            for row in 0..rows - 1 {
                assert_eq!(
                    at(row, rule),
                    "│",
                    "{kind:?}: column {rule}, row {row} after {after}\n{}",
                    screen.contents()
                );
            }
        }
    });
}

/// The styles that were written: parameters of every `CSI … m`.
fn styles(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output).into_owned();
    let sequences = text.split("\x1b[").skip(1);
    let styles = sequences.filter_map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
        (part[end..].starts_with('m')).then(|| part[..end].to_owned())
    });
    styles.collect()
}

#[track_caller]
fn colours_are_those_promised(output: &[u8], kind: Kind) {
    let mut found = 0;
    for style in styles(output) {
        let fields: Vec<u16> = style.split([';', ':']).map(|field| field.parse().unwrap_or(0)).collect();
        let mut at = 0;
        while let Some(&field) = fields.get(at) {
            let wide = matches!(field, 38 | 48 | 58);
            let direct = wide && fields.get(at + 1) == Some(&2);
            let indexed = wide && fields.get(at + 1) == Some(&5);
            if wide || matches!(field, 30..=37 | 40..=47 | 90..=97 | 100..=107) {
                found += 1;
                assert!(!kind.no_color && kind.term != "vt100", "{kind:?}: a colour: {style}");
                assert!(kind.truecolor || !direct, "{kind:?}: a colour of millions: {style}");
                assert!(kind.term != "linux" || kind.truecolor || !indexed, "{kind:?}: a colour of 256: {style}");
            }
            at += if direct {
                5
            } else if indexed {
                3
            } else {
                1
            };
        }
    }
    let colourful = !kind.no_color && kind.term != "vt100";
    assert_eq!(found > 0, colourful, "{kind:?}");
}

fn try_out(kind: Kind) {
    let home = Home::new();
    let mut environment = vec![("TERM", kind.term)];
    environment.extend(kind.truecolor.then_some(("COLORTERM", "truecolor")));
    environment.extend(kind.no_color.then_some(("NO_COLOR", "1")));
    let (columns, rows) = kind.size;
    let mut terminal = Terminal::start_with(home.path(), &DEMO, columns, rows, &environment);
    terminal.wait_until("the chat", |screen| screen.contains("┃") || screen.contains("message #"));
    settle(&mut terminal, 'q');
    rules_are_whole(&terminal, kind, "the start");
    shows_as_drawn_anew(&mut terminal, kind, "the start");
    let steps: [(&str, &[&str]); 7] = [
        ("other chats", &["\x1b[1;3B", "\x1b[1;3B", "\x1b[1;3A"]),
        ("a list and back", &["\x0b", "be", ESC]),
        ("help and back", &["\x1bOP", "re", ESC]),
        ("the sidebar and back", &["\x1bOQ", "\x1b[B", "\x1b[B", "i"]),
        ("scrolling", &["\x1b[5~", "\x1b[5~", "\x1b[6~", "\x1b[1;3F"]),
        ("themes", &["/theme\r", "\x1b[B", "\x1b[B", "\x1b[B", ESC]),
        ("wide letters", &["日本語のテキスト👍", "\x7f\x7f", "\x03"]),
    ];
    for (what, keys) in steps {
        for key in keys {
            terminal.send(key);
        }
        settle(&mut terminal, 'q');
        rules_are_whole(&terminal, kind, what);
        shows_as_drawn_anew(&mut terminal, kind, what);
    }
    // A storm of sizes that ends with the first.
    for step in 0..40_u16 {
        terminal.resize(1 + step * 37 % 211, 1 + step * 23 % 61);
    }
    terminal.resize(columns, rows);
    settle(&mut terminal, 'w');
    rules_are_whole(&terminal, kind, "other sizes");
    shows_as_drawn_anew(&mut terminal, kind, "other sizes");
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0, "{kind:?}");
    colours_are_those_promised(&terminal.output(), kind);
}

#[test]
fn every_terminal_shows_everything_whole_in_colours_that_it_has() {
    let all = chosen();
    let half = all.len().div_ceil(2);
    std::thread::scope(|scope| {
        for part in all.chunks(half) {
            scope.spawn(|| part.iter().copied().for_each(try_out));
        }
    });
}

#[test]
fn a_terminal_that_cannot_place_text_is_refused_in_words() {
    for term in ["dumb", ""] {
        let home = Home::new();
        let mut terminal = Terminal::start_with(home.path(), &DEMO, 80, 24, &[("TERM", term)]);
        assert_eq!(terminal.wait_exit(), 2);
        let said = terminal.screen();
        is_sentence(&format!("{}\n", said.trim_end().replace('\n', " ")));
        assert!(said.contains("TERM=") && !terminal.output().contains(&0x1b), "{said}");
    }
}
