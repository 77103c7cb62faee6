//! The sample world of the demo: people, communities and weeks of history, made from a seed.
//!
//! [`generate`] is a pure function of its arguments: no clock, no system randomness, no I/O; texts and images are compiled in.
//! Invariants: every index points into its vector, posts are sorted by time and never later than `at`, `reply_to` points backwards,
//! spans lie within their text on character boundaries, and an ordinary post has a text or an attachment.

pub(crate) mod dice;
pub(crate) mod garden;
mod history;
pub(crate) mod lexicon;
pub(crate) mod library;
pub(crate) mod markup;
pub mod model;
mod plan;
pub(crate) mod script;
mod times;

use dice::Dice;
use history::{Brief, Weaver};
use library::{Library, Profile};
use model::{Channel, ChannelKind, Community, Direct, Group, Member, Millis, PostKind, Role, World};
use plan::{ChannelPlan, CommunityPlan, DirectPlan, GroupPlan};
use times::MINUTE;

/// Days of history in the communities.
const DAYS: u64 = 45;

/// The world that `seed` gives, counting back from `at`.
pub fn generate(seed: u64, at: Millis) -> World {
    let library = Library::load();
    let people = library::people();
    let files = library::files();
    let dice = Dice::new(seed);
    let mut weaver = Weaver::new(&library, &people, &files, dice.fork(1));
    let mut chance = dice.fork(2);
    let places = Places { communities: plan::COMMUNITIES, directs: plan::DIRECTS, groups: plan::GROUPS };
    let world = places.fill(&people, at, &mut weaver, &mut chance);
    let until = at - 200 * MINUTE;
    let saved = weaver.weave(&Brief { in_order: true, ..private(&["saved"], 0, until, 40, Vec::new()) });
    World { saved, files, people: people.into_iter().map(|one| one.person).collect(), ..world }
}

/// What a world consists of.
struct Places {
    communities: &'static [CommunityPlan],
    directs: &'static [DirectPlan],
    groups: &'static [GroupPlan],
}

impl Places {
    /// Makes the histories; people and files are for the caller.
    fn fill(&self, people: &[Profile], at: Millis, weaver: &mut Weaver<'_>, chance: &mut Dice) -> World {
        World {
            at,
            communities: self.communities.iter().map(|plan| community(plan, people, at, weaver, chance)).collect(),
            directs: self.directs.iter().filter_map(|plan| direct(plan, people, at, weaver)).collect(),
            groups: self.groups.iter().map(|plan| group(plan, people, at, weaver)).collect(),
            ..World::default()
        }
    }
}

fn find(people: &[Profile], username: &str) -> Option<usize> {
    people.iter().position(|profile| profile.person.username == username)
}

fn present(plan: &CommunityPlan, people: &[Profile]) -> Vec<usize> {
    let chosen = |&index: &usize| {
        let Some(profile) = people.get(index) else { return false };
        let named = plan.roles.iter().any(|role| role.4.contains(&profile.person.username.as_str()));
        let counted =
            !profile.person.bot && (index <= 10 || plan.without_every == 0 || index % plan.without_every != 0);
        named || counted
    };
    (0..people.len()).filter(chosen).collect()
}

fn community(
    plan: &CommunityPlan,
    people: &[Profile],
    at: Millis,
    weaver: &mut Weaver<'_>,
    chance: &mut Dice,
) -> Community {
    let here = present(plan, people);
    let channels = plan.channels.iter().enumerate();
    Community {
        name: plan.name.to_owned(),
        username: plan.username.map(str::to_owned),
        owner: find(people, plan.owner).unwrap_or(0),
        default_permissions: plan.permissions,
        roles: plan
            .roles
            .iter()
            .map(|&(name, permissions, color, separated, _)| role(name, permissions, color, separated))
            .collect(),
        members: here.iter().map(|&person| member(plan, people, person)).collect(),
        channels: channels.map(|(index, item)| channel(plan, index, item, people, &here, at, weaver, chance)).collect(),
    }
}

fn role(name: &str, permissions: u64, color: u32, separated: bool) -> Role {
    Role { name: name.to_owned(), permissions, color, separated }
}

fn member(plan: &CommunityPlan, people: &[Profile], person: usize) -> Member {
    let username = people.get(person).map_or("", |profile| profile.person.username.as_str());
    let holds = |(index, role): (usize, &(_, _, _, _, &[&str]))| {
        let _: &(&str, u64, u32, bool, &[&str]) = role;
        role.4.contains(&username).then_some(index)
    };
    let nickname = plan.nicknames.iter().find(|(who, _)| *who == username).map(|(_, name)| (*name).to_owned());
    Member { person, roles: plan.roles.iter().enumerate().filter_map(holds).collect(), nickname }
}

