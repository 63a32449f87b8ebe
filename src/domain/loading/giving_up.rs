//! When a load gives up on pictures: where their bytes cannot be kept, or a host fails, again and again, or a host says
//! nothing at all, each further one would take as long to fail.

use std::collections::{HashMap, HashSet};
use std::fmt;

/// After so many failures in a row a place is asked for nothing more.
pub(super) const IN_A_ROW: u32 = 8;

/// Where something fails for all pictures alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PicturePlace {
    /// Where their bytes are kept.
    Store,
    /// A host on the web, by its name, and its port if an address says one.
    Host(String),
}

/// Why a place is asked for nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyGivenUp {
    /// It failed too often in a row.
    Failing,
    /// It was reached, and said nothing for as long as it is waited for.
    Silent,
}

/// How often each place has failed in a row, and which ones say nothing.
#[derive(Debug, Default)]
pub(super) struct Patience {
    failures: HashMap<PicturePlace, u32>,
    silent: HashSet<PicturePlace>,
}

impl Patience {
    /// A place has failed. Says whether it is given up with that.
    pub(super) fn fails(&mut self, place: &PicturePlace) -> bool {
        let failures = self.failures.entry(place.clone()).or_default();
        *failures = failures.saturating_add(1);
        *failures == IN_A_ROW
    }

    /// A place was reached and said nothing, which takes too long to be tried again. Says whether it is given up with that.
    pub(super) fn says_nothing(&mut self, place: &PicturePlace) -> bool {
        !self.is_given_up(place) && self.silent.insert(place.clone())
    }

    /// A place has answered. One that was given up stays so.
    pub(super) fn answers(&mut self, place: &PicturePlace) {
        if !self.is_given_up(place) {
            self.failures.remove(place);
        }
    }

    pub(super) fn is_given_up(&self, place: &PicturePlace) -> bool {
        self.why_given_up(place).is_some()
    }

    pub(super) fn why_given_up(&self, place: &PicturePlace) -> Option<WhyGivenUp> {
        if self.silent.contains(place) {
            return Some(WhyGivenUp::Silent);
        }
        let failures = self.failures.get(place);
        let is_failing = failures.is_some_and(|failures| *failures >= IN_A_ROW);
        is_failing.then_some(WhyGivenUp::Failing)
    }
}

impl fmt::Display for PicturePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store => f.write_str("the store of pictures"),
            Self::Host(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for WhyGivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failing => "failed again and again",
            Self::Silent => "was reached and does not answer",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_up_for_good_after_some_failures_in_a_row() {
        let host = |name: &str| PicturePlace::Host(name.to_owned());
        let (one, other) = (host("one.example.org"), host("other.example.org"));
        let mut patience = Patience::default();
        for _ in 1..IN_A_ROW {
            assert!(!patience.fails(&one));
        }
        patience.answers(&one);

        let given_up: Vec<bool> = (0..=IN_A_ROW).map(|_| patience.fails(&one)).collect();
        patience.answers(&one);

        let last = usize::try_from(IN_A_ROW).unwrap() - 1;
        let expected: Vec<bool> = (0..given_up.len()).map(|at| at == last).collect();
        assert_eq!(given_up, expected);
        assert!(patience.is_given_up(&one));
        assert!(!patience.is_given_up(&other));
        assert!(!patience.is_given_up(&PicturePlace::Store));
    }

    #[test]
    fn a_place_that_says_nothing_is_given_up_at_once() {
        let silent = PicturePlace::Host("silent.example.org".to_owned());
        let failing = PicturePlace::Store;
        let mut patience = Patience::default();
        for _ in 0..IN_A_ROW {
            patience.fails(&failing);
        }

        let told = [&silent, &silent, &failing].map(|place| patience.says_nothing(place));
        patience.answers(&silent);

        assert_eq!(told, [true, false, false]);
        let why = [&silent, &failing].map(|place| patience.why_given_up(place));
        let expected = [WhyGivenUp::Silent, WhyGivenUp::Failing];
        assert_eq!(why, expected.map(Some));
    }
}
