//! The parts of code, told apart by the grammars of an editor.

use crate::domain::{Token, Tokens};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::time::{Duration, Instant};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Longest time that one block takes; what is not told apart by then stays plain.
const LONGEST: Duration = Duration::from_millis(400);
/// Longest line whose parts are told apart, in bytes: longer ones are data, and cost far more than their length.
const LINE: usize = 1_000;

/// What languages are called besides their names and the endings of their files.
const ALIASES: [(&str, &str); 23] = [
    ("c#", "cs"),
    ("cpp", "c++"),
    ("csharp", "cs"),
    ("console", "sh"),
    ("docker", "dockerfile"),
    ("elixir", "ex"),
    ("erlang", "erl"),
    ("golang", "go"),
    ("haskell", "hs"),
    ("javascriptreact", "js"),
    ("jsonc", "json"),
    ("json5", "json"),
    ("jsx", "js"),
    ("kotlin", "kt"),
    ("objc", "objective-c"),
    ("patch", "diff"),
    ("py3", "py"),
    ("python3", "py"),
    ("shell", "sh"),
    ("shell-session", "sh"),
    ("terminal", "sh"),
    ("vue", "html"),
    ("zsh", "sh"),
];

/// What names of grammars mean here. The first that fits decides, so that what is narrower comes first.
const MEANINGS: [(&str, Token); 24] = [
    ("comment", Token::Comment),
    ("markup.inserted", Token::Added),
    ("markup.deleted", Token::Removed),
    ("meta.diff.header", Token::Name),
    ("meta.diff.range", Token::Name),
    ("constant.numeric", Token::Number),
    ("constant.language", Token::Number),
    ("constant.character", Token::Literal),
    ("string", Token::Literal),
    ("keyword.operator.word", Token::Keyword),
    ("keyword.operator.logical.python", Token::Keyword),
    ("keyword.operator", Token::Plain),
    ("keyword", Token::Keyword),
    ("storage", Token::Keyword),
    ("entity.name.tag", Token::Keyword),
    ("entity.name", Token::Name),
    ("entity.other.attribute-name", Token::Name),
    ("entity.other.inherited-class", Token::Name),
    ("support.function", Token::Name),
    ("support.macro", Token::Name),
    ("support.type", Token::Name),
    ("variable.function", Token::Name),
    ("variable.language", Token::Keyword),
    ("markup.heading", Token::Keyword),
];

/// The languages that are known.
pub(super) struct Languages {
    set: SyntaxSet,
    meanings: Vec<(Scope, Token)>,
    /// A word that names something though it is written like text.
    key: Option<Scope>,
}

impl Default for Languages {
    fn default() -> Self {
        let meanings = MEANINGS.iter().filter_map(|(name, token)| Some((Scope::new(name).ok()?, *token))).collect();
        Self { set: two_face::syntax::extra_newlines(), meanings, key: Scope::from_str("meta.mapping.key").ok() }
    }
}

impl Languages {
    fn find(&self, language: &str) -> Option<&SyntaxReference> {
        let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(language)).map(|(_, name)| *name);
        self.set.find_syntax_by_token(language).or_else(|| self.set.find_syntax_by_token(alias?))
    }

    /// The parts of a block; none where its language is not known.
    pub(super) fn parts(&self, language: &str, text: &str) -> Tokens {
        let language = language.trim().trim_start_matches('.');
        let Some(syntax) = self.find(language) else { return Tokens::default() };
        // Somebody else's grammar meets somebody else's text: a fault in there costs the colours and nothing else.
        let told = catch_unwind(AssertUnwindSafe(|| self.read(syntax, text)));
        told.map(Tokens::from).unwrap_or_default()
    }

    fn read(&self, syntax: &SyntaxReference, text: &str) -> Vec<(u32, Token)> {
        let end = Instant::now() + LONGEST;
        let mut parts = Parts::default();
        let (mut state, mut stack) = (ParseState::new(syntax), ScopeStack::new());
        let mut start = 0;
        // The last line ends, too: grammars wait for that.
        let mut ended = String::new();
        for line in text.split_inclusive('\n') {
            let whole = if line.ends_with('\n') {
                line
            } else {
                ended = format!("{line}\n");
                &ended
            };
            let ops = (line.len() <= LINE && Instant::now() < end).then(|| state.parse_line(whole, &self.set).ok());
            for (at, op) in ops.flatten().unwrap_or_default() {
                parts.upto(start + at.min(line.len()), self.meaning(&stack));
                if stack.apply(&op).is_err() {
                    return parts.told;
                }
            }
            parts.upto(start + line.len(), if line.len() <= LINE { self.meaning(&stack) } else { Token::Plain });
            start += line.len();
        }
        drop(ended);
        parts.told
    }

    fn meaning(&self, stack: &ScopeStack) -> Token {
        let scopes = stack.as_slice();
        let of = |scope: &Scope| {
            self.meanings.iter().find(|(meaning, _)| meaning.is_prefix_of(*scope)).map(|(_, token)| *token)
        };
        let found = scopes.iter().rev().find_map(of).unwrap_or_default();
        let key = |scope: &Scope| self.key.is_some_and(|key| key.is_prefix_of(*scope));
        if found == Token::Literal && scopes.iter().any(key) { Token::Name } else { found }
    }
}

