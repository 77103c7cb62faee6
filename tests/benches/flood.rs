//! How fast the whole program is: the real binary on a real terminal, a server in another process, real frames on a real socket.
//!
//! It reports and does not judge; aims stand beside. Counts come from the environment: `NIB_FLOOD_MESSAGES` (messages of a flood),
//! `NIB_FLOOD_STEADY` (seconds of a steady stream), `NIB_FLOOD_IDLE` (seconds without anything), `NIB_FLOOD_RUNS` (repetitions, whose median is told),
//! and `NIB_FLOOD_ONLY` runs the parts whose names hold it.

#![allow(missing_docs, reason = "a bench is its own documentation")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot begin may stop, and its output is for people"
)]

#[path = "flood/client.rs"]
mod client;
#[path = "flood/corpus.rs"]
mod corpus;
#[path = "flood/kept.rs"]
mod kept;
#[path = "flood/process.rs"]
mod process;
#[path = "flood/server.rs"]
mod server;

use client::{Client, came};
use corpus::Dice;
use server::{CHANNEL, NEWEST, SERVE, Server};
use std::sync::mpsc::TryRecvError;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The next channel in the sidebar, and the key that goes there and back.
const OTHER: &str = "help";
const NEXT: &str = "\x1b[1;3B";
const PREVIOUS: &str = "\x1b[1;3A";

fn main() {
    if std::env::args().any(|argument| argument == SERVE) {
        return server::serve();
    }
    let messages = from_environment("NIB_FLOOD_MESSAGES", 20_000);
    let steady = from_environment("NIB_FLOOD_STEADY", 2);
    let idle = from_environment("NIB_FLOOD_IDLE", 3);
    let runs = from_environment("NIB_FLOOD_RUNS", 1).max(1);
    let only = std::env::var("NIB_FLOOD_ONLY").unwrap_or_default();
    let parts: [(&str, &dyn Fn() -> Table); 7] = [
        ("start", &start),
        ("idle", &|| rest(idle)),
        ("visible", &|| visible(messages)),
        ("background", &|| background(messages)),
        ("steady", &|| stream(steady)),
        ("stalled", &|| stalled(messages)),
        ("kept", &|| kept::kept(messages)),
    ];
    println!("{:<58} {:>12} {:>24}", "", "measured", "aim");
    for (name, part) in parts.into_iter().filter(|(name, _)| name.contains(&only)) {
        println!("\n{name}");
        let tables: Vec<Table> = (0..runs).map(|_| part()).collect();
        for (row, (what, _, unit, aim)) in tables[0].iter().enumerate() {
            let mut values: Vec<f64> = tables.iter().map(|table| table[row].1).collect();
            values.sort_by(f64::total_cmp);
            println!("  {what:<56} {:>12} {unit:<12} {aim:>11}", figure(values[values.len() / 2]));
        }
    }
}

