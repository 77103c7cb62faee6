//! Killed at random moments while twenty messages a second are sent: each that was seen on its way, and each whose `nib send` said that it was sent,
//! arrives exactly once.
//!
//! How often is said by `NIB_KILLS`; the seed is printed, and taken from `NIB_SEED`.

use super::lab::Lab;
use super::pty::Terminal;
use super::server::Server;
use super::shell::{Home, Running};
use crate::proxy::{Plans, Proxy};
use fastrand::Rng;
use nib::demo::originchats::{Accounts, Options};
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Between two messages: twenty in a second.
const PAUSE: Duration = Duration::from_millis(50);
/// One message of so many is sent by a command of its own.
const BY_COMMAND: u64 = 8;
/// What is said of a message of which nobody knows whether it arrived.
const UNSURE: &str = "may or may not have arrived";
const SIZE: (u16, u16) = (100, 60);

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// A network with somebody who writes and somebody who reads there.
struct Place {
    proxy: Proxy,
    chat: &'static str,
    /// The longest time from the first message to the end, in milliseconds: fewer messages than the screen has rows.
    life: u64,
    writer: Home,
    reader: Home,
}

impl Place {
    /// Messages of the chat, the newest of them, by text: as the server has them.
    fn texts(&self) -> Vec<String> {
        let done = self.reader.run(&["read", self.chat, "--limit", "200", "--json"]);
        // It may have more to say where reading marks a chat as read.
        assert_eq!(done.code(), 0, "{done:?}");
        done.objects().iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    fn start(&self) -> Terminal {
        let terminal = Terminal::start(self.writer.path(), &["--open", self.chat], SIZE.0, SIZE.1);
        terminal.wait_for("┃ message #");
        terminal
    }
}

/// How the connection is in a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Network {
    Stands,
    /// There is none from the first message on.
    Absent,
    /// It goes after so many milliseconds.
    Goes(u64),
}

/// What the user has done in a round.
#[derive(Default)]
struct Said {
    typed: u64,
    commands: Vec<(String, Running)>,
}

/// The names of messages of a round that the screen shows, the composer left out.
fn drawn(screen: &str, round: u64) -> BTreeSet<String> {
    let names = screen.lines().filter(|line| !line.contains('┃')).flat_map(str::split_whitespace);
    names.filter(|word| of(round, word) && word.ends_with('.')).map(str::to_owned).collect()
}

/// Whether a message is of a round.
fn of(round: u64, text: &str) -> bool {
    text.strip_prefix(['t', 'c']).is_some_and(|rest| rest.starts_with(&format!("{round}-")))
}

/// Sends messages at the rate until the moment of the kill.
fn say(place: &Place, terminal: &mut Terminal, round: u64, network: Network, life: Duration) -> Said {
    let mut said = Said::default();
    let begun = Instant::now();
    let mut stands = network != Network::Absent;
    for message in 0.. {
        let at = begun + PAUSE * u32::try_from(message).unwrap();
        if let Network::Goes(after) = network
            && stands
            && begun + Duration::from_millis(after) <= at
        {
            place.proxy.close();
            stands = false;
        }
        let end = begun + life;
        // The rate is what is asked for; nothing tells when the next message is due.
        std::thread::sleep(at.min(end).saturating_duration_since(Instant::now()));
        if at >= end {
            return said;
        }
        if stands && message % BY_COMMAND == BY_COMMAND - 1 {
            let text = format!("c{round}-{message}.");
            let sending = place.writer.nib(&["send", place.chat, &text]).start();
            said.commands.push((text, sending));
        } else {
            terminal.send(&format!("t{round}-{message}.\r"));
            said.typed += 1;
        }
    }
    said
}

