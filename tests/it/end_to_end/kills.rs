//! Killed at random moments while messages are written: each message that was seen on its way arrives exactly once, or is said to be in doubt.
//!
//! How often is said by `NIB_KILLS`; the seed is printed, and taken from `NIB_SEED`.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use fastrand::Rng;
use rustix::process::Signal;
use std::time::Duration;

const CHAT: &str = "rustaceans/off-topic";

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The names of messages that the screen shows, the composer left out.
fn drawn(screen: &str, round: u64) -> Vec<String> {
    let name = format!("m{round}-");
    let lines = screen.lines().filter(|line| !line.contains('┃'));
    let names = lines.flat_map(str::split_whitespace).filter(|word| word.starts_with(&name) && word.ends_with('.'));
    names.map(str::to_owned).collect()
}

fn start(home: &Home) -> Terminal {
    let terminal = Terminal::start(home.path(), &["--open", CHAT], 100, 60);
    terminal.wait_for("┃ message #off-topic");
    terminal
}

#[test]
fn whatever_was_seen_on_its_way_arrives_once_though_nib_is_killed() {
    let kills = number("NIB_KILLS").unwrap_or(4);
    let seed = number("NIB_SEED").unwrap_or_else(|| Rng::new().u64(..));
    println!("NIB_SEED={seed}");
    let mut dice = Rng::with_seed(seed);
    let (mut server, home, reader) = (Server::start(), Home::new(), Home::new());
    let robin = server.account("robin");
    home.log_in(&server.url, &robin.email, &robin.password).went_well();
    // So that the chat is there without a connection, too.
    let mut terminal = start(&home);
    terminal.wait_for(" ms");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let (mut seen_in_all, mut doubtful) = (0, 0);
    for round in 0..kills {
        let offline = dice.bool();
        if offline {
            server.stop();
        }
        let mut terminal = start(&home);
        if !offline {
            terminal.wait_for(" ms");
        }
        for message in 0..dice.u32(1..24) {
            terminal.send(&format!("m{round}-{message}.\r"));
            std::thread::sleep(Duration::from_millis(dice.u64(..50)));
        }
        std::thread::sleep(Duration::from_millis(dice.u64(..200)));
        let seen = drawn(&terminal.screen(), round);
        terminal.signal(Signal::KILL);
        // What was drawn between the look and the end counts, too.
        let seen: Vec<String> =
            std::iter::once(seen).chain([drawn(&terminal.screen(), round)]).max_by_key(Vec::len).unwrap();
        drop(terminal);
        if offline {
            server.start_again();
        }
        let mut terminal = start(&home);
        println!("round {round}, offline {offline}: {} were seen", seen.len());
        let settled = |screen: &str| {
            let there = seen.last().is_none_or(|last| drawn(screen, round).contains(last));
            there && screen.contains(" ms") && !screen.contains('◷')
        };
        let screen = terminal.wait_until("that nothing waits", settled);
        let environment = server.environment("ada");
        let mut call = reader.nib(&["read", CHAT, "--limit", "100", "--json"]);
        for (name, value) in environment {
            call = call.env(name, value);
        }
        let there: Vec<String> = call
            .run()
            .went_well()
            .objects()
            .iter()
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect();
        let of_round: Vec<&String> = there.iter().filter(|text| text.starts_with(&format!("m{round}-"))).collect();
        let mut once = of_round.clone();
        once.dedup();
        assert_eq!(of_round, once, "round {round}, offline {offline}: doubled");
        let order: Vec<u32> = of_round
            .iter()
            .map(|text| text.trim_end_matches('.').rsplit('-').next().unwrap().parse().unwrap())
            .collect();
        assert!(order.is_sorted(), "round {round}, offline {offline}: {order:?}");
        for name in &seen {
            seen_in_all += 1;
            if !of_round.contains(&name) {
                assert!(screen.contains("not confirmed"), "round {round}, offline {offline}: {name} is lost\n{screen}");
                doubtful += 1;
            }
        }
        terminal.send("\x11");
        assert_eq!(terminal.wait_exit(), 0);
    }
    println!("{kills} kills: {seen_in_all} messages were seen, {doubtful} are in doubt");
    assert!(seen_in_all > 0);
}
