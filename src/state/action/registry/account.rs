//! Accounts, people, and what one is told of.

use super::super::{AccountAction, Action as A, Context, account};
use super::ANYWHERE;
use crate::domain::{NotifyLevel, Presence};

const OFFERS: &[Context] = &[Context::Welcome, Context::Everywhere];
const LISTED: &[Context] = &[Context::Accounts, Context::Everywhere];
const PEOPLE: &[Context] = &[Context::Messages, Context::Everywhere];

fn notify(written: &str, whole: bool) -> Option<A> {
    let level = if written == "usual" { Some(NotifyLevel::Default) } else { NotifyLevel::named(written) };
    Some(A::Notify { level: level?, whole })
}

fn status(written: &str) -> Option<A> {
    let (written, text) = written.split_once(char::is_whitespace).map_or((written, None), |(a, b)| (a, Some(b)));
    let presence = match written {
        "online" => Presence::Online,
        "idle" | "away" => Presence::Idle,
        "dnd" | "busy" => Presence::Busy,
        "invisible" | "offline" => Presence::Offline,
        _ => return None,
    };
    Some(match text.map(str::trim) {
        None => A::Status(presence),
        // A lone dash takes the words away.
        Some("-") => A::StatusText(presence, String::new()),
        Some(text) => A::StatusText(presence, text.to_owned()),
    })
}

/// Takes the label of an account, if any.
macro_rules! account {
    ($variant:ident) => {
        |rest| Some(A::Account(AccountAction::$variant(rest.to_owned())))
    };
}

table! {
    "reconnect" "" ANYWHERE, true, plain!(A::Reconnect), "Connect now instead of waiting";
    "sign-in" "" OFFERS, true, plain!(A::SignIn), "Sign in";
    "sign-up" "" OFFERS, true, plain!(A::SignUp), "Make an account";
    "accounts" "" ANYWHERE, true, plain!(A::Account(AccountAction::List)), "Show your accounts, and what can be done with them";
    "add-account" "" LISTED, true, plain!(A::Account(AccountAction::Add)), "Sign in to one more account";
    "rename-account" "[LABEL]" LISTED, true, account!(Rename), "Call this account something else";
    "disable-account" "[ACCOUNT]" LISTED, true, account!(Disable), "Leave an account unconnected until you want it again";
    "enable-account" "[ACCOUNT]" LISTED, true, account!(Enable), "Connect a disabled account again";
    "sign-out" "[ACCOUNT]" LISTED, true, account!(SignOut), "Sign out of an account; it stays in the list";
    "remove-account" "[ACCOUNT]" LISTED, true, account!(Remove), "Take an account out of nib";
    "move-account" "up|down" LISTED, true, account::moved, "Put this account further up or down";
    "colour-account" "[NUMBER]" LISTED, true, account::colour, "Give this account another colour, 1 to 8 or the next";
    "demo" "" &[Context::Welcome], true, plain!(A::Demo), "Leave for the demo: a small world of its own, gone at exit";
    "join" "[INVITE]" OFFERS, true, |rest| Some(A::Join(rest.to_owned())), "Join a community or group by an invite, its code or link";
    "write" "[@USERNAME]" OFFERS, true, |rest| Some(A::Write(rest.to_owned())), "Write to somebody by user name";
    "who" "[@USERNAME]" PEOPLE, true, |rest| Some(A::Who(rest.to_owned())), "Show who somebody is";
    "status" "online|idle|dnd|invisible [TEXT]" ANYWHERE, true, status, "Choose how others see you; - takes the text away";
    "notify" "all|mentions|none|usual" ANYWHERE, true, |rest| notify(rest, false), "Choose what of this chat is told";
    "notify-community" "all|mentions|none|usual" ANYWHERE, true, |rest| notify(rest, true), "Choose what of this community is told";
    "nick" "[NAME]" ANYWHERE, true, |rest| Some(A::Nick(rest.to_owned())), "Choose what you are called in this community";
    "leave" "" &[Context::Composer, Context::Messages, Context::Sidebar], true, plain!(A::Leave), "Leave this community or group";
}