#[allow(clippy::print_stdout, reason = "a failure can only be replayed with the seed, and the counts are for people")]
fn whatever_was_seen_arrives_once(place: &Place) {
    let kills = number("NIB_KILLS").unwrap_or(4);
    let seed = number("NIB_SEED").unwrap_or_else(|| Rng::new().u64(..));
    println!("NIB_SEED={seed}");
    let mut dice = Rng::with_seed(seed);
    let (mut typed, mut seen_in_all, mut certain_in_all) = (0, 0, 0);
    for round in 0..kills {
        let life = Duration::from_millis(dice.u64(1..place.life));
        let network = match dice.u32(..4) {
            0 => Network::Absent,
            1 => Network::Goes(dice.u64(..place.life)),
            _ => Network::Stands,
        };
        // A new one each time, which has used up nothing of what a network takes at once.
        let mut terminal = place.start();
        terminal.wait_for(" ms");
        if network == Network::Absent {
            place.proxy.close();
        }
        let said = say(place, &mut terminal, round, network, life);
        terminal.signal(Signal::KILL);
        // What was drawn before the end counts, and nothing after it.
        terminal.drain();
        let screen = terminal.screen();
        drop(terminal);
        let seen = drawn(&screen, round);
        let mut certain = seen.clone();
        for (text, sending) in said.commands {
            let done = sending.wait();
            if done.status.success() {
                certain.insert(text);
            }
        }
        typed += said.typed;
        seen_in_all += seen.len();
        certain_in_all += certain.len();
        println!("round {round}: {network:?}, killed after {life:?}: {} typed, {} seen", said.typed, seen.len());
        let about = format!("round {round}, {network:?}, NIB_SEED={seed}, when it was killed:\n{screen}\n");

        let mut terminal = place.start();
        if network != Network::Stands {
            // They stand there without a connection, too.
            let there = |screen: &str| seen.is_subset(&drawn(screen, round));
            terminal.wait_until(&format!("all of them, {about}"), there);
            place.proxy.open();
            terminal.send("\x1b[15~");
        }
        let settled = |screen: &str| {
            let there = certain.is_subset(&drawn(screen, round));
            there && screen.contains(" ms") && !screen.contains('◷')
        };
        let after = terminal.wait_until(&format!("all of them, and that nothing waits, {about}"), settled);
        assert!(!after.contains(UNSURE), "{about}something is not sure:\n{after}\n{}", place.writer.log());

        let there: Vec<String> = place.texts();
        let mut known = BTreeSet::new();
        for text in there.iter().filter(|text| text.starts_with(['t', 'c']) && text.ends_with('.')) {
            assert!(known.insert(text.clone()), "{about}{text} is doubled: {there:?}");
        }
        let lost: Vec<_> = certain.difference(&known).collect();
        assert!(lost.is_empty(), "{about}{lost:?} are lost: {there:?}\n{after}");
        let order = there.iter().filter(|text| text.starts_with('t') && of(round, text));
        let order = order.map(|text| text.trim_end_matches('.').rsplit('-').next().unwrap().parse().unwrap());
        let order: Vec<u64> = order.collect();
        assert!(order.is_sorted(), "{about}{order:?}");
        terminal.send("\x11");
        assert_eq!(terminal.wait_exit(), 0);
    }
    println!(
        "{kills} kills: {typed} were typed, {seen_in_all} seen; with those of commands {certain_in_all} had to arrive, and did, once"
    );
    assert!(seen_in_all > 0);
}

#[test]
fn whatever_was_seen_on_its_way_arrives_once_though_nib_is_killed() {
    let server = Server::start();
    let proxy = Proxy::start(server.running().address, Plans::Listed(Vec::new()));
    let url = format!("ws://{}", proxy.address);
    let [writer, reader] = ["robin", "ada"].map(|name| {
        let (home, account) = (Home::new(), server.account(name));
        let url = if name == "robin" { &url } else { &server.url };
        home.log_in(url, &account.email, &account.password).went_well();
        home
    });
    whatever_was_seen_arrives_once(&Place { proxy, chat: "rustaceans/off-topic", life: 1_600, writer, reader });
}

#[test]
fn the_same_where_a_network_knows_no_numbers_of_clients() {
    // Twenty in a second are more than its servers take.
    let lab = Lab::with([Options { accounts: Accounts::Service, limits: false, ..Options::default() }]);
    let server = &lab.servers[0];
    let proxy = Proxy::start(server.address(), Plans::Listed(Vec::new()));
    let [writer, reader] = ["bob", "alice"].map(|name| {
        let home = Home::new();
        let url = if name == "bob" { format!("ws://{}", proxy.address) } else { server.url() };
        let arguments = ["login", "--network", "originchats", "--server", &url, "--token-stdin"];
        lab.nib(&home, &arguments).input(&format!("tok-{name}\n")).run().went_well();
        home
    });
    // As many as nib sends there at once in one run, and in the next.
    whatever_was_seen_arrives_once(&Place { proxy, chat: "general", life: 700, writer, reader });
}
