//! What the screen looks like, and what must hold of it at every size.

#[path = "../support/scenes.rs"]
mod scenes;

mod anchors;
mod files;
mod pictures;

use nib::layout::{LayoutCache, Scene, arrange};
use nib::state::State;
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
