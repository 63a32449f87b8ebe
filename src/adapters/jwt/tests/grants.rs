//! Grants of media: who may fetch what, until when.

use super::*;
use crate::adapters::jwt::JwtGrants;
use crate::domain::accounts::{AccessTokens, Verified};
use crate::domain::ids::{ApiKeyId, EpisodeId, TitleId};
use crate::domain::video::{Grant, Grantee, Grants};
use crate::domain::watching::WatchedItem;

fn grants(world: &World) -> JwtGrants {
    JwtGrants::new(
        world.shelf.clone(),
        world.clock.clone(),
        KeyRotation::default(),
        None,
    )
}

fn grant(world: &World, to: Grantee) -> Grant {
    Grant {
        to,
        item: WatchedItem::Film(TitleId(7)),
        expires_at: world.clock.now() + TimeDelta::hours(20),
    }
}

#[tokio::test]
async fn what_was_signed_says_the_same_on_every_server_until_it_ends() {
    let world = World::new();
    let (one, other) = (grants(&world), grants(&world));
    let item = WatchedItem::Episode(EpisodeId(u64::MAX >> 1));
    let session = Grantee::Session(SessionId(u64::MAX >> 1));
    for grant in [
        grant(&world, Grantee::Anonymous),
        grant(&world, Grantee::ApiKey(ApiKeyId(3))),
        Grant {
            item,
            ..grant(&world, session)
        },
    ] {
        let signed = one.sign(&grant).await.unwrap();

        let is_of_addresses =
            |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_');
        assert!(signed.bytes().all(is_of_addresses), "{signed}");
        let now = world.clock.now();
        assert_eq!(other.verify(&signed, now).await.unwrap(), Some(grant));
        assert_eq!(other.verify(&signed, grant.expires_at).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_was_changed_or_is_another_token_is_no_grant() {
    let world = World::new();
    let grants = grants(&world);
    let now = world.clock.now();
    let signed = grants
        .sign(&grant(&world, Grantee::Anonymous))
        .await
        .unwrap();
    let tokens = JwtTokens::new(
        world.shelf.clone(),
        world.clock.clone(),
        ISSUER.to_owned(),
        KeyRotation::default(),
        None,
    );
    let claims = Claims {
        user: UserId(1),
        session: SessionId(2),
        issued_at: now,
        expires_at: now + TimeDelta::minutes(15),
    };
    let token = tokens.issue(&claims).await.unwrap();

    let parts: Vec<&str> = signed.split('.').collect();
    let of_another =
        URL_SAFE_NO_PAD.encode(r#"{"aud":"media","of":["film","8"],"exp":99999999999}"#);
    let changed = format!("{}.{of_another}.{}", parts[0], parts[2]);
    for wrong in [changed.as_str(), &signed[1..], &token, "", "x"] {
        assert_eq!(grants.verify(wrong, now).await.unwrap(), None, "{wrong}");
    }
    let verified = tokens.verify(&signed, now).await.unwrap();
    assert_eq!(verified, Verified::Wrong);
}
