//! The bytes of rows: short, versioned, and read without trust.
//!
//! Numbers are written in groups of seven bits, texts with their length in front. Whatever is read back may have been changed by somebody: reading is
//! total, every length is held against what is left, and text passes [`CleanText`] again. A body begins with the version of its form; a new form is a new
//! number beside the old one, so that rows of earlier versions stay readable without being written again.

mod draft;
mod message;
mod outbox;
mod parts;
mod rest;
mod roster;

pub(super) use draft::{draft, draft_body};
pub(super) use message::{message, message_body, reactions, reactions_body};
pub(super) use outbox::{item, item_body, stage, stage_body, target};
pub(super) use roster::{
    chat, chat_body, community, community_body, member, member_body, role, role_body, user, user_body,
};

use crate::domain::CleanText;

/// Writes a body.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// Begins a body of a version.
    pub(super) fn new(version: u8) -> Self {
        let mut bytes = Vec::with_capacity(128);
        bytes.push(version);
        Self(bytes)
    }

    pub(super) fn end(self) -> Vec<u8> {
        self.0
    }

    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn number(&mut self, value: impl Into<u128>) {
        let mut value = value.into();
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// A number of either sign; small ones stay short.
    fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn maybe_text(&mut self, text: Option<&CleanText>) {
        self.maybe(text, |writer, text| writer.text(text));
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.count(items.len());
        for item in items {
            write(self, item);
        }
    }
}

/// Reads a body. `None` is a body that makes no sense.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins to read; tells the version as well.
    pub(super) fn new(bytes: &'a [u8]) -> Option<(u8, Self)> {
        let (&version, rest) = bytes.split_first()?;
        Some((version, Self { rest }))
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn wide(&mut self) -> Option<u128> {
        let mut value = 0u128;
        for shift in (0..u128::BITS).step_by(7) {
            let byte = self.byte()?;
            let part = u128::from(byte & 0x7f);
            if part.leading_zeros() < shift && part != 0 {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn number<T: TryFrom<u128>>(&mut self) -> Option<T> {
        T::try_from(self.wide()?).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let value: u64 = self.number()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length: usize = self.number()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    fn string(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn text(&mut self) -> Option<CleanText> {
        self.string().map(CleanText::from_owned)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.flag()? { read(self).map(Some) } else { Some(None) }
    }

    /// A list. What is told to be longer than what is left is refused before anything is made for it.
    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Box<[T]>> {
        let count: usize = self.number()?;
        if count > self.rest.len() {
            return None;
        }
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Some(items.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(wide in any::<u128>(), shift in 0u32..128, signed in any::<i64>(), text in ".{0,20}") {
            let mut writer = Writer::new(7);
            writer.number(wide >> shift);
            writer.signed(signed);
            writer.text(&text);
            let bytes = writer.end();
            let (version, mut reader) = Reader::new(&bytes).unwrap();
            prop_assert_eq!(version, 7);
            prop_assert_eq!(reader.wide(), Some(wide >> shift));
            prop_assert_eq!(reader.signed(), Some(signed));
            prop_assert_eq!(reader.string(), Some(text));
            prop_assert!(reader.byte().is_none());
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some((_, mut reader)) = Reader::new(&bytes) {
                let _ = (reader.wide(), reader.list(Reader::text), reader.signed(), reader.bytes());
            }
        }
    }

    #[test]
    fn a_number_too_wide_is_refused() {
        let mut bytes = vec![1];
        bytes.extend([0xff; 18]);
        bytes.push(0x7f);
        assert!(Reader::new(&bytes).unwrap().1.wide().is_none());
    }
}
