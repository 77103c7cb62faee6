//! What is asked of messages beside reading and writing: pins, forwards, buttons, emoji, mentions, searches, quotes, dates.

use super::{ADA, CHANNEL, COMMUNITY, MESSAGE, Peer};
use nib::domain::answer::RefusalKind;
use nib::domain::id::EmojiId;
use nib::domain::*;
use nib::net::osmium::wire::core::{client_message::Message as Sent, rpc_result::Result as Answer};
use nib::net::osmium::wire::media::{self, file_metadata::Metadata};
use nib::net::osmium::wire::types::message_entity::{CustomEmojiEntity, Entity};
use nib::net::osmium::wire::{messages, refs, stickers, types};
use std::sync::Arc;

fn channel() -> ChatId {
    ChatId::new(u128::from(COMMUNITY) << 64 | u128::from(CHANNEL))
}

fn direct() -> ChatId {
    ChatId::new(1 << 64 | u128::from(ADA))
}

fn id(id: u64) -> MessageId {
    MessageId::new(u128::from(id))
}

fn key(number: u64) -> MessageKey {
    MessageKey { order: SortKey(u128::from(number)), id: id(number) }
}

fn reference(chat: ChatId) -> Option<refs::ChatRef> {
    nib::net::osmium::ids::reference_of(chat)
}

fn wire(id: u64, text: &str) -> types::Message {
    types::Message { message_id: id, author_id: ADA, message: text.to_owned(), ..Default::default() }
}

fn page(all: Vec<types::Message>) -> Answer {
    Answer::Messages(messages::Messages { messages: all, ..Default::default() })
}

#[test]
fn a_pin_names_its_message_and_what_becomes_of_it() {
    for pinned in [true, false] {
        let mut peer = Peer::signed_in();
        let (asked, sent) = peer.asked(1, &Request::Pin { chat: channel(), message: key(MESSAGE), pinned });
        let wanted = messages::SetMessagePin { chat_ref: reference(channel()), message_id: MESSAGE, pin: pinned };
        assert_eq!(sent, Sent::MessagesSetMessagePin(wanted));
        peer.answer(asked, None, None);
        assert_eq!(peer.answers(), [(1, Ok(Reply::Done))]);
    }
}

#[test]
fn pinned_messages_come_whole() {
    let mut peer = Peer::signed_in();
    let (asked, _) = peer.asked(1, &Request::FetchPinned(channel()));
    peer.reply(asked, page(vec![wire(9, "new"), wire(7, "old")]));
    let answers = peer.answers();
    let [(1, Ok(Reply::Pinned { chat, messages, .. }))] = &answers[..] else { panic!("{answers:?}") };
    let told: Vec<_> = messages.iter().map(|message| (message.key, message.body.text.as_str())).collect();
    assert_eq!((*chat, told), (channel(), vec![(key(7), "old"), (key(9), "new")]));
}

#[test]
fn messages_are_passed_on_from_one_chat_to_another() {
    let mut peer = Peer::signed_in();
    let request = Request::Forward { from: channel(), to: direct(), messages: vec![id(5), id(6)] };
    assert!(!request.is_repeatable(), "twice would be two copies");
    let (_, sent) = peer.asked(1, &request);
    let wanted =
        messages::ForwardMessage { chat_ref: reference(direct()), from: reference(channel()), message_ids: vec![5, 6] };
    assert_eq!(sent, Sent::MessagesForwardMessage(wanted));
    let wire = types::Message {
        forward: Some(types::message::MessageForwardInfo { date: Some(1_780_000_000) }),
        ..wire(9, "copy")
    };
    let (asked, _) = peer.asked(2, &Request::FetchHistory { chat: channel(), page: Page::Latest, limit: 1 });
    peer.reply(asked, page(vec![wire]));
    let Some((2, Ok(Reply::History { messages, .. }))) = peer.answers().pop() else { panic!() };
    assert_eq!(messages[0].forwarded, Some(Box::new(Forwarded { at: Some(Wall(1_780_000_000_000)) })));
}

