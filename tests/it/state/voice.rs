//! Who is in voice rooms, who is there, and how oneself is seen.

use super::script::*;
use nib::domain::*;
use nib::state::action::parse;
use nib::state::{Action, Effect, Effects};
use std::time::Duration;

const LOUNGE: ChatId = ChatId::new(16);

fn inside(user: UserId, muted: bool) -> VoiceParticipant {
    VoiceParticipant { user, muted, ..VoiceParticipant::default() }
}

/// With a voice channel.
fn talking() -> Script {
    let mut script = Script::ready();
    let kind = ChatKind::Channel { community: RUST, kind: ChannelKind::Voice, parent: None, position: 9, slowmode: 0 };
    let lounge = Chat { id: LOUNGE, kind, name: CleanText::ours("lounge"), ..Chat::default() };
    script.receive(Update::ChannelChanged(Box::new(lounge)));
    script
}

fn room(script: &Script) -> Vec<(UserId, bool)> {
    let rooms = &script.state.core.account(HOME).unwrap().rooms;
    rooms.get(&LOUNGE).into_iter().flatten().map(|one| (one.user, one.muted)).collect()
}

fn presences(effects: &Effects) -> Vec<(RequestId, Presence)> {
    let told = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::SetPresence(presence), .. } => Some((*id, *presence)),
        _ => None,
    };
    effects.iter().filter_map(told).collect()
}

fn down(script: &mut Script) {
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(9) });
}

fn up(script: &mut Script) -> Effects {
    script.link(LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::new("token".to_owned()),
        caps: Script::caps(),
    })
}

#[test]
fn a_room_is_replaced_by_the_whole_and_changed_by_one() {
    let mut script = talking();
    script.receive(Update::VoiceRoomChanged { chat: LOUNGE, participants: vec![inside(ADA, false)] });
    script.receive(Update::VoiceParticipantChanged { chat: LOUNGE, participant: inside(GRACE, true) });
    assert_eq!(room(&script), [(ADA, false), (GRACE, true)]);
    script.receive(Update::VoiceParticipantChanged { chat: LOUNGE, participant: inside(ADA, true) });
    assert_eq!(room(&script), [(ADA, true), (GRACE, true)]);
    script.receive(Update::VoiceRoomChanged { chat: LOUNGE, participants: vec![inside(GRACE, true)] });
    assert_eq!(room(&script), [(GRACE, true)]);
    script.receive(Update::VoiceRoomChanged { chat: LOUNGE, participants: Vec::new() });
    assert_eq!(room(&script), []);
    let crowd = (0..500).map(|id| inside(UserId::new(1_000 + id), false)).collect();
    script.receive(Update::VoiceRoomChanged { chat: LOUNGE, participants: crowd });
    assert_eq!(room(&script).len(), 100);
    script.receive(Update::VoiceRoomChanged { chat: ChatId::new(999), participants: vec![inside(ADA, false)] });
    assert!(!script.state.core.account(HOME).unwrap().rooms.contains_key(&ChatId::new(999)));
}

#[test]
fn somebody_unknown_in_a_room_is_asked_for_once() {
    let mut script = talking();
    let stranger = UserId::new(77);
    let fx = script.receive(Update::VoiceParticipantChanged { chat: LOUNGE, participant: inside(stranger, false) });
    assert_eq!(requests(&fx), [Request::FetchMembers(RUST, vec![stranger])]);
    let fx = script.receive(Update::VoiceParticipantChanged { chat: LOUNGE, participant: inside(stranger, true) });
    assert_eq!(requests(&fx), []);
}

#[test]
fn rooms_are_asked_for_by_each_connection_and_nobody_talks_without_one() {
    let mut script = talking();
    script.receive(Update::VoiceRoomChanged { chat: LOUNGE, participants: vec![inside(ADA, false)] });
    script.receive(Update::Typing { chat: ChatId::new(11), user: ADA, typing: true, busy: false });
    down(&mut script);
    let account = script.state.core.account(HOME).unwrap();
    assert_eq!((room(&script), account.typing.of(ChatId::new(11)).len(), account.presence(ADA)), (vec![], 0, None));
    let fx = up(&mut script);
    let channels = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchCommunities, .. } => Some(*id),
        _ => None,
    });
    let fx = script.answer(channels.unwrap(), Ok(Script::reply(&Request::FetchCommunities).unwrap()));
    let rust = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchChannels(RUST), .. } => Some(*id),
        _ => None,
    });
    let mut chats = Script::roster();
    let kind = ChatKind::Channel { community: RUST, kind: ChannelKind::Voice, parent: None, position: 9, slowmode: 0 };
    chats.push(Chat { id: LOUNGE, kind, ..Chat::default() });
    let bundle = Bundle { chats, ..Bundle::default() };
    let fx = script.answer(rust.unwrap(), Ok(Reply::Channels { community: RUST, bundle }));
    // Roles have no update of their own: they are read again, too.
    assert_eq!(requests(&fx), [Request::FetchRoles(RUST), Request::FetchVoiceRooms(RUST)]);
    // Somebody whom an update named meanwhile and whom the answer does not name has gone.
    script.receive(Update::VoiceRoomChanged { chat: LOUNGE, participants: vec![inside(ADA, false)] });
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchVoiceRooms(RUST), .. } => Some(*id),
        _ => None,
    });
    let rooms = Reply::VoiceRooms { community: RUST, rooms: Vec::new(), bundle: Bundle::default() };
    script.answer(asked.unwrap(), Ok(rooms));
    assert_eq!(room(&script), []);
}

#[test]
fn one_is_seen_as_one_chose_also_by_the_next_connection() {
    let mut script = Script::ready();
    let seen = |script: &Script| script.state.core.account(HOME).unwrap().presence(ME);
    assert_eq!(seen(&script), Some(Presence::Online));
    assert_eq!(parse("status idle"), Ok(Action::Status(Presence::Idle)));
    assert!(parse("status dancing").is_err());
    let told = presences(&script.act(Action::Status(Presence::Idle)));
    assert_eq!((told.len(), seen(&script)), (1, Some(Presence::Idle)));
    script.answer(told[0].0, Ok(Reply::Done));
    // A refusal leaves it as it was.
    let told = presences(&script.act(Action::Status(Presence::Offline)));
    script.answer(told[0].0, Err(refusal(RefusalKind::Unsupported)));
    assert_eq!((seen(&script), script.notice()), (Some(Presence::Idle), "You are seen as before: no"));
    down(&mut script);
    assert_eq!(presences(&script.act(Action::Status(Presence::Offline))), []);
    assert!(script.notice().contains("once there is a connection"));
    let told = presences(&up(&mut script));
    assert_eq!((told[0].1, seen(&script)), (Presence::Offline, Some(Presence::Offline)));
}
