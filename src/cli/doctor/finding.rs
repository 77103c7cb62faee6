//! What was found, told line by line as it is found.

use crate::cli::failure::{Failure, sentence};
use crate::cli::print;
use serde_json::{Map, Value, json};

/// What a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Section {
    Program,
    Terminal,
    Configuration,
    Files,
    Keyring,
    Accounts,
    Network,
    Clock,
    Requests,
}

impl Section {
    const fn name(self) -> &'static str {
        match self {
            Self::Program => "Program",
            Self::Terminal => "Terminal",
            Self::Configuration => "Configuration",
            Self::Files => "Files",
            Self::Keyring => "Keyring",
            Self::Accounts => "Accounts",
            Self::Network => "Network",
            Self::Clock => "Clock",
            Self::Requests => "Requests",
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sign {
    Ok,
    /// Worth knowing.
    Note,
    /// Something does not work because of it.
    Problem,
}

impl Sign {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }
}

/// Tells findings and counts problems.
pub(super) struct Findings {
    json: bool,
    section: Option<Section>,
    problems: usize,
    of_network: usize,
}

impl Findings {
    pub(super) const fn new(json: bool) -> Self {
        Self { json, section: None, problems: 0, of_network: 0 }
    }

    /// Tells what is as it should be.
    pub(super) fn ok(&mut self, section: Section, about: &str, text: String) -> Result<(), Failure> {
        self.tell(section, Sign::Ok, about, text, None, Map::new())
    }

    /// The same with figures for programs.
    pub(super) fn figures(&mut self, section: Section, about: &str, text: String, facts: Value) -> Result<(), Failure> {
        let facts = if let Value::Object(facts) = facts { facts } else { Map::new() };
        self.tell(section, Sign::Ok, about, text, None, facts)
    }

    /// Tells what is worth knowing.
    pub(super) fn note(&mut self, section: Section, about: &str, text: String) -> Result<(), Failure> {
        self.tell(section, Sign::Note, about, text, None, Map::new())
    }

    /// Tells what is wrong, and what to do.
    pub(super) fn problem(&mut self, section: Section, about: &str, text: String, next: &str) -> Result<(), Failure> {
        self.problems += 1;
        self.of_network += usize::from(section == Section::Network);
        self.tell(section, Sign::Problem, about, text, Some(next), Map::new())
    }

    fn tell(
        &mut self,
        section: Section,
        sign: Sign,
        about: &str,
        text: String,
        next: Option<&str>,
        facts: Map<String, Value>,
    ) -> Result<(), Failure> {
        let first = self.section.replace(section) != Some(section);
        if self.json {
            let mut object = json!({
                "v": 1, "section": section.name().to_lowercase(), "sign": sign.word(), "about": about, "text": text, "next": next,
            });
            if let Some(object) = object.as_object_mut() {
                object.extend(facts);
            }
            return print::line(&object.to_string());
        }
        if first {
            print::line(section.name())?;
        }
        let text = match next {
            Some(next) => format!("{} {}", sentence(&text), sentence(next)),
            None => text,
        };
        print::line(&format!("  {:7}  {about:13}  {text}", sign.word()))
    }

    /// The last word: nothing where all is well.
    pub(super) fn end(self) -> Result<(), Failure> {
        let text = match self.problems {
            0 => return Ok(()),
            1 => "There is one problem; what to do about it stands beside it.".to_owned(),
            many => format!("There are {many} problems; what to do about each stands beside it."),
        };
        let code = if self.of_network == self.problems { 4 } else { 1 };
        Err(Failure::Reported { text, code })
    }
}
