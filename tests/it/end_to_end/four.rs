//! Four connections in one nib, two networks: whichever is lost, the other three go on, and it heals by itself.

use super::pty::Terminal;
use super::server::{Server, lasting_port};
use super::shell::Home;
use futures_util::SinkExt;
use nib::demo::originchats::{
    AccountService, Door, Options, Running, RunningService, ServiceAccount, World, message, start, start_service,
};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

/// Label, where to write, and what that is called on the wire.
const OTHERS: [(&str, &str, &str); 3] =
    [("one", "plot-one", "plot-one"), ("two", "plot-two", "plot-two"), ("dms", "zed", "400")];

/// The three servers of the second network, and where they are when they come back.
pub(super) struct Others {
    runtime: Runtime,
    service: RunningService,
    addresses: [SocketAddr; 3],
    running: [Option<Running>; 3],
    /// What was said in the first one before anybody came.
    said: Vec<String>,
}

impl Others {
    pub(super) fn start() -> Self {
        Self::with(Vec::new())
    }

    /// In the first one, zed has said all of this.
    pub(super) fn with(said: Vec<String>) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let accounts =
            ["robin", "zed"].map(|name| ServiceAccount::new(name, &format!("USR:{name}"), &format!("tok-{name}")));
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let service = runtime.block_on(start_service(AccountService::of(3, accounts.into()), here, false)).unwrap();
        let addresses = OTHERS.map(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, lasting_port())));
        let mut others = Self { runtime, service, addresses, running: [None, None, None], said };
        (0..3).for_each(|which| others.start_again(which));
        others
    }

    fn start_again(&mut self, which: usize) {
        self.open_door(which, None);
    }

    /// The server is there again, with somebody at its door; then it knows nobody but zed.
    pub(super) fn open_door(&mut self, which: usize, door: Option<Door>) {
        let (label, chat, wire) = OTHERS[which];
        let mut world = World::new(label, "zed");
        let known = |account: &ServiceAccount| door.is_none() || account.name == "zed";
        for account in self.service.service.accounts().into_iter().filter(known) {
            world = world.with_person(&account, &["user"]);
        }
        let said = self.said.iter().take(if which == 0 { usize::MAX } else { 0 }).zip(0..);
        let said = said.map(|(text, number)| {
            let id = format!("00000000-0000-4000-8000-{number:012x}");
            message(&id, "USR:zed", text, 1_700_000_000.0 + f64::from(number))
        });
        let said = said.collect();
        let world =
            if label == "dms" { world.with_direct(wire, ["robin", "zed"]) } else { world.with_text(chat, said) };
        let service = Some(self.service.service.clone());
        let options =
            Options { world: Some(world), service, door, listen: self.addresses[which], ..Options::default() };
        self.running[which] = Some(self.runtime.block_on(start(options)).unwrap());
    }

    pub(super) fn stop(&mut self, which: usize) {
        let running = self.running[which].take().unwrap();
        self.runtime.block_on(running.stop());
    }

    /// Zed writes there.
    pub(super) fn say(&self, which: usize, text: &str) {
        let asked = json!({"cmd": "message_new", "channel": OTHERS[which].2, "content": text});
        let answer = self.running[which].as_ref().unwrap().with(|server, now| server.play("zed", &asked, now));
        assert_eq!(answer.unwrap()["cmd"], "message_new");
    }

    /// How often anybody connected to it since it began; this counts as once.
    pub(super) fn connected(&self, which: usize) -> u64 {
        self.running[which].as_ref().unwrap().with(|server, now| {
            let (id, mut outputs) = server.connect(now);
            outputs.extend(server.disconnect(id, now));
            (id.0, outputs)
        })
    }

    /// What was written there.
    pub(super) fn written(&self, which: usize) -> String {
        let asked = json!({"cmd": "messages_get", "channel": OTHERS[which].2});
        self.running[which].as_ref().unwrap().with(|server, now| server.play("zed", &asked, now)).unwrap().to_string()
    }
}

pub(super) fn status(screen: &str) -> &str {
    screen.trim_end().lines().last().unwrap_or_default()
}

/// Whether a text stands among the messages, not on its way any more, with nothing in the composer. The same mark elsewhere in its row is that of an
/// account in the sidebar.
fn is_sent(screen: &str, text: &str) -> bool {
    let arrived = |row: &str| row.split_once(text).is_some_and(|(_, behind)| !behind.contains('◷'));
    screen.lines().any(arrived) && screen.contains("┃ message")
}

/// In the chat that is open, one of the four: writes, and hears somebody else there.
pub(super) fn speaks_and_hears(
    terminal: &mut Terminal,
    osmium: &Server,
    others: &Others,
    there: usize,
    (own, theirs): (&str, &str),
) {
    terminal.send(&format!("{own}\r"));
    terminal.wait_until("it sent", |screen| is_sent(screen, own));
    match there.checked_sub(1) {
        Some(other) => {
            assert!(others.written(other).contains(own));
            others.say(other, theirs);
        }
        None => {
            let chat = osmium.running().channel("Rustaceans", "off-topic").unwrap();
            osmium.running().say("ada", chat, theirs).unwrap();
        }
    }
    terminal.wait_for(theirs);
}

