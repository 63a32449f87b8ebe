//! Pictures that are drawn of titles and episodes: what the schema says of them, and what lies at their addresses, on both
//! ways of running.

use reqwest::StatusCode;
use reqwest::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, ETAG, HeaderMap, IF_NONE_MATCH,
};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    every_title_has_a_poster_and_a_backdrop,
    a_picture_may_be_kept_for_good_and_a_change_gives_another,
    episodes_have_stills,
    what_may_not_be_seen_has_no_picture,
    what_only_some_may_see_is_kept_by_no_cache,
);

/// How long what anybody may see is kept: by browsers for good, by caches that others share not beyond five minutes.
const KEPT: &str = "public, max-age=31536000, s-maxage=300, immutable";
const AMELIE: &str = r#"{"slug": "amelie-2001", "title": "Amélie & Co.", "year": 2001, "genres": ["Romance", "Comedy"], "certifications": {"DE": "0"}, "names": {"de": "Die Welt", "ja": "アメリ", "ar": "أميلي"}}"#;
const RECORDS: [&str; 4] = [
    AMELIE,
    r#"{"slug": "noon-2019", "title": "Noon", "certifications": {"DE": "18"}}"#,
    r#"{"kind": "series", "slug": "dusk-2017", "title": "Dusk", "year": 2017}"#,
    r#"{"series": "dusk-2017", "season": 2, "episode": 3, "title": "The Rift"}"#,
];

async fn load(program: &Program, records: &[&str]) {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, records.join("\n")).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
}

async fn program(on: On) -> Program {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    load(&program, &RECORDS).await;
    program
}

