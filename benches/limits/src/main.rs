//! The raw limits: `limits ADDRESS` serves plain text, one find, `RETURN 1` over Bolt and a durable insert, each with
//! nothing around it. A server that does one of these for a request cannot be cheaper than that.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use bson::{Document, doc};
use mongodb::options::{Acknowledgment, ClientOptions, WriteConcern};
use mongodb::{Client, Collection};
use neo4rs::{ConfigBuilder, Graph, query};

// As in the site.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many documents there are to find.
const DOCUMENTS: i64 = 5_000;

/// The bytes of a document, about as many as a film has.
const FILLING: usize = 600;

struct Stores {
    found: Collection<Document>,
    inserted: Collection<Document>,
    graph: Graph,
    turn: AtomicI64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address = std::env::args().nth(1).context("limits ADDRESS")?;
    // Two libraries of TLS in one program: somebody must say which.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stores = Arc::new(open().await?);
    let routes = Router::new()
        .route("/plain", get(async || "ok"))
        .route("/find", get(find))
        .route("/bolt", get(bolt))
        .route("/insert", get(insert))
        .with_state(stores);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("listening on http://{address}");
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn open() -> anyhow::Result<Stores> {
    let variable = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let mut options = ClientOptions::parse(variable("MONGODB_URI")?).await?;
    options.max_pool_size = Some(64);
    options.write_concern = Some(
        WriteConcern::builder()
            .w(Acknowledgment::Majority)
            .journal(true)
            .build(),
    );
    let database = Client::with_options(options)?.database("limits");
    let found = database.collection::<Document>("found");
    found.drop().await?;
    let filling = "x".repeat(FILLING);
    found
        .insert_many((0..DOCUMENTS).map(|id| doc! { "_id": id, "text": &filling }))
        .await?;
    let inserted = database.collection("inserted");
    inserted.drop().await?;
    let config = ConfigBuilder::default()
        .uri(variable("NEO4J_URI")?)
        .user(variable("NEO4J_USER")?)
        .password(variable("NEO4J_PASSWORD")?)
        .max_connections(32)
        .build()?;
    Ok(Stores {
        found,
        inserted,
        graph: Graph::connect(config)?,
        turn: AtomicI64::new(0),
    })
}

/// Whatever went wrong, the load counts it.
type Answer = Result<&'static str, StatusCode>;

async fn find(State(stores): State<Arc<Stores>>) -> Answer {
    let id = stores.turn.fetch_add(1, Ordering::Relaxed) % DOCUMENTS;
    let found = stores.found.find_one(doc! { "_id": id }).await;
    found
        .map_err(failed)?
        .map(|_| "ok")
        .ok_or(StatusCode::NOT_FOUND)
}

async fn bolt(State(stores): State<Arc<Stores>>) -> Answer {
    let mut rows = stores
        .graph
        .execute(query("RETURN 1 AS one"))
        .await
        .map_err(failed)?;
    let row = rows.next().await.map_err(failed)?;
    row.map(|_| "ok").ok_or(StatusCode::NOT_FOUND)
}

async fn insert(State(stores): State<Arc<Stores>>) -> Answer {
    let id = stores.turn.fetch_add(1, Ordering::Relaxed);
    let document =
        doc! { "_id": id, "profile": id % 1_000, "at": bson::DateTime::now(), "position": 1_200.0 };
    stores
        .inserted
        .insert_one(document)
        .await
        .map(|_| "ok")
        .map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> StatusCode {
    eprintln!("{error}");
    StatusCode::BAD_GATEWAY
}
