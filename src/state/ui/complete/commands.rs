//! Commands by their names: nib's, and those of the server.

use super::{Candidate, ranked_by};
use crate::domain::{Priority, Request};
use crate::state::action::{self, REGISTRY};
use crate::state::effect::Effects;
use crate::state::requests::Purpose;
use crate::state::{Account, State, offered};

/// What is offered first while no letter is typed: what is written with a command, or has no key. The rest follows in the order of the help.
const FIRST: &[&str] =
    &["me", "msg", "attach", "poll", "join", "status", "nick", "notify", "leave", "shrug", "theme", "accounts"];

/// What fits.
pub(super) fn fitting(account: &Account, query: &str) -> Vec<Candidate> {
    let rank = |name: &str| {
        let at = FIRST.iter().position(|first| query.is_empty() && *first == name).unwrap_or(FIRST.len() + 1);
        u8::try_from(at).unwrap_or(u8::MAX)
    };
    let own = REGISTRY.iter().filter(|info| info.command && offered::has(&account.caps, info)).map(|info| {
        let put = format!("/{} ", info.name);
        let (label, detail) = (format!("/{}", info.name), info.help.to_owned());
        (rank(info.name), Candidate { label, detail, put, ..Candidate::default() })
    });
    let servers = account.commands.values().map(|command| {
        // nib's own names hold; the server's are reached by another way then.
        let taken = action::find(&command.name).is_some();
        let put = if taken { format!("/server {} ", command.name) } else { format!("/{} ", command.name) };
        let detail = format!("{} (server)", command.about);
        let names = vec![command.name.to_string()];
        let rank = if query.is_empty() { FIRST.len() } else { FIRST.len() + 1 };
        let rank = u8::try_from(rank).unwrap_or(u8::MAX);
        (rank, Candidate { label: put.trim_end().to_owned(), detail, put, names, ..Candidate::default() })
    });
    ranked_by(query, own.chain(servers))
}

/// The server's commands are asked for when the first one is typed in a chat, if none are known.
pub(super) fn ask(state: &mut State, fx: &mut Effects) {
    let Some(front) = &state.front else { return };
    let Some(chat) = front.pane.chat.filter(|_| front.pane.composer.is_command()) else { return };
    let asked = front.pane.writing.commands_asked;
    let wants = |account: &Account| account.caps.commands && account.is_signed_in() && account.commands.is_empty();
    if asked || !state.core.account(chat.account).is_some_and(wants) {
        return;
    }
    if let Some(front) = &mut state.front {
        front.pane.writing.commands_asked = true;
    }
    state.ask(chat.account, Request::FetchCommands(chat.chat), Priority::Visible, Purpose::Detail, fx);
}
