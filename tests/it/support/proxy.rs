//! A proxy on loopback that stands in front of a server and fails by plan.
//!
//! What happens to a connection is drawn from a seed and the number of the connection, and happens at a count of bytes, not at a time: the same seed
//! makes the same plans. The seed is printed when the proxy starts, so that a failure can be replayed with [`Plans::Seeded`].

use fastrand::Rng;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::sleep;

/// Bytes that are passed on at once.
const CHUNK: usize = 4_096;

/// Where plans come from.
#[derive(Clone, Debug)]
pub(crate) enum Plans {
    /// Drawn: one for each connection.
    Seeded(u64),
    /// The same, with connections that live on at the server after the client has left them.
    Doubled(u64),
    /// These, one for each connection; those after them have no faults.
    Listed(Vec<Plan>),
}

/// What happens to one connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Plan {
    /// It is reset as soon as it stands.
    pub(crate) refuse: bool,
    /// From the client to the server.
    pub(crate) up: Way,
    /// From the server to the client.
    pub(crate) down: Way,
}

/// What happens in one direction.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Way {
    /// Every chunk waits so long.
    pub(crate) delay: Duration,
    /// At most so many bytes a second.
    pub(crate) rate: Option<u32>,
    /// After exactly so many bytes, the end.
    pub(crate) end: Option<(usize, End)>,
}

/// How a direction ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// Both sides are reset.
    Cut,
    /// Nothing passes any more in either direction, and nobody is told.
    HalfOpen,
    /// What comes this way is taken and thrown away; the other way goes on.
    Drop,
    /// The client is reset; what it said reaches the server so much later, over the old connection. Meanwhile it may have a new one.
    Linger(Duration),
    /// The same, and the old connection stands at the server for as long as it likes.
    Double(Duration),
}

impl Shared {
    fn stir(&self) {
        self.stirred.fetch_add(1, Ordering::SeqCst);
    }
}

impl Plan {
    /// The same, where connections that would linger may stay.
    pub(crate) fn drawn_double(seed: u64, connection: u64) -> Self {
        let mut plan = Self::drawn(seed, connection);
        if let Some((_, end)) = &mut plan.up.end {
            match end {
                End::Linger(later) if connection.is_multiple_of(2) => *end = End::Double(*later),
                End::Drop => *end = End::Double(Duration::from_millis(900)),
                _ => {}
            }
        }
        plan
    }

    /// The plan of a connection. The first bytes are seldom spared, so that signing in fails, too.
    pub(crate) fn drawn(seed: u64, connection: u64) -> Self {
        let mut dice = Rng::with_seed(seed ^ connection.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut plan = Self::default();
        match dice.u32(..100) {
            // Now and then one without faults, so that there is an end.
            0..20 => return plan,
            20..30 => {
                plan.refuse = true;
                return plan;
            }
            _ => {}
        }
        let after = match dice.u32(..3) {
            0 => dice.usize(1..600),
            1 => dice.usize(600..6_000),
            _ => dice.usize(6_000..60_000),
        };
        let ends = [End::Cut, End::HalfOpen, End::Drop, End::Linger(Duration::from_millis(dice.u64(10..400)))];
        let end = ends[dice.usize(..ends.len())];
        let up = dice.bool() || matches!(end, End::Linger(_));
        let hit = if up { &mut plan.up } else { &mut plan.down };
        hit.end = Some((after, end));
        for way in [&mut plan.up, &mut plan.down] {
            match dice.u32(..6) {
                0 => way.delay = Duration::from_millis(dice.u64(1..120)),
                1 => way.rate = Some(dice.u32(8_000..200_000)),
                _ => {}
            }
        }
        plan
    }
}

/// A running proxy. Ends, with all connections, when it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    /// Where it has one of its own.
    _runtime: Option<Runtime>,
}

struct Shared {
    target: SocketAddr,
    plans: Plans,
    count: AtomicU64,
    healed: AtomicBool,
    /// Whoever comes is reset.
    closed: AtomicBool,
    /// Grows with everything that happens.
    stirred: AtomicU64,
    /// Grows when connections with faults are to end.
    cut: watch::Sender<u64>,
}

impl Proxy {
    /// Stands in front of a server.
    #[allow(clippy::print_stdout, reason = "a failure can only be replayed with the seed")]
    pub(crate) fn start(target: SocketAddr, plans: Plans) -> Self {
        println!("faults: {plans:?}");
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let proxy = runtime.block_on(Self::start_here(target, plans));
        Self { _runtime: Some(runtime), ..proxy }
    }

