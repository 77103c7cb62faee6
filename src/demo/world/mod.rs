//! The sample world.

pub mod model;
