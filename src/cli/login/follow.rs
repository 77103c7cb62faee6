//! What comes of a sign-in: waits for its end, and asks for what is wanted in between.

use crate::cli::failure::{CHECK_ADDRESS, Failure, sentence, with_next_step};
use crate::cli::{print, prompt};
use crate::domain::{AccountId, DownReason, LinkEvent, SignInPart};
use crate::net::Credentials;
use crate::shell::host::Host;
use crate::shell::sessions::{Proof, SignIn};
use crate::state::Event;
use crate::state::names::person;
use std::time::Duration;
use tokio::time::timeout;

/// Signs in and waits for the end of it, asking for what the server wants besides when somebody is there to be asked.
pub(super) async fn follow(
    host: &mut Host,
    id: AccountId,
    mut wish: SignIn,
    patience: Duration,
    may_ask: bool,
) -> Result<(), Failure> {
    let address = &wish.server.clone();
    host.sign_in(id, wish.clone());
    let mut asked = false;
    let mut shown = false;
    let mut within = patience;
    loop {
        let event = timeout(within, host.next()).await.map_err(|_| {
            let happened = format!("{address} did not finish the sign-in within {} s", within.as_secs());
            Failure::Network(with_next_step(&happened, "try again in a moment"))
        })?;
        match event {
            Event::Link(_, LinkEvent::CodeNeeded { recovery, wrong }) => {
                if !may_ask {
                    let text = if wrong {
                        "the code is not right; take a new one and run \"nib login\" again"
                    } else {
                        "the account has a second factor; give the code with --code, or on a second line of standard input"
                    };
                    return Err(Failure::SignIn(text.to_owned()));
                }
                if wrong && asked {
                    print::tell("That code is not right.");
                }
                asked = true;
                let what = if recovery { "Code, or a recovery code: " } else { "Code: " };
                let code = prompt::secret(what).await?;
                if !host.sign_in_code(id, code) {
                    return Err(Failure::Network(format!("the connection to {address} was lost; run nib login again")));
                }
            }
            Event::Link(_, LinkEvent::ConfirmElsewhere { address: place, code, expires }) => {
                if std::mem::replace(&mut shown, true) {
                    print::tell(&format!("That code has expired. The new one: {code}"));
                } else {
                    print::tell(&format!("Open {place} in a browser, sign in there, and type this code: {code}"));
                    print::tell("nib waits until you have allowed it. Ctrl-C gives up.");
                }
                // Another code follows it; who is to blame if none does is told by the connection.
                within = expires + patience;
            }
            // Whatever the server wants besides, this needs not be allowed a second time.
            Event::Link(_, LinkEvent::Allowed { token }) => {
                within = patience;
                wish.proof = Proof::With(Credentials::Token(token));
            }
            Event::Link(_, LinkEvent::Refused { reason, about, .. }) => {
                let wanted = match about {
                    Some(SignInPart::Invite) => Some(("Invite code: ", &mut wish.admission.invite)),
                    Some(SignInPart::ServerPassword) => Some(("The server's password: ", &mut wish.admission.password)),
                    _ => None,
                };
                match wanted {
                    Some((question, given)) if may_ask => {
                        print::tell(&sentence(&reason));
                        *given = Some(prompt::secret(question).await?);
                        host.sign_in(id, wish.clone());
                    }
                    _ => return Err(refused(address, &reason, about)),
                }
            }
            Event::Link(_, LinkEvent::Down { reason, .. }) => return Err(down(address, &reason)),
            Event::TokenKept { renewed, note, .. } => {
                let (who, label) = who(host, id);
                let again = if renewed { ", which was there already; its sign-in is renewed" } else { "" };
                print::line(&format!("Signed in to {address} as {who}. nib calls this account \"{label}\"{again}."))?;
                if let Some(note) = note {
                    print::tell(&sentence(&note));
                }
                return Ok(());
            }
            _ => {}
        }
    }
}

/// Why there is no sign-in, and what to do about it, unless the reason says so already.
fn refused(address: &str, reason: &str, about: Option<SignInPart>) -> Failure {
    // What to do is said once, as it is done here.
    let reason = reason.trim_end().trim_end_matches("Sign in again.").trim_end();
    let happened = format!("{address} refused the sign-in: {reason}");
    Failure::SignIn(match about {
        Some(SignInPart::Invite) => with_next_step(&happened, "run \"nib login\" again with --invite-stdin"),
        Some(SignInPart::ServerPassword) => {
            with_next_step(&happened, "run \"nib login\" again with --server-password-stdin")
        }
        Some(SignInPart::Standing) => happened,
        _ => with_next_step(&happened, "run \"nib login\" again"),
    })
}

fn down(address: &str, reason: &DownReason) -> Failure {
    Failure::Network(match reason {
        DownReason::Unreachable { .. } | DownReason::Tls { .. } | DownReason::NotAServer { .. } => {
            with_next_step(&reason.to_string(), CHECK_ADDRESS)
        }
        DownReason::Busy { .. } => with_next_step(&reason.to_string(), "try again in a moment"),
        DownReason::Closed(_) | DownReason::Quiet | DownReason::SignInFault(_) | DownReason::Internal => {
            with_next_step(&format!("no sign-in at {address}: {reason}"), "try again in a moment")
        }
    })
}

fn who(host: &mut Host, id: AccountId) -> (String, String) {
    let label = host.label(id);
    let Some(account) = host.state().core.account(id) else { return (String::new(), label) };
    let name = person(account, None, account.me);
    // One that is the name behind something that the network writes before it says nothing more.
    let me = account.users.get(&account.me).filter(|me| me.shown_username() == me.username.as_ref());
    let username = me.and_then(|me| me.username.as_ref());
    (username.map_or_else(|| name.clone(), |username| format!("{name} (@{username})")), label)
}
