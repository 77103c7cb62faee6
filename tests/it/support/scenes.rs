//! States for screen tests and benches, built by hand: a small world, and chats of any length.

#![allow(dead_code, reason = "tests and benches each use a part")]

use nib::domain::id::EmojiId;
use nib::domain::message::{Attachment, AttachmentKind, Button, Embed, Press, ReactEmoji, Reaction, ReplyInfo};
use nib::domain::{
    AccountId, Bundle, Caps, ChannelKind, Chat, ChatId, ChatKey, ChatKind, CleanText, Community, CommunityId,
    CustomEmoji, LinkPhase, MemberListEntry, Message, MessageId, MessageKey, MessageKind, Mono, Now, Page, Permissions,
    Presence, Refusal, RichText, Role, RoleId, Settings, SortKey, SpanKind, Timeline, Update, User, UserId,
    VoiceParticipant, Wall,
};
use nib::layout::{KeyHint, KeyHints, LayoutCache};
use nib::state::action::Context;
use nib::state::outbox::Stage;
use nib::state::pins::Pins;
use nib::state::typing::Typist;
use nib::state::{AccountSpec, Action, Event, State, reduce};
use std::sync::Arc;
use std::time::Duration;

/// Thursday, 19 November 2026, 14:10 UTC.
pub(crate) const NOW: i64 = 1_795_097_400_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const ACCOUNT: AccountId = AccountId(0);
pub(crate) const ME: UserId = UserId::new(1);
pub(crate) const ADA: UserId = UserId::new(2);
pub(crate) const GRACE: UserId = UserId::new(3);
pub(crate) const LINUS: UserId = UserId::new(4);
pub(crate) const ALAN: UserId = UserId::new(5);
pub(crate) const BOT: UserId = UserId::new(6);
pub(crate) const MODS: RoleId = RoleId::new(7);
pub(crate) const GENERAL: ChatId = ChatId::new(102);

pub(crate) fn text(words: &str) -> CleanText {
    CleanText::new(words)
}

/// A message of the given number; numbers order them.
pub(crate) fn message(number: u128, author: UserId, minutes_ago: i64, words: &str) -> Message {
    Message {
        key: MessageKey { order: SortKey(number), id: MessageId::new(number) },
        chat: GENERAL,
        author,
        at: Some(Wall(NOW - minutes_ago * MINUTE)),
        body: RichText::plain(text(words)),
        ..Message::default()
    }
}

/// The same with formatting, given as pieces of the text and what they are.
pub(crate) fn styled(
    number: u128,
    author: UserId,
    minutes_ago: i64,
    words: &str,
    marks: &[(&str, SpanKind)],
) -> Message {
    let spans = marks.iter().map(|(piece, kind)| {
        let at = words.find(piece).expect("a piece of the text");
        let units = |text: &str| text.encode_utf16().count() as u32;
        (units(&words[..at]), units(piece), kind.clone())
    });
    Message {
        body: RichText::from_utf16(words.to_owned(), spans.collect()),
        ..message(number, author, minutes_ago, "")
    }
}

/// A timeline of these messages; `start` says whether the first is the chat's first.
pub(crate) fn timeline(messages: Vec<Message>, start: bool) -> Timeline {
    let mut timeline = Timeline::default();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, messages.into_iter().map(Arc::new).collect(), start, true);
    timeline
}

fn user(id: UserId, name: &str, presence: Presence) -> User {
    User {
        id,
        name: text(name),
        username: Some(text(name)),
        presence: Some(presence),
        bot: id == BOT,
        ..User::default()
    }
}

fn chat(id: u128, name: &str, kind: ChatKind, unread: u32, mentions: u32) -> Chat {
    Chat {
        id: ChatId::new(id),
        wire: text(&id.to_string()),
        kind,
        name: text(name),
        unread,
        mentions,
        ..Chat::default()
    }
}

fn channel(id: u128, name: &str, kind: ChannelKind, parent: u128, unread: u32, mentions: u32) -> Chat {
    let parent = (parent > 0).then(|| ChatId::new(parent));
    let kind = ChatKind::Channel { community: CommunityId::new(10), kind, parent, position: id as u32, slowmode: 0 };
    chat(id, name, kind, unread, mentions)
}

fn reaction(emoji: &str, count: u32, mine: bool) -> Reaction {
    Reaction { emoji: ReactEmoji::Unicode(text(emoji)), count, mine, by: Box::default() }
}

