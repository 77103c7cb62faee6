//! Files and folders: read, looked at and saved on blocking threads.

use super::{Finished, Sessions};
use crate::domain::download::Step;
use crate::shell::saving::Saver;
use crate::shell::{files, folder};
use crate::state::Event;

impl Sessions {
    /// Reads a file that is to be sent.
    pub fn read_file(&mut self, number: u64, path: String, most: u64) {
        self.block(move || {
            let file = files::read(&files::expanded(&path), most);
            Finished::File(number, file.map_err(|error| error.to_string()))
        });
    }

    /// Does a step with a file that is being saved, after those before it.
    pub fn save_file(&mut self, number: u64, step: Step) {
        self.outstanding += usize::from(step.is_answered());
        let (runtime, done) = (&self.runtime, &self.done);
        let saver = self.saver.get_or_insert_with(|| {
            let done = done.clone();
            Saver::start(runtime, move |number, told| drop(done.blocking_send(Finished::Saved(number, told))))
        });
        saver.take(number, step);
    }

    /// Looks at a folder.
    pub fn list_folder(&mut self, number: u64, path: String, hidden: bool) {
        self.block(move || Finished::Looked(Box::new(Event::FolderListed(number, folder::list(&path, hidden)))));
    }

    /// Looks whether all of these are files.
    pub fn look_at(&mut self, number: u64, paths: Vec<String>) {
        self.block(move || Finished::Looked(Box::new(Event::LookedAt(number, folder::are_files(&paths)))));
    }

    /// Takes the picture that the clipboard holds.
    pub fn read_clipboard(&mut self, number: u64, most: u64) {
        self.block(move || Finished::File(number, folder::clipboard(most)));
    }
}
