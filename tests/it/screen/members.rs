//! The list of members beside the messages and on top.

use super::*;
use nib::domain::people::Profile;
use nib::domain::{
    ChatId, ChatKey, CommunityId, LinkPhase, Member, MemberListEntry, Presence, Update, User, UserId, VoiceParticipant,
};
use nib::layout::Hit;
use nib::state::front::{Overlay, Region};
use nib::state::ui::person::{Card, Told};
use nib::state::{Action, Event};

fn full() -> State {
    state(timeline(talk(), true))
}

#[test]
fn beside_the_messages() {
    let mut state = sized(full(), 120, 30);
    tell(&mut state, Event::Act(Action::FocusMembers));
    tell(&mut state, Event::Act(Action::Move(2)));
    insta::assert_snapshot!("members_120x30", shot(&state, &mut cache(), 120, 30));
    state.front.as_mut().unwrap().members.hidden = true;
    assert!(!shot(&state, &mut cache(), 120, 30).contains("OFFLINE"));
}

#[test]
fn on_top_where_there_is_no_room() {
    for (width, height) in [(80, 24), (40, 12), (20, 5)] {
        let mut state = sized(full(), width, height);
        tell(&mut state, Event::Act(Action::ToggleMembers));
        tell(&mut state, Event::Act(Action::Move(1)));
        insta::assert_snapshot!(format!("members_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}

#[test]
fn presence_shows_without_a_new_list_and_nobody_claims_to_know_it_offline() {
    let mut state = sized(full(), 120, 30);
    let line = |state: &State, name: &str| {
        let all = shot(state, &mut cache(), 120, 30);
        let list = all.lines().filter_map(|line| line.rsplit_once('│')).map(|(_, list)| list.trim().to_owned());
        list.into_iter().find(|line| line.ends_with(name)).unwrap_or_default()
    };
    assert_eq!(line(&state, "alan"), "○ alan");
    let back = vec![(ALAN, Presence::Idle, None)];
    tell(&mut state, Event::Update(ACCOUNT, Update::PresenceChanged(back)));
    assert_eq!(line(&state, "alan"), "◐ alan");
    let renamed = User { id: ALAN, name: text("alan t"), ..User::default() };
    tell(&mut state, Event::Update(ACCOUNT, Update::UserChanged(Box::new(renamed))));
    assert_eq!(line(&state, "alan t"), "◐ alan t");
    // The list alone tells a nickname of somebody of whom nothing else is known here, until the member is.
    let alan = User { id: ALAN, name: text("alan t"), presence: Some(Presence::Idle), ..User::default() };
    let entries = vec![MemberListEntry::Member { user: alan, nickname: Some(text("the logician")) }];
    tell(&mut state, Event::Update(ACCOUNT, Update::MemberListChanged { chat: GENERAL, entries }));
    assert_eq!(line(&state, "logician"), "◐ the logician");
    let member = Member { user: ALAN, community: CommunityId::new(10), nickname: None, roles: Box::default() };
    tell(&mut state, Event::Update(ACCOUNT, Update::MemberChanged(Box::new(member))));
    assert_eq!(line(&state, "alan t"), "◐ alan t");
    state.core.accounts[0].link = LinkPhase::Connecting;
    assert_eq!(line(&state, "alan t"), "· alan t");
}

#[test]
fn a_frame_costs_what_shows_of_a_list_however_long() {
    let mut state = sized(full(), 120, 30);
    let crowd: Vec<MemberListEntry> = (0..10_000_u128)
        .map(|number| {
            let user = User { id: UserId::new(1_000 + number), name: text(&format!("p{number}")), ..User::default() };
            MemberListEntry::Member { user, nickname: None }
        })
        .collect();
    tell(&mut state, Event::Update(ACCOUNT, Update::MemberListChanged { chat: GENERAL, entries: crowd }));
    state.front.as_mut().unwrap().region = Region::Members;
    let mut cache = cache();
    let mut seen = |state: &State| {
        let scene = arrange(state, &mut cache, 120, 30);
        let rows = scene.hits.iter().filter(|(_, hit)| matches!(hit, Hit::Member(_))).count();
        assert!(rows <= 29, "{rows} rows for 29");
        scene.hits.iter().find_map(|(_, hit)| if let Hit::Member(first) = hit { Some(*first) } else { None })
    };
    assert_eq!(seen(&state), Some(0));
    tell(&mut state, Event::Act(Action::MoveLast));
    assert_eq!(seen(&state), Some(10_000 - 29));
    // The wheel takes it away from the cursor, a key brings it back.
    tell(&mut state, Event::Act(Action::Wheel(Hit::Members, -5_000)));
    assert_eq!(seen(&state), Some(4_971));
    tell(&mut state, Event::Act(Action::Move(-1)));
    assert_eq!(seen(&state), Some(10_000 - 29));
}

/// The card of linus with everything that a card can have.
fn with_card(width: u16, height: u16, profile: Told) -> State {
    use nib::domain::update::Relationship;
    let mut state = sized(full(), width, height);
    let account = &mut state.core.accounts[0];
    account.relationships.insert(LINUS, Relationship::Friend);
    let member = Member {
        user: LINUS,
        community: CommunityId::new(10),
        nickname: Some(text("the maintainer")),
        roles: [MODS].into(),
    };
    account.members.insert((CommunityId::new(10), LINUS), member);
    account.users.get_mut(&LINUS).unwrap().activity = Some(text("Listening to the fans of a very loud machine"));
    let card = Card {
        account: ACCOUNT,
        user: LINUS,
        community: Some(CommunityId::new(10)),
        looked_for: None,
        profile,
        scroll: 0,
    };
    state.front.as_mut().unwrap().overlays.push(Overlay::Person(Box::new(card)));
    state
}

#[test]
fn the_card_of_a_person() {
    let bio =
        "I read patches. 日本語も読めます。\n\nPlease send them small, with a reason, and not on a Friday evening.";
    let profile = Profile {
        bio: Some(text(bio)),
        communities: vec![CommunityId::new(10), CommunityId::new(12), CommunityId::new(999)],
        friends: vec![ADA, GRACE, UserId::new(555), UserId::new(556)],
    };
    for (width, height) in [(80, 24), (40, 12), (28, 8), (20, 5)] {
        let state = with_card(width, height, Told::Profile(Box::new(profile.clone())));
        insta::assert_snapshot!(format!("card_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
    let mut state = with_card(40, 12, Told::Profile(Box::new(profile)));
    tell(&mut state, Event::Act(Action::Move(900)));
    insta::assert_snapshot!("card_scrolled", shot(&state, &mut cache(), 40, 12));
}

#[test]
fn a_card_while_it_loads_and_when_it_was_refused() {
    let card = |profile| shot(&with_card(80, 24, profile), &mut cache(), 80, 24);
    assert!(card(Told::Loading).contains("loading…"));
    assert!(card(Told::Refused(text("Nobody may see it."))).contains("No profile: Nobody may see it."));
}

#[test]
fn voice_rooms_say_who_is_how_inside_and_how_many_where_they_are_folded() {
    let mut state = sized(full(), 80, 24);
    let lounge = ChatId::new(106);
    let inside = |user, muted, deafened, video| VoiceParticipant { user, muted, deafened, video };
    let participants = vec![
        inside(ADA, false, false, true),
        inside(LINUS, true, false, true),
        inside(GRACE, true, true, false),
        inside(UserId::new(7), true, false, false),
    ];
    tell(&mut state, Event::Update(ACCOUNT, Update::VoiceRoomChanged { chat: lounge, participants }));
    let line = |state: &State, words: &str| {
        let all = shot(state, &mut cache(), 80, 24);
        let mut tree = all.lines().filter_map(|line| line.split_once('│')).map(|(tree, _)| tree.trim().to_owned());
        tree.find(|line| line.contains(words))
    };
    assert_eq!(line(&state, "ada  video").unwrap().trim(), "ada  video");
    assert_eq!(line(&state, "linus").unwrap().trim(), "linus  muted");
    assert_eq!(line(&state, "grace").unwrap().trim(), "grace  deaf");
    assert!(line(&state, "日本語").unwrap().trim().ends_with("…  muted"), "{:?}", line(&state, "日本語"));
    assert!(line(&state, "♪ lounge").unwrap().trim().ends_with('4'));
    state.front.as_mut().unwrap().folded.insert(ChatKey::new(ACCOUNT, ChatId::new(105)));
    state.front.as_mut().unwrap().sidebar.cursor = 0;
    tell(
        &mut state,
        Event::Update(
            ACCOUNT,
            Update::VoiceRoomChanged { chat: lounge, participants: vec![inside(ADA, false, false, false)] },
        ),
    );
    assert!(line(&state, "▸ Voice").unwrap().trim().ends_with("♪ 1"), "{:?}", line(&state, "Voice"));
    // What is written there can be read; that nothing can be heard is said.
    tell(&mut state, Event::Act(Action::OpenChat(ChatKey::new(ACCOUNT, lounge))));
    assert!(shot(&state, &mut cache(), 80, 24).contains("1 inside; no sound here"));
}

#[test]
fn whether_the_other_one_is_there_stands_in_the_heading_and_the_jump_list() {
    let mut state = sized(full(), 80, 24);
    let activity = Some(text("Playing chess"));
    tell(&mut state, Event::Update(ACCOUNT, Update::PresenceChanged(vec![(ADA, Presence::Idle, activity)])));
    tell(&mut state, Event::Act(Action::OpenChat(ChatKey::new(ACCOUNT, ChatId::new(200)))));
    let all = |state: &State| shot(state, &mut cache(), 80, 24);
    assert!(all(&state).contains("◐ ada   idle · Playing chess"), "{}", all(&state));
    tell(&mut state, Event::Act(Action::Jump));
    assert!(all(&state).contains("◐ @ada"), "{}", all(&state));
    tell(&mut state, Event::Act(Action::Cancel));
    state.core.accounts[0].caps.presence = true;
    tell(&mut state, Event::Act(Action::Status(Presence::Offline)));
    assert!(all(&state).contains("○ you  home  invisible 12 ms"), "{}", all(&state));
    state.core.accounts[0].link = LinkPhase::Connecting;
    assert!(all(&state).contains("· ada   not connected"), "{}", all(&state));
}
