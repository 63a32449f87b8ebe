//! Every `Ping` answers while it is there, and says that it does not within its time where nobody is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reelgraph::adapters::mongo::MongoDb;
use reelgraph::adapters::neo4j::Neo4jDb;
use reelgraph::adapters::redis::RedisDb;
use reelgraph::adapters::sqlite::SqliteDb;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ping::Ping;
use tempfile::TempDir;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo, neo4j, redis]:
    it_answers,
);

/// An address where nobody listens.
const NOBODY: &str = "127.0.0.1:1";
/// How long an operation may take where nobody answers.
const SHORT: Duration = Duration::from_secs(1);
/// Far above `SHORT`, so that it holds on a busy machine too, and below the 30 seconds that MongoDB's driver takes by
/// itself.
const IN_TIME: Duration = Duration::from_secs(20);

struct Opened {
    db: Arc<dyn Ping>,
    _folder: Option<TempDir>,
}

async fn open(backend: Backend) -> Opened {
    let mut folder = None;
    let db: Arc<dyn Ping> = match backend {
        Backend::sqlite => {
            let folder = folder.insert(tempfile::tempdir().unwrap());
            Arc::new(SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap())
        }
        Backend::mongo => Arc::new(MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap()),
        Backend::neo4j => {
            let server = servers::neo4j().await;
            Arc::new(Neo4jDb::open(&server.uri, &server.user, &server.password, PATIENT).unwrap())
        }
        Backend::redis => {
            let (url, prefix) = servers::redis_url();
            Arc::new(RedisDb::open(&url, &prefix, PATIENT).unwrap())
        }
        other @ Backend::memory => unreachable!("nothing is kept in {other:?}"),
    };
    Opened {
        db,
        _folder: folder,
    }
}

async fn it_answers(opened: &Opened) {
    opened.db.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_does_not_answer() {
    let mongo = format!("mongodb://{NOBODY}").into();
    let redis = format!("redis://{NOBODY}").into();
    let nobody: [Arc<dyn Ping>; 3] = [
        Arc::new(MongoDb::open(&mongo, SHORT).await.unwrap()),
        Arc::new(
            Neo4jDb::open(
                &format!("bolt://{NOBODY}"),
                "neo4j",
                &"secret".into(),
                SHORT,
            )
            .unwrap(),
        ),
        Arc::new(RedisDb::open(&redis, "it", SHORT).unwrap()),
    ];
    for db in nobody {
        let started = Instant::now();

        let error = db.ping().await.unwrap_err();

        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(started.elapsed() < IN_TIME, "{:?}", started.elapsed());
    }
}
