//! Revisions: who changed what of the catalogue, when, and from what to what.
//!
//! A [`CatalogBatch`](super::CatalogBatch) carries the revisions of its documents, and stores write both in one
//! transaction. What was written before there were revisions has none: its list begins with the first change since.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::value_source::{ValueFrom, ValueSource};
use crate::domain::entropy::unique_name;
use crate::domain::ids::{
    ApiKeyId, CollectionId, EpisodeId, GenreId, PersonId, RevisionId, RunId, TitleId, UserId,
};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{KnownViewer, Login};

/// One change of one thing of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogRevision {
    /// Its document's place in the change feed; 0 until a store has written it, which gives it that.
    pub id: RevisionId,
    /// The thing that was changed.
    pub node: CatalogNode,
    /// The revision of the document that it made: from 1, a document's first write.
    pub number: u64,
    pub kind: RevisionKind,
    pub at: DateTime<Utc>,
    pub author: Author,
    pub source: RevisionSource,
    /// What all revisions of one load, one bulk edit, one merge or one taking back have in common.
    pub run: RunId,
    /// The fields that are others than before, by their names in files, each once. None where something was created:
    /// what it was then is what it is, but for what later revisions say.
    pub fields: Vec<FieldChange>,
}

/// Something of the catalogue that has revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogNode {
    Title(TitleId),
    Episode(EpisodeId),
    Person(PersonId),
    Genre(GenreId),
    Collection(CollectionId),
}

impl CatalogNode {
    /// What sort of thing it is, as stores spell it.
    pub fn sort(self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Episode(_) => "episode",
            Self::Person(_) => "person",
            Self::Genre(_) => "genre",
            Self::Collection(_) => "collection",
        }
    }

    /// Its id, as stores keep it.
    pub fn to_i64(self) -> i64 {
        match self {
            Self::Title(id) => id.to_i64(),
            Self::Episode(id) => id.to_i64(),
            Self::Person(id) => id.to_i64(),
            Self::Genre(id) => id.to_i64(),
            Self::Collection(id) => id.to_i64(),
        }
    }

    /// The thing of this sort with this id, as stores keep both; `None` if nothing of the sort has revisions.
    pub fn from_stored(sort: &str, id: i64) -> Option<Self> {
        Some(match sort {
            "title" => Self::Title(TitleId::from_i64(id)),
            "episode" => Self::Episode(EpisodeId::from_i64(id)),
            "person" => Self::Person(PersonId::from_i64(id)),
            "genre" => Self::Genre(GenreId::from_i64(id)),
            "collection" => Self::Collection(CollectionId::from_i64(id)),
            _ => return None,
        })
    }
}

/// What became of what was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevisionKind {
    /// It was not there before.
    Created,
    /// Some of its fields are others.
    Changed,
    /// It was merged into another thing.
    Merged,
}

/// Who changed something of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// Whoever runs commands on the server.
    Command,
    /// Somebody who is logged in.
    User(UserId),
    /// A key of an account.
    ApiKey { user: UserId, key: ApiKeyId },
    /// Somebody whose account was erased.
    Erased,
}

impl Author {
    /// The account, if there is one.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) | Self::ApiKey { user, .. } => Some(user),
            Self::Command | Self::Erased => None,
        }
    }
}

impl From<&KnownViewer> for Author {
    fn from(viewer: &KnownViewer) -> Self {
        let user = viewer.user;
        match viewer.login {
            Login::Session(_) => Self::User(user),
            Login::ApiKey { id: key, .. } => Self::ApiKey { user, key },
        }
    }
}

/// By what it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevisionSource {
    /// A file of records.
    Load,
    /// An edit or a lock, by a curator.
    Edit,
    /// Other revisions were taken back.
    Revert,
    /// Sidecars and pictures beside the files of a library.
    Scan,
    /// Titles or people were merged, or taken apart again, by a curator.
    Merge,
}

impl RevisionSource {
    /// All of them, in no order that means something.
    pub const ALL: [Self; 5] = [
        Self::Load,
        Self::Edit,
        Self::Revert,
        Self::Scan,
        Self::Merge,
    ];

    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Edit => "edit",
            Self::Revert => "revert",
            Self::Scan => "scan",
            Self::Merge => "merge",
        }
    }

    /// By what the values are said that it brings.
    pub fn value_source(self) -> ValueSource {
        match self {
            Self::Load => ValueSource::Record,
            Self::Scan => ValueSource::Sidecar,
            Self::Edit | Self::Revert | Self::Merge => ValueSource::Curator,
        }
    }
}

/// A field that is another than before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in files: `title`, `cast`, `runtime_minutes`, …
    pub field: String,
    /// What the document kept of it, with ids, and lengths in seconds, so that it can be put back as it was; see
    /// [`DocumentFields`](super::DocumentFields). Null: nothing.
    pub before: Value,
    /// What it keeps of it now.
    pub after: Value,
    /// Where the value before was from; `None`: nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_from: Option<ValueFrom>,
    /// Of what is taken back: where the value after was from when it was there before, and is from again. `None`: nobody
    /// knows, or nothing is taken back, and it is from whoever makes the revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_from: Option<ValueFrom>,
}

impl FieldChange {
    /// A change of a field, by whoever makes its revision.
    pub fn new(field: &str, before: Value, after: Value) -> Self {
        Self {
            field: field.to_owned(),
            before,
            after,
            was_from: None,
            is_from: None,
        }
    }
}

impl CatalogRevision {
    /// Where the values are from that it brought.
    pub fn value_from(&self) -> ValueFrom {
        ValueFrom {
            source: self.source.value_source(),
            at: self.at,
            run: self.run,
            released: false,
        }
    }
}

/// Who writes, by what, and in which run: what makes revisions of what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer {
    pub author: Author,
    pub source: RevisionSource,
    pub run: RunId,
}

impl Writer {
    /// One that begins a run of its own.
    pub fn new(author: Author, source: RevisionSource) -> Self {
        Self {
            author,
            source,
            run: RunId(unique_name()),
        }
    }

    /// That something is written for the first time.
    pub fn created(&self, node: CatalogNode, stamp: Stamp) -> CatalogRevision {
        self.revision(node, stamp, RevisionKind::Created, Vec::new())
    }

    /// That these fields of something are written otherwise. `stamp` is that of the document that is written.
    pub fn changed(
        &self,
        node: CatalogNode,
        stamp: Stamp,
        fields: Vec<FieldChange>,
    ) -> CatalogRevision {
        self.revision(node, stamp, RevisionKind::Changed, fields)
    }

    /// That something was merged into another thing, with the fields that are others for it.
    pub fn merged(
        &self,
        node: CatalogNode,
        stamp: Stamp,
        fields: Vec<FieldChange>,
    ) -> CatalogRevision {
        self.revision(node, stamp, RevisionKind::Merged, fields)
    }

    fn revision(
        &self,
        node: CatalogNode,
        stamp: Stamp,
        kind: RevisionKind,
        fields: Vec<FieldChange>,
    ) -> CatalogRevision {
        CatalogRevision {
            id: RevisionId(0),
            node,
            number: stamp.revision,
            kind,
            at: stamp.updated_at,
            author: self.author,
            source: self.source,
            run: self.run,
            fields,
        }
    }
}
