//! What is too much to be sent: said before anything goes out.

use crate::domain::{CleanText, Refusal, RefusalKind, Upload, size};
use crate::state::Account;

/// Most bytes of files that may wait in all chats of an account: they are held in memory.
const WAITING_BYTES: u64 = 256_000_000;

/// Says before anything is sent by how much a text is longer than the network takes.
pub(in crate::state) fn check_length(account: &Account, text: &str) -> Result<(), Box<Refusal>> {
    let Some(limit) = account.caps.max_length else { return Ok(()) };
    match text.chars().count().saturating_sub(limit as usize) {
        0 => Ok(()),
        over => {
            let text = match over {
                1 => CleanText::ours("the message is one character too long"),
                _ => CleanText::new(&format!("the message is {over} characters too long")),
            };
            Err(Box::new(Refusal { kind: RefusalKind::Invalid, text, ..Refusal::default() }))
        }
    }
}

/// Says before anything is sent what the network or the memory would not take.
pub(super) fn check_files(account: &Account, files: &[Upload]) -> Result<(), Box<Refusal>> {
    if files.is_empty() {
        return Ok(());
    }
    let refusal =
        |kind, text: String| Err(Box::new(Refusal { kind, text: CleanText::line(&text), ..Refusal::default() }));
    let most = account.caps.max_files;
    if most == 0 {
        return refusal(RefusalKind::Unsupported, "files cannot be sent here".to_owned());
    }
    if files.len() > most as usize {
        return refusal(RefusalKind::Invalid, format!("a message takes at most {most} files"));
    }
    if let Some(file) = files.iter().find(|file| file.size() > account.caps.max_file) {
        let most = size(account.caps.max_file);
        return refusal(RefusalKind::Invalid, format!("\"{}\" is too large: at most {most} can be sent", file.name));
    }
    if let Some(file) = files.iter().find(|file| !account.caps.file_types.takes(&file.mimetype)) {
        let kinds = account.caps.file_types.words();
        return refusal(
            RefusalKind::Invalid,
            format!("\"{}\" is of a kind that is not taken here; only {kinds}", file.name),
        );
    }
    let waiting = account.outbox.chats.values().flatten().flat_map(|row| &row.outgoing.attachments);
    if waiting.chain(files).map(Upload::size).sum::<u64>() > WAITING_BYTES {
        let text = format!("too many files are waiting; at most {} may at once", size(WAITING_BYTES));
        return refusal(RefusalKind::RateLimited, text);
    }
    Ok(())
}
