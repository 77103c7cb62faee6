//! The real binary: in a real terminal and in the shell, against the embedded server over real sockets.

#[path = "../support/lab.rs"]
mod lab;
#[path = "../support/picture.rs"]
mod picture;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/demo.rs"]
mod server;
#[path = "../support/shell.rs"]
mod shell;

#[path = "../support/strangers.rs"]
mod strangers;

mod cursor;
mod demo;
mod doctor;
mod doors;
mod drafts;
mod editor;
mod encrypted;
mod files;
mod find;
mod four;
mod going;
mod graphemes;
mod guide;
mod kept;
mod keyboard;
mod kills;
#[cfg(target_os = "linux")]
mod large;
mod many_servers;
mod matrix;
mod networks;
mod owner;
mod people;
mod probe;
mod recall;
mod refusals;
mod refused;
mod saved;
mod scripts;
mod served;
mod sign_in;
mod signals;
mod together;
mod unread;
mod updates;
mod walk;
mod ways_in;
mod welcome;
mod window;
