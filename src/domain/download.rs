//! Parts of files on their way here.

use bytes::Bytes;

/// Bytes of a file. `Debug` tells how many: they may be anything.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Bytes);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}
