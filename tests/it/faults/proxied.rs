//! The proxy that fails by plan does fail, and by plan.

use crate::proxy::{End, Plan, Plans, Proxy, Way};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long something may take that is sure to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it is listened where nothing may come.
const SILENCE: Duration = Duration::from_millis(150);

/// A server that gives everything back, and tells what each connection said in all, once it has ended.
fn echo() -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (told, tells) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, told) = (stream.unwrap(), told.clone());
            thread::spawn(move || {
                let (mut all, mut some) = (Vec::new(), [0; 1_000]);
                while let Ok(count @ 1..) = stream.read(&mut some) {
                    all.extend_from_slice(&some[..count]);
                    if stream.write_all(&some[..count]).is_err() {
                        break;
                    }
                }
                let _ = told.send(all);
            });
        }
    });
    (address, tells)
}

fn through(plan: Plan) -> (Proxy, Receiver<Vec<u8>>, TcpStream) {
    let (address, tells) = echo();
    let proxy = Proxy::start(address, Plans::Listed(vec![plan]));
    let stream = connect(&proxy);
    (proxy, tells, stream)
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn ended(count: usize, end: End) -> Way {
    Way { end: Some((count, end)), ..Way::default() }
}

/// Everything that comes until the end; whether it was a reset.
fn rest(stream: &mut TcpStream) -> (Vec<u8>, bool) {
    let mut all = Vec::new();
    match stream.read_to_end(&mut all) {
        Ok(_) => (all, false),
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => (all, true),
        Err(error) => panic!("{error}"),
    }
}

fn silent(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let quiet =
        stream.read(&mut [0]).is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    quiet
}

fn asks_back(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).unwrap();
    let mut back = vec![0; bytes.len()];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(back, bytes);
}

