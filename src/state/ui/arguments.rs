//! What commands take: which argument is being typed, what it may be, and how a server's command is said.

use crate::domain::slash::SlashKind;
use crate::domain::{ChatKey, Priority, Refusal, Request, SlashCommand, SlashOption};
use crate::state::action;
use crate::state::effect::Effects;
use crate::state::front::ComposeMode;
use crate::state::requests::Purpose;
use crate::state::{Account, State, offered};

/// What an argument is, as far as something can be offered for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Argument {
    /// Somebody's user name, with this before it.
    Person(&'static str),
    /// A chat's written name; in quotes where it has blanks.
    Chat {
        /// More follows it.
        quoted: bool,
    },
    /// A file or a folder.
    Path {
        /// It is in quotes where it has blanks; else all of the rest is it.
        quoted: bool,
    },
    /// One of these.
    Choice(Vec<String>),
    /// An emoji.
    Emoji,
    /// An account's label.
    Account,
    /// Anything else.
    Other,
}

/// The argument that the cursor is in.
pub(super) struct At {
    /// Its first byte.
    pub(super) from: usize,
    /// What it is.
    pub(super) what: Argument,
}

/// How a command goes, as it is shown while it is typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    /// Its name, with a slash.
    pub name: String,
    /// What it takes, and whether the cursor is there.
    pub parts: Vec<(String, bool)>,
    /// What the command, or the argument, is for.
    pub about: String,
    /// What is wrong with the argument, as a sentence.
    pub fault: Option<&'static str>,
}

/// Words with their places; quotes hold together what has blanks.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let (mut start, mut quoted) = (None, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => {
                quoted = !quoted;
                start.get_or_insert(at);
            }
            blank if blank.is_whitespace() && !quoted => {
                found.extend(start.take().map(|start| (start, at)));
            }
            _ => _ = start.get_or_insert(at),
        }
    }
    found.extend(start.map(|start| (start, text.len())));
    found
}

fn unquoted(word: &str) -> String {
    word.replace('"', "")
}

/// The command that a line is of.
enum Said<'a> {
    Own(&'static action::ActionInfo),
    Server(&'a SlashCommand),
}

/// The command of a line, and how many words of the line are its name.
fn said<'a>(account: &'a Account, text: &str, words: &[(usize, usize)]) -> Option<(Said<'a>, usize)> {
    let word = |number: usize| words.get(number).and_then(|&(from, to)| text.get(from..to));
    let name = word(0)?.strip_prefix('/')?;
    let of_server = |name: &str| account.commands.values().find(|command| *command.name == *name);
    if name == "server"
        && let Some(command) = word(1).and_then(of_server)
    {
        return Some((Said::Server(command), 2));
    }
    match action::find(name) {
        Some(info) => info.command.then_some((Said::Own(info), 1)),
        None => Some((Said::Server(of_server(name)?), 1)),
    }
}

/// Which argument the cursor is in, counted from 0, and where it begins.
fn current(text: &str, words: &[(usize, usize)], names: usize, at: usize, count: usize) -> Option<(usize, usize)> {
    let (_, end) = *words.get(names.checked_sub(1)?)?;
    if at <= end || count == 0 {
        return None;
    }
    let arguments = words.get(names..).unwrap_or_default();
    let before = arguments.iter().filter(|(_, end)| *end < at).count();
    let number = before.min(count - 1);
    // The last one takes all the rest.
    let from = match arguments.get(number) {
        Some(&(from, _)) if from <= at => from,
        _ => at,
    };
    text.get(from..at)?;
    Some((number, from))
}

