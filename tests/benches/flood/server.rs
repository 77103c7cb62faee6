//! The embedded server in a process of its own, told over its standard input what to do.

use super::corpus;
use super::process::Process;
use nib::demo::osmium::{Options, Running, start};
use nib::demo::world::generate;
use nib::demo::world::model::{Member, Person, Presence};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The argument that makes the bench a server.
pub(crate) const SERVE: &str = "--serve";
const COMMUNITY: &str = "Rustaceans";
/// The channel that is looked at first. The next one in the sidebar is `help`.
pub(crate) const CHANNEL: &str = "general";
/// Ends the newest message of the channel at the start, so that it can be seen to show.
pub(crate) const NEWEST: &str = "Ꭰ";

/// Serves until its standard input ends. Each line is a command, and each is answered with one line.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    runtime.block_on(async {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
        let mut world = generate(1, i64::try_from(now.as_millis()).expect("a date"));
        let first = world.people.len();
        world.people.extend((0..corpus::AUTHORS).map(|index| Person {
            name: format!("Writer {index}"),
            username: corpus::author(index),
            bio: String::new(),
            bot: false,
            presence: Presence::Online,
            color: Some(0x0033_66ff + u32::try_from(index).unwrap_or(0)),
        }));
        let community = world.communities.iter_mut().find(|one| one.name == COMMUNITY).expect("the community");
        let writers =
            (first..first + corpus::AUTHORS).map(|person| Member { person, roles: Vec::new(), nickname: None });
        community.members.extend(writers);
        let channel = community.channels.iter_mut().find(|one| one.name == CHANNEL).expect("the channel");
        channel.posts.last_mut().expect("a message").text.push_str(NEWEST);
        let running = start(Options { people: 0, world: Some(world), ..Options::default() }).await.expect("a server");
        say(&format!("{} {}", running.url, running.accounts[0].token));
        let mut ready = None;
        for line in std::io::stdin().lines() {
            let line = line.expect("a command");
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["ready", channel, count, end] => {
                    ready = Some(rehearse(&running, channel, count.parse().expect("a number"), end));
                }
                ["flood"] => running.flood(ready.take().expect("ready")).await.expect("everybody reads"),
                ["trickle", micros] => {
                    let pause = Duration::from_micros(micros.parse().expect("a number"));
                    running.trickle(ready.take().expect("ready"), pause).await;
                }
                _ => panic!("no such command: {line}"),
            }
            say("done");
        }
        running.stop().await;
    });
}

/// The last message ends with `end`.
fn rehearse(running: &Running, channel: &str, count: usize, end: &str) -> nib::demo::osmium::Flood {
    let place = running.channel(COMMUNITY, channel).expect("the channel");
    let seed = u64::from(end.chars().next().map_or(0, u32::from));
    let mut lines = corpus::lines(seed, count);
    if let Some((_, text)) = lines.last_mut() {
        text.push_str(end);
    }
    let lines = lines.into_iter().map(|(author, text)| (corpus::author(author), text));
    running.rehearse(place, lines).expect("a flood")
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody listens");
}

/// The near end of such a process.
pub(crate) struct Server {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(crate) process: Process,
    pub(crate) url: String,
    pub(crate) token: String,
}

impl Server {
    /// Starts it.
    pub(crate) fn start() -> Self {
        let own = std::env::current_exe().expect("the bench");
        let mut command = Command::new(own);
        command.arg(SERVE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let commands = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its output"));
        let process = Process(child.id());
        let mut server = Self { child, commands, answers, process, url: String::new(), token: String::new() };
        let line = server.answer();
        let (url, token) = line.split_once(' ').expect("an address and a token");
        (server.url, server.token) = (url.to_owned(), token.to_owned());
        server
    }

    /// Gives a command, without waiting.
    pub(crate) fn tell(&mut self, command: &str) {
        let commands = self.commands.as_mut().expect("the server runs");
        writeln!(commands, "{command}").and_then(|()| commands.flush()).expect("the server listens");
    }

    /// Waits until the command is carried out.
    pub(crate) fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the server speaks");
        line.trim_end().to_owned()
    }

    /// Gives a command and waits until it is carried out.
    pub(crate) fn order(&mut self, command: &str) {
        self.tell(command);
        assert_eq!(self.answer(), "done");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}
