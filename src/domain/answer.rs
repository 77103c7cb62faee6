//! Answers to requests.

use super::chat::Chat;
use super::community::{Community, Member, MemberListEntry, Role, VoiceParticipant};
use super::download::Blob;
use super::emoji::CustomEmoji;
use super::id::{ChatId, CommunityId, MessageId, RequestId, UserId};
use super::invite::Invite;
use super::message::{Message, Tally};
use super::people::{Profile, User};
use super::slash::SlashCommand;
use super::text::CleanText;
use super::update::Relationship;
use std::sync::Arc;
use std::time::Duration;

/// The reply to a request, matched by its id; each request is answered exactly once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Which request.
    pub request: RequestId,
    /// What came of it.
    pub outcome: Result<Reply, Refusal>,
}

/// How far a request is that takes long: files on their way up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Which request.
    pub request: RequestId,
    /// Bytes that the network has taken.
    pub done: u64,
    /// Bytes altogether.
    pub total: u64,
}

/// Why a request was not fulfilled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refusal {
    /// What kind of failure.
    pub kind: RefusalKind,
    /// The network's code, 0 if there was none.
    pub code: u32,
    /// The network's words, or ours if it gave none.
    pub text: CleanText,
    /// What to quote when reporting it to the network's people.
    pub trace: Option<CleanText>,
    /// When it may be tried again, where the network says.
    pub retry_after: Option<Duration>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum RefusalKind {
    /// The network found the request wrong.
    Invalid,
    /// Not signed in, or no longer.
    NotSignedIn,
    /// Not allowed.
    Forbidden,
    /// Not there, or hidden.
    NotFound,
    /// In conflict with what is there.
    Conflict,
    /// Too often.
    RateLimited,
    /// A fault of the server.
    ServerFault,
    /// No answer in time.
    TimedOut,
    /// The connection was lost before the answer came: it may or may not have happened.
    LinkLost,
    /// The network has no such thing.
    #[default]
    Unsupported,
}

impl Refusal {
    /// A refusal in our own words.
    #[must_use]
    pub fn ours(kind: RefusalKind, text: &'static str) -> Self {
        Self { kind, text: CleanText::ours(text), ..Self::default() }
    }

    /// The user stopped it, and nobody has seen anything of it.
    #[must_use]
    pub fn stopped() -> Self {
        Self::ours(RefusalKind::Invalid, "You stopped it; nothing was sent.")
    }

    /// Whether the same request is refused again however often it is made, so that what it asks for has to be changed.
    #[must_use]
    pub fn needs_change(&self) -> bool {
        matches!(self.kind, RefusalKind::Invalid | RefusalKind::Unsupported) && *self != Self::stopped()
    }

    /// How many characters a text may have, where the words of the refusal tell: the number before the word "characters", beside one for the most there is.
    #[must_use]
    pub fn most_characters(&self) -> Option<u32> {
        let text = self.text.to_lowercase();
        let words: Vec<&str> =
            text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let is_most = |word: &&str| matches!(*word, "most" | "maximum" | "max" | "limit");
        let at = words.windows(2).position(|two| two[0].parse::<u32>().is_ok() && two[1].starts_with("character"))?;
        words.iter().any(is_most).then(|| words.get(at)?.parse().ok()).flatten().filter(|most| *most > 0)
    }

    /// Whether the same request may succeed later without a change.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            RefusalKind::RateLimited | RefusalKind::ServerFault | RefusalKind::TimedOut | RefusalKind::LinkLost
        )
    }
}

/// Things that come along with other things: whatever a reply or update told about people, chats and members.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bundle {
    /// People.
    pub users: Vec<User>,
    /// Members of communities.
    pub members: Vec<Member>,
    /// Chats with their read state. Replaces what was known of them.
    pub chats: Vec<Chat>,
    /// Newest messages of chats; for previews, not for timelines.
    pub messages: Vec<Arc<Message>>,
}

