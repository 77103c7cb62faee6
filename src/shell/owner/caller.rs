//! The way to the owner of a profile, for who is not it.

use super::words::{AccountTold, Ask, Asked, FileHead, LONGEST_TELL, Role, Tell, Told, Trouble, VERSION};
use crate::config::Paths;
use crate::domain::Upload;
use bytes::BytesMut;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// How long an owner may take to say who it is; one that is stopped says nothing.
const GREETING: Duration = Duration::from_secs(3);
/// How long the owner may leave unread what it is told.
const UNREAD: Duration = Duration::from_secs(60);

/// A connection to the owner.
#[derive(Debug)]
pub(super) struct Caller {
    stream: UnixStream,
    buffer: BytesMut,
    next: u64,
    /// What kind of owner it is.
    pub(super) role: Role,
    /// Its accounts.
    pub(super) accounts: Vec<AccountTold>,
}

impl Caller {
    /// Goes to the owner of a profile. `None` where there is none, or none that can be spoken to.
    pub(super) async fn find(paths: &Paths) -> Option<Self> {
        let socket = super::lock::socket_of(paths)?;
        let stream = UnixStream::connect(&socket).await.ok()?;
        let own = stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw());
        if !own {
            tracing::warn!("somebody else listens at the owner's socket");
            return None;
        }
        let mut caller = Self { stream, buffer: BytesMut::new(), next: 0, role: Role::Chat, accounts: Vec::new() };
        match timeout(GREETING, caller.hear()).await {
            Ok(Ok((0, Tell::Hello { role, accounts }))) => Some(Self { role, accounts, ..caller }),
            other => {
                tracing::info!(?other, "the owner does not greet");
                None
            }
        }
    }

    /// Asks; returns the number that answers bear.
    ///
    /// # Errors
    /// The owner is gone.
    pub(super) async fn ask(&mut self, ask: Ask, files: &[Upload]) -> Result<u64, Trouble> {
        self.next += 1;
        let ask = match ask {
            Ask::Send { chat, text, reply_to, files: _, queue } => {
                let head = |file: &Upload| FileHead { name: file.name.clone(), size: file.size() };
                Ask::Send { chat, text, reply_to, files: files.iter().map(head).collect(), queue }
            }
            other => other,
        };
        let asked = Asked { v: VERSION, id: self.next, ask };
        let mut line = serde_json::to_vec(&asked).map_err(|error| Trouble::failed(error.to_string()))?;
        line.push(b'\n');
        self.write(&line).await?;
        for file in files {
            // In parts, so that a slow owner is told from a dead one.
            for part in file.bytes.chunks(1 << 20) {
                self.write(part).await?;
            }
        }
        Ok(self.next)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match timeout(UNREAD, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            // It may have said why.
            Ok(Err(_)) => Err(self.last_words().await),
            Err(_) => Err(Trouble::lost("the nib that is open does not answer")),
        }
    }

    async fn last_words(&mut self) -> Trouble {
        let last = async {
            loop {
                if let Err(trouble) = self.hear().await {
                    return trouble;
                }
            }
        };
        timeout(GREETING, last).await.unwrap_or_else(|_| gone())
    }

    /// The next thing that is told. Safe to drop and call again.
    ///
    /// # Errors
    /// The owner is gone, or has sent us away.
    pub(super) async fn hear(&mut self) -> Result<(u64, Tell), Trouble> {
        let mut looked = 0;
        loop {
            if let Some(end) = self.buffer.iter().skip(looked).position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(looked + end);
                _ = self.buffer.split_to(1);
                let told: Told = serde_json::from_slice(&line).map_err(|error| {
                    tracing::warn!(%error, "the owner is not understood");
                    not_understood()
                })?;
                return match told {
                    Told { v, .. } if v != VERSION => Err(not_understood()),
                    Told { tell: Tell::Bye { reason, heir }, .. } => Err(Trouble::Lost { text: reason, heir }),
                    Told { id, tell, .. } => Ok((id, tell)),
                };
            }
            looked = self.buffer.len();
            if looked > LONGEST_TELL {
                return Err(not_understood());
            }
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return Err(gone()),
                Ok(_) => {}
            }
        }
    }
}

fn gone() -> Trouble {
    Trouble::lost("the nib that was open has ended")
}

fn not_understood() -> Trouble {
    Trouble::lost("the nib that is open is of another version")
}
