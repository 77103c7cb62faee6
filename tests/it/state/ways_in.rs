//! The form for signing in, where there are several networks and ways: what it asks, what it keeps, and what it says to each refusal.

use super::script::*;
use nib::domain::*;
use nib::state::action::MessageAction;
use nib::state::action::TextEdit;
use nib::state::front::Overlay;
use nib::state::ui::form::{FieldKind, Form, FormPurpose};
use nib::state::{Action, Effect, Event, NetworkOffer, SignInProof, SignInWay, State};
use std::sync::Arc;
use std::time::Duration;

fn offers() -> Vec<NetworkOffer> {
    let offer = |key: &str, server: &str, many, ways: &[SignInWay]| NetworkOffer {
        key: key.to_owned(),
        name: key.to_uppercase(),
        server: server.to_owned(),
        many,
        ways: ways.to_vec(),
        ..NetworkOffer::default()
    };
    use SignInWay::{Elsewhere, MailPassword, NamePassword, SignUpMail, SignUpName, Token};
    vec![
        offer("one", "wss://network", false, &[MailPassword, SignUpMail]),
        offer("many", "", true, &[Elsewhere, Token, NamePassword, SignUpName]),
    ]
}

fn stranger() -> Script {
    let mut script = Script::fresh(true);
    script.state = State::new(Arc::default(), Vec::new(), true, 7, script.now);
    script.state.networks = offers();
    script.event(Event::Started);
    script
}

fn form(script: &Script) -> Form {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Form(form)) => (**form).clone(),
        other => panic!("{other:?}"),
    }
}

fn kinds(script: &Script) -> Vec<FieldKind> {
    form(script).fields.iter().map(|field| field.kind).collect()
}

/// What is wrong with the field that has the cursor.
fn wrong(script: &Script) -> (FieldKind, String) {
    let form = form(script);
    let field = &form.fields[form.at];
    (field.kind, field.error.clone().unwrap_or_default())
}

/// Goes to a field and turns to its next word so often.
fn turn(script: &mut Script, kind: FieldKind, times: usize) {
    go_to(script, kind);
    for _ in 0..times {
        script.act(Action::Text(TextEdit::Right));
    }
}

fn go_to(script: &mut Script, kind: FieldKind) {
    let form = form(script);
    let to = form.fields.iter().position(|field| field.kind == kind).expect("such a field");
    script.act(Action::Move(i32::try_from(to).unwrap() - i32::try_from(form.at).unwrap()));
}

fn signed(fx: &[Effect]) -> (AccountId, &str, &str, &SignInProof, &Admission) {
    let sign_in = fx.iter().find_map(|effect| match effect {
        Effect::SignIn { account, network, server, proof, admission, .. } => {
            Some((*account, network.as_str(), server.as_str(), proof, admission))
        }
        _ => None,
    });
    sign_in.unwrap_or_else(|| panic!("nobody signs in: {fx:?}"))
}

fn refuse(script: &mut Script, account: AccountId, reason: &'static str, about: Option<SignInPart>) -> Vec<Effect> {
    let reason = CleanText::ours(reason);
    script.event(Event::Link(account, LinkEvent::Refused { code: 0, reason, about }))
}

