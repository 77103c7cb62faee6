//! Everything that touches the world: the loop, effects, the terminal, timers, secrets, logs.

pub mod keys;
