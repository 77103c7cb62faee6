//! How a message is written in each format. All text is clean by type; what a format gives a meaning is escaped.

use super::Format;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::domain::fault;
use crate::shell::owner::{ChatTold, MessageTold};
use serde_json::{Map, Value};
use std::io::{self, ErrorKind, Write};

/// What stands where messages are missing.
const HOLE: &str = "Messages are missing here: nib has not seen them.";
/// How a page begins.
const PAGE: &str = include_str!("page.html");
/// What stands there in the place of the chat's title.
const TITLE: &str = "TITLE";

/// Writes messages.
pub(super) struct Writer<'a, W: Write> {
    format: Format,
    out: &'a mut W,
    zone: jiff::tz::TimeZone,
}

impl<'a, W: Write> Writer<'a, W> {
    pub(super) fn new(format: Format, out: &'a mut W) -> Self {
        Self { format, out, zone: jiff::tz::TimeZone::system() }
    }

    fn put(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes()).map_err(failed)
    }

    pub(super) fn begin(&mut self, chat: &ChatTold) -> Result<(), Failure> {
        match self.format {
            Format::Text | Format::Jsonl => Ok(()),
            Format::Markdown => self.put(&format!("# {}\n", markdown(&chat.title))),
            Format::Html => self.put(&PAGE.replace(TITLE, &html(&chat.title))),
        }
    }

    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if self.format == Format::Html {
            self.put("</body>\n</html>\n")?;
        }
        self.out.flush().map_err(failed)
    }

    /// Messages are missing here.
    pub(super) fn hole(&mut self, chat: &ChatTold) -> Result<(), Failure> {
        match self.format {
            Format::Text => self.put(&format!("[{HOLE}]\n")),
            Format::Jsonl => {
                let mut gap = Map::new();
                for (name, value) in [("account", &chat.account), ("chat", &chat.name)] {
                    gap.insert(name.to_owned(), Value::String(value.to_string()));
                }
                self.put(&format!("{}\n", output::tail_object("gap", gap)))
            }
            Format::Markdown => self.put(&format!("\n*{HOLE}*\n")),
            Format::Html => self.put(&format!("<p class=\"hole\">{HOLE}</p>\n")),
        }
    }

    pub(super) fn message(&mut self, message: &MessageTold) -> Result<(), Failure> {
        let line = match self.format {
            Format::Text => format!("{}\n", output::message_line(message, &self.zone)),
            Format::Jsonl => format!("{}\n", output::tail_object("message", output::message_object(message))),
            Format::Markdown => self.markdown(message),
            Format::Html => self.html(message),
        };
        self.put(&line)
    }

    fn markdown(&self, message: &MessageTold) -> String {
        let name = markdown(&message.author.name);
        let mut text = format!("\n**{name}** {}{}\n", output::when(message, &self.zone).trim(), edited(message));
        let said = said(message);
        if !said.is_empty() {
            // A line stays a line.
            let lines: Vec<String> = said.lines().map(markdown).collect();
            text.push_str(&format!("\n{}\n", lines.join("\\\n")));
        }
        for file in &message.files {
            text.push_str(&format!("\n\\[{}\\]\n", markdown(&file.name)));
        }
        text
    }

    fn html(&self, message: &MessageTold) -> String {
        let at = message.time.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let at = at.map(|at| at.to_string()).unwrap_or_default();
        let when = output::when(message, &self.zone);
        let mut text = format!(
            "<article id=\"m{}\"><header>{}<time datetime=\"{at}\">{}{}</time></header>",
            html(&message.id),
            html(&message.author.name),
            when.trim(),
            edited(message)
        );
        let said = said(message);
        if !said.is_empty() {
            text.push_str(&format!("<p>{}</p>", html(said)));
        }
        for file in &message.files {
            text.push_str(&format!("<p>[{}]</p>", html(&file.name)));
        }
        text.push_str("</article>\n");
        text
    }
}

fn edited(message: &MessageTold) -> &'static str {
    if message.edited.is_some() { " (edited)" } else { "" }
}

fn said(message: &MessageTold) -> &str {
    match output::instead(message) {
        Some(instead) if message.text.is_empty() => instead,
        _ => &message.text,
    }
}

fn failed(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::ReaderGone,
        _ => Failure::Failed(format!("it cannot be written: {}", fault::words(&error))),
    }
}

/// Text as HTML.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A line of text as Markdown: every mark that could mean something is escaped, and so is space at its start, which would make it code.
fn markdown(line: &str) -> String {
    let rest = line.trim_start_matches([' ', '\t']);
    let mut out = line
        .chars()
        .take(line.len() - rest.len())
        .map(|space| if space == '\t' { "&#9;" } else { "&#32;" })
        .collect::<String>();
    for character in rest.chars() {
        if character.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(character);
    }
    // "1." and "1)" at its start are escaped by that, too.
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::owner::{AuthorTold, FileTold, Text};

    fn written(format: Format, text: &str) -> String {
        let message = MessageTold {
            id: Text::of("7"),
            author: AuthorTold { id: Text::of("1"), name: Text::of("<b>Ada</b> & *co*") },
            text: Text::of(text),
            files: vec![FileTold { name: Text::of("a<b>.png"), ..FileTold::default() }],
            kind: Text::of("message"),
            ..MessageTold::default()
        };
        let mut out = Vec::new();
        let mut writer = Writer::new(format, &mut out);
        let chat = ChatTold { title: Text::of("#a <script>"), name: Text::of("x/a"), ..ChatTold::default() };
        writer.begin(&chat).unwrap();
        writer.message(&message).unwrap();
        writer.hole(&chat).unwrap();
        writer.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_that_is_said_becomes_markup_of_a_page() {
        let page = written(Format::Html, "<script>alert('\"&')</script>\nline \u{1b}[31m two");
        assert!(
            !page.contains("<script") && !page.contains("TITLE") && !page.contains("<b>") && !page.contains('\u{1b}'),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;\nline "), "{page}");
        assert!(page.contains("a&lt;b&gt;.png") && page.contains(HOLE) && page.ends_with("</html>\n"), "{page}");
    }

    #[test]
    fn nothing_that_is_said_becomes_markdown() {
        let text = written(Format::Markdown, "# no\n    code\n1. list\n[a](b) `c` <d>\n---");
        for line in
            ["\\# no\\", "&#32;&#32;&#32;&#32;code\\", "1\\. list\\", "\\[a\\]\\(b\\) \\`c\\` \\<d\\>\\", "\\-\\-\\-"]
        {
            assert!(text.lines().any(|one| one == line), "{line} in {text}");
        }
        assert!(text.starts_with("# \\#a \\<script\\>\n"), "{text}");
    }

    #[test]
    fn lines_and_objects_are_those_of_other_commands() {
        let text = written(Format::Text, "one\ntwo");
        assert!(text.contains("one\n    two [a<b>.png]\n[Messages are missing here"), "{text}");
        let lines: Vec<Value> =
            written(Format::Jsonl, "one\ntwo").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&lines[0]["type"], &lines[0]["text"]), (&"message".into(), &"one\ntwo".into()));
        assert_eq!((&lines[1]["type"], &lines[1]["chat"], &lines[1]["v"]), (&"gap".into(), &"x/a".into(), &1.into()));
    }
}
