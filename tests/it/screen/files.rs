//! Files of messages on their way out: which, how far, and why not.

use super::*;
use nib::domain::{ChatKey, RequestId, Upload};
use nib::state::outbox::Stage;
use nib::state::{Action, Event};

/// Writes a message with a file that got as far as this.
fn send_file(state: &mut State, words: &str, name: &str, stage: Stage, progress: Option<(u64, u64)>) {
    let chat = ChatKey::new(ACCOUNT, GENERAL);
    let attachments = vec![Upload::new(name, vec![0; 1_300_000].into())];
    let text = words.to_owned();
    tell(state, Event::Act(Action::SendTo { chat, text, verbatim: false, reply_to: None, attachments }));
    let row = state.core.accounts[0].outbox.chats.get_mut(&GENERAL).unwrap().last_mut().unwrap();
    (row.stage, row.progress) = (stage, progress);
}

/// A large one takes a while, in which nothing else tells of it.
#[test]
fn that_a_message_is_being_stored_goes_before_who_types() {
    let mut state = sized(state(timeline(talk(), true)), 80, 24);
    (state.core.accounts[0].caps.max_files, state.core.accounts[0].caps.max_file) = (9, 9_000_000);
    assert!(shot(&state, &mut cache(), 80, 24).contains("ada is typing"));
    send_file(&mut state, "the film", "film.mp4", Stage::Committing, None);
    let told = shot(&state, &mut cache(), 80, 24);
    assert!(told.contains("your message is being stored") && !told.contains("ada is typing"), "{told}");
}

#[test]
fn files_on_their_way() {
    let mut state = state(timeline(talk(), true));
    (state.core.accounts[0].caps.max_files, state.core.accounts[0].caps.max_file) = (9, 9_000_000);
    send_file(
        &mut state,
        "",
        "a name that is longer than narrow screens are.tar.gz",
        Stage::InFlight(RequestId(1)),
        Some((585_000, 1_300_000)),
    );
    send_file(&mut state, "the plan", "plan.pdf", Stage::Queued, None);
    send_file(&mut state, "and the film", "film.mp4", refused("Too large for this server."), None);
    for (width, height) in [(28, 12), (80, 24)] {
        let state = sized(state.clone(), width, height);
        insta::assert_snapshot!(format!("files_{width}x{height}"), shot(&state, &mut cache(), width, height));
    }
}
