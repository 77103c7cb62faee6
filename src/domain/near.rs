//! The name that was probably meant.

/// The candidate closest to what was written, if it is close enough to be a slip: at most a third of its letters differ.
#[must_use]
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = written.chars().take(64).flat_map(char::to_lowercase).collect();
    candidates
        .into_iter()
        .map(|candidate| (distance(&written, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= (candidate.chars().count().max(written.len()) / 3).max(1))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean "x"?`, or nothing.
#[must_use]
pub fn hint(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default()
}

/// How many letters must be added, dropped, replaced or swapped with their neighbour.
fn distance(from: &[char], to: &str) -> usize {
    let to: Vec<char> = to.chars().flat_map(char::to_lowercase).collect();
    let width = to.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (row, &a) in from.iter().enumerate() {
        let mut current = vec![row + 1; width];
        for (column, &b) in to.iter().enumerate() {
            let mut best = (last[column + 1] + 1).min(current[column] + 1).min(last[column] + usize::from(a != b));
            if row > 0 && column > 0 && a == to[column - 1] && from[row - 1] == b {
                best = best.min(before_last[column - 1] + 1);
            }
            current[column + 1] = best;
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["theme", "ascii", "sidebar_width", "page"];
        assert_eq!(nearest("thme", names), Some("theme"));
        assert_eq!(nearest("hteme", names), Some("theme"));
        assert_eq!(nearest("Sidebar-Width", names), Some("sidebar_width"));
        assert_eq!(nearest("pagination", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("colour", names), None);
        assert_eq!(hint(Some("page")), "; did you mean \"page\"?");
    }
}