/// An hour of talk with most of what a message can have.
pub(crate) fn talk() -> Vec<Message> {
    let mut messages = vec![
        message(1, GRACE, 1_500, "The release notes are on the wiki."),
        styled(
            2,
            GRACE,
            1_499,
            "Have a look at https://example.org/notes before Friday.",
            &[("https://example.org/notes", SpanKind::Link)],
        ),
        Message {
            reactions: [reaction("🦀", 3, false), reaction("👀", 1, true)].into(),
            ..message(3, ADA, 68, "Has anyone profiled the new allocator?")
        },
        Message {
            reply: Some(Box::new(ReplyInfo { to: Some(MessageId::new(3)), quote: None })),
            attachments: [Attachment {
                name: text("flame.png"),
                size: 212_480,
                kind: AttachmentKind::Image { width: 1280, height: 720 },
                ..Attachment::default()
            }]
            .into(),
            ..styled(
                4,
                GRACE,
                67,
                "Yes: 12 % faster on our traces, see\nlet mut arena = Arena::with_capacity(1 << 20);\narena.fill();",
                &[(
                    "\nlet mut arena = Arena::with_capacity(1 << 20);\narena.fill();",
                    SpanKind::CodeBlock(Some(text("rust"))),
                )],
            )
        },
        message(
            5,
            GRACE,
            66,
            "日本語のテキストも、きちんと折り返されます。長い行でも、文字の途中で切れることはありません。",
        ),
        Message { kind: MessageKind::Join, ..message(6, ALAN, 40, "") },
        styled(7, ALAN, 32, "It was the butler", &[("the butler", SpanKind::Spoiler)]),
        Message {
            shown_as: Some(text("Build watch")),
            embeds: [Embed {
                url: text("https://example.org/build/1204"),
                title: Some(text("Build 1204 passed")),
                description: Some(text("All 862 tests passed in 41 s on three systems.")),
                site: Some(text("Example builds")),
                ..Embed::default()
            }]
            .into(),
            buttons: [("Details", Press::Open(text("https://example.org/bot"))), ("Again", Press::Tell(None))]
                .map(|(label, does)| Button { label: text(label), row: 0, does })
                .into(),
            ..message(8, BOT, 20, "")
        },
    ];
    messages.push(Message {
        mentions_me: true,
        edited: Some(Wall(NOW)),
        ..styled(
            9,
            LINUS,
            6,
            "@you that flag is gone since 1.93",
            &[("@you", SpanKind::Mention(Some(ME))), ("1.93", SpanKind::Code)],
        )
    });
    messages.push(message(10, ME, 5, "Thanks, I will check."));
    messages
}

/// Writes a message that got as far as this.
pub(crate) fn send(state: &mut State, words: &str, stage: Stage) {
    let chat = ChatKey::new(ACCOUNT, GENERAL);
    let action =
        Action::SendTo { chat, text: words.to_owned(), verbatim: false, reply_to: None, attachments: Vec::new() };
    tell(state, Event::Act(action));
    let sent = state.core.accounts[0].outbox.chats.get_mut(&GENERAL).unwrap().last_mut().unwrap();
    sent.stage = stage;
    sent.revision += 1;
}

/// Something happens, and nothing that follows from it is carried out.
pub(crate) fn tell(state: &mut State, event: Event) {
    let now = state.now;
    let _ = reduce(state, event, now);
}

/// A refusal in words.
pub(crate) fn refused(words: &'static str) -> Stage {
    Stage::Failed(Refusal::ours(nib::domain::RefusalKind::Forbidden, words))
}

/// Who can see the open channel.
fn members() -> Vec<MemberListEntry> {
    let person = |user: User| MemberListEntry::Member { user, nickname: None };
    vec![
        MemberListEntry::Role { role: MODS, count: 1 },
        person(user(LINUS, "linus", Presence::Busy)),
        MemberListEntry::Section { online: true, count: 4 },
        person(user(ADA, "ada", Presence::Online)),
        person(user(GRACE, "grace", Presence::Idle)),
        person(user(BOT, "hook", Presence::Online)),
        person(user(ME, "you", Presence::Online)),
        MemberListEntry::Section { online: false, count: 1_039 },
        person(user(ALAN, "alan", Presence::Offline)),
        person(user(UserId::new(7), "日本語の長い名前です、切れますか", Presence::Offline)),
    ]
}

