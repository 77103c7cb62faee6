//! Ids and places of messages as columns, so that the database sorts them as they are sorted.

use crate::domain::{Id, MessageId, MessageKey, SortKey};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};

/// A number of 128 bits as a column: a whole number where it fits, else 16 bytes. Both sort as the numbers do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wide(pub(super) u128);

impl ToSql for Wide {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match i64::try_from(self.0) {
            Ok(small) => Value::Integer(small),
            Err(_) => Value::Blob(self.0.to_be_bytes().to_vec()),
        }))
    }
}

impl FromSql for Wide {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Integer(small) => u128::try_from(small).map(Self).map_err(|_| FromSqlError::OutOfRange(small)),
            ValueRef::Blob(bytes) => {
                bytes.try_into().map(|bytes| Self(u128::from_be_bytes(bytes))).map_err(|_| FromSqlError::InvalidType)
            }
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

pub(super) const fn id(id: Id) -> Wide {
    Wide(id.0)
}

/// The first and the last place that there can be.
pub(super) const MIN: MessageKey = MessageKey { order: SortKey(0), id: MessageId::new(0) };
pub(super) const MAX: MessageKey = MessageKey { order: SortKey(u128::MAX), id: MessageId::new(u128::MAX) };

/// The place right after.
pub(super) fn after(key: MessageKey) -> MessageKey {
    match key.id.value().checked_add(1) {
        Some(id) => MessageKey { id: MessageId::new(id), ..key },
        None => MessageKey { order: SortKey(key.order.0.saturating_add(1)), id: MessageId::new(0) },
    }
}

/// The place right before.
pub(super) fn before(key: MessageKey) -> MessageKey {
    match key.id.value().checked_sub(1) {
        Some(id) => MessageKey { id: MessageId::new(id), ..key },
        None => MessageKey { order: SortKey(key.order.0.saturating_sub(1)), id: MessageId::new(u128::MAX) },
    }
}

/// A place from two columns.
pub(super) fn key_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<MessageKey>> {
    let (order, id): (Option<Wide>, Option<Wide>) = (row.get(column)?, row.get(column + 1)?);
    Ok(order.zip(id).map(|(order, id)| MessageKey { order: SortKey(order.0), id: MessageId::new(id.0) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rusqlite::Connection;

    proptest! {
        #[test]
        fn wide_numbers_come_back_and_sort(mut numbers in prop::collection::vec((any::<u128>(), 0u32..128).prop_map(|(n, s)| n >> s), 1..20)) {
            let conn = Connection::open_in_memory().unwrap();
            conn.execute_batch("CREATE TABLE t (n)").unwrap();
            for number in &numbers {
                conn.execute("INSERT INTO t VALUES (?)", [Wide(*number)]).unwrap();
            }
            let mut all = conn.prepare("SELECT n FROM t ORDER BY n").unwrap();
            let read: Vec<u128> = all.query_map([], |row| row.get::<_, Wide>(0)).unwrap().map(|n| n.unwrap().0).collect();
            numbers.sort_unstable();
            prop_assert_eq!(read, numbers);
        }

        #[test]
        fn neighbours_are_next_to_each_other(order in 1u128..u128::MAX, id in any::<u128>()) {
            let key = MessageKey { order: SortKey(order), id: MessageId::new(id) };
            prop_assert!(before(key) < key && key < after(key));
            prop_assert_eq!(before(after(key)), key);
        }
    }
}
