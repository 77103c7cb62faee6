//! Parts of code: asked for where code shows, a few at a time, and kept.

use super::script::*;
use nib::domain::code::blocks;
use nib::domain::*;
use nib::state::front::Visible;
use nib::state::{Effect, Event};

fn block(id: u128, language: &str, code: &str) -> Message {
    let mut message = said(chat(11), id, ADA, &format!("```{language}\n{code}\n```"));
    message.author = ADA;
    assert_eq!(blocks(&message.body).count(), 1, "{:?}", message.body);
    message
}

fn asked(fx: &[Effect]) -> Vec<(CodeKey, String)> {
    let asked = |effect: &Effect| match effect {
        Effect::Colour { key, language, text } => Some((*key, format!("{language}: {text}"))),
        _ => None,
    };
    fx.iter().filter_map(asked).collect()
}

fn parts(number: u32) -> Tokens {
    (1..=number).map(|end| (end, if end % 2 == 0 { Token::Plain } else { Token::Name })).collect()
}

#[test]
fn blocks_on_screen_are_asked_for_once_and_a_few_at_a_time() {
    let mut script = Script::ready();
    let mut fx = script.hear(block(200, "rs", "one"));
    fx.extend(script.hear(block(201, "rs", "one")));
    let told = asked(&fx);
    assert_eq!(told.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["rs: one"], "the same once");
    let mut waiting: Vec<CodeKey> = told.into_iter().map(|(asked, _)| asked).collect();
    for number in 0..7 {
        waiting.extend(
            asked(&script.hear(block(202 + number, "py", &number.to_string()))).into_iter().map(|(asked, _)| asked),
        );
    }
    assert_eq!(waiting.len(), 4);
    let mut seen = waiting.clone();
    while let Some(block) = waiting.pop() {
        let revision = script.state.revision;
        let more = asked(&script.event(Event::Coloured(block, parts(3))));
        assert!(script.state.colours.of(block).is_some() && script.state.revision > revision);
        assert!(more.iter().all(|(one, _)| !seen.contains(one)), "{more:?}");
        seen.extend(more.iter().map(|(one, _)| *one));
        waiting.extend(more.into_iter().map(|(asked, _)| asked));
    }
    assert_eq!(seen.len(), 8);
}

#[test]
fn nothing_is_asked_for_what_nobody_sees() {
    let mut script = Script::ready();
    assert_eq!(asked(&script.hear(block(200, "", "one"))), [], "no language");
    let mut elsewhere = block(201, "rs", "one");
    elsewhere.chat = chat(12).chat;
    assert_eq!(asked(&script.hear(elsewhere)), []);
    let mut script = Script::signed_in(false);
    assert_eq!(asked(&script.hear(block(200, "rs", "one"))), [], "nobody looks");
}

#[test]
fn what_was_not_asked_for_and_what_is_too_much_is_not_kept() {
    let mut script = Script::ready();
    let never = CodeKey::of("rs", "never");
    script.event(Event::Coloured(never, parts(2)));
    assert_eq!(script.state.colours.of(never), None);
    let mut keys = Vec::new();
    for number in 0..300_u128 {
        let mut fx = script.hear(block(200 + number, "rs", &format!("let x = {number};")));
        let visible = Visible { first: Some(key(200 + number)), ..script.visible(true) };
        fx.extend(script.arrange(visible));
        for (block, _) in asked(&fx) {
            script.event(Event::Coloured(block, parts(100_000)));
            keys.push(block);
        }
    }
    let kept: Vec<&CodeKey> = keys.iter().filter(|one| script.state.colours.of(**one).is_some()).collect();
    assert!(keys.len() >= 290 && kept.len() <= 256 && kept.len() >= 64, "{} {}", keys.len(), kept.len());
    assert!(kept.iter().all(|one| script.state.colours.of(**one).unwrap().len() <= 4_096));
    assert_eq!(kept.last(), keys.last().as_ref());
}