/// What was measured, how much it is, in what, and what it should be.
type Table = Vec<(&'static str, f64, &'static str, &'static str)>;

fn from_environment(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn figure(value: f64) -> String {
    if value >= 1_000.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A server and a client that shows the channel, at rest.
fn open() -> (Server, Client) {
    let server = Server::start();
    let client = Client::start(&server.url, &server.token, &format!("{}/{CHANNEL}", "rustaceans"), NEWEST);
    came(&client.usable, "the chat");
    client.settle();
    (server, client)
}

/// The share of the times that are not above the result.
fn percentile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let at = (times.len() as f64 * share).ceil() as usize;
    times.get(at.saturating_sub(1)).copied().map_or(f64::NAN, millis)
}

fn start() -> Table {
    let server = Server::start();
    let client = Client::start(&server.url, &server.token, &format!("rustaceans/{CHANNEL}"), NEWEST);
    let first = came(&client.first_frame, "the first frame") - client.started;
    let usable = came(&client.usable, "the chat") - client.started;
    client.settle();
    let cpu = client.process.cpu();
    vec![
        ("first frame", millis(first), "ms", "15"),
        ("chat with its newest message on screen", millis(usable), "ms", "30"),
        ("processor time up to rest", millis(cpu), "ms", ""),
        ("memory at rest", client.process.rss(), "MiB", "20"),
    ]
}

fn rest(seconds: u64) -> Table {
    let (_server, mut client) = open();
    let mut idle: Vec<Duration> = Vec::new();
    for _ in 0..200 {
        idle.push(client.echo());
        sleep(Duration::from_millis(10));
    }
    client.press("\x03");
    // Until the terminal is quiet and what was told of the typing has ended.
    sleep(Duration::from_secs(6));
    client.settle();
    let (cpu, sleeps, written) = (client.process.cpu(), client.process.sleeps(), client.bytes());
    let mut moments = 0;
    let mut before = sleeps;
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        sleep(Duration::from_millis(100));
        let now = client.process.sleeps();
        moments += u64::from(now != before);
        before = now;
    }
    // What threads used that have ended since is not counted any more.
    vec![
        ("echo of a key, median", percentile(&mut idle, 0.5), "ms", ""),
        ("echo of a key, 99 of 100", percentile(&mut idle, 0.99), "ms", "1"),
        ("seconds without anything to do", seconds as f64, "s", ""),
        ("moments awake (network's signs of life: 2 in 30 s)", moments as f64, "", "those alone"),
        ("thread wake-ups", (before - sleeps) as f64, "", ""),
        ("processor time", millis(client.process.cpu().saturating_sub(cpu)), "ms", ""),
        ("bytes written to the terminal", (client.bytes() - written) as f64, "", "0"),
    ]
}

/// A whole flood: how long until its last message shows.
fn flood(server: &mut Server, client: &Client, end: &str) -> Duration {
    let last = client.appears(end);
    let begun = Instant::now();
    server.tell("flood");
    let shown = came(&last, "the last message of the flood");
    assert_eq!(server.answer(), "done");
    shown - begun
}

fn visible(messages: u64) -> Table {
    let (mut server, mut client) = open();
    let (memory, cpu, written) = (client.process.rss(), client.process.cpu(), client.bytes());
    server.order(&format!("ready {CHANNEL} {messages} Ꭱ"));
    let busy = server.process.cpu();
    let took = flood(&mut server, &client, "Ꭱ");
    let busy = server.process.cpu() - busy;
    let (cpu, written) = (client.process.cpu() - cpu, client.bytes() - written);
    client.settle();
    let grown = client.process.rss();

    // Once more, with somebody typing.
    server.order(&format!("ready {CHANNEL} {messages} Ꭲ"));
    let last = client.appears("Ꭲ");
    let mut echoes = Vec::new();
    let mut dice = Dice::new(7);
    server.tell("flood");
    while last.try_recv() == Err(TryRecvError::Empty) {
        sleep(Duration::from_micros(2_000 + dice.below(4_000)));
        echoes.push(client.echo());
    }
    assert_eq!(server.answer(), "done");
    client.settle();
    let count = messages as f64;
    vec![
        ("messages", count, "", ""),
        ("rate", count / took.as_secs_f64(), "msg/s", "250000"),
        ("processor time of the client", cpu.as_secs_f64() * 1e6 / count, "us/msg", "4"),
        ("processor time of the server", busy.as_secs_f64() * 1e6 / count, "us/msg", ""),
        ("written to the terminal", written as f64 / 1e6, "MB", ""),
        ("memory before", memory, "MiB", ""),
        ("memory after", grown, "MiB", ""),
        ("growth", grown - memory, "MiB", "8"),
        ("memory after as many more", client.process.rss(), "MiB", ""),
        ("most memory ever", client.process.peak(), "MiB", ""),
        ("keys typed during the second flood", echoes.len() as f64, "", ""),
        ("echo of a key, median", percentile(&mut echoes, 0.5), "ms", ""),
        ("echo of a key, 99 of 100", percentile(&mut echoes, 0.99), "ms", "8"),
    ]
}

/// A flood elsewhere, told from its end by the counts in the sidebar, is over when the client has nothing to do any more.
fn unseen(server: &mut Server, client: &Client, messages: u64, end: &str) -> (Duration, Duration) {
    server.order(&format!("ready {OTHER} {messages} {end}"));
    let cpu = client.process.cpu();
    let begun = Instant::now();
    server.order("flood");
    // What is still on its way is read within milliseconds; then the processor time stands still.
    let mut done = client.process.cpu();
    let mut at = Instant::now();
    loop {
        sleep(Duration::from_millis(2));
        let now = client.process.cpu();
        if now == done && at.elapsed() > Duration::from_millis(40) {
            return (at - begun, now - cpu);
        }
        if now != done {
            (done, at) = (now, Instant::now());
        }
    }
}

fn background(messages: u64) -> Table {
    let (mut server, mut client) = open();
    let count = messages as f64;
    let memory = client.process.rss();
    let (took, cpu) = unseen(&mut server, &client, messages, "Ꭳ");
    client.settle();
    let grown = client.process.rss();
    let last = client.appears("Ꭳ");
    let pressed = Instant::now();
    client.press(NEXT);
    let new = came(&last, "the last message of the flood") - pressed;
    client.settle();
    client.press(PREVIOUS);
    client.settle();
    let (visited, visited_cpu) = unseen(&mut server, &client, messages, "Ꭴ");
    client.settle();
    let last = client.appears("Ꭴ");
    let pressed = Instant::now();
    client.press(NEXT);
    let known = came(&last, "the last message of the flood") - pressed;
    vec![
        ("rate, chat never opened", count / took.as_secs_f64(), "msg/s", ""),
        ("processor time of the client", cpu.as_secs_f64() * 1e6 / count, "us/msg", "4"),
        ("growth of memory", grown - memory, "MiB", "8"),
        ("switching to it, with a page from the server", millis(new), "ms", ""),
        ("rate, chat visited before", count / visited.as_secs_f64(), "msg/s", ""),
        ("processor time of the client", visited_cpu.as_secs_f64() * 1e6 / count, "us/msg", "4"),
        ("switching to it", millis(known), "ms", "5"),
    ]
}

fn stream(seconds: u64) -> Table {
    let (mut server, mut client) = open();
    let measure = |server: &mut Server, client: &mut Client, end: &str, typing: bool| {
        server.order(&format!("ready {CHANNEL} {} {end}", seconds * 1_000));
        let last = client.appears(end);
        let mut echoes = Vec::new();
        let mut dice = Dice::new(9);
        let cpu = client.process.cpu();
        let begun = Instant::now();
        server.tell("trickle 1000");
        if typing {
            while last.try_recv() == Err(TryRecvError::Empty) {
                sleep(Duration::from_micros(5_000 + dice.below(20_000)));
                echoes.push(client.echo());
            }
        } else {
            came(&last, "the last message");
        }
        let share = (client.process.cpu() - cpu).as_secs_f64() / begun.elapsed().as_secs_f64();
        assert_eq!(server.answer(), "done");
        client.settle();
        (share * 100.0, echoes)
    };
    let memory = client.process.rss();
    let written = client.bytes();
    let (share, _) = measure(&mut server, &mut client, "Ꭵ", false);
    let written = client.bytes() - written;
    let grown = client.process.rss() - memory;
    let (typing, mut echoes) = measure(&mut server, &mut client, "Ꭶ", true);
    vec![
        ("processor, 1000 messages a second", share, "% of a core", "5"),
        ("processor, and somebody typing", typing, "% of a core", ""),
        ("written to the terminal, a second", written as f64 / seconds as f64 / 1e3, "kB", ""),
        ("growth of memory", grown, "MiB", ""),
        ("keys typed", echoes.len() as f64, "", ""),
        ("echo of a key, median", percentile(&mut echoes, 0.5), "ms", ""),
        ("echo of a key, 99 of 100", percentile(&mut echoes, 0.99), "ms", "1.5"),
    ]
}

/// A terminal that takes nothing for a while, in the middle of a flood.
fn stalled(messages: u64) -> Table {
    let (mut server, client) = open();
    let memory = client.process.rss();
    // More than all buffers on the way hold.
    let count = messages.max(200_000);
    server.order(&format!("ready {CHANNEL} {count} Ꭷ"));
    let last = client.appears("Ꭷ");
    client.pause(true);
    server.tell("flood");
    sleep(Duration::from_secs(3));
    let held = client.process.rss();
    let cpu = client.process.cpu();
    sleep(Duration::from_millis(500));
    let busy = client.process.cpu() - cpu;
    let resumed = Instant::now();
    client.pause(false);
    let caught_up = came(&last, "the last message of the flood") - resumed;
    assert_eq!(server.answer(), "done");
    client.settle();
    vec![
        ("messages", count as f64, "", ""),
        ("growth of memory while nothing is read", held - memory, "MiB", ""),
        ("processor time while nothing is read, half a second", millis(busy), "ms", "0"),
        ("until all is shown, once it is read again", millis(caught_up), "ms", ""),
        ("growth of memory afterwards", client.process.rss() - memory, "MiB", ""),
    ]
}
