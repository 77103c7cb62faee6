//! Communities, chats, roles, members and people, and how the screen was left.

use super::codec;
use super::db::Db;
use super::drafts::draft_at;
use super::error::StoreError;
use super::place::{Wide, id, key_at};
use crate::domain::id::EmojiId;
use crate::domain::kept::{Anchor, Layout, Start, UnreadChat};
use crate::domain::{
    AccountId, Chat, ChatId, ChatKey, ChatKind, CleanText, Community, CommunityId, Id, Member, MessageId, MessageKey,
    ReactEmoji, ReadState, Role, RoleId, SortKey, User, UserId,
};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::HashSet;

/// Most lines of something that is read at once for the first screen.
const MOST: i64 = 100_000;

/// Most chats that went of which that is remembered.
const GONE: usize = 10_000;

/// Columns of an optional place.
const fn columns(key: Option<MessageKey>) -> (Option<Wide>, Option<Wide>) {
    match key {
        Some(key) => (Some(Wide(key.order.0)), Some(id(key.id.0))),
        None => (None, None),
    }
}

fn id_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Id> {
    row.get::<_, Wide>(column).map(|wide| Id(wide.0))
}

impl Db {
    pub(super) fn put_chats(&mut self, account: AccountId, chats: &[Chat]) -> Result<(), StoreError> {
        for chat in chats {
            let state = self.chat(ChatKey::new(account, chat.id))?;
            self.gone.remove(&(state.account, chat.id));
            let (read_ord, read_id) = columns(chat.last_read);
            // What a network does not tell stays as it was counted; of a chat that is new here, it was counted by who tells.
            let change = match chat.read_state {
                ReadState::Told => {
                    "UPDATE chats SET community = ?2, body = ?3, unread = ?4, mentions = ?5, read_ord = ?6, read_id = ?7
                     WHERE row = ?1"
                }
                ReadState::WithoutMentions => {
                    "UPDATE chats SET community = ?2, unread = ?4, mentions = min(?4, iif(body IS NULL, ?5, mentions)),
                     read_ord = ?6, read_id = ?7, body = ?3 WHERE row = ?1"
                }
                ReadState::Untold => {
                    "UPDATE chats SET community = ?2, unread = iif(body IS NULL, ?4, unread),
                     mentions = iif(body IS NULL, ?5, mentions), read_ord = iif(body IS NULL, ?6, read_ord),
                     read_id = iif(body IS NULL, ?7, read_id), body = ?3 WHERE row = ?1"
                }
            };
            self.conn.prepare_cached(change)?.execute(params![
                state.row,
                chat.community().map(|community| id(community.0)),
                codec::chat_body(chat),
                chat.unread,
                chat.mentions,
                read_ord,
                read_id,
            ])?;
            self.raise_last(state.row, chat.last_message)?;
        }
        Ok(())
    }

    pub(super) fn all_chats(
        &mut self,
        account: AccountId,
        community: Option<CommunityId>,
        chats: &[ChatId],
    ) -> Result<(), StoreError> {
        let row = self.account(account)?;
        let kept: HashSet<ChatId> = chats.iter().copied().collect();
        let listed: Vec<ChatId> = self
            .conn
            .prepare_cached("SELECT id FROM chats WHERE account = ? AND community IS ? AND body IS NOT NULL")?
            .query_map(params![row, community.map(|community| id(community.0))], |row| id_at(row, 0))?
            .map(|found| found.map(ChatId))
            .collect::<Result<_, _>>()?;
        for gone in listed.into_iter().filter(|chat| !kept.contains(chat)) {
            self.chat_gone(ChatKey::new(account, gone))?;
        }
        Ok(())
    }

