//! Files on their way here: parts, pieces, what is lost and gone on with, and servers that lie.

mod again;
mod lost;

use super::script::*;
use nib::domain::download::{Step, Told};
use nib::domain::*;
use nib::state::action::FileAction;
use nib::state::downloads::{Stage, Wanted};
use nib::state::front::Overlay;
use nib::state::{Action, Effect, Effects, Event, Outcome, Ticket};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::time::Duration;

const PART: u32 = 256 << 10;

/// A network, a disk, and what is between: what is asked waits here until it is answered.
struct Desk {
    script: Script,
    /// What the server has.
    content: Vec<u8>,
    /// Parts that are asked for.
    asked: VecDeque<(RequestId, u64, u32)>,
    /// Steps that the disk has not done.
    steps: VecDeque<(u64, Step)>,
    /// What is written, and whether it has its name.
    written: Vec<u8>,
    named: bool,
    /// It is begun a second time.
    twice: bool,
    /// What is to be opened.
    opened: Vec<String>,
    most_asked: usize,
    steps_in_all: Vec<Step>,
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

impl Desk {
    fn new(length: usize) -> Self {
        let mut script = Script::ready();
        script.state.core.account_mut(HOME).unwrap().caps.part = PART;
        Self {
            script,
            content: content(length),
            asked: VecDeque::new(),
            steps: VecDeque::new(),
            written: Vec::new(),
            named: false,
            twice: false,
            opened: Vec::new(),
            most_asked: 0,
            steps_in_all: Vec::new(),
        }
    }

    fn wanted(&self, name: &str, told: u64) -> Wanted {
        let file = Attachment {
            file: FileRef { id: FileId::new(9), ..FileRef::default() },
            name: CleanText::new(name),
            size: told,
            ..Attachment::default()
        };
        Wanted::of(HOME, &file, "", false)
    }

    fn begin(&mut self, told: u64) {
        let wanted = self.wanted("cat.png", told);
        self.act(Action::File(FileAction::SaveNow(Box::new(wanted))));
    }

    fn act(&mut self, action: Action) {
        self.event(Event::Act(action));
    }

    fn event(&mut self, event: Event) {
        let fx = self.script.event(event);
        self.carry_out(fx);
    }

    fn carry_out(&mut self, fx: Effects) {
        for effect in fx {
            match effect {
                Effect::Net { id, request: Request::FetchPart { offset, length, .. }, priority, .. } => {
                    assert_eq!(priority, Priority::Background);
                    assert!(length > 0 && length <= PART);
                    self.asked.push_back((id, offset, length));
                }
                Effect::Cancel(_, id) => self.asked.retain(|(asked, ..)| *asked != id),
                Effect::Save(number, step) => {
                    self.steps_in_all.push(step.clone());
                    self.steps.push_back((number, step));
                }
                Effect::OpenFile(path) => self.opened.push(path),
                _ => {}
            }
        }
        self.most_asked = self.most_asked.max(self.asked.len());
    }

    /// The disk does its next step.
    fn disk(&mut self) -> bool {
        let Some((number, step)) = self.steps.pop_front() else { return false };
        let told = match step {
            Step::Begin(_) if self.named => {
                self.twice = true;
                Told::Begun(Ok(0))
            }
            Step::Begin(_) => Told::Begun(Ok(self.written.len() as u64)),
            Step::Write { offset, bytes, last } => {
                assert_eq!(offset, self.written.len() as u64, "pieces follow each other");
                assert!(!self.named);
                self.written.extend_from_slice(&bytes.0);
                self.named |= last;
                let path = last.then(|| "/there/Downloads/cat.png".to_owned());
                Told::Written(Ok((self.written.len() as u64, path)))
            }
            Step::Leave => return true,
            Step::Look(path) => {
                assert_eq!(path, "/there/Downloads/cat.png");
                Told::There(self.named.then_some(self.written.len() as u64))
            }
            Step::Forget => {
                self.twice = false;
                if !self.named {
                    self.written.clear();
                }
                return true;
            }
        };
        self.event(Event::Saved(number, told));
        true
    }

