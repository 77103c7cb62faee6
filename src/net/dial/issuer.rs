//! Who signed a certificate, read out of its bytes for the eyes of people. Decides nothing: whether it is to be trusted is the library's business.

use crate::domain::CleanText;

/// What a sequence, a set and a context tag are called in DER.
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT: u8 = 0x06;
const VERSION: u8 = 0xa0;
/// The names of an organisation and of a thing among the attributes of a name (2.5.4.10, 2.5.4.3).
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// Longest name that is shown, in characters.
const LONGEST: usize = 64;

/// The organisation that signed a certificate, or the name it gives itself. `None` where it says neither, or the bytes are none of a certificate.
pub(super) fn issuer(certificate: &[u8]) -> Option<CleanText> {
    let (SEQUENCE, certificate, _) = element(certificate)? else { return None };
    let (SEQUENCE, body, _) = element(certificate)? else { return None };
    let (tag, _, after) = element(body)?;
    // The version may be left out; then comes the serial number, then the kind of signature, then the issuer.
    let after_serial = if tag == VERSION { element(after)?.2 } else { after };
    let after_kind = element(after_serial)?.2;
    let (SEQUENCE, mut names, _) = element(after_kind)? else { return None };
    let mut common = None;
    while let Some((SET, set, rest)) = element(names) {
        names = rest;
        let Some((SEQUENCE, attribute, _)) = element(set) else { continue };
        let Some((OBJECT, kind, value)) = element(attribute) else { continue };
        let Some((_, text, _)) = element(value) else { continue };
        let text = || String::from_utf8_lossy(text).chars().take(LONGEST).collect::<String>();
        if kind == ORGANISATION {
            return Some(CleanText::line(&text()));
        }
        if kind == COMMON_NAME {
            common = Some(CleanText::line(&text()));
        }
    }
    common
}

/// The first element: its tag, what is in it, and what stands behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = if short < 0x80 {
        (usize::from(short), rest)
    } else {
        let count = usize::from(short & 0x7f);
        if !(1..=4).contains(&count) {
            return None;
        }
        let (digits, rest) = rest.split_at_checked(count)?;
        (digits.iter().fold(0_usize, |length, &digit| length << 8 | usize::from(digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    fn made(names: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, name) in names {
            params.distinguished_name.push(kind.clone(), *name);
        }
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn the_organisation_comes_before_the_name() {
        let of = |names: &[(DnType, &str)]| issuer(&made(names)).map(|name| name.to_string());
        assert_eq!(
            of(&[(DnType::CommonName, "R13"), (DnType::OrganizationName, "Pens & Inks")]).unwrap(),
            "Pens & Inks"
        );
        assert_eq!(of(&[(DnType::CommonName, "A root"), (DnType::CountryName, "NO")]).unwrap(), "A root");
        assert_eq!(of(&[(DnType::CountryName, "NO")]), None);
        assert_eq!(of(&[(DnType::CommonName, "red \u{1b}[31m")]).unwrap(), "red [31m");
        assert_eq!(of(&[(DnType::CommonName, &"x".repeat(300))]).unwrap().len(), LONGEST);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = issuer(&bytes);
        }

        #[test]
        fn a_damaged_certificate_is_survived(at in 0_usize..300, byte: u8, end in 0_usize..400) {
            let mut bytes = made(&[(DnType::CommonName, "A root")]);
            if let Some(there) = bytes.get_mut(at) {
                *there = byte;
            }
            bytes.truncate(end);
            let _ = issuer(&bytes);
        }
    }
}
