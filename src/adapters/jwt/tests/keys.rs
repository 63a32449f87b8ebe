//! Keys as they follow each other, on one server and on several.

use std::sync::atomic::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{ISSUER, World, encoded, parts};
use crate::adapters::jwt::JwtTokens;
use crate::domain::accounts::{AccessTokens, Claims, KeyRotation, SigningKey, Verified};
use crate::domain::error::StoreError;

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
                assert_eq!(verified, Verified::Good(*claims));
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
    assert_eq!(verified, Verified::Good(world.claims()));
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
        assert_eq!(verified.unwrap(), Verified::Good(claims));
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
        let verified = server.verify(&token, world.now()).await.unwrap();
        assert_eq!(verified, Verified::Good(world.claims()));
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
        let verified = server.verify(&made_up, world.now()).await.unwrap();
        assert_eq!(verified, Verified::Wrong);
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

    assert_eq!(verified, Verified::Good(world.claims()));
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
    assert!(matches!(verified, Verified::Good(_)));
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
            let header = parts(token).0;
            assert!(matches!(verified, Verified::Good(_)), "{header:?}");
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
    let is_readable =
        |key: &SigningKey| ring::signature::Ed25519KeyPair::from_pkcs8(&key.private[1..]).is_ok();

    assert!(!is_readable(&stored(&world)));
    assert!(is_readable(&stored(&plain)));
    // A secret that is set later is for the keys that are made from then on.
    let later = plain.server();
    assert_eq!(
        parts(&later.issue(&plain.claims()).await.unwrap()).0["kid"],
        "1"
    );
}

fn numbers(key_set: &Value) -> Vec<&str> {
    let keys = key_set["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect()
}

/// An app comes back with what it got weeks ago: its refresh token may be good for longer than any key is kept.
#[tokio::test]
async fn what_a_forgotten_key_signed_has_ended() {
    let world = World::new();
    let server = world.server();
    let token = server.issue(&world.claims()).await.unwrap();
    let mut others = Vec::new();
    for (field, value) in [
        ("iss", "https://other.example"),
        ("aud", "other"),
        ("exp", "x"),
    ] {
        let (header, mut payload) = parts(&token);
        payload[field] = json!(value);
        others.push(format!("{}.{}.x", encoded(&header), encoded(&payload)));
    }
    let (mut header, payload) = parts(&token);
    header["kid"] = json!("0");
    let of_none = format!("{}.{}.x", encoded(&header), encoded(&payload));
    let rotation = KeyRotation::default();

    world.clock.pass(rotation.announced / 2);
    let late = server.verify(&of_none, world.now()).await.unwrap();
    world.clock.pass(rotation.signs);
    // Somebody comes in time, so that the next key has another number.
    server.issue(&world.claims()).await.unwrap();
    world.clock.pass(rotation.announced + rotation.kept);
    let after = server.verify(&token, world.now()).await.unwrap();
    let numbers = |set: &Value| {
        numbers(set)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let known = numbers(&server.public_keys().await.unwrap());
    // Nobody comes for so long that the numbers begin again.
    world.clock.pass(TimeDelta::days(400));
    let much_later = server.verify(&token, world.now()).await.unwrap();
    let again = numbers(&server.public_keys().await.unwrap());

    assert_eq!((late, known), (Verified::Forgotten, vec!["2".to_owned()]));
    assert_eq!(
        (after, much_later),
        (Verified::Forgotten, Verified::Forgotten)
    );
    assert_eq!(again, ["1"]);
    for other in others {
        let verified = server.verify(&other, world.now()).await.unwrap();
        assert_eq!(verified, Verified::Wrong, "{other}");
    }
}
