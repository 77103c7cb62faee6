//! Groups, friends, profiles, presence, the second factor, rooms.

use nib::net::osmium::wire;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::friends::change_relationship::RelationshipChangeType as Step;
use wire::refs::UserRef;
use wire::updates::update::Update as Change;

use super::rig::{Rig, direct, group, text_message};

#[test]
fn a_group_is_made_joined_and_left() {
    let mut rig = Rig::standard();
    let (you, bob, zoe) = (rig.enter("you"), rig.enter("bob"), rig.enter("zoe"));
    for connection in [you, bob, zoe] {
        rig.frames(connection);
    }
    let users = vec![UserRef { user_id: rig.id("bob") }];
    let request = wire::chats::CreateChat { users, name: "Tea".to_owned() };
    let Answer::Group(made) = rig.ask(you, Request::ChatsCreateChat(request)) else { panic!() };
    assert!(made.owner && made.participant_ids.len() == 2);
    let told = rig.updates(bob);
    assert!(
        told.iter().any(|change| matches!(change, Change::Group(update)
            if update.group.as_ref().is_some_and(|group| group.id == made.id && !group.owner))),
        "{told:?}"
    );
    assert!(rig.updates(zoe).is_empty());
    let tea = group(made.id);
    let zoe_id = rig.id("zoe");
    assert_eq!(rig.refused(zoe, text_message(tea, "me too")), 404);
    let add = wire::chats::AddChatMember { chat_ref: Some(tea), user_id: zoe_id };
    rig.run(bob, Request::ChatsAddChatMember(add));
    rig.say(zoe, tea, "me too");
    let remove =
        |user_id| Request::ChatsRemoveChatMember(wire::chats::RemoveChatMember { chat_ref: Some(tea), user_id });
    assert_eq!(rig.refused(bob, remove(zoe_id)), 403, "only the owner removes others");
    rig.frames(zoe);
    rig.run(you, remove(zoe_id));
    let told = rig.updates(zoe);
    let [Change::Group(last)] = told.as_slice() else { panic!("{told:?}") };
    assert!(last.group.as_ref().is_some_and(|group| !group.participant_ids.contains(&zoe_id)));
    assert_eq!(rig.refused(zoe, text_message(tea, "hello?")), 404);
    let your_id = rig.id("you");
    rig.run(you, remove(your_id));
    let rename = |name: &str| {
        let request = wire::chats::EditChat { chat_ref: Some(tea), name: Some(name.to_owned()), ..Default::default() };
        Request::ChatsEditChat(request)
    };
    assert!(matches!(rig.ask(bob, rename("Coffee")), Answer::Chat(_)), "the group has a new owner");
}

#[test]
fn friends_are_asked_for_accepted_and_blocked() {
    let mut rig = Rig::standard();
    let (you, zoe) = (rig.enter("you"), rig.enter("zoe"));
    let (your_id, zoe_id) = (rig.id("you"), rig.id("zoe"));
    let step = |user_id, step: Step| {
        Request::FriendsChangeRelationship(wire::friends::ChangeRelationship {
            user: Some(UserRef { user_id }),
            change: step as i32,
        })
    };
    let status = |changes: &[Change]| -> Option<i32> {
        changes.iter().rev().find_map(|change| match change {
            Change::UpdateUserRelationship(update) => update.relationship.map(|one| one.status),
            Change::UpdateUserRelationshipDeleted(_) => Some(-1),
            _ => None,
        })
    };
    rig.frames(you);
    rig.frames(zoe);
    assert_eq!(rig.refused(you, step(zoe_id, Step::AcceptFriend)), 404);
    rig.run(you, step(zoe_id, Step::RequestFriend));
    assert_eq!((status(&rig.updates(you)), status(&rig.updates(zoe))), (Some(3), Some(2)));
    rig.run(zoe, step(your_id, Step::AcceptFriend));
    assert_eq!((status(&rig.updates(you)), status(&rig.updates(zoe))), (Some(1), Some(1)));
    rig.say(zoe, direct(your_id), "hello");
    rig.frames(you);
    rig.run(zoe, step(your_id, Step::Block));
    assert_eq!((status(&rig.updates(you)), status(&rig.updates(zoe))), (Some(-1), Some(4)));
    assert_eq!(rig.refused(you, text_message(direct(zoe_id), "why?")), 403);
    assert_eq!(rig.refused(you, step(zoe_id, Step::RequestFriend)), 403);
    rig.run(zoe, step(your_id, Step::Unblock));
    rig.say(you, direct(zoe_id), "phew");
}

