//! The updates that are about places: channels, communities, groups, rights in them, and the own session. What was written there is never lost.

use super::script::*;
use super::updates::*;
use nib::domain::*;
use nib::state::action::{ComposeAction, MessageAction};
use nib::state::front::Overlay;
use nib::state::{Action, ComposerState, Effect, chat_title, composer_state};

#[test]
fn n2_a_channel_is_created_renamed_and_moved() {
    let mut script = Script::ready();
    let mut general = known(&script, 11);
    general.name = CleanText::ours("lobby");
    general.topic = Some(CleanText::ours("come in"));
    if let ChatKind::Channel { parent, position, .. } = &mut general.kind {
        (*parent, *position) = (None, 9);
    }
    let fx = script.receive(Update::ChannelChanged(Box::new(general)));
    assert_eq!(chat_title(&script.state.core, chat(11)), "#lobby");
    assert!(fx.iter().any(|effect| matches!(effect, Effect::Title(title) if title.contains("#lobby"))), "{fx:?}");
    let channels: Vec<ChatKey> = rows(&script).into_iter().filter(|key| key.chat.value() < 20).collect();
    assert_eq!(channels, [chat(13), chat(11), chat(12)], "out of its category, after the other one");
    let mut new = known(&script, 12);
    (new.id, new.name) = (ChatId::new(17), CleanText::ours("new"));
    script.receive(Update::ChannelChanged(Box::new(new)));
    assert!(rows(&script).contains(&chat(17)));
    assert_eq!(open(&script), Some(chat(11)), "who reads on is not disturbed");
}

#[test]
fn n6_a_community_is_joined_and_its_rights_change_while_one_writes() {
    let mut script = Script::ready();
    let new =
        Community { id: CommunityId::new(300), name: CleanText::ours("New"), available: true, ..Community::default() };
    let fx = script.receive(Update::CommunityChanged(Box::new(new)));
    assert_eq!(requests(&fx), [Request::FetchChannels(CommunityId::new(300))]);
    script.type_text("half a sentence");
    let fx = allowed(&mut script, RUST, Permissions::VIEW);
    assert_eq!(requests(&fx), [Request::FetchRoles(RUST)], "roles have no update of their own");
    assert_eq!(composer_state(&script.state), ComposerState::ReadOnly("You may not write here"));
    let fx = script.act(Action::Send);
    assert!(sends(&fx).is_empty());
    assert_eq!((script.composer(), script.notice()), ("half a sentence".to_owned(), "You may not write here"));
    allowed(&mut script, RUST, Permissions::VIEW.union(Permissions::SEND));
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    assert_eq!(sends(&script.act(Action::Send)).len(), 1);
}

#[test]
fn n7_the_open_channel_is_gone_while_one_writes() {
    let mut script = Script::ready();
    script.type_text("a long thought");
    script.receive(Update::ChatRemoved(ChatId::new(11)));
    // What is typed on goes nowhere, and Enter only says that it was read.
    assert_eq!(note(&script).as_deref(), Some("#general is gone, or not for you to see any more"));
    script.type_text(" that goes on");
    let fx = script.act(Action::Accept);
    assert!(sends(&fx).is_empty());
    assert_eq!((open(&script), note(&script), script.composer()), (Some(chat(12)), None, String::new()));
    script.act(Action::Text(nib::state::action::TextEdit::Yank));
    assert_eq!(script.composer(), "a long thought");
    // It comes back with its draft.
    script.act(Action::Clear);
    let general = Script::roster().remove(1);
    script.receive(Update::ChannelChanged(Box::new(general)));
    script.open(11);
    assert_eq!(script.composer(), "a long thought");
}

#[test]
fn n7_what_was_not_sent_to_a_channel_that_is_gone_comes_back() {
    let mut script = Script::ready();
    let (first, _) = script.send("refused before").unwrap();
    script.answer(first, Err(refusal(RefusalKind::Forbidden)));
    let (second, _) = script.send("on its way").unwrap();
    script.type_text("half a thought");
    script.receive(Update::ChatRemoved(ChatId::new(11)));
    assert_eq!(note(&script).as_deref(), Some("#general is gone, or not for you to see any more"));
    script.act(Action::Accept);
    script.act(Action::Text(nib::state::action::TextEdit::Yank));
    assert_eq!(script.composer(), "refused before\nhalf a thought");
    // What was under way is known to be refused only later; the next one goes out after it, and it stays where the user goes.
    script.answer(second, Err(refusal(RefusalKind::NotFound)));
    assert_eq!(note(&script).as_deref(), Some("Not sent: the chat is gone"));
    script.act(Action::Accept);
    script.open(13);
    script.open(12);
    script.type_text("\n");
    script.act(Action::Text(nib::state::action::TextEdit::Yank));
    assert_eq!(script.composer(), "refused before\nhalf a thought\non its way");
    assert_eq!(script.rows(11), []);
}

