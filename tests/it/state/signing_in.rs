//! Accounts: from the start to being online, losses, refusals, and the lists.

use super::script::*;
use nib::domain::kept::Write;
use nib::domain::*;
use nib::state::front::{Overlay, Tier};
use nib::state::outbox::Stage;
use nib::state::ui::form::{FieldKind, Form};
use nib::state::ui::sidebar::{Place, SidebarRow};
use nib::state::{AccountSpec, Action, Effect, Event, ResolveError, State, chat_name, chat_title, resolve_chat};
use std::sync::Arc;
use std::time::Duration;

fn form(script: &Script) -> Option<Form> {
    match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Form(form)) => Some((**form).clone()),
        _ => None,
    }
}

#[test]
fn signing_in_fetches_the_lists_and_opens_what_was_wished_for() {
    let mut script = Script::fresh(true);
    script.state.front.as_mut().unwrap().wish = Some("Rust/general".to_owned());
    assert_eq!(script.event(Event::Started)[0], Effect::Connect(HOME));
    let me = User { id: ME, username: Some(CleanText::ours("me")), ..User::default() };
    let token = Secret::new("new".to_owned());
    let fx = script.link(LinkEvent::SignedIn { me, session: None, token: token.clone(), caps: Script::caps() });
    assert_eq!(fx[0], Effect::KeepToken(HOME, token));
    assert_eq!(requests(&fx), [Request::FetchCommunities, Request::FetchCommunityOrder, Request::FetchChats]);
    assert_eq!(script.state.core.accounts[0].link, LinkPhase::Syncing);
    script.serve(fx);
    assert_eq!(script.state.core.accounts[0].link, LinkPhase::Online);
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(11)));
    assert_eq!(script.texts(11).len(), 10);
}

#[test]
fn the_first_chat_is_one_where_a_newcomer_may_write() {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    script.sign_in();
    let front = script.state.front.as_ref().unwrap();
    assert_eq!(front.sidebar.rows[1].chat(), Some(chat(13)), "announcements stand above it");
    assert_eq!(front.pane.chat, Some(chat(11)));
}

#[test]
fn a_wish_waits_for_the_account_that_may_fulfil_it() {
    let begin = || {
        let mut script = Script::fresh(true);
        let mut away = nib::state::Account::default();
        (away.id, away.label) = (AccountId(1), "away".to_owned());
        script.state.core.accounts.push(away);
        script.state.front.as_mut().unwrap().wish = Some("away:Rust/help".to_owned());
        script.event(Event::Started);
        script.sign_in();
        assert_eq!(script.state.front.as_ref().unwrap().pane.chat, None, "nothing is opened only to be left again");
        script
    };
    let mut script = begin();
    let down = LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) };
    script.event(Event::Link(AccountId(1), down));
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(11)));
    assert!(script.notice().contains("away:Rust/help"), "{}", script.notice());
    let mut script = begin();
    script.open(12);
    let down = LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(1) };
    script.event(Event::Link(AccountId(1), down));
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(12)), "what the user opened stays");
    assert_eq!(script.notice(), "");
}

#[test]
fn after_a_loss_everything_is_asked_anew_and_other_chats_when_they_are_opened() {
    let mut script = Script::ready();
    script.open(12);
    script.open(11);
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(3) });
    assert!(
        matches!(&script.state.core.accounts[0].link, LinkPhase::Offline { reason, .. } if &**reason == "the server has gone quiet")
    );
    script.link(LinkEvent::Connecting);
    let fx = script.link(LinkEvent::SignedIn {
        me: User { id: ME, ..User::default() },
        session: None,
        token: Secret::default(),
        caps: Script::caps(),
    });
    let latest = |id| Request::FetchHistory { chat: ChatId::new(id), page: Page::Latest, limit: 50 };
    assert_eq!(
        requests(&fx),
        [latest(11), Request::FetchCommunities, Request::FetchCommunityOrder, Request::FetchChats]
    );
    script.serve(fx);
    assert_eq!(requests(&script.act(Action::OpenChat(chat(12)))), [latest(12)]);
    let fx = script.link(LinkEvent::Missed);
    assert_eq!(
        requests(&fx),
        [Request::FetchCommunities, Request::FetchCommunityOrder, Request::FetchChats],
        "the page under way is asked again when it came"
    );
}

