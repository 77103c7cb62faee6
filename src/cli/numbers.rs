//! What is given as a number, or as an address: what is said where it is not one names what is wanted.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

/// Reads a whole number in a range.
pub(super) fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |written| {
        let number = written.trim().parse().ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| match (*range.start(), *range.end()) {
            (least, u64::MAX) if is_too_large(written) => format!("it has to be a smaller number, {least} or more"),
            (least, u64::MAX) => format!("it has to be a whole number, {least} or more"),
            (least, most) => format!("it has to be a whole number from {least} to {most}"),
        })
    }
}

/// Whether it is a whole number, but larger than any that fits.
fn is_too_large(written: &str) -> bool {
    let written = written.trim();
    !written.is_empty() && written.bytes().all(|digit| digit.is_ascii_digit())
}

/// Reads where to listen.
pub(super) fn address(written: &str) -> Result<SocketAddr, String> {
    written.parse().map_err(|_| "it has to be an address with a port, such as 127.0.0.1:8080".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_told_what_is_wanted() {
        let read = whole::<u32>(1..=100_000);
        assert_eq!((read("1"), read(" 100000 ")), (Ok(1), Ok(100_000)));
        for no in ["abc", "0", "100001", "-3", "1.5", "", "99999999999999999999999"] {
            assert_eq!(read(no).unwrap_err(), "it has to be a whole number from 1 to 100000", "{no}");
        }
        for no in ["99999999999999999999999", "256"] {
            assert_eq!(whole::<u8>(0..=u64::MAX)(no).unwrap_err(), "it has to be a smaller number, 0 or more");
        }
        assert_eq!(whole::<u8>(0..=u64::MAX)("-1").unwrap_err(), "it has to be a whole number, 0 or more");
        assert_eq!(address("127.0.0.1:0").unwrap().port(), 0);
        assert!(address("localhost").is_err());
    }
}
