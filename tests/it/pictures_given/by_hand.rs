//! Curators send pictures, or name them on the web; they put them in order, take them away and bring them back, and no load
//! undoes it.

use axum::Router;
use axum::routing::get;
use image::ImageFormat;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::folder::{fetch, folder_with_pictures};
use super::{load, logo, photo, program, write_records};
use crate::both_ways::both_ways;
use crate::support::program::{On, Site};
use crate::support::visitor::Visitor;

both_ways!(curators_give_pictures_by_hand);

const EDITED: &str = "images { kind width language pictureId url } revision changes { field } run";
const NOW: &str = "{ film(slug: \"heat-1995\") { id revision lockedFields
        posters: images(kind: [POSTER], language: \"en\") { pictureId width language url } logos: images(kind: [LOGO]) { pictureId } }
    person(slug: \"michael-mann\") { id images { pictureId width } }
    series(slug: \"dusk-2017\") { seasons(first: 1) { id images(kind: [LOGO]) { pictureId }
        episodes { nodes { id images { pictureId width } } } } } }";

async fn curators_give_pictures_by_hand(on: On) {
    let mut program = program(on).await;
    program.set("REELGRAPH_PICTURE_URLS", "any");
    let (folder, records) = folder_with_pictures(&program);
    let file = write_records(&folder, &records);
    let (_, messages, is_clean) = load(&program, &file, &[]).await;
    assert!(is_clean, "{messages}");
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;

    let sent = what_is_sent_is_looked_at(&site, &mut curator).await;
    let heat = curator.ask(NOW).await["film"].take();
    what_is_sent_is_shown_first(&site, &mut curator, (&heat, sent.as_str())).await;
    what_is_wrong_is_said(&mut curator, &heat, &sent).await;
    all_that_has_pictures_gets_some(&mut curator, &sent).await;
    load(&program, &file, &[]).await;
    they_are_put_in_order_and_go_and_come_back(&mut curator, &heat, &sent).await;
}

