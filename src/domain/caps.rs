//! What an account's network can do. State and view ask here, never for the network's name.

use super::markup::Dialect;
use super::{MessageId, MessageKey, SortKey, Wall};

/// Abilities and habits of a network. The default is the least able one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Caps {
    /// An own send comes back with the nonce it was sent with.
    pub nonce_echo: bool,
    /// The network says of each message whether it mentions the signed-in account, so that nib need not find out.
    pub mentions_told: bool,
    /// Fetching a chat marks it read, so that it must not be fetched before it is opened.
    pub fetch_marks_read: bool,
    /// Typing can be told.
    pub typing: bool,
    /// The network keeps read marks.
    pub read_marks: bool,
    /// Messages can be asked for one by one, which marks nothing read.
    pub single_messages: bool,
    /// Messages can be answered.
    pub replies: bool,
    /// Whoever answers can choose not to call the one who is answered.
    pub quiet_replies: bool,
    /// Own messages can be changed.
    pub edit: bool,
    /// Messages can be deleted.
    pub delete: bool,
    /// Messages can be reacted to.
    pub reactions: bool,
    /// The pinned messages of a chat can be asked for.
    pub pins: bool,
    /// Messages can be pinned and let go.
    pub pin: bool,
    /// Messages can be passed on.
    pub forward: bool,
    /// An answer can quote a part of what it answers.
    pub quotes: bool,
    /// Buttons of bots can be pressed.
    pub buttons: bool,
    /// The network has emoji of its own that can be used in texts and reactions.
    pub custom_emoji: bool,
    /// The network makes previews of links, and leaves them out where it is asked to.
    pub previews: bool,
    /// Servers offer commands.
    pub commands: bool,
    /// Unread mentions can be asked for.
    pub mention_list: bool,
    /// The network can look for words in a chat.
    pub search: bool,
    /// History can be asked for by date.
    pub dates: bool,
    /// A read mark can be moved back.
    pub marks_back: bool,
    /// There are groups by invitation.
    pub groups: bool,
    /// There are notes to oneself.
    pub saved: bool,
    /// Communities and groups are joined by invite, and can be left.
    pub invites: bool,
    /// One can say whether one is there.
    pub presence: bool,
    /// One can say something beside whether one is there.
    pub status_text: bool,
    /// One can have another name in a community.
    pub nicknames: bool,
    /// Direct chats can be begun.
    pub directs: bool,
    /// People have profiles that can be asked for.
    pub profiles: bool,
    /// The network keeps friends and blocked people.
    pub relationships: bool,
    /// The network keeps by itself what is worth a notification in each chat.
    pub notify_levels: bool,
    /// There are polls: they can be begun, voted in and ended.
    pub polls: bool,
    /// Polls tell their votes only when they are asked.
    pub polls_asked: bool,
    /// A vote cannot be taken back.
    pub votes_final: bool,
    /// Threads can be begun, changed, joined and left.
    pub threads: bool,
    /// A message in an archived thread brings it back.
    pub revives_threads: bool,
    /// A community is joined by signing in to its server.
    pub joined_by_sign_in: bool,
    /// Channels tell who can see them.
    pub member_lists: bool,
    /// The sign-in is taken by other servers of the network, too.
    pub shared_sign_in: bool,
    /// How ids of messages tell when they were sent, and order them; history can be asked for after any such id, be there a message or not.
    pub dated_ids: Option<DatedIds>,
    /// Longest message in code points, where the network says.
    pub max_length: Option<u32>,
    /// Most files that go with one message; 0: files cannot be sent.
    pub max_files: u32,
    /// Largest file in bytes.
    pub max_file: u64,
    /// Kinds of files that can be sent.
    pub file_types: FileTypes,
    /// Most bytes of a file that can be asked for at once; 0: files cannot be fetched.
    pub part: u32,
    /// Fewest that may be asked for, even where fewer are left; 0: any number.
    pub least_part: u32,
    /// How much may be written in a while, where the network says.
    pub pace: Option<Pace>,
    /// How it reads what is typed.
    pub dialect: Dialect,
}

/// How much may be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// So many messages, changes and signs of typing together.
    pub count: u16,
    /// In so many seconds.
    pub seconds: u16,
}

/// Kinds of files. By default any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileTypes(u8);

impl FileTypes {
    /// `image/*`.
    pub const IMAGES: Self = Self(1);
    /// `video/*`.
    pub const VIDEOS: Self = Self(2);
    /// `audio/*`.
    pub const SOUND: Self = Self(4);
    /// `application/pdf`.
    pub const PDF: Self = Self(8);
    /// Whatever else there is.
    pub const OTHERS: Self = Self(16);

    /// All of them.
    pub const ANY: Self = Self(31);

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a file of this MIME type is among them.
    #[must_use]
    pub fn takes(self, mimetype: &str) -> bool {
        let kind = match mimetype.split_once('/') {
            Some(("image", _)) => Self::IMAGES,
            Some(("video", _)) => Self::VIDEOS,
            Some(("audio", _)) => Self::SOUND,
            Some(("application", "pdf")) => Self::PDF,
            _ => Self::OTHERS,
        };
        self.0 & kind.0 != 0
    }
}

impl FileTypes {
    /// Which they are, in words.
    #[must_use]
    pub fn words(self) -> String {
        let named = [(Self::IMAGES, "pictures"), (Self::VIDEOS, "films"), (Self::SOUND, "sound"), (Self::PDF, "PDF")];
        let words: Vec<&str> = named.iter().filter(|(kind, _)| self.0 & kind.0 != 0).map(|(_, word)| *word).collect();
        match words.as_slice() {
            [] => "others".to_owned(),
            [one] => (*one).to_owned(),
            [all @ .., last] => format!("{} and {last}", all.join(", ")),
        }
    }
}

impl Default for FileTypes {
    fn default() -> Self {
        Self::ANY
    }
}

#[cfg(test)]
mod tests {
    use super::FileTypes;

    #[test]
    fn kinds_of_files_are_told_by_their_type() {
        let some = FileTypes::IMAGES.and(FileTypes::PDF);
        assert!(some.takes("image/png") && some.takes("application/pdf"));
        assert!(!some.takes("audio/ogg") && !some.takes("application/zip") && !some.takes(""));
        assert_eq!(some.words(), "pictures and PDF");
        assert!(FileTypes::default().takes("text/plain") && FileTypes::default().takes("video/mp4"));
    }
}

/// How ids tell a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DatedIds {
    /// Where they begin to count, in milliseconds since 1970.
    pub epoch: i64,
    /// So many bits lie below the milliseconds.
    pub shift: u32,
}

impl DatedIds {
    /// A place before everything that was sent at this time or later, and after everything before it.
    #[must_use]
    pub fn before(&self, at: Wall) -> MessageKey {
        let since = u64::try_from(at.0.saturating_sub(self.epoch)).unwrap_or(0);
        let id = since.saturating_mul(1_u64.checked_shl(self.shift).unwrap_or(u64::MAX));
        let id = u128::from(id.saturating_sub(1).max(1));
        MessageKey { order: SortKey(id), id: MessageId::new(id) }
    }
}
