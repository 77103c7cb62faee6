//! The gallery: every kind of content, each in a snapshot of its own, at three widths as text and with its looks in four sets of colours.

mod kinds;
mod screens;

use super::*;
use nib::domain::message::{Button, Press};
use nib::domain::{CodeKey, Message, SpanKind, Token};
use nib::layout::Hit;
use nib::layout::width::WidthRules;
use nib::state::{Effect, Event, reduce};
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// A kind of content: its name, and what shows it.
type Kind = (&'static str, State);

/// The cells of the messages alone: the part of the screen that is theirs, without the rows above the first.
fn messages_of(scene: &Scene, buffer: &Buffer) -> Rect {
    let timeline = scene.hits.iter().find(|(_, hit)| matches!(hit, Hit::Timeline(_))).expect("a timeline").0;
    let area = Rect::new(timeline.x, timeline.y, timeline.width, timeline.height);
    let blank = |y: u16| (area.x..area.right()).all(|x| matches!(buffer[(x, y)].symbol(), " " | ""));
    let first = (area.y..area.bottom()).find(|&y| !blank(y)).expect("something shows");
    Rect { y: first, height: area.bottom() - first, ..area }
}

/// What the parts of code are, as a grammar would tell it.
fn parts(text: &str) -> Vec<(u32, Token)> {
    let known = |word: &str| match word {
        "fn" | "let" => Token::Keyword,
        "main" => Token::Name,
        "\"pié\"" => Token::Literal,
        "314" => Token::Number,
        _ if word.starts_with("//") => Token::Comment,
        _ => Token::Plain,
    };
    let mut told = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(['+', '-']) {
            at += line.len();
            let token = if line.starts_with('+') { Token::Added } else { Token::Removed };
            told.push((at as u32, token));
            continue;
        }
        for word in line.split_inclusive(|character: char| " ;()\t\n".contains(character)) {
            let name = word.trim_end_matches([' ', ';', '(', ')', '\t', '\n']);
            told.push(((at + name.len()) as u32, known(name)));
            at += word.len();
            told.push((at as u32, Token::Plain));
        }
    }
    told
}

/// Lays out until nothing follows from it: what the screen asks for is told.
fn settled(mut state: State, width: u16, height: u16) -> (State, Scene) {
    state = sized(state, width, height);
    let front = state.front.as_mut().unwrap();
    front.sidebar_hidden = true;
    front.members.hidden = true;
    front.pane.divider = None;
    let mut cache = cache();
    for _ in 0..3 {
        let scene = arrange(&state, &mut cache, width, height);
        let (pane, visible) = scene.visible[0].clone();
        let now = state.now;
        for effect in reduce(&mut state, Event::Arranged(pane, visible), now) {
            if let Effect::Colour { key, language, text } = effect {
                assert_eq!(key, CodeKey::of(&language, &text));
                tell(&mut state, Event::Coloured(key, parts(&text).into()));
            }
        }
    }
    let scene = arrange(&state, &mut cache, width, height);
    (state, scene)
}

fn look(cell: &ratatui::buffer::Cell, base: ratatui::style::Style) -> String {
    let mut told = String::new();
    if Some(cell.fg) != base.fg && cell.fg != Color::Reset {
        write!(told, "{}", cell.fg).unwrap();
    }
    if Some(cell.bg) != base.bg && cell.bg != Color::Reset {
        write!(told, " on {}", cell.bg).unwrap();
    }
    for (modifier, name) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::CROSSED_OUT, "struck"),
        (Modifier::REVERSED, "reversed"),
    ] {
        if cell.modifier.contains(modifier) {
            write!(told, " {name}").unwrap();
        }
    }
    told.trim_start().to_owned()
}

