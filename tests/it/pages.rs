//! What somebody sees who opens the program in a browser: the front page, and the IDE with all that it consists of.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, COOKIE, ETAG};
use reqwest::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, IF_NONE_MATCH};
use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program, REQUEST_TIMEOUT, Site};

const PRODUCTION: [&str; 4] = ["--env", "production", "--trusted-proxies", "none"];
/// What a browser says that it takes when somebody opens an address.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn open(site: &Site, path: &str) -> reqwest::Response {
    site.get(path).header(ACCEPT, BROWSER).send().await.unwrap()
}

/// Opens an address of the site until it is there: a server that is slow for a moment is not ready.
async fn opens(site: &Site, path: &str) {
    let began = Instant::now();
    loop {
        let status = open(site, path).await.status();
        if status == 200 {
            return;
        }
        let is_slow = path == "/readyz" && began.elapsed() < SOON;
        assert!(is_slow, "{path}: {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn read(site: &Site, path: &str) -> (u16, String) {
    let answer = open(site, path).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// What a text names between a beginning and a quotation mark.
fn named(text: &str, beginning: &str) -> Vec<String> {
    let parts = text.split(beginning).skip(1);
    parts
        .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
        .collect()
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    let value = value.unwrap_or_else(|| panic!("{name} is missing: {answer:?}"));
    value.to_str().unwrap()
}

#[tokio::test]
async fn the_front_page_says_what_it_is_and_every_link_of_it_leads_somewhere() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let began = Instant::now();
    let page = loop {
        let (status, page) = read(&site, "/").await;
        assert_eq!(status, 200);
        if page.contains("It is well.") {
            break page;
        }
        assert!(began.elapsed() < SOON, "it is not well: {page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };

    for said in [
        "The API of a film and TV site",
        "register(input",
        "users create",
        "REELGRAPH_TRUSTED_ORIGINS",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let links = named(&page, "href=\"");
    assert!(links.len() > 5, "{links:?}");
    for link in links {
        let link = link.replace("&#x2f;", "/");
        assert!(link.starts_with('/') && !link.starts_with("//"), "{link}");
        opens(&site, &link).await;
    }
    let (_, schema) = read(&site, "/schema.graphql").await;
    assert!(schema.contains("type Query {"), "{schema}");
}

#[tokio::test]
async fn the_documentation_has_all_that_can_be_asked_for_and_leads_nowhere_else() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set(REQUEST_TIMEOUT, "47");
    let site = program.serve().await;
    let (_, front) = read(&site, "/").await;
    assert!(front.contains(">Documentation</a>"), "{front}");

    let answer = open(&site, "/docs").await;

    assert_eq!(answer.status(), 200);
    let policy = header(&answer, CONTENT_SECURITY_POLICY.as_str()).to_owned();
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    let page = answer.text().await.unwrap();
    for outside in ["<script", "http://", "https://", "<img"] {
        assert!(!page.contains(outside), "{outside}: {page}");
    }
    let types = "{ query: __type(name: \"Query\") { fields { name } }
        mutation: __type(name: \"Mutation\") { fields { name } }
        subscription: __type(name: \"Subscription\") { fields { name } }
        limits: __type(name: \"SiteLimits\") { fields { name } }
        codes: __type(name: \"ErrorCode\") { enumValues { name } } }";
    let types = site.ask(types, json!({})).await;
    let mut listed = 0;
    for of in types.as_object().unwrap().values() {
        let names = of["fields"].as_array().or(of["enumValues"].as_array());
        for name in names.unwrap() {
            let name = name["name"].as_str().unwrap();
            let entry = format!("<dt><code>{name}</code></dt><dd>");
            assert!(page.contains(&entry), "{name}: {page}");
            listed += 1;
        }
    }
    assert!(listed > 100, "{listed}");
    assert!(page.contains("within 47 seconds"), "{page}");
    let links = named(&page, "href=\"");
    assert!(links.len() > 4, "{links:?}");
    for link in links {
        let link = link.replace("&#x2f;", "/");
        assert!(link.starts_with('/') && !link.starts_with("//"), "{link}");
        opens(&site, &link).await;
    }
}

#[tokio::test]
async fn in_production_strangers_see_neither_an_ide_nor_how_to_get_in() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve_with(&PRODUCTION).await;

    let (status, page) = read(&site, "/").await;

    assert_eq!((status, page.contains("The API of a film")), (200, true));
    for hidden in [
        "IDE",
        "register",
        "password",
        "schema.graphql",
        "docs",
        "REELGRAPH",
    ] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
    for (path, expected) in [
        ("/ide/main.js", 404),
        ("/schema.graphql", 404),
        ("/docs", 404),
        ("/graphql", 406),
        ("/favicon.svg", 200),
        ("/favicon.ico", 200),
    ] {
        assert_eq!(read(&site, path).await.0, expected, "{path}");
    }
    // What is no link for people is executed as it always was.
    let (status, answer) = read(&site, "/graphql?query={__typename}").await;
    assert_eq!((status, answer.contains("Query")), (200, true), "{answer}");

    site.kill().await;
    let asked = [&PRODUCTION[..], &["--ide", "true"]].concat();
    let site = program.serve_with(&asked).await;
    let (status, page) = read(&site, "/graphql").await;
    assert_eq!((status, page.contains("ide/main.js")), (200, true));
    assert_eq!(read(&site, "/ide/main.js").await.0, 200);
    let (_, page) = read(&site, "/").await;
    assert!(page.contains("IDE") && !page.contains("register"), "{page}");
}

#[tokio::test]
async fn all_of_the_ide_is_served_from_here_and_nothing_else_may_come() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    let answer = open(&site, "/graphql").await;

    let policy = header(&answer, CONTENT_SECURITY_POLICY.as_str()).to_owned();
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
    for exception in ["unsafe", "nonce", "sha256", "data:", "blob:", "http", "*"] {
        assert!(!policy.contains(exception), "{policy}");
    }
    assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
    let page = answer.text().await.unwrap();
    let mut waiting: Vec<String> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|beginning| named(&page, beginning))
        .filter(|name| name.starts_with("ide/"))
        .collect();
    waiting.push("ide/examples.json".to_owned());
    let mut seen: Vec<String> = Vec::new();
    while let Some(name) = waiting.pop() {
        if seen.contains(&name) {
            continue;
        }
        let answer = open(&site, &format!("/{name}")).await;
        assert_eq!(answer.status(), 200, "{name}");
        let media = match name.rsplit('.').next() {
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            Some("json") => "application/json",
            Some("svg") => "image/svg+xml",
            other => panic!("{name}: {other:?}"),
        };
        assert!(header(&answer, CONTENT_TYPE.as_str()).starts_with(media));
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-cache", "{name}");
        let tag = answer.headers()[ETAG].clone();
        let again = site.get(&format!("/{name}")).header(IF_NONE_MATCH, tag);
        assert_eq!(again.send().await.unwrap().status(), 304, "{name}");
        let text = answer.text().await.unwrap();
        let imports = named(&text, "from \"./");
        waiting.extend(imports.into_iter().map(|import| format!("ide/{import}")));
        seen.push(name);
    }
    assert!(seen.len() > 8, "{seen:?}");
    assert_eq!(read(&site, "/ide/..%2fCargo.toml").await.0, 404);
    assert_eq!(read(&site, "/ide/nothing.js").await.0, 404);
}

#[tokio::test]
async fn a_document_in_the_address_opens_in_the_ide_and_is_executed_for_programs() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let address = "/graphql?query={__typename}&variables={}";

    let (_, page) = read(&site, address).await;
    let answer = site.get(address).send().await.unwrap();

    assert!(page.contains("ide/main.js"), "{page}");
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "__typename": "Query" } }));
}

