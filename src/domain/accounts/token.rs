//! Secrets that prove something: 256 random bits each, of which only a hash is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::domain::ids::{ApiKeyId, SessionId};
use crate::domain::text::hex;

/// What all API keys begin with, so that scanners for leaked secrets know one when they see it.
const API_KEY_PREFIX: &str = "rgk_";

/// 256 random bits, as 43 characters of base64url.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

/// What is stored of a secret: its SHA-256. With 256 random bits there is nothing to guess, so no salt and no slow
/// hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenHash(pub [u8; 32]);

/// What makes the next refresh token of the one before. Whoever has only one of both learns nothing of the next, so it
/// can be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salt(pub [u8; 32]);

/// What a browser holds of its session.
#[derive(Debug, Clone)]
pub struct SessionToken {
    pub session: SessionId,
    pub secret: Secret,
}

/// What an app holds of its session, for one use.
///
/// All refresh tokens of a session share the `family`, which shows a used one to be a used one: somebody has a copy.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    pub session: SessionId,
    /// The same in all refresh tokens of the session.
    pub family: Secret,
    pub secret: Secret,
}

/// An API key, as a program holds it.
#[derive(Debug, Clone)]
pub struct ApiKeyToken {
    pub key: ApiKeyId,
    pub secret: Secret,
}

impl Secret {
    /// A new secret of 256 random bits.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// The one that comes after it with this salt: the same each time. Both parts are of one length, so nothing is gained
    /// by moving their border.
    #[must_use]
    pub fn successor(&self, salt: &Salt) -> Self {
        let digest = Sha256::new()
            .chain_update(self.expose().as_bytes())
            .chain_update(salt.0)
            .finalize();
        Self(URL_SAFE_NO_PAD.encode(digest).into())
    }

    /// The one that a client sent, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_secret = text.len() == 43
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        is_secret.then(|| Self(text.into()))
    }

    /// The text that the client is to hold.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is stored of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.expose().as_bytes()).into())
    }
}

impl Salt {
    /// A new one of 256 random bits.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl TokenHash {
    /// Whether it is that of the secret; takes as long whichever it is.
    pub fn is_of(&self, secret: &Secret) -> bool {
        self.0.ct_eq(&secret.hash().0).into()
    }

    /// As lower-case hexadecimal text.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// From lower-case hexadecimal text.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl SessionToken {
    /// The one that a client sent, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (session, secret) = text.split_once('.')?;
        Some(Self {
            session: SessionId(parse_id(session)?),
            secret: Secret::parse(secret)?,
        })
    }

    /// The text that the client is to hold.
    pub fn expose(&self) -> String {
        format!("{:x}.{}", self.session.0, self.secret.expose())
    }
}

impl RefreshToken {
    /// The one that a client sent, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let token = Self {
            session: SessionId(parse_id(parts.next()?)?),
            family: Secret::parse(parts.next()?)?,
            secret: Secret::parse(parts.next()?)?,
        };
        parts.next().is_none().then_some(token)
    }

    /// The text that the client is to hold.
    pub fn expose(&self) -> String {
        let (family, secret) = (self.family.expose(), self.secret.expose());
        format!("{:x}.{family}.{secret}", self.session.0)
    }
}

impl ApiKeyToken {
    /// The one that a client sent, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, secret) = text.strip_prefix(API_KEY_PREFIX)?.split_once('_')?;
        Some(Self {
            key: ApiKeyId(parse_id(key)?),
            secret: Secret::parse(secret)?,
        })
    }

    /// The text that the client is to hold.
    pub fn expose(&self) -> String {
        format!("{API_KEY_PREFIX}{:x}_{}", self.key.0, self.secret.expose())
    }
}

/// One spelling only: what `{:x}` writes of 63 bits.
fn parse_id(text: &str) -> Option<u64> {
    let id = u64::from_str_radix(text, 16).ok()?;
    (id <= u64::MAX >> 1 && format!("{id:x}") == text).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entropy::{Entropy, SystemEntropy};

    fn secret() -> Secret {
        Secret::random(&mut *SystemEntropy.rng())
    }

    #[test]
    fn a_secret_is_known_again_by_its_hash() {
        let secret = secret();
        let again = Secret::parse(secret.expose()).unwrap();

        assert!(secret.hash().is_of(&again));
        assert!(!secret.hash().is_of(&self::secret()));
        assert_eq!(
            TokenHash::from_hex(&secret.hash().to_hex()),
            Some(secret.hash())
        );
    }

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let session = SessionToken {
            session: SessionId(u64::MAX >> 1),
            secret: secret(),
        };
        let refresh = RefreshToken {
            session: SessionId(7),
            family: secret(),
            secret: secret(),
        };
        let key = ApiKeyToken {
            key: ApiKeyId(255),
            secret: secret(),
        };

        let session_again = SessionToken::parse(&session.expose()).unwrap();
        let refresh_again = RefreshToken::parse(&refresh.expose()).unwrap();
        let key_again = ApiKeyToken::parse(&key.expose()).unwrap();

        assert_eq!(session_again.expose(), session.expose());
        assert_eq!(refresh_again.expose(), refresh.expose());
        assert_eq!(key_again.expose(), key.expose());
        assert!(key.expose().starts_with("rgk_ff_"));
    }

    #[test]
    fn a_successor_follows_from_the_secret_and_the_salt_together() {
        let (secret, other) = (secret(), secret());
        let [salt, another] = [1, 2].map(|byte| Salt([byte; 32]));

        let next = secret.successor(&salt);

        assert_eq!(next.expose(), secret.successor(&salt).expose());
        assert!(Secret::parse(next.expose()).is_some());
        assert_ne!(next.expose(), secret.successor(&another).expose());
        assert_ne!(next.expose(), other.successor(&salt).expose());
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        let secret = secret();

        assert!(!format!("{secret:?}").contains(secret.expose()));
    }

    #[test]
    fn what_has_not_the_form_of_a_token_is_none() {
        let good = SessionToken {
            session: SessionId(10),
            secret: secret(),
        }
        .expose();

        assert!(SessionToken::parse(&good).is_some());
        for bad in [
            "short".to_owned(),
            "é".repeat(43),
            good.to_uppercase(),
            format!("0{good}"),
            format!("+{good}"),
            format!("{good}.{good}"),
            good.replace('.', ""),
        ] {
            assert!(SessionToken::parse(&bad).is_none(), "{bad}");
        }
        assert!(RefreshToken::parse(&good).is_none());
        assert!(ApiKeyToken::parse(&good).is_none());
    }
}
