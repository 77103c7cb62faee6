//! Going to a day.

use super::script::*;
use nib::domain::*;
use nib::state::action::{Going, TextEdit};
use nib::state::front::{Overlay, ScrollIntent, Target};
use nib::state::ui::form::{FieldKind, FormPurpose};
use nib::state::{Action, Effect, Effects};
use std::sync::Arc;
use std::time::Duration;

const DAY: i64 = 86_400_000;

/// A message whose id is the moment at which it was sent.
fn at(script: &Script, days_ago: i64) -> Message {
    let midnight = script.state.now.wall.0 / DAY * DAY;
    let sent = midnight - days_ago * DAY + DAY / 2;
    let id = u128::try_from(sent).unwrap();
    Message { at: Some(Wall(sent)), ..said(chat(11), id, ADA, &format!("{days_ago} days ago")) }
}

/// The open chat with messages of four and three days ago, of which it is not known what came after.
fn behind() -> Script {
    let mut script = Script::ready();
    script.state.core.accounts[0].caps.dated_ids = Some(DatedIds { epoch: 0, shift: 0 });
    for days in [4, 3] {
        let message = at(&script, days);
        script.hear(message);
    }
    script.arrange_bottom();
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) });
    script
}

fn back(script: &mut Script) {
    let caps = Caps { dated_ids: Some(DatedIds { epoch: 0, shift: 0 }), ..Script::caps() };
    script.link(LinkEvent::SignedIn { me: user(ME, "me"), session: None, token: Secret::default(), caps });
}

fn go(script: &mut Script, day: &str) -> Effects {
    script.act(Action::Going(Going::Date(day.to_owned())))
}

fn asked(effects: &Effects) -> Vec<(RequestId, Page)> {
    let page = |effect: &Effect| match effect {
        Effect::Net { id, request: Request::FetchHistory { page, .. }, .. } => Some((*id, *page)),
        _ => None,
    };
    effects.iter().filter_map(page).collect()
}

fn cursor(script: &Script) -> Option<Target> {
    let pane = &script.state.front.as_ref().unwrap().pane;
    pane.cursor.filter(|cursor| pane.intent == Some(ScrollIntent::Center(*cursor)))
}

#[test]
fn a_day_that_is_here_is_gone_to_without_asking() {
    let mut script = behind();
    let fx = go(&mut script, "3 days ago");
    let there = at(&script, 3).key;
    assert_eq!((cursor(&script), asked(&fx)), (Some(Target::Message(there)), vec![]));
    // A day on which nothing was written is the next one on which something was.
    go(&mut script, "100 days ago");
    assert_eq!(cursor(&script), Some(Target::Message(at(&script, 4).key)));
    for (day, said) in [("soon", "That is no day"), ("2999-01-01", "That is still to come")] {
        go(&mut script, day);
        assert!(script.notice().starts_with(said), "{}", script.notice());
    }
    go(&mut script, "yesterday");
    assert_eq!(script.notice(), "Nothing of that day is here", "there is no connection");
}

/// The form on top: what is typed in its field, and what is wrong with it.
fn form(script: &Script) -> (String, Option<String>) {
    let Some(Overlay::Form(form)) = script.state.front.as_ref().unwrap().overlays.last() else { panic!("no form") };
    assert_eq!(form.purpose, FormPurpose::Day);
    (form.text(FieldKind::Day).to_owned(), form.fields[0].error.clone())
}

#[test]
fn the_day_is_asked_for_in_a_form_of_its_own_which_keeps_what_is_no_day() {
    let mut script = behind();
    // Whether or not something is being written, and whatever command was left.
    for written in ["", "my draft"] {
        script.act(Action::FocusComposer);
        script.type_text(written);
        if !written.is_empty() {
            script.act(Action::Command);
            script.type_text("msg @ada ");
            script.act(Action::Cancel);
        }
        go(&mut script, "");
        assert_eq!((form(&script), script.composer().as_str()), ((String::new(), None), written));
        script.type_text("soon");
        script.act(Action::Accept);
        let (typed, why) = form(&script);
        assert!(typed == "soon" && why.is_some_and(|why| why.starts_with("That is no day")));
        // What was wrong is not said again of what may be changed.
        script.act(Action::Cancel);
        go(&mut script, "");
        assert_eq!(form(&script), ("soon".to_owned(), None));
        script.act(Action::Text(TextEdit::KillToStart));
        script.type_text("3 days ago");
        script.act(Action::Accept);
        assert_eq!(cursor(&script), Some(Target::Message(at(&script, 3).key)));
        assert!(script.state.front.as_ref().unwrap().overlays.is_empty());
    }
}

