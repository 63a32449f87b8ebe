//! `POST /imports`: the file that a profile brings from elsewhere, as the body, and `GET /imports/{id}/rows.csv`: what
//! became of its rows, as a table.
//!
//! | parameter | what it says |
//! |---|---|
//! | `name` | what the file is called, which tells files apart that look alike |
//! | `timeZone` | where times are from that are written without a zone, as `Europe/Berlin`; UTC if left out |
//! | `profileName` | whose rows are meant, of a file with those of several people |
//! | `dayFirst` | whether the day stands first in dates that can be read in two ways |
//!
//! The body is the file itself: neither a form nor compressed on its way. A zip is a file.
//!
//! The file is read and matched before the answer, which has the global id of the import; nothing of it is in the history
//! until `startImport` is asked for it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::SinkExt;
use futures::channel::mpsc;
use ipnet::IpNet;
use serde::Deserialize;
use serde_json::json;
use tracing::Instrument;

use super::at_work::{Places, busy};
use super::auth::Authenticate;
use super::client;
use super::problem::Problem;
use super::task::finish;
use super::usage::cell;
use crate::domain::budget::{Budget, Spending};
use crate::domain::catalog::{CatalogService, Visibility, VisibilityPolicy};
use crate::domain::clock::Clock;
use crate::domain::error::{ErrorCode, StoreError};
use crate::domain::ids::TitleId;
use crate::domain::importing::{
    Import, ImportError, ImportRow, ImportService, ImportedAt, ImportedWhat, MAX_UPLOAD,
    ReadOptions, read,
};
use crate::domain::viewer::{Client, KnownViewer, Viewer};
use crate::domain::watching::WatchedItem;
use crate::graphql::{ApiError, GlobalId, Services};

/// Where files are sent to.
pub(super) const PATH: &str = "/imports";
/// The longest body, in bytes.
pub(super) const MOST_BYTES: usize = MAX_UPLOAD;
/// What an import weighs, and how many bytes of it weigh a unit.
const REQUEST: u32 = 2_000;
const BYTES_A_UNIT: usize = 128;
/// How many files may be read at a time: each may take some hundred megabytes for as long as that lasts.
const FILES: usize = 2;
/// How many rows are written at once, and how many such pieces may wait for a slow client.
const ROWS: usize = 500;
const AHEAD: usize = 2;
const COLUMNS: [&str; 10] = [
    "number",
    "file",
    "line",
    "text",
    "kind",
    "at",
    "state",
    "reason",
    "item",
    "candidates",
];

/// What answers whoever imports.
#[derive(Clone)]
pub(super) struct Imports {
    service: ImportService,
    catalog: CatalogService,
    visibility: VisibilityPolicy,
    clock: Arc<dyn Clock>,
    authenticate: Authenticate,
    /// What they may make the site do; none: as much as they like.
    budget: Option<Budget>,
    /// Networks whose work is not counted.
    unlimited: Arc<[IpNet]>,
    /// The places of files that are read.
    files: Places,
}

/// What is said of a file beside it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    name: Option<String>,
    time_zone: Option<String>,
    profile_name: Option<String>,
    day_first: Option<bool>,
}

impl Imports {
    /// On the services of the schema.
    pub(super) fn new(
        services: &Services,
        authenticate: &Authenticate,
        unlimited: &Arc<[IpNet]>,
    ) -> Self {
        Self {
            service: services.importing.clone(),
            catalog: services.catalog.clone(),
            visibility: services.visibility,
            clock: Arc::clone(&services.clock),
            authenticate: authenticate.clone(),
            budget: services.budget.clone(),
            unlimited: Arc::clone(unlimited),
            files: Places::new(FILES),
        }
    }

    /// Lets whoever is logged in through.
    async fn caller(&self, parts: &Parts) -> Result<(KnownViewer, Visibility, Client), Problem> {
        let (viewer, client) = self.authenticate.caller(parts).await?;
        let visibility = self.visibility.of(&viewer, self.clock.now());
        match viewer.known() {
            Some(known) => Ok((*known, visibility, client)),
            None => Err(ApiError::unauthenticated().into()),
        }
    }

    async fn spend(
        &self,
        viewer: &KnownViewer,
        client: &Client,
        units: u32,
    ) -> Result<(), Problem> {
        let Some(budget) = &self.budget else {
            return Ok(());
        };
        if client::is_among(client, &self.unlimited) {
            return Ok(());
        }
        let viewer = Viewer::Known(*viewer);
        let spending = Spending { units, reports: 0 };
        let spent = budget.spend(&viewer, client, spending).await;
        spent.map(drop).map_err(|over| {
            let seconds = over.wait.as_secs() + 1;
            let detail =
                format!("too much was asked for in a short time; try again in {seconds} s");
            let code = ErrorCode::RateLimited.as_str();
            Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail).retry_after(seconds)
        })
    }
}

