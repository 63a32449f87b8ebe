//! Watching a series again, found in what the ledger has, in whatever order that was reported.

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;

use super::support::*;
use crate::domain::catalog::{Airs, Episode, Locks, Texts};
use crate::domain::ids::EpisodeId;
use crate::domain::stamp::Stamp;
use crate::domain::watching::rewatch::Rewatch;
use crate::domain::watching::standing::{SeriesStanding, by_episode};
use crate::domain::watching::{ImportedWatch, Ledger, Said, Teller, WatchRules};

const DAY: i64 = 86_400;

/// An episode whose id is its number, shown on a day after the evening of the tests.
fn shown(season: u32, number: u32, day: i64) -> Episode {
    Episode {
        id: EpisodeId(u64::from(number)),
        series: SERIES,
        season,
        number,
        number_end: None,
        absolute_number: None,
        airs: (season == 0).then_some(Airs::AfterSeason(1)),
        pictures: Vec::new(),
        name: None,
        original_name: None,
        names: Texts::default(),
        aired: Some(at(day * DAY).date_naive()),
        duration: None,
        directors: Vec::new(),
        crew: Vec::new(),
        merging: None,
        deleted_from: None,
        locks: Locks::default(),
        stamp: Stamp::first(DateTime::UNIX_EPOCH),
    }
}

/// Three episodes that were always shown, of which the last is in a season of its own, with a special between, and one
/// that is shown on day 20.
fn series() -> Vec<Episode> {
    vec![
        shown(0, 9, -100),
        shown(1, 1, -100),
        shown(1, 2, -100),
        shown(2, 3, -100),
        shown(2, 4, 20),
    ]
}

fn on(day: i64) -> NaiveDate {
    at(day * DAY).date_naive()
}

fn standing(ledger: &Ledger, day: i64) -> SeriesStanding {
    let states = by_episode(ledger.states_of((PROFILE, SERIES)).cloned().collect());
    let plays: Vec<_> = ledger.plays_of((PROFILE, SERIES)).cloned().collect();
    let found = SeriesStanding::new(&series(), &states, &plays, on(day));
    // Else the plays are not even read.
    assert!(found.rewatch.is_none() || Rewatch::may_be(&series(), &states));
    found
}

/// When the rewatch began, how many were watched since, and what is next of it.
fn rewatch(ledger: &Ledger, day: i64) -> Option<(DateTime<Utc>, u64, Option<u32>)> {
    let rewatch = standing(ledger, day).rewatch?;
    let next = rewatch.next.map(|episode| episode.number);
    Some((rewatch.started_at, rewatch.watched, next))
}

/// Episodes watched to the end, each on a day.
fn watched(watches: &[(u64, i64)]) -> Vec<ImportedWatch> {
    let watches = watches.iter();
    watches
        .map(|(number, day)| watch(episode(*number), *day, 1.0, None))
        .collect()
}

fn after(watches: &[(u64, i64)]) -> Ledger {
    let mut ledger = empty();
    import(&mut ledger, &watched(watches));
    ledger
}

#[test]
fn it_begins_with_the_first_after_everything_that_was_shown() {
    let early = after(&[(1, 1), (2, 2), (1, 3), (3, 4), (2, 5)]);
    let all = after(&[(1, 1), (2, 2), (3, 4), (1, 5)]);

    assert_eq!(rewatch(&early, 10), None);
    assert_eq!(
        standing(&early, 10).next_again().map(|it| it.number),
        Some(1)
    );
    assert_eq!(rewatch(&all, 10), Some((at(5 * DAY), 1, Some(2))));
    assert_eq!(standing(&all, 10).up_next().map(|it| it.number), Some(2));
    // What is new is next; what is watched again goes on beside it.
    assert_eq!(standing(&all, 20).up_next().map(|it| it.number), Some(4));
    assert_eq!(standing(&all, 20).next_again().map(|it| it.number), Some(2));
}

#[test]
fn what_was_said_not_to_be_watched_is_not_gone_on_with_until_it_is_begun() {
    let mut ledger = after(&[(1, 1), (2, 2)]);
    let next = |ledger: &Ledger| standing(ledger, 15).up_next().map(|it| it.number);
    let say = |ledger: &mut Ledger, items: &[u64]| {
        let items: Vec<_> = items.iter().map(|id| episode(*id)).collect();
        let (rules, key) = (WatchRules::default(), (PROFILE, SERIES));
        ledger.tell(&rules, key, &items, Said::Unwatched, at(10 * DAY));
    };
    assert_eq!(next(&ledger), Some(3));

    say(&mut ledger, &[2]);
    assert_eq!(next(&ledger), Some(2));
    say(&mut ledger, &[1]);
    assert_eq!(next(&ledger), None);
    assert!(standing(&ledger, 15).is_unwatched);
    assert!(!standing(&empty(), 15).is_unwatched);

    import(&mut ledger, &watched(&[(1, 11)]));
    assert_eq!(next(&ledger), Some(2));
}

