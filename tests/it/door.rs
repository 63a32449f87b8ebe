//! What the program refuses at its door, whatever stands behind it, and what every answer says to a browser.

use reqwest::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH, ORIGIN,
};
use serde_json::{Value, json};

use crate::support::program::{On, Program, Site, free_address};

const PRODUCTION: [&str; 4] = ["--env", "production", "--trusted-proxies", "none"];
const WHO: &str = "/graphql?query={viewer{user{email}}}";

async fn post(site: &Site, body: &str) -> (u16, Value) {
    let request = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    let value = value.unwrap_or_else(|| panic!("{name} is missing: {answer:?}"));
    value.to_str().unwrap()
}

#[tokio::test]
async fn in_production_the_schema_describes_itself_only_if_it_is_asked_to() {
    let program = Program::seeded(On::Embedded).await;
    let described = async |arguments: &[&str]| {
        let site = program.serve_with(arguments).await;
        let types = site
            .send("{ __schema { types { name } } }", json!({}))
            .await;
        let misspelt = site
            .send("{ films: titels(frist: 1) { __typename } }", json!({}))
            .await;
        let named = site
            .ask("{ titles(first: 1) { __typename } }", json!({}))
            .await;
        assert_eq!(named["titles"]["__typename"], "TitleConnection");
        let misspelt = misspelt["errors"][0]["message"].to_string();
        (types, misspelt.contains("Did you mean"))
    };

    let (development, is_helpful) = described(&[]).await;
    assert!(development["data"]["__schema"]["types"].is_array());
    assert!(is_helpful);

    let (production, is_helpful) = described(&PRODUCTION).await;
    assert_eq!(code(&production), "INTROSPECTION_DISABLED");
    assert_eq!(production.get("data"), None);
    assert!(!is_helpful);

    let asked = [&PRODUCTION[..], &["--introspection", "true"]].concat();
    let (asked, is_helpful) = described(&asked).await;
    assert!(asked["data"]["__schema"]["types"].is_array());
    assert!(is_helpful);

    let (closed, is_helpful) = described(&["--introspection", "false"]).await;
    assert_eq!(code(&closed), "INTROSPECTION_DISABLED");
    assert!(!is_helpful);
}