/// The text that a constant of a module is.
fn constant(module: &str, name: &str, quote: char) -> String {
    let (_, text) = module
        .split_once(&format!("const {name} = {quote}"))
        .unwrap_or_else(|| panic!("{name} is missing: {module}"));
    text.split(quote).next().unwrap().to_owned()
}

#[tokio::test]
async fn the_schema_describes_itself_as_the_ide_asks_it_to() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let (_, module) = read(&site, "/ide/schema.js").await;
    let kind = constant(&module, "TYPE", '"');
    let input = constant(&module, "INPUT", '`').replace("${TYPE}", &kind);
    let query = constant(&module, "INTROSPECTION", '`')
        .replace("${INPUT}", &input)
        .replace("${TYPE}", &kind);
    assert!(!query.contains("${"), "{query}");

    let answer = site.send(&query, json!({})).await;

    assert_eq!(answer.get("errors"), None, "{}", answer["errors"]);
    let schema = &answer["data"]["__schema"];
    for (root, name) in [
        ("queryType", "Query"),
        ("mutationType", "Mutation"),
        ("subscriptionType", "Subscription"),
    ] {
        assert_eq!(schema[root]["name"], name);
    }
    let types = schema["types"].as_array().unwrap();
    let query = types.iter().find(|one| one["name"] == "Query").unwrap();
    let fields = query["fields"].as_array().unwrap();
    let film = fields.iter().find(|field| field["name"] == "film").unwrap();
    let arguments = film["args"].as_array().unwrap();
    let id = arguments.iter().find(|one| one["name"] == "id").unwrap();
    assert_eq!(id["type"]["name"], "ID", "{film}");
}

