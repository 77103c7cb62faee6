//! All of nib but its shell: accounts with their dispatch and adapter, the core, and the screen. No I/O, no clock.

use super::servers::Far;
use crate::valid::valid;
use nib::domain::kept::Write;
use nib::domain::*;
use nib::layout::{LayoutCache, arrange};
use nib::net::dispatch::Dispatch;
use nib::net::http::{HttpCall, HttpReply};
use nib::net::originchats::{OriginAdapter, OriginConfig, defaults};
use nib::net::{Adapter, Credentials, Frame, NetEvent, Out};
use nib::state::{AccountSpec, Action, Effect, Event, State, StoreOp, StoreReply, Timer, reduce};
use nib::view::{ColorDepth, Theme, paint_buffer};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// A little after the recording.
pub(super) const START: Now = Now { mono: Mono(5_000_000), wall: Wall(1_795_300_000_000) };
/// How long the rig waits before it dials again.
const AGAIN: Duration = Duration::from_secs(2);

/// One account, its connection, and the server at the other end.
pub(super) struct Line<F> {
    pub(super) far: F,
    config: OriginConfig,
    dispatch: Dispatch,
    adapter: Option<OriginAdapter>,
    /// When it is dialled again.
    redial: Option<Mono>,
    /// Nobody answers there.
    pub(super) gone: bool,
}

/// A nib with its accounts.
pub(super) struct Rig<F> {
    pub(super) state: State,
    pub(super) now: Now,
    pub(super) lines: Vec<Line<F>>,
    /// What the core wanted of networks, in order, since the last look.
    pub(super) asked: Vec<(AccountId, Request)>,
    /// Words that left for the terminal beside the screen: titles of the window and notifications.
    pub(super) told: Vec<String>,
    timers: BTreeMap<Timer, Mono>,
    cache: LayoutCache,
    size: (u16, u16),
}

impl<F: Far> Rig<F> {
    /// A nib with these servers, started. Accounts are numbered from 0 and called after their servers.
    pub(super) fn new(servers: Vec<(&str, F)>, size: (u16, u16)) -> Self {
        let specs = servers.iter().enumerate().map(|(number, (label, _))| spec(number, label)).collect();
        let state = State::new(Arc::default(), specs, true, 7, START);
        let line = |(number, (_, far)): (usize, (&str, F))| Line {
            far,
            config: OriginConfig::new(&url(number)),
            dispatch: Dispatch::new(defaults::limits(), number as u64),
            adapter: None,
            redial: None,
            gone: false,
        };
        let lines = servers.into_iter().enumerate().map(line).collect();
        let cache = LayoutCache::new(jiff::tz::TimeZone::UTC);
        let mut rig = Self {
            state,
            now: START,
            lines,
            asked: Vec::new(),
            told: Vec::new(),
            timers: BTreeMap::new(),
            cache,
            size,
        };
        rig.event(Event::Resized { width: size.0, height: size.1 });
        rig.event(Event::Focused(true));
        rig.event(Event::Started);
        rig.settle();
        rig
    }

    pub(super) fn account(&self, number: u16) -> &nib::state::Account {
        self.state.core.account(AccountId(number)).unwrap()
    }

    /// The chat of an account that the network calls so.
    pub(super) fn chat(&self, number: u16, wire: &str) -> &Chat {
        let chats = &self.account(number).chats;
        chats.values().find(|chat| chat.wire.as_str() == wire).unwrap_or_else(|| panic!("no {wire}"))
    }

    /// What each message of a chat says, as far as the chat was opened.
    pub(super) fn texts(&self, number: u16, wire: &str) -> Vec<String> {
        let timeline = self.account(number).timelines.get(&self.chat(number, wire).id);
        let entries = timeline.into_iter().flat_map(|timeline| timeline.iter());
        entries.map(|entry| entry.message.body.text.to_string()).collect()
    }

    pub(super) fn open(&mut self, number: u16, wire: &str) {
        let key = ChatKey::new(AccountId(number), self.chat(number, wire).id);
        self.act(Action::OpenChat(key));
    }

    /// The user does something, and everything follows that follows without time passing.
    pub(super) fn act(&mut self, action: Action) {
        self.event(Event::Act(action));
        self.settle();
    }

