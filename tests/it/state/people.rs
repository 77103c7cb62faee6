//! Who people are: their cards, and how one stands to them.

use super::script::*;
use nib::domain::people::Profile;
use nib::domain::update::Relationship;
use nib::domain::*;
use nib::state::front::{Overlay, Region};
use nib::state::ui::person::{Card, Told};
use nib::state::{Action, Effect, Effects, Event};

fn card(script: &Script) -> Option<Card> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Person(card)) => Some((**card).clone()),
        _ => None,
    }
}

/// The request of this kind that effects make.
fn request(effects: &Effects, wanted: impl Fn(&Request) -> bool) -> RequestId {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Net { id, request, .. } if wanted(request) => Some(*id),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{effects:?}"))
}

fn is_profile(request: &Request) -> bool {
    matches!(request, Request::FetchProfile(_))
}

fn member(user: UserId, roles: &[u128]) -> Member {
    let roles = roles.iter().map(|role| RoleId::new(*role)).collect();
    Member { user, community: RUST, nickname: None, roles }
}

#[test]
fn a_card_shows_at_once_and_fills_in() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    let fx = script.act(Action::Who(String::new()));
    let shown = card(&script).unwrap();
    assert_eq!((shown.user, shown.community, shown.profile), (ADA, Some(RUST), Told::Loading));
    assert_eq!(requests(&fx), [Request::FetchProfile(ADA), Request::FetchMembers(RUST, vec![ADA])]);
    let profile = Profile { bio: Some(CleanText::ours("I count.")), communities: vec![RUST], friends: vec![GRACE] };
    let id = request(&fx, is_profile);
    script.answer(id, Ok(Reply::Profile(Box::new(profile.clone()))));
    assert_eq!(card(&script).unwrap().profile, Told::Profile(Box::new(profile)));
    script.act(Action::Move(3));
    assert_eq!(card(&script).unwrap().scroll, 3);
    script.act(Action::Cancel);
    assert_eq!(card(&script), None);
    assert_eq!(script.state.front.as_ref().unwrap().region, Region::Messages);
}

#[test]
fn a_refusal_is_said_in_the_card_and_a_late_answer_belongs_to_its_own_card() {
    let mut script = Script::ready();
    let ada = script.act(Action::Who("@ada".to_owned()));
    let grace = script.act(Action::Who("grace".to_owned()));
    assert_eq!(card(&script).unwrap().user, GRACE);
    assert_eq!(script.state.front.as_ref().unwrap().overlays.len(), 1, "one card at a time");
    script.answer(request(&ada, is_profile), Ok(Reply::Profile(Box::default())));
    assert_eq!(card(&script).unwrap().profile, Told::Loading);
    script.answer(request(&grace, is_profile), Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(card(&script).unwrap().profile, Told::Refused(CleanText::ours("no")));
    script.act(Action::Cancel);
    // Without a connection the card says so and asks for nothing.
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(9) });
    let fx = script.act(Action::Who("ada".to_owned()));
    assert_eq!(requests(&fx), []);
    assert!(matches!(card(&script).unwrap().profile, Told::Refused(_)));
}

#[test]
fn somebody_not_known_is_looked_up_by_name() {
    let mut script = Script::ready();
    let fx = script.act(Action::Who("@zoe".to_owned()));
    assert_eq!(requests(&fx), [Request::LookupUsername("zoe".to_owned())]);
    // It takes the keyboard at once: nothing that is typed gets to anybody.
    let shown = card(&script).unwrap();
    assert_eq!((shown.looked_for.as_deref(), shown.profile), (Some("zoe"), Told::Loading));
    assert_eq!(requests(&script.act(Action::Accept)), []);
    let lookup = |request: &Request| matches!(request, Request::LookupUsername(_));
    script.answer(request(&fx, lookup), Ok(Reply::User(user(UserId::new(77), "zoe"))));
    assert_eq!((card(&script).unwrap().user, card(&script).unwrap().looked_for), (UserId::new(77), None));
    script.act(Action::Cancel);
    let fx = script.act(Action::Who("@nobody".to_owned()));
    script.answer(request(&fx, lookup), Err(refusal(RefusalKind::NotFound)));
    assert_eq!(card(&script).unwrap().profile, Told::Refused(CleanText::ours("no")));
    script.act(Action::Cancel);
    // Whoever has closed it and types on is not interrupted.
    let fx = script.act(Action::Who("@yan".to_owned()));
    script.act(Action::Cancel);
    script.type_text("no");
    script.answer(request(&fx, lookup), Ok(Reply::User(user(UserId::new(78), "yan"))));
    script.type_text("w what");
    assert_eq!((card(&script), script.composer()), (None, "now what".to_owned()));
}

