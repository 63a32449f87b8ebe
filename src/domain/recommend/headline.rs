//! Which reason is said of a title where there is room for one: what sets it apart from the others of a list.

use rustc_hash::FxHashMap;

use super::types::{Reason, ReasonKind, ReasonSource, Recommendation};

/// What a reason must add at least, as a share of what the weightiest one of the title does, to be said of it.
const ENOUGH: f64 = 0.2;

/// What makes two reasons the same to a reader; those that come from the title itself are the same for all.
type Said = (ReasonKind, Option<ReasonSource>);

/// For each title of a list the place of the reason that the fewest titles of it have, among those that add at least a
/// fifth of what the weightiest does; of equally rare ones the first. `None` where nothing speaks for the title.
pub fn headlines(list: &[&Recommendation]) -> Vec<Option<usize>> {
    let mut titles: FxHashMap<Said, usize> = FxHashMap::default();
    for found in list {
        for reason in &found.reasons {
            *titles.entry(said(found, reason)).or_default() += 1;
        }
    }
    let headline = |found: &&Recommendation| {
        let contributions = found.reasons.iter().map(|reason| reason.contribution);
        let least = ENOUGH * contributions.fold(0.0, f64::max);
        let reasons = found.reasons.iter().enumerate();
        reasons
            .filter(|(_, reason)| reason.contribution > 0.0 && reason.contribution >= least)
            .min_by_key(|(_, reason)| titles.get(&said(found, reason)).copied())
            .map(|(place, _)| place)
    };
    list.iter().map(headline).collect()
}

fn said(found: &Recommendation, reason: &Reason) -> Said {
    let is_about_itself = reason.source == ReasonSource::Title(found.title);
    (reason.kind, (!is_about_itself).then_some(reason.source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GenreId, PersonId, TitleId};

    const HEAT: ReasonSource = ReasonSource::Title(TitleId(100));
    const CRIME: ReasonSource = ReasonSource::Genre(GenreId(1));

    fn found(title: u64, reasons: &[(ReasonKind, ReasonSource, f64)]) -> Recommendation {
        let reasons = reasons.iter().map(|(kind, source, contribution)| Reason {
            kind: *kind,
            contribution: *contribution,
            source: *source,
        });
        Recommendation {
            title: TitleId(title),
            score: 1.0,
            reasons: reasons.collect(),
        }
    }

    fn of(list: &[Recommendation]) -> Vec<Option<usize>> {
        headlines(&list.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_sets_a_title_apart_is_said_if_it_counts_enough() {
        let watched = (ReasonKind::Watched, HEAT, 1.0);
        let with = |person, counts| {
            let source = ReasonSource::Person(PersonId(person));
            (ReasonKind::SharedActor, source, counts)
        };
        let list = [
            found(1, &[watched, with(1, 0.3)]),
            found(2, &[watched, with(1, 0.3), with(2, 0.25)]),
            found(3, &[watched, with(3, 0.1)]),
            found(4, &[(ReasonKind::Against, HEAT, -1.0)]),
        ];

        assert_eq!(of(&list), [Some(1), Some(2), Some(0), None]);
    }

    #[test]
    fn what_comes_from_the_title_itself_sets_none_apart() {
        let popular = |id| (ReasonKind::Popular, ReasonSource::Title(TitleId(id)), 0.9);
        let list = [
            found(1, &[popular(1), (ReasonKind::SharedGenre, CRIME, 0.5)]),
            found(2, &[popular(2)]),
        ];

        assert_eq!(of(&list), [Some(1), Some(0)]);
    }

    #[test]
    fn of_equally_rare_reasons_the_first_is_said() {
        let reasons = [
            (ReasonKind::Watched, HEAT, 0.5),
            (ReasonKind::SharedGenre, CRIME, 0.6),
        ];

        assert_eq!(of(&[found(1, &reasons)]), [Some(0)]);
    }
}
