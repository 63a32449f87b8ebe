//! The promises of the port of jobs of the site, sentence by sentence.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoDb, MongoSiteJobs};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteSiteJobs};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::SiteJobId;
use reelgraph::domain::page::{Direction, Window};
use reelgraph::domain::site_jobs::{
    CancelWish, CancelledBy, SiteJob, SiteJobFilter, SiteJobKind, SiteJobState, SiteJobStore,
    place_of,
};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    jobs_are_kept_whole_and_whoever_is_late_is_told,
    jobs_are_listed_by_their_start_and_filtered,
    jobs_that_are_silent_are_found,
    jobs_that_are_over_make_room,
);

struct Opened {
    store: Arc<dyn SiteJobStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = Arc<dyn SiteJobStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            Opened {
                store: Arc::new(SqliteSiteJobs::new(db)),
                _folder: Some(folder),
            }
        }
        Backend::mongo => {
            let db = MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap();
            let store = MongoSiteJobs::new(db);
            store.ensure_indexes().await.unwrap();
            Opened {
                store: Arc::new(store),
                _folder: None,
            }
        }
        other => unreachable!("jobs of the site are not kept in {other:?}"),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn job(id: u128, kind: SiteJobKind, seconds: i64) -> SiteJob {
    let reads = vec!["films.ndjson".to_owned()];
    SiteJob::begun(SiteJobId(Uuid::from_u128(id)), kind, reads, at(seconds))
}

fn over(job: SiteJob) -> SiteJob {
    SiteJob {
        state: SiteJobState::Done,
        ended_at: Some(job.started_at),
        ..job
    }
}

fn ids(jobs: &[SiteJob]) -> Vec<u128> {
    jobs.iter().map(|job| job.id.0.as_u128()).collect()
}

async fn all(store: &Opened, filter: SiteJobFilter) -> Vec<u128> {
    let page = store.list_site_jobs(filter, &Window::first(100)).await;
    ids(&page.unwrap().rows)
}

async fn jobs_are_kept_whole_and_whoever_is_late_is_told(store: &Opened) {
    let mut kept = job(1, SiteJobKind::Load, 0);
    kept.rest.insert("of_a_later_version".to_owned(), json!(7));
    let of_nobody = SiteJobId(Uuid::from_u128(9));

    store.put_site_job(&kept).await.unwrap();
    let twice = store.put_site_job(&kept).await;
    kept.revision = 2;
    kept.cancel = Some(CancelWish {
        by: CancelledBy::Curator,
        at: at(1),
    });
    store.put_site_job(&kept).await.unwrap();
    let late = store.put_site_job(&kept).await;
    let mut gone = job(9, SiteJobKind::Load, 0);
    gone.revision = 2;
    let of_none = store.put_site_job(&gone).await;

    for refused in [twice, late, of_none] {
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    let found = store.site_jobs(&[of_nobody, kept.id]).await.unwrap();
    assert_eq!(found, [kept.clone()]);
    store.remove_site_job(kept.id).await.unwrap();
    store.remove_site_job(kept.id).await.unwrap();
    assert_eq!(store.site_jobs(&[kept.id]).await.unwrap(), []);
}

async fn jobs_are_listed_by_their_start_and_filtered(store: &Opened) {
    let rows = [
        job(1, SiteJobKind::Load, 0),
        over(job(3, SiteJobKind::Scan, 5)),
        job(2, SiteJobKind::Scan, 5),
        over(job(4, SiteJobKind::Load, 9)),
    ];
    for row in &rows {
        store.put_site_job(row).await.unwrap();
    }
    let filter = |kind, state| SiteJobFilter { kind, state };

    assert_eq!(all(store, filter(None, None)).await, [4, 2, 3, 1]);
    let scans = filter(Some(SiteJobKind::Scan), None);
    assert_eq!(all(store, scans).await, [2, 3]);
    let running = filter(None, Some(SiteJobState::Running));
    assert_eq!(all(store, running).await, [2, 1]);
    let both = filter(Some(SiteJobKind::Scan), Some(SiteJobState::Done));
    assert_eq!(all(store, both).await, [3]);

    let first = Window::after(1, place_of(&rows[3]));
    let first = store.list_site_jobs(filter(None, None), &first).await;
    let first = first.unwrap();
    assert_eq!((ids(&first.rows), first.has_more), (vec![2], true));
    let next = Window::after(5, place_of(&rows[2]));
    let next = store.list_site_jobs(filter(None, None), &next).await;
    let next = next.unwrap();
    assert_eq!((ids(&next.rows), next.has_more), (vec![3, 1], false));
    let back = Window {
        direction: Direction::Backward,
        ..Window::after(2, place_of(&rows[0]))
    };
    let back = store.list_site_jobs(filter(None, None), &back).await;
    let back = back.unwrap();
    assert_eq!((ids(&back.rows), back.has_more), (vec![2, 3], true));
}

async fn jobs_that_are_silent_are_found(store: &Opened) {
    for row in [
        job(1, SiteJobKind::Load, 3),
        job(2, SiteJobKind::Load, 1),
        over(job(3, SiteJobKind::Load, 0)),
        job(4, SiteJobKind::Load, 7),
    ] {
        store.put_site_job(&row).await.unwrap();
    }

    let silent = store.silent_site_jobs(at(7), 10).await.unwrap();
    let one = store.silent_site_jobs(at(7), 1).await.unwrap();

    assert_eq!(ids(&silent), [2, 1]);
    assert_eq!(ids(&one), [2]);
}

async fn jobs_that_are_over_make_room(store: &Opened) {
    for row in [
        job(1, SiteJobKind::Load, 0),
        over(job(2, SiteJobKind::Load, 1)),
        over(job(3, SiteJobKind::Load, 2)),
        over(job(4, SiteJobKind::Load, 3)),
    ] {
        store.put_site_job(&row).await.unwrap();
    }

    assert_eq!(store.trim_site_jobs(4).await.unwrap(), 0);
    assert_eq!(store.trim_site_jobs(2).await.unwrap(), 2);

    assert_eq!(all(store, SiteJobFilter::default()).await, [4, 1]);
    // What runs stays, also if there is more of it.
    assert_eq!(store.trim_site_jobs(0).await.unwrap(), 1);
    assert_eq!(all(store, SiteJobFilter::default()).await, [1]);
}
