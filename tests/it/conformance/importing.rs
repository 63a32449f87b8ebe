//! The promises of the ports of imports and of jobs, sentence by sentence.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoDb, MongoImporting, MongoWatching};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteImports, SqliteJobs, SqliteWatching};
use reelgraph::domain::ids::{ImportId, JobId, PlayId, ProfileId, TitleId};
use reelgraph::domain::importing::{
    Does, Effect, Import, ImportFormat, ImportRow, ImportState, ImportStore, Merged, RowState,
    place_of_row,
};
use reelgraph::domain::page::{Direction, Window};
use reelgraph::domain::watching::WatchStore;
use reelgraph::domain::working::{Job, JobKind, JobState, JobStore};
use serde_json::{Map, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::Backend;
use crate::support::servers::{self, PATIENT};

const ANN: ProfileId = ProfileId(1);
const BEN: ProfileId = ProfileId(2);

on_every_backend!(open on [sqlite, mongo]:
    imports_are_kept_by_profile_and_go_with_their_rows,
    rows_are_read_in_order_by_state_and_counted,
    what_rows_brought_is_found_by_its_key,
    jobs_are_kept_until_they_are_long_over,
    nothing_is_kept_of_whoever_is_erased,
);

struct Opened {
    imports: Arc<dyn ImportStore>,
    jobs: Arc<dyn JobStore>,
    watching: Arc<dyn WatchStore>,
    _folder: Option<TempDir>,
}

async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            Opened {
                imports: Arc::new(SqliteImports::new(db.clone())),
                jobs: Arc::new(SqliteJobs::new(db.clone())),
                watching: Arc::new(SqliteWatching::new(db)),
                _folder: Some(folder),
            }
        }
        Backend::mongo => {
            let db = MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap();
            let store = MongoImporting::new(db.clone());
            store.ensure_indexes().await.unwrap();
            let watching = MongoWatching::new(db);
            watching.ensure_indexes().await.unwrap();
            Opened {
                imports: Arc::new(store.clone()),
                jobs: Arc::new(store),
                watching: Arc::new(watching),
                _folder: None,
            }
        }
        other => unreachable!("imports are not kept in {other:?}"),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn import(number: u128, profile: ProfileId) -> Import {
    let mut rest = Map::new();
    rest.insert("of_a_later_version".to_owned(), json!([1]));
    Import {
        id: ImportId(Uuid::from_u128(number)),
        profile,
        name: "diary.csv".to_owned(),
        format: ImportFormat::Letterboxd,
        notes: Vec::new(),
        state: ImportState::Preview,
        rows: 3,
        done_to: 0,
        job: None,
        audience: None,
        created_at: at(i64::try_from(number).unwrap()),
        rest,
    }
}

fn row(import: &Import, number: u32, state: RowState) -> ImportRow {
    ImportRow {
        import: import.id,
        profile: import.profile,
        number,
        file: "diary.csv".to_owned(),
        line: number + 1,
        text: format!("Film {number}"),
        said: None,
        state,
        reason: None,
        found: None,
        candidates: Vec::new(),
        effect: None,
        merged: None,
        rest: Map::new(),
    }
}

fn brings(row: ImportRow, play: u128, is_own: bool) -> ImportRow {
    let does = Does::Play {
        // Beyond what a float can tell apart.
        title: TitleId((1 << 62) + 1),
        play: PlayId(Uuid::from_u128(play)),
    };
    let effect = Some(Effect { does, is_own });
    ImportRow { effect, ..row }
}

async fn imports_are_kept_by_profile_and_go_with_their_rows(opened: &Opened) {
    let store = &opened.imports;
    let (first, second, other) = (import(1, ANN), import(2, ANN), import(3, BEN));
    for one in [&first, &second, &other] {
        assert!(store.put_import(one).await.unwrap());
    }
    let done = Import {
        state: ImportState::Done,
        ..first.clone()
    };
    assert!(store.put_import(&done).await.unwrap());
    let rows = [row(&done, 1, RowState::Matched)];
    assert!(store.put_rows(ANN, &rows).await.unwrap());

    assert_eq!(
        store.find_import(first.id).await.unwrap(),
        Some(done.clone())
    );
    let mine = store.imports(ANN).await.unwrap();
    assert_eq!(mine, [second.clone(), done.clone()]);
    let third = import(4, BEN);
    assert!(store.put_import(&third).await.unwrap());
    let old = store.previews_before(at(4), 9).await.unwrap();
    assert_eq!(old, [second.clone(), other.clone()]);
    let oldest = store.previews_before(at(4), 1).await.unwrap();
    assert_eq!(oldest, [second]);

    for _ in 0..2 {
        store.remove_import(done.id).await.unwrap();
        assert_eq!(store.find_import(done.id).await.unwrap(), None);
        assert_eq!(store.rows(done.id, &[], 0, 9).await.unwrap(), []);
    }
    assert_eq!(store.imports(BEN).await.unwrap(), [third, other]);
}

