//! The network's own emoji: from the packs that the user keeps, which may tell ids only, and then from their files.

use super::{Call, Outcome, call};
use crate::domain::id::{EmojiId, Id};
use crate::domain::{CleanText, CommunityId, CustomEmoji, Reply};
use crate::net::osmium::decode::{line, optional_line};
use crate::net::osmium::ids;
use crate::net::osmium::wire::media::{File, file_metadata::Metadata};
use crate::net::osmium::wire::stickers::{self, sticker_pack::Type};
use std::collections::HashMap;

/// Most emoji of an account.
const MOST: usize = 5_000;
/// Most files that are asked for at once. The limit of the network is not published.
const AT_ONCE: usize = 200;

/// Asks for the packs, and then for the files in them that are known by id alone.
pub(super) fn fetch() -> Call {
    call(stickers::GetSavedStickers { since: None }, |reply, _| {
        let packs = reply.saved_packs.into_iter().filter(|pack| pack.r#type == i32::from(Type::Emoji));
        let mut known = Vec::new();
        let mut unknown = HashMap::new();
        for pack in packs {
            let community = ids::community(pack.id);
            for file in pack.stickers.into_iter().take(MOST.saturating_sub(known.len() + unknown.len())) {
                match emoji(&file, community) {
                    Some(emoji) => known.push(emoji),
                    None if file.file_id != 0 => _ = unknown.insert(file.file_id, community),
                    None => {}
                }
            }
        }
        Ok(more(known, unknown))
    })
}

/// The next files, or all that is known.
fn more(mut known: Vec<CustomEmoji>, mut unknown: HashMap<u64, Option<CommunityId>>) -> Outcome {
    let mut sticker_ids: Vec<u64> = unknown.keys().copied().collect();
    sticker_ids.sort_unstable();
    sticker_ids.truncate(AT_ONCE);
    if sticker_ids.is_empty() {
        known.sort_by_key(|emoji| emoji.id);
        return Outcome::Done(Reply::Emoji(known));
    }
    let request = stickers::GetStickerFiles { sticker_ids: sticker_ids.clone() };
    Outcome::Again(call(request, move |reply, _| {
        for file in reply.files {
            if let Some(community) = unknown.remove(&file.file_id)
                && let Some(emoji) = emoji(&file, community)
            {
                known.push(emoji);
            }
        }
        // What was not told is not asked for again.
        sticker_ids.iter().for_each(|id| _ = unknown.remove(id));
        Ok(more(known, unknown))
    }))
}

/// An emoji, if the file says what it is. Its name is that of the file; some clients put it where the plain emoji belongs.
fn emoji(file: &File, community: Option<CommunityId>) -> Option<CustomEmoji> {
    let Some(Metadata::CustomEmoji(told)) = file.metadata.as_ref().and_then(|metadata| metadata.metadata.as_ref())
    else {
        return None;
    };
    let standin = line(told.emoji.clone());
    let is_name = standin.is_ascii() && !standin.is_empty();
    let of_file = optional_line(file.filename.clone());
    let of_file = of_file.as_ref().map(|name| name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem));
    let name = if is_name { standin.as_str() } else { of_file.unwrap_or_default() };
    let name = CustomEmoji::proper_name(name);
    // Whoever made a pack says what stands for an emoji in the texts of others: an emoji, and nothing else.
    let standin = if emojis::get(&standin).is_some() { standin } else { CleanText::default() };
    (file.file_id != 0 && !name.is_empty()).then(|| CustomEmoji {
        id: EmojiId(Id(u128::from(file.file_id))),
        name,
        community,
        standin,
    })
}
