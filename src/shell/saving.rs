//! Saving files that come from networks, on a thread of its own: nothing that is there is ever written over.
//!
//! What is not whole yet is a file beside the place where it goes, for the user alone. Its name tells which file of which account it is of, so that a
//! later try goes on with it and no other. Once it is whole it gets its name, or the next free one: `NAME (2)`.

use super::files;
use crate::domain::download::{Place, Step, Told};
use crate::domain::{CleanText, fault};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::runtime::Handle;

/// So many names are tried for a file.
const NAMES: u32 = 10_000;
/// How often what is left of a file is opened, when others finish it meanwhile.
const TRIES: u32 = 3;
/// What ends the name of a file that is not whole.
const ENDING: &str = ".part";

/// The way to the thread. It ends when this is dropped.
pub struct Saver {
    steps: Sender<(u64, Step)>,
    runtime: Handle,
    tell: Arc<dyn Fn(u64, Told) + Send + Sync>,
}

impl std::fmt::Debug for Saver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Saver").finish_non_exhaustive()
    }
}

impl Saver {
    /// Starts the thread. `tell` is called with what became of each step that is answered, from whatever thread.
    pub fn start(runtime: &Handle, tell: impl Fn(u64, Told) + Send + Sync + 'static) -> Self {
        let (steps, taken) = channel();
        let tell: Arc<dyn Fn(u64, Told) + Send + Sync> = Arc::new(tell);
        let told = Arc::clone(&tell);
        runtime.spawn_blocking(move || run(&taken, &*told));
        Self { steps, runtime: runtime.clone(), tell }
    }

    /// Does a step after those before it; a look waits for none of them, which may take their time to reach the disk.
    pub fn take(&self, number: u64, step: Step) {
        if let Step::Look(path) = step {
            let tell = Arc::clone(&self.tell);
            return drop(self.runtime.spawn_blocking(move || tell(number, look(&path))));
        }
        // Fails only when the program ends and nobody waits any more.
        let _ = self.steps.send((number, step));
    }
}

fn look(path: &str) -> Told {
    Told::There(std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file).map(|there| there.len()))
}

fn run(steps: &Receiver<(u64, Step)>, tell: impl Fn(u64, Told)) {
    let mut saving = Saving::default();
    while let Ok((number, step)) = steps.recv() {
        if let Some(told) = saving.take(number, step) {
            tell(number, told);
        }
    }
}

/// Files that are being saved, and what is left of those that stopped.
#[derive(Debug, Default)]
struct Saving {
    open: HashMap<u64, Open>,
    left: HashMap<u64, PathBuf>,
}

/// A file that is being written.
#[derive(Debug)]
struct Open {
    file: File,
    part: PathBuf,
    folder: PathBuf,
    name: String,
    at: u64,
}

impl Saving {
    fn take(&mut self, number: u64, step: Step) -> Option<Told> {
        match step {
            Step::Begin(place) => {
                self.leave(number);
                Some(Told::Begun(begin(&place).map(|open| {
                    let at = open.at;
                    // What an earlier step left is this one's now, or another's.
                    self.left.remove(&number);
                    self.open.insert(number, open);
                    at
                })))
            }
            Step::Write { offset, bytes, last } => Some(Told::Written(self.write(number, offset, &bytes.0, last))),
            Step::Leave => {
                self.leave(number);
                None
            }
            Step::Forget => {
                self.leave(number);
                if let Some(part) = self.left.remove(&number) {
                    forget(number, &part);
                }
                None
            }
            Step::Look(path) => Some(look(&path)),
        }
    }

    fn leave(&mut self, number: u64) {
        if let Some(open) = self.open.remove(&number) {
            self.left.insert(number, open.part);
        }
    }

    fn write(&mut self, number: u64, offset: u64, bytes: &[u8], last: bool) -> Result<(u64, Option<String>), String> {
        let open = self.open.get_mut(&number).ok_or_else(|| "it was given up".to_owned())?;
        if offset != open.at {
            return Err("its parts do not follow each other".to_owned());
        }
        open.file.write_all(bytes).map_err(|error| fault::words(&error))?;
        open.at = open.at.saturating_add(bytes.len() as u64);
        let at = open.at;
        if !last {
            return Ok((at, None));
        }
        // Before it has its name, or a system that stops could leave a whole name with half of the file.
        open.file.sync_all().map_err(|error| fault::words(&error))?;
        let path = settle(&open.part, &open.folder, &open.name).map_err(|error| fault::words(&error))?;
        self.open.remove(&number);
        Ok((at, Some(path.to_string_lossy().into_owned())))
    }
}

