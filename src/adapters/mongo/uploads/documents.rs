//! Uploads and their chunks as documents.

use bson::{Bson, DateTime as BsonDateTime, Document, Uuid, doc};
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::fields::date;
use crate::domain::blobs::BlobHash;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UploadId, UserId};
use crate::domain::uploading::{ChunkRef, Upload, UploadChange, UploadPart, UploadState, Uploader};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptUpload {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) size: i64,
    pub(super) received: i64,
    pub(super) chunks: i64,
    pub(super) part: String,
    pub(super) state: String,
    pub(super) expected: Option<String>,
    sha256: Option<String>,
    pub(super) user_id: Option<i64>,
    pub(super) profile: Option<i64>,
    pub(super) created_at: BsonDateTime,
    pub(super) updated_at: BsonDateTime,
    pub(super) expires_at: Option<BsonDateTime>,
    pub(super) finished_at: Option<BsonDateTime>,
    #[serde(default)]
    metadata: Option<String>,
    #[serde(default)]
    joined_from: Vec<Uuid>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptChunk {
    #[serde(rename = "_id")]
    pub(super) key: ChunkKey,
    sha256: String,
    pub(super) size: i64,
}

/// Which upload has it, and where in it it begins.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChunkKey {
    pub(super) upload: Uuid,
    pub(super) begins: i64,
}

/// Of an upload its key.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
}

/// What a quota counts.
#[derive(Debug, Deserialize)]
pub(super) struct Counted {
    pub(super) bytes: i64,
}

impl From<&Upload> for KeptUpload {
    fn from(upload: &Upload) -> Self {
        let hash = |hash: Option<BlobHash>| hash.map(|hash| hash.to_string());
        let joined_from = upload.joined_from.iter();
        let joined_from = joined_from.map(|part| Uuid::from_uuid_1(part.0));
        Self {
            id: Uuid::from_uuid_1(upload.id.0),
            name: upload.name.clone(),
            size: upload.size.cast_signed(),
            received: upload.offset.cast_signed(),
            chunks: upload.chunks.cast_signed(),
            part: upload.part.as_str().to_owned(),
            state: upload.state.as_str().to_owned(),
            expected: hash(upload.expected),
            sha256: hash(upload.sha256),
            user_id: upload.uploader.map(|it| it.user.to_i64()),
            profile: upload.uploader.map(|it| it.profile.to_i64()),
            created_at: date(upload.created_at),
            updated_at: date(upload.updated_at),
            expires_at: upload.expires_at.map(date),
            finished_at: upload.finished_at.map(date),
            metadata: upload.metadata.clone(),
            joined_from: joined_from.collect(),
        }
    }
}

impl TryFrom<KeptUpload> for Upload {
    type Error = StoreError;

    fn try_from(kept: KeptUpload) -> Result<Self, StoreError> {
        let hash = |text: Option<String>| text.map(|text| parse_hash(&text)).transpose();
        let (part, state) = (
            UploadPart::parse(&kept.part),
            UploadState::parse(&kept.state),
        );
        let whose = kept.user_id.zip(kept.profile);
        let joined_from = kept.joined_from.into_iter();
        Ok(Self {
            id: UploadId(kept.id.to_uuid_1()),
            name: kept.name,
            size: kept.size.cast_unsigned(),
            offset: kept.received.cast_unsigned(),
            chunks: kept.chunks.cast_unsigned(),
            part: part.ok_or_else(|| StoreError::failed("an unknown part of an upload"))?,
            state: state.ok_or_else(|| StoreError::failed("an unknown state of an upload"))?,
            metadata: kept.metadata,
            joined_from: joined_from.map(|it| UploadId(it.to_uuid_1())).collect(),
            expected: hash(kept.expected)?,
            sha256: hash(kept.sha256)?,
            uploader: whose.map(|(user, profile)| Uploader {
                user: UserId::from_i64(user),
                profile: ProfileId::from_i64(profile),
            }),
            created_at: kept.created_at.to_chrono(),
            updated_at: kept.updated_at.to_chrono(),
            expires_at: kept.expires_at.map(BsonDateTime::to_chrono),
            finished_at: kept.finished_at.map(BsonDateTime::to_chrono),
        })
    }
}

impl TryFrom<KeptChunk> for ChunkRef {
    type Error = StoreError;

    fn try_from(kept: KeptChunk) -> Result<Self, StoreError> {
        Ok(Self {
            sha256: parse_hash(&kept.sha256)?,
            size: kept.size.cast_unsigned(),
        })
    }
}

pub(super) fn parse_hash(text: &str) -> Result<BlobHash, StoreError> {
    BlobHash::parse(text).ok_or_else(|| StoreError::failed("a hash that is no SHA-256"))
}

pub(super) fn key(id: UploadId) -> Bson {
    Uuid::from_uuid_1(id.0).into()
}

/// What the quota of an account counts.
pub(super) fn counted(user: i64) -> [Document; 2] {
    [
        doc! { "$match": {
            "user_id": user,
            "part": { "$ne": UploadPart::JoinedPart.as_str() },
            "state": { "$ne": UploadState::Broken.as_str() },
        } },
        doc! { "$group": { "_id": Bson::Null, "bytes": { "$sum": "$size" } } },
    ]
}

/// The documents of chunks of which the first begins there.
pub(super) fn kept_chunks(id: UploadId, from: u64, chunks: &[ChunkRef]) -> Vec<KeptChunk> {
    let mut begins = from;
    let kept = |chunk: &ChunkRef| {
        let kept = KeptChunk {
            key: ChunkKey {
                upload: Uuid::from_uuid_1(id.0),
                begins: begins.cast_signed(),
            },
            sha256: chunk.sha256.to_string(),
            size: chunk.size.cast_signed(),
        };
        begins += chunk.size;
        kept
    };
    chunks.iter().map(kept).collect()
}

/// What a change sets.
pub(super) fn changed(change: UploadChange) -> Document {
    doc! {
        "state": change.state.as_str(),
        "sha256": change.sha256.map(|hash| hash.to_string()),
        "updated_at": date(change.at),
        "expires_at": change.expires_at.map(date),
        "finished_at": change.finished_at.map(date),
    }
}
