//! New accounts whose address is verified first, and what they find when they come in.

use nib::demo::osmium::Options;
use nib::net::osmium::wire;
use wire::auth as api;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;

use super::fixture::options;
use super::rig::Rig;

fn sign_up(email: &str, token: Option<&str>) -> Request {
    Request::AuthSignUp(api::SignUp {
        name: "Ink".to_owned(),
        email: Some(email.to_owned()),
        password: Some("long enough".to_owned()),
        email_verification_token: token.map(str::to_owned),
    })
}

/// The token of the only mail there is.
fn mail(rig: &mut Rig) -> String {
    let mail = rig.server.next_mail().expect("a mail");
    assert_eq!((mail.to.as_str(), rig.server.next_mail()), ("ink@example.org", None));
    mail.token
}

#[test]
fn an_address_is_verified_with_the_newest_token_and_few_tries() {
    let mut rig = Rig::standard();
    let connection = rig.connect(false);
    assert_eq!(rig.refused(connection, sign_up("Ink@example.org", None)), 403);
    let first = mail(&mut rig);
    assert_eq!(rig.refused(connection, sign_up("ink@example.org", None)), 403, "a new mail");
    let second = mail(&mut rig);
    assert_ne!(first, second);
    assert_eq!(rig.refused(connection, sign_up("ink@example.org", Some(&first))), 403);
    assert_eq!(rig.refused(connection, sign_up("other@example.org", Some(&second))), 403, "another address");
    for _ in 0..4 {
        assert_eq!(rig.refused(connection, sign_up("ink@example.org", Some("guess"))), 403);
    }
    assert_eq!(rig.refused(connection, sign_up("ink@example.org", Some(&second))), 403, "tried too often");
    let again = api::ResendEmailVerification { email: Some("ink@example.org".to_owned()) };
    rig.run(connection, Request::AuthResendEmailVerification(again));
    let third = mail(&mut rig);
    rig.now += 61 * 60_000;
    assert_eq!(rig.refused(connection, sign_up("ink@example.org", Some(&third))), 403, "too old");
    assert_eq!(rig.refused(connection, sign_up("ink@example.org", None)), 403);
    let fourth = mail(&mut rig);
    assert!(matches!(rig.ask(connection, sign_up("ink@example.org", Some(&fourth))), Answer::Authorization(_)));
    let another = rig.connect(false);
    assert_eq!(rig.refused(another, sign_up("ink@example.org", Some(&fourth))), 409, "it exists");
    let nobody = api::ResendEmailVerification { email: Some("nobody@example.org".to_owned()) };
    rig.run(another, Request::AuthResendEmailVerification(nobody));
    assert_eq!(rig.server.next_mail(), None);
}

#[test]
fn an_address_can_be_verified_beforehand() {
    let mut rig = Rig::standard();
    let connection = rig.connect(false);
    assert_eq!(rig.refused(connection, sign_up("ink@example.org", None)), 403);
    let verify = |code: &str| {
        Request::AuthVerifyEmail(api::VerifyEmail { email: "ink@example.org".to_owned(), code: code.to_owned() })
    };
    assert_eq!(rig.refused(connection, verify("guess")), 403);
    let token = mail(&mut rig);
    rig.run(connection, verify(&token));
    assert!(matches!(rig.ask(connection, sign_up("ink@example.org", None)), Answer::Authorization(_)));

    let mut rig = Rig::new(&Options { verifies: false, ..options() });
    let connection = rig.connect(false);
    assert!(matches!(rig.ask(connection, sign_up("ink@example.org", None)), Answer::Authorization(_)));
}

#[test]
fn a_new_account_is_empty_and_every_invite_of_the_world_lets_it_in() {
    let mut rig = Rig::standard();
    let connection = rig.connect(false);
    rig.ask(connection, sign_up("ink@demo.example", None));
    let chats = Request::ChatsGetChats(wire::chats::GetChats::default());
    let Answer::Chats(chats) = rig.ask(connection, chats) else { panic!() };
    assert!(chats.chats.is_empty());
    let invites = rig.server.invites();
    assert!(invites.len() > 1, "{invites:?}");
    for invite in invites {
        let lookup = Request::AuthLookupInvite(api::LookupInvite { code: invite.code.clone() });
        let Answer::InvitePreview(preview) = rig.ask(connection, lookup) else { panic!() };
        use api::invite_preview::TargetInfo;
        let name = match preview.target_info {
            Some(TargetInfo::Community(community)) => community.name,
            Some(TargetInfo::Chat(group)) => group.name,
            _ => panic!("{} leads elsewhere", invite.name),
        };
        assert_eq!(name, invite.name);
        rig.run(connection, Request::AuthUseInvite(api::UseInvite { code: invite.code }));
    }
    let list = Request::CommunitiesGetCommunities(wire::communities::GetCommunities {});
    let Answer::Communities(communities) = rig.ask(connection, list) else { panic!() };
    assert!(!communities.communities.is_empty());
}