#[test]
fn n7_a_channel_that_is_not_open_goes_without_a_word() {
    let mut script = Script::ready();
    script.receive(Update::ChatRemoved(ChatId::new(12)));
    assert_eq!((open(&script), script.notice(), note(&script)), (Some(chat(11)), "", None));
    assert!(!rows(&script).contains(&chat(12)));
    // The open one, with nothing written: a sentence, and the next channel.
    script.receive(Update::ChatRemoved(ChatId::new(11)));
    assert_eq!((open(&script), note(&script)), (Some(chat(13)), None));
    assert!(script.notice().starts_with("#general is gone"));
    // What follows a category that is gone stands without one.
    script.receive(Update::ChatRemoved(ChatId::new(10)));
    assert!(rows(&script).contains(&chat(13)));
}

#[test]
fn n10_own_roles_change_and_with_them_what_one_may() {
    let mut script = Script::ready();
    let member = |roles: &[u128], nickname: &'static str| {
        let roles = roles.iter().map(|role| RoleId::new(*role)).collect();
        let nickname = Some(CleanText::ours(nickname));
        Update::MemberChanged(Box::new(Member { user: ME, community: RUST, nickname, roles }))
    };
    let fx = script.receive(member(&[7], "me here"));
    assert_eq!(requests(&fx), [Request::FetchCommunities, Request::FetchChannels(RUST)]);
    assert_eq!(requests(&script.receive(member(&[7], "me there"))), [], "only a name");
    let id = asked(&fx, |request| *request == Request::FetchCommunities);
    let Some(Reply::Communities { mut communities, counts }) = Script::reply(&Request::FetchCommunities) else {
        panic!()
    };
    communities[0].permissions = Permissions::VIEW;
    let fx = script.answer(id, Ok(Reply::Communities { communities, counts }));
    assert_eq!(requests(&fx), [], "no other list is asked for because of it");
    assert_eq!(composer_state(&script.state), ComposerState::ReadOnly("You may not write here"));
    // Somebody else's nickname and roles are just kept.
    let other =
        Member { user: ADA, community: RUST, nickname: Some(CleanText::ours("lady")), roles: [RoleId::new(7)].into() };
    assert_eq!(requests(&script.receive(Update::MemberChanged(Box::new(other.clone())))), []);
    assert_eq!(account(&script).members[&(RUST, ADA)], other);
}

#[test]
fn n11_n17_a_community_is_gone_or_one_was_thrown_out() {
    for update in [Update::CommunityRemoved(RUST), Update::MemberRemoved { community: RUST, user: ME }] {
        let mut script = Script::ready();
        script.open(12);
        script.type_text("to be continued");
        script.receive(update);
        assert!(account(&script).community(RUST).is_none());
        assert!(account(&script).chats.values().all(|chat| chat.community() != Some(RUST)));
        assert_eq!(note(&script).as_deref(), Some("You are no longer in Rust"));
        script.act(Action::Accept);
        assert_eq!(open(&script), Some(chat(21)), "the first of what is left");
        script.act(Action::Text(nib::state::action::TextEdit::Yank));
        assert_eq!(script.composer(), "to be continued");
        assert!(account(&script).members.keys().all(|(community, _)| *community != RUST));
    }
    // Seen from elsewhere it is a word, and no more.
    let mut script = Script::ready();
    script.receive(Update::MemberRemoved { community: ZIG, user: ADA });
    assert!(account(&script).community(ZIG).is_some());
    script.receive(Update::CommunityRemoved(ZIG));
    assert_eq!((open(&script), script.notice()), (Some(chat(11)), "You are no longer in Zig"));
    assert_eq!(account(&script).counts(Some(ZIG)).unread, 0);
}

#[test]
fn n11_with_nothing_left_the_welcome_stands_there() {
    let mut script = Script::ready();
    for id in [31, 32, 33] {
        script.receive(Update::ChatRemoved(ChatId::new(id)));
    }
    script.receive(Update::CommunityRemoved(ZIG));
    script.receive(Update::CommunityRemoved(RUST));
    assert_eq!(open(&script), None);
    assert_eq!(script.state.front.as_ref().unwrap().contexts()[0], nib::state::action::Context::Welcome);
}

#[test]
fn n12_exceptions_of_a_channel_change_while_one_writes() {
    let mut script = Script::ready();
    script.type_text("draft");
    let deny = |deny| Update::OverridesChanged {
        chat: ChatId::new(11),
        overrides: Overrides { allow: Permissions::NONE, deny },
    };
    script.receive(deny(Permissions::SEND));
    assert_eq!(composer_state(&script.state), ComposerState::ReadOnly("You may not write here"));
    // Out of sight: not listed, not written to, but what stands in the composer stays.
    script.receive(deny(Permissions::VIEW));
    assert_eq!(composer_state(&script.state), ComposerState::ReadOnly("You may not see this channel any more"));
    assert!(!rows(&script).contains(&chat(11)));
    assert!(sends(&script.act(Action::Send)).is_empty());
    script.receive(deny(Permissions::NONE));
    assert_eq!((composer_state(&script.state), script.composer()), (ComposerState::Ready, "draft".to_owned()));
    assert!(rows(&script).contains(&chat(11)));
}

