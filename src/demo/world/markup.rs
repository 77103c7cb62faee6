//! The markup of the text assets, compiled to plain text and spans.
//!
//! `**bold**`, `*italic*`, `__underline__`, `~~strike~~`, `||spoiler||`, `` `code` ``, fences with a language, `[text](address)`,
//! bare addresses and `@name` for known names. Markers may overlap (`**a *b** c*`); a backslash takes the next sign literally; a
//! marker without a partner is text. Spans count UTF-16 code units of the resulting text, lie within it and are never empty.

use super::model::{Span, Style};

/// Markers that switch a style on and off. Longer ones come first, so that `**` is not read as two `*`.
const TOGGLES: [(&str, Style); 5] = [
    ("**", Style::Bold),
    ("__", Style::Underline),
    ("~~", Style::Strike),
    ("||", Style::Spoiler),
    ("*", Style::Italic),
];

/// Compiles `source`; `known` says which user names exist.
pub(crate) fn compile(source: &str, known: &dyn Fn(&str) -> bool) -> (String, Vec<Span>) {
    let mut output = Output::default();
    let mut open: Vec<(&str, u32)> = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let after = step(rest, first, known, &mut output).or_else(|| toggle(rest, &mut open, &mut output));
        rest = match after {
            Some(after) => after,
            None => {
                output.push(first);
                rest.get(first.len_utf8()..).unwrap_or_default()
            }
        };
    }
    output.spans.sort_by_key(|span| (span.start, u32::MAX - span.length));
    (output.text, output.spans)
}

#[derive(Default)]
struct Output {
    text: String,
    units: u32,
    spans: Vec<Span>,
}

impl Output {
    fn push(&mut self, sign: char) {
        self.text.push(sign);
        self.units += if sign.len_utf16() == 2 { 2 } else { 1 };
    }

    fn close(&mut self, start: u32, style: Style) {
        if self.units > start {
            self.spans.push(Span { start, length: self.units - start, style });
        }
    }

    fn styled(&mut self, text: &str, style: Style) {
        let start = self.units;
        text.chars().for_each(|sign| self.push(sign));
        self.close(start, style);
    }
}

/// Handles everything that is not a toggle; returns what is left, or nothing when `rest` begins with none of them.
fn step<'a>(rest: &'a str, first: char, known: &dyn Fn(&str) -> bool, output: &mut Output) -> Option<&'a str> {
    match first {
        '\\' => {
            let mut signs = rest.chars();
            signs.next();
            output.push(signs.next()?);
            Some(signs.as_str())
        }
        '`' => code(rest, output),
        '[' => {
            let (label, tail) = rest.get(1..)?.split_once("](")?;
            let (address, tail) = tail.split_once(')')?;
            if label.contains(['[', '\n']) || !address.starts_with("http") {
                return None;
            }
            output.styled(label, Style::TextUrl(address.to_owned()));
            Some(tail)
        }
        'h' if rest.starts_with("https://") || rest.starts_with("http://") => {
            let end = rest.find([' ', '\n', ')', '>', '*', '|']).unwrap_or(rest.len());
            let address = rest.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?']);
            output.styled(address, Style::Url);
            rest.get(address.len()..)
        }
        '@' => {
            let name = rest.get(1..)?;
            let end = name.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(name.len());
            if !known(name.get(..end)?) {
                return None;
            }
            output.styled(rest.get(..=end)?, Style::Mention);
            name.get(end..)
        }
        _ => None,
    }
}

fn code<'a>(rest: &'a str, output: &mut Output) -> Option<&'a str> {
    if let Some(fenced) = rest.strip_prefix("```") {
        let (body, tail) = fenced.split_once("```")?;
        let (language, body) = body.split_once('\n').unwrap_or(("", body));
        let language = Some(language.trim()).filter(|language| !language.is_empty());
        output.styled(body.trim_end_matches('\n'), Style::Pre(language.map(str::to_owned)));
        return Some(tail);
    }
    let (body, tail) = rest.get(1..)?.split_once('`')?;
    output.styled(body, Style::Code);
    Some(tail)
}

fn toggle<'a>(rest: &'a str, open: &mut Vec<(&'a str, u32)>, output: &mut Output) -> Option<&'a str> {
    let (marker, style) = TOGGLES.iter().find(|(marker, _)| rest.starts_with(marker))?;
    let tail = rest.get(marker.len()..)?;
    if let Some(position) = open.iter().position(|(held, _)| held == marker) {
        let (_, start) = open.remove(position);
        output.close(start, style.clone());
        return Some(tail);
    }
    // A lone marker, or one before a space, is punctuation: "2 * 3".
    if tail.starts_with(char::is_whitespace) || !tail.contains(marker) {
        return None;
    }
    open.push((marker, output.units));
    Some(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> (String, Vec<(u32, u32, Style)>) {
        let (text, spans) = compile(source, &|name| name == "ada");
        (text, spans.into_iter().map(|span| (span.start, span.length, span.style)).collect())
    }

    #[test]
    fn every_marker_becomes_its_style() {
        for (source, style) in [
            ("**x**", Style::Bold),
            ("*x*", Style::Italic),
            ("__x__", Style::Underline),
            ("~~x~~", Style::Strike),
            ("||x||", Style::Spoiler),
            ("`x`", Style::Code),
            ("```c\nx\n```", Style::Pre(Some("c".to_owned()))),
            ("```\nx\n```", Style::Pre(None)),
            ("[x](https://a.b/c)", Style::TextUrl("https://a.b/c".to_owned())),
        ] {
            assert_eq!(read(source), ("x".to_owned(), vec![(0, 1, style)]), "{source}");
        }
    }

    #[test]
    fn offsets_count_utf16_units_after_astral_signs() {
        let (text, spans) = read("🦀é **日本** 👩‍💻 *x*");
        assert_eq!(text, "🦀é 日本 👩‍💻 x");
        assert_eq!(spans, vec![(4, 2, Style::Bold), (13, 1, Style::Italic)]);
    }

    #[test]
    fn markers_nest_and_overlap() {
        let (text, spans) = read("**a *b** c*");
        assert_eq!(text, "ab c".replace("ab", "a b"));
        assert_eq!(spans, vec![(0, 3, Style::Bold), (2, 3, Style::Italic)]);
        assert_eq!(read("**a __b__**").1, vec![(0, 3, Style::Bold), (2, 1, Style::Underline)]);
    }

    #[test]
    fn lone_markers_and_unknown_names_stay_text() {
        for source in ["2 * 3 * 4", "a ** b", "`open", "[x](y)", "@nobody", "~~", "mail@"] {
            assert_eq!(read(source), (source.to_owned(), vec![]), "{source}");
        }
        assert_eq!(read("\\*a\\*").0, "*a*");
        assert_eq!(read("trailing \\").0, "trailing \\");
    }

    #[test]
    fn addresses_and_mentions_end_where_a_reader_would_end_them() {
        assert_eq!(read("see https://a.b/c_d.").1, vec![(4, 15, Style::Url)]);
        assert_eq!(read("(@ada)").1, vec![(1, 4, Style::Mention)]);
        assert_eq!(read("`**@ada**`").1, vec![(0, 8, Style::Code)]);
    }
}
