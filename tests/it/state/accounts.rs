//! Several accounts at once: how they are listed and walked, and that none disturbs another.

use super::script::*;
use nib::domain::kept::Write;
use nib::domain::*;
use nib::state::action::{AccountAction, Context, TextEdit};
use nib::state::front::Overlay;
use nib::state::ui::sidebar::{Place, SidebarRow};
use nib::state::{AccountPlace, AccountSpec, Action, Effect, Effects, Event, State, StoreOp, chat_name};
use std::sync::Arc;
use std::time::Duration;

pub(super) const WORK: AccountId = AccountId(1);
pub(super) const MISTIUM: AccountId = AccountId(2);
pub(super) const HOME_CHAT: ChatKey = ChatKey::new(HOME, ChatId::new(11));

/// Three accounts with the same lists, one after the other; the first has `general` open.
pub(super) struct Several(pub(super) Script);

impl Several {
    pub(super) fn fresh(labels: &[&str]) -> Self {
        let mut script = Script::fresh(true);
        let specs = labels.iter().zip(0..).map(|(label, id)| AccountSpec {
            id: AccountId(id),
            label: (*label).to_owned(),
            server: "ws://server".to_owned(),
            ..AccountSpec::default()
        });
        script.state = State::new(Arc::default(), specs.collect(), true, 7, script.now);
        script.event(Event::Started);
        Self(script)
    }

    pub(super) fn ready() -> Self {
        let mut several = Self::fresh(&["robin", "work", "mistium"]);
        several.0.event(Event::Resized { width: 120, height: 40 });
        for account in [HOME, WORK, MISTIUM] {
            several.sign_in(account);
        }
        several.0.act(Action::OpenChat(chat(11)));
        several.0.arrange_bottom();
        several
    }

    pub(super) fn sign_in(&mut self, account: AccountId) {
        let fx = self.0.event(Event::Link(
            account,
            LinkEvent::SignedIn {
                me: user(ME, "me"),
                session: None,
                token: Secret::new("token".to_owned()),
                caps: Script::caps(),
            },
        ));
        self.serve(fx);
    }

    /// Answers what each account asks, as a small server would.
    pub(super) fn serve(&mut self, mut effects: Effects) {
        while !effects.is_empty() {
            let mut next = Vec::new();
            for effect in effects {
                if let Effect::Net { account, id, request, .. } = effect
                    && let Some(reply) = Script::reply(&request)
                {
                    next.extend(self.0.event(Event::Answer(account, Answer { request: id, outcome: Ok(reply) })));
                }
            }
            effects = next;
        }
    }

    pub(super) fn refuse(&mut self, account: AccountId, reason: &str) -> Effects {
        let refused = LinkEvent::Refused { code: 0, reason: CleanText::new(reason), about: None };
        self.0.event(Event::Link(account, refused))
    }

    pub(super) fn front(&mut self) -> &mut nib::state::Front {
        self.0.state.front.as_mut().unwrap()
    }

    fn rows(&mut self) -> Vec<SidebarRow> {
        self.front().sidebar.rows.clone()
    }

    /// Puts the cursor on the row of an account.
    fn point(&mut self, id: AccountId) {
        self.0.act(Action::FocusSidebar);
        let at =
            self.rows().iter().position(|row| matches!(row, SidebarRow::Account { account, .. } if *account == id));
        self.front().sidebar.cursor = at.unwrap();
    }

    fn open(&mut self) -> Option<ChatKey> {
        self.front().pane.chat
    }
}

pub(super) fn of(account: AccountId, id: u128) -> ChatKey {
    ChatKey::new(account, ChatId::new(id))
}

fn is_account(row: &SidebarRow) -> Option<(AccountId, bool)> {
    match row {
        SidebarRow::Account { account, open } => Some((*account, *open)),
        _ => None,
    }
}

