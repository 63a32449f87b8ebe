//! Who may ask for usage: curators, and machines with a key of one that says so.

use reqwest::header::{AUTHORIZATION, COOKIE};
use serde_json::json;

use super::{Got, World, key};
use crate::support::visitor::Visitor;

const PATHS: [&str; 4] = [
    "/usage/site",
    "/usage/site/series?metric=plays",
    "/usage/titles?metric=plays",
    "/usage/days",
];

#[tokio::test]
async fn usage_is_for_curators_and_keys_that_say_so() {
    let mut world = World::new(&[]).await;
    let mut viewer = Visitor::of(&world.site);
    viewer.register("viewer@example.org").await;
    let reader = key(&mut world.curator, json!(["READ", "WATCH"])).await;

    for path in PATHS {
        let nobody = Got::of(world.site.get(path)).await;
        let cookie = |visitor: &Visitor| visitor.cookie.clone().unwrap();
        let by_cookie = |visitor| world.site.get(path).header(COOKIE, cookie(visitor));
        let other = Got::of(by_cookie(&viewer)).await;
        let bearer = format!("Bearer {reader}");
        let reader = Got::of(world.site.get(path).header(AUTHORIZATION, bearer)).await;
        let curator = Got::of(by_cookie(&world.curator)).await;
        let elsewhere = by_cookie(&world.curator).header("sec-fetch-site", "cross-site");
        let elsewhere = Got::of(elsewhere).await;
        let machine = world.get(path).await;

        let none = String::new;
        assert_eq!(nobody.refusal(), (401, "UNAUTHENTICATED".into(), none()));
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
        for refused in [other, reader] {
            assert_eq!(refused.refusal(), (403, "FORBIDDEN".into(), none()));
        }
        assert_eq!(elsewhere.refusal(), (403, "CROSS_SITE".into(), none()));
        for answered in [curator, machine] {
            assert_eq!(answered.status, 200, "{path}: {}", answered.text);
            assert_eq!(answered.header("cache-control"), "no-store");
        }
    }
}

#[tokio::test]
async fn events_are_taken_from_curators_alone() {
    let mut world = World::new(&[]).await;
    let reader = key(&mut world.curator, json!(["READ", "WATCH"])).await;
    let send = |authorization: Option<String>| {
        let mut request = world.site.post("/usage/events").body("{}");
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        Got::of(request)
    };

    let nobody = send(None).await;
    let wrong = send(Some("Bearer rgk_nonsense".to_owned())).await;
    let reader = send(Some(format!("Bearer {reader}"))).await;

    assert_eq!((nobody.refusal().0, wrong.refusal().0), (401, 401));
    assert!(wrong.header("www-authenticate").contains("invalid_token"));
    assert_eq!(reader.refusal().0, 403);
}
