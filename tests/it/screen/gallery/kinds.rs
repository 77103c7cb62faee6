//! What the gallery shows.

use super::*;
use nib::domain::id::EmojiId;
use nib::domain::message::*;
use nib::domain::{LineKind, MessageId, RichText, SpanKind, UserId};
use nib::state::outbox::Stage;

/// One message in an empty chat.
fn one(message: Message) -> State {
    all(vec![message])
}

fn all(messages: Vec<Message>) -> State {
    let mut state = state(timeline(messages, false));
    state.core.accounts[0].typing.chats.clear();
    state
}

fn said(words: &str, marks: &[(&str, SpanKind)]) -> State {
    one(styled(1, ADA, 5, words, marks))
}

fn with(change: impl FnOnce(&mut Message)) -> State {
    let mut message = message(1, ADA, 5, "Have a look");
    change(&mut message);
    one(message)
}

fn file(name: &str, size: u64, kind: AttachmentKind) -> Attachment {
    Attachment { name: text(name), size, kind, ..Attachment::default() }
}

fn reaction(emoji: ReactEmoji, count: u32, mine: bool) -> Reaction {
    Reaction { emoji, count, mine, by: Box::default() }
}

fn signed(emoji: &str) -> ReactEmoji {
    ReactEmoji::Unicode(text(emoji))
}

fn system(kind: MessageKind, words: &str) -> State {
    one(Message { kind, ..message(1, GRACE, 5, words) })
}

fn answers(to: Option<u128>, quote: Option<RichText>) -> State {
    let reply = ReplyInfo { to: to.map(MessageId::new), quote };
    let answer = Message { reply: Some(Box::new(reply)), ..message(2, GRACE, 4, "Yes, since Monday") };
    all(vec![message(1, ADA, 5, "Has anyone profiled the new allocator?"), answer])
}

fn outgoing(words: &str, stage: Stage) -> State {
    let mut state = one(message(1, ADA, 5, "Well?"));
    send(&mut state, words, stage);
    state
}

fn found() -> State {
    let marks = [("the allocator", SpanKind::Bold), ("the_thing()", SpanKind::Code)];
    let file = Attachment { name: text("The allocator.pdf"), size: 9_000, ..Attachment::default() };
    let first = Message {
        attachments: [file].into(),
        ..styled(1, ADA, 5, "THE notes on the allocator call the_thing(), then others", &marks)
    };
    let mut state = all(vec![first, message(2, GRACE, 4, "the words are not all there")]);
    let find = nib::state::action::Going::Find("the allo".to_owned());
    tell(&mut state, Event::Act(nib::state::Action::Going(find)));
    state
}

fn poll(change: impl FnOnce(&mut Poll)) -> State {
    let option = |at: usize, words: &str, votes: u32, mine: bool| PollOption {
        id: text(&at.to_string()),
        text: text(words),
        votes,
        mine,
        ..PollOption::default()
    };
    let mut poll = Poll {
        question: text("Tea or coffee?"),
        options: [option(0, "Tea", 5, true), option(1, "Coffee, black and in great quantities", 2, false)].into(),
        counted: true,
        ..Poll::default()
    };
    change(&mut poll);
    with(|message| message.poll = Some(Box::new(poll)))
}

fn code(language: Option<&'static str>, words: &str) -> State {
    let block = SpanKind::CodeBlock(language.map(nib::domain::CleanText::ours));
    let whole = format!("So:\n{words}\nWell?");
    said(&whole, &[(words, block)])
}

pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = texts();
    kinds.extend(attached());
    kinds.extend(lines());
    kinds
}

/// Messages after the first one are gone.
fn deleted(count: u128) -> State {
    let gone = (2..2 + count).map(|number| message(number, if number == 3 { GRACE } else { LINUS }, 4, "never mind"));
    let mut state = all([message(1, ADA, 5, "Well?")].into_iter().chain(gone).collect());
    let messages: Vec<MessageId> = (2..2 + count).map(MessageId::new).collect();
    let chat = GENERAL;
    tell(&mut state, Event::Update(ACCOUNT, nib::domain::Update::MessagesDeleted { chat, messages }));
    state
}