#[test]
fn a_refused_token_ends_in_the_form_and_not_in_a_loop() {
    let mut script = Script::ready();
    script.type_text("kept");
    let fx = script.link(LinkEvent::Refused { code: 403, reason: CleanText::ours("the token is void"), about: None });
    assert!(
        !fx.iter().any(|effect| matches!(effect, Effect::Connect(_) | Effect::Probe(_) | Effect::Net { .. })),
        "{fx:?}"
    );
    // What is being typed does not land in a form: that comes with a key.
    assert!(form(&script).is_none());
    assert!(script.notice().starts_with("You were signed out"));
    script.type_text(" and more");
    assert!(sends(&script.act(Action::Send)).is_empty());
    assert!(form(&script).is_none());
    script.act(Action::Reconnect);
    let shown = form(&script).unwrap();
    assert_eq!(
        (shown.told.as_ref().unwrap().text.as_str(), shown.text(FieldKind::Server)),
        ("the token is void", "ws://server")
    );
    assert_eq!(
        script.advance(Duration::from_secs(3_600)).iter().filter(|effect| matches!(effect, Effect::Connect(_))).count(),
        0
    );
    assert_eq!(script.composer(), "kept and more");
    // The address is known where the account is called so.
    script.act(Action::Cancel);
    let mut script = Script::ready();
    script.state.core.accounts[0].label = "robin@demo.example".to_owned();
    script.link(LinkEvent::Refused { code: 403, reason: CleanText::ours("void"), about: None });
    script.act(Action::Reconnect);
    assert_eq!(form(&script).unwrap().text(FieldKind::Login), "robin@demo.example");
}

#[test]
fn while_the_lists_are_on_their_way_that_is_said() {
    use nib::state::ui::welcome::{Standing, standing};
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    let me = user(ME, "me");
    let caps = Script::caps();
    let fx = script.link(LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps });
    assert_eq!(standing(&script.state), Standing::Fetching);
    let chats = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchChats, .. } => Some(*id),
        _ => None,
    });
    script.answer(chats.unwrap(), Ok(Script::reply(&Request::FetchChats).unwrap()));
    assert_eq!(standing(&script.state), Standing::Fetching, "some chats are there, and the rest is not");
}

#[test]
fn seconds_until_the_next_try_are_counted_down_only_while_there_are_some() {
    let mut script = Script::ready();
    script.advance(Duration::from_secs(60));
    script.link(LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_millis(2_500) });
    let before = script.state.revision;
    script.advance(Duration::from_secs(2));
    assert_eq!(script.state.revision, before + 2);
    script.advance(Duration::from_secs(100));
    assert!(script.state.revision <= before + 3 && !script.timers.contains_key(&nib::state::Timer::Countdown));
    assert_eq!(script.act(Action::Reconnect), [Effect::Probe(HOME)]);
}

#[test]
fn the_sidebar_lists_what_may_be_seen_in_order() {
    let mut script = Script::ready();
    script.event(Event::Resized { width: 120, height: 40 });
    let front = script.state.front.as_ref().unwrap();
    assert_eq!(front.tier(), Tier::Wide);
    assert_eq!(front.sidebar.rail, [Place::Community(HOME, RUST), Place::Community(HOME, ZIG), Place::Direct(HOME)]);
    let row = |id, depth| SidebarRow::Chat { chat: chat(id), depth };
    let wide = [
        SidebarRow::Title { account: HOME, community: RUST },
        row(13, 0),
        SidebarRow::Category { chat: chat(10), depth: 0, folded: false },
        row(11, 1),
        row(12, 1),
        SidebarRow::Space,
        SidebarRow::Direct(HOME),
        row(31, 1),
        row(32, 1),
        row(33, 1),
        row(34, 1),
    ];
    assert_eq!(front.sidebar.rows, wide);
    assert_eq!(front.sidebar.selected(), Some(&row(11, 1)));
    script.hear(said(chat(32), 99, GRACE, "me first"));
    let front = script.state.front.as_ref().unwrap();
    assert_eq!(front.sidebar.rows[7..9], [row(32, 1), row(31, 1)]);
    script.act(Action::FocusSidebar);
    script.act(Action::Move(-1));
    script.act(Action::Fold);
    script.hear(said(chat(12), 98, ADA, "unread shows through"));
    let front = script.state.front.as_ref().unwrap();
    assert_eq!(
        front.sidebar.rows[2..5],
        [SidebarRow::Category { chat: chat(10), depth: 0, folded: true }, row(11, 1), row(12, 1)]
    );
}

