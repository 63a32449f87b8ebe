//! The secret that proves a session: 256 random bits, of which only a hash is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// A session's secret, as the client holds it.
#[derive(Debug, Clone)]
pub struct SessionToken(SecretString);

/// What is stored of it: its SHA-256. With 256 random bits there is nothing to guess, so no salt and no slow hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl SessionToken {
    /// A new one.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// The one that a client sent, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == 43
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        is_token.then(|| Self(text.into()))
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

impl TokenHash {
    /// As lower-case hexadecimal text.
    pub fn to_hex(self) -> String {
        self.0
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or_default());
                text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or_default());
                text
            })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_again_by_its_hash() {
        let token = SessionToken::random(&mut rand::rng());
        let again = SessionToken::parse(token.expose()).unwrap();

        assert_eq!(again.hash(), token.hash());
        assert_eq!(
            TokenHash::from_hex(&token.hash().to_hex()),
            Some(token.hash())
        );
    }

    #[test]
    fn a_token_is_not_shown_by_accident() {
        let token = SessionToken::random(&mut rand::rng());

        assert!(!format!("{token:?}").contains(token.expose()));
    }

    #[test]
    fn what_has_not_the_form_of_a_token_is_none() {
        assert!(SessionToken::parse("short").is_none());
        assert!(SessionToken::parse(&"é".repeat(43)).is_none());
    }
}