/// Whether whoever sends a file may, before anything of it is read.
pub(super) async fn admit(senders: &Authenticate, parts: &Parts) -> Result<(), Problem> {
    let (viewer, _) = senders.caller(parts).await?;
    match viewer.known() {
        None => Err(ApiError::unauthenticated().into()),
        Some(known) if !known.may_watch() => Err(refused(ImportError::Forbidden)),
        Some(_) => check_form(&parts.headers),
    }
}

/// Refuses what is not the file itself: a reader would find none in it, and could not say why.
fn check_form(headers: &HeaderMap) -> Result<(), Problem> {
    let coding = said(headers, CONTENT_ENCODING);
    let (field, detail) = if !coding.is_empty() && coding != "identity" {
        let detail = "the file must not be compressed on its way; a zip may be sent as it is";
        ("Content-Encoding", detail)
    } else if said(headers, CONTENT_TYPE).starts_with("multipart/") {
        let detail = "the body must be the file itself, not a form with the file in it";
        ("Content-Type", detail)
    } else {
        return Ok(());
    };
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", detail).field(field))
}

/// What a header says, in small letters; empty if it is not there.
pub(super) fn said(headers: &HeaderMap, name: HeaderName) -> String {
    let value = headers.get(name).map(HeaderValue::as_bytes);
    let value = String::from_utf8_lossy(value.unwrap_or_default());
    value.trim().to_ascii_lowercase()
}

/// Where files are sent to, and what became of their rows.
pub(super) fn routes(imports: Imports) -> Router {
    Router::new()
        .route(PATH, post(create))
        .route("/imports/{id}/rows.csv", get(rows))
        .with_state(imports)
}

async fn create(State(imports): State<Imports>, parts: Parts, body: Body) -> Response {
    answer(async move {
        let (viewer, visibility, client) = imports.caller(&parts).await?;
        if !viewer.may_watch() {
            return Err(refused(ImportError::Forbidden));
        }
        let asked: Query<Asked> = Query::try_from_uri(&parts.uri).map_err(|rejection| {
            let detail = rejection.body_text();
            Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", detail)
        })?;
        let _place = imports.files.take().ok_or_else(busy)?;
        let body = to_bytes(body, MOST_BYTES).await.map_err(|_| {
            let detail = format!("the file may have at most {MOST_BYTES} bytes");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
        })?;
        let bytes = u32::try_from(body.len() / BYTES_A_UNIT).unwrap_or(u32::MAX);
        let units = REQUEST.saturating_add(bytes);
        imports.spend(&viewer, &client, units).await?;
        let Query(Asked {
            name,
            time_zone,
            profile_name,
            day_first,
        }) = asked;
        let options = ReadOptions {
            time_zone,
            profile_name,
            day_first,
        };
        let name = name.unwrap_or_else(|| "upload".to_owned());
        let called = name.clone();
        // It takes a processor for as long as it takes; others answer meanwhile.
        let file = tokio::task::spawn_blocking(move || read(&body, &called, &options));
        let file = file.await;
        let file = file.map_err(|panic| refused(StoreError::failed(panic).into()))?;
        let file = file.map_err(|problem| refused(problem.into()))?;
        let service = &imports.service;
        let import = service.preview(&visibility, &viewer, &name, file).await;
        let import = import.map_err(refused)?;
        let id = GlobalId::Import(import.id).encode();
        Ok((StatusCode::CREATED, Json(json!({ "id": id.to_string() }))).into_response())
    })
    .await
}

async fn rows(State(imports): State<Imports>, Path(id): Path<String>, parts: Parts) -> Response {
    answer(async move {
        let (viewer, visibility, client) = imports.caller(&parts).await?;
        let Some(GlobalId::Import(id)) = GlobalId::decode(&id.into()) else {
            return Err(refused(ImportError::ImportNotFound));
        };
        let found = imports.service.find(viewer.profile, id).await;
        let import = found.map_err(refused)?;
        let import = import.ok_or_else(|| refused(ImportError::ImportNotFound))?;
        // About what it takes to read and write a row.
        let units = REQUEST.saturating_add(import.rows);
        imports.spend(&viewer, &client, units).await?;
        Ok(table(imports, visibility, import))
    })
    .await
}

/// The rows as a table, written in a task of its own: when a client goes away, no driver is dropped in the middle of a
/// statement. If a store fails half-way, the answer is broken off.
fn table(imports: Imports, visibility: Visibility, import: Import) -> Response {
    let (mut to, pieces) = mpsc::channel::<Result<Vec<u8>, StoreError>>(AHEAD);
    let writing = async move {
        let mut after = None;
        loop {
            let piece = piece(&imports, &visibility, &import, after).await;
            let (piece, last) = match piece {
                Ok((piece, last)) => (Ok(piece), last),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "A table of an import was broken off"
                    );
                    (Err(StoreError::failed(error)), None)
                }
            };
            // Nobody reads any more, or that was all.
            if to.send(piece).await.is_err() || last.is_none() {
                return;
            }
            after = last;
        }
    };
    drop(tokio::spawn(writing.in_current_span()));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"rows.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

