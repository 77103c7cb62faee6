//! Pictures of the main screens at the sizes that count.

use super::*;
use nib::domain::{
    ChatKind, CleanText, LinkPhase, Message, MessageId, MessageKey, Mono, Now, Permissions, RichText, SortKey, Update,
    Wall,
};
use nib::state::Event;
use nib::state::front::{Notice, Overlay, Question, Region, Target};
use nib::state::gone::Note;
use nib::state::outbox::Stage;
use nib::state::ui::field::Field;
use nib::state::ui::picker::{PickItem, Picker, Shown};
use std::sync::Arc;

const SIZES: [(u16, u16); 5] = [(20, 5), (60, 15), (80, 24), (120, 40), (200, 50)];

fn talking() -> State {
    let mut state = state(timeline(talk(), true));
    send(&mut state, "And done.", Stage::Queued);
    send(&mut state, "Anyone?", refused("You may not write here"));
    state
}

#[test]
fn a_talk() {
    for (width, height) in SIZES {
        insta::assert_snapshot!(
            format!("talk_{width}x{height}"),
            shot(&sized(talking(), width, height), &mut cache(), width, height)
        );
    }
}

#[test]
fn ascii_only() {
    let mut state = sized(talking(), 80, 30);
    let mut settings = (*state.settings).clone();
    (settings.ascii, settings.twelve_hours) = (true, true);
    state.settings = settings.into();
    let shot = shot(&state, &mut cache(), 80, 30);
    let allowed = |c: char| {
        c.is_ascii()
            || "日本語のテキストも、きちんと折り返されます。長い行でも文字途中で切れることはありせ🦀👀".contains(c)
    };
    assert!(shot.chars().all(allowed), "{shot}");
    insta::assert_snapshot!(shot);
}

#[test]
fn a_message_under_the_cursor() {
    let mut state = sized(talking(), 80, 24);
    let front = state.front.as_mut().unwrap();
    front.region = Region::Messages;
    front.pane.cursor = Some(Target::Message(MessageKey { order: SortKey(7), id: MessageId::new(7) }));
    insta::assert_snapshot!(shot(&state, &mut cache(), 80, 24));
}

