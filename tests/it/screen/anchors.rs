//! Where a view stands, whatever happens around it.

use super::*;
use nib::domain::{Answer, LinkPhase, Message, MessageKey, Now, Page, Refusal, RefusalKind, Request};
use nib::layout::Content;
use nib::state::front::{Anchor, PaneId, ScrollIntent, Target, Visible};
use nib::state::gone::Note;
use nib::state::{Effect, Event, reduce};
use proptest::prelude::*;
use std::sync::Arc;

/// Lays out and tells the outcome back, as the loop does.
fn settle(state: &mut State, cache: &mut LayoutCache, width: u16, height: u16) -> (Scene, Visible) {
    let scene = arrange(state, cache, width, height);
    let (id, visible) = scene.visible[0].clone();
    assert_eq!(id, PaneId(0));
    let pane = &mut state.front.as_mut().unwrap().pane;
    assert_eq!(visible.intent_number, pane.intent_number);
    pane.anchor = visible.anchor;
    pane.intent = None;
    pane.visible = Some(visible.clone());
    (scene, visible)
}

fn scroll(state: &mut State, intent: ScrollIntent) {
    let pane = &mut state.front.as_mut().unwrap().pane;
    pane.intent = Some(intent);
    pane.intent_number += 1;
}

/// The rows of messages that show, with where they stand.
fn message_rows(scene: &Scene) -> Vec<(u16, String)> {
    let rows = scene.rows.iter().filter(|row| matches!(row.content, Content::Shared(..)));
    rows.map(|row| (row.y, row.line().unwrap().text().to_owned())).collect()
}

fn plain_state(messages: Vec<Message>) -> State {
    let mut state = sized(state(timeline(messages, false)), 70, 24);
    state.front.as_mut().unwrap().pane.divider = None;
    state
}

fn add(state: &mut State, messages: Vec<Message>, start: bool) {
    let timeline = state.core.accounts[0].timelines.get_mut(&GENERAL).unwrap();
    let fetch = timeline.open_fetch();
    let edge = timeline.first().unwrap().message.key;
    timeline.absorb(fetch, Page::Before(edge), messages.into_iter().map(Arc::new).collect(), start, false);
}

#[test]
fn the_bottom_follows_the_newest() {
    let mut state = plain_state(history(100));
    let mut cache = cache();
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    assert!(visible.at_bottom && visible.anchor == Anchor::Bottom);
    assert_eq!(visible.last.map(|key| key.order.0), Some(100));
    state.core.accounts[0].timelines.get_mut(&GENERAL).unwrap().push(Arc::new(message(101, ADA, 0, "And one more")));
    let (scene, visible) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(visible.last.map(|key| key.order.0), Some(101));
    assert!(message_rows(&scene).last().unwrap().1.contains("And one more"));
}

#[test]
fn pages_overlap_by_a_row_and_lead_back() {
    let mut state = plain_state(history(100));
    let mut cache = cache();
    let before = message_rows(&settle(&mut state, &mut cache, 70, 24).0);
    scroll(&mut state, ScrollIntent::Pages(-1));
    let (scene, visible) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(message_rows(&scene).last().unwrap().1, before[0].1, "the topmost row is now the lowest");
    assert!(!visible.at_bottom);
    scroll(&mut state, ScrollIntent::Pages(1));
    let (scene, visible) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(message_rows(&scene), before);
    assert_eq!(visible.anchor, Anchor::Bottom);
}

#[test]
fn showing_moves_as_little_as_needed() {
    let mut state = plain_state(history(100));
    let mut cache = cache();
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    let first = visible.first.unwrap();
    scroll(&mut state, ScrollIntent::Show(Target::Message(visible.last.unwrap())));
    assert_eq!(settle(&mut state, &mut cache, 70, 24).1.anchor, Anchor::Bottom);
    scroll(&mut state, ScrollIntent::Show(Target::Message(first)));
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(visible.first, Some(first));
    let far = state.core.accounts[0].timelines[&GENERAL].get(10).unwrap().message.key;
    scroll(&mut state, ScrollIntent::Center(Target::Message(far)));
    let (scene, visible) = settle(&mut state, &mut cache, 70, 24);
    assert!(visible.first < Some(far) && Some(far) < visible.last);
    let area = scene
        .hits
        .iter()
        .find(|(_, hit)| *hit == nib::layout::Hit::Message(PaneId(0), Target::Message(far)))
        .unwrap()
        .0;
    assert!((8..16).contains(&area.y), "{area:?}");
}

