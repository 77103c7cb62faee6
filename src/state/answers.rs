//! Answers: each finds by its request why it was asked.

use super::effect::Outcome;
use super::history::{self, Came};
use super::requests::Purpose;
use super::ui::{
    arguments, changing, complete, compose, find, forum, forward, mentions, message, open, person, react, shared,
};
use super::{
    Effect, Effects, State, accounts, downloads, gone, join, keep, link, login, members, messages, outbox, people,
    pins, polls, quotes, roster, status, sync, updates, voice,
};
use crate::domain::{
    AccountId, Answer, ChatKey, CommunityId, MessageKey, Priority, Refusal, RefusalKind, Reply, RequestId, Role,
};

/// An answer came. One to a request that is not open changes nothing.
pub(super) fn take(state: &mut State, account: AccountId, answer: Answer, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(account) else { return };
    let Some(purpose) = known.requests.open.remove(&answer.request) else { return };
    keep::answered(known, answer.request, answer.outcome.as_ref().ok());
    let list = link::is_list(&purpose);
    let lost = matches!(&answer.outcome, Err(refusal) if refusal.kind == RefusalKind::LinkLost);
    match purpose {
        Purpose::Quiet => {}
        Purpose::Communities | Purpose::Chats | Purpose::Channels(_) => {
            lists(state, account, &purpose, answer.outcome, fx)
        }
        Purpose::Stranger(message) => messages::introduced(state, account, &message, answer.outcome, fx),
        Purpose::Newest { chat, deleted, again } => {
            if let Ok(Reply::Chat(bundle)) = answer.outcome {
                messages::newest_told(state, ChatKey::new(account, chat), deleted, bundle);
                if again {
                    messages::ask_newest_again(state, account, chat, deleted, fx);
                }
            }
        }
        Purpose::Rights => {
            if let Ok(Reply::Communities { communities, counts }) = answer.outcome {
                for (name, chats) in roster::put_communities(known, communities, counts) {
                    gone::settle(state, account, &chats, Some(&name), fx);
                }
                state.touch();
            }
        }
        Purpose::SignOut => {
            // The server may close the connection with the session before it answers.
            let told = answer.outcome.map_or_else(|refusal| refusal.kind == RefusalKind::LinkLost, |_| true);
            accounts::signed_out(state, account, told, fx);
        }
        Purpose::Profile(user) => person::came(state, account, user, answer.outcome),
        Purpose::Named => complete::came(state, account, answer.outcome),
        Purpose::Command { chat, written } => {
            if let Err(refusal) = answer.outcome {
                arguments::answered(state, ChatKey::new(account, chat), &written, &refusal, fx);
            }
        }
        Purpose::Who(name) => person::looked_up(state, account, &name, answer.outcome, fx),
        Purpose::Relationships => {
            if let Ok(Reply::Relationships { relationships, users }) = answer.outcome {
                people::put_relationships(known, relationships, users);
                state.touch();
            }
        }
        Purpose::Status { before, wanted } => status::answered(state, account, (before, &wanted), answer.outcome, fx),
        Purpose::Mentions(chat, from, here) => {
            mentions::came(state, ChatKey::new(account, chat), (from, here), answer.outcome, fx);
        }
        Purpose::Pins(chat) => shared::pins_came(state, ChatKey::new(account, chat), answer.outcome, fx),
        Purpose::Find(chat, number) => {
            find::answered(state, ChatKey::new(account, chat), number, answer.outcome, fx);
        }
        Purpose::Part(number) => downloads::came(state, number, answer.request, answer.outcome, fx),
        Purpose::MemberList(chat) => members::came(state, account, chat, answer.outcome, fx),
        Purpose::Vote(_) | Purpose::Detail if matches!(answer.outcome, Ok(Reply::Poll { .. })) => {
            if let Ok(Reply::Poll { chat, message, tally }) = answer.outcome {
                polls::told(state, ChatKey::new(account, chat), message, &tally);
            }
        }
        Purpose::Vote(what) => {
            if let Err(refusal) = answer.outcome {
                state.notice_about(account, format!("{what}: {}", refusal.text), None, true, fx);
            }
        }
        Purpose::Poll { chat, written } => {
            if let Err(refusal) = answer.outcome {
                compose::give_back(state, ChatKey::new(account, chat), &written, fx);
                state.notice_about(account, format!("Not asked: {}", refusal.text), None, true, fx);
            }
        }
        Purpose::Detail | Purpose::Roles(_) => {
            if let Ok(reply) = answer.outcome {
                detail(state, account, reply);
            }
        }
        Purpose::History { chat, fetch, page } => {
            let key = ChatKey::new(account, chat);
            match answer.outcome {
                Ok(Reply::History { messages, bundle, reached_start, reached_end, .. }) => {
                    history::came(state, key, fetch, page, Came { messages, bundle, reached_start, reached_end }, fx);
                }
                Ok(_) => history::refused(state, key, fetch, page, &unfitting(), fx),
                Err(refusal) => history::refused(state, key, fetch, page, &refusal, fx),
            }
        }
        Purpose::Quote(chat, message) => quotes::came(state, ChatKey::new(account, chat), message, answer.outcome, fx),
        Purpose::Heal(chat) => heal(state, ChatKey::new(account, chat), answer.outcome, fx),
        Purpose::Place(chat) => outbox::placed(state, ChatKey::new(account, chat), answer.outcome, fx),
        Purpose::Fetch(chat, ticket) => {
            let chat = ChatKey::new(account, chat);
            let outcome = match answer.outcome {
                Ok(Reply::History { messages, bundle, reached_start, reached_end, .. }) => {
                    let users = bundle.users.clone();
                    if let Some(known) = state.core.account_mut(account) {
                        roster::put_bundle(known, bundle);
                    }
                    Outcome::History { chat, messages, users, reached_start, reached_end }
                }
                Ok(_) => Outcome::Refused(unfitting()),
                Err(refusal) => Outcome::Refused(refusal),
            };
            fx.push(Effect::Outcome(ticket, outcome));
        }
        Purpose::Send(chat, nonce) => {
            let key = ChatKey::new(account, chat);
            let outcome = match (known.requests.stopping.remove(&answer.request), answer.outcome) {
                (true, Ok(reply)) => {
                    state.notice_about(account, "It was too late to stop it: the message was sent", None, true, fx);
                    Ok(reply)
                }
                // It is not to be tried again by itself, and what was said of it is over.
                (true, outcome) => {
                    state.drop_notice();
                    outcome.map_err(
                        |refusal| if refusal.kind == RefusalKind::RateLimited { Refusal::stopped() } else { refusal },
                    )
                }
                (false, outcome) => outcome,
            };
            match outcome {
                Ok(Reply::Sent { message, order, at }) => {
                    let message = MessageKey { order, id: message };
                    outbox::acknowledged(state, key, nonce, message, at, fx);
                    changing::went_out(state, key, nonce, message, fx);
                }
                // Taken, but not said where: the echo or the history will tell.
                Ok(_) => {
                    outbox::refused(state, key, nonce, Refusal::ours(RefusalKind::TimedOut, "no answer in time"), fx)
                }
                Err(refusal) => outbox::refused(state, key, nonce, refusal, fx),
            }
        }
        Purpose::Deed(nonce) => outbox::deeds::answered(state, account, nonce, answer.outcome, fx),
        Purpose::Change(what) => {
            if let Err(refusal) = answer.outcome {
                state.notice_about(account, format!("{what}: {}", refusal.text), None, true, fx);
            }
        }
        Purpose::Forward(to) => forward::forwarded(state, ChatKey::new(account, to), answer.outcome, fx),
        Purpose::Press(label) => message::pressed(state, account, &label, answer.outcome, fx),
        Purpose::BeginThread { forum, title } => {
            forum::begun(state, ChatKey::new(account, forum), &title, answer.outcome, fx);
        }
        Purpose::RenameThread { thread, title } => {
            forum::renamed(state, ChatKey::new(account, thread), &title, answer.outcome, fx);
        }
        Purpose::Code => {
            if let Err(refusal) = answer.outcome {
                login::code_refused(state, account, &refusal);
            }
        }
        Purpose::Invite(code) => join::looked_up(state, account, &code, answer.outcome, fx),
        Purpose::Join(target) => join::joined(state, account, target, answer.outcome, fx),
        Purpose::LeaveCommunity(community) => match answer.outcome {
            Ok(_) => updates::community_gone(state, account, community, fx),
            Err(refusal) => {
                state.notice_about(account, format!("Not left: {}", refusal.text), None, true, fx);
            }
        },
        Purpose::LeaveGroup(chat) => match answer.outcome {
            Ok(_) => {
                let gone = roster::remove_chat(known, chat);
                gone::settle(state, account, gone.as_slice(), None, fx);
            }
            Err(refusal) => {
                state.notice_about(account, format!("Not left: {}", refusal.text), None, true, fx);
            }
        },
        Purpose::Person { name, ticket } => open::person(state, account, &name, ticket, answer.outcome, fx),
    }
    if list {
        // After a lost connection all are asked for anew.
        if !lost {
            sync::more_channels(state, account, fx);
        }
        sync::progress(state, account, fx);
    }
}

