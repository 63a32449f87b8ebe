//! Bytes that are kept beside the record, in a folder or on an object store, under a name that says what they are.
//!
//! What refers to them is in the record. Bytes under one name never change, so anybody may cache them for good.

use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::measured::measured;

/// The SHA-256 of bytes; as text 64 hexadecimal digits, small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobHash([u8; 32]);

/// What bytes are kept under: a path of a few short parts, from a folder that says what they are for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey(String);

/// One of the folders that the bytes of a purpose are spread over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobShelf(String);

/// What is known of bytes that are kept, without reading them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBlob {
    pub key: BlobKey,
    /// How many bytes there are.
    pub size: u64,
    /// When they were put the last time, by the clock of whoever keeps them.
    pub put_at: DateTime<Utc>,
}

/// The digits that bytes are spread over folders by: no folder has too many entries then.
const SPREAD: usize = 2;

measured! {
/// Bytes by their keys, the same to every server of a site.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Keeps these bytes, whole or not at all: nobody sees a part of them. When this is answered they are on the disk.
    /// To put them again changes nothing but when they were put.
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), StoreError>;

    /// All the bytes under this key; `None` if there are none.
    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, StoreError>;

    /// These of the bytes under this key, and no others are read; `None` if there are none. They must be at least one, and
    /// each must be there: [`Self::length`] says how many there are.
    async fn get_range(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<Bytes>, StoreError>;

    /// How many bytes there are under this key; `None` if it keeps nothing.
    async fn length(&self, key: &BlobKey) -> Result<Option<u64>, StoreError>;

    /// Whether there are bytes under this key.
    async fn exists(&self, key: &BlobKey) -> Result<bool, StoreError>;

    /// All that is kept on a shelf, in any order. What lies there under a name that is no key is left out.
    async fn list(&self, shelf: &BlobShelf) -> Result<Vec<KeptBlob>, StoreError>;

    /// Removes the bytes under this key, if there are any and they were not put since a moment. Says whether they were
    /// removed.
    async fn remove(&self, key: &BlobKey, unless_since: DateTime<Utc>) -> Result<bool, StoreError>;
}
}

impl BlobHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of all that was put into this one, for bytes that come one after the other.
    pub(in crate::domain) fn finish(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// The hash that a text says, in the one spelling that there is.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for BlobHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a SHA-256 in hexadecimal digits"))
    }
}

impl BlobKey {
    /// The key of bytes with this hash, in a folder.
    pub(in crate::domain) fn of(folder: &'static str, hash: &BlobHash) -> Self {
        let hash = hash.to_string();
        Self(format!("{folder}/{}/{hash}", &hash[..SPREAD]))
    }

    /// The key of what is made of the bytes under this key.
    pub(in crate::domain) fn made(folder: &'static str, hash: &BlobHash, name: &str) -> Self {
        let Self(original) = Self::of(folder, hash);
        Self(format!("{original}/{name}"))
    }

    /// The key that a path is; `None` for what nobody here has put.
    pub fn parse(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let (folder, spread, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let is_name = |part: &str| {
            let is_of_names = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
            let mut bytes = part.bytes();
            !part.is_empty()
                && !part.starts_with('.')
                && bytes.all(|it| is_of_names(it) || it == b'.' || it == b'-')
        };
        let is_key = is_name(folder)
            && BlobHash::parse(hash).is_some()
            && hash.get(..SPREAD) == Some(spread)
            && parts.next().is_none_or(is_name)
            && parts.next().is_none();
        is_key.then(|| Self(path.to_owned()))
    }

    /// The hash of the bytes, or of those that they were made of.
    pub fn hash(&self) -> Option<BlobHash> {
        BlobHash::parse(self.0.split('/').nth(2)?)
    }

    /// The path, with `/` between its parts: small letters, digits, dots and hyphens of ASCII alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BlobShelf {
    /// All shelves of a folder.
    pub(in crate::domain) fn all(folder: &'static str) -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(move |spread| Self(format!("{folder}/{spread:02x}")))
    }

    /// The shelf that a key is on.
    pub fn of(key: &BlobKey) -> Self {
        let parts: Vec<&str> = key.0.split('/').take(2).collect();
        Self(parts.join("/"))
    }

    /// The path, with `/` between its parts, as that of a key begins.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written_and_in_no_other_spelling() {
        let hash = BlobHash::of(b"{__typename}");

        let text = hash.to_string();

        assert_eq!(
            text,
            "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"
        );
        assert_eq!(BlobHash::parse(&text), Some(hash));
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<BlobHash>(&json).unwrap(), hash);
        for wrong in ["", &text[1..], &text.to_uppercase(), &"é".repeat(32)] {
            assert_eq!(BlobHash::parse(wrong), None, "{wrong}");
        }
        assert!(serde_json::from_str::<BlobHash>("\"ecf4\"").is_err());
    }

    #[test]
    fn keys_are_spread_by_the_beginning_of_their_hash() {
        let hash = BlobHash::of(b"{__typename}");

        let (original, made) = (
            BlobKey::of("pictures", &hash),
            BlobKey::made("renditions", &hash, "342.webp"),
        );

        assert_eq!(original.as_str(), format!("pictures/ec/{hash}"));
        assert_eq!(made.as_str(), format!("renditions/ec/{hash}/342.webp"));
        for key in [original, made] {
            assert_eq!(key.hash(), Some(hash));
            assert_eq!(BlobKey::parse(key.as_str()), Some(key.clone()));
            let shelves = BlobShelf::all("pictures").chain(BlobShelf::all("renditions"));
            let shelves: Vec<BlobShelf> = shelves.filter(|it| *it == BlobShelf::of(&key)).collect();
            assert_eq!(shelves.len(), 1, "{key}");
        }
    }

    #[test]
    fn what_nobody_here_has_put_has_no_key() {
        let hash = BlobHash::of(b"{__typename}");
        for path in [
            String::new(),
            format!("pictures/{hash}"),
            format!("pictures/ab/{hash}"),
            format!("Pictures/ec/{hash}"),
            format!("pictures/ec/{hash}#1"),
            format!("pictures/ec/{hash}/"),
            format!("renditions/ec/{hash}/1/2"),
            format!("renditions/ec/{hash}/../a"),
            format!("renditions/ec/{hash}/.."),
            format!("../ec/{hash}"),
            format!("../pictures/ec/{hash}"),
        ] {
            assert_eq!(BlobKey::parse(&path), None, "{path}");
        }
    }
}
