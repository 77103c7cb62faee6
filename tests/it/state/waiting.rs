//! A chat that the user went to and that is not here yet: nothing typed meanwhile goes to the chat that was open before.

use super::accounts::{MISTIUM, Several};
use super::script::*;
use nib::domain::*;
use nib::input::{Key, Keymap};
use nib::state::action::TextEdit;
use nib::state::front::Overlay;
use nib::state::{Action, Effect, Effects, Event};

const ZOE: UserId = UserId::new(9);

fn waiting(script: &Script) -> Option<(String, Option<String>)> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Waiting(waiting)) => Some((waiting.text.text(), waiting.failed.clone())),
        _ => None,
    }
}

fn open(script: &Script) -> Option<ChatKey> {
    script.state.front.as_ref().unwrap().pane.chat
}

/// Types a line and Enter, twice, and sees to it that nothing of it is sent.
fn type_secrets(script: &mut Script) {
    for line in ["secret", "more"] {
        script.type_text(line);
        assert!(sends(&script.act(Action::Send)).is_empty());
        assert!(sends(&script.act(Action::Accept)).is_empty());
        script.act(Action::Text(TextEdit::Backspace));
    }
    assert_eq!((open(script), script.composer()), (Some(chat(11)), String::new()));
    assert!(script.rows(11).is_empty());
}

fn asked(fx: &Effects, wanted: &Request) -> RequestId {
    let found = fx.iter().find_map(|effect| match effect {
        nib::state::Effect::Net { id, request, .. } if request == wanted => Some(*id),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{fx:?}"))
}

fn direct() -> Result<Reply, Refusal> {
    let kind = ChatKind::Direct { peer: ZOE };
    let new = Chat { id: ChatId::new(39), kind, wire: CleanText::ours("39"), ..Chat::default() };
    Ok(Reply::Chat(Bundle { chats: vec![new], ..Bundle::default() }))
}

fn command(script: &mut Script, line: &str) -> Effects {
    script.type_text(line);
    script.act(Action::Send)
}

#[test]
fn what_is_typed_after_write_waits_for_that_chat() {
    let mut script = Script::ready();
    let fx = command(&mut script, "/write @zoe");
    let lookup = asked(&fx, &Request::LookupUsername("zoe".to_owned()));
    type_secrets(&mut script);
    let fx = script.answer(lookup, Ok(Reply::User(user(ZOE, "zoe"))));
    script.type_text("!");
    let fx = script.answer(asked(&fx, &Request::FetchDirect(ZOE)), direct());
    assert!(sends(&fx).is_empty());
    assert_eq!((open(&script), waiting(&script)), (Some(chat(39)), None));
    assert_eq!(script.composer(), "secret\nmore\n!", "it is sent only by another Enter");
    // Somebody known is there at once.
    command(&mut script, "/write @ada");
    script.open(11);
    command(&mut script, "/write @ada");
    assert_eq!((open(&script), waiting(&script)), (Some(chat(31)), None));
}

#[test]
fn a_chat_that_does_not_come_keeps_what_was_typed() {
    let mut script = Script::ready();
    let fx = command(&mut script, "/write @zoe");
    type_secrets(&mut script);
    script.answer(asked(&fx, &Request::LookupUsername("zoe".to_owned())), Err(refusal(RefusalKind::TimedOut)));
    assert_eq!(waiting(&script).unwrap().1.as_deref(), Some("@zoe: no"));
    type_secrets(&mut script);
    script.act(Action::Cancel);
    assert_eq!((waiting(&script), open(&script), script.composer()), (None, Some(chat(11)), String::new()));
    script.act(Action::Text(TextEdit::Yank));
    assert!(script.composer().starts_with("secret\nmore"));
}

#[test]
fn a_chat_that_was_given_up_does_not_open_by_itself() {
    let mut script = Script::ready();
    let fx = command(&mut script, "/write @zoe");
    script.type_text("secret");
    script.act(Action::Cancel);
    assert!(script.notice().starts_with("What you typed is kept"));
    script.type_text("to all");
    let lookup = asked(&fx, &Request::LookupUsername("zoe".to_owned()));
    let fx = script.answer(lookup, Ok(Reply::User(user(ZOE, "zoe"))));
    assert_eq!((requests(&fx), open(&script), script.composer()), (vec![], Some(chat(11)), "to all".to_owned()));
    // The same from the form.
    script.act(Action::Clear);
    script.act(Action::Write(String::new()));
    script.type_text("yan");
    let fx = script.act(Action::Accept);
    script.act(Action::Cancel);
    script.act(Action::Cancel);
    script.answer(asked(&fx, &Request::LookupUsername("yan".to_owned())), Ok(Reply::User(user(ADA, "yan"))));
    assert_eq!(open(&script), Some(chat(11)));
}

#[test]
fn who_goes_elsewhere_meanwhile_is_left_there() {
    let mut script = Script::ready();
    let fx = command(&mut script, "/write @zoe");
    script.type_text("secret");
    script.open(12);
    assert_eq!((open(&script), waiting(&script), script.composer()), (Some(chat(12)), None, String::new()));
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), "secret");
    script.answer(asked(&fx, &Request::LookupUsername("zoe".to_owned())), Ok(Reply::User(user(ADA, "zoe"))));
    assert_eq!(open(&script), Some(chat(12)));
    // A chat that goes by itself is no choice of the user.
    command(&mut script, "/write @yan");
    script.act(Action::Cancel);
    script.open(11);
    command(&mut script, "/write @yan");
    script.type_text("secret");
    script.receive(Update::ChatRemoved(ChatId::new(11)));
    assert_eq!(waiting(&script).unwrap().0, "secret");
}