#[test]
fn a_deleted_anchor_leaves_the_view_near() {
    let mut state = plain_state(history(100));
    let mut cache = cache();
    scroll(&mut state, ScrollIntent::Pages(-2));
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    let Anchor::Top { target: Target::Message(key), .. } = visible.anchor else { panic!("not scrolled") };
    state.core.accounts[0].timelines.get_mut(&GENERAL).unwrap().remove(key.id);
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    assert!(visible.first.is_some_and(|first| first.order.0.abs_diff(key.order.0) <= 2));
}

#[test]
fn history_is_wanted_before_it_is_missed() {
    let mut state = plain_state(history(100));
    let mut cache = cache();
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(visible.wants_before, None);
    scroll(&mut state, ScrollIntent::Start);
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(visible.wants_before.map(|key| key.order.0), Some(1));
    add(&mut state, Vec::new(), true);
    scroll(&mut state, ScrollIntent::Start);
    let (scene, visible) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(visible.wants_before, None);
    assert!(message_rows(&scene)[0].1.contains("# general"), "the chat's beginning has a heading");
}

#[test]
fn a_hole_is_shown_and_wanted() {
    let mut state = with_hole();
    let mut cache = cache();
    let (scene, visible) = settle(&mut state, &mut cache, 70, 50);
    assert!(
        message_rows(&scene).iter().any(|(_, text)| text.contains("messages are missing here")),
        "{:#?}",
        message_rows(&scene)
    );
    assert_eq!(visible.wants_after.map(|key| key.order.0), Some(30));
}

/// A hole above message 36 of 40.
fn with_hole() -> State {
    let mut messages = history(40);
    let late = messages.split_off(30);
    let mut state = plain_state(messages);
    let timeline = state.core.accounts[0].timelines.get_mut(&GENERAL).unwrap();
    timeline.mark_stale();
    let fetch = timeline.open_fetch();
    timeline.absorb(fetch, Page::Latest, late.into_iter().skip(5).map(Arc::new).collect(), false, true);
    state
}

fn says(scene: &Scene, words: &str) -> bool {
    message_rows(scene).iter().any(|(_, text)| text.contains(words))
}

#[test]
fn a_hole_says_why_it_stays() {
    let mut state = with_hole();
    state.core.accounts[0].link = LinkPhase::Idle;
    let mut cache = cache();
    let (scene, visible) = settle(&mut state, &mut cache, 70, 50);
    assert!(says(&scene, "missing here until connected"), "{:#?}", message_rows(&scene));
    let (scene, _) = settle(&mut sized(state, 120, 50), &mut cache, 120, 50);
    assert!(says(&scene, "messages are missing here; they come with the connection"), "{:#?}", message_rows(&scene));
    assert_eq!(visible.wants_after.map(|key| key.order.0), Some(30), "filled once there is one");

    let mut state = with_hole();
    state.core.accounts[0].link = LinkPhase::Online;
    let visible = Visible { wants_before: Some(key_of(&state, 30).unwrap()), wants_after: None, ..visible };
    let fx = reduce(&mut state, Event::Arranged(PaneId(0), visible), Now::default());
    let asked = fx.into_iter().find_map(|effect| match effect {
        Effect::Net { account, id, request: Request::FetchHistory { page: Page::Before(_), .. }, .. } => {
            Some((account, id))
        }
        _ => None,
    });
    let (account, request) = asked.unwrap();
    let outcome = Err(Refusal { kind: RefusalKind::Forbidden, text: text("no"), ..Refusal::default() });
    tell(&mut state, Event::Answer(account, Answer { request, outcome }));
    let (scene, _) = settle(&mut sized(state, 120, 50), &mut cache, 120, 50);
    assert!(says(&scene, "messages are missing here; they could not be fetched"), "{:#?}", message_rows(&scene));
}

