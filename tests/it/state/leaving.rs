//! Accounts that are left: disabled, signed out, removed, somebody else's, or one that is there twice. What stays of them, and where the keyboard goes.

use super::accounts::{MISTIUM, Several, WORK, of};
use super::script::*;
use nib::domain::*;
use nib::state::action::{AccountAction, ComposeAction, TextEdit};
use nib::state::front::Overlay;
use nib::state::outbox::Stage;
use nib::state::ui::field::Field;
use nib::state::ui::form::{FieldKind, Form, FormPurpose, Input};
use nib::state::{Account, Action, Effect, Effects, Event, NetworkOffer, SamePerson, SignInWay};
use std::time::Duration;

fn known(several: &Several, id: AccountId) -> &Account {
    several.0.state.core.account(id).unwrap()
}

fn overlays(several: &Several) -> &[Overlay] {
    &several.0.state.front.as_ref().unwrap().overlays
}

fn open(several: &Several) -> Option<ChatKey> {
    several.0.state.front.as_ref().unwrap().pane.chat
}

fn form(several: &Several) -> &Form {
    match overlays(several).last() {
        Some(Overlay::Form(form)) => form,
        other => panic!("{other:?}"),
    }
}

fn account(several: &mut Several, action: AccountAction) -> Effects {
    several.0.act(Action::Account(action))
}

fn offers() -> Vec<NetworkOffer> {
    let offer = |key: &str, many, way| NetworkOffer {
        key: key.to_owned(),
        name: key.to_uppercase(),
        server: if many { String::new() } else { "wss://network".to_owned() },
        many,
        ways: vec![way],
        ..NetworkOffer::default()
    };
    vec![offer("one", false, SignInWay::MailPassword), offer("many", true, SignInWay::NamePassword)]
}

/// Three accounts; the second is of the network of many servers, and has the open chat.
fn at_work() -> Several {
    let mut several = Several::ready();
    several.0.state.networks = offers();
    let work = several.0.state.core.account_mut(WORK).unwrap();
    (work.network, work.status_text) = ("many".to_owned(), Some("at lunch".to_owned()));
    several.0.act(Action::OpenChat(of(WORK, 31)));
    several.0.arrange_bottom();
    several
}

fn signed_in(several: &mut Several, id: AccountId, me: u128) {
    let me = user(UserId::new(me), "somebody");
    let event = LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() };
    let fx = several.0.event(Event::Link(id, event));
    several.serve(fx);
}

fn go_down(several: &mut Several, id: AccountId) -> Effects {
    let down = LinkEvent::Down { reason: DownReason::Closed(None), retry_in: Duration::from_secs(3) };
    several.0.event(Event::Link(id, down))
}

fn no_sends(fx: &Effects) -> bool {
    !fx.iter().any(|effect| matches!(effect, Effect::Net { request: Request::Send(_), .. }))
}

#[test]
fn whoever_is_out_signs_in_again_where_the_account_is() {
    let mut several = at_work();
    go_down(&mut several, WORK);
    account(&mut several, AccountAction::SignOutNow(WORK));
    assert_eq!(known(&several, WORK).status_text.as_deref(), Some("at lunch"));
    account(&mut several, AccountAction::List);
    account(&mut several, AccountAction::SignOut("work".to_owned()));
    assert_eq!(several.0.notice(), "\"work\" is signed out already");
    several.0.act(Action::Cancel);
    several.0.act(Action::OpenChat(of(HOME, 11)));
    several.0.act(Action::Reconnect);
    let shown = form(&several);
    assert_eq!((&shown.purpose, shown.text(FieldKind::Server)), (&FormPurpose::SignIn(WORK), "ws://server"));
    assert!(shown.field(FieldKind::Network).is_none(), "it is of its network");
    // So it is after it was disabled, and with another person.
    let mut several = at_work();
    account(&mut several, AccountAction::Disable("work".to_owned()));
    assert_eq!((known(&several, WORK).network.as_str(), known(&several, WORK).disabled), ("many", true));
    account(&mut several, AccountAction::Enable("work".to_owned()));
    signed_in(&mut several, WORK, 77);
    let work = known(&several, WORK);
    assert_eq!((work.network.as_str(), work.label.as_str(), work.status_text.as_ref()), ("many", "work", None));
}

