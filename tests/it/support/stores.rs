//! The stores of an installation, as another server of the site has them open, and everything that is in them.

use std::fmt::Write as _;
use std::sync::Arc;

use bson::Document;
use chrono::TimeDelta;
use futures::TryStreamExt;
use neo4rs::{BoltType, Graph, query};
use reelgraph::adapters::mongo::{
    MongoAccounts, MongoCatalog, MongoComments, MongoDb, MongoMembership, MongoNotes, MongoUsage,
    MongoWatching,
};
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::adapters::redis::{RedisDb, RedisSessions};
use reelgraph::adapters::sqlite::{
    SqliteAccounts, SqliteCatalog, SqliteComments, SqliteDb, SqliteGraph, SqliteMembership,
    SqliteNotes, SqliteSessions, SqliteUsage, SqliteWatching,
};
use reelgraph::domain::accounts::{Session, SessionStore};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::commenting::CommentStore;
use reelgraph::domain::ids::{PlayId, ProfileId, UserId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::membership::MembershipStore;
use reelgraph::domain::recommend::{GraphProjection, NoteStore};
use reelgraph::domain::usage::UsageStore;
use reelgraph::domain::watching::SittingId;
use rusqlite::Connection;

use super::ports::{Accounts, Watching};
use super::program::{On, Program};
use super::servers::{PATIENT, redis_connection};

/// The record of an installation.
pub(crate) struct Stores {
    pub(crate) accounts: Arc<dyn Accounts>,
    pub(crate) sessions: Arc<dyn SessionStore>,
    pub(crate) watching: Arc<dyn Watching>,
    pub(crate) usage: Arc<dyn UsageStore>,
    pub(crate) comments: Arc<dyn CommentStore>,
    pub(crate) curation: Arc<dyn CurationStore>,
    pub(crate) membership: Arc<dyn MembershipStore>,
}

impl Stores {
    /// Lets some minutes pass since the log-ins of an account.
    pub(crate) async fn pass(&self, user: UserId, minutes: i64) {
        let sessions = self.sessions.sessions_of_user(user, SystemClock.now());
        for session in sessions.await.unwrap() {
            let older = Session {
                created_at: session.created_at - TimeDelta::minutes(minutes),
                ..session
            };
            self.sessions.update_session(&older).await.unwrap();
        }
    }

    /// Whether usage remembers a play of a profile.
    pub(crate) async fn remembers(&self, profile: ProfileId, play: &str) -> bool {
        let play = PlayId(play.parse().unwrap());
        let sitting = SittingId::of_play(profile, play);
        !self.usage.sittings(&[sitting]).await.unwrap().is_empty()
    }
}

/// Opens the record of an installation.
pub(crate) async fn open(program: &Program, on: On) -> Stores {
    if on == On::Embedded {
        let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
        return Stores {
            accounts: Arc::new(SqliteAccounts::new(db.clone())),
            sessions: Arc::new(SqliteSessions::new(db.clone())),
            watching: Arc::new(SqliteWatching::new(db.clone())),
            usage: Arc::new(SqliteUsage::new(db.clone())),
            comments: Arc::new(SqliteComments::new(db.clone())),
            curation: Arc::new(SqliteCatalog::new(db.clone())),
            membership: Arc::new(SqliteMembership::new(db)),
        };
    }
    let uri = program.variable("MONGODB_URI").into();
    let db = MongoDb::open(&uri, PATIENT).await.unwrap();
    let prefix = program.variable("REELGRAPH_REDIS_PREFIX");
    let redis = RedisDb::open(&program.variable("REDIS_URL").into(), prefix, PATIENT).unwrap();
    Stores {
        accounts: Arc::new(MongoAccounts::new(db.clone())),
        sessions: Arc::new(RedisSessions::new(redis)),
        watching: Arc::new(MongoWatching::new(db.clone())),
        usage: Arc::new(MongoUsage::new(db.clone())),
        comments: Arc::new(MongoComments::new(db.clone())),
        curation: Arc::new(MongoCatalog::new(db.clone())),
        membership: Arc::new(MongoMembership::new(db)),
    }
}

/// The graph of an installation.
pub(crate) fn graph(program: &Program, on: On) -> Arc<dyn GraphProjection> {
    if on == On::Embedded {
        let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
        return Arc::new(SqliteGraph::new(db));
    }
    let [uri, user, password] =
        ["NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"].map(|name| program.variable(name));
    let db = Neo4jDb::open(uri, user, &password.into(), PATIENT).unwrap();
    Arc::new(Neo4jGraph::new(db))
}

/// What the record of an installation notes of its projection.
pub(crate) async fn notes(program: &Program, on: On) -> Arc<dyn NoteStore> {
    if on == On::Embedded {
        let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
        return Arc::new(SqliteNotes::new(db));
    }
    let uri = program.variable("MONGODB_URI").into();
    let db = MongoDb::open(&uri, PATIENT).await.unwrap();
    Arc::new(MongoNotes::new(db))
}

/// Something that is stored.
pub(crate) struct Row {
    /// The table or collection, what the key of Redis begins with, or the label of a node or edge.
    pub(crate) store: String,
    /// All that is in it.
    pub(crate) text: String,
}

/// Everything that an installation has stored, one row, document, key, node or edge a line.
pub(crate) async fn dump(program: &Program, on: On) -> String {
    let rows = rows(program, on).await;
    rows.iter().fold(String::new(), |mut dump, row| {
        writeln!(dump, "{}: {}", row.store, row.text).unwrap();
        dump
    })
}

/// Everything that an installation has stored: rows, documents, keys, nodes and edges.
pub(crate) async fn rows(program: &Program, on: On) -> Vec<Row> {
    let mut rows = Vec::new();
    match on {
        On::Embedded => read_sqlite(program, &mut rows),
        On::Servers => {
            read_mongo(program, &mut rows).await;
            read_redis(program, &mut rows).await;
            read_neo4j(program, &mut rows).await;
        }
    }
    rows
}

/// The columns of each table of an embedded installation.
pub(crate) fn columns(program: &Program) -> Vec<(String, Vec<String>)> {
    let db = Connection::open(program.data().join("reelgraph.sqlite")).unwrap();
    let mut tables = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let columns = tables.into_iter().map(|table| {
        let statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_names().map(str::to_owned);
        (table, columns.collect())
    });
    columns.collect()
}

fn read_sqlite(program: &Program, rows_read: &mut Vec<Row>) {
    let db = Connection::open(program.data().join("reelgraph.sqlite")).unwrap();
    for (table, _) in columns(program) {
        let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let mut text = String::new();
            for column in 0..columns {
                let value = row.get_ref(column).unwrap();
                match value.as_bytes() {
                    Ok(bytes) => write!(text, " {}", String::from_utf8_lossy(bytes)).unwrap(),
                    Err(_) => write!(text, " {value:?}").unwrap(),
                }
            }
            rows_read.push(Row {
                store: table.clone(),
                text,
            });
        }
    }
}

