//! How much waits for projection, as both records tell it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reelgraph::adapters::mongo::{MongoBacklog, MongoDb};
use reelgraph::adapters::sqlite::{SqliteBacklog, SqliteDb};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::ProfileId;
use reelgraph::domain::recommend::{Backlog, BacklogStore, Waiting};
use reelgraph::domain::watching::WatchStore;

use crate::support::program::{On, Program};
use crate::support::servers::PATIENT;
use crate::support::stores;

const FILMS: &str = r#"{"slug": "heat-1995", "title": "Heat", "runtime_minutes": 170}
{"slug": "casino-1995", "title": "Casino", "runtime_minutes": 178}
{"slug": "alien-1979", "title": "Alien", "runtime_minutes": 117}"#;
const WATCHES: &str = r#"{"viewer": "ada", "title": "heat-1995", "at": "2026-01-01T20:00:00Z", "completion": 1.0}
{"viewer": "ada", "title": "alien-1979", "at": "2026-01-02T20:00:00Z", "completion": 1.0}"#;

async fn store(program: &Program, on: On) -> Arc<dyn BacklogStore> {
    match on {
        On::Embedded => {
            let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
            Arc::new(SqliteBacklog::new(db))
        }
        On::Servers => {
            let uri = program.variable("MONGODB_URI").into();
            Arc::new(MongoBacklog::new(
                MongoDb::open(&uri, PATIENT).await.unwrap(),
            ))
        }
    }
}

async fn load(program: &Program, name: &str, records: &str) {
    let path = program.data().join(name);
    std::fs::write(&path, records).unwrap();
    program.expect(&["load", path.to_str().unwrap()]).await;
}

/// How many wait, and that the first of them was written in that time.
fn documents(waiting: Waiting, (from, until): (DateTime<Utc>, DateTime<Utc>)) -> u64 {
    let since = waiting.since.expect("something waits");
    assert!(from <= since && since <= until, "{from} {since} {until}");
    assert!(waiting.first > 0);
    waiting.documents
}

async fn what_is_written_waits_until_it_is_projected(on: On) {
    let program = Program::new(on).await;
    let from = SystemClock.now();
    load(&program, "films.ndjson", FILMS).await;
    load(&program, "watches.ndjson", WATCHES).await;
    let until = SystemClock.now();
    let backlog = store(&program, on).await;

    let written = backlog.backlog().await.unwrap();
    program.expect(&["graph", "drain"]).await;
    let projected = backlog.backlog().await.unwrap();
    let watching = stores::open(&program, on).await.watching;
    let viewers = watching.watched_titles_after(None, 1).await.unwrap();
    erase(&*watching, viewers[0].profile).await;
    let erased = backlog.backlog().await.unwrap();

    assert_eq!(documents(written.titles, (from, until)), 3);
    assert_eq!(documents(written.watches, (from, until)), 2);
    assert_eq!(written.departures, Waiting::default());
    assert_eq!(projected, Backlog::default());
    assert_eq!(erased.departures.documents, 2);
    assert!(erased.departures.since.is_some_and(|since| since >= from));
    assert_eq!((erased.titles, erased.watches), Default::default());
}

async fn erase(watching: &dyn WatchStore, profile: ProfileId) {
    watching.erase_profile(profile).await.unwrap();
}

#[tokio::test]
async fn what_is_written_waits_until_it_is_projected_embedded() {
    what_is_written_waits_until_it_is_projected(On::Embedded).await;
}

#[tokio::test]
async fn what_is_written_waits_until_it_is_projected_on_the_servers() {
    what_is_written_waits_until_it_is_projected(On::Servers).await;
}