/// At the network of many servers, with a server typed.
fn at_many() -> Script {
    let mut script = stranger();
    script.act(Action::SignIn);
    turn(&mut script, FieldKind::Network, 1);
    go_to(&mut script, FieldKind::Server);
    script.type_text("chats.example.org");
    script
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

#[test]
fn the_fields_follow_network_and_way_and_nothing_typed_is_lost() {
    use FieldKind::{Login, Network, Password, Server, Stay, Token, Way};
    let mut script = stranger();
    script.act(Action::SignIn);
    assert_eq!(kinds(&script), [Network, Server, Login, Password, Stay]);
    assert_eq!(form(&script).fields[form(&script).at].kind, Login, "what is to be typed first");
    script.type_text("me@home");
    turn(&mut script, Network, 1);
    assert_eq!(kinds(&script), [Network, Server, Way, Stay]);
    assert_eq!(form(&script).text(Server), "", "the other network's server is none here");
    go_to(&mut script, Server);
    script.type_text("chats.example.org");
    turn(&mut script, Way, 2);
    assert_eq!(kinds(&script), [Network, Server, Way, Login, Password, Stay]);
    assert_eq!(form(&script).text(Login), "", "a user name is no address of mail");
    go_to(&mut script, Login);
    script.type_text("dave");
    turn(&mut script, Way, 2);
    assert_eq!(kinds(&script), [Network, Server, Way, Token, Stay], "it comes round");
    turn(&mut script, Network, 1);
    let shown = form(&script);
    assert_eq!((shown.text(Server), shown.text(Login)), ("wss://network", "me@home"));
    turn(&mut script, Network, 1);
    let shown = form(&script);
    assert_eq!((shown.text(Server), shown.way()), ("chats.example.org", Some(SignInWay::Token)));
    turn(&mut script, Way, 1);
    assert_eq!(form(&script).text(Login), "dave");
    script.act(Action::Cancel);
    script.act(Action::SignIn);
    let shown = form(&script);
    assert_eq!((shown.text(Server), shown.text(Login)), ("chats.example.org", "dave"), "closed by mistake");
}

#[test]
fn secrets_typed_for_another_way_go_with_the_form() {
    let mut script = at_many();
    turn(&mut script, FieldKind::Way, 1);
    go_to(&mut script, FieldKind::Token);
    script.type_text("tok");
    turn(&mut script, FieldKind::Way, 1);
    script.act(Action::Cancel);
    script.act(Action::SignIn);
    turn(&mut script, FieldKind::Way, 2);
    assert_eq!(form(&script).way(), Some(SignInWay::Token));
    assert_eq!(form(&script).text(FieldKind::Token), "");
}

#[test]
fn every_way_hands_in_its_proof() {
    let mut script = at_many();
    let proof = |script: &mut Script| match signed(&script.act(Action::Accept)) {
        (_, "many", "chats.example.org", proof, _) => proof.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(proof(&mut script), SignInProof::Elsewhere);
    script.act(Action::Cancel);
    turn(&mut script, FieldKind::Way, 1);
    go_to(&mut script, FieldKind::Token);
    script.type_text(" tok ");
    assert_eq!(proof(&mut script), SignInProof::Token(secret("tok")));
    script.act(Action::Cancel);
    turn(&mut script, FieldKind::Way, 1);
    script.act(Action::Accept);
    script.type_text("dave");
    script.act(Action::Accept);
    script.type_text(" pw ");
    assert_eq!(
        proof(&mut script),
        SignInProof::Password { login: "dave".to_owned(), password: secret(" pw ") },
        "spaces may be a password"
    );
    script.act(Action::Cancel);
    script.act(Action::Cancel);
    script.act(Action::SignUp);
    turn(&mut script, FieldKind::Network, 1);
    assert!(matches!(form(&script).purpose, FormPurpose::SignUp(_)));
    for text in ["chats.example.org", "dave", "pw12"] {
        script.act(Action::Accept);
        script.type_text(text);
    }
    let made = SignInProof::SignUp { name: "dave".to_owned(), login: "dave".to_owned(), password: secret("pw12") };
    assert_eq!(proof(&mut script), made);
}

#[test]
fn address_and_code_are_shown_and_handed_out_until_it_is_allowed() {
    let mut script = at_many();
    script.act(Action::Accept);
    assert_eq!(form(&script).working, Some("asking for a code"));
    assert!(
        !script.act(Action::Message(MessageAction::CopyText)).iter().any(|effect| matches!(effect, Effect::Copy(_))),
        "there is none yet"
    );
    let show = |script: &mut Script, code: &'static str| {
        let expires = Duration::from_secs(600);
        let (address, code) = (CleanText::ours("https://example.org/link"), CleanText::ours(code));
        script.link(LinkEvent::ConfirmElsewhere { address, code, expires })
    };
    show(&mut script, "A1B2C3");
    let confirm = form(&script).entry.confirm.unwrap();
    assert_eq!((confirm.code.as_str(), confirm.until.0 - script.now.wall.0), ("A1B2C3", 600_000));
    assert!(script.act(Action::Message(MessageAction::CopyText)).contains(&Effect::Copy("A1B2C3".to_owned())));
    assert!(
        script
            .act(Action::Message(MessageAction::OpenLink))
            .contains(&Effect::Open("https://example.org/link".to_owned()))
    );
    show(&mut script, "D4E5F6");
    let shown = form(&script);
    assert_eq!(shown.entry.confirm.unwrap().code.as_str(), "D4E5F6");
    assert!(shown.told.unwrap().text.contains("expired"));
    // Giving up ends it and leaves the form as it was.
    assert_eq!(script.act(Action::Cancel), [Effect::Disconnect(HOME)]);
    let shown = form(&script);
    assert!(shown.entry.confirm.is_none() && shown.working.is_none());
    assert_eq!(shown.text(FieldKind::Server), "chats.example.org");
    script.act(Action::Accept);
    show(&mut script, "A1B2C3");
    let fx = script.link(LinkEvent::Allowed { token: secret("tok") });
    assert_eq!(fx, [Effect::HoldToken(HOME, secret("tok"))]);
    assert!(form(&script).entry.confirm.is_none());
    // The server wants more: what was allowed is not to be allowed again.
    refuse(&mut script, HOME, "An invite, please.", Some(SignInPart::Invite));
    assert_eq!(wrong(&script), (FieldKind::Invite, "An invite, please.".to_owned()));
    script.type_text("abcd");
    let fx = script.act(Action::Accept);
    let (_, _, _, proof, admission) = signed(&fx);
    assert_eq!((proof, &admission.invite), (&SignInProof::Same(HOME), &Some(secret("abcd"))));
    // Unless it was that which was not taken.
    refuse(&mut script, HOME, "Not any more.", Some(SignInPart::Login));
    assert_eq!(wrong(&script).0, FieldKind::Way);
    assert_eq!(signed(&script.act(Action::Accept)).3, &SignInProof::Elsewhere);
}

#[test]
fn each_part_that_a_server_wants_gets_its_field_and_stays() {
    let mut script = at_many();
    script.act(Action::Accept);
    refuse(&mut script, HOME, "An invite, please.", Some(SignInPart::Invite));
    assert_eq!(wrong(&script).0, FieldKind::Invite);
    script.act(Action::Accept);
    assert_eq!(wrong(&script), (FieldKind::Invite, "Type the invite code".to_owned()));
    script.type_text("abcd");
    script.act(Action::Accept);
    refuse(&mut script, HOME, "And the password.", Some(SignInPart::ServerPassword));
    assert_eq!(wrong(&script).0, FieldKind::ServerPassword);
    script.type_text("open sesame");
    turn(&mut script, FieldKind::Way, 1);
    go_to(&mut script, FieldKind::Token);
    script.type_text("tok");
    let fx = script.act(Action::Accept);
    let (_, _, _, proof, admission) = signed(&fx);
    assert_eq!(proof, &SignInProof::Token(secret("tok")));
    let wanted = Admission { invite: Some(secret("abcd")), password: Some(secret("open sesame")) };
    assert_eq!(admission, &wanted);
    assert!(!format!("{:?} {fx:?}", script.state).contains("sesame"), "a password is a secret");
}

/// An account that has been here before, at the network of many servers.
fn known() -> Script {
    let mut script = Script::ready();
    script.state.networks = offers();
    script.state.core.accounts[0].network = "many".to_owned();
    script
}

#[test]
fn who_is_known_comes_back_as_before_once_the_server_is_content() {
    let mut script = known();
    for (about, kind) in [
        (SignInPart::Invite, Some(FieldKind::Invite)),
        (SignInPart::ServerPassword, Some(FieldKind::ServerPassword)),
        (SignInPart::Standing, None),
    ] {
        let fx = refuse(&mut script, HOME, "Not like this.", Some(about));
        assert!(!fx.iter().any(|effect| matches!(effect, Effect::Connect(_) | Effect::Probe(_))), "{fx:?}");
        assert!(script.advance(Duration::from_secs(3_600)).iter().all(|effect| !matches!(effect, Effect::Connect(_))));
        script.act(Action::Reconnect);
        let shown = form(&script);
        assert!(shown.field(FieldKind::Network).is_none(), "it is of its network");
        assert_eq!((shown.text(FieldKind::Server), shown.way()), ("ws://server", Some(SignInWay::Same(HOME))));
        match kind {
            Some(kind) => {
                assert_eq!(wrong(&script), (kind, "Not like this.".to_owned()));
                script.type_text("more");
            }
            None => assert_eq!(shown.told.unwrap().text, "Not like this."),
        }
        assert_eq!(signed(&script.act(Action::Accept)).3, &SignInProof::Same(HOME));
        script.sign_in();
    }
    // A token that is void is not offered again.
    refuse(&mut script, HOME, "Void.", Some(SignInPart::Login));
    script.act(Action::Reconnect);
    assert_eq!(form(&script).way(), Some(SignInWay::Elsewhere));
    assert_eq!(wrong(&script), (FieldKind::Way, "Void.".to_owned()));
}

#[test]
fn a_further_server_takes_the_sign_in_that_is_there() {
    let mut script = known();
    script.state.core.accounts[0].caps.shared_sign_in = true;
    script.act(Action::SignIn);
    // It begins with the network of the account that is shown.
    let shown = form(&script);
    assert!(matches!(shown.purpose, FormPurpose::SignIn(AccountId(1))));
    assert_eq!(shown.way(), Some(SignInWay::Same(HOME)), "nothing is to be allowed again");
    assert_eq!(shown.text(FieldKind::Server), "", "it is another server");
    go_to(&mut script, FieldKind::Server);
    script.type_text("other.example.org");
    let fx = script.act(Action::Accept);
    let (account, network, server, proof, _) = signed(&fx);
    assert_eq!((account, network, server), (AccountId(1), "many", "other.example.org"));
    assert_eq!(proof, &SignInProof::Same(HOME));
    // An account of one server alone has nothing to share.
    let mut script = known();
    script.act(Action::SignIn);
    assert_eq!(form(&script).way(), Some(SignInWay::Elsewhere));
}

#[test]
fn an_account_that_is_refused_leaves_who_is_elsewhere_in_peace() {
    let mut script = known();
    let mut other = nib::state::Account::default();
    (other.id, other.label) = (AccountId(1), "club".to_owned());
    script.state.core.accounts.push(other);
    script.state.front.as_mut().unwrap().pane.chat = None;
    refuse(&mut script, AccountId(1), "An invite, please.", Some(SignInPart::Invite));
    assert!(script.state.front.as_ref().unwrap().overlays.is_empty());
    assert!(script.notice().contains("club: An invite, please; to sign in"), "{}", script.notice());
    script.act(Action::Reconnect);
    assert_eq!(wrong(&script), (FieldKind::Invite, "An invite, please.".to_owned()));
}
