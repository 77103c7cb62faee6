//! Every method of the protocol, from one table: what is asked, what is answered, and whether asking twice does harm.
//!
//! A request type implements [`Method`], which fixes its reply type; a call therefore cannot be read as the wrong reply:
//!
//! ```
//! use nib::net::osmium::rpc::{Method, ReplyError};
//! use nib::net::osmium::wire::{core::rpc_result, messages};
//!
//! let reply = Some(rpc_result::Result::Messages(messages::Messages::default()));
//! let history: messages::Messages = messages::GetHistory::unwrap_reply(reply)?;
//! assert!(history.messages.is_empty());
//! # Ok::<(), ReplyError>(())
//! ```
//!
//! ```compile_fail,E0308
//! use nib::net::osmium::rpc::{Method, ReplyError};
//! use nib::net::osmium::wire::{chats, core::rpc_result, messages};
//!
//! let reply = Some(rpc_result::Result::Messages(messages::Messages::default()));
//! let history: chats::Chats = messages::GetHistory::unwrap_reply(reply)?;
//! # Ok::<(), ReplyError>(())
//! ```
//!
//! Invariants: the table is ordered by number; [`describe`] matches every member of the request oneof, so that a member without a row
//! does not compile; `tests/it/wire.rs` holds the rows against the published list. Two pairs of names repeat across packages and
//! are different types: `auth.Authorize` and `oauth.Authorize` (with their `Authorization`), `communities.GetRoomStates` and
//! `voice.GetRoomStates`.

use thiserror::Error;

use super::wire::{
    self,
    core::{RpcError, client_message, rpc_result},
};

/// What repeating a request does, which decides whether it may be sent again without being told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Changes nothing on the server.
    Read,
    /// Changes something, and a second time changes nothing more.
    IdempotentWrite,
    /// A second time would send, create or charge again.
    Write,
}

impl Class {
    /// Whether a request may be repeated by itself after a lost link or a timeout.
    #[must_use]
    pub const fn may_repeat(self) -> bool {
        !matches!(self, Self::Write)
    }
}

/// One row of the method table, for code that learns the method only at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodInfo {
    /// The number of the method's member in `ClientMessage`.
    pub number: u32,
    /// The name of the method's member in `ClientMessage`, such as `messages_send_message`.
    pub name: &'static str,
    /// The full protobuf name of the request.
    pub request: &'static str,
    /// The full protobuf name of the reply, or `None` where success is an empty result.
    pub reply: Option<&'static str>,
    /// What repeating it does.
    pub class: Class,
    /// Whether a connection may ask this before it is signed in.
    pub before_sign_in: bool,
}

/// Why an answer is not the reply that was asked for.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReplyError {
    /// The server refused. Its message is remote text and therefore not part of this sentence.
    #[error("the server refused the request for its reason number {}", .0.error_code)]
    Refused(RpcError),
    /// The answer holds no reply that this version knows, though the method has one.
    #[error("the server answered {method} without the reply it should carry; a newer nib may understand it")]
    Missing {
        /// The method's name.
        method: &'static str,
    },
    /// The answer holds the reply of another method.
    #[error(
        "the server answered {method} with the reply of another method; if this repeats, report it to the server's operator"
    )]
    Mismatched {
        /// The method's name.
        method: &'static str,
    },
}

/// A request that belongs in a `ClientMessage`, together with the reply that belongs to it.
pub trait Method: prost::Message + Default + Sized {
    /// What success looks like; `()` where the result is empty.
    type Reply;
    /// The number of the method's member in `ClientMessage`.
    const NUMBER: u32;
    /// The name of the method's member in `ClientMessage`.
    const NAME: &'static str;
    /// What repeating it does.
    const CLASS: Class;
    /// Whether a connection may ask this before it is signed in.
    const BEFORE_SIGN_IN: bool;

    /// Puts the request into the oneof of a `ClientMessage`.
    fn wrap(self) -> client_message::Message;

