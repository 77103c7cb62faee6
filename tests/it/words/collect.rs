//! Reads sentences out of sources: every text of more than one word that is neither a comment, nor for the log, nor for the compiler; and the help of
//! the command line, which is written as comments.

use std::fs;
use std::path::{Path, PathBuf};

/// Places whose texts are not nib's words: a world of its own, told by its people; a server that speaks as others were recorded to speak; words to search emoji by; names of updates for the log; columns.
const OTHERS: &[&str] = &[
    "src/demo/world",
    "src/demo/people",
    "src/demo/originchats",
    "src/state/ui/emoji.rs",
    "src/domain/update.rs",
    "src/store/rescue.rs",
];
/// How what is for the database begins.
const QUERIES: &[&str] = &["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "PRAGMA ", "BEGIN "];
/// What is called with texts that are for the log, for the library, or for comparing.
const CALLED: &[&str] = &[
    "count",
    "skip",
    "unreadable",
    "strftime",
    "debug_struct",
    "expect",
    "trim_start_matches",
    "trim_end_matches",
    "strip_prefix",
    "strip_suffix",
    "starts_with",
    "ends_with",
    "contains",
    "split",
    "split_once",
    "find",
    "replace",
    "name",
];

/// Something that may be said.
pub(super) struct Sentence {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) text: String,
}

/// All of them, by file and line.
pub(super) fn all() -> Vec<Sentence> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    files.sort();
    let mut sentences = Vec::new();
    for path in files {
        let file = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        if file.ends_with("/tests.rs") || OTHERS.iter().any(|other| file.starts_with(other)) {
            continue;
        }
        let source = fs::read_to_string(&path).expect("readable text");
        let mut found = literals(&source);
        if file.starts_with("src/cli/") {
            found.extend(help(&source));
            found.sort_by_key(|(line, _)| *line);
        }
        let kept = found.into_iter().filter(|(_, text)| is_sentence(text));
        sentences.extend(kept.map(|(line, text)| Sentence { file: file.clone(), line, text }));
    }
    sentences
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Two words or more.
fn is_sentence(text: &str) -> bool {
    if QUERIES.iter().any(|query| text.trim_start().starts_with(query)) {
        return false;
    }
    let mut outside = 0_i32;
    let plain: String = text
        .chars()
        .filter(|&c| {
            outside += i32::from(c == '{') - i32::from(c == '}');
            outside == 0 && c != '}'
        })
        .collect();
    let is_word =
        |word: &&str| word.chars().count() > 1 && word.chars().all(|c| c.is_alphabetic() || "-'’.,:;?".contains(c));
    plain.split([' ', '\n']).filter(is_word).count() > 1
}

/// Documentation comments that the command line shows: those of its options and commands.
fn help(source: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = source.lines().collect();
    let shown = |at: usize| {
        let next = lines[at..].iter().find(|line| !line.trim_start().starts_with("///"));
        next.is_some_and(|line| {
            line.trim_start().starts_with("#[arg") || line.trim_end().ends_with("Args),") || line.contains("Command),")
        }) || next.is_some_and(|line| line.trim_start().starts_with("#[command"))
    };
    let options = lines.iter().enumerate().filter(|(at, line)| line.trim_start().starts_with("///") && shown(*at));
    options.map(|(at, line)| (at + 1, line.trim_start().trim_start_matches('/').trim().to_owned())).collect()
}

/// The texts of a source up to its tests, with their lines.
fn literals(source: &str) -> Vec<(usize, String)> {
    let end = source.find("\nmod tests {").unwrap_or(source.len());
    let mut reader = Reader { rest: &source[..end], line: 1, open: Vec::new(), code: String::new(), found: Vec::new() };
    while reader.step() {}
    reader.found
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    /// What each open bracket belongs to: whether its texts are for somebody else.
    open: Vec<bool>,
    /// The code just before, to tell what a bracket belongs to.
    code: String,
    found: Vec<(usize, String)>,
}

