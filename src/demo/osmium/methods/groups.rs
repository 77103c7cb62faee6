//! `chats`: groups and who is in them.

use std::collections::BTreeMap;

use crate::net::osmium::wire;
use wire::chats as api;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::permissions::{ALL, PRIVATE};
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{ChatKey, Group};
use super::communities::checked_name;

/// People in one group at most.
const MAX_MEMBERS: usize = 100;

impl Server {
    /// Makes a group of the caller and others.
    pub(crate) fn create_chat(&mut self, caller: Caller, request: &api::CreateChat) -> Reply {
        let name = checked_name(&request.name)?;
        let mut members: BTreeMap<Id, Option<u64>> = request.users.iter().map(|user| (user.user_id, None)).collect();
        members.insert(caller.user, None);
        if members.len() > MAX_MEMBERS {
            return Err(Refusal::malformed(format!("A group has at most {MAX_MEMBERS} people.")));
        }
        for id in members.keys() {
            self.check_addable(caller.user, *id)?;
        }
        let id = self.state.mint.next(self.now);
        self.state.groups.insert(id, Group { id, name, owner: caller.user, members, photo: None });
        self.state.chats.entry(ChatKey::Group(id)).or_default();
        self.open(ChatKey::Group(id));
        self.tell_group(id);
        self.tell_chat(ChatKey::Group(id));
        let group = self.state.group(caller.user, id)?;
        Ok(Some(Answer::Group(self.group_for(group, caller.user))))
    }

    fn check_addable(&self, by: Id, user: Id) -> Result<(), Refusal> {
        if !self.state.people.contains_key(&user) {
            return Err(Refusal::missing("account"));
        }
        if self.state.blocks(user, by) {
            return Err(Refusal::forbidden("One of these people has blocked you."));
        }
        Ok(())
    }

    /// Tells the members what a group is now.
    pub(crate) fn tell_group(&mut self, id: Id) {
        self.tell_viewers_of(ChatKey::Group(id), |server, user| server.group_change(id, user));
    }

    fn group_change(&self, id: Id, viewer: Id) -> Option<Change> {
        let group = self.state.groups.get(&id)?;
        let users = self.users(group.members.keys().copied());
        Some(Change::Group(wire::updates::UpdateGroup { group: Some(self.group_for(group, viewer)), users }))
    }

    /// Only groups have members to change; other chats are refused.
    fn group_id(&self, caller: Caller, reference: Option<wire::refs::ChatRef>) -> Result<Id, Refusal> {
        match self.state.resolve(caller.user, reference)? {
            ChatKey::Group(id) => Ok(id),
            _ => Err(Refusal::malformed("This works in groups only.")),
        }
    }

    /// Changes a group's name or picture, which only its owner can.
    pub(crate) fn edit_chat(&mut self, caller: Caller, request: api::EditChat) -> Reply {
        let id = self.owned_group(caller, request.chat_ref, "edit it")?;
        let name = request.name.as_deref().map(checked_name).transpose()?;
        let photo = match request.photo {
            Some(wrapped) => Some(wrapped.file.map(|file| self.finish_photo(caller.user, file)).transpose()?),
            None => None,
        };
        if let Some(group) = self.state.groups.get_mut(&id) {
            group.name = name.unwrap_or_else(|| group.name.clone());
            group.photo = photo.unwrap_or(group.photo);
        }
        self.tell_group(id);
        Ok(Some(Answer::Chat(Box::new(self.chat_for(ChatKey::Group(id), caller.user)))))
    }

    fn owned_group(&self, caller: Caller, reference: Option<wire::refs::ChatRef>, what: &str) -> Result<Id, Refusal> {
        let id = self.group_id(caller, reference)?;
        if self.state.group(caller.user, id)?.owner == caller.user {
            Ok(id)
        } else {
            Err(Refusal::forbidden(format!("Only the owner of a group can {what}.")))
        }
    }

    /// Brings somebody into a group; every member can.
    pub(crate) fn add_chat_member(&mut self, caller: Caller, request: &api::AddChatMember) -> Reply {
        let id = self.group_id(caller, request.chat_ref)?;
        self.check_addable(caller.user, request.user_id)?;
        self.join_group(request.user_id, id)?;
        Ok(None)
    }

