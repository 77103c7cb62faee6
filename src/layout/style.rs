//! What a stretch of text means on screen. Themes turn roles into colours; attributes carry what must be seen without colour.

use crate::state::front::Spot;

/// A meaning that a theme gives a look.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Role {
    /// What people wrote.
    #[default]
    Text,
    /// Less important words.
    Dim,
    /// Rules and times.
    Faint,
    /// Focus and selection.
    Accent,
    /// Headings.
    Title,
    /// A chat with something unread.
    Unread,
    /// Something that mentions the reader.
    Mention,
    /// A mention of somebody else.
    Mentioned,
    /// The reader.
    Me,
    /// A person.
    Person {
        /// One of the colours for people; any number, the theme wraps it.
        slot: u8,
        /// The colour that the network gives, `0xRRGGBB`.
        tint: Option<u32>,
    },
    /// An address.
    Link,
    /// Code.
    Code,
    /// A word of a language, in code.
    Keyword,
    /// Text between quotes, in code.
    Literal,
    /// Words for people, in code.
    Comment,
    /// What something is called, in code.
    Name,
    /// A number, in code.
    Number,
    /// Words of somebody else, quoted.
    Quote,
    /// Hidden text.
    Spoiler,
    /// All is well.
    Ok,
    /// Needs attention.
    Warn,
    /// Went wrong.
    Error,
    /// Not there yet.
    Pending,
    /// What was looked for.
    Found,
}

/// Attributes, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Attributes(u8);

impl Attributes {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// Bold.
    pub const BOLD: Self = Self(1);
    /// Italic.
    pub const ITALIC: Self = Self(1 << 1);
    /// Underlined.
    pub const UNDERLINE: Self = Self(1 << 2);
    /// Struck through.
    pub const STRIKE: Self = Self(1 << 3);
    /// Foreground and background swapped.
    pub const REVERSE: Self = Self(1 << 4);

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are in the set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A role and attributes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Style {
    /// The meaning.
    pub role: Role,
    /// Attributes beside those that the theme adds.
    pub attributes: Attributes,
    /// What a click there does; looks the same with any.
    pub spot: Option<Spot>,
}

impl Style {
    /// A role without attributes.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self { role, attributes: Attributes::NONE, spot: None }
    }

    /// In bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        self.and(Attributes::BOLD)
    }

    /// With more attributes.
    #[must_use]
    pub const fn and(self, attributes: Attributes) -> Self {
        Self { attributes: self.attributes.with(attributes), ..self }
    }

    /// That does something when it is clicked.
    #[must_use]
    pub const fn at(self, spot: Spot) -> Self {
        Self { spot: Some(spot), ..self }
    }
}

impl From<Role> for Style {
    fn from(role: Role) -> Self {
        Self::of(role)
    }
}
