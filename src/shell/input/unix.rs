//! The bytes of the terminal at standard input.

use super::parser::Parser;
use super::{Heard, ROOM};
use filedescriptor::{POLLIN, poll, pollfd};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// How long answers are awaited after the questions. Later ones are told from keys as well, unless they are cut right after their first byte.
const AWAITING: Duration = Duration::from_secs(5);

/// How many bytes are read at once.
const CHUNK: usize = 4096;

/// What the reading thread is to do.
enum Order {
    /// Answers will come until then.
    Await(Instant),
    /// Leave the terminal to somebody else, and say so.
    Pause(oneshot::Sender<()>),
    /// Read again.
    Resume,
}

/// What the user does, and what the terminal answers.
#[derive(Debug)]
pub struct Input {
    told: Receiver<io::Result<Heard>>,
    /// What came while nobody asked for it.
    kept: VecDeque<io::Result<Heard>>,
    orders: mpsc::Sender<Order>,
    /// A byte wakes the thread.
    wake: UnixStream,
}

impl Input {
    /// Begins to read standard input. The thread goes on until the program ends or nothing more can be read.
    ///
    /// # Errors
    /// The system gives no thread, or nothing to wake it with.
    pub fn listen() -> io::Result<Self> {
        let (tell, told) = channel(ROOM);
        let (orders, ordered) = mpsc::channel();
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let mut reader = Reader { tell, ordered, woken, parser: Parser::default(), awaiting: None };
        std::thread::Builder::new().name("keys".to_owned()).spawn(move || {
            let ended = reader.run();
            // Nobody is there to be told once the chat has ended.
            let _ = ended.map_err(|error| reader.tell.blocking_send(Err(error)));
        })?;
        Ok(Self { told, kept: VecDeque::new(), orders, wake })
    }

    /// The next one; `None` when nothing more can be read. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<io::Result<Heard>> {
        match self.kept.pop_front() {
            Some(kept) => Some(kept),
            None => self.told.recv().await,
        }
    }

    /// The terminal was asked something: what looks like a part of an answer is waited for longer.
    pub fn await_replies(&self) {
        self.order(Order::Await(Instant::now() + AWAITING));
    }

    /// Lets somebody else read from the terminal. What was typed before stays to be told.
    ///
    /// # Errors
    /// Nothing is read any more.
    pub async fn pause(&mut self) -> io::Result<()> {
        let (say, mut said) = oneshot::channel();
        self.order(Order::Pause(say));
        loop {
            // The thread may stand at the full queue.
            tokio::select! {
                biased;
                said = &mut said => return said.map_err(|_| io::ErrorKind::BrokenPipe.into()),
                Some(told) = self.told.recv() => self.kept.push_back(told),
            }
        }
    }

    /// Reads again.
    pub fn resume(&self) {
        self.order(Order::Resume);
    }

    fn order(&self, order: Order) {
        // Both fail when the thread has ended, which is told elsewhere; a full pipe wakes as well.
        let _ = self.orders.send(order);
        let _ = (&self.wake).write(&[0]);
    }
}

struct Reader {
    tell: Sender<io::Result<Heard>>,
    ordered: mpsc::Receiver<Order>,
    woken: UnixStream,
    parser: Parser,
    /// Until when answers of the terminal are awaited.
    awaiting: Option<Instant>,
}

impl Reader {
    /// Reads until nobody listens any more.
    fn run(&mut self) -> io::Result<()> {
        let stdin = io::stdin();
        let (mut heard, mut bytes) = (Vec::new(), [0; CHUNK]);
        let watch = |fd: &dyn AsRawFd| pollfd { fd: fd.as_raw_fd(), events: POLLIN, revents: 0 };
        // When the rest of what has begun is not waited for any more.
        let mut end: Option<Instant> = None;
        loop {
            let mut watched = [watch(&stdin), watch(&self.woken)];
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let ready = match poll(&mut watched, left) {
                Ok(ready) => ready,
                Err(filedescriptor::Error::Poll(error) | filedescriptor::Error::Io(error)) => match error.kind() {
                    io::ErrorKind::Interrupted => continue,
                    _ => return Err(error),
                },
                Err(error) => return Err(io::Error::other(error)),
            };
            let [terminal, orders] = watched.map(|watched| watched.revents);
            if orders != 0 && !self.obey()? {
                return Ok(());
            }
            // An order may have left the terminal to somebody else for a while: what was found before tells nothing then.
            let came = orders == 0 && terminal != 0;
            if came {
                let count = match rustix::io::read(&stdin, &mut bytes) {
                    Ok(count) => count,
                    Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                    Err(error) => return Err(error.into()),
                };
                if count == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.parser.advance(bytes.get(..count).unwrap_or_default(), &mut heard);
            } else if ready == 0 {
                self.parser.give_up(&mut heard);
            }
            if came || ready == 0 {
                let now = Instant::now();
                let awaiting = self.awaiting.is_some_and(|until| until > now);
                end = self.parser.wait(awaiting).map(|wait| now + wait);
            }
            for heard in heard.drain(..) {
                if heard.ends_answers() {
                    self.awaiting = None;
                }
                if self.tell.blocking_send(Ok(heard)).is_err() {
                    return Ok(());
                }
            }
        }
    }

    /// Does what was ordered. Returns false when nobody is there any more.
    fn obey(&mut self) -> io::Result<bool> {
        match self.woken.read(&mut [0; 64]) {
            Ok(0) => return Ok(false),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
        while let Ok(order) = self.ordered.try_recv() {
            match order {
                Order::Await(until) => self.awaiting = Some(until),
                Order::Resume => {}
                Order::Pause(say) => {
                    self.parser.forget();
                    // Whoever asked may have gone meanwhile.
                    let _ = say.send(());
                    loop {
                        match self.ordered.recv() {
                            Ok(Order::Resume) => break,
                            Ok(Order::Await(_) | Order::Pause(_)) => {}
                            Err(mpsc::RecvError) => return Ok(false),
                        }
                    }
                }
            }
        }
        Ok(true)
    }
}