#[test]
fn the_sidebar_has_the_focus() {
    for (width, height) in [(60, 15), (80, 24)] {
        let mut state = sized(talking(), width, height);
        state.front.as_mut().unwrap().region = Region::Sidebar;
        insta::assert_snapshot!(format!("sidebar_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}

#[test]
fn connections_that_are_not() {
    let offline = LinkPhase::Offline {
        reason: text("no connection to chat.example.org: refused"),
        retry_at: Mono(6_200_000),
        failures: 2,
    };
    let signed_out = LinkPhase::SignedOut { reason: text("The token is no longer valid.") };
    for (name, link) in [("offline", offline), ("signed_out", signed_out), ("connecting", LinkPhase::Connecting)] {
        let mut state = sized(state(timeline(talk(), false)), 80, 18);
        state.core.accounts[0].link = link;
        insta::assert_snapshot!(format!("link_{name}"), shot(&state, &mut cache(), 80, 18));
    }
}

#[test]
fn nothing_to_show() {
    let mut empty = sized(state(timeline(Vec::new(), true)), 80, 18);
    insta::assert_snapshot!("empty_chat", shot(&empty, &mut cache(), 80, 18));
    empty.front.as_mut().unwrap().pane.chat = None;
    insta::assert_snapshot!("no_chat", shot(&empty, &mut cache(), 80, 18));
    empty.core.accounts.clear();
    empty.front.as_mut().unwrap().sidebar.rows.clear();
    insta::assert_snapshot!("no_account", shot(&empty, &mut cache(), 80, 18));
}

#[test]
fn scrolled_up_with_news_below() {
    let mut state = sized(state(timeline(history(200), false)), 80, 18);
    let front = state.front.as_mut().unwrap();
    front.pane.divider = None;
    front.pane.new_below = 12;
    front.pane.intent = Some(nib::state::front::ScrollIntent::Start);
    insta::assert_snapshot!(shot(&state, &mut cache(), 80, 18));
}

/// The row above the composer tells in each case that the last row is not the newest.
#[test]
fn what_is_not_at_its_end_says_so() {
    let row = |state: &State| {
        let told = shot(state, &mut cache(), 80, 18);
        let row = told.lines().nth(15).and_then(|row| row.split_once('│')).map(|(_, row)| row.trim().to_owned());
        row.unwrap_or_default()
    };
    let mut state = sized(state(timeline(history(200), false)), 80, 18);
    state.core.accounts[0].typing = Default::default();
    assert_eq!(row(&state), "");
    let chat = state.front.as_ref().unwrap().pane.chat.unwrap().chat;
    let pane = &mut state.front.as_mut().unwrap().pane;
    pane.divider = None;
    pane.intent = Some(nib::state::front::ScrollIntent::Pages(-1));
    assert_eq!(row(&state), "more below  Alt-End");
    // What was not read counts, as far as it lies below what shows.
    let newest = state.core.accounts[0].timelines[&chat].last().unwrap().message.key;
    let known = state.core.accounts[0].chats.get_mut(&chat).unwrap();
    (known.unread, known.last_read) = (7, Some(newest));
    assert!(row(&state).ends_with("─ 7 new below  Alt-End"), "{}", row(&state));
    let keys: Vec<_> = state.core.accounts[0].timelines[&chat].iter().map(|entry| entry.message.key).collect();
    let known = state.core.accounts[0].chats.get_mut(&chat).unwrap();
    (known.unread, known.last_read) = (100, Some(keys[99]));
    let told: u32 = row(&state).trim_start_matches(['─', ' ']).split(' ').next().unwrap().parse().unwrap();
    assert!((1..20).contains(&told), "{told}");
    // What hinders a message is not hidden by it.
    let before = state.clone();
    let long = "x".repeat(2_004);
    state.core.accounts[0].caps.max_length = Some(2_000);
    state.front.as_mut().unwrap().pane.composer.insert(&long);
    let whole = shot(&state, &mut cache(), 80, 18);
    assert!(whole.contains("4 too many") && whole.contains("new below"), "{whole}");
    state = before;
    // While something is written, too.
    state.front.as_mut().unwrap().pane.composer.insert("hi");
    let known = state.core.accounts[0].chats.get_mut(&chat).unwrap();
    known.unread = 0;
    assert_eq!(row(&state), "more below  Alt-End");
}

/// What goes to a place goes there from where one is.
#[test]
fn the_keys_of_places_are_those_from_where_one_is() {
    for (region, vi, keys) in [
        (Region::Messages, false, "  U "),
        (Region::Composer, false, " Esc U "),
        (Region::Composer, true, " Esc Esc U "),
        (Region::Sidebar, false, " Esc Esc U "),
    ] {
        let mut state = sized(state(timeline(talk(), true)), 80, 24);
        state.settings = nib::domain::Settings { vi, ..(*state.settings).clone() }.into();
        let going = nib::state::action::Going::Choose;
        let now = state.now;
        _ = nib::state::reduce(&mut state, Event::Act(nib::state::Action::Going(going)), now);
        state.front.as_mut().unwrap().region = region;
        let told = shot(&state, &mut cache(), 80, 24);
        let row = told.lines().find(|line| line.contains("the first message that you have not read"));
        assert!(row.is_some_and(|row| row.contains(keys)), "{region:?} {vi}\n{told}");
    }
}

#[test]
fn a_notice_takes_the_place_of_keys() {
    let mut state = sized(state(timeline(talk(), true)), 80, 18);
    let text = "Not done: you may not delete messages of others here".to_owned();
    state.front.as_mut().unwrap().notice = Some(Notice { text, key: None, bad: true, until: Mono(u64::MAX) });
    insta::assert_snapshot!(shot(&state, &mut cache(), 80, 18));
}

#[test]
fn a_long_notice_is_wrapped_and_then_cut_behind_a_word() {
    let mut state = sized(state(timeline(talk(), true)), 80, 18);
    let text = "Not sent: \"/a/rather/long/way/to/a/file/of/some/size/in/the/archive.tar.zst\" is too large: at most 64 MB can be sent here, \
                and what is larger goes elsewhere"
        .to_owned();
    state.front.as_mut().unwrap().notice = Some(Notice { text, key: None, bad: true, until: Mono(u64::MAX) });
    insta::assert_snapshot!("long_notice_80", shot(&state, &mut cache(), 80, 18));
    let state = sized(state, 40, 14);
    insta::assert_snapshot!("long_notice_40", shot(&state, &mut cache(), 40, 14));
}

#[test]
fn a_notice_names_the_key_that_is_in_force() {
    let mut state = sized(state(timeline(talk(), true)), 80, 18);
    let told = |state: &State, cache: &mut LayoutCache| shot(state, cache, 80, 18).lines().nth(17).unwrap().to_owned();
    let notice = |key| Notice { text: "\"send\" is done with a key".to_owned(), key, bad: true, until: Mono(u64::MAX) };
    state.front.as_mut().unwrap().notice = Some(notice(Some("send")));
    assert!(told(&state, &mut cache()).ends_with("\"send\" is done with a key: Enter"));
    let mut bare = LayoutCache::new(jiff::tz::TimeZone::UTC);
    assert!(told(&state, &mut bare).ends_with("\"send\" is done with a key, and none is bound to it"));
}

#[test]
fn slow_mode_in_place_of_the_hint_and_beside_a_text() {
    let mut state = sized(state(timeline(talk(), true)), 80, 14);
    let account = &mut state.core.accounts[0];
    account.communities[0].permissions = Permissions::VIEW.union(Permissions::SEND);
    if let ChatKind::Channel { slowmode, .. } = &mut account.chats.get_mut(&GENERAL).unwrap().kind {
        *slowmode = 90;
    }
    insta::assert_snapshot!("slow_mode_told", shot(&state, &mut cache(), 80, 14));
    let message = Arc::new(message(50, ME, 0, "Slowly now."));
    tell(
        &mut state,
        Event::Update(ACCOUNT, Update::MessageCreated { message, unread: None, author: None, nonce: None }),
    );
    insta::assert_snapshot!("slow_mode_empty", shot(&state, &mut cache(), 80, 14));
    state.front.as_mut().unwrap().pane.composer.set_text("And the next one.");
    insta::assert_snapshot!("slow_mode_typed", shot(&state, &mut cache(), 80, 14));
}

fn picker() -> Picker {
    let item = |label: &str, detail: &str, unread, mentions| PickItem {
        label: label.to_owned(),
        detail: detail.to_owned(),
        account: None,
        person: None,
        unread,
        mentions,
        action: nib::state::Action::NextUnread,
        beside: nib::state::ui::picker::Beside::default(),
    };
    let items = vec![
        item("off-topic", "Rustaceans", 7, 1),
        item("announcements", "Rustaceans", 0, 0),
        item("toolbox", "Open Source", 3, 0),
    ];
    let shown = vec![
        Shown { item: 0, matched: vec![0, 4] },
        Shown { item: 2, matched: vec![1, 2] },
        Shown { item: 1, matched: vec![3] },
    ];
    Picker { query: Field::with("ot"), items, shown, selected: 1, ..Picker::default() }
}

#[test]
fn overlays() {
    let text = "Delete your message \"Thanks, I will check.\" for everybody?".to_owned();
    let question = Question::yes_no(text, "Delete", nib::state::Action::NextUnread);
    let chat = state(timeline(talk(), true)).front.unwrap().pane.chat.unwrap();
    let details = nib::state::ui::details::Details { chat, message: MessageId::new(3), scroll: 0 };
    let contexts = vec![nib::state::action::Context::Composer, nib::state::action::Context::Everywhere];
    let all = [
        ("jump", Overlay::pick(nib::state::front::PickKind::Jump, picker())),
        ("question", Overlay::Question(question)),
        (
            "note",
            Overlay::Note(Note { sentence: "#general is gone, or not for you to see any more".to_owned(), yank: true }),
        ),
        ("details", Overlay::Details(details)),
        ("sign_in", Overlay::Form(Box::new(form()))),
        ("help", Overlay::Help { query: Field::new(), scroll: 0, contexts: contexts.clone() }),
        ("help_found", Overlay::Help { query: Field::with("scroll"), scroll: 0, contexts }),
    ];
    for (name, overlay) in all {
        for (width, height) in [(80, 24), (28, 8)] {
            let mut state = sized(state(timeline(talk(), true)), width, height);
            state.front.as_mut().unwrap().overlays.push(overlay.clone());
            let shot = shot(&state, &mut cache(), width, height);
            assert!(!shot.contains("hunter2"));
            insta::assert_snapshot!(format!("overlay_{name}_{width}x{height}"), shot);
        }
    }
}

/// What a message said before is told with what else is known of it.
#[test]
fn a_changed_message_tells_what_it_said_before() {
    let mut state = state(timeline(talk(), true));
    let chat = state.front.as_ref().unwrap().pane.chat.unwrap();
    let known = |state: &State| state.core.accounts[0].timelines[&chat.chat].message(MessageId::new(3)).cloned();
    for text in ["Two\nlines and a tab\tin it", "\u{5e9}\u{5dc}\u{5d5}\u{5dd} 3", "Thanks, I will check."] {
        let before = known(&state).expect("the message");
        let body = RichText::plain(CleanText::new(text));
        let message = Arc::new(Message { body, edited: Some(Wall(1_770_000_000_000)), ..Message::clone(&before) });
        let update = Update::MessageChanged { message, reactions: true };
        nib::state::reduce(&mut state, Event::Update(chat.account, update), Now::default());
    }
    let details = nib::state::ui::details::Details { chat, message: MessageId::new(3), scroll: 0 };
    state.front.as_mut().unwrap().overlays.push(Overlay::Details(details));
    let mut state = sized(state, 80, 30);
    insta::assert_snapshot!("overlay_details_changed", shot(&state, &mut cache(), 80, 30));
    let account = &mut state.core.accounts[0];
    account.former = nib::state::former::Former::default();
    insta::assert_snapshot!("overlay_details_changed_unseen", shot(&state, &mut cache(), 40, 30));
}

/// The rows as stretches of one look: `[bold, cyan]text`.
fn looks(state: &State, theme: &Theme, width: u16, height: u16) -> String {
    use std::fmt::Write as _;
    let buffer = painted(&nib::layout::arrange(state, &mut cache(), width, height), theme);
    let mut all = String::new();
    for y in 0..height {
        let mut last = None;
        for x in 0..width {
            let cell = &buffer[(x, y)];
            let look = (cell.fg, cell.bg, cell.modifier);
            if last != Some(look) {
                let mut name = String::new();
                for (sign, color) in [("", cell.fg), ("on ", cell.bg)] {
                    if color != ratatui::style::Color::Reset {
                        let _ = write!(name, "{sign}{color} ");
                    }
                }
                for (modifier, _) in cell.modifier.iter_names() {
                    let _ = write!(name, "{} ", modifier.to_lowercase());
                }
                let _ = write!(all, "[{}]", name.trim_end());
                last = Some(look);
            }
            all.push_str(cell.symbol());
        }
        all.truncate(all.trim_end().len());
        all.push('\n');
    }
    all
}

#[test]
fn looks_of_the_themes() {
    for (name, depth) in [
        ("terminal", ColorDepth::Ansi16),
        ("dark", ColorDepth::TrueColor),
        ("light", ColorDepth::Ansi256),
        ("dark", ColorDepth::None),
    ] {
        let mut state = sized(talking(), 72, 18);
        let front = state.front.as_mut().unwrap();
        front.region = Region::Messages;
        front.pane.cursor = Some(Target::Message(MessageKey { order: SortKey(9), id: MessageId::new(9) }));
        insta::assert_snapshot!(format!("looks_{name}_{depth:?}"), looks(&state, &Theme::named(name, depth), 72, 18));
    }
}

#[test]
fn answering_with_a_long_text() {
    use nib::state::front::ComposeMode;
    let mut state = sized(state(timeline(talk(), true)), 80, 24);
    let front = state.front.as_mut().unwrap();
    front.pane.mode = ComposeMode::Reply(MessageKey { order: SortKey(9), id: MessageId::new(9) });
    front
        .pane
        .composer
        .set_text("It went with the other unstable options, and the warning went with it.\n\n- 日本語も\n- so");
    insta::assert_snapshot!(shot(&state, &mut cache(), 80, 24));
}
