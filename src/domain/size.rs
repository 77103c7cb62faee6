//! Numbers of bytes as people read them.

/// A number of bytes: `212 KB`, `1.4 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut whole, mut unit) = (bytes / 100, 0);
    while whole >= 9_995 && unit + 1 < UNITS.len() {
        whole /= 1_000;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if whole < 100 && unit > 0 {
        format!("{}.{} {name}", whole / 10, whole % 10)
    } else {
        format!("{} {name}", (whole + 5) / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        assert_eq!(
            ["0 B", "999 B", "1 KB", "212 KB", "1.4 MB", "14 MB"],
            [0, 999, 1_000, 212_300, 1_420_000, 14_200_000].map(size)[..]
        );
    }
}
