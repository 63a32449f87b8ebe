//! Signatures that somebody else made, of each kind that issuers use, and keys that earlier releases stored.

use std::collections::HashMap;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::install;

/// An Ed25519 key in PKCS #8 of version 2 as aws-lc writes it, and its public half.
const STORED: (&str, &str) = (
    "3051020101300506032b6570042204201c2caecf01636f5018a51a11677635844abe6a50496c752e11cb5c88564ac9c8\
     8121006fc296ee421c6ed9143f90999118a728106f5871383444894fbc8277e8eb7e3f",
    "6fc296ee421c6ed9143f90999118a728106f5871383444894fbc8277e8eb7e3f",
);

/// Keys and signatures that OpenSSL made, so that not one library checks itself.
#[derive(Deserialize)]
struct Signatures {
    keys: HashMap<String, Jwk>,
    tokens: Vec<Signed>,
}

#[derive(Deserialize)]
struct Signed {
    alg: Algorithm,
    key: String,
    token: String,
}

fn signatures() -> Signatures {
    install();
    serde_json::from_str(include_str!("signatures.json")).unwrap()
}

fn decode(algorithm: Algorithm, key: &DecodingKey, token: &str) -> Option<Value> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let decoded = jsonwebtoken::decode(token, key, &validation);
    decoded.ok().map(|token| token.claims)
}

/// The token with one bit of its last part but so many changed.
fn changed(token: &str, part_from_end: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let part = parts.len() - 1 - part_from_end;
    let other = if parts[part].as_bytes()[4] == b'A' {
        "B"
    } else {
        "A"
    };
    parts[part].replace_range(4..5, other);
    parts.join(".")
}

#[test]
fn signatures_of_each_kind_are_checked() {
    let signatures = signatures();

    for Signed { alg, key, token } in &signatures.tokens {
        let key = DecodingKey::from_jwk(&signatures.keys[key]).unwrap();
        assert_eq!(
            decode(*alg, &key, token),
            Some(json!({ "sub": "1" })),
            "{alg:?}"
        );
        assert_eq!(decode(*alg, &key, &changed(token, 0)), None, "{alg:?}");
        assert_eq!(decode(*alg, &key, &changed(token, 1)), None, "{alg:?}");
    }
    assert_eq!(signatures.tokens.len(), 9);
}

#[test]
fn a_signature_counts_only_for_its_own_key_and_algorithm() {
    let signatures = signatures();

    for one in &signatures.tokens {
        for other in &signatures.tokens {
            let key = DecodingKey::from_jwk(&signatures.keys[&other.key]).unwrap();
            let is_own = one.alg == other.alg;
            let checked = decode(other.alg, &key, &one.token);
            assert_eq!(
                checked.is_some(),
                is_own,
                "{:?} as {:?}",
                one.alg,
                other.alg
            );
        }
    }
}

#[test]
fn nothing_is_signed_or_checked_by_a_mac() {
    install();
    let claims = json!({ "sub": "1" });

    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let key = EncodingKey::from_secret(b"secret");
        assert!(jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).is_err());
    }
    // Of Python's `hmac`, with the key `secret`.
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.M11_c_Mkz5wKz70TPIkcPwzBTd5M-3ZW69WFmxuEnHk";
    let key = DecodingKey::from_secret(b"secret");
    assert_eq!(decode(Algorithm::HS256, &key, token), None);
}

#[test]
fn keys_that_aws_lc_stored_go_on_signing() {
    install();
    let bytes = |text: &str| -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pairs = digits
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).unwrap());
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect()
    };
    let private = EncodingKey::from_ed_der(&bytes(STORED.0));
    let claims = json!({ "sub": "1" });

    let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &private).unwrap();

    let public = DecodingKey::from_ed_der(&bytes(STORED.1));
    assert_eq!(decode(Algorithm::EdDSA, &public, &token), Some(claims));
}
