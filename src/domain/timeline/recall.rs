//! Taking in what is stored.
//!
//! It is knowledge older than anything told in this run: it fills holes and changes nothing that is in memory. Where memory knows that nothing lies
//! between two messages, or nothing beyond an end, what is stored there has gone since and stays away. Each stretch without a hole is taken in by
//! itself, and the first page of a network that covers it puts it right.

use super::{Absorbed, FetchNumber, Timeline};
use crate::domain::kept::{Seek, Stored};
use crate::domain::message::{Message, MessageKey};
use std::sync::Arc;

impl Timeline {
    /// Opens a look into the store; what it finds is to be handed to [`Timeline::recall`] with the number.
    pub fn open_recall(&mut self) -> FetchNumber {
        // What is stored was told before: only what the network lists from now on says where the end is.
        if self.stale_at == 0 && !self.end_known {
            self.mark_stale();
        }
        self.open_fetch()
    }

    /// Takes in what was found in the store, and closes the look.
    pub fn recall(&mut self, fetch: FetchNumber, seek: Seek, stored: &Stored) -> Absorbed {
        if !self.open.contains(&fetch.0) || fetch.0 <= self.blind {
            self.close_fetch(fetch);
            return Absorbed { void: true, ..Absorbed::default() };
        }
        let before = (self.start_known, self.loaded, self.holes());
        let mut added = 0;
        for (place, stretch) in stretches(seek, stored) {
            for message in place {
                added += usize::from(self.place_stored(message, fetch));
            }
            self.mend_stretch(stretch);
        }
        // Where nothing older is stored and no hole was noted, the chat begins.
        let first = match (stored.entries.first(), seek) {
            (Some(first), _) => (!first.gap_before).then_some(first.message.key),
            (None, Seek::Before(key)) => (!stored.gap_after).then_some(key),
            (None, _) => None,
        };
        if let Some(entry) = self.entries.front_mut().filter(|entry| !stored.older && first == Some(entry.message.key))
        {
            entry.gap_before = false;
            self.start_known = true;
        }
        let place = match seek {
            Seek::After(key) => Some(key),
            _ => None,
        };
        let last = stored.entries.last().map(|last| last.message.key).or(place);
        if last.is_some() && last == self.entries.back().map(|last| last.message.key) {
            self.newer = stored.newer && !self.end_known;
        }
        self.loaded |= !self.entries.is_empty();
        self.close_fetch(fetch);
        let after = (self.start_known, self.loaded, self.holes());
        Absorbed { added, changed: added > 0 || before != after, void: false }
    }

    /// Puts a stored message into a hole. Returns whether there is one and it was not known.
    fn place_stored(&mut self, message: &Arc<Message>, fetch: FetchNumber) -> bool {
        let id = message.key.id;
        if self.graves.contains_key(&id) || self.by_id.contains_key(&id) {
            return false;
        }
        let hole = self.entries.get(self.index_near(message.key)).map_or(!self.end_known, |next| next.gap_before);
        if !hole {
            return false;
        }
        let message = Arc::clone(message);
        let message = if self.late.is_empty() { message } else { self.newer(message, fetch.0) };
        let revision = self.next_revision();
        self.insert(message, 0, revision);
        self.doubtful = true;
        true
    }

    /// No holes between the first and the last message of a stretch.
    fn mend_stretch(&mut self, (first, last): (MessageKey, MessageKey)) {
        let from = self.index_near(first);
        let to = self.index_of(last).map_or_else(|| self.index_near(last), |index| index + 1);
        for index in from + 1..to {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.gap_before = false;
            }
        }
    }
}

/// A part without a hole: its messages, and its first and last place; the place that was asked for by is one of these where the part joins it.
type Stretch<'a> = (Vec<&'a Arc<Message>>, (MessageKey, MessageKey));

fn stretches(seek: Seek, stored: &Stored) -> Vec<Stretch<'_>> {
    let mut all: Vec<Stretch<'_>> = Vec::new();
    for entry in &stored.entries {
        let key = entry.message.key;
        match all.last_mut() {
            Some((messages, (_, last))) if !entry.gap_before => {
                messages.push(&entry.message);
                *last = key;
            }
            _ => {
                // The first one's flag tells of what lies before all of them: for those after a place, whether they join it.
                let first = match seek {
                    Seek::After(place) if all.is_empty() && !entry.gap_before => place,
                    _ => key,
                };
                all.push((vec![&entry.message], (first, key)));
            }
        }
    }
    if let (Seek::Before(place), Some((_, (_, last)))) = (seek, all.last_mut())
        && !stored.gap_after
    {
        *last = place;
    }
    all
}
