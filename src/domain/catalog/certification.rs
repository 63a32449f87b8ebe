//! Certifications: from which age the rating system of a country finds a title suitable.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::rating_systems::{RATING_SYSTEMS, RatingSystem, UNRATED};
use crate::domain::text;

/// What a rating system says of a title.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Certification {
    /// The ISO 3166-1 code of the country whose system it is: `US`, `DE`, …
    pub system: String,
    /// The label as the system spells it: `PG-13`, `16`, …
    pub label: String,
    /// The age in years that the label stands for; 0 is everybody.
    pub age: u8,
}

/// What the rating systems make of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificationName {
    /// A certification, in the system's spelling.
    Known(Certification),
    /// The label says that the system has not rated the title.
    Unrated {
        /// The country whose system it is.
        system: &'static str,
    },
    /// There is no such system.
    UnknownSystem,
    /// The system has no such label.
    UnknownLabel {
        system: &'static str,
        /// The labels that it has, from the youngest age to the oldest.
        labels: Vec<&'static str>,
    },
}

/// Looks a label up, whatever its case, spacing and punctuation. The system is a country or one of the system's names;
/// the label may begin with either ("FSK 16", "US:R").
pub fn certification_name(system: &str, label: &str) -> CertificationName {
    let Some(known) = find(system) else {
        return CertificationName::UnknownSystem;
    };
    let label = key(label);
    let without_name = || {
        let names = std::iter::once(known.system.country).chain(known.system.names.iter().copied());
        names
            .filter_map(|name| label.strip_prefix(&key(name)))
            .find_map(|rest| known.labels.get(rest))
    };
    match known.labels.get(&label).or_else(without_name) {
        Some(Some((label, age))) => CertificationName::Known(Certification {
            system: known.system.country.to_owned(),
            label: (*label).to_owned(),
            age: *age,
        }),
        Some(None) => CertificationName::Unrated {
            system: known.system.country,
        },
        None => CertificationName::UnknownLabel {
            system: known.system.country,
            labels: known.system.labels.iter().map(|it| it.0).collect(),
        },
    }
}

/// The country of a system, by that or one of the system's names.
pub(super) fn country_of(system: &str) -> Option<&'static str> {
    find(system).map(|known| known.system.country)
}

/// A system, made ready for look-ups.
struct Known {
    system: &'static RatingSystem,
    /// The labels by every spelling; `None` says that there is no rating.
    labels: HashMap<String, Option<(&'static str, u8)>>,
}

static KNOWN: LazyLock<Vec<Known>> =
    LazyLock::new(|| RATING_SYSTEMS.iter().map(Known::of).collect());

/// The place in [`KNOWN`] by every name of a system.
static INDICES: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let systems = RATING_SYSTEMS.iter().enumerate();
    systems
        .flat_map(|(index, system)| {
            let names = std::iter::once(&system.country).chain(system.names);
            names.map(move |name| (key(name), index))
        })
        .collect()
});

impl Known {
    fn of(system: &'static RatingSystem) -> Self {
        let unrated = UNRATED.iter().chain(system.unrated);
        let mut labels: HashMap<_, _> = unrated.map(|label| (key(label), None)).collect();
        for (label, age, spellings) in system.labels {
            let all = std::iter::once(label).chain(*spellings);
            labels.extend(all.map(|spelling| (key(spelling), Some((*label, *age)))));
        }
        Self { system, labels }
    }
}

fn find(system: &str) -> Option<&'static Known> {
    INDICES.get(&key(system)).map(|index| &KNOWN[*index])
}

