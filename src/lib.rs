//! A terminal chat client for Osmium and OriginChats.

pub mod net;
