//! The keys that are in use at one moment, and which of them signs.
//!
//! A key signs for [`KeyRotation::signs`] after it was made. Its successor is made [`KeyRotation::announced`] before
//! that ends, and takes over when it was known to everybody for so long. Only a first key, or one that is needed because
//! no other can sign, signs at once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::seal::Seal;
use crate::domain::accounts::{Claims, KeyRotation, SigningKey};
use crate::domain::error::StoreError;

/// A key that tokens are checked with.
pub(super) struct Key {
    pub(super) number: u32,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    public: Vec<u8>,
    pub(super) checks: DecodingKey,
    /// `None` if the private key cannot be opened here: then another server signs with it.
    pub(super) signs: Option<EncodingKey>,
}

/// The keys that have not expired, by number.
pub(super) struct KeySet {
    keys: Vec<Key>,
    /// When they were read.
    pub(super) read_at: DateTime<Utc>,
}

impl Key {
    fn open(stored: SigningKey, seal: &Seal) -> Self {
        let private = seal.open(stored.number, &stored.private).ok();
        // A key that is not the one that it says would sign what nobody can check.
        let is_own = |private: &Vec<u8>| {
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(private)
                .is_ok_and(|pair| pair.public_key().as_ref() == stored.public)
        };
        Self {
            number: stored.number,
            created_at: stored.created_at,
            expires_at: stored.expires_at,
            checks: DecodingKey::from_ed_der(&stored.public),
            signs: private
                .filter(is_own)
                .map(|private| EncodingKey::from_ed_der(&private)),
            public: stored.public,
        }
    }

    /// Whether it was there when a token was issued, which says that in seconds.
    pub(super) fn is_older_than(&self, claims: &Claims) -> bool {
        self.created_at.timestamp() <= claims.issued_at.timestamp()
    }
}

impl KeySet {
    /// Unseals what was stored; a key that another secret sealed can still verify, and never signs.
    pub(super) fn open(stored: Vec<SigningKey>, seal: &Seal, now: DateTime<Utc>) -> Self {
        let keys = stored.into_iter().map(|key| Key::open(key, seal));
        Self {
            keys: keys.collect(),
            read_at: now,
        }
    }

    /// The key with this number.
    pub(super) fn find(&self, number: u32, now: DateTime<Utc>) -> Option<&Key> {
        self.keys
            .iter()
            .find(|key| key.number == number && key.expires_at > now)
    }

    /// The key that signs.
    pub(super) fn signer(&self, now: DateTime<Utc>, rotation: &KeyRotation) -> Option<&Key> {
        let able = |key: &&Key| key.signs.is_some() && now < signs_until(key.created_at, rotation);
        let was_announced = |key: &&Key| key.created_at + rotation.announced <= now;
        let announced = self.keys.iter().filter(able).rfind(was_announced);
        announced.or_else(|| self.keys.iter().find(able))
    }

    /// The numbers of the keys that cannot be opened here.
    pub(super) fn closed(&self) -> impl Iterator<Item = u32> {
        let closed = self.keys.iter().filter(|key| key.signs.is_none());
        closed.map(|key| key.number)
    }

    /// The number of the key that has to be made now, if one has to.
    pub(super) fn missing(&self, now: DateTime<Utc>, rotation: &KeyRotation) -> Option<u32> {
        // However long it is announced, a key has no successor in the first half of its time.
        let lead = rotation.announced.min(rotation.signs / 2);
        let is_recent = |key: &Key| now < key.created_at + rotation.signs - lead;
        let latest = self.keys.iter().rfind(|key| key.signs.is_some());
        if latest.is_some_and(is_recent) {
            return None;
        }
        let last = self.keys.last().map_or(0, |key| key.number);
        Some(last.saturating_add(1))
    }

    /// The public keys as a JSON Web Key Set (RFC 7517; of this curve RFC 8037).
    pub(super) fn public(&self, now: DateTime<Utc>) -> Value {
        let keys = self.keys.iter().filter(|key| key.expires_at > now);
        let keys: Vec<Value> = keys
            .map(|key| {
                json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "x": URL_SAFE_NO_PAD.encode(&key.public),
                    "kid": key.number.to_string(),
                    "alg": "EdDSA",
                    "use": "sig",
                })
            })
            .collect();
        json!({ "keys": keys })
    }
}

/// A new key pair of this number, its private half sealed.
pub(super) fn make(
    number: u32,
    seal: &Seal,
    now: DateTime<Utc>,
    rotation: &KeyRotation,
) -> Result<SigningKey, StoreError> {
    // What ring says of a failure is no error of the standard library, and nothing else than that there was one.
    let failed = || StoreError::failed("no signing key could be made");
    let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| failed())?;
    let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).map_err(|_| failed())?;
    Ok(SigningKey {
        number,
        private: seal.close(number, private.as_ref()).map_err(|_| failed())?,
        public: pair.public_key().as_ref().to_vec(),
        created_at: now,
        updated_at: now,
        expires_at: signs_until(now, rotation) + rotation.kept,
    })
}

/// Until when a key signs at the latest: a successor that is made late is announced as long as any other.
fn signs_until(created_at: DateTime<Utc>, rotation: &KeyRotation) -> DateTime<Utc> {
    created_at + rotation.signs + rotation.announced.max(TimeDelta::zero())
}
