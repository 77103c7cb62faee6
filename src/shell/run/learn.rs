//! What is learned while the chat runs: what the terminal can do, and what the configuration says anew.

use super::{Chat, Standing};
use crate::domain::settings::{Bidi, Links};
use crate::layout::{LayoutCache, bidi, links};
use crate::shell::input::Input;
use crate::shell::settings::News;
use crate::shell::{colour, startup};
use crate::state::Event;
use std::io;
use std::sync::Arc;

impl Chat {
    /// Asks the terminal what it can do, once something shows. What the questions write over is drawn again with them.
    pub(super) fn ask(&mut self, input: &Input) -> io::Result<()> {
        let (_, height) = self.screen.size()?;
        let questions = self.probe.questions(Some(height.saturating_sub(1)));
        if questions.is_empty() {
            return Ok(());
        }
        input.await_replies();
        self.screen.forget();
        self.draw_after(&questions)
    }

    /// The terminal has said what it can do.
    pub(super) fn learned(&mut self) {
        self.screen.synchronise(self.probe.abilities().synchronised != Some(false));
        self.measure();
        if self.probe.abilities().background.is_some() {
            self.theme.0.clear();
            self.drawn = None;
        }
    }

    /// Measures and reorders text as the terminal does and the user wants.
    pub(super) fn measure(&mut self) {
        let abilities = self.probe.abilities();
        let settings = &self.engine.state().settings;
        let rules = abilities.widths.unwrap_or_default().wanted(settings.widths, settings.emoji);
        let reorders = match settings.bidi {
            Bidi::Auto => !abilities.reorders(),
            Bidi::Nib => true,
            Bidi::Terminal => false,
        };
        let told = match settings.links {
            Links::Auto => abilities.links(),
            Links::On => true,
            Links::Off => false,
        };
        let changed = rules.enforce() | bidi::enforce(reorders) | links::enforce(told);
        if changed {
            // What was measured otherwise is measured again, and drawn from where it is known to begin.
            let keys = std::mem::take(&mut self.cache.keys);
            self.cache = LayoutCache::new(jiff::tz::TimeZone::system());
            self.cache.keys = keys;
            self.screen.forget();
            self.drawn = None;
        }
    }

    /// Draws with the theme that the state asks for. One with mistakes is told once, and the one before stays.
    pub(super) fn retheme(&mut self) {
        let wanted = self.engine.state().theme();
        if self.theme.0 == wanted {
            return;
        }
        let name = wanted.to_owned();
        match colour::theme(&name, &self.themes, self.probe.abilities().ground()) {
            Ok(theme) => self.theme.1 = theme,
            Err(mistake) => self.engine.feed(Event::Failed(mistake.brief()), &mut ()),
        }
        self.theme.0 = name;
    }

    /// The configuration was read anew, or something could not be kept.
    pub(super) fn settings(&mut self, news: News) {
        let read = match news {
            News::Failed(sentence) => return self.engine.feed(Event::Failed(sentence), &mut ()),
            News::Read(read) => read,
        };
        let (config, themes) = *read;
        if let Some(problem) = config.problems.first() {
            self.engine.feed(Event::Failed(problem.brief()), &mut ());
        }
        if self.themes != themes {
            self.themes = themes;
            self.theme.0.clear();
            self.drawn = None;
        }
        let hints = startup::key_hints(&config.keymap);
        if self.cache.keys != hints {
            self.cache.set_keys(hints);
            self.drawn = None;
        }
        let fixed = config.fixed();
        if self.fixed != fixed {
            self.fixed = fixed;
            let sentence =
                "what changed in proxy, tls, secrets, store, connect_timeout or accounts holds from the next start on";
            self.engine.feed(Event::Failed(sentence.to_owned()), &mut ());
        }
        self.keymap = config.keymap;
        let mouse = config.settings.mouse;
        if self.standing != Standing::Running {
            // The terminal is somebody else's; it is told once it is ours again.
            self.screen.listen_to_mouse_later(mouse);
        } else if let Err(error) = self.screen.listen_to_mouse(mouse) {
            tracing::warn!(%error, "the terminal is gone");
            self.end();
        }
        self.engine.feed(Event::Settings(Arc::new(config.settings)), &mut ());
        self.measure();
    }
}
