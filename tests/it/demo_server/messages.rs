//! Messages: history, sending, reading, reactions, who is told.

use nib::net::osmium::wire;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::messages as api;
use wire::updates::update::Update as Change;

use super::fixture::POSTS;
use super::rig::{Rig, direct, own, text_message};

fn created(changes: Vec<Change>) -> Vec<wire::updates::UpdateMessageCreated> {
    changes
        .into_iter()
        .filter_map(|change| if let Change::MessageCreated(created) = change { Some(created) } else { None })
        .collect()
}

#[test]
fn history_pages_follow_each_other_without_gap_or_overlap() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let you = rig.enter("you");
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let offset = before.map(api::get_history::Offset::Before);
        let page = rig.history(you, api::GetHistory { chat_ref: Some(general), limit: Some(33), offset });
        let ids: Vec<u64> = page.messages.iter().map(|message| message.message_id).collect();
        assert!(ids.is_sorted_by(|one, other| one > other), "newest first");
        before = ids.last().copied();
        seen.extend(ids);
        if page.messages.len() < 33 {
            break;
        }
    }
    assert_eq!(seen.len(), POSTS);
    assert!(seen.is_sorted_by(|one, other| one > other));
    let since = Some(api::get_history::Offset::Since(seen[3]));
    let newer = rig.history(you, api::GetHistory { chat_ref: Some(general), limit: None, offset: since });
    let ids: Vec<u64> = newer.messages.iter().map(|message| message.message_id).collect();
    assert_eq!(ids, [seen[2], seen[1], seen[0]], "strictly newer, oldest first");
    let default = rig.history(you, api::GetHistory { chat_ref: Some(general), limit: None, offset: None });
    assert_eq!(default.messages.len(), 50);
    let most = rig.history(you, api::GetHistory { chat_ref: Some(general), limit: Some(9_999), offset: None });
    assert_eq!(most.messages.len(), 100);
    assert!(most.users.iter().any(|user| user.name == "Ada"));
    assert!(!most.members.is_empty());
}

#[test]
fn a_message_reaches_all_sessions_and_only_its_sender_sees_the_nonce() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (first, second, ada) = (rig.enter("you"), rig.enter("you"), rig.enter("ada"));
    for connection in [first, second, ada] {
        rig.frames(connection);
    }
    let request = api::SendMessage {
        chat_ref: Some(general),
        message: "hello".to_owned(),
        client_id: Some(0xdead_beef),
        ..Default::default()
    };
    let Answer::SentMessage(sent) = rig.ask(first, Request::MessagesSendMessage(request)) else { panic!("sent") };
    for (connection, nonce) in [(first, Some(0xdead_beef)), (second, Some(0xdead_beef)), (ada, None)] {
        let told = created(rig.updates(connection));
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].client_id, nonce);
        let message = told[0].message.as_ref().expect("a message");
        assert_eq!((message.message_id, message.message.as_str()), (sent.message_id, "hello"));
        assert_eq!(told[0].author.as_ref().map(|user| user.name.as_str()), Some("You"));
    }
}

#[test]
fn each_side_of_a_direct_conversation_sees_the_other() {
    let mut rig = Rig::standard();
    let (you, ada) = (rig.enter("you"), rig.enter("ada"));
    let (your_id, ada_id) = (rig.id("you"), rig.id("ada"));
    rig.frames(you);
    rig.frames(ada);
    rig.say(you, direct(ada_id), "ping");
    let mine = created(rig.updates(you));
    let theirs = created(rig.updates(ada));
    assert_eq!(mine[0].message.as_ref().and_then(|message| message.chat_ref), Some(direct(ada_id)));
    assert_eq!(theirs[0].message.as_ref().and_then(|message| message.chat_ref), Some(direct(your_id)));
    let typing = wire::chats::SetTyping { chat_ref: Some(direct(your_id)), typing: true, action: None };
    rig.run(ada, Request::ChatsSetTyping(typing));
    assert!(rig.updates(ada).is_empty(), "nobody is told of their own typing");
    let told = rig.updates(you);
    let Some(Change::ChatTyping(typing)) = told.first() else { panic!("{told:?}") };
    assert_eq!((typing.chat_ref, typing.user_id, typing.typing), (Some(direct(ada_id)), ada_id, true));
}

