//! Communities, channels, roles, overrides, members, invites: what changes, and who is told.

use nib::demo::osmium::ConnectionId;
use nib::net::osmium::wire;
use wire::communities as api;
use wire::core::client_message::Message as Request;
use wire::core::rpc_result::Result as Answer;
use wire::refs::{ChannelRef, ChatRef, chat_ref::Ref};
use wire::types::PermissionOverrides;
use wire::updates::member_list_entry::Entry;
use wire::updates::update::Update as Change;

use super::rig::{Rig, text_message};

const VIEW: u64 = 2;
const SEND: u64 = 4;

fn reference(chat: ChatRef) -> ChannelRef {
    match chat.r#ref {
        Some(Ref::Channel(channel)) => channel,
        other => panic!("{other:?}"),
    }
}

fn staff_role(rig: &mut Rig, connection: ConnectionId, community_id: u64) -> u64 {
    match rig.ask(connection, Request::CommunitiesGetRoles(api::GetRoles { community_id })) {
        Answer::CommunityRoles(roles) => roles.roles[0].id,
        other => panic!("{other:?}"),
    }
}

fn assign(community_id: u64, member_id: u64, role_ids: Vec<u64>) -> Request {
    Request::CommunitiesEditMember(api::EditMember {
        community_id,
        member_id,
        nickname: None,
        role_ids: Some(api::CommunityMemberRoleIds { role_ids }),
    })
}

fn names(changes: &[Change]) -> Vec<&'static str> {
    changes
        .iter()
        .map(|change| match change {
            Change::Channel(_) => "channel",
            Change::ChannelDeleted(_) => "channel deleted",
            Change::Community(_) => "community",
            Change::CommunityDeleted(_) => "community deleted",
            Change::CommunityMember(_) => "member",
            Change::CommunityMemberCreated(_) => "member created",
            Change::CommunityMemberDeleted(_) => "member deleted",
            Change::ConversationPermissions(_) => "permissions",
            Change::MessageCreated(_) => "message",
            Change::MessageDeleted(_) => "message deleted",
            Change::MemberList(_) => "list",
            Change::UserStatus(_) => "status",
            _ => "other",
        })
        .collect()
}

#[test]
fn a_role_opens_a_hidden_channel_and_closes_it_again() {
    let mut rig = Rig::standard();
    let staff = rig.channel("staff");
    let community = reference(staff).community_id;
    let (ada, eve) = (rig.enter("ada"), rig.enter("eve"));
    let role = staff_role(&mut rig, ada, community);
    let eve_id = rig.id("eve");
    rig.frames(eve);
    rig.run(ada, assign(community, eve_id, vec![role]));
    let told = rig.updates(eve);
    assert_eq!(names(&told), ["member", "community", "channel", "permissions", "permissions"]);
    let Some(Change::Channel(opened)) = told.get(2) else { panic!("{told:?}") };
    assert_eq!(opened.channel.as_ref().map(|channel| channel.name.as_str()), Some("staff"));
    rig.say(eve, staff, "thank you");
    rig.run(ada, assign(community, eve_id, Vec::new()));
    let told = rig.updates(eve);
    assert!(names(&told).contains(&"channel deleted"), "{told:?}");
    assert_eq!(rig.refused(eve, text_message(staff, "hello?")), 404);
}

#[test]
fn nobody_grants_what_is_not_theirs() {
    let mut rig = Rig::standard();
    let community_id = reference(rig.channel("general")).community_id;
    let (bob, eve) = (rig.enter("bob"), rig.enter("eve"));
    let role = staff_role(&mut rig, bob, community_id);
    let (you_id, ada_id) = (rig.id("you"), rig.id("ada"));
    assert_eq!(rig.refused(bob, assign(community_id, you_id, vec![role])), 403, "as strong as one's own");
    assert_eq!(rig.refused(eve, assign(community_id, you_id, vec![role])), 403);
    let create = |permissions, priority| {
        Request::CommunitiesCreateRole(api::CreateRole {
            community_id,
            name: "New".to_owned(),
            permissions,
            priority,
            ..Default::default()
        })
    };
    assert_eq!(rig.refused(bob, create(1, 0)), 403, "administrator");
    assert_eq!(rig.refused(bob, create(SEND, 9)), 403, "stronger than one's own");
    assert_eq!(rig.refused(eve, create(SEND, 0)), 403);
    rig.run(bob, create(SEND, 0));
    let remove = |member_ids| {
        Request::CommunitiesRemoveMembers(api::RemoveMembers { community_id, member_ids, ..Default::default() })
    };
    assert_eq!(rig.refused(bob, remove(vec![ada_id])), 403, "the owner");
    assert_eq!(rig.refused(eve, remove(vec![you_id])), 403);
}