#[tokio::test]
async fn the_examples_of_the_ide_run_on_the_demo_site() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let (_, examples) = read(&site, "/ide/examples.json").await;
    let examples: Value = serde_json::from_str(&examples).unwrap();
    let [first, suggestion, register, watch] = &examples.as_array().unwrap()[..] else {
        panic!("{examples}");
    };
    let text = |example: &Value| example["query"].as_str().unwrap().to_owned();
    let variables = |example: &Value| match example["variables"].as_str().unwrap() {
        "" => json!({}),
        text => serde_json::from_str(text).unwrap(),
    };

    let film = site.ask(&text(first), variables(first)).await;
    assert_eq!(film["film"]["name"], "Heat");
    let similar = site.ask(&text(suggestion), variables(suggestion)).await;
    let edges = similar["film"]["similar"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 4, "{similar}");
    let registered = site
        .ask_for_cookie(&text(register), variables(register))
        .await;
    let payload = &registered["data"]["register"];
    assert_eq!(payload["userErrors"], json!([]), "{registered}");
    assert_eq!(payload["viewer"]["profile"]["name"], "ada");

    let run = async |operation: &str| -> Value {
        let body = json!({ "query": text(watch), "variables": variables(watch), "operationName": operation });
        let request = site
            .post("/graphql")
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, site.cookie().unwrap())
            .body(body.to_string());
        request.send().await.unwrap().json().await.unwrap()
    };
    let watched = run("Watch").await;
    let payload = &watched["data"]["reportPlayback"];
    assert_eq!(payload["userErrors"], json!([]), "{watched}");
    assert_eq!(payload["state"]["watched"], true, "{watched}");
    let next = run("Next").await;
    let edges = &next["data"]["viewer"]["profile"]["recommendations"]["edges"];
    assert_eq!(edges.as_array().map(Vec::len), Some(10), "{next}");
}

#[tokio::test]
async fn long_answers_are_made_as_small_as_the_client_can_read() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let coding = async |path: &str, taken: &str| {
        let answer = site.get(path).header(ACCEPT_ENCODING, taken);
        let answer = answer.send().await.unwrap();
        let coding = answer.headers().get(CONTENT_ENCODING);
        let coding = coding.map(|coding| coding.to_str().unwrap().to_owned());
        (coding, answer.bytes().await.unwrap().len())
    };

    let (none, whole) = coding("/schema.graphql", "identity").await;
    assert_eq!(none, None);
    for (taken, expected) in [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
    ] {
        let (coding, size) = coding("/schema.graphql", taken).await;
        assert_eq!(coding.as_deref(), Some(expected), "{taken}");
        assert!(size * 3 < whole, "{taken}: {size} of {whole}");
    }
    assert_eq!(coding("/healthz", "gzip, br, zstd").await.0, None);
}