/// A state with one account, three communities and this timeline in the open chat.
pub(crate) fn state(open: Timeline) -> State {
    let now = Now { mono: Mono(1_000_000), wall: Wall(NOW) };
    let spec = AccountSpec {
        id: ACCOUNT,
        label: "home".to_owned(),
        server: "chat.example.org".to_owned(),
        ..AccountSpec::default()
    };
    let mut state = State::new(Arc::new(Settings::default()), vec![spec], true, 7, now);
    let account = &mut state.core.accounts[0];
    account.me = ME;
    (account.link, account.latency) = (LinkPhase::Online, Some(Duration::from_millis(12)));
    account.caps = Caps {
        replies: true,
        edit: true,
        delete: true,
        reactions: true,
        typing: true,
        member_lists: true,
        ..Caps::default()
    };
    account.channels_loaded.insert(CommunityId::new(10), true);
    account.community_counts.insert(CommunityId::new(11), (3, 0));
    for (id, name) in [(10, "Rustaceans"), (11, "Open Source"), (12, "Tape")] {
        let community = Community {
            id: CommunityId::new(id),
            name: text(name),
            permissions: Permissions::ALL,
            available: true,
            ..Community::default()
        };
        tell(&mut state, Event::Update(ACCOUNT, Update::CommunityChanged(Box::new(community))));
    }
    let mut general = channel(102, "general", ChannelKind::Text, 101, 0, 0);
    general.topic = Some(text("anything about Rust"));
    let chats = vec![
        channel(99, "Information", ChannelKind::Category, 0, 0, 0),
        channel(100, "announcements", ChannelKind::Announcement, 99, 0, 0),
        channel(101, "Text", ChannelKind::Category, 0, 0, 0),
        general,
        channel(103, "help", ChannelKind::Text, 101, 12, 0),
        channel(104, "off-topic", ChannelKind::Text, 101, 7, 1),
        channel(105, "Voice", ChannelKind::Category, 0, 0, 0),
        channel(106, "lounge", ChannelKind::Voice, 105, 0, 0),
        chat(200, "", ChatKind::Direct { peer: ADA }, 0, 0),
        chat(201, "", ChatKind::Direct { peer: ALAN }, 1, 0),
        chat(202, "pens and ink", ChatKind::Group { owner: false, members: [ME, ADA, GRACE].into() }, 0, 0),
        chat(203, "", ChatKind::Saved, 0, 0),
    ];
    let users = vec![
        user(ME, "you", Presence::Online),
        user(ADA, "ada", Presence::Online),
        user(GRACE, "grace", Presence::Idle),
        user(LINUS, "linus", Presence::Busy),
        user(ALAN, "alan", Presence::Offline),
        user(BOT, "hook", Presence::Online),
    ];
    let bundle = Bundle { users, chats, ..Bundle::default() };
    tell(&mut state, Event::Update(ACCOUNT, Update::ChatChanged(Box::new(bundle))));
    let inside = |user, muted| VoiceParticipant { user, muted, ..VoiceParticipant::default() };
    let participants = vec![inside(ADA, false), inside(LINUS, true)];
    tell(&mut state, Event::Update(ACCOUNT, Update::VoiceRoomChanged { chat: ChatId::new(106), participants }));

    let mods = Role { id: MODS, name: text("mods"), priority: 5, color: Some(0x00_aa_66), separated: true };
    state.core.accounts[0].roles.insert(CommunityId::new(10), [(MODS, mods)].into_iter().collect());
    tell(&mut state, Event::Update(ACCOUNT, Update::MemberListChanged { chat: GENERAL, entries: members() }));

    let account = &mut state.core.accounts[0];
    account.timelines.insert(GENERAL, open);
    account.pins.insert(GENERAL, Pins::of((1..=3).map(MessageId::new)));
    let ferris = CustomEmoji { id: EmojiId::new(1), name: text("ferris"), ..CustomEmoji::default() };
    account.emoji.insert(ferris.id, ferris);
    account.typing.chats.insert(GENERAL, vec![Typist { user: ADA, until: Mono(u64::MAX) }]);
    let front = state.front.as_mut().unwrap();
    front.community = Some((ACCOUNT, CommunityId::new(10)));
    front.pane.chat = Some(ChatKey::new(ACCOUNT, GENERAL));
    front.pane.divider = Some(MessageKey { order: SortKey(8), id: MessageId::new(8) });
    state
}

/// Sets the size of the terminal.
pub(crate) fn sized(mut state: State, width: u16, height: u16) -> State {
    tell(&mut state, Event::Resized { width, height });
    state.front.as_mut().unwrap().sidebar.cursor = 4;
    state
}

/// The keys that nib comes with.
pub(crate) fn keys() -> KeyHints {
    let keymap = nib::input::keymap::Keymap::default();
    let mut hints = Vec::new();
    for context in Context::ALL {
        for hint in keymap.hints(&[context]) {
            hints.extend(hint.keys.into_iter().map(|key| KeyHint { context, action: hint.written.clone(), key }));
        }
    }
    KeyHints::new(hints)
}

/// An empty cache with those keys, in UTC.
pub(crate) fn cache() -> LayoutCache {
    let mut cache = LayoutCache::new(jiff::tz::TimeZone::UTC);
    cache.keys = keys();
    cache
}

/// A long history of lines as people write them.
pub(crate) fn history(count: u128) -> Vec<Message> {
    let mut random = fastrand::Rng::with_seed(42);
    let words = [
        "allocator",
        "日本語",
        "the",
        "https://example.org/a/long/path",
        "trace",
        "is",
        "🦀",
        "faster",
        "than",
        "before",
        "we",
        "thought",
    ];
    (1..=count)
        .map(|number| {
            let author = UserId::new(u128::from(random.u8(1..7)));
            let length = random.usize(6..18);
            let line: Vec<&str> = (0..length).map(|_| words[random.usize(..words.len())]).collect();
            let ago = i64::try_from(count - number).unwrap_or(0) * 2;
            message(number, author, ago, &line.join(" "))
        })
        .collect()
}