    pub(super) fn chat_gone(&mut self, chat: ChatKey) -> Result<(), StoreError> {
        let account = self.account(chat.account)?;
        if self.gone.len() >= GONE {
            self.gone.clear();
        }
        self.gone.insert((account, chat.chat));
        let Some(state) = self.known_chat(account, chat.chat)? else { return Ok(()) };
        self.history_gone(state.row)?;
        self.conn.prepare_cached("DELETE FROM chats WHERE row = ?")?.execute([state.row])?;
        let latest = self.latest();
        self.memory.cut(state.row, latest);
        self.forget_chats();
        Ok(())
    }

    /// Removes all stored messages of a chat.
    pub(super) fn history_gone(&mut self, chat: i64) -> Result<(), StoreError> {
        self.texts_gone(chat)?;
        self.conn.prepare_cached("DELETE FROM messages WHERE chat = ?")?.execute([chat])?;
        Ok(())
    }

    pub(super) fn read_state(
        &mut self,
        chat: ChatKey,
        last_read: Option<MessageKey>,
        unread: u32,
        mentions: u32,
    ) -> Result<(), StoreError> {
        let state = self.chat(chat)?;
        self.conn
            .prepare_cached("UPDATE chats SET unread = ?2, mentions = ?3 WHERE row = ?1")?
            .execute(params![state.row, unread, mentions])?;
        let (order, message) = columns(last_read);
        self.conn
            .prepare_cached(
                "UPDATE chats SET read_ord = ?2, read_id = ?3
                 WHERE row = ?1 AND ?2 IS NOT NULL AND (read_ord IS NULL OR (read_ord, read_id) < (?2, ?3))",
            )?
            .execute(params![state.row, order, message])?;
        Ok(())
    }

    pub(super) fn put_communities(&mut self, account: AccountId, all: &[Community]) -> Result<(), StoreError> {
        let row = self.account(account)?;
        let kept: HashSet<CommunityId> = all.iter().map(|community| community.id).collect();
        let known: Vec<CommunityId> = self
            .conn
            .prepare_cached("SELECT id FROM communities WHERE account = ?")?
            .query_map([row], |row| id_at(row, 0))?
            .map(|found| found.map(CommunityId))
            .collect::<Result<_, _>>()?;
        for gone in known.into_iter().filter(|community| !kept.contains(community)) {
            self.community_gone(account, gone)?;
        }
        for (position, community) in all.iter().enumerate() {
            self.conn.prepare_cached("INSERT OR REPLACE INTO communities VALUES (?, ?, ?, ?)")?.execute(params![
                row,
                id(community.id.0),
                position as i64,
                codec::community_body(community)
            ])?;
        }
        Ok(())
    }

    pub(super) fn put_community(&mut self, account: AccountId, community: &Community) -> Result<(), StoreError> {
        let row = self.account(account)?;
        self.conn
            .prepare_cached(
                "INSERT INTO communities VALUES (?1, ?2, (SELECT coalesce(max(position), -1) + 1 FROM communities WHERE account = ?1), ?3)
                 ON CONFLICT DO UPDATE SET body = ?3",
            )?
            .execute(params![row, id(community.id.0), codec::community_body(community)])?;
        Ok(())
    }

    pub(super) fn community_gone(&mut self, account: AccountId, community: CommunityId) -> Result<(), StoreError> {
        self.all_chats(account, Some(community), &[])?;
        let row = self.account(account)?;
        let name = params![row, id(community.0)];
        self.conn.prepare_cached("DELETE FROM roles WHERE account = ? AND community = ?")?.execute(name)?;
        self.conn.prepare_cached("DELETE FROM members WHERE account = ? AND community = ?")?.execute(name)?;
        self.conn.prepare_cached("DELETE FROM communities WHERE account = ? AND id = ?")?.execute(name)?;
        Ok(())
    }

    pub(super) fn put_roles(
        &mut self,
        account: AccountId,
        community: CommunityId,
        roles: &[Role],
    ) -> Result<(), StoreError> {
        let row = self.account(account)?;
        self.conn
            .prepare_cached("DELETE FROM roles WHERE account = ? AND community = ?")?
            .execute(params![row, id(community.0)])?;
        for role in roles {
            self.conn.prepare_cached("INSERT OR REPLACE INTO roles VALUES (?, ?, ?, ?)")?.execute(params![
                row,
                id(community.0),
                id(role.id.0),
                codec::role_body(role)
            ])?;
        }
        Ok(())
    }

