//! The token by which an issuer says who somebody is, and whether it holds (OpenID Connect Core 1.0, 3.1.3.7).

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The signatures that are checked: with public keys. A MAC would make everybody who has the client's secret an
/// issuer.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a token must say.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    /// The address of who must have issued it, letter by letter.
    pub(super) issuer: &'a str,
    /// For whom, and for nobody else.
    pub(super) client_id: &'a str,
    /// Which log-in it belongs to.
    pub(super) nonce: &'a str,
    /// The time: it has not expired.
    pub(super) now: DateTime<Utc>,
}

/// Why a token does not hold.
#[derive(Debug, thiserror::Error)]
pub(super) enum IdTokenError {
    /// None of the known keys signed it. The issuer may have others by now.
    #[error("none of the issuer's keys signed it")]
    Signature,
    /// It is signed in a way that is never taken.
    #[error("it is no signed token of a known sort")]
    Sort,
    /// It is signed, and says something else than it should.
    #[error("its {0} is not what it should be")]
    Claim(&'static str),
}

/// What the token says.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: f64,
    // It must be there, whatever it says.
    #[serde(rename = "iat")]
    _iat: f64,
    nonce: Option<String>,
    #[serde(flatten)]
    person: Person,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What an issuer says of a person: in a token, or when it is asked.
#[derive(Deserialize)]
pub(super) struct Person {
    /// Who it is, for this issuer.
    pub(super) sub: String,
    /// The address, if it is told.
    pub(super) email: Option<String>,
    /// Whether the issuer says that mail arrives there. Some write it as a text.
    #[serde(default, deserialize_with = "truth")]
    pub(super) email_verified: bool,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Person {
    /// The name without a language, or else the first.
    pub(super) fn name(&self) -> Option<&str> {
        let in_a_language = || self.others.iter().find(|(key, _)| key.starts_with("name#"));
        let plain = self.others.get("name");
        plain.or_else(|| Some(in_a_language()?.1))?.as_str()
    }
}

/// Whom a token is about, if it holds.
pub(super) fn check(
    token: &str,
    keys: &JwkSet,
    expected: Expected<'_>,
) -> Result<Person, IdTokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| IdTokenError::Sort)?;
    let is_jwt = |typ: &str| {
        let sort = typ.to_ascii_lowercase();
        ["jwt", "application/jwt"].contains(&sort.as_str())
    };
    let is_taken = ALGORITHMS.contains(&header.alg)
        && header.crit.is_none()
        && header.typ.as_deref().is_none_or(is_jwt);
    if !is_taken {
        return Err(IdTokenError::Sort);
    }
    // What the token says is checked below, all of it against what is expected and the time that is passed.
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let mut fitting = keys.keys.iter().filter(|key| fits(key, &header));
    let claims = fitting.find_map(|key| {
        let key = DecodingKey::from_jwk(key).ok()?;
        let told = jsonwebtoken::decode::<Value>(token, &key, &validation);
        Some(told.ok()?.claims)
    });
    let claims = claims.ok_or(IdTokenError::Signature)?;
    let claims: Claims = serde_json::from_value(claims).map_err(|_| IdTokenError::Claim("form"))?;
    claims.check(expected)
}

/// Whether a key may have signed what has this header.
fn fits(key: &Jwk, header: &Header) -> bool {
    let common = &key.common;
    let is_named = header.kid.is_none() || header.kid == common.key_id;
    let signs = common.public_key_use.as_ref();
    let signs = signs.is_none_or(|wanted| *wanted == PublicKeyUse::Signature);
    let verifies = common.key_operations.as_ref();
    let verifies = verifies.is_none_or(|wanted| wanted.contains(&KeyOperations::Verify));
    let is_for_it = common.key_algorithm;
    let is_for_it = is_for_it.is_none_or(|wanted| wanted == header.alg.into());
    is_named && signs && verifies && is_for_it
}

impl Claims {
    fn check(self, expected: Expected<'_>) -> Result<Person, IdTokenError> {
        let audience = match &self.aud {
            Audience::One(one) => std::slice::from_ref(one),
            Audience::Many(many) => many,
        };
        let is_ours = !audience.is_empty() && audience.iter().all(|one| one == expected.client_id);
        #[expect(clippy::cast_precision_loss, reason = "seconds are below 2^53")]
        let now = expected.now.timestamp() as f64;
        if self.iss != expected.issuer {
            Err(IdTokenError::Claim("iss"))
        } else if !is_ours {
            Err(IdTokenError::Claim("aud"))
        } else if self.exp <= now {
            Err(IdTokenError::Claim("exp"))
        } else if self.nonce.as_deref() != Some(expected.nonce) {
            Err(IdTokenError::Claim("nonce"))
        } else if self.person.sub.is_empty() {
            Err(IdTokenError::Claim("sub"))
        } else {
            Ok(self.person)
        }
    }
}