#[test]
fn whoever_comes_down_to_what_is_in_memory_is_not_carried_to_the_newest() {
    let mut state = plain_state(history(200));
    let mut cache = cache();
    scroll(&mut state, ScrollIntent::Start);
    settle(&mut state, &mut cache, 70, 24);
    let first = key_of(&state, 0).unwrap();
    state.core.accounts[0].timelines.get_mut(&GENERAL).unwrap().trim_newest(60, first);
    scroll(&mut state, ScrollIntent::Pages(50));
    let (_, visible) = settle(&mut state, &mut cache, 70, 24);
    let Anchor::Top { .. } = visible.anchor else { panic!("there is more below") };
    assert!(!visible.at_bottom);
    assert_eq!(visible.wants_after, key_of(&state, 59));
    // What comes is below, and the view stays.
    let timeline = state.core.accounts[0].timelines.get_mut(&GENERAL).unwrap();
    let fetch = timeline.open_fetch();
    let more = history(200).into_iter().skip(60).map(Arc::new).collect();
    timeline.absorb(fetch, Page::After(visible.wants_after.unwrap()), more, false, true);
    let (_, after) = settle(&mut state, &mut cache, 70, 24);
    assert_eq!(after.anchor, visible.anchor);
    scroll(&mut state, ScrollIntent::End);
    assert!(settle(&mut state, &mut cache, 70, 24).1.at_bottom);
}

fn key_of(state: &State, index: usize) -> Option<MessageKey> {
    Some(state.core.accounts[0].timelines[&GENERAL].get(index)?.message.key)
}

