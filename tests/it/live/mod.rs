//! Subscriptions, as clients meet them: over a WebSocket and as streams of events, on one server and on two.

mod closes;
mod ends;
mod events;
mod limits;
mod site_jobs;
mod socket;
mod told;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::socket::Socket;
use crate::support::SOON;
use crate::support::program::{On, PASSWORD, Program, Site};
use crate::support::visitor::Visitor;

const STATES: &str = "subscription { watchStateChanged { item { id } state { position plays } } }";
const CATALOGUE: &str = "subscription { catalogueChanged { hasMore changed { slug } } }";
const REVOKED: &str = "subscription { sessionRevoked { reason } }";

/// Lets nothing be written to an embedded store until it is dropped: who writes waits, for ten seconds at most.
fn hold_writes(program: &Program) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(program.data().join("reelgraph.sqlite")).unwrap();
    // The server may be writing, for as long as a busy machine lets it.
    db.busy_timeout(SOON).unwrap();
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    db
}

/// A mutation that writes, of a client that takes no cookie.
fn register(name: &str) -> String {
    let input =
        format!("email: \"{name}@example.org\", password: \"{PASSWORD}\", transport: BEARER");
    format!("mutation {{ register(input: {{ {input} }}) {{ userErrors {{ code }} }} }}")
}

/// Another server of the same site; embedded there is one.
async fn second(program: &Program, on: On) -> Option<Site> {
    match on {
        On::Embedded => None,
        On::Servers => Some(program.serve().await),
    }
}

/// Reports that a viewer has jumped to this second of a film.
async fn jump(viewer: &mut Visitor, film: &str, position: u32) {
    let input = json!({
        "item": film,
        "play": "0b9c1f6e-0d3b-4c0a-8a53-0c1f6e0d3b4c",
        "event": "SEEK",
        "position": position,
    });
    viewer.expect("reportPlayback", input, "").await;
}

/// What a connection is told of reports: they are sent until it is told of one, because nothing says when a
/// subscription has begun.
async fn told_of_reports(socket: &mut Socket, viewer: &mut Visitor, film: &str) -> Value {
    let began = Instant::now();
    for second in 0.. {
        jump(viewer, film, 2000 + second).await;
        if let Some(told) = socket.next_within(Duration::from_secs(2)).await {
            return told;
        }
        assert!(began.elapsed() < SOON, "nothing is told");
    }
    unreachable!("seconds do not end")
}
