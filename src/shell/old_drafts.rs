//! Drafts as they were kept before there was a store: a file, which the store takes over once.
//!
//! A file that makes no sense is moved aside, never overwritten.

use super::accounts::AccountSetup;
use crate::config::files;
use crate::domain::kept::AccountKey;
use crate::domain::{ChatId, UserId, fault};
use serde::Deserialize;
use std::io::ErrorKind;
use std::path::Path;

/// The version of the file's form.
const VERSION: u32 = 1;

/// A text that was not sent.
#[derive(Debug, Deserialize)]
struct Draft {
    /// The label of the account.
    account: String,
    /// Who was signed in there.
    user: String,
    /// In which chat.
    chat: String,
    text: String,
}

/// The file's form.
#[derive(Deserialize)]
struct Form {
    v: u32,
    #[serde(default)]
    drafts: Vec<Draft>,
}

/// Whose a draft is, in which chat, and its text.
pub type OldDraft = (AccountKey, ChatId, String);

/// Reads the drafts of these accounts from the file; those of accounts that are gone went with them. `None` where there is no file.
///
/// # Errors
/// A sentence: the file cannot be read, or makes no sense. Then it is moved aside where that is possible.
pub fn load(file: &Path, accounts: &[AccountSetup]) -> Result<Option<Vec<OldDraft>>, String> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("the drafts of earlier runs cannot be read: {}", fault::words(&error))),
    };
    let why = match serde_json::from_slice::<Form>(&bytes) {
        Ok(form) if form.v == VERSION => {
            let found = |draft: Draft| {
                let account = accounts.iter().find(|setup| setup.account.label == draft.account)?;
                let user = draft.user.parse().map(UserId).ok()?;
                Some((account.key(user), ChatId(draft.chat.parse().ok()?), draft.text))
            };
            return Ok(Some(form.drafts.into_iter().filter_map(found).collect()));
        }
        Ok(_) => "were written by another version of nib",
        Err(_) => "could not be understood",
    };
    Err(match files::set_aside(file) {
        Ok(aside) => format!("the drafts of earlier runs {why}; they are now in {}", aside.display()),
        Err(error) => {
            let error = fault::words(&error);
            format!("the drafts of earlier runs {why}, and their file cannot be moved aside: {error}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;
    use crate::shell::accounts::TokenSource;

    #[test]
    fn what_is_of_an_account_that_is_there_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("drafts.json");
        let account = AccountSetup::new(AccountId(0), "osmium", "home", "ws://server", TokenSource::Saved);
        let accounts = [account.clone()];
        assert_eq!(load(&file, &accounts), Ok(None));
        let draft = |account: &str, user: &str, chat: &str| {
            format!("{{\"account\":\"{account}\",\"user\":\"{user}\",\"chat\":\"{chat}\",\"text\":\"x\"}}")
        };
        let drafts = [draft("home", "7", "1"), draft("gone", "7", "1"), draft("home", "", "2")].join(",");
        std::fs::write(&file, format!("{{\"v\":1,\"drafts\":[{drafts}]}}")).unwrap();
        let found = vec![(account.key(UserId::new(7)), ChatId::new(1), "x".to_owned())];
        assert_eq!(load(&file, &accounts), Ok(Some(found)));
    }

    #[test]
    fn what_makes_no_sense_is_moved_aside_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("drafts.json");
        for (number, text) in ["{\"v\":1,\"drafts\":[{", "{\"v\":9}", "\u{0}"].iter().enumerate() {
            std::fs::write(&file, text).unwrap();
            let aside = folder.path().join(format!("drafts.json.unreadable-{}", number + 1));
            let sentence = load(&file, &[]).unwrap_err();
            assert!(sentence.contains(&aside.display().to_string()), "{sentence}");
            assert_eq!(std::fs::read_to_string(&aside).unwrap(), *text);
        }
        std::fs::create_dir(&file).unwrap();
        let sentence = load(&file, &[]).unwrap_err();
        assert!(sentence.starts_with("the drafts of earlier runs cannot be read"), "{sentence}");
        assert!(file.is_dir());
    }
}