impl Reader<'_> {
    fn take(&mut self, bytes: usize) -> String {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken.to_owned()
    }

    /// Reads one thing. False at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(end);
        } else if let Some(hashes) = raw_start(self.rest, &self.code) {
            let close = format!("\"{}", "#".repeat(hashes));
            let start = 2 + hashes;
            let end = self.rest[start..].find(&close).map_or(self.rest.len(), |at| start + at);
            let line = self.line;
            let text = self.take((end + close.len()).min(self.rest.len()));
            self.text(line, text[start..end].to_owned());
        } else if first == '"' {
            let line = self.line;
            let end = string_end(self.rest);
            let text = self.take(end);
            self.text(line, unescaped(&text[1..text.len() - 1]));
        } else if first == '\'' {
            self.take(char_end(self.rest));
        } else {
            match first {
                '(' | '[' | '{' => self.open.push(self.is_for_others(first)),
                ')' | ']' | '}' => _ = self.open.pop(),
                _ => {}
            }
            self.code.push(first);
            if self.code.len() > 200 {
                let half = self.code.char_indices().nth(self.code.chars().count() / 2).map_or(0, |(at, _)| at);
                self.code.drain(..half);
            }
            self.take(first.len_utf8());
        }
        true
    }

    /// Whether what stands in this bracket is for the log, the compiler or a developer.
    fn is_for_others(&self, bracket: char) -> bool {
        let before = self.code.trim_end();
        if bracket == '[' && (before.ends_with('#') || before.ends_with("#!")) {
            return !self.rest[1..].trim_start().starts_with("error(");
        }
        let name = before.trim_end_matches('!');
        let called: String = name
            .chars()
            .rev()
            .take_while(|&c| c.is_alphanumeric() || c == '_' || c == ':')
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let is_macro = before.ends_with('!');
        is_macro
            && (called.starts_with("tracing::")
                || ["env", "concat", "include_str", "cfg", "assert", "debug_assert", "matches"]
                    .contains(&called.as_str()))
            || CALLED.contains(&called.rsplit("::").next().unwrap_or_default())
    }

    fn text(&mut self, line: usize, text: String) {
        self.code.push('"');
        // A pattern is compared, not said.
        let next = self.rest.trim_start();
        let pattern = next.starts_with("=>") || next.starts_with('|') && !next.starts_with("||");
        if !pattern && !self.open.contains(&true) {
            self.found.push((line, text));
        }
    }
}

/// How many hashes a raw text that begins here has.
fn raw_start(rest: &str, code: &str) -> Option<usize> {
    let inside = code.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
    let hashes = rest.strip_prefix('r')?.chars().take_while(|&c| c == '#').count();
    (!inside && rest[1 + hashes..].starts_with('"')).then_some(hashes)
}

fn string_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// Behind a character, or behind the mark of a lifetime.
fn char_end(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), _) => rest[2..].find('\'').map_or(1, |at| if at == 0 { 4 } else { at + 3 }),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match (c, letters.peek()) {
            ('\\', Some('\n')) => while letters.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                letters.next();
                plain.push('\n');
            }
            ('\\', Some(_)) => plain.extend(letters.next()),
            _ => plain.push(c),
        }
    }
    plain
}

#[test]
fn sentences_are_found_and_the_rest_is_not() {
    let source = r##"
// "in a comment"
fn a<'a>(x: &'a str) -> char { tracing::info!(x, "for the log"); let q = '"'; let e = '\''; 'b' }
#[allow(dead_code, reason = "for the compiler")]
#[error("one \"{0}\" fault")]
const B: &str = "two \
    words"; const C: &str = r#"three "raw" words"#;
fn c() { say(format!("four {} words", concat!("not ", "this"))) }
#[cfg(test)]
mod tests { const D: &str = "in a test"; }
"##;
    let found: Vec<(usize, String)> = literals(source).into_iter().filter(|(_, text)| is_sentence(text)).collect();
    let expected = [(5, "one \"{0}\" fault"), (6, "two words"), (7, "three \"raw\" words"), (8, "four {} words")];
    assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    assert!(all().len() > 300, "nib says more than that");
}
