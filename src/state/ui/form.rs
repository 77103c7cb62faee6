//! A form: a few labelled fields, a line of help for each, and what is wrong said at the field that it is about.

use super::field::Field;
pub use super::form_field::{FieldKind, FormField, Input};
use crate::domain::{AccountId, ChatKey, CleanText, Invite, Wall};
use crate::state::action::TextEdit;
use crate::state::front::{Front, Overlay};
use crate::state::offer::SignInWay;

/// Most forms that are remembered after they were closed.
const KEPT: usize = 4;

/// What a form is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormPurpose {
    /// Signing in to an account.
    SignIn(AccountId),
    /// Making an account.
    SignUp(AccountId),
    /// Following an invite.
    Join {
        /// With which account.
        account: AccountId,
        /// Where it leads, once that is known.
        found: Option<Box<Invite>>,
    },
    /// Writing to a person.
    Write,
    /// Calling an account something else.
    Rename(AccountId),
    /// A command, where the composer holds something else.
    Command,
    /// Going to a day.
    Day,
    /// Beginning a thread in a forum.
    Thread(ChatKey),
    /// Giving a thread another title.
    ThreadTitle(ChatKey),
    /// Calling a file something else where it goes.
    File {
        /// The chat that it goes to.
        chat: ChatKey,
        /// The file, as the tray numbers it.
        number: u64,
    },
}

impl FormPurpose {
    /// The account that it is about, and nothing else.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::SignIn(account) | Self::SignUp(account) | Self::Rename(account) | Self::Join { account, .. } => {
                Some(*account)
            }
            Self::Thread(chat) | Self::ThreadTitle(chat) | Self::File { chat, .. } => Some(chat.account),
            Self::Write | Self::Command | Self::Day => None,
        }
    }

    /// Whether both are the same form, however far each has come.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Join { account, .. }, Self::Join { account: other, .. }) => account == other,
            _ => self == other,
        }
    }
}

/// A form.
#[derive(Clone, PartialEq, Debug)]
pub struct Form {
    /// What it is for.
    pub purpose: FormPurpose,
    /// Its fields, top to bottom.
    pub fields: Vec<FormField>,
    /// Which field has the cursor.
    pub at: usize,
    /// What is being done with what was typed, in words. Nothing can be typed meanwhile.
    pub working: Option<&'static str>,
    /// What is to be said about no field alone.
    pub told: Option<Told>,
    /// What only forms for signing in have.
    pub entry: Entry,
}

/// What a form for signing in has besides its fields.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Entry {
    /// Which of the networks is chosen.
    pub network: usize,
    /// What the words of `FieldKind::Way` stand for; it has no field where there is one alone.
    pub ways: Vec<SignInWay>,
    /// Which of them is in force.
    pub way: usize,
    /// What was typed for other networks and ways.
    pub aside: Vec<(usize, FormField)>,
    /// What the user is to do in a browser.
    pub confirm: Option<Confirm>,
    /// It was allowed in a browser before; the network's servers may still want something else.
    pub allowed: bool,
}

/// What the user is to do in a browser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirm {
    /// The address to open; one line.
    pub address: CleanText,
    /// What to type there; one line.
    pub code: CleanText,
    /// When the code is good no more.
    pub until: Wall,
}

/// Something that a form says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The sentence. Remote text in it is clean.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
}

impl Form {
    /// A form with the cursor in the first field that is empty.
    #[must_use]
    pub fn new(purpose: FormPurpose, fields: Vec<FormField>) -> Self {
        let at = Self::first_empty(&fields);
        Self { purpose, fields, at, working: None, told: None, entry: Entry::default() }
    }

    /// The first field that is empty, else the first.
    #[must_use]
    pub fn first_empty(fields: &[FormField]) -> usize {
        fields.iter().position(FormField::is_empty).unwrap_or(0)
    }

    /// The way of signing in that is chosen.
    #[must_use]
    pub fn way(&self) -> Option<SignInWay> {
        let at = self.field(FieldKind::Way).map_or(self.entry.way, FormField::chosen_index);
        self.entry.ways.get(at).or(self.entry.ways.first()).copied()
    }

    /// A field of this kind.
    #[must_use]
    pub fn field(&self, kind: FieldKind) -> Option<&FormField> {
        self.fields.iter().find(|field| field.kind == kind)
    }

