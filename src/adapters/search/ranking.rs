//! What counts as a better match: each sort of match has a grade, and the better sort wins whatever is more popular.

/// How the name of a title matches, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Whole,
    /// The whole name, but for a leading article and the spaces between its words.
    WholeLoosely,
    /// The beginning of the name, its leading article too, the last word perhaps unfinished.
    BeginningWithArticle,
    /// The beginning of the name or of what follows its leading article, the last word perhaps unfinished.
    Beginning,
    /// The beginning of the name, spaces aside (`"spiderman"` for "Spider-Man 2").
    BeginningUnspaced,
    /// All words of the name, in another order.
    Reordered,
    /// All words are somewhere in the name.
    Words,
    /// The same, the last word unfinished.
    WordsUnfinished,
}

/// How a name matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) kind: Kind,
    /// With how many typing errors.
    pub(super) errors: u32,
    /// Whether a word is spelled in another way, as numbers are.
    pub(super) is_spelled: bool,
    /// Whether the last word of the query is only the beginning of one.
    pub(super) is_unfinished: bool,
}

/// How a title matches by who is credited with it, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Credit {
    /// By a name that is but one word, of somebody who is known for it far more than titles are.
    KnownName,
    /// By the surname of people who are known for it far more than titles are.
    KnownSurname,
    /// By a whole name.
    Whole,
    /// By the surname of somebody.
    Surname,
    /// By other words of a name.
    Words,
    /// By a name whose last word is unfinished.
    Unfinished,
}

/// How a title matches whose own name has not all of the words, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spread {
    /// Its whole name, and beside it names of people, its year, its part.
    WholeName,
    /// Whole names of people, surnames, its year, its part, and words of its name.
    WholePeople,
    /// Any words of all that is known of it.
    Words,
}

/// The thousandths that a match is worth at least, and less than one more; 1000 is the whole name.
pub(super) type Grade = u32;

/// The rank in the billing of whoever is neither director nor in the cast: behind all who are.
pub(super) const BEHIND_THE_CAST: u32 = u32::MAX / 2;

/// More typing errors than these make no difference.
const MAX_ERRORS: u32 = 4;

impl Match {
    /// Better than any by a person, unless it takes typing errors or the last of scattered words is unfinished.
    pub(super) fn grade(self) -> Grade {
        let grade = if self.errors == 0 {
            match self.kind {
                Kind::Whole => 1000,
                Kind::WholeLoosely => 950,
                Kind::BeginningWithArticle => 910,
                Kind::Beginning => 900,
                Kind::BeginningUnspaced => 880,
                Kind::Reordered => 860,
                Kind::Words => 840,
                Kind::WordsUnfinished => 640,
            }
        } else {
            let errors = self.errors.min(MAX_ERRORS);
            let grade = match self.kind {
                Kind::Whole => 600,
                Kind::WholeLoosely => 580,
                Kind::BeginningWithArticle => 565,
                Kind::Beginning => 560,
                Kind::BeginningUnspaced => 550,
                Kind::Reordered => 540,
                Kind::Words => 520,
                Kind::WordsUnfinished => 500,
            };
            grade - 2 * errors
        };
        grade - 10 * u32::from(self.is_spelled)
    }

    /// The least that a match without typing errors by all words of a name is worth.
    pub(super) const EXACT: Grade = 800;
    /// More than any match with typing errors is worth.
    pub(super) const MISTYPED: Grade = 600;
}

impl Credit {
    /// Less than a title's own name, unless that takes typing errors or only begins with the surname of people who are
    /// known for it. What somebody is billed far behind in is worth less.
    pub(super) fn grade(self, errors: u32, billing: u32) -> Grade {
        let grade = if errors == 0 {
            match self {
                Self::KnownName => 939,
                Self::KnownSurname => 925,
                Self::Whole => 790,
                Self::Surname => 760,
                Self::Words => 730,
                Self::Unfinished => 700,
            }
        } else {
            let grade = match self {
                Self::KnownName | Self::Whole => 480,
                Self::KnownSurname | Self::Surname => 460,
                Self::Words => 440,
                Self::Unfinished => 420,
            };
            grade - errors.min(MAX_ERRORS)
        };
        let behind = match billing {
            0..=1 => 0,
            2..=4 => 5,
            5..BEHIND_THE_CAST => 10,
            _ => 14,
        };
        grade - behind
    }
}

