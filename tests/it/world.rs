//! The demo's sample world: deterministic, consistent, and with everything in it that a client has to cope with.

use std::collections::BTreeSet;

use nib::demo::world::generate;
use nib::demo::world::model::{ChannelKind, Millis, Post, PostKind, Style, World};

const AT: Millis = 1_795_000_000_000;

/// Every history of a world: where it is, its posts, and how many of them are unread.
fn histories(world: &World) -> Vec<(String, &[Post], usize)> {
    let mut all = vec![("saved".to_owned(), world.saved.as_slice(), 0)];
    for community in &world.communities {
        for channel in &community.channels {
            all.push((format!("{} #{}", community.name, channel.name), &channel.posts, channel.unread));
        }
    }
    all.extend(world.directs.iter().map(|direct| (format!("direct {}", direct.peer), &*direct.posts, direct.unread)));
    all.extend(world.groups.iter().map(|group| (group.name.clone(), &*group.posts, group.unread)));
    all
}

fn posts(world: &World) -> impl Iterator<Item = &Post> {
    histories(world).into_iter().flat_map(|(_, posts, _)| posts)
}

#[test]
fn the_same_seed_and_moment_give_the_same_world() {
    assert_eq!(generate(7, AT), generate(7, AT));
    assert_ne!(generate(7, AT), generate(8, AT));
}

#[test]
fn another_moment_moves_the_newest_posts_along() {
    let (early, late) = (generate(7, AT), generate(7, AT + 86_400_000));
    let newest = |world: &World| posts(world).map(|post| post.at).max();
    assert_eq!(newest(&early).map(|at| at + 86_400_000), newest(&late));
}

#[test]
fn a_world_has_the_promised_size() {
    for seed in 0..12 {
        let world = generate(seed, AT);
        assert_eq!(world.communities.len(), 3);
        assert!(world.people.len() >= 42, "{}", world.people.len());
        assert_eq!(world.people.iter().filter(|person| person.bot).count(), 2);
        let count = posts(&world).count();
        assert!((3000..=5000).contains(&count), "seed {seed}: {count}");
        assert!(world.directs.len() >= 8 && world.groups.len() >= 2 && world.saved.len() >= 8);
        for kind in [ChannelKind::Text, ChannelKind::Announcement, ChannelKind::Voice, ChannelKind::Category] {
            let has =
                |channels: &[_]| channels.iter().any(|channel: &nib::demo::world::model::Channel| channel.kind == kind);
            assert!(world.communities.iter().all(|community| has(&community.channels)), "{kind:?}");
        }
    }
}

#[test]
fn every_index_points_at_something() {
    for seed in [0, 1, 99] {
        let world = generate(seed, AT);
        let somebody = |person: usize| person < world.people.len();
        for community in &world.communities {
            let members: BTreeSet<usize> = community.members.iter().map(|member| member.person).collect();
            assert_eq!(members.len(), community.members.len());
            assert!(
                members.contains(&0) && members.contains(&community.owner) && members.iter().all(|&one| somebody(one))
            );
            assert!(
                community.members.iter().flat_map(|member| &member.roles).all(|&role| role < community.roles.len())
            );
            for (index, channel) in community.channels.iter().enumerate() {
                let category =
                    |parent: usize| parent < index && community.channels[parent].kind == ChannelKind::Category;
                assert!(channel.parent.is_none_or(category), "{}", channel.name);
                assert!(channel.overrides.iter().all(|&(role, _, _)| role < community.roles.len()));
                assert!(channel.inside.iter().all(|(person, _)| members.contains(person)));
                let known = |post: &Post| members.contains(&post.author);
                assert!(channel.posts.iter().all(known), "a stranger wrote in {} #{}", community.name, channel.name);
                let empty = !matches!(channel.kind, ChannelKind::Text | ChannelKind::Announcement);
                assert_eq!(channel.posts.is_empty(), empty, "{}", channel.name);
            }
        }
        for direct in &world.directs {
            assert!(direct.peer != 0 && direct.posts.iter().all(|post| post.author == 0 || post.author == direct.peer));
        }
        for group in &world.groups {
            assert!(group.members.contains(&0) && group.members.contains(&group.owner));
            assert!(group.posts.iter().all(|post| group.members.contains(&post.author)));
        }
        assert!(world.saved.iter().all(|post| post.author == 0));
        for (place, posts, unread) in histories(&world) {
            assert!(unread <= posts.len(), "{place}");
            for (index, post) in posts.iter().enumerate() {
                assert!(somebody(post.author) && post.files.iter().all(|&file| file < world.files.len()), "{place}");
                assert!(post.reply_to.is_none_or(|answered| answered < index), "{place} {index}");
                for (emoji, who) in &post.reactions {
                    let different: BTreeSet<&usize> = who.iter().collect();
                    assert!(!emoji.is_empty() && !who.is_empty() && different.len() == who.len(), "{place} {who:?}");
                    assert!(who.iter().all(|&person| somebody(person)));
                }
            }
        }
    }
}

