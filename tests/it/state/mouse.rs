//! What is pointed at.

use super::script::*;
use nib::domain::*;
use nib::state::front::{Anchor, Hit, Overlay, PaneId, Region, ScrollIntent, Spot, Target};
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
        assert_eq!(script.act(Action::Point(Hit::Spot(pane, target, Spot::Link(1)))), []);
        let front = script.state.front.as_ref().unwrap();
        let Some(Overlay::Question(question)) = front.overlays.last() else { panic!("a question") };
        assert!(question.text.ends_with("https://b.example/y"));
        assert_eq!(script.act(Action::Point(Hit::Item(button))), want);
    }
    assert_eq!(script.act(Action::Point(Hit::Spot(pane, target, Spot::Link(0)))), open("https://a.example/x"));
    assert_eq!(script.act(Action::Point(Hit::Spot(pane, target, Spot::Link(2)))), []);
}

/// The open chat with a message that has everything, under the cursor's number 11.
fn with_everything() -> (Script, PaneId, Target) {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.reactions = true;
    script.state.core.accounts[0].caps.part = 4096;
    let option = |id: &str| PollOption { id: CleanText::new(id), text: CleanText::new(id), ..PollOption::default() };
    let reaction =
        Reaction { emoji: ReactEmoji::Unicode(CleanText::new("🦀")), count: 2, mine: false, by: [ADA].into() };
    let message = Message {
        reply: Some(Box::new(ReplyInfo { to: Some(MessageId::new(1)), quote: None })),
        embeds: [Embed {
            url: CleanText::new("https://c.example"),
            title: Some(CleanText::new("Card")),
            ..Embed::default()
        }]
        .into(),
        poll: Some(Box::new(Poll { options: [option("a"), option("b")].into(), ..Poll::default() })),
        reactions: [reaction].into(),
        attachments: ["a.txt", "b.txt"]
            .map(|name| Attachment { name: CleanText::new(name), size: 9, ..Attachment::default() })
            .into(),
        ..said(chat(11), 11, ADA, "see ||one|| and ||two|| @ada")
    };
    script.hear(message);
    let pane = script.state.front.as_ref().unwrap().pane.id;
    (script, pane, Target::Message(key(11)))
}

#[test]
fn parts_of_a_message_do_what_they_show() {
    let (mut script, pane, target) = with_everything();
    let mut press = |spot| {
        let fx = script.act(Action::Point(Hit::Spot(pane, target, spot)));
        let front = script.state.front.as_mut().unwrap();
        assert_eq!((front.region, front.pane.cursor.is_some()), (Region::Messages, true), "{spot:?}");
        let top = front.overlays.pop();
        (fx, top, front.pane.opened.revealed(target).collect::<Vec<_>>(), front.pane.cursor)
    };
    let (fx, ..) = press(Spot::Reaction(0));
    let told = |effect: &Effect| matches!(effect, Effect::Net { request: Request::React { add: true, .. }, .. });
    assert!(fx.iter().any(told), "{fx:?}");
    let (_, top, ..) = press(Spot::Author);
    assert!(matches!(top, Some(Overlay::Person(card)) if card.user == ADA));
    let (_, top, ..) = press(Spot::Card(0));
    assert!(matches!(top, Some(Overlay::Question(question)) if question.text.ends_with("https://c.example")));
    assert_eq!(press(Spot::Spoiler(1)).2, [1]);
    assert_eq!(press(Spot::Spoiler(0)).2, [1, 0]);
    assert_eq!(press(Spot::Spoiler(1)).2, [0]);
    press(Spot::File(1));
    // Numbers of what is not there do nothing.
    for spot in [
        Spot::File(9),
        Spot::Reaction(9),
        Spot::Card(9),
        Spot::Link(9),
        Spot::Mention(9),
        Spot::Button(9),
        Spot::Answer(9),
    ] {
        let (fx, top, ..) = press(spot);
        let quiet = |effect: &Effect| matches!(effect, Effect::Arm(..) | Effect::Disarm(_));
        assert!(fx.iter().all(quiet) && top.is_none(), "{spot:?}: {fx:?}");
    }
    let saved: Vec<_> = script.state.downloads.list.iter().map(|one| one.wanted.name.as_str()).collect();
    assert_eq!(saved, ["b.txt"], "the one that was clicked");
}

#[test]
fn what_is_hidden_is_shown_one_after_the_other() {
    let (mut script, _, target) = with_everything();
    script.act(Action::FocusMessages);
    let mut reveal = || {
        script.act(nib::state::action::parse("reveal").unwrap());
        script.state.front.as_ref().unwrap().pane.opened.revealed(target).collect::<Vec<_>>()
    };
    assert_eq!((reveal(), reveal(), reveal(), reveal()), (vec![0], vec![0, 1], vec![], vec![0]));
    // Another chat begins anew.
    script.act(Action::OpenChat(chat(12)));
    script.act(Action::OpenChat(chat(11)));
    assert_eq!(script.state.front.as_ref().unwrap().pane.opened, nib::state::opened::Opened::default());
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
