//! Where others come to the owner of a profile: the socket, and everyone at the other end of it.
//!
//! Each guest has a task that reads, checks and hands on what is asked, and writes what is told. Everything is bounded: how many come at once, how long a line
//! is, how much waits to be written, how long a guest may take, and how often the core is asked. What makes no sense is answered with a sentence.

use super::desk::{Knock, LastWord, Line};
use super::lock::Lock;
use super::place;
use super::words::{Ask, Asked, FileHead, LONGEST_ASK, MOST_FILES, Tell, Told, Trouble, VERSION};
use crate::config::{Paths, files};
use crate::domain::{Upload, size};
use crate::shell::files::MOST;
use bytes::{Bytes, BytesMut};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Most guests at once.
const GUESTS: usize = 32;
/// Lines that may wait to be written to a guest.
const QUEUE: usize = 512;
/// How long a guest may leave a line unread.
const UNREAD: Duration = Duration::from_secs(10);
/// How long a guest may take to say what it wants first, and to go on with what it has begun to say.
const SILENT: Duration = Duration::from_secs(10);
/// Questions that make no sense, until their guest is sent away.
const MISTAKES: u32 = 8;
/// Between two questions that the core is asked, whoever asks.
const BETWEEN: Duration = Duration::from_millis(1);
/// How long those who are there have to take what was told when the owner ends.
const FAREWELL: Duration = Duration::from_millis(300);

/// The owner's socket. Dropped, it is taken away.
#[derive(Debug)]
pub struct Door {
    knocks: mpsc::Receiver<Knock>,
    accepting: JoinHandle<()>,
    guests: Arc<Semaphore>,
    path: PathBuf,
}

impl Door {
    /// Listens where commands look for the owner of a profile. Only who holds the lock may: what a dead owner left there is taken away. To be called on the
    /// runtime. `None` where there is no place for it; then commands connect by themselves.
    #[must_use]
    pub fn open(paths: &Paths, lock: &Lock) -> Option<Self> {
        for path in place::candidates(paths) {
            match listen(&path) {
                Ok(listener) => {
                    if let Err(error) = lock.tell(Some(&path)) {
                        tracing::warn!(%error, "nobody is told where the owner listens");
                    }
                    return Some(Self::serve(listener, path));
                }
                Err(error) => tracing::warn!(%error, path = %path.display(), "the owner cannot listen here"),
            }
        }
        // Else others would go where the owner before this one listened.
        if let Err(error) = lock.tell(None) {
            tracing::warn!(%error, "the lock's note is not renewed");
        }
        None
    }

    fn serve(listener: UnixListener, path: PathBuf) -> Self {
        let (knock, mut asked) = mpsc::channel(GUESTS);
        let (hand_on, knocks) = mpsc::channel(1);
        let guests = Arc::new(Semaphore::new(GUESTS));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&guests), knock));
        // The core is asked at its own pace: what a guest floods with waits at the other end of the socket.
        tokio::spawn(async move {
            while let Some(knock) = asked.recv().await {
                if hand_on.send(knock).await.is_err() {
                    return;
                }
                sleep(BETWEEN).await;
            }
        });
        Self { knocks, accepting, guests, path }
    }

    /// What comes next. Safe to drop and call again.
    pub async fn next(&mut self) -> Knock {
        match self.knocks.recv().await {
            Some(knock) => knock,
            // Nobody listens any more; nothing will come.
            None => std::future::pending().await,
        }
    }

    /// Lets nobody in any more, and waits for a moment until those who are there have taken what was told. Their lines are to be given up before.
    pub async fn close(mut self) {
        self.accepting.abort();
        // Commands look elsewhere from now on.
        self.take_away();
        self.knocks.close();
        let all = u32::try_from(GUESTS).unwrap_or(u32::MAX);
        let guests = Arc::clone(&self.guests);
        let gone = async {
            // What was on its way in holds lines, too.
            while self.knocks.recv().await.is_some() {}
            _ = guests.acquire_many(all).await;
        };
        _ = timeout(FAREWELL, gone).await;
    }

    fn take_away(&self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "the owner's socket is left behind");
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.accepting.abort();
        self.take_away();
    }
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    place::prepare(path)?;
    match fs::symlink_metadata(path) {
        // Only what a dead owner can have left: anything else was put there by somebody, and is theirs.
        Ok(found) if !std::os::unix::fs::FileTypeExt::is_socket(&found.file_type()) => {
            return Err(ErrorKind::AlreadyExists.into());
        }
        Ok(_) => fs::remove_file(path)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    files::close_file(path)?;
    Ok(listener)
}

