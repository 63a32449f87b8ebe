//! What a profile has of a title moves to the one that it was merged into, and back.

use super::support::*;
use crate::domain::ids::{RunId, TitleId};
use crate::domain::watching::PlaybackEvent::{Progress, Start, Stop};
use crate::domain::watching::{Ledger, Moving, Said, WatchRules, WatchState, WatchedItem};

const OTHER: WatchedItem = WatchedItem::Film(TitleId(3));
const FROM: TitleId = TitleId(1);
const INTO: TitleId = TitleId(3);

fn moving() -> Moving {
    Moving::film(RunId(uuid::Uuid::from_u128(9)), FROM, INTO)
}

fn move_there(ledger: &mut Ledger) {
    ledger.move_title(&WatchRules::default(), PROFILE, &moving(), now());
}

fn move_back(ledger: &mut Ledger) {
    ledger.move_back(&WatchRules::default(), PROFILE, &moving(), now());
}

/// How often both films were begun and ended, and what is thought of them.
fn sums(ledger: &Ledger) -> [(u32, u32, Option<bool>); 2] {
    [FROM, INTO].map(|title| {
        let title = ledger.watched_titles.get((PROFILE, title));
        title.map_or((0, 0, None), |it| (it.plays, it.completions, it.liked))
    })
}

fn state_of(ledger: &Ledger, item: WatchedItem) -> Option<&WatchState> {
    ledger.states.get((PROFILE, item))
}

/// The one was ended and liked, then the other one was begun.
fn both() -> Ledger {
    let mut ledger = empty();
    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Stop, HOUR, 3600)],
    );
    rate(&mut ledger, FROM, Some(true), 4000);
    let begun = [(Start, 0.0, 9000), (Progress, 600.0, 9600)];
    play(&mut ledger, &play_ref(OTHER, 2), &begun);
    ledger
}

#[test]
fn what_was_watched_of_either_is_of_the_one_that_stays() {
    let mut ledger = both();

    move_there(&mut ledger);

    assert_eq!(sums(&ledger), [(0, 0, None), (2, 1, Some(true))]);
    assert_eq!(state_of(&ledger, FILM), None);
    let state = state_of(&ledger, OTHER).unwrap();
    assert_eq!((state.plays, state.completions), (2, 1));
    // It was begun again since, and is resumed there.
    let resumed = (state.position.to_bits(), state.watched);
    assert_eq!(resumed, (600.0_f64.to_bits(), true));
    let weights = (watched_title(&ledger, FROM), watched_title(&ledger, INTO));
    assert_eq!(weights.0.weight.to_bits(), 0.0_f64.to_bits());
    assert!(weights.1.weight > weight(1.0, 3600));

    let before = ledger.clone();
    move_there(&mut ledger);
    assert_eq!(ledger, before);
}

#[test]
fn undone_each_has_its_own_again_and_what_was_played_since_stays() {
    let mut ledger = both();
    move_there(&mut ledger);
    let since = [(Start, 600.0, 20_000), (Stop, HOUR, 23_000)];
    play(&mut ledger, &play_ref(OTHER, 3), &since);

    move_back(&mut ledger);

    assert_eq!(sums(&ledger), [(1, 1, Some(true)), (2, 1, None)]);
    let (one, other) = (state_of(&ledger, FILM), state_of(&ledger, OTHER));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(
        (one.plays, one.watched, one.last_played_at),
        (1, true, at(3600))
    );
    assert_eq!((other.plays, other.last_played_at), (2, at(23_000)));
    assert_eq!(watched_title(&ledger, FROM).moved, None);

    let before = ledger.clone();
    move_back(&mut ledger);
    assert_eq!(ledger, before);
}

#[test]
fn what_comes_late_moves_as_well_and_goes_back_with_the_rest() {
    let mut ledger = both();
    move_there(&mut ledger);
    let late = [(Start, 0.0, 30_000), (Progress, 60.0, 30_060)];
    play(&mut ledger, &play_ref(FILM, 4), &late);

    move_there(&mut ledger);

    assert_eq!(sums(&ledger), [(0, 0, None), (3, 1, Some(true))]);
    move_back(&mut ledger);
    assert_eq!(sums(&ledger), [(2, 1, Some(true)), (1, 0, None)]);
}

#[test]
fn what_was_said_by_hand_goes_and_comes_back_unless_it_was_said_otherwise() {
    for is_said_since in [false, true] {
        let mut ledger = empty();
        let tell = |ledger: &mut Ledger, item, title, said, seconds| {
            let rules = WatchRules::default();
            ledger.tell(&rules, (PROFILE, title), &[item], said, at(seconds));
        };
        tell(&mut ledger, FILM, FROM, Said::Watched { at: None }, 10);

        move_there(&mut ledger);
        assert!(state_of(&ledger, OTHER).unwrap().watched);
        if is_said_since {
            tell(&mut ledger, OTHER, INTO, Said::Unwatched, 20);
        }
        move_back(&mut ledger);

        let is_back = state_of(&ledger, FILM).is_some_and(|state| state.watched);
        assert_eq!(is_back, !is_said_since);
        assert!(!state_of(&ledger, OTHER).is_some_and(|state| state.watched));
    }
}
