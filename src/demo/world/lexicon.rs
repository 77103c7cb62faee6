//! Slots in the text assets, filled with words from lists, so that one written dialogue gives several believable ones.
//!
//! `«pen»` takes a word of the list `pen` and keeps it for the whole dialogue, `«pen2»` another one; `«a|b»` takes either,
//! `«10-90»` a number, `«serial»` one that grows from dialogue to dialogue; `«A»` is the name of speaker A and `«@A»` mentions them.

use std::collections::BTreeMap;

use super::dice::Dice;

/// The lists of words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexicon {
    lists: BTreeMap<String, Vec<String>>,
}

/// What the slots of one dialogue stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    words: Vec<(String, String)>,
    /// What `«serial»` stands for.
    pub(crate) serial: u64,
    /// Name and user name of each lettered speaker.
    speakers: Vec<(String, String)>,
}

impl Memory {
    /// Nothing remembered yet; name and user name of the lettered speakers.
    pub(crate) fn of(speakers: Vec<(String, String)>) -> Self {
        Self { words: Vec::new(), serial: 0, speakers }
    }
}

impl Lexicon {
    /// Reads lines of the form `name: word; word; word`.
    pub(crate) fn parse(source: &str) -> Self {
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, words) in source.lines().filter_map(|line| line.split_once(": ")) {
            let words = words.split("; ").map(|word| word.trim().to_owned()).filter(|word| !word.is_empty());
            lists.entry(name.trim().to_owned()).or_default().extend(words);
        }
        Self { lists }
    }

    /// Fills every slot of `text`; one that means nothing stays as it is written.
    pub(crate) fn fill(&self, text: &str, memory: &mut Memory, dice: &mut Dice) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('«') {
            filled.push_str(before);
            let Some((slot, tail)) = after.split_once('»') else {
                filled.push('«');
                rest = after;
                continue;
            };
            match self.word(slot, memory, dice) {
                Some(word) => filled.push_str(&word),
                None => filled.extend(["«", slot, "»"]),
            }
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }

    fn word(&self, slot: &str, memory: &mut Memory, dice: &mut Dice) -> Option<String> {
        if slot.contains('|') {
            let choices: Vec<&str> = slot.split('|').collect();
            return dice.pick(&choices).map(|choice| (*choice).to_owned());
        }
        if slot == "serial" {
            return Some(memory.serial.to_string());
        }
        if let Some((low, high)) = slot.split_once('-') {
            return Some(dice.between(low.parse().ok()?, high.parse().ok()?).to_string());
        }
        if let Some(speaker) = speaker(slot, memory) {
            return Some(speaker);
        }
        if let Some((_, word)) = memory.words.iter().find(|(name, _)| name == slot) {
            return Some(word.clone());
        }
        let list = self.lists.get(slot.trim_end_matches(|sign: char| sign.is_ascii_digit()))?;
        let taken = |word: &&String| memory.words.iter().any(|(_, other)| other == *word);
        let free: Vec<&String> = list.iter().filter(|word| !taken(word)).collect();
        let word = dice.pick(&free).map(|word| (*word).clone()).or_else(|| list.first().cloned())?;
        memory.words.push((slot.to_owned(), word.clone()));
        Some(word)
    }
}

fn speaker(slot: &str, memory: &Memory) -> Option<String> {
    let mention = slot.starts_with('@');
    let mut signs = slot.trim_start_matches('@').chars();
    let (letter @ 'A'..='F', None) = (signs.next()?, signs.next()) else { return None };
    let (name, username) = memory.speakers.get(letter as usize - 'A' as usize)?;
    Some(if mention { format!("@{username}") } else { name.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_keeps_its_word_and_a_numbered_one_differs() {
        let lexicon = Lexicon::parse("pen: Lamy; Pilot\nink: blue\n");
        for seed in 0..20 {
            let mut memory = Memory::default();
            let filled = lexicon.fill("«pen» «pen» «pen2» «ink»", &mut memory, &mut Dice::new(seed));
            assert!(["Lamy Lamy Pilot blue", "Pilot Pilot Lamy blue"].contains(&filled.as_str()), "{filled}");
        }
    }

    #[test]
    fn choices_numbers_and_speakers_are_filled() {
        let mut memory = Memory::of(vec![("Ada L.".to_owned(), "ada".to_owned())]);
        let filled = Lexicon::default().fill("«x|x» «7-7» «A» «@A»", &mut memory, &mut Dice::new(1));
        assert_eq!(filled, "x 7 Ada L. @ada");
    }

    #[test]
    fn what_means_nothing_stays() {
        let filled = Lexicon::default().fill("«nothing» « «B»", &mut Memory::default(), &mut Dice::new(1));
        assert_eq!(filled, "«nothing» « «B»");
    }
}