#[test]
fn an_override_takes_writing_away_and_says_so() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let ChannelRef { community_id, channel_id } = reference(general);
    let (ada, you) = (rig.enter("ada"), rig.enter("you"));
    rig.frames(you);
    let set = |pos, neg| {
        Request::CommunitiesCreateChannelOverride(api::CreateChannelOverride {
            community_id,
            channel_id,
            role_id: 0,
            permissions: Some(PermissionOverrides { pos, neg }),
        })
    };
    assert!(matches!(rig.ask(ada, set(0, SEND)), Answer::ChannelOverride(_)));
    let told = rig.updates(you);
    let [Change::ConversationPermissions(update)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(update.chat_ref, Some(general));
    assert_eq!(update.permissions, Some(PermissionOverrides { pos: 0, neg: SEND }));
    assert_eq!(rig.refused(you, text_message(general, "hush")), 403);
    rig.say(ada, general, "the owner is not held");
    let delete =
        Request::CommunitiesDeleteChannelOverride(api::DeleteChannelOverride { community_id, channel_id, role_id: 0 });
    rig.run(ada, delete);
    rig.say(you, general, "free");
    assert_eq!(rig.refused(you, set(0, SEND)), 403);
}

#[test]
fn a_channel_without_rules_of_its_own_follows_its_category() {
    let mut rig = Rig::standard();
    let (general, talk) = (rig.channel("general"), rig.channel("Talk"));
    let ChannelRef { community_id, channel_id } = reference(talk);
    let (ada, you) = (rig.enter("ada"), rig.enter("you"));
    rig.frames(you);
    let hide = Request::CommunitiesCreateChannelOverride(api::CreateChannelOverride {
        community_id,
        channel_id,
        role_id: 0,
        permissions: Some(PermissionOverrides { pos: 0, neg: VIEW }),
    });
    rig.ask(ada, hide);
    assert_eq!(names(&rig.updates(you)), ["channel deleted", "channel deleted"]);
    assert_eq!(rig.refused(you, text_message(general, "gone?")), 404);
    let delete = Request::CommunitiesDeleteChannel(api::DeleteChannel { channel: Some(reference(talk)) });
    rig.run(ada, delete);
    assert!(rig.updates(you).is_empty(), "deleting the category brings nothing to light");
    assert_eq!(rig.refused(you, text_message(general, "still gone?")), 404);
}

#[test]
fn communities_and_channels_are_made_told_and_deleted() {
    let mut rig = Rig::standard();
    let (first, second) = (rig.enter("you"), rig.enter("you"));
    rig.frames(first);
    rig.run(first, Request::CommunitiesCreateCommunity(api::CreateCommunity { name: " Shed ".to_owned() }));
    let told = rig.updates(second);
    assert_eq!(names(&told), ["community", "channel"]);
    let Change::Community(made) = &told[0] else { panic!("{told:?}") };
    let community = made.community.as_ref().expect("a community");
    assert_eq!((community.name.as_str(), community.owner), ("Shed", true));
    let community_id = made.community_id;
    let create = |name: &str, kind| {
        Request::CommunitiesCreateChannel(api::CreateChannel {
            community_id,
            name: name.to_owned(),
            r#type: kind,
            ..Default::default()
        })
    };
    assert_eq!(rig.refused(first, create("x", 77)), 400);
    rig.run(first, create("tools", 0));
    let told = rig.updates(second);
    let [Change::Channel(made)] = told.as_slice() else { panic!("{told:?}") };
    let channel = made.channel.as_ref().expect("a channel");
    let channel = ChannelRef { community_id, channel_id: channel.id };
    let edit = Request::CommunitiesEditChannel(api::EditChannel {
        channel: Some(channel),
        description: Some("hammers".to_owned()),
        slowmode_seconds: Some(5),
        ..Default::default()
    });
    rig.run(first, edit);
    let told = rig.updates(second);
    let [Change::Channel(edited)] = told.as_slice() else { panic!("{told:?}") };
    let edited = edited.channel.as_ref().expect("a channel");
    assert_eq!(
        (edited.name.as_str(), edited.description.as_deref(), edited.slowmode_seconds),
        ("tools", Some("hammers"), Some(5))
    );
    rig.run(first, Request::CommunitiesDeleteChannel(api::DeleteChannel { channel: Some(channel) }));
    assert_eq!(names(&rig.updates(second)), ["channel deleted"]);
    let stranger = rig.enter("zoe");
    let delete = || Request::CommunitiesDeleteCommunity(api::DeleteCommunity { community_id });
    assert_eq!(rig.refused(stranger, delete()), 404);
    rig.run(first, delete());
    assert_eq!(names(&rig.updates(second)), ["community deleted"]);
}

