//! Everything that touches the world: the loop, effects, the terminal, timers, secrets, logs.

mod keyring;
pub mod keys;
pub mod secrets;
pub mod token_command;
