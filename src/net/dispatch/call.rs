//! One call on the wire: what it asks, who waits for it, and how it relates to others.

use crate::domain::{ChatId, MessageId, Mono, Priority, Request, RequestId};

/// A call that waits or is under way.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) request: Request,
    /// The most urgent of its askers'.
    pub(super) priority: Priority,
    /// Who waits for it. Empty: it was cancelled while under way, and only its answer is awaited.
    pub(super) askers: Vec<RequestId>,
    pub(super) subject: Option<Subject>,
    /// An earlier call about the same subject that must be over first.
    pub(super) behind: Option<u64>,
    /// How often it was answered.
    pub(super) attempts: u32,
    /// How often the link was lost under it.
    pub(super) losses: u32,
    /// Not to be made earlier.
    pub(super) not_before: Mono,
    pub(super) stage: Stage,
}

/// How far a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// Not made yet, or to be made again.
    Waiting,
    /// Made, and not answered.
    UnderWay {
        /// Its name towards the adapter; a new one for each attempt.
        wire: RequestId,
        /// How many writes had been answered when it was made.
        writes: u64,
    },
}

/// What a write is about. Writes about the same thing are made one after the other, so that a retried one never undoes a newer one.
/// Deleting needs no such order: nothing undoes it. Messages with files are made one after the other too: together they would be no quicker, and a
/// few of them would keep everything else waiting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Subject {
    Message(ChatId, MessageId),
    ReadMark(ChatId),
    Presence,
    Files,
}

impl Subject {
    pub(super) fn of(request: &Request) -> Option<Self> {
        match request {
            Request::Edit { chat, message, .. }
            | Request::React { chat, message, .. }
            | Request::Pin { chat, message, .. } => Some(Self::Message(*chat, message.id)),
            Request::MarkRead { chat, .. } => Some(Self::ReadMark(*chat)),
            Request::SetPresence(_) | Request::SetStatus { .. } => Some(Self::Presence),
            Request::Send(outgoing) if !outgoing.attachments.is_empty() => Some(Self::Files),
            _ => None,
        }
    }
}

/// Whether it only reads, so that equal ones can share a call.
pub(super) const fn is_read(request: &Request) -> bool {
    matches!(
        request,
        Request::FetchCommunities
            | Request::FetchCommunityOrder
            | Request::FetchChannels(_)
            | Request::FetchChats
            | Request::FetchChat(_)
            | Request::FetchDirect(_)
            | Request::FetchRoles(_)
            | Request::FetchMembers(..)
            | Request::FetchMemberList(_)
            | Request::FetchVoiceRooms(_)
            | Request::LookupUsername(_)
            | Request::LookupInvite(_)
            | Request::FetchHistory { .. }
            | Request::PeekHistory { .. }
            | Request::FetchMessage { .. }
            | Request::FetchPinned(_)
            | Request::FetchMentions(_)
            | Request::Search { .. }
            | Request::FetchEmoji
            | Request::FetchCommands(_)
            | Request::FetchPart { .. }
            | Request::FetchPoll { .. }
    )
}

/// Whether its answer tells how things stand that pushes change meanwhile. One that was made earlier tells of earlier: whoever asks now may have been told
/// newer things since, and would take the answer for newer still.
pub(super) const fn is_of_the_moment(request: &Request) -> bool {
    matches!(
        request,
        Request::FetchHistory { .. }
            | Request::PeekHistory { .. }
            | Request::FetchMessage { .. }
            | Request::FetchPinned(_)
            | Request::FetchMentions(_)
            | Request::Search { .. }
            | Request::FetchCommands(_)
            | Request::FetchCommunities
            | Request::FetchChannels(_)
            | Request::FetchChats
            | Request::FetchChat(_)
    )
}

/// Whether it only means something at once: said later it would be untrue, or answer a question that is no longer asked.
pub(super) const fn is_momentary(request: &Request) -> bool {
    matches!(request, Request::SetTyping { .. } | Request::SignInCode(_))
}

/// Whether it counts against a network's limits on writing.
pub(super) const fn is_writing(request: &Request) -> bool {
    matches!(
        request,
        Request::Send(_)
            | Request::Edit { .. }
            | Request::SetTyping { typing: true, .. }
            | Request::FetchDirect(_)
            | Request::Forward { .. }
    )
}

/// Whether it may be made again by itself.
pub(super) const fn is_retryable(request: &Request) -> bool {
    request.is_repeatable() && !is_momentary(request)
}

impl Call {
    /// Whether this call, not yet made, can also serve `other`: an equal read, or a look-up of members with room for more.
    pub(super) fn can_take(&self, other: &Request, most_members: usize) -> bool {
        match (&self.request, other) {
            (Request::FetchMembers(here, mine), Request::FetchMembers(there, theirs)) => {
                here == there && mine.len() + theirs.iter().filter(|id| !mine.contains(id)).count() <= most_members
            }
            (mine, theirs) => mine == theirs,
        }
    }

    /// Whether this call, already made, also answers `other`.
    pub(super) fn covers(&self, other: &Request) -> bool {
        match (&self.request, other) {
            (Request::FetchMembers(here, mine), Request::FetchMembers(there, theirs)) => {
                here == there && theirs.iter().all(|id| mine.contains(id))
            }
            (mine, theirs) => mine == theirs,
        }
    }

    /// Lets the call serve `other` too; [`Call::can_take`] has said that it can.
    pub(super) fn take(&mut self, other: Request) {
        if let (Request::FetchMembers(_, mine), Request::FetchMembers(_, theirs)) = (&mut self.request, other) {
            for id in theirs {
                if !mine.contains(&id) {
                    mine.push(id);
                }
            }
        }
    }
}
