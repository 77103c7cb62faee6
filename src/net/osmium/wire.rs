//! The generated types of the Osmium schema, one module per protobuf package, and the descriptors they were made from.
//!
//! Nothing here decides anything: `proto/osmium/client/*.proto` is the source, `build.rs` the compiler. The only hand-written code
//! is `Debug` for the messages that hold secrets. Invariant: no `Debug` of any type in this tree prints a password, a token, a
//! one-time code, an invite or a key (see [`REDACTED`]).

use std::fmt;

/// Declares one public module per protobuf package, each holding what `build.rs` generated for it.
macro_rules! packages {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[allow(
            missing_docs,
            clippy::all,
            reason = "generated: fields and oneofs are described in the schema where it has something to say"
        )]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/osmium.client.", stringify!($name), ".rs"));
        }
    )*};
}

packages! {
    /// Signing in and up, sessions, and invites.
    auth;
    /// Subscriptions, products, credit and gifts.
    billing;
    /// Conversations: listing, reading, typing, groups and their members.
    chats;
    /// Communities with their channels, roles, overrides and members.
    communities;
    /// The envelope of every frame, and the first request of a connection.
    core;
    /// The public catalogue of communities.
    discovery;
    /// Friends, requests and blocks.
    friends;
    /// Files: references, metadata, upload and download by part.
    media;
    /// Messages: sending, editing, history, search, pins and bot interactions.
    messages;
    /// Granting other applications access to the account.
    oauth;
    /// Emoji reactions.
    reactions;
    /// References to chats, users and sticker packs.
    refs;
    /// The account, the profile, notifications and second factors.
    settings;
    /// Sticker and custom emoji packs.
    stickers;
    /// The objects that requests, replies and updates share.
    types;
    /// What the server pushes by itself.
    updates;
    /// Public profiles.
    users;
    /// Voice rooms and who is in them.
    voice;
}

/// The whole schema as an encoded `google.protobuf.FileDescriptorSet`, exactly as written in `proto/`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/osmium.binpb"));

/// Stands in a `Debug` output where a secret would be.
struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}

/// Writes `Debug` for messages that hold a secret, showing only the fields named in braces, and lists them in [`REDACTED`].
macro_rules! redacted {
    ($($full_name:literal: $type:ty { $($visible:ident),* };)*) => {
        /// The messages whose `Debug` hides what they hold, by name within `osmium.client`.
        pub const REDACTED: &[&str] = &[$($full_name),*];

        $(
            impl fmt::Debug for $type {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.debug_struct($full_name)
                        $(.field(stringify!($visible), &self.$visible))*
                        .field("secret", &Redacted)
                        .finish()
                }
            }
        )*
    };
}

redacted! {
    "auth.Authorization": auth::Authorization { session_id };
    "auth.Authorize": auth::Authorize {};
    "auth.CompleteSignIn": auth::CompleteSignIn {};
    "auth.CreatedInvite": auth::CreatedInvite {};
    "auth.EmailVerificationChallenge": auth::EmailVerificationChallenge { expires_at };
    "auth.InvitePreview": auth::InvitePreview { expires_at };
    "auth.LegacySignIn": auth::LegacySignIn {};
    "auth.LookupInvite": auth::LookupInvite {};
    "auth.MfaChallenge": auth::MfaChallenge { expires_at, totp, recovery_codes };
    "auth.ResetPassword.ResetPasswordConfirm": auth::reset_password::ResetPasswordConfirm {};
    "auth.SignIn": auth::SignIn {};
    "auth.SignUp": auth::SignUp {};
    "auth.UseInvite": auth::UseInvite {};
    "auth.VerifyEmail": auth::VerifyEmail {};
    "billing.ClaimGift": billing::ClaimGift {};
    "billing.GiftLink": billing::GiftLink { expires_at };
    "billing.InventoryItem": billing::InventoryItem { id, product_id, active };
    "billing.PaymentLink": billing::PaymentLink {};
    "chats.DeleteChatInvite": chats::DeleteChatInvite {};
    "oauth.Authorization": oauth::Authorization { expires_at };
    "oauth.Authorize": oauth::Authorize { client_id, scope };
    "settings.BackupCode": settings::BackupCode { used };
    "settings.BeginMfaStepUp": settings::BeginMfaStepUp {};
    "settings.ChangePassword": settings::ChangePassword { revoke_sessions };
    "settings.CompleteMfaStepUp": settings::CompleteMfaStepUp {};
    "settings.GetRecoveryCodes": settings::GetRecoveryCodes {};
    "settings.MfaStepUp": settings::MfaStepUp { expires_at, totp, recovery_codes };
    "settings.RegenerateRecoveryCodes": settings::RegenerateRecoveryCodes {};
    "settings.RegisterPushSubscription.Push": settings::register_push_subscription::Push { r#type };
    "settings.RegisterPushSubscription.WebPush": settings::register_push_subscription::WebPush {};
    "settings.SetupTotp": settings::SetupTotp { enabled };
    "settings.SetupWebauthn": settings::SetupWebauthn { enabled };
    "settings.Totp": settings::Totp { enabled };
    "settings.Webauthn": settings::Webauthn {};
    "voice.RoomInfo": voice::RoomInfo { room_id, chat_ref };
}

// A oneof follows the message around it, so that these two lost their derived `Debug` as well.
impl fmt::Debug for auth::complete_sign_in::Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Redacted.fmt(formatter)
    }
}

impl fmt::Debug for settings::complete_mfa_step_up::Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Redacted.fmt(formatter)
    }
}
