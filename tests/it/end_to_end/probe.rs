//! What the terminal is asked, and what becomes of its answers: on time, late, in pieces, twice, broken, or none. The test is the terminal.

use super::pty::{Terminal, program};
use super::server::Server;
use super::shell::Home;

const DEMO: [&str; 7] = ["--open", "rustaceans/general", "demo", "--people", "0", "--at", "2026-11-19T14:10Z"];

/// The last question.
const LAST: &str = "\x1b[>q\x1b[c";

/// Answers to where the cursor stands after each sample, as by Unicode.
const POSITIONS: &str = "\x1b[30;3R\x1b[30;3R\x1b[30;3R\x1b[30;3R\x1b[30;3R\x1b[30;3R\x1b[30;3R\x1b[30;2R";

const LIGHT: &str = "\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\\x1b]10;rgb:0000/0000/0000\x1b\\";
const DARK: &str = "\x1b]11;rgb:0000/2b2b/3636\x07\x1b]10;rgb:ffff/ffff/ffff\x07";
const REST: &str = "\x1b[?0u\x1b[?2026;2$y\x1b[?1004;2$y\x1bP>|fake 1.0\x1b\\\x1b[?62;22c";

fn demo(home: &Home, environment: &[(&str, &str)]) -> Terminal {
    let terminal = Terminal::start_with(home.path(), &DEMO, 100, 30, environment);
    terminal.wait_for("message #general");
    terminal
}

/// A terminal that was asked and has not answered.
fn asked(home: &Home, environment: &[(&str, &str)]) -> Terminal {
    let terminal = demo(home, environment);
    terminal.wait_output(LAST);
    terminal
}

/// What stands in the composer.
fn written(screen: &str) -> Vec<String> {
    screen.lines().filter_map(|line| line.split_once("┃ ")).map(|(_, text)| text.trim_end().to_owned()).collect()
}