    /// The same on the runtime that this is called on, by its clock; ends with it.
    pub(crate) async fn start_here(target: SocketAddr, plans: Plans) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            target,
            plans,
            count: AtomicU64::new(0),
            healed: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            stirred: AtomicU64::new(0),
            cut: watch::channel(0).0,
        });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, _runtime: None }
    }

    /// Grows with everything that happens in it.
    pub(crate) fn stirred(&self) -> u64 {
        self.shared.stirred.load(Ordering::SeqCst)
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> u64 {
        self.shared.count.load(Ordering::SeqCst)
    }

    /// From now on nothing fails; connections that stand are reset.
    pub(crate) fn heal(&self) {
        self.heal_later();
        self.cut();
    }

    /// Connections from now on do not fail; those that stand go on as they were to.
    pub(crate) fn heal_later(&self) {
        self.shared.healed.store(true, Ordering::SeqCst);
    }

    /// From now on whoever comes is reset, as all are that stand.
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        self.cut();
    }

    /// Lets connections through again.
    pub(crate) fn open(&self) {
        self.shared.closed.store(false, Ordering::SeqCst);
    }

    /// Resets all connections that stand.
    pub(crate) fn cut(&self) {
        self.shared.cut.send_modify(|count| *count += 1);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let number = shared.count.fetch_add(1, Ordering::SeqCst);
        shared.stir();
        let plan = match &shared.plans {
            _ if shared.closed.load(Ordering::SeqCst) => Plan { refuse: true, ..Plan::default() },
            _ if shared.healed.load(Ordering::SeqCst) => Plan::default(),
            Plans::Seeded(seed) => Plan::drawn(*seed, number),
            Plans::Doubled(seed) => Plan::drawn_double(*seed, number),
            Plans::Listed(listed) => {
                usize::try_from(number).ok().and_then(|at| listed.get(at)).cloned().unwrap_or_default()
            }
        };
        tokio::spawn(serve(client, plan, Arc::clone(&shared)));
    }
}

/// What became of a direction.
enum Ended {
    /// The side that speaks has ended; the other is told.
    Closed,
    /// To be reset.
    Reset,
    /// Nothing passes any more, nobody is told.
    Silent,
    /// The client is to be reset, and the server gets these bytes later; whether the connection stays then.
    Later(Vec<u8>, Duration, bool),
}

async fn serve(client: TcpStream, plan: Plan, shared: Arc<Shared>) {
    let mut cut = shared.cut.subscribe();
    if plan.refuse {
        return reset(client);
    }
    let target = shared.target;
    let Ok(server) = TcpStream::connect(target).await else { return reset(client) };
    // The system's own delays of small packets are none of the plan's.
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("a socket that stands");
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let ended = {
        let up = pass(&mut from_client, &mut to_server, &plan.up, &shared);
        let down = pass(&mut from_server, &mut to_client, &plan.down, &shared);
        tokio::select! {
            ended = both(up, down) => ended,
            _ = cut.changed() => Ended::Reset,
        }
    };
    shared.stir();
    let client = from_client.reunite(to_client).expect("halves of one");
    match ended {
        Ended::Closed => {}
        Ended::Silent => {
            let _ = cut.changed().await;
            reset(client);
            reset(from_server.reunite(to_server).expect("halves of one"));
        }
        Ended::Reset => {
            reset(client);
            reset(from_server.reunite(to_server).expect("halves of one"));
        }
        Ended::Later(bytes, later, stays) => {
            reset(client);
            sleep(later).await;
            let _ = to_server.write_all(&bytes).await;
            if !stays {
                let _ = to_server.shutdown().await;
            }
            // What the server still says is taken, so that it does not fail where it would not have.
            let mut sink = [0; CHUNK];
            while from_server.read(&mut sink).await.is_ok_and(|count| count > 0) {}
        }
    }
}

/// Until both ways are closed, or one of them ends in another way.
async fn both(up: impl Future<Output = Ended>, down: impl Future<Output = Ended>) -> Ended {
    tokio::pin!(up, down);
    tokio::select! {
        ended = &mut up => match ended { Ended::Closed => down.await, other => other },
        ended = &mut down => match ended { Ended::Closed => up.await, other => other },
    }
}

async fn pass(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, way: &Way, shared: &Shared) -> Ended {
    let mut passed = 0;
    let mut chunk = [0; CHUNK];
    loop {
        let count = match from.read(&mut chunk).await {
            Ok(0) => {
                let _ = to.shutdown().await;
                return Ended::Closed;
            }
            Ok(count) => count,
            Err(_) => return Ended::Reset,
        };
        shared.stir();
        if !way.delay.is_zero() {
            sleep(way.delay).await;
        }
        if let Some(rate) = way.rate {
            sleep(Duration::from_secs(1) * u32::try_from(count).unwrap_or(u32::MAX) / rate.max(1)).await;
        }
        let left = way.end.map_or(count, |(after, _)| count.min(after - passed));
        if to.write_all(&chunk[..left]).await.is_err() {
            return Ended::Reset;
        }
        passed += left;
        shared.stir();
        let Some((after, end)) = way.end.filter(|(after, _)| passed == *after) else { continue };
        debug_assert_eq!(passed, after);
        match end {
            End::Cut => return Ended::Reset,
            End::HalfOpen => return Ended::Silent,
            End::Linger(later) => return Ended::Later(chunk[left..count].to_vec(), later, false),
            End::Double(later) => return Ended::Later(chunk[left..count].to_vec(), later, true),
            End::Drop => {
                while from.read(&mut chunk).await.is_ok_and(|count| count > 0) {}
                return Ended::Closed;
            }
        }
    }
}

/// Ends a connection such that the other side notices at once, even in the middle of a write.
fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
}
