//! What holds whatever is reported, in whatever order.

use PlaybackEvent::{Pause, Progress, Seek, Start, Stop};
use proptest::prelude::*;

use super::support::*;
use crate::domain::watching::{Ledger, PlayRef, PlaybackEvent, Rows, WatchRules};

/// Plays without seeks: for each play the lengths of the steps between its reports.
pub(super) fn plays_without_seeks() -> impl Strategy<Value = Vec<(usize, PlaybackEvent, f64, i64)>>
{
    prop::collection::vec(prop::collection::vec(1_u32..900, 1..8), 1..5).prop_map(|play_refs| {
        let mut reports = Vec::new();
        for (index, steps) in play_refs.into_iter().enumerate() {
            let start = i64::try_from(index).unwrap() * 100_000;
            let mut position = 0;
            reports.push((index, Start, 0.0, start));
            for step in steps {
                position = (position + step).min(3600);
                let event = if step % 7 == 0 { Pause } else { Progress };
                reports.push((
                    index,
                    event,
                    f64::from(position),
                    start + i64::from(position),
                ));
            }
        }
        reports
    })
}

/// Plays of a film and of two episodes, by turns.
pub(super) fn play_ref_of_index(index: usize) -> PlayRef {
    let item = [FILM, episode(11), episode(12)][index % 3];
    play_ref(item, index as u128 + 1)
}

pub(super) fn report_all(ledger: &mut Ledger, reports: &[(usize, PlaybackEvent, f64, i64)]) {
    for (index, event, position, seconds) in reports {
        let report = (*event, *position, *seconds);
        play(ledger, &play_ref_of_index(*index), &[report]);
    }
}

fn played(reports: &[(usize, PlaybackEvent, f64, i64)]) -> Ledger {
    let mut ledger = empty();
    report_all(&mut ledger, reports);
    ledger
}

/// What must not depend on the order in which reports come.
fn outcome(ledger: &Ledger) -> String {
    let states: Vec<_> = ledger
        .states
        .changed()
        .map(|row| {
            let counts = (row.plays, row.completions, row.seconds.to_bits());
            (row.item, counts, row.watched, row.position, row.percent)
        })
        .collect();
    let titles: Vec<_> = ledger
        .watched_titles
        .changed()
        .map(|row| {
            let counts = (row.plays, row.completions, row.seconds.to_bits());
            (row.title, counts, row.first_at, row.last_at)
        })
        .collect();
    format!("{states:?} {titles:?}")
}

fn assert_watched_titles(ledger: &Ledger) -> Result<(), TestCaseError> {
    for watched_title in ledger.watched_titles.changed() {
        let plays = || {
            ledger
                .plays
                .changed()
                .filter(|play| play.title == watched_title.title)
        };
        let rules = WatchRules::default();
        let seconds: f64 = plays().map(|play| play.sections.seconds()).sum();
        let weight: f64 = plays()
            .filter(|play| play.counts)
            .map(|play| rules.weight(play.completion, play.last_at))
            .sum();
        prop_assert_eq!(watched_title.plays as usize, plays().count());
        prop_assert_eq!(
            watched_title.completions as usize,
            plays().filter(|play| play.completed).count()
        );
        prop_assert!((watched_title.seconds - seconds).abs() < 1e-6);
        prop_assert!((watched_title.weight - weight).abs() <= 1e-9 * weight.max(1.0));
        prop_assert_eq!(
            Some(watched_title.first_at),
            plays().map(|play| play.started_at).min()
        );
        prop_assert_eq!(
            Some(watched_title.last_at),
            plays().map(|play| play.last_at).max()
        );
    }
    Ok(())
}