/// The words of each look, row by row; plain ones are left out.
fn looks(scene: &Scene, theme: &Theme, part: Part) -> String {
    let buffer = painted(scene, theme);
    let area = part(scene, &buffer);
    let mut told = String::new();
    for y in area.y..area.bottom() {
        let mut runs: Vec<(String, String)> = Vec::new();
        for x in area.x..area.right() {
            let cell = &buffer[(x, y)];
            let look = look(cell, theme.base());
            match runs.last_mut() {
                Some((last, text)) if *last == look => text.push_str(cell.symbol()),
                _ => runs.push((look, cell.symbol().to_owned())),
            }
        }
        let row: Vec<String> = runs
            .iter()
            .filter(|(look, text)| !look.is_empty() && !text.trim().is_empty())
            .map(|(look, text)| format!("{look} \"{}\"", text.trim()))
            .collect();
        if !row.is_empty() {
            writeln!(told, "  {}", row.join(", ")).unwrap();
        }
    }
    told
}

/// Which part of the screen is told.
type Part = fn(&Scene, &Buffer) -> Rect;

#[test]
fn every_kind_of_content() {
    let kinds = kinds::kinds().into_iter().chain(screens::messages());
    shown(kinds, [(120, 60), (60, 60), (32, 60)], messages_of);
}

#[test]
fn everything_beside_messages() {
    shown(screens::screens(), [(120, 26), (60, 24), (32, 16)], |_, buffer| buffer.area);
}

fn shown(kinds: impl IntoIterator<Item = Kind>, sizes: [(u16, u16); 3], part: Part) {
    let themes = [
        ("dark", Theme::named("dark", ColorDepth::TrueColor)),
        ("light", Theme::named("light", ColorDepth::TrueColor)),
        ("sixteen colours", Theme::named("terminal", ColorDepth::Ansi16)),
        ("no colours", Theme::named("terminal", ColorDepth::None)),
    ];
    for (name, state) in kinds {
        let rules = WidthRules::UNICODE.wanted(state.settings.widths, state.settings.emoji);
        rules.enforce();
        let mut told = String::new();
        for (width, height) in sizes {
            let (_, scene) = settled(state.clone(), width, height);
            let buffer = painted(&scene, &themes[3].1);
            let area = part(&scene, &buffer);
            writeln!(told, "{width} columns").unwrap();
            let lines = words(&buffer);
            for line in &lines[usize::from(area.y)..usize::from(area.bottom())] {
                // What hangs over an edge tears a rule apart: nothing may.
                assert!(nib::layout::width::width(line) <= usize::from(width), "{name}: {line}");
                writeln!(told, "|{line}").unwrap();
            }
        }
        let (_, scene) = settled(state, sizes[1].0, sizes[1].1);
        for (theme_name, theme) in &themes {
            writeln!(told, "{theme_name}").unwrap();
            told.push_str(&looks(&scene, theme, part));
        }
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.replace(' ', "_"), told);
        });
        WidthRules::UNICODE.enforce();
    }
}

#[test]
fn parts_of_messages_can_be_pointed_at_where_they_show() {
    use nib::state::front::Spot;
    let link = "https://example.org/a/very/long/path/that/wraps/over/more/than/one/row/of/the/screen";
    let button = Button { label: text("Go"), row: 0, does: Press::Tell(None) };
    let message = Message {
        buttons: [button.clone(), button].into(),
        ..styled(
            1,
            ADA,
            5,
            &format!("see the same and the same, {link}, 日本 @grace and hidden"),
            &[
                ("the same", SpanKind::MaskedLink(text("https://a.example"))),
                (link, SpanKind::Link),
                ("@grace", SpanKind::Mention(None)),
                ("hidden", SpanKind::Spoiler),
            ],
        )
    };
    let mut message = message;
    let second = message.body.text.rfind("the same").unwrap() as u32;
    let mut spans = message.body.spans.to_vec();
    spans.push(nib::domain::Span {
        start: second,
        end: second + 8,
        kind: SpanKind::MaskedLink(text("https://b.example")),
    });
    spans.sort_by_key(|span| span.start);
    message.body.spans = spans.into();
    for (width, height) in [(120, 30), (60, 30), (32, 40)] {
        let (_, scene) = settled(all_of(vec![message.clone()]), width, height);
        let buffer = painted(&scene, &Theme::named("terminal", ColorDepth::None));
        let mut found: Vec<(Spot, String)> = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let Some(Hit::Spot(_, _, spot)) = scene.hit(x, y) else { continue };
                let symbol = buffer[(x, y)].symbol();
                match found.iter_mut().find(|(known, _)| *known == spot) {
                    Some((_, words)) => words.push_str(symbol),
                    None => found.push((spot, symbol.to_owned())),
                }
            }
        }
        let words =
            |spot: Spot| found.iter().find(|(known, _)| *known == spot).map(|(_, words)| words.replace(' ', ""));
        assert_eq!(words(Spot::Author).as_deref(), Some("ada"), "{width}");
        assert_eq!(words(Spot::Link(0)).as_deref(), Some("thesame"), "{width}");
        assert_eq!(words(Spot::Link(1)).as_deref(), Some("thesame"), "{width}");
        assert_eq!(words(Spot::Link(2)).as_deref(), Some(link), "{width}");
        assert_eq!(words(Spot::Mention(0)).as_deref(), Some("@grace"), "{width}");
        assert_eq!(words(Spot::Spoiler(0)).as_deref(), Some("▒▒▒▒▒▒"), "{width}");
        assert_eq!(words(Spot::Button(1)).as_deref(), Some("[Go]"), "{width}");
    }
}

