//! Counting on a store: each viewing counts once, whoever counts, and whatever is done twice.

use std::sync::Arc;

use chrono::TimeDelta;
use reelgraph::adapters::memory::MemoryLeases;
use reelgraph::domain::clock::SystemClock;
use reelgraph::domain::ids::{EpisodeId, TitleId};
use reelgraph::domain::usage::{CountRound, Scope, UsageCounter, UsageStore};
use reelgraph::domain::watching::Viewing;
use uuid::Uuid;

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    two_servers_that_count_at_once_count_each_viewing_once,
    an_event_that_is_sent_again_counts_once,
    retention_is_what_was_watched,
);

/// A server that counts and asks nobody whether it may.
fn counter(store: &Arc<dyn UsageStore>) -> UsageCounter {
    let leases = Arc::new(MemoryLeases::new());
    UsageCounter::new(
        Arc::clone(store),
        leases,
        Arc::new(SystemClock),
        Uuid::from_u128(1),
    )
}

/// Counts until nothing waits; says how many viewings.
async fn count_all(counter: &UsageCounter) -> usize {
    let mut count = 0;
    loop {
        match counter.round().await.unwrap() {
            CountRound::More(some) | CountRound::Counted(some) => count += some,
            CountRound::Nothing => return count,
            CountRound::Elsewhere => panic!("nobody else has a lease"),
        }
    }
}

async fn two_servers_that_count_at_once_count_each_viewing_once(opened: &Opened) {
    let counters = [&opened.store, &opened.other].map(counter);
    let keeping = async {
        // New ones come while others are counted.
        for second in 0..200 {
            let viewer = u64::try_from(second % 10).unwrap();
            let film = u64::try_from(second % 3).unwrap();
            let viewings = vec![
                viewing(viewer, film, second),
                viewing(viewer + 100, film, second),
            ];
            let batch = reelgraph::domain::usage::WaitingBatch {
                id: Uuid::from_u128(u128::try_from(second).unwrap() << 64 | 7),
                at: at(second),
                viewings,
            };
            opened.store.keep_waiting(&batch).await.unwrap();
        }
    };

    let (here, there, ()) =
        futures::join!(count_all(&counters[0]), count_all(&counters[1]), keeping);
    let rest = count_all(&counters[0]).await;

    assert_eq!(here + there + rest, 400);
    assert_eq!(opened.waiting().await, []);
    let days = opened
        .store
        .days_between(Scope::Site, day(0), day(0))
        .await
        .unwrap();
    let site = &days[0].total;
    assert_eq!(site.seconds, 400.0 * 600.0);
    // Each of 20 viewers watches each of three films.
    assert_eq!((site.plays, site.viewers.count()), (60, 20));
    let films =
        opened
            .store
            .top_titles(reelgraph::domain::usage::Metric::Plays, day(0), day(0), 10);
    let films = films.await.unwrap();
    assert_eq!(
        films.iter().map(|film| film.seconds).sum::<f64>(),
        site.seconds
    );
    assert_eq!(films.iter().map(|film| film.views).sum::<u64>(), site.views);
}

async fn an_event_that_is_sent_again_counts_once(opened: &Opened) {
    let event = |id| Viewing {
        event: Some(id),
        ..viewing(1, 1, 0)
    };
    let counter = counter(&opened.store);
    opened.keep(0, vec![event(1), event(2), event(1)]).await;
    count_all(&counter).await;
    opened.keep(1, vec![event(2), event(3)]).await;
    count_all(&counter).await;

    let days = opened
        .store
        .days_between(Scope::Site, day(0), day(0))
        .await
        .unwrap();

    assert_eq!(days[0].total.seconds, 3.0 * 600.0);
    assert_eq!(days[0].total.plays, 1);
}

async fn retention_is_what_was_watched(opened: &Opened) {
    let counter = counter(&opened.store);
    let part = |viewer, from: f64, to: f64| Viewing {
        episode: Some(EpisodeId(5)),
        from,
        to,
        to_at: at(0) + TimeDelta::seconds(600),
        ..viewing(viewer, 900, 0)
    };
    opened
        .keep(0, vec![part(1, 0.0, 1800.0), part(2, 0.0, 900.0)])
        .await;
    count_all(&counter).await;
    opened
        .keep(1, vec![part(1, 0.0, 900.0), part(2, 900.0, 3600.0)])
        .await;
    count_all(&counter).await;

    let items = [Scope::Episode(EpisodeId(5)), Scope::Title(TitleId(900))];
    let curves = opened.store.curves(&items).await.unwrap();

    assert_eq!(curves.len(), 1, "of the episode alone");
    assert_eq!(curves[0].sittings, 2);
    let points = curves[0].points(4);
    let points: Vec<_> = points
        .iter()
        .map(|it| (it.second, it.viewers, it.replays))
        .collect();
    assert_eq!(
        points,
        [
            (0.0, 2.0, 1.0),
            (900.0, 2.0, 0.0),
            (1800.0, 1.0, 0.0),
            (2700.0, 1.0, 0.0)
        ]
    );
}
