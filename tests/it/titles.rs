//! What a title says: texts in the language that is wanted, how it stands, what others make of it, videos about it.

use reelgraph::domain::persisted::DocumentHash;
use reqwest::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, VARY};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_title_is_told_of_in_the_language_that_is_wanted,
    a_profile_reads_in_its_language,
    a_title_says_how_it_stands_and_what_others_make_of_it,
    a_title_is_looked_up_whatever_it_is,
    a_translated_name_is_found,
    an_answer_in_one_language_is_none_in_another,
);

/// A film with texts, one without, and a series.
fn records() -> String {
    let records = [
        json!({
            "slug": "amelie-2001", "title": "Amélie", "original_title": "Le Fabuleux Destin d'Amélie Poulain", "year": 2001,
            "languages": ["fr"], "ids": { "tmdb": 194 },
            "names": { "de": "Die fabelhafte Welt der Amélie", "pt-BR": "O Fabuloso Destino" },
            "overview": { "fr": "À Paris.", "de": "In Paris." },
            "tagline": "She'll change your life.",
            "studios": ["Victoires", "Tapioca", "VICTOIRES"], "tags": ["Paris", "paris", "gnome"],
            "scores": { "imdb": { "value": 8.3, "votes": 800_000 }, "Metascore": "69/100" },
            "trailers": ["https://youtu.be/HUECWi5pX7o"],
            "extras": [{ "name": "Making of", "kind": "making of", "url": "https://vimeo.com/76979871/8272103f6e", "language": "fr" }],
        }),
        json!({ "slug": "heat-1995", "title": "Heat", "kind": "film" }),
        json!({ "slug": "dark-2017", "title": "Dark", "kind": "series", "status": "Returning Series", "overview": "A child is gone." }),
    ];
    records.map(|record| record.to_string()).join("\n")
}

async fn program(on: On) -> Program {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    let file = program.data().join("titles.ndjson");
    std::fs::write(&file, records()).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    program
}

/// What Amélie says to somebody whose browser asks for these languages, in the language of an argument.
async fn told(site: &Site, accepted: &str, argument: Option<&str>) -> Value {
    let query = "query ($language: String) { film(slug: \"amelie-2001\") {
        name(language: $language) overview(language: $language) overviewLanguage(language: $language)
        tagline(language: $language) taglineLanguage(language: $language) } }";
    let mut visitor = Visitor::of(site).with_header("accept-language", accepted);
    let answer = visitor.send(query, json!({ "language": argument })).await;
    assert_eq!(answer.body.get("errors"), None, "{}", answer.body);
    answer.body["data"]["film"].clone()
}

async fn a_title_is_told_of_in_the_language_that_is_wanted(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let says = |name: &str, overview: &str, language: &str| {
        json!({
            "name": name, "overview": overview, "overviewLanguage": language,
            "tagline": "She'll change your life.", "taglineLanguage": "en",
        })
    };
    let german = says("Die fabelhafte Welt der Amélie", "In Paris.", "de");
    let original = "Le Fabuleux Destin d'Amélie Poulain";

    // The argument, whatever the browser asks for.
    assert_eq!(told(&site, "fr", Some("de")).await, german);
    assert_eq!(told(&site, "fr", Some("de-AT")).await, german);
    // A browser's languages, the most wanted first.
    assert_eq!(told(&site, "fr;q=0.3, ja, de-AT;q=0.7", None).await, german);
    assert_eq!(
        told(&site, "fr-CA", Some("ja")).await,
        says(original, "À Paris.", "fr")
    );
    let brazilian = says("O Fabuloso Destino", "À Paris.", "fr");
    assert_eq!(told(&site, "pt", None).await, brazilian);
    // The site's language, in which there is no overview: the one that it was made in has one.
    assert_eq!(
        told(&site, "en", None).await,
        says("Amélie", "À Paris.", "fr")
    );
    assert_eq!(
        told(&site, "nonsense;;", None).await,
        says("Amélie", "À Paris.", "fr")
    );

    let nothing = "{ title(slug: \"heat-1995\") { name(language: \"de\") overview overviewLanguage tagline taglineLanguage } }";
    let expected = json!({ "title": {
        "name": "Heat", "overview": null, "overviewLanguage": null, "tagline": null, "taglineLanguage": null } });
    assert_eq!(site.ask(nothing, json!({})).await, expected);
    let wrong = "{ film(slug: \"heat-1995\") { overview(language: \"german!\") slug } }";
    let answer = site.send(wrong, json!({})).await;
    let error = &answer["errors"][0]["extensions"];
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID"), &json!("language"))
    );
    let rest = json!({ "overview": null, "slug": "heat-1995" });
    assert_eq!(answer["data"]["film"], rest);
}