#[test]
fn n14_the_own_session_ends_and_another_one_does_not_matter() {
    let mut script = Script::ready();
    script.state.core.accounts[0].session = Some(SessionId::new(5));
    let fx = script.receive(Update::SessionEnded { session: SessionId::new(6), own: false });
    assert_eq!(fx, []);
    script.receive(Update::Typing { chat: ChatId::new(11), user: ADA, typing: true, busy: false });
    script.type_text("unsent");
    let fx = script.receive(Update::SessionEnded { session: SessionId::new(5), own: false });
    assert!(fx.contains(&Effect::ForgetToken(HOME)) && fx.contains(&Effect::Disconnect(HOME)));
    let front = script.state.front.as_ref().unwrap();
    assert!(front.overlays.is_empty(), "what is being typed lands in no form");
    assert!(script.notice().starts_with("You were signed out"));
    assert!(matches!(&account(&script).link, LinkPhase::SignedOut { reason } if reason.contains("another device")));
    assert_eq!((script.composer(), account(&script).typing.chats.len()), ("unsent".to_owned(), 0));
}

#[test]
fn n15_a_community_out_of_service_is_kept_and_comes_back() {
    let mut script = Script::ready();
    script.type_text("waiting");
    script.receive(Update::CommunityUnavailable(RUST));
    assert!(!account(&script).community(RUST).unwrap().available);
    assert_eq!((open(&script), script.composer()), (Some(chat(11)), "waiting".to_owned()));
    assert_eq!(script.notice(), "Rust is out of service for now; what you type stays");
    assert!(matches!(composer_state(&script.state), ComposerState::ReadOnly(why) if why.contains("out of service")));
    assert!(sends(&script.act(Action::Send)).is_empty());
    let permissions = Permissions::VIEW.union(Permissions::SEND);
    let back = Community { available: true, permissions, ..account(&script).community(RUST).unwrap().clone() };
    let fx = script.receive(Update::CommunityChanged(Box::new(back)));
    let fetched = requests(&fx);
    assert!(fetched.contains(&Request::FetchChannels(RUST)), "{fetched:?}");
    assert!(fetched.iter().any(|request| matches!(request, Request::FetchHistory { page: Page::Latest, .. })));
    assert_eq!(composer_state(&script.state), ComposerState::Ready);
    // Elsewhere nobody is disturbed.
    script.receive(Update::CommunityUnavailable(ZIG));
    assert!(!script.notice().contains("Zig"));
}

#[test]
fn n20_a_group_changes_and_one_is_taken_out_of_it() {
    let mut script = Script::ready();
    script.open(33);
    let group = |script: &Script, name: &'static str, members: &[UserId]| Update::GroupChanged {
        chat: Box::new(Chat {
            name: CleanText::ours(name),
            kind: ChatKind::Group { owner: false, members: members.into() },
            ..known(script, 33)
        }),
        users: vec![user(GRACE, "grace")],
    };
    let renamed = group(&script, "ink and pens", &[ME, ADA, GRACE]);
    let fx = script.receive(renamed);
    assert_eq!(chat_title(&script.state.core, chat(33)), "ink and pens");
    assert!(fx.iter().any(|effect| matches!(effect, Effect::Title(title) if title.contains("ink and pens"))));
    script.type_text("one more thing");
    let without = group(&script, "ink and pens", &[ADA, GRACE]);
    script.receive(without);
    assert_eq!(note(&script).as_deref(), Some("You are no longer in the group ink and pens"));
    assert!(!account(&script).chats.contains_key(&ChatId::new(33)));
    script.act(Action::Accept);
    assert_eq!(open(&script), Some(chat(11)), "where one was before");
}

#[test]
fn where_a_channel_takes_it_own_messages_are_neither_changed_nor_deleted() {
    let mut script = Script::ready();
    script.hear(said(chat(11), 20, ME, "mine"));
    let take = |deny| Update::OverridesChanged {
        chat: ChatId::new(11),
        overrides: Overrides { allow: Permissions::NONE, deny },
    };
    script.receive(take(Permissions::EDIT_OWN.union(Permissions::DELETE_OWN)));
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!((script.composer(), script.notice()), (String::new(), "You may not change your messages here"));
    script.act(Action::FocusMessages);
    script.act(Action::Message(MessageAction::Delete));
    assert_eq!(script.notice(), "You may not delete your messages here");
    script.receive(take(Permissions::NONE));
    script.act(Action::Message(MessageAction::Delete));
    assert!(matches!(script.state.front.as_ref().unwrap().overlays.last(), Some(Overlay::Question(_))));
    script.act(Action::Cancel);
    script.act(Action::Compose(ComposeAction::EditLast));
    assert_eq!(script.composer(), "mine");
}
