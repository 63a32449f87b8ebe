//! The port of jobs of the site on SQLite; what each method promises is documented at the port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::columns::{Json, TableRecord, Time, limit as rows, read, record};
use super::db::{SqliteDb, store_error};
use super::statements::{fill, insert, readable, update, write};
use crate::domain::error::StoreError;
use crate::domain::ids::SiteJobId;
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};
use crate::domain::site_jobs::{SiteJob, SiteJobFilter, SiteJobState, SiteJobStore};

/// What jobs are called that cannot be read.
const SITE_JOBS: &str = "site_jobs";

record! {
    struct SiteJobRow in site_jobs by (id: [u8; 16]) {
        kind: String,
        state: String,
        started_at: Time,
        updated_at: Time,
        revision: i64,
        body: Json<SiteJob>,
    }
}

impl From<&SiteJob> for SiteJobRow {
    fn from(job: &SiteJob) -> Self {
        Self {
            id: job.id.0.into_bytes(),
            kind: job.kind.as_str().to_owned(),
            state: job.state.as_str().to_owned(),
            started_at: Time(job.started_at),
            updated_at: Time(job.updated_at),
            revision: job.revision.cast_signed(),
            body: Json(job.clone()),
        }
    }
}

impl From<SiteJobRow> for SiteJob {
    fn from(row: SiteJobRow) -> Self {
        row.body.0
    }
}

/// The jobs of the site in a database.
#[derive(Clone)]
pub struct SqliteSiteJobs {
    db: SqliteDb,
}

impl SqliteSiteJobs {
    /// The jobs of the site in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl SiteJobStore for SqliteSiteJobs {
    async fn put_site_job(&self, job: &SiteJob) -> Result<(), StoreError> {
        let row = SiteJobRow::from(job);
        self.db
            .write(move |connection: &Connection| {
                if row.revision == 1 {
                    insert(connection, &row)
                } else {
                    update(connection, &row)
                }
            })
            .await
    }

    async fn site_jobs(&self, ids: &[SiteJobId]) -> Result<Vec<SiteJob>, StoreError> {
        let sql = format!("{} WHERE id = ?1", SiteJobRow::SELECT);
        let ids: Vec<[u8; 16]> = ids.iter().map(|id| id.0.into_bytes()).collect();
        self.db
            .read(move |connection| {
                let mut found = Vec::new();
                for id in ids {
                    let read = read::<SiteJobRow, _>;
                    found.extend(readable(connection, SITE_JOBS, &sql, [id], read)?.0);
                }
                Ok(found)
            })
            .await
    }

    async fn list_site_jobs(
        &self,
        filter: SiteJobFilter,
        window: &Window,
    ) -> Result<Slice<SiteJob>, StoreError> {
        let (sql, parameters) = page_of(filter, window)?;
        let window = window.clone();
        self.db
            .read(move |connection| {
                // One more than is wanted tells whether there are more.
                let wanted = window.limit.saturating_add(1);
                let found = fill(wanted, |wanted, seen| {
                    let page = [wanted, seen].map(|number| Value::from(rows(number)));
                    let parameters = params_from_iter(parameters.iter().cloned().chain(page));
                    let read = read::<SiteJobRow, _>;
                    readable(connection, SITE_JOBS, &sql, parameters, read)
                })?;
                Ok(Slice::from_overfetched(found, &window))
            })
            .await
    }

    async fn silent_site_jobs(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<SiteJob>, StoreError> {
        let sql = format!(
            "{} WHERE state = ?1 AND updated_at < ?2 ORDER BY updated_at, id LIMIT ?3",
            SiteJobRow::SELECT
        );
        let key = (SiteJobState::Running.as_str(), Time(since), rows(limit));
        self.db
            .read(move |connection| {
                let read = read::<SiteJobRow, _>;
                Ok(readable(connection, SITE_JOBS, &sql, key, read)?.0)
            })
            .await
    }

    async fn remove_site_job(&self, id: SiteJobId) -> Result<(), StoreError> {
        let sql = "DELETE FROM site_jobs WHERE id = ?1";
        let id = [id.0.into_bytes()];
        let removed = self
            .db
            .write(move |connection: &Connection| write(connection, sql, id).map_err(store_error));
        removed.await.map(drop)
    }

    async fn trim_site_jobs(&self, most: usize) -> Result<u64, StoreError> {
        let sql = "DELETE FROM site_jobs WHERE id IN (SELECT id FROM site_jobs WHERE state <> ?1
            ORDER BY started_at, id LIMIT max(0, (SELECT count(*) FROM site_jobs) - ?2))";
        let key = (SiteJobState::Running.as_str(), rows(most));
        let removed = self
            .db
            .write(move |connection: &Connection| write(connection, sql, key).map_err(store_error));
        Ok(removed.await? as u64)
    }
}

/// A statement for the rows of a window, and its parameters but for the last two: how many, and beyond how many.
fn page_of(filter: SiteJobFilter, window: &Window) -> Result<(String, Vec<Value>), StoreError> {
    let (beyond, by_time, after, by_id) = match window.direction {
        Direction::Forward => ("<", "DESC", ">", "ASC"),
        Direction::Backward => (">", "ASC", "<", "DESC"),
    };
    let mut conditions: Vec<String> = Vec::new();
    let mut parameters: Vec<Value> = Vec::new();
    if let Some(kind) = filter.kind {
        parameters.push(Value::from(kind.as_str().to_owned()));
        conditions.push(format!("kind = ?{}", parameters.len()));
    }
    if let Some(state) = filter.state {
        parameters.push(Value::from(state.as_str().to_owned()));
        conditions.push(format!("state = ?{}", parameters.len()));
    }
    if let Some(Keyset { value, id }) = &window.start {
        let (KeyValue::Number(started_at), KeyValue::Text(id)) = (value, id) else {
            return Err(StoreError::failed("a keyset of jobs has no time"));
        };
        let id = Uuid::parse_str(id).map_err(StoreError::failed)?;
        let (n, m) = (parameters.len() + 1, parameters.len() + 2);
        // The first condition follows from the second; it tells the index where to begin.
        conditions.push(format!(
            "started_at {beyond}= ?{n} AND (started_at {beyond} ?{n} OR id {after} ?{m})"
        ));
        parameters.push(Value::from(*started_at));
        parameters.push(Value::from(id.into_bytes().to_vec()));
    }
    let condition = if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    };
    let last = parameters.len() + 1;
    let sql = format!(
        "{}{condition} ORDER BY started_at {by_time}, id {by_id} LIMIT ?{last} OFFSET ?{}",
        SiteJobRow::SELECT,
        last + 1
    );
    Ok((sql, parameters))
}
