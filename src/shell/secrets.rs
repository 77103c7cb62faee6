//! Where tokens are kept: the system keyring, or files of mode 0600 in a directory of mode 0700.
//!
//! Everything here may block on a disk or on a keyring that asks the user for its password: call it on a thread that may block. A keyring that
//! does not answer is given up after a deadline and not asked again in this run. A token is in one place only: keeping it in one removes it
//! from the other, so a file, where there is one, holds the newest. `NIB_TOKEN` belongs to no saved account and is never stored; it is read
//! with [`environment_token`].

use super::keyring::{Keyring, KeyringError};
use crate::config::{Paths, SecretsChoice, files};
use crate::domain::{Secret, fault};
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;

/// The environment variable that holds a token for this run.
pub const TOKEN_VARIABLE: &str = "NIB_TOKEN";

/// Longest token that is read from a file, in bytes.
const LONGEST_TOKEN: u64 = 64 * 1024;

/// Longest file name that is made from a label, in bytes; file systems allow 255.
const LONGEST_NAME: usize = 200;

/// A token for this run only, from the environment.
#[must_use]
pub fn environment_token() -> Option<Secret> {
    let token = std::env::var(TOKEN_VARIABLE).ok().map(Secret::new)?;
    let trimmed = token.expose().trim();
    (!trimmed.is_empty()).then(|| Secret::new(trimmed.to_owned()))
}

/// Why a token cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// Others may read the file.
    #[error("{} can be read by others, so the token in it is not used; sign in again, or close the file with chmod 600 if nobody has read it", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("{} cannot be read: {}", path.display(), fault::words(source))]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("{} cannot be written: {}", path.display(), fault::words(source))]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration asks for the keyring, and there is none to be had.
    #[error(
        "the system keyring cannot be used: {0}; with secrets = \"file\" in the configuration tokens are kept in files"
    )]
    Keyring(#[source] KeyringError),
    /// A token is to be moved, and may be in a keyring that does not say.
    #[error(
        "the system keyring, which may hold its sign-in, cannot be asked: {0}; unlock it, or sign in to the account first"
    )]
    Unasked(#[source] KeyringError),
}

/// Where a token is now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SavedIn {
    /// In the system keyring.
    Keyring,
    /// In this file.
    File(PathBuf),
}

/// A token was saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// Where.
    pub place: SavedIn,
    /// A sentence if it is not where the user would expect it.
    pub note: Option<String>,
}

/// The tokens of a profile.
#[derive(Clone, Debug)]
pub struct Secrets {
    choice: SecretsChoice,
    directory: PathBuf,
    /// Keeps the entries of profiles and homes apart in the one keyring of a user.
    space: String,
    keyring: Keyring,
}

impl Secrets {
    /// The tokens that belong to these paths. Touches nothing yet.
    #[must_use]
    pub fn new(paths: &Paths, choice: SecretsChoice) -> Self {
        let choice = if paths.one_directory && choice == SecretsChoice::Auto { SecretsChoice::File } else { choice };
        Self::with_keyring(paths, choice, Keyring::system())
    }

    pub(super) fn with_keyring(paths: &Paths, choice: SecretsChoice, keyring: Keyring) -> Self {
        Self { choice, directory: paths.secrets_dir(), space: paths.data.display().to_string(), keyring }
    }

    /// An account's token; `None` if none was saved.
    ///
    /// # Errors
    /// Its file cannot be read or can be read by others too, or the keyring is asked for and cannot be used.
    pub fn load(&self, label: &str) -> Result<Option<Secret>, SecretsError> {
        self.load_to_move(label).or_else(|error| match error {
            SecretsError::Unasked(error) => {
                tracing::info!(%error, "the keyring was not asked");
                Ok(None)
            }
            error => Err(error),
        })
    }

    /// An account's token, where none is to be left behind; `None` only if there is none for sure.
    ///
    /// # Errors
    /// Its file cannot be read or can be read by others too, or the keyring may have it and cannot be used.
    pub fn load_to_move(&self, label: &str) -> Result<Option<Secret>, SecretsError> {
        if self.choice != SecretsChoice::Keyring
            && let Some(token) = self.load_file(label)?
        {
            return Ok(Some(token));
        }
        match self.choice {
            SecretsChoice::File => Ok(None),
            SecretsChoice::Auto => self.keyring.load(&self.entry(label)).map_err(SecretsError::Unasked),
            SecretsChoice::Keyring => self.keyring.load(&self.entry(label)).map_err(SecretsError::Keyring),
        }
    }

    /// Keeps an account's token, in the place of an earlier one.
    ///
    /// # Errors
    /// Its file cannot be written, or the keyring is asked for and cannot be used.
    pub fn save(&self, label: &str, token: &Secret) -> Result<Saved, SecretsError> {
        if self.choice == SecretsChoice::File {
            let path = self.save_file(label, token)?;
            return Ok(Saved { place: SavedIn::File(path), note: None });
        }
        match self.keyring.save(&self.entry(label), token) {
            Ok(()) => {
                self.remove_file(label)?;
                Ok(Saved { place: SavedIn::Keyring, note: None })
            }
            Err(error) if self.choice == SecretsChoice::Keyring => Err(SecretsError::Keyring(error)),
            Err(error) => {
                tracing::info!(%error, "the keyring was not used");
                let path = self.save_file(label, token)?;
                let note = format!(
                    "The system keyring cannot be used ({error}), so the token is kept in {}, which only you can read.",
                    path.display()
                );
                Ok(Saved { place: SavedIn::File(path), note: Some(note) })
            }
        }
    }

