//! Who may have the file, and how it is written; what is in it stands in [`super`].

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, RETRY_AFTER,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::mpsc;

use super::document::{Head, Names, ProfilePart};
use crate::domain::accounts::{AccountError, AccountExport, AccountService};
use crate::domain::catalog::{CatalogService, Visibility};
use crate::domain::clock::Clock;
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::page::{KeyValue, Keyset, MAX_PAGE, Window};
use crate::domain::watching::{Mute, MutedSource, Play, WatchService, WatchedItem};
use crate::graphql::Services;
use crate::http::auth::Authenticate;
use crate::http::graphql::Refusal;

/// Where the file is.
pub(crate) const PATH: &str = "/account/export";
/// How many pieces may wait for a slow client.
const AHEAD: usize = 2;

/// What an export is made from. It is the record of what its owner did, and names whatever that was, also what may not
/// be seen any more.
#[derive(Clone)]
pub(crate) struct Exports {
    accounts: AccountService,
    watching: WatchService,
    catalog: CatalogService,
    clock: Arc<dyn Clock>,
    authenticate: Authenticate,
}

/// Why no more is written.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the client has gone")]
    Gone,
    #[error(transparent)]
    Watching(#[from] crate::domain::watching::WatchError),
    #[error(transparent)]
    Catalog(#[from] crate::domain::catalog::CatalogError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

type Piece = Result<Bytes, Broken>;

impl Exports {
    pub(crate) fn new(services: &Services, authenticate: Authenticate) -> Self {
        Self {
            accounts: services.accounts.clone(),
            watching: services.watching.clone(),
            catalog: services.catalog.clone(),
            clock: Arc::clone(&services.clock),
            authenticate,
        }
    }

    async fn account(&self, parts: &Parts) -> Result<AccountExport, Response> {
        let (viewer, client) = self
            .authenticate
            .caller(parts)
            .await
            .map_err(IntoResponse::into_response)?;
        let viewer = viewer
            .known()
            .ok_or_else(|| refused(&AccountError::Unauthenticated))?;
        let export = self.accounts.export(viewer, &client).await;
        export.map_err(|error| refused(&error))
    }

    async fn write(&self, export: &AccountExport, to: &mpsc::Sender<Piece>) -> Result<(), Broken> {
        let mut file = File::new(to);
        file.open(&Head::of(export, self.clock.now()))?;
        file.begin_list("profiles");
        for profile in &export.profiles {
            file.next_in_list();
            file.open(&ProfilePart::of(profile))?;
            self.write_titles(&mut file, profile.id).await?;
            self.write_plays(&mut file, profile.id).await?;
            self.write_wishes(&mut file, profile.id).await?;
            file.close();
        }
        file.end_list();
        file.close();
        file.send().await
    }

    async fn write_titles(&self, file: &mut File<'_>, profile: ProfileId) -> Result<(), Broken> {
        let mut titles: Vec<TitleId> = Vec::new();
        file.begin_list("titles");
        loop {
            let after = titles.last().copied();
            let sums = self.watching.watched_titles_after(profile, after).await?;
            if sums.is_empty() {
                break;
            }
            let page: Vec<TitleId> = sums.iter().map(|sum| sum.title).collect();
            let names = self.names(&page, &[]).await?;
            for sum in &sums {
                file.row(&names.title(sum))?;
            }
            titles.extend(page);
            file.send().await?;
        }
        file.end_list();
        file.begin_list("items");
        for page in titles.chunks(MAX_PAGE) {
            let states = self.watching.states_of_titles(profile, page).await?;
            let items: Vec<WatchedItem> = states.iter().map(|state| state.item).collect();
            let names = self.names(page, &items).await?;
            for state in &states {
                file.row(&names.state(state))?;
            }
            file.send().await?;
        }
        file.end_list();
        Ok(())
    }

    async fn write_plays(&self, file: &mut File<'_>, profile: ProfileId) -> Result<(), Broken> {
        file.begin_list("plays");
        let mut window = Window::first(MAX_PAGE);
        loop {
            let page = self
                .watching
                .history(&Visibility::everything(), profile, None, &window)
                .await?;
            let titles: Vec<TitleId> = page.rows.iter().map(|play| play.title).collect();
            let items: Vec<WatchedItem> = page.rows.iter().map(|play| play.item).collect();
            let names = self.names(&titles, &items).await?;
            for play in &page.rows {
                file.row(&names.play(play))?;
            }
            file.send().await?;
            match page.rows.last().filter(|_| page.has_more) {
                Some(last) => window = Window::after(MAX_PAGE, place(last)),
                None => break,
            }
        }
        file.end_list();
        Ok(())
    }

    async fn names(&self, titles: &[TitleId], items: &[WatchedItem]) -> Result<Names, Broken> {
        let titles: HashSet<TitleId> = titles.iter().copied().collect();
        let titles: Vec<TitleId> = titles.into_iter().collect();
        let episodes = items.iter().filter_map(|item| match item {
            WatchedItem::Episode(id) => Some(*id),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        });
        let episodes: HashSet<EpisodeId> = episodes.collect();
        let episodes: Vec<EpisodeId> = episodes.into_iter().collect();
        let titles = self
            .catalog
            .titles(&Visibility::everything(), &titles)
            .await?;
        let episodes = self
            .catalog
            .episodes(&Visibility::everything(), &episodes)
            .await?;
        Ok(Names {
            titles: titles.into_iter().map(|title| (title.id, title)).collect(),
            episodes: episodes.into_iter().map(|one| (one.id, one)).collect(),
            ..Names::default()
        })
    }

    /// What is not to be suggested.
    async fn write_wishes(&self, file: &mut File<'_>, profile: ProfileId) -> Result<(), Broken> {
        file.begin_list("hiddenTitles");
        let mut window = Window::first(MAX_PAGE);
        loop {
            let page = self
                .watching
                .hidden_titles(&Visibility::everything(), profile, &window)
                .await?;
            let titles: Vec<TitleId> = page.rows.iter().map(|hidden| hidden.title).collect();
            let names = self.names(&titles, &[]).await?;
            for hidden in &page.rows {
                file.row(&names.hidden(hidden))?;
            }
            file.send().await?;
            let Some(last) = page.rows.last().filter(|_| page.has_more) else {
                break;
            };
            let at = last.stamp.created_at.timestamp_millis();
            window = Window::after(MAX_PAGE, Keyset::by_number(at, last.title.to_i64()));
        }
        file.end_list();
        file.begin_list("mutes");
        let mutes = self.watching.mutes(profile).await?;
        let names = self.names_of_sources(&mutes).await?;
        for mute in mutes.iter() {
            file.row(&names.mute(mute))?;
        }
        file.end_list();
        Ok(())
    }

    async fn names_of_sources(&self, mutes: &[Mute]) -> Result<Names, Broken> {
        let (mut genres, mut people) = (Vec::new(), Vec::new());
        for mute in mutes {
            match mute.source {
                MutedSource::Genre(id) => genres.push(id),
                MutedSource::Person(id) => people.push(id),
            }
        }
        let genres = self.catalog.genres(&genres).await?;
        let people = self.catalog.people(&people).await?;
        Ok(Names {
            genres: genres.into_iter().map(|genre| (genre.id, genre)).collect(),
            people: people
                .into_iter()
                .map(|person| (person.id, person))
                .collect(),
            ..Names::default()
        })
    }
}

/// The answer to a request for the file. What can be refused is refused before the first byte.
pub(crate) async fn export(
    State(exports): State<Exports>,
    request: axum::extract::Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let account = match exports.account(&parts).await {
        Ok(account) => account,
        Err(refused) => return refused,
    };
    let (pieces, mut written) = mpsc::channel::<Piece>(AHEAD);
    tokio::spawn(async move {
        match exports.write(&account, &pieces).await {
            Ok(()) | Err(Broken::Gone) => {}
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "An export was broken off"
                );
                drop(pieces.send(Err(error)).await);
            }
        }
    });
    let pieces = futures::stream::poll_fn(move |context| written.poll_recv(context));
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"reelgraph-account.json\"",
        ),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

