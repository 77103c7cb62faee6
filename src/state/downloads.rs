//! Files on their way here: asked for part by part, written in order, gone on with after a lost connection, and never more than was told.
//!
//! At first one small part is asked for; larger ones, and more at once, as long as the network brings them quickly. What comes out of order waits for
//! what belongs before it. The shell is told one piece after the other, and no more than it has written are asked for.

mod parts;

use super::effect::{Effect, Effects, Outcome};
use super::event::Ticket;
use super::{Account, State};
use crate::domain::download::{Place, Step, Told, is_harmless, safe_name};
use crate::domain::{
    AccountId, Attachment, Blob, CleanText, FileRef, Mono, Refusal, RefusalKind, RequestId, UserId, size,
};
use crate::state::action::{Action, FileAction};
use crate::state::front::{Overlay, Question};
use parts::{ask_more, drop_parts};
pub(super) use parts::{came, not_taken};
use std::collections::VecDeque;

/// Most files in the list; those that are done go first.
const MOST: usize = 100;
/// Most files of an account that are under way at once.
const AT_ONCE: usize = 2;
/// What is asked for first, and the least that is, in bytes.
const FIRST: u32 = 64 << 10;
const LEAST: u32 = 16 << 10;
/// What is taken of a file whose size nobody tells, in bytes.
const UNTOLD: u64 = 256_000_000;
/// From this size on it is asked whether it is wanted.
const LARGE: u64 = 1_000_000_000;

/// A file that somebody wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Through which account.
    pub account: AccountId,
    /// Which.
    pub file: FileRef,
    /// What its sender calls it.
    pub name: CleanText,
    /// Bytes, as the network tells.
    pub size: u64,
    /// Where it is to go, as the user wrote it; empty: to the folder for downloads.
    pub to: String,
    /// It is to be opened when it is here.
    pub open: bool,
    /// Who is told what became of it.
    pub ticket: Option<Ticket>,
}

impl Wanted {
    /// A file that came with a message.
    #[must_use]
    pub fn of(account: AccountId, file: &Attachment, to: &str, open: bool) -> Self {
        let (name, size) = (file.name.clone(), file.size);
        Self { account, file: file.file.clone(), name, size, to: to.to_owned(), open, ticket: None }
    }
}

/// How far a file is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It waits for a connection, or for others.
    Waiting,
    /// The place where it goes is being looked at.
    Beginning,
    /// It is under way.
    Running,
    /// The user stopped it; it can go on.
    Stopped,
    /// It did not go on, and why.
    Failed(String),
    /// It is here, at this path.
    Done(String),
}

/// A file that is to be saved, is being saved, or was.
#[derive(Clone, PartialEq, Debug)]
pub struct Download {
    /// Names it.
    pub number: u64,
    /// What is wanted.
    pub wanted: Wanted,
    /// What it is called here.
    pub name: String,
    /// How far it is.
    pub stage: Stage,
    /// Bytes that are written.
    pub done: u64,
    /// Who was signed in when it was wanted.
    me: UserId,
    /// What was asked for, in order.
    parts: VecDeque<Part>,
    /// The first byte that was not asked for.
    next: u64,
    /// Pieces that the shell has not written yet.
    writing: usize,
    /// How much is asked for at once, and in how many parts.
    length: u32,
    window: usize,
    /// The server gives no longer parts than this.
    longest: u32,
    /// How often it was lost since something came.
    losses: u8,
    /// Not to be gone on with before.
    wait: Option<Mono>,
    /// Who is told what becomes of it.
    waits: Vec<Ticket>,
    /// It was saved and wanted once more: whether it is still there is being looked up.
    again: Option<Wanted>,
    /// It was saved, and is not as it was there any more.
    is_away: bool,
}

/// A part that was asked for.
#[derive(Clone, PartialEq, Debug)]
struct Part {
    request: RequestId,
    offset: u64,
    length: u32,
    asked: Mono,
    /// What came, if it did, and whether nothing comes after it.
    came: Option<(Blob, bool)>,
}

/// All of them, oldest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Downloads {
    /// The list.
    pub list: Vec<Download>,
    given: u64,
}

