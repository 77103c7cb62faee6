//! Files on their way here: parts of them, what is done with those, and the names they are saved under.

use super::upload;
use bytes::Bytes;

/// Bytes of a file. `Debug` tells how many: they may be anything.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Bytes);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

/// Where a file is to be saved.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The folder for files that the user gave no place; empty: the system's. It is made if it is not there.
    pub folder: String,
    /// A file or folder that the user named, as it was written; empty if nobody did.
    pub path: String,
    /// The file's name, as [`safe_name`] makes it.
    pub name: String,
    /// Which file of which account this is: what an earlier try left is gone on with only if it was of the same.
    pub of: String,
    /// Bytes, as the network tells; 0 if it does not.
    pub size: u64,
}

/// One thing that is to be done with a file that is being saved, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Begin, or go on with what an earlier try left. Answered with [`Told::Begun`].
    Begin(Place),
    /// Write what comes next. Answered with [`Told::Written`].
    Write {
        /// The first byte; where the last piece ended.
        offset: u64,
        /// What is there.
        bytes: Blob,
        /// Nothing comes after it: the file gets its name.
        last: bool,
    },
    /// Leave it as it is, to go on later.
    Leave,
    /// Take away what was saved of it, unless that was all.
    Forget,
    /// Look whether the file at this path, which was saved, is still there. Waits for no other step. Answered with [`Told::There`].
    Look(String),
}

impl Step {
    /// Whether it is answered.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        matches!(self, Self::Begin(_) | Self::Write { .. } | Self::Look(_))
    }
}

/// What became of a step. Failures are sentences for the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// It can be written from this byte on.
    Begun(Result<u64, String>),
    /// So many bytes are written; with the path of the file once it is whole.
    Written(Result<(u64, Option<String>), String>),
    /// The bytes of the file that was saved, if it is still there.
    There(Option<u64>),
}

/// Longest name that a file is saved under, in bytes: there is room for a number and for the ending of what is not whole.
const LONGEST: usize = 200;
/// What separates folders or has a meaning somewhere, beside what no name holds anyway.
const NOT_IN_NAMES: [char; 7] = ['<', '>', ':', '"', '|', '?', '*'];
/// Names that are no files on some systems, or that say how a folder is shown or what is started from a disk.
const TAKEN: [&str; 10] =
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$", "desktop.ini", "autorun.inf", "thumbs.db"];

/// The name that a file is saved under, whatever others call it: visible, no device, in no other folder, and with room for more.
#[must_use]
pub fn safe_name(raw: &str) -> String {
    let cleaned = upload::clean_name(raw, LONGEST);
    let one: Vec<&str> = cleaned.split_whitespace().collect();
    let name = one.join(" ").replace(NOT_IN_NAMES, "_");
    // A dot in front hides it, one at the end is cut off by some systems, and what begins like an option is taken for one.
    let name = name.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let stem = name.split('.').next().unwrap_or_default().trim().to_lowercase();
    let port = |kind: &str| {
        let number = stem.strip_prefix(kind).and_then(|rest| {
            let mut rest = rest.chars();
            rest.next().filter(|_| rest.next().is_none())
        });
        number.is_some_and(|number| number.is_ascii_digit() || matches!(number, '¹' | '²' | '³'))
    };
    let whole = name.to_lowercase();
    let taken = TAKEN.contains(&stem.as_str()) || TAKEN.contains(&whole.as_str()) || port("com") || port("lpt");
    match name {
        "" => upload::NAMELESS.to_owned(),
        name if taken || name.starts_with('-') => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// Endings of files that are looked at, heard or read: nothing in them is run by what usually opens them.
const HARMLESS: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "avif", "heic", "tif", "tiff", "mp3", "ogg", "oga", "opus", "flac",
    "wav", "m4a", "aac", "mp4", "m4v", "webm", "mkv", "mov", "avi", "mpg", "mpeg", "ogv", "pdf", "txt", "log", "md",
    "csv", "json", "toml", "yaml", "yml", "diff", "patch",
];

/// Whether a file of this name can be opened without a question: by its ending it is nothing that runs.
#[must_use]
pub fn is_harmless(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(stem, ending)| (stem, ending.to_lowercase()));
    ending.is_some_and(|(stem, ending)| !stem.is_empty() && HARMLESS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_visible_in_one_folder_and_no_devices() {
        for (raw, safe) in [
            ("cat.png", "cat.png"),
            ("../../.ssh/authorized_keys", "_.._.ssh_authorized_keys"),
            ("..\\..\\x.txt", "_.._x.txt"),
            ("/etc/passwd", "_etc_passwd"),
            ("C:\\x\\y.txt", "C__x_y.txt"),
            (".bashrc", "bashrc"),
            ("...", "file"),
            ("", "file"),
            ("-rf", "_-rf"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("Com1.log", "_Com1.log"),
            ("lpt³", "_lpt³"),
            ("common.txt", "common.txt"),
            ("com12.txt", "com12.txt"),
            ("Desktop.ini", "_Desktop.ini"),
            ("a?b*c|d.txt", "a_b_c_d.txt"),
            ("note.txt. . ", "note.txt"),
            ("photo.png                                .exe", "photo.png .exe"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("x\0y\nz\x1b]0;t\x07.txt", "xy z]0;t.txt"),
            ("~", "~"),
        ] {
            assert_eq!(safe_name(raw), safe, "{raw:?}");
        }
        let long = safe_name(&format!("{}.jpeg", "é".repeat(400)));
        assert!(long.len() <= LONGEST && long.ends_with("é.jpeg"), "{long}");
    }

    #[test]
    fn what_may_run_is_not_harmless() {
        for name in ["cat.png", "CAT.PNG", "a.tar.txt", "song.ogg"] {
            assert!(is_harmless(name), "{name}");
        }
        for name in
            ["cat.png.exe", "run", "x.html", "x.svg", "x.desktop", "x.sh", "png", ".png", "x.docm", "x.lnk", "x."]
        {
            assert!(!is_harmless(name), "{name}");
        }
    }
}
