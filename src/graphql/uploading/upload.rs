//! A file that is uploaded, as its uploader and curators see it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use crate::domain::ids::UploadId;
use crate::domain::uploading;
use crate::domain::viewer::KnownViewer;
use crate::graphql::accounts::User;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge};
use crate::graphql::scalars::DateTime;

/// How far an upload is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "uploading::UploadState")]
enum UploadState {
    /// Something of it is still to come.
    Receiving,
    /// All of it is there, and its SHA-256 is being compared with what its uploader said.
    Checking,
    /// It is whole, and stays.
    Finished,
    /// Its SHA-256 is not what its uploader said: it is to be begun again.
    Broken,
}

/// A file that is uploaded.
pub(crate) struct Upload(pub(crate) uploading::Upload);

impl Upload {
    /// The upload with this id, if it is the viewer's own, or the viewer is a curator.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        id: UploadId,
    ) -> Result<Option<Self>> {
        let found = ctx.services().uploads.look_up(viewer, id).await?;
        Ok(found.map(Self))
    }
}

/// A file that somebody uploads, or has uploaded, in pieces that are resumed where they broke off. Its uploader and curators
/// know of it.
#[Object]
impl Upload {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Upload(self.0.id).encode()
    }

    /// Where its bytes are sent to by tus 1.0, relative to the address of the API.
    async fn address(&self) -> String {
        address(&self.0)
    }

    /// What the file is called, as its uploader says.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How far it is.
    async fn state(&self) -> UploadState {
        self.0.state.into()
    }

    /// How many bytes it has when it is whole.
    async fn size(&self) -> f64 {
        number(self.0.size)
    }

    /// How many of its bytes are kept for good, from the first on.
    async fn offset(&self) -> f64 {
        number(self.0.offset)
    }

    /// Its SHA-256 in hexadecimal digits; null unless its uploader said it, and it was found to be so.
    async fn sha256(&self) -> Option<String> {
        self.0.sha256.map(|hash| hash.to_string())
    }

    /// Who uploads it; null if that account is deleted, or whoever asks may not see it: others' are for admins.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.0.uploader {
            Some(uploader) => User::find(ctx, &ctx.known_viewer()?, uploader.user).await,
            None => Ok(None),
        }
    }

    /// When it was begun, in UTC.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it is taken away if nothing more of it comes, in UTC; null of a file that is whole.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(Into::into)
    }

    /// When it was whole, in UTC; null as long as it is not.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(Into::into)
    }
}

/// A page of uploads.
pub(super) type UploadConnection = Connection<UploadEdge>;

/// An upload, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct UploadEdge {
    /// The cursor of this row: give it as `after` to go on behind it.
    cursor: Cursor,
    /// The upload in this row.
    node: Upload,
}

impl UploadEdge {
    /// A row of a list of uploads.
    pub(super) fn new(cursor: Cursor, node: Upload) -> Self {
        Self { cursor, node }
    }
}

impl Edge for UploadEdge {
    type Node = Upload;
    const CONNECTION: &'static str = "UploadConnection";

    fn node(&self) -> &Upload {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// Where the bytes of an upload are sent to.
pub(super) fn address(upload: &uploading::Upload) -> String {
    format!("/uploads/{}", upload.id)
}

/// A number of bytes: more than an `Int` can say.
#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to nine million gigabytes"
)]
fn number(bytes: u64) -> f64 {
    bytes as f64
}
