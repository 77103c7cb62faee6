//! The sample world as plain data: what the embedded servers serve before anybody types.
//!
//! A world is a pure function of `(seed, at)`: the same two values give the same people, ids, texts and times.
//! It knows no network; a server turns it into its own entities. Indices (`usize`) point into the vectors of [`World`].

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// Everything that exists when a demo starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// The moment the world counts back from.
    pub at: Millis,
    /// Index 0 is "you", the account that `nib demo` signs in with; the rest are the other people and bots.
    pub people: Vec<Person>,
    /// Communities, each with its channels, roles, members and history.
    pub communities: Vec<Community>,
    /// One-to-one conversations.
    pub directs: Vec<Direct>,
    /// Group conversations.
    pub groups: Vec<Group>,
    /// Saved messages of "you".
    pub saved: Vec<Post>,
    /// Bytes of every attachment; posts refer to them by index.
    pub files: Vec<FileData>,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Display name, for example `Ada`.
    pub name: String,
    /// Unique user name without the `@`.
    pub username: String,
    /// What the profile says.
    pub bio: String,
    /// True for bots.
    pub bot: bool,
    /// Whether they are online when the world starts.
    pub presence: Presence,
    /// Display colour as `0xRRGGBB`.
    pub color: Option<u32>,
}

/// Whether somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Signed in and active.
    Online,
    /// Signed in, away.
    Idle,
    /// Not signed in.
    Offline,
}

/// A community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    /// Its name.
    pub name: String,
    /// Its public name, if it has one.
    pub username: Option<String>,
    /// Who owns it.
    pub owner: usize,
    /// Permission bits of everybody (the bits of `CommunityPermission` in the wire schema).
    pub default_permissions: u64,
    /// Roles, highest priority first.
    pub roles: Vec<Role>,
    /// Members, "you" among them.
    pub members: Vec<Member>,
    /// Categories and channels, in display order; a channel's parent comes before it.
    pub channels: Vec<Channel>,
}

/// A role of a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Permission bits that it adds.
    pub permissions: u64,
    /// Colour of its members' names as `0xRRGGBB`, 0 for none.
    pub color: u32,
    /// Whether its members have a section of their own in the member list.
    pub separated: bool,
}

/// Somebody in a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Index into [`World::people`].
    pub person: usize,
    /// Indices into the community's roles.
    pub roles: Vec<usize>,
    /// The name used here instead of the display name.
    pub nickname: Option<String>,
}

/// What a channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// Reading and writing.
    Text,
    /// Reading; few may write.
    Announcement,
    /// Talking.
    Voice,
    /// A heading that groups channels.
    Category,
}

/// A channel or category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name, without a sign in front.
    pub name: String,
    /// Topics that are talked about in it; none where nobody talks by themselves, such as places that few may write in.
    pub topics: &'static [&'static str],
    /// What it is for.
    pub kind: ChannelKind,
    /// Index of its category in the same vector.
    pub parent: Option<usize>,
    /// Its topic.
    pub topic: Option<String>,
    /// Seconds between two messages of one person.
    pub slowmode: Option<u32>,
    /// For each role index, bits allowed and bits denied here.
    pub overrides: Vec<(usize, u64, u64)>,
    /// Bits denied to everybody without a role that allows them here.
    pub deny_everyone: u64,
    /// History, oldest first.
    pub posts: Vec<Post>,
    /// How many of the newest posts "you" have not read.
    pub unread: usize,
    /// For voice channels: who is inside, and whether muted.
    pub inside: Vec<(usize, bool)>,
}

impl Channel {
    /// One that everybody may use, in no category and without history.
    #[must_use]
    pub fn new(name: &str, kind: ChannelKind) -> Self {
        Self {
            name: name.to_owned(),
            topics: &[],
            kind,
            parent: None,
            topic: None,
            slowmode: None,
            overrides: Vec::new(),
            deny_everyone: 0,
            posts: Vec::new(),
            unread: 0,
            inside: Vec::new(),
        }
    }
}

/// A one-to-one conversation of "you".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Direct {
    /// The other side.
    pub peer: usize,
    /// History, oldest first.
    pub posts: Vec<Post>,
    /// How many of the newest posts "you" have not read.
    pub unread: usize,
}

/// A group conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner: usize,
    /// Who is in it, "you" included.
    pub members: Vec<usize>,
    /// History, oldest first.
    pub posts: Vec<Post>,
    /// How many of the newest posts "you" have not read.
    pub unread: usize,
}

/// One message of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// Who wrote it.
    pub author: usize,
    /// When.
    pub at: Millis,
    /// What it says. Plain text; formatting is in `spans`.
    pub text: String,
    /// Formatting, in UTF-16 code units of `text`.
    pub spans: Vec<Span>,
    /// Index (in the same history) of the message it answers.
    pub reply_to: Option<usize>,
    /// Reactions: emoji and who.
    pub reactions: Vec<(String, Vec<usize>)>,
    /// Indices into [`World::files`].
    pub files: Vec<usize>,
    /// When it was edited last.
    pub edited: Option<Millis>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// What kind of line it is.
    pub kind: PostKind,
}

/// What kind of line a post is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PostKind {
    /// Written by a person.
    #[default]
    Ordinary,
    /// Somebody joined.
    Join,
    /// Somebody left.
    Leave,
    /// A call took place.
    Call,
}

/// A formatting span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// First UTF-16 code unit.
    pub start: u32,
    /// Length in UTF-16 code units.
    pub length: u32,
    /// What it does.
    pub style: Style,
}

/// What a formatting span does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strike,
    /// Inline code.
    Code,
    /// A block of code with its language.
    Pre(Option<String>),
    /// The text is a link.
    Url,
    /// The text leads to this address.
    TextUrl(String),
    /// Hidden until asked for.
    Spoiler,
    /// A mention of a user name, the `@` included.
    Mention,
}

/// An attachment's bytes and facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileData {
    /// File name.
    pub name: String,
    /// MIME type.
    pub mimetype: String,
    /// Width and height in pixels, for images.
    pub size: Option<(u32, u32)>,
    /// The bytes.
    pub bytes: Vec<u8>,
}