#[tokio::test]
async fn what_another_site_makes_a_browser_read_runs_nothing_with_the_session() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_TRUSTED_ORIGINS", "https://www.example.org");
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let host = site.address.split_once("://").unwrap().1.to_owned();
    let own = format!("http://{host}");
    let get = async |path: &str, headers: &[(&str, &str)], is_logged_in: bool| {
        let mut request = site.get(path);
        if is_logged_in {
            request = request.header(COOKIE, site.cookie().unwrap());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };

    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ] {
        for path in [WHO, "/account/export"] {
            let (status, answer) = get(path, headers, true).await;
            assert_eq!(status, 403, "{path} {headers:?}");
            assert!(answer.contains("CROSS_SITE"), "{answer}");
            assert!(!answer.contains("ada@"), "{answer}");
        }
        // There is nothing to be had without a session: a picture of a film is linked to from anywhere.
        let film = "/graphql?query={film(slug:\"heat-1995\"){slug}}";
        let (status, answer) = get(film, headers, false).await;
        assert_eq!(
            (status, answer.contains("heat-1995")),
            (200, true),
            "{answer}"
        );
    }
    for headers in [
        &[][..],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", own.as_str())],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://www.example.org"),
        ],
    ] {
        let (status, answer) = get(WHO, headers, true).await;
        assert_eq!(
            (status, answer.contains("ada@")),
            (200, true),
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn whatever_is_refused_beside_graphql_is_a_problem_that_no_cache_keeps() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve_with(&PRODUCTION).await;
    let too_long = format!("token={}", "x".repeat(20_000));
    let form = |path: &str, body: &str| {
        site.post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.to_owned())
    };

    for (request, status, code) in [
        (site.get("/nowhere"), 404, "NOT_FOUND"),
        (site.get("/no/such/page?a=b"), 404, "NOT_FOUND"),
        (site.get("/metrics"), 404, "NOT_FOUND"),
        (site.post("/no/such/page"), 404, "NOT_FOUND"),
        (site.post("/healthz"), 405, "METHOD_NOT_ALLOWED"),
        (site.post("/account/export"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (site.get("/account/export"), 401, "UNAUTHENTICATED"),
        (site.post("/reset-password"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (form("/reset-password", "token=a"), 422, "INVALID"),
        (form("/confirm-email", &too_long), 413, "PAYLOAD_TOO_LARGE"),
        (
            form("/confirm-email", "token=a").header(ORIGIN, "https://evil.example"),
            403,
            "CROSS_SITE",
        ),
        (
            form("/oauth/nobody/deauthorize", "signed_request=a"),
            404,
            "NOT_FOUND",
        ),
    ] {
        let answer = request.send().await.unwrap();

        assert_eq!(answer.status().as_u16(), status, "{answer:?}");
        assert_eq!(header(&answer, "content-type"), "application/problem+json");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(
            answer.headers().contains_key(ALLOW),
            status == 405,
            "{answer:?}"
        );
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert!(problem["title"].is_string(), "{problem}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_keep_pages_and_answers_apart_from_other_sites() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let page = "text/html,*/*;q=0.8";

    for path in ["/", "/graphql", "/confirm-email?token=a", "/reset-password"] {
        let answer = site.get(path).header(ACCEPT, page).send().await.unwrap();
        assert!(header(&answer, "content-type").starts_with("text/html"));
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
        assert!(header(&answer, "permissions-policy").contains("camera=()"));
        assert_eq!(header(&answer, "cache-control"), "no-store");
    }
    for path in [WHO, "/healthz", "/readyz", "/metrics", "/nowhere"] {
        let answer = site.get(path).send().await.unwrap();
        assert_eq!(
            header(&answer, "cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn who_has_the_keys_already_is_told_that_they_are_the_same() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let keys = || site.get("/.well-known/jwks.json");

    let first = keys().send().await.unwrap();
    let tag = header(&first, "etag").to_owned();
    let body = first.text().await.unwrap();
    let again = keys().header(IF_NONE_MATCH, &tag).send().await.unwrap();
    let among_others = format!("\"x\", {}", tag.trim_start_matches("W/"));
    let among_others = keys()
        .header(IF_NONE_MATCH, among_others)
        .send()
        .await
        .unwrap();
    let other = keys().header(IF_NONE_MATCH, "\"x\"").send().await.unwrap();

    assert!(body.contains("\"keys\""), "{body}");
    assert_eq!(among_others.status(), 304);
    assert_eq!(again.status(), 304);
    assert_eq!(again.headers()[ETAG], tag.as_str());
    assert_eq!(again.headers()[CACHE_CONTROL], "public, max-age=3600");
    assert_eq!(again.text().await.unwrap(), "");
    assert_eq!(
        (other.status().as_u16(), other.text().await.unwrap()),
        (200, body)
    );
}

#[tokio::test]
async fn a_body_in_which_a_key_stands_twice_is_refused() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    for body in [
        r#"{"query": "{ viewer { user { id } } }", "query": "{ titles { totalCount } }"}"#,
        r#"{"query": "query ($a: Int) { titles(first: $a) { totalCount } }", "variables": {"a": 1, "a": 2}}"#,
    ] {
        let (status, answer) = post(&site, body).await;

        assert_eq!((status, code(&answer)), (400, "BAD_REQUEST"), "{answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("stands twice"), "{message}");
    }
    let parameters = "/graphql?query={titles{totalCount}}&variables={\"a\":1,\"a\":2}";
    let answer = site.get(parameters).send().await.unwrap();
    assert_eq!(answer.status(), 400);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_store_or_the_mail() {
    use std::os::unix::fs::PermissionsExt;

    let program = Program::seeded(On::Embedded).await;
    // One that a former version made for everybody to read.
    let former = program.data().join("reelgraph.sqlite");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&former, open).unwrap();
    let mode = |path: &std::path::Path| {
        let found = std::fs::metadata(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        found.permissions().mode() & 0o777
    };

    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let letters = program.data().join("mail");
    let waited = std::time::Instant::now();
    let letter = loop {
        let mut found = std::fs::read_dir(&letters).into_iter().flatten();
        if let Some(letter) = found.find_map(|entry| {
            let path = entry.ok()?.path();
            (path.extension()? == "eml").then_some(path)
        }) {
            break letter;
        }
        assert!(waited.elapsed() < crate::support::SOON, "no letter came");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };

    for file in [
        "reelgraph.sqlite",
        "reelgraph.sqlite-wal",
        "reelgraph.sqlite-shm",
    ] {
        assert_eq!(mode(&program.data().join(file)), 0o600, "{file}");
    }
    assert_eq!((mode(&letters), mode(&letter)), (0o700, 0o600));
    drop(site);

    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made/by/the/program");
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_reelgraph"));
    command.args(["graph", "drain", "--data-dir"]).arg(&made);
    // Wherever the tests themselves find servers.
    for name in ["MONGODB_URI", "NEO4J_URI", "REDIS_URL"] {
        command.env_remove(name);
    }
    let ran = command.output().await.unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(mode(&made), 0o700);
    assert_eq!(mode(&made.join("reelgraph.sqlite")), 0o600);
}

/// What comes back for bytes that are no request of a proper client.
async fn raw(site: &Site, bytes: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let address = site.address.split_once("://").unwrap().1;
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_request_names_the_site_that_it_is_for_once() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let ask = async |version: &str, hosts: &str| {
        let request = format!("GET /healthz HTTP/{version}\r\nconnection: close\r\n{hosts}\r\n");
        let answer = raw(&site, &request).await;
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };

    for hosts in [
        "",
        "host: a\r\nhost: a\r\n",
        "host: a\r\nhost: b\r\n",
        "host:\r\n",
        "host: a b\r\n",
        "host: a/b\r\n",
        "host: user@a\r\n",
        "host: a:port\r\n",
    ] {
        assert_eq!(ask("1.1", hosts).await, 400, "{hosts}");
    }
    assert_eq!(ask("1.1", "host: www.example.org:8080\r\n").await, 200);
    assert_eq!(ask("1.0", "").await, 200);
}

#[tokio::test]
async fn in_production_it_must_be_said_whether_there_are_proxies() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_ENV", "production");

    for said in [None, Some("")] {
        if let Some(said) = said {
            program.set("REELGRAPH_TRUSTED_PROXIES", said);
        }
        let refused = program.run(&["serve", "--listen", "127.0.0.1:0"]).await;

        assert_eq!(refused.status.code(), Some(1));
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(
            why.contains("REELGRAPH_TRUSTED_PROXIES is not set"),
            "{why}"
        );
        assert!(why.contains("none"), "{why}");
    }
    program.expect(&["graph", "drain"]).await;
    for said in ["none", "10.0.0.0/8,2001:db8::/32"] {
        program.set("REELGRAPH_TRUSTED_PROXIES", said);
        let site = program.serve().await;
        assert_eq!(site.get("/healthz").send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_proxy_that_nobody_named_is_told_of_once() {
    let program = Program::seeded(On::Embedded).await;
    for (arguments, expected) in [(&[][..], 1), (&["--trusted-proxies", "none"], 0)] {
        let log = program.data().join("log");
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut command = program.command(&arguments);
        command.stderr(std::fs::File::create(&log).unwrap());
        let mut site = Site::start(&mut command).await;
        for _ in 0..3 {
            let request = site.get("/healthz").header("x-forwarded-for", "192.0.2.1");
            assert_eq!(request.send().await.unwrap().status(), 200);
        }
        site.kill().await;

        let told = std::fs::read_to_string(&log).unwrap();
        let told = told.matches("REELGRAPH_TRUSTED_PROXIES is not set").count();
        assert_eq!(told, expected, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_server_waits_for_stores_that_are_not_there_and_says_for_which() {
    use tokio::io::{AsyncBufReadExt, BufReader};

    let mut program = Program::new(On::Embedded).await;
    for (name, address) in [
        ("MONGODB_URI", "mongodb://127.0.0.1:1/reelgraph"),
        ("NEO4J_URI", "bolt://127.0.0.1:1"),
        ("REDIS_URL", "redis://127.0.0.1:1"),
        ("REELGRAPH_STORE_TIMEOUT_SECONDS", "1"),
    ] {
        program.set(name, address);
    }
    let address = free_address();
    let mut command = program.command(&["serve", "--listen", &address]);
    let mut child = command
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = async {
        while let Some(line) = log.next_line().await.unwrap() {
            if line.contains("Waiting for a store") {
                return line;
            }
        }
        panic!("it ended");
    };
    let told = tokio::time::timeout(crate::support::SOON, told)
        .await
        .unwrap();
    let get = async |path: &str| {
        let answer = reqwest::get(format!("http://{address}{path}"))
            .await
            .unwrap();
        answer.status().as_u16()
    };

    assert!(told.contains("MongoDB"), "{told}");
    assert_eq!(get("/healthz").await, 200);
    assert_eq!(get("/readyz").await, 503);
    assert_eq!(get("/graphql?query={__typename}").await, 503);
    assert!(child.try_wait().unwrap().is_none(), "it waits");
}
