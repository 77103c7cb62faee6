//! Several accounts on screen: in the sidebar, on the rail, refused, disabled, and in their list.

use super::*;
use nib::domain::{ChatKey, CommunityId, LinkPhase, Update};
use nib::state::action::AccountAction;
use nib::state::front::Region;
use nib::state::{Action, Event, NetworkOffer};

const SIZES: [(u16, u16); 5] = [(200, 50), (120, 30), (80, 24), (40, 12), (20, 5)];

/// Four accounts with the same chats: one as it should be, one with nothing but a community, one refused, one disabled.
fn several() -> State {
    let mut state = state(timeline(talk(), true));
    let offer = |(key, name): (&str, &str)| NetworkOffer {
        key: key.to_owned(),
        name: name.to_owned(),
        ..NetworkOffer::default()
    };
    state.networks = [("osmium", "Osmium"), ("originchats", "OriginChats")].map(offer).into();
    "osmium".clone_into(&mut state.core.accounts[0].network);
    let first = state.core.accounts[0].clone();
    for (number, label) in (1..).zip(["mistium", "katnip", "old"]) {
        let mut other = first.clone();
        (other.id, other.label, other.colour) = (AccountId(number), label.to_owned(), number as u8);
        "originchats".clone_into(&mut other.network);
        let only = CommunityId::new(10);
        match label {
            "mistium" => {
                other.communities.retain(|community| community.id == only);
                other.chats.retain(|_, chat| chat.community() == Some(only));
                other.community_counts.clear();
            }
            "katnip" => other.link = LinkPhase::SignedOut { reason: text("it wants an invite code") },
            _ => other.disabled = true,
        }
        state.core.accounts.push(other);
        let community = first.communities[0].clone();
        tell(&mut state, Event::Update(AccountId(number), Update::CommunityChanged(Box::new(community))));
    }
    state
}

#[test]
fn several_accounts() {
    for (width, height) in SIZES {
        let state = sized(several(), width, height);
        insta::assert_snapshot!(format!("several_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}

#[test]
fn the_sidebar_says_what_is_wrong_with_an_account() {
    for (width, height) in [(120, 30), (80, 24), (40, 12)] {
        let mut state = sized(several(), width, height);
        let front = state.front.as_mut().unwrap();
        front.region = Region::Sidebar;
        let katnip = |row: &nib::state::ui::sidebar::SidebarRow| {
            matches!(row, nib::state::ui::sidebar::SidebarRow::Account { account: AccountId(2), .. })
        };
        front.sidebar.cursor = front.sidebar.rows.iter().position(katnip).unwrap();
        insta::assert_snapshot!(format!("refused_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}

#[test]
fn an_account_under_the_cursor_says_where_it_is() {
    let mut state = sized(several(), 120, 30);
    let front = state.front.as_mut().unwrap();
    (front.region, front.sidebar.cursor) = (Region::Sidebar, 0);
    let shot = shot(&state, &mut cache(), 120, 30);
    assert!(shot.lines().nth_back(1).unwrap().contains("Osmium · you · chat.example.org"), "{shot}");
    assert!(shot.lines().next().unwrap().contains("Osmium"), "{shot}");
}

#[test]
fn the_list_of_accounts_names_all_its_keys() {
    let mut state = sized(several(), 80, 24);
    tell(&mut state, Event::Act(Action::Account(AccountAction::List)));
    let list = shot(&state, &mut cache(), 80, 24);
    let words = ["add", "rename", "disable", "sign out", "remove", "move", "colour", "go there", "close"];
    for word in words {
        assert!(list.contains(&format!(" {word}")), "{word}: {list}");
    }
    tell(&mut state, Event::Act(Action::Move(3)));
    let list = shot(&state, &mut cache(), 80, 24);
    assert!(list.contains(" enable"), "{list}");
}

#[test]
fn a_name_that_is_the_label_is_said_once() {
    let mut state = sized(state(timeline(talk(), true)), 80, 24);
    "you".clone_into(&mut state.core.accounts[0].label);
    let shot = shot(&state, &mut cache(), 80, 24);
    let last = shot.lines().nth_back(1).unwrap().to_lowercase();
    assert_eq!(last.matches("you").count(), 1, "{last}");
}

#[test]
fn a_refused_account_is_said_across_its_own_chats() {
    let mut state = sized(several(), 80, 24);
    state.front.as_mut().unwrap().pane.chat = Some(ChatKey::new(AccountId(2), GENERAL));
    let shot = shot(&state, &mut cache(), 80, 24);
    let first = shot.lines().next().unwrap();
    assert_eq!(first, " × katnip is signed out · F5 signs in · it wants an invite code");
}

#[test]
fn a_rail_that_does_not_fit_says_what_is_outside() {
    let mut state = sized(several(), 120, 9);
    insta::assert_snapshot!("rail_120x9", shot(&state, &mut cache(), 120, 9));
    let front = state.front.as_mut().unwrap();
    front.community = Some((AccountId(2), CommunityId::new(12)));
    let shot = shot(&state, &mut cache(), 120, 9);
    assert!(shot.starts_with(" ▴ "), "{shot}");
}

#[test]
fn the_list_of_accounts() {
    for (width, height) in [(120, 30), (80, 24), (40, 12), (20, 5)] {
        let mut state = sized(several(), width, height);
        tell(&mut state, Event::Act(Action::Account(AccountAction::List)));
        tell(&mut state, Event::Act(Action::Move(2)));
        insta::assert_snapshot!(format!("accounts_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}

#[test]
fn one_account_looks_as_it_always_did() {
    let mut state = several();
    state.core.accounts.truncate(1);
    let community = state.core.accounts[0].communities[0].clone();
    tell(&mut state, Event::Update(ACCOUNT, Update::CommunityChanged(Box::new(community))));
    let alone = sized(scenes::state(timeline(talk(), true)), 120, 30);
    assert_eq!(shot(&sized(state, 120, 30), &mut cache(), 120, 30), shot(&alone, &mut cache(), 120, 30));
}