impl Download {
    /// How much of it is here, per cent; `None` where nobody tells how much there is.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        let of = self.wanted.size;
        (of > 0).then(|| u64::try_from(u128::from(self.done) * 100 / u128::from(of)).unwrap_or(100).min(100))
    }

    /// Whether it goes on by itself.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Beginning | Stage::Running)
    }

    /// The first byte that is not to be asked for.
    const fn bound(&self) -> u64 {
        if self.wanted.size > 0 { self.wanted.size } else { UNTOLD }
    }

    fn place(&self, account: &Account, folder: &str) -> Place {
        let Wanted { file, size, to, .. } = &self.wanted;
        // What an earlier try left belongs to this very file of this very person.
        let parts = [&account.network, &account.server, &account.me.to_string(), &file.id.to_string()];
        let of = parts.map(String::as_str).join("\n") + "\n" + &file.address;
        Place { folder: folder.to_owned(), path: to.clone(), name: self.name.clone(), of, size: *size }
    }
}

impl Downloads {
    /// One of them.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Download> {
        self.list.iter().find(|one| one.number == number)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Download> {
        self.list.iter_mut().find(|one| one.number == number)
    }

    /// Those that go on by themselves.
    pub fn live(&self) -> impl Iterator<Item = &Download> {
        self.list.iter().filter(|one| one.is_live())
    }
}

/// Somebody wants a file: what hangs together is asked first, and what others keep is theirs to give.
pub(super) fn want(state: &mut State, wanted: Wanted, fx: &mut Effects) {
    let Some(account) = state.core.account(wanted.account) else { return };
    if let Some(address) = wanted.file.elsewhere() {
        let text = format!("This file is kept elsewhere. Open {address}?");
        return ask(state, text, "Open", Action::OpenNow(address.to_owned()));
    }
    // The newest of several copies.
    let same = |one: &&mut Download| {
        !one.is_away && one.me == account.me && Wanted { open: wanted.open, ..one.wanted.clone() } == wanted
    };
    if let Some(known) = state.downloads.list.iter_mut().rev().find(same)
        && let Stage::Done(path) = &known.stage
    {
        let step = Step::Look(path.clone());
        known.again = Some(wanted);
        return fx.push(Effect::Save(known.number, step));
    }
    if account.caps.part == 0 {
        return state.notice("Files cannot be fetched here", true, fx);
    }
    let name = CleanText::line(&wanted.name);
    let question = match wanted.size {
        0 => Some(format!("Nobody says how large \"{name}\" is. Save up to {} of it?", size(UNTOLD))),
        large if large >= LARGE => Some(format!("\"{name}\" is {}. Save it?", size(large))),
        _ => None,
    };
    match question {
        Some(text) => ask(state, text, "Save", Action::File(FileAction::SaveNow(Box::new(wanted)))),
        None => begin(state, wanted, fx),
    }
}

fn ask(state: &mut State, text: String, yes: &'static str, action: Action) {
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question::yes_no(text, yes, action)));
    }
    state.touch();
}

/// Takes a file into the list, without asking.
pub(super) fn begin(state: &mut State, mut wanted: Wanted, fx: &mut Effects) {
    let waits = wanted.ticket.take();
    let Some(account) = state.core.account(wanted.account) else {
        return refuse(waits, &wanted.name, "there is no such account", fx);
    };
    let (me, longest) = (account.me, account.caps.part);
    let name = safe_name(&wanted.name);
    let same = |one: &&mut Download| {
        let alike = Wanted { open: wanted.open, ..one.wanted.clone() } == wanted;
        alike && !matches!(one.stage, Stage::Done(_))
    };
    if let Some(known) = state.downloads.list.iter_mut().find(same) {
        known.wanted.open |= wanted.open;
        known.waits.extend(waits);
        let number = known.number;
        if !known.is_live() {
            resume(state, number);
        }
        return state.notice(format!("\"{name}\" is being saved already"), false, fx);
    }
    make_room(state, fx);
    if state.downloads.list.len() >= MOST {
        refuse(waits, &name, "too many files are being saved", fx);
        return state.notice("Too many files are being saved; wait until some are here", true, fx);
    }
    state.downloads.given += 1;
    let number = state.downloads.given;
    state.downloads.list.push(Download {
        number,
        wanted,
        name: name.clone(),
        stage: Stage::Waiting,
        done: 0,
        me,
        parts: VecDeque::new(),
        next: 0,
        writing: 0,
        length: FIRST,
        window: 1,
        longest,
        losses: 0,
        wait: None,
        waits: waits.into_iter().collect(),
        again: None,
        is_away: false,
    });
    state.notice_of(format!("Saving \"{name}\""), Some("downloads"), false, fx);
}