fn intents() -> impl Strategy<Value = ScrollIntent> {
    prop_oneof![
        (-60i32..60).prop_map(ScrollIntent::Rows),
        (-4i32..4).prop_map(ScrollIntent::Pages),
        Just(ScrollIntent::Start),
        Just(ScrollIntent::End),
        prop_oneof![Just(i32::MIN), Just(i32::MAX)].prop_map(ScrollIntent::Rows),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_size_is_drawn_and_arranging_twice_changes_nothing(
        width in 0u16..130, height in 0u16..50, count in 0u128..30, intents in prop::collection::vec(intents(), 0..4), rich: bool, start: bool,
        region in 0u8..4, overlay in 0u8..7,
    ) {
        use nib::state::front::{Overlay, Region};
        let messages = if rich { talk() } else { history(count) };
        let mut state = sized(state(timeline(messages, start)), width, height);
        let cursor = key_of(&state, 3).map(Target::Message);
        let front = state.front.as_mut().unwrap();
        front.pane.cursor = cursor;
        front.region = [Region::Composer, Region::Messages, Region::Sidebar, Region::Members][usize::from(region)];
        match overlay {
            1 => front.overlays.push(Overlay::pick(nib::state::front::PickKind::Jump, nib::state::ui::picker::Picker::default())),
            2 => front.overlays.push(Overlay::Help {
                query: nib::state::ui::field::Field::new(), scroll: 9, contexts: vec![nib::state::action::Context::Messages] }),
            3 => front.overlays.push(Overlay::Form(Box::new(form()))),
            4 => front.overlays.push(Overlay::Members),
            5 => front.overlays.push(Overlay::Note(Note { sentence: "Something that was said".to_owned(), yank: true })),
            6 => {
                let profile = nib::domain::people::Profile { bio: Some(text("日本語 and more\n\nof it")), ..Default::default() };
                let profile = nib::state::ui::person::Told::Profile(Box::new(profile));
                let card = nib::state::ui::person::Card { account: ACCOUNT, user: LINUS, community: None, looked_for: None, profile, scroll: 1 };
                front.overlays.push(Overlay::Person(Box::new(card)));
            }
            _ => {}
        }
        let mut cache = cache();
        settle(&mut state, &mut cache, width, height);
        for intent in intents {
            scroll(&mut state, intent);
            let (mut once, _) = settle(&mut state, &mut cache, width, height);
            let (twice, _) = settle(&mut state, &mut cache, width, height);
            // What is told back names the resolved place, not the intent.
            once.visible.clone_from(&twice.visible);
            prop_assert_eq!(&once, &twice);
            prop_assert_eq!(message_rows(&arrange(&state, &mut scenes::cache(), width, height)), message_rows(&twice), "a cold cache");
            if let Some((x, y)) = twice.cursor {
                prop_assert!(x < width && y < height, "cursor at {x}, {y}");
            }
            let buffer = painted(&twice, &Theme::named("dark", ColorDepth::TrueColor));
            for row in &twice.rows {
                prop_assert!(row.y < height && row.x + row.width <= width, "{row:?}");
                let line = row.line().unwrap();
                prop_assert!(line.width() <= usize::from(row.width), "{:?} is wider than {}", line.text(), row.width);
            }
            prop_assert_eq!(buffer.area.width, width);
        }
    }

    #[test]
    fn what_one_reads_stays_where_it_is(
        count in 30u128..80, up in 1i32..200, older in 1u128..20, newer in 1u128..20, width in 30u16..110, height in 8u16..40,
    ) {
        let all = history(count + older + newer);
        let old: Vec<Message> = all[..older as usize].to_vec();
        let new = all[(older + count) as usize..].to_vec();
        let mut state = plain_state(all[older as usize..(older + count) as usize].to_vec());
        state = sized(state, width, height);
        let mut cache = cache();
        settle(&mut state, &mut cache, width, height);
        scroll(&mut state, ScrollIntent::Rows(-up));
        let (_, visible) = settle(&mut state, &mut cache, width, height);
        let (before, again) = settle(&mut state, &mut cache, width, height);
        prop_assert_eq!(&visible, &again);
        prop_assume!(visible.anchor != Anchor::Bottom);
        for message in new {
            state.core.accounts[0].timelines.get_mut(&GENERAL).unwrap().push(Arc::new(message));
        }
        add(&mut state, old, false);
        let (after, _) = settle(&mut state, &mut cache, width, height);
        // Rows of content stay; decorations between them may give way to older rows.
        let after = message_rows(&after);
        for row in message_rows(&before).into_iter().filter(|(_, text)| text.starts_with("  ") && !text.contains("loading")) {
            prop_assert!(after.contains(&row), "{row:?} moved; now {after:#?}");
        }
    }
}

#[test]
fn a_chat_that_was_dropped_and_opened_again_shows_what_it_holds_now() {
    use nib::state::{Action, Event};
    let said = |words| timeline(vec![message(1, ADA, 1, words)], true);
    let mut state = sized(state(said("old words")), 80, 24);
    let mut cache = cache();
    assert!(shot(&state, &mut cache, 80, 24).contains("old words"));
    let key = |chat| nib::domain::ChatKey::new(ACCOUNT, chat);
    tell(&mut state, Event::Act(Action::OpenChat(key(nib::domain::ChatId::new(200)))));
    // Not visited for long, it was forgotten; it was changed meanwhile, and fetched anew it counts its changes from the start.
    state.core.accounts[0].timelines.insert(GENERAL, said("new words"));
    tell(&mut state, Event::Act(Action::OpenChat(key(GENERAL))));
    let shown = shot(&state, &mut cache, 80, 24);
    assert!(shown.contains("new words") && !shown.contains("old words"), "{shown}");
}

#[test]
fn the_preview_of_an_answered_message_says_that_it_was_deleted() {
    use nib::domain::{MessageId, ReplyInfo, Update};
    use nib::state::Event;
    let mut answer = message(2, GRACE, 1, "the answer");
    answer.reply = Some(Box::new(ReplyInfo { to: Some(MessageId::new(1)), quote: None }));
    let mut state = sized(state(timeline(vec![message(1, ADA, 1, "the question"), answer], true)), 80, 24);
    let mut cache = cache();
    assert!(shot(&state, &mut cache, 80, 24).contains("ada  the question"));
    let messages = vec![MessageId::new(1)];
    tell(&mut state, Event::Update(ACCOUNT, Update::MessagesDeleted { chat: GENERAL, messages }));
    let shown = shot(&state, &mut cache, 80, 24);
    assert!(shown.contains("a message that was deleted") && !shown.contains("the question"), "{shown}");
}

#[test]
fn where_a_message_was_deleted_is_no_part_of_the_one_above() {
    use nib::domain::{MessageId, Update};
    use nib::state::Event;
    let mut state = sized(state(timeline(vec![message(1, ADA, 1, "hello"), message(2, ME, 1, "mine")], true)), 80, 24);
    let mut cache = cache();
    let messages = vec![MessageId::new(2)];
    tell(&mut state, Event::Update(ACCOUNT, Update::MessagesDeleted { chat: GENERAL, messages }));
    tell(&mut state, Event::Act(nib::state::Action::FocusMessages));
    let shown = shot(&state, &mut cache, 80, 24);
    let row = |words: &str| shown.lines().find(|line| line.contains(words)).unwrap_or_default().to_owned();
    assert!(row("hello").contains('▌'), "{shown}");
    let stone = row("a message of yours was deleted");
    assert!(!stone.is_empty() && !stone.contains('▌'), "{shown}");
}