#[test]
fn without_faults_everything_passes_and_ends_as_it_ends() {
    let (proxy, tells, mut stream) = through(Plan::default());
    let bytes: Vec<u8> = (0..100_000u32).map(|number| number as u8).collect();
    let mut writing = stream.try_clone().unwrap();
    let sent = bytes.clone();
    let writer = thread::spawn(move || {
        writing.write_all(&sent).unwrap();
        writing.shutdown(Shutdown::Write).unwrap();
    });
    assert_eq!(rest(&mut stream), (bytes.clone(), false));
    writer.join().unwrap();
    assert_eq!(tells.recv_timeout(PATIENCE).unwrap(), bytes);
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn a_cut_comes_at_the_very_byte_whatever_the_pieces() {
    for pieces in [1, 7, 100] {
        let (_proxy, tells, mut stream) = through(Plan { up: ended(50, End::Cut), ..Plan::default() });
        for piece in [7; 100].chunks(pieces) {
            // It may be cut by now.
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        assert!(rest(&mut stream).1);
        assert_eq!(tells.recv_timeout(PATIENCE).unwrap().len(), 50);
    }
    let (_proxy, _, mut stream) = through(Plan { down: ended(3, End::Cut), ..Plan::default() });
    stream.write_all(b"hello").unwrap();
    // What arrived before a reset may be taken by it.
    let (came, reset) = rest(&mut stream);
    assert!(reset && b"hel".starts_with(&came[..]), "{came:?}");
}

#[test]
fn half_open_is_silence_for_both() {
    let (proxy, tells, mut stream) = through(Plan { up: ended(4, End::HalfOpen), ..Plan::default() });
    asks_back(&mut stream, b"abc");
    stream.write_all(b"def").unwrap();
    assert!(silent(&mut stream) && tells.try_recv().is_err());
    proxy.cut();
    assert!(rest(&mut stream).1);
    assert_eq!(tells.recv_timeout(PATIENCE).unwrap(), b"abcd");
}

#[test]
fn what_is_dropped_one_way_leaves_the_other_way_alone() {
    let (_proxy, tells, mut stream) = through(Plan { down: ended(2, End::Drop), ..Plan::default() });
    stream.write_all(b"abc").unwrap();
    let mut came = [0; 2];
    stream.read_exact(&mut came).unwrap();
    stream.write_all(b"def").unwrap();
    assert!(silent(&mut stream));
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!((came, tells.recv_timeout(PATIENCE).unwrap()), (*b"ab", b"abcdef".to_vec()));
}

#[test]
fn what_was_said_may_arrive_while_there_is_a_new_connection() {
    let later = Duration::from_millis(300);
    let (proxy, tells, mut old) = through(Plan { up: ended(3, End::Linger(later)), ..Plan::default() });
    old.write_all(b"abcdef").unwrap();
    assert!(rest(&mut old).1);
    let mut new = connect(&proxy);
    asks_back(&mut new, b"new");
    assert!(tells.try_recv().is_err(), "the old one still stands");
    assert_eq!(tells.recv_timeout(PATIENCE).unwrap(), b"abcdef");
    asks_back(&mut new, b"still");
    assert_eq!(proxy.connections(), 2);
}

#[test]
fn an_old_connection_may_stand_beside_the_new_one() {
    let later = Duration::from_millis(50);
    let (proxy, tells, mut old) = through(Plan { up: ended(3, End::Double(later)), ..Plan::default() });
    old.write_all(b"abcdef").unwrap();
    assert!(rest(&mut old).1);
    asks_back(&mut connect(&proxy), b"new");
    assert_eq!(tells.recv_timeout(PATIENCE).unwrap(), b"new");
    thread::sleep(later * 3);
    assert!(tells.try_recv().is_err(), "the old one still stands");
    drop(proxy);
    assert_eq!(tells.recv_timeout(PATIENCE).unwrap(), b"abcdef");
}

#[test]
fn refusing_delaying_and_throttling() {
    let (proxy, _, mut stream) = through(Plan { refuse: true, ..Plan::default() });
    assert_eq!(rest(&mut stream), (Vec::new(), true));
    asks_back(&mut connect(&proxy), b"the next one stands");

    let delay = Duration::from_millis(120);
    let (_proxy, _, mut stream) = through(Plan { up: Way { delay, ..Way::default() }, ..Plan::default() });
    let start = Instant::now();
    asks_back(&mut stream, b"x");
    assert!(start.elapsed() >= delay);

    let (_proxy, _, mut stream) =
        through(Plan { down: Way { rate: Some(10_000), ..Way::default() }, ..Plan::default() });
    let start = Instant::now();
    asks_back(&mut stream, &[1; 2_000]);
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[test]
fn the_same_seed_makes_the_same_plans_and_all_kinds_of_them() {
    let plans = |seed| (0..300).map(|number| Plan::drawn(seed, number)).collect::<Vec<_>>();
    assert_eq!(plans(7), plans(7));
    assert_ne!(plans(7), plans(8));
    let all = plans(7);
    let some = |holds: &dyn Fn(&Plan) -> bool| assert!(all.iter().filter(|plan| holds(plan)).count() > 5);
    some(&|plan| plan.refuse);
    some(&|plan| *plan == Plan::default());
    some(&|plan| !plan.up.delay.is_zero() || !plan.down.delay.is_zero());
    some(&|plan| plan.up.rate.or(plan.down.rate).is_some());
    let ends = |plan: &Plan| [plan.up.end, plan.down.end].into_iter().flatten().map(|(_, end)| end).next();
    some(&|plan| ends(plan) == Some(End::Cut));
    some(&|plan| ends(plan) == Some(End::HalfOpen));
    some(&|plan| ends(plan) == Some(End::Drop));
    some(&|plan| matches!(ends(plan), Some(End::Linger(_))));
}

#[test]
fn a_seeded_run_ends_in_health_and_everything_that_passed_is_the_start_of_what_was_said() {
    let seed =
        std::env::var("NIB_FAULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let (address, tells) = echo();
    let proxy = Proxy::start(address, Plans::Seeded(seed));
    let said: Vec<u8> = (0..70_000u32).map(|number| (number / 7) as u8).collect();
    for _ in 0..12 {
        let mut stream = connect(&proxy);
        stream.set_write_timeout(Some(SILENCE)).unwrap();
        stream.set_read_timeout(Some(SILENCE)).unwrap();
        // It may end anywhere.
        let _ = stream.write_all(&said[..20_000]);
        let mut came = Vec::new();
        let _ = stream.read_to_end(&mut came);
        assert!(said.starts_with(&came), "seed {seed}");
    }
    proxy.heal();
    asks_back(&mut connect(&proxy), &said[..5_000]);
    drop(proxy);
    let mut ends = 0;
    while let Ok(all) = tells.recv_timeout(SILENCE * 4) {
        assert!(said.starts_with(&all), "seed {seed}");
        ends += 1;
    }
    assert!(ends > 0, "seed {seed}");
}
