//! What a title can lack that its page would show, for whoever completes the catalogue.

use super::pictures::PictureKind;
use super::types::{CreditRole, Title};

/// What a title can lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MissingFact {
    /// A poster that was given: one that is drawn stands in.
    Poster,
    /// What it is about, in whatever language.
    Overview,
    /// Whoever directed a film or created a series.
    Director,
    /// How long it is; see [`Title::usual_duration`].
    Duration,
    /// What any rating system says of it.
    Certification,
    /// An id elsewhere, by any provider.
    ExternalId,
}

impl MissingFact {
    /// All of them, each at the place of its number.
    pub const ALL: [Self; 6] = [
        Self::Poster,
        Self::Overview,
        Self::Director,
        Self::Duration,
        Self::Certification,
        Self::ExternalId,
    ];

    /// Whether a title lacks it.
    pub fn is_missing(self, title: &Title) -> bool {
        match self {
            Self::Poster => {
                let mut pictures = title.pictures.iter();
                !pictures.any(|kept| kept.picture.kind == PictureKind::Poster)
            }
            Self::Overview => title.overview.is_empty(),
            Self::Director => title.people(CreditRole::Director).next().is_none(),
            Self::Duration => title.usual_duration().is_none(),
            Self::Certification => title.certifications.is_empty(),
            Self::ExternalId => title.external_ids.is_empty(),
        }
    }

    /// All that a title lacks, in the order of [`Self::ALL`].
    pub fn of(title: &Title) -> impl Iterator<Item = Self> + '_ {
        let all = Self::ALL.into_iter();
        all.filter(|fact| fact.is_missing(title))
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of them, small enough to keep one for each title.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MissingFacts(u8);

impl MissingFacts {
    /// Whether at least one of these is in it.
    pub fn has_any_of(self, facts: &[MissingFact]) -> bool {
        facts.iter().any(|fact| self.0 & fact.bit() != 0)
    }
}

impl FromIterator<MissingFact> for MissingFacts {
    fn from_iter<I: IntoIterator<Item = MissingFact>>(facts: I) -> Self {
        let bits = facts.into_iter().map(MissingFact::bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_it_is_made_of_and_nothing_else() {
        for (place, fact) in MissingFact::ALL.into_iter().enumerate() {
            assert_eq!(fact as usize, place);
            let set: MissingFacts = [fact, fact].into_iter().collect();
            let had = MissingFact::ALL.into_iter();
            let had: Vec<_> = had.filter(|it| set.has_any_of(&[*it])).collect();
            assert_eq!(had, [fact]);
            assert!(set.has_any_of(&MissingFact::ALL));
        }
        assert!(!MissingFacts::default().has_any_of(&MissingFact::ALL));
    }
}