/// Removes what is left of a file, unless somebody goes on with it.
fn forget(number: u64, part: &Path) {
    // The lock is held until it is gone.
    let Ok(file) = open_left(part) else { return };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return;
    }
    if let Err(error) = std::fs::remove_file(part) {
        tracing::info!(number, %error, "what was saved of a file stays");
    }
}

/// Opens what an earlier try left, or a new file.
fn begin(place: &Place) -> Result<Open, String> {
    let (folder, name) = whereto(place)?;
    let part = folder.join(part_name(&name, &place.of));
    let said = |error: io::Error| fault::words(&error);
    let mut file = hold(&part)?;
    let mut at = file.seek(SeekFrom::End(0)).map_err(said)?;
    if place.size > 0 && at > place.size {
        file.set_len(0).map_err(said)?;
        at = file.seek(SeekFrom::Start(0)).map_err(said)?;
    }
    Ok(Open { file, part, folder, name, at })
}

/// Opens what an earlier try left, or a new file, for nobody else to write to.
fn hold(part: &Path) -> Result<File, String> {
    let busy = || "another nib is saving it".to_owned();
    for _ in 0..TRIES {
        let file = match open_new(part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_left(part)?,
            other => other.map_err(|error| fault::words(&error))?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(busy()),
            // Not every file system has locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        if is_still(&file, part) {
            return Ok(file);
        }
    }
    Err(busy())
}

/// Whether an open file is the one of this name, and of no other: who held it before may have finished it since it was opened.
fn is_still(file: &File, part: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(held), Ok(there)) = (file.metadata(), part.symlink_metadata()) else { return false };
        held.nlink() == 1 && (held.dev(), held.ino()) == (there.dev(), there.ino())
    }
    // There what is open cannot get another name.
    #[cfg(not(unix))]
    {
        let _ = (file, part);
        true
    }
}

/// The folder and the name that a file goes to. Only the folder for downloads is made.
fn whereto(place: &Place) -> Result<(PathBuf, String), String> {
    let shown = |path: &Path| CleanText::line(&path.to_string_lossy());
    let whole = |path: PathBuf| std::path::absolute(&path).map_err(|error| fault::words(&error));
    if place.path.is_empty() {
        let folder = whole(default_folder(&place.folder).ok_or("nib knows no folder for it; name one")?)?;
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("the folder \"{}\" cannot be made: {}", shown(&folder), fault::words(&error)))?;
        return Ok((folder, place.name.clone()));
    }
    // Without what ends it as a folder, which names are told from by the text alone.
    let path: PathBuf = whole(files::expanded(&place.path))?.components().collect();
    if path.is_dir() {
        return Ok((path, place.name.clone()));
    }
    let (folder, name) = (path.parent().filter(|folder| folder.is_dir()), path.file_name());
    match (folder, name) {
        (Some(folder), Some(name)) if !place.path.ends_with(['/', std::path::MAIN_SEPARATOR]) => {
            Ok((folder.to_owned(), name.to_str().ok_or("its new name cannot be written as text")?.to_owned()))
        }
        _ => Err(format!("there is no folder \"{}\"", shown(folder.map_or(path.parent().unwrap_or(&path), |_| &path)))),
    }
}

/// The folder for downloads: the one that is set, or the system's.
fn default_folder(set: &str) -> Option<PathBuf> {
    if !set.is_empty() {
        return Some(files::expanded(set));
    }
    let home = || directories::BaseDirs::new().map(|places| places.home_dir().join("Downloads"));
    let told = directories::UserDirs::new().and_then(|places| places.download_dir().map(Path::to_owned));
    told.or_else(home)
}

/// What a file is called that is not whole: its name, and which one it is.
fn part_name(name: &str, of: &str) -> String {
    use std::fmt::Write as _;
    let mut mark = String::new();
    for byte in Sha256::digest(of.as_bytes()).iter().take(8) {
        let _ = write!(mark, "{byte:02x}");
    }
    format!("{name}.{mark}{ENDING}")
}

/// Opens a file that is not there yet, for the user alone.
fn open_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens what an earlier try left, if it is an ordinary file of the user's own and under no other name.
fn open_left(path: &Path) -> Result<File, String> {
    let strange =
        || format!("something that nib did not leave is in the way: \"{}\"", CleanText::line(&path.to_string_lossy()));
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    let file = options.open(path).map_err(|_| strange())?;
    let found = file.metadata().map_err(|error| fault::words(&error))?;
    #[cfg(unix)]
    let ours = {
        use std::os::unix::fs::MetadataExt;
        found.uid() == rustix::process::geteuid().as_raw() && found.nlink() == 1
    };
    #[cfg(not(unix))]
    let ours = true;
    if found.is_file() && ours { Ok(file) } else { Err(strange()) }
}