#[test]
fn an_invite_lets_in_until_it_is_used_up_and_a_ban_keeps_out() {
    let mut rig = Rig::standard();
    let general = rig.channel("general");
    let community_id = reference(general).community_id;
    let (you, zoe, ada) = (rig.enter("you"), rig.enter("zoe"), rig.enter("ada"));
    let request = wire::chats::CreateChatInvite { chat_ref: Some(general), expires_at: None, max_uses: Some(1) };
    let Answer::CreatedInvite(invite) = rig.ask(you, Request::ChatsCreateChatInvite(request)) else { panic!() };
    let early = rig.connect(false);
    let lookup = || Request::AuthLookupInvite(wire::auth::LookupInvite { code: invite.code.clone() });
    let Answer::InvitePreview(preview) = rig.ask(early, lookup()) else { panic!() };
    assert_eq!((preview.target_type, preview.target_id), (1, community_id));
    let join = || Request::AuthUseInvite(wire::auth::UseInvite { code: invite.code.clone() });
    rig.frames(you);
    rig.frames(zoe);
    rig.run(ada, join());
    rig.run(zoe, join());
    assert_eq!(names(&rig.updates(zoe)), ["community"]);
    let told = rig.updates(you);
    let [Change::CommunityMemberCreated(created)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(created.user.as_ref().map(|user| user.name.as_str()), Some("Zoe"));
    let get = Request::ChatsGetChat(wire::chats::GetChat { chat_ref: Some(general) });
    let Answer::Chat(chat) = rig.ask(zoe, get) else { panic!() };
    assert_eq!(chat.chat.map(|one| one.unread_count), Some(0), "what was before is not unread");
    rig.say(zoe, general, "hi all");
    let member_ids = vec![rig.id("zoe")];
    let remove = api::RemoveMembers {
        community_id,
        member_ids: member_ids.clone(),
        until: None,
        delete_messages_since: Some(1),
        reason: Some("loud".to_owned()),
    };
    rig.frames(you);
    let Answer::RemovedMembers(removed) = rig.ask(ada, Request::CommunitiesRemoveMembers(remove)) else { panic!() };
    assert_eq!(removed.members[0].reason.as_deref(), Some("loud"));
    assert_eq!(names(&rig.updates(you)), ["member deleted", "message deleted"]);
    assert_eq!(names(&rig.updates(zoe)).last(), Some(&"community deleted"));
    assert_eq!(rig.refused(zoe, join()), 404, "used up");
    let request = wire::chats::CreateChatInvite { chat_ref: Some(general), expires_at: None, max_uses: None };
    let Answer::CreatedInvite(second) = rig.ask(you, Request::ChatsCreateChatInvite(request)) else { panic!() };
    let back = || Request::AuthUseInvite(wire::auth::UseInvite { code: format!("https://osm.pm/i/{}", second.code) });
    assert_eq!(rig.refused(zoe, back()), 403);
    rig.run(ada, Request::CommunitiesUnbanMembers(api::UnbanMembers { community_id, member_ids }));
    rig.run(zoe, back());
    let list = Request::ChatsListChatInvites(wire::chats::ListChatInvites { chat_ref: Some(general) });
    let Answer::InviteList(all) = rig.ask(ada, list) else { panic!() };
    assert_eq!(all.invites.len(), 3, "one was there from the start");
    let leave = || Request::CommunitiesLeaveCommunity(api::LeaveCommunity { community_id });
    assert_eq!(rig.refused(ada, leave()), 403, "the owner stays");
    rig.run(zoe, leave());
    assert_eq!(rig.refused(zoe, leave()), 404);
}

#[test]
fn a_member_list_is_in_sections_and_follows_presence() {
    let mut rig = Rig::standard();
    let ChannelRef { community_id, channel_id } = reference(rig.channel("general"));
    let (you, other) = (rig.enter("you"), rig.enter("eve"));
    let request = || Request::CommunitiesGetChannelMembers(api::GetChannelMembers { community_id, channel_id });
    let Answer::MemberList(list) = rig.ask(you, request()) else { panic!() };
    let shape = |entries: &[wire::updates::MemberListEntry]| -> Vec<String> {
        entries
            .iter()
            .map(|entry| match &entry.entry {
                Some(Entry::Divider(divider)) => match divider.inner {
                    Some(wire::updates::member_list_entry_divider::Inner::Online(true)) => {
                        format!("online {}", divider.member_count)
                    }
                    Some(wire::updates::member_list_entry_divider::Inner::Online(false)) => {
                        format!("offline {}", divider.member_count)
                    }
                    _ => format!("role {}", divider.member_count),
                },
                Some(Entry::User(user)) => user.user.as_ref().map(|user| user.name.clone()).unwrap_or_default(),
                None => String::new(),
            })
            .collect()
    };
    assert_eq!(shape(&list.entries), ["online 2", "Eve", "You", "offline 3", "Ada", "Bob", "Robo"]);
    rig.frames(you);
    rig.frames(other);
    rig.enter("bob");
    let told = rig.updates(you);
    let Some(Change::MemberList(update)) = told.last() else { panic!("{told:?}") };
    assert_eq!((update.community_id, update.channel_id), (Some(community_id), channel_id));
    assert_eq!(shape(&update.entries), ["role 1", "Bob", "online 2", "Eve", "You", "offline 2", "Ada", "Robo"]);
    assert!(!names(&rig.updates(other)).contains(&"list"), "only who asked");
    let ChannelRef { channel_id, .. } = reference(rig.channel("staff"));
    let hidden = Request::CommunitiesGetChannelMembers(api::GetChannelMembers { community_id, channel_id });
    assert_eq!(rig.refused(you, hidden), 404);
}