async fn accept(listener: UnixListener, guests: Arc<Semaphore>, knock: mpsc::Sender<Knock>) {
    // One message with files at a time: they are held in memory until the core has them.
    let hands = Arc::new(Semaphore::new(1));
    let mut number = super::desk::HERE;
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a guest could not come in");
                // Too many open files, as a rule; it would fail again at once.
                sleep(UNREAD).await;
                continue;
            }
        };
        if !is_own(&stream) {
            tracing::warn!("somebody else came to the owner's socket");
            continue;
        }
        let Ok(permit) = Arc::clone(&guests).try_acquire_owned() else {
            turn_away(&stream);
            continue;
        };
        number += 1;
        tokio::spawn(serve(stream, number, knock.clone(), Arc::clone(&hands), permit));
    }
}

/// Whether the one at the other end is the same user. The directory sees to it; where the system says who it is, it is asked as well.
fn is_own(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

/// Says that there is no room, if that can be said at once.
fn turn_away(stream: &UnixStream) {
    let bye = Told {
        v: VERSION,
        id: 0,
        tell: Tell::Bye { reason: "too many commands are connected".to_owned(), heir: false },
    };
    if let Ok(line) = line_of(&bye) {
        _ = stream.try_write(&line);
    }
}

fn line_of(told: &Told) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(told)?;
    line.push(b'\n');
    Ok(line)
}

async fn serve(
    stream: UnixStream,
    number: u64,
    knock: mpsc::Sender<Knock>,
    hands: Arc<Semaphore>,
    permit: OwnedSemaphorePermit,
) {
    let (reader, mut writer) = stream.into_split();
    let (queue, mut told) = mpsc::channel(QUEUE);
    let last = Arc::new(OnceLock::new());
    let line = Line { queue: queue.clone(), last: Arc::clone(&last) };
    if knock.send(Knock::Came(number, line)).await.is_err() {
        return;
    }
    let mut guest = Guest { reader, buffer: BytesMut::new(), number, knock: &knock, hands, queue: queue.downgrade() };
    drop(queue);
    tokio::select! {
        why = guest.read() => {
            if let Some(why) = why {
                _ = last.set(LastWord::to_one(why));
            }
        }
        () = write(&mut writer, &mut told) => {}
    }
    if let Some(LastWord { reason, heir }) = last.get().copied() {
        let bye = Told { v: VERSION, id: 0, tell: Tell::Bye { reason: reason.to_owned(), heir } };
        _ = timeout(FAREWELL, say(&mut writer, &bye)).await;
    }
    drop(permit);
    _ = knock.send(Knock::Went(number)).await;
}

/// Writes until nothing more will come, or it is not taken.
async fn write(writer: &mut OwnedWriteHalf, told: &mut mpsc::Receiver<Told>) {
    while let Some(told) = told.recv().await {
        if !matches!(timeout(UNREAD, say(writer, &told)).await, Ok(Ok(()))) {
            return;
        }
    }
}

async fn say(writer: &mut OwnedWriteHalf, told: &Told) -> io::Result<()> {
    writer.write_all(&line_of(told)?).await
}

/// Somebody at the other end.
struct Guest<'a> {
    reader: OwnedReadHalf,
    buffer: BytesMut,
    number: u64,
    knock: &'a mpsc::Sender<Knock>,
    hands: Arc<Semaphore>,
    queue: mpsc::WeakSender<Told>,
}

