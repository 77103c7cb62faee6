//! Sending as it is, without previews, with a name in front, and words in place of others.

use super::script::*;
use nib::domain::markup::Dialect;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction, TextEdit};
use nib::state::front::{ComposeMode, Region};
use nib::state::{Action, pace};
use std::time::Duration;

fn caps(script: &mut Script, change: impl FnOnce(&mut Caps)) {
    change(&mut script.state.core.accounts[0].caps);
}

fn edits(effects: &nib::state::Effects) -> Vec<String> {
    let text = |request| match request {
        Request::Edit { text, .. } => Some(text),
        _ => None,
    };
    requests(effects).into_iter().filter_map(text).collect()
}

#[test]
fn what_is_sent_as_it_is_means_nothing() {
    let mut script = Script::ready();
    for text in ["**not bold**", "/quit", "s/a/b/", "//x"] {
        script.type_text(text);
        let sent = sends(&script.act(Action::Compose(ComposeAction::SendVerbatim))).pop();
        let sent = sent.map(|(_, sent)| (sent.text.clone(), sent.verbatim));
        script.event(nib::state::Event::Terminate);
        let rows = &script.state.core.accounts[0].outbox.of(ChatId::new(11));
        let row = rows.last().map(|row| (row.outgoing.text.clone(), row.outgoing.verbatim));
        assert_eq!(sent.or(row), Some((text.to_owned(), true)));
        assert_eq!(script.composer(), "");
    }
    // A change goes the same way: marks are escaped.
    let mut script = Script::ready();
    script.act(Action::Compose(ComposeAction::EditLast));
    script.act(Action::Text(TextEdit::KillToStart));
    script.type_text("*a*");
    let fx = script.act(Action::Compose(ComposeAction::SendVerbatim));
    assert_eq!(edits(&fx), ["\\*a\\*"]);
}

#[test]
fn where_marks_always_mean_something_nothing_is_sent_as_if_they_did_not() {
    let mut script = Script::ready();
    caps(&mut script, |caps| caps.dialect = Dialect { escapes: false, verbatim: false, ..Dialect::NIB });
    script.type_text("**a**");
    assert_eq!(requests(&script.act(Action::Compose(ComposeAction::SendVerbatim))), []);
    assert_eq!(
        (script.composer().as_str(), script.notice()),
        ("**a**", "Marks always mean something here; what you typed stays")
    );
    script.act(Action::Clear);
    script.type_text("s/x/y/");
    let fx = script.act(Action::Compose(ComposeAction::SendVerbatim));
    assert_eq!(sends(&fx)[0].1.text, "s/x/y/", "without marks it is the same");
}

#[test]
fn previews_are_left_out_of_one_message_or_of_all() {
    let mut script = Script::ready();
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    assert_eq!(script.notice(), "Previews of links cannot be left out here");
    caps(&mut script, |caps| caps.previews = true);
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    assert_eq!(script.notice(), "Links in this message get no previews");
    assert!(script.send("one").unwrap().1.no_previews);
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    script.act(Action::Compose(ComposeAction::TogglePreviews));
    let settings = Settings { previews: false, ..Settings::default() };
    script.event(nib::state::Event::Settings(settings.into()));
    assert!(!script.state.core.accounts[0].outbox.of(ChatId::new(11)).is_empty());
}

#[test]
fn names_in_front_of_a_text() {
    let mut script = Script::ready();
    assert_eq!(script.send("/me waves").unwrap().1.text, "_waves_");
    let rows = |script: &Script, id| {
        let rows = script.state.core.accounts[0].outbox.of(ChatId::new(id));
        rows.iter().map(|row| row.outgoing.text.clone()).collect::<Vec<_>>()
    };
    script.send("/shrug who knows");
    assert_eq!(rows(&script, 11).last().unwrap(), "who knows ¯\\\\\\_(ツ)\\_/¯");
    assert_eq!(script.composer(), "");
    // To another chat: the open one stays, with what is typed there.
    script.send("/msg Rust/help is *this* on?");
    assert_eq!((rows(&script, 12), script.notice()), (vec!["is *this* on?".to_owned()], "On its way to #help"));
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(11)));
    script.send("/msg @ada hi");
    assert_eq!(rows(&script, 31), ["hi"]);
    script.send("/msg \"group:pens and ink\" ink?");
    assert_eq!(rows(&script, 33), ["ink?"]);
    for (line, why) in [
        ("/msg Rust/nowhere x", "There is no chat \"Rust/nowhere\""),
        ("/msg Rust/news x", "Only some may write announcements"),
        ("/msg Rust/help", "It goes like this: /msg CHAT TEXT"),
        ("/me", "It goes like this: /me TEXT"),
    ] {
        script.send(line);
        assert!(script.notice().starts_with(why), "{}", script.notice());
        assert_eq!(script.composer(), line);
        script.act(Action::Clear);
    }
}

