//! What an account's network can do. State and view ask here, never for the network's name.

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
    /// Messages can be pinned.
    pub pins: bool,
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