/// Goes to a chat by a few letters of its name.
pub(super) fn go(terminal: &mut Terminal, chat: &str) {
    terminal.send("\x0b");
    terminal.wait_for("Jump to a chat");
    terminal.send(chat);
    terminal.wait_until(chat, |screen| screen.matches(chat).count() > 1);
    terminal.send("\r");
    terminal.wait_until("the chat", |screen| {
        !screen.contains("Jump to a chat") && screen.lines().any(|row| row.contains("┃") || row.contains("message"))
    });
}

/// The program of whoever is signed in at each of the four, once all of them are there.
pub(super) fn opened(home: &Home) -> Terminal {
    let terminal = Terminal::start_with(home.path(), &["--open", "rustaceans/off-topic"], 130, 80, &[]);
    terminal.wait_until("all of them", |screen| screen.contains("message #off-topic") && screen.contains("zed"));
    terminal
}

/// The same in a chat of the first server of the other network.
pub(super) fn at_plot(home: &Home) -> Terminal {
    let mut terminal = opened(home);
    go(&mut terminal, "plot-one");
    terminal.wait_for("message #plot-one");
    terminal
}

/// Somebody's files, with a sign-in at each of the four.
pub(super) fn signed_in(osmium: &Server, others: &Others) -> Home {
    let home = Home::new();
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
    home
}

#[test]
fn whichever_of_four_is_lost_the_others_go_on_and_it_heals() {
    let mut osmium = Server::start();
    let mut others = Others::start();
    let home = signed_in(&osmium, &others);
    let mut terminal = opened(&home);

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
            let texts = (format!("while {lost} is dark {there}"), format!("heard without {lost} {there}"));
            speaks_and_hears(&mut terminal, &osmium, &others, there, (&texts.0, &texts.1));
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

/// Who answers in place of a server.
#[derive(Clone, Copy, Debug)]
enum Neighbour {
    /// Says what no server says, again and again.
    Garbage,
    /// Takes the connection and says nothing.
    Silent,
    /// Says more than anybody can read.
    Floods,
}

impl Others {
    /// Somebody else stands where the server was; it ends when the task does.
    fn replace(&mut self, which: usize, by: Neighbour) -> tokio::task::JoinHandle<()> {
        self.stop(which);
        let address = self.addresses[which];
        let listener = self.runtime.block_on(TcpListener::bind(address)).unwrap();
        self.runtime.spawn(async move {
            let mut guests = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                guests.spawn(attend(stream, by));
            }
        })
    }
}

async fn attend(stream: TcpStream, by: Neighbour) {
    if matches!(by, Neighbour::Silent) {
        let _held = stream;
        return std::future::pending().await;
    }
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let greeting = json!({"cmd": "handshake", "val": {"server": {"name": "\u{1b}[2Jflood"}, "validator_key": "originChats-x", "capabilities": []}});
    let typing = json!({"cmd": "typing", "channel": "plot-one", "user": "\u{202e}zed", "thread_id": null});
    let said = match by {
        Neighbour::Floods => [greeting.to_string(), typing.to_string()],
        _ => ["\u{1b}]0;owned\u{7}garbage".to_owned(), "[1,2".to_owned()],
    };
    for text in std::iter::once(&said[0]).chain(std::iter::repeat(&said[1])) {
        if socket.send(Message::text(text.clone())).await.is_err() {
            return;
        }
    }
}

#[test]
fn a_neighbour_that_misbehaves_disturbs_nobody() {
    let osmium = Server::start();
    let mut others = Others::start();
    let home = signed_in(&osmium, &others);
    let mut terminal = opened(&home);
    for (round, by) in [Neighbour::Garbage, Neighbour::Silent, Neighbour::Floods].into_iter().enumerate() {
        let task = others.replace(0, by);
        for (there, chat) in [(0, "off-topic"), (2, "plot-two"), (3, "zed")] {
            go(&mut terminal, chat);
            terminal.wait_until("the other online", |screen| status(screen).contains("online"));
            let texts = (format!("beside {by:?} {there}"), format!("heard beside {round} {there}"));
            speaks_and_hears(&mut terminal, &osmium, &others, there, (&texts.0, &texts.1));
        }
        assert!(!terminal.screen().contains("owned"));
        task.abort();
        let _ = others.runtime.block_on(task);
        others.start_again(0);
        go(&mut terminal, "plot-one");
        terminal.send("\x1b[15~");
        terminal.wait_until("it healed", |screen| status(screen).contains("online"));
    }
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}