#[test]
fn an_answer_is_given_with_a_name_in_front_as_well() {
    let mut script = Script::ready();
    script.act(Action::FocusMessages);
    script.act(Action::Message(nib::state::action::MessageAction::Reply));
    let (_, sent) = script.send("/me nods").unwrap();
    assert_eq!((sent.reply_to, script.mode()), (Some(MessageId::new(10)), &ComposeMode::New));
}

#[test]
fn words_of_the_last_message_are_put_in_place_of_others() {
    let mut script = Script::ready();
    script.type_text("s/LINE/word/i");
    assert_eq!(edits(&script.act(Action::Send)), ["word 4"]);
    assert_eq!((script.composer().as_str(), script.mode()), ("", &ComposeMode::New));
    // What is nowhere stays to be seen, and is not sent.
    script.type_text("s/nothing/x/");
    let fx = script.act(Action::Send);
    assert_eq!((edits(&fx).len(), sends(&fx).len()), (0, 0));
    assert_eq!((script.composer().as_str(), script.mode()), ("s/nothing/x/", &ComposeMode::New));
    assert_eq!(script.notice(), "That is nowhere in your last message; to send it as it is");
    // The last slash may be left out, also where it is nowhere.
    script.act(Action::Clear);
    script.type_text("s/nothing/x");
    let fx = script.act(Action::Send);
    assert_eq!((edits(&fx).len(), sends(&fx).len(), script.composer().as_str()), (0, 0, "s/nothing/x"));
    let mut script = Script::ready();
    script.type_text("s/line/word");
    assert_eq!(edits(&script.act(Action::Send)), ["word 4"]);
    // One that waits is changed where it is.
    let mut script = Script::ready();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(60) });
    script.send("teh cat");
    script.type_text("s/teh/the/");
    script.act(Action::Send);
    assert_eq!(script.state.core.accounts[0].outbox.of(ChatId::new(11))[0].outgoing.text, "the cat");
    // Where one has written nothing, it stays as well.
    let mut script = Script::ready();
    script.open(12);
    script.type_text("s/a/b/");
    script.act(Action::Send);
    assert_eq!(script.composer(), "s/a/b/");
    assert_eq!(script.state.front.as_ref().unwrap().region, Region::Composer);
}

#[test]
fn how_much_may_still_be_said_is_counted() {
    let mut script = Script::ready();
    caps(&mut script, |caps| {
        caps.pace = Some(Pace { count: 4, seconds: 10 });
        caps.typing = false;
    });
    let left =
        |script: &Script| pace::left(&script.state.core.accounts[0], script.state.now.mono).map(|(left, _)| left);
    assert_eq!(left(&script), None);
    for (id, text) in [(60, "one"), (61, "two"), (62, "three")] {
        let (request, _) = script.send(text).unwrap();
        script.answer(request, sent(id));
    }
    assert_eq!(left(&script), Some(1));
    script.type_text("four");
    assert!(script.timers.contains_key(&nib::state::Timer::Countdown), "the number on screen changes");
    script.advance(Duration::from_secs(11));
    assert_eq!(left(&script), None);
    assert!(!script.timers.contains_key(&nib::state::Timer::Countdown), "nothing wakes without a cause");
}

#[test]
fn whoever_writes_has_read_in_whatever_way() {
    for written in ["/shrug", "plain"] {
        let mut script = Script::ready();
        script.act(Action::FocusMessages);
        script.act(Action::Message(MessageAction::MarkUnread));
        assert!(script.counts(11).0 > 0);
        script.act(Action::FocusComposer);
        script.type_text(written);
        script.act(if written == "plain" { Action::Compose(ComposeAction::SendVerbatim) } else { Action::Send });
        script.arrange_bottom();
        assert_eq!(script.counts(11), (0, 0), "{written}");
    }
}
