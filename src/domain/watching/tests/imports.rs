//! What was watched elsewhere.

use super::support::*;
use crate::domain::ids::TitleId;
use crate::domain::watching::WatchedItem;

#[test]
fn an_import_that_is_repeated_changes_nothing() {
    let watches = [
        watch(FILM, 1, 1.0, Some(true)),
        watch(FILM, 9, 0.3, None),
        watch(episode(11), 3, 1.0, None),
        watch(episode(12), 4, 0.95, Some(false)),
        watch(WatchedItem::Series(SERIES), 2, 1.0, Some(true)),
    ];
    let mut ledger = empty();
    import(&mut ledger, &watches);
    let stored = reread(&ledger);

    let mut again = stored.clone();
    import(&mut again, &watches);

    assert_eq!(again, stored);
    assert_eq!(resume(&again, FILM), (1080.0, 30.0, true));
    assert_eq!(watched_title(&again, TitleId(1)).liked, Some(true));
    assert_eq!(watched_title(&again, SERIES).liked, Some(false));
}

#[test]
fn an_import_of_another_completion_adjusts() {
    let mut ledger = empty();
    import(&mut ledger, &[watch(FILM, 1, 1.0, None)]);
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));

    import(&mut ledger, &[watch(FILM, 1, 0.5, None)]);

    assert_eq!(resume(&ledger, FILM), (1800.0, 50.0, false));
    let state = state(&ledger, FILM);
    assert_eq!(
        (state.plays, state.completions, state.seconds),
        (1, 0, 1800.0)
    );
    let watched_title = watched_title(&ledger, TitleId(1));
    assert_eq!(
        (
            watched_title.plays,
            watched_title.completions,
            watched_title.seconds
        ),
        (1, 0, 1800.0)
    );
    assert!((watched_title.weight / weight(0.5, 86_400) - 1.0).abs() < 1e-12);
    assert_eq!(watched_title.stamp.revision, 2);
}

#[test]
fn an_import_of_another_opinion_changes_only_the_watched_title() {
    let mut ledger = empty();
    import(&mut ledger, &[watch(FILM, 1, 1.0, Some(true))]);
    let mut ledger = reread(&ledger);

    import(&mut ledger, &[watch(FILM, 1, 1.0, Some(false))]);

    assert_eq!(ledger.plays.changed().count(), 0);
    assert_eq!(ledger.states.changed().count(), 0);
    assert_eq!(watched_title(&ledger, TitleId(1)).liked, Some(false));
}
