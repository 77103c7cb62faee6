//! One schedule: drawn from a seed, played, healed, compared.

use super::client::{Beginning, Client, settle, until};
use super::clock::{Daytime, standing};
use super::compare::{Mark, Verdict, compare};
use super::originchats::OriginChats;
use super::osmium::Osmium;
use crate::proxy::{Plans, Proxy};
use nib::domain::{ChatId, ChatKey};
use nib::shell::accounts::AccountSetup;
use nib::state::Action;
use nib::state::front::ComposeMode;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long it may take until everything is as it should be, once nothing fails any more: longer than the longest silence and the longest wait.
const PATIENCE: Duration = Duration::from_secs(400);

/// Something that others do.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Say(String),
    Edit(String),
    Delete,
    React(&'static str),
    /// Makes a channel, renames one, or deletes one.
    Build(u32),
}

/// The server.
pub(super) trait Far {
    fn address(&self) -> SocketAddr;
    /// The account of the user, through something at that address.
    fn setup(&self, address: SocketAddr) -> AccountSetup;
    /// Somebody else does something, somewhere.
    fn play(&self, deed: &Deed, dice: &mut fastrand::Rng);
    /// All connections are cut at the server.
    fn cut(&self);
}

/// What the user does next.
fn step(client: &mut Client, dice: &mut fastrand::Rng, marks: &mut Vec<Mark>) {
    let emoji = ["👍", "🎉", "❤️"][dice.usize(..3)];
    match dice.u32(..100) {
        0..45 => write(client, marks),
        45..52 => {
            client.act(Action::Clear);
            client.act(Action::EditLast);
            let front = client.state().front.as_ref();
            let Some(pane) = front.map(|front| &front.pane) else { return };
            // What is on its way out cannot be changed.
            let is_mark = |text: &str| {
                text.strip_prefix('m').and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok()).is_some()
            };
            let old = pane.composer.text();
            if !matches!(pane.mode, ComposeMode::Edit { .. }) || !is_mark(&old) {
                return client.act(Action::Cancel);
            }
            client.act(Action::Insert(format!(" and changed {}", dice.u32(..100))));
            client.act(Action::Send);
        }
        52..58 => {
            let Some((key, mark)) = own_newest(client) else { return };
            let chat = client.open().expect("own messages are in an open chat");
            client.gave_up(&mark);
            client.act(Action::DeleteNow(ChatKey::new(client.account().id, chat), vec![key]));
            if let Some(mark) = marks.iter_mut().find(|known| known.name == mark) {
                mark.deleted = true;
            }
        }
        58..66 => client.act(Action::React(emoji.to_owned())),
        66..80 => switch(client, dice),
        80..88 => client.act(Action::ScrollPages(dice.i32(-3..=3))),
        88..91 => client.act(Action::ScrollStart),
        91..95 => client.act(Action::ScrollEnd),
        95..97 => client.act(Action::MarkRead),
        97..98 => client.act(Action::Reconnect),
        _ => {
            client.act(Action::FocusMessages);
            client.act(Action::Move(dice.i32(-5..=5)));
            client.act(Action::React(emoji.to_owned()));
            client.act(Action::FocusComposer);
        }
    }
}

fn write(client: &mut Client, marks: &mut Vec<Mark>) {
    let Some(chat) = client.open().filter(|chat| client.account().chats.contains_key(chat)) else { return };
    // Nothing that is begun: neither a change nor an answer.
    client.act(Action::FocusComposer);
    client.act(Action::Clear);
    let mode = |client: &Client| client.state().front.as_ref().map(|front| front.pane.mode.clone());
    if mode(client).is_some_and(|mode| mode != ComposeMode::New) {
        client.act(Action::Cancel);
        client.act(Action::Clear);
    }
    let name = format!("m{}", marks.len());
    client.act(Action::Insert(format!("{name} is written")));
    client.act(Action::Send);
    let left = client.state().front.as_ref().is_some_and(|front| front.pane.composer.text().contains(&name));
    if mode(client) == Some(ComposeMode::New) {
        if !left {
            client.wrote(&name, chat);
        }
        marks.push(Mark { name, chat, deleted: left });
    }
}

/// The newest own message in the open chat that bears a mark.
fn own_newest(client: &Client) -> Option<(nib::domain::MessageKey, String)> {
    let account = client.account();
    let timeline = account.timelines.get(&client.open()?)?;
    let newest = timeline.iter().rev().find(|entry| entry.message.author == account.me)?;
    let name = newest.message.body.text.split(' ').next()?.to_owned();
    name.strip_prefix('m')?.parse::<u32>().ok()?;
    Some((newest.message.key, name))
}

