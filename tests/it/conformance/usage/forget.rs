//! What is remembered of sittings goes: with its time, and with its viewer.

use reelgraph::domain::ids::ProfileId;
use reelgraph::domain::usage::{Counted, Scope, Sitting};
use reelgraph::domain::watching::SittingId;

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    sittings_that_were_written_before_a_moment_are_forgotten,
    a_viewer_is_erased_and_nobody_else,
);

async fn left(opened: &Opened, sittings: &[Sitting]) -> usize {
    let ids: Vec<SittingId> = sittings.iter().map(|sitting| sitting.id).collect();
    opened.store.sittings(&ids).await.unwrap().len()
}

async fn sittings_that_were_written_before_a_moment_are_forgotten(opened: &Opened) {
    // More than go at once.
    let old = (0..2500).map(|play| sitting(sitting_id(1, play), at(999)));
    let old: Vec<Sitting> = old.collect();
    let new: Vec<Sitting> = vec![
        sitting(sitting_id(1, 9001), at(1000)),
        sitting(sitting_id(2, 9002), at(5000)),
    ];
    let counted = Counted {
        sittings: [&old[..], &new[..]].concat(),
        ..Counted::default()
    };
    opened.commit(&counted).await;

    let mut forgotten = 0;
    loop {
        match opened.store.forget_sittings(at(1000)).await.unwrap() {
            0 => break,
            some => forgotten += some,
        }
    }

    assert_eq!(forgotten, 2500);
    assert_eq!(left(opened, &old).await, 0);
    assert_eq!(left(opened, &new).await, 2);
}

async fn a_viewer_is_erased_and_nobody_else(opened: &Opened) {
    let of = |viewer| -> Vec<Sitting> {
        let plays = 0..1500;
        plays
            .map(|play| sitting(sitting_id(viewer, play), at(0)))
            .collect()
    };
    // The hash of one of them lies before that of another, and of another behind it, whichever they are.
    let viewers = [1, 2, 3, 4, 5];
    let day_of_site = usage_day(Scope::Site, day(0), (2, 2, 60.0));
    let counted = Counted {
        sittings: viewers.into_iter().flat_map(of).collect(),
        ..of_days(vec![day_of_site.clone()])
    };
    opened.commit(&counted).await;

    let gone = SittingId::viewer(ProfileId(3));
    opened.store.erase_viewer(gone).await.unwrap();
    opened.store.erase_viewer(gone).await.unwrap();

    for viewer in viewers {
        let expected = if viewer == 3 { 0 } else { 1500 };
        assert_eq!(left(opened, &of(viewer)).await, expected, "{viewer}");
    }
    let days = opened.store.days(&[(Scope::Site, day(0))]).await.unwrap();
    assert_eq!(days, [day_of_site]);
}
