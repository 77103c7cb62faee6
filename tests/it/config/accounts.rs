//! The list of accounts, and files that are written whole or not at all.

#[cfg(unix)]
use nib::config::files;
use nib::config::{Config, SavedAccount, SavedAccounts, accounts};
use std::fs;
use std::path::Path;

fn account(label: &str) -> SavedAccount {
    SavedAccount {
        label: label.to_owned(),
        network: "osmium".to_owned(),
        server: "ws://127.0.0.1:9".to_owned(),
        account_service: String::new(),
        user_id: "12".to_owned(),
        username: "ada".to_owned(),
        display_name: "Ada \"the\" 女王\n".to_owned(),
        ..SavedAccount::default()
    }
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_saved_is_read_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("accounts.toml");
    assert_eq!(SavedAccounts::load(&path).unwrap(), (SavedAccounts::default(), None));
    let mut saved = SavedAccounts::default();
    saved.save(&path).unwrap();
    assert_eq!(SavedAccounts::load(&path).unwrap(), (saved.clone(), None));
    saved.put(account("home"));
    saved.put(account("work"));
    let notify = [("a channel #1".to_owned(), "none".to_owned()), ("community:7f".to_owned(), "all".to_owned())].into();
    saved.put(SavedAccount { username: "grace".to_owned(), notify, ..account("home") });
    saved.save(&path).unwrap();
    assert_eq!(SavedAccounts::load(&path).unwrap(), (saved.clone(), None));
    assert_eq!(saved.accounts.iter().map(|account| account.label.as_str()).collect::<Vec<_>>(), ["home", "work"]);
    assert_eq!(
        (saved.free_label("home"), saved.free_label("new"), saved.free_label(" /")),
        ("home-2".into(), "new".into(), "account".into())
    );
    assert!(saved.remove("home") && !saved.remove("home"));
    assert_eq!(names(directory.path()), ["accounts.toml"]);
}

#[test]
fn a_file_that_makes_no_sense_is_set_aside_and_not_lost() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("accounts.toml");
    let twice = "[[account]]\nlabel = \"a\"\nnetwork = \"osmium\"\n".repeat(2);
    for (number, broken) in ["[[account]", twice.as_str(), "\u{0}"].into_iter().enumerate() {
        fs::write(&path, broken).unwrap();
        let (saved, note) = SavedAccounts::load(&path).unwrap();
        assert_eq!(saved, SavedAccounts::default());
        let aside = directory.path().join(format!("accounts.toml.unreadable-{}", number + 1));
        assert!(note.unwrap().contains(&aside.display().to_string()));
        assert_eq!(fs::read_to_string(aside).unwrap(), broken);
        assert!(!path.exists());
    }
}

#[test]
fn the_configuration_lies_over_what_is_saved() {
    let config = Config::from_text(
        "[accounts.home]\nserver = \"wss://other\"\n[accounts.bot]\ntoken_command = [\"pass\"]\n[accounts.idle]\nclient_id = 2\n",
        Path::new("c"),
    );
    assert_eq!(config.problems, []);
    let mut saved = SavedAccounts::default();
    saved.put(SavedAccount { server: String::new(), ..account("work") });
    saved.put(account("home"));
    let merged = accounts::merge(&config, &saved);
    let shown: Vec<_> = merged
        .iter()
        .map(|account| (account.label.as_str(), account.server.as_deref(), account.network.as_str()))
        .collect();
    assert_eq!(shown, [("work", None, "osmium"), ("home", Some("wss://other"), "osmium"), ("bot", None, "osmium")]);
}

#[cfg(unix)]
#[test]
fn private_files_are_private_whole_and_follow_nothing() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    let victim = directory.path().join("victim");
    let path = directory.path().join("file");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, &path).unwrap();
    files::write_private(&path, b"new").unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    // What is written anew is private again, whatever became of the old.
    let before = names(directory.path());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    files::write_private(&path, b"newer").unwrap();
    assert!(!files::is_open_to_others(&fs::File::open(&path).unwrap()).unwrap());
    assert_eq!(names(directory.path()), before);
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_leaves_the_old_content_and_no_litter() {
    let directory = tempfile::tempdir().unwrap();
    // A directory cannot be replaced by a file: the last step fails.
    let path = directory.path().join("taken");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("inside"), "old").unwrap();
    assert!(files::write_private(&path, b"new").is_err());
    assert_eq!(names(directory.path()), ["taken"]);
    assert_eq!(fs::read_to_string(path.join("inside")).unwrap(), "old");
    assert!(files::write_private(&directory.path().join("no/such/file"), b"new").is_err());
}
