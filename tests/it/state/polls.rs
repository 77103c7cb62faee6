//! Polls: asked for where the network tells votes only on request, voted in by number, begun and ended.

use super::script::*;
use nib::domain::*;
use nib::state::action::MessageAction;
use nib::state::front::Overlay;
use nib::state::{Action, Effect};
use std::sync::Arc;

const ASKED: u128 = 90;

fn poll(several: bool) -> Message {
    let option = |id: &'static str, text: &'static str| PollOption {
        id: CleanText::ours(id),
        text: CleanText::ours(text),
        ..PollOption::default()
    };
    let options = [option("a", "tea"), option("b", "coffee"), option("c", "water")].into();
    let poll = Poll { options, several, ..Poll::default() };
    Message { poll: Some(Box::new(poll)), ..said(chat(11), ASKED, ADA, "Tea or coffee?") }
}

fn ready(several: bool) -> (Script, Vec<Effect>) {
    let mut script = Script::ready();
    let caps = &mut script.state.core.account_mut(HOME).unwrap().caps;
    (caps.polls, caps.polls_asked, caps.votes_final) = (true, true, true);
    let fx = script.hear(poll(several));
    (script, fx)
}

fn tally(votes: &[(&'static str, u32)], mine: Option<&'static str>) -> Tally {
    Tally {
        votes: votes.iter().map(|(id, votes)| (CleanText::ours(id), *votes)).collect(),
        mine: mine.map(|id| [CleanText::ours(id)].into()),
        ended: false,
    }
}

fn known(script: &Script) -> Poll {
    let account = script.state.core.account(HOME).unwrap();
    let message = account.timelines[&ChatId::new(11)].message(MessageId::new(ASKED)).unwrap();
    *message.poll.clone().unwrap()
}

fn id(fx: &[Effect]) -> RequestId {
    let id = |effect: &Effect| match effect {
        Effect::Net { id, .. } => Some(*id),
        _ => None,
    };
    fx.iter().find_map(id).expect("asked")
}

fn vote(number: u16) -> Action {
    Action::Message(MessageAction::Vote(Some(number)))
}

#[test]
fn votes_are_asked_for_and_follow_live() {
    let (mut script, fx) = ready(false);
    let fetch = Request::FetchPoll { chat: ChatId::new(11), message: MessageId::new(ASKED) };
    assert!(requests(&fx.to_vec()).contains(&fetch), "{fx:?}");
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request, .. } if *request == fetch => Some(*id),
        _ => None,
    });
    let (chat, message) = (ChatId::new(11), MessageId::new(ASKED));
    let reply = Reply::Poll { chat, message, tally: tally(&[("a", 2), ("b", 1)], Some("b")) };
    script.answer(asked.unwrap(), Ok(reply));
    let now = known(&script);
    assert_eq!((now.counted, now.votes(), now.options[1].mine), (true, 3, true));
    // Somebody else's vote says nothing of one's own.
    script.receive(Update::PollChanged { chat, message, tally: tally(&[("a", 3)], None) });
    let now = known(&script);
    assert_eq!((now.votes(), now.options[0].votes, now.options[1].mine), (4, 3, true));
    script.receive(Update::PollChanged { chat, message: MessageId::new(1), tally: tally(&[("a", 9)], None) });
    script.receive(Update::PollChanged { chat, message, tally: tally(&[("nothing", 9)], None) });
    assert_eq!(known(&script).votes(), 4);
}

#[test]
fn a_vote_is_given_by_number_once() {
    let (mut script, _) = ready(false);
    script.act(Action::FocusMessages);
    let fx = script.act(vote(2));
    let votes = |options: &[&'static str]| Request::Vote {
        chat: ChatId::new(11),
        message: MessageId::new(ASKED),
        options: options.iter().map(|id| CleanText::ours(id)).collect(),
    };
    assert_eq!(requests(&fx), [votes(&["b"])]);
    let reply =
        Reply::Poll { chat: ChatId::new(11), message: MessageId::new(ASKED), tally: tally(&[("b", 1)], Some("b")) };
    script.answer(id(&fx), Ok(reply));
    assert!(known(&script).options[1].mine);
    assert_eq!(requests(&script.act(vote(2))), []);
    assert_eq!(script.notice(), "You chose that already; a vote cannot be taken back");
    assert_eq!(requests(&script.act(vote(4))), []);
    assert_eq!(script.notice(), "This poll has 3 answers");
    let fx = script.act(vote(1));
    assert_eq!(requests(&fx), [votes(&["a"])], "one answer only");
    script.answer(id(&fx), Err(refusal(RefusalKind::Forbidden)));
    assert_eq!(script.notice(), "No vote: no");
    let (mut script, _) = ready(true);
    script.receive(Update::PollChanged {
        chat: ChatId::new(11),
        message: MessageId::new(ASKED),
        tally: tally(&[("b", 1)], Some("b")),
    });
    assert_eq!(requests(&script.act(vote(1))), [votes(&["b", "a"])], "beside what was chosen before");
    script.state.core.account_mut(HOME).unwrap().caps.votes_final = false;
    assert_eq!(requests(&script.act(vote(2))), [votes(&[])], "taken back where the network takes it back");
}

