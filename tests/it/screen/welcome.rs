//! Where no chat is open, and the forms that lead on from there.

use super::*;
use nib::domain::{Invite, InviteTarget, LinkPhase};
use nib::state::front::{Front, Overlay, Region};
use nib::state::ui::form::Told;

const SIZES: [(u16, u16); 4] = [(20, 5), (40, 12), (80, 24), (200, 50)];

fn nowhere() -> State {
    let mut state = state(timeline(Vec::new(), true));
    state.has_demo = true;
    let front = state.front.as_mut().unwrap();
    *front = Front::default();
    state.core.accounts.clear();
    state
}

/// Signed in, and nothing there.
fn empty() -> State {
    let mut state = state(timeline(Vec::new(), true));
    *state.front.as_mut().unwrap() = Front::default();
    let account = &mut state.core.accounts[0];
    account.link = LinkPhase::Online;
    account.caps.invites = true;
    account.caps.saved = true;
    account.chats.clear();
    account.communities.clear();
    state
}

fn shots(name: &str, state: &State) {
    for (width, height) in SIZES {
        let shot = shot(&sized(state.clone(), width, height), &mut cache(), width, height);
        assert!(!shot.contains("hunter2"));
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), shot);
    }
}

fn with(mut state: State, form: Form) -> State {
    state.front.as_mut().unwrap().overlays.push(Overlay::Form(Box::new(form)));
    state
}

#[test]
fn a_stranger_is_welcomed() {
    let mut state = nowhere();
    shots("stranger", &state);
    // The selection stays in sight, and leaves with the focus.
    state.front.as_mut().unwrap().offer = 4;
    let low = shot(&sized(state.clone(), 20, 4), &mut cache(), 20, 4);
    assert!(low.contains("▌ quit"), "{low}");
    state.front.as_mut().unwrap().region = Region::Sidebar;
    let aside = shot(&sized(state, 120, 30), &mut cache(), 120, 30);
    assert!(!aside.contains('▌'), "{aside}");
}

#[test]
fn an_empty_account_is_not_an_empty_screen() {
    shots("empty_account", &empty());
}

#[test]
fn forms_say_what_they_are_about() {
    let mut up = form();
    up.purpose = FormPurpose::SignUp(AccountId(0));
    up.clear();
    up.put(FormField::text(FieldKind::Code, "Token", Field::with("7b2d"), "From the mail.", "Type the token"));
    up.fix(Some(FieldKind::Code));
    up.fail(Some(FieldKind::Code), "That token was not right".to_owned());
    shots("form_token", &with(nowhere(), up));

    let field =
        FormField::text(FieldKind::Invite, "Invite", Field::with("https://example.org/i/abcdef"), "A link.", "Type");
    let target = InviteTarget::Community(nib::domain::CommunityId::new(7));
    let found = Invite { target, name: text("Tea"), members: Some(12), by: None };
    let purpose = FormPurpose::Join { account: AccountId(0), found: Some(Box::new(found)) };
    let mut join = Form::new(purpose, vec![field]);
    join.told = Some(Told { text: "The community Tea, 12 people.".to_owned(), bad: false });
    join.working = Some("joining");
    shots("form_join", &with(empty(), join));

    let mut chosen = form();
    chosen.clear();
    chosen.step(1);
    chosen.insert(" ");
    shots("form_choice", &with(nowhere(), chosen));
}