/// The parts of nib's own grammar.
fn grammar(arguments: &'static str) -> Vec<&'static str> {
    if arguments.contains(" | ") {
        return vec![arguments];
    }
    arguments.split_whitespace().collect()
}

fn own_kind(name: &str, part: &str, more: bool) -> Argument {
    match part.trim_matches(['[', ']']) {
        "CHAT" => Argument::Chat { quoted: more },
        "@USERNAME" => Argument::Person("@"),
        "PATH" => Argument::Path { quoted: name != "save" },
        "EMOJI" => Argument::Emoji,
        "ACCOUNT" => Argument::Account,
        choices if choices.contains('|') && !choices.contains(' ') => {
            Argument::Choice(choices.split('|').map(str::to_owned).collect())
        }
        _ => Argument::Other,
    }
}

/// What is being typed for a command.
pub(super) fn at(account: &Account, text: &str, at: usize) -> Option<At> {
    let words = words(text);
    let (said, names) = said(account, text, &words)?;
    match said {
        // The names of the server's commands.
        Said::Own(info) if info.name == "server" && words.get(1).is_none_or(|(_, end)| at <= *end) => {
            let from = words.get(1).map_or(at, |(from, _)| *from);
            let names = account.commands.keys().map(ToString::to_string).collect();
            (at > words.first()?.1).then_some(At { from, what: Argument::Choice(names) })
        }
        Said::Own(info) => {
            let parts = grammar(info.arguments);
            let (number, from) = current(text, &words, names, at, parts.len())?;
            Some(At { from, what: own_kind(info.name, parts.get(number)?, number + 1 < parts.len()) })
        }
        Said::Server(command) => {
            let (number, from) = current(text, &words, names, at, command.options.len())?;
            let what = match &command.options.get(number)?.kind {
                SlashKind::Person => Argument::Person(""),
                SlashKind::Flag => Argument::Choice(vec!["yes".to_owned(), "no".to_owned()]),
                SlashKind::Choice(choices) => Argument::Choice(choices.iter().map(ToString::to_string).collect()),
                SlashKind::Text | SlashKind::Whole | SlashKind::Number => Argument::Other,
            };
            Some(At { from, what })
        }
    }
}

/// What an option is called, with what it may be.
fn shown(option: &SlashOption) -> String {
    let kind = match &option.kind {
        SlashKind::Text => String::new(),
        SlashKind::Whole => ": whole number".to_owned(),
        SlashKind::Number => ": number".to_owned(),
        SlashKind::Flag => ": yes or no".to_owned(),
        SlashKind::Person => ": person".to_owned(),
        SlashKind::Choice(choices) => {
            let some: Vec<&str> = choices.iter().take(6).map(|choice| choice.as_str()).collect();
            format!(": {}{}", some.join("|"), if choices.len() > 6 { "|..." } else { "" })
        }
    };
    if option.needed { format!("{}{kind}", option.name) } else { format!("[{}{kind}]", option.name) }
}

/// How the command that is being typed goes; `None` while its name is typed, or where there is none.
#[must_use]
pub fn form(account: &Account, text: &str, at: usize) -> Option<Form> {
    if !text.starts_with('/') || text.starts_with("//") {
        return None;
    }
    let words = words(text);
    let (said, names) = said(account, text, &words)?;
    let (_, end) = *words.get(names.checked_sub(1)?)?;
    if at <= end {
        return None;
    }
    match said {
        // What is not there at all does not go any way.
        Said::Own(info) if offered::without(&account.caps, info).is_some() => {
            let fault = offered::without(&account.caps, info);
            Some(Form { name: format!("/{}", info.name), parts: Vec::new(), about: info.help.to_owned(), fault })
        }
        Said::Own(info) => {
            let parts = grammar(info.arguments);
            let now = current(text, &words, names, at, parts.len()).map(|(number, _)| number);
            let parts = parts.iter().enumerate().map(|(number, part)| ((*part).to_owned(), Some(number) == now));
            let (name, about) = (format!("/{}", info.name), info.help.to_owned());
            Some(Form { name, parts: parts.collect(), about, fault: None })
        }
        Said::Server(command) => {
            let now = current(text, &words, names, at, command.options.len());
            let option = now.and_then(|(number, _)| command.options.get(number));
            let parts = command.options.iter().enumerate();
            let parts = parts.map(|(number, option)| (shown(option), Some(number) == now.map(|(now, _)| now)));
            let about = option.map_or(&command.about, |option| &option.about).to_string();
            let typed = now.and_then(|(_, from)| text.get(from..at)).map(unquoted).filter(|typed| !typed.is_empty());
            let fault = option.zip(typed).and_then(|(option, typed)| option.kind.fault(&typed));
            Some(Form { name: format!("/{}", command.name), parts: parts.collect(), about, fault })
        }
    }
}

/// Whether the server of an account has a command of this name.
pub(super) fn is_known(account: &Account, name: &str) -> bool {
    account.commands.keys().any(|known| **known == *name)
}

/// The user wants a command of the server of the open chat to be run.
pub(super) fn wanted(state: &mut State, line: &str, fx: &mut Effects) {
    let Some(chat) = state.front.as_ref().and_then(|front| front.pane.chat) else { return };
    if let Err(why) = call(state, chat, line, &format!("/server {line}"), fx) {
        state.notice(why, true, fx);
    }
}

/// Runs a command of the server of a chat: its name, and what follows. `written`: the whole line, to be given back when it is refused.
pub(super) fn call(
    state: &mut State,
    chat: ChatKey,
    line: &str,
    written: &str,
    fx: &mut Effects,
) -> Result<(), String> {
    let account = state.core.account(chat.account).filter(|account| account.caps.commands);
    let account = account.ok_or("Servers have no commands here")?;
    let (name, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let command = account.commands.values().find(|command| *command.name == *name);
    let command = command.ok_or_else(|| format!("The server has no command \"{name}\""))?;
    let arguments = read(command, rest.trim())?;
    let request = Request::CallCommand { chat: chat.chat, name: command.name.to_string(), arguments };
    let purpose = Purpose::Command { chat: chat.chat, written: written.to_owned() };
    state.ask(chat.account, request, Priority::User, purpose, fx);
    Ok(())
}

/// What was typed, by the names of what the command takes. The last text takes all that follows.
fn read(command: &SlashCommand, rest: &str) -> Result<Vec<(String, String)>, String> {
    let words = words(rest);
    let mut arguments = Vec::new();
    let goes = || {
        let parts: Vec<String> = command.options.iter().map(shown).collect();
        format!("It goes like this: /{} {}", command.name, parts.join(" "))
    };
    if words.len() > command.options.len() && command.options.last().is_none_or(|last| last.kind != SlashKind::Text) {
        return Err(goes());
    }
    for (number, option) in command.options.iter().enumerate() {
        let Some(&(from, to)) = words.get(number) else {
            if option.needed {
                return Err(goes());
            }
            continue;
        };
        let last = number + 1 == command.options.len() && option.kind == SlashKind::Text;
        let whole = last && words.len() > number + 1;
        let typed = if whole {
            rest.get(from..).unwrap_or_default().to_owned()
        } else {
            unquoted(rest.get(from..to).unwrap_or_default())
        };
        let typed = if option.kind == SlashKind::Person { typed.trim_start_matches('@').to_owned() } else { typed };
        if let Some(fault) = option.kind.fault(&typed) {
            return Err(format!("{}: {}", option.name, fault.trim_end_matches('.')));
        }
        arguments.push((option.name.to_string(), typed));
    }
    Ok(arguments)
}

/// The server did what was wanted, or did not: then the line is given back, or kept where something else is being written.
pub(in crate::state) fn answered(state: &mut State, chat: ChatKey, written: &str, refusal: &Refusal, fx: &mut Effects) {
    let text = format!("Not done: {}", refusal.text);
    if let Some(front) = &mut state.front {
        let open = front.pane.chat == Some(chat);
        let writes = match open {
            true => !front.pane.composer.is_empty() || front.pane.mode != ComposeMode::New,
            false => front.drafts.get(&chat).is_some_and(|draft| !draft.is_empty()),
        };
        if writes {
            front.pane.composer.keep(written);
            let text = format!("{text}; to put your command back");
            return state.notice_about(chat.account, text, Some("yank"), true, fx);
        }
    }
    super::compose::give_back(state, chat, written, fx);
    state.notice_about(chat.account, text, None, true, fx);
}
