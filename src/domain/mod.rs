//! The neutral model: what every chat network has, in nib's own words.
//!
//! Nothing here does I/O, reads a clock, or imports another room of ours. Nothing here is serialisable: each network and the
//! store own their formats, so that the model can change without breaking a file or a wire. Remote text appears only as [`CleanText`].

pub mod answer;
pub mod caps;
pub mod chat;
pub mod code;
pub mod community;
pub mod download;
pub mod emoji;
pub mod fault;
pub mod find;
pub mod id;
pub mod invite;
pub mod kept;
mod label;
pub mod link;
pub mod markup;
pub mod message;
pub mod mimetype;
pub mod near;
pub mod parts;
pub mod people;
pub mod permissions;
pub mod picture;
pub mod request;
pub mod rich;
pub mod secret;
pub mod settings;
pub mod size;
pub mod slash;
pub mod text;
pub mod time;
pub mod timeline;
pub mod update;
pub mod upload;
pub mod when;

pub use answer::{Answer, Bundle, Progress, Refusal, RefusalKind, Reply};
pub use caps::{Caps, DatedIds, FileTypes, Pace};
pub use chat::{ChannelKind, Chat, ChatKind, NotifyLevel, ReadState, ThreadInfo};
pub use code::{CodeBlock, CodeKey, Token, Tokens};
pub use community::{Community, Member, MemberListEntry, Role, VoiceParticipant};
pub use download::Blob;
pub use emoji::{CustomEmoji, EmojiUse};
pub use find::Sought;
pub use id::{
    AccountId, ChatId, ChatKey, CommunityId, FileId, Id, MessageId, Nonce, RequestId, RoleId, SessionId, SortKey,
    UserId,
};
pub use invite::{Invite, InviteTarget};
pub use label::label_fault;
pub use link::{Admission, DownReason, LinkEvent, LinkPhase, SignInPart};
pub use message::{
    Attachment, AttachmentKind, Button, Embed, EmbedField, EmbedImage, FileRef, Forwarded, Message, MessageKey,
    MessageKind, Poll, PollOption, Press, ReactEmoji, Reaction, ReplyInfo, Tally,
};
pub use people::{Presence, Profile, User};
pub use permissions::{Overrides, Permissions};
pub use request::{Outgoing, Page, Priority, Quote, Request, ThreadChange};
pub use rich::{LineKind, RichText, Span, SpanKind};
pub use secret::Secret;
pub use settings::Settings;
pub use size::size;
pub use slash::{SlashCommand, SlashKind, SlashOption};
pub use text::CleanText;
pub use time::{Mono, Now, Wall};
pub use timeline::{Entry, Timeline};
pub use update::Update;
pub use upload::{Source, Upload};
