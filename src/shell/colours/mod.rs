//! Tells the parts of code apart on a thread of its own, begun at the first block: what a language looks like is read and prepared when it is needed
//! first, and that takes longer than a frame may.

mod parts;

use crate::domain::{CleanText, CodeKey, Tokens};
use std::sync::mpsc::{SyncSender, sync_channel};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Most blocks that wait; the reducer asks for fewer at once.
const WAITING: usize = 32;

struct Wanted {
    key: CodeKey,
    language: CleanText,
    text: String,
}

/// The way to the thread.
pub(super) struct Colours {
    wanted: Option<SyncSender<Wanted>>,
    // Bounded by what is asked for at once.
    tell: UnboundedSender<(CodeKey, Tokens)>,
    told: UnboundedReceiver<(CodeKey, Tokens)>,
}

impl Default for Colours {
    fn default() -> Self {
        let (tell, told) = unbounded_channel();
        Self { wanted: None, tell, told }
    }
}

impl Colours {
    /// Has the parts of a block told apart; answered by [`Colours::next`], or here at once, with none, where that cannot be done.
    pub(super) fn ask(&mut self, key: CodeKey, language: CleanText, text: String) -> Option<(CodeKey, Tokens)> {
        let none = || Some((key, Tokens::default()));
        if self.wanted.is_none() {
            let (wanted, next) = sync_channel::<Wanted>(WAITING);
            let tell = self.tell.clone();
            let work = move || {
                let languages = parts::Languages::default();
                for Wanted { key, language, text } in next {
                    if tell.send((key, languages.parts(&language, &text))).is_err() {
                        return;
                    }
                }
            };
            let begun = std::thread::Builder::new().name("nib-colours".to_owned()).spawn(work);
            if let Err(error) = begun {
                tracing::warn!(%error, "code stays without colours");
                return none();
            }
            self.wanted = Some(wanted);
        }
        let wanted = self.wanted.as_ref()?;
        wanted.try_send(Wanted { key, language, text }).is_err().then(none).flatten()
    }

    /// The next block whose parts are told apart. Safe to drop and call again.
    pub(super) async fn next(&mut self) -> (CodeKey, Tokens) {
        match self.told.recv().await {
            Some(told) => told,
            // Never while `tell` is here.
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Colours;
    use crate::domain::{CleanText, CodeKey, Token};

    #[tokio::test]
    async fn what_is_asked_for_is_told_whatever_it_is() {
        let mut colours = Colours::default();
        for (language, text, some) in [("rust", "let a = 1;", true), ("no such language", "let a = 1;", false)] {
            let key = CodeKey::of(language, text);
            assert_eq!(colours.ask(key, CleanText::ours(language), text.to_owned()), None);
            let (told, parts) = colours.next().await;
            assert_eq!((told, parts.iter().any(|(_, token)| *token == Token::Keyword)), (key, some), "{language}");
        }
    }
}
