//! What the screen looks like, and what must hold of it at every size.

#[path = "../support/hostile.rs"]
mod hostiles;
#[path = "../support/scenes.rs"]
mod scenes;

mod accounts;
mod anchors;
mod anew;
mod cards;
mod files;
mod forum;
mod gallery;
mod hostile;
mod members;
mod pictures;
mod small;
mod welcome;

use nib::domain::AccountId;
use nib::layout::{LayoutCache, Scene, arrange};
use nib::state::State;
use nib::state::ui::field::Field;
use nib::state::ui::form::{FieldKind, Form, FormField, FormPurpose};
use nib::view::{ColorDepth, Theme, paint_buffer};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use scenes::*;

/// Lays out and paints; gives the cells.
fn painted(scene: &Scene, theme: &Theme) -> Buffer {
    let area = Rect::new(0, 0, scene.width, scene.height);
    let mut buffer = Buffer::empty(area);
    paint_buffer(scene, theme, &mut buffer, area);
    buffer
}

/// The cells as lines of text, with the cursor's place below.
fn shot(state: &State, cache: &mut LayoutCache, width: u16, height: u16) -> String {
    let scene = arrange(state, cache, width, height);
    let buffer = painted(&scene, &Theme::named("terminal", ColorDepth::None));
    let mut lines = words(&buffer);
    lines.push(scene.cursor.map_or_else(|| "no cursor".to_owned(), |(x, y)| format!("cursor at {x}, {y}")));
    lines.join("\n")
}

/// The text of each row, without the spaces at its end.
fn words(buffer: &Buffer) -> Vec<String> {
    use ratatui::buffer::CellWidth;
    let area = buffer.area;
    (0..area.height)
        .map(|y| {
            let mut line = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += symbol.cell_width().max(1);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// A form with a field of every sort, and something wrong with one of them.
fn form() -> Form {
    let field = |kind, label, field| FormField::text(kind, label, field, "What belongs here, in one line.", "Type it");
    let fields = vec![
        field(FieldKind::Server, "Server", Field::with("chat.example.org")),
        field(FieldKind::Login, "E-mail", Field::with("you@example.org")),
        field(FieldKind::Password, "Password", Field::secret()),
        FormField::choice(
            FieldKind::Stay,
            "Stay in",
            vec!["yes".to_owned(), "this run only".to_owned()],
            "Whether the token is kept.",
        ),
    ];
    let mut form = Form::new(FormPurpose::SignIn(AccountId(0)), fields);
    form.insert("hunter2 is long");
    form.fail(Some(FieldKind::Password), "The password is not right. Check it and try again.".to_owned());
    form
}
