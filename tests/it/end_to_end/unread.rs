//! A server in the background that marks read whatever it is asked for, over a real socket: its own record of what was read is what counts.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use crate::networks::unread::{CHANNELS, ME, WRITERS, busy_server, channel, writer};
use nib::demo::originchats::{Running, RunningService, start, start_service};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};
use tokio::runtime::{Builder, Runtime};

/// The server with 500 channels, and its account service.
struct Busy {
    runtime: Runtime,
    service: RunningService,
    running: Running,
}

impl Busy {
    fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let begin = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
        let options = busy_server(begin);
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let service = runtime.block_on(start_service(options.service.clone().unwrap(), here, false)).unwrap();
        let running = runtime.block_on(start(options)).unwrap();
        Self { runtime, service, running }
    }

    /// Somebody writes in a channel.
    fn say(&self, number: usize, text: &str) {
        let who = writer(number % WRITERS);
        let reset = json!({"cmd": "rate_limit_reset", "user": who});
        let packet = json!({"cmd": "message_new", "channel": channel(number), "content": text});
        let answer = self.running.with(|server, now| {
            let (_, mut outputs) = server.play("writer0", &reset, now);
            let (answer, more) = server.play(&who, &packet, now);
            outputs.extend(more);
            (answer, outputs)
        });
        assert_eq!(answer.unwrap()["cmd"], "message_new");
    }

    /// What the server holds for read, channel by channel.
    fn read(&self) -> Vec<Option<String>> {
        let read = |number| {
            let name = channel(number);
            self.running.with(|server, _| (server.read_by(ME, &name).map(str::to_owned), Vec::new()))
        };
        (0..CHANNELS).map(read).collect()
    }

    /// Where the record differs from what it was before.
    fn newly_read(&self, before: &[Option<String>]) -> Vec<usize> {
        let now = self.read();
        (0..CHANNELS).filter(|&number| now[number] != before[number]).collect()
    }

    /// Waits until the account has a connection that is signed in.
    fn wait_connected(&self) {
        let end = Instant::now() + super::pty::PATIENCE;
        let is_there =
            || self.running.with(|server, now| (server.play(ME, &json!({"cmd": "users_online"}), now).0, Vec::new()));
        while !is_there().is_some_and(|online| online.to_string().contains(&format!("\"{ME}\""))) {
            assert!(Instant::now() < end, "nobody came");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_busy_server_beside_the_open_chat_marks_nothing_read() {
    let (quiet, busy, home) = (Server::start(), Busy::start(), Home::new());
    let robin = quiet.account("robin");
    assert_eq!(home.log_in(&quiet.url, &robin.email, &robin.password).code(), 0);
    let (url, service) = (busy.running.url(), busy.service.url());
    let arguments = ["--network", "originchats", "--account-service", &service, "--token-stdin", "--label", "busy"];
    let login = [&["login", "--server", &url][..], &arguments].concat();
    home.nib(&login).input(&format!("tok-{ME}\n")).run().went_well();
    let before = busy.read();
    let begun = Instant::now();

    let mut terminal = Terminal::start_with(home.path(), &["--open", "robin:rustaceans/off-topic"], 120, 34, &[]);
    terminal.wait_until("both", |screen| screen.contains("message #off-topic") && screen.contains("BU 99"));
    // Everybody writes everywhere, the user looks around, and the line is lost now and then.
    for (round, keys) in
        ["\x0bchannel-2", "\x1bOQGG", "\x1b\x1b[5~\x1b[6~", "/accounts\r", "\x1bOQ"].into_iter().enumerate()
    {
        for number in 0..CHANNELS {
            busy.say(number, if number % 50 == round { "and @robin, too" } else { "more and more" });
        }
        terminal.send(keys);
        if round % 2 == 1 {
            busy.running.drop_connections();
        }
        let ours = format!("round {round} is over");
        quiet.running().say("ada", quiet.running().channel("Rustaceans", "off-topic").unwrap(), &ours).unwrap();
        terminal.send("\x1b\x1b\x1b");
        terminal.send("\x1b[27u");
        terminal.wait_for(&ours);
        busy.wait_connected();
        assert_eq!(busy.newly_read(&before), Vec::<usize>::new(), "round {round}");
    }
    // The shell does not open anything either where it only counts.
    let counted = home.run(&["chats", "--unread", "--json"]).went_well().objects();
    let there = counted.iter().filter(|chat| chat["account"] == "busy");
    assert_eq!(there.filter(|chat| chat["unread"].as_u64().unwrap() > 5).count(), CHANNELS);
    assert_eq!(busy.newly_read(&before), Vec::<usize>::new());
    // What is opened is read, and nothing else.
    terminal.send("\x0b");
    terminal.wait_for("Jump to a chat");
    // What was looked for before is still there.
    terminal.send("\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7fchannel-123");
    terminal.wait_until("it", |screen| screen.matches("channel-123").count() > 1);
    terminal.send("\r");
    terminal.wait_for("message #channel-123");
    terminal.wait_for("more and more");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(busy.newly_read(&before), [123]);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    busy.runtime.block_on(busy.running.stop());
}