/// What lies at a path.
struct Found {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Found {
    fn header(&self, name: impl reqwest::header::AsHeaderName) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Nothing, as at any address that was never given out.
    fn assert_nothing(&self) {
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(
            (self.status, &problem["code"]),
            (StatusCode::NOT_FOUND, &json!("NOT_FOUND"))
        );
        assert_eq!(problem["detail"], "there is no such picture");
        assert_eq!(self.header(CACHE_CONTROL), "no-store");
    }
}

async fn get(site: &Site, path: &str, headers: &[(reqwest::header::HeaderName, &str)]) -> Found {
    let mut request = site.get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let answer = request.send().await.unwrap();
    Found {
        status: answer.status(),
        headers: answer.headers().clone(),
        text: answer.text().await.unwrap(),
    }
}

/// The path of an address of the site.
fn path(site: &Site, url: &Value) -> String {
    let path = url.as_str().unwrap().strip_prefix(&site.address);
    path.unwrap_or_else(|| panic!("{url} is of another site"))
        .to_owned()
}

/// The path of the only poster that a query of one title gives.
async fn poster(site: &Site, slug: &str) -> String {
    let query = "query ($slug: String) { title(slug: $slug) { images(kind: [POSTER]) { url } } }";
    let data = site.ask(query, json!({ "slug": slug })).await;
    path(site, &data["title"]["images"][0]["url"])
}

/// The entity tag of the picture that an address was given out for.
fn tag_of(path: &str) -> String {
    let tag = path.strip_prefix("/images/generated/");
    let tag = tag.and_then(|rest| rest.split('/').nth(1)).unwrap();
    format!("W/\"{tag}\"")
}

async fn every_title_has_a_poster_and_a_backdrop(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "{ titles(first: 10) { nodes { ...Images } } film(slug: \"amelie-2001\") {
            images(language: \"de-AT\") { url language } ja: images(kind: [POSTER], language: \"ja\") { url language }
            ar: images(kind: [POSTER], language: \"ar\") { url language } none: images(kind: [STILL]) { url }
            one: image(kind: [STILL, BACKDROP, POSTER]) { kind } any: image { kind } no: image(kind: [STILL]) { kind }
            label title { slug }
            small: images(kind: [BACKDROP], language: \"de\") { kind url(width: 342, height: 100) } } }
        fragment Images on Title { images { kind url width height dominantColor language mediaType isGenerated } }";

    let data = site.ask(query, json!({})).await;

    let titles = data["titles"]["nodes"].as_array().unwrap();
    assert_eq!(titles.len(), 3);
    let mut seen = std::collections::BTreeSet::new();
    for title in titles {
        let images = title["images"].as_array().unwrap();
        let expected = [
            ("POSTER", 600, 900, json!("en")),
            ("BACKDROP", 1280, 720, json!(null)),
        ];
        assert_eq!(images.len(), expected.len());
        for (image, (kind, width, height, language)) in images.iter().zip(expected) {
            let color = image["dominantColor"].as_str().unwrap();
            assert!(color.len() == 7 && color.starts_with('#'), "{color}");
            let whole = json!({
                "kind": kind, "url": image["url"], "width": width, "height": height, "dominantColor": color,
                "language": language, "mediaType": "image/svg+xml", "isGenerated": true,
            });
            assert_eq!(*image, whole);
            let found = get(&site, &path(&site, &image["url"]), &[]).await;
            assert_eq!(found.status, StatusCode::OK, "{image}");
            assert_eq!(found.header(CONTENT_TYPE), "image/svg+xml");
            let size = format!("width=\"{width}\" height=\"{height}\"");
            assert!(found.text.contains(&size), "{}", found.text);
            assert!(seen.insert(found.text), "two pictures are the same");
        }
    }
    let film = &data["film"];
    for (image, language, words) in [
        (&film["images"][0], json!("de"), Some("Die Welt")),
        (&film["images"][1], json!(null), None),
        (&film["ja"][0], json!("ja"), Some("アメリ")),
        (&film["ar"][0], json!("ar"), Some("أميلي")),
    ] {
        assert_eq!(image["language"], language);
        let found = get(&site, &path(&site, &image["url"]), &[]).await;
        assert_eq!(found.header(CACHE_CONTROL), KEPT);
        match words {
            Some(words) => assert!(found.text.contains(&format!(">{words}<")), "{}", found.text),
            None => assert!(!found.text.contains("<text"), "{}", found.text),
        }
    }
    assert_eq!(film["none"], json!([]));
    // The order is that of the argument, whatever that of all pictures is.
    assert_eq!(film["one"], json!({ "kind": "BACKDROP" }));
    assert_eq!(film["any"], json!({ "kind": "POSTER" }));
    assert_eq!((&film["no"], &film["label"]), (&json!(null), &json!(null)));
    assert_eq!(film["title"], json!({ "slug": "amelie-2001" }));
    let small = path(&site, &film["small"][0]["url"]);
    let found = get(&site, &small, &[]).await;
    assert!(small.ends_with("/backdrop-185.svg"), "{small}");
    assert!(
        found
            .text
            .contains("width=\"185\" height=\"104\" viewBox=\"0 0 1280 720\"")
    );
    for (argument, query) in [
        (
            "width",
            "{ film(slug: \"amelie-2001\") { name images { url(width: 0) } } }",
        ),
        (
            "height",
            "{ film(slug: \"amelie-2001\") { name images { url(height: 10001) } } }",
        ),
    ] {
        let wrong = site.send(query, json!({})).await;
        let nothing =
            json!({ "name": "Amélie & Co.", "images": [{ "url": null }, { "url": null }] });
        assert_eq!(wrong["data"]["film"], nothing);
        let error = &wrong["errors"][0]["extensions"];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("OUT_OF_RANGE"), &json!(argument))
        );
        let bounds = (&error["min"], &error["max"]);
        assert_eq!(bounds, (&json!(1.0), &json!(10_000.0)));
    }
}

async fn a_picture_may_be_kept_for_good_and_a_change_gives_another(on: On) {
    let program = program(on).await;
    let mut site = program.serve().await;
    let before = poster(&site, "amelie-2001").await;

    let first = get(&site, &before, &[]).await;
    let tag = first.header(ETAG).to_owned();
    let known = get(&site, &before, &[(IF_NONE_MATCH, &*tag)]).await;
    let other = get(&site, &before, &[(IF_NONE_MATCH, "\"other\"")]).await;

    assert_eq!(
        (first.status, first.header(CACHE_CONTROL)),
        (StatusCode::OK, KEPT)
    );
    assert!(first.text.contains(">Amélie<") && first.text.contains("2001 · Romance · Comedy"));
    assert!(first.text.contains(">&amp; Co.<"), "{}", first.text);
    assert_eq!(
        first.header(CONTENT_SECURITY_POLICY),
        "default-src 'none'; sandbox"
    );
    assert_eq!(first.header("x-content-type-options"), "nosniff");
    assert_eq!(first.header("cross-origin-resource-policy"), "cross-origin");
    // Whether a client has it is told by the address, without drawing it.
    assert_eq!(tag, tag_of(&before));
    assert_eq!((known.status, &*known.text), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(
        (known.header(ETAG), known.header(CACHE_CONTROL)),
        (&*tag, KEPT)
    );
    assert_eq!((other.status, &other.text), (StatusCode::OK, &first.text));
    site.kill().await;

    load(&program, &[&AMELIE.replace("2001,", "2002,")]).await;

    let site = program.serve().await;
    let after = poster(&site, "amelie-2001").await;
    assert_ne!(before, after);
    let (old, new) = (
        get(&site, &before, &[]).await,
        get(&site, &after, &[]).await,
    );
    // Whoever has the former address gets the picture of now, and asks again soon.
    assert_eq!(old.header(CACHE_CONTROL), "public, max-age=60");
    assert_eq!(
        (new.status, new.header(CACHE_CONTROL)),
        (StatusCode::OK, KEPT)
    );
    assert!(new.text.contains("2002 · Romance"), "{}", new.text);
    assert_eq!(old.text, new.text);
    assert_eq!(
        (old.header(ETAG), new.header(ETAG)),
        (&*tag_of(&after), &*tag_of(&after))
    );
    let stale = get(&site, &before, &[(IF_NONE_MATCH, &*tag)]).await;
    assert_eq!((stale.status, &stale.text), (StatusCode::OK, &new.text));
}

async fn episodes_have_stills(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "{ series(slug: \"dusk-2017\") { seasons { episodes { nodes {
        images { kind url width height language isGenerated } posters: images(kind: [POSTER, BACKDROP]) { url }
        ... on Playable { playable: images { url } } } } } } }";

    let data = site.ask(query, json!({})).await;

    let episode = &data["series"]["seasons"][0]["episodes"]["nodes"][0];
    let url = &episode["images"][0]["url"];
    let still = json!({ "kind": "STILL", "url": url, "width": 1280, "height": 720, "language": "en", "isGenerated": true });
    assert_eq!(episode["images"], json!([still]));
    assert_eq!(episode["posters"], json!([]));
    assert_eq!(episode["playable"], json!([{ "url": url }]));
    let found = get(&site, &path(&site, url), &[]).await;
    assert_eq!(found.status, StatusCode::OK);
    assert!(found.text.contains(">The Rift<") && found.text.contains(">Dusk · S2 E3<"));
}

