//! Ways to a server other than a WebSocket at 127.0.0.1.

use super::shell::{Home, Running};
use serde_json::Value;

/// The embedded server in a process of its own, listening there.
fn serve(home: &Home, listen: &str) -> (Running, Value) {
    let mut server = home.nib(&["demo", "--serve-only", "--json", "--people", "0", "--listen", listen]).start();
    let description = server.object("the description", |object| object["v"] == 1);
    (server, description)
}

#[test]
fn the_embedded_server_and_the_client_speak_ipv6() {
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
