//! Previews of links. The server knows one site, the one that examples are about, and asks nobody.

use crate::net::osmium::wire;
use wire::media::{MediaEmbed, MessageMedia, message_media::Media};
use wire::types::message_entity::Entity;

use super::server::Server;

/// The site.
const SITE: &str = "https://example.org/";
/// Previews of one message at most.
const MOST: usize = 3;

impl Server {
    /// Previews of the links in a text, each once.
    pub(crate) fn previews(&self, text: &str, entities: &[wire::types::MessageEntity]) -> Vec<MessageMedia> {
        let behind = entities.iter().filter_map(|entity| match &entity.entity {
            Some(Entity::TextUrl(link)) => Some(link.url.as_str()),
            _ => None,
        });
        let mut links: Vec<&str> = Vec::new();
        for link in text.split_whitespace().chain(behind) {
            let link = link.trim_start_matches(['(', '<']).trim_end_matches([')', '>', '.', ',', ';', '!', '?']);
            if link.len() > SITE.len() && link.starts_with(SITE) && !links.contains(&link) {
                links.push(link);
            }
        }
        let preview = |link: &&str| MessageMedia { media: Some(Media::Embed(Box::new(self.preview_of(link)))) };
        links.iter().take(MOST).map(preview).collect()
    }

    fn preview_of(&self, link: &str) -> MediaEmbed {
        let path = link.split(['?', '#']).next().unwrap_or(link).trim_end_matches('/');
        let words = path.rsplit('/').next().unwrap_or_default().replace(['-', '_'], " ");
        let mut letters = words.chars();
        let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        let is_picture = |file: &&super::state::StoredFile| file.facts.mimetype.starts_with("image/");
        MediaEmbed {
            url: link.to_owned(),
            description: Some(format!("What there is to know about {words}.")),
            title: Some(title),
            file: self.state.files.values().find(is_picture).map(|file| file.facts.clone()),
            image_variant: None,
            author_name: Some("The example people".to_owned()),
            website_name: Some("example.org".to_owned()),
        }
    }
}

/// Whether a medium is a preview.
pub(crate) fn is_preview(medium: &MessageMedia) -> bool {
    matches!(medium.media, Some(Media::Embed(_)))
}