fn page(messages: Vec<Arc<Message>>, reached_end: bool) -> Reply {
    Reply::History { chat: chat(11).chat, messages, bundle: Bundle::default(), reached_start: false, reached_end }
}

#[test]
fn a_day_that_is_not_here_is_asked_of_the_network() {
    let mut script = behind();
    back(&mut script);
    let fx = go(&mut script, "yesterday");
    let [(id, Page::After(place))] = asked(&fx)[..] else { panic!("{fx:?}") };
    let messages: Vec<_> = [1, 0].map(|days| Arc::new(at(&script, days))).into();
    assert!(place < messages[0].key && place > at(&script, 2).key);
    let first = messages[0].key;
    script.answer(id, Ok(page(messages, false)));
    assert_eq!(cursor(&script), Some(Target::Message(first)));
    let timeline = &script.state.core.accounts[0].timelines[&chat(11).chat];
    let hole = timeline.iter().find(|entry| entry.message.key == first).unwrap();
    assert!(hole.gap_before, "what lies between is a hole");
    // Once there, it is forgotten: later pages move nothing.
    script.act(Action::ScrollEnd);
    assert_eq!(cursor(&script), None);
}

#[test]
fn a_day_that_the_network_does_not_give_is_not_left_without_a_word() {
    for (days, told) in [
        ("yesterday", "Nothing of that day is here"),
        ("3 days ago", "Messages may be missing between that day and this one"),
    ] {
        let mut script = behind();
        back(&mut script);
        let timeline = script.state.core.accounts[0].timelines.get_mut(&chat(11).chat).unwrap();
        if days != "yesterday" {
            *timeline = Timeline::default();
            let message = at(&script, 3);
            script.hear(message);
        }
        let fx = go(&mut script, days);
        let [(id, _)] = asked(&fx)[..] else { panic!("{fx:?}") };
        let down = LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(2) };
        script.link(down);
        script.answer(id, Err(refusal(RefusalKind::LinkLost)));
        assert_eq!(script.notice(), told);
    }
}

#[test]
fn where_ids_tell_no_time_what_is_nearest_is_shown() {
    let mut script = behind();
    script.link(LinkEvent::SignedIn {
        me: user(ME, "me"),
        session: None,
        token: Secret::default(),
        caps: Script::caps(),
    });
    let fx = go(&mut script, "yesterday");
    assert_eq!((asked(&fx), script.notice()), (vec![], "Nothing of that day is here"));
}

#[test]
fn a_network_whose_ids_tell_nothing_is_asked_for_the_day_itself() {
    let mut script = behind();
    let caps = Caps { dates: true, dated_ids: None, ..Script::caps() };
    script.link(LinkEvent::SignedIn { me: user(ME, "me"), session: None, token: Secret::default(), caps });
    let asked = asked(&go(&mut script, "2 days ago"));
    let day = asked.iter().find_map(|(id, page)| match page {
        Page::At(at) => Some((*id, *at)),
        _ => None,
    });
    let (id, day) = day.unwrap_or_else(|| panic!("{asked:?}"));
    let there = at(&script, 2);
    assert!(day.0 <= there.at.unwrap().0 && there.at.unwrap().0 < day.0 + DAY);
    let key = there.key;
    let messages = vec![Arc::new(at(&script, 3)), Arc::new(there)];
    script.answer(id, Ok(page(messages, true)));
    assert_eq!(cursor(&script), Some(Target::Message(key)));
}

#[test]
fn a_day_that_comes_late_moves_no_other_chat() {
    let mut script = behind();
    back(&mut script);
    let fx = go(&mut script, "yesterday");
    let [(id, _)] = asked(&fx)[..] else { panic!("{fx:?}") };
    script.open(12);
    script.arrange_bottom();
    let pane = |script: &Script| {
        let front = script.state.front.as_ref().unwrap();
        (front.region, front.pane.anchor, front.pane.intent, front.notice.clone())
    };
    let before = pane(&script);
    let messages: Vec<_> = [1, 0].map(|days| Arc::new(at(&script, days))).into();
    script.answer(id, Ok(page(messages, false)));
    assert_eq!((pane(&script), cursor(&script)), (before, None));
}