#[derive(Default)]
struct Parts {
    told: Vec<(u32, Token)>,
}

impl Parts {
    fn upto(&mut self, at: usize, token: Token) {
        let Ok(at) = u32::try_from(at) else { return };
        match self.told.last_mut() {
            Some((end, _)) if *end >= at => {}
            Some((end, last)) if *last == token => *end = at,
            None if at == 0 => {}
            _ => self.told.push((at, token)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, Languages, MEANINGS};
    use crate::domain::Token;

    fn told(languages: &Languages, language: &str, text: &str) -> Vec<(String, Token)> {
        let mut from = 0;
        let parts = languages.parts(language, text);
        let each = parts.iter().map(|&(end, token)| {
            let part = text.get(std::mem::replace(&mut from, end as usize)..end as usize).unwrap().trim().to_owned();
            (part, token)
        });
        each.filter(|(part, token)| !part.is_empty() && *token != Token::Plain).collect()
    }

    #[test]
    fn parts_of_code_are_told_apart() {
        let languages = Languages::default();
        assert_eq!(languages.meanings.len(), MEANINGS.len());
        let of = |language, text| {
            let told = told(&languages, language, text);
            told.into_iter().map(|(part, token)| format!("{token:?} {part}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(
            of("rs", "// hi\nfn main() { let s = \"é日\"; go(12) }"),
            "Comment // hi, Keyword fn, Name main, Keyword let, Literal \"é日\", Name go, Number 12"
        );
        assert_eq!(of("diff", "@@ -1 +1 @@\n-old\n+new\n same"), "Name @@ -1 +1 @@, Removed -old, Added +new");
        assert_eq!(of("json", "{\"a\": [1, true, \"x\"]}"), "Name \"a\", Number 1, Number true, Literal \"x\"");
        assert_eq!(of("no such thing", "fn main"), "");
    }

    #[test]
    fn languages_go_by_many_names() {
        let languages = Languages::default();
        for name in [
            "rust",
            "Rust",
            "rs",
            "js",
            "javascript",
            "ts",
            "typescript",
            "tsx",
            "py",
            "python",
            "sh",
            "bash",
            "c",
            "c++",
            "go",
            "java",
            "json",
            "yaml",
            "yml",
            "toml",
            "html",
            "css",
            "xml",
            "sql",
            "lua",
            "rb",
            "ruby",
            "php",
            "swift",
            "md",
            "markdown",
            "make",
            "makefile",
            "nix",
            "zig",
            "hs",
            "scala",
            "clojure",
            "perl",
            "r",
            "dart",
            "diff",
            "dockerfile",
            "proto",
            "fish",
            "vim",
            "latex",
            "tex",
            "ini",
            "svelte",
        ] {
            assert!(languages.find(name).is_some(), "{name}");
        }
        for (alias, name) in ALIASES {
            assert!(languages.find(alias).is_some(), "{alias} is no {name}");
        }
    }

    #[test]
    fn what_is_made_to_be_slow_is_given_up() {
        let languages = Languages::default();
        let begun = std::time::Instant::now();
        for text in ["(".repeat(16_000), format!("{}\n", "a\"'/*`<".repeat(140)).repeat(14), "\n".repeat(16_000)] {
            for language in ["rs", "js", "php", "markdown", "cpp", "perl"] {
                let parts = languages.parts(language, &text);
                assert!(parts.iter().is_sorted_by_key(|(end, _)| *end), "{language}");
                assert!(parts.last().is_none_or(|(end, _)| *end as usize <= text.len()), "{language}");
            }
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
    }
}
