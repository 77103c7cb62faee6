//! The second network's side of a schedule: a server with four channels, and what somebody else does there.

use super::schedule::{Deed, Far};
use nib::demo::originchats::{
    AccountService, Options, Running, RunningService, ServiceAccount, World, message, start, start_service,
};
use nib::domain::{AccountId, Secret};
use nib::shell::accounts::{AccountSetup, TokenSource};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

fn accounts() -> [ServiceAccount; 2] {
    ["robin", "zed"].map(|name| ServiceAccount::new(name, &format!("USR:{name}"), &format!("tok-{name}")))
}

const PLOTS: [&str; 4] = ["plot-one", "plot-two", "plot-three", "plot-four"];
/// A moment before any test.
const LONG_AGO: f64 = 1_770_000_000.0;

pub(super) struct OriginChats {
    running: Running,
    seed: u64,
    service: RunningService,
    /// Names of channels that are gone.
    torn: RefCell<BTreeSet<String>>,
}

impl OriginChats {
    pub(super) async fn start(seed: u64) -> Self {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let service = start_service(AccountService::of(seed, accounts().into()), here, false).await.expect("a port");
        let running = Self::run(seed, here, service.service.clone()).await;
        Self { running, seed, service, torn: RefCell::default() }
    }

    async fn run(seed: u64, listen: SocketAddr, service: AccountService) -> Running {
        let mut world = World::new("Faults", "zed");
        for account in &accounts() {
            world = world.with_person(account, &["user"]);
        }
        for (number, plot) in PLOTS.into_iter().enumerate() {
            let old = |at: usize| {
                let (number, at) = (number as u32, at as u32);
                let (id, user) = (format!("{number:08}-0000-4000-8000-{at:012}"), ["zed", "robin"][at as usize % 2]);
                message(&id, user, &format!("old {number} {at}"), LONG_AGO + f64::from(number * 10_000 + at))
            };
            world = world.with_text(plot, (0..number * 20).map(old).collect());
        }
        let options = Options { seed, listen, world: Some(world), service: Some(service), ..Options::default() };
        start(options).await.expect("a port")
    }

    /// A channel is made, called otherwise, or deleted.
    fn build(&self, what: u32, dice: &mut fastrand::Rng) {
        let name = format!("shed-{}", dice.u32(..3));
        // Another channel of the name of one that is gone would be that one to everybody, without what was said there.
        if self.torn.borrow().contains(&name) {
            return;
        }
        let shape = json!({"display_name": format!("shed {}", dice.u32(..9)), "permissions": {"view": ["user"], "send": ["user"]}});
        let shape = (!what.is_multiple_of(3)).then_some(shape);
        self.running.with(|server, now| ((), server.build(&name, shape.as_ref(), now)));
        if shape.is_none() {
            self.torn.borrow_mut().insert(name);
        }
    }

    fn play(&self, asked: &Value) -> Option<Value> {
        let limits = json!({"cmd": "rate_limit_reset", "user": "zed"});
        self.running.with(|server, now| (server.play("zed", &limits, now).0, Vec::new()));
        self.running.with(|server, now| server.play("zed", asked, now))
    }

    fn messages(&self, plot: &str) -> Vec<Value> {
        let page = self.play(&json!({"cmd": "messages_get", "channel": plot, "limit": 200}));
        page.and_then(|page| page["messages"].as_array().cloned()).unwrap_or_default()
    }
}

impl Far for OriginChats {
    fn address(&self) -> SocketAddr {
        self.running.address()
    }

    fn setup(&self, address: SocketAddr) -> AccountSetup {
        let token = TokenSource::Given(Secret::new("tok-robin".to_owned()));
        let mut setup = AccountSetup::new(AccountId(0), "originchats", "test", &format!("ws://{address}"), token);
        setup.account.account_service = Some(self.service.url());
        setup
    }

    fn play(&self, deed: &Deed, dice: &mut fastrand::Rng) {
        let plot = PLOTS[dice.usize(..PLOTS.len())];
        let messages = self.messages(plot);
        let some = |dice: &mut fastrand::Rng, wanted: &dyn Fn(&Value) -> bool| {
            // Newer ones rather than older ones.
            let fit: Vec<&Value> = messages.iter().rev().take(40).filter(|message| wanted(message)).collect();
            (!fit.is_empty()).then(|| fit[dice.usize(..fit.len())]["id"].clone())
        };
        let theirs = |message: &Value| message["user"] == "zed";
        let asked = match deed {
            Deed::Say(text) => json!({"cmd": "message_new", "channel": plot, "content": text}),
            Deed::Edit(text) => match some(dice, &theirs) {
                Some(id) => json!({"cmd": "message_edit", "channel": plot, "id": id, "content": text}),
                None => return,
            },
            Deed::Delete => match some(dice, &theirs) {
                Some(id) => json!({"cmd": "message_delete", "channel": plot, "id": id}),
                None => return,
            },
            Deed::React(emoji) => match some(dice, &|_| true) {
                Some(id) => json!({"cmd": "message_react_add", "channel": plot, "id": id, "emoji": emoji}),
                None => return,
            },
            Deed::Build(what) => return self.build(*what, dice),
        };
        self.play(&asked);
    }

    fn cut(&self) {
        self.running.drop_connections();
    }

    fn elsewhere(&self, text: &str, dice: &mut fastrand::Rng) {
        let asked = json!({"cmd": "message_new", "channel": PLOTS[dice.usize(..PLOTS.len())], "content": text});
        self.running.with(|server, now| server.play("robin", &asked, now));
    }

    fn hamper(&self, dice: &mut fastrand::Rng) {
        let send = [json!(["user"]), json!(["owner"])][dice.usize(..2)].clone();
        let shape = json!({"permissions": {"view": ["user"], "send": send, "delete": ["owner"], "pin": ["owner"]}});
        let plot = PLOTS[dice.usize(..PLOTS.len())];
        self.running.with(|server, now| ((), server.build(plot, Some(&shape), now)));
    }

    async fn roll_back(self) -> Self {
        let Self { running, seed, service, torn } = self;
        let address = running.address();
        running.stop().await;
        // Ids are drawn: those that were given are not given again.
        let seed = seed + 1_000_003;
        Self { running: Self::run(seed, address, service.service.clone()).await, seed, service, torn }
    }
}
