//! The text assets as a library: dialogues by topic, words for their slots, people, attachments.

use super::lexicon::Lexicon;
use super::model::{FileData, Person, Presence};
use super::script::{self, Topic};

/// Every file of dialogues.
const DIALOGUES: &[&str] = &[
    include_str!("../../../assets/world/code.txt"),
    include_str!("../../../assets/world/desk.txt"),
    include_str!("../../../assets/world/life.txt"),
    include_str!("../../../assets/world/tables.txt"),
    include_str!("../../../assets/world/languages.txt"),
    include_str!("../../../assets/world/private.txt"),
    include_str!("../../../assets/world/notices.txt"),
    include_str!("../../../assets/world/shapes.txt"),
    include_str!("../../../assets/world/more.txt"),
    include_str!("../../../assets/world/garden.txt"),
];
const WORDS: &str = include_str!("../../../assets/world/words.txt");
const PEOPLE: &str = include_str!("../../../assets/world/people.txt");
const GARDENERS: &str = include_str!("../../../assets/world/garden-people.txt");

/// Name, MIME type and bytes of every attachment.
const FILES: &[(&str, &str, &[u8])] = &[
    ("flame.png", "image/png", include_bytes!("../../../assets/world/images/flame.png")),
    ("nib.png", "image/png", include_bytes!("../../../assets/world/images/nib.png")),
    ("fuji.png", "image/png", include_bytes!("../../../assets/world/images/fuji.png")),
    ("crab.png", "image/png", include_bytes!("../../../assets/world/images/crab.png")),
    ("keyboard.png", "image/png", include_bytes!("../../../assets/world/images/keyboard.png")),
    ("swatches.png", "image/png", include_bytes!("../../../assets/world/images/swatches.png")),
    ("spritz.png", "image/png", include_bytes!("../../../assets/world/images/spritz.png")),
    ("terminal.png", "image/png", include_bytes!("../../../assets/world/images/terminal.png")),
    ("trace.log", "text/plain", include_bytes!("../../../assets/world/trace.log")),
    ("menu.pdf", "application/pdf", include_bytes!("../../../assets/world/menu.pdf")),
];

/// Dialogues and words.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    /// Every topic.
    pub topics: Vec<Topic>,
    /// Words for the slots.
    pub lexicon: Lexicon,
}

impl Library {
    /// Reads the compiled-in assets.
    pub(crate) fn load() -> Self {
        let mut topics: Vec<Topic> = Vec::new();
        for topic in DIALOGUES.iter().flat_map(|source| script::parse(source).0) {
            match topics.iter_mut().find(|known| known.name == topic.name) {
                Some(known) => known.dialogues.extend(topic.dialogues),
                None => topics.push(topic),
            }
        }
        Self { topics, lexicon: Lexicon::parse(WORDS) }
    }

    /// The topic with this name, if there is one.
    pub(crate) fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name == name)
    }
}

/// Somebody, and the languages they write.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The account.
    pub person: Person,
    /// Short language names.
    pub languages: Vec<&'static str>,
}

/// Everybody, "you" first.
pub(crate) fn people() -> Vec<Profile> {
    PEOPLE.lines().filter(|line| !line.starts_with("//")).filter_map(profile).collect()
}

/// Everybody on the servers of the second network, "you" first; some are the same as in [`people`].
pub(crate) fn gardeners() -> Vec<Profile> {
    let known = people();
    let lines = GARDENERS.lines().filter(|line| !line.starts_with("//"));
    let one = |line: &'static str| match line.strip_prefix('@') {
        Some(name) => known.iter().find(|profile| profile.person.username == name).cloned(),
        None => profile(line),
    };
    lines.filter_map(one).collect()
}

fn profile(line: &'static str) -> Option<Profile> {
    let mut fields = line.splitn(6, '|').map(str::trim);
    let (username, name, color) = (fields.next()?, fields.next()?, fields.next()?);
    let presence = match fields.next()? {
        "online" => Presence::Online,
        "idle" => Presence::Idle,
        _ => Presence::Offline,
    };
    let languages: Vec<&str> = fields.next()?.split_whitespace().collect();
    let person = Person {
        name: name.to_owned(),
        username: username.to_owned(),
        bio: fields.next()?.to_owned(),
        bot: languages.contains(&"bot"),
        presence,
        color: u32::from_str_radix(color, 16).ok(),
    };
    Some(Profile { person, languages })
}

/// Every attachment.
pub(crate) fn files() -> Vec<FileData> {
    let file = |&(name, mimetype, bytes): &(&str, &str, &[u8])| FileData {
        name: name.to_owned(),
        mimetype: mimetype.to_owned(),
        size: png_size(bytes),
        bytes: bytes.to_vec(),
    };
    FILES.iter().map(file).collect()
}

/// Width and height of a PNG, from its first chunk.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |from: usize| Some(u32::from_be_bytes(header.get(from..from + 4)?.try_into().ok()?));
    Some((number(8)?, number(12)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_assets_makes_sense() {
        for source in DIALOGUES {
            assert_eq!(script::parse(source).1, Vec::<String>::new());
        }
        let written = |source: &str| source.lines().filter(|line| !line.starts_with("//")).count();
        assert_eq!((people().len(), gardeners().len()), (written(PEOPLE), written(GARDENERS)));
    }

    #[test]
    fn dialogues_name_only_people_and_files_that_exist() {
        let (mut people, files) = (people(), files());
        people.extend(gardeners());
        for turn in
            Library::load().topics.iter().flat_map(|topic| &topic.dialogues).flat_map(|dialogue| &dialogue.turns)
        {
            if let script::Speaker::Named(name) = &turn.speaker {
                assert!(people.iter().any(|profile| &profile.person.username == name), "{name}");
            }
            assert!(turn.files.iter().all(|name| files.iter().any(|file| &file.name == name)), "{:?}", turn.files);
        }
    }

    #[test]
    fn images_know_their_size() {
        let sizes: Vec<_> = files().iter().map(|file| file.size).collect();
        assert_eq!(sizes.first(), Some(&Some((320, 180))));
        assert_eq!(sizes.iter().flatten().count(), 8);
        assert_eq!(png_size(b"\x89PNG\r\n\x1a\n"), None);
    }
}
