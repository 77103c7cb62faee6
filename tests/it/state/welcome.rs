//! From the first start to the first message: the offers, the forms for signing in and up, invites, people, and leaving again.

use super::script::*;
use nib::domain::*;
use nib::state::front::{Hit, Overlay};
use nib::state::requests::Purpose;
use nib::state::ui::form::{FieldKind, Form, FormPurpose};
use nib::state::ui::welcome::{Standing, offers, standing};
use nib::state::{Action, Effect, Event, NetworkOffer, SignInProof, SignInWay, State};
use std::sync::Arc;
use std::time::Duration;

const TEA: CommunityId = CommunityId::new(300);

fn form(script: &Script) -> Option<Form> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Form(form)) => Some((**form).clone()),
        _ => None,
    }
}

/// What is wrong with the field that has the cursor.
fn wrong(script: &Script) -> (FieldKind, String) {
    let form = form(script).unwrap();
    let field = &form.fields[form.at];
    (field.kind, field.error.clone().unwrap_or_default())
}

/// A network with one server.
fn plain() -> NetworkOffer {
    NetworkOffer {
        key: "plain".to_owned(),
        name: "Plain".to_owned(),
        server: "wss://network".to_owned(),
        many: false,
        ways: vec![SignInWay::MailPassword, SignInWay::SignUpMail],
        ..NetworkOffer::default()
    }
}

fn stranger() -> Script {
    let mut script = Script::fresh(true);
    script.state = State::new(Arc::default(), Vec::new(), true, 7, script.now);
    script.state.networks = vec![plain()];
    script.state.has_demo = true;
    script.event(Event::Started);
    script
}

fn offered(script: &Script) -> Vec<&'static str> {
    offers(&script.state).into_iter().map(|offer| offer.action).collect()
}

/// Signed in, and nothing there.
fn empty() -> Script {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    let me = User { id: ME, name: CleanText::ours("me"), ..User::default() };
    let fx = script.link(LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() });
    for effect in fx {
        let Effect::Net { id, request, .. } = effect else { continue };
        script.answer(
            id,
            Ok(match request {
                Request::FetchCommunities => Reply::Communities { communities: Vec::new(), counts: Vec::new() },
                _ => Reply::Chats { bundle: Bundle::default(), complete: true },
            }),
        );
    }
    assert_eq!(script.state.core.accounts[0].link, LinkPhase::Online);
    script
}

