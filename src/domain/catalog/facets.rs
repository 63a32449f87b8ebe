//! Facets: by what titles can be told apart, and how many have each value.

use std::collections::HashMap;

use super::missing_facts::MissingFact;
use super::types::{Title, TitleKind};
use crate::domain::ids::GenreId;

/// By what titles are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facet {
    Genre,
    Kind,
    /// Of the first showing.
    Decade,
    /// That is spoken in it.
    Language,
    /// That it was made in.
    Country,
    /// From which it may be seen: each age by itself, while a condition lets younger ones through, too.
    Age,
    /// What it lacks of what its page would show.
    Missing,
}

impl Facet {
    /// All that there are.
    pub const ALL: [Self; 7] = [
        Self::Genre,
        Self::Kind,
        Self::Decade,
        Self::Language,
        Self::Country,
        Self::Age,
        Self::Missing,
    ];

    /// The values that a title has; none where it is not known.
    pub fn values(self, title: &Title) -> Vec<FacetValue> {
        let mut values: Vec<FacetValue> = match self {
            Self::Genre => title
                .genres
                .iter()
                .copied()
                .map(FacetValue::Genre)
                .collect(),
            Self::Kind => vec![FacetValue::Kind(title.kind)],
            Self::Decade => title
                .year
                .map(decade)
                .map(FacetValue::Decade)
                .into_iter()
                .collect(),
            Self::Language => codes(&title.languages, FacetValue::Language),
            Self::Country => codes(&title.countries, FacetValue::Country),
            Self::Age => title.age().map(FacetValue::Age).into_iter().collect(),
            Self::Missing => MissingFact::of(title).map(FacetValue::Missing).collect(),
        };
        values.sort_unstable();
        values.dedup();
        values
    }
}

fn codes(codes: &[String], value: impl Fn(String) -> FacetValue) -> Vec<FacetValue> {
    codes.iter().cloned().map(value).collect()
}

/// What titles have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetValue {
    Genre(GenreId),
    Kind(TitleKind),
    /// The first year of it.
    Decade(i32),
    /// As an ISO 639-1 code.
    Language(String),
    /// As an ISO 3166-1 code.
    Country(String),
    /// In years, as visibility has it.
    Age(u8),
    /// What is not there.
    Missing(MissingFact),
}

/// How many titles have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    pub value: FacetValue,
    /// At least one of them.
    pub titles: u64,
}

impl FacetCount {
    /// The `most` values that the most titles have, ties by value; those that no title has are none.
    pub fn most(counted: impl IntoIterator<Item = Self>, most: usize) -> Vec<Self> {
        let mut counts: Vec<Self> = counted.into_iter().filter(|one| one.titles > 0).collect();
        counts.sort_unstable_by(|one, other| {
            let by_titles = other.titles.cmp(&one.titles);
            by_titles.then_with(|| one.value.cmp(&other.value))
        });
        counts.truncate(most);
        counts
    }

    /// The same of titles that are here, one by one.
    pub fn of<'a>(
        titles: impl IntoIterator<Item = &'a Title>,
        facet: Facet,
        most: usize,
    ) -> Vec<Self> {
        let mut counts: HashMap<FacetValue, u64> = HashMap::new();
        for title in titles {
            for value in facet.values(title) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let counts = counts.into_iter();
        Self::most(counts.map(|(value, titles)| Self { value, titles }), most)
    }
}

/// The decade of a year, by its first year: 1999 is of 1990.
pub fn decade(year: i32) -> i32 {
    // The first that a number can name lacks its first years.
    year.saturating_sub(year.rem_euclid(10))
}

/// Whether a year is the first of a decade.
pub fn begins_decade(year: i32) -> bool {
    year.rem_euclid(10) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_year_is_of_a_decade() {
        for (year, expected) in [
            (1999, 1990),
            (1990, 1990),
            (-1, -10),
            (i32::MAX, 2_147_483_640),
            (i32::MIN, i32::MIN),
        ] {
            assert_eq!(decade(year), expected, "{year}");
        }
        assert!(begins_decade(1990) && begins_decade(-10));
        assert!(!begins_decade(1999) && !begins_decade(i32::MIN));
    }
}