#[expect(clippy::too_many_arguments, reason = "one call, and a struct for it would only repeat these names")]
fn channel(
    community: &CommunityPlan,
    index: usize,
    plan: &ChannelPlan,
    people: &[Profile],
    here: &[usize],
    at: Millis,
    weaver: &mut Weaver<'_>,
    chance: &mut Dice,
) -> Channel {
    let before = community.channels.get(..index).unwrap_or_default();
    let under = before.iter().rposition(|other| other.kind == ChannelKind::Category);
    let cast: Vec<usize> = match (plan.keeper, plan.denied) {
        (Some(keeper), denied) if denied != 0 => keepers(community, keeper, people),
        _ => here.iter().copied().filter(|&person| speaks(people, person)).collect(),
    };
    let posts = weaver.weave(&Brief {
        about: plan.about,
        ending: plan.ending,
        posts: plan.posts,
        until: at - plan.quiet * MINUTE,
        days: DAYS,
        utc_offset: community.utc_offset,
        joined_by_you: plan.denied == 0,
        in_order: false,
        system: if plan.greets { arrivals(&cast, chance) } else { Vec::new() },
        cast,
    });
    let keeper = plan.keeper.filter(|_| plan.denied != 0);
    Channel {
        name: plan.name.to_owned(),
        kind: plan.kind,
        parent: if plan.kind == ChannelKind::Category { None } else { under },
        topic: plan.topic.map(str::to_owned),
        topics: match plan.kind {
            ChannelKind::Text if plan.denied == 0 && plan.slowmode.is_none() => plan.about,
            _ => &[],
        },
        slowmode: plan.slowmode,
        overrides: keeper.map(|role| (role, plan.denied, 0)).into_iter().collect(),
        deny_everyone: plan.denied,
        unread: plan.unread.min(posts.len()),
        posts,
        inside: plan.inside.iter().filter_map(|&(who, muted)| Some((find(people, who)?, muted))).collect(),
    }
}

/// People with a mind of their own; neither "you" nor a bot.
fn speaks(people: &[Profile], person: usize) -> bool {
    person != 0 && people.get(person).is_some_and(|profile| !profile.person.bot)
}

fn keepers(community: &CommunityPlan, role: usize, people: &[Profile]) -> Vec<usize> {
    let names = community.roles.get(role).map(|role| role.4).unwrap_or_default();
    names.iter().filter_map(|name| find(people, name)).filter(|&person| person != 0).collect()
}

fn arrivals(cast: &[usize], chance: &mut Dice) -> Vec<(PostKind, usize)> {
    let mut lines = Vec::new();
    for &person in cast.iter().skip(8) {
        if chance.chance(70) {
            lines.push((PostKind::Join, person));
        }
        if chance.chance(6) {
            lines.push((PostKind::Leave, person));
        }
    }
    lines
}

fn private<'a>(about: &'a [&'a str], posts: usize, until: Millis, days: u64, cast: Vec<usize>) -> Brief<'a> {
    let (joined_by_you, in_order) = (false, false);
    Brief { about, ending: None, posts, until, days, utc_offset: 1, cast, joined_by_you, in_order, system: Vec::new() }
}

fn direct(
    &(peer, about, count, quiet, unread): &DirectPlan,
    people: &[Profile],
    at: Millis,
    weaver: &mut Weaver<'_>,
) -> Option<Direct> {
    let peer = find(people, peer)?;
    let (own, common) = about.split_at(1.min(about.len()));
    // The peer's own dialogues are the newest; what anybody could have said lies before them.
    let until = at - quiet * MINUTE;
    let newest = weaver.weave(&Brief { in_order: true, ..private(own, count, until, 12, vec![peer]) });
    let before = newest.first().map_or(until, |post| post.at) - 600 * MINUTE;
    let mut posts = weaver.weave(&private(common, count.saturating_sub(newest.len()), before, 40, vec![peer]));
    append(&mut posts, newest);
    let unread = unread.min(posts.iter().rev().take_while(|post| post.author == peer).count());
    Some(Direct { peer, posts, unread })
}

fn group(
    &(name, owner, others, about, count, quiet, unread): &GroupPlan,
    people: &[Profile],
    at: Millis,
    weaver: &mut Weaver<'_>,
) -> Group {
    let others: Vec<usize> = others.iter().filter_map(|other| find(people, other)).collect();
    let (own, common) = about.split_at(1.min(about.len()));
    let until = at - quiet * MINUTE;
    let newest = weaver.weave(&Brief { in_order: true, ..private(own, count, until, 9, others.clone()) });
    let before = newest.first().map_or(until, |post| post.at) - 300 * MINUTE;
    let mut posts = weaver.weave(&Brief {
        joined_by_you: true,
        ..private(common, count.saturating_sub(newest.len()), before, 30, others.clone())
    });
    append(&mut posts, newest);
    let members = std::iter::once(0).chain(others).collect();
    Group {
        name: name.to_owned(),
        owner: find(people, owner).unwrap_or(0),
        members,
        unread: unread.min(posts.len()),
        posts,
    }
}

/// Puts `newer` behind `posts`, moving what its replies point at.
fn append(posts: &mut Vec<model::Post>, newer: Vec<model::Post>) {
    let base = posts.len();
    posts.extend(newer.into_iter().map(|mut post| {
        post.reply_to = post.reply_to.map(|answered| answered + base);
        post
    }));
}
