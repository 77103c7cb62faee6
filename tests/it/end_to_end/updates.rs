//! What others do while somebody reads and writes at a real terminal, on a real server: rights, channels, communities and groups that change or go.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use nib::net::osmium::wire::core::client_message::Message as Request;
use nib::net::osmium::wire::refs::{ChannelRef, ChatRef, chat_ref::Ref};
use nib::net::osmium::wire::updates::{UpdateCommunity, UpdateCommunityUnavailable, update::Update as Change};
use nib::net::osmium::wire::{chats, communities, settings, types};

fn open(home: &Home, server: &Server, username: &str, chat: &str, hint: &str) -> Terminal {
    let environment = server.environment(username);
    let terminal = Terminal::start_with(home.path(), &["--open", chat], 110, 32, &environment);
    terminal.wait_until("the chat", |screen| screen.contains(hint) && screen.contains("online"));
    terminal
}

fn place(server: &Server, community: &str, channel: &str) -> ChannelRef {
    match server.running().channel(community, channel).and_then(|chat| chat.r#ref) {
        Some(Ref::Channel(place)) => place,
        other => panic!("{other:?}"),
    }
}

fn ask(server: &Server, username: &str, request: Request) {
    server.running().ask(username, request).unwrap_or_else(|refusal| panic!("{username}: {refusal}"));
}

/// What everybody may not do in a channel.
fn deny(server: &Server, place: ChannelRef, bits: u64) {
    let request = communities::CreateChannelOverride {
        community_id: place.community_id,
        channel_id: place.channel_id,
        role_id: 0,
        permissions: Some(types::PermissionOverrides { pos: 0, neg: bits }),
    };
    ask(server, "grace", Request::CommunitiesCreateChannelOverride(request));
}

const VIEW_CHANNEL: u64 = 2;
const SEND_MESSAGES: u64 = 4;

#[test]
fn rights_change_and_the_channel_goes_while_one_writes() {
    let server = Server::start();
    let home = Home::new();
    let mut robin = open(&home, &server, "robin", "rustaceans/off-topic", "message #off-topic");
    let off_topic = place(&server, "Rustaceans", "off-topic");

    robin.send("half a thought");
    robin.wait_for("half a thought");
    deny(&server, off_topic, SEND_MESSAGES);
    robin.wait_for("You may not write here");
    robin.send("\r");
    // Above the composer, and now on the status line, too.
    robin.wait_until("the refusal", |screen| {
        screen.matches("You may not write here").count() == 2 && screen.contains("┃ half a thought")
    });
    deny(&server, off_topic, 0);
    robin.wait_gone("You may not write here");

    // Out of sight: what is typed on goes to nobody.
    deny(&server, off_topic, VIEW_CHANNEL);
    robin.wait_for("#off-topic is gone, or not for you to see any more");
    robin.send(", typed blindly\r");
    robin.wait_gone("Not here any more");
    robin.wait_until("another channel", |screen| screen.contains("message #") && !screen.contains("typed blindly"));
    robin.send("\x19");
    robin.wait_for("┃ half a thought");
    robin.send("\x03");
    robin.wait_gone("half a thought");

    // Renamed while it is read.
    robin.send("/open rustaceans/help\r");
    robin.wait_for("message #help");
    let rename = communities::EditChannel {
        channel: Some(place(&server, "Rustaceans", "help")),
        name: Some("first-aid".to_owned()),
        ..Default::default()
    };
    ask(&server, "grace", Request::CommunitiesEditChannel(rename));
    robin.wait_until("the new name", |screen| screen.contains("message #first-aid") && !screen.contains("# help"));

    // Gone with nothing written: a sentence, and the next channel.
    let gone = communities::DeleteChannel { channel: Some(place(&server, "Rustaceans", "first-aid")) };
    ask(&server, "grace", Request::CommunitiesDeleteChannel(gone));
    robin.wait_until("the next one", |screen| {
        screen.contains("#first-aid is gone") && screen.contains("message #") && !screen.contains("message #first-aid")
    });
    // What was written where one may not be any more counts as a draft: it is asked for first.
    robin.send("\x11");
    robin.wait_for("1 draft would be lost");
    robin.send("\x11");
    assert_eq!(robin.wait_exit(), 0);
}

