//! Whatever servers say, in whatever order, twice, in part or not at all: nothing panics, the state is one that may be, and nothing raw is drawn.
//! `NIB_CASES` says how many courses are tried.

use super::rig::{Rig, url};
use super::servers::{Recording, recorded_answer};
use crate::originchats::peer::{listed, newer, old};
use crate::originchats::{recorded, recorded_old};
use nib::domain::DownReason;
use nib::state::Action;
use nib::state::action::{ComposeAction, MessageAction};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

/// What servers said, session by session: everything that one client heard in one part of a recording.
static SESSIONS: LazyLock<Vec<Vec<Value>>> = LazyLock::new(|| {
    let mut sessions: Vec<((String, String), Vec<Value>)> = Vec::new();
    for (which, rows) in [("", recorded()), ("old ", recorded_old())] {
        for row in rows.into_iter().filter(|row| row.from_server) {
            let part = row.step.split(':').next().unwrap_or_default();
            let key = (format!("{which}{part}"), row.conn);
            match sessions.iter_mut().find(|(known, _)| *known == key) {
                Some((_, packets)) => packets.push(row.packet),
                None => sessions.push((key, vec![row.packet])),
            }
        }
    }
    sessions.into_iter().map(|(_, packets)| packets).collect()
});

fn cases(usual: u32) -> u32 {
    std::env::var("NIB_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// What happens to what a server says on its way.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Heard,
    Lost,
    Twice,
    /// Held back, and heard that many packets later.
    Late(u8),
    /// Cut off after so many 256ths.
    Cut(u8),
    /// Parts of it become something else.
    Bent(u64),
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The next packet of the session that the server plays.
    Next(u8, Fate),
    /// Some packet of any session.
    Any(u8, u16, Fate),
    /// The answer to one of the open requests, if there are any.
    Answer(u8, Fate),
    Wait(u16),
    Down(u8),
    User(u8),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        10 => Just(Fate::Heard),
        1 => Just(Fate::Lost),
        2 => Just(Fate::Twice),
        2 => (0..12u8).prop_map(Fate::Late),
        1 => any::<u8>().prop_map(Fate::Cut),
        4 => any::<u64>().prop_map(Fate::Bent),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        30 => (0..2u8, fate()).prop_map(|(line, fate)| Step::Next(line, fate)),
        6 => (0..2u8, any::<u16>(), fate()).prop_map(|(line, which, fate)| Step::Any(line, which, fate)),
        8 => (0..2u8, fate()).prop_map(|(line, fate)| Step::Answer(line, fate)),
        2 => (0..20_000u16).prop_map(Step::Wait),
        1 => (0..2u8).prop_map(Step::Down),
        5 => any::<u8>().prop_map(Step::User),
    ]
}

