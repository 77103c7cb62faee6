//! `stickers`: the emoji pack of each community. Its id is the community's own, as on the real service.

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::media::file_metadata::Metadata;
use wire::stickers as api;

use super::super::ids::Id;
use super::super::permissions::MODIFY_LINKED_STICKERS;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};

/// Emoji of one pack at most.
const MAX_EMOJI: usize = 200;
/// Files asked for at once at most.
const MAX_IDS: usize = 200;

impl Server {
    /// The packs of the caller's communities that hold something.
    pub(crate) fn get_saved_stickers(&mut self, caller: Caller) -> Reply {
        let saved_packs = self
            .state
            .communities
            .values()
            .filter(|community| community.members.contains_key(&caller.user) && !community.emoji.is_empty())
            .filter_map(|community| self.pack(community.id))
            .collect();
        Ok(Some(Answer::SavedStickers(api::SavedStickers { saved_packs })))
    }

    /// A pack; of its files only the ids, like the real service.
    pub(crate) fn get_sticker_pack(&mut self, caller: Caller, request: &api::GetStickerPack) -> Reply {
        let id = request.pack.map_or(0, |pack| pack.id);
        self.state.community(caller.user, id)?;
        let pack = self.pack(id).ok_or_else(|| Refusal::missing("pack"))?;
        Ok(Some(Answer::StickerPack(pack)))
    }

    fn pack(&self, id: Id) -> Option<api::StickerPack> {
        let community = self.state.communities.get(&id)?;
        let stub = |file_id: &Id| wire::media::File { file_id: *file_id, ..Default::default() };
        Some(api::StickerPack {
            id,
            r#type: api::sticker_pack::Type::Emoji as i32,
            name: community.name.clone(),
            stickers: community.emoji.iter().map(stub).collect(),
        })
    }

    /// What the files of packs are; unknown ids are left out.
    pub(crate) fn get_sticker_files(&mut self, request: &api::GetStickerFiles) -> Reply {
        if request.sticker_ids.len() > MAX_IDS {
            return Err(Refusal::malformed(format!("Ask for at most {MAX_IDS} files at once.")));
        }
        let emoji = |id: &&Id| self.state.communities.values().any(|community| community.emoji.contains(id));
        let known = request.sticker_ids.iter().filter(emoji).filter_map(|id| self.state.files.get(id));
        let files = known.map(|file| file.facts.clone()).collect();
        Ok(Some(Answer::Files(wire::media::Files { files })))
    }

    /// Makes an emoji of an upload.
    pub(crate) fn add_sticker_to_pack(&mut self, caller: Caller, request: api::AddStickerToPack) -> Reply {
        let id = request.pack.map_or(0, |pack| pack.id);
        let community = self.state.governed(caller.user, id, MODIFY_LINKED_STICKERS, "change emoji")?;
        if community.emoji.len() >= MAX_EMOJI {
            return Err(Refusal::too_often(format!("A pack holds at most {MAX_EMOJI} emoji.")));
        }
        let Some(mut sticker) = request.sticker else { return Err(Refusal::malformed("The request holds no emoji.")) };
        match sticker.metadata.as_mut().and_then(|metadata| metadata.metadata.as_mut()) {
            Some(Metadata::CustomEmoji(emoji)) => emoji.pack = Some(wire::refs::StickerPackRef { id }),
            _ => return Err(Refusal::malformed("The file must be described as a custom emoji.")),
        }
        let file = self.finish(caller.user, sticker)?;
        if let Some(community) = self.state.communities.get_mut(&id) {
            community.emoji.push(file.file_id);
        }
        Ok(None)
    }

    /// Takes an emoji out of a pack; messages that use it keep their placeholder.
    pub(crate) fn remove_sticker_from_pack(&mut self, caller: Caller, request: &api::RemoveStickerFromPack) -> Reply {
        let id = request.pack.map_or(0, |pack| pack.id);
        let community = self.state.governed(caller.user, id, MODIFY_LINKED_STICKERS, "change emoji")?;
        community.emoji.retain(|emoji| *emoji != request.sticker_id);
        Ok(None)
    }
}
