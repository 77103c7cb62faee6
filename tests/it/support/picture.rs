//! What a terminal shows as a picture: an SVG that any browser draws, with the cells exactly where they are.
//!
//! Lines and blocks are drawn as shapes, since fonts leave gaps between them; everything else is text, set to the width of its cells.

use std::fmt::Write;
use vt100::{Cell, Color, Screen};

/// Width and height of a cell, and how far the text's base line is below its top, in tenths of a pixel.
const CELL: (u32, u32, u32) = (84, 180, 135);

/// The colours of a terminal: ground, text, and the palette of sixteen.
pub(crate) struct Palette {
    ground: u32,
    text: u32,
    sixteen: [u32; 16],
}

/// Light words on a dark ground.
pub(crate) const DARK: Palette = Palette {
    ground: 0x0016_181d,
    text: 0x00d4_d7dc,
    sixteen: [
        0x0024_272d,
        0x00e0_6c75,
        0x0098_c379,
        0x00e5_c07b,
        0x0061_afef,
        0x00c6_78dd,
        0x0056_b6c2,
        0x00c8_ccd4,
        0x006b_7280,
        0x00ff_8a93,
        0x00b5_e08f,
        0x00ff_d88f,
        0x0082_c7ff,
        0x00e0_96f5,
        0x0074_d4df,
        0x00ff_ffff,
    ],
};

/// Dark words on a light ground.
pub(crate) const LIGHT: Palette = Palette {
    ground: 0x00fb_faf7,
    text: 0x0024_272d,
    sixteen: [
        0x0024_272d,
        0x00b3_261e,
        0x001f_7a3a,
        0x008a_5a00,
        0x001c_5fb8,
        0x0086_32b0,
        0x000c_6a80,
        0x00d9_d7d2,
        0x006b_707a,
        0x00c9_3a31,
        0x0025_8f45,
        0x00a0_6a00,
        0x002a_74d6,
        0x009c_45c7,
        0x0010_7f99,
        0x00ff_ffff,
    ],
};

/// How a run of cells looks.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    text: u32,
    ground: u32,
    bold: bool,
    italic: bool,
    underline: bool,
    dim: bool,
}

impl Palette {
    fn color(&self, color: Color, default: u32) -> u32 {
        match color {
            Color::Default => default,
            Color::Idx(index @ 0..=15) => self.sixteen[usize::from(index)],
            Color::Idx(index @ 16..=231) => {
                let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * u32::from(part) };
                let index = index - 16;
                level(index / 36) << 16 | level(index / 6 % 6) << 8 | level(index % 6)
            }
            Color::Idx(grey) => (8 + 10 * (u32::from(grey) - 232)) * 0x0001_0101,
            Color::Rgb(red, green, blue) => u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue),
        }
    }

    fn look(&self, cell: &Cell) -> Look {
        let (mut text, mut ground) = (self.color(cell.fgcolor(), self.text), self.color(cell.bgcolor(), self.ground));
        if cell.inverse() {
            std::mem::swap(&mut text, &mut ground);
        }
        Look { text, ground, bold: cell.bold(), italic: cell.italic(), underline: cell.underline(), dim: cell.dim() }
    }
}

/// Tenths of a pixel as pixels.
fn px(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The rectangles of a line or block in tenths of a cell: left, top, right, bottom. `None`: a letter.
fn shape(contents: &str) -> Option<&'static [(u32, u32, u32, u32)]> {
    // A stroke is a tenth of a cell wide across, and a twentieth down, where cells are twice as long.
    Some(match contents {
        "│" => &[(45, 0, 57, 100)],
        "┃" => &[(38, 0, 64, 100)],
        "─" => &[(0, 47, 100, 53)],
        "┌" | "╭" => &[(45, 47, 100, 53), (45, 47, 57, 100)],
        "┐" | "╮" => &[(0, 47, 57, 53), (45, 47, 57, 100)],
        "└" | "╰" => &[(45, 47, 100, 53), (45, 0, 57, 53)],
        "┘" | "╯" => &[(0, 47, 57, 53), (45, 0, 57, 53)],
        "├" => &[(45, 47, 100, 53), (45, 0, 57, 100)],
        "┤" => &[(0, 47, 57, 53), (45, 0, 57, 100)],
        "▌" => &[(0, 0, 50, 100)],
        "▐" => &[(50, 0, 100, 100)],
        "▀" => &[(0, 0, 100, 50)],
        "▄" => &[(0, 50, 100, 100)],
        "█" => &[(0, 0, 100, 100)],
        _ => return None,
    })
}

