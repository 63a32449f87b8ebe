//! Private keys as they are stored: sealed with the site's secret if it has one.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf;
use secrecy::{ExposeSecret, SecretString};

/// The first byte of a private key that is stored as it is.
const PLAIN: u8 = 0;
/// The first byte of a sealed one: then come the nonce of 12 bytes, and the ciphertext with its tag of 16.
const SEALED: u8 = 1;
/// The length of a nonce.
const NONCE: usize = 12;

/// Seals and opens private keys: with AES-256-GCM, under a key that HKDF-SHA256 derives from the secret. Without one
/// they are stored plain.
pub(super) struct Seal(pub(super) Option<SecretString>);

impl Seal {
    /// The key with this number as it is stored.
    pub(super) fn close(&self, number: u32, private: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let Some(secret) = &self.0 else {
            return Ok([&[PLAIN], private].concat());
        };
        let mut sealed = private.to_vec();
        let number = Aad::from(number.to_be_bytes());
        let nonce = derive(secret)?.seal_in_place_append_tag(number, &mut sealed)?;
        Ok([&[SEALED], &nonce.as_ref()[..], &sealed].concat())
    }

    /// The key with this number from how it is stored; fails if it was sealed with another secret, or changed.
    pub(super) fn open(&self, number: u32, stored: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match (stored.split_first(), &self.0) {
            (Some((&PLAIN, private)), _) => Ok(private.to_vec()),
            (Some((&SEALED, sealed)), Some(secret)) => {
                let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(Unspecified)?;
                let nonce = Nonce::try_assume_unique_for_key(nonce)?;
                let number = Aad::from(number.to_be_bytes());
                let mut private = sealed.to_vec();
                let private = derive(secret)?.open_in_place(nonce, number, &mut private)?;
                Ok(private.to_vec())
            }
            _ => Err(Unspecified),
        }
    }
}

fn derive(secret: &SecretString) -> Result<RandomizedNonceKey, Unspecified> {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"reelgraph");
    let derived = salt.extract(secret.expose_secret().as_bytes());
    let mut key = [0; 32];
    derived
        .expand(&[b"signing keys of access tokens"], hkdf::HKDF_SHA256)?
        .fill(&mut key)?;
    RandomizedNonceKey::new(&AES_256_GCM, &key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &[u8] = b"a private key";

    fn seal(secret: &str) -> Seal {
        Seal(Some(secret.into()))
    }

    #[test]
    fn what_was_sealed_is_opened_with_the_same_secret_and_number_only() {
        let sealed = seal("secret").close(7, PRIVATE).unwrap();

        assert_eq!(seal("secret").open(7, &sealed).unwrap(), PRIVATE);
        assert_eq!(seal("other").open(7, &sealed), Err(Unspecified));
        assert_eq!(seal("secret").open(8, &sealed), Err(Unspecified));
        assert_eq!(Seal(None).open(7, &sealed), Err(Unspecified));
    }

    #[test]
    fn what_is_sealed_shows_nothing_and_is_never_the_same() {
        let seal = seal("secret");
        let (one, other) = (
            seal.close(7, PRIVATE).unwrap(),
            seal.close(7, PRIVATE).unwrap(),
        );

        assert_ne!(one, other);
        assert!(!one.windows(4).any(|part| PRIVATE.starts_with(part)));
        assert_eq!(one.len(), 1 + NONCE + PRIVATE.len() + 16);
    }

    #[test]
    fn what_was_changed_or_cut_off_is_not_opened() {
        let seal = seal("secret");
        let sealed = seal.close(7, PRIVATE).unwrap();

        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 2;
            assert_eq!(seal.open(7, &changed), Err(Unspecified), "byte {place}");
            assert_eq!(
                seal.open(7, &sealed[..place]),
                Err(Unspecified),
                "{place} bytes"
            );
        }
    }

    #[test]
    fn without_a_secret_keys_are_plain_and_stay_readable_when_there_is_one() {
        let plain = Seal(None).close(7, PRIVATE).unwrap();

        assert_eq!(Seal(None).open(7, &plain).unwrap(), PRIVATE);
        assert_eq!(seal("secret").open(7, &plain).unwrap(), PRIVATE);
    }
}