/// What somebody does: goes on with a play, says whether it counts, or gives its title a thumb.
#[derive(Debug, Clone)]
enum Deed {
    Report(usize, PlaybackEvent, f64, i64),
    Count(usize, bool),
    Rate(usize, Option<bool>, i64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let report = (0_usize..6, 0_usize..5, 0_u32..=12, 0_i64..30).prop_map(
        |(index, event, position, seconds)| {
            let event = [Start, Progress, Seek, Pause, Stop][event];
            Deed::Report(index, event, f64::from(position * 300), seconds * 300)
        },
    );
    let count = (0_usize..6, any::<bool>()).prop_map(|(index, counts)| Deed::Count(index, counts));
    let thumb = (0_usize..6, any::<Option<bool>>(), 0_i64..9000)
        .prop_map(|(index, liked, seconds)| Deed::Rate(index, liked, seconds));
    prop::collection::vec(prop_oneof![4 => report, 2 => count, 1 => thumb], 1..60)
}

fn do_all(ledger: &mut Ledger, deeds: &[Deed]) {
    for deed in deeds {
        match *deed {
            Deed::Report(index, event, position, seconds) => {
                report_all(ledger, &[(index, event, position, seconds)]);
            }
            Deed::Count(index, counts) => {
                let play_ref = play_ref_of_index(index);
                if ledger.plays.get(play_ref.play_key()).is_some() {
                    set_counts(ledger, &play_ref, counts);
                }
            }
            Deed::Rate(index, liked, seconds) => {
                rate(ledger, play_ref_of_index(index).title, liked, seconds);
            }
        }
    }
}

proptest! {
    /// Whatever counts and whatever does not: a weight is that of the plays that count, nothing is exactly nothing,
    /// and all of them again are what they were.
    #[test]
    fn a_weight_is_that_of_the_plays_that_count(deeds in deeds()) {
        let mut ledger = empty();
        do_all(&mut ledger, &deeds);

        for row in ledger.watched_titles.changed() {
            let plays: Vec<_> = ledger.plays.changed().filter(|play| play.title == row.title).collect();
            let counted = plays.iter().filter(|play| play.counts);
            let expected: f64 = counted
                .map(|play| WatchRules::default().weight(play.completion, play.last_at))
                .fold(0.0, |added, weight| added + weight);
            prop_assert_eq!(row.plays as usize, plays.len());
            prop_assert!((row.weight - expected).abs() <= 1e-9 * expected.max(1.0));
        }
        let play_refs: Vec<_> = (0..6)
            .map(play_ref_of_index)
            .filter(|play_ref| ledger.plays.get(play_ref.play_key()).is_some())
            .collect();
        for play_ref in &play_refs {
            set_counts(&mut ledger, play_ref, false);
        }
        prop_assert!(ledger.watched_titles.changed().all(|row| row.weight.to_bits() == 0));
        for play_ref in &play_refs {
            set_counts(&mut ledger, play_ref, true);
        }
        for row in ledger.watched_titles.changed().filter(|row| row.plays > 0) {
            let plays = ledger.plays.changed().filter(|play| play.title == row.title);
            let all: f64 = plays.map(|play| WatchRules::default().weight(play.completion, play.last_at)).sum();
            prop_assert!((row.weight - all).abs() <= 1e-12 * all);
        }
    }

    /// What is said of a title and which plays count changes nothing but the thumb and the weight.
    #[test]
    fn thumbs_and_what_counts_change_nothing_else(deeds in deeds()) {
        let mut ledger = empty();
        do_all(&mut ledger, &deeds);
        let reports: Vec<Deed> = deeds.iter().filter(|deed| matches!(deed, Deed::Report(..))).cloned().collect();
        let mut plain = empty();
        do_all(&mut plain, &reports);

        let played = |ledger: &Ledger| outcome(&Ledger {
            watched_titles: Rows::stored([]),
            ..ledger.clone()
        });
        prop_assert_eq!(played(&ledger), played(&plain));
        for row in plain.watched_titles.changed() {
            let found = watched_title(&ledger, row.title);
            prop_assert_eq!(
                (found.plays, found.completions, found.seconds.to_bits(), found.first_at, found.last_at),
                (row.plays, row.completions, row.seconds.to_bits(), row.first_at, row.last_at)
            );
        }
        for row in ledger.watched_titles.changed() {
            let last_word = deeds.iter().rev().find_map(|deed| match deed {
                Deed::Rate(index, liked, _) if play_ref_of_index(*index).title == row.title => Some(*liked),
                _ => None,
            });
            prop_assert_eq!(row.liked, last_word.flatten());
        }
    }

    /// Late and repeated reports of playing lead to the same place.
    #[test]
    fn order_and_repetition_do_not_matter(
        (reports, shuffled) in plays_without_seeks().prop_flat_map(|reports| {
            let mut twice = reports.clone();
            twice.extend(reports.iter().copied().filter(|(_, _, position, _)| position % 3.0 == 0.0));
            (Just(reports), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(outcome(&played(&shuffled)), outcome(&played(&reports)));
    }

    /// Whatever is reported, the watched titles are those of the plays, and the same once more changes nothing.
    #[test]
    fn watched_titles_are_what_their_plays_add_up_to(
        reports in prop::collection::vec((0_usize..3, 0_usize..5, 0_u32..=12, 0_i64..30), 1..60)
    ) {
        let reports: Vec<_> = reports
            .into_iter()
            .map(|(index, event, position, seconds)| {
                (index, [Start, Progress, Seek, Pause, Stop][event], f64::from(position * 300), seconds * 300)
            })
            .collect();

        let ledger = played(&reports);

        assert_watched_titles(&ledger)?;
        let stored = reread(&ledger);
        let mut again = stored.clone();
        report_all(&mut again, &reports);
        prop_assert_eq!(again, stored);
    }
}
