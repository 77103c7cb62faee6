//! Where the system has no such sockets: there is never anybody to go to.

use super::words::{AccountTold, Ask, Role, Tell, Trouble};
use crate::config::Paths;
use crate::domain::Upload;

/// No connection.
#[derive(Debug)]
pub(super) struct Caller {
    /// What kind of owner it is.
    pub(super) role: Role,
    /// Its accounts.
    pub(super) accounts: Vec<AccountTold>,
}

impl Caller {
    /// There is nobody.
    pub(super) async fn find(_paths: &Paths) -> Option<Self> {
        None
    }

    /// Nobody is asked.
    ///
    /// # Errors
    /// Always.
    pub(super) async fn ask(&mut self, _ask: Ask, _files: &[Upload]) -> Result<u64, Trouble> {
        Err(Trouble::lost("the nib that was open has ended"))
    }

    /// Nothing is told.
    ///
    /// # Errors
    /// Always.
    pub(super) async fn hear(&mut self) -> Result<(u64, Tell), Trouble> {
        Err(Trouble::lost("the nib that was open has ended"))
    }
}
