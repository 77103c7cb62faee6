//! Lists of members: when they are asked for, what changes them, and the cursor in them.

use super::script::*;
use nib::domain::*;
use nib::state::action::Context;
use nib::state::front::{Hit, Overlay, Region};
use nib::state::members::MemberRow;
use nib::state::{Action, Effects, Event};
use std::time::Duration;

const LINUS: UserId = UserId::new(4);

fn person(id: UserId, name: &str, presence: Presence) -> MemberListEntry {
    MemberListEntry::Member { user: User { presence: Some(presence), ..user(id, name) }, nickname: None }
}

/// Ada leads, grace is there, linus is not.
fn entries() -> Vec<MemberListEntry> {
    vec![
        MemberListEntry::Role { role: RoleId::new(7), count: 1 },
        person(ADA, "ada", Presence::Online),
        MemberListEntry::Section { online: true, count: 1 },
        person(GRACE, "grace", Presence::Idle),
        MemberListEntry::Section { online: false, count: 40 },
        person(LINUS, "linus", Presence::Offline),
    ]
}

/// The lists that effects ask for.
fn asked(effects: &Effects) -> Vec<ChatId> {
    let list = |request: Request| match request {
        Request::FetchMemberList(chat) => Some(chat),
        _ => None,
    };
    requests(effects).into_iter().filter_map(list).collect()
}

fn answer_list(script: &mut Script, effects: &Effects, entries: Vec<MemberListEntry>) -> Effects {
    let (id, chat) = effects
        .iter()
        .find_map(|effect| match effect {
            nib::state::Effect::Net { id, request: Request::FetchMemberList(chat), .. } => Some((*id, *chat)),
            _ => None,
        })
        .expect("a list was asked for");
    script.answer(id, Ok(Reply::MemberList { chat, entries }))
}

/// Wide, `general` open, its list there.
fn wide() -> Script {
    let mut script = Script::ready();
    let fx = script.event(Event::Resized { width: 120, height: 30 });
    assert_eq!(asked(&fx), [ChatId::new(11)]);
    answer_list(&mut script, &fx, entries());
    script
}

fn rows(script: &Script, id: u128) -> Vec<MemberRow> {
    script.state.core.account(HOME).unwrap().lists.of(ChatId::new(id)).map_or(Vec::new(), |list| list.rows.clone())
}

fn names(script: &Script, id: u128) -> Vec<String> {
    let name = |row: MemberRow| match row {
        MemberRow::Section { online, count } => format!("{} {count}", if online { "online" } else { "offline" }),
        MemberRow::Role { count, .. } => format!("role {count}"),
        MemberRow::Member { name, .. } => name.to_string(),
    };
    rows(script, id).into_iter().map(name).collect()
}

fn on(script: &Script) -> Option<UserId> {
    let at = script.state.front.as_ref().unwrap().members.cursor;
    rows(script, 11).get(at).and_then(MemberRow::user)
}

fn region(script: &Script) -> Region {
    script.state.front.as_ref().unwrap().region
}

#[test]
fn a_list_is_asked_for_where_it_shows_and_once() {
    let mut script = Script::ready();
    assert_eq!(asked(&script.open(12)), [], "there is no room for it");
    let fx = script.event(Event::Resized { width: 120, height: 30 });
    assert_eq!(asked(&fx), [ChatId::new(12)]);
    // While one is under way, whoever walks on asks for no other, and in the end for the last one alone.
    assert_eq!(asked(&script.open(13)), []);
    assert_eq!(asked(&script.open(11)), []);
    let fx = answer_list(&mut script, &fx, entries());
    assert_eq!(asked(&fx), [ChatId::new(11)]);
    let fx = answer_list(&mut script, &fx, entries());
    assert_eq!(asked(&fx), []);
    assert_eq!(names(&script, 11), ["role 1", "ada", "online 1", "grace", "offline 40", "linus"]);
    assert_eq!(asked(&script.act(Action::ToggleMembers)), []);
    assert_eq!(asked(&script.open(12)), [], "hidden by choice");
    assert_eq!(asked(&script.act(Action::ToggleMembers)), [ChatId::new(12)]);
    // Direct chats and notes have none.
    assert_eq!(asked(&script.open(31)), []);
    assert_eq!(asked(&script.open(34)), []);
}

#[test]
fn a_list_is_asked_for_anew_by_each_connection_and_stays_in_view_until_then() {
    let mut script = wide();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) });
    assert_eq!(names(&script, 11).len(), 6);
    script.link(LinkEvent::Connecting);
    let fx = script.link(LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::new("token".to_owned()),
        caps: Script::caps(),
    });
    assert_eq!(asked(&fx), [ChatId::new(11)]);
    // Lost on the way: asked for by the next connection.
    let id = fx.iter().find_map(|effect| match effect {
        nib::state::Effect::Net { id, request: Request::FetchMemberList(_), .. } => Some(*id),
        _ => None,
    });
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) });
    script.answer(id.unwrap(), Err(refusal(RefusalKind::LinkLost)));
    assert_eq!(names(&script, 11).len(), 6, "what is known stays");
}