async fn rows_are_read_in_order_by_state_and_counted(opened: &Opened) {
    let store = &opened.imports;
    let (mine, other) = (import(1, ANN), import(2, ANN));
    let rows = [
        row(&mine, 3, RowState::Unmatched),
        row(&mine, 1, RowState::Matched),
        row(&mine, 2, RowState::Ambiguous),
        row(&other, 1, RowState::Matched),
    ];
    assert!(store.put_rows(ANN, &rows).await.unwrap());
    let changed = row(&mine, 2, RowState::Matched);
    assert!(
        store
            .put_rows(ANN, std::slice::from_ref(&changed))
            .await
            .unwrap()
    );

    let [third, first, ..] = rows;
    let all = store.rows(mine.id, &[], 0, 9).await.unwrap();
    assert_eq!(all, [first, changed.clone(), third.clone()]);
    let matched = store
        .rows(mine.id, &[RowState::Matched], 1, 9)
        .await
        .unwrap();
    assert_eq!(matched, std::slice::from_ref(&changed));
    let two = [RowState::Matched, RowState::Unmatched];
    let next = store.rows(mine.id, &two, 1, 1).await.unwrap();
    assert_eq!(next, std::slice::from_ref(&changed));
    assert_eq!(store.rows(mine.id, &two, 2, 9).await.unwrap(), [third]);
    let [first, _, third] = <[ImportRow; 3]>::try_from(all).unwrap();
    let page = async |states: &[RowState], window: Window| {
        let page = store.list_rows(mine.id, states, &window).await.unwrap();
        (page.rows, page.has_more)
    };
    let before = |start: Option<&ImportRow>| Window {
        limit: 1,
        start: start.map(place_of_row),
        direction: Direction::Backward,
    };
    let of_two = page(&[], Window::first(2)).await;
    assert_eq!(of_two, (vec![first.clone(), changed.clone()], true));
    let rest = page(&[], Window::after(2, place_of_row(&changed))).await;
    assert_eq!(rest, (vec![third.clone()], false));
    assert_eq!(page(&[], before(None)).await, (vec![third.clone()], true));
    let middle = page(&[], before(Some(&third))).await;
    assert_eq!(middle, (vec![changed.clone()], true));
    let beginning = page(&two, before(Some(&changed))).await;
    assert_eq!(beginning, (vec![first.clone()], false));
    let nothing = page(&[], before(Some(&first))).await;
    assert_eq!(nothing, (vec![], false));
    let unmatched = page(&[RowState::Unmatched], before(None)).await;
    assert_eq!(unmatched, (vec![third], false));
    let mut counted = store.count_rows(mine.id).await.unwrap();
    counted.retain(|(_, rows)| *rows > 0);
    counted.sort_unstable();
    assert_eq!(counted, [(RowState::Matched, 2), (RowState::Unmatched, 1)]);
}

async fn what_rows_brought_is_found_by_its_key(opened: &Opened) {
    let store = &opened.imports;
    let (first, second, other) = (import(1, ANN), import(2, ANN), import(3, BEN));
    let of = |import, number, play, own| brings(row(import, number, RowState::Matched), play, own);
    let kept = [
        of(&first, 1, 7, true),
        of(&first, 2, 7, true),
        of(&first, 3, 8, true),
    ];
    assert!(store.put_rows(ANN, &kept).await.unwrap());
    let others = [of(&second, 1, 7, true), of(&second, 2, 9, false)];
    assert!(store.put_rows(ANN, &others).await.unwrap());
    assert!(
        store
            .put_rows(BEN, &[of(&other, 1, 7, true)])
            .await
            .unwrap()
    );
    let keys = [7_u128, 8, 9].map(|play| format!("play {}", Uuid::from_u128(play)));

    let mut claims = store.claims(ANN, &keys).await.unwrap();

    claims.sort_unstable();
    let expected = [
        (keys[0].clone(), first.id),
        (keys[0].clone(), second.id),
        (keys[1].clone(), first.id),
    ];
    assert_eq!(claims, expected);
    let back = store.rows(first.id, &[], 2, 1).await.unwrap();
    assert_eq!(back, [kept[2].clone()]);
    let merged = |row: &ImportRow, name: u128| ImportRow {
        merged: Some(Merged {
            name: PlayId(Uuid::from_u128(name)),
            play: PlayId(Uuid::from_u128(7)),
        }),
        ..row.clone()
    };
    let (third, foreign) = (
        merged(&kept[2], 20),
        merged(&row(&other, 2, RowState::Matched), 20),
    );
    let same = [third.clone(), merged(&kept[1], 21)];
    assert!(store.put_rows(ANN, &same).await.unwrap());
    assert!(store.put_rows(BEN, &[foreign]).await.unwrap());
    let names = [20, 22].map(|name| PlayId(Uuid::from_u128(name)));
    let found = store.rows_merged(ANN, &names, 9).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&third));
    assert!(store.put_rows(ANN, &kept).await.unwrap());
    assert_eq!(store.rows_merged(ANN, &names, 9).await.unwrap(), []);
    // What is there otherwise, too, is found by another key.
    let beside = others[1].effect.as_ref().unwrap().key();
    let asked = [keys[0].clone(), keys[2].clone(), beside];
    let mut rows = kept[..2].to_vec();
    rows.extend(others);
    let found = store.rows_that_bring(ANN, &asked, 9).await.unwrap();
    assert_eq!(found, rows);
    let found = store.rows_that_bring(ANN, &asked, 3).await.unwrap();
    assert_eq!(found, rows[..3]);
    let gone = row(&first, 3, RowState::Matched);
    assert!(store.put_rows(ANN, &[gone]).await.unwrap());
    assert_eq!(store.claims(ANN, &keys[1..]).await.unwrap(), []);
}