/// Some issuers write `"true"` for `true`; everything else is no.
fn truth<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(value)?;
    Ok(value == Value::Bool(true) || value == "true")
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::EncodingKey;
    use ring::rand::SystemRandom;
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;
    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://issuer.example",
        client_id: "client",
        nonce: "nonce",
        now: DateTime::from_timestamp(NOW, 0).unwrap(),
    };

    struct Issuer {
        private: Vec<u8>,
        /// The public key as a JSON Web Key (RFC 7517).
        key: Value,
    }

    impl Issuer {
        fn new() -> Self {
            crate::adapters::jwt::install();
            let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
            let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).unwrap();
            let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
            Self {
                private: private.as_ref().to_vec(),
                key: json!({ "kty": "OKP", "crv": "Ed25519", "kid": "1", "x": x }),
            }
        }

        fn keys(&self, with: &Value) -> JwkSet {
            let mut key = self.key.clone();
            merge(&mut key, with);
            serde_json::from_value(json!({ "keys": [key] })).unwrap()
        }

        fn check_with(&self, header: &Header, claims: &Value) -> Result<Person, IdTokenError> {
            let key = EncodingKey::from_ed_der(&self.private);
            let token = jsonwebtoken::encode(header, claims, &key).unwrap();
            check(&token, &self.keys(&json!({})), EXPECTED)
        }
    }

    /// Puts fields in the place of others; `null` takes one out.
    fn merge(into: &mut Value, with: &Value) {
        let into = into.as_object_mut().unwrap();
        for (field, value) in with.as_object().unwrap() {
            into.insert(field.clone(), value.clone());
        }
        into.retain(|_, value| !value.is_null());
    }

    fn header() -> Header {
        Header {
            kid: Some("1".to_owned()),
            ..Header::new(Algorithm::EdDSA)
        }
    }

    fn claims(with: &Value) -> Value {
        let mut claims = json!({
            "iss": "https://issuer.example", "aud": "client", "nonce": "nonce", "sub": "42",
            "iat": NOW - 5, "exp": NOW + 300,
        });
        merge(&mut claims, with);
        claims
    }

    fn told(checked: Result<Person, IdTokenError>) -> String {
        checked.map_or_else(|error| error.to_string(), |person| person.sub)
    }

    #[test]
    fn every_claim_has_to_be_there_and_right() {
        let issuer = Issuer::new();

        for (with, expected) in [
            (json!({}), "42"),
            (json!({ "aud": ["client"] }), "42"),
            (json!({ "exp": NOW + 1 }), "42"),
            (
                json!({ "iss": "https://issuer.example/" }),
                "its iss is not what it should be",
            ),
            (
                json!({ "iss": ["https://issuer.example"] }),
                "its form is not what it should be",
            ),
            (json!({ "iss": null }), "its form is not what it should be"),
            (
                json!({ "aud": "another" }),
                "its aud is not what it should be",
            ),
            (json!({ "aud": [] }), "its aud is not what it should be"),
            // The other one could use it here.
            (
                json!({ "aud": ["client", "another"] }),
                "its aud is not what it should be",
            ),
            (json!({ "aud": null }), "its form is not what it should be"),
            (json!({ "exp": NOW }), "its exp is not what it should be"),
            (json!({ "exp": null }), "its form is not what it should be"),
            (json!({ "iat": null }), "its form is not what it should be"),
            (
                json!({ "nonce": "another" }),
                "its nonce is not what it should be",
            ),
            (
                json!({ "nonce": null }),
                "its nonce is not what it should be",
            ),
            (json!({ "sub": "" }), "its sub is not what it should be"),
            (json!({ "sub": null }), "its form is not what it should be"),
        ] {
            let checked = issuer.check_with(&header(), &claims(&with));
            assert_eq!(told(checked), expected, "{with}");
        }
    }

    #[test]
    fn the_header_says_a_sort_and_a_key_that_are_taken() {
        let issuer = Issuer::new();
        let claims = claims(&json!({}));
        let with = |change: fn(&mut Header)| {
            let mut header = header();
            change(&mut header);
            told(issuer.check_with(&header, &claims))
        };

        assert_eq!(with(|header| header.typ = None), "42");
        assert_eq!(with(|header| header.kid = None), "42");
        let sort = "it is no signed token of a known sort";
        assert_eq!(with(|header| header.typ = Some("at+jwt".to_owned())), sort);
        assert_eq!(
            with(|header| header.crit = Some(vec!["exp".to_owned()])),
            sort
        );
        let signature = "none of the issuer's keys signed it";
        assert_eq!(with(|header| header.kid = Some("2".to_owned())), signature);
    }

    #[test]
    fn a_key_signs_only_what_it_is_for() {
        let (issuer, other) = (Issuer::new(), Issuer::new());
        let key = EncodingKey::from_ed_der(&issuer.private);
        let token = jsonwebtoken::encode(&header(), &claims(&json!({})), &key).unwrap();
        let told = |keys: &JwkSet| told(check(&token, keys, EXPECTED));

        assert_eq!(
            told(&issuer.keys(&json!({ "use": "sig", "alg": "EdDSA" }))),
            "42"
        );
        assert_eq!(told(&issuer.keys(&json!({ "key_ops": ["verify"] }))), "42");
        for with in [
            json!({ "use": "enc" }),
            json!({ "alg": "RS256" }),
            json!({ "key_ops": ["sign"] }),
            json!({ "kid": null }),
        ] {
            let told = told(&issuer.keys(&with));
            assert_eq!(told, "none of the issuer's keys signed it", "{with}");
        }
        assert_eq!(
            told(&other.keys(&json!({}))),
            "none of the issuer's keys signed it"
        );
    }

    #[test]
    fn an_address_is_vouched_for_by_a_yes_only() {
        let issuer = Issuer::new();
        for (value, expected) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!("yes"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let claims = claims(&json!({ "email": "a@b.example", "email_verified": value }));
            let person = issuer.check_with(&header(), &claims).unwrap();
            assert_eq!(person.email_verified, expected, "{value}");
        }
    }

    #[test]
    fn a_name_without_a_language_comes_first() {
        let name = |value: Value| -> Option<String> {
            let person: Person = serde_json::from_value(value).unwrap();
            person.name().map(str::to_owned)
        };

        assert_eq!(
            name(json!({ "sub": "1", "name#de": "Adele", "name": "Ada" })),
            Some("Ada".to_owned())
        );
        assert_eq!(
            name(json!({ "sub": "1", "name#de": "Adele" })),
            Some("Adele".to_owned())
        );
        assert_eq!(name(json!({ "sub": "1", "nickname": "A" })), None);
    }
}
