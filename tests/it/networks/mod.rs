//! Several accounts in one nib, of one network or of two: adapters, dispatch and core together, with servers at their other ends and a clock that
//! stands still until it is moved.

mod again;
mod packets;
mod rig;
mod servers;
pub(crate) mod unread;
mod whatever;
