//! Of what waits in the watch log so much is read at once, however much it is, and all of it is folded.

use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::PlaybackEvent::Progress;
use reelgraph::domain::watching::{Batch, Cause, Entry, Lengths, Origin, TAILS, WatchLog};
use uuid::Uuid;

use super::log::servers;
use super::support::*;

on_every_backend!(open on [sqlite, mongo]: a_long_tail_is_read_and_folded_page_by_page);

/// More than two pages, and no whole number of them.
const ENTRIES: u64 = 2 * TAILS as u64 + 300;
/// How many of them are appended together: fewer than are read of a stream at once.
const TOGETHER: usize = 460;

/// Somebody goes on with a film, a second with each entry.
fn entry(profile: ProfileId, sequence: u64) -> Entry {
    let second = u16::try_from(sequence).unwrap();
    let at = at(i64::from(second) * 1000);
    Entry {
        profile,
        sequence,
        at,
        causes: vec![Cause::Report {
            play: play_ref(profile, film(1), 1),
            report: a_report(Progress, f64::from(second), at),
            lengths: Lengths::new(Some(3600), None),
            going_on: Vec::new(),
            origin: Origin::default(),
            pause: None,
        }],
    }
}

async fn append(log: &dyn WatchLog, number: u64, entries: Vec<Entry>) {
    let batch = Batch {
        stream: Uuid::from_u128(1),
        number,
        entries,
    };
    log.append(&batch).await.unwrap();
}

async fn a_long_tail_is_read_and_folded_page_by_page(opened: &Opened) {
    use reelgraph::domain::watching::HistoryStore;
    let [here, _] = servers(opened);
    let log: &dyn WatchLog = &*opened.store;
    let nobody = ProfileId(3);
    for (number, first) in (1..).zip((1..=ENTRIES).step_by(TOGETHER)) {
        let last = ENTRIES.min(first + TOGETHER as u64 - 1);
        let entries = (first..=last).map(|sequence| entry(ANN, sequence));
        append(log, number, entries.collect()).await;
    }
    append(log, ENTRIES, vec![entry(BEN, 1)]).await;

    let alone = log.tails(&[ANN]).await.unwrap();
    let together = log.tails(&[nobody, BEN, ANN]).await.unwrap();
    let read = here.history.states(ANN, &[film(1)]).await.unwrap();
    let after = log.tails(&[ANN, BEN]).await.unwrap();

    let of = |tail: &[Entry]| tail.iter().map(|one| one.sequence).collect::<Vec<_>>();
    assert!(of(&alone[0].waiting).into_iter().eq(1..=TAILS as u64));
    assert_eq!(of(&together[0].waiting), [0; 0]);
    assert_eq!(of(&together[1].waiting), [1]);
    let share = TAILS as u64 / 3;
    assert!(of(&together[2].waiting).into_iter().eq(1..=share));
    assert_eq!(read[0].position, 2300.0);
    assert_eq!((read[0].plays, read[0].seconds), (1, 2299.0));
    assert_eq!((after[0].folded, after[0].waiting.len()), (ENTRIES, 0));
    assert_eq!((after[1].folded, after[1].waiting.len()), (0, 1));
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await.seconds, 2299.0);
}
