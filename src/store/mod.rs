//! What nib keeps: one SQLite database for a profile, on a thread of its own.
//!
//! [`Store::start`] opens it; commands go in by a bounded queue that nobody waits at, replies come out by another. An account is bound to a number of this
//! run before anything else is said of it. What the user wrote is on the disk before it is answered; the rest is committed, and outlasts the
//! program, but perhaps not a power cut.
//!
//! History is kept with its holes, as the timeline in memory keeps it, so that what is not known is never taken for what is not there. What is told is
//! stamped: a page that was asked for before something was changed or deleted does not bring the old state back.
//!
//! A database that cannot be used is moved away and never overwritten; [`Note`] says so. Without any, everything works in memory, for this run.

mod care;
mod codec;
mod db;
mod drafts;
mod error;
mod history;
mod marked;
mod memory;
mod model;
mod open;
mod outbox;
mod page;
mod place;
mod reply;
mod rescue;
mod roster;
mod schema;
mod search;
mod timeline;
mod worker;

pub use crate::domain::kept::{
    Absorbed, AccountKey, Anchor, Draft, DraftEdit, DraftFile, DraftReply, Edited, Found, Hit, Hole, Layout, Listed,
    Marked, OutboxItem, OutboxRow, OutboxStage, Query, Seek, Size, Stamp, Stamps, Start, Stored, StoredMessage, Ticket,
    Write,
};
pub use error::StoreError;
pub use model::{Care, Command};
pub use open::{BUDGET, Options, QUEUE, Unusable};
pub use reply::{Note, Reply, Seen};
pub use schema::VERSION;
pub use worker::{NotTaken, Replies, Store};
