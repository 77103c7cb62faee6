//! Ways to a server other than a WebSocket at 127.0.0.1.

use super::pty::Terminal;
use super::server::Server;
use super::shell::{Home, Running};
use super::strangers::Stranger;
use serde_json::Value;

/// The embedded server in a process of its own, listening there.
fn serve(home: &Home, listen: &str) -> (Running, Value) {
    // One network alone: the servers of the other would take the ports behind this one, which may be somebody else's.
    let options = ["--network", "osmium", "--serve-only", "--json", "--people", "0", "--listen", listen];
    let mut server = home.nib(&[&["demo"][..], &options].concat()).start();
    let description = server.object("the description", |object| object["v"] == 1);
    (server, description)
}

#[test]
fn the_embedded_server_and_the_client_speak_ipv6() {
    if let Err(error) = std::net::TcpListener::bind("[::1]:0") {
        eprintln!("NOT TESTED: IPv6, since [::1] cannot be listened at here: {error}");
        return;
    }
    let homes = [Home::new(), Home::new()];
    let (_server, description) = serve(&homes[0], "[::1]:0");
    let url = description["url"].as_str().unwrap();
    assert!(url.starts_with("ws://[::1]:"), "{url}");
    let robin = &description["accounts"][0];
    let done = homes[1].log_in(url, robin["email"].as_str().unwrap(), robin["password"].as_str().unwrap());
    assert_eq!(done.code(), 0, "{done:?}");
    assert!(done.out.starts_with(&format!("Signed in to {url}")), "{done:?}");
    homes[1].run(&["send", "self", "by way of six"]).went_well();
    assert!(homes[1].run(&["read", "self", "--limit", "1"]).went_well().out.contains("by way of six"));
}

#[test]
fn messages_over_plain_tcp_reach_the_same_server() {
    let server = Server::start();
    let robin = server.account("robin");
    let url = server.running().tcp_url();
    let home = Home::new();
    let done = home.log_in(&url, &robin.email, &robin.password);
    assert_eq!((done.code(), done.out.contains(&url)), (0, true), "{done:?}");
    home.run(&["send", "rustaceans/off-topic", "framed by hand"]).went_well();

    // Another looks on through a WebSocket, and the chat of the first measures the way without pings.
    let other = Home::new();
    let open = &["--open", "rustaceans/off-topic"];
    let ada = Terminal::start_with(other.path(), open, 110, 32, &server.environment("ada"));
    ada.wait_for("framed by hand");
    let mut terminal = Terminal::start_with(home.path(), open, 110, 32, &[]);
    terminal.wait_until("the latency", |screen| screen.contains("framed by hand") && screen.contains(" ms"));
    terminal.send("and by keys\r");
    ada.wait_for("and by keys");
    server.running().drop_connections();
    terminal.wait_gone(" ms");
    terminal.wait_until("another connection", |screen| screen.contains(" ms"));
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn what_is_no_tcp_server_is_told() {
    let home = Home::new();
    let robin = ["robin@demo.example", "demo-robin"];
    let port = Stranger::Says(b"SSH-2.0-OpenSSH_9.9\r\n").listen();
    let done = home.log_in(&format!("tcp://127.0.0.1:{port}"), robin[0], robin[1]);
    done.failed(4, &["does not answer like a chat server", "its address may have to begin with wss:// or ws://"]);
    home.log_in("tcp://127.0.0.1", robin[0], robin[1]).failed(2, &["ends with a port"]);
}
