//! The regions of the screen: what fits where, by tier.

use super::cache::LayoutCache;
use super::glyphs::Glyphs;
use super::line::Line;
use super::scene::{Area, Hit, Scene};
use super::style::Role;
use super::width::WidthRules;
use super::{members, overlay, pane, rail, sidebar, status, timeline};
use crate::state::State;
use crate::state::front::{Front, Tier};

/// Columns of the community rail, without its rule.
const RAIL: u16 = 6;

/// What every region needs.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) state: &'a State,
    pub(super) front: &'a Front,
    pub(super) glyphs: &'static Glyphs,
    pub(super) tier: Tier,
}

/// Lays out the whole screen. Resolves the pane's scroll intent; what it found out is in [`Scene::visible`] and is to be told back as
/// `Event::Arranged`. Works for any size: where there is no room, things are left out, never cut mid-character.
#[must_use]
pub fn arrange(state: &State, cache: &mut LayoutCache, width: u16, height: u16) -> Scene {
    let mut scene = Scene { width, height, ..Scene::default() };
    let Some(front) = &state.front else { return scene };
    let context = Context {
        state,
        front,
        glyphs: Glyphs::of(state.settings.ascii || !WidthRules::in_force().narrow),
        tier: Tier::of(width, height),
    };
    scene.title = pane::title(context);
    if width == 0 || height == 0 {
        scene.visible.push((front.pane.id, timeline::hidden(&front.pane)));
        return scene;
    }
    let screen = Area::new(0, 0, width, height);
    let mut area = screen;
    if let Some(line) = status::banner(context, cache, usize::from(width)) {
        let mut row = area.take_top(1);
        row.take_left(u16::from(width > 20));
        scene.put(row, line);
    }
    let status_row = if context.tier == Tier::Tiny {
        Area::default()
    } else {
        area.take_bottom(status::height(context, cache, width, height))
    };
    let shows_sidebar = front.shows_sidebar();
    let mut split = 0;
    if shows_sidebar && context.tier <= Tier::Narrow {
        sidebar::place(context, cache, area, &mut scene);
        scene.visible.push((front.pane.id, timeline::hidden(&front.pane)));
    } else {
        if context.tier == Tier::Wide && shows_sidebar {
            rail::place(context, cache, area.take_left(RAIL), &mut scene);
            upright(context, area.take_left(1), &mut scene);
        }
        if shows_sidebar {
            let columns = state.settings.sidebar_width.clamp(12, 80).min(width * 3 / 10);
            sidebar::place(context, cache, area.take_left(columns), &mut scene);
            let edge = area.take_left(1);
            upright(context, edge, &mut scene);
            scene.hits.push((edge, Hit::Edge));
        }
        split = area.x;
        let columns = members::columns(context, width);
        if columns > 0 {
            let mut beside = area.take_right(columns + 1);
            upright(context, beside.take_left(1), &mut scene);
            members::place(context, cache, beside, false, &mut scene);
        }
        let visible = pane::place(context, cache, area, &mut scene);
        scene.visible.push((front.pane.id, visible));
    }
    status::place(context, cache, status_row, split, &mut scene);
    if !front.overlays.is_empty() {
        overlay::place(context, cache, screen, &mut scene);
    }
    scene
}

/// The rule between two regions.
fn upright(context: Context<'_>, column: Area, scene: &mut Scene) {
    for row in 0..column.height {
        scene.put(Area { y: column.y + row, height: 1, ..column }, Line::with(context.glyphs.upright, Role::Faint));
    }
}