#[test]
fn communities_stand_in_the_users_order_and_groups_by_their_activity() {
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    let me = User { id: ME, ..User::default() };
    let fx = script.link(LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() });
    let order = fx.iter().find_map(|effect| match effect {
        Effect::Net { id, request: Request::FetchCommunityOrder, .. } => Some(*id),
        _ => None,
    });
    script.event(Event::Resized { width: 120, height: 40 });
    script.serve(fx);
    let rail = |script: &Script| -> Vec<_> {
        let rail = &script.state.front.as_ref().unwrap().sidebar.rail;
        rail.iter().map(|place| place.community().map(|(_, community)| community)).collect()
    };
    assert_eq!(script.state.core.accounts[0].link, LinkPhase::Online, "the order is not waited for");
    assert_eq!(rail(&script), [Some(RUST), Some(ZIG), None]);
    let new = CommunityId::new(300);
    script.answer(order.unwrap(), Ok(Reply::CommunityOrder(vec![CommunityId::new(404), ZIG, new])));
    assert_eq!(rail(&script), [Some(ZIG), Some(RUST), None]);
    let joined = Community { id: new, available: true, ..Community::default() };
    script.receive(Update::CommunityChanged(Box::new(joined)));
    assert_eq!(rail(&script), [Some(ZIG), Some(new), Some(RUST), None]);
    let fx = script.link(LinkEvent::Missed);
    script.serve(fx);
    assert_eq!(rail(&script), [Some(ZIG), Some(RUST), None], "the list came again");
    let direct = |script: &Script| -> Vec<_> {
        let account = &script.state.core.accounts[0];
        account.openable().filter(|chat| chat.community().is_none()).map(|chat| chat.id.value()).collect()
    };
    assert_eq!(direct(&script), [31, 32, 33, 34]);
    let kind = ChatKind::Group { owner: true, members: Box::new([ME, GRACE]) };
    let made = Chat { id: ChatId::new(35), kind, made: SortKey(47), ..Chat::default() };
    script.receive(Update::GroupChanged { chat: Box::new(made), users: Vec::new() });
    assert_eq!(direct(&script), [31, 35, 32, 33, 34], "made after the last message of 32, before that of 31");
}

#[test]
fn names_lead_to_chats_and_back() {
    let script = Script::ready();
    let core = &script.state.core;
    for (written, id) in [
        ("Rust/general", 11),
        ("rust/#GENERAL", 11),
        ("home:Zig/general", 21),
        ("@ada", 31),
        ("group:pens and ink", 33),
        ("self", 34),
        ("12", 12),
    ] {
        assert_eq!(resolve_chat(core, written), Ok(chat(id)), "{written}");
    }
    for id in [11, 12, 13, 21, 31, 32, 33, 34] {
        assert_eq!(resolve_chat(core, &chat_name(core, chat(id))), Ok(chat(id)));
    }
    assert_eq!((chat_title(core, chat(11)), chat_title(core, chat(31))), ("#general".to_owned(), "ada".to_owned()));
    let error = resolve_chat(core, "Rust/gener").unwrap_err();
    assert_eq!(error.to_string(), "there is no chat \"Rust/gener\"; did you mean Rust/general, Zig/general?");
    assert!(matches!(resolve_chat(core, "Rust/secret"), Err(ResolveError::Unknown { .. })), "hidden");
}

