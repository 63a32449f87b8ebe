//! What operations weigh, and what they cost: `cargo bench --bench cost`
//!
//! Each line is one sort of work on the demo catalogue, embedded, one request after the other. The weights of
//! `graphql/cost.rs` are right as far as the last column is the same in all lines: what fields cost that weigh too
//! little stands out at once.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use reelgraph::app::App;
use reelgraph::config::{Config, Settings};
use reelgraph::graphql::weigh;
use reelgraph::http::HttpOptions;
use serde_json::{Value, json};
use tower::ServiceExt;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each is asked, the first of them before the clock starts.
const TIMES: u32 = 30;

const OPERATIONS: &[(&str, &str)] = &[
    ("nothing", "{ __typename }"),
    ("one film", "{ film(slug: \"heat-1995\") { name year } }"),
    ("a hundred titles", "{ titles(first: 100) { nodes { name year slug } } }"),
    (
        "twenty titles with all that is shown",
        "{ titles(first: 20) { nodes { name year genres { name } credits(first: 10) { edges { role node { name } } } } } }",
    ),
    (
        "a hundred titles and their credits",
        "{ titles(first: 100) { nodes { credits(first: 100) { edges { role } } } } }",
    ),
    ("search", "{ search(query: \"the\", first: 10) { nodes { slug } } }"),
    ("search with a mistake", "{ search(query: \"godfahter\", first: 10) { nodes { slug } } }"),
    ("people", "{ people(first: 20) { nodes { name } } }"),
    ("similar", "{ film(slug: \"heat-1995\") { similar(first: 12) { nodes { slug } } } }"),
    (
        "similar of similar, four times",
        "{ titles(first: 5) { nodes { similar(first: 5) { nodes { similar(first: 5) { nodes { similar(first: 5) { nodes {
            similar(first: 5) { nodes { id } } } } } } } } } } }",
    ),
    (
        "suggestions",
        "{ viewer { profile { recommendations(first: 20) { nodes { slug } } } } }",
    ),
    (
        "a page of rows",
        "{ viewer { profile { rows { kind items { nodes { slug } } } } } }",
    ),
    ("what is next", "{ viewer { profile { nextUp(first: 20) { nodes { __typename } } } } }"),
];

const REGISTER: &str = "mutation { register(input: { email: \"ada@example.org\", password: \"correct horse battery\" }) { userErrors { code } } }";
const REPORT: &str = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { userErrors { code } } }";

struct Site {
    router: Router,
    cookie: Option<String>,
}

impl Site {
    async fn ask(&mut self, query: &str, variables: Value) -> anyhow::Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql")
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body))?);
        let answer = answer.await?;
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            self.cookie = cookie.to_str()?.split(';').next().map(str::to_owned);
        }
        let answer: Value = serde_json::from_slice(&to_bytes(answer.into_body(), 1 << 26).await?)?;
        ensure!(answer.get("errors").is_none(), "{query}: {answer}");
        Ok(answer)
    }

    /// Watches some films, so that there is something to suggest by.
    async fn watch(&mut self) -> anyhow::Result<()> {
        let films = self.ask(
            "{ titles(first: 20) { nodes { id __typename } } }",
            json!({}),
        );
        let films = films.await?["data"]["titles"]["nodes"].take();
        let films = films.as_array().context("titles")?.iter();
        for (play, film) in films
            .filter(|film| film["__typename"] == "Film")
            .enumerate()
        {
            for (event, position) in [("START", 0.0), ("STOP", 3_000.0)] {
                let play = format!("00000000-0000-4000-8000-{play:012}");
                let input = json!({ "item": film["id"], "play": play, "event": event, "position": position });
                self.ask(REPORT, json!({ "input": input })).await?;
            }
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for arguments in [
        &["load", "seed"][..],
        &["graph", "drain"],
        &["graph", "similar"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reelgraph"));
        let ran = command.args(arguments).arg("--data-dir").arg(folder.path());
        ensure!(ran.output()?.status.success(), "{arguments:?}");
    }
    let settings = Settings {
        data_dir: Some(folder.path().to_owned()),
        budget: Some(false),
        ..Settings::default()
    };
    let app = App::open(&Config::complete(settings, |_| None)?).await?;
    let jobs = app.start_jobs().await?;
    let mut site = Site {
        router: app.router(HttpOptions::default())?,
        cookie: None,
    };
    site.ask(REGISTER, json!({})).await?;
    site.watch().await?;
    app.graph.drain().await?;
    println!("{:40} {:>8} {:>10} {:>8}", "", "weight", "µs", "µs/unit");
    for (name, query) in OPERATIONS {
        site.ask(query, json!({})).await?;
        let begun = Instant::now();
        for _ in 0..TIMES {
            site.ask(query, json!({})).await?;
        }
        let each = begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES);
        let weight = weigh(query)?;
        #[expect(clippy::cast_precision_loss, reason = "weights below 2^53")]
        let unit = each / weight as f64;
        println!("{name:40} {weight:>8} {each:>10.0} {unit:>8.2}");
    }
    drop(jobs.stop(std::time::Duration::from_secs(1)).await);
    Ok(())
}
