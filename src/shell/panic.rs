//! What happens when nib has a fault: the terminal first, then words, and where the log is.

use super::{logging, terminal};
use crate::domain::CleanText;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::thread::{self, ThreadId};

/// Installs the hook. The calling thread is the one whose fault ends the program; faults of other threads are logged and dealt with by whoever
/// waits for them.
pub fn install() {
    let main = thread::current().id();
    std::panic::set_hook(Box::new(move |info| told(info, main)));
}

fn told(info: &PanicHookInfo<'_>, main: ThreadId) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let ends_the_program = thread::current().id() == main;
    if ends_the_program {
        terminal::restore();
    }
    // The payload of a fault may quote what it worked on, so the log holds the place alone.
    tracing::error!(place, thread = thread::current().name().unwrap_or("unnamed"), trace = %std::backtrace::Backtrace::capture(), "a fault in nib");
    if ends_the_program {
        logging::flush();
        // It may quote remote text.
        let payload = info.payload();
        let text =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let what = CleanText::line(text.unwrap_or("no message"));
        let log = logging::path().map(|path| format!(" The log is at {}.", path.display())).unwrap_or_default();
        // Nobody is left to be told if this fails.
        drop(writeln!(std::io::stderr().lock(), "nib stopped because of a fault in itself, at {place}: {what}.{log}"));
    }
}
