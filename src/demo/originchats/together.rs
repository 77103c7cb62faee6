//! The sample's servers, all at once, on one account service.

use super::sample::{self, GUEST};
use super::script::{self, Cast};
use super::serve::{Running, now, start};
use super::service::ServiceAccount;
use super::service_http::{self, RunningService};
use super::{Accounts, Options};
use crate::demo::people::Director;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// What the servers are called in accounts: the garden, the tea house, direct chats.
pub const LABELS: [&str; 3] = ["garden", "tea", "dms"];

/// Running servers of the sample; they end when this is dropped.
pub struct Together {
    /// The account service of all of them.
    pub service: RunningService,
    /// In the order of [`LABELS`].
    pub servers: Vec<Arc<Running>>,
    /// Who has an account of the service, "you" first.
    pub accounts: Vec<ServiceAccount>,
    _tasks: JoinSet<()>,
}

/// Why they did not start: the address that cannot be listened on, and what the system says of it.
pub type NotListening = (SocketAddr, std::io::Error);

/// Starts them on the current runtime: the account service at this address, the servers at the ports behind it or, where others listen, at free ones; so
/// the service, if that will do `elsewhere`. Port 0 takes free ones.
///
/// # Errors
/// An address cannot be listened on.
pub async fn start_sample(
    seed: u64,
    at: Option<i64>,
    people: usize,
    listen: SocketAddr,
    elsewhere: bool,
) -> Result<Together, NotListening> {
    let sample = sample::sample(seed, at.unwrap_or_else(|| millis(now())));
    let mut next = listen;
    let mut address = || {
        let address = next;
        // Behind the last port there is none.
        next.set_port(if address.port() == 0 { 0 } else { address.port().saturating_add(1) });
        address
    };
    let here = address();
    let service = service_http::start(sample::service(seed, &sample.accounts), here, elsewhere);
    let service = service.await.map_err(|error| (here, error))?;
    let cast = Cast::of(&sample.garden.world, &sample.worlds[2]);
    let stirred = Arc::new(Notify::new());
    let mut servers = Vec::new();
    for (world, accounts) in sample.worlds.into_iter().zip([Accounts::Both, Accounts::Service, Accounts::Service]) {
        let here = address();
        let options = Options {
            seed: seed.wrapping_add(servers.len() as u64),
            accounts,
            listen: here,
            elsewhere: true,
            world: Some(world),
            service: Some(service.service.clone()),
            stirred: Some(Arc::clone(&stirred)),
            ..Options::default()
        };
        servers.push(Arc::new(start(options).await.map_err(|error| (here, error))?));
    }
    let mut tasks = JoinSet::new();
    if people > 0 {
        let director = Director::verbatim(&sample.garden.world, sample.garden.people, seed, people);
        tasks.spawn(script::play(servers.clone(), stirred, director, cast));
    }
    Ok(Together { service, servers, accounts: sample.accounts, _tasks: tasks })
}

#[allow(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
fn millis(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}

impl Together {
    /// The part of `demo --serve-only --json` about them.
    #[must_use]
    pub fn description(&self) -> Value {
        let server = |(label, server): (&&str, &Arc<Running>)| {
            let mut told = json!({"label": label, "url": server.url(), "direct": *label == LABELS[2]});
            if *label == LABELS[0] {
                told["accounts"] = json!([{"username": GUEST.0, "password": GUEST.1}]);
            }
            told
        };
        let account = |account: &ServiceAccount| json!({"username": account.name, "token": account.token});
        json!({
            "account_service": self.service.url(),
            "accounts": self.accounts.iter().map(account).collect::<Value>(),
            "servers": LABELS.iter().zip(&self.servers).map(server).collect::<Value>(),
        })
    }
}
