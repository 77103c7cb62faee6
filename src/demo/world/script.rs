//! The format of the dialogue assets.
//!
//! ```text
//! === rust              a topic; a second word restricts its speakers to a language
//! --- once              a dialogue; `once` keeps it from being used twice
//! A: A line by some person
//! | with a second row
//! B^: answers the line before; B^1: answers the first line
//! + 🦀 3 you            a reaction by three people, "you" among them
//! ! pin                 marks of the line above: pin, edit, file NAME, pause MINUTES, call
//! ```
//! A speaker is a letter (somebody, the same throughout the dialogue), `you`, or a user name.

/// A named set of dialogues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Topic {
    /// What places ask for it by.
    pub name: String,
    /// The language its speakers must know.
    pub language: Option<String>,
    /// Its dialogues.
    pub dialogues: Vec<Dialogue>,
}

/// A conversation that makes sense by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dialogue {
    /// Whether it may occur once only.
    pub once: bool,
    /// Its lines in order.
    pub turns: Vec<Turn>,
}

/// One line of a dialogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Who says it.
    pub speaker: Speaker,
    /// Which earlier line of the dialogue it answers.
    pub answers: Option<usize>,
    /// The text in markup, slots not yet filled.
    pub text: String,
    /// Emoji, number of people, and whether "you" are one of them.
    pub reactions: Vec<(String, usize, bool)>,
    /// Names of attachments.
    pub files: Vec<String>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Whether it was edited.
    pub edited: bool,
    /// Whether it is the line of a call.
    pub call: bool,
    /// Minutes of silence before it.
    pub pause: u32,
}

/// Who says a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// "You".
    #[default]
    You,
    /// Somebody, the same for the same letter of one dialogue; counts from 0.
    Somebody(usize),
    /// The person with this user name.
    Named(String),
}

impl Dialogue {
    /// How many different unnamed people take part.
    pub(crate) fn strangers(&self) -> usize {
        let letter = |turn: &Turn| match turn.speaker {
            Speaker::Somebody(letter) => letter + 1,
            _ => 0,
        };
        self.turns.iter().map(letter).max().unwrap_or(0)
    }
}

/// Reads an asset. The second part names the lines that make no sense, which a test keeps empty.
pub(crate) fn parse(source: &str) -> (Vec<Topic>, Vec<String>) {
    let mut topics: Vec<Topic> = Vec::new();
    let mut problems = Vec::new();
    for (number, line) in source.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with("//") {
            continue;
        }
        if read(line, &mut topics).is_none() {
            problems.push(format!("line {}: {line}", number + 1));
        }
    }
    (topics, problems)
}

fn read(line: &str, topics: &mut Vec<Topic>) -> Option<()> {
    if let Some(heading) = line.strip_prefix("=== ") {
        let mut words = heading.split_whitespace();
        let name = words.next()?.to_owned();
        topics.push(Topic { name, language: words.next().map(str::to_owned), dialogues: Vec::new() });
        return Some(());
    }
    let dialogues = &mut topics.last_mut()?.dialogues;
    if let Some(options) = line.strip_prefix("---") {
        dialogues.push(Dialogue { once: options.trim() == "once", turns: Vec::new() });
        return matches!(options.trim(), "" | "once").then_some(());
    }
    let turns = &mut dialogues.last_mut()?.turns;
    if let Some(row) = line.strip_prefix('|').filter(|row| row.is_empty() || row.starts_with(' ')) {
        let text = &mut turns.last_mut()?.text;
        text.push('\n');
        text.push_str(row.strip_prefix(' ').unwrap_or(row));
        return Some(());
    }
    if let Some(reaction) = line.strip_prefix("+ ") {
        let mut words = reaction.split_whitespace();
        let (emoji, count) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        turns.last_mut()?.reactions.push((emoji, count, words.next() == Some("you")));
        return Some(());
    }
    if let Some(mark) = line.strip_prefix("! ") {
        return apply(mark, turns.last_mut()?);
    }
    let (head, text) = line.split_once(": ")?;
    let (speaker, answers) = match head.split_once('^') {
        None => (head, None),
        Some((speaker, "")) => (speaker, Some(turns.len().checked_sub(1)?)),
        Some((speaker, number)) => (speaker, Some(number.parse::<usize>().ok()?.checked_sub(1)?)),
    };
    if answers.is_some_and(|answered| answered >= turns.len()) {
        return None;
    }
    turns.push(Turn { speaker: speaker_of(speaker)?, answers, text: text.to_owned(), ..Turn::default() });
    Some(())
}

fn apply(mark: &str, turn: &mut Turn) -> Option<()> {
    match mark.split_once(' ') {
        None if mark == "pin" => turn.pinned = true,
        None if mark == "edit" => turn.edited = true,
        None if mark == "call" => turn.call = true,
        Some(("file", name)) => turn.files.push(name.to_owned()),
        Some(("pause", minutes)) => turn.pause = minutes.parse().ok()?,
        _ => return None,
    }
    Some(())
}

fn speaker_of(word: &str) -> Option<Speaker> {
    let mut signs = word.chars();
    match (signs.next()?, signs.next()) {
        (letter @ 'A'..='F', None) => Some(Speaker::Somebody(letter as usize - 'A' as usize)),
        _ if word == "you" => Some(Speaker::You),
        _ if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') => {
            Some(Speaker::Named(word.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialogue_is_read_whole() {
        let source = "// note\n=== rust ja\n\n--- once\nA: one: two\n| three\n|\n+ 🦀 3 you\nyou^: four\nada^1: five\n! pin\n! pause 9\n";
        let (topics, problems) = parse(source);
        assert_eq!(problems, Vec::<String>::new());
        let [topic] = topics.as_slice() else { panic!("one topic") };
        assert_eq!((topic.name.as_str(), topic.language.as_deref()), ("rust", Some("ja")));
        let [dialogue] = topic.dialogues.as_slice() else { panic!("one dialogue") };
        assert!(dialogue.once);
        assert_eq!(dialogue.strangers(), 1);
        let [first, second, third] = dialogue.turns.as_slice() else { panic!("three turns") };
        assert_eq!(first.text, "one: two\nthree\n");
        assert_eq!(first.reactions, vec![("🦀".to_owned(), 3, true)]);
        assert_eq!((&second.speaker, second.answers), (&Speaker::You, Some(0)));
        assert_eq!((&third.speaker, third.answers), (&Speaker::Named("ada".to_owned()), Some(0)));
        assert!(third.pinned && third.pause == 9);
    }

    #[test]
    fn nonsense_is_named_by_its_line() {
        let (_, problems) = parse(
            "A: before any topic\n=== t\n---\n! shout\nno colon\nB^: answers nothing\nA: fine\n! shout\nA^7: no\n",
        );
        assert_eq!(problems.len(), 6);
        assert!(problems[0].starts_with("line 1:"));
    }
}
