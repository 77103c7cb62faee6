//! The core for shell commands, wherever it is: in this process, or in the owner of the profile. What is asked and told is the same.

use super::caller::Caller;
use super::lock::Lock;
use super::pages::{History, KeptPage};
use super::words::{Ask, KeptFrom, Tell, Trouble};
use super::{AGAIN, ChatRef, ChatTold, Happened, MessageTold, OwnerError, PATIENCE, is_of_profile, try_own};
use crate::domain::Upload;
use crate::shell::host::{Host, HostError};
use crate::shell::startup::Startup;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// How long a core that has been told that there is no more time has to say how it stands.
const LAST: Duration = Duration::from_secs(5);

/// How long a command stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stay {
    /// For some answers.
    Short,
    /// Until it is ended: it becomes the owner where there is none.
    Long,
    /// The same, where another process is about to be the owner.
    MadeWay,
}

enum Way {
    Own(Box<Host>),
    Through(Box<Caller>),
}

/// A command's way to a core.
pub struct Client {
    way: Way,
    accounts: Vec<String>,
    absent: Vec<HostError>,
    /// What was told of what is followed while an answer was waited for.
    aside: VecDeque<Told>,
    /// Sentences about the store.
    notes: Vec<String>,
}

/// What is told of what is followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// Something happened.
    Happened(Box<Happened>),
    /// This process is the owner and is to make way.
    MakeWay,
}

impl Client {
    /// Goes to the owner of the profile if it has the accounts that the run is about, else starts a core here.
    pub async fn reach(mut startup: Startup, stay: Stay) -> Self {
        let accounts = startup.accounts.iter().map(|setup| setup.account.label.clone()).collect();
        let way = match is_of_profile(&startup) && !startup.accounts.is_empty() {
            true => find(&mut startup, stay).await,
            false => None,
        };
        let way = way.unwrap_or_else(|| Way::Own(Box::new(Host::start(startup))));
        Self { way, accounts, absent: Vec::new(), aside: VecDeque::new(), notes: Vec::new() }
    }

    /// Goes to what is kept: to the owner of the profile, else this process becomes it for as long as it takes. Nothing is dialled.
    ///
    /// # Errors
    /// Another process has the profile and cannot be asked, or the lock cannot be used.
    pub async fn keeper(mut startup: Startup) -> Result<Self, OwnerError> {
        startup.offline = true;
        let accounts = startup.accounts.iter().map(|setup| setup.account.label.clone()).collect();
        let end = Instant::now() + PATIENCE;
        let way = loop {
            if let Some(caller) = Caller::find(&startup.paths).await {
                match knows_all(&caller, &startup) {
                    true => break Way::Through(Box::new(caller)),
                    false => return Err(OwnerError::Busy),
                }
            }
            match try_own(&startup.paths)? {
                Some(Some(lock)) => {
                    startup.owned = Some(lock);
                    break Way::Own(Box::new(Host::start(startup)));
                }
                None if Instant::now() < end => sleep(AGAIN).await,
                Some(None) | None => return Err(OwnerError::Busy),
            }
        };
        Ok(Self { way, accounts, absent: Vec::new(), aside: VecDeque::new(), notes: Vec::new() })
    }

    /// Waits until it is known what is kept of the accounts.
    ///
    /// # Errors
    /// There is no account, or the store does not answer.
    pub async fn known(&mut self, within: Duration) -> Result<(), Trouble> {
        let asked = self.ask(Ask::Known { accounts: self.accounts.clone() }, Vec::new()).await?;
        match self.answer_within(asked, within).await? {
            Tell::Standing { accounts, .. } => self.accounts = accounts,
            _ => return Err(HostError::NoAccount.into()),
        }
        Ok(())
    }

    /// Stored messages.
    ///
    /// # Errors
    /// Nothing is kept here, or the store does not answer.
    pub async fn kept(
        &mut self,
        chat: &ChatRef,
        from: KeptFrom,
        limit: u32,
        within: Duration,
    ) -> Result<KeptPage, Trouble> {
        let asked = self.ask(Ask::Kept { chat: chat.clone(), from, limit, unsent: true }, Vec::new()).await?;
        let (mut messages, mut unsent) = (Vec::new(), Vec::new());
        loop {
            match self.answer_within(asked, within).await? {
                Tell::Messages(part) => {
                    let (sent, waits): (Vec<_>, Vec<_>) = part.into_iter().partition(MessageTold::is_sent);
                    messages.extend(sent);
                    unsent.extend(waits);
                }
                Tell::Stored { older, newer, gap_after, .. } => {
                    return Ok(KeptPage { messages, older, newer, gap_after, unsent });
                }
                _ => return Ok(KeptPage { messages, ..KeptPage::default() }),
            }
        }
    }

