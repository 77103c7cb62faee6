//! The program itself and how it looks.

use super::super::{Action as A, Context};
use super::ANYWHERE;

const COMMANDS: &[Context] =
    &[Context::Messages, Context::Forum, Context::Sidebar, Context::Members, Context::Everywhere];

table! {
    "command" "" COMMANDS, false, plain!(A::Command), "Type a command; what stands in the composer stays";
    "help" "" ANYWHERE, true, plain!(A::Help), "Show what can be done here";
    "redraw" "" ANYWHERE, true, plain!(A::Redraw), "Draw everything anew";
    "theme" "[NAME]" ANYWHERE, true, |rest| Some(A::Theme(rest.to_owned())), "Choose the colours";
    "reload" "" ANYWHERE, true, plain!(A::Reload), "Read the configuration anew";
    "suspend" "" ANYWHERE, true, plain!(A::Suspend), "Stop nib and return to the shell; fg continues";
    "quit" "" ANYWHERE, true, plain!(A::Quit), "Quit";
}
