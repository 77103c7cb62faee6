//! The chat in a terminal: one loop, one writer.
//!
//! A turn of the loop takes one thing: a key before a signal, a signal before a network's batch, a batch before what blocking threads found out.
//! Batches are bounded, so a flood of them never stands between a key and its frame. Without a timer armed and without a frame due, nothing wakes it.

mod learn;

use crate::config::{Fixed, Themes};
use crate::domain::Mono;
use crate::input::Keymap;
use crate::layout::{self, LayoutCache, Scene};
use crate::shell::editor::Editing;
use crate::shell::engine::Engine;
use crate::shell::gone::gone;
use crate::shell::input::{Heard, Input};
use crate::shell::mouse::Mouse;
use crate::shell::outside::Outside;
use crate::shell::pacing::{Cause, Pacer};
use crate::shell::probe::{Abilities, Probe};
use crate::shell::settings::SettingsFiles;
use crate::shell::signals::{self, Asked, Insistence, Signals};
use crate::shell::startup::{self, Startup};
use crate::shell::terminal::{Screen, TerminalError};
use crate::shell::{colour, keys};
use crate::state::front::{PaneId, Visible};
use crate::state::ui::quit;
use crate::state::{Action, Effect, Event, State};
use crate::view::{self, Theme};
use crossterm::event::{Event as Told, KeyEvent};
use std::collections::HashMap;
use std::io::{self, Write};
use std::pin::pin;
use std::time::Instant;

/// Shows the chat until the user leaves it or the system ends it. `input`: what is typed, begun to be read here unless another chat of this run did.
///
/// # Errors
/// There is no terminal to draw on, or it refuses.
pub async fn chat(mut startup: Startup, input: &mut Option<Input>) -> Result<Left, TerminalError> {
    let signals = Signals::listen()?;
    let _insistence = Insistence::begin()?;
    let mut screen = Screen::enter()?;
    screen.listen_to_mouse(startup.settings.mouse)?;
    let (width, height) = screen.size()?;
    let mut cache = LayoutCache::new(jiff::tz::TimeZone::system());
    cache.keys = startup::key_hints(&startup.keymap);
    let keymap = std::mem::take(&mut startup.keymap);
    let store = startup.open_store(crate::store::Unusable::SetAside);
    let notes = std::mem::take(&mut startup.notes);
    let themes = std::mem::take(&mut startup.themes);
    let fixed = std::mem::take(&mut startup.fixed);
    let files = SettingsFiles::new(startup.paths.clone(), startup.keeps_choices);
    files.watch();
    let mut chat = Chat {
        engine: startup.engine(true, store),
        screen,
        outside: Outside::default(),
        keymap,
        theme: (String::new(), Theme::named("terminal", colour::promised())),
        themes,
        files,
        fixed,
        mouse: Mouse::default(),
        probe: Probe::new(Abilities::promised()),
        shown: Scene::default(),
        cache,
        told: HashMap::new(),
        pacer: Pacer::default(),
        drawn: None,
        standing: Standing::Running,
        to_edit: None,
        editing: None,
    };
    chat.engine.feed(Event::Resized { width, height }, &mut ());
    chat.measure();
    chat.engine.feed(Event::Started, &mut ());
    if let Some(note) = notes.first() {
        let more = notes.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" ({more} more; nib config check lists them)") };
        chat.engine.feed(Event::Failed(format!("{note}{more}")), &mut ());
    }
    let input = match input {
        Some(input) => input,
        None => input.insert(Input::listen()?),
    };
    chat.run(input, signals).await
}

/// What the user left the chat for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Left {
    /// For good.
    Quit,
    /// For the demo, which is to be shown in its place.
    Demo,
}

/// Whether the loop goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Running,
    /// The terminal is the shell's; everything goes on but drawing.
    Stopped,
    /// The terminal is the editor's; everything goes on but keys and drawing.
    Lent,
    Leaving(Left),
}

struct Chat {
    engine: Engine,
    screen: Screen,
    outside: Outside,
    keymap: Keymap,
    /// What is drawn with, and the name that was asked for; no name when the theme is to be made anew.
    theme: (String, Theme),
    themes: Themes,
    files: SettingsFiles,
    /// What was configured and takes effect at the next start only.
    fixed: Fixed,
    mouse: Mouse,
    /// What the terminal can do, as far as it has said.
    probe: Probe,
    /// What the terminal shows.
    shown: Scene,
    cache: LayoutCache,
    /// What the reducer was told last of each pane.
    told: HashMap<PaneId, Visible>,
    pacer: Pacer,
    /// The revision that the terminal shows.
    drawn: Option<u64>,
    standing: Standing,
    /// What is to be handed to the user's editor.
    to_edit: Option<(u64, String)>,
    /// What is there.
    editing: Option<Editing>,
}