struct Picture<'a> {
    palette: &'a Palette,
    svg: String,
}

impl Picture<'_> {
    fn rectangle(&mut self, (left, top, right, bottom): (u32, u32, u32, u32), color: u32) {
        let (width, height) = (px(right - left), px(bottom - top));
        _ = write!(
            self.svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"#{color:06x}\"/>",
            px(left),
            px(top)
        );
    }

    /// Cells of one row that look alike.
    fn run(&mut self, column: u32, row: u32, cells: u32, text: &str, look: Look) {
        let (width, height, base) = CELL;
        let (left, top) = (column * width, row * height);
        if look.ground != self.palette.ground {
            self.rectangle((left, top, left + cells * width, top + height), look.ground);
        }
        if text.trim().is_empty() {
            return;
        }
        if let Some(parts) = shape(text) {
            for (x1, y1, x2, y2) in parts {
                let across = |part: u32| left + part * width / 100;
                let down = |part: u32| top + part * height / 100;
                self.rectangle((across(*x1), down(*y1), across(*x2), down(*y2)), look.text);
            }
            return;
        }
        let (x, y, length) = (px(left), px(top + base), px(cells * width));
        _ = write!(self.svg, "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" fill=\"#{:06x}\"", look.text);
        for (is, attribute) in [
            (look.bold, " font-weight=\"bold\""),
            (look.italic, " font-style=\"italic\""),
            (look.underline, " text-decoration=\"underline\""),
            (look.dim, " opacity=\"0.65\""),
        ] {
            if is {
                self.svg.push_str(attribute);
            }
        }
        self.svg.push('>');
        for character in text.chars() {
            match character {
                '<' => self.svg.push_str("&lt;"),
                '>' => self.svg.push_str("&gt;"),
                '&' => self.svg.push_str("&amp;"),
                other => self.svg.push(other),
            }
        }
        self.svg.push_str("</text>\n");
    }

    fn row(&mut self, screen: &Screen, row: u16, columns: u16) {
        let mut column = 0;
        while column < columns {
            let Some(cell) = screen.cell(row, column) else { break };
            let look = self.palette.look(cell);
            let mut text = String::new();
            let start = column;
            while let Some(cell) = screen.cell(row, column) {
                let alone = shape(cell.contents()).is_some() || !cell.contents().is_ascii();
                if column > start && (self.palette.look(cell) != look || alone) {
                    break;
                }
                text.push_str(if cell.has_contents() { cell.contents() } else { " " });
                column += if cell.is_wide() { 2 } else { 1 };
                if alone {
                    break;
                }
            }
            self.run(start.into(), row.into(), (column - start).into(), &text, look);
        }
    }
}

/// What a screen shows, as an SVG. `title`: what it is a picture of, for those who do not see it.
pub(crate) fn svg(screen: &Screen, palette: &Palette, title: &str) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let (width, height, _) = CELL;
    let (all_width, all_height) = (px(u32::from(columns) * width), px(u32::from(rows) * height));
    let mut picture = Picture { palette, svg: String::new() };
    _ = writeln!(
        picture.svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all_width}\" height=\"{all_height}\" viewBox=\"0 0 {all_width} {all_height}\" role=\"img\">\n\
         <title>{title}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#{:06x}\"/>\n\
         <g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">",
        palette.ground
    );
    for row in 0..rows {
        picture.row(screen, row, columns);
    }
    if !screen.hide_cursor() {
        let (row, column) = screen.cursor_position();
        let (left, top) = (u32::from(column) * width, u32::from(row) * height);
        _ = write!(
            picture.svg,
            "<rect x=\"{}\" y=\"{}\" width=\"2\" height=\"{}\" fill=\"#{:06x}\"/>",
            px(left),
            px(top + 10),
            px(height - 20),
            palette.text
        );
    }
    picture.svg.push_str("\n</g>\n</svg>\n");
    picture.svg
}