fn switch(client: &mut Client, dice: &mut fastrand::Rng) {
    let mut chats: Vec<ChatId> =
        client.account().chats.values().filter(|chat| chat.can_open()).map(|chat| chat.id).collect();
    chats.sort_unstable();
    if !chats.is_empty() {
        let chat = ChatKey::new(client.account().id, chats[dice.usize(..chats.len())]);
        client.act(Action::OpenChat(chat));
    }
}

fn deed(dice: &mut fastrand::Rng, number: usize) -> Deed {
    match dice.u32(..100) {
        0..55 => Deed::Say(format!("z{number} is said")),
        55..68 => Deed::Edit(format!("z{number} is said instead")),
        68..80 => Deed::Delete,
        80..94 => Deed::React(["👍", "🎉", "🌱"][dice.usize(..3)]),
        _ => Deed::Build(dice.u32(..)),
    }
}

async fn play(far: impl Far, seed: u64) -> Verdict {
    let mut dice = fastrand::Rng::with_seed(seed);
    let home = tempfile::tempdir().expect("a directory");
    let day = Daytime::new();
    let proxy = Proxy::start_here(far.address(), Plans::Seeded(seed)).await;
    let begin = |address, front| Beginning { account: far.setup(address), home: home.path(), day: &day, seed, front };
    let mut client = Client::start(begin(proxy.address, true));
    let mut marks = Vec::new();
    until(&mut [&mut client], || proxy.stirred(), Duration::from_secs(20), |of| of[0].open().is_some()).await;
    for number in 0..dice.usize(10..60) {
        match dice.u32(..100) {
            0..55 => step(&mut client, &mut dice, &mut marks),
            55..95 => {
                tokio::time::advance(Duration::from_micros(3)).await;
                far.play(&deed(&mut dice, number), &mut dice);
            }
            95..98 => proxy.cut(),
            _ => far.cut(),
        }
        let wait = match dice.u32(..100) {
            0..40 => 0,
            40..75 => dice.u64(1..400),
            75..95 => dice.u64(400..6_000),
            95..99 => dice.u64(6_000..30_000),
            _ => dice.u64(30_000..120_000),
        };
        match wait {
            // Many things in one moment, as far as that goes.
            0 if dice.bool() => {}
            0 => _ = settle(&mut [&mut client], || proxy.stirred()).await,
            wait => _ = until(&mut [&mut client], || proxy.stirred(), Duration::from_millis(wait), |_| false).await,
        }
    }
    if dice.bool() {
        proxy.heal()
    } else {
        proxy.heal_later()
    }
    for tries in 0.. {
        let quiet = until(&mut [&mut client], || proxy.stirred(), PATIENCE, |of| of[0].is_quiet()).await;
        if !quiet || tries > 20 {
            return Verdict::wrong(format!("not quiet: {}", client.standing()));
        }
        // What is told at a pace, such as read marks, and asked for at leisure; and a connection that is just found to be lost.
        let stirs = |of: &[&mut Client]| !of[0].is_quiet();
        if !until(&mut [&mut client], || proxy.stirred(), Duration::from_secs(3), stirs).await {
            break;
        }
    }
    let witness = Client::start(begin(far.address(), false));
    compare(client, witness, || proxy.stirred(), &marks).await
}

/// How many schedules, and from which seed on.
fn wanted() -> (u64, u64) {
    let from = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    match from("NIB_FAULT_SEED") {
        Some(seed) => (seed, 1),
        None => (from("NIB_FAULTS_FROM").unwrap_or(1), from("NIB_FAULTS").unwrap_or(8)),
    }
}

#[allow(clippy::print_stdout, reason = "figures, and the seeds with which a failure can be replayed")]
fn schedules(network: &str, run: impl Fn(u64) -> Verdict) {
    let (first, count) = wanted();
    if std::env::var_os("NIB_FAULT_LOG").is_some() {
        let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_test_writer().try_init();
    }
    let begun = Instant::now();
    let mut wrong = Vec::new();
    let (mut sent, mut unconfirmed, mut failed) = (0, 0, 0);
    for seed in first..first + count {
        let verdict = run(seed);
        sent += verdict.sent;
        unconfirmed += verdict.unconfirmed;
        failed += verdict.failed;
        if !verdict.wrong.is_empty() {
            println!("{network}: NIB_FAULT_SEED={seed}: {}", verdict.wrong.join("\n    "));
            wrong.push(seed);
        }
    }
    let each = begun.elapsed() / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    println!(
        "{network}: {count} schedules, {each:?} each; {sent} written, {unconfirmed} not confirmed, {failed} refused; {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{network}: wrong with NIB_FAULT_SEED in {wrong:?}");
}

#[test]
fn osmium_is_right_again_after_whatever_schedule() {
    schedules("osmium", |seed| standing(async move { play(Osmium::start(seed).await, seed).await }));
}

#[test]
fn originchats_is_right_again_after_whatever_schedule() {
    schedules("originchats", |seed| standing(async move { play(OriginChats::start(seed).await, seed).await }));
}
