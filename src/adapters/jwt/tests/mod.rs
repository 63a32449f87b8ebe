//! Tokens as they are issued, changed, forged and outlived.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::JwtTokens;
use crate::domain::accounts::{AccessTokens, Claims, KeyRotation, SigningKey, SigningKeyStore};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{SessionId, UserId};

const ISSUER: &str = "https://films.example";

/// A clock that stands until it is moved.
struct SetClock(Mutex<DateTime<Utc>>);

impl SetClock {
    fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A store that can be away, and counts who asks it.
#[derive(Default)]
struct Shelf {
    keys: Mutex<Vec<SigningKey>>,
    reads: AtomicUsize,
    is_away: AtomicBool,
}

#[async_trait]
impl SigningKeyStore for Shelf {
    async fn signing_keys(&self, now: DateTime<Utc>) -> Result<Vec<SigningKey>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("away"));
        }
        let mut keys = self.keys.lock().unwrap().clone();
        // Lets others read the same before this one writes.
        tokio::task::yield_now().await;
        keys.retain(|key| key.expires_at > now);
        keys.sort_by_key(|key| key.number);
        Ok(keys)
    }

    async fn add_signing_key(
        &self,
        key: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut keys = self.keys.lock().unwrap();
        keys.retain(|key| key.expires_at > now);
        let is_new = keys.iter().all(|other| other.number != key.number);
        if is_new {
            keys.push(key.clone());
        }
        Ok(is_new)
    }
}

struct World {
    clock: Arc<SetClock>,
    shelf: Arc<Shelf>,
}

impl World {
    fn new() -> Self {
        let start = "2026-01-01T00:00:00Z".parse().unwrap();
        Self {
            clock: Arc::new(SetClock(Mutex::new(start))),
            shelf: Arc::default(),
        }
    }

    fn server_of(&self, issuer: &str, secret: Option<&str>) -> JwtTokens {
        JwtTokens::new(
            self.shelf.clone(),
            self.clock.clone(),
            issuer.to_owned(),
            KeyRotation::default(),
            secret.map(Into::into),
        )
    }

    fn server(&self) -> JwtTokens {
        self.server_of(ISSUER, Some("secret"))
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn claims(&self) -> Claims {
        Claims {
            user: UserId(u64::MAX >> 1),
            session: SessionId(7),
            issued_at: self.now(),
            expires_at: self.now() + TimeDelta::minutes(10),
        }
    }

    fn reads(&self) -> usize {
        self.shelf.reads.load(Ordering::SeqCst)
    }
}

/// The header and the payload of a token.
fn parts(token: &str) -> (Value, Value) {
    let mut parts = token
        .split('.')
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok());
    let mut next = || parts.next().flatten().unwrap();
    (next(), next())
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn numbers(key_set: &Value) -> Vec<&str> {
    let keys = key_set["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_token_says_what_was_put_into_it() {
    let world = World::new();
    let server = world.server();

    let token = server.issue(&world.claims()).await.unwrap();

    let (header, payload) = parts(&token);
    assert_eq!(
        header,
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "1" })
    );
    assert_eq!(
        payload,
        json!({
            "iss": ISSUER,
            "aud": "reelgraph",
            "sub": "9223372036854775807",
            "sid": "7",
            "iat": 1_767_225_600,
            "exp": 1_767_226_200,
        })
    );
    let verified = server.verify(&token, world.now()).await.unwrap();
    assert_eq!(verified, Some(world.claims()));
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let world = World::new();
    let server = world.server();
    let claims = world.claims();
    let token = server.issue(&claims).await.unwrap();

    let before = claims.expires_at - TimeDelta::milliseconds(1);

    assert_eq!(server.verify(&token, before).await.unwrap(), Some(claims));
    let end = server.verify(&token, claims.expires_at).await.unwrap();
    assert_eq!(end, None);
}

