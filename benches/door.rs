//! What a request takes at the door: `cargo bench --bench door`
//!
//! Each line is a document of the site under load (`benches/site/documents.json`) on the demo catalogue, embedded, one
//! request after the other, without a network: what is above HTTP on the wire is all there. The columns are microseconds
//! a request, the median of rounds: of a document that never came before, of one that did with variables that did not,
//! and of a question that was just answered.

mod demo;

use std::time::Instant;

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, HOST};
use reelgraph::http::HttpOptions;
use serde_json::{Value, json};
use tower::ServiceExt;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DOCUMENTS: &str = include_str!("site/documents.json");
const ROUNDS: usize = 21;
/// Requests of a round.
const TIMES: u32 = 100;

/// How a request differs from those before it.
#[derive(Debug, Clone, Copy)]
enum Sort {
    NewDocument,
    NewVariables,
    Same,
}

struct Asking<'a> {
    router: &'a Router,
    query: &'a str,
    variables: Value,
    asked: u32,
}

impl Asking<'_> {
    async fn ask(&mut self, sort: Sort) -> anyhow::Result<()> {
        self.asked += 1;
        let query = match sort {
            Sort::NewDocument => format!("{} # {}", self.query, self.asked),
            _ => self.query.to_owned(),
        };
        let mut variables = self.variables.clone();
        if !matches!(sort, Sort::Same) {
            // No document has it, so the answer is the same, but nobody asked the same before.
            variables["serial"] = json!(self.asked);
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body))?;
        let answer = self.router.clone().oneshot(request).await?;
        let answer = to_bytes(answer.into_body(), 1 << 26).await?;
        ensure!(answer.starts_with(b"{\"data\":"), "{answer:?}");
        Ok(())
    }

    /// The median of rounds, in microseconds a request.
    async fn measure(&mut self, sort: Sort) -> anyhow::Result<f64> {
        let mut rounds = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            for _ in 0..TIMES {
                self.ask(sort).await?;
            }
            rounds.push(begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES));
        }
        rounds.sort_by(f64::total_cmp);
        Ok(rounds[ROUNDS / 2])
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let app = demo::open(folder.path()).await?;
    let jobs = app.start_jobs().await?;
    let router = app.router(HttpOptions::default())?;
    let documents: Value = serde_json::from_str(DOCUMENTS)?;
    println!(
        "{:10} {:>14} {:>14} {:>14}",
        "", "new document", "new variables", "the same"
    );
    for (name, variables) in [
        ("typename", json!({})),
        ("detail", json!({ "id": "heat-1995" })),
        ("film", json!({ "id": "heat-1995" })),
        ("home", json!({ "first": 20 })),
        ("search", json!({ "t": "heat" })),
    ] {
        let query = documents[name]["query"].as_str().context(name)?;
        let mut asking = Asking {
            router: &router,
            query,
            variables,
            asked: 0,
        };
        let mut columns = Vec::new();
        for sort in [Sort::NewDocument, Sort::NewVariables, Sort::Same] {
            columns.push(asking.measure(sort).await?);
        }
        println!(
            "{name:10} {:>14.0} {:>14.0} {:>14.0}",
            columns[0], columns[1], columns[2]
        );
    }
    drop(jobs.stop(std::time::Duration::from_secs(1)).await);
    Ok(())
}
