//! Where files lie.

use nib::config::Paths;
use std::path::Path;

fn below(home: &Path, profile: Option<&str>) -> Paths {
    Paths::resolve(Some(home.as_os_str()), profile, None).unwrap()
}

#[test]
fn one_home_holds_everything() {
    let paths = below(Path::new("/h"), None);
    assert_eq!(paths.config_file, Path::new("/h/config/config.toml"));
    assert_eq!(paths.accounts_file(), Path::new("/h/data/accounts.toml"));
    assert_eq!(paths.secrets_dir(), Path::new("/h/data/secrets"));
    assert_eq!(paths.log_file(), Path::new("/h/state/nib.log"));
    assert_eq!(paths.cache, Path::new("/h/cache"));
}

#[test]
fn a_profile_shares_nothing_with_another() {
    let (work, home) = (below(Path::new("/h"), Some("work")), below(Path::new("/h"), None));
    assert_eq!(work.config_file, Path::new("/h/config/profiles/work/config.toml"));
    assert_eq!(work.accounts_file(), Path::new("/h/data/profiles/work/accounts.toml"));
    for (ours, theirs) in
        [(&work.config, &home.config), (&work.data, &home.data), (&work.state, &home.state), (&work.cache, &home.cache)]
    {
        assert_ne!(ours, theirs);
    }
    assert_eq!(below(Path::new("/h"), Some("")), home);
}

#[test]
fn a_profile_cannot_leave_its_place() {
    for name in ["..", ".", "a/b", "a\\b", "/etc", "a b", "\u{1b}[1m", &"x".repeat(65)] {
        let error = Paths::resolve(Some(Path::new("/h").as_os_str()), Some(name), None).unwrap_err().to_string();
        assert!(error.starts_with("a profile cannot be called"), "{error}");
        assert!(!error.contains(char::is_control), "{error:?}");
    }
}

#[test]
fn a_named_file_is_taken_as_named() {
    let paths = Paths::resolve(Some(Path::new("/h").as_os_str()), None, Some(Path::new("other.toml"))).unwrap();
    assert_eq!((paths.config_file.as_path(), paths.config_file_named), (Path::new("other.toml"), true));
}

#[cfg(unix)]
#[test]
fn directories_are_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let paths = below(home.path(), Some("work"));
    paths.create().unwrap();
    paths.create().unwrap();
    for path in [&paths.config, &paths.data, &paths.state, &paths.cache] {
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
    }
    std::fs::write(home.path().join("file"), "").unwrap();
    let error = below(&home.path().join("file"), None).create().unwrap_err().to_string();
    assert!(error.contains("cannot be made"), "{error}");
}