/// A sitting's place in the history.
fn place(play: &Play) -> Keyset {
    Keyset {
        value: KeyValue::Number(play.started_at.timestamp_millis()),
        id: KeyValue::Text(play.id.to_string()),
    }
}

fn refused(error: &AccountError) -> Response {
    let status = match error.code() {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::UpstreamUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let (code, message) = if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(error = error as &dyn std::error::Error, "An export failed");
        (ErrorCode::Internal, "internal error".to_owned())
    } else {
        (error.code(), error.to_string())
    };
    let mut response = Refusal::new(status, code.as_str(), message).into_response();
    if let Some(wait) = error.retry_after() {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    response
}

/// JSON that is written piece by piece: an object is open until it is closed, and so is a list.
struct File<'a> {
    to: &'a mpsc::Sender<Piece>,
    buffer: Vec<u8>,
    is_first: bool,
}

impl<'a> File<'a> {
    fn new(to: &'a mpsc::Sender<Piece>) -> Self {
        Self {
            to,
            buffer: Vec::new(),
            is_first: true,
        }
    }

    /// Writes an object that has fields already, and leaves it open for more.
    fn open(&mut self, fields: &impl Serialize) -> Result<(), Broken> {
        serde_json::to_writer(&mut self.buffer, fields)?;
        self.buffer.pop();
        Ok(())
    }

    fn close(&mut self) {
        self.buffer.extend_from_slice(b"}");
        self.is_first = false;
    }

    fn begin_list(&mut self, field: &str) {
        self.buffer.extend_from_slice(b",\n\"");
        self.buffer.extend_from_slice(field.as_bytes());
        self.buffer.extend_from_slice(b"\":[");
        self.is_first = true;
    }

    fn end_list(&mut self) {
        self.buffer.extend_from_slice(b"]");
        self.is_first = false;
    }

    fn next_in_list(&mut self) {
        if !std::mem::replace(&mut self.is_first, false) {
            self.buffer.extend_from_slice(b",");
        }
        self.buffer.extend_from_slice(b"\n");
    }

    fn row(&mut self, row: &impl Serialize) -> Result<(), Broken> {
        self.next_in_list();
        serde_json::to_writer(&mut self.buffer, row)?;
        Ok(())
    }

    /// Sends what is written so far, and waits while the client is slow.
    async fn send(&mut self) -> Result<(), Broken> {
        let piece = std::mem::take(&mut self.buffer);
        let sent = self.to.send(Ok(Bytes::from(piece))).await;
        sent.map_err(|_| Broken::Gone)
    }
}
