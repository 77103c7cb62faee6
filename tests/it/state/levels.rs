//! What is worth a notification, as it is chosen here: for a chat, for its community; heeded everywhere, kept for later runs.

use super::script::*;
use nib::domain::*;
use nib::state::action::parse;
use nib::state::{AccountSpec, Action, Effect, Event, State, levels};
use std::sync::Arc;

fn notify(level: NotifyLevel, whole: bool) -> Action {
    Action::Notify { level, whole }
}

fn kept(fx: &[Effect]) -> Vec<(String, NotifyLevel)> {
    let places = fx.iter().find_map(|effect| match effect {
        Effect::SaveAccounts(places) => Some(places[0].levels.clone()),
        _ => None,
    });
    places.expect("kept")
}

fn told(fx: &[Effect]) -> bool {
    fx.iter().any(|effect| matches!(effect, Effect::Notify { .. }))
}

/// Away from the terminal, with another chat open.
fn away(script: &mut Script) {
    script.open(13);
    script.event(Event::Focused(false));
}

#[test]
fn a_chat_tells_everything_mentions_or_nothing() {
    let mut script = Script::ready();
    script.open(12);
    let all = kept(&script.act(notify(NotifyLevel::All, false)));
    assert_eq!(all.len(), 1);
    assert!(script.notice().starts_with("From now on every message of"), "{}", script.notice());
    away(&mut script);
    assert!(told(&script.hear(said(chat(12), 301, ADA, "chatter"))));
    assert_eq!(script.state.core.account(HOME).unwrap().counts(Some(RUST)).unread, 1);

    script.event(Event::Focused(true));
    script.open(12);
    script.act(notify(NotifyLevel::Nothing, false));
    away(&mut script);
    let call = |id| Message { mentions_me: true, ..said(chat(12), id, ADA, "you there?") };
    script.state.core.account_mut(HOME).unwrap().caps.mentions_told = true;
    assert!(!told(&script.hear(call(302))));
    let account = script.state.core.account(HOME).unwrap();
    assert_eq!((account.counts(Some(RUST)).unread, account.counts(Some(RUST)).mentions), (0, 0));
    assert_eq!(levels::words(account, &account.chats[&ChatId::new(12)]), "muted");
    // The next unread chat is none of those.
    script.event(Event::Focused(true));
    script.act(Action::NextUnread);
    assert_ne!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(12)));

    script.open(12);
    let usual = kept(&script.act(notify(NotifyLevel::Default, false)));
    assert_eq!(usual, []);
}

#[test]
fn a_community_decides_for_chats_without_a_choice_of_their_own_and_all_of_it_is_kept() {
    let mut script = Script::ready();
    script.open(12);
    script.act(notify(NotifyLevel::Mentions, true));
    script.open(11);
    let all = kept(&script.act(notify(NotifyLevel::All, false)));
    assert_eq!(all.len(), 2);
    let chosen = |state: &State, id: u128| {
        let account = state.core.account(HOME).unwrap();
        levels::of(account, &account.chats[&ChatId::new(id)])
    };
    assert_eq!((chosen(&script.state, 11), chosen(&script.state, 12)), (NotifyLevel::All, NotifyLevel::Mentions));
    script.open(13);
    script.hear(said(chat(12), 301, ADA, "chatter"));
    assert_eq!(script.state.core.account(HOME).unwrap().counts(Some(RUST)).unread, 0, "nobody is called");
    let spec = AccountSpec { id: HOME, levels: all.clone(), ..AccountSpec::default() };
    let state = State::new(Arc::default(), vec![spec], true, 7, script.now);
    assert_eq!(state.core.account(HOME).unwrap().levels.to_keep(), all);
}

#[test]
fn a_network_that_keeps_it_is_left_alone_and_words_are_read() {
    let mut script = Script::ready();
    script.state.core.account_mut(HOME).unwrap().caps.notify_levels = true;
    let fx = script.act(notify(NotifyLevel::Nothing, false));
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::SaveAccounts(_))));
    assert!(script.notice().starts_with("This network keeps that itself"));
    assert_eq!(parse("notify none"), Ok(notify(NotifyLevel::Nothing, false)));
    assert_eq!(parse("notify-community usual"), Ok(notify(NotifyLevel::Default, true)));
    assert!(parse("notify loudly").is_err());
}
