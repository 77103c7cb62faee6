//! An account that was added: it is seen that it worked, and nothing that is being written is left for it.

use super::accounts::{HOME_CHAT, Several, of};
use super::script::*;
use nib::domain::*;
use nib::state::action::AccountAction;
use nib::state::front::Overlay;
use nib::state::{Action, Effect, Effects, Event, NetworkOffer, SignInWay};

const NEW: AccountId = AccountId(3);

/// Three accounts, and the form for a fourth that was filled in and waits.
fn asking(typed: &str) -> Several {
    let mut several = Several::ready();
    let offer = NetworkOffer {
        key: "net".to_owned(),
        name: "Net".to_owned(),
        server: "ws://new".to_owned(),
        ways: vec![SignInWay::MailPassword],
        ..NetworkOffer::default()
    };
    several.0.state.networks = vec![offer];
    several.0.type_text(typed);
    several.0.act(Action::Account(AccountAction::List));
    several.0.act(Action::Account(AccountAction::Add));
    several.0.type_text("ada@mail.example");
    several.0.act(Action::Accept);
    several.0.type_text("secret");
    let fx = several.0.act(Action::Accept);
    assert!(fx.iter().any(|effect| matches!(effect, Effect::SignIn { account: NEW, .. })), "{fx:?}");
    several
}

fn taken(several: &mut Several) -> Effects {
    let me = user(ADA, "ada");
    let signed_in = LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() };
    several.0.event(Event::Link(NEW, signed_in))
}

fn open(several: &Several) -> Option<ChatKey> {
    several.0.state.front.as_ref().unwrap().pane.chat
}

#[test]
fn its_first_chat_opens_and_what_is_typed_meanwhile_is_for_it() {
    let mut several = asking("");
    let lists = taken(&mut several);
    assert!(matches!(several.0.state.front.as_ref().unwrap().overlays[..], [Overlay::Waiting(_)]));
    several.0.type_text("hello");
    several.serve(lists);
    assert_eq!(open(&several), Some(of(NEW, 11)));
    assert_eq!(several.0.composer(), "hello");
    several.0.act(Action::OpenChat(HOME_CHAT));
    assert_eq!(several.0.composer(), "");
    // Later connections take nobody anywhere.
    let lists = taken(&mut several);
    several.serve(lists);
    assert_eq!(open(&several), Some(HOME_CHAT));
}

#[test]
fn whoever_was_writing_stays_and_is_told_who_and_where() {
    let mut several = asking("half a sentence");
    let lists = taken(&mut several);
    several.serve(lists);
    assert_eq!((open(&several), several.0.composer()), (Some(HOME_CHAT), "half a sentence".to_owned()));
    assert_eq!(several.0.notice(), "Signed in as ada at ws://new: the account \"ada\"; to go there");
}

#[test]
fn whoever_does_not_wait_for_it_is_told() {
    let mut several = asking("");
    let lists = taken(&mut several);
    several.0.act(Action::Cancel);
    several.serve(lists);
    assert_eq!(open(&several), Some(HOME_CHAT));
    assert_eq!(several.0.notice(), "Signed in as ada at ws://new: the account \"ada\"; to go there");
}
