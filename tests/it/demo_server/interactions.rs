//! Buttons, previews, and what few messages of the sample have.

use nib::net::osmium::wire;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::core::server_message;
use wire::messages as api;
use wire::types::message_button::Action;
use wire::updates::update::Update as Change;

use super::rig::Rig;

/// A message of a bot with a button that tells it something.
fn with_button(rig: &mut Rig, bot: u64, chat: &wire::refs::ChatRef) -> u64 {
    use api::send_message::{BotInfo, bot_info};
    let button = |label: &str, data: &str| api::MessageButton {
        label: label.to_owned(),
        action: Some(api::message_button::Action::Interaction(api::message_button::MessageButtonInteraction {
            data: data.to_owned(),
        })),
    };
    let row = bot_info::buttons::ButtonRow { buttons: vec![button("Again", "again"), button("Bare", "")] };
    let request = api::SendMessage {
        chat_ref: Some(*chat),
        message: "built".to_owned(),
        bot_info: Some(BotInfo { cloak: None, buttons: Some(bot_info::Buttons { rows: vec![row] }) }),
        ..Default::default()
    };
    match rig.call(bot, Request::MessagesSendMessage(request)).result {
        Some(Answer::SentMessage(sent)) => sent.message_id,
        other => panic!("{other:?}"),
    }
}

fn press(chat: &wire::refs::ChatRef, message_id: u64, data: Option<&str>) -> Request {
    let data = data.map(str::to_owned);
    Request::MessagesSubmitInteraction(api::SubmitInteraction { chat_ref: Some(*chat), message_id, data })
}

fn said(result: Option<Answer>) -> Option<String> {
    match result {
        Some(Answer::InteractionResponse(response)) => response.message,
        other => panic!("{other:?}"),
    }
}

/// Results that came to a connection by themselves.
fn results(rig: &mut Rig, connection: u64) -> Vec<(u32, Option<Answer>)> {
    let frames = rig.frames(connection);
    let result = |frame: wire::core::ServerMessage| match frame.message {
        Some(server_message::Message::Result(result)) => Some((result.req_id, result.result)),
        _ => None,
    };
    frames.into_iter().filter_map(result).collect()
}

#[test]
fn a_press_waits_for_the_bot_that_is_there_and_for_nobody_else() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (you, ada, bot) = (rig.enter("you"), rig.enter("ada"), rig.enter("robo"));
    let message = with_button(&mut rig, bot, &general);
    for connection in [you, ada, bot] {
        rig.frames(connection);
    }
    rig.send(you, 900, press(&general, message, Some("again")));
    assert_eq!(results(&mut rig, you), [], "the bot has not answered yet");
    let told = rig.updates(bot).into_iter().find_map(|change| match change {
        Change::Interaction(told) => Some(told),
        _ => None,
    });
    let told = told.expect("the bot is told");
    assert_eq!((told.user_id, told.message_id, told.data.as_deref()), (rig.id("you"), message, Some("again")));
    let respond = |message: &str| {
        Request::MessagesSetInteractionResponse(api::SetInteractionResponse {
            interaction_id: told.interaction_id,
            message: Some(message.to_owned()),
        })
    };
    assert_eq!(rig.refused(ada, respond("mine")), 404, "it is not asked");
    assert_eq!(rig.call(bot, respond("Started.")).result, None);
    let mut late = results(&mut rig, you);
    let (id, answer) = late.pop().expect("the answer comes");
    assert_eq!((id, said(answer).as_deref(), late.len()), (900, Some("Started."), 0));
    assert_eq!(rig.refused(bot, respond("again")), 404, "one answer each");
}

#[test]
fn a_press_of_what_is_no_button_is_refused() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (you, bot) = (rig.enter("you"), rig.enter("robo"));
    let message = with_button(&mut rig, bot, &general);
    assert_eq!(rig.refused(you, press(&general, message, Some("other"))), 404);
    assert_eq!(rig.refused(you, press(&general, message + 1, Some("again"))), 404);
}

#[test]
fn a_bot_that_nobody_runs_is_played_by_the_server() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let (you, bot) = (rig.enter("you"), rig.enter("robo"));
    let message = with_button(&mut rig, bot, &general);
    rig.leave(bot);
    assert!(said(rig.call(you, press(&general, message, Some("again"))).result).is_some());
    assert_eq!(said(rig.call(you, press(&general, message, None)).result), None);
}