/// The status of an answer to a picture that is sent, and the answer.
async fn send(
    site: &Site,
    token: Option<&str>,
    media: &str,
    bytes: Vec<u8>,
) -> (StatusCode, Value) {
    let mut request = site.post("/pictures").header("content-type", media);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.body(bytes).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn what_is_sent_is_looked_at(site: &Site, curator: &mut Visitor) -> String {
    let mut keys = Vec::new();
    for scopes in [json!(["READ"]), json!(["READ", "CURATE"])] {
        let input = json!({ "name": "pictures", "scopes": scopes });
        let made = curator.expect("createApiKey", input, "token").await;
        keys.push(made["token"].as_str().unwrap().to_owned());
    }
    let (reader, sender) = (keys[0].as_str(), keys[1].as_str());
    let picture = || photo(40, 60, ImageFormat::Png);
    for (token, media, bytes, status, code) in [
        (None, "image/png", picture(), 401, "UNAUTHENTICATED"),
        (Some(reader), "image/png", picture(), 403, "FORBIDDEN"),
        (
            Some(sender),
            "multipart/form-data; boundary=a",
            picture(),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            Some(sender),
            "image/png",
            b"no picture".to_vec(),
            400,
            "INVALID",
        ),
    ] {
        let (refused, why) = send(site, token, media, bytes).await;
        assert_eq!((refused.as_u16(), &why["code"]), (status, &json!(code)));
    }

    let (status, sent) = send(site, Some(sender), "image/png", picture()).await;

    assert_eq!(status, StatusCode::CREATED, "{sent}");
    assert_eq!((&sent["width"], &sent["height"]), (&json!(40), &json!(60)));
    assert_eq!(sent["warnings"], json!([]));
    assert!(sent["dominantColor"].as_str().unwrap().starts_with('#'));
    sent["id"].as_str().unwrap().to_owned()
}

async fn what_is_sent_is_shown_first(
    site: &Site,
    curator: &mut Visitor,
    (heat, sent): (&Value, &str),
) {
    let mut input = json!({
        "of": heat["id"], "kind": "POSTER", "upload": sent, "atFront": true,
        "baseRevision": heat["revision"], "dryRun": true,
    });

    let rehearsed = curator.expect("addPicture", input.clone(), EDITED).await;

    assert_eq!(rehearsed["changes"], json!([{ "field": "pictures" }]));
    assert_eq!(rehearsed["run"], Value::Null);
    assert_eq!(rehearsed["images"][0]["pictureId"], json!(sent));
    let now = curator.ask(NOW).await["film"].take();
    assert_eq!(&now, heat, "nothing is written");
    input["dryRun"] = json!(false);
    let added = curator.expect("addPicture", input.clone(), EDITED).await;
    assert_eq!(added["images"], rehearsed["images"]);
    let now = curator.ask(NOW).await["film"].take();
    assert_eq!(now["revision"], added["revision"]);
    assert_eq!(now["lockedFields"], json!(["pictures"]));
    let posters = now["posters"].as_array().unwrap();
    assert_eq!(posters.len(), 3);
    assert_eq!(
        (&posters[0]["pictureId"], &posters[0]["width"]),
        (&json!(sent), &json!(40))
    );
    let shown = fetch(site, &posters[0]["url"], &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    // Again it changes nothing but where it stands, and somebody else has been there.
    let stale = curator.refused("addPicture", input).await;
    let base = ("STALE_REVISION".to_owned(), "baseRevision".to_owned());
    assert_eq!(stale, base);
}

async fn what_is_wrong_is_said(curator: &mut Visitor, heat: &Value, sent: &str) {
    let unknown = "0".repeat(64);
    for (input, code, field) in [
        (
            json!({ "of": "nonsense", "upload": sent }),
            "NOT_FOUND",
            "of",
        ),
        (
            json!({ "kind": "STILL", "upload": sent }),
            "INVALID",
            "kind",
        ),
        (json!({ "upload": "nonsense" }), "NOT_FOUND", "upload"),
        (json!({ "upload": unknown }), "NOT_FOUND", "upload"),
        (json!({}), "INVALID", "upload"),
        (
            json!({ "url": "ftp://example.org/a.png" }),
            "INVALID",
            "url",
        ),
        (
            json!({ "upload": sent, "language": "no language" }),
            "INVALID",
            "language",
        ),
    ] {
        let mut whole = json!({ "of": heat["id"], "kind": "POSTER" });
        for (name, value) in input.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let refused = curator.refused("addPicture", whole).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{input}");
    }
}

/// A site that has one picture; the address of it.
async fn host() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let routes = Router::new().route("/still.png", get(|| async { logo(32) }));
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    format!("http://127.0.0.1:{port}/still.png")
}

async fn all_that_has_pictures_gets_some(curator: &mut Visitor, sent: &str) {
    let mut now = curator.ask(NOW).await;
    let (season, person) = (now["series"]["seasons"][0].take(), now["person"].take());
    let episode = &season["episodes"]["nodes"][0];
    assert_eq!(season["images"], json!([]));

    let from = json!({ "of": episode["id"], "kind": "STILL", "url": host().await });
    let still = curator.expect("addPicture", from, EDITED).await;
    let logo = json!({ "of": season["id"], "kind": "LOGO", "upload": sent });
    let of_season = curator.expect("addPicture", logo, EDITED).await;
    let portrait =
        json!({ "of": person["id"], "kind": "PORTRAIT", "upload": sent, "atFront": true });
    let of_person = curator.expect("addPicture", portrait, EDITED).await;

    for (edited, field) in [
        (&still, "still"),
        (&of_season, "seasons"),
        (&of_person, "portrait"),
    ] {
        assert_eq!(edited["changes"], json!([{ "field": field }]));
        assert!(edited["run"].is_string());
    }
    let now = curator.ask(NOW).await;
    let season = &now["series"]["seasons"][0];
    assert_eq!(season["images"], json!([{ "pictureId": sent }]));
    let stills = &season["episodes"]["nodes"][0]["images"];
    assert_eq!(stills[1]["width"], 32, "{stills}");
    let portraits = now["person"]["images"].as_array().unwrap();
    assert_eq!(portraits.len(), 2);
    assert_eq!(portraits[0]["pictureId"], json!(sent));
}

async fn they_are_put_in_order_and_go_and_come_back(
    curator: &mut Visitor,
    heat: &Value,
    sent: &str,
) {
    // As before the load, which names other pictures.
    let now = curator.ask(NOW).await["film"].take();
    assert_eq!(now["posters"][0]["pictureId"], json!(sent));
    let other = &now["posters"][1]["pictureId"];

    let order = json!({ "of": heat["id"], "kind": "POSTER", "pictures": [other, sent] });
    curator.expect("setPictures", order, EDITED).await;

    let now = curator.ask(NOW).await["film"].take();
    let ids = |film: &Value| {
        let posters = film["posters"].as_array().unwrap().iter();
        let ids = posters.map(|it| it["pictureId"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&now), [other.as_str().unwrap(), sent]);
    let logo = json!({ "of": heat["id"], "kind": "LOGO", "picture": now["logos"][0]["pictureId"] });
    let gone = curator.expect("removePicture", logo.clone(), EDITED).await;
    let after = curator.ask(NOW).await["film"].take();
    assert_eq!(after["logos"], json!([]));
    let again = curator.refused("removePicture", logo).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "picture".to_owned()));
    let back = json!({ "run": gone["run"] });
    curator.expect("revertRevisions", back, "run").await;
    let back = curator.ask(NOW).await["film"].take();
    assert_eq!(back["logos"], now["logos"]);
    assert_eq!(ids(&back), ids(&now));
}