/// The only request that effects make.
fn asked(effects: &[Effect]) -> (RequestId, Request) {
    let asked: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Net { id, request, .. } => Some((*id, request.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(asked.len(), 1, "{effects:?}");
    asked[0].clone()
}

fn tea(members: Option<u32>) -> Invite {
    Invite {
        target: InviteTarget::Community(TEA),
        name: CleanText::ours("Tea"),
        members,
        by: Some(CleanText::ours("ada")),
    }
}

fn community(id: CommunityId, name: &str) -> Community {
    let permissions = Permissions::VIEW.union(Permissions::SEND);
    Community { id, name: CleanText::new(name), permissions, available: true, ..Community::default() }
}

#[test]
fn a_stranger_is_offered_a_way_in_and_walks_the_offers() {
    let mut script = stranger();
    assert_eq!(standing(&script.state), Standing::Stranger);
    assert_eq!(offered(&script), ["sign-in", "sign-up", "demo", "help", "quit"]);
    assert!(form(&script).is_none(), "nothing is asked before it is chosen");
    script.type_text("not a draft");
    script.act(Action::Move(1));
    script.act(Action::Send);
    assert!(matches!(form(&script).unwrap().purpose, FormPurpose::SignUp(AccountId(0))));
    script.act(Action::Cancel);
    script.act(Action::Move(1));
    let fx = script.act(Action::Accept);
    assert!(fx.contains(&Effect::Demo) && !fx.contains(&Effect::Quit));
    script.act(Action::Move(-3));
    assert_eq!(script.act(Action::Accept), [Effect::Quit], "it comes round");
    script.state.has_demo = false;
    assert!(!offered(&script).contains(&"demo"));
    assert!(!script.act(Action::Demo).contains(&Effect::Demo));
}

#[test]
fn offers_and_fields_are_pointed_at() {
    let mut script = stranger();
    script.act(Action::Point(Hit::Item(1)));
    assert!(matches!(form(&script).unwrap().purpose, FormPurpose::SignUp(_)));
    script.act(Action::Point(Hit::Item(3)));
    script.type_text("secret");
    script.act(Action::Point(Hit::Item(4)));
    assert_eq!(form(&script).unwrap().chosen(FieldKind::Stay), 0, "it is gone to first");
    script.act(Action::Point(Hit::Item(4)));
    assert_eq!(form(&script).unwrap().chosen(FieldKind::Stay), 1);
    script.act(Action::Point(Hit::Item(99)));
    script.act(Action::Point(Hit::Outside));
    assert_eq!(form(&script).unwrap().text(FieldKind::Password), "secret");
}

#[test]
fn signing_in_says_what_is_wrong_at_the_field_and_keeps_what_was_typed() {
    let mut script = stranger();
    script.act(Action::SignIn);
    assert_eq!(form(&script).unwrap().text(FieldKind::Server), "wss://network");
    script.act(Action::Accept);
    assert_eq!(wrong(&script), (FieldKind::Login, "Type your e-mail address".to_owned()));
    script.type_text("me@home");
    assert_eq!(wrong(&script).1, "", "typing takes it away");
    script.act(Action::Accept);
    script.act(Action::Paste("secret\n".to_owned()));
    let sign_in = Effect::SignIn {
        account: HOME,
        network: "plain".to_owned(),
        server: "wss://network".to_owned(),
        proof: SignInProof::Password { login: "me@home".to_owned(), password: Secret::new("secret".to_owned()) },
        admission: Admission::default(),
        keep: true,
    };
    assert_eq!(script.act(Action::Accept), std::slice::from_ref(&sign_in));
    assert!(form(&script).unwrap().working.is_some());
    assert_eq!(script.act(Action::Accept), [], "not twice");
    script.type_text("x");
    let reason = CleanText::ours("E-mail or password is wrong.");
    script.link(LinkEvent::Refused { code: 401, reason, about: Some(SignInPart::Password) });
    assert_eq!(wrong(&script), (FieldKind::Password, "E-mail or password is wrong.".to_owned()));
    assert_eq!(standing(&script.state), Standing::Stranger, "nobody has signed in");
    let shown = form(&script).unwrap();
    assert_eq!((shown.text(FieldKind::Login), shown.text(FieldKind::Password)), ("me@home", "secret"));
    script.act(Action::Cancel);
    assert!(form(&script).is_none());
    script.act(Action::SignIn);
    assert_eq!(form(&script).unwrap().text(FieldKind::Password), "", "a secret goes when the form is closed");
    assert_eq!(form(&script).unwrap().text(FieldKind::Login), "me@home", "closed by mistake");
    script.type_text("secret");
    // Only for this run.
    script.act(Action::Move(1));
    script.act(Action::Text(nib::state::action::TextEdit::Right));
    let Effect::SignIn { keep, .. } = &script.act(Action::Accept)[0] else { panic!() };
    assert!(!keep);
    let reason = DownReason::Unreachable { host: CleanText::ours("network"), why: CleanText::ours("refused") };
    script.link(LinkEvent::Down { reason, retry_in: Duration::from_secs(1) });
    assert_eq!(wrong(&script), (FieldKind::Server, "no connection to network: refused".to_owned()));
}

#[test]
fn a_try_that_failed_is_over_and_none_goes_on_behind_the_form() {
    let down = || LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) };
    let mut script = at_the_sign_in();
    assert_eq!(script.link(down()), [Effect::Disconnect(HOME)]);
    assert_eq!(script.state.core.account(HOME).unwrap().link, LinkPhase::Idle);
    assert!(form(&script).unwrap().told.is_some(), "it says what happened");
    // The same while a code is asked for.
    script.act(Action::Accept);
    script.link(LinkEvent::CodeNeeded { recovery: false, wrong: false });
    script.type_text("123456");
    assert_eq!(requests(&script.act(Action::Accept)).len(), 1);
    assert!(script.link(down()).contains(&Effect::Disconnect(HOME)));
    assert!(form(&script).unwrap().field(FieldKind::Code).is_none());
    // A connection that is lost once it was signed in is dialled again as ever.
    script.act(Action::Accept);
    script.sign_in();
    assert!(!script.link(down()).contains(&Effect::Disconnect(HOME)));
}

