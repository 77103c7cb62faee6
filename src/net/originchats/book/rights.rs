//! What one may do, from lists of role names.
//!
//! `role` in a list allows, `!role` denies; one's roles are looked through in their order and the first that is named decides. Where a channel
//! has no list for something, each generation of servers has its own idea of it.

use super::Book;
use super::people::Known;
use crate::domain::{ChatId, Overrides, Permissions};
use crate::net::originchats::server::Generation;
use crate::net::originchats::wire::{Access, Channel, Raw, Thread};

/// The role that owns a server.
const OWNER: &str = "owner";
/// What a channel decides about.
const DECIDED: Permissions = Permissions::VIEW
    .union(Permissions::SEND)
    .union(Permissions::SEND_MEDIA)
    .union(Permissions::REACT)
    .union(Permissions::DELETE_OTHERS)
    .union(Permissions::PIN)
    .union(Permissions::CONNECT_VOICE)
    .union(Permissions::SPEAK)
    .union(Permissions::BEGIN_THREADS)
    .union(Permissions::CHANGE_THREAD)
    .union(Permissions::LOCK_THREAD);

/// What whoever may write may do: there is no list of its own for files.
const WRITE: Permissions = Permissions::SEND.union(Permissions::SEND_MEDIA);

/// Whether a list allows somebody with these roles; `None` when it says nothing of them.
fn decides(list: &[Raw], roles: &[Raw]) -> Option<bool> {
    roles.iter().find_map(|role| {
        let named = |name: &str| list.iter().any(|entry| entry.wire() == name);
        if named(&format!("!{}", role.wire())) {
            Some(false)
        } else if named(role.wire()) {
            Some(true)
        } else {
            None
        }
    })
}

impl Book {
    fn is_owner(&self) -> bool {
        self.my_roles.iter().any(|role| role.wire() == OWNER)
    }

    /// Whether the owner is above all lists. In the middle generation nobody is.
    pub(super) fn owner_bypasses(&self) -> bool {
        self.server.generation != Generation::Listed && self.is_owner()
    }

    /// Whether something is allowed in a channel.
    fn allows(&self, access: Option<&Access>, what: &str) -> bool {
        if self.owner_bypasses() {
            return true;
        }
        let Some(access) = access else { return matches!(what, "send" | "react" | "edit_own" | "delete_own") };
        let Some(list) = access.list(what) else {
            return match (self.server.generation, what) {
                (Generation::Listed, "react" | "edit_own" | "delete_own") => {
                    self.my_roles.iter().any(|role| role.wire() == "user")
                }
                (Generation::Listed, "pin") => self.is_owner(),
                (Generation::Newer, "send" | "react") | (_, "edit_own" | "delete_own") => true,
                _ => false,
            };
        };
        // Newer servers let lists name people, too.
        let by_name = self.server.generation == Generation::Newer
            && list.iter().any(|entry| entry.wire().to_lowercase() == self.my_name);
        decides(list, &self.my_roles).unwrap_or(by_name)
    }

    /// What a channel takes of what everybody may do with own messages.
    fn taken(&self, access: Option<&Access>) -> Permissions {
        let lists = [("edit_own", Permissions::EDIT_OWN), ("delete_own", Permissions::DELETE_OWN)];
        let taken = lists.into_iter().filter(|(what, _)| !self.allows(access, what));
        taken.fold(Permissions::NONE, |taken, (_, right)| taken.union(right))
    }

    /// What a channel gives and takes. What is listed may be seen: the server leaves the rest out.
    pub(super) fn overrides(&self, channel: &Channel) -> Overrides {
        let access = channel.access.as_ref();
        let mut allow = Permissions::VIEW;
        let mut give = |held: bool, right: Permissions| {
            if held {
                allow = allow.union(right);
            }
        };
        let voice = channel.kind.wire() == "voice";
        // Nothing can be written into a voice channel or a forum itself.
        let send = !matches!(channel.kind.wire(), "voice" | "forum" | "separator" | "category");
        give(send && self.allows(access, "send"), WRITE);
        give(self.allows(access, "react"), Permissions::REACT);
        give(self.allows(access, "delete"), Permissions::DELETE_OTHERS);
        give(self.allows(access, "pin"), Permissions::PIN);
        let forum = channel.kind.wire() == "forum";
        give(forum && self.allows(access, "create_thread"), Permissions::BEGIN_THREADS);
        give(voice, Permissions::CONNECT_VOICE.union(Permissions::SPEAK));
        Overrides { allow, deny: Permissions(DECIDED.0 & !allow.0).union(self.taken(access)) }
    }

    /// What a forum gives and takes in a thread. Whoever began it may change it and stays in it; who keeps order may change and lock all.
    pub(super) fn thread_overrides(&self, forum: Option<&Channel>, thread: &Thread) -> Overrides {
        let locked = thread.locked;
        let access = forum.and_then(|forum| forum.access.as_ref());
        let mut allow = Permissions::VIEW;
        if !locked && self.allows(access, "send") {
            allow = allow.union(WRITE);
        }
        if !locked && self.allows(access, "react") {
            allow = allow.union(Permissions::REACT);
        }
        if self.allows(access, "delete") {
            allow = allow.union(Permissions::DELETE_OTHERS);
        }
        let own = thread.by.as_ref().is_some_and(|by| by.wire().to_lowercase() == self.my_name);
        let keeps_order = self.holds("manage_threads");
        if own || keeps_order {
            allow = allow.union(Permissions::CHANGE_THREAD);
        }
        if keeps_order {
            allow = allow.union(Permissions::LOCK_THREAD);
        }
        let stays = if own { Permissions::LEAVE_THREAD } else { Permissions::NONE };
        Overrides { allow, deny: Permissions(DECIDED.0 & !allow.0).union(self.taken(access)).union(stays) }
    }

    /// Whether one of one's roles allows something on the whole server.
    fn holds(&self, wanted: &str) -> bool {
        self.is_owner()
            || self.roles.iter().any(|role| {
                let named = |name: &str| role.permissions.iter().any(|held| held.wire() == name);
                self.my_roles.contains(&role.name) && (named(wanted) || named("administrator"))
            })
    }

    /// What one may do on the whole server.
    pub(super) fn server_rights(&self) -> Permissions {
        [
            ("manage_channels", Permissions::MANAGE_CHANNELS),
            ("manage_server", Permissions::MANAGE_COMMUNITY.union(Permissions::MANAGE_STICKERS)),
            ("manage_roles", Permissions::MANAGE_ROLES),
        ]
        .into_iter()
        .filter(|(name, _)| self.holds(name))
        .map(|(_, right)| right)
        .fold(if self.is_owner() { Permissions::REMOVE_MEMBERS } else { Permissions::NONE }, Permissions::union)
    }

    /// Whether somebody sees a channel, as far as lists tell; a thread is seen by those who see its forum.
    pub(super) fn sees(&self, chat: ChatId, known: &Known) -> bool {
        let channel = self.names.forum_of(chat).unwrap_or(chat);
        let Some((_, channel)) = self.channels.iter().find(|(id, _)| *id == channel) else { return true };
        match channel.access.as_ref().and_then(|access| access.list("view")) {
            Some(list) => decides(list, &known.roles).unwrap_or(false),
            None => true,
        }
    }
}
