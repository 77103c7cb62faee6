//! Which message is meant, when one is chosen, selected or left meanwhile.

use super::script::*;
use nib::domain::*;
use nib::state::action::{MessageAction, TextEdit};
use nib::state::front::{Overlay, Target};
use nib::state::{Action, Effect};

fn on(script: &mut Script, what: MessageAction) -> Vec<Effect> {
    script.act(Action::Message(what))
}

fn overlays(script: &Script) -> usize {
    script.state.front.as_ref().unwrap().overlays.len()
}

/// Chooses the item of a list that is called so.
fn choose(script: &mut Script, words: &str) -> Vec<Effect> {
    let Some(Overlay::Pick(pick)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("a list") };
    assert!(pick.picker.items.iter().any(|item| item.label == words), "{words}");
    script.type_text(words);
    script.act(Action::Accept)
}

#[test]
fn one_that_is_selected_is_meant_wherever_the_cursor_is() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Move(-1));
    on(&mut script, MessageAction::Select(0));
    script.act(Action::Move(1));
    assert!(on(&mut script, MessageAction::CopyText).contains(&Effect::Copy("line 9".to_owned())));
}

#[test]
fn what_is_chosen_is_done_to_the_message_it_was_offered_for() {
    let press = |number: u128| Press::Tell(Some(CleanText::new(&format!("from {number}"))));
    let with_button = |number: u128| Message {
        buttons: ["One", "Two"]
            .map(|label| Button { label: CleanText::ours(label), row: 0, does: press(number) })
            .into(),
        ..said(chat(11), number, ADA, "choose")
    };
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.buttons = true;
    script.hear(with_button(40));
    script.type_text("/press");
    script.act(Action::Send);
    // Another one comes while the list is open.
    script.hear(with_button(41));
    let fx = choose(&mut script, "Two");
    let data = Some(CleanText::ours("from 40"));
    assert_eq!(requests(&fx), [Request::Press { chat: ChatId::new(11), message: MessageId::new(40), data }]);
    assert_eq!(script.state.front.as_ref().unwrap().pointed(), None);
}

#[test]
fn a_command_begun_on_a_message_is_about_it() {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.reactions = true;
    let reacted = |fx: &nib::state::Effects| match requests(fx)[..] {
        [Request::React { message, .. }] => message,
        _ => panic!("{fx:?}"),
    };
    script.act(Action::FocusMessages);
    script.act(Action::Move(-2));
    let meant = script.state.front.as_ref().unwrap().pane.cursor;
    script.act(Action::Command);
    script.type_text("react tada");
    assert_eq!(script.state.front.as_ref().unwrap().pointed(), meant, "it shows");
    assert_eq!(reacted(&script.act(Action::Send)), key(8));
    // Whoever writes something else goes on from the newest one.
    script.act(Action::FocusMessages);
    script.act(Action::Move(-2));
    script.act(Action::Command);
    script.act(Action::Clear);
    script.type_text("/react tada");
    assert_eq!(reacted(&script.act(Action::Send)), key(10));
}

#[test]
fn what_is_offered_goes_with_its_chat() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Menu);
    assert_eq!(overlays(&script), 1);
    script.act(Action::NextChat);
    assert_eq!(overlays(&script), 0);
    // A question that a paste led to goes, too, and what was pasted does not.
    script.open(11);
    script.act(Action::Paste("a\nb\nc\nd\n".to_owned()));
    assert_eq!(overlays(&script), 1);
    script.act(Action::NextChat);
    assert_eq!((overlays(&script), script.composer().as_str()), (0, ""));
    script.act(Action::Text(TextEdit::Yank));
    assert_eq!(script.composer(), "a\nb\nc\nd\n");
    // What belongs to none stays.
    script.act(Action::Help);
    script.open(11);
    assert_eq!(overlays(&script), 1);
}

#[test]
fn a_list_for_a_message_of_another_chat_does_nothing() {
    let mut script = Script::ready();
    let target = Target::Message(key(10));
    let fx = on(&mut script, MessageAction::On(chat(12), target, MessageAction::CopyText.into()));
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::Copy(_))), "{fx:?}");
}

#[test]
fn a_change_keeps_the_networks_own_emoji_and_that_no_previews_were_wanted() {
    let mut script = Script::ready();
    let caps = &mut script.state.core.account_mut(HOME).unwrap().caps;
    (caps.custom_emoji, caps.previews) = (true, true);
    let id = id::EmojiId::new(7);
    let own =
        CustomEmoji { id, name: CleanText::ours("ferris"), standin: CleanText::ours("🦀"), ..CustomEmoji::default() };
    script.receive(Update::EmojiKnown(vec![own]));
    let text = CleanText::ours("hi 🦀 https://a.example");
    let spans =
        [Span { start: 3, end: 7, kind: SpanKind::Emoji(id) }, Span { start: 8, end: 25, kind: SpanKind::Link }];
    let body = RichText { text, spans: spans.into() };
    script.hear(Message { body, ..said(chat(11), 40, ME, "") });
    script.act(Action::FocusMessages);
    on(&mut script, MessageAction::Edit);
    assert_eq!(script.composer(), "hi :ferris: https://a.example");
    script.type_text("!");
    let asked = requests(&script.act(Action::Send));
    let [Request::Edit { text, emoji, no_previews: true, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((text.as_str(), emoji[0].id, emoji.len()), ("hi :ferris: https://a.example!", id, 1));
}

#[test]
fn the_cursor_comes_with_the_messages_where_one_was_there_before_them() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.state.front.as_mut().unwrap().pane.cursor = None;
    script.arrange_bottom();
    assert_eq!(script.state.front.as_ref().unwrap().pane.cursor, Some(Target::Message(key(10))));
}