impl Chat {
    async fn run(mut self, input: &mut Input, mut signals: Signals) -> Result<Left, TerminalError> {
        let ended = self.turns(input, &mut signals).await;
        if ended.is_err() {
            // The terminal is gone; what was typed is not to go with it.
            self.engine.feed(Event::Terminate, &mut ());
        }
        // The shell gets its terminal back before anything is waited for.
        self.screen.leave();
        let farewell = quit::farewell(self.engine.state());
        self.engine.close().await;
        if let Some(sentence) = farewell {
            // Nobody is left to be told if this fails.
            drop(writeln!(io::stderr().lock(), "{sentence}"));
        }
        ended
    }

    async fn turns(&mut self, input: &mut Input, signals: &mut Signals) -> Result<Left, TerminalError> {
        self.finish_turn(Cause::Key)?;
        self.ask(input)?;
        let mut gone = pin!(gone());
        loop {
            if let Standing::Leaving(left) = self.standing {
                self.end_editing().await;
                return Ok(left);
            }
            if let Some((number, text)) = self.to_edit.take() {
                self.lend(input, number, text).await;
            }
            let lent = self.standing == Standing::Lent;
            let wake = self.wake();
            let cause = tokio::select! {
                biased;
                event = input.next(), if !lent => self.input(event),
                asked = signals.next() => self.asked(asked)?,
                () = &mut gone => {
                    tracing::warn!("the terminal is gone");
                    self.end();
                    Cause::Key
                }
                (number, text) = Editing::left(&mut self.editing) => {
                    self.take_back(input, number, text)?;
                    Cause::Key
                }
                arrived = self.engine.next() => {
                    self.engine.take(arrived, &mut ());
                    Cause::Network
                }
                news = self.files.next() => {
                    self.settings(news);
                    Cause::Network
                }
                () = sleep_until(wake) => Cause::Network,
            };
            self.finish_turn(cause)?;
        }
    }

    /// The next moment at which something is to be done, if any.
    fn wake(&self) -> Option<Instant> {
        let frame = if self.standing == Standing::Running { self.pacer.due() } else { None };
        let next = [self.engine.next_timer(), frame].into_iter().flatten().min();
        next.map(|at: Mono| self.engine.clock().instant(at))
    }

    /// What is to be done after each turn, whatever it took: timers, the terminal's effects, the frame.
    fn finish_turn(&mut self, cause: Cause) -> Result<(), TerminalError> {
        // Here and not only on waking up, or a flood would keep timers waiting.
        self.engine.ring(&mut ());
        while let Some(effect) = self.engine.take_for_screen() {
            self.carry_out(effect)?;
        }
        if self.drawn != Some(self.engine.state().revision) {
            self.pacer.ask(cause, self.engine.clock().mono());
        }
        self.pacer.hold(self.engine.state().stores_what_shows_next(), self.engine.clock().mono());
        if self.standing == Standing::Running && self.pacer.is_due(self.engine.clock().mono()) {
            self.draw()?;
        }
        Ok(())
    }