    fn part(&self, offset: u64, length: u64) -> Reply {
        let from = usize::try_from(offset).unwrap().min(self.content.len());
        let to = from.saturating_add(usize::try_from(length).unwrap()).min(self.content.len());
        let bytes = self.content[from..to].to_vec();
        Reply::Part { last: bytes.is_empty(), bytes: Blob(bytes.into()), least: 0 }
    }

    /// The server answers what was asked, that which stands at this place.
    fn serve(&mut self, at: usize, most: u64) -> bool {
        if self.asked.is_empty() {
            return false;
        }
        let (id, offset, length) = self.asked.remove(at % self.asked.len()).unwrap();
        let reply = self.part(offset, most.min(u64::from(length)));
        self.answer(id, Ok(reply));
        true
    }

    fn answer(&mut self, id: RequestId, outcome: Result<Reply, Refusal>) {
        self.event(Event::Answer(HOME, Answer { request: id, outcome }));
    }

    /// Everything goes as it should, until nothing moves.
    fn run(&mut self) {
        while self.disk() || self.serve(0, u64::MAX) {}
    }

    /// So long passes that what was lost is asked for again.
    fn rest(&mut self) {
        let fx = self.script.advance(Duration::from_secs(1));
        self.carry_out(fx);
    }

    fn stage(&self) -> Stage {
        self.script.state.downloads.list.last().expect("a download").stage.clone()
    }