async fn a_profile_reads_in_its_language(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site).with_header("accept-language", "pt");
    ada.register("ada@example.org").await;
    let query = "{ film(slug: \"amelie-2001\") { name overview } }";
    let of = async |ada: &mut Visitor| ada.ask(query).await["film"]["name"].clone();
    let profile = ada.ask("{ viewer { profile { id } } }").await["viewer"]["profile"]["id"].clone();

    assert_eq!(of(&mut ada).await, "O Fabuloso Destino");
    let german = json!({ "profile": profile, "language": "de-CH" });
    ada.expect("updateProfile", german, "profile { language }")
        .await;

    assert_eq!(of(&mut ada).await, "Die fabelhafte Welt der Amélie");
    let argument = ada.ask("{ film(slug: \"amelie-2001\") { name(language: \"en\") } }");
    assert_eq!(argument.await["film"]["name"], "Amélie");
    let none = json!({ "profile": profile, "language": null });
    ada.expect("updateProfile", none, "profile { language }")
        .await;
    assert_eq!(of(&mut ada).await, "O Fabuloso Destino");
}

async fn a_title_says_how_it_stands_and_what_others_make_of_it(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "query ($slug: String) { title(slug: $slug) { studios tags
        rating { scores { source value max votes } }
        trailers { kind name url host videoId videoHash language }
        extras(kind: [BEHIND_THE_SCENES, INTERVIEW]) { kind name url host videoId videoHash language }
        ... on Series { status } } }";
    let ask = async |slug: &str| site.ask(query, json!({ "slug": slug })).await["title"].clone();

    let amelie = ask("amelie-2001").await;

    let expected = json!({
        "studios": ["Victoires", "Tapioca"],
        "tags": ["Paris", "gnome"],
        "rating": { "scores": [
            { "source": "imdb", "value": 8.3, "max": 10.0, "votes": 800_000 },
            { "source": "metacritic", "value": 69.0, "max": 100.0, "votes": null },
        ] },
        "trailers": [{
            "kind": "TRAILER", "name": null, "url": "https://www.youtube.com/watch?v=HUECWi5pX7o", "host": "YOUTUBE",
            "videoId": "HUECWi5pX7o", "videoHash": null, "language": null,
        }],
        "extras": [{
            "kind": "BEHIND_THE_SCENES", "name": "Making of", "url": "https://vimeo.com/76979871/8272103f6e",
            "host": "VIMEO", "videoId": "76979871", "videoHash": "8272103f6e", "language": "fr",
        }],
    });
    assert_eq!(amelie, expected);
    let none = json!({ "studios": [], "tags": [], "rating": { "scores": [] }, "trailers": [], "extras": [] });
    assert_eq!(ask("heat-1995").await, none);
    assert_eq!(ask("dark-2017").await["status"], "RETURNING");
    let all =
        "{ film(slug: \"amelie-2001\") { extras { kind } none: extras(kind: [CLIP]) { kind } } }";
    let all = site.ask(all, json!({})).await["film"].clone();
    let kinds = json!([{ "kind": "TRAILER" }, { "kind": "BEHIND_THE_SCENES" }]);
    assert_eq!(all, json!({ "extras": kinds, "none": [] }));
}

