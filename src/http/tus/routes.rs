//! What is done for each request.

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::body::send_on;
use super::headers::{
    ALGORITHMS, Begun, EXTENSION, LENGTH, MAX_SIZE, METHOD, OFFSET, PATH, RESUMABLE, VERSION, bad,
    begun, checksum, described, metadata, number, text, told,
};
use super::places::PiecePlaces;
use crate::domain::ids::UploadId;
use crate::domain::uploading::{Checksum, NewFile, NewJoined, Upload, UploadError, UploadService};
use crate::domain::viewer::KnownViewer;
use crate::graphql::{ApiError, Services};
use crate::http::auth::Authenticate;
use crate::http::imports::said;
use crate::http::problem::Problem;
use crate::http::task::finish;

/// The version of the protocol.
const ONE: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: HeaderValue = HeaderValue::from_static(
    "creation,creation-with-upload,checksum,expiration,termination,concatenation",
);
/// The type of a piece.
const PIECE: &str = "application/offset+octet-stream";
/// What it costs to begin an upload.
const CREATE: u32 = 500;
/// What a file is called of which nobody says what it is called.
const NAMELESS: &str = "unnamed";

/// What answers whoever uploads.
#[derive(Clone)]
pub(in crate::http) struct Tus {
    service: UploadService,
    authenticate: Authenticate,
    /// The places of pieces that come.
    places: PiecePlaces,
}

impl Tus {
    /// On the services of the schema.
    pub(in crate::http) fn new(services: &Services, authenticate: &Authenticate) -> Self {
        Self {
            service: services.uploads.clone(),
            authenticate: authenticate.clone(),
            places: PiecePlaces::new(),
        }
    }
}

/// Where uploads are, below the site's root.
pub(in crate::http) fn routes(tus: Tus) -> Router {
    Router::new()
        .route(PATH, any(all))
        .route("/uploads/{id}", any(one))
        .with_state(tus)
}

/// Says in each answer that this is tus, and in that to `OPTIONS` what there is of it. It stands around all that answers
/// `OPTIONS` for pages of other origins.
pub(in crate::http) async fn present(
    State(tus): State<Tus>,
    request: Request,
    next: Next,
) -> Response {
    let asks = request.method() == Method::OPTIONS;
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(RESUMABLE, ONE);
    if asks || answer.status() == StatusCode::PRECONDITION_FAILED {
        let headers = answer.headers_mut();
        headers.insert(VERSION, ONE);
        headers.insert(EXTENSION, EXTENSIONS);
        headers.insert(ALGORITHMS, HeaderValue::from_static("sha1,sha256"));
        headers.insert(MAX_SIZE, tus.service.largest().into());
    }
    answer
}

async fn all(State(tus): State<Tus>, parts: Parts, body: Body) -> Response {
    answer(async move {
        let viewer = tus.uploader(&parts).await?;
        match method(&parts) {
            Method::POST => tus.begin(&viewer, &parts, body).await,
            _ => Err(not_here()),
        }
    })
    .await
}

async fn one(State(tus): State<Tus>, Path(id): Path<String>, parts: Parts, body: Body) -> Response {
    answer(async move {
        let viewer = tus.uploader(&parts).await?;
        let id = UploadId::parse(&id).ok_or_else(|| refused(UploadError::NotFound))?;
        match method(&parts) {
            Method::HEAD => {
                let found = tus.service.find(&viewer, id).await.map_err(refused)?;
                Ok((StatusCode::OK, described(&found)).into_response())
            }
            Method::PATCH => tus.go_on(&viewer, id, &parts, body).await,
            Method::DELETE => {
                let removed = tus.service.remove(&viewer, id).await;
                removed.map_err(refused)?;
                Ok(StatusCode::NO_CONTENT.into_response())
            }
            _ => Err(not_here()),
        }
    })
    .await
}

