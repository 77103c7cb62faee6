//! Making an account: what is sent, what is asked for, and what a refusal is about. And what leads from an empty account onwards.

use super::{ADA, COMMUNITY, Peer, authorization};
use nib::domain::{
    ChatId, CommunityId, Invite, InviteTarget, LinkEvent, RefusalKind, Reply, Request, Secret, SignInPart, UserId,
};
use nib::net::osmium::wire::auth::{self, invite_preview::TargetInfo};
use nib::net::osmium::wire::core::{client_message::Message, rpc_result};
use nib::net::osmium::wire::types;
use nib::net::{Close, Credentials, NetEvent};
use std::time::Duration;

/// Greeted, with what was asked first.
fn signing_up() -> (Peer, u32, auth::SignUp) {
    let mut peer = Peer::greeted(Credentials::SignUp {
        name: "Ink Well".to_owned(),
        login: "ink@nib.example".to_owned(),
        password: Secret::new("long enough".to_owned()),
    });
    let (id, request) = next(&mut peer);
    (peer, id, request)
}

fn next(peer: &mut Peer) -> (u32, auth::SignUp) {
    let (id, message) = peer.sent_one();
    let Message::AuthSignUp(request) = message else { panic!("{message:?}") };
    (id, request)
}

fn refused(peer: &mut Peer) -> (u32, Option<SignInPart>) {
    assert_eq!(peer.closed(), Some(&Close::Refused));
    let told = peer.events().into_iter().find_map(|event| match event {
        NetEvent::Link(LinkEvent::Refused { code, about, .. }) => Some((code, about)),
        _ => None,
    });
    told.expect("told that it was refused")
}

#[test]
fn an_account_is_made_and_signed_in_to() {
    let (mut peer, id, request) = signing_up();
    assert_eq!(request.name, "Ink Well");
    assert_eq!((request.email.as_deref(), request.password.as_deref()), (Some("ink@nib.example"), Some("long enough")));
    assert_eq!(request.email_verification_token, None);
    peer.reply(id, rpc_result::Result::Authorization(authorization("fresh")));
    assert!(matches!(&peer.links()[..], [LinkEvent::SignedIn { token, .. }] if token.expose() == "fresh"));
}

#[test]
fn a_refusal_says_which_field_it_is_about_and_is_never_tried_again() {
    for (code, words, about) in [
        (409, "There is an account with this e-mail address already.", Some(SignInPart::Login)),
        (400, "A password has at least eight characters.", Some(SignInPart::Password)),
        (400, "A name has one to 64 characters.", Some(SignInPart::Name)),
        (429, "Not so fast.", None),
        (500, "", None),
    ] {
        let (mut peer, id, _) = signing_up();
        peer.refuse(id, code, words);
        assert_eq!(refused(&mut peer), (code, about), "{words}");
    }
    let (mut peer, id, _) = signing_up();
    peer.reply(id, rpc_result::Result::SentMessage(Default::default()));
    assert_eq!(refused(&mut peer), (0, None));
}

#[test]
fn the_token_from_the_mail_is_asked_for_and_sent_with_the_same_request() {
    let (mut peer, id, _) = signing_up();
    peer.refuse(id, 403, "Verify the address first.");
    assert_eq!(peer.links(), [LinkEvent::VerificationNeeded { wrong: false }]);
    // A mail takes its time.
    peer.pass(Duration::from_secs(600));
    assert_eq!(peer.closed(), None);
    peer.sent();
    peer.want(1, &Request::SignInCode(Secret::new(" nope ".to_owned())));
    let (id, request) = next(&mut peer);
    assert_eq!(request.email_verification_token.as_deref(), Some("nope"));
    peer.refuse(id, 403, "The verification token is wrong.");
    let events = peer.events();
    assert!(matches!(&events[0], NetEvent::Answer(answer) if answer.outcome.is_err()));
    assert_eq!(events[1], NetEvent::Link(LinkEvent::VerificationNeeded { wrong: true }));
    peer.want(2, &Request::SignInCode(Secret::new("7b2d".to_owned())));
    let (id, request) = next(&mut peer);
    assert_eq!((request.name.as_str(), request.email_verification_token.as_deref()), ("Ink Well", Some("7b2d")));
    peer.reply(id, rpc_result::Result::Authorization(authorization("fresh")));
    assert!(peer.events().iter().any(|event| matches!(event, NetEvent::Link(LinkEvent::SignedIn { .. }))));
}

