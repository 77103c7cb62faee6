//! Links as the terminal knows them (OSC 8): it shows where they lead, and opens them by itself.

use crate::domain::Message;
use crate::domain::parts::{Leads, links, web_address};
use crate::state::front::Spot;
use std::cell::Cell;
use std::fmt::Write;

/// Longest address that is told to a terminal, in bytes.
const LONGEST: usize = 2_000;
/// Most links of one message that are.
const MOST: usize = 64;

thread_local! {
    static TOLD: Cell<bool> = const { Cell::new(false) };
}

/// Whether the terminal is told of links from now on, on this thread. Returns whether anything changes.
pub fn enforce(told: bool) -> bool {
    TOLD.replace(told) != told
}

/// Whether it is.
#[must_use]
pub fn are_told() -> bool {
    TOLD.get()
}

/// Where the parts of a message lead that lead to the web, as a terminal may be told it.
pub(super) fn of(message: &Message) -> impl Iterator<Item = (Spot, String)> {
    let text = links(message).filter_map(|part| match part.to {
        Leads::Web(address) => Some((Spot::Link(part.number), safe(&address)?)),
        Leads::Chat(_) | Leads::Person(_) => None,
    });
    let cards = message.embeds.iter().zip(0..).filter_map(|(embed, number)| {
        let address = web_address(&embed.url)?;
        Some((Spot::Card(number), safe(&address)?))
    });
    text.chain(cards).take(MOST)
}

/// An address in printable ASCII.
fn safe(address: &str) -> Option<String> {
    if address.len() > LONGEST {
        return None;
    }
    let mut told = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'!'..=b'~' => told.push(char::from(byte)),
            _ => write!(told, "%{byte:02X}").ok()?,
        }
    }
    (told.len() <= LONGEST).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn a_terminal_is_told_printable_addresses_alone() {
        assert_eq!(safe("https://a.example/ä?b=c;d").as_deref(), Some("https://a.example/%C3%A4?b=c;d"));
        assert_eq!(safe("https://a.example/\u{1b}]8;;\u{7}").as_deref(), Some("https://a.example/%1B]8;;%07"));
        assert_eq!(safe(&format!("https://a.example/{}", "x".repeat(2_000))), None);
        assert_eq!(safe(&format!("https://a.example/{}", "ä".repeat(900))), None);
    }
}