    /// One event, and its effects.
    pub(super) fn event(&mut self, event: Event) {
        let mut waiting = VecDeque::from([event]);
        while let Some(event) = waiting.pop_front() {
            for effect in reduce(&mut self.state, event, self.now) {
                self.carry_out(effect, &mut waiting);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect, then: &mut VecDeque<Event>) {
        match effect {
            Effect::Connect(account) => {
                if let Some(line) = self.lines.get_mut(account.0 as usize) {
                    (line.adapter, line.redial) = (None, Some(self.now.mono));
                }
            }
            Effect::Disconnect(account) => {
                if let Some(line) = self.lines.get_mut(account.0 as usize) {
                    (line.adapter, line.redial) = (None, None);
                }
            }
            Effect::Probe(account) => {
                if let Some(line) = self.lines.get_mut(account.0 as usize).filter(|line| line.redial.is_some()) {
                    line.redial = Some(self.now.mono);
                }
            }
            Effect::Net { account, id, request, priority } => {
                self.asked.push((account, request.clone()));
                let Some(line) = self.lines.get_mut(account.0 as usize) else { return };
                let mut answers = Vec::new();
                line.dispatch.submit(id, request, priority, self.now.mono, &mut answers);
                then.extend(answers.into_iter().map(|answer| Event::Answer(account, answer)));
            }
            Effect::Cancel(account, id) => {
                if let Some(line) = self.lines.get_mut(account.0 as usize) {
                    line.dispatch.cancel(id);
                }
            }
            Effect::Store(StoreOp::Write(write)) => {
                if let Write::PutOutbox(row) = *write {
                    then.push_back(Event::Stored(StoreReply::OutboxCommitted(row.chat, row.nonce, Ok(()))));
                }
            }
            Effect::Arm(timer, at) => _ = self.timers.insert(timer, at),
            Effect::Disarm(timer) => _ = self.timers.remove(&timer),
            Effect::Title(title) => self.told.push(title),
            Effect::Notify { title, body } => self.told.extend([title.to_string(), body.to_string()]),
            _ => {}
        }
    }

    /// Lets everything happen that needs no time: dialling, requests, replies, and what the screen asks for.
    pub(super) fn settle(&mut self) {
        for _ in 0..200 {
            let mut moved = false;
            for number in 0..self.lines.len() {
                moved |= self.serve(number);
            }
            moved |= self.arrange();
            if !moved {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    /// Lays the screen out as the shell does, and tells what follows. Whether anything did.
    fn arrange(&mut self) -> bool {
        let scene = arrange(&self.state, &mut self.cache, self.size.0, self.size.1);
        let before = (self.state.revision, self.asked.len());
        for (pane, visible) in scene.visible {
            self.event(Event::Arranged(pane, visible));
        }
        before != (self.state.revision, self.asked.len())
    }

    /// Dials what is due, and takes and gives what waits at one connection. Whether anything did.
    fn serve(&mut self, number: usize) -> bool {
        let now = self.now;
        let line = &mut self.lines[number];
        if line.redial.is_some_and(|at| at <= now.mono) {
            line.redial = None;
            if line.gone {
                self.down(number, DownReason::Closed(None));
                return true;
            }
            let token = Credentials::Token(Secret::new(line.far.token()));
            line.adapter = Some(OriginAdapter::new(line.config.clone(), token, now));
            line.dispatch.opened();
            let heard = line.far.connect(now);
            self.link(number, LinkEvent::Connecting);
            self.with(number, |adapter, out| adapter.open(now, out));
            self.hear(number, heard);
            return true;
        }
        let mut moved = false;
        loop {
            let line = &mut self.lines[number];
            if line.adapter.is_none() {
                return moved;
            }
            let heard = line.far.heard();
            let Some((id, request)) = line.dispatch.next(now.mono) else {
                if heard.is_empty() {
                    return moved;
                }
                moved = true;
                self.hear(number, heard);
                continue;
            };
            moved = true;
            let request = request.clone();
            self.hear(number, heard);
            self.with(number, |adapter, out| adapter.request(id, &request, now, out));
        }
    }

    /// The server says this.
    pub(super) fn hear(&mut self, number: usize, texts: Vec<String>) {
        let now = self.now;
        for text in texts {
            self.with(number, |adapter, out| adapter.frame(Frame::Text(text), now, out));
        }
    }

    fn link(&mut self, number: usize, event: LinkEvent) {
        self.event(Event::Link(AccountId(number as u16), event));
    }

    /// Lets the adapter do something, and does what it wants done, as a session would.
    fn with(&mut self, number: usize, act: impl FnOnce(&mut OriginAdapter, &mut Out)) {
        let mut out = Out::default();
        if let Some(adapter) = &mut self.lines[number].adapter {
            act(adapter, &mut out);
            self.do_for(number, out);
        }
    }

    fn do_for(&mut self, number: usize, mut out: Out) {
        let now = self.now;
        let account = AccountId(number as u16);
        for frame in std::mem::take(&mut out.frames) {
            let Frame::Text(text) = frame else { panic!("said bytes") };
            self.lines[number].far.hear(&text, now);
        }
        for event in std::mem::take(&mut out.events) {
            match event {
                NetEvent::Answer(answer) => {
                    let mut answers = Vec::new();
                    self.lines[number].dispatch.answered(answer, now.mono, &mut answers);
                    answers.into_iter().for_each(|answer| self.event(Event::Answer(account, answer)));
                }
                NetEvent::Link(link) => {
                    if matches!(link, LinkEvent::SignedIn { .. }) {
                        self.lines[number].dispatch.signed_in();
                    }
                    self.link(number, link);
                }
                NetEvent::Update(update) => self.event(Event::Update(account, update)),
                NetEvent::Progress(progress) => self.event(Event::Progress(account, progress)),
            }
        }
        for call in std::mem::take(&mut out.calls) {
            let reply = self.lines[number].far.call(&call, now);
            let mut after = Out::default();
            if let Some(adapter) = &mut self.lines[number].adapter {
                adapter.http(call.id, Ok(reply), now, &mut after);
            }
            self.do_for(number, after);
        }
        if let Some(close) = out.close.take() {
            self.lines[number].far.left();
            match close {
                nib::net::Close::Refused => {
                    let line = &mut self.lines[number];
                    line.adapter = None;
                    let mut answers = Vec::new();
                    line.dispatch.lost(&mut answers);
                    answers.into_iter().for_each(|answer| self.event(Event::Answer(account, answer)));
                }
                nib::net::Close::Quiet => self.down(number, DownReason::Quiet),
                nib::net::Close::Broken(why) | nib::net::Close::SignInFault(why) => {
                    self.down(number, DownReason::SignInFault(why));
                }
            }
        }
    }

    /// The connection is lost; it is dialled again by itself.
    pub(super) fn down(&mut self, number: usize, reason: DownReason) {
        let line = &mut self.lines[number];
        (line.adapter, line.redial) = (None, Some(self.now.mono.plus(AGAIN)));
        line.far.left();
        let mut answers = Vec::new();
        line.dispatch.lost(&mut answers);
        self.link(number, LinkEvent::Down { reason, retry_in: AGAIN });
        let account = AccountId(number as u16);
        answers.into_iter().for_each(|answer| self.event(Event::Answer(account, answer)));
    }

    /// When something happens by itself next.
    fn next(&self) -> Option<Mono> {
        let of = |line: &Line<F>| {
            let adapter = line.adapter.as_ref();
            let asks = adapter.and_then(|_| line.dispatch.deadline());
            [line.redial, adapter.and_then(Adapter::deadline), asks, line.far.next()].into_iter().flatten().min()
        };
        self.timers.values().copied().chain(self.lines.iter().filter_map(of)).min()
    }

    /// Time passes; everything happens at its moment.
    pub(super) fn advance(&mut self, duration: Duration) {
        let end = at(self.now.mono.plus(duration));
        self.settle();
        while let Some(due) = self.next().filter(|due| *due <= end.mono) {
            // A millisecond at least, so that what is due and does not move on keeps nobody busy.
            let wait = due.since(self.now.mono).max(Duration::from_millis(1));
            self.now = at(self.now.mono.plus(wait));
            let now = self.now;
            while let Some((timer, _)) = self.timers.iter().find(|(_, at)| **at <= now.mono).map(|(t, at)| (*t, *at)) {
                self.timers.remove(&timer);
                self.event(Event::Timer(timer));
            }
            for number in 0..self.lines.len() {
                self.lines[number].far.tick(now);
                let due = self.lines[number].adapter.as_ref().and_then(Adapter::deadline);
                if due.is_some_and(|at| at <= now.mono) {
                    self.with(number, |adapter, out| adapter.tick(now, out));
                }
            }
            self.settle();
        }
        if self.now.mono < end.mono {
            self.now = end;
        }
    }

    /// The cells of the screen as it is now.
    pub(super) fn cells(&mut self) -> Buffer {
        let scene = arrange(&self.state, &mut self.cache, self.size.0, self.size.1);
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buffer = Buffer::empty(area);
        paint_buffer(&scene, &Theme::named("terminal", ColorDepth::None), &mut buffer, area);
        buffer
    }

    /// The rows of the screen as it is now.
    pub(super) fn rows(&mut self) -> Vec<String> {
        let buffer = self.cells();
        let row = |y| {
            let (mut line, mut x) = (String::new(), 0);
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += symbol.cell_width().max(1);
            }
            line.trim_end().to_owned()
        };
        (0..buffer.area.height).map(row).collect()
    }

    /// Whether a row of the screen says all of this.
    pub(super) fn shows(&mut self, words: &[&str]) -> bool {
        self.rows().iter().any(|row| words.iter().all(|word| row.contains(word)))
    }

    /// Fails where the state is not one that may be.
    pub(super) fn check(&self) {
        valid(&self.state, &self.timers);
    }
}

/// Both clocks at that moment; they never disagree.
fn at(mono: Mono) -> Now {
    Now { mono, wall: START.plus(mono.since(START.mono)).wall }
}

fn spec(number: usize, label: &str) -> AccountSpec {
    let id = AccountId(u16::try_from(number).unwrap());
    AccountSpec { id, label: label.to_owned(), server: url(number), ..AccountSpec::default() }
}

/// Where a server is said to be.
pub(super) fn url(number: usize) -> String {
    format!("wss://chat{number}.example.org")
}

/// What a call beside a connection is answered with.
pub(super) fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply::whole(status, body.as_bytes().to_vec().into())
}

/// The value of one parameter of a call.
pub(super) fn parameter(call: &HttpCall, name: &str) -> String {
    let query = call.url.split_once('?').map_or("", |(_, query)| query);
    let found = query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_default().to_owned()
}