#[tokio::test]
async fn what_was_changed_proves_nothing() {
    let world = World::new();
    let server = world.server();
    let token = server.issue(&world.claims()).await.unwrap();
    let (mut header, mut payload) = parts(&token);
    let signature = token.rsplit('.').next().unwrap();

    payload["sub"] = json!("8");
    let other_user = format!("{}.{}.{signature}", encoded(&header), encoded(&payload));
    let unsigned = {
        header["alg"] = json!("none");
        format!("{}.{}.", encoded(&header), encoded(&payload))
    };

    for changed in [
        other_user.as_str(),
        &unsigned,
        "",
        "a.b.c",
        &token[..token.len() - 4],
    ] {
        let verified = server.verify(changed, world.now()).await.unwrap();
        assert_eq!(verified, None, "{changed}");
    }
    for place in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        let verified = server.verify(&changed, world.now()).await.unwrap();
        assert_eq!(verified, None, "character {place}");
    }
}

#[tokio::test]
async fn what_others_signed_proves_nothing() {
    let world = World::new();
    let server = world.server();
    let token = server.issue(&world.claims()).await.unwrap();
    let (_, payload) = parts(&token);
    let public = world.shelf.keys.lock().unwrap()[0].public.clone();
    let header = |algorithm| Header {
        typ: Some("at+jwt".to_owned()),
        kid: Some("1".to_owned()),
        ..Header::new(algorithm)
    };

    // The public key as the secret of a symmetric algorithm: what a server that trusts the header falls for.
    let symmetric = [&public[..], URL_SAFE_NO_PAD.encode(&public).as_bytes()].map(|secret| {
        let secret = EncodingKey::from_secret(secret);
        jsonwebtoken::encode(&header(Algorithm::HS256), &payload, &secret).unwrap()
    });
    let stranger = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
    let stranger = EncodingKey::from_ed_der(stranger.to_pkcs8().unwrap().as_ref());
    let foreign = jsonwebtoken::encode(&header(Algorithm::EdDSA), &payload, &stranger).unwrap();

    for forged in symmetric.iter().chain([&foreign]) {
        let verified = server.verify(forged, world.now()).await.unwrap();
        assert_eq!(verified, None, "{forged}");
    }
}

/// What the right key signed, but not as an access token of this site.
#[tokio::test]
async fn a_token_for_something_else_proves_nothing() {
    let world = World::new();
    let server = world.server_of(ISSUER, None);
    let token = server.issue(&world.claims()).await.unwrap();
    let (_, good) = parts(&token);
    let stored = world.shelf.keys.lock().unwrap()[0].private.clone();
    let key = EncodingKey::from_ed_der(&stored[1..]);
    let header = |typ: &str, kid: Option<&str>| Header {
        typ: Some(typ.to_owned()),
        kid: kid.map(str::to_owned),
        ..Header::new(Algorithm::EdDSA)
    };
    let own = header("at+jwt", Some("1"));
    let sign =
        |header: &Header, payload: &Value| jsonwebtoken::encode(header, payload, &key).unwrap();
    let with = |field: &str, value: Value| {
        let mut payload = good.clone();
        payload[field] = value;
        payload
    };
    let without = |field: &str| {
        let mut payload = good.clone();
        payload.as_object_mut().unwrap().remove(field);
        payload
    };

    let again = server.verify(&sign(&own, &good), world.now()).await;
    assert_eq!(again.unwrap(), Some(world.claims()), "the test signs well");
    let mut wrong = vec![
        sign(&header("JWT", Some("1")), &good),
        sign(&header("at+jwt", None), &good),
        sign(&header("at+jwt", Some("2")), &good),
        sign(&header("at+jwt", Some("../1")), &good),
        sign(&own, &with("iss", json!("https://other.example"))),
        sign(&own, &with("aud", json!("other"))),
        sign(&own, &with("aud", json!([]))),
        sign(&own, &with("sub", json!("somebody"))),
        sign(&own, &with("exp", json!("1767226200"))),
    ];
    for field in ["iss", "aud", "sub", "sid", "iat", "exp"] {
        wrong.push(sign(&own, &without(field)));
    }
    for token in wrong {
        let verified = server.verify(&token, world.now()).await.unwrap();
        assert_eq!(verified, None, "{:?}", parts(&token));
    }
    let elsewhere = world.server_of("https://other.example", None);
    assert_eq!(elsewhere.verify(&token, world.now()).await.unwrap(), None);
}