impl Guest<'_> {
    /// Reads and hands on until the guest leaves, or has to; then why.
    async fn read(&mut self) -> Option<&'static str> {
        let mut mistakes = 0;
        let mut first = true;
        loop {
            let line = match self.line(first).await {
                Ok(Some(line)) => line,
                Ok(None) => return None,
                Err(why) => return Some(why),
            };
            let Asked { v, id, ask } = match serde_json::from_slice(&line) {
                Ok(asked) => asked,
                Err(_) => {
                    mistakes += 1;
                    self.answer(0, "what was asked is not understood");
                    if mistakes >= MISTAKES {
                        return Some("what was asked is not understood");
                    }
                    continue;
                }
            };
            if v != VERSION {
                return Some("another version of nib is asked");
            }
            if id == 0 {
                return Some("a question has no number");
            }
            first = false;
            let (files, held) = match &ask {
                Ask::Send { files, .. } if !files.is_empty() => match self.files(files).await {
                    Ok((files, held)) => (files, Some(held)),
                    Err(why) => return Some(why),
                },
                _ => (Vec::new(), None),
            };
            if self.knock.send(Knock::Asked(self.number, id, ask, files)).await.is_err() {
                return None;
            }
            drop(held);
        }
    }

    fn answer(&self, id: u64, text: &str) {
        if let Some(queue) = self.queue.upgrade() {
            // Who does not listen needs no answer.
            _ = queue.try_send(Told { v: VERSION, id, tell: Tell::Failed(Trouble::failed(text)) });
        }
    }

    /// The next line, without its end; none at the end.
    async fn line(&mut self, first: bool) -> Result<Option<BytesMut>, &'static str> {
        let mut looked = 0;
        loop {
            if let Some(end) = self.buffer.iter().skip(looked).position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(looked + end);
                _ = self.buffer.split_to(1);
                return Ok(Some(line));
            }
            looked = self.buffer.len();
            if looked > LONGEST_ASK {
                return Err("a line is too long");
            }
            // Between two questions a guest may be silent for as long as it likes.
            let begun = first || looked > 0;
            if self.more(begun).await? == 0 {
                return if looked == 0 { Ok(None) } else { Err("the last line has no end") };
            }
        }
    }

    async fn more(&mut self, bounded: bool) -> Result<usize, &'static str> {
        let read = self.reader.read_buf(&mut self.buffer);
        let read = match bounded {
            true => timeout(SILENT, read).await.map_err(|_| "nothing was said for too long")?,
            false => read.await,
        };
        // Gone without a word is gone.
        Ok(read.unwrap_or(0))
    }

    /// The files that follow a line.
    async fn files(&mut self, heads: &[FileHead]) -> Result<(Vec<Upload>, OwnedSemaphorePermit), &'static str> {
        let whole = heads.iter().try_fold(0_u64, |sum, head| sum.checked_add(head.size));
        if heads.len() > MOST_FILES || whole.is_none_or(|whole| whole > MOST) {
            return Err("the files are too large together");
        }
        let Ok(held) = Arc::clone(&self.hands).acquire_owned().await else { return Err("the owner ends") };
        let mut files = Vec::with_capacity(heads.len());
        for head in heads {
            let expected = usize::try_from(head.size).map_err(|_| "the files are too large together")?;
            while self.buffer.len() < expected {
                self.buffer.reserve((expected - self.buffer.len()).min(1 << 20));
                if self.more(true).await? == 0 {
                    return Err("a file is shorter than it was said to be");
                }
            }
            let bytes: Bytes = self.buffer.split_to(expected).freeze();
            files.push(Upload::new(&head.name, bytes));
        }
        tracing::debug!(files = files.len(), bytes = %size(whole.unwrap_or(0)), "files were handed over");
        Ok((files, held))
    }
}
