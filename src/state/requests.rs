//! What was asked of a network and not yet answered, and why it was asked.

use crate::domain::RequestId;
use std::collections::HashMap;

/// Open requests of one account.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Requests {
    /// By id.
    pub open: HashMap<RequestId, Purpose>,
}

/// Why something was asked.
#[derive(Clone, PartialEq, Debug)]
pub enum Purpose {
    /// Its outcome changes nothing here.
    Quiet,
}
