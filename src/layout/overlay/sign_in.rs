//! The sign-in form. Secrets show as dots.

use super::{keys_line, panel, row};
use crate::layout::arrange::Context;
use crate::layout::cache::KeyHints;
use crate::layout::composer::field;
use crate::layout::line::Line;
use crate::layout::scene::{Area, Scene};
use crate::layout::style::{Role, Style};
use crate::layout::wrap::{Breaking, Styled};
use crate::state::action::Context as Keys;
use crate::state::ui::sign_in::{SignInField, SignInForm, SignInStage};

/// Columns of the names of fields.
const NAMES: u16 = 12;

pub(super) fn place(context: Context<'_>, keys: &KeyHints, form: &SignInForm, screen: Area, scene: &mut Scene) {
    let glyphs = context.glyphs;
    let hint = keys_line(
        keys,
        &[(Keys::Form, "accept", "go on"), (Keys::Form, "move 1", "next field"), (Keys::Form, "cancel", "close")],
    );
    let inside = panel(context, "Sign in", &hint, 58, 8, screen, scene);
    let recovery = matches!(form.stage, SignInStage::Code { recovery: true });
    let asks_code = matches!(form.stage, SignInStage::Code { .. }) || form.at == SignInField::Code;
    let mut fields = vec![
        (SignInField::Server, "Server", &form.server),
        (SignInField::Login, "E-mail", &form.login),
        (SignInField::Password, "Password", &form.password),
    ];
    if asks_code {
        fields.push((SignInField::Code, "Code", &form.code));
    }
    let working = form.stage == SignInStage::Working;
    // In a very low terminal the field that is being filled in comes first.
    let low = inside.height < 8;
    if inside.height < 4 {
        let at = fields.iter().position(|(which, ..)| *which == form.at).unwrap_or(0);
        fields.rotate_left(at);
    }
    let mut at = u16::from(!low);
    for (which, name, text) in fields {
        let mut place = row(inside, at);
        at += 1;
        let focused = which == form.at && !working;
        let names = place.take_left(if inside.width >= 30 { NAMES } else { inside.width / 3 });
        let style = if focused { Style::of(Role::Text).bold() } else { Style::of(Role::Dim) };
        scene.put(names, Line::with(name, style).cut(usize::from(names.width.saturating_sub(1)), glyphs.more));
        let bar = place.take_left(2.min(place.width));
        scene.put(
            bar,
            Line::with(
                if focused { glyphs.composer } else { glyphs.upright },
                if focused { Role::Accent } else { Role::Faint },
            ),
        );
        let cursor = field(text, focused, place, glyphs, scene);
        if focused {
            scene.cursor = cursor;
        }
    }
    at += u16::from(!low);
    let (words, role) = match (&form.refusal, form.stage) {
        (_, SignInStage::Working) => (format!("signing in{}", glyphs.more), Role::Dim),
        (Some(refusal), _) => (format!("{} {refusal}", glyphs.failed), Role::Error),
        (None, SignInStage::Code { .. }) if recovery => {
            ("The code of your authenticator, or a recovery code.".to_owned(), Role::Dim)
        }
        (None, SignInStage::Code { .. }) => ("The code of your authenticator.".to_owned(), Role::Dim),
        (None, SignInStage::Editing) => {
            ("The password is kept only as long as it takes to sign in.".to_owned(), Role::Dim)
        }
    };
    let mut lines = Vec::new();
    let style = Style::of(role);
    Styled { text: &words, runs: &[(words.len(), style)] }.wrap(
        0,
        usize::from(inside.width).max(1),
        Breaking::Words,
        &mut lines,
    );
    for line in lines {
        scene.put(row(inside, at), line);
        at += 1;
    }
}