    /// Forgets an account's token wherever it is. A keyring that is not asked for by the configuration and cannot be used is passed over.
    ///
    /// # Errors
    /// Its file cannot be removed, or the keyring is asked for and cannot be used.
    pub fn forget(&self, label: &str) -> Result<(), SecretsError> {
        self.remove_file(label)?;
        match self.choice {
            SecretsChoice::File => Ok(()),
            SecretsChoice::Auto => {
                if let Err(error) = self.keyring.forget(&self.entry(label)) {
                    tracing::info!(%error, "the keyring was not asked to forget");
                }
                Ok(())
            }
            SecretsChoice::Keyring => self.keyring.forget(&self.entry(label)).map_err(SecretsError::Keyring),
        }
    }

    /// Whether the keyring can be used, asked for an entry that nobody has; `None` where it is not to be used. May take as long as the user takes
    /// to unlock it.
    #[must_use]
    pub fn keyring(&self) -> Option<Result<(), KeyringError>> {
        (self.choice != SecretsChoice::File).then(|| self.keyring.load(&self.entry("")).map(drop))
    }

    /// Where tokens are kept if all goes well, after what the configuration and the environment say.
    #[must_use]
    pub const fn choice(&self) -> SecretsChoice {
        self.choice
    }

    /// What an account is called in the keyring.
    fn entry(&self, label: &str) -> String {
        format!("{label} in {}", self.space)
    }

    /// The file that an account's token is kept in, where it is kept in a file.
    #[must_use]
    pub fn file(&self, label: &str) -> PathBuf {
        self.directory.join(file_name(label))
    }

    fn load_file(&self, label: &str) -> Result<Option<Secret>, SecretsError> {
        let path = self.file(label);
        let read_error = |source| SecretsError::Read { path: path.clone(), source };
        let file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(read_error(error)),
        };
        // The open file is looked at, not the name, which may be another file by then.
        if files::is_open_to_others(&file).map_err(read_error)? {
            return Err(SecretsError::Open { path });
        }
        let mut text = zeroize::Zeroizing::new(String::new());
        file.take(LONGEST_TOKEN).read_to_string(&mut text).map_err(read_error)?;
        let token = text.trim();
        Ok((!token.is_empty()).then(|| Secret::new(token.to_owned())))
    }

    fn save_file(&self, label: &str, token: &Secret) -> Result<PathBuf, SecretsError> {
        let path = self.file(label);
        let write = || {
            files::create_private_dir(&self.directory)?;
            files::close_directory(&self.directory)?;
            files::write_private(&path, token.expose().as_bytes())
        };
        write().map_err(|source| SecretsError::Write { path: path.clone(), source })?;
        Ok(path)
    }

    fn remove_file(&self, label: &str) -> Result<(), SecretsError> {
        let path = self.file(label);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(SecretsError::Write { path, source }),
            _ => Ok(()),
        }
    }
}

