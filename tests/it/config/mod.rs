//! Keys, configuration, paths, accounts and secrets.

mod accounts;
mod keys;
mod paths;
mod report;
mod resolve;