async fn read_mongo(program: &Program, rows: &mut Vec<Row>) {
    let uri = program.variable("MONGODB_URI");
    let client = mongodb::Client::with_uri_str(uri).await.unwrap();
    let db = client.default_database().unwrap();
    let collections = db.list_collection_names().await.unwrap();
    assert!(collections.len() > 10, "{collections:?}");
    for name in collections {
        let collection = db.collection::<Document>(&name);
        let documents = collection.find(Document::new()).await.unwrap();
        let documents: Vec<Document> = documents.try_collect().await.unwrap();
        for document in documents {
            rows.push(Row {
                store: name.clone(),
                text: document.to_string(),
            });
        }
    }
}

async fn read_redis(program: &Program, rows: &mut Vec<Row>) {
    let mut connection = redis_connection().await;
    let prefix = program.variable("REELGRAPH_REDIS_PREFIX");
    let pattern = format!("{prefix}*");
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg(pattern)
        .query_async(&mut connection)
        .await
        .unwrap();
    for key in keys {
        let kind: String = redis::cmd("TYPE")
            .arg(&key)
            .query_async(&mut connection)
            .await
            .unwrap();
        let mut read = match kind.as_str() {
            "string" => redis::cmd("GET"),
            "hash" => redis::cmd("HGETALL"),
            "set" => redis::cmd("SMEMBERS"),
            "zset" => redis::cmd("ZRANGEBYSCORE"),
            // It went away in the meantime.
            "none" => continue,
            other => panic!("{key} is a {other}"),
        };
        read.arg(&key);
        if kind == "zset" {
            read.arg("-inf").arg("+inf");
        }
        let value: redis::Value = read.query_async(&mut connection).await.unwrap();
        let value = match value {
            redis::Value::BulkString(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            // Bulk strings of lists and maps are shown as text.
            other => format!("{other:?}"),
        };
        let name = key.strip_prefix(prefix).unwrap();
        rows.push(Row {
            store: name.split(':').next().unwrap().to_owned(),
            text: format!("{name}: {value}"),
        });
    }
}

async fn read_neo4j(program: &Program, rows_read: &mut Vec<Row>) {
    let [uri, user, password] =
        ["NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"].map(|name| program.variable(name));
    let graph = Graph::new(uri, user, password).unwrap();
    for statement in [
        "MATCH (node) RETURN reduce(all = '', label IN labels(node) | all + label) AS sort, properties(node) AS fields",
        "MATCH ()-[edge]->() RETURN type(edge) AS sort, properties(edge) AS fields",
    ] {
        let mut rows = graph.execute(query(statement)).await.unwrap();
        while let Some(row) = rows.next().await.unwrap() {
            let fields = row.get::<BoltType>("fields").unwrap();
            rows_read.push(Row {
                store: row.get("sort").unwrap(),
                text: format!("{fields:?}"),
            });
        }
    }
}
