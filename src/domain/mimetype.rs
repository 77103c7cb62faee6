//! What kind of file something is: by its first bytes where they tell, else by the ending of its name, else text or bytes.
//!
//! A guess for the benefit of whoever receives it. Kinds that show or play in chats and that people send are listed; the rest is offered for
//! download, where the kind does not matter.

use super::picture;

/// The kind of bytes that nobody knows more about.
pub const BYTES: &str = "application/octet-stream";
/// How much is looked at to tell text from bytes.
const LOOKED_AT: usize = 4_096;

/// Endings of names and what they stand for. Kinds of pictures whose first bytes tell are not here: those that lack them are something else.
const ENDINGS: &[(&str, &str)] = &[
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("avif", "image/avif"),
    ("avi", "video/x-msvideo"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("diff", "text/x-diff"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("ics", "text/calendar"),
    ("jar", "application/java-archive"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("log", "text/plain"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown"),
    ("mid", "audio/midi"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("patch", "text/x-diff"),
    ("pdf", "application/pdf"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rar", "application/vnd.rar"),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tiff", "image/tiff"),
    ("tif", "image/tiff"),
    ("toml", "application/toml"),
    ("txt", "text/plain"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("webm", "video/webm"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("xz", "application/x-xz"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

/// The MIME type of a file with this name and content, as far as one can tell.
#[must_use]
pub fn guess(name: &str, bytes: &[u8]) -> &'static str {
    if let Some(picture) = picture::look(bytes) {
        return picture.mimetype;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let listed = ENDINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending));
    listed.map_or_else(|| if is_text(bytes) { "text/plain" } else { BYTES }, |(_, mimetype)| mimetype)
}

/// Whether it begins like text: UTF-8 without control characters that no text has.
fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let readable = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A character that the end of what is looked at cuts in two is no fault.
        Err(error) if error.error_len().is_none() && start.len() < bytes.len() => {
            start.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !readable.is_empty()
        && !readable.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_before_names_do() {
        assert_eq!(guess("notes.txt", b"GIF89a\x10\0\x20\0\0\0\0\x3b"), "image/gif");
        assert_eq!(guess("photo.png", b"just words"), "text/plain", "a name alone makes no picture");
        assert_eq!(guess("photo.png", &[0, 1, 2]), BYTES);
    }

    #[test]
    fn names_tell_where_bytes_do_not() {
        assert_eq!(guess("Report.PDF", b"%PDF-1.7"), "application/pdf");
        assert_eq!(guess("a.tar.gz", &[0x1f, 0x8b]), "application/gzip");
        assert_eq!(guess("clip.mp4", &[0; 9]), "video/mp4");
    }

    #[test]
    fn the_rest_is_text_or_bytes() {
        let cut = [&b"x".repeat(LOOKED_AT - 1)[..], "é".as_bytes()].concat();
        for (bytes, expected) in [
            (&b"fn main() {}\n"[..], "text/plain"),
            ("größer\n".as_bytes(), "text/plain"),
            (&cut, "text/plain"),
            (b"\x7fELF\0", BYTES),
            (b"caf\xe9", BYTES),
            (b"caf\xc3", BYTES),
            (b"", BYTES),
        ] {
            assert_eq!(guess("Makefile", bytes), expected, "{:?}", &bytes[..bytes.len().min(8)]);
        }
    }
}
