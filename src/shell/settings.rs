//! The configuration while nib runs: read anew when its files change, and choices of the user kept in it. No disk is touched on the caller's thread.

use crate::config::{Config, Paths, Themes, edit};
use crate::state::effect::OptionValue;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Editors write a file in several steps; what happens within this time is one change.
const SETTLES: Duration = Duration::from_millis(100);

/// What comes back.
#[derive(Debug)]
pub enum News {
    /// The configuration and the themes, read anew.
    Read(Box<(Config, Themes)>),
    /// Something could not be kept; a sentence.
    Failed(String),
}

/// Made and told of directories on blocking threads only.
type Watching = Arc<Mutex<Option<RecommendedWatcher>>>;

/// The files of the configuration.
#[derive(Debug)]
pub struct SettingsFiles {
    paths: Paths,
    keeps: bool,
    tell: mpsc::Sender<News>,
    news: mpsc::Receiver<News>,
    /// Ends watching when dropped.
    watcher: Watching,
}

impl SettingsFiles {
    /// The files at these places. `keeps`: whether choices are written into them.
    #[must_use]
    pub fn new(paths: Paths, keeps: bool) -> Self {
        let (tell, news) = mpsc::channel(8);
        Self { paths, keeps, tell, news, watcher: Watching::default() }
    }

    /// Reads the files whenever they change from now on. To be called on the runtime. Where the system cannot watch, only asking helps.
    pub fn watch(&self) {
        let pending = Arc::new(AtomicBool::new(false));
        let (runtime, paths, tell) = (Handle::current(), self.paths.clone(), self.tell.clone());
        // Weak: what watches must not keep itself alive.
        let watching = Arc::downgrade(&self.watcher);
        let changed = move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let of_ours = event.paths.iter().any(|path| {
                path.file_name() == paths.config_file.file_name()
                    || path.extension().is_some_and(|extension| extension == "toml")
                    || path.file_name().is_some_and(|name| name == "themes")
            });
            // Reading is an event as well, and must not cause the next reading.
            let changes = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_));
            if of_ours && changes && !pending.swap(true, Ordering::AcqRel) {
                let (paths, tell, pending, watching) = (paths.clone(), tell.clone(), pending.clone(), watching.clone());
                runtime.spawn(async move {
                    tokio::time::sleep(SETTLES).await;
                    pending.store(false, Ordering::Release);
                    read(paths, tell, watching);
                });
            }
        };
        let (watcher, paths) = (Arc::clone(&self.watcher), self.paths.clone());
        tokio::task::spawn_blocking(move || match notify::recommended_watcher(changed) {
            Ok(made) => {
                *watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
                watch_all(&watcher, &paths);
            }
            Err(error) => tracing::info!(%error, "the configuration is not watched"),
        });
    }

    /// Reads the files anew; what they say comes through [`SettingsFiles::next`].
    pub fn read(&self) {
        read(self.paths.clone(), self.tell.clone(), Arc::downgrade(&self.watcher));
    }

    /// Sets an option in the configuration file.
    pub fn keep(&self, name: &'static str, value: OptionValue) {
        if !self.keeps {
            return;
        }
        let (file, tell) = (self.paths.config_file.clone(), self.tell.clone());
        tokio::task::spawn_blocking(move || {
            let set = match value {
                OptionValue::Word(word) => edit::set_option(&file, name, word),
                OptionValue::Number(number) => edit::set_option(&file, name, i64::from(number)),
            };
            if let Err(error) = set {
                let sentence = format!("for this run only: {} {error}", file.file_name().unwrap_or_default().display());
                // Nobody is there to be told once the chat has ended.
                let _ = tell.blocking_send(News::Failed(sentence));
            }
        });
    }

    /// What comes back next. Safe to drop and call again.
    pub async fn next(&mut self) -> News {
        match self.news.recv().await {
            Some(news) => news,
            // Cannot be: a sender is held here.
            None => std::future::pending().await,
        }
    }
}

fn read(paths: Paths, tell: mpsc::Sender<News>, watching: Weak<Mutex<Option<RecommendedWatcher>>>) {
    tokio::task::spawn_blocking(move || {
        // The directory of themes may have been made meanwhile.
        if let Some(watching) = watching.upgrade() {
            watch_all(&watching, &paths);
        }
        let read = Box::new(Config::of(&paths));
        // Nobody is there to be told once the chat has ended.
        let _ = tell.blocking_send(News::Read(read));
    });
}

/// Watches every directory that is there by now.
fn watch_all(watching: &Mutex<Option<RecommendedWatcher>>, paths: &Paths) {
    let mut watching = watching.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(watcher) = watching.as_mut() else { return };
    for directory in directories(paths) {
        if let Err(error) = watcher.watch(&directory, RecursiveMode::NonRecursive) {
            tracing::info!(%error, "a directory of the configuration is not watched");
        }
    }
}

/// Where changes show: beside the file, beside what it is a link to, and among the themes.
fn directories(paths: &Paths) -> BTreeSet<PathBuf> {
    let real = paths.config_file.canonicalize().ok();
    let parents = [Some(paths.config_file.clone()), real].into_iter().flatten();
    let parents = parents.filter_map(|file| file.parent().map(PathBuf::from));
    let all = parents.chain([paths.config.clone(), paths.themes_dir()]);
    all.filter(|directory| directory.is_dir()).collect()
}
