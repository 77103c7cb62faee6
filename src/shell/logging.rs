//! Logs: to a file of one's own, never to the terminal, bounded, and without texts or secrets.
//!
//! The file is closed to others and is written by a thread that sleeps until there is a line, so that a slow disk never holds up a key. What does not fit
//! the queue is dropped and counted in the log itself.

use crate::config::files;
use crate::domain::fault;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Size in bytes at which a log is moved aside; the one moved aside before is dropped.
const LIMIT: u64 = 5 << 20;

/// Lines that may wait to be written.
const QUEUE: usize = 1_024;

/// What is logged when nobody chose.
const DEFAULT_FILTER: &str = "info";

static LOG: OnceLock<Log> = OnceLock::new();

#[derive(Debug)]
struct Log {
    path: PathBuf,
    lines: SyncSender<Job>,
}

#[derive(Debug)]
enum Job {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The level is not one.
    #[error("there is no log level \"{0}\"; use error, warn, info, debug or trace")]
    Level(String),
    /// The file cannot be written.
    #[error("the log file {} cannot be written: {}", path.display(), fault::words(source))]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Starts logging to a file. To be called once; a second call does nothing.
///
/// # Errors
/// The level is not understood or the file cannot be written; nothing is logged then.
pub fn start(path: &Path, level: Option<&str>) -> Result<(), LoggingError> {
    let level = level.filter(|level| !level.is_empty()).unwrap_or(DEFAULT_FILTER);
    let filter = filter(level).ok_or_else(|| LoggingError::Level(level.to_owned()))?;
    let sink = Sink::open(path).map_err(|source| LoggingError::File { path: path.to_owned(), source })?;
    let (lines, queue) = sync_channel(QUEUE);
    let dropped = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&dropped);
    let spawned = std::thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(sink, &queue, &counted));
    spawned.map_err(|source| LoggingError::File { path: path.to_owned(), source })?;
    if LOG.set(Log { path: path.to_owned(), lines: lines.clone() }).is_ok() {
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_target(true)
            .with_writer(Writers { lines, dropped })
            .finish();
        // Fails only if somebody else set one, which then is the one that logs.
        drop(tracing::subscriber::set_global_default(subscriber));
        tracing::info!(version = env!("CARGO_PKG_VERSION"), pid = std::process::id(), "nib starts");
    }
    Ok(())
}

/// What a level means: it is nib's own. Of the libraries only warnings are logged, since what else they tell may quote what they work on.
fn directives(level: &str) -> String {
    match level.parse::<LevelFilter>() {
        Ok(level) => format!("{},nib={level}", level.min(LevelFilter::WARN)),
        Err(_) => level.to_owned(),
    }
}

/// What a level lets through. A word that is none would pass for the name of a part of the program, and silence all others.
fn filter(level: &str) -> Option<EnvFilter> {
    let is_word = |part: &str| part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':'));
    let wrong = |part: &str| part.is_empty() || is_word(part) && part.parse::<LevelFilter>().is_err();
    if level.split(',').map(str::trim).any(wrong) {
        return None;
    }
    EnvFilter::try_new(directives(level)).ok()
}

/// Where the log is, if there is one.
#[must_use]
pub fn path() -> Option<&'static Path> {
    LOG.get().map(|log| log.path.as_path())
}

/// Waits until everything logged so far is in the file, a quarter of a second at most.
pub fn flush() {
    if let Some(log) = LOG.get() {
        let (done, wait) = sync_channel(1);
        if log.lines.try_send(Job::Flush(done)).is_ok() {
            // Late is as good as never here: the program ends anyway.
            let _ = wait.recv_timeout(Duration::from_millis(250));
        }
    }
}

fn write_lines(mut sink: Sink, queue: &Receiver<Job>, dropped: &AtomicU64) {
    while let Ok(job) = queue.recv() {
        match job {
            Job::Line(line) => {
                let lost = dropped.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    sink.write(format!("{lost} lines were lost, since the disk was slow\n").as_bytes());
                }
                sink.write(&line);
            }
            Job::Flush(done) => drop(done.try_send(())),
        }
    }
}

/// The file, and how much is in it.
#[derive(Debug)]
struct Sink {
    path: PathBuf,
    file: File,
    size: u64,
}

impl Sink {
    fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::create_private_dir(folder)?;
        }
        let file = files::open_to_append(path)?;
        let size = file.metadata()?.len();
        let mut sink = Self { path: path.to_owned(), file, size };
        sink.rotate_if_full();
        Ok(sink)
    }

    /// Writes a line. A full disk is no reason to stop chatting, so failures are not told.
    fn write(&mut self, line: &[u8]) {
        if self.file.write_all(line).is_ok() {
            self.size += line.len() as u64;
        }
        self.rotate_if_full();
    }

    fn rotate_if_full(&mut self) {
        if self.size < LIMIT {
            return;
        }
        let mut aside = self.path.clone().into_os_string();
        aside.push(".1");
        if fs::rename(&self.path, aside).is_ok()
            && let Ok(file) = files::open_to_append(&self.path)
        {
            self.file = file;
        }
        // If it cannot be moved aside, the next try is a whole limit later.
        self.size = 0;
    }
}

#[derive(Clone, Debug)]
struct Writers {
    lines: SyncSender<Job>,
    dropped: Arc<AtomicU64>,
}

impl<'a> MakeWriter<'a> for Writers {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter { to: self.clone(), line: Vec::with_capacity(160) }
    }
}

/// Collects one line and hands it over when dropped.
struct LineWriter {
    to: Writers,
    line: Vec<u8>,
}

impl Write for LineWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LineWriter {
    fn drop(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() && self.to.lines.try_send(Job::Line(line)).is_err() {
            self.to.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_is_moved_aside_and_nobody_else_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/nib.log");
        let mut sink = Sink::open(&path).unwrap();
        sink.write(&vec![b'x'; usize::try_from(LIMIT).unwrap()]);
        sink.write(b"after\n");
        assert_eq!(fs::read(&path).unwrap(), b"after\n");
        assert_eq!(fs::metadata(path.with_extension("log.1")).unwrap().len(), LIMIT);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
    }

    #[test]
    fn a_wrong_level_says_what_is_right() {
        let folder = tempfile::tempdir().unwrap();
        for wrong in ["nib=loud", "loud", "info,loud", ","] {
            let error = start(&folder.path().join("nib.log"), Some(wrong)).unwrap_err().to_string();
            assert!(error.contains(&format!("\"{wrong}\"")) && error.contains("debug"), "{error}");
        }
        for right in ["debug", "DEBUG", "off", "nib=trace", "warn,nib::net=debug"] {
            assert!(filter(right).is_some(), "{right}");
        }
    }

    #[test]
    fn a_level_is_for_nib_alone() {
        assert_eq!(directives("debug"), "warn,nib=debug");
        assert_eq!(directives("error"), "error,nib=error");
        assert_eq!(directives("nib::net=trace"), "nib::net=trace");
    }
}
