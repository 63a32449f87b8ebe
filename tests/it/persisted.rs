//! Documents that are named by their hash, as clients of Apollo's automatic persisted queries do.

use reelgraph::domain::persisted::DocumentHash;
use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH, VARY};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::support::program::{On, Program, Site};

const FILM: &str = "query Film($slug: String!) { film(slug: $slug) { name } }";

/// The extension that names a document.
fn named(document: &str) -> Value {
    let hash = DocumentHash::of(document).to_string();
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn post(site: &Site, body: Value) -> (u16, Value) {
    let request = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The address of the endpoint with parameters.
fn address<V: AsRef<str>>(parameters: &[(&str, V)]) -> String {
    let path = "/graphql?".to_owned();
    let begin = path.len();
    let mut query = Serializer::for_suffix(path, begin);
    query.extend_pairs(parameters);
    query.finish()
}

async fn get(site: &Site, parameters: &[(&str, &str)]) -> (u16, Value) {
    let answer = site.get(&address(parameters)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn refused(answer: &Value) -> (&str, &str) {
    let error = &answer["errors"][0];
    assert_eq!(answer.get("data"), None, "{answer}");
    (
        error["extensions"]["code"].as_str().unwrap(),
        error["message"].as_str().unwrap(),
    )
}

const NOT_FOUND: (&str, &str) = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");

/// What a client does: it sends the hash, is told that it is not known, sends the text too, and from then on the hash.
async fn a_document_is_sent_once(program: &Program, other: Option<&Site>, site: &Site) {
    let variables = json!({ "slug": "heat-1995" });
    let by_hash = json!({ "extensions": named(FILM), "variables": variables });
    let with_text = json!({ "query": FILM, "extensions": named(FILM), "variables": variables });
    let heat = json!({ "data": { "film": { "name": "Heat" } } });

    let (status, unknown) = post(site, by_hash.clone()).await;
    assert_eq!((status, refused(&unknown)), (200, NOT_FOUND));
    assert_eq!(post(site, with_text).await, (200, heat.clone()));
    assert_eq!(post(site, by_hash.clone()).await, (200, heat.clone()));
    let (extensions, variables) = (named(FILM).to_string(), variables.to_string());
    let parameters = [("extensions", &*extensions), ("variables", &*variables)];
    assert_eq!(get(site, &parameters).await, (200, heat.clone()));
    if let Some(other) = other {
        assert_eq!(post(other, by_hash.clone()).await, (200, heat.clone()));
        let newcomer = program.serve().await;
        assert_eq!(post(&newcomer, by_hash).await, (200, heat));
    }
}

#[tokio::test]
async fn a_document_is_sent_once_to_one_server() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    a_document_is_sent_once(&program, None, &site).await;
}

#[tokio::test]
async fn a_document_is_sent_once_to_all_servers() {
    let program = Program::seeded_without_graph(On::Servers).await;
    let (site, other) = (program.serve().await, program.serve().await);

    a_document_is_sent_once(&program, Some(&other), &site).await;
}

#[tokio::test]
async fn a_hash_is_refused_that_is_none_or_not_that_of_the_text() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let hash = DocumentHash::of(FILM).to_string();
    let persisted = |version: Value, hash: Value| json!({ "persistedQuery": { "version": version, "sha256Hash": hash } });

    for extensions in [
        named("{ other }"),
        persisted(json!(2), json!(hash)),
        persisted(json!("1"), json!(hash)),
        persisted(json!(null), json!(hash)),
        persisted(json!(1), json!(&hash[1..])),
        persisted(json!(1), json!(null)),
        json!({ "persistedQuery": 1 }),
        json!({ "persistedQuery": [] }),
    ] {
        let body = json!({ "query": FILM, "extensions": extensions, "variables": { "slug": "a" } });
        let (status, answer) = post(&site, body).await;
        assert_eq!(
            (status, refused(&answer).0),
            (400, "BAD_REQUEST"),
            "{extensions}"
        );
    }
    // Nothing of it was kept.
    let (_, answer) = post(&site, json!({ "extensions": named(FILM) })).await;
    assert_eq!(refused(&answer), NOT_FOUND);
    let (_, answer) = post(&site, json!({ "extensions": named("{ other }") })).await;
    assert_eq!(refused(&answer), NOT_FOUND);
}

#[tokio::test]
async fn only_what_was_executed_is_kept() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let deep = format!(
        "{{ genres {} {} }}",
        "{ titles { nodes ".repeat(20),
        "}".repeat(40)
    );
    let heavy = "{ titles(first: 100) { nodes { similar(first: 100) { nodes { similar(first: 100) { nodes { slug } } } } } } }";

    for (document, code) in [
        (
            "{ film(slug: \"heat-1995\") { nothing } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ film(slug: ", "GRAPHQL_PARSE_FAILED"),
        (&deep, "DOCUMENT_TOO_DEEP"),
        (heavy, "DOCUMENT_TOO_COMPLEX"),
        (FILM, "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let body = json!({ "query": document, "extensions": named(document) });
        let (_, answer) = post(&site, body).await;
        assert_eq!(refused(&answer).0, code, "{document}");

        let (_, answer) = post(&site, json!({ "extensions": named(document) })).await;
        assert_eq!(refused(&answer), NOT_FOUND, "{document}");
    }
}

/// What is named by its hash passes every guard that its text would meet.
#[tokio::test]
async fn a_hash_opens_no_door_that_is_closed_to_the_text() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let cookie = site.cookie().unwrap().to_owned();
    let reset = "mutation { requestPasswordReset(input: { email: \"ada@example.org\" }) { userErrors { code } } }";
    let viewer = "{ viewer { user { email } } }";
    for document in [reset, viewer] {
        let body = json!({ "query": document, "extensions": named(document) });
        let (status, answer) = post(&site, body).await;
        assert_eq!((status, answer.get("errors")), (200, None), "{answer}");
    }
    let ask = async |document: &str, headers: &[(&str, &str)]| {
        let extensions = named(document).to_string();
        let mut request = site.get(&address(&[("extensions", &extensions)]));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.header(COOKIE, &cookie).send().await.unwrap();
        let cached = answer.headers()[CACHE_CONTROL].to_str().unwrap().to_owned();
        (
            answer.status().as_u16(),
            cached,
            answer.json::<Value>().await.unwrap(),
        )
    };

    let (status, _, answer) = ask(reset, &[]).await;
    assert_eq!((status, refused(&answer).0), (405, "METHOD_NOT_ALLOWED"));
    let (status, _, answer) = ask(viewer, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!((status, refused(&answer).0), (403, "CROSS_SITE"));
    let (status, cached, answer) = ask(viewer, &[]).await;
    assert_eq!((status, &*cached), (200, "no-store"));
    assert_eq!(answer["data"]["viewer"]["user"]["email"], "ada@example.org");
    let form = site
        .post("/graphql")
        .header(CONTENT_TYPE, "text/plain")
        .header(ACCEPT, "application/json")
        .header(COOKIE, &cookie)
        .body(json!({ "extensions": named(reset) }).to_string());
    assert_eq!(form.send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn caches_may_keep_what_strangers_ask_for_by_a_hash_and_an_address() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let similar = "{ film(slug: \"heat-1995\") { similar(first: 2) { nodes { name } } } }";
    let viewer = "{ viewer { user { id } } film(slug: \"heat-1995\") { name } }";
    let wrong = "{ film(slug: \"heat-1995\") { name } users(first: 1) { nodes { id } } }";
    let variables = json!({ "slug": "heat-1995" });
    for document in [FILM, similar, viewer, wrong] {
        let body =
            json!({ "query": document, "extensions": named(document), "variables": variables });
        assert_eq!(post(&site, body).await.0, 200);
    }
    let by_hash = |document: &str| {
        let (extensions, variables) = (named(document).to_string(), variables.to_string());
        let parameters = [("extensions", extensions), ("variables", variables)];
        site.get(&address(&parameters))
    };
    let control = |answer: &reqwest::Response| {
        let control = answer.headers().get(CACHE_CONTROL);
        control.unwrap().to_str().unwrap().to_owned()
    };

    let first = by_hash(FILM).send().await.unwrap();
    assert_eq!(
        (first.status().as_u16(), &*control(&first)),
        (200, "public, max-age=60")
    );
    let vary = first.headers().get_all(VARY).iter();
    let vary: Vec<_> = vary.map(|value| value.to_str().unwrap()).collect();
    let vary = vary.join(", ").to_lowercase();
    for name in "accept accept-encoding accept-language authorization cookie".split(' ') {
        assert!(
            vary.split(',').any(|one| one.trim() == name),
            "{name}: {vary}"
        );
    }
    let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
    let body = first.text().await.unwrap();
    assert_eq!(body, r#"{"data":{"film":{"name":"Heat"}}}"#);

    let again = by_hash(FILM)
        .header(IF_NONE_MATCH, &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (again.status().as_u16(), &*control(&again)),
        (304, "public, max-age=60")
    );
    assert_eq!(again.headers()[ETAG], tag.as_str());
    assert_eq!(again.text().await.unwrap(), "");
    let other = by_hash(FILM)
        .header(IF_NONE_MATCH, "W/\"other\"")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (other.status().as_u16(), other.text().await.unwrap()),
        (200, body)
    );

    assert_eq!(
        control(&by_hash(similar).send().await.unwrap()),
        "public, max-age=15"
    );
    for document in [viewer, wrong] {
        assert_eq!(
            control(&by_hash(document).send().await.unwrap()),
            "no-store",
            "{document}"
        );
    }
    let text = site.get(&address(&[("query", "{ genres { name } }")]));
    assert_eq!(control(&text.send().await.unwrap()), "no-store");
    let by_post = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .body(json!({ "extensions": named(similar) }).to_string());
    assert_eq!(control(&by_post.send().await.unwrap()), "no-store");

    // A cache that goes by the address alone must not have what came with a cookie, however long that has ended.
    let ended = by_hash(FILM).header(COOKIE, "reelgraph=ended");
    assert_eq!(control(&ended.send().await.unwrap()), "no-store");

    // What is asked by somebody is theirs, whatever it is, and whatever they say that they have.
    let logged_in = {
        site.register("ada@example.org").await;
        let (extensions, variables) = (named(FILM).to_string(), variables.to_string());
        let parameters = [("extensions", extensions), ("variables", variables)];
        let request = site.get(&address(&parameters));
        let request = request.header(COOKIE, site.cookie().unwrap());
        request.header(IF_NONE_MATCH, &tag).send().await.unwrap()
    };
    assert_eq!(
        (logged_in.status().as_u16(), &*control(&logged_in)),
        (200, "no-store")
    );
    assert_eq!(logged_in.headers().get(ETAG), None);
}

#[tokio::test]
async fn documents_of_manifests_are_named_by_their_ids() {
    let program = Program::seeded(On::Embedded).await;
    let manifests = tempfile::tempdir().unwrap();
    let folder = manifests.path().to_str().unwrap();
    let manifest = json!({ "film-1": FILM, "all-1": "{ genres { name } }" });
    std::fs::write(manifests.path().join("web.json"), manifest.to_string()).unwrap();
    let heat = json!({ "data": { "film": { "name": "Heat" } } });
    let variables = json!({ "slug": "heat-1995" });
    let text = json!({ "query": "{ __typename }" });
    let any = program.serve_with(&["--documents", folder]).await;
    let only = ["--documents", folder, "--documents-only", "true"];
    let only = program.serve_with(&only).await;

    for site in [&any, &only] {
        for name in ["id", "documentId", "doc_id"] {
            let body = json!({ name: "film-1", "variables": variables });
            assert_eq!(post(site, body).await, (200, heat.clone()), "{name}");
            let variables = variables.to_string();
            let parameters = [(name, "film-1"), ("variables", &*variables)];
            assert_eq!(get(site, &parameters).await, (200, heat.clone()), "{name}");
        }
        let hash = format!("sha256:{}", DocumentHash::of(FILM));
        for body in [
            json!({ "documentId": hash, "variables": variables }),
            json!({ "extensions": named(FILM), "variables": variables }),
            json!({ "query": FILM, "extensions": named(FILM), "variables": variables }),
            json!({ "query": FILM, "variables": variables }),
            json!({ "query": FILM, "id": "something else", "variables": variables }),
        ] {
            assert_eq!(
                post(site, body.clone()).await,
                (200, heat.clone()),
                "{body}"
            );
        }
        let (_, unknown) = post(site, json!({ "id": "film-2" })).await;
        assert_eq!(refused(&unknown).0, "DOCUMENT_NOT_FOUND");
        let kept = site.get(&address(&[("id", "all-1")])).send().await;
        assert_eq!(kept.unwrap().headers()[CACHE_CONTROL], "public, max-age=60");
    }
    assert_eq!(
        post(&any, text.clone()).await.1["data"]["__typename"],
        "Query"
    );
    let with_hash = json!({ "query": "{ __typename }", "extensions": named("{ __typename }") });
    let hash_alone = json!({ "extensions": named("{ __typename }") });
    for body in [text, with_hash, hash_alone] {
        let (_, answer) = post(&only, body.clone()).await;
        assert_eq!(refused(&answer).0, "DOCUMENT_NOT_TRUSTED", "{body}");
    }
    let metrics = only.get("/metrics").send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for counted in ["{why=\"unknown\"} 1\n", "{why=\"untrusted\"} 3\n"] {
        let counted = format!("graphql_documents_refused_total{counted}");
        assert!(metrics.contains(&counted), "{metrics}");
    }
}

#[tokio::test]
async fn a_server_does_not_start_on_manifests_that_it_cannot_read() {
    let program = Program::seeded(On::Embedded).await;
    let manifests = tempfile::tempdir().unwrap();
    let folder = manifests.path().to_str().unwrap();
    let said = async |arguments: &[&str]| {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let output = program.run(&arguments).await;
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };

    let nowhere = said(&["--documents", "/nowhere/at/all"]).await;
    assert!(nowhere.contains("/nowhere/at/all"), "{nowhere}");
    let nothing = said(&["--documents-only", "true"]).await;
    assert!(nothing.contains("names no folder"), "{nothing}");
    std::fs::write(
        manifests.path().join("web.json"),
        r#"{"film-1": "{ film "}"#,
    )
    .unwrap();
    let wrong = said(&["--documents", folder]).await;
    assert!(
        wrong.contains("web.json") && wrong.contains("film-1"),
        "{wrong}"
    );
    let much = "{ titles(first: 100) { nodes { similar(first: 100) { nodes { similar(first: 100) { nodes { slug } } } } } } }";
    for (document, fault) in [
        ("{ film(slug: \"heat-1995\") { nothing } }", "nothing"),
        ("{ film(slug: 7) { name } }", "slug"),
        ("{ film(slug: \"heat-1995\", what: 1) { name } }", "what"),
        ("query ($n: Int!) { genres { name } }", "$n"),
        (much, "asks for too much"),
    ] {
        let manifest = json!({ "film-1": FILM, "bad-1": document, "film-2": FILM });
        std::fs::write(manifests.path().join("web.json"), manifest.to_string()).unwrap();
        let wrong = said(&["--documents", folder]).await;
        for part in ["web.json", "bad-1", fault] {
            assert!(wrong.contains(part), "{part}: {wrong}");
        }
        assert!(!wrong.contains("film-1"), "{wrong}");
    }
}