async fn a_title_is_looked_up_whatever_it_is(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "query ($id: ID, $slug: String, $externalId: ExternalIdInput) {
        title(id: $id, slug: $slug, externalId: $externalId) { __typename id slug } }";
    let ask = async |by: Value| site.ask(query, by).await["title"].clone();

    let film = ask(json!({ "slug": "amelie-2001" })).await;
    let series = ask(json!({ "slug": "dark-2017" })).await;

    assert_eq!(
        (&film["__typename"], &series["__typename"]),
        (&json!("Film"), &json!("Series"))
    );
    for title in [&film, &series] {
        assert_eq!(ask(json!({ "id": title["id"] })).await, *title);
    }
    let tmdb = json!({ "externalId": { "provider": "tmdb", "value": "194" } });
    assert_eq!(ask(tmdb).await, film);
    assert_eq!(ask(json!({ "slug": "nowhere" })).await, Value::Null);
    let refused = async |by: Value| {
        let answer = site.send(query, by).await;
        let error = &answer["errors"][0]["extensions"];
        (error["code"].clone(), error["field"].clone())
    };
    assert_eq!(
        refused(json!({ "id": "nonsense" })).await,
        ("NOT_FOUND".into(), "id".into())
    );
    assert_eq!(refused(json!({})).await, ("INVALID".into(), "id".into()));
    let two = json!({ "id": film["id"], "slug": "amelie-2001" });
    assert_eq!(refused(two).await, ("INVALID".into(), "id".into()));
}

async fn a_translated_name_is_found(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "query ($query: String!) { search(query: $query, first: 5) { nodes { slug } } }";
    let find = async |text: &str| {
        site.ask(query, json!({ "query": text })).await["search"]["nodes"].clone()
    };

    let amelie = json!([{ "slug": "amelie-2001" }]);
    for text in ["fabelhafte welt", "o fabuloso destino", "fabuleux destin"] {
        assert_eq!(find(text).await, amelie, "{text}");
    }
}

/// What strangers ask for is answered from memory, and may be kept by caches on the way.
async fn an_answer_in_one_language_is_none_in_another(on: On) {
    const NAME: &str = "{ film(slug: \"amelie-2001\") { name } }";
    let program = program(on).await;
    let site = program.serve().await;
    let hash = DocumentHash::of(NAME).to_string();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let german = "Die fabelhafte Welt der Amélie";
    let expected = [
        ("de-DE,de;q=0.9", german),
        ("en", "Amélie"),
        ("pt", "O Fabuloso Destino"),
        ("de", german),
    ];

    // Twice, so that the second time all were just given.
    for (accepted, name) in expected.iter().chain(&expected) {
        let body = json!({ "query": NAME, "extensions": extensions });
        let request = site.post("/graphql").header(ACCEPT_LANGUAGE, *accepted);
        let request = request.header(CONTENT_TYPE, "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["data"]["film"]["name"], *name, "{accepted}");
    }
    let path = "/graphql?".to_owned();
    let mut address = Serializer::for_suffix(path.clone(), path.len());
    address.append_pair("extensions", &extensions.to_string());
    let address = address.finish();
    let mut tags = Vec::new();
    for (accepted, name) in &expected[..3] {
        let request = site.get(&address).header(ACCEPT_LANGUAGE, *accepted);
        let answer = request.send().await.unwrap();
        let header = |name: HeaderName| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header(CACHE_CONTROL), "public, max-age=60");
        let vary = header(VARY);
        assert!(
            vary.split(", ").any(|one| one == "accept-language"),
            "{vary}"
        );
        tags.push(header(ETAG));
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["data"]["film"]["name"], *name, "{accepted}");
    }
    // What is the same in all languages is one answer to caches.
    let years = "{ film(slug: \"amelie-2001\") { year } }";
    let hash = DocumentHash::of(years).to_string();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let body = json!({ "query": years, "extensions": extensions }).to_string();
    let request = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json");
    assert_eq!(request.body(body).send().await.unwrap().status(), 200);
    let mut address = Serializer::for_suffix(path.clone(), path.len());
    address.append_pair("extensions", &extensions.to_string());
    let answer = site.get(&address.finish()).send().await.unwrap();
    let vary = answer.headers()[VARY].to_str().unwrap();
    assert!(!vary.contains("accept-language"), "{vary}");
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "{tags:?}");
}
