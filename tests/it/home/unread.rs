//! What becomes of a page of which what is the viewer's own cannot be read.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use async_graphql::PathSegment;
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use reelgraph::domain::ids::{ProfileId, SessionId, UserId};
use reelgraph::domain::viewer::{KnownViewer, Login, Role, Viewer};
use reelgraph::graphql::Answered;
use serde_json::json;

use super::services::services;
use super::{Asking, Counted};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn states_that_cannot_be_read_are_null_and_the_page_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.sqlite");
    let db = SqliteDb::open(&file).unwrap();
    let store = Arc::new(Counted {
        store: SqliteCatalog::new(db.clone()),
        calls: AtomicUsize::new(0),
    });
    let (services, _) = services(&db, store).await;
    let asking = Asking::of(services);
    let viewer = Viewer::Known(KnownViewer {
        user: UserId(1),
        profile: ProfileId(1),
        max_age: None,
        language: None,
        pause: None,
        role: Role::Viewer,
        login: Login::Session(SessionId(1)),
    });
    let document =
        "{ titles(first: 3) { nodes { slug ... on Film { watchState { position } } } } }";
    let before = asking.ask(document, json!({}), viewer).await;
    let state = &before["titles"]["nodes"][0]["watchState"];
    assert_eq!(state, &json!({ "position": 0.0 }), "{before}");

    let broken = rusqlite::Connection::open(file).unwrap();
    let taken = broken.execute("ALTER TABLE watch_states RENAME TO taken_away", []);
    taken.unwrap();
    let answered = asking.answer(document, json!({}), viewer).await;

    let Answered::Theirs(response) = answered else {
        panic!("what is the viewer's own is for everybody");
    };
    let data = response.data.into_json().unwrap();
    let nodes = data["titles"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 3, "{data}");
    for node in nodes {
        assert!(node["slug"].is_string(), "{data}");
        assert_eq!(node["watchState"], json!(null), "{data}");
    }
    assert!(!response.errors.is_empty(), "{data}");
    for error in &response.errors {
        let last = error.path.last();
        let state = PathSegment::Field("watchState".to_owned());
        assert_eq!(last, Some(&state), "{error:?}");
    }
}