#[test]
fn one_account_has_no_row_of_its_own() {
    let script = Script::ready();
    let front = script.state.front.as_ref().unwrap();
    assert!(front.sidebar.rows.iter().all(|row| is_account(row).is_none()));
    assert!(!script.state.core.has_several());
}

#[test]
fn accounts_stand_one_after_the_other_and_fold() {
    let mut several = Several::ready();
    let accounts = |rows: &[SidebarRow]| rows.iter().filter_map(is_account).collect::<Vec<_>>();
    assert_eq!(accounts(&several.rows()), [(HOME, true), (WORK, true), (MISTIUM, true)]);
    assert_eq!(several.rows()[1], SidebarRow::Title { account: HOME, community: RUST });
    let place = |account| [Place::Community(account, RUST), Place::Community(account, ZIG), Place::Direct(account)];
    let rail = several.front().sidebar.rail.clone();
    assert_eq!(rail, [place(HOME), place(WORK), place(MISTIUM)].concat());
    // Folding one takes its rows away, and no others.
    let work = several.rows().iter().filter(|row| row.account() == Some(WORK)).count();
    let all = several.rows().len();
    several.point(WORK);
    several.0.act(Action::Accept);
    assert_eq!(accounts(&several.rows()), [(HOME, true), (WORK, false), (MISTIUM, true)]);
    assert_eq!(several.rows().len(), all - work, "and the white space behind it for its own row");
    assert_eq!(several.front().sidebar.rail[3], Place::Folded(WORK));
    assert_eq!(several.front().sidebar.selected(), Some(&SidebarRow::Account { account: WORK, open: false }));
    // What is said in it is counted, and keys still lead there.
    several.0.event(Event::Update(
        WORK,
        Update::MessageCreated {
            message: Arc::new(said(of(WORK, 31), 90, ADA, "hello")),
            unread: None,
            author: None,
            nonce: None,
        },
    ));
    several.0.act(Action::NextUnread);
    several.0.act(Action::NextUnread);
    assert!(several.0.state.core.account(WORK).unwrap().chats.values().any(|chat| chat.unread > 0));
    several.0.act(Action::OpenChat(of(WORK, 31)));
    assert_eq!(several.open(), Some(of(WORK, 31)), "it opens though it is folded away");
    several.0.act(Action::NextChat);
    assert_eq!(several.open().map(|chat| chat.account), Some(MISTIUM), "from where it would be");
    several.0.act(Action::OpenChat(of(WORK, 31)));
    several.0.act(Action::PreviousChat);
    assert_eq!(several.open().map(|chat| chat.account), Some(HOME));
}

#[test]
fn community_steps_go_over_all_accounts() {
    let mut several = Several::ready();
    several.point(WORK);
    several.0.act(Action::Accept);
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(several.front().shown_place());
        several.0.act(Action::StepCommunity(1));
    }
    assert_eq!(
        seen.into_iter().flatten().collect::<Vec<_>>(),
        [
            Place::Folded(WORK),
            Place::Community(MISTIUM, RUST),
            Place::Community(MISTIUM, ZIG),
            Place::Community(MISTIUM, ZIG),
            Place::Community(MISTIUM, ZIG)
        ]
    );
    for _ in 0..4 {
        several.0.act(Action::StepCommunity(-1));
    }
    assert_eq!(several.front().shown_place(), Some(Place::Community(HOME, RUST)));
    // In the tree they are headings.
    several.0.event(Event::Resized { width: 80, height: 24 });
    several.0.act(Action::MoveFirst);
    several.0.act(Action::StepCommunity(1));
    several.0.act(Action::StepCommunity(1));
    several.0.act(Action::StepCommunity(1));
    assert_eq!(several.front().sidebar.selected(), Some(&SidebarRow::Account { account: WORK, open: false }));
}

