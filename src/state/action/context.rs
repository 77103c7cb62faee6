//! Where keys are read differently.

/// Where keys are read differently. The innermost context comes first; [`Context::Everywhere`] is always last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Context {
    /// Always.
    Everywhere,
    /// The composer has the focus.
    Composer,
    /// Something is offered for the word that is being typed in the composer.
    Completion,
    /// The message cursor has the focus.
    Messages,
    /// Words are being typed that are to be found in the open chat.
    Find,
    /// The list of threads of a forum has the focus.
    Forum,
    /// The sidebar has the focus.
    Sidebar,
    /// The list of members has the focus, or lies on top.
    Members,
    /// The list of accounts lies on top.
    Accounts,
    /// The list of files that are being saved lies on top.
    Downloads,
    /// The card of a person, or of a message, lies on top.
    Person,
    /// No chat is open: what can be done is offered.
    Welcome,
    /// A list with a search line lies on top: jump, help, emoji.
    List,
    /// A form lies on top.
    Form,
    /// A question lies on top.
    Question,
}

impl Context {
    /// Every context, in the order of the help.
    pub const ALL: [Self; 15] = [
        Self::Everywhere,
        Self::Composer,
        Self::Completion,
        Self::Messages,
        Self::Find,
        Self::Forum,
        Self::Sidebar,
        Self::Members,
        Self::Accounts,
        Self::Downloads,
        Self::Person,
        Self::Welcome,
        Self::List,
        Self::Form,
        Self::Question,
    ];

    /// Whether keys that type a character are text where this is the innermost context.
    #[must_use]
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Composer | Self::Completion | Self::Find | Self::List | Self::Form)
    }

    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Composer => "composer",
            Self::Completion => "completion",
            Self::Messages => "messages",
            Self::Find => "find",
            Self::Forum => "forum",
            Self::Sidebar => "sidebar",
            Self::Members => "members",
            Self::Accounts => "accounts",
            Self::Downloads => "downloads",
            Self::Person => "person",
            Self::Welcome => "welcome",
            Self::List => "list",
            Self::Form => "form",
            Self::Question => "question",
        }
    }
}
