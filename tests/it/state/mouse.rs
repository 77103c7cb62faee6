//! What is pointed at.

use super::script::*;
use nib::domain::*;
use nib::state::front::{Anchor, Hit, Overlay, PaneId, Region, ScrollIntent, Target};
use nib::state::ui::sidebar::SidebarRow;
use nib::state::{Action, Effect};

fn row_of(script: &Script, chat: ChatKey) -> usize {
    let rows = &script.state.front.as_ref().unwrap().sidebar.rows;
    rows.iter().position(|row| matches!(row, SidebarRow::Chat { chat: of, .. } if *of == chat)).unwrap()
}

#[test]
fn a_chat_is_opened_and_a_draft_stays() {
    let mut script = Script::ready();
    script.act(Action::Insert("half a sentence".to_owned()));
    let other = row_of(&script, chat(12));
    script.act(Action::Point(Hit::Sidebar(other)));
    let front = script.state.front.as_ref().unwrap();
    assert_eq!((front.pane.chat, front.region), (Some(chat(12)), Region::Composer));
    let back = row_of(&script, chat(11));
    script.act(Action::Point(Hit::Sidebar(back)));
    assert_eq!(script.state.front.as_ref().unwrap().pane.composer.text(), "half a sentence");
}

#[test]
fn a_message_is_pointed_at_and_its_link_opened() {
    let mut script = Script::ready();
    script.hear(said(chat(11), 11, ADA, "see https://a.example/x and [the book](https://b.example/y)"));
    let target = Target::Message(key(11));
    let pane = script.state.front.as_ref().unwrap().pane.id;
    assert_eq!(script.act(Action::Point(Hit::Message(pane, target))), []);
    let front = script.state.front.as_ref().unwrap();
    assert_eq!((front.region, front.pane.cursor), (Region::Messages, Some(target)));
    let open = |address: &str| [Effect::Open(address.to_owned())];
    // Words that hide where they lead: it is said first, and the buttons can be clicked.
    for (button, want) in [(0, Vec::new()), (1, open("https://b.example/y").to_vec())] {
        assert_eq!(script.act(Action::PointLink(pane, target, "the book".to_owned())), []);
        let front = script.state.front.as_ref().unwrap();
        let Some(Overlay::Question(question)) = front.overlays.last() else { panic!("a question") };
        assert!(question.text.ends_with("https://b.example/y"));
        assert_eq!(script.act(Action::Point(Hit::Item(button))), want);
    }
    assert_eq!(script.act(Action::PointLink(pane, target, "a.example/x".to_owned())), open("https://a.example/x"));
    assert_eq!(script.act(Action::PointLink(pane, target, "another".to_owned())), []);
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut script = Script::ready();
    script.act(Action::Wheel(Hit::Timeline(PaneId::default()), -3));
    let front = script.state.front.as_ref().unwrap();
    assert_eq!((front.pane.intent, front.pane.anchor), (Some(ScrollIntent::Rows(-3)), Anchor::Bottom));
    script.act(Action::Wheel(Hit::Sidebar(0), 3));
    assert_eq!(script.state.front.as_ref().unwrap().sidebar.wheeled, 3);
}

#[test]
fn beside_a_list_closes_it_and_on_it_chooses() {
    let mut script = Script::ready();
    script.act(Action::Jump);
    script.act(Action::Point(Hit::Panel));
    assert_eq!(script.state.front.as_ref().unwrap().overlays.len(), 1);
    script.act(Action::Point(Hit::Outside));
    assert!(script.state.front.as_ref().unwrap().overlays.is_empty());
    script.act(Action::Theme(String::new()));
    script.act(Action::Point(Hit::Item(5)));
    assert_eq!(script.state.theme(), "paper");
}

#[test]
fn an_edge_that_is_dragged_is_kept_once() {
    let mut script = Script::ready();
    assert_eq!(script.act(Action::SidebarWidth { columns: 40, keep: false }), []);
    assert_eq!(script.state.settings.sidebar_width, 40);
    let kept = script.act(Action::SidebarWidth { columns: 3, keep: true });
    assert!(matches!(&kept[..], [Effect::SaveOption { name: "sidebar_width", .. }]));
    assert_eq!(script.state.settings.sidebar_width, 12);
}
