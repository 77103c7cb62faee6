//! Letters that terminals disagree about, in tmux, which says itself where its cursor stands.
//!
//! Nothing tells when a pane has changed, so what is waited for is looked at again and again, with a deadline.

use super::shell::Home;
use nib::layout::width::{WidthRules, width};
use std::cell::Cell;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use unicode_segmentation::UnicodeSegmentation;

const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// What is hard to measure.
const CORPUS: [&str; 26] = [
    "plain",
    "日本語のテキスト",
    "한국어 각",
    "ｶﾞｷﾞ",
    "cafe\u{301} e\u{323}\u{302}",
    "Z\u{335}\u{321}a\u{334}\u{322}l\u{336}go",
    "👩\u{200d}👩\u{200d}👧!",
    "👨\u{200d}💻 👩\u{200d}🔬",
    "🏳\u{fe0f}\u{200d}🌈.",
    "🇩🇪🇯🇵🇧🇷",
    "🇩 🇪",
    "❤\u{fe0f} ☺\u{fe0f} ⚠\u{fe0f}",
    "❤ ☺ ⚠ ✔ →",
    "1\u{fe0f}\u{20e3} #\u{fe0f}\u{20e3}",
    "👍🏽 👋🏿",
    "🧑🏻\u{200d}❤\u{fe0f}\u{200d}🧑🏼",
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "שלום עולם",
    "שָׁלוֹם",
    "مرحبا بالعالم",
    "ﷺ ﷽",
    "ก็ กำ ภาษา",
    "नमस्ते क्षत्रिय",
    "a\u{200c}b a\u{200d}b",
    "· … — ─ │ ■ ①",
    "𝒳𝔘 𐍈 🀄 🂡",
];

/// tmux with a server of its own, gone afterwards.
struct Tmux {
    socket: PathBuf,
    home: Home,
    marks: Cell<u32>,
}

impl Tmux {
    /// `None` where there is no tmux.
    fn start(open: &str, columns: u16, rows: u16) -> Option<Self> {
        let home = Home::new();
        let tmux = Self { socket: home.path().join("socket"), home, marks: Cell::new(0) };
        let nib = format!("'{}' --open {open} demo --people 0 --at 2026-11-19T14:10Z", env!("CARGO_BIN_EXE_nib"));
        let size = (columns.to_string(), rows.to_string());
        let begin = ["-u", "-f", "/dev/null", "new-session", "-d", "-s", "nib", "-x", &size.0, "-y", &size.1, &nib];
        let out = tmux.command(&begin).output().ok()?;
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        tmux.says(&["set-option", "-g", "escape-time", "0"]);
        // Prints what it is given.
        tmux.says(&["new-window", "-d", "-n", "measure", "stty raw -echo; exec cat"]);
        Some(tmux)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.env_clear().current_dir(self.home.path()).arg("-S").arg(&self.socket).args(arguments);
        for (name, value) in [("NIB_HOME", self.home.path()), ("HOME", self.home.path())] {
            command.env(name, value);
        }
        for (name, value) in
            [("LANG", "C.UTF-8"), ("TZ", "UTC"), ("PATH", "/usr/local/bin:/usr/bin:/bin"), ("SHELL", "/bin/sh")]
        {
            command.env(name, value);
        }
        command
    }

    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().expect("tmux starts");
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).expect("text")
    }

    fn types(&self, pane: &str, text: &str) {
        self.says(&["send-keys", "-t", pane, "-l", "--", text]);
    }

    fn key(&self, name: &str) {
        self.says(&["send-keys", "-t", "nib:0", name]);
    }

    fn shown(&self, pane: &str) -> String {
        self.says(&["capture-pane", "-p", "-t", pane])
    }

    /// Column and row of the cursor.
    fn cursor(&self, pane: &str) -> (usize, usize) {
        let told = self.says(&["display-message", "-p", "-t", pane, "#{cursor_x} #{cursor_y}"]);
        let (column, row) = told.trim().split_once(' ').expect("two numbers");
        (column.parse().expect("a number"), row.parse().expect("a number"))
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, holds: impl Fn() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = holds() {
                return found;
            }
            assert!(Instant::now() < end, "waited for {what}; nib shows\n{}", self.shown("nib:0"));
            std::thread::sleep(PAUSE);
        }
    }

    /// How many cells tmux itself gives a text.
    fn cells(&self, text: &str) -> usize {
        self.marks.set(self.marks.get() + 1);
        let mark = format!("END{}.", self.marks.get());
        self.types("nib:measure", &format!("\x1b[2J\x1b[1;1H{text}\x1b7\x1b[2;1H{mark}\x1b8"));
        self.wait(&mark, || self.shown("nib:measure").contains(&mark).then_some(()));
        self.wait("the place after the text", || Some(self.cursor("nib:measure")).filter(|(_, row)| *row == 0)).0
    }

    /// The column of the rule at the right of the messages in a row of nib's, as tmux counts cells.
    fn right_rule(&self, line: &str) -> Option<usize> {
        line.rsplit_once('│').map(|(before, _)| self.cells(before))
    }

    /// Nothing in the messages has moved the rule at their right: what nib takes for their width is what tmux draws.
    #[track_caller]
    fn has_straight_rules(&self, what: &str) {
        let shown = self.wait("a screen that stands still", || {
            let shown = self.shown("nib:0");
            std::thread::sleep(PAUSE * 10);
            (self.shown("nib:0") == shown).then_some(shown)
        });
        let lines: Vec<&str> = shown.lines().collect();
        let rule = self.right_rule(lines[0]).expect("a rule at the right");
        for line in &lines[1..lines.len() - 1] {
            // What is plain cannot be measured in two ways.
            if line.chars().any(|letter| !letter.is_ascii() && !"│─▌┃●○◐…·".contains(letter)) {
                assert_eq!(self.right_rule(line), Some(rule), "{what}: {line:?}\n{shown}");
            }
        }
    }

    /// The place of the cursor where nothing is written.
    #[track_caller]
    fn empty_composer(&self) -> (usize, usize) {
        self.wait("the chat", || {
            let shown = self.shown("nib:0");
            let row = shown.lines().position(|line| line.contains("┃ "))?;
            let line = shown.lines().nth(row)?;
            let column = line.split("┃ ").next()?.chars().count() + 2;
            (self.cursor("nib:0") == (column, row)).then_some((column, row))
        })
    }

    /// The letter in the cursor's cell; all before it take one cell each.
    fn under_cursor(&self) -> Option<String> {
        let (column, row) = self.cursor("nib:0");
        self.shown("nib:0").lines().nth(row)?.graphemes(true).nth(column).map(str::to_owned)
    }

    #[track_caller]
    fn is_at(&self, want: (usize, usize), what: &str) {
        let end = Instant::now() + Duration::from_secs(5);
        while self.cursor("nib:0") != want {
            let at = self.cursor("nib:0");
            assert!(
                Instant::now() < end,
                "{what}: nib's cursor is at {at:?}, tmux has {want:?}\n{}",
                self.shown("nib:0")
            );
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // Its own server and nothing else.
        drop(self.command(&["kill-server"]).output());
    }
}

