//! `nib` without a command: the chat; without an account, the welcome page.

use super::Globals;
use super::failure::Failure;
use crate::shell::{owner, run, terminal};

/// Runs it.
///
/// # Errors
/// There is no terminal, no place for files, or the terminal went away.
pub fn run(globals: &Globals) -> Result<(), Failure> {
    terminal::check(std::env::var("TERM").ok().as_deref())?;
    let mut startup = globals.startup()?;
    startup.open.clone_from(&globals.open);
    startup.offline = globals.offline;
    startup.has_demo = cfg!(feature = "demo");
    let mut input = None;
    let left = crate::shell::block_on(async {
        if owner::is_of_profile(&startup) {
            startup.owned = owner::own(&startup.paths).await?;
        }
        Ok::<_, Failure>(run::chat(startup, &mut input).await?)
    })??;
    match left {
        #[cfg(feature = "demo")]
        run::Left::Demo => super::demo::show(globals, input),
        _ => Ok(()),
    }
}