#[test]
fn a_server_that_never_takes_a_token_is_not_asked_for_ever() {
    let (mut peer, mut id, _) = signing_up();
    for number in 1.. {
        peer.refuse(id, 403, "Verify the address.");
        if peer.closed().is_some() {
            break;
        }
        assert!(number < 20);
        peer.want(number, &Request::SignInCode(Secret::new("7b2d".to_owned())));
        id = next(&mut peer).0;
    }
    peer.events();
    assert_eq!(peer.closed(), Some(&Close::Refused));
}

#[test]
fn an_invite_is_looked_up_and_followed() {
    let user = |id, name: &str| types::User { id, name: name.to_owned(), ..Default::default() };
    let preview =
        |target_info| auth::InvitePreview { target_info, creator: Some(user(ADA, "Ada")), ..Default::default() };
    let found = |target, name: &str, members| Invite {
        target,
        name: nib::domain::CleanText::new(name),
        members,
        by: Some(nib::domain::CleanText::ours("Ada")),
    };
    let community = types::Community { id: COMMUNITY, name: "Tea\u{1b}[2J\nand more".to_owned(), ..Default::default() };
    let group = types::Group { id: 77, name: "pens".to_owned(), participant_ids: vec![1, 2, 3], ..Default::default() };
    let group_chat = ChatId::new((2 << 64) | 77);
    let target = InviteTarget::Community(CommunityId::new(u128::from(COMMUNITY)));
    for (info, invite) in [
        (TargetInfo::Community(community), found(target, "Tea[2J and more", None)),
        (TargetInfo::Chat(group), found(InviteTarget::Group(group_chat), "pens", Some(3))),
        (TargetInfo::User(user(ADA, "Ada")), found(InviteTarget::Person(UserId::new(u128::from(ADA))), "Ada", None)),
    ] {
        let mut peer = Peer::signed_in();
        let (id, message) = peer.asked(1, &Request::LookupInvite(Secret::new("https://osm.pm/i/abc123/".to_owned())));
        let Message::AuthLookupInvite(request) = message else { panic!("{message:?}") };
        assert_eq!(request.code, "abc123");
        peer.reply(id, rpc_result::Result::InvitePreview(Box::new(preview(Some(info)))));
        assert_eq!(peer.answers(), [(1, Ok(Reply::Invite(Box::new(invite))))]);
    }
    let mut peer = Peer::signed_in();
    let (id, _) = peer.asked(1, &Request::LookupInvite(Secret::new("abc".to_owned())));
    peer.reply(id, rpc_result::Result::InvitePreview(Box::new(preview(None))));
    assert!(matches!(&peer.answers()[..], [(1, Err(refusal))] if refusal.kind == RefusalKind::Unsupported));
    let (id, message) = peer.asked(2, &Request::UseInvite(Secret::new("abc".to_owned())));
    assert!(matches!(message, Message::AuthUseInvite(request) if request.code == "abc"));
    peer.answer(id, None, None);
    assert_eq!(peer.answers(), [(2, Ok(Reply::Done))]);
}

#[test]
fn communities_and_groups_are_left() {
    let mut peer = Peer::signed_in();
    let leave = Request::LeaveCommunity(CommunityId::new(u128::from(COMMUNITY)));
    let (_, message) = peer.asked(1, &leave);
    assert!(matches!(message, Message::CommunitiesLeaveCommunity(request) if request.community_id == COMMUNITY));
    let (_, message) = peer.asked(2, &Request::LeaveGroup(ChatId::new((2 << 64) | 77)));
    let Message::ChatsRemoveChatMember(request) = message else { panic!("{message:?}") };
    assert_eq!(request.user_id, super::ME);
}
