//! Embeds of messages: cards, previews and polls; and how polls stand.

use super::json::{Fields, Json, Raw};
use super::objects::SHORT;

/// Most parts of a card: what servers take.
const PARTS: usize = 25;
/// Most answers of a poll; servers take 10.
const ANSWERS: usize = 50;

/// An embed of a message.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Embed {
    /// Heading.
    pub title: Option<Raw>,
    /// Summary.
    pub description: Option<Raw>,
    /// Where it leads.
    pub url: Option<Raw>,
    /// Author or site.
    pub author: Option<Raw>,
    /// Line below.
    pub footer: Option<Raw>,
    /// Further parts: heading and text.
    pub parts: Vec<(Raw, Raw)>,
    /// `0xRRGGBB`, in digits or as `#RRGGBB`.
    pub color: Option<u32>,
    /// Where its picture is, and its pixels; 0 when not told.
    pub image: Option<(Raw, u32, u32)>,
    /// A poll.
    pub poll: Option<PollEmbed>,
}

/// A poll as a message has it: without votes, and without the name that voting takes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PollEmbed {
    /// What is asked.
    pub question: Raw,
    /// Name, text and emoji of each answer.
    pub options: Vec<(Raw, Raw, Option<Raw>)>,
    /// Several may be chosen.
    pub several: bool,
    /// Until when, in seconds since the Unix epoch.
    pub expires_at: Option<f64>,
}

/// How a poll stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Results {
    /// Name and votes of each answer, and whether oneself chose it, where told.
    pub options: Vec<(Raw, u32, Option<bool>)>,
    /// It was ended.
    pub ended: bool,
}

impl Embed {
    /// An embed; nothing in it is needed.
    pub fn of(mut fields: Fields) -> Self {
        let of = |fields: &mut Fields, field: &str, part: &str| match fields.take(field) {
            Some(Json::Object(mut object)) => object.filled(part),
            Some(other) => other.raw(),
            _ => None,
        };
        let picture = |fields: &mut Fields, field: &str| match fields.take(field) {
            Some(Json::Object(mut object)) => {
                let (width, height) = (object.count("width").unwrap_or(0), object.count("height").unwrap_or(0));
                object.filled("url").map(|url| (url, width, height))
            }
            other => other.and_then(Json::raw).map(|url| (url, 0, 0)),
        };
        Self {
            author: of(&mut fields, "author", "name"),
            footer: of(&mut fields, "footer", "text"),
            parts: fields
                .objects("fields")
                .into_iter()
                .take(PARTS)
                .map(|mut part| (part.raw("name").unwrap_or_default(), part.raw("value").unwrap_or_default()))
                .collect(),
            color: color(fields.take("color")),
            image: picture(&mut fields, "image").or_else(|| picture(&mut fields, "thumbnail")),
            poll: fields.object("poll").map(PollEmbed::of),
            title: fields.filled("title"),
            description: fields.filled("description"),
            url: fields.filled("url"),
        }
    }
}

fn color(value: Option<Json>) -> Option<u32> {
    let number = match value? {
        Json::Text(text) => i64::from_str_radix(text.wire().trim().strip_prefix('#')?, 16).ok()?,
        other => other.int()?,
    };
    u32::try_from(number).ok().filter(|number| *number <= 0xff_ffff)
}

impl PollEmbed {
    fn of(mut fields: Fields) -> Self {
        let option = |(at, value): (usize, Json)| match value {
            Json::Object(mut option) => {
                let id = option.filled("id").unwrap_or_else(|| Raw::from(at.to_string().as_str()));
                Some((id, option.raw("text").unwrap_or_default(), option.filled("emoji")))
            }
            other => other.raw().map(|text| (Raw::from(at.to_string().as_str()), text, None)),
        };
        Self {
            question: fields.raw("question").unwrap_or_default(),
            options: fields.list("options").into_iter().take(ANSWERS).enumerate().filter_map(option).collect(),
            several: fields.flag("allow_multiselect"),
            expires_at: fields.float("expires_at"),
        }
    }
}

impl Results {
    /// How a poll stands; nothing in it is needed.
    pub fn of(mut fields: Fields) -> Self {
        let option = |mut option: Fields| {
            let voted = option.peek("voted").and_then(Json::flag);
            Some((option.filled("id")?, option.count("votes").unwrap_or(0), voted))
        };
        Self {
            options: fields.objects("results").into_iter().take(ANSWERS.min(SHORT)).filter_map(option).collect(),
            ended: fields.flag("ended"),
        }
    }
}
