//! What operations weigh, and what they cost: `cargo bench --bench cost`
//!
//! Each line is one sort of work on the demo catalogue, embedded, one request after the other. The weights of
//! `graphql/weights.rs` are right as far as the last column is the same in all lines: what fields cost that weigh too
//! little stands out at once. The first line is what any request costs; the third column is without that. Writes to
//! the disk are in it, although others may use the processor meanwhile.

mod demo;

use std::time::Instant;

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
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
    ("ten films, one by one", TEN_FILMS),
    ("a hundred titles", "{ titles(first: 100) { nodes { name year slug } } }"),
    (
        "twenty titles with all that is shown",
        "{ titles(first: 20) { nodes { name year genres { name } credits(first: 10) { edges { role node { name } } } } } }",
    ),
    (
        "a hundred titles and their credits",
        "{ titles(first: 100) { nodes { credits(first: 100) { edges { role } } } } }",
    ),
    ("how many titles", "{ titles(first: 1) { totalCount } }"),
    (
        "how many titles of a genre",
        "{ titles(first: 1, filter: { yearFrom: 1970 }) { totalCount } }",
    ),
    (
        "twenty people and their titles",
        "{ people(query: \"al\", first: 20) { nodes { name titles(first: 10) { nodes { name } } } } }",
    ),
    ("genres", "{ genres { name } }"),
    ("genres and their titles", "{ genres { titles(first: 10) { nodes { name } } } }"),
    ("search", "{ search(query: \"the\", first: 10) { nodes { slug } } }"),
    ("search with a mistake", "{ search(query: \"godfahter\", first: 10) { nodes { slug } } }"),
    ("how many are found", "{ search(query: \"the\", first: 1) { totalCount } }"),
    ("search of everything", "{ searchAll(query: \"the\", first: 10) { nodes { __typename } } }"),
    ("the search box", "{ suggest(query: \"the\") { text } }"),
    (
        "a search, and what matched",
        "{ search(query: \"al pacino heat\", first: 20) { edges { highlights { text } } } }",
    ),
    ("people", "{ people(query: \"al\", first: 20) { nodes { name } } }"),
    ("similar", "{ film(slug: \"heat-1995\") { similar(first: 12) { nodes { slug } } } }"),
    (
        "similar of twenty",
        "{ titles(first: 20) { nodes { similar(first: 12) { nodes { slug } } } } }",
    ),
    (
        "similar of similar, four times",
        "{ titles(first: 5) { nodes { similar(first: 5) { nodes { similar(first: 5) { nodes { similar(first: 5) { nodes {
            similar(first: 5) { nodes { id } } } } } } } } } } }",
    ),
    ("types by name", "{ __schema { types { name } } }"),
    ("the whole schema", "{ __schema { types { fields { name args { name } type { name } } } } }"),
    ("types of types", "{ __schema { types { fields { type { fields { name } } } } } }"),
    ("one type", "{ __type(name: \"Film\") { fields { name type { name } } } }"),
    ("who asks", "{ viewer { user { email } profile { name } } }"),
    (
        "suggestions",
        "{ viewer { profile { recommendations(first: 20) { nodes { slug } } } } }",
    ),
    (
        "suggestions with reasons",
        "{ viewer { profile { recommendations(first: 20) { edges { score reasons { text } node { name } } } } } }",
    ),
    (
        "a page of rows",
        "{ viewer { profile { rows { kind items { nodes { slug } } } } } }",
    ),
    ("taste", "{ viewer { profile { tasteWeights(first: 20) { weight } } } }"),
    ("what is next", "{ viewer { profile { nextUp(first: 20) { nodes { __typename } } } } }"),
    (
        "what was left off",
        "{ viewer { profile { continueWatching(first: 20) { nodes { __typename } } } } }",
    ),
    (
        "watchlist",
        "{ viewer { profile { watchlist(first: 20, orderBy: NAME) { nodes { __typename } } } } }",
    ),
    ("history", "{ viewer { profile { history(first: 20) { nodes { percent } } } } }"),
    ("how much history", "{ viewer { profile { history(first: 1) { totalCount } } } }"),
];