#[test]
fn histories_are_sorted_and_end_before_the_start() {
    for seed in [0, 5] {
        let world = generate(seed, AT);
        for (place, posts, _) in histories(&world) {
            assert!(posts.is_sorted_by_key(|post| post.at), "{place}");
            assert!(posts.iter().all(|post| post.at <= AT && post.edited.is_none_or(|edited| edited <= AT)), "{place}");
            assert!(posts.iter().all(|post| post.edited.is_none_or(|edited| edited >= post.at)), "{place}");
            let oldest = posts.first().map_or(AT, |post| post.at);
            assert!(oldest > AT - 200 * 86_400_000, "{place} begins {} days ago", (AT - oldest) / 86_400_000);
        }
        let (place, posts, _) =
            histories(&world).into_iter().find(|(place, ..)| place == "Rustaceans #general").expect("general");
        let newest = posts.last().expect("posts");
        assert!(newest.at > AT - 5 * 60_000 && newest.text.starts_with("@robin"), "{place}: {}", newest.text);
    }
}

#[test]
fn spans_lie_on_character_boundaries_within_their_text() {
    let world = generate(3, AT);
    for post in posts(&world) {
        let mut boundaries = BTreeSet::from([0]);
        let mut units = 0u32;
        for sign in post.text.chars() {
            units += u32::try_from(sign.len_utf16()).expect("one or two");
            boundaries.insert(units);
        }
        for span in &post.spans {
            assert!(span.length > 0 && boundaries.contains(&span.start), "{span:?} in {:?}", post.text);
            assert!(boundaries.contains(&(span.start + span.length)), "{span:?} in {:?}", post.text);
        }
    }
}

#[test]
fn texts_are_compiled_and_never_empty() {
    let world = generate(3, AT);
    for post in posts(&world).filter(|post| post.kind == PostKind::Ordinary) {
        assert!(!post.text.trim().is_empty() || !post.files.is_empty());
        assert!(!post.text.contains(['«', '»', '\r', '\u{1b}']), "{}", post.text);
        let source = |span: &nib::demo::world::model::Span| matches!(span.style, Style::Code | Style::Pre(_));
        assert!(post.spans.iter().any(source) || !post.text.contains("**"), "{}", post.text);
    }
}