/// Somebody who has sent name and password off.
fn at_the_sign_in() -> Script {
    let mut script = stranger();
    script.act(Action::SignIn);
    script.type_text("me@home");
    script.act(Action::Accept);
    script.type_text("secret");
    script.act(Action::Accept);
    script
}

/// Somebody whose password was taken, and who is asked for a code.
fn at_the_code(recovery: bool) -> Script {
    let mut script = at_the_sign_in();
    script.link(LinkEvent::CodeNeeded { recovery, wrong: false });
    script
}

#[test]
fn a_code_is_asked_for_until_it_is_right_and_nothing_else_can_be_changed() {
    let mut script = at_the_code(true);
    script.act(Action::Accept);
    assert_eq!(wrong(&script), (FieldKind::Code, "Type the code".to_owned()));
    script.act(Action::Move(1));
    script.type_text("417283");
    let fx = script.act(Action::Accept);
    assert_eq!(requests(&fx), [Request::SignInCode(Secret::new("417283".to_owned()))]);
    assert!(!format!("{:?} {fx:?}", script.state).contains("417283"), "a code is a secret");
    let (id, _) = asked(&fx);
    script.answer(id, Err(refusal(RefusalKind::Invalid)));
    script.link(LinkEvent::CodeNeeded { recovery: true, wrong: true });
    assert_eq!(wrong(&script), (FieldKind::Code, "That code was not right".to_owned()));
    assert_eq!(form(&script).unwrap().text(FieldKind::Code), "");
    let fx = script.act(Action::Cancel);
    assert_eq!(fx, [Effect::Disconnect(HOME)], "the try is given up");
    let shown = form(&script).unwrap();
    assert!(shown.field(FieldKind::Code).is_none() && shown.fields.iter().all(|field| !field.fixed));
    assert_eq!(shown.text(FieldKind::Password), "secret");
    script.act(Action::Accept);
    script.link(LinkEvent::CodeNeeded { recovery: false, wrong: false });
    script.type_text("123456");
    script.act(Action::Accept);
    script.sign_in();
    assert!(form(&script).is_none());
    script.act(Action::SignIn);
    assert_eq!(form(&script).unwrap().text(FieldKind::Password), "", "gone with the form");
}

#[test]
fn a_code_that_cannot_be_handed_in_is_said_so() {
    let mut script = at_the_code(false);
    script.type_text("123456");
    let (id, _) = asked(&script.act(Action::Accept));
    script.event(Event::NotTaken(HOME, id));
    assert_eq!(wrong(&script), (FieldKind::Code, "there is no connection".to_owned()));
}

#[test]
fn an_account_is_made_with_the_token_from_the_mail() {
    let mut script = stranger();
    script.act(Action::SignUp);
    for text in ["Me Myself", "me@home", "long enough"] {
        script.type_text(text);
        let fx = script.act(Action::Accept);
        if text != "long enough" {
            continue;
        }
        let Effect::SignIn { proof: SignInProof::SignUp { name, login, password }, .. } = &fx[0] else {
            panic!("{fx:?}")
        };
        assert_eq!((name.as_str(), login.as_str(), password.expose()), ("Me Myself", "me@home", "long enough"));
    }
    let taken = CleanText::ours("There is an account with this e-mail address already.");
    script.link(LinkEvent::Refused { code: 409, reason: taken.clone(), about: Some(SignInPart::Login) });
    assert_eq!(wrong(&script), (FieldKind::Login, taken.to_string()));
    assert!(matches!(form(&script).unwrap().purpose, FormPurpose::SignUp(_)));
    script.type_text(".example");
    let fx = script.act(Action::Accept);
    assert!(
        matches!(&fx[0], Effect::SignIn { proof: SignInProof::SignUp { login, .. }, .. } if login == "me@home.example")
    );
    script.link(LinkEvent::VerificationNeeded { wrong: false });
    assert_eq!(form(&script).unwrap().fields.last().unwrap().label, "Token");
    script.type_text("nope");
    script.act(Action::Accept);
    script.link(LinkEvent::VerificationNeeded { wrong: true });
    assert_eq!(wrong(&script), (FieldKind::Code, "That token was not right".to_owned()));
    script.type_text("abcd");
    let fx = script.act(Action::Accept);
    assert_eq!(requests(&fx), [Request::SignInCode(Secret::new("abcd".to_owned()))]);
    script.sign_in();
    assert!(form(&script).is_none());
}