/// Bends some of the values of a packet: something hostile behind a text, something of another type in its place, or nothing there at all.
fn bend(value: &mut Value, random: &mut fastrand::Rng) {
    match value {
        Value::String(text) if random.u8(..) < 90 => {
            let bad = [
                "\u{1b}[2J\u{202e}evil\u{7}",
                "\u{9b}31m\u{2066}",
                "\r\n\u{0}",
                "\u{feff}\u{2028}",
                "﷽\u{1f3f4}\u{e0067}",
                "\u{85}\u{200f}x\u{200d}",
            ];
            text.push_str(bad[random.usize(..bad.len())]);
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {
            if random.u8(..) < 10 {
                let other =
                    [json!(null), json!(-1), json!("x\u{1b}"), json!([]), json!({}), json!(1e308), json!(u64::MAX)];
                *value = other[random.usize(..other.len())].clone();
            }
        }
        Value::Array(list) => {
            if random.u8(..) < 6 && !list.is_empty() {
                let one = list[random.usize(..list.len())].clone();
                list.push(one);
            }
            list.iter_mut().for_each(|value| bend(value, random));
        }
        Value::Object(fields) => {
            let command = fields.get("cmd").cloned();
            if random.u8(..) < 12 && !fields.is_empty() {
                let name = fields.keys().nth(random.usize(..fields.len())).cloned().unwrap();
                fields.remove(&name);
            }
            fields.values_mut().for_each(|value| bend(value, random));
            if let Some(command) = command.filter(|_| random.u8(..) > 8) {
                fields.insert("cmd".to_owned(), command);
            }
        }
    }
}

/// What the user does meanwhile.
fn action(which: u8) -> Action {
    let actions = [
        Action::NextUnread,
        Action::NextChat,
        Action::PreviousChat,
        Action::FocusNext,
        Action::MoveFirst,
        Action::MoveLast,
        Action::ScrollPages(-1),
        Action::ScrollStart,
        Action::ScrollEnd,
        Action::Message(MessageAction::React("👍".to_owned())),
        Action::Message(MessageAction::Reply),
        Action::Message(MessageAction::Delete),
        Action::Compose(ComposeAction::EditLast),
        Action::Cancel,
        Action::Insert("hey @bob".to_owned()),
        Action::Send,
        Action::ToggleMembers,
        Action::Jump,
        Action::Accept,
        Action::MarkRead,
        Action::Fold,
        Action::Who("bob".to_owned()),
        Action::Message(MessageAction::Retry),
        Action::Reconnect,
    ];
    actions[usize::from(which) % actions.len()].clone()
}

struct Course {
    rig: Rig<Recording>,
    sessions: [usize; 2],
    next: [usize; 2],
    /// What is held back: by which server, and after how many more packets it is heard.
    late: Vec<(usize, u8, String)>,
}

impl Course {
    fn new(first: usize, second: usize, size: (u16, u16)) -> Self {
        let server = |number: usize, which: usize| {
            let mut greeting = [listed(), newer(), old()][which % 3].clone();
            if which % 3 == 1 {
                greeting["val"]["validator_key"] = json!(format!("originChats-{}-a1-b2", url(number)));
            }
            Recording::new(greeting, ["carol", "bob", "alice"][which % 3], &["user"])
        };
        let rig = Rig::new(vec![("one", server(0, first)), ("two", server(1, second))], size);
        let sessions = [first % SESSIONS.len(), second % SESSIONS.len()];
        Self { rig, sessions, next: [0, 0], late: Vec::new() }
    }

    fn say(&mut self, line: usize, packet: &Value, fate: Fate) {
        let text = packet.to_string();
        for (of, left, _) in &mut self.late {
            *left = if *of == line { left.saturating_sub(1) } else { *left };
        }
        match fate {
            Fate::Lost => {}
            Fate::Heard => self.rig.hear(line, vec![text]),
            Fate::Twice => self.rig.hear(line, vec![text.clone(), text]),
            Fate::Late(by) => self.late.push((line, by, text)),
            Fate::Cut(at) => {
                let mut end = text.len() * usize::from(at) / 256;
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                self.rig.hear(line, vec![text[..end].to_owned()]);
            }
            Fate::Bent(seed) => {
                let mut bent = packet.clone();
                bend(&mut bent, &mut fastrand::Rng::with_seed(seed));
                self.rig.hear(line, vec![bent.to_string()]);
            }
        }
        let (due, late) =
            std::mem::take(&mut self.late).into_iter().partition(|(of, left, _)| *of == line && *left == 0);
        self.late = late;
        let due: Vec<(usize, u8, String)> = due;
        self.rig.hear(line, due.into_iter().map(|(_, _, text)| text).collect());
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Next(line, fate) => {
                let line = usize::from(line);
                let session = &SESSIONS[self.sessions[line]];
                let packet = session[self.next[line] % session.len()].clone();
                self.next[line] += 1;
                self.say(line, &packet, fate);
            }
            Step::Any(line, which, fate) => {
                let all: usize = SESSIONS.iter().map(Vec::len).sum();
                let packet = SESSIONS.iter().flatten().nth(usize::from(which) % all).unwrap().clone();
                self.say(usize::from(line), &packet, fate);
            }
            Step::Answer(line, fate) => {
                let line = usize::from(line);
                let asked = self.rig.lines[line].far.asked.pop();
                if let Some(answer) = asked.as_ref().and_then(recorded_answer) {
                    self.say(line, &answer, fate);
                }
            }
            Step::Wait(millis) => self.rig.advance(Duration::from_millis(millis.into())),
            Step::Down(line) => self.rig.down(usize::from(line), DownReason::Closed(None)),
            Step::User(which) => self.rig.act(action(which)),
        }
        self.rig.settle();
        self.rig.check();
    }
}

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Texts of the recording that people wrote, and what [`bend`] adds: none of it belongs into a log.
const SAID: [&str; 5] = ["evil", "hello from alice", "old message", "Tea or coffee", "first post"];

/// Signs that no terminal may get: they change what it does, or how what follows reads.
fn is_raw(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(48), failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_two_servers_say_breaks_anything(
        first in any::<usize>(),
        second in any::<usize>(),
        swallows in any::<[bool; 2]>(),
        size in prop::sample::select(vec![(120, 30), (80, 24), (40, 12)]),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut course = Course::new(first, second, size);
        for (line, swallows) in course.rig.lines.iter_mut().zip(swallows) {
            line.far.swallows = swallows;
        }
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(move || writer.clone());
        tracing::subscriber::with_default(subscriber.finish(), || {
            // Something that is logged in any case.
            course.say(0, &json!({"cmd": "message_new", "message": "hello from alice"}), Fate::Cut(200));
            steps.into_iter().for_each(|step| course.step(step));
        });
        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        prop_assert!(logged.contains("cannot be read"));
        for line in logged.lines() {
            prop_assert!(!line.chars().any(is_raw) && SAID.iter().all(|said| !line.contains(said)), "{line:?}");
        }
        let buffer = course.rig.cells();
        for cell in buffer.content() {
            prop_assert!(!cell.symbol().chars().any(is_raw), "{:?}", cell.symbol());
        }
        for words in &course.rig.told {
            prop_assert!(!words.chars().any(is_raw), "{words:?}");
        }
    }
}
