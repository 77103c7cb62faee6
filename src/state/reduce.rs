//! The one writer: every event goes through here, one line each; what it means is in the slices.

use super::event::{Event, StoreReply, Timer};
use super::ui::{
    act, arranged, attach, changing, chooser, complete, destination, drafts, editor, file, find, jump, open, quit,
    shared, sidebar, tray, waiting,
};
use super::{
    Effect, Effects, State, accounts, alerts, answers, colours, downloads, keep, last_words, link, members, opened,
    outbox, recall, roster, timers, unread, updates,
};
use crate::domain::Now;

/// Takes one event in. The effects are to be carried out in order.
pub fn reduce(state: &mut State, event: Event, now: Now) -> Effects {
    let mut effects = Effects::new();
    let fx = &mut effects;
    let before = std::mem::replace(&mut state.now, now);
    if now.leapt(before) {
        link::woke(state, fx);
    }
    match event {
        Event::Started => {
            keep::started(state, fx);
            link::started(state, fx);
            recall::started(state, fx);
        }
        Event::Act(action) => {
            state.wanted(|state| destination::around(state, |state| act::act(state, action, None, fx)));
        }
        Event::Submit(ticket, action) => act::submit(state, ticket, action, fx),
        Event::Withdraw(chat, nonce) => outbox::withdraw(state, chat, nonce, fx),
        Event::Resized { width, height } => open::resized(state, width, height),
        Event::Focused(inside) => alerts::focused(state, inside, fx),
        Event::Link(account, event) => link::changed(state, account, event, fx),
        Event::Update(account, update) => updates::take(state, account, update, fx),
        Event::Answer(account, answer) => answers::take(state, account, answer, fx),
        Event::Progress(account, progress) => outbox::progressed(state, account, progress),
        Event::NotTaken(account, request) => answers::not_taken(state, account, request, fx),
        Event::Stored(StoreReply::OutboxCommitted(chat, nonce, done)) => {
            outbox::committed(state, chat, nonce, done, fx)
        }
        Event::Stored(StoreReply::DraftKept(chat, done)) => drafts::kept(state, chat, done, fx),
        Event::Stored(StoreReply::Noted { sentence, outlasts, readable }) => {
            state.outlasts = outlasts;
            state.readable = readable;
            open::noted(state, sentence);
        }
        Event::Stored(StoreReply::Found(outbox::TICKET, found)) => outbox::found(state, found, fx),
        Event::Stored(StoreReply::Found(ticket, found)) => recall::found(state, ticket, found.ok().flatten(), fx),
        Event::FileRead(number, file) => attach::read(state, number, file, fx),
        Event::FolderListed(number, folder) => chooser::listed(state, number, folder, fx),
        Event::LookedAt(number, files) => file::looked(state, number, files, fx),
        Event::Saved(number, told) => downloads::told(state, number, told, fx),
        Event::Coloured(key, tokens) => colours::told(state, key, tokens),
        Event::Edited(number, text) => destination::around(state, |state| editor::done(state, number, text, fx)),
        Event::Timer(timer) => timers::rang(state, timer, fx),
        Event::Arranged(pane, visible) => arranged::take(state, pane, visible, fx),
        Event::Settings(settings) => timers::settings(state, settings),
        Event::Failed(text) => state.notice(text, true, fx),
        Event::TokenKept { account, label, renewed, same, note } => {
            link::token_kept(state, account, label, renewed, note, fx);
            if let Some(person) = same {
                accounts::same_person(state, account, person, fx);
            }
        }
        Event::Terminate => open::terminate(state, fx),
    }
    quit::keep(state, fx);
    last_words::keep(state, fx);
    waiting::keep_first(state, fx);
    unread::check(state, fx);
    outbox::on_open(state, fx);
    downloads::keep(state, fx);
    tray::keep(state, fx);
    changing::keep(state, fx);
    drafts::confirm(state, fx);
    roster::keep_order(state);
    sidebar::keep_rows(state);
    jump::keep(state);
    complete::keep(state);
    find::keep(state);
    shared::keep(state);
    members::keep(state, fx);
    colours::keep(state, fx);
    opened::keep(state);
    alerts::title(state, fx);
    recall::places::keep_layout(state, fx);
    timers::keep(state, fx);
    outbox::keep(state, fx);
    keep::write(state, fx);
    effects
}

/// Whether an effect rings a timer; for whoever counts them.
#[must_use]
pub const fn arms(effect: &Effect) -> Option<Timer> {
    match effect {
        Effect::Arm(timer, _) => Some(*timer),
        _ => None,
    }
}