#[test]
fn a_new_account_never_takes_the_place_of_one_that_somebody_has() {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    script.link(LinkEvent::Refused { code: 403, reason: CleanText::ours("void"), about: None });
    script.act(Action::Cancel);
    assert_eq!((standing(&script.state), offered(&script)[0]), (Standing::SignedOut, "sign-in"));
    script.act(Action::SignUp);
    assert!(matches!(form(&script).unwrap().purpose, FormPurpose::SignUp(AccountId(1))));
    script.act(Action::Cancel);
    script.act(Action::SignIn);
    assert!(matches!(form(&script).unwrap().purpose, FormPurpose::SignIn(AccountId(0))));
}

#[test]
fn a_look_up_that_is_given_up_is_not_waited_for() {
    let mut script = empty();
    script.act(Action::Accept);
    script.act(Action::Paste("https://example.org/i/abc".to_owned()));
    let (id, _) = asked(&script.act(Action::Accept));
    assert_eq!(script.act(Action::Cancel), [Effect::Cancel(HOME, id)]);
    // What was typed stays, and an answer on its way changes nothing.
    script.answer(id, Ok(Reply::Invite(Box::new(tea(Some(12))))));
    assert_eq!(form(&script).unwrap().told, None);
    assert!(asked(&script.act(Action::Accept)).0 != id, "it can be asked for again");
}

#[test]
fn an_empty_account_joins_by_an_invite_that_is_shown_first() {
    let mut script = empty();
    assert_eq!(standing(&script.state), Standing::Empty);
    assert_eq!(offered(&script), ["join", "write", "open self", "help", "quit"]);
    script.act(Action::Accept);
    script.act(Action::Paste("https://example.org/i/abc".to_owned()));
    let (id, request) = asked(&script.act(Action::Accept));
    assert_eq!(request, Request::LookupInvite(Secret::new("https://example.org/i/abc".to_owned())));
    script.answer(id, Ok(Reply::Invite(Box::new(tea(Some(12))))));
    assert_eq!(form(&script).unwrap().told.unwrap().text, "The community Tea, 12 people. Invited by ada.");
    // Another invite is another question.
    script.type_text("d");
    assert!(form(&script).unwrap().told.is_none());
    let (id, _) = asked(&script.act(Action::Accept));
    script.answer(id, Ok(Reply::Invite(Box::new(tea(None)))));
    let (id, request) = asked(&script.act(Action::Accept));
    assert_eq!(request, Request::UseInvite(Secret::new("https://example.org/i/abcd".to_owned())));
    let (again, list) = asked(&script.answer(id, Ok(Reply::Done)));
    assert_eq!(list, Request::FetchCommunities, "the update may not come");
    assert!(form(&script).is_none());
    let reply = Reply::Communities { communities: vec![community(TEA, "Tea")], counts: Vec::new() };
    let fx = script.answer(again, Ok(reply));
    script.serve(fx);
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(21)), "its first channel is open");
}

#[test]
fn what_was_joined_opens_when_the_update_comes_first() {
    let mut script = empty();
    let fx = script.act(Action::Join("abc".to_owned()));
    let (id, request) = asked(&fx);
    assert_eq!(request, Request::LookupInvite(Secret::new("abc".to_owned())));
    let group = Invite { target: InviteTarget::Group(ChatId::new(33)), name: CleanText::ours("pens"), ..tea(Some(2)) };
    script.answer(id, Ok(Reply::Invite(Box::new(group))));
    let (id, _) = asked(&script.act(Action::Accept));
    let shape = Chat {
        id: ChatId::new(33),
        kind: ChatKind::Group { owner: false, members: Box::new([ME, ADA]) },
        name: CleanText::ours("pens"),
        ..Chat::default()
    };
    script.receive(Update::GroupChanged { chat: Box::new(shape), users: Vec::new() });
    script.answer(id, Ok(Reply::Done));
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(33)));
    // Where one is already, nothing is joined.
    script.act(Action::Join("def".to_owned()));
    let fx = script.act(Action::Accept);
    assert_eq!(requests(&fx), [], "it is being looked up");
    let open = script.state.core.account(HOME).unwrap().requests.open.clone();
    let looked_up = |purpose: &Purpose| matches!(purpose, Purpose::Invite(code) if code.expose() == "def");
    let id = open.iter().find(|(_, purpose)| looked_up(purpose)).map(|(id, _)| *id).unwrap();
    let group = Invite { target: InviteTarget::Group(ChatId::new(33)), name: CleanText::ours("pens"), ..tea(None) };
    script.answer(id, Ok(Reply::Invite(Box::new(group))));
    assert_eq!((form(&script), script.notice()), (None, "You are in pens already"));
}

