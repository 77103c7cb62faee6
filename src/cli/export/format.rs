//! How a message is written in each format. All text is clean by type; what a format gives a meaning is escaped.

use super::Format;
use super::markup::{self, escaped_html as html, escaped_markdown as markdown};
use crate::cli::failure::Failure;
use crate::cli::output::{self, HOLE};
use crate::cli::quoting::Quoting;
use crate::domain::{CleanText, RichText, Span, SpanKind, fault};
use crate::shell::owner::{ChatTold, MessageTold};
use serde_json::{Map, Value};
use std::io::{self, ErrorKind, Write};

/// How a page begins.
const PAGE: &str = include_str!("page.html");
/// What stands there in the place of the chat's title.
const TITLE: &str = "TITLE";
/// What stands in place of a message that is answered and not known here.
const ELSEWHERE: &str = "a message that is not here";

/// Writes messages.
pub(super) struct Writer<'a, W: Write> {
    format: Format,
    out: &'a mut W,
    zone: jiff::tz::TimeZone,
    quoting: Quoting,
}

impl<'a, W: Write> Writer<'a, W> {
    pub(super) fn new(format: Format, out: &'a mut W) -> Self {
        Self { format, out, zone: jiff::tz::TimeZone::system(), quoting: Quoting::default() }
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

    pub(super) fn message(&mut self, mut message: MessageTold) -> Result<(), Failure> {
        self.quoting.fill(&mut message);
        self.quoting.learn(&message);
        let line = match self.format {
            Format::Text => format!("{}\n", output::message_line(&message, &self.zone)),
            Format::Jsonl => format!("{}\n", output::tail_object("message", output::message_object(&message))),
            Format::Markdown => self.markdown(&message),
            Format::Html => self.html(&message),
        };
        self.put(&line)
    }

    fn markdown(&self, message: &MessageTold) -> String {
        let name = markdown(&message.author.name);
        let marks: String = marks(message).iter().map(|mark| format!(" ({})", markdown(mark))).collect();
        let mut text = format!("\n**{name}** {}{marks}\n", output::when(message, &self.zone).trim());
        if message.reply_to.is_some() || message.quote.is_some() {
            let quote = message.quote.as_ref();
            let whom =
                quote.and_then(|quote| quote.author.as_ref()).map(|author| format!("**{}**: ", markdown(&author.name)));
            let what = quote.map_or_else(|| format!("*{ELSEWHERE}*"), |quote| markdown(&quote.text));
            text.push_str(&format!("\n> {}{what}\n", whom.unwrap_or_default()));
        }
        let said = markup::markdown(&said(message));
        if !said.is_empty() {
            text.push_str(&format!("\n{said}\n"));
        }
        for embed in &message.embeds {
            let title = embed.title.as_ref().filter(|title| !title.is_empty()).unwrap_or(&embed.url);
            text.push_str(&format!("\n> {}\n", markup::markdown(&link(title, &embed.url))));
            if let Some(said) = embed.description.as_ref().filter(|said| !said.is_empty()) {
                text.push_str(&format!(">\n> {}\n", markdown(said).replace('\n', "\n> ")));
            }
        }
        if let Some(poll) = &message.poll {
            if !poll.question.is_empty() {
                text.push_str(&format!("\n{}\n", markdown(&poll.question)));
            }
            text.push('\n');
            for option in &poll.options {
                text.push_str(&format!("- {}\n", markdown(&output::option_line(option))));
            }
        }
        for file in &message.files {
            text.push_str(&format!("\n\\[{}\\]\n", markdown(&output::file_line(file))));
        }
        if let Some(reactions) = output::reactions_line(message) {
            text.push_str(&format!("\n{}\n", markdown(&reactions)));
        }
        text
    }

    fn html(&self, message: &MessageTold) -> String {
        let at = message.time.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let at = at.map(|at| at.to_string()).unwrap_or_default();
        let when = output::when(message, &self.zone);
        let mut text = format!(
            "<article{}><header>{}<time datetime=\"{at}\">{}{}</time></header>",
            if message.is_sent() { format!(" id=\"m{}\"", html(&message.id)) } else { String::new() },
            html(&message.author.name),
            when.trim(),
            marks(message).iter().map(|mark| format!(" ({})", html(mark))).collect::<String>()
        );
        if message.reply_to.is_some() || message.quote.is_some() {
            let quote = message.quote.as_ref();
            let whom = quote
                .and_then(|quote| quote.author.as_ref())
                .map(|author| format!("<strong>{}</strong>: ", html(&author.name)));
            let what = quote.map_or_else(|| format!("<i>{ELSEWHERE}</i>"), |quote| html(&quote.text));
            let said = format!("{}{what}", whom.unwrap_or_default());
            text.push_str(&match &message.reply_to {
                Some(id) => format!("<p class=\"reply\"><a href=\"#m{}\">{said}</a></p>", html(id)),
                None => format!("<p class=\"reply\">{said}</p>"),
            });
        }
        text.push_str(&markup::html(&said(message)));
        for embed in &message.embeds {
            let title = embed.title.as_ref().filter(|title| !title.is_empty()).unwrap_or(&embed.url);
            let about = embed.description.as_ref().map(|said| format!("<p>{}</p>", html(said))).unwrap_or_default();
            text.push_str(&format!("<blockquote>{}{about}</blockquote>", markup::html(&link(title, &embed.url))));
        }
        if let Some(poll) = &message.poll {
            let options: String =
                poll.options.iter().map(|option| format!("<li>{}</li>", html(&output::option_line(option)))).collect();
            text.push_str(&format!("<p>{}</p><ul>{options}</ul>", html(&poll.question)));
        }
        for file in &message.files {
            text.push_str(&format!("<p class=\"file\">[{}]</p>", html(&output::file_line(file))));
        }
        if let Some(reactions) = output::reactions_line(message) {
            text.push_str(&format!("<p class=\"reactions\">{}</p>", html(&reactions)));
        }
        text.push_str("</article>\n");
        text
    }
}

/// What is to be said of a message beside its time.
fn marks(message: &MessageTold) -> Vec<String> {
    let marks = [("edited", message.edited.is_some()), ("pinned", message.pinned), ("forwarded", message.forwarded)];
    let marks = marks.iter().filter(|(_, is)| *is).map(|(mark, _)| (*mark).to_owned());
    marks.chain(message.waits.iter().map(|waits| waits.words())).collect()
}

/// What a message says. A line of the system may have no text of its own.
fn said(message: &MessageTold) -> RichText {
    match output::instead(message) {
        Some(instead) if message.text.is_empty() => RichText::plain(CleanText::ours(instead)),
        _ => message.rich(),
    }
}

/// Words that lead somewhere.
fn link(words: &str, address: &str) -> RichText {
    let text = CleanText::line(words);
    let end = u32::try_from(text.len()).unwrap_or_default();
    let spans = if end > 0 {
        vec![Span { start: 0, end, kind: SpanKind::MaskedLink(CleanText::line(address)) }]
    } else {
        Vec::new()
    };
    RichText { text, spans: spans.into() }
}

fn failed(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::ReaderGone,
        _ => Failure::Failed(format!("it cannot be written: {}", fault::words(&error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::markup::parse;
    use crate::shell::owner::told::{ReactionTold, SpanTold};
    use crate::shell::owner::{AuthorTold, FileTold, QuoteTold, Text};

    fn written(format: Format, text: &str) -> String {
        written_rich(format, &RichText::plain(CleanText::new(text)))
    }

    fn written_rich(format: Format, said: &RichText) -> String {
        let message = MessageTold {
            id: Text::of("7"),
            author: AuthorTold { id: Text::of("1"), name: Text::of("<b>Ada</b> & *co*") },
            text: Text(said.text.clone()),
            spans: said.spans.iter().map(SpanTold::of).collect(),
            reply_to: Some(Text::of("3")),
            quote: Some(QuoteTold {
                author: Some(AuthorTold { id: Text::of("2"), name: Text::of("<i>Bo</i>") }),
                text: Text::of("*was* <u>"),
            }),
            edited: Some(1),
            reactions: vec![ReactionTold { emoji: Text::of(":<s>:"), count: 2, ..ReactionTold::default() }],
            files: vec![FileTold { name: Text::of("a<b>.png"), ..FileTold::default() }],
            kind: Text::of("message"),
            ..MessageTold::default()
        };
        let mut out = Vec::new();
        let mut writer = Writer::new(format, &mut out);
        let chat = ChatTold { title: Text::of("#a <script>"), name: Text::of("x/a"), ..ChatTold::default() };
        writer.begin(&chat).unwrap();
        writer.message(message).unwrap();
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
        assert!(text.contains("one\n    two [a<b>.png] (edited)\n    [:<s>: 2]\n[Messages are missing here"), "{text}");
        let lines: Vec<Value> =
            written(Format::Jsonl, "one\ntwo").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&lines[0]["type"], &lines[0]["text"]), (&"message".into(), &"one\ntwo".into()));
        assert_eq!((&lines[1]["type"], &lines[1]["chat"], &lines[1]["v"]), (&"gap".into(), &"x/a".into(), &1.into()));
    }

    const MARKED: &str =
        "**bold** *it* __un__ ~~st~~ [b](https://ok.example/x?a=1&b=\"2\") `co<de>` ||secret|| @ada https://a.example/";

    #[test]
    fn marks_are_elements_of_a_page_and_what_could_do_something_is_none() {
        let page = written_rich(Format::Html, &parse(MARKED));
        for part in [
            "<strong>bold</strong> <em>it</em> <u>un</u> <s>st</s> <a href=\"https://ok.example/x?a=1&amp;b=&quot;2&quot;\" rel=\"noreferrer\">b</a>",
            "<code>co&lt;de&gt;</code> <span class=\"spoiler\" tabindex=\"0\">secret</span> <span class=\"mention\">@ada</span>",
            "<a href=\"https://a.example/\" rel=\"noreferrer\">https://a.example/</a></p>",
            "<a href=\"#m3\"><strong>&lt;i&gt;Bo&lt;/i&gt;</strong>: *was* &lt;u&gt;</a>",
            "(edited)</time>",
            "<p class=\"reactions\">:&lt;s&gt;: 2</p>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        let page = written_rich(Format::Html, &parse("a\n```rust\nfn <a>() {}\n\n  x\n```\nb"));
        assert!(
            page.contains("<p>a</p><pre><code class=\"language-rust\">fn &lt;a&gt;() {}\n\n  x</code></pre><p>b</p>"),
            "{page}"
        );
        let mut bad = parse("[b](https://ok.example/)");
        bad.spans[0].kind = SpanKind::MaskedLink(CleanText::ours("javascript:alert(1)"));
        let page = written_rich(Format::Html, &bad);
        assert!(page.contains("<p>b (javascript:alert(1))</p>"), "the address is said and leads nowhere: {page}");
        let markdown = written_rich(Format::Markdown, &bad);
        assert!(markdown.contains("b \\(javascript\\:alert\\(1\\)\\)"), "{markdown}");
    }

    #[test]
    fn marks_are_those_of_markdown() {
        let text = written_rich(Format::Markdown, &parse(MARKED));
        let line = "**bold** *it* <u>un</u> ~~st~~ [b](<https://ok.example/x?a=1&b=\"2\">) `co<de>` ||secret|| \\@ada [https\\:\\/\\/a\\.example\\/](<https://a.example/>)";
        assert!(text.lines().any(|one| one == line), "{text}");
        assert!(text.contains("\n> **\\<i\\>Bo\\<\\/i\\>**: \\*was\\* \\<u\\>\n"), "{text}");
        let text = written_rich(Format::Markdown, &parse("a **(b)**c\n```rust\nfn a() { ``` }\n```\n`` ` ``"));
        assert!(text.contains("a <strong>\\(b\\)</strong>c\n"), "signs that would not be read: {text}");
        let block = parse("x\n````rust\na ``` b\n````\ny **z **");
        let text = written_rich(Format::Markdown, &block);
        assert!(text.contains("x\n\n````rust\na ``` b\n````\n\ny \\*\\*z \\*\\*\n"), "{text}");
        let mut lines = RichText::plain(CleanText::ours("# Big\n> one\n> two\nthree\n-# small"));
        let line = |start, end, kind| Span { start, end, kind: SpanKind::Line(kind) };
        use crate::domain::rich::LineKind::{Heading, Quote, Small};
        lines.spans = Box::new([line(0, 5, Heading), line(6, 11, Quote), line(12, 17, Quote), line(24, 32, Small)]);
        let text = written_rich(Format::Markdown, &lines);
        assert!(text.contains("\n# Big\n\n> one\\\n> two\n\nthree\n\n<small>small</small>\n"), "{text}");
    }

    #[test]
    fn lines_keep_what_was_typed_and_objects_say_what_it_means() {
        let text = written_rich(Format::Text, &parse(MARKED));
        assert!(text.contains("  > <i>Bo</i>: *was* <u>\n    **bold** _it_ __un__ ~~st~~ [b](https://ok.example/x?a=1&b=\"2\") `co<de>` ||secret||"), "{text}");
        let lines = written_rich(Format::Jsonl, &parse("é **bold** [b](https://ok.example/x)"));
        let object: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&object["text"], &object["markup"]),
            (&"é bold b".into(), &"é **bold** [b](https://ok.example/x)".into())
        );
        assert_eq!(object["entities"][0], serde_json::json!({ "kind": "bold", "start": 2, "end": 6, "text": "bold" }));
        assert_eq!(object["entities"][1]["address"], "https://ok.example/x");
        assert_eq!(
            object["quote"],
            serde_json::json!({ "author": { "id": "2", "name": "<i>Bo</i>" }, "text": "*was* <u>" })
        );
        assert_eq!(object["reactions"][0]["count"], 2);
    }
}
