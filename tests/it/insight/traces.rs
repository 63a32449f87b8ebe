//! What a collector of traces is sent.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::SOON;
use crate::support::program::{On, Program};

type Requests = mpsc::UnboundedSender<ExportTraceServiceRequest>;

/// A collector, where it is, and what it is sent.
async fn collector() -> (String, mpsc::UnboundedReceiver<ExportTraceServiceRequest>) {
    async fn take(State(requests): State<Requests>, headers: HeaderMap, body: Bytes) {
        assert_eq!(headers[header::CONTENT_TYPE], "application/x-protobuf");
        drop(requests.send(ExportTraceServiceRequest::decode(body).unwrap()));
    }
    let (requests, received) = mpsc::unbounded_channel();
    let router = Router::new()
        .route("/v1/traces", post(take))
        .with_state(requests);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    (address, received)
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|known| known.key == name)?;
    match attribute.value.clone()?.value? {
        any_value::Value::StringValue(text) => Some(text),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

/// The store and the method of each call to a store.
fn store_calls(spans: &[Span]) -> Vec<(String, String)> {
    let call = |span: &&Span| Some((attribute(span, "store")?, attribute(span, "method")?));
    named(spans, "store call").iter().filter_map(call).collect()
}

/// The spans of the trace that a request of this operation is the root of, as soon as they are whole.
async fn trace(
    received: &mut mpsc::UnboundedReceiver<ExportTraceServiceRequest>,
    operation: &str,
    is_whole: impl Fn(&[Span]) -> bool,
) -> (String, Vec<Span>) {
    let is_root =
        |span: &Span| attribute(span, "graphql.operation.name").as_deref() == Some(operation);
    let mut service = String::new();
    let mut traces: BTreeMap<Vec<u8>, Vec<Span>> = BTreeMap::new();
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let ours = |spans: &&Vec<Span>| spans.iter().any(is_root);
        // What a task of its own has computed may end, and be sent, after the request that it was computed for.
        if let Some(spans) = traces.values().find(ours)
            && is_whole(spans)
        {
            return (service, spans.clone());
        }
        let request = tokio::time::timeout_at(deadline, received.recv()).await;
        let Ok(request) = request else {
            panic!("it is not whole: {:?}", traces.values().find(ours));
        };
        let request = request.unwrap();
        for sent in request.resource_spans {
            for attribute in sent.resource.unwrap().attributes {
                if attribute.key == "service.name"
                    && let Some(any_value::Value::StringValue(name)) =
                        attribute.value.unwrap().value
                {
                    service = name;
                }
            }
            for span in sent.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                traces.entry(span.trace_id.clone()).or_default().push(span);
            }
        }
    }
}

async fn a_request_is_one_trace_down_to_the_stores(on: On, call: (&str, &str)) {
    let (address, mut received) = collector().await;
    let mut program = Program::seeded(on).await;
    program.set("OTEL_EXPORTER_OTLP_ENDPOINT", &address);
    program.set("OTEL_BSP_SCHEDULE_DELAY", "200");
    let site = program.serve().await;

    let query = "query FilmPage($slug: String) { film(slug: $slug) { name similar(first: 2) { nodes { name } } } }";
    let body = json!({ "query": query, "variables": { "slug": "heat-1995" } });
    let answer = site
        .post("/graphql?secret=hush")
        .header("content-type", "application/json")
        .header("x-request-id", "a-request-of-the-test")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let call = (call.0.to_owned(), call.1.to_owned());
    let fields = |spans: &[Span]| -> Vec<_> {
        let resolved = named(spans, "resolve").into_iter();
        resolved
            .filter_map(|span| attribute(span, "field"))
            .collect()
    };
    let (service, spans) = trace(&mut received, "FilmPage", |spans| {
        let fields = fields(spans);
        let similar = named(spans, "similar");
        ["film", "similar"]
            .iter()
            .all(|field| fields.iter().any(|known| known == field))
            && store_calls(spans).contains(&call)
            && !named(spans, "titles_by_slug").is_empty()
            && similar.first().is_some_and(|similar| {
                spans
                    .iter()
                    .any(|span| span.parent_span_id == similar.span_id)
            })
    })
    .await;

    assert_eq!(service, "reelgraph");
    let roots = named(&spans, "request");
    assert_eq!(roots.len(), 1, "{spans:?}");
    let root = |name| attribute(roots[0], name);
    assert_eq!(root("request.id").as_deref(), Some("a-request-of-the-test"));
    assert_eq!(root("graphql.operation.type").as_deref(), Some("query"));
    assert_eq!(root("http.response.status_code").as_deref(), Some("200"));
    assert!(roots[0].parent_span_id.is_empty());
    // What is known of titles is in memory.
    let calls = store_calls(&spans);
    assert!(
        calls
            .iter()
            .all(|(store, method)| store != "mongo" && !method.contains("titles")),
        "{calls:?}"
    );
    let text = format!("{spans:?}");
    for secret in ["hush", "heat-1995", "Heat"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// Files of the domain whose public methods are no use cases: what use cases are made of.
const NO_USE_CASES: &[&str] = &[
    "batch.rs",
    "listeners.rs",
    "single_flight.rs",
    "recommend/backlog.rs",
    "recommend/evaluate/own.rs",
];

#[test]
fn each_use_case_is_a_span() {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    let mut use_cases = 0;
    let mut without = Vec::new();
    for file in files(&domain) {
        let name = file.strip_prefix(&domain).unwrap().to_str().unwrap();
        if NO_USE_CASES.contains(&name) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices("pub async fn ") {
            let (before, method) = text.split_at(at);
            if !method.split(')').next().unwrap().contains("self") {
                continue;
            }
            use_cases += 1;
            if !before
                .trim_end()
                .ends_with("#[tracing::instrument(level = \"debug\", skip_all)]")
            {
                let method = method.split('\n').next().unwrap();
                without.push(format!("{name}: {method}"));
            }
        }
    }
    assert!(use_cases > 100, "they are found");
    assert_eq!(without, Vec::<String>::new());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_one_trace_down_to_the_stores_embedded() {
    a_request_is_one_trace_down_to_the_stores(On::Embedded, ("memory", "take_all")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_one_trace_down_to_the_stores_on_the_servers() {
    a_request_is_one_trace_down_to_the_stores(On::Servers, ("redis", "take_all")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_command_sends_its_spans_before_it_ends() {
    let (address, mut received) = collector().await;
    let mut program = Program::new(On::Embedded).await;
    program.set("OTEL_EXPORTER_OTLP_ENDPOINT", &address);
    program.set("OTEL_SERVICE_NAME", "our-films");

    program.expect(&["graph", "drain"]).await;

    // A command that takes long sends what there is in between, too.
    let deadline = tokio::time::Instant::now() + SOON;
    let mut text = String::new();
    while !(text.contains("our-films") && text.contains("unprojected_titles")) {
        let request = tokio::time::timeout_at(deadline, received.recv()).await;
        let request = request.unwrap_or_else(|_| panic!("the rest does not arrive: {text}"));
        write!(text, "{:?}", request.unwrap()).unwrap();
    }
}