    /// What was typed into a field; empty where there is none.
    #[must_use]
    pub fn text(&self, kind: FieldKind) -> &str {
        match self.field(kind).map(|field| &field.input) {
            Some(Input::Text(field)) => field.text(),
            Some(Input::Choice { .. }) | None => "",
        }
    }

    /// Which word of a field is chosen; the first where there is none.
    #[must_use]
    pub fn chosen(&self, kind: FieldKind) -> usize {
        self.field(kind).map_or(0, FormField::chosen_index)
    }

    /// Adds a field at the end, in place of one of its kind, and goes there.
    pub fn put(&mut self, field: FormField) {
        self.fields.retain(|known| known.kind != field.kind);
        self.fields.push(field);
        self.at = self.fields.len() - 1;
    }

    /// Adds a field before the last one, where there is none of its kind.
    pub fn ask(&mut self, field: FormField) {
        if self.field(field.kind).is_none() {
            self.fields.insert(self.fields.len().saturating_sub(1), field);
        }
    }

    /// Takes a field away.
    pub fn take(&mut self, kind: FieldKind) {
        self.fields.retain(|field| field.kind != kind);
        self.at = self.at.min(self.fields.len().saturating_sub(1));
    }

    /// Empties the fields whose content does not show.
    fn forget_secrets(&mut self) {
        for field in self.fields.iter_mut().chain(self.entry.aside.iter_mut().map(|(_, field)| field)) {
            if let Input::Text(text) = &mut field.input
                && text.is_secret()
            {
                *text = Field::secret();
                field.error = None;
            }
        }
    }

    /// Settles all fields but those of this kind; `None` frees them all.
    pub fn fix(&mut self, but: Option<FieldKind>) {
        for field in &mut self.fields {
            field.fixed = but.is_some_and(|kind| field.kind != kind);
        }
    }

    /// Says what is wrong with a field, or below all where there is no such field, and goes there.
    pub fn fail(&mut self, kind: Option<FieldKind>, sentence: String) {
        self.working = None;
        match kind.and_then(|kind| self.fields.iter().position(|field| field.kind == kind)) {
            Some(at) => {
                self.at = at;
                self.fields[at].error = Some(sentence);
            }
            None => self.told = Some(Told { text: sentence, bad: true }),
        }
    }

    /// What was wrong is no more.
    pub fn clear(&mut self) {
        self.told = None;
        self.fields.iter_mut().for_each(|field| field.error = None);
    }

    /// Says something that is no fault.
    pub fn tell(&mut self, sentence: String) {
        self.told = Some(Told { text: sentence, bad: false });
    }

    /// The user goes on: to the first field that is still empty, which says so when the cursor is there already. Returns whether there is none.
    pub fn go_on(&mut self) -> bool {
        let Some(at) = self.fields.iter().position(|field| !field.fixed && field.is_empty()) else {
            self.clear();
            return true;
        };
        let field = &mut self.fields[at];
        field.error = (self.at == at).then(|| field.missing.to_owned());
        self.at = at;
        false
    }

    /// To another field; those that are settled are passed over.
    pub fn step(&mut self, by: i32) {
        let count = self.fields.len();
        if self.working.is_some() || self.fields.iter().all(|field| field.fixed) {
            return;
        }
        for _ in 0..by.unsigned_abs().min(100) {
            loop {
                self.at = if by > 0 { (self.at + 1) % count } else { (self.at + count - 1) % count };
                if !self.fields[self.at].fixed {
                    break;
                }
            }
        }
    }

    /// To the field at an index, if it can be changed; one to choose in goes on to its next word when the cursor is there already.
    pub fn point(&mut self, index: usize) {
        let free = |field: &FormField| !field.fixed;
        if self.working.is_some() || !self.fields.get(index).is_some_and(free) {
            return;
        }
        if self.at == index {
            self.change(|input| turn(input, 1));
        }
        self.at = index;
    }

    /// Text is typed or pasted into the field with the cursor. Returns whether it changed.
    pub fn insert(&mut self, text: &str) -> bool {
        self.change(|input| match input {
            Input::Text(field) => {
                field.insert(text);
                true
            }
            Input::Choice { .. } if text == " " => turn(input, 1),
            Input::Choice { .. } => false,
        })
    }

