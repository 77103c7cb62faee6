//! Every sentence that a user can meet, listed in one place, and the rules that each must keep.
//!
//! The list is read from the sources, so it cannot be forgotten; `NIB_WORDS=write cargo test --test it words` renews it. Read the difference with an
//! editor's eye before it is committed.

mod collect;
mod rules;

use std::fmt::Write;
use std::path::Path;

/// Where the list lies.
const LIST: &str = "assets/guide/words.txt";
const HEADING: &str = "What nib says, by the file that says it. Made from the sources by the test \"words\"; what stands in braces is filled in.\n";

fn list(sentences: &[collect::Sentence]) -> String {
    let mut text = HEADING.to_owned();
    let mut file = "";
    for sentence in sentences {
        if sentence.file != file {
            file = &sentence.file;
            write!(text, "\n{file}\n").expect("a text takes text");
        }
        writeln!(text, "  {}", sentence.text.replace('\n', " / ")).expect("a text takes text");
    }
    text
}

#[test]
fn the_list_is_what_the_sources_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIST);
    let fresh = list(&collect::all());
    if std::env::var_os("NIB_WORDS").is_some() {
        std::fs::write(&path, &fresh).expect("the list can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let missing: Vec<&str> = fresh.lines().filter(|line| !known.lines().any(|other| other == *line)).collect();
    let gone: Vec<&str> = known.lines().filter(|line| !fresh.lines().any(|other| other == *line)).collect();
    assert!(
        known == fresh,
        "{LIST} is out of date; renew it with NIB_WORDS=write, and read the difference.\nnew:\n{}\ngone:\n{}",
        missing.join("\n"),
        gone.join("\n")
    );
}

#[test]
fn every_sentence_keeps_the_rules() {
    let faults: Vec<String> = collect::all()
        .iter()
        .filter_map(|sentence| {
            let fault = rules::fault(&sentence.text)?;
            Some(format!("{}:{}: {fault}: {}", sentence.file, sentence.line, sentence.text))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
