//! Codes of countries and languages, from what people write for them: codes of other lengths, tags, names.

use std::collections::HashMap;
use std::sync::LazyLock;

use isolang::Language;

use crate::domain::text;

/// The ISO 3166-1 code of two letters of a country, whatever its spelling; ISO 3166-3's former code of one that is no more
/// (`SU`). `None` if it names no country.
pub fn country_code(written: &str) -> Option<&'static str> {
    let key = country_key(written);
    let is_written = !key.is_empty();
    is_written.then(|| COUNTRIES.get(&key).copied())?
}

/// The ISO 639-1 code of two letters of a language, whatever its spelling, or of the one that it is a variety of. `None` if
/// it names no language, or one that has no such code.
pub fn language_code(written: &str) -> Option<&'static str> {
    let find = |name: &str| {
        let key = key(name);
        let is_written = !key.is_empty();
        is_written.then(|| LANGUAGES.get(&key).copied())?
    };
    find(written)
        .or_else(|| {
            // A tag as BCP 47 has it: `en-US`, `zh-Hant-TW`, `pt_BR`.
            let (language, _) = written.trim().split_once(['-', '_'])?;
            let is_code = (2..=3).contains(&language.len()) && language.is_ascii();
            is_code.then(|| find(language))?
        })
        .or_else(|| find(without_brackets(written)))
}

/// Names and codes that people write besides those of the standard: what a country is called in short or was called, the
/// codes of other lists, the parts of the United Kingdom.
const MORE_COUNTRIES: &[(&str, &[&str])] = &[
    ("AE", &["UAE", "Emirates"]),
    ("BA", &["Bosnia", "Bosnia Herzegovina"]),
    ("BN", &["Brunei"]),
    ("BO", &["Bolivia"]),
    (
        "CD",
        &[
            "DRC",
            "DR Congo",
            "Democratic Republic of Congo",
            "Democratic Republic of the Congo",
            "Congo Kinshasa",
            "Zaire",
        ],
    ),
    ("CG", &["Republic of the Congo", "Congo Brazzaville"]),
    ("CH", &["Schweiz", "Suisse", "Svizzera"]),
    ("CI", &["Ivory Coast"]),
    (
        "CN",
        &["PRC", "People's Republic of China", "Mainland China"],
    ),
    (
        "CS",
        &["Czechoslovakia", "XC", "CSK", "Serbia and Montenegro"],
    ),
    ("CV", &["Cape Verde"]),
    ("CZ", &["Czech Republic"]),
    (
        "DD",
        &[
            "East Germany",
            "German Democratic Republic",
            "GDR",
            "XG",
            "DDR",
        ],
    ),
    (
        "DE",
        &[
            "West Germany",
            "Federal Republic of Germany",
            "FRG",
            "Deutschland",
        ],
    ),
    ("ES", &["España"]),
    ("FK", &["Falkland Islands"]),
    ("FM", &["Micronesia"]),
    (
        "GB",
        &[
            "UK",
            "U.K.",
            "United Kingdom",
            "Great Britain",
            "Britain",
            "England",
            "Scotland",
            "Wales",
            "Northern Ireland",
        ],
    ),
    ("GR", &["EL"]),
    ("HK", &["Hong Kong SAR", "Hong Kong SAR China"]),
    ("IE", &["Republic of Ireland"]),
    ("IR", &["Iran"]),
    ("IT", &["Italia"]),
    ("KP", &["North Korea", "DPRK"]),
    ("KR", &["South Korea", "Korea", "Republic of Korea"]),
    ("LA", &["Laos"]),
    ("MD", &["Moldova"]),
    ("MK", &["Macedonia", "FYROM", "Republic of Macedonia"]),
    ("MM", &["Burma"]),
    ("MO", &["Macau", "Macao SAR"]),
    ("NL", &["Netherlands", "Holland"]),
    (
        "PS",
        &[
            "Palestine",
            "Palestinian Territory",
            "Palestinian Territories",
            "Occupied Palestinian Territory",
        ],
    ),
    ("RU", &["Russia"]),
    ("SH", &["Saint Helena"]),
    (
        "SU",
        &[
            "Soviet Union",
            "USSR",
            "U.S.S.R.",
            "SUN",
            "Union of Soviet Socialist Republics",
        ],
    ),
    ("SX", &["Sint Maarten"]),
    ("SY", &["Syria"]),
    ("SZ", &["Swaziland"]),
    ("TL", &["East Timor"]),
    ("TR", &["Turkey"]),
    ("TW", &["Taiwan", "Republic of China"]),
    ("TZ", &["Tanzania"]),
    ("US", &["U.S.", "United States", "America", "USA"]),
    ("VA", &["Vatican", "Vatican City"]),
    ("VE", &["Venezuela"]),
    ("VG", &["British Virgin Islands"]),
    ("VI", &["US Virgin Islands", "U.S. Virgin Islands"]),
    ("VN", &["Vietnam"]),
    ("XK", &["XK", "Kosovo"]),
    (
        "YU",
        &[
            "Yugoslavia",
            "YUG",
            "Socialist Federal Republic of Yugoslavia",
        ],
    ),
];

