#![doc = include_str!("ARCHITECTURE.md")]

#[cfg(feature = "app")]
pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod input;
pub mod layout;
pub mod net;
#[cfg(feature = "app")]
pub mod shell;
pub mod state;
#[cfg(feature = "app")]
pub mod store;
pub mod view;