impl Spread {
    /// Less than a person's whole name.
    pub(super) fn grade(self, errors: u32) -> Grade {
        let grade = match self {
            Self::WholeName => 690,
            Self::WholePeople => 670,
            Self::Words => 410,
        };
        if errors == 0 {
            grade
        } else {
            grade / 2 + 50 - errors.min(MAX_ERRORS)
        }
    }
}

/// The grade of what has only some of the words, of how much they tell of all (0 to 1): less than of anything that has
/// all.
pub(super) fn partial(part: f64) -> Grade {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and 100"
    )]
    let part = (part.clamp(0.0, 1.0) * 100.0) as u32;
    100 + part
}

/// At this fame a score is halfway to the next grade.
const FAME: f64 = 1000.0;

/// The score of a grade; by fame above equal ones, but below the next grade. 1 for a whole name.
pub(super) fn score(grade: Grade, fame: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "so many are not told apart")]
    let fame = fame as f64;
    let within = 0.9 * fame / (fame + FAME);
    ((f64::from(grade) + within) / 1000.0).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 8] = [
        Kind::Whole,
        Kind::WholeLoosely,
        Kind::BeginningWithArticle,
        Kind::Beginning,
        Kind::BeginningUnspaced,
        Kind::Reordered,
        Kind::Words,
        Kind::WordsUnfinished,
    ];

    fn found(kind: Kind, errors: u32) -> Match {
        Match {
            kind,
            errors,
            is_spelled: false,
            is_unfinished: false,
        }
    }

    #[test]
    fn a_better_sort_of_match_has_a_better_grade() {
        let names = KINDS[..7].iter().map(|kind| found(*kind, 0).grade());
        let last = BEHIND_THE_CAST;
        let known = [Credit::KnownName, Credit::KnownSurname].map(|it| it.grade(0, last));
        let beginning = found(Kind::BeginningWithArticle, 0).grade();
        assert!(known[0] > known[1] && known[1] > beginning, "{known:?}");
        let people = [
            Credit::Whole,
            Credit::Surname,
            Credit::Words,
            Credit::Unfinished,
        ];
        let people = people.map(|credit| credit.grade(0, 0));
        let spread = [Spread::WholeName, Spread::WholePeople].map(|spread| spread.grade(0));
        let scattered = found(Kind::WordsUnfinished, 0).grade();
        let mistyped = KINDS.map(|kind| found(kind, 1).grade());
        let mistyped_people = people_mistyped();
        let last = [
            Spread::Words.grade(0),
            Spread::WholeName.grade(1),
            partial(1.0) + 20,
        ];
        let all: Vec<Grade> = names
            .chain(people)
            .chain(spread)
            .chain([scattered])
            .chain(mistyped)
            .chain(mistyped_people)
            .chain(last)
            .collect();

        assert!(all.windows(2).all(|pair| pair[0] > pair[1]), "{all:?}");
        assert!(
            KINDS[..7]
                .iter()
                .all(|kind| found(*kind, 0).grade() >= Match::EXACT)
        );
        assert!(mistyped.iter().all(|grade| *grade <= Match::MISTYPED));
    }

    fn people_mistyped() -> [Grade; 4] {
        [
            Credit::Whole,
            Credit::Surname,
            Credit::Words,
            Credit::Unfinished,
        ]
        .map(|credit| credit.grade(1, 0))
    }

    #[test]
    fn no_fame_makes_up_for_a_worse_match() {
        assert!((score(1000, 0) - 1.0).abs() < f64::EPSILON);
        assert!((score(1000, 7) - 1.0).abs() < f64::EPSILON);
        assert!(score(901, 0) > score(900, u64::MAX));
        assert!(score(900, 4) > score(900, 3));
        assert!(score(partial(0.0), 0) > 0.0);
        for (leading, behind) in [(1, 2), (4, 5), (BEHIND_THE_CAST - 1, BEHIND_THE_CAST)] {
            let grade = |billing| Credit::Whole.grade(0, billing);
            assert!(grade(leading) > grade(behind));
            assert!(grade(behind) > Credit::Surname.grade(0, 0));
        }
    }
}
