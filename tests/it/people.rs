//! The demo's scripted people: deterministic, lively, bounded, and they answer.

use std::collections::BTreeMap;

use nib::demo::people::{Deed, Director, Heard, Place};
use nib::demo::world::generate;
use nib::demo::world::model::{ChannelKind, World};

const AT: i64 = 1_795_000_000_000;

/// Runs a director like a server does, reporting every message back, until `until` milliseconds.
fn run(director: &mut Director, from: u64, until: u64, handle: &mut u64) -> Vec<(u64, Deed)> {
    let mut deeds = Vec::new();
    let mut now = from;
    while let Some(next) = director.next_at().filter(|next| *next <= until) {
        assert!(next >= now, "time goes back from {now} to {next}");
        now = next;
        for deed in director.act(now) {
            if let Deed::Say { person, place, text, .. } = &deed {
                *handle += 1;
                director.heard(&said(*person, *place, *handle, text), now);
            }
            deeds.push((now, deed));
        }
    }
    deeds
}

fn said(author: usize, place: Place, message: u64, text: &str) -> Heard {
    Heard { author, place, message, text: text.to_owned(), mentions: Vec::new(), reply_to_author: None }
}

fn general(world: &World) -> Place {
    let channels = &world.communities[0].channels;
    Place::Channel { community: 0, channel: channels.iter().position(|channel| channel.name == "general").unwrap() }
}

#[test]
fn the_same_seed_plays_the_same_piece() {
    let world = generate(1, AT);
    let play = |seed| run(&mut Director::new(&world, seed, 6), 0, 600_000, &mut 0);
    assert_eq!(play(5), play(5));
    assert_ne!(play(5), play(6));
}

#[test]
fn nobody_acts_when_nobody_should() {
    let world = generate(1, AT);
    let mut director = Director::new(&world, 5, 0);
    director.heard(&said(0, general(&world), 1, "hello?"), 10);
    assert_eq!(director.next_at(), None);
    assert_eq!(director.act(1_000_000), Vec::new());
}

#[test]
fn six_people_do_something_every_few_seconds() {
    let world = generate(1, AT);
    let mut edits = 0;
    for seed in 0..8 {
        let deeds = run(&mut Director::new(&world, seed, 6), 0, 1_800_000, &mut 0);
        let visible: Vec<u64> = (deeds.iter())
            .filter(|(_, deed)| !matches!(deed, Deed::Typing { on: false, .. }))
            .map(|(at, _)| *at)
            .collect();
        assert!(visible[0] <= 3_000, "the first happening at {} ms", visible[0]);
        let mean = 1_800_000 / visible.len();
        assert!((3_500..8_500).contains(&mean), "seed {seed}: one happening in {mean} ms");
        let longest = visible.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
        assert!(longest < 25_000, "seed {seed}: nothing for {longest} ms");
        let kinds = |wanted: fn(&Deed) -> bool| deeds.iter().filter(|(_, deed)| wanted(deed)).count();
        assert!(kinds(|deed| matches!(deed, Deed::Say { .. })) > 60);
        assert!(kinds(|deed| matches!(deed, Deed::React { .. })) > 5);
        assert!(kinds(|deed| matches!(deed, Deed::Presence { .. })) > 5);
        edits += kinds(|deed| matches!(deed, Deed::Edit { .. }));
        assert!(kinds(|deed| matches!(deed, Deed::JoinVoice { .. } | Deed::LeaveVoice { .. } | Deed::Mute { .. })) > 1);
    }
    assert!(edits > 16, "{edits} corrections in four hours");
}

#[test]
fn people_type_before_they_write_and_stop_when_they_have() {
    let world = generate(1, AT);
    let mut typing: BTreeMap<(usize, Place), u64> = BTreeMap::new();
    let mut ended = BTreeMap::new();
    for (at, deed) in run(&mut Director::new(&world, 3, 6), 0, 3_600_000, &mut 0) {
        match deed {
            Deed::Typing { person, place, on: true } => assert_eq!(typing.insert((person, place), at), None),
            Deed::Typing { person, place, on: false } => {
                let since = typing.remove(&(person, place)).expect("typing ends after it began");
                ended.insert((person, place), (since, at));
            }
            Deed::Say { person, place, text, .. } => {
                let (since, until) = ended[&(person, place)];
                assert_eq!(until, at);
                assert!((900..=8_000).contains(&(at - since)), "{text:?} typed in {} ms", at - since);
            }
            _ => {}
        }
    }
}

#[test]
fn people_use_only_places_that_are_open_to_them() {
    let world = generate(1, AT);
    for (_, deed) in run(&mut Director::new(&world, 9, 40), 0, 900_000, &mut 0) {
        let (person, place, kind) = match &deed {
            Deed::Say { person, place, .. } | Deed::Typing { person, place, .. } => {
                (*person, *place, ChannelKind::Text)
            }
            Deed::JoinVoice { person, place } => (*person, *place, ChannelKind::Voice),
            _ => continue,
        };
        match place {
            Place::Channel { community, channel } => {
                let community = &world.communities[community];
                assert!(community.members.iter().any(|member| member.person == person));
                let channel = &community.channels[channel];
                assert!(channel.kind == kind && channel.deny_everyone == 0 && channel.slowmode.is_none());
            }
            Place::Direct { one, other } => assert!(one == 0 && other == person),
            Place::Group(group) => assert!(world.groups[group].members.contains(&person)),
        }
    }
}

