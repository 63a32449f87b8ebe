//! Documents that clients send once and name by their hash from then on (automatic persisted queries).

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::measured::measured;

/// The SHA-256 of a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentHash([u8; 32]);

/// How much is kept, so that nobody can fill a store by sending ever new documents.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of all texts, each counted with [`OVERHEAD`].
    pub bytes: usize,
    /// For how long what nobody uses is kept.
    pub idle: Duration,
}

/// What a text takes beside its bytes, about.
pub const OVERHEAD: usize = 256;

measured! {
/// Texts by their hash, the same to every server of a site. Only what was found good is put here, and whoever names what
/// is not here sends the text again: so a store may forget any of them at any time.
#[async_trait]
pub trait PersistedStore: Send + Sync {
    /// The text with this hash; it counts as used now.
    async fn persisted(&self, hash: DocumentHash) -> Result<Option<String>, StoreError>;

    /// Keeps a text; it counts as used now, and to put it again changes nothing else. Where all texts are more than the
    /// bounds allow, those are forgotten that nobody used for the longest time.
    async fn put_persisted(&self, hash: DocumentHash, text: &str) -> Result<(), StoreError>;
}
}

impl Default for Bounds {
    /// Some ten thousand documents.
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            idle: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

impl DocumentHash {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// From hexadecimal text in either case.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let digit = |digit: u8| char::from(digit).to_digit(16);
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = digit(pair[0])? << 4 | digit(pair[1])?;
            *byte = u8::try_from(value).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for DocumentHash {
    /// As lower-case hexadecimal text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let text = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";

        let hash = DocumentHash::of("{__typename}");

        assert_eq!(hash.to_string(), text);
        assert_eq!(DocumentHash::from_hex(text), Some(hash));
        assert_eq!(DocumentHash::from_hex(&text.to_uppercase()), Some(hash));
        for wrong in ["", &text[1..], &text.replace('e', "g"), &"é".repeat(32)] {
            assert_eq!(DocumentHash::from_hex(wrong), None, "{wrong}");
        }
    }
}
