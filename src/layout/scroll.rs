//! Where a long list stands between frames: it follows its cursor, unless the wheel has moved it away.

/// What is kept of one list.
#[derive(Default)]
pub(super) struct Scroll {
    /// First row that shows.
    top: usize,
    /// How far the wheel had scrolled it when it was placed last.
    wheeled: i64,
    /// What it would follow, had the wheel not moved it away.
    free: Option<Option<usize>>,
}

impl Scroll {
    /// The first row to show of so many. `at`: the row to follow, if any; `wheeled`: how far the wheel has scrolled it so far.
    pub(super) fn place(&mut self, at: Option<usize>, rows: usize, height: usize, wheeled: i64) -> usize {
        let last = rows.saturating_sub(height);
        let mut top = self.top.min(last);
        let by = wheeled.wrapping_sub(std::mem::replace(&mut self.wheeled, wheeled));
        if by != 0 {
            top = top.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(last);
            self.free = Some(at);
        }
        // Where the wheel has left it, it stays until what it follows moves.
        if self.free.is_some_and(|free| free != at) {
            self.free = None;
        }
        if let Some(at) = at.filter(|_| self.free.is_none()) {
            let margin = 2.min(height / 4);
            top = top.min(at.saturating_sub(margin)).max((at + 1 + margin).saturating_sub(height)).min(last);
        }
        self.top = top;
        top
    }

    /// Another list takes its place: it begins at its top.
    pub(super) fn restart(&mut self) {
        self.top = 0;
        self.free = None;
    }
}
