//! What a file is that cannot be read as text in UTF-8: told once, by its first bytes.

use std::io::{self, BufRead};

/// What the first bytes say that a file is, as the rest of a sentence that begins with the file; `None` if it may be text.
pub(super) fn not_text(reader: &mut dyn BufRead) -> io::Result<Option<&'static str>> {
    Ok(tell(reader.fill_buf()?))
}

fn tell(bytes: &[u8]) -> Option<&'static str> {
    let starts = |signature: &[u8]| bytes.starts_with(signature);
    let is_utf_16 = |zero: usize| {
        let pairs = bytes.chunks_exact(2).take(16);
        bytes.len() >= 4
            && pairs
                .clone()
                .all(|pair| pair[zero] == 0 && pair[1 - zero] != 0)
    };
    if starts(b"\0\0\xfe\xff") || starts(b"\xff\xfe\0\0") {
        Some("is text in UTF-32; UTF-8 is wanted")
    } else if starts(b"\xff\xfe") || starts(b"\xfe\xff") || is_utf_16(0) || is_utf_16(1) {
        Some("is text in UTF-16 (a spreadsheet calls it “Unicode text”); UTF-8 is wanted")
    } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        Some("is a zip file or a spreadsheet (.xlsx, .ods); the text files in it are wanted")
    } else if starts(b"\x1f\x8b") {
        Some("is packed with gzip; what is in it is wanted, or a name that ends in .gz")
    } else if starts(b"\x28\xb5\x2f\xfd") {
        Some("is packed with Zstandard; what is in it is wanted, or a name that ends in .zst")
    } else if starts(b"BZh") || starts(b"\xfd7zXZ\0") || starts(b"7z\xbc\xaf") {
        Some("is packed; what is in it is wanted")
    } else if starts(b"\xd0\xcf\x11\xe0") {
        Some("is an old spreadsheet (.xls); text in UTF-8 is wanted")
    } else if starts(b"%PDF-") {
        Some("is a PDF; text in UTF-8 is wanted")
    } else if starts(b"SQLite format 3\0") {
        Some("is a database of SQLite; text in UTF-8 is wanted")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn what_is_no_text_in_utf_8_is_named() {
        for bytes in [
            utf_16("\u{feff}slug,title", u16::to_le_bytes),
            utf_16("\u{feff}slug,title", u16::to_be_bytes),
            utf_16("slug,title", u16::to_le_bytes),
            utf_16("{\"slug\": 1}", u16::to_be_bytes),
        ] {
            assert!(
                tell(&bytes).is_some_and(|what| what.contains("UTF-16")),
                "{bytes:?}"
            );
        }
        assert!(tell(b"PK\x03\x04\x14\0").is_some_and(|what| what.contains("zip")));
        assert!(tell(b"\x1f\x8b\x08\0").is_some_and(|what| what.contains("gzip")));
    }

    #[test]
    fn text_is_left_to_be_read() {
        for text in [
            "",
            "s",
            "slug,title",
            "{}",
            "\u{feff}{}",
            "PK,title",
            "é,ü",
            "BZ,title",
        ] {
            assert_eq!(tell(text.as_bytes()), None, "{text}");
        }
        assert_eq!(
            tell(b"{\"a\": \"\0\"}"),
            None,
            "a stray zero is a matter of its record"
        );
    }
}
