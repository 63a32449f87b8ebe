//! Private keys as they are stored: sealed with the site's secret if it has one.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use ring::error::Unspecified;
use ring::hkdf;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};

/// The first byte of a private key that is stored as it is.
const PLAIN: u8 = 0;
/// The first byte of a sealed one: then come the nonce of 12 bytes, and the ciphertext with its tag of 16.
const SEALED: u8 = 1;

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
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce)?;
        let key = derive(secret)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), number, &mut sealed)?;
        Ok([&[SEALED], &nonce[..], &sealed].concat())
    }

    /// The key with this number from how it is stored; fails if it was sealed with another secret, or changed.
    pub(super) fn open(&self, number: u32, stored: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match (stored.split_first(), &self.0) {
            (Some((&PLAIN, private)), _) => Ok(private.to_vec()),
            (Some((&SEALED, sealed)), Some(secret)) => {
                let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(Unspecified)?;
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

fn derive(secret: &SecretString) -> Result<LessSafeKey, Unspecified> {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"reelgraph");
    let derived = salt.extract(secret.expose_secret().as_bytes());
    let key = derived.expand(&[b"signing keys of access tokens"], &AES_256_GCM)?;
    Ok(LessSafeKey::new(key.into()))
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
        assert_eq!(one.len(), 1 + NONCE_LEN + PRIVATE.len() + 16);
    }

    #[test]
    fn what_was_changed_or_cut_off_is_not_opened() {
        let seal = seal("secret");
        let sealed = seal.close(7, PRIVATE).unwrap();

        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 2;
            assert_eq!(seal.open(7, &changed), Err(Unspecified), "byte {index}");
            assert_eq!(
                seal.open(7, &sealed[..index]),
                Err(Unspecified),
                "{index} bytes"
            );
        }
    }

    #[test]
    fn without_a_secret_keys_are_plain_and_stay_readable_when_there_is_one() {
        let plain = Seal(None).close(7, PRIVATE).unwrap();

        assert_eq!(Seal(None).open(7, &plain).unwrap(), PRIVATE);
        assert_eq!(seal("secret").open(7, &plain).unwrap(), PRIVATE);
    }

    /// Of Python's `cryptography`: HKDF-SHA256, then AES-256-GCM with the nonce 0 to 11. So earlier releases stored
    /// keys, too.
    #[test]
    fn it_is_sealed_as_the_standards_say() {
        let sealed: Vec<u8> = [
            &[1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11][..],
            &[
                0x9a, 0xaa, 0x39, 0x45, 0x8d, 0x6a, 0x05, 0x1f, 0xbb, 0x8d, 0x0d, 0xc7, 0xc9,
            ],
            &[
                0x7a, 0xc8, 0xa2, 0x0a, 0x81, 0x5d, 0x2f, 0x68, 0xc2, 0xd3, 0x25, 0x63, 0xab,
            ],
            &[0xa4, 0x01, 0x49],
        ]
        .concat();

        assert_eq!(seal("secret").open(7, &sealed).unwrap(), PRIVATE);
    }
}
