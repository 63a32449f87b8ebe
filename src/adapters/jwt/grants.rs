//! Grants of media as JSON Web Tokens (RFC 7519), which the keys of access tokens sign: their type tells them apart.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::seal::Seal;
use crate::domain::accounts::{KeyRotation, SigningKeyStore};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, SessionId};
use crate::domain::video::{Grant, Grantee, Grants};
use crate::domain::watching::WatchedItem;

/// The `typ` of a grant: no other token of ours is ever taken for one, nor is it taken for another.
const TYPE: &str = "media+jwt";
/// Whom they are for.
const AUDIENCE: &str = "media";

/// Grants that Ed25519 keys sign.
pub struct JwtGrants {
    keys: Keys,
    validation: Validation,
}

/// What a grant says, as it is written: short, for it is a part of addresses. Ids are texts, because they have more bits
/// than a number of JavaScript.
#[derive(Serialize, Deserialize)]
struct Payload {
    aud: String,
    /// The id of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// The id of the API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The kind of the item and its id.
    of: (String, String),
    /// In seconds since the beginning of 1970, UTC.
    exp: i64,
}

impl JwtGrants {
    /// Grants with the keys of a store. They are sealed with the secret, if there is one: the same on every server of a
    /// site.
    pub fn new(
        keys: Arc<dyn SigningKeyStore>,
        clock: Arc<dyn Clock>,
        rotation: KeyRotation,
        secret: Option<SecretString>,
    ) -> Self {
        super::install();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["aud", "exp"]);
        // Against the time that is passed, below.
        validation.validate_exp = false;
        Self {
            keys: Keys::new(keys, clock, rotation, Seal(secret)),
            validation,
        }
    }
}

#[async_trait]
impl Grants for JwtGrants {
    async fn sign(&self, grant: &Grant) -> Result<String, StoreError> {
        let key_set = self.keys.current().await?;
        let signer = key_set.signer(self.keys.clock.now(), &self.keys.rotation);
        let (number, key) = signer
            .and_then(|key| Some((key.number, key.signs.as_ref()?)))
            .ok_or_else(|| StoreError::unavailable("no signing key is at hand"))?;
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(number.to_string()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, &Payload::of(grant), key).map_err(StoreError::failed)
    }

    async fn verify(&self, signed: &str, now: DateTime<Utc>) -> Result<Option<Grant>, StoreError> {
        let Some(number) = key_of(signed) else {
            return Ok(None);
        };
        let mut key_set = self.keys.current().await?;
        if key_set.find(number, now).is_none() {
            // Another server may have made it just now.
            key_set = self.keys.latest().await?;
        }
        let Some(key) = key_set.find(number, now) else {
            return Ok(None);
        };
        let decoded = jsonwebtoken::decode::<Payload>(signed, &key.checks, &self.validation);
        let grant = decoded.ok().and_then(|token| token.claims.read());
        Ok(grant.filter(|grant| grant.expires_at > now))
    }
}

/// The number of the key that a grant says it is signed with; `None` if it cannot be one of ours.
fn key_of(signed: &str) -> Option<u32> {
    let header = jsonwebtoken::decode_header(signed).ok()?;
    let number: u32 = header.kid?.parse().ok()?;
    (header.alg == Algorithm::EdDSA && header.typ.as_deref() == Some(TYPE)).then_some(number)
}

impl Payload {
    fn of(grant: &Grant) -> Self {
        let (sid, key) = match grant.to {
            Grantee::Anonymous => (None, None),
            Grantee::Session(id) => (Some(id.to_string()), None),
            Grantee::ApiKey(id) => (None, Some(id.to_string())),
        };
        let (kind, id) = grant.item.key();
        Self {
            aud: AUDIENCE.to_owned(),
            sid,
            key,
            of: (kind.to_owned(), id.to_string()),
            exp: grant.expires_at.timestamp(),
        }
    }

    fn read(&self) -> Option<Grant> {
        let to = match (&self.sid, &self.key) {
            (None, None) => Grantee::Anonymous,
            (Some(id), None) => Grantee::Session(SessionId(id.parse().ok()?)),
            (None, Some(id)) => Grantee::ApiKey(ApiKeyId(id.parse().ok()?)),
            (Some(_), Some(_)) => return None,
        };
        let (kind, id) = &self.of;
        Some(Grant {
            to,
            item: WatchedItem::from_key(kind, id.parse().ok()?)?,
            expires_at: DateTime::from_timestamp(self.exp, 0)?,
        })
    }
}
