//! What kind of picture a file is and how large, from its header alone.
//!
//! Total and bounded: no bytes make it panic, and nothing behind the part that tells the size is looked at, but for the marks that say
//! whether the picture moves. A file that is none of these kinds, or cut off before its size, is no picture here.

/// What a header tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Picture {
    /// Its MIME type.
    pub mimetype: &'static str,
    /// Pixels, as stored: a turn that a camera asks for is not applied.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// It has more than one frame.
    pub animated: bool,
}

/// Most pieces of a file that are walked over: more than any sane header has.
const PIECES: usize = 4_096;

/// Reads the header of a PNG, JPEG, GIF or WebP; `None` for anything else.
#[must_use]
pub fn look(bytes: &[u8]) -> Option<Picture> {
    png(bytes).or_else(|| jpeg(bytes)).or_else(|| gif(bytes)).or_else(|| webp(bytes))
}

/// Chunks of length, kind, data and checksum; the first is the header.
fn png(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    if kind(rest, 4)? != *b"IHDR" {
        return None;
    }
    let mut picture =
        Picture { mimetype: "image/png", width: big(rest, 8, 4)?, height: big(rest, 12, 4)?, animated: false };
    for _ in 0..PIECES {
        match kind(rest, 4) {
            // The chunk that says so stands before the first frame.
            Some(found) if found == *b"acTL" => picture.animated = true,
            Some(found) if found == *b"IDAT" => break,
            Some(_) => {}
            None => break,
        }
        let Some(next) = big(rest, 0, 4).and_then(|length| rest.get((length as usize).saturating_add(12)..)) else {
            break;
        };
        rest = next;
    }
    Some(picture)
}

/// Segments of marker and length; one of the frame headers has the size.
fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    for _ in 0..PIECES {
        let [0xff, marker, ..] = *rest else { return None };
        match marker {
            // Padding before a marker, and markers without a segment.
            0xff => rest = rest.get(1..)?,
            0x01 | 0xd0..=0xd7 => rest = rest.get(2..)?,
            // All frame headers, but not the tables and the reserved one that lie between them.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let (height, width) = (big(rest, 5, 2)?, big(rest, 7, 2)?);
                return Some(Picture { mimetype: "image/jpeg", width, height, animated: false });
            }
            // The picture itself, or its end, before a size.
            0xda | 0xd9 => return None,
            _ => rest = rest.get(2 + big(rest, 2, 2)? as usize..)?,
        }
    }
    None
}

/// A screen, then blocks; two images make it move.
fn gif(bytes: &[u8]) -> Option<Picture> {
    if !bytes.starts_with(b"GIF87a") && !bytes.starts_with(b"GIF89a") {
        return None;
    }
    let mut picture =
        Picture { mimetype: "image/gif", width: little(bytes, 6, 2)?, height: little(bytes, 8, 2)?, animated: false };
    let mut images = 0;
    let mut rest = bytes.get(13 + colours(*bytes.get(10)?)..).unwrap_or_default();
    for _ in 0..PIECES {
        let data = match rest {
            // An extension: its label, then data.
            [0x21, _, data @ ..] => data,
            // An image: its place, perhaps its own colours, the size of its codes, then data.
            [0x2c, place @ ..] => {
                images += 1;
                let Some(&flags) = place.get(8) else { break };
                place.get(9 + colours(flags) + 1..).unwrap_or_default()
            }
            _ => break,
        };
        if images > 1 {
            picture.animated = true;
            break;
        }
        rest = after_blocks(data);
    }
    Some(picture)
}

/// The bytes that a table of colours takes.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// What follows a run of data blocks, each with its length in front, ended by an empty one.
fn after_blocks(mut rest: &[u8]) -> &[u8] {
    while let [length, data @ ..] = rest
        && *length > 0
    {
        rest = data.get(usize::from(*length)..).unwrap_or_default();
    }
    rest.get(1..).unwrap_or_default()
}

