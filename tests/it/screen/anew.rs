//! Rows that are kept are made anew when what they show is another.

use super::*;
use nib::domain::{CommunityId, Member, Message, MessageKey, Outgoing, Quote, RichText, Role, SpanKind, Update};
use nib::layout::{KeyHint, KeyHints};
use nib::state::Event;
use nib::state::action::Context;
use nib::state::front::Region;
use nib::state::outbox::Stage;
use std::sync::Arc;

fn rows(state: &State, cache: &mut LayoutCache) -> String {
    format!("{:?}", arrange(state, cache, 100, 30).rows)
}

fn showing(message: Message) -> State {
    sized(state(timeline(vec![message], false)), 100, 30)
}

#[test]
fn a_role_that_is_renamed_is_a_role_that_calls() {
    let mut state = showing(styled(20, ADA, 0, "hello @&helpers", &[("@&helpers", SpanKind::Mention(None))]));
    let community = CommunityId::new(10);
    let member = Member { user: ME, community, nickname: None, roles: [MODS].into() };
    state.core.accounts[0].members.insert((community, ME), member);
    let mut cache = cache();
    let before = rows(&state, &mut cache);
    let mods = Role { id: MODS, name: text("helpers"), priority: 5, color: Some(0x00_aa_66), separated: true };
    tell(&mut state, Event::Update(ACCOUNT, Update::RolesChanged { community, roles: vec![mods] }));
    let after = rows(&state, &mut cache);
    assert_eq!(after, rows(&state, &mut super::cache()));
    assert_ne!(after, before);
}

#[test]
fn another_key_that_unfolds_is_named() {
    let long = "a line\n".repeat(200);
    let state = showing(message(20, ADA, 0, &long));
    let mut cache = cache();
    let shown = shot(&state, &mut cache, 100, 30);
    assert!(shown.contains("more rows"), "{shown}");
    let hint = KeyHint { context: Context::Messages, action: "unfold".to_owned(), key: "F9".to_owned() };
    cache.set_keys(KeyHints::new(vec![hint]));
    let shown = shot(&state, &mut cache, 100, 30);
    assert!(shown.contains("F9 shows them"), "{shown}");
}

#[test]
fn the_part_that_is_answered_shows_before_the_echo() {
    let mut state = showing(message(20, ADA, 0, "Yes. No! Perhaps."));
    send(&mut state, "why?", Stage::Queued);
    let row = state.core.accounts[0].outbox.chats.get_mut(&GENERAL).unwrap().last_mut().unwrap();
    let quote = Quote { text: RichText::plain(text("No!")), offset: 5 };
    let answered = MessageKey { order: nib::domain::SortKey(20), id: nib::domain::MessageId::new(20) };
    row.outgoing =
        Arc::new(Outgoing { reply_to: Some(answered.id), quote: Some(quote), ..Outgoing::clone(&row.outgoing) });
    row.revision += 1;
    let shown = shot(&state, &mut cache(), 100, 30);
    assert_eq!(shown.matches("Perhaps.").count(), 1, "only where it was said: {shown}");
    assert_eq!(shown.matches("No!").count(), 2, "{shown}");
}

#[test]
fn for_a_selection_that_is_hinted_at_which_may_be_done_to_all_of_it() {
    for (author, deletes) in [(ME, true), (ADA, false)] {
        let mut state = showing(message(20, author, 0, "some words"));
        state.core.accounts[0].communities.iter_mut().for_each(|one| one.permissions = nib::domain::Permissions::VIEW);
        let front = state.front.as_mut().unwrap();
        let key = MessageKey { order: nib::domain::SortKey(20), id: nib::domain::MessageId::new(20) };
        front.region = Region::Messages;
        front.pane.cursor = Some(nib::state::front::Target::Message(key));
        front.pane.selected.insert(key);
        let shown = shot(&state, &mut cache(), 160, 30);
        let hints = shown.lines().rev().find(|line| line.contains("1 selected")).expect("the status line");
        assert_eq!((hints.contains("delete"), hints.contains("copy")), (deletes, true), "{hints}");
    }
}
