//! Identifiers: a type of its own for each kind of thing, so that one can never stand where another is meant.
//!
//! Catalogue ids are derived from the slug that a thing was first loaded under. So the same file gives the same ids
//! in every store, and a load needs no counter. Everything else gets a random id.

use std::fmt;

use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

macro_rules! numeric_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The id as the signed 64-bit integer that stores keep; ids use 63 bits, so nothing is lost.
            pub fn to_i64(self) -> i64 {
                self.0.cast_signed()
            }

            /// The id that a store kept as a signed integer.
            pub fn from_i64(value: i64) -> Self {
                Self(value.cast_unsigned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

numeric_ids! {
    /// A film or a series.
    TitleId;
    /// An episode of a series.
    EpisodeId;
    /// Somebody who is credited with a title.
    PersonId;
    /// A genre of the vocabulary.
    GenreId;
    /// A collection of films.
    CollectionId;
    /// An account, which logs in and has profiles.
    UserId;
    /// One person's taste, history and settings inside an account.
    ProfileId;
    /// One log-in on one device.
    SessionId;
    /// An API key of an account.
    ApiKeyId;
    /// A mail in the queue.
    MailId;
    /// An entry of the audit log.
    AuditId;
    /// A request to erase a person.
    ErasureId;
    /// One change of one thing of the catalogue.
    RevisionId;
}

macro_rules! random_ids {
    ($($name:ident),+) => {$(
        impl $name {
            /// A new random id.
            pub fn random(rng: &mut dyn Rng) -> Self {
                Self(rng.next_u64() >> 1)
            }
        }
    )+};
}

random_ids!(
    UserId, ProfileId, SessionId, ApiKeyId, MailId, AuditId, ErasureId
);

impl TitleId {
    /// The id of the title that is first loaded under this slug.
    pub fn of_slug(slug: &str) -> Self {
        Self(derive(&["title", slug]))
    }
}

impl EpisodeId {
    /// The id of the episode that is first loaded for this place of a series. One that is moved to another series keeps it.
    pub fn of_ordinal(series: TitleId, season: u32, number: u32) -> Self {
        Self(derive(&[
            "episode",
            &series.to_string(),
            &season.to_string(),
            &number.to_string(),
        ]))
    }
}

impl PersonId {
    /// The id of the person who is first credited under this slug.
    pub fn of_slug(slug: &str) -> Self {
        Self(derive(&["person", slug]))
    }
}

impl GenreId {
    /// The id of the genre with this slug.
    pub fn of_slug(slug: &str) -> Self {
        Self(derive(&["genre", slug]))
    }
}

impl CollectionId {
    /// The id of the collection with this slug.
    pub fn of_slug(slug: &str) -> Self {
        Self(derive(&["collection", slug]))
    }
}

impl ProfileId {
    /// The id of the profile that stands for a `viewer` key of a loaded file.
    pub fn of_key(key: &str) -> Self {
        Self(derive(&["viewer", key]))
    }

    /// The tombstone of an erased profile, so that no stale write brings it back: 32 hexadecimal digits of a SHA-256.
    /// Whoever has the id finds the tombstone by it; nobody finds the id by the tombstone.
    pub fn tombstone(self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"erased profile\0");
        hash.update(self.0.to_be_bytes());
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        format!("{:032x}", u128::from_be_bytes(first))
    }
}

/// One play of one film or episode by one profile, named by the client. Unique within the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlayId(pub Uuid);

impl fmt::Display for PlayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! named_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

named_ids! {
    /// What somebody brings from elsewhere with one file.
    ImportId;
    /// Work that somebody waits for.
    JobId;
    /// What changes the catalogue together: a load, a bulk edit.
    RunId;
    /// A file of a library.
    MediaFileId;
    /// A load or a scan that a command runs.
    SiteJobId;
}

impl SiteJobId {
    /// The id that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl MediaFileId {
    /// The id of a file that is first seen at this path of a library, by its scan of this number. So two scans of the same
    /// number that see the same file know it under one id.
    pub fn of_place(root: &str, path: &str, scan: u64) -> Self {
        let mut first = [0; 16];
        first.copy_from_slice(&digest(&["media file", root, path, &scan.to_string()])[..16]);
        Self(uuid::Builder::from_custom_bytes(first).into_uuid())
    }
}

/// 63 bits of SHA-256 over the parts.
fn derive(parts: &[&str]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest(parts)[..8]);
    u64::from_be_bytes(first) >> 1
}

/// SHA-256 over the parts, each closed by a byte that occurs in none of them.
fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(&hash.finalize()[..]);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_its_kind_and_its_slug_only() {
        assert_eq!(TitleId::of_slug("heat-1995"), TitleId::of_slug("heat-1995"));
        assert_ne!(
            TitleId::of_slug("heat-1995").0,
            PersonId::of_slug("heat-1995").0
        );
        assert_ne!(
            EpisodeId::of_ordinal(TitleId(1), 1, 11),
            EpisodeId::of_ordinal(TitleId(1), 11, 1)
        );
    }

    #[test]
    fn a_tombstone_is_of_one_profile_and_does_not_show_it() {
        let tombstone = ProfileId(0x0123_4567_89ab_cdef).tombstone();

        assert_eq!(tombstone, ProfileId(0x0123_4567_89ab_cdef).tombstone());
        assert_ne!(tombstone, ProfileId(0x0123_4567_89ab_cdee).tombstone());
        assert_eq!(tombstone.len(), 32);
        assert!(
            !tombstone.contains("0123456789abcdef") && !tombstone.contains("81985529216486895")
        );
    }

    #[test]
    fn an_id_survives_a_store_with_signed_integers() {
        let id = TitleId::of_slug("heat-1995");

        assert!(id.to_i64() >= 0);
        assert_eq!(TitleId::from_i64(id.to_i64()), id);
    }
}