/// A container whose first chunk is one of three kinds of picture.
fn webp(bytes: &[u8]) -> Option<Picture> {
    if kind(bytes, 0)? != *b"RIFF" || kind(bytes, 8)? != *b"WEBP" {
        return None;
    }
    let (width, height, animated) = match &kind(bytes, 12)? {
        b"VP8X" => (little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1, bytes.get(20)? & 2 != 0),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, false)
        }
        b"VP8 " => (little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff, false),
        _ => return None,
    };
    Some(Picture { mimetype: "image/webp", width, height, animated })
}

/// Four letters.
fn kind(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at + 4)?.try_into().ok()
}

/// A number of up to four bytes, the highest first.
fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

/// A number of up to four bytes, the lowest first.
fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], kind, data, &[0; 4]].concat()
    }

    fn png_of(width: u32, height: u32, more: &[u8]) -> Vec<u8> {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let header = chunk(b"IHDR", &[&size[..], &[8, 6, 0, 0, 0]].concat());
        [b"\x89PNG\r\n\x1a\n", &header[..], more, &chunk(b"IDAT", b"x")].concat()
    }

    fn picture(mimetype: &'static str, width: u32, height: u32, animated: bool) -> Option<Picture> {
        Some(Picture { mimetype, width, height, animated })
    }

    #[test]
    fn a_png_tells_its_size_and_whether_it_moves() {
        assert_eq!(look(&png_of(640, 70_000, b"")), picture("image/png", 640, 70_000, false));
        let moving = [chunk(b"gAMA", &[0; 4]), chunk(b"acTL", &[0; 8])].concat();
        assert_eq!(look(&png_of(1, 2, &moving)), picture("image/png", 1, 2, true));
        assert_eq!(look(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"), None);
    }

    #[test]
    fn a_jpeg_is_walked_to_its_frame_header() {
        let head = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc4\0\x03x\xff\xff";
        let frame = b"\xff\xc2\0\x11\x08\x01\x02\x03\x04\x03";
        assert_eq!(look(&[&head[..], frame].concat()), picture("image/jpeg", 0x304, 0x102, false));
        assert_eq!(look(&[&head[..], b"\xff\xda\0\x02"].concat()), None, "no size before the picture");
        assert_eq!(look(head), None);
    }

    #[test]
    fn a_gif_moves_when_it_has_two_images() {
        let screen = b"GIF89a\x10\0\x20\0\x80\0\0\0\0\0\xff\xff\xff";
        let extension = b"\x21\xf9\x04\0\0\0\0\0";
        let image = b"\x2c\0\0\0\0\x10\0\x20\0\0\x02\x03abc\x01d\0";
        let one = [&screen[..], extension, image, b"\x3b"].concat();
        assert_eq!(look(&one), picture("image/gif", 16, 32, false));
        let two = [&screen[..], extension, image, extension, image, b"\x3b"].concat();
        assert_eq!(look(&two), picture("image/gif", 16, 32, true));
    }

    #[test]
    fn each_kind_of_webp_tells_its_size() {
        let file = |chunk: &[u8]| [b"RIFF\x40\0\0\0WEBP", chunk].concat();
        let lossy = file(b"VP8 \x20\0\0\0\x30\x01\0\x9d\x01\x2a\x40\x01\xf0\0");
        assert_eq!(look(&lossy), picture("image/webp", 320, 240, false));
        // 320 - 1 in the lowest 14 bits, 240 - 1 in the next.
        let bits = (319u32 | 239 << 14).to_le_bytes();
        assert_eq!(look(&file(&[b"VP8L\x20\0\0\0\x2f", &bits[..]].concat())), picture("image/webp", 320, 240, false));
        let moving = file(b"VP8X\x0a\0\0\0\x02\0\0\0\x3f\x01\0\xef\0\0");
        assert_eq!(look(&moving), picture("image/webp", 320, 240, true));
        assert_eq!(look(&file(b"ICCP")), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            start in prop::sample::select(vec![
                &b""[..], b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"\xff\xd8\xff", b"GIF89a\x10\0\x20\0\xf7", b"RIFF\0\0\0\0WEBPVP8",
            ]),
            rest in prop::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(0xff), 1 => Just(0x2c), 1 => Just(0)], 0..200),
        ) {
            let _ = look(&[start, &rest[..]].concat());
        }
    }
}
