//! What the gallery shows beside messages: files on their way, what lies over the messages, and what stands at the composer.

use super::*;
use nib::domain::id::FileId;
use nib::domain::message::{Attachment, AttachmentKind, FileRef};
use nib::domain::settings::{EmojiStyle, Widths};
use nib::domain::{ChatKey, Outgoing, RequestId, SlashCommand, SlashKind, SlashOption, Upload};
use nib::state::Action;
use nib::state::downloads::Stage as Saving;
use nib::state::outbox::Stage;

/// A chat on a network that has everything, with a few messages.
fn talking() -> State {
    let file = |number: u128, name: &str, size| Attachment {
        file: FileRef { id: FileId::new(number), ..FileRef::default() },
        name: text(name),
        size,
        kind: AttachmentKind::File,
        ..Attachment::default()
    };
    let with_files = Message {
        attachments: [file(1, "notes of the release.txt", 8_400), file(2, "measurements.tar.gz", 64_000_000)].into(),
        ..message(1, ADA, 9, "Both of them")
    };
    let links = styled(
        2,
        ADA,
        8,
        "See the notes or https://example.org/b. It is all there. Nobody has read it yet.",
        &[
            ("the notes", SpanKind::MaskedLink(text("https://example.org/a"))),
            ("https://example.org/b", SpanKind::Link),
        ],
    );
    let mut state = all_of(vec![with_files, links, message(3, ME, 5, "I have.")]);
    let account = &mut state.core.accounts[0];
    account.typing.chats.clear();
    account.caps.custom_emoji = true;
    account.caps.commands = true;
    account.caps.quotes = true;
    account.caps.pin = true;
    account.caps.forward = true;
    account.caps.previews = true;
    account.caps.part = 65_536;
    (account.caps.max_files, account.caps.max_file) = (9, 64_000_000);
    account.caps.dialect = nib::domain::markup::Dialect::NIB;
    let option =
        |name: &str, about: &str, kind, needed| SlashOption { name: text(name), about: text(about), kind, needed };
    let roll = SlashCommand {
        name: text("roll"),
        about: text("Roll some dice"),
        options: [
            option("count", "How many dice", SlashKind::Whole, true),
            option("die", "Which kind of die", SlashKind::Choice([text("d6"), text("d20")].into()), false),
        ]
        .into(),
    };
    account.commands.insert(roll.name.clone(), roll);
    state
}

fn act(state: &mut State, line: &str) {
    tell(state, Event::Act(nib::state::action::parse(line).expect("an action")));
}

/// After these actions; what begins with a blank is typed.
fn after(steps: &[&str]) -> State {
    let mut state = talking();
    for step in steps {
        match step.strip_prefix(' ') {
            Some(typed) => tell(&mut state, Event::Act(Action::Insert(typed.to_owned()))),
            None => act(&mut state, step),
        }
    }
    state
}

/// On the message with the links.
fn at_links(steps: &[&str]) -> State {
    after(&[&["focus-messages", "move -1"], steps].concat())
}

fn pasted(words: &str) -> State {
    let mut state = talking();
    tell(&mut state, Event::Act(Action::Paste(words.to_owned())));
    state
}

fn tray() -> State {
    let mut state = talking();
    for (name, size) in [("flame.png", 212_480), ("a name that is longer than narrow screens are.tar.gz", 1_300_000)] {
        let add = nib::state::action::parse(&format!("add-file '{name}'")).expect("an action");
        let now = state.now;
        let fx = reduce(&mut state, Event::Act(add), now);
        let read = fx.into_iter().find_map(|effect| match effect {
            Effect::ReadFile { number, .. } => Some(number),
            _ => None,
        });
        let number = read.expect("the file is read");
        tell(&mut state, Event::FileRead(number, Ok(Upload::new(name, vec![0; size].into()))));
    }
    act(&mut state, "add-file slow.bin");
    tell(&mut state, Event::Act(Action::Insert("Three of them".to_owned())));
    state
}