    fn failed(&self) -> String {
        let Stage::Failed(why) = self.stage() else { panic!("{:?}", self.stage()) };
        why
    }
}

#[test]
fn a_file_comes_in_parts_that_grow_and_is_named_at_the_end() {
    let mut desk = Desk::new(3_000_000);
    desk.begin(3_000_000);
    assert_eq!(desk.script.notice(), "Saving \"cat.png\"");
    assert_eq!((desk.stage(), desk.asked.len()), (Stage::Beginning, 0), "nothing is asked for before it has a place");
    desk.disk();
    assert_eq!(desk.asked.iter().map(|(_, offset, length)| (*offset, *length)).collect::<Vec<_>>(), [(0, 64 << 10)]);
    desk.run();
    assert!(desk.named && desk.written == desk.content);
    assert_eq!(desk.stage(), Stage::Done("/there/Downloads/cat.png".to_owned()));
    assert_eq!(desk.script.notice(), "Saved as /there/Downloads/cat.png");
    assert!((2..=3).contains(&desk.most_asked), "{}", desk.most_asked);
    assert!(desk.opened.is_empty());
    // Saved once more it is another file, and so is the list.
    desk.act(Action::File(FileAction::OpenNow("/x".to_owned())));
    assert_eq!(desk.opened, ["/x"]);
}

#[test]
fn a_stopped_one_goes_on_and_one_that_is_given_up_is_gone() {
    let mut desk = Desk::new(600_000);
    desk.begin(600_000);
    desk.disk();
    desk.serve(0, u64::MAX);
    desk.disk();
    let wanted = desk.wanted("cat.png", 600_000);
    desk.act(Action::File(FileAction::SaveNow(Box::new(wanted.clone()))));
    assert_eq!(desk.script.notice(), "\"cat.png\" is being saved already");
    assert_eq!(desk.script.state.downloads.list.len(), 1);
    desk.act(Action::File(FileAction::Stop(1)));
    assert_eq!((desk.stage(), desk.asked.len()), (Stage::Stopped, 0));
    assert_eq!(desk.script.state.downloads.list[0].percent(), Some(10));
    // What the disk still had to say is of the try before.
    desk.event(Event::Saved(1, Told::Written(Ok((1, None)))));
    desk.act(Action::File(FileAction::SaveNow(Box::new(wanted))));
    desk.run();
    assert!(desk.named && desk.written == desk.content);
    desk.act(Action::File(FileAction::Stop(1)));
    assert!(desk.script.state.downloads.list.is_empty());

    let mut desk = Desk::new(600_000);
    desk.begin(600_000);
    desk.disk();
    desk.serve(0, u64::MAX);
    desk.disk();
    desk.act(Action::File(FileAction::Stop(1)));
    desk.act(Action::File(FileAction::Stop(1)));
    while desk.disk() {}
    assert!(desk.written.is_empty() && desk.script.state.downloads.list.is_empty());
    assert_eq!(desk.steps_in_all.last(), Some(&Step::Forget));
}

#[test]
fn a_disk_that_is_full_is_told_and_the_rest_can_follow() {
    let mut desk = Desk::new(600_000);
    desk.begin(600_000);
    desk.disk();
    desk.serve(0, u64::MAX);
    desk.steps.clear();
    desk.event(Event::Saved(1, Told::Written(Err("there is no space left".to_owned()))));
    assert_eq!(desk.script.notice(), "\"cat.png\" is not saved: there is no space left");
    assert_eq!((desk.failed().as_str(), desk.asked.len()), ("there is no space left", 0));
    desk.act(Action::File(FileAction::GoOn(1)));
    desk.run();
    assert!(desk.named && desk.written == desk.content);
}

#[test]
fn what_a_server_says_beside_the_truth_is_a_failure_and_nothing_is_written_beyond() {
    // More than was asked for.
    let mut desk = Desk::new(600_000);
    desk.begin(600_000);
    desk.disk();
    let (id, ..) = desk.asked[0];
    let bytes = Blob(vec![0; (64 << 10) + 1].into());
    desk.answer(id, Ok(Reply::Part { bytes, last: false, least: 0 }));
    assert_eq!((desk.failed().as_str(), desk.written.len()), ("the server sends more than was asked for", 0));

    // Less than it told.
    let mut desk = Desk::new(100_000);
    desk.begin(600_000);
    desk.run();
    assert_eq!(desk.failed(), "the server has only 100 KB of 600 KB");
    assert!(!desk.named);

    // More than it told: what is told is what is taken.
    let mut desk = Desk::new(600_000);
    desk.begin(100_000);
    desk.run();
    assert!(desk.named && desk.written == desk.content[..100_000]);

    // Unless the server says so itself: half of a file is none.
    let mut desk = Desk::new(600_000);
    desk.begin(1_000);
    desk.disk();
    let (id, ..) = desk.asked[0];
    let bytes = Blob(desk.content[..1_000].to_vec().into());
    desk.answer(id, Ok(Reply::Part { bytes, last: false, least: 600_000 }));
    while desk.disk() {}
    assert_eq!(desk.failed(), "the server has more of it than 1 KB, as the message says");
    assert!(!desk.named && desk.written.is_empty());

    // Another thing altogether, and a refusal.
    for (reply, why) in
        [(Ok(Reply::Done), "the server gives something else"), (Err(refusal(RefusalKind::NotFound)), "no")]
    {
        let mut desk = Desk::new(600_000);
        desk.begin(600_000);
        desk.disk();
        let (id, ..) = desk.asked[0];
        desk.answer(id, reply);
        assert_eq!(desk.failed(), why);
    }

    // A connection that is always lost before anything comes.
    let mut desk = Desk::new(600_000);
    desk.begin(600_000);
    for _ in 0..5 {
        desk.disk();
        while desk.disk() {}
        let (id, ..) = desk.asked[0];
        desk.answer(id, Err(Refusal::ours(RefusalKind::LinkLost, "lost")));
        desk.rest();
    }
    assert_eq!(desk.failed(), "the connection was lost again and again");
}

#[test]
fn a_file_of_unknown_size_is_asked_about_and_ends_where_the_server_ends() {
    let mut desk = Desk::new(200_000);
    let message = said(chat(11), 500, ADA, "look");
    let file = |name: &str, size| Attachment {
        file: FileRef { id: FileId::new(3), ..FileRef::default() },
        name: CleanText::new(name),
        size,
        ..Attachment::default()
    };
    let attachments = [file("endless", 0), file("film.mkv", 4_000_000_000)];
    desk.script.hear(Message { attachments: attachments.into(), ..message });
    desk.act(Action::File(FileAction::Save(String::new())));
    let question = |desk: &Desk| match desk.script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Question(question)) => question.text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(question(&desk), "\"film.mkv\" is 4.0 GB. Save it?");
    desk.act(Action::Cancel);
    assert_eq!(question(&desk), "Nobody says how large \"endless\" is. Save up to 256 MB of it?");
    desk.act(Action::Move(1));
    desk.act(Action::Accept);
    desk.run();
    assert!(desk.named && desk.written == desk.content);
    assert_eq!(desk.script.state.downloads.list.len(), 1);