#[test]
fn writing_from_a_card_waits_as_well() {
    let mut script = Script::ready();
    script.receive(Update::UserChanged(Box::new(user(ZOE, "zoe"))));
    script.act(Action::Who("zoe".to_owned()));
    let fx = script.act(Action::Accept);
    type_secrets(&mut script);
    script.answer(asked(&fx, &Request::FetchDirect(ZOE)), direct());
    assert_eq!((open(&script), script.composer()), (Some(chat(39)), "secret\nmore".to_owned()));
}

fn invite(id: u128) -> Result<Reply, Refusal> {
    let target = InviteTarget::Community(CommunityId::new(id));
    let name = CleanText::ours(if id == 300 { "Tea" } else { "Zig" });
    Ok(Reply::Invite(Box::new(Invite { target, name, members: None, by: None })))
}

#[test]
fn what_was_joined_is_waited_for() {
    let mut script = Script::ready();
    let code = Secret::new("abc".to_owned());
    let fx = command(&mut script, "/join abc");
    script.answer(asked(&fx, &Request::LookupInvite(code.clone())), invite(300));
    let fx = script.act(Action::Accept);
    let fx = script.answer(asked(&fx, &Request::UseInvite(code)), Ok(Reply::Done));
    type_secrets(&mut script);
    let tea = Community {
        id: CommunityId::new(300),
        name: CleanText::ours("Tea"),
        permissions: Permissions::VIEW.union(Permissions::SEND),
        available: true,
        ..Community::default()
    };
    let Some(Reply::Communities { mut communities, .. }) = Script::reply(&Request::FetchCommunities) else { panic!() };
    // Another one, since the script's server has the same channel in all but the first.
    communities.truncate(1);
    communities.push(tea);
    let reply = Reply::Communities { communities, counts: Vec::new() };
    let fx = script.answer(asked(&fx, &Request::FetchCommunities), Ok(reply));
    script.serve(fx);
    assert_eq!((open(&script), script.composer()), (Some(chat(21)), "secret\nmore".to_owned()));
}

#[test]
fn an_invite_to_where_one_is_goes_there() {
    let mut script = Script::ready();
    let code = Secret::new("abc".to_owned());
    let fx = command(&mut script, "/join abc");
    script.answer(asked(&fx, &Request::LookupInvite(code.clone())), invite(200));
    assert_eq!((open(&script), waiting(&script)), (Some(chat(21)), None));
    assert_eq!(script.notice(), "You are in Zig already");
    // Its channels are not here yet: they are asked for, and waited for.
    script.open(11);
    script.state.core.accounts[0].channels_loaded.remove(&ZIG);
    let fx = command(&mut script, "/join abc");
    let fx = script.answer(asked(&fx, &Request::LookupInvite(code)), invite(200));
    type_secrets(&mut script);
    let channels = asked(&fx, &Request::FetchChannels(ZIG));
    let reply = Script::reply(&Request::FetchChannels(ZIG)).unwrap();
    script.answer(channels, Ok(reply));
    assert_eq!((open(&script), script.composer()), (Some(chat(21)), "secret\nmore".to_owned()));
}

#[test]
fn an_invite_that_was_given_up_opens_nothing() {
    let mut script = Script::ready();
    let code = Secret::new("abc".to_owned());
    let fx = command(&mut script, "/join abc");
    script.answer(asked(&fx, &Request::LookupInvite(code.clone())), invite(300));
    let fx = script.act(Action::Accept);
    script.act(Action::Cancel);
    script.act(Action::Cancel);
    script.type_text("to all");
    script.answer(asked(&fx, &Request::UseInvite(code)), Ok(Reply::Done));
    assert_eq!((open(&script), waiting(&script), script.composer()), (Some(chat(11)), None, "to all".to_owned()));
}