const TEN_FILMS: &str = "{ a: film(slug: \"heat-1995\") { name } b: film(slug: \"heat-1995\") { name } c: film(slug: \"heat-1995\") { name }
    d: film(slug: \"heat-1995\") { name } e: film(slug: \"heat-1995\") { name } f: film(slug: \"heat-1995\") { name }
    g: film(slug: \"heat-1995\") { name } h: film(slug: \"heat-1995\") { name } i: film(slug: \"heat-1995\") { name }
    j: film(slug: \"heat-1995\") { name } }";

/// What is done, each with the variable that it takes: the first value and the second by turns, so that something
/// changes every time.
const MUTATIONS: &[(&str, &str, [&str; 2])] = &[
    (
        "rate a film",
        "mutation ($a: ID!, $b: Boolean) { rateTitle(input: { title: $a, liked: $b }) { userErrors { code } } }",
        ["true", "false"],
    ),
    (
        "hide a film",
        "mutation ($a: ID!, $b: Boolean!) { hideTitle(input: { title: $a, hidden: $b }) { userErrors { code } } }",
        ["true", "false"],
    ),
    (
        "put a film on the watchlist",
        "mutation ($a: ID!, $b: Boolean!) { setWatchlisted(input: { title: $a, watchlisted: $b }) { userErrors { code } } }",
        ["true", "false"],
    ),
    (
        "say that a film was watched",
        "mutation ($a: ID!, $b: Boolean!) { setWatched(input: { item: $a, watched: $b }) { userErrors { code } } }",
        ["true", "false"],
    ),
    (
        "mute a genre",
        "mutation ($c: ID!, $b: Boolean!) { muteTaste(input: { source: $c, muted: $b }) { userErrors { code } } }",
        ["true", "false"],
    ),
    (
        "edit a play",
        "mutation ($d: ID!, $b: Boolean!) { editPlay(input: { play: $d, influencesRecommendations: $b }) { userErrors { code } } }",
        ["true", "false"],
    ),
    (
        "report",
        "mutation ($a: ID!, $b: Float!) { reportPlayback(input: { item: $a, play: \"00000000-0000-4000-8000-000000000001\", event: PROGRESS, position: $b }) { userErrors { code } } }",
        ["100", "110"],
    ),
    (
        "log in",
        "mutation { logIn(input: { email: \"ada@example.org\", password: \"correct horse battery\" }) { userErrors { code } } }",
        ["0", "0"],
    ),
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
    let app = demo::open(folder.path()).await?;
    let jobs = app.start_jobs().await?;
    let mut site = Site {
        router: app.router(HttpOptions::default())?,
        cookie: None,
    };
    site.ask(REGISTER, json!({})).await?;
    site.watch().await?;
    app.graph.drain().await?;
    let ids = "{ titles(first: 1, filter: { kind: [FILM] }) { nodes { id } } genres { id } viewer { profile { history(first: 1) { nodes { id } } } } }";
    let mut ids = site.ask(ids, json!({})).await?["data"].take();
    let film = ids["titles"]["nodes"][0]["id"].take();
    let genre = ids["genres"][0]["id"].take();
    let play = ids["viewer"]["profile"]["history"]["nodes"][0]["id"].take();
    println!(
        "{:40} {:>8} {:>10} {:>10} {:>8}",
        "", "weight", "µs", "of its own", "µs/unit"
    );
    let mut nothing = 0.0;
    let queries = OPERATIONS
        .iter()
        .map(|(name, query)| (*name, *query, ["0", "0"]));
    for (name, query, values) in queries.chain(MUTATIONS.iter().copied()) {
        let values = values.map(serde_json::from_str::<Value>);
        let values = values.into_iter().collect::<Result<Vec<_>, _>>()?;
        let is_changing = values[0] != values[1];
        let variables = |time: usize| {
            if is_changing {
                json!({ "a": film, "b": values[time % 2], "c": genre, "d": play })
            } else {
                json!({})
            }
        };
        site.ask(query, variables(1)).await?;
        let begun = Instant::now();
        for time in 0..TIMES as usize {
            site.ask(query, variables(time)).await?;
        }
        let each = begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES);
        if name == "nothing" {
            nothing = each;
        }
        let weight = weigh(query)?;
        #[expect(clippy::cast_precision_loss, reason = "weights below 2^53")]
        let unit = each / weight as f64;
        let own = (each - nothing).max(0.0);
        println!("{name:40} {weight:>8} {each:>10.0} {own:>10.0} {unit:>8.2}");
    }
    drop(jobs.stop(std::time::Duration::from_secs(1)).await);
    Ok(())
}
