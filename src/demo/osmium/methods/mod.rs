//! The methods: one file per sort, and the table that leads to them.

mod auth;
mod channels;
mod chats;
mod communities;
mod groups;
mod history;
mod interactions;
mod invites;
mod media;
mod members;
mod messages;
mod people;
mod reactions;
mod roles;
mod security;
mod settings;
mod stickers;
mod visibility;
mod voice;

pub(crate) use interactions::{PATIENCE, Waiting};
pub(crate) use voice::participant;

use crate::net::osmium::rpc;
use crate::net::osmium::wire::core::client_message::Message as Request;

use super::refusal::{Refusal, Reply};
use super::server::{Caller, ConnectionId, Server};

impl Server {
    /// Answers a request.
    pub(crate) fn dispatch(&mut self, connection: ConnectionId, request: Request) -> Reply {
        let Some(found) = self.connections.get(&connection) else { return Ok(None) };
        let (initialized, login) = (found.device.is_some(), found.login);
        let request = match request {
            Request::CoreInitialize(request) => return self.initialize(connection, request),
            _ if !initialized => return Err(Refusal::malformed("The first request of a connection is Initialize.")),
            Request::AuthSignIn(_) | Request::AuthCompleteSignIn(_) if self.quirks.legacy_sign_in_only => {
                return Err(not_served(&request));
            }
            Request::AuthAuthorize(request) => return self.authorize(connection, &request),
            Request::AuthLegacySignIn(request) => return self.legacy_sign_in(connection, &request),
            Request::AuthSignUp(request) => return self.sign_up(connection, request),
            Request::AuthSignIn(request) => return self.sign_in(connection, &request),
            Request::AuthCompleteSignIn(request) => return self.complete_sign_in(connection, &request),
            Request::AuthVerifyEmail(request) => return self.verify_email(&request),
            Request::AuthResendEmailVerification(request) if login.is_none() => {
                return self.resend_email_verification(&request);
            }
            Request::AuthLookupInvite(request) => {
                return self.lookup_invite(login.map_or(0, |(user, _)| user), &request);
            }
            request => request,
        };
        let Some((user, login)) = login else {
            return Err(Refusal::unknown_caller("Nobody is signed in on this connection."));
        };
        if let Some(record) = self.state.logins.get_mut(&login) {
            record.last_active = self.now;
        }
        self.dispatch_for(Caller { connection, user, login }, request)
    }

    /// Answers a request of somebody who is signed in.
    pub(crate) fn dispatch_for(&mut self, caller: Caller, request: Request) -> Reply {
        match request {
            Request::AuthGetSessions(_) => self.get_sessions(caller),
            Request::AuthRevokeSessions(request) => self.revoke_sessions(caller, &request),

            Request::MessagesSendMessage(request) => self.send_message(caller, request),
            Request::MessagesEditMessage(request) => self.edit_message(caller, request),
            Request::MessagesDeleteMessage(request) => self.delete_message(caller, request),
            Request::MessagesForwardMessage(request) => self.forward_message(caller, request),
            Request::MessagesSetMessagePin(request) => self.set_message_pin(caller, request),
            Request::MessagesGetEmbedPreview(request) => self.get_embed_preview(&request),
            Request::MessagesSubmitInteraction(request) => self.submit_interaction(caller, request),
            Request::MessagesSetInteractionResponse(request) => self.set_interaction_response(caller, request),
            Request::MessagesReportMessage(request) => self.report_message(caller, request),
            Request::MessagesGetHistory(request) => self.get_history(caller, request),
            Request::MessagesGetPinnedMessages(request) => self.get_pinned_messages(caller, request),
            Request::MessagesGetUnreadMentions(request) => self.get_unread_mentions(caller, request),
            Request::MessagesSearch(request) => self.search_messages(caller, request),

            Request::ReactionsAddReaction(request) => self.add_reaction(caller, request),
            Request::ReactionsRemoveReaction(request) => self.remove_reaction(caller, request),

            Request::MediaUploadFilePart(request) => self.upload_file_part(caller, request),
            Request::MediaDownloadFilePart(request) => self.download_file_part(&request),

            Request::ChatsGetChats(request) => self.get_chats(caller, &request),
            Request::ChatsGetChat(request) => self.get_chat(caller, request),
            Request::ChatsMarkChatRead(request) => self.mark_chat_read(caller, request),
            Request::ChatsSetTyping(request) => self.set_typing(caller, request),

            Request::CommunitiesGetCommunities(_) => self.get_communities(caller),
            Request::CommunitiesCreateCommunity(request) => self.create_community(caller, &request),
            Request::CommunitiesEditCommunity(request) => self.edit_community(caller, request),
            Request::CommunitiesEditPhoto(request) => self.edit_community_photo(caller, request),
            Request::CommunitiesEditSettings(request) => self.edit_community_settings(caller, request),
            Request::CommunitiesDeleteCommunity(request) => self.delete_community(caller, &request),
            Request::CommunitiesLeaveCommunity(request) => self.leave_community(caller, &request),

            Request::CommunitiesGetChannels(request) => self.get_channels(caller, &request),
            Request::CommunitiesCreateChannel(request) => self.create_channel(caller, request),
            Request::CommunitiesEditChannel(request) => self.edit_channel(caller, request),
            Request::CommunitiesDeleteChannel(request) => self.delete_channel(caller, &request),

            Request::CommunitiesGetMembers(request) => self.get_members(caller, &request),
            Request::CommunitiesGetChannelMembers(request) => self.get_channel_members(caller, &request),
            Request::CommunitiesEditMember(request) => self.edit_member(caller, request),
            Request::CommunitiesRemoveMembers(request) => self.remove_members(caller, &request),
            Request::CommunitiesGetRemovedMembers(request) => self.get_removed_members(caller, &request),
            Request::CommunitiesUnbanMembers(request) => self.unban_members(caller, &request),
            Request::CommunitiesAddMember(request) => self.add_member(caller, &request),

            request => self.dispatch_rest(caller, request),
        }
    }