    /// Takes the reply out of the oneof of an `RPCResult`.
    ///
    /// Where the result should be empty, any member other than an error counts as success: a server newer than this schema may
    /// have started to say more, and a write that was done must not be reported as failed.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] when the server refused, or answered with nothing or with something else.
    fn unwrap_reply(result: Option<rpc_result::Result>) -> Result<Self::Reply, ReplyError>;

    /// Puts a reply into the oneof of an `RPCResult`, as a server does; an empty reply has no member.
    fn wrap_reply(reply: Self::Reply) -> Option<rpc_result::Result>;
}

/// Takes a value out of the box that some large oneof members are stored in, and leaves others as they are.
trait Unboxed<T> {
    fn unboxed(self) -> T;
}

impl<T> Unboxed<T> for T {
    fn unboxed(self) -> T {
        self
    }
}

impl<T> Unboxed<T> for Box<T> {
    fn unboxed(self) -> T {
        *self
    }
}

/// Turns the table into the implementations of [`Method`], [`METHODS`] and [`describe`].
///
/// A row reads: number, name, member of the request oneof with its type, member of the result oneof with its type (or `Empty`),
/// class, and whether the connection must be signed in.
macro_rules! methods {
    (@type) => { () };
    (@type $package:ident $reply:ident) => { wire::$package::$reply };
    (@name) => { None };
    (@name $package:ident $reply:ident) => {
        Some(concat!("osmium.client.", stringify!($package), ".", stringify!($reply)))
    };
    (@unwrap $result:ident Empty) => {
        match $result {
            Some(rpc_result::Result::Error(error)) => Err(ReplyError::Refused(error)),
            _ => Ok(()),
        }
    };
    (@unwrap $result:ident $member:ident) => {
        match $result {
            Some(rpc_result::Result::$member(reply)) => Ok(reply.unboxed()),
            Some(rpc_result::Result::Error(error)) => Err(ReplyError::Refused(error)),
            Some(_) => Err(ReplyError::Mismatched { method: Self::NAME }),
            None => Err(ReplyError::Missing { method: Self::NAME }),
        }
    };
    (@wrap $reply:ident Empty) => {{
        let () = $reply;
        None
    }};
    (@wrap $reply:ident $member:ident) => { Some(rpc_result::Result::$member($reply.into())) };
    (@early signed_out) => { true };
    (@early signed_in) => { false };

    ($($number:literal $name:ident: $member:ident($package:ident.$request:ident)
        => $reply_member:ident $(($reply_package:ident.$reply:ident))?, $class:ident, $when:ident;)*) => {
        /// All methods, ordered by number.
        pub const METHODS: &[MethodInfo] = &[$(MethodInfo {
            number: $number,
            name: stringify!($name),
            request: concat!("osmium.client.", stringify!($package), ".", stringify!($request)),
            reply: methods!(@name $($reply_package $reply)?),
            class: Class::$class,
            before_sign_in: methods!(@early $when),
        }),*];

        /// The row of the method that a request belongs to.
        #[must_use]
        pub const fn describe(request: &client_message::Message) -> MethodInfo {
            match request {
                $(client_message::Message::$member(_) => MethodInfo {
                    number: $number,
                    name: stringify!($name),
                    request: concat!("osmium.client.", stringify!($package), ".", stringify!($request)),
                    reply: methods!(@name $($reply_package $reply)?),
                    class: Class::$class,
                    before_sign_in: methods!(@early $when),
                },)*
            }
        }

        $(
            impl Method for wire::$package::$request {
                type Reply = methods!(@type $($reply_package $reply)?);
                const NUMBER: u32 = $number;
                const NAME: &'static str = stringify!($name);
                const CLASS: Class = Class::$class;
                const BEFORE_SIGN_IN: bool = methods!(@early $when);

                fn wrap(self) -> client_message::Message {
                    client_message::Message::$member(self)
                }

                fn unwrap_reply(result: Option<rpc_result::Result>) -> Result<Self::Reply, ReplyError> {
                    methods!(@unwrap result $reply_member)
                }

                fn wrap_reply(reply: Self::Reply) -> Option<rpc_result::Result> {
                    methods!(@wrap reply $reply_member)
                }
            }
        )*
    };
}

