//! What viewers say by hand stands beside what was played.

use PlaybackEvent::{Pause, Start, Stop};
use proptest::prelude::*;

use super::support::*;
use crate::domain::ids::TitleId;
use crate::domain::watching::{Ledger, PlaybackEvent, Said, Told, WatchRules, WatchState};

const HEAT: TitleId = TitleId(1);
const WATCHED: Said = Said::Watched { at: None };

fn tell(ledger: &mut Ledger, item: crate::domain::watching::WatchedItem, said: Said, seconds: i64) {
    let key = (PROFILE, play_ref(item, 0).title);
    ledger.tell(&WatchRules::default(), key, &[item], said, at(seconds));
}

fn watched_on(seconds: i64) -> Said {
    Said::Watched {
        at: Some(at(seconds)),
    }
}

#[test]
fn what_was_watched_elsewhere_is_watched_without_a_play() {
    let mut ledger = empty();

    tell(&mut ledger, FILM, WATCHED, 50);

    let told = state(&ledger, FILM);
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));
    assert_eq!((told.plays, told.completions), (0, 0));
    assert_eq!((told.times(), told.last_watched_at()), ((1, 1), None));
    let title = watched_title(&ledger, HEAT);
    assert_eq!((title.plays, title.told), (0, 1));
    assert_eq!(title.weight.to_bits(), weight(1.0, 50).to_bits());
    assert_eq!((title.first_at, title.last_at), (at(50), at(50)));
    assert_eq!(ledger.plays.changed().count(), 0);
    assert_eq!(ledger.viewings, []);
}

#[test]
fn a_date_says_when_and_how_much_it_weighs() {
    let mut ledger = empty();

    tell(&mut ledger, FILM, watched_on(-900), 50);

    let told = state(&ledger, FILM);
    assert_eq!(
        (told.times(), told.last_watched_at()),
        ((1, 1), Some(at(-900)))
    );
    let title = watched_title(&ledger, HEAT);
    assert_eq!(title.weight.to_bits(), weight(1.0, -900).to_bits());
    assert_eq!((title.first_at, title.last_at), (at(-900), at(-900)));
}

#[test]
fn the_same_again_changes_nothing() {
    for said in [WATCHED, watched_on(-900), Said::Unwatched] {
        let mut ledger = empty();
        tell(&mut ledger, FILM, WATCHED, 10);
        tell(&mut ledger, FILM, said, 50);
        let stored = reread(&ledger);
        let mut again = stored.clone();

        tell(&mut again, FILM, said, 90);

        assert_eq!(again, stored, "{said:?}");
    }
    let mut ledger = empty();
    tell(&mut ledger, FILM, Said::Unwatched, 10);
    assert_eq!(ledger, empty());
}

#[test]
fn taken_back_nothing_is_left_of_it() {
    let mut ledger = empty();
    tell(&mut ledger, FILM, watched_on(-900), 10);

    tell(&mut ledger, FILM, Said::Unwatched, 50);

    let told = state(&ledger, FILM);
    assert_eq!(resume(&ledger, FILM), (0.0, 0.0, false));
    let said_at = at(50);
    assert_eq!(told.told, Some(Told::Unwatched { said_at }));
    assert_eq!(told.times(), (0, 0));
    assert_eq!(told.last_played_at, WatchState::NEVER);
    let title = watched_title(&ledger, HEAT);
    assert_eq!((title.told, title.weight.to_bits()), (0, 0));
    assert!(!title.shapes_taste());
}

#[test]
fn there_is_nothing_to_resume_of_what_is_watched() {
    let mut ledger = empty();
    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Pause, 1800.0, 1800)],
    );
    let before = state(&ledger, FILM);

    tell(&mut ledger, FILM, WATCHED, 5000);

    let told = state(&ledger, FILM);
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));
    assert_eq!(
        (told.times(), told.last_watched_at()),
        ((1, 1), Some(before.last_played_at))
    );
    assert_eq!(watched_title(&ledger, HEAT).last_at, at(1800));

    // Somebody watches it after all.
    play(
        &mut ledger,
        &play_ref(FILM, 2),
        &[(Start, 0.0, 9000), (Pause, 600.0, 9600)],
    );

    assert_eq!(resume(&ledger, FILM).0, 600.0);
    assert_eq!(state(&ledger, FILM).times(), (2, 1));
    assert_eq!(watched_title(&ledger, HEAT).last_at, at(9600));
}

#[test]
fn what_was_played_to_the_end_can_be_said_to_be_unwatched() {
    let mut ledger = empty();
    let whole = [(Start, 0.0, 0), (Stop, 3600.0, 3600)];
    play(&mut ledger, &play_ref(FILM, 1), &whole);
    let before = state(&ledger, FILM);
    // Nothing new: it was watched.
    tell(&mut ledger, FILM, WATCHED, 4000);
    assert_eq!(state(&ledger, FILM), before);

    tell(&mut ledger, FILM, Said::Unwatched, 5000);

    assert_eq!(resume(&ledger, FILM), (0.0, 0.0, false));
    assert_eq!(state(&ledger, FILM).times(), (1, 1));
    // A report that comes once more, and one that goes on.
    play(&mut ledger, &play_ref(FILM, 1), &whole);
    play(
        &mut ledger,
        &play_ref(FILM, 2),
        &[(Start, 0.0, 6000), (Pause, 600.0, 6600)],
    );
    let (position, _, watched) = resume(&ledger, FILM);
    assert_eq!((position, watched), (600.0, false));

    play(&mut ledger, &play_ref(FILM, 2), &[(Stop, 3600.0, 9600)]);

    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));
    assert_eq!(state(&ledger, FILM).told, None);
    tell(&mut ledger, FILM, Said::Unwatched, 10_000);
    tell(&mut ledger, FILM, WATCHED, 11_000);
    assert_eq!(
        (state(&ledger, FILM).told, resume(&ledger, FILM).2),
        (None, true)
    );
}