fn job(number: u128, profile: ProfileId) -> Job {
    let kind = JobKind::Import {
        import: ImportId(Uuid::from_u128(number)),
    };
    let queued_at = at(i64::try_from(number).unwrap());
    Job::queued(JobId(Uuid::from_u128(number)), profile, kind, queued_at)
}

async fn jobs_are_kept_until_they_are_long_over(opened: &Opened) {
    let store = &opened.jobs;
    let (first, second, other) = (job(1, ANN), job(2, ANN), job(3, BEN));
    for one in [&other, &second, &first] {
        assert!(store.put_job(one).await.unwrap());
    }
    let open = store.open_jobs(None, 2).await.unwrap();
    assert_eq!(open, [first.clone(), second.clone()]);
    let twin = Job {
        queued_at: second.queued_at,
        ..job(4, BEN)
    };
    assert!(store.put_job(&twin).await.unwrap());
    let after = Some((second.queued_at, second.id));
    let behind = store.open_jobs(after, 9).await.unwrap();
    assert_eq!(behind, [twin.clone(), other.clone()]);
    let after = Some((other.queued_at, other.id));
    assert_eq!(store.open_jobs(after, 9).await.unwrap(), []);
    // One that is over by now still says what comes after it.
    let over = Job {
        state: JobState::Failed,
        finished_at: Some(at(9)),
        ..twin
    };
    assert!(store.put_job(&over).await.unwrap());
    let after = Some((over.queued_at, over.id));
    let behind = store.open_jobs(after, 9).await.unwrap();
    assert_eq!(behind, std::slice::from_ref(&other));
    store.erase_jobs(BEN).await.unwrap();
    assert!(store.put_job(&other).await.unwrap());

    let over = Job {
        state: JobState::Succeeded,
        finished_at: Some(at(9)),
        progress: 1.0,
        ..first
    };
    assert!(store.put_job(&over).await.unwrap());

    assert_eq!(store.find_job(over.id).await.unwrap(), Some(over.clone()));
    assert_eq!(
        store.open_jobs(None, 9).await.unwrap(),
        [second.clone(), other]
    );
    assert_eq!(
        store.jobs(ANN, 9).await.unwrap(),
        [second.clone(), over.clone()]
    );
    assert_eq!(store.remove_jobs_before(at(1)).await.unwrap(), 0);
    assert_eq!(store.remove_jobs_before(at(9)).await.unwrap(), 1);
    assert_eq!(store.jobs(ANN, 9).await.unwrap(), [second]);
}

async fn nothing_is_kept_of_whoever_is_erased(opened: &Opened) {
    let (mine, other) = (import(1, ANN), import(2, BEN));
    for one in [&mine, &other] {
        assert!(opened.imports.put_import(one).await.unwrap());
        let rows = [row(one, 1, RowState::Matched)];
        assert!(opened.imports.put_rows(one.profile, &rows).await.unwrap());
        let number = one.id.0.as_u128();
        assert!(
            opened
                .jobs
                .put_job(&job(number, one.profile))
                .await
                .unwrap()
        );
    }

    opened.watching.erase_profile(ANN).await.unwrap();
    opened.imports.erase_imports(ANN).await.unwrap();
    opened.jobs.erase_jobs(ANN).await.unwrap();

    assert!(!opened.imports.put_import(&mine).await.unwrap());
    let rows = [row(&mine, 1, RowState::Matched)];
    assert!(!opened.imports.put_rows(ANN, &rows).await.unwrap());
    assert!(!opened.jobs.put_job(&job(1, ANN)).await.unwrap());
    assert_eq!(opened.imports.imports(ANN).await.unwrap(), []);
    assert_eq!(opened.imports.rows(mine.id, &[], 0, 9).await.unwrap(), []);
    assert_eq!(opened.jobs.jobs(ANN, 9).await.unwrap(), []);
    assert_eq!(
        opened.imports.imports(BEN).await.unwrap(),
        std::slice::from_ref(&other)
    );
    assert_eq!(
        opened
            .imports
            .rows(other.id, &[], 0, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(opened.jobs.jobs(BEN, 9).await.unwrap().len(), 1);
}