#[test]
fn a_poll_that_is_over_takes_no_vote() {
    let (mut script, _) = ready(false);
    let mut over = poll(false);
    over.poll.as_mut().unwrap().ends = Some(script.now.wall);
    script.receive(Update::MessageChanged { message: Arc::new(over), reactions: true });
    assert_eq!(requests(&script.act(vote(1))), []);
    assert_eq!(script.notice(), "This poll is over");
    let mut script = Script::ready();
    script.state.core.account_mut(HOME).unwrap().caps.polls = true;
    assert_eq!(requests(&script.act(vote(1))), []);
    assert_eq!(script.notice(), "There is no poll here");
}

#[test]
fn a_poll_is_begun_as_a_command_and_what_was_typed_comes_back() {
    let (mut script, _) = ready(false);
    script.type_text("/poll Where? | here");
    script.act(Action::Send);
    assert_eq!(script.composer(), "/poll Where? | here", "one answer is none");
    script.type_text(" | there");
    let fx = script.act(Action::Send);
    let options = vec!["here".to_owned(), "there".to_owned()];
    assert_eq!(requests(&fx), [Request::BeginPoll { chat: ChatId::new(11), question: "Where?".to_owned(), options }]);
    assert_eq!(script.composer(), "");
    script.answer(id(&fx), Err(refusal(RefusalKind::RateLimited)));
    assert_eq!((script.composer().as_str(), script.notice()), ("/poll Where? | here | there", "Not asked: no"));
}

#[test]
fn only_own_polls_are_ended_and_after_asking() {
    let (mut script, _) = ready(false);
    script.act(Action::Message(MessageAction::EndPoll));
    assert_eq!(script.notice(), "You may end only your own polls here");
    let own = Message { author: ME, key: key(91), ..poll(false) };
    script.hear(own);
    script.act(Action::Message(MessageAction::EndPoll));
    script.act(Action::Move(1));
    let fx = script.act(Action::Accept);
    assert_eq!(requests(&fx), [Request::EndPoll { chat: ChatId::new(11), message: MessageId::new(91) }]);
}

#[test]
fn a_poll_on_screen_is_over_by_itself() {
    use nib::state::Timer;
    use std::time::Duration;
    let mut script = Script::ready();
    let mut message = poll(false);
    message.poll.as_mut().unwrap().ends = Some(Wall(script.now.wall.0 + 60_000));
    script.hear(message);
    script.arrange_bottom();
    let end = script.now.mono.plus(Duration::from_secs(60));
    assert_eq!(script.timers.get(&Timer::Countdown), Some(&end));
    script.advance(Duration::from_secs(59));
    let before = script.state.revision;
    script.advance(Duration::from_secs(1));
    assert!(script.state.revision > before, "a frame shows that it is over");
    assert_eq!(script.timers.get(&Timer::Countdown), None, "once");
    // Elsewhere nobody sees it.
    let mut message = poll(false);
    message.key = key(91);
    message.poll.as_mut().unwrap().ends = Some(Wall(script.now.wall.0 + 60_000));
    script.hear(message);
    script.arrange_bottom();
    assert!(script.timers.contains_key(&Timer::Countdown));
    script.open(12);
    assert_eq!(script.timers.get(&Timer::Countdown), None);
}

/// What the menu of the newest message offers.
fn menu(script: &mut Script) -> Vec<String> {
    script.act(Action::Message(MessageAction::Menu));
    let Some(Overlay::Pick(pick)) = script.state.front.as_mut().unwrap().overlays.pop() else { panic!("a list") };
    pick.picker.items.iter().map(|item| item.label.clone()).collect()
}

#[test]
fn the_menu_has_votes_and_ends_where_they_are_possible() {
    let offers = |script: &mut Script| {
        let offered = menu(script);
        (offered.contains(&"Vote".to_owned()), offered.contains(&"End the poll".to_owned()))
    };
    let (mut script, _) = ready(false);
    assert_eq!(offers(&mut script), (true, false), "it is another's");
    script.act(Action::Message(MessageAction::Vote(None)));
    script.act(Action::Move(1));
    let vote =
        Request::Vote { chat: ChatId::new(11), message: MessageId::new(ASKED), options: [CleanText::ours("b")].into() };
    assert_eq!(requests(&script.act(Action::Accept)), [vote]);
    script.hear(Message { author: ME, key: key(91), ..poll(false) });
    assert_eq!(offers(&mut script), (true, true));
    let over = Poll { ends: Some(script.now.wall), ..Poll::default() };
    script.hear(Message { author: ME, key: key(92), poll: Some(Box::new(over)), ..poll(false) });
    assert_eq!(offers(&mut script), (false, false), "it is over");
    script.hear(said(chat(11), 93, ME, "no poll"));
    assert_eq!(offers(&mut script), (false, false));
    script.hear(Message { author: ME, key: key(94), ..poll(false) });
    script.state.core.account_mut(HOME).unwrap().caps.polls = false;
    assert_eq!(offers(&mut script), (false, false), "the network has none");
}
