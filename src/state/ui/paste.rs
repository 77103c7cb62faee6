//! What is pasted: many lines are asked about, and what was hidden in them is told.

use super::{compose, tray};
use crate::domain::{CleanText, Upload, markup};
use crate::state::action::{Action, ComposeAction, PasteAs};
use crate::state::effect::Effects;
use crate::state::front::{Choice, Overlay, Question};
use crate::state::{State, permit};

/// What a pasted text is called as a file.
const NAME: &str = "paste.txt";

/// Text is pasted into the composer.
pub(super) fn pasted(state: &mut State, text: &str, fx: &mut Effects) {
    let hidden = hidden(text);
    let clean = CleanText::new(text);
    let lines = clean.trim_end_matches('\n').split('\n').count();
    let asks = usize::from(state.settings.paste_asks);
    let Some(front) = &mut state.front else { return };
    let Some(chat) = front.pane.chat.filter(|_| front.pane.forum.is_none()) else { return };
    if asks == 0 || lines < asks {
        compose::insert(state, text, fx);
        if let Some(hidden) = hidden {
            state.notice(hidden, true, fx);
        }
        return;
    }
    front.pane.writing.pasted = clean.to_string();
    let files = permit::refusal_to_attach(state, chat).is_none();
    let choice = |words, how| Choice { words, action: Some(Box::new(Action::Compose(ComposeAction::PutPaste(how)))) };
    let mut choices = vec![choice("As they are", PasteAs::Text), choice("Code", PasteAs::Code)];
    if files {
        choices.push(choice("File", PasteAs::File));
    }
    choices.push(choice("Leave", PasteAs::Nothing));
    let mut text = format!("{lines} lines are pasted. How are they to go in?");
    if let Some(hidden) = hidden {
        text.push(' ');
        text.push_str(&hidden);
        text.push('.');
    }
    if let Some(front) = &mut state.front {
        front.overlays.push(Overlay::Question(Question { text, choices, selected: 0 }));
    }
    state.touch();
}

/// What was pasted goes in like this.
pub(super) fn put(state: &mut State, how: PasteAs, fx: &mut Effects) {
    let Some(front) = &mut state.front else { return };
    let text = std::mem::take(&mut front.pane.writing.pasted);
    if text.is_empty() {
        return;
    }
    match how {
        PasteAs::Text => compose::insert(state, &text, fx),
        PasteAs::Code => {
            // A fence stands in lines of its own.
            let composer = &front.pane.composer;
            let before = composer.as_str().get(..composer.cursor()).unwrap_or_default();
            let open = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
            let text = text.trim_end_matches('\n');
            let fence = markup::fence(text);
            compose::insert(state, &format!("{open}{fence}\n{text}\n{fence}\n"), fx);
        }
        PasteAs::File => attach(state, &text, fx),
        PasteAs::Nothing => {
            front.pane.composer.keep(&text);
            state.notice_of("What was pasted is kept; to put it here".to_owned(), Some("yank"), false, fx);
        }
    }
}

/// What was pasted goes with the next message, as a file.
fn attach(state: &mut State, text: &str, fx: &mut Effects) {
    let Err(why) = tray::put(state, Upload::new(NAME, text.to_owned().into())) else { return };
    if let Some(front) = &mut state.front {
        front.pane.composer.keep(text);
    }
    let sentence = format!("{}; what was pasted is kept, to put it here", why.trim_end_matches('.'));
    state.notice_of(sentence, Some("yank"), true, fx);
}

/// What was hidden in a text and is not put in, as a sentence.
fn hidden(text: &str) -> Option<String> {
    let removed = CleanText::removed(text);
    let count: usize = removed.iter().map(|(_, count)| count).sum();
    let named: Vec<String> = removed
        .iter()
        .map(|(name, count)| if *count == 1 { format!("one {name}") } else { format!("{count} {name}s") })
        .collect();
    let what = if count == 1 {
        "A hidden character was left out".to_owned()
    } else {
        format!("{count} hidden characters were left out")
    };
    (count > 0).then(|| format!("{what}: {}", named.join(", ")))
}
