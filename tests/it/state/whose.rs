//! Names of chats and people where there are several accounts: whose is meant.

use super::accounts::{MISTIUM, Several, WORK, of};
use super::script::*;
use nib::domain::*;
use nib::state::front::Overlay;
use nib::state::{Action, Effect, Effects, Event, resolve_chat};

fn open(several: &Several) -> Option<ChatKey> {
    several.0.state.front.as_ref().unwrap().pane.chat
}

fn go(several: &mut Several, written: &str) -> Option<ChatKey> {
    several.0.act(Action::Open(written.to_owned()));
    open(several)
}

fn remove(several: &mut Several, account: AccountId, chat: u128) {
    several.0.event(Event::Update(account, Update::ChatRemoved(ChatId::new(chat))));
}

fn looked_up(effects: &Effects) -> Vec<(AccountId, String)> {
    let asked = |effect: &Effect| match effect {
        Effect::Net { account, request: Request::LookupUsername(name), .. } => Some((*account, name.clone())),
        _ => None,
    };
    effects.iter().filter_map(asked).collect()
}

#[test]
fn the_shown_account_comes_first_and_a_label_before_it() {
    let mut several = Several::ready();
    assert_eq!(go(&mut several, "self"), Some(of(HOME, 34)));
    assert_eq!(go(&mut several, "work:self"), Some(of(WORK, 34)));
    assert_eq!(go(&mut several, "@ada"), Some(of(WORK, 31)), "of the account that is shown by now");
    assert_eq!(go(&mut several, "Mistium:@ada"), Some(of(MISTIUM, 31)));
    assert_eq!(go(&mut several, "work:help"), Some(of(WORK, 12)), "what only one channel there is called");
    assert_eq!(go(&mut several, "#help"), Some(of(WORK, 12)));
    assert_eq!(go(&mut several, "mistium:pens and ink"), Some(of(MISTIUM, 33)));
    several.0.send("/write robin:@ada");
    assert_eq!(open(&several), Some(of(HOME, 31)));
    several.0.send("/write @work:ada");
    assert_eq!(open(&several), Some(of(WORK, 31)));
}

#[test]
fn an_id_that_is_the_name_of_other_chats_goes_before_none_of_them() {
    let mut several = Several::ready();
    let known = several.0.state.core.account_mut(MISTIUM).unwrap();
    known.chats.get_mut(&ChatId::new(12)).unwrap().wire = CleanText::new("help");
    assert_eq!(open(&several).map(|chat| chat.account), Some(HOME));
    assert_eq!(go(&mut several, "help"), Some(of(HOME, 12)));
    assert!(resolve_chat(&several.0.state.core, "help").unwrap_err().to_string().contains("could be several"));
}

#[test]
fn only_what_there_is_is_named() {
    let mut several = Several::ready();
    let error = resolve_chat(&several.0.state.core, "self").unwrap_err().to_string();
    assert_eq!(error, "\"self\" could be several chats: robin:self, work:self, mistium:self");
    remove(&mut several, HOME, 34);
    assert_eq!(go(&mut several, "self"), Some(of(HOME, 11)));
    assert_eq!(several.0.notice(), "\"self\" could be several chats: work:self, mistium:self");
    remove(&mut several, WORK, 34);
    assert_eq!(go(&mut several, "self"), Some(of(MISTIUM, 34)), "the only one that has it");
    remove(&mut several, MISTIUM, 34);
    let before = open(&several);
    assert_eq!(go(&mut several, "self"), before);
    assert_eq!(several.0.notice(), "There is no chat \"self\"");
}

#[test]
fn whoever_is_not_known_is_looked_for_where_that_can_be() {
    let mut several = Several::ready();
    let fx = several.0.act(Action::Open("@linus".to_owned()));
    assert_eq!(looked_up(&fx), [(HOME, "linus".to_owned())]);
    several.0.act(Action::Cancel);
    let fx = several.0.act(Action::Open("work:@linus".to_owned()));
    assert_eq!(looked_up(&fx), [(WORK, "linus".to_owned())]);
    several.0.act(Action::Cancel);
    // The shown one cannot, and two others could.
    let directs = |several: &mut Several, account: AccountId, can: bool| {
        several.0.state.core.account_mut(account).unwrap().caps.directs = can;
    };
    directs(&mut several, HOME, false);
    let fx = several.0.act(Action::Open("@linus".to_owned()));
    assert_eq!(looked_up(&fx), []);
    assert_eq!(several.0.notice(), "\"@linus\" can be looked for with several accounts: work:@linus, mistium:@linus");
    directs(&mut several, MISTIUM, false);
    let fx = several.0.act(Action::Open("@linus".to_owned()));
    assert_eq!(looked_up(&fx), [(WORK, "linus".to_owned())]);
}