/// One of two hidden stretches is open.
fn revealed() -> State {
    let hidden = [("the butler", SpanKind::Spoiler), ("the library", SpanKind::Spoiler)];
    let mut state = said("It was the butler in the library", &hidden);
    tell(&mut state, Event::Act(nib::state::action::parse("focus-messages").unwrap()));
    tell(&mut state, Event::Act(nib::state::action::parse("reveal").unwrap()));
    state
}

fn texts() -> Vec<Kind> {
    let rust = "fn main() {\n\tlet pi = 314; // about\n\tsay(\"pié\")\n}";
    let instead = |chat| SpanKind::Instead { written: text("nib:help"), chat };
    let url = "https://example.org/notes";
    vec![
        (
            "plain",
            said("Has anyone profiled the new allocator? It is twelve per cent faster on all of our traces.", &[]),
        ),
        (
            "weights",
            said(
                "bold italic underlined struck",
                &[
                    ("bold", SpanKind::Bold),
                    ("italic", SpanKind::Italic),
                    ("underlined", SpanKind::Underline),
                    ("struck", SpanKind::Strike),
                ],
            ),
        ),
        (
            "overlapping",
            said(
                "one two three",
                &[("one two", SpanKind::Bold), ("two three", SpanKind::Italic), ("two", SpanKind::Code)],
            ),
        ),
        ("code inline", said("call arena.fill() once", &[("arena.fill()", SpanKind::Code)])),
        ("code coloured", code(Some("rust"), rust)),
        ("code diff", code(Some("diff"), "@@ -1 +1 @@\n-old\n+new\n same")),
        ("code plain", code(None, rust)),
        ("spoiler", said("It was the butler all along", &[("the butler", SpanKind::Spoiler)])),
        ("link", said("See https://example.org/notes before Friday", &[(url, SpanKind::Link)])),
        ("link masked", said("See the notes", &[("the notes", SpanKind::MaskedLink(text(url)))])),
        ("link to a chat", said("Ask in #help", &[("#help", instead(Some(nib::domain::ChatId::new(103))))])),
        (
            "mentions",
            said(
                "@ada and @you and @all",
                &[
                    ("@ada", SpanKind::Mention(Some(ADA))),
                    ("@you", SpanKind::Mention(Some(ME))),
                    ("@all", SpanKind::Mention(None)),
                ],
            ),
        ),
        (
            "mentions by name",
            said(
                "@you and @&mods and @ada",
                &[
                    ("@you", SpanKind::Mention(None)),
                    ("@&mods", SpanKind::Mention(None)),
                    ("@ada", SpanKind::Mention(None)),
                ],
            ),
        ),
        ("spoiler that is open", revealed()),
        ("emoji of the network", said("Nice :ferris:", &[(":ferris:", SpanKind::Emoji(EmojiId::new(1)))])),
        (
            "lines",
            said(
                "# Heading\n> quoted\n-# small",
                &[
                    ("# Heading", SpanKind::Line(LineKind::Heading)),
                    ("> quoted", SpanKind::Line(LineKind::Quote)),
                    ("-# small", SpanKind::Line(LineKind::Small)),
                ],
            ),
        ),
        (
            "lists",
            said(
                "- bread, butter, and everything else that belongs on a table in the morning\n- tea\n1. first\n2. second",
                &[],
            ),
        ),
        ("long message", said(&(1..=60).map(|row| format!("row {row}")).collect::<Vec<_>>().join("\n"), &[])),
        ("long word", said(&"abcdefghij".repeat(14), &[])),
        (
            "right to left",
            said(
                "שלום @מרים, ראה https://example.org/a-1 (12 files) עכשיו\nwith words שלום in between",
                &[("@מרים", SpanKind::Mention(None)), ("https://example.org/a-1", SpanKind::Link)],
            ),
        ),
        ("tabs", said("a\tb\n\tc", &[])),
        ("wide", said("日本語の長い文、改行なし。ここで折り返すはずです。 한국어 中文", &[])),
        ("emoji", said("👩\u{200d}👩\u{200d}👧 👍🏽 🇩🇪 ❤\u{fe0f} 1\u{fe0f}\u{20e3} e\u{301} क्षि", &[])),
    ]
}