#[test]
fn what_the_viewer_says_of_what_was_watched_elsewhere_begins_none() {
    let mut ledger = after(&[(3, 1), (2, 2), (1, 3)]);
    let items = [1, 2, 3].map(episode);

    let (rules, key) = (WatchRules::default(), (PROFILE, SERIES));
    let said = Said::Watched { at: None };
    ledger.tell_by(Teller::Viewer, &rules, key, &items, said, at(10 * DAY));

    assert!(state(&ledger, items[0]).is_told());
    assert_eq!(rewatch(&ledger, 15), None);
}

#[test]
fn it_goes_on_behind_the_latest_and_ends_with_the_last() {
    let whole = [(1, 1), (2, 2), (3, 4), (1, 5)];
    let and = |more: &[(u64, i64)]| after(&[&whole[..], more].concat());

    assert_eq!(
        rewatch(&and(&[(2, 6)]), 10),
        Some((at(5 * DAY), 2, Some(3)))
    );
    assert_eq!(rewatch(&and(&[(3, 6)]), 10), None);
    let again = and(&[(2, 6), (3, 7), (1, 8)]);
    assert_eq!(rewatch(&again, 10), Some((at(8 * DAY), 1, Some(2))));
    let anew = and(&[(2, 6), (1, 9)]);
    assert_eq!(rewatch(&anew, 10), Some((at(9 * DAY), 1, Some(2))));
    // Who watches specials is offered them here, too.
    let special = and(&[(9, 6), (2, 7)]);
    assert_eq!(rewatch(&special, 10), Some((at(5 * DAY), 2, Some(3))));
    let earlier = after(&[(9, 0), (1, 1), (2, 2), (3, 4), (1, 5), (2, 6)]);
    assert_eq!(rewatch(&earlier, 10), Some((at(5 * DAY), 2, Some(9))));
    // What was shown meanwhile is part of it.
    let new = and(&[(2, 6), (3, 21)]);
    assert_eq!(rewatch(&new, 21), Some((at(5 * DAY), 3, Some(4))));
}

#[test]
fn what_was_said_by_hand_counts_and_what_was_taken_back_does_not() {
    let tell = |ledger: &mut Ledger, number, said, day| {
        let key = (PROFILE, SERIES);
        let items = [episode(number)];
        ledger.tell(&WatchRules::default(), key, &items, said, at(day * DAY));
    };
    let mut ledger = after(&[(1, 1), (2, 2), (1, 5)]);
    assert_eq!(rewatch(&ledger, 10), None);

    let on_day_4 = Said::Watched {
        at: Some(at(4 * DAY)),
    };
    tell(&mut ledger, 3, on_day_4, 9);
    let said = rewatch(&ledger, 10);
    tell(&mut ledger, 3, Said::Unwatched, 10);

    assert_eq!(
        said.map(|(_, watched, next)| (watched, next)),
        Some((1, Some(2)))
    );
    assert_eq!(rewatch(&ledger, 10), None);

    // Who says that they have seen it all, and then begins here, watches it again.
    let mut elsewhere = empty();
    for number in 1..=3 {
        tell(&mut elsewhere, number, Said::Watched { at: None }, 1);
    }
    import(&mut elsewhere, &watched(&[(1, 2)]));
    assert_eq!(rewatch(&elsewhere, 10), Some((at(2 * DAY), 1, Some(2))));
}

proptest! {
    /// However late and often it is reported.
    #[test]
    fn the_order_of_reports_changes_nothing(
        watches in prop::collection::vec((1_u64..5, 0_i64..40), 1..24),
        swaps in prop::collection::vec((0_usize..24, 0_usize..24), 0..24),
    ) {
        let mut shuffled = watched(&watches);
        shuffled.extend(watched(&watches[..watches.len() / 2]));
        for (one, other) in swaps {
            let count = shuffled.len();
            shuffled.swap(one % count, other % count);
        }
        let mut late = empty();
        import(&mut late, &shuffled);

        prop_assert_eq!(standing(&late, 40), standing(&after(&watches), 40));
    }
}
