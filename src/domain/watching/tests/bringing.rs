//! What an import brings, and what is left when it is undone.

use PlaybackEvent::{Start, Stop};

use super::support::*;
use crate::domain::ids::TitleId;
use crate::domain::watching::{
    Brought, Deleted, ImportedWatch, Ledger, PlaybackEvent, Said, Teller, Told, WatchRules,
    WatchedItem,
};

const HEAT: TitleId = TitleId(1);

fn bring(ledger: &mut Ledger, watches: &[ImportedWatch]) {
    for watch in watches {
        ledger
            .bring(&WatchRules::default(), &watch.play_ref(), watch, now())
            .unwrap();
    }
}

fn brought(watches: &[ImportedWatch]) -> Brought {
    let plays = watches.iter().map(|watch| watch.play_ref().play);
    Brought {
        plays: plays.collect(),
        ..Brought::of(watches[0].title)
    }
}

fn take_back(ledger: &mut Ledger, brought: &Brought) {
    ledger.take_back(&WatchRules::default(), PROFILE, brought, now());
}

fn tell(ledger: &mut Ledger, item: WatchedItem, said: Said) {
    ledger.tell(
        &WatchRules::default(),
        (PROFILE, HEAT),
        &[item],
        said,
        at(5),
    );
}

/// What is kept of an item and its title, without what says how often it was written.
fn outcome(ledger: &Ledger) -> String {
    let state = ledger.state(&play_ref(FILM, 0));
    let state = state.map(|it| (it.plays, it.completions, it.watched, it.seconds.to_bits()));
    let title = ledger.watched_titles.get((PROFILE, HEAT));
    let title = title.map(|it| (it.plays, it.weight.to_bits(), it.first_at, it.last_at));
    format!("{state:?} {title:?}")
}

#[test]
fn an_import_that_is_undone_leaves_what_was_played_and_may_come_again() {
    let day = now().date_naive();
    let mut watches = [watch(FILM, 1, 1.0, None), watch(FILM, 2, 1.0, None)];
    watches[1].day = Some(day);
    let mut ledger = empty();
    let own = play_ref(FILM, 1);
    play(&mut ledger, &own, &[(Start, 0.0, 0), (Stop, 3600.0, 3600)]);
    let before = outcome(&ledger);

    bring(&mut ledger, &watches);
    bring(&mut ledger, &watches);

    let after = outcome(&ledger);
    assert_eq!(state(&ledger, FILM).plays, 3);
    let name = watches[1].play_ref().play_key();
    assert_eq!(ledger.plays.get(name).unwrap().day, Some(day));

    take_back(&mut ledger, &brought(&watches));
    let undone = ledger.clone();
    take_back(&mut ledger, &brought(&watches));

    assert_eq!(ledger, undone);
    assert_eq!(outcome(&ledger), before);
    assert!(!ledger.plays.get(own.play_key()).unwrap().is_deleted());
    let name = ledger.plays.get(name).unwrap();
    assert!(name.is_undone());
    assert_eq!(name.day, None);

    bring(&mut ledger, &watches);
    assert_eq!(outcome(&ledger), after);
}

#[test]
fn what_the_viewer_deleted_no_import_brings_back() {
    let watches = [watch(FILM, 1, 1.0, None)];
    let mut ledger = empty();
    bring(&mut ledger, &watches);
    ledger.delete(
        &WatchRules::default(),
        (PROFILE, HEAT),
        Deleted::Plays,
        now(),
    );
    let deleted = ledger.clone();

    bring(&mut ledger, &watches);
    take_back(&mut ledger, &brought(&watches));
    bring(&mut ledger, &watches);

    assert_eq!(ledger, deleted);
    assert_eq!(ledger.state(&play_ref(FILM, 0)), None);
}

#[test]
fn a_list_that_is_loaded_does_not_bring_back_what_was_undone() {
    let watches = [watch(FILM, 1, 1.0, None)];
    let mut ledger = empty();
    bring(&mut ledger, &watches);
    take_back(&mut ledger, &brought(&watches));
    let undone = ledger.clone();

    import(&mut ledger, &watches);

    assert_eq!(ledger, undone);
}

#[test]
fn marks_and_thumbs_go_unless_the_viewer_said_otherwise() {
    let all = Brought {
        items: vec![FILM],
        liked: Some(true),
        ..Brought::of(HEAT)
    };
    let mut ledger = empty();
    tell(&mut ledger, FILM, Said::Watched { at: None });
    rate(&mut ledger, HEAT, Some(true), 6);
    let mut otherwise = ledger.clone();

    take_back(&mut ledger, &all);

    assert_eq!(ledger.state(&play_ref(FILM, 0)), None);
    let title = watched_title(&ledger, HEAT);
    assert_eq!((title.told, title.liked), (0, None));
    assert!(!title.shapes_taste());

    // What they say by hand as well is theirs.
    let mut as_well = otherwise.clone();
    let (rules, key) = (WatchRules::default(), (PROFILE, HEAT));
    let said = Said::Watched { at: None };
    as_well.tell_by(Teller::Viewer, &rules, key, &[FILM], said, at(8));
    take_back(&mut as_well, &all);
    let theirs = Told::Watched {
        said_at: at(5),
        at: None,
        by: Teller::Viewer,
    };
    assert_eq!(state(&as_well, FILM).told, Some(theirs));
    tell(&mut otherwise, FILM, Said::Watched { at: Some(at(1)) });
    rate(&mut otherwise, HEAT, Some(false), 7);
    let before = otherwise.clone();
    take_back(&mut otherwise, &all);
    assert_eq!(otherwise, before);
    let told = state(&otherwise, FILM).told;
    assert!(
        matches!(told, Some(Told::Watched { at: Some(_), .. })),
        "{told:?}"
    );
}