/// What spellings of one name or label have in common: folded letters and digits.
fn key(text: &str) -> String {
    let mut key = text::fold(text);
    key.retain(char::is_alphanumeric);
    key
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn known(system: &str, label: &str) -> (String, String, u8) {
        match certification_name(system, label) {
            CertificationName::Known(it) => (it.system, it.label, it.age),
            other => panic!("{system} {label}: {other:?}"),
        }
    }

    #[test]
    fn labels_stand_for_ages() {
        for (system, label, age) in [
            ("US", "G", 0),
            ("US", "PG-13", 13),
            ("US", "R", 17),
            ("US", "NC-17", 18),
            ("US", "TV-MA", 17),
            ("DE", "0", 0),
            ("DE", "18", 18),
            ("GB", "12A", 12),
            ("FR", "TP", 0),
            ("ES", "16", 16),
            ("IT", "VM14", 14),
            ("NL", "AL", 0),
            ("AU", "MA15+", 15),
            ("NZ", "R16", 16),
            ("CA", "14A", 14),
            ("BR", "L", 0),
            ("IN", "A", 18),
            ("JP", "R15+", 15),
            ("KR", "15", 15),
            ("SE", "11", 11),
            ("NO", "9", 9),
            ("DK", "A", 0),
            ("FI", "K-16", 16),
            ("IE", "15A", 15),
            ("PT", "M/12", 12),
            ("AT", "14", 14),
            ("CH", "8", 8),
            ("HK", "III", 18),
            ("SG", "NC16", 16),
            ("MX", "B-15", 15),
            ("ZA", "10-12PG", 10),
            ("PL", "16", 16),
            ("RU", "12+", 12),
        ] {
            assert_eq!(
                known(system, label),
                (system.to_owned(), label.to_owned(), age)
            );
        }
    }

    #[test]
    fn spellings_of_a_label_are_one() {
        let pg_13 = known("US", "PG-13");
        for (system, label) in [
            ("us", "pg13"),
            ("USA", " PG 13 "),
            ("MPAA", "PG-13"),
            ("US", "US:PG-13"),
            ("US", "MPA PG-13"),
            ("US", "Rated PG-13"),
        ] {
            assert_eq!(known(system, label), pg_13, "{system} {label}");
        }
        for (system, label, expected) in [
            ("DE", "FSK 16", "16"),
            ("FSK", "ab 16", "16"),
            ("DE", "16+", "16"),
            ("UK", "u", "U"),
            ("FR", "-12", "12"),
            ("FR", "Tous publics", "TP"),
            ("IT", "VM 18", "VM18"),
            ("AU", "MA 15+", "MA15+"),
            ("IN", "U/A", "UA"),
            ("SE", "Barntillåten", "Btl"),
            ("KR", "청소년관람불가", "18"),
            ("US", "TV-14-DLSV", "TV-14"),
            ("US", "X", "NC-17"),
        ] {
            assert_eq!(known(system, label).1, expected, "{system} {label}");
        }
    }

    #[test]
    fn no_rating_is_told_from_a_label_that_does_not_exist() {
        for (system, label) in [
            ("US", "NR"),
            ("US", "Not Rated"),
            ("us", "unrated"),
            ("US", "Approved"),
            ("AU", "E"),
            ("DE", "FSK: unrated"),
        ] {
            let found = certification_name(system, label);
            assert!(
                matches!(found, CertificationName::Unrated { .. }),
                "{system} {label}"
            );
        }
        let fsk = CertificationName::UnknownLabel {
            system: "DE",
            labels: vec!["0", "6", "12", "16", "18"],
        };
        for label in ["99", "PG-13", "Approved", "FSK", "-", ""] {
            assert_eq!(certification_name("DE", label), fsk, "{label}");
        }
        for system in ["XX", "", "FSK 16", "\u{0}"] {
            let found = certification_name(system, "16");
            assert_eq!(found, CertificationName::UnknownSystem, "{system}");
        }
    }

    #[test]
    fn the_table_says_nothing_twice_and_goes_up() {
        let mut names = HashSet::new();
        for system in RATING_SYSTEMS {
            assert!(system.country.len() == 2, "{}", system.country);
            for name in std::iter::once(&system.country).chain(system.names) {
                assert!(names.insert(key(name)), "{name} is two systems");
            }
            let ages: Vec<u8> = system.labels.iter().map(|it| it.1).collect();
            assert!(ages.is_sorted(), "{}: {ages:?}", system.country);
            assert!(ages.len() > 2 && ages[0] == 0 && ages.iter().all(|age| *age <= 21));
            let mut spellings: HashSet<String> = HashSet::new();
            let labels = system.labels.iter();
            let rated = labels.flat_map(|(label, _, more)| std::iter::once(label).chain(*more));
            for label in rated.chain(system.unrated).chain(UNRATED) {
                let key = key(label);
                assert!(!key.is_empty());
                assert!(spellings.insert(key), "{} {label}", system.country);
            }
        }
    }
}
