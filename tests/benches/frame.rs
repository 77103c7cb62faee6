//! What a frame costs: a full redraw from a warm and a cold cache, and a scroll step, for chats of any length at 200x50.

#![allow(missing_docs, reason = "a bench is its own documentation")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot begin may stop")]

#[path = "../it/support/scenes.rs"]
mod scenes;

use divan::Bencher;
use nib::layout::{LayoutCache, arrange};
use nib::state::State;
use nib::state::front::ScrollIntent;
use nib::view::{ColorDepth, Theme, paint_buffer};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const WIDTH: u16 = 200;
const HEIGHT: u16 = 50;
const LENGTHS: [u128; 3] = [100, 10_000, 100_000];

fn main() {
    divan::main();
}

struct Screen {
    state: State,
    cache: LayoutCache,
    theme: Theme,
    buffer: Buffer,
}

impl Screen {
    fn new(length: u128) -> Self {
        let mut state = scenes::sized(scenes::state(scenes::timeline(scenes::history(length), false)), WIDTH, HEIGHT);
        state.front.as_mut().unwrap().pane.divider = None;
        let buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut screen =
            Self { state, cache: scenes::cache(), theme: Theme::named("dark", ColorDepth::TrueColor), buffer };
        screen.frame();
        screen
    }

    /// Lays out, paints every cell, and tells the outcome back.
    fn frame(&mut self) {
        let scene = arrange(&self.state, &mut self.cache, WIDTH, HEIGHT);
        self.buffer.reset();
        let area = self.buffer.area;
        paint_buffer(&scene, &self.theme, &mut self.buffer, area);
        let pane = &mut self.state.front.as_mut().unwrap().pane;
        pane.intent = None;
        pane.anchor = scene.visible[0].1.anchor;
    }
}

#[divan::bench(args = LENGTHS)]
fn warm_frame(bencher: Bencher<'_, '_>, length: u128) {
    let mut screen = Screen::new(length);
    bencher.bench_local(|| screen.frame());
}

#[divan::bench(args = LENGTHS)]
fn warm_arrange_only(bencher: Bencher<'_, '_>, length: u128) {
    let mut screen = Screen::new(length);
    bencher.bench_local(|| arrange(&screen.state, &mut screen.cache, WIDTH, HEIGHT));
}

#[divan::bench(args = LENGTHS)]
fn cold_frame(bencher: Bencher<'_, '_>, length: u128) {
    let mut screen = Screen::new(length);
    bencher.bench_local(|| {
        screen.cache = scenes::cache();
        screen.frame();
    });
}

/// One row up or down, over rows that were never drawn: up a hundred times, then back to the newest.
#[divan::bench(args = LENGTHS)]
fn scroll_step(bencher: Bencher<'_, '_>, length: u128) {
    let mut screen = Screen::new(length);
    let mut steps = 0;
    bencher.bench_local(|| {
        steps = (steps + 1) % 100;
        let intent = if steps == 0 { ScrollIntent::End } else { ScrollIntent::Rows(-1) };
        screen.state.front.as_mut().unwrap().pane.intent = Some(intent);
        screen.frame();
    });
}
