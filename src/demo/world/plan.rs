//! What the sample world consists of: its communities, roles, channels and private conversations, as tables.
//!
//! Texts live in `assets/world/`; here stands who may do what, where, and how much has been said.

use super::model::ChannelKind::{self, Announcement, Category, Text, Voice};

/// `VIEW_CHANNEL` of the wire schema's `CommunityPermission`.
pub(crate) const VIEW: u64 = 2;
/// `SEND_MESSAGES`.
pub(crate) const SEND: u64 = 4;
const ADMINISTRATOR: u64 = 1;
const CONNECT: u64 = 8;
const MEDIA: u64 = 32;
const DELETE: u64 = 64;
const PIN: u64 = 128;
const SPEAK: u64 = 256;
const REMOVE_MEMBERS: u64 = 2048;
const REACT: u64 = 4096;
pub(crate) const EVERYBODY: u64 = VIEW | SEND | CONNECT | MEDIA | SPEAK | REACT;
pub(crate) const MODERATION: u64 = DELETE | PIN | REMOVE_MEMBERS;

/// One community.
pub(crate) struct CommunityPlan {
    pub name: &'static str,
    pub username: Option<&'static str>,
    pub owner: &'static str,
    pub permissions: u64,
    /// Name, permissions, colour, separated, user names of its members.
    pub roles: &'static [(&'static str, u64, u32, bool, &'static [&'static str])],
    /// User names and the names they use here.
    pub nicknames: &'static [(&'static str, &'static str)],
    /// Every nth person is missing; 0 when everybody is here. The first ten are always here.
    pub without_every: usize,
    /// Hours that its evenings are ahead of UTC.
    pub utc_offset: i64,
    pub channels: &'static [ChannelPlan],
}

/// One channel.
pub(crate) struct ChannelPlan {
    pub name: &'static str,
    pub kind: ChannelKind,
    pub topic: Option<&'static str>,
    pub slowmode: Option<u32>,
    /// Index of the role that may do here what everybody else may not.
    pub keeper: Option<usize>,
    /// What everybody else may not do here.
    pub denied: u64,
    /// Topics of the dialogue assets that are talked about here.
    pub about: &'static [&'static str],
    /// Topic whose one dialogue is the newest here.
    pub ending: Option<&'static str>,
    /// Roughly how many messages its history has.
    pub posts: usize,
    /// Minutes before the start at which the newest message was written.
    pub quiet: i64,
    pub unread: usize,
    /// Whether joins and departures are told here.
    pub greets: bool,
    /// For voice channels: user names and whether muted.
    pub inside: &'static [(&'static str, bool)],
}

const NOTHING: ChannelPlan = ChannelPlan {
    name: "",
    kind: Text,
    topic: None,
    slowmode: None,
    keeper: None,
    denied: 0,
    about: &[],
    ending: None,
    posts: 0,
    quiet: 60,
    unread: 0,
    greets: false,
    inside: &[],
};

pub(crate) const fn heading(name: &'static str) -> ChannelPlan {
    ChannelPlan { name, kind: Category, ..NOTHING }
}

pub(crate) const fn text(
    name: &'static str,
    topic: &'static str,
    about: &'static [&'static str],
    posts: usize,
) -> ChannelPlan {
    ChannelPlan { name, topic: Some(topic), about, posts, ..NOTHING }
}

/// Read by everybody, written by the role with index `keeper` only.
pub(crate) const fn notices(
    name: &'static str,
    keeper: usize,
    about: &'static [&'static str],
    posts: usize,
) -> ChannelPlan {
    ChannelPlan { name, kind: Announcement, keeper: Some(keeper), denied: SEND, about, posts, quiet: 1500, ..NOTHING }
}

/// Seen by the role with index `keeper` only.
const fn hidden(channel: ChannelPlan, keeper: usize) -> ChannelPlan {
    ChannelPlan { keeper: Some(keeper), denied: VIEW | SEND, ..channel }
}