#[test]
fn a_hidden_channel_reaches_only_those_who_may_see_it() {
    let mut rig = Rig::standard();
    let staff = rig.channel("staff");
    let (you, bob, zoe) = (rig.enter("you"), rig.enter("bob"), rig.enter("zoe"));
    for connection in [you, bob, zoe] {
        rig.frames(connection);
    }
    let ada = rig.enter("ada");
    let secret = rig.say(ada, staff, "the plan");
    let thumb = wire::reactions::ReactionEmoji {
        emoji: Some(wire::reactions::reaction_emoji::Emoji::UnicodeEmoji("👍".to_owned())),
    };
    let react = wire::reactions::AddReaction { chat_ref: Some(staff), message_id: secret, emoji: Some(thumb) };
    rig.run(ada, Request::ReactionsAddReaction(react));
    rig.run(ada, Request::ChatsSetTyping(wire::chats::SetTyping { chat_ref: Some(staff), typing: true, action: None }));
    let delete = api::DeleteMessage { chat_ref: Some(staff), message_ids: vec![secret] };
    rig.run(ada, Request::MessagesDeleteMessage(delete));
    assert_eq!(rig.updates(bob).iter().filter(|change| !matches!(change, Change::UserStatus(_))).count(), 4);
    for stranger in [you, zoe] {
        let told = rig.updates(stranger);
        assert!(told.iter().all(|change| matches!(change, Change::UserStatus(_))), "{told:?}");
        let history = api::GetHistory { chat_ref: Some(staff), limit: None, offset: None };
        assert_eq!(rig.refused(stranger, Request::MessagesGetHistory(history)), 404);
        assert_eq!(rig.refused(stranger, text_message(staff, "hi")), 404);
    }
    let Some(wire::refs::chat_ref::Ref::Channel(reference)) = staff.r#ref else { panic!("a channel") };
    let channels = wire::communities::GetChannels { community_id: reference.community_id };
    let Answer::Channels(listed) = rig.ask(you, Request::CommunitiesGetChannels(channels)) else { panic!("channels") };
    assert!(listed.channels.iter().all(|channel| channel.name != "staff"));
    let general = rig.channel("general");
    let search = api::Search { chat_ref: Some(general), query: "secret".to_owned(), scoped: false, offset: None };
    let Answer::Messages(found) = rig.ask(you, Request::MessagesSearch(search.clone())) else { panic!("messages") };
    assert!(found.messages.is_empty());
    let Answer::Messages(found) = rig.ask(bob, Request::MessagesSearch(search)) else { panic!("messages") };
    assert_eq!(found.messages.len(), 1);
}

#[test]
fn unread_counts_follow_the_other_session() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (first, second) = (rig.enter("you"), rig.enter("you"));
    let get = || Request::ChatsGetChat(wire::chats::GetChat { chat_ref: Some(general) });
    let Answer::Chat(chat) = rig.ask(first, get()) else { panic!("chat") };
    let conversation = chat.chat.expect("a conversation");
    assert_eq!((conversation.unread_count, conversation.unread_mentions_count), (5, 1));
    let mentions = api::GetUnreadMentions { chat_ref: Some(general) };
    let Answer::UnreadMentions(mentions) = rig.ask(first, Request::MessagesGetUnreadMentions(mentions)) else {
        panic!("mentions")
    };
    assert_eq!(mentions.message_ids, [conversation.last_message_id]);

    let ada = rig.enter("ada");
    rig.frames(first);
    rig.frames(second);
    rig.say(ada, general, "one more");
    assert_eq!(created(rig.updates(first))[0].channel_unread_count, 6);
    let newest = created(rig.updates(second)).remove(0).message.expect("a message").message_id;

    let mark = |id| {
        Request::ChatsMarkChatRead(wire::chats::MarkChatRead {
            chat_ref: Some(general),
            message_id: id,
            read_amount: None,
        })
    };
    rig.run(first, mark(newest));
    assert!(rig.updates(first).is_empty(), "the session that reads needs no telling");
    let told = rig.updates(second);
    let [Change::ConversationLastRead(read)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((read.last_read_message_id, read.unread_count, read.unread_mentions_count), (newest, Some(0), Some(0)));
    assert!(rig.updates(ada).iter().all(|change| !matches!(change, Change::ConversationLastRead(_))));
    rig.run(first, mark(conversation.last_read_message_id));
    assert!(rig.updates(second).is_empty(), "a mark never goes back");
    let Answer::Chat(chat) = rig.ask(second, get()) else { panic!("chat") };
    assert_eq!(chat.chat.map(|one| one.unread_count), Some(0));
}

