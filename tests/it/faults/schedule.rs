//! One schedule: drawn from a seed, played, healed, compared.

use super::client::{Beginning, Client, settle, until};
use super::clock::{Daytime, standing};
use super::compare::{Mark, Verdict, compare};
use super::home::Home;
use super::originchats::OriginChats;
use super::osmium::Osmium;
use crate::proxy::{Plans, Proxy};
use nib::domain::{ChatId, ChatKey, UserId};
use nib::shell::accounts::AccountSetup;
use nib::state::Action;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::ComposeMode;
use nib::state::outbox::Stage;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// How long it may take until everything is as it should be, once nothing fails any more: longer than the longest silence and the longest wait.
const PATIENCE: Duration = Duration::from_secs(400);

/// After so long a connection on which nothing comes any more is known to be lost.
const SILENCE: Duration = Duration::from_secs(120);

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
    /// The user says something with another program.
    fn elsewhere(&self, text: &str, dice: &mut fastrand::Rng);
    /// What the user may do in a chat changes.
    fn hamper(&self, dice: &mut fastrand::Rng);
    /// The server comes back as it was in the beginning: what was said since is lost, and ids begin where they began.
    async fn roll_back(self) -> Self;
}

fn first_word(text: &str) -> String {
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// What the user does next.
fn step(client: &mut Client, dice: &mut fastrand::Rng, marks: &mut Vec<Mark>) {
    let emoji = ["👍", "🎉", "❤️"][dice.usize(..3)];
    match dice.u32(..100) {
        0..45 => write(client, marks),
        45..52 => {
            client.act(Action::Clear);
            client.act(Action::Compose(ComposeAction::EditLast));
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
            let count = if dice.u32(..4) == 0 { dice.usize(2..4) } else { 1 };
            delete(client, count, marks);
            if dice.u32(..4) == 0 {
                take_back(client, marks);
            }
        }
        58..66 => client.act(Action::Message(MessageAction::React(emoji.to_owned()))),
        66..80 => switch(client, dice),
        80..88 => client.act(Action::ScrollPages(dice.i32(-3..=3))),
        88..91 => client.act(Action::ScrollStart),
        91..95 => client.act(Action::ScrollEnd),
        95..97 => client.act(Action::MarkRead),
        97..98 => client.act(Action::Reconnect),
        98..99 => take_back(client, marks),
        _ => {
            client.act(Action::FocusMessages);
            client.act(Action::Move(dice.i32(-5..=5)));
            client.act(Action::Message(MessageAction::React(emoji.to_owned())));
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
    let blind = client.knows_nothing_of(chat);
    let stands =
        |client: &Client| client.state().front.as_ref().is_some_and(|front| front.pane.composer.text().contains(&name));
    client.act(Action::Insert(format!("{name} is written")));
    if !stands(client) {
        // A note that a chat is gone takes what is typed until it is read.
        return client.act(Action::Cancel);
    }
    client.act(Action::Send);
    let left = stands(client);
    if mode(client) == Some(ComposeMode::New) {
        if !left {
            client.wrote(&name, chat);
        }
        marks.push(Mark { name, chat, deleted: left, blind, cut_off: false, taken_back: false });
    }
}

/// The newest own messages in the open chat that show a mark.
fn own_newest(client: &Client, count: usize) -> Vec<(nib::domain::MessageKey, String)> {
    let account = client.account();
    let Some(timeline) = client.open().and_then(|chat| account.timelines.get(&chat)) else { return Vec::new() };
    let own = timeline.iter().rev().filter(|entry| entry.message.author == account.me);
    own.filter_map(|entry| Some((entry.message.key, mark_of(&entry.message.body.text)?))).take(count).collect()
}

/// The mark that a text begins with.
fn mark_of(text: &str) -> Option<String> {
    let name = first_word(text);
    name.strip_prefix('m')?.parse::<u32>().ok()?;
    Some(name)
}

/// The user deletes some of the newest own messages at once.
fn delete(client: &mut Client, count: usize, marks: &mut [Mark]) {
    let (keys, names): (Vec<_>, Vec<_>) = own_newest(client, count).into_iter().unzip();
    let Some(chat) = client.open().filter(|_| !keys.is_empty()) else { return };
    names.iter().for_each(|name| client.gave_up(name));
    client.act(Action::Message(MessageAction::DeleteNow(ChatKey::new(client.account().id, chat), keys)));
    for mark in marks.iter_mut().filter(|mark| names.contains(&mark.name)) {
        (mark.deleted, mark.taken_back) = (true, false);
    }
}

/// The user takes back what is held back, if something is. A deletion that was taken back has not happened.
fn take_back(client: &mut Client, marks: &mut [Mark]) {
    let shown = |client: &Client| -> BTreeSet<String> {
        let all = client.account().timelines.values().flat_map(|timeline| timeline.iter());
        all.filter_map(|entry| mark_of(&entry.message.body.text)).collect()
    };
    let before = shown(client);
    client.act(Action::Message(MessageAction::TakeBack));
    let after = shown(client);
    for mark in marks.iter_mut().filter(|mark| after.contains(&mark.name) && !before.contains(&mark.name)) {
        (mark.deleted, mark.taken_back) = (false, true);
    }
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

/// What a run of the program is to go through.
#[derive(Clone, Copy, Default)]
struct Course {
    /// It is ended and killed in the middle.
    restarts: bool,
    /// Clocks leap, old connections live on, the user is elsewhere, too, channels and rights change, and limits are met.
    wild: bool,
    /// The server comes back without what was said since it began.
    forgets: bool,
}

/// A schedule that is being played.
struct Play<F> {
    far: F,
    proxy: Proxy,
    day: Daytime,
    dice: fastrand::Rng,
    seed: u64,
    marks: Vec<Mark>,
    client: Client,
    /// How often it was started again.
    runs: u64,
    rolled_back: bool,
    /// Those of the runs before are held: what is left of a killed one may still write there.
    homes: Vec<Home>,
}

impl<F: Far> Play<F> {
    async fn begin(far: F, seed: u64, course: Course) -> Self {
        let day = Daytime::new();
        let plans = if course.wild { Plans::Doubled(seed) } else { Plans::Seeded(seed) };
        let proxy = Proxy::start_here(far.address(), plans).await;
        let home = Home::of(&far.setup(proxy.address));
        let client = Self::start(&home, &day, seed);
        let dice = fastrand::Rng::with_seed(seed);
        Self { far, proxy, day, dice, seed, marks: Vec::new(), client, runs: 0, rolled_back: false, homes: vec![home] }
    }

    fn start(home: &Home, day: &Daytime, seed: u64) -> Client {
        Client::start(Beginning {
            account: home.account(),
            home,
            day,
            seed,
            front: true,
            offline: false,
            max_pages: None,
        })
    }

    fn home(&self) -> &Home {
        self.homes.last().expect("there is always one")
    }

    async fn settle(&mut self) {
        settle(&mut [&mut self.client], || self.proxy.stirred()).await;
    }

    async fn until(&mut self, within: Duration, so: impl Fn(&Client) -> bool) -> bool {
        until(&mut [&mut self.client], || self.proxy.stirred(), within, |of| so(of[0])).await
    }

    /// The program ends, in one way or the other, and is started again.
    async fn restart(mut self) -> Self {
        let mut promises = self.client.promises();
        let killed = self.dice.bool();
        // Now and then it is not known before the network says so.
        if self.client.account().me != UserId::default() && self.dice.u32(..8) > 0 {
            self.home().know(self.client.account());
        }
        tracing::debug!(killed, standing = self.client.standing(), "nib ends");
        if killed {
            let unsure = self.client.rows().filter(|(_, row)| row.stage == Stage::Committing);
            let unsure: Vec<String> = unsure.map(|(_, row)| first_word(&row.outgoing.text)).collect();
            promises.retain(|(name, _)| !unsure.contains(name));
            self.marks.iter_mut().filter(|mark| unsure.contains(&mark.name)).for_each(|mark| mark.cut_off = true);
            // That it was taken back may not be durable yet: then the next run tells of the deletion.
            self.marks.iter_mut().filter(|mark| mark.taken_back).for_each(|mark| mark.deleted = true);
            self.homes.push(self.home().killed());
            drop(self.client);
        } else {
            if self.dice.bool() {
                // Others are told of what was held back, if they can be before it ends.
                self.client.act(Action::QuitNow);
                let pause = Duration::from_millis(self.dice.u64(..2_500));
                self.until(pause, |_| false).await;
            }
            self.client.close().await;
        }
        // No two runs draw the same numbers.
        self.runs += 1;
        let home = self.homes.last().expect("there is always one");
        self.client = Self::start(home, &self.day, self.seed + self.runs * 1_000_003);
        self.client.promised(promises);
        if self.dice.bool() {
            self.until(Duration::from_secs(20), |client| client.open().is_some()).await;
        }
        self
    }

    /// Something out of the ordinary.
    async fn go_wild(mut self, number: usize, forgets: bool) -> Self {
        let dice = &mut self.dice;
        match dice.u32(..12) {
            0..3 => {
                let far = [10, 600, 100_000, 1_000_000][dice.usize(..4)];
                self.day.leap(dice.i64(-far..=far));
                if dice.bool() {
                    // Nobody was there to answer meanwhile.
                    self.far.cut();
                }
            }
            3..6 => self.far.elsewhere(&format!("r{number} is said elsewhere"), dice),
            6..8 => {
                for _ in 0..dice.u32(8..14) {
                    write(&mut self.client, &mut self.marks);
                }
            }
            8..10 => self.far.hamper(dice),
            10 => self.far.play(&Deed::Build(dice.u32(..)), dice),
            _ if self.rolled_back || !forgets => self.proxy.cut(),
            _ => {
                self.rolled_back = true;
                self.far = self.far.roll_back().await;
                // Whatever it had may be gone with it, and what is on its way may come before that or after.
                self.marks.iter_mut().for_each(|mark| mark.cut_off = true);
                self.client.promised(Vec::new());
            }
        }
        self
    }

    async fn wait(&mut self) {
        let dice = &mut self.dice;
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
            0 => self.settle().await,
            wait => _ = self.until(Duration::from_millis(wait), |_| false).await,
        }
    }
}
async fn play(far: impl Far, seed: u64, course: Course) -> Verdict {
    let mut play = Play::begin(far, seed, course).await;
    play.until(Duration::from_secs(20), |client| client.open().is_some()).await;
    for number in 0..play.dice.usize(10..60) {
        // No two things happen in the very same moment.
        tokio::time::advance(Duration::from_micros(3)).await;
        match play.dice.u32(..100) {
            0..3 if course.restarts => play = play.restart().await,
            3..10 if course.wild => play = play.go_wild(number, course.forgets).await,
            0..55 => step(&mut play.client, &mut play.dice, &mut play.marks),
            55..95 => play.far.play(&deed(&mut play.dice, number), &mut play.dice),
            95..98 => play.proxy.cut(),
            _ => play.far.cut(),
        }
        play.wait().await;
    }
    if course.restarts && play.dice.bool() {
        play = play.restart().await;
    }
    let healed = play.dice.bool();
    if healed {
        play.proxy.heal();
    } else {
        play.proxy.heal_later();
    }
    for tries in 0.. {
        let quiet = play.until(PATIENCE, Client::is_quiet).await;
        if !quiet || tries > 20 {
            return Verdict::wrong(format!("not quiet: {}", play.client.standing()));
        }
        // What is told at a pace, such as read marks, and asked for at leisure; and a connection that is found to be lost: at once, or after a long silence.
        let long = if healed || tries > 0 { Duration::from_secs(3) } else { SILENCE };
        if !play.until(long, |client| !client.is_quiet()).await {
            break;
        }
    }
    let Play { far, proxy, day, seed, marks, client, runs, homes, .. } = play;
    let none = Home::empty();
    let account = far.setup(far.address());
    let witness = Client::start(Beginning {
        account,
        home: &none,
        day: &day,
        seed,
        front: false,
        offline: false,
        max_pages: None,
    });
    let verdict = compare(client, witness, homes.last(), || proxy.stirred(), &marks).await;
    Verdict { restarts: usize::try_from(runs).unwrap_or(usize::MAX), ..verdict }
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
    let mut all = Verdict::default();
    for seed in first..first + count {
        // One that stops in the middle is no reason not to try the others.
        let verdict = catch_unwind(AssertUnwindSafe(|| run(seed)));
        let verdict = verdict.unwrap_or_else(|why| {
            let why = why.downcast_ref::<String>().cloned().unwrap_or_else(|| "panicked".to_owned());
            Verdict::wrong(why)
        });
        all.sent += verdict.sent;
        all.unconfirmed += verdict.unconfirmed;
        all.failed += verdict.failed;
        all.restarts += verdict.restarts;
        all.cut_off += verdict.cut_off;
        if !verdict.wrong.is_empty() {
            println!("{network}: NIB_FAULT_SEED={seed}: {}", verdict.wrong.join("\n    "));
            wrong.push(seed);
        }
    }
    let each = begun.elapsed() / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    let Verdict { sent, unconfirmed, failed, restarts, cut_off, .. } = all;
    println!(
        "{network}: {count} schedules, {each:?} each, {restarts} restarts; {sent} written, {unconfirmed} not confirmed, {failed} refused, {cut_off} killed before they were durable; {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{network}: wrong with NIB_FAULT_SEED in {wrong:?}");
}

/// Whether servers are to forget, too: with `NIB_FAULT_FORGETS`.
fn forgets() -> bool {
    std::env::var_os("NIB_FAULT_FORGETS").is_some()
}

fn osmium(course: Course) {
    schedules("osmium", |seed| standing(async move { play(Osmium::start(seed).await, seed, course).await }));
}

fn originchats(course: Course) {
    schedules("originchats", |seed| standing(async move { play(OriginChats::start(seed).await, seed, course).await }));
}

#[test]
fn osmium_is_right_again_after_whatever_schedule() {
    osmium(Course::default());
}

#[test]
fn originchats_is_right_again_after_whatever_schedule() {
    originchats(Course::default());
}

#[test]
fn osmium_is_right_again_though_nib_ends_in_the_middle() {
    osmium(Course { restarts: true, ..Course::default() });
}

#[test]
fn originchats_is_right_again_though_nib_ends_in_the_middle() {
    originchats(Course { restarts: true, ..Course::default() });
}

#[test]
fn osmium_is_right_again_whatever_else_goes_wrong() {
    osmium(Course { restarts: true, wild: true, forgets: forgets() });
}

#[test]
fn originchats_is_right_again_whatever_else_goes_wrong() {
    originchats(Course { restarts: true, wild: true, forgets: forgets() });
}
