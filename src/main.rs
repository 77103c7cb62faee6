//! The `nib` binary.
fn main() {}