#[test]
fn messages_are_as_wide_as_tmux_has_them() {
    let Some(tmux) = Tmux::start("Rustaceans/off-topic", 130, 40) else {
        println!("NOT TESTED: tmux is not installed, so nothing says how wide it draws");
        return;
    };
    let start = tmux.wait("the chat and who is in it", || {
        let shown = tmux.shown("nib:0");
        let row = shown.lines().position(|line| line.contains("┃ "))?;
        let column = shown.lines().nth(row)?.split("┃ ").next()?.chars().count() + 2;
        let members = shown.lines().next()?.matches('│').count() >= 3 || shown.contains("ONLINE");
        (members && tmux.cursor("nib:0") == (column, row)).then_some((column, row))
    });
    for text in CORPUS {
        // Twice in a row, and with something behind it, so that every letter has a neighbour.
        tmux.types("nib:0", &format!("{text}{text}|"));
        tmux.wait("the text", || tmux.shown("nib:0").contains('|').then_some(()));
        tmux.key("Enter");
        tmux.is_at(start, "sent");
    }
    tmux.wait("the last message", || tmux.shown("nib:0").contains("🂡|").then_some(()));
    tmux.has_straight_rules("sent");
    // Moved by rows, each lands where another stood.
    for step in 0..6 {
        tmux.key("S-Up");
        tmux.has_straight_rules(&format!("{step} rows up"));
    }
    tmux.key("PPage");
    tmux.has_straight_rules("a page up");
    tmux.key("C-l");
    tmux.has_straight_rules("drawn anew");
    tmux.key("C-q");
}

