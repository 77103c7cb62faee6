//! `nib` without a command: the chat; without an account, the welcome page.

use super::Globals;
use super::failure::Failure;
use crate::shell::{run, terminal};

/// Runs it.
///
/// # Errors
/// There is no terminal, no place for files, or the terminal went away.
pub fn run(globals: &Globals) -> Result<(), Failure> {
    terminal::check(std::env::var("TERM").ok().as_deref())?;
    let mut startup = globals.startup()?;
    startup.open.clone_from(&globals.open);
    startup.has_demo = cfg!(feature = "demo");
    let mut input = None;
    match crate::shell::block_on(run::chat(startup, &mut input))?? {
        #[cfg(feature = "demo")]
        run::Left::Demo => super::demo::show(globals, input),
        _ => Ok(()),
    }
}