#[test]
fn reactions_come_complete_and_say_who_is_me() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (you, eve) = (rig.enter("you"), rig.enter("eve"));
    let page = rig.history(you, api::GetHistory { chat_ref: Some(general), limit: Some(1), offset: None });
    let field = &page.reactions[0].reaction_fields[0];
    assert_eq!((field.count, field.me), (2, true));
    let message_id = page.messages[0].message_id;
    let emoji = |text: &str| {
        Some(wire::reactions::ReactionEmoji {
            emoji: Some(wire::reactions::reaction_emoji::Emoji::UnicodeEmoji(text.to_owned())),
        })
    };
    rig.frames(you);
    rig.frames(eve);
    let add = wire::reactions::AddReaction { chat_ref: Some(general), message_id, emoji: emoji("🎉") };
    rig.run(eve, Request::ReactionsAddReaction(add.clone()));
    rig.run(eve, Request::ReactionsAddReaction(add));
    for (connection, expected) in [(you, [(2, true), (1, false)]), (eve, [(2, false), (1, true)])] {
        let told = rig.updates(connection);
        let [Change::MessageReactions(update)] = told.as_slice() else { panic!("once, complete: {told:?}") };
        let fields: Vec<(u32, bool)> = update
            .reactions
            .iter()
            .flat_map(|set| set.reaction_fields.iter().map(|field| (field.count, field.me)))
            .collect();
        assert_eq!(fields, expected);
    }
    for connection in [you, eve] {
        for text in ["👍", "🎉"] {
            let remove = wire::reactions::RemoveReaction { chat_ref: Some(general), message_id, emoji: emoji(text) };
            rig.run(connection, Request::ReactionsRemoveReaction(remove));
        }
    }
    let told = rig.updates(you);
    let Some(Change::MessageReactions(update)) = told.last() else { panic!("{told:?}") };
    let left: Vec<u32> =
        update.reactions.iter().flat_map(|set| &set.reaction_fields).map(|field| field.count).collect();
    assert_eq!(left, [1], "only your thumb and Eve's party are gone");
}

#[test]
fn what_may_not_be_written_is_refused() {
    let mut rig = Rig::standard();
    let (general, slow, news) = (rig.channel("general"), rig.channel("slow"), rig.channel("news"));
    let talk = rig.channel("Talk");
    let you = rig.enter("you");
    assert_eq!(rig.refused(you, text_message(general, " \n ")), 400);
    assert_eq!(rig.refused(you, text_message(general, &"x".repeat(4_001))), 400);
    rig.say(you, general, &"x".repeat(4_000));
    assert_eq!(rig.refused(you, text_message(talk, "into a category")), 400);
    assert_eq!(rig.refused(you, text_message(news, "breaking")), 403);
    let bob = rig.enter("bob");
    rig.say(bob, news, "breaking");
    rig.say(you, slow, "once");
    assert_eq!(rig.refused(you, text_message(slow, "twice")), 429);
    rig.now += 30_000;
    rig.say(you, slow, "later");
    assert_eq!(rig.refused(you, text_message(direct(404), "nobody")), 404);
    let reply = api::SendMessage {
        chat_ref: Some(general),
        message: "what?".to_owned(),
        reply_to: Some(api::send_message::ReplyTo { message_id: 12, quote: None }),
        ..Default::default()
    };
    assert_eq!(rig.refused(you, Request::MessagesSendMessage(reply)), 404);
}

