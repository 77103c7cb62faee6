//! People around a channel, at a real terminal: who is in it, who they are, who talks, and how oneself is seen.

use super::pty::Terminal;
use super::server::Server;
use super::shell::Home;
use nib::net::osmium::wire::core::client_message::Message as Request;
use nib::net::osmium::wire::{communities, refs::chat_ref::Ref};

/// Opens a chat as somebody, with room for everything.
fn open(home: &Home, server: &Server, username: &str, chat: &str) -> Terminal {
    let environment = server.environment(username);
    let terminal = Terminal::start_with(home.path(), &["--open", chat], 130, 48, &environment);
    terminal.wait_until("the chat", |screen| screen.contains("message #") && screen.contains("online"));
    terminal
}

/// Whether a row ends like this.
fn ends(screen: &str, words: &str) -> bool {
    screen.lines().any(|line| line.trim_end().ends_with(words))
}

#[test]
fn who_is_in_a_channel_is_live_and_can_be_looked_at() {
    let server = Server::start();
    let home = Home::new();
    let mut robin = open(&home, &server, "robin", "rustaceans/general");
    robin.wait_until("the list", |screen| screen.contains("│ MODS 2") && ends(screen, "● Grace"));

    // Somebody gets a nickname and another place in the list.
    let running = server.running();
    let Some(Ref::Channel(place)) = running.channel("Rustaceans", "general").and_then(|chat| chat.r#ref) else {
        panic!("a channel")
    };
    let edit = communities::EditMember {
        community_id: place.community_id,
        member_id: server.account("kwame").id,
        nickname: Some("K the First".to_owned()),
        ..Default::default()
    };
    running.ask("grace", Request::CommunitiesEditMember(edit)).expect("a new nickname");
    robin.wait_until("the nickname", |screen| ends(screen, "K the First"));

    // Talking is shown, not carried.
    let pairing = running.channel("Rustaceans", "pairing").expect("a voice channel");
    running.voice("tomas", pairing, Some(true)).expect("a way in");
    robin.wait_for("Tomáš  muted");
    running.voice("tomas", pairing, None).expect("a way out");
    robin.wait_until("him leave", |screen| screen.matches("Tomáš  muted").count() == 0);

    // The list has the keyboard: the first in it is shown, and written to.
    robin.send("\x1bOR");
    robin.wait_for("Enter show");
    robin.send("\r");
    robin.wait_until("the card", |screen| screen.contains("@grace  friend") && screen.contains("both know  Ada"));
    robin.send("\r");
    robin.wait_for("message Grace");

    robin.send("/status idle\r");
    robin.wait_until("how one is seen", |screen| screen.contains("◐ Robin") && screen.contains("  idle "));
    robin.send("\x11");
    assert_eq!(robin.wait_exit(), 0);
}
