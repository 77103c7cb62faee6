//! Cards that hang on messages: embeds of bots, previews, polls.

use super::*;
use nib::domain::{Embed, EmbedField, EmbedImage, Message, Poll, PollOption};

fn option(at: usize, words: &str, votes: u32, mine: bool) -> PollOption {
    PollOption { id: text(&at.to_string()), text: text(words), votes, mine, ..PollOption::default() }
}

fn messages() -> Vec<Message> {
    let field = |name: &str, value: &str| EmbedField { name: text(name), value: text(value) };
    let card = Embed {
        author: Some(text("build bot")),
        title: Some(text("Build 1204 passed")),
        description: Some(text(
            "All checks are green.\nThe artefacts are kept for a week, and whoever wants them for longer says so in time.",
        )),
        footer: Some(text("main, 3 minutes ago")),
        fields: [field("Tests", "5 204 passed"), field("Time", "3:12"), field("", "no heading")].into(),
        color: Some(0x00_99_ff),
        image: Some(Box::new(EmbedImage { name: text("graph.png"), width: 640, height: 480, file: None })),
        ..Embed::default()
    };
    let options = [
        PollOption {
            emoji: Some(text("☕")),
            ..option(0, "Coffee, which is what everybody here drinks all day long anyway", 5, true)
        },
        option(1, "Tea", 2, false),
        option(2, "", 0, false),
    ];
    let poll = Poll {
        options: options.clone().into(),
        several: true,
        counted: true,
        ends: Some(nib::domain::Wall(NOW + 180 * MINUTE)),
        ..Poll::default()
    };
    let over = Poll { question: text("And why?"), ended: true, several: false, ..poll.clone() };
    let silent = Poll { options: options[1..2].into(), ..Poll::default() };
    vec![
        Message { embeds: [card].into(), ..message(1, BOT, 30, "") },
        Message { poll: Some(Box::new(poll)), ..message(2, ADA, 20, "Tea or coffee?") },
        Message { poll: Some(Box::new(over)), ..message(3, GRACE, 9, "One more question") },
        Message { poll: Some(Box::new(silent)), ..message(4, GRACE, 8, "Nobody counts") },
    ]
}

#[test]
fn embeds_and_polls() {
    for (width, height) in [(120, 46), (60, 46), (32, 60), (14, 40)] {
        let state = sized(state(timeline(messages(), true)), width, height);
        insta::assert_snapshot!(format!("cards_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}

#[test]
fn what_is_hostile_in_size_is_cut() {
    let long = "word ".repeat(50_000);
    let field = EmbedField { name: text(&long), value: text(&long) };
    let embed = Embed {
        title: Some(text(&long)),
        description: Some(text(&long)),
        footer: Some(text(&long)),
        fields: vec![field; 200].into(),
        image: Some(Box::new(EmbedImage { name: text(&long), width: u32::MAX, height: u32::MAX, file: None })),
        ..Embed::default()
    };
    let options: Vec<PollOption> = (0..500).map(|at| option(at, &long, u32::MAX, true)).collect();
    let poll = Poll { question: text(&long), options: options.into(), counted: true, ..Poll::default() };
    let hostile = Message { embeds: vec![embed; 50].into(), poll: Some(Box::new(poll)), ..message(1, ADA, 9, "") };
    let state = sized(state(timeline(vec![hostile], true)), 100, 30);
    let started = std::time::Instant::now();
    let mut cache = cache();
    let scene = arrange(&state, &mut cache, 100, 30);
    assert!(scene.rows.len() < 200);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    assert_eq!(cache.kept(), 1);
}
