//! Languages of texts and of those who read them, as tags of BCP 47 (RFC 5646) in one spelling.
//!
//! A tag keeps what texts differ by: the language, a script and a region. Of `de-DE-1996` that is `de-DE`.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest tag, in bytes: a language of three letters, a script of four, a region of three digits.
const MOST: usize = 12;
/// The longest text that may stand for a tag, as the standard advises (RFC 5646, section 4.4.1).
const LONGEST: usize = 35;
/// Of how many languages somebody may say that they read them, and how many are taken from what a browser sends.
const MOST_WANTED: usize = 8;
/// How much of what a browser sends is looked at.
const MOST_RANGES: usize = 50;

/// A language, perhaps with a script and a region: `de`, `pt-BR`, `zh-Hant`. Tags are in the order of their letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag {
    /// ASCII, filled up with zeros.
    text: [u8; MOST],
}

impl LanguageTag {
    /// English, whatever its region.
    pub const ENGLISH: Self = Self {
        text: *b"en\0\0\0\0\0\0\0\0\0\0",
    };

    /// The tag that a text stands for, whatever its case: `EN_us` is `en-US`, `deu` is `de`. `None` if it has not the form
    /// of one; there need not be such a language.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let mut parts = text.split(['-', '_']);
        let language = parts.next().filter(|part| is_letters(part, 2..=3))?;
        let parts: Vec<&str> = parts.collect();
        let is_part = |part: &&str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if !parts.iter().all(is_part) {
            return None;
        }
        // Behind a part of one letter stands what is no part of a language.
        let mut parts = parts
            .into_iter()
            .take_while(|part| part.len() > 1)
            .peekable();
        // An extended language (`zh-yue`) is a variety of the first.
        while parts.next_if(|part| is_letters(part, 3..=3)).is_some() {}
        let script = parts.next_if(|part| is_letters(part, 4..=4));
        let region = parts.next_if(|part| is_letters(part, 2..=2) || is_area(part));
        let mut written = shortest(&language.to_ascii_lowercase());
        if let Some(script) = script {
            let (first, rest) = script.split_at(1);
            written.push('-');
            written.push_str(&first.to_ascii_uppercase());
            written.push_str(&rest.to_ascii_lowercase());
        }
        if let Some(region) = region {
            written.push('-');
            written.push_str(&region.to_ascii_uppercase());
        }
        let mut text = [0; MOST];
        text.get_mut(..written.len())?
            .copy_from_slice(written.as_bytes());
        Some(Self { text })
    }

    /// The tag as it is written: the language small, a script with a capital, a region in capitals.
    pub fn as_str(&self) -> &str {
        let length = self.text.iter().position(|byte| *byte == 0);
        let text = &self.text[..length.unwrap_or(MOST)];
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// The language alone: an ISO 639-1 code, or one of three letters if it has none.
    pub fn language(&self) -> &str {
        let text = self.as_str();
        text.split('-').next().unwrap_or(text)
    }

    /// Whether ISO 639 has the language.
    pub fn is_known(&self) -> bool {
        let language = self.language();
        isolang::Language::from_639_1(language)
            .or_else(|| isolang::Language::from_639_3(language))
            .is_some()
    }

    /// How far a text in another language is from one in this, for whoever wants this: 0 if it is the same, more the less
    /// exactly it is; `None` if they are different languages. The lookup of RFC 4647: `de` will do for `de-AT`; and a
    /// variety of the language (`pt-BR` for `pt` or `pt-PT`) rather than none, one in the same script before others.
    pub fn distance(&self, other: &Self) -> Option<usize> {
        const VARIETY: usize = 10;
        let ((script, region), (given_script, given_region)) = (self.variety(), other.variety());
        let has_script = script == given_script;
        let has_region = region == given_region;
        if self.language() == other.language() {
            match (given_script, given_region) {
                _ if has_script && has_region => return Some(0),
                (None, None) => {
                    return Some(usize::from(script.is_some()) + usize::from(region.is_some()));
                }
                (Some(_), None) if has_script => return Some(1),
                _ => {}
            }
        }
        let is_variety = broad(self.language()) == broad(other.language());
        is_variety.then_some(VARIETY + 2 * usize::from(!has_script) + usize::from(!has_region))
    }

    /// The script and the region. Where its script is not said, Chinese has that of its region: `zh-TW` is `zh-Hant-TW`.
    fn variety(&self) -> (Option<&str>, Option<&str>) {
        let mut parts = self.as_str().split('-').skip(1).peekable();
        let script = parts.next_if(|part| part.len() == 4);
        let region = parts.next();
        let implied = match (self.language(), region) {
            ("zh", Some("HK" | "MO" | "TW")) => Some("Hant"),
            ("zh", Some("CN" | "MY" | "SG")) => Some("Hans"),
            _ => None,
        };
        (script.or(implied), region)
    }

    /// The languages that an `Accept-Language` header (RFC 9110, section 12.5.4) asks for, the most wanted first, each
    /// once and at most eight. What is not well-formed is passed over, and so is `*`, which asks for none.
    pub fn accepted(header: &str) -> Vec<Self> {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .take(MOST_RANGES)
            .filter_map(range)
            .collect();
        // Those that are wanted alike stay in their order.
        wanted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut tags: Vec<Self> = Vec::new();
        for (_, tag) in wanted {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags.truncate(MOST_WANTED);
        tags
    }
}

/// A language of a header and how much it is wanted, unless it is not.
fn range(text: &str) -> Option<(f32, LanguageTag)> {
    let mut parts = text.split(';');
    let tag = LanguageTag::parse(parts.next()?)?;
    let mut quality = 1.0;
    for part in parts {
        let (name, value) = part.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("q") {
            quality = value.trim().parse().ok()?;
        }
    }
    (quality > 0.0 && quality <= 1.0).then_some((quality, tag))
}

fn is_letters(part: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a part is a region by its number: `419` is Latin America.
fn is_area(part: &str) -> bool {
    part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The code that stands for a language: of two letters if there is one. The Chinese languages are written alike, and
/// catalogues say `cn` for Cantonese; browsers may send codes that were replaced.
fn shortest(language: &str) -> String {
    let other = match language {
        "cmn" | "yue" | "cn" => Some("zh"),
        "iw" => Some("he"),
        "in" => Some("id"),
        "ji" => Some("yi"),
        _ => isolang::Language::from_639_3(language).and_then(|known| known.to_639_1()),
    };
    other.unwrap_or(language).to_owned()
}

/// The language that varieties with codes of their own are of.
fn broad(language: &str) -> &str {
    match language {
        "nb" | "nn" => "no",
        "gsw" | "bar" => "de",
        other => other,
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for LanguageTag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for LanguageTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no language")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_a_language_are_one_tag() {
        for (spelling, expected) in [
            ("de", "de"),
            ("EN_us", "en-US"),
            ("deu", "de"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("zh-yue-HK", "zh-HK"),
            ("cmn-Hans", "zh-Hans"),
            ("es-419", "es-419"),
            ("de-DE-1996", "de-DE"),
            ("ca-valencia", "ca"),
            ("de-u-co-phonebk", "de"),
            ("gsw-CH", "gsw-CH"),
            ("iw", "he"),
            (" fr ", "fr"),
        ] {
            assert_eq!(tag(spelling).as_str(), expected, "{spelling}");
        }
        for none in [
            "",
            "d",
            "german",
            "de-",
            "-de",
            "de--AT",
            "1e",
            "ünd",
            "*",
            "de-toolongsubtag",
        ] {
            assert_eq!(LanguageTag::parse(none), None, "{none}");
        }
        assert_eq!(LanguageTag::parse(&"de-abcdefgh".repeat(9)), None);
        assert_eq!(LanguageTag::ENGLISH, tag("eng"));
        assert!(tag("gsw").is_known() && !tag("xx").is_known());
    }

    #[test]
    fn what_is_nearer_is_told_from_what_is_another_language() {
        let distance = |wanted: &str, given: &str| tag(wanted).distance(&tag(given));

        assert_eq!(distance("de-AT", "de-AT"), Some(0));
        assert_eq!(distance("de-AT", "de"), Some(1));
        assert_eq!(distance("zh-Hant-TW", "zh"), Some(2));
        assert!(distance("zh-Hant-TW", "zh-Hant") < distance("zh-Hant-TW", "zh"));
        assert!(distance("pt", "pt-BR") > distance("pt-PT", "pt"));
        assert!(distance("pt-PT", "pt-BR").is_some());
        assert!(distance("nb", "no").is_some() && distance("no", "nn").is_some());
        assert_eq!(distance("de", "en"), None);
        assert!(distance("gsw-CH", "de").is_some());
        assert_eq!(distance("gsw", "gs"), None);
        // Who reads one script of Chinese gets the other last.
        for wanted in ["zh-Hant-TW", "zh-TW", "zh-Hant", "zh-HK", "zh-Hant-HK"] {
            assert!(
                distance(wanted, "zh-TW") < distance(wanted, "zh-CN"),
                "{wanted}"
            );
            assert!(
                distance(wanted, "zh-Hant") < distance(wanted, "zh"),
                "{wanted}"
            );
            assert!(
                distance(wanted, "zh-MO") < distance(wanted, "zh-Hans"),
                "{wanted}"
            );
        }
        assert_eq!(distance("zh-Hant-TW", "zh-TW"), Some(0));
        assert!(distance("zh-Hans-CN", "zh-SG") < distance("zh-Hans-CN", "zh-TW"));
        assert!(distance("sr-Latn", "sr-Latn-RS") < distance("sr-Latn", "sr-Cyrl"));
    }

    #[test]
    fn a_header_asks_for_languages_in_an_order() {
        let accepted = |header: &str| -> Vec<String> {
            let tags = LanguageTag::accepted(header).into_iter();
            tags.map(|tag| tag.to_string()).collect()
        };

        assert_eq!(
            accepted("de-AT, fr;q=0.5, en-GB;q=0.9,*;q=0.1"),
            ["de-AT", "en-GB", "fr"]
        );
        assert_eq!(accepted("fr;q=0, de ; Q=0.3"), ["de"]);
        assert_eq!(accepted("en, fr, en;q=0.2"), ["en", "fr"]);
        assert_eq!(accepted("de;q=2, en;q=nan, fr;q=-1, it;x, es"), ["es"]);
        assert_eq!(accepted(""), [""; 0]);
        assert_eq!(accepted("nonsense, 7, ;;;"), [""; 0]);
        let many: Vec<String> = ('a'..='z').map(|c| format!("a{c}")).collect();
        assert_eq!(accepted(&many.join(",")).len(), MOST_WANTED);
    }

    proptest! {
        #[test]
        fn a_tag_is_what_is_read_of_it_and_nothing_panics(text in "\\PC{0,40}", tag in "[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{1,8}){0,4}") {
            for text in [text, tag] {
                LanguageTag::accepted(&text);
                if let Some(tag) = LanguageTag::parse(&text) {
                    prop_assert_eq!(LanguageTag::parse(tag.as_str()), Some(tag));
                    let json = serde_json::to_string(&tag).unwrap();
                    prop_assert_eq!(serde_json::from_str::<LanguageTag>(&json).unwrap(), tag);
                }
            }
        }
    }
}
