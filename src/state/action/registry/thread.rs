//! Threads and their forums.

use super::super::{Action as A, Context};

const THREADS: &[Context] = &[Context::Forum];

table! {
    "begin-thread" "[TITLE]" THREADS, true, |rest| Some(A::BeginThread(rest.to_owned())), "Begin a thread";
    "rename-thread" "[TITLE]" THREADS, true, |rest| Some(A::RenameThread(rest.to_owned())), "Give this thread another title";
    "join-thread" "" THREADS, true, plain!(A::JoinThread), "Take part in this thread, or no longer";
    "lock-thread" "" THREADS, true, plain!(A::LockThread), "Lock this thread, or open it again";
    "archive-thread" "" THREADS, true, plain!(A::ArchiveThread), "Put this thread away, or bring it back";
    "delete-thread" "" THREADS, true, plain!(A::DeleteThread), "Delete this thread";
    "open-forum" "" &[Context::Messages], true, plain!(A::OpenForum), "Go to the forum of this thread";
}