fn attached() -> Vec<Kind> {
    let known = Message { reply: None, ..message(1, ADA, 5, "") };
    let field = |name: &str, value: &str| EmbedField { name: text(name), value: text(value) };
    let card = Embed {
        url: text("https://example.org/notes"),
        site: Some(text("Example")),
        author: Some(text("ada")),
        title: Some(text("Notes of the release")),
        description: Some(text("What is new, what is gone, and what it takes to move from the one before.")),
        fields: [field("Tests", "5 204 passed"), field("", "no heading")].into(),
        footer: Some(text("three minutes ago")),
        color: Some(0x00_99_ff),
        image: Some(Box::new(EmbedImage { name: text("graph.png"), width: 640, height: 480, file: None })),
    };
    let link = Embed { url: text("https://example.org/a"), title: Some(text("A page")), ..Embed::default() };
    let button = |label: &str, row, does| Button { label: text(label), row, does };
    let buttons: Box<[Button]> = [
        button("Open", 0, Press::Open(text("https://example.org"))),
        button("Copy", 0, Press::Copy(text("12-34"))),
        button("Approve", 1, Press::Tell(None)),
    ]
    .into();
    vec![
        (
            "picture",
            with(|m| {
                m.attachments = [file("flame.png", 212_480, AttachmentKind::Image { width: 1280, height: 720 })].into()
            }),
        ),
        (
            "video",
            with(|m| {
                m.attachments =
                    [file("talk.mp4", 9_212_480, AttachmentKind::Video { width: 1280, height: 720, seconds: 95 })]
                        .into()
            }),
        ),
        ("sound", with(|m| m.attachments = [file("hm.ogg", 31_000, AttachmentKind::Audio { seconds: 4 })].into())),
        (
            "file",
            with(|m| {
                m.attachments = [file(&format!("{}.pdf", "a long name ".repeat(8)), 1_000, AttachmentKind::File)].into()
            }),
        ),
        ("card", with(|m| m.embeds = [card].into())),
        ("card of a link", with(|m| m.embeds = [link].into())),
        ("card without anything", one(Message { embeds: [Embed::default()].into(), ..known.clone() })),
        ("buttons", with(|m| m.buttons = buttons)),
        (
            "reactions",
            with(|m| {
                m.reactions = [
                    reaction(signed("🦀"), 3, false),
                    reaction(signed("👀"), 1, true),
                    reaction(ReactEmoji::Custom(EmojiId::new(1)), 2, false),
                    reaction(ReactEmoji::Custom(EmojiId::new(9)), 1_204, false),
                ]
                .into()
            }),
        ),
        ("poll", poll(|poll| poll.several = true)),
        ("poll that is over", poll(|poll| poll.ended = true)),
        ("poll that is not counted", poll(|poll| poll.counted = false)),
        ("nothing", one(known)),
    ]
}

fn lines() -> Vec<Kind> {
    let bot = |m: &mut Message| {
        m.author = BOT;
        m.shown_as = Some(text("Deploys"));
    };
    vec![
        ("reply", answers(Some(1), None)),
        ("reply to a part", answers(Some(1), Some(RichText::plain(text("the new allocator"))))),
        ("reply to what is gone", answers(None, None)),
        ("reply to what is not here", answers(Some(77), None)),
        (
            "forwarded",
            with(|m| m.forwarded = Some(Box::new(Forwarded { at: Some(nib::domain::Wall(NOW - 3_000 * MINUTE)) }))),
        ),
        (
            "edited and pinned",
            with(|m| {
                m.edited = Some(nib::domain::Wall(NOW));
                m.pinned = true;
            }),
        ),
        (
            "used by somebody",
            with(|m| {
                m.author = BOT;
                m.used = Some(Box::new((text("kip"), text("roll 2d6"))));
            }),
        ),
        ("deleted", deleted(1)),
        ("several deleted", deleted(3)),
        ("words that are looked for", found()),
        ("mentions me", with(|m| m.mentions_me = true)),
        ("cloak of a bot", with(bot)),
        ("somebody unknown", one(message(1, UserId::new(99), 5, "Who am I?"))),
        ("joined", system(MessageKind::Join, "")),
        ("left", system(MessageKind::Leave, "")),
        ("call", system(MessageKind::Call, "12 minutes")),
        ("line of the system", system(MessageKind::Unknown, "grace changed the topic")),
        ("on its way", outgoing("On its way, with **bold** words", Stage::Queued)),
        ("not sent", outgoing("Nobody heard this", refused("you may not write here"))),
        ("perhaps sent", outgoing("Did it arrive?", Stage::Unconfirmed)),
    ]
}
