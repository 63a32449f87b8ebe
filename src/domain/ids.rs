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
    /// What somebody wrote of a title.
    CommentId;
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
    UserId, ProfileId, ApiKeyId, MailId, AuditId, ErasureId, CommentId
);

/// How many bits of an id are not its shard; the first of 64 is never set.
const BELOW_SHARD: u32 = 53;

impl SessionId {
    /// A new random id of a session of this user. It begins with the user's shard, so that a store that is spread over
    /// several servers can have all sessions of a user on one, and find each by its id alone.
    pub fn random_of(user: UserId, rng: &mut dyn Rng) -> Self {
        let below = rng.next_u64() >> (u64::BITS - BELOW_SHARD);
        Self((user.shard() << BELOW_SHARD) | below)
    }

    /// That of its user, from 0 to 1,023.
    pub fn shard(self) -> u64 {
        self.0 >> BELOW_SHARD
    }
}

impl UserId {
    /// Where what there is of this user lies together, from 0 to 1,023.
    pub fn shard(self) -> u64 {
        self.0 >> BELOW_SHARD
    }
}

impl TitleId {
    /// The id of the title that is first loaded under this slug.
    pub fn of_slug(slug: &str) -> Self {
        Self(derive(&["title", slug]))
    }

    /// What an episode is of that was deleted: no title has this id, and of each episode it is another, so that no two are
    /// at one place.
    pub fn of_deleted(episode: EpisodeId) -> Self {
        Self(derive(&["deleted", &episode.to_string()]))
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
    /// A file that somebody uploads.
    UploadId;
    /// What an item was prepared as.
    PackageId;
}

impl UploadId {
    /// The id that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// The id of what these parts are joined to, in this order: whoever joins them again gets the same.
    pub fn of_parts(parts: &[Self]) -> Self {
        let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let mut first = [0; 16];
        first.copy_from_slice(&digest(&["upload", &parts.join(" ")])[..16]);
        Self(uuid::Builder::from_custom_bytes(first).into_uuid())
    }

    /// Whether it is that of something joined: ids of what is begun are random, which UUIDs say of themselves.
    pub fn is_joined(self) -> bool {
        self.0.get_version() == Some(uuid::Version::Custom)
    }
}

impl SiteJobId {
    /// The id that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl PackageId {
    /// The id that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl MediaFileId {
    /// The id that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

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
    use rand::SeedableRng;
    use rand::rngs::StdRng;

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
    fn a_session_is_in_the_shard_of_its_user() {
        let rng = &mut StdRng::seed_from_u64(1);
        for _ in 0..100 {
            let user = UserId::random(rng);

            let sessions = [0, 1].map(|_| SessionId::random_of(user, rng));

            assert_eq!(sessions.map(SessionId::shard), [user.shard(); 2]);
            assert_ne!(sessions[0], sessions[1]);
            assert!(sessions[0].to_i64() >= 0 && user.shard() < 1024);
        }
    }

    #[test]
    fn an_id_survives_a_store_with_signed_integers() {
        let id = TitleId::of_slug("heat-1995");

        assert!(id.to_i64() >= 0);
        assert_eq!(TitleId::from_i64(id.to_i64()), id);
    }
}
