//! Placeholder of the network's shell.
