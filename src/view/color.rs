//! Arithmetic on colours: contrast as WCAG 2 defines it, and the nearest colour of a smaller palette.

use ratatui::style::Color;

/// A colour in red, green and blue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

impl Rgb {
    /// The colour `0xRRGGBB`.
    pub(super) const fn hex(value: u32) -> Self {
        Self((value >> 16) as u8, (value >> 8) as u8, value as u8)
    }

    /// Relative luminance, 0 to 1.
    fn luminance(self) -> f32 {
        let linear = |channel: u8| {
            let part = f32::from(channel) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast to another colour, 1 to 21.
    pub(super) fn contrast(self, other: Self) -> f32 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// A step of a sixteenth towards another colour, for each step.
    fn towards(self, other: Self, steps: u16) -> Self {
        let mix = |from: u8, to: u8| ((u16::from(from) * (16 - steps) + u16::from(to) * steps) / 16) as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// This colour, moved towards `away` until it can be read on `ground`.
    pub(super) fn readable(self, ground: Self, away: Self) -> Self {
        (0..=16).map(|steps| self.towards(away, steps)).find(|color| color.contrast(ground) >= 4.5).unwrap_or(away)
    }

    pub(super) const fn color(self) -> Color {
        Color::Rgb(self.0, self.1, self.2)
    }

    /// The nearest of the fixed 240 colours of a 256-colour terminal.
    pub(super) fn nearest(self) -> u8 {
        (16..=255).min_by_key(|&index| self.distance(indexed(index))).unwrap_or(15)
    }

    fn distance(self, other: Self) -> u32 {
        let part = |one: u8, two: u8, weight: u32| u32::from(one.abs_diff(two)).pow(2) * weight;
        part(self.0, other.0, 2) + part(self.1, other.1, 4) + part(self.2, other.2, 3)
    }
}

/// The colour that a 256-colour terminal shows for an index from 16 on.
pub(super) fn indexed(index: u8) -> Rgb {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |at: u8| STEPS.get(usize::from(at)).copied().unwrap_or(255);
    match index.checked_sub(16) {
        Some(cube @ 0..216) => Rgb(step(cube / 36), step(cube / 6 % 6), step(cube % 6)),
        Some(grey) => {
            let level = 8 + (grey - 216) * 10;
            Rgb(level, level, level)
        }
        None => Rgb(0, 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rgb, indexed};

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((Rgb::hex(0x76_7676).contrast(Rgb(255, 255, 255)) - 4.54).abs() < 0.01);
    }

    #[test]
    fn nearest_finds_what_is_there() {
        assert!((16..=255u8).all(|index| indexed(indexed(index).nearest()) == indexed(index)));
    }

    #[test]
    fn any_colour_can_be_made_readable() {
        let (dark, light) = (Rgb::hex(0x16_181d), Rgb::hex(0xfb_faf7));
        for value in (0..0x100_0000).step_by(0x3337) {
            assert!(Rgb::hex(value).readable(dark, Rgb(255, 255, 255)).contrast(dark) >= 4.5);
            assert!(Rgb::hex(value).readable(light, Rgb(0, 0, 0)).contrast(light) >= 4.5);
        }
    }
}
