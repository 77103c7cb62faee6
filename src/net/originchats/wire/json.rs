//! JSON as it comes: fields in the order of the wire, numbers in whatever dress, and remote text that cannot be shown by accident.
//!
//! Reading a field never fails: what is missing or of another type is not there. Servers of this network are written in a language without
//! types, plugins and people edit their files by hand, and one odd field must not cost a whole frame.

use crate::domain::CleanText;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Remote text that was not cleaned. `Debug` tells its length alone; what is shown goes through [`Raw::line`] or [`Raw::text`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Raw(String);

impl Raw {
    /// As one line that can be shown.
    #[must_use]
    pub fn line(&self) -> CleanText {
        CleanText::line(&self.0)
    }

    /// As text that can be shown.
    #[must_use]
    pub fn text(self) -> CleanText {
        CleanText::from_owned(self.0)
    }

    /// The bytes of the wire: for comparing, for going back over the wire, and for reading markup. Never for showing.
    #[must_use]
    pub fn wire(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Raw {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.0.len())
    }
}

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub enum Json {
    /// `null`, or something that no frame of this network has.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// A string.
    Text(Raw),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Fields),
}

/// The fields of an object in the order of the wire. Of fields with one name the last counts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fields(Vec<(String, Json)>);

impl Json {
    /// A string, or a number as one: ids are sometimes one and sometimes the other.
    #[must_use]
    pub fn raw(self) -> Option<Raw> {
        match self {
            Self::Text(text) => Some(text),
            Self::Int(number) => Some(Raw(number.to_string())),
            _ => None,
        }
    }

    /// A finite number, in digits or as text.
    #[must_use]
    pub fn float(&self) -> Option<f64> {
        match self {
            #[allow(clippy::cast_precision_loss, reason = "times and lengths are far from the edge")]
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Text(text) => text.wire().trim().parse().ok(),
            _ => None,
        }
        .filter(|number: &f64| number.is_finite())
    }

    /// A whole number, in digits or as text; a fraction is cut off.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            #[allow(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
            _ => self.float().map(|number| number as i64),
        }
    }

    /// A truth value, also as a number or as text.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Int(number) => Some(*number != 0),
            Self::Text(text) => match text.wire() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// An object's fields.
    #[must_use]
    pub fn fields(self) -> Option<Fields> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// An array's values.
    #[must_use]
    pub fn list(self) -> Option<Vec<Self>> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}

impl Fields {
    /// Whether there is such a field with something in it.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.peek(name).is_some()
    }

    /// Whether there is such a field, `null` or not.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// A field that holds something, without taking it out.
    #[must_use]
    pub fn peek(&self, name: &str) -> Option<&Json> {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
            .filter(|value| **value != Json::Null)
    }

    /// Takes a field out. `null` counts as missing.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().rposition(|(known, _)| known == name)?;
        let (_, value) = self.0.get_mut(at)?;
        Some(std::mem::replace(value, Json::Null)).filter(|value| *value != Json::Null)
    }

    /// Takes a string out, or a number as one.
    pub fn raw(&mut self, name: &str) -> Option<Raw> {
        self.take(name)?.raw()
    }

    /// Takes a string out that has something in it.
    pub fn filled(&mut self, name: &str) -> Option<Raw> {
        self.raw(name).filter(|raw| !raw.is_empty())
    }

    /// A number.
    #[must_use]
    pub fn float(&self, name: &str) -> Option<f64> {
        self.peek(name)?.float()
    }

    /// A whole number.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        self.peek(name)?.int()
    }

    /// A whole number that is not negative and fits.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u32> {
        u32::try_from(self.int(name)?).ok()
    }

    /// A truth value; missing counts as false.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.peek(name).and_then(Json::flag).unwrap_or(false)
    }

    /// Takes an object out.
    pub fn object(&mut self, name: &str) -> Option<Self> {
        self.take(name)?.fields()
    }

    /// Takes an array out; an empty one when there is none.
    pub fn list(&mut self, name: &str) -> Vec<Json> {
        self.take(name).and_then(Json::list).unwrap_or_default()
    }

    /// Takes an array of objects out; what is no object is left out.
    pub fn objects(&mut self, name: &str) -> Vec<Self> {
        self.list(name).into_iter().filter_map(Json::fields).collect()
    }

    /// Takes an array of strings out; what is no string is left out. Empty when there is none.
    pub fn raws(&mut self, name: &str) -> Vec<Raw> {
        self.list(name).into_iter().filter_map(Json::raw).collect()
    }

    /// All fields with their names.
    pub fn entries(self) -> impl Iterator<Item = (Raw, Json)> {
        self.0.into_iter().map(|(name, value)| (Raw(name), value))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        #[allow(clippy::cast_precision_loss, reason = "no field of this network is that large")]
        Ok(i64::try_from(number).map_or(Json::Float(number as f64), Json::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(Raw(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(Raw(text)))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            fields.push(entry);
        }
        Ok(Json::Object(Fields(fields)))
    }
}