#[test]
fn what_waits_stays_here_when_its_account_is_left() {
    let leave: [fn(&mut Several) -> Effects; 3] = [
        |several| account(several, AccountAction::Disable("work".to_owned())),
        |several| account(several, AccountAction::RemoveNow(WORK)),
        |several| {
            let refused = Answer { request: sign_out(several), outcome: Ok(Reply::Done) };
            several.0.event(Event::Answer(WORK, refused))
        },
    ];
    for (number, leave) in leave.into_iter().enumerate() {
        let mut several = at_work();
        several.0.state.core.account_mut(WORK).unwrap().caps.fetch_marks_read = true;
        several.0.event(Event::Focused(false));
        assert!(several.0.send("one").is_some() && several.0.send("two").is_none());
        let fx = leave(&mut several);
        assert!(no_sends(&fx), "{number}: {fx:?}");
        let Some(work) = several.0.state.core.account(WORK) else { continue };
        let stages: Vec<Stage> = work.outbox.of(ChatId::new(31)).iter().map(|row| row.stage.clone()).collect();
        assert_eq!(stages, [Stage::Unconfirmed, Stage::Queued], "{number}");
        if number == 0 {
            account(&mut several, AccountAction::Enable("work".to_owned()));
            let me = user(ME, "me");
            let event = LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() };
            let fx = several.0.event(Event::Link(WORK, event));
            several.serve(fx);
            // The first one may still arrive.
            several.0.advance(Duration::from_secs(4));
            let rows = known(&several, WORK).outbox.of(ChatId::new(31));
            assert!(matches!(rows[1].stage, Stage::InFlight(_)), "nothing stands in its way: {rows:?}");
        }
    }
}

fn sign_out(several: &mut Several) -> RequestId {
    let fx = account(several, AccountAction::SignOutNow(WORK));
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { account: WORK, id, request: Request::SignOut, .. } => Some(*id),
        _ => None,
    });
    asked.expect("the network is asked")
}

#[test]
fn whoever_writes_on_while_the_sign_out_is_under_way_writes_to_nobody_else() {
    let mut several = at_work();
    let request = sign_out(&mut several);
    several.0.type_text("half a ");
    several.0.event(Event::Answer(WORK, Answer { request, outcome: Ok(Reply::Done) }));
    assert_ne!(open(&several).map(|chat| chat.account), Some(WORK));
    assert!(
        matches!(overlays(&several).last(), Some(Overlay::Note(note)) if note.sentence == "Signed out of \"work\"")
    );
    several.0.type_text("sentence");
    assert_eq!(several.0.composer(), "");
    several.0.act(Action::Accept);
    assert!(overlays(&several).is_empty());
    several.0.act(Action::Text(TextEdit::Yank));
    assert_eq!(several.0.composer(), "half a ");
    // Who writes elsewhere is not stopped.
    let mut several = at_work();
    let request = sign_out(&mut several);
    several.0.act(Action::OpenChat(chat(11)));
    several.0.type_text("to others");
    several.0.event(Event::Answer(WORK, Answer { request, outcome: Ok(Reply::Done) }));
    assert_eq!((overlays(&several).len(), several.0.composer().as_str()), (0, "to others"));
}

/// Whoever signs in has the name that was there before.
fn same_name(several: &mut Several) -> Effects {
    let me = user(ME, "me");
    let event = LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() };
    several.0.event(Event::Link(WORK, event))
}

/// Fills in the form that is shown, and goes on with it.
fn sign_in_at(several: &mut Several, server: &str) -> Effects {
    let front = several.0.state.front.as_mut().unwrap();
    let Some(Overlay::Form(form)) = front.overlays.last_mut() else { panic!("no form") };
    for (kind, text) in [(FieldKind::Server, server), (FieldKind::Login, "me"), (FieldKind::Password, "x")] {
        form.fields.iter_mut().find(|field| field.kind == kind).unwrap().input = Input::Text(Field::with(text));
    }
    form.at = form.fields.len() - 1;
    several.0.act(Action::Accept)
}

#[test]
fn a_try_elsewhere_changes_an_account_when_it_is_taken() {
    let mut several = at_work();
    several.refuse(WORK, "not now");
    several.0.act(Action::Reconnect);
    let at = |several: &Several| (known(several, WORK).server.clone(), known(several, WORK).keeps_drafts);
    let before = at(&several);
    let fx = sign_in_at(&mut several, "ws://other");
    let tried = |effect: &Effect| matches!(effect, Effect::SignIn { server, .. } if server == "ws://other");
    assert!(fx.iter().any(tried), "{fx:?}");
    assert_eq!(at(&several), before);
    go_down(&mut several, WORK);
    several.0.act(Action::Cancel);
    assert_eq!(at(&several), before);
    let fx = several.0.act(Action::Reconnect);
    assert!(fx.contains(&Effect::Connect(WORK)), "{fx:?}");
    several.refuse(WORK, "not now");
    several.0.act(Action::Reconnect);
    sign_in_at(&mut several, "ws://other");
    several.sign_in(WORK);
    assert_eq!(known(&several, WORK).server, "ws://other");
}