/// Keys as a terminal tells them, through the keymap.
fn press(script: &mut Script, keys: &[&str]) -> Effects {
    let mut effects = Vec::new();
    for key in keys {
        let key: Key = key.parse().expect("a key");
        let contexts = script.state.front.as_ref().unwrap().contexts();
        if let Some(action) = Keymap::default().action(key, &contexts, script.state.takes_text()) {
            effects.extend(script.act(action));
        }
    }
    effects
}

#[test]
fn what_is_typed_while_accounts_are_on_their_way_is_the_draft_of_the_first_chat() {
    let mut script = Script::fresh(true);
    script.state.has_demo = true;
    script.event(Event::Started);
    let fx = press(&mut script, &["t", "s", "space", "n", "c", "w", "enter", "o"]);
    assert!(!fx.contains(&Effect::Demo));
    assert_eq!(waiting(&script).unwrap(), ("ts ncw\no".to_owned(), None));
    script.sign_in();
    assert_eq!((open(&script), waiting(&script)), (Some(chat(11)), None));
    assert_eq!(script.composer(), "ts ncw\no");
    assert!(script.rows(11).is_empty(), "nothing was sent");
}

#[test]
fn the_page_at_the_start_takes_arrows_and_enter() {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    press(&mut script, &["down", "up", "enter"]);
    assert!(matches!(script.state.front.as_ref().unwrap().overlays.last(), Some(Overlay::Help { .. })));
}

#[test]
fn what_was_typed_ahead_is_kept_when_no_chat_comes() {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    press(&mut script, &["h", "i"]);
    script.link(LinkEvent::Refused { code: 0, reason: CleanText::ours("no"), about: None });
    // The form to sign in with lies on top.
    script.act(Action::Cancel);
    assert_eq!(waiting(&script).unwrap().1.as_deref(), Some("There is no chat to write in yet"));
    press(&mut script, &["esc", "x"]);
    assert_eq!(waiting(&script), None);
    // Whoever is let in again finds it there.
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), "hi");
}

#[test]
fn who_quits_before_the_first_chat_is_here_is_asked_first() {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    press(&mut script, &["h", "i", "enter"]);
    assert!(!script.act(Action::Quit).contains(&Effect::Quit));
    let Some(Overlay::Question(question)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!() };
    assert_eq!(question.text, "1 text whose chat is not open yet would be lost");
    // Meanwhile the chat comes, and the text is a draft of it.
    script.sign_in();
    assert_eq!((open(&script), script.composer().as_str()), (Some(chat(11)), "hi"));
    script.act(Action::Cancel);
    script.act(Action::Clear);
    assert!(script.act(Action::Quit).contains(&Effect::Quit));
}

#[test]
fn whoever_has_an_account_is_asked_before_it_makes_way_for_the_demo() {
    let mut script = Script::fresh(true);
    script.state.has_demo = true;
    script.event(Event::Started);
    script.link(LinkEvent::Refused { code: 0, reason: CleanText::ours("no"), about: None });
    script.act(Action::Cancel);
    assert!(!press(&mut script, &["t"]).contains(&Effect::Demo));
    let Some(Overlay::Question(question)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!() };
    assert!(question.text.starts_with("Leave for the demo?") && question.selected == 0);
    assert!(!script.act(Action::Accept).contains(&Effect::Demo));
    press(&mut script, &["t"]);
    script.act(Action::Move(1));
    assert!(script.act(Action::Accept).contains(&Effect::Demo));
}

#[test]
fn a_card_writes_through_the_account_that_has_the_direct_chats_of_the_network() {
    let mut several = Several::ready();
    for (id, network, directs) in [(0, "tea", false), (1, "coffee", true), (2, "tea", true)] {
        let account = &mut several.0.state.core.accounts[id];
        account.network = network.to_owned();
        account.caps.directs = directs;
        account.chats.retain(|_, chat| !matches!(chat.kind, ChatKind::Direct { .. }));
    }
    several.0.act(Action::Who("ada".to_owned()));
    let fx = several.0.act(Action::Accept);
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { account, id, request: Request::LookupUsername(name), .. } if name == "ada" => {
            Some((*account, *id))
        }
        _ => None,
    });
    let (account, id) = asked.expect("somebody is looked for");
    assert_eq!(account, MISTIUM);
    let outcome = Ok(Reply::User(user(ADA, "ada")));
    let fx = several.0.event(Event::Answer(MISTIUM, Answer { request: id, outcome }));
    let begun =
        |effect: &Effect| matches!(effect, Effect::Net { account: MISTIUM, request: Request::FetchDirect(ADA), .. });
    assert!(fx.iter().any(begun), "{fx:?}");
}