#[test]
fn replies_come_in_both_forms_and_mention_the_answered() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (you, ada) = (rig.enter("you"), rig.enter("ada"));
    let target = rig.say(ada, general, "question");
    let mark = wire::chats::MarkChatRead { chat_ref: Some(general), message_id: target, read_amount: None };
    rig.run(ada, Request::ChatsMarkChatRead(mark));
    let old = api::SendMessage {
        chat_ref: Some(general),
        message: "old way".to_owned(),
        reply_to_old: Some(target),
        ..Default::default()
    };
    let new = api::SendMessage {
        chat_ref: Some(general),
        message: "new way".to_owned(),
        reply_to: Some(api::send_message::ReplyTo { message_id: target, quote: None }),
        ..Default::default()
    };
    rig.ask(you, Request::MessagesSendMessage(old));
    rig.ask(you, Request::MessagesSendMessage(new));
    let page = rig.history(ada, api::GetHistory { chat_ref: Some(general), limit: Some(2), offset: None });
    for message in &page.messages {
        assert_eq!(message.reply_to, Some(target));
        assert_eq!(message.reply.as_ref().and_then(|reply| reply.message_id), Some(target));
    }
    let mentions = api::GetUnreadMentions { chat_ref: Some(general) };
    let Answer::UnreadMentions(mentions) = rig.ask(ada, Request::MessagesGetUnreadMentions(mentions)) else {
        panic!("mentions")
    };
    assert_eq!(mentions.message_ids.len(), 2);
}

#[test]
fn only_the_author_edits_and_only_the_trusted_delete_for_others() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (you, eve, bob) = (rig.enter("you"), rig.enter("eve"), rig.enter("bob"));
    let id = rig.say(you, general, "teh");
    let edit = || {
        Request::MessagesEditMessage(api::EditMessage {
            chat_ref: Some(general),
            message_id: id,
            message: Some("the".to_owned()),
            ..Default::default()
        })
    };
    assert_eq!(rig.refused(eve, edit()), 403);
    rig.frames(eve);
    rig.run(you, edit());
    let told = rig.updates(eve);
    let [Change::Message(update)] = told.as_slice() else { panic!("{told:?}") };
    let message = update.message.as_ref().expect("the whole message");
    assert_eq!(message.message, "the");
    assert!(message.edited_at.is_some_and(|at| at > 1_700_000_000_000), "in milliseconds");
    let delete =
        || Request::MessagesDeleteMessage(api::DeleteMessage { chat_ref: Some(general), message_ids: vec![id] });
    assert_eq!(rig.refused(eve, delete()), 403);
    rig.run(bob, delete());
    let told = rig.updates(eve);
    let [Change::MessageDeleted(gone)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(gone.message_ids, [id]);
    rig.run(bob, delete());
    assert!(rig.updates(eve).is_empty(), "gone already: nothing to tell");
}

#[test]
fn pins_are_listed_and_told() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (you, bob) = (rig.enter("you"), rig.enter("bob"));
    let id = rig.say(you, general, "remember");
    let pin =
        |on| Request::MessagesSetMessagePin(api::SetMessagePin { chat_ref: Some(general), message_id: id, pin: on });
    assert_eq!(rig.refused(you, pin(true)), 403);
    rig.frames(you);
    rig.run(bob, pin(true));
    let told = rig.updates(you);
    let [Change::Message(update)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(update.message.as_ref().and_then(|message| message.pinned), Some(true));
    let list = || Request::MessagesGetPinnedMessages(api::GetPinnedMessages { chat_ref: Some(general) });
    let Answer::Messages(pinned) = rig.ask(you, list()) else { panic!("pins") };
    assert_eq!(pinned.messages.len(), 2);
    assert_eq!(pinned.messages[0].message_id, id);
    rig.run(bob, pin(false));
    let Answer::Messages(pinned) = rig.ask(you, list()) else { panic!("pins") };
    assert_eq!(pinned.messages.len(), 1);
}

#[test]
fn the_chat_list_has_private_conversations_newest_first() {
    let mut rig = Rig::standard();
    let you = rig.enter("you");
    let list = |request| Request::ChatsGetChats(request);
    let Answer::Chats(chats) = rig.ask(you, list(wire::chats::GetChats::default())) else { panic!("chats") };
    let order: Vec<u64> = chats.chats.iter().map(|chat| chat.last_message_id).collect();
    assert_eq!(order.len(), 3);
    assert!(order.is_sorted_by(|one, other| one > other));
    assert_eq!(chats.chats[0].chat_ref, Some(own()));
    let page = wire::chats::GetChats { limit: Some(1), max_id: Some(order[0]), min_id: None };
    let Answer::Chats(second) = rig.ask(you, list(page)) else { panic!("chats") };
    assert_eq!(second.chats[0].last_message_id, order[1]);
    assert_eq!(second.groups[0].name, "Three");
    assert_eq!(second.chats[0].unread_count, 1);
    let newer = wire::chats::GetChats { limit: None, max_id: None, min_id: Some(order[1]) };
    let Answer::Chats(newer) = rig.ask(you, list(newer)) else { panic!("chats") };
    assert_eq!(newer.chats.len(), 1);
}

