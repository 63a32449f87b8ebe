//! Access tokens as JSON Web Tokens (RFC 7519).

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::key_set::Key;
use super::keys::Keys;
use super::seal::Seal;
use crate::domain::accounts::{AccessTokens, Claims, KeyRotation, SigningKeyStore, Verified};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{SessionId, UserId};

/// The `typ` of an access token (RFC 9068): no other token of ours is ever taken for one.
const TYPE: &str = "at+jwt";
/// Whom they are for.
const AUDIENCE: &str = "reelgraph";

/// Access tokens that Ed25519 keys sign.
pub struct JwtTokens {
    keys: Keys,
    issuer: String,
    validation: Validation,
}

/// What a token says, as it is written. Ids are texts, because they have more bits than a number of JavaScript.
#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    /// The id of the account.
    sub: String,
    /// The id of the session.
    sid: String,
    /// Seconds since 1970, as for all dates of a JWT (RFC 7519).
    iat: i64,
    exp: i64,
}

impl JwtTokens {
    /// Tokens of this issuer, with the keys of a store. They are sealed with the secret, if there is one: the same on
    /// every server of a site. After another secret was set, a new key signs, and what older ones signed stays good.
    pub fn new(
        keys: Arc<dyn SigningKeyStore>,
        clock: Arc<dyn Clock>,
        issuer: String,
        rotation: KeyRotation,
        secret: Option<SecretString>,
    ) -> Self {
        super::install();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Against the time that is passed, below.
        validation.validate_exp = false;
        Self {
            keys: Keys::new(keys, clock, rotation, Seal(secret)),
            issuer,
            validation,
        }
    }
}

#[async_trait]
impl AccessTokens for JwtTokens {
    async fn issue(&self, claims: &Claims) -> Result<String, StoreError> {
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
        let payload = Payload {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: claims.user.to_string(),
            sid: claims.session.to_string(),
            iat: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
        };
        jsonwebtoken::encode(&header, &payload, key).map_err(StoreError::failed)
    }

    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Verified, StoreError> {
        let Some(number) = key_of(token) else {
            return Ok(Verified::Wrong);
        };
        let mut key_set = self.keys.current().await?;
        if key_set.find(number, now).is_none() {
            // Another server may have made it just now.
            key_set = self.keys.latest().await?;
        }
        let Some(key) = key_set.find(number, now) else {
            return Ok(self.without_key(token, None, now));
        };
        let decoded = jsonwebtoken::decode::<Payload>(token, &key.checks, &self.validation);
        let claims = decoded.ok().and_then(|token| token.claims.read());
        Ok(match claims {
            Some(claims) if claims.expires_at > now => Verified::Good(claims),
            Some(claims) => Verified::Expired(claims),
            None => self.without_key(token, Some(key), now),
        })
    }

    async fn public_keys(&self) -> Result<serde_json::Value, StoreError> {
        let key_set = self.keys.current().await?;
        Ok(key_set.public(self.keys.clock.now()))
    }
}

impl JwtTokens {
    /// What a token is that no key checks. Keys are forgotten earlier than sessions end, and after that their numbers
    /// may be those of others, so it goes by what the token says of itself: nothing is gained by one that says it has
    /// ended.
    fn without_key(&self, token: &str, key: Option<&Key>, now: DateTime<Utc>) -> Verified {
        let said = jsonwebtoken::dangerous::insecure_decode::<Payload>(token);
        let is_ours = |said: &Payload| said.iss == self.issuer && said.aud == AUDIENCE;
        let claims = said.ok().map(|token| token.claims).filter(is_ours);
        match claims.and_then(|said| said.read()) {
            Some(claims)
                if claims.expires_at <= now
                    && key.is_none_or(|key| !key.is_older_than(&claims)) =>
            {
                Verified::Forgotten
            }
            _ => Verified::Wrong,
        }
    }
}

/// The number of the key that a token says it is signed with; `None` if it cannot be one of ours.
fn key_of(token: &str) -> Option<u32> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let number: u32 = header.kid?.parse().ok()?;
    (header.alg == Algorithm::EdDSA && header.typ.as_deref() == Some(TYPE)).then_some(number)
}

impl Payload {
    fn read(&self) -> Option<Claims> {
        Some(Claims {
            user: UserId(self.sub.parse().ok()?),
            session: SessionId(self.sid.parse().ok()?),
            issued_at: DateTime::from_timestamp(self.iat, 0)?,
            expires_at: DateTime::from_timestamp(self.exp, 0)?,
        })
    }
}
