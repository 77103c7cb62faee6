//! Messages that are made to be costly, for tests and benches.

use super::scenes::{ADA, message as plain, text};
use nib::domain::message::{Attachment, AttachmentKind, Embed, ReactEmoji, Reaction};
use nib::domain::{CleanText, Message, RichText, SpanKind};

pub(crate) const NAMES: [&str; 11] = [
    "100000 characters",
    "100000 line feeds",
    "100000 wide characters",
    "100000 characters without a space",
    "100000 characters of Hebrew",
    "5000 spans",
    "2000 combining marks",
    "50 times 2000 combining marks",
    "500 reactions",
    "200 attachments",
    "an embed without text",
];

pub(crate) fn message(name: &str) -> Message {
    let said = |words: String| plain(9, ADA, 1, &words);
    match name {
        "100000 characters" => said("word and word ".repeat(7_143)),
        "100000 line feeds" => said(format!("a{}b", "\n".repeat(100_000))),
        "100000 wide characters" => said("日本語の長い文".repeat(14_286)),
        "100000 characters without a space" => said("x".repeat(100_000)),
        "100000 characters of Hebrew" => said("שלום עולם (hello) ".repeat(5_556)),
        "5000 spans" => {
            let kinds = [SpanKind::Bold, SpanKind::Italic, SpanKind::Spoiler, SpanKind::Link, SpanKind::Code];
            let spans = (0..5_000).map(|at| (at * 20, 90_000, kinds[at as usize % 5].clone())).collect();
            let body = RichText::from_utf16("word and word ".repeat(7_143), spans);
            Message { body, ..said(String::new()) }
        }
        "2000 combining marks" => said(format!("e{}x", "\u{301}".repeat(2_000))),
        "50 times 2000 combining marks" => said(format!("e{} ", "\u{301}".repeat(2_000)).repeat(50)),
        "500 reactions" => {
            let emoji = emojis::iter().take(500);
            let reactions = emoji.map(|emoji| Reaction {
                emoji: ReactEmoji::Unicode(CleanText::line(emoji.as_str())),
                count: 7,
                mine: false,
                by: Box::default(),
            });
            Message { reactions: reactions.collect(), ..said("look".to_owned()) }
        }
        "200 attachments" => {
            let file = |at: u32| Attachment {
                name: text(&format!("picture of a holiday by the sea {at}.jpg")),
                size: 200_000,
                kind: AttachmentKind::Image { width: 1920, height: 1080 },
                ..Attachment::default()
            };
            Message { attachments: (0..200).map(file).collect(), ..said("look".to_owned()) }
        }
        _ => Message { embeds: [Embed::default()].into(), ..said(String::new()) },
    }
}