    // Without an end, it ends by itself.
    let mut desk = Desk::new(0);
    desk.begin(0);
    desk.disk();
    let mut taken = 0;
    while let Some((id, _, length)) = desk.asked.pop_front() {
        taken += u64::from(length);
        let bytes = Blob(vec![0; length as usize].into());
        desk.answer(id, Ok(Reply::Part { bytes, last: false, least: 0 }));
        while desk.disk() {}
        assert!(taken <= 256_000_000);
    }
    assert!(desk.failed().starts_with("it is larger than 256 MB"), "{}", desk.failed());
}

#[test]
fn what_others_keep_is_a_link_and_where_nothing_can_be_fetched_it_is_said() {
    let mut desk = Desk::new(10);
    let file = Attachment {
        file: FileRef { id: FileId::new(3), address: CleanText::new("https://elsewhere.example/x.png") },
        name: CleanText::new("x.png"),
        size: 10,
        ..Attachment::default()
    };
    desk.script.hear(Message { attachments: [file].into(), ..said(chat(11), 500, ADA, "") });
    desk.act(Action::File(FileAction::Save(String::new())));
    assert!(desk.steps.is_empty() && desk.asked.is_empty());
    let Some(Overlay::Question(question)) = desk.script.state.front.as_ref().unwrap().overlays.last() else { panic!() };
    assert_eq!(question.actions().next(), Some(&Action::OpenNow("https://elsewhere.example/x.png".to_owned())));
    desk.act(Action::Cancel);
    desk.script.hear(said(chat(11), 501, ADA, "no file"));
    desk.act(Action::File(FileAction::Save(String::new())));
    assert_eq!(desk.script.notice(), "There is no file in this message");
}

#[test]
fn what_may_run_is_opened_after_a_question_only() {
    let mut desk = Desk::new(10);
    let wanted = Wanted { open: true, ..desk.wanted("run.sh", 10) };
    desk.act(Action::File(FileAction::SaveNow(Box::new(wanted))));
    desk.disk();
    desk.serve(0, u64::MAX);
    desk.steps.clear();
    desk.event(Event::Saved(1, Told::Written(Ok((10, Some("/d/run.sh".to_owned()))))));
    assert!(desk.opened.is_empty());
    let Some(Overlay::Question(question)) = desk.script.state.front.as_ref().unwrap().overlays.last() else { panic!() };
    assert_eq!(question.text, "Opening \"run.sh\" may run what is in it. Open it all the same?");
    desk.act(Action::Move(1));
    desk.act(Action::Accept);
    assert_eq!(desk.opened, ["/d/run.sh"]);
}

proptest! {
    /// Whatever order answers come in, however short they are, and whatever is lost or stopped on the way: the file is the file.
    #[test]
    fn what_is_written_is_what_the_server_has(
        length in 1_usize..900_000,
        moves in prop::collection::vec((0_u8..12, 0_usize..4, 1_u64..300_000), 1..60),
    ) {
        let mut desk = Desk::new(length);
        desk.begin(length as u64);
        for (what, at, most) in moves {
            match what {
                0..=4 => _ = desk.disk(),
                5..=8 => _ = desk.serve(at, most),
                9 => {
                    if let Some((id, ..)) = desk.asked.get(at).copied() {
                        desk.asked.remove(at);
                        desk.answer(id, Err(Refusal::ours(RefusalKind::LinkLost, "lost")));
                    }
                }
                10 => desk.script.now = desk.script.now.plus(Duration::from_millis(most / 50)),
                _ => desk.act(Action::File(FileAction::Stop(1))),
            }
            if desk.script.state.downloads.list.is_empty() {
                return Ok(());
            }
            prop_assert!(desk.written.len() <= length);
            prop_assert!(desk.asked.len() <= 3);
        }
        for _ in 0..4 {
            desk.act(Action::File(FileAction::GoOn(1)));
            desk.rest();
            desk.run();
        }
        prop_assert!(desk.named && !desk.twice, "{:?}", desk.stage());
        prop_assert!(desk.written == desk.content);
    }
}