    /// Roles, groups, invites, people, settings and voice.
    fn dispatch_rest(&mut self, caller: Caller, request: Request) -> Reply {
        match request {
            Request::CommunitiesGetRoles(request) => self.get_roles(caller, &request),
            Request::CommunitiesCreateRole(request) => self.create_role(caller, &request),
            Request::CommunitiesEditRole(request) => self.edit_role(caller, &request),
            Request::CommunitiesDeleteRole(request) => self.delete_role(caller, &request),
            Request::CommunitiesEditDefaultPermissions(request) => self.edit_default_permissions(caller, &request),
            Request::CommunitiesGetChannelOverrides(request) => self.get_channel_overrides(caller, &request),
            Request::CommunitiesCreateChannelOverride(request) => self.create_channel_override(caller, &request),
            Request::CommunitiesDeleteChannelOverride(request) => self.delete_channel_override(caller, &request),
            Request::CommunitiesSyncChannelOverrides(request) => self.sync_channel_overrides(caller, &request),

            Request::ChatsCreateChat(request) => self.create_chat(caller, &request),
            Request::ChatsEditChat(request) => self.edit_chat(caller, request),
            Request::ChatsAddChatMember(request) => self.add_chat_member(caller, &request),
            Request::ChatsRemoveChatMember(request) => self.remove_chat_member(caller, &request),
            Request::ChatsGetChatMembers(request) => self.get_chat_members(caller, &request),
            Request::ChatsEditChatMember(request) => self.edit_chat_member(caller, &request),

            Request::ChatsCreateChatInvite(request) => self.create_chat_invite(caller, &request),
            Request::ChatsListChatInvites(request) => self.list_chat_invites(caller, &request),
            Request::ChatsDeleteChatInvite(request) => self.delete_chat_invite(caller, &request),
            Request::AuthUseInvite(request) => self.use_invite(caller, &request),

            Request::UsersLookupUsername(request) => self.lookup_username(&request),
            Request::UsersGetProfile(request) => self.get_profile(caller, &request),
            Request::FriendsGetRelationships(_) => self.get_relationships(caller),
            Request::FriendsChangeRelationship(request) => self.change_relationship(caller, &request),

            Request::SettingsEditProfile(request) => self.edit_profile(caller, request),
            Request::SettingsEditProfilePhoto(request) => self.edit_profile_photo(caller, request),
            Request::SettingsEditProfileBanner(request) => self.edit_profile_banner(caller, request),
            Request::SettingsGetAccount(_) => self.get_account(caller),
            Request::SettingsChangePassword(request) => self.change_password(caller, request),
            Request::SettingsChangeEmail(request) => self.change_email(caller, &request),
            Request::SettingsChangeStatus(request) => self.change_status(caller, request),
            Request::SettingsChangeNotificationPreferences(request) => {
                self.change_notification_preferences(caller, request)
            }
            Request::SettingsEditUserSettings(request) => self.edit_user_settings(caller, request),
            Request::SettingsDeleteAccount(request) => self.delete_account(caller, &request),
            Request::SettingsSetupTotp(request) => self.setup_totp(caller, &request),
            Request::SettingsGetMfaMethods(_) => self.get_mfa_methods(caller),
            Request::SettingsBeginMfaStepUp(request) => self.begin_mfa_step_up(caller, &request),
            Request::SettingsCompleteMfaStepUp(request) => self.complete_mfa_step_up(caller, &request),
            Request::SettingsRegenerateRecoveryCodes(request) => self.regenerate_recovery_codes(caller, &request),
            Request::SettingsGetRecoveryCodes(request) => self.get_recovery_codes(caller, &request),

            Request::StickersGetSavedStickers(_) => self.get_saved_stickers(caller),
            Request::StickersGetStickerPack(request) => self.get_sticker_pack(caller, &request),
            Request::StickersGetStickerFiles(request) => self.get_sticker_files(&request),
            Request::StickersAddStickerToPack(request) => self.add_sticker_to_pack(caller, request),
            Request::StickersRemoveStickerFromPack(request) => self.remove_sticker_from_pack(caller, &request),

            Request::VoiceRequestRoom(request) => self.request_room(caller, &request),
            Request::VoiceGetRoomStates(_) => self.get_all_room_states(caller),
            Request::VoiceDisconnectUser(request) => self.disconnect_user(caller, &request),
            Request::CommunitiesGetRoomStates(request) => self.get_room_states(caller, &request),
            Request::DiscoveryGetDiscoverableCommunities(request) => self.get_discoverable_communities(&request),

            request => Err(not_served(&request)),
        }
    }
}

/// The answer to methods of the schema that this server does not have.
fn not_served(request: &Request) -> Refusal {
    Refusal::malformed(format!("This demo server does not serve {}.", rpc::describe(request).name))
}