#[test]
fn nothing_written_for_one_server_goes_to_another_where_names_are_the_same() {
    let mut several = at_work();
    go_down(&mut several, WORK);
    several.0.state.core.account_mut(WORK).unwrap().keeps_drafts = true;
    several.0.send("the secret plan");
    several.0.act(Action::OpenChat(of(WORK, 11)));
    several.0.type_text("half a secret");
    several.0.act(Action::OpenChat(of(HOME, 31)));
    assert_eq!(known(&several, WORK).outbox.of(ChatId::new(31)).len(), 1);
    several.refuse(WORK, "banned");
    several.0.act(Action::OpenChat(of(WORK, 31)));
    several.0.act(Action::Reconnect);
    sign_in_at(&mut several, "ws://other");
    let fx = same_name(&mut several);
    assert!(known(&several, WORK).me == ME && known(&several, WORK).server == "ws://other");
    assert!(no_sends(&fx), "{fx:?}");
    let rows = known(&several, WORK).outbox.of(ChatId::new(31));
    assert!(rows.iter().all(|row| matches!(row.stage, Stage::Failed(_))), "{rows:?}");
    assert!(known(&several, WORK).chats.is_empty());
    several.serve(fx);
    several.0.act(Action::OpenChat(of(WORK, 11)));
    assert_eq!(several.0.composer(), "");
    // At the same server, however that is written, it goes on its way.
    let mut several = at_work();
    go_down(&mut several, WORK);
    several.0.send("on its way");
    let server = known(&several, WORK).server.clone();
    several.refuse(WORK, "void");
    several.0.act(Action::Reconnect);
    sign_in_at(&mut several, &(server.to_uppercase() + "/"));
    let fx = same_name(&mut several);
    assert!(!no_sends(&fx), "{fx:?}");
}

#[test]
fn a_person_who_is_there_twice_is_one_account() {
    let mut several = at_work();
    several.refuse(HOME, "void");
    several.0.type_text("half a sentence");
    let told = |stays| Event::TokenKept {
        account: WORK,
        label: Some("robin".to_owned()),
        renewed: true,
        same: Some(SamePerson { other: HOME, stays }),
        note: None,
    };
    let fx = several.0.event(told(false));
    assert!(fx.contains(&Effect::Disconnect(WORK)) && fx.contains(&Effect::RemoveAccount(WORK)), "{fx:?}");
    assert!(fx.contains(&Effect::Connect(HOME)), "its sign-in is renewed");
    assert_eq!(several.0.state.core.accounts.iter().map(|one| one.id).collect::<Vec<_>>(), [HOME, MISTIUM]);
    assert!(matches!(overlays(&several).last(), Some(Overlay::Note(_))));
    several.0.act(Action::Accept);
    several.0.act(Action::Text(TextEdit::Yank));
    assert_eq!(several.0.composer(), "half a sentence");
    // One that has a place in the list keeps it.
    let mut several = at_work();
    several.0.event(told(true));
    assert!(matches!(known(&several, WORK).link, LinkPhase::SignedOut { .. }));
    assert_eq!((known(&several, WORK).label.as_str(), known(&several, WORK).me), ("work", UserId::default()));
    assert!(several.0.notice().contains("\"robin\""), "{}", several.0.notice());
}

#[test]
fn a_try_that_was_given_up_is_nobody() {
    let mut several = at_work();
    account(&mut several, AccountAction::Add);
    let front = several.0.state.front.as_mut().unwrap();
    let Some(Overlay::Form(form)) = front.overlays.last_mut() else { panic!("no form") };
    for field in &mut form.fields {
        match field.kind {
            FieldKind::Server => field.input = Input::Text(Field::with("chats.example.org")),
            FieldKind::Login | FieldKind::Password => field.input = Input::Text(Field::with("somebody")),
            _ => {}
        }
    }
    form.at = form.fields.len() - 1;
    let fx = several.0.act(Action::Accept);
    assert!(fx.iter().any(|effect| matches!(effect, Effect::SignIn { .. })), "{fx:?}");
    several.0.act(Action::Cancel);
    several.0.act(Action::Cancel);
    assert_eq!(several.0.state.core.accounts.len(), 4);
    let fx = several.0.act(Action::Reconnect);
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::Connect(_))), "{fx:?}");
    assert!(overlays(&several).is_empty());
}