/// Those that are done make way for others, then those that failed.
fn make_room(state: &mut State, fx: &mut Effects) {
    for idle in [|stage: &Stage| matches!(stage, Stage::Done(_)), |stage: &Stage| matches!(stage, Stage::Failed(_))] {
        while state.downloads.list.len() >= MOST {
            let Some(at) = state.downloads.list.iter().position(|one| idle(&one.stage)) else { break };
            // What is there of one that failed can be gone on with, whenever the file is wanted again.
            let one = state.downloads.list.remove(at);
            fx.push(Effect::Save(one.number, Step::Leave));
        }
    }
}

/// Begins what may begin and asks for what may be asked for: after every event.
pub(super) fn keep(state: &mut State, fx: &mut Effects) {
    let now = state.now.mono;
    let numbers: Vec<(u64, AccountId)> = state.downloads.live().map(|one| (one.number, one.wanted.account)).collect();
    for (number, account) in numbers {
        let busy =
            |one: &&Download| one.wanted.account == account && matches!(one.stage, Stage::Beginning | Stage::Running);
        let under_way = state.downloads.list.iter().filter(busy).count();
        let known = state.core.account(account);
        let Some(one) = state.downloads.get(number) else { continue };
        match (&one.stage, known) {
            (_, None) => fail(state, number, "the account is gone", fx),
            (_, Some(known)) if known.is_signed_in() && known.me != one.me => {
                fail(state, number, "somebody else is signed in now", fx);
            }
            // It goes on with the next connection.
            (Stage::Waiting, Some(known)) if !known.is_signed_in() => {
                if let Some(one) = state.downloads.get_mut(number) {
                    one.wait = None;
                }
            }
            (Stage::Waiting, Some(_)) if one.wait.is_some_and(|until| until > now) => {}
            (Stage::Waiting, Some(known)) if under_way < AT_ONCE => {
                let place = one.place(known, &state.settings.downloads);
                let longest = known.caps.part;
                if let Some(one) = state.downloads.get_mut(number) {
                    (one.stage, one.longest) = (Stage::Beginning, longest);
                }
                fx.push(Effect::Save(number, Step::Begin(place)));
            }
            (Stage::Running, Some(_)) => ask_more(state, number, fx),
            _ => {}
        }
    }
}

/// When the next one goes on that was lost.
pub(super) fn next(state: &State) -> Option<Mono> {
    let waiting = state.downloads.live().filter(|one| one.stage == Stage::Waiting);
    waiting.filter_map(|one| one.wait).filter(|until| *until > state.now.mono).min()
}

/// Stops what is under way for a file.
fn let_go(state: &mut State, number: u64, step: Step, fx: &mut Effects) {
    drop_parts(state, number, fx);
    if let Some(one) = state.downloads.get_mut(number) {
        (one.writing, one.window, one.length) = (0, 1, FIRST);
    }
    fx.push(Effect::Save(number, step));
    state.touch();
}

/// Tells those who wait for a file that it does not come.
fn refuse(waits: impl IntoIterator<Item = Ticket>, name: &str, sentence: &str, fx: &mut Effects) {
    let text = CleanText::line(&format!("\"{name}\" is not saved: {sentence}"));
    let refusal = Refusal { kind: RefusalKind::Invalid, text, ..Refusal::default() };
    fx.extend(waits.into_iter().map(|ticket| Effect::Outcome(ticket, Outcome::Refused(refusal.clone()))));
}

fn fail(state: &mut State, number: u64, sentence: &str, fx: &mut Effects) {
    let Some(one) = state.downloads.get_mut(number) else { return };
    let (account, name) = (one.wanted.account, one.name.clone());
    one.stage = Stage::Failed(sentence.to_owned());
    refuse(std::mem::take(&mut one.waits), &name, sentence, fx);
    let_go(state, number, Step::Leave, fx);
    state.notice_about(account, format!("\"{name}\" is not saved: {sentence}"), Some("downloads"), true, fx);
}

