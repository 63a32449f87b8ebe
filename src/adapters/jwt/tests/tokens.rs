//! Tokens as they are issued, changed and forged.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{ISSUER, World, encoded, parts};
use crate::domain::accounts::{AccessTokens, Verified};

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
    assert_eq!(verified, Verified::Good(world.claims()));
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let world = World::new();
    let server = world.server();
    let claims = world.claims();
    let token = server.issue(&claims).await.unwrap();

    let before = claims.expires_at - TimeDelta::milliseconds(1);

    let good = server.verify(&token, before).await.unwrap();
    assert_eq!(good, Verified::Good(claims));
    let end = server.verify(&token, claims.expires_at).await.unwrap();
    assert_eq!(end, Verified::Expired(claims));
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
        assert_eq!(verified, Verified::Wrong, "{changed}");
    }
    for index in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        let verified = server.verify(&changed, world.now()).await.unwrap();
        assert_eq!(verified, Verified::Wrong, "character {index}");
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
        let header = serde_json::to_value(header(Algorithm::HS256)).unwrap();
        let signed = format!("{}.{}", encoded(&header), encoded(&payload));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(signed.as_bytes());
        let mac = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{signed}.{mac}")
    });
    let stranger = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let stranger = EncodingKey::from_ed_der(stranger.as_ref());
    let foreign = jsonwebtoken::encode(&header(Algorithm::EdDSA), &payload, &stranger).unwrap();

    for forged in symmetric.iter().chain([&foreign]) {
        let verified = server.verify(forged, world.now()).await.unwrap();
        assert_eq!(verified, Verified::Wrong, "{forged}");
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
    let own_claims = Verified::Good(world.claims());
    assert_eq!(again.unwrap(), own_claims, "the test signs well");
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
        assert_eq!(verified, Verified::Wrong, "{:?}", parts(&token));
    }
    let elsewhere = world.server_of("https://other.example", None);
    let verified = elsewhere.verify(&token, world.now()).await.unwrap();
    assert_eq!(verified, Verified::Wrong);
}