#[test]
fn links_get_previews_unless_they_are_not_wanted() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let you = rig.enter("you");
    let embeds = |rig: &mut Rig, text: &str, suppress_embeds| {
        let message = text.to_owned();
        let request = api::SendMessage { chat_ref: Some(general), message, suppress_embeds, ..Default::default() };
        rig.call(you, Request::MessagesSendMessage(request));
        let page = rig.history(you, api::GetHistory { chat_ref: Some(general), limit: Some(1), offset: None });
        let embeds = page.messages[0].media.iter().filter_map(|medium| match &medium.media {
            Some(wire::media::message_media::Media::Embed(embed)) => Some((embed.url.clone(), embed.title.clone())),
            _ => None,
        });
        embeds.collect::<Vec<_>>()
    };
    let text = "see https://example.org/old-bridges, https://elsewhere.example and (https://example.org/old-bridges)";
    let one = ("https://example.org/old-bridges".to_owned(), Some("Old bridges".to_owned()));
    assert_eq!(embeds(&mut rig, text, false), [one]);
    assert_eq!(embeds(&mut rig, text, true), []);
    assert_eq!(embeds(&mut rig, "nothing https://example.org/", false), []);
    let ask = |message: &str| {
        Request::MessagesGetEmbedPreview(api::GetEmbedPreview { message: message.to_owned(), entities: Vec::new() })
    };
    assert!(matches!(rig.call(you, ask(text)).result, Some(Answer::MediaEmbed(_))));
    assert_eq!(rig.refused(you, ask("no link")), 404);
}

#[test]
fn the_sample_has_forwards_quotes_emoji_and_buttons() {
    let now = 1_790_000_000_000;
    let mut rig = Rig::new(&nib::demo::osmium::Options { people: 0, at: Some(now), ..Default::default() });
    let me = rig.accounts[0].username.clone();
    let you = rig.enter(&me);
    let Some(Answer::Communities(communities)) =
        rig.call(you, Request::CommunitiesGetCommunities(wire::communities::GetCommunities {})).result
    else {
        panic!("no communities")
    };
    let mut places: Vec<wire::refs::ChatRef> = Vec::new();
    for community in &communities.communities {
        let request = wire::communities::GetChannels { community_id: community.id };
        let Some(Answer::Channels(channels)) = rig.call(you, Request::CommunitiesGetChannels(request)).result else {
            panic!("no channels")
        };
        places.extend(channels.conversations.iter().filter_map(|one| one.chat_ref));
    }
    let Some(Answer::Chats(chats)) = rig.call(you, Request::ChatsGetChats(wire::chats::GetChats::default())).result
    else {
        panic!("no chats")
    };
    places.extend(chats.chats.iter().filter_map(|one| one.chat_ref));
    let (mut forwards, mut quotes, mut emoji, mut cloaks, mut kinds) = (0, 0, 0, 0, [0; 3]);
    for place in places {
        let mut before = None;
        loop {
            let offset = before.map(api::get_history::Offset::Before);
            let request = api::GetHistory { chat_ref: Some(place), limit: Some(100), offset };
            let Some(Answer::Messages(page)) = rig.call(you, Request::MessagesGetHistory(request)).result else {
                break;
            };
            for message in &page.messages {
                forwards += usize::from(message.forward.as_ref().is_some_and(|from| from.date.is_some()));
                quotes += usize::from(message.reply.as_ref().is_some_and(|reply| reply.quote.is_some()));
                let custom = |one: &wire::types::MessageEntity| {
                    matches!(one.entity, Some(wire::types::message_entity::Entity::CustomEmoji(_)))
                };
                emoji += usize::from(message.entities.iter().any(custom));
                let Some(info) = &message.bot_info else { continue };
                cloaks += usize::from(info.cloak.is_some());
                for button in info.buttons.iter().flat_map(|all| &all.rows).flat_map(|row| &row.buttons) {
                    match button.action {
                        Some(Action::Url(_)) => kinds[0] += 1,
                        Some(Action::Interaction(_)) => kinds[1] += 1,
                        Some(Action::Clipboard(_)) => kinds[2] += 1,
                        None => {}
                    }
                }
            }
            if page.messages.len() < 100 {
                break;
            }
            before = page.messages.iter().map(|message| message.message_id).min();
        }
    }
    assert!(forwards > 0 && quotes > 0 && emoji > 0 && cloaks > 0, "{forwards} {quotes} {emoji} {cloaks}");
    assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
}