/// The shell did a step.
pub(super) fn told(state: &mut State, number: u64, told: Told, fx: &mut Effects) {
    let Some(one) = state.downloads.get_mut(number) else { return };
    match told {
        Told::Begun(Ok(at)) if one.stage == Stage::Beginning => {
            (one.stage, one.done, one.next, one.writing) = (Stage::Running, at, at, 0);
            if one.wanted.size > 0 && at >= one.wanted.size {
                // All of it was here, but for its name.
                one.writing = 1;
                fx.push(Effect::Save(number, Step::Write { offset: at, bytes: Blob::default(), last: true }));
            }
            state.touch();
        }
        // It was stopped when all of it was here.
        Told::Written(Ok((done, Some(path)))) if !matches!(one.stage, Stage::Done(_)) => {
            one.done = done;
            finished(state, number, path, fx);
        }
        Told::Written(Ok((done, None))) if one.stage == Stage::Running => {
            one.done = done;
            one.writing = one.writing.saturating_sub(1);
            state.touch();
        }
        Told::Begun(Ok(_)) if matches!(one.stage, Stage::Done(_)) => fx.push(Effect::Save(number, Step::Forget)),
        Told::Begun(Err(sentence)) | Told::Written(Err(sentence)) if one.is_live() => {
            fail(state, number, &sentence, fx)
        }
        Told::There(size) => seen(state, number, size, fx),
        // Of a try that was stopped meanwhile.
        Told::Begun(_) | Told::Written(_) => {}
    }
}

/// A file that was saved is wanted once more. The one that is there is opened, whatever became of it since; it is saved again where it was taken away or is
/// another by now.
fn seen(state: &mut State, number: u64, size: Option<u64>, fx: &mut Effects) {
    let Some(at) = state.downloads.list.iter().position(|one| one.number == number) else { return };
    let one = &mut state.downloads.list[at];
    let (Some(wanted), Stage::Done(path), done) = (one.again.take(), one.stage.clone(), one.done) else { return };
    if size.is_some() && wanted.open {
        return open(state, &path, fx);
    }
    if size == Some(done) {
        let text = format!("It is saved already, as {}; to see what was saved", CleanText::line(&path));
        return state.notice_of(text, Some("downloads"), false, fx);
    }
    state.downloads.list[at].is_away = true;
    want(state, wanted, fx);
}

fn finished(state: &mut State, number: u64, path: String, fx: &mut Effects) {
    let Some(one) = state.downloads.get_mut(number) else { return };
    one.stage = Stage::Done(path.clone());
    let (account, opens) = (one.wanted.account, std::mem::take(&mut one.wanted.open));
    for ticket in std::mem::take(&mut one.waits) {
        fx.push(Effect::Outcome(ticket, Outcome::Saved(path.clone())));
    }
    drop_parts(state, number, fx);
    // Of several each has its line in the list.
    let list = Some("downloads").filter(|_| state.downloads.list.len() > 1);
    let more = if list.is_some() { "; to see what was saved" } else { "" };
    state.notice_about(account, format!("Saved as {}{more}", CleanText::line(&path)), list, false, fx);
    if opens {
        open(state, &path, fx);
    }
}

/// Opens a file that is here in the user's program; what may run only after a question.
fn open(state: &mut State, path: &str, fx: &mut Effects) {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    if is_harmless(name) {
        fx.push(Effect::OpenFile(path.to_owned()));
    } else {
        let text = format!("Opening \"{}\" may run what is in it. Open it all the same?", CleanText::line(name));
        ask(state, text, "Open", Action::File(FileAction::OpenNow(path.to_owned())));
    }
}

/// Opens one that is here, and goes on with one that stopped or failed.
pub(super) fn accept(state: &mut State, number: u64, fx: &mut Effects) {
    match state.downloads.get(number).map(|one| one.stage.clone()) {
        Some(Stage::Done(path)) => open(state, &path, fx),
        Some(Stage::Stopped | Stage::Failed(_)) => resume(state, number),
        Some(Stage::Waiting | Stage::Beginning | Stage::Running) | None => {}
    }
}

/// Goes on with one that stopped or failed.
fn resume(state: &mut State, number: u64) {
    let Some(one) = state.downloads.get_mut(number) else { return };
    (one.stage, one.losses, one.wait) = (Stage::Waiting, 0, None);
    state.touch();
}

/// Stops one that is under way. One that is not goes out of the list, with what was saved of it unless that is all.
pub(super) fn cancel(state: &mut State, number: u64, fx: &mut Effects) {
    let Some(one) = state.downloads.get_mut(number) else { return };
    if one.is_live() {
        one.stage = Stage::Stopped;
        return let_go(state, number, Step::Leave, fx);
    }
    refuse(std::mem::take(&mut one.waits), &one.name, "it was given up", fx);
    state.downloads.list.retain(|one| one.number != number);
    fx.push(Effect::Save(number, Step::Forget));
    state.touch();
}