    pub(super) fn put_members(&mut self, account: AccountId, members: &[Member]) -> Result<(), StoreError> {
        let row = self.account(account)?;
        for member in members {
            self.conn.prepare_cached("INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)")?.execute(params![
                row,
                id(member.community.0),
                id(member.user.0),
                codec::member_body(member)
            ])?;
        }
        Ok(())
    }

    pub(super) fn member_gone(
        &mut self,
        account: AccountId,
        community: CommunityId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let row = self.account(account)?;
        self.conn
            .prepare_cached("DELETE FROM members WHERE account = ? AND community = ? AND user = ?")?
            .execute(params![row, id(community.0), id(user.0)])?;
        Ok(())
    }

    pub(super) fn put_people(&mut self, account: AccountId, people: &[User]) -> Result<(), StoreError> {
        let row = self.account(account)?;
        for user in people {
            // Most of what comes is known: a row that says the same is not written again.
            self.conn
                .prepare_cached(
                    "INSERT INTO people VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET body = ?3 WHERE body <> ?3",
                )?
                .execute(params![row, id(user.id.0), codec::user_body(user)])?;
        }
        Ok(())
    }

    pub(super) fn put_anchor(&mut self, chat: ChatKey, anchor: Option<Anchor>) -> Result<(), StoreError> {
        let state = self.chat(chat)?;
        let (order, message) = columns(anchor.map(|anchor| anchor.message));
        self.conn
            .prepare_cached("UPDATE chats SET anchor_ord = ?, anchor_id = ?, anchor_row = ? WHERE row = ?")?
            .execute(params![order, message, anchor.map(|anchor| anchor.row), state.row])?;
        Ok(())
    }

    pub(super) fn anchor(&mut self, chat: ChatKey) -> Result<Option<Anchor>, StoreError> {
        let account = self.account(chat.account)?;
        let mut find = self
            .conn
            .prepare_cached("SELECT anchor_ord, anchor_id, anchor_row FROM chats WHERE account = ? AND id = ?")?;
        let found = find.query_row(params![account, id(chat.chat.0)], |row| {
            let row_of_it: Option<u32> = row.get(2)?;
            Ok(key_at(row, 0)?.map(|message| Anchor { message, row: row_of_it.unwrap_or_default() }))
        });
        Ok(found.optional()?.flatten())
    }

    /// Everything for the first screen.
    pub(super) fn start(&mut self) -> Result<Start, StoreError> {
        let mut start = Start { layout: self.layout()?, ..Start::default() };
        for (account, row) in self.accounts() {
            let mut all = self
                .conn
                .prepare_cached("SELECT id, body FROM communities WHERE account = ? ORDER BY position LIMIT ?")?;
            let mut rows = all.query(params![row, MOST])?;
            while let Some(row) = rows.next()? {
                let found =
                    codec::community(row.get_ref(1)?.as_blob().unwrap_or_default(), CommunityId(id_at(row, 0)?));
                start.communities.extend(found.map(|community| (account, community)));
            }
            let mut all = self.conn.prepare_cached(
                "SELECT id, body, unread, mentions, read_ord, read_id, last_ord, last_id FROM chats
                 WHERE account = ? AND body IS NOT NULL LIMIT ?",
            )?;
            let mut rows = all.query(params![row, MOST])?;
            while let Some(row) = rows.next()? {
                let found = codec::chat(row.get_ref(1)?.as_blob().unwrap_or_default(), ChatId(id_at(row, 0)?));
                let Some(chat) = found else { continue };
                let (last_read, last_message) = (key_at(row, 4)?, key_at(row, 6)?);
                let chat = Chat { unread: row.get(2)?, mentions: row.get(3)?, last_read, last_message, ..chat };
                start.chats.push((account, chat));
            }
            let named = start.chats.iter().filter(|(of, _)| *of == account).flat_map(|(_, chat)| match &chat.kind {
                ChatKind::Direct { peer } => std::slice::from_ref(peer),
                // Their names make up that of a group without one.
                ChatKind::Group { members, .. } if chat.name.is_empty() => members,
                ChatKind::Group { .. } | ChatKind::Channel { .. } | ChatKind::Saved => &[],
            });
            let named: HashSet<UserId> = named.copied().collect();
            let named: Vec<UserId> = named.into_iter().collect();
            start.people.extend(self.people(account, &named)?.into_iter().map(|user| (account, user)));
            let mut all = self.conn.prepare_cached("SELECT chat, text FROM drafts WHERE account = ? LIMIT ?")?;
            let mut rows = all.query(params![row, MOST])?;
            while let Some(row) = rows.next()? {
                if let Some(draft) = draft_at(row, 1) {
                    start.drafts.push((ChatKey::new(account, ChatId(id_at(row, 0)?)), draft));
                }
            }
        }
        Ok(start)
    }