#[test]
fn a_community_is_out_of_service_and_one_is_thrown_out_of_it_and_of_a_group() {
    let server = Server::start();
    let home = Home::new();
    let mut robin = open(&home, &server, "robin", "rustaceans/general", "message #general");
    let community_id = place(&server, "Rustaceans", "general").community_id;
    let down = Change::CommunityUnavailable(UpdateCommunityUnavailable { community_id });
    server.running().push("robin", &down);
    robin.wait_until("it said", |screen| {
        screen.contains("Rustaceans  out of service") && screen.contains("This community is out of service for now")
    });
    let community = types::Community {
        id: community_id,
        name: "Rustaceans".to_owned(),
        permissions: VIEW_CHANNEL | SEND_MESSAGES,
        ..Default::default()
    };
    server.running().push("robin", &Change::Community(UpdateCommunity { community_id, community: Some(community) }));
    robin.wait_until("it back", |screen| {
        !screen.contains("Rustaceans  out of service") && screen.contains("message #general")
    });

    robin.send("still typing");
    robin.wait_for("still typing");
    let member_ids = vec![server.account("robin").id];
    let remove = communities::RemoveMembers { community_id, member_ids, until: Some(1), ..Default::default() };
    ask(&server, "grace", Request::CommunitiesRemoveMembers(remove));
    robin.wait_for("You are no longer in Rustaceans");
    robin.send("\r");
    robin.wait_until("another chat", |screen| screen.contains("message ") && !screen.contains("# general   "));

    robin.send("/open group:pens and ink\r");
    robin.wait_for("message pens and ink");
    let groups = server.running().ask("mara", Request::ChatsGetChats(chats::GetChats::default())).expect("chats");
    let Some(nib::net::osmium::wire::core::rpc_result::Result::Chats(all)) = groups else { panic!("no chats") };
    let group_id = all.groups.iter().find(|group| group.name == "pens and ink").expect("the group").id;
    let chat_ref = Some(ChatRef { r#ref: Some(Ref::Group(nib::net::osmium::wire::refs::GroupRef { group_id })) });
    let remove = chats::RemoveChatMember { chat_ref, user_id: server.account("robin").id };
    ask(&server, "mara", Request::ChatsRemoveChatMember(remove));
    robin.wait_until("out of the group", |screen| {
        screen.contains("You are no longer in the group pens and ink") && !screen.contains("◇ pens and ink")
    });
    robin.send("\x11");
    robin.wait_for("1 draft would be lost");
    robin.send("\x11");
    assert_eq!(robin.wait_exit(), 0);
}

#[test]
fn somebody_has_another_name_and_an_answered_message_goes() {
    let server = Server::start();
    let home = Home::new();
    let mut robin = open(&home, &server, "robin", "@ada", "message Ada");
    let name = settings::EditProfile { name: Some("Countess".to_owned()), ..Default::default() };
    ask(&server, "ada", Request::SettingsEditProfile(name));
    robin.wait_until("the name everywhere", |screen| screen.contains("message Countess") && !screen.contains("● Ada"));

    robin.send("to be answered\r");
    robin.wait_until("it sent", |screen| screen.contains("to be answered") && !screen.contains('◷'));
    robin.send("\x1b[27u");
    robin.wait_for("answer");
    robin.send("r");
    robin.wait_for("answering");
    robin.send("the answer\r");
    robin.wait_until("the answer", |screen| screen.contains("┌ Robin  to be answered"));
    robin.send("\x1b[27u");
    robin.wait_for("▌  the answer");
    robin.send(">");
    robin.wait_for("▌  to be answered");
    robin.send("d");
    robin.wait_for("Delete \"to be answered\"?");
    robin.send("\t\r");
    robin.wait_until("the preview", |screen| {
        screen.contains("┌ a message that was deleted") && !screen.contains("to be answered")
    });
    robin.send("\x11");
    assert_eq!(robin.wait_exit(), 0);
}

#[test]
fn a_session_that_is_ended_elsewhere_leaves_no_token_and_the_form() {
    let server = Server::start();
    let home = Home::new();
    let account = server.account("robin");
    home.log_in(&server.url, &account.email, &account.password).went_well();
    let token = home.path().join("data/secrets/robin");
    assert!(token.exists());
    let mut robin = Terminal::start(home.path(), &["--open", "rustaceans/general"], 100, 30);
    robin.wait_for("message #general");
    robin.send("unsent words");
    robin.wait_for("unsent words");
    server.running().revoke("robin");
    robin.wait_for("Signed out");
    assert!(!robin.screen().contains("Password"), "no form comes under the hands");
    robin.send("\x1b[15~");
    robin.wait_until("the form and why", |screen| {
        screen.contains("Password") && screen.contains("this sign-in was ended from another device")
    });
    let end = std::time::Instant::now() + super::pty::PATIENCE;
    while token.exists() && std::time::Instant::now() < end {
        std::thread::yield_now();
    }
    assert!(!token.exists(), "the token is void and must not stay");
    robin.send("\x1b[27u");
    robin.wait_until("the text kept", |screen| screen.contains("unsent words") && screen.contains("Signed out"));
    home.run(&["chats"]).failed(3, &["not signed in"]);
}
