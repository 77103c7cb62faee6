//! One of four connections is refused while nib runs: it says so at its own row and is let alone, and the other three go on as if nothing were.

use super::four::{Others, go, signed_in, speaks_and_hears, status};
use super::pty::Terminal;
use super::server::Server;
use nib::demo::originchats::Door;
use std::time::{Duration, Instant};

/// Why the first of the second network's servers does not let in.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    Banned,
    InviteWanted,
    VoidToken,
}

impl Refusal {
    fn door(self) -> Option<Door> {
        match self {
            Self::Banned => Some(Door { banned: vec!["robin".to_owned()], ..Door::default() }),
            Self::InviteWanted => Some(Door { invite: Some("ABCD".to_owned()), ..Door::default() }),
            Self::VoidToken => None,
        }
    }

    /// What is said of it.
    fn words(self) -> &'static str {
        match self {
            Self::Banned => "You are banned",
            Self::InviteWanted => "by invite only",
            Self::VoidToken => "does not take this sign-in",
        }
    }
}

/// Longer than nib waits before it dials again the first times.
const WHILE: Duration = Duration::from_secs(3);

fn one_is_refused(refusal: Refusal) {
    let osmium = Server::start();
    let mut others = Others::start();
    let home = signed_in(&osmium, &others);
    if matches!(refusal, Refusal::VoidToken) {
        let token = home.files().into_iter().find(|file| file.ends_with("one")).expect("a token");
        std::fs::write(token, "void").unwrap();
    }
    others.stop(0);
    others.open_door(0, refusal.door());
    let before = others.connected(0);
    let mut terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 130, 80, &[]);
    terminal.wait_until("all of them", |screen| screen.contains("message #off-topic") && screen.contains("zed"));
    // Its row is marked, and under the cursor it says why: the others and a chat stand below it.
    terminal.wait_for("× one");
    terminal.send("\x1bOQ");
    terminal.wait_for("Enter open");
    terminal.send("Gkkk");
    terminal.wait_until("why", |screen| status(screen).contains(refusal.words()));
    terminal.send("i");
    // The others speak and hear, and their latency is told, until it would long have been dialled again.
    let since = Instant::now();
    let mut round = 0;
    while since.elapsed() < WHILE {
        for (there, chat) in [(0, "off-topic"), (2, "plot-two"), (3, "zed")] {
            go(&mut terminal, chat);
            terminal.wait_until("its latency", |screen| {
                status(screen).contains("online") && status(screen).contains(" ms")
            });
            // Nobody may say more than a few things at once.
            if round > 2 {
                continue;
            }
            let texts = (format!("beside it {round} {there}"), format!("heard beside it {round} {there}"));
            speaks_and_hears(&mut terminal, &osmium, &others, there, (&texts.0, &texts.1));
        }
        round += 1;
    }
    assert_eq!(others.connected(0), before + 2, "it was dialled again");
    assert!(terminal.screen().contains("× one"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn who_is_banned_from_one_goes_on_at_the_others() {
    one_is_refused(Refusal::Banned);
}

#[test]
fn where_one_wants_an_invite_the_others_go_on() {
    one_is_refused(Refusal::InviteWanted);
}

#[test]
fn where_the_token_for_one_is_void_the_others_go_on() {
    one_is_refused(Refusal::VoidToken);
}
