//! What reports and imports note of what comes next of a series.

use super::support::*;
use crate::domain::watching::{Ledger, NextDay, PlaybackEvent};
use PlaybackEvent::{Pause, Start, Stop};

#[test]
fn a_watched_episode_moves_the_series_on_to_the_day_of_the_next() {
    let mut ledger = empty();
    let next_day = |ledger: &Ledger| watched_title(ledger, SERIES).next_day;
    let mut watch = |number, to, later: Option<u32>| {
        let play_ref = play_ref(episode(number), number.into());
        play(&mut ledger, &play_ref, &[(Start, 0.0, 0), (Stop, to, 3600)]);
        ledger.go_on(&play_ref, later.map(NextDay), now());
        next_day(&ledger)
    };

    let half = watch(1, 1800.0, Some(7));
    let first = watch(2, 3600.0, Some(20_500));
    let earlier = watch(3, 3600.0, Some(20_400));
    let next = watch(6, 3600.0, Some(20_600));
    let last = watch(4, 3600.0, None);
    let again = watch(5, 3600.0, Some(20_500));

    assert_eq!(half, Some(NextDay::EVER));
    assert_eq!(first, Some(NextDay(20_500)));
    // It may be the first of watching it again.
    assert_eq!(earlier, Some(NextDay::EVER));
    assert_eq!(next, Some(NextDay(20_600)));
    // Another one may have come meanwhile.
    assert_eq!(
        (last, again),
        (Some(NextDay::UNSURE), Some(NextDay::UNSURE))
    );
}

#[test]
fn a_finished_series_is_looked_at_when_it_is_watched_again() {
    let finished = || {
        let mut ledger = empty();
        let whole =
            [11_u64, 12].map(|number| watch(episode(number), number.cast_signed(), 1.0, None));
        import(&mut ledger, &whole);
        let [first, last] = whole.map(|watch| watch.play_ref());
        ledger.go_on(&first, Some(NextDay(20_001)), now());
        ledger.go_on(&last, None, now());
        let unsure = watched_title(&ledger, SERIES).stamp.revision;
        ledger.finish_series(last.title_key(), unsure, now());
        assert_eq!(watched_title(&ledger, SERIES).next_day, None);
        (reread(&ledger), first, last)
    };
    let next_day = |ledger: &Ledger| watched_title(ledger, SERIES).next_day;

    // The player of the last one still reports.
    let (mut ledger, _, last) = finished();
    ledger.go_on(&last, None, now());
    assert_eq!(next_day(&ledger), None);
    let again = watch(episode(12), 30, 1.0, None);
    import(&mut ledger, std::slice::from_ref(&again));
    ledger.go_on(&again.play_ref(), None, now());
    assert_eq!(next_day(&ledger), Some(NextDay::EVER));

    let (mut ledger, first, _) = finished();
    ledger.go_on(&first, Some(NextDay(20_001)), now());
    assert_eq!(next_day(&ledger), Some(NextDay::EVER));
    // What is reported late says nothing of the latest.
    ledger.go_on(&first, Some(NextDay(u32::MAX)), now());
    assert_eq!(next_day(&ledger), Some(NextDay::EVER));
}

#[test]
fn what_is_no_longer_watched_may_be_next_again() {
    let mut ledger = empty();
    let whole = watch(episode(11), 1, 1.0, None);
    import(&mut ledger, std::slice::from_ref(&whole));
    ledger.go_on(&whole.play_ref(), None, now());
    let unsure = watched_title(&ledger, SERIES).stamp.revision;
    ledger.finish_series(whole.play_ref().title_key(), unsure, now());
    let finished = watched_title(&ledger, SERIES);

    import(&mut ledger, &[watch(episode(11), 1, 0.3, None)]);

    assert_eq!(finished.next_day, None);
    let opened = watched_title(&ledger, SERIES);
    assert_eq!(opened.next_day, Some(NextDay::EVER));
}

#[test]
fn what_was_found_out_of_a_series_is_not_noted_over_news() {
    let mut ledger = empty();
    let evening = play_ref(episode(11), 1);
    play(&mut ledger, &evening, &[(Start, 0.0, 0)]);
    let seen = watched_title(&ledger, SERIES).stamp.revision;
    let key = evening.title_key();
    let mut ledger = reread(&ledger);
    play(&mut ledger, &evening, &[(Pause, 900.0, 900)]);

    let day = NextDay(20_500);
    ledger.settle_next_day(key, seen, day, now());
    let late = watched_title(&ledger, SERIES);
    ledger.settle_next_day(key, late.stamp.revision, day, now());

    assert_eq!(late.next_day, Some(NextDay::EVER));
    assert_eq!(watched_title(&ledger, SERIES).next_day, Some(day));
}

#[test]
fn a_series_is_finished_only_if_nothing_has_happened_since_it_was_not_sure() {
    let mut ledger = empty();
    let whole = watch(episode(11), 1, 1.0, None);
    let key = whole.play_ref().title_key();
    import(&mut ledger, std::slice::from_ref(&whole));
    let before = watched_title(&ledger, SERIES).stamp.revision;
    ledger.finish_series(key, before, now());
    let at_once = watched_title(&ledger, SERIES).next_day;
    let mut ledger = reread(&ledger);
    ledger.go_on(&whole.play_ref(), None, now());
    let unsure = watched_title(&ledger, SERIES).stamp.revision;

    ledger.finish_series(key, before, now());
    let of_before = watched_title(&ledger, SERIES).next_day;
    ledger.settle_next_day(key, unsure, NextDay::EVER, now());
    ledger.finish_series(key, unsure, now());
    let after_news = watched_title(&ledger, SERIES).next_day;
    ledger.go_on(&whole.play_ref(), None, now());
    ledger.finish_series(key, unsure, now());

    assert_eq!(at_once, Some(NextDay::EVER));
    assert_eq!(of_before, Some(NextDay::UNSURE));
    assert_eq!(after_news, Some(NextDay::EVER));
    assert_eq!(watched_title(&ledger, SERIES).next_day, None);
}