/// Gives a whole file its name, or the next free one. Whatever is there stays.
fn settle(part: &Path, folder: &Path, name: &str) -> io::Result<PathBuf> {
    for number in 1..=NAMES {
        let path = folder.join(numbered(name, number));
        let named = match std::fs::hard_link(part, &path) {
            Ok(()) => std::fs::remove_file(part),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            // Not every file system has two names for one file: there the name is taken first, by an empty file of our own.
            Err(_) => match open_new(&path) {
                Ok(_) => std::fs::rename(part, &path).inspect_err(|_| drop(std::fs::remove_file(&path))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => Err(error),
            },
        };
        return named.map(|()| path);
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// The name, or for others than the first with a number before its ending.
fn numbered(name: &str, number: u32) -> String {
    if number == 1 {
        return name.to_owned();
    }
    match name.rsplit_once('.').filter(|(stem, ending)| !stem.is_empty() && ending.len() <= 8) {
        Some((stem, ending)) => format!("{stem} ({number}).{ending}"),
        None => format!("{name} ({number})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Blob;

    fn place(folder: &Path, name: &str) -> Place {
        let folder = folder.to_string_lossy().into_owned();
        Place { folder, name: name.to_owned(), of: "one".to_owned(), size: 6, ..Place::default() }
    }

    fn write(offset: u64, bytes: &'static str, last: bool) -> Step {
        Step::Write { offset, bytes: Blob(bytes.into()), last }
    }

    fn written(told: Option<Told>) -> (u64, Option<String>) {
        let Some(Told::Written(Ok(written))) = told else { panic!("{told:?}") };
        written
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_beside_its_place_and_takes_a_name_that_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("new/folder");
        let mut saving = Saving::default();
        for (number, expected) in [(1, "cat.txt"), (2, "cat (2).txt"), (3, "cat (3).txt")] {
            assert_eq!(saving.take(number, Step::Begin(place(&below, "cat.txt"))), Some(Told::Begun(Ok(0))));
            assert_eq!(written(saving.take(number, write(0, "meo", false))), (3, None));
            let part = names(&below).into_iter().find(|name| name.ends_with(ENDING)).unwrap();
            assert!(part.starts_with("cat.txt."), "{part}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::metadata(below.join(&part)).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
            let (size, path) = written(saving.take(number, write(3, "w!\n", true)));
            assert_eq!((size, PathBuf::from(path.unwrap())), (6, below.join(expected)));
        }
        assert_eq!(names(&below), ["cat (2).txt", "cat (3).txt", "cat.txt"]);
        assert_eq!(std::fs::read_to_string(below.join("cat (2).txt")).unwrap(), "meow!\n");
    }

    #[test]
    fn what_was_left_is_gone_on_with_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut saving = Saving::default();
        saving.take(1, Step::Begin(place(folder.path(), "a.txt")));
        saving.take(1, write(0, "abc", false));
        let busy = Saving::default().take(1, Step::Begin(place(folder.path(), "a.txt")));
        assert_eq!(busy, Some(Told::Begun(Err("another nib is saving it".to_owned()))));
        assert_eq!(saving.take(1, Step::Leave), None);
        // Another run, the same file.
        let mut saving = Saving::default();
        assert_eq!(saving.take(7, Step::Begin(place(folder.path(), "a.txt"))), Some(Told::Begun(Ok(3))));
        assert!(matches!(saving.take(7, write(4, "x", false)), Some(Told::Written(Err(_)))), "a gap");
        saving.take(7, Step::Leave);
        // The same name, another file.
        let other = Place { of: "other".to_owned(), ..place(folder.path(), "a.txt") };
        assert_eq!(saving.take(8, Step::Begin(other)), Some(Told::Begun(Ok(0))));
        saving.take(8, Step::Forget);
        // More than it can be is none of it.
        let less = Place { size: 2, ..place(folder.path(), "a.txt") };
        assert_eq!(saving.take(9, Step::Begin(less)), Some(Told::Begun(Ok(0))));
        assert_eq!(saving.take(9, Step::Forget), None);
        assert_eq!(names(folder.path()), [] as [&str; 0]);
    }

    #[test]
    fn what_is_given_up_takes_nothing_from_another_that_runs() {
        let folder = tempfile::tempdir().unwrap();
        let begin = || Step::Begin(place(folder.path(), "cat.txt"));
        let mut saving = Saving::default();
        // Stopped, gone on with, done.
        saving.take(1, begin());
        saving.take(1, write(0, "meo", false));
        saving.take(1, Step::Leave);
        assert_eq!(saving.take(1, begin()), Some(Told::Begun(Ok(3))));
        written(saving.take(1, write(3, "w!\n", true)));
        // The same file once more; the first goes out of the list while it runs.
        assert_eq!(saving.take(2, begin()), Some(Told::Begun(Ok(0))));
        saving.take(2, write(0, "meo", false));
        saving.take(1, Step::Forget);
        assert!(written(saving.take(2, write(3, "w!\n", true))).1.is_some());
        // Stopped, and then wanted anew by another.
        saving.take(3, begin());
        saving.take(3, Step::Leave);
        assert_eq!(saving.take(4, begin()), Some(Told::Begun(Ok(0))));
        saving.take(3, Step::Forget);
        assert!(written(saving.take(4, write(0, "meow!\n", true))).1.is_some());
        assert_eq!(names(folder.path()), ["cat (2).txt", "cat (3).txt", "cat.txt"]);
    }

    #[test]
    fn a_place_that_was_named_is_a_folder_or_a_new_name() {
        let folder = tempfile::tempdir().unwrap();
        let named = |path: &str| Place {
            path: folder.path().join(path).to_string_lossy().into_owned(),
            ..place(folder.path(), "cat.txt")
        };
        let at = |path: &str| whereto(&named(path)).map(|(folder, name)| folder.join(name));
        assert_eq!(at(""), Ok(folder.path().join("cat.txt")));
        assert_eq!(at("dog.txt"), Ok(folder.path().join("dog.txt")));
        for path in ["gone/", "gone/dog.txt"] {
            let gone = folder.path().join("gone");
            assert_eq!(at(path), Err(format!("there is no folder \"{}\"", gone.display())), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_another_finished_meanwhile_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, mut other) = (Saving::default(), Saving::default());
        one.take(1, Step::Begin(place(folder.path(), "a.txt")));
        one.take(1, write(0, "abc", false));
        let part = folder.path().join(part_name("a.txt", "one"));
        let opened = open_left(&part).unwrap();
        assert!(is_still(&opened, &part));
        written(one.take(1, write(3, "def", true)));
        opened.try_lock().unwrap();
        assert!(!is_still(&opened, &part), "it is the whole file now");
        drop(opened);
        // Begun anew it is another file, also while a second name is still there.
        assert_eq!(other.take(2, Step::Begin(place(folder.path(), "a.txt"))), Some(Told::Begun(Ok(0))));
        let held = open_left(&part).unwrap();
        std::fs::hard_link(&part, folder.path().join("b.txt")).unwrap();
        assert!(!is_still(&held, &part));
        assert_eq!(std::fs::read_to_string(folder.path().join("a.txt")).unwrap(), "abcdef");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_what_others_left_are_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("precious");
        std::fs::write(&target, "keep").unwrap();
        let part = folder.path().join(part_name("a.txt", "one"));
        std::os::unix::fs::symlink(&target, &part).unwrap();
        let told = Saving::default().take(1, Step::Begin(place(folder.path(), "a.txt")));
        assert!(matches!(&told, Some(Told::Begun(Err(why))) if why.starts_with("something that nib")), "{told:?}");
        std::fs::remove_file(&part).unwrap();
        std::fs::hard_link(&target, &part).unwrap();
        assert!(matches!(
            Saving::default().take(1, Step::Begin(place(folder.path(), "a.txt"))),
            Some(Told::Begun(Err(_)))
        ));
        // A link that leads nowhere is there, too.
        std::fs::remove_file(&part).unwrap();
        std::os::unix::fs::symlink(folder.path().join("nowhere"), folder.path().join("a.txt")).unwrap();
        let mut saving = Saving::default();
        saving.take(1, Step::Begin(place(folder.path(), "a.txt")));
        let (_, path) = written(saving.take(1, write(0, "abcdef", true)));
        assert_eq!(PathBuf::from(path.unwrap()), folder.path().join("a (2).txt"));
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "keep");
        assert!(!folder.path().join("nowhere").exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let (part, folder) = (folder.path().join("x"), folder.path().to_owned());
        let mut saving = Saving::default();
        saving.open.insert(1, Open { file, part, folder, name: "x".to_owned(), at: 0 });
        let told = saving.take(1, write(0, "abc", false));
        assert_eq!(told, Some(Told::Written(Err("there is no space left".to_owned()))));
    }

    #[test]
    fn numbers_stand_before_endings() {
        for (name, second) in [
            ("a.txt", "a (2).txt"),
            ("a", "a (2)"),
            ("a.tar.gz", "a.tar (2).gz"),
            ("Dr. Strange loves", "Dr. Strange loves (2)"),
        ] {
            assert_eq!(numbered(name, 2), second);
        }
    }
}
