//! Texts in any encoding that people have.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How much is looked at to see whether it is UTF-16.
const LOOKED_AT: usize = 2_000;

/// The text of bytes: as they say at their beginning; else UTF-8 if they are that, UTF-16 if half of them are nothing, or
/// what texts of this kind and language were written in before.
pub(super) fn decode<'a>(bytes: &'a [u8], language: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    if let Some(encoding) = without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let country = language.and_then(country).map(str::as_bytes);
    let encoding = detector.guess(country, Utf8Detection::Deny);
    encoding.decode_without_bom_handling(bytes).0
}

/// UTF-16 that does not say so: of texts in letters of the West, and of line breaks in all others, one byte of two is 0.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT)];
    let zeros = |from: usize| {
        let every_other = looked_at.iter().skip(from).step_by(2);
        every_other.filter(|it| **it == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    // No text in another encoding has zeros; times are in digits, also where the rest is not of the West.
    let least = looked_at.len() / 10;
    // Few letters end, or begin, with a byte of 0.
    if odd > least && even < odd / 4 {
        Some(UTF_16LE)
    } else if even > least && odd < even / 4 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The domain of a country where a language is spoken, by which the guess is made where two encodings are alike.
fn country(language: &str) -> Option<&'static str> {
    const COUNTRIES: [(&str, &str); 26] = [
        ("ar", "sa"),
        ("bg", "bg"),
        ("cs", "cz"),
        ("da", "dk"),
        ("de", "de"),
        ("el", "gr"),
        ("es", "es"),
        ("et", "ee"),
        ("fa", "ir"),
        ("fr", "fr"),
        ("he", "il"),
        ("hr", "hr"),
        ("hu", "hu"),
        ("ja", "jp"),
        ("ko", "kr"),
        ("lt", "lt"),
        ("lv", "lv"),
        ("pl", "pl"),
        ("ro", "ro"),
        ("ru", "ru"),
        ("sk", "sk"),
        ("sl", "si"),
        ("sv", "se"),
        ("th", "th"),
        ("tr", "tr"),
        ("uk", "ua"),
    ];
    let found = COUNTRIES.iter().find(|(known, _)| *known == language);
    found.map(|(_, country)| *country)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough that a guess is one.
    const POLISH: &str =
        "Zażółć gęślą jaźń. Proszę państwa, dzień dobry, to jest źle, że się śpieszą.";
    const RUSSIAN: &str =
        "Здравствуйте, товарищи. Я не знаю, что вы хотите этим сказать, но это хорошо.";

    #[test]
    fn texts_are_read_in_any_encoding() {
        for (text, encoding, language) in [
            (POLISH, encoding_rs::WINDOWS_1250, Some("pl")),
            (RUSSIAN, encoding_rs::WINDOWS_1251, Some("ru")),
            (RUSSIAN, encoding_rs::KOI8_R, None),
            (
                "Ça alors, où étais-tu passé cet été, mon frère ?",
                encoding_rs::WINDOWS_1252,
                Some("fr"),
            ),
        ] {
            let (bytes, _, has_unmappable) = encoding.encode(text);
            assert!(!has_unmappable);
            assert_eq!(decode(&bytes, language), text, "{}", encoding.name());
        }
    }

    #[test]
    fn utf_is_read_with_and_without_a_mark() {
        let text = "1\n00:00:01,000 --> 00:00:02,000\nПривет\n";
        let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        for bytes in [
            text.as_bytes().to_vec(),
            [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat(),
            [&b"\xff\xfe"[..], &little].concat(),
            [&b"\xfe\xff"[..], &big].concat(),
            little,
            big,
        ] {
            assert_eq!(decode(&bytes, None), text);
        }
    }
}
