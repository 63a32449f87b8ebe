//! What counts as a better match: the kind of the match first, then how few typing errors it takes.

/// More typing errors than these make no difference.
const MAX_ERRORS: u32 = 4;

/// How a name matches, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Whole,
    /// The whole name, but for a leading article and the spaces between its words.
    WholeLoosely,
    /// The beginning of the name, the last word perhaps unfinished.
    Beginning,
    /// The beginning of the name after its leading article.
    BeginningLoosely,
    /// All words are somewhere in the name, the last one perhaps unfinished.
    Words,
    /// The beginning of the name, spaces aside (`"spiderman"` for "Spider-Man 2").
    BeginningUnspaced,
}

/// How well a name matches; the better is the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    /// Whether it takes typing errors at all.
    is_loose: bool,
    kind: Kind,
    errors: u32,
}

impl Match {
    /// How far the scores of different matches are apart at the least.
    pub(super) const STEP: f64 = 0.01;

    /// A match without typing errors.
    pub(super) fn exact(kind: Kind) -> Self {
        Self {
            is_loose: false,
            kind,
            errors: 0,
        }
    }

    /// A match with as many typing errors, perhaps none.
    pub(super) fn with_errors(kind: Kind, errors: u32) -> Self {
        Self {
            is_loose: errors > 0,
            kind,
            errors: errors.min(MAX_ERRORS),
        }
    }

    /// Above 0.4 and at most 1, in steps of at least [`Self::STEP`]. The same for equal matches only.
    pub(super) fn score(self) -> f64 {
        let step = match self.kind {
            Kind::Whole => 0,
            Kind::WholeLoosely => 1,
            Kind::Beginning => 2,
            Kind::BeginningLoosely => 3,
            Kind::Words => 4,
            Kind::BeginningUnspaced => 5,
        };
        let hundredths = if self.is_loose {
            70 - 5 * step - (self.errors - 1)
        } else {
            100 - 5 * step
        };
        f64::from(hundredths) * Self::STEP
    }

    /// How well a title matches if this is the match of somebody who is credited with it.
    pub(super) fn credit(self) -> Credit {
        match (self.is_loose, self.kind) {
            (false, Kind::Whole | Kind::WholeLoosely) => Credit::Whole,
            (false, _) => Credit::Part,
            (true, _) => Credit::Loose,
        }
    }
}

/// How well a title matches by the name of somebody who is credited with it, the best first: any match of the title's
/// own name is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Credit {
    /// By the whole name.
    Whole,
    /// By a part of it: nobody can tell first names from last names.
    Part,
    /// By a name that takes typing errors.
    Loose,
}

impl Credit {
    /// Above 0 and below all scores of [`Match`].
    pub(super) fn score(self) -> f64 {
        match self {
            Self::Whole => 0.3,
            Self::Part => 0.2,
            Self::Loose => 0.1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_fall_from_one_step_to_the_next() {
        let kinds = [
            Kind::Whole,
            Kind::WholeLoosely,
            Kind::Beginning,
            Kind::BeginningLoosely,
            Kind::Words,
        ];
        let exact = kinds.into_iter().chain([Kind::BeginningUnspaced]);
        let exact = exact.map(Match::exact);
        let loose = kinds
            .into_iter()
            .flat_map(|kind| (1..=4).map(move |errors| Match::with_errors(kind, errors)));
        let all: Vec<Match> = exact.chain(loose).collect();

        assert!(all.is_sorted());
        assert!(all.windows(2).all(|pair| pair[0].score() > pair[1].score()));
        assert!((all[0].score() - 1.0).abs() < f64::EPSILON);
        let credits = [Credit::Whole, Credit::Part, Credit::Loose];
        let least = all[all.len() - 1].score();
        assert!(credits.is_sorted());
        assert!(
            credits
                .windows(2)
                .all(|pair| pair[0].score() > pair[1].score())
        );
        assert!(
            credits
                .iter()
                .all(|credit| credit.score() < least && credit.score() > 0.0)
        );
    }
}