    /// Looks through all that is kept; what is wrong with it.
    ///
    /// # Errors
    /// Nothing is kept here, or it cannot be looked through.
    pub async fn check(&mut self) -> Result<Vec<String>, Trouble> {
        match self.care(Ask::Check).await? {
            Tell::Checked(faults) => Ok(faults),
            _ => Ok(Vec::new()),
        }
    }

    /// Gives unused space back to the disk; how many bytes it took, and takes now.
    ///
    /// # Errors
    /// Nothing is kept here, or there is no space for it.
    pub async fn compact(&mut self) -> Result<(u64, u64), Trouble> {
        match self.care(Ask::Compact).await? {
            Tell::Compacted { before, after } => Ok((before, after)),
            _ => Ok((0, 0)),
        }
    }

    /// Forgets all that is kept of an account; whether there was anything.
    ///
    /// # Errors
    /// There is no such account, another process has the profile, or nothing is kept here.
    pub async fn forget(&mut self, account: &str) -> Result<bool, Trouble> {
        Ok(matches!(self.care(Ask::Forget { account: account.to_owned() }).await?, Tell::Forgotten(true)))
    }

    /// It may take as long as it takes.
    async fn care(&mut self, ask: Ask) -> Result<Tell, Trouble> {
        let asked = self.ask(ask, Vec::new()).await?;
        self.answer(asked).await
    }

    /// What is to be told about the store.
    pub fn notes(&mut self) -> Vec<String> {
        let mut notes = match &mut self.way {
            Way::Own(host) => host.notes(),
            Way::Through(_) => Vec::new(),
        };
        notes.append(&mut self.notes);
        notes
    }

