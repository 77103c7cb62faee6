//! The configuration file, from raw to resolved, and where nib keeps its files.
