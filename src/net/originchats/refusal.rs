//! The server's refusals in neutral words. It tells no codes: its sentences decide, and nib's own say what to do next where there is something.

use super::wire::Raw;
use crate::domain::answer::RefusalKind;
use crate::domain::{CleanText, Refusal};
use std::time::Duration;

/// Longest sentence of a server that is shown, in characters. Faults of embeds come with a whole page.
const LONGEST: usize = 300;
/// How long a limit lasts where the server does not say.
const LIMIT: Duration = Duration::from_secs(30);
/// The longest limit that is believed: a moderator's. More would only be a slip.
const LONGEST_LIMIT: Duration = Duration::from_secs(60 * 60 * 24 * 31);

/// What a sentence means: the kind, and nib's words in place of the server's where those leave one helpless.
fn meaning(text: &str) -> (RefusalKind, Option<&'static str>) {
    if text.starts_with("Unknown command") {
        (RefusalKind::Unsupported, Some("This server cannot do that."))
    } else if text.contains("User roles not found") {
        let words = "You are not a member of this server any more. Sign in again to join it anew.";
        (RefusalKind::NotSignedIn, Some(words))
    } else if text.contains("This thread is locked") {
        (RefusalKind::Forbidden, Some("This thread is locked: nobody can read or write in it."))
    } else if text.contains("This thread is archived") {
        (RefusalKind::Forbidden, Some("This thread is archived. Write in it to open it again."))
    } else if text.contains("trying to reply to was not found") {
        (RefusalKind::NotFound, Some("The message that you answer is gone. Leave the answer to send it as a message."))
    } else if text.contains("Message not found") {
        (RefusalKind::NotFound, Some("The message is gone."))
    } else if text.contains("Thread not found") {
        (RefusalKind::NotFound, Some("The thread is gone."))
    } else if text.contains("Channel not found") {
        (RefusalKind::NotFound, Some("The channel is gone, or has another name now."))
    } else if text.contains("does not exist") {
        (RefusalKind::NotFound, Some("Nobody has that user name."))
    } else if text.contains("cannot be empty") {
        (RefusalKind::Invalid, Some("An empty message cannot be sent."))
    } else if text.starts_with("Attachment") && text.contains("not found or expired") {
        (RefusalKind::NotFound, Some("The file is not on the server any more. Attach it again."))
    } else if text.contains("only attach your own uploads") {
        let words = "Somebody else sent the very same file first, and this server takes it from nobody else.";
        (RefusalKind::Conflict, Some(words))
    } else if text.starts_with("Embed") && text.contains("validation error") {
        (RefusalKind::Invalid, Some("The server does not take this card."))
    } else if text.contains("to mention the") {
        (RefusalKind::Forbidden, Some("You may not mention that role. Take the mention out and send it again."))
    } else if text.contains("Access denied: '") {
        (RefusalKind::Forbidden, Some("Your roles here do not allow that."))
    } else if text.contains("Access denied to this channel") {
        (RefusalKind::Forbidden, Some("You may not read this channel."))
    } else if text.contains("Access denied")
        || text.contains("do not have permission")
        || text.contains("Cannot send messages in this channel")
    {
        (RefusalKind::Forbidden, None)
    } else if text.contains("Failed to add reaction") || text.contains("Failed to remove reaction") {
        (RefusalKind::Conflict, None)
    } else if text.contains("not found") {
        (RefusalKind::NotFound, None)
    } else {
        (RefusalKind::Invalid, None)
    }
}

/// Whether it says that the list of channels is not the one that is known: servers that tell no changes of channels are found out by this.
#[must_use]
pub fn is_about_the_list(text: &Raw) -> bool {
    text.wire().contains("Channel not found") || text.wire().contains("Access denied to this channel")
}

/// Whether it says that there is no such message. "Message not found or cannot be deleted" is said only where it was not found; what may not be deleted has
/// other words.
#[must_use]
pub fn is_about_a_missing_message(text: &Raw) -> bool {
    text.wire().contains("Message not found")
}

/// The refusal behind an `error`.
#[must_use]
pub fn of_error(text: &Raw) -> Refusal {
    let (kind, ours) = meaning(text.wire());
    let text = ours.map_or_else(|| sentence(text), CleanText::ours);
    Refusal { kind, text, ..Refusal::default() }
}

fn sentence(text: &Raw) -> CleanText {
    let line = text.line();
    match line.trim() {
        "" => CleanText::ours("The server refuses it and does not say why."),
        words if words.chars().count() > LONGEST => {
            let cut: String = words.chars().take(LONGEST).collect();
            CleanText::from_owned(format!("{cut} …"))
        }
        words if words.ends_with(['.', '!', '?']) => CleanText::line(words),
        words => CleanText::from_owned(format!("{words}.")),
    }
}

/// How long a limit lasts.
#[must_use]
pub fn limit(millis: Option<i64>) -> Duration {
    let told = millis.and_then(|millis| u64::try_from(millis).ok()).map(Duration::from_millis);
    told.unwrap_or(LIMIT).min(LONGEST_LIMIT)
}

/// Whether somebody set a limit, not the counting of messages.
#[must_use]
pub fn is_by_moderator(reason: &Raw) -> bool {
    let reason = reason.wire().to_lowercase();
    ["timeout", "muted", "mute:"].iter().any(|word| reason.contains(word))
}

/// What it means when the server says this before it closes: somebody was thrown out. `None`: nothing that lasts.
#[must_use]
pub fn thrown_out(reason: &Raw) -> Option<&'static str> {
    let lower = reason.wire().to_lowercase();
    let mut words = lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    // "You have been banned", "Kicked by a moderator": it stands at the beginning, behind nothing but such words.
    let said = words.find(|word| !["you", "were", "have", "been", "are", "access", "denied"].contains(word))?;
    match said {
        "ban" | "banned" => Some("You were banned from this server. Only its owner can let you in again."),
        "kick" | "kicked" | "removed" => Some("You were removed from this server. Sign in again to come back."),
        _ => None,
    }
}

/// The refusal for as long as a limit lasts.
#[must_use]
pub fn limited(left: Duration) -> Refusal {
    let seconds = left.as_millis().div_ceil(1000);
    let left_words = match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    };
    Refusal {
        kind: RefusalKind::RateLimited,
        text: CleanText::from_owned(format!("The server takes nothing more from you for {left_words}.")),
        retry_after: Some(left),
        ..Refusal::default()
    }
}

/// A reply that does not fit what was asked.
#[must_use]
pub fn unfitting() -> Refusal {
    Refusal::ours(RefusalKind::ServerFault, "The server's answer does not fit the question.")
}