    /// Whether what is kept is left alone, since it cannot be used; why is among the notes.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(&self.way, Way::Own(host) if !host.state().readable)
    }

    /// Whether the core is in another process.
    #[must_use]
    pub const fn is_through(&self) -> bool {
        matches!(self.way, Way::Through(_))
    }

    /// What the accounts are called; known after [`Client::online`].
    #[must_use]
    pub fn accounts(&self) -> &[String] {
        &self.accounts
    }

    /// Why accounts are not there, in their order; known after [`Client::online`].
    #[must_use]
    pub fn absent(&self) -> &[HostError] {
        &self.absent
    }

    /// Waits until all accounts are in sync, or known not to come for now.
    ///
    /// # Errors
    /// There is no account, or none of them is there; why the first one is not.
    pub async fn online(&mut self, within: Duration) -> Result<(), Trouble> {
        let end = Instant::now() + within;
        let asked = self.ask(Ask::Online { accounts: self.accounts.clone() }, Vec::new()).await?;
        let standing = match timeout_at(end, self.standing(asked)).await {
            Ok(standing) => standing?,
            Err(_) => {
                let asked = self.ask(Ask::Settle { waited: within.as_secs() }, Vec::new()).await?;
                timeout(LAST, self.standing(asked)).await.map_err(|_| HostError::TimedOut(within))??
            }
        };
        (self.accounts, self.absent) = standing;
        match self.absent.first() {
            Some(why) if self.absent.len() == self.accounts.len() => Err(why.clone().into()),
            _ => Ok(()),
        }
    }

    async fn standing(&mut self, asked: u64) -> Result<(Vec<String>, Vec<HostError>), Trouble> {
        loop {
            match self.answer(asked).await? {
                Tell::Standing { accounts, absent } => return Ok((accounts, absent)),
                _ => continue,
            }
        }
    }

    /// The chat that a name leads to; a user name that is not among the chats is looked up.
    ///
    /// # Errors
    /// Nothing or several things are called that: the candidates are named. Or its account is not there, or the network does not answer.
    pub async fn find(&mut self, name: &str, within: Duration) -> Result<ChatTold, Trouble> {
        let asked = self.ask(Ask::Find { name: name.to_owned() }, Vec::new()).await?;
        match self.answer_within(asked, within).await? {
            Tell::Chat(chat) => Ok(*chat),
            _ => Err(Trouble::failed(format!("there is nobody called \"{name}\""))),
        }
    }

    /// The same for what is to be written to: while an account is absent, whoever is meant by a name without an account may be there.
    ///
    /// # Errors
    /// As above, and where the name does not say which account it is of.
    pub async fn find_to_write(&mut self, name: &str, within: Duration) -> Result<ChatTold, Trouble> {
        let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
        let named = |(label, _): (&str, &str)| self.accounts.iter().any(|known| same(known, label));
        if !name.split_once(':').is_some_and(named)
            && let Some(why) = super::find::unsure(&self.accounts, &self.absent, name)
        {
            return Err(why);
        }
        self.find(name, within).await
    }

    /// All chats of the accounts, in the order in which they are listed.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn chats(&mut self, within: Duration) -> Result<Vec<ChatTold>, Trouble> {
        self.listed(Ask::Chats, within).await
    }

    /// The threads of a forum, the one written to last first.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn threads(&mut self, forum: &ChatRef, within: Duration) -> Result<Vec<ChatTold>, Trouble> {
        self.listed(Ask::Threads { forum: forum.clone() }, within).await
    }

    async fn listed(&mut self, ask: Ask, within: Duration) -> Result<Vec<ChatTold>, Trouble> {
        let asked = self.ask(ask, Vec::new()).await?;
        let mut all = Vec::new();
        while let Tell::Chats(chats) = self.answer_within(asked, within).await? {
            all.extend(chats);
        }
        Ok(all)
    }

    /// A page of history: the newest messages, those before one, or those sent before a time. Marks nothing read, or has the mark put back.
    ///
    /// # Errors
    /// The network refuses or does not answer.
    pub async fn history(
        &mut self,
        chat: &ChatRef,
        (before, until): (Option<&str>, Option<i64>),
        limit: u16,
        within: Duration,
    ) -> Result<History, Trouble> {
        let ask = Ask::Fetch { chat: chat.clone(), before: before.map(str::to_owned), limit, until };
        let asked = self.ask(ask, Vec::new()).await?;
        let mut messages = Vec::new();
        loop {
            match self.answer_within(asked, within).await? {
                Tell::Messages(part) => messages.extend(part),
                Tell::Page { reached_start } => return Ok(History { messages, reached_start }),
                _ => return Ok(History { messages, reached_start: true }),
            }
        }
    }

    /// Sends a message; `told` hears how many bytes of its files are with the network. Returns its id. As long as it goes on, the time begins anew.
    ///
    /// # Errors
    /// It is not sent; or, for [`Trouble::Lost`] and [`Trouble::Network`], perhaps it is.
    pub async fn send(
        &mut self,
        send: Ask,
        files: Vec<Upload>,
        within: Duration,
        mut told: impl FnMut(u64, u64),
    ) -> Result<String, Trouble> {
        // What could not be written whole cannot have been understood: nothing is in doubt yet.
        let asked = self.ask(send, files).await?;
        loop {
            let answer = match timeout(within, self.answer(asked)).await {
                Ok(answer) => answer,
                Err(_) => return self.withdraw(asked, within).await,
            };
            match answer.map_err(in_doubt)? {
                Tell::Progress { done, total } => told(done, total),
                Tell::Sent { id } => return Ok(id.to_string()),
                _ => return Err(in_doubt(Trouble::lost("nobody says what became of it"))),
            }
        }
    }

    /// Has a message kept, to be sent as soon as that can be: by the owner, or by the next run.
    ///
    /// # Errors
    /// It is not kept; or, for [`Trouble::Lost`], perhaps it is.
    pub async fn queue(&mut self, send: Ask, files: Vec<Upload>, within: Duration) -> Result<(), Trouble> {
        let asked = self.ask(send, files).await?;
        match self.answer_within(asked, within).await.map_err(in_doubt)? {
            // One that was sent meanwhile is even better.
            Tell::Queued | Tell::Sent { .. } => Ok(()),
            _ => Err(in_doubt(Trouble::lost("nobody says what became of it"))),
        }
    }

    /// Nobody waits any longer for a message: it is taken back if it is still here.
    async fn withdraw(&mut self, send: u64, waited: Duration) -> Result<String, Trouble> {
        let asked = self.ask(Ask::Withdraw { send }, Vec::new()).await.map_err(in_doubt)?;
        let doubt = Trouble::Network { text: HostError::TimedOut(waited).to_string(), next: Some(LOOK.to_owned()) };
        let settled = async {
            loop {
                match self.hear().await {
                    Ok((id, Tell::Withdrawn(true))) if id == asked => {
                        let text = HostError::TimedOut(waited).to_string();
                        return Err(Trouble::Network { text, next: Some(NOT_SENT.to_owned()) });
                    }
                    // It arrived just now.
                    Ok((id, Tell::Sent { id: message })) if id == send => return Ok(message.to_string()),
                    Ok((id, Tell::Failed(trouble))) if id == send => return Err(trouble),
                    Ok((id, Tell::Withdrawn(false))) if id == asked => return Err(doubt.clone()),
                    Ok(_) => {}
                    Err(trouble) => return Err(in_doubt(trouble)),
                }
            }
        };
        timeout(LAST, settled).await.unwrap_or(Err(doubt.clone()))
    }

    /// Begins to tell what happens in these chats, or in all. How each account stands comes first.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn follow(&mut self, chats: &[ChatRef]) -> Result<(), Trouble> {
        self.ask(Ask::Follow { chats: chats.to_vec() }, Vec::new()).await.map(drop)
    }

    /// The next thing that happened in what is followed. Safe to drop and call again.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn next(&mut self) -> Result<Told, Trouble> {
        loop {
            if let Some(told) = self.aside.pop_front() {
                return Ok(told);
            }
            match self.hear().await? {
                (_, Tell::Failed(trouble)) => return Err(trouble),
                (_, tell) => self.aside.extend(unasked(tell)),
            }
        }
    }

    /// Ends the core if it is here.
    pub async fn close(self) {
        if let Way::Own(host) = self.way {
            host.close().await;
        }
    }

    async fn ask(&mut self, ask: Ask, files: Vec<Upload>) -> Result<u64, Trouble> {
        match &mut self.way {
            Way::Own(host) => Ok(host.ask(ask, files)),
            Way::Through(caller) => caller.ask(ask, &files).await,
        }
    }

    async fn hear(&mut self) -> Result<(u64, Tell), Trouble> {
        loop {
            let told = match &mut self.way {
                Way::Own(host) => host.hear().await,
                Way::Through(caller) => caller.hear().await?,
            };
            match told {
                (_, Tell::Note(note)) => self.notes.push(note),
                told => return Ok(told),
            }
        }
    }

    async fn answer(&mut self, asked: u64) -> Result<Tell, Trouble> {
        loop {
            match self.hear().await? {
                (id, Tell::Failed(trouble)) if id == asked => return Err(trouble),
                (id, tell) if id == asked => return Ok(tell),
                (_, tell) => self.aside.extend(unasked(tell)),
            }
        }
    }

    async fn answer_within(&mut self, asked: u64, within: Duration) -> Result<Tell, Trouble> {
        timeout(within, self.answer(asked)).await.map_err(|_| HostError::TimedOut(within))?
    }
}

