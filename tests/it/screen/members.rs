//! The list of members beside the messages and on top.

use super::*;
use nib::domain::{LinkPhase, MemberListEntry, Presence, Update, User, UserId};
use nib::layout::Hit;
use nib::state::front::Region;
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