methods! {
    2 auth_legacy_sign_in: AuthLegacySignIn(auth.LegacySignIn) => Authorization(auth.Authorization), Write, signed_out;
    3 auth_sign_up: AuthSignUp(auth.SignUp) => Authorization(auth.Authorization), Write, signed_out;
    4 messages_send_message: MessagesSendMessage(messages.SendMessage) => SentMessage(messages.SentMessage), Write, signed_in;
    5 messages_get_history: MessagesGetHistory(messages.GetHistory) => Messages(messages.Messages), Read, signed_in;
    6 communities_create_community: CommunitiesCreateCommunity(communities.CreateCommunity) => Empty, Write, signed_in;
    7 communities_get_communities: CommunitiesGetCommunities(communities.GetCommunities) => Communities(communities.Communities), Read, signed_in;
    8 communities_create_channel: CommunitiesCreateChannel(communities.CreateChannel) => Empty, Write, signed_in;
    9 communities_get_channels: CommunitiesGetChannels(communities.GetChannels) => Channels(communities.Channels), Read, signed_in;
    10 friends_get_relationships: FriendsGetRelationships(friends.GetRelationships) => Relationships(friends.Relationships), Read, signed_in;
    11 chats_get_chats: ChatsGetChats(chats.GetChats) => Chats(chats.Chats), Read, signed_in;
    12 media_upload_file_part: MediaUploadFilePart(media.UploadFilePart) => Empty, IdempotentWrite, signed_in;
    13 media_download_file_part: MediaDownloadFilePart(media.DownloadFilePart) => FilePart(media.FilePart), Read, signed_in;
    14 chats_create_chat_invite: ChatsCreateChatInvite(chats.CreateChatInvite) => CreatedInvite(auth.CreatedInvite), Write, signed_in;
    15 auth_lookup_invite: AuthLookupInvite(auth.LookupInvite) => InvitePreview(auth.InvitePreview), Read, signed_out;
    16 auth_use_invite: AuthUseInvite(auth.UseInvite) => Empty, IdempotentWrite, signed_in;
    17 messages_delete_message: MessagesDeleteMessage(messages.DeleteMessage) => Empty, IdempotentWrite, signed_in;
    18 communities_get_channel_members: CommunitiesGetChannelMembers(communities.GetChannelMembers) => MemberList(communities.MemberList), Read, signed_in;
    19 core_initialize: CoreInitialize(core.Initialize) => Initialized(core.Initialized), IdempotentWrite, signed_out;
    20 auth_authorize: AuthAuthorize(auth.Authorize) => Authorization(auth.Authorization), IdempotentWrite, signed_out;
    21 chats_mark_chat_read: ChatsMarkChatRead(chats.MarkChatRead) => Empty, IdempotentWrite, signed_in;
    22 settings_edit_profile_photo: SettingsEditProfilePhoto(settings.EditProfilePhoto) => Empty, IdempotentWrite, signed_in;
    23 communities_edit_photo: CommunitiesEditPhoto(communities.EditPhoto) => Empty, IdempotentWrite, signed_in;
    24 communities_delete_channel: CommunitiesDeleteChannel(communities.DeleteChannel) => Empty, IdempotentWrite, signed_in;
    25 chats_get_chat: ChatsGetChat(chats.GetChat) => Chat(chats.Chat), Read, signed_in;
    26 messages_edit_message: MessagesEditMessage(messages.EditMessage) => Empty, IdempotentWrite, signed_in;
    27 communities_get_roles: CommunitiesGetRoles(communities.GetRoles) => CommunityRoles(communities.CommunityRoles), Read, signed_in;
    28 chats_set_typing: ChatsSetTyping(chats.SetTyping) => Empty, IdempotentWrite, signed_in;
    29 communities_create_role: CommunitiesCreateRole(communities.CreateRole) => Empty, Write, signed_in;
    30 communities_edit_role: CommunitiesEditRole(communities.EditRole) => Empty, IdempotentWrite, signed_in;
    31 communities_delete_role: CommunitiesDeleteRole(communities.DeleteRole) => Empty, IdempotentWrite, signed_in;
    32 communities_edit_member: CommunitiesEditMember(communities.EditMember) => Empty, IdempotentWrite, signed_in;
    33 communities_create_channel_override: CommunitiesCreateChannelOverride(communities.CreateChannelOverride) => ChannelOverride(communities.ChannelOverride), IdempotentWrite, signed_in;
    34 communities_delete_channel_override: CommunitiesDeleteChannelOverride(communities.DeleteChannelOverride) => Empty, IdempotentWrite, signed_in;
    35 communities_get_channel_overrides: CommunitiesGetChannelOverrides(communities.GetChannelOverrides) => ChannelOverrides(communities.ChannelOverrides), Read, signed_in;
    36 communities_leave_community: CommunitiesLeaveCommunity(communities.LeaveCommunity) => Empty, IdempotentWrite, signed_in;
    37 communities_delete_community: CommunitiesDeleteCommunity(communities.DeleteCommunity) => Empty, IdempotentWrite, signed_in;
    38 friends_sync_friends: FriendsSyncFriends(friends.SyncFriends) => Empty, IdempotentWrite, signed_in;
    39 communities_edit_channel: CommunitiesEditChannel(communities.EditChannel) => Empty, IdempotentWrite, signed_in;
    40 communities_edit_community: CommunitiesEditCommunity(communities.EditCommunity) => Empty, IdempotentWrite, signed_in;
    41 auth_get_sessions: AuthGetSessions(auth.GetSessions) => Sessions(auth.Sessions), Read, signed_in;
    42 auth_revoke_sessions: AuthRevokeSessions(auth.RevokeSessions) => Empty, IdempotentWrite, signed_in;
    43 settings_register_push_subscription: SettingsRegisterPushSubscription(settings.RegisterPushSubscription) => Empty, IdempotentWrite, signed_in;
    44 settings_unregister_push_subscription: SettingsUnregisterPushSubscription(settings.UnregisterPushSubscription) => Empty, IdempotentWrite, signed_in;
    45 auth_reset_password: AuthResetPassword(auth.ResetPassword) => Empty, Write, signed_out;
    46 auth_verify_email: AuthVerifyEmail(auth.VerifyEmail) => Empty, IdempotentWrite, signed_out;
    47 auth_resend_email_verification: AuthResendEmailVerification(auth.ResendEmailVerification) => Empty, Write, signed_out;
    48 users_lookup_username: UsersLookupUsername(users.LookupUsername) => UserDetails(users.UserDetails), Read, signed_in;
    49 communities_remove_members: CommunitiesRemoveMembers(communities.RemoveMembers) => RemovedMembers(communities.RemovedMembers), IdempotentWrite, signed_in;
    50 chats_create_chat: ChatsCreateChat(chats.CreateChat) => Group(types.Group), Write, signed_in;
    51 friends_change_relationship: FriendsChangeRelationship(friends.ChangeRelationship) => Empty, IdempotentWrite, signed_in;
    52 chats_edit_chat: ChatsEditChat(chats.EditChat) => Chat(chats.Chat), IdempotentWrite, signed_in;
    53 chats_remove_chat_member: ChatsRemoveChatMember(chats.RemoveChatMember) => Empty, IdempotentWrite, signed_in;
    54 voice_request_room: VoiceRequestRoom(voice.RequestRoom) => RoomInfo(voice.RoomInfo), IdempotentWrite, signed_in;
    55 messages_search: MessagesSearch(messages.Search) => Messages(messages.Messages), Read, signed_in;
    56 messages_get_embed_preview: MessagesGetEmbedPreview(messages.GetEmbedPreview) => MediaEmbed(media.MediaEmbed), Read, signed_in;
    57 users_get_profile: UsersGetProfile(users.GetProfile) => Profile(users.Profile), Read, signed_in;
    58 communities_edit_default_permissions: CommunitiesEditDefaultPermissions(communities.EditDefaultPermissions) => Empty, IdempotentWrite, signed_in;
    59 chats_delete_chat_invite: ChatsDeleteChatInvite(chats.DeleteChatInvite) => Empty, IdempotentWrite, signed_in;
    60 communities_get_removed_members: CommunitiesGetRemovedMembers(communities.GetRemovedMembers) => RemovedMembers(communities.RemovedMembers), Read, signed_in;
    61 chats_list_chat_invites: ChatsListChatInvites(chats.ListChatInvites) => InviteList(auth.InviteList), Read, signed_in;
    62 messages_report_message: MessagesReportMessage(messages.ReportMessage) => Empty, Write, signed_in;
    63 reactions_add_reaction: ReactionsAddReaction(reactions.AddReaction) => Empty, IdempotentWrite, signed_in;
    64 reactions_remove_reaction: ReactionsRemoveReaction(reactions.RemoveReaction) => Empty, IdempotentWrite, signed_in;
    65 messages_forward_message: MessagesForwardMessage(messages.ForwardMessage) => Empty, Write, signed_in;
    66 stickers_get_saved_stickers: StickersGetSavedStickers(stickers.GetSavedStickers) => SavedStickers(stickers.SavedStickers), Read, signed_in;
    67 stickers_get_sticker_files: StickersGetStickerFiles(stickers.GetStickerFiles) => Files(media.Files), Read, signed_in;
    68 stickers_get_sticker_pack: StickersGetStickerPack(stickers.GetStickerPack) => StickerPack(stickers.StickerPack), Read, signed_in;
    69 stickers_add_sticker_to_pack: StickersAddStickerToPack(stickers.AddStickerToPack) => Empty, Write, signed_in;
    70 stickers_remove_sticker_from_pack: StickersRemoveStickerFromPack(stickers.RemoveStickerFromPack) => Empty, IdempotentWrite, signed_in;
    71 billing_request_payment_link: BillingRequestPaymentLink(billing.RequestPaymentLink) => PaymentLink(billing.PaymentLink), Write, signed_in;
    72 billing_cancel_subscription: BillingCancelSubscription(billing.CancelSubscription) => Empty, IdempotentWrite, signed_in;
    73 settings_change_notification_preferences: SettingsChangeNotificationPreferences(settings.ChangeNotificationPreferences) => Empty, IdempotentWrite, signed_in;
    74 settings_edit_profile: SettingsEditProfile(settings.EditProfile) => Empty, IdempotentWrite, signed_in;
    75 settings_get_account: SettingsGetAccount(settings.GetAccount) => Account(settings.Account), Read, signed_in;
    76 settings_change_password: SettingsChangePassword(settings.ChangePassword) => Empty, Write, signed_in;
    77 settings_change_email: SettingsChangeEmail(settings.ChangeEmail) => Empty, Write, signed_in;
    78 communities_unban_members: CommunitiesUnbanMembers(communities.UnbanMembers) => Empty, IdempotentWrite, signed_in;
    79 communities_get_members: CommunitiesGetMembers(communities.GetMembers) => Members(communities.Members), Read, signed_in;
    80 settings_change_status: SettingsChangeStatus(settings.ChangeStatus) => Empty, IdempotentWrite, signed_in;
    81 communities_edit_settings: CommunitiesEditSettings(communities.EditSettings) => CommunitySettings(communities.CommunitySettings), IdempotentWrite, signed_in;
    82 billing_get_subscription: BillingGetSubscription(billing.GetSubscription) => Subscription(billing.Subscription), Read, signed_in;
    83 settings_setup_totp: SettingsSetupTotp(settings.SetupTotp) => Totp(settings.Totp), Write, signed_in;
    84 settings_request_takeout: SettingsRequestTakeout(settings.RequestTakeout) => Empty, Write, signed_in;
    85 settings_delete_account: SettingsDeleteAccount(settings.DeleteAccount) => Empty, IdempotentWrite, signed_in;
    86 messages_get_unread_mentions: MessagesGetUnreadMentions(messages.GetUnreadMentions) => UnreadMentions(messages.UnreadMentions), Read, signed_in;
    87 discovery_get_discoverable_communities: DiscoveryGetDiscoverableCommunities(discovery.GetDiscoverableCommunities) => DiscoveryCommunities(discovery.DiscoveryCommunities), Read, signed_in;
    88 communities_get_room_states: CommunitiesGetRoomStates(communities.GetRoomStates) => RoomStates(communities.RoomStates), Read, signed_in;
    89 messages_set_message_pin: MessagesSetMessagePin(messages.SetMessagePin) => Empty, IdempotentWrite, signed_in;
    90 messages_get_pinned_messages: MessagesGetPinnedMessages(messages.GetPinnedMessages) => Messages(messages.Messages), Read, signed_in;
    91 settings_edit_user_settings: SettingsEditUserSettings(settings.EditUserSettings) => UserSettings(settings.UserSettings), IdempotentWrite, signed_in;
    92 communities_sync_channel_overrides: CommunitiesSyncChannelOverrides(communities.SyncChannelOverrides) => Empty, IdempotentWrite, signed_in;
    93 settings_edit_profile_banner: SettingsEditProfileBanner(settings.EditProfileBanner) => Empty, IdempotentWrite, signed_in;
    94 billing_get_products: BillingGetProducts(billing.GetProducts) => Products(billing.Products), Read, signed_in;
    95 communities_add_member: CommunitiesAddMember(communities.AddMember) => Empty, IdempotentWrite, signed_in;
    96 chats_add_chat_member: ChatsAddChatMember(chats.AddChatMember) => Empty, IdempotentWrite, signed_in;
    97 oauth_authorize: OauthAuthorize(oauth.Authorize) => OauthAuthorization(oauth.Authorization), Write, signed_in;
    98 oauth_get_app: OauthGetApp(oauth.GetApp) => OauthApp(oauth.App), Read, signed_out;
    99 auth_create_email_verification_challenge: AuthCreateEmailVerificationChallenge(auth.CreateEmailVerificationChallenge) => EmailVerificationChallenge(auth.EmailVerificationChallenge), Write, signed_out;
    100 chats_get_chat_members: ChatsGetChatMembers(chats.GetChatMembers) => ChatMembers(chats.ChatMembers), Read, signed_in;
    101 chats_edit_chat_member: ChatsEditChatMember(chats.EditChatMember) => Empty, IdempotentWrite, signed_in;
    102 messages_submit_interaction: MessagesSubmitInteraction(messages.SubmitInteraction) => InteractionResponse(messages.InteractionResponse), Write, signed_in;
    103 messages_set_interaction_response: MessagesSetInteractionResponse(messages.SetInteractionResponse) => Empty, Write, signed_in;
    104 auth_sign_in: AuthSignIn(auth.SignIn) => SignInResult(auth.SignInResult), Write, signed_out;
    105 auth_complete_sign_in: AuthCompleteSignIn(auth.CompleteSignIn) => Authorization(auth.Authorization), Write, signed_out;
    106 settings_setup_webauthn: SettingsSetupWebauthn(settings.SetupWebauthn) => Webauthn(settings.Webauthn), Write, signed_in;
    107 settings_get_mfa_methods: SettingsGetMfaMethods(settings.GetMfaMethods) => MfaMethods(settings.MfaMethods), Read, signed_in;
    108 settings_begin_mfa_step_up: SettingsBeginMfaStepUp(settings.BeginMfaStepUp) => MfaStepUp(settings.MfaStepUp), Write, signed_in;
    109 settings_complete_mfa_step_up: SettingsCompleteMfaStepUp(settings.CompleteMfaStepUp) => MfaStepUp(settings.MfaStepUp), Write, signed_in;
    110 settings_regenerate_recovery_codes: SettingsRegenerateRecoveryCodes(settings.RegenerateRecoveryCodes) => RecoveryCodes(settings.RecoveryCodes), Write, signed_in;
    111 settings_get_recovery_codes: SettingsGetRecoveryCodes(settings.GetRecoveryCodes) => RecoveryCodes(settings.RecoveryCodes), Read, signed_in;
    112 voice_get_room_states: VoiceGetRoomStates(voice.GetRoomStates) => GlobalRoomStates(voice.GlobalRoomStates), Read, signed_in;
    113 billing_purchase_credit: BillingPurchaseCredit(billing.PurchaseCredit) => PaymentLink(billing.PaymentLink), Write, signed_in;
    114 billing_get_inventory: BillingGetInventory(billing.GetInventory) => InventoryList(billing.InventoryList), Read, signed_in;
    115 billing_redeem_inventory_item: BillingRedeemInventoryItem(billing.RedeemInventoryItem) => Empty, Write, signed_in;
    116 billing_create_gift_link: BillingCreateGiftLink(billing.CreateGiftLink) => GiftLink(billing.GiftLink), Write, signed_in;
    117 billing_revoke_gift_link: BillingRevokeGiftLink(billing.RevokeGiftLink) => Empty, IdempotentWrite, signed_in;
    118 billing_claim_gift: BillingClaimGift(billing.ClaimGift) => ClaimedGift(billing.ClaimedGift), Write, signed_in;
    119 voice_disconnect_user: VoiceDisconnectUser(voice.DisconnectUser) => Empty, IdempotentWrite, signed_in;
}