/// Names and codes of languages that people write besides those of the standard: ISO 639-2's bibliographic codes, the
/// varieties of a language that ISO 639-3 lists by themselves, names in short.
const MORE_LANGUAGES: &[(&str, &[&str])] = &[
    (
        "ar",
        &["arb", "arz", "ary", "apc", "acm", "afb", "aeb", "ajp"],
    ),
    ("az", &["azj", "azb"]),
    ("bo", &["tib"]),
    ("cs", &["cze"]),
    ("cy", &["wel"]),
    ("de", &["ger", "gsw", "bar", "Swiss German", "Deutsch"]),
    ("el", &["gre", "Greek"]),
    ("et", &["ekk"]),
    ("eu", &["baq"]),
    ("fa", &["per", "pes", "prs", "Farsi", "Dari"]),
    ("fr", &["fre"]),
    ("fy", &["Frisian"]),
    ("ga", &["Gaelic", "Irish Gaelic"]),
    ("he", &["iw"]),
    ("hy", &["arm"]),
    ("id", &["in"]),
    ("is", &["ice"]),
    ("ka", &["geo"]),
    ("ky", &["Kyrgyz"]),
    ("lv", &["lvs"]),
    ("mi", &["mao"]),
    ("mk", &["mac"]),
    ("mn", &["khk"]),
    ("ms", &["may", "zsm"]),
    ("my", &["bur"]),
    ("ne", &["npi"]),
    ("nl", &["dut", "vls", "Flemish"]),
    ("no", &["Norsk"]),
    ("oc", &["Provençal"]),
    ("or", &["ory", "Odia"]),
    ("pa", &["Punjabi", "pnb"]),
    ("ps", &["Pashto", "pbt", "pbu"]),
    ("pt", &["Brazilian Portuguese"]),
    ("ro", &["rum", "mo", "Moldovan", "Moldavian"]),
    ("sh", &["hbs"]),
    ("si", &["Sinhalese"]),
    ("sk", &["slo"]),
    ("sq", &["alb", "als"]),
    ("sr", &["scc"]),
    ("hr", &["scr"]),
    ("sw", &["swh"]),
    ("tl", &["fil", "Filipino", "Pilipino"]),
    ("ug", &["Uyghur"]),
    ("uz", &["uzn"]),
    ("yi", &["ji", "ydd"]),
    (
        "zh",
        &[
            "chi",
            "cn",
            "cmn",
            "yue",
            "nan",
            "wuu",
            "hak",
            "Mandarin",
            "Mandarin Chinese",
            "Standard Chinese",
            "Cantonese",
            "Yue Chinese",
            "Hokkien",
            "Min Nan",
            "Taiwanese",
            "Shanghainese",
            "Hakka",
        ],
    ),
];

/// The codes of countries by every spelling.
static COUNTRIES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut codes = HashMap::new();
    for (code, spellings) in MORE_COUNTRIES {
        codes.extend(
            spellings
                .iter()
                .map(|spelling| (country_key(spelling), *code)),
        );
    }
    // What the standard says goes before what people say.
    for country in rust_iso3166::ALL {
        let bare = country_key(without_brackets(country.name));
        codes.entry(bare).or_insert(country.alpha2);
    }
    for former in rust_iso3166::iso3166_3::ALL {
        let gone = former.former;
        // Some codes have been given to another country since.
        if rust_iso3166::from_alpha2(gone.alpha2).is_some() {
            continue;
        }
        for spelling in [gone.alpha2, gone.alpha3] {
            codes.entry(country_key(spelling)).or_insert(gone.alpha2);
        }
    }
    for country in rust_iso3166::ALL {
        for spelling in [country.name, country.alpha2, country.alpha3] {
            codes.insert(country_key(spelling), country.alpha2);
        }
    }
    codes
});