#[test]
fn a_session_that_takes_nothing_is_not_asked_again_at_once() {
    let mut script = Script::ready();
    let mut fx = script.event(Event::Resized { width: 120, height: 30 });
    for round in 0..3 {
        let id = fx.iter().find_map(|effect| match effect {
            nib::state::Effect::Net { id, request: Request::FetchMemberList(_), .. } => Some(*id),
            _ => None,
        });
        // Or the two would answer each other for ever, and nothing else would be heard.
        assert_eq!(asked(&script.event(Event::NotTaken(HOME, id.unwrap()))), []);
        fx = script.event(Event::Focused(round % 2 == 0));
        assert_eq!(asked(&fx), [ChatId::new(11)], "asked by whatever comes next");
    }
    answer_list(&mut script, &fx, entries());
    assert_eq!(names(&script, 11).len(), 6);
}

#[test]
fn a_refusal_is_told_in_the_place_of_the_list_and_not_asked_about_again() {
    let mut script = Script::ready();
    let fx = script.event(Event::Resized { width: 120, height: 30 });
    let id = fx.iter().find_map(|effect| match effect {
        nib::state::Effect::Net { id, request: Request::FetchMemberList(_), .. } => Some(*id),
        _ => None,
    });
    let fx = script.answer(id.unwrap(), Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(asked(&fx), []);
    let list = script.state.core.account(HOME).unwrap().lists.of(ChatId::new(11)).cloned().unwrap();
    assert_eq!(list.refused.as_deref(), Some("no"));
}

#[test]
fn an_update_replaces_the_list_and_the_cursor_stays_on_whom_it_was_on() {
    let mut script = wide();
    script.act(Action::FocusMembers);
    assert_eq!((region(&script), on(&script)), (Region::Members, Some(ADA)));
    script.act(Action::Move(1));
    assert_eq!(on(&script), Some(GRACE), "headings are passed over");
    let mut new = entries();
    new.insert(2, person(UserId::new(9), "zoe", Presence::Online));
    script.receive(Update::MemberListChanged { chat: ChatId::new(11), entries: new });
    assert_eq!(names(&script, 11).len(), 7);
    assert_eq!(on(&script), Some(GRACE));
    script.receive(Update::MemberListChanged {
        chat: ChatId::new(11),
        entries: vec![MemberListEntry::Section { online: false, count: 1 }, person(LINUS, "linus", Presence::Offline)],
    });
    assert_eq!(on(&script), Some(LINUS), "grace has gone");
    script.receive(Update::MemberListChanged { chat: ChatId::new(11), entries: Vec::new() });
    script.act(Action::Move(1));
    script.act(Action::MoveLast);
    assert_eq!(on(&script), None);
    // A list of a chat that nobody knows is no list.
    script.receive(Update::MemberListChanged { chat: ChatId::new(999), entries: entries() });
    assert_eq!(names(&script, 999).len(), 0);
}

#[test]
fn a_nickname_told_with_the_list_is_used_and_roles_stay() {
    let mut script = wide();
    let roles: Box<[RoleId]> = [RoleId::new(7)].into();
    script.receive(Update::MemberChanged(Box::new(Member { user: ADA, community: RUST, nickname: None, roles })));
    let nickname = Some(CleanText::ours("countess"));
    let entry = MemberListEntry::Member { user: user(ADA, "ada"), nickname: nickname.clone() };
    script.receive(Update::MemberListChanged { chat: ChatId::new(11), entries: vec![entry] });
    let member = script.state.core.account(HOME).unwrap().members[&(RUST, ADA)].clone();
    assert_eq!((member.nickname, member.roles.len()), (nickname, 1));
    assert_eq!(names(&script, 11), ["countess"]);
}

#[test]
fn an_unknown_role_makes_the_roles_be_read_again() {
    let mut script = Script::ready();
    let fx = script.event(Event::Resized { width: 120, height: 30 });
    let fx = answer_list(&mut script, &fx, entries());
    assert_eq!(requests(&fx), [Request::FetchRoles(RUST)]);
    let again = script.receive(Update::MemberListChanged { chat: ChatId::new(11), entries: entries() });
    assert_eq!(requests(&again), [], "they are under way");
    let role = Role { id: RoleId::new(7), name: CleanText::ours("mods"), ..Role::default() };
    let id = fx.iter().find_map(|effect| match effect {
        nib::state::Effect::Net { id, .. } => Some(*id),
        _ => None,
    });
    script.answer(id.unwrap(), Ok(Reply::Roles { community: RUST, roles: vec![role] }));
    let fx = script.receive(Update::MemberListChanged { chat: ChatId::new(11), entries: entries() });
    assert_eq!(requests(&fx), []);
}

#[test]
fn the_list_of_a_group_follows_who_is_in_it_and_there() {
    let mut script = Script::ready();
    script.event(Event::Resized { width: 120, height: 30 });
    let online = |user| (user, Presence::Online, None);
    script.receive(Update::PresenceChanged(vec![online(ADA)]));
    let before = script.open(33);
    assert_eq!(names(&script, 33), ["online 2", "ada", "me"], "before anything was answered");
    assert_eq!(asked(&before), [], "another list is under way");
    script.receive(Update::PresenceChanged(vec![(ADA, Presence::Offline, None)]));
    assert_eq!(names(&script, 33), ["online 1", "me", "offline 1", "ada"]);
    let group = script.state.core.chat(chat(33)).unwrap().1.clone();
    let kind = ChatKind::Group { owner: true, members: Box::new([ME, ADA, GRACE]) };
    script.receive(Update::GroupChanged { chat: Box::new(Chat { kind, ..group }), users: vec![user(GRACE, "grace")] });
    script.receive(Update::PresenceChanged(vec![online(GRACE)]));
    assert_eq!(names(&script, 33), ["online 2", "grace", "me", "offline 1", "ada"]);
    script.receive(Update::UserChanged(Box::new(user(GRACE, "amazing grace"))));
    assert_eq!(names(&script, 33), ["online 2", "amazing grace", "me", "offline 1", "ada"]);
}

#[test]
fn lists_are_bounded_in_number_and_length() {
    let mut script = Script::ready();
    let many: Vec<Chat> = (500..520)
        .map(|id| {
            let mut chat = Script::roster().remove(1);
            chat.id = ChatId::new(id);
            chat
        })
        .collect();
    script.receive(Update::ChatChanged(Box::new(Bundle { chats: many, ..Bundle::default() })));
    for id in 500..520 {
        script.receive(Update::MemberListChanged { chat: ChatId::new(id), entries: entries() });
    }
    let kept = (500..520).filter(|id| !rows(&script, *id).is_empty()).count();
    assert_eq!(kept, 8);
    let crowd = (0..30_000).map(|id| person(UserId::new(10_000 + id), "x", Presence::Online)).collect();
    script.receive(Update::MemberListChanged { chat: ChatId::new(11), entries: crowd });
    assert_eq!(rows(&script, 11).len(), 12_000);
    assert!(script.state.core.account(HOME).unwrap().users.len() <= 20_000);
    script.receive(Update::ChatRemoved(ChatId::new(11)));
    assert_eq!(rows(&script, 11).len(), 0);
}

#[test]
fn panes_are_walked_in_a_ring() {
    let mut script = wide();
    let mut walk = |action: &Action| {
        let mut seen = Vec::new();
        for _ in 0..4 {
            script.act(action.clone());
            seen.push(region(&script));
        }
        seen
    };
    let forward = walk(&Action::FocusNext);
    assert_eq!(forward, [Region::Messages, Region::Members, Region::Sidebar, Region::Composer]);
    let back = walk(&Action::FocusPrevious);
    assert_eq!(back, [Region::Sidebar, Region::Members, Region::Messages, Region::Composer]);
    // What does not show has no focus.
    script.act(Action::FocusMembers);
    assert_eq!(script.state.front.as_ref().unwrap().contexts()[0], Context::Members);
    script.event(Event::Resized { width: 100, height: 30 });
    assert_eq!(region(&script), Region::Composer);
    script.event(Event::Resized { width: 120, height: 30 });
    script.act(Action::FocusMembers);
    script.act(Action::ToggleMembers);
    assert_eq!(region(&script), Region::Composer);
    script.act(Action::FocusMembers);
    assert_eq!(region(&script), Region::Members, "who goes there sees it");
    script.act(Action::Cancel);
    assert_eq!(region(&script), Region::Composer);
}

#[test]
fn without_room_the_list_comes_on_top() {
    let mut script = Script::ready();
    let on_top = |script: &Script| {
        script.state.front.as_ref().unwrap().overlays.iter().any(|overlay| matches!(overlay, Overlay::Members))
    };
    let fx = script.act(Action::ToggleMembers);
    assert!(on_top(&script));
    answer_list(&mut script, &fx, entries());
    script.act(Action::Move(1));
    assert_eq!(on(&script), Some(GRACE));
    script.act(Action::Point(Hit::Member(5)));
    assert_eq!(on(&script), Some(LINUS));
    script.act(Action::Cancel);
    script.act(Action::Wheel(Hit::Member(0), 3));
    assert_eq!(script.state.front.as_ref().unwrap().members.wheeled, 3);
    script.act(Action::ToggleMembers);
    assert!(!on_top(&script));
    script.act(Action::FocusMembers);
    script.act(Action::Point(Hit::Outside));
    assert!(!on_top(&script));
    script.act(Action::FocusMembers);
    script.receive(Update::ChatRemoved(ChatId::new(11)));
    assert!(!on_top(&script), "nothing is left of it");
    // Of two people only the other one is worth a look.
    script.open(31);
    script.act(Action::ToggleMembers);
    assert!(!on_top(&script));
    assert!(
        matches!(script.state.front.as_ref().unwrap().overlays.last(), Some(Overlay::Person(card)) if card.user == ADA)
    );
    script.act(Action::Cancel);
    script.open(34);
    script.act(Action::ToggleMembers);
    assert_eq!(script.notice(), "Only you are here");
}