fn all_of(messages: Vec<Message>) -> State {
    state(timeline(messages, false))
}

#[test]
fn a_terminal_that_takes_links_is_told_of_each_cell_and_of_nothing_on_top() {
    let link = "https://example.org/notes";
    let message = styled(
        1,
        ADA,
        5,
        &format!("see {link} and the notes"),
        &[(link, SpanKind::Link), ("the notes", SpanKind::MaskedLink(text("https://a.example/日")))],
    );
    let state = all_of(vec![message]);
    let linked = |state: &State| {
        nib::layout::links::enforce(true);
        let (_, scene) = settled(state.clone(), 60, 30);
        let buffer = painted(&scene, &Theme::named("terminal", ColorDepth::None));
        nib::layout::links::enforce(false);
        let cells = buffer.content.iter().map(|cell| cell.symbol()).filter(|symbol| symbol.contains('\u{1b}'));
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    let cells = linked(&state);
    assert_eq!(cells.len(), link.len() + "the notes".len());
    assert_eq!(cells[0], format!("\u{1b}]8;id=nib0;{link}\u{1b}\\h\u{1b}]8;;\u{1b}\\"));
    assert!(cells.last().unwrap().starts_with("\u{1b}]8;id=nib1;https://a.example/%E6%97%A5\u{1b}"));
    let mut covered = state;
    tell(&mut covered, Event::Act(nib::state::action::parse("help").unwrap()));
    let under = linked(&covered);
    assert!(under.len() < cells.len(), "{under:?}");
}

#[test]
fn what_is_found_is_marked_for_as_long_as_it_is_looked_for() {
    use nib::layout::Role;
    let mut state = all_of(vec![message(1, ADA, 5, "one two, two three"), message(2, GRACE, 4, "three")]);
    let mut cache = cache();
    let mut marked = |state: &State| {
        let scene = arrange(state, &mut cache, 110, 30);
        let rows = scene.rows.iter().filter_map(|row| row.line());
        let runs = rows.flat_map(|line| line.runs().map(|(text, style)| (text.to_owned(), style)).collect::<Vec<_>>());
        runs.filter(|(_, style)| style.role == Role::Found).map(|(text, _)| text).collect::<Vec<_>>()
    };
    let act = |state: &mut State, written: &str| tell(state, Event::Act(nib::state::action::parse(written).unwrap()));
    assert_eq!(marked(&state), Vec::<String>::new());
    act(&mut state, "find");
    tell(&mut state, Event::Act(nib::state::Action::Insert("tw".to_owned())));
    assert_eq!(marked(&state), ["tw", "tw"]);
    tell(&mut state, Event::Act(nib::state::Action::Insert("o".to_owned())));
    assert_eq!(marked(&state), ["two", "two"], "rows are made anew for other words");
    act(&mut state, "find three one");
    assert_eq!(marked(&state), ["one", "three"], "where all of the words are");
    act(&mut state, "focus-composer");
    assert_eq!(marked(&state), Vec::<String>::new());
}
