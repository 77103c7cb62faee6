//! The OriginChats adapter against recorded frames of real servers and a clock that stands still until it is moved.

mod calls;
mod changes;
mod commands;
mod direct;
mod files;
mod history;
mod hostile;
mod linking;
mod lists;
mod names;
mod olden;
pub(crate) mod peer;
mod people;
mod polls;
mod reading;
mod reconnect;
mod replay;
mod service;
mod sign_in;
mod standins;
mod threads;
mod wire;
mod with_server;

use serde_json::Value;

/// A frame that was recorded between a real server and its clients.
pub(crate) struct Recorded {
    /// Which of the clients.
    pub(crate) conn: String,
    /// Whether the server sent it.
    pub(crate) from_server: bool,
    /// In which part of the recording.
    pub(crate) step: String,
    pub(crate) packet: Value,
}

fn read(lines: &str) -> Vec<Recorded> {
    let row = |line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let (conn, step, from_server) = (text("conn"), text("step"), row["dir"] == "s2c");
        Recorded { conn, from_server, step, packet: row["packet"].clone() }
    };
    lines.lines().map(row).collect()
}

/// Frames of the server that most of the network runs.
pub(crate) fn recorded() -> Vec<Recorded> {
    read(include_str!("../data/originchats/recorded.jsonl"))
}

/// Frames of an older one.
pub(crate) fn recorded_old() -> Vec<Recorded> {
    read(include_str!("../data/originchats/old.jsonl"))
}
