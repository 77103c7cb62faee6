//! Sleep of the computer, and servers that say nothing.

use super::script::*;
use nib::domain::*;
use nib::layout::{Content, LayoutCache, Placed, arrange};
use nib::state::{Action, Effect, Event, Timer};
use std::time::Duration;

/// The computer sleeps: the time of day moves on alone.
fn sleep(script: &mut Script, time: Duration) {
    script.now.wall.0 += i64::try_from(time.as_millis()).unwrap();
}

fn status(script: &Script) -> String {
    let scene = arrange(&script.state, &mut LayoutCache::new(jiff::tz::TimeZone::UTC), 100, 30);
    let line = |placed: &Placed| match &placed.content {
        Content::Own(line) if placed.y == 29 => Some(line.text().to_owned()),
        _ => None,
    };
    scene.rows.iter().filter_map(line).collect()
}

#[test]
fn the_first_event_after_a_sleep_sees_to_the_connection_and_to_the_date() {
    let mut script = Script::ready();
    script.advance(Duration::from_secs(600));
    assert!(!script.type_text("a").contains(&Effect::Probe(HOME)), "nobody slept");
    let midnight = script.timers[&Timer::Midnight];
    sleep(&mut script, Duration::from_secs(3_600));
    let fx = script.event(Event::Focused(true));
    assert!(fx.contains(&Effect::Probe(HOME)), "{fx:?}");
    assert_eq!(midnight.since(script.timers[&Timer::Midnight]), Duration::from_secs(3_600), "the date changes sooner");
    assert!(!script.type_text("b").contains(&Effect::Probe(HOME)), "told once");
}

#[test]
fn a_wait_for_the_next_try_ends_with_the_sleep_and_a_refused_account_is_left_alone() {
    let mut script = Script::ready();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(25) });
    sleep(&mut script, Duration::from_secs(60));
    // The countdown on screen is event enough.
    assert!(script.advance(Duration::from_secs(1)).contains(&Effect::Probe(HOME)));
    let mut script = Script::ready();
    script.link(LinkEvent::Refused { code: 403, reason: CleanText::ours("the token is void"), about: None });
    sleep(&mut script, Duration::from_secs(60));
    assert_eq!(script.event(Event::Focused(true)).iter().filter(|fx| matches!(fx, Effect::Probe(_))).count(), 0);
}

#[test]
fn seconds_without_an_answer_are_counted_on_screen_until_one_comes() {
    let mut script = Script::ready();
    script.advance(Duration::from_secs(60));
    script.link(LinkEvent::Latency(Duration::from_millis(12)));
    assert!(status(&script).contains("online 12 ms"), "{}", status(&script));
    script.link(LinkEvent::Silent(Some(Duration::from_millis(10_400))));
    assert!(status(&script).contains("no answer for 10 s"), "{}", status(&script));
    let before = script.state.revision;
    script.advance(Duration::from_millis(3_700));
    assert_eq!(script.state.revision, before + 4, "one frame for each second");
    assert!(status(&script).contains("no answer for 14 s"), "{}", status(&script));
    // What is written meanwhile waits, and looks like it.
    script.send("anybody there?").expect("it is handed to the session");
    assert!(matches!(script.rows(11)[..], [nib::state::outbox::Stage::InFlight(_)]));
    assert_eq!(script.act(Action::Reconnect)[0], Effect::Probe(HOME));
    assert!(script.notice().starts_with("Asking the server once more"), "{}", script.notice());
    script.link(LinkEvent::Silent(None));
    // The notice has gone.
    script.advance(Duration::from_secs(60));
    assert!(status(&script).contains("online 12 ms"), "{}", status(&script));
    assert!(!script.timers.contains_key(&Timer::Countdown));
}

#[test]
fn a_lost_or_refused_connection_is_no_silent_one() {
    for end in [
        LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(9) },
        LinkEvent::Refused { code: 403, reason: CleanText::ours("the token is void"), about: None },
    ] {
        let mut script = Script::ready();
        script.link(LinkEvent::Silent(Some(Duration::from_secs(60))));
        script.link(end);
        assert_eq!(script.state.core.accounts[0].silent_since, None);
    }
}
