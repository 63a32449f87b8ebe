//! Bytes as text: UTF-8, with or without a mark at its beginning, or UTF-16 with one.

use std::borrow::Cow;

/// The text that a file is, without the mark; `None` if it is none.
pub(super) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf_16(rest, u16::from_le_bytes).map(Cow::Owned);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf_16(rest, u16::from_be_bytes).map(Cow::Owned);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then_some(Cow::Borrowed(text))
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    (!text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_each_encoding() {
        let text = "Título,Amélie";
        let marked = format!("\u{feff}{text}");
        let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();

        for bytes in [text.as_bytes(), marked.as_bytes(), &little, &big] {
            assert_eq!(decode(bytes).as_deref(), Some(text), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        for bytes in [
            &b"Am\xe9lie"[..],
            b"\xff\xfea",
            b"\xff\xfe\x00\xd8",
            b"\xff\xd8\xff\xe0\0",
            b"a\0b",
        ] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }
}