/// The answer to a request, whose work is done to its end: a client that goes away leaves what came.
async fn answer(
    work: impl Future<Output = Result<Response, Problem>> + Send + 'static,
) -> Response {
    match finish(work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(problem)) => problem.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

impl Tus {
    /// Who uploads, if they may, and speak this version.
    async fn uploader(&self, parts: &Parts) -> Result<KnownViewer, Problem> {
        if parts.headers.get(RESUMABLE) != Some(&ONE) {
            let status = StatusCode::PRECONDITION_FAILED;
            let detail = "this speaks tus, of which only version 1.0.0 is known here";
            return Err(Problem::new(status, "BAD_REQUEST", detail).field(RESUMABLE.as_str()));
        }
        let (viewer, _) = self.authenticate.caller(parts).await?;
        let viewer = viewer.known().ok_or_else(ApiError::unauthenticated)?;
        self.service.admit(viewer).map_err(refused)?;
        Ok(*viewer)
    }

    /// Begins an upload, or joins parts.
    async fn begin(
        &self,
        viewer: &KnownViewer,
        parts: &Parts,
        body: Body,
    ) -> Result<Response, Problem> {
        let said = metadata(&parts.headers)?;
        let name = said.name.unwrap_or_else(|| NAMELESS.to_owned());
        let checksum = checksum(&parts.headers)?;
        self.authenticate.spend(parts, CREATE).await?;
        let part = match begun(&parts.headers)? {
            Begun::File(part) => part,
            Begun::Joined(joined) => {
                let new = NewJoined {
                    name,
                    sha256: said.sha256,
                    metadata: said.all,
                };
                let joined = self.service.join(viewer, &joined, new);
                let joined = joined.await.map_err(refused)?;
                return Ok(created(&joined, HeaderMap::new()));
            }
        };
        let size = number(&parts.headers, &LENGTH)?;
        let size = size.ok_or_else(|| bad(&LENGTH, "the length of the file is missing"))?;
        let file = NewFile {
            name,
            size,
            sha256: said.sha256,
            metadata: said.all,
            part,
        };
        let upload = self.service.create(viewer, file).await.map_err(refused)?;
        if body.is_end_stream() || !is_piece(&parts.headers) {
            return Ok(created(&upload, told(&upload)));
        }
        // Whatever becomes of the first piece, its client must learn where to go on.
        match self.receive(viewer, &upload, body, checksum).await {
            Ok(upload) => Ok(created(&upload, told(&upload))),
            Err(problem) => {
                let mut answer = problem.into_response();
                answer.headers_mut().extend(location(&upload));
                Ok(answer)
            }
        }
    }

    /// Takes a piece at the end of what there is.
    async fn go_on(
        &self,
        viewer: &KnownViewer,
        id: UploadId,
        parts: &Parts,
        body: Body,
    ) -> Result<Response, Problem> {
        if !is_piece(&parts.headers) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let detail = format!("a piece must have the type {PIECE}");
            let problem = Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", detail);
            return Err(problem.field("Content-Type"));
        }
        let offset = number(&parts.headers, &OFFSET)?;
        let offset = offset.ok_or_else(|| bad(&OFFSET, "where the piece begins is missing"))?;
        let checksum = checksum(&parts.headers)?;
        let mut upload = self.service.find(viewer, id).await.map_err(refused)?;
        if id.is_joined() {
            return Err(refused(UploadError::Joined));
        }
        if upload.offset != offset {
            let offset = upload.offset;
            return Err(refused(UploadError::WrongOffset { offset }));
        }
        upload = self.receive(viewer, &upload, body, checksum).await?;
        Ok((StatusCode::NO_CONTENT, told(&upload)).into_response())
    }

    /// Receives what follows what is there.
    async fn receive(
        &self,
        viewer: &KnownViewer,
        upload: &Upload,
        body: Body,
        checksum: Option<Checksum>,
    ) -> Result<Upload, Problem> {
        let _place = self.places.take(viewer)?;
        let (id, offset) = (upload.id, upload.offset);
        // What says that it is too long is not read at all.
        if offset.saturating_add(body.size_hint().lower()) > upload.size {
            return Err(refused(UploadError::TooMuch));
        }
        let receiving = self.service.receive(viewer, id, offset, checksum);
        let mut receiving = receiving.await.map_err(refused)?;
        let sent = send_on(&mut receiving, body).await;
        receiving.end(sent).await.map_err(refused)
    }
}

/// The method that is meant: some clients and proxies know few.
fn method(parts: &Parts) -> Method {
    let given = text(&parts.headers, &METHOD).filter(|_| parts.method == Method::POST);
    let given = given.and_then(|given| given.parse().ok());
    given.unwrap_or_else(|| parts.method.clone())
}

fn is_piece(headers: &HeaderMap) -> bool {
    said(headers, CONTENT_TYPE) == PIECE
}

fn not_here() -> Problem {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::new(status, "METHOD_NOT_ALLOWED", "uploads have no such method")
}

fn created(upload: &Upload, headers: HeaderMap) -> Response {
    let mut answer = (StatusCode::CREATED, headers).into_response();
    answer.headers_mut().extend(location(upload));
    answer
}

/// The address of an upload, as a header.
fn location(upload: &Upload) -> HeaderMap {
    let address = HeaderValue::from_str(&format!("{PATH}/{}", upload.id));
    address
        .map(|address| (LOCATION, address))
        .into_iter()
        .collect()
}

/// A refusal with the status that the protocol has for it.
fn refused(error: UploadError) -> Problem {
    let status = match &error {
        UploadError::Gone => Some(410),
        UploadError::WrongOffset { .. } => Some(409),
        UploadError::TooLarge { .. } | UploadError::OverQuota { .. } | UploadError::TooMuch => {
            Some(413)
        }
        UploadError::Locked => Some(423),
        // As the extension `checksum` says.
        UploadError::WrongChecksum | UploadError::WrongHash => Some(460),
        UploadError::NameBlank
        | UploadError::NameTooLong { .. }
        | UploadError::BadHash
        | UploadError::CutShort
        | UploadError::PartsMissing
        | UploadError::TooManyChunks => Some(400),
        UploadError::Forbidden
        | UploadError::Joined
        | UploadError::NotFound
        | UploadError::ProfileErased
        | UploadError::BadRange
        | UploadError::ChunkMissing
        | UploadError::Store(_) => None,
    };
    let problem = Problem::from(ApiError::from(error));
    match status.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) => problem.with_status(status),
        None => problem,
    }
}