#[test]
fn a_file_goes_up_in_parts_and_comes_down_capped() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let you = rig.enter("you");
    let bytes: Vec<u8> = (0..600_000_u32).map(|index| (index % 249) as u8).collect();
    for (part, data) in bytes.chunks(524_288).enumerate() {
        rig.run(
            you,
            Request::MediaUploadFilePart(wire::media::UploadFilePart {
                upload_id: 99,
                part: part as u32,
                data: data.to_vec().into(),
            }),
        );
    }
    let media = |parts| wire::media::MediaRef {
        r#ref: Some(wire::media::media_ref::Ref::Uploaded(wire::media::MediaRefUploadedFile {
            file: Some(wire::media::UploadedFileRef { id: 99, name: "data.bin".to_owned(), part_count: parts }),
            filename: None,
            mimetype: "application/octet-stream".to_owned(),
            metadata: None,
        })),
    };
    let send = |parts| {
        Request::MessagesSendMessage(api::SendMessage {
            chat_ref: Some(general),
            media: vec![media(parts)],
            ..Default::default()
        })
    };
    assert_eq!(rig.refused(you, send(3)), 400);
    rig.ask(you, send(2));
    assert_eq!(rig.refused(you, send(2)), 404, "an upload is used up");
    let page = rig.history(you, api::GetHistory { chat_ref: Some(general), limit: Some(1), offset: None });
    let Some(wire::media::message_media::Media::File(file)) = page.messages[0].media[0].media.clone() else {
        panic!("a file")
    };
    let file = file.file.expect("its facts");
    assert_eq!((file.size, file.filename.as_deref()), (600_000, Some("data.bin")));
    let mut back = Vec::new();
    loop {
        let request = wire::media::DownloadFilePart {
            file_ref: Some(wire::media::FileRef {
                r#ref: Some(wire::media::file_ref::Ref::MediaFile(wire::media::file_ref::MediaFileRef {
                    file_id: file.file_id,
                })),
            }),
            offset: back.len() as u64,
            length: 1_048_576,
        };
        let Answer::FilePart(part) = rig.ask(you, Request::MediaDownloadFilePart(request)) else { panic!("a part") };
        assert!(part.data.len() <= 524_288);
        if part.data.is_empty() {
            break;
        }
        back.extend_from_slice(&part.data);
    }
    assert!(back == bytes);
}

#[test]
fn a_refused_message_leaves_its_upload_which_does_not_wait_for_ever() {
    let mut rig = Rig::standard();
    let (general, slow) = (rig.channel("general"), rig.channel("slow"));
    let you = rig.enter("you");
    let upload = |rig: &mut Rig| {
        let part = wire::media::UploadFilePart { upload_id: 7, part: 0, data: vec![1; 9].into() };
        rig.run(you, Request::MediaUploadFilePart(part));
    };
    let send = |place| {
        let file = wire::media::UploadedFileRef { id: 7, name: "x".to_owned(), part_count: 1 };
        let file = wire::media::MediaRefUploadedFile { file: Some(file), ..Default::default() };
        let media = vec![wire::media::MediaRef { r#ref: Some(wire::media::media_ref::Ref::Uploaded(file)) }];
        Request::MessagesSendMessage(api::SendMessage { chat_ref: Some(place), media, ..Default::default() })
    };
    rig.ask(you, text_message(slow, "first"));
    upload(&mut rig);
    assert_eq!(rig.refused(you, send(slow)), 429);
    rig.ask(you, send(general));

    upload(&mut rig);
    rig.now += 600_000;
    let other = wire::media::UploadFilePart { upload_id: 8, ..Default::default() };
    rig.run(you, Request::MediaUploadFilePart(other));
    assert_eq!(rig.refused(you, send(general)), 404, "nobody finished it in time");
}