#[test]
fn buttons_are_read_with_what_they_do_and_pressed_with_what_they_carry() {
    use types::message::message_bot_info::{Buttons, buttons::ButtonRow};
    use types::message_button::{Action, MessageButtonClipboard, MessageButtonInteraction, MessageButtonUrl};
    let button = |label: &str, action| types::MessageButton { label: label.to_owned(), action };
    let interaction = |data: &str| Some(Action::Interaction(MessageButtonInteraction { data: data.to_owned() }));
    let rows = vec![
        ButtonRow {
            buttons: vec![
                button("Run\nagain", interaction("again")),
                button("Bare", interaction("")),
                button("Torn", interaction("a\u{202e}b")),
                button("None", None),
            ],
        },
        ButtonRow {
            buttons: vec![
                button("Read", Some(Action::Url(MessageButtonUrl { url: "https://a.example".to_owned() }))),
                button("Copy", Some(Action::Clipboard(MessageButtonClipboard { text: "x\ny".to_owned() }))),
            ],
        },
    ];
    let info = types::message::MessageBotInfo { cloak: None, buttons: Some(Buttons { rows }) };
    let mut peer = Peer::signed_in();
    let (asked, _) = peer.asked(1, &Request::FetchHistory { chat: channel(), page: Page::Latest, limit: 1 });
    peer.reply(asked, page(vec![types::Message { bot_info: Some(Box::new(info)), ..wire(MESSAGE, "done") }]));
    let Some((1, Ok(Reply::History { messages, .. }))) = peer.answers().pop() else { panic!() };
    let text = CleanText::new;
    let does = |label: &str, row, does| Button { label: text(label), row, does };
    assert_eq!(
        *messages[0].buttons,
        [
            does("Run again", 0, Press::Tell(Some(text("again")))),
            does("Bare", 0, Press::Tell(None)),
            does("Read", 1, Press::Open(text("https://a.example"))),
            does("Copy", 1, Press::Copy(text("x\ny"))),
        ],
        "what would come back otherwise, and what does nothing, is no button"
    );
    assert_eq!(peer.skipped("button"), 2);

    let press = Request::Press { chat: channel(), message: id(MESSAGE), data: Some(text("again")) };
    assert!(!press.is_repeatable());
    for (said, told) in [(Some("Started.\u{7}"), Some(text("Started."))), (Some(" "), None), (None, None)] {
        let (asked, sent) = peer.asked(2, &press);
        let data = Some("again".to_owned());
        let wanted = messages::SubmitInteraction { chat_ref: reference(channel()), message_id: MESSAGE, data };
        assert_eq!(sent, Sent::MessagesSubmitInteraction(wanted));
        let message = said.map(str::to_owned);
        peer.reply(asked, Answer::InteractionResponse(messages::InteractionResponse { message }));
        assert_eq!(peer.answers(), [(2, Ok(Reply::Pressed(told)))]);
    }
}

fn emoji_file(id: u64, emoji: &str, name: Option<&str>) -> media::File {
    let told = media::file_metadata::MetadataCustomEmoji { emoji: emoji.to_owned(), ..Default::default() };
    let metadata = Some(media::FileMetadata { metadata: Some(Metadata::CustomEmoji(told)) });
    media::File { file_id: id, filename: name.map(str::to_owned), metadata, ..Default::default() }
}