/// A reply to a request that was fulfilled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// It is done; there is nothing to tell.
    Done,
    /// A message was sent.
    Sent {
        /// Its identity.
        message: MessageId,
        /// Its position.
        order: super::id::SortKey,
        /// When, where the network says.
        at: Option<super::time::Wall>,
    },
    /// A page of history.
    History {
        /// Of which chat.
        chat: ChatId,
        /// Oldest first, whatever order the network used.
        messages: Vec<Arc<Message>>,
        /// People and members who appear in it.
        bundle: Bundle,
        /// There is nothing older than this page (for latest, before and around).
        reached_start: bool,
        /// There is nothing newer than this page (for after and around; always true for latest).
        reached_end: bool,
    },
    /// One message, by itself.
    Message {
        /// The message.
        message: Arc<Message>,
        /// Who appears in it.
        bundle: Bundle,
    },
    /// Which messages of a chat are pinned.
    Pinned {
        /// Of which chat.
        chat: ChatId,
        /// As many as the network tells, oldest first.
        messages: Vec<Arc<Message>>,
        /// Who appears in them.
        bundle: Bundle,
    },
    /// Which messages of a chat mention the signed-in account. Some networks tell unread ones only, some the newest of all.
    Mentions {
        /// Of which chat.
        chat: ChatId,
        /// As many as the network tells, in no order.
        messages: Vec<MessageId>,
    },
    /// What a search found.
    Matches {
        /// In which chat.
        chat: ChatId,
        /// Oldest first.
        messages: Vec<Arc<Message>>,
        /// Who appears in them.
        bundle: Bundle,
        /// Nothing older matches, as far as the network tells.
        complete: bool,
    },
    /// The network's own emoji, as far as the signed-in account may use them.
    Emoji(Vec<CustomEmoji>),
    /// All commands that a server offers.
    Commands(Vec<SlashCommand>),
    /// A bot was told that its button was pressed; what it says to that.
    Pressed(Option<CleanText>),
    /// A part of a file.
    Part {
        /// What is in it; may be less than was asked for.
        bytes: Blob,
        /// Nothing comes after it.
        last: bool,
        /// The whole file has at least so many bytes, as far as the server tells.
        least: u64,
    },
    /// The communities, in the network's order.
    Communities {
        /// All of them. Those missing are gone.
        communities: Vec<Community>,
        /// Unread messages and unread mentions of each.
        counts: Vec<(CommunityId, u32, u32)>,
    },
    /// The order that the user gave the communities. Those that are not in it come after it.
    CommunityOrder(Vec<CommunityId>),
    /// The channels and categories of a community.
    Channels {
        /// Which community.
        community: CommunityId,
        /// All of them, as chats. Those missing are gone.
        bundle: Bundle,
    },
    /// Direct chats, groups and saved messages.
    Chats {
        /// All of them, up to the limit asked for.
        bundle: Bundle,
        /// There are no more.
        complete: bool,
    },
    /// One chat.
    Chat(Bundle),
    /// The roles of a community.
    Roles {
        /// Which community.
        community: CommunityId,
        /// Its roles.
        roles: Vec<Role>,
    },
    /// Members and who they are.
    Members(Bundle),
    /// The list of those who can see a channel.
    MemberList {
        /// Of which channel.
        chat: ChatId,
        /// In the network's order.
        entries: Vec<MemberListEntry>,
    },
    /// Voice rooms in use in a community; all others are empty.
    VoiceRooms {
        /// Where.
        community: CommunityId,
        /// Channel and who is inside.
        rooms: Vec<(ChatId, Vec<VoiceParticipant>)>,
        /// People who appear in it.
        bundle: Bundle,
    },
    /// A person.
    User(User),
    /// What a person says of themselves.
    Profile(Box<Profile>),
    /// How oneself stands to others.
    Relationships {
        /// To whom and how; those missing are in no relation.
        relationships: Vec<(UserId, Relationship)>,
        /// Who they are.
        users: Vec<User>,
    },
    /// How a poll stands.
    Poll {
        /// In which chat.
        chat: ChatId,
        /// The message that it is in.
        message: MessageId,
        /// Its votes.
        tally: Tally,
    },
    /// What an invite leads to.
    Invite(Box<Invite>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_that_fits_is_read_from_the_words_of_a_refusal() {
        for (text, most) in [
            ("The message is too long; at most 4000 characters fit.", Some(4_000)),
            ("Message too long. Maximum length is 2000 characters", Some(2_000)),
            ("at most 0 characters", None),
            ("the message is 7 characters too long", None),
            ("at most 10 files", None),
            ("Maximum length is 99999999999999 characters", None),
            ("", None),
        ] {
            let refusal = Refusal { text: CleanText::line(text), ..Refusal::default() };
            assert_eq!(refusal.most_characters(), most, "{text}");
        }
    }

    #[test]
    fn what_was_found_wrong_needs_a_change_and_what_was_stopped_does_not() {
        let needs = |kind| Refusal { kind, ..Refusal::default() }.needs_change();
        assert!(needs(RefusalKind::Invalid) && needs(RefusalKind::Unsupported));
        assert!(!needs(RefusalKind::Forbidden) && !needs(RefusalKind::ServerFault) && !needs(RefusalKind::RateLimited));
        assert!(!Refusal::stopped().needs_change());
    }
}
