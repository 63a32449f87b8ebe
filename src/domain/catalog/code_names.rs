//! What countries and languages are called in an English sentence, by their codes. The standard's own names are for
//! tables ("Korea (Republic of)"), so what people say otherwise stands here.

use isolang::Language;

/// Countries whose name in a sentence is not that of the standard up to the first bracket or comma.
const CALLED: &[(&str, &str)] = &[
    ("AE", "the United Arab Emirates"),
    ("BS", "the Bahamas"),
    ("CD", "the Democratic Republic of the Congo"),
    ("CF", "the Central African Republic"),
    // Serbia and Montenegro had the code afterwards.
    ("CS", "Czechoslovakia"),
    ("DD", "East Germany"),
    ("DO", "the Dominican Republic"),
    ("GB", "the United Kingdom"),
    ("KP", "North Korea"),
    ("KR", "South Korea"),
    ("LA", "Laos"),
    ("NL", "the Netherlands"),
    ("PH", "the Philippines"),
    ("RU", "Russia"),
    ("SU", "the Soviet Union"),
    ("SY", "Syria"),
    ("US", "the United States"),
    ("VA", "the Vatican"),
    ("VN", "Vietnam"),
    ("XK", "Kosovo"),
];

/// What a country is called after "from", by its code as [`country_code`](super::country_code) gives it; `None` for any
/// other text.
pub fn country_name(code: &str) -> Option<&'static str> {
    let mut called = CALLED.iter().copied();
    if let Some((_, name)) = called.find(|(known, _)| *known == code) {
        return Some(name);
    }
    if let Some(country) = rust_iso3166::from_alpha2(code) {
        return Some(in_short(country.name));
    }
    let mut formers = rust_iso3166::iso3166_3::ALL.iter();
    let former = formers.find(|former| former.former.alpha2 == code)?;
    Some(in_short(former.former.name))
}

/// What a language is called after "in", by its code as [`language_code`](super::language_code) gives it, or the one of
/// three letters that older catalogues have; `None` for any other text.
pub fn language_name(code: &str) -> Option<&'static str> {
    let language = Language::from_639_1(code).or_else(|| Language::from_639_3(code))?;
    Some(in_short(language.to_name()))
}

/// A name of a standard without what it adds to tell it from others.
fn in_short(name: &'static str) -> &'static str {
    name.split(['(', ',', ';']).next().unwrap_or(name).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_called_as_in_a_sentence() {
        for (code, expected) in [
            ("US", "the United States"),
            ("KR", "South Korea"),
            ("IR", "Iran"),
            ("FR", "France"),
            ("HK", "Hong Kong"),
            ("TW", "Taiwan"),
            ("BO", "Bolivia"),
            ("SU", "the Soviet Union"),
            ("YU", "Yugoslavia"),
            ("CS", "Czechoslovakia"),
        ] {
            assert_eq!(country_name(code), Some(expected), "{code}");
        }
        for none in ["", "us", "XX", "USA", "Narnia"] {
            assert_eq!(country_name(none), None, "{none}");
        }
    }

    #[test]
    fn languages_are_called_by_their_english_names() {
        for (code, expected) in [
            ("en", "English"),
            ("ko", "Korean"),
            ("el", "Modern Greek"),
            ("zh", "Chinese"),
            ("cmn", "Mandarin Chinese"),
        ] {
            assert_eq!(language_name(code), Some(expected), "{code}");
        }
        for none in ["", "xx", "EN", "English"] {
            assert_eq!(language_name(none), None, "{none}");
        }
    }

    #[test]
    fn every_code_that_is_stored_has_a_name() {
        for country in rust_iso3166::ALL {
            let name = country_name(country.alpha2);
            assert!(name.is_some_and(|name| !name.is_empty()), "{country:?}");
        }
        let codes = isolang::languages().filter_map(|language| language.to_639_1());
        for code in codes {
            let name = language_name(code);
            assert!(name.is_some_and(|name| !name.is_empty()), "{code}");
        }
    }
}
