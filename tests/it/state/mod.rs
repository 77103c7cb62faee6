//! The pure core: examples told as scripts, and properties that hold for any script.

mod accounts;
mod commands;
mod drafts;
mod files;
mod forums;
mod members;
mod mouse;
mod outbox;
mod parts;
mod people;
mod places;
mod polls;
mod properties;
mod quitting;
mod reading;
mod script;
mod signing_in;
mod themes;
mod timeline;
mod updates;
mod voice;
mod waiting;
mod waking;
mod ways_in;
mod welcome;
mod writing;
