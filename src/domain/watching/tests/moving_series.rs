//! What a profile has of a series moves with its episodes to the series that it was merged into, and back.

use super::support::*;
use crate::domain::ids::{EpisodeId, RunId, TitleId};
use crate::domain::watching::PlaybackEvent::{Progress, Start, Stop};
use crate::domain::watching::{Ledger, Moving, PlayRef, WatchRules, WatchState, WatchedItem};

const OTHER: TitleId = TitleId(4);
/// Becomes one with [`COUNTERPART`].
const MERGED: WatchedItem = WatchedItem::Episode(EpisodeId(1));
/// Is of the other series from then on.
const MOVED: WatchedItem = WatchedItem::Episode(EpisodeId(2));
const COUNTERPART: WatchedItem = WatchedItem::Episode(EpisodeId(11));

const NOTHING: (u32, u32, f64) = (0, 0, 0.0);

fn moving(items: &[(WatchedItem, WatchedItem)]) -> Moving {
    let whole = (WatchedItem::Series(SERIES), WatchedItem::Series(OTHER));
    Moving {
        merge: RunId(uuid::Uuid::from_u128(9)),
        from: SERIES,
        into: OTHER,
        items: [&[whole][..], items].concat(),
    }
}

fn move_there(ledger: &mut Ledger) {
    let moving = moving(&[(MERGED, COUNTERPART), (MOVED, MOVED)]);
    ledger.move_title(&WatchRules::default(), PROFILE, &moving, now());
}

fn move_back(ledger: &mut Ledger) {
    let moving = moving(&[(MOVED, MOVED)]);
    ledger.move_back(&WatchRules::default(), PROFILE, &moving, now());
}

/// A play of the other series.
fn of_other(item: WatchedItem, play: u128) -> PlayRef {
    PlayRef {
        title: OTHER,
        ..play_ref(item, play)
    }
}

/// How often both series were begun and ended, and for how many seconds.
fn sums(ledger: &Ledger) -> [(u32, u32, f64); 2] {
    [SERIES, OTHER].map(|title| {
        let title = ledger.watched_titles.get((PROFILE, title));
        title.map_or(NOTHING, |it| (it.plays, it.completions, it.seconds))
    })
}

fn state_of(ledger: &Ledger, item: WatchedItem) -> Option<&WatchState> {
    ledger.states.get((PROFILE, item))
}

/// One episode was ended and one begun, and the series was watched as a whole elsewhere, liked and set aside; then one of the
/// other series was begun.
fn both() -> Ledger {
    let mut ledger = empty();
    let whole = watch(WatchedItem::Series(SERIES), 0, 1.0, None);
    import(&mut ledger, &[whole]);
    let ended = [(Start, 0.0, 4000), (Stop, HOUR, 7600)];
    play(&mut ledger, &play_ref(MERGED, 1), &ended);
    let begun = [(Start, 0.0, 8000), (Progress, 600.0, 8600)];
    play(&mut ledger, &play_ref(MOVED, 2), &begun);
    rate(&mut ledger, SERIES, Some(true), 8700);
    ledger.set_series_aside((PROFILE, SERIES), true, at(8800));
    let begun = [(Start, 0.0, 9000), (Progress, 300.0, 9300)];
    play(&mut ledger, &of_other(COUNTERPART, 3), &begun);
    ledger
}

#[test]
fn episodes_become_one_with_others_or_are_taken_along() {
    let mut ledger = both();
    let [one, other] = sums(&ledger);
    let begun = state_of(&ledger, MOVED).unwrap().clone();

    move_there(&mut ledger);

    let together = (one.0 + other.0, one.1 + other.1, one.2 + other.2);
    assert_eq!(sums(&ledger), [NOTHING, together]);
    assert_eq!(state_of(&ledger, MERGED), None);
    let counterpart = state_of(&ledger, COUNTERPART).unwrap();
    let is = (counterpart.plays, counterpart.watched, counterpart.title);
    assert_eq!(is, (2, true, OTHER));
    let along = state_of(&ledger, MOVED).unwrap();
    let expected = WatchState {
        title: OTHER,
        stamp: begun.stamp.next(now()),
        ..begun
    };
    assert_eq!(*along, expected);
    assert_eq!(state_of(&ledger, WatchedItem::Series(SERIES)), None);
    assert!(state_of(&ledger, WatchedItem::Series(OTHER)).is_some());
    let into = watched_title(&ledger, OTHER);
    assert_eq!((into.liked, into.is_series), (Some(true), true));

    let before = ledger.clone();
    move_there(&mut ledger);
    assert_eq!(ledger, before);
}

#[test]
fn undone_an_episode_goes_back_with_all_that_was_played_of_it() {
    let mut ledger = both();
    let was = sums(&ledger);
    move_there(&mut ledger);
    let since = [(Start, 600.0, 20_000), (Stop, HOUR, 23_000)];
    play(&mut ledger, &of_other(MOVED, 4), &since);
    let since = [(Start, 0.0, 30_000), (Progress, 60.0, 30_060)];
    play(&mut ledger, &of_other(COUNTERPART, 5), &since);

    move_back(&mut ledger);

    let [(plays, ends, seconds), (others, ends_there, seconds_there)] = was;
    let expected = [
        (plays + 1, ends + 1, seconds + 3000.0),
        (others + 1, ends_there, seconds_there + 60.0),
    ];
    assert_eq!(sums(&ledger), expected);
    let merged = state_of(&ledger, MERGED).unwrap();
    assert_eq!((merged.plays, merged.watched), (1, true));
    let along = state_of(&ledger, MOVED).unwrap();
    assert_eq!((along.title, along.plays, along.watched), (SERIES, 2, true));
    let counterpart = state_of(&ledger, COUNTERPART).unwrap();
    assert_eq!((counterpart.plays, counterpart.watched), (2, false));
    let from = watched_title(&ledger, SERIES);
    assert_eq!(
        (from.liked, from.is_aside, from.moved),
        (Some(true), true, None)
    );
    assert_eq!(watched_title(&ledger, OTHER).liked, None);

    let before = ledger.clone();
    move_back(&mut ledger);
    assert_eq!(ledger, before);
}

#[test]
fn what_is_added_by_whoever_does_not_know_yet_is_where_the_episode_is() {
    let mut ledger = both();
    move_there(&mut ledger);
    let [_, (plays, ends, seconds)] = sums(&ledger);
    // The play is known to be of the other series; the watched title that is added to is that which was named.
    play(&mut ledger, &play_ref(MOVED, 2), &[(Progress, 700.0, 8700)]);
    assert_eq!(sums(&ledger)[0], (0, 0, 100.0));

    move_there(&mut ledger);

    assert_eq!(sums(&ledger), [NOTHING, (plays, ends, seconds + 100.0)]);
}

#[test]
fn who_has_watched_an_episode_with_the_other_series_alone_has_it_when_it_goes_back() {
    let mut ledger = empty();
    let ended = [(Start, 0.0, 4000), (Stop, HOUR, 7600)];
    play(&mut ledger, &of_other(MOVED, 1), &ended);
    assert_eq!(sums(&ledger), [NOTHING, (1, 1, HOUR)]);

    move_back(&mut ledger);

    assert_eq!(sums(&ledger), [(1, 1, HOUR), NOTHING]);
    let series = watched_title(&ledger, SERIES);
    assert_eq!((series.stamp.revision, series.is_series), (1, true));
    assert_eq!(state_of(&ledger, MOVED).unwrap().title, SERIES);
}