/// The session did not take a request.
pub(super) fn not_taken(state: &mut State, account: AccountId, request: RequestId, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(account) else { return };
    if let Some(Purpose::Send(chat, nonce)) = known.requests.open.get(&request).cloned() {
        known.requests.open.remove(&request);
        outbox::not_taken(state, ChatKey::new(account, chat), nonce, fx);
        return;
    }
    if let Some(Purpose::Channels(community)) = known.requests.open.get(&request)
        && known.requests.channels_under_way() > 1
    {
        // Too much at once: its turn comes again when another is answered.
        let community = *community;
        known.requests.open.remove(&request);
        known.requests.channels_due.push_back((community, Priority::Background));
        return;
    }
    if let Some(Purpose::Part(number)) = known.requests.open.get(&request).cloned() {
        known.requests.open.remove(&request);
        return downloads::not_taken(state, number, request, fx);
    }
    let refusal = Refusal::ours(RefusalKind::LinkLost, "there is no connection");
    take(state, account, Answer { request, outcome: Err(refusal) }, fx);
}

/// A reply that does not fit what was asked.
pub(super) fn unfitting() -> Refusal {
    Refusal::ours(RefusalKind::ServerFault, "the answer does not fit the question")
}

fn lists(state: &mut State, account: AccountId, purpose: &Purpose, outcome: Result<Reply, Refusal>, fx: &mut Effects) {
    let Some(known) = state.core.account_mut(account) else { return };
    if let Ok(Reply::Chats { bundle, .. } | Reply::Channels { bundle, .. }) = &outcome {
        bundle.chats.iter().for_each(|chat| outbox::listed(known, chat.id, chat.last_message));
    }
    match outcome {
        Ok(Reply::Communities { communities, counts }) => {
            for (name, chats) in roster::put_communities(known, communities, counts) {
                gone::settle(state, account, &chats, Some(&name), fx);
            }
            sync::channels(state, account, fx);
        }
        Ok(Reply::Chats { bundle, complete }) => {
            let gone = roster::put_direct(known, bundle, complete);
            gone::settle(state, account, &gone, None, fx);
            join::arrived(state, account, fx);
        }
        Ok(Reply::Channels { community, bundle }) => {
            let gone = roster::put_channels(known, community, bundle);
            gone::settle(state, account, &gone, None, fx);
            gone::listed(state, account, fx);
            sync::details(state, account, community, fx);
            join::arrived(state, account, fx);
        }
        Ok(_) => {}
        Err(refusal) if refusal.kind == RefusalKind::LinkLost => {}
        Err(refusal) => {
            let what = match purpose {
                Purpose::Communities => "The communities",
                Purpose::Channels(_) => "The channels of a community",
                _ => "The direct chats",
            };
            let sentence = format!("{what} could not be fetched: {}", refusal.text);
            state.notice_about(account, sentence, None, true, fx);
        }
    }
    state.touch();
}

