//! Where the owner of a profile listens: a socket in a directory that is the user's alone.
//!
//! In the runtime directory of the session where there is one, else beside the store. With `NIB_HOME` always in there, so that homes stay apart. The names of
//! such sockets are short on every system; where that place is too deep, the socket lies in a directory of its own for temporary files, under a name
//! made from the place that it stands for.

use crate::config::{Paths, files};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Longest path of a socket in bytes: what the strictest system takes, 104 with the zero byte at its end.
pub(super) const LONGEST: usize = 103;
/// The runtime directory of the user's session.
const RUNTIME: &str = "XDG_RUNTIME_DIR";

/// Where the socket may lie, the best place first.
pub(super) fn candidates(paths: &Paths) -> Vec<PathBuf> {
    choose(paths, std::env::var_os(RUNTIME), &std::env::temp_dir(), rustix::process::getuid().as_raw())
}

fn choose(paths: &Paths, runtime: Option<OsString>, temporary: &Path, user: u32) -> Vec<PathBuf> {
    let runtime = runtime.map(PathBuf::from).filter(|place| place.is_absolute() && !paths.one_directory);
    let deep = Sha256::digest(paths.data.as_os_str().as_encoded_bytes());
    let short: String = deep.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    // One session may have several homes: each owner has a name of its own there, or a second one would take the first one's for a dead one's.
    let name = paths.profile.as_deref().map_or_else(|| format!("{short}.sock"), |name| format!("{name}-{short}.sock"));
    let in_session = runtime.map(|place| place.join("nib").join(name));
    let elsewhere = temporary.join(format!("nib-{user}")).join(format!("{short}.sock"));
    let all = [in_session, Some(paths.data.join("nib.sock")), Some(elsewhere)];
    all.into_iter().flatten().filter(|path| fits(path)).collect()
}

/// A path that is no text could not be told to others.
fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= LONGEST && path.to_str().is_some()
}

/// Makes the directory of a socket, and sees to it that it is the user's alone: one in a place where others may write could be somebody else's.
///
/// # Errors
/// It cannot be made, or is not ours.
pub(super) fn prepare(socket: &Path) -> io::Result<()> {
    let directory = socket.parent().ok_or(ErrorKind::InvalidInput)?;
    files::create_private_dir(directory)?;
    let found = std::fs::symlink_metadata(directory)?;
    let own = found.is_dir() && found.uid() == rustix::process::getuid().as_raw();
    if !own {
        return Err(ErrorKind::PermissionDenied.into());
    }
    if found.permissions().mode() & 0o077 != 0 {
        files::close_directory(directory)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(home: &str, profile: Option<&str>, one_directory: bool) -> Paths {
        let paths = Paths::resolve(Some(std::ffi::OsStr::new(home)), profile, None).unwrap();
        Paths { one_directory, ..paths }
    }

    fn first(paths: &Paths, runtime: &str) -> String {
        let runtime = Some(OsString::from(runtime)).filter(|place| !place.is_empty());
        choose(paths, runtime, Path::new("/short"), 1000)[0].to_str().unwrap().to_owned()
    }

    #[test]
    fn the_session_has_a_place_for_it_and_a_home_of_its_own_comes_first() {
        let session = |home: &str, profile| first(&paths(home, profile, false), "/run/user/1000");
        assert!(session("/h", None).starts_with("/run/user/1000/nib/"), "{}", session("/h", None));
        assert!(session("/h", Some("work")).starts_with("/run/user/1000/nib/work-"));
        assert_ne!(session("/h", None), session("/other", None), "a second home does not take the first one's");
        assert_eq!(first(&paths("/h", None, false), ""), "/h/data/nib.sock");
        assert_eq!(first(&paths("/h", None, false), "run"), "/h/data/nib.sock", "a part of a path is none");
        assert_eq!(first(&paths("/h", None, true), "/run/user/1000"), "/h/data/nib.sock");
    }

    #[test]
    fn a_place_that_is_too_deep_has_a_short_name_of_its_own() {
        let deep = format!("/{}", "deep/".repeat(30));
        let one = first(&paths(&deep, None, true), "");
        assert!(one.starts_with("/short/nib-1000/") && one.len() <= LONGEST, "{one}");
        assert_ne!(one, first(&paths(&deep, Some("work"), true), ""), "each profile has one of its own");
        let nowhere = choose(&paths(&deep, None, true), None, Path::new(&deep), 1000);
        assert!(nowhere.is_empty(), "{nowhere:?}");
    }

    #[test]
    fn a_directory_that_others_may_enter_is_closed() {
        let home = tempfile::tempdir().unwrap();
        let open = home.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
        prepare(&open.join("nib.sock")).unwrap();
        assert_eq!(open.metadata().unwrap().mode() & 0o777, 0o700);
        let link = home.path().join("link");
        std::os::unix::fs::symlink(&open, &link).unwrap();
        assert_eq!(prepare(&link.join("nib.sock")).unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
}