/// Each way in which saving a file can stand.
fn saving() -> State {
    let mut state = after(&["focus-messages", "move-first", "save", "save /elsewhere", "save /there"]);
    let stages = [
        (Saving::Done("/there/Downloads/notes of the release (2).txt".to_owned()), 8_400),
        (Saving::Running, 21_000_000),
        (Saving::Failed("there is no folder \"/elsewhere\"".to_owned()), 0),
        (Saving::Stopped, 12_000_000),
        (Saving::Waiting, 0),
    ];
    for (one, (stage, done)) in state.downloads.list.iter_mut().zip(stages) {
        (one.stage, one.done) = (stage, done);
    }
    act(&mut state, "downloads");
    state
}

/// A message with files that got as far as this.
fn sending(stage: Stage, progress: Option<(u64, u64)>) -> State {
    let mut state = talking();
    let chat = ChatKey::new(ACCOUNT, GENERAL);
    let attachments = vec![
        Upload::new("flame.png", vec![0; 212_480].into()),
        Upload::new("measurements of all traces.tar.gz", vec![0; 1_300_000].into()),
    ];
    let text = "Both of them".to_owned();
    tell(&mut state, Event::Act(Action::SendTo { chat, text, verbatim: false, reply_to: None, attachments }));
    let row = state.core.accounts[0].outbox.chats.get_mut(&GENERAL).unwrap().last_mut().unwrap();
    (row.stage, row.progress) = (stage, progress);
    let _: &Outgoing = &row.outgoing;
    state
}

/// Signs that terminals measure in different ways.
fn signs(widths: Widths, emoji: EmojiStyle) -> State {
    let signs = "👩\u{200d}👩\u{200d}👧 👍🏽 🇩🇪 ❤\u{fe0f} 1\u{fe0f}\u{20e3} e\u{301} क्षि 日本";
    let mut state = all_of(vec![message(1, ADA, 5, signs), message(2, GRACE, 4, "the next one stands straight")]);
    state.core.accounts[0].typing.chats.clear();
    let settings = nib::domain::Settings { widths, emoji, ..nib::domain::Settings::clone(&state.settings) };
    state.settings = settings.into();
    state
}

/// Kinds of content among the messages.
pub(super) fn messages() -> Vec<Kind> {
    vec![
        ("files on their way", sending(Stage::InFlight(RequestId(1)), Some((585_000, 1_512_480)))),
        ("files that wait", sending(Stage::Queued, None)),
        ("files not sent", sending(refused("Too large for this server."), None)),
        ("emoji as text", signs(Widths::Auto, EmojiStyle::Text)),
        ("plain widths", signs(Widths::Plain, EmojiStyle::Auto)),
    ]
}

/// What is shown with the whole screen.
pub(super) fn screens() -> Vec<Kind> {
    let mut state = talking();
    let vi = nib::domain::Settings { vi: true, ..nib::domain::Settings::clone(&state.settings) };
    tell(&mut state, Event::Settings(vi.into()));
    tell(&mut state, Event::Act(Action::Insert("one two\nthree".to_owned())));
    act(&mut state, "focus-messages");
    tell(&mut state, Event::Act(Action::Insert("V".to_owned())));
    vec![
        ("screen tray", tray()),
        ("screen saved files", saving()),
        ("screen people", after(&[" hello @"])),
        ("screen chats", after(&[" see #"])),
        ("screen emoji", after(&[" well :fe"])),
        ("screen commands", after(&[" /s"])),
        ("screen form", after(&[" /msg "])),
        ("screen form of the server", after(&[" /roll 2 "])),
        ("screen paste", pasted("one\ntwo\nthree\nfour\u{202e}")),
        ("screen menu", at_links(&["menu"])),
        ("screen details", at_links(&["details"])),
        ("screen reactions", at_links(&["react"])),
        ("screen quote", at_links(&["quote"])),
        ("screen answer to a part", at_links(&["quote", " nobody", "accept", " Not even you?"])),
        ("screen where to", at_links(&["open-link"])),
        ("screen selected", at_links(&["select", "select 1"])),
        ("screen delete", after(&["focus-messages", "delete"])),
        ("screen change", after(&["focus-messages", "edit", " Most of it."])),
        ("screen look", after(&[" **bold** and *italic*, `code`, ||hidden|| and \\*stars\\*"])),
        ("screen previews", after(&["toggle-previews", " https://example.org"])),
        ("screen vi", state),
        ("screen history", after(&[" first", "send", " second thoughts", "send", "history"])),
    ]
}