#[test]
fn everything_that_is_hard_to_show_occurs() {
    let world = generate(3, AT);
    let all: Vec<&Post> = posts(&world).collect();
    let styled = |wanted: fn(&Style) -> bool| {
        assert!(all.iter().flat_map(|post| &post.spans).any(|span| wanted(&span.style)));
    };
    styled(|style| *style == Style::Bold);
    styled(|style| *style == Style::Italic);
    styled(|style| *style == Style::Underline);
    styled(|style| *style == Style::Strike);
    styled(|style| *style == Style::Code);
    styled(|style| *style == Style::Pre(None));
    styled(|style| matches!(style, Style::Pre(Some(_))));
    styled(|style| *style == Style::Url);
    styled(|style| matches!(style, Style::TextUrl(_)));
    styled(|style| *style == Style::Spoiler);
    styled(|style| *style == Style::Mention);
    let some = |what: &str, wanted: &dyn Fn(&Post) -> bool| assert!(all.iter().any(|post| wanted(post)), "{what}");
    some("reply", &|post| post.reply_to.is_some());
    some("own reaction", &|post| post.reactions.iter().any(|(_, who)| who.contains(&0)));
    some("edit", &|post| post.edited.is_some());
    some("pin", &|post| post.pinned);
    some("join", &|post| post.kind == PostKind::Join);
    some("leave", &|post| post.kind == PostKind::Leave);
    some("call", &|post| post.kind == PostKind::Call);
    some("600 characters", &|post| post.text.chars().count() >= 600);
    some("unbroken 200", &|post| post.text.split_whitespace().any(|word| word.chars().count() == 200));
    some("one sign", &|post| post.text.chars().count() == 1);
    for (what, sign) in [("kana", 'の'), ("han", '吗'), ("hangul", '요'), ("hebrew", 'ש'), ("arabic", 'ق')] {
        some(what, &|post| post.text.contains(sign));
    }
    for emoji in ["👩‍👩‍👧‍👦", "🇯🇵", "🏽", "e\u{301}", "🏳️‍🌈"] {
        some(emoji, &|post| post.text.contains(emoji));
    }
    let crossing = |post: &Post| {
        let end = |span: &nib::demo::world::model::Span| span.start + span.length;
        post.spans.iter().any(|one| {
            post.spans.iter().any(|two| one.start < two.start && two.start < end(one) && end(one) < end(two))
        })
    };
    some("overlapping spans", &crossing);
    for index in 0..world.files.len() {
        some(&world.files[index].name, &|post| post.files.contains(&index));
    }
}

#[test]
fn unread_chats_and_mentions_are_as_the_screen_shows() {
    let world = generate(3, AT);
    let mentions = |posts: &[Post], unread: usize| {
        let unread = posts.iter().rev().take(unread);
        unread.filter(|post| post.text.contains("@robin")).count()
    };
    let all = histories(&world);
    let of = |name: &str| {
        let (_, posts, unread) = all.iter().find(|(place, ..)| place == name).expect("a place");
        (*unread, mentions(posts, *unread))
    };
    assert_eq!(of("Rustaceans #help"), (12, 0));
    assert_eq!(of("Rustaceans #off-topic").1, 1);
    assert_eq!(of("Tokyo Aperitivo #aperitivo").1, 1);
    assert!(world.directs.iter().any(|direct| direct.unread == 1));
    for direct in &world.directs {
        assert!(direct.posts.iter().rev().take(direct.unread).all(|post| post.author == direct.peer));
    }
}

#[test]
fn you_meet_closed_doors() {
    let world = generate(3, AT);
    let rust = &world.communities[0];
    let you = rust.members.iter().find(|member| member.person == 0).expect("you");
    let granted = |channel: &nib::demo::world::model::Channel, bit: u64| {
        let allowed = |&&(role, allowed, _): &&(usize, u64, u64)| you.roles.contains(&role) && allowed & bit != 0;
        channel.deny_everyone & bit == 0 || channel.overrides.iter().any(|item| allowed(&item))
    };
    let find = |name: &str| rust.channels.iter().find(|channel| channel.name == name).expect("a channel");
    assert!(!granted(find("announcements"), 4) && granted(find("announcements"), 2));
    assert!(!granted(find("moderators"), 2));
    assert!(granted(find("general"), 4));
    assert_eq!(find("beginners").slowmode, Some(30));
}

#[test]
fn scrolling_does_not_look_repetitive() {
    for seed in 0..8 {
        let world = generate(seed, AT);
        let all: BTreeSet<&str> = posts(&world).map(|post| post.text.as_str()).collect();
        assert!(all.len() > 1600, "{} different texts", all.len());
        for (place, posts, _) in histories(&world) {
            let longer: Vec<&str> =
                posts.iter().map(|post| post.text.as_str()).filter(|text| text.len() > 24).collect();
            for window in longer.windows(30) {
                let different: BTreeSet<&&str> = window.iter().collect();
                assert!(different.len() >= 23, "{place}: {} different of 30", different.len());
            }
        }
    }
}