    /// Puts somebody into a group and tells everybody in it; nothing happens to members.
    pub(crate) fn join_group(&mut self, user: Id, id: Id) -> Result<(), Refusal> {
        let Some(group) = self.state.groups.get_mut(&id) else { return Err(Refusal::missing("group")) };
        if group.members.contains_key(&user) {
            return Ok(());
        }
        if group.members.len() >= MAX_MEMBERS {
            return Err(Refusal::malformed(format!("A group has at most {MAX_MEMBERS} people.")));
        }
        group.members.insert(user, None);
        let key = ChatKey::Group(id);
        if let Some(chat) = self.state.chats.get_mut(&key) {
            chat.mark(user, Id::MAX);
        }
        self.open(key);
        self.tell_group(id);
        let change = Change::Chat(Box::new(wire::updates::UpdateChat { chat: Some(self.chat_for(key, user)) }));
        self.tell_person(user, None, &change);
        Ok(())
    }

    /// Takes somebody out of a group: the owner anybody, others themselves. A group that its owner leaves goes to the
    /// member with the lowest id; one without members is gone.
    pub(crate) fn remove_chat_member(&mut self, caller: Caller, request: &api::RemoveChatMember) -> Reply {
        let id = self.group_id(caller, request.chat_ref)?;
        if request.user_id != caller.user {
            self.owned_group(caller, request.chat_ref, "remove others")?;
        }
        let Some(group) = self.state.groups.get_mut(&id) else { return Err(Refusal::missing("group")) };
        if group.members.remove(&request.user_id).is_none() {
            return Err(Refusal::missing("member"));
        }
        match group.members.keys().next().copied() {
            Some(heir) if group.owner == request.user_id => group.owner = heir,
            _ => {}
        }
        let empty = group.members.is_empty();
        let key = ChatKey::Group(id);
        if let Some(person) = self.state.people.get_mut(&request.user_id) {
            person.chats.remove(&key);
        }
        // There is no event for having left: a group without oneself in it is the only way to say so.
        if let Some(change) = self.group_change(id, request.user_id) {
            self.tell_person(request.user_id, None, &change);
        }
        self.tell_group(id);
        if empty {
            self.state.groups.remove(&id);
            self.state.chats.remove(&key);
        }
        Ok(None)
    }

    /// Who is in a private conversation.
    pub(crate) fn get_chat_members(&mut self, caller: Caller, request: &api::GetChatMembers) -> Reply {
        let members: Vec<wire::types::ChatMember> = match self.state.resolve(caller.user, request.chat_ref)? {
            ChatKey::Group(id) => {
                self.state.group(caller.user, id)?.members.iter().map(|(id, own)| member(*id, *own)).collect()
            }
            ChatKey::Direct(one, other) => vec![member(one, None), member(other, None)],
            ChatKey::Saved(owner) => vec![member(owner, None)],
            ChatKey::Channel(..) => {
                return Err(Refusal::malformed("Ask for the members of a channel with GetChannelMembers."));
            }
        };
        let users = self.users(members.iter().map(|member| member.user_id));
        Ok(Some(Answer::ChatMembers(api::ChatMembers { members, users })))
    }

    /// Sets what a member may do; only the owner can, and not for themselves.
    pub(crate) fn edit_chat_member(&mut self, caller: Caller, request: &api::EditChatMember) -> Reply {
        let id = self.owned_group(caller, request.chat_ref, "change what members may do")?;
        if request.user_id == caller.user {
            return Err(Refusal::malformed("The owner's permissions cannot be changed."));
        }
        let member = self.state.groups.get_mut(&id).and_then(|group| group.members.get_mut(&request.user_id));
        let Some(own) = member else { return Err(Refusal::missing("member")) };
        let bits = request.permissions & ALL & PRIVATE;
        *own = Some(bits | super::super::permissions::VIEW_CHANNEL);
        self.tell_group(id);
        Ok(None)
    }
}

fn member(user_id: Id, permissions: Option<u64>) -> wire::types::ChatMember {
    wire::types::ChatMember { user_id, permissions }
}