/// Half a year, in steps of six hours.
#[tokio::test]
async fn keys_change_without_a_token_that_fails() {
    let world = World::new();
    let (one, other) = (world.server(), world.server());
    let rotation = KeyRotation::default();
    let mut published: Vec<(String, DateTime<Utc>)> = Vec::new();
    let mut signed = Vec::new();
    let mut tokens: Vec<(String, Claims)> = Vec::new();

    for _ in 0..4 * 183 {
        let now = world.now();
        let key_set = one.public_keys().await.unwrap();
        for number in numbers(&key_set) {
            if published.iter().all(|(known, _)| known != number) {
                published.push((number.to_owned(), now));
            }
        }
        let claims = Claims {
            expires_at: now + rotation.kept,
            ..world.claims()
        };
        let token = one.issue(&claims).await.unwrap();
        let number = parts(&token).0["kid"].as_str().unwrap().to_owned();
        if signed.last() != Some(&number) {
            // The first key had nobody to take over from.
            let (_, since) = published
                .iter()
                .find(|(known, _)| *known == number)
                .unwrap();
            assert!(
                number == "1" || now - *since >= rotation.announced,
                "key {number}"
            );
            signed.push(number);
        }
        tokens.push((token, claims));
        tokens.retain(|(_, claims)| claims.expires_at > now);
        for (token, claims) in &tokens {
            for server in [&one, &other] {
                let verified = server.verify(token, now).await.unwrap();
                assert_eq!(verified.as_ref(), Some(claims));
            }
        }
        assert!((1..=3).contains(&numbers(&key_set).len()));
        world.clock.pass(TimeDelta::hours(6));
    }

    assert_eq!(signed, ["1", "2", "3", "4", "5", "6", "7"]);
}

#[tokio::test]
async fn a_key_that_nobody_made_in_time_is_still_announced() {
    let world = World::new();
    let server = world.server();
    server.issue(&world.claims()).await.unwrap();
    let rotation = KeyRotation::default();

    // Nobody came between.
    world.clock.pass(rotation.signs + rotation.announced / 2);
    let late = server.issue(&world.claims()).await.unwrap();
    world.clock.pass(rotation.announced);
    let next = server.issue(&world.claims()).await.unwrap();

    let set = server.public_keys().await.unwrap();
    assert_eq!(numbers(&set), ["1", "2"]);
    assert_eq!(parts(&late).0["kid"], "1");
    assert_eq!(parts(&next).0["kid"], "2");
}

#[tokio::test]
async fn after_a_long_sleep_a_new_key_signs_at_once() {
    let world = World::new();
    let server = world.server();
    server.issue(&world.claims()).await.unwrap();

    world.clock.pass(TimeDelta::days(400));
    let token = server.issue(&world.claims()).await.unwrap();

    let verified = server.verify(&token, world.now()).await.unwrap();
    assert_eq!(verified, Some(world.claims()));
    assert_eq!(world.shelf.keys.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn servers_that_start_at_the_same_time_share_one_key() {
    let world = World::new();
    let servers: Vec<JwtTokens> = (0..5).map(|_| world.server()).collect();

    let claims = world.claims();
    let issued = servers.iter().map(|server| server.issue(&claims));
    let tokens = futures::future::join_all(issued).await;

    for (server, token) in servers.iter().zip(tokens.iter().rev()) {
        let verified = server.verify(token.as_ref().unwrap(), world.now()).await;
        assert_eq!(verified.unwrap(), Some(claims));
    }
    assert_eq!(world.shelf.keys.lock().unwrap().len(), 1);
    let sets = [
        servers[0].public_keys().await.unwrap(),
        servers[4].public_keys().await.unwrap(),
    ];
    assert_eq!(sets[0], sets[1]);
}

#[tokio::test]
async fn the_key_set_is_what_others_check_tokens_with() {
    let world = World::new();
    let server = world.server();
    let token = server.issue(&world.claims()).await.unwrap();

    let set = server.public_keys().await.unwrap();

    let public = world.shelf.keys.lock().unwrap()[0].public.clone();
    assert_eq!(
        set,
        json!({ "keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(public),
            "kid": "1",
            "alg": "EdDSA",
            "use": "sig",
        }] })
    );
    let key = &serde_json::from_value::<jsonwebtoken::jwk::JwkSet>(set)
        .unwrap()
        .keys[0];
    let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
    let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["reelgraph"]);
    validation.validate_exp = false;
    let read = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();
    assert_eq!(read.claims["sid"], "7");
}

