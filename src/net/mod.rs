//! The networks nib speaks, each behind the same neutral seam.

pub mod osmium;