#[test]
fn the_row_of_an_account_stands_for_its_only_community() {
    let mut several = Several::fresh(&["robin", "work"]);
    several.0.event(Event::Resized { width: 80, height: 24 });
    several.sign_in(HOME);
    let only = |request: &Request| match request {
        Request::FetchCommunities => match Script::reply(request) {
            Some(Reply::Communities { mut communities, .. }) => {
                communities.truncate(1);
                Some(Reply::Communities { communities, counts: Vec::new() })
            }
            other => other,
        },
        Request::FetchChats => Some(Reply::Chats { bundle: Bundle::default(), complete: true }),
        _ => Script::reply(request),
    };
    let me = user(ME, "me");
    let mut effects = several.0.event(Event::Link(
        WORK,
        LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() },
    ));
    while !effects.is_empty() {
        let mut next = Vec::new();
        for effect in effects {
            if let Effect::Net { account, id, request, .. } = effect
                && let Some(reply) = only(&request)
            {
                next.extend(several.0.event(Event::Answer(account, Answer { request: id, outcome: Ok(reply) })));
            }
        }
        effects = next;
    }
    let rows = several.rows();
    let at = rows.iter().position(|row| is_account(row) == Some((WORK, true))).unwrap();
    assert_eq!(rows[at + 1], SidebarRow::Chat { chat: of(WORK, 13), depth: 1 });
    assert_eq!(rows[at + 2], SidebarRow::Category { chat: of(WORK, 10), depth: 1, folded: false });
    assert!(rows.iter().skip(at).all(|row| !matches!(row, SidebarRow::Community { .. } | SidebarRow::Direct(_))));
    several.point(WORK);
    several.0.act(Action::Leave);
    match several.front().overlays.last() {
        Some(Overlay::Question(question)) => assert!(question.actions().eq([&Action::LeaveCommunity(WORK, RUST)])),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_called_alike_is_told_apart() {
    let mut several = Several::ready();
    let core = &several.0.state.core;
    assert_eq!(chat_name(core, of(WORK, 11)), "work:Rust/general");
    several.0.event(Event::Focused(false));
    let mut asks = said(of(WORK, 11), 91, ADA, "hello");
    asks.mentions_me = true;
    let update = Update::MessageCreated { message: Arc::new(asks), unread: None, author: None, nonce: None };
    let fx = several.0.event(Event::Update(WORK, update));
    let titles: Vec<String> = fx
        .iter()
        .filter_map(|effect| match effect {
            Effect::Notify { title, .. } => Some(title.to_string()),
            Effect::Title(title) => Some(title.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(titles, ["ada in #general (work)", "(4) #general (robin) - nib"], "all accounts are counted");
}

#[test]
fn a_refused_account_says_so_once_and_takes_nothing() {
    let mut several = Several::ready();
    several.0.type_text("half a sentence");
    several.refuse(MISTIUM, "it wants an invite code");
    assert_eq!(several.0.notice(), "mistium: it wants an invite code; to sign in");
    assert!(several.front().overlays.is_empty());
    assert_eq!((several.0.composer().as_str(), several.open()), ("half a sentence", Some(chat(11))));
    // It says nothing more for a while, and nothing in place of what is being read.
    several.0.advance(Duration::from_secs(10));
    several.refuse(MISTIUM, "it wants an invite code");
    assert_eq!(several.0.notice(), "");
    several.0.act(Action::MarkRead);
    several.refuse(WORK, "no");
    assert_eq!(several.0.notice(), "work: no; to sign in");
    several.0.advance(Duration::from_secs(1));
    several.0.advance(Duration::from_secs(60));
    several.refuse(WORK, "never");
    several.refuse(MISTIUM, "not at all");
    assert_eq!(several.0.notice(), "work: never; to sign in");
    // On its row, the key for connecting is about it.
    several.point(MISTIUM);
    several.0.act(Action::Reconnect);
    match several.front().overlays.last() {
        Some(Overlay::Form(form)) => {
            assert_eq!(form.purpose, nib::state::ui::form::FormPurpose::SignIn(MISTIUM));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn at_the_start_a_refusal_does_not_keep_from_the_others() {
    let mut several = Several::fresh(&["robin", "work"]);
    several.refuse(HOME, "no sign-in is saved for it");
    assert!(several.front().overlays.is_empty(), "the other one is on its way");
    several.sign_in(WORK);
    assert_eq!(several.open().map(|chat| chat.account), Some(WORK));
    // When there is no other, the form is what is left to do.
    let mut alone = Several::fresh(&["robin", "work"]);
    alone.refuse(HOME, "no sign-in is saved for it");
    alone.refuse(WORK, "no sign-in is saved for it");
    assert!(matches!(alone.front().overlays.last(), Some(Overlay::Form(_))));
}

#[test]
fn the_first_chat_is_one_of_the_account_that_comes_first() {
    let mut several = Several::fresh(&["robin", "work"]);
    let me = user(ME, "me");
    let begin = LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() };
    let first = several.0.event(Event::Link(HOME, begin));
    several.sign_in(WORK);
    assert_eq!(several.open(), None, "its lists are on their way");
    several.serve(first);
    assert_eq!(several.open().map(|chat| chat.account), Some(HOME));
    // Where they do not come, it is not waited for.
    let mut lost = Several::fresh(&["robin", "work"]);
    let me = user(ME, "me");
    lost.0.event(Event::Link(
        HOME,
        LinkEvent::SignedIn { me, session: None, token: Secret::default(), caps: Script::caps() },
    ));
    lost.sign_in(WORK);
    let down = LinkEvent::Down { reason: DownReason::Closed(None), retry_in: Duration::from_secs(3) };
    lost.0.event(Event::Link(HOME, down));
    assert_eq!(lost.open().map(|chat| chat.account), Some(WORK));
}

fn account(action: AccountAction) -> Action {
    Action::Account(action)
}

fn saved(effects: &Effects) -> Vec<(u16, u8, bool, bool)> {
    let place = |place: &AccountPlace| (place.account.0, place.colour, place.disabled, place.folded);
    let list = effects.iter().rev().find_map(|effect| match effect {
        Effect::SaveAccounts(places) => Some(places.iter().map(place).collect()),
        _ => None,
    });
    list.unwrap_or_default()
}

#[test]
fn accounts_change_places_and_colours_and_that_is_kept() {
    let mut several = Several::ready();
    several.0.act(account(AccountAction::List));
    assert_eq!(several.front().contexts()[0], Context::Accounts);
    several.0.act(Action::Move(1));
    let fx = several.0.act(account(AccountAction::Move(-1)));
    assert_eq!(saved(&fx), [(1, 1, false, false), (0, 0, false, false), (2, 2, false, false)]);
    assert_eq!(several.rows().iter().find_map(is_account), Some((WORK, true)));
    assert_eq!(several.0.act(account(AccountAction::Move(-1))), [], "it is the first already");
    let fx = several.0.act(account(AccountAction::Colour(Some(6))));
    assert_eq!(saved(&fx)[0], (1, 6, false, false));
    let fx = several.0.act(account(AccountAction::Colour(None)));
    assert_eq!(saved(&fx)[0], (1, 7, false, false));
    several.0.act(Action::Cancel);
    several.point(MISTIUM);
    let fx = several.0.act(Action::Fold);
    assert_eq!(saved(&fx)[2], (2, 2, false, true));
    // What was kept holds from the start.
    let spec = |id, colour, folded| AccountSpec { id: AccountId(id), colour, folded, ..AccountSpec::default() };
    let specs = vec![spec(0, None, false), spec(1, Some(0), true), spec(2, None, false)];
    let state = State::new(Arc::default(), specs, true, 7, several.0.now);
    assert_eq!(state.core.accounts.iter().map(|account| account.colour).collect::<Vec<_>>(), [1, 0, 2]);
    assert!(state.front.unwrap().folded_accounts.contains(&WORK));
}

#[test]
fn a_label_is_taken_when_no_other_account_has_it() {
    let mut several = Several::ready();
    let fx = several.0.act(account(AccountAction::Rename("home".to_owned())));
    assert_eq!(fx[..1], [Effect::RenameAccount { account: HOME, label: "home".to_owned() }]);
    for (name, sentence) in [
        ("Work", "There is an account \"work\" already"),
        ("a:b", "A label cannot hold spaces, colons, slashes or quotes"),
    ] {
        several.0.act(account(AccountAction::Rename(name.to_owned())));
        assert_eq!(several.0.notice(), sentence);
    }
    // The form says it at the field.
    several.0.act(account(AccountAction::Rename(String::new())));
    several.0.type_text("2");
    several.0.act(Action::Accept);
    assert_eq!(several.0.state.core.account(HOME).unwrap().label, "home2");
    assert!(several.front().overlays.is_empty());
    // Where it could not be kept, the old one is back.
    let told =
        Event::TokenKept { account: HOME, label: Some("home".to_owned()), renewed: false, same: None, note: None };
    several.0.event(told);
    assert_eq!(several.0.state.core.account(HOME).unwrap().label, "home");
}

#[test]
fn a_disabled_account_goes_and_comes_back_with_what_was_typed() {
    let mut several = Several::ready();
    several.0.act(Action::OpenChat(of(WORK, 31)));
    several.0.type_text("half a sentence");
    let fx = several.0.act(account(AccountAction::Disable("work".to_owned())));
    assert!(fx.contains(&Effect::Disconnect(WORK)));
    assert_eq!(saved(&fx)[1], (1, 1, true, false));
    assert_eq!(several.open(), Some(chat(11)), "the chat before");
    let known = several.0.state.core.account(WORK).unwrap();
    assert!(known.chats.is_empty() && known.communities.is_empty() && known.timelines.is_empty());
    assert_eq!(several.rows().iter().filter_map(is_account).nth(1), Some((WORK, false)), "it is listed at its place");
    assert!(several.front().sidebar.rail.iter().all(|place| place.account() != WORK));
    // Nobody connects it but the user.
    let quiet = |fx: &Effects| !fx.iter().any(|effect| matches!(effect, Effect::Connect(WORK) | Effect::Probe(WORK)));
    assert!(quiet(&several.0.act(Action::Reconnect)) && quiet(&several.0.event(Event::Started)));
    let fx = several.0.act(account(AccountAction::Enable("WORK".to_owned())));
    assert!(fx.contains(&Effect::Connect(WORK)));
    several.sign_in(WORK);
    several.0.act(Action::OpenChat(of(WORK, 31)));
    assert_eq!(several.0.composer(), "half a sentence");
    several.0.act(account(AccountAction::Disable("elsewhere".to_owned())));
    assert_eq!(several.0.notice(), "There is no account \"elsewhere\"; there are: robin, work, mistium");
}

#[test]
fn an_account_is_removed_after_a_question_and_its_number_is_not_used_again() {
    let mut several = Several::ready();
    several.0.act(Action::OpenChat(of(MISTIUM, 31)));
    several.0.type_text("half a sentence");
    let fx = several.0.act(account(AccountAction::Remove(String::new())));
    assert_eq!(fx, []);
    several.0.act(Action::Accept);
    assert_eq!(several.0.state.core.accounts.len(), 3, "the safe answer comes first");
    several.0.act(account(AccountAction::Remove(String::new())));
    several.0.act(Action::Move(1));
    let fx = several.0.act(Action::Accept);
    assert!(fx.contains(&Effect::Disconnect(MISTIUM)) && fx.contains(&Effect::RemoveAccount(MISTIUM)));
    let drafts = |effect: &Effect| matches!(effect, Effect::Store(StoreOp::Write(write)) if matches!(**write, Write::Draft { .. }));
    assert!(!fx.iter().any(drafts), "nothing of it is kept after it is forgotten");
    assert_eq!(saved(&fx).len(), 2);
    assert_eq!(several.open(), Some(chat(11)));
    several.0.act(Action::Text(TextEdit::Yank));
    assert_eq!(several.0.composer(), "half a sentence", "what was being written can be put back");
    // What its session still says is nobody's.
    several.refuse(MISTIUM, "late");
    several.sign_in(MISTIUM);
    assert_eq!(several.0.state.core.accounts.len(), 2);
    several.0.act(account(AccountAction::Add));
    match several.front().overlays.last() {
        Some(Overlay::Form(form)) => assert_eq!(form.purpose.account(), Some(AccountId(3))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn signing_out_tells_the_network_first() {
    let mut several = Several::ready();
    several.0.act(account(AccountAction::SignOutNow(WORK)));
    let fx = several.0.act(account(AccountAction::SignOutNow(HOME)));
    let asked = fx.iter().find_map(|effect| match effect {
        Effect::Net { account: HOME, id, request: Request::SignOut, .. } => Some(*id),
        _ => None,
    });
    assert!(!fx.contains(&Effect::ForgetToken(HOME)));
    let fx = several.0.event(Event::Answer(HOME, Answer { request: asked.unwrap(), outcome: Ok(Reply::Done) }));
    assert!(fx.contains(&Effect::ForgetToken(HOME)) && fx.contains(&Effect::Disconnect(HOME)));
    assert_eq!(several.0.notice(), "Signed out of \"robin\"");
    assert_eq!(several.open().map(|chat| chat.account), Some(WORK), "another account goes on");
    assert!(several.front().overlays.is_empty());
    // The server closes with the session: no more words than that.
    several.0.advance(Duration::from_secs(30));
    let fx = several.refuse(WORK, "signed out");
    assert!(fx.contains(&Effect::ForgetToken(WORK)));
    assert_eq!(several.0.notice(), "Signed out of \"work\"");
    assert!(several.front().overlays.is_empty());
    // Without a connection it is done here, and said.
    let down = LinkEvent::Down { reason: DownReason::Closed(None), retry_in: Duration::from_secs(3) };
    several.0.event(Event::Link(MISTIUM, down));
    several.0.act(account(AccountAction::SignOut("mistium".to_owned())));
    several.0.act(Action::Move(1));
    let fx = several.0.act(Action::Accept);
    assert!(fx.contains(&Effect::ForgetToken(MISTIUM)));
    assert!(several.0.notice().contains("could not be told"), "{}", several.0.notice());
    // Who signs in again is not told of it as of a fault.
    several.0.act(Action::SignIn);
    let Some(Overlay::Form(form)) = several.front().overlays.last() else { panic!("a form") };
    assert_eq!(form.told, None);
    assert!(form.fields.iter().all(|field| field.error.is_none()));
}

#[test]
fn enabling_without_a_name_means_the_one_that_was_disabled_last() {
    let mut several = Several::ready();
    let disabled = |several: &Several| -> Vec<bool> {
        several.0.state.core.accounts.iter().map(|account| account.disabled).collect()
    };
    several.0.act(Action::Account(AccountAction::Enable(String::new())));
    assert_eq!(several.0.notice(), "No account is disabled");
    several.0.act(Action::Account(AccountAction::Disable("mistium".to_owned())));
    several.0.act(Action::Account(AccountAction::Disable(String::new())));
    assert_eq!(disabled(&several), [true, false, true]);
    let fx = several.0.act(Action::Account(AccountAction::Enable(String::new())));
    assert!(fx.contains(&Effect::Connect(HOME)));
    assert_eq!(disabled(&several), [false, false, true]);
    // Then the only one that is left.
    several.0.act(Action::Account(AccountAction::Enable(String::new())));
    assert_eq!(disabled(&several), [false; 3]);
    assert_eq!(nib::state::action::parse("move-account DOWN"), nib::state::action::parse("move-account down"));
}