#[test]
fn emoji_come_from_packs_and_those_known_by_id_alone_from_their_files() {
    let mut peer = Peer::signed_in();
    let (asked, sent) = peer.asked(1, &Request::FetchEmoji);
    assert_eq!(sent, Sent::StickersGetSavedStickers(stickers::GetSavedStickers { since: None }));
    let stub = |file_id| media::File { file_id, ..Default::default() };
    let pack = |id, r#type: stickers::sticker_pack::Type, stickers| stickers::StickerPack {
        id,
        r#type: r#type as i32,
        stickers,
        ..Default::default()
    };
    use stickers::sticker_pack::Type;
    let saved_packs = vec![
        pack(COMMUNITY, Type::Emoji, vec![emoji_file(31, "🦀", Some("crab dance.png")), stub(32), stub(33)]),
        pack(4, Type::Sticker, vec![stub(90)]),
    ];
    peer.reply(asked, Answer::SavedStickers(stickers::SavedStickers { saved_packs }));
    let frames = peer.sent();
    let [frame] = &frames[..] else { panic!("{} frames", frames.len()) };
    let Some(Sent::StickersGetStickerFiles(files)) = &frame.message else { panic!() };
    assert_eq!(files.sticker_ids, [32, 33], "what is in a pack of stickers is none");
    // Some clients put the name where the plain emoji belongs; what nobody describes is left out, and not asked for again.
    peer.reply(frame.id, Answer::Files(media::Files { files: vec![emoji_file(32, ":ferris:", None), stub(33)] }));
    let community = Some(CommunityId::new(u128::from(COMMUNITY)));
    let one = |id: u128, name: &str, standin: &str| CustomEmoji {
        id: EmojiId::new(id),
        name: CleanText::new(name),
        community,
        standin: CleanText::new(standin),
    };
    let told = vec![one(31, "crab_dance", "🦀"), one(32, "ferris", "")];
    assert_eq!(peer.answers(), [(1, Ok(Reply::Emoji(told)))]);
    assert!(peer.sent().is_empty());
}

#[test]
fn mentions_are_told_by_id() {
    let mut peer = Peer::signed_in();
    let (asked, sent) = peer.asked(1, &Request::FetchMentions(channel()));
    let wanted = messages::GetUnreadMentions { chat_ref: reference(channel()) };
    assert_eq!(sent, Sent::MessagesGetUnreadMentions(wanted));
    peer.reply(asked, Answer::UnreadMentions(messages::UnreadMentions { message_ids: vec![9, 0, 4] }));
    assert_eq!(peer.answers(), [(1, Ok(Reply::Mentions { chat: channel(), messages: vec![id(9), id(4)] }))]);
}

#[test]
fn a_search_stays_in_its_chat_and_goes_on_until_nothing_comes() {
    let mut peer = Peer::signed_in();
    let search = |before| Request::Search { chat: channel(), words: " ink ".to_owned(), before };
    let (asked, sent) = peer.asked(1, &search(None));
    let Sent::MessagesSearch(request) = sent else { panic!() };
    assert_eq!((request.query.as_str(), request.scoped, request.offset), ("ink", true, None));
    let elsewhere = types::Message { chat_ref: reference(direct()), ..wire(8, "ink elsewhere") };
    let here = types::Message { chat_ref: reference(channel()), ..wire(7, "ink") };
    peer.reply(asked, page(vec![elsewhere, here, wire(5, "more ink")]));
    let answers = peer.answers();
    let [(1, Ok(Reply::Matches { messages, complete: false, .. }))] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(messages.iter().map(|message| message.key).collect::<Vec<_>>(), [key(5), key(7)]);
    let (asked, sent) = peer.asked(2, &search(Some(key(5))));
    let Sent::MessagesSearch(request) = sent else { panic!() };
    assert_eq!(request.offset, Some(messages::search::Offset::Before(5)));
    // A server that pays no heed to where it was to go on has no more.
    peer.reply(asked, page(vec![wire(7, "ink"), wire(5, "more ink")]));
    let answers = peer.answers();
    let [(2, Ok(Reply::Matches { messages, complete: true, .. }))] = &answers[..] else { panic!("{answers:?}") };
    assert!(messages.is_empty());
}