#[test]
fn what_is_gone_is_left() {
    let mut script = Script::ready();
    script.type_text("still here");
    script.receive(Update::ChatRemoved(ChatId::new(11)));
    let front = script.state.front.as_ref().unwrap();
    assert_ne!(front.pane.chat, Some(chat(11)));
    assert_eq!(front.drafts[&chat(11)].text, "still here");
    assert!(front.sidebar.rows.iter().all(|row| row.chat() != Some(chat(11))));
    script.receive(Update::MemberRemoved { community: ZIG, user: ME });
    let account = script.state.core.account(HOME).unwrap();
    assert!(account.communities.iter().all(|community| community.id != ZIG) && account.counts(Some(ZIG)).unread == 0);
    let fx = script.receive(Update::SessionEnded { session: SessionId::new(1), own: true });
    assert!(fx.contains(&Effect::ForgetToken(HOME)) && fx.contains(&Effect::Disconnect(HOME)));
    assert!(script.notice().starts_with("You were signed out"));
}

#[test]
fn nothing_of_one_person_is_sent_or_shown_as_another() {
    let mut script = Script::ready();
    script.open(31);
    script.send("in flight").unwrap();
    script.send("queued");
    script.type_text("/attach a.txt");
    script.act(Action::Send);
    script.type_text("draft");
    script.link(LinkEvent::Refused { code: 401, reason: CleanText::ours("signed out"), about: None });
    let fx = script.link(LinkEvent::SignedIn {
        me: user(GRACE, "grace"),
        session: None,
        token: Secret::new("token".to_owned()),
        caps: Script::caps(),
    });
    assert!(sends(&fx).is_empty());
    let account = script.state.core.account(HOME).unwrap();
    assert_eq!(account.me, GRACE);
    assert!(account.chats.is_empty() && account.timelines.is_empty() && account.communities.is_empty());
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, None);
    let rows = script.rows(31);
    assert_eq!(rows.len(), 2);
    let why = "written as another person";
    assert!(rows.iter().all(|stage| matches!(stage, Stage::Failed(refusal) if &*refusal.text == why)), "{rows:?}");
    script.serve(fx);
    assert!(script.event(Event::FileRead(1, Ok(Upload::default()))).is_empty(), "the file is not sent");
    assert_eq!(script.rows(31).len(), 2);
    script.open(31);
    assert_eq!(script.composer(), "/attach a.txt\ndraft", "what was typed stays");
}

#[test]
fn drafts_are_kept_for_whom_they_are_of() {
    let mut script = Script::ready();
    script.state.core.accounts[0].keeps_drafts = true;
    script.type_text("to my old friends");
    script.open(31);
    script.type_text("half a thought");
    script.link(LinkEvent::Refused { code: 401, reason: CleanText::ours("signed out"), about: None });
    let token = Secret::new("token".to_owned());
    let me = user(GRACE, "grace");
    let fx = script.link(LinkEvent::SignedIn { me, session: None, token, caps: Script::caps() });
    for (id, text) in [(11, "to my old friends"), (31, "half a thought")] {
        let kept = drafted(chat(id), text.to_owned());
        assert!(fx.contains(&kept), "{fx:?}");
    }
    assert_eq!(writes(&fx).iter().filter(|write| matches!(write, Write::Draft { .. })).count(), 2, "{fx:?}");
    script.serve(fx);
    for id in [11, 31] {
        script.open(id);
        assert_eq!(script.composer(), "", "they are not for grace to see");
    }
}

#[test]
fn drafts_of_an_earlier_run_are_for_whoever_was_signed_in_then() {
    for (who, name, seen) in [(ME, "me", "from last week"), (GRACE, "grace", "")] {
        let mut script = Script::fresh(true);
        let spec =
            AccountSpec { id: HOME, label: "home".to_owned(), keeps_drafts: true, me: ME, ..AccountSpec::default() };
        script.state = State::new(Arc::default(), vec![spec], true, 7, script.now);
        script.state.has_store = true;
        script.event(Event::Started);
        script.drafts(vec![(chat(11), "from last week".to_owned())]);
        script.link(LinkEvent::Refused { code: 401, reason: CleanText::ours("signed out"), about: None });
        let signed_in =
            LinkEvent::SignedIn { me: user(who, name), session: None, token: Secret::default(), caps: Script::caps() };
        let fx = script.link(signed_in);
        let kept = drafted(chat(11), "from last week".to_owned());
        assert_eq!(fx.contains(&kept), seen.is_empty(), "{fx:?}");
        script.serve(fx);
        script.open(11);
        assert_eq!(script.composer(), seen, "as {name}");
    }
}

