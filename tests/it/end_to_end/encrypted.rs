//! Encrypted connections of the real binary: to the embedded server behind certificates of every sort.

use super::pty::Terminal;
use super::server::Server;
use super::shell::{Call, Home};
use crate::authority::{Authority, Front, Sort};
use nib::demo::osmium::DemoAccount;
use std::net::SocketAddr;
use std::path::Path;

/// A home whose configuration names a file of roots.
fn home(roots: Option<&Path>) -> Home {
    let home = Home::new();
    if let Some(roots) = roots {
        std::fs::create_dir(home.path().join("config")).unwrap();
        let text = format!("tls.ca_file = \"{}\"\n", roots.display());
        std::fs::write(home.path().join("config/config.toml"), text).unwrap();
    }
    home
}

fn front(authority: &Authority, sort: Sort, listen: &str, server: &Server) -> Front {
    let to: SocketAddr = server.url.strip_prefix("ws://").unwrap().parse().unwrap();
    Front::open(authority.acceptor(sort), listen.parse().unwrap(), to)
}

fn as_robin(call: Call, robin: &DemoAccount, url: &str) -> Call {
    call.env("NIB_TOKEN", &robin.token).env("NIB_SERVER", url)
}

#[test]
fn a_trusted_server_is_signed_in_to_and_written_to() {
    let (server, authority) = (Server::start(), Authority::new());
    let robin = server.account("robin");
    for listen in ["127.0.0.1:0", "[::1]:0"] {
        let front = front(&authority, Sort::Good, listen, &server);
        let url = format!("wss://{}", front.address);
        let home = home(Some(&authority.file()));
        let done = home.log_in(&url, &robin.email, &robin.password);
        assert_eq!(done.code(), 0, "{done:?}");
        home.run(&["send", "rustaceans/off-topic", "sealed"]).went_well();
        let read = home.run(&["read", "rustaceans/off-topic", "--limit", "1"]).went_well();
        assert!(read.out.contains("sealed"), "{read:?}");
    }
}

#[test]
fn an_untrusted_server_gets_neither_password_nor_token() {
    let (server, authority) = (Server::start(), Authority::new());
    let robin = server.account("robin");
    for sort in Sort::ALL.into_iter().filter(|sort| *sort != Sort::Good) {
        let front = front(&authority, sort, "127.0.0.1:0", &server);
        let url = format!("wss://{}", front.address);
        let place = front.address.to_string();
        let words = ["The connection to", place.as_str(), "is not safe: its certificate", "Check the server's address"];
        let home = home(Some(&authority.file()));
        home.log_in(&url, &robin.email, &robin.password).failed(4, &words);
        let send = home.nib(&["send", "rustaceans/off-topic", "not for you"]);
        let done = as_robin(send, robin, &url)
            .run()
            .failed(4, &["is not safe: its certificate", "Check the server's address"]);
        assert!(!done.err.contains(&robin.token), "{done:?}");
    }
    assert_eq!(server.running().connections(), 0);
}

#[test]
fn a_file_of_roots_that_is_none_is_told_before_and_when_it_matters() {
    let (server, authority) = (Server::start(), Authority::new());
    let robin = server.account("robin");
    let front = front(&authority, Sort::Good, "127.0.0.1:0", &server);
    let url = format!("wss://{}", front.address);
    for roots in [authority.file().with_file_name("none.pem"), authority.file_of("words.pem", "words")] {
        let home = home(Some(&roots));
        let words = [roots.to_str().unwrap(), "ca_file"];
        let check = home.run(&["config", "check"]);
        assert_eq!(check.code(), 2, "{check:?}");
        assert!(words.iter().all(|word| check.err.contains(word)), "{check:?}");
        home.log_in(&url, &robin.email, &robin.password).failed(4, &words);
    }
}

#[test]
fn the_chat_says_why_a_certificate_is_not_taken() {
    let (server, authority) = (Server::start(), Authority::new());
    let front = front(&authority, Sort::Expired, "127.0.0.1:0", &server);
    let url = format!("wss://{}", front.address);
    let home = home(Some(&authority.file()));
    let environment = [("NIB_TOKEN", server.account("robin").token.as_str()), ("NIB_SERVER", &url)];
    let terminal = Terminal::start_with(home.path(), &["--open", "self"], 130, 30, &environment);
    let screen = terminal.wait_for("its certificate has expired");
    assert!(screen.contains("Offline") && screen.contains("is not safe"), "{screen}");
}