#[test]
fn the_cursor_stands_where_tmux_has_it() {
    let Some(tmux) = Tmux::start("self", 100, 30) else {
        println!("NOT TESTED: tmux is not installed, so nothing says where a cursor stands");
        return;
    };
    let start = tmux.empty_composer();
    for text in CORPUS {
        let mut ends = vec![0];
        for (at, grapheme) in text.grapheme_indices(true) {
            ends.push(tmux.cells(&text[..at + grapheme.len()]));
        }
        // What begins at the right is written from the right edge on, beside which one cell stays free.
        let is_rtl =
            text.chars().next().is_some_and(|letter| matches!(letter, '\u{590}'..'\u{700}' | '\u{fb50}'..'\u{fe00}'));
        let behind = |cells: &usize| (if is_rtl { 98 - cells } else { start.0 + cells }, start.1);
        let on = |letter: &[usize]| (if is_rtl { 99 - letter[1] } else { start.0 + letter[0] }, start.1);
        tmux.types("nib:0", text);
        tmux.is_at(behind(ends.last().unwrap()), &format!("{text:?} typed"));
        // The same mark follows the text in both, so that nothing of it is drawn where tmux does not have it.
        tmux.types("nib:0", "|");
        tmux.is_at(behind(&(ends.last().unwrap() + 1)), &format!("{text:?} and a bar"));
        tmux.key("BSpace");
        for letter in ends.windows(2).rev() {
            tmux.key("Left");
            tmux.is_at(on(letter), &format!("left in {text:?}"));
        }
        for letter in ends.windows(2).skip(1) {
            tmux.key("Right");
            tmux.is_at(on(letter), &format!("right in {text:?}"));
        }
        tmux.key("Right");
        tmux.is_at(behind(ends.last().unwrap()), &format!("right of {text:?}"));
        for end in ends.iter().rev().skip(1) {
            tmux.key("BSpace");
            let place = if *end == 0 { start } else { behind(end) };
            tmux.is_at(place, &format!("deleting in {text:?}"));
        }
        tmux.says(&["set-buffer", "--", text]);
        tmux.says(&["paste-buffer", "-p", "-t", "nib:0"]);
        tmux.is_at(behind(ends.last().unwrap()), &format!("{text:?} pasted"));
        tmux.key("Enter");
        tmux.is_at(start, "sent");
    }
    // Every message shows, and nothing moved the rule beside them.
    let rules = WidthRules {
        joined: tmux.cells("👩\u{200d}👩\u{200d}👧") == 2,
        flags: tmux.cells("🇩🇪") == 2,
        selector: tmux.cells("❤\u{fe0f}") == 2,
        keycaps: tmux.cells("1\u{fe0f}\u{20e3}") == 2,
        tones: tmux.cells("👍🏽") == 2,
        jamo: tmux.cells("\u{1112}\u{1161}\u{11ab}") == 2,
        conjuncts: tmux.cells("क्ष") == 2,
        narrow: tmux.cells("±") == 1,
        pictures: true,
    };
    rules.enforce();
    let shown = tmux.wait("the messages", || Some(tmux.shown("nib:0")).filter(|shown| shown.contains("𝒳𝔘")));
    let column = |line: &str| line.split_once('│').map(|(before, _)| width(before));
    let lines: Vec<&str> = shown.lines().collect();
    let rule = column(lines[0]).expect("a rule");
    for line in &lines[..lines.len() - 1] {
        assert_eq!(column(line), Some(rule), "{line}\n{shown}");
    }
    for text in &CORPUS[CORPUS.len() - 8..] {
        let sent = nib::layout::bidi::line(text.split(' ').next().unwrap());
        assert!(shown.contains(&*sent), "{text:?} is not shown whole:\n{shown}");
    }
    // Drawn anew it is the same: nothing was left over.
    tmux.key("C-l");
    tmux.is_at(start, "drawn anew");
    let anew = tmux.shown("nib:0");
    for (before, anew) in lines.iter().zip(anew.lines()).take(lines.len() - 1) {
        assert_eq!(before, &anew);
    }
    tmux.key("C-q");
}

#[test]
fn the_cursor_stands_on_the_letter_that_is_next_whichever_way_it_is_read() {
    let Some(tmux) = Tmux::start("self", 100, 30) else {
        println!("NOT TESTED: tmux is not installed, so nothing says where a cursor stands");
        return;
    };
    let start = tmux.empty_composer();
    // No letter is twice in one.
    for text in ["שלום בעַ\u{5bc}ט", "say שהב now", "אבג abc דהו", "مرحبا 123 xy", "ab دو, بت 45", "**אב** `cd` גד"]
    {
        tmux.types("nib:0", text);
        let letters: Vec<&str> = text.graphemes(true).collect();
        for (number, letter) in letters.iter().enumerate().rev() {
            tmux.key("Left");
            let what = format!("letter {number} of {text:?}");
            tmux.wait(&what, || (tmux.under_cursor().as_deref() == Some(letter)).then_some(()));
        }
        tmux.key("End");
        tmux.key("C-u");
        tmux.is_at(start, "taken away");
    }
    tmux.key("C-q");
}