#[test]
fn the_same_person_keeps_everything() {
    let mut script = Script::ready();
    script.link(LinkEvent::Refused { code: 401, reason: CleanText::ours("signed out"), about: None });
    script.sign_in();
    assert_eq!(script.texts(11).len(), 10);
    assert_eq!(script.state.front.as_ref().unwrap().pane.chat, Some(chat(11)));
}

#[test]
fn the_channels_of_many_communities_are_asked_for_a_few_at_a_time() {
    const MANY: u128 = 200;
    let mut script = Script::fresh(true);
    script.event(Event::Started);
    let caps = Script::caps();
    let token = Secret::new("token".to_owned());
    let mut open = script.link(LinkEvent::SignedIn { me: user(ME, "me"), session: None, token, caps });
    let (mut asked, mut under_way, mut refused) = (Vec::new(), 0_usize, 0);
    while !open.is_empty() {
        let mut next = Vec::new();
        for effect in std::mem::take(&mut open) {
            let Effect::Net { id, request, .. } = effect else { continue };
            let fx = match &request {
                Request::FetchCommunities => {
                    let community =
                        |id| Community { id: CommunityId::new(id), available: true, ..Community::default() };
                    let communities = (1..=MANY).map(community).collect();
                    script.answer(id, Ok(Reply::Communities { communities, counts: Vec::new() }))
                }
                Request::FetchChannels(community) => {
                    under_way -= 1;
                    // The session has no room for it.
                    if *community == CommunityId::new(77) && refused == 0 {
                        refused += 1;
                        script.event(Event::NotTaken(HOME, id))
                    } else {
                        asked.push(*community);
                        let bundle = Bundle::default();
                        script.answer(id, Ok(Reply::Channels { community: *community, bundle }))
                    }
                }
                other => Script::reply(other).map(|reply| script.answer(id, Ok(reply))).unwrap_or_default(),
            };
            under_way += requests(&fx).iter().filter(|request| matches!(request, Request::FetchChannels(_))).count();
            assert!(under_way <= 8, "{under_way}");
            next.extend(fx);
        }
        open = next;
    }
    asked.sort_unstable();
    asked.dedup();
    assert_eq!((asked.len(), refused), (usize::try_from(MANY).unwrap(), 1));
    assert_eq!(script.state.core.account(HOME).unwrap().link, LinkPhase::Online);
}

#[test]
fn keys_go_from_community_to_community() {
    let mut script = Script::ready();
    let titled = |script: &Script| script.state.front.as_ref().unwrap().community;
    let selected = |script: &Script| script.state.front.as_ref().unwrap().sidebar.selected().copied();
    // With a rail: the channels of the other one show, and the cursor is on the first of them.
    script.event(Event::Resized { width: 120, height: 40 });
    script.act(Action::FocusSidebar);
    assert_eq!(titled(&script), Some((HOME, RUST)));
    script.act(Action::StepCommunity(1));
    assert_eq!(titled(&script), Some((HOME, ZIG)));
    assert_eq!(selected(&script), Some(SidebarRow::Chat { chat: chat(21), depth: 0 }));
    script.act(Action::StepCommunity(1));
    assert_eq!(titled(&script), Some((HOME, ZIG)), "there is none behind");
    script.act(Action::StepCommunity(-1));
    assert_eq!(titled(&script), Some((HOME, RUST)));
    // Without one: from heading to heading.
    script.event(Event::Resized { width: 80, height: 24 });
    script.act(Action::FocusSidebar);
    script.act(Action::StepCommunity(1));
    assert!(matches!(selected(&script), Some(SidebarRow::Community { community: ZIG, .. })));
    script.act(Action::StepCommunity(-1));
    assert!(matches!(selected(&script), Some(SidebarRow::Community { community: RUST, .. })));
}
