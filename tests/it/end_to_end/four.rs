//! Four connections in one nib, two networks: whichever is lost, the other three go on, and it heals by itself.

use super::pty::Terminal;
use super::server::{Server, lasting_port};
use super::shell::Home;
use nib::demo::originchats::{
    AccountService, Options, Running, RunningService, ServiceAccount, World, start, start_service,
};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::runtime::{Builder, Runtime};

/// Label, where to write, and what that is called on the wire.
const OTHERS: [(&str, &str, &str); 3] =
    [("one", "plot-one", "plot-one"), ("two", "plot-two", "plot-two"), ("dms", "zed", "400")];

/// The three servers of the second network, and where they are when they come back.
struct Others {
    runtime: Runtime,
    service: RunningService,
    addresses: [SocketAddr; 3],
    running: [Option<Running>; 3],
}

impl Others {
    fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let accounts =
            ["robin", "zed"].map(|name| ServiceAccount::new(name, &format!("USR:{name}"), &format!("tok-{name}")));
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let service = runtime.block_on(start_service(AccountService::of(3, accounts.into()), here)).unwrap();
        let addresses = OTHERS.map(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, lasting_port())));
        let mut others = Self { runtime, service, addresses, running: [None, None, None] };
        (0..3).for_each(|which| others.start_again(which));
        others
    }

    fn start_again(&mut self, which: usize) {
        let (label, chat, wire) = OTHERS[which];
        let mut world = World::new(label, "zed");
        for account in self.service.service.accounts() {
            world = world.with_person(&account, &["user"]);
        }
        let world =
            if label == "dms" { world.with_direct(wire, ["robin", "zed"]) } else { world.with_text(chat, Vec::new()) };
        let service = Some(self.service.service.clone());
        let options = Options { world: Some(world), service, listen: self.addresses[which], ..Options::default() };
        self.running[which] = Some(self.runtime.block_on(start(options)).unwrap());
    }

    fn stop(&mut self, which: usize) {
        let running = self.running[which].take().unwrap();
        self.runtime.block_on(running.stop());
    }

    /// Zed writes there.
    fn say(&self, which: usize, text: &str) {
        let asked = json!({"cmd": "message_new", "channel": OTHERS[which].2, "content": text});
        let answer = self.running[which].as_ref().unwrap().with(|server, now| server.play("zed", &asked, now));
        assert_eq!(answer.unwrap()["cmd"], "message_new");
    }

    /// What was written there.
    fn written(&self, which: usize) -> String {
        let asked = json!({"cmd": "messages_get", "channel": OTHERS[which].2});
        self.running[which].as_ref().unwrap().with(|server, now| server.play("zed", &asked, now)).unwrap().to_string()
    }
}

fn status(screen: &str) -> &str {
    screen.trim_end().lines().last().unwrap_or_default()
}

/// Whether a text stands among the messages, with nothing on its way and nothing in the composer.
fn is_sent(screen: &str, text: &str) -> bool {
    screen.contains(text) && screen.contains("┃ message") && !screen.contains('◷')
}

/// Goes to a chat by a few letters of its name.
fn go(terminal: &mut Terminal, chat: &str) {
    terminal.send("\x0b");
    terminal.wait_for("Jump to a chat");
    terminal.send(chat);
    terminal.wait_until(chat, |screen| screen.matches(chat).count() > 1);
    terminal.send("\r");
    terminal.wait_until("the chat", |screen| {
        !screen.contains("Jump to a chat") && screen.lines().any(|row| row.contains("┃") || row.contains("message"))
    });
}

#[test]
fn whichever_of_four_is_lost_the_others_go_on_and_it_heals() {
    let mut osmium = Server::start();
    let mut others = Others::start();
    let home = Home::new();
    let config = home.run(&["config", "path"]).went_well().out;
    std::fs::create_dir_all(std::path::Path::new(config.trim()).parent().unwrap()).unwrap();
    std::fs::write(config.trim(), "[accounts.dms]\ndirect_server = true\n").unwrap();
    let robin = osmium.account("robin");
    assert_eq!(home.log_in(&osmium.url, &robin.email, &robin.password).code(), 0);
    for (which, (label, ..)) in OTHERS.iter().enumerate() {
        let (url, service) = (others.running[which].as_ref().unwrap().url(), others.service.url());
        let arguments = [
            "login",
            "--network",
            "originchats",
            "--server",
            &url,
            "--account-service",
            &service,
            "--label",
            label,
            "--token-stdin",
        ];
        home.nib(&arguments).input("tok-robin\n").run().went_well();
    }
    let mut terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 130, 80, &[]);
    terminal.wait_until("all of them", |screen| screen.contains("message #off-topic") && screen.contains("zed"));

    let places = ["off-topic", "plot-one", "plot-two", "zed"];
    for lost in 0..4 {
        // Something half written where it will be dark.
        go(&mut terminal, places[lost]);
        terminal.wait_until("it online", |screen| status(screen).contains("online"));
        let draft = format!("half a line {lost}");
        terminal.send(&draft);
        terminal.wait_for(&draft);
        if lost == 0 {
            osmium.stop()
        } else {
            others.stop(lost - 1)
        }
        terminal.wait_until("it is dark", |screen| !status(screen).contains("online") && screen.contains(&draft));
        // The others neither wait nor blink.
        for there in (0..4).filter(|there| *there != lost) {
            go(&mut terminal, places[there]);
            terminal.wait_until("the other online", |screen| status(screen).contains("online"));
            let own = format!("while {lost} is dark {there}");
            terminal.send(&format!("{own}\r"));
            terminal.wait_until("it sent", |screen| is_sent(screen, &own));
            let theirs = format!("heard without {lost} {there}");
            if there > 0 {
                assert!(others.written(there - 1).contains(&own));
                others.say(there - 1, &theirs);
            } else {
                let chat = osmium.running().channel("Rustaceans", "off-topic").unwrap();
                osmium.running().say("ada", chat, &theirs).unwrap();
            }
            terminal.wait_for(&theirs);
        }
        if lost == 0 {
            osmium.start_again()
        } else {
            others.start_again(lost - 1)
        }
        // Back where it was dark: it comes back without a key, with what was half written.
        go(&mut terminal, places[lost]);
        terminal.wait_until("it healed", |screen| status(screen).contains("online") && screen.contains(&draft));
        if lost > 0 {
            others.say(lost - 1, "back again");
            terminal.wait_for("back again");
        }
        terminal.send("\r");
        terminal.wait_until("the half line sent", |screen| is_sent(screen, &draft));
    }
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    let log = home.log();
    assert!(!log.contains("tok-robin") && !log.contains("heard without"), "{log}");
}
