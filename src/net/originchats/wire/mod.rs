//! What goes over the wire: JSON objects in text frames, `cmd` names the kind.
//!
//! Reading is total and tolerant: unknown fields are passed over, unknown commands are a [`Packet::Unknown`], a field of the wrong type is
//! not there. Remote text comes out as [`Raw`], which cannot be shown before it is cleaned.

mod command;
mod embeds;
mod json;
mod mend;
mod objects;
mod packet;
mod slash;

pub use command::{At, Bounds, Command, Start, Uploaded};
pub use embeds::{Embed, PollEmbed, Results};
pub use json::{Fields, Json, Raw};
pub use objects::{Access, Attachment, Channel, Message, Person, Pings, Place, Role, Status, Thread, Unread, Voice};
pub use packet::{Handshake, Incoming, Packet, Page, Unreadable, read};