pub(crate) const fn voice(name: &'static str, inside: &'static [(&'static str, bool)]) -> ChannelPlan {
    ChannelPlan { name, kind: Voice, inside, ..NOTHING }
}

/// Sets how long ago the newest message was written and how many are unread.
pub(crate) const fn lately(channel: ChannelPlan, quiet: i64, unread: usize) -> ChannelPlan {
    ChannelPlan { quiet, unread, ..channel }
}

/// The communities, in the order of the rail.
pub(crate) const COMMUNITIES: &[CommunityPlan] = &[
    CommunityPlan {
        name: "Rustaceans",
        username: Some("rustaceans"),
        owner: "grace",
        permissions: EVERYBODY,
        roles: &[
            ("Core", ADMINISTRATOR, 0x00d7_5f00, true, &["grace"]),
            ("Mods", MODERATION, 0x005f_afd7, true, &["mara", "radia"]),
            ("Bots", SEND | VIEW, 0x008a_8a8a, true, &["ferris"]),
            ("Crate authors", 0, 0x00d7_af5f, false, &["ada", "linus", "priya", "kwame", "barbara"]),
            ("Regulars", 0, 0, false, &["robin", "tomas", "yuki", "alan", "edsger", "hedy"]),
        ],
        nicknames: &[("yuki", "yuki 🦀"), ("edsger", "EWD")],
        without_every: 0,
        utc_offset: 1,
        channels: &[
            heading("Information"),
            lately(notices("announcements", 1, &["rust-news"], 16), 700, 2),
            notices("rules", 0, &["rust-rules"], 1),
            ChannelPlan { greets: true, ..text("welcome", "Say who you are", &["welcome"], 30) },
            heading("Text"),
            ChannelPlan {
                ending: Some("ending-general"),
                ..lately(
                    text("general", "Anything about Rust", &["rust", "terminals", "smalltalk", "shapes"], 380),
                    3,
                    1,
                )
            },
            ChannelPlan {
                ending: Some("ending-help"),
                ..lately(text("help", "Ask with code, answer with kindness", &["help"], 220), 9, 12)
            },
            text("show-and-tell", "Things you made", &["show"], 45),
            text("code-review", "Second pair of eyes", &["review"], 130),
            text("terminals", "Shells, editors, multiplexers, text interfaces", &["terminals", "keyboards"], 140),
            ChannelPlan {
                ending: Some("ending-off-topic"),
                ..lately(
                    text("off-topic", "Not Rust", &["smalltalk", "music", "games", "food", "keyboards", "shapes"], 230),
                    21,
                    3,
                )
            },
            ChannelPlan {
                slowmode: Some(30),
                ..text("beginners", "One question at a time, thirty seconds apart", &["help"], 80)
            },
            heading("Robots"),
            lately(notices("builds", 2, &["builds"], 160), 12, 0),
            lately(notices("releases", 2, &["releases"], 80), 90, 5),
            hidden(heading("Staff"), 1),
            hidden(text("moderators", "Quiet, please", &["staff"], 24), 1),
            heading("Voice"),
            voice("lounge", &[("ada", false), ("linus", true)]),
            voice("pairing", &[]),
            voice("office hours", &[("radia", false), ("priya", false), ("kwame", true)]),
        ],
    },
    CommunityPlan {
        name: "Open Source Pens",
        username: Some("opensourcepens"),
        owner: "mara",
        permissions: EVERYBODY,
        roles: &[
            ("Keepers", ADMINISTRATOR, 0x0087_5faf, true, &["mara", "lucia"]),
            ("Nib smiths", MODERATION, 0x00af_875f, true, &["robin", "ingrid"]),
            ("Ink makers", 0, 0x005f_87af, true, &["sofia", "pierre"]),
            ("Bots", SEND | VIEW, 0x008a_8a8a, false, &["inkwell"]),
            ("Left-handed", 0, 0x00d7_87af, false, &["ada", "noa", "anna"]),
        ],
        nicknames: &[("robin", "Robin (F nib)"), ("ingrid", "Ingrid 🖋")],
        without_every: 3,
        utc_offset: 1,
        channels: &[
            notices("announcements", 0, &["pen-news"], 9),
            heading("Desk"),
            ChannelPlan { greets: true, ..lately(text("the-nib", "Front room", &["pens", "smalltalk"], 210), 34, 4) },
            ChannelPlan {
                slowmode: Some(60),
                ..lately(text("pen-of-the-day", "One post a day, what is in your hand", &["potd"], 120), 95, 0)
            },
            text("inks-and-paper", "Bleed, feather, sheen, shade", &["inks"], 95),
            text("repairs", "Sacs, seals, tines", &["repairs"], 65),
            text("penmanship", "Practice sheets welcome", &["handwriting"], 45),
            lately(notices("ink-log", 3, &["ink-log"], 40), 400, 0),
            heading("Back room"),
            ChannelPlan {
                slowmode: Some(300),
                ..text("marketplace", "Sell, swap, give away. Prices in the post", &["market"], 30)
            },
            hidden(text("keepers", "Only for those who look after this place", &["staff"], 12), 0),
            voice("writing hour", &[("pierre", true)]),
        ],
    },
    CommunityPlan {
        name: "Tokyo Aperitivo",
        username: None,
        owner: "giulia",
        permissions: EVERYBODY,
        roles: &[
            ("幹事", MODERATION, 0x00d7_5f87, true, &["giulia", "yuki"]),
            ("Cooks", 0, 0x00d7_af00, true, &["marco", "amara", "mei"]),
            ("Travellers", 0, 0x0087_afd7, false, &["robin", "olga", "diego", "zoe"]),
        ],
        nicknames: &[("giulia", "ジュリア"), ("robin", "ロビン")],
        without_every: 4,
        utc_offset: 9,
        channels: &[
            notices("お知らせ", 0, &["tokyo-news"], 8),
            heading("卓 · Tables"),
            ChannelPlan {
                greets: true,
                ending: Some("ending-aperitivo"),
                ..lately(text("aperitivo", "Who, where, when", &["aperitivo", "food", "smalltalk"], 180), 47, 2)
            },
            text("食べ物-food", "写真も歓迎", &["food"], 75),
            text("travel", "Trains, rooms, detours", &["travel"], 60),
            text("音楽", "What are you listening to", &["music"], 60),
            text("games", "Board, video, invented", &["games"], 55),
            heading("ことば · Languages"),
            text("日本語", "日本語で雑談", &["japanese"], 105),
            text("中文", "随便聊聊", &["chinese"], 50),
            text("한국어", "아무 말이나", &["korean"], 46),
            text("عربي-עברית", "من اليمين إلى اليسار · מימין לשמאל", &["arabic", "hebrew"], 26),
            heading("声"),
            voice("カウンター", &[("mei", false), ("haruto", true)]),
            voice("karaoke", &[]),
        ],
    },
];

/// A conversation with one: peer, topics, messages, minutes since the newest, unread. It begins where its own topic says.
pub(crate) type DirectPlan = (&'static str, &'static [&'static str], usize, i64, usize);

/// One-to-one conversations.
pub(crate) const DIRECTS: &[DirectPlan] = &[
    ("ada", &["dm-ada", "dm"], 46, 38, 0),
    ("alan", &["dm-alan", "dm"], 24, 15, 1),
    ("grace", &["dm-grace", "dm"], 28, 190, 0),
    ("yuki", &["dm-yuki", "dm"], 26, 260, 2),
    ("giulia", &["dm-giulia", "dm"], 24, 800, 0),
    ("linus", &["dm-linus", "dm"], 18, 2900, 0),
    ("tomas", &["dm-tomas", "dm"], 16, 5200, 0),
    ("noa", &["dm-noa", "dm"], 14, 9000, 0),
    ("inkwell", &["dm-inkwell"], 6, 420, 0),
];

/// One group: name, owner, members besides "you", topics, messages, minutes since the newest, unread.
pub(crate) type GroupPlan =
    (&'static str, &'static str, &'static [&'static str], &'static [&'static str], usize, i64, usize);

/// The group conversations.
pub(crate) const GROUPS: &[GroupPlan] = &[
    ("pens and ink", "mara", &["mara", "ada", "ingrid", "sofia", "noa"], &["group-pens", "pens", "inks"], 70, 52, 3),
    ("spring trip", "robin", &["giulia", "yuki", "mei", "tomas"], &["group-trip", "travel"], 44, 1300, 0),
];