    pub(super) fn people(&self, account: AccountId, wanted: &[UserId]) -> Result<Vec<User>, StoreError> {
        let row = self.account(account)?;
        let mut find = self.conn.prepare_cached("SELECT body FROM people WHERE account = ? AND id = ?")?;
        let mut found = Vec::with_capacity(wanted.len());
        for user in wanted {
            let body: Option<Vec<u8>> = find.query_row(params![row, id(user.0)], |row| row.get(0)).optional()?;
            found.extend(body.and_then(|body| codec::user(&body, *user)));
        }
        Ok(found)
    }

    pub(super) fn members(
        &mut self,
        account: AccountId,
        community: CommunityId,
        wanted: &[UserId],
    ) -> Result<(Vec<Role>, Vec<Member>), StoreError> {
        let row = self.account(account)?;
        let mut all = self.conn.prepare_cached("SELECT id, body FROM roles WHERE account = ? AND community = ?")?;
        let mut rows = all.query(params![row, id(community.0)])?;
        let mut roles = Vec::new();
        while let Some(row) = rows.next()? {
            roles.extend(codec::role(row.get_ref(1)?.as_blob().unwrap_or_default(), RoleId(id_at(row, 0)?)));
        }
        let mut find =
            self.conn.prepare_cached("SELECT body FROM members WHERE account = ? AND community = ? AND user = ?")?;
        let mut members = Vec::new();
        for user in wanted {
            let named = params![row, id(community.0), id(user.0)];
            let body: Option<Vec<u8>> = find.query_row(named, |row| row.get(0)).optional()?;
            members.extend(body.and_then(|body| codec::member(&body, community, *user)));
        }
        Ok((roles, members))
    }

    /// The layout is one small text for each thing, so that an older nib reads what it knows.
    pub(super) fn put_layout(&mut self, layout: &Layout) -> Result<(), StoreError> {
        let name = |account: AccountId, id: Id| -> Result<String, StoreError> {
            Ok(format!("{} {id}", self.account(account)?))
        };
        let chats = |chats: &[ChatKey]| -> Result<String, StoreError> {
            // What belongs to nobody that is signed in is not worth a fault.
            let known = chats.iter().filter_map(|chat| name(chat.account, chat.chat.0).ok());
            Ok(known.collect::<Vec<_>>().join("\n"))
        };
        let yes = |it: bool| if it { "yes".to_owned() } else { String::new() };
        let open: Vec<ChatKey> = layout.open.into_iter().collect();
        let communities: Vec<ChatKey> =
            layout.folded_communities.iter().map(|(account, id)| ChatKey::new(*account, ChatId(id.0))).collect();
        let parts = [
            ("layout.open", chats(&open)?),
            ("layout.sidebar", layout.sidebar_width.map(|width| width.to_string()).unwrap_or_default()),
            ("layout.folded", chats(&layout.folded)?),
            ("layout.folded-communities", chats(&communities)?),
            ("layout.hides-sidebar", yes(layout.hides_sidebar)),
            ("layout.hides-members", yes(layout.hides_members)),
            (
                "layout.unread",
                layout.unread.iter().filter_map(|one| self.unread_line(one)).collect::<Vec<_>>().join("\n"),
            ),
            ("layout.emoji", layout.recents.iter().map(emoji_line).collect::<Vec<_>>().join("\n")),
        ];
        for (name, text) in parts {
            self.conn.prepare_cached("INSERT OR REPLACE INTO meta VALUES (?, ?)")?.execute(params![name, text])?;
        }
        Ok(())
    }