#[test]
fn cards_are_shown_through_the_account_that_is_named_or_knows_them() {
    let mut several = Several::ready();
    let card = |several: &Several| match several.0.state.front.as_ref().unwrap().overlays.last() {
        Some(nib::state::front::Overlay::Person(card)) => Some((card.account, card.user)),
        _ => None,
    };
    several.0.act(Action::Who("work:@ada".to_owned()));
    assert_eq!(card(&several), Some((WORK, ADA)));
    several.0.act(Action::Cancel);
    several.0.act(Action::Who("@ada".to_owned()));
    assert_eq!(card(&several), Some((HOME, ADA)), "through the one that is shown");
    several.0.act(Action::Cancel);
    let stranger = User { username: Some(CleanText::ours("linus")), ..user(UserId::new(90), "Linus") };
    let bundle = Bundle { users: vec![stranger], ..Bundle::default() };
    several.0.event(Event::Update(MISTIUM, Update::ChatChanged(Box::new(bundle))));
    several.0.act(Action::Who("@linus".to_owned()));
    assert_eq!(card(&several), Some((MISTIUM, UserId::new(90))), "the only one that knows them");
}

#[test]
fn an_account_that_is_not_signed_in_is_said_to_be_so() {
    let mut several = Several::ready();
    several.refuse(WORK, "no");
    several.0.state.core.account_mut(WORK).unwrap().chats.clear();
    several.0.act(Action::Open("work:general".to_owned()));
    assert_eq!(several.0.notice(), "\"work\" is not signed in: none of its chats is here");
}

#[test]
fn chats_that_arrive_while_one_looks_for_a_chat_come_into_the_list() {
    let mut script = Script::ready();
    script.act(Action::Jump);
    script.type_text("hel");
    let labels = |script: &Script| match script.state.front.as_ref().unwrap().overlays.last() {
        Some(Overlay::Pick(pick)) => {
            let list = &pick.picker;
            let label = |shown: &nib::state::ui::picker::Shown| list.items[shown.item].label.clone();
            (list.query.text().to_owned(), list.shown.iter().map(label).collect::<Vec<_>>(), list.selected)
        }
        _ => panic!("no list"),
    };
    let (_, before, _) = labels(&script);
    script.act(Action::Move(before.len() as i32));
    let chosen = labels(&script).2;
    let chosen = labels(&script).1[chosen].clone();
    let mut more = Script::roster().into_iter().find(|chat| chat.id == ChatId::new(11)).unwrap();
    (more.id, more.name) = (ChatId::new(911), CleanText::ours("hello"));
    script.receive(Update::ChannelChanged(Box::new(more)));
    let (query, after, at) = labels(&script);
    assert_eq!((query.as_str(), after.len()), ("hel", before.len() + 1));
    assert!(after.iter().any(|label| label.ends_with("hello")), "{after:?}");
    assert_eq!(after[at], chosen, "what was selected stays so");
}

#[test]
fn no_title_is_in_the_way_of_a_form_that_means_one_chat() {
    let mut script = Script::ready();
    let forms = [("self", 34), ("@ada", 31), ("group:pens and ink", 33), ("home:self", 34), ("Rust/general", 11)];
    for (written, meant) in forms {
        // Anybody may call a thread so.
        let known = &mut script.state.core.accounts[0];
        known.chats.get_mut(&ChatId::new(12)).unwrap().name = CleanText::new(written);
        assert_eq!(resolve_chat(&script.state.core, written), Ok(chat(meant)), "{written}");
    }
    // Capitals do not tell names apart, wherever a letter stands.
    let known = &mut script.state.core.accounts[0];
    known.chats.get_mut(&ChatId::new(12)).unwrap().name = CleanText::new("Οδός ΟΔΟΣ");
    assert_eq!(resolve_chat(&script.state.core, "οδόσ οδος"), Ok(chat(12)));
}