#[test]
fn what_was_played_before_and_is_reported_later_takes_nothing_back() {
    let begun = [(Start, 0.0, 0), (Pause, 1800.0, 1800)];
    let whole = [(Start, 0.0, 0), (Stop, 3600.0, 3600)];
    // Watched elsewhere: a device has kept that somebody began it.
    let mut ledger = empty();
    tell(&mut ledger, FILM, WATCHED, 5000);
    play(&mut ledger, &play_ref(FILM, 1), &begun);
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));

    // Not watched: a device has kept that it was played to the end.
    let mut ledger = empty();
    play(&mut ledger, &play_ref(FILM, 1), &begun);
    tell(&mut ledger, FILM, Said::Unwatched, 5000);
    play(&mut ledger, &play_ref(FILM, 2), &whole);
    assert_eq!(resume(&ledger, FILM), (0.0, 0.0, false));
    assert_eq!(state(&ledger, FILM).completions, 1);
    let again = [(Start, 0.0, 6000), (Stop, 3600.0, 9600)];
    play(&mut ledger, &play_ref(FILM, 3), &again);
    assert!(resume(&ledger, FILM).2);

    // Off what can be resumed: a report that was on its way is none of watching on.
    let mut ledger = empty();
    play(&mut ledger, &play_ref(FILM, 1), &begun);
    ledger.set_aside(PROFILE, (FILM, HEAT), true, at(2000));
    play(&mut ledger, &play_ref(FILM, 1), &[(Pause, 900.0, 900)]);
    assert!(state(&ledger, FILM).is_aside);
    play(&mut ledger, &play_ref(FILM, 1), &[(Pause, 2400.0, 2400)]);
    assert!(!state(&ledger, FILM).is_aside);
}

#[test]
fn a_series_that_is_off_what_comes_next_stays_so_when_something_is_unwatched() {
    let mut ledger = empty();
    tell(&mut ledger, episode(1), WATCHED, 50);
    ledger.set_series_aside((PROFILE, SERIES), true, at(60));

    tell(&mut ledger, episode(1), Said::Unwatched, 70);
    assert!(watched_title(&ledger, SERIES).is_aside);

    tell(&mut ledger, episode(1), WATCHED, 80);
    assert!(!watched_title(&ledger, SERIES).is_aside);
}

#[test]
fn each_episode_counts_and_may_be_next_again() {
    let mut ledger = empty();
    let items = [episode(1), episode(2), episode(3)];
    let key = (PROFILE, SERIES);
    ledger.tell(&WatchRules::default(), key, &items, WATCHED, at(50));
    ledger.go_on(&play_ref(episode(3), 0), None, at(50));
    let next_day = watched_title(&ledger, SERIES).next_day;
    assert_eq!(next_day, Some(crate::domain::watching::NextDay::UNSURE));

    tell(&mut ledger, episode(2), Said::Unwatched, 60);

    let title = watched_title(&ledger, SERIES);
    assert_eq!((title.told, title.is_series), (2, true));
    let two = weight(1.0, 50) + weight(1.0, 50);
    assert_eq!(title.weight.to_bits(), two.to_bits());
    assert_eq!(title.next_day, Some(crate::domain::watching::NextDay::EVER));
}

proptest! {
    /// Whatever is played, said and counted, in whatever order: sums made anew are those that were kept.
    #[test]
    fn sums_are_those_of_plays_and_of_what_was_said(
        deeds in prop::collection::vec((0_usize..3, 0_u8..6, 0_i64..40, 1_u128..4), 1..40)
    ) {
        let mut ledger = empty();
        for (index, deed, time, number) in deeds {
            let item = [FILM, episode(11), episode(12)][index];
            let seconds = time * 1000;
            let play_ref = play_ref(item, number * 10 + index as u128);
            match deed {
                0 => tell(&mut ledger, item, WATCHED, seconds),
                1 => tell(&mut ledger, item, watched_on(seconds - 500_000), seconds),
                2 => tell(&mut ledger, item, Said::Unwatched, seconds),
                3 => drop(play(&mut ledger, &play_ref, &[(Stop, 3600.0, seconds)])),
                4 => drop(play(&mut ledger, &play_ref, &[(Start, 0.0, seconds), (Pause, 900.0, seconds + 900)])),
                _ => if ledger.plays.get(play_ref.play_key()).is_some() {
                    set_counts(&mut ledger, &play_ref, time % 2 == 0);
                },
            }
        }
        for title in [HEAT, SERIES] {
            let stored = reread(&ledger);
            let mut summed = stored.clone();
            summed.sum_up(&WatchRules::default(), (PROFILE, title), now());
            prop_assert_eq!(summed, stored);
        }
        for state in ledger.states.changed() {
            let plays = ledger.plays.changed().filter(|play| play.item == state.item);
            let plays: Vec<_> = plays.collect();
            let completions = plays.iter().filter(|play| play.completed).count();
            let expected = state.told.map_or(completions > 0, Told::is_watched);
            prop_assert_eq!(state.watched, expected);
            prop_assert_eq!(state.plays as usize, plays.len());
        }
    }
}
