//! A server that talks faster than the core listens.

use super::support::{Core, Peer, Server, roles, soon};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use nib::domain::{ChatId, LinkEvent, Priority, Reply, Request, RequestId, Update};
use nib::net::NetEvent;
use nib::net::session::NotTaken;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};

const FILLER: usize = 1000;

fn fact(number: u64) -> Message {
    Message::Binary(Bytes::from(format!("fact {number} {}", "x".repeat(FILLER))))
}

/// Both directions; pings and pongs are left out.
fn split(
    peer: Peer<TcpStream>,
) -> (impl Sink<Message, Error = Error> + Unpin, impl Stream<Item = Result<Message, Error>> + Unpin) {
    let (sink, stream) = peer.0.split();
    let spoken = |message: &Result<Message, Error>| !matches!(message, Ok(Message::Ping(_) | Message::Pong(_)));
    (sink, stream.filter(move |message| std::future::ready(spoken(message))))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_core_that_does_not_read_stalls_the_server_and_not_its_own_requests() {
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let peer = server.welcome("hello old").await;
    core.signed_in().await;
    let (mut sink, mut stream) = split(peer);
    // The server sends until its socket takes nothing for half a second.
    let mut sent = 0;
    while sent < 200_000 {
        match tokio::time::timeout(Duration::from_millis(500), sink.send(fact(sent))).await {
            Ok(done) => done.unwrap(),
            Err(_) => break,
        }
        sent += 1;
    }
    let in_channel = 16 * 256;
    assert!(sent >= in_channel, "{sent}: the channel was not even full");
    // Besides the channel: the sockets' buffers, which the system bounds, and what the session holds.
    let bytes = sent * FILLER as u64;
    assert!(sent < 60_000, "{sent} messages, {bytes} bytes were taken for a core that reads nothing");

    // The core reads nothing, and yet its request goes out.
    let read = core.ask(roles(1));
    let asked = soon("the request", stream.next()).await.unwrap().unwrap().into_data();
    let number: u64 = std::str::from_utf8(&asked).unwrap().split(' ').nth(1).unwrap().parse().unwrap();

    // The core reads again: everything comes, in order, and the answer after it.
    let server_goes_on = async {
        // The message that was under way when the patience ended is flushed first.
        sink.flush().await.unwrap();
        sink.send(Message::Binary(Bytes::from(format!("ok {number}")))).await.unwrap();
    };
    let core_reads = async {
        let mut next = 0;
        loop {
            match core.event().await.unwrap() {
                NetEvent::Update(Update::CommunityRemoved(id)) => {
                    assert_eq!(id.value(), u128::from(next));
                    next += 1;
                }
                NetEvent::Answer(answer) => {
                    assert_eq!((answer.request, answer.outcome), (read, Ok(Reply::Done)));
                    return next;
                }
                NetEvent::Link(LinkEvent::Latency(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let ((), told) = soon("the rest", async { tokio::join!(server_goes_on, core_reads) }).await;
    assert!(told == sent || told == sent + 1, "{told} told, {sent} sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_answered_in_the_middle_of_a_flood() {
    const FACTS: u64 = 50_000;
    let server = Server::bind().await;
    let mut core = Core::start(server.config());
    let peer = server.welcome("hello old").await;
    core.signed_in().await;
    let (mut sink, mut stream) = split(peer);
    let (answers, mut to_say) = tokio::sync::mpsc::channel::<String>(16);
    let flood = async move {
        for number in 0..FACTS {
            sink.feed(fact(number)).await.unwrap();
            if let Ok(answer) = to_say.try_recv() {
                sink.feed(Message::Binary(Bytes::from(answer))).await.unwrap();
            }
        }
        sink.flush().await.unwrap();
        sink
    };
    let reader = async move {
        let asked = stream.next().await.unwrap().unwrap().into_data();
        let number = std::str::from_utf8(&asked).unwrap().split(' ').nth(1).unwrap().to_owned();
        answers.send(format!("ok {number}")).await.unwrap();
        stream
    };
    let listener = async {
        let mut seen = 0;
        let mut answered_at = None;
        let mut asked = false;
        while seen < FACTS || answered_at.is_none() {
            match core.event().await.unwrap() {
                NetEvent::Update(_) => seen += 1,
                NetEvent::Answer(_) => answered_at = Some(seen),
                NetEvent::Link(_) | NetEvent::Progress(_) => {}
            }
            if seen == 100 && !asked {
                core.ask(roles(1));
                asked = true;
            }
        }
        answered_at
    };
    let started = std::time::Instant::now();
    let (_sink, _stream, answered_at) = soon("the flood's end", async { tokio::join!(flood, reader, listener) }).await;
    println!("{:.0} messages a second, unoptimised", f64::from(50_000) / started.elapsed().as_secs_f64());
    let at = answered_at.expect("the request was answered");
    assert!(at < FACTS, "answered only at {at}");
}

#[tokio::test]
async fn too_many_requests_are_not_taken_and_memory_stays_bounded() {
    let server = Server::bind().await;
    let mut config = server.config();
    config.timing.first_delay = Duration::from_secs(3600);
    config.timing.most_delay = Duration::from_secs(3600);
    let mut core = Core::start(config);
    drop(server.accept().await);
    core.down().await;
    // Nobody reads; each of these is refused at once and so becomes an event, until no more are taken.
    let request = Request::SetTyping { chat: ChatId::new(1), typing: true };
    let mut taken = 0;
    let mut waits = 0;
    while waits < 1000 && taken < 100_000 {
        match core.session.request(RequestId(taken), request.clone(), Priority::User) {
            Ok(()) => {
                taken += 1;
                waits = 0;
            }
            Err(NotTaken::Full) => {
                waits += 1;
                tokio::task::yield_now().await;
            }
            Err(NotTaken::Ended) => panic!("the session ended"),
        }
    }
    assert!((1000..10_000).contains(&taken), "{taken}");
    for number in 0..taken {
        assert_eq!(core.answer().await.0, RequestId(number));
    }
}
