//! The embedded Osmium server: its rules by calling it, its sockets by connecting to it.

mod administration;
mod fixture;
mod framed;
mod interactions;
mod messages;
mod rig;
mod sessions;
mod social;
pub(crate) mod socket;
mod verification;