#[test]
fn questions_and_forms_of_whoever_left_go_along() {
    let asks = [
        Action::DeleteThreadNow(of(WORK, 31)),
        Action::EndPollNow(of(WORK, 31), MessageId::new(1)),
        Action::Account(AccountAction::SignOutNow(WORK)),
        Action::Account(AccountAction::RemoveNow(WORK)),
    ];
    for action in asks {
        let mut several = at_work();
        let question = nib::state::front::Question::yes_no(String::new(), "Yes", action.clone());
        several.0.state.front.as_mut().unwrap().overlays.push(Overlay::Question(question));
        signed_in(&mut several, WORK, 77);
        assert!(overlays(&several).is_empty(), "{action:?}");
    }
    for purpose in [FormPurpose::Thread(of(WORK, 31)), FormPurpose::ThreadTitle(of(WORK, 31))] {
        let mut several = at_work();
        let form = Form::new(purpose, Vec::new());
        several.0.state.front.as_mut().unwrap().overlays.push(Overlay::Form(Box::new(form)));
        account(&mut several, AccountAction::Disable("work".to_owned()));
        assert!(overlays(&several).is_empty());
    }
}

/// What is written in the open chat, and what yank brings to it.
fn written_and_yanked(several: &mut Several) -> (String, String) {
    let written = several.0.composer();
    several.0.act(Action::Clear);
    several.0.act(Action::Text(TextEdit::KillToStart));
    several.0.state.front.as_mut().unwrap().pane.composer.set_text("");
    several.0.act(Action::Text(TextEdit::Yank));
    (written, several.0.composer())
}

#[test]
fn whoever_signs_in_next_finds_nothing_that_the_one_before_wrote() {
    let mut several = at_work();
    several.0.state.core.account_mut(WORK).unwrap().keeps_drafts = true;
    several.0.send("a secret");
    several.0.act(Action::OpenChat(of(WORK, 11)));
    // A change that was refused, and one that was left.
    let own = |id| Message { chat: ChatId::new(11), ..said(chat(11), id, ME, "mine") };
    for id in [11, 12] {
        let message = own(id).into();
        let update = Update::MessageCreated { message, unread: None, author: None, nonce: None };
        several.0.event(Event::Update(WORK, update));
    }
    several.0.act(Action::Compose(ComposeAction::EditLast));
    several.0.type_text(", to nobody else");
    let fx = several.0.act(Action::Send);
    let change = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::Edit { .. }, .. } => Some(*id),
        _ => None,
    });
    several.0.act(Action::OpenChat(of(WORK, 31)));
    let refused = Answer { request: change.expect("it goes out"), outcome: Err(refusal(RefusalKind::Forbidden)) };
    several.0.event(Event::Answer(WORK, refused));
    let me = user(UserId::new(77), "ada");
    let event = LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() };
    let fx = several.0.event(Event::Link(WORK, event));
    // It is a draft of who wrote it, told before the account is known as the other person's.
    let told = writes(&fx).into_iter().find_map(|write| match write {
        kept::Write::Draft { chat, draft } if *chat == of(WORK, 11) => Some(draft),
        _ => None,
    });
    assert_eq!(told.expect("it is kept").left[0].text, "mine, to nobody else");
    several.serve(fx);
    for chat in [31, 11] {
        several.0.act(Action::OpenChat(of(WORK, chat)));
        several.0.act(Action::Compose(ComposeAction::HistoryPrevious));
        assert_eq!(several.0.composer(), "");
    }
    let fx = several.0.event(Event::Terminate);
    assert!(!format!("{fx:?}").contains("nobody else"), "{fx:?}");
}

#[test]
fn another_person_in_one_account_takes_nothing_from_what_is_written_in_another() {
    let mut several = at_work();
    several.0.state.core.account_mut(WORK).unwrap().keeps_drafts = true;
    several.0.type_text("a secret");
    several.0.act(Action::Text(TextEdit::KillToStart));
    several.0.act(Action::OpenChat(of(HOME, 11)));
    several.0.type_text("half a thought");
    signed_in(&mut several, WORK, 77);
    assert_eq!(open(&several), Some(of(HOME, 11)));
    let (written, yanked) = written_and_yanked(&mut several);
    assert_eq!(written, "half a thought");
    assert!(!yanked.contains("secret"), "{yanked}");
}