/// A file name for a label: two labels never share one, whatever the file system makes of case and special characters.
fn file_name(label: &str) -> String {
    let mut name = String::new();
    for byte in label.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'@' => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    if name.len() > LONGEST_NAME {
        // FNV-1a; enough to keep apart the few labels of one person that begin alike.
        let hash = label
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        name.truncate(LONGEST_NAME - 17);
        name.push_str(&format!("%{hash:016x}"));
    }
    name
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::sync::Arc;

    fn paths(home: &Path) -> Paths {
        Paths::resolve(Some(home.as_os_str()), None, None).unwrap()
    }

    fn secrets(home: &Path, choice: SecretsChoice, keyring: Keyring) -> Secrets {
        Secrets::with_keyring(&paths(home), choice, keyring)
    }

    fn token(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn files_are_private_and_give_back_what_was_kept() {
        let home = tempfile::tempdir().unwrap();
        let secrets = Secrets::new(&paths(home.path()), SecretsChoice::Auto);
        assert_eq!(secrets.load("ada").unwrap(), None);
        let saved = secrets.save("ada", &token("one")).unwrap();
        // With one directory for everything a file is what was asked for: nothing to say.
        assert_eq!(saved, Saved { place: SavedIn::File(secrets.file("ada")), note: None });
        secrets.save("ada", &token("two")).unwrap();
        secrets.save("Ada", &token("three")).unwrap();
        assert_eq!(secrets.load("ada").unwrap(), Some(token("two")));
        assert_eq!(secrets.load("Ada").unwrap(), Some(token("three")));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&secrets.file("ada")), mode(&secrets.directory)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&secrets.directory).unwrap().count(), 2);
        secrets.forget("ada").unwrap();
        secrets.forget("ada").unwrap();
        assert_eq!(secrets.load("ada").unwrap(), None);
        assert_eq!(secrets.load("Ada").unwrap(), Some(token("three")));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_until_it_is_written_anew() {
        let home = tempfile::tempdir().unwrap();
        let secrets = secrets(home.path(), SecretsChoice::File, Keyring::absent());
        secrets.save("ada", &token("hunter2")).unwrap();
        fs::set_permissions(secrets.file("ada"), fs::Permissions::from_mode(0o640)).unwrap();
        fs::set_permissions(&secrets.directory, fs::Permissions::from_mode(0o755)).unwrap();
        let error = secrets.load("ada").unwrap_err().to_string();
        assert!(error.contains("can be read by others") && !error.contains("hunter2"), "{error}");
        secrets.save("ada", &token("new")).unwrap();
        assert_eq!(secrets.load("ada").unwrap(), Some(token("new")));
        assert_eq!(fs::metadata(&secrets.directory).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_link_laid_in_the_way_is_replaced_and_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let secrets = secrets(home.path(), SecretsChoice::File, Keyring::absent());
        secrets.save("other", &token("x")).unwrap();
        let victim = home.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, secrets.file("ada")).unwrap();
        secrets.save("ada", &token("secret")).unwrap();
        assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
        assert_eq!(secrets.load("ada").unwrap(), Some(token("secret")));
    }

    #[test]
    fn without_a_keyring_a_file_is_used_with_one_line_saying_so() {
        let home = tempfile::tempdir().unwrap();
        let auto = secrets(home.path(), SecretsChoice::Auto, Keyring::absent());
        let saved = auto.save("ada", &token("hunter2")).unwrap();
        let note = saved.note.unwrap();
        assert!(
            note.contains(&auto.file("ada").display().to_string())
                && note.lines().count() == 1
                && !note.contains("hunter2"),
            "{note}"
        );
        assert_eq!(auto.load("ada").unwrap(), Some(token("hunter2")));
        let strict = secrets(home.path(), SecretsChoice::Keyring, Keyring::absent());
        let error = strict.save("ada", &token("x")).unwrap_err().to_string();
        assert!(error.contains("secrets = \"file\""), "{error}");
        assert!(strict.load("ada").is_err() && strict.forget("grace").is_err());
        // What is to be moved is known to be there, known not to be there, or not known.
        assert_eq!(auto.load_to_move("ada").unwrap(), Some(token("hunter2")));
        assert_eq!(auto.load("grace").unwrap(), None);
        assert!(auto.load_to_move("grace").unwrap_err().to_string().contains("sign in to the account first"));
        let with = secrets(home.path(), SecretsChoice::Auto, Keyring::fake());
        assert_eq!(with.load_to_move("grace").unwrap(), None);
    }

    #[test]
    fn a_token_is_in_one_place_only() {
        let home = tempfile::tempdir().unwrap();
        let ring = Keyring::fake();
        let old = secrets(home.path(), SecretsChoice::Auto, Keyring::absent());
        old.save("ada", &token("old")).unwrap();
        let auto = secrets(home.path(), SecretsChoice::Auto, ring.clone());
        assert_eq!(auto.load("ada").unwrap(), Some(token("old")));
        assert_eq!(auto.save("ada", &token("new")).unwrap(), Saved { place: SavedIn::Keyring, note: None });
        assert!(!auto.file("ada").exists());
        assert_eq!(auto.load("ada").unwrap(), Some(token("new")));
        // Another home of the same user does not see it.
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(secrets(elsewhere.path(), SecretsChoice::Auto, ring).load("ada").unwrap(), None);
        auto.forget("ada").unwrap();
        assert_eq!(auto.load("ada").unwrap(), None);
    }

    #[test]
    fn every_label_has_a_name_of_its_own() {
        let long = "女".repeat(64);
        let labels = ["ada", "Ada", "a%64a", "..", ".", "CON", &long, &format!("{}男", "女".repeat(63))];
        let names: std::collections::BTreeSet<String> =
            labels.iter().map(|label| file_name(label).to_lowercase()).collect();
        assert_eq!(names.len(), labels.len());
        assert!(names.iter().all(|name| name.len() <= LONGEST_NAME && !name.contains(['.', '/'])), "{names:?}");
    }

    #[test]
    fn many_writers_leave_one_whole_token() {
        let home = tempfile::tempdir().unwrap();
        let secrets = Arc::new(secrets(home.path(), SecretsChoice::File, Keyring::absent()));
        secrets.save("ada", &token(&"0".repeat(5000))).unwrap();
        let writers: Vec<_> = (0..4_u8)
            .map(|number| {
                let secrets = Arc::clone(&secrets);
                std::thread::spawn(move || {
                    for _ in 0..20 {
                        secrets.save("ada", &token(&char::from(b'0' + number).to_string().repeat(5000))).unwrap();
                        let read = secrets.load("ada").unwrap().unwrap();
                        let first = &read.expose()[..1];
                        assert_eq!(read.expose(), first.repeat(5000));
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        assert_eq!(fs::read_dir(&secrets.directory).unwrap().count(), 1);
    }
}