async fn what_may_not_be_seen_has_no_picture(on: On) {
    let program = program(on).await;
    program.create_user("curator@example.org", "curator").await;
    let mut site = program.serve().await;
    let series = poster(&site, "dusk-2017").await;
    let query =
        "{ series(slug: \"dusk-2017\") { seasons { episodes { nodes { images { url } } } } } }";
    let data = site.ask(query, json!({})).await;
    let url = &data["series"]["seasons"][0]["episodes"]["nodes"][0]["images"][0]["url"];
    let pictures = [series, path(&site, url)];
    for picture in &pictures {
        assert_eq!(get(&site, picture, &[]).await.status, StatusCode::OK);
    }
    site.kill().await;

    let hidden = r#"{"kind": "series", "slug": "dusk-2017", "title": "Dusk", "state": "hidden"}"#;
    load(&program, &[hidden]).await;

    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let mut viewer = Visitor::of(&site);
    viewer.register("ada@example.org").await;
    let (curator, viewer) = (curator.cookie.unwrap(), viewer.cookie.unwrap());
    for picture in &pictures {
        get(&site, picture, &[]).await.assert_nothing();
        get(&site, picture, &[(COOKIE, &*viewer)])
            .await
            .assert_nothing();
        let shown = get(&site, picture, &[(COOKIE, &*curator)]).await;
        assert_eq!(
            (shown.status, shown.header(CACHE_CONTROL)),
            (StatusCode::OK, "private, no-cache")
        );
    }
    for nowhere in [
        "/images/generated/t1/AAAAAAAAAAAAAAAA/en/poster.svg",
        "/images/generated/t1/AAAAAAAAAAAAAAAA/en/poster.png",
        "/images/generated/e1/AAAAAAAAAAAAAAAA/en/still.svg",
        "/images/generated/x/y/z/poster.svg",
    ] {
        get(&site, nowhere, &[]).await.assert_nothing();
        get(&site, nowhere, &[(COOKIE, &*curator)])
            .await
            .assert_nothing();
    }
}

async fn what_only_some_may_see_is_kept_by_no_cache(on: On) {
    let mut program = program(on).await;
    program.set("REELGRAPH_ANONYMOUS_MAX_AGE", "12");
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let query = "{ film(slug: \"noon-2019\") { images(kind: [POSTER]) { url } } }";
    let data = ada.ask(query).await;
    let picture = path(&site, &data["film"]["images"][0]["url"]);
    let cookie = ada.cookie.unwrap();

    let strange = get(&site, &picture, &[]).await;
    let own = get(&site, &picture, &[(COOKIE, &*cookie)]).await;
    let tag = own.header(ETAG).to_owned();
    let again = get(
        &site,
        &picture,
        &[(COOKIE, &*cookie), (IF_NONE_MATCH, &*tag)],
    )
    .await;
    let stolen = get(&site, &picture, &[(IF_NONE_MATCH, &*tag)]).await;

    strange.assert_nothing();
    stolen.assert_nothing();
    assert_eq!(own.status, StatusCode::OK);
    assert_eq!(own.header(CACHE_CONTROL), "private, no-cache");
    assert_eq!(own.header("cross-origin-resource-policy"), "same-site");
    assert!(own.text.contains(">Noon<"), "{}", own.text);
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    // What everybody may see is the same with a session.
    let open = poster(&site, "amelie-2001").await;
    let open = get(&site, &open, &[(COOKIE, &*cookie)]).await;
    assert_eq!(
        (open.status, open.header(CACHE_CONTROL)),
        (StatusCode::OK, KEPT)
    );
}