/// The method with this number in `ClientMessage`, if there is one.
#[must_use]
pub fn by_number(number: u32) -> Option<&'static MethodInfo> {
    METHODS.binary_search_by_key(&number, |method| method.number).ok().and_then(|index| METHODS.get(index))
}

/// The method with this name in `ClientMessage`, if there is one.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static MethodInfo> {
    METHODS.iter().find(|method| method.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_an_error_for_typed_and_for_empty_replies() {
        let refusal = || Some(rpc_result::Result::Error(RpcError { error_code: 403, error_message: "no".to_owned() }));
        let expected = ReplyError::Refused(RpcError { error_code: 403, error_message: "no".to_owned() });
        assert_eq!(wire::messages::GetHistory::unwrap_reply(refusal()).unwrap_err(), expected);
        assert_eq!(wire::chats::SetTyping::unwrap_reply(refusal()).unwrap_err(), expected);
    }

    #[test]
    fn a_missing_or_foreign_reply_names_the_method() {
        let missing = ReplyError::Missing { method: "messages_get_history" };
        assert_eq!(wire::messages::GetHistory::unwrap_reply(None).unwrap_err(), missing);
        let foreign = Some(rpc_result::Result::Chats(wire::chats::Chats::default()));
        let mismatched = ReplyError::Mismatched { method: "messages_get_history" };
        assert_eq!(wire::messages::GetHistory::unwrap_reply(foreign).unwrap_err(), mismatched);
    }

    #[test]
    fn an_empty_reply_tolerates_whatever_is_not_an_error() {
        assert_eq!(wire::chats::SetTyping::unwrap_reply(None), Ok(()));
        let extra = Some(rpc_result::Result::Chats(wire::chats::Chats::default()));
        assert_eq!(wire::chats::SetTyping::unwrap_reply(extra), Ok(()));
        assert_eq!(wire::chats::SetTyping::wrap_reply(()), None);
    }

    #[test]
    fn a_boxed_reply_comes_back_whole() {
        let preview = wire::auth::InvitePreview { code: "abc".to_owned(), ..Default::default() };
        let wrapped = wire::auth::LookupInvite::wrap_reply(preview.clone());
        assert_eq!(wire::auth::LookupInvite::unwrap_reply(wrapped), Ok(preview));
    }

    #[test]
    fn numbers_and_names_find_their_row() {
        for method in METHODS {
            assert_eq!(by_number(method.number), Some(method));
            assert_eq!(by_name(method.name), Some(method));
        }
        assert_eq!(by_number(0), None);
        assert_eq!(by_number(1), None);
        assert_eq!(by_name("messages_search_all"), None);
        assert_eq!(describe(&wire::chats::SetTyping::default().wrap()).number, 28);
    }
}
