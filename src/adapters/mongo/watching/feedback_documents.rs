//! Lists of titles, and mutes, as documents, and back.

use bson::DateTime;
use serde::{Deserialize, Serialize};

use super::documents::{Keyed, TitleKey};
use crate::adapters::mongo::fields::{date, stamp};
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use crate::domain::watching::{ListedTitle, Mute, MutedSource};

/// A title that a profile has on one of its lists.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ListedDocument {
    #[serde(rename = "_id")]
    key: TitleKey,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MuteKey {
    profile: i64,
    kind: Kind,
    source: i64,
}

/// What is not to speak for a title in a profile's suggestions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MuteDocument {
    #[serde(rename = "_id")]
    key: MuteKey,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

/// The kind of what is muted.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Genre,
    Person,
}

impl MuteKey {
    pub(super) fn new((profile, source): (ProfileId, MutedSource)) -> Self {
        let (kind, source) = match source {
            MutedSource::Genre(id) => (Kind::Genre, id.to_i64()),
            MutedSource::Person(id) => (Kind::Person, id.to_i64()),
        };
        Self {
            profile: profile.to_i64(),
            kind,
            source,
        }
    }
}

impl Keyed for ListedDocument {
    type Key = TitleKey;

    fn key(&self) -> &TitleKey {
        &self.key
    }
}

impl Keyed for MuteDocument {
    type Key = MuteKey;

    fn key(&self) -> &MuteKey {
        &self.key
    }
}

impl From<&ListedTitle> for ListedDocument {
    fn from(listed: &ListedTitle) -> Self {
        Self {
            key: TitleKey::new((listed.profile, listed.title)),
            revision: listed.stamp.revision.cast_signed(),
            created_at: date(listed.stamp.created_at),
            updated_at: date(listed.stamp.updated_at),
        }
    }
}

impl From<ListedDocument> for ListedTitle {
    fn from(document: ListedDocument) -> Self {
        Self {
            profile: ProfileId::from_i64(document.key.profile),
            title: TitleId::from_i64(document.key.title),
            stamp: stamp(document.revision, document.created_at, document.updated_at),
        }
    }
}

impl From<&Mute> for MuteDocument {
    fn from(mute: &Mute) -> Self {
        Self {
            key: MuteKey::new((mute.profile, mute.source)),
            revision: mute.stamp.revision.cast_signed(),
            created_at: date(mute.stamp.created_at),
            updated_at: date(mute.stamp.updated_at),
        }
    }
}

impl From<MuteDocument> for Mute {
    fn from(document: MuteDocument) -> Self {
        let source = document.key.source;
        Self {
            profile: ProfileId::from_i64(document.key.profile),
            source: match document.key.kind {
                Kind::Genre => MutedSource::Genre(GenreId::from_i64(source)),
                Kind::Person => MutedSource::Person(PersonId::from_i64(source)),
            },
            stamp: stamp(document.revision, document.created_at, document.updated_at),
        }
    }
}
