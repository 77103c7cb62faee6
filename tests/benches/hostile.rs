//! What messages cost that are made to be costly: the first frame with each, rows made anew, and the next one.
//!
//! The aim is 2 ms for each at 200x50.

#![allow(missing_docs, reason = "a bench is its own documentation")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot begin may stop")]

#[path = "../it/support/hostile.rs"]
mod hostile;
#[path = "../it/support/scenes.rs"]
mod scenes;

use divan::Bencher;
use nib::layout::arrange;
use nib::view::{ColorDepth, Theme, paint_buffer};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const WIDTH: u16 = 200;
const HEIGHT: u16 = 50;

fn main() {
    divan::main();
}

#[divan::bench(args = hostile::NAMES)]
fn first_frame(bencher: Bencher<'_, '_>, name: &str) {
    let timeline = scenes::timeline(vec![hostile::message(name)], false);
    let state = scenes::sized(scenes::state(timeline), WIDTH, HEIGHT);
    let theme = Theme::named("dark", ColorDepth::TrueColor);
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
    bencher.with_inputs(scenes::cache).bench_local_values(|mut cache| {
        let scene = arrange(&state, &mut cache, WIDTH, HEIGHT);
        let area = buffer.area;
        paint_buffer(&scene, &theme, &mut buffer, area);
        cache
    });
}

#[divan::bench(args = hostile::NAMES)]
fn next_frame(bencher: Bencher<'_, '_>, name: &str) {
    let timeline = scenes::timeline(vec![hostile::message(name)], false);
    let state = scenes::sized(scenes::state(timeline), WIDTH, HEIGHT);
    let theme = Theme::named("dark", ColorDepth::TrueColor);
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
    let mut cache = scenes::cache();
    bencher.bench_local(|| {
        let scene = arrange(&state, &mut cache, WIDTH, HEIGHT);
        let area = buffer.area;
        paint_buffer(&scene, &theme, &mut buffer, area);
    });
}
