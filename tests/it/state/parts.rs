//! Networks that tell less at once: single reactions and pins, threads under forums, gaps between channels, mentions told with the message.

use super::script::*;
use nib::domain::*;
use nib::state::ui::sidebar::SidebarRow;

fn emoji() -> ReactEmoji {
    ReactEmoji::Unicode(CleanText::ours("👍"))
}

fn toggled(script: &mut Script, by: UserId, add: bool) {
    let (chat, message) = (ChatId::new(11), MessageId::new(10));
    script.receive(Update::ReactionToggled { chat, message, emoji: emoji(), by, add });
}

fn reactions(script: &Script) -> Vec<(u32, bool, Vec<UserId>)> {
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    let message = timeline.message(MessageId::new(10)).unwrap();
    message.reactions.iter().map(|reaction| (reaction.count, reaction.mine, reaction.by.to_vec())).collect()
}

#[test]
fn single_reactions_add_up_and_are_counted_once() {
    let mut script = Script::ready();
    toggled(&mut script, ADA, true);
    toggled(&mut script, ADA, true);
    toggled(&mut script, ME, true);
    assert_eq!(reactions(&script), [(2, true, vec![ADA, ME])]);
    toggled(&mut script, ADA, false);
    toggled(&mut script, GRACE, false);
    assert_eq!(reactions(&script), [(1, true, vec![ME])]);
    toggled(&mut script, ME, false);
    toggled(&mut script, ME, false);
    assert_eq!(reactions(&script), []);
}

#[test]
fn a_pin_is_set_and_taken_without_the_rest_of_the_message() {
    let mut script = Script::ready();
    let (chat, message) = (ChatId::new(11), MessageId::new(10));
    let pinned = |script: &Script| {
        let timeline = &script.state.core.account(HOME).unwrap().timelines[&chat];
        timeline.message(message).map(|message| (message.pinned, message.body.text.to_string()))
    };
    let text = pinned(&script).unwrap().1;
    script.receive(Update::MessagePinned { chat, message, pinned: true });
    assert_eq!(pinned(&script), Some((true, text.clone())));
    script.receive(Update::MessagePinned { chat, message, pinned: false });
    assert_eq!(pinned(&script), Some((false, text)));
}

#[test]
fn where_mentions_are_told_nothing_is_guessed() {
    let mut script = Script::signed_in(true);
    let caps = Caps { mentions_told: true, ..Script::caps() };
    let (me, token) = (user(ME, "me"), Secret::new("token".to_owned()));
    let fx = script.link(LinkEvent::SignedIn { me, session: None, token, caps });
    script.serve(fx);
    script.open(11);
    script.hear(said(chat(11), 21, ADA, "hey @me"));
    script.hear(Message { mentions_me: true, ..said(chat(11), 22, ADA, "hey you") });
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    let told = |id| timeline.message(MessageId::new(id)).unwrap().mentions_me;
    assert_eq!((told(21), told(22)), (false, true));
}

fn shaped(id: u128, name: &str, kind: ChannelKind, parent: Option<u128>, position: u32) -> Chat {
    let parent = parent.map(ChatId::new);
    Chat {
        id: ChatId::new(id),
        kind: ChatKind::Channel { community: RUST, kind, parent, position, slowmode: 0 },
        name: CleanText::new(name),
        ..Chat::default()
    }
}

#[test]
fn threads_stand_under_their_forum_and_gaps_are_no_chats() {
    let mut script = Script::ready();
    for chat in [
        shaped(60, "gap", ChannelKind::Separator, None, 50),
        shaped(61, "questions", ChannelKind::Forum, None, 51),
        shaped(62, "after", ChannelKind::Text, None, 52),
        shaped(63, "second", ChannelKind::Thread, Some(61), 1),
        shaped(64, "first", ChannelKind::Thread, Some(61), 0),
        shaped(65, "lost", ChannelKind::Thread, Some(99), 0),
    ] {
        script.receive(Update::ChannelChanged(Box::new(chat)));
    }
    let front = script.state.front.as_ref().unwrap();
    let names: Vec<String> = front
        .sidebar
        .rows
        .iter()
        .map(|row| match row {
            SidebarRow::Chat { chat, depth } if chat.chat.value() >= 60 => format!("{}/{depth}", chat.chat.value()),
            SidebarRow::Space => " ".to_owned(),
            _ => String::new(),
        })
        .collect();
    let at = names.iter().position(|name| name == "61/0").or_else(|| names.iter().position(|name| name == "61/1"));
    let at = at.unwrap_or_else(|| panic!("no forum in {names:?}"));
    let depth = &names[at]["61/".len()..];
    let below = (depth.parse::<u8>().unwrap() + 1).to_string();
    assert_eq!(names[at - 1], " ", "{names:?}");
    assert_eq!(names[at + 1..at + 4], [format!("64/{below}"), format!("63/{below}"), format!("62/{depth}")]);
    assert!(!names.iter().any(|name| name.starts_with("65")), "a thread of no forum");
    assert!(!shaped(60, "gap", ChannelKind::Separator, None, 0).can_open());
}

#[test]
fn roles_are_replaced_when_they_change() {
    let mut script = Script::ready();
    let role = Role { id: RoleId::new(5), name: CleanText::ours("helper"), ..Role::default() };
    script.receive(Update::RolesChanged { community: RUST, roles: vec![role.clone()] });
    let roles = &script.state.core.account(HOME).unwrap().roles[&RUST];
    assert_eq!(roles.values().collect::<Vec<_>>(), [&role]);
}