    /// Moves or deletes in the field with the cursor. Returns whether its content changed.
    pub fn edit(&mut self, edit: TextEdit) -> bool {
        self.change(|input| match input {
            Input::Text(field) => field.edit(edit),
            Input::Choice { .. } => match edit {
                TextEdit::Left => turn(input, -1),
                TextEdit::Right => turn(input, 1),
                _ => false,
            },
        })
    }

    fn change(&mut self, change: impl FnOnce(&mut Input) -> bool) -> bool {
        let busy = self.working.is_some();
        let Some(field) = self.fields.get_mut(self.at).filter(|field| !busy && !field.fixed) else { return false };
        let changed = change(&mut field.input);
        if changed {
            field.error = None;
        }
        changed
    }
}

fn turn(input: &mut Input, by: isize) -> bool {
    let Input::Choice { options, chosen } = input else { return false };
    let last = options.len().saturating_sub(1);
    *chosen = match chosen.checked_add_signed(by) {
        Some(next) if next <= last => next,
        Some(_) => 0,
        None => last,
    };
    true
}

impl Front {
    /// The form of this kind that lies on top of something.
    pub(in crate::state) fn form_mut(&mut self, wanted: impl Fn(&FormPurpose) -> bool) -> Option<&mut Form> {
        self.overlays.iter_mut().rev().find_map(|overlay| match overlay {
            Overlay::Form(form) if wanted(&form.purpose) => Some(form.as_mut()),
            _ => None,
        })
    }

    /// Puts a form on top: the one that is open or was closed before with what was typed into it, else the new one.
    pub(in crate::state) fn show_form(&mut self, new: Form, change: impl FnOnce(&mut Form)) {
        let open = self
            .overlays
            .iter()
            .position(|overlay| matches!(overlay, Overlay::Form(form) if form.purpose.is_like(&new.purpose)));
        let kept = self.kept_forms.iter().position(|form| form.purpose.is_like(&new.purpose));
        let mut form = match (open.map(|at| self.overlays.remove(at)), kept) {
            (Some(Overlay::Form(form)), _) => form,
            (_, Some(at)) => {
                let mut form = Box::new(self.kept_forms.remove(at));
                // One short answer is typed anew as quickly as it is mended.
                if form.purpose == FormPurpose::Day {
                    form.fields.iter_mut().for_each(FormField::rest);
                }
                form
            }
            _ => Box::new(new),
        };
        change(&mut form);
        self.overlays.push(Overlay::Form(form));
    }

    /// Remembers a form that was closed, perhaps by mistake; but no secret, which would be there for whoever opens it next.
    pub(in crate::state) fn keep_form(&mut self, mut form: Form) {
        form.working = None;
        form.entry.confirm = None;
        form.entry.allowed = false;
        form.forget_secrets();
        self.kept_forms.retain(|known| !known.purpose.is_like(&form.purpose));
        self.kept_forms.push(form);
        if self.kept_forms.len() > KEPT {
            self.kept_forms.remove(0);
        }
    }

    /// Puts a form below a chat that is waited for, for whoever leaves that.
    pub(in crate::state) fn put_below(&mut self, form: Form) {
        self.kept_forms.retain(|known| !known.purpose.is_like(&form.purpose));
        let top = self.overlays.iter().position(|overlay| matches!(overlay, Overlay::Waiting(_)));
        self.overlays.insert(top.unwrap_or(self.overlays.len()), Overlay::Form(Box::new(form)));
    }

    /// Closes forms of this kind, as the user would.
    pub(in crate::state) fn close_forms(&mut self, which: impl Fn(&FormPurpose) -> bool) {
        let closes = |overlay: &mut Overlay| matches!(overlay, Overlay::Form(form) if which(&form.purpose));
        let closed: Vec<Overlay> = self.overlays.extract_if(.., closes).collect();
        for overlay in closed {
            if let Overlay::Form(form) = overlay {
                self.keep_form(*form);
            }
        }
    }

    /// Forms of this kind have done their work: they go, with all that was typed.
    pub(in crate::state) fn drop_forms(&mut self, done: impl Fn(&FormPurpose) -> bool) {
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Form(form) if done(&form.purpose)));
        self.kept_forms.retain(|form| !done(&form.purpose));
    }
}