/// What is told without being an answer.
fn unasked(tell: Tell) -> Option<Told> {
    match tell {
        Tell::Happened(happened) => Some(Told::Happened(happened)),
        Tell::MakeWay => Some(Told::MakeWay),
        _ => None,
    }
}

/// What to do when nobody knows whether a message arrived.
const LOOK: &str = "the message may have been sent; look with \"nib read\" before you send it again";

/// What to do about a message that was taken back.
const NOT_SENT: &str = "the message is not sent; with --queue it is kept until it can be";

/// The owner was lost while it had the message.
fn in_doubt(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Lost { text, .. } => Trouble::Failed { text, next: Some(LOOK.to_owned()) },
        other => other,
    }
}

/// The way to the owner, or the lock for whoever becomes it.
async fn find(startup: &mut Startup, stay: Stay) -> Option<Way> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(caller) = Caller::find(&startup.paths).await {
            return knows_all(&caller, startup).then(|| Way::Through(Box::new(caller)));
        }
        match stay {
            Stay::Short => return None,
            Stay::MadeWay if Instant::now() < end => {}
            Stay::Long | Stay::MadeWay => match Lock::take(&startup.paths) {
                Ok(Some(lock)) => {
                    startup.owned = Some(Arc::new(lock));
                    return None;
                }
                // Somebody is about to listen.
                Ok(None) if Instant::now() < end => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(%error, "the profile cannot be locked");
                    return None;
                }
            },
        }
        sleep(AGAIN).await;
    }
}

/// Whether the owner has all accounts that a run is about: one that was added since it was opened it does not know.
fn knows_all(caller: &Caller, startup: &Startup) -> bool {
    startup.accounts.iter().all(|setup| {
        caller.accounts.iter().any(|known| {
            known.label.to_lowercase() == setup.account.label.to_lowercase()
                && known.network == setup.account.network
                && known.server == setup.server()
        })
    })
}