fn detail(state: &mut State, account: AccountId, reply: Reply) {
    let Some(known) = state.core.account_mut(account) else { return };
    let commands = matches!(reply, Reply::Commands(_));
    match reply {
        Reply::Roles { community, roles } => put_roles(known, community, roles),
        Reply::Members(bundle) | Reply::Chat(bundle) => roster::put_bundle(known, bundle),
        Reply::VoiceRooms { community, rooms, bundle } => voice::put_rooms(known, community, rooms, bundle),
        Reply::Pinned { chat, messages, bundle } => {
            roster::put_bundle(known, bundle);
            pins::came(known, chat, &messages);
        }
        Reply::Emoji(emoji) => {
            updates::know_emoji(known, emoji);
            react::renew(state, account);
        }
        Reply::Commands(commands) => {
            known.commands.clear();
            updates::know_commands(known, commands);
        }
        Reply::CommunityOrder(order) => roster::put_community_order(known, order),
        Reply::User(user) => {
            people::put(known, user);
        }
        // These answer other questions.
        Reply::MemberList { .. }
        | Reply::Poll { .. }
        | Reply::Mentions { .. }
        | Reply::Matches { .. }
        | Reply::Pressed(_)
        | Reply::Part { .. }
        | Reply::Done
        | Reply::Message { .. }
        | Reply::Sent { .. }
        | Reply::History { .. }
        | Reply::Communities { .. }
        | Reply::Channels { .. }
        | Reply::Chats { .. }
        | Reply::Profile(_)
        | Reply::Relationships { .. }
        | Reply::Invite(_) => return,
    }
    if let Some(front) = &mut state.front {
        front.sidebar.renew(account);
    }
    state.touch();
    if commands {
        complete::again(state);
    }
}

/// Sets the roles of a community.
pub(super) fn put_roles(known: &mut super::Account, community: CommunityId, roles: Vec<Role>) {
    keep::roles(known, community, &roles);
    known.roles.insert(community, roles.into_iter().take(500).map(|role| (role.id, role)).collect());
}

fn heal(state: &mut State, chat: ChatKey, outcome: Result<Reply, Refusal>, fx: &mut Effects) {
    match outcome {
        Ok(Reply::History { messages, bundle, reached_start, .. }) => {
            if let Some(known) = state.core.account_mut(chat.account) {
                roster::put_bundle(known, bundle);
            }
            let messages: Vec<_> = messages.into_iter().filter(|message| message.chat == chat.chat).collect();
            outbox::on_page(state, chat, Ok((&messages, reached_start)), fx);
        }
        Ok(_) => outbox::on_page(state, chat, Err(&unfitting()), fx),
        Err(refusal) => outbox::on_page(state, chat, Err(&refusal), fx),
    }
}