    fn input(&mut self, heard: Option<io::Result<Heard>>) -> Cause {
        match heard {
            Some(Ok(Heard::Event(event))) => self.event(event),
            Some(Ok(Heard::Reply(reply))) => {
                if let Some(abilities) = self.probe.take(reply) {
                    tracing::info!(?abilities, "the terminal answered");
                    self.learned();
                }
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "the terminal is gone");
                self.end();
            }
            None => self.end(),
        }
        Cause::Key
    }

    fn event(&mut self, event: Told) {
        match event {
            Told::Key(key) => self.key(key),
            Told::Paste(text) => self.act(Action::Paste(text)),
            Told::Resize(width, height) => self.engine.feed(Event::Resized { width, height }, &mut ()),
            Told::FocusGained => self.engine.feed(Event::Focused(true), &mut ()),
            Told::FocusLost => self.engine.feed(Event::Focused(false), &mut ()),
            Told::Mouse(event) => {
                if let Some(action) = self.mouse.action(event, &self.shown) {
                    self.act(action);
                }
            }
        }
    }

    fn key(&mut self, key: KeyEvent) {
        let Some(key) = keys::key(key) else { return };
        let state = self.engine.state();
        let Some(front) = state.front.as_ref() else { return };
        if let Some(action) = self.keymap.action(key, &front.contexts(), state.takes_text()) {
            self.act(action);
        }
    }

    /// Feeds an action. A scroll that is not resolved yet is resolved before it, so that keys of one burst act on what they would have seen.
    fn act(&mut self, action: Action) {
        let pending = |state: &State| state.front.as_ref().is_some_and(|front| front.pane.intent.is_some());
        if pending(self.engine.state()) {
            let scene = self.arrange();
            self.tell(&scene);
        }
        self.engine.feed(Event::Act(action), &mut ());
    }

    fn arrange(&mut self) -> Scene {
        let state = self.engine.state();
        let (width, height) = state.front.as_ref().map_or((0, 0), |front| (front.width, front.height));
        layout::arrange(state, &mut self.cache, width, height)
    }

    /// Tells the reducer what the layout found out, where it differs from what it was told last.
    fn tell(&mut self, scene: &Scene) {
        for (pane, visible) in &scene.visible {
            if self.told.get(pane) != Some(visible) {
                self.told.insert(*pane, visible.clone());
                self.engine.feed(Event::Arranged(*pane, visible.clone()), &mut ());
            }
        }
        self.told.retain(|pane, _| scene.visible.iter().any(|(shown, _)| shown == pane));
    }

    fn draw(&mut self) -> io::Result<()> {
        self.draw_after(&[])
    }

    /// Draws after bytes that may write over what the terminal shows.
    fn draw_after(&mut self, before: &[u8]) -> io::Result<()> {
        // A size that was not told yet: the frame must fit the terminal as it is, not as it was.
        let (width, height) = self.screen.size()?;
        if self.engine.state().front.as_ref().is_some_and(|front| (front.width, front.height) != (width, height)) {
            self.engine.feed(Event::Resized { width, height }, &mut ());
        }
        let scene = self.arrange();
        let drawn = self.engine.state().revision;
        self.retheme();
        let theme = &self.theme.1;
        self.screen.draw_after(before, |frame| view::paint(&scene, theme, frame))?;
        self.drawn = Some(drawn);
        self.pacer.drawn(self.engine.clock().mono());
        self.tell(&scene);
        self.shown = scene;
        if self.engine.state().revision != drawn {
            self.pacer.ask(Cause::Network, self.engine.clock().mono());
        }
        Ok(())
    }

    fn asked(&mut self, asked: Asked) -> Result<Cause, TerminalError> {
        match asked {
            Asked::End => self.end(),
            // The editor stops with us, and goes on with us.
            Asked::Stop if self.standing == Standing::Lent => {
                if signals::can_stop() {
                    signals::stop_job()?;
                }
            }
            Asked::Continue if self.standing == Standing::Lent => {}
            Asked::Stop => self.stop()?,
            Asked::Continue => self.go_on()?,
            Asked::Resized => {
                let (width, height) = self.screen.size()?;
                self.engine.feed(Event::Resized { width, height }, &mut ());
                // It may have been another size in between, which cost the terminal what did not fit.
                self.screen.forget();
                self.drawn = None;
            }
        }
        Ok(Cause::Key)
    }

    /// The terminal is ours again.
    fn go_on(&mut self) -> Result<(), TerminalError> {
        self.standing = Standing::Running;
        self.screen.reenter()?;
        self.outside.again(&mut self.screen)?;
        self.drawn = None;
        Ok(())
    }

    /// Hands the terminal and a text to the user's editor. Everything goes on but keys and drawing.
    async fn lend(&mut self, input: &mut Input, number: u64, text: String) {
        if input.pause().await.is_err() {
            let sentence = "nib cannot hand the terminal to an editor on this system".to_owned();
            return self.engine.feed(Event::Edited(number, Err(sentence)), &mut ());
        }
        self.screen.leave();
        self.standing = Standing::Lent;
        self.editing = Some(Editing::begin(number, text));
    }

    /// The editor was left.
    fn take_back(&mut self, input: &Input, number: u64, text: Result<String, String>) -> Result<(), TerminalError> {
        self.editing = None;
        input.resume();
        // First, since the terminal may be gone: what was written is not to go with it.
        self.engine.feed(Event::Edited(number, text), &mut ());
        self.go_on()
    }

    /// What is being written in the editor when the end comes is kept as far as it was saved there.
    async fn end_editing(&mut self) {
        if let Some(editing) = self.editing.take() {
            let (number, text) = editing.end().await;
            // Taken once more, so that it is given back without what the editor may have left. It may be gone, which is as good.
            let _ = self.screen.reenter();
            self.engine.feed(Event::Edited(number, text), &mut ());
            self.engine.feed(Event::Terminate, &mut ());
        }
    }

    fn end(&mut self) {
        self.engine.feed(Event::Terminate, &mut ());
        self.standing = Standing::Leaving(Left::Quit);
    }

    fn stop(&mut self) -> Result<(), TerminalError> {
        if !signals::can_stop() {
            self.engine.feed(Event::Failed("there is no shell to return to".to_owned()), &mut ());
            return Ok(());
        }
        self.screen.leave();
        self.standing = Standing::Stopped;
        Ok(signals::stop_job()?)
    }

    fn carry_out(&mut self, effect: Effect) -> Result<(), TerminalError> {
        match effect {
            Effect::Quit => self.standing = Standing::Leaving(Left::Quit),
            Effect::Demo => self.standing = Standing::Leaving(Left::Demo),
            Effect::Suspend => self.stop()?,
            Effect::EditText { number, text } => self.to_edit = Some((number, text)),
            Effect::SaveOption { name, value } => self.files.keep(name, value),
            Effect::Reload => self.files.read(),
            Effect::Redraw => {
                self.screen.forget();
                self.drawn = None;
            }
            other if self.standing == Standing::Running => {
                if let Err(sentence) = self.outside.carry_out(other, &mut self.screen)? {
                    self.engine.feed(Event::Failed(sentence), &mut ());
                }
            }
            // A notice for a terminal that is somebody else's now is for nobody.
            other => self.outside.remember(other),
        }
        Ok(())
    }
}

/// Sleeps until then; without a moment for ever.
async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