fn quits(mut terminal: Terminal) {
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn the_first_frame_comes_before_the_questions_and_nothing_waits_for_answers() {
    let home = Home::new();
    let mut terminal = asked(&home, &[]);
    let output = terminal.output();
    let at = |sequence: &str| output.windows(sequence.len()).position(|part| part == sequence.as_bytes()).unwrap();
    assert!(at("\x1b[?2026l") < at(LAST), "a whole frame is out before anything is asked");
    for question in ["\x1b]11;?", "\x1b]10;?", "\x1b[?u", "\x1b[?2026$p", "\x1b[?1004$p", "\x1b[6n", LAST] {
        assert!(at(question) <= at(LAST) && terminal.count("\x1b[c") == 1, "{question:?}");
    }
    terminal.send("typed before any answer");
    terminal.wait_for("┃ typed before any answer");
    assert!(!terminal.screen().contains("👩"), "the samples are gone: {}", terminal.screen());
    quits(terminal);
}

#[test]
fn a_light_ground_takes_dark_words_and_a_dark_one_light_words() {
    // Blue and cyan of the terminal's palette, which the sidebar's marks use.
    let (blue, cyan) = ("\x1b[38;5;4", "\x1b[38;5;6");
    for (answer, theme, has, lacks) in [
        (LIGHT, "terminal", blue, cyan),
        (DARK, "terminal", cyan, blue),
        (LIGHT, "auto", "48;2;251;250;247", "48;2;22;24;29"),
        (DARK, "auto", "48;2;22;24;29", "48;2;251;250;247"),
    ] {
        let home = Home::new();
        let mut terminal = asked(&home, &[("COLORTERM", "truecolor")]);
        let before = terminal.output().len();
        terminal.send(&format!("{POSITIONS}{answer}{REST}"));
        if theme != "terminal" {
            terminal.send(&format!("/theme {theme}\r"));
        }
        // Drawn anew: what shows now is what counts.
        terminal.send("\x0c");
        terminal.send("settled");
        terminal.wait_for("┃ settled");
        let output = terminal.output().split_off(before);
        let last = output.windows(4).rposition(|part| part == b"\x1b[2J").expect("a whole frame");
        let frame = String::from_utf8_lossy(&output[last..]).into_owned();
        assert!(frame.contains(has), "{theme} {answer:?}: {frame:?}");
        assert!(!frame.contains(lacks), "{theme} {answer:?}: {frame:?}");
        quits(terminal);
    }
}

#[test]
fn a_terminal_without_synchronised_output_is_not_told_of_it_again() {
    let home = Home::new();
    let mut terminal = asked(&home, &[]);
    terminal.send("before");
    terminal.wait_for("┃ before");
    terminal.send(&format!("{POSITIONS}{DARK}{}", REST.replace("?2026;2", "?2026;0")));
    terminal.send("x");
    terminal.wait_for("┃ beforex");
    let count = terminal.count("\x1b[?2026h");
    terminal.send(" and after");
    terminal.wait_for("┃ beforex and after");
    assert_eq!(terminal.count("\x1b[?2026h"), count);
    quits(terminal);
}

#[test]
fn no_answer_is_ever_typed_into_the_composer() {
    let whole = format!("{POSITIONS}{DARK}{REST}");
    let bytes = |text: &str| -> Vec<String> { text.chars().map(String::from).collect() };
    for (how, pieces) in [
        ("at once", vec![whole.clone()]),
        ("byte by byte", bytes(&whole)),
        ("twice", vec![whole.clone(), whole.clone()]),
        ("in pieces", whole.as_bytes().chunks(7).map(|part| String::from_utf8(part.to_vec()).unwrap()).collect()),
        ("the last first", vec![REST.to_owned(), DARK.to_owned(), POSITIONS.to_owned()]),
        ("without the last", vec![whole.replace("\x1b[?62;22c", "")]),
        ("broken off by a key", vec!["\x1b]11;rgb:1111/22\r".to_owned(), "\x1bP>|na\r".to_owned(), "\x1b[?62;\r".to_owned()]),
        (
            "garbage",
            vec![
                "\x1b]11;rgb:zz\x07\x1b]10;?\x1b\\\x1b]4;1;rgb:0/0/0\x07\x1b[?9999;9$y\x1b[99;1R\x1b[0;0R\x1b[?u\x1b[?c".to_owned(),
                "\x1bP1$r0m\x1b\\\x1b[>41;390;0c\x1b[4;600;800t\x1b_Gi=1;OK\x1b\\".to_owned(),
            ],
        ),
    ] {
        let home = Home::new();
        let mut terminal = asked(&home, &[]);
        // Keys before, between and after.
        terminal.send("abc");
        for piece in &pieces {
            terminal.send(piece);
        }
        if how == "garbage" {
            // What can only be ended by the end of patience or by what no answer holds.
            terminal.send("\x07");
        }
        terminal.send("xyz");
        let screen = terminal.wait_until(how, |screen| screen.contains("xyz"));
        let all: String = written(&screen).concat();
        let expected = if how.starts_with("broken") { "xyz" } else { "abcxyz" };
        assert_eq!(all, expected, "{how}:\n{screen}");
        // Late ones, when nobody expects any.
        terminal.send(&whole);
        terminal.send("!");
        let screen = terminal.wait_until(how, |screen| screen.contains("xyz!"));
        assert_eq!(written(&screen).concat(), format!("{expected}!"), "{how}:\n{screen}");
        quits(terminal);
    }
}

#[test]
fn old_consoles_are_told_nothing_that_they_would_print() {
    for term in ["linux", "vt100", "vt220"] {
        let home = Home::new();
        let mut terminal = demo(&home, &[("TERM", term)]);
        terminal.send("plain");
        terminal.wait_for("┃ plain");
        quits_and_lacks(
            terminal,
            term,
            &["\x1b[c", "\x1b]", "\x1b[>", "\x1b[<", "\x1bP", "5 q", "0 q", "$p", "\x1b[6n"],
        );
    }
}

#[track_caller]
fn quits_and_lacks(mut terminal: Terminal, term: &str, sequences: &[&str]) {
    terminal.send("\x11\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let output = String::from_utf8_lossy(&terminal.output()).into_owned();
    for sequence in sequences {
        // Text may hold anything that does not begin with an escape.
        let found = output.split('\x1b').skip(1).map(|part| format!("\x1b{part}")).find(|part| {
            let head: String = part.chars().take(8).collect();
            head.contains(sequence)
        });
        assert_eq!(found, None, "{term}: {sequence:?}");
    }
}

#[test]
fn a_terminal_that_draws_pictures_narrower_is_followed() {
    let home = Home::new();
    let mut terminal = asked(&home, &[]);
    // What tmux 3.3 answers: the selector for emoji changes nothing, and a skin tone stands beside its hand.
    terminal.send(&format!("\x1b[30;3R\x1b[30;3R\x1b[30;2R\x1b[30;2R\x1b[30;5R\x1b[30;3R\x1b[30;3R\x1b[30;2R{REST}"));
    terminal.send("👍🏽❤️|");
    // The cursor is told by column: the bar and a space, four cells, one, one.
    let composer = terminal.wait_until("the text", |screen| screen.contains('|') && screen.contains('👍'));
    let start =
        composer.lines().find_map(|line| line.find("┃ ").map(|at| line[..at].chars().count())).expect("a composer");
    // After the frame's last bytes: the cursor is placed behind the letters.
    let column = terminal.look(|screen| screen.cursor_position().1);
    assert_eq!(usize::from(column), start + 2 + 4 + 1 + 1, "{composer}");
    quits(terminal);
}

/// Asks on its own, without a chat, and prints what is known. In a process of its own, started by the test below.
#[test]
fn a_question_of_its_own() {
    let patience = match std::env::var(ALONE).as_deref() {
        // Answers come as soon as the test has run; a busy machine is not what is tested.
        Ok("answered") => super::pty::PATIENCE,
        Ok(_) => nib::shell::probe::PATIENCE,
        Err(_) => return,
    };
    let known = nib::shell::probe::ask(patience).expect("a terminal");
    for (name, what) in known.lines() {
        println!("{name}: {what}");
    }
}

/// Set in the process that is to ask alone: whether it will be answered.
const ALONE: &str = "NIB_TEST_ASKS";

#[test]
fn the_terminal_can_be_asked_without_a_chat() {
    for (answers, lines) in [
        (
            format!("{POSITIONS}{LIGHT}{REST}"),
            [
                "answers: yes",
                "name: fake 1.0",
                "background: #fdf6e3, light",
                "synchronised output: yes",
                "widths: as in Unicode",
            ],
        ),
        (
            String::new(),
            [
                "answers: no",
                "name: not told",
                "background: not told",
                "synchronised output: not told",
                "widths: not told",
            ],
        ),
    ] {
        let home = Home::new();
        let mut command = program(std::env::current_exe().expect("this program"), home.path());
        command.args(["--exact", "end_to_end::probe::a_question_of_its_own", "--nocapture"]);
        command.env(ALONE, if answers.is_empty() { "unanswered" } else { "answered" });
        let mut terminal = Terminal::run(command, 100, 30);
        terminal.wait_output("\x1b[c");
        terminal.send(&answers);
        assert_eq!(terminal.wait_exit(), 0, "{}", terminal.screen());
        for line in lines {
            assert!(terminal.screen().contains(line), "no {line:?} in\n{}", terminal.screen());
        }
        assert!(!terminal.screen().contains("👩") && terminal.has_mode("ICANON"), "{}", terminal.screen());
    }
}

#[test]
fn the_doctor_tells_what_the_terminal_answers() {
    for (answers, told) in [
        (format!("{POSITIONS}{LIGHT}{REST}"), ["fake 1.0", "#fdf6e3, light"]),
        (String::new(), ["did not answer", "goes by its name"]),
    ] {
        let (server, home) = (Server::start(), Home::new());
        let mut terminal = Terminal::start_with(home.path(), &["doctor"], 120, 60, &server.environment("robin"));
        terminal.wait_output("\x1b[c");
        terminal.send(&answers);
        terminal.wait_exit();
        let screen = terminal.screen();
        for words in told {
            assert!(screen.contains(words), "no {words:?} in\n{screen}");
        }
        assert!(!screen.contains("rgb:") && terminal.has_mode("ICANON"), "{screen}");
    }
}