#[test]
fn one_short_answer_is_not_what_all_parts_are_for_good() {
    let mut desk = Desk::new(600_000);
    desk.begin(600_000);
    desk.disk();
    desk.serve(0, 1_000);
    while desk.disk() {}
    let lengths = |desk: &Desk| desk.asked.iter().map(|(.., length)| *length).collect::<Vec<_>>();
    assert_eq!(lengths(&desk), [16 << 10], "not a thousand bytes at a time");
    desk.act(Action::File(FileAction::Stop(1)));
    while desk.disk() {}
    desk.act(Action::File(FileAction::GoOn(1)));
    desk.disk();
    assert_eq!(lengths(&desk), [64 << 10], "a new try asks for as much as any");
    desk.run();
    assert!(desk.named && desk.written == desk.content);
}

#[test]
fn no_less_is_asked_for_than_the_network_takes() {
    let mut desk = Desk::new(300_000);
    desk.script.state.core.account_mut(HOME).unwrap().caps.least_part = 128 << 10;
    desk.begin(300_000);
    desk.disk();
    let mut asked = Vec::new();
    loop {
        asked.extend(desk.asked.iter().copied());
        if !(desk.serve(0, u64::MAX) || desk.disk()) {
            break;
        }
    }
    assert!(!asked.is_empty() && asked.iter().all(|(.., length)| *length >= 128 << 10), "{asked:?}");
    assert!(desk.named && desk.written == desk.content);

    // More than was told: what is told is what is taken, and that there is more is said.
    let mut desk = Desk::new(300_000);
    desk.script.state.core.account_mut(HOME).unwrap().caps.least_part = 128 << 10;
    desk.begin(1_000);
    desk.run();
    assert_eq!(desk.failed(), "the server has more of it than 1 KB, as the message says");
    assert!(!desk.named && desk.written.is_empty());
}

#[test]
fn whoever_waits_for_a_file_is_told_whatever_becomes_of_it() {
    fn outcomes(fx: &Effects) -> Vec<Ticket> {
        let told = fx.iter().filter_map(|effect| match effect {
            Effect::Outcome(ticket, Outcome::Refused(_)) => Some(*ticket),
            _ => None,
        });
        told.collect()
    }
    let mut desk = Desk::new(600_000);
    let wanted = desk.wanted("cat.png", 600_000);
    let submit = |desk: &mut Desk, ticket, wanted: &Wanted| {
        let save = Action::File(FileAction::SaveNow(Box::new(wanted.clone())));
        desk.script.event(Event::Submit(Ticket(ticket), save))
    };
    assert_eq!(outcomes(&submit(&mut desk, 1, &Wanted { account: AccountId(99), ..wanted.clone() })), [Ticket(1)]);
    submit(&mut desk, 2, &wanted);
    submit(&mut desk, 3, &wanted);
    let mut stop = || outcomes(&desk.script.act(Action::File(FileAction::Stop(1))));
    assert_eq!((stop(), stop()), (vec![], vec![Ticket(2), Ticket(3)]), "once stopped it may go on");
    for number in 0..100 {
        let other = desk.wanted(&format!("{number}.png"), 9);
        submit(&mut desk, 10 + number, &other);
    }
    assert_eq!(outcomes(&submit(&mut desk, 4, &wanted)), [Ticket(4)], "there is no room");
}