#[test]
fn an_invite_that_leads_nowhere_says_so_and_a_look_up_can_be_given_up() {
    let mut script = empty();
    let (id, _) = asked(&script.act(Action::Join("abc".to_owned())));
    script.answer(id, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(wrong(&script), (FieldKind::Invite, "no".to_owned()));
    let (id, _) = asked(&script.act(Action::Accept));
    script.act(Action::Cancel);
    script.answer(id, Ok(Reply::Invite(Box::new(tea(None)))));
    assert!(form(&script).unwrap().told.is_none(), "nobody waits for it");
    let (id, _) = asked(&script.act(Action::Accept));
    script.answer(id, Ok(Reply::Invite(Box::new(tea(None)))));
    let (id, _) = asked(&script.act(Action::Accept));
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(wrong(&script), (FieldKind::Invite, "no".to_owned()));
    script.act(Action::Cancel);
    script.act(Action::Join(String::new()));
    assert_eq!(form(&script).unwrap().text(FieldKind::Invite), "abc", "closed by mistake");
}

#[test]
fn somebody_is_written_to_by_user_name() {
    let mut script = empty();
    script.act(Action::Write(String::new()));
    script.act(Action::Accept);
    assert_eq!(wrong(&script), (FieldKind::Username, "Type a user name".to_owned()));
    script.type_text("@nobody");
    let (id, request) = asked(&script.act(Action::Accept));
    assert_eq!(request, Request::LookupUsername("nobody".to_owned()));
    script.answer(id, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(wrong(&script), (FieldKind::Username, "@nobody: no".to_owned()));
    let (id, _) = asked(&script.act(Action::Accept));
    let (id, request) = asked(&script.answer(id, Ok(Reply::User(User { id: ADA, ..User::default() }))));
    assert_eq!(request, Request::FetchDirect(ADA));
    let direct = Chat { id: ChatId::new(31), kind: ChatKind::Direct { peer: ADA }, ..Chat::default() };
    script.answer(id, Ok(Reply::Chat(Bundle { chats: vec![direct], ..Bundle::default() })));
    assert!(form(&script).is_none());
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(31)));
}

#[test]
fn leaving_is_asked_first_and_done_once_the_network_agrees() {
    let mut script = Script::ready();
    script.act(Action::Leave);
    let question = match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Question(question)) => question.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(question.text, "Leave the community Rust? To come back you need an invite.");
    assert_eq!(script.act(Action::Accept), [], "the safe answer comes first");
    script.act(Action::Leave);
    script.act(Action::Move(1));
    let (id, request) = asked(&script.act(Action::Accept));
    assert_eq!(request, Request::LeaveCommunity(RUST));
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(script.notice(), "Not left: no");
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(11)));
    let (id, _) = asked(&script.act(Action::LeaveCommunity(HOME, RUST)));
    script.answer(id, Ok(Reply::Done));
    let account = script.state.core.account(HOME).unwrap();
    assert!(account.community(RUST).is_none() && !account.chats.contains_key(&ChatId::new(11)));
    // The way goes on with what is left.
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(21)));
    assert_eq!(script.notice(), "You are no longer in Rust");
    script.open(33);
    script.act(Action::Leave);
    script.act(Action::Move(1));
    let (id, request) = asked(&script.act(Action::Accept));
    assert_eq!(request, Request::LeaveGroup(ChatId::new(33)));
    script.answer(id, Ok(Reply::Done));
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(21)));
    script.open(31);
    script.act(Action::Leave);
    assert_eq!(script.notice(), "Only a community or a group can be left");
}