#[test]
fn a_message_is_sent_with_a_quote_without_previews_and_with_emoji() {
    let mut peer = Peer::signed_in();
    let answered = markup::parse("😀 all of **this and** that");
    let start = answered.text.find("this").unwrap();
    let quote = Quote::of(&answered, start - 1..start + 9).unwrap();
    let crab = EmojiUse { name: "crab".to_owned(), id: EmojiId::new(31), standin: CleanText::new("🦀") };
    let plain = EmojiUse { name: "dot".to_owned(), id: EmojiId::new(32), standin: CleanText::default() };
    let outgoing = Outgoing {
        chat: channel(),
        text: "😀 :crab: **so :dot:** `:crab:` :other: :crab:".to_owned(),
        reply_to: Some(id(MESSAGE)),
        quote: Some(quote),
        no_previews: true,
        emoji: [crab, plain].into(),
        ..Outgoing::default()
    };
    let (_, sent) = peer.asked(1, &Request::Send(Arc::new(outgoing)));
    let Sent::MessagesSendMessage(request) = sent else { panic!() };
    assert!(request.suppress_embeds);
    let quote = request.reply_to.unwrap().quote.unwrap();
    assert_eq!((quote.message.as_str(), quote.offset), ("this and", Some(10)), "counted in UTF-16");
    assert_eq!((quote.entities[0].start_index, quote.entities[0].length), (0, 8));
    assert_eq!(request.message, "😀 🦀 so :dot: :crab: :other: 🦀");
    let entities: Vec<_> =
        request.entities.iter().map(|one| (one.start_index, one.length, one.entity.clone().unwrap())).collect();
    let emoji = |id| Entity::CustomEmoji(CustomEmojiEntity { emoji_id: id });
    assert_eq!(
        entities,
        [
            (3, 2, emoji(31)),
            (6, 8, Entity::Bold(true)),
            (9, 5, emoji(32)),
            (15, 6, Entity::Code(true)),
            (30, 2, emoji(31)),
        ]
    );
}

#[test]
fn one_message_comes_from_the_page_around_it_or_is_gone() {
    let mut peer = Peer::signed_in();
    let request = Request::FetchMessage { chat: channel(), message: id(50) };
    let (asked, sent) = peer.asked(1, &request);
    let Sent::MessagesGetHistory(history) = sent else { panic!() };
    assert_eq!(history.offset, Some(messages::get_history::Offset::Around(50)));
    peer.reply(asked, page(vec![wire(49, "a"), wire(50, "b"), wire(51, "c")]));
    let answers = peer.answers();
    let [(1, Ok(Reply::Message { message, .. }))] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((message.key, message.chat), (key(50), channel()));
    let (asked, _) = peer.asked(2, &request);
    peer.reply(asked, page(vec![wire(49, "a"), wire(51, "c")]));
    assert_eq!(peer.answers()[0].1.as_ref().unwrap_err().kind, RefusalKind::NotFound);
}

#[test]
fn previews_tell_their_site_author_and_picture() {
    let picture = media::File {
        file_id: 77,
        filename: Some("graph.png".to_owned()),
        mimetype: "image/png".to_owned(),
        metadata: Some(media::FileMetadata {
            metadata: Some(Metadata::Image(media::file_metadata::MetadataImage {
                width: 640,
                height: 480,
                ..Default::default()
            })),
        }),
        ..Default::default()
    };
    let embed = media::MediaEmbed {
        url: "https://a.example".to_owned(),
        author_name: Some("Ada".to_owned()),
        website_name: Some("A site".to_owned()),
        file: Some(picture),
        ..Default::default()
    };
    let medium = media::MessageMedia { media: Some(media::message_media::Media::Embed(Box::new(embed))) };
    let mut peer = Peer::signed_in();
    let (asked, _) = peer.asked(1, &Request::FetchHistory { chat: channel(), page: Page::Latest, limit: 1 });
    peer.reply(asked, page(vec![types::Message { media: vec![medium], ..wire(9, "see") }]));
    let Some((1, Ok(Reply::History { messages, .. }))) = peer.answers().pop() else { panic!() };
    let embed = &messages[0].embeds[0];
    assert_eq!((embed.site.as_deref(), embed.author.as_deref()), (Some("A site"), Some("Ada")));
    let image = embed.image.as_deref().unwrap();
    let file = Some(FileRef { id: FileId::new(77), address: CleanText::default() });
    assert_eq!((&*image.name, image.width, image.height, &image.file), ("graph.png", 640, 480, &file));
}

/// A flood pays for every byte of it: what few messages have is boxed.
#[test]
fn a_message_is_no_larger_than_it_was_by_more_than_two_pointers() {
    assert!(size_of::<Message>() <= 256 + 16, "{}", size_of::<Message>());
}
