//! What messages answer: said by the message itself where it is known, else found among those that were printed before.

use crate::shell::owner::{MessageTold, QuoteTold, excerpt};
use std::collections::{HashMap, VecDeque};

/// Most messages that are remembered.
const REMEMBERED: usize = 10_000;

/// How messages begin, by their id.
#[derive(Debug, Default)]
pub(super) struct Quoting {
    known: HashMap<String, QuoteTold>,
    order: VecDeque<String>,
}

impl Quoting {
    /// Remembers a message for those that answer it.
    pub(super) fn learn(&mut self, message: &MessageTold) {
        if !message.is_sent() {
            return;
        }
        let quote = QuoteTold { author: Some(message.author.clone()), text: excerpt(&message.text) };
        if self.known.insert(message.id.to_string(), quote).is_none() {
            self.order.push_back(message.id.to_string());
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// Says in a message what it answers, as far as that is known.
    pub(super) fn fill(&self, message: &mut MessageTold) {
        let Some(known) = message.reply_to.as_ref().and_then(|id| self.known.get(&**id)) else { return };
        match &mut message.quote {
            Some(quote) => {
                quote.author.get_or_insert_with(|| known.author.clone().unwrap_or_default());
            }
            none => *none = Some(known.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::owner::{AuthorTold, Text};

    #[test]
    fn an_answer_says_whom_it_answers() {
        let asked = MessageTold {
            id: Text::of("1"),
            author: AuthorTold { id: Text::of("5"), name: Text::of("Ada") },
            text: Text::of("who?\nsay"),
            ..MessageTold::default()
        };
        let mut quoting = Quoting::default();
        quoting.learn(&asked);
        let mut answer = MessageTold { id: Text::of("2"), reply_to: Some(Text::of("1")), ..MessageTold::default() };
        quoting.fill(&mut answer);
        let quote = answer.quote.unwrap();
        assert_eq!((&*quote.author.unwrap().name, &*quote.text), ("Ada", "who? say"));
        for number in 10..10 + REMEMBERED {
            quoting.learn(&MessageTold { id: Text::of(&number.to_string()), ..MessageTold::default() });
        }
        assert_eq!((quoting.known.len(), quoting.order.len()), (REMEMBERED, REMEMBERED));
        let mut late = MessageTold { reply_to: Some(Text::of("1")), ..MessageTold::default() };
        quoting.fill(&mut late);
        assert_eq!(late.quote, None);
    }
}