    fn layout(&self) -> Result<Layout, StoreError> {
        let text = |name: &str| -> Result<String, StoreError> {
            let mut find = self.conn.prepare_cached("SELECT value FROM meta WHERE name = ?")?;
            Ok(find.query_row([name], |row| row.get(0)).optional()?.unwrap_or_default())
        };
        let chats = |text: &str| -> Vec<ChatKey> {
            let read = |line: &str| {
                let (account, id) = line.split_once(' ')?;
                Some(ChatKey::new(self.bound(account.parse().ok()?)?, ChatId(id.parse().ok()?)))
            };
            text.lines().filter_map(read).collect()
        };
        Ok(Layout {
            open: chats(&text("layout.open")?).first().copied(),
            sidebar_width: text("layout.sidebar")?.parse().ok(),
            folded: chats(&text("layout.folded")?),
            folded_communities: chats(&text("layout.folded-communities")?)
                .into_iter()
                .map(|key| (key.account, CommunityId(key.chat.0)))
                .collect(),
            hides_sidebar: !text("layout.hides-sidebar")?.is_empty(),
            hides_members: !text("layout.hides-members")?.is_empty(),
            unread: text("layout.unread")?.lines().filter_map(|line| self.unread_chat(line)).collect(),
            recents: text("layout.emoji")?.lines().filter_map(emoji_of).collect(),
        })
    }

    fn unread_line(&self, one: &UnreadChat) -> Option<String> {
        let UnreadChat { chat, upto, newest, unread, mentions } = one;
        let upto = upto.map_or_else(|| "- -".to_owned(), |upto| format!("{} {}", upto.order.0, upto.id));
        let account = self.account(chat.account).ok()?;
        Some(format!("{account} {} {} {} {unread} {mentions} {upto}", chat.chat.0, newest.order.0, newest.id))
    }

    fn unread_chat(&self, line: &str) -> Option<UnreadChat> {
        let mut words = line.split(' ');
        let account = self.bound(words.next()?.parse().ok()?)?;
        let chat = ChatKey::new(account, ChatId(words.next()?.parse().ok()?));
        let key = |order: &str, id: &str| {
            Some(MessageKey { order: SortKey(order.parse().ok()?), id: MessageId::new(id.parse().ok()?) })
        };
        let newest = key(words.next()?, words.next()?)?;
        let (unread, mentions) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let upto = match (words.next()?, words.next()?) {
            ("-", "-") => None,
            (order, id) => Some(key(order, id)?),
        };
        Some(UnreadChat { chat, upto, newest, unread, mentions })
    }
}

/// An emoji as a line: which kind it is, and which.
fn emoji_line(emoji: &ReactEmoji) -> String {
    match emoji {
        ReactEmoji::Unicode(text) => format!("u {text}"),
        ReactEmoji::Custom(id) => format!("c {}", id.value()),
    }
}

fn emoji_of(line: &str) -> Option<ReactEmoji> {
    match line.split_once(' ')? {
        ("u", text) => Some(ReactEmoji::Unicode(CleanText::line(text))),
        ("c", number) => Some(ReactEmoji::Custom(EmojiId::new(number.parse().ok()?))),
        _ => None,
    }
}