/// The codes of languages by every spelling.
static LANGUAGES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut codes = HashMap::new();
    for (code, spellings) in MORE_LANGUAGES {
        codes.extend(spellings.iter().map(|spelling| (key(spelling), *code)));
    }
    let with_code = || isolang::languages().filter_map(|it| Some((it, it.to_639_1()?)));
    for (language, code) in with_code() {
        let name = Language::to_name(&language);
        for spelling in [
            Some(name),
            Some(without_brackets(name)),
            language.to_autonym(),
        ] {
            let spelling = spelling.map(key).filter(|key| !key.is_empty());
            spelling.map(|key| *codes.entry(key).or_insert(code));
        }
    }
    for (language, code) in with_code() {
        codes.insert(key(language.to_639_3()), code);
        codes.insert(key(code), code);
    }
    codes
});

/// What spellings of a country have in common. A word alone is a code, though it may be "and" (Andorra's).
fn country_key(name: &str) -> String {
    let words = text::words(&name.replace('&', " and "));
    let is_told = |word: &str| words.len() == 1 || !matches!(word, "the" | "and" | "of");
    let told = words
        .iter()
        .map(String::as_str)
        .filter(|word| is_told(word));
    told.map(|word| if word == "st" { "saint" } else { word })
        .collect()
}

/// What spellings of a language have in common.
fn key(name: &str) -> String {
    text::words(name).concat()
}

fn without_brackets(name: &str) -> &str {
    name.split('(').next().unwrap_or(name).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_country_give_its_code() {
        for (code, spellings) in [
            (
                "US",
                &[
                    "US",
                    "us",
                    "USA",
                    "U.S.A.",
                    "United States",
                    "The United States of America",
                ][..],
            ),
            ("GB", &["GB", "uk", "GBR", "United Kingdom", "England"]),
            ("SU", &["Soviet Union", "USSR", "SU", "SUN"]),
            ("RU", &["Russia", "Russian Federation", "RUS"]),
            ("DE", &["Germany", "West Germany", "DEU", "de"]),
            ("CI", &["Côte d'Ivoire", "Cote d’Ivoire", "Ivory Coast"]),
            (
                "KR",
                &["South Korea", "Korea, Republic of", "Korea (Republic of)"],
            ),
            ("CZ", &["Czechia", "Czech Republic"]),
            ("CS", &["Czechoslovakia", "XC"]),
            ("YU", &["Yugoslavia"]),
            ("VC", &["St. Vincent & the Grenadines"]),
            ("TR", &["Turkey", "Türkiye"]),
            ("BO", &["Bolivia"]),
            ("TT", &["Trinidad & Tobago"]),
            ("SM", &["San Marino"]),
            ("CD", &["Congo - Kinshasa"]),
        ] {
            for spelling in spellings {
                assert_eq!(country_code(spelling), Some(code), "{spelling}");
            }
        }
        for none in ["XX", "🇺🇸", "", "Narnia", "Unknown", "United"] {
            assert_eq!(country_code(none), None, "{none}");
        }
    }

    #[test]
    fn spellings_of_a_language_give_its_code() {
        for (code, spellings) in [
            (
                "en",
                &[
                    "en",
                    "EN",
                    "eng",
                    "English",
                    "en-US",
                    "en_GB",
                    "english",
                    "English (US)",
                ][..],
            ),
            ("fr", &["French", "fra", "fre", "Français"]),
            (
                "zh",
                &[
                    "zh",
                    "zh-Hant-TW",
                    "Mandarin",
                    "cmn",
                    "yue",
                    "cn",
                    "Chinese",
                ],
            ),
            ("el", &["Greek", "el", "gre", "ell"]),
            ("pt", &["pt-BR", "Portuguese"]),
            ("nb", &["nb", "nob", "Norwegian Bokmål"]),
            ("no", &["Norwegian", "no", "nor"]),
            ("fa", &["Farsi", "Persian", "per"]),
            ("ms", &["Malay", "may"]),
            ("is", &["is"]),
            ("id", &["Indonesian", "ind"]),
        ] {
            for spelling in spellings {
                assert_eq!(language_code(spelling), Some(code), "{spelling}");
            }
        }
        for none in ["xx", "zxx", "mul", "", "Klingon-ish", "🇺🇸", "Unknown", "-"] {
            assert_eq!(language_code(none), None, "{none}");
        }
    }

    #[test]
    fn every_code_of_the_standards_stands_for_itself() {
        for country in rust_iso3166::ALL {
            assert_eq!(country_code(country.alpha2), Some(country.alpha2));
            assert_eq!(country_code(country.alpha3), Some(country.alpha2));
            assert_eq!(
                country_code(country.name),
                Some(country.alpha2),
                "{}",
                country.name
            );
        }
        for language in isolang::languages() {
            if let Some(code) = language.to_639_1() {
                assert_eq!(language_code(code), Some(code));
                assert_eq!(language_code(language.to_639_3()), Some(code));
            }
        }
    }
}
