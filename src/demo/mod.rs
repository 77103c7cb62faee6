//! The embedded servers, the sample world and its scripted people.

mod accept;
pub mod originchats;
pub mod osmium;
pub mod people;
pub mod world;
