//! History from the store: what it has is read from it, and the network is asked for the rest alone.

use super::*;
use nib::state::action::MessageAction;
use nib::state::quotes::Quoted;

#[test]
fn scrolling_up_reads_the_store_and_asks_the_network_for_holes_alone() {
    let mut history = line(300);
    history[120].1 = true;
    let mut kept = Kept::new(history);
    let (mut script, _) = kept.begin();
    let fx = script.link(signed_in());
    drop(fx);
    kept.asked.clear();
    let mut asked = Vec::new();
    for _ in 0..20 {
        let first = script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)].first().unwrap();
        if !first.gap_before {
            break;
        }
        let wants = Some(first.message.key);
        let visible = nib::state::front::Visible { wants_before: wants, ..script.visible(false) };
        let fx = script.arrange(visible);
        let fx = kept.serve(&mut script, fx);
        asked.extend(pages(&fx));
    }
    assert_eq!((ids(&script), asked), ((1..=300).collect::<Vec<_>>(), Vec::new()));
    let mut asked = Vec::new();
    for _ in 0..3 {
        let visible = nib::state::front::Visible { wants_before: Some(key(121)), ..script.visible(false) };
        let fx = script.arrange(visible);
        asked.extend(pages(&kept.serve(&mut script, fx)));
    }
    assert_eq!(asked, [Page::Before(key(121))], "one hole, asked for once");
    assert!(kept.asked.len() > 3);
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    assert!(timeline.has_start());
    let holes: Vec<u128> =
        timeline.iter().filter(|entry| entry.gap_before).map(|entry| entry.message.key.id.value()).collect();
    assert_eq!(holes, [121], "and shown as one");
}

#[test]
fn what_is_answered_is_looked_up_where_it_is_kept_and_its_author_is_known_at_once() {
    let mut kept = Kept::new(line(300));
    kept.people.push(user(GRACE, "grace"));
    let (mut script, _) = kept.begin();
    script.link(signed_in());
    let reply = |id, to| {
        let reply = Some(Box::new(ReplyInfo { to: Some(MessageId::new(to)), quote: None }));
        Message { reply, ..said(chat(11), id, GRACE, "indeed") }
    };
    script.hear(reply(900, 5));
    script.hear(reply(901, 9_999));
    kept.asked.clear();
    let at_the_end = |script: &mut Script| {
        let visible = script.visible(true);
        script.arrange(nib::state::front::Visible { first: Some(key(900)), ..visible })
    };
    let fx = at_the_end(&mut script);
    kept.serve(&mut script, fx);
    let quoted = |script: &Script, id| {
        script.state.core.account(HOME).unwrap().quotes.of(ChatId::new(11), MessageId::new(id)).cloned()
    };
    let Some(Quoted::Here(message)) = quoted(&script, 5) else { panic!("{:?}", quoted(&script, 5)) };
    assert_eq!(&*message.body.text, "kept 5");
    // One that is not kept, and that this network does not give, is not asked for again and again.
    assert_eq!(quoted(&script, 9_999), Some(Quoted::Refused));
    let asked = |kept: &Kept| {
        let quotes = |query: &&Query| matches!(query, Query::Messages { seek: Seek::Around(_), limit: 1, .. });
        kept.asked.iter().filter(quotes).count()
    };
    assert_eq!(asked(&kept), 2);
    let fx = at_the_end(&mut script);
    kept.serve(&mut script, fx);
    assert_eq!(asked(&kept), 2);
}

#[test]
fn a_refused_hole_is_not_asked_for_again_and_a_new_connection_tries_once_more() {
    let mut history = line(60);
    history[40].1 = true;
    let mut kept = Kept::new(history);
    let (mut script, _) = kept.begin();
    let visible = nib::state::front::Visible { wants_before: Some(key(41)), ..script.visible(false) };
    let fx = script.arrange(visible.clone());
    assert_eq!(pages(&kept.serve(&mut script, fx)), [], "there is no connection");
    let fx = script.link(signed_in());
    assert!(pages(&fx).contains(&Page::Before(key(41))), "what shows is filled by itself: {:?}", pages(&fx));
    let id = fx
        .iter()
        .find_map(|effect| match effect {
            Effect::Net { id, request: Request::FetchHistory { page: Page::Before(_), .. }, .. } => Some(*id),
            _ => None,
        })
        .unwrap();
    script.answer(id, Err(refusal(RefusalKind::Forbidden)));
    assert!(script.notice().contains("could not be fetched"));
    let fx = script.arrange(visible.clone());
    assert_eq!(pages(&kept.serve(&mut script, fx)), []);
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) });
    let fx = script.link(signed_in());
    assert!(pages(&fx).contains(&Page::Before(key(41))));
}

#[test]
fn scrolling_down_again_reads_what_was_let_go() {
    let mut kept = Kept::new(line(400));
    kept.place = Some(Place { message: key(100), row: 8 });
    let (mut script, _) = kept.begin();
    for _ in 0..20 {
        let last = *ids(&script).last().unwrap();
        let anchor = Anchor::Top { target: Target::Message(key(last - 5)), row: 8 };
        let visible = nib::state::front::Visible { anchor, wants_after: Some(key(last)), ..script.visible(false) };
        let fx = script.arrange(visible);
        kept.serve(&mut script, fx);
    }
    assert_eq!(ids(&script).last(), Some(&400));
    let timeline = &script.state.core.account(HOME).unwrap().timelines[&ChatId::new(11)];
    assert!(timeline.iter().skip(1).all(|entry| !entry.gap_before));
    assert!(timeline.gap_after() && !timeline.has_newer(), "what came since, the network knows");
    // The end is one key away from anywhere.
    let mut kept = Kept::new(line(400));
    kept.place = Some(Place { message: key(100), row: 8 });
    let (mut script, _) = kept.begin();
    let fx = script.act(Action::ScrollEnd);
    kept.serve(&mut script, fx);
    assert_eq!(ids(&script).last(), Some(&400));
}

#[test]
fn a_jump_looks_into_the_store_first() {
    let mut kept = Kept::new(line(400));
    let (mut script, _) = kept.begin();
    script.link(signed_in());
    let answers = |script: &mut Script, id: u128, to: u128| {
        let mut message = said(chat(11), id, ADA, "an answer");
        message.reply = Some(Box::new(ReplyInfo { to: Some(key(to).id), ..ReplyInfo::default() }));
        script.hear(message);
        script.arrange_bottom();
        script.act(Action::FocusMessages);
        script.act(Action::Message(MessageAction::GoToReplied))
    };
    let fx = answers(&mut script, 900, 30);
    let fx = kept.serve(&mut script, fx);
    assert_eq!(pages(&fx), []);
    let pane = &script.state.front.as_ref().unwrap().pane;
    assert_eq!(pane.cursor, Some(Target::Message(key(30))));
    assert_eq!(pane.intent, Some(ScrollIntent::Center(Target::Message(key(30)))));
    // What is not stored is asked of the network.
    let fx = answers(&mut script, 901, 700);
    let mut fx = kept.serve(&mut script, fx);
    // What is in memory is just being confirmed: then right after.
    let around =
        |purpose: &Purpose| matches!(purpose, Purpose::History { page: Page::Around(id), .. } if *id != key(700).id);
    let open = script.state.core.account(HOME).unwrap().requests.open.clone();
    for (id, _) in open.into_iter().filter(|(_, purpose)| around(purpose)) {
        fx.extend(script.answer(id, Err(refusal(RefusalKind::NotFound))));
    }
    assert_eq!(pages(&fx), [Page::Around(key(700).id)]);
}