#[test]
fn a_private_message_is_always_answered() {
    let world = generate(1, AT);
    for (seed, text) in (0..).zip(["hello", "is it broken?", "ありがとう", "", "…", "thanks!", "Do you like ramen?"])
    {
        for peer in 1..=6 {
            let mut director = Director::new(&world, seed, 6);
            let place = Place::direct(peer, 0);
            director.heard(&said(0, place, 77, text), 100);
            let mine =
                |deed: &Deed| matches!(deed, Deed::Say { person, place: at, .. } if *person == peer && *at == place);
            let deeds = run(&mut director, 100, 20_000, &mut 100);
            let (at, _) = deeds.iter().find(|(_, deed)| mine(deed)).expect("an answer");
            assert!((1_500..13_000).contains(at), "{text:?} answered by {peer} after {at} ms");
        }
    }
}

#[test]
fn a_private_message_is_answered_by_people_who_are_in_the_middle_of_something() {
    let world = generate(1, AT);
    for seed in 0..20 {
        let mut director = Director::new(&world, seed, 6);
        let mut handle = 0;
        let now = 60_000 + seed * 1_700;
        run(&mut director, 0, now, &mut handle);
        for peer in 1..=6 {
            director.heard(&said(0, Place::direct(peer, 0), 9_000, "are you there?"), now);
        }
        let after = run(&mut director, now, now + 30_000, &mut handle);
        for peer in 1..=6 {
            let answer = |deed: &Deed| matches!(deed, Deed::Say { person, place, .. } if *person == peer && *place == Place::direct(0, peer));
            assert!(after.iter().any(|(_, deed)| answer(deed)), "seed {seed}: no answer from {peer}");
        }
    }
}

#[test]
fn whoever_is_mentioned_or_answered_in_a_channel_replies() {
    let world = generate(1, AT);
    let place = general(&world);
    let heard = said(0, place, 500, "what do you think?");
    for seed in 0..10 {
        for called in
            [Heard { mentions: vec![2], ..heard.clone() }, Heard { reply_to_author: Some(2), ..heard.clone() }]
        {
            let mut director = Director::new(&world, seed, 6);
            director.heard(&called, 0);
            let deeds = run(&mut director, 0, 20_000, &mut 600);
            let reply = |deed: &Deed| matches!(deed, Deed::Say { person: 2, reply_to: Some(500), .. });
            assert!(deeds.iter().any(|(_, deed)| reply(deed)), "seed {seed}");
        }
    }
}

#[test]
fn corrections_follow_their_message_and_take_the_slip_out() {
    let world = generate(1, AT);
    let mut handles = BTreeMap::new();
    let mut handle = 0;
    let mut corrected = 0;
    for (_, deed) in run(&mut Director::new(&world, 4, 12), 0, 3_600_000, &mut 0) {
        match deed {
            Deed::Say { person, text, .. } => {
                handle += 1;
                handles.insert(handle, (person, text));
            }
            Deed::Edit { person, message, text, .. } => {
                let (author, before) = &handles[&message];
                assert_eq!(person, *author);
                assert!(*before != text && before.chars().count() == text.chars().count(), "{before:?} to {text:?}");
                corrected += 1;
            }
            _ => {}
        }
    }
    assert!(corrected > 3, "{corrected}");
}

#[test]
fn a_flood_does_not_make_it_grow() {
    let world = generate(1, AT);
    let mut director = Director::new(&world, 4, 40);
    let members = (1..40).collect::<Vec<_>>();
    for message in 0..20_000 {
        let place = if message % 2 == 0 { general(&world) } else { Place::direct(0, 1 + (message as usize % 40)) };
        director.heard(
            &Heard { mentions: members.clone(), ..said(0, place, message, "help, it is broken?") },
            message / 100,
        );
    }
    let late = director.act(3_600_000);
    assert!(!late.is_empty() && late.len() <= 100, "{}", late.len());
    assert!(director.act(3_600_000).is_empty());
}

#[test]
fn a_released_person_does_nothing_more() {
    let world = generate(1, AT);
    let mut director = Director::new(&world, 4, 6);
    let mut handle = 0;
    run(&mut director, 0, 60_000, &mut handle);
    director.release(1);
    director.heard(&said(0, Place::direct(0, 1), 9_000, "hello"), 60_000);
    let after = run(&mut director, 60_000, 900_000, &mut handle);
    assert!(!after.is_empty() && after.iter().all(|(_, deed)| deed.person() != 1));
}

#[test]
fn texts_are_finished_and_their_spans_fit() {
    let world = generate(1, AT);
    let mut texts = BTreeMap::new();
    for (_, deed) in run(&mut Director::new(&world, 2, 6), 0, 3_600_000, &mut 0) {
        let Deed::Say { text, spans, .. } = deed else { continue };
        assert!(!text.is_empty() && !text.contains(['«', '»']), "{text}");
        let units = u32::try_from(text.encode_utf16().count()).unwrap();
        assert!(spans.iter().all(|span| span.length > 0 && span.start + span.length <= units));
        *texts.entry(text).or_insert(0) += 1;
    }
    assert!(texts.values().filter(|count| **count > 3).count() < 5, "{texts:?}");
}