#[test]
fn profiles_are_edited_and_names_stay_unique() {
    let mut rig = Rig::standard();
    let (you, eve) = (rig.enter("you"), rig.enter("eve"));
    rig.frames(eve);
    let edit = |username: &str| {
        Request::SettingsEditProfile(wire::settings::EditProfile {
            name: Some("Yours truly".to_owned()),
            username: Some(username.to_owned()),
            ..Default::default()
        })
    };
    assert_eq!(rig.refused(you, edit("EVE")), 409);
    assert_eq!(rig.refused(you, edit("not a name")), 400);
    rig.run(you, edit("yt"));
    let told = rig.updates(eve);
    let [Change::User(update)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(update.user.as_ref().map(|user| user.name.as_str()), Some("Yours truly"));
    let look =
        |username: &str| Request::UsersLookupUsername(wire::users::LookupUsername { username: username.to_owned() });
    let Answer::UserDetails(found) = rig.ask(eve, look("@YT")) else { panic!() };
    assert_eq!(found.user.map(|user| user.id), Some(rig.id("you")));
    assert_eq!(rig.refused(eve, look("you")), 404);
    let profile = wire::users::GetProfile { r#ref: Some(UserRef { user_id: rig.id("you") }), include_mutuals: true };
    let Answer::Profile(profile) = rig.ask(eve, Request::UsersGetProfile(profile)) else { panic!() };
    assert_eq!((profile.bio.as_str(), profile.mutual_communities.len()), ("I am You.", 1));
}

#[test]
fn the_invisible_look_offline_to_others() {
    let mut rig = Rig::standard();
    let (you, eve) = (rig.enter("you"), rig.enter("eve"));
    let change = |status| Request::SettingsChangeStatus(wire::settings::ChangeStatus { status, ..Default::default() });
    for (status, expected) in [(1, Some(1)), (5, None), (0, Some(0))] {
        rig.frames(eve);
        rig.run(you, change(status));
        let told = rig.updates(eve);
        let [Change::UserStatus(update)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(update.status.as_ref().and_then(|status| status.status), expected);
    }
    assert_eq!(rig.refused(you, change(99)), 400);
}

#[test]
fn one_time_codes_are_enrolled_and_then_asked_for() {
    let mut rig = Rig::standard();
    let you = rig.enter("you");
    let setup = |enabled, code: Option<String>| {
        Request::SettingsSetupTotp(wire::settings::SetupTotp { enabled, code, step_up_token: None })
    };
    let Answer::Totp(offer) = rig.ask(you, setup(true, None)) else { panic!() };
    let url = offer.url.expect("an address to scan");
    assert!(url.starts_with("otpauth://totp/") && !offer.enabled);
    assert_eq!(rig.refused(you, setup(true, Some("12345".to_owned()))), 401);
    let account = |rig: &mut Rig| match rig.ask(you, Request::SettingsGetAccount(wire::settings::GetAccount {})) {
        Answer::Account(account) => account.totp_enabled,
        other => panic!("{other:?}"),
    };
    assert!(!account(&mut rig));
    let eve = rig.enter("eve");
    let code = rig.account("eve").one_time_code(rig.now);
    assert_eq!(rig.refused(eve, setup(false, None)), 403, "a proof is needed");
    assert!(matches!(rig.ask(eve, setup(false, code)), Answer::Totp(_)));
    let methods = Request::SettingsGetMfaMethods(wire::settings::GetMfaMethods {});
    let Answer::MfaMethods(methods) = rig.ask(eve, methods) else { panic!() };
    assert!(!methods.totp_enabled && methods.recovery_codes_remaining == 0);
}

#[test]
fn a_password_change_ends_the_other_sessions() {
    let mut rig = Rig::standard();
    let account = rig.account("you");
    let first = rig.enter("you");
    let second = rig.connect(false);
    let sign_in = wire::auth::SignIn { email: account.email.clone(), password: account.password.clone() };
    rig.ask(second, Request::AuthSignIn(sign_in.clone()));
    let change = |current: &str| {
        Request::SettingsChangePassword(wire::settings::ChangePassword {
            current_password: current.to_owned(),
            new_password: "correct horse".to_owned(),
            revoke_sessions: true,
        })
    };
    assert_eq!(rig.refused(first, change("wrong")), 401);
    rig.run(first, change(&account.password));
    assert!(rig.closed.contains_key(&second) && !rig.closed.contains_key(&first));
    let third = rig.connect(false);
    assert_eq!(rig.refused(third, Request::AuthSignIn(sign_in)), 401);
}

#[test]
fn a_new_account_starts_with_nothing_and_keeps_its_address() {
    let mut rig = Rig::standard();
    let connection = rig.connect(false);
    let sign_up = |name: &str, email: &str| {
        Request::AuthSignUp(wire::auth::SignUp {
            name: name.to_owned(),
            email: Some(email.to_owned()),
            password: Some("long enough".to_owned()),
            email_verification_token: None,
        })
    };
    assert_eq!(rig.refused(connection, sign_up("", "new@demo.example")), 400);
    assert_eq!(rig.refused(connection, sign_up("New", "you@demo.example")), 409);
    assert!(matches!(rig.ask(connection, sign_up("New", "new@demo.example")), Answer::Authorization(_)));
    let list = Request::CommunitiesGetCommunities(wire::communities::GetCommunities {});
    let Answer::Communities(communities) = rig.ask(connection, list) else { panic!() };
    assert!(communities.communities.is_empty());
}

#[test]
fn the_order_of_communities_is_kept() {
    let mut rig = Rig::standard();
    let you = rig.enter("you");
    rig.run(you, Request::CommunitiesCreateCommunity(wire::communities::CreateCommunity { name: "Shed".to_owned() }));
    let ids = |rig: &mut Rig| -> Vec<u64> {
        let list = Request::CommunitiesGetCommunities(wire::communities::GetCommunities {});
        match rig.ask(you, list) {
            Answer::Communities(communities) => communities.communities.iter().map(|one| one.id).collect(),
            other => panic!("{other:?}"),
        }
    };
    let before = ids(&mut rig);
    let mut wanted = before.clone();
    wanted.reverse();
    let settings = wire::settings::UserSettings {
        community_order: Some(wire::settings::user_settings::CommunityOrder { community_ids: wanted.clone() }),
        email_preferences: None,
    };
    let request = wire::settings::EditUserSettings { settings: Some(settings) };
    assert!(matches!(rig.ask(you, Request::SettingsEditUserSettings(request)), Answer::UserSettings(_)));
    assert_eq!(ids(&mut rig), wanted);
}

#[test]
fn rooms_show_who_is_in_them() {
    let mut rig = Rig::standard();
    let lounge = rig.channel("lounge");
    let general = rig.channel("general");
    let you = rig.enter("you");
    let all = Request::VoiceGetRoomStates(wire::voice::GetRoomStates {});
    let Answer::GlobalRoomStates(rooms) = rig.ask(you, all) else { panic!() };
    assert_eq!(rooms.room_states[0].chat_ref, Some(lounge));
    let state = rooms.room_states[0].state.as_ref().expect("a room");
    let muted: Vec<bool> = state.participants.iter().map(|one| one.muted).collect();
    assert_eq!(muted, [false, true]);
    let request = |chat_ref| Request::VoiceRequestRoom(wire::voice::RequestRoom { chat_ref: Some(chat_ref) });
    assert_eq!(rig.refused(you, request(general)), 400);
    assert!(matches!(rig.ask(you, request(lounge)), Answer::RoomInfo(_)));
    let bob = rig.enter("bob");
    rig.frames(you);
    let out = wire::voice::DisconnectUser { chat_ref: Some(lounge), user_id: rig.id("ada") };
    assert_eq!(rig.refused(you, Request::VoiceDisconnectUser(out)), 403);
    rig.run(bob, Request::VoiceDisconnectUser(out));
    let told = rig.updates(you);
    let [Change::RoomState(update)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(update.state.as_ref().map(|state| state.participants.len()), Some(1));
}
