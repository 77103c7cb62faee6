//! Sleep of the computer, played by its clock, and servers that are there and say nothing.

use super::support::{Core, Peer, Server, soon};
use futures_util::StreamExt;
use nib::domain::{DownReason, LinkEvent};
use nib::net::NetEvent;
use nib::net::session::{SessionConfig, WallClock};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// A clock that a test sets forward, as a sleep does.
#[derive(Clone, Default)]
struct Sleeper(Arc<AtomicU64>);

impl Sleeper {
    fn sleep(&self, time: Duration) {
        self.0.fetch_add(time.as_secs(), Ordering::Relaxed);
    }

    /// Looks at this clock with each ping, and takes a connection for dead by silence only after a very long time.
    fn config(&self, server: &Server) -> SessionConfig {
        let mut config = server.config();
        let slept = Arc::clone(&self.0);
        config.wall = WallClock::new(move || SystemTime::now() + Duration::from_secs(slept.load(Ordering::Relaxed)));
        config.timing.ping = Duration::from_millis(20);
        config.timing.silence = Duration::from_secs(3_600);
        config.timing.answer = Duration::from_secs(3_600);
        // Longer than any stall of the machine: a connection that lives is not to look dead.
        config.timing.probe = Duration::from_secs(15);
        config
    }
}

/// How long a connection that nobody reads is given.
const SHORT: Duration = Duration::from_millis(100);

/// Hears the client's pings, and so answers them.
async fn pings(peer: &mut Peer<TcpStream>, count: usize) {
    for _ in 0..count {
        match soon("a ping", peer.0.next()).await {
            Some(Ok(Message::Ping(_))) => {}
            other => panic!("{other:?} instead of a ping"),
        }
    }
}

/// Waits until nothing that the server said is still on its way.
async fn all_heard(core: &mut Core, peer: &mut Peer<TcpStream>) {
    peer.say("fact 1").await;
    soon("the fact", async { while !matches!(core.event().await, Some(NetEvent::Update(_))) {} }).await;
}

async fn silence(core: &mut Core) -> Option<Duration> {
    soon("news of silence", async {
        loop {
            match core.event().await.expect("the session goes on") {
                NetEvent::Link(LinkEvent::Silent(since)) => return since,
                NetEvent::Link(LinkEvent::Latency(_)) => {}
                other => panic!("{other:?} before news of silence"),
            }
        }
    })
    .await
}

#[tokio::test]
async fn after_a_sleep_a_dead_connection_is_left_and_dialled_at_once() {
    let (server, sleeper) = (Server::bind().await, Sleeper::default());
    let mut config = sleeper.config(&server);
    config.timing.probe = SHORT;
    config.timing.most_delay = Duration::from_secs(3_600);
    let mut core = Core::start(config);
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    pings(&mut peer, 5).await;
    all_heard(&mut core, &mut peer).await;
    // From here on nobody reads at the other end, as behind a router that has forgotten the connection.
    sleeper.sleep(Duration::from_secs(600));
    assert_eq!(core.down().await, DownReason::Quiet);
    let _again = server.welcome("hello new").await;
    core.signed_in().await;
}

#[tokio::test]
async fn a_connection_that_lived_through_the_sleep_goes_on() {
    let (server, sleeper) = (Server::bind().await, Sleeper::default());
    let mut core = Core::start(sleeper.config(&server));
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    for _ in 0..3 {
        sleeper.sleep(Duration::from_secs(600));
        pings(&mut peer, 20).await;
    }
    assert!(server.nobody_waits());
    core.session.stop();
    let rest = core.rest().await;
    assert!(!rest.iter().any(|event| matches!(event, NetEvent::Link(LinkEvent::Down { .. }))), "{rest:?}");
}

#[tokio::test]
async fn after_a_stop_longer_than_any_silence_there_is_time_for_an_answer() {
    const SILENCE: Duration = Duration::from_secs(3);
    let (server, awake) = (Server::bind().await, Sleeper::default());
    let mut config = awake.config(&server);
    config.timing.silence = SILENCE;
    config.timing.ping = Duration::from_secs(3_600);
    let mut core = Core::start(config);
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    pings(&mut peer, 1).await;
    all_heard(&mut core, &mut peer).await;
    core.session.probe();
    // Session and server run on this thread: to them it is what a stop by a signal is.
    std::thread::sleep(SILENCE + SILENCE / 4);
    pings(&mut peer, 1).await;
    all_heard(&mut core, &mut peer).await;
    assert!(server.nobody_waits());
}

#[tokio::test]
async fn a_doubted_connection_is_probed_without_any_sleep() {
    let (server, awake) = (Server::bind().await, Sleeper::default());
    let mut config = awake.config(&server);
    config.timing.probe = SHORT;
    let mut core = Core::start(config);
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    pings(&mut peer, 5).await;
    all_heard(&mut core, &mut peer).await;
    core.session.probe();
    assert_eq!(core.down().await, DownReason::Quiet, "it is not read any more");
    drop(peer);
    server.welcome("hello new").await;
}

#[tokio::test]
async fn a_server_that_gives_no_sign_of_life_is_told_and_so_is_its_return() {
    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.ping = Duration::from_millis(20);
    config.timing.answer = Duration::from_millis(60);
    let mut core = Core::start(config);
    let mut peer = server.welcome("hello old").await;
    core.signed_in().await;
    for _ in 0..2 {
        let since = silence(&mut core).await.expect("how long nothing was heard");
        assert!(since >= Duration::from_millis(60), "{since:?}");
        // Reading what waits sends the pongs.
        pings(&mut peer, 1).await;
        peer.say("fact 1").await;
        assert_eq!(silence(&mut core).await, None);
        assert!(matches!(core.event().await, Some(NetEvent::Update(_))), "it goes on where it was");
    }
}
