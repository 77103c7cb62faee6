//! What somebody answers: the text is sorted into a group by its words, and the group has fitting lines.

use std::collections::VecDeque;

use crate::demo::world::dice::Dice;

const REPLIES: &str = include_str!("../../../assets/world/replies.txt");

/// How many lines are remembered in order not to say them again at once.
const REMEMBERED: usize = 12;

/// Groups of lines, in order of precedence.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    groups: Vec<Group>,
    said: VecDeque<String>,
}

/// Lines that fit one kind of message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// What kind.
    pub(crate) name: &'static str,
    words: Vec<&'static str>,
    emoji: Vec<&'static str>,
    lines: Vec<String>,
}

impl Answers {
    /// Reads the compiled-in lines.
    pub(crate) fn load() -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for line in REPLIES.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
            if let Some(heading) = line.strip_prefix("== ") {
                let mut parts = heading.split(" | ");
                let name = parts.next().unwrap_or_default();
                let words = parts.next().unwrap_or_default().split(", ").collect();
                let emoji = parts.next().unwrap_or_default().split_whitespace().collect();
                groups.push(Group { name, words, emoji, lines: Vec::new() });
            } else if let Some(group) = groups.last_mut() {
                match (line.strip_prefix('|'), group.lines.last_mut()) {
                    (Some(row), Some(last)) => last.extend(["\n", row]),
                    _ => group.lines.push(line.to_owned()),
                }
            }
        }
        Self { groups, said: VecDeque::new() }
    }

    /// The group that `text` belongs to; the last one fits everything.
    pub(crate) fn group(&self, text: &str) -> Option<&Group> {
        let lower = text.to_lowercase();
        let words: Vec<&str> =
            lower.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        self.groups.iter().find(|group| group.words.iter().any(|wanted| fits(wanted, &lower, &words)))
    }

    /// A line that answers `text`, slots not filled, and another than the last few.
    pub(crate) fn line(&mut self, text: &str, dice: &mut Dice) -> Option<String> {
        let lines = &self.group(text)?.lines;
        let fresh: Vec<&String> = lines.iter().filter(|line| !self.said.contains(line)).collect();
        let line = dice.pick(&fresh).map(|line| (*line).clone()).or_else(|| dice.pick(lines).cloned())?;
        self.said.push_back(line.clone());
        if self.said.len() > REMEMBERED {
            self.said.pop_front();
        }
        Some(line)
    }

    /// An emoji for `text`.
    pub(crate) fn emoji(&self, text: &str, dice: &mut Dice) -> Option<&'static str> {
        dice.pick(&self.group(text)?.emoji).copied()
    }
}

fn fits(wanted: &str, text: &str, words: &[&str]) -> bool {
    match wanted {
        "@any" => true,
        "@question" => text.contains(['?', '？']),
        "@kana" => text.contains(|sign| matches!(sign, '\u{3041}'..='\u{30ff}')),
        "@hangul" => text.contains(|sign| matches!(sign, '\u{ac00}'..='\u{d7a3}')),
        "@han" => text.contains(|sign| matches!(sign, '\u{4e00}'..='\u{9fff}')),
        _ if wanted.is_ascii() => words.contains(&wanted),
        _ => text.contains(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_fall_into_the_group_of_their_words() {
        let answers = Answers::load();
        for (text, group) in [
            ("Hello there", "greeting"),
            ("thx!", "thanks"),
            ("it panics on start", "trouble"),
            ("my borrow is too long", "code"),
            ("こんにちは", "japanese"),
            ("你好", "chinese"),
            ("안녕하세요", "korean"),
            ("is that so?", "question"),
            ("good night", "bye"),
            ("the sky", "other"),
            ("", "other"),
        ] {
            assert_eq!(answers.group(text).map(|group| group.name), Some(group), "{text}");
        }
    }

    #[test]
    fn every_group_has_enough_to_say_and_does_not_repeat_itself() {
        let mut answers = Answers::load();
        assert!(answers.groups.len() > 12);
        assert!(answers.groups.iter().all(|group| group.lines.len() >= 3 && !group.emoji.is_empty()));
        let mut dice = Dice::new(4);
        let said: Vec<_> = (0..6).filter_map(|_| answers.line("the sky", &mut dice)).collect();
        let different: std::collections::BTreeSet<_> = said.iter().collect();
        assert_eq!(different.len(), 6);
    }
}
