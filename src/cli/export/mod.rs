//! `nib export`: what is kept of a chat, in a file. Connects to nothing.
//!
//! Messages go from the store to the file page by page, so that it does not matter how many there are. What is not kept is named where it is missing.

mod format;
mod markup;

use super::days::Days;
use super::failure::{Failure, with_next_step};
use super::session::{PATIENCE, with_kept};
use super::{Globals, print};
use crate::config::files;
use crate::domain::fault;
use crate::shell::owner::{ChatTold, Client, KeptFrom};
use clap::{Args, ValueEnum};
use format::Writer;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Messages that are in memory at once.
const PAGE: u32 = 500;

/// Options of `nib export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Which chat: community/channel, @username, group:NAME, self or an id; ACCOUNT: in front chooses an account
    chat: String,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file, which must not be there yet
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    days: Days,
}

/// What can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// A line a message, as "nib read" prints them
    Text,
    /// A JSON object a line, as "nib tail --json" prints them
    Jsonl,
    /// Markdown
    Markdown,
    /// A page for a browser, in one file
    Html,
}

/// Runs it.
///
/// # Errors
/// The chat is not known, nothing is kept, another process has the store and cannot be asked, or the file cannot be written.
pub fn run(globals: &Globals, arguments: &ExportArgs) -> Result<(), Failure> {
    arguments.days.check()?;
    if let Some(path) = arguments.output.as_deref() {
        if path.is_dir() {
            let text = format!("\"{}\" is a folder", path.display());
            return Err(Failure::Failed(with_next_step(&text, "name a file in it")));
        }
        if !arguments.force && fs::symlink_metadata(path).is_ok() {
            return Err(exists(path));
        }
    }
    with_kept(globals, &[&arguments.chat], async |client: &mut Client| {
        let chat = client.find(&arguments.chat, PATIENCE).await?;
        let Some(path) = &arguments.output else {
            let holes = write(client, &chat, arguments, &mut io::stdout().lock()).await?;
            return told(&chat, holes);
        };
        let target = Target::create(path, arguments.force)?;
        let mut out = BufWriter::new(&target.file);
        let written = match write(client, &chat, arguments, &mut out).await {
            Ok(holes) => out.flush().map(|()| holes).map_err(|error| unwritten(path, &error)),
            // A reader that is gone is one of standard output.
            Err(Failure::Failed(text)) => Err(Failure::Failed(format!("{}: {text}", path.display()))),
            Err(other) => Err(other),
        };
        drop(out);
        target.end(written.is_ok())?;
        told(&chat, written?)
    })
}

fn exists(path: &Path) -> Failure {
    Failure::Failed(with_next_step(&format!("\"{}\" is there already", path.display()), "--force writes over it"))
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    if let (ErrorKind::NotFound, Some(folder)) = (error.kind(), folder) {
        let text = format!("\"{}\" cannot be written", path.display());
        return Failure::Failed(format!("{text}: there is no folder \"{}\"", folder.display()));
    }
    Failure::Failed(format!("\"{}\" cannot be written: {}", path.display(), fault::words(error)))
}

/// Says once that parts are missing.
fn told(chat: &ChatTold, holes: u32) -> Result<(), Failure> {
    if holes > 0 {
        let text = format!("parts of \"{}\" are missing: nib has not seen them", chat.name);
        print::tell(&with_next_step(&text, "scroll through them in nib, then export again"));
    }
    Ok(())
}

/// Writes all that is kept; returns how many holes are in it.
async fn write(
    client: &mut Client,
    chat: &ChatTold,
    arguments: &ExportArgs,
    out: &mut impl Write,
) -> Result<u32, Failure> {
    let days = &arguments.days;
    let mut writer = Writer::new(arguments.format, out);
    writer.begin(chat)?;
    let mut from = days.begin(client, &chat.chat, PATIENCE).await?;
    let mut holes = 0;
    loop {
        let page = client.kept(&chat.chat, from, PAGE, PATIENCE).await?;
        let last = page.messages.last().map(|last| last.place.clone());
        let is_over = page.messages.iter().any(|message| days.is_after(message));
        for message in page.messages.into_iter().filter(|message| !days.is_before(message) && !days.is_after(message)) {
            if message.gap_before {
                holes += 1;
                writer.hole(chat)?;
            }
            writer.message(message)?;
        }
        match last {
            Some(place) if page.newer && !is_over => from = KeptFrom::After(place),
            // What came after the last one that was seen nobody can know here.
            _ => {
                let unsent =
                    page.unsent.into_iter().filter(|message| !days.is_before(message) && !days.is_after(message));
                for message in unsent {
                    writer.message(message)?;
                }
                break;
            }
        }
    }
    writer.end()?;
    Ok(holes)
}

/// The file that is written. One that is replaced stays as it was until the new one is whole.
struct Target {
    file: File,
    path: PathBuf,
    /// Under which name it is written.
    written: PathBuf,
}

impl Target {
    fn create(path: &Path, replace: bool) -> Result<Self, Failure> {
        let (file, written) = match replace {
            true => files::create_beside(path).map(|(written, file)| (file, written)),
            false => files::create_new(path).map(|file| (file, path.to_owned())),
        }
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(path),
            _ => unwritten(path, &error),
        })?;
        Ok(Self { file, path: path.to_owned(), written })
    }

    /// Keeps it, or takes away what was begun.
    fn end(self, whole: bool) -> Result<(), Failure> {
        if !whole {
            // The first error is the one that matters.
            _ = fs::remove_file(&self.written);
            return Ok(());
        }
        let kept = self.file.sync_all().and_then(|()| match self.written == self.path {
            true => Ok(()),
            false => fs::rename(&self.written, &self.path),
        });
        kept.map_err(|error| unwritten(&self.path, &error))
    }
}
