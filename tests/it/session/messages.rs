//! What can be done to messages beside writing them, with the Osmium adapter over real sockets.

use super::end_to_end::{communities, direct_chat, online, reply, server};
use super::support::Core;
use nib::domain::*;
use nib::net::NetEvent;
use std::sync::Arc;

async fn written(core: &mut Core) -> Arc<Message> {
    loop {
        if let Some(NetEvent::Update(Update::MessageCreated { message, .. })) = core.event().await {
            return message;
        }
    }
}

async fn changed(core: &mut Core) -> Arc<Message> {
    loop {
        if let Some(NetEvent::Update(Update::MessageChanged { message, .. })) = core.event().await {
            return message;
        }
    }
}

async fn send(core: &mut Core, outgoing: Outgoing) -> MessageKey {
    match reply(core, Request::Send(Arc::new(outgoing))).await {
        Reply::Sent { message, order, .. } => MessageKey { order, id: message },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn messages_are_pinned_passed_on_quoted_and_found() {
    let running = server().await;
    let mut one = online(&running, 0).await;
    let of = |account: usize| UserId::new(u128::from(running.accounts[account].id));
    let mut found = None;
    for account in 1..running.accounts.len() {
        if let Some(chat) = direct_chat(&mut one, of(account)).await {
            found = Some((account, chat));
            break;
        }
    }
    let (other, chat) = found.expect("a direct chat with somebody of the cast");
    let mut two = online(&running, other).await;
    let theirs = direct_chat(&mut two, of(0)).await.expect("the same chat");
    let text = "an axolotl and https://example.org/old-ponds @robin".to_owned();
    let first = send(&mut one, Outgoing { chat, text: text.clone(), ..Outgoing::default() }).await;
    let heard = written(&mut two).await;
    let embed = &heard.embeds[0];
    assert_eq!((embed.title.as_deref(), embed.site.as_deref()), (Some("Old ponds"), Some("example.org")));
    assert!(embed.image.as_deref().is_some_and(|image| image.file.is_some()));

    assert_eq!(reply(&mut one, Request::Pin { chat, message: first, pinned: true }).await, Reply::Done);
    let pinned = changed(&mut two).await;
    assert_eq!((pinned.key, pinned.pinned), (first, true));
    let Reply::Pinned { messages, .. } = reply(&mut two, Request::FetchPinned(theirs)).await else { panic!() };
    assert!(messages.iter().any(|message| message.key == first && message.body.text.contains("axolotl")));
    reply(&mut one, Request::Pin { chat, message: first, pinned: false }).await;
    assert!(!changed(&mut two).await.pinned);

    let quote = Quote::of(&heard.body, 3..10).unwrap();
    let outgoing = Outgoing {
        chat: theirs,
        text: format!("{text} again"),
        reply_to: Some(first.id),
        quote: Some(quote.clone()),
        no_previews: true,
        ..Outgoing::default()
    };
    let second = send(&mut two, outgoing).await;
    let answer = loop {
        let message = written(&mut one).await;
        if message.key == second {
            break message;
        }
    };
    let told = answer.reply.as_deref().unwrap();
    assert_eq!((told.to, told.quote.as_ref()), (Some(first.id), Some(&quote.text)));
    assert_eq!(quote.text.text.as_str(), "axolotl");
    assert!(answer.embeds.is_empty(), "no previews were wanted");

    let single = Request::FetchMessage { chat, message: first.id };
    let Reply::Message { message, .. } = reply(&mut one, single).await else { panic!() };
    assert_eq!((message.key, message.chat), (first, chat));
    let at = Request::FetchHistory { chat, page: Page::At(heard.at.unwrap()), limit: 10 };
    let Reply::History { messages, .. } = reply(&mut one, at).await else { panic!() };
    assert!(messages.iter().any(|message| message.key == first));
    let search = |before| Request::Search { chat, words: "axolotl".to_owned(), before };
    let Reply::Matches { messages, complete: false, .. } = reply(&mut one, search(None)).await else { panic!() };
    assert_eq!(messages.iter().map(|message| message.key).collect::<Vec<_>>(), [first, second]);
    let Reply::Matches { messages, complete: true, .. } = reply(&mut one, search(Some(first))).await else { panic!() };
    assert!(messages.is_empty());
    let Reply::Mentions { messages, .. } = reply(&mut one, Request::FetchMentions(chat)).await else { panic!() };
    assert_eq!(messages, [second.id], "an answer, and not read");

    let saved = nib::net::osmium::ids::saved();
    let forward = Request::Forward { from: chat, to: saved, messages: vec![first.id] };
    assert_eq!(reply(&mut one, forward).await, Reply::Done);
    let history = Request::FetchHistory { chat: saved, page: Page::Latest, limit: 1 };
    let Reply::History { messages, .. } = reply(&mut one, history).await else { panic!() };
    assert_eq!((messages[0].chat, &messages[0].body.text), (saved, &heard.body.text));
    assert_eq!(messages[0].forwarded.as_deref().and_then(|from| from.at), heard.at);

    let Reply::Emoji(emoji) = reply(&mut one, Request::FetchEmoji).await else { panic!() };
    let crab = emoji.iter().find(|one| one.name.as_str() == "crab").expect("an emoji of the sample");
    assert!(crab.community.is_some() && crab.standin.as_str() == "🦀");
    let used = EmojiUse { name: "crab".to_owned(), id: crab.id, standin: crab.standin.clone() };
    send(&mut one, Outgoing { chat, text: "so :crab:".to_owned(), emoji: [used].into(), ..Outgoing::default() }).await;
    let shown = loop {
        let message = written(&mut two).await;
        if message.body.text.starts_with("so") {
            break message;
        }
    };
    assert_eq!((shown.body.text.as_str(), &shown.body.spans[0].kind), ("so 🦀", &SpanKind::Emoji(crab.id)));
}

/// The newest message of a bot that has buttons, and its chat.
async fn with_buttons(core: &mut Core) -> Arc<Message> {
    for community in communities(core).await {
        let Reply::Channels { bundle, .. } = reply(core, Request::FetchChannels(community)).await else { panic!() };
        for chat in bundle.chats.iter().filter(|chat| chat.can_open()) {
            let mut page = Page::Latest;
            loop {
                let request = Request::FetchHistory { chat: chat.id, page, limit: 100 };
                let Reply::History { messages, reached_start, .. } = reply(core, request).await else { panic!() };
                if let Some(found) = messages.iter().rev().find(|message| !message.buttons.is_empty()) {
                    return Arc::clone(found);
                }
                match messages.first() {
                    Some(first) if !reached_start => page = Page::Before(first.key),
                    _ => break,
                }
            }
        }
    }
    panic!("no buttons in the sample");
}

#[tokio::test]
async fn a_button_is_pressed_and_its_bot_answers_or_keeps_silent() {
    let running = server().await;
    let mut one = online(&running, 0).await;
    let message = with_buttons(&mut one).await;
    assert!(message.shown_as.is_some());
    let kinds = |wanted: fn(&Press) -> bool| message.buttons.iter().filter(|button| wanted(&button.does)).count();
    let counts = [
        kinds(|does| matches!(does, Press::Open(_))),
        kinds(|does| matches!(does, Press::Copy(_))),
        kinds(|does| matches!(does, Press::Tell(_))),
    ];
    assert_eq!(counts, [1, 1, 2]);
    let told = message.buttons.iter().find_map(|button| match &button.does {
        Press::Tell(data) => Some(data.clone()),
        _ => None,
    });
    let press = Request::Press { chat: message.chat, message: message.key.id, data: told.unwrap() };
    let Reply::Pressed(Some(words)) = reply(&mut one, press.clone()).await else { panic!("the server plays it") };
    assert!(words.contains("Started"));
    // The bot is there and says nothing: the server waits for it, and no longer than it says.
    let bot = running.accounts.iter().position(|account| u128::from(account.id) == message.author.value());
    let mut bot = online(&running, bot.unwrap()).await;
    assert_eq!(reply(&mut one, press).await, Reply::Pressed(None));
    let heard = loop {
        if let Some(NetEvent::Update(Update::Interaction { user, message })) = bot.event().await {
            break (user, message);
        }
    };
    assert_eq!(heard, (UserId::new(u128::from(running.accounts[0].id)), message.key.id));
}
