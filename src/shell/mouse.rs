//! From what the mouse does to what the user intends, by what the last frame shows under it.

use crate::layout::{Hit, Scene};
use crate::state::Action;
use crate::state::action::MessageAction;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// Rows that one notch of the wheel scrolls.
const NOTCH: i32 = 3;

/// Remembers what is held.
#[derive(Debug, Default)]
pub struct Mouse {
    /// The edge of the sidebar is held; the leftmost column of the sidebar.
    edge: Option<u16>,
}

impl Mouse {
    /// What the user intends, if anything.
    pub fn action(&mut self, event: MouseEvent, scene: &Scene) -> Option<Action> {
        let (x, y) = (event.column, event.row);
        let hit = scene.hit(x, y);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => match hit? {
                Hit::Edge => {
                    self.edge = sidebar_start(scene);
                    None
                }
                hit => Some(Action::Point(hit)),
            },
            MouseEventKind::Down(MouseButton::Right) => match hit? {
                Hit::Message(pane, target) | Hit::Spot(pane, target, _) => {
                    Some(Action::Message(MessageAction::MenuAt(pane, target)))
                }
                _ => None,
            },
            MouseEventKind::Drag(MouseButton::Left) => self.dragged(x, false),
            MouseEventKind::Up(MouseButton::Left) => {
                let kept = self.dragged(x, true);
                self.edge = None;
                kept
            }
            MouseEventKind::ScrollUp => Some(Action::Wheel(hit?, -NOTCH)),
            MouseEventKind::ScrollDown => Some(Action::Wheel(hit?, NOTCH)),
            _ => None,
        }
    }

    fn dragged(&self, x: u16, keep: bool) -> Option<Action> {
        Some(Action::SidebarWidth { columns: x.saturating_sub(self.edge?), keep })
    }
}

/// Where the rows of the sidebar begin.
fn sidebar_start(scene: &Scene) -> Option<u16> {
    scene.hits.iter().find_map(|(area, hit)| matches!(hit, Hit::Sidebar(_)).then_some(area.x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Area;
    use crossterm::event::KeyModifiers;

    fn event(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
        MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }
    }

    #[test]
    fn the_edge_is_dragged_and_kept_when_let_go() {
        let scene = Scene {
            hits: vec![(Area::new(7, 0, 20, 1), Hit::Sidebar(0)), (Area::new(27, 0, 1, 9), Hit::Edge)],
            ..Scene::default()
        };
        let mut mouse = Mouse::default();
        let left = MouseButton::Left;
        assert_eq!(mouse.action(event(MouseEventKind::Drag(left), 30, 0), &scene), None, "nothing is held");
        assert_eq!(mouse.action(event(MouseEventKind::Down(left), 27, 3), &scene), None);
        let wide = |columns, keep| Some(Action::SidebarWidth { columns, keep });
        assert_eq!(mouse.action(event(MouseEventKind::Drag(left), 37, 3), &scene), wide(30, false));
        assert_eq!(mouse.action(event(MouseEventKind::Up(left), 40, 8), &scene), wide(33, true));
        assert_eq!(mouse.action(event(MouseEventKind::Up(left), 40, 8), &scene), None);
        let hit = Hit::Sidebar(0);
        assert_eq!(mouse.action(event(MouseEventKind::Down(left), 9, 0), &scene), Some(Action::Point(hit)));
        assert_eq!(mouse.action(event(MouseEventKind::ScrollUp, 9, 0), &scene), Some(Action::Wheel(hit, -3)));
        assert_eq!(mouse.action(event(MouseEventKind::ScrollUp, 60, 0), &scene), None);
    }
}