#[tokio::test]
async fn checking_a_token_asks_no_store() {
    let world = World::new();
    let server = world.server();
    let token = server.issue(&world.claims()).await.unwrap();
    let before = world.reads();

    for _ in 0..100 {
        assert!(server.verify(&token, world.now()).await.unwrap().is_some());
    }

    assert_eq!(world.reads(), before);
}

#[tokio::test]
async fn made_up_keys_do_not_hammer_the_store() {
    let world = World::new();
    let server = world.server();
    let token = server.issue(&world.claims()).await.unwrap();
    let (mut header, _) = parts(&token);
    let rest = token.split_once('.').unwrap().1;
    world.clock.pass(TimeDelta::seconds(2));
    let before = world.reads();

    for number in 2..100 {
        header["kid"] = json!(number.to_string());
        let made_up = format!("{}.{rest}", encoded(&header));
        assert_eq!(server.verify(&made_up, world.now()).await.unwrap(), None);
    }

    assert_eq!(world.reads(), before + 1);
}

#[tokio::test]
async fn while_the_store_is_away_known_keys_go_on() {
    let world = World::new();
    let server = world.server();
    server.issue(&world.claims()).await.unwrap();
    world.shelf.is_away.store(true, Ordering::SeqCst);

    world.clock.pass(TimeDelta::hours(2));
    let token = server.issue(&world.claims()).await.unwrap();
    let verified = server.verify(&token, world.now()).await.unwrap();

    assert_eq!(verified, Some(world.claims()));
    // A server that knows no key cannot tell a good token from a bad one, and says so, a second time too.
    let stranger = world.server();
    for _ in 0..2 {
        let failed = stranger.verify(&token, world.now()).await;
        assert!(
            matches!(failed, Err(StoreError::Unavailable(_))),
            "{failed:?}"
        );
    }
    world.shelf.is_away.store(false, Ordering::SeqCst);
    world.clock.pass(TimeDelta::seconds(1));
    let verified = stranger.verify(&token, world.now()).await.unwrap();
    assert!(verified.is_some());
}

#[tokio::test]
async fn with_another_secret_the_site_goes_on_with_a_new_key() {
    let world = World::new();
    let before = world.server();
    let old = before.issue(&world.claims()).await.unwrap();

    let after = world.server_of(ISSUER, Some("another secret"));
    let new = after.issue(&world.claims()).await.unwrap();
    world.clock.pass(TimeDelta::seconds(2));

    assert_eq!(parts(&new).0["kid"], "2");
    for server in [&before, &after] {
        for token in [&old, &new] {
            let verified = server.verify(token, world.now()).await.unwrap();
            assert!(verified.is_some(), "{:?}", parts(token).0);
        }
    }
    // Neither makes keys because of the other.
    world.clock.pass(TimeDelta::days(2));
    before.issue(&world.claims()).await.unwrap();
    after.issue(&world.claims()).await.unwrap();
    assert_eq!(world.shelf.keys.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_stored_key_shows_no_private_key_where_there_is_a_secret() {
    let world = World::new();
    let plain = World::new();
    world.server().issue(&world.claims()).await.unwrap();
    let open = plain.server_of(ISSUER, None);
    open.issue(&plain.claims()).await.unwrap();

    let stored = |world: &World| world.shelf.keys.lock().unwrap()[0].clone();
    let is_readable = |key: &SigningKey| {
        aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&key.private[1..]).is_ok()
    };

    assert!(!is_readable(&stored(&world)));
    assert!(is_readable(&stored(&plain)));
    // A secret that is set later is for the keys that are made from then on.
    let later = plain.server();
    assert_eq!(
        parts(&later.issue(&plain.claims()).await.unwrap()).0["kid"],
        "1"
    );
}