#[test]
fn without_a_name_it_is_whom_one_points_at() {
    let mut script = Script::ready();
    // In a direct chat the other person, whoever wrote last.
    script.open(32);
    script.act(Action::Who(String::new()));
    assert_eq!(card(&script).unwrap().user, GRACE);
    script.act(Action::Cancel);
    script.open(34);
    script.act(Action::Who(String::new()));
    assert_eq!(card(&script), None, "nobody is there");
    assert!(script.notice().contains("/who @name"));
}

#[test]
fn writing_from_the_card_opens_the_direct_chat() {
    let mut script = Script::ready();
    script.act(Action::Who("ada".to_owned()));
    let fx = script.act(Action::Accept);
    script.serve(fx);
    let open = |script: &Script| script.state.front.as_ref().unwrap().pane.chat;
    assert_eq!((open(&script), card(&script)), (Some(chat(31)), None));
    // Nothing was ever written between the two: the network names the chat.
    script.receive(Update::UserChanged(Box::new(user(UserId::new(9), "zoe"))));
    script.act(Action::Who("zoe".to_owned()));
    let fx = script.act(Action::Accept);
    let direct = request(&fx, |request| *request == Request::FetchDirect(UserId::new(9)));
    let kind = ChatKind::Direct { peer: UserId::new(9) };
    let new = Chat { id: ChatId::new(39), kind, wire: CleanText::ours("39"), ..Chat::default() };
    script.answer(direct, Ok(Reply::Chat(Bundle { chats: vec![new], ..Bundle::default() })));
    assert_eq!(open(&script), Some(chat(39)));
    // Oneself is where one's notes are.
    script.act(Action::Who("me".to_owned()));
    script.act(Action::Accept);
    assert_eq!(open(&script), Some(chat(34)));
    // Without a connection a known chat opens, another one is said to be out of reach.
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: std::time::Duration::from_secs(9) });
    script.act(Action::Who("grace".to_owned()));
    script.act(Action::Accept);
    assert_eq!(open(&script), Some(chat(32)));
    script.receive(Update::UserChanged(Box::new(user(UserId::new(10), "yan"))));
    script.act(Action::Who("yan".to_owned()));
    assert_eq!(requests(&script.act(Action::Accept)), []);
    assert_eq!((open(&script), script.notice()), (Some(chat(32)), "@yan: there is no connection"));
}

#[test]
fn relationships_are_fetched_kept_and_replaced() {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    let fx = script.link(LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::new("token".to_owned()),
        caps: Caps { relationships: true, ..Script::caps() },
    });
    let id = request(&fx, |request| *request == Request::FetchRelationships);
    let relationships = vec![(ADA, Relationship::Friend), (GRACE, Relationship::Incoming)];
    let users = vec![user(ADA, "ada"), user(GRACE, "grace")];
    script.answer(id, Ok(Reply::Relationships { relationships, users }));
    let known = |script: &Script, user| script.state.core.account(HOME).unwrap().relationships.get(&user).copied();
    assert_eq!(known(&script, GRACE), Some(Relationship::Incoming));
    script.receive(Update::RelationshipChanged { user: GRACE, relationship: Some(Relationship::Friend) });
    assert_eq!(known(&script, GRACE), Some(Relationship::Friend));
    script.receive(Update::RelationshipChanged { user: GRACE, relationship: None });
    assert_eq!((known(&script, GRACE), known(&script, ADA)), (None, Some(Relationship::Friend)));
}

#[test]
fn whoever_is_blocked_neither_types_nor_notifies() {
    let mut script = Script::ready();
    let typing = |user| Update::Typing { chat: ChatId::new(31), user, typing: true, busy: false };
    let typists = |script: &Script| script.state.core.account(HOME).unwrap().typing.of(ChatId::new(31)).len();
    script.receive(typing(ADA));
    assert_eq!(typists(&script), 1);
    script.receive(Update::RelationshipChanged { user: ADA, relationship: Some(Relationship::Blocked) });
    assert_eq!(typists(&script), 0, "at once");
    script.receive(typing(ADA));
    assert_eq!(typists(&script), 0);
    script.event(Event::Focused(false));
    let told = |fx: &Effects| fx.iter().any(|effect| matches!(effect, Effect::Notify { .. }));
    assert!(!told(&script.hear(said(chat(31), 60, ADA, "hello?"))));
    assert!(told(&script.hear(said(chat(32), 61, GRACE, "hello"))));
    script.receive(Update::RelationshipChanged { user: ADA, relationship: None });
    script.advance(std::time::Duration::from_secs(5));
    assert!(told(&script.hear(said(chat(31), 62, ADA, "hello again"))));
}

#[test]
fn what_somebody_is_here_is_asked_for_only_where_it_is_not_known() {
    let mut script = Script::ready();
    script.receive(Update::MemberChanged(Box::new(member(ADA, &[7]))));
    script.act(Action::FocusMessages);
    let fx = script.act(Action::Who(String::new()));
    assert_eq!(requests(&fx), [Request::FetchProfile(ADA)]);
}