/// Some rows, from the one after the given or with the names of the columns from the first, and the last of them if more
/// may follow.
async fn piece(
    imports: &Imports,
    visibility: &Visibility,
    import: &Import,
    after: Option<u32>,
) -> Result<(Vec<u8>, Option<u32>), ImportError> {
    let from = after.unwrap_or_default();
    let rows = imports.service.rows_after(import, &[], from, ROWS).await?;
    let found = rows
        .iter()
        .filter_map(|row| row.found.map(|found| found.is));
    let others = rows.iter().flat_map(|row| row.candidates.iter().copied());
    let mut titles: Vec<TitleId> = found.chain(others).map(|one| one.title).collect();
    titles.sort_unstable();
    titles.dedup();
    let titles = imports.catalog.titles(visibility, &titles).await?;
    let names = titles.iter().map(|title| {
        let year = title.year.map(|year| format!(" ({year})"));
        let name = format!("{}{}", title.name, year.unwrap_or_default());
        (title.id, name)
    });
    let names: HashMap<TitleId, String> = names.collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| ImportError::Store(StoreError::failed(error));
    if after.is_none() {
        writer.write_record(COLUMNS).map_err(failed)?;
    }
    for row in &rows {
        writer.write_record(cells(row, &names)).map_err(failed)?;
    }
    let last = rows.last().map(|row| row.number);
    let last = last.filter(|_| rows.len() == ROWS);
    let written = writer.into_inner();
    let written = written.map_err(|error| StoreError::failed(error.to_string()))?;
    Ok((written, last))
}

/// A row as cells; of what the viewer may not see there is nothing.
fn cells(row: &ImportRow, names: &HashMap<TitleId, String>) -> [String; COLUMNS.len()] {
    let name = |title: TitleId, item: WatchedItem| {
        let name = names.get(&title)?;
        let id = match item {
            WatchedItem::Film(id) => GlobalId::Film(id),
            WatchedItem::Series(id) => GlobalId::Series(id),
            WatchedItem::Episode(id) => GlobalId::Episode(id),
        };
        Some(format!("{name} [{}]", id.encode().as_str()))
    };
    let said = row.said.as_ref();
    let kind = said.map(|said| match said.what {
        ImportedWhat::Watched { .. } => "watched",
        ImportedWhat::Rating { .. } => "rated",
        ImportedWhat::Watchlist => "watchlisted",
    });
    let at = said.and_then(|said| said.at).map(|at| match at {
        ImportedAt::Moment(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        ImportedAt::Day(day) => day.to_string(),
    });
    let item = row
        .found
        .and_then(|found| name(found.is.title, found.is.item));
    let candidates = row.candidates.iter();
    let candidates = candidates.filter_map(|one| name(one.title, one.item));
    let candidates: Vec<String> = candidates.collect();
    [
        row.number.to_string(),
        cell(&row.file),
        row.line.to_string(),
        cell(&row.text),
        kind.unwrap_or_default().to_owned(),
        at.unwrap_or_default(),
        row.state.as_str().to_owned(),
        cell(row.reason.as_deref().unwrap_or_default()),
        cell(&item.unwrap_or_default()),
        cell(&candidates.join("; ")),
    ]
}

fn refused(error: ImportError) -> Problem {
    Problem::from(ApiError::from(error))
}

/// The answer to a request, which is worked on to its end even if the client goes away.
async fn answer(
    work: impl Future<Output = Result<Response, Problem>> + Send + 'static,
) -> Response {
    match finish(work).await {
        Ok(answered) => answered.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{ImportId, ProfileId};
    use crate::domain::importing::{Candidate, RowState};

    #[test]
    fn a_row_is_defused_and_says_nothing_of_what_may_not_be_seen() {
        let candidate = |id| Candidate {
            title: TitleId(id),
            item: WatchedItem::Film(TitleId(id)),
        };
        let row = ImportRow {
            import: ImportId(Uuid::nil()),
            profile: ProfileId(1),
            number: 3,
            file: "diary.csv".to_owned(),
            line: 4,
            text: "=1+1".to_owned(),
            said: None,
            state: RowState::Ambiguous,
            reason: None,
            found: None,
            candidates: vec![candidate(1), candidate(2)],
            effect: None,
            merged: None,
            rest: Map::new(),
        };

        let cells = cells(
            &row,
            &HashMap::from([(TitleId(1), "Solaris (1972)".to_owned())]),
        );

        assert_eq!(cells[0], "3");
        assert_eq!(cells[3], "'=1+1");
        assert_eq!(cells[6], "ambiguous");
        assert_eq!(cells[9], "Solaris (1972) [RmlsbTox]");
    }
}
